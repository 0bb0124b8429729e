"""A focal point asks a unit inside the institution, and reports what it answered."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.evidence import counts_of_report
from storage.tables import evidence, status_updates
from tests import maravia
from tests.journeys.network import JourneyNetwork

LINK = re.compile(r"https://t\.me/\w+\?start=[\w-]+")
TEXT = b"Forty cells were renewed.\n"


async def justice(network: JourneyNetwork, *, language: str = "en") -> Phone:
    """A focal point of the Ministry of Justice with its four items."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    return await network.phone("Omar", Role.FOCAL_POINT, "MOJ", language=language)


async def joins(network: JourneyNetwork, focal_point: Phone, name: str) -> Phone:
    """Somebody uses the link that the focal point has just made, and is confirmed."""
    shown = await focal_point.waits_for("open this link")
    found = LINK.search(plain(shown.text))
    assert found is not None
    phone = await network.people.phone(name)
    await phone.opens(found.group())
    assert "Your institution invites you as focal point, Prisons" in plain(phone.last.text)
    await phone.taps("Accept")
    assert "who invited you to confirm" in plain(phone.screen.text)
    await focal_point.waits_for(f"{name} has accepted")
    await focal_point.taps("Confirm")
    await phone.waits_for("Welcome!")
    return phone


async def test_a_unit_answers_and_the_focal_point_reports(network: JourneyNetwork) -> None:
    omar = await justice(network)
    await omar.types("140.12")
    await omar.taps("Pass inside")
    await omar.types("Prisons")
    await omar.types("How many cells were renewed?")
    assert "Unit: Prisons" in plain(omar.screen.text)
    await omar.taps("Pass on")
    assert "Nobody from Prisons is here yet" in plain((await omar.waits_for("was passed to")).text)
    await omar.taps("Invite to the unit")
    paula = await joins(network, omar, "Paula")

    await paula.types("/home")
    assert "1 item waits for your answer" in plain(paula.last.text)
    await paula.taps("To answer: 140.12")
    assert "Improve conditions in the prisons" in plain(paula.screen.text)
    assert "How many cells were renewed?" in plain(paula.screen.text)
    await paula.taps("Answer")
    assert "Your answer? Write, speak, or send files." in plain(paula.screen.text)
    await paula.types("Forty cells were renewed.")
    await paula.sends_file(TEXT, name="cells.txt")
    await paula.taps("Send")
    await paula.waits_for("is with your institution")

    answer = await omar.waits_for("Prisons has answered on 140.12")
    assert "Forty cells were renewed." in plain(answer.text)
    await omar.types("/home")
    assert "1 answer of a unit" in plain(omar.screen.text)
    await omar.taps("140.12: answer of Prisons")
    assert "Put it into the report" in omar.screen.labels
    await omar.types("140.12")
    assert "Prisons: “Forty cells were renewed.”" in plain(omar.screen.text)
    await omar.taps("From Prisons", "Put it into the report")
    assert "What is written so far is kept." in plain(omar.screen.text)
    assert "answer stands in the report" in plain(omar.answers[-1])
    await omar.taps_on(answer, "Put it into the report")
    assert "stand in the report already" in plain(omar.answers[-1])
    await omar.taps("Partly")
    assert "Forty cells were renewed." in plain(omar.screen.text)
    await omar.taps("Send")
    await omar.waits_for("SU-")
    report = await network.row(select(status_updates))
    assert report["measures"] == "Forty cells were renewed."
    await omar.types("/home")
    assert "answer of a unit" not in plain(omar.screen.text)
    file = await network.row(
        select(evidence.c.name).where(evidence.c.status_update_id == report["id"])
    )
    assert file["name"] == "cells.txt"
    async with network.database.read() as tx:
        counts = await counts_of_report(tx, report["id"])
    assert counts.files + counts.awaited == 1


async def test_the_first_unit_is_named_and_the_next_time_chosen(network: JourneyNetwork) -> None:
    omar = await justice(network)
    await omar.types("140.12")
    await omar.taps("Pass inside")
    assert "140.12: which unit is asked? Write its name" in plain(omar.screen.text)
    await omar.types("Prisons")
    await omar.types("How many cells were renewed?")
    assert "Pass 140.12 inside? Not sent yet." in plain(omar.screen.text)
    await omar.taps("Pass on")
    await omar.types("140.9")
    await omar.taps("Pass inside")
    assert "Choose one, or write a new one’s name" in plain(omar.screen.text)
    assert "Prisons" in map(plain, omar.screen.labels)


async def test_a_cluster_is_passed_at_once_and_a_unit_sees_nothing_else(
    network: JourneyNetwork,
) -> None:
    omar = await justice(network)
    await omar.types("140.12")
    await omar.taps("Pass inside")
    await omar.types("Prisons")
    await omar.types("What was done?")
    await omar.taps("Also for 2 like it")
    await omar.taps("140.7", "140.15", "Go on (2)")
    assert "Also" in plain(omar.screen.text)
    await omar.taps("Pass on", "Invite to the unit")
    paula = await joins(network, omar, "Paula")
    await paula.types("/home")
    assert "3 items wait for your answer" in plain(paula.last.text)
    for words in ("/all", "/overdue", "140.9", "equality", "/find torture", "/progress"):
        await paula.types(words)
        assert "equality" not in plain(paula.last.text).replace("“equality”", ""), words
        assert "Ratify" not in plain(paula.last.text), words
    await paula.types("/help")
    assert "Your institution asks your unit" in plain(paula.last.text)

    await paula.types("/home")
    await paula.taps("To answer: 140.7", "Answer")
    await paula.types("Nothing yet.")
    await paula.taps("Send")
    await omar.waits_for("Prisons has answered on 140.7")
    await omar.types("140.7")
    await omar.taps("From Prisons", "Ask again")
    await omar.types("When will it be?")
    again = await paula.waits_for("When will it be?")
    await paula.replies(again, "In June.")
    await paula.taps("Send")
    await omar.waits_for("In June.")
    await omar.types("140.15")
    await omar.taps("From Prisons", "Take it back")
    assert "Prisons" not in plain(omar.screen.text)


async def test_passing_inside_in_french(network: JourneyNetwork) -> None:
    omar = await justice(network, language="fr")
    await omar.types("140.7")
    await omar.taps("Transmettre en interne")
    await omar.types("Prisons")
    await omar.types("Que s’est-il passé ?")
    await omar.taps("Transmettre")
    shown = plain((await omar.waits_for("a été transmis à Prisons")).text)
    assert "Personne de Prisons n’est encore ici" in shown
    await omar.types("140.7")
    assert "Transmis à Prisons" in plain(omar.screen.text)
