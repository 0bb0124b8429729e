"""Consultations: who signs up leaves nothing that can be read without keys, and goes when asked."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.consultations import (
    KEPT_AFTER,
    Access,
    Attendance,
    Card,
    Consultation,
    ConsultationState,
    Form,
    Group,
    SignUp,
    SignUpState,
    Translation,
    Wanted,
    random_number,
)
from bot.domain.errors import NotAllowed, Outdated
from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.screens import message, text
from bot.domain.views import consultations as views
from bot.keys import KeyRing
from bot.services import announcing, consultations, erasure, sign_ups
from bot.services.notices import tell_participants
from bot.texts import Texts, language_name
from storage import consultations as queries
from storage import institutions as houses
from storage import sign_ups as kept
from storage.database import Database, Transaction
from storage.tables import audit, consultation_counts, metadata, outbox
from tests import maravia
from tests.conftest import FrozenClock

BOT, CHAT = 77, 5_000_000_123
CAME = Attendance(0, None)
UNSEEN = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))  # what keeps directions apart
LAST_DAY = date(2026, 6, 1)
ANSWERS = {
    "organisation": "Blue Door Collective",
    "group": Group.LGBTI.value,
    "region": "Far Shore",
    "access": [Access.SIGN_LANGUAGE.value],
}


def wanted(**values: Any) -> Wanted:
    """Written input on a report until 1 June, with whatever else is named."""
    plain: dict[str, Any] = {
        "form": Form.WRITTEN,
        "title": "Child rights report",
        "purpose": "What should the report say?",
        "starts_at": None,
        "last_day": LAST_DAY,
        "place": "",
        "language": "en",
        "closes_on": LAST_DAY,
        "kept_until": LAST_DAY + KEPT_AFTER,
    }
    return Wanted(**(plain | values))


async def officer(tx: Transaction, clock: FrozenClock) -> Act:
    actor = await maravia.somebody(tx, "Amina", Role.OFFICER, None)
    return maravia.act(actor, clock.now())


def nobody(clock: FrozenClock) -> Act:
    """A participant: somebody without a seat, as far as the network knows."""
    return maravia.act(Actor(None, ()), clock.now())


def tick(clock: FrozenClock) -> Act:
    return maravia.act(TICK, clock.now())


async def announced(database: Database, clock: FrozenClock, **values: Any) -> Consultation:
    async with database.write() as tx:
        act = await officer(tx, clock)
        consultation_id = await consultations.announce(tx, act, wanted(**values))
        found = await queries.get(tx, consultation_id)
    assert found is not None
    return found


async def meeting(database: Database, clock: FrozenClock, **values: Any) -> Consultation:
    """A meeting on the last day, in the afternoon."""
    at = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
    return await announced(database, clock, form=Form.MEETING, starts_at=at, **values)


async def signed_up(
    database: Database,
    clock: FrozenClock,
    found: Consultation,
    chat_id: int = CHAT,
    **answers: Any,
) -> SignUp:
    """Somebody agrees and sends their card."""
    async with database.write() as tx:
        act = nobody(clock)
        card = Card(chat_id, BOT, "en", wrote=(11,))
        begun = await sign_ups.agree(tx, act, card, found)
        return await sign_ups.send(tx, act, begun, ANSWERS | answers)


async def everything(database: Database) -> bytes:
    """Every value of every row."""
    values: list[bytes] = []
    async with database.read() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.rows(select(table)):
                values += [
                    each if isinstance(each, bytes) else str(each).encode() for each in row.values()
                ]
    return b"\n".join(values)


# -- Announcing ------------------------------------------------------------------------------------


async def test_a_place_that_was_changed_is_said_in_no_language_any_more(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, place="City hall", ways="By letter")
    french = Translation("Rapport", "Que dire ?", place="Mairie", ways="Par lettre")
    async with database.write() as tx:
        act = await officer(tx, clock)
        await announcing.say(tx, act, found.id, "fr", french)
        moved = wanted(place="Library", ways="By letter")
        await consultations.change(tx, act, found.id, moved)
        said = await queries.get(tx, found.id, language="fr")
        assert said is not None
        assert (said.title, said.wanted.place) == ("Rapport", "Library")
        assert said.wanted.ways == "Par lettre"
        with pytest.raises(Outdated):
            await announcing.say(tx, act, found.id, "en", french)


async def test_a_consultation_is_announced_by_the_secretariat_alone(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    assert found.state is ConsultationState.OPEN
    assert found.wanted == wanted()
    async with database.write() as tx:
        moj = await houses.add(tx, "MOJ", "ministry", {"en": "Ministry of Justice"})
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, moj)
        with pytest.raises(NotAllowed):
            await consultations.announce(tx, maravia.act(amal, clock.now()), wanted())


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"closes_on": date(2026, 5, 3)}, consultations.ConsultationPast),
        ({"closes_on": date(2026, 6, 2)}, consultations.ClosesTooLate),
        ({"kept_until": date(2026, 5, 31)}, consultations.KeptTooShort),
        ({"kept_until": date(2028, 1, 1)}, consultations.KeptTooLong),
    ],
)
async def test_days_that_make_no_sense_are_refused(
    database: Database, clock: FrozenClock, values: dict[str, Any], refused: type[Exception]
) -> None:
    async with database.write() as tx:
        act = await officer(tx, clock)
        with pytest.raises(refused):
            await consultations.announce(tx, act, wanted(**values))


async def test_it_closes_by_itself_and_nobody_signs_up_any_more(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    clock.move(days=29)
    await consultations.follow(database, tick(clock))
    async with database.write() as tx:
        closed = await queries.get(tx, found.id)
        assert closed is not None
        assert closed.state is ConsultationState.CLOSED
        with pytest.raises(sign_ups.SignUpClosed):
            await sign_ups.agree(tx, nobody(clock), Card(CHAT, BOT, "en"), closed)


async def test_a_change_is_told_to_who_takes_part_and_the_notice_names_nothing(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    sent = await signed_up(database, clock, found)
    async with database.write() as tx:
        later = replace(found.wanted, last_day=date(2026, 6, 8))
        act = await officer(tx, clock)
        await consultations.change(tx, act, found.id, replace(later, title="Another title"))
        row = await tx.row(select(outbox).where(outbox.c.sign_up == sent.handle))
        assert row is not None
        going = await kept.chat_of(tx, sent.handle)
    assert row["screen"]["lines"] == [{"text": "participant.news"}]
    assert (row["chat_id"], row["envelope"]) == (None, None)
    assert going is not None
    assert (going.chat_id, going.language) == (CHAT, "en"), "the chat is opened to send it"


async def test_who_has_a_seat_is_reminded_once_on_the_day_before(
    database: Database, clock: FrozenClock
) -> None:
    at = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
    found = await announced(database, clock, form=Form.MEETING, starts_at=at, seats=1)
    sent = await signed_up(database, clock, found)
    await signed_up(database, clock, found, CHAT + 1)

    async def reminded() -> list[str]:
        await consultations.follow(database, tick(clock))
        async with database.read() as tx:
            rows = await tx.rows(select(outbox).where(outbox.c.sign_up.is_not(None)))
        return [
            row["sign_up"] for row in rows if "participant.tomorrow" in str(row["screen"]["lines"])
        ]

    clock.move(days=26, hours=23)
    assert await reminded() == [], "at eight on the day before"
    clock.move(hours=0.5)
    assert await reminded() == []
    clock.move(hours=0.6)
    assert await reminded() == [sent.handle], "whoever waits has no seat"
    clock.move(hours=3)
    assert await reminded() == [sent.handle]


async def test_two_officers_cancel_it_once(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        act = await officer(tx, clock)
        await consultations.cancel(tx, act, found.id)
        with pytest.raises(Outdated):
            await consultations.cancel(tx, act, found.id)


# -- Taking part -----------------------------------------------------------------------------------


async def test_a_sign_up_is_found_from_its_chat_and_from_nothing_else(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    sent = await signed_up(database, clock, found)
    async with database.read() as tx:
        assert await kept.of(tx, found.id, BOT, CHAT) == sent
        assert await kept.of(tx, found.id, BOT, CHAT + 1) is None
        assert await kept.of(tx, found.id, BOT + 1, CHAT) is None
    assert sent.state is SignUpState.CONFIRMED


async def test_the_database_holds_neither_account_nor_words_of_a_participant(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await signed_up(database, clock, found, name="Salma Idrissi")
    rows = await everything(database)
    for secret in (str(CHAT), "Blue Door", "Salma Idrissi"):
        assert secret.encode() not in rows, secret


async def test_agreeing_twice_goes_on_with_the_same_sign_up(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    first = await signed_up(database, clock, found)
    second = await signed_up(database, clock, found)
    assert (first.handle, first.number) == (second.handle, second.number)
    async with database.read() as tx:
        assert await queries.states(tx, found.id) == {SignUpState.CONFIRMED: 1}
        assert (await queries.counts(tx, found.id))["group"] == {"lgbti": 1}


async def test_the_same_chat_has_another_name_in_another_consultation(
    database: Database, clock: FrozenClock
) -> None:
    one, other = await announced(database, clock), await announced(database, clock)
    handles = {(await signed_up(database, clock, each)).handle for each in (one, other)}
    assert len(handles) == 2


async def test_a_changed_card_is_counted_once_and_a_cancelled_one_not_at_all(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await signed_up(database, clock, found)
    sent = await signed_up(database, clock, found, group=Group.WOMEN.value, access=[])
    async with database.write() as tx:
        assert await queries.counts(tx, found.id) == {
            "group": {"women": 1},
            "region": {"Far Shore": 1},
        }
        gone = await sign_ups.cancel(tx, nobody(clock), sent)
        assert await sign_ups.cancel(tx, nobody(clock), gone) == gone, "twice changes nothing"
        assert await queries.counts(tx, found.id) == {}


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_board_says_in_fives_whence_they_come_and_what_they_speak_and_need(
    database: Database, clock: FrozenClock, language: str
) -> None:
    found = await announced(database, clock, regions=("Far Shore", "The Lakes"))
    for n in range(6):
        region = "The Lakes" if n == 5 else "Far Shore"
        await signed_up(database, clock, found, CHAT + n, region=region, language="fr")
    async with database.write() as tx:
        standing = await consultations.standing(tx, await officer(tx, clock), found.id)
    shown = views.one(found, replace(standing, unreached=5), CAME, 0, 0, today=LAST_DAY)
    texts = Texts.load([language])
    said = [texts.render(each, language, mode="bare") for each in shown.lines if each is not None]
    said = [each.translate(UNSEEN) for each in said]
    for value in ("Far Shore", language_name("fr", language)):
        assert any(value in each and "5" in each for each in said), value
    assert not any("The Lakes" in each for each in said), "one person came from there"
    for key in ("from_regions", "speak", "needs"):
        assert texts.render(text(f"consultation.{key}"), language, mode="bare") in said
    unreached = texts.render(text("consultation.unreached", count=5), language, mode="bare")
    assert unreached.translate(UNSEEN) in said


async def test_whom_messages_do_not_reach_are_a_number_that_tells_of_nobody(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    handles = [(await signed_up(database, clock, found, CHAT + n)).handle for n in range(7)]

    async def becomes(state: str, told: Sequence[str], key: str) -> int:
        async with database.write() as tx:
            act = await officer(tx, clock)
            await tell_participants(tx, act, told, message(text("home.hint")), key)
            theirs = outbox.c.key.like(f"{key}:%")
            await tx.execute(update(outbox).where(theirs).values(state=state))
            return (await consultations.standing(tx, act, found.id)).unreached

    assert await becomes("failed", handles[:4], "first") == 0
    assert await becomes("failed", handles[1:7], "second") == 5, "each once, rounded down"
    assert await becomes("sent", handles[:3], "third") == 0, "four are left"


async def test_traces_name_a_number_and_a_day(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    clock.move(hours=5, minutes=17)
    sent = await signed_up(database, clock, found)
    async with database.read() as tx:
        entry = await tx.row(select(audit).where(audit.c.act == "sign_up.send"))
    assert entry is not None
    assert entry["facts"] == {"number": sent.number}
    assert entry["at"] == datetime(2026, 5, 4, tzinfo=UTC)
    assert (entry["person_id"], entry["seat_id"]) == (None, None)


# -- Erasing ---------------------------------------------------------------------------------------


async def test_who_asks_to_be_forgotten_is_gone_and_told_once_the_keys_are(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    sent = await signed_up(database, clock, found)
    ring = KeyRing(tmp_path / "ring").inner(f"consultation-{found.id}")
    async with database.write() as tx:
        sealed = await tx.value(select(metadata.tables["sign_ups"].c.sealed))
        assert await sign_ups.forget(tx, nobody(clock), BOT, CHAT, says=1) == 1
    async with database.read() as tx:
        assert await kept.left(tx, found.id) == 0
        assert await queries.counts(tx, found.id) == {}
        assert await tx.value(select(outbox.c.id).where(outbox.c.key.like("erasure:%"))) is None
    assert len(ring.names("sign-up-")) == 1, "nothing is said yet"

    await erasure.destroy_keys(database, tick(clock))
    assert ring.names("sign-up-") == ring.names("chat-") == []
    async with database.read() as tx:
        said = await tx.values(select(outbox.c.key).order_by(outbox.c.id))
        assert [each for each in said if each.startswith("erasure:")] == ["erasure:1"]
        assert len([each for each in said if each.startswith("erase:")]) == 1, "their own message"
        assert tx.safe.unseal(found.id, sent.handle, sealed, of="card") is None, "an old backup"
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        assert len(await tx.values(select(outbox.c.key))) == len(said), "it is said once"


async def test_whoever_was_forgotten_can_sign_up_anew_under_another_name(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    first = await signed_up(database, clock, found)
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    async with database.write() as tx:
        with pytest.raises(erasure.StillErasing):
            await sign_ups.agree(tx, nobody(clock), Card(CHAT, BOT, "en"), found)
    await erasure.destroy_keys(database, tick(clock))
    assert (await signed_up(database, clock, found)).handle != first.handle


async def test_a_restored_backup_brings_nobody_back(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """The rows are there again, as a backup has them; what opens them is not."""
    found = await announced(database, clock)
    sent = await signed_up(database, clock, found)
    table = metadata.tables["sign_ups"]
    async with database.read() as tx:
        row = dict(await tx.row(select(table)) or {})
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    await erasure.destroy_keys(database, tick(clock))
    async with database.write() as tx:
        await tx.execute(table.insert().values(**row))
        assert await kept.of_chat(tx, BOT, CHAT) == []
        assert await kept.chat_of(tx, sent.handle) is None
        again = await kept.over(tx, today=date(2027, 1, 1), begun_before=date(2027, 1, 1))
    assert [each.card for each in again] == [None]


async def test_a_crash_between_the_rows_and_the_keys_is_made_good(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """The keys went, and the commit that says so did not: the next tick says it, once."""
    found = await announced(database, clock)
    await signed_up(database, clock, found)
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT, says=1)
    async with database.read() as tx:
        (going,) = await kept.to_destroy(tx)
        tx.safe.end(going.consultation_id, going.handle or "", going.chat)
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        assert await tx.values(select(outbox.c.key).where(outbox.c.key.like("erasure:%")))
        assert await kept.to_destroy(tx) == []


async def test_everything_goes_after_the_day_that_was_agreed_to_and_that_is_proved(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    for number in range(3):
        await signed_up(database, clock, found, CHAT + number)
    clock.move(days=29 + KEPT_AFTER.days)
    await consultations.follow(database, tick(clock))
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        at, what = await queries.erased(tx, found.id)
        assert at is not None
        assert what == {
            "sign_ups": 3,
            "contributions": 0,
            "feedback": 0,
            "keys": 1 + 2 * 3,
            "left": 0,
        }
        assert await tx.values(select(consultation_counts)) == []
        told = await tx.values(select(outbox.c.key).where(outbox.c.key.like("%:erased:%")))
        assert len(told) == 1, "the officer"
        entry = await tx.row(select(audit).where(audit.c.act == "consultation.erase"))
    assert entry is not None
    assert entry["facts"] == what
    assert not (tmp_path / "ring" / f"consultation-{found.id}").exists()


async def test_a_later_day_needs_a_new_agreement(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    first = await signed_up(database, clock, found)
    await signed_up(database, clock, found, CHAT + 1)
    later = replace(found.wanted, kept_until=found.wanted.kept_until + timedelta(days=30))
    async with database.write() as tx:
        await consultations.change(tx, await officer(tx, clock), found.id, later)
        changed = await queries.get(tx, found.id)
        assert changed is not None
        await sign_ups.keep_longer(tx, nobody(clock), first, changed)
    clock.move(days=29 + KEPT_AFTER.days)
    await consultations.follow(database, tick(clock))
    async with database.read() as tx:
        assert await kept.of(tx, found.id, BOT, CHAT) is not None, "agreed to it"
        assert await kept.of(tx, found.id, BOT, CHAT + 1) is None, "had not"


async def test_an_earlier_day_is_everybodys(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    await signed_up(database, clock, found)
    earlier = replace(found.wanted, kept_until=LAST_DAY)
    async with database.write() as tx:
        await consultations.change(tx, await officer(tx, clock), found.id, earlier)
        sent = await kept.of(tx, found.id, BOT, CHAT)
    assert sent is not None
    assert sent.kept_until == LAST_DAY


async def test_what_was_begun_and_never_sent_goes_after_a_week(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        await sign_ups.agree(tx, nobody(clock), Card(CHAT, BOT, "en"), found)
    clock.move(days=8)
    await consultations.follow(database, tick(clock))
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        assert await kept.of(tx, found.id, BOT, CHAT) is None
        told = await tx.values(select(outbox.c.key).where(outbox.c.key.like("erasure:%")))
    assert told == [], "nobody is written to who had only looked"


async def test_a_ring_that_is_gone_shows_nobody(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    await signed_up(database, clock, found)
    shutil.rmtree(tmp_path / "ring" / f"consultation-{found.id}")
    async with database.write() as tx:
        assert await kept.of_chat(tx, BOT, CHAT) == []


# -- Numbers ---------------------------------------------------------------------------------------


def test_numbers_for_names_get_longer_before_they_run_out() -> None:
    assert {len(str(random_number(4_500))) for _ in range(50)} == {4}
    assert {len(str(random_number(4_501))) for _ in range(50)} == {5}
