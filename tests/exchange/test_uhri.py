"""UHRI exports: Excel and JSON, their dirt, one State out of many, memory that does not grow."""

from __future__ import annotations

import codecs
import csv
import json
import tracemalloc
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bench.imports import write_json
from bot.domain.kinds import Kind, Position
from bot.exchange import uhri
from bot.exchange.imported import (
    Damaged,
    Empty,
    ImportedFile,
    ImportedRecommendation,
    NotRecognised,
    Options,
)

RECORD: dict[str, object] = {
    "AnnotationId": "b0000000-0000-0000-0000-000000000001",
    "AnnotationType": "- Recommendations",
    "Body": "- UPR",
    "Countries": ["Norway"],
    "DocumentId": "d0000000-0000-0000-0000-000000000001",
    "PublicationDate": "2024-12-19T00:00:00",
    "PublicationDateOnUhri": "2025-03-03T10:53:45.827",
    "Regions": ["Western Europe"],
    "Sdgs": ["16.3 - Promote the rule of law"],
    "AffectedPersons": ["Children"],
    "Symbol": "A/HRC/58/5",
    "Text": "137.197 Fund legal aid in all provinces (France) (Ghana);",
    "Themes": ["  Administration of justice & fair trial "],
    "UprCycle": "4",
    "UprPositions": ["Supported"],
    "UprRecommendingCountry": ["France", "GH"],
    "UprRecommendingRegions": ["Africa"],
    "UprSession": ["47"],
}
TITLES = [
    *("Text", "Countries Concerned", "Reccomending Body", "Document Symbol", "Themes"),
    *("Affected Persons", "Sdgs", "Document Publication Date", "UPR Reccomending States"),
    *("UPR Position", "Type", "OHCHR Annotation Id", "UPR Session", "Regions Concerned"),
    *("Recommending Regions", "Date of publication on UHRI"),
]


def record(number: int = 1, **fields: object) -> dict[str, object]:
    return {**RECORD, "AnnotationId": f"b{number}", **fields}


def read_json(folder: Path, records: Iterable[object], **options: str) -> ImportedFile:
    path = folder / "export.bin"
    path.write_text(json.dumps(list(records)), encoding="utf-8")
    return uhri.read_json(path, Options(**options)).whole()  # type: ignore[arg-type]


def read_text(folder: Path, text: str, **fields: object) -> ImportedRecommendation:
    (item,) = read_json(folder, [{**RECORD, "Text": text, **fields}]).rows
    return item


def write_excel(folder: Path, *rows: Iterable[object], titles: Iterable[str] = TITLES) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (titles, *rows):
        sheet.append(list(row))
    path = folder / "export.bin"
    book.save(path)
    return path


# -- JSON ------------------------------------------------------------------------------------------


def test_a_real_record_is_read(sample_data: Path) -> None:
    (item,) = (
        uhri.read_json(sample_data / "uhri" / "record.json", Options(state="PER")).whole().rows
    )
    assert (item.kind, item.mechanism, item.position) == (Kind.CONCERN, "CRC", None)
    assert (item.symbol, item.paragraph) == ("CRC/C/PER/CO/6-7", "4")
    assert item.text.startswith("The Committee reminds the State party")
    assert item.published_on == date(2025, 2, 12)
    assert (item.state, item.language) == ("Peru", "en")
    assert item.key == "uhri:a9ceae8c-fe1c-40f9-a326-1529e0ab678f"
    assert item.keys[1] == "CRC/C/PER/CO/6-7:4"
    assert item.affected_persons[-1] == "Women & girls"


def test_a_recommendation_of_a_review_with_padding_and_codes(tmp_path: Path) -> None:
    (item,) = read_json(tmp_path, [RECORD]).rows
    assert (item.paragraph, item.text) == (
        "137.197",
        "Fund legal aid in all provinces (France) (Ghana)",
    )
    assert item.recommending_states == ("France", "Ghana")
    assert item.themes == ("Administration of justice & fair trial",)
    assert (item.position, item.cycle, item.session) == (Position.SUPPORTED, "4", "47")
    assert item.raw_text == RECORD["Text"]


def test_a_recommending_state_in_parentheses_loses_them(tmp_path: Path) -> None:
    (item,) = read_json(
        tmp_path,
        [{**RECORD, "UprRecommendingCountry": ["( France )", "Iran (Islamic Republic of)"]}],
    ).rows
    assert item.recommending_states == ("France", "Iran (Islamic Republic of)")


@pytest.mark.parametrize(
    ("text", "paragraph", "words", "heading"),
    [
        ("49.The Committee notes", "49", "The Committee notes", None),
        ("Rural women 49.The Committee notes", "49", "The Committee notes", "Rural women"),
        ("33 (a) Train all judges", "33 (a)", "Train all judges", None),
        ("33. (a) Train all judges", "33 (a)", "Train all judges", None),
        ("137.197 – Fund it", "137.197", "Fund it", None),
        ("137.197.- Fund it", "137.197", "Fund it", None),
        ("137.197. Fund it ( France )", "137.197", "Fund it (France)", None),
        ("<p>12.&nbsp;The State&rsquo;s&#8209;own</p>", "12", "The State’s-own", None),
        ("&lrm;7.1 Fund&amp;nbsp;it", "7.1", "Fund it", None),
        ("2030 Agenda goals should be met", None, "2030 Agenda goals should be met", None),
        ("As said in paragraph 49. The State", None, "As said in paragraph 49. The State", None),
    ],
)
def test_dirt_is_cleaned_and_the_paragraph_found(
    tmp_path: Path, text: str, paragraph: str | None, words: str, heading: str | None
) -> None:
    item = read_text(tmp_path, text)
    assert (item.paragraph, item.text) == (paragraph, words)
    assert item.headings == ((heading,) if heading else ())
    assert item.raw_text == text


@pytest.mark.parametrize(
    ("body", "mechanism"),
    [
        ("- CEDAW", "CEDAW"),
        ("Committee on the Elimination of Discrimination against Women", "CEDAW"),
        ("Human Rights Committee", "CCPR"),
        ("Special Rapporteur on torture and other cruel treatment", "SR-TORTURE"),
        ("- SR Torture", "SR-TORTURE"),
        ("Working Group on arbitrary detention", "WG-ARBITRARY-DETENTION"),
    ],
)
def test_long_and_short_names_of_bodies_give_one_code(
    tmp_path: Path, body: str, mechanism: str
) -> None:
    assert read_text(tmp_path, "1. The State", Body=body).mechanism == mechanism


@pytest.mark.parametrize("state", ["Norway", "NO", "NOR", "norvège", "النرويج", "Норвегия", "挪威"])
def test_one_state_is_kept_by_name_or_code(tmp_path: Path, state: str) -> None:
    records = [record(n, Countries=[c]) for n, c in enumerate(("Peru", "Norway", "NO", "Niger"))]
    found = read_json(tmp_path, records, state=state)
    assert [item.annotation_id for item in found.rows] == ["b1", "b2"]
    assert {item.state for item in found.rows} == {"Norway"}


def test_a_state_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(uhri.StateUnknown) as refusal:
        read_json(tmp_path, [RECORD], state="Maravia")
    assert refusal.value.values == {"value": "Maravia"}


def test_both_positions_are_one_and_an_empty_one_is_pending(tmp_path: Path) -> None:
    positions: list[list[str]] = [["Supported", "Noted"], [], ["Noted"], ["Perhaps"]]
    found = read_json(tmp_path, [record(n, UprPositions=p) for n, p in enumerate(positions)])
    assert [item.position for item in found.rows] == [
        *(Position.SUPPORTED_NOTED, Position.PENDING, Position.NOTED, Position.PENDING)
    ]
    assert [(p.row, p.key) for p in found.problems] == [(4, "import.problem.position_unknown")]


def test_records_without_text_or_key_and_doubles_are_told(tmp_path: Path) -> None:
    records = [
        record(1),
        record(2, Text="<p>&nbsp;</p>"),
        record(3, AnnotationId=None, Text="No number at all"),
        record(1),
        record(5, AnnotationId=None),
    ]
    found = read_json(tmp_path, records, state="Norway")
    assert [item.row for item in found.rows] == [1, 5]
    assert [(p.row, p.key.rpartition(".")[2], p.refused) for p in found.problems] == [
        (2, "no_text", True),
        (3, "no_number", True),
        (4, "duplicate", True),
    ]
    assert found.problems[1].original[0] == "No number at all"


def test_split_words_are_told_and_not_joined(tmp_path: Path) -> None:
    texts = ["1.1 Fund heal thcare", "1.2 Reform healthcare", "1.3 Staff healthcare"]
    found = read_json(
        tmp_path, [record(n, Text=text) for n, text in enumerate(texts)], state="Norway"
    )
    assert found.rows[0].text == "Fund heal thcare"
    assert [(p.row, p.values) for p in found.problems] == [
        (1, {"words": "heal thcare", "whole": "healthcare"})
    ]


def test_byte_order_marks_and_utf_16_are_read(tmp_path: Path) -> None:
    text = json.dumps([RECORD])
    path = tmp_path / "export.bin"
    for data in (codecs.BOM_UTF8 + text.encode(), text.encode("utf-16")):
        path.write_bytes(data)
        assert len(uhri.read_json(path).whole().rows) == 1


def test_a_file_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    text = json.dumps([record(n) for n in range(60)])
    path = tmp_path / "export.bin"
    path.write_text(text[: len(text) // 2])
    with pytest.raises(Damaged):
        uhri.read_json(path).whole()


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", Empty), ("[]", Empty), ('[{"a": 1}]', NotRecognised), ("[{]", Damaged)],
)
def test_other_json_is_refused(tmp_path: Path, text: str, refusal: type[Exception]) -> None:
    path = tmp_path / "export.bin"
    path.write_text(text)
    with pytest.raises(refusal):
        uhri.read_json(path)


def test_batches_hold_all(tmp_path: Path) -> None:
    path = tmp_path / "export.bin"
    path.write_text(json.dumps([record(n) for n in range(25)]))
    with uhri.read_json(path) as reading:
        batches = [*reading.batches(10)]
    assert [len(batch) for batch in batches] == [10, 10, 5]
    whole = uhri.read_json(path).whole()
    assert [item for batch in batches for item in batch] == list(whole.rows)


def test_long_texts_make_small_batches(tmp_path: Path) -> None:
    """A batch over a megabyte does not get through between processes."""
    path = tmp_path / "export.bin"
    path.write_text(json.dumps([record(n, Text="1.1 " + "نص " * 10_000) for n in range(9)]))
    batches = list(uhri.read_json(path).batches(200))
    assert [len(batch) for batch in batches] == [2, 2, 2, 2, 1]


def test_memory_stays_bounded_while_a_file_is_streamed(tmp_path: Path) -> None:
    """The heavy run, 360 MB under 300 MB of memory, is `python -m bench.imports`."""
    path = tmp_path / "export.bin"
    peaks = []
    for size in (300_000, 2_400_000):
        count = write_json(path, size)
        tracemalloc.start()
        rows = sum(len(batch) for batch in uhri.read_json(path).batches(100))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows >= count
    assert peaks[1] < peaks[0] * 1.5 + 500_000


# -- Excel -----------------------------------------------------------------------------------------


def cells(**changes: object) -> list[object]:
    values: dict[str, object] = {
        "Text": "Rural women 49.The Committee&nbsp;notes",
        "Countries Concerned": "- Iraq",
        "Reccomending Body": "- CEDAW",
        "Document Symbol": "CEDAW/C/IRQ/CO/8",
        "Themes": "- Equality & non-discrimination\n- Land & property rights",
        "Sdgs": "- 1.4 - Equal rights to economic resources\n- 16.3 - Promote the rule of law",
        "Document Publication Date": 46078,
        "Type": "- Concerns/Observations",
        "OHCHR Annotation Id": "b1",
        "Date of publication on UHRI": 46125.4996282407,
    } | changes
    return [values.get(title) for title in TITLES]


def test_the_excel_export_is_read_with_its_misspellings(tmp_path: Path) -> None:
    found = uhri.read_excel(write_excel(tmp_path, cells()), Options(state="IQ")).whole()
    (item,) = found.rows
    assert (item.kind, item.mechanism, item.paragraph) == (Kind.CONCERN, "CEDAW", "49")
    assert item.headings == ("Rural women",)
    assert item.text == "The Committee notes"
    assert item.published_on == date(2026, 2, 25)
    assert item.themes == ("Equality & non-discrimination", "Land & property rights")
    assert item.sdgs[0] == "1.4 - Equal rights to economic resources"
    assert (item.row, item.position) == (2, None)


def test_real_titles_of_the_excel_export_are_recognised(sample_data: Path, tmp_path: Path) -> None:
    with (sample_data / "uhri" / "xlsx_header_and_sample_row.csv").open(newline="") as file:
        titles, row = csv.reader(file)
    path = write_excel(tmp_path, [cell or None for cell in row], titles=titles)
    (item,) = uhri.read_excel(path).whole().rows
    assert (item.annotation_id, item.headings) == (row[11], ("Rural women",))
    assert item.published_on == date(2026, 2, 25)


def test_a_value_that_cannot_be_seen_refuses_its_row(tmp_path: Path) -> None:
    """A formula saved without its result reads as an empty cell: the item would lose its States."""
    path = write_excel(
        tmp_path, cells(), cells(**{"OHCHR Annotation Id": "b2", "UPR Position": "=A1"})
    )
    found = uhri.read_excel(path).whole()
    assert [item.annotation_id for item in found.rows] == ["b1"]
    (problem,) = found.problems
    assert (problem.row, problem.column, problem.refused) == (3, "UPR Position", True)
    assert problem.key == "import.problem.formula"


def test_columns_in_another_order_spelt_correctly_or_missing_are_read(tmp_path: Path) -> None:
    names = {"Reccomending Body": "Recommending Body"}
    order = list(reversed(range(len(TITLES))))
    titles = [names.get(TITLES[place], TITLES[place]) for place in order]
    row = cells()
    found = uhri.read_excel(write_excel(tmp_path, [row[place] for place in order], titles=titles))
    assert [item.mechanism for item in found.whole().rows] == ["CEDAW"]


def test_lists_of_states_in_excel_are_lines_of_names_or_codes(tmp_path: Path) -> None:
    row = cells(
        **{
            "Text": "5.12 Fund it",
            "Reccomending Body": "- UPR - Universal Periodic Review (UPR)",
            "UPR Reccomending States": "- France\n- VN\n- Maravia",
            "UPR Position": "- Noted",
        }
    )
    found = uhri.read_excel(write_excel(tmp_path, row)).whole()
    assert found.rows[0].recommending_states == ("France", "Viet Nam", "Maravia")
    assert [p.key for p in found.problems] == ["import.problem.state_unknown"]
