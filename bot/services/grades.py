"""Grades of committees and others outside, entered by the secretariat beside the answer."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.grades import Given, Grade, GradeDraft, GradedTwice, NoSuchParagraph, standing
from bot.domain.items import Item
from bot.domain.people import Act
from bot.domain.reports import DayInFuture
from bot.domain.screens import Code, Listing
from bot.services import audit
from storage import grades as queries
from storage import items
from storage.database import Transaction


async def enter(
    tx: Transaction, act: Act, item_id: int, given: Sequence[Given], draft: GradeDraft
) -> int:
    """Enter grades of the item's document, of one session; gives how many are new.

    A grade of the same scheme, session and document takes the place of the one before, which stays
    in the record; what is entered as it stands already changes nothing. Raises NotFound,
    NoSuchParagraph, DayInFuture, NoWords, TooLong or GradeTooLong, and then nothing was entered.
    """
    permissions.require(permissions.may_grade(act.actor))
    item = existing(await items.get(tx, item_id))
    checked = draft.checked()
    if checked.given_on is not None and checked.given_on > act.today:
        raise DayInFuture(day=checked.given_on)
    graded = await named(tx, item, given)
    entered = [
        grade_id
        for each, grade in graded.items()
        if (grade_id := await _enter(tx, act, each, grade, checked)) is not None
    ]
    facts = {"grades": entered, "items": sorted(graded)}
    await audit.record(tx, act, "grade.enter", f"item:{item.id}", facts=facts)
    return len(entered)


async def named(tx: Transaction, item: Item, given: Sequence[Given]) -> dict[int, str]:
    """The items that are graded, each with its grade; raises NoSuchParagraph or GradedTwice."""
    wanted = [each.paragraph for each in given if each.paragraph is not None]
    known = await queries.paragraphs(tx, item.document_id, wanted)
    if unknown := [each for each in wanted if each not in known]:
        raise NoSuchParagraph(
            paragraphs=Listing(tuple(map(Code, unknown[:8]))), symbol=Code(item.symbol)
        )
    graded: dict[int, str] = {}
    for each in given:
        item_id = item.id if each.paragraph is None else known[each.paragraph]
        if graded.setdefault(item_id, each.grade) != each.grade:
            raise GradedTwice(paragraph=Code(each.paragraph or item.code))
    return graded


async def take_back(tx: Transaction, act: Act, grade_id: int) -> Grade:
    """It was entered by mistake: it stands no more, and stays in the record. Raises Outdated."""
    permissions.require(permissions.may_grade(act.actor))
    found = existing(await queries.get(tx, grade_id))
    if not await queries.withdraw(tx, found.id, now=act.now):
        raise Outdated
    facts = {"item": found.item_id}
    await audit.record(tx, act, "grade.take_back", f"grade:{found.id}", facts=facts)
    return found


async def _enter(
    tx: Transaction, act: Act, item_id: int, grade: str, draft: GradeDraft
) -> int | None:
    """The new grade's id; None where it stands so already."""
    seat_id = act.actor.seat_id
    assert seat_id is not None
    of = (draft.scheme, draft.session, draft.symbol)
    for each in standing(await queries.history(tx, item_id)):
        if each.of != of:
            continue
        if _says(each) == (grade, draft.given_on, draft.note, draft.source):
            return None
        await queries.withdraw(tx, each.id, now=act.now)
    return await queries.add(tx, item_id, grade, draft, seat_id=seat_id, now=act.now)


def _says(grade: Grade) -> tuple[object, ...]:
    return grade.grade, grade.given_on, grade.note, grade.source
