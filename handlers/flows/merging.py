"""Changing what somebody else changes, too: theirs stays, and what was changed here upon it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.domain.merging import Fields, T
from bot.domain.screens import Listing, Text, text
from handlers.flows import engine
from handlers.flows.flow import Answers, Flow, Meanwhile

Labels = dict[str, Text | list[Text]]
SEEN = "seen"
"""The answer that keeps what was there when the conversation began."""


def with_seen(answers: dict[str, Any], labels: Labels) -> tuple[dict[str, Any], Labels]:
    """The answers that would make something, which remember themselves as what was seen."""
    return {**answers, SEEN: answers}, labels


def upon(
    flow: Flow,
    fields: Fields,
    answers: Answers,
    *,
    versions: tuple[T, T, T],
    now: tuple[dict[str, Any], Labels],
    answered: Mapping[str, str],
    called: Callable[[str], str],
    look: str,
) -> Meanwhile | None:
    """What somebody else has changed, with what is changed here upon it; None where nothing was.

    `versions` are what was seen, what is there and what is wanted; `now` what is there as answers
    with their labels. `answered` names the answers that hold a field, where they are called
    otherwise, `called` gives the text key of a field.
    """
    seen, there, wanted = versions
    theirs = fields.touched(seen, there)
    if not theirs:
        return None
    both = fields.clashes(seen, there, wanted)
    anew, labels = now
    own = {answered.get(each, each) for each in fields.touched(seen, wanted)}
    kept = {name: value for name, value in anew.items() if name not in own}
    kept |= {name: answers[name] for name in own if name in answers}
    names = {answered.get(each, each) for each in theirs}
    shown = engine.begin(
        flow,
        {name: value for name, value in anew.items() if name in names},
        {name: label for name, label in labels.items() if name in names},
    )
    return Meanwhile(
        text(
            "overtaken.changed_both" if both else "overtaken.changed",
            fields=_listed(both or theirs, called),
        ),
        changed=tuple(engine.said(flow, shown, language="")),
        look=look,
        upon=kept,
        labels={name: label for name, label in labels.items() if name not in own},
    )


def _listed(names: Sequence[str], called: Callable[[str], str]) -> Listing:
    keys = dict.fromkeys(called(each) for each in names)
    return Listing(tuple(text(each) for each in keys))
