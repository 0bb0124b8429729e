"""Who can sign up: anybody, some groups, or whoever has the code that their group shares."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.consultations import EVERYBODY, Card, Group, Invited, SignUpState
from bot.domain.errors import NotFound, Outdated
from bot.services import announcing, consultations, sign_ups
from storage import consultations as queries
from storage import invites
from storage.database import Database
from tests.conftest import FrozenClock
from tests.services.test_consultations import BOT, CHAT, announced, nobody, officer, wanted

WOMEN, ACADEMIA = Group.WOMEN.value, Group.ACADEMIA.value


def for_groups(invited: Invited, *groups: str) -> dict[str, Any]:
    return {"invited": invited, "groups": groups}


async def test_each_group_has_a_code_of_its_own_that_stays_when_others_come(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, **for_groups(Invited.CODE, WOMEN))
    async with database.write() as tx:
        act = await officer(tx, clock)
        before = await announcing.group_codes(tx, act, found.id)
        more = wanted(**for_groups(Invited.CODE, WOMEN, ACADEMIA))
        await consultations.change(tx, act, found.id, more)
        codes = await announcing.group_codes(tx, act, found.id)
        assert codes[WOMEN] == before[WOMEN]
        assert len(set(codes.values())) == 2
        await announcing.renew_code(tx, act, found.id, WOMEN)
        renewed = await announcing.code_of(tx, act, found.id, WOMEN)
        assert await invites.leads_to(tx, before[WOMEN] or "") is None
        assert await invites.leads_to(tx, renewed) == found.code
        assert await invites.group_of(tx, found.id, renewed) == WOMEN
        await announcing.revoke_code(tx, act, found.id, WOMEN)
        await consultations.change(tx, act, found.id, more)
        assert (await announcing.group_codes(tx, act, found.id))[WOMEN] is None, "stays revoked"
        with pytest.raises(NotFound):
            await announcing.code_of(tx, act, found.id, WOMEN)
        await consultations.change(tx, act, found.id, wanted(**for_groups(Invited.CODE)))
        assert list(await announcing.group_codes(tx, act, found.id)) == [EVERYBODY]
        await consultations.change(tx, act, found.id, wanted())
        assert await announcing.group_codes(tx, act, found.id) == {}
        with pytest.raises(NotFound):
            await announcing.renew_code(tx, act, found.id, EVERYBODY)


async def test_a_code_of_a_consultation_that_is_closed_leads_nowhere(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, **for_groups(Invited.CODE))
    async with database.write() as tx:
        act = await officer(tx, clock)
        code = await announcing.code_of(tx, act, found.id, EVERYBODY)
        await consultations.close(tx, act, found.id)
        assert await invites.leads_to(tx, code) is None
        with pytest.raises(Outdated):
            await announcing.revoke_code(tx, act, found.id, EVERYBODY)


async def test_other_groups_are_refused_and_no_groups_are_no_invitation(
    database: Database, clock: FrozenClock
) -> None:
    found = await announced(database, clock, **for_groups(Invited.GROUPS, WOMEN))
    async with database.write() as tx:
        begun = await sign_ups.agree(tx, nobody(clock), Card(CHAT, BOT, "en"), found)
        for group in ({}, {"group": ACADEMIA}):
            with pytest.raises(sign_ups.NotInvited):
                await sign_ups.send(tx, nobody(clock), begun, group)
        assert await queries.counts(tx, found.id) == {}
        sent = await sign_ups.send(tx, nobody(clock), begun, {"group": WOMEN})
        assert sent.state is SignUpState.CONFIRMED
        act = await officer(tx, clock)
        with pytest.raises(consultations.NoGroups):
            await consultations.change(tx, act, found.id, wanted(**for_groups(Invited.GROUPS)))


async def test_the_code_says_the_group_whatever_the_card_says(
    database: Database, clock: FrozenClock
) -> None:
    """So its members have the seats that are kept for it."""
    values = for_groups(Invited.CODE, WOMEN, ACADEMIA)
    found = await announced(database, clock, seats=3, pools={WOMEN: 1}, **values)
    async with database.write() as tx:
        card = Card(CHAT, BOT, "en", group=WOMEN)
        begun = await sign_ups.agree(tx, nobody(clock), card, found)
        sent = await sign_ups.send(tx, nobody(clock), begun, {"group": ACADEMIA})
        assert sent.pool == WOMEN
        assert await queries.counts(tx, found.id) == {"group": {WOMEN: 1}}
