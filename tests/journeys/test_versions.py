"""A report amended, read and redacted; the history that stays: over real HTTP."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path

from docx import Document
from sqlalchemy import select, update

from bot.domain.approvals import Protection
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import audit, items, redactions, status_updates
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_evidence import stored, until_stored
from tests.journeys.test_reporting import justice

FIRST = "Bill 12 passed its first reading on 3 May."
SECOND = "Bill 12 passed its second reading on 3 May."
SECRET = "Maryam was beaten in cell seven by officer Idris."
GONE = ("Maryam", "cell seven", "Idris")


async def sends(phone: Phone, words: str) -> None:
    """A report on 140.7."""
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types(words)
    await phone.taps("Send")
    await phone.waits_for("SU-")


async def test_a_report_is_amended_by_editing_its_message_and_approved_as_it_stands(
    network: JourneyNetwork,
) -> None:
    """The officer has version 1 open; version 2 comes; the tap approves neither unseen."""
    phone, _ = await justice(network)
    officer = await network.phone("Otto", Role.OFFICER)
    await sends(phone, FIRST)
    mine = next(each for each in phone.messages if each.mine and FIRST in each.text)
    await officer.types("/review")
    assert FIRST in plain(officer.screen.text)

    await phone.edits(mine, SECOND)
    shown = plain((await phone.waits_for("Not sent yet")).text)
    assert "version 2: in progress" in shown
    assert "its [gone: first] [new: second] reading" in shown
    row = await network.row(select(status_updates))
    assert (row["measures"], row["version"]) == (FIRST, 1), "nothing changes silently"
    await phone.taps("Status", "Implemented", "Send version 2")
    assert "SU-" in plain((await phone.waits_for(", version 2:")).text)

    await officer.taps("Approve")
    said = plain(officer.screen.text)
    assert SECOND in said, "the newer version is shown instead"
    assert "Version 2. Changed since version 1:" in said
    assert "Status: in progress, now implemented" in said
    row = await network.row(select(status_updates))
    assert (row["state"], row["version"]) == ("submitted", 2)
    await officer.taps("See what version 2 changed", "Read version 1")
    assert FIRST in plain(officer.screen.text)
    await officer.types("/review")
    await officer.taps("Approve")
    row = await network.row(select(status_updates))
    assert row["state"] == "approved"
    await phone.edits(mine, "Bill 12 is law.")
    await phone.waits_for("editing it changes nothing")


async def test_home_tells_of_every_conversation_that_was_begun(network: JourneyNetwork) -> None:
    """A version that is not sent is a draft like any other: named on home, and gone on with."""
    phone, _ = await justice(network)
    await sends(phone, FIRST)
    mine = next(each for each in phone.messages if each.mine and FIRST in each.text)
    await phone.edits(mine, SECOND)
    await phone.waits_for("Not sent yet")
    await phone.types("/home")
    begun = next(each for each in phone.screen.labels if "Version 2 of SU-" in plain(each))
    await phone.taps(begun)
    assert SECOND in plain(phone.screen.text)
    await phone.types("/drafts")
    assert begun in phone.screen.labels


async def test_what_is_redacted_stands_nowhere_any_more(
    network: JourneyNetwork, logged: io.StringIO, tmp_path: Path
) -> None:
    """Database file, its log, the store, the log lines, both chats; number and reason stay."""
    phone, _ = await justice(network)
    coordinator = await network.phone("Cora", Role.COORDINATOR)
    await _reported_and_amended(network, phone)
    await coordinator.types("/review")
    await coordinator.taps("Send me the files")
    await coordinator.waits_for_file()
    await coordinator.types("/review")
    await coordinator.taps("Open", "Ministry of Justice", "History", "SU-")
    for each in (phone, coordinator):
        assert any("Maryam" in one.text for one in each.messages)

    await coordinator.taps("Redact", "All of the report", "Puts a person at risk")
    asked = plain(coordinator.screen.text)
    assert "All words, figures and files of this report go" in asked
    assert "This cannot be undone." in asked
    await coordinator.taps("Redact for good")
    await coordinator.waits_for("Redacted for good")
    await phone.waits_for("Redacted for good: all of the report")
    await _until_settled(network)

    await coordinator.taps("Look again")
    done = plain(coordinator.screen.text)
    assert "Nothing of it is left in the database and the store of files." in done
    assert "still to be deleted" not in done
    assert "by hand" not in done
    for each in (phone, coordinator):
        await each.looks_again()
        assert [str(one) for one in each.messages if any(x in str(one) for x in GONE)] == []
    assert await stored(network) == []
    assert _holding(tmp_path) == []
    assert [each for each in GONE if each in logged.getvalue()] == []

    await phone.types("140.7")
    await phone.taps("History", "SU-")
    shown = plain(phone.screen.text)
    assert "SU-" in shown
    assert "[redacted on" in shown
    assert "puts a person at risk" in shown


def _holding(folder: Path) -> list[Path]:
    """The files below that hold any of the words."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    return [each for each in files if any(x.encode() in each.read_bytes() for x in GONE)]


async def _reported_and_amended(network: JourneyNetwork, phone: Phone) -> None:
    """With a file; then one sentence more."""
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.sends_file(SECRET.encode(), name="Maryam.txt", caption="Maryam in cell seven")
    await phone.types(SECRET)
    await until_stored(network, 1)
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.types("140.7")
    await phone.taps("Amend")
    await phone.types("Idris was heard.")
    await phone.taps("Send version 2")
    await phone.waits_for(", version 2:")


async def _until_settled(network: JourneyNetwork) -> None:
    for _ in range(100):
        await network.app.evidence.tick()
        if (await network.row(select(redactions)))["settled_at"] is not None:
            await network.app.settle()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("something is left for ever")


async def test_a_successor_takes_the_history_along_as_a_document(network: JourneyNetwork) -> None:
    """From home to the file; in Arabic, right to left, with the item's Arabic words."""
    phone, _ = await justice(network, language="ar")
    await phone.types("140.7")
    await phone.taps("تقديم تقرير", "قيد التنفيذ")
    await phone.sends_file(b"Bill 12", name="bill.txt")
    await phone.types("اعتُمد القانون في القراءة الأولى.")
    await until_stored(network, 1)
    await phone.taps("إرسال")
    await phone.waits_for("SU-")
    await phone.types("140.7")
    await phone.taps("السجل", "السجل الكامل")
    shown = plain(phone.screen.text)
    assert "استُورد من A/HRC/61/9" in shown or "التالي" in " ".join(phone.screen.labels)
    await phone.taps("التقارير")
    assert "اعتُمد القانون في القراءة الأولى." in plain(phone.screen.text)
    assert "bill.txt" in plain(phone.screen.text), "a report with its evidence"
    assert "استُورد" not in plain(phone.screen.text), "of one topic alone"
    await phone.taps("تنزيل كملف")
    file = await phone.waits_for_file(within=60)
    data = await phone.downloads(file)
    made = Document(io.BytesIO(data))
    words = "\n".join(each.text for each in made.paragraphs)
    assert "سجل A/HRC/61/9" in words
    assert "التصديق على البروتوكول" in words
    assert "استُورد من A/HRC/61/9" in words
    assert "اعتُمد القانون في القراءة الأولى." in words
    assert "bill.txt" in words
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert b"w:bidi" in package.read("word/document.xml")


async def test_the_history_of_a_restricted_item_says_no_words_in_the_chat(
    network: JourneyNetwork,
) -> None:
    """Regression: the card kept them, and the screen beside it told all of them."""
    phone, _ = await justice(network)
    await sends(phone, FIRST)
    async with network.database.write() as tx:
        await tx.execute(update(items).values(restricted=True))
    await phone.types("140.7")
    await phone.taps("History", "All of its history", "Reports")
    assert "SU-" in phone.screen.text
    assert "Bill 12" not in phone.screen.text
    async with network.database.write() as tx:
        await maravia.lower(tx, Protection.RESTRICTED)
    await phone.taps("Everything", "Reports")
    assert "Bill 12" in phone.screen.text
    assert await network.row(select(audit).where(audit.c.act == "item.view_restricted"))
