"""One bot on the wire: its updates in, its messages out, its commands in Telegram's menu."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from bot import logs
from bot.clock import Clock
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.poll import Poll
from bot.settings import Settings, SettingsError, Token
from bot.tasks import Tasks
from bot.texts import Texts
from bot.wire.application import durable_application
from bot.wire.menu import Menus
from bot.wire.polling import (
    ALLOWED_UPDATES,
    LONG_POLL,
    AnotherReceiver,
    RawPoller,
    WebhookElsewhere,
)
from bot.wire.request import telegram_bot
from handlers.desk import Desk
from handlers.edge import Edge
from handlers.router import Router, register
from storage.database import Database

log = logs.get(__name__)

BURST = 3  # messages that one chat gets at once, before it gets one a second
WEBHOOK_LOOK = 600.0  # seconds between two looks whether the webhook is still ours


class Line:
    """A bot of the house: `meet` it, `connect` it to its rooms, `start` it, `receive`.

    Every line has an inbox and an outbox of its own, for Telegram counts updates and paces messages
    bot by bot; the database, the keys and the files are the house's.
    """

    def __init__(
        self,
        token: Token,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        door: str = "",
        long_poll: float = LONG_POLL,
    ) -> None:
        """`door` is put behind the address of the webhook, where there is one."""
        self.door = door
        self._token = token
        self._settings = settings
        self._database = database
        self._clock = clock
        self._long_poll = long_poll
        self._tasks = Tasks()
        self.bot = telegram_bot(token.value, settings.api_url)
        self.application = durable_application(self.bot)
        self.poll: Poll | None = None

    async def meet(self) -> None:
        """Learn who the bot is, however long Telegram stays away; SettingsError for the token."""
        pauses = itertools.chain((1, 2, 5, 10), itertools.repeat(30))
        while True:
            try:
                await self.application.initialize()
            except InvalidToken:
                await self.bot.request.shutdown()
                raise SettingsError([self._token.unknown]) from None
            except NetworkError as error:
                log.warning("line.telegram_away", error=type(error).__name__)
                await asyncio.sleep(next(pauses))
            else:
                return

    def connect(
        self,
        router: Router,
        desk: Desk,
        texts: Texts,
        *,
        strangers: Sequence[str],
        burst: int = BURST,
    ) -> None:
        """Let the rooms of `router` answer; `strangers` are the commands of who has no seat."""
        register(self.application, router)
        edge = Edge(self.application, desk, router.go)
        self.inbox = Inbox(
            self._database, self.bot, self._clock, handle=edge.handle, apologise=edge.apologise
        )
        self.outbox = Outbox(
            self._database,
            self.bot,
            texts,
            self._clock,
            open_file=desk.vault.read,
            timezone=self._settings.zone,
            rate=self._settings.rate,
            burst=burst,
        )
        self._menus = Menus(
            self._database,
            self.bot,
            texts,
            self._clock,
            known=router.commands.keys(),
            strangers=strangers,
        )

    async def start(self) -> None:
        """Send what is planned, and go on with what was received and not finished."""
        self._tasks.start(self.outbox.run(), name="outbox")
        self._tasks.start(self._menus.run(), name="menus")
        await self.inbox.start()

    async def stop(self) -> None:
        """Let what runs end; what is left waits on disk."""
        await self.inbox.stop()
        await self.outbox.stop()
        await self._tasks.stop()
        await self.application.shutdown()

    # -- Receiving ---------------------------------------------------------------------------------

    async def ask(self) -> None:
        """Long polling, until cancelled; raises AnotherReceiver."""
        poller = RawPoller(
            f"{self._settings.bot_url}{self._token.value}", long_poll=self._long_poll
        )
        self.poll = Poll(poller, self.inbox, self._clock)
        try:
            await self.poll.run()
        except AnotherReceiver as another:
            another.token = self._token.variable
            raise
        finally:
            await poller.stop()

    async def be_called(self, url: str, secret: str) -> None:
        """Set the webhook to `url`, which is answered already, and look after it.

        Until cancelled; raises WebhookElsewhere.
        """
        await self._set_webhook(url, secret)
        while True:
            await asyncio.sleep(WEBHOOK_LOOK)
            if await self._webhook() not in (url, None):
                log.error("line.webhook_elsewhere")
                raise WebhookElsewhere(self._token.variable)

    async def take_over(self) -> None:
        """Remove whatever webhook is set; the updates that wait stay."""
        await self.bot.delete_webhook()

    async def _set_webhook(self, url: str, secret: str) -> None:
        while True:
            try:
                await self.bot.set_webhook(
                    url,
                    secret_token=secret,
                    allowed_updates=list(ALLOWED_UPDATES),
                )
            except BadRequest:
                raise
            except NetworkError as error:
                log.warning("line.telegram_away", error=type(error).__name__)
                await asyncio.sleep(5)
            else:
                log.info("line.webhook_set")
                return

    async def _webhook(self) -> str | None:
        """Where Telegram sends the updates; None where it could not be asked."""
        try:
            return (await self.bot.get_webhook_info()).url
        except TelegramError:
            return None
