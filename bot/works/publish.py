"""Writes the public snapshot for the operator: whole, or not at all."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import Refused
from bot.domain.people import COMMAND_LINE
from bot.exchange.public_site import MARKER, Snapshot, write
from bot.services import publication as service
from bot.works import Tools
from storage import names, publication, statuses, summaries


class NotOurs(Refused):
    """The folder holds something else than a snapshot: nothing of it is touched; value: `place`."""

    key = "error.publish.not_ours"


@dataclass(frozen=True)
class Published:
    """How much the snapshot holds."""

    items: int
    answers: int


async def write_out(tools: Tools, target: Path) -> Published:
    """Write the snapshot to the folder `target`; an older one there goes once this one is whole.

    Refuses with NotOurs where the folder is neither empty nor a snapshot.
    """
    if await asyncio.to_thread(_holds_other_things, target):
        raise NotOurs(place=str(target))
    async with tools.database.read() as tx:
        documents = await publication.documents(tx)
        vocabulary = await statuses.vocabulary(tx)
        own = await names.own(tx)
        came_of = await summaries.public(tx)
    settings = tools.settings
    today = tools.clock.now().astimezone(settings.zone).date()
    tools.texts.call(own)
    snapshot = Snapshot(
        documents,
        today,
        settings.languages,
        settings.default_language,
        vocabulary.codes,
        came_of,
    )
    made = Published(
        sum(1 for _ in snapshot.items), sum(len(each.answers) for each in snapshot.items)
    )
    staged = target.with_name(f".{target.name}.new")
    await asyncio.to_thread(_begin, staged)
    try:
        await asyncio.to_thread(write, snapshot, tools.texts, staged)
        async with tools.database.write() as tx:
            act = tools.by(COMMAND_LINE)
            await service.published(tx, act, items=made.items, answers=made.answers)
        await asyncio.to_thread(_take_the_place_of, staged, target)
    finally:
        await asyncio.to_thread(shutil.rmtree, staged, ignore_errors=True)
    return made


def _holds_other_things(target: Path) -> bool:
    if not target.exists():
        return False
    return not target.is_dir() or (any(target.iterdir()) and not (target / MARKER).is_file())


def _begin(staged: Path) -> None:
    shutil.rmtree(staged, ignore_errors=True)  # one that was cut off
    staged.mkdir(mode=0o755, parents=True)


def _take_the_place_of(staged: Path, target: Path) -> None:
    """For anybody to read, as what is published is."""
    for path in (staged, *staged.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    staged.replace(target)
    shutil.rmtree(old, ignore_errors=True)
