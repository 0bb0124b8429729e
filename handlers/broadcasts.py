"""Broadcasts: the list, the boards, and the button under what people got."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, Refused
from bot.domain.incoming import Wrote
from bot.domain.people import Act
from bot.domain.views import broadcasts as views
from bot.domain.views.common import LIST_LENGTH
from bot.services import broadcasts as service
from bot.services import evidence
from handlers.card import number
from handlers.flows import broadcast as flow
from handlers.flows.engine import State
from handlers.home import page_number
from handlers.turn import Turn
from storage import broadcasts, conversations
from storage.conversations import Conversation
from storage.database import Transaction

Decision = Callable[[Transaction, Act, int], Awaitable[Any]]


async def listed(turn: Turn, argument: str) -> None:
    """`broadcasts:0`: a page of the broadcasts; a new one."""
    permissions.require(permissions.may_ask(turn.actor))
    page = page_number(argument)
    found = await broadcasts.page(turn.tx, limit=LIST_LENGTH, offset=page * LIST_LENGTH)
    shown = [(each, await service.beginning(turn.tx, each)) for each in found]
    await turn.show(views.listed(await broadcasts.count(turn.tx), page, shown))


async def new(turn: Turn, _argument: str) -> None:
    """A new broadcast, or the draft of one."""
    permissions.require(permissions.may_ask(turn.actor))
    await turn.desk.runner.begin(turn, flow.NAME, subject=flow.SUBJECT)


async def again(turn: Turn, argument: str) -> None:
    """`broadcast_again:7`: a new draft with the same words, to the same people."""
    found = await service.get(turn.tx, turn.act, number(argument))
    await flow.begin_again(turn, found)


async def board(turn: Turn, argument: str) -> None:
    """`broadcast:7`: how far it is."""
    await flow.show_board(turn, number(argument))


async def undo(turn: Turn, argument: str) -> None:
    """`broadcast_undo:7`: it does not go out."""
    await _decide(turn, argument, service.undo)


async def send_now(turn: Turn, argument: str) -> None:
    """`broadcast_now:7`: it goes out at once."""
    await _decide(turn, argument, service.send_now)


async def retry(turn: Turn, argument: str) -> None:
    """`broadcast_retry:7`: what failed is sent once more."""
    await _decide(turn, argument, service.retry)


async def _decide(turn: Turn, argument: str, act: Decision) -> None:
    """Do it, and show how it stands; where somebody was faster, that is what is shown."""
    permissions.require(permissions.may_ask(turn.actor))
    broadcast_id = number(argument)
    try:
        async with turn.tx.savepoint():
            await act(turn.tx, turn.act, broadcast_id)
    except (Outdated, service.NothingToRetry) as refused:
        turn.toast = refused.text
    await flow.show_board(turn, broadcast_id)


async def missed(turn: Turn, argument: str) -> None:
    """`broadcast_missed:7:0`: a page of who has not got it."""
    broadcast_id, _, page = argument.partition(":")
    found = await service.get(turn.tx, turn.act, number(broadcast_id))
    people = await service.missed(turn.tx, turn.act, found.id)
    await turn.show(views.missed(found.id, people, page_number(page), language=turn.language))


# -- A draft as others will see it -----------------------------------------------------------------


async def look(turn: Turn, argument: str) -> None:
    """`broadcast_look:17:ar`: the draft as readers of Arabic will get it."""
    draft_id, _, language = argument.partition(":")
    draft = await _draft(turn, draft_id)
    if language not in turn.desk.country.languages:
        raise NotFound
    answers = State.from_json(draft.state).answers
    try:
        file = await evidence.only_file_of_draft(turn.tx, draft.id)
    except Refused as refused:
        turn.toast, file = refused.text, None
    await turn.show(flow.as_seen(turn, answers, language, file=file), language=language)
    await turn.desk.runner.resume(turn, draft.id)


async def left_out(turn: Turn, argument: str) -> None:
    """`broadcast_left_out:17:0`: whom the draft does not reach."""
    draft_id, _, page = argument.partition(":")
    draft = await _draft(turn, draft_id)
    reached = await flow.reach(turn, State.from_json(draft.state).answers)
    await turn.show(
        views.left_out(reached.preview, page_number(page), draft.id, language=turn.language)
    )


async def _draft(turn: Turn, argument: str) -> Conversation:
    permissions.require(permissions.may_ask(turn.actor))
    found = await conversations.get(turn.tx, number(argument))
    if found is None or found.flow != flow.NAME or found.person_id != turn.person.id:
        raise NotFound
    return found


# -- For everybody ---------------------------------------------------------------------------------


async def seen(turn: Turn, argument: str) -> None:
    """`seen:7`: somebody has read it; `seen:0` stands under a preview."""
    if argument == "0":
        turn.toast = views.only_a_look()
        return
    await service.seen(turn.tx, turn.act, number(argument))
    turn.toast = views.thanks()


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to the broadcast `broadcast:7`."""
    await service.reply(
        turn.tx,
        turn.act,
        number(argument),
        wrote.words,
        language=turn.language_of(wrote.words),
        message_id=wrote.message_id,
    )
    await turn.show(views.reply_arrived())


async def answer(turn: Turn, argument: str, wrote: Wrote) -> None:
    """The secretariat's words in reply to what person 41 said: `broadcast_reply:7:41`."""
    broadcast_id, _, person_id = argument.partition(":")
    to = number(person_id)
    await service.answer(
        turn.tx,
        turn.act,
        number(broadcast_id),
        to,
        wrote.words,
        language=turn.language_of(wrote.words),
        message_id=wrote.message_id,
    )
    [name] = [called for called, _ in (await broadcasts.called(turn.tx, [to])).values()]
    await turn.show(views.answer_sent(name))


ACTS = {
    "broadcasts": listed,
    "broadcast_new": new,
    "broadcast_again": again,
    "broadcast": board,
    "broadcast_undo": undo,
    "broadcast_now": send_now,
    "broadcast_retry": retry,
    "broadcast_missed": missed,
    "broadcast_look": look,
    "broadcast_left_out": left_out,
    "seen": seen,
}
COMMANDS = {"broadcast": "broadcasts"}
REPLIES = {service.BOARD: reply, service.REPLY: answer}
