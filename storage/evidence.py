"""Evidence: files and links, of a draft until it is submitted, then of its status update."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain.incoming import Sent
from bot.domain.items import ReportState
from bot.domain.reports import EvidenceCounts, EvidencePiece, EvidenceState, ReportKind
from storage.clearance import is_word
from storage.database import Transaction
from storage.tables import conversations, evidence, status_updates

LINK = "link"
_KEPT = (EvidenceState.AWAITED.value, EvidenceState.STORED.value)


@dataclass(frozen=True)
class Awaited:
    """A file that Telegram has and the store has not."""

    id: int
    bot_id: int
    file_id: str
    kind: str
    name: str | None
    person_id: int | None
    conversation_id: int | None
    attempts: int


_AWAITED = [evidence.c[name] for name in Awaited.__dataclass_fields__]
_PIECE = [evidence.c[name] for name in EvidencePiece.__dataclass_fields__]


async def add_file(
    tx: Transaction, conversation_id: int, sent: Sent, *, bot_id: int, person_id: int, now: datetime
) -> int:
    """A file of a draft, to be fetched at once; gives its id."""
    return await _add(
        tx,
        conversation_id=conversation_id,
        kind=sent.kind,
        state=EvidenceState.AWAITED.value,
        name=sent.name,
        caption=sent.caption,
        bot_id=bot_id,
        file_id=sent.file_id,
        person_id=person_id,
        size=sent.size,
        next_try_at=now,
        added_at=now,
    )


async def add_link(
    tx: Transaction, conversation_id: int, url: str, *, person_id: int, now: datetime
) -> int:
    """A link of a draft; gives its id."""
    return await _add(
        tx,
        conversation_id=conversation_id,
        kind=LINK,
        state=EvidenceState.STORED.value,
        url=url,
        person_id=person_id,
        added_at=now,
    )


async def _add(tx: Transaction, **values: Any) -> int:
    result = await tx.execute(insert(evidence).values(**values))
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


async def has_sent_photo(tx: Transaction, person_id: int, *, but: int) -> bool:
    """Whether the person ever sent a photo as a photo, beside the piece `but`."""
    statement = select(evidence.c.id).where(
        evidence.c.person_id == person_id, evidence.c.kind == "photo", evidence.c.id != but
    )
    return await tx.value(statement.limit(1)) is not None


async def change_words(tx: Transaction, evidence_id: int, *, caption: str, url: str | None) -> None:
    """A message was edited: a file's caption or a link's address changes with it."""
    values = {
        "caption": case((evidence.c.kind == LINK, evidence.c.caption), else_=caption or None),
        "url": case((evidence.c.kind == LINK, url or evidence.c.url), else_=evidence.c.url),
    }
    await tx.execute(update(evidence).where(evidence.c.id == evidence_id).values(**values))


async def remove(tx: Transaction, conversation_id: int) -> None:
    """The person takes every piece of evidence back out of a draft."""
    await tx.execute(
        update(evidence)
        .where(evidence.c.conversation_id == conversation_id)
        .values(state=EvidenceState.DROPPED.value, conversation_id=None)
    )


async def counts_of_draft(tx: Transaction, conversation_id: int) -> EvidenceCounts:
    """How much evidence a draft has."""
    return await _counts(tx, and_(evidence.c.conversation_id == conversation_id, _is_of_a_draft()))


async def counts_of(tx: Transaction, evidence_ids: Sequence[int]) -> EvidenceCounts:
    """How these pieces of a draft stand."""
    return await _counts(tx, and_(evidence.c.id.in_(evidence_ids), _is_of_a_draft()))


async def pieces_of_draft(tx: Transaction, conversation_id: int) -> list[EvidencePiece]:
    """The files of a draft that are stored or to be fetched, in the order in which they came."""
    rows = await tx.rows(
        select(*_PIECE)
        .where(
            evidence.c.conversation_id == conversation_id,
            _is_of_a_draft(),
            evidence.c.kind != LINK,
            evidence.c.state.in_([EvidenceState.AWAITED.value, EvidenceState.STORED.value]),
        )
        .order_by(evidence.c.id)
    )
    return [EvidencePiece(**{**row, "state": EvidenceState(row["state"])}) for row in rows]


async def counts_of_report(tx: Transaction, status_update_id: int) -> EvidenceCounts:
    """How much evidence a status update has."""
    return await _counts(tx, evidence.c.status_update_id == status_update_id)


async def stored_among(tx: Transaction, evidence_ids: Sequence[int]) -> int:
    """How many of these pieces are stored files, whatever they belong to."""
    return (await _counts(tx, evidence.c.id.in_(evidence_ids))).files


async def files_behind(tx: Transaction, status_update_ids: Iterable[int]) -> int:
    """How many stored files these status updates go with.

    One that says that nothing has changed goes with those of the report that it confirms, too.
    """
    said, confirmed = status_updates.alias("said"), status_updates.alias("confirmed")
    newest = (
        select(func.max(confirmed.c.id))
        .where(
            confirmed.c.assignment_id == said.c.assignment_id,
            confirmed.c.id <= said.c.id,
            confirmed.c.kind != ReportKind.UNCHANGED.value,
            confirmed.c.state != ReportState.WITHDRAWN.value,
            is_word(confirmed),
        )
        .scalar_subquery()
    )
    ids = list(status_update_ids)
    behind = select(newest).where(said.c.id.in_(ids))
    statement = select(func.count()).where(
        or_(evidence.c.status_update_id.in_(ids), evidence.c.status_update_id.in_(behind)),
        evidence.c.kind != LINK,
        evidence.c.state == EvidenceState.STORED.value,
    )
    return int(await tx.value(statement))


async def counts_of_answer(tx: Transaction, answer_id: int) -> EvidenceCounts:
    """How much goes with an answer."""
    return await _counts(tx, evidence.c.answer_id == answer_id)


async def counts_of_pass(tx: Transaction, pass_id: int) -> EvidenceCounts:
    """How much evidence a unit's answer has."""
    return await _counts(tx, evidence.c.pass_id == pass_id)


def _is_to_go_along(conversation_id: int) -> ColumnElement[bool]:
    """The evidence of a draft that goes with it; what was refused stays behind."""
    return and_(
        evidence.c.conversation_id == conversation_id,
        _is_of_a_draft(),
        evidence.c.state.in_(_KEPT),
    )


def _is_of_a_draft() -> ColumnElement[bool]:
    return and_(
        evidence.c.status_update_id.is_(None),
        evidence.c.former_id.is_(None),
        evidence.c.answer_id.is_(None),
        evidence.c.pass_id.is_(None),
    )


async def _counts(tx: Transaction, which: ColumnElement[bool]) -> EvidenceCounts:
    statement = (
        select(evidence.c.kind, evidence.c.state, func.count().label("n"))
        .where(which)
        .group_by(evidence.c.kind, evidence.c.state)
    )
    files = awaited = links = refused = 0
    for row in await tx.rows(statement):
        match row["kind"], row["state"]:
            case "link", EvidenceState.STORED:
                links += row["n"]
            case _, EvidenceState.STORED:
                files += row["n"]
            case _, EvidenceState.AWAITED:
                awaited += row["n"]
            case _, EvidenceState.REFUSED:
                refused += row["n"]
            case _:
                pass
    return EvidenceCounts(files, awaited, links, refused)


async def of_report(tx: Transaction, status_update_id: int) -> list[EvidencePiece]:
    """The evidence of a status update, in the order in which it came."""
    return await _pieces(tx, evidence.c.status_update_id == status_update_id)


async def of_answer(tx: Transaction, answer_id: int) -> list[EvidencePiece]:
    """What goes with an answer, in the order in which it came."""
    return await _pieces(tx, evidence.c.answer_id == answer_id)


async def _pieces(tx: Transaction, which: ColumnElement[bool]) -> list[EvidencePiece]:
    rows = await tx.rows(select(*_PIECE).where(which).order_by(evidence.c.id))
    return [EvidencePiece(**{**row, "state": EvidenceState(row["state"])}) for row in rows]


async def submit(
    tx: Transaction, conversation_id: int, status_update_id: int, copies_for: Iterable[int] = ()
) -> None:
    """The draft was submitted: its evidence is the status update's, and the siblings' too.

    What was refused stays behind. A copy that is awaited is stored together with its original.
    """
    mine = _is_to_go_along(conversation_id)
    copied = [column for column in evidence.c if column.name not in ("id", "status_update_id")]
    for other in copies_for:
        source = select(literal(other), *copied).where(mine).order_by(evidence.c.id)
        names = ["status_update_id", *(column.name for column in copied)]
        await tx.execute(insert(evidence).from_select(names, source))
    await tx.execute(update(evidence).where(mine).values(status_update_id=status_update_id))


async def submit_answer(tx: Transaction, conversation_id: int, answer_id: int) -> None:
    """The draft of an answer was sent: its files are the answer's."""
    await tx.execute(
        update(evidence).where(_is_to_go_along(conversation_id)).values(answer_id=answer_id)
    )


async def answer(tx: Transaction, conversation_id: int, pass_id: int) -> None:
    """The draft was a unit's answer: its evidence belongs to that; an earlier answer's goes."""
    await tx.execute(
        update(evidence)
        .where(evidence.c.pass_id == pass_id)
        .values(state=EvidenceState.DROPPED.value, next_try_at=None)
    )
    await tx.execute(
        update(evidence).where(_is_to_go_along(conversation_id)).values(pass_id=pass_id)
    )


async def copy_to_draft(
    tx: Transaction, pass_id: int, conversation_id: int, *, person_id: int
) -> list[int]:
    """A unit's evidence is a draft's too; gives the ids of what is new there.

    A copy that is awaited is stored together with its original.
    """
    there = select(evidence.c.sha256, evidence.c.file_id, evidence.c.url).where(
        evidence.c.conversation_id == conversation_id, _is_of_a_draft()
    )
    known = {tuple(row.values()) for row in await tx.rows(there)}
    copied = [each for each in evidence.c if each.name != "id"]
    theirs = select(*copied).where(evidence.c.pass_id == pass_id, evidence.c.state.in_(_KEPT))
    made = []
    for row in await tx.rows(theirs.order_by(evidence.c.id)):
        if (row["sha256"], row["file_id"], row["url"]) not in known:
            own = {"pass_id": None, "conversation_id": conversation_id, "person_id": person_id}
            made.append(await _add(tx, **{**row, **own}))
    return made


async def of_pass(tx: Transaction, pass_id: int) -> list[EvidencePiece]:
    """The evidence of a unit's answer, in the order in which it came."""
    statement = (
        select(*_PIECE)
        .where(evidence.c.pass_id == pass_id, evidence.c.state != EvidenceState.DROPPED.value)
        .order_by(evidence.c.id)
    )
    rows = await tx.rows(statement)
    return [EvidencePiece(**{**row, "state": EvidenceState(row["state"])}) for row in rows]


async def take_away(tx: Transaction, status_update_id: int, evidence_ids: Iterable[int]) -> None:
    """The next version of the status update goes without these pieces; the earlier ones had them.

    What was never stored is removed.
    """
    ids = list(evidence_ids)
    mine = and_(evidence.c.status_update_id == status_update_id, evidence.c.id.in_(ids))
    await tx.execute(
        update(evidence)
        .where(mine, evidence.c.state != EvidenceState.STORED.value)
        .values(state=EvidenceState.DROPPED.value, next_try_at=None)
    )
    await tx.execute(
        update(evidence).where(mine).values(status_update_id=None, former_id=status_update_id)
    )


async def of_versions(tx: Transaction, status_update_id: int) -> list[EvidencePiece]:
    """The evidence of every version of a status update, in the order in which it came."""
    return await _pieces(tx, _of_any_version(status_update_id))


def _of_any_version(status_update_id: int) -> ColumnElement[bool]:
    return or_(
        evidence.c.status_update_id == status_update_id, evidence.c.former_id == status_update_id
    )


async def withdraw(tx: Transaction, status_update_id: int, kept: Collection[int]) -> int:
    """The status update was withdrawn: what is not among the `kept` pieces is to be removed.

    Gives how many pieces that are.
    """
    result = await tx.execute(
        update(evidence)
        .where(
            _of_any_version(status_update_id),
            evidence.c.id.not_in(list(kept)),
            evidence.c.state != EvidenceState.REDACTED.value,
        )
        .values(state=EvidenceState.DROPPED.value, next_try_at=None)
    )
    return result.rowcount


# -- Fetching --------------------------------------------------------------------------------------


async def due(tx: Transaction, bot_id: int, *, now: datetime, limit: int = 20) -> list[Awaited]:
    """The files to fetch now, the longest waiting first; those of dropped drafts never."""
    of_draft = exists().where(conversations.c.id == evidence.c.conversation_id)
    statement = (
        select(*_AWAITED)
        .where(
            evidence.c.state == EvidenceState.AWAITED.value,
            evidence.c.next_try_at <= now,
            evidence.c.bot_id == bot_id,
            or_(~_is_of_a_draft(), of_draft),
        )
        .order_by(evidence.c.next_try_at, evidence.c.id)
        .limit(limit)
    )
    return [Awaited(**row) for row in await tx.rows(statement)]


async def next_due(tx: Transaction, bot_id: int) -> datetime | None:
    """When the next file is to be fetched."""
    moment: datetime | None = await tx.value(
        select(func.min(evidence.c.next_try_at)).where(
            evidence.c.state == EvidenceState.AWAITED.value, evidence.c.bot_id == bot_id
        )
    )
    return moment


async def is_awaited(tx: Transaction, awaited: Awaited) -> bool:
    """Whether the file is awaited still: not dropped, stored or refused meanwhile."""
    return await tx.value(select(evidence.c.id).where(_same_file(awaited)).limit(1)) is not None


async def mark_stored(
    tx: Transaction, awaited: Awaited, *, sha256: str, name: str, size: int
) -> None:
    """The file is in the store: for this piece and for every copy of it."""
    await tx.execute(
        update(evidence)
        .where(_same_file(awaited))
        .values(
            state=EvidenceState.STORED.value,
            sha256=sha256,
            name=name,
            size=size,
            file_id=None,
            next_try_at=None,
        )
    )


async def mark_refused(tx: Transaction, awaited: Awaited, reason: str) -> None:
    """The file is not taken; `reason` is the key of the sentence that says why."""
    await tx.execute(
        update(evidence)
        .where(_same_file(awaited))
        .values(state=EvidenceState.REFUSED.value, reason=reason, file_id=None, next_try_at=None)
    )


async def mark_failed(
    tx: Transaction, awaited: Awaited, reason: str, *, next_try_at: datetime
) -> None:
    """It could not be fetched this time."""
    await tx.execute(
        update(evidence)
        .where(_same_file(awaited))
        .values(attempts=awaited.attempts + 1, reason=reason, next_try_at=next_try_at)
    )


def _same_file(awaited: Awaited) -> ColumnElement[bool]:
    return and_(
        evidence.c.state == EvidenceState.AWAITED.value,
        evidence.c.bot_id == awaited.bot_id,
        evidence.c.file_id == awaited.file_id,
    )


# -- Removing --------------------------------------------------------------------------------------


async def abandoned(tx: Transaction, *, limit: int = 200) -> list[int]:
    """Evidence of dropped drafts, and what was never sent of withdrawn status updates."""
    gone = ~exists().where(conversations.c.id == evidence.c.conversation_id)
    statement = (
        select(evidence.c.id)
        .where(
            or_(
                evidence.c.state == EvidenceState.DROPPED.value,
                and_(_is_of_a_draft(), or_(evidence.c.conversation_id.is_(None), gone)),
            )
        )
        .order_by(evidence.c.id)
        .limit(limit)
    )
    return [int(each) for each in await tx.values(statement)]


async def forget(tx: Transaction, evidence_ids: Iterable[int]) -> None:
    """Remove the rows."""
    await tx.execute(delete(evidence).where(evidence.c.id.in_(list(evidence_ids))))
