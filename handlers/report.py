"""Reporting: begin, go on, confirm that nothing has changed, take back, give back, ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import NotFound, Refused, existing
from bot.domain.incoming import Wrote
from bot.domain.people import REPORTING
from bot.domain.permissions import only_validates
from bot.domain.reports import SentenceNeeded, StatusUpdate
from bot.domain.screens import Text, button, message, text
from bot.domain.views import report as views
from bot.domain.views.common import BESIDE, HOME
from bot.services import status_updates
from handlers.card import number
from handlers.flows import amend as amending
from handlers.flows import unchanged
from handlers.flows.status_update import reportable
from handlers.reminders import say_who_reports
from handlers.turn import Turn
from storage import assignments, conversations, items, requests
from storage.conversations import DraftMessage


async def report(turn: Turn, argument: str) -> None:
    """`report:17`: begin a report on an assignment, or go on with its draft."""
    await begin(turn, "status_update", number(argument))


async def again(turn: Turn, argument: str) -> None:
    """`report_again:17`: a new report that begins with what the returned one said, but its files.

    Where another was sent since, an empty one begins.
    """
    assignment, _item = await reportable(turn, number(argument))
    said = await status_updates.returned(turn.tx, turn.actor, assignment)
    if said is None:
        await begin(turn, "status_update", assignment.id)
        return
    await begin(
        turn,
        "status_update",
        assignment.id,
        labels=amending.labels_of(said),
        again=said.number,
        **amending.content_of(said),
    )


async def draft(turn: Turn, argument: str) -> None:
    """`draft:5`: go on with a draft; one that can be sent no more may be read and dropped."""
    await turn.desk.runner.resume(turn, number(argument))


async def discard(turn: Turn, argument: str) -> None:
    """`discard:5`: drop a draft."""
    await turn.desk.runner.discard(turn, number(argument))
    turn.toast = text("flow.dropped")
    await turn.go(turn, "home")


async def no_change(turn: Turn, argument: str) -> None:
    """`no_change:17`: one tap; after two in a row, one sentence."""
    assignment_id = number(argument)
    try:
        shown = await unchanged.confirm(turn, assignment_id, None)
    except SentenceNeeded:
        await begin(turn, "unchanged", assignment_id)
        return
    await turn.show(shown, subject=f"assignment:{assignment_id}")


async def not_ours(turn: Turn, argument: str) -> None:
    """`not_ours:17`: the item belongs elsewhere."""
    await begin(turn, "not_ours", number(argument))


async def ask(turn: Turn, argument: str) -> None:
    """`ask:17`: a question to the secretariat."""
    await begin(turn, "ask", number(argument))


async def amend(turn: Turn, argument: str) -> None:
    """`amend:42`: begin the next version of a report, or go on with its draft."""
    _assignment, said = await status_updates.amendable(turn.tx, turn.actor, number(argument))
    await _begin_to_amend(turn, said, amending.answers_of(said))


async def edited(turn: Turn, noted: DraftMessage, words: str) -> None:
    """A message was edited whose answer is sent: the report stays as it is, and can be amended.

    Where the text came in that one message, the edited one is shown as the next version.
    """
    if noted.status_update_id is None:
        await turn.show(message("flow.already_sent"))
        return
    try:
        async with turn.tx.savepoint():
            report_ = await status_updates.amendable(turn.tx, turn.actor, noted.status_update_id)
    except Refused:
        await turn.show(message("flow.already_sent"))
        return
    said = report_[1]
    answers = amending.answers_of(said)
    alone = await conversations.messages_of(turn.tx, said.id, noted.step) == 1
    if noted.step in amending.FROM_WORDS and alone and words.strip():
        answers[noted.step] = [words.strip()]
        await _begin_to_amend(turn, said, answers)
    else:
        await turn.show(views.amend_instead(said.id, said.number))


async def _begin_to_amend(turn: Turn, said: StatusUpdate, answers: dict[str, Any]) -> None:
    about = f"assignment:{said.assignment_id}"
    seat = turn.actor.seat(REPORTING, await _institution_of(turn, said.assignment_id))
    assert seat is not None
    await turn.desk.runner.begin(
        turn,
        "amend",
        subject=about,
        seat_id=seat.id,
        labels=amending.labels_of(said),
        **answers,
    )


async def withdraw(turn: Turn, argument: str) -> None:
    """`withdraw:42`: asks before a report is taken back."""
    found = await status_updates.to_withdraw(turn.tx, turn.actor, number(argument))
    code = await _code(turn, found.assignment_id)
    keeps = await status_updates.keeps_files(turn.tx, found.id)
    await turn.show(views.withdraw(found.id, found.number, code, found.assignment_id, keeps))


async def withdraw_yes(turn: Turn, argument: str) -> None:
    """`withdraw_yes:42`: takes the report back."""
    gone = await status_updates.withdraw(turn.tx, turn.act, number(argument))
    code = await _code(turn, gone.assignment_id)
    await turn.show(views.withdrawn(gone.number, code, gone.assignment_id))


async def loose_file(turn: Turn, _argument: str) -> None:
    """A file that belongs to nothing is not kept; who may report learns where it would be."""
    reports = turn.actor.seat(REPORTING) is not None
    said = "report.loose_file" if reports else "report.loose_file_elsewhere"
    await turn.show(message(said, rows=[(HOME,)]))


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a card, a receipt or a reminder are what was done; the status is asked.

    A validator's are not: who reports is named.
    """
    assignment = await assignments.get(turn.tx, number(argument))
    if assignment is not None and only_validates(turn.actor, assignment.institution_id):
        opens = button("open", f"card:{assignment.id}:{BESIDE}")
        await say_who_reports(turn, assignment.institution_id, opens, f"assignment:{assignment.id}")
        return
    await begin(turn, "status_update", number(argument), quietly=True)
    await turn.desk.runner.write(turn, wrote)


async def begin(
    turn: Turn,
    flow: str,
    assignment_id: int,
    *,
    quietly: bool = False,
    labels: Mapping[str, Text] | None = None,
    **answers: Any,
) -> None:
    """Begin a conversation about an assignment that this person reports on."""
    assignment, _item = await reportable(turn, assignment_id)
    seat = turn.actor.seat(REPORTING, assignment.institution_id)
    assert seat is not None
    await requests.note(turn.tx, assignment_id, started=True, now=turn.now)
    await turn.desk.runner.begin(
        turn,
        flow,
        subject=f"assignment:{assignment_id}",
        seat_id=seat.id,
        quietly=quietly,
        labels=labels,
        assignment=assignment_id,
        **answers,
    )


async def _institution_of(turn: Turn, assignment_id: int) -> int:
    return existing(await assignments.get(turn.tx, assignment_id)).institution_id


async def _code(turn: Turn, assignment_id: int) -> str:
    assignment = await assignments.get(turn.tx, assignment_id)
    item = None if assignment is None else await items.get(turn.tx, assignment.item_id)
    if item is None:
        raise NotFound
    return item.code


ACTS = {
    "report": report,
    "report_again": again,
    "draft": draft,
    "discard": discard,
    "no_change": no_change,
    "not_ours": not_ours,
    "ask": ask,
    "amend": amend,
    "withdraw": withdraw,
    "withdraw_yes": withdraw_yes,
    "loose_file": loose_file,
}
REPLIES = {"assignment": reply}
