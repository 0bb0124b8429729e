"""Announcing a consultation, or changing one: four answers, the rest where it is wished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot import texts
from bot.domain import permissions
from bot.domain.consultations import (
    KEPT_AFTER,
    LONGEST_PLACE,
    LONGEST_PURPOSE,
    LONGEST_REGION,
    LONGEST_TITLE,
    MOST_REGIONS,
    Access,
    Consultation,
    Form,
    Invited,
    Wanted,
)
from bot.domain.days import read_due_day
from bot.domain.errors import Unfit
from bot.domain.fitting import on_one_line, within
from bot.domain.groups import called
from bot.domain.moments import read_moment, tells_time
from bot.domain.screens import Listing, Screen, Text, Value, Words, text
from bot.domain.views import consultations as views
from bot.domain.views.common import mechanism_name
from bot.domain.views.national_reports import report_called
from bot.exchange.language import detect
from bot.services import consultations as service
from bot.services.people import deep_link
from handlers.flows.flow import Answers, Ask, Check, Choose, Flow, Option, Pick, Review
from handlers.turn import Turn
from storage import groups, items, national_reports

NAME = "consultation"
ANY_NUMBER = 0
NO_REPORT = 0
MOST_REPORTS = 30
MOST_SEATS = 100_000
RELEASED_BEFORE = timedelta(days=3)
"""So long before sign-up closes kept seats become anybody's, where nobody has said otherwise."""
IN_WRITING = "chat"
PAYLOAD = "c-"
"""So begins the payload of a link to a consultation."""


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    """Quotas are off until they are switched on, so what belongs to them is offered then."""
    permissions.require(permissions.may_consult(turn.actor))
    how = "change" if answers.get("consultation") else "new"
    values: dict[str, Value] = {
        each: text(f"consultation.{each}.{how}") for each in ("head", "send", "sent")
    }
    if answers.get("when") and not _is_day(answers["when"]):
        values["meets"] = 1
    if await national_reports.count(turn.tx):
        values["has_reports"] = 1
    if answers.get("invited", Invited.OPEN.value) != Invited.OPEN.value:
        values["has_groups"] = 1
    if answers.get("seats"):
        values["has_seats"] = 1
        if answers.get("pools"):
            values["has_pools"] = 1
    return values


def up_to(limit: int) -> Check:
    """So many characters, in lines of their own."""
    return lambda words, _turn: within(words, limit)


def _when_fits(words: str, turn: Turn) -> str:
    """A moment is a meeting's; a day without a time is the last one of written input."""
    zone = turn.act.zone
    if tells_time(words):
        return read_moment(words, turn.language, now=turn.now, zone=zone).isoformat()
    return read_due_day(words, turn.language, today=turn.today).isoformat()


def _when_shown(answer: Any) -> Value:
    return date.fromisoformat(answer) if _is_day(answer) else datetime.fromisoformat(answer)


def _is_day(answer: str) -> bool:
    return "T" not in answer


def _day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _places(_turn: Turn, answers: Answers) -> list[Option]:
    """Written input is taken in the chat; a meeting has a place."""
    if not _is_day(answers["when"]):
        return []
    return [Option(IN_WRITING, text("consultation.in_chat"))]


async def _languages(turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each, text("label.one", value=texts.language_name(each, turn.language)))
        for each in turn.desk.country.languages
    ]


def _regions_fit(words: str, _turn: Turn) -> list[str]:
    """The State's regions, one a line."""
    lines = [on_one_line(each, LONGEST_REGION) for each in words.splitlines() if each.strip()]
    if not lines or len(lines) > MOST_REGIONS:
        raise Unfit("consultation.regions_unclear", most=MOST_REGIONS)
    return [*dict.fromkeys(lines)]


async def _access(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"access.{each}")) for each in Access]


async def _reports(turn: Turn, _answers: Answers) -> list[Option]:
    """The reports in preparation, whose titles and chapters participants then see."""
    none = Option(NO_REPORT, text("consultation.no_report"))
    reports = await national_reports.page(turn.tx, limit=MOST_REPORTS)
    return [
        none,
        *(
            Option(each.id, text("label.one", value=report_called(each, limit=40)))
            for each in reports
        ),
    ]


async def _any_number(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(ANY_NUMBER, text("consultation.any_number"))]


async def _groups(turn: Turn, answers: Answers) -> list[Option]:
    """Those that are offered, and those that were chosen before."""
    known, chosen = await groups.every(turn.tx), (*answers.get("pools", ()), *_for(answers))
    return [
        Option(each.code, called(each.code))
        for each in known.entries
        if not each.ended or each.code in chosen
    ]


def _for(answers: Answers) -> tuple[str, ...]:
    return tuple(answers.get("for_groups", ()))


async def _mechanisms(turn: Turn, _answers: Answers) -> list[Option]:
    """Those whose documents are on record."""
    return [Option(each, _mechanism(each)) for each in await items.mechanisms(turn.tx)]


def _mechanism(code: str) -> Text:
    return text("label.one", value=mechanism_name(code))


async def _invited(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"consultation.invited.{each}")) for each in Invited]


def _number_fits(words: str, _turn: Turn) -> int:
    said = words.strip()
    if not said.isdecimal() or not 1 <= int(said) <= MOST_SEATS:
        raise Unfit("consultation.number_unclear", most=MOST_SEATS)
    return int(said)


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    wanted = _wanted(turn, answers)
    return [
        text(f"consultation.will_be.{wanted.form}"),
        text("participant.closes", day=wanted.closes_on),
        text("participant.written_until", day=wanted.words_until),
        text("consultation.kept", until=wanted.kept_until),
    ]


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    wanted = _wanted(turn, answers)
    consultation_id = answers.get("consultation")
    if consultation_id is not None:
        await service.change(turn.tx, turn.act, consultation_id, wanted)
        return views.changed(await service.get(turn.tx, turn.act, consultation_id))
    consultation_id = await service.announce(turn.tx, turn.act, wanted)
    found = await service.get(turn.tx, turn.act, consultation_id)
    return views.announced(found, link_to(turn, found))


def link_to(turn: Turn, found: Consultation, invite: str | None = None) -> str:
    """The public link of a consultation; with the code of a group, the link of that group."""
    payload = f"{PAYLOAD}{found.code}-{invite}" if invite else f"{PAYLOAD}{found.code}"
    return deep_link(turn.desk.consultation_bot, payload)


def _wanted(turn: Turn, answers: Answers) -> Wanted:
    by_writing = _is_day(answers["when"])
    starts_at = None if by_writing else datetime.fromisoformat(answers["when"])
    last_day = (
        date.fromisoformat(answers["when"])
        if starts_at is None
        else starts_at.astimezone(turn.act.zone).date()
    )
    place = answers["place"]
    input_until = None if by_writing else _day(answers, "input")
    return Wanted(
        form=Form.WRITTEN if by_writing else Form.MEETING,
        title=answers["title"],
        purpose=answers["purpose"],
        starts_at=starts_at,
        last_day=last_day,
        place="" if place == IN_WRITING else place,
        language=detect(answers["purpose"]) or turn.language,
        closes_on=_day(answers, "closes") or last_day,
        kept_until=_day(answers, "kept") or max(last_day, input_until or last_day) + KEPT_AFTER,
        input_until=input_until,
        report_id=answers.get("report") or None,
        languages=tuple(answers.get("languages", ())),
        access=tuple(Access(each) for each in answers.get("access", ())),
        ways=answers.get("ways", ""),
        contacts=answers.get("contacts", ""),
        mechanism=answers.get("mechanism"),
        regions=tuple(answers.get("regions", ())),
        **_who(answers),
        **_quota(answers, _day(answers, "closes") or last_day),
    )


def _who(answers: Answers) -> dict[str, Any]:
    """Who is invited; of whoever can come, no groups are kept."""
    invited = Invited(answers.get("invited", Invited.OPEN.value))
    groups = () if invited is Invited.OPEN else _for(answers)
    return {"invited": invited, "groups": groups}


def _quota(answers: Answers, closes_on: date) -> dict[str, Any]:
    """The seats, those that are kept for groups, and the day from which these are anybody's."""
    if not answers.get("seats"):
        return {}
    each = answers.get("kept_seats") or 1
    pools = dict.fromkeys(answers.get("pools", ()), each)
    released = _day(answers, "released") or closes_on - RELEASED_BEFORE
    return {
        "seats": answers["seats"],
        "pools": pools,
        "released_on": released if pools else None,
    }


def _day(answers: Answers, name: str) -> date | None:
    return date.fromisoformat(answers[name]) if answers.get(name) else None


def answers_of(found: Consultation) -> dict[str, Any]:
    """The answers that make the consultation as it is."""
    wanted = found.wanted
    when = wanted.last_day if wanted.starts_at is None else wanted.starts_at
    return {
        "consultation": found.id,
        "title": wanted.title,
        "purpose": wanted.purpose,
        "when": when.isoformat(),
        "place": wanted.place or IN_WRITING,
        "closes": wanted.closes_on.isoformat(),
        "input": None if wanted.input_until is None else wanted.input_until.isoformat(),
        "kept": wanted.kept_until.isoformat(),
        "languages": list(wanted.languages),
        "access": [each.value for each in wanted.access],
        "report": wanted.report_id or NO_REPORT,
        "invited": wanted.invited.value,
        "for_groups": list(wanted.groups),
        "seats": wanted.seats or ANY_NUMBER,
        "pools": list(wanted.pools),
        "kept_seats": max(wanted.pools.values(), default=1),
        "released": None if wanted.released_on is None else wanted.released_on.isoformat(),
        "ways": wanted.ways,
        "contacts": wanted.contacts,
        "mechanism": wanted.mechanism,
        "regions": list(wanted.regions),
    }


def labels_of(found: Consultation, language: str) -> Mapping[str, Text | Sequence[Text]]:
    """How the answers of a consultation that is changed read on the review screen."""
    wanted = found.wanted
    labels: dict[str, Text | Sequence[Text]] = {
        "languages": [
            text("label.one", value=texts.language_name(each, language))
            for each in wanted.languages
        ],
        "access": [text(f"access.{each}") for each in wanted.access],
        "invited": text(f"consultation.invited.{wanted.invited}"),
        "for_groups": [*map(called, wanted.groups)],
        "pools": [*map(called, wanted.pools)],
    }
    if found.report is None:
        labels["report"] = text("consultation.no_report")
    else:
        labels["report"] = text("label.one", value=Words(*found.report))
    if wanted.mechanism is not None:
        labels["mechanism"] = _mechanism(wanted.mechanism)
    if wanted.seats is None:
        labels["seats"] = text("consultation.any_number")
    if not wanted.place:
        labels["place"] = text("consultation.in_chat")
    return labels


TEXT_KEYS = (
    *(f"consultation.will_be.{each}" for each in Form),
    *(
        f"consultation.{each}.{how}"
        for each in ("head", "send", "sent")
        for how in ("new", "change")
    ),
)

FLOW = Flow(
    name=NAME,
    begins=_begins,
    steps=(
        Ask("title", up_to(LONGEST_TITLE)),
        Ask("purpose", up_to(LONGEST_PURPOSE)),
        Ask("when", _when_fits, shows=_when_shown),
        Choose("place", _places, check=up_to(LONGEST_PLACE)),
    ),
    review=Review(
        optional=(
            Ask("closes", _day_fits, shows=date.fromisoformat),
            Ask("input", _day_fits, shows=date.fromisoformat, when="meets"),
            Ask("kept", _day_fits, shows=date.fromisoformat),
            Choose("mechanism", _mechanisms),
            Ask("regions", _regions_fit, shows=lambda answer: Listing(tuple(answer))),
            Pick("languages", _languages),
            Pick("access", _access),
            Choose("report", _reports, when="has_reports"),
            Choose("invited", _invited),
            Pick("for_groups", _groups, when="has_groups"),
            Choose("seats", _any_number, check=_number_fits),
            Pick("pools", _groups, when="has_seats"),
            Ask("kept_seats", _number_fits, when="has_pools"),
            Ask("released", _day_fits, shows=date.fromisoformat, when="has_pools"),
            Ask("ways", up_to(LONGEST_PURPOSE)),
            Ask("contacts", up_to(LONGEST_PURPOSE)),
        )
    ),
    notes=_notes,
    then=_then,
    returns_to=lambda answers: (
        f"consulting:{answers['consultation']}"
        if answers.get("consultation")
        else "consultations:0"
    ),
)
