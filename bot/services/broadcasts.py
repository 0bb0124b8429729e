"""Broadcasts: planned, undone or sent, once to each person; counted until all has come to its end.

Every change of state is one UPDATE that asks for the state before: of two officers, two taps or a
tap and a tick only one goes on. The commit that opens a broadcast says whom it is for; their
messages are planned some hundreds in a commit, by this one and by ticks, so that nobody who taps
meanwhile waits for thousands. A crash leaves people without a message, whom the next tick finds;
nobody gets two, for their keys are unique.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain import permissions
from bot.domain.broadcasts import (
    LONGEST_TEXT,
    Broadcast,
    BroadcastState,
    Deliveries,
    Draft,
    Missed,
    Reach,
    Recipient,
    Segment,
    text_for,
)
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.people import Act, Role
from bot.domain.reports import NoWords, TooLong, fitting
from bot.domain.requests import UNDO, LeftOut, Preview
from bot.domain.screens import Words
from bot.domain.views import broadcasts as views
from bot.domain.views.people import name_for
from bot.services import audit, boards
from bot.services.boards import Painted
from bot.services.notices import officers, tell
from storage import boards as board_rows
from storage import broadcasts as queries
from storage import outbox
from storage.database import Database, Transaction
from storage.outbox import BULK, Message

BOARD = "broadcast"
"""The first word of its deliveries' keys."""

REPLY = "broadcast_reply"
"""The first word of what is about one person's reply to a broadcast: `broadcast_reply:7:41`."""

AT_ONCE = 500
"""Messages planned in one commit: more than go out between two ticks."""


class NobodyReached(Refused):
    """The segment reaches nobody."""

    key = "broadcast.nobody"


class NothingToRetry(Refused):
    """Nothing has failed that could arrive now."""

    key = "broadcast.nothing_to_retry"


class MomentPast(Refused):
    """It cannot go out in the past."""

    key = "broadcast.moment_past"


class OneFile(Refused):
    """More than one file was sent."""

    key = "broadcast.one_file"


class NobodyThere(Refused):
    """Who had replied holds no seat any more, or cannot be reached."""

    key = "broadcast.nobody_there"


class FileOnItsWay(Refused):
    """The file has not been stored yet."""

    key = "broadcast.file_on_its_way"


# -- Before it goes out ----------------------------------------------------------------------------


async def reach(
    tx: Transaction, act: Act, segment: Segment, *, written: Iterable[str], default_language: str
) -> Reach:
    """Whom it reaches now, who is left out and why, who gets a text in another language."""
    permissions.require(permissions.may_ask(act.actor))
    found = await queries.candidates(tx, segment, bot_id=act.bot_id, now=act.now)
    recipients = {
        each.person_id: Recipient(each.person_id, each.language) for each in found if each.reachable
    }
    left_out = {
        each.person_id: (
            each.names or {},
            LeftOut.UNREACHABLE if each.started else LeftOut.NEVER_STARTED,
        )
        for each in found
        if not each.reachable
    }
    empty = await _without_seat(tx, act, segment)
    known = {*written, default_language}
    other = Counter(each.language for each in recipients.values() if each.language not in known)
    places = {each.institution_id for each in found if each.reachable and each.institution_id}
    preview = Preview(
        items=0,
        institutions=len(places),
        people=len(recipients),
        left_out=(*left_out.values(), *((names, LeftOut.NO_SEAT) for names in empty)),
        other_language=dict(sorted(other.items())),
    )
    return Reach(tuple(recipients.values()), preview)


async def _without_seat(tx: Transaction, act: Act, segment: Segment) -> list[Mapping[str, str]]:
    """Institutions that are meant and have nobody; none is meant where only officers are."""
    inside = {Role.COORDINATOR, Role.OFFICER}
    if segment.roles and set(segment.roles) <= inside:
        return []
    return await queries.institutions_without_seat(tx, segment, now=act.now)


async def plan(tx: Transaction, act: Act, draft: Draft) -> int:
    """Plan a broadcast: it goes out at its moment, in two minutes, or now. Gives its id.

    Raises NoWords, TooLong, NobodyReached or MomentPast.
    """
    permissions.require(permissions.may_ask(act.actor))
    texts = {language: words.strip() for language, words in draft.texts.items() if words.strip()}
    if draft.default_language not in texts:
        raise NoWords
    for words in texts.values():
        if len(words) > LONGEST_TEXT:
            raise TooLong(limit=LONGEST_TEXT, count=len(words) - LONGEST_TEXT)
    sends_at = act.now + UNDO if draft.sends_at is None else draft.sends_at
    if sends_at < act.now:
        raise MomentPast
    found = await reach(
        tx, act, draft.segment, written=texts, default_language=draft.default_language
    )
    if not found.recipients:
        raise NobodyReached
    file = draft.attachment
    broadcast_id = await queries.add(
        tx,
        draft.segment,
        texts,
        default_language=draft.default_language,
        planned_by=act.actor.seat_id,
        sends_at=sends_at,
        now=act.now,
        attachment=None if file is None else file.stored,
        attachment_name=None if file is None else file.name,
        attachment_kind=None if file is None else file.kind,
    )
    await audit.record(
        tx,
        act,
        "broadcast.plan",
        f"broadcast:{broadcast_id}",
        facts={"people": len(found.recipients)},
        words=texts[draft.default_language],
    )
    if sends_at <= act.now:
        await _open(tx, act, broadcast_id)
    return broadcast_id


async def undo(tx: Transaction, act: Act, broadcast_id: int) -> None:
    """It does not go out. Raises Outdated where it has begun to, or was undone."""
    permissions.require(permissions.may_ask(act.actor))
    planned, undone = BroadcastState.PLANNED, BroadcastState.UNDONE
    if not await queries.move(tx, broadcast_id, from_=planned, to=undone, closed_at=act.now):
        raise Outdated
    await board_rows.wake(tx, prefix_of(broadcast_id))
    await audit.record(tx, act, "broadcast.undo", f"broadcast:{broadcast_id}")


async def send_now(tx: Transaction, act: Act, broadcast_id: int) -> None:
    """It goes out at once. Raises Outdated where it has begun to, or was undone."""
    permissions.require(permissions.may_ask(act.actor))
    if not await _open(tx, act, broadcast_id):
        raise Outdated


# -- Going out -------------------------------------------------------------------------------------


async def _open(tx: Transaction, act: Act, broadcast_id: int) -> bool:
    """It is for those whom it reaches now, and goes to the first; False where it was open."""
    planned, sending = BroadcastState.PLANNED, BroadcastState.SENDING
    if not await queries.move(tx, broadcast_id, from_=planned, to=sending, opened_at=act.now):
        return False
    found = await _get(tx, broadcast_id)
    texts = await queries.texts(tx, broadcast_id)
    reached = await reach(
        tx, act, found.segment, written=texts, default_language=found.default_language
    )
    to = [each.person_id for each in reached.recipients]
    await queries.deliver(tx, broadcast_id, to)
    await _plan_some(tx, act, broadcast_id)
    await board_rows.wake(tx, prefix_of(broadcast_id))
    await audit.record(
        tx,
        act,
        "broadcast.open",
        f"broadcast:{broadcast_id}",
        facts={"people": len(to)},
    )
    return True


async def _plan_some(tx: Transaction, act: Act, broadcast_id: int) -> int:
    """Plan the messages to the next of those whom it is for; gives how many, 0 when all are."""
    prefix = prefix_of(broadcast_id)
    to = await queries.without_message(tx, broadcast_id, prefix, limit=AT_ONCE)
    if not to:
        return 0
    found = await _get(tx, broadcast_id)
    texts = await queries.texts(tx, broadcast_id)
    await outbox.add_many(tx, [_message(act, found, texts, each) for each in to], now=act.now)
    for gone in await queries.without_seat(tx, [each.person_id for each in to], now=act.now):
        await outbox.drop_recipient(tx, gone, "seat_ended", now=act.now)
    return len(to)


def _message(act: Act, found: Broadcast, texts: Mapping[str, str], to: Recipient) -> Message:
    words, language = text_for(texts, to.language, found.default_language)
    return Message(
        key=f"{prefix_of(found.id)}{to.person_id}",
        screen=views.delivered(words, language, found.id, found.file),
        person_id=to.person_id,
        bot_id=act.bot_id,
        lane=BULK,
        subject=f"{BOARD}:{found.id}",
    )


async def follow(database: Database, act: Act) -> None:
    """Open what is due, go on with it, close what is at its end; one look where nothing is."""
    async with database.read() as tx:
        found = await queries.under_way(tx, now=act.now)
    for each in found:
        async with database.write() as tx:
            if each.state is BroadcastState.PLANNED:
                await _open(tx, act, each.id)
            elif not await _plan_some(tx, act, each.id):
                await _close(tx, act, each.id)


async def _close(tx: Transaction, act: Act, broadcast_id: int) -> bool:
    """Nothing of it waits any more; False where something does."""
    await queries.lock(tx, broadcast_id)  # who sends once more waits, and opens it again
    counts = await count(tx, broadcast_id)
    if counts.waiting:
        return False
    sending, closed = BroadcastState.SENDING, BroadcastState.CLOSED
    if not await queries.move(tx, broadcast_id, from_=sending, to=closed, closed_at=act.now):
        return False
    await board_rows.wake(tx, prefix_of(broadcast_id))
    await audit.record(
        tx,
        act,
        "broadcast.close",
        f"broadcast:{broadcast_id}",
        facts={"sent": counts.sent, "failed": counts.failed, "unknown": counts.unknown},
    )
    return True


async def retry(tx: Transaction, act: Act, broadcast_id: int) -> int:
    """Send once more what failed to people who can be reached now; gives how many.

    What was sent, or may have been, is left alone. Raises Outdated while it is not out, and
    NothingToRetry.
    """
    permissions.require(permissions.may_ask(act.actor))
    sending, closed = BroadcastState.SENDING, BroadcastState.CLOSED
    # Before anything is looked at: a second officer waits here, and finds nothing left to do.
    if not await queries.move(tx, broadcast_id, from_=closed, to=sending, closed_at=None) and (
        not await queries.move(tx, broadcast_id, from_=sending, to=sending)
    ):
        raise Outdated
    found = await _get(tx, broadcast_id)
    texts = await queries.texts(tx, broadcast_id)
    prefix = prefix_of(broadcast_id)
    failed = [each.person_id for each in await outbox.failures(tx, prefix) if each.person_id]
    there = await queries.still_there(tx, failed, bot_id=act.bot_id, now=act.now)
    messages = [_message(act, found, texts, each) for each in there]
    again = await outbox.retry(tx, messages, now=act.now)
    if not again:
        raise NothingToRetry
    await board_rows.wake(tx, prefix)
    await audit.record(
        tx, act, "broadcast.retry", f"broadcast:{broadcast_id}", facts={"people": again}
    )
    return again


async def seen(tx: Transaction, act: Act, broadcast_id: int) -> None:
    """The actor says that they have seen it; raises NotFound where it was not for them."""
    person_id = act.actor.person_id
    if person_id is None or not await queries.mark_seen(tx, broadcast_id, person_id, now=act.now):
        raise NotFound


# -- What people say to it -------------------------------------------------------------------------


async def reply(
    tx: Transaction, act: Act, broadcast_id: int, words: str, *, language: str, message_id: int
) -> None:
    """Words that the actor wrote in `message_id`, replying to it, go to the officer who sent it.

    Where that officer has left, to the secretariat. Raises NotFound where it was not for the actor.
    """
    person_id = act.actor.person_id
    if person_id is None or not await queries.is_for(tx, broadcast_id, person_id):
        raise NotFound
    found = await _get(tx, broadcast_id)
    said = fitting(words)
    name, names = (await queries.called(tx, [person_id]))[person_id]
    about = await beginning(tx, found)
    subject = f"{REPLY}:{broadcast_id}:{person_id}"
    for each in await officers(tx, act, seat_id=found.planned_by):
        known = names or act.actor.is_secretariat
        institution = name_for(names, each.language) if known else None
        shown = views.replied(name, institution, about, said=(said, language))
        key = f"{REPLY}:{act.bot_id}:{person_id}:{message_id}:{each.id}"
        await tell(tx, act, each.id, shown, key, subject=subject)
    await audit.record(tx, act, "broadcast.reply", f"broadcast:{broadcast_id}", words=said)


async def answer(
    tx: Transaction,
    act: Act,
    broadcast_id: int,
    person_id: int,
    words: str,
    *,
    language: str,
    message_id: int,
) -> None:
    """The secretariat's answer, written in `message_id`, goes back to who had replied.

    Raises NobodyThere where they cannot be reached any more.
    """
    permissions.require(permissions.may_ask(act.actor))
    if not await queries.is_for(tx, broadcast_id, person_id):
        raise NotFound
    found = await _get(tx, broadcast_id)
    said = fitting(words)
    if not await queries.still_there(tx, [person_id], bot_id=act.bot_id, now=act.now):
        raise NobodyThere
    await tell(
        tx,
        act,
        person_id,
        views.answered(await beginning(tx, found), answer=(said, language)),
        f"{REPLY}:{act.bot_id}:{act.actor.person_id}:{message_id}:{person_id}",
        subject=f"{BOARD}:{broadcast_id}",
    )
    await audit.record(
        tx,
        act,
        "broadcast.answer",
        f"broadcast:{broadcast_id}",
        facts={"person": person_id},
        words=said,
    )


# -- Looking ---------------------------------------------------------------------------------------


def prefix_of(broadcast_id: int) -> str:
    """How the keys of its deliveries begin."""
    return f"{BOARD}:{broadcast_id}:"


async def get(tx: Transaction, act: Act, broadcast_id: int) -> Broadcast:
    """The broadcast of that id; raises NotFound."""
    permissions.require(permissions.may_ask(act.actor))
    return await _get(tx, broadcast_id)


async def count(tx: Transaction, broadcast_id: int) -> Deliveries:
    """What became of its messages; those that are yet to be planned wait too."""
    found = await boards.count(tx, prefix_of(broadcast_id))
    to_come = await queries.count_deliveries(tx, broadcast_id) - found.total
    return replace(found, waiting=found.waiting + to_come)


async def paint(tx: Transaction, prefix: str, *, may_redact: bool = False) -> Painted | None:
    """The board of the deliveries whose keys begin so; None: there is no such broadcast."""
    broadcast_id = int(prefix.split(":")[1])
    found = await queries.get(tx, broadcast_id)
    if found is None:
        return None
    shown = views.board(
        found,
        await beginning(tx, found),
        await count(tx, broadcast_id),
        seen=await queries.count_seen(tx, broadcast_id),
        may_redact=may_redact,
    )
    return Painted(shown, moves=found.state is BroadcastState.SENDING)


async def beginning(tx: Transaction, found: Broadcast) -> Words:
    """How its text begins."""
    texts = await queries.texts(tx, found.id)
    words, language = text_for(texts, found.default_language, found.default_language)
    return Words(" ".join(words.split()), language, limit=views.BEGINNING)


async def missed(tx: Transaction, act: Act, broadcast_id: int) -> list[Missed]:
    """Who has not got it, or perhaps not."""
    permissions.require(permissions.may_ask(act.actor))
    failures = await outbox.failures(tx, prefix_of(broadcast_id), unknown_too=True)
    called = await queries.called(tx, [each.person_id for each in failures if each.person_id])
    found = []
    for each in failures:
        if each.person_id in called:
            name, names = called[each.person_id]
            reason = None if each.state == "unknown" else each.reason or ""
            found.append(Missed(each.person_id, name, names, reason))
    return found


async def _get(tx: Transaction, broadcast_id: int) -> Broadcast:
    found = await queries.get(tx, broadcast_id)
    if found is None:
        raise NotFound
    return found
