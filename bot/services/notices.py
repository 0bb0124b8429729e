"""What people are told of an act: those with seats by the house's bot, participants by theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from bot.domain.people import REPORTING, SECRETARIAT, Act, Person
from bot.domain.review import Waiting
from bot.domain.screens import Screen
from bot.domain.views import report as views
from storage import outbox, people, seats, sign_ups, status_updates
from storage.database import Transaction
from storage.outbox import NOTICE, Message


async def tell(
    tx: Transaction,
    act: Act,
    person_id: int,
    shown: Screen,
    key: str,
    *,
    subject: str | None = None,
    silent: bool = False,
    urgent: bool = False,
    edits: int | None = None,
    quotes: Sequence[str] = (),
) -> None:
    """Plan a message to a person; `key` is unique, the rest as in `storage.outbox.Message`."""
    message = Message(
        key=key,
        screen=shown,
        person_id=person_id,
        bot_id=act.bot_id,
        subject=subject,
        silent=silent,
        urgent=urgent,
        edits=edits,
        quotes=tuple(quotes),
    )
    await outbox.add(tx, message, now=act.now)


async def tell_participants(
    tx: Transaction,
    act: Act,
    handles: Sequence[str],
    shown: Screen,
    key: str,
    *,
    lane: str = NOTICE,
) -> int:
    """Plan a message to these sign-ups; their chats are looked up when it is sent.

    `key` with the handle behind it is unique. Gives how many are told.
    """
    bots = await sign_ups.bots(tx, handles)
    known = [(handle, bots[handle]) for handle in handles if handle in bots]
    return await tell_chats(tx, act, known, shown, key, lane=lane)


async def tell_chats(
    tx: Transaction,
    act: Act,
    handles: Iterable[tuple[str, int]],
    shown: Screen,
    key: str,
    *,
    lane: str = NOTICE,
    silent: bool = False,
) -> int:
    """The same for handles of which the bot is known, of whatever kind they are."""
    news = [
        Message(f"{key}:{handle}", shown, None, bot, sign_up=handle, lane=lane, silent=silent)
        for handle, bot in handles
    ]
    return await outbox.add_many(tx, news, now=act.now)


async def officers(tx: Transaction, act: Act, *, seat_id: int | None = None) -> list[Person]:
    """The secretariat's people, each once; of `seat_id` only who holds it, while they do."""
    found = await people.seated(tx, now=act.now, roles=SECRETARIAT)
    return people.each_once([each for each in found if each.seat.id == seat_id] or found)


async def reporters(tx: Transaction, act: Act, report: Waiting) -> list[int]:
    """Who hears what became of a report: who reports there, and its author while they sit there."""
    seated = await people.seated(
        tx, now=act.now, roles=REPORTING, institution_id=report.institution_id
    )
    hearing = {each.person.id for each in seated}
    sent = await status_updates.get(tx, report.status_update_id)
    if sent is not None and sent.seat_id is not None:
        author = await seats.get(tx, sent.seat_id)
        own = author is not None and author.institution_id == report.institution_id
        if author is not None and own and author.live(act.now):
            hearing.add(author.person_id)
    return sorted(hearing)


async def tell_secretariat(tx: Transaction, act: Act, cause: str) -> None:
    """Bring every officer's message of the day up to date; `cause` names what has come in.

    The first arrival of a day makes the message, the others change it where it stands, so that
    a hundred reports make no hundred sounds.
    """
    morning = datetime.combine(act.today, time(), act.zone)
    arrived = await status_updates.arrived_since(tx, morning)
    shown = views.arrived(
        reports=arrived.reports, questions=arrived.questions, not_ours=arrived.not_ours
    )
    for person_id in sorted(each.id for each in await officers(tx, act)):
        key = f"arrived:{act.today}:{person_id}"
        known = await outbox.find(tx, key)
        this = key if known is None else f"{key}:{cause}"
        await tell(tx, act, person_id, shown, this, silent=True, edits=known)
