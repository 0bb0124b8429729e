"""Clearance: what waits is nobody's word; cleared, amended, returned, withdrawn, passed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy import update as sql_update

from bot.domain.clearance import LATE, OwnReport, Rule, Shown, WaitsForClearance
from bot.domain.errors import NotAllowed, NotFound, Outdated, existing
from bot.domain.figures import Figure
from bot.domain.home import Waiting
from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.reports import AmendedMeanwhile, NotTheirWord, Receipt, StatusUpdateDraft
from bot.domain.requests import ItemState
from bot.domain.screens import Text, Words
from bot.domain.views import clearance as views
from bot.domain.work_calendar import Policy
from bot.services import clearance, history, reminders, requests, reviews, status_updates
from bot.services.clearance import Amended
from storage import assignments, desk, files, home, seats, versions
from storage import clearance as queries
from storage import reviews as review_queries
from storage import status_updates as updates
from storage.database import Database, Transaction
from storage.tables import assignments as assignments_table
from storage.tables import audit as audit_table
from storage.tables import clearance_notices, clearances, evidence, outbox, request_items
from storage.tables import reminders as rungs
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE_ON = date(2026, 5, 8)
POLICY = Policy(maravia.ZONE)
WORDS = "Bill 12 passed its first reading."


class House:
    """Justice, which clears everything: Amal reports, Karim validates, Otto reviews."""

    def __init__(self, sample: Sample, amal: Actor, karim: Actor, otto: Actor) -> None:
        self.sample, self.amal, self.karim, self.otto = sample, amal, karim, otto

    def held(self, code: str = "140.7") -> int:
        return self.sample.assignments[code]


async def house(tx: Transaction, rule: Rule = Rule.ALWAYS) -> House:
    sample = await maravia.justice(tx, {"140.7": DUE_ON})
    at = House(
        sample,
        await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, sample.institution_id),
        await maravia.somebody(tx, "Karim", Role.VALIDATOR, sample.institution_id),
        await maravia.somebody(tx, "Otto", Role.OFFICER, None),
    )
    await queries.set_rule(tx, sample.institution_id, rule)
    return at


def act(actor: Actor, *, days: int = 0, seconds: int = 0) -> Act:
    return maravia.act(actor, NOW + timedelta(days=days, seconds=seconds))


async def report(
    tx: Transaction,
    at: House,
    code: str = "140.7",
    *,
    status: str = "in_progress",
    words: str = WORDS,
    by: Actor | None = None,
    **more: Any,
) -> Receipt:
    draft = StatusUpdateDraft(at.held(code), status, words, "en", TODAY, **more)
    return await status_updates.submit(tx, act(by or at.amal), draft)


async def sent(tx: Transaction, at: House, code: str = "140.7", **more: Any) -> int:
    return (await report(tx, at, code, **more)).updates[0].status_update_id


async def told(tx: Transaction, actor: Actor, key: str) -> int:
    """How many messages to that person hold that text."""
    screens = await tx.values(select(outbox.c.screen).where(outbox.c.person_id == actor.person_id))
    return sum(f"'{key}'" in str(each) or f'"{key}"' in str(each) for each in screens)


async def tick(database: Database, *, days: int = 0) -> int:
    return await clearance.follow(
        database, Act(TICK, 1, maravia.ZONE, NOW + timedelta(days=days)), POLICY
    )


# -- Until it is cleared ---------------------------------------------------------------------------


async def test_an_uncleared_report_is_nobodys_word(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        receipt = await report(tx, at)
        update_id = receipt.updates[0].status_update_id
        assert receipt.updates[0].uncleared
        assert receipt.clears
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert (held.status, held.last_status_update_id) == (None, None)
        assert held.waits_inside
        assert await told(tx, at.otto, "arrived.today") == 0
        counts = await desk.counts(tx, today=TODAY, now=NOW)
        assert (counts.to_review, counts.uncleared) == (0, 1)
        with pytest.raises(NotTheirWord):
            await status_updates.get_own(tx, at.otto, update_id)
        assert (await status_updates.get_own(tx, at.amal, update_id)).measures == WORDS
        assert (await status_updates.get_own(tx, at.karim, update_id)).measures == WORDS
        assert await review_queries.get(tx, update_id) is None
        with pytest.raises(NotFound):
            await reviews.approve(tx, act(at.otto), update_id)
        arrived = await updates.arrived_since(tx, NOW - timedelta(days=1))
        assert arrived.reports == 0


async def test_clearing_makes_it_the_institutions_word(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        await clearance.clear(tx, act(at.karim, seconds=1), Shown(update_id, 1))
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert (held.status, held.last_status_update_id) == ("in_progress", update_id)
        assert held.answered_due_on == DUE_ON
        assert not held.waits_inside
        assert (await status_updates.get_own(tx, at.otto, update_id)).measures == WORDS
        assert [
            each.status_update_id for each in await review_queries.queue(tx, today=TODAY, limit=9)
        ] == [update_id]
        assert await told(tx, at.amal, "clearance.was_cleared") == 1
        assert (await updates.arrived_since(tx, NOW)).reports == 1
        row = await updates.get(tx, update_id)
        assert row is not None
        assert (row.cleared_at, row.cleared_by) == (NOW + timedelta(seconds=1), at.karim.seat_id)
        [decided] = await tx.values(select(clearances.c.decision))
        assert decided == "cleared"
        acts = await tx.values(select(audit_table.c.act).order_by(audit_table.c.number))
        assert acts[-1] == "clearance.clear"


async def test_nobody_clears_their_own_report(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        karim = await both_seats(tx, at)
        receipt = await report(tx, at, by=karim)
        assert not receipt.clears, "nobody else could"
        shown = Shown(receipt.updates[0].status_update_id, 1)
        with pytest.raises(OwnReport):
            await clearance.clear(tx, act(karim), shown)
        with pytest.raises(OwnReport):
            await clearance.amend(tx, act(karim), shown, Amended("planned", "x", "", "en"))
        with pytest.raises(OwnReport):
            await clearance.return_(tx, act(karim), shown, "No.", language="en")
        assert await queries.count(tx, [at.sample.institution_id], karim.seats[0].person_id) == 0
        for stranger in (at.amal, at.otto):
            with pytest.raises(NotFound):
                await clearance.clear(tx, act(stranger), shown)


async def both_seats(tx: Transaction, at: House) -> Actor:
    """Karim, who reports as well as he validates."""
    assert at.karim.person_id is not None
    both = await seats.add(
        tx, at.karim.person_id, Role.FOCAL_POINT, at.sample.institution_id, now=maravia.LONG_AGO
    )
    return replace(at.karim, seats=(*at.karim.seats, both))


async def amends(tx: Transaction, at: House, by: Actor, update_id: int, words: str) -> None:
    """The next version of a report on 140.7, by whoever reports there."""
    draft = StatusUpdateDraft(at.held(), "in_progress", words, "en", TODAY)
    await status_updates.amend(tx, act(by, seconds=9), update_id, draft, seen=1)


async def test_nobody_clears_a_report_whose_newest_version_they_wrote(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id, karim = await sent(tx, at), await both_seats(tx, at)
        await amends(tx, at, karim, update_id, "Bill 12 is law.")
        shown = Shown(update_id, 2)
        with pytest.raises(OwnReport):
            await clearance.clear(tx, act(karim), shown)
        assert await queries.count(tx, [at.sample.institution_id], karim.seats[0].person_id) == 0
        leila = await maravia.somebody(tx, "Leila", Role.VALIDATOR, at.sample.institution_id)
    await tick(database)
    async with database.write() as tx:
        assert await told(tx, leila, "clearance.reply") == 1, "it lies with her"
        assert await told(tx, at.karim, "clearance.reply") == 0
        await clearance.clear(tx, act(leila), shown)
        for writer in (at.amal, at.karim):
            assert await told(tx, writer, "clearance.was_cleared") == 1


async def test_who_ends_clearance_does_not_let_their_own_reports_go(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        karim = await both_seats(tx, at)
        own, other = await sent(tx, at, by=karim), await sent(tx, at, "140.9")
        there = at.sample.institution_id
        gone = await clearance.set_rule(tx, act(karim), there, Rule.NONE, lets_go=True)
        assert [each.status_update_id for each in gone] == [other]
        said = await updates.get(tx, own)
        assert said is not None
        assert not said.is_word
        gone = await clearance.set_rule(tx, act(at.otto), there, Rule.NONE, lets_go=True)
        assert [each.status_update_id for each in gone] == [own], "the secretariat is another"


async def test_each_version_that_is_cleared_is_told(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        await clearance.clear(tx, act(at.karim), Shown(update_id, 1))
        await amends(tx, at, at.amal, update_id, "Bill 12 is law.")
        await clearance.clear(tx, act(at.karim, seconds=20), Shown(update_id, 2))
        assert await told(tx, at.amal, "clearance.was_cleared") == 2


async def test_a_comment_returns_the_version_that_it_is_about(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        await amends(tx, at, at.amal, update_id, "Bill 12 is law.")
        with pytest.raises(Outdated):
            await clearance.return_(
                tx, act(at.karim), Shown(update_id, 1), "Which bill?", language="en"
            )
        await clearance.clear(tx, act(at.karim), Shown(update_id, 2))
        with pytest.raises(AmendedMeanwhile):
            await reviews.return_(
                tx, act(at.otto), update_id, "Which bill?", language="en", version=1
            )
        await reviews.return_(tx, act(at.otto), update_id, "Which bill?", language="en", version=2)


async def test_a_returned_report_is_owed_again_and_was_never_a_word(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        await clearance.return_(
            tx, act(at.karim), Shown(update_id, 1), "Which bill?", language="en"
        )
        assert await told(tx, at.amal, "clearance.came_back") == 1
        assert await told(tx, at.otto, "arrived.today") == 0
        with pytest.raises(NotTheirWord):
            await status_updates.get_own(tx, at.otto, update_id)
        counts = await home.counts(tx, [at.sample.institution_id], today=TODAY)
        assert (counts.returned, counts.uncleared) == (1, 0)
        with pytest.raises(Outdated):
            await clearance.clear(tx, act(at.karim), Shown(update_id, 1))
        again = await sent(tx, at, words="Bill 12 of 2026.")
        counts = await home.counts(tx, [at.sample.institution_id], today=TODAY)
        assert (counts.returned, counts.uncleared) == (0, 1)
        await clearance.clear(tx, act(at.karim), Shown(again, 1))
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert held.last_status_update_id == again


async def test_amending_clears_it_and_tells_which_words_are_others(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at, remaining="Second reading.")
        shown = Shown(update_id, 1)
        wanted = Amended("partially_implemented", "Bill 12 passed both readings.", "", "en")
        await clearance.amend(tx, act(at.karim), shown, wanted)
        row = await updates.get(tx, update_id)
        assert row is not None
        assert (row.version, row.status, row.remaining) == (2, "partially_implemented", None)
        assert row.measures == "Bill 12 passed both readings."
        assert row.is_word
        assert await told(tx, at.amal, "clearance.was_amended") == 1
        assert await told(tx, at.amal, "changes.instead") == 1
        [before] = await versions.older(tx, update_id)
        assert (before.measures, before.remaining) == (WORDS, "Second reading.")
        assert (before.word, row.amended_by) == (False, at.karim.seat_id)


async def test_what_was_not_cleared_is_for_the_institution_alone_for_ever(
    database: Database,
) -> None:
    """What the validator changed was never its word; what is amended later is cleared anew."""
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        wanted = Amended("in_progress", "Bill 12 passed both readings.", "", "en")
        await clearance.amend(tx, act(at.karim), Shown(update_id, 1), wanted)

        async def seen(who: Actor) -> list[int]:
            said = await status_updates.get_own(tx, who, update_id)
            return [each.number for each in await status_updates.every_version(tx, who, said)]

        assert (await seen(at.amal), await seen(at.otto)) == ([1, 2], [2])
        again = StatusUpdateDraft(at.held(), "implemented", "Act 12.", "en", TODAY)
        receipt = await status_updates.amend(tx, act(at.amal, days=1), update_id, again, seen=2)
        assert receipt.updates[0].uncleared
        row = await updates.get(tx, update_id)
        assert row is not None
        assert (row.state, row.is_word, row.version) == ("uncleared", False, 3)
        assert await seen(at.amal) == [1, 2, 3]
        with pytest.raises(NotTheirWord):
            await seen(at.otto)
        found = await history.of_item(tx, at.otto, at.sample.items["140.7"])
        assert "Act 12." not in str(found.events)
        assert "both readings" in str(found.events)
        assert WORDS not in str(found.events)
        await clearance.clear(tx, act(at.karim, days=1), Shown(update_id, 3))
        assert await seen(at.otto) == [2, 3]


async def test_what_was_withdrawn_or_changed_meanwhile_is_not_cleared(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        gone, kept = await sent(tx, at), await sent(tx, at, "140.9")
        await status_updates.withdraw(tx, act(at.amal), gone)
        assert await told(tx, at.otto, "arrived.today") == 0, "it was never theirs"
        for decide in (
            clearance.clear(tx, act(at.karim), Shown(gone, 1)),
            clearance.return_(tx, act(at.karim), Shown(gone, 1), "No.", language="en"),
            clearance.clear(tx, act(at.karim), Shown(kept, 2)),
        ):
            with pytest.raises(Outdated):
                await decide
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert held.uncleared_id is None
        with pytest.raises(NotTheirWord):
            await status_updates.get_own(tx, at.otto, gone)


async def test_several_are_cleared_one_by_one_and_those_decided_meanwhile_are_said(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        ids = [await sent(tx, at, code) for code in ("140.7", "140.9", "140.12")]
        await status_updates.withdraw(tx, act(at.amal), ids[1])
        done = await clearance.clear_all(tx, act(at.karim), [Shown(each, 1) for each in ids])
        assert len(done.cleared) == 2
        assert len(done.decided) == 1
        decided = await tx.values(select(clearances.c.status_update_id))
        assert sorted(decided) == [ids[0], ids[2]]
        acts = await tx.values(select(audit_table.c.act))
        assert list(acts).count("clearance.clear") == 2


async def test_an_older_report_that_is_cleared_later_is_not_the_last_word(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        older, newer = await sent(tx, at), await sent(tx, at, status="implemented")
        await clearance.clear(tx, act(at.karim), Shown(newer, 1))
        await clearance.clear(tx, act(at.karim), Shown(older, 1))
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert (held.last_status_update_id, held.status) == (newer, "implemented")
        assert held.uncleared_id is None


async def test_confirming_waits_for_what_is_not_cleared(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        with pytest.raises(WaitsForClearance):
            await status_updates.unchanged(tx, act(at.amal), at.held(), language="en")
        await clearance.clear(tx, act(at.karim), Shown(update_id, 1))
        receipt = await status_updates.unchanged(tx, act(at.amal), at.held(), language="en")
        assert receipt.updates[0].uncleared, "a confirmation is a report"
        [waiting] = await queries.queue(
            tx, [at.sample.institution_id], at.karim.person_id or 0, limit=9
        )
        await clearance.clear(tx, act(at.karim), Shown(waiting.status_update_id, 1))
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert held.unchanged_in_a_row == 1


async def test_only_chosen_items_wait_where_the_rule_says_so(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx, Rule.CHOSEN)
        await clearance.choose(tx, act(at.karim), at.held("140.12"), chosen=True)
        receipt = await report(tx, at, "140.7", also=(at.held("140.12"),))
        assert [each.uncleared for each in receipt.updates] == [False, True]
        with pytest.raises(NotAllowed):
            await clearance.choose(tx, act(at.amal), at.held("140.12"), chosen=False)
        with pytest.raises(NotAllowed):
            await clearance.set_rule(tx, act(at.amal), at.sample.institution_id, Rule.NONE)
        await clearance.set_rule(tx, act(at.otto), at.sample.institution_id, Rule.NONE)
        assert await told(tx, at.karim, "clearance.rule_now") == 1
        assert not (await report(tx, at, "140.12")).updates[0].uncleared


async def test_what_waits_goes_to_review_when_clearance_ends_if_that_is_wanted(
    database: Database,
) -> None:
    """In one act: the last word, what was asked, the record, and who is told."""
    async with database.write() as tx:
        at = await house(tx)
        first, second = await sent(tx, at), await sent(tx, at, "140.9")
        assert not await clearance.set_rule(
            tx, act(at.otto), at.sample.institution_id, Rule.ALWAYS, lets_go=True
        )
        waits = await queries.needless(tx, at.sample.institution_id, Rule.NONE)
        assert [each.status_update_id for each in waits] == [first, second]
        held = assignments_table.c.id == at.held("140.9")
        await tx.execute(sql_update(assignments_table).where(held).values(clearance_chosen=True))
        chosen = await queries.needless(tx, at.sample.institution_id, Rule.CHOSEN)
        assert [each.status_update_id for each in chosen] == [first]
        gone = await clearance.set_rule(
            tx, act(at.otto), at.sample.institution_id, Rule.NONE, lets_go=True
        )
        assert [each.status_update_id for each in gone] == [first, second]
        assert await queries.count_of(tx, at.sample.institution_id) == 0
        for code in ("140.7", "140.9"):
            kept = await assignments.get(tx, at.held(code))
            assert kept is not None
            assert (kept.status, kept.waits_inside) == ("in_progress", False)
        said = await updates.get(tx, first)
        assert said is not None
        assert said.is_word
        assert said.state.value == "submitted"
        facts = await tx.values(
            select(audit_table.c.facts).where(audit_table.c.act == "clearance.rule")
        )
        assert facts[-1] == {"rule": "none", "let_go": ["SU-2026-0001", "SU-2026-0002"]}
        assert await told(tx, at.amal, "clearance.let_go") == 1
        assert await told(tx, at.karim, "clearance.let_go") == 1
        decided = await tx.values(select(clearances.c.decision))
        assert decided == ["let_go", "let_go"]
    assert await tick(database, days=9) == 0, "nobody is asked to clear them any more"


async def test_what_is_left_waits_for_the_validator_when_clearance_ends(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await sent(tx, at)
        assert not await clearance.set_rule(tx, act(at.karim), at.sample.institution_id, Rule.NONE)
        assert await queries.count_of(tx, at.sample.institution_id) == 1


async def test_a_letter_is_the_institutions_word_already(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        draft = StatusUpdateDraft(at.held(), "in_progress", WORDS, "en", TODAY)
        receipt = await status_updates.record_on_behalf(
            tx, act(at.otto), draft, source="Letter 12", source_on=TODAY
        )
        assert not receipt.updates[0].uncleared
        held = await assignments.get(tx, at.held())
        assert held is not None
        assert held.status == "in_progress"


# -- What changed --------------------------------------------------------------------------------


async def keys_read(tx: Transaction, at: House, update_id: int) -> dict[str, Text]:
    """What the validator's screen says of that report, by the keys of its lines."""
    shown = existing(await queries.get(tx, update_id))
    found = await clearance.material(tx, shown, "en", default_language="en")
    lines = views.card(found, "en", others=0).lines
    return {each.key: each for each in lines if each is not None}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {"clearance.says_the_same"}),
        (
            {"figures": (Figure("Prosecutions", 99),)},
            {"version.figure_gone", "version.figure_new"},
        ),
        ({"status": "implemented"}, {"version.status"}),
        ({"as_of": TODAY - timedelta(days=9)}, {"version.as_of"}),
        ({"remaining": "Its second reading."}, {"changes.remains"}),
    ],
)
async def test_the_validator_is_told_whatever_a_report_says_anew(
    database: Database, changes: dict[str, Any], told: set[str]
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        said: dict[str, Any] = {"figures": (Figure("Prosecutions", 12),)}
        first = await sent(tx, at, **said)
        await clearance.clear(tx, act(at.karim), Shown(first, 1))
        values = {"status": "in_progress", "as_of": TODAY, **said, **changes}
        again = StatusUpdateDraft(at.held(), measures=WORDS, language="en", **values)
        receipt = await status_updates.submit(tx, act(at.amal), again)
        keys = await keys_read(tx, at, receipt.updates[0].status_update_id)
        assert told <= set(keys)
        assert ("clearance.says_the_same" in keys) is not bool(changes)
        assert "clearance.first" not in keys


async def test_files_that_are_new_or_not_there_again_are_told_by_what_they_hold(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        first, second = await sent(tx, at), await sent(tx, at)
        for report_id, hashes in ((first, ("aa", "bb")), (second, ("bb", "cc"))):
            for sha256 in (each * 32 for each in hashes):
                await files.add(tx, sha256, size=9, media_type="application/pdf", now=NOW)
                piece = {"kind": "document", "state": "stored", "sha256": sha256, "added_at": NOW}
                name = {"name": f"{sha256[:2]}.pdf", "status_update_id": report_id}
                await tx.execute(insert(evidence).values(**piece, **name))
        await clearance.clear(tx, act(at.karim), Shown(first, 1))
        keys = await keys_read(tx, at, second)
        assert keys["version.file_gone"].values == {"file": Words("aa.pdf", limit=80)}
        assert keys["version.file_new"].values == {"file": Words("cc.pdf", limit=80)}


async def test_a_cleared_report_that_is_amended_is_read_beside_what_was_cleared(
    database: Database,
) -> None:
    """Its own version, not the report before it; and what was never cleared is no measure."""
    async with database.write() as tx:
        at = await house(tx)
        update_id = await sent(tx, at)
        await clearance.clear(tx, act(at.karim), Shown(update_id, 1))
        for place, words in enumerate(("Act 12 is law.", "Act 12 is in force."), start=1):
            again = StatusUpdateDraft(at.held(), "in_progress", words, "en", TODAY)
            await status_updates.amend(tx, act(at.amal, days=1), update_id, again, seen=place)
        keys = await keys_read(tx, at, update_id)
        assert "clearance.first" not in keys
        number = str(keys["clearance.changed"].values["number"])
        assert "SU-2026-0001" in number
        assert "'version': 1" in number
        assert WORDS in str(keys["changes.was"].values)


# -- What is asked meanwhile -----------------------------------------------------------------------


async def test_reminders_stop_when_it_is_sent_and_come_back_when_it_is_returned(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await requests.follow(tx, act(at.otto), [at.held()])
        await reminders.plan_stale(tx, act(at.otto), POLICY)
        update_id = await sent(tx, at)
        assert await _state(tx) == (ItemState.UNCLEARED.value, 0)
        await reminders.plan_stale(tx, act(at.otto), POLICY)
        assert await _state(tx) == (ItemState.UNCLEARED.value, 0)
        await clearance.return_(
            tx, act(at.karim, seconds=1), Shown(update_id, 1), "No.", language="en"
        )
        await reminders.plan_stale(tx, act(at.otto, seconds=2), POLICY)
        state, planned = await _state(tx)
        assert state == ItemState.ASKED.value
        assert planned
        again = await sent(tx, at)
        await clearance.clear(tx, act(at.karim), Shown(again, 1))
        assert await _state(tx) == (ItemState.ANSWERED.value, 0)


async def _state(tx: Transaction) -> tuple[str, int]:
    """Of the one thing asked: its state, and how many rungs are planned."""
    state = await tx.value(select(request_items.c.state))
    planned = await tx.values(select(rungs.c.id).where(rungs.c.state == "planned"))
    return str(state), len(planned)


# -- Who is told -----------------------------------------------------------------------------------


async def test_the_validator_is_told_then_the_second_one_while_they_are_away(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        leila = await maravia.somebody(tx, "Leila", Role.VALIDATOR, at.sample.institution_id)
        await sent(tx, at)
    assert await tick(database) == 1
    assert await tick(database) == 0
    async with database.write() as tx:
        assert await told(tx, at.karim, "clearance.reply") == 1
        assert await told(tx, leila, "clearance.reply") == 0
        await reminders.go_away(
            tx, act(at.karim), from_on=TODAY, until_on=TODAY + timedelta(days=9), deputy_id=None
        )
    assert await tick(database) == 1
    async with database.write() as tx:
        assert await told(tx, leila, "clearance.instead") == 1
        waiting = await queries.everywhere(tx, limit=9)
        holders = await clearance.holders(tx, act(at.otto), POLICY, waiting)
        assert holders[waiting[0].status_update_id] == leila.person


async def test_a_seat_that_ends_leaves_it_with_nobody_and_the_secretariat_hears(
    database: Database,
) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await sent(tx, at)
        await sent(tx, at, "140.9")
    assert await tick(database) == 2
    async with database.write() as tx:
        assert await told(tx, at.karim, "clearance.queue") == 1, "several in one message"
        assert at.karim.seat_id is not None
        await seats.end(tx, at.karim.seat_id, now=NOW)
    assert await tick(database) == 2
    assert await tick(database) == 0
    async with database.write() as tx:
        assert await told(tx, at.otto, "clearance.late") == 1
        nadia = await maravia.somebody(tx, "Nadia", Role.VALIDATOR, at.sample.institution_id)
    await tick(database)
    async with database.write() as tx:
        assert await told(tx, nadia, "clearance.queue") == 1, "whoever comes finds what waits"


async def test_waiting_too_long_climbs_to_the_secretariat(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await sent(tx, at)
    for day in range(8):
        await tick(database, days=day)
    async with database.write() as tx:
        assert await told(tx, at.karim, "clearance.still") == 2
        assert await told(tx, at.otto, "clearance.late") == 1


async def test_a_version_waits_since_it_came(database: Database) -> None:
    """Cleared, then amended weeks later: its validator hears anew, and nobody that it is late."""
    async with database.write() as tx:
        at = await house(tx)
        update_id, other = await sent(tx, at), await sent(tx, at, "140.9")
    await tick(database)
    async with database.write() as tx:
        await clearance.clear(tx, act(at.karim, seconds=1), Shown(update_id, 1))
        again = StatusUpdateDraft(at.held(), "implemented", "Act 12.", "en", TODAY)
        await status_updates.amend(tx, act(at.amal, days=20), update_id, again, seen=1)
    await tick(database, days=20)
    async with database.write() as tx:
        assert await told(tx, at.karim, "clearance.reply") == 1, "the new version"
        late = await tx.values(
            select(clearance_notices.c.status_update_id).where(clearance_notices.c.rung == LATE)
        )
        assert list(late) == [other], "of the fourth of May"
        waiting = await queries.everywhere(tx, limit=9)
        assert [each.status_update_id for each in waiting] == [other, update_id], "longest first"
        assert waiting[1].since == NOW + timedelta(days=20)


async def test_the_lists_of_the_institution_tell_what_waits_inside(database: Database) -> None:
    async with database.write() as tx:
        at = await house(tx)
        await sent(tx, at)
        here = [at.sample.institution_id]
        counts = await home.counts(tx, here, today=DUE_ON + timedelta(days=3))
        assert (counts.overdue, counts.due, counts.uncleared) == (0, 0, 1)
        found = await home.entries(tx, here, Waiting.UNCLEARED, today=TODAY, limit=9)
        assert [each.code for each in found] == ["140.7"]
        [late] = await desk.overdue(tx, today=DUE_ON + timedelta(days=3), limit=9)
        assert late.uncleared, "the secretariat has no answer, and knows why"
