"""Reports in preparation: what is ready, what is asked, two officers at once, what stays inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.items import Part
from bot.domain.merging import ChangedMeanwhile
from bot.domain.national_reports import (
    AllSubmitted,
    NationalKind,
    NotApprovedYet,
    NothingInIt,
    NotSubmitted,
    Outcome,
    Readiness,
    Settings,
    Stage,
    Structure,
    TooManyChapters,
)
from bot.domain.people import Act, Actor, Role
from bot.domain.reports import DayInFuture, NoWords, StatusUpdateDraft
from bot.domain.requests import Audience, RequestKind
from bot.services import (
    answers,
    chapter_comments,
    consolidation,
    readiness,
    report_chapters,
    requests,
    reviews,
    status_updates,
)
from bot.services import national_reports as service
from bot.services.answers import AnswerDraft
from bot.services.requests import NobodyToAsk, Wanted
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage.database import Database, Transaction
from storage.tables import (
    audit,
    institutions,
    item_tags,
    items,
    national_reports,
    report_approvals,
    request_items,
)
from storage.tables import (
    status_updates as reports,
)
from tests import maravia
from tests.maravia import act

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
LANGUAGES = {"language": "en", "default_language": "en"}


class House:
    """Justice leads four items; 140.7 is contributed to by the Interior; Otto and Olga prepare."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    async def settle(self) -> House:
        tx = self.tx
        self.sample = await maravia.justice(tx)
        self.items = self.sample.items
        self.held = self.sample.assignments
        self.interior = await maravia.justice_elsewhere(tx)
        part = Part.CONTRIBUTING
        self.beside = await maravia.assignment(tx, self.items["140.7"], self.interior, part=part)
        self.document = await maravia.document(tx)
        justice = self.sample.institution_id
        self.amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, justice)
        self.ines = await maravia.somebody(tx, "Ines", Role.FOCAL_POINT, self.interior)
        self.vera = await maravia.somebody(tx, "Vera", Role.VALIDATOR, justice)
        self.otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
        self.olga = await maravia.somebody(tx, "Olga", Role.OFFICER, None)
        return self

    @property
    def by_otto(self) -> Act:
        return act(self.otto, NOW)

    async def begins(self, structure: Structure = Structure.PARAGRAPH, **others: object) -> int:
        wanted = service.Wanted(
            NationalKind.MID_TERM, "Mid-term", "en", (self.document,), structure, 12
        )
        wanted = replace(wanted, **others)  # type: ignore[arg-type]
        return await service.add(self.tx, self.by_otto, wanted, **LANGUAGES)

    async def settings(self, report_id: int) -> Settings:
        report = await queries.get(self.tx, report_id)
        assert report is not None
        return report.settings

    async def changes(self, report_id: int, **others: object) -> tuple[str, ...]:
        seen = await self.settings(report_id)
        wanted = replace(seen, **others)  # type: ignore[arg-type]
        return await service.change(self.tx, self.by_otto, report_id, wanted, seen=seen)

    async def reports(
        self, code: str, *, as_of: date = TODAY, words: str = "Bill 12.", who: Actor | None = None
    ) -> int:
        held = self.beside if who is self.ines else self.held[code]
        draft = StatusUpdateDraft(held, "in_progress", words, "en", as_of)
        sent = await status_updates.submit(self.tx, act(who or self.amal, NOW), draft)
        return sent.updates[0].status_update_id

    async def approved(self, code: str, **how: object) -> int:
        report = await self.reports(code, **how)  # type: ignore[arg-type]
        await reviews.approve(self.tx, self.by_otto, report)
        return report

    async def board(self, report_id: int) -> readiness.Board:
        return await readiness.board(self.tx, self.by_otto, report_id, **LANGUAGES)

    async def stands(self, report_id: int) -> dict[str, Readiness]:
        found = await self.board(report_id)
        return {each.code: part.stands[each.id] for part in found.parts for each in part.items}


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with database.write() as tx:
        yield await House(tx).settle()


async def test_each_item_stands_where_the_record_leaves_it(database: Database) -> None:
    """Missing, waiting for review, stale, contradictory, ready."""
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        assert set((await at.stands(report_id)).values()) == {Readiness.MISSING}
        await at.approved("140.7")
        await at.approved("140.9", as_of=TODAY - timedelta(days=400))
        await at.reports("140.12")
        found = await at.stands(report_id)
        assert found == {
            "140.7": Readiness.READY,
            "140.9": Readiness.STALE,
            "140.12": Readiness.IN_REVIEW,
            "140.15": Readiness.MISSING,
        }
        theirs = await at.approved("140.7", who=at.ines, words="No bill.")
        ours = int(
            await tx.value(select(reports.c.id).where(reports.c.assignment_id == at.held["140.7"]))
        )
        await consolidation.mark(tx, at.by_otto, (ours, theirs), "No law.", language="en")
        found = await at.stands(report_id)
        assert found["140.7"] is Readiness.CONTRADICTORY
        await at.changes(report_id, months=24)
        assert (await at.stands(report_id))["140.9"] is Readiness.READY


async def test_a_contributor_s_word_is_not_the_lead_s(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        await at.approved("140.7", who=at.ines)
        assert (await at.stands(report_id))["140.7"] is Readiness.MISSING
        found = await at.board(report_id)
        assert at.held["140.7"] in found.ready.to_ask
        assert at.beside not in found.ready.to_ask


async def test_a_consolidation_is_stale_once_something_newer_is_approved(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        first = await at.approved("140.7")
        wanted = consolidation.Wanted(
            at.items["140.7"], "planned", TODAY, "So far so good.", "en", (first,)
        )
        await consolidation.consolidate(tx, at.by_otto, wanted)
        assert (await at.stands(report_id))["140.7"] is Readiness.READY
        await at.approved("140.7", who=at.ines)
        assert (await at.stands(report_id))["140.7"] is Readiness.STALE


async def test_what_an_institution_has_not_cleared_is_missing_and_has_no_words(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        before = (await at.board(report_id)).ready.words
        await tx.execute(
            update(institutions)
            .where(institutions.c.id == at.sample.institution_id)
            .values(clearance="always")
        )
        await at.reports("140.7", words="Ten words that nobody may know of before the validator.")
        found = await at.board(report_id)
    assert found.ready.words == before
    assert found.ready.counts == {Readiness.MISSING: 4}


async def test_exactly_what_lacks_is_asked_and_nothing_twice(database: Database) -> None:
    """Two officers plan the same; who comes second asks what is left, or is told so."""
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        await at.approved("140.7")
        ready = (await at.board(report_id)).ready
        assert set(ready.to_ask) == {at.held[each] for each in ("140.9", "140.12", "140.15")}
        audience = Audience(items=tuple(at.items.values()), assignments=ready.to_ask)
        wanted = Wanted(
            RequestKind.STATUS, audience, TODAY + timedelta(days=14), report_id=report_id
        )
        one = await requests.plan(tx, at.by_otto, wanted)
        other = await requests.plan(tx, act(at.olga, NOW), wanted)
        again = (await at.board(report_id)).ready
        assert (again.to_ask, again.asked) == ((), 3)
        await requests.send_now(tx, at.by_otto, one)
        await requests.send_now(tx, act(at.olga, NOW), other)
        asked = await tx.rows(select(request_items.c.request_id, request_items.c.assignment_id))
        assert {each["assignment_id"] for each in asked} == set(ready.to_ask)
        assert {each["request_id"] for each in asked} == {one}
        with pytest.raises(NobodyToAsk):
            await requests.plan(tx, at.by_otto, wanted)


async def test_words_are_those_that_the_word_file_would_have(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        texts = sum(len(each["en"].split()) for each in maravia.TEXTS.values())
        assert (await at.board(report_id)).ready.words == texts
        await at.approved("140.9", words="Three more words.")
        found = await at.board(report_id)
        assert found.ready.words == texts + 3
        [its] = [each for each in found.parts if each.items[0].code == "140.9"]
        assert its.ready.words == len(maravia.TEXTS["140.9"]["en"].split()) + 3
        await report_chapters.redraft(
            tx, at.by_otto, its.chapter.id, words="Just this.", language="en", after=0
        )
        [its] = [
            each for each in (await at.board(report_id)).parts if each.items[0].code == "140.9"
        ]
        assert its.ready.words == 2


async def test_restricted_items_are_named_by_symbol_and_number_alone(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        await tx.execute(
            update(items).where(items.c.id == at.items["140.12"]).values(restricted=True)
        )
        report_id = await at.begins()
        found = await at.board(report_id)
    [its] = [each for each in found.parts if each.items[0].code == "140.12"]
    assert its.chapter.heading == f"{maravia.REVIEW} · 140.12"
    assert its.ready.words == 0


async def test_nothing_is_asked_for_a_report_that_is_submitted_or_dropped(house: House) -> None:
    """The draft of the request lay there meanwhile."""
    report = await house.begins()
    other = await house.begins()
    [chapter, *_] = await chapters.of_report(house.tx, report)
    to_ask = await readiness.to_ask(house.tx, house.by_otto, report)
    wanted = Wanted(
        RequestKind.STATUS,
        Audience(items=tuple(house.items.values()), assignments=to_ask),
        due_on=TODAY + timedelta(days=9),
        report_id=report,
    )
    about = {"kind": RequestKind.COMMENT, "report_id": None, "chapter_id": chapter.id}
    houses = Audience(institutions=(house.sample.institution_id,))
    comment = replace(wanted, audience=houses, **about)  # type: ignore[arg-type]
    assert await requests.plan(house.tx, house.by_otto, comment)
    await report_chapters.remove(house.tx, house.by_otto, chapter.id)
    with pytest.raises(Outdated):
        await requests.plan(house.tx, house.by_otto, comment)
    await house.tx.execute(update(national_reports).values(state=Stage.SUBMITTED.value))
    with pytest.raises(AllSubmitted):
        await requests.plan(house.tx, house.by_otto, wanted)
    await house.tx.execute(update(national_reports).values(state="in_preparation"))
    await service.drop(house.tx, house.by_otto, other)
    with pytest.raises(Outdated):
        await requests.plan(house.tx, house.by_otto, replace(wanted, report_id=other))
    assert await requests.plan(house.tx, house.by_otto, wanted)


async def restrict(at: House, code: str) -> None:
    await at.tx.execute(update(items).where(items.c.id == at.items[code]).values(restricted=True))


async def headings(at: House, report: int) -> list[str]:
    return [each.heading for each in await chapters.of_report(at.tx, report)]


async def test_a_heading_loses_them_wherever_the_item_was_put(house: House) -> None:
    """In the chapter that was made of it, and in one that an officer has called by its words."""
    report = await house.begins()
    other = await report_chapters.add(
        house.tx,
        house.by_otto,
        report,
        "On: Improve conditions in the prisons of it",
        "en",
    )
    await report_chapters.put(house.tx, house.by_otto, other, [house.items["140.12"]])
    plain = await report_chapters.add(house.tx, house.by_otto, report, "140.12 · Prisons", "en")
    assert sum("conditions" in each for each in await headings(house, report)) == 2
    await restrict(house, "140.12")
    found = await headings(house, report)
    assert [each for each in found if "conditions" in each or "Port Selene" in each] == []
    one = await chapters.get(house.tx, plain)
    assert one is not None
    assert one.heading == f"{maravia.REVIEW} · 140.12", "prisons are what the item is about"


async def test_a_theme_of_restricted_items_alone_is_no_heading(house: House) -> None:
    for code, theme in (("140.7", "Torture"), ("140.12", "Cell 7"), ("140.9", "Cell 7")):
        tag = {"item_id": house.items[code], "vocabulary": "theme", "label": theme, "ordinal": 0}
        await house.tx.execute(insert(item_tags).values(**tag))
    await restrict(house, "140.12")
    report = await house.begins(Structure.THEME)
    assert await headings(house, report) == ["Cell 7", "Torture"]
    await restrict(house, "140.9")
    assert await headings(house, report) == [f"{maravia.REVIEW} · 140.9", "Torture"]
    second = await house.begins(Structure.THEME)
    assert await headings(house, second) == ["Torture"]


async def test_a_heading_loses_the_words_of_an_item_that_is_restricted_later(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        at_first = {each.heading for each in await chapters.of_report(tx, report_id)}
        assert maravia.TEXTS["140.12"]["en"] in " ".join(at_first)
        await tx.execute(
            update(items).where(items.c.id == at.items["140.12"]).values(restricted=True)
        )
        now = {each.heading for each in await chapters.of_report(tx, report_id)}
    assert now - at_first == {f"{maravia.REVIEW} · 140.12"}
    assert len(now & at_first) == 3


async def test_items_that_come_later_appear_in_their_theme_or_outside(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()

        async def themed(code: str, theme: str) -> int:
            made = await maravia.item(tx, code, {"en": f"About {theme}."})
            row = {"vocabulary": "theme", "label": theme, "ordinal": 0}
            await tx.execute(insert(item_tags).values(item_id=made, **row))
            return made

        await themed("141.1", "Torture")
        report_id = await at.begins(Structure.THEME)
        found = await at.board(report_id)
        assert [each.chapter.heading for each in found.parts] == ["Torture"]
        assert len(found.outside) == 4  # without a theme
        await themed("141.2", "Torture")
        await themed("141.3", "Prisons")
        found = await at.board(report_id)
        assert [each.code for each in found.parts[0].items] == ["141.1", "141.2"]
        assert "141.3" in {each.code for each in found.outside}
        assert await report_chapters.complete(tx, at.by_otto, report_id, **LANGUAGES) == 1
        found = await at.board(report_id)
        assert [each.chapter.heading for each in found.parts] == ["Torture", "Prisons"]
        with pytest.raises(NothingInIt):
            await report_chapters.complete(tx, at.by_otto, report_id, **LANGUAGES)


async def test_an_item_of_several_goals_stands_in_one_chapter(database: Database) -> None:
    """And in the one that it was put into by hand, wherever its tags would have it."""
    async with database.write() as tx:
        at = await House(tx).settle()
        for ordinal, label in enumerate(("16.3", "5 - Gender equality")):
            row = {"vocabulary": "sdg", "label": label, "ordinal": ordinal}
            await tx.execute(insert(item_tags).values(item_id=at.items["140.7"], **row))
        row = {"vocabulary": "sdg", "label": "5.1", "ordinal": 0}
        await tx.execute(insert(item_tags).values(item_id=at.items["140.9"], **row))
        report_id = await at.begins(Structure.GOAL)
        found = await at.board(report_id)
        by_goal = {each.chapter.value: [one.code for one in each.items] for each in found.parts}
        assert by_goal == {"5": ["140.9"], "16": ["140.7"]}
        five = found.parts[0].chapter.id
        await report_chapters.put(tx, at.by_otto, five, [at.items["140.7"]])
        found = await at.board(report_id)
        assert [[one.code for one in each.items] for each in found.parts] == [
            ["140.7", "140.9"],
            [],
        ]
        elsewhere = await maravia.item(tx, "9", {"en": "Elsewhere."}, symbol="OTHER")
        with pytest.raises(NotFound):
            await report_chapters.put(tx, at.by_otto, five, [elsewhere])


async def test_what_matches_nothing_is_refused(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        for structure in (Structure.QUESTION, Structure.ARTICLE, Structure.THEME, Structure.GOAL):
            with pytest.raises(NothingInIt):
                await at.begins(structure)
        assert set(await service.structures(tx, at.by_otto, (at.document,))) == {
            Structure.PARAGRAPH
        }
        with pytest.raises(NothingInIt):
            await at.begins(Structure.OWN, documents=(10**6,))
        assert await at.begins(Structure.OWN)


async def test_of_two_officers_who_write_one_chapter_the_second_is_told(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        chapter = (await chapters.of_report(tx, report_id))[0]
        by_olga = act(at.olga, NOW)
        draft = {"language": "en", "after": chapter.version}
        await report_chapters.redraft(tx, at.by_otto, chapter.id, words="Otto's.", **draft)  # type: ignore[arg-type]
        with pytest.raises(Outdated):
            await report_chapters.redraft(tx, by_olga, chapter.id, words="Olga's.", **draft)  # type: ignore[arg-type]
        await report_chapters.remove(tx, at.by_otto, chapter.id)
        with pytest.raises(NotFound):
            await report_chapters.remove(tx, by_olga, chapter.id)
        kept = await chapters.of_report(tx, report_id)
        await report_chapters.move(tx, at.by_otto, kept[2].id, up=True)
        await report_chapters.move(tx, by_olga, kept[0].id, up=True)  # the first one stays
        order = [each.id for each in await chapters.of_report(tx, report_id)]
        assert order == [kept[0].id, kept[2].id, kept[1].id]
        report = await queries.get(tx, report_id)
        assert report is not None
        assert report.revision == 3


async def test_a_report_is_dropped_once_and_what_was_asked_goes_on(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        chapter = (await chapters.of_report(tx, report_id))[0]
        await service.drop(tx, at.by_otto, report_id)
        with pytest.raises(Outdated):
            await service.drop(tx, act(at.olga, NOW), report_id)
        with pytest.raises(NotFound):
            await report_chapters.rename(tx, at.by_otto, chapter.id, "Torture", "en")
        assert await queries.count(tx) == 0


async def test_a_report_is_submitted_after_its_approval_and_stays_as_it_is(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        tomorrow = TODAY + timedelta(days=1)
        with pytest.raises(NotApprovedYet):
            await service.submit(tx, at.by_otto, report_id, day=TODAY, symbol=None)
        late = service.Approved("parliament", tomorrow)
        with pytest.raises(DayInFuture):
            await service.approve(tx, at.by_otto, report_id, late, 0)
        approved = service.Approved("parliament", TODAY, "12/2026")
        await service.approve(tx, at.by_otto, report_id, approved, 0)
        await at.approved("140.7")
        found = await at.board(report_id)
        assert (found.stage, found.news) == (Stage.APPROVED, 0)
        assert found.ready.nobodys == 0
        await maravia.item(tx, "140.99", {"en": "Do what nobody does."})
        assert await report_chapters.complete(tx, at.by_otto, report_id, **LANGUAGES) == 1
        assert (await at.board(report_id)).ready.nobodys == 1
        later = Act(at.otto, 1, maravia.ZONE, NOW + timedelta(hours=1))
        report = await at.reports("140.9")
        await reviews.approve(tx, later, report)
        assert (await at.board(report_id)).news == 1
        await service.submit(tx, at.by_otto, report_id, day=TODAY, symbol="CAT/C/MRV/5")
        for act_of in (
            report_chapters.add(tx, at.by_otto, report_id, "More", "en"),
            service.submit(tx, at.by_otto, report_id, day=TODAY, symbol=None),
            service.drop(tx, at.by_otto, report_id),
        ):
            with pytest.raises(AllSubmitted):
                await act_of
        told = await tx.values(select(audit.c.act).where(audit.c.act.startswith("national_")))
    assert told == ["national_report.add", "national_report.approve", "national_report.submit"]


async def test_an_approval_and_a_submission_that_were_mistakes_are_taken_back(
    database: Database,
) -> None:
    """They stood for ever; why they went is in the audit."""
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        cabinet, parliament = [
            await service.approve(tx, at.by_otto, report_id, service.Approved(by, TODAY), 0)
            for by in ("cabinet", "parliament")
        ]
        with pytest.raises(NotSubmitted):
            await service.take_back_submission(tx, at.by_otto, report_id, "Too early.")
        await service.submit(tx, at.by_otto, report_id, day=TODAY, symbol="CAT/C/MRV/5")
        with pytest.raises(AllSubmitted):  # the submission rests on it
            await service.take_back_approval(tx, at.by_otto, cabinet, "Another report.")
        with pytest.raises(NoWords):
            await service.take_back_submission(tx, at.by_otto, report_id, " ")
        again = await service.take_back_submission(tx, at.by_otto, report_id, "Not sent yet.")
        assert (again.state, again.submitted_on, again.symbol) == (Stage.APPROVED, None, None)
        assert await queries.get(tx, report_id) == again
        left = await service.take_back_approval(tx, at.by_otto, cabinet, "Another report.")
        assert left.state is Stage.APPROVED
        assert [each.id for each in await queries.approvals(tx, report_id)] == [parliament]
        with pytest.raises(Outdated):
            await service.take_back_approval(tx, at.by_otto, cabinet, "Once more.")
        left = await service.take_back_approval(tx, at.by_otto, parliament, "Not held yet.")
        assert left.state is Stage.IN_PREPARATION
        assert (await at.board(report_id)).stage is Stage.IN_PREPARATION
        with pytest.raises(NotApprovedYet):
            await service.submit(tx, at.by_otto, report_id, day=TODAY, symbol=None)
        told = await tx.values(
            select(audit.c.act).where(audit.c.act.startswith("national_")).order_by(audit.c.number)
        )
        assert told[-3:] == [
            "national_report.unsubmit",
            "national_report.unapprove",
            "national_report.unapprove",
        ]
        kept = await tx.values(select(report_approvals.c.id))
        assert set(kept) == {cabinet, parliament}, "what was recorded stays in the record"
        with pytest.raises(NotAllowed):
            await service.take_back_submission(tx, act(at.vera, NOW), report_id, "No.")


async def test_title_documents_and_deadline_change_after_it_was_begun(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        other = await maravia.document(tx, "CAT/C/MRV/CO/4", "cat")
        await maravia.item(tx, "12", {"en": "Train the police."}, symbol="CAT/C/MRV/CO/4")
        assert await at.changes(report_id, title="Third mid-term report") == ("title",)
        assert await at.changes(report_id, documents=(at.document, other)) == ("documents",)
        found = await at.board(report_id)
        assert [each.code for each in found.outside] == ["12"]
        assert (found.report.title, found.report.revision) == ("Third mid-term report", 2)
        assert await at.changes(report_id, documents=(other,)) == ("documents",)
        found = await at.board(report_id)
        assert [len(each.items) for each in found.parts] == [0, 0, 0, 0]
        with pytest.raises(NothingInIt):
            await at.changes(report_id, documents=(999,))
        with pytest.raises(NotFound):
            await at.changes(report_id, deadline_id=999)
        assert await at.changes(report_id) == ()


async def test_two_who_change_a_report_keep_both_or_are_told(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        seen = await at.settings(report_id)
        await at.changes(report_id, months=24, word_limit=9000)
        by_olga = act(at.olga, NOW)
        wanted = replace(seen, title="Third report")
        assert await service.change(tx, by_olga, report_id, wanted, seen=seen) == ("title",)
        now = await at.settings(report_id)
        assert (now.title, now.months, now.word_limit) == ("Third report", 24, 9000)
        with pytest.raises(ChangedMeanwhile):
            await service.change(tx, by_olga, report_id, replace(seen, months=6), seen=seen)


async def test_too_many_chapters_are_called_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said that something had changed meanwhile, and nothing had."""
    monkeypatch.setattr("bot.domain.national_reports.MOST_CHAPTERS", 3)
    async with database.write() as tx:
        at = await House(tx).settle()
        with pytest.raises(TooManyChapters) as refused:
            await at.begins()
        assert refused.value.values == {"count": 4, "limit": 3}
        report_id = await at.begins(Structure.OWN)
        for heading in ("One", "Two", "Three"):
            await report_chapters.add(tx, at.by_otto, report_id, heading, "en")
        with pytest.raises(TooManyChapters):
            await report_chapters.add(tx, at.by_otto, report_id, "Four", "en")


async def test_completing_makes_no_more_chapters_than_a_report_can_have(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        await maravia.item(tx, "141.1", {"en": "One more."})
        monkeypatch.setattr("bot.domain.national_reports.MOST_CHAPTERS", 4)
        with pytest.raises(TooManyChapters):
            await report_chapters.complete(tx, at.by_otto, report_id, **LANGUAGES)


async def test_comments_of_a_chapter_are_told_apart_and_settled(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        chapter = (await chapters.of_report(tx, report_id))[0]
        wanted = Wanted(
            RequestKind.COMMENT,
            Audience(institutions=(at.interior,)),
            TODAY + timedelta(days=14),
            report_id=report_id,
            chapter_id=chapter.id,
        )
        request_id = await requests.plan(tx, at.by_otto, wanted)
        assert (await at.board(report_id)).stage is Stage.OUT_FOR_COMMENTS
        await requests.send_now(tx, at.by_otto, request_id)
        asked = int(await tx.value(select(request_items.c.id)))
        draft = AnswerDraft(asked, "Good.\n140.7: name the law.", "en")
        await answers.answer(tx, act(at.ines, NOW), draft)
        found = await chapter_comments.listed(tx, at.by_otto, report_id)
        assert [(each.place, each.words, each.outcome) for each in found] == [
            (None, "Good.", None),
            ("140.7", "name the law.", None),
        ]
        assert await readiness.holders(tx, at.by_otto, chapter.id) == {
            at.sample.institution_id,
            at.interior,
        }
        answer_id = found[0].answer_id
        await chapter_comments.settle(tx, at.by_otto, answer_id, 1, Outcome.PARTLY)
        by_olga = act(at.olga, NOW)
        await chapter_comments.settle(
            tx, by_olga, answer_id, 1, Outcome.TAKEN_UP, note="Done.", language="en"
        )
        found = await chapter_comments.listed(tx, at.by_otto, report_id)
        assert [(each.outcome, each.note) for each in found] == [
            (None, None),
            (Outcome.TAKEN_UP, "Done."),
        ]
        with pytest.raises(NotFound):
            await chapter_comments.settle(tx, by_olga, answer_id, 2, Outcome.PARTLY)
        await requests.close(tx, at.by_otto, request_id)
        assert (await at.board(report_id)).stage is Stage.IN_PREPARATION


async def test_only_the_secretariat_prepares(database: Database) -> None:
    async with database.write() as tx:
        at = await House(tx).settle()
        report_id = await at.begins()
        chapter = (await chapters.of_report(tx, report_id))[0]
        for who in (at.amal, at.vera):
            by = act(who, NOW)
            approved = service.Approved("cabinet", TODAY)
            for act_of in (
                readiness.board(tx, by, report_id, **LANGUAGES),
                readiness.part(tx, by, chapter.id, **LANGUAGES),
                service.structures(tx, by, ()),
                report_chapters.rename(tx, by, chapter.id, "Mine", "en"),
                service.drop(tx, by, report_id),
                chapter_comments.listed(tx, by, report_id),
                service.approve(tx, by, report_id, approved, 0),
            ):
                with pytest.raises(NotAllowed):
                    await act_of
        report = await queries.get(tx, report_id)
    assert report is not None
    assert (report.state, report.revision) == (Stage.IN_PREPARATION, 0)
