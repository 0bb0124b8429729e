"""Seats of a consultation: never one too many, nobody passed over, under any order of events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.quotas import OFFERED_FOR, Quota, Reason, Waiting, next_in_line, place_of

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
POOLS = ("women", "children")


def test_a_kept_seat_is_for_its_group_until_the_day() -> None:
    quota = Quota(2, {"women": 1}, LATER)
    taken: Counter[str | None] = Counter({None: 1})
    assert not quota.is_free_for(None, taken, NOW)
    assert quota.reason(None, taken, NOW) is Reason.KEPT
    assert quota.is_free_for("women", taken, NOW)
    assert quota.is_free_for(None, taken, LATER)
    assert quota.reason(None, Counter({None: 2}), LATER) is Reason.FULL


def test_a_party_waits_for_as_many_seats_as_it_needs_and_nobody_passes_it_over() -> None:
    waiting = [
        Waiting("class", 1, None, size=4),
        Waiting("alone", 2, None),
        Waiting("women", 3, "women"),
        Waiting("more women", 4, "women", size=2),
    ]
    quota = Quota(8, {"women": 2}, LATER)
    taken: dict[str | None, int] = {None: 3}
    more: dict[str | None, int] = {None: 6}
    less: dict[str | None, int] = {None: 2}
    none: dict[str | None, int] = {}
    assert [each.handle for each in next_in_line(quota, taken, waiting, NOW)] == ["women"]
    assert quota.reason(None, taken, NOW, size=4) is Reason.KEPT
    assert quota.reason(None, taken, NOW) is Reason.AHEAD
    assert quota.reason(None, more, NOW, size=4) is Reason.FEW
    offered = [each.handle for each in next_in_line(quota, less, waiting, NOW)]
    assert offered == ["class", "women"], "the second party of women would need more than is kept"
    assert len(next_in_line(quota, none, waiting, LATER)) == 4


def test_who_waits_for_more_than_there_can_ever_be_holds_up_nobody() -> None:
    """Sixty children asked for ten seats, and nobody else came in."""
    waiting = [Waiting("school", 1, None, size=61), Waiting("alone", 2, None)]
    assert [each.handle for each in next_in_line(Quota(10), {}, waiting, NOW)] == ["alone"]
    kept = Quota(10, {"women": 6})
    assert (kept.most(None), kept.most("women")) == (4, 10)
    waiting = [Waiting("class", 1, None, size=5), Waiting("alone", 2, None)]
    assert [each.handle for each in next_in_line(kept, {}, waiting, NOW)] == ["alone"]
    released = Quota(10, {"women": 6}, LATER)
    assert released.most(None) == 10
    assert next_in_line(released, {}, waiting, NOW) == [], "it waits for the day"


def test_a_party_that_has_grown_waits_for_its_further_seats_in_its_turn() -> None:
    waiting = [Waiting("alone", 1, None), Waiting("class", 2, None, size=2, has=3)]
    quota = Quota(6)
    assert [each.handle for each in next_in_line(quota, {None: 5}, waiting, NOW)] == ["alone"]
    assert [each.handle for each in next_in_line(quota, {None: 3}, waiting, NOW)] == [
        "alone",
        "class",
    ]
    too_many = [Waiting("class", 1, None, size=4, has=3), Waiting("alone", 2, None)]
    assert [each.handle for each in next_in_line(quota, {None: 3}, too_many, NOW)] == ["alone"]


def test_a_group_takes_its_own_seats_first_and_then_anybodys() -> None:
    quota = Quota(3, {"women": 1}, LATER)
    taken: Counter[str | None] = Counter()
    for _ in range(3):
        assert quota.is_free_for("women", taken, NOW)
        taken["women"] += 1
    assert not quota.is_free_for("women", taken, NOW)


def test_the_next_in_line_gets_it_and_a_kept_seat_goes_to_its_group() -> None:
    waiting = [Waiting("c", 3, "women"), Waiting("a", 1, None), Waiting("b", 2, None)]
    quota = Quota(3, {"women": 1}, LATER)
    offered = next_in_line(quota, {None: 1}, waiting, NOW)
    assert [each.handle for each in offered] == ["a", "c"]
    assert place_of("b", waiting) == 2
    assert [each.handle for each in next_in_line(None, {}, waiting, NOW)] == ["a", "b", "c"]


@dataclass
class _Person:
    number: int
    pool: str | None
    rank: int
    state: str
    until: datetime | None = None
    size: int = 1
    more: int = 0
    had: int = 0  # the seats that nobody may take from them

    @property
    def waits_for(self) -> Waiting:
        if self.more:
            return Waiting(str(self.number), self.rank, self.pool, self.more, has=self.size)
        return Waiting(str(self.number), self.rank, self.pool, self.size)


@dataclass
class _Hall:
    """A consultation as the services keep it, in memory."""

    quota: Quota
    now: datetime = NOW
    people: list[_Person] = field(default_factory=list)
    ranks: int = 0

    def taken(self) -> Counter[str | None]:
        found: Counter[str | None] = Counter()
        for each in self.people:
            if each.state in ("in", "offered"):
                found[each.pool] += each.size
        return found

    def line(self) -> list[Waiting]:
        return [each.waits_for for each in self.people if each.state == "waiting" or each.more]

    def hopeful(self) -> list[Waiting]:
        """Those who could come in, were there room."""
        return [each for each in self.line() if each.has + each.size <= self.quota.most(each.pool)]

    def rank(self) -> int:
        self.ranks += 1
        return self.ranks

    def offer(self) -> None:
        for each in next_in_line(self.quota, self.taken(), self.line(), self.now):
            person = self.people[int(each.handle)]
            if each.has:
                person.size, person.more = person.size + person.more, 0
            else:
                person.state, person.until = "offered", self.now + OFFERED_FOR
            person.had = person.size


class Seats(RuleBasedStateMachine):
    """Taps, cancellations and a moving clock, in any order."""

    @initialize(
        seats=st.integers(1, 6),
        women=st.integers(0, 3),
        children=st.integers(0, 3),
    )
    def opens(self, seats: int, women: int, children: int) -> None:
        women = min(women, seats)
        pools = {"women": women, "children": min(children, seats - women)}
        self.hall = _Hall(Quota(seats, pools, LATER))

    @rule(pool=st.sampled_from([None, *POOLS]), size=st.integers(1, 3))
    def signs_up(self, pool: str | None, size: int) -> None:
        """As the service does: whoever comes now stands at the end of the line, and may be in."""
        hall = self.hall
        newcomer = _Person(len(hall.people), pool, hall.rank(), "waiting", size=size)
        hall.people.append(newcomer)
        line = hall.line()
        if str(newcomer.number) in {each.handle for each in self._free(line)}:
            hopeful = [each for each in hall.hopeful() if each.pool == pool]
            before = [each for each in hopeful if each.rank < newcomer.rank]
            assert before == [], "nobody of the same kind waits while a seat is free for them"
            newcomer.state, newcomer.had = "in", size

    def _free(self, line: list[Waiting]) -> list[Waiting]:
        return next_in_line(self.hall.quota, self.hall.taken(), line, self.hall.now)

    @rule(which=st.integers(0, 30))
    def cancels(self, which: int) -> None:
        if self.hall.people:
            person = self.hall.people[which % len(self.hall.people)]
            person.state, person.more = "gone", 0
            self.hall.offer()

    @rule(which=st.integers(0, 30), by=st.integers(-2, 4))
    def changes_its_size(self, which: int, by: int) -> None:
        """What a party has it keeps; what it needs more waits at the end."""
        hall = self.hall
        there = [each for each in hall.people if each.state != "gone"]
        if not there:
            return
        person = there[which % len(there)]
        size = max(1, person.size + person.more + by)
        if by > 0 and size > hall.quota.seats:
            return
        if person.state == "waiting" or size <= person.size:
            person.size, person.more = size, 0
            person.had = min(person.had, size)
        else:
            if not person.more:
                person.rank = hall.rank()
            person.more = size - person.size
        hall.offer()

    @rule(which=st.integers(0, 30))
    def takes_the_offer(self, which: int) -> None:
        offered = [each for each in self.hall.people if each.state == "offered"]
        if offered:
            offered[which % len(offered)].state = "in"

    @rule(hours=st.sampled_from([1, 23, 24, 72]))
    def time_passes(self, hours: int) -> None:
        hall = self.hall
        hall.now += timedelta(hours=hours)
        for each in hall.people:
            if each.state == "offered" and each.until is not None and each.until <= hall.now:
                each.state, each.rank = "waiting", hall.rank()
                each.size, each.more, each.had = each.size + each.more, 0, 0
        hall.offer()

    @rule(more=st.integers(1, 3))
    def more_seats(self, more: int) -> None:
        quota = self.hall.quota
        self.hall.quota = Quota(quota.seats + more, quota.pools, quota.released_at)
        self.hall.offer()

    @invariant()
    def never_one_too_many(self) -> None:
        if hasattr(self, "hall"):
            assert sum(self.hall.taken().values()) <= self.hall.quota.seats

    @invariant()
    def no_free_seat_while_somebody_waits_for_it(self) -> None:
        if hasattr(self, "hall"):
            hall = self.hall
            assert next_in_line(hall.quota, hall.taken(), hall.line(), hall.now) == []

    @invariant()
    def who_can_never_come_in_holds_up_nobody(self) -> None:
        if hasattr(self, "hall"):
            hall = self.hall
            assert next_in_line(hall.quota, hall.taken(), hall.hopeful(), hall.now) == []

    @invariant()
    def nobody_loses_a_seat(self) -> None:
        if hasattr(self, "hall"):
            for each in self.hall.people:
                if each.state in ("in", "offered"):
                    assert each.size >= each.had > 0

    @invariant()
    def kept_seats_stay_kept(self) -> None:
        if hasattr(self, "hall") and self.hall.now < LATER:
            hall = self.hall
            others = sum(n for pool, n in hall.taken().items() if pool is None)
            assert others <= hall.quota.seats - sum(hall.quota.pools.values())

    @invariant()
    def nobody_is_passed_over(self) -> None:
        """Seats that are anybody's are not given while whoever came before could have them."""
        if hasattr(self, "hall"):
            hall = self.hall
            line = sorted(hall.hopeful(), key=lambda each: each.rank)
            if line:
                first = line[0]
                assert not hall.quota.is_free_for(
                    first.pool, hall.taken(), hall.now, size=first.size
                )


TestSeats = Seats.TestCase
TestSeats.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(st.integers(1, 20), st.lists(st.sampled_from([None, *POOLS]), max_size=40))
def test_seats_are_filled_in_order_where_none_are_kept(seats: int, asks: list[str | None]) -> None:
    taken: Counter[str | None] = Counter()
    admitted = []
    for n, pool in enumerate(asks):
        if Quota(seats).is_free_for(pool, taken, NOW):
            taken[pool] += 1
            admitted.append(n)
    assert admitted == list(range(min(seats, len(asks))))
