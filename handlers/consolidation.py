"""The State's status of an item: its institutions side by side, versions, contradictions."""

from __future__ import annotations

from typing import Any

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.items import Item
from bot.domain.screens import text
from bot.domain.views import consolidation as views
from bot.domain.views.common import LIST_LENGTH, item_code
from bot.domain.views.review import opened_by
from bot.services import consolidation as service
from bot.services import reviews
from handlers.card import number, words_of
from handlers.home import page_number
from handlers.turn import Turn
from storage import consolidations, items, statuses


async def consolidation(turn: Turn, argument: str) -> None:
    """`consolidation:5`: what each institution says, and what was made of it."""
    item = await _item(turn, argument)
    other = await reviews.open_(turn.tx, turn.act, item.id)
    await turn.show(
        views.consolidation(
            item,
            await words_of(turn, item),
            await consolidations.approved_words(turn.tx, item.id),
            await consolidations.cleared_words(turn.tx, item.id),
            current=await consolidations.current(turn.tx, item.id),
            contradictions=await consolidations.contradictions_of(turn.tx, item.id),
            vocabulary=await statuses.vocabulary(turn.tx),
            opened=None if other is None else opened_by(other, item_code(item)),
            may_redact=permissions.may_redact(turn.actor),
            language=turn.language,
        ),
        subject=f"item:{item.id}",
    )


async def consolidate(turn: Turn, argument: str) -> None:
    """`consolidate:5`: status, day and sentence are asked for, of what stands there now."""
    item = await _item(turn, argument)
    current = await consolidations.current(turn.tx, item.id)
    after = 0 if current is None else current.version
    approved = await consolidations.approved_words(turn.tx, item.id)
    sources = [each.status_update_id for each in approved]
    await turn.desk.runner.begin(
        turn,
        "consolidate",
        subject=f"item:{item.id}",
        item=item.id,
        sources=sources,
        after=after,
    )


async def versions(turn: Turn, argument: str) -> None:
    """`consolidated:5:0`: a page of the versions."""
    subject, _, page = argument.partition(":")
    item, at = await _item(turn, subject), page_number(page)
    current = await consolidations.current(turn.tx, item.id)
    total = 0 if current is None else current.version
    found = await consolidations.versions(
        turn.tx, item.id, limit=LIST_LENGTH, offset=at * LIST_LENGTH
    )
    await turn.show(views.versions(item, total, at, found))


# -- Contradictions --------------------------------------------------------------------------------


async def listed(turn: Turn, argument: str) -> None:
    """`contradictions:0`: a page of the open ones."""
    permissions.require(permissions.may_consolidate(turn.actor))
    page = page_number(argument)
    found = await consolidations.contradictions_listed(
        turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    total = await consolidations.count_contradictions(turn.tx)
    await turn.show(views.contradictions(total, page, found, turn.language))


async def one(turn: Turn, argument: str) -> None:
    """`contradiction:3`: one of them."""
    permissions.require(permissions.may_consolidate(turn.actor))
    found = existing(await consolidations.contradiction(turn.tx, number(argument)))
    await turn.show(views.contradiction(found, turn.language))


async def mark(turn: Turn, argument: str) -> None:
    """`contradict:42`: against which other report is asked; `contradict:42:57`: only why."""
    permissions.require(permissions.may_consolidate(turn.actor))
    report, _, other = argument.partition(":")
    given: dict[str, Any] = {"report": number(report)}
    if other:
        given["other"] = number(other)
    await turn.desk.runner.begin(turn, "contradict", subject=f"report:{argument}", **given)


async def unmark(turn: Turn, argument: str) -> None:
    """`unmark:3`: they do not contradict each other after all."""
    found = await service.unmark(turn.tx, turn.act, number(argument))
    turn.toast = text("contradiction.unmarked")
    await consolidation(turn, str(found.item_id))


async def _item(turn: Turn, argument: str) -> Item:
    permissions.require(permissions.may_consolidate(turn.actor))
    return existing(await items.get(turn.tx, number(argument)))


ACTS = {
    "consolidation": consolidation,
    "consolidate": consolidate,
    "consolidated": versions,
    "contradictions": listed,
    "contradiction": one,
    "contradict": mark,
    "unmark": unmark,
}
