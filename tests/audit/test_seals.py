"""A chain that was made anew is found by the seals of days, and so is a seal that was tampered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot import seals
from bot.domain.people import TICK
from bot.keys import Head, KeyMissing, KeyRing
from bot.services import audit
from bot.services.audit import AuditChanged, HeadKeeper
from storage import audit as chain_of
from storage.audit import Entry, Fault, Finding
from storage.database import Database
from storage.tables import audit as entries
from storage.tables import counters
from tests import maravia
from tests.audit.conftest import BY_OPERATOR

MORNING = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ADD = "item.add"


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture
async def sealed(database: Database, keys: KeyRing) -> Database:
    """Three entries on each of 4, 5 and 6 May, with the entries that tell of two seals: eleven."""
    database.entrust(keys.get("audit"))
    for day in range(3):
        await a_day(database, keys, day)
    await HeadKeeper(database, keys).write()
    return database


async def a_day(database: Database, keys: KeyRing, day: int) -> None:
    """The morning's tick, and three acts."""
    await ticks(database, keys, day)
    for n in range(3):
        async with database.write() as tx:
            await audit.record(tx, BY_OPERATOR, ADD, f"item:{day}{n}")


async def ticks(database: Database, keys: KeyRing, day: int) -> seals.Seal | None:
    now = MORNING + timedelta(days=day)
    return await audit.seal_day(database, keys, maravia.act(TICK, now))


async def recompute(database: Database, keys: KeyRing, at: int) -> None:
    """Write entry `at` otherwise and every hash from there on anew, as somebody with the key can.

    The end that the key folder remembers is written anew, too.
    """
    key = keys.get("audit")
    async with database.write() as tx:
        await tx.execute(update(entries).where(entries.c.number == at).values(act="item.other"))
        link = "0" * 64
        for row in await tx.rows(select(entries).order_by(entries.c.number)):
            values = {name: row[name] for name in row if name != "hash"}
            link = Entry(**values).hash(key, link)
            here = update(entries).where(entries.c.number == row["number"])
            await tx.execute(here.values(hash=link))
        head = await chain_of.head(tx)
    assert head is not None
    keys.write_head(head)


def lines(keys: KeyRing) -> Path:
    return keys._path(seals.NAME, "lines")


async def test_a_day_is_sealed_once_when_it_is_over_and_days_that_were_missed_with_it(
    sealed: Database, keys: KeyRing
) -> None:
    told = [(each.day.isoformat(), each.count) for each in seals.read(keys).seals]
    assert told == [("2026-05-04", 3), ("2026-05-05", 7)]
    assert await ticks(sealed, keys, 2) is None
    made = await ticks(sealed, keys, 6)
    assert made is not None
    assert (made.number, made.day.isoformat(), made.count) == (3, "2026-05-09", 11)
    assert await ticks(sealed, keys, 7) is None  # nothing came but the entry of the seal
    assert await audit.verify(sealed, keys) == []


@pytest.mark.parametrize(
    ("at", "first", "last", "since", "until"),
    [(2, 1, 3, None, 4), (3, 1, 3, None, 4), (4, 4, 7, 4, 5), (7, 4, 7, 4, 5)],
)
async def test_a_wholly_recomputed_chain_is_found_at_the_first_seal_it_contradicts(
    sealed: Database,
    keys: KeyRing,
    *,
    at: int,
    first: int,
    last: int,
    since: int | None,
    until: int,
) -> None:
    await recompute(sealed, keys, at)
    [found] = await audit.verify(sealed, keys)
    assert (found.fault, found.first, found.last) == (Fault.SEAL_BROKEN, first, last)
    assert (found.since and found.since.day, found.until and found.until.day) == (since, until)
    assert await ticks(sealed, keys, 3) is None  # what was made anew is not sealed


async def test_what_was_recomputed_after_the_last_seal_is_found_by_the_next_one_or_on_paper(
    sealed: Database, keys: KeyRing
) -> None:
    """Today's entries are not sealed yet: what stood there can be known from a copy alone."""
    async with sealed.read() as tx:
        kept = await chain_of.head(tx)
    assert kept is not None
    await recompute(sealed, keys, 10)
    assert await audit.verify(sealed, keys) == []
    paper = [Head(kept.hash[:16], kept.count)]
    found = await audit.verify(sealed, keys, paper)
    assert found == [Finding(Fault.PAPER_BROKEN, kept.count, kept.count)]


async def test_chain_end_and_seals_made_anew_contradict_the_seal_that_was_kept_elsewhere(
    sealed: Database, keys: KeyRing
) -> None:
    """Whoever has the whole machine can write everything anew but the paper."""
    [first, second] = seals.read(keys).seals
    papers = [Head(each.hash, each.count) for each in (first, second)]
    assert await audit.verify(sealed, keys, papers) == []
    await recompute(sealed, keys, 5)
    lines(keys).unlink()
    async with sealed.read() as tx:
        row = await tx.row(select(entries).where(entries.c.number == second.count))
    assert row is not None
    seals.add(keys, 1, first.day, Head(first.hash, first.count))
    seals.add(keys, 2, second.day, Head(row["hash"], second.count))
    assert await audit.verify(sealed, keys) == []
    found = await audit.verify(sealed, keys, papers)
    assert found == [Finding(Fault.PAPER_BROKEN, second.count, second.count)]


async def test_a_seal_that_was_cut_off_is_missed(sealed: Database, keys: KeyRing) -> None:
    first, _second = lines(keys).read_bytes().splitlines(keepends=True)
    lines(keys).write_bytes(first)
    assert await audit.verify(sealed, keys) == [Finding(Fault.SEAL_MISSING, 2, 2)]
    lines(keys).unlink()
    both = [Finding(Fault.SEAL_MISSING, n, n) for n in (1, 2)]
    assert await audit.verify(sealed, keys) == both


async def test_a_seal_taken_out_between_others_is_missed(sealed: Database, keys: KeyRing) -> None:
    await ticks(sealed, keys, 3)
    first, _second, third = lines(keys).read_bytes().splitlines(keepends=True)
    lines(keys).write_bytes(first + third)
    assert await audit.verify(sealed, keys) == [Finding(Fault.SEAL_MISSING, 2, 2)]


@pytest.mark.parametrize("field", ["day", "count", "hash", "gone_from", "previous", "signature"])
async def test_an_edited_seal_is_named_and_no_other(
    sealed: Database, keys: KeyRing, field: str
) -> None:
    first, second = lines(keys).read_bytes().splitlines()
    other = {"day": "2026-05-03", "count": 2, "gone_from": 1}
    edited = {**json.loads(first), field: other.get(field, "1" * 64)}
    lines(keys).write_bytes(b"\n".join([json.dumps(edited).encode(), second, b""]))
    assert await audit.verify(sealed, keys) == [Finding(Fault.SEAL_CHANGED, 1, 1)]


async def test_a_seal_signed_by_somebody_else_is_none(
    sealed: Database, keys: KeyRing, tmp_path: Path
) -> None:
    other = KeyRing(tmp_path / "other")
    seals.add(other, 1, MORNING.date(), Head("1" * 64, 3))
    lines(keys).write_bytes(lines(other).read_bytes())
    faults = [each.fault for each in await audit.verify(sealed, keys)]
    assert faults == [Fault.SEAL_CHANGED, Fault.SEAL_MISSING]


async def test_what_a_crash_left_of_a_line_is_no_seal_and_hides_none(
    sealed: Database, keys: KeyRing
) -> None:
    with lines(keys).open("ab") as file:
        file.write(b'{"number":3,"da')
    assert await audit.verify(sealed, keys) == []
    made = await ticks(sealed, keys, 3)
    assert made is not None
    assert made.number == 3
    assert await audit.verify(sealed, keys) == []


async def test_seals_without_their_key_are_not_called_whole(
    sealed: Database, keys: KeyRing
) -> None:
    keys.destroy(seals.NAME)
    with pytest.raises(KeyMissing):
        await audit.verify(sealed, keys)


async def test_anybody_can_check_the_seals_with_the_public_key(
    sealed: Database, keys: KeyRing
) -> None:
    public, kept = seals.public_key(keys), lines(keys).read_bytes().splitlines()
    assert seals.check(kept, public) == seals.read(keys)
    assert seals.check(kept, bytes(31) + b"\1").seals == []


# -- Restoring -------------------------------------------------------------------------------------


async def restore(database: Database, left: int) -> None:
    """Put an older copy of the database back, of when it had so many entries."""
    async with database.write() as tx:
        await tx.execute(delete(entries).where(entries.c.number > left))
        await tx.execute(update(counters).values(value=left))


@pytest.mark.parametrize(("left", "grown"), [(9, 0), (5, 0), (5, 4), (5, 8), (2, 12)])
async def test_an_older_backup_is_accepted_with_the_seals_that_it_contradicts(
    sealed: Database, keys: KeyRing, *, left: int, grown: int
) -> None:
    await restore(sealed, left)
    for n in range(grown):
        async with sealed.write() as tx:
            await audit.record(tx, BY_OPERATOR, ADD, f"item:again{n}")
    lost = await audit.accept_restored(sealed, keys, BY_OPERATOR)
    assert lost.fault is Fault.RESTORED
    assert lost.last == 11
    assert await audit.verify(sealed, keys) == []
    for day in (3, 4):
        await a_day(sealed, keys, day)
    await HeadKeeper(sealed, keys).write()
    assert await audit.verify(sealed, keys) == []
    last = seals.read(keys).last
    assert last is not None
    assert last.day.day == 7
    await recompute(sealed, keys, last.count)  # later tampering is still found
    assert Fault.SEAL_BROKEN in {each.fault for each in await audit.verify(sealed, keys)}


async def test_a_chain_that_was_made_anew_is_not_accepted_as_a_backup(
    sealed: Database, keys: KeyRing
) -> None:
    await recompute(sealed, keys, 5)
    with pytest.raises(audit.NothingLost):
        await audit.accept_restored(sealed, keys, BY_OPERATOR)


async def test_an_older_key_folder_is_accepted_with_the_seals_that_it_lacks(
    sealed: Database, keys: KeyRing
) -> None:
    before = lines(keys).read_bytes()
    await a_day(sealed, keys, 3)
    await a_day(sealed, keys, 4)
    lines(keys).write_bytes(before)
    missing = [Finding(Fault.SEAL_MISSING, n, n) for n in (3, 4)]
    assert await audit.verify(sealed, keys) == missing
    found = await audit.accept_restored(sealed, keys, BY_OPERATOR)
    assert found == Finding(Fault.SEAL_MISSING, 3, 4)
    assert await audit.verify(sealed, keys) == []
    made = await ticks(sealed, keys, 9)
    assert made is not None
    assert made.number == 5
    assert await audit.verify(sealed, keys) == []


async def test_an_edited_seal_is_no_matter_of_backups(sealed: Database, keys: KeyRing) -> None:
    lines(keys).write_bytes(lines(keys).read_bytes().replace(b'"count":3', b'"count":2'))
    await restore(sealed, 8)
    with pytest.raises(AuditChanged):
        await audit.accept_restored(sealed, keys, BY_OPERATOR)
