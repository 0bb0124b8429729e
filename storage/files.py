"""Files: which bytes are in the store, and which of them nothing names any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select

from storage.database import Database, Transaction
from storage.tables import evidence, files, invitations, jobs, metadata, seats
from storage.upsert import insert_missing
from storage.vault import Vault

_LOOSELY = (jobs.c.sha256, seats.c.letter, invitations.c.letter)  # no foreign keys
_STRICTLY = tuple(
    key.parent
    for table in metadata.tables.values()
    for key in sorted(table.foreign_keys, key=lambda each: each.parent.name)
    if key.column is files.c.sha256
)
NAMING = (*_STRICTLY, *_LOOSELY)
"""The columns that name a file: what none of them holds may be removed."""


async def add(tx: Transaction, sha256: str, *, size: int, media_type: str, now: datetime) -> None:
    """Name a file that is in the store; one that is named already stays as it is."""
    row = {"sha256": sha256, "size": size, "media_type": media_type, "stored_at": now}
    await insert_missing(tx, files, row)


async def media_type(tx: Transaction, sha256: str) -> str | None:
    """What kind of file it is; None: there is no such file."""
    found: str | None = await tx.value(select(files.c.media_type).where(files.c.sha256 == sha256))
    return found


async def all_named(tx: Transaction) -> list[str]:
    """Every file that the store should have."""
    return await tx.values(select(files.c.sha256).order_by(files.c.sha256))


async def is_named(tx: Transaction, sha256: str) -> bool:
    """Whether anything names the file."""
    named = or_(*(exists().where(column == sha256) for column in (files.c.sha256, *NAMING)))
    return bool(await tx.value(select(named)))


async def unnamed_but_by(tx: Transaction, evidence_ids: Iterable[int]) -> list[str]:
    """The files that only these pieces of evidence name."""
    ids = list(evidence_ids)
    other = evidence.alias("other")
    others = exists().where(other.c.sha256 == files.c.sha256, other.c.id.not_in(ids))
    mine = select(evidence.c.sha256).where(evidence.c.id.in_(ids))
    elsewhere = [
        exists().where(column == files.c.sha256)
        for column in NAMING
        if column is not evidence.c.sha256
    ]
    statement = select(files.c.sha256).where(
        files.c.sha256.in_(mine), and_(~others, *(~each for each in elsewhere))
    )
    return await tx.values(statement)


async def nobodys(tx: Transaction, *, limit: int = 200) -> list[str]:
    """Files that nothing names any more."""
    named = [exists().where(column == files.c.sha256) for column in NAMING]
    statement = select(files.c.sha256).where(~or_(*named)).order_by(files.c.sha256).limit(limit)
    return await tx.values(statement)


async def still_named(tx: Transaction, sha256: Iterable[str]) -> list[str]:
    """Those of these files that something names, so that their bytes stay."""
    named = [exists().where(column == files.c.sha256) for column in NAMING]
    which = files.c.sha256.in_(list(sha256))
    statement = select(files.c.sha256).where(which, or_(*named)).order_by(files.c.sha256)
    return await tx.values(statement)


async def sweep(database: Database, vault: Vault) -> int:
    """Remove some of the files that nothing names any more; gives how many. Hold `vault.naming`.

    The bytes go first: should this end midway, the rows still say what is to be removed.
    """
    async with database.read() as tx:
        unnamed = await nobodys(tx)
    for sha256 in unnamed:
        await vault.delete(sha256)
    if unnamed:
        async with database.write() as tx:
            await forget(tx, unnamed)
    return len(unnamed)


async def forget(tx: Transaction, sha256: Iterable[str]) -> None:
    """Drop the rows of files that are gone from the store."""
    await tx.execute(delete(files).where(files.c.sha256.in_(list(sha256))))
