"""Plain tables: column names, encodings, errors by row, the template and what comes back."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kinds import Kind, Position
from bot.domain.screens import Value
from bot.exchange import plain, template
from bot.exchange.imported import (
    Damaged,
    Empty,
    ImportedFile,
    MissingColumns,
    NotRecognised,
    Options,
    Problem,
    TooSpread,
)

HEADER = "document_symbol,paragraph,text,position,recommending_state"
ROW = 'A/HRC/40/6,28.4,"Financer l’aide juridictionnelle, à l’échelle du pays",noted,France | Ghana'


def read(path: Path, text: str | bytes, **options: object) -> ImportedFile:
    file = path / "table.bin"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return plain.read_csv(file, Options(**options)).whole()  # type: ignore[arg-type]


def keys(found: ImportedFile) -> list[tuple[int, str]]:
    return [(problem.row, problem.key.rpartition(".")[2]) for problem in found.problems]


def label(key: str, values: Mapping[str, Value]) -> str:
    """Texts as a catalogue would give them, so that a test sees which was asked for."""
    return f"{key.rpartition('.')[2]} {' '.join(str(value) for value in values.values())}".strip()


# -- real files ------------------------------------------------------------------------------------


def test_the_numbered_recommendations_of_36_states_are_read(sample_data: Path) -> None:
    found = plain.read_csv(sample_data / "upr_36_states_numbered.csv").whole()
    assert (len(found.rows), found.problems) == (5394, ())
    assert len({item.key for item in found.rows}) == 5394
    assert {item.mechanism for item in found.rows} == {"UPR"}
    supported = sum(item.position is Position.SUPPORTED for item in found.rows)
    pending = sum(item.position is Position.PENDING for item in found.rows)
    assert (supported, pending) == (4473, 113)
    first = found.rows[0]
    assert (first.symbol, first.paragraph, first.state) == ("A/HRC/28/11", "134.1", "Angola")
    assert dict(first.others)["source_file"] == "angola2014.pdf"


def test_recommendations_of_a_review_without_positions_are_pending(sample_data: Path) -> None:
    found = plain.read_csv(sample_data / "upr_eswatini_cycle3.csv").whole()
    assert (len(found.rows), found.problems) == (217, ())
    assert {item.position for item in found.rows} == {Position.PENDING}
    assert found.rows[3].recommending_states == ("Chile", "Nepal")


def test_paragraphs_of_a_treaty_body_have_no_position_and_keep_their_grades(
    sample_data: Path,
) -> None:
    found = plain.read_csv(sample_data / "treaty_body_ccpr_followup_en.csv").whole()
    assert (len(found.rows), found.problems) == (7, ())
    first = found.rows[0]
    assert (first.mechanism, first.position) == ("CCPR", None)
    assert first.headings == ("Voluntary termination of pregnancy and maternal mortality",)
    assert dict(first.others)["followup_grade"] == "(a) C; (b) and (c) B"


def test_only_the_rows_of_the_state_asked_for_are_read(sample_data: Path) -> None:
    path = sample_data / "upr_36_states_numbered.csv"
    found = plain.read_csv(path, Options(state="AGO")).whole()
    assert {item.state for item in found.rows} == {"Angola"}


def test_rows_of_other_states_are_counted_by_state(sample_data: Path) -> None:
    """Once a file about another State was refused without a word of why."""
    path = sample_data / "upr_36_states_numbered.csv"
    whole = len(plain.read_csv(path).whole().rows)
    with plain.read_csv(path, Options(state="AGO")) as reading:
        kept = sum(not isinstance(each, Problem) for each in reading)
    assert reading.elsewhere.total() == whole - kept
    assert "AO" not in reading.elsewhere


# -- how files are written -------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("cp1252", b""),
        ("mac_roman", b""),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_encodings_delimiters_and_line_ends(
    tmp_path: Path, encoding: str, mark: bytes, delimiter: str, line_end: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    writer.writerows(csv.reader([HEADER, ROW, ROW.replace("28.4", "28.5")]))
    found = read(tmp_path, mark + written.getvalue().encode(encoding))
    assert [item.paragraph for item in found.rows] == ["28.4", "28.5"]
    text = "Financer l’aide juridictionnelle, à l’échelle du pays"
    assert {item.text for item in found.rows} == {text}
    assert found.rows[0].recommending_states == ("France", "Ghana")
    assert found.facts.delimiter == delimiter


def test_arabic_in_the_code_page_of_windows(tmp_path: Path) -> None:
    text = "رمز الوثيقة;الرقم;النص\nA/HRC/40/6;28.4;تمويل المساعدة القضائية في جميع المحافظات\n"
    found = read(tmp_path, text.encode("cp1256"))
    assert found.rows[0].text == "تمويل المساعدة القضائية في جميع المحافظات"
    assert (found.facts.encoding, found.rows[0].language) == ("cp1256", "ar")


@pytest.mark.parametrize(
    "header",
    [
        "Document symbol,Number,Text",
        "COTE DU DOCUMENT,Numéro,Texte de la recommandation",
        "رمز الوثيقة,رقم التوصية,نص التوصية",
        "Signatura,Párrafo,Texto",
        "symbol,paragraph,text",
    ],
)
def test_columns_are_matched_by_name_in_each_language(tmp_path: Path, header: str) -> None:
    found = read(tmp_path, f"{header}\nA/HRC/40/6,28.4,Fund legal aid\n")
    assert [item.key for item in found.rows] == ["A/HRC/40/6:28.4"]


def test_a_title_above_the_header_and_excels_own_first_line_are_passed_over(tmp_path: Path) -> None:
    found = read(tmp_path, "sep=;\nMaravia 2026;;\n;;\nSymbol;Number;Text\nX/1;1.1;Do it; \n")
    assert [(item.row, item.text) for item in found.rows] == [(5, "Do it")]


def test_values_are_separated_by_bars_or_lines_and_may_hold_semicolons(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text,themes,affected persons\n"
        'X/1,1.1,Do it,Children: definition; protection | Poverty,"Girls\n- Boys"\n',
    )
    assert found.rows[0].themes == ("Children: definition; protection", "Poverty")
    assert found.rows[0].affected_persons == ("Girls", "Boys")


def test_the_prefix_against_formulas_is_taken_off_and_apostrophes_stay(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text\nX/1,1.1,'=1+1 is a sum\nX/1,1.2,''tis so\nX/1,1.3,'-5 degrees\n",
    )
    assert [item.text for item in found.rows] == ["=1+1 is a sum", "''tis so", "-5 degrees"]


def test_a_number_may_stand_before_the_text(tmp_path: Path) -> None:
    found = read(tmp_path, "symbol,recommendation\nX/1,28.4 Fund legal aid\nX/1,33 (a) Train\n")
    assert [(item.paragraph, item.text) for item in found.rows] == [
        ("28.4", "Fund legal aid"),
        ("33 (a)", "Train"),
    ]


# -- errors ----------------------------------------------------------------------------------------


def test_a_number_is_kept_in_the_digits_that_people_search_by(tmp_path: Path) -> None:
    """Beside the text it was, in a column of its own it was not."""
    table = (
        "الرمز,الرقم,النص\nA/HRC/61/4,١٤٠.١٢,اعتماد القانون\nA/HRC/61/4,,١٤٠.١٣ اعتماد القانون\n"
    )
    assert [item.paragraph for item in read(tmp_path, table).rows] == ["140.12", "140.13"]


def test_good_rows_are_read_and_bad_ones_told_by_row_and_column(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text,kind,position,date,language\n"
        "X/1,1.1,Do it,,,,\n"
        "X/1,1.2,,,,,\n"
        "X/1,,Do it,,,,\n"
        ",1.4,Do it,,,,\n"
        "X/1,1.5,Do it,sort of,,,\n"
        "X/1,1.6,Do it,,perhaps,soon,\n"
        "X/1,1.1,Do it,,,,\n"
        "X/1,1.8,Do it,concern,noted,23.11.2026,klingon\n"
        "X/1,1.9,Do it,concern,noted,23.11.2026,fr\n",
    )
    assert [item.paragraph for item in found.rows] == ["1.1", "1.9"]
    assert found.rows[1].published_on == date(2026, 11, 23)
    assert (found.rows[1].kind, found.rows[1].language) == (Kind.CONCERN, "fr")
    assert keys(found) == [
        (3, "no_text"),
        (4, "no_number"),
        (5, "no_symbol"),
        (6, "kind_unknown"),
        (7, "position_unknown"),
        (7, "date_unknown"),
        (8, "duplicate"),
        (9, "language_unknown"),
    ]
    assert {problem.refused for problem in found.problems} == {True}
    by_key = {problem.key: problem for problem in found.problems}
    assert by_key["import.problem.date_unknown"].column == "date"
    assert by_key["import.problem.duplicate"].values == {"first": 2}
    assert by_key["import.problem.no_text"].original == ("X/1", "1.2", "", "", "", "", "")


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, "symbol,number,text\nX/1,1.1,Do it, and more\nX/1,1.2,Do it,\n")
    assert keys(found) == [(2, "too_many_cells")]
    assert [item.paragraph for item in found.rows] == ["1.2"]


def test_unknown_states_and_mechanisms_are_kept_and_told(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text,mechanism,recommending state\nX/1,1.1,Do it,Ombuds,Maravia | FR\n",
    )
    (item,) = found.rows
    assert (item.mechanism, item.body) == (None, "Ombuds")
    assert item.recommending_states == ("Maravia", "France")
    assert sorted(keys(found)) == [(2, "mechanism_unknown"), (2, "state_unknown")]


def test_the_same_number_in_another_language_is_another_text_of_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text,language\nX/1,1.1,Do it,en\nX/1,1.1,Faites-le,French\n",
    )
    assert [(item.key, item.language) for item in found.rows] == [
        ("X/1:1.1", "en"),
        ("X/1:1.1", "fr"),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("", Empty),
        ("\ufeff \n\n", Empty),
        ("symbol,number,text\n", Empty),
        ("name,phone\nA,1\n", NotRecognised),
        ("symbol,text\nX/1,Do it\n", MissingColumns),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    tmp_path: Path, content: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        read(tmp_path, content)


def test_a_quotation_mark_that_is_never_closed_is_damage_not_a_giant_cell(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(tmp_path, 'symbol,number,text\nX/1,1.1,"Do it\n' + "X/1,1.2,Do it\n" * 20_000)


# -- Excel -----------------------------------------------------------------------------------------


def workbook(path: Path, *rows: tuple[object, ...], title: str = "Data") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    file = path / "table.xlsx"
    book.save(file)
    return file


def test_an_excel_table_with_dates_numbers_and_an_offset(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        (),
        (None, "Symbol", "Number", "Text", "Date", "Session"),
        (None, "A/HRC/40/6", "28.40", "Fund legal aid", date(2026, 11, 23), 41),
        (None, "A/HRC/40/6", 28.5, "Train judges", 46349, 41.0),
    )
    found = plain.read_excel(path).whole()
    assert [item.paragraph for item in found.rows] == ["28.40", "28.5"]
    assert [item.row for item in found.rows] == [3, 4]
    assert [item.published_on for item in found.rows] == [date(2026, 11, 23), date(2026, 11, 23)]
    assert [item.session for item in found.rows] == ["41", "41"]


def test_a_number_that_excel_may_have_shortened_is_told(tmp_path: Path) -> None:
    """140.10 typed into an ordinary cell is the number 140.1."""
    path = workbook(
        tmp_path, ("Symbol", "Number", "Text"), ("X", 140.1, "Do it"), ("X", 140.11, "Do it")
    )
    assert keys(plain.read_excel(path).whole()) == [(2, "number_shortened")]


def test_a_lonely_cell_far_away_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """Five kilobytes of workbook made the Excel reader ask for 400 GB, which ends the process."""
    path = workbook(tmp_path, ("Symbol", "Number", "Text"), ("X", "1.1", "Do it"))
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active["XFD1048576"] = "lonely"
    book.save(path)
    with pytest.raises(TooSpread):
        plain.read_excel(path)


def test_cells_without_an_address_count_where_they_stand(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("Symbol", "Number", "Text"), ("X", "1.1", "Do it"))
    rewritten = tmp_path / "rewritten.xlsx"
    cells = b"<c t='inlineStr'><is><t>x</t></is></c>" * 16_000
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                far = b"<row>" + cells + b"</row><row r='1000000'><c><v>1</v></c></row></sheetData>"
                part = part.replace(b"</sheetData>", far)
            new.writestr(name, part)
    with pytest.raises(TooSpread):
        plain.read_excel(rewritten)


def test_a_sheet_in_an_unusual_place_of_the_package_is_measured_too(tmp_path: Path) -> None:
    """Whatever a relation names can be a sheet, so looking in one folder alone is no guard."""
    path = workbook(tmp_path, ("Symbol", "Number", "Text"), ("X", "1.1", "Do it"))
    moved = tmp_path / "moved.xlsx"
    far = b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(moved, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b"worksheets/sheet1.xml", b"pages/one.xml")
            part = part.replace(b"</sheetData>", far)
            new.writestr(name.replace("worksheets/sheet1.xml", "pages/one.xml"), part)
    with pytest.raises(TooSpread):
        plain.read_excel(moved)


def test_a_value_that_cannot_be_seen_refuses_its_row(tmp_path: Path) -> None:
    """An error, or a formula saved without its result, reads as an empty cell."""
    path = workbook(
        tmp_path,
        ("Symbol", "Number", "Text", "Position", "Remark", "Themes"),
        ("X", "1.1", "Do it", "=VLOOKUP(B2,Z:Z,1)", "", ""),
        ("X", "1.2", "Do it", "Noted", "=1+1", ""),
        ("X", "1.3", "Do it", "#N/A", "", ""),
        ("=A2", "=B2", "=C2"),
        ("X", "1.5", "Do it", "Noted", "", "=D2"),
    )
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active["D4"].data_type = "e"
    book.save(path)
    found = plain.read_excel(path).whole()
    told = [(p.row, p.column) for p in found.problems if p.key == "import.problem.formula"]
    assert told == [
        *((2, "Position"), (4, "Position")),
        *((5, title) for title in ("Symbol", "Number", "Text")),
        (6, "Themes"),
    ]
    assert [item.paragraph for item in found.rows] == ["1.2"]  # a column of nobody's may be lost


@pytest.mark.parametrize("name", ["xl/Worksheets/Sheet1.xml", "xl\\worksheets\\sheet1.xml"])
def test_parts_are_found_however_a_program_spells_their_names(tmp_path: Path, name: str) -> None:
    """Excel does not mind case, so neither may the look for lost values."""
    path = workbook(tmp_path, ("Symbol", "Number", "Text"), ("X", "1.1", "=A9"), ("X", "2", "Do"))
    renamed = tmp_path / "renamed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(renamed, "w") as new:
        for each in old.namelist():
            new.writestr(name if each == "xl/worksheets/sheet1.xml" else each, old.read(each))
    found = plain.read_excel(renamed).whole()
    assert [item.paragraph for item in found.rows] == ["2"]
    assert (2, "formula") in keys(found)


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("Symbol", "Number", "Text", "Themes"), ("X", "1.1", "Do it", "=B9"))
    calculated = tmp_path / "calculated.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(calculated, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<c r="D2"', b'<c r="D2" t="str"'))
    (item,) = plain.read_excel(calculated).whole().rows
    assert item.themes == ()


def test_empty_cells_with_a_format_may_lie_anywhere(tmp_path: Path) -> None:
    path = workbook(tmp_path, ("Symbol", "Number", "Text"), ("X", "1.1", "Do it"))
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active["XFD1048576"].number_format = "@"
    book.save(path)
    assert len(plain.read_excel(path).whole().rows) == 1


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_a_template_filled_in_with_its_own_words_is_read(tmp_path: Path, language: str) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template.template(language, label))
    with pytest.raises(Empty):
        plain.read_excel(path)
    book = openpyxl.load_workbook(path)
    rows, examples = book.worksheets
    assert {each.type for each in rows.data_validations.dataValidation} == {"list"}
    for row in examples.iter_rows(min_row=2, values_only=True):
        rows.append(row)
    book.save(path)
    found = plain.read_excel(path).whole()
    assert [item.kind for item in found.rows] == [
        *(Kind.RECOMMENDATION, Kind.CONCERN, Kind.RECOMMENDATION)
    ]
    assert [item.paragraph for item in found.rows] == ["140.10", "33 (a)", "12"]
    assert found.rows[0].position is Position.SUPPORTED
    assert found.facts.unknown_columns == ()
    assert not any(problem.refused for problem in found.problems)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_kind_and_position_that_a_template_offers_is_understood(
    tmp_path: Path, language: str
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template.template(language, label))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    offered = {
        titles[next(iter(each.sqref.ranges)).min_col - 1]: str(each.formula1).strip('"').split(",")
        for each in sheet.data_validations.dataValidation
    }
    kinds = offered[plain.COLUMNS["kind"][language][0]]
    positions = offered[plain.COLUMNS["position"][language][0]]
    header = ("Symbol", "Number", "Text", "Kind", "Position")
    rows = [("X", f"1.{n}", "Do it", kind, "") for n, kind in enumerate(kinds)]
    rows += [("X", f"2.{n}", "Do it", "", position) for n, position in enumerate(positions)]
    found = plain.read_excel(workbook(tmp_path, header, *rows)).whole()
    assert found.problems == ()
    assert {item.kind for item in found.rows} == set(Kind)
    assert {item.position for item in found.rows} == {None, *Position}


def test_bad_rows_come_back_as_a_file_that_can_be_corrected_and_sent_again(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "symbol,number,text,kind,remark\n"
        "X/1,1.1,Do it,,fine\n"
        "X/1,,=SUM(A1),sort of,bad\n"
        "X/1,1.3,,,also bad\n",
    )
    data = template.problems_file(found.problems, found.facts, "en", label)
    assert data is not None
    path = tmp_path / "problems.xlsx"
    path.write_bytes(data)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    header, first, second = sheet.iter_rows(values_only=True)
    assert header == ("symbol", "number", "text", "kind", "remark", "What to correct")
    assert first[:5] == ("X/1", None, "=SUM(A1)", "sort of", "bad")
    assert sheet["C2"].data_type == "s"  # the text of the row, no formula
    assert first[5] == (
        "reason_in_column 3 number no_number\nreason_in_column 3 kind kind_unknown sort of"
    )
    assert str(second[5]).startswith("reason_in_column 4 text no_text")
    corrected = openpyxl.load_workbook(path)
    corrected_sheet = corrected.active
    assert corrected_sheet is not None
    corrected_sheet["B2"], corrected_sheet["D2"] = "1.2", "Pledge"
    corrected_sheet["C3"] = "Do it too"
    corrected.save(path)
    again = plain.read_excel(path).whole()
    assert again.problems == ()
    assert [(item.paragraph, item.text) for item in again.rows] == [
        ("1.2", "=SUM(A1)"),
        ("1.3", "Do it too"),
    ]
    assert {dict(item.others)["remark"] for item in again.rows} == {"bad", "also bad"}


def test_a_file_of_problems_sent_back_uncorrected_tells_its_reasons_once(tmp_path: Path) -> None:
    found = read(tmp_path, "symbol,number,text\nX/1,,Do it\n")
    path = tmp_path / "problems.xlsx"
    for _ in range(2):
        path.write_bytes(template.problems_file(found.problems, found.facts, "fr", label) or b"")
        found = plain.read_excel(path).whole()
    assert found.facts.columns == ("symbol", "number", "text", "À corriger")


def test_without_refused_rows_there_is_no_file_of_problems(tmp_path: Path) -> None:
    warning = Problem(2, "import.problem.state_unknown", values={"value": "x"})
    found = read(tmp_path, "symbol,number,text\nX/1,1.1,Do it\n")
    assert template.problems_file([warning], found.facts, "en", label) is None


# -- properties ------------------------------------------------------------------------------------

CELLS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs")), max_size=30
)


@given(st.lists(CELLS, min_size=1, max_size=8))
def test_whatever_stands_in_a_text_is_read_or_refused_never_lost(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    written = io.StringIO()
    rows = [["X/1", f"1.{n}", text] for n, text in enumerate(texts)]
    csv.writer(written).writerows([["symbol", "number", "text"], *rows])
    found = read(tmp_path_factory.mktemp("plain"), written.getvalue())
    refused = {problem.row for problem in found.problems if problem.refused}
    assert len(found.rows) + len(refused) == len(texts)


@given(st.text("0123456789./-٠", max_size=12))
def test_a_date_is_a_date_or_none(words: str) -> None:
    assert plain.date_of(words) is None or isinstance(plain.date_of(words), date)
