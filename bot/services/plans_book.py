"""The workbook of plans: asked for; what it would change when it is back, and changing it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain import permissions
from bot.domain.disaggregation import Dimension
from bot.domain.errors import Outdated
from bot.domain.people import Act
from bot.domain.plans import (
    ACTIVITY_FIELDS,
    About,
    Activity,
    ActivityState,
    Indicator,
    IndicatorKind,
    IndicatorValue,
    Source,
    Wanted,
    WantedIndicator,
    changed_fields,
    changed_indicator,
    current,
)
from bot.domain.selection import Selection
from bot.services import books, plans
from bot.services.plans import MAKE, READ, Told
from storage import indicators, jobs
from storage import plans as queries
from storage.database import Transaction

_INDICATOR_FIELDS = (
    *("name", "kind", "unit", "baseline", "baseline_year"),
    *("target", "target_year", "sdg", "dimensions"),
)


@dataclass(frozen=True)
class Wish:
    """What a row says, by ids and codes, as JSON; fields outside `given` say nothing.

    `id` None is a new entry. `mark` is how other rows name a new activity; an indicator's `of` is
    the id of its activity, or such a mark.
    """

    sheet: str  # activity, indicator
    id: int | None
    mark: str
    of: int | str | None
    about: tuple[int | None, tuple[int, ...]] | None  # of a new activity: cluster, items
    cells: Mapping[str, Any]
    given: frozenset[str]
    language: str

    def to_json(self) -> dict[str, Any]:
        """The wish as plain JSON values."""
        about = None if self.about is None else [self.about[0], list(self.about[1])]
        return {**vars(self), "about": about, "given": sorted(self.given)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Wish:
        """The wish that `to_json` packed."""
        about = kept["about"] and (kept["about"][0], tuple(kept["about"][1]))
        return cls(**{**kept, "about": about, "given": frozenset(kept["given"])})


@dataclass(frozen=True)
class Difference:
    """What a row would change: the entry as it is now (None: new), as it would be, which fields.

    `value` is a new value of an indicator, `state` a new state of an activity.
    """

    wish: Wish
    now: Activity | Indicator | None
    then: Wanted | WantedIndicator
    fields: tuple[str, ...]
    state: ActivityState | None = None
    value: IndicatorValue | None = None

    @property
    def counted(self) -> list[str]:
        """As what it is counted: new and changed entries by their kinds, and values."""
        kinds = "activities" if self.wish.sheet == "activity" else "indicators"
        found = [f"new_{kinds}" if self.now is None else kinds]
        if self.now is not None and not self.fields and self.state is None:
            found = []
        return [*found, "values"] if self.value is not None else found


async def ask(tx: Transaction, act: Act, wanted: Selection, *, language: str) -> int:
    """Plan the workbook of what is selected; gives its job."""
    permissions.require(permissions.may_plan(act.actor))
    return await books.ask(tx, act, MAKE, wanted, language=language)


async def differences(tx: Transaction, wishes: Sequence[Wish]) -> list[Difference]:
    """What the wishes would change now, row by row; the activities are locked."""
    ids = {each.id for each in wishes if each.sheet == "activity" and each.id is not None}
    activities = await queries.of_ids(tx, ids)
    measured = {each.id: each for each in await _indicators(tx, wishes)}
    values = await indicators.values(tx, list(measured))
    found = []
    for each in wishes:
        if each.sheet == "activity":
            one = _activity(each, activities.get(each.id or 0))
        else:
            now = measured.get(each.id or 0)
            one = _indicator(each, now, () if now is None else values[now.id])
        if one is not None:
            found.append(one)
    return found


async def _indicators(tx: Transaction, wishes: Sequence[Wish]) -> list[Indicator]:
    found = [
        await indicators.get(tx, each.id)
        for each in wishes
        if each.sheet == "indicator" and each.id is not None
    ]
    return [each for each in found if each is not None]


def _activity(wish: Wish, now: Activity | None) -> Difference | None:
    """What becomes of an activity; None where nothing does, or it is not there."""
    if wish.id is not None and now is None:
        return None
    base = Wanted("", wish.language, 0) if now is None else now.wanted
    said = {name: _as_kept(name, wish.cells[name]) for name in ACTIVITY_FIELDS if _says(wish, name)}
    then = replace(base, **said)
    then = replace(then, others=tuple(each for each in then.others if each != then.institution_id))
    if "what" in said and then.what != base.what:
        then = replace(then, language=wish.language)
    state = ActivityState(wish.cells["state"]) if wish.cells.get("state") else None
    if "state" not in wish.given or state is (now.state if now else ActivityState.PLANNED):
        state = None
    changed = changed_fields(base, then)
    if now is not None and not changed and state is None:
        return None
    return Difference(wish, now, then, changed, state)


def _indicator(
    wish: Wish, now: Indicator | None, values: Sequence[IndicatorValue]
) -> Difference | None:
    if wish.id is not None and now is None:
        return None
    base = WantedIndicator("", wish.language, IndicatorKind.PROCESS) if now is None else now.wanted
    said = {
        name: _as_kept(name, wish.cells[name]) for name in _INDICATOR_FIELDS if _says(wish, name)
    }
    then = replace(base, **said)
    if "name" in said and then.name != base.name:
        then = replace(then, language=wish.language)
    changed = changed_indicator(base, then)
    value = _value(wish, values)
    if now is not None and not changed and value is None:
        return None
    return Difference(wish, now, then, changed, value=value)


def _says(wish: Wish, name: str) -> bool:
    """Whether the workbook had the column; institutions are called there by their part."""
    return _COLUMNS.get(name, name) in wish.given


_COLUMNS = {"institution_id": "institution"}


def _as_kept(name: str, cell: Any) -> Any:
    match name:
        case "from_on" | "until_on":
            return None if cell is None else date.fromisoformat(cell)
        case "amount":
            return None if cell is None else Decimal(cell)
        case "others":
            return tuple(cell)
        case "kind":
            return IndicatorKind(cell)
        case "dimensions":
            return tuple(Dimension(each) for each in cell)
        case _:
            return cell


def _value(wish: Wish, values: Sequence[IndicatorValue]) -> IndicatorValue | None:
    """The value of the row, unless it counts for its year already; an emptied one says nothing."""
    year, value = wish.cells.get("year"), wish.cells.get("value")
    if year is None or value is None or not {"year", "value"} <= wish.given:
        return None
    known = next((each for each in current(values) if each.year == year), None)
    groups: Mapping[str, float] = dict(wish.cells["groups"])
    if "groups" not in wish.given:
        groups = {} if known is None or known.value != value else known.groups
    if known is not None and (known.value, dict(known.groups)) == (value, dict(groups)):
        return None
    return IndicatorValue(value, year, groups, Source.WORKBOOK)


def counts(found: Sequence[Difference]) -> Counter[str]:
    """How many there are of each that `Difference.counted` names."""
    return Counter(name for each in found for name in each.counted)


def mark(found: Sequence[Difference]) -> str:
    """Stands for exactly these differences: whoever changes one of the entries changes it."""
    said = [
        (each.wish.sheet, each.wish.id, each.now, each.fields, each.state, each.value)
        for each in found
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def apply(tx: Transaction, act: Act, job_id: int) -> Counter[str]:
    """Make the previewed changes, all or none; gives the counts.

    Each entry that changes leaves its own trace. Raises Outdated where the job is done already, or
    something has changed since the preview.
    """
    permissions.require(permissions.may_plan(act.actor))
    job = await books.waiting(tx, job_id, READ)
    assert job.result is not None
    wishes = [Wish.from_json(each) for each in job.result["wishes"]]
    found = await differences(tx, wishes)
    if mark(found) != job.result["mark"]:
        raise Outdated
    told: list[Told] = []
    marks: dict[str, int] = {}
    for each in found:
        if each.wish.sheet == "activity":
            await _apply_activity(tx, act, each, told, marks)
    for each in found:
        if each.wish.sheet == "indicator":
            await _apply_indicator(tx, act, each, marks)
    await plans.tell_of(tx, act, told)
    await jobs.change(tx, job_id, state=jobs.DONE, result=None, finished_at=act.now)
    return counts(found)


async def _apply_activity(
    tx: Transaction, act: Act, one: Difference, told: list[Told], marks: dict[str, int]
) -> None:
    assert isinstance(one.then, Wanted)
    if isinstance(one.now, Activity):
        activity_id = one.now.id
        if one.fields:
            await plans.change(tx, act, activity_id, one.then, seen=one.now.wanted)
    else:
        assert one.wish.about is not None
        new = await plans.enter(tx, act, About(*one.wish.about), one.then)
        activity_id = new.activity_id
        await plans.trace_of(tx, act, activity_id, About(*one.wish.about), one.then)
        told.append(new)
        if one.wish.mark:
            marks[one.wish.mark] = activity_id
    if one.state is not None:
        await plans.move(tx, act, activity_id, one.state)


async def _apply_indicator(
    tx: Transaction, act: Act, one: Difference, marks: Mapping[str, int]
) -> None:
    assert isinstance(one.then, WantedIndicator)
    if isinstance(one.now, Indicator):
        indicator_id = one.now.id
        if one.fields:
            await plans.change_indicator(tx, act, indicator_id, one.then, seen=one.now.wanted)
    else:
        of = one.wish.of if isinstance(one.wish.of, int) else marks.get(str(one.wish.of))
        if of is None:
            raise Outdated
        indicator_id = await plans.add_indicator(tx, act, of, one.then)
    if one.value is not None:
        await plans.add_value(tx, act, indicator_id, one.value)


async def discard(tx: Transaction, act: Act, job_id: int) -> None:
    """Change nothing of it."""
    permissions.require(permissions.may_plan(act.actor))
    await books.discard(tx, act, await books.waiting(tx, job_id, READ), "plans_book")
