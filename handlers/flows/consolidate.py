"""Consolidating an item: its status, as of which day, and the sentence for the report."""

from __future__ import annotations

from datetime import date

from bot.domain import permissions
from bot.domain.consolidation import LONGEST_SENTENCE, NothingApproved, Word
from bot.domain.errors import existing
from bot.domain.reports import joined
from bot.domain.screens import Listing, Screen, Text, Value, text
from bot.domain.views import consolidation as views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.services import consolidation as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Meanwhile, Option, Review
from handlers.flows.record import day_fits
from handlers.flows.status_update import status_option, words_fit
from handlers.turn import Turn
from storage import consolidations, items, statuses


async def _read(turn: Turn, answers: Answers) -> list[Word]:
    """What the officer had before their eyes, the lead first."""
    permissions.require(permissions.may_consolidate(turn.actor))
    found = [await consolidations.word(turn.tx, each) for each in answers["sources"]]
    words = [each for each in found if each is not None]
    if not words:
        raise NothingApproved
    return words


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    words = await _read(turn, answers)
    item = existing(await items.get(turn.tx, answers["item"]))
    stand = tuple(
        text(
            "card.stand",
            institution=name_for(each.names, turn.language),
            facts=text(f"status.{each.status}"),
        )
        for each in words
    )
    return {"item": item_code(item), "stands": Listing(stand)}


async def _statuses(turn: Turn, answers: Answers) -> list[Option]:
    """What the institutions say first."""
    words = await _read(turn, answers)
    said = dict.fromkeys(each.status for each in words)
    live = [each.code for each in (await statuses.vocabulary(turn.tx)).live]
    in_order = sorted(live, key=lambda code: code not in said)
    return [status_option(each) for each in in_order]


async def _days(turn: Turn, answers: Answers) -> list[Option]:
    """Today, and the days that the reports speak of."""
    words = await _read(turn, answers)
    days = dict.fromkeys([turn.today, *sorted({each.as_of for each in words}, reverse=True)])
    return [Option(each.isoformat(), text("flow.assign.day", day=each)) for each in [*days][:4]]


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    """What consolidating would settle."""
    marked = await consolidations.contradictions_of(turn.tx, answers["item"])
    return [text("flow.consolidate.resolves", count=len(marked))] if marked else []


async def _meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """A colleague has consolidated the item, or reports were approved since."""
    item = existing(await items.get(turn.tx, answers["item"]))
    current = await consolidations.current(turn.tx, item.id)
    after = 0 if current is None else current.version
    approved = await consolidations.approved_words(turn.tx, item.id)
    unread = [each for each in approved if each.status_update_id not in answers["sources"]]
    changed: list[Text] = [
        each for word in unread for each in views.word_lines(word, turn.language)
    ]
    if current is not None and after != answers["after"]:
        told, sentence = views.consolidated_meanwhile(item, current)
        changed = [sentence, *changed]
    elif unread:
        told = text("consolidation.approved_since", item=item_code(item), count=len(unread))
    else:
        return None
    sources = [each.status_update_id for each in approved]
    return Meanwhile(
        told,
        changed=tuple(changed),
        look=f"consolidation:{item.id}",
        upon={**answers, "after": after, "sources": sources} if approved else None,
    )


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    sentence = joined(answers["sentence"])
    wanted = service.Wanted(
        item_id=answers["item"],
        status=answers["status"],
        as_of=date.fromisoformat(answers["as_of"]),
        sentence=sentence,
        language=turn.language_of(sentence),
        sources=tuple(answers["sources"]),
        after=answers["after"],
    )
    made = await service.consolidate(turn.tx, turn.act, wanted)
    item = existing(await items.get(turn.tx, made.item_id))
    return views.consolidated(made, item_code(item), item.id)


FLOW = Flow(
    name="consolidate",
    begins=_begins,
    steps=(
        Choose("status", _statuses),
        Choose("as_of", _days, check=day_fits, shows=date.fromisoformat),
        Ask("sentence", words_fit, grows=True, limit=LONGEST_SENTENCE),
    ),
    review=Review(words_to="sentence"),
    notes=_notes,
    then=_then,
    meanwhile=_meanwhile,
    returns_to=lambda answers: f"consolidation:{answers['item']}",
)
