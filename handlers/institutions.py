"""The institutions that answer: the list and one of them; what changes them are conversations."""

from __future__ import annotations

from bot.domain.institutions import by_name
from bot.domain.permissions import may_manage_people, require
from bot.domain.views import institutions as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import institutions as service
from handlers.card import number
from handlers.flows import institutions as flows
from handlers.home import page_number
from handlers.turn import Turn
from storage import institutions


async def listed(turn: Turn, argument: str) -> None:
    """`institutions:0`: a page of them."""
    require(may_manage_people(turn.actor))
    page = page_number(argument)
    every = by_name(await institutions.every(turn.tx), turn.language)
    every += by_name(await institutions.ended(turn.tx), turn.language)
    shown = every[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    await turn.show(views.institutions(len(every), page, shown, turn.language))


async def one(turn: Turn, argument: str) -> None:
    """`institution:3`: its names, its kind, what it has."""
    await turn.show(await flows.screen_of(turn, number(argument)))


async def add(turn: Turn, _argument: str) -> None:
    """Add one, or a list of them."""
    require(may_manage_people(turn.actor))
    await turn.desk.runner.begin(turn, flows.ADD, subject="institutions")


async def change(turn: Turn, argument: str) -> None:
    """`institution_change:3`: other names, another kind or code."""
    await flows.begin_change(turn, await service.get(turn.tx, turn.act, number(argument)))


async def ask_to_end(turn: Turn, argument: str) -> None:
    """`institution_end:3`: asked once more."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await turn.show(views.ask_to_end(found, turn.language))


async def end(turn: Turn, argument: str) -> None:
    """`institution_end_now:3`: it is asked nothing any more."""
    await service.end(turn.tx, turn.act, number(argument))
    await one(turn, argument)


async def take_up_again(turn: Turn, argument: str) -> None:
    """`institution_again:3`: it is there again."""
    await service.take_up_again(turn.tx, turn.act, number(argument))
    await one(turn, argument)


ACTS = {
    "institutions": listed,
    "institution": one,
    "institution_add": add,
    "institution_change": change,
    "institution_end": ask_to_end,
    "institution_end_now": end,
    "institution_again": take_up_again,
}
COMMANDS = {"institutions": "institutions"}
