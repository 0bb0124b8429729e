"""A live dialogue: who is asked, who clears, what the delegation gets, what was promised."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import URL, select, text, update

from bot.domain.dialogues import Part, QuestionState
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.people import TICK, Act, Role
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import UNDO
from bot.domain.work_calendar import Policy
from bot.schedule import ask_and_remind, call_who_is_late
from bot.services import dialogues as service
from bot.services import handover, reviews
from bot.services import status_updates as reporting
from bot.services.dialogues import DialogueClosed, NobodyOnCall
from storage import accounts, seats
from storage import dialogues as queries
from storage.database import Database
from storage.tables import audit, items, outbox, request_items
from tests import maravia
from tests.conftest import AUDIT_KEY
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)  # in the middle of the night


@dataclass(frozen=True)
class House:
    """Justice with its people, an officer, a colleague, and an open dialogue."""

    sample: Sample
    interior: int
    officer: Act
    colleague: Act
    amal: Act
    ali: Act
    vera: Act
    dialogue: int


async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        there = sample.institution_id
        officer, colleague, amal, ali, vera = [
            maravia.act(await maravia.somebody(tx, name, role, where), NOW)
            for name, role, where in (
                ("Otto", Role.OFFICER, None),
                ("Cora", Role.COORDINATOR, None),
                ("Amal", Role.FOCAL_POINT, there),
                ("Ali", Role.ALTERNATE, there),
                ("Vera", Role.VALIDATOR, there),
            )
        ]
        dialogue = await service.begin(tx, officer, "Committee against Torture", "en")
    return House(sample, interior, officer, colleague, amal, ali, vera, dialogue)


def at(act: Act, **later: float) -> Act:
    return replace(act, now=NOW + timedelta(**later))


async def typed(database: Database, there: House, words: str = "What of 140.7?") -> int:
    async with database.write() as tx:
        question, _hits = await service.type_question(
            tx, there.officer, there.dialogue, words, language="en"
        )
    return question


async def asked(database: Database, there: House, words: str = "What of 140.7?") -> int:
    question = await typed(database, there, words)
    async with database.write() as tx:
        await service.ask(tx, there.officer, question)
    return question


async def drafted(database: Database, there: House, act: Act, question: int, words: str) -> None:
    async with database.write() as tx:
        await service.draft(tx, act, question, words, language="en")


async def clear(database: Database, act: Act, question: int, version: int = 1) -> None:
    async with database.write() as tx:
        await service.clear(tx, act, question, version)


async def told(database: Database, prefix: str, **where: object) -> list[Any]:
    """The messages under such keys."""
    async with database.read() as tx:
        return await tx.rows(
            select(outbox)
            .where(
                outbox.c.key.startswith(prefix),
                *(outbox.c[name] == value for name, value in where.items()),
            )
            .order_by(outbox.c.id)
        )


async def hearers(database: Database, prefix: str, **where: object) -> list[int]:
    return [each["person_id"] for each in await told(database, prefix, **where)]


async def test_whoever_was_asked_hears_that_it_is_answered_and_cleared(
    database: Database,
) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Yes.")
    [ali] = await told(database, "dialogue_settled:")
    assert (ali["person_id"], ali["silent"]) == (there.ali.actor.person_id, True)
    assert "Amal" in json.dumps(ali["screen"])
    await drafted(database, there, there.amal, question, "Yes, in May.")
    assert len(await told(database, "dialogue_settled:")) == 1, "once is enough"
    await clear(database, at(there.vera, minutes=1), question, version=2)
    said = {
        each["person_id"]: json.dumps(each["screen"])
        for each in (await told(database, "dialogue_settled:"))[1:]
    }
    assert "dialogue.yours_is_cleared" in said[there.amal.actor.person_id or 0]
    assert "Vera" in said[there.ali.actor.person_id or 0]
    assert there.vera.actor.person_id not in said


async def test_an_answer_does_not_take_the_place_of_one_that_its_author_has_not_seen(
    database: Database,
) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Yes.")
    async with database.write() as tx:
        with pytest.raises(Outdated):
            await service.draft(tx, there.ali, question, "No.", language="en", seen=0)
        await service.draft(tx, there.ali, question, "Yes, in May.", language="en", seen=1)


async def test_a_promise_that_nobody_is_asked_for_gets_an_institution_later(
    database: Database,
) -> None:
    there = await house(database)
    question = await typed(database, there, "What of the weather?")
    async with database.write() as tx:
        await service.promise(tx, there.officer, question, date(2026, 5, 6))
        await service.close(tx, there.officer, there.dialogue)
        with pytest.raises(Outdated):
            await service.ask_promises(tx, there.officer, there.dialogue)
        await service.of_institution(tx, there.officer, question, there.sample.institution_id)
        assert await service.ask_promises(tx, there.officer, there.dialogue) == 1
    assert await state(database, question) is QuestionState.PROMISED


async def state(database: Database, question: int) -> QuestionState:
    async with database.read() as tx:
        found = await queries.question(tx, question)
    assert found is not None
    return found.state


async def tick(database: Database, **later: float) -> None:
    await call_who_is_late(database, Act(TICK, 1, maravia.ZONE, NOW + timedelta(**later)))


def ids(*acts: Act) -> list[int | None]:
    return [each.actor.person_id for each in acts]


# -- Finding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "hits"),
    [
        ("140.7", "140.7", 1),
        ("And on recommendation 140.9, please?", "140.9", 1),
        ("What about the prisons of Port Selene", "140.12", 1),
        ("How do you prevent torture?", None, 2),
        ("What of the climate?", None, 0),
    ],
)
async def test_a_question_finds_its_item_by_number_or_words(
    database: Database, words: str, code: str | None, hits: int
) -> None:
    there = await house(database)
    async with database.write() as tx:
        question, found = await service.type_question(
            tx, there.officer, there.dialogue, words, language="en"
        )
        kept = await queries.question(tx, question)
    assert kept is not None
    assert (kept.code, len(found)) == (code, hits)
    assert kept.institution_id == (there.sample.institution_id if code else None)


async def approved(database: Database, there: House, code: str = "140.7") -> int:
    async with database.write() as tx:
        draft = StatusUpdateDraft(
            there.sample.assignments[code], "in_progress", "Bill 12 passed.", "en", NOW.date()
        )
        receipt = await reporting.submit(tx, there.amal, draft)
        report = receipt.updates[0].status_update_id
        await reviews.approve(tx, there.officer, report)
    return report


async def test_what_is_approved_goes_to_the_delegation_without_asking_anybody(
    database: Database,
) -> None:
    there = await house(database)
    report = await approved(database, there)
    question = await typed(database, there)
    async with database.write() as tx:
        kept = await queries.question(tx, question)
        assert kept is not None
        record = await service.on_record(tx, kept)
        assert record is not None
        assert record.report.id == report
        await service.give_record(tx, there.officer, question, report)
    messages = await told(database, "dialogue_answer:")
    assert [each["person_id"] for each in messages] == ids(there.colleague, there.officer)
    shown = json.dumps([each["screen"] for each in messages])
    assert record.report.number in shown
    assert "Bill 12 passed." in shown
    assert await hearers(database, "dialogue_wait:") == []
    assert await state(database, question) is QuestionState.DELIVERED


async def test_a_restricted_item_is_symbol_and_number_and_nothing_of_its_record(
    database: Database,
) -> None:
    there = await house(database)
    report = await approved(database, there)
    async with database.write() as tx:
        item = there.sample.items["140.7"]
        await tx.execute(update(items).where(items.c.id == item).values(restricted=True))
    question = await asked(database, there)
    async with database.write() as tx:
        kept = await queries.question(tx, question)
        assert kept is not None
        assert await service.on_record(tx, kept) is None
        with pytest.raises(Outdated):
            await service.give_record(tx, there.officer, question, report)
    await drafted(database, there, there.amal, question, "He was freed.")
    await tick(database, minutes=11)
    messages = await told(database, "dialogue_wait:", state="planned")
    assert [each["person_id"] for each in messages] == ids(there.vera, there.vera, there.officer)
    for each in messages:
        shown = json.dumps(each["screen"])
        assert maravia.REVIEW in shown
        for words in ("Optional Protocol", "What of", "He was freed."):
            assert words not in shown, "it may stand on a lock screen"


# -- Asking and answering --------------------------------------------------------------------------


async def test_everybody_of_the_institution_is_put_on_call_and_those_who_write_are_asked_loudly(
    database: Database,
) -> None:
    there = await house(database)
    question = await asked(database, there)
    assert await hearers(database, "dialogue:1:on_call:") == ids(there.ali, there.amal, there.vera)
    messages = await told(database, "dialogue_wait:")
    assert [each["person_id"] for each in messages] == ids(there.ali, there.amal)
    assert {(each["urgent"], each["silent"]) for each in messages} == {(True, False)}
    assert {each["subject"] for each in messages} == {f"dialogue_question:{question}"}


async def test_who_has_opened_it_is_left_alone_and_after_ten_minutes_the_officer_hears(
    database: Database,
) -> None:
    there = await house(database)
    question = await asked(database, there)
    await tick(database, minutes=2, seconds=59)
    assert len(await hearers(database, "dialogue_wait:")) == 2
    async with database.write() as tx:
        await service.open_it(tx, at(there.amal, minutes=2), question)
    for seconds in (180, 195, 360, 375, 600, 615, 5000):
        await tick(database, seconds=seconds)
    again = (await hearers(database, "dialogue_wait:"))[2:]
    assert again == ids(there.ali, there.ali, there.officer)


async def test_what_was_missed_while_the_bot_was_down_is_made_up_for_once(
    database: Database,
) -> None:
    there = await house(database)
    await asked(database, there)
    await tick(database, hours=1)
    await tick(database, hours=2)
    again = (await hearers(database, "dialogue_wait:"))[2:]
    assert again == ids(there.ali, there.amal, there.officer)


async def test_an_answer_stops_the_calls_and_the_validator_is_asked(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, at(there.amal, minutes=1), question, "Since 2024.")
    assert await hearers(database, "dialogue_wait:", state="planned") == ids(there.vera)
    await tick(database, minutes=4, seconds=1)
    assert await hearers(database, "dialogue_wait:", state="planned") == ids(there.vera, there.vera)


async def test_the_cleared_answer_goes_to_the_whole_delegation_with_its_source(
    database: Database,
) -> None:
    there = await house(database)
    async with database.write() as tx:
        envoy = await maravia.somebody(tx, "Envoy", Role.FOCAL_POINT, there.interior)
        await service.add_delegates(tx, there.officer, there.dialogue, [envoy.seats[0].id])
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Since 2024.")
    await clear(database, at(there.vera, minutes=2), question)
    messages = await told(database, "dialogue_answer:")
    delegation = {*ids(there.officer, there.colleague), envoy.person_id}
    assert {each["person_id"] for each in messages} == delegation
    assert len(messages) == len(delegation)
    assert all(each["urgent"] for each in messages)
    shown = json.dumps(messages[0]["screen"])
    for words in ("Since 2024.", "Ministry of Justice", "role.focal_point", "03:02"):
        assert words in shown
    assert await hearers(database, "dialogue_wait:", state="planned") == []
    await tick(database, hours=1)
    assert await hearers(database, "dialogue_wait:", state="planned") == []


async def test_nobody_clears_their_own_words_nor_words_they_have_not_seen(
    database: Database,
) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Since 2024.")
    for act in (there.amal, there.ali, there.officer):
        with pytest.raises(NotAllowed):
            await clear(database, act, question)
    await drafted(database, there, there.ali, question, "Since 2025.")
    with pytest.raises(Outdated):
        await clear(database, there.vera, question, 1)
    await drafted(database, there, there.vera, question, "Since May 2025.")
    with pytest.raises(NotAllowed):
        await clear(database, there.vera, question, 3)
    await clear(database, there.officer, question, 3)
    assert await state(database, question) is QuestionState.DELIVERED
    with pytest.raises(Outdated):
        await clear(database, there.officer, question, 3)


@pytest.mark.parametrize("why", ["taken_off", "unreachable", "ended"])
async def test_where_no_validator_is_on_call_the_officer_clears(
    database: Database, why: str
) -> None:
    there = await house(database)
    question = await asked(database, there)
    async with database.write() as tx:
        [seat] = there.vera.actor.seats
        if why == "taken_off":
            await service.take_off(tx, there.officer, there.dialogue, seat.id, Part.ON_CALL)
        elif why == "ended":
            await seats.end(tx, seat.id, now=NOW)
        else:
            await accounts.mark_unreachable(tx, 1, 1000 + seat.person_id, "blocked", now=NOW)
    await drafted(database, there, there.amal, question, "Since 2024.")
    assert await hearers(database, "dialogue_wait:", state="planned") == ids(there.officer)
    await clear(database, there.officer, question)


async def test_who_is_not_on_call_neither_reads_nor_answers(database: Database) -> None:
    there = await house(database)
    async with database.write() as tx:
        other = maravia.act(
            await maravia.somebody(tx, "Ines", Role.FOCAL_POINT, there.interior), NOW
        )
    question = await typed(database, there)
    async with database.write() as tx:
        await service.put_on_call(tx, there.officer, there.dialogue, there.sample.institution_id)
        with pytest.raises(NotFound):  # not asked yet
            await service.open_it(tx, there.amal, question)
        await service.ask(tx, there.officer, question)
    for act in (other, there.officer):
        async with database.write() as tx:
            with pytest.raises(NotAllowed):
                await service.open_it(tx, act, question)
            with pytest.raises(NotAllowed):
                await service.draft(tx, act, question, "Yes.", language="en")
    async with database.write() as tx:
        for forbidden in (
            service.begin(tx, there.amal, "Mine", "en"),
            service.ask(tx, there.amal, question),
            service.promise(tx, there.vera, question, date(2026, 5, 6)),
            service.close(tx, there.vera, there.dialogue),
            service.put_on_call(tx, there.amal, there.dialogue, there.interior),
        ):
            with pytest.raises(NotAllowed):
                await forbidden


async def test_an_institution_that_nobody_can_reach_is_told_to_the_officer(
    database: Database,
) -> None:
    there = await house(database)
    question = await typed(database, there)
    async with database.write() as tx:
        await service.of_institution(tx, there.officer, question, there.interior)
        with pytest.raises(NobodyOnCall):
            await service.ask(tx, there.officer, question)


async def test_another_institution_is_asked_and_the_first_is_let_go(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    async with database.write() as tx:
        ines = maravia.act(
            await maravia.somebody(tx, "Ines", Role.FOCAL_POINT, there.interior), NOW
        )
        await service.of_institution(tx, there.officer, question, there.interior)
        with pytest.raises(NotAllowed):
            await service.draft(tx, there.amal, question, "Late.", language="en")
        await service.ask(tx, at(there.officer, seconds=30), question)
    assert await hearers(database, "dialogue_wait:", state="planned") == ids(ines)
    assert await hearers(database, "dialogue_settled:") == ids(there.ali, there.amal, there.vera)


async def test_where_nobody_is_waited_for_a_tick_looks_into_one_index(sqlite: URL) -> None:
    database = Database(sqlite, audit_key=AUDIT_KEY)
    look = "SELECT id FROM dialogue_questions WHERE next_at <= '2026' ORDER BY next_at, id"
    async with database.read() as tx:
        [step] = await tx.rows(text(f"EXPLAIN QUERY PLAN {look}"))
    await database.close()
    assert "USING" in step["detail"]
    assert "ix_dialogue_questions_next" in step["detail"]


# -- Promises, closing -----------------------------------------------------------------------------


async def test_promises_become_requests_each_once_due_on_their_day(database: Database) -> None:
    there = await house(database)
    with_item = await asked(database, there)
    without = await typed(database, there, "What of the climate?")
    nobody_s = await typed(database, there, "And of the oceans?")
    until = date(2026, 5, 6)
    async with database.write() as tx:
        await service.of_institution(tx, there.officer, without, there.sample.institution_id)
        for each in (with_item, without, nobody_s):
            await service.promise(tx, there.officer, each, until)
        await service.close(tx, there.officer, there.dialogue)
        assert await service.ask_promises(tx, there.officer, there.dialogue) == 2
        with pytest.raises(Outdated):
            await service.ask_promises(tx, there.officer, there.dialogue)
    await ask_and_remind(database, Act(TICK, 1, maravia.ZONE, NOW + UNDO), Policy(maravia.ZONE))
    async with database.read() as tx:
        rows = await tx.rows(select(request_items).order_by(request_items.c.id))
    assert [(row["institution_id"], row["item_id"], row["due_on"]) for row in rows] == [
        (there.sample.institution_id, there.sample.items["140.7"], until),
        (there.sample.institution_id, None, until),
    ]
    assert await hearers(database, "dialogue_settled:") == ids(there.ali, there.amal, there.vera)


async def test_after_the_end_nobody_is_asked_called_or_given_anything(database: Database) -> None:
    there = await house(database)
    open_one = await asked(database, there)
    answered = await asked(database, there, "And of 140.9?")
    await drafted(database, there, there.amal, answered, "Since 2024.")
    async with database.write() as tx:
        await service.close(tx, there.officer, there.dialogue)
    await tick(database, hours=1)
    assert await hearers(database, "dialogue_wait:", state="planned") == []
    over = await told(database, "dialogue:1:over:")
    assert [each["person_id"] for each in over] == ids(there.ali, there.amal, there.vera)
    async with database.write() as tx:
        for late in (
            service.clear(tx, there.vera, answered, 1),
            service.draft(tx, there.amal, open_one, "Late.", language="en"),
            service.ask(tx, there.officer, open_one),
            service.close(tx, there.officer, there.dialogue),
            service.type_question(tx, there.officer, there.dialogue, "More?", language="en"),
        ):
            with pytest.raises(DialogueClosed):
                await late
        await service.promise(tx, there.officer, open_one, date(2026, 5, 6))


async def test_every_act_is_on_record(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Since 2024.")
    await tick(database, minutes=4)
    await clear(database, there.vera, question)
    async with database.read() as tx:
        acts = await tx.values(select(audit.c.act).order_by(audit.c.number))
    assert acts == [
        f"dialogue.{each}"
        for each in (
            *("open", "question", "item", "add_people", "ask", "draft", "call_again", "clear"),
        )
    ]


# -- Handing over ----------------------------------------------------------------------------------


async def hands_over(database: Database, there: House, leaver: Act, name: str) -> Act:
    """The leaver's seat goes to somebody new a minute later; gives the successor's act."""
    [old] = leaver.actor.seats
    later = at(leaver, minutes=1)
    async with database.write() as tx:
        await seats.end(tx, old.id, now=later.now)
        actor = await maravia.somebody(tx, name, old.role, old.institution_id, now=later.now)
        await handover.take_over(tx, later, old, actor.seats[0])
    return maravia.act(actor, later.now)


async def test_a_successor_is_on_call_and_is_asked_what_waits(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    nina = await hands_over(database, there, there.amal, "Nina")
    assert await hearers(database, f"dialogue_wait:{question}:", state="planned") == ids(
        there.ali, nina
    )
    assert (
        len(await told(database, f"dialogue:{there.dialogue}:on_call:", person_id=ids(nina)[0]))
        == 1
    )
    await drafted(database, there, nina, question, "Yes, since 2024.")
    assert await state(database, question) is QuestionState.DRAFTED


async def test_a_new_validator_is_shown_what_waits_to_be_cleared(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    await drafted(database, there, there.amal, question, "Yes, since 2024.")
    vito = await hands_over(database, there, there.vera, "Vito")
    assert ids(vito)[0] in await hearers(database, f"dialogue_wait:{question}:1:", state="planned")
    await clear(database, vito, question)
    assert await state(database, question) is QuestionState.DELIVERED


async def test_a_successor_has_no_part_in_what_is_over(database: Database) -> None:
    there = await house(database)
    question = await asked(database, there)
    async with database.write() as tx:
        await service.close(tx, there.officer, there.dialogue)
    nina = await hands_over(database, there, there.amal, "Nina")
    assert ids(nina)[0] not in await hearers(database, "dialogue:")
    assert ids(nina)[0] not in await hearers(database, f"dialogue_wait:{question}:")
