"""The card of an item, in an institution's hands or as the secretariat sees it."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.assessments import may_see
from bot.domain.clearance import Rule
from bot.domain.errors import NotFound, existing
from bot.domain.grades import standing
from bot.domain.items import (
    UNDECIDED,
    Assignment,
    Item,
    ItemText,
    Part,
    ReportState,
    best_text,
)
from bot.domain.passing import Pass
from bot.domain.plans import Sought
from bot.domain.reports import EvidenceCounts, StatusUpdate
from bot.domain.screens import Words
from bot.domain.views import card as views
from bot.domain.views.assessments import Beside
from bot.domain.views.common import BESIDE, full_code
from bot.domain.views.people import name_for
from bot.services import contributions, opened
from bot.services.home import institutions_of
from handlers.turn import Turn
from storage import (
    assessments,
    assignments,
    cards,
    clearance,
    conversations,
    evidence,
    grades,
    items,
    plans,
    questions,
    requests,
    status_updates,
    threads,
    units,
)


async def card(turn: Turn, argument: str) -> None:
    """`card:17`: the card of an assignment; `card:17:new` leaves the tapped message in place."""
    subject, _, where = argument.partition(":")
    assignment, item = await visible(turn, subject)
    if where == BESIDE:
        turn.tapped = None
    if permissions.may_report(turn.actor, assignment):
        await requests.note(turn.tx, assignment.id, started=False, now=turn.now)
    await turn.show(
        views.card(await _card(turn, assignment, item)), subject=f"assignment:{assignment.id}"
    )


async def item(turn: Turn, argument: str) -> None:
    """`item:5`: the card of an item; an institution sees its own assignment."""
    item_id = number(argument)
    if permissions.reads_approved_only(turn.actor):
        await turn.go(turn, f"approved_item:{item_id}")
        return
    if turn.actor.is_secretariat:
        await turn.go(turn, f"about:{item_id}")
        return
    own = await cards.assignments_for(turn.tx, item_id, institutions_of(turn.actor))
    if not own:
        raise NotFound
    await card(turn, str(own[0]))


def number(argument: str) -> int:
    """The id that a button names."""
    if not argument.isdecimal() or len(argument) > 18:
        raise NotFound
    return int(argument)


def version_seen(argument: str) -> int:
    """The version that a button shows; the first, where it names none."""
    return number(argument) if argument else 1


async def visible(turn: Turn, argument: str) -> tuple[Assignment, Item]:
    """The assignment that a button names and its item, if this person may see it."""
    assignment = await assignments.get(turn.tx, number(argument))
    if assignment is None or not permissions.may_see(turn.actor, assignment):
        raise NotFound
    found = existing(await items.get(turn.tx, assignment.item_id))
    return assignment, found


async def _card(turn: Turn, assignment: Assignment, shown: Item) -> views.Card:
    holders = await cards.holders(turn.tx, shown.id)
    others = [each for each in holders if each.institution_id != assignment.institution_id]
    lead = next((each for each in others if each.part is Part.LEAD), None)
    draft = await conversations.draft_about(
        turn.tx, turn.person.id, "status_update", f"assignment:{assignment.id}"
    )
    asked = await questions.of_assignment(turn.tx, assignment.id, limit=20)
    last = await _last(turn, assignment)
    return views.Card(
        assignment=assignment,
        item=shown,
        words=await words_of(turn, shown),
        lead=None if lead is None else name_for(lead.names, turn.language),
        others=tuple(name_for(each.names, turn.language) for each in others if each is not lead),
        similar=await siblings(turn, shown.id),
        evidence=await _evidence(turn, assignment),
        comment=await _comment(turn, assignment),
        draft_id=None if draft is None else draft.id,
        may_report=permissions.may_report(turn.actor, assignment),
        may_withdraw=_may_withdraw(turn, last),
        may_amend=await _may_amend(turn, assignment),
        inside=await _inside(turn, assignment),
        marks=await _marks(turn, assignment),
        open_questions=sum(1 for each in asked if each.answered_at is None),
        passed=await _passed(turn, assignment),
        may_pass=permissions.may_pass(turn.actor, assignment),
        contributions=len(await contributions.of(turn.tx, turn.actor, assignment)) if others else 0,
        asked=await threads.open_of(turn.tx, assignment.id),
        beside=await beside(turn, shown),
        planned=await plans.count(
            turn.tx, Sought(item_id=shown.id, shown_to=institutions_of(turn.actor))
        ),
    )


async def beside(turn: Turn, item: Item) -> Beside:
    """What stands beside the State's answer on an item, as far as this person may read it."""
    held_by = await assessments.holders(turn.tx, item.id)
    if not may_see(turn.actor, item, held_by):
        return Beside(item.id, turn.language)
    return Beside(
        item.id,
        turn.language,
        () if item.restricted else await assessments.of_item(turn.tx, item.id),
        standing(await grades.history(turn.tx, item.id)),
    )


async def siblings(turn: Turn, item_id: int) -> tuple[views.Alike, ...]:
    """The item's siblings with what was said last of them, as far as this person may know it.

    The secretariat sees every last word, an institution its own and what is approved of others. Of
    a restricted one symbol and number are shown; to observers, not even those.
    """
    found = await cards.similar(turn.tx, item_id, limit=views.SIBLINGS)
    if permissions.reads_approved_only(turn.actor):
        found = [each for each in found if not each.restricted]
    own = None if turn.actor.is_secretariat else institutions_of(turn.actor)
    said = await cards.answers(
        turn.tx, [each.item_id for each in found if not each.restricted], own
    )
    return tuple(
        views.Alike(
            full_code(each),
            tuple(
                views.answer(name_for(one.names, turn.language), one.status, one.as_of)
                for one in said
                if one.item_id == each.item_id
            ),
        )
        for each in found
    )


async def words_of(turn: Turn, shown: Item) -> ItemText | None:
    """The item's text in the best language for this person.

    None of a restricted one, unless a coordinator has lowered that protection.
    """
    if shown.restricted and not await opened.restricted_words(turn.tx, turn.act, shown.id):
        return None
    texts = (await items.texts(turn.tx, [shown.id]))[shown.id]
    return best_text(texts, turn.language, turn.desk.country.default_language)


async def _evidence(turn: Turn, assignment: Assignment) -> EvidenceCounts:
    if assignment.last_status_update_id is None:
        return EvidenceCounts()
    return await evidence.counts_of_report(turn.tx, assignment.last_status_update_id)


async def _comment(turn: Turn, assignment: Assignment) -> Words | None:
    """What the secretariat wrote when it returned or approved the last report."""
    if assignment.last_status_update_id is None:
        return None
    said = await status_updates.last_comment(turn.tx, assignment.last_status_update_id)
    if said is None or not said.words:
        return None
    return Words(said.words, said.language, limit=views.COMMENT_LENGTH)


async def _passed(turn: Turn, assignment: Assignment) -> tuple[Pass, ...]:
    """What units of the own institution were asked; others do not see it."""
    if turn.actor.seat(permissions.READS, assignment.institution_id) is None:
        return ()
    return tuple(await units.of_assignment(turn.tx, assignment.id))


async def _last(turn: Turn, assignment: Assignment) -> StatusUpdate | None:
    """The last word, while nobody has decided on it."""
    if assignment.last_status_update_id is None or assignment.report_state not in UNDECIDED:
        return None
    return await status_updates.get(turn.tx, assignment.last_status_update_id)


async def _may_amend(turn: Turn, assignment: Assignment) -> int | None:
    """What was sent last, where this person may amend it."""
    last = await status_updates.newest(turn.tx, assignment.id)
    if last is None or not permissions.may_amend(turn.actor, assignment, last):
        return None
    return last.id


def _may_withdraw(turn: Turn, last: StatusUpdate | None) -> bool:
    return last is not None and last.seat_id in {seat.id for seat in turn.actor.seats}


async def _inside(turn: Turn, assignment: Assignment) -> views.Inside | None:
    """What the institution has sent and not given as its word."""
    if assignment.uncleared_id is None:
        return None
    report = existing(await status_updates.get(turn.tx, assignment.uncleared_id))
    waiting = existing(await clearance.get(turn.tx, report.id))
    reads = permissions.may_read(turn.actor, assignment, report)
    said = await clearance.last_decision(turn.tx, report.id) if reads else None
    waits = report.state is ReportState.UNCLEARED
    clears = permissions.seat_to_clear(turn.actor, assignment.institution_id) is not None
    return views.Inside(
        id=report.id,
        number=report.number,
        state=report.state,
        sent_at=report.amended_at or report.submitted_at,
        status=report.status if reads else None,
        comment=Words(said.comment, said.language, limit=views.COMMENT_LENGTH)
        if said is not None and said.comment
        else None,
        may_withdraw=waits and report.seat_id in {seat.id for seat in turn.actor.seats},
        may_clear=waits and clears and not permissions.clears_own(turn.actor, waiting.writers),
    )


async def _marks(turn: Turn, assignment: Assignment) -> bool:
    """Whether this person marks what needs clearance there."""
    house = assignment.institution_id
    if permissions.seat_to_clear(turn.actor, house) is None:
        return False
    return await clearance.rule(turn.tx, house) is Rule.CHOSEN


ACTS = {"card": card, "item": item}
