"""When the next call may go out: pure arithmetic, monotonic seconds in, seconds out.

Telegram takes about 30 messages a second in all, one a second in a chat (short bursts pass), 20 a
minute in a group, and nothing at all for `retry_after` seconds after a 429 (TELEGRAM.md, Limits).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

LAG = 0.1  # seconds by which a late call may be made up for, so that the rate holds under load
GATE_MARGIN = 0.05  # seconds beyond `retry_after`, for clocks that differ
JITTER = 0.05  # calls by which a chat stays within its rate: some travel faster than others
SPARE = 1  # calls
BRAKE_AFTER = 3  # calls in a row that reached nobody
LONGEST_BRAKE = 10.0  # seconds
MINUTE = 60.0


@dataclass(slots=True)
class _Chat:
    """How many calls the chat has left at a moment, and when a group's last twenty were."""

    left: float
    since: float
    recent: deque[float] = field(default_factory=deque)


class Pacer:
    """One schedule for all chats and a bucket for each.

    Slots lie on an absolute schedule: a call that goes out late does not delay those behind it.
    What delays calls between their slots and the wire can still bunch them, so each asks once more
    just before it starts: at most `SPARE` more than the rate start in any second.
    """

    def __init__(
        self,
        rate: float = 25.0,
        *,
        chat_rate: float = 1.0,
        burst: int = 3,
        group_per_minute: int = 20,
    ) -> None:
        self._interval = 1.0 / rate
        self._chat_rate = chat_rate
        self._burst = float(burst)
        self._group_per_minute = group_per_minute
        self._next = 0.0
        self._started: deque[float] = deque(maxlen=int(rate) + SPARE)
        self._gate = 0.0
        self._in_vain = 0
        self._chats: OrderedDict[str, _Chat] = OrderedDict()

    def wait(self, now: float) -> float:
        """Seconds until any call may go out."""
        return max(0.0, self._next - now, self._gate - now)

    def wait_for(self, chat: str, now: float) -> float:
        """Seconds until this chat may have another one."""
        state = self._chats.get(chat)
        if state is None:
            return 0.0
        wait = max(0.0, (1.0 + JITTER - self._left(state, now)) / self._chat_rate)
        if _is_group(chat) and len(state.recent) >= self._group_per_minute:
            wait = max(wait, state.recent[0] + MINUTE - now)
        return wait

    def take(self, chat: str, now: float) -> None:
        """A call goes out now."""
        self._next = max(self._next, now - LAG) + self._interval
        state = self._chats.pop(chat, None) or _Chat(self._burst, now)
        state.left, state.since = self._left(state, now) - 1.0, now
        self._chats[chat] = state  # at the end: the longest quiet ones are forgotten first
        if _is_group(chat):
            state.recent.append(now)
            while len(state.recent) > self._group_per_minute:
                state.recent.popleft()
        self._forget(now)

    def start(self, now: float) -> float:
        """Seconds after which the call starts; to be kept."""
        full = len(self._started) == self._started.maxlen
        at = max(now, self._started[0] + 1.0) if full else now
        self._started.append(at)
        return at - now

    def gate(self, now: float) -> float:
        """Seconds for which nothing new may start at all."""
        return max(0.0, self._gate - now)

    def halt(self, seconds: float, now: float) -> None:
        """Telegram said 429: nothing new until then."""
        self._gate = max(self._gate, now + seconds + GATE_MARGIN)

    def in_vain(self, now: float) -> None:
        """A call reached nobody: after a few in a row, pause, and longer each time.

        Calls that were on their way when the pause began do not make it longer.
        """
        if now < self._gate:
            return
        self._in_vain += 1
        if self._in_vain >= BRAKE_AFTER:
            pause = min(0.25 * 2 ** min(self._in_vain - BRAKE_AFTER, 10), LONGEST_BRAKE)
            self._gate = max(self._gate, now + pause)

    def got_through(self) -> None:
        """Telegram answered: no brake."""
        self._in_vain = 0

    def _left(self, state: _Chat, now: float) -> float:
        return min(self._burst, state.left + (now - state.since) * self._chat_rate)

    def _forget(self, now: float) -> None:
        """Let go of chats that are at rest, two at a time: as many go as come, and more."""
        for _ in range(2):
            chat, state = next(iter(self._chats.items()))
            rest = MINUTE if _is_group(chat) else self._burst / self._chat_rate
            if now - state.since <= rest:
                return
            del self._chats[chat]


def _is_group(chat: str) -> bool:
    """Groups have negative ids in Telegram."""
    return chat.startswith("-")
