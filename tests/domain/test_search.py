"""What is typed finds what is meant, however its letters are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.links import link_in
from bot.domain.search import fold, wanted


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("140.7", "140.7"),
        ("١٤٠٫٧", "140.7"),
        ("140 7", "140.7"),
        ("33 (a)", "33 (a)"),
        ("12", "12"),
    ],
)
def test_a_number_is_an_items_code(query: str, code: str) -> None:
    assert wanted(query).code == code


@pytest.mark.parametrize(
    ("query", "symbol", "code"),
    [
        ("A/HRC/59/15", "A/HRC/59/15", None),
        ("a / hrc / 59/15", "A/HRC/59/15", None),
        ("CAT/C/MRV/CO/4 12", "CAT/C/MRV/CO/4", "12"),
        ("CAT/C/MRV/CO/4 · 33 (a)", "CAT/C/MRV/CO/4", "33 (a)"),
        ("CAT/C/MRV/CO/4, para. 12", "CAT/C/MRV/CO/4", "12"),
        ("women and/or men", None, None),
        ("140.7", None, "140.7"),
    ],
)
def test_a_documents_symbol_is_known_alone_and_before_a_number(
    query: str, symbol: str | None, code: str | None
) -> None:
    found = wanted(query)
    assert (found.symbol, found.code) == (symbol, code)


@pytest.mark.parametrize("query", ["SU-2026-0042", "su 2026 42", "SU2026-42", "su-2026-0042"])
def test_a_reports_number_is_known_in_any_spelling(query: str) -> None:
    assert wanted(query).report == "SU-2026-0042"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("egalite", "L’Égalité entre les femmes et les hommes"),
        ("ÉGALITÉ femmes", "l’egalite des femmes"),
        ("الانسان", "حقوق الإنسان"),
        ("مكافحه", "مكافحة التعذيب"),
        ("torture ratify", "Ratify the Convention against Torture"),
    ],
)
def test_accents_and_letter_forms_do_not_count(query: str, text: str) -> None:
    assert wanted(query).fits(text)


def test_every_word_must_be_there() -> None:
    assert not wanted("prison women").fits("The prisons of Port Selene")


@given(st.text(max_size=80), st.text(max_size=80))
@example("", "\U0001d400")
def test_a_word_of_a_text_finds_the_text(before: str, after: str) -> None:
    text = f"{before} torture {after}"
    assert wanted("TORTURE").fits(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=300))
def test_any_query_is_bearable(query: str) -> None:
    found = wanted(query)
    assert len(found.patterns()) == len(found.words) <= 6


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("https://parliament.example/12", "https://parliament.example/12"),
        (" www.justice.example/a?b=1 ", "https://www.justice.example/a?b=1"),
        ("See https://parliament.example", None),
        ("https://localhost", None),
        ("ftp://a.example", None),
        ("https://", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_message_that_is_a_link_and_nothing_else(words: str, link: str | None) -> None:
    assert link_in(words) == link
