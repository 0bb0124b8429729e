"""What every turn finds on the desk: the things that the composition root built once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.attempts import Attempts
from bot.domain.work_calendar import Policy
from bot.keys import KeyRing
from bot.texts import Texts
from storage.vault import Vault

if TYPE_CHECKING:  # the runner works with turns, and turns hold the desk
    from handlers.flows.participants import ParticipantRunner
    from handlers.flows.runner import Runner


@dataclass(frozen=True)
class Country:
    """The State as its settings describe it."""

    code: str | None  # ISO 3166-1, two letters
    timezone: str
    languages: tuple[str, ...]
    default_language: str


@dataclass(frozen=True)
class Desk:
    """Shared by all turns; nothing here changes while the bot runs but the count of guesses."""

    country: Country
    texts: Texts
    keys: KeyRing
    vault: Vault
    runner: Runner
    participants: ParticipantRunner
    policy: Policy
    bot_id: int  # of the house: whoever has a seat is told by it
    bot_name: str  # the Telegram name of the bot that this desk belongs to
    consultation_bot: str  # the name of the one that links of consultations lead to
    guesses: Attempts = field(default_factory=Attempts)  # links that nobody made
    codes: Attempts = field(default_factory=Attempts)  # of contributions, that lead to nothing
    invites: Attempts = field(default_factory=Attempts)  # codes of groups, that invite to nothing
