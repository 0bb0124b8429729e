"""Beside the State's answer: independent assessments and grades, and who does what with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.domain.assessments import AssessmentDraft, NotIndependent
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.grades import GradeDraft, GradedTwice, NoSuchParagraph, read_grades, standing
from bot.domain.people import Act, Actor, Role
from bot.domain.progress import Scope, Subject
from bot.domain.reports import DayInFuture, NoWords
from bot.domain.selection import Need
from bot.domain.status import NoStatus
from bot.services import assessments, grades, search
from storage import approved, institutions, progress, seats, selection
from storage import assessments as queries
from storage import grades as grade_queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, items, outbox
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = date(2026, 5, 4)
SESSION = GradeDraft("hrc", "131st session", "en", symbol="CCPR/C/131/2")


@dataclass(frozen=True)
class World:
    """Justice leads 140.7; the human rights institution observes, and so does parliament."""

    sample: Sample
    nhri: int
    people: Mapping[str, Actor]

    def act(self, name: str, now: datetime = NOW) -> Act:
        return maravia.act(self.people[name], now)

    def draft(self, code: str = "140.7", **changes: object) -> AssessmentDraft:
        made = AssessmentDraft(self.sample.items[code], "Nothing has moved.", "en", TODAY)
        return replace(made, **changes)  # type: ignore[arg-type]


async def world(tx: Transaction) -> World:
    sample = await maravia.justice(tx)
    nhri = await institutions.add(tx, "NHRI", "nhri", {"en": "Human Rights Institute"})
    moi = await maravia.justice_elsewhere(tx)
    found = {
        "amina": await maravia.somebody(tx, "Amina", Role.COORDINATOR, None),
        "rim": await maravia.somebody(tx, "Rim", Role.FOCAL_POINT, sample.institution_id),
        "omar": await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, moi),
        "olga": await maravia.somebody(tx, "Olga", Role.OBSERVER, nhri),
        "otto": await maravia.somebody(tx, "Otto", Role.OBSERVER, nhri),
        "ines": await maravia.somebody(tx, "Ines", Role.OBSERVER, moi),
    }
    return World(sample, nhri, found)


async def told(tx: Transaction) -> list[tuple[int, str, bool]]:
    """Who was told which text, and whether without a sound."""
    rows = await tx.rows(select(outbox).order_by(outbox.c.id))
    return [(row["person_id"], row["screen"]["lines"][0]["text"], row["silent"]) for row in rows]


async def test_an_assessment_stands_beside_the_answer_and_is_told_without_a_sound(
    database: Database,
) -> None:
    async with database.write() as tx:
        here = await world(tx)
        item = here.sample.items["140.7"]
        held = assignments.c.item_id == item
        answer = {"status": "implemented", "report_state": "approved", "reported_at": NOW}
        await tx.execute(update(assignments).where(held).values(**answer))
        before = await progress.by(tx, Subject.STATUS, Scope())
        await assessments.give(tx, here.act("olga"), here.draft(status="not_started"))
        assert await progress.by(tx, Subject.STATUS, Scope()) == before  # beside, never merged
        assert await tx.value(select(assignments.c.status).where(held)) == "implemented"
        silently = [
            (here.people[each].person_id, "assessments.told", True) for each in ("amina", "rim")
        ]
        assert sorted(await told(tx), key=str) == sorted(silently, key=str)
        entry = await tx.row(select(audit).order_by(audit.c.number.desc()))
        assert entry is not None
        assert entry["act"] == "assessment.give"
        assert "moved" not in str(entry["facts"])
        for name in ("amina", "rim", "olga", "ines"):
            assert (await assessments.seen(tx, here.people[name], item)).id == item
        with pytest.raises(NotFound):  # an institution that the item does not concern
            await assessments.seen(tx, here.people["omar"], item)


async def test_another_version_takes_its_place_and_the_first_stays_in_the_record(
    database: Database,
) -> None:
    async with database.write() as tx:
        here = await world(tx)
        item = here.sample.items["140.7"]
        first = await assessments.give(tx, here.act("olga"), here.draft())
        second = await assessments.give(
            tx, here.act("otto"), here.draft(words="It moved a little.")
        )
        assert [each.id for each in await queries.of_item(tx, item)] == [second.id]
        every = await queries.history(tx, item)
        assert [(each.version, each.words) for each in every] == [
            (2, "It moved a little."),
            (1, "Nothing has moved."),
        ]
        with pytest.raises(Outdated):  # the first stands no more
            await assessments.withdraw(tx, here.act("olga"), first.id)
        await assessments.withdraw(tx, here.act("olga"), second.id)
        assert await queries.of_item(tx, item) == []
        assert len(await queries.history(tx, item)) == 2
        with pytest.raises(Outdated):
            await assessments.withdraw(tx, here.act("otto"), second.id)
        again = await assessments.give(tx, here.act("otto"), here.draft())
        assert again.version == 3


async def test_who_sits_in_two_institutions_assesses_for_each(database: Database) -> None:
    """Only the first one's name was ever taken."""
    async with database.write() as tx:
        here = await world(tx)
        other = await institutions.add(tx, "PARL", "parliament", {"en": "Parliament"})
        olga = here.people["olga"]
        assert olga.person is not None
        second = await seats.add(tx, olga.person.id, Role.OBSERVER, other, now=NOW)
        act = maravia.act(replace(olga, seats=(*olga.seats, second)), NOW)
        for institution_id in (other, here.nhri):
            draft = here.draft(institution_id=institution_id)
            given = await assessments.give(tx, act, draft)
            assert given.institution_id == institution_id
        entry = await tx.row(select(audit).where(audit.c.act == "assessment.give"))
        assert entry is not None
        assert entry["seat_id"] == second.id
        every = await queries.of_item(tx, here.sample.items["140.7"])
        assert {each.institution_id for each in every} == {other, here.nhri}
        with pytest.raises(NotAllowed):  # in whose name must be said
            await assessments.give(tx, act, here.draft())
        with pytest.raises(NotAllowed):
            await assessments.give(tx, here.act("otto"), here.draft(institution_id=other))


async def test_who_sits_in_two_assesses_only_for_the_one_that_does_not_answer_itself(
    database: Database,
) -> None:
    async with database.write() as tx:
        here = await world(tx)
        olga = here.people["olga"]
        assert olga.person is not None
        ministry = await seats.add(
            tx, olga.person.id, Role.OBSERVER, here.sample.institution_id, now=NOW
        )
        act = maravia.act(replace(olga, seats=(ministry, *olga.seats)), NOW)
        given = await assessments.give(tx, act, here.draft())
        assert given.institution_id == here.nhri


@pytest.mark.parametrize("name", ["amina", "rim", "omar", "ines"])
async def test_nobody_in_the_state_writes_or_takes_back_what_is_independent(
    database: Database, name: str
) -> None:
    async with database.write() as tx:
        here = await world(tx)
        given = await assessments.give(tx, here.act("olga"), here.draft())
        with pytest.raises((NotAllowed, NotFound)):
            await assessments.withdraw(tx, here.act(name), given.id)
        if name != "ines":  # an observer too, of another institution
            with pytest.raises(NotAllowed):
                await assessments.give(tx, here.act(name), here.draft())
        assert (await queries.of_item(tx, given.item_id))[0].stands


async def test_what_is_restricted_own_unknown_or_empty_is_not_assessed(database: Database) -> None:
    async with database.write() as tx:
        here = await world(tx)
        olga = here.act("olga")
        secret = here.sample.items["140.9"]
        await tx.execute(update(items).where(items.c.id == secret).values(restricted=True))
        for draft, refusal in (
            (here.draft("140.9"), NotFound),
            (here.draft(words=" "), NoWords),
            (here.draft(status="splendid"), NoStatus),
            (here.draft(as_of=TODAY + timedelta(days=1)), DayInFuture),
        ):
            with pytest.raises(refusal):
                await assessments.give(tx, olga, draft)
        held = insert(assignments).values(
            item_id=here.sample.items["140.7"],
            institution_id=here.nhri,
            part="contributing",
            state="announced",
            assigned_at=NOW,
        )
        await tx.execute(held)
        with pytest.raises(NotIndependent):
            await assessments.give(tx, olga, here.draft())


async def test_several_paragraphs_are_graded_in_one_go_and_twice_changes_nothing(
    database: Database,
) -> None:
    async with database.write() as tx:
        here = await world(tx)
        amina, item = here.act("amina"), here.sample.items["140.7"]
        given = read_grades("C\n140.9: b\n140.12 A", "hrc")
        assert await grades.enter(tx, amina, item, given, SESSION) == 3
        assert await grades.enter(tx, amina, item, given, SESSION) == 0
        assert await grades.enter(tx, amina, item, read_grades("D", "hrc"), SESSION) == 1
        every = await grade_queries.history(tx, item)
        assert [(each.grade, each.withdrawn_at is None) for each in every] == [
            ("D", True),
            ("C", False),
        ]
        later = replace(SESSION, session="134th session")
        assert await grades.enter(tx, amina, item, read_grades("B", "hrc"), later) == 1
        found = standing(await grade_queries.history(tx, item))
        assert [each.grade for each in found] == ["B", "D"]  # of two sessions
        hits = (await search.find(tx, here.people["amina"], "grade B")).hits
        assert sorted(each.code for each in hits) == ["140.7", "140.9"]
        assert [
            each.code for each in (await search.find(tx, here.people["rim"], "note a")).hits
        ] == ["140.12"]
        await grades.take_back(tx, amina, found[0].id)
        with pytest.raises(Outdated):
            await grades.take_back(tx, amina, found[0].id)
        hits = (await search.find(tx, here.people["amina"], "grade B")).hits
        assert [each.code for each in hits] == ["140.9"]


async def test_a_wrong_paragraph_or_two_grades_of_one_enter_nothing(database: Database) -> None:
    async with database.write() as tx:
        here = await world(tx)
        amina, item = here.act("amina"), here.sample.items["140.7"]
        for written, refusal in (
            ("140.9: B\n999: A", NoSuchParagraph),
            ("140.7: B\nA", GradedTwice),
        ):
            with pytest.raises(refusal):
                await grades.enter(tx, amina, item, read_grades(written, "hrc"), SESSION)
        tomorrow = replace(SESSION, given_on=TODAY + timedelta(days=1))
        with pytest.raises(DayInFuture):
            await grades.enter(tx, amina, item, read_grades("B", "hrc"), tomorrow)
        for name in ("rim", "olga"):
            with pytest.raises(NotAllowed):
                await grades.enter(tx, here.act(name), item, read_grades("B", "hrc"), SESSION)
        assert await grade_queries.schemes(tx) == []


async def test_what_needs_a_law_comes_with_what_was_approved_on_it(database: Database) -> None:
    async with database.write() as tx:
        here = await world(tx)
        ids = [here.sample.items[code] for code in ("140.7", "140.9", "140.12")]
        await selection.add_need(tx, ids[:2], Need.LEGISLATION)
        await selection.add_need(tx, ids[1:], Need.BUDGET)
        await tx.execute(update(items).where(items.c.id == ids[2]).values(restricted=True))
        assert await approved.count_needing(tx, Need.LEGISLATION) == 2
        assert await approved.count_needing(tx, Need.BUDGET) == 1
        found = await approved.needing(tx, [Need.LEGISLATION, Need.BUDGET], limit=8)
        assert [(each.code, each.status) for each in found] == [("140.7", None), ("140.9", None)]
