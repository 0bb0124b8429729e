"""Versions of status updates: what each said before it was amended, and the amending itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from bot.domain.figures import Figure
from bot.domain.items import UNDECIDED, ReportState
from bot.domain.reports import StatusUpdate, StatusUpdateDraft
from bot.domain.versions import Version
from storage import figures as figure_queries
from storage.database import Transaction
from storage.tables import figures, looks, status_update_versions, status_updates
from storage.upsert import insert_or_update


async def keep(tx: Transaction, said: Version, status_update_id: int) -> None:
    """Keep what a status update says now, whole, before it is amended."""
    row = {
        "status_update_id": status_update_id,
        "version": said.number,
        "status": said.status,
        "as_of": said.as_of,
        "measures": said.measures,
        "remaining": said.remaining,
        "language": said.language,
        "figures": [each.to_json() for each in said.figures],
        "evidence": list(said.evidence),
        "seat_id": said.seat_id,
        "at": said.at,
        "word": said.word,
    }
    await tx.execute(insert(status_update_versions).values(**row))


async def amend(
    tx: Transaction, said: StatusUpdate, draft: StatusUpdateDraft, *, seat_id: int, now: datetime
) -> bool:
    """Put the next version in the place of `said`; False if it was amended or decided meanwhile.

    What needs clearance needs it anew.
    """
    uncleared = {"state": ReportState.UNCLEARED.value, "cleared_at": None, "cleared_by": None}
    result = await tx.execute(
        update(status_updates)
        .where(
            status_updates.c.id == said.id,
            status_updates.c.version == said.version,
            status_updates.c.state.in_([each.value for each in UNDECIDED]),
        )
        .values(
            version=said.version + 1,
            status=draft.status,
            as_of=draft.as_of,
            measures=draft.measures,
            remaining=draft.remaining,
            language=draft.language,
            amended_at=now,
            amended_by=seat_id,
            **(uncleared if said.needs_clearance else {}),
        )
    )
    if result.rowcount != 1:
        return False
    await tx.execute(delete(figures).where(figures.c.status_update_id == said.id))
    await figure_queries.add(tx, said.id, draft.figures)
    return True


async def older(tx: Transaction, status_update_id: int) -> list[Version]:
    """What the status update said before it was amended, the oldest first."""
    return (await older_of(tx, [status_update_id])).get(status_update_id, [])


async def older_of(tx: Transaction, status_update_ids: Iterable[int]) -> dict[int, list[Version]]:
    """As `older`, of several status updates."""
    rows = await tx.rows(
        select(status_update_versions)
        .where(status_update_versions.c.status_update_id.in_(list(status_update_ids)))
        .order_by(status_update_versions.c.status_update_id, status_update_versions.c.version)
    )
    found: dict[int, list[Version]] = {}
    for row in rows:
        values = {name: value for name, value in row.items() if name != "status_update_id"}
        number = values.pop("version")
        values["figures"] = tuple(Figure.from_json(each) for each in values["figures"])
        values["evidence"] = tuple(values["evidence"])
        found.setdefault(row["status_update_id"], []).append(Version(number, **values))
    return found


async def look(tx: Transaction, status_update_id: int, person_id: int, version: int) -> int | None:
    """Note that an officer looks at a version; gives the one that they saw before it, if any."""
    row = await tx.row(
        select(looks.c.version, looks.c.before).where(
            looks.c.status_update_id == status_update_id, looks.c.person_id == person_id
        )
    )
    if row is not None and row["version"] == version:
        before: int | None = row["before"]
        return before
    last = None if row is None else row["version"]
    seen: dict[str, int | None] = {"status_update_id": status_update_id, "person_id": person_id}
    seen |= {"version": version, "before": last}
    await insert_or_update(tx, looks, seen, key=["status_update_id", "person_id"])
    return last
