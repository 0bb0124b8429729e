"""Consultations, as the secretariat sees them: announced, changed, closed, counted."""

from __future__ import annotations

from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.consultation_files import FileKind
from bot.domain.consultations import ConsultationState
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.screens import text
from bot.domain.views import consultation_files as file_views
from bot.domain.views import consultations as views
from bot.domain.views import summaries as summary_views
from bot.domain.views.common import LIST_LENGTH
from bot.services import (
    announcing,
    attendance,
    consultation_files,
    contributed,
    feedback,
    summaries,
)
from bot.services import consultations as service
from handlers.card import number
from handlers.flows import summary as summary_flow
from handlers.flows.consultation import NAME, answers_of, labels_of, link_to
from handlers.home import page_number
from handlers.turn import Turn
from storage import consultations as queries


async def listed(turn: Turn, argument: str) -> None:
    """`consultations:0`: a page of those that are under way."""
    await _page(turn, page_number(argument), past=False)


async def past(turn: Turn, argument: str) -> None:
    """`consultations_past:0`: a page of those that are over."""
    await _page(turn, page_number(argument), past=True)


async def _page(turn: Turn, page: int, *, past: bool) -> None:
    permissions.require(permissions.may_consult(turn.actor))
    total = await queries.count(turn.tx, past=past, today=turn.today)
    shown = await queries.page(
        turn.tx, past=past, today=turn.today, limit=LIST_LENGTH, offset=page * LIST_LENGTH
    )
    await turn.show(views.listed(total, page, shown, past=past))


async def one(turn: Turn, argument: str) -> None:
    """`consulting:5`: one of them, with who takes part in numbers."""
    found = await service.get(turn.tx, turn.act, number(argument))
    standing = await service.standing(turn.tx, turn.act, found.id)
    written = await contributed.count(turn.tx, turn.act, found.id)
    came = await attendance.attendance(turn.tx, turn.act, found)
    said = (await feedback.results(turn.tx, turn.act, found.id)).people
    summarised = await summaries.of(turn.tx, turn.act, found.id, turn.language) is not None
    await turn.show(
        views.one(found, standing, came, written, said, today=turn.today, summarised=summarised)
    )


async def announce(turn: Turn, _argument: str) -> None:
    """A new consultation; the regions of the State are those of the last one."""
    permissions.require(permissions.may_consult(turn.actor))
    regions = await queries.last_regions(turn.tx)
    known: dict[str, Any] = {"regions": regions} if regions else {}
    await turn.desk.runner.begin(turn, NAME, **known)


async def change(turn: Turn, argument: str) -> None:
    """`consultation_change:5`: the same questions, answered."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        NAME,
        subject=f"consultation:{found.id}",
        labels=labels_of(found, turn.language),
        **answers_of(found),
    )


async def close(turn: Turn, argument: str) -> None:
    """`consultation_close:5`: nobody signs up any more; asked once more, as it stays so."""
    consultation_id, _, sure = argument.partition(":")
    found = await service.get(turn.tx, turn.act, number(consultation_id))
    if found.state is not ConsultationState.OPEN:
        raise Outdated
    if not sure:
        await turn.show(views.ask_to_close(found))
        return
    await service.close(turn.tx, turn.act, found.id)
    turn.toast = text("consultation.closed")
    await one(turn, consultation_id)


async def end_words(turn: Turn, argument: str) -> None:
    """`consultation_end_words:5`: nobody contributes any more."""
    await service.end_words(turn.tx, turn.act, number(argument))
    turn.toast = text("consultation.words_ended")
    await one(turn, argument)


async def cancel(turn: Turn, argument: str) -> None:
    """`consultation_cancel:5`: it does not take place; asked once more before everybody is told."""
    consultation_id, _, sure = argument.partition(":")
    found = await service.get(turn.tx, turn.act, number(consultation_id))
    if not sure and found.is_ahead(turn.today):
        await turn.show(views.ask_to_cancel(found))
        return
    await service.cancel(turn.tx, turn.act, found.id)
    turn.toast = text("consultation.cancelled")
    await one(turn, consultation_id)


async def link(turn: Turn, argument: str) -> None:
    """`consultation_link:5`: its public link."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await turn.show(views.link(found, link_to(turn, found)))


async def poster(turn: Turn, argument: str) -> None:
    """`consultation_poster:5`: in which language; `consultation_poster:5:fr` makes it.

    `consultation_poster:5:fr:women` has the code of that group in its link.
    """
    consultation_id, _, rest = argument.partition(":")
    language, _, group = rest.partition(":")
    found = await service.get(turn.tx, turn.act, number(consultation_id))
    languages = turn.desk.country.languages
    if language not in languages:
        named = [(each, texts.own_name(each)) for each in languages]
        act, back = f"consultation_poster:{found.id}", f"consulting:{found.id}"
        whose = f":{group}" if group else ""
        await turn.show(views.poster_languages(act, named, back=back, behind=whose))
        return
    invite = await announcing.code_of(turn.tx, turn.act, found.id, group) if group else None
    link = link_to(turn, found, invite)
    await service.ask_for_poster(turn.tx, turn.act, found.id, language, link)
    await turn.remark(text("consultation.poster_making"))


async def files(turn: Turn, argument: str) -> None:
    """`consultation_files:5`: which file about it should be made."""
    found = await service.get(turn.tx, turn.act, number(argument))
    written = await contributed.count(turn.tx, turn.act, found.id)
    await turn.show(file_views.kinds(found, words=written > 0))


async def file(turn: Turn, argument: str) -> None:
    """`consultation_file:5:words`: that one, in the person's language."""
    consultation_id, _, kind = argument.partition(":")
    if kind not in set(FileKind):
        raise NotFound
    await consultation_files.ask(
        turn.tx, turn.act, number(consultation_id), FileKind(kind), language=turn.language
    )
    await turn.remark(text("consultation.file.making"))


async def summarise(turn: Turn, argument: str) -> None:
    """`consultation_summarise:5`: say what came of it."""
    found = await summaries.to_summarise(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn, summary_flow.NAME, subject=f"consultation:{found.id}:summary", consultation=found.id
    )


async def summary(turn: Turn, argument: str) -> None:
    """`consultation_summary:5`: what was said of it."""
    found = await service.get(turn.tx, turn.act, number(argument))
    said = existing(await summaries.of(turn.tx, turn.act, found.id, turn.language))
    await turn.show(summary_views.to_officers(found, said))


ACTS = {
    "consultations": listed,
    "consultations_past": past,
    "consulting": one,
    "announce_consultation": announce,
    "consultation_change": change,
    "consultation_close": close,
    "consultation_end_words": end_words,
    "consultation_cancel": cancel,
    "consultation_link": link,
    "consultation_poster": poster,
    "consultation_files": files,
    "consultation_file": file,
    "consultation_summarise": summarise,
    "consultation_summary": summary,
}
COMMANDS = {"consultations": "consultations"}
