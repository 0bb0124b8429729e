"""The check-up: each thing that can be wrong is named, with what to mend."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

from bot.app import opened
from bot.clock import Clock
from bot.health import Finding, check_up
from bot.sandbox import Sandbox
from bot.settings import Settings
from storage import files, migrate
from storage.lock import held


def made(folder: Path, **more: object) -> Settings:
    values = {"data_dir": folder / "data", "key_dir": folder / "keys"}
    return Settings.isolated(**(values | more))


async def problems(settings: Settings) -> dict[str, str]:
    return {each.what: each.said for each in await check_up(settings) if each.problem}


async def test_a_bot_that_runs_has_no_problem(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        settings = made(tmp_path, token=sandbox.token, api_url=sandbox.address)
        async with opened(settings, Clock()):
            pass
        found = await check_up(settings)
        assert [each for each in found if each.problem] == []
        assert Finding("token", "of @focal_point_bot") in found


async def test_a_new_machine_lacks_only_the_token(tmp_path: Path) -> None:
    assert list(await problems(made(tmp_path))) == ["token"]
    assert not (tmp_path / "data").exists(), "looking makes nothing"


async def test_an_unknown_token_is_named(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        settings = made(tmp_path, token="123456:this-is-no-token-at-all", api_url=sandbox.address)
        assert "@BotFather" in (await problems(settings))["token"]


async def test_a_server_that_does_not_answer_is_named_without_the_token(tmp_path: Path) -> None:
    token = "123456:this-is-no-token-at-all"
    said = (await problems(made(tmp_path, token=token, api_url="http://127.0.0.1:9")))["token"]
    assert "FOCALPOINT_API_URL" in said
    assert token not in said


async def test_a_foreign_webhook_is_named_in_either_mode(tmp_path: Path) -> None:
    webhook = {
        "mode": "webhook",
        "webhook_url": "https://bot.example.org/hook",
        "webhook_secret": "0123456789abcdef",
    }
    async with Sandbox() as sandbox:
        at = {"token": sandbox.token, "api_url": sandbox.address}
        assert "updates" not in await problems(made(tmp_path, **at, **webhook))
        mailbox = next(iter(sandbox.world.bots.values())).mailbox
        elsewhere = "http://127.0.0.1:9/elsewhere"
        mailbox.set_webhook(elsewhere, secret=None, connections=1, drop=False)
        for more in ({}, webhook):
            assert "webhook" in (await problems(made(tmp_path, **at, **more)))["updates"]


async def test_a_folder_that_others_can_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    assert "chmod 700" in (await problems(made(tmp_path)))["data folder"]


async def test_a_token_file_that_others_can_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("123456:this-is-no-token-at-all")
    file.chmod(0o644)
    found = await problems(made(tmp_path, token_file=file, api_url="http://127.0.0.1:9"))
    assert "chmod 600" in found["secrets"]


async def test_files_that_are_missing_from_the_store_are_counted(tmp_path: Path) -> None:
    settings = made(tmp_path)
    async with opened(settings, Clock()) as app, app.database.write() as tx:
        stored = await app.vault.put(b"a letter")
        now = app.clock.now()
        for sha256 in (stored.sha256, "0" * 64):
            await files.add(tx, sha256, size=8, media_type="text/plain", now=now)
    assert (await problems(settings))["files"].startswith("1 of 2 are missing")


async def test_an_address_that_is_taken_is_named_unless_the_bot_itself_runs(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = made(tmp_path, metrics_listen=address)
        assert address in (await problems(settings))["address"]
        with held(tmp_path / "data"):
            assert "address" not in await problems(settings)


async def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    settings = made(tmp_path)
    async with opened(settings, Clock()):
        pass
    file = tmp_path / "data/focalpoint.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = b"\xa5" * 8192
    file.write_bytes(content)
    assert "database" in await problems(settings)


async def test_an_empty_database_wants_to_be_migrated(tmp_path: Path) -> None:
    settings = made(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data/focalpoint.db").touch()
    assert "migrate" in (await problems(settings))["database"]
    await migrate.upgrade(settings.database_url)
    assert "database" not in await problems(settings)
