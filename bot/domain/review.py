"""A report as the secretariat reviews it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Waiting:
    """A report with its item and its institution, as the queue of reviews shows it."""

    status_update_id: int
    number: str
    assignment_id: int
    item_id: int
    code: str
    symbol: str
    restricted: bool
    institution_id: int
    names: Mapping[str, str]
    due_on: date | None
    submitted_at: datetime


@dataclass(frozen=True)
class Approved:
    """What was approved before, to read a new report beside."""

    number: str
    status: str
    as_of: date
    measures: str
    language: str
