"""What stands beside the State's answer: observers' assessments, and grades of committees."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.assessments import Assessment, NotIndependent
from bot.domain.errors import NotAllowed, NotFound, existing
from bot.domain.grades import Grade
from bot.domain.items import Item
from bot.domain.screens import Button, button, text
from bot.domain.views import assessments as views
from bot.services import assessments as service
from bot.services import grades as grading
from handlers.card import beside, number
from handlers.flows import assess as assess_flow
from handlers.flows import grade as grade_flow
from handlers.home import page_number
from handlers.turn import Turn
from storage import assessments, grades, institutions, items


async def assessed(turn: Turn, argument: str) -> None:
    """`assessed:5`: all that stands beside the answer on an item."""
    item = await service.seen(turn.tx, turn.actor, number(argument))
    shown = await beside(turn, item)
    every = await _every(turn, item)
    earlier = len(every) if len(every) > shown.count else 0
    own = tuple(await _own(turn, item))
    may = bool(every) and permissions.may_redact(turn.actor)
    await turn.show(views.listed(item, shown, own=own, earlier=earlier, may_redact=may))


async def assessed_all(turn: Turn, argument: str) -> None:
    """`assessed_all:5:0`: a page of all that ever stood there."""
    item_id, _, page = argument.partition(":")
    item = await service.seen(turn.tx, turn.actor, number(item_id))
    every = await _every(turn, item)
    await turn.show(views.history(item, every, page_number(page), turn.language))


async def assessment(turn: Turn, argument: str) -> None:
    """`assessment:3`: one of them in full."""
    found, item = await _one(turn, argument)
    own = permissions.may_withdraw_assessment(turn.actor, found.institution_id)
    await turn.show(views.one(item, found, turn.language, own=own))


async def assess(turn: Turn, argument: str) -> None:
    """`assess:5`: the own institution's assessment, or another version of it.

    Who sits in several says in whose name: `assess:5:3`.
    """
    which, _, whose = argument.partition(":")
    item, observed = await service.assessable(turn.tx, turn.actor, number(which))
    if not whose and len(observed) > 1:
        named = [existing(await institutions.get(turn.tx, each)) for each in observed]
        await turn.show(views.in_whose_name(item, named, turn.language))
        return
    _item, institution_id = await service.assessable_for(
        turn.tx, turn.actor, item.id, number(whose) if whose else None
    )
    known = await assessments.own(turn.tx, item.id, institution_id)
    await assess_flow.begin(turn, item.id, known, institution_id=institution_id)


async def ask_to_withdraw(turn: Turn, argument: str) -> None:
    """`assessment_withdraw:3`: asked once more."""
    found, item = await _one(turn, argument)
    permissions.require(permissions.may_withdraw_assessment(turn.actor, found.institution_id))
    await turn.show(views.ask_to_withdraw(item, found))


async def withdraw(turn: Turn, argument: str) -> None:
    """`assessment_withdraw_now:3`: it stands no more."""
    found = await service.withdraw(turn.tx, turn.act, number(argument))
    turn.toast = text("assessments.withdrawn")
    await assessed(turn, str(found.item_id))


async def grade(turn: Turn, argument: str) -> None:
    """`grade:3`: one grade, with its document and its note."""
    found = existing(await grades.get(turn.tx, number(argument)))
    item = await service.seen(turn.tx, turn.actor, found.item_id)
    may_grade = permissions.may_grade(turn.actor)
    await turn.show(views.grade_one(item, found, may_grade=may_grade))


async def enter_grades(turn: Turn, argument: str) -> None:
    """`grade_enter:5`: grades of an item, or of several paragraphs of its document."""
    permissions.require(permissions.may_grade(turn.actor))
    await grade_flow.begin(turn, existing(await items.get(turn.tx, number(argument))).id)


async def take_back(turn: Turn, argument: str) -> None:
    """`grade_take_back:3`: it was entered by mistake."""
    found = await grading.take_back(turn.tx, turn.act, number(argument))
    turn.toast = text("grade.taken_back")
    await assessed(turn, str(found.item_id))


async def _one(turn: Turn, argument: str) -> tuple[Assessment, Item]:
    found = await service.get(turn.tx, turn.actor, number(argument))
    return found, existing(await items.get(turn.tx, found.item_id))


async def _every(turn: Turn, item: Item) -> list[Assessment | Grade]:
    """All that ever stood there, the newest first."""
    every: list[Assessment | Grade] = [*await grades.history(turn.tx, item.id)]
    if not item.restricted:
        every += await assessments.history(turn.tx, item.id)
    return sorted(every, key=_moment, reverse=True)


def _moment(entry: Assessment | Grade) -> str:
    moment = entry.entered_at if isinstance(entry, Grade) else entry.given_at
    return moment.isoformat()


async def _own(turn: Turn, item: Item) -> list[Button]:
    """What this reader can add."""
    found = []
    if permissions.may_grade(turn.actor):
        found.append(button("grade_enter", f"grade_enter:{item.id}"))
    try:
        _item, observed = await service.assessable(turn.tx, turn.actor, item.id)
    except (NotAllowed, NotFound, NotIndependent):
        return found
    own = [await assessments.own(turn.tx, item.id, each) for each in observed]
    found.append(button("assess_again" if all(own) else "assess", f"assess:{item.id}"))
    return found


ACTS = {
    "assessed": assessed,
    "assessed_all": assessed_all,
    "assessment": assessment,
    "assess": assess,
    "assessment_withdraw": ask_to_withdraw,
    "assessment_withdraw_now": withdraw,
    "grade": grade,
    "grade_enter": enter_grades,
    "grade_take_back": take_back,
}
