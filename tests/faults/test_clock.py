"""Fault 10: a clock that is moved, daylight saving, a standstill; each reminder comes once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.domain.people import TICK, Act, Role
from bot.domain.requests import Audience, RequestKind
from bot.domain.work_calendar import Policy
from bot.schedule import ask_and_remind
from bot.services import requests
from bot.services.requests import Wanted
from storage.database import Database
from storage.tables import outbox, people
from storage.tables import reminders as reminder_table
from tests import maravia

pytestmark = pytest.mark.faults

CHANGES = {  # the day on which the zone's clocks are put on or back in 2026
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/Santiago": (date(2026, 4, 5), date(2026, 9, 6)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
}
ALL = [(zone, day) for zone, days in CHANGES.items() for day in days]
LADDER = (-14, -7, -1, 0, 3)
NO_WEEKEND = frozenset[int]()


class Waiting:
    """A focal point who owes one answer, and a bot whose clock is moved."""

    def __init__(self, database: Database, zone: str, due_on: date) -> None:
        self.database = database
        self.zone = ZoneInfo(zone)
        self.policy = Policy(self.zone, NO_WEEKEND)
        self.due_on = due_on
        self.amal = 0
        self.now = datetime.combine(due_on - timedelta(days=20), datetime.min.time(), UTC)

    async def begin(self) -> None:
        async with self.database.write() as tx:
            sample = await maravia.justice(tx)
            amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
            assert amal.person_id is not None
            self.amal = amal.person_id
            await tx.execute(update(people).values(timezone=self.zone.key))
            otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
            officer = maravia.act(otto, self.now, zone=self.zone)
            items = Audience(None, (sample.items["140.7"],))
            wanted = Wanted(RequestKind.STATUS, items, self.due_on)
            await requests.send_now(tx, officer, await requests.plan(tx, officer, wanted))
        await self.tick()

    async def tick(self, **ahead: float) -> None:
        """The bot looks, on a clock that is wrong by that much."""
        act = Act(TICK, 1, self.zone, self.now + timedelta(**ahead))
        await ask_and_remind(self.database, act, self.policy)

    async def live(self, *, until: date, every: timedelta = timedelta(minutes=30)) -> None:
        """Ticks from now to the end of that day."""
        while self.now.astimezone(self.zone).date() <= until:
            await self.tick()
            self.now += every

    async def rungs(self) -> dict[int, tuple[str, str | None]]:
        async with self.database.read() as tx:
            rows = await tx.rows(
                select(reminder_table)
                .where(reminder_table.c.person_id == self.amal)
                .order_by(reminder_table.c.days)
            )
        return {row["days"]: (row["state"], row["reason"]) for row in rows}

    async def heard(self) -> list[datetime]:
        """When Amal is reminded, as her clock shows it."""
        async with self.database.read() as tx:
            found = await tx.values(
                select(outbox.c.created_at)
                .where(
                    outbox.c.person_id == self.amal,
                    outbox.c.key.startswith("reminder:"),
                    outbox.c.edits.is_(None),
                )
                .order_by(outbox.c.id)
            )
        return [each.astimezone(self.zone).replace(tzinfo=None) for each in found]

    def mornings(self, *days: int) -> list[datetime]:
        return [
            datetime.combine(self.due_on + timedelta(days=each), datetime.min.time())
            + timedelta(hours=9)
            for each in days
        ]


@pytest.fixture
def waiting(database: Database) -> Callable[[str, date], Waiting]:
    def made(zone: str, due_on: date) -> Waiting:
        return Waiting(database, zone, due_on)

    return made


@pytest.mark.parametrize(("zone", "day"), ALL, ids=[f"{zone} {day}" for zone, day in ALL])
async def test_where_clocks_change_each_rung_comes_once_at_nine(
    waiting: Callable[[str, date], Waiting], zone: str, day: date
) -> None:
    one = waiting(zone, day)
    await one.begin()
    for each in LADDER:
        morning = one.mornings(each)[0].replace(tzinfo=one.zone).astimezone(UTC)
        one.now = morning - timedelta(hours=2)
        await one.live(until=one.due_on + timedelta(days=each))
    assert await one.heard() == one.mornings(*LADDER)


@pytest.mark.parametrize("hours", [3, 26, 75])
async def test_what_was_missed_while_the_bot_was_down_comes_when_it_is_back(
    waiting: Callable[[str, date], Waiting], hours: int
) -> None:
    one = waiting("Africa/Dakar", date(2026, 5, 29))
    await one.begin()
    morning = datetime(2026, 5, 22, 9, 0, tzinfo=UTC)
    one.now = morning - timedelta(days=8)
    await one.live(until=date(2026, 5, 21), every=timedelta(hours=3))
    one.now = morning - timedelta(minutes=1)
    await one.tick()
    assert len(await one.heard()) == 1, "not early"
    one.now = morning + timedelta(hours=hours)
    await one.live(until=one.now.date() + timedelta(days=1), every=timedelta(hours=1))
    _, second = await one.heard()
    assert second == (morning + timedelta(hours=hours)).replace(tzinfo=None)
    assert (await one.rungs())[-7] == ("sent", None)


async def test_of_rungs_that_were_missed_together_the_latest_comes_and_all_are_on_record(
    waiting: Callable[[str, date], Waiting],
) -> None:
    one = waiting("Africa/Dakar", date(2026, 5, 29))
    await one.begin()
    one.now = datetime(2026, 5, 29, 12, 0, tzinfo=UTC)
    await one.tick()
    await one.tick()
    assert len(await one.heard()) == 1
    overtaken = ("skipped", "overtaken")
    assert await one.rungs() == {
        -14: overtaken,
        -7: overtaken,
        -1: overtaken,
        0: ("sent", None),
        3: ("planned", None),
    }


@pytest.mark.parametrize("day", range(-8, 2))
async def test_a_clock_that_was_a_day_ahead_or_behind_for_a_while_loses_and_doubles_nothing(
    waiting: Callable[[str, date], Waiting], day: int
) -> None:
    one = waiting("Africa/Dakar", date(2026, 5, 29))
    await one.begin()
    one.now = datetime(2026, 5, 14, 7, 0, tzinfo=UTC)
    wrong = one.due_on + timedelta(days=day)
    while one.now.date() <= one.due_on + timedelta(days=4):
        off = one.now.date() == wrong and 8 <= one.now.hour < 14
        await one.tick(days=(1 if day % 2 else -1) if off else 0)
        one.now += timedelta(hours=2)
    rungs = await one.rungs()
    assert list(rungs) == list(LADDER)
    told = [days for days, (state, _) in rungs.items() if state == "sent"]
    left = {reason for state, reason in rungs.values() if state != "sent"}
    assert left <= {"overtaken"}, "the day that a clock leaps over may hold two rungs"
    assert len(await one.heard()) == len(told) >= 4


async def test_who_was_seated_while_the_clock_was_ahead_is_reminded_when_it_is_right_again(
    waiting: Callable[[str, date], Waiting],
) -> None:
    one = waiting("Africa/Dakar", date(2026, 5, 29))
    async with one.database.write() as tx:
        sample = await maravia.justice(tx)
        ahead = one.now + timedelta(days=1)
        nora = await maravia.somebody(
            tx, "Nora", Role.FOCAL_POINT, sample.institution_id, now=ahead
        )
        otto = maravia.act(await maravia.somebody(tx, "Otto", Role.OFFICER, None), ahead)
        items = Audience(None, (sample.items["140.7"],))
        wanted = Wanted(RequestKind.STATUS, items, one.due_on)
        await requests.send_now(tx, otto, await requests.plan(tx, otto, wanted))
    assert nora.person_id is not None
    one.amal = nora.person_id
    await one.live(until=one.due_on + timedelta(days=3), every=timedelta(hours=3))
    assert await one.heard() == one.mornings(*LADDER)
