"""Files are recognised by what is in them; what cannot be read is refused for its own reason."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refused
from bot.exchange import recognise
from bot.exchange.imported import (
    Damaged,
    Empty,
    Format,
    NotRecognised,
)
from bot.exchange.refusals import Encrypted, Macros, OldFormat

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    return saved(book.save)


def document(*rows: tuple[str, ...]) -> bytes:
    made = docx.Document()
    if rows:
        table = made.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    return saved(made.save)


def saved(save: Callable[[io.BytesIO], None]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A package with one part changed or added."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        parts = {each: old.read(each) for each in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for each, content in parts.items():
            new.writestr(each, content)
    return result.getvalue()


MATRIX = document(
    ("Recommendation", "Position", "Full list of themes"), ("1.1 Do it (Mali);", "Noted", "A12 x")
)
PLAIN = workbook(("Symbol", "Number", "Text"), ("X/1", "1.1", "Do it"))
EMPTY_ZIP = saved(lambda file: zipfile.ZipFile(file, "w").close())
UHRI_TITLES = ("Text", "Countries Concerned", "Reccomending Body", "Type", "OHCHR Annotation Id")
RECORD = {"AnnotationId": "b1", "Text": "1. The", "Body": "CRC", "Countries": ["Peru"]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (MATRIX, Format.OHCHR_MATRIX),
        (PLAIN, Format.PLAIN_EXCEL),
        (workbook(UHRI_TITLES, ("1. The", "- Peru", "- CRC", "", "b1")), Format.UHRI_EXCEL),
        (json.dumps([RECORD]).encode(), Format.UHRI_JSON),
        (json.dumps([RECORD], indent=1).encode("utf-16"), Format.UHRI_JSON),
        (b"\xef\xbb\xbfsymbol;number;text\nX;1.1;Do it\n", Format.PLAIN_CSV),
        ("الرمز،الرقم\n".encode() + "الرمز,الرقم,النص\nX,1,نص\n".encode(), Format.PLAIN_CSV),
    ],
    ids=[*"matrix table index json json-utf-16 csv arabic".split()],
)
def test_the_content_tells_the_format(tmp_path: Path, data: bytes, expected: Format) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(data)
    assert recognise.recognise(path) is expected
    assert recognise.read(path).whole().rows


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("padding", range(4))
def test_a_character_that_straddles_what_is_looked_at_first_is_no_damage(
    tmp_path: Path, encoding: str, padding: int
) -> None:
    """A CSV with a byte-order mark was damaged when its 65,536th byte fell inside a letter."""
    rows = "".join(f"X/1,1.{number},اعتماد تشريعات 😀😀😀😀 جديدة\n" for number in range(2_000))
    path = tmp_path / "table.csv"
    path.write_bytes((f"symbol,number,text,{'x' * padding}\n" + rows).encode(encoding))
    assert len(recognise.read(path).whole().rows) == 2_000


REFUSED: dict[str, tuple[bytes, type[Refused]]] = {
    "nothing": (b"", Empty),
    "spaces": (b"\xef\xbb\xbf \r\n", Empty),
    "empty workbook": (workbook(), Empty),
    "no records": (b"[ ]", Empty),
    "pdf": (b"%PDF-1.7 number text symbol", NotRecognised),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), NotRecognised),
    "other words": (b"Dear colleagues,\nplease find the matrix attached.\n", NotRecognised),
    "other json": (b'[{"name": "A"}]', NotRecognised),
    "json object": (b'{"Text": "x"}', NotRecognised),
    "other workbook": (workbook(("Name", "Phone"), ("A", "1")), NotRecognised),
    "letter": (document(), NotRecognised),
    "zip": (EMPTY_ZIP, NotRecognised),
    "bytes": (bytes(range(256)) * 40, NotRecognised),
    "cut docx": (MATRIX[: len(MATRIX) // 2], Damaged),
    "cut xlsx": (PLAIN[: len(PLAIN) // 2], Damaged),
    "broken xml": (with_part(MATRIX, "word/document.xml", lambda part: part[:-40]), Damaged),
    "broken sheet": (
        with_part(PLAIN, "xl/worksheets/sheet1.xml", lambda part: part[:-40]),
        Damaged,
    ),
    "cut json": (b'[{"AnnotationId": "b1", "Te', Damaged),
    "macros": (with_part(MATRIX, "word/vbaProject.bin", lambda _: b"x"), Macros),
    "macro type": (
        with_part(
            PLAIN,
            "[Content_Types].xml",
            lambda part: part + b"<!-- sheet.macroEnabled.main+xml -->",
        ),
        Macros,
    ),
    "locked": (OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), Encrypted),
    "doc": (OLE + bytes(500) + "WordDocument".encode("utf-16-le"), OldFormat),
    "xls with macros": (OLE + "Workbook_VBA_PROJECT".encode("utf-16-le"), OldFormat),
    "other ole": (OLE + bytes(500), NotRecognised),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_for_its_own_reason(tmp_path: Path, name: str) -> None:
    data, refusal = REFUSED[name]
    path = tmp_path / "recommendations.xlsx"
    path.write_bytes(data)
    with pytest.raises(Refused) as raised:
        recognise.read(path).whole()
    assert type(raised.value) is refusal


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path) -> None:
    """Billion laughs in a Word file."""
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    laughs += b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(1, 9)
    )
    bomb = with_part(
        MATRIX,
        "word/document.xml",
        lambda part: part.replace(b"<w:document", laughs + b"]><w:document", 1).replace(
            b"Noted", b"&i;"
        ),
    )
    path = tmp_path / "bomb.docx"
    path.write_bytes(bomb)
    try:
        found = recognise.read(path).whole()
    except Damaged:
        return
    assert sum(len(item.raw_text) for item in found.rows) < 1_000


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "file"
    for start in (b"", b"[", b"PK\x03\x04", OLE, b"symbol,number,text\n"):
        path.write_bytes(start + data)
        with suppress(Refused):
            recognise.read(path).whole()
