"""PTB's Application without receiving: the inbox hands it one update inside one transaction."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CallbackContext, ContextTypes, ExtBot


class Context(CallbackContext["ExtBot[None]", dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """What a handler gets beside the update: `turn`, the transaction it acts in."""

    turn: Any

    @classmethod
    def from_update(cls, update: object, application: Any) -> Context:
        context = super().from_update(update, application)
        assert isinstance(update, Update)
        context.turn = application.turns[update.update_id]
        return context


class DurableApplication(Application[Any, Any, Any, Any, Any, Any]):
    """Routes updates to handlers and lets every error out, so that the transaction rolls back."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.turns: dict[int, Any] = {}

    async def process_in(self, turn: Any, update: Update) -> None:
        """Handle one update with `turn` as its context's turn; raises what the handler raises."""
        self.turns[update.update_id] = turn
        try:
            await self.process_update(update)
        finally:
            del self.turns[update.update_id]

    async def process_error(
        self, update: object, error: Exception, job: Any = None, coroutine: Any = None
    ) -> bool:
        """PTB would log the error and go on, and the inbox would commit half an act."""
        raise error


def durable_application(bot: ExtBot[None]) -> DurableApplication:
    """The application on that bot, without updater and without job queue."""
    builder = (
        ApplicationBuilder()
        .application_class(DurableApplication)
        .context_types(ContextTypes(context=Context))
        .bot(bot)
        .updater(None)
        .job_queue(None)
    )
    application = builder.build()
    assert isinstance(application, DurableApplication)
    return application
