"""What became of a call, tried against a server that refuses, hangs up, hangs, or is not there."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from bot.sandbox import Sandbox
from bot.wire.outcome import (
    Blocked,
    Failed,
    Gone,
    Migrated,
    NotSent,
    Outcome,
    Refused,
    Sent,
    Unknown,
    outcome,
)
from bot.wire.request import Request, telegram_bot


async def calls(bot: ExtBot[None], chat: int = 5, text: str = "hello") -> Outcome:
    try:
        await bot.send_message(chat, text, parse_mode="HTML")
    except TelegramError as error:
        return outcome(error)
    return Sent()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[None]]:
    async with telegram_bot(sandbox.token, sandbox.address) as running:
        yield running


async def test_a_flood_wait_carries_its_seconds(sandbox: Sandbox, bot: ExtBot[None]) -> None:
    sandbox.faults.too_many(7)
    assert await calls(bot) == Refused(7.0, "too_many")


@pytest.mark.parametrize("code", [500, 502, 504])
async def test_a_failure_that_telegram_admits_is_refused(
    sandbox: Sandbox, bot: ExtBot[None], code: int
) -> None:
    sandbox.faults.fails(code)
    assert await calls(bot) == Refused(None, f"server_{code}")


async def test_a_call_that_is_dropped_is_unknown(sandbox: Sandbox, bot: ExtBot[None]) -> None:
    sandbox.faults.drops(after=True)
    assert await calls(bot) == Unknown("no_answer")


async def test_a_call_without_an_answer_is_unknown(sandbox: Sandbox) -> None:
    async with ExtBot(
        sandbox.token,
        base_url=sandbox.base_url,
        request=Request(direct=True, read_timeout=0.1),
        get_updates_request=Request(direct=True),
    ) as bot:
        sandbox.faults.times_out(after=True, seconds=0.3)
        assert await calls(bot) == Unknown("no_answer")


async def test_a_call_that_takes_too_long_in_all_is_unknown(sandbox: Sandbox) -> None:
    """Every single step may be within its time-out and the whole still without end."""
    async with ExtBot(
        sandbox.token,
        base_url=sandbox.base_url,
        request=Request(direct=True, limit=0.2),
        get_updates_request=Request(direct=True),
    ) as bot:
        sandbox.faults.times_out(after=True, seconds=0.5)
        assert await calls(bot) == Unknown("no_answer")


async def test_a_server_that_is_not_there_was_not_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bot = telegram_bot("123456789:" + "a" * 35, f"http://127.0.0.1:{port}")
    assert await calls(bot) == NotSent("unreached")
    await bot.request.shutdown()  # it was never initialised


async def test_a_blocked_bot_and_a_stranger_are_told_apart(
    sandbox: Sandbox, bot: ExtBot[None]
) -> None:
    sandbox.faults.forbidden()
    assert await calls(bot) == Blocked("blocked")
    assert await calls(bot) == Blocked("never_started")


async def test_a_token_that_telegram_does_not_know_is_nobodys_fault(
    sandbox: Sandbox, bot: ExtBot[None]
) -> None:
    sandbox.world.bots.clear()
    assert await calls(bot) == NotSent("token")


class _Gateway(RequestHandler):
    """A gateway before Telegram that gives up in HTML, or answers in some other way."""

    def initialize(self, status: int, body: str) -> None:
        self.status, self.body = status, body

    def post(self) -> None:
        self.set_status(self.status)
        self.write(self.body)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (504, "<html>time-out</html>", Unknown("no_answer")),
        (
            502,
            '{"ok": false, "error_code": 502, "description": "Bad Gateway"}',
            Refused(None, "server_502"),
        ),
        (
            429,
            '{"ok": false, "error_code": 429, "description": "Too Many"}',
            Refused(1.0, "too_many"),
        ),
        (413, "<html>too large</html>", Failed("too_large")),
        (
            400,
            (
                '{"ok": false, "description": "Bad Request: group chat was upgraded", '
                '"parameters": {"migrate_to_chat_id": -1005}}'
            ),
            Migrated(-1005),
        ),
        (200, "<html>hello</html>", Unknown("no_answer")),
    ],
)
async def test_answers_are_told_apart_by_status_and_shape(
    status: int, body: str, expected: Outcome
) -> None:
    """A gateway's page says nothing about what Telegram did; Telegram's own JSON does."""
    rules: list[Any] = [(".*", _Gateway, {"status": status, "body": body})]
    server = HTTPServer(Application(rules))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    bot = telegram_bot("123456789:" + "a" * 35, f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
    assert await calls(bot) == expected
    await bot.request.shutdown()  # it was never initialised
    server.stop()
    await server.close_all_connections()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Message is not modified: specified new message content…", Sent()),
        ("Message to edit not found", Gone(exists=False)),
        ("Message can't be edited", Gone(exists=True)),
        ("There is no text in the message to edit", Gone(exists=True)),
        ("Message to delete not found", Gone(exists=False)),
        ("Message can't be deleted for everyone", Gone(exists=True)),
        ("Chat not found", Blocked("never_started")),
        ("Can't parse entities: unsupported start tag", Failed("markup")),
        ("Message is too long", Failed("too_long")),
        ("BUTTON_DATA_INVALID", Failed("button")),
        ("Anything else", Failed("bad_request")),
    ],
)
def test_bad_requests_become_codes(words: str, expected: Outcome) -> None:
    assert outcome(BadRequest(words)) == expected


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Forbidden: bot was blocked by the user", "blocked"),
        ("Forbidden: user is deactivated", "deactivated"),
        ("Forbidden: bot can't initiate conversation with a user", "never_started"),
        ("Forbidden: bot was kicked from the group chat", "kicked"),
        ("Forbidden: something new", "forbidden"),
    ],
)
def test_refusals_of_a_recipient_become_codes(words: str, reason: str) -> None:
    assert outcome(Forbidden(words)) == Blocked(reason)


def test_files_come_from_the_server_that_takes_the_calls() -> None:
    bot = telegram_bot("1:AA", "http://127.0.0.1:8081/")
    assert bot.base_url == "http://127.0.0.1:8081/bot1:AA"
    assert bot.base_file_url == "http://127.0.0.1:8081/file/bot1:AA"
