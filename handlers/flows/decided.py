"""What can happen to a report while somebody writes about it: decided on, taken back, amended."""

from __future__ import annotations

from bot.domain.errors import existing
from bot.domain.items import UNDECIDED, ReportState
from bot.domain.reports import AmendedMeanwhile, StatusUpdate
from bot.domain.screens import Code, Text
from bot.domain.versions import differences, newest
from bot.domain.views import overtaken as views
from bot.domain.views import versions as version_views
from bot.services.status_updates import every_version, get_own
from handlers.flows.flow import Answers, Meanwhile
from handlers.turn import Turn
from storage import evidence, status_updates


async def said_now(turn: Turn, report_id: int) -> StatusUpdate:
    """The report as it stands, for who may read it; raises NotFound."""
    existing(await status_updates.get(turn.tx, report_id))
    return await get_own(turn.tx, turn.actor, report_id)


async def meanwhile(
    turn: Turn, answers: Answers, *, look: str, state: ReportState | None = None
) -> Meanwhile | None:
    """What happened to the report that the answers name, which waits in that `state` until then.

    With a newer version it goes on, once that is read; what is decided on takes no more words.
    """
    said = await said_now(turn, answers["report"])
    if said.state not in (UNDECIDED if state is None else (state,)):
        return Meanwhile(views.report(said.number, said.state), look=look)
    if said.version == (seen := answers.get("version", said.version)):
        return None
    return Meanwhile(
        AmendedMeanwhile(number=Code(said.number), version=said.version).text,
        changed=tuple(await changed_since(turn, said, seen)),
        look=look,
        upon={**answers, "version": said.version},
    )


async def changed_since(turn: Turn, said: StatusUpdate, version: int) -> list[Text]:
    """What the report says otherwise than that version of it did."""
    every = {each.number: each for each in await every_version(turn.tx, turn.actor, said)}
    if version not in every:
        return []
    now = newest(said, tuple(each.id for each in await evidence.of_report(turn.tx, said.id)))
    pieces = {each.id: each for each in await evidence.of_versions(turn.tx, said.id)}
    return version_views.lines(differences(every[version], now), pieces)
