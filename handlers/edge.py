"""From an update of Telegram to a turn, and from a turn to what is done after its commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from telegram import Update

from bot import texts
from bot.domain.errors import Refused
from bot.domain.people import Actor
from bot.domain.screens import Text, message
from bot.wire.application import DurableApplication
from handlers.desk import Desk
from handlers.turn import Go, Turn
from storage import accounts, seats
from storage.database import Transaction

After = Callable[[], Awaitable[None]]
TAP_ANSWER_LENGTH = 200


class Edge:
    """What the inbox calls: one update inside one transaction."""

    def __init__(self, application: DurableApplication, desk: Desk, go: Go) -> None:
        self._application = application
        self._desk = desk
        self._go = go

    async def handle(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        """Handle an update; a refusal undoes what was begun and is told to the person."""
        turn = await self._turn(tx, update, now=now)
        if turn is None:
            return []
        try:
            async with tx.savepoint():
                await self._application.process_in(turn, update)
                await turn.settle()
        except Refused as refused:
            if turn.tapped is None:
                await turn.refuse(refused.text)
            turn.toast = refused.text
        return self._after(turn, update)

    async def apologise(self, tx: Transaction, update: Update, *, now: datetime) -> list[After]:
        """Tell the person that their message could not be handled, and that it is kept."""
        turn = await self._turn(tx, update, now=now)
        if turn is None or not turn.private:
            return []
        await turn.show(message("error.set_aside"))
        return self._after(turn, update)

    async def _turn(self, tx: Transaction, update: Update, *, now: datetime) -> Turn | None:
        """Who writes where; None for updates that come from no chat or no person."""
        chat, sender = update.effective_chat, update.effective_user
        if chat is None or sender is None or sender.is_bot:
            return None
        bot_id = self._application.bot.id
        person = await accounts.person_of_chat(tx, bot_id, sender.id)
        live = () if person is None else await seats.live_of(tx, person.id, now=now)
        country = self._desk.country
        hint = texts.negotiate(sender.language_code, country.languages, country.default_language)
        incoming = update.effective_message
        query = update.callback_query
        turn = Turn(
            tx=tx,
            desk=self._desk,
            bot_id=bot_id,
            chat_id=chat.id,
            update_id=update.update_id,
            actor=Actor(person, live),
            language=hint if person is None else person.language,
            now=now,
            go=self._go,
            telegram_name=sender.full_name,
            username=sender.username,
            private=chat.type == chat.PRIVATE,
            tapped=incoming.message_id if query and incoming else None,
            typed=incoming.message_id if incoming and not query else None,
            last_message_id=await accounts.last_message_id(tx, bot_id, chat.id),
        )
        if incoming is not None and query is None and update.edited_message is None:
            await turn.seen(incoming.message_id)
        return turn

    def _after(self, turn: Turn, update: Update) -> list[After]:
        """Taps are answered once everything is committed; a failure of that changes nothing."""
        query = update.callback_query
        if query is None:
            return []
        return [partial(self._answer, query.id, self._words(turn, turn.toast))]

    def _words(self, turn: Turn, toast: Text | None) -> str | None:
        if toast is None:
            return None
        words = self._desk.texts.render(toast, turn.language, mode="plain", timezone=turn.timezone)
        return texts.shorten(words, TAP_ANSWER_LENGTH)

    async def _answer(self, query_id: str, words: str | None) -> None:
        await self._application.bot.answer_callback_query(query_id, words)
