"""What every kind of export takes as the record grows: seconds, megabytes, and how they grow;
and what the workbook takes beside XlsxWriter alone with the same cells.

Run as `python -m bench.exports [status updates …]`, by default 1,000, 10,000 and 100,000, with
three recommendations to twenty status updates, as a country has them. Each export is made in a
process of its own, from a database on the disk; the archive packs a file of 10 kB for every piece
of evidence. Word files, which another process fills in, are not measured here.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, update

from bench import memory
from bench.workbook import Bare
from bot.domain.exports import CHOSEN, FORMS, ExportKind
from bot.domain.filters import EVERYTHING
from bot.exchange import archive, child
from bot.exchange.cells import Cell
from bot.exchange.order import Make, Order, Written
from bot.exchange.sheets import SafeSheet, Styles
from bot.settings import Settings
from bot.works.export import PROCESSES
from storage import exports, migrate
from storage.database import Database
from storage.tables import evidence, files
from storage.vault import Vault
from tests.record import fill

SIZES = (1_000, 10_000, 100_000)
DOCUMENTS = 30
NOW = datetime(2026, 11, 23, tzinfo=UTC)
KINDS = tuple(each for each in CHOSEN if FORMS[each].template is None and not FORMS[each].beside)
"""The exports that read the recommendations and are all made by one process."""
MAKES = {ExportKind.SDG_CSV: "make_csv"}


@dataclass(frozen=True)
class Took:
    """What one export took, and how large its file is."""

    seconds: float  # of CPU
    peak: float  # megabytes at the highest
    size: float  # megabytes


def place(folder: Path) -> Settings:
    """The settings of a database in the folder."""
    return Settings.isolated(data_dir=folder, key_dir=folder.with_name("keys"))


async def seed(folder: Path, updates: int) -> None:
    """A record with so many status updates in a database of its own."""
    url = place(folder).database_url
    await migrate.upgrade(url)
    database = Database(url, audit_key=bytes(32))
    stored = await Vault.open(folder / "files").put(b"evidence " * 1_100)
    async with database.write() as tx:
        each = max(1, updates * 3 // 20 // DOCUMENTS)
        await fill(tx, documents=DOCUMENTS, items_each=each, held_by=40, updates=updates)
        about = {
            "size": stored.size,
            "media_type": "application/pdf",
            "stored_at": NOW,
        }
        await tx.execute(insert(files).values(sha256=stored.sha256, **about))
        has = evidence.c.sha256.is_not(None)
        await tx.execute(update(evidence).where(has).values(sha256=stored.sha256))
    await database.close()


def measured(folder: Path, kind: ExportKind) -> Took:
    """What the export takes in a process of its own."""
    with _alone() as pool:
        return pool.apply(_measure, (folder, kind))


@dataclass(frozen=True)
class Beside:
    """Seconds of CPU of the workbook, reading and writing, and of the bare writer, in one run."""

    whole: float
    written: float
    bare: float


def beside_bare(folder: Path) -> Beside:
    """The workbook, and each of its rows by the bare writer too, in a process of its own."""
    with _alone() as pool:
        return pool.apply(_beside, (folder,))


def _beside(folder: Path) -> Beside:
    """Every row is timed by itself, first ours and then the bare writer's."""
    spent = {"bare": 0.0, "written": 0.0}
    ours, clock = SafeSheet.row, time.process_time
    with TemporaryDirectory(dir=folder) as room:
        bare = Bare(Path(room) / "bare.xlsx")

        def both(
            sheet: SafeSheet, number: int, cells: Sequence[Cell], styles: Styles | None = None
        ) -> dict[int, list[str]]:
            begun = clock()
            rest = ours(sheet, number, cells, styles)
            written = clock()
            bare.row(sheet.sheet.name, number, cells)
            spent["bare"] += clock() - written
            spent["written"] += written - begun
            return rest

        begun = clock()
        with patch.object(SafeSheet, "row", both):
            asyncio.run(_make(folder, ExportKind.WORKBOOK, Path(room)))
        whole = clock() - begun - spent["bare"]
        begun = clock()
        bare.close()
        closing = clock() - begun  # the same work for both: the file is packed
    return Beside(whole, spent["written"] + closing, spent["bare"] + closing)


def _alone() -> Pool:
    """A process that begins small: what its parent once needed would count as its own."""
    return multiprocessing.get_context("spawn").Pool(1)


def _seed(folder: Path, updates: int) -> None:
    asyncio.run(seed(folder, updates))


def _measure(folder: Path, kind: ExportKind) -> Took:
    start = time.process_time()
    with TemporaryDirectory(dir=folder) as room:
        written = asyncio.run(_make(folder, kind, Path(room)))
        size = (Path(room) / written.file).stat().st_size
    return Took(time.process_time() - start, memory.peak(), size / 1024**2)


def maker(kind: ExportKind) -> Make:
    """What writes an export of these kinds in its process."""
    module = importlib.import_module(PROCESSES[kind].partition(":")[0])
    made: Make = getattr(module, MAKES.get(kind, "make"))
    return made


async def _make(folder: Path, kind: ExportKind, room: Path) -> Written:
    child.look_for_rubbish_seldom()  # as in the process of an export
    settings, make = place(folder), maker(kind)
    order = Order(EVERYTHING, "en", NOW, "bench", withhold=False)
    database = Database(settings.database_url, readers=1)
    async with database.read() as tx:
        written = await exports.on_snapshot(
            tx, EVERYTHING, UTC, lambda every: make(every, order, settings, room)
        )
    await database.close()
    if kind is ExportKind.ARCHIVE:
        return await archive.pack(room, Vault.open(folder / "files"), order.made_at, UTC)
    return written


@contextmanager
def seeded(size: int) -> Iterator[Path]:
    """The folder of a database with so many status updates."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "data"
        home.mkdir()
        with _alone() as pool:
            pool.apply(_seed, (home, size))
        yield home


def tables(sizes: Sequence[int], kinds: Sequence[ExportKind]) -> Iterator[Table]:
    """A table for each size, as it is measured; the ratios are to the size before."""
    before: dict[ExportKind, Took] = {}
    for size in sizes:
        title = f"Exports of {size:,} status updates"
        table = Table("kind", "CPU", "", "memory", "", "file", title=title)
        begun = time.monotonic()
        with seeded(size) as home:
            for kind in kinds:
                took, last = measured(home, kind), before.get(kind)
                table.add_row(
                    kind.value,
                    f"{took.seconds:.1f} s",
                    f"{took.seconds / last.seconds:.1f} x" if last else "",
                    f"{took.peak:.0f} MB",
                    f"{took.peak / last.peak:.2f} x" if last else "",
                    f"{took.size:.1f} MB",
                )
                before[kind] = took
            table.add_section()
            for row in _beside_rows(beside_bare(home)):
                table.add_row(*row)
        table.caption = f"measured in {time.monotonic() - begun:.0f} s"
        yield table


def _beside_rows(beside: Beside) -> Iterator[tuple[str, str, str]]:
    """The workbook beside the bare writer, with the same cells in the same run."""
    yield "the bare writer, the workbook's cells", f"{beside.bare:.1f} s", ""
    yield "  the workbook's writing", "", f"{beside.written / beside.bare:.2f} x"
    yield "  reading and writing", "", f"{beside.whole / beside.bare:.2f} x"


def main() -> None:
    """Measure all and print the tables."""
    console = Console()
    for table in tables([int(each) for each in sys.argv[1:]] or SIZES, KINDS):
        console.print(table)


if __name__ == "__main__":
    main()
