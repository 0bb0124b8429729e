"""Contributing to a consultation: words in one or several messages, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.consultations import Consultation, SignUp, SignUpState
from bot.domain.contributions import LONGEST_BEHALF, MOST_ITEMS, About, Contribution, Kind, listed
from bot.domain.enclosures import MOST, Enclosure
from bot.domain.errors import Unfit, existing
from bot.domain.fitting import on_one_line
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Code, Listing, Screen, Text, Value, Words, text
from bot.domain.views import contributing as views
from bot.domain.views import discretion as discreet_views
from bot.domain.views import participants
from bot.domain.views.national_reports import NAME as CHAPTER_NAME
from bot.domain.views.national_reports import chapter_called
from bot.services import contributing as service
from bot.services.contributing import Draft
from handlers.flows.flow import Answers, Ask, Choose, Flow, Gather, Option, Review
from handlers.flows.sign_up import held, of
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import items

NAME = "contribute"
_THEME, _ITEMS, _CHAPTER = "theme:", "items:", "chapter:"


async def _begins(turn: Turn, _answers: Answers) -> dict[str, Value]:
    found = await of(turn)
    if not found.takes_contributions(turn.today):
        raise service.InputClosed
    if _no_way_back(held(turn)):
        return {"title": participants.title(found), "way": text("contribute.way.none")}
    values: dict[str, Value] = {"title": participants.title(found), "files": MOST}
    values["way"] = text("contribute.way.back")
    if existing(held(turn).card).answers.get("organisation"):
        values["hands_on"] = 1
    return values


def _no_way_back(kept: SignUp) -> bool:
    return kept.state is SignUpState.WORDS


async def _abouts(turn: Turn, _answers: Answers) -> list[Option]:
    """The report as a whole, a chapter or a theme; items are named by their numbers."""
    themes = await items.themes(turn.tx)
    chapters = await service.chapters(turn.tx, await of(turn))
    return [
        Option(Kind.REPORT.value, text("contributed.about.report")),
        *(
            Option(
                f"{_CHAPTER}{each.id}",
                text("label.one", value=chapter_called(each, limit=CHAPTER_NAME)),
                said=views.of_chapter(each),
            )
            for each in chapters
        ),
        *(
            Option(f"{_THEME}{each}", text("label.one", value=Words(each)), said=_theme(each))
            for each in themes
        ),
    ]


def _theme(label: str) -> Text:
    return text("contributed.about.theme", theme=Words(label))


def numbers_fit(words: str, _turn: Turn) -> str:
    """Numbers of items, as they are kept in an answer."""
    named = [each for each in listed(words) if any(sign.isdigit() for sign in each)]
    if not named:
        raise Unfit("error.no_items_named")
    if len(named) > MOST_ITEMS:
        raise Unfit("error.too_many_items", limit=MOST_ITEMS)
    return _ITEMS + ",".join(named)


async def _are_there(turn: Turn, _answers: Answers, answer: str) -> None:
    await service.items_named(turn.tx, codes_of(answer))


def codes_of(answer: str) -> list[str]:
    """The numbers in an answer."""
    return answer.removeprefix(_ITEMS).split(",") if answer.startswith(_ITEMS) else []


def shows(answer: str) -> Value:
    """How an answer reads on the review screen."""
    if answer.startswith(_THEME):
        return _theme(answer.removeprefix(_THEME))
    if answer.startswith(_CHAPTER):
        return views.of_chapter(None)
    if codes := codes_of(answer):
        return text("contributed.about.items", items=Listing(tuple(Code(each) for each in codes)))
    return text("contributed.about.report")


async def _about(turn: Turn, answer: str) -> About:
    if answer.startswith(_THEME):
        return About(Kind.THEME, theme=answer.removeprefix(_THEME))
    if answer.startswith(_CHAPTER):
        return About(Kind.CHAPTER, chapter=int(answer.removeprefix(_CHAPTER)))
    if codes := codes_of(answer):
        return About(Kind.ITEMS, items=await service.items_named(turn.tx, codes))
    return About()


def _whom(words: str, _turn: Turn) -> str:
    return on_one_line(words, LONGEST_BEHALF)


async def _notes(_turn: Turn, answers: Answers) -> Sequence[Text]:
    whole = answers["about"] == Kind.REPORT.value
    hint = [text("contribute.about_ask")] if whole else []
    return [participants.what_counts(amends=answers.get("number") is not None), *hint]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found, kept = await of(turn), held(turn)
    asked: Mapping[str, Any] = existing(kept.asked)
    words = joined(answers["words"])
    draft = Draft(
        await _about(turn, answers["about"]),
        words,
        turn.language_of(words),
        behalf=answers.get("behalf", ""),
        files=tuple(answers.get("files", ())),
        wrote=tuple(asked["wrote"]),
        screens=tuple(asked["screens"]),
    )
    if _no_way_back(kept):
        made, code = await service.leave(turn.tx, turn.act, kept, found, draft)
        turn.step_apart()
        if await turn.is_discreet():
            return views.left_discreetly(code)
        return views.left(found, made, code, until=kept.kept_until)
    number = answers.get("number")
    if number is not None:
        made = await service.amend(turn.tx, turn.act, kept, found, number=number, draft=draft)
    else:
        made = await service.send(turn.tx, turn.act, kept, found, draft)
    if await turn.is_discreet():
        return discreet_views.saved(f"contributed:{found.code}")
    return views.receipt(found, made, amended=number is not None)


FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(Ask("words", words_fit, grows=True, limit=LONGEST_TEXT),),
    review=Review(
        optional=(
            Choose("about", _abouts, check=numbers_fit, suits=_are_there, shows=shows),
            Gather("files", when="files"),
            Ask("behalf", _whom, when="hands_on"),
        ),
        keeps=False,
        words_to="words",
        files_to="files",
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: (
        f"words_dropped:{answers['code']}"
        if answers.get("bare")
        else f"contributed:{answers['code']}"
    ),
)

TEXT_KEYS = tuple(f"contribute.way.{each}" for each in ("back", "none"))


def blank(found: Consultation, *, bare: bool = False) -> dict[str, Any]:
    """The answers of a new contribution; `bare`: with no way back."""
    return {"code": found.code, "about": Kind.REPORT.value, "bare": bare}


def answers_of(
    found: Consultation, mine: Contribution, codes: Mapping[int, str], files: Sequence[Enclosure]
) -> dict[str, Any]:
    """The answers that make a contribution as it is."""
    about = mine.about
    said = existing(mine.said)
    answer = Kind.REPORT.value
    if about.kind is Kind.THEME:
        answer = f"{_THEME}{about.theme}"
    elif about.kind is Kind.CHAPTER:
        answer = f"{_CHAPTER}{about.chapter}"
    elif about.kind is Kind.ITEMS:
        named = [codes[each] for each in about.items if each in codes]
        answer = _ITEMS + ",".join(named) if named else answer
    return blank(found) | {
        "number": mine.number,
        "words": [said.words] if said.words else [],
        "about": answer,
        "files": [each.id for each in files],
        **({"behalf": said.behalf} if said.behalf else {}),
    }
