"""Marking that two institutions' reports on one item contradict each other, and why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import permissions
from bot.domain.consolidation import MarkedAlready, Word
from bot.domain.errors import existing
from bot.domain.reports import LONGEST_TEXT
from bot.domain.screens import Code, Screen, Value, text
from bot.domain.views import consolidation as views
from bot.domain.views.common import dotted, item_code
from bot.domain.views.consolidation import word_lines
from bot.domain.views.people import name_for
from bot.services import consolidation as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Meanwhile, Option
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import consolidations, reviews


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_consolidate(turn.actor))
    found = existing(await reviews.get(turn.tx, answers["report"]))
    return {
        "number": Code(found.number),
        "item": item_code(found),
        "institution": name_for(found.names, turn.language),
    }


async def _others(turn: Turn, answers: Answers) -> list[Option]:
    """What other institutions report on the item."""
    found = existing(await reviews.get(turn.tx, answers["report"]))
    options = []
    for each in await consolidations.cleared_words(turn.tx, found.item_id):
        if each.institution_id == found.institution_id:
            continue
        name = name_for(each.names, turn.language)
        label = text("label.one", value=dotted(name, text(f"status.{each.status}")))
        options.append(Option(each.status_update_id, label))
    return options


async def _meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """A report of the pair stands no more, or a colleague has marked the two."""
    found = existing(await reviews.get(turn.tx, answers["report"]))
    pair = {name: answers[name] for name in ("report", "other") if name in answers}
    stands = {name: await consolidations.word(turn.tx, each) for name, each in pair.items()}
    if all(stands.values()):
        return await _marked(turn, found.item_id, [each for each in stands.values() if each])
    upon, changed = {**answers}, []
    for name in (name for name, word in stands.items() if word is None):
        newer = await _instead_of(turn, found.item_id, pair[name])
        if newer is None:
            return Meanwhile(text("contradiction.gone"), look=f"consolidation:{found.item_id}")
        upon[name] = newer.status_update_id
        changed += word_lines(newer, turn.language)
    return Meanwhile(
        text("contradiction.replaced"),
        changed=tuple(changed),
        look=f"consolidation:{found.item_id}",
        upon=upon,
    )


async def _marked(turn: Turn, item_id: int, words: Sequence[Word]) -> Meanwhile | None:
    """The open contradiction of these two reports, marked by somebody else."""
    numbers = {each.number for each in words}
    for each in await consolidations.contradictions_of(turn.tx, item_id):
        if {each.one, each.other} == numbers:
            line = views.contradiction_line(each, turn.language)
            look = f"contradiction:{each.id}"
            return Meanwhile(MarkedAlready().text, changed=(line,), look=look)
    return None


async def _instead_of(turn: Turn, item_id: int, report_id: int) -> Word | None:
    """The report that its institution has sent in place of that one."""
    gone = existing(await reviews.get(turn.tx, report_id))
    for each in await consolidations.cleared_words(turn.tx, item_id):
        if each.institution_id == gone.institution_id:
            return each
    return None


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    words = answers["words"]
    marked = await service.mark(
        turn.tx,
        turn.act,
        (answers["report"], answers["other"]),
        words,
        language=turn.language_of(words),
    )
    found = existing(await reviews.get(turn.tx, answers["report"]))
    return views.marked(item_code(found), marked, found.item_id)


FLOW = Flow(
    name="contradict",
    begins=_begins,
    steps=(
        Choose("other", _others),
        Ask("words", words_fit, limit=LONGEST_TEXT),
    ),
    then=_then,
    meanwhile=_meanwhile,
    returns_to=lambda answers: f"review:{answers['report']}",
)
