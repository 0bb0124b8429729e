"""Asking and reminding, over real HTTP: the secretariat asks, people answer, put off, are away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import answers, assignments, extensions, reminders, request_items
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_evidence import until_kept
from tests.maravia import Sample


async def morning(network: JourneyNetwork, day: date | None = None) -> date:
    """Go on to half past nine of that day, or of the next Monday; ticks are run."""
    now = network.clock.now()
    if day is None:
        day = now.date() + timedelta(days=7 - now.weekday())
    network.clock.ahead += datetime.combine(day, time(9, 30), now.tzinfo) - now
    await tick(network)
    return day


async def tick(network: JourneyNetwork) -> None:
    """What the bot does because time has passed, and the messages that come of it."""
    await network.app.schedule.tick()
    await network.app.settle()


async def ministry(network: JourneyNetwork, language: str = "en") -> tuple[Phone, Phone, Sample]:
    """A coordinator, and a focal point of Justice with four items that are not due."""
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
    coordinator = await network.phone("Coralie", Role.COORDINATOR)
    amal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ", language=language)
    await morning(network)
    return coordinator, amal, sample


def written(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


async def ask_all(network: JourneyNetwork, coordinator: Phone, due: date) -> None:
    """The coordinator asks where all items stand, by that day."""
    await coordinator.types("/requests")
    await coordinator.taps("Ask", "About items", "Where items stand")
    await coordinator.types(written(due))
    await coordinator.taps("Send")


async def test_a_request_is_seen_before_it_goes_undone_and_sent(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=14)
    await coordinator.types("/requests")
    assert "Nothing has been asked yet." in plain(coordinator.screen.text)
    await coordinator.taps("Ask", "About items", "Where items stand")
    await coordinator.types(written(due))
    assert "Reaches 1 person in 1 institution, about 4 items." in plain(coordinator.screen.text)
    await coordinator.taps("English")
    await coordinator.types("Mid-term report\nPlease say what was done since May.")
    await coordinator.taps("Send")
    await coordinator.waits_for("Goes out in two minutes.")
    await coordinator.taps("Undo")
    await coordinator.waits_for("Undone. Nobody was asked.")
    await coordinator.taps("Change")
    assert f"Due: {due.day} {due:%B}" in plain(coordinator.screen.text)
    assert "Please say what was done since May." in plain(coordinator.screen.text)
    await coordinator.taps("Discard")
    network.clock.ahead += timedelta(minutes=3)
    await tick(network)
    assert "secretariat asks" not in plain(amal.last.text)

    await ask_all(network, coordinator, due)
    network.clock.ahead += timedelta(minutes=2, seconds=1)
    await tick(network)
    told = plain((await amal.waits_for("The secretariat asks")).text)
    assert "where 4 items stand" in told
    await coordinator.taps("Open the request")
    assert "4 not opened yet" in plain(coordinator.screen.text)
    assert "Messages: 1 sent" in plain(coordinator.screen.text)


async def test_what_is_answered_is_no_longer_reminded_of(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=14)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await amal.waits_for("The secretariat asks")
    await tick(network)
    await morning(network, due - timedelta(days=7))
    reminded = await amal.waits_for("4 things wait for you")
    assert "140.7, 140.9, 140.12 and 140.15: due" in plain(reminded.text)
    for code in ("140.7", "140.9", "140.12"):
        await amal.types(code)
        await amal.taps("Report", "In progress")
        await amal.types("Bill 12 passed its first reading.")
        await amal.taps("Send")
        await amal.waits_for("SU-")
    await morning(network, due - timedelta(days=3))
    last = await amal.waits_for("140.15 is due on")
    assert last.labels[:2] == ("Report", "No change")
    await coordinator.types("/requests")
    await coordinator.taps("Where items stand, due")
    assert "3 answered" in plain(coordinator.screen.text)
    await coordinator.taps("Not opened yet (1)", "140.15: Ministry of Justice")
    assert "Amal" in plain(coordinator.screen.text)
    assert "sent" in plain(coordinator.screen.text)


async def test_a_reply_to_a_reminder_begins_the_report(network: JourneyNetwork) -> None:
    coordinator, amal, sample = await ministry(network)
    async with network.database.write() as tx:
        await tx.execute(
            assignments.update()
            .where(assignments.c.id != sample.assignments["140.7"])
            .values(state="ended")
        )
    due = network.clock.now().date() + timedelta(days=14)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await tick(network)
    await morning(network, due - timedelta(days=7))
    reminder = await amal.waits_for("140.7 is due on")
    await amal.replies(reminder, "The bill is before parliament.")
    assert "where does it stand" in plain(amal.screen.text)
    await amal.taps("In progress", "Send")
    await amal.waits_for("SU-")
    item = await network.row(select(request_items.c.state))
    assert item["state"] == "answered"


async def overdue_for_long(network: JourneyNetwork, coordinator: Phone, due: date) -> None:
    """A request of which the officers are asked whether the validator is reminded."""
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await tick(network)
    await morning(network, due + timedelta(days=7))


async def test_a_validator_is_offered_what_a_validator_may_do(network: JourneyNetwork) -> None:
    coordinator, amal, sample = await ministry(network)
    vera = await network.phone("Vera", Role.VALIDATOR, "MOJ")
    async with network.database.write() as tx:
        await tx.execute(
            assignments.update()
            .where(assignments.c.id != sample.assignments["140.7"])
            .values(state="ended")
        )
    due = network.clock.now().date() + timedelta(days=14)
    await overdue_for_long(network, coordinator, due)
    await coordinator.waits_for("Shall its validator be reminded?")
    await coordinator.taps("Remind the validator")
    await tick(network)
    reminder = await vera.waits_for("Ministry of Justice has not reported on 140.7, due")
    assert "Please speak to its focal point: Amal." in plain(reminder.text)
    assert tuple(map(plain, reminder.labels)) == ("Open 140.7", "Later", "I am away")
    await vera.replies(reminder, "It was adopted.")
    said = await vera.waits_for("Your words were not sent")
    assert "focal point: Amal." in plain(said.text)
    await vera.taps("Open")
    assert "Report" not in vera.screen.labels
    assert "is due" in plain(amal.last.text) or "was due" in plain(amal.last.text)


async def test_a_validator_hears_of_several_things_in_one_message(network: JourneyNetwork) -> None:
    coordinator, _, _ = await ministry(network)
    vera = await network.phone("Vera", Role.VALIDATOR, "MOJ")
    due = network.clock.now().date() + timedelta(days=14)
    await overdue_for_long(network, coordinator, due)
    await coordinator.waits_for("Shall its validator be reminded?")
    await coordinator.taps("Remind the validator")
    await tick(network)
    reminder = await vera.waits_for("Ministry of Justice has not reported on 4 things")
    assert tuple(map(plain, reminder.labels)) == (
        *("140.7", "140.9", "140.12", "140.15"),
        *("All (4)", "Later", "I am away"),
    )
    await vera.taps("All (4)")
    assert "All 4 items" in plain(vera.screen.text)


async def test_later_and_more_time_are_heard_by_the_secretariat(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=14)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await tick(network)
    await morning(network, due - timedelta(days=7))
    await amal.waits_for("4 things wait for you")
    await amal.taps("Later", "Tomorrow")
    await amal.types("The minister is abroad.")
    assert "You are reminded of these 4 again" in plain(amal.screen.text)
    await coordinator.types("/requests")
    await coordinator.taps(
        "Where items stand, due", "Not opened yet (4)", "140.7: Ministry of Justice"
    )
    assert "Amal, put off to" in plain(coordinator.screen.text)
    assert "“The minister is abroad.”" in plain(coordinator.screen.text)
    await coordinator.types("140.7")
    await coordinator.taps("Ministry of Justice")
    assert "“The minister is abroad.”" in plain(coordinator.screen.text)
    await morning(network, due - timedelta(days=6))
    await amal.waits_for("4 things wait for you")
    sent = select(func.count().label("n")).where(reminders.c.state == "sent")
    assert (await network.row(sent))["n"] == 8


async def test_an_institution_asks_for_more_time_and_gets_it(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    ines = await network.phone("Ines", Role.OFFICER)
    due = network.clock.now().date() + timedelta(days=14)
    await coordinator.types("/requests")
    await coordinator.taps("Ask", "Data")
    await coordinator.types("Prosecutions for torture, by year and sex")
    await coordinator.taps("Ministry of Justice", "Go on")
    await coordinator.types(written(due))
    await coordinator.taps("Send", "Send now")
    await amal.waits_for("The secretariat asks for data")
    assert "Indicator: Prosecutions for torture" in plain(amal.last.text)
    await amal.types("/home")
    assert "1 other request" in plain(amal.screen.text)
    await amal.taps("Also asked (1)", "Prosecutions for torture", "More time")
    await amal.types(written(due - timedelta(days=1)))
    assert "already. Write a later day." in plain(amal.last.text)
    later = due + timedelta(days=14)
    await amal.types(written(later))
    await amal.types("The courts count until June.")
    assert "The secretariat decides" in plain(amal.screen.text)
    wish = await coordinator.waits_for("asks for more time")
    said = "Ministry of Justice asks for more time on Prosecutions for torture, by year and sex"
    assert said in plain(wish.text)
    assert "The courts count until June." in plain(wish.text)
    await amal.types("/home")
    await amal.taps("Also asked (1)", "Prosecutions for torture")
    assert "You asked for" in plain(amal.screen.text)
    assert "More time" not in amal.screen.labels
    await ines.types("/home")
    assert "1 asks for more time" in plain(ines.screen.text)
    await coordinator.taps_on(wish, "Give the time")
    granted = await amal.waits_for("you have until")
    assert granted is not None
    for officer in (coordinator, ines):
        decided = await officer.waits_for("Given by Coralie: until")
        assert "Ministry of Justice asks for more time" in plain(decided.text)
        assert decided.labels == ()
    await ines.types("/home")
    assert "more time" not in plain(ines.screen.text)
    decided = await network.row(select(extensions.c.granted))
    assert decided["granted"] is True

    await amal.types("/home")
    await amal.taps("Also asked (1)", "Prosecutions for torture", "Answer")
    await amal.types("Many.")
    assert "Prosecutions: 12" in plain(amal.last.text), "it says how figures are written"
    await amal.types("Prosecutions: 12 (2025; women 4, men 8)")
    await amal.taps("Send")
    await coordinator.waits_for("Ministry of Justice has answered")
    answer = await network.row(select(answers))
    assert answer["figures"][0]["value"] == 12


IN_FRENCH = (
    "fr",
    "Le secrétariat demande",
    "4 éléments vous attendent",
    ("Je suis absent", "Personne", "Je m’absente"),
    "Noté",
)
IN_ARABIC = (
    "ar",
    "تسأل الأمانة",
    "4 بنود تنتظركم",
    ("أنا غائب", "لا أحد", "تأكيد الغياب"),
    "سُجل",
)


async def test_wishes_for_more_time_are_refused_one_after_another(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=14)
    for each in ("Prosecutions", "Convictions"):
        await coordinator.types("/requests")
        await coordinator.taps("Ask", "Data")
        await coordinator.types(each)
        await coordinator.taps("Ministry of Justice", "Go on")
        await coordinator.types(written(due))
        await coordinator.taps("Send", "Send now")
        await amal.types("/home")
        await amal.taps("Also asked", each, "More time")
        await amal.types(written(due + timedelta(days=14)))
        await amal.types("The courts count until June.")
    await coordinator.types("/requests")
    await coordinator.taps("More time (2)", "The day stays")
    assert "1 wish for more time waits." in plain(coordinator.screen.text)
    assert "more time on Convictions" in plain(coordinator.screen.text)
    await coordinator.taps("The day stays")
    assert "More time (1)" not in coordinator.screen.labels
    await amal.waits_for("The secretariat did not give more time. Convictions stays due")
    await coordinator.waits_for("Refused by Coralie: it stays due")


@pytest.mark.parametrize("said", [IN_FRENCH, IN_ARABIC], ids=["fr", "ar"])
async def test_people_are_asked_and_go_away_in_their_language(
    network: JourneyNetwork, said: tuple[str, str, str, tuple[str, str, str], str]
) -> None:
    language, asks, waits, (away, nobody, yes), noted = said
    coordinator, amal, _ = await ministry(network, language)
    due = network.clock.now().date() + timedelta(days=14)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await amal.waits_for(asks)
    await tick(network)
    await morning(network, due - timedelta(days=7))
    await amal.waits_for(waits)
    await amal.taps(away)
    await amal.types(written(due))
    await amal.taps(nobody, yes)
    await amal.waits_for(noted)


async def test_who_is_away_alone_is_told_so_sees_it_at_home_and_comes_back(
    network: JourneyNetwork,
) -> None:
    _, amal, _ = await ministry(network)
    until = network.clock.now().date() + timedelta(days=4)
    await amal.types("/away")
    await amal.types(written(until))
    await amal.taps("Nobody", "I am away")
    await amal.waits_for("Nobody stands in; you are not reminded until then.")
    await amal.types("/home")
    assert "You are away until" in plain(amal.screen.text)
    await amal.taps("I am back")
    await amal.types("/home")
    assert "You are away" not in plain(amal.screen.text)


async def test_nobody_but_the_secretariat_sees_or_starts_a_request(
    network: JourneyNetwork,
) -> None:
    _, amal, _ = await ministry(network)
    await amal.types("/requests")
    assert "not" in plain(amal.last.text).lower()
    assert "Ask" not in amal.last.labels


async def test_the_ladder_is_changed_and_shows_its_dates(network: JourneyNetwork) -> None:
    coordinator, _, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=28)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now")
    await tick(network)
    await coordinator.taps("Reminders")
    assert "14 days before: focal points and alternates" in plain(coordinator.screen.text)
    await coordinator.taps("Remove: 14 days before")
    assert "14 days before" not in plain(coordinator.screen.text)
    await coordinator.taps("Add a reminder", "3 days before", "Focal points and alternates")
    assert "3 days before: focal points" in plain(coordinator.screen.text)
    await coordinator.taps("Validators automatically")
    assert "if you say so" not in plain(coordinator.screen.text)
    await coordinator.taps("Dates")
    assert "Amal:" in plain(coordinator.screen.text)


async def test_a_request_is_closed_with_a_summary(network: JourneyNetwork) -> None:
    coordinator, amal, _ = await ministry(network)
    due = network.clock.now().date() + timedelta(days=14)
    await ask_all(network, coordinator, due)
    await coordinator.taps("Send now", "Close")
    assert "4 are unanswered" in plain(coordinator.screen.text)
    await coordinator.taps("Close it")
    assert "Closed:" in plain(coordinator.screen.text)
    await tick(network)
    await morning(network, due - timedelta(days=7))
    assert "wait for you" not in plain(amal.last.text)


async def test_a_commented_draft_reaches_who_asked_with_its_file_and_every_word(
    network: JourneyNetwork,
) -> None:
    otto, amal, _ = await ministry(network)
    await otto.types("/requests")
    await otto.taps("Ask", "Comments on a draft")
    await otto.sends_file(b"The first draft of the addendum.", name="addendum.txt")
    await otto.taps("Done", "Ministry of Justice", "Go on (1)")
    await otto.types(written(network.clock.now().date() + timedelta(days=14)))
    await otto.taps("English")
    await otto.types("The addendum of 2026\nPlease look at chapter 3.")
    await until_kept(network, b"The first draft of the addendum.")
    await otto.taps("Send", "Send now")

    await amal.types("/home")
    await amal.taps("Also asked (1)", "The addendum of 2026")
    assert "The addendum of 2026" in plain(amal.screen.text)
    assert "Please look at chapter 3." in plain(amal.screen.text)
    await amal.taps("The draft")
    draft = await amal.waits_for_file()
    assert await amal.downloads(draft) == b"The first draft of the addendum."
    ines = await network.phone("Ines", Role.FOCAL_POINT, "MOI")
    await ines.types("/home")
    await ines.forges(ines.screen, "asked_file:1")
    assert not any(each.files for each in ines.messages)

    await amal.taps("Answer")
    long = " ".join(f"Remark {each} on paragraph {each} of the draft." for each in range(60))
    await amal.types(long)
    await amal.sends_file(b"The draft, with our marks.", name="marked.txt")
    await amal.taps("Send")
    assert "Your answer to “The addendum of 2026”" in plain(amal.last.text)

    await until_kept(network, b"The draft, with our marks.")
    notice = await otto.waits_for("has answered: The addendum of 2026")
    assert "With it: 1 file" in plain(notice.text)
    await otto.taps("Open the answer")
    shown = plain(otto.screen.text)
    assert "marked.txt" in shown
    assert "paragraph 59" not in shown
    await otto.taps("Whole answer")
    assert "Remark 59 on paragraph 59" in plain(otto.last.text)
    await otto.taps_on(otto.screen, "Back")
    await otto.taps("Files (1)")
    marked = await otto.waits_for_file()
    assert await otto.downloads(marked) == b"The draft, with our marks."
    before = len(amal.messages)
    for act in ("answer_files:1", "whole_answer:1"):
        await amal.forges(amal.last, act)
    assert not any(each.files for each in amal.messages[before:])
    assert "Remark 59" not in plain(amal.last.text)
    await otto.taps("Back", "Close")
    assert "All answers are in. Close it?" in plain(otto.screen.text)
    await otto.taps("Close it")
    assert "Half of the answers came on the same day." in plain(otto.last.text)
