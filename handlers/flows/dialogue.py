"""Opening a dialogue, typing what was asked, answering it, promising it, adding delegates."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain import permissions
from bot.domain.days import read_due_day
from bot.domain.dialogues import DialogueQuestion, Part
from bot.domain.errors import Unfit, existing
from bot.domain.people import SECRETARIAT
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Screen, Value, Words, text
from bot.domain.search import fold
from bot.domain.views import dialogues as views
from bot.domain.views.common import dotted, item_code
from bot.domain.views.people import name_for, role_name
from bot.services import dialogues as service
from handlers.flows.flow import Answers, Ask, Choose, Flow, Meanwhile, Option, Pick, Review
from handlers.flows.status_update import words_fit
from handlers.home import beginnings
from handlers.turn import Turn
from storage import dialogues as queries
from storage import people


async def _holding(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    return {}


async def _in_dialogue(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    dialogue = existing(await queries.get(turn.tx, answers["dialogue"]))
    return {"title": Words(dialogue.title, limit=100)}


async def asked(turn: Turn, question_id: int) -> DialogueQuestion:
    """The question of that id; raises NotFound."""
    return existing(await queries.question(turn.tx, question_id))


def _said(question: DialogueQuestion) -> dict[str, Value]:
    return {"words": Words(question.words, question.language, limit=1000)}


ANSWERS = "dialogue_answer"


# -- Opening, typing -------------------------------------------------------------------------------


async def _open(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    title = answers["title"]
    dialogue_id = await service.begin(turn.tx, turn.act, title, turn.language_of(title))
    return await board(turn, dialogue_id)


async def board(turn: Turn, dialogue_id: int) -> Screen:
    """Where a dialogue stands; raises NotFound."""
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    dialogue = existing(await queries.get(turn.tx, dialogue_id))
    counts = {
        part: len(await service.taking_part(turn.tx, turn.act, dialogue.id, part)) for part in Part
    }
    return views.board(
        dialogue,
        await queries.questions_of(turn.tx, dialogue.id),
        delegation=counts[Part.DELEGATION],
        on_call=counts[Part.ON_CALL],
        language=turn.language,
    )


OPEN = Flow(
    name="dialogue",
    begins=_holding,
    steps=(Ask("title", words_fit),),
    then=_open,
    returns_to=lambda _answers: "dialogues",
)


async def _type(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    return await typed(turn, answers["dialogue"], answers["words"])


async def typed(turn: Turn, dialogue_id: int, words: str) -> Screen:
    """Keep a question, and show what is on record or the items that it may be about."""
    question_id, hits = await service.type_question(
        turn.tx, turn.act, dialogue_id, words, language=turn.language_of(words)
    )
    if len(hits) < 2:
        return await steered(turn, question_id)
    titles = await beginnings(turn, [each.item_id for each in hits if not each.restricted])
    found = [
        views.Candidate(each.item_id, item_code(each), titles.get(each.item_id, ""))
        for each in hits
    ]
    return views.which_item(await asked(turn, question_id), found)


async def steered(turn: Turn, question_id: int) -> Screen:
    """A question with what is on record, for an officer."""
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    question = await asked(turn, question_id)
    dialogue = await queries.get(turn.tx, question.dialogue_id)
    assert dialogue is not None
    return views.steered(
        dialogue,
        question,
        await service.on_record(turn.tx, question),
        clears=await service.may_clear(turn.tx, turn.act, question),
        may_redact=permissions.may_redact(turn.actor),
        language=turn.language,
    )


TYPE = Flow(
    name="dialogue_type",
    begins=_in_dialogue,
    steps=(Ask("words", words_fit),),
    then=_type,
    returns_to=lambda answers: f"dialogue:{answers['dialogue']}",
)


# -- Answering -------------------------------------------------------------------------------------


async def _called(turn: Turn, answers: Answers) -> dict[str, Value]:
    question = await service.open_it(turn.tx, turn.act, answers["dialogue_question"])
    return _said(question)


async def _answer(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    question_id, words = answers["dialogue_question"], joined(answers["words"])
    return await put(turn, question_id, words, seen=answers.get("version"))


async def _answered_meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """Somebody has answered, or the officer found another way."""
    question = await asked(turn, answers["dialogue_question"])
    if question.is_open and question.version == answers.get("version", question.version):
        return None
    if not question.is_answered:
        return Meanwhile(text("dialogue.not_needed"))
    author = await service.author_of(turn.tx, question)
    return Meanwhile(
        text("dialogue.answered_meanwhile"),
        changed=tuple(views.answered(question, None if author is None else author.name)),
        upon={**answers, "version": question.version} if question.is_open else None,
    )


async def put(turn: Turn, question_id: int, words: str, *, seen: int | None = None) -> Screen:
    """Write an answer, and say who clears it; raises Outdated where that is not wanted any more.

    So it is where another answer than the one `seen` stands there by now.
    """
    clearing = await service.draft(
        turn.tx, turn.act, question_id, words, language=turn.language_of(words), seen=seen
    )
    return views.drafted(question_id, waits=len(clearing))


async def too_late(turn: Turn, question_id: int) -> Screen:
    """Somebody has answered, or the officer found another way: these words went to nobody."""
    question = await asked(turn, question_id)
    author = await service.author_of(turn.tx, question)
    return views.too_late(question, None if author is None else author.name)


ANSWER = Flow(
    name=ANSWERS,
    begins=_called,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(words_to="words"),
    then=_answer,
    meanwhile=_answered_meanwhile,
    returns_to=lambda answers: f"dialogue_q:{answers['dialogue_question']}",
)


# -- Promising -------------------------------------------------------------------------------------


async def _promising(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    return _said(await asked(turn, answers["dialogue_question"]))


async def _days(turn: Turn, _answers: Answers) -> list[Option]:
    """Committees give 48 hours for what could not be answered in the room; a week is usual, too."""
    days = [turn.today + timedelta(days=each) for each in (2, 7)]
    return [Option(each.isoformat(), text("flow.dialogue_promise.day", day=each)) for each in days]


def _day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _promise(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    question_id = answers["dialogue_question"]
    await service.promise(turn.tx, turn.act, question_id, date.fromisoformat(answers["until"]))
    return await steered(turn, question_id)


PROMISE = Flow(
    name="dialogue_promise",
    begins=_promising,
    steps=(Choose("until", _days, check=_day_fits, shows=date.fromisoformat),),
    then=_promise,
    returns_to=lambda answers: f"dialogue_q:{answers['dialogue_question']}",
)


# -- Delegates -------------------------------------------------------------------------------------


async def _seats(turn: Turn, answers: Answers) -> list[Option]:
    """The seats outside the secretariat whose person or institution is called so."""
    looked_for = fold(answers["name"])
    options = []
    for each in await people.seated(turn.tx, now=turn.now):
        names = (each.person.name, *(each.institution_names or {}).values())
        if each.seat.role in SECRETARIAT or not any(looked_for in fold(name) for name in names):
            continue
        house = name_for(each.institution_names or {}, turn.language)
        label = dotted(Words(each.person.name), role_name(each.seat.role), house)
        options.append(Option(each.seat.id, text("label.one", value=label)))
    if not options:
        raise Unfit("dialogue.nobody_called")
    return options


async def _delegate(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    await service.add_delegates(turn.tx, turn.act, answers["dialogue"], answers["seats"])
    return await board(turn, answers["dialogue"])


DELEGATE = Flow(
    name="dialogue_delegate",
    begins=_in_dialogue,
    steps=(Ask("name", words_fit), Pick("seats", _seats)),
    then=_delegate,
    returns_to=lambda answers: f"dialogue_delegation:{answers['dialogue']}",
)
