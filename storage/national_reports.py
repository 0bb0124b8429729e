"""Reports in preparation and their approvals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from bot.domain.national_reports import Approval, NationalKind, NationalReport, Stage, Structure
from bot.domain.requests import RequestKind, RequestState
from storage.database import Transaction
from storage.tables import (
    items,
    national_reports,
    report_approvals,
    report_chapters,
    requests,
    source_documents,
)

_COLUMNS = [national_reports.c[name] for name in NationalReport.__dataclass_fields__]
_THERE = national_reports.c.dropped_at.is_(None)
_GOING = (RequestState.PLANNED.value, RequestState.OPEN.value)


async def add(tx: Transaction, *, now: datetime, **values: Any) -> int:
    """A new report; columns by name. Gives its id."""
    result = await tx.execute(
        insert(national_reports).values(
            state=Stage.IN_PREPARATION.value, created_at=now, changed_at=now, **values
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get(tx: Transaction, report_id: int) -> NationalReport | None:
    """The report of that id, unless it was dropped."""
    row = await tx.row(select(*_COLUMNS).where(national_reports.c.id == report_id, _THERE))
    return None if row is None else _report(row)


async def lock(tx: Transaction, report_id: int) -> NationalReport | None:
    """As `get`; who would change the report or its chapters waits for this transaction."""
    statement = select(*_COLUMNS).where(national_reports.c.id == report_id, _THERE)
    row = await tx.row(statement.with_for_update())
    return None if row is None else _report(row)


async def count(tx: Transaction) -> int:
    """How many reports there are."""
    statement = select(func.count()).select_from(national_reports).where(_THERE)
    return int(await tx.value(statement))


async def page(tx: Transaction, *, limit: int, offset: int = 0) -> list[NationalReport]:
    """Reports, those that are not submitted first, the newest first."""
    submitted = national_reports.c.state == Stage.SUBMITTED.value
    rows = await tx.rows(
        select(*_COLUMNS)
        .where(_THERE)
        .order_by(submitted, national_reports.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_report(row) for row in rows]


async def of_deadline(tx: Transaction, deadline_id: int) -> NationalReport | None:
    """The newest report that answers a deadline."""
    row = await tx.row(
        select(*_COLUMNS)
        .where(national_reports.c.deadline_id == deadline_id, _THERE)
        .order_by(national_reports.c.id.desc())
        .limit(1)
    )
    return None if row is None else _report(row)


async def change(tx: Transaction, report_id: int, **values: Any) -> None:
    """Change columns of a report."""
    await tx.execute(
        update(national_reports).where(national_reports.c.id == report_id).values(**values)
    )


async def touch(tx: Transaction, report_id: int, *, now: datetime) -> None:
    """Its chapters are others than before."""
    await change(tx, report_id, revision=national_reports.c.revision + 1, changed_at=now)


async def drop(tx: Transaction, report_id: int, *, now: datetime) -> bool:
    """It is prepared no more; False where somebody was faster."""
    result = await tx.execute(
        update(national_reports)
        .where(national_reports.c.id == report_id, _THERE)
        .values(dropped_at=now)
    )
    return result.rowcount == 1


async def documents(tx: Transaction, *, limit: int) -> list[tuple[int, str, int]]:
    """The documents that have items: id, symbol, how many; the newest first."""
    number = func.count(items.c.id)
    rows = await tx.rows(
        select(source_documents.c.id, source_documents.c.symbol, number.label("n"))
        .join(items, items.c.document_id == source_documents.c.id)
        .where(items.c.vanished_at.is_(None))
        .group_by(source_documents.c.id, source_documents.c.symbol, source_documents.c.published_on)
        .order_by(source_documents.c.published_on.desc(), source_documents.c.id)
        .limit(limit)
    )
    return [(row["id"], row["symbol"], row["n"]) for row in rows]


def _report(row: Any) -> NationalReport:
    values = dict(row)
    values["kind"] = NationalKind(values["kind"])
    values["structure"] = Structure(values["structure"])
    values["state"] = Stage(values["state"])
    values["documents"] = tuple(values["documents"])
    return NationalReport(**values)


# -- What was asked for it -------------------------------------------------------------------------


async def out_for_comments(tx: Transaction, report_ids: Sequence[int]) -> set[int]:
    """Those of these reports of which a chapter is with institutions now."""
    found = await tx.values(
        select(report_chapters.c.report_id)
        .join(requests, requests.c.chapter_id == report_chapters.c.id)
        .where(report_chapters.c.report_id.in_(report_ids), _is_out())
        .distinct()
    )
    return {int(each) for each in found}


async def chapters_out(tx: Transaction, report_id: int) -> set[int]:
    """The chapters of a report that are with institutions now."""
    found = await tx.values(
        select(report_chapters.c.id)
        .join(requests, requests.c.chapter_id == report_chapters.c.id)
        .where(report_chapters.c.report_id == report_id, _is_out())
        .distinct()
    )
    return {int(each) for each in found}


def _is_out() -> ColumnElement[bool]:
    return and_(requests.c.kind == RequestKind.COMMENT.value, requests.c.state.in_(_GOING))


async def planned_assignments(tx: Transaction) -> set[int]:
    """The assignments that are about to be asked one by one, within minutes."""
    found = await tx.values(
        select(requests.c.audience).where(
            requests.c.report_id.is_not(None),
            requests.c.kind == RequestKind.STATUS.value,
            requests.c.state == RequestState.PLANNED.value,
        )
    )
    return {int(each) for audience in found for each in audience["assignments"]}


# -- Approvals -------------------------------------------------------------------------------------


async def add_approval(tx: Transaction, **values: Any) -> int:
    """Record an approval; columns by name. Gives its id."""
    result = await tx.execute(insert(report_approvals).values(**values))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def approvals(tx: Transaction, report_id: int) -> list[Approval]:
    """Every approval of a report that was not taken back, the newest first."""
    columns = [report_approvals.c[name] for name in Approval.__dataclass_fields__]
    rows = await tx.rows(
        select(*columns)
        .where(
            report_approvals.c.report_id == report_id, report_approvals.c.taken_back_at.is_(None)
        )
        .order_by(report_approvals.c.id.desc())
    )
    return [Approval(**row) for row in rows]


async def approval(tx: Transaction, approval_id: int) -> Approval | None:
    """The approval of that id, of a report that was not dropped."""
    columns = [report_approvals.c[name] for name in Approval.__dataclass_fields__]
    row = await tx.row(
        select(*columns)
        .join(national_reports, national_reports.c.id == report_approvals.c.report_id)
        .where(report_approvals.c.id == approval_id, _THERE)
    )
    return None if row is None else Approval(**row)


async def take_back_approval(tx: Transaction, approval_id: int, *, now: datetime) -> bool:
    """It counts no more; False where that is so already."""
    result = await tx.execute(
        update(report_approvals)
        .where(report_approvals.c.id == approval_id, report_approvals.c.taken_back_at.is_(None))
        .values(taken_back_at=now)
    )
    return result.rowcount == 1
