"""Maravia's network as it runs: the sandbox, the very bot of production, and people with phones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from bot.app import App
from bot.clock import Clock
from bot.demo import maravia, seed
from bot.domain.people import COMMAND_LINE, SECRETARIAT, Act, Role
from bot.domain.screens import text
from bot.sandbox import Network, Phone, Sandbox
from bot.services import people
from bot.services.people import deep_link
from bot.settings import Settings
from bot.tasks import Tasks
from handlers.flows.consultation import PAYLOAD
from storage import accounts, institutions, seats
from storage.lock import held

DAY = 24 * 3600
HISTORY = 60  # days before the first start on which the network's story begins
MESSAGES_A_RUN = 100_000  # a chat's messages are numbered anew in each run, and never twice
OURS_ANYWAY = {"lock", "bot.log"}  # in a folder that is otherwise empty
BURST = 50  # messages at once to one chat: the sandbox bears more than Telegram
BOT_NAME = "maravia_bot"
SECOND_NAME = "round_table_bot"


class NoDemoFolder(Exception):
    """The folder holds something, and no demo made it."""


@dataclass
class Kept:
    """What a folder remembers beside the database, so that a second start goes on."""

    token: str
    second: str
    seeded: bool = False
    runs: int = 0
    ahead: float = 0.0  # seconds by which the clock was moved
    consultation: str = ""  # the code in its link
    phones: dict[str, int] = field(default_factory=dict)  # by name


class Demo:
    """The sandbox, the bot and everybody's phones, in one folder; an async context.

    `whole` is the network in the middle of its work; otherwise the review has not come in yet and
    nothing is assigned (the tour begins there). `day` is the hour at which the clock begins.
    """

    def __init__(
        self, folder: Path, *, port: int = 0, whole: bool = True, day: datetime | None = None
    ) -> None:
        self.folder = folder
        self.clock = Clock()
        self.phones: dict[str, Phone] = {}
        self._port = port
        self._whole = whole
        self._day = day
        self._stack = contextlib.AsyncExitStack()
        self._tasks = Tasks()
        self._ended = asyncio.Event()

    @property
    def address(self) -> str:
        """Where the chat page is."""
        return self.sandbox.address

    async def start(self) -> None:
        """Start everything; raises FolderInUse, NoDemoFolder or OSError (the port is taken)."""
        self._stack.enter_context(held(self.folder))
        self._kept = self._recall()
        self.sandbox = await self._stack.enter_async_context(
            Sandbox(
                self._port,
                token=self._kept.token,
                username=BOT_NAME,
                name="Focal Point Maravia",
                on_clock=self._on_clock,
            )
        )
        self.sandbox.add_bot(SECOND_NAME, token=self._kept.second, name="Round Table")
        self.network = await self._stack.enter_async_context(Network(self.sandbox.address))
        self.sandbox.world.first_message = self._kept.runs * MESSAGES_A_RUN
        self._keep(runs=self._kept.runs + 1)
        if self._day is not None:
            await self.sandbox.move_clock((self._day - self.clock.now()).total_seconds())
        self.app = App(self.settings(), self.clock, burst=BURST)
        await self.app.start()
        self._stack.push_async_callback(self.app.stop)
        self._tasks.start(self._receive(), name="demo poll")
        self._stack.push_async_callback(self._tasks.stop)
        if self._kept.seeded:
            await self.sandbox.move_clock(self._kept.ahead)
            await self._seat_everybody()
        else:
            await self._first_start()
        await asyncio.gather(*map(self._starts, maravia.network()["person"]))

    async def stop(self) -> None:
        """Stop everything, in reverse."""
        await self._stack.aclose()

    async def ended(self) -> None:
        """Wait until the bot stops receiving, which it should not."""
        await self._ended.wait()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def settings(self) -> Settings:
        """Settings of these values alone, whatever the environment says."""
        return Settings.isolated(
            token=self.sandbox.token,
            consultation_token=self._kept.second,
            api_url=self.sandbox.address,
            data_dir=self.folder / "data",
            key_dir=self.folder / "keys",
            languages=maravia.LANGUAGES,
        )

    # -- The story so far --------------------------------------------------------------------------

    async def _first_start(self) -> None:
        """Seat everybody two months ago and let the network work until today."""
        for name, content in maravia.files().items():
            path = self.folder / "files to try" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        start = self.clock.now()
        if self._whole:
            await self._go_to(-HISTORY)
        async with self.app.database.write() as tx:
            await seed.add_institutions(tx)
            await seed.add_items(tx, self._act(), review=self._whole)
        await self._seat_everybody()
        if self._whole:
            await self._work_until_today(start)
        self._keep(seeded=True)

    async def _work_until_today(self, start: datetime) -> None:
        planned = maravia.network()["assignment"]
        drafts = [each for each in planned if each.get("draft")]
        told = [each for each in planned if each not in drafts]
        async with self.app.database.write() as tx:
            act = self._act()
            await seed.add_clusters(tx, now=act.now)
            await seed.assign(tx, act, told, start=start)
            await seed.announce(tx, act)
            await seed.add_plans(tx, act, start=start)
        for kind, each in maravia.events():
            await self._go_to(-each["ago"])
            await self._happens(kind, each, start)
        await self._go_to(0)
        async with self.app.database.write() as tx:
            await seed.assign(tx, self._act(), drafts, start=start)
            await seed.add_deadlines(tx, self._act(), start=start)
            codes = await seed.announce_consultations(tx, self._act(), start=start)
        self._keep(consultation=codes[0])
        await self.app.settle()

    async def _happens(self, kind: str, entry: Mapping[str, Any], start: datetime) -> None:
        async with self.app.database.write() as tx:
            match kind:
                case "request":
                    await seed.ask(tx, self._act(), entry, start=start)
                case "answer":
                    await seed.answer(tx, self._act(), entry)
                case _:
                    update_id = await seed.report(tx, self._act(), entry)
        if kind == "report":
            await self._decide(entry, update_id)

    async def _decide(self, entry: Mapping[str, Any], update_id: int) -> None:
        """The secretariat decides on a report a day later."""
        if "decision" not in entry:
            return
        await self.sandbox.move_clock(DAY)
        async with self.app.database.write() as tx:
            await seed.decide(tx, self._act(), entry, update_id)

    def _act(self) -> Act:
        return Act(COMMAND_LINE, self.app.house.bot.id, self.app.settings.zone, self.clock.now())

    async def _go_to(self, day: int) -> None:
        """Move the clock to so many days from today."""
        await self.sandbox.move_clock(day * DAY - self.sandbox.world.ahead)

    # -- Phones ------------------------------------------------------------------------------------

    async def _seat_everybody(self) -> None:
        everybody = maravia.network()["person"]
        for each in everybody:
            self.phones[each["name"]] = await self._phone(each)
        secretariat = [each for each in everybody if each.get("role") in SECRETARIAT]
        others = [each for each in everybody if each not in secretariat]
        await asyncio.gather(*map(self._seat, others))  # before those who would hear of each
        await asyncio.gather(*map(self._seat, secretariat))

    async def _phone(self, entry: Mapping[str, Any]) -> Phone:
        """The person's phone, the one of the last run where there was one."""
        name, language = entry["name"], entry["language"]
        known = self._kept.phones.get(name)
        person = self.sandbox.world.add_person(name, language=language, number=known)
        person.note = self._note(entry, language)
        self._keep(phones=self._kept.phones | {name: person.id})
        return await self.network.phone_again(person.id)

    def _note(self, entry: Mapping[str, Any], language: str) -> str | None:
        """Who somebody is: role and institution, in their language."""
        if "role" not in entry:
            return None
        role = text(f"role.{entry['role']}")
        said = self.app.texts.render(role, language, mode="bare", timezone=UTC)
        house = maravia.house_name(entry.get("institution"), language)
        return f"{said}, {house}" if house else said

    async def _seat(self, entry: Mapping[str, Any]) -> None:
        """Redeem a deep link of the command line, as the first coordinator does, and accept."""
        phone = self.phones[entry["name"]]
        if "role" not in entry or await self._is_seated(phone):
            return
        async with self.app.database.write() as tx:
            house = await institutions.by_code(tx, entry.get("institution", ""))
            token = await people.invite(
                tx,
                self._act(),
                Role(entry["role"]),
                house.id if house else None,
                invitee=entry["name"],
                confirmed=True,
            )
        await phone.opens(f"https://t.me/{BOT_NAME}?start={token}")
        await phone.taps(self.label("accept", entry["language"]))

    async def _starts(self, entry: Mapping[str, Any]) -> None:
        """Press Start; whoever is consulted does so by the link of the consultation."""
        phone, code = self.phones[entry["name"]], self._kept.consultation
        if code and entry.get("consulted"):
            await phone.opens(deep_link(SECOND_NAME, f"{PAYLOAD}{code}"))
        else:
            await phone.starts()

    async def _is_seated(self, phone: Phone) -> bool:
        async with self.app.database.read() as tx:
            person = await accounts.person_of_chat(tx, self.app.house.bot.id, phone.id)
            now = self.clock.now()
            return person is not None and bool(await seats.live_of(tx, person.id, now=now))

    def label(self, button: str, language: str) -> str:
        """What is written on a button."""
        return self.words(f"button.{button}", language)

    def words(self, key: str, language: str) -> str:
        """The words of a text without values."""
        return self.app.texts.render(text(key), language, mode="bare", timezone=UTC)

    # -- What goes on ------------------------------------------------------------------------------

    async def _receive(self) -> None:
        try:
            await self.app.receive()
        finally:
            self._ended.set()

    def _on_clock(self, ahead: float) -> None:
        self.clock.ahead = timedelta(seconds=ahead)
        if self._kept.seeded:
            self._keep(ahead=ahead)
            self.app.schedule.hurry()

    # -- The folder --------------------------------------------------------------------------------

    def _recall(self) -> Kept:
        """What the folder remembers; one whose first start was cut off begins anew."""
        path = self.folder / "demo.json"
        if path.exists():
            kept = Kept(**json.loads(path.read_text("utf-8")))
            if kept.seeded:
                return kept
            forget(self.folder)
        elif {each.name for each in self.folder.iterdir()} - OURS_ANYWAY:
            raise NoDemoFolder
        return Kept(_token(), _token())

    def _keep(self, **changed: Any) -> None:
        for name, value in changed.items():
            setattr(self._kept, name, value)
        path = self.folder / "demo.json"
        staged = path.with_suffix(".new")
        staged.write_text(json.dumps(vars(self._kept), ensure_ascii=False, indent=2), "utf-8")
        staged.replace(path)


def _token() -> str:
    """A bot's token of our own sandbox."""
    return f"{secrets.randbelow(900_000_000) + 100_000_000}:{secrets.token_urlsafe(26)}"


def forget(folder: Path) -> None:
    """Remove what a demo left in its folder; raises NoDemoFolder where none did."""
    if not (folder / "demo.json").exists():
        raise NoDemoFolder
    for name in ("data", "keys", "files to try"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "demo.json").unlink()
