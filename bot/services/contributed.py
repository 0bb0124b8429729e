"""What was contributed to a consultation, for the secretariat: read, tagged, decided on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.consultations import Consultation, shown_counts
from bot.domain.contributions import (
    LONGEST_ANSWER,
    REASONED,
    Contribution,
    Outcome,
    State,
    Tags,
)
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.people import Act
from bot.domain.reports import NoWords, TooLong
from bot.domain.views import contributing as told
from bot.services import audit
from bot.services.erasure import WROTE
from storage import consultations, items, outbox
from storage import contributions as queries
from storage.database import Transaction
from storage.outbox import BULK, Message


@dataclass(frozen=True)
class Read:
    """A contribution as officers read it.

    `group` only where it tells of nobody (`shown_counts`); `codes` are the numbers of items that it
    names or is tagged with, by their ids.
    """

    kept: Contribution
    group: str | None
    codes: dict[int, str]


async def count(tx: Transaction, act: Act, consultation_id: int) -> int:
    """How many contributions stand."""
    permissions.require(permissions.may_consult(act.actor))
    return await queries.count(tx, consultation_id)


async def page(
    tx: Transaction, act: Act, consultation_id: int, *, limit: int, offset: int
) -> list[Read]:
    """Some of them, in the order in which they came."""
    permissions.require(permissions.may_consult(act.actor))
    found = await queries.page(tx, consultation_id, limit=limit, offset=offset)
    return await _read(tx, consultation_id, found)


async def get(tx: Transaction, act: Act, contribution_id: int) -> tuple[Consultation, Read]:
    """One that stands, and what it was sent to; raises NotFound."""
    permissions.require(permissions.may_consult(act.actor))
    found = await queries.get(tx, contribution_id)
    if found is None or found.state is not State.SENT:
        raise NotFound
    consultation = existing(await consultations.get(tx, found.consultation_id))
    (read,) = await _read(tx, consultation.id, [found])
    return consultation, read


async def decide(
    tx: Transaction,
    act: Act,
    contribution_id: int,
    outcome: Outcome,
    *,
    answer: str = "",
    language: str | None = None,
) -> None:
    """Say what became of a contribution, and tell who wrote it, where there is a way back.

    Raises NoWords where a reason is needed, TooLong, Outdated where it stands so already.
    """
    consultation, read = await get(tx, act, contribution_id)
    said = answer.strip()
    if outcome in REASONED and not said:
        raise NoWords
    if len(said) > LONGEST_ANSWER:
        raise TooLong(limit=LONGEST_ANSWER, over=len(said) - LONGEST_ANSWER)
    if (read.kept.outcome, read.kept.answer) == (outcome, said):
        raise Outdated
    decided = replace(
        read.kept, outcome=outcome, answer=said, answer_language=language if said else None
    )
    await queries.save(tx, decided)
    if not decided.by_code:
        await _tell(tx, act, consultation, decided)
    facts = {"number": decided.number, "outcome": outcome.value}
    subject = f"consultation:{consultation.id}"
    await audit.record(tx, act, "contribution.decide", subject, facts=facts)


async def tag(tx: Transaction, act: Act, contribution_id: int, tags: Tags) -> None:
    """Put a contribution under themes and items."""
    consultation, read = await get(tx, act, contribution_id)
    await queries.save(tx, replace(read.kept, tags=tags))
    facts = {"number": read.kept.number, "themes": len(tags.themes), "items": len(tags.items)}
    subject = f"consultation:{consultation.id}"
    await audit.record(tx, act, "contribution.tag", subject, facts=facts)


async def _tell(tx: Transaction, act: Act, found: Consultation, decided: Contribution) -> None:
    """News for who wrote it; their chat is looked up when it is sent."""
    news = Message(
        key=f"contribution:{decided.id}:{act.stamp}",
        screen=told.news(found.code),
        person_id=None,
        bot_id=act.bot_id,
        sign_up=decided.handle,
        lane=BULK,
    )
    await outbox.add(tx, news, now=act.now)


async def _read(tx: Transaction, consultation_id: int, found: list[Contribution]) -> list[Read]:
    counts = await consultations.counts(tx, consultation_id)
    groups, _others = shown_counts(counts.get(WROTE, {}))
    named = [item for each in found for item in (*each.about.items, *each.tags.items)]
    codes = await items.codes(tx, named)
    return [
        Read(
            each,
            each.said.group if each.said is not None and each.said.group in groups else None,
            codes,
        )
        for each in found
    ]
