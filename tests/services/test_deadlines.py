"""The reporting calendar: entered, changed, warned of once, imported and exported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from bot.domain.consultations import Form
from bot.domain.deadlines import Deadline, DeadlineKind, DeadlineState, Offset, Said, Wanted
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.exports import ExportKind, NoEvents
from bot.domain.filters import EVERYTHING, Dimension, Filter
from bot.domain.people import TICK, Act, Actor, Role
from bot.domain.requests import Audience, RequestKind
from bot.domain.views import deadlines as views
from bot.domain.work_calendar import Policy
from bot.exchange.calendar_files import OURS, read_ics
from bot.jobs import Jobs
from bot.schedule import warn_of_deadlines
from bot.services import calendar_import, consultations, deadlines, exports, requests
from bot.services.requests import Wanted as WantedRequest
from bot.settings import Settings
from bot.texts import Texts
from bot.works import Tools, calendar_file, calendar_read, export
from storage import absences, assignments, jobs
from storage import deadlines as queries
from storage.database import Database, Transaction
from storage.tables import audit, outbox
from storage.tables import deadlines as table
from storage.vault import Vault
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_consultations import wanted as consultation

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)  # a Monday
TODAY = NOW.date()
POLICY = Policy(ZoneInfo("Africa/Dakar"))
DUE = date(2026, 9, 1)


def wanted(**values: object) -> Wanted:
    """A follow-up reply, with whatever else is named."""
    plain: dict[str, object] = {"kind": DeadlineKind.FOLLOW_UP, "title": "Reply to CAT", "day": DUE}
    return Wanted(**(plain | values))  # type: ignore[arg-type]


async def officer(tx: Transaction, now: datetime = NOW) -> Act:
    return maravia.act(await maravia.somebody(tx, "Amina", Role.OFFICER, None), now)


def tick(now: datetime) -> Act:
    return maravia.act(TICK, now)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def said(row: int = 1, **values: object) -> Said:
    """A row of a file."""
    plain = {"kind": DeadlineKind.FOLLOW_UP, "title": "Reply to CAT", "day": DUE, "until": DUE}
    return Said(row, **(plain | values))  # type: ignore[arg-type]


# -- Entering and changing -------------------------------------------------------------------------


async def test_a_deadline_is_entered_with_its_usual_warnings_and_a_trace(
    database: Database,
) -> None:
    async with database.write() as tx:
        found = await queries.get(tx, await deadlines.add(tx, await officer(tx), wanted()))
    assert found is not None
    assert (found.day, found.warnings, found.warned) == (DUE, (120, 60, 14), (120,))
    assert found.state is DeadlineState.OPEN
    async with database.read() as tx:
        [entry] = await tx.rows(select(audit).where(audit.c.act == "deadline.add"))
    assert entry["facts"] == {"kind": "follow_up", "day": "2026-09-01"}


async def test_only_the_secretariat_touches_the_calendar(database: Database) -> None:
    async with database.write() as tx:
        deadline_id = await deadlines.add(tx, await officer(tx), wanted())
        sample = await maravia.justice(tx)
        for role in (Role.FOCAL_POINT, Role.VALIDATOR, Role.OBSERVER):
            own = sample.institution_id
            act = maravia.act(await maravia.somebody(tx, "Omar", role, own), NOW)
            with pytest.raises(NotAllowed):
                await deadlines.add(tx, act, wanted())
            with pytest.raises(NotAllowed):
                await deadlines.change(tx, act, deadline_id, wanted())
            with pytest.raises(NotAllowed):
                await deadlines.close(tx, act, deadline_id, DeadlineState.DONE)
            with pytest.raises(NotAllowed):
                await deadlines.link(tx, act, deadline_id, 1)
            with pytest.raises(NotAllowed):
                await deadlines.ask_for_template(tx, act, language="en")
            with pytest.raises(NotAllowed):
                await calendar_import.apply(tx, act, 1)
        with pytest.raises(NotAllowed):  # an observer has no due days
            await deadlines.ask_for_file(tx, act, language="en")


async def test_a_day_may_follow_from_a_document_and_be_overridden(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        document_id = await maravia.document(tx)  # of 3 March 2025
        rule = Offset(months=24)
        day = await deadlines.day_after(tx, rule, document_id)
        assert day == date(2027, 3, 3)
        deadline_id = await deadlines.add(
            tx, act, wanted(day=day, rule=rule, document_id=document_id)
        )
        found = await queries.get(tx, deadline_id)
        assert found is not None
        assert (found.rule, found.symbol) == (rule, maravia.REVIEW)
        await deadlines.change(tx, act, deadline_id, wanted(document_id=document_id))
        found = await queries.get(tx, deadline_id)
        assert found is not None
        assert (found.rule, found.day) == (None, DUE)
        with pytest.raises(deadlines.NoPublication):
            await deadlines.day_after(tx, rule, None)


async def test_what_makes_no_sense_is_refused(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        with pytest.raises(deadlines.DeadlinePast):
            await deadlines.add(tx, act, wanted(day=ahead(-1)))
        with pytest.raises(deadlines.EndsNever):
            await deadlines.add(tx, act, wanted(until=DUE + timedelta(days=1)))
        with pytest.raises(deadlines.EndsNever):
            await deadlines.add(tx, act, wanted(kind=DeadlineKind.VISIT, until=DUE))
        with pytest.raises(deadlines.NoTitle):
            await deadlines.add(tx, act, wanted(title=" \u202e "))
        with pytest.raises(NotFound):
            await deadlines.close(tx, act, 99, DeadlineState.DONE)


async def test_a_deadline_that_is_past_can_still_be_renamed(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        deadline_id = await deadlines.add(tx, act, wanted(day=ahead(1)))
        later = maravia.act(act.actor, NOW + timedelta(days=9))
        await deadlines.change(tx, later, deadline_id, wanted(day=ahead(1), title="Renamed"))
        found = await queries.get(tx, deadline_id)
        assert found is not None
        assert found.title == "Renamed"


async def test_it_is_done_once_and_can_be_opened_again(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        deadline_id = await deadlines.add(tx, act, wanted())
        await deadlines.close(tx, act, deadline_id, DeadlineState.DONE)
        with pytest.raises(Outdated):
            await deadlines.close(tx, act, deadline_id, DeadlineState.DROPPED)
        assert await queries.count(tx) == 0
        assert await queries.count(tx, closed=True) == 1
        await deadlines.reopen(tx, act, deadline_id)
        assert [each.id for each in await queries.page(tx, limit=8)] == [deadline_id]


async def test_a_deadline_is_linked_to_the_request_it_was_turned_into(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        sample = await maravia.justice(tx)
        house = (sample.institution_id,)
        await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, sample.institution_id)
        deadline_id = await deadlines.add(tx, act, wanted())
        data = WantedRequest(
            RequestKind.DATA, Audience(institutions=house), DUE, indicator="Prisoners"
        )
        request_id = await requests.plan(tx, act, data)
        await deadlines.link(tx, act, deadline_id, request_id)
        found = await queries.get(tx, deadline_id)
        assert found is not None
        assert found.request_id == request_id
        await requests.undo(tx, act, request_id)
        with pytest.raises(NotFound):
            await deadlines.link(tx, act, deadline_id, request_id)


# -- Warning ahead ---------------------------------------------------------------------------------


async def warned(database: Database) -> list[str]:
    async with database.read() as tx:
        found = await tx.values(select(outbox.c.key).order_by(outbox.c.id))
    return [each for each in found if each.startswith("deadlines:")]


async def test_the_secretariat_is_warned_once_in_one_message_a_day(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        await maravia.somebody(tx, "Chen", Role.COORDINATOR, None)
        await maravia.somebody(
            tx, "Omar", Role.FOCAL_POINT, (await maravia.justice(tx)).institution_id
        )
        first = await deadlines.add(tx, act, wanted(day=ahead(31), warnings=(30, 29)))
        await deadlines.add(tx, act, wanted(title="Another", day=ahead(31), warnings=(30,)))
        await deadlines.add(tx, act, wanted(title="Far", day=ahead(300), warnings=(30,)))
    for _ in range(2):
        await warn_of_deadlines(database, tick(NOW), POLICY)
    assert await warned(database) == []
    for hours in (12, 23, 24, 25, 30):
        await warn_of_deadlines(database, tick(NOW + timedelta(hours=hours)), POLICY)
    assert [each[:20] for each in await warned(database)] == ["deadlines:2026-05-05"] * 2
    async with database.write() as tx:
        found = await queries.get(tx, first)
        assert found is not None
        assert found.warned == (30,)
        assert await tx.value(select(table.c.warn_on).where(table.c.id == first)) == ahead(2)
    await warn_of_deadlines(database, tick(NOW + timedelta(days=2)), POLICY)
    assert len(await warned(database)) == 4
    await warn_of_deadlines(database, tick(NOW + timedelta(days=3)), POLICY)
    assert len(await warned(database)) == 4


async def test_nobody_is_warned_at_night_on_a_weekend_or_a_free_day(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        await deadlines.add(tx, act, wanted(day=ahead(31), warnings=(30,)))
        await absences.add_free_day(tx, ahead(1), "A day of our own")
    tuesday = NOW + timedelta(days=1)
    # Tuesday is free, so that the last working day before it is Monday
    await warn_of_deadlines(database, tick(NOW.replace(hour=3)), POLICY)
    await warn_of_deadlines(database, tick(NOW.replace(hour=22)), POLICY)
    await warn_of_deadlines(database, tick(tuesday), POLICY)
    saturday = NOW + timedelta(days=5)
    await warn_of_deadlines(database, tick(saturday), POLICY)
    assert await warned(database) == []
    await warn_of_deadlines(database, tick(NOW + timedelta(days=7)), POLICY)
    assert len(await warned(database)) == 1


async def test_what_was_missed_while_the_bot_was_down_is_told_once(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        deadline_id = await deadlines.add(tx, act, wanted(day=ahead(40), warnings=(30, 20, 10)))
    await warn_of_deadlines(database, tick(NOW + timedelta(days=32)), POLICY)
    await warn_of_deadlines(database, tick(NOW + timedelta(days=35)), POLICY)
    assert len(await warned(database)) == 1
    async with database.write() as tx:
        found = await queries.get(tx, deadline_id)
        assert found is not None
        assert set(found.warned) == {30, 20, 10}


async def test_another_day_is_warned_of_anew(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        deadline_id = await deadlines.add(tx, act, wanted(day=ahead(31), warnings=(30,)))
    await warn_of_deadlines(database, tick(NOW + timedelta(days=1)), POLICY)
    async with database.write() as tx:
        later = maravia.act(act.actor, NOW + timedelta(days=2))
        await deadlines.change(tx, later, deadline_id, wanted(day=ahead(66), warnings=(30,)))
    await warn_of_deadlines(database, tick(NOW + timedelta(days=36)), POLICY)
    assert len(await warned(database)) == 2


async def test_a_warning_names_nothing_of_what_a_person_stands_behind(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        view = wanted(kind=DeadlineKind.VIEW, title="SECRET v. Maravia", day=ahead(31))
        await deadlines.add(tx, act, view)
    await warn_of_deadlines(database, tick(NOW + timedelta(days=1)), POLICY)
    async with database.read() as tx:
        [screen] = await tx.values(select(outbox.c.screen).where(outbox.c.key.like("deadlines:%")))
    assert "SECRET" not in str(screen)


# -- Files in --------------------------------------------------------------------------------------


async def waiting(tx: Transaction, rows: list[Said]) -> int:
    """A job whose preview showed these rows."""
    found = await calendar_import.differences(tx, rows, today=TODAY)
    job_id = await jobs.plan(tx, calendar_import.READ, {}, person_id=None, seat_id=None, now=NOW)
    kept = {"said": [each.to_json() for each in rows], "mark": found.mark}
    await jobs.change(tx, job_id, state=jobs.WAITING, result=kept)
    return job_id


async def test_a_file_is_applied_at_once_and_the_second_time_changes_nothing(
    database: Database,
) -> None:
    rows = [said(uid="a@b"), said(2, title="Without a name"), said(3, day=ahead(-9), uid="past")]
    async with database.write() as tx:
        act = await officer(tx)
        job_id = await waiting(tx, rows)
        did = await calendar_import.apply(tx, act, job_id)
        assert (did.counts, did.past) == ({"new": 2, "changed": 0, "unchanged": 0}, 1)
        with pytest.raises(Outdated):
            await calendar_import.apply(tx, act, job_id)
        again = await calendar_import.differences(tx, rows, today=TODAY)
        assert again.counts == {"new": 0, "changed": 0, "unchanged": 2}
        [entry] = await tx.rows(select(audit).where(audit.c.act == "calendar.import"))
    assert entry["facts"] == {"new": 2, "changed": 0, "unchanged": 0, "problems": 0}


async def test_a_known_deadline_is_found_by_its_name_or_by_what_it_is(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        await calendar_import.apply(tx, act, await waiting(tx, [said(uid="a@b")]))
        moved = await calendar_import.differences(
            tx, [said(uid="a@b", title="Renamed", day=ahead(200))], today=TODAY
        )
        assert moved.counts == {"new": 0, "changed": 1, "unchanged": 0}
        same = await calendar_import.differences(tx, [said(uid="other@c")], today=TODAY)
        assert same.counts == {"new": 0, "changed": 0, "unchanged": 1}
        unsaid = await calendar_import.differences(
            tx, [said(uid="a@b", kind=None, title=None)], today=TODAY
        )
        assert unsaid.counts == {"new": 0, "changed": 0, "unchanged": 1}


async def test_rows_that_cannot_be_taken_are_told(database: Database) -> None:
    async with database.write() as tx:
        document_id = await maravia.document(tx)
        rows = [
            said(1, kind=None, title="Lunch"),
            said(2, day=None, rule=Offset(days=600), symbol=maravia.REVIEW),
            said(3, day=None, rule=Offset(days=60), symbol="A/HRC/0/0"),
            said(4),
            said(5),
            said(6, uid="x", symbol="A/HRC/0/0", title="Other"),
        ]
        found = await calendar_import.differences(tx, rows, today=TODAY)
    assert [(each.row, each.text.key, each.refused) for each in found.problems] == [
        (1, "calendar.problem.kind_unknown", True),
        (3, "calendar.problem.no_document", False),
        (3, "calendar.problem.no_publication", True),
        (5, "calendar.problem.repeated", True),
        (6, "calendar.problem.no_document", False),
    ]
    by_rule = found.new[0][1]
    assert (by_rule.day, by_rule.document_id) == (date(2026, 10, 24), document_id)


async def test_an_import_is_not_applied_once_the_calendar_has_changed(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        await calendar_import.apply(tx, act, await waiting(tx, [said(uid="a@b")]))
        job_id = await waiting(tx, [said(uid="a@b", title="Renamed")])
        [known] = await queries.every(tx)
        await deadlines.change(tx, act, known.id, wanted(title="Ours"))
        with pytest.raises(Outdated):
            await calendar_import.apply(tx, act, job_id)
        await calendar_import.discard(tx, act, job_id)
        with pytest.raises(Outdated):
            await calendar_import.discard(tx, act, job_id)


async def test_a_warning_between_preview_and_import_changes_nothing(database: Database) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        first = said(uid="a@b", day=ahead(31), warnings=(30,))
        await calendar_import.apply(tx, act, await waiting(tx, [first]))
        job_id = await waiting(tx, [replace(first, title="Renamed")])
    await warn_of_deadlines(database, tick(NOW + timedelta(days=1)), POLICY)
    assert len(await warned(database)) == 1
    async with database.write() as tx:
        did = await calendar_import.apply(tx, act, job_id)
        [found] = await queries.every(tx)
    assert did.counts["changed"] == 1
    assert (found.title, found.warned) == ("Renamed", (30,))


def test_neither_list_nor_preview_shows_what_a_person_stands_behind() -> None:
    shown = views.preview(
        1,
        {"new": 1, "changed": 0, "unchanged": 0},
        [(DeadlineKind.COMMUNICATION, "SECRET", DUE)],
        {},
        [],
    )
    assert "SECRET" not in str(shown)
    view = Deadline(
        *(1, "uid", DeadlineKind.VIEW, "SECRET", DUE, None, None, None, None, (), ()),
        DeadlineState.OPEN,
        None,
    )
    listed = views.calendar(1, 0, [view], today=TODAY, closed=False)
    assert "SECRET" not in str(listed)


# -- Files out -------------------------------------------------------------------------------------


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "keys",
        timezone="Africa/Dakar",
        country="SN",
    )
    return Tools(
        settings=settings,
        database=database,
        vault=Vault.open(tmp_path / "files"),
        texts=Texts.load(("en", "fr", "ar")),
        clock=FrozenClock(NOW),
        jobs=Jobs({}, tmp_path / "jobs"),
        bot_id=1,
    )


async def exported(tools: Tools, actor: Actor, language: str = "en") -> bytes:
    """The file that the person gets in the chat."""
    async with tools.database.write() as tx:
        act = maravia.act(actor, NOW)
        job_id = await deadlines.ask_for_file(tx, act, language=language)
        job = await jobs.get(tx, job_id)
    assert job is not None
    await calendar_file.run(job, tools)
    async with tools.database.write() as tx:
        done = await jobs.get(tx, job_id)
    assert done is not None
    assert done.state == jobs.DONE
    return b"" if done.sha256 is None else await tools.vault.read(done.sha256)


def events(content: bytes) -> dict[str, str]:
    """Summaries by UID."""
    return {
        str(each["UID"]): str(each["SUMMARY"])
        for each in Calendar.from_ical(content).walk("VEVENT")
    }


async def test_the_whole_calendar_goes_out_and_back_in_and_nothing_changes(
    database: Database, tools: Tools, tmp_path: Path
) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        document_id = await maravia.document(tx)
        await deadlines.add(tx, act, wanted(document_id=document_id, warnings=(9,)))
        rule, day = Offset(months=24), date(2027, 3, 3)
        of_rule = wanted(title="التقرير", day=day, rule=rule, document_id=document_id)
        await deadlines.add(tx, act, of_rule)
        visit = wanted(kind=DeadlineKind.VISIT, title="WGAD; a, b", until=ahead(200))
        await deadlines.add(tx, act, visit)
        done = await deadlines.add(tx, act, wanted(title="Done"))
        await deadlines.close(tx, act, done, DeadlineState.DONE)
        await deadlines.add(tx, act, wanted(kind=DeadlineKind.VIEW, title="SECRET v. Maravia"))
    in_chat = await exported(tools, act.actor)
    assert b"SECRET" not in in_chat
    path = tmp_path / "all.ics"
    made = await export.write_out(tools, ExportKind.CALENDAR, EVERYTHING, path, language="en")
    assert made.counts == {"events": 5}
    assert b"SECRET" in path.read_bytes()
    for content in (in_chat, path.read_bytes()):
        path.write_bytes(content)
        found = read_ics(path, zone=POLICY.zone, today=TODAY)
        async with database.read() as tx:
            again = await calendar_import.differences(tx, found.said, today=TODAY)
        assert again.counts == {"new": 0, "changed": 0, "unchanged": 5}
        assert again.problems == []
        did = await calendar_read.bring_in(tools, path, dry_run=False)
        assert did.counts["unchanged"] == 5
    async with database.read() as tx:
        entries = await tx.rows(select(audit).where(audit.c.act == "export.calendar"))
    assert [(each["facts"]["events"], each["facts"]["withheld"]) for each in entries] == [
        (5, 1),
        (5, 0),
    ]


async def test_an_institution_s_people_get_their_own_due_days_and_nothing_else(
    database: Database, tools: Tools
) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        due = {"140.7": DUE, "140.9": DUE, "140.12": ahead(9)}
        sample = await maravia.justice(tx, due)
        interior = await maravia.justice_elsewhere(tx)
        secret = await maravia.item(
            tx, "12", {"en": "SECRET view"}, symbol=maravia.TREATY_BODY, restricted=True
        )
        await maravia.assignment(tx, secret, sample.institution_id, due_on=ahead(20))
        other = await maravia.item(tx, "140.50", {"en": "Train the police."})
        await maravia.assignment(tx, other, interior, due_on=ahead(5))
        answered = sample.assignments["140.9"]
        await assignments.change(tx, [answered], answered_due_on=DUE)
        await deadlines.add(tx, act, wanted(title="Of the secretariat"))
        omar = await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, sample.institution_id)
        vera = await maravia.somebody(tx, "Vera", Role.VALIDATOR, sample.institution_id)
        data = WantedRequest(
            RequestKind.DATA,
            Audience(institutions=(sample.institution_id,)),
            ahead(30),
            indicator="Prisoners",
        )
        request_id = await requests.plan(tx, act, data)
        await requests.send_now(tx, act, request_id)
    content = await exported(tools, omar)
    house = sample.institution_id
    assert events(content) == {
        f"reports-{house}-{ahead(9):%Y%m%d}@sn.focal-point": "Report due: 140.12",
        f"reports-{house}-{ahead(20):%Y%m%d}@sn.focal-point": (
            f"Report due: {maravia.TREATY_BODY} · 12"
        ),
        f"reports-{house}-{DUE:%Y%m%d}@sn.focal-point": "Report due: 140.7",
        f"request-{request_id}-{house}@sn.focal-point": events(content)[
            f"request-{request_id}-{house}@sn.focal-point"
        ],
    }
    assert b"SECRET" not in content
    assert b"secretariat" not in content
    assert events(await exported(tools, vera)) == events(content)
    assert list(events(await exported(tools, omar, "ar"))) == list(events(content))
    for each in Calendar.from_ical(content).walk("VEVENT"):
        assert str(each["X-FOCAL-POINT-KIND"]) == OURS


async def test_many_items_of_one_day_are_one_event(database: Database, tools: Tools) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx, dict.fromkeys(maravia.TEXTS, DUE))
        omar = await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, sample.institution_id)
    [event] = Calendar.from_ical(await exported(tools, omar)).walk("VEVENT")
    assert str(event["SUMMARY"]) == "4 reports due: 140.7, 140.9, 140.12 and 1 more"
    assert "140.15: Train judges" in str(event["DESCRIPTION"])


async def test_where_nothing_is_due_it_is_said(database: Database, tools: Tools) -> None:
    async with database.write() as tx:
        sample = await maravia.justice(tx)
        omar = await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, sample.institution_id)
    assert await exported(tools, omar) == b""
    async with database.read() as tx:
        [screen] = await tx.values(select(outbox.c.screen))
    assert "calendar.nothing_due" in str(screen)


async def test_the_secretariat_s_file_holds_the_due_days_of_open_requests(
    database: Database, tools: Tools
) -> None:
    async with database.write() as tx:
        act = await officer(tx)
        sample = await maravia.justice(tx)
        await maravia.somebody(tx, "Omar", Role.FOCAL_POINT, sample.institution_id)
        data = WantedRequest(
            RequestKind.DATA,
            Audience(institutions=(sample.institution_id,)),
            DUE,
            indicator="Prisoners",
        )
        request_id = await requests.plan(tx, act, data)
    assert await exported(tools, act.actor) == b""
    async with database.write() as tx:
        await requests.send_now(tx, act, request_id)
    assert list(events(await exported(tools, act.actor))) == [
        f"request-{request_id}@sn.focal-point"
    ]


async def test_consultations_are_in_the_calendar_and_nobody_who_takes_part(
    database: Database, tools: Tools, tmp_path: Path
) -> None:
    """Regression: "deadlines, dialogues and consultations", and no consultation was in it."""
    async with database.write() as tx:
        act = await officer(tx)
        at = datetime(2026, 6, 1, 14, 30, tzinfo=UTC)
        await consultations.announce(tx, act, consultation(form=Form.MEETING, starts_at=at))
        other = await consultations.announce(tx, act, consultation(title="Cancelled one"))
        await consultations.cancel(tx, act, other)
        await deadlines.add(tx, act, wanted(day=ahead(300)))
    in_chat = events(await exported(tools, act.actor))
    path = tmp_path / "all.ics"
    made = await export.write_out(tools, ExportKind.CALENDAR, EVERYTHING, path, language="en")
    for said in (in_chat, events(path.read_bytes())):
        assert {each for each in said.values() if "Child rights" in each} == {
            "Consultation: Child rights report",
            "Last day to sign up: Child rights report",
            "Last day for contributions: Child rights report",
        }
        assert "Cancelled one" not in str(said)
        assert len(said) == 4
    assert made.counts == {"events": 4}
    async with database.read() as tx:
        assert await exports.holds(tx, act, ExportKind.CALENDAR, EVERYTHING) == ("events", 4)
    found = read_ics(path, zone=POLICY.zone, today=TODAY)
    assert len(found.said) == 1, "ours come back as ours, and no deadline is made of them"


async def test_the_calendar_is_narrowed_by_document_mechanism_and_days(
    database: Database, tools: Tools, tmp_path: Path
) -> None:
    """Its days are those of the events; a consultation passes with its mechanism alone."""
    async with database.write() as tx:
        act = await officer(tx)
        await maravia.justice(tx)
        document_id = await maravia.document(tx)
        await deadlines.add(tx, act, wanted(title="Of the review", document_id=document_id))
        await deadlines.add(tx, act, wanted(title="Of none", day=ahead(300)))
        await consultations.announce(tx, act, consultation(mechanism="upr"))
    path = tmp_path / "some.ics"
    for chosen, expected in (
        (Filter({Dimension.DOCUMENT: (maravia.REVIEW,)}), ["Of the review"]),
        (Filter({Dimension.MECHANISM: ("upr",)}), ["Of the review", "Child rights report"]),
        (Filter(since=ahead(290)), ["Of none"]),
    ):
        made = await export.write_out(tools, ExportKind.CALENDAR, chosen, path, language="en")
        said = sorted(events(path.read_bytes()).values())
        assert made.counts == {"events": len(expected)}
        assert sorted(each.rpartition(": ")[2] for each in said) == sorted(expected)
    about = str(Calendar.from_ical(path.read_bytes())["X-WR-CALDESC"])
    assert "From" in about
    assert about.endswith("1 event")
    later = Filter(since=ahead(2000))
    with pytest.raises(NoEvents):
        await export.write_out(tools, ExportKind.CALENDAR, later, path, language="en")
