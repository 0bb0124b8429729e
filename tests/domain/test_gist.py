"""A button says what an item asks for, not who asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gist import gist


@pytest.mark.parametrize(
    ("language", "words", "asked"),
    [
        (
            "en",
            "The Committee recommends that the State party fund shelters.",
            "Fund shelters.",
        ),
        ("en", "The Committee urges the State party to prohibit this.", "Prohibit this."),
        ("en", "The State party should: (a) Ensure that", "(a) Ensure that"),
        ("en", "The Committee is concerned that women hold few seats.", "Women hold few seats."),
        ("fr", "Le Comité recommande à l'État partie de financer.", "Financer."),
        ("fr", "Le Comité demande à l’État partie d’interdire cela.", "Interdire cela."),
        ("fr", "L’État partie devrait également agir.", "Agir."),
        ("ar", "توصي اللجنة الدولة الطرف بخفض معدل الوفيات.", "بخفض معدل الوفيات."),
        ("ar", "تحث اللجنة الدولة الطرف على حظر ذلك.", "حظر ذلك."),
        ("en", "Remove all exceptions.", "Remove all exceptions."),
        ("en", "The State party should ", "The State party should "),
        ("ru", "The Committee urges the State party to act.", None),
    ],
)
def test_the_formula_is_left_out(language: str, words: str, asked: str | None) -> None:
    assert gist(words, language) == (words if asked is None else asked)


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "ar", "pt-br", ""]))
def test_something_is_always_left_to_say(words: str, language: str) -> None:
    assert bool(gist(words, language)) == bool(words)
