"""Asking and reminding: two minutes to undo, one message a person, a ladder that answers stop."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.domain.deadlines import DeadlineKind
from bot.domain.deadlines import Wanted as Deadline
from bot.domain.errors import NotAllowed, Outdated
from bot.domain.ladder import PutOff
from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import (
    UNDO,
    Audience,
    ItemState,
    LeftOut,
    Repeats,
    RequestKind,
    RequestState,
    RequestText,
    Stand,
)
from bot.domain.screens import Words, text
from bot.domain.selection import Narrowing, Selection
from bot.domain.views.reminders import SHORT, called
from bot.domain.work_calendar import Policy
from bot.schedule import ask_and_remind, ask_before_deadlines
from bot.services import (
    answers,
    assignments,
    audit,
    deadlines,
    not_ours,
    reminders,
    requests,
    reviews,
)
from bot.services import people as seating
from bot.services import status_updates as reporting
from bot.services.answers import AnswerDraft, NotOpen
from bot.services.people import Chat
from bot.services.requests import AskedForTime, DueInPast, NobodyToAsk, NotLater, TooLate, Wanted
from storage import deadlines as calendar
from storage import outbox as messages
from storage import reminders as rung_queries
from storage import requests as queries
from storage import selection
from storage.database import Database, Transaction
from storage.tables import assignment_terms, audit_words, outbox, request_items
from storage.tables import assignments as assignment_table
from storage.tables import reminders as reminder_table
from storage.tables import requests as request_table
from tests import maravia

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)  # a Monday
DUE = date(2026, 5, 29)
POLICY = Policy(maravia.ZONE)
CODES = ("140.7", "140.9", "140.12")


@dataclass(frozen=True)
class House:
    """Justice with three announced items without a due day, two people and a validator."""

    justice: int
    interior: int
    assignments: dict[str, int]
    items: dict[str, int]
    officer: Act
    amal: Act
    ali: Act
    vera: Act


async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        there = sample.institution_id
        people = {
            name: maravia.act(await maravia.somebody(tx, name, role, where), NOW)
            for name, role, where in (
                ("Otto", Role.OFFICER, None),
                ("Amal", Role.FOCAL_POINT, there),
                ("Ali", Role.ALTERNATE, there),
                ("Vera", Role.VALIDATOR, there),
            )
        }
    return House(
        there,
        interior,
        dict(sample.assignments),
        dict(sample.items),
        people["Otto"],
        people["Amal"],
        people["Ali"],
        people["Vera"],
    )


def at(act: Act, moment: datetime) -> Act:
    """The same person at another moment."""
    return replace(act, now=moment)


def wanted(house: House, *codes: str, due_on: date = DUE) -> Wanted:
    items = tuple(house.items[each] for each in codes or CODES)
    text = RequestText("en", "Mid-term report", "Please report on what was done this year.")
    return Wanted(RequestKind.STATUS, Audience(None, items), due_on, (text,))


async def asked(database: Database, house: House, *codes: str, due_on: date = DUE) -> int:
    """A request that has gone out."""
    async with database.write() as tx:
        request_id = await requests.plan(tx, house.officer, wanted(house, *codes, due_on=due_on))
        await requests.send_now(tx, house.officer, request_id)
    return request_id


async def tick(database: Database, moment: datetime) -> None:
    """What the house does by itself at that moment."""
    await ask_and_remind(database, Act(TICK, 1, maravia.ZONE, moment), POLICY)


async def days(database: Database, first: date, last: date) -> None:
    """Every morning and evening from the first day to the last."""
    day = first
    while day <= last:
        for hour in (7, 9, 17):
            await tick(database, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        day += timedelta(days=1)


async def told(database: Database, prefix: str) -> list[int | None]:
    """Who gets messages under such keys, edits left out."""
    async with database.read() as tx:
        return await tx.values(
            select(outbox.c.person_id)
            .where(outbox.c.key.startswith(prefix), outbox.c.edits.is_(None))
            .order_by(outbox.c.person_id, outbox.c.id)
        )


async def delivered(database: Database) -> None:
    """Everything planned has been sent."""
    async with database.write() as tx:
        await tx.execute(update(outbox).values(state="sent", screen=None))


def both(there: House) -> list[int | None]:
    """The people of Justice who are asked and reminded."""
    return [there.amal.actor.person_id, there.ali.actor.person_id]


async def rungs(database: Database, **where: object) -> list[tuple[int, str, str | None]]:
    """Days, state and reason of every rung that fits, in the order of time."""
    async with database.read() as tx:
        rows = await tx.rows(
            select(reminder_table)
            .where(*(reminder_table.c[name] == value for name, value in where.items()))
            .order_by(reminder_table.c.at, reminder_table.c.days, reminder_table.c.id)
        )
    return [(row["days"], row["state"], row["reason"]) for row in rows]


async def report(tx: Transaction, act: Act, assignment_id: int) -> None:
    draft = StatusUpdateDraft(
        assignment_id, "in_progress", "Bill 12 passed its first reading.", "en", act.today
    )
    await reporting.submit(tx, act, draft)


async def state_of(database: Database, assignment_id: int) -> ItemState:
    async with database.read() as tx:
        row = await tx.row(
            select(request_items.c.state)
            .where(request_items.c.assignment_id == assignment_id)
            .order_by(request_items.c.id.desc())
            .limit(1)
        )
    assert row is not None
    return ItemState(row["state"])


# -- Sending ---------------------------------------------------------------------------------------


async def test_a_request_waits_two_minutes_and_then_tells_each_person_once(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        await requests.plan(tx, there.officer, wanted(there))
    await tick(database, NOW + UNDO - timedelta(seconds=1))
    assert await told(database, "request:") == []
    await tick(database, NOW + UNDO)
    await tick(database, NOW + UNDO)
    assert await told(database, "request:") == both(there)
    async with database.read() as tx:
        due = await tx.values(select(assignment_table.c.due_on))
    assert sorted(due, key=str) == [DUE, DUE, DUE, None], "140.15 was not asked for"


async def test_an_undone_request_never_goes_out_and_one_that_is_out_cannot_be_undone(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        undone = await requests.plan(tx, there.officer, wanted(there))
        await requests.undo(tx, there.officer, undone)
        sent = await requests.plan(tx, there.officer, wanted(there, "140.7"))
    await tick(database, NOW + UNDO)
    assert len(await told(database, f"request:{sent}:")) == 2
    assert await told(database, f"request:{undone}:") == []
    async with database.write() as tx:
        with pytest.raises(TooLate):
            await requests.undo(tx, there.officer, sent)
        with pytest.raises(Outdated):
            await requests.send_now(tx, there.officer, sent)


async def test_what_cannot_be_asked_is_refused(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        with pytest.raises(DueInPast):
            await requests.plan(tx, there.officer, wanted(there, due_on=date(2026, 5, 3)))
        nobody = replace(wanted(there), audience=Audience(None, (), (there.interior,)))
        with pytest.raises(NobodyToAsk):
            await requests.plan(tx, there.officer, nobody)
        for stranger in (there.amal, there.vera):
            with pytest.raises(NotAllowed):
                await requests.plan(tx, stranger, wanted(there))
            with pytest.raises(NotAllowed):
                await requests.preview(tx, stranger, wanted(there), ("en",))


async def test_the_preview_says_who_is_left_out_and_who_reads_another_language(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        item = there.items["140.7"]
        await maravia.assignment(tx, item, there.interior)
        await maravia.somebody(tx, "Aïcha", Role.FOCAL_POINT, there.justice, language="fr")
        found = await requests.preview(tx, there.officer, wanted(there), ("en", "fr"))
    assert (found.items, found.institutions, found.people) == (3, 1, 3)
    assert [why for _, why in found.left_out] == [LeftOut.NO_SEAT]
    assert found.other_language == {"fr": 1}


async def test_who_is_asked_by_the_age_of_the_last_report_is_asked_in_that_institution_only(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        item = there.items["140.7"]
        await maravia.assignment(tx, item, there.interior)
        await report(tx, there.amal, there.assignments["140.7"])
        silent = Selection({Narrowing.REPORT_AGE: "3"}).code
        request_id = await requests.plan(
            tx, there.officer, replace(wanted(there), audience=Audience(silent))
        )
        await requests.send_now(tx, there.officer, request_id)
        asked_of = {
            (each.institution_id, each.item_id) for each in await queries.open_items(tx, request_id)
        }
    assert (there.interior, item) in asked_of
    assert (there.justice, item) not in asked_of


# -- The ladder ------------------------------------------------------------------------------------


async def test_every_rung_comes_in_its_turn_and_all_of_one_day_are_one_message(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there)
    await days(database, NOW.date(), date(2026, 6, 30))
    amal = there.amal.actor.person_id
    one = await rungs(database, person_id=amal)
    assert [each[0] for each in one] == [-14] * 3 + [-7] * 3 + [-1] * 3 + [0] * 3 + [3] * 3
    assert {each[1] for each in one} == {"sent"}
    reminded = await told(database, "reminder:")
    assert reminded.count(amal) == 5
    assert reminded.count(there.vera.actor.person_id) == 0, "nobody has said so"
    held = await rungs(database, person_id=there.vera.actor.person_id)
    assert {each[1] for each in held} == {"held"}
    assert reminded.count(there.officer.actor.person_id) == 1, "the call list"


async def test_an_answer_stops_the_ladder_in_its_own_transaction(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await tick(database, NOW)
    async with database.write() as tx:
        await report(tx, there.amal, there.assignments["140.7"])
    assert {each[1:] for each in await rungs(database)} == {("skipped", "answered")}
    assert await state_of(database, there.assignments["140.7"]) is ItemState.ANSWERED
    await days(database, NOW.date(), date(2026, 6, 30))
    assert await told(database, "reminder:") == []


async def test_a_reminder_that_lies_unsent_in_the_outbox_goes_without_what_was_answered(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7", "140.9")
    await days(database, NOW.date(), date(2026, 5, 14))
    morning = datetime(2026, 5, 15, 9, 0, tzinfo=UTC)
    await tick(database, morning)
    assert len(await told(database, "reminder:")) == 2
    async with database.write() as tx:
        await report(tx, at(there.amal, morning), there.assignments["140.7"])
    async with database.read() as tx:
        counts = await messages.counts(tx, "reminder:")
    assert (counts["dropped"], counts["planned"]) == (2, 0)
    await tick(database, morning + timedelta(seconds=10))
    async with database.read() as tx:
        rows = await tx.rows(
            select(outbox.c.subject).where(
                outbox.c.state == "planned", outbox.c.key.startswith("reminder:")
            )
        )
    assert [row["subject"] for row in rows] == [f"assignment:{there.assignments['140.9']}"] * 2


async def test_a_reminder_goes_without_what_was_answered_whichever_of_its_things_that_was(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7", "140.9")
    morning = datetime(2026, 5, 15, 9, 0, tzinfo=UTC)
    await days(database, NOW.date(), date(2026, 5, 14))
    await tick(database, morning)
    async with database.write() as tx:
        await report(tx, at(there.amal, morning), there.assignments["140.9"])
    await tick(database, morning)
    async with database.read() as tx:
        rows = await tx.rows(
            select(outbox.c.subject).where(
                outbox.c.state == "planned", outbox.c.key.startswith("reminder:")
            )
        )
    assert [row["subject"] for row in rows] == [f"assignment:{there.assignments['140.7']}"] * 2


async def test_what_is_returned_climbs_the_rungs_that_lie_ahead(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await days(database, NOW.date(), date(2026, 5, 15))
    await delivered(database)
    assignment = there.assignments["140.7"]
    noon = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)
    async with database.write() as tx:
        await report(tx, at(there.amal, noon), assignment)
    await days(database, date(2026, 5, 19), date(2026, 5, 24))
    async with database.write() as tx:
        row = await tx.row(select(assignment_table).where(assignment_table.c.id == assignment))
        assert row is not None
        await reviews.return_(
            tx,
            at(there.officer, datetime(2026, 5, 25, 12, 0, tzinfo=UTC)),
            row["last_status_update_id"],
            "Which court?",
            language="en",
        )
    await days(database, date(2026, 5, 26), DUE)
    assert await rungs(database, person_id=there.amal.actor.person_id) == [
        (-14, "sent", None),
        (-7, "skipped", "answered"),
        (-1, "sent", None),
        (0, "sent", None),
        (3, "planned", None),
    ]


async def test_who_is_back_earlier_is_reminded_again(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    amal, ali = there.amal.actor.person_id, there.ali.actor.person_id
    await tick(database, NOW)
    async with database.write() as tx:
        await reminders.go_away(
            tx, there.amal, from_on=NOW.date(), until_on=date(2026, 5, 30), deputy_id=None
        )
    await days(database, NOW.date(), date(2026, 5, 18))
    async with database.write() as tx:
        await reminders.come_back(tx, at(there.amal, datetime(2026, 5, 19, 10, 0, tzinfo=UTC)))
    await days(database, date(2026, 5, 20), date(2026, 5, 25))
    told_now = await told(database, "reminder:")
    assert (told_now.count(amal), told_now.count(ali)) == (1, 2)


async def test_a_seat_that_ends_stops_its_rungs_at_once_and_a_newcomer_climbs_the_rest(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await days(database, NOW.date(), date(2026, 5, 14))
    amal, morning = there.amal.actor, datetime(2026, 5, 15, 9, 0, tzinfo=UTC)
    await tick(database, morning)
    async with database.write() as tx:
        coordinator = await maravia.somebody(tx, "Cora", Role.COORDINATOR, None)
        by_cora = maravia.act(coordinator, morning)
        await seating.end_seat(tx, by_cora, amal.seats[0].id)
    assert {each[1:] for each in await rungs(database, person_id=amal.person_id)} == {
        ("skipped", "ended")
    }, "nothing is planned for her, and the message that lay unsent is taken back"
    async with database.write() as tx:
        token = await seating.invite(tx, by_cora, Role.FOCAL_POINT, there.justice)
        stranger = replace(by_cora, actor=Actor(None, ()))
        chat = Chat(77, "Nora", None, "en")
        invitation, nora = await seating.open_link(tx, stranger, chat, token)
        await seating.accept(tx, replace(by_cora, actor=Actor(nora, ())), chat, invitation.id)
        await seating.confirm(tx, by_cora, invitation.id)
    await days(database, date(2026, 5, 15), DUE)
    assert await rungs(database, person_id=nora.id) == [
        (-14, "skipped", "past"),
        (-7, "sent", None),
        (-1, "sent", None),
        (0, "sent", None),
        (3, "planned", None),
    ]
    async with database.read() as tx:
        heard = select(outbox.c.state).where(
            outbox.c.person_id == amal.person_id, outbox.c.key.startswith("reminder:")
        )
        assert await tx.values(heard) == ["dropped"]


async def test_a_returned_report_is_owed_again_and_a_withdrawn_one_too(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    assignment = there.assignments["140.7"]
    async with database.write() as tx:
        await report(tx, there.amal, assignment)
        row = await tx.row(select(assignment_table).where(assignment_table.c.id == assignment))
        assert row is not None
        await reviews.return_(
            tx, there.officer, row["last_status_update_id"], "Which court?", language="en"
        )
    assert await state_of(database, assignment) is ItemState.ASKED
    async with database.write() as tx:
        await report(tx, there.amal, assignment)
        row = await tx.row(select(assignment_table).where(assignment_table.c.id == assignment))
        assert row is not None
        await reporting.withdraw(tx, there.amal, row["last_status_update_id"])
    assert await state_of(database, assignment) is ItemState.ASKED
    await days(database, NOW.date(), DUE)
    assert (await told(database, "reminder:")).count(there.amal.actor.person_id) == 4


async def test_not_ours_taking_back_and_closing_end_the_ladder(database: Database) -> None:
    there = await house(database)
    request_id = await asked(database, there)
    await tick(database, NOW)
    async with database.write() as tx:
        await not_ours.disown(
            tx, there.amal, there.assignments["140.7"], "The Interior's.", suggested_id=None
        )
        await assignments.take_back(tx, there.officer, there.assignments["140.9"])
    assert await state_of(database, there.assignments["140.7"]) is ItemState.ENDED
    assert await state_of(database, there.assignments["140.9"]) is ItemState.ENDED
    async with database.write() as tx:
        await requests.close(tx, there.officer, request_id)
        with pytest.raises(Outdated):
            await requests.close(tx, there.officer, request_id)
    reasons = {each[2] for each in await rungs(database)}
    assert reasons == {"ended", "closed"}
    await days(database, NOW.date(), date(2026, 6, 20))
    assert await told(database, "reminder:") == []


async def test_after_a_standstill_the_latest_rung_is_sent_once_and_the_others_are_on_record(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await tick(database, NOW)
    await tick(database, datetime(2026, 6, 2, 9, 0, tzinfo=UTC))
    amal = await rungs(database, person_id=there.amal.actor.person_id)
    assert [(each[1], each[2]) for each in amal] == [("skipped", "overtaken")] * 4 + [
        ("sent", None)
    ]
    assert (await told(database, "reminder:")).count(there.amal.actor.person_id) == 1


async def test_what_is_late_waits_for_the_end_of_quiet_hours(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await tick(database, NOW)
    await tick(database, datetime(2026, 5, 16, 10, 0, tzinfo=UTC))  # a Saturday
    assert await told(database, "reminder:") == []
    await tick(database, datetime(2026, 5, 18, 8, 59, tzinfo=UTC))
    assert await told(database, "reminder:") == []
    await tick(database, datetime(2026, 5, 18, 9, 0, tzinfo=UTC))
    assert len(await told(database, "reminder:")) == 2


async def test_an_officer_lets_a_validator_be_reminded_or_not(database: Database) -> None:
    there = await house(database)
    await asked(database, there, "140.7", "140.9")
    await days(database, NOW.date(), date(2026, 6, 5))
    assert await told(database, "held:") == [there.officer.actor.person_id]
    friday = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
    async with database.read() as tx:
        [first, *_] = await tx.values(
            select(reminder_table.c.id)
            .where(reminder_table.c.state == "held")
            .order_by(reminder_table.c.id)
        )
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await reminders.let_validators_be_reminded(
                tx, at(there.vera, friday), first, wanted=True
            )
        count = await reminders.let_validators_be_reminded(
            tx, at(there.officer, friday), first, wanted=True
        )
        assert count == 2
        with pytest.raises(Outdated):
            await reminders.let_validators_be_reminded(
                tx, at(there.officer, friday), first, wanted=True
            )
    await tick(database, friday)
    assert (await told(database, "reminder:")).count(there.vera.actor.person_id) == 1


async def test_a_validator_who_is_let_be_reminded_late_hears_nothing_of_what_was_answered(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7", "140.9")
    await days(database, NOW.date(), date(2026, 6, 5))
    friday = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
    async with database.write() as tx:
        [first, *_] = await tx.values(
            select(reminder_table.c.id).where(reminder_table.c.state == "held")
        )
        for code in ("140.7", "140.9"):
            await report(tx, at(there.amal, friday), there.assignments[code])
        with pytest.raises(Outdated):
            await reminders.let_validators_be_reminded(
                tx, at(there.officer, friday), first, wanted=True
            )
    await tick(database, friday)
    assert there.vera.actor.person_id not in await told(database, "reminder:")


# -- Later, away, more time ------------------------------------------------------------------------


async def first_reminder(database: Database, person_id: int | None) -> int:
    async with database.read() as tx:
        found = await tx.value(
            select(func.min(reminder_table.c.id)).where(
                reminder_table.c.person_id == person_id, reminder_table.c.state == "sent"
            )
        )
    return int(found)


async def test_who_puts_a_reminder_off_is_reminded_on_that_day_and_not_before(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7", "140.9")
    await days(database, NOW.date(), date(2026, 5, 15))
    amal = there.amal.actor.person_id
    noon = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
    async with database.write() as tx:
        reminder = await first_reminder(database, amal)
        count = await reminders.snooze(
            tx,
            at(there.amal, noon),
            POLICY,
            reminder,
            until_on=date(2026, 5, 25),
            reason="The minister is abroad.",
        )
    assert count == 2
    await days(database, date(2026, 5, 16), date(2026, 5, 24))
    assert (await told(database, "reminder:")).count(amal) == 1
    await days(database, date(2026, 5, 25), date(2026, 5, 25))
    assert (await told(database, "reminder:")).count(amal) == 2
    assert (-7, "skipped", "snoozed") in await rungs(database, person_id=amal)
    await days(database, date(2026, 6, 12), date(2026, 6, 15))
    async with database.read() as tx:
        [call] = await tx.values(
            select(outbox.c.screen).where(
                outbox.c.key.startswith("reminder:"),
                outbox.c.person_id == there.officer.actor.person_id,
            )
        )
    assert "The minister is abroad." in json.dumps(call), "whoever calls has read it"
    async with database.write() as tx:
        asked_ids = await tx.values(select(request_items.c.id))
        why = PutOff("Amal", date(2026, 5, 25), "The minister is abroad.")
        assert await rung_queries.snoozes(tx, asked_ids) == {each: [why] for each in asked_ids}
        entry = await tx.value(select(func.max(audit_words.c.number)))
        assert await audit.erase_words(tx, there.officer, entry)
        gone = replace(why, words=None)
        assert await rung_queries.snoozes(tx, asked_ids) == {each: [gone] for each in asked_ids}


async def test_while_somebody_is_away_the_alternate_is_reminded_and_else_the_deputy(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    amal, ali = there.amal.actor.person_id, there.ali.actor.person_id
    async with database.write() as tx:
        instead = await reminders.go_away(
            tx, there.amal, from_on=NOW.date(), until_on=date(2026, 5, 22), deputy_id=None
        )
    assert instead == ["Ali"]
    await days(database, NOW.date(), date(2026, 5, 22))
    assert (await told(database, "reminder:")).count(ali) == 2
    assert (await told(database, "reminder:")).count(amal) == 0
    async with database.write() as tx:
        await reminders.come_back(tx, at(there.amal, datetime(2026, 5, 22, 10, 0, tzinfo=UTC)))
    await days(database, date(2026, 5, 23), DUE)
    assert (await told(database, "reminder:")).count(amal) == 2


async def test_who_goes_away_hears_who_is_reminded_and_a_deputy_hears_it_too(
    database: Database,
) -> None:
    there = await house(database)
    today, friday = NOW.date(), date(2026, 5, 8)
    ali = there.ali.actor.person_id
    async with database.write() as tx:
        alone = await reminders.go_away(
            tx, there.vera, from_on=today, until_on=friday, deputy_id=None
        )
        deputy = await reminders.go_away(
            tx, there.vera, from_on=today, until_on=friday, deputy_id=ali
        )
        late = await reminders.go_away(
            tx, there.amal, from_on=today, until_on=friday, deputy_id=ali
        )
        last = await reminders.go_away(
            tx, there.ali, from_on=today, until_on=friday, deputy_id=None
        )
    assert (alone, deputy, late, last) == ([], ["Ali"], ["Ali"], [])
    assert await told(database, "leave:") == [ali, ali]


async def test_more_time_is_asked_for_granted_once_and_moves_the_ladder(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there, "140.7")
    await tick(database, NOW)
    async with database.read() as tx:
        item_id = int(await tx.value(select(request_items.c.id)))
    later = date(2026, 6, 26)
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await requests.ask_for_time(
                tx, there.vera, item_id, until_on=later, reason="x", language="en"
            )
        with pytest.raises(NotLater):
            await requests.ask_for_time(
                tx, there.amal, item_id, until_on=DUE, reason="x", language="en"
            )
        wish = await requests.ask_for_time(
            tx,
            there.amal,
            item_id,
            until_on=later,
            reason="The court decides in June.",
            language="en",
        )
        with pytest.raises(AskedForTime):
            await requests.ask_for_time(
                tx, there.ali, item_id, until_on=later, reason="x", language="en"
            )
        await requests.decide_time(tx, there.officer, wish, granted=True)
        with pytest.raises(Outdated):
            await requests.decide_time(tx, there.officer, wish, granted=False)
    await tick(database, NOW + timedelta(minutes=1))
    amal = await rungs(database, person_id=there.amal.actor.person_id)
    assert {(days_, state) for days_, state, _ in amal} == {
        (each, state) for each in (-14, -7, -1, 0, 3) for state in ("skipped", "planned")
    }
    async with database.read() as tx:
        due = await tx.value(
            select(assignment_table.c.due_on).where(
                assignment_table.c.id == there.assignments["140.7"]
            )
        )
    assert due == later


async def test_an_excused_institution_hears_so_and_is_reminded_no_more(database: Database) -> None:
    there = await house(database)
    request_id = await asked(database, there, "140.7")
    await tick(database, NOW)
    async with database.write() as tx:
        [item] = await queries.open_items(tx, request_id)
        await requests.excuse(tx, there.officer, item.id, "Answered at the committee.")
        assert await queries.stands(tx, request_id, today=NOW.date()) == {Stand.EXCUSED: 1}
    assert await told(database, "excused:") == both(there)
    assert {each[1:] for each in await rungs(database)} == {("skipped", "excused")}


# -- What is announced, and what is not for status -------------------------------------------------


async def test_what_is_announced_with_a_due_day_is_asked_for_and_a_later_day_moves_it(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        await assignments.assign(
            tx, there.officer, [there.items["140.7"]], lead=there.interior, due_on=DUE
        )
        await maravia.somebody(tx, "Ines", Role.FOCAL_POINT, there.interior)
        await assignments.announce(tx, there.officer)
        found = await queries.page(tx, limit=8)
        assert [(each.announced, each.state) for each in found] == [(True, RequestState.OPEN)]
        await assignments.assign(
            tx, there.officer, [there.items["140.7"]], lead=there.interior, due_on=date(2026, 7, 31)
        )
        [item] = await queries.open_items(tx, found[0].id)
    assert item.due_on == date(2026, 7, 31)


async def test_asking_again_ends_what_was_asked_before(database: Database) -> None:
    there = await house(database)
    first = await asked(database, there, "140.7")
    second = await asked(database, there, "140.7", due_on=date(2026, 6, 30))
    async with database.read() as tx:
        assert await queries.stands(tx, first, today=NOW.date()) == {Stand.ENDED: 1}
        assert await queries.stands(tx, second, today=NOW.date()) == {Stand.ASKED: 1}
        given = select(assignment_terms.c.due_on).order_by(assignment_terms.c.id)
        assert list(await tx.values(given))[-2:] == [DUE, date(2026, 6, 30)], "each is remembered"


async def test_a_position_is_advised_once_for_the_own_institution(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        request_id = await requests.plan(
            tx, there.officer, replace(wanted(there, "140.7"), kind=RequestKind.POSITION)
        )
        await requests.send_now(tx, there.officer, request_id)
        [item] = await queries.open_items(tx, request_id)
        advice = AnswerDraft(item.id, "The Constitution allows it.", "en", choice="support")
        with pytest.raises(NotAllowed):
            await answers.answer(tx, there.vera, advice)
        await answers.answer(tx, there.amal, advice)
        with pytest.raises(NotOpen):
            await answers.answer(tx, there.ali, advice)
        assert await queries.stands(tx, request_id, today=NOW.date()) == {Stand.ANSWERED: 1}
    assert await told(database, "answer:") == [there.officer.actor.person_id]


async def test_data_is_asked_of_institutions_without_assignments(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        wish = Wanted(
            RequestKind.DATA,
            Audience(None, (), (there.justice,)),
            DUE,
            indicator="Prosecutions for torture",
        )
        request_id = await requests.plan(tx, there.officer, wish)
        await requests.send_now(tx, there.officer, request_id)
    assert await told(database, f"request:{request_id}:") == both(there)


async def comments(tx: Transaction, house: House, *titles: str) -> int:
    """A request for comments on a draft, of Justice, that has gone out and is called so."""
    texts = tuple(RequestText(*each.split(":")) for each in titles)
    wish = Wanted(RequestKind.COMMENT, Audience(None, (), (house.justice,)), DUE, texts)
    request_id = await requests.plan(tx, house.officer, wish)
    await requests.send_now(tx, house.officer, request_id)
    [item] = await queries.open_items(tx, request_id)
    return item.id


async def test_who_records_an_answer_is_not_told_of_it_and_the_one_who_asked_is(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        olga = maravia.act(await maravia.somebody(tx, "Olga", Role.OFFICER, None), NOW)
        for officer in (there.officer, olga):
            item_id = await comments(tx, there)
            draft = AnswerDraft(item_id, "Chapter 3 is too long.", "en")
            await answers.record(tx, officer, draft, source="Letter", source_on=NOW.date())
    assert await told(database, "answer:") == [there.officer.actor.person_id]


async def test_requests_of_one_kind_are_told_apart_by_their_titles(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        several = [
            await comments(tx, there, "en:The addendum:Please.", "fr:L’additif:Merci."),
            await comments(tx, there, "fr:Le rapport:Merci."),
            await comments(tx, there),
        ]
        found = await queries.listed_ones(tx, several)
    named = [(called(each, "en"), called(each, "fr")) for each in found]
    assert named == [
        (Words("The addendum", "en", SHORT), Words("L’additif", "fr", SHORT)),
        (Words("Le rapport", "fr", SHORT), Words("Le rapport", "fr", SHORT)),
        (text("request.kind.comment"), text("request.kind.comment")),
    ]


# -- Asking anew -----------------------------------------------------------------------------------


SATURDAY = datetime(2026, 5, 30, 9, 0, tzinfo=UTC)  # thirty days before 29 June


async def repeating(database: Database, there: House, repeats: Repeats = Repeats.MONTHLY) -> int:
    """A request that has gone out and repeats."""
    async with database.write() as tx:
        request_id = await requests.plan(
            tx, there.officer, replace(wanted(there, "140.7"), repeats=repeats)
        )
        await requests.send_now(tx, there.officer, request_id)
    return request_id


async def series(database: Database) -> list[tuple[int, date | None, str]]:
    """Turn, due day and state of every request, in their order."""
    async with database.read() as tx:
        rows = await tx.rows(select(request_table).order_by(request_table.c.id))
    return [(row["turn"], row["due_on"], row["state"]) for row in rows]


async def test_a_request_that_repeats_is_asked_anew_once_and_can_be_undone_for_a_day(
    database: Database,
) -> None:
    there = await house(database)
    first = await repeating(database, there)
    await tick(database, SATURDAY - timedelta(days=1))
    assert await series(database) == [(0, DUE, "open")]
    await tick(database, SATURDAY)
    await tick(database, SATURDAY)
    june = date(2026, 6, 29)
    assert await series(database) == [(0, DUE, "open"), (1, june, "planned")]
    assert await told(database, "request_anew:") == [there.officer.actor.person_id]
    await tick(database, SATURDAY + timedelta(days=1))
    assert await told(database, f"request:{first + 1}:") == [], "the weekend"
    await tick(database, SATURDAY + timedelta(days=2))
    assert await told(database, f"request:{first + 1}:") == both(there)
    async with database.read() as tx:
        worded = await queries.texts(tx, first + 1)
        assert await queries.stands(tx, first, today=june) == {Stand.ENDED: 1}
    assert worded["en"].title == "Mid-term report"


async def test_one_that_is_undone_is_left_out_and_the_next_comes_in_its_turn(
    database: Database,
) -> None:
    there = await house(database)
    first = await repeating(database, there)
    await tick(database, SATURDAY)
    async with database.write() as tx:
        await requests.undo(tx, at(there.officer, SATURDAY), first + 1)
    await tick(database, datetime(2026, 6, 29, 9, 0, tzinfo=UTC))
    assert (await series(database))[1:] == [
        (1, date(2026, 6, 29), "undone"),
        (2, date(2026, 7, 29), "planned"),
    ]


async def test_after_a_standstill_only_the_latest_is_asked_with_a_week_at_least(
    database: Database,
) -> None:
    there = await house(database)
    await repeating(database, there, Repeats.QUARTERLY)
    await tick(database, datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    assert await series(database) == [(0, DUE, "open"), (3, date(2027, 3, 17), "planned")]


async def test_closing_for_good_and_undoing_the_first_end_the_series(database: Database) -> None:
    there = await house(database)
    first = await repeating(database, there)
    async with database.write() as tx:
        with pytest.raises(NotAllowed):
            await requests.stop_repeating(tx, there.amal, first)
        await requests.stop_repeating(tx, there.officer, first)
        with pytest.raises(Outdated):
            await requests.stop_repeating(tx, there.officer, first)
        await requests.close(tx, there.officer, first, for_good=True)
        third = await requests.plan(
            tx, there.officer, replace(wanted(there), repeats=Repeats.MONTHLY)
        )
        await requests.send_now(tx, there.officer, third)
        await requests.close(tx, there.officer, third, for_good=True)
        second = await requests.plan(
            tx, there.officer, replace(wanted(there), repeats=Repeats.MONTHLY)
        )
        await requests.undo(tx, there.officer, second)
    await tick(database, datetime(2026, 9, 1, 9, 0, tzinfo=UTC))
    assert [state for _, _, state in await series(database)] == ["closed", "closed", "undone"]


async def test_what_is_closed_but_not_for_good_is_asked_anew(database: Database) -> None:
    there = await house(database)
    first = await repeating(database, there)
    async with database.write() as tx:
        await requests.close(tx, there.officer, first)
    await tick(database, SATURDAY)
    assert [state for _, _, state in await series(database)] == ["closed", "planned"]


# -- Before each deadline --------------------------------------------------------------------------


async def before(database: Database, moment: datetime) -> None:
    """What the house does by itself at that moment, the calendar looked at too."""
    await ask_before_deadlines(database, Act(TICK, 1, maravia.ZONE, moment), POLICY)
    await tick(database, moment)


async def entered(
    database: Database,
    there: House,
    day: date,
    kind: DeadlineKind = DeadlineKind.PERIODIC_REPORT,
    document_id: int | None = None,
) -> int:
    """A deadline in the calendar."""
    entry = Deadline(kind, "Report", day, document_id=document_id)
    async with database.write() as tx:
        return await deadlines.add(tx, there.officer, entry)


async def asked_before(database: Database) -> list[tuple[int, date | None, int | None]]:
    """Turn, due day and deadline of every request, in their order."""
    async with database.read() as tx:
        rows = await tx.rows(select(request_table).order_by(request_table.c.id))
    return [(row["turn"], row["due_on"], row["deadline_id"]) for row in rows]


async def data_before_each(database: Database, there: House, deadline_id: int | None = None) -> int:
    """A request for data, of no document, that is asked before each deadline."""
    one = Wanted(
        RequestKind.DATA,
        Audience(institutions=(there.justice,)),
        DUE,
        indicator="Prison population",
        repeats=Repeats.BEFORE_DEADLINE,
        deadline_id=deadline_id,
    )
    async with database.write() as tx:
        request_id = await requests.plan(tx, there.officer, one)
        await requests.send_now(tx, there.officer, request_id)
    return request_id


NOVEMBER = date(2026, 11, 30)
FOUR_WEEKS_BEFORE = date(2026, 11, 2)  # four weeks before


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


async def test_a_request_is_asked_once_before_each_deadline_of_the_calendar(
    database: Database,
) -> None:
    there = await house(database)
    own = await entered(database, there, date(2026, 6, 20))
    later = await entered(database, there, NOVEMBER)
    await entered(database, there, NOVEMBER, DeadlineKind.VISIT)
    first = await data_before_each(database, there)
    day = NOW.date()
    while day < date(2026, 10, 3):
        await before(database, morning(day))
        day += timedelta(days=7)
    assert await asked_before(database) == [(0, DUE, None)], "it came before the one in June"
    for n in range(4):
        await before(database, morning(date(2026, 10, 3) + timedelta(days=n)))
    assert await asked_before(database) == [(0, DUE, None), (1, FOUR_WEEKS_BEFORE, later)]
    async with database.read() as tx:
        asked_for = {each.id: each.request_id for each in await calendar.every(tx)}
        kept = await queries.get(tx, first + 1)
    assert (asked_for[later], asked_for[own]) == (first + 1, None)
    assert kept is not None
    assert (kept.indicator, kept.repeats) == ("Prison population", Repeats.BEFORE_DEADLINE)
    assert await told(database, "request_anew:") == [there.officer.actor.person_id]


async def test_a_deadline_that_is_entered_late_is_asked_for_while_a_week_is_left(
    database: Database,
) -> None:
    there = await house(database)
    await data_before_each(database, there)
    today = date(2026, 9, 1)
    await before(database, morning(today))
    assert len(await asked_before(database)) == 1, "the calendar is empty"
    too_late = await entered(database, there, today + timedelta(days=6))
    late = await entered(database, there, today + timedelta(days=10))
    for n in range(3):
        await before(database, morning(today + timedelta(days=n)))
    assert await asked_before(database) == [(0, DUE, None), (1, date(2026, 9, 8), late)]
    assert too_late < late


async def test_what_is_asked_of_a_document_follows_its_deadlines_and_no_other(
    database: Database,
) -> None:
    there = await house(database)
    async with database.read() as tx:
        (document_id,) = await selection.documents_of(tx, list(there.items.values()))
    await entered(database, there, NOVEMBER)
    async with database.write() as tx:
        before_each = replace(wanted(there, "140.7"), repeats=Repeats.BEFORE_DEADLINE)
        await requests.plan(tx, there.officer, before_each)
    await before(database, morning(date(2026, 10, 5)))
    assert len(await asked_before(database)) == 1, "that one is of no document"
    addendum = await entered(
        database, there, NOVEMBER, DeadlineKind.UPR_ADDENDUM, document_id=document_id
    )
    await before(database, morning(date(2026, 10, 5)))
    assert (await asked_before(database))[1:] == [(1, FOUR_WEEKS_BEFORE, addendum)]


async def test_what_is_undone_or_closed_for_good_is_asked_before_no_deadline(
    database: Database,
) -> None:
    there = await house(database)
    deadline_id = await entered(database, there, NOVEMBER)
    first = await data_before_each(database, there)
    october = morning(date(2026, 10, 5))
    await before(database, october)
    async with database.write() as tx:
        await requests.undo(tx, at(there.officer, october), first + 1)
        found = await calendar.get(tx, deadline_id)
    assert found is not None
    assert found.request_id is None
    await before(database, october + timedelta(days=1))
    assert len(await asked_before(database)) == 2, "left out this once"
    next_year = await entered(database, there, date(2027, 11, 29))
    async with database.write() as tx:
        await requests.stop_repeating(tx, there.officer, first)
    await before(database, morning(date(2027, 10, 10)))
    assert next_year not in {each[2] for each in await asked_before(database)}


async def test_the_deadline_that_a_request_was_made_for_is_not_asked_for_again(
    database: Database,
) -> None:
    there = await house(database)
    deadline_id = await entered(database, there, NOVEMBER)
    await data_before_each(database, there, deadline_id)
    await before(database, morning(date(2026, 10, 5)))
    assert await asked_before(database) == [(0, DUE, deadline_id)]
