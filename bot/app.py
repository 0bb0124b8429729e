"""The composition root: builds everything once, starts it in order, ends it in reverse."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

from bot import logs
from bot.clock import Clock
from bot.domain.work_calendar import Hours, Policy
from bot.evidence import Evidence
from bot.holidays import national
from bot.inbox import Inbox
from bot.keys import KeyRing
from bot.outbox import Outbox
from bot.poll import Poll
from bot.schedule import Schedule, house_ticks
from bot.services.audit import HeadKeeper
from bot.services.statuses import Names
from bot.settings import Settings, SettingsError
from bot.tasks import Tasks
from bot.texts import Texts
from bot.web import Listener, Watched, watch, webhook
from bot.wire.application import durable_application
from bot.wire.download import downloader
from bot.wire.menu import Menus
from bot.wire.polling import ALLOWED_UPDATES, LONG_POLL, RawPoller, WebhookElsewhere
from bot.wire.request import telegram_bot
from bot.worker import Worker
from bot.works import Tools
from bot.works.table import WORKS, processes
from handlers.desk import Country, Desk
from handlers.edge import Edge
from handlers.house import make_router
from handlers.router import Router, register
from storage import audit, migrate
from storage.database import Database
from storage.vault import Vault

log = logs.get(__name__)

BURST = 3  # messages that one chat gets at once, before it gets one a second
WEBHOOK_LOOK = 600.0  # seconds between two looks whether the webhook is still ours


class App:
    """The bot, as the command line, the demo and the tests hold it."""

    def __init__(
        self, settings: Settings, clock: Clock, *, long_poll: float = LONG_POLL, burst: int = BURST
    ) -> None:
        self.settings = settings
        self.clock = clock
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.keys = KeyRing(settings.keys)
        self.database = Database(settings.database_url, ring=self.keys)
        self.vault = Vault.open(settings.data_dir / "files", settings.files_url)
        self.texts = Texts.load(settings.languages, clock=clock)
        self._long_poll = long_poll
        self._burst = burst
        self._tasks = Tasks()
        self._audit_head = HeadKeeper(self.database, self.keys)
        self._names = Names(self.database, self.texts)
        self.poll: Poll | None = None

    async def open(self) -> None:
        """Bring the database up to date and follow its audit, without Telegram.

        Raises KeyMissing where the audit was written with a key that is gone: a new one would hide
        the loss.
        """
        await migrate.upgrade(self.settings.database_url)
        async with self.database.read() as tx:
            is_written = await audit.head(tx) is not None
        self.database.entrust(self.keys.existing("audit") if is_written else self.keys.get("audit"))
        self._audit_head.start()
        await self._names.start()

    async def start(self) -> None:
        """Open everything, learn who the bot is, and go on where it stopped."""
        await self.open()
        self.bot = telegram_bot(
            self.settings.require_token().get_secret_value(), self.settings.api_url
        )
        self.application = durable_application(self.bot)
        await self._meet_telegram()
        router = make_router()
        register(self.application, router)
        edge = Edge(self.application, self._desk(router), router.go)
        self.inbox = Inbox(
            self.database, self.bot, self.clock, handle=edge.handle, apologise=edge.apologise
        )
        self.outbox = Outbox(
            self.database,
            self.bot,
            self.texts,
            self.clock,
            open_file=self.vault.read,
            timezone=self.settings.zone,
            rate=self.settings.rate,
            burst=self._burst,
        )
        self.evidence = Evidence(
            self.database, self.bot, self.vault, self.clock, self.settings.zone
        )
        self._tasks.start(self.outbox.run(), name="outbox")
        menus = Menus(self.database, self.bot, self.texts, self.clock, known=router.commands.keys())
        self._tasks.start(self.evidence.run(), name="evidence")
        self._tasks.start(menus.run(), name="menus")
        tools = self._tools()
        self._tasks.start(Worker(WORKS, tools).run(), name="worker")
        policy = policy_of(self.settings)
        ticks = house_ticks(
            self.database, self.bot.id, policy, self.vault, tools.jobs, keys=self.keys
        )
        self.schedule = Schedule(self.clock, ticks)
        self.schedule.start()
        await self.inbox.start()
        log.info("app.started")

    async def receive(self) -> None:
        """Receive updates, as the settings say, until cancelled; raises AnotherReceiver."""
        watch = self._watch()
        if watch is not None:
            watch.start()
        try:
            if self.settings.mode == "webhook":
                await self._be_called()
            else:
                await self._ask()
        finally:
            if watch is not None:
                await watch.stop()

    async def take_over(self) -> None:
        """Remove whatever webhook is set; the updates that wait stay."""
        await self.bot.delete_webhook()

    async def stop(self) -> None:
        """Let what runs end; what is left waits on disk."""
        await self.schedule.stop()
        await self.inbox.stop()
        await self.outbox.stop()
        await self._tasks.stop()
        await self.application.shutdown()
        await self.close()
        log.info("app.stopped")

    async def close(self) -> None:
        """Close what `open` opened."""
        await self._names.stop()
        await self._audit_head.stop()
        await self.database.close()

    # -- Receiving ---------------------------------------------------------------------------------

    async def _meet_telegram(self) -> None:
        """Learn who the bot is, however long Telegram stays away; SettingsError for the token."""
        pauses = itertools.chain((1, 2, 5, 10), itertools.repeat(30))
        while True:
            try:
                await self.application.initialize()
            except InvalidToken:
                await self.bot.request.shutdown()
                raise SettingsError([self.settings.unknown_token]) from None
            except NetworkError as error:
                log.warning("app.telegram_away", error=type(error).__name__)
                await asyncio.sleep(next(pauses))
            else:
                return

    async def _ask(self) -> None:
        """Long polling."""
        token = self.settings.require_token().get_secret_value()
        poller = RawPoller(f"{self.settings.bot_url}{token}", long_poll=self._long_poll)
        self.poll = Poll(poller, self.inbox, self.clock)
        try:
            await self.poll.run()
        finally:
            await poller.stop()

    async def _be_called(self) -> None:
        """A webhook, set when it can be answered, and looked after: raises WebhookElsewhere."""
        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        assert url is not None
        assert secret is not None
        called = webhook(urlsplit(url).path, secret.get_secret_value(), self.inbox.receive)
        listener = Listener(called, self.settings.webhook_listen)
        listener.start()
        try:
            await self._set_webhook(url, secret.get_secret_value())
            while True:
                await asyncio.sleep(WEBHOOK_LOOK)
                if await self._webhook() not in (url, None):
                    log.error("app.webhook_elsewhere")
                    raise WebhookElsewhere
        finally:
            await listener.stop()

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
                log.warning("app.telegram_away", error=type(error).__name__)
                await asyncio.sleep(5)
            else:
                log.info("app.webhook_set")
                return

    async def _webhook(self) -> str | None:
        """Where Telegram sends the updates; None where it could not be asked."""
        try:
            return (await self.bot.get_webhook_info()).url
        except TelegramError:
            return None

    def _watch(self) -> Listener | None:
        """Health and metrics, where the settings want them."""
        if self.settings.metrics_listen is None:
            return None
        watched = Watched(
            database=self.database,
            clock=self.clock,
            bot_id=self.bot.id,
            heard=lambda: None if self.poll is None else self.poll.last_success,
            since=self.clock.ticks(),
            polling=self.settings.mode == "polling",
        )
        return Listener(watch(watched), self.settings.metrics_listen)

    # -- What others are given ---------------------------------------------------------------------

    def _tools(self) -> Tools:
        return Tools(
            settings=self.settings,
            database=self.database,
            vault=self.vault,
            texts=self.texts,
            clock=self.clock,
            jobs=processes(self.settings),
            bot_id=self.bot.id,
            bot_name=self.bot.username,
            download=downloader(self.bot),
        )

    def _desk(self, router: Router) -> Desk:
        settings = self.settings
        country = Country(
            settings.country, settings.timezone, settings.languages, settings.default_language
        )
        return Desk(
            country=country,
            texts=self.texts,
            keys=self.keys,
            vault=self.vault,
            runner=router.runner,
            participants=router.participants,
            policy=policy_of(self.settings),
            bot_name=self.bot.username,
        )


def policy_of(settings: Settings) -> Policy:
    """The country's working days and hours, of the settings and of what is known about it."""
    known = national(settings.holidays or settings.country)
    weekend = settings.weekend_days
    return Policy(
        settings.zone,
        known.weekend if weekend is None else weekend,
        known.is_holiday,
        Hours(*settings.quiet, settings.reminding_time),
    )


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[App]:
    """Database, keys and files without Telegram, for a command at the shell."""
    app = App(settings, clock)
    try:
        await app.open()
        yield app
    finally:
        await app.close()
