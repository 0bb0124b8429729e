"""The tables of a Word file as plain rows and cells, straight from its XML.

python-docx is not used for reading: it wants a whole, well-formed package and the transitional
namespace, and files that come in have neither always.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from bot.exchange.opening import opened_package


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: one text a line, the grid columns it covers, whether it goes on from above."""

    lines: tuple[str, ...]
    start: int
    span: int
    continues: bool

    @property
    def text(self) -> str:
        """Its lines, empty ones at the ends left out."""
        return "\n".join(self.lines).strip()


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table; tables with the same `parent` follow one another in one place."""

    rows: tuple[tuple[Cell, ...], ...]
    parent: int


@dataclass(frozen=True, slots=True)
class WordFile:
    """All tables in reading order, nested ones too, and the words outside of them."""

    tables: tuple[Table, ...]
    outside: tuple[str, ...]


def read(path: Path) -> WordFile:
    """The tables of a .docx; refuses with Damaged or Encrypted."""
    root = _document(path)
    parents: dict[etree._Element, int] = {}
    tables = [
        Table(
            tuple(_row(row) for row in _children(table, "tr")),
            parents.setdefault(_parent(table), len(parents)),
        )
        for table in root.iter()
        if _local(table) == "tbl"
    ]
    outside = [
        text
        for paragraph in root.iter()
        if _local(paragraph) == "p"
        and not any(_local(each) == "tbl" for each in paragraph.iterancestors())
        and (text := _text(paragraph).strip())
    ]
    return WordFile(tuple(tables), tuple(outside))


def count_words(path: str) -> int:
    """How many words stand between spaces in the text of a .docx; refuses as `read` does."""
    return sum(len(each.split()) for each in paragraphs(Path(path)))


def paragraphs(source: Path | BinaryIO) -> list[str]:
    """The text of each paragraph of a .docx, in tables, too; refuses as `read` does."""
    return [
        _text(each)
        for each in _document(source).iter()
        if _local(each) == "p" and not any(_local(above) == "p" for above in each.iterancestors())
    ]


def _document(source: Path | BinaryIO) -> etree._Element:
    # Nothing outside the file is fetched and no entity is expanded, whatever a document type says.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    with opened_package(source) as package:
        return etree.fromstring(package.read(_main_part(package)), parser)


def _main_part(package: zipfile.ZipFile) -> str:
    """The part that holds the text: relations name it, usually `word/document.xml`."""
    try:
        relations = package.read("_rels/.rels").decode("utf-8", "replace")
    except KeyError:
        relations = ""
    for relation in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", relations):
        target = re.search(r'Target="/?([^"]+)"', relation)
        if target and re.search(r'Type="[^"]*/officeDocument"', relation):
            return target[1]
    return "word/document.xml"


# Names are compared without their namespace: strict files use another one than transitional files.
def _local(element: etree._Element) -> str:
    tag = element.tag
    # Comments and processing instructions have a function for a tag.
    return str(tag).rpartition("}")[2]


def _value(element: etree._Element, name: str = "val") -> str | None:
    return next(
        (str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), None
    )


def _count(element: etree._Element) -> int:
    """A number of grid columns; Word knows 63, and nobody else may make us count to a billion."""
    value = _value(element) or ""
    return min(int(value), 63) if re.fullmatch("[0-9]{1,9}", value) else 0


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of a name, those inside content controls and tracked insertions too."""
    for child in element:
        local = _local(child)
        if local == name:
            yield child
        elif local in {"sdt", "sdtContent", "ins", "customXml", "smartTag"}:
            yield from _children(child, name)


def _parent(table: etree._Element) -> etree._Element:
    parent = table.getparent()
    if parent is None:  # the document itself
        return table
    while _local(parent) in {"sdt", "sdtContent"}:
        parent = _parent(parent)
    return parent


def _row(row: etree._Element) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    start = 0
    for properties in _children(row, "trPr"):
        for skipped in _children(properties, "gridBefore"):
            start += _count(skipped)
    for cell in _children(row, "tc"):
        span, continues = 1, False
        for properties in _children(cell, "tcPr"):
            for each in properties:
                if _local(each) == "gridSpan":
                    span = max(1, _count(each))
                elif _local(each) in {"vMerge", "hMerge"}:
                    continues = _value(each) != "restart"
        cells.append(Cell(_lines(cell), start, span, continues))
        start += span
    return tuple(cells)


def _lines(cell: etree._Element) -> tuple[str, ...]:
    paragraphs = (_text(each) for each in cell.iter() if _local(each) == "p")
    return tuple(line.strip() for text in paragraphs for line in text.split("\n"))


_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def _text(paragraph: etree._Element) -> str:
    """The words of a paragraph without deleted ones, page furniture and the second copy of
    drawings.
    """
    found: list[str] = []

    def walk(element: etree._Element) -> None:
        for child in element:
            local = _local(child)
            if local == "t":
                found.append(child.text or "")
            elif local in _CHARACTERS:
                found.append(_CHARACTERS[local])
            elif local not in {
                "p",
                "pPr",
                "rPr",
                "del",
                "moveFrom",
                "Fallback",
                "instrText",
                "footnoteReference",
            }:
                walk(child)

    walk(paragraph)
    return "".join(found)
