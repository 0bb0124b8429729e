"""What 100,000 recommendations take as a workbook: seconds and memory, beside the bare writer.

Run as `python -m bench.workbook [rows]`; each writer runs in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bench import memory
from bot.exchange import workbook
from bot.exchange.cells import Cell, Link, joined

_INSTITUTIONS = ("Ministry of Justice", "Ministry of Health", "National Statistics Office")
_STATUSES = ("not started", "in progress", "implemented", "no information")
_TEXT = "Take the necessary measures so that every place of detention is inspected without notice. "


def rows(count: int) -> Iterator[workbook.RecommendationRow]:
    """Recommendations of an invented State, 25 cells each."""
    start = date(2026, 1, 1)
    for number in range(count):
        yield workbook.RecommendationRow(
            id=f"R-{number}",
            symbol="A/HRC/61/4",
            paragraph=f"140.{number}",
            mechanism="Universal Periodic Review",
            cycle="4",
            kind="recommendation",
            position="supported",
            text=_TEXT * (1 + number % 4),
            language="en",
            status=_STATUSES[number % 4],
            as_of=start + timedelta(days=number % 365),
            due=start + timedelta(days=number % 700),
            lead=(_INSTITUTIONS[number % 3],),
            contributing=(_INSTITUTIONS[(number + 1) % 3],),
            cluster="Detention",
            states=("Chile", "Ghana"),
            themes=("Conditions of detention", "Prohibition of torture"),
            groups=("Persons deprived of liberty",),
            sdgs=("16.3", "16.10"),
            last_update=f"SU-2026-{number:04}",
            last_text="Bill 12 passed its first reading; inspections began in two provinces.",
            evidence=number % 5,
            siblings=(f"R-{number + 1}",),
            source=Link("https://documents.example.org/A/HRC/61/4"),
            card=Link(f"https://t.me/example?start=item_{number}"),
        )


def ours(path: Path, count: int) -> None:
    """The consolidated workbook."""
    third, rest = divmod(count, 3)
    quarter, left = divmod(count, 4)
    counts = workbook.Counts(
        sheets={"recommendations": count},
        status={status: quarter + (place < left) for place, status in enumerate(_STATUSES)},
        mechanism={"Universal Periodic Review": count},
        institution={name: third + (place < rest) for place, name in enumerate(_INSTITUTIONS)},
    )
    contents = workbook.WorkbookContents(
        language="en",
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        made_by="officer",
        filters=(),
        counts=counts,
        recommendations=rows(count),
    )
    workbook.write(path, contents, lambda key: key)


class Bare:
    """XlsxWriter alone, with its constant memory."""

    def __init__(self, path: Path) -> None:
        settings = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book = Workbook(path, settings)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets: dict[str, Worksheet] = {}

    def row(self, name: str, number: int, cells: Sequence[Cell]) -> None:
        """Write a row of a sheet, which comes into being with its first one."""
        sheet = self._sheets.get(name)
        if sheet is None:
            sheet = self._sheets[name] = self._book.add_worksheet(name)
        for column, value in enumerate(cells):
            if isinstance(value, tuple):
                sheet.write_string(number, column, joined(value))
            elif isinstance(value, date):
                plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                sheet.write_datetime(number, column, plain, self._day)
            else:
                sheet.write(number, column, value)

    def close(self) -> None:
        """Pack the file."""
        self._book.close()


def bare(path: Path, count: int) -> None:
    """The same cells by XlsxWriter alone."""
    book = Bare(path)
    values = attrgetter(*(each.name for each in fields(workbook.RecommendationRow)))
    for number, row in enumerate(rows(count)):
        book.row("rows", number, values(row))
    book.close()


def measured(writer: Callable[[Path, int], None], count: int) -> tuple[float, float]:
    """Seconds of CPU, and megabytes at the highest, of a writer in a process of its own."""
    with TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (writer, Path(folder) / "book.xlsx", count))


def _measure(writer: Callable[[Path, int], None], path: Path, count: int) -> tuple[float, float]:
    start = time.process_time()
    writer(path, count)
    return time.process_time() - start, memory.peak()


def main() -> None:
    """Measure both and say so."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    bare_seconds, bare_peak = measured(bare, count)
    seconds, peak = measured(ours, count)
    sys.stdout.write(
        f"{count} rows of 25 cells\n"
        f"bare writer: {bare_seconds:.1f} s of CPU, {bare_peak:.0f} MB\n"
        f"workbook:    {seconds:.1f} s of CPU, {peak:.0f} MB, {seconds / bare_seconds:.2f} x\n"
    )


if __name__ == "__main__":
    main()
