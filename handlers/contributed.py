"""What was contributed to a consultation, as the secretariat reads it and decides on it."""

from __future__ import annotations

from bot.domain.contributions import Outcome
from bot.domain.enclosures import EnclosureKind
from bot.domain.views import contributed as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import consultations
from bot.services import contributed as service
from bot.services.erasure import shown_as
from handlers.card import number
from handlers.flows import decide as flow
from handlers.home import page_number
from handlers.turn import Turn

AS_IT_IS = "as_it_is"


async def listed(turn: Turn, argument: str) -> None:
    """`contributed_to:5:0`: a page of what was contributed to it."""
    consultation_id, _, behind = argument.partition(":")
    page = page_number(behind)
    found = await consultations.get(turn.tx, turn.act, number(consultation_id))
    total = await service.count(turn.tx, turn.act, found.id)
    read = await service.page(
        turn.tx, turn.act, found.id, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    shown = [(each.kept, each.group) for each in read]
    names = [shown_as(each.kept.id) for each in read]
    await turn.show(views.listed(found, total, page, shown), quotes=names, sealed=True)


async def one(turn: Turn, argument: str) -> None:
    """`written:17`: one of them in full."""
    found, read = await service.get(turn.tx, turn.act, number(argument))
    sent = await service.files(turn.tx, turn.act, read.kept.id)
    shown = views.one(found, read.kept, read.group, read.codes, read.chapter, sent=sent)
    await turn.show(shown, quotes=[shown_as(read.kept.id)], sealed=True)


async def file(turn: Turn, argument: str) -> None:
    """`written_file:17:2`: its second file; `:ask` and `:as_it_is` for one that may tell whose."""
    contribution_id, _, rest = argument.partition(":")
    which, _, how = rest.partition(":")
    _found, read = await service.get(turn.tx, turn.act, number(contribution_id))
    n = number(which)
    each = await service.file(turn.tx, turn.act, read.kept.id, n)
    asks = how == "ask" or (each.kind is EnclosureKind.VOICE and how != AS_IT_IS)
    if asks:
        await turn.show(views.warning(read.kept.id, n, each))
        return
    await service.note_file_seen(turn.tx, turn.act, read.kept, n)
    shown = views.file(read.kept, n, each, as_it_is=how == AS_IT_IS)
    await turn.show(shown, quotes=[shown_as(read.kept.id)], sealed=True)


async def take_up(turn: Turn, argument: str) -> None:
    """`written_taken:17`: it is taken up; who wrote it is told."""
    _found, read = await service.get(turn.tx, turn.act, number(argument))
    await service.decide(turn.tx, turn.act, read.kept.id, Outcome.TAKEN_UP)
    turn.toast = views.decided(read.kept.number, Outcome.TAKEN_UP)
    await one(turn, argument)


async def take_up_partly(turn: Turn, argument: str) -> None:
    """`written_partly:17`: in part, and why not all of it."""
    await _decide(turn, argument, Outcome.PARTLY)


async def refuse(turn: Turn, argument: str) -> None:
    """`written_not:17`: it is not taken up, and why."""
    await _decide(turn, argument, Outcome.NOT)


async def _decide(turn: Turn, argument: str, outcome: Outcome) -> None:
    _found, read = await service.get(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        flow.DECIDE,
        subject=f"contribution:{read.kept.id}:{outcome}",
        contribution=read.kept.id,
        outcome=outcome.value,
    )


async def tag(turn: Turn, argument: str) -> None:
    """`written_tag:17`: under which themes and items it belongs."""
    _found, read = await service.get(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        flow.TAG,
        labels=flow.labels_of(read.kept.tags),
        contribution=read.kept.id,
        **flow.tags_of(read.kept.tags, read.codes),
    )


ACTS = {
    "contributed_to": listed,
    "written": one,
    "written_file": file,
    "written_taken": take_up,
    "written_partly": take_up_partly,
    "written_not": refuse,
    "written_tag": tag,
}
