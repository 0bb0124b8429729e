"""Fills Word templates in: values are words, never code, and a template can do nothing else.

A template that the secretariat sent is somebody's code, so it is filled in by a process with limits
(`bot.exchange.confined`): expressions stay in jinja2's sandbox, filters and names are those listed
here, nothing can mark words as XML, and what comes out is well-formed and opens without repair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from lxml import etree

from bot.domain.errors import Refused
from bot.domain.exports import TemplateKind
from bot.domain.screens import Listing, Text, Value, Words, text
from bot.exchange import word_samples, word_templates
from bot.exchange.child import progress
from bot.exchange.word_writer import element

FILTERS = (
    *("count", "default", "first", "join", "last", "length", "list", "lower", "replace", "reverse"),
    *("round", "sort", "title", "trim", "truncate", "unique", "upper", "wordcount"),
)
SHOWN = 200  # characters of the line with the mistake
TOLD = 8  # unknown fields, each with its line
LINE_SHOWN = 80  # characters of such a line

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PARAGRAPH = re.compile(r"<w:p([ >])")
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"'(\w+)' is undefined|no attribute '(\w+)'")
_OWN_PARTS = ("loop", "caller", "namespace", "range")  # jinja2's, with parts of their own
_FORBIDDEN = (
    *(nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends),
    *(nodes.EvalContextModifier, nodes.ScopedEvalContextModifier),
)
TEXT_KEYS = tuple(
    f"template.where.{each}" for each in ("body", "cell", "footer", "header", "notes", "paragraph")
)


class TemplateMistake(Refused):
    """A template cannot be filled in; values: `where`, the `line` itself, `what` is wrong."""

    key = "template.mistake"


class TemplateUnknownField(TemplateMistake):
    """It names fields that there are not; more values: the first one's `name`, and all `fields`.

    Each of them is told with its line, and with the name there is that is nearest to it.
    """

    key = "template.unknown_field"


def fill(arguments: Mapping[str, Any]) -> None:
    """Write `values` (a JSON file) filled into `template` (a path, or None: ours) to `out`.

    `kind` and `rtl` choose our own. Refuses with TemplateMistake. For a process with limits.
    """
    kind = TemplateKind(arguments["kind"])
    given = arguments["template"]
    source = word_templates.ours(kind, rtl=arguments["rtl"]) if given is None else _read(given)
    values = json.loads(_read(arguments["values"]))
    Path(arguments["out"]).write_bytes(filled(source, values, fields_of(kind)))


def try_out(template: str, kind: str, out: str) -> None:
    """Write made-up values of every field filled into the template at that path to `out`.

    Refuses with TemplateMistake. For a process with limits.
    """
    of = TemplateKind(kind)
    made = filled(_read(template), word_samples.values(of), fields_of(of))
    Path(out).write_bytes(made)


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def filled(source: bytes, values: Mapping[str, Any], fields: Sequence[str] = ()) -> bytes:
    """The template with these values; refuses with TemplateMistake, naming the `fields` there are.

    It says how far it is by the rows and sections that it has passed.
    """
    try:
        template = _Template(BytesIO(source), fields)
        template.render(_counted(fit(values)), _environment(), autoescape=True)
    except RecursionError:
        raise _mistake(text("template.where.body"), "", text("template.what.endless")) from None
    _mend(template.docx.element.body, values.get("columns", ()))
    written = BytesIO()
    template.docx.save(written)
    return written.getvalue()


def fields_of(kind: TemplateKind) -> list[str]:
    """Every field of a kind of template: `made`, `tables[].rows[].number`."""
    return sorted(_paths(word_samples.values(kind)))


def _paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _paths(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        found = {one for each in value for one in _paths(each, f"{path}[]")}
        yield from found or {f"{path}[]"}
    elif value is not None:
        yield path


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals = {"range": safe_range, "namespace": Namespace}
    return environment


# -- Values ----------------------------------------------------------------------------------------


def fit(value: Any) -> Any:
    """Words without characters that no XML may hold, whatever JSON holds the words."""
    if isinstance(value, str):
        return _NOT_IN_XML.sub("", value)
    if isinstance(value, dict):
        return {key: fit(each) for key, each in value.items()}
    return [fit(each) for each in value] if isinstance(value, list) else value


class _Passing(list[Any]):
    """A list that says how many of all were passed, whichever template goes through it."""

    def __init__(self, values: Iterable[Any], done: Iterator[int], total: int) -> None:
        super().__init__(values)
        self._done, self._total = done, total

    def __iter__(self) -> Iterator[Any]:
        for each in super().__iter__():
            yield each
            progress(min(next(self._done), self._total), self._total)


def _counted(values: dict[str, Any]) -> dict[str, Any]:
    """The values with what repeats most counted as it is passed: rows of tables, sections."""
    tables, sections = values.get("tables", ()), values.get("sections", ())
    chapters = values.get("chapters", ())
    total = sum(len(each["rows"]) for each in tables) + len(sections)
    total += sum(len(each["sections"]) for each in chapters)
    done = count(1)
    counted = dict(values)
    if tables:
        counted["tables"] = [
            {**each, "rows": _Passing(each["rows"], done, total)} for each in tables
        ]
    if chapters:
        counted["chapters"] = [
            {**each, "sections": _Passing(each["sections"], done, total)} for each in chapters
        ]
    if sections:
        counted["sections"] = _Passing(sections, done, total)
    return counted


# -- Filling in ------------------------------------------------------------------------------------


class _Template(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """A template that tells where its mistakes stand; ours, not the library's, is the rendering."""

    def __init__(self, source: BytesIO, fields: Sequence[str]) -> None:
        super().__init__(source)
        self._misspelt: list[tuple[str, str]] = []
        self._known = {re.split(r"[.\[]", each)[0] for each in fields}
        self._names = {name for each in fields for name in re.split(r"[.\[\]]+", each) if name}

    def render_xml_part(
        self,
        src_xml: str,
        part: Any,
        context: Mapping[str, Any],
        jinja_env: ImmutableSandboxedEnvironment | None = None,
    ) -> str:
        """The part filled in: one paragraph a line, so that the line of a mistake is known."""
        assert jinja_env is not None
        source = _PARAGRAPH.sub(r"\n<w:p\1", src_xml)
        try:
            self._check_names(jinja_env, source, part)
            rendered = jinja_env.from_string(source).render(context)
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
            self._refuse(error, _line_of(error), source, part)
        made: str = self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", rendered))
        try:
            etree.fromstring(made.encode(), etree.XMLParser(huge_tree=True))
        except etree.XMLSyntaxError:
            where = self._where("", part)
            raise _mistake(where, "", text("template.what.structure")) from None
        return made

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Who wrote the template is nobody's business; nothing else of it is filled in."""
        del context, jinja_env
        about = self.docx.core_properties
        about.author, about.last_modified_by = "", ""

    def _check_names(
        self, environment: ImmutableSandboxedEnvironment, source: str, part: Any
    ) -> None:
        """Refuse what is forbidden, and unknown fields even where no value leads to them."""
        tree = environment.parse(source)
        lines = source.split("\n")
        for forbidden in tree.find_all(_FORBIDDEN):
            line = _bare(lines[forbidden.lineno - 1])
            raise _mistake(self._where(line, part), line, text("template.what.forbidden"))
        if not self._known:
            return
        known = {*self._known, *environment.globals, "loop", "caller", "varargs", "kwargs", "self"}
        known |= {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
        known |= {each.name for each in tree.find_all(nodes.Macro)}
        unknown = [
            (each.name, _bare(lines[each.lineno - 1]))
            for each in tree.find_all(nodes.Name)
            if each.ctx == "load" and each.name not in known
        ]
        self._misspelt = [
            (each.attr, _bare(lines[each.lineno - 1]))
            for each in tree.find_all(nodes.Getattr)
            if each.attr not in self._names and _is_field(each.node)
        ]
        if unknown:
            self._refuse_fields([*unknown, *self._misspelt], part)

    def _refuse(self, error: Exception, line: int, source: str, part: Any) -> NoReturn:
        lines = source.split("\n")
        words = _bare(lines[line - 1]) if 0 < line <= len(lines) else ""
        name = _NAME.search(str(error)) if isinstance(error, UndefinedError) else None
        if name:
            found = (name[1] or name[2], words)
            others = [each for each in self._misspelt if each != found]
            self._refuse_fields([found, *others], part)
        raise _mistake(self._where(words, part), words, _what(error)) from None

    def _refuse_fields(self, unknown: Sequence[tuple[str, str]], part: Any) -> NoReturn:
        """Name them all, each once with its line, as far as that can be read."""
        each_once = list(dict.fromkeys(unknown))
        told: list[Text] = [self._unknown(*each, part) for each in each_once[:TOLD]]
        if len(each_once) > TOLD:
            told.append(text("template.more_fields", count=len(each_once) - TOLD))
        name, line = each_once[0]
        raise TemplateUnknownField(
            where=self._where(line, part),
            line=Words(line, limit=SHOWN),
            name=Words(name),
            fields=Listing(tuple(told)),
        ) from None

    def _unknown(self, name: str, line: str, part: Any) -> Text:
        known: dict[str, Value] = {"name": Words(name), "where": self._where(line, part)}
        known["line"] = Words(line, limit=LINE_SHOWN)
        near = get_close_matches(name, sorted(self._names | self._known), n=1)
        if near:
            return Text("template.unknown.near", {**known, "nearest": Words(near[0])})
        return Text("template.unknown", known)

    def _where(self, line: str, part: Any) -> Text:
        """Where the paragraph with these words stands, as a person counts in Word."""
        place = str(part.partname)
        for kind in ("header", "footer"):
            if kind in place:
                return text(f"template.where.{kind}")
        if "notes" in place:
            return text("template.where.notes")
        return _place(self.docx.element.body, line) or text("template.where.body")


def _is_field(node: nodes.Node) -> bool:
    """Whether what is asked for a part of itself is a value of ours, or a part of one."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return isinstance(node, nodes.Name) and node.name not in _OWN_PARTS


def _line_of(error: Exception) -> int:
    """The line of the template at which it failed; 0 where that is not known."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _what(error: Exception) -> Text:
    match error:
        case SecurityError():
            return text("template.what.forbidden")
        case OverflowError():
            return text("template.what.endless")
        case TemplateSyntaxError():
            said = Words(error.message or "", "en", SHOWN)
            return text("template.what.syntax", said=said)
        case _:
            return text("template.what.failed", said=Words(str(error), "en", SHOWN))


def _mistake(where: Text, line: str, what: Text) -> TemplateMistake:
    return TemplateMistake(where=where, line=Words(line, limit=SHOWN), what=what)


def _bare(line: str) -> str:
    """The words of a line of XML."""
    bare = _TAG.sub("", line)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        bare = bare.replace(entity, character)
    return " ".join(bare.split())


def _place(body: BaseOxmlElement, line: str) -> Text | None:
    """The paragraph that holds the tags of the line, by its number, or the cell it stands in."""
    tags = re.findall(r"{[{%#].*?[}%#]}", line) or [line]
    wanted = _key(tags[0])
    if not wanted:
        return None
    tables = list(body.iter(qn("w:tbl")))
    for number, paragraph in enumerate(body.iter(qn("w:p")), 1):
        words = "".join(each.text or "" for each in paragraph.iter(qn("w:t")))
        if wanted not in _key(words):
            continue
        cell = next(paragraph.iterancestors(qn("w:tc")), None)
        if cell is None:
            return text("template.where.paragraph", number=number)
        row = next(cell.iterancestors(qn("w:tr")))
        table = next(row.iterancestors(qn("w:tbl")))
        return text(
            "template.where.cell",
            table=tables.index(table) + 1,
            row=table.findall(qn("w:tr")).index(row) + 1,
            column=row.findall(qn("w:tc")).index(cell) + 1,
        )
    return None


def _key(words: str) -> str:
    """Words as they are compared: Word's quotation marks, spaces and the letters of tags aside."""
    straight = words.translate(str.maketrans("“”‘’", "\"\"''"))
    return re.sub(r"\s|(?<={[{%#])(?:tr|tc|p|r)(?=\s)", "", straight)


# -- What comes out --------------------------------------------------------------------------------


def _mend(body: etree._Element, columns: Sequence[Mapping[str, Any]]) -> None:
    """What Word would repair or lay out badly: cells and tables that came out empty, widths."""
    for cell in body.iter(qn("w:tc")):
        if not len(cell) or cell[-1].tag != qn("w:p"):
            cell.append(element("w:p"))
    for row in [each for each in body.iter(qn("w:tr")) if each.find(qn("w:tc")) is None]:
        _drop(row)
    for table in list(body.iter(qn("w:tbl"))):
        if table.find(qn("w:tr")) is None:
            _drop(table)
        elif columns:
            _widen(table, [each["weight"] for each in columns])


def _drop(element_: etree._Element) -> None:
    parent = element_.getparent()
    assert parent is not None
    parent.remove(element_)


def _widen(table: etree._Element, weights: Sequence[int]) -> None:
    """Widths by weight, where one cell of the template was repeated for every column.

    Those are as wide as one another, which nobody wanted; what the template says stands elsewhere.
    """
    grid = table.find(qn("w:tblGrid"))
    first = table.find(qn("w:tr"))
    if grid is None or first is None or len(grid) != len(weights) or len(weights) == 1:
        return
    said = {_width(each) for each in first.iter(qn("w:tc"))}
    if len(said) != 1:
        return
    total = sum(int(float(each.get(qn("w:w")) or 0)) for each in grid)
    widths = [str(total * each // sum(weights)) for each in weights]
    for column, width in zip(grid, widths, strict=True):
        column.set(qn("w:w"), width)
    for row in table.iter(qn("w:tr")):
        cells = row.findall(qn("w:tc"))
        if len(cells) == len(widths):
            for cell, width in zip(cells, widths, strict=True):
                _set_width(cell, width)


def _width(cell: etree._Element) -> str | None:
    found = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    return None if found is None else found.get(qn("w:w"))


def _set_width(cell: etree._Element, width: str) -> None:
    found = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    if found is not None:
        found.set(qn("w:w"), width)
        found.set(qn("w:type"), "dxa")
