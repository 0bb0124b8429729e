"""Passing inside, on both databases: an institution asks its units and reports itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.domain.errors import NotAllowed, NotFound, Refused, Unfit
from bot.domain.home import Waiting
from bot.domain.passing import AlreadyPassed, PassClosed, PassState, Unit
from bot.domain.people import COMMAND_LINE, Act, Role
from bot.services import handover, not_ours, passing, people, questions, status_updates
from bot.services.home import institutions_of
from bot.services.people import Chat
from storage import accounts, conversations, evidence, home, invitations, units
from storage import people as queries
from storage.tables import audit, outbox
from storage.tables import evidence as pieces
from tests import maravia
from tests.services.conftest import BOT, Ministry


@dataclass
class Inside:
    """A ministry with a focal point, a unit, somebody in the unit, and an item."""

    ministry: Ministry
    omar: Chat
    paula: Chat
    unit: Unit
    assignments: dict[str, int]

    async def act(self, who: Chat) -> Act:
        return self.ministry.act(await self.ministry.actor(who))

    async def passes(self, *codes: str, words: str = "How many cells were renewed?") -> list[int]:
        held = [self.assignments[each] for each in codes or ("140.12",)]
        act = await self.act(self.omar)
        return await passing.pass_on(self.ministry.tx, act, self.unit, held, words, language="en")

    async def answers(self, pass_id: int, words: str = "Forty cells.") -> None:
        act = await self.act(self.paula)
        draft = await self.draft()
        await passing.answer(
            self.ministry.tx, act, pass_id, words, language="en", conversation_id=draft
        )
        await conversations.end(self.ministry.tx, draft)

    async def draft(self) -> int:
        """Paula's conversation, with a link in it."""
        person = (await self.ministry.actor(self.paula)).person
        assert person is not None
        begun = await conversations.begin(
            self.ministry.tx,
            bot_id=BOT,
            chat_id=self.paula.chat_id,
            person_id=person.id,
            seat_id=None,
            flow="pass_answer",
            flow_version=1,
            subject=None,
            state={},
            now=self.ministry.now,
        )
        await evidence.add_link(
            self.ministry.tx,
            begun.id,
            "https://example.org/cells",
            person_id=person.id,
            now=self.ministry.now,
        )
        return begun.id


@pytest.fixture
async def inside(ministry: Ministry) -> Inside:
    tx = ministry.tx
    found = await maravia.justice(tx)
    omar, paula = await ministry.seated("Omar", Role.FOCAL_POINT), ministry.chat("Paula")
    act = ministry.act(await ministry.actor(omar))
    unit = await passing.unit_of(tx, act, ministry.institution_id, "Prisons", language="en")
    token = await people.invite(
        tx,
        ministry.act(COMMAND_LINE),
        Role.FOCAL_POINT,
        ministry.institution_id,
        unit_id=unit.id,
        confirmed=True,
    )
    await ministry.accepts(paula, token)
    return Inside(ministry, omar, paula, unit, dict(found.assignments))


# -- Asking and answering --------------------------------------------------------------------------


async def test_a_unit_is_asked_and_its_answer_is_told(inside: Inside) -> None:
    (asked,) = await inside.passes()
    assert await inside.ministry.told(inside.paula, "passing.asks") == 1
    await inside.answers(asked)
    found = await units.get_pass(inside.ministry.tx, asked)
    assert found is not None
    assert (found.state, found.answer, found.unit) == (
        PassState.ANSWERED,
        "Forty cells.",
        "Prisons",
    )
    assert await inside.ministry.told(inside.omar, "passing.answered") == 1


async def test_several_items_are_one_message(inside: Inside) -> None:
    made = await inside.passes("140.7", "140.12", "140.15")
    assert len(made) == 3
    assert await inside.ministry.told(inside.paula, "passing.asks") == 1
    assert await units.count_waiting(inside.ministry.tx, [inside.unit.id]) == 3


async def test_what_a_unit_has_is_not_passed_twice(inside: Inside) -> None:
    await inside.passes("140.12")
    assert len(await inside.passes("140.12", "140.7")) == 1
    with pytest.raises(AlreadyPassed):
        await inside.passes("140.12")
    (first, *_rest) = await units.of_assignment(inside.ministry.tx, inside.assignments["140.12"])
    await inside.answers(first.id)
    assert len(await inside.passes("140.12")) == 1, "answered: it may be asked anew"


async def test_an_answer_that_is_not_enough_is_asked_for_again(inside: Inside) -> None:
    tx = inside.ministry.tx
    (asked,) = await inside.passes()
    act = await inside.act(inside.omar)
    with pytest.raises(PassClosed):
        await passing.send_back(tx, act, asked, "And women?", language="en")
    await inside.answers(asked)
    await passing.send_back(tx, act, asked, "And women?", language="en")
    found = await units.get_pass(tx, asked)
    assert found is not None
    assert (found.state, found.words) == (PassState.RETURNED, "And women?")
    assert await inside.ministry.told(inside.paula, "passing.asks") == 2
    inside.ministry.clock.move(minutes=5)
    await inside.answers(asked, "Ten more for women.")
    assert (await evidence.counts_of_pass(tx, asked)).links == 1, "the earlier answer's went"


async def test_two_answers_of_one_second_are_both_told(inside: Inside) -> None:
    """Regression: after a while without network, what waits is done within a moment."""
    (asked,) = await inside.passes()
    await inside.answers(asked)
    inside.ministry.clock.move(milliseconds=20)
    act = await inside.act(inside.omar)
    await passing.send_back(inside.ministry.tx, act, asked, "And women?", language="en")
    await inside.answers(asked, "Twelve for women.")
    assert await inside.ministry.told(inside.omar, "passing.answered") == 2


async def test_what_was_taken_back_is_not_answered(inside: Inside) -> None:
    (asked,) = await inside.passes()
    await passing.withdraw(inside.ministry.tx, await inside.act(inside.omar), asked)
    with pytest.raises(PassClosed):
        await inside.answers(asked)
    with pytest.raises(PassClosed):
        await passing.withdraw(inside.ministry.tx, await inside.act(inside.omar), asked)
    assert not await units.of_units(inside.ministry.tx, [inside.unit.id], limit=9)


async def test_what_is_the_institution_s_no_more_is_not_asked_inside(inside: Inside) -> None:
    tx, held = inside.ministry.tx, inside.assignments["140.12"]
    (asked,) = await inside.passes("140.12")
    await not_ours.disown(tx, await inside.act(inside.omar), held, "Interior", suggested_id=None)
    assert await units.count_waiting(tx, [inside.unit.id]) == 0
    assert not await units.of_units(tx, [inside.unit.id], limit=9)
    with pytest.raises(PassClosed):
        await inside.answers(asked)


async def test_evidence_of_an_answer_is_kept_and_goes_along(inside: Inside) -> None:
    tx = inside.ministry.tx
    (asked,) = await inside.passes()
    await inside.answers(asked)
    assert not await evidence.abandoned(tx), "the conversation is gone, the answer is not"
    omar = (await inside.ministry.actor(inside.omar)).person
    assert omar is not None
    report = await conversations.begin(
        tx,
        bot_id=BOT,
        chat_id=inside.omar.chat_id,
        person_id=omar.id,
        seat_id=None,
        flow="status_update",
        flow_version=1,
        subject=None,
        state={},
        now=inside.ministry.now,
    )
    copied = await evidence.copy_to_draft(tx, asked, report.id, person_id=omar.id)
    assert len(copied) == 1
    assert not await evidence.copy_to_draft(tx, asked, report.id, person_id=omar.id)
    assert (await evidence.counts_of_draft(tx, report.id)).links == 1
    assert (await evidence.counts_of_pass(tx, asked)).links == 1
    owners = await tx.values(select(pieces.c.person_id).where(pieces.c.id == copied[0]))
    assert owners == [omar.id]


async def test_who_asked_has_left_so_the_institution_is_told(inside: Inside) -> None:
    ministry = inside.ministry
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    rim = await ministry.seated("Rim", Role.ALTERNATE)
    (asked,) = await inside.passes()
    await people.end_seat(ministry.tx, amina, await ministry.seat_of(inside.omar, Role.FOCAL_POINT))
    await inside.answers(asked)
    assert await ministry.told(rim, "passing.answered") == 1
    assert await ministry.told(inside.paula, "passing.answered") == 0


async def test_every_act_leaves_an_entry_without_words(inside: Inside) -> None:
    (asked,) = await inside.passes(words="SECRET question")
    await inside.answers(asked, "SECRET answer")
    rows = await inside.ministry.tx.rows(select(audit.c.act, audit.c.facts, audit.c.subject))
    assert [each["act"] for each in rows][-2:] == ["unit.ask", "unit.answer"]
    assert "SECRET" not in str([dict(each) for each in rows])


# -- Who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
async def test_who_reports_passes_inside_and_nobody_else(inside: Inside, role: Role) -> None:
    ministry = inside.ministry
    act = ministry.act(await ministry.actor(await ministry.seated("Somebody", role)))
    held = [inside.assignments["140.7"]]
    asking = passing.pass_on(ministry.tx, act, inside.unit, held, "?", language="en")
    if role in (Role.FOCAL_POINT, Role.ALTERNATE):
        await asking
        return
    with pytest.raises(NotAllowed):
        await asking


async def test_an_institution_passes_to_its_own_units_only(inside: Inside) -> None:
    ministry = inside.ministry
    elsewhere = await maravia.justice_elsewhere(ministry.tx)
    ines = await maravia.somebody(ministry.tx, "Ines", Role.FOCAL_POINT, elsewhere, bot_id=BOT)
    act = ministry.act(ines)
    held = [inside.assignments["140.7"]]
    with pytest.raises(NotAllowed):
        await passing.pass_on(ministry.tx, act, inside.unit, held, "?", language="en")
    with pytest.raises(NotFound):
        await passing.unit_of(ministry.tx, act, elsewhere, inside.unit.id, language="en")
    with pytest.raises(NotAllowed):
        await passing.unit_of(
            ministry.tx, act, ministry.institution_id, inside.unit.id, language="en"
        )
    foreign = await passing.unit_of(ministry.tx, act, elsewhere, "Police", language="en")
    with pytest.raises(NotAllowed):
        await passing.pass_on(
            ministry.tx, await inside.act(inside.omar), foreign, held, "?", language="en"
        )
    (asked,) = await inside.passes()
    with pytest.raises(NotFound):
        await passing.visible(ministry.tx, act, asked)


async def test_another_unit_sees_and_answers_nothing(inside: Inside) -> None:
    ministry = inside.ministry
    omar = await inside.act(inside.omar)
    courts = await passing.unit_of(
        ministry.tx, omar, ministry.institution_id, "Courts", language="en"
    )
    cora = ministry.chat("Cora")
    token = await people.invite(
        ministry.tx,
        ministry.act(COMMAND_LINE),
        Role.FOCAL_POINT,
        ministry.institution_id,
        unit_id=courts.id,
        confirmed=True,
    )
    await ministry.accepts(cora, token)
    (asked,) = await inside.passes()
    act = await inside.act(cora)
    for trying in (
        passing.visible(ministry.tx, act, asked),
        passing.answer(ministry.tx, act, asked, "!", language="en"),
        passing.withdraw(ministry.tx, act, asked),
        passing.send_back(ministry.tx, act, asked, "!", language="en"),
    ):
        with pytest.raises(NotFound):
            await trying
    assert await ministry.told(cora, "passing.") == 0


async def test_who_reports_does_not_answer_for_the_unit(inside: Inside) -> None:
    (asked,) = await inside.passes()
    with pytest.raises(NotAllowed):
        await passing.answer(
            inside.ministry.tx, await inside.act(inside.omar), asked, "!", language="en"
        )


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 121])
async def test_a_unit_needs_a_name(inside: Inside, words: str) -> None:
    act = await inside.act(inside.omar)
    with pytest.raises(Unfit):
        await passing.unit_of(
            inside.ministry.tx, act, inside.ministry.institution_id, words, language="en"
        )


async def test_a_unit_of_that_name_is_there_once(inside: Inside) -> None:
    act = await inside.act(inside.omar)
    same = await passing.unit_of(
        inside.ministry.tx, act, inside.ministry.institution_id, " Prisons ", language="fr"
    )
    assert same == inside.unit


# -- What a unit is not ----------------------------------------------------------------------------


async def test_a_unit_reports_nothing_and_reads_nothing(inside: Inside) -> None:
    tx, held = inside.ministry.tx, inside.assignments["140.12"]
    act = await inside.act(inside.paula)
    for trying in (
        status_updates.unchanged(tx, act, held, language="en"),
        questions.ask(tx, act, held, "?", language="en"),
        not_ours.disown(tx, act, held, "no", suggested_id=None),
    ):
        with pytest.raises(Refused):
            await trying
    assert institutions_of(act.actor) == ()
    there = await home.entries(
        tx, institutions_of(act.actor), Waiting.ALL, today=act.today, limit=9
    )
    assert there == []


async def test_a_unit_is_nobody_of_the_institution_for_others(inside: Inside) -> None:
    """Whoever asks who reports, who hears, who is reminded: not the unit."""
    ministry = inside.ministry
    for roles in (None, [Role.FOCAL_POINT], list(Role)):
        found = await queries.seated(
            ministry.tx, now=ministry.now, roles=roles, institution_id=ministry.institution_id
        )
        assert [each.person.name for each in found] == ["Omar"]
    everybody = await queries.seated(ministry.tx, now=ministry.now, units_too=True)
    assert {each.person.name: each.unit for each in everybody} == {
        "Omar": None,
        "Paula": "Prisons",
    }
    named = await handover.others(
        ministry.tx, await inside.act(inside.omar), 0, ministry.institution_id
    )
    assert [each.person.name for each in named] == ["Omar"]


async def test_a_unit_hears_of_no_change_of_its_institution(inside: Inside) -> None:
    ministry = inside.ministry
    await ministry.seated("Rim", Role.ALTERNATE)
    assert await ministry.told(inside.omar, "people.seat.begun") == 2
    assert await ministry.told(inside.paula, "people.seat.begun") == 0


async def test_a_unit_has_a_menu_of_its_own(inside: Inside) -> None:
    menus = {
        each.chat_id: (set(each.roles), each.in_unit)
        for each in await accounts.menus(inside.ministry.tx, BOT, now=inside.ministry.now)
    }
    assert menus[inside.paula.chat_id] == (set(), True)
    assert menus[inside.omar.chat_id] == ({Role.FOCAL_POINT}, False)


# -- Their people ----------------------------------------------------------------------------------


async def test_a_focal_point_invites_into_a_unit_and_confirms(inside: Inside) -> None:
    ministry = inside.ministry
    amina = await ministry.seated("Amina", Role.COORDINATOR)
    omar = await inside.act(inside.omar)
    pedro = ministry.chat("Pedro")
    token = await people.invite(
        ministry.tx, omar, Role.FOCAL_POINT, ministry.institution_id, unit_id=inside.unit.id
    )
    invitation, seat = await ministry.accepts(pedro, token)
    assert seat is None
    assert await ministry.told(inside.omar, "people.confirm") == 1
    assert await ministry.told(amina, "people.confirm") == 0
    opened = await people.confirm(ministry.tx, omar, invitation)
    assert opened.unit_id == inside.unit.id
    assert await ministry.told(amina, "people.unit_of") == 1
    assert await ministry.told(pedro, "people.welcome_in_unit") == 1


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.OBSERVER, Role.OFFICER, Role.COORDINATOR])
async def test_a_unit_has_focal_points_and_alternates_only(inside: Inside, role: Role) -> None:
    act = await inside.act(inside.omar)
    with pytest.raises(NotAllowed):
        await people.invite(
            inside.ministry.tx, act, role, inside.ministry.institution_id, unit_id=inside.unit.id
        )


async def test_nobody_is_invited_into_somebody_else_s_unit(inside: Inside) -> None:
    ministry = inside.ministry
    elsewhere = await maravia.justice_elsewhere(ministry.tx)
    ines = await maravia.somebody(ministry.tx, "Ines", Role.FOCAL_POINT, elsewhere, bot_id=BOT)
    with pytest.raises(NotFound):
        await people.invite(
            ministry.tx, ministry.act(ines), Role.FOCAL_POINT, elsewhere, unit_id=inside.unit.id
        )
    for who in (ministry.act(ines), await inside.act(inside.paula)):
        with pytest.raises(NotAllowed):
            await people.invite(
                ministry.tx,
                who,
                Role.FOCAL_POINT,
                ministry.institution_id,
                unit_id=inside.unit.id,
            )


async def test_a_seat_in_a_unit_is_another_than_one_in_the_institution(inside: Inside) -> None:
    ministry = inside.ministry
    await ministry.accepts(inside.paula, await ministry.invites(COMMAND_LINE, Role.FOCAL_POINT))
    assert [each.unit_id for each in (await ministry.actor(inside.paula)).seats] == [
        inside.unit.id,
        None,
    ]


async def test_drafts_of_the_institution_do_not_follow_into_a_unit(inside: Inside) -> None:
    ministry = inside.ministry
    amina = ministry.act(await ministry.actor(await ministry.seated("Amina", Role.COORDINATOR)))
    old = await ministry.seat_of(inside.omar, Role.FOCAL_POINT)
    omar = (await ministry.actor(inside.omar)).person
    assert omar is not None
    begun = await conversations.begin(
        ministry.tx,
        bot_id=BOT,
        chat_id=inside.omar.chat_id,
        person_id=omar.id,
        seat_id=old,
        flow="status_update",
        flow_version=1,
        subject="assignment:1",
        state={},
        now=ministry.now,
    )
    await people.end_seat(ministry.tx, amina, old)
    token = await people.invite(
        ministry.tx,
        ministry.act(COMMAND_LINE),
        Role.FOCAL_POINT,
        ministry.institution_id,
        unit_id=inside.unit.id,
        confirmed=True,
    )
    await ministry.accepts(inside.omar, token)
    kept = await conversations.get(ministry.tx, begun.id)
    assert kept is not None
    assert kept.seat_id == old


async def test_a_unit_s_seat_is_handed_over_as_such(inside: Inside) -> None:
    ministry = inside.ministry
    await inside.passes()
    seat = await ministry.seat_of(inside.paula, Role.FOCAL_POINT)
    token = await people.offer_seat(ministry.tx, await inside.act(inside.paula), seat)
    pedro = ministry.chat("Pedro")
    invitation, _ = await ministry.accepts(pedro, token)
    await people.confirm(ministry.tx, await inside.act(inside.paula), invitation)
    (held,) = (await ministry.actor(pedro)).seats
    assert held.unit_id == inside.unit.id
    person = (await ministry.actor(pedro)).person
    assert person is not None
    screens = str(
        await ministry.tx.values(select(outbox.c.screen).where(outbox.c.person_id == person.id))
    )
    assert "passing.waiting" in screens
    assert "home.due" not in screens
    assert not await invitations.to_take_over(ministry.tx, seat)
