"""Writes Word templates: paragraphs one below another, tables, each in its direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FONT = "Arial"  # every system has it or one of its measures, with Arabic letters
_GREY = RGBColor(0x55, 0x55, 0x55)
_AFTER_BIDI = tuple(
    f"w:{name}"
    for name in (
        *("adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents"),
        *("suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap"),
        *("outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
    )
)
_AFTER_SIZE = tuple(
    f"w:{name}"
    for name in (
        *("highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em"),
        *("lang", "eastAsianLayout", "specVanish", "oMath"),
    )
)


def set_up(
    document: DocumentObject, *, points: float = 11, after: float = 10, landscape: bool = False
) -> None:
    """A4, a font that has Arabic, and no author: the library would name itself."""
    across, down = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
    margin = Cm(1.8) if landscape else Cm(2.5)
    for section in document.sections:
        section.page_width, section.page_height = across, down
        section.left_margin = section.right_margin = margin
        section.top_margin = section.bottom_margin = Cm(1.8) if landscape else Cm(2.5)
    if landscape:
        document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    font = document.styles["Normal"].font
    font.name, font.size = FONT, Pt(points)
    properties = document.styles["Normal"].element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    size = element("w:szCs", val=str(round(points * 2)))
    properties.insert_element_before(size, *_AFTER_SIZE)
    document.styles["Normal"].paragraph_format.space_after = Pt(after)
    about = document.core_properties
    about.author, about.title, about.comments = "", "", ""


def set_up_headings(document: DocumentObject) -> None:
    """Headings that a reader may jump to, in the document's own letters."""
    for name, points in (("Heading 1", 16), ("Heading 2", 13)):
        font = document.styles[name].font
        font.name, font.size, font.color.rgb = FONT, Pt(points), RGBColor(0, 0, 0)


def element(tag: str, **attributes: str) -> BaseOxmlElement:
    """An element of Word's own names, with attributes of theirs."""
    made = cast(BaseOxmlElement, OxmlElement(tag))
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def table_of(document: DocumentObject, widths: Sequence[float], rows: int, *, rtl: bool) -> Table:
    """An empty table with columns of these widths in centimetres, in the direction of the text."""
    table: Table = document.add_table(rows=rows, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    table.table_direction = WD_TABLE_DIRECTION.RTL if rtl else WD_TABLE_DIRECTION.LTR
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    return table


def pad(table: Table, points: float) -> None:
    """Leave so much room above and below what stands in the cells of a table."""
    margins = element("w:tblCellMar")
    for side in ("w:top", "w:bottom"):
        margins.append(element(side, w=str(round(points * 20)), type="dxa"))
    properties = table._tbl.tblPr  # noqa: SLF001 - the library has no other way
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def only(table: Table, row: int, column: int, *, rtl: bool) -> Writer:
    """Writes into a cell, which begins with an empty paragraph."""
    cell = table.cell(row, column)
    first = cell.paragraphs[0]
    first._p.getparent().remove(first._p)  # noqa: SLF001 - the library has no other way
    return Writer(cell, rtl=rtl)


def of_row(table: Table, row: int, *tags: str) -> None:
    """Give a row properties without values: `w:tblHeader`, `w:cantSplit`."""
    properties = table.rows[row]._tr.get_or_add_trPr()  # noqa: SLF001 - no other way
    for tag in tags:
        properties.append(element(tag))


def shade(cell: _Cell, colour: str) -> None:
    """Lay a colour (`E8EDF2`) under a cell."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - the library has no other way
    properties.append(element("w:shd", val="clear", color="auto", fill=colour))


class Writer:
    """Writes paragraphs one below another, in the direction of the text or of foreign words."""

    def __init__(self, into: DocumentObject | _Cell | _Footer, *, rtl: bool) -> None:
        self._into = into
        self._rtl = rtl

    def write(
        self,
        words: str,
        *,
        bold: bool = False,
        grey: bool = False,
        space: int = 0,
        points: float = 0,
        style: str | None = None,
        rtl: bool | None = None,
        keep: bool = False,
    ) -> Paragraph:
        """A paragraph, `space` points below the last; `keep` leaves it with what follows."""
        paragraph = self._into.add_paragraph(style=style)
        self._run(paragraph, words, bold=bold, grey=grey, points=points, rtl=rtl)
        if space:
            paragraph.paragraph_format.space_before = Pt(space)
        if keep:
            paragraph.paragraph_format.keep_with_next = True
        if self._rtl if rtl is None else rtl:
            _turn(paragraph)
        return paragraph

    def foreign(
        self, name: str, *, bold: bool = False, space: int = 0, style: str | None = None
    ) -> None:
        """A paragraph of what somebody wrote, in its own direction."""
        self.write(f"{{%p if {name}.rtl %}}")
        self.write(f"{{{{ {name}.words }}}}", bold=bold, space=space, style=style, rtl=True)
        self.write("{%p else %}")
        self.write(f"{{{{ {name}.words }}}}", bold=bold, space=space, style=style, rtl=False)
        self.write("{%p endif %}")

    def parts(self, name: str) -> None:
        """A paragraph for each part of `name`: strong or not, each in its own direction."""
        self.write(f"{{%p for part in {name} %}}")
        self.write("{%p if part.rtl %}")
        self._part(rtl=True)
        self.write("{%p else %}")
        self._part(rtl=False)
        self.write("{%p endif %}")
        self.write("{%p endfor %}")

    def _part(self, *, rtl: bool) -> None:
        strong = "{% if part.strong %}{{ part.words }}{% endif %}"
        other = "{% if not part.strong %}{{ part.words }}{% endif %}"
        self._run(self.write(strong, bold=True, rtl=rtl), other, rtl=rtl)

    def _run(
        self,
        paragraph: Paragraph,
        words: str,
        *,
        bold: bool = False,
        grey: bool = False,
        points: float = 0,
        rtl: bool | None = None,
    ) -> None:
        run = paragraph.add_run(words)
        run.font.bold = run.font.cs_bold = bold or None
        if points:
            run.font.size = Pt(points)
            size = element("w:szCs", val=str(round(points * 2)))
            run._r.get_or_add_rPr().insert_element_before(size, *_AFTER_SIZE)  # noqa: SLF001
        if grey:
            run.font.color.rgb = _GREY
        if self._rtl if rtl is None else rtl:
            run.font.rtl = True


def _turn(paragraph: Paragraph) -> None:
    """The paragraph begins at the right."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - the library has no other way
    properties.insert_element_before(element("w:bidi"), *_AFTER_BIDI)
