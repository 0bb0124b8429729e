"""Screens of requests: what goes out, how it stands, and more time that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.domain.ladder import Ladder, Named, PutOff, Reaches, Rung, worth_telling
from bot.domain.reports import EvidencePiece, EvidenceState
from bot.domain.requests import (
    Answer,
    Extension,
    ItemState,
    Listed,
    Preview,
    Repeats,
    Request,
    RequestKind,
    RequestState,
    RequestText,
    Stand,
    stand,
)
from bot.domain.screens import (
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import BESIDE, HOME, LIST_LENGTH, in_twos, pages, piece_line, redacts
from bot.domain.views.people import name_for
from bot.domain.views.reminders import URGENT, by_day, called, open_asked, put_off_lines

MESSAGE_LENGTH = 3500
_TITLE = 40
EXCERPT = 600
PIECES = 20
RUNGS = 30
"""So many rungs of one item are shown, the latest."""

DELIVERED = ("planned", "sending", "sent", "failed", "unknown")
TEXT_KEYS = (
    *(f"request.asks.{each}" for each in RequestKind),
    *(f"request.listed.{each}" for each in Stand),
    *(f"delivery.{each}" for each in DELIVERED if each != "sending"),
)


# -- What people get -------------------------------------------------------------------------------


def asked(
    request: Request, items: Sequence[Listed], worded: RequestText | None, *, language: str
) -> Screen:
    """The one message of a request: the officers' words, or the usual ones, and what is asked."""
    lines: list[Text | None] = []
    if worded is not None:
        lines.append(text("request.title", title=Words(worded.title, worded.language)))
        if worded.message:
            words = Words(worded.message, worded.language, limit=MESSAGE_LENGTH)
            lines.append(text("request.words", words=words))
        lines.append(None)
    due = request.due_on or items[0].due_on
    lines.append(text(f"request.asks.{request.kind}", count=len(items), due=due))
    if request.indicator:
        lines.append(text("request.indicator", indicator=Words(request.indicator)))
    rows: list[Row] = []
    about = [each for each in items if each.code is not None]
    if len(items) == 1:
        rows.append((_answer(items[0], language),))
    else:
        if request.due_on is None:
            lines += by_day(about[:URGENT], language)
        rows += in_twos([open_asked(each, language) for each in items[:URGENT]])
    if len(items) > URGENT:
        rows.append((button("reminded_all", "list:all:0", n=len(items)),))
    attached = () if request.attached is None else (request.attached,)
    return screen(*lines, rows=rows, attachments=attached, replaces=False)


def _answer(one: Listed, language: str) -> Button:
    if one.assignment_id is None:
        return button("respond", f"respond:{one.id}")
    return open_asked(one, language)


def new(deadline_id: int | None = None) -> Screen:
    """What can be asked for, and before which deadline."""
    before = "" if deadline_id is None else f":{deadline_id}"
    back = "requests:0" if deadline_id is None else f"deadline:{deadline_id}"
    return screen(
        "request.new",
        rows=[
            (button("ask_items", f"ask_items:-{before}"),),
            (
                button("ask_data", f"ask_data{before}"),
                button("ask_comment", f"ask_comment{before}"),
            ),
            (button("back", back), HOME),
        ],
    )


# -- Before it goes out ----------------------------------------------------------------------------


def facts(
    found: Preview, names: Mapping[str, str], other: str | None, *, language: str
) -> list[Text]:
    """What sending would do, for the review screen; `names` are those of languages."""
    people = text("reached.people", count=found.people)
    houses = text("reached.institutions", count=found.institutions)
    if not found.people:
        lines = [text("request.reaches_nobody")]
    elif found.items:
        about = text("reached.items", count=found.items)
        lines = [text("request.reaches", people=people, institutions=houses, items=about)]
    else:
        lines = [text("request.reaches_houses", people=people, institutions=houses)]
    lines += [
        text(
            "request.left_out", institution=name_for(each, language), reason=text(f"left_out.{why}")
        )
        for each, why in found.left_out[:LIST_LENGTH]
    ]
    if len(found.left_out) > LIST_LENGTH:
        lines.append(text("request.more_left_out", count=len(found.left_out) - LIST_LENGTH))
    if other is not None:
        lines += [
            text("broadcast.other_language", language=names[each], other=other, count=count)
            for each, count in sorted(found.other_language.items())
        ]
    return lines


def planned(request_id: int) -> Screen:
    """It goes out soon, and can be undone until then."""
    return message(
        "request.planned",
        rows=[
            (
                button("undo", f"request_undo:{request_id}"),
                button("send_now", f"request_now:{request_id}"),
            ),
            (button("open_request", f"request:{request_id}"),),
        ],
    )


def undone(request_id: int) -> Screen:
    """It does not go out; nothing of what was written is lost."""
    again = button("broadcast_change", f"request_copy:{request_id}")
    return screen("request.undone", rows=[(again, button("requests", "requests:0")), (HOME,)])


def asked_anew(request: Request, title: Text) -> Screen:
    """Told to officers: a request that repeats goes out by itself, unless it is undone."""
    assert request.due_on is not None
    assert request.sends_at is not None
    return message(
        text("request.anew", title=title, due=request.due_on, at=request.sends_at),
        rows=[
            (
                button("undo", f"request_undo:{request.id}"),
                button("send_now", f"request_now:{request.id}"),
            ),
            (button("open_request", f"request:{request.id}"),),
        ],
    )


# -- How it stands ---------------------------------------------------------------------------------


def overview(
    total: int, page: int, shown: Sequence[tuple[Request, Text]], *, wishes: int = 0
) -> Screen:
    """Eight requests, the newest first; `wishes` for more time wait."""
    if not total:
        return screen("request.none", rows=[(button("ask_for", "request_new"),), (HOME,)])
    lines: list[Text | None] = [text("request.overview", count=total)]
    rows: list[Row] = []
    for each, title in shown:
        lines.append(
            text("request.overview_line", title=title, state=text(f"request.state.{each.state}"))
        )
        rows.append((button("request_title", f"request:{each.id}", title=title),))
    rows += pages("requests", page, more=(page + 1) * LIST_LENGTH < total)
    if wishes:
        rows.append((button("wishes", "wishes", n=wishes),))
    rows.append((button("ask_for", "request_new"),))
    return screen(*lines, rows=[*rows, (HOME,)])


def title_of(request: Request, worded: RequestText | None) -> Text:
    """How a request is called: by its title, else by what it asks and when."""
    if worded is not None:
        return text("request.called", title=Words(worded.title, worded.language, limit=_TITLE))
    if request.announced:
        day = (request.opened_at or request.created_at).date()
        return text("request.called_announced", day=day)
    kind = text(f"request.kind.{request.kind}")
    return text("request.called_kind", kind=kind, due=request.due_on or request.created_at.date())


def _anew(repeats: Repeats, day: date) -> Text:
    """When it is asked anew."""
    if repeats is Repeats.BEFORE_DEADLINE:
        return text("request.anew_before_deadlines")
    return text("request.anew_on", how_often=text(f"request.repeats.{repeats}"), day=day)


def board(
    request: Request,
    title: Text,
    stands: Mapping[Stand, int],
    deliveries: Mapping[str, int],
    wishes: int,
    *,
    anew_on: date | None = None,
    may_redact: bool = False,
) -> Screen:
    """Where a request stands: answers, whom its message reached, and when it is asked anew."""
    lines: list[Text | None] = [
        title,
        text("request.state_line", state=text(f"request.state.{request.state}")),
    ]
    if request.due_on is not None:
        lines.append(text("request.due", due=request.due_on))
    if request.state is RequestState.PLANNED and request.turn and request.sends_at is not None:
        lines.append(text("request.sends_at", at=request.sends_at))
    if request.repeats is not None and anew_on is not None:
        lines.append(_anew(request.repeats, anew_on))
    lines += [
        text(f"request.listed.{each}", count=stands[each]) for each in Stand if stands.get(each)
    ]
    delivered = delivery_facts(deliveries)
    if delivered is not None:
        lines += [None, delivered]
    rows: list[Row] = []
    if request.state is RequestState.PLANNED:
        rows.append(
            (
                button("undo", f"request_undo:{request.id}"),
                button("send_now", f"request_now:{request.id}"),
            )
        )
    rows += in_twos(
        [
            button(
                "request_stand",
                f"request_items:{request.id}:{each}:0",
                stand=text(f"request.stand.{each}"),
                n=stands[each],
            )
            for each in Stand
            if stands.get(each)
        ]
    )
    if wishes:
        rows.append((button("wishes", "wishes", n=wishes),))
    if request.state is RequestState.OPEN:
        rows.append(
            (
                button("ladder", f"request_ladder:{request.id}"),
                button("request_close", f"request_ask_close:{request.id}"),
            )
        )
    if request.state is RequestState.OPEN:
        rows.append((button("letters", f"request_letters:{request.id}"),))
    if anew_on is not None:
        rows.append((button("stop_repeating", f"request_stop:{request.id}"),))
    rows.append(
        (button("request_copy", f"request_copy:{request.id}"), button("back", "requests:0"))
    )
    went = request.state in (RequestState.OPEN, RequestState.CLOSED)
    rows += redacts(f"request:{request.id}", may=may_redact and went)
    return screen(*lines, rows=[*rows, (HOME,)])


def delivery_facts(deliveries: Mapping[str, int]) -> Text | None:
    """Whom the messages reached, in one line; None where there are none."""
    on_the_way = deliveries.get("planned", 0) + deliveries.get("sending", 0)
    numbers = {**deliveries, "planned": on_the_way, "sending": 0}
    facts_ = [
        text(f"delivery.{each}", count=numbers[each]) for each in DELIVERED if numbers.get(each)
    ]
    return text("delivery.line", facts=Listing(tuple(facts_))) if facts_ else None


def items(
    request: Request,
    which: Stand,
    total: int,
    page: int,
    shown: Sequence[Listed],
    *,
    language: str,
) -> Screen:
    """Eight of what a request asks, by where it stands."""
    lines: list[Text | None] = [text(f"request.listed.{which}", count=total)]
    for each in shown:
        lines.append(_line(each, language))
        if each.reason:
            lines.append(text("card.words", words=Words(each.reason, limit=200)))
    rows: list[Row] = [(_item_button(each, language),) for each in shown]
    act = f"request_items:{request.id}:{which}"
    rows += pages(act, page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"request:{request.id}"), HOME)])


def _item_button(each: Listed, language: str) -> Button:
    house = name_for(each.names, language)
    if each.code is None:
        return button("code", f"request_item:{each.id}", item=house)
    item = called(each, language)
    return button("asked_of", f"request_item:{each.id}", item=item, institution=house)


def _line(each: Listed, language: str) -> Text:
    house = name_for(each.names, language)
    if each.code is None:
        return text("request.house_line", institution=house, due=each.due_on)
    item = called(each, language)
    return text("request.item_line", item=item, institution=house, due=each.due_on)


def item(
    one: Listed,
    rungs: Sequence[Named],
    said: Answer | None = None,
    pieces: Sequence[EvidencePiece] = (),
    *,
    nobody_there: bool,
    put_off: Sequence[PutOff] = (),
    may_redact: bool = False,
    redactable: bool = False,
    language: str,
    today: date,
) -> Screen:
    """One thing that is asked: where it stands, what was answered beside reports, its rungs.

    `nobody_there`: no message reaches the institution; a letter does. Whoever has `put_off` its
    reminder said why; `redactable`: of such reasons there is something to redact.
    """
    how = stand(one, today)
    by_letter = nobody_there and one.state is ItemState.ASKED
    lines: list[Text | None] = [_line(one, language)]
    if not (by_letter and how is Stand.ASKED):
        lines.append(text(f"request.stand.{how}"))
    if by_letter:
        lines.append(text("request.nobody_there"))
    if said is not None:
        lines += _answered(said, pieces)
    lines += put_off_lines(put_off[:URGENT])
    lines.append(None)
    told = worth_telling(rungs)
    lines += [_rung(each) for each in told[-RUNGS:]]
    if not told:
        lines.append(text("request.no_rungs"))
    rows: list[Row] = []
    if said is not None:
        rows += _of_answer(one, said, pieces, may_redact=may_redact)
    if one.assignment_id is not None:
        rows.append(
            (
                button("open", f"card:{one.assignment_id}:{BESIDE}"),
                button("record", f"record:{one.assignment_id}"),
            )
        )
    letters = (button("letters", f"request_letters:{one.request_id}"),) if by_letter else ()
    if one.assignment_id is None and one.state is ItemState.ASKED:
        letters = (*letters, button("record_answer", f"record_answer:{one.id}"))
    if letters:
        rows.append(letters)
    back = button("back", f"request:{one.request_id}")
    asked_still = one.state is ItemState.ASKED
    if redactable:
        rows.append((button("redact.reasons", f"redact:request_item:{one.id}"),))
    rows.append((button("excuse", f"excuse:{one.id}"), back) if asked_still else (back,))
    return screen(*lines, rows=[*rows, (HOME,)])


def _answered(said: Answer, pieces: Sequence[EvidencePiece]) -> list[Text]:
    """An answer as far as it fits, and what goes with it."""
    lines = []
    if said.choice is not None:
        lines.append(text(f"answer.choice.{said.choice}"))
    if said.source is not None and said.source_on is not None:
        lines.append(text("report.source", source=Words(said.source), day=said.source_on))
    words = Words(said.words, said.language, limit=EXCERPT)
    lines.append(text("card.words", words=words))
    lines += [piece_line(each) for each in pieces[:PIECES]]
    if len(pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(pieces) - PIECES))
    return lines


def _of_answer(
    one: Listed, said: Answer, pieces: Sequence[EvidencePiece], *, may_redact: bool
) -> list[Row]:
    rows: list[Row] = []
    if looks := _looks(one, said, pieces):
        rows.append(looks)
    if may_redact:
        rows.append((button("redact", f"redact:response:{said.id}"),))
    return rows


def _looks(one: Listed, said: Answer, pieces: Sequence[EvidencePiece]) -> Row:
    """The ways to the files of an answer, and to all of it where it was shortened."""
    files = sum(1 for each in pieces if each.state is EvidenceState.STORED and each.sha256)
    looks = []
    if files:
        looks.append(button("files", f"answer_files:{one.id}", n=files))
    if len(said.words) > EXCERPT:
        looks.append(button("whole_answer", f"whole_answer:{one.id}"))
    return tuple(looks)


def _rung(each: Named) -> Text:
    key = f"skipped.{each.reason}" if each.reason else f"rung.{each.state}"
    return text("request.rung", name=Words(each.name), at=each.at, state=text(key))


def excused(request_id: int) -> Screen:
    """The institution need not answer."""
    return screen("request.excused", rows=[(button("open_request", f"request:{request_id}"), HOME)])


def ask_to_close(request_id: int, open_ones: int, *, repeats: bool) -> Screen:
    """Asked once more: nobody is reminded afterwards; what repeats is asked anew, or not."""
    rows: list[Row] = []
    if repeats:
        rows.append((button("request_end", f"request_end:{request_id}"),))
    close = button("request_close_yes", f"request_close:{request_id}")
    rows.append((close, button("back", f"request:{request_id}")))
    asked_ = text("request.ask_close", count=open_ones) if open_ones else "request.ask_close_all"
    return screen(asked_, rows=rows)


def closed(title: Text, stands: Mapping[Stand, int], days: float | None) -> Screen:
    """The closing summary."""
    lines: list[Text | None] = [text("request.closed", title=title)]
    lines += [
        text(f"request.listed.{each}", count=stands[each]) for each in Stand if stands.get(each)
    ]
    if days is not None:
        whole_days = round(days)
        median = text("request.median_days", count=whole_days)
        lines.append(median if whole_days else text("request.median_same_day"))
    return message(*lines, rows=[(HOME,)])


# -- The ladder ------------------------------------------------------------------------------------


def ladder(request_id: int, rungs: Ladder) -> Screen:
    """The rungs of a request, each with the way to take it away."""
    lines: list[Text | None] = [text("ladder.title"), *(rung_line(each) for each in rungs)]
    rows: list[Row] = [(_off(request_id, each, rungs),) for each in rungs]
    if any(each.reaches is Reaches.VALIDATOR for each in rungs):
        asks = any(each.asks_first for each in rungs)
        rows.append((button("rung_auto" if asks else "rung_asks", f"rung_auto:{request_id}"),))
    rows.append(
        (
            button("rung_add", f"rung_add:{request_id}"),
            button("ladder_dates", f"ladder_dates:{request_id}:0"),
        )
    )
    return screen(*lines, rows=[*rows, (button("back", f"request:{request_id}"), HOME)])


def _off(request_id: int, rung: Rung, rungs: Ladder) -> Button:
    """By when it comes, and by whom it reaches where several come then."""
    act = f"rung_off:{request_id}:{rung.days}:{rung.reaches}"
    alone = sum(each.days == rung.days for each in rungs) == 1
    return button("rung_remove", act, rung=rung_when(rung) if alone else rung_line(rung))


def rung_line(rung: Rung) -> Text:
    """A rung in words: when, and whom it reaches."""
    key = "rung.asks_first" if rung.asks_first else "rung.line"
    return text(key, when=rung_when(rung), whom=text(f"reaches.{rung.reaches}"))


def rung_when(rung: Rung) -> Text:
    """When a rung comes."""
    if rung.days == 0:
        return text("rung.on_the_day")
    if rung.days < 0:
        return text("rung.before", count=-rung.days)
    return text("rung.after", count=rung.days)


def dates(
    request_id: int, page: int, shown: Sequence[tuple[str, Sequence[datetime]]], *, more: bool
) -> Screen:
    """When each person would be reminded."""
    lines: list[Text | None] = [text("ladder.dates")]
    lines += [
        text(
            "ladder.person",
            name=name,
            days=Listing(tuple(text("ladder.day", at=at) for at in moments)),
        )
        for name, moments in shown
    ]
    rows = pages(f"ladder_dates:{request_id}", page, more=more)
    return screen(*lines, rows=[*rows, (button("back", f"request_ladder:{request_id}"), HOME)])


# -- More time -------------------------------------------------------------------------------------


def wish(one: Listed, extension: Extension, *, language: str) -> Screen:
    """Told to an officer: an institution asks for more time."""
    lines = _wish(one, extension, language)
    return message(*lines, rows=[_decisions(extension)])


def decided(
    one: Listed, extension: Extension, decided_by: str, *, granted: bool, language: str
) -> Screen:
    """What becomes of the officers' messages: the wish, and who has decided what."""
    name = Words(decided_by)
    outcome = (
        text("extension.given_by", name=name, until=extension.until_on)
        if granted
        else text("extension.refused_by", name=name, due=one.due_on)
    )
    return message(*_wish(one, extension, language), outcome)


def wishes(count: int, one: Listed, extension: Extension, *, language: str) -> Screen:
    """The oldest wish for more time that waits; a decision leads to the next one."""
    lines = (text("extension.waiting", count=count), None, *_wish(one, extension, language))
    rows = [_decisions(extension, rest=":next"), (button("back", "requests:0"), HOME)]
    return screen(*lines, rows=rows)


def _wish(one: Listed, extension: Extension, language: str) -> tuple[Text, Text]:
    return (
        text(
            "extension.wish",
            institution=name_for(one.names, language),
            item=called(one, language),
            due=one.due_on,
            until=extension.until_on,
        ),
        text("card.words", words=Words(extension.reason, extension.language, limit=600)),
    )


def _decisions(extension: Extension, rest: str = "") -> Row:
    return (
        button("grant", f"extend:{extension.id}{rest}"),
        button("refuse_time", f"no_extension:{extension.id}{rest}"),
    )


def time_given(one: Listed, until_on: date, *, language: str) -> Screen:
    """Told to the institution: it has more time."""
    return message(
        text("extension.granted", item=called(one, language), until=until_on),
        rows=[(open_asked(one, language),)],
    )


def time_refused(one: Listed, *, language: str) -> Screen:
    """Told to the institution: the day stays."""
    return message(
        text("extension.refused", item=called(one, language), due=one.due_on),
        rows=[(open_asked(one, language),)],
    )


def no_answer_needed(one: Listed, *, language: str) -> Screen:
    """Told to the institution: it is excused."""
    said = text("request.no_answer_needed", item=called(one, language))
    return message(said, rows=[(HOME,)])


def wished(one: Listed, until_on: date, *, language: str) -> Screen:
    """The wish is with the secretariat."""
    return message(
        text("extension.asked", item=called(one, language), until=until_on),
        rows=[(HOME,)],
    )
