"""Follow-up plans: of an item, of a cluster, of all; one activity; its indicators; workbooks."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.plans import About, Activity, Sought
from bot.domain.requests import RequestKind
from bot.domain.screens import Value, Words, text
from bot.domain.selection import Narrowing, Selection
from bot.domain.views import plans as views
from bot.domain.views import plans_book as book_views
from bot.domain.views.common import BESIDE, LIST_LENGTH
from bot.domain.views.people import name_for
from bot.domain.views.plans import Named, Which
from bot.services import plans as service
from bot.services import plans_book as books
from bot.services.home import institutions_of
from handlers.card import number
from handlers.flows import plan as flows
from handlers.home import page_beside, page_number
from handlers.turn import Turn
from storage import cards, clusters, indicators, institutions, items
from storage import plans as queries


async def plan(turn: Turn, argument: str) -> None:
    """`plan:i5:0`, `plan:c3:0`: the plan of an item with its cluster's, or of a cluster."""
    code, _, page = argument.partition(":")
    about, at = About.read(code), page_number(page)
    called, sought, back, book = await _plan(turn, about)
    total = await queries.count(turn.tx, sought)
    found = await queries.page(
        turn.tx, sought, today=turn.today, limit=LIST_LENGTH, offset=at * LIST_LENGTH
    )
    await turn.show(
        views.plan(
            called,
            code,
            total,
            at,
            await named(turn, found),
            may_add=turn.actor.is_secretariat or bool(await flows.proposing(turn, about)),
            book=book if turn.actor.is_secretariat else None,
            back=back,
            today=turn.today,
        )
    )


async def _plan(turn: Turn, about: About) -> tuple[Value, Sought, str, str]:
    """How a plan is called, what stands in it for this person, where it is opened from.

    Last the selection whose plans a workbook holds: of an item, that is its document.
    """
    if about.cluster_id is not None:
        permissions.require(permissions.may_plan(turn.actor))
        cluster = existing(await clusters.get(turn.tx, about.cluster_id))
        called = Words(cluster.name, cluster.language)
        book = Selection({Narrowing.CLUSTER: str(cluster.id)}).code
        return called, Sought(cluster_id=cluster.id), f"cluster:{cluster.id}:0", book
    [item_id] = about.item_ids
    own = institutions_of(turn.actor)
    if not turn.actor.is_secretariat and not await cards.assignments_for(turn.tx, item_id, own):
        raise NotFound
    item = existing(await items.get(turn.tx, item_id))
    sought = Sought(item_id=item_id, shown_to=None if turn.actor.is_secretariat else own)
    called_by = views.Item(item.id, item.code, item.symbol, item.restricted)
    book = Selection({Narrowing.DOCUMENT: str(item.document_id)}).code
    return views.about(None, [called_by]), sought, f"item:{item_id}", book


async def listed(turn: Turn, argument: str) -> None:
    """`plans:mine:0`, `plans:look:0`, `plans:all:0`; `plans:mine:0:new` leaves the tapped one."""
    name, _, rest = argument.partition(":")
    if name not in set(Which):
        raise NotFound
    which, page = Which(name), page_beside(turn, rest)
    own = institutions_of(turn.actor)
    if which is not Which.MINE:
        permissions.require(permissions.may_plan(turn.actor))
    sought = {
        Which.MINE: Sought(held_by=own, still_open=True),
        Which.LOOK: Sought(to_look_at=True),
        Which.ALL: Sought(),
    }[which]
    total = await queries.count(turn.tx, sought)
    found = await queries.page(
        turn.tx, sought, today=turn.today, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    shown = await named(turn, found)
    book = turn.actor.is_secretariat and which is not Which.MINE
    await turn.show(views.listed(which, total, page, shown, book=book, today=turn.today))


async def named(turn: Turn, found: Sequence[Activity]) -> list[Named]:
    """These activities with the names in them."""
    names = await service.names(turn.tx, found)
    return [
        Named(
            each,
            tuple(names.items[one] for one in each.item_ids if one in names.items),
            None
            if each.cluster_id is None
            else Words(*names.clusters.get(each.cluster_id, ("–",))),
            name_for(names.institutions.get(each.institution_id, {}), turn.language),
            views.names_of(names.institutions, each.others, turn.language),
        )
        for each in found
    ]


# -- Activities ------------------------------------------------------------------------------------


async def activity(turn: Turn, argument: str) -> None:
    """`activity:7`: one activity; `activity:7:new` leaves the tapped message in place."""
    subject, _, where = argument.partition(":")
    if where == BESIDE:
        turn.tapped = None
    found = await service.visible(turn.tx, turn.act, number(subject))
    measured = await indicators.of_activities(turn.tx, [found.id])
    values = await indicators.values(turn.tx, [each.id for each in measured])
    last = await queries.notes(turn.tx, found.id, limit=1)
    [shown] = await named(turn, [found])
    await turn.show(
        views.one(
            shown,
            [(each, values[each.id]) for each in measured],
            last[0] if last else None,
            changes=permissions.may_change_activity(turn.actor, found.institution_id),
            plans=permissions.may_plan(turn.actor),
            adds_indicators=service.may_change_indicators(turn.act, found),
            may_redact=permissions.may_redact(turn.actor),
            today=turn.today,
            language=turn.language,
        )
    )


async def notes(turn: Turn, argument: str) -> None:
    """`activity_notes:7:0`: what became of an activity."""
    subject, _, page = argument.partition(":")
    found, at = await service.visible(turn.tx, turn.act, number(subject)), page_number(page)
    total = await queries.count_notes(turn.tx, found.id)
    shown = await queries.notes(turn.tx, found.id, limit=LIST_LENGTH, offset=at * LIST_LENGTH)
    [one] = await named(turn, [found])
    await turn.show(views.notes(one, total, at, shown, language=turn.language))


async def add(turn: Turn, argument: str) -> None:
    """`activity_add:i5`: a new activity for an item or a cluster."""
    about = About.read(argument)
    await _plan(turn, about)
    answers: dict[str, Any] = {"about": about.code}
    labels = {}
    if not turn.actor.is_secretariat:
        offered = await flows.proposing(turn, about)
        permissions.require(bool(offered))
        if len(offered) == 1:
            answers["institution"] = offered[0]
            labels["institution"] = await flows.institution_label(turn, offered[0])
    await turn.desk.runner.begin(
        turn, "activity", subject=f"activity:{about.code}", labels=labels, **answers
    )


async def change(turn: Turn, argument: str) -> None:
    """`activity_change:7`: the same questions, answered."""
    found = await service.changeable(turn.tx, turn.act, number(argument))
    answers, labels = await flows.answers_of(turn, found)
    await turn.desk.runner.begin(
        turn, "activity", subject=f"activity:{found.id}", labels=labels, **answers
    )


async def state(turn: Turn, argument: str) -> None:
    """`activity_state:7`: where it stands now."""
    found = await service.changeable(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn, "activity_state", subject=f"activity:{found.id}", activity=found.id
    )


async def adopt(turn: Turn, argument: str) -> None:
    """`activity_adopt:7:1f…`: it enters the plan, if it is still what was shown."""
    which, _, seen = argument.partition(":")
    await _if_still_so(
        turn, which, service.adopt(turn.tx, turn.act, number(which), seen=seen), "now_adopted"
    )


async def looked(turn: Turn, argument: str) -> None:
    """`activity_looked:7:1f…`: what an institution changed is seen, if nothing changed since."""
    which, _, seen = argument.partition(":")
    await _if_still_so(turn, which, service.looked(turn.tx, turn.act, number(which), seen=seen))


async def _if_still_so(
    turn: Turn, which: str, does: Awaitable[None], done: str | None = None
) -> None:
    """Do what was tapped; where the activity is another by now, it is shown as it is."""
    try:
        async with turn.tx.savepoint():
            await does
    except Outdated as outdated:
        turn.toast = outdated.text
    else:
        turn.toast = None if done is None else text(f"activity.{done}")
    await activity(turn, which)


# -- Indicators ------------------------------------------------------------------------------------


async def indicator(turn: Turn, argument: str) -> None:
    """`indicator:4`: an indicator with its values."""
    found, of = await service.indicator(turn.tx, turn.act, number(argument))
    values = await indicators.values(turn.tx, [found.id])
    await turn.show(
        views.indicator(
            found,
            values[found.id],
            changes=permissions.may_change_activity(turn.actor, of.institution_id),
            redefines=service.may_change_indicators(turn.act, of),
            asks=permissions.may_plan(turn.actor),
        )
    )


async def indicator_add(turn: Turn, argument: str) -> None:
    """`indicator_add:7`: a new indicator of an activity."""
    found = await service.changeable(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn, "indicator", subject=f"indicator:of:{found.id}", activity=found.id
    )


async def indicator_change(turn: Turn, argument: str) -> None:
    """`indicator_change:4`: the same questions, answered."""
    found, of = await service.indicator(turn.tx, turn.act, number(argument))
    permissions.require(permissions.may_change_activity(turn.actor, of.institution_id))
    answers, labels = flows.answers_of_indicator(found)
    await turn.desk.runner.begin(
        turn, "indicator", subject=f"indicator:{found.id}", labels=labels, **answers
    )


async def indicator_end(turn: Turn, argument: str) -> None:
    """`indicator_end:4`: it belongs to the plan no more."""
    of = await service.end_indicator(turn.tx, turn.act, number(argument))
    turn.toast = text("indicator.ended")
    await activity(turn, str(of.id))


async def indicator_ask(turn: Turn, argument: str) -> None:
    """`indicator_ask:4`: the institution of its activity is asked for a value."""
    permissions.require(permissions.may_ask(turn.actor))
    found, of = await service.indicator(turn.tx, turn.act, number(argument))
    house = existing(await institutions.get(turn.tx, of.institution_id))
    await turn.desk.runner.begin(
        turn,
        "request_data",
        labels={
            "indicator": text("label.one", value=Words(found.name)),
            "institutions": [text("label.one", value=name_for(house.names, turn.language))],
        },
        kind=RequestKind.DATA.value,
        indicator=found.id,
        institutions=[house.id],
    )


async def value_add(turn: Turn, argument: str) -> None:
    """`value_add:4`: a value is asked for."""
    found, of = await service.indicator(turn.tx, turn.act, number(argument))
    permissions.require(permissions.may_change_activity(turn.actor, of.institution_id))
    await turn.desk.runner.begin(
        turn, "indicator_value", subject=f"indicator:{found.id}", indicator=found.id
    )


# -- The workbook ----------------------------------------------------------------------------------


async def book(turn: Turn, argument: str) -> None:
    """`plan_book:c3`: the plans of a selection as a workbook, made while others are served."""
    wanted = Selection.read(argument or "-")
    await books.ask(turn.tx, turn.act, wanted, language=turn.language)
    await turn.show(book_views.making())


async def book_apply(turn: Turn, argument: str) -> None:
    """`plan_book_apply:9`: make the changes that the preview showed."""
    counted = await books.apply(turn.tx, turn.act, number(argument))
    await turn.show(book_views.applied(counted))


async def book_drop(turn: Turn, argument: str) -> None:
    """`plan_book_drop:9`: change nothing."""
    await books.discard(turn.tx, turn.act, number(argument))
    await turn.show(book_views.discarded())


ACTS = {
    "plan": plan,
    "plans": listed,
    "activity": activity,
    "activity_notes": notes,
    "activity_add": add,
    "activity_change": change,
    "activity_state": state,
    "activity_adopt": adopt,
    "activity_looked": looked,
    "indicator": indicator,
    "indicator_add": indicator_add,
    "indicator_change": indicator_change,
    "indicator_end": indicator_end,
    "indicator_ask": indicator_ask,
    "value_add": value_add,
    "plan_book": book,
    "plan_book_apply": book_apply,
    "plan_book_drop": book_drop,
}
