"""A table of recommendations brought in by chat and the workbook taken out, while others tap."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.country import Size
from bench.imports import sentence
from bench.taps import Stage, Waits, at_work, focal_point, run_focal_point, stage
from bot.sandbox import people as hands
from bot.sandbox.calls import Upload
from bot.tasks import Tasks

PATIENCE = 600.0  # seconds
QUIET = 8.0  # seconds without an export before each


@dataclass(frozen=True)
class Found:
    """Seconds until the preview, until it is applied, until the workbook comes; others' taps.

    They tap while the import goes on, while nothing does, and while the workbook is made.
    """

    read: float
    applied: float
    exported: float
    meanwhile: Waits
    alone: Waits
    exporting: Waits


def csv(rows: int) -> bytes:
    """A table of that many recommendations in some 22 documents."""
    lines = ["document_symbol,paragraph,recommending_state,position,text"]
    lines += [
        f"A/HRC/{500 + row // 250}/9,134.{row % 250},Norland,supported,{sentence(row, 30)}"
        for row in range(rows)
    ]
    return "\n".join(lines).encode()


async def measure(rows: int, updates: int, *, rounds: int) -> Found:
    """Import that many rows beside so many status updates, then export everything some times."""
    async with stage(24) as on:
        with TemporaryDirectory() as folder:
            told = await focal_point(on, Path(folder), Size(200, 20, updates))
            async with at_work(run_focal_point, told):
                *others, coordinator = on.chats
                for chat in on.chats:
                    await on.is_answered(chat, 0)
                async with _tapping(on, others) as importing:
                    read, applied = await _import(on, coordinator, csv(rows))
                alone: list[float] = []
                exporting: list[float] = []
                for _ in range(rounds):  # in turn: what else the machine does changes meanwhile
                    async with _tapping(on, others) as waits:
                        await asyncio.sleep(QUIET)
                    alone += waits
                    async with _tapping(on, others) as waits:
                        exported = await _export(on, coordinator)
                    exporting += waits
    return Found(read, applied, exported, *map(_sorted, (importing, alone, exporting)))


def _sorted(waits: list[float]) -> Waits:
    return Waits(tuple(sorted(waits)))


@asynccontextmanager
async def _tapping(on: Stage, chats: list[int]) -> AsyncIterator[list[float]]:
    """Others tap inside the block, one after another; how long each waited."""
    waits: list[float] = []
    tapping = Tasks()
    tapping.start(_keep_tapping(on, chats, waits), name="taps of others")
    yield waits
    await tapping.stop()
    await asyncio.sleep(1)  # until the last of them has its answer


async def _keep_tapping(on: Stage, chats: list[int], waits: list[float]) -> None:
    while True:
        for chat in chats:
            waits.append(await on.types(chat, "/home"))
            await asyncio.sleep(0.1)


async def _import(on: Stage, chat: int, content: bytes) -> tuple[float, float]:
    who, place = on.chats[chat]
    file = Upload("rows.csv", "text/csv", content)
    begun = time.monotonic()
    hands.sends_files(on.sandbox.world, who, place, [file], kind="document", words="")
    await _until(lambda: on.has_button(chat, "Import "))
    read = time.monotonic() - begun
    await asyncio.sleep(1)
    begun = time.monotonic()
    await on.taps(chat, "Import ")
    await _until(lambda: on.has_text(chat, "Imported: "))
    return read, time.monotonic() - begun


async def _export(on: Stage, chat: int) -> float:
    await on.types(chat, "/export")
    await on.taps(chat, "Consolidated workbook")
    before = len(on.sandbox.journal.accepted("sendDocument", chat))
    begun = time.monotonic()
    await on.taps(chat, "Make it")
    await _until(lambda: len(on.sandbox.journal.accepted("sendDocument", chat)) > before)
    return time.monotonic() - begun


async def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {PATIENCE} s")
        await asyncio.sleep(0.02)
