"""Discreet mode: in a chat whose phone may be looked at by others nothing is left to read.

It holds for a whole chat, whatever was signed up to there, and its cards say so. What is shown can
be hidden by a tap, and hides itself some time after the last one; what was written goes from the
chat as soon as it is saved. What is traced is that a sign-up was changed, not in what.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.domain.consultations import Card, SignUp
from bot.domain.people import Act
from bot.domain.screens import Screen
from bot.domain.views import discretion as views
from bot.services import audit, erasure
from storage import hidings, outbox, sign_ups
from storage import waiting as seats
from storage.database import Database, Transaction
from storage.hidings import Hiding
from storage.outbox import NOTICE, REPLY, Message

HIDDEN_AFTER = timedelta(minutes=15)
"""So long after the last tap a chat shows nothing any more."""
AT_ONCE = 10
"""Chats that one transaction hides: whoever taps meanwhile waits for no more."""


# -- The switch ------------------------------------------------------------------------------------


async def applies(tx: Transaction, bot_id: int, chat_id: int) -> bool:
    """Whether this chat is in discreet mode."""
    held = await sign_ups.of_chat(tx, bot_id, chat_id)
    return any(each.card is not None and each.card.discreet for each in held)


async def switch(tx: Transaction, act: Act, kept: SignUp, *, on: bool) -> SignUp:
    """Switch it on or off for the chat of this sign-up, at once; gives the sign-up as it is now.

    What stands in the chat is `clear_all`'s.
    """
    assert kept.card is not None
    await lock(tx, kept.card)
    for each in await sign_ups.of_chat(tx, kept.card.bot_id, kept.card.chat_id):
        if each.card is None or each.card.discreet is on:
            continue
        await sign_ups.save(tx, replace(each, card=replace(each.card, discreet=on)))
        if each.is_in:
            subject, facts = f"consultation:{each.consultation_id}", {"number": each.number}
            await audit.record(tx, act.of_the_day, "sign_up.change", subject, facts=facts)
    if not on:
        await hidings.take(tx, kept.card.bot_id, kept.card.chat_id)
    return replace(kept, card=replace(kept.card, discreet=on))


async def lock(tx: Transaction, card: Card) -> None:
    """Lock all that the chat of the card has signed up to, as what holds for it changes there."""
    held = await sign_ups.of_chat(tx, card.bot_id, card.chat_id)
    await seats.lock(tx, *(each.consultation_id for each in held))


async def clear_all(tx: Transaction, act: Act, card: Card, *, but: int | None) -> None:
    """Take from the chat what it said so far, but for the message of outbox row `but`."""
    for each in await sign_ups.of_chat(tx, card.bot_id, card.chat_id):
        rows = await outbox.shown_to(tx, each.handle)
        wrote = () if each.card is None else each.card.wrote
        await clear(tx, act, card, rows=[row for row in rows if row != but], wrote=wrote)


# -- What is shown ---------------------------------------------------------------------------------


async def note(tx: Transaction, act: Act, card: Card, row: int) -> None:
    """The message of outbox row `row` shows something: all that the chat shows is hidden later."""
    known = await hidings.of(tx, card.bot_id, card.chat_id)
    rows = dict.fromkeys((*(() if known is None else known.rows), row))
    shown = Hiding(card.bot_id, card.chat_id, card.language, tuple(rows))
    await hidings.put(tx, shown, due_at=act.now + HIDDEN_AFTER)


async def hide(tx: Transaction, act: Act, card: Card, tapped: int | None) -> None:
    """Hide all that the chat shows; a line stays in the place of the message that was `tapped`."""
    shown = await hidings.take(tx, card.bot_id, card.chat_id)
    rows = () if shown is None else shown.rows
    row = None
    if tapped is not None:
        row = await outbox.which_made(tx, card.bot_id, rows, tapped)
    if tapped is not None and row is None:  # nobody knows any more that it was to be hidden
        await clear(tx, act, card, wrote=[tapped])
    await _hide(tx, act, card, rows, line=row, lane=REPLY)


async def follow(database: Database, act: Act) -> None:
    """Hide what has stood long enough; in short transactions, none where there is nothing."""
    async with database.read() as tx:
        due = await hidings.any_due(tx, now=act.now)
    while due:
        async with database.write() as tx:
            count, found = await hidings.take_due(tx, now=act.now, limit=AT_ONCE)
            for each in found:
                card = Card(each.chat_id, each.bot_id, each.language)
                await _hide(tx, act, card, each.rows, line=each.rows[-1], lane=NOTICE)
        due = count == AT_ONCE


async def _hide(
    tx: Transaction, act: Act, card: Card, rows: Iterable[int], *, line: int | None, lane: str
) -> None:
    """Leave one line, in the place of the message of row `line`, and nothing of the others."""
    if others := [each for each in rows if each != line]:
        await clear(tx, act, card, rows=others)
    if line is not None:
        said = _said(card, "screen", views.hidden(), lane=lane)
        await outbox.add(tx, replace(said, edits=line), now=act.now)


def _said(card: Card, what: str, shown: Screen, *, lane: str) -> Message:
    """Something that the chat is told without a sound."""
    return Message(
        f"{what}:{secrets.token_hex(8)}",
        shown,
        None,
        card.bot_id,
        chat_id=card.chat_id,
        lane=lane,
        silent=True,
        language=card.language,
    )


# -- What is taken from the chat -------------------------------------------------------------------


async def clear(
    tx: Transaction,
    act: Act,
    card: Card,
    *,
    rows: Iterable[int] = (),
    wrote: Iterable[int] = (),
) -> None:
    """Delete these messages of ours (by outbox rows) and of theirs; what stays of ours is hidden.

    Telegram deletes nothing after two days.
    """
    await erasure.clear_chat(tx, act, card, rows=rows, wrote=wrote, instead=views.hidden())


async def take_written(tx: Transaction, act: Act, card: Card, message_id: int) -> None:
    """Delete what was just saved from the chat; where Telegram refuses, that is said there."""
    said = _said(card, "erase", views.not_deleted(), lane=REPLY)
    await outbox.add(tx, replace(said, removes=message_id), now=act.now)


async def forget(tx: Transaction, act: Act, bot_id: int, chat_id: int, *, but: int | None) -> None:
    """The chat is forgotten: what it shows goes at once, but for the message of row `but`."""
    shown = await hidings.take(tx, bot_id, chat_id)
    if shown is not None:
        card = Card(chat_id, bot_id, shown.language)
        await clear(tx, act, card, rows=[each for each in shown.rows if each != but])
