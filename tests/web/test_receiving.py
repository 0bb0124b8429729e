"""The whole bot behind a webhook, and what happens when somebody else receives its updates."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import Clock
from bot.health import check_up
from bot.sandbox import Network, Sandbox
from bot.settings import Settings, SettingsError
from bot.tasks import Tasks
from bot.wire.polling import AnotherReceiver, WebhookElsewhere

SECRET = "a-secret-of-sixteen-and-more"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(sandbox: Sandbox, folder: Path, **more: object) -> Settings:
    values = {
        "token": sandbox.token,
        "api_url": sandbox.address,
        "data_dir": folder / "data",
        "key_dir": folder / "keys",
    }
    return Settings.isolated(**(values | more))


def called(sandbox: Sandbox, folder: Path) -> Settings:
    port = free_port()
    return settings(
        sandbox,
        folder,
        mode="webhook",
        webhook_url=f"http://127.0.0.1:{port}/telegram",
        webhook_listen=f"127.0.0.1:{port}",
        webhook_secret=SECRET,
    )


async def test_a_bot_behind_a_webhook_answers_and_loses_nothing_that_waited(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, Network(sandbox.address) as network:
        phone = await network.phone("Amal")
        network.patience = 0.1
        await phone.starts()  # before the bot is there
        network.patience = 10
        app, tasks = App(called(sandbox, tmp_path), Clock()), Tasks()
        await app.start()
        tasks.start(app.receive(), name="receive")
        await phone.waits_for("Focal Point")
        answered = len(phone.received)
        await phone.types("/start")
        assert len(phone.received) > answered
        [told] = await network.journal("setWebhook")
        assert told["parameters"]["secret_token"] == SECRET
        assert "drop_pending_updates" not in told["parameters"]
        await tasks.stop()
        await app.stop()


async def test_polling_ends_with_words_where_a_webhook_is_set(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        app = App(settings(sandbox, tmp_path), Clock())
        await app.start()
        await app.house.bot.set_webhook(f"http://127.0.0.1:{free_port()}/somebody-else")
        with pytest.raises(WebhookElsewhere):
            await app.receive()
        [finding] = [each for each in await check_up(app.settings) if each.what == "updates"]
        assert finding.problem
        assert "--take-over" in finding.said
        await app.take_over()
        assert not (await app.house.bot.get_webhook_info()).url
        await app.stop()


async def test_a_second_poller_is_told_apart_from_a_webhook(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        app, tasks = App(settings(sandbox, tmp_path), Clock(), long_poll=5), Tasks()
        await app.start()
        receiving = asyncio.ensure_future(app.receive())
        await asyncio.sleep(0.5)
        asked = asyncio.ensure_future(app.house.bot.get_updates(timeout=2))
        with pytest.raises(AnotherReceiver) as caught:
            await receiving
        assert not isinstance(caught.value, WebhookElsewhere)
        await asked
        await tasks.stop()
        await app.stop()


async def test_a_token_that_nobody_knows_is_said_at_the_start(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        wrong = settings(sandbox, tmp_path, token="123456:this-is-no-token-at-all")
        app = App(wrong, Clock())
        with pytest.raises(SettingsError):
            await app.start()
        await app.close()


async def test_two_bots_behind_one_address_are_each_called_by_a_path(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, Network(sandbox.address) as network:
        second = sandbox.add_bot("round_table_bot", name="Round Table")
        values = called(sandbox, tmp_path).model_dump(exclude_none=True, exclude={"token"})
        both = Settings.isolated(**values, token=sandbox.token, consultation_token=second.token)
        network.patience = 10
        app, tasks = App(both, Clock()), Tasks()
        await app.start()
        tasks.start(app.receive(), name="receive")
        salma = await network.phone("Salma", bot="round_table_bot")
        await salma.starts()
        await salma.waits_for("public consultations")
        cora = await network.phone("Cora")
        await cora.starts()
        await cora.waits_for("Focal Point")
        told = [each["parameters"]["url"] for each in await network.journal("setWebhook")]
        assert sorted(told) == [f"{both.webhook_url}", f"{both.webhook_url}/consultations"]
        found = [each for each in await check_up(both) if each.what == "updates"]
        assert [each.problem for each in found] == [False, False]
        await tasks.stop()
        await app.stop()


async def test_a_second_receiver_of_either_bot_ends_both_and_is_named(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        second = sandbox.add_bot("round_table_bot").token
        both = settings(sandbox, tmp_path, consultation_token=second)
        app = App(both, Clock(), long_poll=5)
        await app.start()
        await app.lines[-1].bot.set_webhook(f"http://127.0.0.1:{free_port()}/somebody-else")
        with pytest.raises(WebhookElsewhere) as caught:
            await app.receive()
        assert caught.value.token == "FOCALPOINT_CONSULTATION_TOKEN"
        await app.take_over()
        await app.stop()
