"""Contributing to a consultation: sent, amended, withdrawn; with no way back; within limits.

What is traced is the number of the contribution and the day, as with sign-ups.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.consultations import (
    NOT_SAID,
    Card,
    Consultation,
    SignUp,
    SignUpState,
)
from bot.domain.contributions import (
    MOST_A_DAY,
    About,
    Contribution,
    Kind,
    Outcome,
    Said,
    State,
    new_code,
    read_code,
)
from bot.domain.enclosures import EnclosureState
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.national_reports import Chapter
from bot.domain.people import Act
from bot.domain.reports import fitting
from bot.domain.screens import Code, Listing
from bot.domain.small_groups import WROTE
from bot.keys import KeyMissing
from bot.services import audit, erasure
from bot.services.sign_ups import begin
from storage import consultations, contributions, enclosures, items, report_chapters, sign_ups
from storage import waiting as seats
from storage.database import Transaction


class InputClosed(Refused):
    """Nothing is sent, amended or withdrawn any more."""

    key = "error.input_closed"


class TooManyToday(Refused):
    """A chat has sent as much as it can on one day; values: `limit`."""

    key = "error.contributions_a_day"


class SaidAlready(Refused):
    """The same words were sent from this chat before."""

    key = "error.said_already"


class ItemsUnknown(Refused):
    """Nobody can name these items, be it that they are restricted; values: `items`."""

    key = "error.items_unknown"


class VoiceUnsaid(Refused):
    """Whether a voice message is to be kept was not said yet."""

    key = "enclosure.voice_unsaid"


@dataclass(frozen=True)
class Draft:
    """What is to be sent: words, or files (ids of enclosures), or both.

    `wrote` and `screens` are the messages of the chat in which it stands, as in `Said`; `behalf`,
    too.
    """

    about: About
    words: str
    language: str | None
    files: tuple[int, ...] = ()
    wrote: tuple[int, ...] = ()
    screens: tuple[int, ...] = ()
    behalf: str = ""

    def said(self, group: str) -> Said:
        """What is sealed of it; raises NoWords, where nothing else speaks for it, or TooLong."""
        words = fitting(self.words) if self.words.strip() or not self.files else ""
        return Said(words, self.language, group, self.wrote, self.screens, self.behalf)


# -- From a sign-up --------------------------------------------------------------------------------


async def send(
    tx: Transaction, act: Act, kept: SignUp, consultation: Consultation, draft: Draft
) -> Contribution:
    """Contribute under a sign-up; raises InputClosed, TooManyToday, SaidAlready, ItemsUnknown."""
    kept = await seats.hold(tx, kept)
    card = _card(kept)
    if not kept.is_in:
        raise NotFound
    await _require_fits(tx, act, consultation, draft.about)
    draft = await _with_files(tx, kept, draft)
    standing = await _standing(tx, kept)
    group = standing[0].group if standing else str(card.answers.get("group", NOT_SAID))
    said = draft.said(group)
    await _note(tx, act, consultation, card, said.words)
    made = await contributions.add(
        tx, consultation.id, kept.handle, draft.about, said, day=act.today, kept_until=None
    )
    await enclosures.belong(tx, kept.handle, made.id, draft.files)
    if not standing:
        await consultations.add_counts(tx, consultation.id, {(WROTE, group): 1})
    await sign_ups.save(tx, replace(kept, asked=None))
    await _trace(tx, act, "contribution.send", made)
    return made


async def amend(
    tx: Transaction,
    act: Act,
    kept: SignUp,
    consultation: Consultation,
    *,
    number: int,
    draft: Draft,
) -> Contribution:
    """Put other words in the place of those that were sent; what was decided on them goes.

    Raises as `send`, and Outdated where it was withdrawn.
    """
    kept = await seats.hold(tx, kept)
    card = _card(kept)
    await _require_fits(tx, act, consultation, draft.about)
    mine = await own(tx, kept, number)
    if mine.state is not State.SENT or mine.said is None:
        raise Outdated
    draft = await _with_files(tx, kept, draft)
    said = draft.said(mine.said.group)
    said = replace(
        said,
        wrote=(*mine.said.wrote, *said.wrote),
        screens=_each_once((*mine.said.screens, *said.screens)),
    )
    if said.words != mine.said.words:
        await _take_mark(tx, consultation, card, mine.said.words)
        await _note_words(tx, consultation, card, said.words)
    amended = replace(
        mine,
        about=draft.about,
        said=said,
        outcome=Outcome.NONE,
        answer="",
        answer_language=None,
    )
    await contributions.save(tx, amended)
    await enclosures.belong(tx, kept.handle, mine.id, draft.files)
    await erasure.take_from_officers(tx, act, [erasure.shown_as(mine.id)])
    await sign_ups.save(tx, replace(kept, asked=None))
    await _trace(tx, act, "contribution.amend", amended)
    return amended


async def withdraw(
    tx: Transaction, act: Act, kept: SignUp, consultation: Consultation, number: int
) -> Contribution:
    """Take the words back: nobody can read them any more. Raises InputClosed, Outdated."""
    _require_open(act, consultation)
    await seats.lock(tx, consultation.id)
    mine = await own(tx, kept, number)
    if mine.state is not State.SENT or mine.said is None:
        raise Outdated
    await _take_mark(tx, consultation, _card(kept), mine.said.words)
    gone = replace(mine, state=State.WITHDRAWN, said=None, answer="", answer_language=None)
    await contributions.save(tx, gone)
    await enclosures.remove_of_contribution(tx, mine.id)
    if not await _standing(tx, kept):
        await erasure.uncount(tx, [mine])
    await clear_chat(tx, act, kept, mine)
    await erasure.take_from_officers(tx, act, [erasure.shown_as(mine.id)])
    await _trace(tx, act, "contribution.withdraw", gone)
    return gone


async def own(tx: Transaction, kept: SignUp, number: int) -> Contribution:
    """The contribution of that number, if it is this participant's own; raises NotFound."""
    for each in await contributions.of_handle(tx, kept.handle):
        if each.number == number:
            return each
    raise NotFound


async def delete_messages(tx: Transaction, act: Act, kept: SignUp, number: int) -> Contribution:
    """Delete from the chat what shows a contribution, where Telegram allows it."""
    await seats.lock(tx, kept.consultation_id)
    mine = await own(tx, kept, number)
    await clear_chat(tx, act, kept, mine)
    if mine.said is None:
        return mine
    cleared = replace(mine, said=replace(mine.said, wrote=(), screens=()))
    await contributions.save(tx, cleared)
    return cleared


async def note_screen(tx: Transaction, mine: Contribution, row: int) -> None:
    """Keep in mind that the message of outbox row `row` shows the words."""
    if mine.said is None or row in mine.said.screens:
        return
    await seats.lock(tx, mine.consultation_id)
    now = await contributions.get(tx, mine.id)  # somebody may just have decided on it
    if now is not None and now.said is not None:
        said = replace(now.said, screens=(*now.said.screens, row))
        await contributions.save(tx, replace(now, said=said))


async def clear_chat(tx: Transaction, act: Act, kept: SignUp, mine: Contribution) -> None:
    """Plan to delete the messages in which a contribution stands."""
    if mine.said is not None:
        card = _card(kept)
        wrote, screens = mine.said.wrote, mine.said.screens
        await erasure.clear_chat(tx, act, card, rows=screens, wrote=wrote)


# -- With no way back ------------------------------------------------------------------------------


async def begin_words(tx: Transaction, act: Act, card: Card, consultation: Consultation) -> SignUp:
    """Words that are under way in a chat: sealed as a sign-up is, and gone once they are sent.

    Raises InputClosed, StillErasing.
    """
    _require_open(act, consultation)
    return await begin(tx, act, card, consultation, SignUpState.WORDS)


async def leave(
    tx: Transaction, act: Act, kept: SignUp, consultation: Consultation, draft: Draft
) -> tuple[Contribution, str]:
    """Send words to which no chat leads; gives the code that tells of them, and keeps it nowhere.

    The chat's own rows and messages go. Raises as `send`.
    """
    kept = await seats.hold(tx, kept)
    card = _card(kept)
    await _require_fits(tx, act, consultation, draft.about)
    said = replace(draft.said(NOT_SAID), wrote=(), screens=())
    await _note(tx, act, consultation, card, said.words)
    code = new_code()
    try:
        handle = tx.safe.make_of_code(consultation.id, read_code(code) or "")
    except KeyMissing:
        raise NotFound from None
    made = await contributions.add(
        tx, consultation.id, handle, draft.about, said, day=act.today, kept_until=kept.kept_until
    )
    counts = {(WROTE, NOT_SAID): 1}
    await consultations.add_counts(tx, consultation.id, counts)
    await erasure.of_sign_up(tx, act, kept)
    await _trace(tx, act, "contribution.send", made)
    return made, code


async def put_aside(tx: Transaction, act: Act, kept: SignUp) -> None:
    """Something else was begun in the chat: what was asked is open no more; bare words go."""
    if kept.state is SignUpState.WORDS:
        await erasure.of_sign_up(tx, act, kept)
    else:
        await seats.lock(tx, kept.consultation_id)
        kept = await sign_ups.again(tx, kept)
        await sign_ups.save(tx, replace(kept, asked=None))


async def of_code(tx: Transaction, code: str) -> Contribution | None:
    """The contribution that a code leads to."""
    return await contributions.of_code(tx, await consultations.holding(tx), code)


async def withdraw_of_code(tx: Transaction, act: Act, gone: Contribution) -> None:
    """Whoever knows its code takes it back: nothing of it is kept. Raises InputClosed."""
    consultation = await consultations.get(tx, gone.consultation_id)
    if consultation is None:
        raise NotFound
    _require_open(act, consultation)
    await erasure.of_contribution(tx, act, gone)


# -- What is spoken of -----------------------------------------------------------------------------


async def items_named(tx: Transaction, codes: Sequence[str]) -> tuple[int, ...]:
    """The items of these numbers; raises ItemsUnknown, also where one is restricted."""
    found = await items.named(tx, codes)
    unknown = [each for each in codes if each not in found]
    if unknown:
        raise ItemsUnknown(items=Listing(tuple(Code(each) for each in unknown)))
    return tuple(found[each] for each in codes)


async def chapters(tx: Transaction, consultation: Consultation) -> list[Chapter]:
    """The chapters of the report that it is on, which anybody may name."""
    report_id = consultation.wanted.report_id
    return [] if report_id is None else await report_chapters.public(tx, report_id)


async def chapter_of(tx: Transaction, about: About) -> Chapter | None:
    """The chapter that is spoken of, while anybody may know of it."""
    if about.chapter is None:
        return None
    found = await report_chapters.get(tx, about.chapter)
    there = [] if found is None else await report_chapters.public(tx, found.report_id)
    return next((each for each in there if each.id == about.chapter), None)


# -- Inside ----------------------------------------------------------------------------------------


def _card(kept: SignUp) -> Card:
    assert kept.card is not None
    return kept.card


def _require_open(act: Act, consultation: Consultation) -> None:
    if not consultation.takes_contributions(act.today):
        raise InputClosed


async def _require_fits(
    tx: Transaction, act: Act, consultation: Consultation, about: About
) -> None:
    _require_open(act, consultation)
    if about.kind is Kind.THEME and about.theme not in await items.themes(tx):
        raise Outdated
    named = [each.id for each in await chapters(tx, consultation)]
    if about.kind is Kind.CHAPTER and about.chapter not in named:
        raise Outdated


async def _with_files(tx: Transaction, kept: SignUp, draft: Draft) -> Draft:
    """The draft with those of its files that are there; raises VoiceUnsaid."""
    there = []
    for each in draft.files:
        found = await enclosures.get(tx, each)
        if found is None or found.handle != kept.handle:
            continue
        if found.state is EnclosureState.ASKED:
            raise VoiceUnsaid
        there.append(each)
    return replace(draft, files=tuple(there))


async def _standing(tx: Transaction, kept: SignUp) -> list[Said]:
    """What stands of a participant's contributions."""
    every = await contributions.of_handle(tx, kept.handle)
    return [each.said for each in every if each.said is not None]


async def _note(
    tx: Transaction, act: Act, consultation: Consultation, card: Card, words: str
) -> None:
    """Count one more of the chat's today; the mark names the day, so that the next begins anew."""
    mark = tx.safe.mark(consultation.id, f"{act.today}:{card.bot_id}:{card.chat_id}")
    if await contributions.note(tx, consultation.id, mark) > MOST_A_DAY:
        raise TooManyToday(limit=MOST_A_DAY)
    await _note_words(tx, consultation, card, words)


async def _note_words(tx: Transaction, consultation: Consultation, card: Card, words: str) -> None:
    if not words:  # files alone; each is another one
        return
    if await contributions.note(tx, consultation.id, _mark(tx, consultation, card, words)) > 1:
        raise SaidAlready


async def _take_mark(tx: Transaction, consultation: Consultation, card: Card, words: str) -> None:
    mark = _mark(tx, consultation, card, words)
    await contributions.take_mark(tx, consultation.id, mark)


def _mark(tx: Transaction, consultation: Consultation, card: Card, words: str) -> str:
    plain = " ".join(words.casefold().split())
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return tx.safe.mark(consultation.id, f"words:{card.bot_id}:{card.chat_id}:{digest}")


def _each_once(rows: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(rows))


async def _trace(tx: Transaction, act: Act, what: str, made: Contribution) -> None:
    subject = f"consultation:{made.consultation_id}"
    await audit.record(tx, act.of_the_day, what, subject, facts={"number": made.number})
