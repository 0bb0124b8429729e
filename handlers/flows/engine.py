"""The pure engine of conversations: state and answer in, new state and screen out.

It awaits nothing and knows neither database nor clock: the runner loads options, keeps the state
and shows what comes out. Everything in a state is plain JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.domain.errors import Unfit
from bot.domain.screens import (
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
    text_from_json,
    text_to_json,
)
from handlers.flows.flow import Flow, Option, Step

REVIEW = "review"
LIST_LENGTH = 8  # SCREENS.md: lists of eight
SHORT_LABELS = 4  # that many one-word options fit two a row


class Outcome(StrEnum):
    """What comes next."""

    ASK = "ask"  # show the question of the new state
    DONE = "done"  # all answers are there and sent
    KEEP = "keep"  # put aside as a draft
    CANCEL = "cancel"  # drop it
    LEAVE = "leave"  # back from the first question


@dataclass(frozen=True)
class State:
    """Where a conversation stands.

    `answers` holds values by step; `labels` how chosen ones read; `buttons` what each numbered
    button of the shown question means, so that no value ever travels through a button. `told` is
    what happened meanwhile, and stands above every question from then on.
    """

    at: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[str, Any], ...] = ()
    page: int = 0
    picked: tuple[Any, ...] = ()
    album: str | None = None  # of the file that came last
    told: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "answers": dict(self.answers),
            "labels": dict(self.labels),
            "buttons": [list(each) for each in self.buttons],
            "page": self.page,
            "picked": list(self.picked),
            "album": self.album,
            "told": list(self.told),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> State:
        return cls(
            kept["at"],
            kept["answers"],
            kept["labels"],
            tuple((name, value) for name, value in kept["buttons"]),
            kept["page"],
            tuple(kept["picked"]),
            kept["album"],
            tuple(kept.get("told", ())),
        )


@dataclass(frozen=True)
class Advance:
    """The new state and what comes next; `part` numbers the answer that words became."""

    state: State
    outcome: Outcome = Outcome.ASK
    step: str | None = None
    part: int = 0


def begin(
    flow: Flow,
    answers: Mapping[str, Any],
    labels: Mapping[str, Text | Sequence[Text]] | None = None,
) -> State:
    """A new conversation with some answers given: at the first question that is open.

    `labels` say how given answers read: a text, or one for each picked option.
    """
    kept = {
        name: text_to_json(label) if isinstance(label, Text) else [*map(text_to_json, label)]
        for name, label in (labels or {}).items()
    }
    return _onward(flow, State(at=REVIEW, answers=answers, labels=kept))


def press(flow: Flow, state: State, number: int) -> Advance:
    """Button `number` of the shown question was tapped; IndexError if there is no such button."""
    if not 0 <= number < len(state.buttons):
        raise IndexError(number)
    name, value = state.buttons[number]
    return _MOVES[name](flow, state, value)


def choose(flow: Flow, state: State, option: Option) -> Advance:
    """The option was named in words, which counts as tapping it."""
    name, meaning, _button = _offered(flow.step(state.at), state, option)
    return _MOVES[name](flow, state, meaning)


def takes_words(flow: Flow, state: State) -> Step | None:
    """The step that a written message would answer now, or None where words are no answer.

    Words that come before they are asked for are kept for the step that takes words at the end.
    """
    if state.at != REVIEW and (step := flow.step(state.at)).check is not None:
        return step
    name = flow.review.words_to if flow.review else None
    return None if name is None else flow.step(name)


def takes_files(flow: Flow) -> Step | None:
    """The step that files answer, at whatever question they arrive."""
    for step in flow.every_step:
        if step.files:
            return step
    return None


def holds_something(flow: Flow, state: State) -> bool:
    """Whether anything was written or sent that would be lost with the conversation."""
    return any(state.answers.get(step.name) for step in flow.every_step if step.check or step.files)


def written(flow: Flow, state: State, *, language: str) -> Words | None:
    """The first of what was written so far."""
    shown = (
        _shown(step, state, language, None)
        for step in flow.every_step
        if step.check is not None and step.name not in state.labels
    )
    return next((each for each in shown if isinstance(each, Words)), None)


def said(flow: Flow, state: State, *, language: str, files: Value | None = None) -> list[Text]:
    """What was answered so far, a line each; of a flow without a review what was written."""
    if flow.review is None:
        words = [_shown(step, state, language, None) for step in flow.steps if step.check]
        return [text("card.words", words=each) for each in words if each is not None]
    return [
        Text(f"flow.{flow.name}.{step.called}.line", {**step.values, "answer": answer})
        for step in flow.every_step
        if step.told and (answer := _shown(step, state, language, files)) is not None
    ]


def upon(
    flow: Flow,
    before: State,
    answers: Mapping[str, Any],
    labels: Mapping[str, Text | Sequence[Text]],
    told: Text,
) -> State:
    """The conversation goes on with these answers, and says why from now on."""
    begun = begin(flow, answers, labels)
    kept = {
        name: label
        for name, label in before.labels.items()
        if name in answers and answers[name] == before.answers.get(name)
    }
    earlier = [each for each in before.told if each != text_to_json(told)]
    return replace(begun, labels={**kept, **begun.labels}, told=(*earlier, text_to_json(told)))


def write(flow: Flow, state: State, step: Step, value: Any) -> Advance:
    """A written answer, already checked, for `step`; a growing step gains one more part."""
    if not step.grows:
        return _next(flow, _answered(flow, state, value, step=step), step=step.name)
    parts = [*state.answers.get(step.name, ()), value]
    _require_fits(step, parts)
    answered = replace(state, answers={**state.answers, step.name: parts})
    return _next(flow, _onward(flow, answered), step=step.name, part=len(parts) - 1)


def amend(state: State, step: Step, part: int, value: Any) -> State:
    """A message was edited: the answer (or the part of it) that it had become changes with it."""
    if step.name not in state.answers:
        return state
    if not step.grows:
        return replace(state, answers={**state.answers, step.name: value})
    parts = list(state.answers[step.name])
    if part < len(parts):
        parts[part] = value
    _require_fits(step, parts)
    return replace(state, answers={**state.answers, step.name: parts})


def _require_fits(step: Step, parts: Sequence[Any]) -> None:
    if not step.limit:
        return
    length = sum(len(part) for part in parts)
    if length > step.limit:
        raise Unfit("error.text_too_long", limit=step.limit, count=length - step.limit)


def attach(state: State, step: Step, value: Any, *, album: str | None) -> State:
    """One more file; the conversation stays where it is."""
    kept = [*state.answers.get(step.name, ()), value]
    return replace(state, answers={**state.answers, step.name: kept}, album=album)


def without_words(flow: Flow, state: State) -> State:
    """What was sent may speak for itself: words are asked for no more, and can still be added."""
    assert flow.review is not None
    assert flow.review.words_to is not None
    return _onward(flow, replace(state, answers={flow.review.words_to: [], **state.answers}))


def back(flow: Flow, state: State) -> Advance:
    """One question back; from the first one, out."""
    names = [step.name for step in flow.steps]
    if state.at == REVIEW:
        return Advance(_at(state, names[-1])) if names else Advance(state, Outcome.KEEP)
    if state.at not in names or _complete(flow, state):
        return Advance(_at(state, REVIEW))
    place = names.index(state.at)
    if place == 0:
        return Advance(state, Outcome.LEAVE)
    return Advance(_at(state, names[place - 1]))


# -- Screens ---------------------------------------------------------------------------------------


def needs_options(flow: Flow, state: State) -> Step | None:
    """The step whose options the runner has to load before the question can be shown."""
    if state.at == REVIEW:
        return None
    step = flow.step(state.at)
    return step if step.options is not None else None


def question(
    flow: Flow,
    state: State,
    options: Sequence[Option],
    context: Mapping[str, Value],
    *,
    language: str,
    notes: Sequence[Text] = (),
    looks: Sequence[Button] = (),
    files: Value | None = None,
    resumed: bool = False,
) -> tuple[State, Screen]:
    """The screen of the state, and the state with the meaning of its buttons.

    `files` says which evidence there is, for the step that gathers it. What was `resumed` can be
    discarded at whatever question it rested.
    """
    if state.at == REVIEW and flow.review is None:
        return _unsent(flow, state, context, language=language)
    if state.at == REVIEW:
        return _review(flow, state, context, notes, looks=looks, language=language, files=files)
    step = flow.step(state.at)
    rows = _Rows()
    _offer(rows, step, state, options)
    if state.answers.get(step.name) and step not in flow.steps:
        rows.row(("clear", None, button("clear")))
    elif state.answers.get(step.name) and step.grows:
        rows.row(("clear", None, button("write_anew")))
    if step.files and step in flow.steps:
        if state.answers.get(step.name):
            rows.row(("onward", None, button("done")))
        rows.row(("back", None, button("back")))
    elif step.files:
        rows.row(("back", None, button("done")))
    else:
        rows.row(("back", None, button("back")))
    if resumed:
        rows.row(("cancel", None, button("discard")))
    asked = Text(f"flow.{flow.name}.{step.called}.ask", {**context, **step.values})
    lines = [*_told(state), asked, *_so_far(flow, state, step)]
    if files is not None:
        lines.append(text("flow.has_files", facts=files))
    shown = screen(*lines, rows=rows.rows)
    return replace(state, buttons=tuple(rows.meanings)), shown


def _told(state: State) -> list[Text | None]:
    """What happened meanwhile."""
    lines: list[Text | None] = [text_from_json(each) for each in state.told]
    return [*lines, None] if lines else []


def _unsent(
    flow: Flow, state: State, context: Mapping[str, Value], *, language: str
) -> tuple[State, Screen]:
    """The last look before sending where there is none otherwise: something happened meanwhile."""
    rows = _Rows()
    anew = [
        ("change", step.name, button("write_anew")) for step in flow.steps if step.check is not None
    ]
    rows.row(("send", None, button("send_it")), *anew[-1:])
    rows.row(("cancel", None, button("discard")))
    title = Text(f"flow.{flow.name}.title", context)
    shown = screen(
        *_told(state), title, None, *said(flow, state, language=language), rows=rows.rows
    )
    return replace(state, buttons=tuple(rows.meanings)), shown


def _so_far(flow: Flow, state: State, step: Step) -> list[Text]:
    """Says that words which came early are kept."""
    early = flow.review.words_to if flow.review else None
    if early is None or step not in flow.steps or not state.answers.get(early):
        return []
    return [text("flow.has_words")] if step.name != early else []


class _Rows:
    """Rows of numbered buttons, growing together with what the numbers mean."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.meanings: list[tuple[str, Any]] = []

    def row(self, *buttons: tuple[str, Any, Button]) -> None:
        row = []
        for name, value, shown in buttons:
            row.append(replace(shown, act=f"?{len(self.meanings)}"))
            self.meanings.append((name, value))
        self.rows.append(tuple(row))


def _offer(rows: _Rows, step: Step, state: State, options: Sequence[Option]) -> None:
    if step.first and state.page == 0 and len(options) > step.first:
        offered = [_offered(step, state, option) for option in options[: step.first]]
        for start in range(0, len(offered), 2):
            rows.row(*offered[start : start + 2])
        rows.row(("page", 1, button("more")))
        return
    behind = 1 if step.first and state.page else 0  # "More…" leads to page 1, and to all of them
    first = (state.page - behind) * LIST_LENGTH
    page = options[first : first + LIST_LENGTH]
    offered = [_offered(step, state, option) for option in page]
    wide = 2 if len(options) <= LIST_LENGTH and not step.many else 1
    for start in range(0, len(offered), wide):
        rows.row(*offered[start : start + wide])
    turns = []
    if state.page > 0:
        turns.append(("page", state.page - 1, button("earlier")))
    if first + LIST_LENGTH < len(options):
        turns.append(("page", state.page + 1, button("next_page")))
    if turns:
        rows.row(*turns)
    if step.many and options:
        rows.row(("picked", None, button("picked", n=len(state.picked))))


def _offered(step: Step, state: State, option: Option) -> tuple[str, Any, Button]:
    meaning = [option.value, text_to_json(option.said or option.label)]
    if not step.many:
        return ("answer", meaning, Button(option.label))
    chosen = option.value in state.picked
    key = "button.chosen" if chosen else "button.unchosen"
    label = text(key, option=option.label)
    return ("toggle", meaning, Button(label))


def _review(
    flow: Flow,
    state: State,
    context: Mapping[str, Value],
    notes: Sequence[Text],
    *,
    looks: Sequence[Button],
    language: str,
    files: Value | None,
) -> tuple[State, Screen]:
    assert flow.review is not None
    lines = [*_told(state), Text(f"flow.{flow.name}.review", context)]
    told = said(flow, state, language=language, files=files)
    if told:
        lines += [None, *told]
    if notes:
        lines += [None, *notes]
    if (more := _takes_more(flow, context)) is not None:
        lines += [None, more]
    rows = _Rows()
    rows.rows += [tuple(looks[start : start + 2]) for start in range(0, len(looks), 2)]
    send = Button(Text(f"button.flow.{flow.name}.send", context))
    keep = [("keep", None, button("keep_draft"))] if flow.review.keeps else []
    rows.row(("send", None, send), *keep)
    changes = [
        ("change", step.name, Button(_label(flow, step, context)))
        for step in flow.every_step
        if step.when is None or context.get(step.when)
    ]
    for start in range(0, len(changes), 3):
        rows.row(*changes[start : start + 3])
    rows.row(("cancel", None, button("discard")))
    return replace(state, buttons=tuple(rows.meanings)), screen(*lines, rows=rows.rows)


def _takes_more(flow: Flow, context: Mapping[str, Value]) -> Text | None:
    """What can be added at the review screen without a button."""
    assert flow.review is not None
    words, files = flow.review.words_to, flow.review.files_to
    if files and (when := flow.step(files).when) and not context.get(when):
        files = None
    if words and files:
        return text("flow.review.add")
    if words:
        return text("flow.review.add_words")
    return text("flow.review.add_files") if files else None


def _label(flow: Flow, step: Step, context: Mapping[str, Value]) -> Text:
    return Text(f"button.flow.{flow.name}.{step.called}", {**context, **step.values})


def _shown(step: Step, state: State, language: str, files: Value | None) -> Value | None:
    """How the answer of a step reads on the review screen; None where there is none."""
    answer = state.answers.get(step.name)
    if answer is None or answer == []:
        return None
    if step.files:
        return files
    if (label := state.labels.get(step.name)) is not None:
        if isinstance(label, list):
            return Listing(tuple(text_from_json(each) for each in label))
        return text_from_json(label)
    if step.shows is not None:
        return step.shows(answer)
    if step.grows:
        return Words("\n".join(answer), language, limit=1500)
    return Words(str(answer), language, limit=1500)


# -- Moves -----------------------------------------------------------------------------------------


def _next(flow: Flow, state: State, *, step: str | None = None, part: int = 0) -> Advance:
    """Ask on; a flow without a review screen is done with its last answer."""
    done = state.at == REVIEW and flow.review is None
    return Advance(state, Outcome.DONE if done else Outcome.ASK, step, part)


def _at(state: State, name: str) -> State:
    answer = state.answers.get(name)  # of one option: no list
    picked = tuple(answer) if isinstance(answer, list) else ()
    return replace(state, at=name, buttons=(), page=0, picked=picked)


def _complete(flow: Flow, state: State) -> bool:
    return all(step.name in state.answers for step in flow.steps)


def _onward(flow: Flow, state: State) -> State:
    """The first question still open, or the review screen."""
    for step in flow.steps:
        if step.name not in state.answers:
            return _at(state, step.name)
    return _at(state, REVIEW)


def _answered(
    flow: Flow, state: State, value: Any, *, label: Any = None, step: Step | None = None
) -> State:
    name = state.at if step is None else step.name
    labels = {key: kept for key, kept in state.labels.items() if key != name}
    if label is not None:
        labels[name] = label
    answers = {**state.answers, name: value}
    return _onward(flow, replace(state, answers=answers, labels=labels))


def _toggled(state: State, chosen: Sequence[Any]) -> State:
    value, label = chosen
    labels: dict[str, Any] = dict(state.labels)
    kept = list(zip(state.picked, labels.get(state.at) or (), strict=False))
    if value in state.picked:
        kept = [each for each in kept if each[0] != value]
    else:
        kept.append((value, label))
    labels[state.at] = [each[1] for each in kept]
    return replace(state, picked=tuple(each[0] for each in kept), labels=labels)


def _picked(flow: Flow, state: State) -> State:
    if not state.picked and flow.step(state.at) in flow.steps:
        raise Unfit("error.pick_one")
    answers = {**state.answers, state.at: list(state.picked)}
    return _onward(flow, replace(state, answers=answers))


def _cleared(flow: Flow, state: State) -> State:
    without = {name: value for name, value in state.answers.items() if name != state.at}
    labels = {name: label for name, label in state.labels.items() if name != state.at}
    return _onward(flow, replace(state, answers=without, labels=labels))


_MOVES: Mapping[str, Callable[[Flow, State, Any], Advance]] = {
    "answer": lambda flow, state, value: _next(
        flow, _answered(flow, state, value[0], label=value[1])
    ),
    "toggle": lambda _flow, state, value: Advance(_toggled(state, value)),
    "picked": lambda flow, state, _value: _next(flow, _picked(flow, state)),
    "onward": lambda flow, state, _value: _next(flow, _onward(flow, state)),
    "clear": lambda flow, state, _value: _next(flow, _cleared(flow, state)),
    "page": lambda _flow, state, value: Advance(replace(state, page=value)),
    "change": lambda _flow, state, value: Advance(_at(state, value)),
    "back": lambda flow, state, _value: back(flow, state),
    "send": lambda _flow, state, _value: Advance(state, Outcome.DONE),
    "keep": lambda _flow, state, _value: Advance(state, Outcome.KEEP),
    "cancel": lambda _flow, state, _value: Advance(state, Outcome.CANCEL),
}
"""What a tapped button does, by the name of its meaning."""
