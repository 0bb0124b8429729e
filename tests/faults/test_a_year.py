"""A year of 500 people and 60 institutions on a clock that is moved: every rung is accounted for.

Requests go out every few weeks; people report, have reports returned, withdraw them, put reminders
off, go on leave, ask for time; seats end and begin; the bot is down for hours and days, and its
clock is put on or back. The ledger at the end is checked against the rules, not against the code.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL, insert, select, update

from bot.domain.errors import Refused
from bot.domain.people import REPORTING, TICK, Act, Actor, Person, Role, Seat
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import Audience, RequestKind
from bot.domain.work_calendar import Policy, WorkCalendar
from bot.holidays import national
from bot.schedule import ask_and_remind
from bot.services import people as seating
from bot.services import reminders, requests, reviews
from bot.services import status_updates as reporting
from bot.services.people import Chat
from bot.services.requests import Wanted
from storage import reminders as queries
from storage import seats as seat_queries
from storage.database import Database, Transaction
from storage.tables import (
    free_days,
    institutions,
    leave,
    outbox,
    people,
    request_items,
    seats,
    status_updates,
)
from storage.tables import reminders as reminder_table
from storage.tables import requests as request_table
from tests import maravia
from tests.conftest import AUDIT_KEY

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]

COUNTRY = ZoneInfo("Africa/Dakar")
POLICY = Policy(COUNTRY, holiday=national("SN").is_holiday)
BEGIN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
HOUSES, ITEMS, DAYS = 60, 120, 365
ZONES = (
    "Europe/Berlin", "Asia/Beirut", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Apia", "America/Santiago", "Africa/Cairo", "Asia/Tokyo", "Pacific/Honolulu",
)  # fmt: skip
ROLES = (Role.FOCAL_POINT, Role.ALTERNATE, Role.ALTERNATE, Role.VALIDATOR)
HOURS_OF_A_DAY = (0, 6, 9, 14, 20)
"""When the bot looks; somebody's morning is near each of them."""


@dataclass
class Year:
    """The network and its chance; what was done is counted by name."""

    database: Database
    chance: random.Random = field(default_factory=lambda: random.Random(2026))
    now: datetime = BEGIN
    done: Counter[str] = field(default_factory=Counter)
    houses: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    chats: int = 5000

    def act(self, actor: Actor) -> Act:
        return Act(actor, 1, COUNTRY, self.now)

    async def actor(self, tx: Transaction, person_id: int) -> Actor:
        person = await reread(tx, person_id)
        return Actor(person, await seat_queries.live_of(tx, person_id, now=self.now))

    async def officer(self, tx: Transaction) -> Act:
        return self.act(await self.actor(tx, 1))

    async def does(self, what: str, work: Callable[[Transaction], Any]) -> None:
        """Somebody's act, in a transaction; what is refused is nothing."""
        try:
            async with self.database.write() as tx:
                await work(tx)
        except Refused:
            self.done[f"{what}, refused"] += 1
        except IndexError:  # nobody and nothing to choose from
            return
        else:
            self.done[what] += 1

    async def one(self, tx: Transaction, statement: Any) -> Any:
        """One of what a statement finds, as chance has it; raises IndexError where that is none."""
        return self.chance.choice(await tx.rows(statement))

    async def somebody(self, tx: Transaction, house: int | None = None) -> Act:
        """Somebody who reports, of that institution where one is named."""
        where = [] if house is None else [seats.c.institution_id == house]
        row = await self.one(
            tx,
            select(seats.c.person_id).where(
                seat_queries.is_live(self.now),
                seats.c.role.in_([each.value for each in REPORTING]),
                *where,
            ),
        )
        return self.act(await self.actor(tx, row["person_id"]))

    async def asked(self, tx: Transaction) -> Any:
        return await self.one(tx, select(request_items).where(request_items.c.state == "asked"))


async def reread(tx: Transaction, person_id: int) -> Person:
    row = await tx.row(select(people).where(people.c.id == person_id))
    assert row is not None
    return Person(row["id"], row["name"], row["language"], row["timezone"])


# -- The network -----------------------------------------------------------------------------------


async def settle(year: Year) -> None:
    async with year.database.write() as tx:
        for n in range(4):
            role = Role.COORDINATOR if n == 0 else Role.OFFICER
            await maravia.somebody(tx, f"Officer {n}", role, None)
        for n in range(ITEMS):
            year.items.append(await maravia.item(tx, f"140.{n}", {"en": "Ratify."}))
        for n in range(HOUSES):
            names = {"en": f"Ministry {n}"}
            row = insert(institutions).values(code=f"M{n:02}", kind="ministry", names=names)
            key = (await tx.execute(row)).inserted_primary_key
            assert key is not None
            year.houses.append(int(key[0]))
        for n in range(496):
            house, role = year.houses[n % HOUSES], ROLES[n // HOUSES % len(ROLES)]
            person = await maravia.somebody(tx, f"Person {n}", role, house)
            await _habits(tx, year.chance, person.person_id)
        for n, item in enumerate(year.items):
            for house in {year.houses[n % HOUSES], year.houses[n * 7 % HOUSES]}:
                await maravia.assignment(tx, item, house)
        for day in (date(2026, 3, 9), date(2026, 8, 17), date(2026, 8, 18)):
            await tx.execute(insert(free_days).values(day=day))


async def _habits(tx: Transaction, chance: random.Random, person_id: int | None) -> None:
    values: dict[str, Any] = {}
    if chance.random() < 0.6:
        values["timezone"] = chance.choice(ZONES)
    if chance.random() < 0.3:
        values["weekend"] = [4, 5]
    if chance.random() < 0.2:
        values["hours"] = ["16:00", "10:00", "10:30"]
    if values:
        await tx.execute(update(people).where(people.c.id == person_id).values(**values))


# -- What happens ----------------------------------------------------------------------------------


async def ask(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        items = tuple(year.chance.sample(year.items, 14))
        due_on = year.now.date() + timedelta(days=year.chance.randint(5, 35))
        wanted = Wanted(RequestKind.STATUS, Audience(None, items), due_on)
        await requests.plan(tx, await year.officer(tx), wanted)

    await year.does("request", work)


async def report(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        item = await year.asked(tx)
        who = await year.somebody(tx, item["institution_id"])
        draft = StatusUpdateDraft(item["assignment_id"], "in_progress", "Done.", "en", who.today)
        await reporting.submit(tx, who, draft)

    await year.does("report", work)


async def send_back(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        waiting = select(status_updates.c.id).where(status_updates.c.state == "submitted")
        row = await year.one(tx, waiting)
        await reviews.return_(tx, await year.officer(tx), row["id"], "Which court?", language="en")

    await year.does("returned", work)


async def take_back(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        row = await year.one(
            tx,
            select(status_updates.c.id, seats.c.person_id)
            .join(seats, seats.c.id == status_updates.c.seat_id)
            .where(status_updates.c.state == "submitted"),
        )
        await reporting.withdraw(tx, year.act(await year.actor(tx, row["person_id"])), row["id"])

    await year.does("withdrawn", work)


async def put_off(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        row = await year.one(
            tx,
            select(reminder_table.c.id, reminder_table.c.person_id)
            .where(reminder_table.c.state == "sent")
            .order_by(reminder_table.c.id.desc())
            .limit(50),
        )
        who = year.act(await year.actor(tx, row["person_id"]))
        day = year.now.date() + timedelta(days=year.chance.randint(1, 9))
        await reminders.snooze(tx, who, POLICY, row["id"], until_on=day, reason="Later.")

    await year.does("put off", work)


async def away(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        who = await year.somebody(tx)
        others = await reminders.colleagues_of(tx, who)
        deputy = year.chance.choice(others).person.id if year.chance.random() < 0.5 else None
        first = year.now.date() + timedelta(days=year.chance.randint(0, 9))
        last = first + timedelta(days=year.chance.randint(0, 25))
        await reminders.go_away(tx, who, from_on=first, until_on=last, deputy_id=deputy)

    await year.does("leave", work)


async def back(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        row = await year.one(
            tx, select(leave.c.person_id).where(leave.c.until_on > year.now.date())
        )
        await reminders.come_back(tx, year.act(await year.actor(tx, row["person_id"])))

    await year.does("back", work)


async def more_time(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        item = await year.asked(tx)
        who = await year.somebody(tx, item["institution_id"])
        until = item["due_on"] + timedelta(days=year.chance.randint(1, 21))
        wish = await requests.ask_for_time(
            tx, who, item["id"], until_on=until, reason="The court.", language="en"
        )
        granted = year.chance.random() < 0.7
        await requests.decide_time(tx, await year.officer(tx), wish, granted=granted)

    await year.does("more time", work)


async def excuse(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        item = await year.asked(tx)
        await requests.excuse(tx, await year.officer(tx), item["id"], "Answered elsewhere.")

    await year.does("excused", work)


async def close(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        row = await year.one(tx, select(request_table.c.id).where(request_table.c.state == "open"))
        await requests.close(tx, await year.officer(tx), row["id"])

    await year.does("closed", work)


async def hand_over(year: Year) -> None:
    """A seat ends, and somebody else gets one."""

    async def work(tx: Transaction) -> None:
        of_house = select(seats).where(
            seat_queries.is_live(year.now), seats.c.institution_id.is_not(None)
        )
        seat = await year.one(tx, of_house)
        officer = await year.officer(tx)
        await seating.end_seat(tx, officer, seat["id"])
        token = await seating.invite(tx, officer, Role(seat["role"]), seat["institution_id"])
        year.chats += 1
        chat = Chat(year.chats, f"Newcomer {year.chats}", None, "en")
        stranger = year.act(Actor(None, ()))
        invitation, person = await seating.open_link(tx, stranger, chat, token)
        newcomer = year.act(Actor(person, ()))
        await seating.accept(tx, newcomer, chat, invitation.id)
        await seating.confirm(tx, officer, invitation.id)
        await _habits(tx, year.chance, person.id)

    await year.does("handed over", work)


async def validators(year: Year) -> None:
    async def work(tx: Transaction) -> None:
        row = await year.one(
            tx, select(reminder_table.c.id).where(reminder_table.c.state == "held")
        )
        await reminders.let_validators_be_reminded(
            tx, await year.officer(tx), row["id"], wanted=year.chance.random() < 0.7
        )

    await year.does("validator decided", work)


HAPPENS: tuple[tuple[float, Callable[[Year], Any]], ...] = (
    # so often a day
    (2.0, report), (0.5, send_back), (0.2, take_back), (0.5, put_off), (0.5, away), (0.2, back),
    (0.4, more_time), (0.1, excuse), (0.02, close), (0.2, hand_over), (0.7, validators),
)  # fmt: skip


async def tick(year: Year) -> None:
    await ask_and_remind(year.database, Act(TICK, 1, COUNTRY, year.now), POLICY)


async def deliver(year: Year) -> None:
    """What is planned leaves, but for the newest, which an answer may still take back."""
    async with year.database.write() as tx:
        await tx.execute(
            update(outbox)
            .where(outbox.c.state == "planned", outbox.c.created_at < year.now - timedelta(hours=3))
            .values(state="sent", screen=None)
        )


async def live(year: Year, watch: Watch) -> None:
    """Day by day, with days on which the bot is down, and days that its clock gets wrong."""
    down_until = BEGIN
    for day in range(DAYS):
        begun = BEGIN.replace(hour=0) + timedelta(days=day)
        ahead = timedelta(days=1) if day % 90 == 40 else timedelta()
        ahead = timedelta(days=-1) if day % 90 == 70 else ahead
        if year.chance.random() < 0.03:
            down_until = begun + timedelta(hours=year.chance.choice([3, 12, 50, 100]))
        if day % 28 == 0:
            year.now = begun + timedelta(hours=8)
            await ask(year)
        for hour in HOURS_OF_A_DAY:
            year.now = begun + timedelta(hours=hour, minutes=year.chance.randint(0, 30)) + ahead
            for often, happens in HAPPENS:
                if year.chance.random() < often / len(HOURS_OF_A_DAY):
                    await happens(year)
            if begun + timedelta(hours=hour) >= down_until:
                await tick(year)
                await watch.look()
        await deliver(year)


# -- What must be true of it -----------------------------------------------------------------------


@dataclass(frozen=True)
class Ledger:
    """Everything that the year left."""

    rows: list[Any]
    items: dict[int, Any]
    messages: dict[int, Any]
    calendars: dict[int, WorkCalendar]
    seats: dict[int, list[Seat]]
    counts: dict[tuple[str, str | None], int]


async def ledger(year: Year) -> Ledger:
    async with year.database.read() as tx:
        ids = [int(each) for each in await tx.values(select(people.c.id))]
        early = Act(TICK, 1, COUNTRY, BEGIN)
        return Ledger(
            await tx.rows(select(reminder_table)),
            {row["id"]: row for row in await tx.rows(select(request_items))},
            {row["id"]: row for row in await tx.rows(select(outbox))},
            await reminders.calendars_of(tx, early, POLICY, ids),
            {each: await seat_queries.of(tx, each) for each in ids},
            await queries.ledger(tx),
        )


def is_on_record(found: Ledger, now: datetime) -> None:
    for row in found.rows:
        item = found.items[row["request_item_id"]]
        asked = item["state"] == "asked"
        match row["state"]:
            case "sent":
                assert found.messages[row["outbox_id"]]["person_id"] == row["person_id"]
                assert found.messages[row["outbox_id"]]["edits"] is None
                assert row["reason"] is None
            case "skipped":
                assert row["reason"]
                assert row["outbox_id"] is None
            case "held":
                assert asked, "an officer is asked about what is settled"
            case "planned":
                assert asked, "planned, of what is settled"
                assert row["at"] > now, "its moment has passed"
            case other:
                raise AssertionError(other)


def is_told_once(found: Ledger) -> None:
    sent = [row for row in found.rows if row["state"] == "sent"]
    rungs = Counter(
        (row["request_item_id"], row["person_id"], row["due_on"], row["days"], row["reaches"])
        for row in sent
    )
    assert max(rungs.values()) == 1
    named = {row["outbox_id"] for row in sent}
    for each in found.messages.values():
        if each["key"].startswith("reminder:") and each["edits"] is None:
            assert (each["id"] in named) == (each["state"] != "dropped"), each["key"]


def is_told_when_allowed(found: Ledger) -> None:
    for row in found.rows:
        if row["state"] == "sent":
            calendar = found.calendars[row["person_id"]]
            local = row["settled_at"].astimezone(calendar.zone)
            assert calendar.works(local.date()), "on a free day"
            assert not calendar.hours.quiet(local.time()), "in quiet hours"
            assert row["settled_at"] >= row["at"], "early"
            assert any(
                each.from_at <= row["settled_at"]
                and (each.until_at is None or row["settled_at"] < each.until_at)
                for each in found.seats[row["person_id"]]
            ), "without a seat"


class Watch:
    """Looks after every tick at what was said in it, as things stood at that moment."""

    def __init__(self, year: Year) -> None:
        self.year = year
        self.last = 0
        self.seen = 0
        self.broken: list[str] = []

    async def look(self) -> None:
        async with self.year.database.read() as tx:
            rows = await tx.rows(
                select(
                    reminder_table.c.person_id,
                    reminder_table.c.outbox_id,
                    request_items.c.state,
                    request_items.c.due_on,
                )
                .join(request_items, request_items.c.id == reminder_table.c.request_item_id)
                .where(reminder_table.c.outbox_id > self.last)
            )
            if not rows:
                return
            at = Act(TICK, 1, COUNTRY, self.year.now)
            told = {row["person_id"] for row in rows}
            calendars = await reminders.calendars_of(tx, at, POLICY, list(told))
        for row in rows:
            self.last = max(self.last, row["outbox_id"])
            if row["state"] != "asked":
                self.broken.append(f"after the answer: {row['outbox_id']}")
        messages = defaultdict(set)
        for row in rows:
            messages[row["person_id"]].add(row["outbox_id"])
        for person_id in told:
            if not calendars[person_id].allows(self.year.now):
                self.broken.append(f"away or asleep: {person_id}")
            if len(messages[person_id]) != 1:
                self.broken.append(f"several messages at once: {person_id}")
        self.seen += len(rows)


@pytest.fixture
async def year(sqlite: URL) -> AsyncIterator[Year]:
    database = Database(sqlite, audit_key=AUDIT_KEY)
    yield Year(database)
    await database.close()


async def test_after_a_year_every_rung_is_sent_or_skipped_for_a_reason(
    year: Year, record_property: Callable[[str, object], None]
) -> None:
    await settle(year)
    watch = Watch(year)
    await live(year, watch)
    found = await ledger(year)
    for what, count in sorted(year.done.items()):
        record_property(f"a year of 500 people: {what}", count)
    for (state, reason), count in sorted(found.counts.items(), key=str):
        record_property(f"  rungs {state}{f', {reason}' if reason else ''}", count)
    record_property("  rungs in all", len(found.rows))
    assert watch.broken == []
    assert sum(found.counts.values()) == len(found.rows)
    is_on_record(found, year.now)
    is_told_once(found)
    is_told_when_allowed(found)
