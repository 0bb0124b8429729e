"""Misbehaviour on demand, and the journal of what bots called: for tests, off unless asked for."""

from __future__ import annotations

import math
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.mailbox import Mailbox
from bot.sandbox.refusals import BLOCKED, Refusal, too_many_requests


@dataclass(frozen=True)
class Entry:
    """One call of a method: when, what, and what became of it.

    `at` is on the monotonic clock. `accepted`: it took effect. `status`: what the bot was told, or
    None where it was told nothing.
    """

    at: float
    bot: str
    method: str
    chat: str | None
    parameters: dict[str, Any]
    accepted: bool
    status: int | None
    description: str | None = None
    result: Any = None


class Journal:
    """Every call but getUpdates, in the order in which they were decided."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def accepted(self, method: str | None = None, chat: int | None = None) -> list[Entry]:
        """The calls that took effect, of one method and one chat if named."""
        return [each for each in self._of(method, chat) if each.accepted]

    def refused(self, method: str | None = None, chat: int | None = None) -> list[Entry]:
        """The calls that had no effect."""
        return [each for each in self._of(method, chat) if not each.accepted]

    def _of(self, method: str | None, chat: int | None) -> list[Entry]:
        return [
            each
            for each in self.entries
            if (method is None or each.method == method)
            and (chat is None or each.chat == str(chat))
        ]

    def clear(self) -> None:
        """Begin anew."""
        self.entries.clear()


@dataclass(eq=False)
class Fault:
    """What happens to calls of one method or one chat (None: all but getUpdates).

    The answer is a refusal, or silence for some seconds and then a dropped connection; `effect`
    tells whether the call is carried out all the same.
    """

    times: float = 1
    method: str | None = None
    chat: int | None = None
    refusal: Refusal | None = None
    silence: float | None = None
    effect: bool = False
    until: float = math.inf

    def fits(self, method: str, chat: str | None) -> bool:
        """Whether it strikes this call."""
        if self.times <= 0 or time.monotonic() > self.until:
            return False
        if self.method is None and method == "getUpdates":
            return False
        return (self.method is None or self.method.lower() == method.lower()) and (
            self.chat is None or str(self.chat) == chat
        )


@dataclass
class Rates:
    """Telegram's limits, enforced: a sliding second for all, a bucket for each chat."""

    per_second: int = 30
    per_chat: float = 1.0
    burst: int = 3
    sent: deque[float] = field(default_factory=deque)
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def refusal(self, chat: str | None, now: float) -> Refusal | None:
        """A 429, or None where the call may pass (it is counted then)."""
        while self.sent and now - self.sent[0] >= 1.0:
            self.sent.popleft()
        if len(self.sent) >= self.per_second:
            return too_many_requests(1)
        if chat is not None:
            left, since = self.buckets.get(chat, (float(self.burst), now))
            left = min(float(self.burst), left + (now - since) * self.per_chat)
            if left < 1.0:
                return too_many_requests(math.ceil((1.0 - left) / self.per_chat))
            self.buckets[chat] = (left - 1.0, now)
        self.sent.append(now)
        return None


class Faults:
    """The switches. Each call adds a fault; `clear` ends them all.

    `method` and `chat` narrow a fault; `times` says how many calls it strikes (math.inf: until
    cleared).
    """

    def __init__(self, mailboxes: dict[str, Mailbox]) -> None:
        self.active: list[Fault] = []
        self.rates: Rates | None = None
        self.delay = 0.0
        self._mailboxes = mailboxes

    # -- calls ------------------------------------------------------------------------------------

    def too_many(
        self,
        retry_after: int,
        *,
        times: float = 1,
        method: str | None = None,
        chat: int | None = None,
    ) -> Fault:
        """429 with `retry_after` seconds."""
        return self._add(times, method, chat, refusal=too_many_requests(retry_after))

    def too_many_for(self, seconds: float, *, retry_after: int | None = None) -> Fault:
        """429 for every call in the next `seconds`, as a flood wait does."""
        wait = math.ceil(seconds) if retry_after is None else retry_after
        fault = self._add(math.inf, None, None, refusal=too_many_requests(wait))
        fault.until = time.monotonic() + seconds
        return fault

    def forbidden(
        self, *, times: float = 1, method: str | None = None, chat: int | None = None
    ) -> Fault:
        """403, as from somebody who blocked the bot."""
        return self._add(times, method, chat, refusal=Refusal(403, BLOCKED))

    def fails(
        self,
        code: int = 502,
        *,
        times: float = 1,
        method: str | None = None,
        chat: int | None = None,
        after: bool = False,
    ) -> Fault:
        """A server error; `after` the effect, where asked for."""
        words = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
        refusal = Refusal(code, words.get(code, "Internal Server Error"))
        return self._add(times, method, chat, refusal=refusal, effect=after)

    def times_out(
        self,
        *,
        after: bool = False,
        seconds: float = 60.0,
        times: float = 1,
        method: str | None = None,
        chat: int | None = None,
    ) -> Fault:
        """No answer for `seconds`, then a dropped connection; before or `after` the effect."""
        return self._add(times, method, chat, silence=seconds, effect=after)

    def drops(
        self,
        *,
        after: bool = False,
        times: float = 1,
        method: str | None = None,
        chat: int | None = None,
    ) -> Fault:
        """The connection ends without an answer; before or `after` the effect."""
        return self._add(times, method, chat, silence=0.0, effect=after)

    def latency(self, seconds: float) -> None:
        """Every call but getUpdates takes this much longer."""
        self.delay = seconds

    def enforce_rates(
        self, *, per_second: int = 30, per_chat: float = 1.0, burst: int = 3
    ) -> Rates:
        """Refuse what goes beyond the rates of Telegram, with 429."""
        self.rates = Rates(per_second, per_chat, burst)
        return self.rates

    def strike(self, method: str, chat: str | None) -> Fault | None:
        """The fault that this call meets; it is used up by one."""
        for fault in self.active:
            if fault.fits(method, chat):
                fault.times -= 1
                self.active = [each for each in self.active if each.times > 0]
                return fault
        return None

    def clear(self) -> None:
        """All is well again; what updates were owed still arrives."""
        self.active.clear()
        self.rates, self.delay = None, 0.0
        for mailbox in self._mailboxes.values():
            mailbox.disorder.copies, mailbox.disorder.shuffle = 1, None
            mailbox.disorder.late.clear()

    def _add(self, times: float, method: str | None, chat: int | None, **what: Any) -> Fault:
        fault = Fault(times=times, method=method, chat=chat, **what)
        self.active.append(fault)
        return fault

    # -- updates ----------------------------------------------------------------------------------

    def repeats(self, copies: int, *, bot: str | None = None) -> None:
        """Every update from now on comes `copies` times, with one id."""
        self._mailbox(bot).disorder.copies = copies

    def shuffles(self, seed: int = 0, *, bot: str | None = None) -> None:
        """Updates come in any order."""
        self._mailbox(bot).disorder.shuffle = random.Random(seed)  # noqa: S311 - disorder, no secret

    def late(self, *seconds: float, bot: str | None = None) -> None:
        """The next updates come that many seconds later, one value each; others do not wait."""
        self._mailbox(bot).disorder.late.extend(seconds)

    def replay(self, count: int, *, bot: str | None = None) -> None:
        """The last `count` updates come once more, confirmed or not."""
        self._mailbox(bot).replay(count)

    def inject(self, template: str, *, bot: str | None = None) -> int:
        """Any text as an update, `$id` for its id; the id."""
        return self._mailbox(bot).inject(template)

    def ages(self, seconds: float, *, bot: str | None = None) -> None:
        """What waits (updates, button presses, download links) is that much older."""
        self._mailbox(bot).aged += seconds

    def _mailbox(self, bot: str | None) -> Mailbox:
        """The mailbox of the bot of that username; the first one by default."""
        return self._mailboxes[bot] if bot else next(iter(self._mailboxes.values()))
