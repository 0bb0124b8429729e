"""Broadcasts: whom they reach, when they go, and that nobody gets one twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.domain.broadcasts import BroadcastState, Deliveries, Draft, Group, Segment, roles_of
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.people import COMMAND_LINE, TICK, Actor, Role
from bot.domain.reports import NoWords, TooLong
from bot.domain.requests import UNDO, LeftOut
from bot.domain.screens import Attachment
from bot.domain.views import broadcasts as views
from bot.services import boards, broadcasts
from bot.services.boards import Painted
from storage import accounts, files, institutions, outbox, people, seats, tables
from storage import boards as board_rows
from storage import broadcasts as queries
from storage.database import Database, Transaction
from storage.outbox import Message
from storage.tables import deliveries, evidence
from storage.tables import outbox as rows
from tests import maravia
from tests.looks import looks

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
BOT = 1
EVERYBODY = Segment()
TEXTS = {"en": "The hearing is on Monday.", "fr": "L’audience est lundi."}


class House:
    """Otto of the secretariat; Amal and Bao of Justice, Fatou (French) of Interior."""

    def __init__(self, otto: Actor, amal: Actor, bao: Actor, fatou: Actor, justice: int) -> None:
        self.otto, self.amal, self.bao, self.fatou = otto, amal, bao, fatou
        self.justice = justice


async def house(database: Database) -> House:
    async with database.write() as tx:
        sample = await maravia.justice(tx, {"140.12": date(2026, 4, 1)})
        interior = await maravia.justice_elsewhere(tx)
        return House(
            await maravia.somebody(tx, "Otto", Role.OFFICER, None),
            await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id),
            await maravia.somebody(tx, "Bao", Role.VALIDATOR, sample.institution_id),
            await maravia.somebody(tx, "Fatou", Role.FOCAL_POINT, interior, language="fr"),
            sample.institution_id,
        )


def draft(segment: Segment = EVERYBODY, **more: object) -> Draft:
    return Draft(segment, TEXTS, "en", **more)  # type: ignore[arg-type]


def names(at: House, *actors: Actor) -> set[int]:
    return {each.person.id for each in actors if each.person}


async def reached(database: Database, at: House, segment: Segment) -> set[int]:
    async with database.read() as tx:
        found = await broadcasts.reach(
            tx, maravia.act(at.otto, NOW), segment, written=TEXTS, default_language="en"
        )
    return {each.person_id for each in found.recipients}


async def planned(database: Database, at: House, **more: object) -> int:
    async with database.write() as tx:
        return await broadcasts.plan(tx, maravia.act(at.otto, NOW), draft(**more))  # type: ignore[arg-type]


async def sent_to(database: Database, broadcast_id: int) -> dict[int, int]:
    """How many rows there are for each person."""
    prefix = broadcasts.prefix_of(broadcast_id)
    async with database.read() as tx:
        found = await tx.rows(select(rows.c.person_id).where(rows.c.key.startswith(prefix)))
    counted: dict[int, int] = {}
    for row in found:
        counted[row["person_id"]] = counted.get(row["person_id"], 0) + 1
    return counted


async def state_of(database: Database, broadcast_id: int) -> BroadcastState:
    async with database.read() as tx:
        found = await queries.get(tx, broadcast_id)
    assert found is not None
    return found.state


async def settle(
    database: Database, broadcast_id: int, state: str, reason: str | None = None, *, but: int = 0
) -> None:
    """As the outbox would leave its rows."""
    prefix = broadcasts.prefix_of(broadcast_id)
    async with database.write() as tx:
        await tx.execute(
            update(rows)
            .where(rows.c.key.startswith(prefix), rows.c.person_id != but)
            .where(rows.c.state == "planned")
            .values(state=state, reason=reason, screen=None)
        )


# -- Whom it reaches -------------------------------------------------------------------------------


async def test_a_segment_is_what_fits_all_of_it(database: Database) -> None:
    at = await house(database)
    reporting = roles_of([Group.REPORTING])
    everybody = names(at, at.otto, at.amal, at.bao, at.fatou)
    assert await reached(database, at, EVERYBODY) == everybody
    assert await reached(database, at, Segment(roles=reporting)) == names(at, at.amal, at.fatou)
    assert await reached(database, at, Segment(roles=roles_of([Group.VALIDATORS]))) == names(
        at, at.bao
    )
    assert await reached(database, at, Segment(institutions=(at.justice,))) == names(
        at, at.amal, at.bao
    )
    assert await reached(database, at, Segment(languages=("fr",))) == names(at, at.fatou)
    assert await reached(database, at, Segment(kinds=("court",))) == set()
    assert await reached(database, at, Segment(kinds=("ministry",), roles=reporting)) == names(
        at, at.amal, at.fatou
    )
    assert await reached(database, at, Segment(with_open_items=True)) == names(at, at.amal, at.bao)


async def test_who_is_left_out_is_told_with_the_reason(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        health = await institutions.add(tx, "MOH", "ministry", {"en": "Ministry of Health"})
        newcomer = await people.add(tx, "Nia", "en", now=NOW)
        await seats.add(tx, newcomer.id, Role.FOCAL_POINT, at.justice, now=NOW)
        chat = await accounts.chat_of(tx, BOT, next(iter(names(at, at.fatou))))
        assert chat is not None
        await accounts.mark_unreachable(tx, BOT, chat, "blocked", now=NOW)
        await maravia.somebody(tx, "Otto again", Role.OFFICER, None, language="ar")
        assert health
        preview = (
            await broadcasts.reach(
                tx, maravia.act(at.otto, NOW), EVERYBODY, written=["en"], default_language="en"
            )
        ).preview
    assert (preview.people, preview.institutions) == (4, 1)
    assert sorted((dict(each)["en"], reason) for each, reason in preview.left_out) == [
        ("Ministry of Health", LeftOut.NO_SEAT),
        ("Ministry of Justice", LeftOut.NEVER_STARTED),
        ("Ministry of the Interior", LeftOut.UNREACHABLE),
    ]
    assert preview.other_language == {"ar": 1}


async def test_a_person_with_two_seats_is_one_person(database: Database) -> None:
    at = await house(database)
    async with database.write() as tx:
        (amal,) = names(at, at.amal)
        await seats.add(tx, amal, Role.VALIDATOR, at.justice, now=NOW)
    broadcast_id = await planned(database, at, sends_at=NOW)
    assert set((await sent_to(database, broadcast_id)).values()) == {1}


async def test_what_cannot_go_out_is_refused(database: Database) -> None:
    at = await house(database)
    act = maravia.act(at.otto, NOW)
    async with database.write() as tx:
        with pytest.raises(NoWords):
            await broadcasts.plan(tx, act, Draft(EVERYBODY, {"en": " "}, "en"))
        with pytest.raises(NoWords):
            await broadcasts.plan(tx, act, Draft(EVERYBODY, {"fr": "Bonjour"}, "en"))
        with pytest.raises(TooLong):
            await broadcasts.plan(tx, act, Draft(EVERYBODY, {"en": "x" * 12_001}, "en"))
        with pytest.raises(broadcasts.NobodyReached):
            await broadcasts.plan(tx, act, draft(Segment(kinds=("court",))))
        with pytest.raises(broadcasts.MomentPast):
            await broadcasts.plan(tx, act, draft(sends_at=NOW - timedelta(minutes=1)))


# -- When it goes ----------------------------------------------------------------------------------


async def test_it_goes_out_after_two_minutes_and_not_before(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at)
    almost = NOW + UNDO - timedelta(seconds=1)
    await broadcasts.follow(database, maravia.act(TICK, almost))
    assert await sent_to(database, broadcast_id) == {}
    for _ in range(3):  # ticks that come late, or twice
        await broadcasts.follow(database, maravia.act(TICK, NOW + UNDO))
    everybody = names(at, at.otto, at.amal, at.bao, at.fatou)
    assert await sent_to(database, broadcast_id) == dict.fromkeys(everybody, 1)
    assert await state_of(database, broadcast_id) is BroadcastState.SENDING


async def test_each_reads_it_in_the_own_language_where_there_is_a_text(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    async with database.read() as tx:
        found = await tx.rows(
            select(rows).where(rows.c.key.startswith(f"broadcast:{broadcast_id}:"))
        )
    said = {row["person_id"]: str(row["screen"]) for row in found}
    (fatou,), (amal,) = names(at, at.fatou), names(at, at.amal)
    assert "audience" in said[fatou]
    assert "hearing" in said[amal]
    assert {row["lane"] for row in found} == {"bulk"}


async def test_a_file_outlives_the_draft_that_it_came_with(database: Database) -> None:
    at = await house(database)
    sha256 = "ab" * 32
    async with database.write() as tx:
        await files.add(tx, sha256, size=9, media_type="application/pdf", now=NOW)
        piece = await tx.value(
            insert(evidence)
            .values(kind="document", state="stored", sha256=sha256, added_at=NOW)
            .returning(evidence.c.id)
        )
        assert await files.unnamed_but_by(tx, [piece]) == [sha256]
    file = Attachment(sha256, "calendar.pdf")
    broadcast_id = await planned(database, at, attachment=file, sends_at=NOW)
    async with database.read() as tx:
        assert await files.unnamed_but_by(tx, [piece]) == []
        found = await queries.get(tx, broadcast_id)
        assert found is not None
        assert found.file == file
        screens = await tx.values(select(rows.c.screen).where(rows.c.lane == "bulk"))
    assert all(each["attachments"] == [[sha256, "calendar.pdf", "document"]] for each in screens)


async def test_what_is_undone_never_goes_out(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at)
    async with database.write() as tx:
        await broadcasts.undo(tx, maravia.act(at.otto, NOW), broadcast_id)
    await broadcasts.follow(database, maravia.act(TICK, NOW + timedelta(days=1)))
    assert await sent_to(database, broadcast_id) == {}
    async with database.write() as tx:
        with pytest.raises(Outdated):
            await broadcasts.undo(tx, maravia.act(at.otto, NOW), broadcast_id)
        with pytest.raises(Outdated):
            await broadcasts.send_now(tx, maravia.act(at.otto, NOW), broadcast_id)


async def test_two_officers_and_a_tick_at_once_send_it_once(
    open_database: Callable[[], Database],
) -> None:
    """Taps and ticks through connections of their own, undo among them: one of them wins."""
    first = open_database()
    at = await house(first)
    others = [open_database() for _ in range(4)]
    broadcast_id = await planned(first, at)
    due = maravia.act(at.otto, NOW + UNDO)

    async def tap(database: Database, act: Callable[..., object]) -> None:
        with suppress(Outdated):
            async with database.write() as tx:
                await act(tx, due, broadcast_id)  # type: ignore[misc]

    await asyncio.gather(
        tap(others[0], broadcasts.send_now),
        tap(others[1], broadcasts.send_now),
        tap(others[2], broadcasts.undo),
        broadcasts.follow(others[3], maravia.act(TICK, NOW + UNDO)),
    )
    sent = await sent_to(first, broadcast_id)
    if await state_of(first, broadcast_id) is BroadcastState.UNDONE:
        assert sent == {}
    else:
        assert sorted(sent.values()) == [1, 1, 1, 1]


async def test_who_lost_the_seat_before_it_goes_out_does_not_get_it(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at)
    async with database.write() as tx:
        await seats.end(tx, at.bao.seats[0].id, now=NOW)
    await broadcasts.follow(database, maravia.act(TICK, NOW + UNDO))
    assert not names(at, at.bao) & set(await sent_to(database, broadcast_id))


# -- To many ---------------------------------------------------------------------------------------

MANY = 2 * broadcasts.AT_ONCE + 200


async def crowd(database: Database) -> list[int]:
    """Many officers with open chats, in the order in which they are written to."""
    first = 1_000
    async with database.write() as tx:
        for table, row in (
            (tables.people, {"id": "n", "name": "Officer", "language": "en", "created_at": NOW}),
            (tables.accounts, {"bot_id": BOT, "chat_id": "n", "person_id": "n"}),
            (tables.seats, {"person_id": "n", "role": "officer", "from_at": NOW}),
        ):
            many = [
                {name: first + n if value == "n" else value for name, value in row.items()}
                for n in range(MANY)
            ]
            await tx.execute(insert(table), many)
    return list(range(first, first + MANY))


async def to_many(database: Database) -> int:
    """A broadcast to them that has just been opened."""
    act = maravia.act(COMMAND_LINE, NOW)
    async with database.write() as tx:
        return await broadcasts.plan(tx, act, draft(sends_at=NOW))


async def counted(database: Database, broadcast_id: int) -> Deliveries:
    async with database.read() as tx:
        return await broadcasts.count(tx, broadcast_id)


async def test_one_to_many_is_planned_some_hundreds_in_a_commit(database: Database) -> None:
    """So that nobody who taps meanwhile waits for all of it."""
    people_ids = await crowd(database)
    broadcast_id = await to_many(database)
    tick = maravia.act(TICK, NOW)
    seen = [len(await sent_to(database, broadcast_id))]
    while seen[-1] < MANY:
        await settle(database, broadcast_id, "sent")
        found = await counted(database, broadcast_id)
        assert (found.sent, found.total) == (seen[-1], MANY), "what is to come waits"
        await broadcasts.follow(database, tick)
        assert await state_of(database, broadcast_id) is BroadcastState.SENDING
        seen.append(len(await sent_to(database, broadcast_id)))
    assert seen == [broadcasts.AT_ONCE, 2 * broadcasts.AT_ONCE, MANY]
    assert await sent_to(database, broadcast_id) == dict.fromkeys(people_ids, 1)
    await settle(database, broadcast_id, "sent")
    await broadcasts.follow(database, tick)
    assert await state_of(database, broadcast_id) is BroadcastState.CLOSED


class Killed(Database):
    """Ends before its next commit."""

    @asynccontextmanager
    async def write(self, *, idle_limit: float | None = None) -> AsyncIterator[Transaction]:
        async with super().write(idle_limit=idle_limit) as tx:
            yield tx
            raise RuntimeError("killed")


async def test_a_kill_between_two_commits_loses_nobody_and_writes_to_nobody_twice(
    open_database: Callable[[], Database],
) -> None:
    first, second = open_database(), open_database()
    people_ids = await crowd(first)
    broadcast_id = await to_many(first)
    tick = maravia.act(TICK, NOW)
    killed = Killed(first.url)
    with pytest.raises(RuntimeError, match="killed"):
        await broadcasts.follow(killed, tick)
    await killed.close()
    assert len(await sent_to(first, broadcast_id)) == broadcasts.AT_ONCE
    for _ in range(3):
        await asyncio.gather(broadcasts.follow(first, tick), broadcasts.follow(second, tick))
    assert await sent_to(first, broadcast_id) == dict.fromkeys(people_ids, 1)


async def test_who_joins_meanwhile_is_not_written_to_and_who_leaves_neither(
    database: Database,
) -> None:
    people_ids = await crowd(database)
    broadcast_id = await to_many(database)
    later = NOW + timedelta(seconds=2)
    left = people_ids[-1]
    async with database.write() as tx:
        held = await seats.live_of(tx, left, now=later)
        await seats.end(tx, held[0].id, now=later)
        await maravia.somebody(tx, "Nia", Role.OFFICER, None)
    for _ in range(3):
        await broadcasts.follow(database, maravia.act(TICK, later))
    await settle(database, broadcast_id, "sent")
    assert await sent_to(database, broadcast_id) == dict.fromkeys(people_ids, 1)
    found = await counted(database, broadcast_id)
    assert (found.sent, found.dropped, found.total) == (MANY - 1, 1, MANY)


# -- Afterwards ------------------------------------------------------------------------------------


async def test_it_closes_when_nothing_waits_and_a_retry_opens_it_again(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    tick = maravia.act(TICK, NOW)
    (fatou,) = names(at, at.fatou)
    await settle(database, broadcast_id, "sent", but=fatou)
    await broadcasts.follow(database, tick)
    assert await state_of(database, broadcast_id) is BroadcastState.SENDING
    await settle(database, broadcast_id, "failed", "blocked")
    await broadcasts.follow(database, tick)
    assert await state_of(database, broadcast_id) is BroadcastState.CLOSED
    async with database.write() as tx:
        found = await boards.count(tx, broadcasts.prefix_of(broadcast_id))
        assert (found.sent, found.failed, found.reasons) == (3, 1, {"blocked": 1})
        [missed] = await broadcasts.missed(tx, maravia.act(at.otto, NOW), broadcast_id)
        assert (missed.name, missed.reason) == ("Fatou", "blocked")
        assert await broadcasts.retry(tx, maravia.act(at.otto, NOW), broadcast_id) == 1
    async with database.read() as tx:
        waiting = await outbox.waiting(tx, BOT, now=NOW, ahead=timedelta())
    assert len(waiting) == 1
    assert await state_of(database, broadcast_id) is BroadcastState.SENDING


async def test_a_retry_by_two_officers_at_once_is_one_retry(
    open_database: Callable[[], Database],
) -> None:
    first, second = open_database(), open_database()
    at = await house(first)
    broadcast_id = await planned(first, at, sends_at=NOW)
    await settle(first, broadcast_id, "failed", "server_500")
    done: list[int] = []

    async def tap(database: Database) -> None:
        with suppress(broadcasts.NothingToRetry):
            async with database.write() as tx:
                again = await broadcasts.retry(tx, maravia.act(at.otto, NOW), broadcast_id)
            done.append(again)

    await asyncio.gather(tap(first), tap(second))
    assert done == [4]


async def test_a_retry_leaves_alone_who_is_away_and_what_may_have_arrived(
    database: Database,
) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    (fatou,) = names(at, at.fatou)
    await settle(database, broadcast_id, "unknown", "no_answer", but=fatou)
    await settle(database, broadcast_id, "failed", "blocked")
    async with database.write() as tx:
        chat = await accounts.chat_of(tx, BOT, fatou)
        assert chat is not None
        await accounts.mark_unreachable(tx, BOT, chat, "blocked", now=NOW)
    async with database.write() as tx:
        with pytest.raises(broadcasts.NothingToRetry):
            await broadcasts.retry(tx, maravia.act(at.otto, NOW), broadcast_id)


async def test_seen_counts_once_and_only_for_whom_it_was(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(
        database, at, segment=Segment(institutions=(at.justice,)), sends_at=NOW
    )
    async with database.write() as tx:
        await broadcasts.seen(tx, maravia.act(at.amal, NOW), broadcast_id)
        await broadcasts.seen(tx, maravia.act(at.amal, NOW + UNDO), broadcast_id)
        with pytest.raises(NotFound):
            await broadcasts.seen(tx, maravia.act(at.fatou, NOW), broadcast_id)
        assert await queries.count_seen(tx, broadcast_id) == 1
        (amal,) = names(at, at.amal)
        at_first = await tx.value(
            select(deliveries.c.seen_at).where(deliveries.c.person_id == amal)
        )
    assert at_first == NOW


async def notices(database: Database) -> dict[str, set[int]]:
    """Who hears of replies and answers, by subject."""
    found: dict[str, set[int]] = {}
    async with database.read() as tx:
        for row in await tx.rows(
            select(rows.c.person_id, rows.c.subject).where(rows.c.key.startswith("broadcast_reply"))
        ):
            found.setdefault(row["subject"], set()).add(row["person_id"])
    return found


async def replies(
    database: Database, actor: Actor, broadcast_id: int, *, message_id: int = 1
) -> None:
    async with database.write() as tx:
        act = maravia.act(actor, NOW)
        await broadcasts.reply(tx, act, broadcast_id, "When?", language="en", message_id=message_id)


async def answers(database: Database, actor: Actor, broadcast_id: int, to: Actor) -> None:
    assert to.person is not None
    async with database.write() as tx:
        await broadcasts.answer(
            tx,
            maravia.act(actor, NOW),
            broadcast_id,
            to.person.id,
            "At nine.",
            language="en",
            message_id=5,
        )


async def test_a_reply_goes_to_who_sent_it_or_to_the_secretariat_once_they_have_left(
    database: Database,
) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    async with database.write() as tx:
        olga = await maravia.somebody(tx, "Olga", Role.COORDINATOR, None)
    assert at.amal.person is not None
    about = f"broadcast_reply:{broadcast_id}:{at.amal.person.id}"
    await replies(database, at.amal, broadcast_id)
    assert (await notices(database))[about] == names(at, at.otto)
    async with database.write() as tx:
        seat = at.otto.seats[0]
        await seats.end(tx, seat.id, now=NOW)
    await replies(database, at.amal, broadcast_id, message_id=2)
    assert (await notices(database))[about] == names(at, at.otto, olga)
    await answers(database, olga, broadcast_id, at.amal)
    assert (await notices(database))[f"broadcast:{broadcast_id}"] == names(at, at.amal)


async def test_only_who_got_it_replies_and_only_the_secretariat_answers(
    database: Database,
) -> None:
    at = await house(database)
    to_french = Segment(languages=("fr",))
    async with database.write() as tx:
        broadcast_id = await broadcasts.plan(
            tx, maravia.act(at.otto, NOW), draft(to_french, sends_at=NOW)
        )
    with pytest.raises(NotFound):
        await replies(database, at.amal, broadcast_id)
    with pytest.raises(NotFound):
        await answers(database, at.otto, broadcast_id, at.amal)
    await replies(database, at.fatou, broadcast_id)
    with pytest.raises(NotAllowed):
        await answers(database, at.amal, broadcast_id, at.fatou)
    async with database.write() as tx:
        await seats.end(tx, at.fatou.seats[0].id, now=NOW)
    with pytest.raises(broadcasts.NobodyThere):
        await answers(database, at.otto, broadcast_id, at.fatou)


async def test_nobody_but_the_secretariat(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at)
    for who in (at.amal, at.bao, at.fatou, Actor(None, ())):
        act = maravia.act(who, NOW)
        async with database.write() as tx:
            with pytest.raises(NotAllowed):
                await broadcasts.plan(tx, act, draft())
            for use in (broadcasts.undo, broadcasts.send_now, broadcasts.retry, broadcasts.missed):
                with pytest.raises(NotAllowed):
                    await use(tx, act, broadcast_id)
    assert await state_of(database, broadcast_id) is BroadcastState.PLANNED


# -- The board -------------------------------------------------------------------------------------


async def hung(database: Database, at: House, broadcast_id: int) -> int:
    """Otto's board, sent; the row of its message."""
    prefix = broadcasts.prefix_of(broadcast_id)
    (otto,) = names(at, at.otto)
    async with database.write() as tx:
        painted = await broadcasts.paint(tx, prefix)
        assert painted is not None
        row = await outbox.add(tx, Message(f"reply:{prefix}", painted.screen, otto, BOT), now=NOW)
        await boards.hang(tx, maravia.act(at.otto, NOW), prefix, row, painted)
    return row


async def edits(database: Database, row: int) -> list[str]:
    async with database.read() as tx:
        found = await tx.rows(select(rows).where(rows.c.edits == row).order_by(rows.c.id))
    assert all(each["silent"] for each in found)
    return [str(each["screen"]) for each in found]


PAINTERS = {broadcasts.BOARD: broadcasts.paint}


async def test_the_board_changes_only_when_its_numbers_do(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at)
    row = await hung(database, at, broadcast_id)
    tick = maravia.act(TICK, NOW + UNDO)
    assert await boards.follow(database, tick, PAINTERS) == 0
    await broadcasts.follow(database, tick)
    assert await boards.follow(database, tick, PAINTERS) == 1
    assert await boards.follow(database, tick, PAINTERS) == 0, "nothing has changed"
    (fatou,) = names(at, at.fatou)
    await settle(database, broadcast_id, "sent", but=fatou)
    assert await boards.follow(database, tick, PAINTERS) == 1
    await settle(database, broadcast_id, "failed", "blocked")
    await broadcasts.follow(database, tick)
    assert await boards.follow(database, tick, PAINTERS) == 1
    said = await edits(database, row)
    assert len(said) == 3
    assert "broadcast.closed" in said[-1]
    async with database.read() as tx:
        assert await board_rows.moving(tx) == [], "a board at rest costs nothing"


async def test_a_board_opened_anew_is_the_one_that_is_followed(database: Database) -> None:
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    prefix = broadcasts.prefix_of(broadcast_id)
    old = await hung(database, at, broadcast_id)
    (otto,) = names(at, at.otto)
    async with database.write() as tx:
        painted = await broadcasts.paint(tx, prefix)
        assert painted is not None
        new = await outbox.add(tx, Message("reply:2", painted.screen, otto, BOT), now=NOW)
        await boards.hang(tx, maravia.act(at.otto, NOW), prefix, new, painted)
    assert "board.moved" in (await edits(database, old))[-1]
    await settle(database, broadcast_id, "sent")
    await boards.follow(database, maravia.act(TICK, NOW), PAINTERS)
    assert len(await edits(database, new)) == 1


async def test_a_change_between_a_look_and_its_commit_is_not_lost(database: Database) -> None:
    """A retry that wakes the board while a tick is about to let it rest."""
    at = await house(database)
    broadcast_id = await planned(database, at, sends_at=NOW)
    prefix = broadcasts.prefix_of(broadcast_id)
    await hung(database, at, broadcast_id)

    async def wakes_meanwhile(tx: Transaction, painted_prefix: str) -> Painted | None:
        found = await broadcasts.paint(tx, painted_prefix)
        assert found is not None
        async with database.write() as other:
            await board_rows.wake(other, prefix)
        return Painted(found.screen, moves=False)

    painters = {broadcasts.BOARD: wakes_meanwhile}
    assert await boards.follow(database, maravia.act(TICK, NOW), painters) == 0
    async with database.read() as tx:
        assert [each.prefix for each in await board_rows.moving(tx)] == [prefix]


async def test_boards_know_nothing_of_deliveries_but_the_beginning_of_their_keys(
    database: Database,
) -> None:
    at = await house(database)
    (amal,) = names(at, at.amal)
    async with database.write() as tx:
        painted = Painted(views.delivered("Hello", "en", 1), moves=True)
        for key in ("request:5:1", "request:5:2", "request:51:1"):
            await outbox.add(tx, Message(key, painted.screen, amal, BOT), now=NOW)
        found = await boards.count(tx, "request:5:")
    assert (found.total, found.waiting) == (2, 2)


async def test_a_tick_with_nothing_under_way_is_one_look_at_an_index(database: Database) -> None:
    """However many broadcasts and boards there have been."""
    async with database.read() as tx, looks(tx) as plans:
        assert await queries.under_way(tx, now=NOW) == []
        assert await board_rows.moving(tx) == []
    assert len(plans) == 2
    if tx.dialect != "sqlite":  # PostgreSQL reads a small table as a whole
        return
    assert "USING INDEX ix_broadcasts_state" in plans[0]
    assert "SCAN" not in plans[0]
    assert "SEARCH boards USING INDEX ix_boards_moves" in plans[1]
