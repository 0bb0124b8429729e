"""Markup, control and direction marks in every field: shown as they stand, and harmless."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.domain.people import Role
from bot.sandbox.phone import Phone
from storage.tables import institutions, item_texts, outbox
from tests import maravia
from tests.journeys.network import JourneyNetwork
from tests.tools import hostile_files

RAW = '</b><b onclick="x">&amp;<a href="tg://x">{name}%s\u202e\u2066\u2069\ufeff\x07'
SHOWN = '</b><b onclick="x">&amp;<a href="tg://x">{name}%s'
FORCING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\ufeff\x07\x00"


def everything(phone: Phone) -> str:
    """All that the bot has said, buttons included."""
    return "\n".join(
        part for each in phone.received for part in (each.text, *each.labels, *_files(each))
    )


def _files(message: object) -> list[str]:
    return [file.name for file in getattr(message, "files", ())]


async def test_hostile_words_in_every_field_are_shown_as_written(network: JourneyNetwork) -> None:
    """Names, institutions, item texts, questions, reports, captions, file names."""
    coordinator = await _prepared(network)
    omar = await _invited(network, coordinator)
    await _reports(omar)
    await coordinator.types("/home")
    await coordinator.taps("Review next")
    assert f"Bill 12 {SHOWN}" in plain_of(coordinator.screen.text)
    for phone in (coordinator, omar):
        await phone.settles()
        found = {f"U+{ord(each):04X}" for each in FORCING if each in everything(phone)}
        assert not found, found
    async with network.database.read() as tx:
        failed = await tx.rows(
            select(outbox.c.key, outbox.c.reason).where(outbox.c.state.in_(["failed", "unknown"]))
        )
    assert not failed, [dict(each) for each in failed]


async def _prepared(network: JourneyNetwork) -> Phone:
    async with network.database.write() as tx:
        await maravia.justice(tx, {"140.7": network.clock.now().date()})
        await tx.execute(update(institutions).values(names={"en": f"Justice {RAW}"}))
        await tx.execute(
            update(item_texts)
            .where(item_texts.c.words.startswith("Ratify"))
            .values(words=f"Ratify {RAW}")
        )
    return await network.phone(f"Amina {RAW}"[:64], Role.COORDINATOR)


async def _invited(network: JourneyNetwork, coordinator: Phone) -> Phone:
    await coordinator.types("/people")
    await coordinator.taps("Invite", "Justice", "Focal point")
    await coordinator.types(f"Omar {RAW}")
    await coordinator.taps("Designated by")
    await coordinator.types(f"Minister {RAW}")
    await coordinator.taps("Make the links")
    await coordinator.waits_for("please open this link", within=20)
    await coordinator.taps("Copy the link")
    assert coordinator.copied is not None

    omar = await network.people.phone(f"Omar {RAW}"[:64])
    await omar.opens(coordinator.copied)
    assert SHOWN in plain_of(omar.last.text)
    await omar.taps("Accept")
    await coordinator.waits_for("has accepted the invitation")
    await coordinator.taps("Confirm")
    await coordinator.types("/people")
    await coordinator.taps("Seats (2)", "Omar")
    assert f"Minister {SHOWN}" in plain_of(coordinator.screen.text)

    await omar.waits_for("has confirmed you")
    return omar


async def _reports(omar: Phone) -> None:
    await omar.types("/me")
    await omar.types(f"140.7 {RAW}")
    await omar.types("140.7")
    assert f"Ratify {SHOWN}" in plain_of(omar.screen.text)
    await omar.taps("Ask")
    await omar.types(f"May we {RAW}?")
    await omar.types("140.7")
    await omar.taps("Report", "In progress")
    await omar.types(f"Bill 12 {RAW}")
    await omar.sends_file(hostile_files.pdf(), name=f"{RAW[:40]}.pdf", caption=f"Caption {RAW}")
    await omar.taps("What remains")
    await omar.types(f"Its publication {RAW}")
    assert f"Bill 12 {SHOWN}" in plain_of(omar.screen.text)
    await omar.taps("Send")
    await omar.waits_for("SU-")
    await omar.types("SU-")
    await omar.types("140.7")
    await omar.taps("History")


def plain_of(words: str) -> str:
    """Words without isolates."""
    return words.replace("\u2068", "").replace("\u2069", "")
