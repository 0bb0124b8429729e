"""The assignment workbook in a process of its own: made from the database, read back as rows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.clusters import Cluster
from bot.domain.institutions import Institution
from bot.domain.screens import Text, text_to_json
from bot.domain.selection import Selection
from bot.exchange import assignments_book as book
from bot.exchange.assignments_book import Assigned, AssignmentRow, ItemToAssign, Known
from bot.exchange.imported import Problem
from bot.exchange.sheets import Labels
from bot.settings import Settings
from bot.texts import Texts
from storage import assignments_book as queries
from storage import clusters, institutions
from storage import selection as selections
from storage.assignments_book import Row
from storage.database import Database

FILE = "assignments.xlsx"
BATCH = 200  # rows that come back at once


# -- Out -------------------------------------------------------------------------------------------


def make(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the workbook of `selection` in `language` into the folder; gives `file`, `rows`.

    Of restricted items, `withheld` of them, it has symbol and number, and who answers by when.
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
            found = await queries.rows(
                tx, wanted, language=language, default_language=settings.default_language
            )
            names = institution_names(await institutions.every(tx), language)
            grouped = cluster_names(await clusters.every(tx))
            closed = await clusters.of_restricted(tx)
    finally:
        await database.close()
    texts = Texts.load(settings.languages, at_need=True)
    rows = book.write(
        path,
        (_to_assign(each, names, grouped) for each in found),
        institutions=sorted(names.values()),
        clusters=sorted(name for id_, name in grouped.items() if id_ not in closed),
        labels=lambda key: texts.render(Text(key), language, mode="bare"),
        language=language,
        made_at=made_at,
    )
    withheld = sum(each.restricted for each in found)
    return {"file": path.name, "rows": rows, "withheld": withheld}


def _to_assign(row: Row, names: Mapping[int, str], grouped: Mapping[int, str]) -> ItemToAssign:
    now = assigned(row, names, grouped)
    return ItemToAssign(
        id=str(row.id),
        symbol=row.symbol,
        paragraph=row.paragraph,
        text=row.words or "",
        suggested=tuple(names[each] for each in row.suggested if each in names),
        now=replace(now, cluster=None) if row.restricted else now,
    )


def assigned(row: Row, names: Mapping[int, str], grouped: Mapping[int, str]) -> Assigned:
    """Who answers for an item, by name, as the workbook shows it."""
    return Assigned(
        None if row.lead is None else names.get(row.lead),
        tuple(names[each] for each in row.contributing if each in names),
        row.due,
        None if row.cluster is None else grouped.get(row.cluster),
    )


def institution_names(every: Sequence[Institution], language: str) -> dict[int, str]:
    """A name of its own for each institution; those that share one get their code behind it."""
    return _apart([(each.id, each.name(language), each.code) for each in every])


def cluster_names(every: Sequence[Cluster]) -> dict[int, str]:
    """A name of its own for each cluster; those that share one get their number behind it."""
    return _apart([(each.id, each.name, str(each.id)) for each in every])


def _apart(named: Sequence[tuple[int, str, str]]) -> dict[int, str]:
    """The names as one cell can hold several of them: on one line, without the bar between them."""
    plain = [(id_, " ".join(name.replace("|", "/").split()), mark) for id_, name, mark in named]
    often = Counter(name for _, name, _ in plain)
    return {id_: f"{name} ({mark})" if often[name] > 1 else name for id_, name, mark in plain}


def known_names(every: Sequence[Institution], languages: Iterable[str]) -> dict[str, int]:
    """Every name by which a workbook in any language may call an institution, and its code."""
    found: dict[str, int] = {}
    for language in languages:
        for id_, name in institution_names(every, language).items():
            found.setdefault(name, id_)
    for each in every:
        found.setdefault(each.code, each.id)
    return found


# -- In --------------------------------------------------------------------------------------------


def read(
    path: str,
    items: Mapping[str, Sequence[str]],
    institutions_: Sequence[str],
    clusters_: Sequence[str],
    by_heading: Mapping[str, str],
) -> Iterator[list[dict[str, Any]]]:
    """The rows of a workbook that came back, as plain JSON, in batches; raises its refusals."""
    known = Known({key: (at[0], at[1]) for key, at in items.items()}, institutions_, clusters_)
    rows = [_packed(each) for each in book.read(Path(path), known, by_heading)]
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def headings(texts: Texts) -> dict[str, str]:
    """The columns by their headings in every language offered."""
    found: dict[str, str] = {}
    for language in texts.languages:
        found.update(book.headings(_labels(texts, language)))
    return found


def _labels(texts: Texts, language: str) -> Labels:
    return lambda key: texts.render(Text(key), language, mode="bare")


def _packed(row: AssignmentRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "item": row.item_id,
        "lead": row.lead,
        "contributing": list(row.contributing),
        "due": None if row.due is None else row.due.isoformat(),
        "cluster": row.cluster,
        "given": sorted(row.given),
        "refused": row.refused,
        "problems": [_problem(each) for each in row.problems],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "text": text_to_json(Text(problem.key, problem.values))}
