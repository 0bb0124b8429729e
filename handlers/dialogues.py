"""Live dialogues: what officers steer, and what people on call answer and clear."""

from __future__ import annotations

from bot.domain import permissions
from bot.domain.dialogues import OPEN, Dialogue, Part
from bot.domain.errors import existing
from bot.domain.incoming import Wrote
from bot.domain.institutions import by_name
from bot.domain.people import SECRETARIAT
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import text
from bot.domain.views import dialogues as views
from bot.domain.views.common import LIST_LENGTH
from bot.domain.views.people import name_for
from bot.services import dialogues as service
from handlers.card import number
from handlers.flows import dialogue as flows
from handlers.flows.engine import State
from handlers.home import page_number
from handlers.turn import Turn
from storage import conversations, institutions, people
from storage import dialogues as queries
from storage.people import Seated

# -- Dialogues -------------------------------------------------------------------------------------


async def overview(turn: Turn, argument: str) -> None:
    """The dialogues; `dialogues:…` is a question of the one that is open."""
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    shown = await queries.newest(turn.tx, limit=LIST_LENGTH)
    open_ones = [each for each in shown if each.is_open]
    if argument and len(open_ones) == 1:
        await turn.show(await flows.typed(turn, open_ones[0].id, argument))
    else:
        await turn.show(views.overview(shown))


async def new(turn: Turn, _argument: str) -> None:
    """Open one; its title is asked for."""
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    await turn.desk.runner.begin(turn, "dialogue")


async def board(turn: Turn, argument: str) -> None:
    """`dialogue:3`: where it stands."""
    await turn.show(await flows.board(turn, number(argument)))


async def type_question(turn: Turn, argument: str) -> None:
    """`dialogue_type:3`: what was just asked."""
    dialogue = await _dialogue(turn, argument)
    await turn.desk.runner.begin(turn, "dialogue_type", dialogue=dialogue.id)


async def ask_to_close(turn: Turn, argument: str) -> None:
    """`dialogue_ask_close:3`: asked once more."""
    dialogue = await _dialogue(turn, argument)
    waiting = await queries.questions_of(turn.tx, dialogue.id, *OPEN)
    await turn.show(views.ask_to_close(dialogue, len(waiting)))


async def close(turn: Turn, argument: str) -> None:
    """`dialogue_close:3`: nobody is on call any more; the sheet."""
    dialogue = await _dialogue(turn, argument)
    await service.close(turn.tx, turn.act, dialogue.id)
    await sheet(turn, argument)


async def sheet(turn: Turn, argument: str) -> None:
    """`dialogue_sheet:3`: what became of the questions, what was promised."""
    dialogue = await _dialogue(turn, argument)
    questions = await queries.questions_of(turn.tx, dialogue.id)
    await turn.show(views.sheet(dialogue, questions, language=turn.language))


async def ask_promises(turn: Turn, argument: str) -> None:
    """`dialogue_promises:3`: each promise becomes a request."""
    dialogue = await _dialogue(turn, argument)
    count = await service.ask_promises(turn.tx, turn.act, dialogue.id)
    await turn.show(views.promises_asked(dialogue.id, count))


# -- Who takes part --------------------------------------------------------------------------------


async def houses(turn: Turn, argument: str) -> None:
    """`dialogue_houses:3:0`: a page of the institutions, with who is on call."""
    which, _, page = argument.partition(":")
    dialogue = await _dialogue(turn, which)
    await _show_houses(
        turn,
        dialogue,
        page,
        lists=f"dialogue_houses:{dialogue.id}",
        chooses=f"dialogue_house:{dialogue.id}",
        back=f"dialogue:{dialogue.id}",
    )


async def _show_houses(
    turn: Turn, dialogue: Dialogue, page_: str, *, lists: str, chooses: str, back: str
) -> None:
    page = page_number(page_)
    called = await service.taking_part(turn.tx, turn.act, dialogue.id, Part.ON_CALL)
    counts = [each.seat.institution_id for each in called]
    every = by_name(await institutions.every(turn.tx), turn.language)
    every.sort(key=lambda each: each.id not in counts)
    shown = every[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    await turn.show(
        views.houses(
            page,
            [(each.id, each.names, counts.count(each.id)) for each in shown],
            lists=lists,
            chooses=chooses,
            back=back,
            more=(page + 1) * LIST_LENGTH < len(every),
            language=turn.language,
        )
    )


async def house(turn: Turn, argument: str) -> None:
    """`dialogue_house:3:5`: who of an institution is on call."""
    which, _, institution = argument.partition(":")
    dialogue = await _dialogue(turn, which)
    found = existing(await institutions.get(turn.tx, number(institution)))
    ids = await queries.seats_of(turn.tx, dialogue.id, Part.ON_CALL)
    seated = await people.seated(
        turn.tx, now=turn.now, roles=permissions.READS, institution_id=found.id
    )
    shown = [_taking(turn, each, takes_part=each.seat.id in ids) for each in seated]
    await turn.show(views.on_call(dialogue, found.id, name_for(found.names, turn.language), shown))


async def put_on_call(turn: Turn, argument: str) -> None:
    """`dialogue_put:3:5`: everybody of an institution is on call."""
    which, _, institution = argument.partition(":")
    await service.put_on_call(turn.tx, turn.act, number(which), number(institution))
    await house(turn, argument)


async def add(turn: Turn, argument: str) -> None:
    """`dialogue_add:3:9`: one more seat is on call."""
    which, _, seat = argument.partition(":")
    await service.add_on_call(turn.tx, turn.act, number(which), number(seat))
    await _house_of(turn, which, seat)


async def take_off(turn: Turn, argument: str) -> None:
    """`dialogue_off:3:9`: the seat is on call no more."""
    which, _, seat = argument.partition(":")
    await service.take_off(turn.tx, turn.act, number(which), number(seat), Part.ON_CALL)
    await _house_of(turn, which, seat)


async def _house_of(turn: Turn, which: str, seat: str) -> None:
    found = await people.seated(turn.tx, now=turn.now, seat_id=number(seat))
    if found and found[0].seat.institution_id is not None:
        await house(turn, f"{which}:{found[0].seat.institution_id}")
    else:
        await houses(turn, f"{which}:0")


async def delegation(turn: Turn, argument: str) -> None:
    """`dialogue_delegation:3`: who gets the cleared answers."""
    dialogue = await _dialogue(turn, argument)
    found = await service.taking_part(turn.tx, turn.act, dialogue.id, Part.DELEGATION)
    shown = [
        _taking(turn, each, takes_part=True) for each in found if each.seat.role not in SECRETARIAT
    ]
    await turn.show(views.delegation(dialogue, len(found) - len(shown), shown))


async def delegate(turn: Turn, argument: str) -> None:
    """`dialogue_delegate:3`: somebody more, by name."""
    dialogue = await _dialogue(turn, argument)
    await turn.desk.runner.begin(turn, "dialogue_delegate", dialogue=dialogue.id)


async def leave(turn: Turn, argument: str) -> None:
    """`dialogue_leave:3:9`: the seat is of the delegation no more."""
    which, _, seat = argument.partition(":")
    await service.take_off(turn.tx, turn.act, number(which), number(seat), Part.DELEGATION)
    await delegation(turn, which)


def _taking(turn: Turn, seated: Seated, *, takes_part: bool) -> views.Taking:
    return views.Taking(
        seated.seat.id,
        seated.person.name,
        seated.seat.role,
        name_for(seated.institution_names or {}, turn.language),
        takes_part,
    )


# -- A question ------------------------------------------------------------------------------------


async def question(turn: Turn, argument: str) -> None:
    """`dialogue_q:7`: as the reader's part in it shows it."""
    question_id = number(argument)
    if permissions.may_hold_dialogue(turn.actor):
        await turn.show(await flows.steered(turn, question_id))
        return
    found = await service.open_it(turn.tx, turn.act, question_id)
    await turn.show(
        views.called(found, clears=await service.may_clear(turn.tx, turn.act, found)),
        subject=f"dialogue_question:{found.id}",
    )


async def about(turn: Turn, argument: str) -> None:
    """`dialogue_item:7:55`: the item that it is about."""
    which, _, item = argument.partition(":")
    await service.about(turn.tx, turn.act, number(which), number(item))
    await question(turn, which)


async def choose_house(turn: Turn, argument: str) -> None:
    """`dialogue_q_houses:7:0`: a page of the institutions that could answer."""
    which, _, page = argument.partition(":")
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    found = await flows.asked(turn, number(which))
    await _show_houses(
        turn,
        await _dialogue(turn, str(found.dialogue_id)),
        page,
        lists=f"dialogue_q_houses:{found.id}",
        chooses=f"dialogue_q_house:{found.id}",
        back=f"dialogue_q:{found.id}",
    )


async def of_house(turn: Turn, argument: str) -> None:
    """`dialogue_q_house:7:5`: the institution that is to answer."""
    which, _, institution = argument.partition(":")
    await service.of_institution(turn.tx, turn.act, number(which), number(institution))
    await question(turn, which)


async def give(turn: Turn, argument: str) -> None:
    """`dialogue_give:7:42`: the delegation gets that report."""
    which, _, report = argument.partition(":")
    await service.give_record(turn.tx, turn.act, number(which), number(report))
    turn.toast = text("dialogue.given_toast")
    await question(turn, which)


async def ask(turn: Turn, argument: str) -> None:
    """`dialogue_ask:7`: people on call are asked now."""
    count = await service.ask(turn.tx, turn.act, number(argument))
    turn.toast = text("dialogue.asked_toast", count=count)
    await question(turn, argument)


async def answer(turn: Turn, argument: str) -> None:
    """`dialogue_answer:7`: write the answer, or other words for it."""
    found = await service.open_it(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        flows.ANSWERS,
        subject=f"dialogue_question:{found.id}",
        dialogue_question=found.id,
        version=found.version,
    )


async def clear(turn: Turn, argument: str) -> None:
    """`dialogue_clear:7:2`: those very words go to the delegation."""
    which, _, version = argument.partition(":")
    await service.clear(turn.tx, turn.act, number(which), number(version))
    await turn.show(views.cleared())


async def promise(turn: Turn, argument: str) -> None:
    """`dialogue_promise:7`: in writing, until a day."""
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    await turn.desk.runner.begin(turn, "dialogue_promise", dialogue_question=number(argument))


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a question are its answer; an answer is cleared by a tap alone."""
    found = await service.open_it(turn.tx, turn.act, number(argument))
    if found.answer is not None and await service.may_clear(turn.tx, turn.act, found):
        await question(turn, argument)
    elif await service.is_answered_by_another(turn.tx, turn.act, found):
        await turn.show(await flows.too_late(turn, found.id))
    else:
        await turn.show(await flows.put(turn, found.id, wrote.words))


async def ask_which(turn: Turn, wrote: Wrote) -> bool:
    """Words come to an open question that was shown before a question of the delegation: to which?

    They are kept as the answer's draft, which nobody sees before it is sent.
    """
    older = await conversations.active(turn.tx, turn.bot_id, turn.chat_id)
    if older is None or older.person_id != turn.person.id:
        return False
    asked = await service.last_asked(turn.tx, turn.act)
    if asked is None or asked.waits_since is None or asked.waits_since <= older.touched_at:
        return False
    subject = f"dialogue_question:{asked.id}"
    if await conversations.draft_about(turn.tx, turn.person.id, flows.ANSWERS, subject) is not None:
        return False
    title = await turn.desk.runner.title(turn, older)
    if title is None or not wrote.words.strip() or len(wrote.words) > LONGEST_TEXT:
        return False
    await turn.desk.runner.begin(
        turn,
        flows.ANSWERS,
        subject=subject,
        quietly=True,
        dialogue_question=asked.id,
        words=[wrote.words.strip()],
        message=wrote.message_id,
    )
    await turn.show(views.which(asked, older.id, title))
    return True


async def not_for_it(turn: Turn, argument: str) -> None:
    """`dialogue_not:7:41`: the words go where they were asked for before, conversation 41."""
    which, _, older = argument.partition(":")
    subject = f"dialogue_question:{number(which)}"
    runner = turn.desk.runner
    draft = await conversations.draft_about(turn.tx, turn.person.id, flows.ANSWERS, subject)
    answers = {} if draft is None else State.from_json(draft.state).answers
    if draft is None or "message" not in answers:
        await runner.resume(turn, number(older))
        return
    await runner.discard(turn, draft.id)
    await runner.resume(turn, number(older), quietly=True)
    await runner.write(turn, Wrote(joined(answers["words"]), answers["message"]))


async def _dialogue(turn: Turn, argument: str) -> Dialogue:
    permissions.require(permissions.may_hold_dialogue(turn.actor))
    return existing(await queries.get(turn.tx, number(argument)))


ACTS = {
    "dialogues": overview,
    "dialogue_new": new,
    "dialogue": board,
    "dialogue_type": type_question,
    "dialogue_ask_close": ask_to_close,
    "dialogue_close": close,
    "dialogue_sheet": sheet,
    "dialogue_promises": ask_promises,
    "dialogue_houses": houses,
    "dialogue_house": house,
    "dialogue_put": put_on_call,
    "dialogue_add": add,
    "dialogue_off": take_off,
    "dialogue_delegation": delegation,
    "dialogue_delegate": delegate,
    "dialogue_leave": leave,
    "dialogue_q": question,
    "dialogue_item": about,
    "dialogue_q_houses": choose_house,
    "dialogue_q_house": of_house,
    "dialogue_give": give,
    "dialogue_ask": ask,
    "dialogue_answer": answer,
    "dialogue_not": not_for_it,
    "dialogue_clear": clear,
    "dialogue_promise": promise,
}
COMMANDS = {"dialogue": "dialogues"}
REPLIES = {"dialogue_question": reply}
