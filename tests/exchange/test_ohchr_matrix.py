"""The OHCHR matrix: real files compared field by field, invented ones by their traps."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kinds import Kind, Position
from bot.exchange import ohchr_matrix, states
from bot.exchange.imported import (
    ImportedFile,
    ImportedRecommendation,
    NotRecognised,
    Options,
)

HEADER_2013 = (
    *("Recommendation", "Position", "Full list of themes"),
    "Assessment/comments on level of implementation",
)
HEADER_2014 = (
    *("Recommendation", "Recommending state/s", "Position"),
    "Full list of rights/affected persons",
)
HEADER_2024 = (
    *("Recommendation and recommending State", "Position of the State under review"),
    *("Human rights themes and groups of persons", "Relevant SDGs"),
)
SOURCE = "\nSource of position: A/HRC/40/6/Add.1 - Para. 2"


class Matrix:
    """A Word file with a matrix of an invented State's review."""

    def __init__(self, header: Sequence[str], document: Document | None = None) -> None:
        self.document = document or docx.Document()
        self.width = len(header)
        self.table: Table = self.document.add_table(rows=0, cols=self.width)
        self.row(*header)

    def row(self, *cells: str) -> None:
        """A row; lines of a cell are paragraphs."""
        row = self.table.add_row()  # type: ignore[no-untyped-call]
        for cell, text in zip(row.cells, cells, strict=False):
            first, *more = text.split("\n")
            cell.paragraphs[0].text = first
            for line in more:
                cell.add_paragraph(line)

    def heading(self, text: str) -> None:
        """A row of one merged cell."""
        row = self.table.add_row()  # type: ignore[no-untyped-call]
        row.cells[0].merge(row.cells[-1]).text = text

    def read(self, folder: Path, **options: str) -> ImportedFile:
        """The file written and read."""
        path = folder / "matrix.bin"
        self.document.save(str(path))
        return ohchr_matrix.read(path, Options(**options)).whole()  # type: ignore[arg-type]


# -- real files ------------------------------------------------------------------------------------


def listed(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.strip() for item in cell.split(separator) if item.strip()))


def as_compared(item: ImportedRecommendation) -> dict[str, object]:
    return {
        "text": item.text,
        "states": item.recommending_states,
        "position": str(item.position),
        "themes": item.themes,
        "persons": item.affected_persons,
        "sdgs": item.sdgs,
        "headings": item.headings,
        "source": item.position_source,
        "cycle": item.cycle,
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_matrix_of_2013_equals_an_independent_parse_in_every_field(sample_data: Path) -> None:
    # Where the other parse is evidently wrong: it keeps State names that the file splits, and a
    # full stop that belongs to the number.
    repaired = {"Sierra Le one": "Sierra Leone", "S tate of": "State of"}
    found = ohchr_matrix.read(sample_data / "ohchr_matrix_china_2013.docx").whole()
    expected = {}
    for row in rows_of(sample_data / "ohchr_matrix_china_2013.parsed.csv"):
        names = row["recommending_state"]
        for split, whole in repaired.items():
            names = names.replace(split, whole)
        expected[row["paragraph"]] = {
            "text": row["text"].removeprefix(". "),
            "states": listed(names, "|"),
            "position": row["position"],
            "themes": listed(row["themes"], "|"),
            "persons": listed(row["affected_persons"], "|"),
            "sdgs": listed(row["sdgs"], "|"),
            "headings": (row["matrix_heading"],),
            "source": row["source_of_position"],
            "cycle": row["cycle"],
        }
    assert {item.paragraph: as_compared(item) for item in found.rows} == expected
    assert Counter(item.position for item in found.rows) == {"supported": 204, "noted": 48}
    assert {(item.symbol, item.session, item.language) for item in found.rows} == {
        ("A/HRC/25/5", "17", "en")
    }
    assert found.facts.layout == "2013"
    assert [problem for problem in found.problems if not problem.key.endswith("split_word")] == []


def test_the_matrix_of_2024_equals_an_independent_parse_in_every_field(sample_data: Path) -> None:
    # Where the other parse differs: it keeps non-breaking hyphens, the last semicolon and an SDG
    # that stands twice in its cell, and loses the first word of a name with two parentheses.
    found = ohchr_matrix.read(sample_data / "ohchr_matrix_slovenia_2025.docx").whole()
    expected = {}
    for row in rows_of(sample_data / "ohchr_matrix_slovenia_2025.parsed.csv"):
        names = listed(row["recommending_states"], ";")
        expected[row["number"]] = {
            "text": row["text"].replace("\u2011", "-").rstrip(";"),
            "states": tuple(
                "Venezuela (Bolivarian Republic of)" if name == "Bolivarian Republic of" else name
                for name in names
            ),
            "position": row["position"].lower(),
            "themes": listed(row["themes"], "\n"),
            "persons": listed(row["persons"], "\n"),
            "sdgs": listed(row["sdgs"], "\n"),
            "headings": (row["theme_heading"],),
            "source": row["source_of_position"],
            "cycle": row["cycle"],
        }
    assert {item.paragraph: as_compared(item) for item in found.rows} == expected
    assert Counter(item.position for item in found.rows) == {"supported": 217, "noted": 37}
    assert (found.facts.layout, found.facts.symbol) == ("2024", "A/HRC/59/15")
    assert found.problems == ()


def test_the_order_and_the_headings_of_the_original_are_kept(sample_data: Path) -> None:
    found = ohchr_matrix.read(sample_data / "ohchr_matrix_slovenia_2025.docx").whole()
    ordinals = [item.ordinal for item in found.rows]
    assert ordinals == sorted(ordinals) == list(range(1, 255))
    assert len(dict.fromkeys(item.headings[0] for item in found.rows)) <= 53
    assert found.rows[0].paragraph == "140.7"


# -- layouts ---------------------------------------------------------------------------------------


def test_layout_of_2013_with_coded_themes_persons_and_sdgs_in_one_cell(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.heading("Theme: A12 Acceptance of international norms")
    matrix.row(
        f"28.4 Ratify the convention (Mali) (Iran (Islamic Republic of));{SOURCE}",
        "Supported",
        "A12 Acceptance of international norms\n"
        "S16 SDG 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS\n"
        "F31 Children: definition; general principles; protection\nAffected persons:\n- children\n"
        "- general",
        "",
    )
    (item,) = matrix.read(tmp_path).rows
    assert (item.kind, item.position) == (Kind.RECOMMENDATION, Position.SUPPORTED)
    assert item.text == "Ratify the convention (Mali) (Iran (Islamic Republic of))"
    assert item.recommending_states == ("Mali", "Iran (Islamic Republic of)")
    assert item.themes == (
        "A12 Acceptance of international norms",
        "F31 Children: definition; general principles; protection",
    )
    assert item.sdgs == ("16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",)
    assert item.affected_persons == ("children", "general")
    assert item.position_source == "A/HRC/40/6/Add.1 - Para. 2"
    assert (item.symbol, item.cycle, item.session) == ("A/HRC/40/6", "3", "31")
    [place] = item.places
    assert (place.ordinal, place.heading) == (1, "A12 Acceptance of international norms")
    assert place.printed == "Theme: A12 Acceptance of international norms"


def test_layout_of_2014_with_states_run_together_and_numbered_headings(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2014)
    matrix.heading("Right or area: 2.1. Acceptance of international norms")
    matrix.row(
        f"5.12. Accede to the Rome Statute;{SOURCE}",
        "ChileEstoniaSlovenia",
        "Supported/Noted",
        "2.1 Acceptance of international norms\nAffected persons:\n- general",
    )
    matrix.row(f"5.13 Close the old prison;{SOURCE}", "NigerNigeria\nCôte d’Ivoire", "Noted", "")
    found = matrix.read(tmp_path)
    first, second = found.rows
    assert found.facts.layout == "2014"
    assert first.recommending_states == ("Chile", "Estonia", "Slovenia")
    assert first.headings == ("2.1. Acceptance of international norms",)
    assert first.position is Position.SUPPORTED_NOTED
    assert (first.themes, first.affected_persons) == (
        ("2.1 Acceptance of international norms",),
        ("general",),
    )
    assert second.recommending_states == ("Niger", "Nigeria", "Côte d’Ivoire")
    assert second.text == "Close the old prison"


def test_layout_of_2024_with_dashed_lists_and_sdgs_of_their_own(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    matrix.heading("Theme: Equality & non-discrimination")
    matrix.row(
        "136.110 Fund legal aid (Haiti, on behalf of the Caribbean Community);"
        "\nSource of Position: A/HRC/59/15/Add.1 - Para.3",
        "Supported",
        "- Equality & non-discrimination\n- Human rights & poverty\nGroups of Persons: \n"
        "- Women & girls",
        "- 5 - GENDER EQUALITY\n- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",
    )
    found = matrix.read(tmp_path)
    (item,) = found.rows
    assert found.facts.layout == "2024"
    assert item.paragraph == "136.110"
    assert item.recommending_states == ("Haiti",)
    assert item.themes == ("Equality & non-discrimination", "Human rights & poverty")
    assert item.affected_persons == ("Women & girls",)
    assert item.sdgs == ("5 - GENDER EQUALITY", "16 - PEACE, JUSTICE AND STRONG INSTITUTIONS")


@dataclass(frozen=True)
class Spoken:
    """A matrix of one row in a language: header, cells, and what should be read."""

    header: str
    text: str
    source: str
    rest: tuple[str, str, str]
    states: tuple[str, ...]
    position: Position


LANGUAGES = {
    "fr": Spoken(
        "Recommandation et État auteur | Position de l’État examiné | Thèmes | ODD pertinents",
        "12.3 Ratifier la convention et en informer les tribunaux du pays (France) (Sénégal);",
        "Source de la position: A/HRC/40/6/Add.1 - par. 2",
        ("Acceptée", "- Justice\nGroupes de personnes :\n- Enfants", "- 16 - PAIX"),
        ("France", "Sénégal"),
        Position.SUPPORTED,
    ),
    "es": Spoken(
        "Recomendación | Posición | Lista completa de temas | Evaluación/comentarios",
        "12.3 Ratificar la convención y dar a conocer sus normas en el país (España) (Perú);",
        "Fuente de la posición: A/HRC/40/6/Add.1 - Párr. 2",
        ("Se toma nota", "- Justicia\nGrupos de personas:\n- Niños", ""),
        ("España", "Perú"),
        Position.NOTED,
    ),
    "ar": Spoken(
        "التوصية والدولة الموصية | موقف الدولة | المواضيع وفئات الأشخاص | أهداف التنمية المستدامة",
        "12-3 التصديق على الاتفاقية (فرنسا) (المغرب)؛",
        "مصدر الموقف: A/HRC/40/6/Add.1 - الفقرة 2",
        ("أحيط علماً", "- العدالة\nفئات الأشخاص:\n- الأطفال", "- 16 - السلام"),
        ("فرنسا", "المغرب"),
        Position.NOTED,
    ),
    "ru": Spoken(
        "Рекомендация | Позиция | Полный перечень тем | Оценка/комментарии",
        "12.3 Ратифицировать конвенцию (Франция) (Чешская Республика);",
        "Источник позиции: A/HRC/40/6/Add.1 - п. 2",
        ("Поддержана", "- Правосудие\nГруппы лиц:\n- Дети", ""),
        ("Франция", "Чешская Республика"),
        Position.SUPPORTED,
    ),
    "zh": Spoken(
        "建议和提出建议的国家 | 受审议国的立场 | 人权主题和人员群体 | 相关可持续发展目标",
        "12.3 批准公约(法国)(多民族玻利维亚国)；",
        "立场来源：A/HRC/40/6/Add.1 - 第2段",
        ("支持", "- 司法\n人员群体：\n- 儿童", "- 16 - 和平"),
        ("法国", "多民族玻利维亚国"),
        Position.SUPPORTED,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_matrices_in_the_other_languages_of_the_united_nations(
    tmp_path: Path, language: str
) -> None:
    spoken = LANGUAGES[language]
    matrix = Matrix(spoken.header.split(" | "))
    matrix.row(f"{spoken.text}\n{spoken.source}", *spoken.rest)
    found = matrix.read(tmp_path)
    (item,) = found.rows
    assert item.paragraph == "12.3"
    assert (item.symbol, item.position) == ("A/HRC/40/6", spoken.position)
    assert item.recommending_states == spoken.states
    assert len(item.themes) == len(item.affected_persons) == 1
    assert found.facts.language == language


# -- traps -----------------------------------------------------------------------------------------


def test_several_texts_under_one_number_are_one_recommendation(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(
        f"28.4 Ratify the covenant (Mali); Ratify it without delay (Peru) (Mali);\nAccede to it"
        f" (Viet Nam);{SOURCE}",
        *("Noted", "", ""),
    )
    (item,) = matrix.read(tmp_path).rows
    assert item.recommending_states == ("Mali", "Peru", "Viet Nam")
    assert item.text.endswith("Accede to it (Viet Nam)")
    assert "Source" not in item.text
    assert item.position_source is not None


def test_one_number_under_two_headings_is_one_recommendation_in_two_places(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    cells = (f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "- Justice", "")
    matrix.heading("Theme: Justice")
    matrix.row(*cells)
    matrix.row(f"140.8 Close the prison (Peru);{SOURCE}", "Noted", "- Detention", "")
    matrix.heading("Theme: Poverty")
    matrix.row(*cells)
    found = matrix.read(tmp_path)
    assert [item.paragraph for item in found.rows] == ["140.7", "140.8"]
    places = [(each.ordinal, each.heading) for each in found.rows[0].places]
    assert places == [(1, "Justice"), (3, "Poverty")]
    assert found.problems == ()


def test_other_words_under_the_same_number_are_kept_and_told(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    matrix.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "- Justice", "")
    matrix.row(f"140.7 Train judges (Peru);{SOURCE}", "Noted", "- Courts", "")
    found = matrix.read(tmp_path)
    (item,) = found.rows
    assert "Fund legal aid" in item.text
    assert "Train judges" in item.text
    assert item.recommending_states == ("Mali", "Peru")
    assert item.themes == ("Justice", "Courts")
    assert [problem.key.rpartition(".")[2] for problem in found.problems] == [
        "repeated_differently",
        "positions_differ",
    ]


def test_a_header_that_is_repeated_on_each_page_is_no_recommendation(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(f"28.4 Fund legal aid (Mali);{SOURCE}", "Noted", "", "")
    matrix.row(*HEADER_2013)
    matrix.row("", "", "", "")
    matrix.row(f"28.5 Train judges (Mali);{SOURCE}", "Noted", "", "")
    found = matrix.read(tmp_path)
    assert [item.paragraph for item in found.rows] == ["28.4", "28.5"]
    assert [item.row for item in found.rows] == [2, 5]
    assert found.problems == ()


def test_a_table_without_header_goes_on_with_the_one_before(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Maravia: matrix of recommendations, A/HRC/40/6")
    other = document.add_table(rows=1, cols=2)
    other.rows[0].cells[0].text = "Legend"
    matrix = Matrix(HEADER_2013, document)
    matrix.heading("Theme: Justice")
    matrix.row("28.4 Fund legal aid (Mali);", "Noted", "", "")
    document.add_paragraph("")
    second = document.add_table(rows=1, cols=4)
    second.rows[0].cells[0].text = "28.5 Train judges (Mali);"
    second.rows[0].cells[1].text = "Supported"
    found = matrix.read(tmp_path)
    assert [(item.paragraph, item.headings) for item in found.rows] == [
        ("28.4", ("Justice",)),
        ("28.5", ("Justice",)),
    ]
    assert {item.symbol for item in found.rows} == {"A/HRC/40/6"}
    assert found.facts.title == "Maravia: matrix of recommendations, A/HRC/40/6"


def test_a_matrix_inside_a_cell_of_a_layout_table_is_found(tmp_path: Path) -> None:
    document = docx.Document()
    outer = document.add_table(rows=1, cols=1)
    inner = outer.rows[0].cells[0].add_table(rows=0, cols=4)
    matrix = Matrix.__new__(Matrix)
    matrix.document, matrix.table, matrix.width = document, inner, 4
    matrix.row(*HEADER_2024)
    matrix.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "- Justice", "")
    assert [item.paragraph for item in matrix.read(tmp_path).rows] == ["140.7"]


def test_a_list_in_a_table_inside_a_cell_belongs_to_the_cell(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    matrix.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "", "")
    inner = matrix.table.rows[1].cells[2].add_table(rows=2, cols=1)
    inner.rows[0].cells[0].text = "- Justice"
    inner.rows[1].cells[0].text = "- Poverty"
    (item,) = matrix.read(tmp_path).rows
    assert item.themes == ("Justice", "Poverty")


def test_runs_that_split_words_breaks_tabs_and_deleted_words_make_one_text(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    matrix.row("", "Supported", "- Justice", "")
    paragraph = matrix.table.rows[1].cells[0].paragraphs[0]
    for part in ("14", "0.7", "\tFund le", "gal aid ", "(", "Mali", ")", ";"):
        paragraph.add_run(part)
    paragraph.add_run().add_break()
    paragraph.add_run("Source of Position: ").bold = True
    paragraph.add_run("A/HRC/59/15/Add.1 - Para.3")
    deleted = OxmlElement("w:del")
    run, words = OxmlElement("w:r"), OxmlElement("w:delText")
    words.text = "gone"
    run.append(words)
    deleted.append(run)
    paragraph._p.append(deleted)
    (item,) = matrix.read(tmp_path).rows
    assert (item.paragraph, item.text) == ("140.7", "Fund legal aid (Mali)")
    assert item.symbol == "A/HRC/59/15"


def test_cells_merged_downwards_hold_for_each_row(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2024)
    matrix.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Noted", "- Justice", "")
    matrix.row(f"140.8 Train judges (Mali);{SOURCE}", "", "- Justice", "")
    matrix.table.rows[1].cells[1].merge(matrix.table.rows[2].cells[1])
    assert [item.position for item in matrix.read(tmp_path).rows] == [Position.NOTED] * 2


def test_a_row_cut_by_a_page_break_is_put_together(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row("28.4 Fund legal aid and train", "Noted", "A12 Norms", "")
    matrix.row(f"the judges of all provinces (Mali);{SOURCE}", "", "", "")
    (item,) = matrix.read(tmp_path).rows
    assert item.text == "Fund legal aid and train the judges of all provinces (Mali)"
    assert item.recommending_states == ("Mali",)


def test_an_empty_position_is_pending_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(f"28.4 Fund legal aid (Mali);{SOURCE}", "", "A12 Norms", "")
    matrix.row(f"28.5 Train judges (Mali);{SOURCE}", "Perhaps", "A12 Norms", "")
    found = matrix.read(tmp_path)
    assert [item.position for item in found.rows] == [Position.PENDING] * 2
    (problem,) = found.problems
    assert problem.key == "import.problem.position_unknown"
    assert (problem.row, problem.column, problem.values["value"]) == (3, "Position", "Perhaps")


def test_a_row_without_number_comes_back_with_its_cells(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row("Fund legal aid (Mali);", "Noted", "A12 Norms", "")
    matrix.row(f"28.5 Train judges (Mali);{SOURCE}", "Noted", "A12 Norms", "")
    found = matrix.read(tmp_path)
    assert [item.paragraph for item in found.rows] == ["28.5"]
    (problem,) = found.problems
    assert (problem.key, problem.refused, problem.row) == ("import.problem.no_number", True, 2)
    assert problem.original == ("Fund legal aid (Mali);", "Noted", "A12 Norms", "")


def test_a_recommendation_without_known_state_is_told(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(f"28.4 Fund legal aid (Maravia) (Mali, Maravia);{SOURCE}", "Noted", "", "")
    matrix.row(f"28.5 Join the convention (ICCPR);{SOURCE}", "Noted", "", "")
    found = matrix.read(tmp_path)
    assert found.rows[0].recommending_states == ("Mali", "Maravia")
    assert [problem.key.rpartition(".")[2] for problem in found.problems] == [
        "state_unknown",
        "no_state",
    ]


def test_a_parenthesis_inside_a_sentence_names_no_recommending_state(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    text = "28.4 Work with its neighbours (Kenya and Chad) on the treaty (ICCPR) (Mali);"
    matrix.row(text + SOURCE, "Noted", "", "")
    assert matrix.read(tmp_path).rows[0].recommending_states == ("Mali",)


def test_unknown_titles_are_understood_by_what_stands_under_them(tmp_path: Path) -> None:
    matrix = Matrix(("Pendekezo", "Msimamo", "Mada", "Malengo"))
    for number in range(4):
        matrix.row(
            f"140.{number + 1} Fund legal aid (Mali);{SOURCE}",
            *("Supported", "- Justice", "- 16 - PEACE"),
        )
    found = matrix.read(tmp_path)
    assert len(found.rows) == 4
    assert found.rows[0].themes == ("Justice",)
    assert found.rows[0].sdgs == ("16 - PEACE",)


def test_a_number_in_a_column_of_its_own_belongs_to_the_text(tmp_path: Path) -> None:
    matrix = Matrix(("No.", "Recommendation", "Supported/Noted", "Themes"))
    matrix.heading("Theme: Justice")
    matrix.row("140.7", f"Fund legal aid (Mali);{SOURCE}", "Noted", "- Justice")
    matrix.row("140.8.", f"Train judges (Peru);{SOURCE}", "Supported", "- Courts")
    matrix.row("140.9", "Recommendations of the treaty bodies: heed them (Peru);", "Supported", "")
    found = matrix.read(tmp_path)
    assert [(item.paragraph, item.text, item.position) for item in found.rows] == [
        ("140.7", "Fund legal aid (Mali)", Position.NOTED),
        ("140.8", "Train judges (Peru)", Position.SUPPORTED),
        ("140.9", "Recommendations of the treaty bodies: heed them (Peru)", Position.SUPPORTED),
    ]


def test_a_file_that_names_no_document_asks_for_its_symbol(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row("28.4 Fund legal aid (Mali);", "Noted", "", "")
    without = matrix.read(tmp_path)
    assert without.rows[0].key is None
    assert [problem.key for problem in without.problems] == ["import.problem.no_document_symbol"]
    told = matrix.read(tmp_path, symbol="A/HRC/40/6")
    assert told.rows[0].key == "A/HRC/40/6:28.4"
    assert told.problems == ()


def test_a_word_file_without_matrix_is_not_recognised(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.rows[0].cells[0].text = "Programme"
    path = tmp_path / "letter.docx"
    document.save(str(path))
    with pytest.raises(NotRecognised):
        ohchr_matrix.read(path)


def test_a_cell_that_claims_to_span_a_billion_columns_is_read(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(f"28.4 Fund legal aid (Mali);{SOURCE}", "Noted", "", "")
    for cell, span in zip(matrix.table.rows[0].cells, ("999999999", "-1", "x", ""), strict=True):
        grid_span = cell._tc.get_or_add_tcPr().get_or_add_gridSpan()
        grid_span.set(qn("w:val"), span)
    assert [item.position for item in matrix.read(tmp_path).rows] == [Position.NOTED]


def test_rows_inside_content_controls_are_read(tmp_path: Path) -> None:
    matrix = Matrix(HEADER_2013)
    matrix.row(f"28.4 Fund legal aid (Mali);{SOURCE}", "Noted", "", "")
    row = matrix.table.rows[1]._tr
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    row.addprevious(control)
    control.append(content)
    content.append(row)
    assert matrix.table._tbl.find(qn("w:sdt")) is not None
    assert [item.paragraph for item in matrix.read(tmp_path).rows] == ["28.4"]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("A/HRC/25/5", ("2", "17")),
        ("A/HRC/59/15", ("4", "48")),
        ("A/HRC/8/3", ("1", "2")),
        ("A/HRC/49/14", ("3", "39")),
        ("A/HRC/500/1", (None, None)),
        (None, (None, None)),
    ],
)
def test_cycle_and_session_follow_from_the_symbol(
    symbol: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert ohchr_matrix.round_of(symbol) == expected


def test_sessions_and_cycles_agree_with_real_reports(sample_data: Path) -> None:
    for row in rows_of(sample_data / "upr_36_states_numbered.csv"):
        cycle, session = ohchr_matrix.round_of(row["document_symbol"])
        assert cycle == row["cycle"]
        assert row["session"] in ("", session)


NAMES = st.sampled_from(
    sorted(map(states.name_of, ("ML", "IR", "BO", "CI", "GB", "KR", "NE", "NG")))
)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
def test_any_states_behind_a_text_are_found_in_order(names: list[str]) -> None:
    text = "Adopt the law (as amended) on courts " + " ".join(f"({name})" for name in names) + ";"
    assert states.recommending(text).known == tuple(names)


@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(1, 400)), min_size=1, max_size=8, unique=True
    )
)
def test_every_number_of_a_matrix_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[tuple[int, int]]
) -> None:
    matrix = Matrix(HEADER_2024)
    for part, number in numbers:
        matrix.row(f"{part}.{number} Do it (Mali);{SOURCE}", "Noted", "- Justice", "")
    found = matrix.read(tmp_path_factory.mktemp("matrix"))
    assert [item.paragraph for item in found.rows] == [f"{a}.{b}" for a, b in numbers]


def test_every_problem_has_a_text_key_that_is_declared() -> None:
    from bot.exchange import imported, plain, uhri

    sources = [Path(module.__file__ or "").read_text() for module in (ohchr_matrix, plain, uhri)]
    named = re.findall(r'(?:note|warn|refuse)\(\s*\w+(?:\.\w+)?,\s*"(\w+)"', "\n".join(sources))
    assert named
    assert {f"import.problem.{name}" for name in named} <= set(imported.TEXT_KEYS)
