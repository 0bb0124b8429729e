"""A follow-up plan over real HTTP: proposed, adopted, measured, asked for, taken as a workbook."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from tests import maravia
from tests.journeys.network import JourneyNetwork

PLANNED = "Train every judge of the province courts"


@pytest.mark.timeout(180)  # four pieces of long work, on whatever machine
async def test_a_plan_from_its_proposal_to_a_value_that_was_asked_for(
    network: JourneyNetwork,
) -> None:
    """Justice proposes, the secretariat adopts and measures, both say what is so."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    officer = await network.phone("Coralie", Role.COORDINATOR)
    until = (network.clock.now() + timedelta(days=20)).date()
    await proposes(justice, until)
    await adopts_and_measures(officer)
    await justice.waits_for("put an activity into a plan")
    await tells_how_far(justice)
    await asks(officer, justice)
    await takes_a_workbook(officer)


async def proposes(justice: Phone, until: date) -> None:
    """An activity with its end and its budget, for two items at once."""
    await justice.types("140.7")
    await justice.taps("Plan (0)", "Add an activity")
    assert "what will be done?" in plain(justice.screen.text)
    await justice.types(PLANNED)
    await justice.taps("End")
    await justice.types(until.strftime("%d %B %Y"))
    await justice.taps("Budget")
    await justice.types("much")
    assert "three letters" in plain(justice.screen.text)
    await justice.types("250 000.50 EUR")
    shown = plain(justice.screen.text)
    assert "250\u202f000.50\u00a0EUR" in shown
    assert "Responsible: Ministry of Justice" in shown
    assert "The secretariat adopts it" in shown
    await justice.taps("Also for", "A/HRC/61/9 · 140.12", "Go on (1)", "Put into the plan")
    await justice.waits_for("with the secretariat")
    await justice.types("/home")
    assert "1 activity late or due soon" in plain(justice.screen.text)


async def adopts_and_measures(officer: Phone) -> None:
    """The proposal is found at home, adopted, and gets an indicator."""
    await officer.types("/home")
    assert "1 plan entry to look at" in plain(officer.screen.text)
    await officer.taps("Look at plan changes", PLANNED)
    assert "140.7 and 140.12" in plain(officer.screen.text)
    await officer.taps("Adopt", "Add an indicator")
    await officer.types("Judges trained")
    await officer.taps("Process", "Target")
    await officer.types("90 (2027)")
    await officer.taps("SDG")
    await officer.types("16.99.1")
    assert "such as 16.3.1" in plain(officer.screen.text)
    await officer.types("16.3.1")
    assert "goal 16, target 16.3" in plain(officer.screen.text)
    await officer.taps("Tell apart by", "sex", "Go on (1)", "Put into the plan")


async def tells_how_far(justice: Phone) -> None:
    """A value in two taps, and where the activity stands."""
    await justice.types("/home")
    await justice.taps("My activities (1)", PLANNED)
    assert "SDG" not in plain(justice.screen.text)  # on its own screen
    await justice.taps("Add a value")
    await justice.types("12")
    assert "with its year" in plain(justice.screen.text)
    await justice.types("12 (2025)")
    assert "told apart by sex" in plain((await justice.waits_for("Recorded for")).text)
    await justice.types("/home")
    await justice.taps("My activities (1)", PLANNED)
    await justice.taps("Say where it stands", "Under way")
    await justice.types("The first course has begun.")
    await justice.taps("Record")


async def asks(officer: Phone, justice: Phone) -> None:
    """What was changed is seen; a value is asked for, and its answer is one."""
    await officer.types("/home")
    await officer.taps("Look at plan changes", PLANNED)
    assert "The first course has begun." in plain(officer.screen.text)
    await officer.taps("Mark as seen", "Judges trained", "Change", "Unit")
    await officer.types("judges")
    assert "Target: 90 (2027)" in plain(officer.screen.text)
    await officer.taps("Put into the plan", "Open", "Judges trained", "Ask for its value")
    await officer.taps(officer.screen.labels[0], "Send", "Send now")
    await justice.waits_for("Judges trained")
    await justice.types("/home")
    await justice.taps("Also asked (1)", "Judges trained", "Answer")
    await justice.types("40")
    assert "say the year" in plain(justice.screen.text)
    await justice.types("40 (2026; women 15, men 25)")
    await justice.taps("Send")
    await officer.waits_for("has answered")
    await officer.types("/home")
    await officer.taps("More…", "All activities", PLANNED)
    await officer.taps("Judges trained")
    shown = plain(officer.screen.text)
    assert "40 judges (2026; women: 15; men: 25) · from an answer" in shown
    assert "12 judges (2025) · entered in chat; not told apart by sex" in shown
    assert "SDG 16.3.1 (goal 16, target 16.3)" in shown


async def takes_a_workbook(officer: Phone) -> None:
    """Filled in and sent back, previewed, applied once; sent again, it changes nothing."""
    await officer.types("/home")
    await officer.taps("More…", "All activities", "Get as a workbook")
    file = await officer.waits_for_file(within=60)
    assert file.name == "plans.xlsx"
    book = openpyxl.load_workbook(BytesIO(await officer.downloads(file)))
    activities, measured = book.worksheets[:2]
    assert (activities["H3"].value, measured["N3"].value) == (250000.5, 40)
    activities["K3"], activities["D3"] = "done", "Ministry of Magic"
    measured["N3"], measured["M3"], measured["O3"] = 55, 2027, None
    changed = BytesIO()
    book.save(changed)
    await officer.sends_file(changed.getvalue(), name="anything.xlsx")
    preview = plain((await officer.waits_for("The workbook changes", within=60)).text)
    assert "The workbook changes: 1 value." in preview
    assert "Activities, row 3: There is no institution “Ministry of Magic”." in preview
    await officer.taps("Make these changes")
    await officer.waits_for("Done: 1 value.")
    await officer.sends_file(changed.getvalue(), name="anything.xlsx")
    await officer.waits_for("This workbook changes nothing.", within=60)


async def test_a_plan_that_was_begun_is_offered_on_the_first_screen(
    network: JourneyNetwork,
) -> None:
    """Drafts of plans and of answers were kept, and no screen led back to them."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await justice.types("140.7")
    await justice.taps("Plan (0)", "Add an activity")
    await justice.types("/home")
    assert justice.screen.place_of("Continue") is None  # nothing was written yet
    await justice.types("140.7")
    await justice.taps("Plan (0)", "Add an activity")
    await justice.types(PLANNED)
    await justice.types("/home")
    assert "1 draft" in plain(justice.screen.text)
    await justice.types("/drafts")
    await justice.taps("Continue: Activity for 140.7")
    assert PLANNED in justice.screen.text
    await justice.taps("Put into the plan")
    await justice.waits_for("140.7")
    await justice.types("/drafts")
    assert "No drafts" in justice.screen.text


async def test_two_officers_who_change_one_activity_lose_nothing(network: JourneyNetwork) -> None:
    """Otto's text put the budget back that Coralie had set meanwhile."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    coralie = await network.phone("Coralie", Role.COORDINATOR)
    otto = await network.phone("Otto", Role.OFFICER)
    await coralie.types("140.7")
    await coralie.taps("Plan (0)", "Add an activity")
    await coralie.types(PLANNED)
    await coralie.taps("Ministry of Justice", "Budget")
    await coralie.types("100 EUR")
    await coralie.taps("Put into the plan")
    for phone in (otto, coralie):
        await phone.types("140.7")
        await phone.taps("Plan (1)", PLANNED, "Change")
    await coralie.taps("Budget")
    await coralie.types("999 EUR")
    await coralie.taps("Put into the plan")
    await otto.taps("What")
    await otto.types("Train every judge")
    await otto.taps("Put into the plan")
    await otto.types("140.7")
    await otto.taps("Plan (1)", "Train every judge")
    assert "999\u00a0EUR" in otto.screen.text
    assert "budget" not in plain(otto.screen.text).split("Last")[-1].lower()

    for phone in (otto, coralie):
        await phone.types("140.7")
        await phone.taps("Plan (1)", "Train every judge", "Change", "Budget")
    await coralie.types("5 EUR")
    await coralie.taps("Put into the plan")
    await otto.types("7 EUR")
    await otto.taps("Put into the plan")
    told = plain(otto.screen.text)
    assert "Somebody else has changed budget meanwhile, as you did." in told
    assert "5\u00a0EUR" in otto.screen.text
    assert "7\u00a0EUR" in otto.screen.text
    await otto.taps("Go on with mine", "Put into the plan")
    await otto.types("140.7")
    await otto.taps("Plan (1)", "Train every judge")
    assert "7\u00a0EUR" in otto.screen.text


async def test_a_proposal_that_changes_while_it_is_read_is_read_again(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    officer = await network.phone("Coralie", Role.COORDINATOR)
    await justice.types("140.7")
    await justice.taps("Plan (0)", "Add an activity")
    await justice.types(PLANNED)
    await justice.taps("Put into the plan")
    await officer.types("/home")
    await officer.taps("Look at plan changes", PLANNED)
    await justice.types("140.7")
    await justice.taps("Plan (1)", PLANNED, "Change", "What")
    await justice.types("Train nobody")
    await justice.taps("Put into the plan")
    await officer.taps("Adopt")
    assert "Train nobody" in plain(officer.screen.text)
    await officer.taps("Adopt")
    assert "Adopt" not in officer.screen.labels
