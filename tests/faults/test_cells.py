"""Fault 14, the cells: what begins with `= + - @`, tab or CR, and whatever else breaks a file."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bot.exchange.sheets import safe_book

HOSTILE = [
    "=1+1",
    '=HYPERLINK("https://example.org";"x")',
    "{=1}",
    "+33 1 23 45 67 89",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\r\n",
    "\x00NUL",
    "_x000D_",
    "_x005F_x0041_",
    "</t></is></c><c><f>1+1</f></c>",
    "<r><t>rich</t></r>",
    "<r>not a run</r>",
    "]]>",
    "&#61;1",
    "مرحبا \u200f140.7\u200e",
    "\u2068=1\u2069",
    "👩🏽‍⚖️",
    " edges ",
    "https://example.org",
    "mailto:a@example.org",
    "1.0",
    "\ufffe\uffff",
    "'=1",
]
TEXTS = st.builds(
    "{}{}".format,
    st.sampled_from(["", *HOSTILE]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)


def write(path: Path, texts: list[str]) -> None:
    made_at = datetime(2026, 11, 23, tzinfo=UTC)
    with safe_book(path, language="en", title="cells", made_at=made_at) as book:
        sheet = book.sheet("cells")
        for row, text in enumerate(texts):
            sheet.row(row, [f"row {row}", text])


def read(path: Path) -> list[str]:
    """The texts as Excel would show them: openpyxl leaves the format's `_x0000_` as they are."""
    book = openpyxl.load_workbook(path)
    values = [row[1] for row in book["cells"].iter_rows(values_only=True, min_col=1, max_col=2)]
    return [re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), str(v or "")) for v in values]


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_every_text_is_in_the_file_unaltered(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cells.xlsx"
        write(path, texts)
        assert read(path) == texts


def test_hostile_texts_reach_another_reader_unaltered(tmp_path: Path) -> None:
    """XlsxWriter alone makes markup of `<r>…</r>`, and `_x005FA` of `_x005F_x0041_`."""
    path = tmp_path / "cells.xlsx"
    texts = [text for text in HOSTILE if text != "\ufffe\uffff"]  # calamine does not decode these
    write(path, texts)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("cells")
    assert [row[1] for row in sheet.to_python()] == texts


def test_there_is_no_formula_no_link_and_no_rich_text_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cells.xlsx"
    write(path, HOSTILE)
    with zipfile.ZipFile(path) as parts:
        markup = parts.read("xl/worksheets/sheet1.xml").decode()
        names = parts.namelist()
    assert not re.search("<f[ >]|<hyperlink|<r>", markup)
    assert markup.count("<c ") == 2 * len(HOSTILE)
    assert not [name for name in names if "rels/sheet" in name or "externalLink" in name]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_an_edited_cell_stays_a_text(text: str, tmp_path: Path) -> None:
    """Pressing Enter in a cell that shows `=1+1` makes it a formula, unless the cell is marked."""
    write(tmp_path / "cells.xlsx", [text, "plain"])
    sheet = openpyxl.load_workbook(tmp_path / "cells.xlsx")["cells"]
    assert [sheet["B1"].quotePrefix, sheet["B2"].quotePrefix] == [True, False]


def test_half_a_surrogate_pair_is_shown_as_a_lost_character(tmp_path: Path) -> None:
    write(tmp_path / "cells.xlsx", ["a\ud83db"])
    assert read(tmp_path / "cells.xlsx") == ["a\ufffdb"]
