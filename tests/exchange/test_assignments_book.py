from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exchange import assignments_book as book
from bot.exchange.assignments_book import Assigned, Change, ItemToAssign, Known
from bot.exchange.filled import folded
from bot.exchange.imported import Damaged, MissingColumns, NotRecognised, TooSpread

JUSTICE, HEALTH, CITY = "Ministry of Justice", "Ministry of Health", "Port Selene City Council"
INSTITUTIONS = (JUSTICE, HEALTH, CITY, "وزارة التعليم", "=Ministry of Sums")
CLUSTERS = ("Detention", "Health")
ITEMS = (
    ItemToAssign(
        id="17",
        symbol="A/HRC/61/4",
        paragraph="140.70",
        text="=Let independent monitors visit every prison.",
        suggested=(JUSTICE, CITY),
        now=Assigned(JUSTICE, (CITY, HEALTH), date(2026, 11, 30), "Detention"),
    ),
    ItemToAssign(id="18", symbol="A/HRC/61/4", paragraph="140.8", text="Ratify the Convention."),
    ItemToAssign(id="19", symbol="CAT/C/MRV/CO/3", paragraph="12 (a)", text="Train every guard."),
)
KNOWN = Known(
    items={item.id: (item.symbol, item.paragraph) for item in ITEMS},
    institutions=INSTITUTIONS,
    clusters=CLUSTERS,
)
CURRENT = {item.id: item.now for item in ITEMS}


def label(key: str) -> str:
    return key.removeprefix("export.assignments.")


def made(path: Path, items: tuple[ItemToAssign, ...] = ITEMS) -> Path:
    book.write(
        path,
        items,
        institutions=INSTITUTIONS,
        clusters=CLUSTERS,
        labels=label,
        language="en",
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    return path


def filled(folder: Path, change: Callable[[Any], object]) -> Path:
    """The workbook after somebody worked on it; row 3 holds item 17, column F leads."""
    path = made(folder / "assignments.xlsx")
    opened = openpyxl.load_workbook(path)
    change(opened.worksheets[0])
    opened.save(path)
    return path


def put(**cells: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for place, value in cells.items():
            sheet[place] = value

    return change


def problems(path: Path) -> list[tuple[int, str, str | None]]:
    return [
        (problem.row, problem.key.rpartition(".")[2], problem.column)
        for row in book.read(path, KNOWN)
        for problem in row.problems
    ]


def test_a_workbook_sent_back_untouched_changes_nothing(tmp_path: Path) -> None:
    rows = book.read(made(tmp_path / "a.xlsx"), KNOWN)
    assert [row.item_id for row in rows] == ["17", "18", "19"]
    assert [row.problems for row in rows] == [(), (), ()]
    assert book.differences(CURRENT, rows) == []
    assert book.recognises(tmp_path / "a.xlsx")


def test_what_is_filled_in_becomes_a_list_of_changes(tmp_path: Path) -> None:
    change = put(
        F3=HEALTH, G3=f"{HEALTH} | {CITY}", F4=" ministry of  JUSTICE ", G4=f"{CITY}\n{HEALTH}",
        H4=datetime(2027, 1, 31, tzinfo=UTC).replace(tzinfo=None), I4="Health",
    )  # fmt: skip
    rows = book.read(filled(tmp_path, change), KNOWN)
    assert book.differences(CURRENT, rows) == [
        Change("17", "lead", JUSTICE, HEALTH),
        Change("17", "contributing", (CITY, HEALTH), (CITY,)),  # who leads does not contribute too
        Change("18", "lead", None, JUSTICE),
        Change("18", "contributing", (), (CITY, HEALTH)),
        Change("18", "due", None, date(2027, 1, 31)),
        Change("18", "cluster", None, "Health"),
    ]
    assert problems(tmp_path / "assignments.xlsx") == [(3, "leads_already", "contributing")]


def test_an_emptied_cell_is_a_change_and_an_absent_column_is_none(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["F3"] = None
        sheet.delete_cols(9)  # the clusters

    rows = book.read(filled(tmp_path, change), KNOWN)
    assert book.differences(CURRENT, rows) == [Change("17", "lead", JUSTICE, None)]


def test_rows_and_columns_may_stand_in_any_order_or_be_gone(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet.move_range("A5:I5", rows=10)
        sheet.delete_rows(4)  # item 18
        sheet.insert_cols(1, 2)
        sheet.insert_rows(1)
        sheet["H4"] = HEALTH

    rows = book.read(filled(tmp_path, change), KNOWN)
    assert [(row.row, row.item_id) for row in rows] == [(4, "17"), (15, "19")]
    assert [each.after for each in book.differences(CURRENT, rows)] == [HEALTH, (CITY,)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"A3": None}, (3, "no_id", "id")),
        ({"A3": "170"}, (3, "unknown_id", "id")),
        ({"A3": "18"}, (3, "changed_id", "id")),
        ({"A4": "17", "C4": "140.70"}, (4, "twice", "id")),
        ({"F4": "Ministry of Justise"}, (4, "near_institution", "lead")),
        ({"G4": f"{CITY} | Guild of Chandlers"}, (4, "unknown_institution", "contributing")),
        ({"F4": f"{JUSTICE} | {HEALTH}"}, (4, "one_lead", "lead")),
        ({"I4": "Detentoin"}, (4, "near_cluster", "cluster")),
        ({"I4": "Zoology"}, (4, "unknown_cluster", "cluster")),
        ({"H4": "03/04/2027"}, (4, "ambiguous_date", "due")),
        ({"H4": "soon"}, (4, "unreadable_date", "due")),
        ({"H4": "2027-02-30"}, (4, "unreadable_date", "due")),
        ({"H4": 12}, (4, "unreadable_date", "due")),
        ({"H4": True}, (4, "unreadable_date", "due")),
        ({"H4": "9" * 6_000}, (4, "unreadable_date", "due")),
        ({"F4": "=F3"}, (4, "formula", "lead")),
    ],
)
def test_each_slip_is_told_with_its_row_and_column_and_changes_nothing(
    cells: dict[str, object], expected: tuple[int, str, str], tmp_path: Path
) -> None:
    path = filled(tmp_path, put(**cells))
    assert expected in problems(path)
    refused = [row for row in book.read(path, KNOWN) if row.row == expected[0]]
    assert refused[0].refused
    assert book.differences(CURRENT, refused) == []


def test_a_name_nearly_right_gets_a_suggestion(tmp_path: Path) -> None:
    (_, row, _) = book.read(filled(tmp_path, put(F4="Justice ministry")), KNOWN)
    assert row.problems[0].values == {"name": "Justice ministry", "suggestion": JUSTICE}


def test_an_uncounted_formula_does_not_empty_a_cell(tmp_path: Path) -> None:
    """Some programs save formulas without their results, which read as nothing at all."""
    rows = book.read(filled(tmp_path, put(F3="=F4")), KNOWN)
    assert rows[0].lead is None
    assert book.differences(CURRENT, rows) == []


def test_a_formula_whose_result_is_an_empty_text_empties_a_cell(tmp_path: Path) -> None:
    path = filled(tmp_path, put(F3="=F9"))
    calculated = tmp_path / "calculated.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(calculated, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<c r="F3"', b'<c t="str" r="F3"'))
    rows = book.read(calculated, KNOWN)
    assert book.differences(CURRENT, rows) == [Change("17", "lead", JUSTICE, None)]


def test_a_lonely_cell_far_away_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """The guard stood before the tables of recommendations alone; here the process ended."""
    path = filled(tmp_path, put(XFD1048576="lonely"))
    with pytest.raises(TooSpread):
        book.read(path, KNOWN)
    assert not book.recognises(path)


@pytest.mark.parametrize(
    "words",
    [
        *("2026-11-30", "30/11/2026", "30.11.2026", "11/30/2026", "2026/11/30", 46356),
        *("٣٠/١١/٢٠٢٦", "2026-11-30 00:00:00", "\u200f30/11/2026"),
        datetime(2026, 11, 30, 14, 5),  # noqa: DTZ001 - as a spreadsheet holds it
    ],
)
def test_a_date_is_understood_however_it_was_typed(words: object, tmp_path: Path) -> None:
    (_, row, _) = book.read(filled(tmp_path, put(H4=words)), KNOWN)
    assert (row.due, row.problems) == (date(2026, 11, 30), ())


def test_a_paragraph_that_became_a_number_is_still_the_same(tmp_path: Path) -> None:
    assert problems(filled(tmp_path, put(C3=140.7, A3=17))) == []


def test_a_workbook_without_its_hidden_row_is_read_by_its_headings(tmp_path: Path) -> None:
    path = filled(tmp_path, lambda sheet: sheet.delete_rows(1))
    rows = book.read(path, KNOWN, book.headings(label))
    assert [(row.row, row.item_id, row.refused) for row in rows] == [
        (2, "17", False),
        (3, "18", False),
        (4, "19", False),
    ]


def test_a_workbook_without_ids_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(MissingColumns):
        book.read(filled(tmp_path, lambda sheet: sheet.delete_cols(1)), KNOWN)


@pytest.mark.parametrize("cut", [0, 100, 3_000])
def test_another_or_a_damaged_file_is_refused(cut: int, tmp_path: Path) -> None:
    path = made(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises((NotRecognised, Damaged)):
        book.read(path, KNOWN)
    assert not book.recognises(path)
    openpyxl.Workbook().save(path)
    with pytest.raises(NotRecognised):
        book.read(path, KNOWN)


def test_ids_are_hidden_and_locked_and_the_rest_can_be_filled_in(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(made(tmp_path / "a.xlsx")).worksheets[0]
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert sheet.row_dimensions[1].hidden
    locked = [sheet.cell(3, column).protection.locked for column in range(1, 10)]
    assert locked == [True] * 5 + [False] * 4
    assert not sheet.column_dimensions["F"].protection.locked  # of a row that is still empty
    assert sheet["D3"].value == ITEMS[0].text
    assert sheet["D3"].data_type == "s"


def test_institutions_and_clusters_can_be_picked_from_lists(tmp_path: Path) -> None:
    opened = openpyxl.load_workbook(made(tmp_path / "a.xlsx"))
    offered = {
        str(each.sqref): (each.formula1, each.showErrorMessage)
        for each in opened.worksheets[0].data_validations.dataValidation
    }
    assert offered == {
        "F3:F5": ("'sheet.lists'!$A$2:$A$6", True),
        "G3:G5": ("'sheet.lists'!$A$2:$A$6", False),
        "I3:I5": ("'sheet.lists'!$B$2:$B$3", True),
    }
    names = [row[0] for row in opened["sheet.lists"].iter_rows(min_row=2, values_only=True)]
    assert names == list(INSTITUTIONS)


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"], exclude_characters="|"),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(
    st.lists(NAMES, min_size=2, max_size=5, unique_by=folded),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
)
def test_any_assignment_comes_back_as_it_was_written(names: list[str], due: date) -> None:
    item = ItemToAssign(
        "1", "=S", "-1", "+text", (), Assigned(names[0], tuple(names[1:]), due, names[1])
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        book.write(
            path, [item], institutions=names, clusters=names, labels=label, language="ar",
            made_at=datetime(2026, 11, 23, tzinfo=UTC),
        )  # fmt: skip
        (row,) = book.read(path, Known({"1": ("=S", "-1")}, names, names))
    assert row.problems == ()
    assert Assigned(row.lead, row.contributing, row.due, row.cluster) == item.now
