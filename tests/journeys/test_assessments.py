"""Beside the State's answer: what an observer thinks of it, and which grades it was given."""

from __future__ import annotations

from bot.domain.people import Role
from bot.domain.selection import Need
from bot.sandbox.phone import Phone, plain
from storage import selection
from tests import maravia
from tests.journeys.network import JourneyNetwork


def screen(phone: Phone) -> str:
    return plain(phone.screen.text)


def labels(phone: Phone) -> list[str]:
    return [plain(each) for each in phone.screen.labels]


async def test_an_observer_assesses_and_the_state_reads_it_beside_its_answer(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina", Role.COORDINATOR)
    async with network.database.write() as tx:
        await maravia.justice(tx)
    rim = await network.phone("Rim", Role.FOCAL_POINT, "MOJ")
    olga = await network.phone(
        "Olga", Role.OBSERVER, "NHRI", names={"en": "Human Rights Institute"}
    )
    await olga.types("140.7")
    await olga.taps("Assessments, grades (0)", "Assess it", "Not started")
    await olga.types("No bill has been tabled.")
    assert "in the name of your institution, not in yours" in screen(olga)
    await olga.taps("Source")
    await olga.types("https://nhri.example/2026")
    await olga.taps("Publish")
    await olga.waits_for("is published beside the State's answer")

    heard = await rim.waits_for("has published an assessment of")
    assert "Human Rights Institute" in plain(heard.text)
    await rim.types("140.7")
    assert "Human Rights Institute: not started · as of" in screen(rim)
    await rim.taps("Assessments, grades (1)", "Human Rights Institute")
    assert "“No bill has been tabled.”" in screen(rim)
    assert "Independent: the State neither wrote nor approved it." in screen(rim)
    assert "Olga" not in rim.transcript()
    assert not [each for each in labels(rim) if "back" in each and each != "Back"]

    await amina.types("140.7")
    await amina.taps("Assessments, grades (1)", "Enter grades", "Human Rights Committee")
    await amina.types("131st session, March 2021")
    await amina.types("140.9: X")
    await amina.waits_for("is no grade of this scheme. It has: A, B, C, D and E")
    await amina.types("C\n140.9: B")
    await amina.taps("Enter")
    await amina.waits_for("2 grades entered.")
    await amina.types("grade B")
    assert "140.9" in screen(amina)
    assert "Human Rights Committee: B, partially satisfactory · 131st session" in screen(amina)

    await olga.types("140.7")
    assert "Human Rights Committee: C, not satisfactory" in screen(olga)
    await olga.taps("Assessments, grades (2)", "Human Rights Institute", "Take it back")
    await olga.taps("Take it back")
    await rim.waits_for("has taken back its assessment of")
    await rim.types("140.7")
    assert "Human Rights Institute" not in screen(rim)
    await rim.taps("Assessments, grades (1)", "Show earlier ones (2)")
    assert "(withdrawn on" in screen(rim)


async def test_a_parliament_s_home_opens_on_what_needs_a_law_or_a_budget(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
        ids = [sample.items["140.9"], sample.items["140.12"]]
        await selection.add_need(tx, ids[:1], Need.LEGISLATION)
        await selection.add_need(tx, ids, Need.BUDGET)
    await network.institution("PARL", "parliament", en="Committee on Human Rights")
    pilar = await network.phone("Pilar", Role.OBSERVER, "PARL")
    await pilar.types("/home")
    home = screen(pilar)
    assert home.startswith("For parliament: one item needs legislation and 2 items need a budget.")
    assert "140.9 · no approved report" in home
    assert labels(pilar)[:2] == ["Needs legislation (1)", "Needs a budget (2)"]
    await pilar.taps("Needs a budget (2)")
    assert screen(pilar).startswith("Needs a budget: 2 items.")
    await pilar.taps("140.12 Improve conditions in…")
    assert "no approved report" in screen(pilar)


async def test_who_observes_for_two_institutions_says_in_whose_name(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    olga = await network.phone(
        "Olga", Role.OBSERVER, "NHRI", names={"en": "Human Rights Institute"}
    )
    await network.institution("PARL", "parliament", en="Committee on Human Rights")
    await olga.opens(await network.link(Role.OBSERVER, "PARL"))
    await olga.taps("Accept")
    await olga.types("140.7")
    await olga.taps("Assessments, grades (0)", "Assess it", "Committee on Human Rights")
    await olga.taps("Not started")
    await olga.types("No bill has been tabled.")
    assert "In the name of: Committee on Human Rights" in screen(olga)
    await olga.taps("Publish")
    await olga.waits_for("is published beside the State's answer")
    await olga.types("140.7")
    assert "Committee on Human Rights: not started" in screen(olga)
    await olga.taps("Assessments, grades (1)", "Assess it", "Human Rights Institute", "Partly")
