"""Signing up to a consultation: one card whose rows may stay empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot import texts
from bot.domain.consultations import (
    LONGEST_ORGANISATION,
    MOST_CHILDREN,
    NOT_SAID,
    TOLD_FOR,
    Access,
    Consultation,
    Group,
    Invited,
    SignUp,
)
from bot.domain.errors import Unfit, existing
from bot.domain.fitting import on_one_line
from bot.domain.groups import called
from bot.domain.screens import Screen, Text, Value, text
from bot.domain.views import discretion as discreet_views
from bot.domain.views import participants as views
from bot.services import discretion, subscriptions, waiting
from bot.services import sign_ups as service
from handlers.flows.flow import Answers, Ask, Check, Choose, Flow, Option, Pick, Review
from handlers.turn import Turn
from storage import consultations, groups
from storage import subscriptions as queries

NAME = "sign_up"
YES, NO = "yes", "no"
LATER, DISCREET = "later", "discreet"
"""Rows of the card that are kept apart from what it says."""


def held(turn: Turn) -> SignUp:
    """The sign-up whose card it is."""
    return existing(turn.sign_up)


async def of(turn: Turn) -> Consultation:
    """The consultation that the card is for, in the participant's language where it has it."""
    kept = held(turn)
    found = await consultations.get(turn.tx, kept.consultation_id, language=turn.language)
    return existing(found)


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    kept = held(turn)
    found = await of(turn)
    shown = replace(kept, card=None)
    if kept.card is not None:
        shown = replace(kept, card=replace(kept.card, answers=answers))
    values: dict[str, Value] = {
        "until": turn.today + TOLD_FOR,
        "title": views.title(found),
        "name": views.name_of(shown),
    }
    if found.wanted.regions:
        values["has_regions"] = 1
    if kept.card is not None and kept.card.named:
        values["named"] = 1
    if kept.card is not None and not kept.card.by_code:
        values["says_group"] = 1
    if answers.get("group") == Group.CHILDREN:
        values["children"] = MOST_CHILDREN
    return values


def _up_to(limit: int) -> Check:
    """A few words on one line."""
    return lambda words, _turn: on_one_line(words, limit)


def _children_fit(words: str, _turn: Turn) -> int:
    said = "".join(str(unicodedata.decimal(each, each)) for each in words.strip())
    if not said.isdecimal() or int(said) > MOST_CHILDREN:
        raise Unfit("error.children_unclear", most=MOST_CHILDREN)
    return int(said)


async def _groups(turn: Turn, answers: Answers) -> list[Option]:
    """Every group; those who are invited, where it is for these; that of the code.

    What was chosen stays there, so that it can be read.
    """
    found, card = await of(turn), existing(held(turn).card)
    chosen = [each] if (each := answers.get("group")) else []
    if card.by_code:
        offered = [*card.by_code.values()]
    elif found.wanted.invited is Invited.GROUPS:
        offered = [*found.wanted.groups]
    else:
        offered = [NOT_SAID, *(await groups.every(turn.tx)).live]
    return [Option(each, called(each)) for each in dict.fromkeys([*offered, *chosen])]


async def _regions(turn: Turn, _answers: Answers) -> list[Option]:
    """Those that the secretariat named: so that they are counted, and nobody says a village."""
    return [Option(each, text("label.one", value=each)) for each in (await of(turn)).wanted.regions]


async def _languages(turn: Turn, _answers: Answers) -> list[Option]:
    found = await of(turn)
    return [
        Option(each, text("label.one", value=texts.language_name(each, turn.language)))
        for each in found.wanted.languages or turn.desk.country.languages
    ]


async def _access(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"access.{each}")) for each in Access]


async def _speaking(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, text(f"sign_up.speaks.{each}")) for each in (YES, NO)]


async def _later(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, text(f"sign_up.later.{each}")) for each in (YES, NO)]


async def _discreet(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each, text(f"sign_up.discreet.{each}")) for each in (YES, NO)]


async def _at_once(turn: Turn, answers: Answers) -> None:
    """Discreet mode begins and ends with the tap: whoever needs it does not wait to have sent."""
    kept, wished = held(turn), answers.get(DISCREET) == YES
    card = existing(kept.card)
    if card.discreet is wished:
        return
    turn.sign_up = await discretion.switch(turn.tx, turn.act, kept, on=wished)
    if wished:
        shown = None if kept.asked is None else kept.asked["screen"]
        await discretion.clear_all(turn.tx, turn.act, card, but=shown)


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    children = [text("sign_up.children")] if answers.get("group") == Group.CHILDREN else []
    return [*children, *views.notes(await of(turn), held(turn))]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found = await of(turn)
    card = existing(held(turn).card)
    said = {name: each for name, each in answers.items() if name not in (LATER, DISCREET)}
    await subscriptions.settle(turn.tx, turn.act, card, wished=answers.get(LATER) == YES)
    turn.sign_up = await service.send(turn.tx, turn.act, held(turn), said)
    if await turn.is_discreet():
        return discreet_views.saved(f"sign_up:{found.code}")
    waits = await waiting.stands(turn.tx, turn.act, found, turn.sign_up)
    return views.receipt(found, turn.sign_up, waits, today=turn.today)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(),
    review=Review(
        optional=(
            Ask("name", _up_to(LONGEST_ORGANISATION), when="named"),
            Ask("organisation", _up_to(LONGEST_ORGANISATION)),
            Choose("group", _groups, when="says_group"),
            Ask("children", _children_fit, shows=str, when="children"),
            Choose("region", _regions, when="has_regions"),
            Choose("language", _languages),
            Pick("access", _access),
            Choose("speaks", _speaking),
            Choose(LATER, _later),
            Choose(DISCREET, _discreet),
        ),
        keeps=False,
    ),
    notes=_notes,
    at_once=_at_once,
    then=_then,
    returns_to=lambda _answers: "mine",
)

TEXT_KEYS = tuple(
    f"sign_up.{what}.{each}" for what in ("speaks", LATER, DISCREET) for each in (YES, NO)
)


async def answers_of(turn: Turn, kept: SignUp) -> dict[str, Any]:
    """What the card says so far, with what is kept apart from it."""
    said = {} if kept.card is None else {**kept.card.answers, **kept.card.by_code}
    if kept.card is not None and kept.card.discreet:
        said[DISCREET] = YES
    if await queries.of(turn.tx, turn.bot_id, turn.chat_id) is not None:
        said[LATER] = YES
    return said
