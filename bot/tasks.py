"""The one home of background tasks: each is held, named, and its failure is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which runs to its end even when the caller is cancelled meanwhile.

    A statement that is cancelled midway keeps its database lock, so the cancellation waits.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()  # looked at, so that it is not reported as never retrieved
        raise


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do these side by side until one fails or the caller is cancelled; none outlives this."""
    tasks = [asyncio.create_task(each) for each in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)


class Tasks:
    """Background tasks of one part of the program, ended together."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run `work` in the background; it handles its own errors."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self) -> None:
        """Wait for everything that runs now."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """Cancel everything that runs and wait for its end."""
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)
