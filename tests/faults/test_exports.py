"""Fault 14, the way out: export while others write; cells that look like formulas."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import TextClause, text, update

from bot.domain.exports import ExportKind
from bot.domain.filters import EVERYTHING
from bot.exchange.order import Order
from bot.settings import Settings
from bot.works.export import process
from bot.works.table import processes
from storage.database import Database
from storage.tables import item_texts, items, status_updates
from tests.record import NASTY, fill

pytestmark = pytest.mark.faults

ITEMS_EACH, UPDATES = 40, 4_000


async def test_an_export_while_others_write_is_of_one_moment(
    database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each commit writes its number into all texts and all reports and adds an item.

    The workbook must hold one number only, and as many items as there were then; its totals, which
    are counted apart from its rows, must fit.
    """
    async with database.write() as tx:
        await fill(tx, items_each=ITEMS_EACH, updates=UPDATES)
        await tx.execute(update(items).values(restricted=False))
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
    )
    jobs = processes(settings)
    order = Order(EVERYTHING, "en", datetime.now(UTC), "fault", withhold=False)
    writing = _Writing(database)
    async with jobs.room() as room, asyncio.TaskGroup() as group:
        writer = group.create_task(writing.run())
        await writing.begun.wait()
        before = writing.done
        result = await jobs.run(process(ExportKind.WORKBOOK), order.to_json(), room)
        during = writing.done - before
        writer.cancel()
        book = openpyxl.load_workbook(room / result["file"], read_only=True)
        moments = {  # the items that came meanwhile have no text
            int(str(cell).rpartition("#")[2])
            for sheet, column in (("Recommendations", 7), ("Status updates", 9))
            for (cell,) in book[sheet].iter_rows(
                min_row=2, min_col=column + 1, max_col=column + 1, values_only=True
            )
            if cell
        }
        with zipfile.ZipFile(room / result["file"]) as package:
            formulas = [n for n in package.namelist() if b"<f>" in package.read(n)]
    record_property("commits while the workbook was made", during)
    assert during > 1
    assert len(moments) == 1, moments
    assert not formulas
    assert result["counts"]["recommendations"] == 3 * ITEMS_EACH + moments.pop()


class _Writing:
    """Somebody who never stops."""

    def __init__(self, database: Database) -> None:
        self.done = 0
        self.begun = asyncio.Event()
        self._database = database

    async def run(self) -> None:
        while True:
            self.done += 1
            async with self._database.write() as tx:
                words = f"{NASTY[self.done % len(NASTY)]}#{self.done}"
                await tx.execute(update(item_texts).values(words=words))
                await tx.execute(update(status_updates).values(measures=words))
                await tx.execute(_one_item_more())
            self.begun.set()
            await asyncio.sleep(0.02)


def _one_item_more() -> TextClause:
    columns = "document_id, paragraph, ordinal, kind, restricted, recommending, headings, priority"
    return text(
        f"INSERT INTO items (key, {columns}, created_at)"
        f" SELECT 'more ' || max(id), 1, '1', 1, 'recommendation', false, '[]', '[]', false,"
        " max(created_at) FROM items"
    )
