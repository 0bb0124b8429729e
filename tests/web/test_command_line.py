"""The command line as an operator meets it, against the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.sandbox import Network, Sandbox
from storage.lock import held
from tests import forks

ROOT = Path(__file__).parents[2]


async def focalpoint(sandbox: Sandbox, folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit status, what was printed, what was complained of."""
    environment = {name: value for name, value in os.environ.items() if "FOCALPOINT" not in name}
    environment |= {
        "FOCALPOINT_TOKEN": sandbox.token,
        "FOCALPOINT_API_URL": sandbox.address,
        "FOCALPOINT_DATA_DIR": str(folder / "data"),
        "PYTHONPATH": str(ROOT),
    }
    done = await asyncio.to_thread(forks.focalpoint, words, folder, environment)
    return done.returncode, done.stdout, done.stderr


async def test_the_first_coordinator_gets_in_by_the_link_that_is_printed(tmp_path: Path) -> None:
    async with Sandbox() as sandbox, Network(sandbox.address) as network:
        status, printed, complaint = await focalpoint(
            sandbox, tmp_path, "invite", "--role", "coordinator"
        )
        assert status == 0, complaint
        assert printed.startswith("https://t.me/focal_point_bot?start=")
        network.patience = 0.1
        phone = await network.phone("Ines")
        await phone.opens(printed.strip())


async def test_the_first_link_says_that_it_opens_at_once_and_is_taken_back(tmp_path: Path) -> None:
    """Once a link said nothing, and whoever found it was coordinator."""
    async with Sandbox() as sandbox:
        words = ("invite", "--role", "coordinator")
        _, link, told = await focalpoint(sandbox, tmp_path, *words)
        assert "It opens at once for whoever uses it first" in told
        assert "It works once, until " in told
        assert f"focalpoint revoke '{link.strip()}'" in told
        assert (await focalpoint(sandbox, tmp_path, "revoke", link.strip()))[0] == 0
        status, _, complaint = await focalpoint(sandbox, tmp_path, "revoke", link.strip())
        assert status == 1
        assert "Traceback" not in complaint


async def test_a_role_of_an_institution_needs_one(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        words = ("invite", "--role", "focal_point")
        status, _, complaint = await focalpoint(sandbox, tmp_path, *words)
        assert status == 2
        assert "needs --institution" in complaint


async def test_an_institution_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        words = ("invite", "--role", "focal_point", "--institution", "NONE")
        status, _, complaint = await focalpoint(sandbox, tmp_path, *words)
        assert status == 1
        assert "NONE" in complaint
        assert "Traceback" not in complaint


async def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, where the folder should be")
    async with Sandbox() as sandbox:
        for words in (["migrate"], ["run"]):
            status, _, complaint = await focalpoint(sandbox, tmp_path, *words)
            assert status == 1
            assert complaint.startswith(f"{tmp_path / 'data'} cannot be used (")
            assert "Traceback" not in complaint


async def test_a_lost_key_is_said_and_no_new_one_hides_it(tmp_path: Path) -> None:
    """Once a new key was made in silence: the audit looked changed, and the check-up content."""
    async with Sandbox() as sandbox:
        assert (await focalpoint(sandbox, tmp_path, "invite", "--role", "coordinator"))[0] == 0
        keys = (tmp_path / "data-keys").rename(tmp_path / "elsewhere")
        for words in (["audit", "verify"], ["run"], ["invite", "--role", "officer"]):
            status, _, complaint = await focalpoint(sandbox, tmp_path, *words)
            assert status == 1
            assert "The key of the audit is missing" in complaint
            assert "Traceback" not in complaint
        checked = (await focalpoint(sandbox, tmp_path, "check"))[1]
        assert "put the key folder back" in checked
        for made in (tmp_path / "data-keys").iterdir():
            made.unlink()
        (tmp_path / "data-keys").rmdir()
        keys.rename(tmp_path / "data-keys")
        assert (await focalpoint(sandbox, tmp_path, "audit", "verify"))[0] == 0


async def test_what_is_wrong_with_the_audit_is_said_in_words_and_as_json(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        assert (await focalpoint(sandbox, tmp_path, "invite", "--role", "coordinator"))[0] == 0
        with closing(sqlite3.connect(tmp_path / "data/focalpoint.db")) as database, database:
            database.execute("UPDATE audit SET act = 'people.nothing'")
        status, printed, _ = await focalpoint(sandbox, tmp_path, "audit", "verify")
        assert (status, printed.splitlines()[0]) == (1, "Entry 1: not what was recorded")
        printed = (await focalpoint(sandbox, tmp_path, "audit", "verify", "--json"))[1]
        between = {"first": 1, "last": 1, "since": None, "until": None}
        assert json.loads(printed)[0] == {"fault": "changed", **between}


@pytest.mark.timeout(240)
async def test_a_backup_stands_in_for_the_data_folder_and_the_audit_goes_on(tmp_path: Path) -> None:
    """Once an honest restore left `audit verify` red for ever."""
    async with Sandbox() as sandbox:
        invite = ("invite", "--role", "coordinator")
        assert (await focalpoint(sandbox, tmp_path, *invite))[0] == 0
        kept = tmp_path / "data/files/kept/ab/cd/abcd"
        kept.parent.mkdir(parents=True)
        kept.write_text("a letter")
        status, printed, complaint = await focalpoint(sandbox, tmp_path, "backup", "copy")
        assert (status, complaint) == (0, "")
        assert "Files:    1" in printed
        assert (await focalpoint(sandbox, tmp_path, *invite))[0] == 0
        (tmp_path / "data").rename(tmp_path / "broken")
        (tmp_path / "copy").rename(tmp_path / "data")
        assert kept.read_text() == "a letter"
        status, printed, _ = await focalpoint(sandbox, tmp_path, "audit", "verify")
        assert status == 1
        assert "focalpoint audit restored" in printed
        status, printed, _ = await focalpoint(sandbox, tmp_path, "audit", "restored")
        assert status == 0
        assert printed.startswith("Entry 2: lost when an older backup was restored")
        status, printed, _ = await focalpoint(sandbox, tmp_path, "audit", "verify")
        assert status == 0
        assert "Entry 2: lost" in printed


async def test_what_only_reads_makes_no_database(tmp_path: Path) -> None:
    """Once `audit verify` in the wrong folder made an empty database and called it whole."""
    async with Sandbox() as sandbox:
        for words in (["audit", "verify"], ["export", "workbook", "--out", "x.xlsx"]):
            status, _, complaint = await focalpoint(sandbox, tmp_path, *words)
            assert status == 1
            assert f"There is no database at {tmp_path / 'data/focalpoint.db'}" in complaint
            assert "there is no " in complaint
            assert not (tmp_path / "data").exists()


async def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        address = sandbox.address.removeprefix("http://")
        (tmp_path / ".env").write_text(f"FOCALPOINT_METRICS_LISTEN={address}\n")
        status, _, complaint = await focalpoint(sandbox, tmp_path, "run")
        assert status == 1
        assert f"{address} cannot be used (Address already in use)" in complaint
        assert "Traceback" not in complaint


async def test_a_second_bot_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        with held(tmp_path / "data"):
            status, _, complaint = await focalpoint(sandbox, tmp_path, "run")
        assert status == 1
        assert f"A bot runs with the data folder {tmp_path / 'data'} already" in complaint


async def test_a_database_of_a_newer_program_is_said(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        assert (await focalpoint(sandbox, tmp_path, "migrate"))[0] == 0
        with closing(sqlite3.connect(tmp_path / "data/focalpoint.db")) as database, database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        status, _, complaint = await focalpoint(sandbox, tmp_path, "migrate")
        assert (status, complaint) == (
            1,
            "The database was written by a newer program: install that one.\n",
        )


async def test_check_tells_scripts_what_it_found(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        assert (await focalpoint(sandbox, tmp_path, "migrate"))[0] == 0
        status, printed, _ = await focalpoint(sandbox, tmp_path, "check", "--json")
        assert status == 0
        found = json.loads(printed)
        assert {"what", "said", "problem"} == set(found[0])
        assert sandbox.token not in printed


async def test_run_ends_with_words_where_a_webhook_is_set(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        bot = next(iter(sandbox.world.bots.values()))
        bot.mailbox.set_webhook(
            "http://127.0.0.1:9/elsewhere", secret=None, connections=1, drop=False
        )
        status, _, complaint = await focalpoint(sandbox, tmp_path, "run")
        assert status == 1
        assert "--take-over" in complaint
        assert "Traceback" not in complaint
