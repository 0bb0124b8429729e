"""The sandbox as one object: a Bot API server and a chat page on this machine, in memory."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from bot.sandbox.faults import Faults, Journal
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.web import application
from bot.sandbox.world import Bot, World

BODY_LIMIT = 56 * 1024 * 1024  # an upload of 50 MB and what is around it

OnClock = Callable[[float], Awaitable[None] | None]


class Sandbox:
    """A local Telegram.

    ```python
    async with Sandbox() as sandbox:
        Application.builder().token(sandbox.token).base_url(sandbox.base_url)...
    ```
    `on_clock(seconds)` is called with how far the clock is ahead, whenever somebody moved it.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        token: str | None = None,
        username: str = "focal_point_bot",
        name: str = "Focal Point",
        on_clock: OnClock | None = None,
        webhook_pause: float = 1.0,
    ) -> None:
        self.world = World(webhook_pause=webhook_pause)
        self.journal = Journal()
        self._mailboxes: dict[str, Mailbox] = {}
        self.faults = Faults(self._mailboxes)
        self.token = self.add_bot(username, token=token, name=name).token
        self.port = port
        self._on_clock = on_clock
        self._server: HTTPServer | None = None

    def add_bot(self, username: str, *, token: str | None = None, name: str | None = None) -> Bot:
        """One more bot; its token is random unless given."""
        bot = self.world.add_bot(username, token=token, name=name)
        self._mailboxes[username] = bot.mailbox
        return bot

    def pending(self) -> int:
        """How many updates no bot has taken yet."""
        return sum(mailbox.pending() for mailbox in self._mailboxes.values())

    @property
    def address(self) -> str:
        """Where the page is, and everything else below it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls `base_url`."""
        return f"{self.address}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls `base_file_url`."""
        return f"{self.address}/file/bot"

    def hosts(self) -> frozenset[str]:
        """The names under which requests may come."""
        return frozenset((f"127.0.0.1:{self.port}", f"localhost:{self.port}"))

    async def start(self) -> str:
        """Listen on 127.0.0.1; the address."""
        self._server = HTTPServer(
            application(self), max_body_size=BODY_LIMIT, max_buffer_size=BODY_LIMIT
        )
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self._server.add_sockets(sockets)
        return self.address

    async def stop(self) -> None:
        """Close every connection and forget everything."""
        for mailbox in self._mailboxes.values():
            await mailbox.close()
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
            self._server = None
        self.world.shelf.close()

    async def move_clock(self, seconds: float) -> None:
        """Move the clock ahead and tell whoever asked to be told."""
        self.world.ahead += seconds
        if self._on_clock is not None:
            told = self._on_clock(self.world.ahead)
            if inspect.isawaitable(told):
                await told
        self.world.news.tell("clock", frozenset(), ahead=self.world.ahead, now=self.world.now())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()
