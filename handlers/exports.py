"""Out of the house: the consolidated workbook, the table to fill in, progress as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import NotFound
from bot.domain.exports import CHOSEN, FORMS, ExportKind, by_letter
from bot.domain.filters import LETTERS, ONE_OF, Dimension, Filter
from bot.domain.permissions import may_export, may_see_progress, require
from bot.domain.progress import Scope, Subject, scope_of
from bot.domain.screens import Language, Value, Words, text, text_to_json
from bot.domain.views import exports as views
from bot.domain.views.common import mechanism_name
from bot.domain.views.digests import to_draw
from bot.domain.views.people import name_for
from bot.exchange.progress import pack
from bot.services import exports as service
from bot.services import progress as telling
from bot.services import regular, reports_book
from bot.texts import own_name
from handlers.turn import Turn
from storage import institutions, items
from storage import progress as queries
from storage.exports import Spread

_DIMENSIONS = {letter: dimension for dimension, letter in LETTERS.items()}


# -- Exports ---------------------------------------------------------------------------------------


async def export(turn: Turn, argument: str) -> None:
    """`/export`: what can be exported; `export:w:-`: that one, narrowed as the button says."""
    if not argument and not may_export(turn.actor) and reports_book.may_take(turn.actor):
        await turn.go(turn, "reports_offer")
        return
    require(may_export(turn.actor))
    anything = await items.are_there(turn.tx)
    if not argument:
        come = await regular.listed(turn.tx, turn.act)
        offered = [
            each
            for each in CHOSEN
            if service.may_take(turn.actor, each) and (anything or FORMS[each].beside)
        ]
        staying = [each for each in offered if await service.stays(turn.tx, each)]
        shown = views.kinds(offered, staying=staying, regular=len(come), anything=anything)
        await turn.show(shown)
        return
    kind, chosen = await ordered(turn, argument)
    language = language_behind(turn, argument)
    if not anything and not FORMS[kind].beside:
        await turn.show(views.none_yet())
        return
    if FORMS[kind].whole:
        await turn.show(views.whole(kind, stays=await service.stays(turn.tx, kind)))
        return
    _, count = await service.holds(turn.tx, turn.act, kind, chosen)
    stays = await service.stays(turn.tx, kind)
    names = await called(turn, chosen)
    named = None if language is None else Language(language)
    await turn.show(views.choose(kind, chosen, names, count, stays=stays, language=named))


async def export_by(turn: Turn, argument: str) -> None:
    """`export_by:d:0:w:-`: the documents to narrow to, their first page, the kind, the filter."""
    letter, page, rest = _three(argument)
    dimension = _DIMENSIONS.get(letter)
    if dimension is None or not page.isdecimal():
        raise NotFound
    kind, chosen = await ordered(turn, rest)
    others = chosen.narrowed(dimension)
    for each in ONE_OF if dimension in ONE_OF else ():
        others = others.narrowed(each)
    found = await service.choices(turn.tx, turn.act, others, dimension)
    choices = [
        views.Choice(
            _words(turn, dimension, each), each.count, others.narrowed(dimension, each.value)
        )
        for each in found
    ]
    language = language_behind(turn, rest)
    await turn.show(views.values(kind, dimension, others, choices, int(page), language))


async def export_days(turn: Turn, argument: str) -> None:
    """`export_days:w:-`: the years to narrow to."""
    kind, chosen = await ordered(turn, argument)
    years = await service.years(turn.tx, turn.act, kind)
    await turn.show(views.days(kind, chosen, years, language_behind(turn, argument)))


async def export_language(turn: Turn, argument: str) -> None:
    """`export_language:w:-`: the languages that the file can be made in."""
    kind, chosen = await ordered(turn, argument)
    offered = [(code, own_name(code)) for code in turn.desk.country.languages]
    await turn.show(views.languages(kind, chosen, offered))


async def export_make(turn: Turn, argument: str) -> None:
    """Make it; the message tells how far it is until the file comes."""
    kind, chosen = await ordered(turn, argument)
    language = language_behind(turn, argument) or turn.language
    job_id = await service.ask(turn.tx, turn.act, kind, chosen, language=language)
    row = await turn.show(views.making(kind, job_id))
    await service.shown_in(turn.tx, job_id, row)


async def export_split(turn: Turn, argument: str) -> None:
    """One file for each document, where one for all is too large for the chat."""
    kind, chosen = await ordered(turn, argument)
    language = language_behind(turn, argument) or turn.language
    planned = await service.ask_by_document(turn.tx, turn.act, kind, chosen, language=language)
    row = await turn.show(views.by_document(kind, views.Batch(planned[0], 0, len(planned))))
    for each in planned:
        await service.shown_in(turn.tx, each, row)


async def ordered(turn: Turn, argument: str) -> tuple[ExportKind, Filter]:
    """The kind and the filter behind a button: `w:d1f0c2aa`."""
    letter, _, code = argument.partition(":")
    kind = by_letter(letter)
    if kind is None or FORMS[kind].of_a_report:
        raise NotFound
    require(service.may_take(turn.actor, kind))
    chosen = await service.read(turn.tx, code or "-")
    if chosen and FORMS[kind].whole:
        raise NotFound
    return kind, chosen


def language_behind(turn: Turn, argument: str) -> str | None:
    """The language behind a button, where one was chosen."""
    _, _, code = argument.partition(":")
    return service.language_of(code or "-", turn.desk.country.languages)


async def export_cancel(turn: Turn, argument: str) -> None:
    """It is not wanted after all."""
    if not argument.isdecimal():
        raise NotFound
    await service.cancel(turn.tx, turn.act, int(argument))
    await turn.show(views.cancelled())


async def export_cancel_all(turn: Turn, argument: str) -> None:
    """`export_cancel_all:7`: what is not ready yet of one file a document is not wanted."""
    if not argument.isdecimal():
        raise NotFound
    await service.cancel_all(turn.tx, turn.act, int(argument))
    await turn.show(views.cancelled_rest())


async def import_template(turn: Turn, _argument: str) -> None:
    """The empty table for recommendations, as a file."""
    await service.ask_for_template(turn.tx, turn.act, language=turn.language)


async def called(turn: Turn, chosen: Filter) -> dict[Dimension, Value]:
    """What a filter is narrowed to, in the reader's language."""
    return {
        dimension: await _called(turn, dimension, value)
        for dimension in LETTERS
        for value in chosen.of(dimension)
    }


async def _called(turn: Turn, dimension: Dimension, value: str) -> Value:
    """How a value is called in the reader's language."""
    names: Mapping[str, str] | None = None
    if dimension is Dimension.INSTITUTION:
        found = await institutions.by_code(turn.tx, value)
        names = found.names if found else None
    return _words(turn, dimension, Spread(value, 0, names))


def _words(turn: Turn, dimension: Dimension, spread: Spread) -> Value:
    if dimension is Dimension.STATUS:
        return text(f"status.{spread.value}")
    if dimension is Dimension.MECHANISM:
        return mechanism_name(spread.value)
    if spread.names:
        return name_for(spread.names, turn.language)
    return Words(spread.value, limit=views.LABEL_LENGTH)


def _three(argument: str) -> tuple[str, str, str]:
    letter, _, rest = argument.partition(":")
    page, _, code = rest.partition(":")
    return letter, page, code or "-"


# -- Progress --------------------------------------------------------------------------------------


async def progress(turn: Turn, argument: str) -> None:
    """`/progress`, `progress:theme`: the figures in words at once, then as a picture."""
    require(may_see_progress(turn.actor))
    scope = scope_of(turn.actor)
    subject = _subject(argument, scope)
    if subject is Subject.ANSWERS:
        await _answers(turn, scope)
        return
    if subject is Subject.TIME:
        await _over_time(turn, scope)
        return
    reader = _reader(turn)
    figures = await telling.told_apart(turn.tx, reader, subject, scope)
    screen = views.progress(
        subject,
        scope.subjects,
        telling.lines(subject, figures),
        total=figures.total,
        as_of=figures.as_of,
        whose=await telling.whose(turn.tx, reader, scope),
    )
    await turn.show(screen)
    if figures.total:
        arguments = {
            "figures": pack(figures),
            "language": turn.language,
            "names": dict(turn.desk.texts.own),
            "subjects": [each.value for each in scope.subjects],
        }
        await service.ask_for_picture(turn.tx, turn.act, arguments)


async def _answers(turn: Turn, scope: Scope) -> None:
    """How institutions answer, in words and as a picture."""
    reader = _reader(turn)
    groups, count = await telling.answering(turn.tx, reader, scope)
    whose = await telling.whose(turn.tx, reader, scope)
    subjects = scope.subjects
    await turn.show(views.answers(groups, subjects, as_of=turn.today, whose=whose))
    if groups:
        title = text(f"picture.title.{Subject.ANSWERS}")
        drawn = to_draw(title, groups, turn.language, as_of=turn.today)
        told: dict[str, Any] = {
            "subject": Subject.ANSWERS.value,
            "subjects": [each.value for each in subjects],
            "total": count,
        }
        await service.ask_for_picture(turn.tx, turn.act, drawn | told)


async def _over_time(turn: Turn, scope: Scope) -> None:
    """The history is counted apart from the chat: figures and picture come a moment later."""
    if await queries.first_approved(turn.tx, scope) is None:
        await turn.show(views.no_history(scope.subjects))
        return
    await turn.show(views.counting_history(scope.subjects))
    whose = await telling.whose_history(turn.tx, _reader(turn), scope)
    arguments = {
        "subject": Subject.TIME.value,
        "subjects": [each.value for each in scope.subjects],
        "whose": text_to_json(whose),
        "language": turn.language,
        "names": dict(turn.desk.texts.own),
    }
    await service.ask_for_picture(turn.tx, turn.act, arguments)


def _reader(turn: Turn) -> telling.Reader:
    return telling.Reader(turn.desk.texts, turn.language, turn.today, turn.act.zone)


def _subject(argument: str, scope: Scope) -> Subject:
    try:
        subject = Subject(argument or Subject.STATUS)
    except ValueError:
        raise NotFound from None
    if subject not in scope.subjects:
        raise NotFound
    return subject


ACTS = {
    "export": export,
    "export_by": export_by,
    "export_days": export_days,
    "export_language": export_language,
    "export_make": export_make,
    "export_split": export_split,
    "export_cancel": export_cancel,
    "export_cancel_all": export_cancel_all,
    "import_template": import_template,
    "progress": progress,
}
COMMANDS = {"export": "export", "progress": "progress"}
