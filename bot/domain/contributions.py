"""Contributions: what participants write to a consultation, and what became of it.

One is sent by somebody who has signed up, or with no way back: then no chat leads to it, and a
code that is shown once is all that tells of it later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain import codes
from bot.domain.consultations import NOT_SAID

MOST_A_DAY = 20
"""Contributions that one chat can send to a consultation on one day."""
LONGEST_ANSWER = 1000
LONGEST_BEHALF = 120
"""Characters that say for whom words are handed on."""
MOST_ITEMS = 30

LENGTH = 16
"""Characters of a code (79 bits): nobody guesses one."""


class Kind(StrEnum):
    """What a contribution is about."""

    REPORT = "report"  # all of it
    THEME = "theme"
    ITEMS = "items"
    CHAPTER = "chapter"  # of the report that the consultation is on


class State(StrEnum):
    """Where a contribution stands."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"  # its words are gone


class Outcome(StrEnum):
    """What became of a contribution."""

    NONE = "none"  # nobody has said yet
    TAKEN_UP = "taken_up"
    PARTLY = "partly"
    NOT = "not"


REASONED = (Outcome.PARTLY, Outcome.NOT)
"""What is said with the reason."""

TEXT_KEYS = tuple(f"contributed.outcome.{each}" for each in Outcome)


@dataclass(frozen=True)
class About:
    """What is spoken of: all of the report, a theme by its label, items or a chapter by id."""

    kind: Kind = Kind.REPORT
    theme: str = ""
    items: tuple[int, ...] = ()
    chapter: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "theme": self.theme,
            "items": list(self.items),
            "chapter": self.chapter,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> About:
        return cls(Kind(kept["kind"]), kept["theme"], tuple(kept["items"]), kept["chapter"])


@dataclass(frozen=True)
class Tags:
    """Where the secretariat has put a contribution."""

    themes: tuple[str, ...] = ()
    items: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"themes": list(self.themes), "items": list(self.items)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tags:
        return cls(tuple(kept["themes"]), tuple(kept["items"]))


@dataclass(frozen=True)
class Said:
    """What is sealed of a contribution.

    `group` is the one that its writer named when they first contributed. `wrote` are the ids of
    their own messages, `screens` the outbox rows of ours that show the words: to delete them.
    `behalf` says for whom an organisation hands the words on, without a name.
    """

    words: str
    language: str | None
    group: str = NOT_SAID
    wrote: tuple[int, ...] = ()
    screens: tuple[int, ...] = ()
    behalf: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "words": self.words,
            "language": self.language,
            "group": self.group,
            "wrote": list(self.wrote),
            "screens": list(self.screens),
            "behalf": self.behalf,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Said:
        return cls(
            kept["words"],
            kept["language"],
            kept["group"],
            tuple(kept["wrote"]),
            tuple(kept["screens"]),
            kept["behalf"],
        )


@dataclass(frozen=True)
class Contribution:
    """A contribution as it is kept; `said` None: withdrawn, or its key is gone.

    `handle` is that of its sign-up; of one without a way back (`by_code`), its own.
    """

    id: int
    consultation_id: int
    handle: str
    number: int
    by_code: bool
    state: State
    about: About
    said: Said | None
    outcome: Outcome = Outcome.NONE
    answer: str = ""  # of the secretariat
    answer_language: str | None = None
    tags: Tags = Tags()


def new_code() -> str:
    """A code that nobody guesses, in four groups of four: `KQ7M-2XNA-…`."""
    return codes.shown(codes.draw(LENGTH))


def read_code(words: str) -> str | None:
    """The code as it is kept, however it was typed; None where these words are none."""
    return codes.read(words, LENGTH)


def looks_like_code(words: str) -> bool:
    """Whether a message is a code and nothing else: so it is known without being asked for."""
    return codes.looks_like(words, LENGTH)


def listed(words: str) -> list[str]:
    """The numbers of items that are named one after another: `140.7, 140.9`."""
    plain = "".join(str(unicodedata.decimal(each, each)) for each in words).replace("٫", ".")
    named = [each.strip(" .") for each in re.split(r"[,;،؛\s]+", plain)]
    return list(dict.fromkeys(each for each in named if each))
