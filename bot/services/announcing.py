"""What is announced beside a consultation itself: further languages, who is told of it."""

from __future__ import annotations

from bot.domain.consultations import Consultation, ConsultationState, Translation
from bot.domain.errors import Outdated
from bot.domain.people import Act
from bot.domain.views import participants as told
from bot.services import audit, consultations
from storage import consultations as queries
from storage import outbox, subscriptions
from storage.database import Transaction
from storage.outbox import BULK, Message


async def open_one(tx: Transaction, act: Act, consultation_id: int) -> Consultation:
    """A consultation that goes on, for the secretariat; raises NotFound, Outdated."""
    found = await consultations.get(tx, act, consultation_id)
    if found.state is not ConsultationState.OPEN:
        raise Outdated
    return found


# -- In further languages --------------------------------------------------------------------------


async def say(
    tx: Transaction, act: Act, consultation_id: int, language: str, said: Translation
) -> None:
    """Say it in that language, too; raises Outdated."""
    found = await open_one(tx, act, consultation_id)
    if language == found.wanted.language:  # it was announced anew in this one meanwhile
        raise Outdated
    await queries.say(tx, consultation_id, language, said)
    await consultations.plan_calendar(tx, act, consultation_id, found.wanted)
    await audit.record(
        tx,
        act,
        "consultation.say",
        f"consultation:{consultation_id}",
        facts={"language": language},
        words=said.title,
    )


async def said(tx: Transaction, act: Act, consultation_id: int) -> dict[str, Translation]:
    """What is said of it, by language."""
    await consultations.get(tx, act, consultation_id)
    return await queries.said(tx, consultation_id)


# -- To earlier participants -----------------------------------------------------------------------


async def earlier(tx: Transaction, act: Act, consultation_id: int) -> int:
    """How many earlier participants would be told; raises Outdated."""
    await open_one(tx, act, consultation_id)
    return await subscriptions.count(tx)


async def tell_earlier(tx: Transaction, act: Act, consultation_id: int) -> int:
    """Tell those who agreed to be told of later ones, each once; gives to how many it goes now.

    Raises Outdated.
    """
    found = await open_one(tx, act, consultation_id)
    notices = [
        Message(
            key=f"later:{found.id}:{handle}",
            screen=told.something_new(found.code),
            person_id=None,
            bot_id=bot_id,
            sign_up=handle,
            lane=BULK,
            silent=True,
        )
        for handle, bot_id in await subscriptions.handles(tx)
    ]
    planned = await outbox.add_many(tx, notices, now=act.now)
    await audit.record(tx, act, "consultation.tell", f"consultation:{found.id}")
    return planned
