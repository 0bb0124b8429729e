"""Plans: proposed and adopted, changed by whom they belong to, values from wherever they come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select, update

from bot.domain.disaggregation import Dimension
from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.figures import Figure
from bot.domain.merging import ChangedMeanwhile
from bot.domain.people import Act, Role
from bot.domain.plans import (
    About,
    ActivityState,
    IndicatorKind,
    IndicatorValue,
    Noted,
    NotForYou,
    NoYear,
    Sought,
    Source,
    Wanted,
    WantedIndicator,
    seal,
)
from bot.domain.redaction import Part, Reason, Target
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import Audience, RequestKind
from bot.exchange import plans_work
from bot.jobs import Jobs
from bot.services import (
    answers,
    plans,
    plans_book,
    redaction,
    requests,
    reviews,
    status_updates,
)
from bot.services.answers import AnswerDraft
from bot.services.requests import Wanted as WantedRequest
from bot.settings import Settings
from bot.texts import Texts
from bot.works import Tools, plans_read
from storage import clusters as grouping
from storage import files, indicators, jobs
from storage import plans as queries
from storage import requests as request_queries
from storage.database import Database, Transaction
from storage.tables import answers as answer_rows
from storage.tables import audit, clusters, items, outbox
from storage.vault import Vault
from tests import maravia
from tests.conftest import FrozenClock
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@dataclass
class House:
    """Justice with its items, Interior without any, and the people who plan."""

    sample: Sample
    interior: int
    officer: Act
    focal: Act
    other: Act

    @property
    def justice(self) -> int:
        return self.sample.institution_id

    def about(self, *codes: str) -> About:
        return About(None, tuple(self.sample.items[each] for each in codes or ("140.7",)))

    def wanted(self, **values: object) -> Wanted:
        plain: dict[str, object] = {
            "what": "Train judges",
            "language": "en",
            "institution_id": self.justice,
        }
        return Wanted(**(plain | values))  # type: ignore[arg-type]


async def house(tx: Transaction) -> House:
    sample = await maravia.justice(tx)
    interior = await maravia.justice_elsewhere(tx)
    otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
    amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id)
    ivan = await maravia.somebody(tx, "Ivan", Role.FOCAL_POINT, interior)
    acts = [maravia.act(each, NOW) for each in (otto, amal, ivan)]
    return House(sample, interior, *acts)


def cases(**values: object) -> WantedIndicator:
    return WantedIndicator("Judges trained", "en", IndicatorKind.PROCESS, **values)  # type: ignore[arg-type]


async def acts_of(tx: Transaction, subject: str) -> list[str]:
    statement = select(audit.c.act).where(audit.c.subject == subject).order_by(audit.c.number)
    return [str(each) for each in await tx.values(statement)]


async def sealed(tx: Transaction, activity_id: int) -> str:
    """What stands for the activity as it is shown now."""
    found = await queries.get(tx, activity_id)
    assert found is not None
    return seal(found, await indicators.of_activities(tx, [activity_id]))


# -- Activities ------------------------------------------------------------------------------------


async def test_what_the_secretariat_adds_is_adopted_and_told_to_whom_it_concerns(
    database: Database,
) -> None:
    async with database.write() as tx:
        of = await house(tx)
        wanted = of.wanted(
            others=(of.interior, of.justice), amount=Decimal("250000.055"), currency="KWD"
        )
        added = await plans.add(tx, of.officer, of.about("140.7", "140.9"), wanted)
        told = await tx.values(
            select(outbox.c.person_id).where(outbox.c.key.startswith("plan:", autoescape=True))
        )
        assert set(told) == {of.focal.actor.person_id, of.other.actor.person_id}
    async with database.read() as tx:
        [found] = await queries.every(tx)
        assert (found.id, found.adopted_at, found.others) == (added, NOW, (of.interior,))
        assert (found.amount, str(found.amount)) == (Decimal("250000.055"), "250000.055")
        assert set(found.item_ids) == {of.sample.items["140.7"], of.sample.items["140.9"]}
        assert await acts_of(tx, f"activity:{added}") == ["activity.add"]


async def test_an_institution_proposes_on_its_own_items_and_the_secretariat_adopts(
    database: Database,
) -> None:
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.focal, of.about(), of.wanted())
        assert await queries.count(tx, Sought(to_look_at=True)) == 1
        with pytest.raises(NotAllowed):  # an institution that has no item of it
            await plans.add(tx, of.other, of.about(), of.wanted(institution_id=of.interior))
        with pytest.raises(NotAllowed):  # in another's name
            await plans.add(tx, of.other, of.about(), of.wanted())
        with pytest.raises(NotFound):  # nobody sees what is proposed but they and the secretariat
            await plans.visible(tx, of.other, added)
        before = await sealed(tx, added)
        with pytest.raises(NotAllowed):
            await plans.adopt(tx, of.focal, added, seen=before)
        wanted = of.wanted(funds="Fund", others=(of.interior,))
        await plans.change(tx, of.focal, added, wanted, seen=of.wanted())
        with pytest.raises(Outdated):  # what the officer read is another by now
            await plans.adopt(tx, of.officer, added, seen=before)
        now = await sealed(tx, added)
        await plans.adopt(tx, of.officer, added, seen=now)
        with pytest.raises(Outdated):
            await plans.adopt(tx, of.officer, added, seen=now)
        assert (await plans.visible(tx, of.other, added)).funds == "Fund"  # it takes part
        assert await queries.count(tx, Sought(to_look_at=True)) == 0


async def test_two_who_change_different_things_keep_both(database: Database) -> None:
    """The text of one put the budget of the other back, and was noted as a change of both."""
    async with database.write() as tx:
        of = await house(tx)
        seen = of.wanted(amount=Decimal(100), currency="EUR")
        added = await plans.add(tx, of.officer, of.about(), seen)
        more = replace(seen, amount=Decimal(999))
        assert await plans.change(tx, of.officer, added, more, seen=seen) == ("amount",)
        words = replace(seen, what="Train all judges")
        assert await plans.change(tx, of.officer, added, words, seen=seen) == ("what",)
        found = await plans.visible(tx, of.officer, added)
        assert (found.what, found.amount, found.currency) == (
            "Train all judges",
            Decimal(999),
            "EUR",
        )


async def test_two_who_change_the_same_are_told_and_nothing_is_lost(database: Database) -> None:
    async with database.write() as tx:
        of = await house(tx)
        seen = of.wanted(amount=Decimal(100), currency="EUR")
        added = await plans.add(tx, of.officer, of.about(), seen)
        more = replace(seen, amount=Decimal(999))
        await plans.change(tx, of.officer, added, more, seen=seen)
        dollars = replace(seen, currency="USD")  # an amount and its currency are one thing
        with pytest.raises(ChangedMeanwhile):
            await plans.change(tx, of.officer, added, dollars, seen=seen)
        same = replace(seen, amount=Decimal(999), what="Train all judges")
        assert await plans.change(tx, of.officer, added, same, seen=seen) == ("what",)
        assert (await plans.visible(tx, of.officer, added)).currency == "EUR"


async def test_two_who_change_an_indicator_keep_both_or_are_told(database: Database) -> None:
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.officer, of.about(), of.wanted())
        seen = cases(target=90.0, target_year=2027)
        one = await plans.add_indicator(tx, of.officer, added, seen)
        other_year = replace(seen, target_year=2028)
        await plans.change_indicator(tx, of.officer, one, other_year, seen=seen)
        renamed = replace(seen, name="Judges who were trained")
        assert await plans.change_indicator(tx, of.officer, one, renamed, seen=seen) == ("name",)
        found, _of = await plans.indicator(tx, of.officer, one)
        assert (found.name, found.target, found.target_year) == (renamed.name, 90.0, 2028)
        with pytest.raises(ChangedMeanwhile):
            await plans.change_indicator(tx, of.officer, one, replace(seen, target=80.0), seen=seen)


async def test_what_an_institution_changed_is_seen_only_as_it_was_shown(
    database: Database,
) -> None:
    """A change that came after the screen was taken for seen with it."""
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.officer, of.about(), of.wanted())
        one = replace(of.wanted(), what="Train judges")
        await plans.change(tx, of.focal, added, one, seen=of.wanted())
        shown = await sealed(tx, added)
        two = replace(one, until_on=date(2026, 6, 1))
        await plans.change(tx, of.focal, added, two, seen=one)
        with pytest.raises(Outdated):
            await plans.looked(tx, of.officer, added, seen=shown)
        assert await queries.count(tx, Sought(to_look_at=True)) == 1
        await plans.add_indicator(tx, of.officer, added, cases())
        assert await sealed(tx, added) != shown, "indicators belong to what is shown"


async def test_of_an_adopted_one_its_institution_changes_what_and_when_and_is_seen(
    database: Database,
) -> None:
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.officer, of.about(), of.wanted(funds="Fund"))
        until = date(2026, 6, 1)
        first = of.wanted(funds="Fund")
        later = replace(first, what="Train all judges", until_on=until)
        assert await plans.change(tx, of.focal, added, later, seen=first) == (
            "what",
            "until_on",
        )
        assert await plans.change(tx, of.focal, added, later, seen=first) == ()
        elsewhere = replace(later, funds="Elsewhere")
        theirs = replace(later, institution_id=of.interior)
        with pytest.raises(NotForYou):
            await plans.change(tx, of.focal, added, elsewhere, seen=later)
        with pytest.raises(NotForYou):
            await plans.change(tx, of.focal, added, theirs, seen=later)
        with pytest.raises(NotFound):
            await plans.change(tx, of.other, added, later, seen=first)
        await plans.move(tx, of.focal, added, ActivityState.UNDER_WAY, words="Begun", language="en")
        with pytest.raises(Outdated):
            await plans.move(tx, of.focal, added, ActivityState.UNDER_WAY)
        [looked_at] = await queries.page(tx, Sought(to_look_at=True), today=TODAY)
        assert looked_at.changed_at == NOW
        await plans.looked(tx, of.officer, added, seen=await sealed(tx, added))
        assert await queries.count(tx, Sought(to_look_at=True)) == 0
        said = await queries.notes(tx, added)
        assert [(each.what, each.state, each.fields, each.words) for each in said] == [
            (Noted.STATE, ActivityState.UNDER_WAY, (), "Begun"),
            (Noted.CHANGED, None, ("what", "until_on"), None),
            (Noted.ADDED, None, (), None),
        ]
        assert [each.names is None for each in said] == [False, False, True]
        assert await acts_of(tx, f"activity:{added}") == [
            *("activity.add", "activity.change", "activity.state", "activity.look"),
        ]


async def test_late_ones_come_first_and_what_is_over_last(database: Database) -> None:
    async with database.write() as tx:
        of = await house(tx)
        cluster = About(
            await tx.value(select(func.max(clusters.c.id)))  # 140.7, 140.12 and 140.15
        )
        days = {"late": -3, "soon": 10, "far": 90, "done": -9}
        ids = {
            name: await plans.add(
                tx, of.officer, cluster, of.wanted(until_on=TODAY + timedelta(days=each))
            )
            for name, each in days.items()
        }
        await plans.move(tx, of.officer, ids["done"], ActivityState.DONE)
        open_end = await plans.add(tx, of.officer, of.about("140.9"), of.wanted())
        every = [each.id for each in await queries.page(tx, Sought(), today=TODAY)]
        assert every == [ids["late"], ids["soon"], ids["far"], open_end, ids["done"]]
        own = Sought(item_id=of.sample.items["140.12"])
        assert await queries.count(tx, own) == 4
        due = Sought(held_by=(of.justice,), still_open=True, due_by=TODAY + timedelta(days=30))
        assert await queries.count(tx, due) == 2


# -- Values ----------------------------------------------------------------------------------------


async def test_a_value_comes_from_chat_answer_and_report_each_with_its_source(
    database: Database,
) -> None:
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.officer, of.about(), of.wanted())
        one = await plans.add_indicator(
            tx, of.officer, added, cases(dimensions=(Dimension.SEX,), sdg="16.3.1")
        )
        with pytest.raises(NotForYou):
            await plans.add_indicator(tx, of.focal, added, cases())
        await plans.add_value(tx, of.focal, one, IndicatorValue(3, 2024))
        with pytest.raises(NotFound):
            await plans.add_value(tx, of.other, one, IndicatorValue(4, 2024))
        # an answer to a request that names it
        request = await requests.plan(
            tx,
            of.officer,
            WantedRequest(
                RequestKind.DATA,
                Audience(institutions=(of.justice,)),
                TODAY + timedelta(days=7),
                indicator="Judges trained",
                indicator_id=one,
            ),
        )
        await requests.send_now(tx, of.officer, request)
        [asked] = await request_queries.open_for(
            tx, [of.justice], kinds=[RequestKind.DATA], limit=9
        )
        draft = AnswerDraft(asked.id, "12", "en", figures=(Figure("Judges trained", 12),))
        with pytest.raises(NoYear):
            await answers.answer(tx, of.focal, draft)
        figures = (Figure("judges  trained", 12, None, 2025, {"women": 5}), Figure("Other", 9))
        await answers.answer(tx, of.focal, replace(draft, figures=figures))
        # a report whose figure is called alike, once it is approved
        receipt = await status_updates.submit(
            tx,
            of.focal,
            StatusUpdateDraft(
                of.sample.assignments["140.7"], "in_progress", "Trained.", "en", TODAY,
                figures=(Figure("Judges trained", 20, None, 2026), Figure("Judges trained", 7)),
            ),
        )  # fmt: skip
        assert len((await indicators.values(tx, [one]))[one]) == 2
        await reviews.approve(tx, of.officer, receipt.updates[0].status_update_id)
        said = (await indicators.values(tx, [one]))[one]
    assert [(each.value, each.year, each.source, dict(each.groups)) for each in said] == [
        (3, 2024, Source.CHAT, {}),
        (12, 2025, Source.ANSWER, {"women": 5}),
        (20, 2026, Source.REPORT, {}),
    ]
    assert said[2].number is not None
    async with database.write() as tx:  # what is redacted leaves the plan, too
        cora = await maravia.somebody(tx, "Cora", Role.COORDINATOR, None)
        act = maravia.act(cora, of.officer.now)
        report = receipt.updates[0].status_update_id
        about = await redaction.find(tx, act, f"su:{report}")
        figures_of = Target(Part.FIGURES, report)
        await redaction.redact(tx, act, about, figures_of, Reason.CONFIDENTIAL)
        answered = await tx.value(select(answer_rows.c.id))
        about = await redaction.find(tx, act, f"response:{answered}")
        words_of = Target(Part.RESPONSE, answered)
        await redaction.redact(tx, act, about, words_of, Reason.CONFIDENTIAL)
        left = (await indicators.values(tx, [one]))[one]
    assert [(each.value, each.source) for each in left] == [(3, Source.CHAT)]


async def test_an_indicator_that_has_ended_takes_no_more_values(database: Database) -> None:
    async with database.write() as tx:
        of = await house(tx)
        added = await plans.add(tx, of.focal, of.about(), of.wanted())
        one = await plans.add_indicator(tx, of.focal, added, cases())  # of what it proposed itself
        assert await plans.change_indicator(tx, of.focal, one, cases(unit="%"), seen=cases()) == (
            "unit",
        )
        with pytest.raises(NotAllowed):
            await plans.end_indicator(tx, of.focal, one)
        await plans.end_indicator(tx, of.officer, one)
        with pytest.raises(NotFound):
            await plans.add_value(tx, of.officer, one, IndicatorValue(1, 2025))
        figures = (Figure("Judges trained", 1, None, 2025),)
        name = "Judges trained"
        assert await plans.take_answer(
            tx, of.officer, one, name, figures, answer_id=1, seat_id=None
        ) == 0  # fmt: skip


# -- The workbook ----------------------------------------------------------------------------------


async def test_a_workbook_is_read_back_previewed_and_applied_once(
    database: Database, tmp_path: Path
) -> None:
    """Made by the process that makes it, changed as people do, read in the process with limits."""
    async with database.write() as tx:
        of = await house(tx)
        first = await plans.add(
            tx, of.officer, of.about(), of.wanted(amount=Decimal("10.50"), currency="EUR")
        )
        one = await plans.add_indicator(tx, of.officer, first, cases(sdg="16.3.1"))
        await plans.add_value(tx, of.officer, one, IndicatorValue(3, 2024, {"women": 2}))
    tools = _tools(database, tmp_path)
    path = await _made(tools)
    job = await _read(tools, of, path.read_bytes())
    async with database.write() as tx:  # nothing differs: nothing waits
        done = await jobs.get(tx, job)
        assert done is not None
        assert (done.state, done.result) == (jobs.DONE, None)
    changed = await asyncio.to_thread(_fill_in, path)
    job = await _read(tools, of, changed)
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await plans_book.apply(tx, of.focal, job)
        counted = await plans_book.apply(tx, of.officer, job)
        assert counted == {
            "activities": 1, "new_activities": 1, "new_indicators": 1, "values": 2,
        }  # fmt: skip
        with pytest.raises(Outdated):
            await plans_book.apply(tx, of.officer, job)
    async with database.read() as tx:
        old, new = await queries.every(tx)
        assert (old.what, old.state, old.amount) == (
            "Train every judge", ActivityState.UNDER_WAY, Decimal("10.50"),
        )  # fmt: skip
        assert (new.what, new.item_ids, new.institution_id, new.adopted_at is not None) == (
            "Adopt the law", (of.sample.items["140.9"],), of.justice, True,
        )  # fmt: skip
        _, law = await indicators.of_activities(tx, [old.id, new.id])
        values = await indicators.values(tx, [one, law.id])
        assert [(each.value, each.year) for each in values[one]] == [(3, 2024), (8, 2025)]
        assert [(each.value, each.source) for each in values[law.id]] == [(1, Source.WORKBOOK)]
        assert await acts_of(tx, f"activity:{old.id}") == [
            *("activity.add", "activity.change", "activity.state"),
        ]


async def test_nothing_is_applied_that_has_changed_since_the_preview(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        of = await house(tx)
        first = await plans.add(tx, of.officer, of.about(), of.wanted())
        await plans.add_indicator(tx, of.officer, first, cases())
    tools = _tools(database, tmp_path)
    changed = await asyncio.to_thread(_fill_in, await _made(tools))
    job = await _read(tools, of, changed)
    async with database.write() as tx:
        await plans.move(tx, of.focal, first, ActivityState.DROPPED)
        with pytest.raises(Outdated):
            await plans_book.apply(tx, of.officer, job)
        await plans_book.discard(tx, of.officer, job)
        with pytest.raises(Refused):
            await plans_book.apply(tx, of.officer, job)
        assert len(await queries.every(tx)) == 1


async def test_what_is_planned_for_restricted_items_stays_and_an_empty_cell_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    """Regression: the consolidated workbook withheld these cells, the workbook of plans did not."""
    async with database.write() as tx:
        of = await house(tx)
        hush = await grouping.add(tx, "Hush", "en", now=NOW)
        await grouping.put(tx, [of.sample.items["140.9"]], hush)
        quiet = await plans.add(tx, of.officer, of.about(), of.wanted(funds="Secret fund"))
        grouped = await plans.add(tx, of.officer, About(hush, ()), of.wanted(what="Move them"))
        await plans.add(tx, of.officer, of.about("140.15"), of.wanted(what="Print leaflets"))
        one = await plans.add_indicator(tx, of.officer, quiet, cases(unit="judges"))
        await plans.add_value(tx, of.officer, one, IndicatorValue(3, 2024, {"widows": 2}))
        chosen = [of.sample.items[each] for each in ("140.7", "140.9")]
        await tx.execute(update(items).where(items.c.id.in_(chosen)).values(restricted=True))
    tools = _tools(database, tmp_path)
    words = ("Train judges", "Secret fund", "Move them", "Hush", "Judges trained", "widows")
    said = _cells(await _made(tools, withhold=False))
    assert not [each for each in words if not any(each in cell for cell in said)]
    path = await _made(tools)
    said = _cells(path)
    assert not [each for each in words if any(each in cell for cell in said)]
    assert {f"AC-{quiet}", f"AC-{grouped}", "Print leaflets", f"{maravia.REVIEW} 140.7"} <= said
    job = await _read(tools, of, path.read_bytes())
    async with database.write() as tx:
        done = await jobs.get(tx, job)
        assert done is not None
        assert (done.state, done.result) == (jobs.DONE, None), "nothing differs"
    changed = await asyncio.to_thread(_move_and_measure, path, grouped)
    job = await _read(tools, of, changed)
    async with database.write() as tx:
        counted = await plans_book.apply(tx, of.officer, job)
        assert counted == {"activities": 1, "values": 1}
    async with database.read() as tx:
        found = {each.id: each for each in await queries.every(tx)}
        assert (found[grouped].what, found[grouped].state) == ("Move them", ActivityState.DROPPED)
        assert (found[quiet].what, found[quiet].funds) == ("Train judges", "Secret fund")
        [measured] = await indicators.of_activities(tx, [quiet])
        assert (measured.name, measured.unit) == ("Judges trained", "judges")
        values = (await indicators.values(tx, [one]))[one]
        assert [(each.value, each.year) for each in values] == [(3, 2024), (4, 2025)]


def _cells(path: Path) -> set[str]:
    book = openpyxl.load_workbook(path)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return {str(cell) for row in rows for cell in row}


def _move_and_measure(path: Path, activity: int) -> bytes:
    book = openpyxl.load_workbook(path)
    activities, measured = book.worksheets[:2]
    [row] = [row for row in activities.iter_rows(min_row=3) if row[0].value == f"AC-{activity}"]
    row[10].value = "dropped"
    measured["M3"], measured["N3"] = 2025, 4
    book.save(path)
    return path.read_bytes()


def _tools(database: Database, folder: Path) -> Tools:
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder,
        timezone="Africa/Dakar",
    )
    return Tools(
        settings=settings,
        database=database,
        vault=Vault.open(folder / "files"),
        texts=Texts.load(),
        clock=FrozenClock(NOW),
        jobs=Jobs({}, folder / "jobs"),
        bot_id=1,
    )


async def _made(tools: Tools, *, withhold: bool = True) -> Path:
    path = tools.settings.data_dir / "plans.xlsx"
    order = {"selection": "-", "language": "en", "made_at": NOW.isoformat(), "withhold": withhold}
    await plans_work._make(order, tools.settings, path)
    return path


def _fill_in(path: Path) -> bytes:
    book = openpyxl.load_workbook(path)
    activities, measured = book.worksheets[:2]
    activities["C3"], activities["K3"] = "Train every judge", "under way"
    activities["A4"], activities["B4"], activities["C4"], activities["D4"] = (
        "N1", f"{maravia.REVIEW} 140.9", "Adopt the law", "Ministry of Justice",
    )  # fmt: skip
    measured["M3"], measured["N3"], measured["O3"] = 2025, 8, None
    measured["B4"], measured["D4"], measured["E4"] = "N1", "Law in force", "structural"
    measured["M4"], measured["N4"] = 2026, 1
    book.save(path)
    return path.read_bytes()


async def _read(tools: Tools, of: House, content: bytes) -> int:
    kept = await tools.vault.put(content)
    async with tools.database.write() as tx:
        await files.add(tx, kept.sha256, size=kept.size, media_type="x", now=NOW)
        job_id = await jobs.plan(
            tx,
            plans.READ,
            {},
            person_id=of.officer.actor.person_id,
            seat_id=of.officer.actor.seat_id,
            now=NOW,
        )
        await jobs.change(tx, job_id, sha256=kept.sha256, state=jobs.RUNNING)
        job = await jobs.get(tx, job_id)
    assert job is not None
    await plans_read.run(job, tools)
    return job_id
