"""Every act leaves a trace: the one way in which services record what was done (DESIGN §9)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot import logs, seals
from bot.domain.errors import Refused
from bot.domain.people import COMMAND_LINE, Act
from bot.domain.permissions import require
from bot.keys import Head, HeadGoesBack, KeyDamaged, KeyRing
from bot.seals import Seal, Sealed
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


async def verify(database: Database, keys: KeyRing, papers: Sequence[Head] = ()) -> list[Finding]:
    """Everything wrong with the chain, its end and its seals, none for an intact one.

    `papers` are seals that were kept elsewhere. Raises KeyMissing.
    """
    key = await asyncio.to_thread(keys.existing, audit.SERIES)
    remembered = await asyncio.to_thread(keys.read_head)
    sealed = await asyncio.to_thread(seals.read, keys)
    async with database.read() as tx:
        return await audit.verify(tx, key, remembered, sealed, papers)


async def seal_day(database: Database, keys: KeyRing, act: Act) -> Seal | None:
    """Seal the day that is over, once, outside the database; None where nothing is to be sealed.

    Days that were missed are sealed with it. The line in the file comes first: what the chain
    tells of must be there. A chain that contradicts its last seal is left for `verify`.
    """
    day = act.today - timedelta(days=1)
    sealed = await asyncio.to_thread(seals.read, keys)
    last = sealed.last
    if last is not None and last.day >= day:
        return None
    async with database.read() as tx:
        head = await audit.head(tx)
        told = await audit.last_seal(tx)
        intact = last is None or await audit.holds(tx, Head(last.hash, last.count))
    if not intact:
        log.error("audit.seal_broken", count=last and last.count)
    if head is None or not intact or _only_sealed(head, last, told):
        return None
    number = _next(sealed, told)
    made = await asyncio.to_thread(seals.add, keys, number, day, head)
    facts: dict[str, Fact] = {"seal": number, "day": day, "entries": head.count}
    async with database.write() as tx:
        await record(tx, act, audit.SEALED, audit.SEALS, facts=facts)
    return made


def _next(sealed: Sealed, told: int) -> int:
    return max(told, *sealed.numbers, 0) + 1


def _only_sealed(head: Head, last: Seal | None, told: int) -> bool:
    """Whether nothing came after the last seal but the entry that tells of it."""
    return last is not None and last.number == told and head.count == last.count + 1


class NothingLost(Refused):
    """The audit goes through the end that the key folder remembers: nothing is to be accepted."""

    key = "error.audit_nothing_lost"


class AuditChanged(Refused):
    """Entries that are there were changed: no backup explains that."""

    key = "error.audit_changed"


async def accept_restored(database: Database, keys: KeyRing, act: Act) -> Finding:
    """After an older backup was restored: record what went with it, and follow the chain on.

    Gives what is gone: entries, or seals where it was the key folder that is older. The entry stays
    in the chain, so that a cut tail cannot be hidden this way. Raises NothingLost, or AuditChanged
    where something is wrong that no backup explains.
    """
    require(act.actor.channel == COMMAND_LINE.channel)
    remembered = keys.read_head()
    wrong = await verify(database, keys)
    faults = {each.fault for each in wrong}
    if remembered is None or not faults & {Fault.END_LOST, Fault.SEAL_MISSING}:
        raise NothingLost
    async with database.read() as tx:
        end = await audit.head(tx) or Head("", 0)
    lost = None if Fault.END_LOST not in faults else _lost(end, remembered, wrong)
    if any(not _is_explained(each, end, lost) for each in wrong):
        raise AuditChanged
    missing = [each.first for each in wrong if each.fault is Fault.SEAL_MISSING]
    return await _follow_on(database, keys, act, lost, missing)


def _lost(end: Head, remembered: Head, wrong: Sequence[Finding]) -> Finding:
    """What is gone at least: what the remembered end says, and every seal that does not hold."""
    gone = audit.behind(end, remembered)
    broken = [each.last for each in wrong if each.fault is Fault.SEAL_BROKEN]
    return Finding(Fault.RESTORED, min(gone.first, *broken, gone.last), max(gone.last, *broken, 0))


def _is_explained(finding: Finding, end: Head, lost: Finding | None) -> bool:
    """Whether an older backup is reason enough for what was found."""
    if finding.fault is Fault.SEAL_MISSING:
        return True
    if lost is None:
        return False
    behind = finding.fault is Fault.REMOVED and finding.first > end.count
    return behind or finding.fault in (Fault.END_LOST, Fault.SEAL_BROKEN)


async def _follow_on(
    database: Database, keys: KeyRing, act: Act, lost: Finding | None, missing: Sequence[int]
) -> Finding:
    """Record what went, remember the new end, and seal it: earlier seals of what went are void."""
    remembered, sealed = keys.read_head(), seals.read(keys)
    assert remembered is not None
    facts: dict[str, Fact] = {"remembered": remembered.hash}
    if missing:
        facts["seals"] = list(missing)
    async with database.write() as tx:
        number = _next(sealed, await audit.last_seal(tx))
        if lost is not None:
            facts |= {"first": lost.first, "last": lost.last, "seal": number}
        await record(tx, act, audit.RESTORED, audit.RESTORATION, facts=facts)
        head = await audit.head(tx)
    assert head is not None
    keys.write_head(head, restoring=True)
    if lost is None:
        return Finding(Fault.SEAL_MISSING, min(missing), max(missing))
    seals.add(keys, number, act.today, head, gone_from=lost.first)
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
