"""The day's seals: how the audit stood when each day was over, kept outside the database.

One line of JSON a seal, in a file to which lines are only ever added. Each is signed (Ed25519) and
names the one before it, so that a seal that was edited or taken out shows; whoever has the public
key can check them without any secret. What somebody with the key folder could write anew, a seal
that was printed or sent away still contradicts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from bot.keys import Head, KeyRing

NAME = "audit-seals"
"""The name of the key that signs, and of the file beside it."""

_FIRST = "0" * 64


@dataclass(frozen=True)
class Seal:
    """How the chain stood when a day was over: `count` entries, the last with that `hash`.

    `gone_from` is of a seal that was made because an older backup was restored: the entries from
    that number on were others in the seals before it.
    """

    number: int
    day: date
    count: int
    hash: str
    gone_from: int | None
    previous: str  # SHA-256 of the line before it
    signature: str = ""  # hexadecimal

    @property
    def signed(self) -> bytes:
        """The text that is signed: a JSON array of all but the signature."""
        values = [self.number, self.day.isoformat(), self.count, self.hash]
        return json.dumps(
            ["focalpoint audit seal", *values, self.gone_from, self.previous],
            separators=(",", ":"),
        ).encode()

    def line(self) -> bytes:
        """The line of the file."""
        packed = {**asdict(self), "day": self.day.isoformat()}
        return json.dumps(packed, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Sealed:
    """The seals of the file that are genuine, in order, and the numbers of the others."""

    seals: Sequence[Seal] = ()
    changed: Sequence[int] = ()  # edited, or signed anew by somebody else
    missing: Sequence[int] = ()  # before others that are there

    @property
    def last(self) -> Seal | None:
        """The newest genuine one."""
        return self.seals[-1] if self.seals else None

    @property
    def numbers(self) -> frozenset[int]:
        """Those that stand in the file, genuine or not."""
        return frozenset((*(each.number for each in self.seals), *self.changed))


def read(keys: KeyRing) -> Sealed:
    """The seals as they stand in the file; raises KeyMissing where their key is gone."""
    lines = keys.read_lines(NAME)
    if not lines:
        return Sealed()
    return check(lines, public_key(keys))


def check(lines: Iterable[bytes], public: bytes) -> Sealed:
    """The seals of these lines, each looked at with the public key (32 bytes).

    A line that cannot be read is no seal: a gap shows where it was one.
    """
    key = Ed25519PublicKey.from_public_bytes(public)
    seals: list[Seal] = []
    changed: list[int] = []
    missing: list[int] = []
    number = 0
    previous: str | None = _FIRST  # None: what stood there is gone or was edited
    for line in lines:
        seal = _read(line)
        if seal is None:
            continue
        if seal.number > number + 1:
            missing += range(number + 1, seal.number)
            previous = None
        genuine = seal.number > number and _is_genuine(seal, key)
        if genuine and previous in (None, seal.previous):
            seals.append(seal)
        else:
            changed.append(seal.number)
        number, previous = max(number, seal.number), _digest(line) if genuine else None
    return Sealed(seals, changed, missing)


def add(keys: KeyRing, number: int, day: date, head: Head, *, gone_from: int | None = None) -> Seal:
    """Seal the chain as it stands, as line `number` of the file."""
    lines = keys.read_lines(NAME)
    key = Ed25519PrivateKey.from_private_bytes(keys.existing(NAME) if lines else keys.get(NAME))
    read = [line for line in lines if _read(line) is not None]
    previous = _digest(read[-1]) if read else _FIRST
    unsigned = Seal(number, day, head.count, head.hash, gone_from, previous)
    seal = Seal(**{**vars(unsigned), "signature": key.sign(unsigned.signed).hex()})
    keys.add_line(NAME, seal.line())
    return seal


def public_key(keys: KeyRing) -> bytes:
    """The 32 bytes with which anybody can check the seals; raises KeyMissing where there is none.

    Give it away with the first seal: a key that is handed over later may be another one.
    """
    private = Ed25519PrivateKey.from_private_bytes(keys.existing(NAME))
    return private.public_key().public_bytes_raw()


def _read(line: bytes) -> Seal | None:
    """The seal of a line, its signature not looked at; None for what is no seal."""
    try:
        packed: dict[str, Any] = json.loads(line)
        seal = Seal(**{**packed, "day": date.fromisoformat(packed["day"])})
    except (ValueError, TypeError, KeyError):
        return None
    numbers = (seal.number, seal.count, seal.gone_from or 0)
    texts = (seal.hash, seal.previous, seal.signature)
    is_one = all(type(n) is int for n in numbers) and all(isinstance(t, str) for t in texts)
    return seal if is_one else None


def _is_genuine(seal: Seal, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(seal.signature), seal.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
