"""The institutions that answer: made, renamed and ended by the secretariat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import permissions
from bot.domain.errors import Outdated, Refused, existing
from bot.domain.institutions import (
    CODE,
    LONGEST_CODE,
    LONGEST_KIND,
    LONGEST_NAME,
    Institution,
    code_for,
    is_named,
)
from bot.domain.people import Act
from bot.domain.screens import Words
from bot.services import audit
from storage import institutions as queries
from storage.database import Transaction


class NoInstitutionName(Refused):
    """An institution has a name and a kind; values: `limit`, in characters."""

    key = "error.institution_name"


class InstitutionKnown(Refused):
    """Another one has that name or code already; values: `name`."""

    key = "error.institution_known"


class BadCode(Refused):
    """A code is Latin capitals, digits and hyphens; values: `limit`, in characters."""

    key = "error.institution_code"


class StillHolds(Refused):
    """It has seats or assignments, which have to end first; values: `seats`, `items`."""

    key = "error.institution_holds"


async def add(
    tx: Transaction, act: Act, named: Sequence[Mapping[str, str]], kind: str
) -> list[int]:
    """New institutions of one kind, each with its names by language and a code made of them.

    Gives their ids. Raises NoInstitutionName and InstitutionKnown.
    """
    permissions.require(permissions.may_manage_people(act.actor))
    made = []
    for names in named:
        known = await _others(tx, None)
        code = code_for(names.values(), {each.code for each in known})
        _check(known, code, kind, names)
        institution_id = await queries.add(tx, code, kind, names)
        facts = {"code": code, "kind": kind}
        subject = f"institution:{institution_id}"
        await audit.record(tx, act, "institution.add", subject, facts=facts)
        made.append(institution_id)
    return made


async def change(
    tx: Transaction,
    act: Act,
    institution_id: int,
    *,
    code: str,
    kind: str,
    names: Mapping[str, str],
) -> None:
    """Another code, kind or names. Raises NoInstitutionName, InstitutionKnown, BadCode."""
    permissions.require(permissions.may_manage_people(act.actor))
    await get(tx, act, institution_id)
    _check(await _others(tx, institution_id), code, kind, names)
    await queries.change(tx, institution_id, code=code, kind=kind, names=names)
    facts = {"code": code, "kind": kind}
    subject = f"institution:{institution_id}"
    await audit.record(tx, act, "institution.change", subject, facts=facts)


async def end(tx: Transaction, act: Act, institution_id: int) -> None:
    """Nothing is asked of it any more; what it has said stays. Raises StillHolds, Outdated."""
    await get(tx, act, institution_id)
    held = await queries.held(tx, institution_id, now=act.now)
    if held.seats or held.items:
        raise StillHolds(seats=held.seats, items=held.items)
    if not await queries.end(tx, institution_id, at=act.now):
        raise Outdated
    await audit.record(tx, act, "institution.end", f"institution:{institution_id}")


async def take_up_again(tx: Transaction, act: Act, institution_id: int) -> None:
    """It is there again. Raises Outdated."""
    await get(tx, act, institution_id)
    if not await queries.end(tx, institution_id, at=None):
        raise Outdated
    await audit.record(tx, act, "institution.take_up", f"institution:{institution_id}")


async def get(tx: Transaction, act: Act, institution_id: int) -> Institution:
    """The institution of that id, for the secretariat; raises NotFound."""
    permissions.require(permissions.may_manage_people(act.actor))
    return existing(await queries.get(tx, institution_id))


async def _others(tx: Transaction, institution_id: int | None) -> list[Institution]:
    every = [*await queries.every(tx), *await queries.ended(tx)]
    return [each for each in every if each.id != institution_id]


def _check(others: Sequence[Institution], code: str, kind: str, names: Mapping[str, str]) -> None:
    fit = names and all(0 < len(each) <= LONGEST_NAME for each in names.values())
    if not fit or not 0 < len(kind) <= LONGEST_KIND:
        raise NoInstitutionName(limit=LONGEST_NAME)
    if not CODE.fullmatch(code):
        raise BadCode(limit=LONGEST_CODE)
    for other in others:
        for name in names.values():
            if is_named(other.names, name):
                raise InstitutionKnown(name=Words(name))
        if other.code == code:
            raise InstitutionKnown(name=Words(code))
