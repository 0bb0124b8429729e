"""Institutions are made, renamed and ended, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.errors import NotAllowed, NotFound, Outdated, Refused
from bot.domain.people import COMMAND_LINE, Role
from bot.services import institutions as service
from bot.services import people
from bot.services.institutions import BadCode, InstitutionKnown, NoInstitutionName, StillHolds
from storage import institutions
from storage.tables import audit
from tests.services.conftest import Ministry

MINE = {"en": "Ministry of Justice"}


async def adds(ministry: Ministry, *names: str, kind: str = "ministry") -> list[int]:
    named = [{"en": name} for name in names]
    return await service.add(ministry.tx, ministry.act(COMMAND_LINE), named, kind)


async def changes(ministry: Ministry, **values: Any) -> None:
    given = {"code": "MOJ", "kind": "ministry", "names": MINE} | values
    await service.change(ministry.tx, ministry.act(COMMAND_LINE), ministry.institution_id, **given)


async def test_each_gets_a_code_of_its_own(ministry: Ministry) -> None:
    made = await adds(ministry, "Ministry of Health", "Ministry of Housing")
    found = {each.id: each for each in await institutions.every(ministry.tx)}
    assert [found[each].code for each in made] == ["MH", "MH2"]
    assert found[made[0]].names == {"en": "Ministry of Health"}
    acts = await ministry.tx.values(select(audit.c.act))
    assert acts.count("institution.add") == 2


@pytest.mark.parametrize("name", ["Ministry of Justice", "MINISTRY OF JUSTICE"])
async def test_nothing_is_there_twice(ministry: Ministry, name: str) -> None:
    with pytest.raises(InstitutionKnown):
        await adds(ministry, "Supreme Court", name)


async def test_names_kind_and_code_change(ministry: Ministry) -> None:
    names = {"en": "Ministry of Justice", "fr": "Ministère de la justice"}
    await changes(ministry, code="JUST", kind="Chancellery", names=names)
    found = await institutions.get(ministry.tx, ministry.institution_id)
    assert found is not None
    assert (found.code, found.kind, found.names) == ("JUST", "Chancellery", names)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"names": {}}, NoInstitutionName),
        ({"names": {"en": ""}}, NoInstitutionName),
        ({"names": {"en": "x" * 201}}, NoInstitutionName),
        ({"kind": ""}, NoInstitutionName),
        ({"code": "moj"}, BadCode),
        ({"code": "M J"}, BadCode),
        ({"code": ""}, BadCode),
        ({"code": "SC"}, InstitutionKnown),
        ({"names": {"fr": "Supreme Court"}}, InstitutionKnown),
    ],
)
async def test_what_does_not_fit_is_refused(
    ministry: Ministry, values: Mapping[str, Any], refusal: type[Refused]
) -> None:
    await adds(ministry, "Supreme Court", kind="court")
    with pytest.raises(refusal):
        await changes(ministry, **values)


async def test_it_ends_once_it_holds_nothing_and_can_be_taken_up_again(ministry: Ministry) -> None:
    act = ministry.act(COMMAND_LINE)
    omar = await ministry.seated("Omar", Role.FOCAL_POINT)
    with pytest.raises(StillHolds) as held:
        await service.end(ministry.tx, act, ministry.institution_id)
    assert held.value.values == {"seats": 1, "items": 0}
    await people.end_seat(ministry.tx, act, await ministry.seat_of(omar, Role.FOCAL_POINT))
    await service.end(ministry.tx, act, ministry.institution_id)
    assert await institutions.every(ministry.tx) == []
    with pytest.raises(Outdated):
        await service.end(ministry.tx, act, ministry.institution_id)
    with pytest.raises(InstitutionKnown):
        await adds(ministry, "Ministry of Justice")
    await service.take_up_again(ministry.tx, act, ministry.institution_id)
    with pytest.raises(Outdated):
        await service.take_up_again(ministry.tx, act, ministry.institution_id)
    assert [each.code for each in await institutions.every(ministry.tx)] == ["MOJ"]


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.VALIDATOR, Role.OBSERVER])
async def test_nobody_but_the_secretariat_changes_them(ministry: Ministry, role: Role) -> None:
    act = ministry.act(await ministry.actor(await ministry.seated("Omar", role)))
    there = ministry.institution_id
    for attempt in (
        service.add(ministry.tx, act, [{"en": "Mine"}], "ministry"),
        service.change(ministry.tx, act, there, code="A", kind="b", names={"en": "c"}),
        service.end(ministry.tx, act, there),
        service.take_up_again(ministry.tx, act, there),
        service.get(ministry.tx, act, there),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    with pytest.raises(NotFound):
        await service.get(ministry.tx, ministry.act(COMMAND_LINE), 999)
