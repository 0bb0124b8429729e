"""What the State's calendar holds: deadlines, what is asked and open, the days of consultations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from bot.domain.consultations import Consultation
from bot.domain.consultations import Day as ConsultationDay
from bot.domain.deadlines import Deadline
from bot.domain.filters import Dimension, Filter
from bot.domain.requests import Request
from storage import consultations, exports
from storage import deadlines as queries
from storage.database import Transaction
from storage.exports import Records


@dataclass(frozen=True)
class Contents:
    """What stands in it, each by day; of a consultation its days ahead, and nothing of anybody."""

    deadlines: tuple[Deadline, ...]
    requests: tuple[tuple[Request, date], ...]
    consultations: tuple[tuple[Consultation, ConsultationDay, date], ...]

    def __len__(self) -> int:
        return len(self.deadlines) + len(self.requests) + len(self.consultations)


async def contents(
    tx: Transaction,
    chosen: Filter,
    zone: tzinfo,
    today: date,
    *,
    language: str | None = None,
) -> Contents:
    """The calendar of all, or of what a filter means: its days are those of events.

    A deadline passes with its document, a request with an item or an institution that it asks, a
    consultation with the mechanism that it is for. Consultations are named in `language` where they
    are said in it.
    """
    asked = [(each, each.due_on) for each in await queries.open_requests(tx)]
    held = [
        (each, what, day)
        for each in await consultations.under_way(tx, language=language)
        for what, day in each.days(today).items()
    ]
    found = Contents(
        tuple(await queries.every(tx)),
        tuple((each, day) for each, day in asked if day is not None),
        tuple(held),
    )
    if chosen.by:
        found = await _narrowed(tx, found, replace(chosen, since=None, until=None), zone)
    first, last = chosen.since or date.min, chosen.until or date.max
    return Contents(
        tuple(each for each in found.deadlines if first <= each.day <= last),
        tuple(each for each in found.requests if first <= each[1] <= last),
        tuple(each for each in found.consultations if first <= each[2] <= last),
    )


async def _narrowed(tx: Transaction, found: Contents, chosen: Filter, zone: tzinfo) -> Contents:
    def ids(records: Records) -> tuple[set[int], set[int]]:
        due = {row["id"] for row in records.deadlines()}
        return due, {row["request_id"] for row in records.requests()}

    due, asked = await exports.on_snapshot(tx, chosen, zone, ids)
    by: Mapping[Dimension, tuple[str, ...]] = chosen.by
    of = by[Dimension.MECHANISM] if by.keys() == {Dimension.MECHANISM} else ()
    return Contents(
        tuple(each for each in found.deadlines if each.id in due),
        tuple(each for each in found.requests if each[0].id in asked),
        tuple(each for each in found.consultations if each[0].wanted.mechanism in of),
    )
