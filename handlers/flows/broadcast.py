"""A broadcast: to whom, in which words and languages, with which file, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.broadcasts import (
    LONGEST_TEXT,
    Broadcast,
    Draft,
    Group,
    Reach,
    Segment,
    groups_of,
    roles_of,
    text_for,
)
from bot.domain.errors import Unfit
from bot.domain.institutions import by_name, kind_name
from bot.domain.moments import read_moment
from bot.domain.reports import joined
from bot.domain.screens import Attachment, Button, Language, Screen, Text, Value, text
from bot.domain.views import broadcasts as views
from bot.domain.views.people import name_for
from bot.exchange.language import detect
from bot.services import boards, evidence
from bot.services import broadcasts as service
from bot.wire.render import render
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Pick, Review, Step
from handlers.turn import Turn
from storage import absences, broadcasts, institutions

NAME = "broadcast"
SUBJECT = "broadcast:new"

AT_ONCE = "now"
ONLY = "only"
MORNING = 9


# -- What is offered -------------------------------------------------------------------------------


async def _groups(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"broadcast.to.{each}")) for each in Group]


async def _kinds(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each, text("label.one", value=kind_name(each)))
        for each in await broadcasts.kinds(turn.tx)
    ]


async def _institutions(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in by_name(await institutions.every(turn.tx), turn.language)
    ]


async def _languages(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each, text("label.one", value=texts.language_name(each, turn.language)))
        for each in turn.desk.country.languages
    ]


async def _only_open(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(ONLY, text("broadcast.only_open"))]


async def _moments(turn: Turn, _answers: Answers) -> list[Option]:
    """At once, and the mornings of working days; without an answer, in two minutes."""
    calendar = turn.desk.policy.calendar(holidays=await absences.free(turn.tx))
    tomorrow = turn.now.astimezone(turn.timezone).date() + timedelta(days=1)
    monday = tomorrow + timedelta(days=-tomorrow.weekday() % 7)
    days = dict.fromkeys(calendar.working_day_after(each) for each in (tomorrow, monday))
    mornings = [datetime.combine(each, time(MORNING), turn.timezone) for each in days]
    offered = [Option(AT_ONCE, text("broadcast.at_once"))]
    return offered + [Option(each.isoformat(), text("broadcast.at", at=each)) for each in mornings]


# -- What is written -------------------------------------------------------------------------------


def _words_fit(words: str, _turn: Turn) -> str:
    if not words.strip():
        raise Unfit("error.no_words")
    return words.strip()


def _moment_fits(words: str, turn: Turn) -> str:
    moment = read_moment(words, turn.language, now=turn.now, zone=turn.timezone)
    return moment.isoformat()


def _translation(language: str) -> Step:
    """The same in one more language: offered where the State has it and it is not the first."""
    return Ask(
        _step_of(language),
        _words_fit,
        grows=True,
        limit=LONGEST_TEXT,
        when=f"offers_{language.lower()}",
        texts="translation",
        values={"language": Language(language)},
    )


def _step_of(language: str) -> str:
    return f"words_{language.lower()}"


# -- What comes of it ------------------------------------------------------------------------------


def first_language(turn: Turn, answers: Answers) -> str:
    """The language of the first text: the writer's, unless it is plainly in another one."""
    found = detect(joined(answers.get("words", ())))
    return found if found in turn.desk.country.languages else _asked_in(turn, answers)


def _asked_in(turn: Turn, answers: Answers) -> str:
    """The language that the first text is asked for in; of a copied one, its own."""
    country = turn.desk.country
    usual: str = answers.get("language", turn.language)
    return usual if usual in country.languages else country.default_language


def written(turn: Turn, answers: Answers) -> dict[str, str]:
    """The texts that there are, by language, the first one in front."""
    first = first_language(turn, answers)
    found = {first: joined(answers.get("words", ()))}
    for language in turn.desk.country.languages:
        words = joined(answers.get(_step_of(language), ()))
        if language != first and words:
            found[language] = words
    return found


def segment_of(answers: Answers) -> Segment:
    """Whom the answers mean."""
    return Segment(
        roles=roles_of(map(Group, answers.get("to", ()))),
        kinds=tuple(answers.get("kinds", ())),
        institutions=tuple(answers.get("institutions", ())),
        languages=tuple(answers.get("languages", ())),
        with_open_items=answers.get("open_items") == ONLY,
    )


async def reach(turn: Turn, answers: Answers) -> Reach:
    """Whom it reaches as it stands."""
    return await service.reach(
        turn.tx,
        turn.act,
        segment_of(answers),
        written=written(turn, answers),
        default_language=first_language(turn, answers),
    )


def as_seen(
    turn: Turn, answers: Answers, language: str, *, file: Attachment | None = None
) -> Screen:
    """What a reader of that language will get; its button does nothing yet."""
    words, its = text_for(written(turn, answers), language, first_language(turn, answers))
    return views.delivered(words, its, 0, file)


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    permissions.require(permissions.may_ask(turn.actor))
    first = first_language(turn, answers)
    reached = len((await reach(turn, answers)).recipients) if "to" in answers else 0
    asked_in = _asked_in(turn, answers)
    values: dict[str, Value] = {
        "language": texts.language_name(asked_in, turn.language),
        "n": reached,
    }
    for each in turn.desk.country.languages:
        if each != first:
            values[f"offers_{each.lower()}"] = 1
    return values


async def _notes(turn: Turn, answers: Answers) -> list[Text]:
    country = turn.desk.country
    preview = (await reach(turn, answers)).preview
    names = {
        each: texts.language_name(each, turn.language)
        for each in {*country.languages, *preview.other_language}
    }
    return views.notes(
        preview,
        names=names,
        default_language=first_language(turn, answers),
        messages=max(_messages(turn, answers, each) for each in country.languages),
    )


def _messages(turn: Turn, answers: Answers, language: str) -> int:
    """In how many messages its readers get the text."""
    file = Attachment("", "") if answers.get("attachment") else None
    return len(render(as_seen(turn, answers, language, file=file), language, turn.desk.texts))


async def _looks(turn: Turn, answers: Answers, conversation_id: int) -> Sequence[Button]:
    preview = (await reach(turn, answers)).preview
    names = {each: texts.language_name(each, turn.language) for each in turn.desk.country.languages}
    return views.looks(conversation_id, names, someone_left_out=bool(preview.left_out))


def _moment(turn: Turn, answers: Answers) -> datetime | None:
    match answers.get("at"):
        case None:
            return None
        case "now":
            return turn.now
        case moment:
            return datetime.fromisoformat(moment)


async def _then(turn: Turn, answers: Answers, conversation_id: int) -> None:
    draft = Draft(
        segment=segment_of(answers),
        texts=written(turn, answers),
        default_language=first_language(turn, answers),
        attachment=await evidence.only_file_of_draft(turn.tx, conversation_id),
        sends_at=_moment(turn, answers),
    )
    broadcast_id = await service.plan(turn.tx, turn.act, draft)
    await show_board(turn, broadcast_id, anew=True)


async def show_board(turn: Turn, broadcast_id: int, *, anew: bool = False) -> None:
    """The board, followed from now on; `anew`: as a message of its own."""
    await service.get(turn.tx, turn.act, broadcast_id)
    prefix = service.prefix_of(broadcast_id)
    may_redact = permissions.may_redact(turn.actor)
    painted = await service.paint(turn.tx, prefix, may_redact=may_redact)
    assert painted is not None
    row = await turn.show(replace(painted.screen, replaces=not anew))
    await boards.hang(turn.tx, turn.act, prefix, row, painted)


async def begin_again(turn: Turn, found: Broadcast) -> None:
    """A new draft with what a broadcast said, to whom it went."""
    segment = found.segment
    answers: dict[str, Any] = {
        "language": found.default_language,
        "to": [each.value for each in groups_of(segment.roles)],
        "kinds": list(segment.kinds),
        "institutions": list(segment.institutions),
        "languages": list(segment.languages),
    }
    if segment.with_open_items:
        answers["open_items"] = ONLY
    for language, words in (await broadcasts.texts(turn.tx, found.id)).items():
        step = "words" if language == found.default_language else _step_of(language)
        answers[step] = [words]
    chosen = {name: value for name, value in answers.items() if value}
    labels = {
        name: [each.label for each in await options(turn, {}) if each.value in chosen[name]]
        for name, options in _PICKED.items()
        if name in chosen
    }
    if found.file is not None:
        await turn.remark(text("broadcast.file_again"))
    subject = f"broadcast:again:{found.id}"
    await turn.desk.runner.begin(turn, NAME, subject=subject, labels=labels, **chosen)


_PICKED = {
    "to": _groups,
    "kinds": _kinds,
    "institutions": _institutions,
    "languages": _languages,
}

TEXT_KEYS = tuple(f"broadcast.to.{each}" for each in Group)

FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(
        Pick("to", _groups),
        Ask("words", _words_fit, grows=True, limit=LONGEST_TEXT),
    ),
    review=Review(
        optional=(
            *(_translation(each) for each in texts.available()),
            Gather("attachment"),
            Choose("at", _moments, check=_moment_fits, shows=datetime.fromisoformat),
            Pick("institutions", _institutions),
            Pick("kinds", _kinds),
            Pick("languages", _languages),
            Choose("open_items", _only_open),
        ),
        words_to="words",
        files_to="attachment",
    ),
    notes=_notes,
    looks=_looks,
    then=_then,
    returns_to=lambda _answers: "broadcasts",
)
