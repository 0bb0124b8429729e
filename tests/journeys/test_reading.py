"""Those who only read: observers what is approved, validators what their institution reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from bot.domain.figures import Figure
from bot.domain.items import Part
from bot.domain.people import Role
from bot.domain.reports import StatusUpdateDraft
from bot.sandbox.phone import Phone, plain
from bot.services import reviews, status_updates
from storage.database import Transaction
from storage.tables import conversations, evidence, files
from storage.tables import status_updates as table
from tests import maravia
from tests.journeys.network import JourneyNetwork

HIDDEN = "HIDDEN"  # in every word that no observer may read
NAMES = {"en": "Ministry of Justice"}


@pytest.fixture
async def observer(network: JourneyNetwork) -> Phone:
    """An observer beside a record of which two reports are approved: 0001 and, later, 0005.

    Of 140.7: approved, then withdrawn, then submitted; of 140.12: returned, then approved; of
    140.15: a draft; of the restricted 812: approved.
    """
    today = network.clock.now().date()
    async with network.database.write() as tx:
        sample = await maravia.justice(tx, {"140.15": today - timedelta(days=1)})
        secret = await maravia.item(
            tx,
            "812",
            {"en": f"{HIDDEN} complaint"},
            symbol="CCPR/C/1",
            restricted=True,
            kind="view",
        )
        secret_held = await maravia.assignment(tx, secret, sample.institution_id)
        await maravia.alike(tx, sample.items["140.7"], secret)
        interior = await maravia.justice_elsewhere(tx)
        await maravia.assignment(tx, sample.items["140.7"], interior, part=Part.CONTRIBUTING)
        amal = await maravia.somebody(
            tx, f"{HIDDEN} Amal", Role.FOCAL_POINT, sample.institution_id, bot_id=-1
        )
        otto = await maravia.somebody(tx, f"{HIDDEN} Otto", Role.OFFICER, None, bot_id=-1)

        async def sent(assignment_id: int, status: str, words: str, **more: object) -> int:
            draft = StatusUpdateDraft(assignment_id, status, words, "en", date(2026, 5, 3))
            receipt = await status_updates.submit(
                tx,
                maravia.act(amal, network.clock.now(), bot_id=-1),
                replace(draft, **more),  # type: ignore[arg-type]
            )
            return receipt.updates[0].status_update_id

        held = sample.assignments
        figures = (Figure("Visits", 12, None, 2025, {"women": 4}),)
        first = await sent(
            held["140.7"],
            "in_progress",
            "The bill is with parliament.",
            remaining="A date for the vote.",
            figures=figures,
        )
        await _files(tx, first, network)
        await reviews.approve(tx, maravia.act(otto, network.clock.now()), first)
        gone = await sent(held["140.7"], "implemented", f"{HIDDEN} withdrawn")
        await status_updates.withdraw(tx, maravia.act(amal, network.clock.now(), bot_id=-1), gone)
        await sent(held["140.7"], "partially_implemented", f"{HIDDEN} submitted")
        back = await sent(held["140.12"], "not_started", f"{HIDDEN} returned")
        await reviews.return_(
            tx,
            maravia.act(otto, network.clock.now(), bot_id=-1),
            back,
            f"{HIDDEN} why?",
            language="en",
        )
        again = await sent(held["140.12"], "planned", "A new wing is planned.")
        await reviews.approve(tx, maravia.act(otto, network.clock.now()), again)
        of_secret = await sent(secret_held, "continuous", f"{HIDDEN} of a restricted item")
        await reviews.approve(tx, maravia.act(otto, network.clock.now()), of_secret)
    focal = await network.phone(f"{HIDDEN} Rim", Role.FOCAL_POINT, "MOJ", names=NAMES)
    await focal.types("140.15")
    await focal.taps("Report", "In progress")
    await focal.types(f"{HIDDEN} draft")
    return await network.phone(
        "Olga", Role.OBSERVER, "NHRI", names={"en": "Human Rights Institute"}
    )


async def _files(tx: Transaction, report_id: int, network: JourneyNetwork) -> None:
    """A stored file with a title, and one that was refused."""
    now = network.clock.now()
    sha256 = "ab" * 32
    row = {"sha256": sha256, "size": 10, "media_type": "application/pdf", "stored_at": now}
    await tx.execute(insert(files).values(**row))
    for state, caption in (("stored", "Bill 12 as tabled"), ("refused", f"{HIDDEN} refused")):
        piece = {"state": state, "caption": caption, "name": f"{HIDDEN}.pdf", "kind": "document"}
        piece |= {"sha256": sha256} if state == "stored" else {}
        await tx.execute(insert(evidence).values(**piece, status_update_id=report_id, added_at=now))


def labels(phone: Phone) -> list[str]:
    return [plain(each) for each in phone.screen.labels]


def shown(phone: Phone) -> str:
    """The screen with its buttons; what is hidden is on none of them."""
    words = plain(phone.screen.text) + "\n" + "\n".join(labels(phone))
    assert HIDDEN not in words
    assert all(HIDDEN not in each.text for each in phone.received)
    return words


async def test_an_observer_s_home_counts_what_is_approved(observer: Phone) -> None:
    """Regression: the status of a report that waits or was returned, or of a restricted item."""
    await observer.types("/home")
    home = shown(observer)
    assert "4 items. As approved by the secretariat:" in home
    assert "in progress: 1 (25%)" in home
    assert "planned: 1 (25%)" in home
    assert "no approved report: 2 (50%)" in home
    for other in ("partially", "continuous", "implemented", "not started", "812"):
        assert other not in home
    assert labels(observer)[0].startswith("140.12")
    assert labels(observer)[1].startswith("140.7 Ratify")
    await observer.taps("Progress")
    progress = shown(observer)
    assert "approved reports only" in progress
    assert "continuous" not in progress


async def test_an_observer_reads_an_item_and_its_approved_reports(observer: Phone) -> None:
    await observer.types("140.7")
    card = shown(observer)
    assert "Ratify the Optional Protocol" in card
    assert "Ministry of Justice: lead · in progress · as of 3 May" in card
    assert "Ministry of the Interior: contributing · no approved report" in card
    assert "“The bill is with parliament.”" in card
    assert "CCPR" not in card
    number = labels(observer)[0]
    assert number.endswith("-0001")
    await observer.taps(number)
    report = shown(observer)
    assert "Ratify" in report  # what was asked stands above what was done
    assert f"{number}: Ministry of Justice · in progress · as of 3 May" in report
    assert "Remains: “A date for the vote.”" in report
    assert "Visits: 12 (2025; women: 4)" in report
    assert "document · Bill 12 as tabled" in report
    assert labels(observer) == ["Back", "Home"]


async def test_what_is_not_approved_is_not_there_for_an_observer(
    observer: Phone, network: JourneyNetwork
) -> None:
    """By word, by item, by number: it is answered like what does not exist."""
    await observer.types("nothing at all like this")
    nothing = shown(observer)
    assert "To report" not in nothing
    for query in ("812", "complaint"):
        await observer.types(query)
        assert plain(observer.screen.text).replace(query, "nothing at all like this") in nothing
    year = network.clock.now().year
    for missing in ("0002", "0003", "0004", "0006", "0099"):
        query = f"SU-{year}-{missing}"
        await observer.types(query)
        assert shown(observer).replace(query, "nothing at all like this") == nothing
    await observer.types(f"SU-{year}-0005")
    assert "A new wing is planned." in shown(observer)
    for command in ("/approved", "/all", "/overdue", "/due", "/drafts", "/me"):
        await observer.types(command)
        shown(observer)
    await observer.types("140.15")
    assert "No report on this item is approved yet." in shown(observer)


async def test_an_observer_s_file_is_not_kept_and_no_button_to_report_is_named(
    observer: Phone,
) -> None:
    await observer.sends_file(b"Seen.", name="note.txt")
    assert "belongs to no report" in shown(observer)


async def test_an_observer_turns_pages(observer: Phone, network: JourneyNetwork) -> None:
    """Nine approved reports on one item: a card, its history, the list of all."""
    async with network.database.write() as tx:
        row = dict(await tx.row(select(table).where(table.c.number.like("%-0001"))) or {})
        for n in range(50, 59):
            copy = {**row, "id": n, "number": f"SU-2026-00{n}", "measures": f"Step {n}."}
            await tx.execute(insert(table).values(**copy))
    await observer.types("/home")
    await observer.taps("All approved reports")
    assert len(labels(observer)) == 8 + 2
    await observer.taps("More…")
    assert len(labels(observer)) == 3 + 2
    shown(observer)
    await observer.types("140.7")
    assert "Step 58." in shown(observer)
    await observer.taps("All approved reports (10)")
    assert "140.7: 10 approved reports" in shown(observer)
    await observer.taps("More…")
    assert "The bill is with parliament." in shown(observer)
    await observer.taps("Back")
    assert "Ratify" in shown(observer)


async def test_an_observer_begins_nothing(observer: Phone, network: JourneyNetwork) -> None:
    """A reply to a card is no report."""
    await observer.types("140.7")
    await observer.replies(observer.screen, "I would say otherwise.")
    shown(observer)
    begun = await network.row(select(conversations).where(conversations.c.active))
    assert begun["state"]["answers"]["measures"] == [f"{HIDDEN} draft"]


async def test_a_validator_sees_what_is_reported_and_reports_nothing(
    network: JourneyNetwork,
) -> None:
    """Sent, returned and overdue ones with their words; no button that writes in their name."""
    today = network.clock.now().date()
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": today - timedelta(days=1), "140.12": today})
    focal = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await focal.types("140.12")
    await focal.taps("Report", "In progress")
    await focal.types("A new wing is being built.")
    await focal.taps("Send")
    await focal.waits_for("SU-")
    await focal.types("140.9")
    await focal.taps("Report", "Planned")
    await focal.types("Not ready yet.")

    vera = await network.phone("Vera", Role.VALIDATOR, "MOJ")
    await vera.types("/home")
    assert "Ministry of Justice: 1 overdue and 1 with the secretariat." in plain(vera.screen.text)
    await vera.taps("With the secretariat (1)", "140.12")
    assert labels(vera) == ["History", "Home"]
    await vera.taps("History")
    assert "A new wing is being built." in plain(vera.screen.text)
    await vera.taps(f"SU-{network.clock.now().year}-0001")
    assert labels(vera) == ["Back"]
    await vera.types("140.7")
    assert labels(vera) == ["History", "Home"]
    await vera.replies(vera.screen, "It is done.")
    assert "Your words were not sent: the focal point reports" in plain(vera.last.text)
    assert all("Not ready yet." not in each.text for each in vera.received)
    async with network.database.read() as tx:
        assert len(await tx.rows(select(table))) == 1


async def test_an_officer_says_report_by_report_what_anybody_may_read(
    network: JourneyNetwork, observer: Phone
) -> None:
    otto = await network.phone("Otto", Role.OFFICER)
    await otto.types("/publish")
    assert "2 approved reports wait for your decision" in plain(otto.screen.text)
    await otto.taps("Decide")
    assert "140.7, Ministry of Justice" in plain(otto.screen.text)
    await otto.taps("Make public")
    assert "140.12, Ministry of Justice" in plain(otto.screen.text)
    await otto.taps("Keep private")
    assert "1 report is public" in plain(otto.screen.text)
    await otto.taps("What is public", "140.7", "Keep private")
    assert "0 reports are public" in plain(otto.screen.text)
    await observer.types("/publish")
    assert "are public" not in observer.screen.text
