"""Saying to everybody what came of a consultation."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.consultations import Consultation, ConsultationState
from bot.domain.errors import Outdated
from bot.domain.people import Act
from bot.domain.reports import NoWords, TooLong
from bot.domain.summaries import LONGEST_SUMMARY, Numbers, Summary
from bot.domain.views import summaries as told
from bot.services import audit, consultations, notices
from storage import consultations as queries
from storage import contributions
from storage import summaries as summary_rows
from storage.database import Transaction
from storage.outbox import BULK


async def to_summarise(tx: Transaction, act: Act, consultation_id: int) -> Consultation:
    """A consultation that is closed, and of which it can be said; raises Outdated, NotFound."""
    found = await consultations.get(tx, act, consultation_id)
    if found.state is not ConsultationState.CLOSED:
        raise Outdated
    return found


async def publish(
    tx: Transaction, act: Act, consultation_id: int, words: str, language: str
) -> Consultation:
    """Let anybody read what came of it; at the first time, tell whoever contributed.

    Raises Outdated, NoWords, TooLong.
    """
    found = await to_summarise(tx, act, consultation_id)
    said = words.strip()
    if not said:
        raise NoWords
    if len(said) > LONGEST_SUMMARY:
        raise TooLong(limit=LONGEST_SUMMARY, count=len(said) - LONGEST_SUMMARY)
    if not await summary_rows.is_there(tx, found.id):
        await _tell(tx, act, found)
    became = await contributions.outcomes(tx, found.id)
    numbers = Numbers.of(await queries.figures(tx, found.id), became)
    await summary_rows.put(tx, Summary(found.id, language, said, numbers, act.today))
    subject, facts = f"consultation:{found.id}", {"language": language}
    await audit.record(tx, act, "consultation.summarise", subject, facts=facts, words=said)
    return found


async def of(tx: Transaction, act: Act, consultation_id: int, language: str) -> Summary | None:
    """What the secretariat has published of it."""
    permissions.require(permissions.may_consult(act.actor))
    return await summary_rows.get(tx, consultation_id, language)


async def _tell(tx: Transaction, act: Act, found: Consultation) -> None:
    """News for whoever contributed and can be told; it names neither consultation nor words."""
    writers, key = await contributions.writers(tx, found.id), f"consultation:{found.id}:summary"
    await notices.tell_participants(tx, act, writers, told.news(found.code), key, lane=BULK)
