"""The composition root: builds everything once, starts it in order, ends it in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import logs
from bot.clock import Clock
from bot.evidence import Evidence
from bot.inbox import Inbox
from bot.keys import KeyRing
from bot.outbox import Outbox
from bot.poll import Poll
from bot.services.audit import HeadKeeper
from bot.settings import Settings
from bot.tasks import Tasks
from bot.texts import Texts
from bot.wire.application import durable_application
from bot.wire.download import downloader
from bot.wire.menu import Menus
from bot.wire.polling import LONG_POLL, RawPoller
from bot.wire.request import telegram_bot
from bot.worker import Worker
from bot.works import Tools
from bot.works.table import WORKS, processes
from handlers.desk import Country, Desk
from handlers.edge import Edge
from handlers.flows.runner import Runner
from handlers.house import make_router
from handlers.router import register
from storage import migrate
from storage.database import Database
from storage.vault import Vault

log = logs.get(__name__)


class App:
    """The bot, as the command line, the demo and the tests hold it."""

    def __init__(self, settings: Settings, clock: Clock, *, long_poll: float = LONG_POLL) -> None:
        self.settings = settings
        self.clock = clock
        self.keys = KeyRing(settings.keys)
        self.database = Database(settings.database_url, audit_key=self.keys.get("audit"))
        self.vault = Vault.open(settings.data_dir / "files", settings.files_url)
        self.texts = Texts.load(settings.languages, clock=clock)
        self._long_poll = long_poll
        self._tasks = Tasks()
        self._audit_head = HeadKeeper(self.database, self.keys)

    async def open(self) -> None:
        """Bring the database up to date and follow its audit, without Telegram."""
        await migrate.upgrade(self.settings.database_url)
        self._audit_head.start()

    async def start(self) -> None:
        """Open everything, learn who the bot is, and go on where it stopped."""
        await self.open()
        self.bot = telegram_bot(
            self.settings.require_token().get_secret_value(), self.settings.api_url
        )
        self.application = durable_application(self.bot)
        await self.application.initialize()
        router = make_router()
        register(self.application, router)
        edge = Edge(self.application, self._desk(router.runner), router.go)
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
        )
        self.evidence = Evidence(self.database, self.bot, self.vault, self.clock)
        self._tasks.start(self.outbox.run(), name="outbox")
        menus = Menus(self.database, self.bot, self.texts, self.clock, known=router.commands.keys())
        self._tasks.start(self.evidence.run(), name="evidence")
        self._tasks.start(menus.run(), name="menus")
        self._tasks.start(Worker(WORKS, self._tools()).run(), name="worker")
        await self.inbox.start()
        log.info("app.started")

    async def receive(self) -> None:
        """Receive updates until cancelled; raises AnotherReceiver."""
        token = self.settings.require_token().get_secret_value()
        poller = RawPoller(f"{self.settings.bot_url}{token}", long_poll=self._long_poll)
        self.poll = Poll(poller, self.inbox, self.clock)
        try:
            await self.poll.run()
        finally:
            await poller.stop()

    async def stop(self) -> None:
        """Let what runs end; what is left waits on disk."""
        await self.inbox.stop()
        await self._tasks.stop()
        await self.application.shutdown()
        await self.close()
        log.info("app.stopped")

    async def close(self) -> None:
        """Close what `open` opened."""
        await self._audit_head.stop()
        await self.database.close()

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

    def _desk(self, runner: Runner) -> Desk:
        settings = self.settings
        country = Country(
            settings.country, settings.timezone, settings.languages, settings.default_language
        )
        return Desk(
            country=country,
            texts=self.texts,
            keys=self.keys,
            vault=self.vault,
            runner=runner,
            bot_name=self.bot.username,
        )


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[App]:
    """Database, keys and files without Telegram, for a command at the shell."""
    app = App(settings, clock)
    await app.open()
    try:
        yield app
    finally:
        await app.close()
