"""Requests, as the secretariat steers them: ask, undo, look, excuse, close; more time; ladders."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.ladder import Reaches, Rung
from bot.domain.requests import (
    ABOUT_ITEMS,
    Answer,
    Listed,
    Request,
    RequestKind,
    RequestState,
    RequestText,
    Stand,
)
from bot.domain.screens import Text, Words, text
from bot.domain.selection import Selection
from bot.domain.views import answers as answer_views
from bot.domain.views import history as history_views
from bot.domain.views import reminders as reminder_views
from bot.domain.views import requests as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import answers as answering
from bot.services import opened
from bot.services import redaction as redacting
from bot.services import reminders as reminding
from bot.services import requests as service
from handlers.card import number
from handlers.flows import record_answer as recording
from handlers.home import page_number
from handlers.turn import Turn
from storage import answers as answer_queries
from storage import (
    deadlines,
    evidence,
    institutions,
    national_reports,
    outbox,
    reminders,
    report_chapters,
)
from storage import requests as queries


async def overview(turn: Turn, argument: str) -> None:
    """`requests:0`: a page of the requests."""
    permissions.require(permissions.may_ask(turn.actor))
    page = page_number(argument)
    found = await queries.page(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    shown = [(each, await _title(turn, each)) for each in found]
    waiting = await queries.waiting_extensions(turn.tx, limit=LIST_LENGTH)
    total = await queries.count(turn.tx)
    await turn.show(views.overview(total, page, shown, wishes=len(waiting)))


async def new(turn: Turn, argument: str) -> None:
    """`request_new`, `request_new:5`: what can be asked for, before that deadline."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.show(views.new(number(argument) if argument else None))


async def ask_items(turn: Turn, argument: str) -> None:
    """`ask_items:d3`, `ask_items:d3:5`: about the items of a selection, before that deadline."""
    permissions.require(permissions.may_ask(turn.actor))
    code, _, deadline = argument.partition(":")
    wanted = Selection.read(code or "-")
    before = await _before(turn, deadline)
    await turn.desk.runner.begin(turn, "request", selection=wanted.code, **before)


async def ask_data(turn: Turn, argument: str) -> None:
    """`ask_data`, `ask_data:5`: a request for data by indicator, before that deadline."""
    permissions.require(permissions.may_ask(turn.actor))
    before = await _before(turn, argument)
    await turn.desk.runner.begin(turn, "request_data", kind=RequestKind.DATA.value, **before)


async def ask_comment(turn: Turn, argument: str) -> None:
    """`ask_comment`, `ask_comment:5`: for comments on a draft, before that deadline."""
    permissions.require(permissions.may_ask(turn.actor))
    before = await _before(turn, argument)
    await turn.desk.runner.begin(turn, "request_comment", kind=RequestKind.COMMENT.value, **before)


async def _before(turn: Turn, argument: str) -> dict[str, Any]:
    """The deadline that a request is for, as an answer; none where none is named."""
    if not argument:
        return {}
    found = await deadlines.get(turn.tx, number(argument))
    if found is None:
        raise NotFound
    return {"deadline": found.id}


async def board(turn: Turn, argument: str) -> None:
    """`request:5`: where it stands."""
    request = await _request(turn, argument)
    await turn.show(
        views.board(
            request,
            await _title(turn, request),
            await queries.stands(turn.tx, request.id, today=turn.today),
            await outbox.counts(turn.tx, f"request:{request.id}:"),
            wishes=len(await queries.waiting_extensions(turn.tx, limit=LIST_LENGTH)),
            anew_on=await _repeats_on(turn, request),
            may_redact=permissions.may_redact(turn.actor),
        )
    )


async def listed(turn: Turn, argument: str) -> None:
    """`request_items:5:overdue:0`: a page of what stands there."""
    which, _, rest = argument.partition(":")
    name, _, page_ = rest.partition(":")
    request = await _request(turn, which)
    if name not in set(Stand):
        raise NotFound
    stand, page, today = Stand(name), page_number(page_), turn.today
    stands = await queries.stands(turn.tx, request.id, today=today)
    shown = await queries.listed(
        turn.tx, request.id, stand, today=today, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    await turn.show(
        views.items(request, stand, stands.get(stand, 0), page, shown, language=turn.language)
    )


async def one(turn: Turn, argument: str) -> None:
    """`request_item:7`: one thing that is asked, with its rungs."""
    permissions.require(permissions.may_ask(turn.actor))
    found = await queries.listed_ones(turn.tx, [number(argument)])
    if not found:
        raise NotFound
    [shown] = found
    said = None
    if shown.assignment_id is None:
        said = await answer_queries.newest(turn.tx, shown.id)
    await turn.show(
        views.item(
            shown,
            await reminders.named(turn.tx, shown.id),
            said,
            [] if said is None else await evidence.of_answer(turn.tx, said.id),
            nobody_there=bool(await service.not_reached(turn.tx, turn.act, [shown.institution_id])),
            may_redact=permissions.may_redact(turn.actor),
            redactable=await redacting.offers(turn.tx, turn.act, f"request_item:{shown.id}"),
            put_off=(await reminders.snoozes(turn.tx, [shown.id])).get(shown.id, ()),
            language=turn.language,
            today=turn.today,
        )
    )


async def answer_files(turn: Turn, argument: str) -> None:
    """`answer_files:7`, `answer_files:7:1`: a page of the files of an answer, sent to the chat."""
    which, _, page = argument.partition(":")
    asked, said = await _answer(turn, which)
    house = name_for(asked.names, turn.language)
    pieces = await evidence.of_answer(turn.tx, said.id)
    act = f"answer_files:{asked.id}"
    shown = history_views.files(house, act, pieces, page_number(page))
    await opened.files(turn.tx, turn.act, f"request_item:{asked.id}", shown)
    await turn.show(shown)


async def whole_answer(turn: Turn, argument: str) -> None:
    """`whole_answer:7`: all that was answered."""
    asked, said = await _answer(turn, argument)
    await opened.answer(turn.tx, turn.act, asked.id)
    await turn.show(answer_views.whole(asked, said, language=turn.language))


async def _answer(turn: Turn, argument: str) -> tuple[Listed, Answer]:
    """What is asked beside reports under that id, and what was answered; raises NotFound."""
    permissions.require(permissions.may_ask(turn.actor))
    asked = await answering.find(turn.tx, number(argument))
    return asked, existing(await answer_queries.newest(turn.tx, asked.id))


async def undo(turn: Turn, argument: str) -> None:
    """`request_undo:5`: it does not go out."""
    await service.undo(turn.tx, turn.act, number(argument))
    await turn.show(views.undone(number(argument)))


async def send_now(turn: Turn, argument: str) -> None:
    """`request_now:5`: it goes out this second."""
    await service.send_now(turn.tx, turn.act, number(argument))
    await board(turn, argument)


async def ask_to_close(turn: Turn, argument: str) -> None:
    """`request_ask_close:5`: asked once more."""
    request = await _request(turn, argument)
    ids = await queries.open_of_request(turn.tx, request.id)
    repeats = await _repeats_on(turn, request) is not None
    await turn.show(views.ask_to_close(request.id, len(ids), repeats=repeats))


async def close(turn: Turn, argument: str) -> None:
    """`request_close:5`: nobody is reminded any more; the summary."""
    await _close(turn, argument, for_good=False)


async def end(turn: Turn, argument: str) -> None:
    """`request_end:5`: as `close`, and it is not asked anew either."""
    await _close(turn, argument, for_good=True)


async def _close(turn: Turn, argument: str, *, for_good: bool) -> None:
    request = await _request(turn, argument)
    await service.close(turn.tx, turn.act, request.id, for_good=for_good)
    await turn.show(
        views.closed(
            await _title(turn, request),
            await queries.stands(turn.tx, request.id, today=turn.today),
            await queries.median_days(turn.tx, request.id),
        )
    )


async def letters(turn: Turn, argument: str) -> None:
    """`request_letters:5`: letters to institutions; to whom, and in which language."""
    request = await _request(turn, argument)
    await turn.desk.runner.begin(turn, "letters", request=request.id)


async def stop_repeating(turn: Turn, argument: str) -> None:
    """`request_stop:5`: it is not asked anew."""
    await service.stop_repeating(turn.tx, turn.act, number(argument))
    turn.toast = text("request.anew_no_more")
    await board(turn, argument)


async def _repeats_on(turn: Turn, request: Request) -> date | None:
    if request.series_id is None:
        return None
    return await queries.repeats_on(turn.tx, request.series_id)


async def copy(turn: Turn, argument: str) -> None:
    """`request_copy:5`: the same once more, as a draft; its file is asked for, and its due day.

    What was undone keeps its day, and the deadline that it was for.
    """
    request = await _request(turn, argument)
    answers, labels = await _answers_of(turn, request)
    if request.attachment is not None:
        await turn.remark(text("broadcast.file_again"))
    flow = FLOW_OF.get(request.kind, "request")
    await turn.desk.runner.begin(turn, flow, labels=labels, **answers)


FLOW_OF = {RequestKind.DATA: "request_data", RequestKind.COMMENT: "request_comment"}


async def _answers_of(
    turn: Turn, request: Request
) -> tuple[dict[str, Any], dict[str, Text | list[Text]]]:
    """A request as it would be put together again, and how its chosen answers read."""
    audience = request.audience
    words = await queries.texts(turn.tx, request.id)
    answers: dict[str, Any] = {
        "kind": request.kind.value,
        "ladder": [each.to_json() for each in request.ladder],
        **{f"words_{each.language}": _written(each) for each in words.values()},
    }
    labels: dict[str, Text | list[Text]] = {"kind": text(f"request.kind.{request.kind}")}
    if request.state is RequestState.UNDONE:
        answers |= await _when(turn, request)
    if request.report_id is not None and await national_reports.get(turn.tx, request.report_id):
        answers["report"] = request.report_id
        if request.chapter_id is not None and await report_chapters.get(
            turn.tx, request.chapter_id
        ):
            answers["chapter"] = request.chapter_id
    if request.kind in ABOUT_ITEMS:
        answers |= {"selection": audience.selection or "-", "items": list(audience.items)}
        answers |= {"assignments": list(audience.assignments)}
    if request.indicator is not None:
        answers["indicator"] = request.indicator_id or request.indicator
        labels["indicator"] = text("label.one", value=Words(request.indicator))
    if audience.institutions:
        answers["institutions"] = list(audience.institutions)
        named = {each.id: each.names for each in await institutions.every(turn.tx)}
        labels["institutions"] = [
            text("label.one", value=name_for(named.get(each, {}), turn.language))
            for each in audience.institutions
        ]
    if request.repeats is not None and request.kind is not RequestKind.COMMENT:
        answers["repeats"] = request.repeats.value
        labels["repeats"] = text(f"request.repeats.{request.repeats}")
    return answers, labels


async def _when(turn: Turn, request: Request) -> dict[str, Any]:
    """The due day, unless it is over by now, and the deadline that a request was for."""
    found: dict[str, Any] = {}
    if request.due_on is not None and request.due_on >= turn.today:
        found["due_on"] = request.due_on.isoformat()
    if request.deadline_id is not None and await deadlines.get(turn.tx, request.deadline_id):
        found["deadline"] = request.deadline_id
    return found


async def excuse(turn: Turn, argument: str) -> None:
    """`excuse:7`: an institution need not answer; the reason is asked for."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.desk.runner.begin(turn, "excuse", asked=number(argument))


async def record_answer(turn: Turn, argument: str) -> None:
    """`record_answer:7`: what an institution answered in a letter, an e-mail or a meeting."""
    permissions.require(permissions.may_record(turn.actor))
    request = await queries.of_item(turn.tx, number(argument))
    if request is None or request.kind not in recording.BY_KIND:
        raise NotFound
    flow = recording.BY_KIND[request.kind].name
    await turn.desk.runner.begin(turn, flow, asked=number(argument))


# -- The ladder ------------------------------------------------------------------------------------


async def ladder(turn: Turn, argument: str) -> None:
    """`request_ladder:5`: its rungs."""
    request = await _request(turn, argument)
    await turn.show(views.ladder(request.id, request.ladder))


async def add_rung(turn: Turn, argument: str) -> None:
    """`rung_add:5`: when and to whom is asked for."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.desk.runner.begin(turn, "rung", request=number(argument))


async def remove_rung(turn: Turn, argument: str) -> None:
    """`rung_off:5:-7:institution`: one rung less."""
    which, _, rest = argument.partition(":")
    days, _, reaches = rest.partition(":")
    request = await _request(turn, which)
    kept = tuple(
        each for each in request.ladder if (str(each.days), each.reaches.value) != (days, reaches)
    )
    await service.change_ladder(turn.tx, turn.act, request.id, kept)
    await ladder(turn, which)


async def automatic(turn: Turn, argument: str) -> None:
    """`rung_auto:5`: validators are reminded without an officer's tap, or with one again."""
    request = await _request(turn, argument)
    asks = not any(each.asks_first for each in request.ladder)
    changed = tuple(
        Rung(each.days, each.reaches, asks_first=asks and each.reaches is Reaches.VALIDATOR)
        for each in request.ladder
    )
    await service.change_ladder(turn.tx, turn.act, request.id, changed)
    await ladder(turn, argument)


async def dates(turn: Turn, argument: str) -> None:
    """`ladder_dates:5:0`: a page of the people, and when each would be reminded."""
    which, _, page_ = argument.partition(":")
    request = await _request(turn, which)
    page = page_number(page_)
    found = await reminding.dates(turn.tx, turn.act, turn.desk.policy, request)
    shown = found[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    await turn.show(
        views.dates(request.id, page, shown, more=(page + 1) * LIST_LENGTH < len(found))
    )


# -- More time, validators -------------------------------------------------------------------------


async def wishes(turn: Turn, _argument: str) -> None:
    """The oldest wish for more time that waits."""
    permissions.require(permissions.may_ask(turn.actor))
    waiting = await queries.waiting_extensions(turn.tx, limit=LIST_LENGTH)
    if not waiting:
        await overview(turn, "0")
        return
    [about] = await queries.listed_ones(turn.tx, [waiting[0].request_item_id])
    await turn.show(views.wishes(len(waiting), about, waiting[0], language=turn.language))


async def grant(turn: Turn, argument: str) -> None:
    """`extend:3`: more time is given; `extend:3:next` shows the next wish."""
    await _decide_time(turn, argument, granted=True)
    turn.toast = text("extension.granted_toast")


async def refuse(turn: Turn, argument: str) -> None:
    """`no_extension:3`: the day stays; `no_extension:3:next` shows the next wish."""
    await _decide_time(turn, argument, granted=False)
    turn.toast = text("extension.refused_toast")


async def _decide_time(turn: Turn, argument: str, *, granted: bool) -> None:
    which, _, goes_on = argument.partition(":")
    await service.decide_time(turn.tx, turn.act, number(which), granted=granted)
    if goes_on:
        await wishes(turn, "")


async def let_remind(turn: Turn, argument: str) -> None:
    """`let_remind:9`: the validator is reminded."""
    await _decide(turn, argument, wanted=True)


async def no_remind(turn: Turn, argument: str) -> None:
    """`no_remind:9`: the validator is not."""
    await _decide(turn, argument, wanted=False)


async def _decide(turn: Turn, argument: str, *, wanted: bool) -> None:
    count = await reminding.let_validators_be_reminded(
        turn.tx, turn.act, number(argument), wanted=wanted
    )
    await turn.show(reminder_views.decided(count, wanted=wanted))


# -- Inside ----------------------------------------------------------------------------------------


async def _title(turn: Turn, request: Request) -> Text:
    worded = service.best_worded(await queries.texts(turn.tx, request.id), turn.language)
    return views.title_of(request, worded)


def _written(worded: RequestText) -> str:
    """A wording as it would be written again: the title is the first line."""
    return f"{worded.title}\n{worded.message}".strip()


async def _request(turn: Turn, argument: str) -> Request:
    permissions.require(permissions.may_ask(turn.actor))
    return existing(await queries.get(turn.tx, number(argument)))


ACTS = {
    "requests": overview,
    "request_new": new,
    "ask_items": ask_items,
    "ask_data": ask_data,
    "ask_comment": ask_comment,
    "request": board,
    "request_items": listed,
    "request_item": one,
    "answer_files": answer_files,
    "whole_answer": whole_answer,
    "request_undo": undo,
    "request_now": send_now,
    "request_ask_close": ask_to_close,
    "request_close": close,
    "request_end": end,
    "request_stop": stop_repeating,
    "request_letters": letters,
    "request_copy": copy,
    "excuse": excuse,
    "record_answer": record_answer,
    "request_ladder": ladder,
    "rung_add": add_rung,
    "rung_off": remove_rung,
    "rung_auto": automatic,
    "ladder_dates": dates,
    "wishes": wishes,
    "extend": grant,
    "no_extension": refuse,
    "let_remind": let_remind,
    "no_remind": no_remind,
}
COMMANDS = {"requests": "requests"}
