"""The first screen and its lists: what waits for a person, the most urgent first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from bot.domain.errors import NotFound
from bot.domain.gist import gist
from bot.domain.home import Draft, Entry, Waiting
from bot.domain.items import best_text
from bot.domain.people import REPORTING, SECRETARIAT, Role
from bot.domain.plans import SOON, Sought
from bot.domain.requests import RequestKind
from bot.domain.screens import Listing, Value, Words
from bot.domain.views import home as views
from bot.domain.views.common import BESIDE, LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services.home import institutions_of
from handlers.turn import Turn
from storage import (
    absences,
    clearance,
    institutions,
    items,
    plans,
    requests,
    threads,
    units,
)
from storage import home as queries

HomeOf = Callable[[Turn], Awaitable[None]]

ROLE_HOMES: dict[Role, HomeOf] = {}
"""Roles whose first screen is another room's; `handlers.house` names them."""


async def home(turn: Turn, argument: str) -> None:
    """The first screen, by what the person is here; `home:new` leaves the tapped message."""
    if argument == BESIDE:
        turn.tapped = None
    held = institutions_of(turn.actor)
    if turn.actor.seat(REPORTING | SECRETARIAT) is None and await _to_clear(turn):
        await turn.go(turn, "clear_next")
        return
    for role, shows in ROLE_HOMES.items():
        if turn.actor.seat({role}) and not (held and role not in SECRETARIAT):
            await shows(turn)
            return
    if turn.actor.units and not held:
        await turn.go(turn, "passed_list")
        return
    await overview(turn, argument)


async def overview(turn: Turn, _argument: str) -> None:
    """What waits for an institution's people; with what they could clear, for a validator."""
    held = institutions_of(turn.actor)
    today = turn.today
    counts = await queries.counts(turn.tx, held, today=today)
    drafts = await _begun(turn)
    first = await queries.entries(turn.tx, held, Waiting.ALL, today=today, limit=views.URGENT)
    urgent = [each for each in first if each.waiting in views.URGENT_LISTS]
    titles = await titles_of(turn, urgent)
    watches = turn.actor.seat(REPORTING) is None
    names = await _names(turn, held)
    else_asked = await requests.count_for(turn.tx, held, but=RequestKind.STATUS)
    passed = await units.count_waiting(turn.tx, turn.actor.units)
    reporting = turn.actor.institutions(REPORTING)
    shown = views.home(
        names,
        counts,
        drafts,
        urgent,
        titles,
        to_clear=await _to_clear(turn),
        else_asked=else_asked,
        watches=watches,
        passed=passed,
        answers=await units.to_report(turn.tx, reporting) if reporting else (),
        questions=await threads.count_open(turn.tx, reporting) if reporting else 0,
        planned=await plans.count(turn.tx, Sought(held_by=held, still_open=True)),
        planned_due=await plans.count(
            turn.tx, Sought(held_by=held, still_open=True, due_by=today + SOON)
        ),
        away_until=await away_until(turn),
    )
    await turn.show(shown)


async def listed(turn: Turn, argument: str) -> None:
    """A page of one of the lists: `overdue:0`; `overdue:0:new` leaves the tapped message."""
    name, _, rest = argument.partition(":")
    if name not in set(Waiting):
        raise NotFound
    which, page = Waiting(name), page_beside(turn, rest)
    held = institutions_of(turn.actor)
    if which is Waiting.OVERDUE and not held and turn.actor.is_secretariat:
        await turn.go(turn, f"overdue:{page}")  # everybody's, where there is no institution
        return
    today = turn.today
    counts = await queries.counts(turn.tx, held, today=today)
    entries = await queries.entries(
        turn.tx, held, which, today=today, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    titles = await titles_of(turn, entries)
    await turn.show(views.listed(which, counts.of(which), page, entries, titles))


async def drafts(turn: Turn, argument: str) -> None:
    """What was begun and not sent."""
    page = page_beside(turn, argument)
    await turn.show(views.drafts(await _begun(turn), page))


async def _begun(turn: Turn) -> list[Draft]:
    """What the person began and has not sent: about items first, then everything else."""
    about_items = await queries.drafts(turn.tx, turn.person.id, _seat_ids(turn))
    others = await turn.desk.runner.resting(turn, but=queries.FLOWS)
    return [*about_items, *(Draft(each.id, "", each.flow, title) for each, title in others)]


async def titles_of(turn: Turn, entries: Sequence[Entry]) -> dict[int, Words]:
    """How each item's text begins, in the best language for this person."""
    return await beginnings(turn, [each.item_id for each in entries if not each.restricted])


async def beginnings(turn: Turn, item_ids: Sequence[int]) -> dict[int, Words]:
    """How these items' texts begin; none of a restricted one may be asked for."""
    found = {}
    default = turn.desk.country.default_language
    for item_id, texts in (await items.texts(turn.tx, item_ids)).items():
        words = best_text(texts, turn.language, default)
        if words is not None:
            found[item_id] = Words(gist(words.words, words.language), limit=views.TITLE_LENGTH)
    return found


async def away_until(turn: Turn) -> date | None:
    """The last day of the leave on which the person is today."""
    found = await absences.leave_of(turn.tx, [turn.person.id], after=turn.today)
    leave = found.get(turn.person.id, ())
    return max((each.until_on for each in leave if each.covers(turn.today)), default=None)


def page_number(argument: str) -> int:
    """The page that a button names; the first where it names none."""
    return int(argument) if argument.isdecimal() and len(argument) < 6 else 0


def page_beside(turn: Turn, argument: str) -> int:
    """The page of `0` or `0:new`; of the second, the tapped message stays as it is."""
    page, _, where = argument.partition(":")
    if where == BESIDE:
        turn.tapped = None
    return page_number(page)


async def _to_clear(turn: Turn) -> int:
    """How many reports wait for this validator."""
    held = turn.actor.institutions({Role.VALIDATOR})
    return await clearance.count(turn.tx, held, turn.person.id) if held else 0


def _seat_ids(turn: Turn) -> list[int]:
    return [seat.id for seat in turn.actor.seats]


async def _names(turn: Turn, held: Sequence[int]) -> Value:
    names = []
    for institution_id in held:
        institution = await institutions.get(turn.tx, institution_id)
        if institution is not None:
            names.append(name_for(institution.names, turn.language))
    return names[0] if len(names) == 1 else Listing(tuple(names))


ACTS = {"home": home, "overview": overview, "list": listed, "drafts": drafts}
COMMANDS = {
    "home": "home",
    "drafts": "drafts",
    "due": f"list:{Waiting.DUE}",
    "overdue": f"list:{Waiting.OVERDUE}",
    "all": f"list:{Waiting.ALL}",
}
