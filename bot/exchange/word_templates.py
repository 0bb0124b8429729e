"""Our own Word templates: what an export looks like until the secretariat sends its own.

They differ by kind and by direction alone: every word in them is a field.
"""

from __future__ import annotations

from copy import deepcopy
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentObject

from bot.domain.exports import TemplateKind
from bot.exchange.word_writer import (
    Writer,
    element,
    of_row,
    only,
    pad,
    set_up,
    set_up_headings,
    shade,
    table_of,
)

_HEADER, _HEADING = "DCE6F1", "EEF2F7"  # behind the names of columns, behind a theme
_ACROSS = 26.1  # centimetres between the margins of a page that lies


def ours(kind: TemplateKind, *, rtl: bool) -> bytes:
    """Our template of that kind, for a language that is written that way."""
    document = Document()
    match kind:
        case TemplateKind.MATRIX:
            _matrix(document, rtl=rtl)
        case TemplateKind.PARAGRAPHS:
            _paragraphs(document, rtl=rtl)
        case TemplateKind.NATIONAL_REPORT:
            _national_report(document, rtl=rtl)
        case TemplateKind.CONSULTATION:
            _consultation(document, rtl=rtl)
    _numbered(document, rtl=rtl)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _begun(document: DocumentObject, *, rtl: bool) -> Writer:
    """What every export says first: what it is, when and by whom it was made, what it holds."""
    writer = Writer(document, rtl=rtl)
    writer.write("{{ heading }}", bold=True, points=16)
    writer.write("{%p for each in documents %}")
    writer.write("{{ each }}", bold=True)
    writer.write("{%p endfor %}")
    writer.write("{{ made }}", space=6)
    writer.write("{%p for each in narrowed %}")
    writer.write("{{ each }}")
    writer.write("{%p endfor %}")
    writer.write("{{ counted }}")
    writer.write("{%p if withheld %}")
    writer.write("{{ withheld }}")
    writer.write("{%p endif %}")
    writer.write("{{ our.approved_only }}")
    return writer


def _numbered(document: DocumentObject, *, rtl: bool) -> None:
    """The foot of each page: what it is a page of, and its number."""
    footer = document.sections[0].footer
    first = footer.paragraphs[0]
    first._p.getparent().remove(first._p)  # noqa: SLF001 - the library has no other way
    paragraph = Writer(footer, rtl=rtl).write("{{ heading }} · {{ made }} · ", grey=True, points=8)
    number = deepcopy(paragraph.runs[0]._r)  # noqa: SLF001 - the library has no fields
    number.text = "1"
    field = element("w:fldSimple", instr="PAGE")
    field.append(number)
    paragraph._p.append(field)  # noqa: SLF001


def _matrix(document: DocumentObject, *, rtl: bool) -> None:
    """A page that lies, and tables of rows under the columns of the original."""
    set_up(document, points=9, after=2, landscape=True)
    writer = _begun(document, rtl=rtl)
    writer.write("{%p for table in tables %}")
    _rows(document, rtl=rtl)
    writer.write("")
    writer.write("{%p endfor %}")


def _rows(document: DocumentObject, *, rtl: bool) -> None:
    """Each row a heading across all columns, or cells; a cell is repeated for each column."""
    third = _ACROSS / 3
    table = table_of(document, (third, third, third), 8, rtl=rtl)
    pad(table, 1)
    head, begin, if_heading, heading, otherwise, row, end_if, end = range(8)
    of_row(table, head, "w:cantSplit", "w:tblHeader")
    of_row(table, heading, "w:cantSplit")
    of_row(table, row, "w:cantSplit")
    columns = ("{%tc for column in columns %}", "{{ column.title }}", "{%tc endfor %}")
    for place, words in enumerate(columns):
        only(table, head, place, rtl=rtl).write(words, bold=True)
        shade(table.cell(head, place), _HEADER)
    for place, tag in (
        (begin, "{%tr for row in table.rows %}"),
        (if_heading, "{%tr if row.heading %}"),
        (otherwise, "{%tr else %}"),
        (end_if, "{%tr endif %}"),
        (end, "{%tr endfor %}"),
    ):
        only(table, place, 0, rtl=rtl).write(tag)
    across = table.cell(heading, 0).merge(table.cell(heading, 2))
    shade(across, _HEADING)
    for each in across.paragraphs:
        each._p.getparent().remove(each._p)  # noqa: SLF001 - the library has no other way
    writer = Writer(across, rtl=rtl)
    writer.write("{% colspan columns|length %}{{ row.heading }}", bold=True, keep=True)
    only(table, row, 0, rtl=rtl).write("{%tc for cell in row.cells %}")
    only(table, row, 1, rtl=rtl).parts("cell.parts")
    only(table, row, 2, rtl=rtl).write("{%tc endfor %}")


def _paragraphs(document: DocumentObject, *, rtl: bool) -> None:
    """A section for each paragraph: what was recommended, what was done, what remains."""
    set_up(document, after=4)
    _sections(_begun(document, rtl=rtl), "sections")


def _national_report(document: DocumentObject, *, rtl: bool) -> None:
    """A heading for each chapter, its draft or a section for each of its items."""
    set_up(document, after=4)
    set_up_headings(document)
    writer = _begun(document, rtl=rtl)
    writer.write("{%p for chapter in chapters %}")
    writer.foreign("chapter.title", style="Heading 1")
    writer.write("{%p if chapter.note %}")
    writer.write("{{ chapter.note }}", grey=True)
    writer.write("{%p endif %}")
    writer.write("{%p for part in chapter.draft %}")
    writer.foreign("part")
    writer.write("{%p endfor %}")
    _sections(writer, "chapter.sections")
    writer.write("{%p endfor %}")


def _consultation(document: DocumentObject, *, rtl: bool) -> None:
    """A heading for each subject; under it what was contributed, and what became of it."""
    set_up(document, after=4)
    set_up_headings(document)
    writer = Writer(document, rtl=rtl)
    writer.write("{{ heading }}", bold=True, points=16)
    writer.foreign("title", bold=True)
    writer.write("{{ made }}", space=6)
    writer.write("{{ counted }}")
    writer.write("{%p for each in notes %}")
    writer.write("{{ each }}")
    writer.write("{%p endfor %}")
    writer.write("{%p for section in sections %}")
    writer.write("{{ section.title }}", style="Heading 1")
    writer.write("{%p for each in section.contributions %}")
    writer.write("{{ each.head }}", bold=True, space=12, keep=True)
    writer.write("{{ each.about }}", grey=True, keep=True)
    writer.write("{%p for part in each.text %}")
    writer.foreign("part")
    writer.write("{%p endfor %}")
    writer.write("{{ each.outcome }}", space=6)
    writer.write("{%p if each.answer %}")
    writer.write("{{ our.answer }}", grey=True, keep=True)
    writer.write("{%p for part in each.answer %}")
    writer.foreign("part")
    writer.write("{%p endfor %}")
    writer.write("{%p endif %}")
    writer.write("{%p endfor %}")
    writer.write("{%p endfor %}")


def _sections(writer: Writer, place: str) -> None:
    writer.write(f"{{%p for section in {place} %}}")
    writer.write("{{ section.title }}", bold=True, points=13, space=18, keep=True)
    writer.write("{%p if section.follow_up %}")
    writer.write("{{ section.follow_up }}", bold=True, keep=True)
    writer.write("{%p endif %}")
    writer.write("{%p if section.text.words %}")
    writer.foreign("section.text")
    writer.write("{%p endif %}")
    writer.write("{%p if section.about %}")
    writer.write("{{ section.about }}", grey=True)
    writer.write("{%p endif %}")
    writer.write("{%p if section.consulted %}")
    writer.write("{{ section.consulted }}", grey=True)
    writer.write("{%p endif %}")
    writer.write("{{ section.status }}", bold=True, space=6)
    writer.write("{%p if section.sentence.words %}")
    writer.foreign("section.sentence")
    writer.write("{%p endif %}")
    writer.write("{%p for answer in section.answers %}")
    writer.write("{{ answer.title }}", bold=True, space=6, keep=True)
    for name in ("measures", "remaining", "figures", "evidence"):
        writer.write(f"{{%p if answer.{name}.words %}}")
        if name != "measures":
            writer.write(f"{{{{ our.{name} }}}}", grey=True, keep=True)
        writer.foreign(f"answer.{name}")
        writer.write("{%p endif %}")
    writer.write("{%p for each in answer.validated %}")
    writer.write("{{ each }}", grey=True)
    writer.write("{%p endfor %}")
    writer.write("{%p endfor %}")
    for beside in ("independent", "grades"):
        writer.write(f"{{%p for each in section.{beside} %}}")
        writer.write("{{ each.title }}", bold=True, space=6, keep=True)
        writer.write("{%p if each.text.words %}")
        writer.foreign("each.text")
        writer.write("{%p endif %}")
        writer.write("{%p endfor %}")
    writer.write("{%p endfor %}")
