"""What every kind of export takes as the record grows: seconds, megabytes, and how they grow.

Run as `python -m bench.exports [status updates …]`, by default 1,000, 10,000 and 100,000, with
three recommendations to twenty status updates, as a country has them. Each export is made in a
process of its own, from a database on the disk; the archive packs a file of 10 kB for every piece
of evidence. Word files, which another process fills in, are not measured here.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.pool import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, update

from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import EVERYTHING
from bot.exchange import archive
from bot.exchange.order import Order, Written
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Took(time.process_time() - start, peak / 1024, size / 1024**2)


async def _make(folder: Path, kind: ExportKind, room: Path) -> Written:
    settings = place(folder)
    module = importlib.import_module(PROCESSES[kind].partition(":")[0])
    make = getattr(module, MAKES.get(kind, "make"))
    order = Order(EVERYTHING, "en", NOW, "bench", withhold=False)
    database = Database(settings.database_url, readers=1)
    async with database.read() as tx:
        written: Written = await exports.on_snapshot(
            tx, EVERYTHING, UTC, lambda every: make(every, order, settings, room)
        )
    await database.close()
    if kind is ExportKind.ARCHIVE:
        return await archive.pack(room, Vault.open(folder / "files"), order.made_at, UTC)
    return written


def table(sizes: Sequence[int]) -> Table:
    """Every kind at every size; the ratios are to the size before."""
    shown = Table("kind", "status updates", "CPU", "", "memory", "", "file")
    with TemporaryDirectory() as folder:
        before: dict[ExportKind, Took] = {}
        for size in sizes:
            home = Path(folder) / str(size)
            home.mkdir()
            with _alone() as pool:
                pool.apply(_seed, (home, size))
            for kind in (each for each in ExportKind if FORMS[each].template is None):
                took, last = measured(home, kind), before.get(kind)
                shown.add_row(
                    *(kind.value, f"{size:,}"),
                    *(
                        f"{took.seconds:.1f} s",
                        f"{took.seconds / last.seconds:.1f} x" if last else "",
                    ),
                    *(f"{took.peak:.0f} MB", f"{took.peak / last.peak:.2f} x" if last else ""),
                    f"{took.size:.1f} MB",
                )
                before[kind] = took
            shown.add_section()
    return shown


def main() -> None:
    """Measure all and print one table."""
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    Console().print(table(sizes))


if __name__ == "__main__":
    main()
