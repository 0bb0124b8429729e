"""Screens of an item's history: what happened, the newest first, of all or of one topic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.domain.grades import scheme_name
from bot.domain.history import LETTERS, Doer, Event, Fact, Scope, Topic
from bot.domain.items import Part
from bot.domain.plans import Noted
from bot.domain.redaction import Part as Redacted
from bot.domain.screens import (
    Attachment,
    Button,
    Code,
    Language,
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
    HOME_BESIDE,
    LIST_LENGTH,
    dotted,
    figure_line,
    pages,
    piece_line,
)
from bot.domain.views.people import SECRETARIAT_NAME

EXCERPT = 160
BESIDE = 5
"""So many figures and files of a report are shown on the screen; the file has all of them."""
ALL = "-"
_WHATS = (
    *("imported", "vanished", "text_changed", "text_added"),
    *("position_changed", "position_set", "position_gone"),
    *("part_changed", "due_moved", "due_set", "due_dropped"),
    *("published", "published_no_more"),
    *(f"plan_{each}" for each in Noted),
    *("assigned", "assigned_due", "announced", "ended", "released", "insisted", "disowned"),
    *("asked", "reminded", "request_answered", "request_excused", "request_ended", "responded"),
    *("more_time", "more_time_granted", "more_time_refused"),
    *("reported_report", "reported_unchanged", "reported_recorded", "amended", "withdrawn"),
    *("sent_inside", "cleared", "let_go", "returned_inside", "approved", "returned"),
    *("redacted", "redacted_report", "consolidated", "contradicts", "contradicts_no_more"),
    *("assessed", "assessed_in_words", "assessment_withdrawn", "graded", "grade_withdrawn"),
    *("thread_secretariat", "thread_institution"),
    *("question", "question_answered", "passed", "pass_answered", "seat_began", "seat_ended"),
)
TEXT_KEYS = (
    *(f"history.event.{each}" for each in _WHATS),
    *(f"button.history.{each}" for each in Topic),
    *(f"label.part.{each}" for each in Part),
    *(f"redaction.short.{each}" for each in Redacted),
)

Names = Mapping[int, Value]
"""Institutions by id, named in the reader's language."""


def history(
    code: Value,
    item_id: int,
    events: Sequence[Event],
    page: int,
    topic: Topic | None,
    *,
    present: Collection[Topic],
    names: Names,
    doers: Mapping[int, Doer],
    scope: Scope,
    back: str,
) -> Screen:
    """Eight events, the newest first; `present` are the topics that have any."""
    lines: list[Text | None] = [text("history.of_item", item=code, count=len(events))]
    for each in events[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]:
        lines += [None, line(each, names, doers, scope)]
        if each.words:
            lines.append(text("card.words", words=Words(each.words, each.language, EXCERPT)))
        lines += _some(beside(each))
    letter = ALL if topic is None else LETTERS[topic]
    rows = pages(
        f"item_history:{item_id}:{letter}", page, more=(page + 1) * LIST_LENGTH < len(events)
    )
    choices = [_choice(item_id, each) for each in Topic if each in present and each is not topic]
    if topic is not None:
        choices.insert(0, button("history.everything", f"item_history:{item_id}:{ALL}:0"))
    rows += [tuple(choices[at : at + 3]) for at in range(0, len(choices), 3)]
    rows.append((button("history_file", f"history_file:{item_id}"), button("back", back)))
    return screen(*lines, rows=rows)


def beside(event: Event) -> list[Text]:
    """The figures and the evidence of a report, as they were."""
    return [
        *(figure_line(each) for each in event.figures),
        *(piece_line(each) for each in event.pieces),
    ]


def _some(lines: Sequence[Text]) -> list[Text]:
    if len(lines) <= BESIDE:
        return [*lines]
    return [*lines[:BESIDE], text("history.more", count=len(lines) - BESIDE)]


def _choice(item_id: int, topic: Topic) -> Button:
    return button(f"history.{topic}", f"item_history:{item_id}:{LETTERS[topic]}:0")


def line(
    event: Event,
    names: Names,
    doers: Mapping[int, Doer],
    scope: Scope,
    *,
    named: bool = True,
) -> Text:
    """When, what, whose, and by whom: by name where the reader may know it and it is `named`."""
    values, count = _values(event.facts)
    facts: list[Value] = [Text(f"history.event.{event.what}", values, count)]
    whose = event.institution_id
    if whose is not None and scope.institutions is None and whose in names:
        facts.append(names[whose])
    doer = doers.get(event.seat_id or 0)
    if doer is not None:
        facts.append(_by(doer, scope, named=named))
    return text("history.line", day=event.at, facts=dotted(*facts))


def _by(doer: Doer, scope: Scope, *, named: bool) -> Value:
    role = text(f"role.{doer.role}")
    own = scope.institutions is None or doer.institution_id in scope.institutions
    if not own:
        return SECRETARIAT_NAME if doer.institution_id is None else role
    return text("history.by", role=role, name=Words(doer.name)) if named else role


def _values(facts: Mapping[str, Fact]) -> tuple[dict[str, Value], int | None]:
    values: dict[str, Value] = {}
    count = None
    for name, fact in facts.items():
        if fact is None:
            continue
        if name == "count":
            count = int(str(fact))
        else:
            values[name] = _SHOWN[name](str(fact)) if name in _SHOWN else fact
    if "reason" in values:
        values["part"] = text(f"redaction.short.{facts['part']}")
    return values, count


_SHOWN: Mapping[str, Callable[[str], Value]] = {
    "status": lambda code: text(f"status.{code}"),
    "part": lambda code: text(f"label.part.{code}"),
    "kind": lambda code: text(f"request.kind.{code}"),
    "reason": lambda code: text(f"redaction.reason.{code}"),
    "number": Code,
    "symbol": Code,
    "language": Language,
    "unit": Words,
    "position": lambda code: text(f"position.{code}"),
    "position_before": lambda code: text(f"position.{code}"),
    "activity_state": lambda code: text(f"activity.state.{code}"),
    "scheme": scheme_name,
    "grade": Words,
    "session": Words,
}


def making(code: Value) -> Screen:
    """The file is being made."""
    return message(text("history.making", item=code))


def ready(code: Value, file: Attachment) -> Screen:
    """The file is there."""
    return Screen(
        (text("history.file", item=code),),
        rows=_home(),
        attachments=(file,),
        replaces=False,
    )


def _home() -> tuple[Row, ...]:
    return ((HOME_BESIDE,),)
