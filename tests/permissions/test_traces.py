"""Whatever leaves the store to a chat leaves an entry in the audit: exactly one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from telegram import Update

from bot.wire.updates import storable
from storage.tables import (
    answers,
    audit,
    evidence,
    files,
    outbox,
    requests,
    seats,
    status_updates,
)
from tests.conftest import said_since, undone
from tests.permissions.conftest import Attacker, World, tap

VIEWS = Path(__file__).parents[2] / "bot/domain/views"

READ_IN_FULL = {"su", "whole", "approved_report"}
"""Acts that show a whole report; `whole_answer` an answer."""

HAND_OUT = {
    *("files", "answer_files", "asked_file", "pass_files", "seat_letter"),
    *("chapter_file", "approval_file"),
}
"""Acts that send files of the store to the chat."""

MADE_BY = {
    "answers.file": "evidence.view",
    "assignments_book.ready": "export.assignments",
    "broadcasts.delivered": "broadcast.open",
    "contributed.file": "contribution.file",
    "consultation_files.ready": "consultation.export",
    "deadlines.ready": "export.calendar",
    "deadlines.template": "nothing: an empty table",
    "digests.picture": "export.digest",
    "exports.picture": "export.picture",
    "exports.ready": "export.workbook",
    "exports.template": "nothing: an empty table",
    "history.files": "evidence.view",
    "imports.problems": "export.problems",
    "item_history.ready": "export.history",
    "letters.ready": "request.letters",
    "national_reports.file": "evidence.view",
    "passing.files": "evidence.view",
    "people.letter": "evidence.view",
    "people.links": "invitation.make",
    "plans_book.ready": "export.plans",
    "reports_book.ready": "export.reports",
    "requests.asked": "request.open",
    "templates.file": "template.get",
    "templates.taken": "template.take",
}
"""Every screen that may carry a file, and the act that the audit says of it."""


NO_DATA = {"participants.documents", "templates.refused"}
"""Screens whose file is the program's own (the names of the fields of a template), or handed out to
anybody, of whom nothing is kept."""


def test_every_screen_that_carries_a_file_is_known_with_its_entry() -> None:
    """A new one is added here once it leaves an entry."""
    assert sorted(_carrying_files()) == sorted({*MADE_BY, *NO_DATA})


def _carrying_files() -> Iterator[str]:
    for path in VIEWS.glob("*.py"):
        tree = ast.parse(path.read_text())
        functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
        for each in functions:
            if any(map(_attaches, ast.walk(each))):
                yield f"{path.stem}.{each.name}"


def _attaches(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    named = {keyword.arg for keyword in node.keywords}
    third = node.func.id == "Screen" and len(node.args) > 2
    return node.func.id in ("screen", "Screen") and ("attachments" in named or third)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_act_that_hands_out_files_or_whole_reports_leaves_one_entry(
    world: World,
) -> None:
    """Every act of the router, tapped by everybody who may: what went out and what was recorded."""
    await _give_files(world)
    gave: set[str] = set()
    coordinator = replace(world.attackers["in_a_group"], group=False)
    for who in (coordinator, *(world.attackers[name] for name in ("focal", "observer"))):
        for act in sorted(world.router.acts):
            sent, recorded = await _tapped(world, who, f"o:{act}:1")
            if sent or (recorded and act in READ_IN_FULL | {"whole_answer"}):
                gave.add(act)
                assert len(recorded) == 1, (act, recorded)
    assert gave == HAND_OUT | READ_IN_FULL | {"whole_answer"}


async def _give_files(world: World) -> None:
    """Everything that can have a file has one, and what can be approved is."""
    network = world.network
    now = network.clock.now()
    async with network.database.write() as tx:
        sha256 = await tx.value(select(files.c.sha256).limit(1))
        await tx.execute(update(seats).values(letter=sha256))
        await tx.execute(update(requests).values(attachment=sha256, attachment_name="a.pdf"))
        await tx.execute(update(status_updates).values(state="approved"))
        said = {"words": "3 of 8.", "figures": [], "language": "en", "at": now}
        asked = {"request_item_id": world.answers["asked"], "seat_id": 1}
        await tx.execute(insert(answers).values(id=100, **said, **asked))
        one = {"kind": "document", "state": "stored", "sha256": sha256, "added_at": now}
        for of in (
            {"answer_id": 100},
            {"pass_id": world.answers["passed"]},
        ):
            await tx.execute(insert(evidence).values(**one, **of, name="a.pdf"))


async def _tapped(world: World, who: Attacker, data: str) -> tuple[bool, list[str]]:
    """Whether the tap sends a file, and the acts that the audit tells of it."""
    network: Any = world.network
    raw = storable({"update_id": 1, **tap(who, data)})
    async with undone(network.database) as tx:
        last = await tx.value(select(func.coalesce(func.max(outbox.c.id), 0)))
        entry = await tx.value(select(func.coalesce(func.max(audit.c.number), 0)))
        try:
            parsed = Update.de_json(raw, network.bot)
            await network.app.house.inbox._handle(tx, parsed, now=network.clock.now())
        except KeyError:
            return False, []  # a job of this world, behind which no file was ever read
        screens = await said_since(tx, last)
        acts = await tx.values(select(audit.c.act).where(audit.c.number > entry))
        return any(each and each["attachments"] for each in screens), acts
    raise AssertionError
