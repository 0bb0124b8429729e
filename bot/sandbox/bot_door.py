"""The doors of bots: calls of methods, misbehaving where it was asked for, and downloads."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tornado.iostream import StreamClosedError

from bot.sandbox import api
from bot.sandbox.calls import Call, read_body
from bot.sandbox.door import Door
from bot.sandbox.faults import Entry, Fault
from bot.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox


class BotApi(Door):
    """`/bot<token>/<method>`."""

    def initialize(self, sandbox: Sandbox) -> None:
        """Know when the bot hangs up."""
        super().initialize(sandbox)
        self._gone = asyncio.Event()
        self._poll: asyncio.Task[Any] | None = None

    def on_connection_close(self) -> None:
        """The bot hung up: what it polled for stays."""
        self._gone.set()
        if self._poll is not None:
            self._poll.cancel()

    async def get(self, token: str, name: str) -> None:
        """As by POST."""
        await self.post(token, name)

    async def post(self, token: str, name: str) -> None:
        """Call a method; the HTTP status is the `error_code`."""
        bot = self.world.bots.get(unquote(token))
        if bot is None:
            raise Refusal(401, "Unauthorized")
        known = api.METHODS.get(name.lower())
        if known is None:
            raise Refusal(404, "Not Found: method not found")
        call = Call(bot, known.name, *read_body(self.request))
        if known is api.GET_UPDATES:
            await self._updates(call)
        else:
            await self._call(known, call)

    async def _updates(self, call: Call) -> None:
        fault = self.sandbox.faults.strike(call.method, None)
        if fault is not None:
            await self._misbehave(fault)
            return
        self._poll = asyncio.current_task()
        api.check_parameters(api.GET_UPDATES, call)
        try:
            updates = await api.get_updates(call)
        except asyncio.CancelledError:
            if not self._gone.is_set():
                raise
            return  # the bot hung up: what waits stays
        self.set_header("Content-Type", "application/json")
        self.write(f'{{"ok":true,"result":{updates}}}'.encode("utf-8", "surrogatepass"))

    async def _call(self, known: api.Method, call: Call) -> None:
        if self.sandbox.faults.delay:
            await asyncio.sleep(self.sandbox.faults.delay)
        chat = str(call.values["chat_id"]) if "chat_id" in call.values else None
        fault = self.sandbox.faults.strike(known.name, chat)
        result, refusal = None, None
        if fault is None or fault.effect:
            result, refusal = self._run(known, call, chat)
        accepted = (fault is None or fault.effect) and refusal is None
        if fault is not None:
            refusal = fault.refusal or refusal
        silent = fault is not None and fault.silence is not None
        self._write_down(call, chat, accepted, result, None if silent else refusal, silent=silent)
        if fault is not None and silent:
            await self._misbehave(fault)
        elif refusal is not None:
            raise refusal
        else:
            self.give({"ok": True, "result": result})

    def _run(self, known: api.Method, call: Call, chat: str | None) -> tuple[Any, Refusal | None]:
        try:
            api.check_parameters(known, call)
            rates = self.sandbox.faults.rates
            if rates is not None and known.sends:
                refusal = rates.refusal(chat, time.monotonic())
                if refusal is not None:
                    return None, refusal
            return known.run(self.world, call), None
        except Refusal as refusal:
            return None, refusal

    def _write_down(
        self,
        call: Call,
        chat: str | None,
        accepted: bool,
        result: Any,
        refusal: Refusal | None,
        *,
        silent: bool,
    ) -> None:
        status = None if silent else refusal.code if refusal else 200
        words = refusal.description if refusal else None
        files = {name: f"<{len(upload.data)} bytes>" for name, upload in call.files.items()}
        entry = Entry(
            at=time.monotonic(),
            bot=call.bot.username,
            method=call.method,
            chat=chat,
            parameters=call.values | files,
            accepted=accepted,
            status=status,
            description=words,
            result=result,
        )
        self.sandbox.journal.entries.append(entry)

    async def _misbehave(self, fault: Fault) -> None:
        """Refuse, or say nothing for a while and hang up."""
        if fault.refusal is not None:
            raise fault.refusal
        try:
            async with asyncio.timeout(fault.silence):
                await self._gone.wait()
        except TimeoutError:
            pass
        try:
            self.detach().close()
        except StreamClosedError:
            pass


class BotFile(Door):
    """`/file/bot<token>/<path>`: the download that getFile named."""

    def get(self, token: str, path: str) -> None:
        """The bytes, while the link lives."""
        bot = self.world.bots.get(unquote(token))
        if bot is None:
            raise Refusal(401, "Unauthorized")
        file = self.world.shelf.at(path, bot.mailbox.now())
        if file is None or bot.id not in file.bots:
            raise Refusal(404, "Not Found")
        self.set_header("Content-Type", "application/octet-stream")
        self.write(file.read())
