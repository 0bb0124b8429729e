"""Runs conversations: loads and keeps their state, asks the engine, shows what comes out.

Every call happens inside the update's transaction, so that an answer, the new question and the
finished update are one commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.domain.errors import NotAllowed, Refused, Unfit
from bot.domain.incoming import Sent, Wrote
from bot.domain.links import link_in
from bot.domain.screens import Button, Screen, Text, Value, message, text
from bot.domain.search import fold
from bot.domain.views import overtaken as views
from bot.domain.views.common import evidence_facts
from bot.services import evidence as evidence_service
from handlers.flows import engine
from handlers.flows.engine import Advance, Outcome, State
from handlers.flows.flow import Flow, Meanwhile, Option, Step
from handlers.turn import Turn
from storage import conversations, evidence
from storage.conversations import Conversation, DraftMessage


class KeepFile(Protocol):
    """Record a file sent to a conversation as evidence; gives the evidence's id, or refuses."""

    async def __call__(self, turn: Turn, conversation_id: int, sent: Sent) -> int: ...


class EditedLate(Protocol):
    """Say what becomes of an edited message whose answer was sent, and of its new words."""

    async def __call__(self, turn: Turn, noted: DraftMessage, words: str) -> None: ...


class Runner:
    """Holds the flows by name and moves conversations on."""

    def __init__(
        self, flows: Iterable[Flow], *, keep_file: KeepFile, edited_late: EditedLate
    ) -> None:
        self.flows = {flow.name: flow for flow in flows}
        self._keep_file = keep_file
        self._edited_late = edited_late

    async def begin(
        self,
        turn: Turn,
        name: str,
        /,  # an answer may be called so, too
        *,
        subject: str | None = None,
        seat_id: int | None = None,
        labels: Mapping[str, Text | Sequence[Text]] | None = None,
        quietly: bool = False,
        **answers: Any,
    ) -> None:
        """Start the flow, or go on with this person's draft of the same subject.

        The conversation belongs to the seat `seat_id` (the person's first where none is named);
        `labels` say how the answers that are given read on the review screen. `quietly`: nothing is
        shown yet, because the first answer follows in the same turn.
        """
        flow = self.flows[name]
        if subject is not None:
            draft = await conversations.draft_about(turn.tx, turn.person.id, name, subject)
            if draft is not None and not await self._is_for_nothing(turn, draft):
                await self._resume(turn, draft, quietly=quietly)
                return
        state = engine.begin(flow, answers, labels)
        conversation = await self._new(turn, flow, state, subject, seat_id)
        await self._ask(turn, conversation, state, quietly=quietly, fresh=True)

    async def keep(
        self,
        turn: Turn,
        name: str,
        refused: Refused,
        /,
        *,
        subject: str,
        seat_id: int | None = None,
        **answers: Any,
    ) -> None:
        """What came in one message was refused for good: it rests as if it had been asked for."""
        flow = self.flows[name]
        state = engine.begin(flow, answers)
        conversation = await self._new(turn, flow, state, subject, seat_id)
        await self._refused(turn, conversation, state, refused)

    async def press(self, turn: Turn, nonce: str, number: int) -> None:
        """A button of a question was tapped; a stale one gets the current screen."""
        conversation = await self._active(turn)
        if conversation is None or conversation.nonce != nonce:
            await self._stale(turn, conversation)
            return
        flow, state = self._state(conversation)
        try:
            advance = engine.press(flow, state, number)
        except IndexError:
            await self._stale(turn, conversation)
            return
        except Unfit as unfit:
            turn.toast = unfit.text
            return
        if _took_files_back(flow, state, advance.state):
            await evidence.remove(turn.tx, conversation.id)
            turn.tx.wakes.add("evidence")
        await self._follow(turn, conversation, advance)

    async def write(self, turn: Turn, wrote: Wrote) -> bool:
        """Words were written; True if they were an answer."""
        conversation = await self._active(turn)
        if conversation is None:
            return False
        flow, state = self._state(conversation)
        gathers = engine.takes_files(flow)
        if gathers is not None and (url := link_in(wrote.words)) is not None:
            kept = await evidence_service.keep_link(turn.tx, turn.act, conversation.id, url)
            await self._attach(
                turn, conversation, kept, state=state, step=gathers, message_id=wrote.message_id
            )
            return True
        named = await self._named(turn, flow, state, wrote.words)
        if named is not None:
            await self._follow(turn, conversation, named)
            return True
        step = engine.takes_words(flow, state)
        if step is None or step.check is None:
            asks_file = state.at != engine.REVIEW and flow.step(state.at).files
            await turn.show(message("flow.file_please" if asks_file else "flow.tap_please"))
            await self._ask(turn, conversation, state)
            return True
        try:
            value = await checked(turn, state, step, wrote.words)
            advance = engine.write(flow, state, step, value)
        except Refused as refused:
            await turn.show(message(refused.text))
            return True
        await conversations.note_message(
            turn.tx,
            turn.bot_id,
            turn.chat_id,
            wrote.message_id,
            conversation_id=conversation.id,
            step=step.name,
            part=advance.part,
        )
        await self._follow(turn, conversation, advance)
        return True

    async def put(self, turn: Turn, words: str, evidence_ids: Sequence[int]) -> bool:
        """Words and evidence of somebody else go into the active conversation, where its own go.

        False where the words stand there already; the conversation is shown in either case.
        """
        conversation = await self._active(turn)
        assert conversation is not None
        flow, state = self._state(conversation)
        assert flow.review is not None
        words_step = flow.step(flow.review.words_to or "")
        files_step = flow.step(flow.review.files_to or "")
        known = words in state.answers.get(words_step.name, ())
        if not known:
            assert words_step.check is not None
            checked = words_step.check(words, turn)
            state = engine.write(flow, state, words_step, checked).state
        for each in evidence_ids:
            state = engine.attach(state, files_step, each, album=None)
        await self._ask(turn, conversation, state)
        return not known

    async def send(self, turn: Turn, sent: Sent) -> bool:
        """A file was sent; True if a conversation took it (or said why it cannot)."""
        conversation = await self._active(turn)
        if conversation is None:
            return False
        flow, state = self._state(conversation)
        step = engine.takes_files(flow)
        if step is None:
            await turn.show(message("flow.words_please"))
            return True
        try:
            kept = await self._keep_file(turn, conversation.id, sent)
        except Refused as refused:
            await turn.show(message(refused.text, "evidence.instead"))
            return True
        await self._tell_of_size(turn, sent, kept)
        await self._attach(
            turn,
            conversation,
            kept,
            state=state,
            step=step,
            message_id=sent.message_id,
            album=sent.album,
        )
        return True

    async def amend(self, turn: Turn, wrote: Wrote) -> bool:
        """A message was edited; True if it belongs to a draft, which is amended with it."""
        noted = await conversations.message(turn.tx, turn.bot_id, turn.chat_id, wrote.message_id)
        if noted is None:
            return False
        conversation = await conversations.get(turn.tx, noted.conversation_id)
        if conversation is None:
            await self._edited_late(turn, noted, wrote.words)
            return True
        if not self._is_theirs(turn, conversation):
            raise NotAllowed
        flow, state = self._state(conversation)
        step = flow.step(noted.step)
        try:
            amended = await self._amended(turn, state, step, noted.part, wrote.words)
        except Refused as refused:
            await turn.show(message(refused.text))
            return True
        await turn.show(message("flow.amended"))
        await self._ask(turn, conversation, amended, quietly=not conversation.active)
        return True

    async def back(self, turn: Turn) -> bool:
        """`/back`: one question back; False if there is no conversation."""
        conversation = await self._active(turn)
        if conversation is None:
            return False
        flow, state = self._state(conversation)
        await self._follow(turn, conversation, engine.back(flow, state))
        return True

    async def cancel(self, turn: Turn) -> bool:
        """`/cancel`: drop the active conversation; False if there is none."""
        conversation = await self._active(turn)
        if conversation is None:
            return False
        _flow, state = self._state(conversation)
        await self._follow(turn, conversation, Advance(state, Outcome.CANCEL))
        return True

    async def ask_again(self, turn: Turn) -> None:
        """Something was told meanwhile: the open question, if any, stands below it."""
        conversation = await self._active(turn)
        if conversation is not None:
            _flow, state = self._state(conversation)
            await self._ask(turn, conversation, state)

    async def title(self, turn: Turn, conversation: Conversation) -> Text | None:
        """What the conversation is called; None where it can go on no more."""
        flow, state = self._state(conversation)
        try:
            return Text(f"flow.{flow.name}.title", await flow.begins(turn, state.answers))
        except Refused:
            return None

    async def resting(
        self, turn: Turn, *, but: Collection[str] = (), chosen: Collection[str] = ()
    ) -> list[tuple[Conversation, Text]]:
        """The person's drafts that can go on, the newest first, with their titles.

        A draft is one where something was written or sent; of the flows `chosen` choices count,
        too. `but` names flows that are left out. What can go on no more is called by its words,
        which can be read there.
        """
        seats = tuple(seat.id for seat in turn.actor.seats)
        found = []
        for each in await conversations.drafts_of(turn.tx, turn.person.id, seats):
            if each.flow in but:
                continue
            flow, state = self._state(each)
            holds = engine.holds_something(flow, state)
            if each.flow not in chosen and not holds:
                continue
            title = await self.title(turn, each)
            if title is None and holds:
                words = engine.written(flow, state, language=turn.language)
                title = None if words is None else views.title(words)
            if title is not None:
                found.append((each, title))
        return found

    async def leave(self, turn: Turn) -> None:
        """Something else was opened: the conversation rests as a draft."""
        await conversations.rest(turn.tx, turn.bot_id, turn.chat_id)

    async def resume(self, turn: Turn, conversation_id: int, *, quietly: bool = False) -> None:
        """Go on with a draft; `quietly` where an answer follows in the same turn."""
        draft = await conversations.get(turn.tx, conversation_id)
        if draft is None or not self._is_theirs(turn, draft):
            raise NotAllowed
        await self._resume(turn, draft, quietly=quietly)

    async def discard(self, turn: Turn, conversation_id: int) -> None:
        """Drop a draft, be it one that can be sent no more."""
        draft = await conversations.get(turn.tx, conversation_id)
        if draft is None or not self._is_theirs(turn, draft):
            raise NotAllowed
        await self._drop(turn, draft)

    # -- inside ------------------------------------------------------------------------------------

    async def _new(
        self, turn: Turn, flow: Flow, state: State, subject: str | None, seat_id: int | None
    ) -> Conversation:
        return await conversations.begin(
            turn.tx,
            bot_id=turn.bot_id,
            chat_id=turn.chat_id,
            person_id=turn.person.id,
            seat_id=seat_id or turn.actor.seat_id,
            flow=flow.name,
            flow_version=flow.version,
            subject=subject,
            state=state.to_json(),
            now=turn.now,
        )

    async def _named(self, turn: Turn, flow: Flow, state: State, words: str) -> Advance | None:
        """What tapping the option would do that the words name; None where they name none."""
        step = engine.needs_options(flow, state)
        if step is None or step.options is None:
            return None
        said = _plain(words)
        try:
            options = await step.options(turn, state.answers)
        except Refused:  # it is told where the words are kept
            return None
        for option in options:
            label = turn.desk.texts.render(
                option.label, turn.language, mode="bare", timezone=turn.timezone
            )
            if _plain(label) == said:
                return engine.choose(flow, state, option)
        return None

    async def _attach(
        self,
        turn: Turn,
        conversation: Conversation,
        evidence_id: int,
        *,
        state: State,
        step: Step,
        message_id: int,
        album: str | None = None,
    ) -> None:
        """One more piece of evidence; the files of an album change one and the same screen."""
        await conversations.note_message(
            turn.tx,
            turn.bot_id,
            turn.chat_id,
            message_id,
            conversation_id=conversation.id,
            step=step.name,
            part=evidence_id,
        )
        kept = engine.attach(state, step, evidence_id, album=album)
        same_album = album is not None and state.album == album
        await self._ask(turn, conversation, kept, in_place=same_album)

    async def _tell_of_size(self, turn: Turn, sent: Sent, kept: int) -> None:
        """Whoever sends the first photo of all learns, once, how it keeps its full size."""
        if sent.kind != "photo":
            return
        if not await evidence.has_sent_photo(turn.tx, turn.person.id, but=kept):
            await turn.show(message("evidence.photo_smaller"))

    async def _amended(self, turn: Turn, state: State, step: Step, part: int, words: str) -> State:
        """The state with an edited message in it; of a file, its caption is what was edited."""
        if step.files:
            if part in state.answers.get(step.name, ()):
                await evidence.change_words(turn.tx, part, caption=words, url=link_in(words))
            return state
        if step.check is None:
            return state
        return engine.amend(state, step, part, await checked(turn, state, step, words))

    async def _files(
        self, turn: Turn, conversation: Conversation, flow: Flow, state: State
    ) -> Value | None:
        """Which evidence there is so far."""
        step = engine.takes_files(flow)
        if step is None or not state.answers.get(step.name):
            return None
        return evidence_facts(await evidence.counts_of_draft(turn.tx, conversation.id))

    async def _resume(self, turn: Turn, draft: Conversation, *, quietly: bool = False) -> None:
        await conversations.resume(turn.tx, draft, chat_id=turn.chat_id)
        if quietly:
            return
        flow, state = self._state(draft)
        happened = await self._meanwhile(turn, flow, state)
        if happened is not None:
            await self._halt(turn, draft, state, happened)
        else:
            await self._ask(turn, draft, state, resumed=True)

    async def _is_for_nothing(self, turn: Turn, draft: Conversation) -> bool:
        """Whether a draft holds nothing and was overtaken: it goes, another one begins."""
        flow, state = self._state(draft)
        if engine.holds_something(flow, state):
            return False
        if await self._meanwhile(turn, flow, state) is None:
            return False
        await self._drop(turn, draft)
        return True

    # -- overtaken ---------------------------------------------------------------------------------

    async def _meanwhile(self, turn: Turn, flow: Flow, state: State) -> Meanwhile | None:
        """What happened to what the conversation is about; None where nothing did."""
        if flow.meanwhile is None:
            return None
        try:
            return await flow.meanwhile(turn, state.answers)
        except Refused:
            return None  # not even that can be seen: what refuses says why

    async def _refused(
        self, turn: Turn, conversation: Conversation, state: State, refused: Refused
    ) -> None:
        """What the conversation is about is another than it was, so that it cannot go on."""
        flow = self.flows[conversation.flow]
        happened = await self._meanwhile(turn, flow, state)
        if happened is None:
            came_from = flow.returns_to(state.answers)
            look = None if came_from == "home" else came_from
            happened = Meanwhile(refused.text, look=look)
        await self._halt(turn, conversation, state, happened)

    async def _halt(
        self, turn: Turn, conversation: Conversation, state: State, happened: Meanwhile
    ) -> None:
        """Tell what happened meanwhile; what was written rests as a draft that goes on upon that.

        So the next message is for whatever it would be for without this conversation. A draft in
        which nothing was written goes.
        """
        flow = self.flows[conversation.flow]
        files = await self._files(turn, conversation, flow, state)
        said = engine.said(flow, state, language=turn.language, files=files)
        kept = engine.holds_something(flow, state)
        shown = views.overtaken(
            happened.told,
            happened.changed,
            said,
            look=happened.look,
            draft_id=conversation.id if kept else None,
            goes_on=None if happened.upon is None else happened.goes_on,
        )
        row = await turn.show(shown, subject=conversation.subject, quotes=_quoted(conversation))
        await self._close(turn, conversation, None, below=row)
        if not kept:
            await self._drop(turn, conversation)
            return
        if happened.upon is not None:
            flow = self.flows[happened.into or flow.name]
            state = engine.upon(flow, state, happened.upon, happened.labels, happened.told)
            await conversations.turn_into(
                turn.tx,
                conversation.id,
                flow=flow.name,
                flow_version=flow.version,
                subject=happened.about or conversation.subject,
            )
        await self._save(turn, conversation, state, row, nonce=conversations.new_nonce())
        await self.leave(turn)

    async def _active(self, turn: Turn) -> Conversation | None:
        """The chat's active conversation, if it is this person's and its seat still lives."""
        conversation = await conversations.active(turn.tx, turn.bot_id, turn.chat_id)
        if conversation is None:
            return None
        if not self._is_theirs(turn, conversation):
            await self.leave(turn)
            return None
        return conversation

    def _is_theirs(self, turn: Turn, conversation: Conversation) -> bool:
        seats = {seat.id for seat in turn.actor.seats}
        return conversation.person_id == turn.actor.person_id and (
            conversation.seat_id is None or conversation.seat_id in seats
        )

    def _state(self, conversation: Conversation) -> tuple[Flow, State]:
        flow = self.flows[conversation.flow]
        state = State.from_json(conversation.state)
        if conversation.flow_version == flow.version or flow.upgrade is None:
            return flow, state
        answers = flow.upgrade(conversation.flow_version, state.answers)
        return flow, engine.begin(flow, answers)

    async def _follow(self, turn: Turn, conversation: Conversation, advance: Advance) -> None:
        flow = self.flows[conversation.flow]
        answers = advance.state.answers
        match advance.outcome:
            case Outcome.ASK:
                await self._ask(turn, conversation, advance.state)
            case Outcome.DONE:
                try:
                    async with turn.tx.savepoint():
                        sent = await self._sent(turn, conversation, flow, advance.state)
                        shown = await flow.then(turn, answers, conversation.id)
                except Refused as refused:
                    if not refused.final:
                        raise
                    await self._refused(turn, conversation, advance.state, refused)
                    return
                await conversations.end(turn.tx, conversation.id)
                turn.tx.wakes.add("evidence")
                row = None
                if shown is not None:
                    row = await turn.show(
                        shown, subject=conversation.subject, quotes=_quoted(conversation)
                    )
                await self._close(turn, conversation, sent, below=row)
            case Outcome.KEEP:
                await self._save(turn, conversation, advance.state, conversation.screen_id)
                await self.leave(turn)
                await turn.remark(text("flow.kept"))
                await turn.go(turn, flow.returns_to(answers))
            case Outcome.CANCEL:
                await self._drop(turn, conversation)
                await turn.remark(text("flow.dropped"))
                await turn.go(turn, flow.returns_to(answers))
            case Outcome.LEAVE:
                if engine.holds_something(flow, advance.state):
                    await self._save(turn, conversation, advance.state, conversation.screen_id)
                    await self.leave(turn)
                    await turn.remark(text("flow.kept"))
                else:
                    await self._drop(turn, conversation)
                await turn.go(turn, flow.returns_to(answers))

    async def _drop(self, turn: Turn, conversation: Conversation) -> None:
        """The conversation goes; its files follow (they belong to no status update)."""
        await conversations.end(turn.tx, conversation.id)
        turn.tx.wakes.add("evidence")

    async def _ask(
        self,
        turn: Turn,
        conversation: Conversation,
        state: State,
        *,
        in_place: bool = False,
        quietly: bool = False,
        resumed: bool = False,
        fresh: bool = False,
    ) -> None:
        """Show the question of the state; what was just begun (`fresh`) may be refused."""
        flow = self.flows[conversation.flow]
        try:
            context = await flow.begins(turn, state.answers)
        except Refused as refused:
            if fresh:
                raise
            await self._refused(turn, conversation, state, refused)
            return
        try:
            options, notes, looks = await self._around(turn, conversation, flow, state)
        except Refused as refused:
            if fresh or not refused.final:
                raise
            await self._refused(turn, conversation, state, refused)
            return
        asked, shown = engine.question(
            flow,
            state,
            options,
            context,
            language=turn.language,
            notes=notes,
            looks=looks,
            files=await self._files(turn, conversation, flow, state),
            resumed=resumed,
        )
        nonce = conversations.new_nonce()
        tied = bound(shown, nonce)
        screen_id = conversation.screen_id
        if quietly:
            pass
        elif in_place and screen_id is not None:
            await turn.change(screen_id, tied, quotes=_quoted(conversation))
        else:
            screen_id = await turn.show(tied, quotes=_quoted(conversation))
            await self._close(turn, conversation, None, below=screen_id)
        await self._save(turn, conversation, asked, screen_id, nonce=nonce)

    async def _around(
        self, turn: Turn, conversation: Conversation, flow: Flow, state: State
    ) -> tuple[Sequence[Option], Sequence[Text], Sequence[Button]]:
        """What can be chosen, what sending would bring about, and what shows more of it."""
        step = engine.needs_options(flow, state)
        options: Sequence[Option] = ()
        notes: Sequence[Text] = ()
        looks: Sequence[Button] = ()
        if step is not None and step.options is not None:
            options = await step.options(turn, state.answers)
        if state.at == engine.REVIEW and flow.notes is not None:
            notes = await flow.notes(turn, state.answers)
        if state.at == engine.REVIEW and flow.looks is not None:
            looks = await flow.looks(turn, state.answers, conversation.id)
        return options, notes, looks

    async def _close(
        self, turn: Turn, conversation: Conversation, left: Screen | None, *, below: int | None
    ) -> None:
        """Leave no buttons on a screen after which another one stands below."""
        screen_id = conversation.screen_id
        if screen_id is None or screen_id == below:
            return
        if left is None:
            await turn.take_buttons(screen_id)
        else:
            await turn.change(screen_id, left, quotes=_quoted(conversation))

    async def _save(
        self,
        turn: Turn,
        conversation: Conversation,
        state: State,
        screen_id: int | None,
        *,
        nonce: str | None = None,
    ) -> None:
        await conversations.save(
            turn.tx,
            conversation,
            state.to_json(),
            nonce=nonce or conversation.nonce,
            screen_id=screen_id,
            now=turn.now,
        )

    async def _stale(self, turn: Turn, conversation: Conversation | None) -> None:
        """An old button: say so politely and show where things stand."""
        turn.toast = text("flow.stale")
        if conversation is None:
            await turn.go(turn, "home")
            return
        _flow, state = self._state(conversation)
        await self._ask(turn, conversation, state)

    async def _sent(
        self, turn: Turn, conversation: Conversation, flow: Flow, state: State
    ) -> Screen | None:
        """What stays in the chat of a review screen: the answers, without buttons."""
        return await left(turn, flow, state, await self._files(turn, conversation, flow, state))


async def left(turn: Turn, flow: Flow, state: State, files: Value | None) -> Screen | None:
    """What a review screen becomes once it is sent: the answers; None where there is none."""
    if flow.review is None:
        return None
    context = await flow.begins(turn, state.answers)
    at_review = State(engine.REVIEW, state.answers, state.labels)
    _state, shown = engine.question(
        flow, at_review, (), context, language=turn.language, files=files
    )
    answered = shown.lines[1:-2] if flow.review.takes_more else shown.lines[1:]
    return Screen((Text(f"flow.{flow.name}.sent", context), *answered))


async def checked(turn: Turn, state: State, step: Step, words: str) -> Any:
    """The value of a written answer; raises Refused where it is none, or does not suit the rest."""
    assert step.check is not None
    value = step.check(words, turn)
    if step.suits is not None:
        await step.suits(turn, state.answers, value)
    return value


def _quoted(conversation: Conversation) -> tuple[str, ...]:
    """What its screens show is found again by it, should it have to be destroyed."""
    return (f"conversation:{conversation.id}",)


def _plain(words: str) -> str:
    return " ".join(fold(words).split())


def _took_files_back(flow: Flow, before: State, after: State) -> bool:
    step = engine.takes_files(flow)
    return (
        step is not None
        and bool(before.answers.get(step.name))
        and not after.answers.get(step.name)
    )


def bound(shown: Screen, nonce: str, *, of: str = "c") -> Screen:
    """The screen with its numbered buttons tied to this very question; `of` says whose they are."""
    rows = tuple(tuple(_tied(each, f"{of}:{nonce}") for each in row) for row in shown.rows)
    return Screen(shown.lines, rows, shown.attachments, shown.replaces)


def _tied(shown: Button, question: str) -> Button:
    if shown.act is None or not shown.act.startswith("?"):  # leads elsewhere, and changes nothing
        return shown
    return Button(shown.label, act=f"{question}:{shown.act.removeprefix('?')}")
