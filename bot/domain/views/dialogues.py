"""Screens of a live dialogue: for officers, for who is on call, for the delegation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dialogues import (
    Dialogue,
    DialogueQuestion,
    OnRecord,
    Part,
    QuestionState,
    Source,
)
from bot.domain.people import Role
from bot.domain.screens import (
    Button,
    Code,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import (
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    dotted,
    figure_line,
    in_twos,
    pages,
    redacts,
)
from bot.domain.views.people import name_for, role_name

EXCERPT = 1500
SHORT = 120
SETTLED = (QuestionState.DELIVERED, QuestionState.PROMISED)


@dataclass(frozen=True)
class Candidate:
    """An item that a question may be about: its id, how it is called, how it begins."""

    item_id: int
    called: Value
    title: Value


@dataclass(frozen=True)
class Taking:
    """Somebody who could take part: the seat, who holds it, and whether they do."""

    seat_id: int
    name: str
    role: Role
    institution: Value
    takes_part: bool


# -- Dialogues -------------------------------------------------------------------------------------


def overview(shown: Sequence[Dialogue]) -> Screen:
    """The dialogues, the open ones first."""
    lines: list[Text | None] = [text("dialogue.overview" if shown else "dialogue.none")]
    rows: list[Row] = [
        (button("dialogue", f"dialogue:{each.id}", title=_title(each)),) for each in shown
    ]
    rows.append((button("dialogue_new", "dialogue_new"), HOME))
    return screen(*lines, rows=rows)


def board(
    dialogue: Dialogue,
    questions: Sequence[DialogueQuestion],
    *,
    delegation: int,
    on_call: int,
    language: str,
) -> Screen:
    """Where it stands: the newest questions, and who takes part."""
    lines = _head(dialogue)
    if dialogue.is_open:
        lines.append(text("dialogue.taking_part", delegation=delegation, on_call=on_call))
    lines += [None, *(_line(each, language) for each in questions[-LIST_LENGTH:])]
    if not questions:
        lines.append(text("dialogue.no_questions"))
    rows: list[Row] = in_twos([_numbered(each) for each in questions[-LIST_LENGTH:]])
    if dialogue.is_open:
        rows = [
            (button("dialogue_type", f"dialogue_type:{dialogue.id}"),),
            *rows,
            (
                button("dialogue_on_call", f"dialogue_houses:{dialogue.id}:0"),
                button("dialogue_delegation", f"dialogue_delegation:{dialogue.id}"),
            ),
            (button("dialogue_close", f"dialogue_ask_close:{dialogue.id}"), HOME),
        ]
    else:
        rows.append((button("dialogue_sheet", f"dialogue_sheet:{dialogue.id}"), HOME))
    return screen(*lines, rows=rows)


def ask_to_close(dialogue: Dialogue, unanswered: int) -> Screen:
    """Asked once more."""
    asked = text("dialogue.ask_close", count=unanswered) if unanswered else "dialogue.all_answered"
    return screen(
        asked,
        rows=[
            (
                button("dialogue_close", f"dialogue_close:{dialogue.id}"),
                button("back", f"dialogue:{dialogue.id}"),
            )
        ],
    )


def sheet(dialogue: Dialogue, questions: Sequence[DialogueQuestion], *, language: str) -> Screen:
    """What became of the questions, and what was promised in writing: to whom, until when."""
    states = [each.state for each in questions]
    promised = [each for each in questions if each.state is QuestionState.PROMISED]
    lines: list[Text | None] = [
        *_head(dialogue),
        text(
            "dialogue.summary",
            count=len(questions),
            answered=states.count(QuestionState.DELIVERED),
            promised=len(promised),
            unanswered=sum(1 for each in states if each not in SETTLED),
        ),
        None,
        text("dialogue.promises", count=len(promised)),
    ]
    for each in promised:
        assert each.promised_until is not None
        facts = dotted(*_facts(each, language), each.promised_until)
        lines += [
            text("card.words", words=Words(each.words, each.language, limit=EXCERPT)),
            text("dialogue.promised_by", facts=facts),
        ]
        if each.is_promised_by_nobody:
            lines.append(text("dialogue.nobody_asked"))
    to_ask = sum(1 for each in promised if each.institution_id and each.request_id is None)
    rows: list[Row] = []
    if to_ask:
        rows.append((button("dialogue_promises", f"dialogue_promises:{dialogue.id}", n=to_ask),))
    left = [each for each in questions if each.state not in SETTLED or each.is_promised_by_nobody]
    rows += in_twos([_numbered(each) for each in left[:LIST_LENGTH]])
    return screen(*lines, rows=[*rows, (button("back", f"dialogue:{dialogue.id}"), HOME)])


def promises_asked(dialogue_id: int, count: int) -> Screen:
    """The promises are requests now, which can be undone for two minutes."""
    return message(
        text("dialogue.promises_asked", count=count),
        rows=[(button("requests", "requests:0"), button("back", f"dialogue:{dialogue_id}"))],
    )


# -- Who takes part --------------------------------------------------------------------------------


def houses(
    page: int,
    shown: Sequence[tuple[int, Mapping[str, str], int]],
    *,
    lists: str,
    chooses: str,
    back: str,
    more: bool,
    language: str,
) -> Screen:
    """Eight institutions with how many of each are on call, and the acts of its buttons."""
    rows: list[Row] = [
        (
            button(
                "dialogue_house",
                f"{chooses}:{institution_id}",
                institution=name_for(names, language),
                n=on_call,
            ),
        )
        for institution_id, names, on_call in shown
    ]
    rows += pages(lists, page, more=more)
    return screen("dialogue.which_house", rows=[*rows, (button("back", back),)])


def on_call(
    dialogue: Dialogue, institution_id: int, institution: Value, seats: Sequence[Taking]
) -> Screen:
    """Who of an institution is on call; a tap on a name changes it."""
    lines: list[Text | None] = [
        text("dialogue.on_call", institution=institution, title=_title(dialogue)),
        text("dialogue.any_hour"),
    ]
    lines += [_person(each) for each in seats]
    rows: list[Row] = []
    if not any(each.takes_part for each in seats):
        rows.append((button("dialogue_put", f"dialogue_put:{dialogue.id}:{institution_id}"),))
    rows += [(_toggle(dialogue, each),) for each in seats]
    return screen(*lines, rows=[*rows, (button("back", f"dialogue_houses:{dialogue.id}:0"),)])


def _toggle(dialogue: Dialogue, person: Taking) -> Button:
    name = Words(person.name, limit=40)
    if person.takes_part:
        return button(
            "dialogue_take_off", f"dialogue_off:{dialogue.id}:{person.seat_id}", name=name
        )
    return button("dialogue_add", f"dialogue_add:{dialogue.id}:{person.seat_id}", name=name)


def delegation(dialogue: Dialogue, secretariat: int, seats: Sequence[Taking]) -> Screen:
    """Who gets the cleared answers."""
    key = "dialogue.delegation" if seats else "dialogue.delegation_alone"
    lines: list[Text | None] = [
        text(key, count=secretariat, title=_title(dialogue)),
        *(text("label.one", value=_called(each)) for each in seats),
    ]
    rows: list[Row] = [
        (
            button(
                "dialogue_take_off",
                f"dialogue_leave:{dialogue.id}:{each.seat_id}",
                name=Words(each.name, limit=40),
            ),
        )
        for each in seats
    ]
    rows.append((button("dialogue_delegate", f"dialogue_delegate:{dialogue.id}"),))
    return screen(*lines, rows=[*rows, (button("back", f"dialogue:{dialogue.id}"),)])


def joined(dialogue: Dialogue, part: Part) -> Screen:
    """Told to who takes part from now on."""
    return message(text(f"dialogue.joined.{part}", title=_title(dialogue)), rows=[(HOME_BESIDE,)])


TEXT_KEYS = tuple(f"dialogue.joined.{each}" for each in Part)


def over(dialogue: Dialogue) -> Screen:
    """Told to who was on call."""
    return message(text("dialogue.over", title=_title(dialogue)))


def _person(person: Taking) -> Text:
    key = "dialogue.person_in" if person.takes_part else "dialogue.person_out"
    return text(key, facts=dotted(Words(person.name), role_name(person.role)))


def _called(person: Taking) -> Value:
    return dotted(Words(person.name), role_name(person.role), person.institution)


# -- A question, for officers ----------------------------------------------------------------------


def which_item(question: DialogueQuestion, found: Sequence[Candidate]) -> Screen:
    """Several items fit."""
    rows: list[Row] = [
        (
            button(
                "item",
                f"dialogue_item:{question.id}:{each.item_id}",
                item=each.called,
                title=each.title,
            ),
        )
        for each in found
    ]
    rows.append((button("dialogue_no_item", f"dialogue_q:{question.id}"),))
    return screen(_words(question), "dialogue.which_item", rows=rows)


def steered(
    dialogue: Dialogue,
    question: DialogueQuestion,
    record: OnRecord | None,
    *,
    clears: bool,
    may_redact: bool = False,
    language: str,
) -> Screen:
    """The question with what is on record, and what can be done about it."""
    lines: list[Text | None] = [_words(question)]
    if facts := _facts(question, language):
        lines.append(text("label.one", value=dotted(*facts)))
    lines.append(text(f"dialogue.state.{question.state}"))
    if question.promised_until is not None:
        lines.append(text("dialogue.promised_by", facts=question.promised_until))
    if question.answer is not None:
        lines += [None, _answer(question)]
    elif record is not None:
        lines += [None, *_record(record, language, limit=EXCERPT)]
    elif question.item_id is not None and not question.restricted:
        lines += [None, text("dialogue.nothing_on_record")]
    rows: list[Row] = []
    if question.is_open and dialogue.is_open:
        rows = _steps(question, record, clears=clears, language=language)
    if question.is_open:
        rows.append((button("dialogue_promise", f"dialogue_promise:{question.id}"),))
    if question.is_promised_by_nobody:
        lines.append(text("dialogue.nobody_asked"))
        rows.append((button("dialogue_choose", f"dialogue_q_houses:{question.id}:0"),))
    rows += redacts(f"dialogue_q:{question.id}", may=may_redact)
    back = button("back", f"dialogue:{dialogue.id}")
    if dialogue.is_open:
        rows.append((button("dialogue_next", f"dialogue_type:{dialogue.id}"), back))
    else:
        rows.append((back,))
    return screen(*lines, rows=rows)


def _steps(
    question: DialogueQuestion, record: OnRecord | None, *, clears: bool, language: str
) -> list[Row]:
    rows: list[Row] = []
    if question.state is QuestionState.DRAFTED and clears:
        rows.append(_clear(question, changes=False))
    if record is not None:
        rows.append(
            (button("dialogue_give", f"dialogue_give:{question.id}:{record.report.id}"),),
        )
    if question.state is not QuestionState.DRAFTED:
        if question.state is QuestionState.TYPED and question.institution_id is not None:
            name = name_for(question.names, language)
            rows.append((button("dialogue_ask", f"dialogue_ask:{question.id}", institution=name),))
        rows.append((button("dialogue_choose", f"dialogue_q_houses:{question.id}:0"),))
    return rows


def nobody_answers(question: DialogueQuestion, *, opened: int, language: str) -> Screen:
    """Told to the officer after ten minutes."""
    institution = name_for(question.names, language)
    drafted = question.state is QuestionState.DRAFTED
    if opened:
        key = "dialogue.not_cleared" if drafted else "dialogue.late"
        said = text(key, institution=institution, count=opened)
    else:
        key = "dialogue.not_cleared_unopened" if drafted else "dialogue.late_unopened"
        said = text(key, institution=institution)
    return message(
        said,
        _unasked(question),
        rows=[
            (
                button("open", f"dialogue_q:{question.id}"),
                button("dialogue_promise", f"dialogue_promise:{question.id}"),
            )
        ],
    )


# -- A question, for who is on call ----------------------------------------------------------------


def asks(dialogue: Dialogue, question: DialogueQuestion) -> Screen:
    """The delegation needs an answer now; a reply to the message is one."""
    lines: list[Text | None] = [text("dialogue.asks", title=_title(dialogue)), _unasked(question)]
    if not question.restricted and (item := _item(question)) is not None:
        lines.append(text("answer.about", item=item))
    return message(*lines, rows=[(button("dialogue_answer", f"dialogue_answer:{question.id}"),)])


def called(question: DialogueQuestion, *, clears: bool) -> Screen:
    """The question and its answer as they stand, for who is on call."""
    lines: list[Text | None] = [_words(question), text(f"dialogue.state.{question.state}")]
    if question.answer is not None:
        lines.append(_answer(question))
    rows: list[Row] = []
    if clears and question.state is QuestionState.DRAFTED:
        rows.append(_clear(question, changes=True))
    elif question.is_open:
        rows.append((button("dialogue_answer", f"dialogue_answer:{question.id}"),))
    return screen(*lines, rows=[*rows, (HOME,)])


def to_clear(question: DialogueQuestion, *, changes: bool, language: str) -> Screen:
    """An answer that waits for its clearance: one tap; who is on call `changes` it as well."""
    head = text("dialogue.to_clear", institution=name_for(question.names, language))
    if question.restricted:
        rows = [(button("open", f"dialogue_q:{question.id}"),)]
        return message(head, _unasked(question), rows=rows)
    return message(
        head,
        _words(question),
        _answer(question),
        rows=[_clear(question, changes=changes)],
    )


def drafted(question_id: int, *, waits: int) -> Screen:
    """The answer has come in and waits for its clearance."""
    return message(
        text("dialogue.drafted", count=waits),
        rows=[(button("dialogue_change", f"dialogue_answer:{question_id}"), HOME_BESIDE)],
    )


def answered_by(question: DialogueQuestion, name: str) -> Screen:
    """Told to who was asked: somebody else has answered."""
    return message(text("dialogue.answered_by", name=Words(name)), _unasked(question))


def yours_is_cleared(question: DialogueQuestion, _name: str) -> Screen:
    """Told to who wrote the answer."""
    return message("dialogue.yours_is_cleared", _unasked(question))


def cleared_by(question: DialogueQuestion, name: str) -> Screen:
    """Told to the others on call: the delegation has the answer."""
    return message(text("dialogue.cleared_by", name=Words(name)), _unasked(question))


def answered(question: DialogueQuestion, author: str | None) -> list[Text]:
    """Who was faster, and with which words; those about a restricted item are not said."""
    if author is None:
        return []
    if question.restricted:
        return [text("dialogue.answered_by", name=Words(author))]
    said = Words(question.answer or "", question.answer_language, limit=EXCERPT)
    return [text("dialogue.answered_already", name=Words(author), words=said)]


def too_late(question: DialogueQuestion, author: str | None) -> Screen:
    """Told to who has written for nothing; while the answer waits, it can be changed."""
    if author is None or not question.is_answered:
        return message("dialogue.not_needed", "dialogue.yours_unsent", rows=[(HOME_BESIDE,)])
    said = answered(question, author)
    if question.restricted:
        return message(*said, "dialogue.yours_unsent", rows=[(HOME_BESIDE,)])
    change = button("dialogue_change", f"dialogue_answer:{question.id}")
    rows: list[Row] = [(change, HOME_BESIDE) if question.is_open else (HOME_BESIDE,)]
    return message(*said, rows=rows)


def not_needed(question: DialogueQuestion) -> Screen:
    """Told to who was asked: the officer found another way."""
    return message("dialogue.not_needed", _unasked(question))


def cleared() -> Screen:
    """The delegation has it."""
    return message("dialogue.cleared", rows=[(HOME_BESIDE,)])


def _clear(question: DialogueQuestion, *, changes: bool) -> Row:
    clear = button("dialogue_clear", f"dialogue_clear:{question.id}:{question.version}")
    if not changes:
        return (clear,)
    return (clear, button("dialogue_change", f"dialogue_answer:{question.id}"))


# -- What the delegation gets ----------------------------------------------------------------------


def answer_given(question: DialogueQuestion, source: Source, *, language: str) -> Screen:
    """The cleared answer with its source."""
    lines: list[Text | None] = [_words(question)]
    if (item := _item(question)) is not None:
        lines.append(text("answer.about", item=item))
    lines += [
        None,
        text("dialogue.answer"),
        _answer(question, whole=True),
        text(
            "dialogue.source",
            institution=name_for(source.names, language),
            role=role_name(source.role),
            at=source.at,
        ),
    ]
    return message(*lines)


def record_given(question: DialogueQuestion, record: OnRecord, *, language: str) -> Screen:
    """What is on record, with its number."""
    return message(_words(question), None, *_record(record, language, limit=None))


# -- Pieces ----------------------------------------------------------------------------------------


def _head(dialogue: Dialogue) -> list[Text | None]:
    if dialogue.closed_at is None:
        return [text("dialogue.open_since", title=_title(dialogue), at=dialogue.opened_at)]
    return [text("dialogue.closed_at", title=_title(dialogue), at=dialogue.closed_at)]


def _title(dialogue: Dialogue) -> Words:
    return Words(dialogue.title, limit=100)


def _words(question: DialogueQuestion) -> Text:
    return text("card.words", words=Words(question.words, question.language, limit=EXCERPT))


def _unasked(question: DialogueQuestion) -> Text:
    """What a message may show on a lock screen: of a restricted item symbol and number alone."""
    item = _item(question)
    if question.restricted and item is not None:
        return text("answer.about", item=item)
    return _words(question)


def _answer(question: DialogueQuestion, *, whole: bool = False) -> Text:
    limit = None if whole else EXCERPT
    return text(
        "card.words", words=Words(question.answer or "", question.answer_language, limit=limit)
    )


def _item(question: DialogueQuestion) -> Value | None:
    """How the item is called; a restricted one by symbol and number, and by nothing else."""
    if question.code is None or question.symbol is None:
        return None
    code = Code(question.code)
    return dotted(Code(question.symbol), code) if question.restricted else code


def _facts(question: DialogueQuestion, language: str) -> list[Value]:
    item = _item(question)
    facts: list[Value] = [] if item is None else [item]
    return [*facts, name_for(question.names, language)] if question.names else facts


def _line(question: DialogueQuestion, language: str) -> Text:
    said = Words(question.words, question.language, limit=SHORT)
    facts = [*_facts(question, language), text(f"dialogue.state.{question.state}")]
    return text("dialogue.line", words=said, facts=dotted(*facts))


def _numbered(question: DialogueQuestion) -> Button:
    return button(
        "dialogue_question",
        f"dialogue_q:{question.id}",
        words=Words(question.words, question.language, limit=30),
    )


def _record(record: OnRecord, language: str, *, limit: int | None) -> list[Text | None]:
    said = record.report
    facts = dotted(
        Code(said.code),
        name_for(said.names, language),
        text(f"status.{said.status}"),
        text("report.as_of", day=said.as_of),
    )
    lines: list[Text | None] = [
        text("dialogue.on_record", number=Code(said.number), facts=facts),
    ]
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language, limit)))
    return [*lines, *(figure_line(each) for each in record.figures)]


def which(question: DialogueQuestion, older: int, title: Text) -> Screen:
    """Words came, and two questions are open: conversation `older`, and the delegation's."""
    return message(
        text("dialogue.which", question=Words(question.words, question.language, limit=SHORT)),
        rows=[
            (button("dialogue_answer", f"dialogue_answer:{question.id}"),),
            (button("go_on", f"dialogue_not:{question.id}:{older}", title=title),),
        ],
    )
