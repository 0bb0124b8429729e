"""What was contributed to a consultation, for the secretariat: read, tagged, decided on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.consultations import Consultation
from bot.domain.contributions import (
    LONGEST_ANSWER,
    REASONED,
    Contribution,
    Outcome,
    State,
    Tags,
)
from bot.domain.enclosures import Enclosure, EnclosureState
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.national_reports import Chapter
from bot.domain.people import Act
from bot.domain.reports import NoWords, TooLong
from bot.domain.small_groups import Figures
from bot.domain.views import contributing as told
from bot.services import audit, notices
from bot.services.contributing import chapter_of
from storage import consultations, enclosures, items
from storage import contributions as queries
from storage import waiting as seats
from storage.database import Transaction
from storage.outbox import BULK


@dataclass(frozen=True)
class Read:
    """A contribution as officers read it.

    `group` only where it tells of nobody (`bot.domain.small_groups`); `codes` are the numbers of
    items that it names or is tagged with, by their ids.
    """

    kept: Contribution
    group: str | None
    codes: dict[int, str]
    chapter: Chapter | None  # that it is about
    files: int = 0  # that go with it


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


async def every(tx: Transaction, act: Act, consultation_id: int) -> list[Read]:
    """All of them, in the order in which they came."""
    permissions.require(permissions.may_consult(act.actor))
    return await _read(tx, consultation_id, await queries.every(tx, consultation_id))


async def get(tx: Transaction, act: Act, contribution_id: int) -> tuple[Consultation, Read]:
    """One that stands, and what it was sent to; raises NotFound."""
    permissions.require(permissions.may_consult(act.actor))
    found = await queries.get(tx, contribution_id)
    if found is None or found.state is not State.SENT:
        raise NotFound
    consultation = existing(await consultations.get(tx, found.consultation_id))
    (read,) = await _read(tx, consultation.id, [found])
    return consultation, read


async def files(tx: Transaction, act: Act, contribution_id: int) -> list[Enclosure]:
    """The files that go with one."""
    permissions.require(permissions.may_consult(act.actor))
    return await enclosures.of_contribution(tx, contribution_id)


async def file(tx: Transaction, act: Act, contribution_id: int, n: int) -> Enclosure:
    """File `n` of one, counted from 1; raises NotFound, also while it is on its way."""
    every = await files(tx, act, contribution_id)
    if not 1 <= n <= len(every) or every[n - 1].state is not EnclosureState.KEPT:
        raise NotFound
    return every[n - 1]


async def note_file_seen(tx: Transaction, act: Act, seen: Contribution, n: int) -> None:
    """Record that somebody looked at a file."""
    subject = f"consultation:{seen.consultation_id}"
    facts = {"number": seen.number, "file": n}
    await audit.record(tx, act, "contribution.file", subject, facts=facts)


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
    consultation, read = await _held(tx, act, contribution_id)
    said = answer.strip()
    if outcome in REASONED and not said:
        raise NoWords
    if len(said) > LONGEST_ANSWER:
        raise TooLong(limit=LONGEST_ANSWER, count=len(said) - LONGEST_ANSWER)
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
    consultation, read = await _held(tx, act, contribution_id)
    await queries.save(tx, replace(read.kept, tags=tags))
    facts = {"number": read.kept.number, "themes": len(tags.themes), "items": len(tags.items)}
    subject = f"consultation:{consultation.id}"
    await audit.record(tx, act, "contribution.tag", subject, facts=facts)


async def _held(tx: Transaction, act: Act, contribution_id: int) -> tuple[Consultation, Read]:
    """One that stands, to be changed: who wrote it may just amend it or take it back."""
    consultation, _read_before = await get(tx, act, contribution_id)
    await seats.lock(tx, consultation.id)
    return await get(tx, act, contribution_id)


async def _tell(tx: Transaction, act: Act, found: Consultation, decided: Contribution) -> None:
    """News for who wrote it; their chat is looked up when it is sent."""
    shown, key = told.news(found.code), f"contribution:{decided.id}:{act.stamp}"
    await notices.tell_participants(tx, act, [decided.handle], shown, key, lane=BULK)


async def _read(tx: Transaction, consultation_id: int, found: list[Contribution]) -> list[Read]:
    figures = await consultations.figures(tx, consultation_id)
    named = [item for each in found for item in (*each.about.items, *each.tags.items)]
    codes = await items.codes(tx, named)
    files = await enclosures.counts(tx, [each.id for each in found])
    return [
        Read(
            each,
            _group(figures, each),
            codes,
            await chapter_of(tx, each.about),
            files.get(each.id, 0),
        )
        for each in found
    ]


def _group(figures: Figures, kept: Contribution) -> str | None:
    if kept.said is None or not figures.group_of(kept.number, kept.said.group):
        return None
    return kept.said.group
