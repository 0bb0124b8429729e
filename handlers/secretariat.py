"""The secretariat's desk: the first screen, what is overdue, given back, asked."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.screens import Value, Words, text
from bot.domain.views import secretariat as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import assignments as service
from handlers.card import number
from handlers.home import away_until, page_number
from handlers.turn import Turn
from storage import desk, institutions, items
from storage import questions as question_queries
from storage.desk import Disowned, Held
from storage.questions import Question


async def home(turn: Turn) -> None:
    """The first screen; while there are no items, what to do first."""
    permissions.require(permissions.may_arrange(turn.actor))
    counts = await desk.counts(turn.tx, today=turn.today, now=turn.now)
    begun = await turn.desk.runner.resting(turn, chosen=views.CHOICES_COUNT)
    resting = [(each.id, title) for each, title in begun]
    if await items.are_there(turn.tx):
        away = await away_until(turn)
        await turn.show(views.home(counts, resting[:LIST_LENGTH], away_until=away))
        return
    houses = len(await institutions.every(turn.tx))
    await turn.show(views.first_steps(counts, resting[:LIST_LENGTH], houses))


async def more(turn: Turn, _argument: str) -> None:
    """What is done less often."""
    permissions.require(permissions.may_arrange(turn.actor))
    await turn.show(views.more(configures=permissions.may_configure(turn.actor)))


async def overdue(turn: Turn, argument: str) -> None:
    """`overdue:0`: a page of what is overdue."""
    permissions.require(permissions.may_arrange(turn.actor))
    page, today = page_number(argument), turn.today
    found = await desk.overdue(turn.tx, today=today, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    counts = await desk.counts(turn.tx, today=today, now=turn.now)
    await turn.show(views.overdue(counts.overdue, page, [_line(turn, each) for each in found]))


# -- What institutions gave back -------------------------------------------------------------------


async def disowned(turn: Turn, argument: str) -> None:
    """`disowned:0`: a page of what institutions gave back."""
    permissions.require(permissions.may_arrange(turn.actor))
    page = page_number(argument)
    found = await desk.disowned(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    counts = await desk.counts(turn.tx, today=turn.today, now=turn.now)
    await turn.show(views.disowned(counts.disowned, page, [_line(turn, each) for each in found]))


async def disowned_one(turn: Turn, argument: str) -> None:
    """`disowned_one:17`: one of them, with its reason."""
    permissions.require(permissions.may_arrange(turn.actor))
    found = await _given_back(turn, argument)
    suggested: Value | None = None
    if found.suggested_id is not None:
        institution = await institutions.get(turn.tx, found.suggested_id)
        if institution is not None:
            suggested = name_for(institution.names, turn.language)
    may = bool(found.reason) and permissions.may_redact(turn.actor)
    line = _line(turn, found)
    await turn.show(
        views.disowned_one(line, found.item_id, found.reason, suggested, may_redact=may)
    )


async def reassign(turn: Turn, argument: str) -> None:
    """`reassign:17`: it goes to the institution that was suggested, as a draft."""
    found = await _given_back(turn, argument)
    if found.suggested_id is None:
        raise NotFound
    await service.reassign(turn.tx, turn.act, found.assignment_id, found.suggested_id)
    turn.toast = text("secretariat.reassigned")
    await disowned(turn, "0")


async def release(turn: Turn, argument: str) -> None:
    """`release:17`: it is not theirs indeed, and nobody's for now."""
    await service.release(turn.tx, turn.act, number(argument))
    turn.toast = text("secretariat.released")
    await disowned(turn, "0")


async def insist(turn: Turn, argument: str) -> None:
    """`insist:17`: it stays theirs; the reason is asked for."""
    found = await _given_back(turn, argument)
    await turn.desk.runner.begin(
        turn, "insist", subject=f"assignment:{found.assignment_id}", assignment=found.assignment_id
    )


async def _given_back(turn: Turn, argument: str) -> Disowned:
    permissions.require(permissions.may_arrange(turn.actor))
    return existing(await desk.disowned_one(turn.tx, number(argument)))


# -- Questions -------------------------------------------------------------------------------------


async def questions(turn: Turn, argument: str) -> None:
    """`questions:0`: a page of the open questions."""
    permissions.require(permissions.may_answer(turn.actor))
    page = page_number(argument)
    found = await question_queries.open_ones(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    total = await question_queries.count_open(turn.tx)
    await turn.show(views.questions(total, page, [await _asked(turn, each) for each in found]))


async def question(turn: Turn, argument: str) -> None:
    """`question:5`: one question; a reply to the screen answers it."""
    permissions.require(permissions.may_answer(turn.actor))
    found = existing(await question_queries.get(turn.tx, number(argument)))
    said = None
    if found.answer is not None:
        said = Words(found.answer, found.answer_language, limit=3000)
    may_redact = permissions.may_redact(turn.actor)
    shown = views.question(await _asked(turn, found), said, may_redact=may_redact)
    await turn.show(shown, subject=f"question:{found.id}")


async def answer(turn: Turn, argument: str) -> None:
    """`answer:5`: the answer is asked for."""
    permissions.require(permissions.may_answer(turn.actor))
    question_id = number(argument)
    await turn.desk.runner.begin(
        turn, "answer", subject=f"question:{question_id}", question=question_id
    )


async def _asked(turn: Turn, found: Question) -> views.Asked:
    institution = None
    if found.institution_id is not None:
        institution = await institutions.get(turn.tx, found.institution_id)
    return views.Asked(
        found.id,
        found.assignment_id,
        found.code,
        name_for({} if institution is None else institution.names, turn.language),
        Words(found.words, found.language),
    )


# -- Recording on behalf ---------------------------------------------------------------------------


async def record(turn: Turn, argument: str) -> None:
    """`record:17`: what an institution said in a letter, an e-mail or a meeting."""
    permissions.require(permissions.may_record(turn.actor))
    assignment_id = number(argument)
    await turn.desk.runner.begin(
        turn, "record", subject=f"assignment:{assignment_id}", assignment=assignment_id
    )


def _line(turn: Turn, found: Held | Disowned) -> views.Line:
    return views.Line(
        found.assignment_id,
        found.code,
        found.symbol,
        found.restricted,
        name_for(found.names, turn.language),
        found.due_on if isinstance(found, Held) else None,
        isinstance(found, Held) and found.uncleared,
    )


ACTS = {
    "more": more,
    "overdue": overdue,
    "disowned": disowned,
    "disowned_one": disowned_one,
    "reassign": reassign,
    "release": release,
    "insist": insist,
    "questions": questions,
    "question": question,
    "answer": answer,
    "record": record,
}
COMMANDS = {"questions": "questions"}
