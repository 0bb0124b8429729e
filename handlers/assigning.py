"""Items and who answers for them: narrow down, look, assign, announce."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain import permissions
from bot.domain.assigning import Announced
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.items import Assignment, Item
from bot.domain.people import Act
from bot.domain.plans import Sought
from bot.domain.screens import Text, Words, text
from bot.domain.selection import BY_LETTER, UNASSIGNED, Need, Selection
from bot.domain.views import assigning as views
from bot.domain.views import assignments_book as book_views
from bot.domain.views import consolidation as consolidation_views
from bot.domain.views import item as item_views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import assignments as service
from bot.services import assignments_book as books
from bot.services import clusters as arranging
from bot.services import redaction
from handlers.card import beside, number, siblings, words_of
from handlers.flows.picking import said
from handlers.home import page_number
from handlers.turn import Turn
from storage import (
    assignments,
    clusters,
    consolidations,
    contributions,
    desk,
    items,
    plans,
    reminders,
    requests,
)
from storage import selection as selections
from storage.database import Transaction
from storage.desk import Stand


async def listed(turn: Turn, argument: str) -> None:
    """`items:d3u:0`: a page of the items of a selection."""
    permissions.require(permissions.may_arrange(turn.actor))
    code, _, page = argument.partition(":")
    wanted, at = Selection.read(code or "-"), page_number(page)
    if not await items.are_there(turn.tx):
        await turn.show(views.none_yet())
        return
    shown = await selections.page(
        turn.tx,
        wanted,
        today=turn.today,
        language=turn.language,
        default_language=turn.desk.country.default_language,
        limit=LIST_LENGTH,
        offset=at * LIST_LENGTH,
    )
    names = {
        each: await selections.name_of(turn.tx, each, value) for each, value in wanted.by.items()
    }
    total = await selections.count(turn.tx, wanted, today=turn.today)
    await turn.show(views.items(wanted, total, at, shown, names, language=turn.language))


async def unassigned(turn: Turn, _argument: str) -> None:
    """The items that no institution has."""
    await listed(turn, f"{UNASSIGNED.code}:0")


async def narrow(turn: Turn, argument: str) -> None:
    """`narrow:d3`: what a selection can be narrowed by."""
    permissions.require(permissions.may_arrange(turn.actor))
    await turn.show(views.narrow(Selection.read(argument)))


async def narrow_by(turn: Turn, argument: str) -> None:
    """`narrow_by:t:0:d3`: a page of the values that a selection can be narrowed to."""
    permissions.require(permissions.may_arrange(turn.actor))
    letter, _, rest = argument.partition(":")
    page, _, code = rest.partition(":")
    by = BY_LETTER.get(letter)
    if by is None:
        raise NotFound
    wanted = Selection.read(code)
    choices = await selections.choices(turn.tx, wanted, by, today=turn.today)
    await turn.show(views.narrow_by(wanted, by, choices, page_number(page)))


# -- One item --------------------------------------------------------------------------------------


async def about(turn: Turn, argument: str) -> None:
    """`about:5`: an item with everybody who answers for it."""
    permissions.require(permissions.may_arrange(turn.actor))
    found = await _item(turn, number(argument))
    cluster = None if found.cluster_id is None else await clusters.get(turn.tx, found.cluster_id)
    await turn.show(
        item_views.about(
            found,
            await words_of(turn, found),
            [_stand(turn, each) for each in await desk.stands(turn.tx, found.id)],
            cluster=None if cluster is None else Words(cluster.name, cluster.language),
            needs=await selections.needs(turn.tx, found.id),
            similar=await siblings(turn, found.id),
            state=await _consolidated(turn, found.id),
            protects=permissions.may_lower(turn.actor),
            beside=await beside(turn, found),
            planned=await plans.count(turn.tx, Sought(item_id=found.id)),
            contributed=await contributions.about_item(turn.tx, found.id),
        ),
        subject=f"item:{found.id}",
    )


async def _consolidated(turn: Turn, item_id: int) -> list[Text | None]:
    """The item's consolidated status, and which reports contradict each other."""
    current = await consolidations.current(turn.tx, item_id)
    marked = await consolidations.contradictions_of(turn.tx, item_id)
    approved = [] if current is None else await consolidations.approved_words(turn.tx, item_id)
    return [
        *([] if current is None else consolidation_views.status_lines(current, approved)),
        *(consolidation_views.contradiction_line(each, turn.language) for each in marked),
    ]


async def held(turn: Turn, argument: str) -> None:
    """`held:17`: one institution's assignment."""
    permissions.require(permissions.may_arrange(turn.actor))
    assignment, item = await _assignment(turn, argument)
    for each in await desk.stands(turn.tx, item.id):
        if each.assignment_id == assignment.id:
            open_ones = await requests.open_of_assignments(turn.tx, [assignment.id])
            ids = [one.id for one in open_ones.values()]
            put_off = await reminders.snoozes(turn.tx, ids)
            why = [one for thing in put_off.values() for one in thing]
            may = await redaction.offers(turn.tx, turn.act, f"assignment:{assignment.id}")
            await turn.show(item_views.held(item, _stand(turn, each), why, redactable=may))
            return
    raise NotFound


async def take_back(turn: Turn, argument: str) -> None:
    """`take_back:17`: an institution has the item no more."""
    gone = await service.take_back(turn.tx, turn.act, number(argument))
    turn.toast = text("assigning.taken_back")
    await about(turn, str(gone.item_id))


async def priority(turn: Turn, argument: str) -> None:
    """`priority:5`: set or take away."""
    found = await _item(turn, number(argument))
    await arranging.prioritise(turn.tx, turn.act, [found.id], priority=not found.priority)
    await about(turn, argument)


async def need(turn: Turn, argument: str) -> None:
    """`need:5:budget`: set or take away."""
    item_id, _, name = argument.partition(":")
    if name not in set(Need):
        raise NotFound
    found = await _item(turn, number(item_id))
    needed = Need(name) not in await selections.needs(turn.tx, found.id)
    await arranging.mark_need(turn.tx, turn.act, [found.id], Need(name), needed=needed)
    await about(turn, item_id)


# -- Assigning and announcing ----------------------------------------------------------------------


async def assign(turn: Turn, argument: str) -> None:
    """`assign:d3u`: choose among the items of a selection, and to whom they go."""
    permissions.require(permissions.may_arrange(turn.actor))
    wanted = Selection.read(argument)
    await turn.desk.runner.begin(
        turn, "assign", subject=f"assign:{wanted.code}", selection=wanted.code
    )


async def assign_item(turn: Turn, argument: str) -> None:
    """`assign_item:5`: to whom one item goes."""
    permissions.require(permissions.may_arrange(turn.actor))
    found = await _item(turn, number(argument))
    [shown] = await selections.of_ids(
        turn.tx,
        [found.id],
        language=turn.language,
        default_language=turn.desk.country.default_language,
    )
    await turn.desk.runner.begin(
        turn,
        "assign",
        subject=f"assign:item:{found.id}",
        labels={"items": [said(shown)]},
        selection=Selection({}).code,
        items=[found.id],
    )


async def announce(turn: Turn, _argument: str) -> None:
    """What announcing the drafts would do."""
    preview = await service.preview(turn.tx, turn.act)
    await turn.show(views.announce(preview, language=turn.language))


async def announce_now(turn: Turn, argument: str) -> None:
    """`announce_now:a1b2…`: announce the drafts of that preview."""
    await _announce(turn, service.announce, argument)


async def announce_by_letter(turn: Turn, argument: str) -> None:
    """`announce_by_letter:a1b2…`: institutions without anybody here were told otherwise."""
    await _announce(turn, service.announce_by_letter, argument)


async def _announce(
    turn: Turn, how: Callable[[Transaction, Act, str], Awaitable[Announced]], mark: str
) -> None:
    """Announce what the preview showed; the drafts of now where they are others meanwhile."""
    try:
        async with turn.tx.savepoint():
            done = await how(turn.tx, turn.act, mark)
    except Outdated as outdated:
        turn.toast = outdated.text
        await announce(turn, "")
        return
    await turn.show(views.announced(done))


# -- The workbook ----------------------------------------------------------------------------------


async def book(turn: Turn, argument: str) -> None:
    """`book:d3`: the workbook of a selection, made while others are served, then sent."""
    wanted = Selection.read(argument or "-")
    await books.ask(turn.tx, turn.act, wanted, language=turn.language)
    await turn.show(book_views.making())


async def book_apply(turn: Turn, argument: str) -> None:
    """`book_apply:9`: make the changes that the preview showed."""
    changed = await books.apply(turn.tx, turn.act, number(argument))
    await turn.show(book_views.applied(changed))


async def book_drop(turn: Turn, argument: str) -> None:
    """`book_drop:9`: change nothing."""
    await books.discard(turn.tx, turn.act, number(argument))
    await turn.show(book_views.discarded())


def _stand(turn: Turn, stand: Stand) -> item_views.Stand:
    return item_views.Stand(
        stand.assignment_id,
        name_for(stand.names, turn.language),
        stand.part,
        stand.state,
        stand.due_on,
        stand.status,
        stand.report_state,
        uncleared=stand.uncleared,
        clearance=stand.clearance,
    )


async def _item(turn: Turn, item_id: int) -> Item:
    return existing(await items.get(turn.tx, item_id))


async def _assignment(turn: Turn, argument: str) -> tuple[Assignment, Item]:
    assignment = existing(await assignments.get(turn.tx, number(argument)))
    return assignment, await _item(turn, assignment.item_id)


ACTS = {
    "items": listed,
    "unassigned": unassigned,
    "narrow": narrow,
    "narrow_by": narrow_by,
    "about": about,
    "held": held,
    "take_back": take_back,
    "priority": priority,
    "need": need,
    "assign": assign,
    "assign_item": assign_item,
    "announce": announce,
    "announce_now": announce_now,
    "announce_by_letter": announce_by_letter,
    "book": book,
    "book_apply": book_apply,
    "book_drop": book_drop,
}
COMMANDS = {"assign": "unassigned", "announce": "announce"}
