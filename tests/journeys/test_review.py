"""The review as a conversation between the secretariat and institutions, over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.items import Part
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from tests import maravia
from tests.journeys.network import JourneyNetwork


async def settled(network: JourneyNetwork) -> tuple[Phone, Phone, Phone]:
    """Justice leads on 140.7, the Interior contributes; a coordinator reviews."""
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
        interior = await maravia.justice_elsewhere(tx)
        await maravia.assignment(tx, sample.items["140.7"], interior, part=Part.CONTRIBUTING)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    police = await network.phone("Ines", Role.FOCAL_POINT, "MOI")
    coordinator = await network.phone("Coralie", Role.COORDINATOR)
    return justice, police, coordinator


async def reports(phone: Phone, words: str, status: str) -> None:
    await phone.types("140.7")
    await phone.taps("Report", status)
    await phone.types(words)
    await phone.taps("Send")
    await phone.waits_for("SU-")


def shown(phone: Phone) -> str:
    return plain(phone.screen.text)


def labels(phone: Phone) -> list[str]:
    return [plain(each) for each in phone.screen.labels]


async def test_a_second_try_is_asked_about_and_approved_with_a_note(
    network: JourneyNetwork,
) -> None:
    """Returned, sent again, read beside the first; a question, its answer, a note."""
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is being drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Return with a comment")
    await officer.types("How far is it?")
    await officer.taps("Return it")
    await justice.waits_for("How far is it?")
    await reports(justice, "Bill 12 passed its first reading.", "In progress")

    await officer.types("/review")
    text = shown(officer)
    assert "Returned before, SU-" in text
    assert "The secretariat: “How far is it?”" in text
    assert "Bill 12 [gone: is being drafted] [new: passed its first reading]." in text

    colleague = await network.phone("Otto", Role.OFFICER)
    await colleague.types("/review")
    assert "Coralie has had this report open since" in shown(colleague)

    await officer.taps("Ask the institution")
    await officer.types("On which day?")
    await officer.waits_for("your question is on its way")
    question = await justice.waits_for("On which day?")
    await justice.types("/home")
    assert "1 question from the secretariat" in shown(justice)
    await justice.replies(question, "On 3 May.")
    await justice.waits_for("your answer is with the secretariat")
    answer = await officer.waits_for("On 3 May.")
    await officer.types("/home")
    assert "1 answer about a report" in shown(officer)
    await officer.replies(answer, "In which chamber?")
    again = await justice.waits_for("In which chamber?")
    await justice.taps_on(again, "Answer")
    await justice.types("The first.")
    await officer.waits_for("The first.")

    await officer.types("/review")
    text = shown(officer)
    assert text.index("On which day?") < text.index("On 3 May.") < text.index("The first.")
    await officer.taps("Approve with a note")
    await officer.types("Reading of 3 May 2026.")
    await officer.taps("Approve it")
    await officer.waits_for("is approved")
    note = await justice.waits_for("Reading of 3 May 2026.")
    assert note.silent
    assert "your words are as you wrote them" in plain(note.text)
    await colleague.taps("Approve")
    assert "approved" in shown(colleague)
    assert "Approve" not in labels(colleague)

    observer = await network.phone("Oscar", Role.OBSERVER, "MOJ")
    await observer.types("140.7")
    assert "“Bill 12 passed its first reading.”" in shown(observer)
    assert "Note by the secretariat: “Reading of 3 May 2026.”" in shown(observer)


async def test_two_institutions_are_compared_and_consolidated(network: JourneyNetwork) -> None:
    """The lead reads the contributor; a contradiction; the State's status; then it is stale."""
    justice, police, officer = await settled(network)
    await reports(justice, "The law is in force.", "Implemented")
    await reports(police, "Nobody is trained.", "Planned")
    await justice.types("140.7")
    await justice.taps("What others report (1)")
    assert "Nobody is trained." in shown(justice)
    await police.types("140.7")
    assert not [each for each in labels(police) if each.startswith("What others")]

    await officer.types("/review")
    await officer.taps("Narrow down", "Institution", "Ministry of the Interior (1)")
    assert "Only: Ministry of the Interior" in shown(officer)
    await officer.taps("Show (1)", "140.7")
    assert "Ministry of Justice says “implemented”" in shown(officer)
    await officer.taps("Contradicts another", "Ministry of Justice · implemented")
    await officer.types("A law in force needs trained police.")
    await officer.waits_for("the contradiction is marked")
    assert "Compare and consolidate" in labels(officer)
    await officer.types("/review")
    assert "Contradiction: SU-" in shown(officer)
    await officer.taps("Approve")
    assert "None of these is waiting; 1 other report is." in shown(officer)
    await officer.taps("The whole queue", "140.7", "Approve")
    await officer.types("/home")
    assert "1 contradiction" in shown(officer)
    assert not [each for each in justice.received if "contradict" in plain(each.text).lower()]

    await officer.taps("Contradictions", "140.7", "Compare and consolidate")
    text = shown(officer)
    assert text.index("The law is in force.") < text.index("Nobody is trained.")
    await officer.taps("Consolidate", "Partly")
    await officer.taps(labels(officer)[0])
    await officer.types("The law is in force; training begins in June.")
    assert "This settles 1 contradiction." in shown(officer)
    await officer.taps("Consolidate")
    await officer.waits_for("is consolidated: partially implemented")

    observer = await network.phone("Oscar", Role.OBSERVER, "MOJ")
    await observer.types("140.7")
    assert "Consolidated status: partially implemented" in shown(observer)
    assert "training begins in June" in shown(observer)

    await reports(police, "Half of the police are trained.", "Partly")
    await officer.types("/review")
    await officer.taps("Approve")
    assert "now rests on older reports" in shown(officer)
    await officer.types("140.7")
    assert "A newer report was approved since" in shown(officer)


async def test_who_was_not_the_first_to_decide_is_told_and_led_on(network: JourneyNetwork) -> None:
    """A note on a report that a colleague had approved could only be refused, again and again."""
    justice, _police, officer = await settled(network)
    colleague = await network.phone("Otto", Role.OFFICER)
    await reports(justice, "Bill 12 passed its first reading.", "In progress")
    await officer.types("/review")
    await officer.taps("Approve with a note")
    await officer.types("The second reading is in June.")
    await colleague.types("/review")
    card = colleague.screen
    await colleague.taps("Approve")

    await officer.taps("Approve it")
    assert "has changed meanwhile: approved." in shown(officer)
    assert "“The second reading is in June.”" in shown(officer)
    await officer.taps("Discard")
    await officer.types("/home")
    assert officer.screen.place_of("Continue") is None
    await colleague.forges(card, "o:return:1")
    assert "approved" in shown(colleague)
    assert "Public or private" in labels(colleague)


@pytest.mark.parametrize(
    ("begins", "sends", "ends"),
    [
        ("Approve with a note", "Approve it", "is approved"),
        ("Return with a comment", "Return it", "is returned"),
    ],
)
async def test_words_on_an_older_version_are_given_back(
    network: JourneyNetwork, begins: str, sends: str, ends: str
) -> None:
    """The newer version is read first; the words of the note or comment are not lost."""
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 passed its first reading.", "In progress")
    await officer.types("/review")
    await officer.taps(begins)
    await officer.types("The second reading is in June.")
    await justice.types("140.7")
    await justice.taps("History")
    await justice.taps("SU-", "Amend the report", "Text")
    await justice.types("Bill 12 passed its second reading.")
    await justice.taps("Send")
    await officer.taps(sends)
    assert "was amended in the meantime: version 2" in shown(officer)
    assert "[new: Bill 12 passed its second reading.]" in shown(officer)
    assert "kept, and not sent:\n“The second reading is in June.”" in shown(officer)
    await officer.taps("See what is there now")
    assert "second reading" in shown(officer)
    await officer.taps(begins)
    assert "“The second reading is in June.”" in shown(officer), "for the version that was read"
    await officer.taps(sends)
    await officer.waits_for(ends)


async def test_of_two_officers_on_one_item_the_second_is_told_wherever_they_meet(
    network: JourneyNetwork,
) -> None:
    """Only the very same report counted: the Interior's on the same item did not, nor the rest."""
    justice, police, officer = await settled(network)
    colleague = await network.phone("Otto", Role.OFFICER)
    await reports(justice, "The law is in force.", "Implemented")
    await reports(police, "Nobody is trained.", "Planned")
    await officer.types("/review")
    first = f"SU-{network.clock.now().year}-0001"
    await colleague.types("/review")
    await colleague.taps("Skip")
    assert "Nobody is trained." in shown(colleague)
    assert f"Coralie has had {first} on 140.7 open since" in shown(colleague)
    await officer.types("140.7")
    await officer.taps("Compare and consolidate")
    assert "Otto has had" in shown(officer)
    await colleague.types("140.7")
    await colleague.taps("Compare and consolidate")
    assert "Coralie has had 140.7 open for consolidation since" in shown(colleague)


async def test_what_came_back_keeps_its_due_day(network: JourneyNetwork) -> None:
    """A report is owed again; neither the card nor the list said until when."""
    due = (network.clock.now() + timedelta(days=20)).date()
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": due})
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    officer = await network.phone("Coralie", Role.COORDINATOR)
    await reports(justice, "Bill 12 is being drafted.", "Planned")
    await justice.types("140.7")
    assert "due" not in shown(justice).splitlines()[0]
    await officer.types("/review")
    await officer.taps("Return with a comment")
    await officer.types("How far is it?")
    await officer.taps("Return it")
    await justice.waits_for("How far is it?")
    await justice.types("140.7")
    assert f"due {due.day} " in shown(justice).splitlines()[0]
    await justice.types("/all")
    line = next(each for each in shown(justice).splitlines() if each.startswith("140.7"))
    assert line.startswith(f"140.7 · due {due.day} ")
    assert line.endswith("· returned · planned")


async def test_what_came_back_is_corrected_and_sent_again_without_typing_it_anew(
    network: JourneyNetwork,
) -> None:
    """A report after a return began empty, and what remains was lost by accident."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    officer = await network.phone("Coralie", Role.COORDINATOR)
    await justice.types("140.7")
    await justice.taps("Report", "Planned")
    await justice.types("Bill 12 is being drafted.")
    await justice.taps("What remains")
    await justice.types("The vote.")
    await justice.taps("Send")
    await justice.waits_for("SU-")
    await officer.types("/review")
    await officer.taps("Return with a comment")
    await officer.types("How far is it?")
    await officer.taps("Return it")
    await justice.waits_for("How far is it?")
    await justice.types("140.7")
    await justice.taps("Correct and send again")
    assert "which was returned" in shown(justice)
    assert "Bill 12 is being drafted." in shown(justice)
    await justice.types("It is before the committee.")
    await justice.taps("Send")
    await justice.waits_for("SU-")
    await officer.types("/review")
    for said in ("being drafted", "before the committee", "The vote."):
        assert said in shown(officer)
    await justice.types("140.7")
    assert "Correct and send again" not in labels(justice)
