"""Envelopes: what is under way between Telegram and us, sealed with keys that die within hours.

A raw update holds who wrote, in which chat and what; an answer to somebody who has no seat holds
their chat. Neither may be left to read in a file, a log or a backup of the database. So both are
sealed with a key of the ring that is changed every hour and destroyed as soon as nothing that is
under way names it; and of a chat the database knows but a mark, which only the ring can make.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from bot.clock import Clock
from bot.keys import KeyMissing, KeyRing, Unsealable, seal, unseal

PREFIX = "transit-"
CHANGED_EVERY = 3600.0  # seconds
SPENT_AFTER = 2 * CHANGED_EVERY  # seconds after which no process takes a key any more


@dataclass(frozen=True)
class Sealed:
    """Bytes that the key of that name opens."""

    key: str
    content: bytes


class Envelopes:
    """Seals and opens with the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._current = ""
        self._since = 0.0
        self._known: dict[str, bytes] = {}

    def mark(self, bot_id: int, chat_id: int | None, *, of: str = "") -> int | None:
        """The mark of a chat: 63 bits, the same each time; None for none.

        A table that is to be joined to no other has marks `of` its own.
        """
        if chat_id is None:
            return None
        named = f"{of}{bot_id}:{chat_id}".encode()
        digest = hmac.new(self._key("chats", make=True), named, "sha256").digest()
        return int.from_bytes(digest[:8], "big") >> 1

    def seal(self, plain: bytes, *, context: str) -> Sealed:
        """Seal it with the key of this hour, bound to `context`."""
        key = self._key(self._of_this_hour(), make=True)
        return Sealed(self._of_this_hour(), seal(key, plain, context=context))

    def open(self, sealed: Sealed, *, context: str) -> bytes | None:
        """What was sealed; None where its key is gone or does not fit."""
        try:
            return unseal(self._key(sealed.key), sealed.content, context=context)
        except (KeyMissing, Unsealable):
            return None

    def spent(self, named: set[str]) -> list[str]:
        """The keys that can be destroyed: not `named` by anything, and taken by no process."""
        return [
            each for each in self._ring.names(PREFIX, older_than=SPENT_AFTER) if each not in named
        ]

    def destroy(self, name: str) -> None:
        """Destroy a key: what it sealed can be read no more, whoever kept a copy of it."""
        self._known.pop(name, None)
        self._ring.destroy(name)

    def _of_this_hour(self) -> str:
        ticks = Clock().ticks()
        if not self._current or ticks - self._since >= CHANGED_EVERY:
            self._current = f"{PREFIX}{secrets.token_hex(8)}"
            self._since = ticks
            self._known.clear()
        return self._current

    def _key(self, name: str, *, make: bool = False) -> bytes:
        if name not in self._known:
            self._known[name] = self._ring.get(name) if make else self._ring.existing(name)
        return self._known[name]
