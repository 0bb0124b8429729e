"""Letters of a request: for whom nothing here reaches, in their language, restricted items bare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from sqlalchemy import select

from bot.domain.errors import NotAllowed
from bot.domain.people import Act, Role
from bot.domain.requests import Audience, RequestKind, RequestText
from bot.domain.screens import Attachment
from bot.services import letters, requests
from bot.services.requests import NobodyToAsk, Wanted
from bot.works import Tools
from bot.works import letters as work
from storage import files, jobs
from storage import requests as queries
from storage.database import Database
from storage.tables import audit, outbox
from tests import maravia
from tests.services.test_exports import tools_for

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DUE = date(2099, 5, 29)


@dataclass(frozen=True)
class House:
    """A request to Justice, where Amal is, and the Interior, where nobody is."""

    request: int
    justice: int
    interior: int
    officer: Act
    amal: Act
    tools: Tools

    async def made(self, *institutions: int, language: str = "en") -> list[Document]:
        """The letters, as they open again."""
        async with self.tools.database.write() as tx:
            job_id = await letters.ask(tx, self.officer, self.request, institutions, language)
            job = await jobs.get(tx, job_id)
        assert job is not None
        await work.run(job, self.tools)
        async with self.tools.database.write() as tx:
            done = await jobs.get(tx, job_id)
            assert done is not None
            assert done.sha256 is not None
            media_type = await files.media_type(tx, done.sha256)
        content = await self.tools.vault.read(done.sha256)
        if media_type != work.ZIP:
            return [docx.Document(BytesIO(content))]
        with ZipFile(BytesIO(content)) as package:
            return [docx.Document(BytesIO(package.read(each))) for each in package.namelist()]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        secret = await maravia.item(tx, "9", {"en": "A name nobody may read."}, restricted=True)
        french = await maravia.item(tx, "140.99", {"fr": "Ratifier la Convention."})
        for item_id in (secret, french):
            await maravia.assignment(tx, item_id, interior)
        officer = maravia.act(await maravia.somebody(tx, "Otto", Role.OFFICER, None), NOW)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
        wanted = Wanted(
            RequestKind.STATUS,
            Audience(None, (secret, french, sample.items["140.7"])),
            DUE,
            (RequestText("en", "Mid-term report", "Please answer.\nBriefly."),),
        )
        request_id = await requests.plan(tx, officer, wanted)
        await requests.send_now(tx, officer, request_id)
    return House(
        request_id,
        sample.institution_id,
        interior,
        officer,
        maravia.act(amal, NOW),
        tools_for(database, tmp_path),
    )


def everything(document: Document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


async def test_the_institution_that_nobody_reaches_gets_a_letter_about_its_items(
    house: House,
) -> None:
    async with house.tools.database.read() as tx:
        both = await queries.open_by_institution(tx, house.request)
        assert both == {house.justice: 1, house.interior: 2}
        assert await requests.not_reached(tx, house.officer, both) == [house.interior]
    [letter] = await house.made(house.interior)
    words = everything(letter)
    assert "Mid-term report" in words
    assert "Please answer.\nBriefly." in words
    assert "Ratifier la Convention." in words
    assert "(French)" in words
    assert "29 May 2099" in words
    assert "A name nobody may read." not in words
    assert f"{maravia.REVIEW} · 9" in words
    assert "\u2068" not in words, "marks that only a chat needs"


async def test_several_letters_come_in_one_file_and_leave_a_trace(house: House) -> None:
    several = await house.made(house.justice, house.interior, language="ar")
    assert len(several) == 2
    assert len({everything(each) for each in several}) == 2
    async with house.tools.database.read() as tx:
        entry = await tx.row(select(audit).where(audit.c.act == "request.letters"))
        rows = await tx.rows(select(outbox.c.key).where(outbox.c.key.startswith("job:")))
    assert entry is not None
    assert (entry["facts"]["letters"], entry["facts"]["items"]) == (2, 3)
    assert [row["key"].rpartition(":")[2] for row in rows] == ["begun", "made", "ready"]


async def test_only_the_secretariat_has_letters_made_and_only_of_what_is_open(
    house: House,
) -> None:
    async with house.tools.database.write() as tx:
        with pytest.raises(NotAllowed):
            await letters.ask(tx, house.amal, house.request, [house.justice], "en")
        await requests.close(tx, house.officer, house.request)
        with pytest.raises(NobodyToAsk):
            await letters.ask(tx, house.officer, house.request, [house.justice], "en")


async def due(house: House, *days: date) -> str:
    """The Interior's letter, its items due on these days."""
    async with house.tools.database.write() as tx:
        asked = await queries.asked_of(tx, house.request, [house.interior])
        await queries.ask_again(
            tx, {one.id: day for one, day in zip(asked, days, strict=True)}, now=NOW
        )
    [letter] = await house.made(house.interior)
    return everything(letter)


async def test_a_letter_gives_each_item_its_own_day_and_asks_for_nothing_by_a_day_that_is_over(
    house: House,
) -> None:
    past = date(2020, 5, 4)
    same = await due(house, DUE, DUE)
    assert "Please answer by 29 May 2099." in same
    different = await due(house, past, DUE)
    assert "Please answer each by the day beside it." in different
    assert "Was due 4 May 2020" in different
    assert "Due 29 May 2099" in different
    late = await due(house, past, past)
    assert "by 4 May 2020" not in late
    assert "Your answer was due on 4 May 2020" in late


async def test_a_letter_about_a_draft_says_that_it_is_enclosed_and_brings_it(house: House) -> None:
    async with house.tools.database.write() as tx:
        await files.add(tx, "ab" * 32, size=5, media_type="text/plain", now=NOW)
        wanted = Wanted(
            RequestKind.COMMENT,
            Audience(None, (), (house.interior,)),
            DUE,
            attachment=Attachment("ab" * 32, "addendum.txt"),
        )
        request_id = await requests.plan(tx, house.officer, wanted)
        await requests.send_now(tx, house.officer, request_id)
    [letter] = await replace(house, request=request_id).made(house.interior)
    words = everything(letter)
    assert "The draft is enclosed." in words
    assert "beside each item" not in words
    assert "Comments on a draft\nDue 29 May 2099" in words
    async with house.tools.database.read() as tx:
        ready = await tx.value(select(outbox.c.screen).where(outbox.c.key.endswith(":ready")))
    assert [name for _, name, _ in ready["attachments"]] == ["MOI 2.docx", "addendum.txt"]
