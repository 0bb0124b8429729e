"""Being told of later consultations: agreed to beside a sign-up, ended at any time."""

from __future__ import annotations

from bot.domain.consultations import TOLD_FOR, Card
from bot.domain.people import Act
from bot.services import audit, erasure
from storage import subscriptions
from storage.database import Database, Transaction


async def agree(tx: Transaction, act: Act, card: Card) -> None:
    """Tell the card's chat, of which nothing else is kept here; raises StillErasing."""
    if await subscriptions.is_going(tx, card.bot_id, card.chat_id):
        raise erasure.StillErasing
    bare = Card(card.chat_id, card.bot_id, card.language)
    known = await subscriptions.of(tx, card.bot_id, card.chat_id)
    await subscriptions.put(tx, bare, day=act.today, kept_until=act.today + TOLD_FOR)
    if known is None:
        await audit.record(tx, act.of_the_day, "subscription.agree", "subscriptions")


async def end(
    tx: Transaction, act: Act, bot_id: int, chat_id: int, *, says: int | None = None
) -> None:
    """Tell this chat no more, if it was; the message of outbox row `says` tells when it is done."""
    found = await subscriptions.of(tx, bot_id, chat_id)
    if found is not None:
        await erasure.of_subscription(tx, act, found, says=says)


async def settle(tx: Transaction, act: Act, card: Card, *, wished: bool) -> None:
    """What a card says of it: told from now on, or no more."""
    if wished:
        await agree(tx, act, card)
    else:
        await end(tx, act, card.bot_id, card.chat_id)


async def follow(database: Database, act: Act) -> None:
    """Erase those that are kept no longer."""
    async with database.read() as tx:
        over = await subscriptions.over(tx, today=act.today)
    while over:
        for each in over:  # by itself: whoever ends one meanwhile waits for the audit, and not we
            async with database.write() as tx:
                await erasure.of_subscription(tx, act, each)
        async with database.read() as tx:
            over = await subscriptions.over(tx, today=act.today)
