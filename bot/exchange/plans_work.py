"""The workbook of plans in a process of its own: made from the database, read back as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.disaggregation import Dimension
from bot.domain.plans import (
    Activity,
    ActivityState,
    Indicator,
    IndicatorKind,
    IndicatorValue,
    current,
    exact,
)
from bot.domain.screens import Text, text_to_json
from bot.domain.selection import Selection
from bot.exchange import plans_book as book
from bot.exchange.assignments_work import cluster_names, institution_names
from bot.exchange.plans_book import ActivityCells, IndicatorCells, Known, PlanRow
from bot.exchange.sheets import Labels
from bot.settings import Settings
from bot.texts import Texts
from storage import clusters, indicators, institutions, plans
from storage import selection as selections
from storage.database import Database, Transaction

FILE = "plans.xlsx"
BATCH = 200  # rows that come back at once


# -- Out -------------------------------------------------------------------------------------------


def make(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the workbook of `selection` in `language` into the folder; gives `file`, `rows`.

    With `withhold` the words of activities about restricted items stay at home: `withheld` of them.
    """
    settings = Settings.from_environment()
    return asyncio.run(_make(arguments, settings, Path(folder) / FILE))


async def _make(arguments: Mapping[str, Any], settings: Settings, path: Path) -> dict[str, Any]:
    language = arguments["language"]
    made_at = datetime.fromisoformat(arguments["made_at"])
    today = made_at.astimezone(settings.zone).date()
    database = Database(settings.database_url, readers=1)
    try:
        async with database.read() as tx:
            wanted = await selections.ids(tx, Selection.read(arguments["selection"]), today=today)
            found = await plans.of_items(tx, wanted)
            measured = await indicators.of_activities(tx, [each.id for each in found])
            values = await indicators.values(tx, [each.id for each in measured])
            items = await item_codes(
                tx, [*wanted, *(one for each in found for one in each.item_ids)]
            )
            named = institution_names(await institutions.every(tx), language)
            grouped = cluster_names(await clusters.every(tx))
            closed: Collection[int] = ()
            unsaid: Collection[int] = ()
            if arguments["withhold"]:
                closed = await clusters.of_restricted(tx)
                unsaid = await plans.about_restricted(tx, [each.id for each in found])
    finally:
        await database.close()
    texts = Texts.load(settings.languages, at_need=True)
    what = {each.id: each.what for each in found}
    rows = book.write(
        path,
        [
            _without_words(each, named, items)
            if each.id in unsaid
            else activity_cells(each, named, about(each, items, grouped))
            for each in found
        ],
        [
            _measured_without_words(each, values[each.id])
            if each.activity_id in unsaid
            else indicator_cells(each, values[each.id], what[each.activity_id])
            for each in measured
        ],
        about=[
            *sorted(name for id_, name in grouped.items() if id_ not in closed),
            *(items[each] for each in wanted),
        ],
        institutions=sorted(named.values()),
        labels=lambda key: texts.render(Text(key), language, mode="bare"),
        language=language,
        made_at=made_at,
    )
    return {"file": path.name, "rows": rows, "withheld": len(unsaid)}


async def item_codes(tx: Transaction, item_ids: Iterable[int] | None = None) -> dict[int, str]:
    """How each of these items (or every one) is called in a cell: symbol and number."""
    return {
        item_id: f"{symbol} {code}"
        for item_id, symbol, code in await plans.item_codes(
            tx, None if item_ids is None else sorted(set(item_ids))
        )
    }


def about(
    activity: Activity, items: Mapping[int, str], grouped: Mapping[int, str]
) -> tuple[str, ...]:
    """What an activity is for, as a cell says it."""
    if activity.cluster_id is not None:
        return (grouped.get(activity.cluster_id, "–"),)
    return tuple(items[each] for each in activity.item_ids)


def activity_cells(
    activity: Activity, named: Mapping[int, str], about: tuple[str, ...]
) -> ActivityCells:
    """The row of an activity."""
    return ActivityCells(
        id=f"AC-{activity.id}",
        about=about,
        what=activity.what,
        institution=named.get(activity.institution_id),
        others=tuple(named[each] for each in activity.others if each in named),
        from_on=activity.from_on,
        until_on=activity.until_on,
        amount=activity.amount,
        currency=activity.currency,
        funds=activity.funds,
        state=activity.state.value,
    )


def indicator_cells(
    indicator: Indicator, values: Sequence[IndicatorValue], what: str
) -> IndicatorCells:
    """The row of an indicator, with its latest value."""
    latest = next(iter(current(values)), None)
    return IndicatorCells(
        id=f"IN-{indicator.id}",
        activity=f"AC-{indicator.activity_id}",
        of=what,
        name=indicator.name,
        kind=indicator.kind.value,
        unit=indicator.unit,
        baseline=indicator.baseline,
        baseline_year=indicator.baseline_year,
        target=indicator.target,
        target_year=indicator.target_year,
        sdg=indicator.sdg,
        dimensions=tuple(each.value for each in indicator.dimensions),
        year=None if latest is None else latest.year,
        value=None if latest is None else latest.value,
        groups={} if latest is None else latest.groups,
    )


def _without_words(
    activity: Activity, named: Mapping[int, str], items: Mapping[int, str]
) -> ActivityCells:
    """The row of an activity about restricted items: their numbers, and nothing that was written.

    The name of a cluster that holds no others is written, too.
    """
    of = tuple(items[each] for each in activity.item_ids)
    return replace(activity_cells(activity, named, of), what="", funds=None)


def _measured_without_words(
    indicator: Indicator, values: Sequence[IndicatorValue]
) -> IndicatorCells:
    return replace(indicator_cells(indicator, values, ""), name="", unit=None, groups={})


# -- In --------------------------------------------------------------------------------------------


def read(
    path: str,
    known: Mapping[str, Any],
    by_heading: Mapping[str, Mapping[str, str]],
    language: str,
) -> Iterator[list[dict[str, Any]]]:
    """The rows of a workbook that came back, as plain JSON, in batches; raises its refusals."""
    rows = [
        _packed(each)
        for each in book.read(Path(path), Known(**known), by_heading, language=language)
    ]
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def headings(texts: Texts) -> dict[str, dict[str, str]]:
    """By sheet, the columns by their headings in every language offered."""
    found: dict[str, dict[str, str]] = {name: {} for name in book.SHEETS}
    for language in texts.languages:
        for sheet, columns in book.headings(_labels(texts, language)).items():
            found[sheet].update(columns)
    return found


def words(texts: Texts) -> dict[str, dict[str, str]]:
    """What states, kinds and dimensions are called in every language offered, and their codes."""
    codes: Mapping[str, tuple[str, Iterable[str]]] = {
        "state": ("activity.state", [*ActivityState]),
        "kind": ("indicator.kind", [*IndicatorKind]),
        "dimension": ("dimension", [*Dimension]),
    }
    found: dict[str, dict[str, str]] = {}
    for name, (key, every) in codes.items():
        called = found[name] = {str(each): str(each) for each in every}
        for language in texts.languages:
            said = _labels(texts, language)
            called.update({said(f"{key}.{each}"): str(each) for each in every})
    return found


def _labels(texts: Texts, language: str) -> Labels:
    return lambda key: texts.render(Text(key), language, mode="bare")


def _packed(row: PlanRow) -> dict[str, Any]:
    cells = {each.name: _plain(getattr(row.cells, each.name)) for each in fields(row.cells)}
    return {
        "sheet": row.sheet,
        "row": row.row,
        "new": row.new,
        "cells": cells,
        "given": sorted(row.given),
        "refused": row.refused,
        "problems": [
            {"row": each.row, "sheet": row.sheet, "text": text_to_json(Text(each.key, each.values))}
            for each in row.problems
        ],
    }


def _plain(value: object) -> Any:
    """A cell as JSON; the groups as pairs, which keep their order."""
    match value:
        case Decimal():
            return exact(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case Mapping():
            return [list(each) for each in value.items()]
        case _:
            return value
