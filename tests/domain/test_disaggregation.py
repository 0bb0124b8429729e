"""Groups in figures are told apart by sex, age, disability … in three languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.disaggregation import Dimension, dimensions_of
from bot.domain.figures import Figure, read_figures


@pytest.mark.parametrize(
    ("group", "meant"),
    [
        ("women", {"sex": "female"}),
        ("Men", {"sex": "male"}),
        ("femmes", {"sex": "female"}),
        ("garçons", {"sex": "male"}),
        ("نساء", {"sex": "female"}),
        ("الرجال", {"sex": "male"}),
        ("والإناث", {"sex": "female"}),
        ("aged 0-17", {"age": "0-17"}),
        ("18–24", {"age": "18-24"}),
        ("65+", {"age": "65+"}),
        ("under 18", {"age": "0-17"}),
        ("moins de 18 ans", {"age": "0-17"}),
        ("plus de 64 ans", {"age": "65+"}),
        ("de 18 à 24 ans", {"age": "18-24"}),
        ("دون سن 18", {"age": "0-17"}),
        ("الأطفال", {"age": "children"}),
        ("كبار السن", {"age": "older"}),
        ("personnes âgées", {"age": "older"}),
        ("persons with disabilities", {"disability": "with"}),
        ("without disability", {"disability": "without"}),
        ("personnes non handicapées", {"disability": "without"}),
        ("ذوو الإعاقة", {"disability": "with"}),
        ("women with disabilities", {"sex": "female", "disability": "with"}),
        ("rural", {"location": "rural"}),
        ("zones urbaines", {"location": "urban"}),
        ("المناطق الريفية", {"location": "rural"}),
        ("Eastern Province", {"location": "Eastern Province"}),
        ("محافظة الشرق", {"location": "محافظة الشرق"}),
        ("refugees", {"migration": "refugee"}),
        ("demandeurs d’asile", {"migration": "asylum_seeker"}),
        ("عديمو الجنسية", {"migration": "stateless"}),
        ("اللاجئون", {"migration": "refugee"}),
        ("Indigenous peoples", {"ethnicity": "Indigenous peoples"}),
        ("minorités", {"ethnicity": "minorités"}),
        ("foreign nationals", {"nationality": "foreign nationals"}),
        ("détenus", {"liberty": "détenus"}),
        ("lowest quintile", {"income": "lowest quintile"}),
        ("Port Selene", {"other": "Port Selene"}),
        ("chambers 1-3", {"other": "chambers 1-3"}),
        ("management", {"other": "management"}),
        ("2024", {"other": "2024"}),
        ("", {"other": ""}),
    ],
)
def test_a_group_is_told_apart_by_what_it_names(group: str, meant: dict[str, str]) -> None:
    assert dimensions_of(group) == meant


def test_one_line_holds_groups_of_several_dimensions() -> None:
    [figure] = read_figures(
        "Arrests: 12 (2025; women 4, men 8; aged 0-17: 3; Port Selene 7; with disabilities 1)", "en"
    )
    assert figure.dimensions == (Dimension.SEX, Dimension.AGE, Dimension.DISABILITY)
    assert [(each["group"], each["value"]) for each in figure.disaggregation] == [
        ("women", 4),
        ("men", 8),
        ("aged 0-17", 3),
        ("Port Selene", 7),
        ("with disabilities", 1),
    ]


@given(st.text(max_size=80))
def test_any_group_has_a_place_and_none_is_lost(group: str) -> None:
    found = dimensions_of(group)
    assert found
    assert set(found) <= set(Dimension)
    assert (Dimension.OTHER in found) == (found == {Dimension.OTHER: group.strip()})


@given(st.sampled_from(["women", "femmes", "نساء"]), st.sampled_from("({[ ,;.«»"))
def test_case_and_marks_around_a_word_do_not_count(word: str, mark: str) -> None:
    assert dimensions_of(f"{mark}{word.upper()}{mark}") == {"sex": "female"}


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.floats(-1e6, 1e6), max_size=6))
def test_what_is_kept_gives_the_figure_back(groups: dict[str, float]) -> None:
    figure = Figure("Arrests", 12, None, 2025, groups)
    row = {
        "indicator": "Arrests",
        "value": 12,
        "unit": None,
        "year": 2025,
        "disaggregation": figure.disaggregation,
    }
    again = Figure.kept(row)
    assert again == figure
    assert list(again.groups) == list(groups)
