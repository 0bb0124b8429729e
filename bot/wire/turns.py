"""Whose turn it is to be written to: every chat's rows in order, one at a time, nobody starved.

A chat waits in the lane of its most urgent row, and what goes out is its oldest one: a reply pulls
what was to be said before it along. A chat that is held keeps all of its rows back.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

LANES = ("reply", "notice", "bulk")
COURTESY = 5  # every fifth turn begins with the least urgent lane


class Row(Protocol):
    """A planned row; `due_at` None: at once."""

    @property
    def id(self) -> int: ...
    @property
    def chat(self) -> str: ...
    @property
    def lane(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def order(self) -> tuple[int, int]: ...


@dataclass
class _Chat:
    rows: list[Row] = field(default_factory=list)
    lane: str | None = None  # where it waits; None: at work, held, or nothing to say
    busy: bool = False
    held_until: float | None = None


class Turns:
    """What is to be sent, in memory: rows come in by `add` and leave by `done`."""

    def __init__(self) -> None:
        self._chats: dict[str, _Chat] = {}
        self._lanes: dict[str, dict[str, None]] = {lane: {} for lane in LANES}
        self._known: set[int] = set()
        self._later: list[tuple[datetime, int, Row]] = []
        self._held: list[tuple[float, str]] = []
        self._turn = 0
        self._worked: set[int] = set()  # rows that were at work since `idle` was asked

    def __len__(self) -> int:
        return len(self._known)

    def add(self, rows: Iterable[Row], *, now: datetime) -> None:
        """Take in rows; those that are known already stay where they are."""
        for row in rows:
            if row.id in self._known:
                continue
            self._known.add(row.id)
            if row.due_at is None or row.due_at <= now:
                self._queue(row)
            else:
                heapq.heappush(self._later, (row.due_at, row.id, row))

    def next(self, *, now: datetime, ticks: float) -> Row | None:
        """The row to send now; its chat is at work until `done`, `give_back` or `hold`."""
        self._wake(now, ticks)
        self._turn += 1
        lanes = LANES if self._turn % COURTESY else LANES[::-1]
        for lane in lanes:
            for chat in self._lanes[lane]:
                state = self._chats[chat]
                self._leave_lane(chat, state)
                state.busy = True
                self._worked.add(state.rows[0].id)
                return state.rows[0]
        return None

    def done(self, row: Row) -> None:
        """The row is final: the next one of its chat may follow."""
        self._known.discard(row.id)
        state = self._chats[row.chat]
        state.rows.remove(row)
        self._release(row.chat, state)

    def hold(self, row: Row, until: float) -> None:
        """The row stays the first of its chat, which is silent until then (monotonic seconds)."""
        state = self._chats[row.chat]
        state.held_until = until
        heapq.heappush(self._held, (until, row.chat))
        self._release(row.chat, state)

    def next_event(self, *, now: datetime, ticks: float) -> float | None:
        """Seconds until something that waits now may be due; None: nothing waits for a moment."""
        moments = []
        if self._held:
            moments.append(self._held[0][0] - ticks)
        if self._later:
            moments.append((self._later[0][0] - now).total_seconds())
        return max(0.0, min(moments)) if moments else None

    def known(self) -> frozenset[int]:
        """The ids of all rows that are here."""
        return frozenset(self._known)

    def idle(self) -> frozenset[int]:
        """The ids of rows that are here and not at work, for whoever now looks what is planned."""
        self._worked = {state.rows[0].id for state in self._chats.values() if state.busy}
        return frozenset(self._known - self._worked)

    def forget(self, ids: frozenset[int]) -> None:
        """Let go of rows that are planned no more.

        Those that were at work since `idle` was asked are excepted: who looked meanwhile did not
        see them planned, and they may have come back to the head of their chat.
        """
        ids -= self._worked
        if not ids:
            return
        for chat, state in list(self._chats.items()):
            at_work = state.rows[:1] if state.busy else []
            rows = at_work + [row for row in state.rows[len(at_work) :] if row.id not in ids]
            if len(rows) == len(state.rows):
                continue
            self._known -= {row.id for row in state.rows} - {row.id for row in rows}
            state.rows = rows
            if not state.busy:
                self._leave_lane(chat, state)
                self._release(chat, state)
        self._known -= {each[1] for each in self._later if each[1] in ids}
        self._later = [each for each in self._later if each[1] not in ids]
        heapq.heapify(self._later)

    def _queue(self, row: Row) -> None:
        state = self._chats.setdefault(row.chat, _Chat())
        if state.rows and (state.busy or state.held_until is not None):  # the first stays first
            first = state.rows.pop(0)
            insort(state.rows, row, key=_order)
            state.rows.insert(0, first)
            return  # it waits with its chat
        insort(state.rows, row, key=_order)
        self._enter_lane(row.chat, state)

    def _wake(self, now: datetime, ticks: float) -> None:
        while self._later and self._later[0][0] <= now:
            self._queue(heapq.heappop(self._later)[2])
        while self._held and self._held[0][0] <= ticks:
            until, chat = heapq.heappop(self._held)
            state = self._chats.get(chat)
            if state is not None and state.held_until == until:
                state.held_until = None
                self._enter_lane(chat, state)

    def _release(self, chat: str, state: _Chat) -> None:
        state.busy = False
        if not state.rows and state.held_until is None:
            del self._chats[chat]
        else:
            self._enter_lane(chat, state)

    def _enter_lane(self, chat: str, state: _Chat) -> None:
        """Stand in the lane of the most urgent row, at its end unless it stands there already."""
        if state.busy or state.held_until is not None:
            return
        if not state.rows:
            self._leave_lane(chat, state)
            del self._chats[chat]
            return
        lane = min((row.lane for row in state.rows), key=LANES.index)
        if lane != state.lane:
            self._leave_lane(chat, state)
            self._lanes[lane][chat] = None
            state.lane = lane

    def _leave_lane(self, chat: str, state: _Chat) -> None:
        if state.lane is not None:
            del self._lanes[state.lane][chat]
            state.lane = None


def _order(row: Row) -> tuple[int, int]:
    return row.order
