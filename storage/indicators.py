"""Indicators of activities, and their values over time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from bot.domain.disaggregation import Dimension
from bot.domain.plans import Indicator, IndicatorKind, IndicatorValue, Source, WantedIndicator
from storage.database import Transaction
from storage.tables import activities, indicator_values, indicators, status_updates

_COLUMNS = [indicators.c[each.name] for each in fields(Indicator)]
_ALIVE = indicators.c.ended_at.is_(None)


async def add(tx: Transaction, activity_id: int, wanted: WantedIndicator, *, now: datetime) -> int:
    """A new indicator of an activity; gives its id."""
    result = await tx.execute(
        insert(indicators).values(activity_id=activity_id, created_at=now, **_packed(wanted))
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def put_anew(tx: Transaction, indicator_id: int, wanted: WantedIndicator) -> None:
    """The indicator as it is wanted now."""
    await tx.execute(
        update(indicators).where(indicators.c.id == indicator_id).values(**_packed(wanted))
    )


async def end(tx: Transaction, indicator_id: int, *, now: datetime) -> bool:
    """It is shown and asked for no more; False where that is so already."""
    result = await tx.execute(
        update(indicators).where(indicators.c.id == indicator_id, _ALIVE).values(ended_at=now)
    )
    return result.rowcount == 1


async def get(tx: Transaction, indicator_id: int) -> Indicator | None:
    """The indicator of that id, unless it has ended."""
    row = await tx.row(select(*_COLUMNS).where(indicators.c.id == indicator_id, _ALIVE))
    return None if row is None else _indicator(row)


async def of_activities(tx: Transaction, activity_ids: Collection[int]) -> list[Indicator]:
    """The indicators of these activities, in the order in which they were added."""
    statement = select(*_COLUMNS).where(indicators.c.activity_id.in_(activity_ids), _ALIVE)
    return [_indicator(row) for row in await tx.rows(statement.order_by(indicators.c.id))]


async def adopted(tx: Transaction, *, limit: int) -> list[Indicator]:
    """Indicators of adopted activities, by name."""
    statement = (
        select(*_COLUMNS)
        .join(activities, activities.c.id == indicators.c.activity_id)
        .where(_ALIVE, activities.c.adopted_at.is_not(None))
        .order_by(indicators.c.name, indicators.c.id)
        .limit(limit)
    )
    return [_indicator(row) for row in await tx.rows(statement)]


# -- Values ----------------------------------------------------------------------------------------


async def add_value(
    tx: Transaction,
    indicator_id: int,
    value: IndicatorValue,
    *,
    seat_id: int | None,
    now: datetime,
    answer_id: int | None = None,
    status_update_id: int | None = None,
) -> None:
    """One more value; of its year it is the one that counts from now on."""
    await tx.execute(
        insert(indicator_values).values(
            indicator_id=indicator_id,
            value=value.value,
            year=value.year,
            disaggregation=value.disaggregation,
            source=value.source.value,
            answer_id=answer_id,
            status_update_id=status_update_id,
            seat_id=seat_id,
            at=now,
        )
    )


async def values(
    tx: Transaction, indicator_ids: Collection[int]
) -> dict[int, tuple[IndicatorValue, ...]]:
    """Every value of these indicators, by indicator, the oldest entry first."""
    statement = (
        select(indicator_values, status_updates.c.number)
        .outerjoin(status_updates, status_updates.c.id == indicator_values.c.status_update_id)
        .where(indicator_values.c.indicator_id.in_(indicator_ids))
        .order_by(indicator_values.c.id)
    )
    found: dict[int, tuple[IndicatorValue, ...]] = dict.fromkeys(indicator_ids, ())
    for row in await tx.rows(statement):
        found[row["indicator_id"]] += (_value(row),)
    return found


def _value(row: Any) -> IndicatorValue:
    return IndicatorValue(
        row["value"],
        row["year"],
        {each["group"]: each["value"] for each in row["disaggregation"]},
        Source(row["source"]),
        row["at"],
        row["id"],
        row["indicator_id"],
        row["number"],
    )


def _indicator(row: Any) -> Indicator:
    return Indicator(
        **{
            **row,
            "kind": IndicatorKind(row["kind"]),
            "dimensions": tuple(Dimension(each) for each in row["dimensions"]),
        }
    )


def _packed(wanted: WantedIndicator) -> dict[str, Any]:
    own = {each.name: getattr(wanted, each.name) for each in fields(WantedIndicator)}
    kind, dimensions = wanted.kind.value, [each.value for each in wanted.dimensions]
    return {**own, "kind": kind, "dimensions": dimensions}


# -- For exports -----------------------------------------------------------------------------------


def records(of: Any) -> Select[Any]:
    """The rows of the indicators of these activities (`storage.plans.records`), with their values.

    One row a value; an indicator without any has one row whose `value` is None. `restricted` is as
    the activity is.
    """
    those = of.subquery("those")
    columns: Sequence[Any] = (
        indicator_values.c.id.label("value_id"),
        indicator_values.c.value,
        indicator_values.c.year,
        indicator_values.c.disaggregation,
        indicator_values.c.source,
        indicator_values.c.at,
        status_updates.c.number,
    )
    return (
        select(indicators, *columns, those.c.restricted)
        .join(those, those.c.id == indicators.c.activity_id)
        .outerjoin(indicator_values, indicator_values.c.indicator_id == indicators.c.id)
        .outerjoin(status_updates, status_updates.c.id == indicator_values.c.status_update_id)
        .where(_ALIVE)
    )
