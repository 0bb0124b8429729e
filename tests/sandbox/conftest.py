"""A sandbox, a real python-telegram-bot on it, and phones."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox import Network, Phone, Sandbox

Context = ContextTypes.DEFAULT_TYPE
PROBLEMS: list[BaseException] = []


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(webhook_pause=0.05) as running:
        yield running


@pytest.fixture
async def network(sandbox: Sandbox) -> AsyncIterator[Network]:
    async with Network(sandbox.address) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    address = sandbox.address
    async with httpx.AsyncClient(base_url=address, trust_env=False, verify=context) as client:
        yield Api(client, sandbox.token)


@pytest.fixture
async def someone(network: Network, sandbox: Sandbox) -> Phone:
    """A person who has pressed Start on a bot that does not answer."""
    network.patience = network.quiet = 0.05
    phone = await network.phone("Amal", language="ar")
    await phone.starts()
    return phone


@pytest.fixture
async def echo(sandbox: Sandbox) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """A small bot that polls: greets, echoes, offers buttons, answers files and edits."""
    PROBLEMS.clear()
    application = (
        ApplicationBuilder()
        .token(sandbox.token)
        .base_url(sandbox.base_url)
        .base_file_url(sandbox.base_file_url)
        .job_queue(None)
        .build()
    )
    application.add_handler(CommandHandler("start", _greet))
    application.add_handler(CommandHandler("choose", _choose))
    application.add_handler(CallbackQueryHandler(_tapped))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, _edited))
    application.add_handler(MessageHandler(filters.Document.ALL | filters.PHOTO, _filed))
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.add_error_handler(_problem)
    await application.initialize()
    assert application.updater is not None
    await application.updater.start_polling(
        timeout=10, poll_interval=0, allowed_updates=Update.ALL_TYPES
    )
    await application.start()
    yield application
    await application.updater.stop()
    await application.stop()
    await application.shutdown()
    assert not PROBLEMS


async def _problem(update: object, context: Context) -> None:
    assert context.error is not None
    PROBLEMS.append(context.error)


async def _greet(update: Update, context: Context) -> None:
    assert update.message is not None
    payload = context.args[0] if context.args else "nobody"
    await update.message.reply_html(f"Welcome, <b>{payload}</b> &amp; friends 🌍 <i>now</i>")


async def _choose(update: Update, context: Context) -> None:
    assert update.message is not None
    rows = [
        [InlineKeyboardButton("140.7 Torture", callback_data="a")],
        [
            InlineKeyboardButton("Report", callback_data="b"),
            InlineKeyboardButton("No change", callback_data="c"),
        ],
    ]
    await update.message.reply_text("Which?", reply_markup=InlineKeyboardMarkup(rows))


async def _tapped(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer(f"You chose {query.data}")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Send", callback_data="send")]])
    await query.edit_message_text(
        f"Chosen: {query.data}", reply_markup=None if query.data == "send" else keyboard
    )


async def _edited(update: Update, context: Context) -> None:
    assert update.edited_message is not None
    await update.edited_message.reply_text(f"Now: {update.edited_message.text}")


async def _filed(update: Update, context: Context) -> None:
    message = update.message
    assert message is not None
    attached = message.document or message.photo[-1]
    data = bytes(await (await attached.get_file()).download_as_bytearray())
    await message.reply_document(data, filename="back.bin", caption=f"{len(data)} bytes")


async def _echo(update: Update, context: Context) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "", do_quote=True)


class Api:
    """The Bot API by hand."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.token = token

    async def raw(self, method: str, **options: Any) -> httpx.Response:
        """One request, in whatever shape."""
        return await self.client.post(f"/bot{self.token}/{method}", **options)

    async def __call__(self, method: str, **parameters: Any) -> Any:
        """The result of a call that must succeed."""
        answer = (await self.raw(method, json=parameters)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        """The description of a call that must fail; status and `error_code` agree."""
        response = await self.raw(method, json=parameters)
        answer = response.json()
        assert answer["ok"] is False
        assert answer["error_code"] == response.status_code
        return str(answer["description"])

    async def updates(self, **parameters: Any) -> list[Any]:
        """What getUpdates gives."""
        found: list[Any] = await self("getUpdates", **parameters)
        return found


async def eventually(check: Any, within: float = 5.0) -> Any:
    """The first true value of `check()`; fails when there is none in time."""
    for _ in range(round(within / 0.01)):
        if value := check():
            return value
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")
