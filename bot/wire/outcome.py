"""What became of a call to Telegram, decided in one place (TELEGRAM.md, "Outcome of a call").

Reasons are codes; Telegram's words may quote what a person wrote and never leave this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.wire.request import ServerRefused, TooManyRequests


@dataclass(frozen=True)
class Sent:
    """It took effect; `message_id` None where the call makes no message."""

    message_id: int | None = None


@dataclass(frozen=True)
class NotSent:
    """It never reached Telegram, or Telegram does not know the bot: try again."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """It had no effect: 429 with the seconds to wait, or Telegram's own failure (None)."""

    retry_after: float | None
    reason: str


@dataclass(frozen=True)
class Unknown:
    """It may have taken effect or not."""

    reason: str


@dataclass(frozen=True)
class Blocked:
    """The recipient cannot be reached: `blocked`, `deactivated`, `never_started`, `kicked`."""

    reason: str


@dataclass(frozen=True)
class Gone:
    """The message to change is not there (`exists` False), or is there and cannot be changed so."""

    exists: bool


@dataclass(frozen=True)
class Migrated:
    """The group has become a supergroup with another id."""

    chat_id: int


@dataclass(frozen=True)
class Failed:
    """Refused for good, with a code that says why."""

    code: str


Outcome: TypeAlias = Sent | NotSent | Refused | Unknown | Blocked | Gone | Migrated | Failed

_Meaning = TypeVar("_Meaning")

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# Telegram's words in lower case, and what they mean; the first that fits counts.
_BAD_REQUESTS: tuple[tuple[str, Outcome], ...] = (
    ("message is not modified", Sent()),
    ("message to edit not found", Gone(exists=False)),
    ("message to delete not found", Gone(exists=False)),
    ("message_id_invalid", Gone(exists=False)),
    ("message can't be edited", Gone(exists=True)),
    ("message can't be deleted", Gone(exists=True)),
    ("there is no text in the message", Gone(exists=True)),
    ("there is no caption in the message", Gone(exists=True)),
    ("chat not found", Blocked("never_started")),
    ("peer_id_invalid", Blocked("never_started")),
    ("user not found", Blocked("deactivated")),
    ("message is too long", Failed("too_long")),
    ("caption is too long", Failed("too_long")),
    ("can't parse entities", Failed("markup")),
    ("button_", Failed("button")),
    ("entity too large", Failed("too_large")),
    ("file is too big", Failed("too_large")),
    ("photo_", Failed("photo")),
    ("image_process_failed", Failed("photo")),
    ("not enough rights", Failed("no_rights")),
    ("have no rights", Failed("no_rights")),
    ("chat_write_forbidden", Failed("no_rights")),
)

_FORBIDDEN: tuple[tuple[str, str], ...] = (
    ("blocked by the user", "blocked"),
    ("deactivated", "deactivated"),
    ("can't initiate conversation", "never_started"),
    ("kicked", "kicked"),
    ("not a member", "kicked"),
)


def outcome(error: TelegramError) -> Outcome:
    """What became of a call that raised this; anything unforeseen is `Unknown`."""
    match error:
        case TooManyRequests(seconds=seconds):
            return Refused(seconds, "too_many")
        case ServerRefused(code=code):
            return Refused(None, f"server_{code}")
        case ChatMigrated(new_chat_id=new):
            return Migrated(new)
        case Forbidden():
            return Blocked(_reading(error, _FORBIDDEN, "forbidden"))
        case BadRequest():  # a NetworkError by descent: it must come before what is unanswered
            return _reading(error, _BAD_REQUESTS, Failed("bad_request"))
        case InvalidToken():
            return NotSent("token")
        case _ if any(isinstance(cause, _UNSENT) for cause in _causes(error)):
            return NotSent("unreached")
        case _:
            return Unknown("no_answer")


def _reading(
    error: Exception, table: tuple[tuple[str, _Meaning], ...], other: _Meaning
) -> _Meaning:
    words = str(error).lower()
    return next((meaning for part, meaning in table if part in words), other)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, ten steps at most."""
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__
