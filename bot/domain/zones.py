"""Time zones as people choose and write them: `Cairo`, `Africa/Cairo`, `القاهرة`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

from bot.domain.errors import Unfit
from bot.domain.screens import Listing, Words

OF_THE_COUNTRY = 6
_WHERE_STATES_REPORT = ("Europe/Zurich", "America/New_York")  # Geneva's and New York's
_NEAR = 3
_NOBODY_LIVES_THERE = frozenset({"Factory", "localtime"})


def city(zone: str, language: str) -> str:
    """How a time zone is called in that language: by its city."""
    return get_timezone_location(zone, locale=language.replace("-", "_"), return_city=True)


def likely(country_zone: str) -> list[str]:
    """The zones of the country whose zone that is, the country's own first; Geneva; New York."""
    territories = get_global("zone_territories")
    here = territories.get(country_zone)
    others = sorted(each for each, where in territories.items() if where == here and here)
    known = available_timezones()
    found = [each for each in (country_zone, *others) if each in known][:OF_THE_COUNTRY]
    return list(dict.fromkeys((*found, *_WHERE_STATES_REPORT)))


def read_zone(words: str, language: str) -> str:
    """The time zone that is meant; raises Unfit, with those that are written nearly so."""
    names = _names(language)
    written = _plain(words)
    if written in names:
        return names[written]
    near = get_close_matches(written, names, n=_NEAR, cutoff=0.7)
    cities = dict.fromkeys(city(names[each], language) for each in near)
    if not cities:
        raise Unfit("zone.unknown", written=Words(words, limit=60))
    raise Unfit(
        "zone.unknown_but_near",
        written=Words(words, limit=60),
        near=Listing(tuple(Words(each) for each in cities)),
    )


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, str]:
    """Every name of a zone: its code, its city here and in English; well-known ones come first."""
    settled = get_global("zone_territories")
    zones = sorted(
        available_timezones() - _NOBODY_LIVES_THERE, key=lambda each: (each not in settled, each)
    )
    names: dict[str, str] = {_plain(each): each for each in zones}
    for each in zones:
        for called in (each.rpartition("/")[2], city(each, "en"), city(each, language)):
            names.setdefault(_plain(called), each)
    return names


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
