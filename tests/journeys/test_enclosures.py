"""Photos, documents and voices of participants on phones: stripped, sealed, shown, erased."""

from __future__ import annotations

import io

import docx
import pytest
from PIL import Image
from sqlalchemy import URL, select

from bot.sandbox.phone import Phone, plain
from storage import enclosures as queries
from storage.tables import audit, enclosures, files
from tests.exchange.test_nameless import NAME, everything, pdf, photo, voice
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_consultations import announced, bytes_of
from tests.journeys.test_contributions import RAMP, joined, reads
from tests.outbox.conftest import until

SECRET = "The clinic of Far Shore turns us away"


async def fetched(network: JourneyNetwork, state: str = "kept", count: int = 1) -> None:
    """Wait until so many files stand so."""

    async def stands() -> bool:
        async with network.database.read() as tx:
            found = await tx.values(select(enclosures.c.state))
        return found.count(state) >= count

    await until(stands, within=30)


def letter() -> bytes:
    """A Word document whose text is the secret."""
    document = docx.Document()
    document.core_properties.author = NAME
    document.add_paragraph(SECRET)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def opens(officer: Phone, *taps: str) -> None:
    await reads(officer, "Contributions (1)", "Contribution 1", *taps)


async def test_a_photo_with_words_is_seen_by_officers_and_tells_nothing_else(
    network: JourneyNetwork,
) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_photo(photo(), caption=RAMP)
    review = plain(salma.last.text)
    assert RAMP in review
    assert "Files: 1 photo" in review
    await salma.taps("Send")
    await fetched(network)
    await salma.taps("My contributions", "Contribution 1")
    assert "Files: 1 photo" in plain(salma.screen.text)

    await opens(officer, "File 1: photo")
    file = await officer.waits_for_file(within=20)
    seen = await officer.downloads(file)
    assert NAME.encode() not in seen
    with Image.open(io.BytesIO(seen)) as picture:
        assert picture.size == (20, 30)
        assert not picture.getexif()
    async with network.database.read() as tx:
        facts = await tx.value(select(audit.c.facts).where(audit.c.act == "contribution.file"))
    assert facts["number"] == 1


async def test_files_alone_are_a_contribution(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_file(letter(), name="Salma Idrissi letter.docx")
    await salma.sends_file(pdf(), name="school.pdf")
    assert "Files: 2 documents" in plain(salma.last.text)
    await salma.taps("Send")
    assert "contribution 1 is sent" in plain(salma.last.text)
    await fetched(network, count=2)
    await reads(officer, "Contributions (1)")
    assert "(files, without words)" in plain(officer.screen.text)

    await opens(officer, "File 1: document")
    assert SECRET in plain(officer.last.text), "of a Word document, its text"
    await officer.taps("As it was written")
    assert "can tell who wrote it" in plain(officer.screen.text)
    await officer.taps("Open it")
    file = await officer.waits_for_file(within=20)
    assert file.name == "contribution-1-1.docx"
    assert NAME.encode() not in everything(await officer.downloads(file))

    await opens(officer, "File 2: document")
    file = await officer.waits_for_file(within=20)
    shown = await officer.downloads(file)
    assert file.name == "contribution-1-2.pdf"
    assert NAME.encode() not in everything(shown)


async def test_a_voice_is_asked_about_before_it_is_fetched(network: JourneyNetwork) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_voice(voice())
    assert "can be recognised" in plain(salma.last.text)
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures.c.state)) == ["asked"]
    await salma.taps("Send")
    assert "say first whether the voice message" in plain(salma.answers[-1])
    await salma.taps("Keep the voice")
    assert "goes with your contribution" in plain(salma.screen.text)
    await fetched(network)
    await salma.taps("Send")
    await opens(officer, "File 1: voice message")
    assert "can be recognised" in plain(officer.screen.text)
    await officer.taps("Listen")
    file = await officer.waits_for_file(within=20)
    assert file.kind == "voice"
    assert NAME.encode() not in await officer.downloads(file)


async def test_a_voice_that_is_not_kept_is_never_fetched(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_voice(voice())
    await salma.taps("Rather not")
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures)) == []
        assert await tx.values(select(files)) == []
    await salma.types(RAMP)
    await salma.taps("Send")
    assert "contribution 1 is sent" in plain(salma.last.text)


async def nothing_stored(network: JourneyNetwork) -> None:
    """Wait until the store has no file any more."""

    async def is_empty() -> bool:
        async with network.database.read() as tx:
            return not await tx.values(select(files))

    await until(is_empty, within=20)


async def test_files_go_when_they_are_taken_out_of_a_contribution(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_photo(photo(), caption=RAMP)
    await salma.taps("Send")
    await fetched(network)
    await salma.taps("My contributions", "Contribution 1", "Amend", "Files")
    await salma.taps("Leave empty", "Send")
    await nothing_stored(network)
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures)) == []


async def test_files_are_added_to_a_contribution_and_go_with_it(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.types(RAMP)
    await salma.taps("Send", "My contributions", "Contribution 1", "Amend")
    await salma.sends_file(letter(), name="letter.docx")
    await salma.taps("Send")
    await fetched(network)
    await salma.taps("My contributions", "Contribution 1")
    assert "Files: 1 document" in plain(salma.screen.text)
    await salma.taps("Withdraw", "Yes, withdraw it")
    await nothing_stored(network)


async def test_what_is_not_sent_goes_with_the_draft(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_photo(photo())
    await fetched(network)
    await salma.taps("Discard")
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures)) == []


async def test_forbidden_kinds_are_refused_with_words(network: JourneyNetwork) -> None:
    _officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_file(b"\0\0\0\x18ftypisom" + b"\0" * 40, name="film.mp4", kind="video")
    assert any("Photos, PDF and Word documents" in plain(each.text) for each in salma.messages)
    await salma.sends_file(b"MZ" + b"\0" * 200, name="letter.exe")
    told = await salma.waits_for("A file that you sent could not be taken.", within=20)
    assert "Child rights" not in told.text
    assert "Photos, PDF and Word documents" in plain(told.text)
    assert "Excel" not in told.text, "that is evidence, and nothing that is taken here"
    assert told.labels == (), "what it goes with is being written, and stands above"
    await salma.types(RAMP)
    await salma.taps("Send", "My contributions", "Contribution 1")
    assert "1 file could not be taken" in plain(salma.screen.text)
    await salma.taps("Back", "Contribute")
    await salma.sends_file(voice(), name="song.ogg")
    await salma.waits_for("voice messages are taken here.", within=20)


async def test_of_children_no_photos_and_no_voices_are_taken(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    salma = await network.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Group", "Children", "Organisation")
    await salma.types("School of Far Shore")
    await salma.taps("Sign up", "Contribute")
    for send in (salma.sends_photo(photo()), salma.sends_voice(voice())):
        await send
        assert any("For children no photos or voices" in plain(e.text) for e in salma.messages)
    await salma.sends_file(photo(), name="drawing.jpg")
    await fetched(network, "refused")
    async with network.database.read() as tx:
        assert await tx.values(select(enclosures.c.sha256)) == [None]


async def test_with_no_way_back_no_file_is_taken(network: JourneyNetwork) -> None:
    _officer, link = await announced(network)
    nora = await network.people.phone("Nora")
    await nora.opens(link)
    await nora.taps("Leave words only")
    await nora.sends_photo(photo())
    assert any("only words are taken" in plain(each.text) for each in nora.messages)
    await nora.types(RAMP)
    assert "Files" not in nora.last.labels


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
async def test_no_byte_of_a_file_lies_open_and_forget_takes_all(
    network: JourneyNetwork, tmp_path: object, database_url: URL
) -> None:
    officer, salma, _link = await joined(network)
    await salma.taps("Contribute")
    await salma.sends_file(letter(), name="letter.docx")
    await salma.sends_photo(photo())
    await salma.taps("Send")
    await fetched(network, count=2)
    await opens(officer, "File 1: document")
    assert SECRET in plain(officer.last.text)
    data = network.app.settings.data_dir
    secrets = (SECRET, NAME, "letter.docx", "JFIF", "[Content_Types].xml")
    before = await bytes_of(network, database_url, data)
    assert [each for each in secrets if each.encode() in before] == [], "sealed from the beginning"

    await salma.types("/forget")
    await salma.taps("Yes, erase it for good")
    await salma.waits_for("Erased. What you left here", within=20)

    async def is_empty() -> bool:
        async with network.database.read() as tx:
            return not await tx.values(select(files)) and not await tx.values(select(enclosures))

    await until(is_empty, within=20)
    await network.app.settle()
    await officer.looks_again()
    assert not any(SECRET in plain(each.text) for each in officer.messages)
    after = await bytes_of(network, database_url, data)
    assert [each for each in secrets if each.encode() in after] == []
    kept = [each for each in (data / "files" / "kept").rglob("*") if each.is_file()]
    assert kept == []


async def test_a_file_that_is_refused_after_sending_leads_to_what_it_went_with(
    network: JourneyNetwork,
) -> None:
    _officer, salma, _link = await joined(network)
    await network.people.misbehaves("fails", 502, method="getFile", times=1)
    await salma.taps("Contribute")
    await salma.sends_file(b"MZ" + b"\0" * 200, name="letter.exe")
    await salma.types(RAMP)
    await salma.taps("Send")
    await network.people.moves_clock(3600)  # when it is fetched again
    told = await salma.waits_for("A file that you sent could not be taken.", within=20)
    await salma.taps_on(told, "Look")
    assert "you have contributed once" in plain(salma.screen.text)
    async with network.database.read() as tx:
        sent = await tx.values(select(enclosures.c.contribution_id))
        assert await queries.counts(tx, sent) == {}, "exports do not count it either"
