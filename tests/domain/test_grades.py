"""Committees' grades: read as people write them, kept apart from every status."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.grades import (
    MOST,
    SCHEMES,
    Given,
    GradeTooLong,
    NoGrade,
    Scheme,
    TooManyGrades,
    in_words,
    read_grades,
    schemes_for,
)
from bot.domain.search import wanted


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("c", (Given(None, "C"),)),
        ("11: B\n12 c\n 33 (a)\tA ", (Given("11", "B"), Given("12", "C"), Given("33 (a)", "A"))),
        ("11 – B", (Given("11", "B"),)),
        ("\n11=E\n\n", (Given("11", "E"),)),
    ],
)
def test_one_grade_or_a_line_a_paragraph(written: str, found: tuple[Given, ...]) -> None:
    assert read_grades(written, "hrc") == found


@pytest.mark.parametrize("written", ["", "F", "11: B1", "B\nsatisfactory"])
def test_what_is_no_grade_of_the_scheme_is_refused(written: str) -> None:
    with pytest.raises(NoGrade):
        read_grades(written, "hrc")


def test_the_older_scheme_has_its_own_grades() -> None:
    assert read_grades("11: b1", "hrc_older") == (Given("11", "B1"),)
    with pytest.raises(NoGrade):
        read_grades("11: B", "hrc_older")


def test_another_scheme_s_grades_are_taken_as_they_are_written() -> None:
    found = read_grades("Partially implemented", "CEDAW follow-up")
    assert found == (Given(None, "Partially implemented"),)
    found = read_grades("11: Not implemented", "CEDAW follow-up")
    assert found == (Given("11", "Not implemented"),)
    with pytest.raises(GradeTooLong):
        read_grades("x" * 61, "CEDAW follow-up")


def test_so_many_paragraphs_in_one_go_and_no_more() -> None:
    lines = [f"{n}: A" for n in range(MOST)]
    assert len(read_grades("\n".join(lines), "hrc")) == MOST
    with pytest.raises(TooManyGrades):
        read_grades("\n".join([*lines, "999: A"]), "hrc")


@given(
    st.sampled_from(SCHEMES),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 6)), min_size=1, max_size=20),
    st.sampled_from([": ", " ", "\t", " = "]),
)
def test_whatever_is_written_out_is_read_back(
    scheme: Scheme, rows: list[tuple[int, int]], between: str
) -> None:
    expected = [Given(str(n), scheme.grades[at % len(scheme.grades)]) for n, at in rows]
    written = "\n".join(f"{each.paragraph}{between}{each.grade.lower()}" for each in expected)
    assert list(read_grades(written, scheme.code)) == expected


@pytest.mark.parametrize(
    ("query", "grade"),
    [("grade C", "C"), ("Note b2", "B2"), ("درجة A", "A"), ("grade F", None), ("C", None)],
)
def test_a_grade_is_looked_for_by_name(query: str, grade: str | None) -> None:
    assert wanted(query).grade == grade


def test_each_committee_grades_by_its_own_scheme_and_others_by_any() -> None:
    assert [each.code for each in schemes_for("CEDAW")] == ["cedaw"]
    assert [each.code for each in schemes_for("CCPR")] == ["hrc", "hrc_older"]
    assert schemes_for("CAT") == (), "who graded, and how, is written"
    assert schemes_for("UPR") == SCHEMES


def test_grades_in_words_are_read_in_any_language() -> None:
    assert read_grades("11: Partially  implemented\n12: CONTRARY", "cedaw") == (
        Given("11", "partially implemented"),
        Given("12", "contrary"),
    )
    called = {"Partiellement mise en œuvre": "partially implemented"}
    assert read_grades("partiellement mise en œuvre", "cedaw", called) == (
        Given(None, "partially implemented"),
    )
    with pytest.raises(NoGrade):
        read_grades("B", "cedaw")
    assert set(in_words("cedaw").values()) == set(schemes_for("CEDAW")[0].grades)
    assert in_words("hrc") == {}
