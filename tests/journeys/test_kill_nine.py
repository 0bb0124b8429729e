"""`kill -9` at every step of a report, an import, a sign-up: no answer lost, none twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.domain.consultations import SignUpState
from bot.domain.people import Role
from bot.keys import KeyRing
from bot.sandbox.phone import Phone, plain
from storage import sign_ups
from storage.tables import audit, conversations, evidence, hidings, items, outbox, status_updates
from tests.journeys.killable import AT_EVERY_STEP, KillableNetwork, Step
from tests.journeys.test_consultations import announced
from tests.journeys.test_reporting import justice

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    AT_EVERY_STEP,
]

MEASURES = ("Bill 12 passed its first reading.", "The committee meets in June.")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def report_steps(phone: Phone) -> list[Step]:
    """A report with what remains, a second text and a file, one act each."""
    return [
        lambda: phone.types("140.7"),
        lambda: phone.taps("Report"),
        lambda: phone.taps("In progress"),
        lambda: phone.types(MEASURES[0]),
        lambda: phone.types(MEASURES[1]),
        lambda: phone.taps("What remains"),
        lambda: phone.types("Its publication."),
        lambda: phone.sends_file(PDF, name="bill.pdf"),
        lambda: phone.taps("Send"),
    ]


async def test_a_report_survives_a_kill_at_every_step(
    killable: KillableNetwork, moment: str, record_property: Callable[[str, object], None]
) -> None:
    phone, _ = await justice(killable)
    for step in report_steps(phone):
        await killable.interrupted(step, moment)
    await phone.waits_for("SU-", within=20)
    await phone.settles(1.0)

    async with killable.database.read() as tx:
        sent = await tx.rows(select(status_updates))
        kept = await tx.rows(select(evidence.c.state))
        acts = await tx.values(select(audit.c.act).where(audit.c.act == "status_update.submit"))
        open_ones = await tx.value(select(func.count()).select_from(conversations))
    assert len(sent) == 1
    assert sent[0]["status"] == "in_progress"
    assert [each for each in sent[0]["measures"].splitlines() if each] == list(MEASURES)
    assert sent[0]["remaining"] == "Its publication."
    assert len(kept) == 1
    assert len(acts) == 1
    assert open_ones == 0
    receipts = [each for each in phone.received if "SU-" in plain(each.text)]
    assert len({plain(each.text) for each in receipts}) == 1
    record_property(f"kill -9 {moment} each step of a report: kills, reports", (killable.kills, 1))


CSV = "document_symbol,paragraph,recommending_state,position,text\n" + "\n".join(
    f"A/HRC/61/9,140.{n},Norland,supported,Take step {n} towards the inspection of prisons."
    for n in range(1, 121)
)


async def test_an_import_survives_a_kill_at_every_step(
    killable: KillableNetwork, moment: str, record_property: Callable[[str, object], None]
) -> None:
    officer = await killable.phone("Amina Sall", Role.COORDINATOR)

    async def sends() -> None:
        await officer.sends_file(CSV.encode(), name="rows.csv")

    async def applies() -> None:
        await officer.taps("Import 120", within=30)

    await killable.interrupted(sends, moment)
    await officer.waits_for("Nothing has been imported yet", within=40)
    await killable.interrupted(applies, moment)
    await officer.waits_for("Imported: 120 items", within=40)
    await officer.settles(1.0)

    async with killable.database.read() as tx:
        count = await tx.value(select(func.count()).select_from(items))
        acts = await tx.values(select(audit.c.act).where(audit.c.act.like("import.%")))
    assert count == 120
    assert len(acts) == len(set(acts))
    record_property(f"kill -9 {moment} each step of an import: kills, items", (killable.kills, 120))


async def test_what_is_to_be_hidden_survives_a_kill_at_every_step(
    killable: KillableNetwork, moment: str, record_property: Callable[[str, object], None]
) -> None:
    """From the switch to the line in the place of what was shown, which stands there once.

    What the process had sent when it died, and did not know of, is sent once more; the first copy
    is out of everybody's reach.
    """
    _officer, link = await announced(killable)
    salma = await killable.people.phone("Salma")
    await salma.opens(link)
    await salma.taps("Agree, random name", "Discreet mode")
    await killable.interrupted(lambda: salma.taps("On"), moment)
    await salma.waits_for("Discreet mode: On", within=20)
    await killable.interrupted(lambda: salma.taps("Organisation"), moment)
    await killable.interrupted(lambda: salma.types("Blue Door Collective"), moment)
    await salma.waits_for("Organisation: Blue Door", within=20)
    await salma.settles(1.0)
    async with killable.database.write() as tx:
        assert len(await tx.values(select(hidings.c.chat))) == 1
        due = killable.clock.now() - timedelta(seconds=1)
        if moment == "before":
            await killable.kill()
        await tx.execute(update(hidings).values(due_at=due))
    if moment == "during":
        await asyncio.sleep(random.Random(3).uniform(0.0, 0.5))
        await killable.kill()
    if moment == "after":
        await salma.waits_for("Nothing is shown here.", within=30)
        await killable.kill()
    await killable.start_bot()
    await salma.waits_for("Nothing is shown here.", within=30)
    await salma.settles(1.0)
    await salma.looks_again()
    async with killable.database.read() as tx:
        noted = set(await tx.values(select(outbox.c.message_id)))
        assert await tx.values(select(hidings.c.chat)) == []
    left = [each for each in salma.messages if each.id in noted]
    assert [plain(each.text) for each in left] == ["Nothing is shown here."]
    copies = [each for each in salma.messages if each.id not in noted]
    assert not any(each.mine for each in copies)
    assert not copies or moment == "during"
    async with killable.database.read() as tx:
        (kept,) = await sign_ups.of_chat(tx, killable.bot.id, salma.id)
    assert kept.card is not None
    assert kept.card.discreet
    told = (killable.kills, len(copies))
    record_property(f"kill -9 {moment} a screen hides itself: kills, copies left", told)


def sign_up_steps(phone: Phone, link: str) -> list[Step]:
    """From the public link to a seat, one act each."""
    return [
        lambda: phone.opens(link),
        lambda: phone.taps("Agree, random name"),
        lambda: phone.taps("Organisation"),
        lambda: phone.types("Blue Door Collective"),
        lambda: phone.taps("Sign up"),
    ]


async def test_a_sign_up_survives_a_kill_at_every_step_and_so_does_its_erasure(
    killable: KillableNetwork, moment: str, record_property: Callable[[str, object], None]
) -> None:
    _officer, link = await announced(killable)
    salma = await killable.people.phone("Salma")
    for step in sign_up_steps(salma, link):
        await killable.interrupted(step, moment)
    await salma.waits_for("You have signed up.", within=20)
    await salma.settles(1.0)
    async with killable.database.read() as tx:
        (kept,) = await sign_ups.of_chat(tx, killable.bot.id, salma.id)
        acts = await tx.values(select(audit.c.act).where(audit.c.act == "sign_up.send"))
    assert kept.card is not None
    assert kept.card.answers["organisation"] == "Blue Door Collective"
    assert (kept.state, len(acts)) == (SignUpState.CONFIRMED, 1)

    await salma.types("/forget")

    async def forgets() -> None:
        await salma.taps_on(salma.last, "Yes, erase it for good")

    await killable.interrupted(forgets, moment)
    await salma.waits_for("What you left here can be read by nobody", within=30)
    ring = KeyRing(killable.settings().keys).inner(f"consultation-{kept.consultation_id}")
    assert ring.names() == ["own"]
    async with killable.database.read() as tx:
        acts = await tx.values(select(audit.c.act).where(audit.c.act == "sign_up.erase"))
    assert len(acts) == 1
    record_property(f"kill -9 {moment} each step of a sign-up: kills, lost", (killable.kills, 0))
