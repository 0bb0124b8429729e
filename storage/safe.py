"""The safe: the keys of consultations and of their sign-ups, in a folder of the key ring.

    consultation-7/own.key               the consultation's own; destroyed when it is erased
    consultation-7/chat-<mark>.key       leads from a chat to a sign-up, or to words under way
    consultation-7/sign-up-<handle>.key  the sign-up's own; destroyed when it is erased
    consultation-7/limits.key            what marks against floods are made with, until input ends
    invitations/…                        the same of those who are told of later consultations

What a sign-up is sealed with is made of both keys, so that the loss of either erases it. The
database knows handles alone, and a handle leads to no chat: whoever has an old backup of the
database and the ring as it is now finds nothing of those who have gone. To a contribution without
a way back no chat leads: its handle is made of a code that is kept nowhere.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.codes import ALPHABET
from bot.domain.consultations import DOOR
from bot.keys import KeyMissing, KeyRing, Unsealable, seal, unseal

LIMITS = "limits"
"""The key of marks, named where others are named by a handle."""

LATER = 0
"""In the place of a consultation: what belongs to none, of those who are told of later ones."""

_OWN = "own"


class Safe:
    """Opens, makes and destroys the keys of one ring's consultations."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._rings: dict[int, KeyRing] = {}

    # -- Consultations -----------------------------------------------------------------------------

    def open(self, consultation_id: int) -> None:
        """Make the key of a new consultation."""
        self._of(consultation_id).get(_OWN)

    def door(self, consultation_id: int, day: date) -> str:
        """The code at the door of that day's meeting; raises KeyMissing where it was erased."""
        own = self._of(consultation_id).existing(_OWN)
        drawn = int.from_bytes(hmac.digest(own, f"door:{day}".encode(), "sha256"))
        code = ""
        for _ in range(DOOR):
            drawn, place = divmod(drawn, len(ALPHABET))
            code += ALPHABET[place]
        return code

    def erase(self, consultation_id: int) -> int:
        """Destroy every key of a consultation; gives how many there were."""
        ring = self._of(consultation_id)
        del self._rings[consultation_id]
        return ring.dissolve()

    # -- Sign-ups ----------------------------------------------------------------------------------

    def find(
        self, consultation_id: int, bot_id: int, chat_id: int, *, words: bool = False
    ) -> str | None:
        """The handle of the chat's sign-up, or of its `words` under way; None where it has none."""
        try:
            own = self._of(consultation_id).existing(_OWN)
            lead = self._of(consultation_id).existing(_lead(own, bot_id, chat_id, words=words))
        except KeyMissing:
            return None
        return _handle(own, lead)

    def make(self, consultation_id: int, bot_id: int, chat_id: int, *, words: bool = False) -> str:
        """The handle for a sign-up (or words) of this chat; its keys are on disk when it returns.

        What a try that failed has left is taken up by the next one. Raises KeyMissing where the
        consultation was erased.
        """
        ring = self._of(consultation_id)
        own = ring.existing(_OWN)
        handle = _handle(own, ring.get(_lead(own, bot_id, chat_id, words=words)))
        ring.get(_key_of(handle))
        return handle

    def of_code(self, consultation_id: int, code: str) -> str | None:
        """The handle that this code leads to; None where the consultation was erased."""
        try:
            own = self._of(consultation_id).existing(_OWN)
        except KeyMissing:
            return None
        return hmac.digest(own, f"code:{code}".encode(), "sha256").hex()[:32]

    def make_of_code(self, consultation_id: int, code: str) -> str:
        """The handle of a contribution that only this code leads to; its key is on disk.

        Raises KeyMissing where the consultation was erased.
        """
        handle = self.of_code(consultation_id, code)
        if handle is None:
            raise KeyMissing(_OWN)
        self._of(consultation_id).get(_key_of(handle))
        return handle

    def end(self, consultation_id: int, handle: str, chat: tuple[int, int] | None) -> None:
        """Destroy what opens a sign-up, and what leads to it from its `chat` (bot's id, chat's id).

        Without the chat the lead stays until the consultation is erased, and leads to nothing.
        """
        ring = self._of(consultation_id)
        ring.destroy(_key_of(handle))
        if chat is None:
            return
        for words in (False, True):
            if self.find(consultation_id, *chat, words=words) == handle:
                ring.destroy(_lead(ring.existing(_OWN), *chat, words=words))

    def seal(self, consultation_id: int, handle: str, what: Mapping[str, Any], *, of: str) -> bytes:
        """Seal plain JSON values with the keys of a sign-up; `of` says what they are."""
        plain = json.dumps(what, ensure_ascii=False).encode()
        return self.seal_bytes(consultation_id, handle, plain, of=of)

    def unseal(
        self, consultation_id: int, handle: str, sealed: bytes, *, of: str
    ) -> dict[str, Any] | None:
        """What was sealed; None where a key is gone."""
        plain = self.unseal_bytes(consultation_id, handle, sealed, of=of)
        found: dict[str, Any] | None = None if plain is None else json.loads(plain)
        return found

    def seal_bytes(self, consultation_id: int, handle: str, plain: bytes, *, of: str) -> bytes:
        """Seal bytes with the keys of a sign-up; raises KeyMissing where one is gone."""
        return seal(self._key(consultation_id, handle), plain, context=f"{of}:{handle}")

    def unseal_bytes(
        self, consultation_id: int, handle: str, sealed: bytes, *, of: str
    ) -> bytes | None:
        """The bytes that were sealed; None where a key is gone."""
        try:
            key = self._key(consultation_id, handle)
            return unseal(key, sealed, context=f"{of}:{handle}")
        except (KeyMissing, Unsealable):
            return None

    # -- Marks -------------------------------------------------------------------------------------

    def mark(self, consultation_id: int, what: str) -> str:
        """The mark of something that a chat did: 40 hexadecimal digits, the same each time.

        Nobody can try out chats by it once written input has ended: its key is gone by then.
        """
        key = self._of(consultation_id).get(LIMITS)
        return hmac.digest(key, what.encode(), "sha256").hex()[:40]

    # -- Inside ------------------------------------------------------------------------------------

    def _key(self, consultation_id: int, handle: str) -> bytes:
        ring = self._of(consultation_id)
        return hmac.digest(ring.existing(_OWN), ring.existing(_key_of(handle)), "sha256")

    def _of(self, consultation_id: int) -> KeyRing:
        if consultation_id not in self._rings:
            of_one = f"consultation-{consultation_id}"
            name = "invitations" if consultation_id == LATER else of_one
            self._rings[consultation_id] = self._ring.inner(name)
        return self._rings[consultation_id]


def _key_of(handle: str) -> str:
    return LIMITS if handle == LIMITS else f"sign-up-{handle}"


def _lead(own: bytes, bot_id: int, chat_id: int, *, words: bool) -> str:
    what = "words" if words else "chat"
    return "chat-" + hmac.digest(own, f"{what}:{bot_id}:{chat_id}".encode(), "sha256").hex()[:40]


def _handle(own: bytes, lead: bytes) -> str:
    return hmac.digest(own, b"handle:" + lead, "sha256").hex()[:32]
