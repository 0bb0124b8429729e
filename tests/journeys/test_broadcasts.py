"""A broadcast, over real HTTP: written in several languages, looked at, undone, sent, counted."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import func, select

from bot.domain.people import Role
from bot.domain.requests import UNDO
from bot.sandbox.phone import Phone, plain
from storage.tables import files, outbox
from tests.journeys.network import JourneyNetwork
from tests.outbox.conftest import until
from tests.tools import hostile_files

JUSTICE = {"en": "Ministry of Justice", "fr": "Ministère de la justice", "ar": "وزارة العدل"}
HEALTH = {"en": "Ministry of Health", "fr": "Ministère de la santé", "ar": "وزارة الصحة"}
DRAFT = "Dear colleagues, the mid-term report <b>begins</b> on Monday."
ARABIC = "الزملاء الأعزاء، يبدأ تقرير منتصف المدة يوم الاثنين."

WITHIN = 30.0  # seconds, on a busy machine


class Ring:
    """An officer, and three focal points: of English, French and Arabic."""

    def __init__(self, network: JourneyNetwork, officer: Phone, *others: Phone) -> None:
        self.network, self.officer = network, officer
        self.amal, self.fatou, self.salma = others

    async def ticks(self) -> None:
        """What time does, now, until all of it is sent and counted."""
        for _ in range(3):
            await self.network.app.schedule.tick()
            await self.network.app.settle()

    async def all_hear(self, words: str, *phones: Phone) -> None:
        """Each of them gets it, once."""
        for phone in phones:
            await phone.waits_for(words, within=WITHIN)
            assert len(got(phone, words)) == 1

    async def file_is_stored(self) -> None:
        """The file that was sent has arrived."""
        await until(lambda: self.network.row(select(files.c.sha256)), within=WITHIN)

    async def delivered(self) -> int:
        """How many deliveries were ever planned."""
        row = await self.network.row(
            select(func.count().label("n")).where(outbox.c.key.startswith("broadcast:"))
        )
        return int(row["n"])


async def ring(network: JourneyNetwork, language: str = "en") -> Ring:
    officer = await network.phone("Coralie", Role.COORDINATOR, language=language)
    return Ring(
        network,
        officer,
        await network.phone("Amal", Role.FOCAL_POINT, "MOJ", names=JUSTICE),
        await network.phone("Fatou", Role.FOCAL_POINT, "MOH", names=HEALTH, language="fr"),
        await network.phone("Salma", Role.ALTERNATE, "MOJ", language="ar"),
    )


def got(phone: Phone, words: str) -> list[str]:
    return [plain(each.text) for each in phone.received if words in plain(each.text)]


async def test_a_broadcast_is_seen_in_every_language_before_and_counted_after(
    network: JourneyNetwork,
) -> None:
    at = await ring(network)
    officer = at.officer
    await officer.types("/home")
    await officer.taps("Broadcasts", "New broadcast", "Focal points and alternates", "Go on (1)")
    assert "Write it in English" in plain(officer.screen.text)
    await officer.types(DRAFT)
    shown = plain(officer.screen.text)
    assert "3 people in 2 institutions get it." in shown
    assert "No text in French: 1 person gets it in English, labelled." in shown
    assert "No text in Arabic: 1 person gets it in English, labelled." in shown

    await officer.taps("Write in Arabic")
    await officer.types(ARABIC)
    assert "No text in Arabic" not in plain(officer.screen.text)
    await officer.taps("See it in Arabic")
    look = await officer.waits_for("من الأمانة")
    assert ARABIC in plain(look.text)
    assert look.labels == ("اطلعت",)
    await officer.taps_on(look, "اطلعت")
    await officer.taps("See it in French")
    look = await officer.waits_for("Message du secrétariat")
    assert "<b>begins</b> on Monday." in plain(look.text), "what was typed, as it was typed"
    assert "anglais" in plain(look.text)

    await officer.taps("Send to 3")
    board = await officer.waits_for("Goes out in two minutes")
    assert await at.delivered() == 0
    assert board.labels == ("Undo", "Send now")
    await officer.taps("Send now")
    await at.ticks()
    await at.all_hear("Monday", at.amal, at.fatou)
    await at.all_hear(ARABIC, at.salma)
    board = await officer.waits_for("Done", within=WITHIN)
    assert "Sent: 3 of 3" in plain(board.text)
    assert "Tapped “Seen”: 0" in plain(board.text)

    await at.amal.taps("Seen")
    await at.amal.taps("Seen")
    await at.salma.taps("اطلعت")
    await officer.taps("Look again")
    await officer.waits_for("Tapped “Seen”: 2", within=WITHIN)


async def test_an_undone_broadcast_reaches_nobody_and_its_words_are_kept(
    network: JourneyNetwork,
) -> None:
    at = await ring(network)
    officer = at.officer
    await officer.types("/broadcast")
    await officer.taps("New broadcast", "Everybody", "Go on (1)")
    await officer.types("The wrong day is Tuesday.")
    await officer.taps("Send to 4", "Undo")
    await officer.waits_for("Undone: nobody has received it.", within=WITHIN)
    at.network.clock.ahead += UNDO
    await at.ticks()
    assert await at.delivered() == 0

    await officer.taps("Change")
    draft = await officer.waits_for("“The wrong day is Tuesday.”", within=WITHIN)
    assert "To: Everybody" in plain(draft.text)
    await officer.taps("Text", "Write it again")
    await officer.types("The right day is Monday.")
    await officer.taps("Send to 4")
    await officer.waits_for("Goes out in two minutes", within=WITHIN)
    at.network.clock.ahead += UNDO
    await at.ticks()
    await at.all_hear("The right day is Monday.", at.amal, at.fatou, at.salma)
    assert await at.delivered() == 4


async def test_who_blocked_the_bot_is_named_and_gets_it_when_they_are_back(
    network: JourneyNetwork,
) -> None:
    """The board says why; a retry sends to nobody else."""
    at = await ring(network)
    officer = at.officer
    network.sandbox.faults.forbidden(chat=at.fatou.id, method="sendMessage")
    await officer.types("/broadcast")
    await officer.taps("New broadcast", "Focal points and alternates", "Go on (1)")
    await officer.types("The hearing is on Monday.")
    await officer.taps("Send to 3", "Send now")
    await at.ticks()
    board = await officer.waits_for("Done", within=WITHIN)
    assert "Sent: 2 of 3" in plain(board.text)
    assert "Failed: 1 (blocked the bot: 1)" in plain(board.text)
    await officer.taps("Who missed it (1)")
    assert "Fatou, Ministry of Health: blocked the bot" in plain(officer.screen.text)
    await officer.taps("How far it is", "Retry the failed (1)")
    assert "Failed: 1" in plain(officer.last.text), "she has not come back yet"

    await officer.taps("Use again", "Who is left out")
    shown = await officer.waits_for("These are left out", within=WITHIN)
    assert "Ministry of Health: 1 person cannot be reached" in plain(shown.text)
    await officer.taps("Back to the draft", "Discard", "The hearing is on Monday.")

    await at.fatou.types("/start")
    await officer.taps("Retry the failed (1)")
    await at.ticks()
    await officer.waits_for("Sent: 3 of 3", within=WITHIN)
    await at.all_hear("Monday", at.amal, at.fatou, at.salma)


async def test_in_arabic_with_a_file_at_a_chosen_moment(network: JourneyNetwork) -> None:
    at = await ring(network, "ar")
    officer = at.officer
    await officer.types("/broadcast")
    await officer.taps("تعميم جديد", "جهات التنسيق والمناوبون", "متابعة (1)")
    await officer.types("The report is due on Monday. " * 200)
    await officer.types("Please prepare.")
    await officer.waits_for("يُرسل في رسالتين", within=WITHIN)
    await officer.taps("كتابة باللغة العربية")
    await officer.types(ARABIC)
    await officer.sends_file(hostile_files.pdf(), name="calendar.pdf")
    await officer.taps("الموعد")
    await officer.types("٩:٠٠")
    await officer.waits_for("موعد الإرسال", within=WITHIN)
    await officer.taps("المؤسسات", "وزارة العدل", "متابعة (1)")
    draft = await officer.waits_for("المؤسسات: وزارة العدل", within=WITHIN)
    assert "يصل إلى شخصين (مؤسسة واحدة)" in plain(draft.text)
    await at.file_is_stored()
    await officer.taps("إرسال إلى 2")
    board = await officer.waits_for("يُرسل في")
    assert board.labels == ("إرسال الآن", "إلغاء"), "in the reading order of Arabic"
    await at.ticks()
    assert await at.delivered() == 0, "not before its moment"
    network.clock.ahead += timedelta(days=1)
    await at.ticks()
    await at.all_hear(ARABIC, at.salma)
    [mine] = [each for each in at.salma.received if ARABIC in plain(each.text)]
    assert [each.name for each in mine.files] == ["calendar.pdf"]
    await at.amal.waits_for("Please prepare.", within=WITHIN)
    assert len(got(at.amal, "due on Monday")) == 2
    await officer.waits_for("أُرسلت: 2 من 2", within=WITHIN)
    assert await at.delivered() == 2 + 2, "Amal’s comes as a file and two texts"


async def test_a_first_text_in_another_language_is_taken_for_what_it_is(
    network: JourneyNetwork,
) -> None:
    """Nobody reads Arabic words under the name of English."""
    at = await ring(network)
    await at.officer.types("/broadcast")
    await at.officer.taps("New broadcast", "Everybody", "Go on (1)")
    await at.officer.types(ARABIC)
    await at.officer.waits_for("No text in English: 2 people get it in Arabic", within=WITHIN)
    assert "Write in English" in map(plain, at.officer.screen.labels)
    assert "Write in Arabic" not in map(plain, at.officer.screen.labels)
    await at.officer.taps("When", "At once", "Send to 4")
    await at.ticks()
    await at.all_hear(f"{ARABIC} (Arabic)", at.amal)
    await at.all_hear(ARABIC, at.salma)
    assert "(" not in got(at.salma, ARABIC)[0]


async def test_a_reply_to_an_announcement_goes_to_who_sent_it_and_is_answered(
    network: JourneyNetwork,
) -> None:
    at = await ring(network)
    officer = at.officer
    await officer.types("/broadcast")
    await officer.taps("New broadcast", "Focal points and alternates", "Go on (1)")
    await officer.types(DRAFT)
    await officer.taps("Send to 3", "Send now")
    await at.ticks()
    announced = await at.fatou.waits_for("on Monday", within=WITHIN)
    await at.fatou.replies(announced, "À quelle heure lundi ?")
    assert "arrivée au secrétariat" in plain(at.fatou.last.text)
    asked = await officer.waits_for("À quelle heure lundi", within=WITHIN)
    said = plain(asked.text)
    assert "Fatou · Ministry of Health, on the announcement “Dear colleagues" in said
    assert not got(at.amal, "À quelle heure")

    await officer.replies(asked, "At nine.")
    assert plain(officer.last.text) == "Your answer was sent to Fatou."
    answered = await at.fatou.waits_for("At nine.", within=WITHIN)
    await at.fatou.replies(answered, "Merci !")
    await officer.waits_for("Merci !", within=WITHIN)


async def test_a_french_officer_writes_french_and_is_offered_working_mornings(
    network: JourneyNetwork,
) -> None:
    """Two words of French were labelled English, the country's first language."""
    at = await ring(network, language="fr")
    officer = at.officer
    await officer.types("/broadcast")
    await officer.taps("Nouvelle diffusion", "Points focaux et suppléants", "Continuer (1)")
    assert "Écrivez en français" in plain(officer.screen.text)
    await officer.types("Réunion lundi.")
    shown = plain(officer.screen.text)
    assert "3 personnes dans 2 institutions le reçoivent." in shown
    assert "Pas de texte en anglais" in shown
    assert "Pas de texte en français" not in shown
    network.clock.ahead += timedelta(days=(4 - network.clock.now().weekday()) % 7)  # a Friday
    await officer.taps("Quand")
    offered = [plain(each) for each in officer.screen.labels[1:-1]]
    monday = (network.clock.now() + timedelta(days=3)).day
    assert len(offered) == 1
    assert re.match(rf"{monday}(er)? ", offered[0])
