"""Nobody learns who takes part in a consultation, and a participant sees nothing of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import URL

from bot.domain.consultations import Card, Form, Wanted
from bot.domain.people import Actor, Role
from bot.services import consultations, sign_ups
from handlers import consultations as officers_room
from handlers import door as door_room
from handlers import participants as participants_room
from storage import consultations as queries
from storage.tables import metadata
from tests import maravia
from tests.permissions.conftest import JUSTICE, SECRETARIAT, Attacker, World, tap, words
from tests.permissions.test_attacks import Toll

VICTIM = 5_900_000_001
SECRET = "PARTICIPANT-SECRET"
ROOMS = (*officers_room.ACTS, *participants_room.ACTS, *door_room.ACTS)
MAY_JOIN = {
    *("sign_ups", "consultation_counts", "consultation_figures"),
    *("counters", "erasures", "audit", "subscriptions", "hidings"),
}
MAY_JOIN |= {"request_items", "reminders"}  # whoever presses Start can be reached again


@pytest.fixture
def database_url(sqlite: URL) -> URL:
    """Who may do what does not depend on the database; what the statements do, other tests ask."""
    return sqlite


@pytest.fixture
async def code(world: World) -> str:
    """The code of a consultation in which somebody takes part by their own name."""
    now = world.network.clock.now()
    async with world.network.database.write() as tx:
        officer = await maravia.somebody(tx, "Bela", Role.OFFICER, None, bot_id=world.bot_id)
        act = maravia.act(officer, now, bot_id=world.bot_id)
        day = act.today + timedelta(days=9)
        held = Wanted(Form.WRITTEN, "Schools", "Say it.", None, day, "", "en", day, day)
        consultation_id = await consultations.announce(tx, act, held)
        found = await queries.get(tx, consultation_id)
        assert found is not None
        nobody = maravia.act(Actor(None, ()), now, bot_id=world.bot_id)
        card = Card(VICTIM, world.bot_id, "en", named=True)
        begun = await sign_ups.agree(tx, nobody, card, found)
        said = {"name": f"Salma {SECRET}", "organisation": SECRET, "region": SECRET}
        await sign_ups.send(tx, nobody, begun, said)
    await world.remember()
    return found.code


def buttons(code: str) -> Iterator[str]:
    """What anybody could press or forge about it, by its code, its id, and in one step."""
    for act in ROOMS:
        for argument in ("", "1:yes", code, f"{code}:yes"):
            yield f"o:{act}:{argument}" if argument else f"o:{act}"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_button_of_anybody_tells_who_takes_part(world: World, code: str) -> None:
    toll = Toll(world)
    for who in world.attackers.values():
        curious = replace(who, forbidden=(SECRET, str(VICTIM)), free_tables=frozenset(MAY_JOIN))
        if who.name in ("officer", "coordinator"):
            free = frozenset({*MAY_JOIN, "consultations", "conversations", "jobs"})
            curious = replace(curious, free_tables=free)
        for data in buttons(code):
            await toll.take(curious, data, tap(curious, data), silent=True)
        for said in ("/mine", "/forget", f"/start c-{code}", "Salma", SECRET[:9]):
            await toll.take(curious, said, words(curious, said), silent=True)
    toll.check()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_button_of_the_secretariat_anywhere_tells_who_takes_part(
    world: World, code: str
) -> None:
    toll = Toll(world)
    theirs = frozenset(metadata.tables)  # what they may change, other tests ask
    officer = replace(
        world.attackers["officer"], forbidden=(SECRET, str(VICTIM)), free_tables=theirs
    )
    for act in sorted(each for each in world.router.acts if not each.startswith("import")):
        for argument in ("", "1"):
            data = f"o:{act}:{argument}" if argument else f"o:{act}"
            await toll.take(officer, data, tap(officer, data), silent=True)
    toll.check()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_participant_reads_nothing_of_the_network(world: World, code: str) -> None:
    """By no act, no command and no words, whatever they press in the chat of their sign-up."""
    toll = Toll(world)
    victim = Attacker("participant", VICTIM, (JUSTICE, SECRETARIAT), frozenset(MAY_JOIN))
    world.attackers["participant"] = victim
    await world.remember()
    for act in sorted(world.router.acts):
        for argument in ("", "1", code):
            data = f"o:{act}:{argument}" if argument else f"o:{act}"
            await toll.take(victim, data, tap(victim, data), silent=True)
    for command in sorted(world.router.commands):
        await toll.take(victim, f"/{command}", words(victim, f"/{command}"), silent=True)
    for said in ("140.7", "torture", "SU-2026-0002"):
        await toll.take(victim, said, words(victim, said), silent=True)
    toll.check()
