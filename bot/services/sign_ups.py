"""Taking part in a consultation: agreeing, signing up, changing, cancelling, being forgotten.

Participants are no seats and no `people`. What they do is traced by their number and the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.consultations import (
    Card,
    Consultation,
    Group,
    SignUp,
    SignUpState,
    counted,
    size_of,
)
from bot.domain.errors import NotFound, Refused, existing
from bot.domain.people import Act
from bot.domain.screens import Listing, text
from bot.keys import KeyMissing
from bot.services import audit, discretion, erasure, subscriptions, waiting
from storage import consultations, sign_ups
from storage import waiting as seats
from storage.database import Transaction

REMEMBERED = 100
"""Messages of a participant that are kept in mind, to be deleted from the chat."""


class ChildrenAlone(Refused):
    """Children take part through an organisation that comes with them, and none is named."""

    key = "error.children_alone"


class SignUpClosed(Refused):
    """Nobody signs up to this consultation any more."""

    key = "error.sign_up_closed"


class TooLateToCancel(Refused):
    """There is no seat to give up any more: what remains is to be erased."""

    key = "error.too_late_to_cancel"


class NotInvited(Refused):
    """A consultation is for other groups; values: `groups`."""

    key = "error.not_invited"


async def agree(tx: Transaction, act: Act, card: Card, consultation: Consultation) -> SignUp:
    """Somebody agrees to the terms; gives their sign-up, which is theirs to fill in and send.

    Who has one already goes on with it. Raises SignUpClosed, StillErasing.
    """
    if not consultation.takes_sign_ups(act.today):
        raise SignUpClosed
    return await begin(tx, act, card, consultation, SignUpState.BEGUN)


async def begin(
    tx: Transaction, act: Act, card: Card, consultation: Consultation, state: SignUpState
) -> SignUp:
    """A new sign-up of the card's chat, or words under way; what there is already goes on.

    Raises StillErasing, NotFound where the consultation was erased.
    """
    where, words = (consultation.id, card.bot_id, card.chat_id), state is SignUpState.WORDS
    found = await sign_ups.of(tx, *where, words=words)
    if found is not None and found.card is not None:
        return found
    handle = tx.safe.find(*where, words=words)
    if handle is not None and await sign_ups.is_going(tx, handle):
        raise erasure.StillErasing
    await _lock_with_open_ones(tx, card, consultation)  # two who begin at once get two numbers
    try:
        return await sign_ups.begin(
            tx,
            consultation.id,
            card,
            number=await sign_ups.new_number(tx, consultation.id),
            day=act.today,
            kept_until=consultation.wanted.kept_until,
            state=state,
        )
    except KeyMissing:
        raise NotFound from None


async def send(tx: Transaction, act: Act, kept: SignUp, answers: Mapping[str, Any]) -> SignUp:
    """Sign up with these answers, or change those that were sent.

    Raises SignUpClosed, NotInvited, ChildrenAlone, NotSoMany.

    Whoever is new gets a seat, or a place on the waiting list; a party that has grown keeps what it
    has, and waits for more where that is not free. Who came by a code is of its group.
    """
    kept = replace(await seats.hold(tx, kept), card=kept.card)
    consultation = await _consultation(tx, kept)
    if not consultation.takes_sign_ups(act.today):
        raise SignUpClosed
    assert kept.card is not None
    answers = {**answers, **kept.card.by_code}
    group = str(answers.get("group", ""))
    if not consultation.wanted.invites(group):
        groups = tuple(text(f"group.{each}") for each in consultation.wanted.groups)
        raise NotInvited(groups=Listing(groups))
    if group == Group.CHILDREN and not answers.get("organisation"):
        raise ChildrenAlone
    said = replace(kept.card, answers=answers)
    if (size := size_of(answers)) != kept.needs:
        await waiting.resize(tx, act, consultation, kept, size)
    await sign_ups.save(tx, replace(kept, day=act.today, card=said, asked=None))
    # In one go: nothing is shown of the moment in which somebody who changes counts as gone.
    changes = Counter(counted(answers, came=kept.came))
    changes.subtract(counted(kept.card.answers, came=kept.came) if kept.is_in else {})
    await consultations.add_counts(tx, kept.consultation_id, changes)
    if not kept.is_in:
        await waiting.admit(tx, act, consultation, replace(kept, size=size), group)
    await _trace(tx, act, "sign_up.change" if kept.is_in else "sign_up.send", kept)
    return await sign_ups.again(tx, kept)


async def cancel(tx: Transaction, act: Act, kept: SignUp) -> SignUp:
    """Take part no more; what was said stays until it is erased, so that it can be taken up.

    A seat that becomes free is offered to whoever comes next. Raises TooLateToCancel.
    """
    kept = await seats.hold(tx, kept)
    if not (await _consultation(tx, kept)).can_be_left(act.today):
        raise TooLateToCancel
    if not kept.is_in:
        return kept
    assert kept.card is not None
    before = counted(kept.card.answers, came=kept.came)
    await consultations.add_counts(tx, kept.consultation_id, before, times=-1)
    if kept.came:
        await sign_ups.note_came(tx, kept, came=False)
    await sign_ups.save(tx, replace(kept, asked=None))
    await sign_ups.stand(tx, kept.handle, SignUpState.CANCELLED)
    await waiting.fill(tx, act, kept.consultation_id)
    await _trace(tx, act, "sign_up.cancel", kept)
    return await sign_ups.again(tx, kept)


async def keep_longer(
    tx: Transaction, act: Act, kept: SignUp, consultation: Consultation
) -> SignUp:
    """Agree to be kept as long as the consultation says now."""
    kept = await seats.hold(tx, kept)
    longer = replace(kept, kept_until=max(kept.kept_until, consultation.wanted.kept_until))
    await sign_ups.save(tx, longer)
    await _trace(tx, act, "sign_up.keep_longer", longer)
    return longer


async def remember(tx: Transaction, kept: SignUp, message_id: int | None) -> SignUp:
    """Keep in mind a message of theirs, to be deleted from the chat when they are erased."""
    if kept.card is None or not message_id:
        return kept
    await seats.lock(tx, kept.consultation_id)
    wrote = (*kept.card.wrote, message_id)[-REMEMBERED:]
    kept = replace(kept, card=replace(kept.card, wrote=wrote))
    await sign_ups.save(tx, kept)
    return kept


async def forget(
    tx: Transaction, act: Act, bot_id: int, chat_id: int, *, says: int | None = None
) -> int:
    """Erase everything that the chat has left here; gives how many sign-ups that were.

    That somebody is told of later consultations goes, too.

    The message of outbox row `says` tells when it is done.
    """
    found = await sign_ups.of_chat(tx, bot_id, chat_id)
    await seats.lock(tx, *(each.consultation_id for each in found))
    await discretion.forget(tx, act, bot_id, chat_id, but=says)
    await subscriptions.end(tx, act, bot_id, chat_id, says=None if found else says)
    for each in found:
        await erasure.of_sign_up(tx, act, each, says=says if each is found[-1] else None)
    return len(found)


async def _consultation(tx: Transaction, kept: SignUp) -> Consultation:
    """As it is now that it is locked: who waited for that may have read another."""
    return existing(await consultations.get(tx, kept.consultation_id))


async def _lock_with_open_ones(tx: Transaction, card: Card, consultation: Consultation) -> None:
    """Lock it, and whatever a question of this chat is open to: that is put aside in this turn."""
    held = await sign_ups.of_chat(tx, card.bot_id, card.chat_id)
    asking = [each.consultation_id for each in held if each.asked is not None]
    await seats.lock(tx, consultation.id, *asking)


async def _trace(tx: Transaction, act: Act, what: str, kept: SignUp) -> None:
    subject = f"consultation:{kept.consultation_id}"
    facts = {"number": kept.number}
    await audit.record(tx, act.of_the_day, what, subject, facts=facts)
