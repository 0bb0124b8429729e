"""Whose words a message in a chat shows now, so that they can be found when they are redacted.

The payload of a message goes when it is sent. What stays is a keyed digest of each text in it, of
each file, and the names that its sender gave it (`conversation:5`, `su:42`); all of it goes two
months later.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.domain.redaction import plain
from bot.domain.screens import Listing, Screen, Text, Value, Words
from storage.database import Transaction
from storage.tables import outbox, quotes
from storage.upsert import insert_missing_rows

_FORGET = delete(quotes).where(quotes.c.outbox_id == bindparam("shown_by"))


async def note(tx: Transaction, outbox_id: int, shown: Screen, names: Sequence[str]) -> None:
    """Keep what the message of that row shows from now on, in place of what it showed before."""
    await tx.execute(_FORGET, {"shown_by": outbox_id})
    marks = {_digest(tx, each) for each in _texts(shown)}
    marks |= {_digest(tx, each.stored) for each in shown.attachments}
    marks |= set(names)
    if marks:
        rows = [{"outbox_id": outbox_id, "mark": each} for each in sorted(marks)]
        await insert_missing_rows(tx, quotes, rows)


async def showing(
    tx: Transaction, *, texts: Iterable[str] = (), files: Iterable[str] = (), names: Iterable[str]
) -> list[int]:
    """The outbox rows whose messages show one of these texts, files (SHA-256) or names."""
    marks = {_digest(tx, plain(each)) for each in texts} | {_digest(tx, each) for each in files}
    marks |= set(names)
    found = select(quotes.c.outbox_id).where(quotes.c.mark.in_(sorted(marks))).distinct()
    return sorted(await tx.values(found))


async def conversations_on(tx: Transaction, outbox_ids: Iterable[int]) -> list[int]:
    """The conversations whose screens these messages are."""
    names = await tx.values(
        select(quotes.c.mark)
        .where(quotes.c.outbox_id.in_(list(outbox_ids)), quotes.c.mark.startswith("conversation:"))
        .distinct()
    )
    return sorted(int(each.removeprefix("conversation:")) for each in names)


async def of_message(tx: Transaction, outbox_id: int) -> list[str]:
    """What is known of a message, for another row that takes it away later."""
    return await tx.values(select(quotes.c.mark).where(quotes.c.outbox_id == outbox_id))


async def forget(tx: Transaction, outbox_ids: Iterable[int]) -> None:
    """These messages are gone."""
    await tx.execute(delete(quotes).where(quotes.c.outbox_id.in_(list(outbox_ids))))


async def forget_before(tx: Transaction, moment: datetime) -> int:
    """Let go of what is known about messages that were planned before then; gives how much."""
    old = select(outbox.c.id).where(outbox.c.created_at < moment)
    result = await tx.execute(delete(quotes).where(quotes.c.outbox_id.in_(old)))
    return result.rowcount


def _texts(shown: Screen) -> Iterator[str]:
    for line in shown.lines:
        if line is not None:
            yield from _words_in(line)


def _words_in(value: Value) -> Iterator[str]:
    match value:
        case Words(words) if plain(words):
            yield plain(words)
        case Text(_, values):
            for each in values.values():
                yield from _words_in(each)
        case Listing(values):
            for each in values:
                yield from _words_in(each)
        case _:
            return


def _digest(tx: Transaction, words: str) -> str:
    message = f"quote:{words}".encode("utf-8", "surrogateescape")
    return hmac.new(tx.audit_key, message, "sha256").hexdigest()
