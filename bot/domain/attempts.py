"""What somebody tries in vain, counted per chat for a while: the brake on guessing."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

MOST = 5
WITHIN = timedelta(hours=1)
CHATS = 10_000


class Attempts:
    """Tries in vain by chat. In memory alone: who guesses is no part of the record."""

    def __init__(self, *, most: int = MOST, within: timedelta = WITHIN) -> None:
        self._most = most
        self._within = within
        self._tries: dict[int, deque[datetime]] = {}

    def spent(self, chat_id: int, now: datetime) -> bool:
        """Whether this chat may try no more for now."""
        return len(self._recent(chat_id, now)) >= self._most

    def note(self, chat_id: int, now: datetime) -> bool:
        """One more try in vain; True if it was the last one for now."""
        tries = self._recent(chat_id, now)
        tries.append(now)
        self._tries[chat_id] = tries
        if len(self._tries) > CHATS:
            self._forget_quiet_chats(now)
        return len(tries) >= self._most

    def _recent(self, chat_id: int, now: datetime) -> deque[datetime]:
        tries = self._tries.get(chat_id, deque())
        while tries and tries[0] <= now - self._within:
            tries.popleft()
        return tries

    def _forget_quiet_chats(self, now: datetime) -> None:
        quiet = now - self._within
        self._tries = {chat: tries for chat, tries in self._tries.items() if tries[-1] > quiet}
