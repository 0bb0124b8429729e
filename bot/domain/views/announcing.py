"""Screens of what is announced beside a consultation itself: languages, who is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.consultations import Consultation, Translation
from bot.domain.screens import Button, Language, Row, Screen, Text, Words, button, screen, text
from bot.domain.views.common import in_twos
from bot.domain.views.consultations import how_many
from bot.domain.views.participants import title

# -- In further languages --------------------------------------------------------------------------


def languages(
    found: Consultation, others: Sequence[tuple[str, str]], said: Mapping[str, Translation]
) -> Screen:
    """In which of the `others` (codes and own names) it is said, and what is older than it."""
    lines: list[Text | None] = [text("announcing.languages", title=title(found)), None]
    for code, _name in others:
        translation = said.get(code)
        how = "not" if translation is None else "older" if translation.older else "written"
        lines.append(text(f"announcing.said.{how}", language=Language(code)))
    rows: list[Row] = in_twos(
        [
            Button(text("label.one", value=Words(name)), act=f"consultation_say:{found.id}:{code}")
            for code, name in others
        ]
    )
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"),)])


# -- To earlier participants -----------------------------------------------------------------------


def ask_to_tell(found: Consultation, people: int) -> Screen:
    """Before those who agreed to be told of later consultations are."""
    lines = (
        text("announcing.earlier", title=title(found)),
        how_many("announcing.agreed", people),
        text("announcing.they_read"),
    )
    back = button("back", f"consulting:{found.id}")
    if not people:
        return screen(*lines, rows=[(back,)])
    tell = button("consultation_tell_yes", f"consultation_tell:{found.id}:yes")
    return screen(*lines, rows=[(tell,), (back,)])


TEXT_KEYS = (
    *(f"announcing.said.{how}" for how in ("not", "older", "written")),
    "announcing.agreed",
    "announcing.agreed_few",
)
