"""Files about a consultation: nothing that was erased while one was made or waited is sent."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bot.domain.consultation_files import FileKind, NothingContributed, subject_of, tallied
from bot.domain.consultations import CAME, CHILDREN_COME, Card, Consultation, Group
from bot.domain.contributions import About, Contribution, Kind, Outcome, State, Tags
from bot.domain.errors import NotAllowed, Outdated
from bot.domain.feedback import GIVEN
from bot.domain.people import Act, Role
from bot.domain.screens import Attachment
from bot.domain.views import consultation_files as views
from bot.jobs import Jobs
from bot.schedule import remove_files
from bot.services import consultation_files as service
from bot.services import contributing, erasure, sign_ups
from bot.settings import Settings
from bot.texts import Texts
from bot.works import Tools, consultation_file
from bot.works.table import PROCESSES
from storage import consultations as queries
from storage import files, jobs, outbox
from storage.database import Database
from storage.outbox import Message
from storage.tables import outbox as rows
from storage.vault import Vault
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    BOT,
    CHAT,
    announced,
    nobody,
    officer,
    signed_up,
    tick,
)
from tests.services.test_contributions import draft, sent


async def named(database: Database, clock: FrozenClock, found: Consultation) -> None:
    """Somebody who takes part by their own name."""
    async with database.write() as tx:
        card = Card(CHAT + 50, BOT, "en", named=True)
        kept = await sign_ups.agree(tx, nobody(clock), card, found)
        await sign_ups.send(tx, nobody(clock), kept, {"name": "Salma"})


async def content(
    database: Database, clock: FrozenClock, found: Consultation, kind: FileKind
) -> service.Content:
    async with database.write() as tx:
        return await service.content(tx, await officer(tx, clock), found.id, kind)


async def stands(
    database: Database, clock: FrozenClock, made_of: service.Content, kind: FileKind
) -> bool:
    async with database.write() as tx:
        return await service.stands(tx, await officer(tx, clock), made_of, kind)


@pytest.mark.parametrize("what", ["amend", "withdraw", "forget", "erase"])
async def test_what_changes_while_it_is_made_is_noticed(
    database: Database, clock: FrozenClock, what: str
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    made_of = await content(database, clock, found, FileKind.ANNEX)
    assert await stands(database, clock, made_of, FileKind.ANNEX)
    async with database.write() as tx:
        act = nobody(clock)
        match what:
            case "amend":
                await contributing.amend(tx, act, kept, found, number=1, draft=draft("Other."))
            case "withdraw":
                await contributing.withdraw(tx, act, kept, found, mine.number)
            case "forget":
                await sign_ups.forget(tx, act, BOT, CHAT)
            case _:
                await erasure.of_consultation(tx, tick(clock), found.id)
    assert not await stands(database, clock, made_of, FileKind.ANNEX)


async def test_a_name_that_is_forgotten_is_noticed_and_another_participant_is_not(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await named(database, clock, found)
    made_of = await content(database, clock, found, FileKind.PEOPLE)
    assert [each.card.answers["name"] for each in made_of.named if each.card] == ["Salma"]
    await signed_up(database, clock, found)
    assert await stands(database, clock, made_of, FileKind.PEOPLE)
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT + 50)
    assert not await stands(database, clock, made_of, FileKind.PEOPLE)


async def planned(database: Database, act: Act, made_of: service.Content) -> tuple[int, int]:
    """A file that is made and waits to be sent: its job and its message."""
    async with database.write() as tx:
        await files.add(tx, "a" * 64, size=1, media_type="x", now=act.now)
        job = await jobs.plan(tx, service.FILE, {}, person_id=None, seat_id=None, now=act.now)
        await jobs.change(tx, job, state=jobs.DONE, sha256="a" * 64, finished_at=act.now)
        shown = views.ready(made_of.consultation, FileKind.WORDS, Attachment("a" * 64, "a.xlsx"))
        said = Message(
            f"job:{job}:ready", shown, act.actor.person_id, BOT, quotes=tuple(made_of.names)
        )
        return job, await outbox.add(tx, said, now=act.now)


async def test_a_file_that_waits_is_not_sent_once_something_in_it_is_erased(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    made_of = await content(database, clock, found, FileKind.WORDS)
    async with database.write() as tx:
        act = await officer(tx, clock)
    job, row = await planned(database, act, made_of)
    clock.move(seconds=1)
    assert not await service.sent(database, tick(clock)), "it is still to be sent"
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    assert await service.sent(database, tick(clock))
    async with database.write() as tx:
        state = await tx.value(select(rows.c.state).where(rows.c.id == row))
        left = await jobs.get(tx, job)
        unnamed = await files.nobodys(tx)
    assert state == "dropped"
    assert left is not None
    assert left.sha256 is None
    assert unnamed == ["a" * 64], "the next sweep takes its bytes"


async def test_who_may_ask_and_when_there_is_nothing_to_give(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        for kind in (FileKind.WORDS, FileKind.ANNEX, FileKind.DONE):
            with pytest.raises(NothingContributed):
                await service.ask(tx, amina, found.id, kind, language="en")
        await service.ask(tx, amina, found.id, FileKind.PEOPLE, language="en")
        amal = maravia.act(await maravia.somebody(tx, "Amal", Role.VALIDATOR, None), clock.now())
        with pytest.raises(NotAllowed):
            await service.ask(tx, amal, found.id, FileKind.PEOPLE, language="en")
        await erasure.of_consultation(tx, tick(clock), found.id)
        with pytest.raises(Outdated):
            await service.ask(tx, amina, found.id, FileKind.PEOPLE, language="en")


def test_a_contribution_stands_under_one_subject_and_is_counted_once() -> None:
    plain = Contribution(1, 1, "", 1, False, State.SENT, About(), None)
    themed = replace(plain, about=About(Kind.THEME, "Education"), outcome=Outcome.NOT)
    tagged = replace(themed, tags=Tags(("Prisons", "Torture")), outcome=Outcome.PARTLY)
    assert [subject_of(each) for each in (plain, themed, tagged)] == [
        (Kind.REPORT, ""),
        (Kind.THEME, "Education"),
        (Kind.THEME, "Prisons"),
    ]
    tally = tallied([tagged, themed, plain, themed])
    assert [*tally] == [(Kind.REPORT, ""), (Kind.THEME, "Education"), (Kind.THEME, "Prisons")]
    assert sum(sum(each.values()) for each in tally.values()) == 4
    assert tally[Kind.THEME, "Education"][Outcome.NOT] == 2


class _Meanwhile(Jobs):
    """Somebody erases what they wrote while the file is made."""

    def __init__(self, folder: Path, does: Callable[[], Awaitable[None]]) -> None:
        super().__init__(PROCESSES, folder)
        self._does = does

    async def run(self, *arguments: Any, **more: Any) -> dict[str, Any]:
        made = await super().run(*arguments, **more)
        await self._does()
        return made


async def test_a_file_is_not_handed_out_when_something_in_it_is_erased_meanwhile(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    first = await signed_up(database, clock, found)
    await sent(database, clock, found, first)
    await sent(database, clock, found, await signed_up(database, clock, found, CHAT + 1), "More.")
    async with database.write() as tx:
        amina = await officer(tx, clock)
        planned_as = await service.ask(tx, amina, found.id, FileKind.WORDS, language="en")
        job = await jobs.take(tx)
    assert job is not None
    assert job.id == planned_as

    async def forgets() -> None:
        async with database.write() as tx:
            await sign_ups.forget(tx, nobody(clock), BOT, CHAT)

    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
    )
    vault = Vault.open(tmp_path / "files")
    texts = Texts.load(("en",))
    made_in = _Meanwhile(tmp_path / "jobs", forgets)
    tools = Tools(settings, database, vault, texts, clock, made_in, bot_id=BOT)
    with pytest.raises(consultation_file.Changed):
        await consultation_file.run(job, tools)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []
    async with database.read() as tx:
        assert await outbox.find(tx, f"job:{job.id}:ready") is None
    again = replace(tools, jobs=Jobs(PROCESSES, tmp_path / "jobs"))
    await consultation_file.run(job, again)
    (kept,) = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    sheet = openpyxl.load_workbook(io.BytesIO(kept.read_bytes()))["Contributions"]
    assert [row[-1] for row in sheet.iter_rows(values_only=True)] == ["Words", "More."]


class Killed(BaseException):
    """Nothing after it runs."""


async def test_words_that_a_crash_left_in_the_store_go_with_the_next_try(
    database: Database,
    clock: FrozenClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file lay there, and nothing named it: no sweep would ever have found it."""
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        await service.ask(tx, amina, found.id, FileKind.WORDS, language="en")
        job = await jobs.take(tx)
    assert job is not None
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
    )
    vault, made_in = Vault.open(tmp_path / "files"), Jobs(PROCESSES, tmp_path / "jobs")
    tools = Tools(settings, database, vault, Texts.load(("en",)), clock, made_in, bot_id=BOT)

    async def dies(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as now:
        now.setattr(service, "stands", dies)
        with pytest.raises(Killed):
            await consultation_file.run(job, tools)
    (left,) = [each async for each in vault.hashes()]
    clock.move(hours=1)
    async with database.write() as tx:
        await jobs.recover(tx)
        job = await jobs.take(tx)
    assert job is not None
    await consultation_file.run(job, tools)
    await remove_files(database, vault, tick(clock))
    (there,) = [each async for each in vault.hashes()]
    assert there != left
    async with database.write() as tx:
        done = await jobs.get(tx, job.id)
    assert done is not None
    assert done.sha256 == there


async def test_who_came_is_told_by_group_once_nobody_is_noted_any_more(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """And feedback and children in numbers, in the words of the reader."""
    found = await announced(database, clock)
    counts = {(CAME, Group.WOMEN.value): 10, (CHILDREN_COME, "come"): 10}
    counts |= {(GIVEN, "given"): 5, ("felt", "good"): 5}
    async with database.write() as tx:
        await queries.add_counts(tx, found.id, counts)
    made_of = await content(database, clock, found, FileKind.PEOPLE)

    def rows_of(found: service.Content) -> list[list[Any]]:
        tools = Tools(
            settings=Settings.isolated(data_dir=tmp_path / "data"),
            database=database,
            vault=Vault.open(tmp_path / "vault"),
            texts=Texts.load(("en",)),
            clock=clock,
            jobs=Jobs(PROCESSES, tmp_path / "jobs"),
        )
        scribe = consultation_file._Scribe(tools, "en", found)
        (people, _names) = scribe.book(FileKind.PEOPLE)["sheets"][1:]
        rows: list[list[Any]] = people["rows"]
        return rows

    told = rows_of(made_of)
    assert [row[1:] for row in told if "came" in row[0].lower()] == [["All", 10]]
    assert ["How was it?", "good", 5] in told
    assert [row[1:] for row in told if "children" in row[0].lower()] == [["All", 10]]
    clock.move(days=(found.groups_told_from - clock.now().date()).days + 1)
    told = rows_of(made_of)
    came = [row[1:] for row in told if "came" in row[0].lower()]
    assert came == [["All", 10], ["Women’s organisations", 10]]
