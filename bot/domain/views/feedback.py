"""Screens of feedback on a meeting: what is sent, and what the secretariat reads of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.consultations import FEWEST, Consultation
from bot.domain.feedback import Feedback
from bot.domain.screens import Row, Screen, Text, Words, button, message, screen, text
from bot.domain.views.common import HOME, LIST_LENGTH, pages
from bot.domain.views.participants import title

Chosen = Mapping[str, Mapping[str, int]]
"""By trait, how many chose what, rounded."""


def label(trait: str, value: str) -> Text:
    """How a choice reads."""
    return text(f"feedback.felt.{value}") if trait == "felt" else text(f"feedback.degree.{value}")


def receipt(found: Consultation) -> Screen:
    """It is sent, and can be changed."""
    row = (
        button("feedback_change", f"feedback:{found.code}"),
        button("back", f"sign_up:{found.code}"),
    )
    return message(text("feedback.receipt", title=title(found)), rows=[row])


def results(
    found: Consultation,
    people: int,
    chosen: Chosen,
    *,
    total: int,
    page: int,
    comments: Sequence[Feedback],
) -> Screen:
    """What was said of a meeting: numbers, and eight of `total` comments."""
    lines: list[Text | None] = [text("feedback.list", title=title(found)), _people(people)]
    for trait, counts in chosen.items():
        if not counts:
            continue
        lines += [None, text(f"feedback.of.{trait}")]
        lines += [
            text("consultation.of", value=label(trait, each), n=n) for each, n in counts.items()
        ]
    if comments:
        lines += [None, text("feedback.comments", count=total)]
        lines += [text("card.words", words=Words(each.comment, each.language)) for each in comments]
    if people:
        lines += [None, text("feedback.fewest", fewest=FEWEST)]
    rows: list[Row] = pages(f"feedback_of:{found.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)])


def _people(n: int) -> Text:
    """How many gave feedback, where that tells of nobody."""
    if not n:
        return text("feedback.people_few", fewest=FEWEST)
    return text("feedback.people", count=n)
