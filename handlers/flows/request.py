"""Asking institutions: for status, positions or answers about items, or for data and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.days import read_due_day
from bot.domain.deadlines import Deadline, days_to_answer
from bot.domain.errors import Outdated, Unfit, existing
from bot.domain.institutions import by_name
from bot.domain.ladder import USUAL, ladder_from_json
from bot.domain.reports import LONGEST_TEXT
from bot.domain.requests import (
    ABOUT_ITEMS,
    Audience,
    Repeats,
    RequestKind,
    RequestText,
)
from bot.domain.screens import Attachment, Language, Screen, Text, Value, Words, text
from bot.domain.views import deadlines as deadline_views
from bot.domain.views import requests as views
from bot.domain.views.people import name_for
from bot.domain.work_calendar import WorkCalendar
from bot.services import deadlines, evidence, readiness, requests
from bot.services.requests import Wanted
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Pick, Review, Step
from handlers.flows.picking import MOST, holder_options
from handlers.turn import Turn
from storage import absences, indicators, institutions, report_chapters
from storage import deadlines as deadline_queries

WEEKS = (1, 2, 4, 8)
TITLE_LENGTH = 200


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    return {f"in_{each}": 1 for each in turn.desk.country.languages}


async def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    offered = (each for each in RequestKind if each in ABOUT_ITEMS)
    return [Option(each.value, text(f"request.kind.{each}")) for each in offered]


async def due_days(turn: Turn, answers: Answers) -> list[Option]:
    """Working days some weeks ahead; with a deadline, some weeks before it where time is left."""
    calendar = await _calendar(turn)
    days = [calendar.working_day_after(turn.today + timedelta(weeks=each)) for each in WEEKS]
    deadline = await _deadline(turn, answers)
    if deadline is not None:
        earlier = [each for each in days if each <= deadline.day]
        days = days_to_answer(deadline.day, turn.today, calendar) or earlier or days
    return [
        Option(each.isoformat(), text("flow.request.day", day=each)) for each in dict.fromkeys(days)
    ]


async def _deadline(turn: Turn, answers: Answers) -> Deadline | None:
    """The deadline that the request is for."""
    named = answers.get("deadline")
    return None if named is None else await deadline_queries.get(turn.tx, named)


async def _calendar(turn: Turn) -> WorkCalendar:
    """The country's days, with those that the secretariat has made free."""
    return turn.desk.policy.calendar(holidays=await absences.free(turn.tx))


def due_day_fits(words: str, turn: Turn) -> str:
    """A day from today on; one that is no working day is asked back, with the next one."""
    day = read_due_day(words, turn.language, today=turn.today)
    following = turn.desk.policy.calendar().working_day_after(day)
    if following != day:
        raise Unfit("flow.request.no_working_day", day=day, following=following)
    return day.isoformat()


async def _repeats(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"request.repeats.{each}")) for each in Repeats]


async def _holders(turn: Turn, answers: Answers) -> list[Option]:
    return await holder_options(turn, answers["selection"], answers.get("items", ()))


async def _every_institution(turn: Turn, answers: Answers) -> list[Option]:
    """All of them; of a chapter of a report those first that answer for its items."""
    every = by_name(await institutions.every(turn.tx), turn.language)
    if answers.get("chapter"):
        first = await readiness.holders(turn.tx, turn.act, answers["chapter"])
        every = sorted(every, key=lambda each: each.id not in first)
    return [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in every
    ]


def wording_fits(words: str, _turn: Turn) -> str:
    """A message; its first line is the title."""
    if not words.strip():
        raise Unfit("error.no_words")
    if len(words) > LONGEST_TEXT:
        raise Unfit("error.text_too_long", limit=LONGEST_TEXT, count=len(words) - LONGEST_TEXT)
    return words.strip()


def worded(words: str, language: str) -> RequestText:
    """The message as it is kept: a short first line is its title, else its beginning."""
    first, _, rest = words.partition("\n")
    if len(first) <= TITLE_LENGTH:
        return RequestText(language, first.strip(), rest.strip())
    return RequestText(language, f"{first[: TITLE_LENGTH - 1]}…", words)


async def _of_plans(turn: Turn, _answers: Answers) -> list[Option]:
    """The indicators of adopted plans: what is answered becomes their values."""
    return [
        Option(each.id, text("label.one", value=Words(each.name, limit=60)))
        for each in await indicators.adopted(turn.tx, limit=MOST)
    ]


async def _indicator(turn: Turn, answers: Answers) -> tuple[str | None, int | None]:
    """How the indicator is called, and its id where it is of a plan; raises Outdated."""
    said = answers.get("indicator")
    if not isinstance(said, int):
        return said, None
    found = await indicators.get(turn.tx, said)
    if found is None:
        raise Outdated
    return found.name, found.id


def indicator_fits(words: str, _turn: Turn) -> str:
    """The name of an indicator."""
    said = " ".join(words.split())
    if not 0 < len(said) <= 300:
        raise Unfit("flow.request.indicator_length", limit=300)
    return said


def _wording(language: str) -> Step:
    """The message in one language, offered where the State has it."""
    return Ask(
        f"words_{language}",
        wording_fits,
        limit=LONGEST_TEXT,
        when=f"in_{language}",
        texts="wording",
        values={"language": Language(language)},
    )


WORDINGS = tuple(_wording(each) for each in texts.available())


async def wanted(turn: Turn, answers: Answers, conversation_id: int | None = None) -> Wanted:
    """The request that the answers describe."""
    attachment = None
    if conversation_id is not None:
        attachment = await evidence.only_file_of_draft(turn.tx, conversation_id)
    if attachment is None and answers.get("chapter"):
        attachment = await _chapter_file(turn, answers)
    kind = RequestKind(answers["kind"])
    about = kind in ABOUT_ITEMS
    indicator, indicator_id = await _indicator(turn, answers)
    return Wanted(
        kind,
        Audience(
            answers["selection"] if about and not answers.get("items") else None,
            tuple(answers.get("items", ())) if about else (),
            tuple(answers.get("institutions", ())),
            tuple(answers.get("assignments", ())) if about else (),
        ),
        date.fromisoformat(answers["due_on"]),
        texts=tuple(_texts(answers)),
        ladder=ladder_from_json(answers["ladder"]) if "ladder" in answers else USUAL,
        indicator=indicator,
        indicator_id=indicator_id,
        attachment=attachment,
        repeats=Repeats(answers["repeats"]) if answers.get("repeats") else None,
        deadline_id=answers.get("deadline"),
        report_id=answers.get("report"),
        chapter_id=answers.get("chapter"),
    )


async def _chapter_file(turn: Turn, answers: Answers) -> Attachment | None:
    """The draft of the chapter that is to be commented on, where it came as a file."""
    chapter = existing(await report_chapters.get(turn.tx, answers["chapter"]))
    if chapter.file is None:
        return None
    return Attachment(chapter.file, chapter.file_name or "")


def _texts(answers: Mapping[str, Any]) -> list[RequestText]:
    return [
        worded(answers[f"words_{each}"], each)
        for each in texts.available()
        if answers.get(f"words_{each}")
    ]


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    asked = await wanted(turn, answers)
    found = await requests.preview(turn.tx, turn.act, asked, turn.desk.country.languages)
    written = {each.language: each for each in asked.texts}
    fallback = requests.best_worded(written, "")
    names = {each: texts.language_name(each, turn.language) for each in found.other_language}
    other = None if fallback is None else texts.language_name(fallback.language, turn.language)
    facts = views.facts(found, names, other, language=turn.language)
    deadline = await _deadline(turn, answers)
    for_what = [] if deadline is None else deadline_views.asked_for(deadline, asked.due_on)
    if answers.get("chapter") and asked.attachment is not None:
        name = Words(asked.attachment.name, limit=80)
        for_what.append(text("flow.request_comment.with_file", name=name))
    return [*for_what, *facts, *await _on_a_free_day(turn, answers)]


async def _on_a_free_day(turn: Turn, answers: Answers) -> list[Text]:
    """Said at the review: the due day is one of the secretariat's own free days."""
    day = date.fromisoformat(answers["due_on"])
    following = (await _calendar(turn)).working_day_after(day)
    if following == day:
        return []
    return [text("flow.request.free_day", day=day, following=following)]


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> Screen:
    request_id = await requests.plan(
        turn.tx, turn.act, await wanted(turn, answers, conversation_id)
    )
    deadline = None if answers.get("chapter") else await _deadline(turn, answers)
    if deadline is not None:
        await deadlines.link(turn.tx, turn.act, deadline.id, request_id)
    return views.planned(request_id)


def _back(answers: Answers, usual: str) -> str:
    """To the report or deadline that it came from, else where such a request usually comes from."""
    if answers.get("chapter"):
        return f"chapter:{answers['chapter']}:0"
    if answers.get("report"):
        return f"national_report:{answers['report']}:0"
    return f"deadline:{answers['deadline']}" if answers.get("deadline") else usual


ABOUT = Flow(
    name="request",
    begins=_begins,
    steps=(
        Choose("kind", _kinds),
        Choose("due_on", due_days, check=due_day_fits, shows=date.fromisoformat),
    ),
    review=Review(
        optional=(
            *WORDINGS,
            Pick("institutions", _holders),
            Choose("repeats", _repeats),
            Gather("attachment"),
        ),
        files_to="attachment",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: _back(answers, f"items:{answers['selection']}:0"),
)

DATA = Flow(
    name="request_data",
    begins=_begins,
    steps=(
        Choose("indicator", _of_plans, check=indicator_fits),
        Pick("institutions", _every_institution),
        Choose("due_on", due_days, check=due_day_fits, shows=date.fromisoformat),
    ),
    review=Review(
        optional=(*WORDINGS, Choose("repeats", _repeats), Gather("attachment")),
        files_to="attachment",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: _back(answers, "requests:0"),
)

COMMENT = Flow(
    name="request_comment",
    begins=_begins,
    steps=(
        Gather("attachment"),
        Pick("institutions", _every_institution),
        Choose("due_on", due_days, check=due_day_fits, shows=date.fromisoformat),
    ),
    review=Review(optional=WORDINGS, files_to="attachment"),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: _back(answers, "requests:0"),
)
