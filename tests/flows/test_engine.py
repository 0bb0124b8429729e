"""The pure engine: answers in, questions out, nothing lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Unfit
from bot.domain.screens import Screen, Text, Value, button, text
from handlers.flows import engine
from handlers.flows.engine import REVIEW, Outcome, State
from handlers.flows.flow import Ask, Choose, Flow, Gather, Option, Pick, Review

MANY = [Option(n, text("button.item", item=n, title="")) for n in range(20)]
SEVEN = MANY[:7]


async def _nothing(*_: Any) -> Any:
    return {}


def _same(words: str, _turn: Any) -> str:
    return words


FLOW = Flow(
    name="sample",
    begins=_nothing,
    then=_nothing,
    steps=(
        Choose("status", _nothing, first=4, told=False),
        Ask("words", _same, grows=True, limit=20),
    ),
    review=Review(
        optional=(
            Ask("remaining", _same, grows=True),
            Gather("files"),
            Pick("others", _nothing, when="some"),
        ),
        words_to="words",
        files_to="files",
    ),
)
OPTIONS = {"status": SEVEN, "others": MANY}


def shown(state: State, context: dict[str, Value] | None = None) -> tuple[State, Screen]:
    """The screen of a state, as the runner asks for it."""
    step = engine.needs_options(FLOW, state)
    options = OPTIONS[step.name] if step else []
    return engine.question(FLOW, state, options, context or {}, language="en")


def tap(state: State, name: str, value: Any = None) -> engine.Advance:
    """Tap the button of that meaning."""
    state, _ = shown(state, {"some": 1})
    for number, (meaning, carried) in enumerate(state.buttons):
        of_option = isinstance(carried, list) and carried[:1] == [value]
        if meaning == name and (value is None or carried == value or of_option):
            return engine.press(FLOW, state, number)
    raise AssertionError(f"no button {name}: {state.buttons}")


def write(state: State, words: str) -> engine.Advance:
    step = engine.takes_words(FLOW, state)
    assert step is not None
    return engine.write(FLOW, state, step, words)


def at_review() -> State:
    state = engine.begin(FLOW, {})
    return write(tap(state, "answer", 2).state, "One.").state


def labels(screen: Screen) -> list[str]:
    return [each.label.key for row in screen.rows for each in row]


def test_the_required_questions_come_first_then_the_review() -> None:
    state = engine.begin(FLOW, {})
    assert state.at == "status"
    state = tap(state, "answer", 2).state
    assert state.at == "words"
    assert write(state, "One.").state.at == REVIEW


def test_four_options_then_more_then_all() -> None:
    state, screen = shown(engine.begin(FLOW, {}))
    assert labels(screen).count("button.item") == 4
    assert "button.more" in labels(screen)
    _, screen = shown(tap(state, "page").state)
    assert labels(screen).count("button.item") == 7
    assert "button.more" not in labels(screen)


def test_lists_have_eight_with_earlier_and_later() -> None:
    state = tap(at_review(), "change", "others").state
    _, screen = shown(state)
    assert labels(screen).count("button.unchosen") == 8
    state = tap(state, "page", 1).state
    _, screen = shown(state)
    assert {"button.earlier", "button.next_page"} <= set(labels(screen))
    _, screen = shown(tap(state, "page", 2).state)
    assert labels(screen).count("button.unchosen") == 4
    assert "button.next_page" not in labels(screen)


def test_picks_are_kept_across_pages_and_can_be_undone() -> None:
    state = tap(at_review(), "change", "others").state
    state = tap(state, "toggle", 3).state
    state = tap(tap(state, "page", 1).state, "toggle", 9).state
    state = tap(tap(state, "page", 0).state, "toggle", 3).state
    assert tap(state, "picked").state.answers["others"] == [9]


def test_a_growing_answer_takes_every_message_in_order() -> None:
    state = write(write(at_review(), "Two.").state, "Three.").state
    assert state.answers["words"] == ["One.", "Two.", "Three."]
    assert engine.amend(state, FLOW.step("words"), 1, "2.").answers["words"][1] == "2."


def test_words_that_come_before_their_question_are_kept() -> None:
    state = engine.begin(FLOW, {})
    early = write(state, "Early.").state
    assert early.at == "status"
    _, screen = shown(early)
    assert "flow.has_words" in [line.key for line in screen.lines if line]
    assert tap(early, "answer", 2).state.at == REVIEW


def test_a_text_over_its_limit_is_refused_and_what_was_there_stays() -> None:
    state = at_review()
    with pytest.raises(Unfit):
        write(state, "x" * 17)
    assert state.answers["words"] == ["One."]
    with pytest.raises(Unfit):
        engine.amend(state, FLOW.step("words"), 0, "x" * 21)


def test_a_required_text_can_be_written_anew() -> None:
    state = tap(at_review(), "change", "words").state
    _, screen = shown(state)
    assert "button.write_anew" in labels(screen)
    state = tap(state, "clear").state
    assert state.at == "words"
    assert write(state, "New.").state.answers["words"] == ["New."]


def test_an_optional_answer_can_be_removed() -> None:
    state = write(tap(at_review(), "change", "remaining").state, "Much.").state
    assert state.answers["remaining"] == ["Much."]
    state = tap(tap(state, "change", "remaining").state, "clear").state
    assert "remaining" not in state.answers
    assert state.at == REVIEW


def test_what_nobody_can_be_asked_is_not_offered() -> None:
    _, screen = shown(at_review())
    assert "button.flow.sample.others" not in labels(screen)
    _, screen = shown(at_review(), {"some": 1})
    assert "button.flow.sample.others" in labels(screen)


def test_looks_stand_above_and_lead_elsewhere() -> None:
    """What they show is no answer: their acts stay as they are."""
    looks = [button("item", f"look:{n}", item=n, title="") for n in range(3)]
    _, screen = engine.question(FLOW, at_review(), (), {}, language="en", looks=looks)
    assert [[each.act for each in row] for row in screen.rows[:2]] == [
        ["look:0", "look:1"],
        ["look:2"],
    ]
    assert screen.rows[2][0].act == "?0"


def test_steps_that_share_their_texts_give_each_its_value() -> None:
    flow = Flow(
        name="shared",
        begins=_nothing,
        then=_nothing,
        steps=tuple(
            Ask(f"words_{each}", _same, texts="words", values={"language": each})
            for each in ("fr", "ar")
        ),
        review=Review(),
    )
    assert "flow.shared.words.ask" in flow.text_keys()
    assert not [key for key in flow.text_keys() if "words_" in key]
    state = engine.begin(flow, {"words_fr": "Bonjour"})
    _, asked = engine.question(flow, state, (), {"n": 1}, language="en")
    assert asked.lines[0] == Text("flow.shared.words.ask", {"n": 1, "language": "ar"})
    state = engine.begin(flow, {"words_fr": "Bonjour", "words_ar": "مرحبا"})
    _, review = engine.question(flow, state, (), {}, language="en")
    told = [each for each in review.lines if each and each.key == "flow.shared.words.line"]
    assert [each.values["language"] for each in told] == ["fr", "ar"]


def test_files_join_wherever_the_conversation_stands() -> None:
    for state in (engine.begin(FLOW, {}), at_review()):
        step = engine.takes_files(FLOW)
        assert step is not None
        kept = engine.attach(state, step, 7, album=None)
        assert kept.at == state.at
        assert kept.answers["files"] == [7]


def test_back_leads_to_the_question_before_and_out_of_the_first() -> None:
    """Regression: a chosen id was taken for a list of picks."""
    state = tap(engine.begin(FLOW, {}), "answer", 2).state
    back = engine.back(FLOW, state)
    assert (back.state.at, back.outcome) == ("status", Outcome.ASK)
    assert engine.back(FLOW, back.state).outcome is Outcome.LEAVE


def test_only_what_was_written_or_sent_is_worth_a_draft() -> None:
    state = engine.begin(FLOW, {})
    assert not engine.holds_something(FLOW, state)
    assert not engine.holds_something(FLOW, tap(state, "answer", 2).state)
    assert engine.holds_something(FLOW, write(state, "Early.").state)


def test_a_button_that_is_not_there_does_nothing() -> None:
    state, _ = shown(engine.begin(FLOW, {}))
    for number in (-1, len(state.buttons), 999):
        with pytest.raises(IndexError):
            engine.press(FLOW, state, number)


@given(st.lists(st.one_of(st.integers(0, 30), st.text(min_size=1, max_size=5)), max_size=40))
def test_whatever_is_tapped_and_typed_the_state_survives_a_restart(acts: list[int | str]) -> None:
    """Every state is plain JSON, shows a screen, and no answer vanishes but by its button."""
    state = engine.begin(FLOW, {})
    for act in acts:
        state = State.from_json(json.loads(json.dumps(state.to_json())))
        state, screen = shown(state, {"some": 1})
        assert screen.lines
        try:
            if isinstance(act, str):
                before = list(state.answers.get("words", ()))
                advance = write(state, act)
                if state.at == REVIEW:
                    assert advance.state.answers["words"] == [*before, act]
            else:
                advance = engine.press(FLOW, state, act)
        except (IndexError, Unfit):
            continue
        if advance.outcome is not Outcome.ASK:
            return
        state = advance.state


def test_files_that_have_to_be_sent_lead_on_once_one_is_there() -> None:
    """A request for comments once ended where its draft was sent: Done led out."""
    flow = Flow(
        name="sample",
        begins=_nothing,
        then=_nothing,
        steps=(Gather("files"), Ask("words", _same)),
        review=Review(files_to="files"),
    )
    state = engine.begin(flow, {})
    _, screen = engine.question(flow, state, [], {}, language="en")
    assert [each.label.key for row in screen.rows for each in row] == ["button.back"]
    with_file = engine.attach(state, flow.steps[0], 7, album=None)
    asked, screen = engine.question(flow, with_file, [], {}, language="en")
    labels = [each.label.key for row in screen.rows for each in row]
    assert labels == ["button.done", "button.back"]
    onward = engine.press(flow, asked, 0)
    assert (onward.outcome, onward.state.at) == (Outcome.ASK, "words")
