"""Files and links on their way from a phone into the store, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterable
from datetime import timedelta
from pathlib import Path

from PIL import Image
from sqlalchemy import func, insert, select, update

from bot.exchange.confined import Crashed
from bot.exchange.inspect import FileKind, inspect
from bot.fetcher import PATIENCE
from bot.sandbox.phone import Phone, plain
from storage.tables import evidence, files
from storage.vault import Before, Stored, StoreFull
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_reporting import justice

TEXT = b"The bill passed its first reading on 3 May 2026.\n"


def picture(colour: str = "white") -> bytes:
    """A small photo."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "JPEG")
    return made.getvalue()


async def reporting(network: JourneyNetwork) -> Phone:
    """A focal point who is asked what was done about 140.7."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    return phone


async def stored(network: JourneyNetwork) -> list[str]:
    return [each async for each in network.app.vault.hashes()]


async def until_stored(network: JourneyNetwork, count: int) -> None:
    """Fetch what is due; the bot's own fetcher does the same meanwhile."""
    for _ in range(100):
        await network.app.evidence.tick()
        row = await network.row(select(func.count().label("n")).where(evidence.c.state == "stored"))
        if row["n"] >= count:
            return
    raise AssertionError(f"{count} pieces were never stored")


async def until_kept(network: JourneyNetwork, content: bytes) -> None:
    """Fetch what is due until the store has a file of that content."""
    sha256 = hashlib.sha256(content).hexdigest()
    for _ in range(100):
        await network.app.evidence.tick()
        if await network.row(select(evidence).where(evidence.c.sha256 == sha256)):
            return
    raise AssertionError("the file was never stored")


async def test_files_are_kept_at_any_question_without_a_tap(network: JourneyNetwork) -> None:
    """Sent while the status is asked, while words are asked, and at the review."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report")
    await phone.sends_file(TEXT, name="bill.txt")
    assert "where does it stand" in plain(phone.screen.text)
    await phone.taps("In progress")
    await phone.sends_photo(picture())
    await phone.types("Bill 12 passed its first reading.")
    await phone.types("https://parliament.example/bills/12")
    await until_stored(network, 3)
    await phone.taps("Send")
    receipt = plain((await phone.waits_for("SU-")).text)
    assert "Evidence: 2 files stored and 1 link." in receipt
    kept = await stored(network)
    assert len(kept) == 2  # Telegram presses photos anew: their bytes are its own
    assert hashlib.sha256(TEXT).hexdigest() in kept


async def test_the_same_file_twice_is_stored_once(network: JourneyNetwork) -> None:
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt")
    await phone.sends_file(TEXT, name="again.txt")
    await until_stored(network, 2)
    assert await stored(network) == [hashlib.sha256(TEXT).hexdigest()]


async def test_a_refused_file_is_told_at_once_and_the_draft_goes_on(
    network: JourneyNetwork,
) -> None:
    phone = await reporting(network)
    await phone.sends_file(b"MZ\x90\x00" + bytes(range(256)) * 8, name="setup.exe")
    told = await phone.waits_for("This file was not taken: setup.exe", within=15)
    assert "send a link instead" in plain(told.text)
    await phone.taps("Continue the draft")
    await phone.types("Bill 12 passed its first reading.")
    await phone.taps("Send")
    receipt = plain((await phone.waits_for("SU-")).text)
    assert "Evidence" not in receipt
    assert await stored(network) == []


async def test_a_file_over_20_mb_is_refused_from_its_announced_size(
    network: JourneyNetwork,
) -> None:
    """Nothing is downloaded for that."""
    phone = await reporting(network)
    await phone.sends_file(b"a" * (20 * 1024 * 1024 + 1), name="film.txt")
    told = await phone.waits_for("20 MB", within=20)
    assert "send a link instead" in plain(told.text)
    assert await network.people.journal("getFile") == []
    assert await network.row(select(evidence)) is None


async def test_files_of_a_dropped_draft_are_removed(network: JourneyNetwork) -> None:
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt")
    await phone.types("Bill 12.")
    await until_stored(network, 1)
    assert len(await stored(network)) == 1
    await phone.taps("Discard")
    await network.app.evidence.tick()
    assert await stored(network) == []
    assert await network.row(select(evidence)) is None
    assert await network.row(select(files)) is None


async def test_a_withdrawn_report_keeps_its_files_in_the_record(network: JourneyNetwork) -> None:
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt")
    await phone.types("Bill 12.")
    await until_stored(network, 1)
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.types("140.7")
    await phone.taps("Take back the report")
    assert "Its number, words and files stay in the record" in plain(phone.screen.text)
    await phone.taps("Yes, take it back")
    await phone.waits_for("is taken back")
    await network.app.evidence.tick()
    assert len(await stored(network)) == 1
    await phone.types("140.7")
    assert "bill.txt" not in plain(phone.screen.text), "it is no evidence of the item any more"
    await phone.taps("History", "SU-")
    assert "bill.txt" in plain(phone.screen.text)
    assert "Taken back on" in plain(phone.screen.text)


async def test_a_file_named_by_another_report_stays(network: JourneyNetwork) -> None:
    """Dropping a draft removes only what nothing names any more."""
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt")
    await phone.types("Bill 12.")
    await until_stored(network, 1)
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.types("140.12")
    await phone.taps("Report", "In progress")
    await phone.sends_file(TEXT, name="bill.txt")
    await until_stored(network, 2)
    await phone.types("/cancel")
    await network.app.evidence.tick()
    assert len(await stored(network)) == 1


async def test_all_files_of_a_report_can_be_had_however_many(network: JourneyNetwork) -> None:
    """Regression: only ten of them were ever sent, and the message spoke of all."""
    phone = await reporting(network)
    await phone.types("Bill 12.")
    await phone.sends_file(TEXT, name="bill.txt")
    await until_stored(network, 1)
    await phone.taps("Send")
    await phone.waits_for("SU-")
    async with network.database.write() as tx:
        row = await tx.row(select(evidence))
        assert row is not None
        copy = {name: value for name, value in row.items() if name != "id"}
        for number in range(24):
            await tx.execute(insert(evidence).values({**copy, "name": f"bill-{number}.txt"}))
    await phone.types("140.7")
    await phone.taps("History", "SU-")
    assert "5 more" in plain(phone.screen.text)
    await phone.taps("Send me the files")
    await phone.waits_for("files 1 to 10 of 25")
    await phone.taps("More…")
    await phone.waits_for("files 11 to 20 of 25")
    await phone.taps("More…")
    await phone.waits_for("files 21 to 25 of 25")
    had = [file.name for each in phone.received for file in each.files]
    assert sorted(had) == sorted(["bill.txt", *(f"bill-{number}.txt" for number in range(24))])


async def test_an_edited_caption_changes_with_its_message(network: JourneyNetwork) -> None:
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt", caption="Bil 12")
    sent = [each for each in phone.messages if each.mine][-1]
    await phone.edits(sent, "Bill 12")
    row = await network.row(select(evidence.c.caption))
    assert row["caption"] == "Bill 12"


async def test_telegram_failing_for_a_while_loses_no_file(network: JourneyNetwork) -> None:
    """Three answers of 500 to getFile; each retry waits a little longer."""
    phone = await reporting(network)
    network.sandbox.faults.fails(method="getFile", times=2)
    await phone.sends_file(TEXT, name="bill.txt")
    row = None
    for _ in range(40):
        row = await network.row(select(evidence))
        if row["attempts"]:
            break
        await network.app.evidence.tick()
    assert row is not None
    assert row["attempts"] == 1
    network.clock.ahead += timedelta(seconds=30)
    await network.app.evidence.tick()
    network.clock.ahead += timedelta(seconds=60)
    await until_stored(network, 1)
    assert len(await stored(network)) == 1


async def test_strangers_store_nothing(network: JourneyNetwork) -> None:
    stranger = await network.people.phone("Somebody")
    await stranger.starts()
    await stranger.sends_file(TEXT, name="bill.txt")
    assert await network.row(select(evidence)) is None
    assert await network.people.journal("getFile") == []


async def test_a_file_that_telegram_lost_is_given_up_after_some_tries(
    network: JourneyNetwork,
) -> None:
    """Six tries with growing pauses, then a sentence."""
    phone = await reporting(network)
    await phone.sends_file(TEXT, name="bill.txt")
    await until_stored(network, 1)
    async with network.database.write() as tx:
        await tx.execute(
            update(evidence).values(
                state="awaited", file_id="lost", sha256=None, next_try_at=network.clock.now()
            )
        )
    tries = 0
    while (await network.row(select(evidence.c.state)))["state"] == "awaited":
        network.clock.ahead += timedelta(hours=1)
        tries += await network.app.evidence.tick()
        assert tries <= PATIENCE
    assert tries + 1 >= PATIENCE  # the bot's own fetcher may have made one of them
    await phone.waits_for("Please send it again")


async def test_a_file_that_breaks_its_examiner_is_refused_in_the_end(
    network: JourneyNetwork,
) -> None:
    async def crashing(_path: Path, _name: str) -> FileKind:
        raise Crashed("SIGSEGV")

    phone = await reporting(network)
    app = network.app
    app.evidence._look = crashing
    await phone.sends_file(TEXT, name="bill.txt")
    for _ in range(PATIENCE):
        await app.evidence.tick()
        network.clock.ahead += timedelta(hours=2)
    await app.evidence.tick()
    row = await network.row(select(evidence))
    assert (row["state"], row["reason"]) == ("refused", "file.damaged")
    assert await stored(network) == []


async def test_a_draft_dropped_while_its_file_is_looked_at_leaves_nothing(
    network: JourneyNetwork,
) -> None:
    """Regression: the file was stored after the last row that named it had gone."""
    phone = await reporting(network)
    looking, go_on = asyncio.Event(), asyncio.Event()

    async def slow(path: Path, name: str) -> FileKind:
        looking.set()
        await go_on.wait()
        return await inspect(path, name)

    network.app.evidence._look = slow
    await phone.sends_file(TEXT, name="bill.txt")
    await asyncio.wait_for(looking.wait(), 10)
    await phone.types("/cancel")
    await network.app.evidence.tidy()
    assert await network.row(select(evidence)) is None
    go_on.set()
    await asyncio.sleep(2)
    assert await stored(network) == []
    assert await network.row(select(files)) is None


async def test_a_full_disk_delays_a_file_and_loses_nothing(network: JourneyNetwork) -> None:
    phone = await reporting(network)
    vault = network.app.vault
    put, vault.put = vault.put, full  # type: ignore[method-assign]
    await phone.sends_file(TEXT, name="bill.txt")
    await network.app.evidence.tick()
    row = await network.row(select(evidence))
    assert (row["state"], row["reason"]) == ("awaited", "store")
    vault.put = put  # type: ignore[method-assign]
    network.clock.ahead += timedelta(minutes=1)
    await until_stored(network, 1)
    assert len(await stored(network)) == 1


async def full(
    source: Path | bytes | AsyncIterable[bytes], *, before: Before | None = None
) -> Stored:
    raise StoreFull("ENOSPC")
