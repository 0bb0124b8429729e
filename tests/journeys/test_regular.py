"""An export that comes by itself, over real HTTP: chosen, sent on its day, stopped."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.people import Role
from bot.sandbox.phone import plain
from tests import maravia
from tests.journeys.network import JourneyNetwork


@pytest.mark.timeout(180)
async def test_an_export_comes_every_tuesday_until_it_is_stopped(network: JourneyNetwork) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    officer = await network.phone("Coralie", Role.OFFICER)
    other = await network.phone("Otto", Role.OFFICER)
    await officer.types("/export")
    await officer.taps("By goal (Excel)", "Regularly…")
    assert "Every Saturday" not in officer.screen.labels
    await officer.taps("Every Tuesday")
    assert "By goal (Excel) comes every Tuesday." in plain(officer.screen.text)
    await officer.taps("To all of the secretariat")
    assert "It comes to all of the secretariat." in plain(officer.screen.text)
    now = network.clock.now()
    day = now.date() + timedelta(days=8 - now.weekday())
    network.clock.ahead += datetime.combine(day, time(10), UTC) - now
    await network.app.schedule.tick()
    came = await officer.waits_for("It comes every Tuesday", within=60)
    assert [each.name.endswith(".xlsx") for each in came.files] == [True]
    assert (await other.waits_for("It comes every Tuesday", within=60)).files
    await network.app.schedule.tick()
    await other.types("/export")
    await other.taps("Regular exports (1)", "By goal (Excel): every Tuesday", "Stop it")
    assert "It no longer comes." in plain(other.screen.text)
    await officer.types("/export")
    assert "Regular exports (1)" not in officer.screen.labels
    files = [each for one in officer.received for each in one.files]
    assert len(files) == 1


async def test_calendar_and_audit_come_by_themselves_too(network: JourneyNetwork) -> None:
    """Regression: only a forged button ordered them, though any of the exports can come so."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    cora = await network.phone("Cora", Role.COORDINATOR)
    officer = await network.phone("Otto", Role.OFFICER)
    await cora.types("/export")
    await cora.taps("Calendar (ICS)", "Regularly…", "Every Tuesday", "To all of the secretariat")
    assert "It comes to all of the secretariat." in plain(cora.screen.text)
    await cora.types("/export")
    await cora.taps("Audit (JSON lines)", "Regularly…", "Every Tuesday", "To all coordinators")
    assert "It comes to all coordinators." in plain(cora.screen.text)
    await officer.types("/export")
    await officer.taps("Regular exports (1)")
    assert [each for each in officer.screen.labels if "Audit" in each] == []
    await officer.forges(officer.last, "o:export_at:0:j:-")
    assert "comes every" not in plain(officer.last.text)
