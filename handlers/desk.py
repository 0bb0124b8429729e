"""What every turn finds on the desk: the things that the composition root built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.keys import KeyRing
from bot.texts import Texts


@dataclass(frozen=True)
class Country:
    """The State as its settings describe it."""

    name: str
    timezone: str
    languages: tuple[str, ...]
    default_language: str


@dataclass(frozen=True)
class Desk:
    """Shared by all turns; nothing here changes while the bot runs."""

    country: Country
    texts: Texts
    keys: KeyRing
    bot_name: str  # the bot's Telegram name, for deep links
