"""The review: what waits, one report beside the last approved one, approve or return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.incoming import Wrote
from bot.domain.items import ItemText, best_text
from bot.domain.reports import AmendedMeanwhile, StatusUpdate
from bot.domain.review import Waiting
from bot.domain.screens import Code, Text, text
from bot.domain.versions import differences
from bot.domain.views import review as views
from bot.domain.views import versions as version_views
from bot.domain.views.common import LIST_LENGTH
from bot.services import reviews as service
from bot.services import status_updates as reporting
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import evidence, figures, items, reviews, status_updates, versions


async def listed(turn: Turn, argument: str) -> None:
    """`reviews:0`: a page of the reports that wait."""
    permissions.require(permissions.may_review(turn.actor))
    page, today = page_number(argument), turn.today
    waiting = await reviews.queue(
        turn.tx, today=today, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    total = await reviews.count(turn.tx)
    await turn.show(views.queue(total, page, waiting, today=today, language=turn.language))


async def following(turn: Turn, _argument: str) -> None:
    """The report that comes first."""
    permissions.require(permissions.may_review(turn.actor))
    await _show_first(turn)


async def after(turn: Turn, argument: str) -> None:
    """`review_after:42`: the report behind this one, and behind the last one the first again."""
    permissions.require(permissions.may_review(turn.actor))
    this = await reviews.get(turn.tx, number(argument))
    behind = await reviews.queue(turn.tx, today=turn.today, limit=1, behind=this)
    if behind:
        await _show(turn, behind[0])
    else:
        await _show_first(turn)


async def report(turn: Turn, argument: str) -> None:
    """`review:42`: one report with its evidence."""
    permissions.require(permissions.may_review(turn.actor))
    waiting = existing(await reviews.get(turn.tx, number(argument)))
    await _show(turn, waiting)


async def whole(turn: Turn, argument: str) -> None:
    """`whole:42`: all that a report says."""
    permissions.require(permissions.may_review(turn.actor))
    said = existing(await status_updates.get(turn.tx, number(argument)))
    await turn.show(views.whole(said))


async def approve(turn: Turn, argument: str) -> None:
    """`approve:42:2`: approve version 2, which is the one on the screen, and go on."""
    report_id, _, seen = argument.partition(":")
    try:
        async with turn.tx.savepoint():
            version = number(seen) if seen else 1
            done = await service.approve(turn.tx, turn.act, number(report_id), version=version)
    except (Outdated, AmendedMeanwhile) as refused:
        turn.toast = refused.text
        await report(turn, report_id)
        return
    turn.toast = text("review.approved", number=Code(done.number))
    first = await reviews.queue(turn.tx, today=turn.today, limit=1)
    if first:
        await _show(turn, first[0])
    else:
        await turn.show(views.approved(done.number))


async def return_(turn: Turn, argument: str) -> None:
    """`return:42`: the comment is asked for."""
    permissions.require(permissions.may_review(turn.actor))
    report_id = number(argument)
    await turn.desk.runner.begin(
        turn, "return_report", subject=f"report:{report_id}", report=report_id
    )


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a report are the comment with which it goes back; they are shown first."""
    permissions.require(permissions.may_review(turn.actor))
    report_id = number(argument)
    await turn.desk.runner.begin(
        turn, "return_report", subject=f"report:{report_id}", quietly=True, report=report_id
    )
    await turn.desk.runner.write(turn, wrote)


async def _show_first(turn: Turn) -> None:
    today = turn.today
    first = await reviews.queue(turn.tx, today=today, limit=1)
    if first:
        await _show(turn, first[0])
    else:
        await turn.show(views.queue(0, 0, [], today=today, language=turn.language))


async def _show(turn: Turn, waiting: Waiting) -> None:
    said = existing(await status_updates.get(turn.tx, waiting.status_update_id))
    said = replace(said, figures=await figures.of(turn.tx, said.id))
    await turn.show(
        views.report(
            waiting,
            said,
            await _asks(turn, waiting),
            await evidence.of_report(turn.tx, said.id),
            await reviews.last_approved(turn.tx, waiting.assignment_id, before=said.id),
            newer=await reviews.newer(turn.tx, waiting.assignment_id, than=said.id),
            others=await reviews.count(turn.tx, but=said.id) > 0,
            amended=await _amended(turn, said),
            language=turn.language,
        ),
        subject=f"report:{said.id}",
        quotes=(f"su:{said.id}",) if said.version > 1 else (),
    )


async def _amended(turn: Turn, said: StatusUpdate) -> Sequence[Text]:
    """What changed since the version that this officer saw, else since the one before."""
    before = await versions.look(turn.tx, said.id, turn.person.id, said.version)
    if said.version == 1:
        return ()
    every = await reporting.every_version(turn.tx, said)
    since = said.version - 1 if before is None else before
    pieces = {each.id: each for each in await evidence.of_versions(turn.tx, said.id)}
    changed = version_views.lines(differences(every[since - 1], every[-1]), pieces)
    return [text("version.since", version=said.version, before=since), *changed]


async def _asks(turn: Turn, waiting: Waiting) -> ItemText | None:
    """What the item asks for; nothing of a restricted one."""
    if waiting.restricted:
        return None
    texts = (await items.texts(turn.tx, [waiting.item_id]))[waiting.item_id]
    return best_text(texts, turn.language, turn.desk.country.default_language)


ACTS = {
    "reviews": listed,
    "review_next": following,
    "review_after": after,
    "review": report,
    "whole": whole,
    "approve": approve,
    "return": return_,
}
COMMANDS = {"review": "review_next"}
REPLIES = {"report": reply}
