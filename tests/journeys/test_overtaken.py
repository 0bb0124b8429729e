"""Somebody was faster while a conversation went on: it is said, nothing is lost, it goes on."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import (
    assignments,
    consolidations,
    conversations,
    questions,
    report_chapters,
    threads,
)
from tests.journeys.network import JourneyNetwork
from tests.journeys.test_national_reports import begun, secretariat
from tests.journeys.test_review import labels, reports, settled, shown

KEPT = "What you wrote is kept, and not sent:"


async def consolidates(officer: Phone, status: str, sentence: str) -> None:
    """All but the last tap."""
    await officer.types("140.7")
    await officer.taps("Compare and consolidate", "Consolidate", status)
    await officer.taps(labels(officer)[0])
    await officer.types(sentence)


async def test_the_second_who_consolidates_goes_on_upon_what_the_first_wrote(
    network: JourneyNetwork,
) -> None:
    """The same screen came again at each tap, and the sentence could never be sent."""
    justice, _police, officer = await settled(network)
    colleague = await network.phone("Otto", Role.OFFICER)
    await reports(justice, "The law is in force.", "Implemented")
    await officer.types("/review")
    await officer.taps("Approve")
    await consolidates(officer, "Partly", "The law is in force; training begins.")
    await consolidates(colleague, "Implemented", "The law is in force.")
    await colleague.taps("Consolidate")
    await colleague.waits_for("is consolidated: implemented")

    await officer.taps("Consolidate")
    told = shown(officer)
    assert "140.7 was consolidated meanwhile: implemented" in told
    assert "“The law is in force.”" in told, "what is there now"
    assert KEPT in told
    assert "“The law is in force; training begins.”" in told
    assert labels(officer) == ["See what is there now", "Go on with mine", "Discard", "Home"]
    await officer.taps("See what is there now")
    assert "Consolidated status: implemented" in shown(officer)
    await officer.types("/home")
    await officer.taps("Continue: Consolidating an item")
    assert "140.7 was consolidated meanwhile" in shown(officer)
    assert "training begins" in shown(officer)
    await officer.taps("Consolidate")
    await officer.waits_for("is consolidated: partially implemented")
    found = await network.row(select(consolidations).where(consolidations.c.version == 2))
    assert found is not None
    assert found["sentence"] == "The law is in force; training begins."


async def test_a_draft_of_a_consolidation_that_was_left_learns_what_was_approved_since(
    network: JourneyNetwork,
) -> None:
    """Opened anew, the sentence is there, and what it does not know of yet."""
    justice, police, officer = await settled(network)
    await reports(justice, "The law is in force.", "Implemented")
    await officer.types("/review")
    await officer.taps("Approve")
    await consolidates(officer, "Partly", "The law is in force; training begins.")
    await officer.types("/home")
    await reports(police, "All are trained.", "Implemented")
    await officer.types("/review")
    await officer.taps("Approve")
    await officer.types("140.7")
    await officer.taps("Compare and consolidate", "Consolidate")
    told = shown(officer)
    assert "1 report on 140.7 was approved since you began" in told
    assert "All are trained." in told
    assert "training begins" in told
    await officer.taps("Go on with mine", "Consolidate")
    await officer.waits_for("is consolidated: partially implemented")
    assert await network.row(select(conversations)) is None


async def test_the_second_who_writes_a_chapter_keeps_the_text(network: JourneyNetwork) -> None:
    amina, _ = await secretariat(network)
    otto = await network.phone("Otto", Role.OFFICER)
    await begun(amina)
    await amina.taps("3. Torture", "Write the draft")
    await amina.types("Torture is a crime since 2020.")
    await otto.types("/reports")
    await otto.taps("Mid-term report of the third cycle", "3. Torture", "Write the draft")
    await otto.types("Torture is a crime.")
    await otto.taps("Save")

    await amina.taps("Save")
    told = shown(amina)
    assert "Torture” has changed meanwhile" in told
    assert "“Torture is a crime.”" in told
    assert KEPT in told
    assert "“Torture is a crime since 2020.”" in told
    await amina.types("140.9")
    assert "Torture" not in shown(amina), "what is typed next is not for the draft"
    await amina.types("/home")
    await amina.taps("Continue: Draft of a chapter", "Save")
    found = await network.row(select(report_chapters).where(report_chapters.c.heading == "Torture"))
    assert found is not None
    assert (found["draft"], found["version"]) == ("Torture is a crime since 2020.", 2)


async def test_a_chapter_that_is_gone_gives_the_text_back(network: JourneyNetwork) -> None:
    """Nothing it could be sent upon: the words can still be read, and dropped."""
    amina, _ = await secretariat(network)
    otto = await network.phone("Otto", Role.OFFICER)
    await begun(amina)
    await amina.taps("3. Torture", "Write the draft")
    await amina.types("Torture is a crime since 2020.")
    await otto.types("/reports")
    await otto.taps(
        "Mid-term report of the third cycle", "3. Torture", "More", "Remove the chapter"
    )
    await otto.taps(otto.screen.labels[0])
    await amina.taps("Save")
    assert KEPT in shown(amina)
    assert "“Torture is a crime since 2020.”" in shown(amina)
    await amina.types("/home")
    await amina.taps("Continue: Not sent: “Torture is a crime since 2020.”")
    assert "Torture is a crime since 2020." in shown(amina)
    await amina.taps("Discard")
    assert await network.row(select(conversations)) is None


async def test_what_amends_an_approved_report_becomes_a_new_one(network: JourneyNetwork) -> None:
    """Version 2 was refused for ever, and then so was everything that was typed."""
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await justice.types("140.7")
    await justice.taps("Amend", "Text")
    await justice.types("Bill 12 passed its first reading.")
    await officer.types("/review")
    await officer.taps("Approve")

    await justice.taps("Send version 2")
    told = shown(justice)
    assert "SU-" in told
    assert "has changed meanwhile: approved" in told
    assert f"{KEPT}\n" in told
    assert "Bill 12 passed its first reading." in told
    assert labels(justice) == ["See what is there now", "Send as a new report", "Discard", "Home"]
    await justice.types("140.7")
    assert "Recommendation, A/HRC/61/9" in shown(justice)
    await justice.types("/home")
    await justice.taps("Continue draft 140.7")
    assert "Not sent yet." in shown(justice)
    await justice.taps("Send")
    await justice.waits_for("-0002: 140.7")
    await officer.types("/review")
    assert "passed its first reading" in shown(officer)


async def test_an_answer_to_a_question_that_is_settled_is_kept_and_stands_in_nobodys_way(
    network: JourneyNetwork,
) -> None:
    """Every later text, even a number, was taken for the answer and refused."""
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Ask the institution")
    await officer.types("On which day?")
    asked = await justice.waits_for("On which day?")
    await justice.taps_on(asked, "Answer")
    await officer.types("/review")
    await officer.taps("Approve")

    await justice.types("On 3 May.")
    told = shown(justice)
    assert "has changed meanwhile: approved" in told
    assert KEPT in told
    assert "“On 3 May.”" in told
    await justice.types("140.9")
    assert "140.9" in shown(justice)
    assert "On 3 May." not in shown(justice)
    await justice.types("/home")
    await justice.taps("Continue: Question about 140.7")
    assert "“On 3 May.”" in shown(justice)
    await justice.taps("Send")
    await justice.waits_for("your question is with the secretariat")
    found = await network.row(select(questions))
    assert found is not None
    assert found["words"] == "On 3 May."


async def test_a_reply_to_a_question_that_is_settled_is_kept_just_so(
    network: JourneyNetwork,
) -> None:
    """It was refused without a button; there was no conversation that could have kept it."""
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Ask the institution")
    await officer.types("On which day?")
    asked = await justice.waits_for("On which day?")
    await officer.types("/review")
    await officer.taps("Approve")
    await justice.replies(asked, "On 3 May.")
    assert "has changed meanwhile: approved" in shown(justice)
    assert "“On 3 May.”" in shown(justice)
    await justice.taps("Send as a question", "Send")
    await justice.waits_for("your question is with the secretariat")


async def test_a_question_about_a_report_that_was_sent_anew_goes_to_the_new_one(
    network: JourneyNetwork,
) -> None:
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Ask the institution")
    await justice.types("140.7")
    await justice.taps("Take back the report", "Yes, take it back")
    await reports(justice, "Bill 12 passed its first reading.", "In progress")
    await officer.types("On which day?")
    told = shown(officer)
    assert "has changed meanwhile: taken back" in told
    assert KEPT in told
    assert "“On which day?”" in told
    assert "Bill 12 passed its first reading." in told, "the newer one, which it can go to"
    await officer.taps("Go on with mine")
    assert "“On which day?”" in shown(officer)
    await officer.taps("Send")
    await justice.waits_for("On which day?")
    assert await network.row(select(threads).where(threads.c.status_update_id == 2)) is not None


async def test_a_contradiction_goes_on_with_the_newer_report(network: JourneyNetwork) -> None:
    justice, police, officer = await settled(network)
    await reports(justice, "The law is in force.", "Implemented")
    await reports(police, "Nobody is trained.", "Planned")
    await officer.types("/review")
    await officer.taps("Contradicts another", "Ministry of the Interior · planned")
    await police.types("140.7")
    await police.taps("Take back the report", "Yes, take it back")
    await reports(police, "Few are trained.", "Planned")
    await officer.types("A law in force needs trained police.")
    told = shown(officer)
    assert "was replaced meanwhile" in told
    assert "Few are trained." in told
    assert KEPT in told
    assert "“A law in force needs trained police.”" in told
    await officer.taps("Go on with mine", "Send")
    await officer.waits_for("the contradiction is marked")


async def test_what_cannot_go_on_at_all_says_so_once(network: JourneyNetwork) -> None:
    """Whatever the conversation: the words are shown, and the next text is not for it."""
    justice, _police, _officer = await settled(network)
    await justice.types("140.7")
    await justice.taps("Report", "In progress")
    await justice.types("Bill 12 passed.")
    async with network.database.write() as tx:
        await tx.execute(update(assignments).values(state="ended"))
    await justice.taps("Send")
    told = shown(justice)
    assert "no longer with your institution" in told
    assert KEPT in told
    assert "“Bill 12 passed.”" in told
    assert "Discard" in labels(justice)
    await justice.types("/help")
    await justice.types("anything")
    assert "no longer with your institution" not in plain(justice.last.text)


async def test_a_comment_on_a_report_that_was_decided_is_not_lost(network: JourneyNetwork) -> None:
    justice, _police, officer = await settled(network)
    colleague = await network.phone("Otto", Role.OFFICER)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Return with a comment")
    await officer.types("How far is it?")
    await colleague.types("/review")
    await colleague.taps("Approve")
    await officer.taps("Return it")
    told = shown(officer)
    assert "has changed meanwhile: approved" in told
    assert KEPT in told
    assert "“How far is it?”" in told
    await officer.taps("Discard")
    assert await network.row(select(conversations)) is None


async def test_whoever_wrote_nothing_yet_is_told_and_has_nothing_to_drop(
    network: JourneyNetwork,
) -> None:
    justice, _police, officer = await settled(network)
    await reports(justice, "Bill 12 is drafted.", "Planned")
    await officer.types("/review")
    await officer.taps("Ask the institution")
    asking = officer.screen
    await justice.types("140.7")
    await justice.taps("Take back the report", "Yes, take it back")
    await officer.taps_on(asking, "Back")
    await officer.types("/review")
    assert await network.row(select(conversations)) is None


async def test_two_who_were_overtaken_twice_are_told_twice(network: JourneyNetwork) -> None:
    """What was shown is what is written upon: a third version is told, too."""
    amina, _ = await secretariat(network)
    otto = await network.phone("Otto", Role.OFFICER)
    await begun(amina)
    await amina.taps("3. Torture", "Write the draft")
    await amina.types("Torture is a crime since 2020.")
    await otto.types("/reports")
    for words in ("One.", "Two."):
        await otto.types("/reports")
        await otto.taps("Mid-term report of the third cycle", "3. Torture", "Write the draft")
        await otto.types(words)
        await otto.taps("Save")
        await amina.taps("Save" if words == "One." else "Go on with mine")
        assert f"“{words}”" in shown(amina)
    await amina.taps("Go on with mine", "Save")
    found = await network.row(select(report_chapters).where(report_chapters.c.version == 3))
    assert found is not None
    assert found["draft"] == "Torture is a crime since 2020."
