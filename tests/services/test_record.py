"""The record of an item: every act has words, and an item tells of all that belongs to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Select, select

from bot.domain.assessments import AssessmentDraft
from bot.domain.exports import ExportKind
from bot.domain.grades import Given, GradeDraft
from bot.domain.people import Act, Role
from bot.domain.plans import About, IndicatorKind, Wanted, WantedIndicator
from bot.domain.record import ACTS
from bot.domain.reports import StatusUpdateDraft
from bot.services import (
    approvals,
    assessments,
    audit,
    clusters,
    grades,
    opened,
    plans,
    status_updates,
)
from storage import audit as chain
from storage import clusters as clustering
from storage import record
from storage.database import Database, Transaction
from storage.tables import grades as grade_rows
from tests import maravia
from tests.conftest import FrozenClock

BOT = Path(__file__).parents[2] / "bot"

CHOSEN = {
    # where the name is put together, and of what
    "export.": {"assignments", "picture", "plans", "reports", *ExportKind},
    "clearance.": {"clear", "amend", "return"},
    "deadline.": {"done", "dropped"},
    "person.": {"language", "always_new_message", "timezone", "weekend", "hours"},
    "status.": {"add", "change", "evidence", "end", "take_up"},
    "status_update.": {"submit", "record", "unchanged"},
    "thread.": {"ask", "answer"},
    ".discard": {"assignments_book", "plans_book", "reports_book"},
}
GIVEN = {
    f"bot/services/{each}.py"
    for each in (
        *("passing", "clusters", "reminders", "report_chapters", "sign_ups", "waiting"),
        *("contributing", "attendance", "announcing", "groups"),
    )
}
"""Where a function takes the name; those who call it write it as a whole."""


def test_every_act_that_is_recorded_has_words() -> None:
    """A new act goes into `bot.domain.record.ACTS`, with a text in every language."""
    recorded = {chain.ERASED, chain.RESTORED, chain.SEALED}
    for path in BOT.rglob("*.py"):
        recorded |= set(_recorded(path))
    assert recorded - set(ACTS) == set(), "without words"
    assert set(ACTS) - recorded == set(), "recorded no more"


def _recorded(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "record" and len(node.args) >= 4:
            yield from _named(node.args[2])
        given = f"{path.relative_to(BOT.parent)}" in GIVEN
        if given and isinstance(node, ast.Constant) and str(node.value) in ACTS:
            yield str(node.value)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _named(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(name)):
            yield name
        case ast.IfExp(body=one, orelse=other):
            yield from (*_named(one), *_named(other))
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), _]):
            yield from (f"{beginning}{each}" for each in CHOSEN[beginning])
        case ast.JoinedStr(values=[_, ast.Constant(value=str(ending))]):
            yield from (f"{each}{ending}" for each in CHOSEN[ending])


async def test_an_item_tells_of_all_that_belongs_to_it_by_role_the_newest_first(
    database: Database, clock: FrozenClock
) -> None:
    """Of what was done to many at once, too: reported together, assigned together."""
    async with database.write() as tx:
        justice = await maravia.justice(tx)
        amal = await maravia.somebody(tx, "Amal", Role.FOCAL_POINT, justice.institution_id)
        amina = await maravia.somebody(tx, "Amina", Role.COORDINATOR, None)
        by_amal, by_amina = (maravia.act(each, clock.now()) for each in (amal, amina))
        await clusters.prioritise(tx, by_amina, list(justice.items.values()), priority=True)
        draft = StatusUpdateDraft(
            justice.assignments["140.7"],
            "in_progress",
            "Bill 12 passed.",
            "en",
            by_amal.today,
            also=(justice.assignments["140.15"],),
        )
        [first, second] = (await status_updates.submit(tx, by_amal, draft)).updates
        await opened.report(tx, by_amina, second.number)
        await approvals.restrict(tx, by_amina, justice.items["140.7"])
        await chain_append(tx, by_amina)

        told = await record.of_item(tx, justice.items["140.15"], limit=9)
        assert [(each.act, each.role) for each in told] == [
            ("status_update.view", Role.COORDINATOR),
            ("status_update.submit", Role.FOCAL_POINT),
            ("item.priority", Role.COORDINATOR),
        ]
        assert told[1].names is not None
        other = await record.of_item(tx, justice.items["140.7"], limit=2)
        assert [each.act for each in other] == ["item.restrict", "status_update.submit"]
        rest = await record.of_item(tx, justice.items["140.7"], limit=2, offset=2)
        assert [each.act for each in rest] == ["item.priority"]
        assert first.number == "SU-2026-0001"


async def test_an_item_tells_of_what_stands_beside_it_and_what_is_planned_for_it(
    database: Database, clock: FrozenClock
) -> None:
    """Regression: assessments, grades, activities and indicators were no part of its record."""
    async with database.write() as tx:
        justice = await maravia.justice(tx)
        item, other = justice.items["140.7"], justice.items["140.15"]
        nhri = await maravia.justice_elsewhere(tx)
        lena = await maravia.somebody(tx, "Lena", Role.OBSERVER, nhri)
        otto = await maravia.somebody(tx, "Otto", Role.OFFICER, None)
        by_lena, by_otto = (maravia.act(each, clock.now()) for each in (lena, otto))
        draft = AssessmentDraft(item, "Nobody is trained.", "en", by_lena.today)
        given = await assessments.give(tx, by_lena, draft)
        await assessments.withdraw(tx, by_lena, given.id)
        both = [Given(None, "A"), Given("140.15", "B")]
        await grades.enter(tx, by_otto, item, both, GradeDraft("hrc", "131st session", "en"))
        await grades.take_back(tx, by_otto, await tx.value(graded_on(other)))
        wanted = Wanted("Train judges", "en", justice.institution_id)
        own = await plans.add(tx, by_otto, About(None, (item,)), wanted)
        cases = WantedIndicator("Judges trained", "en", IndicatorKind.PROCESS)
        await plans.add_indicator(tx, by_otto, own, cases)
        together = await clustering.add(tx, "Judges", "en", now=clock.now())
        await clustering.put(tx, [other], together)
        await plans.add(tx, by_otto, About(together, ()), wanted)

        told = [each.act for each in await record.of_item(tx, item, limit=20)]
        assert told == [
            *("indicator.add", "activity.add", "grade.enter"),
            *("assessment.withdraw", "assessment.give"),
        ]
        told = [each.act for each in await record.of_item(tx, other, limit=20)]
        assert told == ["activity.add", "grade.take_back", "grade.enter"]


def graded_on(item_id: int) -> Select[tuple[int]]:
    return select(grade_rows.c.id).where(grade_rows.c.item_id == item_id)


async def chain_append(tx: Transaction, act: Act) -> None:
    """Something about nobody's item."""
    await audit.record(tx, act, "item.priority", "items:1", facts={"items": [10**6]})
