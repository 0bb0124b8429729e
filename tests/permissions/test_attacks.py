"""Every act, command, reply and conversation button that there is, tried by whoever may not.

The lists come from the router itself: a new act is attacked as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from bot.domain.errors import Refused
from tests.permissions.conftest import FREE_DAY, Attacker, World, document, tap, words

IDS = ("", *map(str, range(1, 8)))
GARBAGE = ("-1", "9" * 50, "x", "1\0")
PLANS = ("i5:0", "c1:0", "look:0")
VERSIONS = ("1:2", "su:1", "1:r:0")
PAIRS = (
    *(str(FREE_DAY), "5:-1", f"5:{'9' * 25}", f"5.{'9' * 25}"),
    *(*PLANS, *VERSIONS),
)
OUTSIDERS = ("stranger", "invited", "waiting", "suspended", "ended", "in_a_group")
INSIDERS = ("other", "observer", "focal", "validator", "unit")

CLOSED = ("5",)  # the router lets outsiders into the open acts only, whatever the button names
# Who may do what is asked by the table (docs/permissions.md). Here, rows that are not theirs
# are asked for by `other`, and arguments that make no sense by `focal`:
ASKED_OF = {
    "other": (*IDS, *PLANS[:1], *VERSIONS),
    "focal": (*IDS[:3], *GARBAGE, *PAIRS),
}
ASKED_OF_INSIDERS = (*IDS[:4], "5", "1:0", *VERSIONS[:1])
# The other database may take the values of statements otherwise; they are the same whoever asks.
OTHER_DATABASE = ("", "1", "5:1", "9" * 18, "9" * 50, "1\0")


def buttons(world: World, who: Attacker, act: str) -> Iterator[str]:
    """What a forged button could send, in 64 bytes."""
    if who.name in OUTSIDERS and act not in world.router.open_acts:
        arguments: tuple[str, ...] = CLOSED
    elif world.network.database.is_sqlite:
        arguments = ASKED_OF.get(who.name, ASKED_OF_INSIDERS)
    else:
        arguments = OTHER_DATABASE
    for argument in arguments:
        data = f"o:{act}:{argument}" if argument else f"o:{act}"
        if len(data.encode(errors="replace")) <= 64:
            yield data


class Toll:
    """What went wrong for each attacker, told in one go."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wrong: list[str] = []
        self.tried = 0

    async def take(
        self, who: Attacker, what: str, update: Mapping[str, Any], *, silent: bool = False
    ) -> None:
        """Send the forged update; `silent`: no answer is due."""
        self.tried += 1
        what = f"{who.name}, {what!r}"
        try:
            seen = await self.world.attack(who, update)
        except Exception as error:  # noqa: BLE001 - every one of them is to be told
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            place = frame.tb_frame.f_code if frame else None
            where = f"{place.co_filename.rpartition('/')[2]} {place.co_name}" if place else ""
            self.wrong.append(f"{what}: {type(error).__name__} in {where}")
            return
        if seen.changed:
            self.wrong.append(f"{what}: changed {sorted(seen.changed)}")
        if leaked := [each for each in who.forbidden if each in seen.said]:
            self.wrong.append(f"{what}: told {leaked}")
        if not seen.answered and not silent:
            self.wrong.append(f"{what}: no answer")

    def check(self) -> None:
        assert self.tried
        assert not self.wrong, f"{len(self.wrong)} of {self.tried}:\n" + "\n".join(self.wrong[:60])


@pytest.mark.parametrize(
    ("database_url", "names"),
    [
        pytest.param("sqlite", OUTSIDERS, id="outsiders"),
        *(pytest.param("sqlite", (each,), id=each) for each in INSIDERS),
        pytest.param("postgres", ("focal",), id="postgres", marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
@pytest.mark.slow
@pytest.mark.timeout(600)  # thousands of buttons, on whatever machine
async def test_no_forged_button_tells_or_changes_what_is_not_theirs(
    world: World, names: Sequence[str]
) -> None:
    toll = Toll(world)
    for who in map(world.attackers.__getitem__, names):
        for act in sorted(world.router.acts):
            for data in buttons(world, who, act):
                if data not in SPARED.get(who.name, ()):
                    await toll.take(who, data, tap(who, data))
            if who.name == "focal":
                await toll.take(who, f"{act}, old message", tap(who, f"o:{act}:5", when=0))
        for data in NO_BUTTONS:
            await toll.take(who, data, tap(who, data))
    toll.check()


@pytest.mark.timeout(400)
async def test_the_secretariat_reads_nothing_that_an_institution_has_not_cleared(
    world: World,
) -> None:
    """Whatever button it taps, whatever it searches for or replies to.

    Imports are left out: they read their own files, and nothing else.
    """
    officer, toll = world.attackers["officer"], Toll(world)
    arguments = ("1", "2") if world.network.database.is_sqlite else ("2",)
    for act in sorted(each for each in world.router.acts if not each.startswith("import")):
        for argument in arguments:
            data = f"o:{act}:{argument}"
            await toll.take(officer, data, tap(officer, data), silent=True)
    await toll.take(officer, "history:1:0", tap(officer, "o:history:1:0"))
    for said in ("SU-2026-0002", "140.7", "Not yet our word"):
        await toll.take(officer, said, words(officer, said))
    subjects = [f"{kind}:{n}" for kind in sorted(world.router.replies) for n in (1, 2)]
    await world.was_told(officer, subjects)
    for message_id, subject in enumerate(subjects, start=100):
        update = words(officer, "Which bill?", reply_to=message_id)
        await toll.take(officer, subject, update)
    toll.check()


NO_BUTTONS = ("", "o:", "o", "c:", "c", "x:1", ":", "o:no_such_act:1", "\0", "c:" + "é" * 30)
SPARED = {
    "invited": {"o:accept:1", "o:not_me:1"},  # their own invitation
}


@pytest.mark.timeout(400)
async def test_no_command_tells_or_changes_what_is_not_theirs(world: World) -> None:
    toll = Toll(world)
    for who in map(world.attackers.__getitem__, (*OUTSIDERS, *INSIDERS)):
        for command in (*sorted(world.router.commands), "back", "cancel", "no_such_command"):
            for rest in RESTS if who.name == "focal" else RESTS[:2]:
                text = f"/{command} {rest}".strip()
                await toll.take(who, text[:60], words(who, text))
        for text in SEARCHED:
            await toll.take(who, text[:60], words(who, text), silent=who.group)
        await toll.take(who, "a file", document(who), silent=who.group)
    toll.check()


RESTS = ("", "5", "-1", "9" * 4000, "\0", "\ud800")
SEARCHED = (
    "140.99",
    "torture",
    "grade C",
    "SU-2026-0001",
    "%",
    "_",
    "' OR 1=1 --",
    "\0",
    "x" * 4096,
)


@pytest.mark.timeout(400)
async def test_nobody_answers_in_somebody_else_s_conversation(world: World) -> None:
    """With the nonces of open questions, and with numbers that were never offered."""
    toll = Toll(world)
    for who in map(world.attackers.__getitem__, (*OUTSIDERS, *INSIDERS)):
        for nonce in world.nonces:
            for number in ("0", "1", "2", "3", "-1", "9" * 40, "x", "", "²", "٣", "\0", "0:0"):
                data = f"c:{nonce}:{number}"
                await toll.take(who, data, tap(who, data))
    toll.check()


@pytest.mark.timeout(400)
async def test_no_reply_reaches_what_is_no_longer_theirs(world: World) -> None:
    """A message about it may still stand in their chat, from a seat that they had."""
    toll = Toll(world)
    numbers = (*range(1, 10), "9" * 30, "x", "-1")
    subjects = [f"{kind}:{n}" for kind in sorted(world.router.replies) for n in numbers]
    for who in map(world.attackers.__getitem__, (*OUTSIDERS, "other", "observer", "unit")):
        await world.was_told(who, subjects)
        for message_id, subject in enumerate(subjects, start=100):
            if subject in THEIRS.get(who.name, ()):
                continue
            update = words(who, "Bill 12 passed.", reply_to=message_id)
            await toll.take(who, subject, update, silent=who.group)
    toll.check()


THEIRS = {
    "other": {"broadcast:2"},  # went to everybody with a seat, who may ask about it
    "observer": {"broadcast:2"},
}


ABOUT_ONESELF = {
    "other": {"away", "set_zone", "set_weekend", "set_quiet", "set_hour", "set_digest"},
    "observer": {"set_zone"},  # times are shown to them, too
    "unit": {"set_zone"},
}


async def test_no_conversation_about_others_begins(world: World) -> None:
    """Whatever leads to it: the conversation itself refuses."""
    for name in ("stranger", "suspended", "ended", "other", "observer", "unit"):
        who = world.attackers[name]
        for flow in world.router.runner.flows.values():
            if flow.name in ABOUT_ONESELF.get(name, ()):
                continue
            async with world.turn(who) as turn:
                with pytest.raises(Refused):
                    await flow.begins(turn, world.answers)
