"""Letters (DOCX) to institutions that are asked: filled into a Word template, apart from the bot.

The template is our own, made here; it is filled in as one of the secretariat's would be: values are
escaped, unknown names are errors, and the expressions cannot leave their sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from bot.exchange.confined import progress

_GREY = RGBColor(0x55, 0x55, 0x55)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_AFTER_BIDI = tuple(
    f"w:{name}"
    for name in (
        *("adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents"),
        *("suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap"),
        *("outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
    )
)


def write(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write `letters` into the folder; gives `file`: one letter, or several in a ZIP.

    `words` are the letter's own, `rtl` says which way these are written. A letter has `name` (of
    its file), `date`, `to`, `reference`, `subject`, `message` (paragraphs), `asks` and `items`;
    whatever somebody wrote comes as `words` with its own `rtl`.
    """
    made = template(rtl=arguments["rtl"])
    letters = arguments["letters"]
    paths = []
    for done, letter in enumerate(letters, 1):
        path = Path(folder) / f"{letter['name']}.docx"
        path.write_bytes(filled(made, {**letter, "our": arguments["words"]}))
        paths.append(path)
        progress(done, len(letters))
    if len(paths) == 1:
        return {"file": paths[0].name}
    packed = Path(folder) / f"{arguments['name']}.zip"
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        for path in paths:
            package.write(path, path.name)
    return {"file": packed.name}


def filled(template_: bytes, values: Mapping[str, Any]) -> bytes:
    """The template with these values; jinja2 refuses what it does not know or may not do."""
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document = DocxTemplate(BytesIO(template_))
    document.render(fit(values), environment, autoescape=True)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def fit(value: Any) -> Any:
    """Words without characters that no XML may hold, whatever holds the words."""
    if isinstance(value, str):
        return _NOT_IN_XML.sub("", value)
    if isinstance(value, Mapping):
        return {key: fit(each) for key, each in value.items()}
    return [fit(each) for each in value] if isinstance(value, list) else value


# -- The template ----------------------------------------------------------------------------------


def template(*, rtl: bool) -> bytes:
    """Our own template, for a language that is written that way."""
    document = Document()
    set_up(document)
    letter = Writer(document, rtl=rtl)
    letter.write("{{ our.sender }}", bold=True)
    letter.write("{{ date }}")
    letter.write("{{ reference }}", grey=True)
    letter.write("{{ to }}", bold=True, space=18)
    letter.foreign("subject", bold=True, space=12)
    letter.write("{%p for each in message %}")
    letter.foreign("each")
    letter.write("{%p endfor %}")
    letter.write("{{ asks }}")
    letter.write("{{ our.how }}", space=6)
    _items(document, rtl=rtl)
    for line in ("our.name", "our.signature"):
        letter.write(f"{{{{ {line} }}}} ______________________________", space=18)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def set_up(document: DocumentObject) -> None:
    """A4, a font that has Arabic, and no author: the library would name itself."""
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
    font = document.styles["Normal"].font
    font.name, font.size = "Arial", Pt(11)
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(f"{{{fonts.nsmap['w']}}}{script}", "Arial")
    about = document.core_properties
    about.author, about.title, about.comments = "", "", ""


def _items(document: DocumentObject, *, rtl: bool) -> None:
    """A table: what is asked about on one side, room for the answer on the other."""
    table = document.add_table(rows=4, cols=2)
    table.style = "Table Grid"
    table.table_direction = WD_TABLE_DIRECTION.RTL if rtl else WD_TABLE_DIRECTION.LTR
    head, begin, row, end = range(4)
    _only(table, head, 0, rtl=rtl).write("{{ our.item }}", bold=True)
    _only(table, head, 1, rtl=rtl).write("{{ our.answer }}", bold=True)
    _only(table, begin, 0, rtl=rtl).write("{%tr for each in items %}")
    about, answer = _only(table, row, 0, rtl=rtl), _only(table, row, 1, rtl=rtl)
    about.write("{{ each.number }}", bold=True)
    about.write("{%p if each.words %}")
    about.foreign("each")
    about.write("{%p endif %}")
    about.write("{%p if each.label %}")
    about.write("{{ each.label }}", grey=True)
    about.write("{%p endif %}")
    about.write("{{ each.due }}")
    answer.write("{%p for choice in our.choices %}")
    answer.write("☐ {{ choice }}")
    answer.write("{%p endfor %}")
    for _ in range(3):
        answer.write("")
    _only(table, end, 0, rtl=rtl).write("{%tr endfor %}")


def _only(table: Table, row: int, column: int, *, rtl: bool) -> Writer:
    """Writes into a cell, which begins with an empty paragraph."""
    cell = table.cell(row, column)
    first = cell.paragraphs[0]
    first._p.getparent().remove(first._p)  # noqa: SLF001 - the library has no other way
    return Writer(cell, rtl=rtl)


class Writer:
    """Writes paragraphs one below another, in the direction of the letter or of foreign words."""

    def __init__(self, into: DocumentObject | _Cell, *, rtl: bool) -> None:
        self._into = into
        self._rtl = rtl

    def write(
        self,
        words: str,
        *,
        bold: bool = False,
        grey: bool = False,
        space: int = 0,
        rtl: bool | None = None,
    ) -> None:
        """A paragraph, `space` points below the last; written as the letter is if nothing else."""
        paragraph = self._into.add_paragraph()
        run = paragraph.add_run(words)
        run.font.bold = run.font.cs_bold = bold or None
        if grey:
            run.font.color.rgb = _GREY
        if space:
            paragraph.paragraph_format.space_before = Pt(space)
        if self._rtl if rtl is None else rtl:
            run.font.rtl = True
            _turn(paragraph)

    def heading(self, words: str, *, level: int) -> None:
        """A heading that a reader may jump to, in the direction of the document."""
        assert not isinstance(self._into, _Cell)
        paragraph = self._into.add_heading(level=level)
        run = paragraph.add_run(words)
        run.font.name = "Arial"
        run.font.color.rgb = RGBColor(0, 0, 0)
        if self._rtl:
            run.font.rtl = True
            _turn(paragraph)

    def foreign(self, name: str, *, bold: bool = False, space: int = 0) -> None:
        """A paragraph of what somebody wrote, in its own direction."""
        self.write(f"{{%p if {name}.rtl %}}")
        self.write(f"{{{{ {name}.words }}}}", bold=bold, space=space, rtl=True)
        self.write("{%p else %}")
        self.write(f"{{{{ {name}.words }}}}", bold=bold, space=space, rtl=False)
        self.write("{%p endif %}")


def _turn(paragraph: Paragraph) -> None:
    """The paragraph begins at the right."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library has no other way
    bidi = cast(BaseOxmlElement, OxmlElement("w:bidi"))
    properties.insert_element_before(bidi, *_AFTER_BIDI)
