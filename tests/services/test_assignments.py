"""Assigning and announcing: one lead an item, drafts nobody hears of, one message a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.assigning import Target
from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.items import AssignmentState, Part
from bot.domain.people import COMMAND_LINE, Act, Role
from bot.domain.screens import Code, from_json, to_json
from bot.domain.selection import EVERY, UNASSIGNED, Narrowing, Need, Selection, mark
from bot.services import assignments, clusters, not_ours, people
from bot.services.assignments import NobodyChosen, NothingToAnnounce
from storage import assignments as queries
from storage import clusters as cluster_queries
from storage import desk, institutions
from storage import selection as selections
from storage.database import Database, Transaction
from storage.tables import assignments as table
from storage.tables import audit, item_tags, outbox
from tests import maravia

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = date(2026, 11, 30)


@dataclass(frozen=True)
class House:
    """Items of Maravia; Justice with two people, Interior with nobody, an officer."""

    items: list[int]
    justice: int
    interior: int
    officer: Act
    amal: Act
    ali: Act


async def house(database: Database, count: int = 10) -> House:
    async with database.write() as tx:
        justice = await institutions.add(tx, "MOJ", "ministry", {"en": "Ministry of Justice"})
        interior = await maravia.justice_elsewhere(tx)
        items = [
            await maravia.item(tx, f"140.{n}", {"en": f"Adopt measure {n}."})
            for n in range(1, count + 1)
        ]
        return House(
            items,
            justice,
            interior,
            maravia.act(await maravia.somebody(tx, "Otto", Role.OFFICER, None), NOW),
            maravia.act(await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, justice), NOW),
            maravia.act(
                await maravia.somebody(tx, "Ali", Role.ALTERNATE, justice, language="ar"), NOW
            ),
        )


async def assign(
    tx: Transaction,
    at: House,
    items: Sequence[int],
    lead: int | None,
    *also: int,
    due: date | None = DUE,
) -> None:
    await assignments.assign(tx, at.officer, items, lead=lead, contributing=also, due_on=due)


async def messages(database: Database, prefix: str) -> list[dict[str, object]]:
    """What was planned under such keys: to whom, and which screen."""
    async with database.read() as tx:
        rows = await tx.rows(select(outbox).where(outbox.c.key.startswith(prefix)))
    return [dict(row) for row in rows]


async def parts(database: Database, item_id: int) -> dict[int, tuple[str, str]]:
    """By institution: part and state of an item's assignments."""
    async with database.read() as tx:
        rows = await tx.rows(select(table).where(table.c.item_id == item_id))
    return {row["institution_id"]: (row["part"], row["state"]) for row in rows}


# -- Assigning -------------------------------------------------------------------------------------


async def test_assigning_makes_drafts_of_which_nobody_hears(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        done = await assignments.assign(
            tx, at.officer, at.items, lead=at.justice, contributing=[at.interior], due_on=DUE
        )
    assert (done.items, done.drafts, done.changed, done.told) == (10, 20, 0, 0)
    assert await parts(database, at.items[0]) == {
        at.justice: ("lead", "draft"),
        at.interior: ("contributing", "draft"),
    }
    assert await messages(database, "") == []


async def test_an_item_has_one_lead_and_the_former_one_contributes(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        await assign(tx, at, at.items[:2], at.justice)
        await assign(tx, at, at.items[:1], at.interior)
    assert await parts(database, at.items[0]) == {
        at.justice: ("contributing", "draft"),
        at.interior: ("lead", "draft"),
    }
    assert (await parts(database, at.items[1]))[at.justice] == ("lead", "draft")


async def test_what_is_announced_changes_at_once_and_its_people_hear_silently(
    database: Database,
) -> None:
    at = await house(database)
    async with database.write() as tx:
        await assign(tx, at, at.items, at.justice)
        await assignments.announce(tx, at.officer)
        await assign(tx, at, at.items[:3], at.justice, due=date(2027, 1, 31))
    told = await messages(database, "altered:")
    assert {each["person_id"] for each in told} == {at.amal.actor.person_id, at.ali.actor.person_id}
    assert all(each["silent"] for each in told)
    screen = from_json(told[0]["screen"])  # type: ignore[arg-type]
    assert screen.lines[0] is not None
    assert screen.lines[0].count == 3


async def test_assigning_needs_an_institution_that_there_is(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        with pytest.raises(NobodyChosen):
            await assign(tx, at, at.items, None)
        with pytest.raises(NotFound):
            await assign(tx, at, at.items, 999)
        with pytest.raises(NotFound):
            await assign(tx, at, [999], at.justice)


async def test_only_the_secretariat_arranges(database: Database) -> None:
    """Every act, tried by a focal point."""
    at = await house(database)
    async with database.write() as tx:
        await assign(tx, at, at.items, at.justice)
        cluster = await clusters.create(tx, at.officer, "Prisons", at.items, language="en")
    amal = at.amal
    acts: list[Callable[[Transaction], object]] = [
        lambda tx: assignments.assign(tx, amal, at.items, lead=at.justice, due_on=None),
        lambda tx: assignments.take_back(tx, amal, 1),
        lambda tx: assignments.preview(tx, amal),
        lambda tx: assignments.announce(tx, amal),
        lambda tx: assignments.announce_by_letter(tx, amal, ""),
        lambda tx: assignments.release(tx, amal, 1),
        lambda tx: assignments.reassign(tx, amal, 1, at.interior),
        lambda tx: assignments.insist(tx, amal, 1, "No.", language="en"),
        lambda tx: clusters.create(tx, amal, "Mine", at.items, language="en"),
        lambda tx: clusters.put(tx, amal, at.items, cluster),
        lambda tx: clusters.rename(tx, amal, cluster, "Mine", language="en"),
        lambda tx: clusters.merge(tx, amal, cluster, cluster),
        lambda tx: clusters.prioritise(tx, amal, at.items, priority=True),
        lambda tx: clusters.mark_need(tx, amal, at.items, Need.DATA, needed=True),
    ]
    for act in acts:
        async with database.write() as tx:
            with pytest.raises(NotAllowed):
                await act(tx)  # type: ignore[misc]


async def test_a_draft_goes_and_what_was_announced_ends(database: Database) -> None:
    at = await house(database, 2)
    async with database.write() as tx:
        await assign(tx, at, at.items[:1], at.justice)
        await assignments.announce(tx, at.officer)
        await assign(tx, at, at.items[1:], at.justice)
    async with database.write() as tx:
        for each in await queries.of_items(tx, at.items):
            await assignments.take_back(tx, at.officer, each.id)
    assert await parts(database, at.items[0]) == {at.justice: ("lead", "ended")}
    assert await parts(database, at.items[1]) == {}
    assert len(await messages(database, "altered:")) == 2


async def test_what_has_ended_can_be_assigned_again(database: Database) -> None:
    at = await house(database, 1)
    async with database.write() as tx:
        await assign(tx, at, at.items, at.justice)
        await assignments.announce(tx, at.officer)
        [held] = await queries.of_items(tx, at.items)
        await assignments.take_back(tx, at.officer, held.id)
        await assign(tx, at, at.items, at.justice)
    assert await parts(database, at.items[0]) == {at.justice: ("lead", "draft")}


async def test_two_officers_who_assign_the_same_items_leave_one_lead_each(
    database: Database,
) -> None:
    at = await house(database, 6)

    async def one(lead: int) -> None:
        async with database.write() as tx:
            await assign(tx, at, at.items, lead)

    await asyncio.gather(one(at.justice), one(at.interior), one(at.justice), one(at.interior))
    async with database.read() as tx:
        leads = await tx.values(
            select(func.count()).where(table.c.part == "lead").group_by(table.c.item_id)
        )
    assert leads == [1] * 6


# -- Announcing ------------------------------------------------------------------------------------


async def test_announcing_is_one_message_a_person_with_the_five_most_urgent(
    database: Database,
) -> None:
    at = await house(database)
    async with database.write() as tx:
        for number, item_id in enumerate(at.items):
            await assign(tx, at, [item_id], at.justice, due=date(2026, 12, 20 - number))
        done = await assignments.announce(tx, at.officer)
    assert (done.assignments, done.people) == (10, 2)
    told = await messages(database, "announced:")
    assert {each["person_id"] for each in told} == {at.amal.actor.person_id, at.ali.actor.person_id}
    screen = from_json(told[0]["screen"])  # type: ignore[arg-type]
    named = [row[0].label.values["item"] for row in screen.rows if "item" in row[0].label.values]
    assert named == [Code("140.10"), Code("140.8"), Code("140.6")]  # two a row: 10, 9, 8, 7, 6
    assert screen.rows[-1][0].act == "list:all:0"


async def test_announcing_twice_has_one_effect(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        await assign(tx, at, at.items, at.justice)
        seen = await assignments.preview(tx, at.officer)

    async def announce() -> bool:
        try:
            async with database.write() as tx:
                await assignments.announce(tx, at.officer, seen.mark)
        except (NothingToAnnounce, Outdated):
            return False
        return True

    assert sorted(await asyncio.gather(*(announce() for _ in range(4)))) == [False] * 3 + [True]
    assert len(await messages(database, "announced:")) == 2


async def test_drafts_that_changed_since_the_preview_are_not_announced(
    database: Database,
) -> None:
    at = await house(database)
    async with database.write() as tx:
        await assign(tx, at, at.items[:5], at.justice)
        seen = await assignments.preview(tx, at.officer)
        await assign(tx, at, at.items[5:], at.justice)
    async with database.write() as tx:
        with pytest.raises(Outdated):
            await assignments.announce(tx, at.officer, seen.mark)
    assert await messages(database, "announced:") == []


async def test_drafts_for_nobody_wait_or_are_announced_by_letter(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        await people.invite(tx, maravia.act(COMMAND_LINE, NOW), Role.FOCAL_POINT, at.interior)
        await assign(tx, at, at.items, at.justice, at.interior)
        seen = await assignments.preview(tx, at.officer)
    assert (seen.drafts, seen.institutions, seen.people) == (10, 1, 2)
    assert [(each.drafts, each.invited) for each in seen.waiting] == [(10, True)]
    async with database.write() as tx:
        await assignments.announce(tx, at.officer, seen.mark)
    assert (await parts(database, at.items[0]))[at.interior] == ("contributing", "draft")
    async with database.write() as tx:
        done = await assignments.announce_by_letter(tx, at.officer, seen.waiting_mark)
    assert (done.assignments, done.people) == (10, 0)
    assert (await parts(database, at.items[0]))[at.interior] == ("contributing", "announced")


async def test_acts_leave_ids_in_the_audit(database: Database) -> None:
    at = await house(database, 2)
    async with database.write() as tx:
        await assign(tx, at, at.items, at.justice)
        await assignments.announce(tx, at.officer)
    async with database.read() as tx:
        entries = await tx.rows(select(audit).order_by(audit.c.number))
    assert [each["act"] for each in entries] == ["assignment.assign", "assignment.announce"]
    facts = entries[0]["facts"]
    assert (facts["items"], facts["lead"], facts["due_on"]) == (at.items, [at.justice], [str(DUE)])
    assert all(each["seat_id"] == at.officer.actor.seat_id for each in entries)


# -- What institutions give back -------------------------------------------------------------------


async def given_back(database: Database, at: House, *, suggested: bool = True) -> int:
    async with database.write() as tx:
        await assign(tx, at, at.items[:1], at.justice)
        await assignments.announce(tx, at.officer)
        [held] = await queries.of_items(tx, at.items[:1])
        await not_ours.disown(
            tx, at.amal, held.id, "Not for us.", suggested_id=at.interior if suggested else None
        )
    return held.id


async def test_what_is_given_back_goes_on_with_its_part_and_date(database: Database) -> None:
    at = await house(database)
    assignment_id = await given_back(database, at)
    async with database.write() as tx:
        assert (await desk.counts(tx, today=TODAY, now=NOW)).disowned == 1
        await assignments.reassign(tx, at.officer, assignment_id, at.interior)
        counts = await desk.counts(tx, today=TODAY, now=NOW)
        [old, new] = sorted(await queries.of_items(tx, at.items[:1]), key=lambda each: each.id)
    assert (counts.disowned, counts.drafts) == (0, 1)
    assert (old.state, new.state) == (AssignmentState.ENDED, AssignmentState.DRAFT)
    assert (new.part, new.due_on) == (Part.LEAD, DUE)


async def test_what_is_released_is_unassigned_again(database: Database) -> None:
    at = await house(database)
    assignment_id = await given_back(database, at)
    async with database.write() as tx:
        await assignments.release(tx, at.officer, assignment_id)
        assert at.items[0] in await selections.ids(tx, UNASSIGNED, today=TODAY)
        with pytest.raises(Outdated):
            await assignments.release(tx, at.officer, assignment_id)


async def test_what_stays_theirs_is_told_with_the_reason(database: Database) -> None:
    at = await house(database)
    assignment_id = await given_back(database, at)
    async with database.write() as tx:
        await assignments.insist(tx, at.officer, assignment_id, "Law 9.", language="en")
    assert await parts(database, at.items[0]) == {at.justice: ("lead", "announced")}
    told = await messages(database, "stays:")
    assert {each["subject"] for each in told} == {f"assignment:{assignment_id}"}
    assert "Law 9." in str(to_json(from_json(told[0]["screen"])))  # type: ignore[arg-type]


# -- Suggestions, selections, clusters -------------------------------------------------------------


async def test_holders_of_siblings_are_suggested_before_holders_of_the_cluster(
    database: Database,
) -> None:
    at = await house(database)
    first, sibling, mate = at.items[:3]
    async with database.write() as tx:
        await maravia.alike(tx, first, sibling)
        await assign(tx, at, [sibling], at.interior)
        await assign(tx, at, [mate], at.justice)
        await clusters.create(tx, at.officer, "Prisons", [first, mate], language="en")
        assert await queries.suggested(tx, [first]) == [at.interior, at.justice]


async def test_items_are_narrowed_by_everything_at_once(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        theme = {"vocabulary": "theme", "label": "Prisons", "ordinal": 1}
        for item_id in at.items[:4]:
            await tx.execute(item_tags.insert().values(item_id=item_id, **theme))
        cluster = await clusters.create(tx, at.officer, "Detention", at.items[1:6], language="en")
        await clusters.mark_need(tx, at.officer, at.items[2:], Need.BUDGET, needed=True)
        await clusters.mark_need(  # twice has one effect
            tx, at.officer, at.items[2:], Need.BUDGET, needed=True
        )
        await clusters.prioritise(tx, at.officer, at.items[:9], priority=True)
        await assign(tx, at, at.items[3:], at.justice)
        every = Selection(
            {
                Narrowing.DOCUMENT: str(await maravia.document(tx)),
                Narrowing.MECHANISM: mark("upr"),
                Narrowing.THEME: mark("Prisons"),
                Narrowing.CLUSTER: str(cluster),
                Narrowing.KIND: "recommendation",
                Narrowing.NEED: "budget",
            },
            unassigned=True,
            priority=True,
        )
        assert await selections.ids(tx, every, today=TODAY) == [at.items[2]]
        assert await selections.count(tx, EVERY, today=TODAY) == 10
        counted = await selections.choices(tx, EVERY, Narrowing.NEED, today=TODAY)
        assert [(each.name, each.count) for each in counted] == [("budget", 8)]
        in_none = Selection({Narrowing.CLUSTER: "0"})
        assert await selections.count(tx, in_none, today=TODAY) == 5


async def test_items_are_narrowed_by_goal_by_last_word_and_by_its_age(database: Database) -> None:
    at = await house(database)
    old, fresh, silent, *_ = at.items
    async with database.write() as tx:
        for item_id, label in ((old, "16.3"), (silent, "16.3"), (fresh, "5")):
            tag = {"item_id": item_id, "vocabulary": "sdg", "label": label, "ordinal": 1}
            await tx.execute(item_tags.insert().values(**tag))
        for item_id, status, as_of in (
            (old, "in_progress", TODAY - timedelta(days=200)),
            (fresh, "implemented", TODAY - timedelta(days=10)),
            (silent, None, None),
        ):
            held = await maravia.assignment(tx, item_id, at.justice)
            changes = {"status": status, "as_of": as_of}
            await tx.execute(table.update().where(table.c.id == held).values(**changes))

        async def meant(**by: str) -> list[int]:
            wanted = Selection({Narrowing(name): value for name, value in by.items()})
            return await selections.ids(tx, Selection.read(wanted.code), today=TODAY)

        async def offered(narrowing: Narrowing) -> dict[str, int]:
            found = await selections.choices(tx, EVERY, narrowing, today=TODAY)
            return {each.name: each.count for each in found}

        assert await meant(sdg=mark("16.3")) == [old, silent]
        assert await meant(status="implemented") == [fresh]
        assert await meant(status="none") == [silent]
        assert await meant(report_age="6") == [old, silent]
        assert await meant(report_age="12") == [silent]
        assert await meant(report_age="0", status="in_progress") == []
        assert await offered(Narrowing.SDG) == {"16.3": 2, "5": 1}
        assert await offered(Narrowing.STATUS) == {"implemented": 1, "in_progress": 1, "none": 1}
        assert await offered(Narrowing.REPORT_AGE) == {"3": 2, "6": 2, "12": 1, "0": 1}
        for narrowing in (Narrowing.STATUS, Narrowing.REPORT_AGE):
            assert await selections.choices(tx, UNASSIGNED, narrowing, today=TODAY) == []
            silents = Selection({Narrowing.REPORT_AGE: "0"})
            left = await selections.choices(tx, silents, narrowing, today=TODAY)
            assert {each.name for each in left} <= {"none", "3", "6", "12", "0"}
            assert all(each.count == 1 for each in left)
        with pytest.raises(NotFound):
            await meant(report_age="7")


async def test_a_restricted_item_is_listed_without_its_words(database: Database) -> None:
    at = await house(database, 1)
    async with database.write() as tx:
        secret = await maravia.item(tx, "7/2020", {"en": "A name."}, restricted=True, kind="view")
        listed = await selections.of_ids(
            tx, [secret, *at.items], language="en", default_language="en"
        )
    assert {each.words for each in listed} == {None, "Adopt measure 1."}


async def test_clusters_merge_and_split(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        first = await clusters.create(tx, at.officer, "A", at.items[:6], language="en")
        second = await clusters.create(tx, at.officer, "B", at.items[4:8], language="en")
        sizes = {each.id: each.size for each in await cluster_queries.every(tx)}
        assert sizes == {first: 4, second: 4}
        assert await clusters.merge(tx, at.officer, first, second) == 4
        assert [each.size for each in await cluster_queries.every(tx)] == [8]
        with pytest.raises(NotFound):
            await clusters.put(tx, at.officer, at.items, first)
        with pytest.raises(NotFound):
            await clusters.merge(tx, at.officer, second, second)
        await clusters.put(tx, at.officer, at.items, None)
        assert [each.size for each in await cluster_queries.every(tx)] == [0]
        for name in ("", "  ", "x" * 121):
            with pytest.raises(Refused):
                await clusters.rename(tx, at.officer, second, name, language="en")


async def test_a_plan_of_exact_targets_ends_what_is_left_out(database: Database) -> None:
    at = await house(database, 1)
    [item] = at.items
    async with database.write() as tx:
        await assign(tx, at, [item], at.justice, at.interior)
        await assignments.announce(tx, at.officer)
        targets = {item: {at.interior: Target(Part.LEAD, DUE)}}
        done = await assignments.aim(tx, at.officer, targets, exact=True)
    assert await parts(database, item) == {
        at.justice: ("lead", "ended"),
        at.interior: ("lead", "draft"),
    }
    assert done.told == 1
