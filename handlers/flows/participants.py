"""Runs the conversations of participants: as the runner does, but sealed with their sign-up.

There is one open question a chat, in the sign-up that it belongs to; nothing of it stands in the
table of conversations, and its buttons are `g:nonce:number`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.domain.consultations import SignUp
from bot.domain.enclosures import EnclosureState
from bot.domain.errors import Refused
from bot.domain.incoming import Sent, Wrote
from bot.domain.screens import Screen, Value, text
from bot.domain.views import contributing as contributing_views
from bot.services import contributing, discretion, enclosures
from bot.services import sign_ups as service
from handlers.flows import engine
from handlers.flows.engine import Advance, Outcome, State
from handlers.flows.flow import Flow
from handlers.flows.runner import bound, checked, left
from handlers.turn import Turn
from storage import conversations, sign_ups
from storage import enclosures as enclosure_rows
from storage import waiting as seats


class ParticipantRunner:
    """Holds the participants' flows by name and moves their conversations on."""

    def __init__(self, flows: Iterable[Flow]) -> None:
        self.flows = {flow.name: flow for flow in flows}

    async def begin(
        self, turn: Turn, kept: SignUp, name: str, answers: dict[str, Any], *, at: str | None = None
    ) -> None:
        """Open a conversation in a sign-up, at the question `at` or at the first that is open."""
        every = await sign_ups.of_chat(turn.tx, turn.bot_id, turn.chat_id)
        open_ones = [each for each in every if each.asked is not None]
        others = [each for each in open_ones if each.handle != kept.handle]
        needed = (kept.consultation_id, *(each.consultation_id for each in others))
        await seats.lock(turn.tx, *needed)
        for other in others:
            await contributing.put_aside(turn.tx, turn.act, other)
        kept = await sign_ups.again(turn.tx, kept)
        await enclosure_rows.remove_unsent(turn.tx, kept.handle)
        if kept.asked is not None:
            kept = _noting(kept, flow="")  # what was written to it belongs to nothing any more
        turn.step_apart(kept)
        flow = self.flows[name]
        state = engine.begin(flow, answers, await _labels(turn, flow, answers))
        if at is not None:
            state = replace(state, at=at)
        await self._ask(turn, kept, flow, state)

    async def press(self, turn: Turn, nonce: str, number: int) -> None:
        """A button was tapped; a stale one says so and shows what there is."""
        kept = await self._asked(turn)
        if kept is None or kept.asked is None or kept.asked["nonce"] != nonce:
            turn.toast = text("flow.stale")
            await turn.go(turn, "mine")
            return
        if self.flows[kept.asked["flow"]].at_once is not None and kept.card is not None:
            await discretion.lock(turn.tx, kept.card)  # the tap may hold for the whole chat
        kept = await seats.hold(turn.tx, kept)
        turn.step_apart(kept)
        flow, state = self._state(kept)
        try:
            advance = engine.press(flow, state, number)
        except IndexError:
            await self._ask(turn, kept, flow, state)
            return
        await self._follow(turn, kept, flow, advance)

    async def write(self, turn: Turn, wrote: Wrote) -> bool:
        """Words were written; True if they were an answer of a participant."""
        kept = await self._asked(turn)
        if kept is None:
            return False
        flow, state = self._state(kept)
        step = engine.takes_words(flow, state)
        if step is None and turn.actor.seats:
            return False  # whoever has a seat here, too, meant something else
        kept = await seats.hold(turn.tx, kept)
        kept = await self._remember(turn, kept, wrote.message_id)
        turn.step_apart(kept)
        if step is None or step.check is None:
            await turn.refuse(text("flow.tap_please"))
            await self._ask(turn, kept, flow, state)
            return True
        try:
            value = await checked(turn, state, step, wrote.words)
            advance = engine.write(flow, state, step, value)
        except Refused as refused:
            await turn.refuse(refused.text)
            return True
        if step.grows:
            earlier = _parts(kept) if advance.part else {}
            kept = _noting(kept, parts=earlier | {str(wrote.message_id): advance.part})
        await self._follow(turn, kept, flow, advance)
        return True

    async def amend(self, turn: Turn, wrote: Wrote) -> bool:
        """A message was edited; True if its words are part of an answer that is not sent yet."""
        kept = await self._asked(turn)
        if kept is None or str(wrote.message_id) not in _parts(kept):
            return False
        kept = await seats.hold(turn.tx, kept)
        turn.step_apart(kept)
        flow, state = self._state(kept)
        step = engine.takes_words(flow, state)
        if step is None or not step.grows:
            return False
        try:
            value = await checked(turn, state, step, wrote.words)
            amended = engine.amend(state, step, _parts(kept)[str(wrote.message_id)], value)
        except Refused as refused:
            await turn.refuse(refused.text)
            return True
        await self._ask(turn, kept, flow, amended)
        return True

    async def send(self, turn: Turn, sent: Sent) -> bool:
        """A file was sent; True if a participant's conversation took it, or said why it cannot."""
        kept = await self._asked(turn)
        if kept is None:
            return False
        flow, state = self._state(kept)
        if engine.takes_words(flow, state) is None and turn.actor.seats:
            return False
        kept = await seats.hold(turn.tx, kept)
        kept = await self._remember(turn, kept, sent.message_id)
        turn.step_apart(kept)
        step = engine.takes_files(flow)
        if step is None:
            await turn.refuse(text("flow.words_only"))
            await self._ask(turn, kept, flow, state)
            return True
        try:
            taken = await enclosures.take(turn.tx, turn.act, kept, sent)
        except Refused as refused:
            await turn.refuse(refused.text)
            await self._ask(turn, kept, flow, state)
            return True
        turn.unsaved = True  # it goes from the chat once it was fetched
        state = engine.attach(state, step, taken.id, album=sent.album)
        if (said := sent.caption) and (words := engine.takes_words(flow, state)) is not None:
            state = engine.write(flow, state, words, said).state
        await self._ask(turn, kept, flow, engine.without_words(flow, state))
        if taken.state is EnclosureState.ASKED:
            code = str(state.answers["code"])
            await turn.show(contributing_views.ask_for_voice(code, taken.id))
        return True

    async def back(self, turn: Turn) -> bool:
        """`/back`: to the card, or away from it; False if there is no question."""
        kept = await self._asked(turn)
        if kept is None:
            return False
        kept = await seats.hold(turn.tx, kept)
        turn.step_apart(kept)
        flow, state = self._state(kept)
        await self._follow(turn, kept, flow, engine.back(flow, state))
        return True

    # -- inside ------------------------------------------------------------------------------------

    async def asks(self, turn: Turn) -> bool:
        """Whether a question is open in this chat."""
        return await self._asked(turn) is not None

    async def _asked(self, turn: Turn) -> SignUp | None:
        """The sign-up of this chat in which a question is open."""
        if not turn.private:
            return None
        found = await sign_ups.of_chat(turn.tx, turn.bot_id, turn.chat_id)
        return next((each for each in found if each.asked is not None), None)

    def _state(self, kept: SignUp) -> tuple[Flow, State]:
        assert kept.asked is not None
        return self.flows[kept.asked["flow"]], State.from_json(kept.asked["state"])

    async def _follow(self, turn: Turn, kept: SignUp, flow: Flow, advance: Advance) -> None:
        match advance.outcome:
            case Outcome.ASK:
                await self._ask(turn, kept, flow, advance.state)
            case Outcome.DONE:
                turn.sign_up = kept
                files = await self._files(turn, flow, advance.state)
                sent = await left(turn, flow, advance.state, files)
                shown = await flow.then(turn, advance.state.answers, 0)
                if turn.sign_up is not None:  # else nothing of the chat is kept any more
                    await self._close(turn, kept, sent)
                if shown is not None:
                    await turn.show(shown)
            case _:
                await enclosure_rows.remove_unsent(turn.tx, kept.handle)
                if kept.asked is not None and await turn.is_discreet():
                    wrote = kept.asked["wrote"]  # files that were on their way among it
                    await discretion.clear(turn.tx, turn.act, turn.card, wrote=wrote)
                turn.sign_up = replace(kept, asked=None)
                await sign_ups.save(turn.tx, turn.sign_up)
                await turn.go(turn, flow.returns_to(advance.state.answers))

    async def _ask(self, turn: Turn, kept: SignUp, flow: Flow, state: State) -> None:
        turn.sign_up = kept
        if flow.at_once is not None:
            await flow.at_once(turn, state.answers)
            kept = turn.sign_up
        step = engine.needs_options(flow, state)
        options = (
            [] if step is None or step.options is None else await step.options(turn, state.answers)
        )
        notes = [] if flow.notes is None else await flow.notes(turn, state.answers)
        files = await self._files(turn, flow, state)
        asked, shown = engine.question(
            flow,
            state,
            options,
            await flow.begins(turn, state.answers),
            language=turn.language,
            notes=notes if state.at == engine.REVIEW else (),
            files=files,
        )
        nonce = conversations.new_nonce()
        row = await turn.show(bound(shown, nonce, of="g"))
        if (before := _screen_of(kept)) is not None and before != row:
            await self._put_away(turn, before, None)
        question = {"flow": flow.name, "state": asked.to_json(), "nonce": nonce, "screen": row}
        same = kept.asked if kept.asked is not None and kept.asked["flow"] == flow.name else {}
        question["parts"] = same.get("parts", {})
        question["wrote"] = same.get("wrote", [])
        question["screens"] = list(dict.fromkeys([*same.get("screens", []), row]))
        turn.sign_up = replace(kept, asked=question)
        await sign_ups.save(turn.tx, turn.sign_up)

    async def _files(self, turn: Turn, flow: Flow, state: State) -> Value | None:
        """Which files there are so far."""
        step = engine.takes_files(flow)
        named = () if step is None else state.answers.get(step.name, ())
        every = [await enclosure_rows.get(turn.tx, each) for each in named]
        return contributing_views.files([each for each in every if each is not None])

    async def _remember(self, turn: Turn, kept: SignUp, message_id: int) -> SignUp:
        """Keep in mind a message of theirs, also as one that belongs to this conversation."""
        assert kept.asked is not None
        kept = _noting(kept, wrote=[*kept.asked["wrote"], message_id])
        return await service.remember(turn.tx, kept, message_id)

    async def _close(self, turn: Turn, kept: SignUp, sent: Screen | None) -> None:
        """Leave no buttons on the last question, and of a review say that it is sent."""
        if (row := _screen_of(kept)) is not None:
            await self._put_away(turn, row, sent)

    async def _put_away(self, turn: Turn, row: int, instead: Screen | None) -> None:
        """Leave no buttons on what was asked; in discreet mode nothing at all."""
        if await turn.is_discreet():
            await discretion.clear(turn.tx, turn.act, turn.card, rows=[row])
        elif instead is None:
            await turn.take_buttons(row)
        else:
            await turn.change(row, instead)


def _noting(kept: SignUp, **more: Any) -> SignUp:
    assert kept.asked is not None
    return replace(kept, asked={**kept.asked, **more})


def _parts(kept: SignUp) -> dict[str, int]:
    """Which part of the answer each of their messages became."""
    return {} if kept.asked is None else dict(kept.asked["parts"])


def _screen_of(kept: SignUp) -> int | None:
    return None if kept.asked is None else kept.asked["screen"]


async def _labels(turn: Turn, flow: Flow, answers: dict[str, Any]) -> dict[str, Any]:
    """How chosen answers read, found among the options again."""
    found: dict[str, Any] = {}
    for step in flow.every_step:
        if step.options is None or answers.get(step.name) is None:
            continue
        given = answers[step.name]
        read = {each.value: each.said or each.label for each in await step.options(turn, answers)}
        if isinstance(given, list):
            found[step.name] = [read[each] for each in given if each in read]
        elif given in read:
            found[step.name] = read[given]
    return found
