"""Contributions: sealed with whoever sent them, or led to by a code alone; within limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.domain.codes import ALPHABET, shown
from bot.domain.consultations import (
    FEWEST,
    KEPT_AFTER,
    Card,
    Consultation,
    ConsultationState,
    Group,
    SignUp,
)
from bot.domain.contributions import (
    MOST_A_DAY,
    About,
    Contribution,
    Kind,
    Outcome,
    Said,
    State,
    Tags,
    listed,
    looks_like_code,
    new_code,
    read_code,
)
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.national_reports import ChapterDraft
from bot.domain.people import Role
from bot.domain.reports import LONGEST_TEXT, NoWords, TooLong
from bot.domain.screens import Code, Listing
from bot.keys import KeyRing
from bot.services import approvals, consultations, contributed, contributing, erasure, sign_ups
from bot.services.contributing import Draft
from storage import consultations as queries
from storage import contributions, national_reports, report_chapters
from storage import institutions as houses
from storage import items as item_rows
from storage import sign_ups as kept_rows
from storage.database import Database, Transaction
from storage.tables import (
    audit,
    contribution_marks,
    erasures,
    item_tags,
    metadata,
    outbox,
    source_documents,
)
from storage.tables import contributions as table
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_consultations import (
    BOT,
    CHAT,
    LAST_DAY,
    announced,
    everything,
    meeting,
    nobody,
    officer,
    signed_up,
    tick,
)

WORDS = "The school of Far Shore has no ramp."


def draft(words: str = WORDS, **values: Any) -> Draft:
    return Draft(values.pop("about", About()), words, "en", **values)


async def sent(
    database: Database,
    clock: FrozenClock,
    found: Consultation,
    kept: SignUp,
    words: str = WORDS,
    **values: Any,
) -> Contribution:
    async with database.write() as tx:
        return await contributing.send(tx, nobody(clock), kept, found, draft(words, **values))


async def left(
    database: Database, clock: FrozenClock, found: Consultation, words: str = WORDS
) -> tuple[Contribution, str, SignUp]:
    """Words that somebody leaves with no way back; gives what is left of the draft, too."""
    async with database.write() as tx:
        card = Card(CHAT, BOT, "en", wrote=(11, 12))
        begun = await contributing.begin_words(tx, nobody(clock), card, found)
        made, code = await contributing.leave(tx, nobody(clock), begun, found, draft(words))
    return made, code, begun


# -- Under a sign-up -------------------------------------------------------------------------------


async def test_contributions_are_numbered_sealed_and_found_by_who_sent_them(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    first = await sent(database, clock, found, kept)
    second = await sent(database, clock, found, kept, "Teachers are paid late.")
    assert (first.number, second.number) == (1, 2)
    async with database.read() as tx:
        assert await contributions.of_handle(tx, kept.handle) == [first, second]
        entry = await tx.row(select(audit).where(audit.c.act == "contribution.send"))
    assert entry is not None
    assert entry["facts"] == {"number": 1}
    assert (entry["person_id"], entry["words_digest"]) == (None, None)
    rows = await everything(database)
    for secret in (str(CHAT), WORDS, "Teachers"):
        assert secret.encode() not in rows, secret
    counts = [row for row in rows.split(b"\n") if row == Group.LGBTI.value.encode()]
    assert len(counts) == 2, "counted in all, and said of no row: once as signed up, once as wrote"


async def test_only_who_has_signed_up_contributes_and_only_while_input_is_taken(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        other = await sign_ups.agree(tx, nobody(clock), Card(CHAT + 1, BOT, "en"), found)
        with pytest.raises(NotFound):
            await contributing.send(tx, nobody(clock), other, found, draft())
    clock.move(days=29)
    async with database.write() as tx:
        act = nobody(clock)
        with pytest.raises(contributing.InputClosed):
            await contributing.send(tx, act, kept, found, draft("More."))
        with pytest.raises(contributing.InputClosed):
            await contributing.amend(tx, act, kept, found, number=mine.number, draft=draft("X."))
        with pytest.raises(contributing.InputClosed):
            await contributing.withdraw(tx, act, kept, found, mine.number)
        with pytest.raises(contributing.InputClosed):
            await contributing.begin_words(tx, act, Card(CHAT, BOT, "en"), found)


async def test_an_amended_one_keeps_its_number_and_is_undecided_again(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept, wrote=(21,), screens=(1,))
    async with database.write() as tx:
        amina = await officer(tx, clock)
        await contributed.decide(tx, amina, mine.id, Outcome.NOT, answer="Why?", language="en")
        amended = await contributing.amend(
            tx,
            nobody(clock),
            kept,
            found,
            number=mine.number,
            draft=draft("It has two steps.", wrote=(22,), screens=(1, 2)),
        )
        assert await contributions.get(tx, mine.id) == amended
    assert amended.said == Said("It has two steps.", "en", Group.LGBTI.value, (21, 22), (1, 2))
    assert (amended.number, amended.outcome, amended.answer) == (1, Outcome.NONE, "")


async def test_a_withdrawn_one_has_no_words_and_no_contributor_any_more(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    one = await sent(database, clock, found, kept, wrote=(21,))
    two = await sent(database, clock, found, kept, "More.")
    async with database.write() as tx:
        act = nobody(clock)
        await contributing.withdraw(tx, act, kept, found, one.number)
        assert (await queries.counts(tx, found.id))["wrote"] == {"lgbti": 1}, "one still stands"
        await contributing.withdraw(tx, act, kept, found, two.number)
        assert "wrote" not in await queries.counts(tx, found.id)
        assert await tx.values(select(table.c.sealed)) == [None, None]
        assert {each.state for each in await contributions.of_handle(tx, kept.handle)} == {
            State.WITHDRAWN
        }
        with pytest.raises(Outdated):
            await contributing.withdraw(tx, act, kept, found, one.number)
        with pytest.raises(Outdated):
            await contributing.amend(tx, act, kept, found, number=1, draft=draft())
        removed = await tx.values(select(outbox.c.removes).where(outbox.c.removes.is_not(None)))
        assert removed == [21], "what was written goes from the chat"
    await sent(database, clock, found, kept)
    async with database.read() as tx:
        assert await contributions.count(tx, found.id) == 1, "the same words can be sent anew"


async def test_nobody_reaches_the_contribution_of_another(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    salma = await signed_up(database, clock, found)
    await sent(database, clock, found, salma)
    other = await signed_up(database, clock, found, CHAT + 1)
    async with database.write() as tx:
        with pytest.raises(NotFound):
            await contributing.own(tx, other, 1)
        with pytest.raises(NotFound):
            await contributing.withdraw(tx, nobody(clock), other, found, 1)


async def test_words_are_needed_and_not_too_many(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    with pytest.raises(NoWords):
        await sent(database, clock, found, kept, "  \n")
    with pytest.raises(TooLong) as refused:
        await sent(database, clock, found, kept, "a" * 10_000_000)
    assert refused.value.text.count == 10_000_000 - LONGEST_TEXT


async def test_items_that_are_restricted_are_as_if_they_were_not_there(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        open_one = await maravia.item(tx, "140.7", {"en": "Do it."})
        hidden = await maravia.item(tx, "140.8", {"en": "Free them."}, restricted=True)
        for item_id, label in ((open_one, "Torture"), (hidden, "Prisoners")):
            tag = {"vocabulary": "theme", "label": label, "ordinal": 0}
            await tx.execute(insert(item_tags).values(item_id=item_id, **tag))
        assert await contributing.items_named(tx, ["140.7"]) == (open_one,)
        for code in ("140.8", "999.1"):
            with pytest.raises(contributing.ItemsUnknown) as refused:
                await contributing.items_named(tx, ["140.7", code])
            assert refused.value.values == {"items": Listing((Code(code),))}
        assert await item_rows.themes(tx) == ["Torture"]
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    with pytest.raises(Outdated):
        await sent(database, clock, found, kept, about=About(Kind.THEME, theme="Prisoners"))


# -- Limits ----------------------------------------------------------------------------------------


async def test_one_chat_sends_so_many_a_day_and_the_same_words_once(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    for number in range(MOST_A_DAY - 1):
        await sent(database, clock, found, kept, f"Point {number}.")
    with pytest.raises(contributing.SaidAlready):
        await sent(database, clock, found, kept, "  POINT 3. ")
    await left(database, clock, found, "Point 99.")
    with pytest.raises(contributing.TooManyToday):
        await sent(database, clock, found, kept, "One more.")
    other = await signed_up(database, clock, found, CHAT + 1)
    await sent(database, clock, found, other, "Point 3.")
    clock.move(days=1)
    await sent(database, clock, found, kept, "One more.")


@pytest.mark.parametrize("ended", [True, False])
async def test_the_marks_and_their_key_go_when_input_ends_and_not_when_sign_up_does(
    database: Database, clock: FrozenClock, tmp_path: Path, ended: bool
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    ring = KeyRing(tmp_path / "ring").inner(f"consultation-{found.id}")
    assert ring.names("limits") == ["limits"]
    async with database.write() as tx:
        act = await officer(tx, clock)
        with pytest.raises(Outdated):
            await consultations.end_words(tx, act, found.id)
        await consultations.close(tx, act, found.id)
    closed = await again(database, found)
    await sent(database, clock, closed, kept, "After sign-up has closed.")
    await consultations.follow(database, tick(clock))
    async with database.write() as tx:
        assert len(await tx.values(select(contribution_marks.c.mark))) == 3
        if ended:
            await consultations.end_words(tx, act, found.id)
    if not ended:
        clock.move(days=29)
        await consultations.follow(database, tick(clock))
    async with database.write() as tx:
        assert await tx.values(select(contribution_marks.c.mark)) == []
        act = await officer(tx, clock)
        with pytest.raises(Outdated):
            await consultations.end_words(tx, act, found.id)
    over = await again(database, found)
    with pytest.raises(contributing.InputClosed):
        await sent(database, clock, over, kept, "Too late.")
    await erasure.destroy_keys(database, tick(clock))
    assert ring.names("limits") == []
    async with database.read() as tx:
        assert await tx.values(select(erasures.c.id)) == []
        assert await contributions.count(tx, found.id) == 2
        assert (await contributions.of_handle(tx, kept.handle))[0].said is not None


async def again(database: Database, found: Consultation) -> Consultation:
    async with database.read() as tx:
        now = await queries.get(tx, found.id)
    assert now is not None
    return now


@pytest.mark.parametrize(
    ("values", "until"),
    [
        ({}, date(2026, 6, 15)),
        ({"input_until": date(2026, 6, 4)}, date(2026, 6, 4)),
        ({"kept_until": date(2026, 6, 3)}, date(2026, 6, 3)),
    ],
)
async def test_words_are_taken_before_and_after_a_meeting_until_the_day_that_is_said(
    database: Database, clock: FrozenClock, values: dict[str, Any], until: date
) -> None:
    found = await meeting(database, clock, **values)
    assert found.wanted.words_until == until
    kept = await signed_up(database, clock, found)
    clock.move(days=(until - tick(clock).today).days)
    await consultations.follow(database, tick(clock))
    closed = await again(database, found)
    assert closed.state is ConsultationState.CLOSED
    await sent(database, clock, closed, kept)
    clock.move(days=1)
    with pytest.raises(contributing.InputClosed):
        await sent(database, clock, closed, kept, "Too late.")


async def test_input_ends_on_no_day_that_has_passed_and_not_after_everything_is_erased(
    database: Database, clock: FrozenClock
) -> None:
    with pytest.raises(consultations.ConsultationPast):
        await meeting(database, clock, input_until=date(2026, 5, 3))
    with pytest.raises(consultations.KeptTooShort):
        await meeting(database, clock, input_until=LAST_DAY + KEPT_AFTER * 2)


# -- With no way back ------------------------------------------------------------------------------


async def test_words_that_were_left_lead_to_no_chat_and_a_code_finds_them(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    made, code, begun = await left(database, clock, found)
    ring = KeyRing(tmp_path / "ring").inner(f"consultation-{found.id}")
    await erasure.destroy_keys(database, tick(clock))
    assert ring.names("chat-") == [], "nothing leads from a chat to anything"
    assert ring.names("sign-up-") == [f"sign-up-{made.handle}"]
    rows = await everything(database)
    for secret in (str(CHAT), WORDS, code, read_code(code) or "", begun.handle):
        assert secret.encode() not in rows, secret
    async with database.read() as tx:
        assert await kept_rows.of_chat(tx, BOT, CHAT) == []
        assert await tx.values(select(metadata.tables["sign_ups"].c.handle)) == []
        assert await contributing.of_code(tx, read_code(code) or "") == made
        assert await contributing.of_code(tx, read_code(new_code()) or "") is None
        acts = await tx.values(select(audit.c.act).order_by(audit.c.number))
        removed = await tx.values(select(outbox.c.removes).where(outbox.c.removes.is_not(None)))
        handles = await tx.values(select(outbox.c.sign_up).where(outbox.c.sign_up.is_not(None)))
    assert acts == ["consultation.announce", "contribution.send"], "and no trace of the draft"
    assert sorted(removed) == [11, 12], "what was written goes from the chat"
    assert handles == []
    assert made.said == Said(WORDS, "en", Group.NOT_SAID.value)


async def test_words_that_were_not_sent_go_with_forget_and_after_a_week(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    async with database.write() as tx:
        card = Card(CHAT, BOT, "en")
        begun = await contributing.begin_words(tx, nobody(clock), card, found)
        assert await contributing.begin_words(tx, nobody(clock), card, found) == begun
        assert await kept_rows.of(tx, found.id, BOT, CHAT) is None, "it is no sign-up"
        assert await sign_ups.forget(tx, nobody(clock), BOT, CHAT) == 1
        with pytest.raises(erasure.StillErasing):
            await contributing.begin_words(tx, nobody(clock), card, found)
    await erasure.destroy_keys(database, tick(clock))
    async with database.write() as tx:
        again = await contributing.begin_words(tx, nobody(clock), card, found)
    assert again.handle != begun.handle
    clock.move(days=8)
    await consultations.follow(database, tick(clock))
    async with database.read() as tx:
        assert await kept_rows.of_chat(tx, BOT, CHAT) == []
        acts = await tx.values(select(audit.c.act).order_by(audit.c.number))
    assert acts == ["consultation.announce"]


async def test_a_sign_up_and_words_with_no_way_back_of_one_chat_know_nothing_of_each_other(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    made, code, _begun = await left(database, clock, found)
    await erasure.destroy_keys(database, tick(clock))
    async with database.write() as tx:
        assert await contributions.of_handle(tx, kept.handle) == []
        assert await kept_rows.of(tx, found.id, BOT, CHAT) == kept
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        still = await contributing.of_code(tx, read_code(code) or "")
    assert still == made, "who forgets erases what a chat leads to"


async def test_whoever_knows_the_code_takes_it_back_and_its_key_goes(
    database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    found = await announced(database, clock)
    made, code, _begun = await left(database, clock, found)
    async with database.write() as tx:
        await contributing.withdraw_of_code(tx, nobody(clock), made)
    await erasure.destroy_keys(database, tick(clock))
    ring = KeyRing(tmp_path / "ring").inner(f"consultation-{found.id}")
    assert ring.names("sign-up-") == []
    async with database.read() as tx:
        assert await contributing.of_code(tx, read_code(code) or "") is None
        assert "wrote" not in await queries.counts(tx, found.id)
        assert await tx.values(select(table.c.id)) == []


# -- Erasing ---------------------------------------------------------------------------------------


async def test_who_is_forgotten_takes_their_contributions_along(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    other = await signed_up(database, clock, found, CHAT + 1)
    theirs = await sent(database, clock, found, other)
    async with database.write() as tx:
        sealed = await tx.value(select(table.c.sealed).where(table.c.handle == kept.handle))
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        assert await contributions.page(tx, found.id, limit=9, offset=0) == [theirs]
        assert (await queries.counts(tx, found.id))["wrote"] == {"lgbti": 1}
        old = tx.safe.unseal(found.id, kept.handle, sealed, of="contribution")
    assert old is None, "an old backup"
    third = await sent(database, clock, found, other, "More.")
    assert third.number == 3, "a number that is gone is given to nothing else"


async def test_the_purge_takes_all_of_them_and_says_how_many(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    _made, code, _begun = await left(database, clock, found, "More.")
    clock.move(days=29 + KEPT_AFTER.days)
    await consultations.follow(database, tick(clock))
    await erasure.destroy_keys(database, tick(clock))
    async with database.read() as tx:
        _at, what = await queries.erased(tx, found.id)
        assert (what["sign_ups"], what["contributions"], what["left"]) == (1, 2, 0)
        assert await tx.values(select(table.c.id)) == []
        assert await tx.values(select(contribution_marks.c.mark)) == []
        assert await contributing.of_code(tx, read_code(code) or "") is None


async def test_words_that_were_left_are_kept_until_the_day_that_was_agreed_to(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    await left(database, clock, found)
    later = replace(found.wanted, kept_until=found.wanted.kept_until + timedelta(days=30))
    async with database.write() as tx:
        await consultations.change(tx, await officer(tx, clock), found.id, later)
    clock.move(days=29 + KEPT_AFTER.days)
    await consultations.follow(database, tick(clock))
    async with database.read() as tx:
        assert await tx.values(select(table.c.id)) == []
        assert "contribution.erase" in await tx.values(select(audit.c.act))


async def test_an_earlier_day_is_that_of_words_too(database: Database, clock: FrozenClock) -> None:
    found = await announced(database, clock)
    await left(database, clock, found)
    async with database.write() as tx:
        earlier = replace(found.wanted, kept_until=LAST_DAY)
        await consultations.change(tx, await officer(tx, clock), found.id, earlier)
        assert await tx.value(select(table.c.kept_until)) == LAST_DAY
        assert await contributions.over(tx, today=date(2026, 6, 2), limit=9) != []


# -- What became of it -----------------------------------------------------------------------------


async def test_the_secretariat_decides_and_only_a_neutral_notice_goes_out(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        with pytest.raises(NoWords):
            await contributed.decide(tx, amina, mine.id, Outcome.NOT)
        await contributed.decide(tx, amina, mine.id, Outcome.TAKEN_UP)
        with pytest.raises(Outdated):
            await contributed.decide(tx, amina, mine.id, Outcome.TAKEN_UP)
        row = await tx.row(select(outbox).where(outbox.c.sign_up == kept.handle))
        entry = await tx.row(select(audit).where(audit.c.act == "contribution.decide"))
    assert row is not None
    assert row["screen"]["lines"] == [{"text": "participant.news"}]
    assert (row["chat_id"], row["envelope"]) == (None, None)
    assert entry is not None
    assert entry["facts"] == {"number": 1, "outcome": "taken_up"}


async def test_of_words_with_no_way_back_nobody_is_told_and_the_code_says_it(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    made, code, _begun = await left(database, clock, found)
    async with database.write() as tx:
        before = len(await tx.values(select(outbox.c.id)))
        amina = await officer(tx, clock)
        why, language = "It is in chapter 3.", "en"
        await contributed.decide(tx, amina, made.id, Outcome.PARTLY, answer=why, language=language)
        assert len(await tx.values(select(outbox.c.id))) == before
        told = await contributing.of_code(tx, read_code(code) or "")
    assert told is not None
    assert (told.outcome, told.answer) == (Outcome.PARTLY, why)


async def test_a_contribution_is_put_under_themes_and_items(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        item_id = await maravia.item(tx, "140.7", {"en": "Do it."})
        tags = Tags(("Torture",), (item_id,))
        await contributed.tag(tx, amina, mine.id, tags)
        _found, read = await contributed.get(tx, amina, mine.id)
        assert read.kept.tags == tags
        assert read.codes == {item_id: "140.7"}
        assert read.kept.said == mine.said


async def test_an_item_knows_how_many_are_about_it_while_they_stand(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    async with database.write() as tx:
        seven = await maravia.item(tx, "140.7", {"en": "Do it."})
        nine = await maravia.item(tx, "140.9", {"en": "Do that."})

    async def counted() -> tuple[int, int]:
        async with database.read() as tx:
            return (
                await contributions.about_item(tx, seven),
                await contributions.about_item(tx, nine),
            )

    about = About(Kind.ITEMS, items=(seven,))
    mine = await sent(database, clock, found, kept, about=about)
    await left(database, clock, found, "Other matters.")
    assert await counted() == (1, 0)
    async with database.write() as tx:
        amina = await officer(tx, clock)
        await contributed.tag(tx, amina, mine.id, Tags((), (seven, nine)))
    assert await counted() == (1, 1), "named and put under it, it counts once"
    async with database.write() as tx:
        wanted = draft("Other words.", about=About())
        await contributing.amend(tx, nobody(clock), kept, found, number=1, draft=wanted)
    assert await counted() == (1, 1), "the secretariat's tags stay"
    async with database.write() as tx:
        await contributing.withdraw(tx, nobody(clock), kept, found, 1)
    assert await counted() == (0, 0)
    await sent(database, clock, found, kept, "Again.", about=about)
    async with database.write() as tx:
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
    assert await counted() == (0, 0)
    last = await signed_up(database, clock, found, CHAT + 1)
    await sent(database, clock, found, last, about=about)
    async with database.write() as tx:
        await erasure.of_consultation(tx, tick(clock), found.id)
    assert await counted() == (0, 0)


async def test_nobody_but_the_secretariat_reads_them(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    mine = await sent(database, clock, found, kept)
    async with database.write() as tx:
        moj = await houses.add(tx, "MOJ", "ministry", {"en": "Ministry of Justice"})
        amal = maravia.act(await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, moj), clock.now())
        with pytest.raises(NotAllowed):
            await contributed.get(tx, amal, mine.id)
        with pytest.raises(NotAllowed):
            await contributed.page(tx, amal, found.id, limit=8, offset=0)
        with pytest.raises(NotAllowed):
            await contributed.decide(tx, amal, mine.id, Outcome.TAKEN_UP)
        with pytest.raises(NotAllowed):
            await contributed.tag(tx, amal, mine.id, Tags())


async def _groups(tx: Transaction, clock: FrozenClock, found: Consultation) -> list[str | None]:
    act = await officer(tx, clock)
    return [each.group for each in await contributed.page(tx, act, found.id, limit=99, offset=0)]


async def test_a_group_is_named_once_five_of_it_have_contributed(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = [await signed_up(database, clock, found, CHAT + number) for number in range(FEWEST)]
    for number in range(FEWEST - 1):
        await sent(database, clock, found, kept[number])
        await sent(database, clock, found, kept[number], "More.")
    async with database.write() as tx:
        assert set(await _groups(tx, clock, found)) == {None}, "eight contributions of four people"
    await sent(database, clock, found, kept[-1])
    async with database.write() as tx:
        assert set(await _groups(tx, clock, found)) == {Group.LGBTI.value}
    one_more = await signed_up(database, clock, found, CHAT + 98)
    await sent(database, clock, found, one_more)
    alone = await signed_up(database, clock, found, CHAT + 99, group=Group.WOMEN.value)
    await sent(database, clock, found, alone)
    async with database.write() as tx:
        groups = await _groups(tx, clock, found)
    assert groups == [*[Group.LGBTI] * 9, None, None], "of the newest nothing is told, either way"


async def test_a_group_is_not_told_by_its_not_being_named(
    database: Database, clock: FrozenClock
) -> None:
    """Nine of one group and one of another: whoever is not named would be the one."""
    found = await announced(database, clock)
    for number in range(2 * FEWEST):
        group = Group.WOMEN if number == 3 else Group.LGBTI
        one = await signed_up(database, clock, found, CHAT + number, group=group.value)
        await sent(database, clock, found, one)
    async with database.write() as tx:
        first, later = (groups := await _groups(tx, clock, found))[:5], groups[5:]
    assert (set(first), set(later)) == ({None}, {None})


async def test_a_contributor_counts_for_the_group_that_they_first_named(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock)
    kept = await signed_up(database, clock, found)
    await sent(database, clock, found, kept)
    changed = await signed_up(database, clock, found, group=Group.WOMEN.value)
    await sent(database, clock, found, changed, "More.")
    async with database.write() as tx:
        assert (await queries.counts(tx, found.id))["wrote"] == {"lgbti": 1}
        await sign_ups.forget(tx, nobody(clock), BOT, CHAT)
        assert await queries.counts(tx, found.id) == {}


# -- Codes -----------------------------------------------------------------------------------------


@given(st.text(ALPHABET, min_size=16, max_size=16))
def test_a_code_is_read_however_it_is_typed(plain: str) -> None:
    code = shown(plain)
    assert read_code(code) == plain
    assert read_code(code.lower().replace("-", " ")) == plain
    assert looks_like_code(code)
    assert not looks_like_code(code.replace("-", " ")), "may be four words"


@pytest.mark.parametrize("words", ["", "abcd", "O0I1-ABCD-EFGH-JKMN", "ABCD-EFGH-JKMN-PQRS-T"])
def test_what_is_no_code_is_read_as_none(words: str) -> None:
    assert read_code(words) is None
    assert not looks_like_code(words)


def test_numbers_of_items_are_listed_in_any_script() -> None:
    assert listed("140.7, 140.9 ;140.7") == ["140.7", "140.9"]
    assert listed("١٤٠٫٧، ١٤٠٫٩.") == ["140.7", "140.9"]


# -- Chapters --------------------------------------------------------------------------------------


async def report(
    database: Database, clock: FrozenClock, *drafts: ChapterDraft
) -> tuple[int, list[int]]:
    """A report in preparation with these chapters; their ids."""
    async with database.write() as tx:
        report_id = await national_reports.add(
            tx,
            now=clock.now(),
            kind="mid_term",
            title="Mid-term report",
            language="en",
            documents=[],
            structure="own",
            months=12,
        )
        return report_id, await report_chapters.add(tx, report_id, drafts)


async def test_a_chapter_is_named_by_its_title_while_its_report_is_prepared(
    database: Database, clock: FrozenClock
) -> None:
    report_id, [schools, _prisons] = await report(
        database, clock, ChapterDraft("Schools", "en"), ChapterDraft("Prisons", "en")
    )
    found = await announced(database, clock, report_id=report_id)
    assert found.report == ("Mid-term report", "en")
    kept = await signed_up(database, clock, found)
    about = About(Kind.CHAPTER, chapter=schools)
    made = await sent(database, clock, found, kept, about=about)
    async with database.write() as tx:
        chapter = await contributing.chapter_of(tx, made.about)
        assert chapter is not None
        assert chapter.heading == "Schools"
        _found, read = await contributed.get(tx, await officer(tx, clock), made.id)
        assert read.chapter == chapter
        await national_reports.drop(tx, report_id, now=clock.now())
        assert await contributing.chapter_of(tx, made.about) is None
        assert await contributing.chapters(tx, found) == []
    assert (await again(database, found)).report is None
    with pytest.raises(Outdated):
        await sent(database, clock, found, kept, "More.", about=about)


async def test_a_chapter_of_another_report_or_of_a_restricted_item_cannot_be_named(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        act = maravia.act(await maravia.somebody(tx, "Bela", Role.COORDINATOR, None), clock.now())
        restricted = await maravia.item(tx, "140.60.1", {"en": "Release somebody."})
        await approvals.restrict(tx, act, restricted)
        symbol = await tx.value(select(source_documents.c.symbol))
    number = ChapterDraft(f"{symbol} · 140.60.1", None, items=(restricted,))
    quote = ChapterDraft("140.60.1 · Release somebody.", "en", items=(restricted,))
    report_id, [_number, quoted, own] = await report(
        database, clock, number, quote, ChapterDraft("Own", "en")
    )
    _other, [elsewhere] = await report(database, clock, ChapterDraft("Elsewhere", "en"))
    found = await announced(database, clock, report_id=report_id)
    kept = await signed_up(database, clock, found)
    async with database.read() as tx:
        assert [each.id for each in await contributing.chapters(tx, found)] == [own]
    for wrong in (quoted, elsewhere):
        with pytest.raises(Outdated):
            await sent(database, clock, found, kept, about=About(Kind.CHAPTER, chapter=wrong))
