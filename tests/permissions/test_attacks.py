"""Every act, command, reply and conversation button that there is, tried by whoever may not.

The lists come from the router itself: a new act is attacked as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.domain.errors import Refused
from tests.permissions.conftest import FREE_DAY, Attacker, World, document, tap, words

IDS = ("", *map(str, range(1, 8)))
GARBAGE = ("0", "-1", "9" * 18, "9" * 19, "9" * 50, "x", "²", "٣", "1\0", "<b>", "é" * 25)
PAIRS = (str(FREE_DAY), "1:0", "5:-1", f"5:{'9' * 25}", "5.1", f"5.{'9' * 25}", "fr:1")
OUTSIDERS = ("stranger", "invited", "waiting", "suspended", "ended", "in_a_group")
INSIDERS = ("other", "observer", "focal", "validator", "unit")


FEW = ("", "5", "9" * 50)  # for whom the act is closed altogether
OTHER_DATABASE = (
    "",
    "1",
    "5",
    "9" * 18,
    "9" * 50,
    "²",
    "1\0",
    "5:1",
)  # which may take them otherwise


def buttons(world: World, who: Attacker, act: str) -> Iterator[str]:
    """What a forged button could send, in 64 bytes."""
    arguments: tuple[str, ...] = (*IDS, *GARBAGE, *PAIRS)
    if who.name in OUTSIDERS and act not in world.router.open_acts:
        arguments = FEW
    elif not world.network.database.is_sqlite:
        arguments = OTHER_DATABASE
    for argument in arguments:
        data = f"o:{act}:{argument}" if argument else f"o:{act}"
        if len(data.encode(errors="replace")) <= 64:
            yield data


class Toll:
    """What went wrong, told in one go."""

    def __init__(self, world: World, who: Attacker) -> None:
        self.world = world
        self.who = who
        self.wrong: list[str] = []
        self.tried = 0

    async def take(self, what: str, update: Mapping[str, Any], *, silent: bool = False) -> None:
        """Send the forged update; `silent`: no answer is due."""
        self.tried += 1
        try:
            seen = await self.world.attack(self.who, update)
        except Exception as error:  # noqa: BLE001 - every one of them is to be told
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            place = frame.tb_frame.f_code if frame else None
            where = f"{place.co_filename.rpartition('/')[2]} {place.co_name}" if place else ""
            self.wrong.append(f"{what!r}: {type(error).__name__} in {where}")
            return
        if seen.changed:
            self.wrong.append(f"{what!r}: changed {sorted(seen.changed)}")
        if leaked := [each for each in self.who.forbidden if each in seen.said]:
            self.wrong.append(f"{what!r}: told {leaked}")
        if not seen.answered and not silent:
            self.wrong.append(f"{what!r}: no answer")

    def check(self) -> None:
        assert self.tried
        assert not self.wrong, f"{len(self.wrong)} of {self.tried}:\n" + "\n".join(self.wrong[:60])


@pytest.mark.parametrize("name", [*OUTSIDERS, *INSIDERS])
@pytest.mark.slow
@pytest.mark.timeout(300)  # thousands of buttons, on whatever machine
async def test_no_forged_button_tells_or_changes_what_is_not_theirs(
    world: World, name: str
) -> None:
    who = world.attackers[name]
    toll = Toll(world, who)
    for act in sorted(world.router.acts):
        for data in buttons(world, who, act):
            if data in SPARED.get(name, ()):
                continue
            await toll.take(data, tap(who, data))
        await toll.take(f"{act}, old message", tap(who, f"o:{act}:5", when=0))
    for data in ("", "o:", "o", "c:", "c", "x:1", ":", "o:no_such_act:1", "\0", "c:" + "é" * 30):
        await toll.take(data, tap(who, data))
    toll.check()


SPARED = {
    "invited": {"o:accept:1", "o:not_me:1"},  # their own invitation
}


@pytest.mark.parametrize("name", [*OUTSIDERS, *INSIDERS])
async def test_no_command_tells_or_changes_what_is_not_theirs(world: World, name: str) -> None:
    who = world.attackers[name]
    toll = Toll(world, who)
    for command in (*sorted(world.router.commands), "back", "cancel", "no_such_command"):
        for rest in ("", "5", "-1", "9" * 4000, "\0", "\ud800"):
            text = f"/{command} {rest}".strip()
            await toll.take(text[:60], words(who, text))
    for text in ("140.99", "torture", "SU-2026-0001", "%", "_", "' OR 1=1 --", "\0", "x" * 4096):
        await toll.take(text[:60], words(who, text), silent=who.group)
    await toll.take("a file", document(who), silent=who.group)
    toll.check()


@pytest.mark.parametrize("name", [*OUTSIDERS, *INSIDERS])
async def test_nobody_answers_in_somebody_else_s_conversation(world: World, name: str) -> None:
    """With the nonces of open questions, and with numbers that were never offered."""
    who = world.attackers[name]
    toll = Toll(world, who)
    for nonce in world.nonces:
        for number in ("0", "1", "2", "3", "-1", "9" * 40, "x", "", "²", "٣", "\0", "0:0"):
            await toll.take(f"c:{nonce}:{number}", tap(who, f"c:{nonce}:{number}"))
    toll.check()


@pytest.mark.parametrize("name", [*OUTSIDERS, "other", "observer", "unit"])
async def test_no_reply_reaches_what_is_no_longer_theirs(world: World, name: str) -> None:
    """A message about it may still stand in their chat, from a seat that they had."""
    who = world.attackers[name]
    toll = Toll(world, who)
    numbers = (*range(1, 10), "9" * 30, "x", "-1")
    subjects = [f"{kind}:{n}" for kind in sorted(world.router.replies) for n in numbers]
    await world.was_told(who, subjects)
    for message_id, subject in enumerate(subjects, start=100):
        if subject in THEIRS.get(name, ()):
            continue
        update = words(who, "Bill 12 passed.", reply_to=message_id)
        await toll.take(subject, update, silent=who.group)
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


@pytest.mark.parametrize("name", ["stranger", "suspended", "ended", "other", "observer", "unit"])
async def test_no_conversation_about_others_begins(world: World, name: str) -> None:
    """Whatever leads to it: the conversation itself refuses."""
    who = world.attackers[name]
    for flow in world.router.runner.flows.values():
        if flow.name in ABOUT_ONESELF.get(name, ()):
            continue
        async with world.turn(who) as turn:
            with pytest.raises(Refused):
                await flow.begins(turn, world.answers)
