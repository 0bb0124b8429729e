"""The secretariat enters the institutions that answer, from an empty house on."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import institutions
from tests.journeys.network import JourneyNetwork


async def named(network: JourneyNetwork, code: str) -> dict[str, str]:
    found = await network.row(select(institutions.c.names).where(institutions.c.code == code))
    return dict(found["names"])


async def enters(coordinator: Phone, *names: str, kind: str = "ministry") -> None:
    await coordinator.types("/institutions")
    await coordinator.taps("Add institutions")
    await coordinator.types("\n".join(names))
    await coordinator.taps(kind, "Add")


async def test_an_empty_house_gets_its_institutions_and_their_people(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await amina.types("/people")
    assert "No institution is entered yet" in plain(amina.screen.text)
    await amina.taps("Institutions (0)", "Add institutions")
    await amina.types("Ministry of Justice\nMinistry of Health\nMinistry of Housing")
    await amina.taps("ministry")
    assert "Short codes: MJ, MH and MH2." in plain(amina.screen.text)
    await amina.taps("Add")
    assert "3 institutions are added" in plain(amina.last.text)
    await amina.taps("Invite", "Ministry of Justice", "Focal point")
    await amina.types("Omar")
    await amina.taps("Make the links")
    await amina.waits_for("For Omar, focal point", within=20)


async def test_an_empty_house_says_what_comes_first_on_every_screen(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await amina.types("/home")
    assert "Nothing is imported yet" in plain(amina.screen.text)
    assert "1. Add the institutions" in plain(amina.screen.text)
    assert amina.screen.labels[:3] == ("Add institutions", "Import", "Invite")
    for command in ("/assign", "/export"):
        await amina.types(command)
        assert "No recommendation has been imported yet" in plain(amina.screen.text)
        assert amina.screen.labels[-2:] == ("Import", "Home")
    await amina.types("/clusters")
    assert "The items come first" in plain(amina.screen.text)
    assert "New cluster" not in amina.screen.labels
    await amina.types("/people")
    assert plain(amina.screen.text).splitlines()[0] == "1 seat"
    await amina.types("/calendar")
    await amina.taps("Done and dropped")
    assert plain(amina.screen.text) == "No deadline is done or dropped."

    omar = await network.phone("Omar", Role.FOCAL_POINT, "MOJ", names={"en": "Justice"})
    await omar.types("/home")
    assert "The secretariat will do it" in plain(omar.screen.text)
    assert omar.screen.labels == ("About me",)
    await amina.types("/home")
    assert "1. Institutions: 1 so far" in plain(amina.screen.text)


async def test_a_list_with_names_in_several_languages_is_written_at_once(
    network: JourneyNetwork,
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await enters(
        amina,
        "Ministry of Justice | Ministère de la justice | وزارة العدل",
        "Ministry of Health | | وزارة الصحة",
    )
    assert "2 institutions are added" in plain(amina.last.text)
    assert await named(network, "MJ") == {
        "en": "Ministry of Justice",
        "fr": "Ministère de la justice",
        "ar": "وزارة العدل",
    }
    assert await named(network, "MH") == {"en": "Ministry of Health", "ar": "وزارة الصحة"}
    await amina.types("/institutions")
    await amina.taps("Add institutions")
    await amina.types("a | b | c | d")
    assert "English, French and Arabic" in plain(amina.screen.text)


async def test_one_is_changed_in_each_language(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await enters(amina, "Ministry of Justice")
    await amina.taps("Institutions", "Ministry of Justice", "Change", "In French")
    await amina.types("Ministère de la justice")
    await amina.taps("In Arabic")
    await amina.types("وزارة العدل")
    await amina.taps("Short code")
    await amina.types("m j")
    assert "at most 12 Latin letters" in plain(amina.screen.text)
    await amina.types("moj")
    await amina.taps("Kind")
    await amina.types("Chancellery")
    await amina.taps("Save")
    shown = plain(amina.screen.text)
    assert "Chancellery · MOJ" in shown
    assert "In French: Ministère de la justice" in shown
    assert await named(network, "MOJ") == {
        "en": "Ministry of Justice",
        "fr": "Ministère de la justice",
        "ar": "وزارة العدل",
    }


async def test_what_is_there_already_is_not_added_again(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await enters(amina, "Supreme Court", kind="court")
    await enters(amina, "SUPREME COURT", kind="court")
    assert "“SUPREME COURT” is already there" in plain(amina.answers[-1])


async def test_one_with_people_does_not_end_and_an_empty_one_does(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    await network.phone("Omar", Role.FOCAL_POINT, "MOJ", names={"en": "Ministry of Justice"})
    await enters(amina, "Supreme Court", kind="court")
    await amina.types("/institutions")
    await amina.taps("Ministry of Justice", "End it", "End it now")
    assert "It still has seats (1)" in " ".join(map(plain, (*amina.answers, amina.screen.text)))
    await amina.types("/institutions")
    await amina.taps("Supreme Court", "End it", "End it now")
    assert "Nothing more is asked of it" in plain(amina.screen.text)
    await amina.taps("Institutions", "Supreme Court (ended)", "Take it up again")
    assert "0 seats · 0 items" in plain(amina.screen.text)


async def test_the_same_in_french_and_arabic(network: JourneyNetwork) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR, language="fr")
    await amina.types("/institutions")
    await amina.taps("Ajouter des institutions")
    await amina.types("Ministère de la justice")
    await amina.taps("ministère", "Ajouter")
    assert "1 institution est ajoutée" in plain(amina.last.text)
    assert await named(network, "MINI") == {"fr": "Ministère de la justice"}
    huda = await network.phone("هدى", Role.OFFICER, language="ar")
    await huda.types("/institutions")
    await huda.taps("إضافة مؤسسات")
    await huda.types("المحكمة العليا")
    await huda.taps("محكمة", "إضافة")
    assert "أُضيفت مؤسسة واحدة" in plain(huda.last.text)
    assert await named(network, "I1") == {"ar": "المحكمة العليا"}
