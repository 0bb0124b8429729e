"""Erasing what participants of consultations left: rows first, then the keys, then it is said.

Who erases takes the rows in one commit, which also writes down which keys are to go. A tick
destroys these and says so. So nothing is called erased that is not, and a crash leaves nothing
half-way: what is gone cannot be opened, what is written down is destroyed at the next start.
"""

from __future__ import annotations

import secrets

from bot.domain.consultations import SignUp, counted
from bot.domain.people import Act
from bot.domain.views import consultations as views
from bot.domain.views import participants as told
from bot.services import audit, notices, waiting
from storage import consultations, outbox, sign_ups
from storage.database import Database, Transaction
from storage.outbox import REPLY, Message
from storage.sign_ups import Erasure


async def of_sign_up(tx: Transaction, act: Act, gone: SignUp, *, says: int | None = None) -> None:
    """Take a sign-up and what was said in its chat.

    Once it is done, the message of outbox row `says` tells so; None: nobody is told.
    """
    if gone.card is not None:
        if gone.is_in:
            said = counted(gone.card.answers)
            await consultations.add_counts(tx, gone.consultation_id, said, times=-1)
        await _take_messages(tx, act, gone)
    await sign_ups.remove(tx, gone, says=says, now=act.now)
    await waiting.fill(tx, act, gone.consultation_id)
    subject = f"consultation:{gone.consultation_id}"
    await audit.record(tx, act.of_the_day, "sign_up.erase", subject, facts={"number": gone.number})


async def _take_messages(tx: Transaction, act: Act, gone: SignUp) -> None:
    """Delete what stands in the chat where Telegram allows it, and blank what else was ours."""
    assert gone.card is not None
    card = gone.card
    taken = [
        Message(
            f"erase:{row}",
            told.blank(),
            None,
            card.bot_id,
            chat_id=card.chat_id,
            lane=REPLY,
            deletes=row,
            language=card.language,
        )
        for row in await outbox.let_go(tx, gone.handle, now=act.now)
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
        for message_id in card.wrote
    ]
    for each in taken:
        await outbox.add(tx, each, now=act.now)


async def of_consultation(tx: Transaction, act: Act, consultation_id: int) -> None:
    """Take everything of a consultation's participants."""
    await consultations.erase(tx, consultation_id)
    gone = await sign_ups.remove_all(tx, consultation_id, now=act.now)
    await consultations.note_erased(tx, consultation_id, {"sign_ups": gone}, now=None)


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
    what = {**what, "keys": keys, "left": await sign_ups.left(tx, going.consultation_id)}
    await consultations.note_erased(tx, going.consultation_id, what, now=act.now)
    found = await consultations.get(tx, going.consultation_id)
    assert found is not None
    for person in await notices.officers(tx, act):
        key = f"consultation:{found.id}:erased:{person.id}"
        await notices.tell(tx, act, person.id, views.erased(found, what), key)
    subject = f"consultation:{found.id}"
    await audit.record(tx, act, "consultation.erase", subject, facts=what)
