"""Redaction: a coordinator destroys a text or a file for good; number, reason, who and when stay.

Everything that holds it goes in one commit: rows and older versions, drafts, the audit's free
words, messages that are still to be sent. What was sent is deleted from the chats, and bytes are
removed from the store and from the database file, right after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.people import Act, Role
from bot.domain.redaction import (
    LONGEST_WHY,
    About,
    AlreadyRedacted,
    Kind,
    Mark,
    Part,
    Reason,
    Redaction,
    Target,
)
from bot.domain.reports import NotTheirWord, TooLong
from bot.domain.views import redaction as views
from bot.services import audit, handed_out, reports_book
from bot.services.notices import tell
from bot.services.status_updates import get_own
from storage import audit as audit_queries
from storage import files, jobs, outbox, people, quotes
from storage import redactions as queries
from storage import status_updates as reports
from storage.database import Transaction
from storage.outbox import Message
from storage.redactions import Destroyed, OwnMessage

LONGEST_ID = 18  # digits
_TOLD = permissions.READS | {Role.OBSERVER}
NOT_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Preview:
    """What a redaction would reach: which other reports were sent with the same words."""

    others: tuple[str, ...]
    exports: int


@dataclass(frozen=True)
class Outcome:
    """What became of the messages that a redaction takes away; `left` are people, by name."""

    redaction: Redaction
    about: About
    deleted: int
    waiting: int
    left: tuple[str, ...]
    by_name: str | None  # of who redacted


@dataclass(frozen=True)
class _Made:
    """A redaction that is recorded: what is gone, and why."""

    id: int
    about: About
    target: Target
    reason: Reason
    institution_id: int | None  # whose it was


async def find(tx: Transaction, act: Act, subject: str) -> About:
    """What `su:42` or `question:5` names; raises NotAllowed for all but coordinators, NotFound.

    What its institution has not cleared nobody else reads, and a coordinator destroys it unseen.
    """
    permissions.require(permissions.may_redact(act.actor))
    kind, _, place = subject.partition(":")
    if kind not in set(Kind) or not place.isdecimal() or len(place) > LONGEST_ID:
        raise NotFound
    found = existing(await queries.about(tx, Kind(kind), int(place)))
    if found.kind is Kind.STATUS_UPDATE:
        try:
            await get_own(tx, act.actor, found.id)
        except NotTheirWord:
            return replace(found, unread=True)
    return found


async def offers(tx: Transaction, act: Act, subject: str) -> bool:
    """Whether who acts may redact something of it."""
    if not permissions.may_redact(act.actor):
        return False
    return bool(await queries.targets(tx, await find(tx, act, subject)))


async def preview(tx: Transaction, act: Act, about: About) -> Preview:
    """What redacting something of it would reach beside it."""
    permissions.require(permissions.may_redact(act.actor))
    others: tuple[str, ...] = ()
    if about.kind is Kind.STATUS_UPDATE:
        together = await queries.sent_together(tx, about.id)
        others = tuple(number for each, number in together.items() if each != about.id)
    return Preview(others, len(await _exports(tx, about)))


async def redact(
    tx: Transaction, act: Act, about: About, target: Target, reason: Reason, *, why: str = ""
) -> Redaction:
    """Destroy the target; raises NotAllowed, NotFound, AlreadyRedacted or TooLong.

    `why` says more than the reason; it stays in the audit, where it can be erased.
    """
    permissions.require(permissions.may_redact(act.actor))
    if len(why) > LONGEST_WHY:
        raise TooLong(limit=LONGEST_WHY, count=len(why) - LONGEST_WHY)
    seat = act.actor.seat({Role.COORDINATOR})
    assert seat is not None
    chosen = await _present(tx, about, target)
    gone = await queries.destroy(tx, about, chosen, Mark(act.today, reason))
    if not gone.anything:
        raise AlreadyRedacted
    redaction_id = await queries.add(
        tx, about.subject, chosen, reason, seat_id=seat.id, now=act.now
    )
    exports = await _exports(tx, about)
    for job_id, _sha256 in exports:
        await jobs.change(tx, job_id, sha256=None)
    await reports_book.let_go(tx, act, [job_id for job_id, _sha256 in exports])
    made = _Made(redaction_id, about, chosen, reason, await queries.whose(tx, about, chosen))
    made_files = {sha256 for _job_id, sha256 in exports}
    own = await _take_from_chats(tx, act, made, gone, gone.files | made_files)
    erased = 0
    for number in await audit_queries.with_words(tx, gone.texts):
        erased += await audit.erase_words(tx, act, number)
    await _tell_institution(tx, act, made)
    tx.wakes.add("evidence")
    kept = await files.still_named(tx, gone.files)
    await audit.record(
        tx,
        act,
        "redaction.redact",
        about.number or about.subject,
        seat_id=seat.id,
        facts={
            "redaction": redaction_id,
            "part": chosen.part.value,
            "place": chosen.place,
            "reason": reason.value,
            "updates": sorted(gone.updates),
            "versions": gone.versions,
            "files": len(gone.files),
            "files_kept": len(kept),
            "exports": len(exports),
            "audit_words": erased,
            "messages": len(await outbox.deletions(tx, _prefix(redaction_id))),
            "own_messages": own,
        },
        words=why.strip() or None,
    )
    return existing(await queries.get(tx, redaction_id))


async def outcome(tx: Transaction, act: Act, redaction_id: int) -> Outcome:
    """How far the messages of a redaction are gone; whose chats still hold something, by name."""
    permissions.require(permissions.may_redact(act.actor))
    redaction = existing(await queries.get(tx, redaction_id))
    rows = await outbox.deletions(tx, _prefix(redaction_id))
    left = [each.person_id for each in rows if each.state in ("failed", "unknown")]
    named = [await people.get(tx, each) for each in dict.fromkeys(left) if each is not None]
    by = await people.of_seat(tx, redaction.seat_id)
    return Outcome(
        redaction,
        await find(tx, act, redaction.subject),
        deleted=sum(each.state == "sent" for each in rows),
        waiting=sum(each.state in ("planned", "sending") for each in rows),
        left=tuple(each.name for each in named if each is not None),
        by_name=None if by is None else by.name,
    )


async def _present(tx: Transaction, about: About, target: Target) -> Target:
    """The target as it stands now; raises AlreadyRedacted where it is gone."""
    for each in await queries.targets(tx, about):
        if (each.part, each.place) == (target.part, target.place):
            return each
    raise AlreadyRedacted


async def _exports(tx: Transaction, about: About) -> list[tuple[int, str]]:
    """Files made of the record that may hold it: their jobs and SHA-256."""
    since = NOT_BEFORE
    if about.kind is Kind.STATUS_UPDATE:
        since = existing(await reports.get(tx, about.id)).submitted_at
    return await jobs.with_files_since(tx, handed_out.QUOTING, since)


async def _take_from_chats(
    tx: Transaction, act: Act, made: _Made, gone: Destroyed, gone_files: set[str]
) -> int:
    """Delete what shows it, and what people wrote of it; gives how many of the latter.

    What Telegram deletes no more is written over where it is the bot's.
    """
    rows = await quotes.showing(
        tx, texts=gone.shown_as(), files=gone_files, names=_names(made.target, gone)
    )
    conversation_ids = await quotes.conversations_on(tx, rows)
    own = await queries.take_own_messages(tx, made.about, made.target, gone, conversation_ids)
    dropped = await queries.drop_drafts(tx, made.about, gone)
    begun = await quotes.showing(tx, names=[f"conversation:{each}" for each in dropped])
    rows = sorted({*rows, *begun})
    await outbox.drop_showing(tx, rows, now=act.now)
    for each in await outbox.standing(tx, rows):
        said = Message(
            key=f"{_prefix(made.id)}{each.id}",
            screen=views.in_its_place(),
            person_id=each.person_id,
            bot_id=each.bot_id,
            deletes=each.id,
            silent=True,
        )
        await outbox.add(tx, said, now=act.now)
    await quotes.forget(tx, rows)
    for one in own:
        await _remove(tx, act, made.id, one)
    return len(own)


async def _remove(tx: Transaction, act: Act, redaction_id: int, own: OwnMessage) -> None:
    said = Message(
        key=f"{_prefix(redaction_id)}{own.bot_id}:{own.chat_id}:{own.message_id}",
        screen=None,
        person_id=own.person_id,
        chat_id=own.chat_id,
        bot_id=own.bot_id,
        removes=own.message_id,
        silent=True,
    )
    await outbox.add(tx, said, now=act.now)


def _names(target: Target, gone: Destroyed) -> Sequence[str]:
    """Screens that show parts of the words, such as what a version changed."""
    if target.part in (Part.FILE, Part.COMMENT, Part.INSIDE, Part.SOURCE):
        return ()
    return [f"su:{each}" for each in gone.updates]


async def _tell_institution(tx: Transaction, act: Act, made: _Made) -> None:
    """Its people learn what is gone and why, and delete what may still stand in their chats."""
    if made.institution_id is None:
        return
    whose = made.institution_id
    told = await people.seated(tx, now=act.now, roles=_TOLD, institution_id=whose)
    for person in people.each_once(told):
        shown = views.told(made.about, made.target.part, made.reason)
        key = f"redacted:{made.id}:{person.id}"
        await tell(tx, act, person.id, shown, key, silent=True)


def _prefix(redaction_id: int) -> str:
    return f"redact:{redaction_id}:"
