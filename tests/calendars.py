"""Made-up working calendars: any zone, weekend, holidays, leave and quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from bot.domain.work_calendar import FRIDAY_SATURDAY, SATURDAY_SUNDAY, Hours, Leave, WorkCalendar

ODD = (
    "Europe/Berlin",
    "America/Santiago",  # the clocks go on at midnight
    "Africa/Cairo",  # so do they here, on a Friday
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Beirut",
    "America/Scoresbysund",  # the last hour of a Saturday is left out
    "America/St_Johns",  # until 2011 one minute after midnight, back into the day before
    "Africa/Casablanca",  # back for Ramadan
    "Pacific/Apia",  # 30 December 2011 was left out
)
_SOME_DAY = datetime(2008, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2032, 1, 1, tzinfo=UTC)

ZONES = st.sampled_from(ODD) | st.sampled_from(sorted(available_timezones()))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0)) | st.sampled_from(
    [time(0), time(0, 30), time(1), time(2, 30), time(3), time(23, 30), time(23, 59)]
)
HOURS = st.builds(Hours, TIMES, TIMES, TIMES) | st.builds(  # no quiet hours, too
    lambda at, remind_at: Hours(at, at, remind_at), TIMES, TIMES
)
WEEKENDS = st.sampled_from([SATURDAY_SUNDAY, FRIDAY_SATURDAY, frozenset[int]()]) | st.frozensets(
    st.integers(0, 6), max_size=6
)


@cache
def changes(zone: str) -> list[datetime]:
    """Moments at most a week after which the clocks of the zone are put on or back."""
    there = ZoneInfo(zone)
    weeks = [_SOME_DAY + timedelta(weeks=n) for n in range((_LAST_DAY - _SOME_DAY).days // 7)]
    offsets = [each.astimezone(there).utcoffset() for each in weeks]
    return [
        week
        for week, before, after in zip(weeks, offsets, offsets[1:], strict=False)
        if before != after
    ]


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """A moment, often close to one at which the zone's clocks are changed."""
    near = st.sampled_from(changes(zone) or [_SOME_DAY])
    any_time = st.datetimes(_SOME_DAY.replace(tzinfo=None), _LAST_DAY.replace(tzinfo=None))
    start = draw(near | any_time.map(lambda at: at.replace(microsecond=0, tzinfo=UTC)))
    return start + timedelta(minutes=draw(st.integers(0, 7 * 24 * 60)))


@st.composite
def work_calendars(
    draw: st.DrawFn, zone: str, around: date, deputies: st.SearchStrategy[int | None] | None = None
) -> WorkCalendar:
    """A calendar with holidays and leave in the weeks around a day."""
    days = st.integers(-40, 40).map(lambda n: around + timedelta(days=n))
    lengths = st.integers(0, 25).map(lambda n: timedelta(days=n))
    away = st.builds(
        lambda day, length, deputy: Leave(day, day + length, deputy),
        days,
        lengths,
        st.none() if deputies is None else deputies,
    )
    return WorkCalendar(
        ZoneInfo(zone),
        draw(WEEKENDS),
        draw(st.frozensets(days, max_size=8)).__contains__,
        tuple(draw(st.lists(away, max_size=2))),
        draw(HOURS),
    )
