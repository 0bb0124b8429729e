"""Setting when one is reminded: zone, weekend, quiet hours, the hour, the digest; free days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from bot.domain import hours, zones
from bot.domain.days import read_due_day
from bot.domain.errors import NotAllowed, Unfit
from bot.domain.people import REPORTING, SECRETARIAT, Role
from bot.domain.permissions import may_ask, require
from bot.domain.screens import Screen, Text, Value, Words, text
from bot.domain.views import habits as views
from bot.domain.work_calendar import FRIDAY_SATURDAY, SATURDAY_SUNDAY, Hours
from bot.services import digests, people, reminders
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import absences
from storage import digests as digest_queries

COUNTRY = "country"
"""As the country has it."""

REMINDED = REPORTING | SECRETARIAT | {Role.VALIDATOR}
_WEEKENDS = (SATURDAY_SUNDAY, FRIDAY_SATURDAY, frozenset({4}), frozenset({6}))
_QUIET = ((time(19), time(8)), (time(20), time(7)), (time(17), time(9)))
_HOURS = (time(8), time(9), time(10), time(14))


async def screen_of(turn: Turn) -> Screen:
    """When the person is reminded, as it stands now."""
    policy, person_id = turn.desk.policy, turn.person.id
    own = (await absences.habits(turn.tx, [person_id]))[person_id]
    leave = await absences.leave_of(turn.tx, [person_id], after=turn.today)
    digest = await digest_queries.of(turn.tx, person_id)
    theirs = {"zone": own.zone, "weekend": own.weekend, "hours": own.hours}
    calendar = policy.calendar(zone=own.zone, weekend=own.weekend, hours=own.hours)
    mine = views.Mine(
        zone=calendar.zone.key,
        weekend=calendar.weekend,
        hours=calendar.hours,
        of_the_country=frozenset(name for name, value in theirs.items() if value is None),
        leave=leave.get(person_id, ()),
        digest_on=digest.weekday,
        digest_off=digest.off,
        reminded=turn.actor.seat(REMINDED) is not None,
    )
    return views.habits(mine, turn.language, now=turn.now)


async def _seated(turn: Turn, _answers: Answers) -> dict[str, Value]:
    if turn.actor.person is None or not turn.actor.seats:
        raise NotAllowed
    return {}


async def _reminded(turn: Turn, _answers: Answers) -> dict[str, Value]:
    require(turn.actor.seat(REMINDED) is not None)
    return {}


async def _hours_of(turn: Turn) -> Hours:
    own = (await absences.habits(turn.tx, [turn.person.id]))[turn.person.id]
    return own.hours or turn.desk.policy.hours


def _as_the_country(what: Value) -> Option:
    return Option(COUNTRY, text("habits.as_the_country", what=what))


# -- Time zone -------------------------------------------------------------------------------------


async def _zones(turn: Turn, _answers: Answers) -> list[Option]:
    def called(zone: str) -> Text:
        return text("label.one", value=Words(zones.city(zone, turn.language)))

    country = turn.desk.policy.zone.key
    others = [Option(each, called(each)) for each in zones.likely(country) if each != country]
    return [_as_the_country(called(country)), *others]


def _zone_fits(words: str, turn: Turn) -> str:
    return zones.read_zone(words, turn.language)


async def _set_zone(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    zone = answers["zone"]
    await people.set_timezone(turn.tx, turn.act, None if zone == COUNTRY else zone)
    turn.introduce(await people.reread(turn.tx, turn.person))
    return await screen_of(turn)


ZONE = Flow(
    name="set_zone",
    begins=_seated,
    steps=(Choose("zone", _zones, check=_zone_fits),),
    then=_set_zone,
    returns_to=lambda _answers: "habits",
)

# -- Weekend ---------------------------------------------------------------------------------------


async def _weekends(turn: Turn, _answers: Answers) -> list[Option]:
    def called(weekend: frozenset[int]) -> Text:
        return text("label.one", value=views.weekdays(weekend))

    chosen = [Option(sorted(each), called(each)) for each in _WEEKENDS]
    return [_as_the_country(called(turn.desk.policy.weekend)), *chosen]


async def _set_weekend(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    days = answers["weekend"]
    await people.set_weekend(turn.tx, turn.act, None if days == COUNTRY else frozenset(days))
    return await screen_of(turn)


WEEKEND = Flow(
    name="set_weekend",
    begins=_reminded,
    steps=(Choose("weekend", _weekends),),
    then=_set_weekend,
    returns_to=lambda _answers: "habits",
)

# -- Quiet hours, and the hour of reminders --------------------------------------------------------


async def _quiet_hours(turn: Turn, _answers: Answers) -> list[Option]:
    def called(quiet: tuple[time, time]) -> Text:
        start, end = map(hours.shown, quiet)
        return text("habits.from_until", start=start, end=end)

    country = turn.desk.policy.hours
    usual = (country.quiet_from, country.quiet_until)
    found = [Option(list(map(hours.shown, each)), called(each)) for each in _QUIET if each != usual]
    return [_as_the_country(called(usual)), *found]


def _quiet_fits(words: str, _turn: Turn) -> list[str]:
    start, end = hours.read_from_until(words)
    if not Hours(start, end).leave_enough:
        raise Unfit(people.NoHoursLeft.key)
    return [hours.shown(start), hours.shown(end)]


async def _set_quiet(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    country, quiet = turn.desk.policy.hours, answers["quiet"]
    start, end = (
        (country.quiet_from, country.quiet_until)
        if quiet == COUNTRY
        else map(time.fromisoformat, quiet)
    )
    return await _set_hours(turn, replace(await _hours_of(turn), quiet_from=start, quiet_until=end))


async def _remind_hours(turn: Turn, _answers: Answers) -> list[Option]:
    def called(at: time) -> Text:
        return text("label.one", value=hours.shown(at))

    country = turn.desk.policy.hours.remind_at
    found = [Option(hours.shown(each), called(each)) for each in _HOURS if each != country]
    return [_as_the_country(called(country)), *found]


def _hour_fits(words: str, _turn: Turn) -> str:
    return hours.shown(hours.read_time(words))


async def _set_hour(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    country, hour = turn.desk.policy.hours, answers["hour"]
    at = country.remind_at if hour == COUNTRY else time.fromisoformat(hour)
    return await _set_hours(turn, replace(await _hours_of(turn), remind_at=at))


async def _set_hours(turn: Turn, wanted: Hours) -> Screen:
    as_the_country = wanted == turn.desk.policy.hours
    await people.set_hours(turn.tx, turn.act, None if as_the_country else wanted)
    return await screen_of(turn)


QUIET = Flow(
    name="set_quiet",
    begins=_reminded,
    steps=(Choose("quiet", _quiet_hours, check=_quiet_fits),),
    then=_set_quiet,
    returns_to=lambda _answers: "habits",
)

HOUR = Flow(
    name="set_hour",
    begins=_reminded,
    steps=(Choose("hour", _remind_hours, check=_hour_fits),),
    then=_set_hour,
    returns_to=lambda _answers: "habits",
)

# -- The digest ------------------------------------------------------------------------------------

USUAL, OFF = "usual", "off"


async def _digest_days(turn: Turn, _answers: Answers) -> list[Option]:
    own = (await absences.habits(turn.tx, [turn.person.id]))[turn.person.id]
    weekend = turn.desk.policy.weekend if own.weekend is None else own.weekend
    days = [
        Option(day, text("label.one", value=text(f"weekday.{day}")))
        for day in range(7)
        if day not in weekend
    ]
    return [
        Option(USUAL, text("habits.first_working_day")),
        *days,
        Option(OFF, text("habits.no_digest")),
    ]


async def _set_digest(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    day = answers["day"]
    weekday = None if day in (USUAL, OFF) else day
    await digests.choose(turn.tx, turn.act, weekday=weekday, off=day == OFF)
    return await screen_of(turn)


DIGEST = Flow(
    name="set_digest",
    begins=_reminded,
    steps=(Choose("day", _digest_days),),
    then=_set_digest,
    returns_to=lambda _answers: "habits",
)

# -- The secretariat's own free days ---------------------------------------------------------------


async def list_of_free_days(turn: Turn, page: int = 0) -> Screen:
    """The secretariat's free days from today on."""
    require(may_ask(turn.actor))
    found = await absences.list_free_days(turn.tx, after=turn.today)
    return views.free_days(found, page)


async def _may_ask(turn: Turn, _answers: Answers) -> dict[str, Value]:
    require(may_ask(turn.actor))
    return {}


def _day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _add_free_day(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    day = date.fromisoformat(answers["day"])
    await reminders.add_free_day(turn.tx, turn.act, day, answers["name"])
    return await list_of_free_days(turn)


FREE_DAY = Flow(
    name="free_day",
    begins=_may_ask,
    steps=(Ask("day", _day_fits), Ask("name", words_fit)),
    then=_add_free_day,
    returns_to=lambda _answers: "free_days",
)
