"""Requests and what each asks of each institution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, insert, select, update

from bot.domain.items import AssignmentState
from bot.domain.ladder import Ladder, ladder_from_json
from bot.domain.requests import (
    UNSETTLED,
    WHENEVER,
    Asked,
    Audience,
    Extension,
    ItemState,
    Listed,
    Repeats,
    Request,
    RequestItem,
    RequestKind,
    RequestState,
    RequestText,
    Stand,
)
from storage.database import Transaction
from storage.tables import (
    assignments,
    extensions,
    institutions,
    items,
    request_items,
    request_texts,
    requests,
    source_documents,
)

_REQUEST = [requests.c[name] for name in Request.__dataclass_fields__]
_ITEM = [request_items.c[name] for name in RequestItem.__dataclass_fields__]
_ASKED = request_items.c.state == ItemState.ASKED.value
_UNSETTLED = request_items.c.state.in_([each.value for each in UNSETTLED])


# -- Requests --------------------------------------------------------------------------------------


async def add(
    tx: Transaction,
    kind: RequestKind,
    *,
    state: RequestState,
    audience: Audience,
    ladder: Ladder,
    asked_by: int | None,
    now: datetime,
    **values: Any,
) -> int:
    """A new request; further columns by name. Gives its id."""
    result = await tx.execute(
        insert(requests).values(
            kind=kind.value,
            state=state.value,
            audience=audience.to_json(),
            ladder=[each.to_json() for each in ladder],
            asked_by=asked_by,
            created_at=now,
            **values,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def word(tx: Transaction, request_id: int, texts: Iterable[RequestText]) -> None:
    """How the request reads, in each language that it has."""
    rows = [{"request_id": request_id, **vars(each)} for each in texts]
    if rows:
        await tx.execute(insert(request_texts), rows)


async def get(tx: Transaction, request_id: int) -> Request | None:
    """The request of that id."""
    row = await tx.row(select(*_REQUEST).where(requests.c.id == request_id))
    return None if row is None else _request(row)


async def of_item(tx: Transaction, request_item_id: int) -> Request | None:
    """The request that asks for it."""
    row = await tx.row(
        select(*_REQUEST)
        .join(request_items, request_items.c.request_id == requests.c.id)
        .where(request_items.c.id == request_item_id)
    )
    return None if row is None else _request(row)


async def texts(tx: Transaction, request_id: int) -> dict[str, RequestText]:
    """How the request reads, by language."""
    rows = await tx.rows(
        select(request_texts.c.language, request_texts.c.title, request_texts.c.message)
        .where(request_texts.c.request_id == request_id)
        .order_by(request_texts.c.language)
    )
    return {row["language"]: RequestText(**row) for row in rows}


async def move(
    tx: Transaction, request_id: int, *, from_: RequestState, to: RequestState, **values: Any
) -> bool:
    """Take the request on to another state; False where somebody else was faster."""
    result = await tx.execute(
        update(requests)
        .where(requests.c.id == request_id, requests.c.state == from_.value)
        .values(state=to.value, **values)
    )
    return result.rowcount == 1


async def change(tx: Transaction, request_id: int, **values: Any) -> None:
    """Change columns of a request."""
    await tx.execute(update(requests).where(requests.c.id == request_id).values(**values))


async def to_open(tx: Transaction, *, now: datetime) -> list[int]:
    """The requests whose time to be undone is over, the oldest first."""
    found = await tx.values(
        select(requests.c.id)
        .where(requests.c.state == RequestState.PLANNED.value, requests.c.sends_at <= now)
        .order_by(requests.c.sends_at, requests.c.id)
    )
    return [int(each) for each in found]


async def to_repeat(tx: Transaction, *, today: date) -> list[Request]:
    """The requests of which the next is to be planned, the longest due first."""
    rows = await tx.rows(
        select(*_REQUEST)
        .where(requests.c.repeats_on <= today)
        .order_by(requests.c.repeats_on, requests.c.id)
    )
    return [_request(row) for row in rows]


async def before_deadlines(tx: Transaction) -> list[Request]:
    """The newest of every series that is asked before deadlines, the oldest series first."""
    rows = await tx.rows(
        select(*_REQUEST)
        .where(requests.c.repeats_on == WHENEVER)
        .order_by(requests.c.series_id, requests.c.id)
    )
    return [_request(row) for row in rows]


async def deadlines_of(tx: Transaction, series_id: int) -> set[int]:
    """The deadlines that a series has come before."""
    found = await tx.values(
        select(requests.c.deadline_id).where(
            requests.c.series_id == series_id, requests.c.deadline_id.is_not(None)
        )
    )
    return {int(each) for each in found}


async def pass_on(tx: Transaction, request_id: int) -> bool:
    """Its successor is planned now; False where it was, or the series has ended."""
    result = await tx.execute(
        update(requests)
        .where(requests.c.id == request_id, requests.c.repeats_on.is_not(None))
        .values(repeats_on=None)
    )
    return result.rowcount == 1


async def end_series(tx: Transaction, series_id: int) -> bool:
    """Nothing of the series is asked anew; False where that was so."""
    result = await tx.execute(
        update(requests)
        .where(requests.c.series_id == series_id, requests.c.repeats_on.is_not(None))
        .values(repeats_on=None)
    )
    return result.rowcount > 0


async def repeats_on(tx: Transaction, series_id: int) -> date | None:
    """The day on which the next of the series is planned; None where it has ended."""
    found: date | None = await tx.value(
        select(func.max(requests.c.repeats_on)).where(requests.c.series_id == series_id)
    )
    return found


async def page(tx: Transaction, *, limit: int, offset: int = 0) -> list[Request]:
    """Requests that were not undone, the newest first, open ones before closed ones."""
    closed = requests.c.state == RequestState.CLOSED.value
    rows = await tx.rows(
        select(*_REQUEST)
        .where(requests.c.state != RequestState.UNDONE.value)
        .order_by(closed, requests.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_request(row) for row in rows]


async def count(tx: Transaction) -> int:
    """How many requests there are that were not undone."""
    statement = select(func.count()).select_from(requests)
    return int(await tx.value(statement.where(requests.c.state != RequestState.UNDONE.value)))


async def newest_announced(tx: Transaction) -> int | None:
    """The open request that was made by the last announcing."""
    found: int | None = await tx.value(
        select(func.max(requests.c.id)).where(
            requests.c.announced, requests.c.state == RequestState.OPEN.value
        )
    )
    return found


def _request(row: Any) -> Request:
    values = dict(row)
    values["kind"] = RequestKind(values["kind"])
    values["state"] = RequestState(values["state"])
    values["audience"] = Audience.from_json(values["audience"])
    values["ladder"] = ladder_from_json(values["ladder"])
    values["repeats"] = values["repeats"] and Repeats(values["repeats"])
    return Request(**values)


# -- What is asked ---------------------------------------------------------------------------------


async def ask(
    tx: Transaction, request_id: int, due: Mapping[Asked, date], *, now: datetime
) -> None:
    """Ask institutions, each until its day."""
    common = {
        "request_id": request_id,
        "state": ItemState.ASKED.value,
        "asked_at": now,
        "since": now,
        "stale": True,
    }
    if due:
        rows = [{**common, **vars(each), "due_on": day} for each, day in due.items()]
        await tx.execute(insert(request_items), rows)


async def get_item(tx: Transaction, request_item_id: int) -> RequestItem | None:
    """What was asked under that id."""
    row = await tx.row(select(*_ITEM).where(request_items.c.id == request_item_id))
    return None if row is None else _item(row)


async def lock_item(tx: Transaction, request_item_id: int) -> RequestItem | None:
    """What was asked under that id; who would settle it waits for this transaction."""
    row = await tx.row(
        select(*_ITEM).where(request_items.c.id == request_item_id).with_for_update()
    )
    return None if row is None else _item(row)


async def of_ids(tx: Transaction, request_item_ids: Sequence[int]) -> list[RequestItem]:
    """What was asked under these ids."""
    rows = await tx.rows(select(*_ITEM).where(request_items.c.id.in_(request_item_ids)))
    return [_item(row) for row in rows]


async def open_of_assignments(
    tx: Transaction, assignment_ids: Sequence[int]
) -> dict[int, RequestItem]:
    """What is asked of these assignments and not settled, by assignment."""
    rows = await tx.rows(
        select(*_ITEM).where(_UNSETTLED, request_items.c.assignment_id.in_(assignment_ids))
    )
    return {row["assignment_id"]: _item(row) for row in rows}


async def last_of_assignments(
    tx: Transaction, assignment_ids: Sequence[int]
) -> dict[int, RequestItem]:
    """What was asked last of each of these assignments in a request that is open."""
    newest = (
        select(func.max(request_items.c.id))
        .join(requests, requests.c.id == request_items.c.request_id)
        .where(
            request_items.c.assignment_id.in_(assignment_ids),
            requests.c.state == RequestState.OPEN.value,
        )
        .group_by(request_items.c.assignment_id)
    )
    rows = await tx.rows(select(*_ITEM).where(request_items.c.id.in_(newest)))
    return {row["assignment_id"]: _item(row) for row in rows}


async def open_of_request(tx: Transaction, request_id: int) -> list[int]:
    """The ids of what a request asks and what is not settled."""
    found = await tx.values(
        select(request_items.c.id).where(_UNSETTLED, request_items.c.request_id == request_id)
    )
    return [int(each) for each in found]


async def open_items(tx: Transaction, request_id: int) -> list[RequestItem]:
    """What a request asks and what is not settled."""
    rows = await tx.rows(select(*_ITEM).where(_ASKED, request_items.c.request_id == request_id))
    return [_item(row) for row in rows]


async def settle(
    tx: Transaction,
    request_item_ids: Sequence[int],
    state: ItemState,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """They are answered, uncleared, excused or ended: nobody is reminded of them."""
    if request_item_ids:
        await tx.execute(
            update(request_items)
            .where(request_items.c.id.in_(request_item_ids), _UNSETTLED)
            .values(state=state.value, settled_at=now, reason=reason, stale=False)
        )


async def settle_one(
    tx: Transaction, request_item_id: int, state: ItemState, *, now: datetime
) -> bool:
    """It is answered; False where it was settled before."""
    result = await tx.execute(
        update(request_items)
        .where(request_items.c.id == request_item_id, _ASKED)
        .values(state=state.value, settled_at=now, stale=False)
    )
    return result.rowcount == 1


async def ask_again(tx: Transaction, due: Mapping[int, date], *, now: datetime) -> None:
    """What was asked is asked until another day, or again: by id, the day it is due."""
    for day in set(due.values()):
        ids = [each for each, until in due.items() if until == day]
        await tx.execute(
            update(request_items)
            .where(request_items.c.id.in_(ids))
            .values(
                state=ItemState.ASKED.value,
                due_on=day,
                since=now,
                settled_at=None,
                reason=None,
                stale=True,
            )
        )


async def note(tx: Transaction, assignment_id: int, *, started: bool, now: datetime) -> None:
    """The institution has seen what is asked, or begun its answer; the first time counts."""
    column = request_items.c.started_at if started else request_items.c.seen_at
    await tx.execute(
        update(request_items)
        .where(_ASKED, request_items.c.assignment_id == assignment_id, column.is_(None))
        .values({column.name: now})
    )


async def note_item(tx: Transaction, request_item_id: int, *, started: bool, now: datetime) -> None:
    """As `note`, for what is asked under that id."""
    column = request_items.c.started_at if started else request_items.c.seen_at
    await tx.execute(
        update(request_items)
        .where(_ASKED, request_items.c.id == request_item_id, column.is_(None))
        .values({column.name: now})
    )


async def stands(tx: Transaction, request_id: int, *, today: date) -> dict[Stand, int]:
    """How many of a request's items stand where."""
    place = _stand(today).label("stand")
    rows = await tx.rows(
        select(place, func.count().label("n"))
        .where(request_items.c.request_id == request_id)
        .group_by(place)
    )
    return {Stand(row["stand"]): row["n"] for row in rows}


async def listed(
    tx: Transaction,
    request_id: int,
    which: Stand | None = None,
    *,
    today: date,
    limit: int,
    offset: int = 0,
) -> list[Listed]:
    """A stretch of what a request asks, the open ones first, the longest due before others."""
    statement = _listed().where(request_items.c.request_id == request_id)
    if which is not None:
        statement = statement.where(_stand(today) == which.value)
    rows = await tx.rows(
        statement.order_by(
            case((_ASKED, 0), else_=1),
            request_items.c.due_on,
            institutions.c.code,
            items.c.document_id,
            items.c.ordinal,
            request_items.c.id,
        )
        .limit(limit)
        .offset(offset)
    )
    return await _all_listed(tx, rows)


async def listed_ones(tx: Transaction, request_item_ids: Sequence[int]) -> list[Listed]:
    """These, the longest due first."""
    rows = await tx.rows(
        _listed()
        .where(request_items.c.id.in_(request_item_ids))
        .order_by(request_items.c.due_on, items.c.document_id, items.c.ordinal, request_items.c.id)
    )
    return await _all_listed(tx, rows)


async def asked_of(
    tx: Transaction, request_id: int, institution_ids: Sequence[int]
) -> list[Listed]:
    """What a request asks of these institutions and what is not settled, by document and place."""
    rows = await tx.rows(
        _listed()
        .where(
            _ASKED,
            request_items.c.request_id == request_id,
            request_items.c.institution_id.in_(institution_ids),
        )
        .order_by(institutions.c.code, items.c.document_id, items.c.ordinal, request_items.c.id)
    )
    return await _all_listed(tx, rows)


async def open_by_institution(tx: Transaction, request_id: int) -> dict[int, int]:
    """How much a request still asks, by institution."""
    rows = await tx.rows(
        select(request_items.c.institution_id, func.count().label("n"))
        .where(_ASKED, request_items.c.request_id == request_id)
        .group_by(request_items.c.institution_id)
    )
    return {row["institution_id"]: row["n"] for row in rows}


async def open_for(
    tx: Transaction, institution_ids: Sequence[int], *, kinds: Iterable[RequestKind], limit: int
) -> list[Listed]:
    """What is asked of these institutions beside reports, the longest due first."""
    rows = await tx.rows(
        _listed()
        .where(
            _ASKED,
            request_items.c.institution_id.in_(institution_ids),
            requests.c.kind.in_([each.value for each in kinds]),
        )
        .order_by(request_items.c.due_on, request_items.c.id)
        .limit(limit)
    )
    return await _all_listed(tx, rows)


async def count_for(tx: Transaction, institution_ids: Sequence[int], *, but: RequestKind) -> int:
    """How much is asked of these institutions by requests that are not of that kind."""
    found = await tx.value(
        select(func.count())
        .select_from(request_items)
        .join(requests, requests.c.id == request_items.c.request_id)
        .where(
            _ASKED,
            request_items.c.institution_id.in_(institution_ids),
            requests.c.kind != but.value,
        )
    )
    return int(found)


def _listed() -> Select[Any]:
    return (
        select(
            *(
                request_items.c[name]
                for name in Listed.__dataclass_fields__
                if name in request_items.c
            ),
            institutions.c.names,
            items.c.paragraph.label("code"),
            source_documents.c.symbol,
            func.coalesce(items.c.restricted, False).label("restricted"),
            requests.c.kind,
            requests.c.indicator,
        )
        .join(requests, requests.c.id == request_items.c.request_id)
        .join(institutions, institutions.c.id == request_items.c.institution_id)
        .outerjoin(items, items.c.id == request_items.c.item_id)
        .outerjoin(source_documents, source_documents.c.id == items.c.document_id)
    )


async def _all_listed(tx: Transaction, rows: Sequence[Any]) -> list[Listed]:
    """The rows with how their requests are called."""
    titles: dict[int, dict[str, str]] = {}
    asked_by = {row["request_id"] for row in rows if row["code"] is None}
    for row in await tx.rows(
        select(request_texts.c.request_id, request_texts.c.language, request_texts.c.title)
        .where(request_texts.c.request_id.in_(asked_by))
        .order_by(request_texts.c.request_id, request_texts.c.language)
    ):
        titles.setdefault(row["request_id"], {})[row["language"]] = row["title"]
    return [_as_listed(row, titles.get(row["request_id"], {})) for row in rows]


def _as_listed(row: Any, titles: Mapping[str, str]) -> Listed:
    values = {
        **row,
        "titles": titles,
        "state": ItemState(row["state"]),
        "restricted": bool(row["restricted"]),
        "kind": RequestKind(row["kind"]),
    }
    return Listed(**values)


def _item(row: Any) -> RequestItem:
    return RequestItem(**{**row, "state": ItemState(row["state"])})


def _stand(today: date) -> ColumnElement[Any]:
    """`bot.domain.requests.stand` as a statement says it."""
    return case(
        (~_ASKED, request_items.c.state),
        (request_items.c.due_on < today, Stand.OVERDUE.value),
        (request_items.c.started_at.is_not(None), Stand.STARTED.value),
        (request_items.c.seen_at.is_not(None), Stand.SEEN.value),
        else_=Stand.ASKED.value,
    )


async def answered_else(tx: Transaction, *, since: datetime) -> int:
    """How many answers have come since then to what is asked beside reports."""
    found = await tx.value(
        select(func.count())
        .select_from(request_items)
        .where(
            request_items.c.state == ItemState.ANSWERED.value,
            request_items.c.settled_at >= since,
            request_items.c.assignment_id.is_(None),
        )
    )
    return int(found)


async def overdue_else(tx: Transaction, *, today: date) -> int:
    """How much of what is asked beside reports is overdue."""
    found = await tx.value(
        select(func.count())
        .select_from(request_items)
        .where(
            _ASKED,
            request_items.c.due_on < today,
            request_items.c.assignment_id.is_(None),
        )
    )
    return int(found)


async def median_days_of_institutions(
    tx: Transaction, *, since: datetime
) -> list[tuple[Mapping[str, str], float]]:
    """By institution, days from asking to answering in the middle of its answers since then.

    Its names, and the days; the slowest first.
    """
    rows = await tx.rows(
        select(
            institutions.c.code,
            institutions.c.names,
            request_items.c.asked_at,
            request_items.c.settled_at,
        )
        .join(institutions, institutions.c.id == request_items.c.institution_id)
        .where(
            request_items.c.state == ItemState.ANSWERED.value,
            request_items.c.settled_at >= since,
        )
        .order_by(institutions.c.code)
    )
    names: dict[str, Mapping[str, str]] = {}
    taken: dict[str, list[float]] = {}
    for row in rows:
        names[row["code"]] = row["names"]
        days = (row["settled_at"] - row["asked_at"]).total_seconds() / 86_400
        taken.setdefault(row["code"], []).append(days)
    found = [(names[code], float(median(days))) for code, days in taken.items()]
    return sorted(found, key=lambda each: -each[1])


async def median_days(tx: Transaction, request_id: int) -> float | None:
    """Days from asking to answering, in the middle of all answers; None where there is none."""
    rows = await tx.rows(
        select(request_items.c.asked_at, request_items.c.settled_at).where(
            request_items.c.request_id == request_id,
            request_items.c.state == ItemState.ANSWERED.value,
        )
    )
    days = [(row["settled_at"] - row["asked_at"]).total_seconds() / 86_400 for row in rows]
    return float(median(days)) if days else None


# -- What has to be planned anew -------------------------------------------------------------------


async def stale(tx: Transaction, *, limit: int) -> list[RequestItem]:
    """Open items whose reminders are not planned as things stand now, by institution.

    Who would settle them waits for this transaction; what somebody else is settling or changing at
    this moment is left out.
    """
    rows = await tx.rows(
        select(*_ITEM)
        .where(request_items.c.stale, _ASKED)
        .order_by(request_items.c.institution_id, request_items.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [_item(row) for row in rows]


async def any_stale(tx: Transaction) -> bool:
    """Whether there is an open item whose reminders are not planned as things stand now."""
    return (
        await tx.value(select(request_items.c.id).where(request_items.c.stale).limit(1)) is not None
    )


async def ladders(tx: Transaction, request_ids: Iterable[int]) -> dict[int, Ladder]:
    """The ladders of these requests."""
    rows = await tx.rows(
        select(requests.c.id, requests.c.ladder).where(requests.c.id.in_(set(request_ids)))
    )
    return {row["id"]: ladder_from_json(row["ladder"]) for row in rows}


async def mark_fresh(tx: Transaction, request_item_ids: Sequence[int]) -> None:
    """Their reminders are planned."""
    await tx.execute(
        update(request_items).where(request_items.c.id.in_(request_item_ids)).values(stale=False)
    )


async def mark_stale(
    tx: Transaction,
    *,
    institution_ids: Sequence[int] | None = None,
    request_id: int | None = None,
) -> None:
    """Something that reminders depend on has changed: of institutions, of a request, or of all."""
    conditions = [_ASKED]
    if institution_ids is not None:
        conditions.append(request_items.c.institution_id.in_(institution_ids))
    if request_id is not None:
        conditions.append(request_items.c.request_id == request_id)
    result = await tx.execute(update(request_items).where(and_(*conditions)).values(stale=True))
    if result.rowcount:
        tx.wakes.add(WAKES)


WAKES = "reminders"
"""Woken where reminders have to be planned or sent."""


# -- More time -------------------------------------------------------------------------------------


_EXTENSION = [extensions.c[name] for name in Extension.__dataclass_fields__]


async def add_extension(
    tx: Transaction,
    request_item_id: int,
    *,
    seat_id: int,
    until_on: date,
    reason: str,
    language: str,
    now: datetime,
) -> int:
    """Somebody asks for more time; gives the id."""
    result = await tx.execute(
        insert(extensions).values(
            request_item_id=request_item_id,
            seat_id=seat_id,
            until_on=until_on,
            reason=reason,
            language=language,
            asked_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def get_extension(tx: Transaction, extension_id: int) -> Extension | None:
    """The wish of that id."""
    row = await tx.row(select(*_EXTENSION).where(extensions.c.id == extension_id))
    return None if row is None else Extension(**row)


async def waiting_extension(tx: Transaction, request_item_id: int) -> Extension | None:
    """The wish for more time for that item which nobody has decided on; of what is still asked."""
    row = await tx.row(
        select(*_EXTENSION)
        .join(request_items, request_items.c.id == extensions.c.request_item_id)
        .where(
            extensions.c.request_item_id == request_item_id, extensions.c.granted.is_(None), _ASKED
        )
        .limit(1)
    )
    return None if row is None else Extension(**row)


async def decide_extension(
    tx: Transaction, extension_id: int, *, granted: bool, seat_id: int | None, now: datetime
) -> bool:
    """Grant it or not; False where another officer has decided."""
    result = await tx.execute(
        update(extensions)
        .where(extensions.c.id == extension_id, extensions.c.granted.is_(None))
        .values(granted=granted, decided_by=seat_id, decided_at=now)
    )
    return result.rowcount == 1


async def waiting_extensions(tx: Transaction, *, limit: int) -> list[Extension]:
    """The wishes that nobody has decided on, the oldest first, of what is still asked."""
    rows = await tx.rows(
        select(*_EXTENSION)
        .join(request_items, request_items.c.id == extensions.c.request_item_id)
        .where(extensions.c.granted.is_(None), _ASKED)
        .order_by(extensions.c.id)
        .limit(limit)
    )
    return [Extension(**row) for row in rows]


# -- Assignments that a request for status means ---------------------------------------------------


async def assignments_of(
    tx: Transaction,
    item_ids: Sequence[int],
    institution_ids: Sequence[int],
    *,
    which: Iterable[ColumnElement[bool]] = (),
) -> list[Asked]:
    """The announced assignments of these items (in these institutions, where some are named).

    `which` narrows them further, as `storage.selection.of_assignments` does.
    """
    conditions = [
        *which,
        assignments.c.state == AssignmentState.ANNOUNCED.value,
        assignments.c.item_id.in_(item_ids),
    ]
    if institution_ids:
        conditions.append(assignments.c.institution_id.in_(institution_ids))
    rows = await tx.rows(
        select(
            assignments.c.institution_id,
            assignments.c.item_id,
            assignments.c.id.label("assignment_id"),
        )
        .where(*conditions)
        .order_by(assignments.c.institution_id, assignments.c.item_id)
    )
    return [Asked(**row) for row in rows]
