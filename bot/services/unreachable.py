"""People whom no message reaches: the secretariat sees who, why, and who else there can be told.

Whoever blocks the bot or leaves Telegram is marked where that comes to light; a tick keeps every
officer's message about it as things stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.domain import screens
from bot.domain.people import SECRETARIAT, Act, Person
from bot.domain.screens import Screen
from bot.domain.unreachable import NEVER_STARTED, PATIENCE, REASONS, Away, Colleague, instead_of
from bot.domain.views import unreachable as views
from bot.services.notices import tell
from storage import accounts, boards, institutions, invitations, outbox, people, reminders
from storage import requests as request_queries
from storage.boards import Board
from storage.database import Database, Transaction
from storage.people import Seated

BOARD = "unreachable:"
"""Names the officers' messages among the boards."""


# -- Who is away -----------------------------------------------------------------------------------


async def away(tx: Transaction, act: Act) -> list[Away]:
    """Who cannot be reached now, and who has not opened their invitation for three days."""
    places = await people.places_away(tx, now=act.now)
    unopened = await invitations.unopened(tx, before=act.now - PATIENCE)
    if not (places or unopened):
        return []
    houses = {each for each in places if each is not None}
    houses |= {each.institution_id for each, _ in unopened if each.institution_id is not None}
    seated = await people.seated(tx, now=act.now, institution_ids=houses, units_too=True)
    there = by_place(seated)
    found = [
        Away(
            each.person.name,
            each.seat.role,
            each.seat.institution_id,
            each.institution_names or {},
            each.unit,
            each.unreachable_reason,
            each.unreachable_since or act.now,
            instead(there, each),
            each.seat.id,
        )
        for each in seated
        if each.unreachable_reason is not None
    ]
    names = {each.id: each.names for each in await institutions.every(tx)} if unopened else {}
    found += [
        Away(
            each.invitee,
            each.role,
            each.institution_id,
            names.get(each.institution_id or 0, {}),
            None,
            NEVER_STARTED,
            at + PATIENCE,
            instead_of(each.role, there.get(each.institution_id, ())),
        )
        for each, at in unopened
    ]
    return found


Colleagues = Mapping[int | None, Sequence[Colleague]]
"""Who can be reached, by institution; None: the secretariat."""


def by_place(seated: Iterable[Seated]) -> Colleagues:
    """Those of them who can be reached; nobody in a unit, who does not answer for the whole."""
    found: dict[int | None, list[Colleague]] = {}
    for each in seated:
        suspended = each.seat.suspended_at is not None
        if each.reachable and each.seat.unit_id is None and not suspended:
            one = Colleague(each.seat.id, each.person.id, each.person.name, each.seat.role)
            found.setdefault(each.seat.institution_id, []).append(one)
    return found


def instead(there: Colleagues, one: Seated) -> Colleague | None:
    """Who can be told in the place of that person."""
    colleagues = there.get(one.seat.institution_id, ())
    return instead_of(one.seat.role, colleagues, person_id=one.person.id)


# -- Back again ------------------------------------------------------------------------------------


async def back(tx: Transaction, act: Act, chat_id: int) -> bool:
    """The person is there again (un-blocked, /start); True if they could not be reached before.

    What they missed and still owe is planned again.
    """
    if not await accounts.mark_reachable(tx, act.bot_id, chat_id):
        return False
    if act.actor.person_id is not None:
        await reminders.miss(tx, act.actor.person_id, REASONS, now=act.now)
    if act.actor.is_secretariat:
        await request_queries.mark_stale(tx)
    else:
        houses = {each.institution_id for each in act.actor.seats} - {None}
        owing = sorted(each for each in houses if each is not None)
        await request_queries.mark_stale(tx, institution_ids=owing)
    return True


# -- The officers' message -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """An officer's message that no longer shows how things stand."""

    officer: Person
    shown: Screen
    digest: str
    known: Board | None


async def follow(database: Database, act: Act) -> int:
    """Bring the officers' messages up to date; gives how many changed. One look when none is."""
    async with database.read() as tx:
        if not await _changes(tx, act, await away(tx, act)):
            return 0
    async with database.write() as tx:
        found = await away(tx, act)
        changes = await _changes(tx, act, found)
        for each in changes:
            await _tell(tx, act, each, news=_is_news(act, found))
        return len(changes)


async def _changes(tx: Transaction, act: Act, found: Sequence[Away]) -> list[_Change]:
    changes = []
    officers = {
        each.person.id: each.person
        for each in await people.seated(tx, now=act.now, roles=SECRETARIAT)
        if each.reachable
    }
    for officer in officers.values():
        known = await boards.find(tx, BOARD, officer.id)
        if known is None and not found:
            continue
        shown = views.today(found, officer.language)
        digest = _digest(shown)
        if known is None or known.shown != digest:
            changes.append(_Change(officer, shown, digest, known))
    return changes


def _is_news(act: Act, found: Iterable[Away]) -> bool:
    """Whether somebody has gone today: only then a new day has a message of its own."""
    morning = datetime.combine(act.today, time(), act.zone)
    return any(each.since >= morning for each in found)


async def _tell(tx: Transaction, act: Act, change: _Change, *, news: bool) -> None:
    """Change the officer's message where it stands; the first news of a day makes a new one."""
    officer, known = change.officer, change.known
    key = f"{BOARD}{act.today}:{officer.id}"
    made = await outbox.find(tx, key)
    revision = 0 if known is None else known.revision + 1
    if known is None or (news and made is None):
        await tell(tx, act, officer.id, change.shown, key, silent=True)
        row = await outbox.find(tx, key)
        assert row is not None
        if known is not None:
            await _edit(tx, act, known, views.moved(), revision)
    else:
        row = known.outbox_id
        await _edit(tx, act, known, replace(change.shown, replaces=True), revision)
    await boards.keep(tx, Board(BOARD, officer.id, row, change.digest, revision), moves=False)


async def _edit(tx: Transaction, act: Act, known: Board, shown: Screen, revision: int) -> None:
    key = f"{BOARD}{known.person_id}:{revision}"
    await tell(tx, act, known.person_id, shown, key, silent=True, edits=known.outbox_id)


def _digest(shown: Screen) -> str:
    packed = json.dumps(screens.to_json(shown), sort_keys=True)
    return hashlib.sha256(packed.encode()).hexdigest()
