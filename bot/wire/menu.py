"""The commands in Telegram's menu: what each person's roles and language ask for is kept there.

What is wanted follows from the seats and the language of a person; what Telegram was told last is
noted beside the chat. The difference is made up after every commit that may have changed it, and
now and then, because seats also begin and end by themselves. So nothing of it runs inside an act,
and a crash or an outage costs nothing but time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence

from telegram import Bot, BotCommand, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import logs
from bot.clock import Clock
from bot.domain.commands import ROLES, STRANGER, UNIT, in_menu
from bot.domain.screens import Text
from bot.services.seats import MENU
from bot.texts import Texts
from bot.wire.request import TooManyRequests
from storage import accounts
from storage.accounts import Menu
from storage.database import UNAVAILABLE, Database

log = logs.get(__name__)

LOOK_EVERY = 600.0  # seconds between looks when nothing wakes it
PAUSE = 30.0  # seconds after Telegram or the database was away
GENTLY = 0.05  # seconds between calls: messages go first

TEXT_KEYS = tuple(
    sorted(
        {f"command.{name}" for names in (STRANGER, UNIT, *dict(ROLES).values()) for name in names}
    )
)


class Menus:
    """Tells Telegram which commands to show in which chat; nobody waits for it."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        texts: Texts,
        clock: Clock,
        *,
        known: Iterable[str],
        strangers: Sequence[str],
    ) -> None:
        """`known` are the commands that somebody answers; others are left out.

        `strangers` are those of everybody without a seat.
        """
        self._database = database
        self._bot = bot
        self._texts = texts
        self._clock = clock
        self._known = frozenset(known)
        self._strangers = strangers
        self._called = asyncio.Event()
        database.subscribe(MENU, self._called.set)

    async def run(self) -> None:
        """Tell what strangers see, then keep every chat current until cancelled."""
        told = False
        while True:
            self._called.clear()
            pause = LOOK_EVERY
            try:
                if not told:
                    await self.tell_strangers()
                    told = True
                await self.tick()
            except TooManyRequests as busy:
                pause = busy.seconds
            except (TelegramError, TimeoutError, *UNAVAILABLE) as error:
                log.debug("menu.failed", error=type(error).__name__)
                pause = PAUSE
            await self._rest(pause, wakes=pause == LOOK_EVERY)

    async def tell_strangers(self) -> None:
        """What everybody without a seat sees, in every language; the first stands in for others."""
        scope = BotCommandScopeDefault()
        first, *_ = self._texts.languages
        await self._bot.set_my_commands(self._commands(self._strangers, first), scope)
        for language in self._texts.languages:
            shown = self._commands(self._strangers, language)
            await self._bot.set_my_commands(shown, scope, language_code=language[:2])

    async def tick(self) -> int:
        """Tell Telegram every menu that differs from what it was told last; gives how many."""
        async with self._database.read() as tx:
            menus = await accounts.menus(tx, self._bot.id, now=self._clock.now())
        changed = [each for each in menus if self._name(each) != each.told]
        for each in changed:
            await self._tell(each)
            await asyncio.sleep(GENTLY)
        return len(changed)

    async def _tell(self, menu: Menu) -> None:
        shown = self._commands(in_menu(menu.roles, in_unit=menu.in_unit), menu.language)
        try:
            await self._bot.set_my_commands(shown, BotCommandScopeChat(menu.chat_id))
        except (BadRequest, Forbidden) as refusal:  # the chat is gone: asking again is no use
            log.debug("menu.refused", error=type(refusal).__name__)
        async with self._database.write() as tx:
            await accounts.note_menu(tx, self._bot.id, menu.chat_id, self._name(menu))

    def _name(self, menu: Menu) -> str:
        """Names the menu by its words: they change with role, language and release."""
        shown = self._commands(in_menu(menu.roles, in_unit=menu.in_unit), menu.language)
        words = "\n".join(f"{each.command} {each.description}" for each in shown)
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def _commands(self, names: Iterable[str], language: str) -> list[BotCommand]:
        return [
            BotCommand(name, self._texts.render(Text(f"command.{name}"), language, mode="bare"))
            for name in names
            if name in self._known
        ]

    async def _rest(self, seconds: float, *, wakes: bool) -> None:
        if not wakes:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return
