"""`make bench`: everything that is measured; `--quick` takes less of each, three minutes in all.

Each table is printed as soon as it is measured. Figures that depend on the machine stand beside a
plain measure of the same machine.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Column, Table

from bench import broadcasts, exchange_in_chat, exports, imports, reminders, storage, taps, workbook
from bench.country import Size
from bot.domain.exports import ExportKind
from storage import migrate
from storage.database import Database

Row = tuple[str, str, str]

QUICK = "--quick" in sys.argv
WIDEST = 48  # characters of a name, so that the tables stand below each other


def tapping() -> Iterator[Row]:
    """From tap to reply."""
    ours, echo = asyncio.run(taps.beside_echo(count=60 if QUICK else 240))
    yield "12 texts a second: the bot", f"{ours.median:.0f} ms", f"p99 {ours.p99:.0f} ms"
    yield "12 texts a second: PTB's plain echo", f"{echo.median:.0f} ms", f"p99 {echo.p99:.0f} ms"
    yield "  the bot to the echo", f"{ours.median / echo.median:.1f} x", ""
    size = Size(500, 20, 1_000) if QUICK else Size()
    waits = asyncio.run(taps.in_a_country(size, rounds=1 if QUICK else 4))
    for what, each in waits.items():
        yield f"{size.items:,} items: {what}", f"{each.median:.0f} ms", f"p99 {each.p99:.0f} ms"


def in_chat() -> Iterator[Row]:
    """A file in and a workbook out, by chat, while others tap."""
    rows, updates = (500, 10_000) if QUICK else (5_394, 100_000)
    found = asyncio.run(exchange_in_chat.measure(rows, updates, rounds=1 if QUICK else 2))
    yield f"import of {rows:,} rows: until the preview", f"{found.read:.1f} s", ""
    yield "  until it is applied", f"{found.applied:.1f} s", ""
    meanwhile = found.meanwhile
    yield "  taps of others meanwhile", f"{meanwhile.median:.0f} ms", f"p99 {meanwhile.p99:.0f} ms"
    yield f"export of {updates:,} status updates", f"{found.exported:.1f} s", ""
    alone, exporting = found.alone, found.exporting
    yield (
        "  taps of others while it is made",
        f"{exporting.median:.0f} ms",
        f"p99 {exporting.p99:.0f} ms",
    )
    yield "  and while nothing is", f"{alone.median:.0f} ms", f"p99 {alone.p99:.0f} ms"
    ratio = exporting.median / alone.median
    yield "  the one to the other", f"{ratio:.2f} x", f"p99 {exporting.p99 / alone.p99:.2f} x"


def reading() -> Iterator[Row]:
    """Files read, memory at the highest."""
    size = 5 if QUICK else 360
    with TemporaryDirectory() as folder:
        path = Path(folder) / "uhri.json"
        imports.write_json(path, size * 1_000_000)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows, seconds, peak = pool.apply(imports.stream, (path, None))
        yield f"UHRI JSON of {size} MB: {rows:,} rows", f"{seconds:.1f} s of CPU", f"{peak:.0f} MB"
        seconds = imports.table(Path(folder) / "plain.csv", 5_394)
        yield "CSV of 5,394 rows, read", f"{seconds:.2f} s", ""
    yield "siblings of 254 items among 5,000", f"{imports.siblings(254, 5_000):.2f} s", ""


def writing() -> Iterator[Row]:
    """The workbook, beside the bare writer."""
    count = 5_000 if QUICK else 100_000
    bare, bare_peak = workbook.measured(workbook.bare, count)
    ours, peak = workbook.measured(workbook.ours, count)
    yield f"workbook of {count:,} rows", f"{ours:.1f} s of CPU", f"{peak:.0f} MB"
    yield "  the bare writer", f"{bare:.1f} s of CPU", f"{bare_peak:.0f} MB"
    yield "  the workbook to the bare writer", f"{ours / bare:.2f} x", ""


def exporting() -> Iterator[Table]:
    """Every export as the record grows, and the workbook beside the bare writer."""
    kinds = (ExportKind.WORKBOOK,) if QUICK else exports.KINDS
    yield from exports.tables((1_000, 5_000) if QUICK else exports.SIZES, kinds)


def storing() -> Iterator[Row]:
    """Transactions at full durability."""
    for writers in (1, 50):
        rate, took = asyncio.run(_transactions(writers))
        half = took[len(took) // 2]
        yield f"transactions, {writers} at once", f"{rate:,.0f} a second", f"median {half:.1f} ms"


def reminding() -> Iterator[Row]:
    """Reminders planned, looked for, and sent."""
    count = 500 if QUICK else 5_000
    for name, place in reminders.places():
        found = asyncio.run(reminders.measure(place, count=count))
        what = f"{name}: {count:,} items, {found.planned:,} reminders planned"
        yield what, f"{found.planning.whole:.1f} s", found.planning.held
        idle, most = found.idle[len(found.idle) // 2], found.idle[-1]
        yield "  a tick with nothing due", f"{1000 * idle:.1f} ms", f"at most {1000 * most:.0f} ms"
        all_of_it = f"{found.reminding.whole:.1f} s"
        yield f"  {found.people:,} people due at once", all_of_it, found.reminding.held


def announcing() -> Iterator[Row]:
    """Broadcasts at a server that refuses what is too fast, and taps meanwhile."""
    yield from broadcasts.rows_of(quick=QUICK)


async def _transactions(writers: int) -> tuple[float, list[float]]:
    async with storage.on_sqlite() as url:
        await migrate.upgrade(url)
        database = Database(url, audit_key=bytes(32))
        found = await storage.measured(database, storage.read_and_insert, writers, 0)
        await database.close()
        return found


ROWS: tuple[Callable[[], Iterator[Row]], ...] = (
    tapping,
    in_chat,
    reading,
    writing,
    reminding,
    announcing,
    storing,
)


def measured() -> Iterator[Table]:
    """Every table, as it is ready."""
    for section in ROWS:
        begun = time.monotonic()
        table = Table(Column("what", min_width=WIDEST), "figure", "", title=section.__doc__)
        for row in section():
            table.add_row(*row)
        table.caption = f"measured in {time.monotonic() - begun:.0f} s"
        yield table
    yield from exporting()


def main() -> None:
    """Measure all; nobody who stops it loses what was measured."""
    begun = time.monotonic()
    console = Console()
    for table in measured():
        console.print(table)
        sys.stdout.flush()
    console.print(f"measured in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
