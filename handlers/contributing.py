"""Contributing to a consultation, as a participant or with no way back."""

from __future__ import annotations

from bot.domain.consultations import Card, Consultation
from bot.domain.contributions import Contribution, looks_like_code, read_code
from bot.domain.errors import NotFound, existing
from bot.domain.incoming import Wrote
from bot.domain.screens import Value, text
from bot.domain.views import contributing as views
from bot.domain.views import participants
from bot.services import contributing as service
from bot.services import enclosures as enclosure_service
from bot.services import erasure
from handlers.card import number
from handlers.flows import contribute as flow
from handlers.flows.door import TooManyCodes
from handlers.participants import (
    by_code,
    invite_written,
    own,
    speak_as_known,
    terms_agreed,
)
from handlers.turn import Turn
from storage import consultations, contributions, enclosures, items, sign_ups, summaries

# -- From a sign-up --------------------------------------------------------------------------------


async def begin(turn: Turn, code: str) -> None:
    """`contribute:CODE`: a new contribution."""
    found, kept = await own(turn, code)
    if not kept.is_in:
        raise NotFound
    await turn.desk.participants.begin(turn, kept, flow.NAME, flow.blank(found))


async def listed(turn: Turn, code: str) -> None:
    """`contributed:CODE`: everything that one has contributed."""
    found, kept = await own(turn, code)
    mine = await contributions.of_handle(turn.tx, kept.handle)
    await turn.show(views.listed(found, mine, today=turn.today))


async def one(turn: Turn, argument: str) -> None:
    """`contributed_one:CODE:12`: one of them in full."""
    code, _, which = argument.partition(":")
    found, kept = await own(turn, code)
    mine = await service.own(turn.tx, kept, number(which))
    sent = await enclosures.of_contribution(turn.tx, mine.id)
    spoken_of = await _spoken_of(turn, mine)
    shown = views.one(found, mine, spoken_of, sent, today=turn.today)
    await service.note_screen(turn.tx, mine, await turn.show(shown))


async def amend(turn: Turn, argument: str) -> None:
    """`contributed_amend:CODE:12`: other words in the place of those that were sent."""
    code, _, which = argument.partition(":")
    found, kept = await own(turn, code)
    mine = await service.own(turn.tx, kept, number(which))
    sent = await enclosures.of_contribution(turn.tx, mine.id)
    answers = flow.answers_of(found, mine, await _codes(turn, mine), sent)
    await turn.desk.participants.begin(turn, kept, flow.NAME, answers)


async def withdraw(turn: Turn, argument: str) -> None:
    """`contributed_withdraw:CODE:12`: take it back; asked once more."""
    code, _, rest = argument.partition(":")
    which, _, sure = rest.partition(":")
    found, kept = await own(turn, code)
    mine = await service.own(turn.tx, kept, number(which))
    if not sure:
        await turn.show(views.ask_to_withdraw(found, mine))
        return
    await service.withdraw(turn.tx, turn.act, kept, found, mine.number)
    turn.toast = text("contributed.withdrawn", number=mine.number)
    turn.tapped = None  # that message goes
    await listed(turn, code)


async def clear(turn: Turn, argument: str) -> None:
    """`contributed_clear:CODE:12`: delete from the chat what shows it."""
    code, _, which = argument.partition(":")
    found, kept = await own(turn, code)
    await service.delete_messages(turn.tx, turn.act, kept, number(which))
    await turn.show(views.cleared(found))


async def keep_voice(turn: Turn, argument: str) -> None:
    """`voice_keep:CODE:3`: keep a voice message, although it can be recognised."""
    code, _, which = argument.partition(":")
    _found, kept = await own(turn, code)
    await enclosure_service.keep_voice(turn.tx, turn.act, kept, number(which))
    await turn.show(views.voice_decided(kept=True))


async def drop_voice(turn: Turn, argument: str) -> None:
    """`voice_drop:CODE:3`: rather not."""
    code, _, which = argument.partition(":")
    _found, kept = await own(turn, code)
    await enclosure_service.take_back(turn.tx, turn.act, kept, number(which))
    await turn.show(views.voice_decided(kept=False))


# -- With no way back ------------------------------------------------------------------------------


async def leave(turn: Turn, argument: str) -> None:
    """`leave_words:CODE:2027-01-31:fr:17`: on the terms that were shown."""
    agreed = await terms_agreed(turn, argument)
    if agreed is None:
        return
    found, card = agreed
    kept = await service.begin_words(turn.tx, turn.act, card, found)
    answers = flow.blank(found, bare=True)
    await turn.desk.participants.begin(turn, kept, flow.NAME, answers)


async def drop(turn: Turn, code: str) -> None:
    """`words_dropped:CODE`: they are not sent; nothing of them is kept."""
    turn.step_apart()
    found = await by_code(turn, code)
    kept = await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id, words=True)
    if kept is not None:
        await service.put_aside(turn.tx, turn.act, kept)
    turn.tapped = None  # that message goes
    await turn.show(participants.declined())


async def became(turn: Turn, words: str) -> None:
    """`/became KQ7M-…`: what became of the words that this code leads to."""
    turn.step_apart()
    await speak_as_known(turn)
    if not words:
        await turn.show(views.ask_for_code())
        return
    mine, found, code = await _of_code(turn, words) or (None, None, "")
    if mine is None or found is None:
        await turn.show(views.no_such_code())
        return
    spoken_of = await _spoken_of(turn, mine)
    summarised = await summaries.is_there(turn.tx, found.id)
    await turn.show(
        views.of_code(found, mine, spoken_of, code, today=turn.today, summarised=summarised)
    )


async def withdraw_of_code(turn: Turn, argument: str) -> None:
    """`code_withdraw:kq7m…`: take back what this code leads to; asked once more."""
    turn.step_apart()
    words, _, sure = argument.partition(":")
    mine, _found, code = await _of_code(turn, words) or (None, None, "")
    if mine is None:
        await turn.show(views.no_such_code())
    elif not sure:
        await turn.show(views.ask_to_withdraw_of_code(mine, code))
    else:
        await service.withdraw_of_code(turn.tx, turn.act, mine)
        await turn.show(views.withdrawn())


async def clear_code(turn: Turn, _argument: str) -> None:
    """`code_clear`: delete the message in which the code stands."""
    turn.step_apart()
    if turn.tapped is not None:
        card = Card(turn.chat_id, turn.bot_id, turn.language)
        await erasure.clear_chat(turn.tx, turn.act, card, rows=(), wrote=(turn.tapped,))


async def code_written(turn: Turn, wrote: Wrote) -> bool:
    """Take a message that is a code and nothing else; False where it is something else."""
    if not turn.private:
        return False
    if not looks_like_code(wrote.words):
        return await invite_written(turn, wrote)
    await became(turn, wrote.words)
    return True


async def _of_code(turn: Turn, words: str) -> tuple[Contribution, Consultation, str] | None:
    """The contribution of a code, and what it was sent to; whoever guesses is stopped."""
    guesses = turn.desk.codes
    if guesses.spent(turn.chat_id, turn.now):
        raise TooManyCodes
    code = read_code(words)
    mine = None if code is None else await service.of_code(turn.tx, code)
    if mine is None or code is None:
        guesses.note(turn.chat_id, turn.now)
        return None
    found = await consultations.get(turn.tx, mine.consultation_id, language=turn.language)
    return mine, existing(found), code


async def _spoken_of(turn: Turn, mine: Contribution) -> Value:
    chapter = await service.chapter_of(turn.tx, mine.about)
    return views.about(mine.about, await _codes(turn, mine), chapter)


async def _codes(turn: Turn, mine: Contribution) -> dict[int, str]:
    return await items.codes(turn.tx, mine.about.items)


ACTS = {
    "contribute": begin,
    "contributed": listed,
    "contributed_one": one,
    "contributed_amend": amend,
    "contributed_withdraw": withdraw,
    "contributed_clear": clear,
    "voice_keep": keep_voice,
    "voice_drop": drop_voice,
    "leave_words": leave,
    "words_dropped": drop,
    "became": became,
    "code_withdraw": withdraw_of_code,
    "code_clear": clear_code,
}
COMMANDS = {"became": "became"}
OPEN_ACTS = set(ACTS)
