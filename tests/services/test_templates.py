"""Word templates as acts: put into use, replaced, given up; only by the secretariat, on record."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.errors import NotAllowed
from bot.domain.exports import TemplateKind
from bot.domain.people import Role
from bot.services import templates as service
from storage import files, templates
from storage.database import Database, Transaction
from storage.tables import audit
from storage.tables import templates as table
from tests import maravia
from tests.conftest import FrozenClock

MATRIX, PARAGRAPHS = TemplateKind.MATRIX, TemplateKind.PARAGRAPHS
FIRST, SECOND = "a" * 64, "b" * 64


async def kept(tx: Transaction, clock: FrozenClock) -> None:
    for each in (FIRST, SECOND):
        await files.add(tx, each, size=1, media_type="application/x", now=clock.now())


async def test_one_template_is_in_use_and_those_before_stay_on_record(
    database: Database, clock: FrozenClock
) -> None:
    async with database.write() as tx:
        await kept(tx, clock)
        act = maravia.act(await maravia.somebody(tx, "Amina", Role.OFFICER, None), clock.now())
        assert await templates.current(tx, MATRIX, "en") is None
        await service.take(tx, act, MATRIX, "en", FIRST, "ours.docx")
        await service.take(tx, act, MATRIX, "en", SECOND, "newer.docx")
        found = await templates.current(tx, MATRIX, "en")
        assert found is not None
        assert (found.sha256, found.name) == (SECOND, "newer.docx")
        assert await templates.current(tx, MATRIX, "fr") is None
        assert await templates.current(tx, PARAGRAPHS, "en") is None
        assert await service.hand_out(tx, act, MATRIX, language="en") == found
        await service.give_up(tx, act, MATRIX, language="en")
        await service.give_up(tx, act, MATRIX, language="en")
        assert await templates.current(tx, MATRIX, "en") is None
        ended = await tx.rows(select(table.c.sha256, table.c.ended_at).order_by(table.c.id))
        assert [each["sha256"] for each in ended if each["ended_at"]] == [FIRST, SECOND]
        assert FIRST not in await files.nobodys(tx)
        acts = await tx.values(
            select(audit.c.act).where(audit.c.act.like("template.%")).order_by(audit.c.number)
        )
    assert acts == ["template.take", "template.take", "template.get", "template.give_up"]


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.VALIDATOR, Role.OBSERVER])
async def test_nobody_else_sends_gets_or_gives_up_a_template(
    database: Database, clock: FrozenClock, role: Role
) -> None:
    async with database.write() as tx:
        await kept(tx, clock)
        await maravia.justice(tx)
        act = maravia.act(await maravia.somebody(tx, "Noor", role, 1), clock.now())
        for attempt in (
            service.hand_out(tx, act, MATRIX, language="en"),
            service.receive(tx, act, MATRIX, "en", "file", "mine.docx"),
            service.take(tx, act, MATRIX, "en", FIRST, "mine.docx"),
            service.give_up(tx, act, MATRIX, language="en"),
        ):
            with pytest.raises(NotAllowed):
                await attempt
