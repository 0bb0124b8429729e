"""Codes that people read, write down and type again: in groups of four, `KQ7M-2XNA`."""

from __future__ import annotations

import re
import secrets
import unicodedata

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else

_IN_EACH = 4
_NO_PART = re.compile(r"[\s‐-―_.-]+")


def draw(length: int) -> str:
    """A code as it is kept: lower case, no dashes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shown(code: str) -> str:
    """A code as people read and write it down."""
    groups = [code[start : start + _IN_EACH] for start in range(0, len(code), _IN_EACH)]
    return "-".join(groups).upper()


def read(words: str, length: int) -> str | None:
    """The code as it is kept, however it was typed; None where these words are none."""
    digits = "".join(str(unicodedata.decimal(each, each)) for each in words)
    plain = _NO_PART.sub("", digits).lower()
    return plain if len(plain) == length and set(plain) <= set(ALPHABET) else None


def looks_like(words: str, length: int) -> bool:
    """Whether a message is a code and nothing else: so it is known without being asked for."""
    parts = re.split(r"[‐-―-]", words.strip())
    return len(parts) * _IN_EACH == length and read(words, length) is not None
