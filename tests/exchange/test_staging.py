"""Rows on their way to the staging tables: plain JSON that both databases can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.domain.screens import text_from_json
from bot.exchange import staging
from bot.exchange.imported import LONGEST
from storage.tables import import_rows, source_documents

RECORD = {
    "AnnotationId": "b1",
    "AnnotationType": "- Recommendations",
    "Text": "12. Adopt the bill",
    "Body": "- CAT",
    "Symbol": "CAT/C/MRV/CO/3",
    "Countries": ["Maravia"],
}


def staged(folder: Path, content: str, **options: str) -> list[dict[str, Any]]:
    """The entries as they come out of the reading process, without the facts."""
    path = folder / "sent"
    path.write_text(content, encoding="utf-8")
    batches = json.loads(json.dumps(list(staging.read(str(path), options))).encode())
    return [entry for batch in batches[1:] for entry in batch]


def of_record(folder: Path, **fields: object) -> dict[str, Any]:
    return staged(folder, json.dumps([{**RECORD, **fields}]))[0]


def fits(row: Mapping[str, Any]) -> bool:
    """Whether every text of a row fits its column (SQLite would not tell)."""
    limits = {column.name: getattr(column.type, "length", None) for column in import_rows.columns}
    document = {each.name: getattr(each.type, "length", None) for each in source_documents.columns}
    values = [(limits.get(name), value) for name, value in row.items()]
    values += [(document[name], value) for name, value in row["document"].items()]
    return all(
        not limit or not isinstance(value, str) or len(value) <= limit for limit, value in values
    )


def test_an_item_without_number_gets_none_that_could_be_a_paragraph(tmp_path: Path) -> None:
    """Its place in the file was shown as its paragraph."""
    assert of_record(tmp_path, Text="Adopt the bill")["row"]["paragraph"] == "#1"
    assert of_record(tmp_path)["row"]["paragraph"] == "12"


@pytest.mark.parametrize(
    "fields",
    [
        {"Symbol": "X/1", "Body": "- Committee of " + "very " * 40 + "wise persons"},
        {"UprSession": [f"{number}th session of the Working Group" for number in range(9)]},
    ],
    ids=["body", "session"],
)
def test_words_too_long_for_their_column_are_cut(
    tmp_path: Path, fields: Mapping[str, object]
) -> None:
    """PostgreSQL refused the whole import for one of them."""
    assert fits(of_record(tmp_path, **fields)["row"])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"{'A/HRC/61/4' * 20},140.1,Adopt the bill,", "symbol"),
        (f"A/HRC/61/4,{'140.1 ' * 20},Adopt the bill,", "paragraph"),
        (f"A/HRC/61/4,140.1,Adopt the bill,{'b' * 80}", "annotation_id"),
    ],
)
def test_a_row_whose_codes_are_too_long_is_a_problem(
    tmp_path: Path, line: str, column: str
) -> None:
    """A code that is cut would be another code."""
    header = "symbol,paragraph,text,annotation_id"
    good = "A/HRC/61/4,140.2,Ratify,"
    entry, other = staged(tmp_path, f"{header}\n{line}\n{good}\n")
    problem = entry["problem"]
    assert (problem["row"], problem["column"], problem["refused"]) == (2, column, True)
    assert text_from_json(problem["text"]).key == "import.problem.too_long"
    assert problem["original"] == line.split(",")
    assert other["row"]["paragraph"] == "140.2"


def test_a_nul_is_replaced_in_the_raw_text_and_in_refused_cells(tmp_path: Path) -> None:
    """PostgreSQL refused the whole import for one of them."""
    entry = of_record(tmp_path, Text="12. Adopt\x00 the <b>bill</b>")
    assert entry["row"]["raw"] == "12. Adopt\ufffd the <b>bill</b>"
    table = "symbol,paragraph,text,kind\n" + "X/1,1,Adopt\x00 the bill,banana\n" + "X/1,2,x,\n" * 60
    problem = staged(tmp_path, table)[0]["problem"]
    assert problem["original"] == ["X/1", "1", "Adopt\ufffd the bill", "banana"]


def test_the_longest_codes_are_those_that_their_columns_hold() -> None:
    columns = {name: import_rows.c[name].type.length for name in LONGEST}  # type: ignore[attr-defined]
    assert columns == LONGEST
