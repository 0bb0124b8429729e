"""The workbook of reports: what becomes of a row, and that it is sent as one in chat is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from bot.domain.clearance import Rule
from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.figures import Figure
from bot.domain.items import AssignmentState, ReportState
from bot.domain.people import Act, Actor, Role
from bot.domain.redaction import Mark, Reason
from bot.domain.reports import StatusUpdateDraft
from bot.domain.reports_book import Becomes, Filled
from bot.domain.screens import Text
from bot.exchange import reports_book as book
from bot.exchange import reports_work
from bot.exchange.reports_book import Known, ReportRow
from bot.services import clearance, reports_book, status_updates
from bot.services.reports_book import Outcome, Row
from bot.texts import Texts
from storage import clusters, figures, jobs, statuses
from storage import reports_book as queries
from storage import status_updates as report_queries
from storage.database import Database, Transaction
from storage.tables import assignments, audit, items
from storage.tables import status_updates as reports
from tests import maravia
from tests.maravia import Sample

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LANGUAGES = ("en", "fr", "ar")
Fill = Mapping[str, Mapping[str, Any]]


class House:
    """The Ministry of Justice with four items, its focal point Amal, a colleague, an officer."""

    def __init__(
        self, tx: Transaction, folder: Path, sample: Sample, people: tuple[Actor, ...]
    ) -> None:
        self.tx = tx
        self.folder = folder
        self.sample = sample
        self.amal, self.karim, self.otto = people
        self.texts = Texts.load(LANGUAGES)

    def act(self, actor: Actor | None = None) -> Act:
        return maravia.act(actor or self.amal, NOW)

    def held(self, code: str = "140.7") -> int:
        return self.sample.assignments[code]

    async def takes(self, language: str = "en", name: str = "book.xlsx") -> Path:
        path = self.folder / name
        await reports_work.write(
            self.tx,
            path,
            [self.sample.institution_id],
            texts=self.texts,
            language=language,
            default_language="en",
            made_at=NOW,
        )
        return path

    async def reads(self, path: Path, actor: Actor | None = None) -> list[ReportRow]:
        own = reports_book.reports_for(actor or self.amal)
        known = Known(
            {str(key): codes for key, codes in (await queries.known(self.tx, own)).items()},
            reports_work.status_words(self.texts, await statuses.vocabulary(self.tx)),
        )
        return book.read(path, known, reports_work.headings(self.texts))

    async def judges(self, path: Path, actor: Actor | None = None) -> list[Row]:
        found = await self.reads(path, actor)
        filled = [each.filled for each in found if each.filled and not each.refused]
        return await reports_book.judged(self.tx, self.act(actor), filled, language="en")

    async def sends(self, rows: list[Row], actor: Actor | None = None) -> list[Outcome | None]:
        return [
            await reports_book.send(self.tx, self.act(actor), each.filled, language="en")
            for each in rows
            if each.is_sent
        ]

    async def reports(self, code: str = "140.7", **changes: Any) -> int:
        """A report in chat; gives its id."""
        values: dict[str, Any] = {"status": "in_progress", "measures": "Bill 12 passed."}
        values |= {"as_of": NOW.date(), **changes}
        made = StatusUpdateDraft(self.held(code), language="en", **values)
        receipt = await status_updates.submit(self.tx, self.act(self.karim), made)
        return receipt.updates[0].status_update_id

    async def said(self, code: str = "140.7") -> list[tuple[str, str, str, int]]:
        found = await report_queries.of_assignment(self.tx, self.held(code), limit=9)
        return [(each.status, each.measures, each.state.value, each.version) for each in found]


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with database.write() as tx:
        sample = await maravia.justice(tx, {"140.7": date(2026, 6, 1)})
        there = sample.institution_id
        people = (
            await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, there),
            await maravia.somebody(tx, "Karim", Role.ALTERNATE, there),
            await maravia.somebody(tx, "Otto", Role.OFFICER, None),
        )
        yield House(tx, tmp_path, sample, people)


def fill(path: Path, filled: Fill, change: Callable[[Any], None] | None = None) -> Path:
    """The workbook with these cells filled in, by paragraph and column."""
    opened = openpyxl.load_workbook(path)
    for sheet in opened.worksheets[1:-1]:
        places = {str(cell.value).partition(".")[2]: cell.column or 0 for cell in sheet[1]}
        for row in range(3, sheet.max_row + 1):
            values = filled.get(str(sheet.cell(row, places["paragraph"]).value), {})
            for name, value in values.items():
                sheet.cell(row, places[name]).value = value
    if change is not None:
        change(opened)
    opened.save(path)
    return path


def becoming(rows: list[Row]) -> dict[str, Becomes]:
    return {each.item.code: each.becomes for each in rows if each.item is not None}


REPORT = {"status": "In progress", "measures": "Bill 12 passed its first reading."}


async def test_what_is_not_filled_in_sends_nothing(house: House) -> None:
    """Whatever was reported before: approved, waiting, with figures, in three languages."""
    await house.reports("140.7", remaining="Publication.", figures=(Figure("Trials", 1.234),))
    await house.reports("140.9", measures="Line one.\n\n  = Line two \u202b<b>&\u202c")
    for language in LANGUAGES:
        rows = await house.judges(await house.takes(language))
        assert len(rows) == 4
        assert {each.becomes for each in rows} == {Becomes.UNCHANGED}


async def test_a_row_is_sent_as_a_report_in_chat_is(house: House) -> None:
    path = fill(
        await house.takes(),
        {
            "140.7": {
                **REPORT,
                "remaining": "Its publication.",
                "figures": "Trials: 12 (2025; women 4, men 8)\nJudges: 3",
                "as_of": date(2026, 4, 30),
            }
        },
    )
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.REPORT
    [outcome] = await house.sends(rows)
    assert outcome is not None
    assert outcome.sent is not None
    assert outcome.sent.number == "SU-2026-0001"
    assert Outcome.from_json(outcome.to_json()) == outcome
    kept = await report_queries.get(house.tx, outcome.sent.status_update_id)
    assert kept is not None
    assert (kept.status, kept.measures, kept.remaining, kept.as_of) == (
        "in_progress",
        "Bill 12 passed its first reading.",
        "Its publication.",
        date(2026, 4, 30),
    )
    assert kept.seat_id == house.amal.seats[0].id
    assert await figures.of(house.tx, kept.id) == (
        Figure("Trials", 12, None, 2025, {"women": 4, "men": 8}),
        Figure("Judges", 3),
    )
    acts = await house.tx.values(select(audit.c.act))
    assert acts.count("status_update.submit") == 1


async def test_the_same_file_sends_nothing_a_second_time(house: House) -> None:
    path = fill(await house.takes(), {"140.7": REPORT, "140.9": REPORT})
    first, second = await house.judges(path), await house.judges(path)
    assert all(await house.sends(first))
    assert await house.sends(second) == [None, None]
    assert set(becoming(await house.judges(path)).values()) == {Becomes.UNCHANGED}
    assert await house.tx.value(select(func.count()).select_from(reports)) == 2


NO_CHANGE = {"status": "No change since the last report"}


async def decides(house: House, report: int, state: str = "approved") -> None:
    """The secretariat has decided on it."""
    await house.tx.execute(update(reports).where(reports.c.id == report).values(state=state))
    held = assignments.c.last_status_update_id == report
    await house.tx.execute(update(assignments).where(held).values(report_state=state))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_change_is_the_act_that_it_is_in_chat(house: House, language: str) -> None:
    await decides(house, await house.reports("140.7"))
    said = house.texts.render(Text("export.reports.no_change"), language, mode="bare")
    path = fill(await house.takes(language), {"140.7": {"status": said}})
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.CONFIRMATION
    [outcome] = await house.sends(rows)
    assert outcome is not None
    assert outcome.sent is not None
    kept = await report_queries.get(house.tx, outcome.sent.status_update_id)
    assert kept is not None
    assert (kept.kind.value, kept.status, kept.measures, kept.as_of) == (
        *("unchanged", "in_progress", ""),
        NOW.date(),
    )
    acts = await house.tx.values(select(audit.c.act))
    assert acts.count("status_update.unchanged") == 1
    assert await house.sends(rows) == [None], "the same file confirms nothing twice"
    assert becoming(await house.judges(path))["140.7"] is Becomes.UNCHANGED


async def test_no_change_of_a_report_that_waits_needs_none_of_its_cells_emptied(
    house: House,
) -> None:
    await house.reports("140.7", remaining="Publication.", figures=(Figure("Trials", 3),))
    path = fill(await house.takes(), {"140.7": NO_CHANGE})
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.CONFIRMATION
    await house.sends(rows)
    assert (await house.said())[0] == ("in_progress", "", "submitted", 1)


async def test_no_change_says_why_it_is_not_taken(house: House) -> None:
    """Nothing to confirm; no reason a third time; words that would be lost; a newer report."""
    await decides(house, await house.reports("140.9"))
    held = assignments.c.id == house.held("140.9")
    await house.tx.execute(update(assignments).where(held).values(unchanged_in_a_row=2))
    await decides(house, await house.reports("140.12"))
    await house.reports("140.15")
    path = fill(
        await house.takes(),
        {
            **dict.fromkeys(("140.7", "140.9", "140.15"), NO_CHANGE),
            "140.12": {**NO_CHANGE, "figures": "Trials: 3"},
        },
    )
    await house.reports("140.15", measures="Something new.")
    rows = await house.judges(path)
    assert becoming(rows)["140.15"] is Becomes.CONFLICT
    why = {
        each.item.code: (each.mistakes[0].column, each.mistakes[0].problem.key)
        for each in rows
        if each.item is not None and each.mistakes
    }
    assert why == {
        "140.7": ("status", "error.nothing_to_confirm"),
        "140.9": ("measures", "error.sentence_needed"),
        "140.12": ("figures", "import.reports.no_change_alone"),
    }
    said = fill(path, {"140.9": {"measures": "The bill waits for parliament."}})
    row = {each.item.code: each for each in await house.judges(said) if each.item}["140.9"]
    assert row.becomes is Becomes.CONFIRMATION
    await house.sends([row])
    assert (await house.said("140.9"))[0][1] == "The bill waits for parliament."


async def test_what_waits_for_a_decision_is_amended_and_keeps_what_was_not_touched(
    house: House,
) -> None:
    exact = (Figure("Rate", 0.1 + 0.2), Figure("Trials", 1.234))
    await house.reports(measures="  Bill 12.\r\nPassed. ", figures=exact)
    partly = house.texts.render(Text("status.partially_implemented"), "ar", mode="bare")
    path = fill(await house.takes("fr"), {"140.7": {"status": partly}})
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.AMENDMENT
    await house.sends(rows)
    [(status, measures, _, version)] = await house.said()
    assert (status, measures, version) == ("partially_implemented", "Bill 12.\r\nPassed.", 2)
    last = await report_queries.newest(house.tx, house.held())
    assert last is not None
    assert await figures.of(house.tx, last.id) == exact
    assert set(becoming(await house.judges(path)).values()) == {Becomes.UNCHANGED}


async def test_a_colleague_s_report_meanwhile_is_not_written_over(house: House) -> None:
    path = fill(await house.takes(), {"140.7": REPORT, "140.9": REPORT})
    waiting = await house.judges(path)
    await house.reports("140.7", measures="The bill was withdrawn.")
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.CONFLICT
    assert becoming(rows)["140.9"] is Becomes.REPORT
    first, second = await house.sends(waiting)
    assert first is not None
    assert first.why is not None
    assert (first.why.key, first.sent) == ("import.reports.meanwhile", None)
    assert second is not None
    assert second.sent is not None
    assert [each[1] for each in await house.said()] == ["The bill was withdrawn."]


async def test_a_version_or_a_decision_meanwhile_is_not_written_over(house: House) -> None:
    amended, decided = await house.reports("140.7"), await house.reports("140.9")
    path = fill(
        await house.takes(), {"140.7": {"remaining": "More."}, "140.9": {"remaining": "More."}}
    )
    draft = StatusUpdateDraft(house.held(), "implemented", "All done.", "en", NOW.date())
    await status_updates.amend(house.tx, house.act(house.karim), amended, draft, seen=1)
    await report_queries.decide(house.tx, decided, ReportState.APPROVED, now=NOW)
    rows = becoming(await house.judges(path))
    assert (rows["140.7"], rows["140.9"]) == (Becomes.CONFLICT, Becomes.CONFLICT)


async def test_what_was_withdrawn_meanwhile_is_sent_anew(house: House) -> None:
    gone = await house.reports()
    path = fill(await house.takes(), {"140.7": {"remaining": "More."}})
    await status_updates.withdraw(house.tx, house.act(house.karim), gone)
    rows = await house.judges(path)
    assert becoming(rows)["140.7"] is Becomes.REPORT
    await house.sends(rows)
    assert [each[1:3] for each in await house.said()] == [
        ("Bill 12 passed.", "submitted"),
        ("Bill 12 passed.", "withdrawn"),
    ]


@pytest.mark.parametrize("state", ["approved", "returned"])
async def test_what_stays_empty_beside_a_decided_report_is_not_said_again(
    house: House, state: str
) -> None:
    old = date(2025, 3, 1)
    figures = (Figure("Trials", 3),)
    said = await house.reports(as_of=old, remaining="Publication.", figures=figures)
    await decides(house, said, state)
    path = fill(await house.takes(), {"140.7": REPORT})
    [row] = [each for each in await house.judges(path) if each.is_sent]
    assert row.becomes is Becomes.REPORT
    sent = row.content
    assert (sent.status, sent.remaining, sent.figures) == ("in_progress", None, ())
    assert sent.as_of is None, "the day on which it is sent"
    path = fill(await house.takes(), {"140.7": {"measures": "The court opened."}})
    [row] = [each for each in await house.judges(path) if each.mistakes]
    assert row.mistakes[0].problem == Text("import.reports.no_status")


async def test_a_returned_report_shows_why_and_its_row_is_empty(house: House) -> None:
    said = await house.reports()
    await report_queries.decide(house.tx, said, ReportState.RETURNED, now=NOW)
    sheet = openpyxl.load_workbook(await house.takes()).worksheets[1]
    places = {str(cell.value).partition(".")[2]: cell.column or 0 for cell in sheet[1]}
    assert sheet.cell(3, places["standing"]).value == "SU-2026-0001: returned by the secretariat"
    assert sheet.cell(3, places["last"]).value == "in progress, as of 4 May\nBill 12 passed."
    assert sheet.cell(3, places["measures"]).value is None


async def test_clearance_holds_for_what_comes_by_workbook(house: House) -> None:
    karim = await maravia.somebody(house.tx, "Vera", Role.VALIDATOR, house.sample.institution_id)
    await clearance.set_rule(house.tx, house.act(karim), house.sample.institution_id, Rule.ALWAYS)
    rows = await house.judges(fill(await house.takes(), {"140.7": REPORT}))
    await house.sends(rows)
    assert [each[2] for each in await house.said()] == ["uncleared"]


async def test_of_a_restricted_item_no_words_leave_and_an_empty_cell_keeps_what_was_said(
    house: House,
) -> None:
    await house.reports(remaining="Secret remainder.")
    hush = await clusters.add(house.tx, "Hush", "en", now=NOW)
    await clusters.put(house.tx, [house.sample.items["140.7"]], hush)
    await house.tx.execute(
        update(items).where(items.c.id == house.sample.items["140.7"]).values(restricted=True)
    )
    path = await house.takes()
    opened = openpyxl.load_workbook(path)
    assert "Hush" not in opened.sheetnames, "the name of a cluster says what it is about"
    cells = [str(cell.value) for sheet in opened for row in sheet.iter_rows() for cell in row]
    assert any("140.7" in each for each in cells)
    for words in ("Ratify the Optional", "Bill 12 passed", "Secret remainder"):
        assert not any(words in each for each in cells)
    assert set(becoming(await house.judges(path)).values()) == {Becomes.UNCHANGED}
    rows = await house.judges(fill(path, {"140.7": {"status": "Implemented"}}))
    assert becoming(rows)["140.7"] is Becomes.AMENDMENT
    [said] = [each for each in rows if each.item is not None and each.item.code == "140.7"]
    assert said.content.remaining == "Secret remainder."


async def test_mistakes_are_told_with_row_and_column(house: House) -> None:
    path = fill(
        await house.takes(),
        {
            "140.7": {"measures": "Words without a status."},
            "140.9": {"status": "Planned", "as_of": date(2026, 5, 5), "measures": "Soon."},
            "140.12": {"status": "Planned"},
            "140.15": {**REPORT, "figures": "many"},
        },
    )
    rows = await house.judges(path)
    told = {
        each.item.code: [(one.column, one.problem.key) for one in each.mistakes]
        for each in rows
        if each.item is not None
    }
    assert told == {
        "140.7": [("status", "import.reports.no_status")],
        "140.9": [("as_of", "date.future")],
        "140.12": [("measures", "error.no_words")],
        "140.15": [("figures", "figures.unclear")],
    }
    assert await house.sends(rows) == []


async def test_a_text_that_is_too_long_is_not_cut(house: House) -> None:
    path = fill(await house.takes(), {"140.7": {**REPORT, "remaining": "x" * 20_001}})
    [mistake] = (await house.judges(path))[0].mistakes
    assert (mistake.column, mistake.problem.key) == ("remaining", "import.reports.too_long")
    assert mistake.problem.count == 1


async def test_a_row_that_was_copied_counts_once(house: House) -> None:
    def copy(opened: Any) -> None:
        sheet = opened.worksheets[1]
        for cell in list(sheet[3]):
            sheet.cell(9, cell.column, cell.value)
        sheet.move_range("A4:N4", rows=10)  # another place, and a gap

    rows = await house.judges(fill(await house.takes(), {"140.7": REPORT}, copy))
    found = [(each.filled.row, each.becomes) for each in rows]
    assert (3, Becomes.REPORT) in found
    assert (9, Becomes.MISTAKE) in found
    assert [each.problem.key for row in rows for each in row.mistakes] == ["import.reports.twice"]
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("A3", None, "import.reports.no_id"),
        ("A3", "17", "import.reports.no_id"),
        ("A3", "A999999", "import.reports.not_yours"),
        ("A3", "A2", "import.reports.changed_id"),
        ("J3", "=A1", "import.problem.formula"),
        ("J3", "sleeping", "import.reports.unknown_status"),
        ("J3", "in progres", "import.reports.near_status"),
        ("N3", "03/04/2026", "import.assignments.ambiguous_date"),
        ("N3", "yesterday", "import.assignments.unreadable_date"),
    ],
)
async def test_what_was_spoilt_is_told_and_not_sent(
    cell: str, value: object, problem: str, house: House
) -> None:
    def spoil(opened: Any) -> None:
        opened.worksheets[1][cell] = value

    path = fill(await house.takes(), {"140.7": REPORT}, spoil)
    [wrong] = [each for each in await house.reads(path) if each.refused]
    assert (wrong.row, wrong.problems[0].key) == (3, problem)


async def test_another_institution_s_workbook_sends_nothing_and_tells_nothing(
    house: House,
) -> None:
    there = await maravia.justice_elsewhere(house.tx)
    other = await maravia.somebody(house.tx, "Rosa", Role.FOCAL_POINT, there)
    path = fill(await house.takes(), {"140.7": REPORT})
    found = await house.reads(path, other)
    assert {each.problems[0].key for each in found} == {"import.reports.not_yours"}
    forced = [each.filled for each in await house.reads(path) if each.filled]
    rows = await reports_book.judged(house.tx, house.act(other), forced, language="en")
    assert {each.becomes for each in rows} == {Becomes.MISTAKE}
    assert all(each.item is None for each in rows)


async def test_who_lost_the_seat_and_what_was_taken_back_meanwhile_is_not_sent(
    house: House,
) -> None:
    path = fill(await house.takes(), {"140.7": REPORT, "140.9": REPORT})
    waiting = await house.judges(path)
    await house.tx.execute(
        update(assignments)
        .where(assignments.c.id == house.held("140.9"))
        .values(state=AssignmentState.ENDED.value)
    )
    [mistake] = [each for row in await house.judges(path) for each in row.mistakes]
    assert mistake.problem.key == "error.assignment_closed"
    gone = Actor(house.amal.person, ())
    outcomes = await house.sends(waiting, gone)
    assert all(each is not None and each.sent is None for each in outcomes)
    assert await house.said() == []


async def test_a_status_that_needs_a_file_is_not_sent_without_one(house: House) -> None:
    known = (await statuses.vocabulary(house.tx)).require("implemented")
    await statuses.keep(house.tx, replace(known, evidence_required=True), now=NOW)
    path = fill(await house.takes(), {"140.7": {**REPORT, "status": "Implemented"}})
    [mistake] = (await house.judges(path))[0].mistakes
    assert (mistake.column, mistake.problem.key) == ("status", "error.file_needed")


async def test_nothing_changed_in_a_workbook_needs_the_file_of_its_status_too(
    house: House,
) -> None:
    await house.reports(status="implemented")
    path = fill(await house.takes(), {"140.7": NO_CHANGE})
    known = (await statuses.vocabulary(house.tx)).require("implemented")
    await statuses.keep(house.tx, replace(known, evidence_required=True), now=NOW)
    [mistake] = (await house.judges(path))[0].mistakes
    assert (mistake.column, mistake.problem.key) == ("status", "error.file_needed")


# -- The job ---------------------------------------------------------------------------------------


async def waiting(house: House, path: Path) -> int:
    """The job of a workbook whose preview was shown."""
    rows = [each.filled.to_json() for each in await house.judges(path) if each.is_sent]
    job_id = await reports_book.receive(house.tx, house.act(), file_id="f", name="a.xlsx")
    await jobs.change(house.tx, job_id, state=jobs.WAITING, result={"rows": rows})
    return job_id


async def test_only_who_sent_the_workbook_decides_on_it_and_once(house: House) -> None:
    job_id = await waiting(house, fill(await house.takes(), {"140.7": REPORT}))
    with pytest.raises(NotFound):
        await reports_book.ask_to_send(house.tx, house.act(house.karim), job_id)
    with pytest.raises(NotAllowed):
        await reports_book.ask_to_send(house.tx, house.act(house.otto), job_id)
    assert await reports_book.ask_to_send(house.tx, house.act(), job_id) == 1
    with pytest.raises(Outdated):
        await reports_book.ask_to_send(house.tx, house.act(), job_id)
    with pytest.raises(Outdated):
        await reports_book.discard(house.tx, house.act(), job_id)


async def test_rows_come_back_from_json_as_they_were(house: House) -> None:
    for each in await house.judges(fill(await house.takes(), {"140.7": REPORT})):
        assert Filled.from_json(each.filled.to_json()) == each.filled


async def test_destroyed_words_do_not_come_back_by_workbook(house: House) -> None:
    said = await house.reports(measures="A name that must go.")
    path = fill(await house.takes(), {"140.7": {"remaining": "More."}})
    job_id = await waiting(house, path)
    await jobs.change(house.tx, job_id, sha256="a" * 64)
    mark = Mark(NOW.date(), Reason.VICTIM).written()
    await house.tx.execute(update(reports).where(reports.c.id == said).values(measures=mark))
    assert becoming(await house.judges(path))["140.7"] is Becomes.CONFLICT
    await status_updates.withdraw(house.tx, house.act(house.karim), said)
    [row] = [each for each in await house.judges(path) if each.becomes is Becomes.CONFLICT]
    assert reports_book.why(row).values["number"] == "SU-2026-0001"
    await reports_book.let_go(house.tx, house.act(), [job_id])
    with pytest.raises(Outdated):
        await reports_book.ask_to_send(house.tx, house.act(), job_id)
    kept = await jobs.get(house.tx, job_id)
    assert kept is not None
    assert (kept.state, kept.result) == (jobs.CANCELLED, None)
