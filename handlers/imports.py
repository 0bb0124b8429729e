"""Recommendations in: a file is sent, previewed, confirmed or discarded."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.incoming import Sent
from bot.domain.permissions import may_import, require
from bot.domain.views import imports as views
from bot.exchange.inspect import MAX_SIZE
from bot.exchange.refusals import TooLarge
from bot.services import calendar_import
from bot.services import imports as service
from bot.services.templates import HOW as WORD
from handlers import reports_book, templates
from handlers.turn import Turn
from storage import imports, jobs, outbox

PAGE = views.CHANGES_SHOWN
LATELY = 3
"""So many of the newest replies say what a file was sent to: the way in, its table, a word."""


async def file(turn: Turn, sent: Sent) -> None:
    """A document outside any conversation: the secretariat's are read, others have no place."""
    if not may_import(turn.actor) and reports_book.may_be(turn, sent):
        await reports_book.receive(turn, sent)
        return
    if not may_import(turn.actor) or sent.kind != "document":
        await turn.go(turn, "loose_file")
        return
    if sent.size is not None and sent.size > MAX_SIZE:
        raise TooLarge(limit=MAX_SIZE // 1024**2)
    name = sent.name or ""
    lately = await outbox.last_subjects(turn.tx, turn.bot_id, turn.person.id, limit=LATELY)
    asked = next(filter(None, lately), "")
    if asked.startswith(f"{WORD}:"):
        await templates.receive(turn, asked, sent)
        return
    arguments = {
        "file_id": sent.file_id,
        "name": name,
        "options": _options(sent.caption),
        "calendar": calendar_import.HOW in lately,
    }
    await turn.show(views.received(name))
    await jobs.plan(
        turn.tx,
        service.READ,
        arguments,
        person_id=turn.person.id,
        seat_id=turn.actor.seat_id,
        now=turn.now,
    )


def _options(caption: str | None) -> dict[str, str]:
    """What the caption says of the file: `fr` its language, `A/HRC/25/5` its document."""
    options = {}
    for word in (caption or "").split():
        if "/" in word:
            options["symbol"] = word
        elif len(word) == 2 and word.isascii() and word.isalpha():
            options["language"] = word.lower()
    return options


async def show(turn: Turn, argument: str) -> None:
    """The preview again."""
    require(may_import(turn.actor))
    job = await jobs.get(turn.tx, _id(argument))
    if job is None or job.state != jobs.WAITING or job.result is None:
        raise NotFound
    found = await service.preview(turn.tx, job, job.result["facts"])
    first = await imports.problems(turn.tx, job.id, limit=views.PROBLEMS_SHOWN)
    await turn.show(views.preview(job.id, found, first))


async def apply(turn: Turn, argument: str) -> None:
    """Import what the preview showed."""
    await service.ask_to_apply(turn.tx, turn.act, _id(argument))
    counted = await imports.outcomes(turn.tx, _id(argument))
    total = sum(n for outcome, n in counted.items() if outcome != imports.PROBLEM)
    await turn.show(views.applying(total))


async def discard(turn: Turn, argument: str) -> None:
    """Import nothing of it."""
    await service.discard(turn.tx, turn.act, _id(argument))
    await turn.show(views.discarded())


async def changes(turn: Turn, argument: str) -> None:
    """The changed texts, a few at a time: `17` or `17.2` for the third page."""
    require(may_import(turn.actor))
    job_id, _, page = argument.partition(".")
    number = _id(page or "0")
    rows = await imports.changes(turn.tx, _id(job_id), limit=PAGE + 1, offset=number * PAGE)
    await turn.show(views.changes(_id(job_id), rows[:PAGE], page=number, more=len(rows) > PAGE))


async def problems(turn: Turn, argument: str) -> None:
    """The rows to correct, as a file."""
    require(may_import(turn.actor))
    await jobs.plan(
        turn.tx,
        service.PROBLEMS,
        {"import": _id(argument)},
        person_id=turn.person.id,
        seat_id=turn.actor.seat_id,
        now=turn.now,
    )


async def how_to(turn: Turn, _argument: str) -> None:
    """How recommendations come in."""
    require(may_import(turn.actor))
    await turn.show(views.how_to())


def _id(argument: str) -> int:
    if not argument.isdecimal():
        raise NotFound
    return int(argument)


ACTS = {
    "import": how_to,
    "import_preview": show,
    "import_apply": apply,
    "import_discard": discard,
    "import_changes": changes,
    "import_problems": problems,
}
COMMANDS = {"import": "import"}
