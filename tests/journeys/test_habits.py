"""When one is reminded, the days on which nobody is, and the weekly summary, over real HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import digests, free_days, people
from tests import maravia
from tests.journeys.network import JourneyNetwork


async def justice(network: JourneyNetwork, language: str = "en") -> Phone:
    """A focal point of Justice, for whom one thing is overdue and three are not."""
    long_ago = network.clock.now().date() - timedelta(days=40)
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": long_ago})
    return await network.phone("Amal", Role.FOCAL_POINT, "MOJ", language=language)


async def next_week(network: JourneyNetwork) -> None:
    """It becomes the Tuesday of next week, ten o'clock; before and then the house looks around."""
    await network.app.schedule.tick()
    now = network.clock.now()
    day = now.date() + timedelta(days=8 - now.weekday())
    network.clock.ahead += datetime.combine(day, time(10), UTC) - now
    await network.app.schedule.tick()


async def pictured(phone: Phone) -> None:
    """Until a picture has come."""
    for _ in range(100):
        await phone.looks()
        if any(file.kind == "photo" for each in phone.received for file in each.files):
            return
        await asyncio.sleep(0.3)
    raise AssertionError(phone.transcript())


async def test_a_focal_point_says_where_and_when_to_be_reminded(network: JourneyNetwork) -> None:
    amal = await justice(network)
    await amal.types("/me")
    await amal.taps("Set reminders")
    assert "Time zone: UTC, now" in plain(amal.screen.text)
    assert "(as the country)" in plain(amal.screen.text)
    await amal.taps("Change time zone")
    await amal.types("Dakkar")
    assert "Did you mean Dakar" in plain(amal.last.text)
    await amal.types("Cairo")
    assert "Time zone: Cairo, now" in plain(amal.last.text)
    await amal.taps("Change weekend", "Friday and Saturday")
    assert "Weekend: Friday and Saturday" in plain(amal.screen.text)
    await amal.taps("Change quiet hours")
    await amal.types("9:00 - 8:00")
    assert "at least two hours" in plain(amal.last.text)
    await amal.types("6:30 pm to 7 am")
    assert "from 18:30 to 07:00; reminders at 09:00" in plain(amal.last.text)
    await amal.taps("Change the hour", "14:00")
    assert "reminders at 14:00" in plain(amal.screen.text)
    await amal.taps("Change the hour")
    await amal.types("at 6 am")  # quiet by their own wish
    assert "reminders at 07:00" in plain(amal.last.text)
    await amal.taps("Change the hour", "14:00")
    row = await network.row(select(people).where(people.c.name == "Amal"))
    assert (row["timezone"], row["weekend"]) == ("Africa/Cairo", [4, 5])
    assert row["hours"] == ["18:30", "07:00", "14:00"]
    await amal.taps("Change time zone", "UTC (as the country)")
    await amal.taps("Change weekend", "Saturday and Sunday (as the country)")
    await amal.taps("Change quiet hours", "19:00 to 08:00 (as the country)")
    await amal.taps("Change the hour", "09:00 (as the country)")
    row = await network.row(select(people).where(people.c.name == "Amal"))
    assert (row["timezone"], row["weekend"], row["hours"]) == (None, None, None)


async def test_leave_is_shown_and_reached_there_too(network: JourneyNetwork) -> None:
    amal = await justice(network)
    await amal.types("/me")
    await amal.taps("Set reminders", "I am away")
    await amal.types(f"{network.clock.now().date() + timedelta(days=3)}")
    await amal.taps("Nobody")
    await amal.taps("I am away")
    await amal.waits_for("You are away")
    await amal.types("/me")
    await amal.taps("Set reminders")
    assert "Away from" in plain(amal.screen.text)
    await amal.taps("I am back")
    await amal.types("/me")
    await amal.taps("Set reminders")
    assert "Away from" not in plain(amal.screen.text)


async def test_a_weekly_summary_comes_with_its_picture_and_can_be_stopped(
    network: JourneyNetwork,
) -> None:
    amal = await justice(network)
    await next_week(network)
    told = await amal.waits_for("What is open this week")
    assert "Overdue: 1" in plain(told.text)
    await pictured(amal)
    await amal.taps("See what is overdue")
    assert "140.7" in plain(amal.screen.text)
    await amal.types("/me")
    await amal.taps("Set reminders", "Change weekly summary", "Thursday")
    assert "Weekly summary: Thursday" in plain(amal.screen.text)
    await amal.taps("Change weekly summary", "Turn it off")
    assert "turned off" in plain(amal.screen.text)
    row = await network.row(select(digests))
    assert (row["off"], row["next_at"]) == (True, None)


async def test_the_secretariat_reads_its_week_in_arabic_and_names_a_free_day(
    network: JourneyNetwork,
) -> None:
    await justice(network, "ar")
    amina = await network.phone("أمينة", Role.COORDINATOR, language="ar")
    await next_week(network)
    told = await amina.waits_for("الشبكة هذا الأسبوع")
    assert "متأخر: 1" in plain(told.text)
    await pictured(amina)
    await amina.types("/home")
    await amina.taps("المزيد", "أيام العطلة", "إضافة يوم عطلة")
    day = network.clock.now().date() + timedelta(days=20)
    await amina.types(f"{day}")
    await amina.types("يوم التأسيس")
    assert "يوم عطلة واحد" in plain(amina.last.text)
    assert "يوم التأسيس" in plain(amina.last.text)
    row = await network.row(select(free_days))
    assert (row["day"], row["name"]) == (day, "يوم التأسيس")
    [remove] = [each for each in amina.screen.labels if each.startswith("حذف")]
    await amina.taps(remove)
    assert await network.row(select(free_days)) is None


async def test_an_observer_sets_the_time_zone_alone(network: JourneyNetwork) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    obi = await network.phone("Obi", Role.OBSERVER, "MOJ", language="fr")
    await obi.types("/me")
    await obi.taps("Régler les rappels", "Changer le fuseau")
    await obi.types("le caire")
    assert "Le Caire" in plain(obi.last.text)
    assert "Week-end" not in plain(obi.last.text)
