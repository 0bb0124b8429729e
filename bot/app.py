"""The composition root: builds everything once, starts it in order, ends it in reverse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from bot import logs
from bot.clock import Clock
from bot.domain.commands import CONSULTATION_BOT, STRANGER
from bot.domain.work_calendar import Hours, Policy
from bot.enclosures import Enclosures
from bot.evidence import Evidence
from bot.holidays import national
from bot.keys import KeyRing
from bot.line import BURST, Line
from bot.schedule import Schedule, house_ticks
from bot.services.audit import HeadKeeper
from bot.services.statuses import Names
from bot.settings import SECOND_DOOR, Settings, Token
from bot.tasks import Tasks, together
from bot.texts import Texts
from bot.web import Listener, Watched, watch, webhook
from bot.wire.download import downloader
from bot.wire.polling import LONG_POLL
from bot.worker import Worker
from bot.works import Tools
from bot.works.table import WORKS, processes
from handlers.desk import Country, Desk
from handlers.house import make_consultation_router, make_router
from handlers.router import Router
from storage import audit, migrate
from storage.database import Database
from storage.vault import Vault

log = logs.get(__name__)


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
        self.lines: list[Line] = []

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
        self.house = self._line(self.settings.require_token())
        self.lines = [self.house]
        if second := self.settings.second_token:
            self.lines.append(self._line(second, door=SECOND_DOOR))
        for line in self.lines:
            await line.meet()
        self._connect(self.house, make_router(), STRANGER)
        for line in self.lines[1:]:
            self._connect(line, make_consultation_router(), CONSULTATION_BOT)
        self.evidence = Evidence(
            self.database, self.house.bot, self.vault, self.clock, self.settings.zone
        )
        self._tasks.start(self.evidence.run(), name="evidence")
        bots = {line.bot.id: line.bot for line in self.lines}
        self.enclosures = Enclosures(
            self.database,
            bots,
            self.vault,
            self.clock,
            house=self.house.bot.id,
            zone=self.settings.zone,
        )
        self._tasks.start(self.enclosures.run(), name="enclosures")
        tools = self._tools()
        self._tasks.start(Worker(WORKS, tools).run(), name="worker")
        policy = policy_of(self.settings)
        ticks = house_ticks(
            self.database, self.house.bot.id, policy, self.vault, tools.jobs, keys=self.keys
        )
        self.schedule = Schedule(self.clock, ticks)
        self.schedule.start()
        for line in self.lines:
            await line.start()
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
                await together(line.ask() for line in self.lines)
        finally:
            if watch is not None:
                await watch.stop()

    async def take_over(self) -> None:
        """Remove whatever webhook is set; the updates that wait stay."""
        for line in self.lines:
            await line.take_over()

    async def settle(self) -> None:
        """Wait until nothing is under way and nothing is due (the demo, tests)."""
        for line in self.lines:
            await line.inbox.settle()
        for line in self.lines:
            await line.outbox.settle()

    async def stop(self) -> None:
        """Let what runs end; what is left waits on disk."""
        await self.schedule.stop()
        for line in self.lines:
            await line.stop()
        await self._tasks.stop()
        await self.close()
        log.info("app.stopped")

    async def close(self) -> None:
        """Close what `open` opened."""
        await self._names.stop()
        await self._audit_head.stop()
        await self.database.close()

    # -- Receiving ---------------------------------------------------------------------------------

    def _line(self, token: Token, *, door: str = "") -> Line:
        return Line(
            token,
            self.settings,
            self.database,
            self.clock,
            door=door,
            long_poll=self._long_poll,
        )

    def _connect(self, line: Line, router: Router, strangers: Sequence[str]) -> None:
        desk = self._desk(line, router)
        line.connect(router, desk, self.texts, strangers=strangers, burst=self._burst)

    async def _be_called(self) -> None:
        """A webhook for each bot, set once it can be answered; raises WebhookElsewhere."""
        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        assert url is not None
        assert secret is not None
        called = {f"{url}{line.door}": line for line in self.lines}
        receivers = {urlsplit(url).path: line.inbox.receive for url, line in called.items()}
        listener = Listener(
            webhook(receivers, secret.get_secret_value()), self.settings.webhook_listen
        )
        listener.start()
        try:
            await together(
                line.be_called(url, secret.get_secret_value()) for url, line in called.items()
            )
        finally:
            await listener.stop()

    def _watch(self) -> Listener | None:
        """Health and metrics, where the settings want them."""
        if self.settings.metrics_listen is None:
            return None
        watched = Watched(
            database=self.database,
            clock=self.clock,
            heard=self._heard,
            since=self.clock.ticks(),
            polling=self.settings.mode == "polling",
        )
        return Listener(watch(watched), self.settings.metrics_listen)

    def _heard(self) -> float | None:
        """The ticks up to which every bot was polled; None while one was not yet."""
        heard = [None if line.poll is None else line.poll.last_success for line in self.lines]
        return None if None in heard else min(each for each in heard if each is not None)

    # -- What others are given ---------------------------------------------------------------------

    def _tools(self) -> Tools:
        return Tools(
            settings=self.settings,
            database=self.database,
            vault=self.vault,
            texts=self.texts,
            clock=self.clock,
            jobs=processes(self.settings),
            bot_id=self.house.bot.id,
            bot_name=self.house.bot.username,
            download=downloader(self.house.bot),
        )

    def _desk(self, line: Line, router: Router) -> Desk:
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
            bot_id=self.house.bot.id,
            bot_name=line.bot.username,
            consultation_bot=self.lines[-1].bot.username,
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
