"""Groups that people speak for: configured by the secretariat, called by the country's names."""

from __future__ import annotations

import pytest

from bot.domain.errors import NotAllowed, NotFound, Outdated
from bot.domain.groups import Groups, called
from bot.domain.people import Role
from bot.services import groups
from bot.services.statuses import Names
from bot.texts import Texts
from storage import groups as queries
from storage.database import Database
from tests import maravia
from tests.conftest import FrozenClock
from tests.services.test_consultations import officer


async def test_what_was_configured_is_called_so_and_offered_or_not(
    database: Database, clock: FrozenClock
) -> None:
    texts = Texts.load(("en", "fr"), clock=clock)
    async with database.write() as tx:
        act = await officer(tx, clock)
        made = await groups.add(tx, act, {"en": "Fisherfolk", "fr": "Gens de mer"})
        await groups.rename(tx, act, "women", {"en": "Women and girls"})
        await groups.end(tx, act, "academia")
        with pytest.raises(Outdated):
            await groups.end(tx, act, "academia")
        known = await queries.every(tx)
    assert made.code in known.live
    assert "academia" not in known.live
    await Names(database, texts).read()
    said = [
        texts.render(called(code), language, mode="bare")
        for code, language in ((made.code, "fr"), ("women", "en"), ("women", "fr"))
    ]
    assert said == ["Gens de mer", "Women and girls", "Organisations de femmes"]
    async with database.write() as tx:
        await groups.take_up_again(tx, act, "academia")
        await groups.rename(tx, act, "women", {})
        assert (await queries.every(tx)).live == (*Groups.of([]).live[:-1], "g1", "other")


async def test_nobody_else_configures_them(database: Database, clock: FrozenClock) -> None:
    async with database.write() as tx:
        act = await officer(tx, clock)
        with pytest.raises(NotFound):
            await groups.rename(tx, act, "g7", {"en": "Nobody"})
        amal = await maravia.somebody(tx, "Amal", Role.OBSERVER, None)
        with pytest.raises(NotAllowed):
            await groups.add(tx, maravia.act(amal, clock.now()), {"en": "Ours"})
