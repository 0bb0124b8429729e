"""Taking part in consultations: for anybody, and apart from whatever seat they may have."""

from __future__ import annotations

from dataclasses import replace

from bot import texts
from bot.domain import codes
from bot.domain.consultations import INVITE, Card, Consultation, Invited, SignUp, SignUpState
from bot.domain.errors import NotFound, existing
from bot.domain.incoming import Wrote
from bot.domain.screens import text
from bot.domain.views import consultation_bot
from bot.domain.views import discretion as discreet_views
from bot.domain.views import participants as views
from bot.domain.views import summaries as summary_views
from bot.services import discretion, feedback, waiting
from bot.services import sign_ups as service
from bot.services import subscriptions as telling
from handlers.flows import sign_up as flow
from handlers.flows.consultation import link_to
from handlers.flows.door import TooManyCodes
from handlers.turn import Turn
from storage import consultations, invites, sign_ups, subscriptions, summaries


async def first(turn: Turn, argument: str) -> None:
    """`consultation:CODE`: what is asked, and what is kept; one's own, where one has signed up.

    `consultation:CODE:fr:17` shows it in that language, asked for by message 17. `CODE-INVITE`
    comes with the code of a group.
    """
    turn.step_apart()
    code, asked_by = in_language(turn, argument)
    if ":" not in argument:
        await speak_as_known(turn)
    bare, _, invite = code.partition("-")
    found = existing(await consultations.by_code(turn.tx, bare, language=turn.language))
    if not found.holds_people:
        await came_of(turn, argument)
        return
    kept = await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id)
    if kept is not None and kept.card is not None:
        kept = await service.remember(turn.tx, kept, turn.typed)
        turn.step_apart(kept)
        await _show(turn, await by_code(turn, code), kept)
        return
    if turn.desk.bot_name != turn.desk.consultation_bot:
        await turn.show(consultation_bot.moved(link_to(turn, found, invite)))
        return
    summarised = await summaries.is_there(turn.tx, found.id)
    other = None
    if not found.takes_sign_ups(turn.today):
        other = await consultations.next_open(
            turn.tx, today=turn.today, but=found.id, language=turn.language
        )
        if not found.takes_contributions(turn.today):
            await (came_of(turn, argument) if summarised else turn.show(views.too_late(other)))
            return
    if await _let_in_as(turn, found, code) is None:
        here = here_of(turn, bare, asked_by)
        shown = views.by_code(
            found,
            here,
            _others(turn),
            today=turn.today,
            wrong=bool(invite),
            summarised=summarised,
        )
    else:
        here = here_of(turn, code, asked_by)
        shown = views.first(
            found, here, _others(turn), today=turn.today, instead=other, summarised=summarised
        )
    await turn.show(shown)


async def came_of(turn: Turn, argument: str) -> None:
    """`came_of:CODE`: what the secretariat says came of it; it stays when all else is erased."""
    turn.step_apart()
    code, asked_by = in_language(turn, argument)
    bare = code.partition("-")[0]
    found = existing(await consultations.by_code(turn.tx, bare, language=turn.language))
    said = existing(await summaries.get(turn.tx, found.id, turn.language))
    kept = await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id)
    mine = kept is not None and kept.card is not None
    if mine:
        turn.step_apart(kept)
    other = await consultations.next_open(
        turn.tx, today=turn.today, but=found.id, language=turn.language
    )
    back = None
    if not mine and found.takes_contributions(turn.today):
        back, other = f"consultation:{here_of(turn, code, asked_by)}", None
    shown = summary_views.shown(found, said, mine=mine, other=None if mine else other, back=back)
    await turn.show(shown)


async def ways(turn: Turn, argument: str) -> None:
    """`ways:CODE:fr:17`: other ways to take part."""
    turn.step_apart()
    code, asked_by = in_language(turn, argument)
    await turn.show(views.ways(await by_code(turn, code), here_of(turn, code, asked_by)))


async def worried(turn: Turn, argument: str) -> None:
    """`worried:CODE:fr:17`: who helps; nothing is recorded."""
    turn.step_apart()
    code, asked_by = in_language(turn, argument)
    await turn.show(views.worried(await by_code(turn, code), here_of(turn, code, asked_by)))


async def documents(turn: Turn, argument: str) -> None:
    """`documents:CODE:fr:17`: the papers that are handed out; nothing is kept of it."""
    turn.step_apart()
    code, asked_by = in_language(turn, argument)
    found = await by_code(turn, code)
    kept = await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id)
    if kept is not None and kept.card is not None:
        turn.step_apart(kept)
    elif await _let_in_as(turn, found, code) is None:
        await first(turn, argument)
        return
    papers = await consultations.documents(turn.tx, found.id)
    if not papers:
        raise NotFound
    await turn.show(views.documents(found, papers, here_of(turn, code, asked_by)))


async def decline(turn: Turn, argument: str) -> None:
    """`decline:CODE:fr:17`: somebody takes no part."""
    turn.step_apart()
    in_language(turn, argument)
    await turn.show(views.declined())


# -- One's own -------------------------------------------------------------------------------------


async def agree(turn: Turn, argument: str) -> None:
    """`agree:CODE:2027-01-31:fr:17`: to the terms that were shown, by a random name."""
    await _agree(turn, argument, named=False)


async def agree_named(turn: Turn, argument: str) -> None:
    """`agree_named:CODE:2027-01-31:fr:17`: to the terms that were shown, by one's own name."""
    await _agree(turn, argument, named=True)


async def _agree(turn: Turn, argument: str, *, named: bool) -> None:
    agreed = await terms_agreed(turn, argument, named=named)
    if agreed is None:
        return
    found, card = agreed
    kept = await service.agree(turn.tx, turn.act, card, found)
    at = "name" if named and not kept.is_in else None
    await turn.desk.participants.begin(
        turn, kept, flow.NAME, await flow.answers_of(turn, kept), at=at
    )


async def terms_agreed(
    turn: Turn, argument: str, *, named: bool = False
) -> tuple[Consultation, Card] | None:
    """What somebody agrees to, and their empty card; None where the terms are others by now.

    Those are shown then. The argument is `CODE:2027-01-31:fr:17`.
    """
    turn.step_apart()
    code, _, shown = argument.partition(":")
    until, asked_by = in_language(turn, shown)
    found = await by_code(turn, code)
    group = await _let_in_as(turn, found, code)
    if group is None:
        bare, _, _invite = code.partition("-")
        await first(turn, here_of(turn, bare, asked_by))
        return None
    if until != found.wanted.kept_until.isoformat():
        turn.toast = text("participant.terms_changed")
        await first(turn, here_of(turn, code, asked_by))
        return None
    wrote = tuple(each for each in (asked_by, turn.tapped) if each)
    card = Card(turn.chat_id, turn.bot_id, turn.language, named=named, wrote=wrote)
    return found, replace(card, group=group or None, discreet=await turn.is_discreet())


async def _let_in_as(turn: Turn, found: Consultation, code: str) -> str | None:
    """The group whose code the link carries, "" where none is needed; None where it does not count.

    Whoever guesses is stopped.
    """
    if found.wanted.invited is not Invited.CODE:
        return ""
    _bare, _, invite = code.partition("-")
    if not invite:
        return None
    if turn.desk.invites.spent(turn.chat_id, turn.now):
        raise TooManyCodes
    group = await invites.group_of(turn.tx, found.id, invite)
    if group is None:
        turn.desk.invites.note(turn.chat_id, turn.now)
    return group


async def invite_written(turn: Turn, wrote: Wrote) -> bool:
    """Take a group's code that was written alone; False where it is something else.

    Where it may be a word as well, or an answer, only a code that counts is taken for one.
    """
    dashed = codes.looks_like(wrote.words, INVITE)
    invite = codes.read(wrote.words, INVITE)
    if invite is None or (turn.actor.seats and not dashed):
        return False
    may_be_word = not dashed and invite.isalpha()
    spent = turn.desk.invites.spent(turn.chat_id, turn.now)
    code = None if spent else await invites.leads_to(turn.tx, invite)
    if code is not None:
        await turn.go(turn, f"consultation:{code}-{invite}")
        return True
    turn.desk.invites.note(turn.chat_id, turn.now)
    if may_be_word or turn.actor.seats or await turn.desk.participants.asks(turn):
        return False
    if spent:
        raise TooManyCodes
    turn.step_apart()
    await turn.show(views.no_such_code())
    return True


async def one(turn: Turn, code: str) -> None:
    """`sign_up:CODE`: how one's own sign-up stands."""
    found, kept = await own(turn, code)
    await _show(turn, found, kept)


async def change(turn: Turn, code: str) -> None:
    """`sign_up_change:CODE`: the card, to be changed and sent again."""
    found, kept = await own(turn, code)
    if not found.takes_sign_ups(turn.today):
        raise service.SignUpClosed
    await turn.desk.participants.begin(turn, kept, flow.NAME, await flow.answers_of(turn, kept))


async def cancel(turn: Turn, argument: str) -> None:
    """`sign_up_cancel:CODE`: take part no more; asked once more."""
    code, _, sure = argument.partition(":")
    found, kept = await own(turn, code)
    if not found.can_be_left(turn.today):
        raise service.TooLateToCancel
    if not sure:
        await turn.show(views.ask_to_cancel(found))
        return
    turn.sign_up = await service.cancel(turn.tx, turn.act, kept)
    turn.toast = text("sign_up.cancelled")
    await _show(turn, found, turn.sign_up)


async def calendar(turn: Turn, code: str) -> None:
    """`sign_up_calendar:CODE`: the meeting as a calendar file, for whoever has a seat."""
    found, kept = await own(turn, code)
    stored = await consultations.calendar(turn.tx, found.id, turn.language)
    if stored is None or not views.may_have_calendar(found, kept):
        raise NotFound
    await turn.show(views.calendar(found, stored))


async def discreet(turn: Turn, code: str) -> None:
    """`discreet:CODE`: what discreet mode does, and its switch."""
    found, kept = await own(turn, code)
    await _show_switch(turn, found, kept)


async def discreet_on(turn: Turn, code: str) -> None:
    """`discreet_on:CODE`: from now on in this chat; what stands there goes."""
    found, kept = await own(turn, code)
    turn.sign_up = kept = await discretion.switch(turn.tx, turn.act, kept, on=True)
    row = await _show_switch(turn, found, kept)
    await discretion.clear_all(turn.tx, turn.act, turn.card, but=row)


async def discreet_off(turn: Turn, code: str) -> None:
    """`discreet_off:CODE`: no more, from now on."""
    found, kept = await own(turn, code)
    turn.sign_up = kept = await discretion.switch(turn.tx, turn.act, kept, on=False)
    await _show_switch(turn, found, kept)


async def _show_switch(turn: Turn, found: Consultation, kept: SignUp) -> int:
    on = kept.card is not None and kept.card.discreet
    return await turn.show(discreet_views.switch(found, on=on))


async def hide(turn: Turn, _argument: str) -> None:
    """`hide`: nothing that the chat shows is to be read any more."""
    turn.step_apart()
    await discretion.hide(turn.tx, turn.act, turn.card, turn.tapped)


async def keep_longer(turn: Turn, argument: str) -> None:
    """`keep_longer:CODE:2027-03-31`: agree to a later day than before."""
    code, _, until = argument.partition(":")
    found, kept = await own(turn, code)
    if until != found.wanted.kept_until.isoformat():
        turn.toast = text("participant.terms_changed")
    else:
        turn.sign_up = kept = await service.keep_longer(turn.tx, turn.act, kept, found)
    await _show(turn, found, kept)


async def mine(turn: Turn, _argument: str) -> None:
    """`/mine`: everything that was signed up to in this chat."""
    turn.step_apart()
    held = []
    for kept in await sign_ups.of_chat(turn.tx, turn.bot_id, turn.chat_id):
        language = turn.language if kept.card is None else kept.card.language
        found = await consultations.get(turn.tx, kept.consultation_id, language=language)
        bare = kept.state is SignUpState.WORDS
        if found is not None and kept.card is not None and not bare:
            held.append((found, kept))
    if held:
        turn.step_apart(held[0][1])
    told = await subscriptions.of(turn.tx, turn.bot_id, turn.chat_id)
    await turn.show(views.mine(held, told=None if told is None else told.kept_until))


async def tell_no_more(turn: Turn, _argument: str) -> None:
    """`told_no_more`: nothing is told of later consultations."""
    turn.step_apart()
    await telling.end(turn.tx, turn.act, turn.bot_id, turn.chat_id)
    turn.toast = text("later.ended")
    turn.tapped = None  # that message may go
    await mine(turn, "")


async def forget(turn: Turn, argument: str) -> None:
    """`/forget`: erase everything that was left in this chat; asked once more."""
    turn.step_apart()
    held = await sign_ups.of_chat(turn.tx, turn.bot_id, turn.chat_id)
    told = await subscriptions.of(turn.tx, turn.bot_id, turn.chat_id)
    if not held and told is None:
        await turn.show(views.nothing_kept())
        return
    if argument != "yes":
        if held:
            turn.step_apart(await service.remember(turn.tx, held[0], turn.typed))
        await turn.show(views.ask_to_forget(len(held), told=told is not None))
        return
    turn.step_apart()
    says = await turn.show(views.forgetting())
    await service.forget(turn.tx, turn.act, turn.bot_id, turn.chat_id, says=says)


async def take(turn: Turn, code: str) -> None:
    """`seat_take:CODE`: the seat that is offered."""
    found, kept = await own(turn, code)
    turn.sign_up = await waiting.take(turn.tx, turn.act, kept)
    turn.toast = text("sign_up.seat_taken")
    await _show(turn, found, turn.sign_up)


async def ask_again(turn: Turn, code: str) -> None:
    """`seat_ask:CODE`: back on the waiting list after an offer has lapsed."""
    found, kept = await own(turn, code)
    turn.sign_up = await waiting.ask_again(turn.tx, turn.act, found, kept)
    await _show(turn, found, turn.sign_up)


async def _show(turn: Turn, found: Consultation, kept: SignUp) -> None:
    waits = await waiting.stands(turn.tx, turn.act, found, kept)
    asked = await feedback.may_give(turn.tx, turn.act, found, kept)
    summarised = await summaries.is_there(turn.tx, found.id)
    shown = views.one(found, kept, waits, today=turn.today, feedback=asked, summarised=summarised)
    await turn.show(shown)


async def by_code(turn: Turn, code: str) -> Consultation:
    """The consultation of a public link, while anything of it is kept; raises NotFound."""
    bare, _, _invite = code.partition("-")
    found = existing(await consultations.by_code(turn.tx, bare, language=turn.language))
    if not found.holds_people:
        raise NotFound
    return found


async def own(turn: Turn, code: str) -> tuple[Consultation, SignUp]:
    """A consultation and the chat's own sign-up to it; raises NotFound where it has none."""
    turn.step_apart()
    found = await by_code(turn, code)
    kept = existing(await sign_ups.of(turn.tx, found.id, turn.bot_id, turn.chat_id))
    if kept.card is None:
        raise NotFound
    turn.step_apart(kept)
    return await by_code(turn, code), kept  # in their language, which the card knows


async def speak_as_known(turn: Turn) -> bool:
    """Speak as to what was signed up to in this chat, or agreed to be told of.

    Gives whether /mine would show something.
    """
    turn.step_apart()
    held = await sign_ups.of_chat(turn.tx, turn.bot_id, turn.chat_id)
    told = await subscriptions.of(turn.tx, turn.bot_id, turn.chat_id)
    cards = [each.card for each in (*held, told) if each is not None]
    known = [each for each in cards if each is not None]
    turn.language = next((each.language for each in known), turn.language)
    turn.discreet = any(each.discreet for each in known)
    signed_up = any(each.state is not SignUpState.WORDS for each in held)
    return signed_up or told is not None


def in_language(turn: Turn, argument: str) -> tuple[str, int]:
    """What stands before the language, which is spoken from now on in this turn.

    Beside it, the message that asked for this: the one named behind the language, else this one.
    """
    rest, _, behind = argument.partition(":")
    language, _, asked_by = behind.partition(":")
    if language in turn.desk.country.languages:
        turn.language = language
    return rest, int(asked_by) if asked_by.isdecimal() else turn.typed or 0


def here_of(turn: Turn, code: str, asked_by: int) -> str:
    """What the buttons of a screen that keeps nothing carry on."""
    return f"{code}:{turn.language}:{asked_by}"


def _others(turn: Turn) -> list[tuple[str, str]]:
    """The other languages of the State, by their codes and their own names."""
    every = turn.desk.country.languages
    return [(each, texts.own_name(each)) for each in every if each != turn.language]


ACTS = {
    "consultation": first,
    "came_of": came_of,
    "ways": ways,
    "worried": worried,
    "documents": documents,
    "decline": decline,
    "agree": agree,
    "agree_named": agree_named,
    "sign_up": one,
    "sign_up_change": change,
    "sign_up_cancel": cancel,
    "keep_longer": keep_longer,
    "discreet": discreet,
    "discreet_on": discreet_on,
    "discreet_off": discreet_off,
    "hide": hide,
    "sign_up_calendar": calendar,
    "seat_take": take,
    "seat_ask": ask_again,
    "mine": mine,
    "told_no_more": tell_no_more,
    "forget": forget,
}
COMMANDS = {"mine": "mine", "forget": "forget"}
OPEN_ACTS = set(ACTS)
