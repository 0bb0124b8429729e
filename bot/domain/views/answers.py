"""Screens of requests that are not for status, for who answers and for who asked."""

from __future__ import annotations

from datetime import date

from bot.domain.reports import EvidenceCounts
from bot.domain.requests import (
    Answer,
    ItemState,
    Listed,
    Request,
    RequestKind,
    RequestText,
    Stand,
    stand,
)
from bot.domain.screens import (
    Attachment,
    Button,
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
from bot.domain.views.common import HOME, HOME_BESIDE
from bot.domain.views.people import name_for
from bot.domain.views.reminders import called

EXCERPT = 600
POSITIONS = ("support", "note")
_KNOWN_TO_THEM = (Stand.ASKED, Stand.SEEN, Stand.STARTED)
"""Whoever reads it has just opened it: nothing to tell them."""

TEXT_KEYS = (*(f"answer.choice.{each}" for each in POSITIONS), "counted.files")


def asked(
    one: Listed,
    request: Request,
    worded: RequestText | None,
    said: Words | None,
    *,
    answers: bool,
    wish: date | None,
    language: str,
    today: date,
) -> Screen:
    """What is asked of an institution, the way to its file, and what it answered.

    Who `answers` for it can do so; until the day `wish` more time is asked for already.
    """
    lines: list[Text | None] = []
    if worded is not None:
        lines.append(text("request.title", title=Words(worded.title, worded.language)))
    lines.append(text(f"request.asks.{request.kind}", count=1, due=one.due_on))
    if one.code is not None:
        lines.append(text("answer.about", item=called(one, language)))
    if request.indicator:
        lines.append(text("request.indicator", indicator=Words(request.indicator)))
    if worded is not None and worded.message:
        words = Words(worded.message, worded.language, limit=2000)
        lines.append(text("request.words", words=words))
    may_answer = answers and one.state is ItemState.ASKED
    lines += _hint(one, may_answer=may_answer)
    how = stand(one, today)
    if how not in _KNOWN_TO_THEM:
        lines.append(text(f"request.stand.{how}"))
    if said is not None:
        lines.append(text("card.words", words=said))
    if wish is not None:
        lines.append(text("extension.asked", item=called(one, language), until=wish))
    rows: list[Row] = []
    if request.attachment is not None:
        rows.append((_file_button(one),))
    if may_answer:
        respond = button("respond", f"respond:{one.id}")
        more = button("more_time", f"more_time:{one.id}")
        rows.append((respond, more) if wish is None else (respond,))
    return screen(*lines, rows=[*rows, (HOME,)])


def _hint(one: Listed, *, may_answer: bool) -> list[Text]:
    """How comments on single paragraphs are told apart."""
    hinted = may_answer and one.kind is RequestKind.COMMENT
    return [text("answer.comment_hint")] if hinted else []


def _file_button(one: Listed) -> Button:
    act = f"asked_file:{one.id}"
    return button("the_draft", act) if one.kind is RequestKind.COMMENT else button("the_file", act)


def file(one: Listed, attachment: Attachment, *, language: str) -> Screen:
    """The file of a request once more: the draft that is to be commented on, or another."""
    head = text("report.head", item=called(one, language))
    return screen(head, attachments=(attachment,), replaces=False)


def answered(one: Listed, *, language: str) -> Screen:
    """The answer is with the secretariat."""
    if one.code is not None:
        said = text("answer.sent", item=called(one, language))
    else:
        said = text("answer.sent_to", title=_title(one, language))
    return message(said, rows=[(HOME_BESIDE,)])


def _title(one: Listed, language: str) -> Value:
    """What tells it apart from others of its kind: its name, else by when it is asked."""
    if one.indicator is None and not one.titles:
        kind = text(f"request.kind.{one.kind}")
        return text("request.called_kind", kind=kind, due=one.due_on)
    return called(one, language)


def recorded(one: Listed, *, language: str) -> Screen:
    """What an institution answered elsewhere is in the record."""
    said = text("answer.recorded", institution=name_for(one.names, language))
    return message(said, rows=[(button("open_request", f"request:{one.request_id}"), HOME_BESIDE)])


def arrived(
    one: Listed,
    words: str,
    said_in: str,
    choice: str | None,
    evidence: EvidenceCounts,
    *,
    reader: str,
) -> Screen:
    """Told to who asked: an institution has answered."""
    item = called(one, reader) if one.code is not None else _title(one, reader)
    lines: list[Text | None] = [
        text("answer.arrived", institution=name_for(one.names, reader), item=item)
    ]
    if choice is not None:
        lines.append(text(f"answer.choice.{choice}"))
    lines.append(text("card.words", words=Words(words, said_in, limit=EXCERPT)))
    if pieces := _pieces(evidence):
        lines.append(text("answer.with_it", pieces=Listing(pieces)))
    opened = button("open_answer", f"request_item:{one.id}")
    return message(*lines, rows=[(opened, HOME_BESIDE)])


def _pieces(evidence: EvidenceCounts) -> tuple[Text, ...]:
    """What goes with an answer; a file that is on its way is one already."""
    counted = (
        ("counted.files", evidence.files + evidence.awaited),
        ("evidence.links", evidence.links),
    )
    return tuple(text(key, count=count) for key, count in counted if count)


def whole(one: Listed, said: Answer, *, language: str) -> Screen:
    """All that an institution answered, however long."""
    return message(
        text("answer.whole", institution=name_for(one.names, language)),
        text("card.words", words=Words(said.words, said.language)),
        rows=[(button("back", f"request_item:{one.id}"),)],
    )


def open_list(shown: list[Listed], *, language: str) -> Screen:
    """What else is asked of the institution, the longest due first."""
    if not shown:
        return screen("answer.nothing", rows=[(HOME,)])
    lines: list[Text | None] = [text("answer.list", count=len(shown))]
    lines += [text("reminder.line", item=called(each, language), due=each.due_on) for each in shown]
    rows: list[Row] = [
        (button("code", f"asked:{each.id}", item=called(each, language)),) for each in shown
    ]
    return screen(*lines, rows=[*rows, (HOME,)])
