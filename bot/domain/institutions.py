"""Institutions: what kinds there are, and the short code that one gets from its name."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.screens import Value, Words, text

KINDS = (
    *("ministry", "agency", "parliament", "court", "prosecution", "police", "statistics"),
    *("region", "city", "nhri"),
)
"""The kinds that have a name in every language; a State may write others."""
PARLIAMENT = "parliament"
"""Its observers look first at what needs a law or a budget."""
TEXT_KEYS = tuple(f"institution.kind.{each}" for each in KINDS)

LONGEST_NAME = 200
LONGEST_CODE = 12
LONGEST_KIND = 40
CODE = re.compile(rf"[A-Z0-9][A-Z0-9-]{{0,{LONGEST_CODE - 1}}}")


@dataclass(frozen=True)
class Institution:
    """An institution; `names` by language."""

    id: int
    code: str
    kind: str
    names: Mapping[str, str]
    ended_at: datetime | None = None

    def name(self, language: str) -> str:
        """Its name in that language, else in English, else in any."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()))


@dataclass(frozen=True)
class Held:
    """What an institution has: seats that live or are suspended, and assignments."""

    seats: int
    items: int


def kind_name(kind: str) -> Value:
    """The kind in words: one of ours, or the State's own as it was written."""
    return text(f"institution.kind.{kind}") if kind in KINDS else Words(kind)


def by_name(found: Iterable[Institution], language: str) -> list[Institution]:
    """In the order in which a reader of that language looks for them."""
    return sorted(found, key=lambda each: each.name(language).casefold())


def is_named(names: Mapping[str, str], name: str) -> bool:
    """Whether it has that name in any language, however written large or small."""
    return name.casefold() in {each.casefold() for each in names.values()}


def code_for(names: Iterable[str], taken: Container[str]) -> str:
    """A short code that is not taken: the initials of the first name in Latin letters.

    `Ministry of the Interior` becomes `MI`, then `MI2`; without any Latin letter it is `I1`.
    """
    words = next(filter(None, map(_latin_words, names)), [])
    initials = "".join(each[0] for each in words if each[0].isupper() or each[0].isdigit())
    stem = (initials if len(initials) > 1 else "".join(words[:1])[:4]).upper()[: LONGEST_CODE - 3]
    if stem and stem not in taken:
        return stem
    numbered = (f"{stem or 'I'}{n}" for n in itertools.count(2 if stem else 1))
    return next(each for each in numbered if each not in taken)


def _latin_words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.findall(r"[A-Za-z0-9]+", plain)
