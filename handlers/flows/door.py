"""At the door of a meeting: the code that a participant writes, the number that an officer does."""

from __future__ import annotations

from typing import Any

from bot.domain import codes
from bot.domain.consultations import Consultation, SignUp
from bot.domain.errors import NotFound, Refused, Unfit
from bot.domain.screens import Screen, Value
from bot.domain.views import discretion as discreet_views
from bot.domain.views import door as views
from bot.domain.views import participants
from bot.services import attendance as service
from handlers.flows.flow import Answers, Ask, Flow
from handlers.flows.sign_up import held, of
from handlers.turn import Turn
from storage import conversations

HERE, MARK = "here", "door_mark"
PAYLOAD = "d-"
"""So begins the payload of the link at the door: `d-`, the consultation's code, `-`, the door's."""
MOST_DIGITS = 9


class TooManyCodes(Refused):
    """Too many codes that lead to nothing were tried from this chat."""

    key = "error.too_many_codes"


def payload_of(found: Consultation, code: str) -> str:
    """What the link at the door carries."""
    return f"{PAYLOAD}{found.code}-{code}"


def codes_of(payload: str) -> tuple[str, str] | None:
    """The consultation's code and the door's; None for the payload of another link."""
    if not payload.startswith(PAYLOAD):
        return None
    code, _, door = payload.removeprefix(PAYLOAD).partition("-")
    is_code = codes.read(code, len(code)) == code and codes.read(door, len(door)) == door
    return (code, door) if code and door and is_code else None


def require_door(turn: Turn, found: Consultation, words: str) -> None:
    """Let the code at the door pass; whoever guesses is stopped."""
    guesses = turn.desk.codes
    if guesses.spent(turn.chat_id, turn.now):
        raise TooManyCodes
    try:
        service.require_door(turn.tx, turn.act, found, words)
    except service.NotAtTheDoor:
        guesses.note(turn.chat_id, turn.now)
        raise


# -- A participant ---------------------------------------------------------------------------------


async def _comes(turn: Turn, _answers: Answers) -> dict[str, Value]:
    found = await of(turn)
    if not found.checks_in(turn.today):
        raise service.NotThatDay(day=found.wanted.last_day)
    if not held(turn).is_in:
        raise NotFound
    return {"title": participants.title(found)}


def _as_written(words: str, _turn: Turn) -> str:
    return words.strip()


async def _opens(turn: Turn, _answers: Answers, answer: Any) -> None:
    require_door(turn, await of(turn), answer)


async def _here(turn: Turn, _answers: Answers, _conversation_id: int) -> Screen:
    found, before = await of(turn), held(turn)
    turn.sign_up = await service.check_in(turn.tx, turn.act, found, before)
    return await noted(turn, found, before)


async def noted(turn: Turn, found: Consultation, before: SignUp) -> Screen:
    """Whoever checked in, was noted `before`, or has no seat, learns so."""
    now = held(turn)
    if now.came and await turn.is_discreet():
        return discreet_views.saved(f"sign_up:{found.code}")
    return views.here(found, now, before=before.came)


CHECK_IN = Flow(
    name=HERE,
    begins=_comes,
    steps=(Ask("door", _as_written, suits=_opens),),
    then=_here,
    returns_to=lambda answers: f"sign_up:{answers['code']}",
)


# -- An officer ------------------------------------------------------------------------------------


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await service.at_the_door(turn.tx, turn.act, answers["consultation"])
    service.require_day(turn.act, found)
    return {"title": participants.title(found)}


def _number_fits(words: str, _turn: Turn) -> int:
    said = words.strip().removeprefix("#")
    if not said.isdecimal() or len(said) > MOST_DIGITS:
        raise Unfit("door.number_unclear")
    return int(said)


async def _is_there(turn: Turn, answers: Answers, answer: Any) -> None:
    await service.of_number(turn.tx, turn.act, answers["consultation"], answer)


async def go_on(turn: Turn, consultation_id: int) -> None:
    """The next number can be written at once: people come one after another."""
    subject = f"consultation:{consultation_id}"
    await turn.desk.runner.begin(
        turn, MARK, subject=subject, quietly=True, consultation=consultation_id
    )


async def _marked(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    found = await service.at_the_door(turn.tx, turn.act, answers["consultation"])
    kept, before = await service.mark(turn.tx, turn.act, found.id, answers["number"])
    await conversations.end(turn.tx, conversation_id)
    await go_on(turn, found.id)
    return views.marked(found, kept, before=before)


NOTE = Flow(
    name=MARK,
    begins=_begins,
    steps=(Ask("number", _number_fits, suits=_is_there),),
    then=_marked,
    returns_to=lambda answers: f"door:{answers['consultation']}",
)
