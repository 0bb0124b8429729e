"""Entering a deadline of the reporting calendar, or changing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain import permissions
from bot.domain.days import read_due_day
from bot.domain.deadlines import (
    LONGEST_TITLE,
    LONGEST_WARNING,
    MOST_WARNINGS,
    SUGGESTED,
    USUAL_WARNINGS,
    Deadline,
    DeadlineKind,
    Offset,
    Wanted,
    read_warnings,
    tidy,
)
from bot.domain.errors import Unfit
from bot.domain.fitting import within
from bot.domain.screens import Code, Screen, Text, Value, text
from bot.domain.views import deadlines as views
from bot.services import deadlines
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.turn import Turn
from storage import deadlines as queries

NO_DOCUMENT = 0
MOST_DOCUMENTS = 200


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    return {}


async def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"deadline.kind.{each}")) for each in DeadlineKind]


def title_fits(words: str, _turn: Turn) -> str:
    """What it is called, on one line."""
    title = tidy(within(words, LONGEST_TITLE))
    if not title:
        raise Unfit("error.no_words")
    return title


async def _documents(turn: Turn, _answers: Answers) -> list[Option]:
    found = await queries.documents(turn.tx, limit=MOST_DOCUMENTS)
    none = Option(NO_DOCUMENT, text("flow.deadline.no_document"))
    return [none, *(Option(each.id, _symbol(each.symbol)) for each in found)]


async def _days(turn: Turn, answers: Answers) -> list[Option]:
    """Usual times after the document's publication, where that is known, with their days."""
    if not answers["document"]:
        return []
    document = await queries.document(turn.tx, answers["document"])
    if document is None or document.published_on is None:
        return []
    offered = []
    for rule in SUGGESTED.get(DeadlineKind(answers["kind"]), ()):
        day = rule.after(document.published_on)
        if day >= turn.today:
            said = views.rule_text(rule.code)
            offered.append(
                Option(rule.code, text("flow.deadline.by_rule", rule=said, day=day), said=said)
            )
    return offered


def day_fits(words: str, turn: Turn) -> str:
    """A day from today on, or a time after the document's publication."""
    rule = Offset.read(words)
    if rule is not None:
        return rule.code
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _day_suits(turn: Turn, answers: Answers, day: str) -> None:
    """A time after the publication needs a document whose publication date is known."""
    rule = Offset.read(day)
    if rule is not None:
        await deadlines.day_after(turn.tx, rule, answers["document"] or None)


def _day_shown(answer: Any) -> Value:
    return views.rule_text(answer) if Offset.read(answer) else date.fromisoformat(answer)


def _last_day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


def warnings_fit(words: str, _turn: Turn) -> list[int]:
    """Days ahead: `90, 30, 7`; `0` for none."""
    found = read_warnings(words)
    if found is None:
        raise Unfit("flow.deadline.warnings_unclear", most=MOST_WARNINGS, longest=LONGEST_WARNING)
    return list(found)


def _symbol(symbol: str) -> Text:
    return text("label.one", value=Code(symbol))


def labels(found: Deadline) -> Mapping[str, Text]:
    """How the answers of a deadline that is changed read on the review screen."""
    document = text("flow.deadline.no_document") if found.symbol is None else _symbol(found.symbol)
    return {"kind": text(f"deadline.kind.{found.kind}"), "document": document}


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    """The day that follows from a rule, and on which days the secretariat is warned."""
    rule = Offset.read(answers["day"])
    notes: list[Text] = []
    if rule is not None:
        try:
            day = await deadlines.day_after(turn.tx, rule, answers["document"] or None)
        except deadlines.NoPublication as refused:
            notes.append(refused.text)
        else:
            notes.append(text("flow.deadline.falls_on", day=day))
    if answers.get("warnings") is None:
        usual = USUAL_WARNINGS[DeadlineKind(answers["kind"])]
        notes.append(views.warnings_text(usual))
    return notes


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    wanted = await _wanted(turn, answers)
    deadline_id = answers.get("deadline")
    if deadline_id is None:
        deadline_id = await deadlines.add(turn.tx, turn.act, wanted)
    else:
        await deadlines.change(turn.tx, turn.act, deadline_id, wanted)
    found = await queries.get(turn.tx, deadline_id)
    assert found is not None
    return views.kept(found, today=turn.today)


async def _wanted(turn: Turn, answers: Answers) -> Wanted:
    document_id = answers["document"] or None
    rule = Offset.read(answers["day"])
    day = (
        date.fromisoformat(answers["day"])
        if rule is None
        else await deadlines.day_after(turn.tx, rule, document_id)
    )
    warnings = answers.get("warnings")
    return Wanted(
        DeadlineKind(answers["kind"]),
        answers["title"],
        day,
        until=date.fromisoformat(answers["until"]) if answers.get("until") else None,
        document_id=document_id,
        rule=rule,
        warnings=None if warnings is None else tuple(warnings),
    )


FLOW = Flow(
    name="deadline",
    begins=_begins,
    steps=(
        Choose("kind", _kinds),
        Ask("title", title_fits),
        Choose("document", _documents, first=6),
        Choose("day", _days, check=day_fits, suits=_day_suits, shows=_day_shown),
    ),
    review=Review(
        optional=(
            Ask("until", _last_day_fits, shows=date.fromisoformat),
            Ask("warnings", warnings_fit, shows=views.warnings_text),
        )
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: (
        f"deadline:{answers['deadline']}" if answers.get("deadline") else "calendar:0"
    ),
)
