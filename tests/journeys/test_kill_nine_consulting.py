"""`kill -9` at every step of a contribution with a file, of the door, of feedback, of an export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from bot.domain.consultation_files import FileKind
from bot.domain.consultations import Card, Consultation, SignUp, SignUpState
from bot.domain.contributions import About
from bot.domain.feedback import GIVEN
from bot.domain.people import Act, Actor
from bot.sandbox.phone import Phone, plain
from bot.services import attendance, contributing, sign_ups
from storage import consultations as queries
from storage import sign_ups as kept_rows
from storage.database import Transaction
from storage.tables import (
    audit,
    consultations,
    contributions,
    enclosures,
    feedback,
    jobs,
    outbox,
)
from storage.tables import files as stored
from tests.exchange.test_nameless import NAME, photo
from tests.journeys.killable import AT_EVERY_STEP, KillableNetwork, Step
from tests.journeys.test_consultation_files import BUTTONS
from tests.journeys.test_consultations import announced
from tests.journeys.test_door import signed_up
from tests.outbox.conftest import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    AT_EVERY_STEP,
]

RAMP = "The school of Far Shore has no ramp."
OPEN_PICTURE, OPEN_WORKBOOK = b"JFIF", b"xl/worksheets"


def act(killable: KillableNetwork) -> Act:
    """What a participant does now."""
    zone = ZoneInfo(killable.settings().timezone)
    return Act(Actor(None, ()), killable.bot.id, zone, killable.clock.now())


async def the_one(tx: Transaction) -> Consultation:
    found = await queries.get(tx, 1)
    assert found is not None
    return found


async def joins(killable: KillableNetwork, chat_id: int) -> SignUp:
    """Somebody without a phone here signs up."""
    async with killable.database.write() as tx:
        found = await the_one(tx)
        card = Card(chat_id, killable.bot.id, "en")
        begun = await sign_ups.agree(tx, act(killable), card, found)
        return await sign_ups.send(tx, act(killable), begun, {})


async def meets(killable: KillableNetwork, day: date, **values: object) -> None:
    """The meeting is on that day."""
    now = act(killable)
    at = datetime.combine(day, time(15), now.zone)
    async with killable.database.write() as tx:
        await tx.execute(update(consultations).values(last_day=day, starts_at=at, **values))


async def traces(killable: KillableNetwork, *acts: str) -> list[str]:
    async with killable.database.read() as tx:
        chosen = select(audit.c.act).where(audit.c.act.in_(acts)).order_by(audit.c.number)
        return await tx.values(chosen)


async def counted(killable: KillableNetwork, trait: str) -> int:
    async with killable.database.read() as tx:
        return sum((await queries.counts(tx, 1)).get(trait, {}).values())


# -- A file as a contribution ----------------------------------------------------------------------


def contribution_steps(phone: Phone) -> list[Step]:
    """Words and a photo, one act each."""
    return [
        lambda: phone.taps("Contribute"),
        lambda: phone.sends_photo(photo(), caption=RAMP),
        lambda: phone.taps("Send"),
    ]


async def test_a_file_is_contributed_once_whole_and_leaves_no_open_byte(
    killable: KillableNetwork, moment: str
) -> None:
    _officer, link = await announced(killable)
    salma = await signed_up(killable, link, "Salma")
    for step in contribution_steps(salma):
        await killable.interrupted(step, moment)
    await salma.waits_for("contribution 1 is sent", within=20)
    for _ in range(2):
        await killable.dies(within=0.5)

    async def is_kept() -> bool:
        async with killable.database.read() as tx:
            return await tx.values(select(enclosures.c.state)) == ["kept"]

    await until(is_kept, within=40)
    async with killable.database.read() as tx:
        (made,) = await tx.rows(select(contributions))
        (file,) = await tx.rows(select(enclosures))
        named = await tx.values(select(stored.c.sha256))
    assert file["contribution_id"] == made["id"]
    assert file["sha256"] in named
    assert await traces(killable, "contribution.send") == ["contribution.send"]
    assert await counted(killable, "wrote") == 1
    left = killable.on_disk()
    for open_one in (NAME.encode(), RAMP.encode(), OPEN_PICTURE):
        assert open_one not in left, open_one
    await salma.types("/mine")
    await salma.taps("Child rights report", "My contributions", "Contribution 1")
    assert "Files: 1 photo" in plain(salma.screen.text)


# -- The door --------------------------------------------------------------------------------------


async def test_whoever_comes_is_noted_once_by_code_by_link_by_number_and_let_in(
    killable: KillableNetwork, moment: str
) -> None:
    officer, link = await announced(killable, by_meeting=True)
    await meets(killable, act(killable).today + timedelta(days=5), seats=4)
    salma, nour = [await signed_up(killable, link, each) for each in ("Salma", "Nour")]
    lina, _absent, omar = [await joins(killable, each) for each in (901, 902, 903)]
    assert omar.state is SignUpState.WAITING
    await meets(killable, act(killable).today)
    async with killable.database.read() as tx:
        found = await the_one(tx)
        code = attendance.code_of(tx, found)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    await officer.types("/consultations")
    await officer.taps("Child rights report", "At the door")
    steps: list[Step] = [
        lambda: salma.taps("I am here"),
        lambda: salma.types(code),
        lambda: nour.opens(link.replace(f"c-{found.code}", f"d-{found.code}-{code}")),
        lambda: officer.taps("Note a number"),
        lambda: officer.types(str(lina.number)),
        lambda: officer.types(str(omar.number)),
        lambda: officer.taps("Let them in"),
    ]
    for step in steps:
        await killable.interrupted(step, moment)
    await salma.waits_for("you are noted as having come", within=20)
    await nour.waits_for("you are noted as having come", within=20)
    await officer.waits_for(f"Number {omar.number} has a seat now", within=20)

    assert await counted(killable, "came") == 4
    acts = await traces(killable, *(f"sign_up.{each}" for each in ("check_in", "mark", "let_in")))
    assert sorted(acts) == ["sign_up.check_in"] * 2 + ["sign_up.let_in", "sign_up.mark"]
    async with killable.database.read() as tx:
        assert len(await kept_rows.who_came(tx, found.id)) == 4


# -- Feedback --------------------------------------------------------------------------------------


def feedback_steps(phone: Phone) -> list[Step]:
    """The card, one act each."""
    return [
        lambda: phone.taps("How was it?"),
        lambda: phone.taps("How was it?"),
        lambda: phone.taps("Good"),
        lambda: phone.types("The ramp was locked."),
        lambda: phone.taps("Send"),
    ]


async def test_those_who_came_are_asked_once_and_answer_once(
    killable: KillableNetwork, moment: str
) -> None:
    _officer, link = await announced(killable, by_meeting=True)
    salma = await signed_up(killable, link, "Salma")
    async with killable.database.read() as tx:
        (kept,) = await kept_rows.of_chat(tx, killable.bot.id, salma.id)
    await meets(killable, act(killable).today)
    async with killable.database.write() as tx:
        await attendance.check_in(tx, act(killable), await the_one(tx), kept)
    await killable.kill()
    await meets(killable, act(killable).today - timedelta(days=1))
    await killable.start_bot()
    for _ in range(3):
        await killable.dies(within=1.5)  # it asks one second after its start

    async def is_asked() -> bool:
        return bool(await traces(killable, "consultation.ask_feedback"))

    await until(is_asked, within=30)
    await salma.types("/mine")
    await salma.taps("Child rights report")
    for step in feedback_steps(salma):
        await killable.interrupted(step, moment)
    await salma.waits_for("your feedback is sent", within=20)

    assert await traces(killable, "consultation.ask_feedback", "feedback.give") == [
        "consultation.ask_feedback",
        "feedback.give",
    ]
    assert await counted(killable, GIVEN) == 1
    async with killable.database.read() as tx:
        assert await tx.value(select(func.count()).select_from(feedback)) == 1
        asked = select(func.count()).where(
            outbox.c.sign_up == kept.handle, outbox.c.key.startswith("consultation:1:")
        )
        assert await tx.value(asked) == 1
    news = [each for each in salma.received if "There is news for you." in plain(each.text)]
    assert len(news) <= 1, "a notice whose outcome is unknown is not sent again"


# -- A file of the secretariat's -------------------------------------------------------------------


async def test_an_export_of_words_is_made_told_once_and_leaves_no_open_byte(
    killable: KillableNetwork, moment: str
) -> None:
    officer, _link = await announced(killable)
    kept = await joins(killable, 901)
    async with killable.database.write() as tx:
        draft = contributing.Draft(About(), RAMP, "en")
        await contributing.send(tx, act(killable), kept, await the_one(tx), draft)
    await officer.types("/consultations")
    await officer.taps("Child rights report", "Export")

    async def asks() -> None:
        await officer.taps(BUTTONS[FileKind.WORDS])

    await killable.interrupted(asks, moment)
    for _ in range(3):
        await killable.dies(within=1.5)
    await officer.waits_for_file(within=40)
    await officer.settles(0.5)
    assert await traces(killable, "consultation.export") == ["consultation.export"]
    async with killable.database.read() as tx:
        (job,) = await tx.rows(select(jobs).where(jobs.c.kind == "consultation_file"))
        ready = select(func.count()).where(outbox.c.key == f"job:{job['id']}:ready")
        assert await tx.value(ready) == 1
    assert job["state"] == "done"
    await killable.dies(within=0.1)  # files that were sent are taken soon after the start

    async def is_gone() -> bool:
        left = killable.on_disk()
        return OPEN_WORKBOOK not in left and RAMP.encode() not in left

    await until(is_gone, within=40)
