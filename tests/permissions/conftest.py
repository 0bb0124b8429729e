"""Maravia with something of everything, and people who want what is not theirs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.sql.dml import UpdateBase
from telegram import Update

from bot.domain.assessments import AssessmentDraft
from bot.domain.broadcasts import Draft, Segment
from bot.domain.errors import existing
from bot.domain.exports import ExportKind
from bot.domain.filters import Dimension, Filter
from bot.domain.grades import GradeDraft, read_grades
from bot.domain.items import Part
from bot.domain.people import COMMAND_LINE, Actor, Role
from bot.domain.plans import About, ActivityState, IndicatorKind, IndicatorValue, WantedIndicator
from bot.domain.plans import Wanted as Planned
from bot.domain.regular import Rhythm
from bot.domain.requests import Audience
from bot.services import (
    assessments,
    boards,
    broadcasts,
    consolidation,
    grades,
    passing,
    people,
    plans,
    regular,
    reports_book,
    threads,
)
from bot.services.calendar_import import READ as CALENDAR_READ
from bot.services.deadlines import FILE
from bot.services.exports import PROGRESS
from bot.services.history import FILE as HISTORY
from bot.services.people import Chat
from bot.wire.updates import storable
from handlers.flows import engine
from handlers.house import make_router
from handlers.router import Router
from handlers.turn import Turn
from storage import absences, conversations, institutions, invitations, jobs, reviews, seats
from storage.database import Transaction
from storage.tables import (
    accounts,
    answers,
    assignments,
    chapter_items,
    deadlines,
    dialogue_people,
    dialogue_questions,
    dialogues,
    digests,
    evidence,
    extensions,
    files,
    metadata,
    national_reports,
    outbox,
    questions,
    reminders,
    report_approvals,
    report_chapters,
    request_items,
    request_texts,
    requests,
    status_update_versions,
    status_updates,
    templates,
)
from storage.tables import institutions as houses
from tests import maravia
from tests.conftest import said_since, undone
from tests.journeys.network import JourneyNetwork
from tests.maravia import Sample

JUSTICE = "JUSTICE-SECRET"  # in every word of the Ministry of Justice
ITEM = "ITEM-OF-JUSTICE"  # in a public recommendation: for observers to read, too
COLLEAGUE = "COLLEAGUE-SECRET"  # in the alternate's unsent draft
SECRETARIAT = "SECRETARIAT-SECRET"  # in what only the secretariat may see
INSIDE = "INSIDE-SECRET"  # in what one unit of Justice was asked and has answered
OFFICERS = "NAME-OF-AN-OFFICER"  # for who reports or clears to know, for nobody else
UNCLEARED = "UNCLEARED-SECRET"  # in what Justice's validator has not cleared
FREE_DAY = date(2099, 5, 1)  # the secretariat's own
CLEARING = {"clearances", "clearance_notices", "institutions"}  # for a validator to change
OWN = {"outbox", "quotes", "accounts", "draft_messages"}  # what every turn may write


@dataclass(frozen=True)
class Attacker:
    """Somebody, the words that are none of their business, and what they may change."""

    name: str
    chat_id: int
    forbidden: tuple[str, ...]
    free_tables: frozenset[str] = frozenset()  # what is theirs to change
    person_id: int = 0
    seat_ids: frozenset[int] = frozenset()
    group: bool = False


@dataclass
class Seen:
    """What one forged update brought about, before it was undone."""

    said: str
    changed: set[str] = field(default_factory=set)
    answered: bool = False


class World:
    """Everybody and everything, and the live tables of the router."""

    def __init__(self, network: JourneyNetwork) -> None:
        self.network = network
        self.router: Router = make_router()
        self.attackers: dict[str, Attacker] = {}
        self.nonces: list[str] = []
        self.answers: dict[str, Any] = {}  # those about Justice that conversations begin with
        self.before: dict[tuple[str, str], int] = {}
        self._update_id = 10**6

    @property
    def bot_id(self) -> int:
        return self.network.bot.id

    async def attack(self, who: Attacker, update: Mapping[str, Any]) -> Seen:
        """Handle a forged update as the inbox would, look at what it did, and undo it."""
        self._update_id += 1
        raw = storable({"update_id": self._update_id, **update})
        touched: set[str] = set()
        seen = Seen("")
        try:
            async with self.network.database.write() as tx:
                newest = await tx.value(select(func.coalesce(func.max(outbox.c.id), 0)))
                _watch(tx, touched)
                parsed = Update.de_json(raw, self.network.bot)
                handle = self.network.app.house.inbox._handle
                after = await handle(tx, parsed, now=self.network.clock.now())
                toasts = [
                    each.args[1] for each in after if isinstance(each, partial) and each.args[1]
                ]
                screens = await said_since(tx, newest)
                seen.said = json.dumps([screens, toasts], ensure_ascii=False)
                seen.answered = bool(screens or toasts)
                for name in sorted(touched - OWN - who.free_tables):
                    if _of_others(await _rows(tx, name), name, who) != self.before[who.name, name]:
                        seen.changed.add(name)
                raise _UndoneError
        except _UndoneError:
            return seen

    async def was_told(self, who: Attacker, subjects: list[str]) -> None:
        """Messages about these subjects stand in the chat, from number 100 on."""
        now = self.network.clock.now()
        common = {"bot_id": self.bot_id, "lane": "notice", "state": "sent"}
        async with self.network.database.write() as tx:
            person = await tx.value(
                select(accounts.c.person_id).where(accounts.c.chat_id == who.chat_id)
            )
            for message_id, subject in enumerate(subjects, start=100):
                row = {
                    "key": f"old {who.name} {message_id}",
                    "person_id": person,
                    "subject": subject,
                }
                times = {"created_at": now, "due_at": now}
                await tx.execute(
                    insert(outbox).values(**common, **row, **times, message_id=message_id)
                )

    @asynccontextmanager
    async def turn(self, who: Attacker) -> AsyncIterator[Turn]:
        """A turn of that person, in a transaction that is undone."""
        edge: Any = self.network.app.house.inbox._handle.__self__  # type: ignore[attr-defined]
        raw = {"update_id": 1, **words(who, "…")}
        update = Update.de_json(raw, self.network.bot)
        async with undone(self.network.database) as tx:
            yield await edge._turn(tx, update, now=self.network.clock.now())

    async def remember(self) -> None:
        """How everything stands before anybody does anything, and once everything is sent."""
        await self.network.app.settle()
        async with self.network.database.read() as tx:
            for name in metadata.tables:
                rows = await _rows(tx, name)
                for who in self.attackers.values():
                    self.before[who.name, name] = _of_others(rows, name, who)


OF_ONESELF = (PROGRESS, FILE, HISTORY, reports_book.MAKE, reports_book.READ)
"""Long work that anybody may ask for whom it is of."""


async def _rows(tx: Transaction, name: str) -> list[RowMapping]:
    return await tx.rows(select(metadata.tables[name]))


def _of_others(found: Sequence[RowMapping], name: str, who: Attacker) -> int:
    """The rows of a table but those that are the person's own to write, as one number."""
    rows = [dict(row) for row in found]
    for row in rows:
        row.pop("active", None)  # that a colleague's draft rests is no harm
        if name == "seats" and row["person_id"] == who.person_id:
            del row["gender"], row["level"]  # what one says of oneself
    kept = [row for row in rows if name not in _OWN or not _OWN[name](row, who)]
    return hash(tuple(sorted(str(sorted(row.items())) for row in kept)))


_OWN_ACTS = (
    *("person.", "seat.offer"),
    # what they were told thereby is looked at by its words
    *("evidence.view", "status_update.view", "request.view_answer"),
)
_OWN: dict[str, Callable[[dict[str, Any], Attacker], bool]] = {
    "people": lambda row, who: row["id"] == who.person_id,
    "audit": lambda row, who: (
        row["person_id"] == who.person_id and row["act"].startswith(_OWN_ACTS)
    ),
    "counters": lambda row, _who: row["name"] == "audit",
    "conversations": lambda row, who: row["person_id"] == who.person_id,
    "jobs": lambda row, who: row["person_id"] == who.person_id and row["kind"] in OF_ONESELF,
    "invitations": lambda row, who: (
        row["takes_over"] in who.seat_ids or (row["unit_id"] and row["invited_by"] in who.seat_ids)
    ),
    "deliveries": lambda row, who: row["person_id"] == who.person_id,
    "digests": lambda row, who: row["person_id"] == who.person_id,
}


class _UndoneError(Exception):
    pass


def _watch(tx: Transaction, touched: set[str]) -> None:
    """Note the tables into which the transaction writes."""
    execute = tx.execute

    async def watched(statement: Any, parameters: Any = None) -> Any:
        if isinstance(statement, UpdateBase) and isinstance(statement.table, Table):
            touched.add(statement.table.name)
        return await execute(statement, parameters)

    tx.execute = watched  # type: ignore[method-assign]


# -- What people could send ------------------------------------------------------------------------


def tap(who: Attacker, data: str, *, when: int = 1_700_000_000) -> dict[str, Any]:
    """A tap on a button with that data; `when` 0: on a message that Telegram shows no more."""
    under = {"message_id": 5, "date": when, "chat": _chat(who)}
    if when:
        under |= {"text": "…", "from": {"id": 1, "is_bot": True, "first_name": "Focal Point"}}
    return {
        "callback_query": {
            "id": "1",
            "from": _user(who),
            "chat_instance": "1",
            "data": data,
            "message": under,
        }
    }


def words(who: Attacker, text: str, *, reply_to: int | None = None) -> dict[str, Any]:
    """A text or a command."""
    sent: dict[str, Any] = {
        "message_id": 9000,
        "date": 1_700_000_000,
        "chat": _chat(who),
        "from": _user(who),
        "text": text,
    }
    if text.startswith("/"):
        length = len(text.split(maxsplit=1)[0])
        sent["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    if reply_to is not None:
        sent["reply_to_message"] = {
            "message_id": reply_to,
            "date": 1_700_000_000,
            "chat": _chat(who),
            "text": "…",
        }
    return {"message": sent}


def document(who: Attacker) -> dict[str, Any]:
    """A file."""
    sent = words(who, "")["message"]
    del sent["text"]
    found = {"file_id": "AAA", "file_unique_id": "AAA", "file_name": "a.docx", "file_size": 10}
    return {"message": sent | {"document": found}}


def _chat(who: Attacker) -> dict[str, Any]:
    if who.group:
        return {"id": -100_500, "type": "supergroup", "title": "Colleagues"}
    return {"id": who.chat_id, "type": "private", "first_name": who.name}


def _user(who: Attacker) -> dict[str, Any]:
    return {"id": who.chat_id, "is_bot": False, "first_name": who.name, "language_code": "en"}


# -- Maravia ---------------------------------------------------------------------------------------


@pytest.fixture
async def network(database_url: URL, tmp_path: Path) -> AsyncIterator[JourneyNetwork]:
    """The real bot on an empty database of its own, and a sandbox of its own."""
    around = JourneyNetwork(database_url, tmp_path)
    await around.start()
    yield around
    await around.stop()


@pytest.fixture
async def world(network: JourneyNetwork) -> World:
    """The bot, with reports, questions, files, drafts, jobs and invitations that have owners."""
    made = World(network)
    await _settle(made)
    await network.app.schedule.tick()  # what time would do now is done
    await made.remember()
    return made


async def _ask(
    tx: Transaction, justice: int, focal: Actor, *, assignment: int, item: int, now: datetime
) -> tuple[int, int]:
    """Justice is asked for data and for status, and was reminded; ids of the question, the rung."""
    words = {"language": "en", "title": f"Request {JUSTICE}", "message": JUSTICE}
    common = {"state": "open", "audience": Audience().to_json(), "ladder": [], "created_at": now}
    rung = None
    for kind, about in (("data", {}), ("status", {"assignment_id": assignment, "item_id": item})):
        request = await new_row(tx, requests, kind=kind, **common, indicator=JUSTICE)
        await tx.execute(insert(request_texts).values(request_id=request, **words))
        asked = await new_row(
            tx,
            request_items,
            request_id=request,
            institution_id=justice,
            **about,
            state="asked",
            due_on=now.date(),
            asked_at=now,
            since=now,
            stale=False,
        )
        rung = rung or asked
    reminder = await new_row(
        tx,
        reminders,
        request_item_id=asked,
        person_id=focal.person_id,
        due_on=now.date(),
        days=0,
        reaches="institution",
        state="sent",
        at=now,
        outbox_id=1,
    )
    await new_row(
        tx,
        extensions,
        request_item_id=asked,
        seat_id=focal.seat_id,
        until_on=now.date(),
        reason=f"Busy {JUSTICE}",
        language="en",
        asked_at=now,
    )
    assert rung is not None
    return rung, reminder


async def _report(
    tx: Transaction, held: int, focal: Actor, justice: Sample, now: datetime
) -> tuple[int, int]:
    """Justice has reported and amended it, with a file, and asks a question; ids of both.

    Another one waits.
    """
    report = await new_row(
        tx,
        status_updates,
        number="SU-2026-0001",
        assignment_id=held,
        seat_id=focal.seats[0].id,
        kind="report",
        state="submitted",
        status="in_progress",
        as_of=now.date(),
        measures=f"Bill 12 {JUSTICE}",
        language="en",
        submitted_at=now,
        version=2,
        amended_at=now,
        amended_by=focal.seats[0].id,
    )
    await tx.execute(
        insert(status_update_versions).values(
            status_update_id=report,
            version=1,
            status="planned",
            as_of=now.date(),
            measures=f"Bill 11 {JUSTICE}",
            language="en",
            figures=[],
            evidence=[],
            seat_id=focal.seats[0].id,
            at=now,
            word=True,
        )
    )
    await tx.execute(
        insert(files).values(sha256="ab" * 32, size=10, media_type="application/pdf", stored_at=now)
    )
    await new_row(
        tx,
        evidence,
        status_update_id=report,
        kind="document",
        state="stored",
        sha256="ab" * 32,
        name=f"{JUSTICE}.pdf",
        caption=f"caption {JUSTICE}",
        added_at=now,
    )
    question = await new_row(
        tx,
        questions,
        assignment_id=held,
        asked_by=focal.seats[0].id,
        words=f"May we … {JUSTICE}?",
        language="en",
        asked_at=now,
    )
    await _uncleared(tx, justice.assignments["140.7"], justice.institution_id, focal, now)
    await _template(tx, now)
    return report, question


async def _template(tx: Transaction, now: datetime) -> None:
    """The secretariat's own letterhead."""
    await new_row(
        tx,
        templates,
        kind="matrix",
        language="en",
        sha256="ab" * 32,
        name=f"{SECRETARIAT}.docx",
        added_at=now,
    )


async def _uncleared(tx: Transaction, held: int, justice: int, focal: Actor, now: datetime) -> None:
    """Justice clears everything; a report waits for it, with a file."""
    await tx.execute(update(houses).where(houses.c.id == justice).values(clearance="chosen"))
    waits = await new_row(
        tx,
        status_updates,
        number="SU-2026-0002",
        assignment_id=held,
        seat_id=focal.seats[0].id,
        kind="report",
        state="uncleared",
        needs_clearance=True,
        status="in_progress",
        as_of=now.date(),
        measures=f"Not yet our word: {JUSTICE} {UNCLEARED}",
        remaining=UNCLEARED,
        language="en",
        submitted_at=now,
    )
    await tx.execute(
        update(assignments)
        .where(assignments.c.id == held)
        .values(uncleared_id=waits, uncleared_state="uncleared")
    )
    await new_row(
        tx,
        evidence,
        status_update_id=waits,
        kind="document",
        state="stored",
        sha256="ab" * 32,
        name=f"{JUSTICE} {UNCLEARED}.pdf",
        caption=UNCLEARED,
        added_at=now,
    )


async def _review(
    tx: Transaction, world: World, justice: int, interior: int, officer: Actor, *, report: int
) -> int:
    """What the secretariat keeps to itself and what one institution may know of another.

    Health contributes to Justice's item, the Interior to another one of Justice's. Gives the
    approved report of Justice that its item is consolidated from.
    """
    now = world.network.clock.now()
    act = maravia.act(officer, now, bot_id=world.bot_id)
    await threads.ask(tx, act, report, f"Which bill {JUSTICE}?", language="en")
    health = await institutions.add(tx, "MOH", "ministry", {"en": "Ministry of Health"})
    own = existing(await reviews.get(tx, report))
    contributing = await maravia.assignment(tx, own.item_id, health, part=Part.CONTRIBUTING)
    shared = await maravia.item(tx, "140.60", {"en": "Train the judges."})
    leading = await maravia.assignment(tx, shared, justice)
    await maravia.assignment(tx, shared, interior, part=Part.CONTRIBUTING)
    said = {"kind": "report", "as_of": now.date(), "language": "en", "submitted_at": now}

    async def reports(number: int, held: int, state: str, status: str, words: str) -> int:
        return await new_row(
            tx,
            status_updates,
            number=f"SU-2026-000{number}",
            assignment_id=held,
            state=state,
            status=status,
            measures=words,
            **said,
        )

    theirs = await reports(6, contributing, "submitted", "planned", f"Beds {JUSTICE}")
    await reports(3, contributing, "returned", "planned", f"Not theirs to read {SECRETARIAT}")
    await reports(4, leading, "submitted", "planned", f"Judges {JUSTICE}")
    approved = await reports(5, leading, "approved", "implemented", f"All judges {ITEM}")
    await consolidation.mark(tx, act, (report, theirs), f"Why {SECRETARIAT}", language="en")
    wanted = consolidation.Wanted(shared, "planned", now.date(), f"So {ITEM}.", "en", (approved,))
    await consolidation.consolidate(tx, act, wanted)
    return approved


async def _examine(
    tx: Transaction, justice: int, focal: Actor, validator: Actor, officer: Actor, *, now: datetime
) -> tuple[int, int]:
    """Justice is on call: an answer waits for clearance, a question is with the officer alone."""
    common = {"language": "en", "typed_by": officer.seat_id, "typed_at": now}
    dialogue = await new_row(tx, dialogues, title="Committee", language="en", opened_at=now)
    for actor in (focal, validator):
        row = {"seat_id": actor.seat_id, "part": "on_call", "added_at": now}
        await tx.execute(insert(dialogue_people).values(dialogue_id=dialogue, **row))
    question = await new_row(
        tx,
        dialogue_questions,
        dialogue_id=dialogue,
        words=f"What of it {JUSTICE}?",
        institution_id=justice,
        state="drafted",
        answer=f"Since 2024 {JUSTICE}",
        answer_language="en",
        version=1,
        drafted_by=focal.seat_id,
        waits_since=now,
        **common,
    )
    await new_row(
        tx,
        dialogue_questions,
        dialogue_id=dialogue,
        words=f"Shall we ask Justice {SECRETARIAT}?",
        institution_id=justice,
        state="typed",
        **common,
    )
    return dialogue, question


async def _files(tx: Transaction, colleague: Actor, coordinator: Actor, now: datetime) -> None:
    """Files that wait, of the secretariat and of somebody who reports."""
    await _import(tx, coordinator, now)
    await _calendar(tx, coordinator, now)
    await _books(tx, colleague, coordinator, now)


async def _import(tx: Transaction, coordinator: Actor, now: datetime) -> None:
    """A file that the secretariat has sent waits to be imported."""
    await jobs.plan(
        tx,
        "import_read",
        {"file_id": "x", "name": SECRETARIAT},
        person_id=coordinator.person_id,
        seat_id=coordinator.seat_id,
        now=now,
    )
    await jobs.change(tx, 1, state=jobs.WAITING, result={"facts": {"format": SECRETARIAT}})


async def _days_off(tx: Transaction) -> None:
    """A free day of the secretariat's, and no digest that the house would send by itself."""
    await absences.add_free_day(tx, FREE_DAY, SECRETARIAT)
    await tx.execute(update(digests).values(next_at=None))


async def _settle(world: World) -> None:
    now = world.network.clock.now()
    async with world.network.database.write() as tx:
        justice = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        secret = await maravia.item(tx, "140.99", {"en": f"End torture {ITEM}."})
        held = await maravia.assignment(tx, secret, justice.institution_id)
        theirs = await maravia.item(tx, "140.50", {"en": "Train the police."})
        await maravia.assignment(tx, theirs, interior)

        async def seated(name: str, role: Role, there: int | None) -> Actor:
            return await maravia.somebody(tx, name, role, there, bot_id=world.bot_id)

        focal, alternate, validator, observer = [
            await seated(name, role, justice.institution_id)
            for name, role in (
                (f"Omar {JUSTICE}", Role.FOCAL_POINT),
                (f"Rim {JUSTICE}", Role.ALTERNATE),
                (f"Vera {JUSTICE}", Role.VALIDATOR),
                ("Otto", Role.OBSERVER),
            )
        ]
        other = await seated("Ines", Role.FOCAL_POINT, interior)
        coordinator, chen = [
            await seated(f"{name} {OFFICERS}", role, None)
            for name, role in (("Amina", Role.COORDINATOR), ("Chen", Role.OFFICER))
        ]
        suspended, ended = [
            await seated(name, Role.FOCAL_POINT, justice.institution_id)
            for name in ("Sami", "Edda")
        ]
        await seats.suspend(tx, suspended.seats[0].id, at=now)
        await seats.end(tx, ended.seats[0].id, now=now - timedelta(minutes=1))

        report, question = await _report(tx, held, focal, justice, now)
        approved = await _review(
            tx, world, justice.institution_id, interior, coordinator, report=report
        )
        await _files(tx, alternate, coordinator, now)
        for actor, said in ((alternate, COLLEAGUE), (focal, "of one's own")):
            await _draft(world, tx, actor, held, said)
        newcomers = await _invite(world, tx, justice.institution_id)
        await _days_off(tx)
        olga = await _beside(world, tx, coordinator, secret)
        asked, reminder = await _ask(
            tx, justice.institution_id, focal, assignment=held, item=secret, now=now
        )
        await _broadcast(world, tx, coordinator)
        await _hand_over(world, tx, alternate)
        asked_unit, unit, passed = await _pass_inside(
            world, tx, focal, justice.institution_id, held
        )
        dialogue, dialogue_question = await _examine(
            tx, justice.institution_id, focal, validator, coordinator, now=now
        )
        activity, indicator = await _plan(
            tx, justice.institution_id, focal, coordinator, item=secret, now=now
        )
        world.answers |= await _prepare(
            tx, justice.institution_id, focal, coordinator, item=secret, now=now
        )
    world.answers |= {
        "status": "planned",
        "institution": justice.institution_id,
        "contribution": 1,
        "consultation": 1,
        "about": f"i{secret}",
        "activity": activity,
        "indicator": indicator,
        "dialogue": dialogue,
        "dialogue_question": dialogue_question,
        "asked": asked,
        "reminder": reminder,
        "request": 1,
        "assignment": held,
        "question": question,
        "report": report,
        "redacts": f"su:{report}",
        "version": 1,
        "shown": [[report, 1]],
        "items": [secret],
        "item": secret,
        "cluster": 1,
        "passed": passed,
        "sources": [approved],
        "after": 0,
        "other": 2,
        "approval": 1,
    }

    def person(name: str, actor: Actor, forbidden: tuple[str, ...], **more: Any) -> None:
        assert actor.person is not None
        world.attackers[name] = Attacker(
            name,
            1000 + actor.person.id,
            forbidden,
            person_id=actor.person.id,
            seat_ids=frozenset(seat.id for seat in actor.seats),
            **more,
        )

    unsaid = (JUSTICE, COLLEAGUE, SECRETARIAT, INSIDE)
    everything = (ITEM, OFFICERS, *unsaid)
    reporting = frozenset(
        (
            "status_updates status_update_versions assignments questions evidence counters figures "
            "audit passes "
            "request_items reminders answers extensions dialogue_questions dialogue_openings "
            "threads thread_words activities activity_items activity_institutions activity_notes "
            "indicators indicator_values"
        ).split()
    )
    world.attackers["stranger"] = Attacker("stranger", 5001, everything)
    for number, name in enumerate(("invited", "waiting"), start=1):
        world.attackers[name] = Attacker(name, 5001 + number, everything, person_id=newcomers[name])
    person("suspended", suspended, everything)
    person("ended", ended, everything)
    person("other", other, (ITEM, *unsaid))
    person("observer", observer, (OFFICERS, *unsaid))
    person("focal", focal, (COLLEAGUE, SECRETARIAT), free_tables=reporting)
    person("validator", validator, (COLLEAGUE, SECRETARIAT), free_tables=reporting | CLEARING)
    person("officer", chen, (UNCLEARED,), free_tables=frozenset(metadata.tables))
    for name, actor in (("coordinator", coordinator), ("alternate", alternate)):
        person(name, actor, ())  # they attack nobody: the table asks what is theirs
    person("asked_unit", asked_unit, ())
    person("assessor", olga, ())
    person("unit", unit, (ITEM, OFFICERS, *unsaid))
    person("in_a_group", coordinator, everything, group=True)


async def _plan(
    tx: Transaction, justice: int, focal: Actor, officer: Actor, *, item: int, now: datetime
) -> tuple[int, int]:
    """An adopted activity of Justice with an indicator and a value, one that Justice proposes.

    And a workbook that waits for a decision. Ids of the first two.
    """
    about = About(None, (item,))
    found = []
    for actor, what in ((officer, f"Train {JUSTICE}"), (focal, f"Propose {JUSTICE}")):
        act = maravia.act(actor, now)
        wanted = Planned(what, "en", justice, funds=JUSTICE)
        found.append(await plans.add(tx, act, about, wanted))
    act = maravia.act(officer, now)
    measured = WantedIndicator(f"Cases {JUSTICE}", "en", IndicatorKind.PROCESS)
    indicator = await plans.add_indicator(tx, act, found[0], measured)
    value = IndicatorValue(12, 2025, {f"women {JUSTICE}": 4})
    await plans.add_value(tx, act, indicator, value)
    state = ActivityState.UNDER_WAY
    await plans.move(tx, act, found[0], state, words=f"Begun {JUSTICE}", language="en")
    await tx.execute(delete(outbox).where(outbox.c.key.startswith("plan:")))
    job_id = await jobs.plan(tx, plans.READ, {}, person_id=officer.person_id, seat_id=None, now=now)
    await jobs.change(tx, job_id, state=jobs.WAITING, result={"wishes": [], "mark": SECRETARIAT})
    return found[0], indicator


async def _books(tx: Transaction, colleague: Actor, officer: Actor, now: datetime) -> None:
    """A colleague's workbook of reports waits; an officer's export comes by itself."""
    by = maravia.act(colleague, now)
    job_id = await reports_book.receive(tx, by, file_id="f", name=COLLEAGUE)
    await jobs.change(tx, job_id, state=jobs.WAITING, result={"rows": [], "left": []})
    chosen = Filter({Dimension.CLUSTER: (SECRETARIAT,)})
    act = maravia.act(officer, now)
    await regular.add(tx, act, ExportKind.WORKBOOK, chosen, Rhythm.MONDAY)


async def _prepare(
    tx: Transaction, justice: int, focal: Actor, officer: Actor, *, item: int, now: datetime
) -> dict[str, int]:
    """A report in preparation, approved as it was, with a chapter that Justice has commented on.

    Gives what conversations about them begin with.
    """
    report = await new_row(
        tx,
        national_reports,
        kind="mid_term",
        title=f"Mid-term {SECRETARIAT}",
        language="en",
        documents=[],
        structure="own",
        months=12,
        state="approved",
        created_at=now,
        changed_at=now,
    )
    file = {"file": "ab" * 32, "file_name": f"{SECRETARIAT}.docx"}
    common = {"report_id": report, "heading": f"Prisons {SECRETARIAT}", "language": "en"}
    chapter = await new_row(tx, report_chapters, place=1, **common, **file)
    await new_row(tx, report_chapters, place=2, **common, draft=SECRETARIAT, draft_language="en")
    await tx.execute(insert(chapter_items).values(chapter_id=chapter, item_id=item))
    await new_row(
        tx,
        report_approvals,
        report_id=report,
        by="cabinet",
        approved_on=now.date(),
        number=SECRETARIAT,
        revision=0,
        seat_id=officer.seat_id,
        at=now,
        **file,
    )
    request = await new_row(
        tx,
        requests,
        kind="comment",
        state="open",
        audience=Audience().to_json(),
        ladder=[],
        report_id=report,
        chapter_id=chapter,
        created_at=now,
    )
    asked = await new_row(
        tx,
        request_items,
        request_id=request,
        institution_id=justice,
        state="answered",
        due_on=now.date(),
        asked_at=now,
        since=now,
        settled_at=now,
        stale=False,
    )
    said = {"words": f"12: name it {JUSTICE}", "figures": [], "language": "en", "at": now}
    comment = await new_row(tx, answers, request_item_id=asked, seat_id=focal.seat_id, **said)
    return {"chapter": chapter, "answer": comment, "part": 0}


async def _calendar(tx: Transaction, coordinator: Actor, now: datetime) -> None:
    """A deadline of the secretariat's, a closed one; a calendar file that waits."""
    for title, state in ((f"Reply {SECRETARIAT}", "open"), (f"Dialogue {SECRETARIAT}", "done")):
        await new_row(
            tx,
            deadlines,
            uid=title,
            kind="follow_up",
            title=title,
            day=now.date() + timedelta(days=40),
            warnings=[],
            warned=[],
            state=state,
            created_at=now,
        )
    job_id = await jobs.plan(
        tx, CALENDAR_READ, {}, person_id=coordinator.person_id, seat_id=None, now=now
    )
    await jobs.change(tx, job_id, state=jobs.WAITING, result={"said": [], "mark": SECRETARIAT})


async def _draft(
    world: World, tx: Transaction, actor: Actor, assignment_id: int, said: str
) -> None:
    flow = world.router.runner.flows["status_update"]
    state = engine.begin(
        flow,
        {"assignment": assignment_id, "status": "planned", "measures": [said]},
    )
    assert actor.person is not None
    made = await conversations.begin(
        tx,
        bot_id=world.bot_id,
        chat_id=1000 + actor.person.id,
        person_id=actor.person.id,
        seat_id=actor.seat_id,
        flow="status_update",
        flow_version=flow.version,
        subject=f"assignment:{assignment_id}",
        state=state.to_json(),
        now=world.network.clock.now(),
    )
    world.nonces.append(made.nonce)


async def _broadcast(world: World, tx: Transaction, officer: Actor) -> None:
    """One that waits to go out, one that failed, and one of them on the officer's board."""
    act = maravia.act(officer, world.network.clock.now(), bot_id=world.bot_id)
    said = Draft(Segment(), {"en": f"Announced {SECRETARIAT}"}, "en")
    waiting = await broadcasts.plan(tx, act, replace(said, sends_at=act.now + timedelta(days=1)))
    await broadcasts.plan(tx, act, replace(said, sends_at=act.now))
    await tx.execute(
        update(outbox)
        .where(outbox.c.key.startswith("broadcast:"))
        .values(state="failed", reason="blocked", screen=None)
    )
    prefix = broadcasts.prefix_of(waiting)
    painted = await broadcasts.paint(tx, prefix)
    assert painted is not None
    await boards.hang(tx, act, prefix, 1, painted)


async def _invite(world: World, tx: Transaction, institution_id: int) -> dict[str, int]:
    """One link that was opened, one that was used and waits, one that nobody has opened."""
    now = world.network.clock.now()
    newcomers = {}
    for name, chat_id in (("invited", 5002), ("waiting", 5003)):
        token = await people.invite(
            tx,
            maravia.act(COMMAND_LINE, now, bot_id=world.bot_id),
            Role.OFFICER,
            None,
            invitee=SECRETARIAT,
        )
        chat = Chat(chat_id, name, None, "en")
        invitation, person = await people.open_link(
            tx, maravia.act(Actor(None, ()), now, bot_id=world.bot_id), chat, token
        )
        newcomers[name] = person.id
        if name == "waiting":
            await invitations.change(
                tx, invitation.id, state=invitations.REDEEMED, telegram_name=SECRETARIAT
            )
    await people.invite(
        tx, maravia.act(COMMAND_LINE, now), Role.FOCAL_POINT, institution_id, invitee=SECRETARIAT
    )
    return newcomers


async def _hand_over(world: World, tx: Transaction, leaver: Actor) -> None:
    """Somebody has used the link of a colleague who leaves, and waits for them."""
    act = maravia.act(leaver, world.network.clock.now(), bot_id=world.bot_id)
    token = await people.offer_seat(tx, act, leaver.seats[0].id)
    nobody = maravia.act(Actor(None, ()), world.network.clock.now(), bot_id=world.bot_id)
    chat = Chat(5004, f"Successor {JUSTICE}", None, "en")
    invitation, person = await people.open_link(tx, nobody, chat, token)
    newcomer = maravia.act(Actor(person, ()), world.network.clock.now(), bot_id=world.bot_id)
    await people.accept(tx, newcomer, chat, invitation.id)


async def _pass_inside(
    world: World, tx: Transaction, focal: Actor, institution_id: int, assignment_id: int
) -> tuple[Actor, Actor, int]:
    """One unit was asked and has answered; somebody of another unit is curious."""
    now = world.network.clock.now()
    act = maravia.act(focal, now, bot_id=world.bot_id)
    prisons, courts = [
        await passing.unit_of(tx, act, institution_id, name, language="en")
        for name in (f"Prisons {INSIDE}", "Courts")
    ]
    actors = []
    for unit, name in ((prisons, f"Paula {JUSTICE}"), (courts, "Cora")):
        actor = await maravia.somebody(
            tx, name, Role.FOCAL_POINT, institution_id, unit_id=unit.id, bot_id=world.bot_id
        )
        actors.append(actor)
    paula, cora = actors
    (asked,) = await passing.pass_on(
        tx, act, prisons, [assignment_id], f"Asked {INSIDE}", language="en"
    )
    paula_acts = maravia.act(paula, now, bot_id=world.bot_id)
    await passing.answer(tx, paula_acts, asked, f"Answered {INSIDE}", language="en")
    return paula, cora, asked


async def _beside(world: World, tx: Transaction, coordinator: Actor, item: int) -> Actor:
    """What an independent institution thinks of an item, and which grade it has; who said it."""
    now = world.network.clock.now()
    there = await institutions.add(tx, "NHRI", "nhri", {"en": "Human Rights Institute"})
    olga = await maravia.somebody(tx, f"Olga {OFFICERS}", Role.OBSERVER, there, bot_id=world.bot_id)
    draft = AssessmentDraft(item, f"Assessed {ITEM}", "en", now.date())
    await assessments.give(tx, maravia.act(olga, now, bot_id=world.bot_id), draft)
    session = GradeDraft("hrc", "131st session", "en", note=f"Graded {ITEM}")
    act = maravia.act(coordinator, now, bot_id=world.bot_id)
    await grades.enter(tx, act, item, read_grades("C", "hrc"), session)
    return olga


async def new_row(tx: Transaction, table: Table, **values: Any) -> int:
    result = await tx.execute(insert(table).values(**values))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
