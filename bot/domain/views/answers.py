"""Screens of requests that are not for status, for who answers and for who asked."""

from __future__ import annotations

from datetime import date

from bot.domain.requests import ItemState, Listed, Request, RequestText, Stand, stand
from bot.domain.screens import Row, Screen, Text, Words, button, message, screen, text
from bot.domain.views.common import HOME, HOME_BESIDE
from bot.domain.views.people import name_for
from bot.domain.views.reminders import called

EXCERPT = 600
POSITIONS = ("support", "note")
_KNOWN_TO_THEM = (Stand.ASKED, Stand.SEEN, Stand.STARTED)
"""Whoever reads it has just opened it: nothing to tell them."""

TEXT_KEYS = tuple(f"answer.choice.{each}" for each in POSITIONS)


def asked(
    one: Listed,
    request: Request,
    worded: RequestText | None,
    said: Words | None,
    *,
    answers: bool,
    wish: date | None,
    today: date,
) -> Screen:
    """What is asked of an institution, and what it answered; who `answers` for it can do so.

    Until the day `wish` more time is asked for already.
    """
    lines: list[Text | None] = [
        text(f"request.asks.{request.kind}", count=1, due=one.due_on),
    ]
    if one.code is not None:
        lines.append(text("answer.about", item=called(one)))
    if request.indicator:
        lines.append(text("request.indicator", indicator=Words(request.indicator)))
    if worded is not None:
        words = worded.message or worded.title
        lines.append(text("request.words", words=Words(words, worded.language, limit=2000)))
    how = stand(one, today)
    if how not in _KNOWN_TO_THEM:
        lines.append(text(f"request.stand.{how}"))
    if said is not None:
        lines.append(text("card.words", words=said))
    if wish is not None:
        lines.append(text("extension.asked", item=called(one), until=wish))
    rows: list[Row] = []
    if answers and one.state is ItemState.ASKED:
        respond = button("respond", f"respond:{one.id}")
        more = button("more_time", f"more_time:{one.id}")
        rows.append((respond, more) if wish is None else (respond,))
    return screen(*lines, rows=[*rows, (HOME,)])


def answered(one: Listed) -> Screen:
    """The answer is with the secretariat."""
    return message(text("answer.sent", item=called(one)), rows=[(HOME_BESIDE,)])


def recorded(one: Listed, *, language: str) -> Screen:
    """What an institution answered elsewhere is in the record."""
    said = text("answer.recorded", institution=name_for(one.names, language))
    return message(said, rows=[(button("open_request", f"request:{one.request_id}"), HOME_BESIDE)])


def arrived(one: Listed, words: str, said_in: str, choice: str | None, *, reader: str) -> Screen:
    """Told to who asked: an institution has answered."""
    lines: list[Text | None] = [
        text(
            "answer.arrived",
            institution=name_for(one.names, reader),
            item=called(one),
        )
    ]
    if choice is not None:
        lines.append(text(f"answer.choice.{choice}"))
    lines.append(text("card.words", words=Words(words, said_in, limit=EXCERPT)))
    return message(
        *lines,
        rows=[(button("open_request", f"request:{one.request_id}"), HOME_BESIDE)],
    )


def open_list(shown: list[Listed]) -> Screen:
    """What else is asked of the institution, the longest due first."""
    if not shown:
        return screen("answer.nothing", rows=[(HOME,)])
    lines: list[Text | None] = [text("answer.list", count=len(shown))]
    lines += [text("reminder.line", item=called(each), due=each.due_on) for each in shown]
    rows: list[Row] = [(button("code", f"asked:{each.id}", item=called(each)),) for each in shown]
    return screen(*lines, rows=[*rows, (HOME,)])
