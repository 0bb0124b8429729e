"""A live dialogue on three phones: the officer in the room, the focal point, the validator."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from tests import maravia
from tests.journeys.network import JourneyNetwork


async def house(network: JourneyNetwork, *languages: str) -> tuple[Phone, Phone, Phone]:
    """An officer, a focal point and a validator of Justice, in these languages."""
    async with network.database.write() as tx:
        await maravia.justice(tx)
    officer, focal, validator = languages or ("en", "en", "en")
    return (
        await network.phone("Coralie", Role.COORDINATOR, language=officer),
        await network.phone("Amal", Role.FOCAL_POINT, "MOJ", language=focal),
        await network.phone("Vera", Role.VALIDATOR, "MOJ", language=validator),
    )


async def opens(officer: Phone) -> None:
    await officer.types("/home")
    await officer.taps("More…", "Live dialogue", "Open a dialogue")
    await officer.types("Committee against Torture")


async def test_the_delegation_has_a_cleared_answer_after_a_few_taps(
    network: JourneyNetwork,
) -> None:
    officer, focal, validator = await house(network)
    await opens(officer)
    await officer.taps("On call", "Ministry of Justice (0 on call)", "Put everybody on call")
    assert "On call: Vera · validator" in plain(officer.screen.text)
    await officer.taps("Take off: Vera")
    assert "Not on call: Vera · validator" in plain(officer.screen.text)
    await officer.taps("Put on call: Vera", "Back", "Back")
    await officer.taps("Type a question")
    await officer.types("On 140.7: has the Protocol been ratified?")
    shown = plain(officer.screen.text)
    assert "140.7 · Ministry of Justice" in shown
    assert "Nothing approved on record." in shown
    await officer.taps("Ask Ministry of Justice now")
    assert "asked, no answer yet" in plain(officer.screen.text)

    assert "quiet hours too" in plain((await focal.waits_for("you are on call")).text)
    question = await focal.waits_for("needs an answer now")
    assert "has the Protocol been ratified?" in plain(question.text)
    await focal.types("Ratified last spring.")  # beside the question, as people do in a hurry
    offered = plain(focal.screen.text)
    assert "To answer “On 140.7: has the Protocol been ratified?”" in offered
    assert "Answer now" in focal.screen.labels
    await focal.replies(question, "Yes, on 3 May 2024.")
    await focal.waits_for("One person is asked to clear it")
    await focal.types("Ratified last spring.")
    assert "Answer now" not in focal.screen.labels, "it is answered"

    waiting = await validator.waits_for("Do you clear it?")
    assert "Yes, on 3 May 2024." in plain(waiting.text)
    await validator.taps_on(waiting, "Clear")
    await validator.waits_for("The delegation has the answer.")
    answer = plain((await officer.waits_for("Cleared answer")).text)
    assert "has the Protocol been ratified?" in answer
    assert "Yes, on 3 May 2024." in answer
    assert "Source: Ministry of Justice, focal point, cleared at" in answer

    await officer.types("/dialogue And of 140.9?")
    assert "140.9 · Ministry of Justice" in plain(officer.screen.text)
    await officer.taps("Back", "Close the dialogue", "Close the dialogue")
    assert "2 questions: 1 answered, 0 promised in writing, 1 open." in plain(officer.screen.text)
    await officer.taps("And of 140.9?")
    labels = ("Promise in writing", "Redact", "Back")
    assert officer.screen.labels == labels, "nobody is asked any more"
    await focal.waits_for("you are no longer on call")


async def test_who_answers_too_late_is_told_who_was_faster(network: JourneyNetwork) -> None:
    officer, focal, validator = await house(network)
    ali = await network.phone("Ali", Role.ALTERNATE, "MOJ")
    await opens(officer)
    await officer.taps("Type a question")
    await officer.types("140.7")
    await officer.taps("Ask Ministry of Justice now")
    question = await ali.waits_for("needs an answer now")
    await ali.taps("Answer now")
    await ali.types("Not yet.")
    await focal.replies(await focal.waits_for("needs an answer now"), "Yes, on 3 May 2024.")
    await ali.waits_for("Amal has answered; you need not write any more.")
    await ali.taps("Send")
    late = await ali.waits_for("Answered already, by Amal: “Yes, on 3 May 2024.”.")
    assert "Yours was not sent." in plain(late.text)
    assert "“Not yet.”" in plain(late.text)
    assert late.labels == ("Go on with mine", "Discard", "Home")
    assert not any("Send" in each.labels for each in ali.received)
    await ali.taps("Discard")
    await ali.replies(question, "No.")
    await ali.waits_for("Answered already, by Amal")
    await validator.taps_on(await validator.waits_for("Do you clear it?"), "Clear")
    await focal.waits_for("Your answer was cleared and is with the delegation.")
    await ali.waits_for("Cleared by Vera: the delegation has the answer.")


async def test_a_promise_without_an_institution_leads_to_choosing_one(
    network: JourneyNetwork,
) -> None:
    officer, _focal, _validator = await house(network)
    await opens(officer)
    await officer.taps("Delegation")
    assert "the delegation is one person of the secretariat." in plain(officer.screen.text)
    await officer.taps("Back", "Type a question")
    await officer.types("How is the weather?")
    await officer.taps("Promise in writing")
    await officer.types("30 November 2030")
    assert "Nobody is asked yet" in plain(officer.screen.text)
    await officer.taps("Back", "Close the dialogue")
    assert "Every question is answered or promised. Close it?" in plain(officer.screen.text)
    await officer.taps("Close the dialogue")
    assert "Nobody is asked yet" in plain(officer.screen.text)
    await officer.taps("How is the weather?", "Choose the institution")
    await officer.taps("Ministry of Justice (0 on call)", "Back", "Summary and promises")
    assert "Ask in writing (1)" in map(plain, officer.screen.labels)


async def test_the_validator_changes_the_words_and_then_the_officer_clears(
    network: JourneyNetwork,
) -> None:
    officer, focal, validator = await house(network)
    await opens(officer)
    await officer.taps("Type a question")
    await officer.types("140.7")
    await officer.taps("Ask Ministry of Justice now")
    await focal.waits_for("needs an answer now")
    await focal.taps("Answer now")
    await focal.types("Soon.")
    await focal.taps("Send")
    waiting = await validator.waits_for("Do you clear it?")
    await validator.replies(waiting, "Fine with me.")
    assert "Soon." in plain(validator.screen.text), "no clearance, and no other answer either"
    await validator.taps("Change")
    await validator.types("The bill is before Parliament.")
    await validator.taps("Send")
    waiting = await officer.waits_for("Do you clear it?")
    assert "The bill is before Parliament." in plain(waiting.text)
    assert waiting.labels == ("Clear",), "officers write no answers"
    await officer.taps_on(waiting, "Clear")
    await officer.waits_for("Cleared answer")


async def test_several_items_are_offered_and_promises_become_requests(
    network: JourneyNetwork,
) -> None:
    officer, focal, _validator = await house(network)
    await opens(officer)
    await officer.taps("Type a question")
    await officer.types("How is torture prevented?")
    assert "Which item is it about?" in plain(officer.screen.text)
    await officer.taps("140.15")
    await officer.taps("Promise in writing")
    await officer.types("30 November 2030")
    assert "promised in writing" in plain(officer.screen.text)
    await officer.taps("Back", "Close the dialogue", "Close the dialogue")
    shown = plain(officer.screen.text)
    assert "One question: 0 answered, 1 promised in writing, 0 open." in shown
    assert "How is torture prevented?" in shown
    assert "140.15 · Ministry of Justice · 30 November 2030" in shown
    await officer.taps("Ask in writing (1)")
    assert "One request goes out in two minutes." in plain(officer.screen.text)
    network.clock.ahead += timedelta(minutes=3)
    await network.app.schedule.tick()
    request = await focal.waits_for("asks for your answer to this question")
    assert "How is torture prevented?" in plain(request.text)


async def test_somebody_of_another_institution_is_added_to_the_delegation_by_name(
    network: JourneyNetwork,
) -> None:
    officer, _focal, _validator = await house(network)
    envoy = await network.phone("Zoe Envoy", Role.FOCAL_POINT, "MFA")
    await opens(officer)
    await officer.taps("Delegation", "Add somebody")
    await officer.types("nobody is called so")
    await officer.waits_for("Nobody with a seat is called so.")
    await officer.types("zoé")
    await officer.taps("Zoe Envoy · focal point · MFA", "Go on (1)")
    assert "In the delegation: 2." in plain(officer.screen.text)
    await envoy.waits_for("you are of the delegation")


async def test_in_arabic_and_french(network: JourneyNetwork) -> None:
    officer, focal, validator = await house(network, "fr", "ar", "fr")
    await officer.types("/home")
    await officer.taps("Plus…", "Dialogue en direct", "Ouvrir un dialogue")
    await officer.types("Comité contre la torture")
    await officer.taps("Saisir une question")
    await officer.types("140.7")
    await officer.taps("Demander : Ministère de la justice")
    await focal.waits_for("يحتاج الوفد إلى رد الآن")
    await focal.taps("الرد الآن")
    await focal.types("نعم، في 3 أيار 2024.")
    await focal.taps("إرسال")
    await validator.waits_for("La validez-vous")
    await validator.taps("Valider")
    answer = plain((await officer.waits_for("Réponse validée")).text)
    assert "Ministère de la justice, point focal" in answer


async def test_words_for_the_delegation_do_not_go_into_an_older_question(
    network: JourneyNetwork,
) -> None:
    """What was typed in a hurry became the report that had been begun before."""
    officer, focal, _ = await house(network)
    await focal.types("140.9")
    await focal.taps("Ask")
    await opens(officer)
    await officer.taps("Type a question")
    await officer.types("On 140.7: has the Protocol been ratified?")
    network.clock.ahead += timedelta(seconds=1)
    await officer.taps("Ask Ministry of Justice now")
    await focal.waits_for("needs an answer now")
    await focal.types("Yes, in May.")
    asked = plain(focal.screen.text)
    assert "Is this for the delegation, which asks “On 140.7" in asked
    offered = tuple(map(plain, focal.screen.labels))
    assert offered == ("Answer now", "Continue: Question about 140.9")
    await focal.taps("Answer now")
    assert "“Yes, in May.”" in plain(focal.screen.text)
    await focal.taps("Keep as draft")

    await focal.types("/drafts")
    await focal.taps("Continue: Question about 140.9")
    await focal.types("Does it concern us?")
    await focal.waits_for("your question is with the secretariat")


async def test_words_that_were_for_the_older_question_go_there(network: JourneyNetwork) -> None:
    officer, focal, _ = await house(network)
    await focal.types("140.9")
    await focal.taps("Ask")
    await opens(officer)
    await officer.taps("Type a question")
    await officer.types("On 140.7: has the Protocol been ratified?")
    network.clock.ahead += timedelta(seconds=1)
    await officer.taps("Ask Ministry of Justice now")
    await focal.waits_for("needs an answer now")
    await focal.types("Does it concern us?")
    await focal.taps("Continue: Question about 140.9")
    await focal.waits_for("your question is with the secretariat")
    await focal.types("Yes, in May.")
    assert "Answer now" in focal.screen.labels, "nobody has answered the delegation"
