"""Files about a consultation on an officer's phone: what they hold, and how soon they are gone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from sqlalchemy import URL, select

from bot.domain.consultation_files import FileKind
from bot.domain.people import Role
from bot.sandbox.phone import Phone, ReceivedFile, plain
from storage.tables import audit, files, jobs, outbox, quotes
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced
from tests.outbox.conftest import until

RAMP = "=The school of Far Shore has no ramp."
LATE = "Our teachers are paid late."
NAME = "Salma Idrissi"
BUTTONS = {
    FileKind.WORDS: "Contributions (Excel)",
    FileKind.ANNEX: "Contributions as an annex (Word)",
    FileKind.PEOPLE: "Who takes part (Excel)",
    FileKind.DONE: "What became of them (Excel)",
}


async def contributed(network: JourneyNetwork) -> tuple[Phone, Phone]:
    """An officer, and somebody by her own name whose words are there beside words of nobody's."""
    officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, my own name")
    await salma.types(NAME)
    await salma.taps("Sign up", "Contribute")
    await salma.types(RAMP)
    await salma.taps("Send")
    nora = await network.people.phone("Nora")
    await nora.opens(link)
    await nora.taps("Leave words only")
    await nora.types(LATE)
    await nora.taps("Send")
    return officer, salma


async def makes(officer: Phone, kind: FileKind) -> tuple[ReceivedFile, bytes]:
    """The officer asks for a file and gets it."""
    had = len(_files(officer))
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Export", BUTTONS[kind])

    async def has_it() -> bool:
        await officer.looks()
        return len(_files(officer)) > had

    await until(has_it, within=30)
    file = _files(officer)[-1]
    return file, await officer.downloads(file)


def _files(phone: Phone) -> list[ReceivedFile]:
    return [each for message in phone.received for each in message.files]


def _standing(phone: Phone) -> list[str]:
    """The files that stand in the chat now."""
    return [each.name or "" for message in phone.messages for each in message.files]


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {each.title: list(each.iter_rows(values_only=True)) for each in book}


def text_of(content: bytes) -> str:
    return "\n".join(each.text for each in docx.Document(io.BytesIO(content)).paragraphs)


async def test_contributions_are_taken_out_for_work_and_as_an_annex(
    network: JourneyNetwork,
) -> None:
    officer, _salma = await contributed(network)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Contributions (2)", "Contribution 1", "Partly")
    await officer.types("Chapter 3 speaks of ramps.")
    await officer.taps("Say so")

    file, content = await makes(officer, FileKind.WORDS)
    assert file.name
    assert file.name.endswith("-words.xlsx")
    found = sheets(content)
    about = "\n".join(str(row[0]) for row in found["About this file"])
    assert "Child rights report" in about
    assert "neither endorses the State’s report nor limits alternative reports" in about
    assert "Of fewer than 5 people no number and no group is shown." in about
    heads, first, second = found["Contributions"]
    assert heads[0] == "Number"
    row = dict(zip(heads, first, strict=True))
    assert row["Words"] == RAMP, "a text, no formula"
    assert row["What became of it"] == "partly taken up"
    assert row["The secretariat’s answer"] == "Chapter 3 speaks of ramps."
    assert row["Group"] is None, "of one person no group is told"
    assert dict(zip(heads, second, strict=True))["Words"] == LATE
    assert NAME not in str(found)

    _file, annex = await makes(officer, FileKind.ANNEX)
    said = text_of(annex)
    for words in (
        "Child rights report",
        "On the report as a whole",
        "Contribution 1",
        RAMP,
        LATE,
        "What became of it: partly taken up.",
        "Chapter 3 speaks of ramps.",
        "neither endorses the State’s report nor limits alternative reports",
    ):
        assert words in said
    assert NAME not in said
    async with network.database.read() as tx:
        facts = await tx.values(select(audit.c.facts).where(audit.c.act == "consultation.export"))
    assert facts == [
        {"kind": "words", "contributions": 2, "names": 0},
        {"kind": "annex", "contributions": 2, "names": 0},
    ]


async def test_who_takes_part_is_numbers_and_the_names_of_those_who_agreed(
    network: JourneyNetwork,
) -> None:
    officer, _salma = await contributed(network)
    _file, content = await makes(officer, FileKind.PEOPLE)
    found = sheets(content)
    assert [row[0] for row in found["By their own name"]] == ["Name", NAME]
    assert found["Numbers"][1:] == [
        ("Came", "Attendance is not recorded, or of fewer people than can be shown.", None)
    ]
    _file, content = await makes(officer, FileKind.DONE)
    rows = sheets(content)["By subject"]
    assert rows[1] == ("On the report as a whole", 2, 0, 0, 0, 2)
    assert rows[-1] == ("All", 2, 0, 0, 0, 2)


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
async def test_files_go_with_what_is_forgotten_and_after_a_day_anyway(
    network: JourneyNetwork, tmp_path: Path, database_url: URL
) -> None:
    del database_url
    officer, salma = await contributed(network)
    for kind in FileKind:
        await makes(officer, kind)
    assert len(_standing(officer)) == len(FileKind)
    network.clock.ahead = timedelta(minutes=1)
    await network.app.schedule.tick()
    await network.app.settle()
    readable = b"".join(_opened(tmp_path / "data"))
    for secret in (RAMP, LATE, NAME):
        assert secret.encode() not in readable, "sent, so nothing in the store holds it any more"
    async with network.database.read() as tx:
        assert await tx.values(select(files.c.sha256)) == []
        assert await tx.values(select(jobs.c.sha256).where(jobs.c.sha256.is_not(None))) == []

    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased.", within=20)
    await officer.settles()
    await officer.looks_again()
    (left,) = _standing(officer)
    assert left.endswith("-done.xlsx"), "numbers alone stay"
    async with network.database.read() as tx:
        marks = await tx.values(select(quotes.c.mark).where(quotes.c.mark.startswith("sign-up:")))
    assert marks == []

    _file, again = await makes(officer, FileKind.WORDS)
    assert [row[-1] for row in sheets(again)["Contributions"]] == ["Words", LATE]
    network.clock.ahead = timedelta(minutes=3)
    await network.app.schedule.tick()
    network.clock.ahead = timedelta(days=1, minutes=5)
    await network.app.settle()
    await officer.settles()
    await officer.looks_again()
    assert _standing(officer) == []


def _opened(folder: Path) -> Iterator[bytes]:
    """Every file of a folder as bytes; what is packed, unpacked."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        yield path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from (packed.read(each) for each in packed.namelist())


async def test_nothing_of_it_is_left_once_the_consultation_is_over(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    officer, _salma = await contributed(network)
    for kind in FileKind:
        await makes(officer, kind)
    before = b"".join(_opened(tmp_path / "data"))
    assert RAMP.encode() in before, "the store holds it until it is known to be sent"
    network.clock.ahead = timedelta(days=90)
    await network.app.schedule.tick()
    await network.app.schedule.tick()
    await network.app.settle()
    await officer.looks_again()
    assert _standing(officer) == []
    readable = b"".join(_opened(tmp_path / "data"))
    assert [each for each in (RAMP, LATE, NAME) if each.encode() in readable] == []
    async with network.database.read() as tx:
        rows = await tx.values(select(outbox.c.screen).where(outbox.c.screen.is_not(None)))
    assert [each["attachments"] for each in rows if each["attachments"]] == []
    await officer.types("/consultations")
    await officer.taps("Past ones", "Child rights report")
    assert "Export" not in officer.screen.labels
    await officer.forges(officer.last, "o:consultation_file:1:words")
    assert plain(officer.answers[-1])


@pytest.mark.parametrize(
    ("language", "taps"),
    [
        ("fr", ("Exporter", "Contributions en annexe (Word)")),
        ("ar", ("تصدير", "المساهمات ملحقاً (Word)")),
    ],
)
async def test_it_speaks_the_officers_language(
    network: JourneyNetwork, language: str, taps: tuple[str, str]
) -> None:
    officer, _salma = await contributed(network)
    del officer
    other = await network.phone("Aya", Role.OFFICER, language=language)
    await other.types("/consultations")
    await other.taps("Child rights report", *taps)
    file = await other.waits_for_file(within=30)
    said = text_of(await other.downloads(file))
    assert RAMP in said
    assert "What became" not in said
