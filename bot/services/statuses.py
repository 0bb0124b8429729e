"""The status vocabulary as a coordinator configures it: codes stay, whatever they are called."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot import logs
from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.people import Act
from bot.domain.status import Entry, Status, Vocabulary
from bot.services import audit
from bot.tasks import Tasks
from bot.texts import Texts
from storage import names
from storage import statuses as queries
from storage.database import UNAVAILABLE, Database, Transaction

log = logs.get(__name__)

WAKES = "statuses"
PAUSE_AFTER_FAILURE = 1.0  # seconds


async def vocabulary(tx: Transaction, act: Act) -> Vocabulary:
    """The statuses of the country, to be configured."""
    permissions.require(permissions.may_configure(act.actor))
    return await queries.vocabulary(tx)


async def get(tx: Transaction, act: Act, code: str) -> Entry:
    """The status of that code, to be configured; raises NotFound."""
    return existing((await vocabulary(tx, act)).get(code))


async def add(tx: Transaction, act: Act, counts_as: Status, names: Mapping[str, str]) -> Entry:
    """A new status. Raises StatusName, StatusNamed, TooManyStatuses, and Outdated at a race."""
    made = (await vocabulary(tx, act)).added(counts_as, names)
    if not await queries.add(tx, made):
        raise Outdated
    await _trace(tx, act, "add", made)
    return made


async def change(
    tx: Transaction, act: Act, code: str, *, counts_as: Status, names: Mapping[str, str]
) -> None:
    """Other names, or what it counts as. Raises StatusName and StatusNamed."""
    known = await vocabulary(tx, act)
    found = existing(known.get(code))
    changed = known.changed(replace(found, counts_as=counts_as, names=dict(names)))
    await _keep(tx, act, "change", changed)


async def require_evidence(tx: Transaction, act: Act, code: str, *, required: bool) -> None:
    """Whether it is said with a file. Raises Outdated where it is so already."""
    found = await get(tx, act, code)
    if found.evidence_required is required:
        raise Outdated
    await _keep(tx, act, "evidence", replace(found, evidence_required=required))


async def move_up(tx: Transaction, act: Act, code: str) -> None:
    """One place earlier wherever statuses are listed."""
    known = await vocabulary(tx, act)
    existing(known.get(code))
    for each in known.moved_up(code):
        await queries.keep(tx, each, now=act.now)
    await audit.record(tx, act, "status.move", f"status:{code}")


async def end(tx: Transaction, act: Act, code: str) -> None:
    """It is offered no more; what was said by it stays. Raises Outdated and LastStatus."""
    known = await vocabulary(tx, act)
    found = existing(known.get(code))
    if found.ended:
        raise Outdated
    known.require_others(code)
    await _keep(tx, act, "end", replace(found, ended=True))


async def take_up_again(tx: Transaction, act: Act, code: str) -> None:
    """It is offered again. Raises Outdated."""
    found = await get(tx, act, code)
    if not found.ended:
        raise Outdated
    await _keep(tx, act, "take_up", replace(found, ended=False))


async def _keep(tx: Transaction, act: Act, name: str, entry: Entry) -> None:
    await queries.keep(tx, entry, now=act.now)
    await _trace(tx, act, name, entry)


async def _trace(tx: Transaction, act: Act, name: str, entry: Entry) -> None:
    facts = {
        "counts_as": entry.counts_as.value,
        "languages": sorted(entry.names),
        "evidence_required": entry.evidence_required,
    }
    words = "\n".join(f"{language}: {name}" for language, name in entry.names.items())
    subject = f"status:{entry.code}"
    await audit.record(tx, act, f"status.{name}", subject, facts=facts, words=words or None)
    tx.wakes.add(WAKES)


class Names:
    """Keeps the text layer to the country's own names, from the start and after each change."""

    def __init__(self, database: Database, texts: Texts) -> None:
        self._database = database
        self._texts = texts
        self._called = asyncio.Event()
        self._tasks = Tasks()
        database.subscribe(WAKES, self._called.set)

    async def start(self) -> None:
        """Read the names, then follow every change."""
        await self.read()
        self._tasks.start(self._follow(), name="status names")

    async def stop(self) -> None:
        """Follow no more."""
        await self._tasks.stop()

    async def read(self) -> None:
        """The names as they are now."""
        async with self._database.read() as tx:
            own = await names.own(tx)
        self._texts.call(own)

    async def _follow(self) -> None:
        while True:
            await self._called.wait()
            self._called.clear()
            try:
                await self.read()
            except UNAVAILABLE as error:
                log.warning("statuses.not_read", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
                self._called.set()
