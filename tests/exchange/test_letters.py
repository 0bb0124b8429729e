"""Letters are Word files that open again, say what is asked, and read from the right in Arabic."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
from docx.document import Document
from docx.oxml.ns import qn

from bot.exchange import letters, word
from bot.exchange.confined import MEGABYTE, Limits, confined

LIMITS = Limits(memory=700 * MEGABYTE, cpu=30, written=MEGABYTE)
HOSTILE = "{{ 7 * 7 }} {% for x in y %} <w:p/> & \x0b\x00\ud800 \u202eend"
WORDS = {
    "sender": "Secretariat",
    "how": "Write beside each item.",
    "item": "Item",
    "answer": "Answer",
    "name": "Name:",
    "signature": "Signature:",
    "choices": ["In progress", "Implemented"],
}


def said(words: str, *, rtl: bool = False) -> dict[str, Any]:
    return {"words": words, "rtl": rtl}


def letter(name: str = "MOJ 5", *, message: str = "Please report.") -> dict[str, Any]:
    item = {"number": "A/HRC/50/9 · 140.7", "label": "", "due": "Due 29 May 2026"}
    return {
        "name": name,
        "date": "4 May 2026",
        "reference": "Request 5",
        "to": "Ministry of Justice & Rights",
        "subject": said("Mid-term report"),
        "message": [said(message), said("Second paragraph.")],
        "asks": "The secretariat asks where these stand.",
        "items": [
            {**said("Ratify the Optional Protocol."), **item},
            {**said("صدّقوا على البروتوكول.", rtl=True), **item, "label": "(Arabic)"},
            {**said(""), **item, "number": "CAT/1 · 12"},
        ],
    }


def order(*several: dict[str, Any], rtl: bool = False) -> dict[str, Any]:
    return {"name": "letters 5", "rtl": rtl, "words": WORDS, "letters": list(several)}


def lines(document: Document) -> list[str]:
    return [each.text for each in document.paragraphs]


async def test_one_letter_comes_back_from_the_confined_process_and_opens(tmp_path: Path) -> None:
    made = await confined(letters.write, order(letter()), str(tmp_path), limits=LIMITS)
    assert made == {"file": "MOJ 5.docx"}
    document = docx.Document(str(tmp_path / "MOJ 5.docx"))
    assert lines(document)[:4] == [
        "Secretariat",
        "4 May 2026",
        "Request 5",
        "Ministry of Justice & Rights",
    ]
    assert "Second paragraph." in lines(document)
    [table] = document.tables
    assert len(table.rows) == 4, "a head and three items"
    first, second, restricted = (row.cells[0].text for row in table.rows[1:])
    assert first == "A/HRC/50/9 · 140.7\nRatify the Optional Protocol.\nDue 29 May 2026"
    assert "(Arabic)" in second
    assert restricted == "CAT/1 · 12\nDue 29 May 2026"
    assert table.rows[1].cells[1].text.startswith("☐ In progress\n☐ Implemented")
    assert document.core_properties.author == ""


async def test_several_letters_are_one_file_with_a_letter_for_each(tmp_path: Path) -> None:
    several = [letter("MOJ 5"), letter("MOI 5"), letter("ONS 5")]
    made = await confined(letters.write, order(*several), str(tmp_path), limits=LIMITS)
    with ZipFile(tmp_path / made["file"]) as package:
        assert package.testzip() is None
        assert package.namelist() == ["MOJ 5.docx", "MOI 5.docx", "ONS 5.docx"]
        assert docx.Document(BytesIO(package.read("MOI 5.docx"))).tables


def test_an_arabic_letter_reads_from_the_right_and_keeps_english_words_as_they_are() -> None:
    document = docx.Document(
        BytesIO(word.filled(letters.template(rtl=True), {**letter(), "our": WORDS}))
    )
    turned = {
        each.text: each._p.find(f".//{qn('w:bidi')}") is not None for each in document.paragraphs
    }
    assert turned["Secretariat"]
    assert not turned["Mid-term report"], "an English title"
    [table] = document.tables
    assert table._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    cell = table.rows[2].cells[0]
    assert [each._p.find(f".//{qn('w:bidi')}") is not None for each in cell.paragraphs] == [
        True
    ] * 4


def test_what_people_wrote_stays_words_whatever_it_looks_like() -> None:
    values = {**letter(message=HOSTILE), "our": WORDS}
    document = docx.Document(BytesIO(word.filled(letters.template(rtl=False), values)))
    assert any("{{ 7 * 7 }} {% for x in y %} <w:p/> &" in each for each in lines(document))
