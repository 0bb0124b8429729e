"""Answering a request that is not for status: a position, an answer, data, a comment on a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.figures import Figure
from bot.domain.ladder import Skipped
from bot.domain.people import REPORTING, SECRETARIAT, Act
from bot.domain.reports import EvidenceCounts, NoWords, require_fits
from bot.domain.requests import ItemState, Listed, Request, RequestKind
from bot.domain.views import answers as views
from bot.services import audit, plans
from bot.services.notices import officers, tell
from bot.services.plans import require_years
from storage import answers as queries
from storage import evidence, reminders
from storage import requests as request_queries
from storage.database import Transaction

POSITIONS = ("support", "note")
"""What an institution may advise on a fresh recommendation."""


class NotOpen(Refused):
    """The request is closed, or the institution need not answer any more."""

    key = "error.request_not_open"
    final = True


@dataclass(frozen=True)
class AnswerDraft:
    """An answer as it was written; `choice` is of a request for position advice."""

    request_item_id: int
    words: str
    language: str
    choice: str | None = None
    figures: tuple[Figure, ...] = ()
    conversation_id: int | None = None


async def answer(tx: Transaction, act: Act, draft: AnswerDraft) -> Listed:
    """Answer for one's institution; whoever asked is told, and the reminders stop.

    Raises NotOpen, NoWords, TooLong, or NotAllowed for another institution's.
    """
    asked = await own(tx, act, draft.request_item_id)
    seat = act.actor.seat(REPORTING, asked.institution_id)
    assert seat is not None
    await _record(tx, act, asked, draft, seat_id=seat.id)
    return asked


async def record(
    tx: Transaction, act: Act, draft: AnswerDraft, *, source: str, source_on: date
) -> Listed:
    """An officer records what an institution answered in a letter or a meeting of that day."""
    permissions.require(permissions.may_record(act.actor))
    asked = await find(tx, draft.request_item_id)
    if asked.state is not ItemState.ASKED:
        raise NotOpen
    seat = act.actor.seat(SECRETARIAT)
    await _record(
        tx,
        act,
        asked,
        draft,
        seat_id=None if seat is None else seat.id,
        source=source[:300],
        source_on=source_on,
    )
    return asked


async def find(tx: Transaction, request_item_id: int) -> Listed:
    """What is asked under that id, if it is not for status; raises NotFound."""
    found = await request_queries.listed_ones(tx, [request_item_id])
    if not found or found[0].assignment_id is not None:
        raise NotFound
    return found[0]


async def own(tx: Transaction, act: Act, request_item_id: int) -> Listed:
    """What is asked of one of the actor's institutions and can be answered; raises NotOpen."""
    asked = await find(tx, request_item_id)
    permissions.require(act.actor.seat(REPORTING, asked.institution_id) is not None)
    if asked.state is not ItemState.ASKED:
        raise NotOpen
    return asked


async def _record(
    tx: Transaction,
    act: Act,
    asked: Listed,
    draft: AnswerDraft,
    *,
    seat_id: int | None,
    source: str | None = None,
    source_on: date | None = None,
) -> None:
    request = await request_queries.get(tx, asked.request_id)
    assert request is not None
    _require_sense(request, draft)
    answer_id = await queries.add(
        tx,
        asked.id,
        seat_id=seat_id,
        words=draft.words.strip(),
        language=draft.language,
        choice=draft.choice,
        figures=draft.figures,
        source=source,
        source_on=source_on,
        now=act.now,
    )
    if draft.conversation_id is not None:
        await evidence.submit_answer(tx, draft.conversation_id, answer_id)
        tx.wakes.add("evidence")
    taken = 0
    if request.indicator_id is not None and request.indicator is not None:
        taken = await plans.take_answer(
            tx,
            act,
            request.indicator_id,
            request.indicator,
            draft.figures,
            answer_id=answer_id,
            seat_id=seat_id,
        )
    if not await request_queries.settle_one(tx, asked.id, ItemState.ANSWERED, now=act.now):
        raise Outdated
    await reminders.stop(tx, [asked.id], Skipped.ANSWERED, now=act.now)
    await audit.record(
        tx,
        act,
        "request.answer" if source is None else "request.record_answer",
        f"request_item:{asked.id}",
        seat_id=seat_id,
        facts={"answer": answer_id, "choice": draft.choice or "none", "values": taken},
    )
    counts = await evidence.counts_of_answer(tx, answer_id)
    await _tell(tx, act, request, asked, draft, counts=counts)


def _require_sense(request: Request, draft: AnswerDraft) -> None:
    if not draft.words.strip():
        raise NoWords
    require_fits(draft.words)
    if (request.kind is RequestKind.POSITION) != (draft.choice in POSITIONS):
        raise NotFound
    if request.indicator_id is not None and request.indicator is not None:
        require_years(request.indicator, draft.figures)


async def _tell(
    tx: Transaction,
    act: Act,
    request: Request,
    asked: Listed,
    draft: AnswerDraft,
    *,
    counts: EvidenceCounts,
) -> None:
    """The officer who asked gets the answer, silently; all officers where that seat has ended.

    Who records it knows.
    """
    for each in await officers(tx, act, seat_id=request.asked_by):
        if each.id == act.actor.person_id:
            continue
        shown = views.arrived(
            asked, draft.words, draft.language, draft.choice, counts, reader=each.language
        )
        await tell(tx, act, each.id, shown, f"answer:{asked.id}:{each.id}", silent=True)
