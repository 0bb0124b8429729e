"""Erasing what participants of consultations left: rows first, then the keys, then it is said.

Who erases takes the rows in one commit, which also writes down which keys are to go. A tick
destroys these and says so. So nothing is called erased that is not, and a crash leaves nothing
half-way: what is gone cannot be opened, what is written down is destroyed at the next start.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from bot.domain.consultations import Card, SignUp, SignUpState, counted
from bot.domain.contributions import Contribution
from bot.domain.errors import Refused
from bot.domain.people import Act
from bot.domain.screens import Screen
from bot.domain.small_groups import WROTE
from bot.domain.views import consultations as views
from bot.domain.views import contributed
from bot.domain.views import participants as told
from bot.services import audit, notices, waiting
from storage import (
    consultations,
    contributions,
    enclosures,
    feedback,
    hidings,
    outbox,
    quotes,
    sign_ups,
    subscriptions,
)
from storage import waiting as seats
from storage.database import Database, Transaction
from storage.outbox import REPLY, Message
from storage.safe import LIMITS
from storage.sign_ups import Erasure
from storage.subscriptions import Subscription


class StillErasing(Refused):
    """What the chat has left here before is just being erased."""

    key = "error.still_erasing"


async def of_sign_up(tx: Transaction, act: Act, gone: SignUp, *, says: int | None = None) -> None:
    """Take a sign-up, what it contributed, and what was said in its chat.

    Once it is done, the message of outbox row `says` tells so; None: nobody is told. Words that
    were under way leave no trace.
    """
    await seats.lock(tx, gone.consultation_id)
    now = await sign_ups.by_handle(tx, gone.handle)  # who is at the door may just have noted them
    if now is None:
        return  # or somebody else has just erased them
    gone = now
    if gone.card is not None:
        if gone.is_in:
            said = counted(gone.card.answers, came=gone.came)
            await consultations.erase_counts(tx, gone.consultation_id, said)
        rows = await outbox.let_go(tx, gone.handle, now=act.now)
        await clear_chat(tx, act, gone.card, rows=rows, wrote=gone.card.wrote)
    wrote = await contributions.of_handle(tx, gone.handle)
    await uncount(tx, wrote)
    names = [takes_part_as(gone.handle), *(shown_as(each.id) for each in wrote)]
    await take_from_officers(tx, act, names)
    await enclosures.remove_of_handle(tx, gone.handle)
    await contributions.remove(tx, gone.handle)
    await take_feedback(tx, act, gone)
    await sign_ups.remove(tx, gone, says=says, now=act.now)
    if gone.state is SignUpState.WORDS:
        return
    await waiting.fill(tx, act, gone.consultation_id)
    subject = f"consultation:{gone.consultation_id}"
    await audit.record(tx, act.of_the_day, "sign_up.erase", subject, facts={"number": gone.number})


async def of_subscription(
    tx: Transaction, act: Act, gone: Subscription, *, says: int | None = None
) -> None:
    """Take that somebody is told of later ones, and what they were told; `says` as above."""
    if not await subscriptions.remove(tx, gone, says=says, now=act.now):
        return
    if gone.card is not None:
        rows = await outbox.let_go(tx, gone.handle, now=act.now)
        await clear_chat(tx, act, gone.card, rows=rows, wrote=())
    await audit.record(tx, act.of_the_day, "subscription.erase", "subscriptions")


async def of_contribution(tx: Transaction, act: Act, gone: Contribution) -> None:
    """Take a contribution to which no sign-up belongs."""
    await seats.lock(tx, gone.consultation_id)
    now = await contributions.get(tx, gone.id)
    if now is None:
        return  # whoever else knows its code was faster
    gone = now
    await uncount(tx, [gone])
    await take_from_officers(tx, act, [shown_as(gone.id)])
    await contributions.remove(tx, gone.handle)
    await sign_ups.leave_key(tx, gone.consultation_id, gone.handle, now=act.now)
    subject = f"consultation:{gone.consultation_id}"
    facts = {"number": gone.number}
    await audit.record(tx, act.of_the_day, "contribution.erase", subject, facts=facts)


async def uncount(tx: Transaction, gone: Iterable[Contribution]) -> None:
    """Count somebody no more among those who contributed; `gone` is all that stood of them."""
    standing = next((each for each in gone if each.said is not None), None)
    if standing is not None and standing.said is not None:
        counts = {(WROTE, standing.said.group): 1}
        await consultations.erase_counts(tx, standing.consultation_id, counts)


async def take_feedback(tx: Transaction, act: Act, gone: SignUp) -> None:
    """Take what somebody said of a meeting; the consultation is locked."""
    found = await feedback.of_handle(tx, gone.handle)
    if found is None:
        return
    row, said = found
    await consultations.erase_counts(tx, gone.consultation_id, said.counted)
    await take_from_officers(tx, act, [feedback_shown_as(row)])
    await feedback.remove(tx, gone.handle)


async def take_from_officers(tx: Transaction, act: Act, names: Sequence[str]) -> None:
    """Delete from the chats of officers what shows something by these names, or write over it.

    A file that waits is not sent any more.
    """
    rows = await quotes.showing(tx, names=names) if names else []
    await outbox.drop_showing(tx, rows, now=act.now)
    for each in await outbox.standing(tx, rows):
        gone = Message(
            key=f"contribution-gone:{each.id}:{act.stamp}",
            screen=contributed.gone(),
            person_id=each.person_id,
            bot_id=each.bot_id,
            deletes=each.id,
            silent=True,
        )
        await outbox.add(tx, gone, now=act.now)
    await quotes.forget(tx, rows)


def shown_as(contribution_id: int) -> str:
    """How screens name a contribution that they show (`storage.quotes`)."""
    return f"contribution:{contribution_id}"


def takes_part_as(handle: str) -> str:
    """How files name somebody whose own name stands in them."""
    return f"sign-up:{handle}"


def file_of(consultation_id: int) -> str:
    """How every file about the participants of a consultation names it."""
    return f"consultation-file:{consultation_id}"


def feedback_shown_as(row: int) -> str:
    """How screens name the feedback of that row."""
    return f"feedback:{row}"


async def of_marks(tx: Transaction, act: Act, consultation_id: int) -> None:
    """Take the marks against floods, and leave the key that they were made with to be destroyed."""
    await contributions.remove_marks(tx, consultation_id)
    await sign_ups.leave_key(tx, consultation_id, LIMITS, now=act.now)


async def clear_chat(
    tx: Transaction,
    act: Act,
    card: Card,
    *,
    rows: Iterable[int],
    wrote: Iterable[int],
    instead: Screen | None = None,
) -> None:
    """Delete messages from a chat where Telegram allows it, and blank what else was ours.

    `rows` are of the outbox, `wrote` ids of messages; `instead` is what blanks them.
    """
    rows = list(rows)
    await hidings.let_go(tx, card.bot_id, card.chat_id, rows)
    taken = [
        Message(
            f"erase:{row}",
            instead or told.blank(),
            None,
            card.bot_id,
            chat_id=card.chat_id,
            lane=REPLY,
            deletes=row,
            language=card.language,
        )
        for row in rows
    ]
    taken += [
        Message(
            f"erase:{secrets.token_hex(8)}",
            None,
            None,
            card.bot_id,
            chat_id=card.chat_id,
            lane=REPLY,
            removes=message_id,
        )
        for message_id in wrote
    ]
    for each in taken:
        await outbox.add(tx, each, now=act.now)


async def of_consultation(tx: Transaction, act: Act, consultation_id: int) -> None:
    """Take everything of a consultation's participants."""
    await seats.lock(tx, consultation_id)
    await consultations.erase(tx, consultation_id)
    await contributions.remove_marks(tx, consultation_id)
    shown = [file_of(consultation_id)]
    shown += map(shown_as, await contributions.ids(tx, consultation_id))
    shown += map(feedback_shown_as, await feedback.ids(tx, consultation_id))
    await take_from_officers(tx, act, shown)
    await outbox.let_go_all(tx, consultation_id, now=act.now)
    await enclosures.remove_all(tx, consultation_id)
    gone = {
        "contributions": await contributions.remove_all(tx, consultation_id),
        "feedback": await feedback.remove_all(tx, consultation_id),
        "sign_ups": await sign_ups.remove_all(tx, consultation_id, now=act.now),
    }
    await consultations.note_erased(tx, consultation_id, gone, now=None)


async def destroy_keys(database: Database, act: Act) -> None:
    """Destroy the keys that are written down, and say so; nothing where there are none."""
    async with database.read() as tx:
        going = await sign_ups.to_destroy(tx)
    for each in going:
        async with database.write() as tx:
            if each.handle is None:
                await _end_consultation(tx, act, each)
            else:
                await _end_sign_up(tx, act, each, each.handle)
    if going:
        await database.forget_removed()


async def _end_sign_up(tx: Transaction, act: Act, going: Erasure, handle: str) -> None:
    tx.safe.end(going.consultation_id, handle, going.chat)
    if await sign_ups.destroyed(tx, going.id) and going.chat and going.says is not None:
        bot_id, chat_id = going.chat
        done = Message(
            f"erasure:{going.id}",
            told.erased(),
            None,
            bot_id,
            chat_id=chat_id,
            lane=REPLY,
            language=going.language,
            edits=going.says,
        )
        await outbox.add(tx, done, now=act.now)


async def _end_consultation(tx: Transaction, act: Act, going: Erasure) -> None:
    keys = tx.safe.erase(going.consultation_id)
    if not await sign_ups.destroyed(tx, going.id):
        return
    _at, what = await consultations.erased(tx, going.consultation_id)
    left = await sign_ups.left(tx, going.consultation_id)
    left += await contributions.left(tx, going.consultation_id)
    left += await feedback.left(tx, going.consultation_id)
    what = {**what, "keys": keys, "left": left}
    await consultations.note_erased(tx, going.consultation_id, what, now=act.now)
    found = await consultations.get(tx, going.consultation_id)
    assert found is not None
    for person in await notices.officers(tx, act):
        key = f"consultation:{found.id}:erased:{person.id}"
        await notices.tell(tx, act, person.id, views.erased(found, what), key)
    subject = f"consultation:{found.id}"
    await audit.record(tx, act, "consultation.erase", subject, facts=what)
