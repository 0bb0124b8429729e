"""What is announced beside a consultation itself: its words in further languages."""

from __future__ import annotations

from bot.domain.consultations import Consultation, ConsultationState, Translation
from bot.domain.errors import Outdated
from bot.domain.people import Act
from bot.services import audit, consultations
from storage import consultations as queries
from storage.database import Transaction


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
