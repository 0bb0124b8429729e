"""Screens of what came of a consultation: for everybody, and for who has just said it."""

from __future__ import annotations

from bot.domain.consultations import FEWEST, Consultation
from bot.domain.screens import Row, Screen, Text, Words, button, message, screen, text
from bot.domain.summaries import Numbers, Summary
from bot.domain.views.participants import title


def shown(
    found: Consultation,
    summary: Summary,
    *,
    mine: bool,
    other: Consultation | None = None,
    back: str | None = None,
) -> Screen:
    """What came of it, for anybody; `mine` leads on to one's own contributions.

    `other` is a consultation that is open, for whoever came too late for this one; `back` the act
    that shows how words can still be left.
    """
    rows: list[Row] = []
    if mine:
        rows.append((button("contributed", f"contributed:{found.code}"),))
    if other is not None:
        opens = button("open_consultation", f"consultation:{other.code}", title=title(other))
        rows.append((opens,))
    if back is not None:
        rows.append((button("back", back),))
    return screen(
        *said(found, summary),
        None,
        "consultation.file.no_endorsement",
        text("participant.next") if other is not None else None,
        rows=rows,
    )


def said(found: Consultation, summary: Summary) -> list[Text | None]:
    """The summary and its numbers, line by line."""
    return [
        text("summary.of", title=title(found)),
        text("summary.published", day=summary.published_on),
        text("card.words", words=Words(summary.words, summary.language)),
        None,
        *counted(summary.numbers),
    ]


def counted(numbers: Numbers) -> list[Text]:
    """Its numbers, each at least so many."""
    lines = []
    if numbers.people:
        lines.append(text("summary.people", count=numbers.people))
    lines += [
        text("consultation.of", value=text(f"group.{each}"), n=n)
        for each, n in numbers.groups.items()
    ]
    if numbers.writers:
        lines.append(text("summary.writers", count=numbers.writers))
    lines += [text(f"summary.outcome.{each}", count=n) for each, n in numbers.outcomes.items()]
    return [*lines, text("summary.rounded", fewest=FEWEST)]


def published(found: Consultation) -> Screen:
    """It can be read by anybody from now on."""
    return message(
        text("summary.is_published", title=title(found)),
        rows=[
            (button("consultation_summary", f"consultation_summary:{found.id}"),),
            (button("back", f"consulting:{found.id}"),),
        ],
    )


def to_officers(found: Consultation, summary: Summary) -> Screen:
    """The same for the secretariat, and the way back."""
    return screen(*said(found, summary), rows=[(button("back", f"consulting:{found.id}"),)])


def news(code: str) -> Screen:
    """There is something to read; what, stands on the screen that this leads to."""
    return message("participant.news", rows=[(button("look", f"came_of:{code}"),)])


TEXT_KEYS = (
    "summary.outcome.taken_up",
    "summary.outcome.partly",
    "summary.outcome.not",
)
