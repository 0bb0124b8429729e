"""The secretariat's desk, over real HTTP: assign, announce, review, answer, record."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import openpyxl
from sqlalchemy import func, insert, select

from bot.domain.items import Part
from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import assignments, audit, clusters, items, status_updates
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.maravia import Sample

JUSTICE = {"en": "Ministry of Justice", "fr": "Ministère de la justice", "ar": "وزارة العدل"}
INTERIOR = {"en": "Ministry of the Interior", "ar": "وزارة الداخلية"}


async def desk(network: JourneyNetwork, language: str = "en") -> Phone:
    """A coordinator, at the first screen."""
    phone = await network.phone("Coralie", Role.COORDINATOR, language=language)
    await phone.types("/home")
    return phone


async def unassigned_items(network: JourneyNetwork, count: int = 10) -> None:
    """Items that nobody has: 140.1, 140.2, …"""
    async with network.database.write() as tx:
        for number in range(1, count + 1):
            words = {"en": f"Adopt measure {number} on prisons."}
            await maravia.item(tx, f"140.{number}", words)


async def justice_with_items(network: JourneyNetwork, language: str = "en") -> tuple[Phone, Sample]:
    """A focal point of Justice; 140.7 was due yesterday."""
    yesterday = network.clock.now().date() - timedelta(days=1)
    async with network.database.write() as tx:
        sample = await maravia.justice(tx, {"140.7": yesterday})
    phone = await network.phone("Amal", Role.FOCAL_POINT, "MOJ", language=language)
    return phone, sample


async def reports(phone: Phone, code: str, words: str, status: str = "In progress") -> None:
    """A report, sent."""
    await phone.types(code)
    await phone.taps("Report", status)
    await phone.types(words)
    await phone.taps("Send")
    await phone.waits_for("SU-")


async def test_overdue_and_questions_are_commands_of_the_secretariat_too(
    network: JourneyNetwork,
) -> None:
    """`/overdue` once told somebody without an institution that nothing was overdue."""
    justice, _ = await justice_with_items(network)
    await justice.types("140.7")
    await justice.taps("Ask")
    await justice.types("Does this concern us?")
    coordinator = await desk(network)
    await coordinator.types("/overdue")
    assert "140.7" in plain(coordinator.screen.text)
    await coordinator.types("/questions")
    assert "Does this concern us?" in plain(coordinator.screen.text)


async def test_overdue_items_of_several_institutions_are_told_apart(
    network: JourneyNetwork,
) -> None:
    yesterday = network.clock.now().date() - timedelta(days=1)
    async with network.database.write() as tx:
        sample = await maravia.justice(tx, {"140.7": yesterday})
        interior = await maravia.justice_elsewhere(tx)
        item = sample.items["140.7"]
        await maravia.assignment(tx, item, interior, due_on=yesterday, part=Part.CONTRIBUTING)
    phone = await desk(network)
    await phone.taps("Overdue")
    labels = {plain(each) for each in phone.screen.labels[:2]}
    assert labels == {"140.7 Ministry of Justice", "140.7 Ministry of the Interior"}
    await phone.taps("140.7 Ministry of the Interior")
    assert "Ministry of the Interior" in plain(phone.screen.text)


async def test_items_are_assigned_in_bulk_and_announced_once_a_person(
    network: JourneyNetwork,
) -> None:
    """From the home screen: unassigned, all that match, lead, due date, announce."""
    await network.institution("MOI", "ministry", **INTERIOR)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ", names=JUSTICE)
    await unassigned_items(network)
    phone = await desk(network)
    assert "10 unassigned" in plain(phone.screen.text)

    await phone.taps("Unassigned", "Assign", "All 10 that match", "Go on (1)")
    assert "Who leads?" in plain(phone.screen.text)
    await phone.taps("Ministry of Justice")
    await phone.types("30 November 2030")
    shown = plain(phone.screen.text)
    assert "Lead: Ministry of Justice" in shown
    assert "Due: 30 November 2030" in shown
    await phone.taps("Contributing", "Ministry of the Interior", "Go on (1)")
    assert "Ministry of the Interior has no focal point yet." in plain(phone.screen.text)
    await phone.taps("Assign")
    assert "20 draft assignments" in plain((await phone.waits_for("draft assignments")).text)
    assert not [each for each in justice.received if "now with" in plain(each.text)]

    await phone.taps("Announce")
    preview = await phone.waits_for("10 assignments in 1 institution go to 1 person")
    assert "Ministry of the Interior has no focal point: 10 drafts are waiting." in plain(
        preview.text
    )
    await phone.taps("Announce now (1)")
    await phone.waits_for("10 assignments announced to 1 person.")

    told = await justice.waits_for("10 items are now with Ministry of Justice.")
    assert "The most urgent:" in plain(told.text)
    assert [plain(each) for each in told.labels] == [
        *(f"140.{number}" for number in range(1, 6)),
        "All (10)",
    ]
    await phone.taps_on(preview, "Announce now (1)")
    await phone.settles()
    heard = [each for each in justice.received if "now with" in plain(each.text)]
    assert len(heard) == 1
    await justice.taps("All (10)")
    assert "140.8" in plain(justice.screen.text)


async def test_who_was_told_by_letter_can_be_recorded_for(network: JourneyNetwork) -> None:
    """An institution without anybody here is announced to without a message."""
    await network.institution("MOI", "ministry", **INTERIOR)
    await unassigned_items(network, 1)
    phone = await desk(network)
    await phone.taps("Unassigned", "140.1", "Assign", "Ministry of the Interior", "No due date")
    await phone.taps("Assign", "Announce", "Announced by letter (1)")
    await phone.waits_for("1 assignment counts as announced by letter")

    await phone.types("140.1")
    await phone.taps("Ministry of the Interior", "Record a report")
    await phone.types("Letter MOI/17")
    await phone.types("3 May 2026")
    await phone.taps("In progress")
    await phone.types("The Minister writes that measure 1 is being adopted.")
    await phone.taps("Record")
    receipt = await phone.waits_for("Recorded on behalf of Ministry of the Interior")
    assert "SU-" in plain(receipt.text)

    row = await network.row(select(status_updates))
    assert (row["kind"], row["source"], str(row["source_on"])) == (
        "recorded",
        "Letter MOI/17",
        "2026-05-03",
    )
    await phone.taps("Review it", "Approve")
    assert "is approved" in plain(phone.screen.text)


async def test_a_report_is_read_beside_the_last_approved_one(network: JourneyNetwork) -> None:
    """Approve the first; the second stands beside it."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await reports(justice, "140.7", "Bill 12 is being drafted.", "Planned")
    await phone.types("/home")
    assert "1 to review" in plain(phone.screen.text)
    await phone.taps("Review next")
    shown = plain(phone.screen.text)
    assert "140.7 · Ministry of Justice" in shown
    assert "Ratify the Optional Protocol" in shown
    assert "“Bill 12 is being drafted.”" in shown
    assert "Nothing was approved before." in shown
    await phone.taps("Approve")
    assert "Nothing is waiting for review." in plain(phone.screen.text)

    await reports(justice, "140.7", "Bill 12 passed its first reading.")
    await phone.types("/review")
    shown = plain(phone.screen.text)
    assert "in progress (was: planned)" in shown
    assert "Last approved, SU-" in shown
    assert "“Bill 12 is being drafted.”" in shown


async def test_a_returned_report_comes_back_and_a_reply_begins_the_next(
    network: JourneyNetwork,
) -> None:
    """The comment is a message of its own; the focal point answers by replying to it."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await reports(justice, "140.7", "We are working on it.")
    await phone.taps("Home")
    await phone.taps("Review next", "Return with a comment")
    await phone.types("Which bill, please?")
    await phone.taps("Return it")
    await phone.waits_for("your comment is on its way")

    comment = await justice.waits_for("Which bill, please?")
    assert "was returned" in plain(comment.text)
    assert "Report" in [plain(each) for each in comment.labels]
    await justice.types("/home")
    assert "1 returned" in plain(justice.screen.text)
    await justice.replies(comment, "Bill 12 on prisons.")
    await justice.taps("In progress", "Send")
    await justice.waits_for("Bill 12 on prisons.")

    await phone.types("/review")
    assert "Bill 12 on prisons." in plain(phone.screen.text)


async def test_a_reply_to_a_report_is_the_comment_that_it_goes_back_with(
    network: JourneyNetwork,
) -> None:
    """Shown before it is sent."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await reports(justice, "140.7", "We are working on it.")
    await phone.types("/review")
    await phone.replies(phone.screen, "Which bill, please?")
    assert "goes back to Ministry of Justice. Not sent yet." in plain(phone.screen.text)
    await phone.taps("Return it")
    await justice.waits_for("Which bill, please?")


async def test_of_two_officers_the_second_is_told(network: JourneyNetwork) -> None:
    """Both look at the same report; one approves, the other's tap changes nothing."""
    justice, _ = await justice_with_items(network)
    first = await desk(network)
    second = await network.phone("Otto", Role.OFFICER)
    await reports(justice, "140.7", "Bill 12 is being drafted.", "Planned")
    await first.types("/review")
    await second.types("/review")
    await first.taps("Approve")
    await second.taps("Approve")
    assert "approved" in plain(second.screen.text)
    assert "Approve" not in [plain(each) for each in second.screen.labels]
    answers = await network.people.journal("answerCallbackQuery")
    assert any("changed in the meantime" in plain(str(each)) for each in answers)


async def test_a_question_is_answered_by_a_reply(network: JourneyNetwork) -> None:
    """From the list of questions; the answer reaches who asked."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await justice.types("140.7")
    await justice.taps("Ask")
    await justice.types("Does this include the police?")
    await phone.types("/home")
    await phone.taps("Questions", "140.7")
    assert "Does this include the police?" in plain(phone.screen.text)
    await phone.replies(phone.screen, "Yes, it does.")
    answer = await justice.waits_for("Yes, it does.")
    assert "140.7" in plain(answer.text)
    await phone.types("/home")
    assert "question" not in plain(phone.screen.text)


async def test_an_answer_can_be_thought_over(network: JourneyNetwork) -> None:
    """With the button: written, changed, sent."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await justice.types("140.7")
    await justice.taps("Ask")
    await justice.types("Until when?")
    await phone.types("/home")
    await phone.taps("Questions", "140.7", "Answer")
    await phone.types("Until the end of May.")
    await phone.types("Or a week later.")
    await phone.taps("Send")
    answer = await justice.waits_for("Until the end of May.")
    assert "Or a week later." in plain(answer.text)


async def test_what_is_given_back_goes_to_whom_they_suggest(network: JourneyNetwork) -> None:
    """Not ours → the list → assigned to the suggested institution, as a draft."""
    await network.institution("MOI", "ministry", **INTERIOR)
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await justice.types("140.7")
    await justice.taps("Not ours")
    await justice.types("Prisons are the Interior's.")
    await justice.taps("Ministry of the Interior", "Give it back")
    await justice.settles()

    await phone.types("/home")
    assert "1 given back" in plain(phone.screen.text)
    await phone.taps("Given back", "140.7")
    shown = plain(phone.screen.text)
    assert "Prisons are the Interior's." in shown
    assert "They suggest: Ministry of the Interior." in shown
    await phone.taps("Assign to Ministry of the Interior")
    await phone.types("/home")
    shown = plain(phone.screen.text)
    assert "given back" not in shown
    assert "1 assignment to announce" in shown


async def test_what_is_given_back_may_stay_theirs(network: JourneyNetwork) -> None:
    """The institution reads why, and can report by replying."""
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await justice.types("140.7")
    await justice.taps("Not ours")
    await justice.types("Not for us.")
    await justice.taps("I do not know", "Give it back")
    await phone.types("/home")
    await phone.taps("Given back", "140.7", "Keep it with them")
    await phone.types("The law of 2019 names you.")
    await phone.taps("Send")
    told = await justice.waits_for("The law of 2019 names you.")
    assert "140.7 stays with you." in plain(told.text)
    await justice.taps_on(told, "Report")
    assert "where does it stand?" in plain(justice.screen.text)


async def test_clusters_are_made_split_merged_and_renamed(network: JourneyNetwork) -> None:
    """A written name makes a new cluster; some of its items go into another."""
    await unassigned_items(network, 4)
    phone = await desk(network)
    await phone.taps("All items", "Cluster", "140.1", "140.2", "140.3", "Go on (3)")
    await phone.types("Prisons of Port Selene")
    await phone.taps("Put them there")
    await phone.waits_for("3 items are in “Prisons of Port Selene”.")
    await phone.taps("Open", "Split or take out", "140.3", "Go on (1)")
    await phone.types("Detention")
    await phone.taps("Put them there", "Open", "Rename")
    await phone.types("Police custody")
    await phone.waits_for("1 item is in “Police custody”.")
    await phone.taps("Open", "Merge", "Prisons of Port Selene")
    assert "“Police custody” then disappears" in plain(phone.screen.text)
    await phone.taps("Merge")
    await phone.waits_for("1 item is in “Prisons of Port Selene”.")
    await phone.taps("Open")
    await phone.waits_for("3 items")
    held = await network.row(
        select(func.count()).select_from(items).where(items.c.cluster_id.is_not(None))
    )
    assert list(held.values()) == [3]


async def test_items_are_narrowed_and_marked(network: JourneyNetwork) -> None:
    """Marks are set in bulk, taken away on the item, and narrow the list."""
    await unassigned_items(network, 3)
    phone = await desk(network)
    await phone.taps("All items", "Mark", "140.1", "140.2", "Go on (2)")
    await phone.taps("priority", "needs a budget", "Go on (2)", "Mark them")
    await phone.waits_for("2 items are marked.")
    await phone.taps("Home", "All items", "Narrow down", "What is needed", "needs a budget (2)")
    shown = plain(phone.screen.text)
    assert "2 items" in shown
    assert "Only: needs a budget" in shown
    await phone.taps("140.1", "Chosen: needs a budget")
    await phone.types("/home")
    await phone.taps("All items", "Narrow down", "What is needed", "needs a budget (1)")
    assert "1 item" in plain(phone.screen.text)


async def test_a_second_lead_is_said_before_it_happens(network: JourneyNetwork) -> None:
    """Who led contributes from then on, and hears of it."""
    await network.institution("MOI", "ministry", **INTERIOR)
    justice, _ = await justice_with_items(network)
    phone = await desk(network)
    await phone.types("140.7")
    await phone.taps("Assign", "Ministry of the Interior", "No due date")
    shown = plain(phone.screen.text)
    assert "1 of them has another lead now, which will contribute instead." in shown
    await phone.taps("Assign")
    told = await justice.waits_for("1 assignment has changed.")
    assert "you contribute" in plain(told.text)
    parts = await network.row(
        select(func.count())
        .select_from(assignments)
        .where(assignments.c.part == "lead", assignments.c.item_id == 1)
    )
    assert list(parts.values()) == [1]


async def test_a_focal_point_finds_no_desk(network: JourneyNetwork) -> None:
    """Every act of the desk is the secretariat's alone, however the button came about."""
    justice, sample = await justice_with_items(network)
    await justice.types("140.7")
    for act in (
        *("items:-:0", "unassigned", "narrow:-", "about:1", "held:1", "take_back:1"),
        *("assign:-", "announce", "announce_by_letter:1", "clusters:0", "cluster_items:-"),
        *("reviews:0", "review:1", "approve:1", "return:1", "overdue:0", "disowned:0"),
        *("reassign:1", "release:1", "questions:0", "record:1", "priority:1", "need:1:data"),
    ):
        await justice.forges(justice.screen, f"o:{act}")
    answers = await network.people.journal("answerCallbackQuery")
    told = [plain(str(each)) for each in answers]
    assert (
        sum("Your seat does not allow this" in each or "not there" in each for each in told) >= 23
    )
    row = await network.row(
        select(assignments.c.state).where(assignments.c.id == sample.assignments["140.7"])
    )
    assert row["state"] == "announced"


async def test_the_desk_speaks_arabic(network: JourneyNetwork) -> None:
    """Every screen of the way has its words in Arabic."""
    await network.phone("Amal", Role.FOCAL_POINT, "MOJ", names=JUSTICE)
    await unassigned_items(network, 2)
    phone = await desk(network, language="ar")
    await phone.taps("غير المسندة", "إسناد", "البندان المطابقان", "متابعة (1)")
    await phone.taps("وزارة العدل", "بلا تاريخ استحقاق", "إسناد", "إعلان")
    await phone.waits_for("إسنادان في")
    for message in phone.received:
        assert "assigning." not in message.text
        assert "flow." not in message.text


async def test_a_workbook_is_filled_in_and_sent_back(network: JourneyNetwork) -> None:
    """Made, filled in, previewed, applied; sent once more, it changes nothing."""
    await network.institution("MOI", "ministry", **INTERIOR)
    justice, sample = await justice_with_items(network)
    phone = await desk(network)
    await phone.taps("More…", "Assignment workbook")
    file = await phone.waits_for_file(within=60)
    assert file.name == "assignments.xlsx"
    entry = await network.row(select(audit).where(audit.c.act == "export.assignments"))
    assert entry["facts"]["rows"] == len(maravia.TEXTS)
    book = openpyxl.load_workbook(BytesIO(await phone.downloads(file)))
    sheet = book.worksheets[0]
    columns = {str(cell.value): cell.column or 0 for cell in sheet[1]}
    rows = {sheet.cell(row, columns["assignment.paragraph"]).value: row for row in range(3, 7)}
    assert set(rows) == set(maravia.TEXTS)
    assert sheet.cell(rows["140.7"], columns["assignment.lead"]).value == "Ministry of Justice"

    lead, due = columns["assignment.lead"], columns["assignment.due"]
    sheet.cell(rows["140.7"], lead).value = "Ministry of the Interior"
    sheet.cell(rows["140.9"], due).value = date(2030, 11, 30)
    sheet.cell(rows["140.12"], lead).value = "Ministry of Magic"
    changed = BytesIO()
    book.save(changed)
    await phone.sends_file(changed.getvalue(), name="assignments.xlsx")
    preview = plain((await phone.waits_for("The workbook changes 2 items.", within=60)).text)
    assert "140.7, lead: Ministry of Justice → Ministry of the Interior" in preview
    assert "140.9, due: none → 30 November 2030" in preview
    assert "1 row is left out until it is put right:" in preview
    assert "Ministry of Magic" in preview

    await phone.taps("Make these changes")
    await phone.waits_for("2 items are changed.")
    told = plain((await justice.waits_for("2 assignments have changed.")).text)
    assert "140.7: no longer yours." in told
    row = await network.row(
        select(assignments.c.state).where(assignments.c.id == sample.assignments["140.7"])
    )
    assert row["state"] == "ended"
    await phone.sends_file(changed.getvalue(), name="assignments.xlsx")
    await phone.waits_for("This workbook changes nothing.", within=60)


async def test_a_symbol_a_cluster_and_an_institution_are_found_by_what_they_are_called(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
        await maravia.document(tx, maravia.TREATY_BODY, "CAT")
        await maravia.item(
            tx, "12", {"en": "A secret view."}, symbol=maravia.TREATY_BODY, restricted=True
        )
        await maravia.item(tx, "13", {"en": "Train guards."}, symbol=maravia.TREATY_BODY)
        await tx.execute(
            insert(clusters).values(
                name="Prison guards", language="en", created_at=maravia.LONG_AGO
            )
        )
    phone = await desk(network)
    await phone.types("cat/c/mrv/co/4")
    assert "2 found" in plain(phone.screen.text)
    await phone.types("CAT/C/MRV 12")
    assert "CAT/C/MRV/CO/4 · 12" in plain(phone.screen.text)
    await phone.types("guards")
    assert "2 found" in plain(phone.screen.text)
    await phone.taps("Cluster: Prison guards")
    assert plain(phone.screen.text).startswith("Prison guards")
    await phone.types("ministere de la justice")
    assert "Ministry of Justice" in plain(phone.screen.text), "the one that is found is opened"
    await phone.types("/find")
    assert plain(phone.screen.text).startswith("What are you looking for?")


async def test_an_institution_that_is_found_is_named_in_the_reader_s_language(
    network: JourneyNetwork,
) -> None:
    """Regression: it was named in English to everybody."""
    for code, name in (("MOJ", "justice"), ("MOH", "health")):
        names = {"en": f"Ministry of {name}", "fr": f"Ministère, {name}"}
        await network.institution(code, "ministry", **names)
    phone = await network.phone("Fatou", Role.OFFICER, language="fr")
    await phone.types("ministry")
    labels = [plain(each) for each in phone.screen.labels]
    assert {"Ministère, justice", "Ministère, health"} <= set(labels)


async def test_help_leaves_the_open_question_open_and_what_rests_is_offered(
    network: JourneyNetwork,
) -> None:
    """`/help` closed the question silently, and the answer after it was searched for."""
    phone, _ = await justice_with_items(network)
    await phone.types("140.7")
    await phone.taps("Ask")
    await phone.types("/help")
    await phone.types("Does this concern us?")
    assert "your question is with the secretariat" in plain(phone.last.text)
    await phone.types("140.9")
    await phone.taps("Ask")
    await phone.types("/due")
    await phone.types("Does that concern us?")
    assert "Nothing found" in plain(phone.screen.text)
    await phone.taps("Continue: Question about 140.9")
    await phone.types("Does that concern us?")
    assert "your question is with the secretariat" in plain(phone.last.text)
