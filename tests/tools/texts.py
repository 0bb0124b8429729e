"""The workshop of the catalogues: the keys that the code uses, what is missing, and adding more.

`python -m tests.tools.texts check` lists what is missing, dead or broken;
`python -m tests.tools.texts add en new.po` merges a fragment into a catalogue, sorted by key;
`python -m tests.tools.texts drop key…` takes keys out of every catalogue;
`python -m tests.tools.texts sort` writes every catalogue anew, sorted by key.
"""

from __future__ import annotations

import ast
import fcntl
import importlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from gettext import c2py
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from types import ModuleType

from babel.messages.pofile import read_po

from bot.texts import catalogue

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "storage")
# They make keys of any name; whoever calls them names the rest.
MAKERS = (
    *("bot/domain/screens.py", "handlers/flows/engine.py", "handlers/flows/flow.py"),
    "bot/demo/network.py",
)

# The order of the plural forms: one header for each language, whoever sends a fragment.
PLURALS = {
    "en": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 ? 4 : 5);",
}

LONGEST_LABEL = 32
KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_ALL_ARGUMENTS = {"screen", "message", "Problem"}
_CALLS = {
    "text",
    "Text",
    "screen",
    "message",
    "button",
    "Unfit",
    "label",
    "labels",
} | _ALL_ARGUMENTS
_TAGS = {"b", "i", "u", "s", "code", "pre", "blockquote"}


# -- What the code uses ----------------------------------------------------------------------------


@dataclass
class Used:
    """The keys that the code names: for sure, or by a shape such as `status.*`."""

    keys: dict[str, str] = field(default_factory=dict)  # key → where it is first named
    values: dict[str, set[str]] = field(default_factory=dict)  # key → values that every call gives
    shapes: set[str] = field(default_factory=set)  # regular expressions
    shown: dict[str, str] = field(default_factory=dict)  # those of texts → where
    constants: set[str] = field(default_factory=set)  # any literal that has the shape of a key
    unreadable: list[str] = field(default_factory=list)

    def alive(self, key: str) -> bool:
        """Whether anything in the code may show this key."""
        return (
            key in self.keys
            or key in self.constants
            or any(re.fullmatch(shape, key) for shape in self.shapes)
        )


def used(root: Path = ROOT) -> Used:
    """Every key that the modules of the rooms name."""
    found = Used()
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            where = str(path.relative_to(root))
            try:
                _Reader(found, where).visit(ast.parse(source))
            except SyntaxError as error:  # half-written: the other files still tell their keys
                found.unreadable.append(f"{where}:{error.lineno}: {error.msg}")
                continue
            if re.search(r"^TEXT_KEYS|^[A-Z_]+ = Flow\(", source, re.MULTILINE):
                name = ".".join(path.relative_to(root).with_suffix("").parts)
                for key in _computed(importlib.import_module(name)):
                    found.keys.setdefault(key, name)
    return found


def _computed(module: ModuleType) -> Iterator[str]:
    """The keys that a module computes: its `TEXT_KEYS`, and those of the flows that it declares."""
    yield from getattr(module, "TEXT_KEYS", ())
    for each in vars(module).values():
        if callable(keys := getattr(each, "text_keys", None)) and not isinstance(each, type):
            yield from keys()


class _Reader(ast.NodeVisitor):
    def __init__(self, found: Used, where: str) -> None:
        self.found = found
        self.where = where

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if name in _CALLS and node.args:
            arguments = node.args if name in _ALL_ARGUMENTS else node.args[:1]
            for each in arguments:
                self._name(each, node, prefix="button." if name == "button" else "")
        for keyword in node.keywords:
            if keyword.arg == "key":
                self._name(keyword.value, node, prefix="")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for line in node.body:
            if isinstance(line, ast.Assign):
                named = any(getattr(each, "id", "") == "key" for each in line.targets)
            else:
                named = isinstance(line, ast.AnnAssign) and getattr(line.target, "id", "") == "key"
            value = getattr(line, "value", None)
            if named and isinstance(value, ast.Constant) and isinstance(value.value, str):
                self.found.keys.setdefault(value.value, f"{self.where}:{line.lineno}")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(getattr(each, "id", "") == "TEXT_KEYS" for each in node.targets):
            self.generic_visit(node)  # those are computed: their shape keeps nothing else alive

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and KEY.fullmatch(node.value):
            self.found.constants.add(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._shape(node, prefix="")
        self.generic_visit(node)

    def _name(self, argument: ast.expr, call: ast.Call, *, prefix: str) -> None:
        match argument:
            case ast.Constant(value=str(words)):
                key = prefix + words
                if KEY.fullmatch(key):
                    self.found.keys.setdefault(key, f"{self.where}:{argument.lineno}")
                    self._give(key, call)
            case ast.IfExp():
                self._name(argument.body, call, prefix=prefix)
                self._name(argument.orelse, call, prefix=prefix)
            case ast.JoinedStr():
                if (shape := self._shape(argument, prefix=prefix)) is not None:
                    self.found.shown.setdefault(shape, f"{self.where}:{argument.lineno}")
            case _:
                pass

    def _give(self, key: str, call: ast.Call) -> None:
        name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
        open_ended = any(each.arg is None for each in call.keywords)
        if name not in ("text", "button") or open_ended:
            return
        given = {each.arg for each in call.keywords if each.arg} - {"url"}
        self.found.values[key] = self.found.values.get(key, given) & given

    def _shape(self, node: ast.JoinedStr, *, prefix: str) -> str | None:
        if self.where in MAKERS:
            return None
        parts = [
            re.escape(each.value)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
            else "[a-z0-9_.]+"
            for each in node.values
        ]
        shape = re.escape(prefix) + "".join(parts)
        literal = "".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
        # a shape must say something of its own: `{a}.{b}` would keep every dead text alive
        own = prefix + literal
        if re.fullmatch(r"[a-z0-9_.]*", literal) and re.search("[a-z]{2}", own) and "." in own:
            self.found.shapes.add(shape)
            return shape
        return None


# -- The catalogues --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One key of a catalogue: its forms (one, or one for each plural) and its notes."""

    key: str
    forms: tuple[str, ...]
    plural: bool
    notes: tuple[str, ...] = ()

    @property
    def fields(self) -> set[str]:
        """The names between braces, over all forms."""
        return {name for form in self.forms for name in fields_of(form)}


def fields_of(template: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def read(path: Path, language: str) -> dict[str, Entry]:
    """A catalogue or a fragment by key; a key that stands there twice raises ValueError."""
    source = path.read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', source, re.MULTILINE)
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"{path}: twice in one file: {', '.join(sorted(twice))}")
    if 'msgid ""' not in source:  # a fragment needs no header of its own
        source = _header(language) + source
    entries = {}
    for each in read_po(source.splitlines(keepends=True), locale=language, abort_invalid=True):
        if not each.id:
            continue
        plural = not isinstance(each.id, str)
        key = each.id[0] if plural else str(each.id)
        forms = each.string if isinstance(each.string, (tuple, list)) else (each.string or "",)
        entries[key] = Entry(key, tuple(forms), plural, tuple(each.user_comments))
    if missing := set(keys) - set(entries):
        raise ValueError(f"{path}: cannot be read: {', '.join(sorted(missing))}")
    return entries


def write(path: Path, language: str, entries: Iterable[Entry]) -> None:
    """The catalogue, sorted by key, so that two people's additions rarely touch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = [_block(each) for each in sorted(entries, key=lambda each: each.key)]
    fresh = path.with_suffix(".po.new")
    fresh.write_text("\n".join([_header(language), *blocks]), encoding="utf-8")
    fresh.replace(path)


def add(language: str, fragments: Iterable[Path]) -> tuple[int, int]:
    """Merge fragments into a catalogue; gives how many keys were added and how many changed."""
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):  # two people may add at the same time
        before = read(path, language) if path.exists() else {}
        after = dict(before)
        for fragment in fragments:
            after.update(read(fragment, language))
        write(path, language, after.values())
    changed = sum(1 for key, each in before.items() if after[key] != each)
    return len(after) - len(before), changed


def drop(language: str, keys: set[str]) -> None:
    """Take keys out of a catalogue and write it anew."""
    path = catalogue(language)
    with _alone(path.parent):
        entries = read(path, language)
        write(path, language, [each for key, each in entries.items() if key not in keys])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _header(language: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n'
    )


def _block(entry: Entry) -> str:
    lines = [f"# {note}" for note in entry.notes]
    lines.append(f"msgid {_quoted(entry.key)}")
    if entry.plural:
        lines.append(f"msgid_plural {_quoted(entry.key)}")
        lines += [f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(entry.forms)]
    else:
        lines.append(f"msgstr {_quoted(entry.forms[0])}")
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = escaped.split("\n")
    if len(lines) == 1:
        return f'"{escaped}"'
    parts = [f'"{line}\\n"' for line in lines[:-1]] + ([f'"{lines[-1]}"'] if lines[-1] else [])
    return "\n".join(['""', *parts])


# -- What is wrong ---------------------------------------------------------------------------------


def problems() -> Iterator[str]:
    """A line for everything that is missing, dead or broken."""
    names = used()
    catalogues = {each: read(catalogue(each), each) for each in PLURALS}
    every = {key for entries in catalogues.values() for key in entries}
    yield from names.unreadable
    for key in sorted(set(names.keys) | every):
        if lacking := [each for each, entries in catalogues.items() if key not in entries]:
            where = names.keys.get(key, "another language has it")
            yield f"missing: {key} in {' '.join(lacking)} ({where})"
    for shape, where in sorted(names.shown.items()):
        if not any(re.fullmatch(shape, key) for key in every):
            yield f"missing: {shape} in every language ({where})"
    for language, entries in catalogues.items():
        for entry in entries.values():
            yield from (f"{language}: {entry.key}: {each}" for each in _wrong(entry, language))
    for key in sorted(every):
        if not names.alive(key):
            yield f"dead: {key} (no code names it)"
        yield from _disagreements(key, catalogues, names)


def _disagreements(key: str, catalogues: dict[str, dict[str, Entry]], names: Used) -> Iterator[str]:
    entries = {language: all_[key] for language, all_ in catalogues.items() if key in all_}
    fields = {language: entry.fields - {"count"} for language, entry in entries.items()}
    if len({frozenset(each) for each in fields.values()}) > 1:
        shown = "; ".join(f"{language} {sorted(each)}" for language, each in fields.items())
        yield f"fields differ: {key}: {shown}"
    if len({entry.plural for entry in entries.values()}) > 1:
        yield f"plural in some languages only: {key}"
    given = names.values.get(key)
    if given is not None:
        for language, entry in entries.items():
            if unknown := entry.fields - given:
                yield f"{language}: {key}: the code gives no {sorted(unknown)}"
            if entry.plural and "count" not in given:
                yield f"{language}: {key}: has plural forms, and the code gives no count"


def _wrong(entry: Entry, language: str) -> Iterator[str]:
    if not KEY.fullmatch(entry.key):
        yield "a key is small letters, digits and _, with dots between"
    wanted = int(PLURALS[language].split(";")[0].split("=")[1]) if entry.plural else 1
    if len(entry.forms) != wanted or not all(entry.forms):
        yield f"has {sum(map(bool, entry.forms))} of {wanted} forms"
    for form in entry.forms:
        yield from broken(form)
        if form != form.strip():
            yield "begins or ends with a space"
    if entry.key.startswith("button."):
        longest = max(len(re.sub(r"\{[^}]*\}", "", form)) for form in entry.forms)
        if longest > LONGEST_LABEL:
            yield f"a label of {longest} characters (at most {LONGEST_LABEL} fit on a phone)"
        if any("<" in form for form in entry.forms):
            yield "a label has no tags"


def broken(template: str) -> Iterator[str]:
    """What Telegram or the text layer would refuse in a template."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        yield f"broken braces: {error}"
        return
    for _, name, show, conversion in parsed:
        if name is not None and (not re.fullmatch("[a-z][a-z0-9_]*", name) or conversion):
            yield f"a field is a plain name: {{{name}}}"
        if show and show not in ("weekday", "date", "day", "long", "time", "percent", "capital"):
            yield f"nobody can show {{{name}:{show}}}"
    tags = _Tags()
    tags.feed(template)
    tags.close()
    yield from tags.wrong
    yield from (f"<{tag}> is not closed" for tag in tags.open)
    if re.search(r"&(?!(lt|gt|amp|quot);)", template):
        yield "& is written &amp;"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS or (attrs and (tag, attrs) != ("blockquote", [("expandable", None)])):
            self.wrong.append(f"Telegram knows no {self.get_starttag_text()}")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            self.wrong.append("< is written &lt;")


def plural_form(language: str, number: int) -> int:
    """Which form a number takes."""
    return int(c2py(PLURALS[language].split("plural=")[1].rstrip(";"))(number))


# -- The command -----------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Run a command; gives the exit status."""
    match arguments:
        case ["check"]:
            found = list(problems())
            _say(*found, f"{len(found)} to mend" if found else "every text is there")
            return bool(found)
        case ["add", language, *fragments] if fragments and language in PLURALS:
            added, changed = add(language, map(Path, fragments))
            _say(f"{language}: {added} added, {changed} changed")
            return 0
        case ["drop", *keys] if keys:
            for language in PLURALS:
                drop(language, set(keys))
            return 0
        case ["sort"]:
            for language in PLURALS:
                drop(language, set())
            return 0
        case _:
            _say(*(__doc__ or "").splitlines())
            return 2


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
