"""The words that are counted are those that a report by paragraph writes, on both databases."""

from __future__ import annotations

from datetime import UTC

from bot.domain.filters import EVERYTHING
from storage.database import Database
from storage.exports import Records, on_snapshot
from tests.record import fill

IDS = range(1, 61)


def both(records: Records) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """By item what is counted, and what the report by paragraph says of it, sorted."""
    written: dict[int, list[str]] = {each: [] for each in IDS}
    approved, beside = records.approved(IDS), records.independent(IDS)
    graded = records.graded(IDS)
    for row in records.recommendations():
        said = written[row["id"]]
        said += [row["consolidated_sentence"]] if row["consolidated_sentence"] else []
        for each in approved.get(row["id"], ()):
            said += [each["measures"], each["remaining"] or ""]
        said += [each["words"] for each in beside.get(row["id"], ())]
        said += [each["note"] for each in graded.get(row["id"], ()) if each["note"]]
    counted = records.written(IDS)
    return (
        {each: sorted(counted.get(each, ())) for each in IDS},
        {each: sorted(said) for each, said in written.items()},
    )


async def test_what_is_counted_is_what_a_report_by_paragraph_says(database: Database) -> None:
    async with database.write() as tx:
        await fill(tx, documents=3, items_each=20, updates=600)
    async with database.read() as tx:
        counted, written = await on_snapshot(tx, EVERYTHING, UTC, both)
    assert counted == written
    assert sum(map(len, written.values())) > 100
