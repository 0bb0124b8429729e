"""docs/permissions.md is the table; every row of it is tried, and every act stands in a row.

A row names buttons and what they are about: an own thing or somebody else's, in one state. Each is
pressed by each of eight people, in a transaction that is undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Column, ColumnElement, func, select, update

from bot.domain.approvals import Kind
from bot.domain.consultations import Card, Consultation, Form, Invited, Wanted
from bot.domain.contributions import About, Contribution
from bot.domain.errors import NotAllowed, NotFound, Refused
from bot.domain.exports import ExportKind
from bot.domain.filters import Filter
from bot.domain.items import AssignmentState
from bot.domain.people import Act, Actor, Role
from bot.domain.screens import Attachment
from bot.services import announcing, approvals, consultations, contributing, exports, summaries
from bot.services.assignments_book import READ
from handlers.house import make_router
from storage import accounts, jobs
from storage.database import Transaction
from storage.invitations import OPEN, REDEEMED
from storage.seats import live_of
from storage.tables import (
    answers,
    assignments,
    conversations,
    invitations,
    redactions,
    requests,
    seats,
    status_updates,
)
from storage.tables import jobs as jobs_table
from tests import maravia
from tests.permissions.conftest import JUSTICE, World, new_row

TABLE = Path(__file__).parents[2] / "docs" / "permissions.md"
COLUMNS = {
    "C": "coordinator",
    "O": "officer",
    "F": "focal",
    "A": "alternate",
    "V": "validator",
    "U": "asked_unit",
    "N": "assessor",
    "E": "other",
}


@dataclass(frozen=True)
class Row:
    """Buttons (`…` stands for a number), what they are about, and what each person gets."""

    buttons: tuple[str, ...]
    about: str
    answers: tuple[str, ...]


def rows() -> Iterator[Row]:
    """Every row on the page that begins with a button."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == len(COLUMNS) + 2, line
        assert set(cells[2:]) <= {"yes", "no", "–"}, line
        yield Row(tuple(re.findall(r"`([^`]+)`", cells[0])), cells[1], tuple(cells[2:]))


@pytest.fixture
def database_url(sqlite: URL) -> URL:
    """Who may do what does not depend on the database; what the statements do, other tests ask."""
    return sqlite


@pytest.fixture
async def numbers(world: World) -> dict[str, str]:
    """The numbers that buttons carry, by what the page calls the things."""
    now, known = world.network.clock.now(), world.answers
    justice = known["institution"]
    async with world.network.database.write() as tx:
        second = await maravia.somebody(tx, "Bela", Role.COORDINATOR, None, bot_id=world.bot_id)
        act = maravia.act(second, now, bot_id=world.bot_id)
        wanted = {"what": "audit"}
        approval = await approvals.ask(
            tx, act, Kind.LOWER, wanted, reason="Inspection", language="en"
        )
        restricted = await maravia.item(tx, "140.60.1", {"en": f"Release {JUSTICE}."})
        await approvals.restrict(tx, act, restricted)
        draft, ended, disowned = [
            await maravia.assignment(tx, item, justice, state=state)
            for item, state in (
                (await maravia.item(tx, "140.61", {"en": "Do it."}), AssignmentState.DRAFT),
                (await maravia.item(tx, "140.62", {"en": "Did it."}), AssignmentState.ENDED),
                (await maravia.item(tx, "140.63", {"en": "They do."}), AssignmentState.DISOWNED),
            )
        ]
        report: dict[str, Any] = {"assignment_id": known["assignment"], "kind": "report"}
        report |= {"status": "planned", "as_of": now.date(), "measures": JUSTICE, "language": "en"}
        states = {
            state: await new_row(
                tx,
                status_updates,
                **report,
                number=f"SU-2026-01{n}",
                state=state,
                needs_clearance=state == "returned_inside",
                submitted_at=now,
            )
            for n, state in enumerate(("returned", "returned_inside", "withdrawn"), start=10)
        }
        redaction = await new_row(
            tx,
            redactions,
            subject=f"su:{known['report']}",
            part="remaining",
            place=known["report"],
            reason="personal",
            seat_id=act.actor.seat_id,
            at=now,
            settled_at=now,
        )
        pdf = "ab" * 32
        file = {"attachment": pdf, "attachment_name": "a.pdf"}
        await tx.execute(update(requests).values(**file))
        answer = {"words": JUSTICE, "figures": [], "language": "en", "at": now}
        await new_row(tx, answers, request_item_id=known["asked"], **answer)
        await tx.execute(update(seats).where(seats.c.institution_id == justice).values(letter=pdf))
        given_back = assignments.c.id == disowned
        await tx.execute(
            update(assignments).where(given_back).values(suggested_institution_id=justice)
        )
        who = world.attackers
        amina = Act(
            Actor(
                await accounts.person_of_chat(tx, world.bot_id, who["coordinator"].chat_id),
                await live_of(tx, who["coordinator"].person_id, now=now),
            ),
            world.bot_id,
            maravia.ZONE,
            now,
        )
        export = await exports.ask(tx, amina, ExportKind.WORKBOOK, Filter(), language="en")
        book = await jobs.plan(tx, READ, {}, person_id=amina.actor.person_id, seat_id=None, now=now)
        await jobs.change(tx, book, state=jobs.WAITING, result={"wishes": [], "mark": ""})
        mine = invitations.c.person_id == who["waiting"].person_id
        newcomer = await tx.value(select(invitations.c.id).where(mine))
        links = await _newest(tx, invitations.c.state)
        waiting = await _newest(tx, jobs_table.c.kind, jobs_table.c.state == jobs.WAITING)
        colleague = await tx.value(select(func.min(conversations.c.id)))
        day = amina.today + timedelta(days=9)
        held = Wanted(Form.WRITTEN, "Schools", JUSTICE, None, day, "", "en", day, day)
        running, over = [await consultations.announce(tx, amina, held) for _ in range(2)]
        today = replace(held, form=Form.MEETING, starts_at=now, last_day=amina.today)
        meets = await consultations.announce(tx, amina, replace(today, closes_on=amina.today))
        await consultations.close(tx, amina, over)
        await summaries.publish(tx, amina, over, "Ramps will be built.", "en")
        past_link = await consultations.get(tx, amina, over)
        by_code = await consultations.announce(tx, amina, replace(held, invited=Invited.CODE))
        link = await consultations.get(tx, amina, running)
        await announcing.hand_out(tx, amina, running, [Attachment(pdf, "a.pdf")])
        [paper] = await announcing.documents(tx, amina, running)
        somebody = maravia.act(Actor(None, ()), now, bot_id=world.bot_id)
        written = await _left_words(tx, somebody, link)
    found = {
        "": "",
        "the institution's assignment": known["assignment"],
        "its assignment before it is announced": draft,
        "its assignment that has ended": ended,
        "its assignment that it gave back": disowned,
        "an item of its": known["item"],
        "a restricted item": restricted,
        "a cluster": 1,
        "its report, submitted": known["report"],
        "its report, waiting for clearance": 2,
        "its report, returned": states["returned"],
        "its report, returned by its validator": states["returned_inside"],
        "its report, withdrawn": states["withdrawn"],
        "its report, approved": known["sources"][0],
        "a contributor's report, cleared": 3,
        "a contributor's report, returned": 4,
        "its alternate's draft": colleague,
        "its question": known["question"],
        "what it asked a unit": known["passed"],
        "its unit": 1,
        "a request": known["request"],
        "what it was asked": known["asked"],
        "its reminder": known["reminder"],
        "its wish for more time": 1,
        "a broadcast": 1,
        "a deadline": 1,
        "a live dialogue": known["dialogue"],
        "its question in a dialogue": known["dialogue_question"],
        "a question that nobody was asked yet": 2,
        "its activity": known["activity"],
        "its indicator": known["indicator"],
        "the observer's assessment": 1,
        "a grade": 1,
        "a contradiction": 1,
        "the institution": justice,
        "its alternate's seat": min(who["alternate"].seat_ids),
        "another coordinator's seat": act.actor.seat_id,
        "an invitation that nobody used": links[OPEN],
        "a newcomer to the secretariat": newcomer,
        "the successor of its alternate": links[REDEEMED],
        "an import that waits": waiting["import_read"],
        "a calendar that waits": waiting["calendar_read"],
        "a workbook of plans that waits": waiting["plans_read"],
        "a workbook of assignments that waits": book,
        "its alternate's workbook of reports": waiting["reports_read"],
        "the coordinator's export": export,
        "the coordinator's regular export": 1,
        "what another coordinator asks for": approval.id,
        "a redaction": redaction,
        "a report in preparation": 1,
        "a chapter": known["chapter"],
        "a comment on a chapter": known["answer"],
        "an approval of the report": 1,
        "an open consultation": running,
        "a consultation that is closed": over,
        "a consultation that meets today": meets,
        "a consultation by code": by_code,
        "a document that is handed out": f"{running}:{paper.id}",
        "the link of an open consultation": link.code,
        "the link of a consultation with a summary": past_link.code,
        "a contribution": written.id,
        "a contribution without files": written.id,
    }
    return {name: str(number) for name, number in found.items()}


async def _left_words(tx: Transaction, act: Act, link: Consultation) -> Contribution:
    """A contribution to it, with no way back."""
    begun = await contributing.begin_words(tx, act, Card(4_000_000_000, act.bot_id, "en"), link)
    said = contributing.Draft(About(), JUSTICE, "en")
    written, _code = await contributing.leave(tx, act, begun, link, said)
    return written


async def _newest(
    tx: Transaction, column: Column[Any], *which: ColumnElement[bool]
) -> dict[str, int]:
    """The newest row of each kind."""
    newest = func.max(column.table.c.id).label("newest")
    rows = await tx.rows(select(column.label("kind"), newest).where(*which).group_by(column))
    return {row["kind"]: row["newest"] for row in rows}


async def press(world: World, letter: str, button: str) -> str:
    """What becomes of it: done, refused for what it is about ("no"), or for who asks ("–")."""
    act, _, argument = button.partition(":")
    async with world.turn(world.attackers[COLUMNS[letter]]) as turn:
        try:
            await world.router.acts[act](turn, argument)
        except (NotAllowed, NotFound):
            return "–"
        except Refused:
            return "no"
    return "yes"


def test_every_act_stands_in_the_table() -> None:
    told = {button.partition(":")[0] for row in rows() for button in row.buttons}
    assert set(make_router().acts) - told == set(), "acts without a row"
    assert told - set(make_router().acts) == set(), "rows without an act"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_person_gets_what_the_table_says(
    world: World, numbers: Mapping[str, str]
) -> None:
    wrong = []
    for row in rows():
        for button in row.buttons:
            pressed = button.replace("…", numbers[row.about])
            found = tuple([await press(world, letter, pressed) for letter in COLUMNS])
            if found != row.answers:
                wrong.append(f"`{button}` | {row.about} | {' | '.join(found)} |")
    assert wrong == []
