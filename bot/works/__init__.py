"""What long work does: one module a kind, each with `run(job, tools)`; no tap waits for it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock
from bot.domain.people import COMMAND_LINE, NO_BOT, Act, Actor
from bot.domain.screens import Screen
from bot.jobs import Jobs
from bot.settings import Settings
from bot.texts import Texts
from storage import files, jobs, outbox, people, seats
from storage.database import Database, Transaction
from storage.jobs import Job
from storage.outbox import Message
from storage.vault import Stored, Vault

Download = Callable[[str, Path], Awaitable[None]]
"""Fetch the file of that Telegram id to that place."""


@dataclass(frozen=True)
class Tools:
    """What long work finds at hand; at the shell there is no bot to fetch from and to answer by."""

    settings: Settings
    database: Database
    vault: Vault
    texts: Texts
    clock: Clock
    jobs: Jobs
    bot_id: int | None = None
    bot_name: str | None = None
    download: Download | None = None

    @asynccontextmanager
    async def room(self) -> AsyncIterator[Path]:
        """A private folder for this piece of work, gone with all in it at the end."""
        async with self.jobs.room() as folder:
            yield folder

    @asynccontextmanager
    async def keep(
        self, source: Path | bytes, media_type: str, *, of: Job | None = None
    ) -> AsyncIterator[tuple[Transaction, Stored]]:
        """The file in the store, and the transaction in which its job is to name it.

        The job that it is `of` names it before the store has its bytes, too: a crash leaves none
        that nobody knows of.
        """

        async def name(made: Stored) -> None:
            if of is not None:
                async with self.database.write() as tx:
                    await self._add(tx, made, media_type)
                    await jobs.change(tx, of.id, sha256=made.sha256)

        async with self.vault.naming:
            kept = await self.vault.put(source, before=name)
            try:
                async with self.database.write() as tx:
                    await self._add(tx, kept, media_type)
                    yield tx, kept
            except Exception:
                await self._forget(kept, of)
                raise

    async def _add(self, tx: Transaction, kept: Stored, media_type: str) -> None:
        now = self.clock.now()
        await files.add(tx, kept.sha256, size=kept.size, media_type=media_type, now=now)

    async def _forget(self, kept: Stored, of: Job | None) -> None:
        """Nothing came of it: the bytes go, unless somebody else has the same."""
        if of is not None:
            async with self.database.write() as tx:
                await jobs.change(tx, of.id, sha256=None)
            await files.sweep(self.database, self.vault)
            return
        async with self.database.read() as tx:
            known = await files.media_type(tx, kept.sha256) is not None
        if not known:
            await self.vault.delete(kept.sha256)

    async def actor(self, tx: Transaction, job: Job) -> Actor:
        """Whoever asked for the job, with the seats that are live now."""
        if job.person_id is None:
            return COMMAND_LINE
        person = await people.get(tx, job.person_id)
        now = self.clock.now()
        return Actor(person, await seats.live_of(tx, job.person_id, now=now))

    async def act(self, tx: Transaction, job: Job) -> Act:
        """What they do by this job now, for services."""
        return self.by(await self.actor(tx, job))

    def by(self, actor: Actor) -> Act:
        """What somebody does now, for services."""
        return Act(actor, self.bot_id or NO_BOT, self.settings.zone, self.clock.now())

    async def tell(
        self,
        tx: Transaction,
        job: Job,
        screen: Screen,
        *,
        step: str,
        edits: int | None = None,
        subject: str | None = None,
        quotes: Sequence[str] = (),
    ) -> int | None:
        """Tell whoever asked how the job stands; once per `step`, whatever is repeated.

        `subject` says what a reply, or the next file, is about, `quotes` what the screen shows.
        Nothing is told to somebody whose seat has ended or was suspended meanwhile.
        """
        if job.person_id is None or self.bot_id is None:
            return None
        if not await seats.live_of(tx, job.person_id, now=self.clock.now()):
            return None
        message = Message(
            key=f"job:{job.id}:{step}",
            screen=screen,
            person_id=job.person_id,
            bot_id=self.bot_id,
            lane=outbox.REPLY,
            edits=edits,
            subject=subject,
            quotes=tuple(quotes),
        )
        return await outbox.add(tx, message, now=self.clock.now())

    async def progress(self, job: Job, done: int, total: int | None) -> None:
        """Note how far the job is."""
        async with self.database.write() as tx:
            await jobs.change(tx, job.id, done=done, total=total)


def digest_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file that was made, and its size in bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
