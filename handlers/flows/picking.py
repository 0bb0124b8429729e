"""What several conversations of the secretariat choose from: items of a selection, institutions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.errors import NotFound
from bot.domain.institutions import by_name
from bot.domain.screens import Code, Text, Value, text
from bot.domain.selection import Listed, Selection
from bot.domain.views import assigning as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from handlers.flows.flow import Answers, Option
from handlers.turn import Turn
from storage import assignments, institutions, requests
from storage import selection as selections

ALL = 0
"""Chosen instead of single items: every item of the selection."""

MOST = 200
"""So many items can be picked one by one; more than that are narrowed down, or taken all."""


async def require_arranging(turn: Turn, _answers: Answers) -> dict[str, Value]:
    """Only the secretariat arranges items; no values for the texts."""
    permissions.require(permissions.may_arrange(turn.actor))
    return {}


async def item_options(turn: Turn, answers: Answers) -> list[Option]:
    """Every item of the selection at once, or each of the first ones."""
    wanted = Selection.read(answers["selection"])
    shown = await selections.page(
        turn.tx,
        wanted,
        today=turn.today,
        language=turn.language,
        default_language=turn.desk.country.default_language,
        limit=MOST,
    )
    options = [Option(each.id, _item_label(each), said=said(each)) for each in shown]
    if len(shown) < 2:
        return options
    total = await selections.count(turn.tx, wanted, today=turn.today)
    return [Option(ALL, text("picking.all", count=total)), *options]


def _item_label(item: Listed) -> Text:
    return text("button.item", item=item_code(item), title=views.title(item))


def said(item: Listed) -> Text:
    """How a chosen item reads on the review screen."""
    return text("label.one", value=Code(item.code))


async def chosen_items(turn: Turn, answers: Answers) -> list[int]:
    """The ids of the chosen items; raises NotFound where none is left."""
    picked: Sequence[int] = answers["items"]
    found = list(picked)
    if ALL in found:
        found = await selections.ids(
            turn.tx, Selection.read(answers["selection"]), today=turn.today
        )
    if not found:
        raise NotFound
    return found


async def institution_options(turn: Turn, item_ids: Sequence[int]) -> list[Option]:
    """Every institution, those to think of for these items in front."""
    every = {each.id: each for each in await institutions.every(turn.tx)}
    likely = [each for each in await assignments.suggested(turn.tx, item_ids) if each in every]
    options = []
    for institution_id in (*likely, *(each for each in every if each not in likely)):
        name = name_for(every[institution_id].names, turn.language)
        key = "picking.suggested" if institution_id in likely else "label.one"
        options.append(
            Option(institution_id, text(key, value=name), said=text("label.one", value=name))
        )
    return options


async def holder_options(turn: Turn, selection: str, item_ids: Sequence[int] = ()) -> list[Option]:
    """The institutions that hold these items, or those of the selection."""
    items = list(item_ids) or await selections.ids(
        turn.tx, Selection.read(selection), today=turn.today
    )
    held = {each.institution_id for each in await requests.assignments_of(turn.tx, items, ())}
    return [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in by_name(await institutions.every(turn.tx), turn.language)
        if each.id in held
    ]
