"""Screens of contributions for the secretariat: the list, one in full, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.consultations import NOT_SAID, Consultation
from bot.domain.contributions import Contribution, Outcome, Tags
from bot.domain.screens import (
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import HOME, LIST_LENGTH, pages
from bot.domain.views.contributing import START, about, became
from bot.domain.views.participants import title

Shown = tuple[Contribution, str | None]
"""A contribution, and the group of who wrote it where that tells of nobody."""


def listed(found: Consultation, total: int, page: int, shown: Sequence[Shown]) -> Screen:
    """Eight contributions in the order in which they came."""
    head = text("contributed.list", title=title(found), count=total)
    lines: list[Text | None] = [head if total else text("contributed.none_yet", title=title(found))]
    for kept, group in shown:
        lines += [None, _head(kept, group), *_start(kept)]
    rows: list[Row] = [
        (button("open_contribution", f"written:{kept.id}", n=kept.number),) for kept, _ in shown
    ]
    rows += pages(f"contributed_to:{found.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)])


def _start(kept: Contribution) -> list[Text]:
    if kept.said is None:
        return [text("contributed.unreadable")]
    start = Words(kept.said.words, kept.said.language, limit=START)
    return [text("card.words", words=start)]


def _head(kept: Contribution, group: str | None) -> Text:
    who = text("contributed.somebody")
    if group not in (None, NOT_SAID):
        who = text(f"group.{group}")
    outcome = text(f"contributed.outcome.{kept.outcome}")
    return text("contributed.head", number=kept.number, who=who, state=outcome)


def one(
    found: Consultation, kept: Contribution, group: str | None, codes: Mapping[int, str]
) -> Screen:
    """One contribution in full, and what can be done with it."""
    words: list[Text] = [text("contributed.unreadable")]
    if kept.said is not None:
        words = [text("card.words", words=Words(kept.said.words, kept.said.language))]
    at = kept.id
    return screen(
        text("contributed.one", title=title(found)),
        _head(kept, group),
        text("contributed.is_about", about=about(kept.about, codes)),
        *words,
        *_tags(kept.tags, codes),
        None,
        *became(kept),
        text("contributed.by_code" if kept.by_code else "contributed.is_told"),
        rows=[
            (
                button("taken_up", f"written_taken:{at}"),
                button("partly_taken_up", f"written_partly:{at}"),
                button("not_taken_up", f"written_not:{at}"),
            ),
            (button("tag_contribution", f"written_tag:{at}"),),
            (button("back", f"contributed_to:{found.id}:0"), HOME),
        ],
    )


def _tags(tags: Tags, codes: Mapping[int, str]) -> list[Text]:
    values: tuple[Value, ...] = (
        *(Words(each) for each in tags.themes),
        *(Code(codes[each]) for each in tags.items if each in codes),
    )
    return [text("contributed.tags", tags=Listing(values))] if values else []


def done(found: Consultation, kept: Contribution, codes: Mapping[int, str]) -> Screen:
    """It is decided on, or put somewhere; the words are on the screen that this leads to."""
    return message(
        decided(kept.number, kept.outcome),
        *_tags(kept.tags, codes),
        rows=[
            (button("open_contribution", f"written:{kept.id}", n=kept.number),),
            (button("back", f"contributed_to:{found.id}:0"), HOME),
        ],
    )


def gone() -> Screen:
    """In the place of what Telegram deletes no more."""
    return message("contributed.gone")


def decided(number: int, outcome: Outcome) -> Text:
    """Said over the screen once it is decided."""
    return text("contributed.decided", number=number, state=text(f"contributed.outcome.{outcome}"))
