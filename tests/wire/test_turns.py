"""Whose turn it is: order within a chat, urgency between chats, nobody starved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.wire.turns import LANES, Turns

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    id: int
    chat: str
    lane: str = "reply"
    due_at: datetime | None = None

    @property
    def order(self) -> tuple[int, int]:
        return (self.id, self.id)


def taken(turns: Turns, *, ticks: float = 0.0, now: datetime = NOW) -> list[int]:
    """The rows of all turns there are, each done at once."""
    found = []
    while (row := turns.next(now=now, ticks=ticks)) is not None:
        found.append(row.id)
        turns.done(row)
    return found


def test_a_chat_gets_its_rows_in_order() -> None:
    turns = Turns()
    turns.add([Row(3, "1"), Row(1, "1"), Row(2, "1")], now=NOW)
    assert taken(turns) == [1, 2, 3]


def test_replies_overtake_bulk() -> None:
    turns = Turns()
    turns.add([Row(n, str(n), "bulk") for n in range(10)], now=NOW)
    turns.add([Row(20, "20")], now=NOW)
    assert taken(turns)[0] == 20


def test_a_reply_pulls_what_its_chat_was_to_hear_before_it_along() -> None:
    turns = Turns()
    turns.add([Row(n, str(n), "bulk") for n in range(10)], now=NOW)
    turns.add([Row(20, "7")], now=NOW)
    assert taken(turns)[:2] == [7, 20]


def test_bulk_is_not_starved_by_replies() -> None:
    turns = Turns()
    turns.add([Row(n, str(n)) for n in range(100)], now=NOW)
    turns.add([Row(1000, "1000", "bulk")], now=NOW)
    assert taken(turns).index(1000) < 10


def test_a_held_chat_holds_its_later_rows_and_no_others() -> None:
    turns = Turns()
    turns.add([Row(1, "1"), Row(2, "1"), Row(3, "2")], now=NOW)
    first = turns.next(now=NOW, ticks=0.0)
    assert first is not None
    turns.hold(first, until=5.0)
    assert taken(turns, ticks=4.9) == [3]
    assert turns.next_event(now=NOW, ticks=4.0) == 1.0
    assert taken(turns, ticks=5.0) == [1, 2]


def test_a_row_that_is_due_later_holds_nothing() -> None:
    turns = Turns()
    later = NOW + timedelta(minutes=2)
    turns.add([Row(1, "1", due_at=later), Row(2, "1")], now=NOW)
    assert taken(turns) == [2]
    assert turns.next_event(now=NOW, ticks=0.0) == 120.0
    assert taken(turns, now=later) == [1]


def test_what_comes_while_a_row_is_at_work_waits_behind_it() -> None:
    turns = Turns()
    turns.add([Row(5, "1"), Row(9, "1")], now=NOW)
    first = turns.next(now=NOW, ticks=0.0)
    assert first is not None
    turns.add([Row(2, "1")], now=NOW)
    turns.hold(first, until=0.0)
    assert taken(turns) == [5, 2, 9]


def test_rows_planned_no_more_are_forgotten_but_not_the_one_at_work() -> None:
    turns = Turns()
    turns.add(
        [Row(1, "1"), Row(2, "1"), Row(3, "2"), Row(4, "3", due_at=NOW.max.replace(tzinfo=UTC))],
        now=NOW,
    )
    first = turns.next(now=NOW, ticks=0.0)
    assert first is not None
    turns.forget(frozenset({1, 2, 3, 4}))
    assert turns.known() == {1}
    turns.done(first)
    assert len(turns) == 0
    assert taken(turns) == []


class AnyOrder(RuleBasedStateMachine):
    """Rows come, are taken, done and held in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns()
        self.ticks = 0.0
        self.ids = 0
        self.waiting: dict[int, Row] = {}
        self.at_work: dict[str, Row] = {}
        self.held: dict[str, float] = {}
        self.idle: frozenset[int] = frozenset()
        self.worked: set[int] = set()

    @rule(chat=st.sampled_from("123"), lane=st.sampled_from(LANES))
    def plan(self, chat: str, lane: str) -> None:
        self.ids += 1
        row = Row(self.ids, chat, lane)
        self.waiting[row.id] = row
        self.turns.add([row], now=NOW)

    @rule()
    def take(self) -> None:
        row = self.turns.next(now=NOW, ticks=self.ticks)
        free = {
            each.chat
            for each in self.waiting.values()
            if each.chat not in self.at_work and self.held.get(each.chat, 0.0) <= self.ticks
        }
        if row is None:
            assert not free
            return
        assert row.chat in free
        assert row.id == min(each.id for each in self.waiting.values() if each.chat == row.chat)
        self.at_work[row.chat] = self.waiting[row.id]
        self.worked.add(row.id)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        row = self.at_work.pop(data.draw(st.sampled_from(sorted(self.at_work))))
        del self.waiting[row.id]
        self.held.pop(row.chat, None)
        self.turns.done(row)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), seconds=st.integers(0, 5))
    def fail(self, data: st.DataObject, seconds: int) -> None:
        row = self.at_work.pop(data.draw(st.sampled_from(sorted(self.at_work))))
        self.held[row.chat] = self.ticks + seconds
        self.turns.hold(row, self.ticks + seconds)

    @rule()
    def look(self) -> None:
        self.worked = {row.id for row in self.at_work.values()}
        self.idle = self.turns.idle()
        assert self.idle == set(self.waiting) - self.worked

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        gone = data.draw(st.frozensets(st.sampled_from([0, *self.idle])))
        self.turns.forget(gone)
        kept = self.worked | (set(self.waiting) - gone)
        self.waiting = {n: row for n, row in self.waiting.items() if n in kept}

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        self.ticks += seconds

    @invariant()
    def knows_what_waits(self) -> None:
        assert self.turns.known() == set(self.waiting)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40)


def test_a_row_that_comes_back_while_somebody_looks_stays_the_first_of_its_chat() -> None:
    """Regression: in flight when the database was read, it was forgotten though held again."""
    for at_work_before in (True, False):
        turns = Turns()
        first, second = Row(1, "1"), Row(2, "1")
        turns.add([first, second], now=NOW)
        if at_work_before:
            turns.next(now=NOW, ticks=0.0)
        idle = turns.idle()
        if not at_work_before:
            turns.next(now=NOW, ticks=0.0)
        turns.hold(first, 1.0)
        turns.forget(idle - {second.id})
        assert turns.next(now=NOW, ticks=1.0) is first
