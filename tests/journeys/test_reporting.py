"""A focal point's minute, over real HTTP: home, card, report, receipt."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.domain.people import Actor, Role
from bot.sandbox.phone import Phone, plain
from bot.services import questions
from storage import people
from storage import questions as queries
from storage.tables import assignments, seats, status_updates
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.maravia import Sample

NAMES = {"en": "Ministry of Justice"}


async def justice(network: JourneyNetwork, language: str = "en") -> tuple[Phone, Sample]:
    """A focal point of the Ministry of Justice; 140.7 was due yesterday, 140.12 is due soon."""
    today = network.clock.now().date()
    async with network.database.write() as tx:
        sample = await maravia.justice(
            tx,
            {
                "140.7": today - timedelta(days=1),
                "140.12": today + timedelta(days=7),
            },
        )
    phone = await network.phone("Amal", Role.FOCAL_POINT, "MOJ", language=language)
    return phone, sample


async def test_a_report_takes_four_taps_and_one_text(network: JourneyNetwork) -> None:
    """From home: card, Report, status, Send; the promise is six taps (DESIGN §2)."""
    phone, sample = await justice(network)
    await phone.types("/home")
    assert "1 overdue" in plain(phone.screen.text)
    taps = ["Overdue: 140.7", "Report", "In progress"]
    await phone.taps(*taps)
    await phone.types("Bill 12 passed its first reading.")
    taps.append("Send")
    await phone.taps("Send")

    receipt = plain((await phone.waits_for("SU-")).text)
    assert f"SU-{network.clock.now().year}-0001: 140.7, in progress" in receipt
    assert "Bill 12 passed its first reading." in receipt
    assert "Next: the secretariat." in receipt
    assert phone.last.labels[0].startswith("Next")
    assert len(taps) == 4
    assert len(taps) <= 6

    row = await network.row(select(status_updates))
    assert (row["status"], row["measures"]) == ("in_progress", "Bill 12 passed its first reading.")
    assert row["as_of"] == network.clock.now().date()
    held = assignments.c.id == sample.assignments["140.7"]
    assert (await network.row(select(assignments.c.status).where(held)))["status"] == "in_progress"


async def test_everything_can_be_changed_on_the_review_screen(network: JourneyNetwork) -> None:
    """Status, text, date, what remains and figures: asked again, answered, shown."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "Planned")
    await phone.types("A bill is being drafted.")
    await phone.taps("Status", "Implemented", "Date")
    await phone.types("32 May")
    assert "could not read that date" in plain((await phone.waits_for("could not")).text)
    await phone.types("3.5.2026")
    await phone.taps("What remains")
    await phone.types("Its publication.")
    await phone.taps("Figures")
    await phone.types("Prosecutions: 12 (2025; women 4, men 8)\nConvictions = 3")
    await phone.types("Bill 12 passed.")
    shown = plain(phone.screen.text)
    assert "140.7, implemented, as of 3 May" in shown
    assert "A bill is being drafted.\nBill 12 passed." in shown
    assert "Remains: “Its publication.”" in shown
    assert "Prosecutions: 12 (2025; women: 4; men: 8)\nConvictions: 3" in shown

    await phone.taps("Text", "Write it again")
    await phone.types("Act 12 is in force.")
    await phone.taps("Send")
    await phone.waits_for("SU-")
    row = await network.row(select(status_updates))
    assert (row["status"], row["measures"]) == ("implemented", "Act 12 is in force.")
    assert (str(row["as_of"]), row["remaining"]) == ("2026-05-03", "Its publication.")


async def test_words_that_come_before_they_are_asked_for_are_kept(
    network: JourneyNetwork,
) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.replies(phone.screen, "Bill 12 passed its first reading.")
    assert "What is written so far is kept." in plain(phone.screen.text)
    await phone.types("It goes to the Senate.")
    await phone.taps("In progress")
    assert "first reading.\nIt goes to the Senate." in plain(phone.screen.text)
    await phone.taps("Send")
    await phone.waits_for("SU-")


async def test_what_a_button_says_may_be_written_instead(network: JourneyNetwork) -> None:
    phone, _ = await justice(network, "fr")
    await phone.types("140.7")
    await phone.taps("Faire rapport")
    await phone.types("  en   COURS ")
    assert "En cours" not in phone.screen.labels, "the next question"
    await phone.types("En cours")
    assert "«\u00a0En cours\u00a0»" in plain(phone.screen.text), (
        "where words are asked for, they are words"
    )


async def test_back_from_the_first_question_keeps_what_was_written(
    network: JourneyNetwork,
) -> None:
    """Regression: words written before the status was chosen went with the conversation."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "Back")
    assert phone.screen.place_of("Continue draft") is None
    await phone.taps("Report")
    await phone.types("Bill 12.")
    await phone.taps("Back")
    await phone.taps("Continue draft 140.7", "In progress")
    assert "Bill 12." in plain(phone.screen.text)


async def test_an_edited_message_amends_the_draft(network: JourneyNetwork) -> None:
    """The second of three messages."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("One.")
    await phone.types("Tow.")
    second = [each for each in phone.messages if each.mine][-1]
    await phone.types("Three.")
    await phone.edits(second, "Two.")
    await phone.waits_for("Changed in your draft.")
    assert "One.\nTwo.\nThree." in plain(phone.screen.text)


async def test_a_place_where_words_are_due_is_answered_and_the_draft_stays(
    network: JourneyNetwork,
) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    await phone.sends_location(46.2, 6.1)
    assert "Please write, or send a document" in plain(phone.screen.text)
    await phone.taps("Send")
    await phone.waits_for("SU-")


async def test_a_draft_rests_and_is_resumed_or_dropped(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Half a thought.")
    await phone.types("/home")
    assert "1 draft" in plain(phone.screen.text)
    await network.restart()
    await phone.taps("Continue draft 140.7")
    assert "Half a thought." in plain(phone.screen.text)
    await phone.taps("Discard")
    assert "draft" not in plain(phone.screen.text)
    assert await network.row(select(status_updates)) is None


async def test_whatever_was_begun_is_listed_on_the_home_screen(network: JourneyNetwork) -> None:
    """Regression: a reason or a question that was kept as a draft was nowhere to be found."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Not ours")
    await phone.types("It is the prisons' own.")
    await phone.types("/home")
    assert "1 draft" in plain(phone.screen.text)
    await phone.taps("Continue: 140.7: not ours")
    assert phone.screen.place_of("I do not know") is not None
    await phone.taps("Discard")
    await phone.types("/home")
    assert "draft" not in plain(phone.screen.text), "what rests at a question can be dropped there"


async def test_what_becomes_of_a_draft_is_said_to_who_wrote(network: JourneyNetwork) -> None:
    """`/cancel` threw a draft away without a word: the answer to a tap reaches no command."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Half a thought.")
    await phone.types("/cancel")
    await phone.waits_for("Discarded.")
    assert "Report" in phone.screen.labels
    await phone.types("/drafts")
    assert "No drafts." in plain(phone.screen.text)


async def test_no_change_is_one_tap_and_the_third_time_one_sentence(
    network: JourneyNetwork,
) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12 passed its first reading.")
    await phone.taps("Send")
    await phone.waits_for("0001")
    for number in (2, 3):
        await phone.types("140.7")
        await phone.taps("No change since")
        await phone.waits_for(f"000{number}: 140.7 is unchanged")
    await phone.types("140.7")
    await phone.taps("No change since")
    assert "in a sentence why" in plain(phone.screen.text)
    await phone.types("The Senate has not met.")
    await phone.waits_for("0004: 140.7 is unchanged")


async def test_one_report_serves_several_items(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Judges and guards were trained.")
    await phone.taps("Also for 2 like it", "140.12", "140.15", "Go on (2)")
    await phone.taps("Send")
    receipt = plain((await phone.waits_for("Also for 2 more")).text)
    assert "0001" in receipt
    assert "0002 · 140.12" in receipt
    assert "0003 · 140.15" in receipt


async def test_not_ours_goes_back_to_the_secretariat(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await network.institution("MOI", "ministry", en="Ministry of the Interior")
    officer = await network.phone("Nadia", Role.OFFICER)
    await phone.types("140.12")
    await phone.taps("Not ours")
    await phone.types("Prisons belong to the Interior.")
    await phone.taps("Ministry of the Interior", "Give it back")
    await phone.waits_for("140.12 is with the secretariat again")
    told = await officer.waits_for("Came in today: 1 given back")
    assert told.silent
    row = await network.row(select(assignments).where(assignments.c.state == "disowned"))
    assert row["disowned_reason"] == "Prisons belong to the Interior."


async def test_officers_get_one_silent_message_a_day(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    officer = await network.phone("Nadia", Role.OFFICER)
    for code in ("140.7", "140.9"):
        await phone.types(code)
        await phone.taps("Report", "In progress")
        await phone.types("Something was done.")
        await phone.taps("Send")
        await phone.waits_for("SU-")
    await phone.types("140.9")
    await phone.taps("Ask")
    await phone.types("Until when do you need the figures?")
    await phone.waits_for("your question is with the secretariat")
    told = await officer.waits_for("Came in today: 2 reports and 1 question", within=10)
    assert told.silent
    assert sum("Came in" in each.text for each in officer.received) == 1


async def test_a_report_is_taken_back_until_it_is_read(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Sent too early.")
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.types("140.7")
    await phone.taps("Take back the report", "Yes, take it back")
    await phone.waits_for("is taken back")
    row = await network.row(select(status_updates.c.state, status_updates.c.number))
    assert row["state"] == "withdrawn"
    await phone.types("/home")
    assert "1 overdue" in plain(phone.screen.text)


async def test_arabic_reads_in_arabic(network: JourneyNetwork) -> None:
    """The item's Arabic text, an Arabic date with Arabic digits, a receipt in Arabic."""
    phone, _ = await justice(network, language="ar")
    await phone.types("١٤٠٫٧")
    assert "التصديق على البروتوكول" in plain(phone.screen.text)
    await phone.taps("تقديم تقرير")
    await phone.taps("قيد التنفيذ")
    await phone.types("اعتُمد القانون في القراءة الأولى.")
    await phone.taps("التاريخ")
    await phone.types("٣ مايو ٢٠٢٦")
    await phone.taps("إرسال")
    await phone.waits_for("SU-")
    row = await network.row(select(status_updates))
    assert (str(row["as_of"]), row["language"]) == ("2026-05-03", "ar")


async def test_a_restricted_item_shows_symbol_and_number_only(network: JourneyNetwork) -> None:
    phone, sample = await justice(network)
    async with network.database.write() as tx:
        item_id = await maravia.item(
            tx,
            "812",
            {"en": "The complaint of a person who shall not be named."},
            symbol="CCPR/C/140/D/812",
            restricted=True,
            kind="view",
        )
        await maravia.assignment(tx, item_id, sample.institution_id)
    await phone.types("complaint")
    assert "Nothing found" in plain(phone.screen.text)
    assert "To report, open an item first" in phone.screen.text
    long = "The complaint of a person who shall not be named was answered yesterday."
    await phone.types(long)
    assert "be named was…”" in plain(phone.screen.text)  # it says that it was cut
    await phone.types("812")
    assert "CCPR/C/140/D/812 · 812" in plain(phone.screen.text)
    await phone.types("/all")
    assert all("complaint" not in plain(each.text) for each in phone.received[:-5])
    assert "complaint" not in plain(phone.screen.text) + " ".join(phone.screen.labels)


async def test_an_answer_comes_back_to_who_asked(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Ask")
    await phone.types("Is the initial report enough?")
    await phone.waits_for("your question is with the secretariat")
    await network.phone("Nadia", Role.OFFICER)
    async with network.database.write() as tx:
        seated = (await people.seated(tx, now=network.clock.now(), roles=[Role.OFFICER]))[0]
        actor = Actor(seated.person, (seated.seat,))
        asked = (await queries.open_ones(tx, limit=1))[0]
        await questions.answer(
            tx,
            maravia.act(actor, network.clock.now(), bot_id=network.bot.id),
            asked.id,
            "Yes, it is.",
            language="en",
        )
    answer = await phone.waits_for("Yes, it is.")
    await phone.replies(answer, "And for 140.9?")
    await phone.waits_for("your question is with the secretariat")


async def test_an_old_button_is_answered_politely(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    old = phone.screen
    await phone.types("And bill 13.")
    await phone.forges(old, old.raw["rows"][0][0]["data"])
    assert any("earlier screen" in each for each in phone.answers)
    assert await network.row(select(status_updates)) is None
    assert "Not sent yet" in plain(phone.screen.text)


async def test_a_screen_above_has_no_buttons_and_keeps_its_words(network: JourneyNetwork) -> None:
    """Regression: above what was written or sent, an earlier review screen kept its buttons."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    question = phone.screen
    await phone.types("Bill 12.")
    first = phone.screen
    await phone.sends_file(b"%PDF-1.4\n%%EOF\n", name="bill.pdf")
    second = phone.screen
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await network.app.settle()
    shown = {each.id: each for each in await phone.looks_again()}
    assert first.labels[0] == second.labels[0] == "Send"
    assert not any(shown[each.id].labels for each in (question, first, second))
    assert shown[question.id].text == question.text
    assert shown[first.id].text == first.text


async def test_sending_twice_has_one_effect(network: JourneyNetwork) -> None:
    """Telegram delivers the tap on Send three times over."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    network.sandbox.faults.repeats(3)
    await phone.taps("Send")
    await phone.waits_for("SU-")
    network.sandbox.faults.clear()
    async with network.database.read() as tx:
        assert len(await tx.rows(select(status_updates))) == 1


async def test_the_receipt_leads_to_the_next_item(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.taps("Next: 140.12")
    await phone.waits_for("140.12 · supported")
    assert any("SU-" in each.text for each in phone.received)  # the receipt stays


async def test_a_history_without_reports_says_so(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("History")
    assert plain(phone.screen.text) == "140.7: no report yet."


async def test_history_shows_every_report_in_full(network: JourneyNetwork) -> None:
    phone, _ = await justice(network)
    for words, status in (("A bill is drafted.", "Planned"), ("It is law.", "Implemented")):
        await phone.types("140.7")
        await phone.taps("Report", status)
        await phone.types(words)
        await phone.taps("Send")
        await phone.waits_for("SU-")
    await phone.types("140.7")
    await phone.taps("History")
    assert plain(phone.screen.text).index("0002") < plain(phone.screen.text).index("0001")
    number = f"SU-{network.clock.now().year}-0002"
    await phone.taps(number)
    assert "“It is law.”" in plain(phone.screen.text)
    assert "Before: planned." in plain(phone.screen.text)
    await phone.types(number)
    assert "“It is law.”" in plain(phone.screen.text)


async def test_a_long_report_is_read_to_its_end(network: JourneyNetwork) -> None:
    """Regression: the history ended a text after 2,500 characters."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12 has 70 sections. " * 150)
    await phone.types("Nobody spoke against it.")
    await phone.taps("Send")
    await phone.waits_for("SU-")
    await phone.types(f"SU-{network.clock.now().year}-0001")
    read = [each for each in await phone.looks() if not each.mine]
    assert "Nobody spoke against it." in plain(read[-1].text)
    assert "Back" in read[-1].labels


async def test_a_seat_that_ends_closes_its_drafts(network: JourneyNetwork) -> None:
    """Access ends the second a seat ends; what was begun is not sent."""
    phone, _ = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    async with network.database.write() as tx:
        await tx.execute(update(seats).values(until_at=network.clock.now()))
    await phone.taps("Send")
    assert await network.row(select(status_updates)) is None


async def test_an_item_taken_away_meanwhile_closes_its_draft(network: JourneyNetwork) -> None:
    phone, sample = await justice(network)
    await phone.types("140.7")
    await phone.taps("Report", "In progress")
    await phone.types("Bill 12.")
    await phone.types("/home")
    async with network.database.write() as tx:
        await tx.execute(
            update(assignments)
            .where(assignments.c.id == sample.assignments["140.7"])
            .values(state="ended")
        )
    await phone.taps("Continue draft 140.7")
    assert "no longer with your institution" in plain(phone.screen.text)
    await phone.taps("Discard")
    assert "draft" not in plain(phone.screen.text)
