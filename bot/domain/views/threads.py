"""Screens of a thread: what the secretariat asks about a report, and what the institution says."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.screens import (
    Button,
    Code,
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
from bot.domain.threads import Said, Side, Thread
from bot.domain.views.common import HOME, HOME_BESIDE, LIST_LENGTH, item_code, pages
from bot.domain.views.people import name_for

LONGEST = 3000  # characters of a message on a screen
BESIDE = 400  # of one below a report
LATEST = 4
"""So many messages stand below a report."""


def asked(thread: Thread, words: str, language: str) -> Screen:
    """Told to the institution: what the secretariat asks about its report; a reply answers it."""
    return message(
        text("thread.asks", number=Code(thread.number), item=item_code(thread)),
        text("card.words", words=Words(words, language, limit=LONGEST)),
        "thread.reply",
        rows=[(_answer(thread), button("open", f"su:{thread.status_update_id}"))],
    )


def answered(thread: Thread, words: Words, language: str) -> Screen:
    """Told to the officer in their language: what the institution answers; a reply asks on."""
    return message(
        text(
            "thread.answers",
            number=Code(thread.number),
            item=item_code(thread),
            institution=name_for(thread.names, language),
        ),
        text("card.words", words=words),
        "thread.reply_on",
        rows=[(button("review_it", f"review:{thread.status_update_id}"), HOME_BESIDE)],
    )


def sent(thread: Thread, side: Side) -> Screen:
    """The message is on its way to the other side."""
    number = Code(thread.number)
    if side is Side.SECRETARIAT:
        back = button("review_it", f"review:{thread.status_update_id}")
        return message(text("thread.asked", number=number), rows=[(back, HOME_BESIDE)])
    return message(text("thread.answered", number=number), rows=[(HOME_BESIDE,)])


def thread(shown: Thread, said: Sequence[Said], *, side: Side) -> Screen:
    """The whole thread, as one side sees it."""
    lines: list[Text | None] = [
        text("thread.head", number=Code(shown.number), item=item_code(shown))
    ]
    lines += [_said(each, LONGEST) for each in said]
    if not shown.open:
        lines.append(text("thread.closed"))
    row: list[Button] = []
    if side is Side.SECRETARIAT:
        if shown.open:
            row.append(button("ask_about", f"thread_ask:{shown.status_update_id}"))
        row.append(button("review_it", f"review:{shown.status_update_id}"))
    else:
        if shown.open:
            row.append(_answer(shown))
        row.append(button("open", f"su:{shown.status_update_id}"))
    return screen(*lines, rows=[tuple(row), (HOME,)])


def listed(total: int, page: int, shown: Sequence[Thread], *, side: Side, language: str) -> Screen:
    """Eight open threads, those that wait for the reader first."""
    if not total:
        return screen("thread.none", rows=[(HOME,)])
    lines: list[Text | None] = [text("thread.listed", count=total)]
    lines += [_line(each, side, language) for each in shown]
    rows: list[Row] = [
        (
            button(
                "thread",
                f"thread:{each.status_update_id}",
                number=Code(each.number),
                item=item_code(each),
            ),
        )
        for each in shown
    ]
    rows += pages("threads", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def lines(said: Sequence[Said]) -> list[Text | None]:
    """The latest messages, below the report that they are about."""
    shown = said[-LATEST:]
    found: list[Text | None] = [_said(each, BESIDE) for each in shown]
    if len(said) > len(shown):
        found.insert(0, text("thread.earlier", count=len(said) - len(shown)))
    return found


def _line(each: Thread, side: Side, language: str) -> Text:
    waits = "thread.waits_for_institution"
    if each.waits_for is Side.SECRETARIAT:
        waits = "thread.waits_for_secretariat"
    facts: Value = text(waits, day=each.said_at)
    if side is Side.SECRETARIAT:
        facts = text("label.dotted", first=name_for(each.names, language), rest=facts)
    return text("home.line", item=item_code(each), facts=facts)


def _said(said: Said, limit: int) -> Text:
    words = Words(said.words, said.language, limit=limit)
    if said.side is Side.SECRETARIAT:
        return text("thread.secretariat", day=said.said_at, words=words)
    return text("thread.institution", day=said.said_at, words=words)


def _answer(thread: Thread) -> Button:
    return button("answer", f"thread_answer:{thread.status_update_id}")


TEXT_KEYS = ("thread.waits_for_institution", "thread.waits_for_secretariat")
