"""Being reminded later, with a reason; being away; asking for more time."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.days import read_due_day
from bot.domain.errors import NotAllowed, NotFound, Unfit
from bot.domain.people import REPORTING, SECRETARIAT, Role
from bot.domain.permissions import require
from bot.domain.requests import Listed
from bot.domain.screens import Screen, Value, Words, message, text
from bot.domain.views import absences as views
from bot.domain.views import requests as request_views
from bot.domain.views.common import HOME
from bot.domain.views.reminders import called
from bot.services import reminders, requests
from handlers.flows.flow import Answers, Ask, Choose, Flow, Option, Review
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import reminders as bundles
from storage import requests as queries

NOBODY = 0


# -- Later -----------------------------------------------------------------------------------------


async def _reminded(turn: Turn, answers: Answers) -> dict[str, Value]:
    """Only who was reminded puts it off, and only while it is asked."""
    if turn.actor.person is None or not turn.actor.seats:
        raise NotAllowed
    if not await bundles.items_of_bundle(turn.tx, answers["reminder"], turn.person.id):
        raise NotFound
    return {}


async def _reminding(turn: Turn, _answers: Answers) -> dict[str, Value]:
    """Whoever may be reminded of something may be away."""
    require(turn.actor.seat(REPORTING | SECRETARIAT | {Role.VALIDATOR}) is not None)
    return {}


async def _later_days(turn: Turn, _answers: Answers) -> list[Option]:
    """Tomorrow, and the first working day of next week."""
    today = turn.today
    monday = today + timedelta(days=7 - today.weekday())
    days = {today + timedelta(days=1): "flow.later.tomorrow", monday: "flow.later.monday"}
    return [Option(day.isoformat(), text(key, day=day)) for day, key in days.items()]


def _later_day_fits(words: str, turn: Turn) -> str:
    day = read_due_day(words, turn.language, today=turn.today)
    if day == turn.today:
        raise Unfit("flow.later.not_today")
    return day.isoformat()


async def _snooze(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    until = date.fromisoformat(answers["until"])
    count = await reminders.snooze(
        turn.tx,
        turn.act,
        turn.desk.policy,
        answers["reminder"],
        until_on=until,
        reason=answers["reason"],
    )
    return message(text("reminder.snoozed", count=count, day=until), rows=[(HOME,)])


LATER = Flow(
    name="later",
    begins=_reminded,
    steps=(
        Choose("until", _later_days, check=_later_day_fits, shows=date.fromisoformat),
        Ask("reason", words_fit),
    ),
    then=_snooze,
)


# -- Away ------------------------------------------------------------------------------------------


async def _away_days(turn: Turn, _answers: Answers) -> list[Option]:
    """The last day away: today, the end of this week or of the next one."""
    today = turn.today
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    days = dict.fromkeys((today, friday, friday + timedelta(days=7)))
    return [Option(each.isoformat(), text("flow.away.day", day=each)) for each in days]


def _away_day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _deputies(turn: Turn, _answers: Answers) -> list[Option]:
    colleagues = await reminders.colleagues_of(turn.tx, turn.act)
    options = [
        Option(each.person.id, text("label.one", value=Words(each.person.name)))
        for each in colleagues
    ]
    return [*options, Option(NOBODY, text("flow.away.no_deputy"))]


async def _leave(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    from_on = date.fromisoformat(answers["from"]) if answers.get("from") else turn.today
    until_on = date.fromisoformat(answers["until"])
    instead = await reminders.go_away(
        turn.tx,
        turn.act,
        from_on=from_on,
        until_on=until_on,
        deputy_id=answers["deputy"] or None,
    )
    return views.away(from_on, until_on, instead)


AWAY = Flow(
    name="away",
    begins=_reminding,
    steps=(
        Choose("until", _away_days, check=_away_day_fits, shows=date.fromisoformat),
        Choose("deputy", _deputies),
    ),
    review=Review(optional=(Ask("from", _away_day_fits, shows=date.fromisoformat),)),
    then=_leave,
    returns_to=lambda _answers: "me",
)


# -- More time -------------------------------------------------------------------------------------


async def asked_of_own(turn: Turn, request_item_id: int) -> Listed:
    """What is asked of one of the person's own institutions; raises NotFound."""
    found = await queries.listed_ones(turn.tx, [request_item_id])
    if not found:
        raise NotFound
    require(turn.actor.seat(REPORTING, found[0].institution_id) is not None)
    return found[0]


async def _about(turn: Turn, answers: Answers) -> dict[str, Value]:
    one = await asked_of_own(turn, answers["asked"])
    return {"item": called(one, turn.language), "due": one.due_on}


async def _until_days(turn: Turn, answers: Answers) -> list[Option]:
    """A week, two and four more; what is overdue is counted from today."""
    one = await asked_of_own(turn, answers["asked"])
    since = max(one.due_on, turn.today)
    days = dict.fromkeys(
        turn.desk.policy.calendar().working_day_after(since + timedelta(weeks=each))
        for each in (1, 2, 4)
    )
    return [Option(each.isoformat(), text("flow.request.day", day=each)) for each in days]


def _until_day_fits(words: str, turn: Turn) -> str:
    return read_due_day(words, turn.language, today=turn.today).isoformat()


async def _until_is_later(turn: Turn, answers: Answers, until: str) -> None:
    one = await asked_of_own(turn, answers["asked"])
    if date.fromisoformat(until) <= one.due_on:
        raise Unfit(requests.NotLater.key, due=one.due_on)


async def _ask_for_time(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    one = await asked_of_own(turn, answers["asked"])
    until, reason = date.fromisoformat(answers["until"]), answers["reason"]
    await requests.ask_for_time(
        turn.tx,
        turn.act,
        one.id,
        until_on=until,
        reason=reason,
        language=turn.language_of(reason),
    )
    return request_views.wished(one, until, language=turn.language)


MORE_TIME = Flow(
    name="more_time",
    begins=_about,
    steps=(
        Choose(
            "until",
            _until_days,
            check=_until_day_fits,
            suits=_until_is_later,
            shows=date.fromisoformat,
        ),
        Ask("reason", words_fit),
    ),
    then=_ask_for_time,
)
