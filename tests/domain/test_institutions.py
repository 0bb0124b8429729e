"""Short codes of institutions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.institutions import CODE, code_for, kind_name
from bot.domain.screens import Words, text


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("Ministry of Justice", (), "MJ"),
        ("Ministry of Justice", ("MJ",), "MJ2"),
        ("Ministry of the Interior", ("MI", "MI2"), "MI3"),
        ("Parliament", (), "PARL"),
        ("École nationale de la magistrature", (), "ECOL"),
        ("Institut National de la Statistique", (), "INS"),
        ("وزارة العدل", (), "I1"),
        ("وزارة الداخلية", ("I1",), "I2"),
        ("3rd District Court", (), "3DC"),
    ],
)
def test_a_code_is_made_of_the_initials(name: str, taken: tuple[str, ...], code: str) -> None:
    assert code_for([name], taken) == code


def test_the_first_name_in_latin_letters_gives_the_code() -> None:
    assert code_for(["وزارة العدل", "Ministère de la Justice"], ()) == "MJ"


@given(st.lists(st.text(min_size=1), max_size=30))
def test_codes_are_fit_and_never_twice(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        code = code_for([name], taken)
        assert CODE.fullmatch(code)
        assert code not in taken
        taken.add(code)


def test_a_kind_of_the_states_own_is_shown_as_it_was_written() -> None:
    assert kind_name("court") == text("institution.kind.court")
    assert kind_name("Tribunal of Waters") == Words("Tribunal of Waters")
