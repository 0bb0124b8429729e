"""Feedback on a meeting: asked for once, given and changed by those who came, told in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.consultations import (
    Consultation,
    SignUp,
    SignUpState,
)
from bot.domain.errors import NotFound, Unfit
from bot.domain.feedback import CHOICES, GIVEN, Feedback
from bot.domain.people import Act
from bot.services import attendance, audit, erasure
from storage import consultations, sign_ups
from storage import feedback as queries
from storage import waiting as seats
from storage.database import Transaction


@dataclass(frozen=True)
class Results:
    """What those who gave feedback said, in rounded numbers (`bot.domain.small_groups`).

    Of each trait, how many chose what. `comments` is how many can be read: none while `people` are
    few.
    """

    people: int
    chosen: Mapping[str, Mapping[str, int]]
    comments: int


async def may_give(tx: Transaction, act: Act, found: Consultation, kept: SignUp) -> bool:
    """Whether somebody is asked how it was: who came, or had a seat where nobody was noted."""
    if not found.takes_feedback(act.today) or kept.state is not SignUpState.CONFIRMED:
        return False
    return kept.came or not await attendance.people(tx, found.id)


async def give(
    tx: Transaction, act: Act, found: Consultation, kept: SignUp, said: Feedback
) -> Feedback:
    """Say how it was, in the place of what was said before.

    Raises NotFound for whoever is not asked, Unfit where nothing is said.
    """
    kept = await seats.hold(tx, kept)
    if not await may_give(tx, act, found, kept):
        raise NotFound
    if said.is_empty:
        raise Unfit("feedback.empty")
    changes = Counter(said.counted)
    if (before := await queries.of_handle(tx, kept.handle)) is not None:
        row, earlier = before
        changes.subtract(earlier.counted)
        await erasure.take_from_officers(tx, act, [erasure.feedback_shown_as(row)])
        await queries.remove(tx, kept.handle)
    await queries.put(tx, found.id, kept.handle, said)
    await consultations.add_counts(tx, found.id, changes)
    await sign_ups.save(tx, replace(kept, asked=None))
    await audit.record(tx, act.of_the_day, "feedback.give", f"consultation:{found.id}")
    return said


async def results(tx: Transaction, act: Act, consultation_id: int) -> Results:
    """What can be told of the feedback on a meeting."""
    permissions.require(permissions.may_consult(act.actor))
    figures = await consultations.figures(tx, consultation_id)
    people = figures.people(GIVEN)
    if not people:
        return Results(0, {}, 0)
    chosen = {each: figures.of(each) for each in CHOICES}
    return Results(people, chosen, await queries.count_comments(tx, consultation_id))


async def comments(
    tx: Transaction, act: Act, consultation_id: int, *, limit: int, offset: int
) -> list[tuple[int, Feedback]]:
    """Some of the comments with their rows' ids, in an order that tells nothing."""
    told = await results(tx, act, consultation_id)
    if not told.comments:
        return []
    return await queries.comments(tx, consultation_id, limit=limit, offset=offset)
