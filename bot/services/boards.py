"""Boards: messages that count deliveries, changed where they stand and without a sound.

A board knows the deliveries by the beginning of their keys and nothing else, so that whatever sends
to many people has one: `request:5:`, `broadcast:7:`. Who paints a prefix is told by its first word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.domain import screens
from bot.domain.broadcasts import Deliveries
from bot.domain.people import Act
from bot.domain.screens import Screen
from bot.domain.views import boards as views
from storage import boards as queries
from storage import outbox
from storage.boards import Board
from storage.database import Database, Transaction
from storage.outbox import Message


@dataclass(frozen=True)
class Painted:
    """What a board shows now, and whether something under way may change it."""

    screen: Screen
    moves: bool


Painter: TypeAlias = Callable[[Transaction, str], Awaitable[Painted | None]]
"""Paint the board of deliveries whose keys begin so; None: there is none any more."""


async def count(tx: Transaction, prefix: str) -> Deliveries:
    """What became of the deliveries whose keys begin so."""
    found = await outbox.counts(tx, prefix)
    return Deliveries(
        waiting=found["planned"] + found["sending"],
        sent=found["sent"],
        failed=found["failed"],
        unknown=found["unknown"],
        dropped=found["dropped"],
        reasons=await outbox.reasons(tx, prefix) if found["failed"] else {},
    )


async def hang(tx: Transaction, act: Act, prefix: str, outbox_id: int, painted: Painted) -> None:
    """The actor's board of these deliveries is that message now; an older one says so."""
    assert act.actor.person_id is not None
    row = await outbox.root(tx, outbox_id)
    old = await queries.find(tx, prefix, act.actor.person_id)
    revision = 0 if old is None else old.revision + 1
    new = Board(prefix, act.actor.person_id, row, _digest(painted.screen), revision)
    if old is not None and old.outbox_id != row:
        await outbox.add(tx, _edit(act, old, views.moved(), revision=revision), now=act.now)
    await queries.keep(tx, new, moves=painted.moves)


async def follow(database: Database, act: Act, painters: Mapping[str, Painter]) -> int:
    """Change every board whose numbers have changed; gives how many. One look when nothing moves.

    Whoever changes a board meanwhile wins; the next look follows.
    """
    async with database.read() as tx:
        moving = await queries.moving(tx)
        painted = {each.prefix: await _paint(tx, each.prefix, painters) for each in moving}
    changed = [each for each in moving if _differs(each, painted[each.prefix])]
    if not changed:
        return 0
    async with database.write() as tx:
        return sum([await _change(tx, act, each, painted[each.prefix]) for each in changed])


async def _paint(tx: Transaction, prefix: str, painters: Mapping[str, Painter]) -> Painted | None:
    painter = painters.get(prefix.partition(":")[0])
    return None if painter is None else await painter(tx, prefix)


def _differs(board: Board, painted: Painted | None) -> bool:
    return painted is None or not painted.moves or _digest(painted.screen) != board.shown


async def _change(tx: Transaction, act: Act, board: Board, painted: Painted | None) -> bool:
    shown = board.shown if painted is None else _digest(painted.screen)
    moves = painted is not None and painted.moves
    if not await queries.change(tx, board, shown, moves=moves):
        return False
    if painted is None or shown == board.shown:
        return False
    edit = _edit(act, board, painted.screen, revision=board.revision + 1)
    await outbox.add(tx, edit, now=act.now)
    return True


def _edit(act: Act, board: Board, shown: Screen, *, revision: int) -> Message:
    return Message(
        key=f"board:{board.prefix}{board.person_id}:{revision}",
        screen=replace(shown, replaces=True),
        person_id=board.person_id,
        bot_id=act.bot_id,
        edits=board.outbox_id,
        silent=True,
    )


def _digest(shown: Screen) -> str:
    packed = screens.to_json(replace(shown, replaces=True))
    return hashlib.sha256(json.dumps(packed, sort_keys=True).encode()).hexdigest()
