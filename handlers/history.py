"""What was reported before: the list, one report in full, its files."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import NotFound, existing
from bot.domain.items import UNDECIDED, ReportState
from bot.domain.reports import EvidencePiece, NotTheirWord, StatusUpdate
from bot.domain.screens import Code, Screen, Value, Words
from bot.domain.versions import Version, differences
from bot.domain.views import history as views
from bot.domain.views import redaction as redaction_views
from bot.domain.views import versions as version_views
from bot.domain.views.common import LIST_LENGTH, item_code
from bot.services import opened, status_updates
from handlers.card import number, visible
from handlers.home import page_number
from handlers.turn import Turn
from storage import evidence, redactions, threads
from storage import status_updates as queries


async def history(turn: Turn, argument: str) -> None:
    """`history:17:0`: a page of an assignment's reports."""
    subject, _, page = argument.partition(":")
    assignment, item = await visible(turn, subject)
    at = page_number(page)
    total = await queries.count_of(turn.tx, assignment.id)
    updates = await queries.of_assignment(
        turn.tx, assignment.id, limit=LIST_LENGTH, offset=at * LIST_LENGTH
    )
    code = item_code(item)
    may_read = permissions.may_read
    hidden = {each.id for each in updates if not may_read(turn.actor, assignment, each)}
    await turn.show(
        views.history(
            code,
            assignment,
            total,
            at,
            updates,
            hidden=hidden,
            may_redact=permissions.may_redact(turn.actor),
        ),
        subject=f"assignment:{assignment.id}",
    )


async def report(turn: Turn, argument: str) -> None:
    """`su:42`: one report in full; to observers what was approved of it.

    Of what is not for them coordinators see the way to redact it, and nothing else.
    """
    if permissions.reads_approved_only(turn.actor):
        await turn.go(turn, f"approved_report:{number(argument)}")
        return
    try:
        found = await status_updates.get_own(turn.tx, turn.actor, number(argument))
    except NotTheirWord as refused:
        if not permissions.may_redact(turn.actor):
            raise
        hidden = existing(await queries.get(turn.tx, number(argument)))
        await turn.show(redaction_views.unread(refused.text, hidden))
        return
    assignment, item = await visible(turn, str(found.assignment_id))
    mine = found.seat_id in {seat.id for seat in turn.actor.seats}
    said = await queries.last_comment(turn.tx, found.id)
    written = Words(said.words, said.language) if said is not None and said.words else None
    approved = found.state is ReportState.APPROVED
    await opened.report(turn.tx, turn.act, found.number)
    versions = await status_updates.every_version(turn.tx, turn.actor, found)
    await turn.show(
        views.report(
            found,
            item_code(item),
            await evidence.of_report(turn.tx, found.id),
            may_withdraw=mine and found.state in UNDECIDED,
            may_amend=permissions.may_amend(turn.actor, assignment, found),
            may_redact=permissions.may_redact(turn.actor),
            may_compare=len(versions) > 1,
            may_publish=approved and not item.restricted and permissions.may_publish(turn.actor),
            gone=redaction_views.gone(await redactions.of(turn.tx, f"su:{found.id}")),
            comment=None if approved else written,
            note=written if approved else None,
            asked=await threads.get(turn.tx, found.id) is not None,
        ),
        subject=f"assignment:{found.assignment_id}",
    )


# -- Versions --------------------------------------------------------------------------------------


async def changed(turn: Turn, argument: str) -> None:
    """`changed:42:2`: what version 2 changed, word by word, in short contexts."""
    await _changed(turn, argument, whole=False)


async def changed_whole(turn: Turn, argument: str) -> None:
    """`changed_whole:42:2`: the same with the whole texts."""
    await _changed(turn, argument, whole=True)


async def version(turn: Turn, argument: str) -> None:
    """`version:42:1`: what a report said before it was amended, in full."""
    found, code, versions, at = await _versions(turn, argument)
    if at == found.version:
        await report(turn, str(found.id))
        return
    pieces = await _pieces(turn, found)
    later = min((each for each in versions if each > at), default=None)
    shown = version_views.older(found, code, versions[at], pieces, later=later)
    await _show_versions(turn, found, shown)


async def _changed(turn: Turn, argument: str, *, whole: bool) -> None:
    found, code, versions, at = await _versions(turn, argument)
    numbers = sorted(versions)
    place = numbers.index(at)
    if place == 0:
        raise NotFound
    neighbours = version_views.Neighbours(
        before=numbers[place - 1],
        earlier=numbers[place - 1] if place > 1 else None,
        later=numbers[place + 1] if place + 1 < len(numbers) else None,
    )
    made = differences(versions[numbers[place - 1]], versions[at])
    pieces = await _pieces(turn, found)
    shown = version_views.changes(
        found, code, made, pieces, number=at, beside=neighbours, whole=whole
    )
    await _show_versions(turn, found, shown)


async def _versions(
    turn: Turn, argument: str
) -> tuple[StatusUpdate, Value, dict[int, Version], int]:
    """A report, its item, its versions that this person may read, and which one a button names."""
    report_id, _, which = argument.partition(":")
    found = await status_updates.get_own(turn.tx, turn.actor, number(report_id))
    _assignment, item = await visible(turn, str(found.assignment_id))
    every = await status_updates.every_version(turn.tx, turn.actor, found)
    versions = {each.number: each for each in every}
    at = number(which)
    if at not in versions:
        raise NotFound
    return found, item_code(item), versions, at


async def _pieces(turn: Turn, found: StatusUpdate) -> dict[int, EvidencePiece]:
    return {each.id: each for each in await evidence.of_versions(turn.tx, found.id)}


async def _show_versions(turn: Turn, found: StatusUpdate, shown: Screen) -> None:
    about = f"assignment:{found.assignment_id}"
    await turn.show(shown, subject=about, quotes=(f"su:{found.id}",))


async def files(turn: Turn, argument: str) -> None:
    """`files:42`, `files:42:1`: a page of the stored files of a report, sent to the chat."""
    report_id, _, page = argument.partition(":")
    found = await status_updates.get_own(turn.tx, turn.actor, number(report_id))
    pieces = await evidence.of_report(turn.tx, found.id)
    number_ = Code(found.number)
    shown = views.files(number_, f"files:{found.id}", pieces, page_number(page))
    await opened.files(turn.tx, turn.act, found.number, shown)
    await turn.show(shown)


ACTS = {
    "history": history,
    "su": report,
    "changed": changed,
    "changed_whole": changed_whole,
    "version": version,
    "files": files,
}
