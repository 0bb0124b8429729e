"""Every act leaves a trace: the one way in which services record what was done (DESIGN §9)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot import logs
from bot.domain.errors import Refused
from bot.domain.people import COMMAND_LINE, Act
from bot.domain.permissions import require
from bot.keys import Head, HeadGoesBack, KeyDamaged, KeyRing
from bot.tasks import Tasks
from storage import audit
from storage.audit import Fact, Fault, Finding
from storage.database import UNAVAILABLE, Database, Transaction

log = logs.get(__name__)

PAUSE_AFTER_FAILURE = 1.0  # seconds


async def record(
    tx: Transaction,
    act: Act,
    name: str,
    subject: str,
    *,
    facts: Mapping[str, Fact] | None = None,
    words: str | None = None,
    seat_id: int | None = None,
) -> int:
    """Record that somebody did `name` to `subject` (`"status_update.submit"`, `"assignment:17"`).

    Facts are ids, counts, truths, dates and codes; anything that may be a name or a text raises
    `storage.audit.NoFact`. What a person wrote goes to `words`, where it can be erased. `seat_id`
    names the seat where it is not the actor's first. Others who record wait until this transaction
    ends, so record last. Gives the number of the entry.
    """
    head = await audit.append(
        tx,
        at=act.now,
        act=name,
        person_id=act.actor.person_id,
        seat_id=act.actor.seat_id if seat_id is None else seat_id,
        channel=act.actor.channel,
        subject=subject,
        facts=facts or {},
        words=words,
    )
    return head.count


async def erase_words(tx: Transaction, act: Act, number: int) -> bool:
    """Forget the words of an entry for good, as an act of its own; False if it has none."""
    erased = await audit.erase_words(tx, number)
    if erased:
        await record(tx, act, audit.ERASED, f"audit:{number}")
    return erased


async def verify(database: Database, keys: KeyRing) -> list[Finding]:
    """Everything wrong with the chain and its end, none for an intact one; raises KeyMissing."""
    key = await asyncio.to_thread(keys.existing, audit.SERIES)
    remembered = await asyncio.to_thread(keys.read_head)
    async with database.read() as tx:
        return await audit.verify(tx, key, remembered)


class NothingLost(Refused):
    """The audit goes through the end that the key folder remembers: nothing is to be accepted."""

    key = "error.audit_nothing_lost"


class AuditChanged(Refused):
    """Entries that are there were changed: no backup explains that."""

    key = "error.audit_changed"


async def accept_restored(database: Database, keys: KeyRing, act: Act) -> Finding:
    """After an older backup was restored: record what went with it, and follow the chain on.

    Gives what is gone. The entry stays in the chain, so that a cut tail cannot be hidden this way.
    Raises NothingLost, or AuditChanged where more than the end is wrong.
    """
    require(act.actor.channel == COMMAND_LINE.channel)
    remembered = keys.read_head()
    wrong = await verify(database, keys)
    if remembered is None or all(each.fault is not Fault.END_LOST for each in wrong):
        raise NothingLost
    async with database.write() as tx:
        end = await audit.head(tx) or Head("", 0)
        lost = audit.behind(end, remembered)
        gone = {Finding(Fault.REMOVED, end.count + 1, remembered.count)}
        if any(each.fault is not Fault.END_LOST and each not in gone for each in wrong):
            raise AuditChanged
        facts: dict[str, Fact] = {
            "first": lost.first,
            "last": lost.last,
            "remembered": remembered.hash,
        }
        await record(tx, act, audit.RESTORED, "audit:restored", facts=facts)
        head = await audit.head(tx)
    assert head is not None
    keys.write_head(head, restoring=True)
    return lost


class HeadKeeper:
    """Keeps the chain's end outside the database, soon after each commit; many commits at once.

    A chain that no longer goes through the remembered end was tampered with: the end is then left
    as it is, for `verify` to find.
    """

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys
        self._called = asyncio.Event()
        self._tasks = Tasks()
        database.subscribe(audit.SERIES, self._called.set)

    def start(self) -> None:
        """Catch up with what was committed before a crash, then follow every commit."""
        self._called.set()
        self._tasks.start(self._follow(), name="audit head")

    async def stop(self) -> None:
        """Write the last end, then rest."""
        await self._tasks.stop()
        await self._try_to_write()

    async def write(self) -> None:
        """Write the chain's end as it is now."""
        remembered = await asyncio.to_thread(self._keys.read_head)
        async with self._database.read() as tx:
            head = await audit.head(tx)
            intact = remembered is None or await audit.holds(tx, remembered)
        if not intact:
            log.error("audit.end_lost", count=remembered and remembered.count)
        elif head is not None and head != remembered:
            await asyncio.to_thread(self._keys.write_head, head)

    async def _follow(self) -> None:
        while True:
            await self._called.wait()
            self._called.clear()
            if not await self._try_to_write():
                await asyncio.sleep(PAUSE_AFTER_FAILURE)
                self._called.set()

    async def _try_to_write(self) -> bool:
        try:
            await self.write()
        except HeadGoesBack:
            log.debug("audit.head_is_newer")  # another process committed and wrote meanwhile
        except (KeyDamaged, *UNAVAILABLE) as error:
            log.error("audit.head_not_written", error=type(error).__name__)  # noqa: TRY400
            return False
        return True
