"""The groups that people speak for, as the secretariat configures them: codes stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain import permissions
from bot.domain.errors import Outdated, existing
from bot.domain.groups import Entry, Groups, fitting
from bot.domain.people import Act
from bot.services import audit
from bot.services.statuses import WAKES
from storage import groups as queries
from storage.database import Transaction


async def every(tx: Transaction, act: Act) -> Groups:
    """The groups of the country, to be configured."""
    permissions.require(permissions.may_consult(act.actor))
    return await queries.every(tx)


async def get(tx: Transaction, act: Act, code: str) -> Entry:
    """The group of that code, to be configured; raises NotFound."""
    return existing((await every(tx, act)).get(code))


async def add(tx: Transaction, act: Act, names: Mapping[str, str]) -> Entry:
    """A new group. Raises GroupName, TooManyGroups, and Outdated at a race."""
    made = (await every(tx, act)).added(names)
    if not await queries.add(tx, made):
        raise Outdated
    await _trace(tx, act, "group.add", made)
    return made


async def rename(tx: Transaction, act: Act, code: str, names: Mapping[str, str]) -> None:
    """Other names; raises GroupName."""
    found = await get(tx, act, code)
    changed = fitting(replace(found, names=dict(names)))
    await queries.keep(tx, changed, now=act.now)
    await _trace(tx, act, "group.rename", changed)


async def end(tx: Transaction, act: Act, code: str) -> None:
    """It is offered no more; who said it stays counted. Raises Outdated."""
    found = await get(tx, act, code)
    if found.ended:
        raise Outdated
    await queries.keep(tx, replace(found, ended=True), now=act.now)
    await _trace(tx, act, "group.end", found)


async def take_up_again(tx: Transaction, act: Act, code: str) -> None:
    """It is offered again; raises Outdated."""
    found = await get(tx, act, code)
    if not found.ended:
        raise Outdated
    await queries.keep(tx, replace(found, ended=False), now=act.now)
    await _trace(tx, act, "group.take_up", found)


async def _trace(tx: Transaction, act: Act, what: str, entry: Entry) -> None:
    words = "\n".join(f"{language}: {name}" for language, name in entry.names.items())
    facts = {"languages": sorted(entry.names)}
    await audit.record(tx, act, what, f"group:{entry.code}", facts=facts, words=words or None)
    tx.wakes.add(WAKES)
