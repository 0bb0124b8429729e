"""Ask a second coordinator: why it is needed."""

from __future__ import annotations

from bot.domain.approvals import LONGEST_REASON, Kind
from bot.domain.errors import Unfit, existing
from bot.domain.permissions import may_lower, require
from bot.domain.screens import Screen, Value, text
from bot.domain.views import approvals as views
from bot.domain.views.common import item_code
from bot.services import approvals as service
from handlers.flows.flow import Answers, Ask, Flow, Review
from handlers.turn import Turn
from storage import invitations, items

TEXT_KEYS = ("flow.approval.reason_length",)


def reason_fits(words: str, _turn: Turn) -> str:
    """Why, in a few sentences."""
    said = " ".join(words.split())
    if not 0 < len(said) <= LONGEST_REASON:
        raise Unfit("flow.approval.reason_length", limit=LONGEST_REASON)
    return said


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    require(may_lower(turn.actor))
    return {"what": await _what(turn, answers)}


async def _what(turn: Turn, answers: Answers) -> Value:
    match Kind(answers["kind"]):
        case Kind.LOWER:
            return text(f"approval.lower.{answers['arguments']['what']}")
        case Kind.UNRESTRICT:
            item = existing(await items.get(turn.tx, answers["arguments"]["item"]))
            return text("approval.unrestrict", item=item_code(item))
        case Kind.SUCCEED:
            waits = existing(await invitations.get(turn.tx, answers["arguments"]["invitation"]))
            return views.succeeds(waits.telegram_name or "")
    return text("approval.names")


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    reason = answers["reason"]
    asked = await service.ask(
        turn.tx,
        turn.act,
        Kind(answers["kind"]),
        answers["arguments"],
        reason=reason,
        language=turn.language_of(reason),
    )
    return views.sent(await service.described(turn.tx, asked))


FLOW = Flow(
    name="approval",
    begins=_begins,
    steps=(Ask("reason", reason_fits),),
    review=Review(),
    then=_then,
    returns_to=lambda _answers: "protections",
)
