"""Broadcasts: what the secretariat says to many people at once, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.people import REPORTING, SECRETARIAT, Role
from bot.domain.requests import Preview
from bot.domain.screens import Attachment

LONGEST_TEXT = 12_000
"""Characters of one text; longer than one message of Telegram, which is then split."""


class BroadcastState(StrEnum):
    """Where a broadcast stands."""

    PLANNED = "planned"  # can be undone
    SENDING = "sending"
    CLOSED = "closed"  # everything has come to its end
    UNDONE = "undone"


class Group(StrEnum):
    """Roles as a segment is chosen by them."""

    EVERYBODY = "everybody"
    REPORTING = "reporting"
    VALIDATORS = "validators"
    OBSERVERS = "observers"
    SECRETARIAT = "secretariat"


_ROLES = {
    Group.REPORTING: REPORTING,
    Group.VALIDATORS: frozenset({Role.VALIDATOR}),
    Group.OBSERVERS: frozenset({Role.OBSERVER}),
    Group.SECRETARIAT: SECRETARIAT,
}


def roles_of(groups: Iterable[Group]) -> tuple[Role, ...]:
    """The roles of these groups; none means all."""
    chosen = set(groups)
    if Group.EVERYBODY in chosen:
        return ()
    return tuple(role for role in Role if any(role in _ROLES[each] for each in chosen))


def groups_of(roles: Iterable[Role]) -> tuple[Group, ...]:
    """The groups that `roles_of` made these roles of."""
    found = set(roles)
    if not found:
        return (Group.EVERYBODY,)
    return tuple(group for group, those in _ROLES.items() if those <= found)


@dataclass(frozen=True)
class Segment:
    """Whom a broadcast is for: people in seats that fit all of it; what is empty narrows nothing.

    `with_open_items`: whose institution has something to answer.
    """

    roles: tuple[Role, ...] = ()
    kinds: tuple[str, ...] = ()  # of institutions
    institutions: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    with_open_items: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "roles": [each.value for each in self.roles],
            "kinds": list(self.kinds),
            "institutions": list(self.institutions),
            "languages": list(self.languages),
            "with_open_items": self.with_open_items,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Segment:
        return cls(
            tuple(map(Role, kept["roles"])),
            tuple(kept["kinds"]),
            tuple(kept["institutions"]),
            tuple(kept["languages"]),
            kept["with_open_items"],
        )


@dataclass(frozen=True)
class Draft:
    """A broadcast that is to be planned; `texts` by language, one of them in the default one.

    `sends_at` None: in two minutes, so long as it can be undone.
    """

    segment: Segment
    texts: Mapping[str, str]
    default_language: str
    attachment: Attachment | None = None
    sends_at: datetime | None = None


@dataclass(frozen=True)
class Broadcast:
    """A broadcast as it is kept."""

    id: int
    state: BroadcastState
    segment: Segment
    default_language: str
    attachment: str | None
    attachment_name: str | None
    attachment_kind: str | None
    planned_by: int | None
    created_at: datetime
    sends_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None

    @property
    def file(self) -> Attachment | None:
        """The file that goes with it."""
        if self.attachment is None:
            return None
        return Attachment(self.attachment, self.attachment_name or "", self.attachment_kind or "")


@dataclass(frozen=True)
class Recipient:
    """A person whom a broadcast reaches."""

    person_id: int
    language: str


@dataclass(frozen=True)
class Reach:
    """Whom a segment reaches now, and what is to be known before it goes out."""

    recipients: tuple[Recipient, ...]
    preview: Preview


@dataclass(frozen=True)
class Deliveries:
    """What became of messages: how many stand where, and why some failed (codes)."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    dropped: int = 0  # planned for people who lost access before it was sent
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.waiting + self.sent + self.failed + self.unknown + self.dropped


@dataclass(frozen=True)
class Missed:
    """Somebody who has not, or perhaps not, got a message."""

    person_id: int
    name: str
    names: Mapping[str, str]  # of the institution
    reason: str | None  # None: nobody knows whether it arrived


def text_for(texts: Mapping[str, str], language: str, default: str) -> tuple[str, str]:
    """The text for a reader of that language, and the language it is in: theirs, else the default.

    >>> text_for({"en": "Hello", "fr": "Bonjour"}, "ar", "en")
    ('Hello', 'en')
    """
    found = language if language in texts else default
    return texts[found], found
