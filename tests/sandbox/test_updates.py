"""Updates are fetched by long polls or brought to a webhook, and stay until they are confirmed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from bot.sandbox import Phone, Sandbox
from tests.sandbox.conftest import Api, eventually


async def test_updates_stay_until_the_offset_confirms_them(api: Api, someone: Phone) -> None:
    await someone.types("one")
    first = await api.updates()
    assert await api.updates() == first
    last = first[-1]["update_id"]
    assert [each["update_id"] for each in first] == list(range(last - 1, last + 1))
    assert await api.updates(offset=last + 1) == []
    assert await api.updates(offset=0) == []


async def test_a_command_is_an_entity_and_a_language_is_told(api: Api, someone: Phone) -> None:
    message = (await api.updates())[0]["message"]
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "ar"
    assert message["chat"]["type"] == "private"


async def test_a_poll_waits_for_news_and_no_longer(api: Api, someone: Phone) -> None:
    last = (await api.updates())[-1]["update_id"]
    poll = asyncio.ensure_future(api.updates(offset=last + 1, timeout=20))
    await asyncio.sleep(0.1)
    assert not poll.done()
    await someone.types("now")
    (update,) = await asyncio.wait_for(poll, 10)
    assert update["message"]["text"] == "now"
    began = time.monotonic()
    assert await api.updates(offset=update["update_id"] + 1, timeout=1) == []
    assert time.monotonic() - began > 0.9


async def test_a_second_poller_ends_the_first(api: Api) -> None:
    first = asyncio.ensure_future(api.refused("getUpdates", timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(api.refused("getUpdates", timeout=20))
    told = (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    assert await asyncio.wait_for(first, 10) == told
    await api("setWebhook", url="http://127.0.0.1:9/hook")
    told = "Conflict: terminated by setWebhook request"
    assert await asyncio.wait_for(second, 10) == told


async def test_a_poller_that_hung_up_is_no_second_poller(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    last = (await api.updates())[-1]["update_id"]
    gone = asyncio.ensure_future(api.updates(offset=last + 1, timeout=20))
    await asyncio.sleep(0.1)
    gone.cancel()
    await asyncio.sleep(0.1)
    await someone.types("after")
    assert [each["message"]["text"] for each in await api.updates(offset=last + 1)] == ["after"]


async def test_only_kinds_that_were_asked_for_come_and_the_wish_is_remembered(
    api: Api, someone: Phone
) -> None:
    last = (await api.updates(allowed_updates=["message"]))[-1]["update_id"]
    await someone.blocks()
    await someone.unblocks()
    assert await api.updates(offset=last + 1) == []
    await api.updates(allowed_updates=["my_chat_member"])
    await someone.types("unheard")
    await someone.blocks()
    (update,) = await api.updates()
    member = update["my_chat_member"]["new_chat_member"]
    assert member["status"] == "kicked"
    assert await api.refused("getUpdates", allowed_updates=["pigeon"])


async def test_button_presses_wait_150_seconds_and_messages_a_day(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    rows = [[{"text": "Go", "callback_data": "a"}]]
    sent = await api(
        "sendMessage", chat_id=someone.id, text="?", reply_markup={"inline_keyboard": rows}
    )
    await someone.looks()
    await someone.taps_on(sent["message_id"], "Go")
    assert [*(await api.updates())[-1]][1] == "callback_query"
    sandbox.faults.ages(151)
    assert [[*each][1] for each in await api.updates()] == ["message"]
    sandbox.faults.ages(24 * 3600)
    assert await api.updates() == []


class Hook(RequestHandler):
    """A bot's webhook, which refuses as often as told."""

    received: list[tuple[str | None, Any]]
    refuse: list[int]

    def initialize(self, received: list[Any], refuse: list[int]) -> None:
        self.received, self.refuse = received, refuse

    def post(self) -> None:
        secret = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.received.append((secret, json.loads(self.request.body)))
        if self.refuse:
            self.set_status(self.refuse.pop())


@pytest.fixture
async def hook() -> AsyncIterator[tuple[str, list[Any], list[int]]]:
    received: list[Any] = []
    refuse: list[int] = []
    server = HTTPServer(Application([("/hook", Hook, {"received": received, "refuse": refuse})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}/hook", received, refuse
    server.stop()
    await server.close_all_connections()


async def test_a_webhook_gets_what_waits_with_the_secret_and_refused_ones_again_in_order(
    api: Api, someone: Phone, hook: tuple[str, list[Any], list[int]]
) -> None:
    url, received, refuse = hook
    refuse[:] = [500, 503]
    await api("setWebhook", url=url, secret_token="s-1")
    await someone.types("second")
    await eventually(lambda: len(received) == 4)
    texts = [update["message"]["text"] for _, update in received]
    assert texts == ["/start", "/start", "/start", "second"]
    assert {secret for secret, _ in received} == {"s-1"}
    told = await api.refused("getUpdates")
    assert told.startswith("Conflict: can't use getUpdates method while webhook is active")
    info = await api("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 50")
    assert info["pending_update_count"] == 0


async def test_deleting_the_webhook_brings_undelivered_updates_back(
    api: Api, someone: Phone, hook: tuple[str, list[Any], list[int]]
) -> None:
    url, received, refuse = hook
    refuse[:] = [500] * 100
    await api("setWebhook", url=url)
    await eventually(lambda: received)
    await api("deleteWebhook")
    assert [each["message"]["text"] for each in await api.updates()] == ["/start"]


async def test_a_webhook_elsewhere_is_refused(api: Api) -> None:
    told = await api.refused("setWebhook", url="https://example.org/hook")
    assert told.startswith("Bad Request: bad webhook")
    told = await api.refused("setWebhook", url="http://127.0.0.1/", secret_token="not good")
    assert told == "Bad Request: secret token contains unallowed characters"
