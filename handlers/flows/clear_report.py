"""A validator's conversations: return a report with a comment, amend it, clear several at once."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.clearance import Decision, Shown, Uncleared
from bot.domain.errors import existing
from bot.domain.items import ReportState
from bot.domain.people import Role
from bot.domain.reports import (
    LONGEST_TEXT,
    StatusUpdate,
    joined,
    require_fits,
)
from bot.domain.screens import Code, Screen, Text, Value, text
from bot.domain.views import clearance as views
from bot.domain.views.common import item_code
from bot.services import clearance as service
from handlers.flows import decided
from handlers.flows.flow import Answers, Ask, Choose, Flow, Meanwhile, Option, Review
from handlers.flows.status_update import status_options, words_fit
from handlers.turn import Turn
from storage import clearance as queries
from storage import status_updates


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.get(turn.tx, turn.actor, answers["report"])
    return {"number": Code(found.number), "item": item_code(found)}


async def _meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """It was decided on, withdrawn or amended while the validator wrote."""
    said = await _said(turn, answers["report"])
    look = f"card:{said.assignment_id}"
    if said.state is ReportState.UNCLEARED:
        look = f"clearing:{said.id}"
    return await decided.meanwhile(turn, answers, look=look, state=ReportState.UNCLEARED)


async def _said(turn: Turn, report_id: int) -> StatusUpdate:
    return existing(await status_updates.get(turn.tx, report_id))


# -- Returning -------------------------------------------------------------------------------------


async def _return(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    comment = joined(answers["comment"])
    language = turn.language_of(comment)
    shown = Shown(answers["report"], answers["version"])
    done = await service.return_(turn.tx, turn.act, shown, comment, language=language)
    return views.decided(done, Decision.RETURNED)


RETURN = Flow(
    name="return_inside",
    begins=_begins,
    steps=(Ask("comment", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="comment"),
    then=_return,
    meanwhile=_meanwhile,
    returns_to=lambda answers: f"clearing:{answers['report']}",
)

# -- Amending --------------------------------------------------------------------------------------


def _words_fit(words: str, turn: Turn) -> str:
    kept = words_fit(words, turn)
    require_fits(kept)
    return kept


async def _statuses(turn: Turn, answers: Answers) -> list[Option]:
    return await status_options(turn, (await _said(turn, answers["report"])).status)


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    """What the validator has changed so far."""
    before = await _said(turn, answers["report"])
    lines = views.amendment(before, service.as_amended(before, _amended(turn, answers)))
    return lines or [text("clearance.nothing_changed")]


def _amended(turn: Turn, answers: Answers) -> service.Amended:
    words = answers["measures"]
    return service.Amended(
        answers["status"], words, answers.get("remaining", ""), turn.language_of(words)
    )


async def _amend(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    shown = Shown(answers["report"], answers["version"])
    done = await service.amend(turn.tx, turn.act, shown, _amended(turn, answers))
    return views.decided(done, Decision.AMENDED)


AMEND = Flow(
    name="amend_inside",
    begins=_begins,
    steps=(Choose("status", _statuses), Ask("measures", _words_fit)),
    review=Review(optional=(Ask("remaining", _words_fit),)),
    notes=_notes,
    then=_amend,
    meanwhile=_meanwhile,
    returns_to=lambda answers: f"clearing:{answers['report']}",
)

# -- Several at once -------------------------------------------------------------------------------


async def _shown(turn: Turn, answers: Answers) -> list[Uncleared]:
    return await queries.of_ids(turn.tx, [report_id for report_id, _ in answers["shown"]])


async def _begins_several(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(turn.actor.seat({Role.VALIDATOR}) is not None)
    reports = [
        await service.get(turn.tx, turn.actor, each.status_update_id)
        for each in await _shown(turn, answers)
    ]
    listed = views.several(reports)
    return {"reports": text("clearance.several", count=len(reports), reports=listed)}


async def _sure(_turn: Turn, answers: Answers) -> list[Option]:
    return [Option("yes", text("button.clear_all", n=len(answers["shown"])))]


async def _clear(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    shown = [Shown(report_id, version) for report_id, version in answers["shown"]]
    return views.done(await service.clear_all(turn.tx, turn.act, shown))


SEVERAL = Flow(
    name="clear_several",
    begins=_begins_several,
    steps=(Choose("sure", _sure),),
    then=_clear,
    returns_to=lambda _answers: "to_clear:0",
)
