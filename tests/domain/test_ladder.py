"""A ladder reaches everybody it should, at their hours, once, and stops when there is an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ladder import (
    ROLES,
    USUAL,
    Due,
    Ladder,
    Named,
    Planned,
    Reaches,
    Reminded,
    Rung,
    Skipped,
    day_of,
    decide,
    ladder_from_json,
    plan,
    worth_telling,
)
from bot.domain.people import Role
from bot.domain.work_calendar import Leave, WorkCalendar
from tests.calendars import ZONES, changes, work_calendars

DUE_ON = date(2026, 11, 30)  # a Monday
PLAIN = WorkCalendar(ZoneInfo("UTC"))

RUNGS = st.builds(Rung, st.integers(-20, 20), st.sampled_from(Reaches))
LADDERS = st.just(USUAL) | st.lists(RUNGS, min_size=1, max_size=6, unique=True).map(tuple)
ROLES_HELD = st.sampled_from(
    [Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR, Role.COORDINATOR, Role.OBSERVER]
)


@st.composite
def networks(draw: st.DrawFn) -> tuple[date, list[Reminded]]:
    """A due day and some people, each in one zone, in one or two roles."""
    zones = draw(st.lists(ZONES, min_size=1, max_size=4))
    dates = st.dates(date(2009, 1, 1), date(2031, 1, 1))
    due_on = draw(
        st.sampled_from([each.date() for each in changes(zones[0])] or [DUE_ON]) | dates
    ) + timedelta(days=draw(st.integers(-7, 14)))
    deputies = st.none() | st.integers(0, len(zones) - 1)
    people = []
    for person_id, zone in enumerate(zones):
        calendar = draw(work_calendars(zone, due_on, deputies))
        roles = draw(st.lists(ROLES_HELD, min_size=1, max_size=2, unique=True))
        people += [Reminded(person_id, role, calendar) for role in roles]
    return due_on, people


# -- Plans -----------------------------------------------------------------------------------------


@given(LADDERS, networks())
def test_every_rung_reaches_somebody_and_nobody_twice(
    ladder: Ladder, network: tuple[date, list[Reminded]]
) -> None:
    due_on, people = network
    planned = plan(ladder, due_on, people)
    once = {(each.rung, each.person_id) for each in planned}
    assert len(once) == len(planned)
    for rung in ladder:
        reached = [each for each in people if each.role in ROLES[rung.reaches]]
        there = {
            each.person_id
            for each in reached
            if not each.calendar.away(day_of(rung, due_on, each.calendar))
        }
        got = {person_id for each, person_id in once if each == rung}
        deputies = {leave.deputy_id for each in reached for leave in each.calendar.leave}
        assert bool(got) == bool(reached)
        assert got == there if there else got <= deputies | {each.person_id for each in reached}


@given(LADDERS, networks())
def test_rungs_come_before_the_due_day_or_after_it_as_they_say_and_in_their_order(
    ladder: Ladder, network: tuple[date, list[Reminded]]
) -> None:
    due_on, people = network
    calendars = {each.person_id: each.calendar for each in people}
    planned = plan(ladder, due_on, people)
    for each in planned:
        calendar = calendars[each.person_id]
        meant, day = due_on + timedelta(days=each.rung.days), calendar.day_of(each.at)
        assert calendar.allows(each.at)
        if each.rung.days > 0:
            assert day >= meant
        elif calendar.allows(calendar.morning(day_of(each.rung, due_on, calendar))):
            assert day <= meant  # but where they are away, or a change of clocks left no time
    assert planned == sorted(planned, key=lambda each: each.at)
    for person_id in calendars:
        days = [each.rung.days for each in planned if each.person_id == person_id]
        assert days == sorted(days)


def people(**away: Leave) -> list[Reminded]:
    """A focal point (1), an alternate (2), a validator (3) and an officer (4), with their leave."""
    held = {
        "focal_point": Role.FOCAL_POINT,
        "alternate": Role.ALTERNATE,
        "validator": Role.VALIDATOR,
        "officer": Role.OFFICER,
    }
    return [
        Reminded(n, role, replace(PLAIN, leave=(away[name],) if name in away else ()))
        for n, (name, role) in enumerate(held.items(), 1)
    ]


def told(planned: Sequence[Planned]) -> list[tuple[int, int, str]]:
    return [(each.rung.days, each.person_id, f"{each.at:%d.%m. %H:%M}") for each in planned]


def test_the_usual_ladder_avoids_the_weekend_on_the_side_that_leaves_time() -> None:
    assert told(plan(USUAL, date(2026, 11, 29), people())) == [  # a Sunday
        (-14, 1, "13.11. 09:00"),
        (-14, 2, "13.11. 09:00"),
        (-7, 1, "20.11. 09:00"),
        (-7, 2, "20.11. 09:00"),
        (-1, 1, "27.11. 09:00"),
        (-1, 2, "27.11. 09:00"),
        (0, 1, "27.11. 09:00"),
        (0, 2, "27.11. 09:00"),
        (3, 1, "02.12. 09:00"),
        (3, 2, "02.12. 09:00"),
        (7, 3, "07.12. 09:00"),
        (14, 4, "14.12. 09:00"),
    ]


def test_absence_hands_a_rung_to_the_alternate_then_to_the_deputy_else_it_waits() -> None:
    rung = (Rung(0),)
    week = Leave(date(2026, 11, 27), date(2026, 12, 3))
    with_deputy = replace(week, deputy_id=4)
    day = "30.11. 09:00"
    assert told(plan(rung, DUE_ON, people(focal_point=week))) == [(0, 2, day)]
    assert told(plan(rung, DUE_ON, people(focal_point=with_deputy))) == [(0, 2, day)]
    both = people(focal_point=with_deputy, alternate=week)
    assert told(plan(rung, DUE_ON, both)) == [(0, 4, day)]
    all_away = people(focal_point=with_deputy, alternate=week, officer=week)
    assert told(plan(rung, DUE_ON, all_away)) == [(0, 1, "04.12. 09:00"), (0, 2, "04.12. 09:00")]


def test_who_never_comes_back_keeps_their_rung_until_somebody_ends_it() -> None:
    gone = Leave(date(2026, 1, 1), date(2040, 1, 1))
    only = people(focal_point=gone)[:1]
    assert told(plan((Rung(0),), DUE_ON, only)) == [(0, 1, "30.11. 09:00")]
    due = [Due(1, item_id=5, rank=(DUE_ON, 0))]
    waits = decide(due, only[0].calendar, datetime(2026, 11, 30, 9, tzinfo=UTC))
    assert (waits.send, waits.overtaken, waits.until) == ((), (), None)


def test_a_ladder_that_names_a_rung_twice_has_it_once() -> None:
    assert len(plan((Rung(0), Rung(0)), DUE_ON, people())) == 2


@given(LADDERS)
def test_a_ladder_comes_back_from_its_json(ladder: Ladder) -> None:
    assert ladder_from_json([each.to_json() for each in ladder]) == ladder


# -- Moments ---------------------------------------------------------------------------------------


def test_the_latest_rung_of_each_item_goes_and_the_others_are_overtaken() -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    due = [
        Due(1, item_id=5, rank=(DUE_ON, -1)),
        Due(2, item_id=5, rank=(DUE_ON, 3)),
        Due(3, item_id=5, rank=(DUE_ON, 0)),
        Due(4, item_id=6, rank=(DUE_ON, -7)),
    ]
    decision = decide(due, PLAIN, noon)
    assert (decision.send, decision.overtaken, decision.until) == ((2, 4), (1, 3), None)
    night = decide(due, PLAIN, noon + timedelta(hours=9))
    assert (night.send, night.overtaken) == ((), ())
    assert night.until == datetime(2026, 12, 1, 9, tzinfo=UTC)


@dataclass
class Row:
    """A planned reminder, as a table would hold it."""

    id: int
    item_id: int
    planned: Planned
    due_on: date
    at: datetime
    sent_at: datetime | None = None
    skipped: Skipped | None = None
    turn: int = 0  # the tick that ended it

    @property
    def is_open(self) -> bool:
        return self.sent_at is None and self.skipped is None

    @property
    def rank(self) -> tuple[date, int]:
        return self.due_on, self.planned.rung.days


class Chaser:
    """What a service does with plans and decisions, on rows in memory."""

    def __init__(self, calendars: dict[int, WorkCalendar]) -> None:
        self.calendars = calendars
        self.rows: list[Row] = []
        self.answered: dict[int, int] = {}  # item -> the turn in which it was answered
        self.turn = 0

    def ask(self, item_id: int, planned: Sequence[Planned], due_on: date, now: datetime) -> None:
        for each in planned:
            row = Row(len(self.rows), item_id, each, due_on, each.at)
            row.skipped = Skipped.PAST if each.at < now else None
            self.rows.append(row)

    def answer(self, item_id: int) -> None:
        self.turn += 1
        self.answered[item_id] = self.turn
        for row in self.rows:
            if row.item_id == item_id and row.is_open:
                row.skipped, row.turn = Skipped.ANSWERED, self.turn

    def tick(self, now: datetime) -> None:
        self.turn += 1
        due = defaultdict(list)
        for row in self.rows:
            if row.is_open and row.at <= now:
                due[row.planned.person_id].append(row)
        for person_id, rows in due.items():
            values = [Due(row.id, row.item_id, row.rank) for row in rows]
            decision = decide(values, self.calendars[person_id], now)
            for row in rows:
                row.turn = self.turn
                if decision.until is not None:
                    row.at = decision.until
                if row.id in decision.send:
                    row.sent_at = now
                if row.id in decision.overtaken:
                    row.skipped = Skipped.OVERTAKEN

    def finish(self, now: datetime) -> None:
        """Tick whenever something is due, until nothing is planned any more."""
        for _ in range(4 * len(self.rows)):
            waiting = [row.at for row in self.rows if row.is_open]
            if not waiting:
                return
            now = max(now, min(waiting))
            self.tick(now)


MINUTES = st.integers(1, 90) | st.integers(60, 24 * 60) | st.integers(24 * 60, 15 * 24 * 60)
STEPS = st.lists(  # minutes until the next step, days the clock is moved by, an item answered
    st.tuples(MINUTES, st.sampled_from([0, 0, 0, 1, -1]), st.sampled_from([None, None, 0, 1])),
    max_size=40,
)


@given(LADDERS, networks(), st.integers(-30, 5), STEPS)
def test_whatever_happens_every_rung_is_sent_once_at_a_good_hour_or_skipped_for_a_reason(
    ladder: Ladder,
    network: tuple[date, list[Reminded]],
    asked: int,
    steps: list[tuple[int, int, int | None]],
) -> None:
    due_on, people = network
    calendars = {each.person_id: each.calendar for each in people}
    chaser = Chaser(calendars)
    now = datetime.combine(due_on, time(10), UTC) + timedelta(days=asked)
    for item_id in (0, 1):
        due = due_on + timedelta(days=3 * item_id)
        chaser.ask(item_id, plan(ladder, due, people), due, now)
    for minutes, days, answered in steps:
        now += timedelta(minutes=minutes, days=days)
        if answered is not None and answered not in chaser.answered:
            chaser.answer(answered)
        chaser.tick(now)
    chaser.finish(now)

    ended = [(row.sent_at is not None) + (row.skipped is not None) for row in chaser.rows]
    assert ended == [1] * len(chaser.rows)
    rungs = {(row.item_id, row.planned.rung, row.planned.person_id) for row in chaser.rows}
    assert len(rungs) == len(chaser.rows)
    sent = sorted((row for row in chaser.rows if row.sent_at), key=lambda each: each.turn)
    for row in sent:
        assert row.sent_at is not None
        assert_a_good_hour(calendars[row.planned.person_id], row.sent_at)
        assert row.sent_at >= row.planned.at
        assert row.turn < chaser.answered.get(row.item_id, chaser.turn + 1)
    of_one = defaultdict(list)  # what one person got about one item, in order
    for row in sent:
        of_one[row.item_id, row.planned.person_id].append((row.turn, row.rank))
    for got in of_one.values():
        assert len(dict(got)) == len(got)  # one at a time
        assert [rank for _, rank in got] == sorted(rank for _, rank in got)
    for row in chaser.rows:
        if row.skipped is Skipped.OVERTAKEN:  # then a later rung went in its place, at once
            instead = dict(of_one[row.item_id, row.planned.person_id])[row.turn]
            assert instead >= row.rank


def assert_a_good_hour(calendar: WorkCalendar, moment: datetime) -> None:
    local = moment.astimezone(calendar.zone)
    day, at, hours = local.date(), local.time(), calendar.hours
    assert day.weekday() not in calendar.weekend
    assert not calendar.holiday(day)
    assert not [each for each in calendar.leave if each.from_on <= day <= each.until_on]
    if hours.quiet_from < hours.quiet_until:
        assert at < hours.quiet_from or at >= hours.quiet_until
    elif hours.quiet_until < hours.quiet_from:
        assert hours.quiet_until <= at < hours.quiet_from


def test_an_officer_reads_what_was_sent_and_one_line_a_person_for_what_was_not() -> None:
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    rungs = [
        Named("Amal", at, "skipped", Skipped.PAST),
        Named("Amal", at, "skipped", Skipped.MOVED),
        Named("Amal", at, "skipped", Skipped.OVERTAKEN),
        Named("Amal", at + timedelta(days=1), "skipped", Skipped.OVERTAKEN),
        Named("Ali", at + timedelta(days=1), "skipped", Skipped.OVERTAKEN),
        Named("Amal", at + timedelta(days=2), "sent", None),
        Named("Amal", at + timedelta(days=3), "sent", None),
        Named("Amal", at + timedelta(days=4), "skipped", Skipped.ANSWERED),
        Named("Amal", at + timedelta(days=5), "skipped", Skipped.ANSWERED),
    ]
    assert worth_telling(rungs) == [rungs[2], *rungs[4:8]]
