"""What Maravia's record holds when the demo starts, brought in as the bot itself would.

Each function acts inside the caller's transaction.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo import maravia
from bot.domain.figures import Figure
from bot.domain.items import Assignment
from bot.domain.people import COMMAND_LINE, Actor, Role
from bot.domain.reports import StatusUpdateDraft
from bot.exchange import staging
from bot.services import assignments as assigning
from bot.services import imports as importing
from bot.services import reviews as reviewing
from bot.services import status_updates
from bot.works.import_siblings import pairs
from storage import (
    assignments,
    clusters,
    imports,
    institutions,
    items,
    jobs,
    people,
    siblings,
)
from storage.database import Transaction

Entry = Mapping[str, Any]


async def add_institutions(tx: Transaction) -> None:
    """Maravia's institutions."""
    for each in maravia.network()["institution"]:
        await institutions.add(tx, each["code"], each["kind"], each["names"])


async def add_items(tx: Transaction, *, review: bool, now: datetime) -> None:
    """What the mechanisms said, in three languages; with `review` also the newest review."""
    if review:
        await bring_in(tx, maravia.matrix(), "docx", now=now)
    for language in maravia.LANGUAGES:
        await bring_in(tx, maravia.other_mechanisms(language), "csv", now=now)
        if review and language != "en":
            await bring_in(tx, maravia.review_texts(language), "csv", now=now)


async def bring_in(tx: Transaction, content: bytes, kind: str, *, now: datetime) -> None:
    """Import a file as the command line does, siblings included."""
    job_id = await jobs.plan(tx, importing.READ, {}, person_id=None, seat_id=None, now=now)
    facts: Mapping[str, Any] = {}
    staged = 0
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
        file.write(content)
        file.flush()
        for batch in staging.read(file.name, {}):
            if "facts" in batch[0]:
                facts = batch[0]["facts"]
            else:
                await imports.stage(tx, job_id, batch, first=staged + 1)
                staged += len(batch)
    await jobs.change(tx, job_id, state=jobs.RUNNING, result={"facts": facts})
    job = await jobs.get(tx, job_id)
    assert job is not None
    await importing.apply(tx, COMMAND_LINE, job, now=now)
    new = await imports.touched_items(tx, job_id)
    for one, other, score in pairs(await items.wordings(tx), new):
        await siblings.keep(tx, one, other, score)
    await importing.finish(tx, job, now=now)


async def add_clusters(tx: Transaction, *, now: datetime) -> None:
    """Items that are worked on together."""
    known = await item_ids(tx)
    for each in maravia.network()["cluster"]:
        cluster_id = await clusters.add(tx, each["name"], "en", now=now)
        await clusters.put(tx, [known[name(item)] for item in each["items"]], cluster_id)


async def assign(
    tx: Transaction, entries: Sequence[Entry], *, start: datetime, bot_id: int, now: datetime
) -> None:
    """Assign items, as drafts; their due days are counted from `start`."""
    officer = await actor_of(tx, {Role.OFFICER}, None, now=now)
    known = await item_ids(tx)
    houses = {each.code: each.id for each in await institutions.every(tx)}
    for each in entries:
        await assigning.assign(
            tx,
            officer,
            [known[name(each["item"])]],
            lead=houses[each["lead"]],
            contributing=[houses[code] for code in each.get("contributing", [])],
            due_on=(start + timedelta(days=each["due"])).date(),
            bot_id=bot_id,
            now=now,
        )


async def announce(tx: Transaction, *, bot_id: int, now: datetime) -> None:
    """Tell the institutions what they have been assigned."""
    officer = await actor_of(tx, {Role.OFFICER}, None, now=now)
    await assigning.announce(tx, officer, bot_id=bot_id, now=now)


async def report(
    tx: Transaction, entry: Entry, *, zone: ZoneInfo, bot_id: int, now: datetime
) -> int:
    """An institution reports; gives the id of the status update."""
    assignment = await _assignment(tx, entry["item"], entry["institution"])
    figures = tuple(
        Figure(each["indicator"], each["value"], each.get("unit"), each.get("year"))
        for each in entry.get("figures", [])
    )
    draft = StatusUpdateDraft(
        assignment.id,
        entry["status"],
        entry["measures"],
        entry["language"],
        now.astimezone(zone).date(),
        remaining=entry.get("remaining"),
        figures=figures,
    )
    author = await actor_of(tx, {Role.FOCAL_POINT}, assignment.institution_id, now=now)
    receipt = await status_updates.submit(tx, author, draft, zone=zone, bot_id=bot_id, now=now)
    return receipt.updates[0].status_update_id


async def decide(
    tx: Transaction, entry: Entry, update_id: int, *, bot_id: int, now: datetime
) -> None:
    """The secretariat approves or returns the report, as the entry says."""
    officer = await actor_of(tx, {Role.OFFICER}, None, now=now)
    if entry["decision"] == "approved":
        await reviewing.approve(tx, officer, update_id, now=now)
    else:
        comment = entry["comment"]
        await reviewing.return_(
            tx, officer, update_id, comment, language="en", bot_id=bot_id, now=now
        )


# -- Finding one's way -----------------------------------------------------------------------------


async def item_ids(tx: Transaction) -> dict[str, int]:
    """Every item by its `name`."""
    return {
        name(f"{each.symbol} {each.code}"): each.id
        for item_id, *_ in await items.wordings(tx)
        if (each := await items.get(tx, item_id)) is not None
    }


def name(item: str) -> str:
    """Symbol and number as they are compared, however they are spaced: `A/HRC/58/12 140.7`."""
    return "".join(item.split())


async def actor_of(
    tx: Transaction,
    roles: frozenset[Role] | set[Role],
    institution_id: int | None,
    *,
    now: datetime,
) -> Actor:
    """Whoever holds such a seat now, the oldest seat first."""
    found = await people.seated(tx, now=now, roles=roles, institution_id=institution_id)
    first = min(found, key=lambda each: each.seat.id)
    return Actor(first.person, (first.seat,))


async def _assignment(tx: Transaction, item: str, institution: str) -> Assignment:
    house = await institutions.by_code(tx, institution)
    assert house is not None
    held = await assignments.of_item(tx, (await item_ids(tx))[name(item)])
    return next(each for each in held if each.institution_id == house.id)
