"""What anybody may read: approved reports, decided about one by one."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.errors import existing
from bot.domain.screens import Code, text
from bot.domain.views import publication as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import publication as service
from handlers.card import number
from handlers.home import page_number
from handlers.turn import Turn
from storage import publication as queries


async def publish(turn: Turn, _argument: str) -> None:
    """`/publish`: how much is public, how much waits to be decided about."""
    permissions.require(permissions.may_publish(turn.actor))
    await turn.show(views.overview(await queries.counts(turn.tx)))


async def following(turn: Turn, argument: str) -> None:
    """`publish_next:42`: the first report behind that one about which nothing was said."""
    permissions.require(permissions.may_publish(turn.actor))
    await _next(turn, after=number(argument))


async def report(turn: Turn, argument: str) -> None:
    """`publication:42`: one report."""
    permissions.require(permissions.may_publish(turn.actor))
    found = existing(await queries.get(turn.tx, number(argument)))
    await turn.show(views.offered(found, turn.language))


async def open_(turn: Turn, argument: str) -> None:
    """`publish_open:42`: anybody may read it from the next snapshot on."""
    found = await service.decide(turn.tx, turn.act, number(argument), public=True)
    turn.toast = text("publication.opened", number=Code(found.number))
    await _next(turn, after=found.id if found.public is None else None)


async def close(turn: Turn, argument: str) -> None:
    """`publish_close:42`: it stays, or becomes, private."""
    found = await service.decide(turn.tx, turn.act, number(argument), public=False)
    turn.toast = text("publication.closed", number=Code(found.number))
    await _next(turn, after=found.id if found.public is None else None)


async def listed(turn: Turn, argument: str) -> None:
    """`published:0`: a page of what is public."""
    permissions.require(permissions.may_publish(turn.actor))
    page = page_number(argument)
    counts = await queries.counts(turn.tx)
    shown = await queries.public(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    await turn.show(views.listed(counts.public, page, shown, turn.language))


async def _next(turn: Turn, *, after: int | None) -> None:
    """On to the next that waits behind `after`, or to the overview."""
    waits = None if after is None else await queries.undecided(turn.tx, after=after)
    if waits is not None:
        await turn.show(views.offered(waits, turn.language))
    else:
        await turn.show(views.overview(await queries.counts(turn.tx)))


ACTS = {
    "publish": publish,
    "publish_next": following,
    "publication": report,
    "publish_open": open_,
    "publish_close": close,
    "published": listed,
}
COMMANDS = {"publish": "publish"}
