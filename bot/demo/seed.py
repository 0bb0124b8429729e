"""What Maravia's record holds when the demo starts, brought in as the bot itself would.

Each function acts inside the caller's transaction.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.demo import maravia
from bot.domain.clearance import Rule
from bot.domain.consultations import KEPT_AFTER, Access, Form, Translation
from bot.domain.consultations import Wanted as Consulting
from bot.domain.deadlines import DeadlineKind, Wanted
from bot.domain.disaggregation import Dimension
from bot.domain.figures import Figure
from bot.domain.items import Assignment
from bot.domain.people import Act, Actor, Role
from bot.domain.plans import About, ActivityState, IndicatorKind, IndicatorValue, WantedIndicator
from bot.domain.plans import Wanted as Planned
from bot.domain.reports import StatusUpdateDraft
from bot.domain.requests import Audience, RequestKind, RequestText
from bot.exchange import staging
from bot.services import announcing, answers, consultations, deadlines, plans, status_updates
from bot.services import assignments as assigning
from bot.services import imports as importing
from bot.services import requests as requesting
from bot.services import reviews as reviewing
from bot.services.answers import AnswerDraft
from bot.works.import_siblings import pairs
from storage import (
    assignments,
    clearance,
    clusters,
    imports,
    institutions,
    items,
    jobs,
    people,
    requests,
    siblings,
)
from storage import deadlines as deadline_queries
from storage.database import Transaction

Entry = Mapping[str, Any]
MANY = 100  # more than is ever asked of one institution here


async def add_institutions(tx: Transaction) -> None:
    """Maravia's institutions."""
    for each in maravia.network()["institution"]:
        made = await institutions.add(tx, each["code"], each["kind"], each["names"])
        await clearance.set_rule(tx, made, Rule(each.get("clearance", Rule.NONE)))


async def add_items(tx: Transaction, act: Act, *, review: bool) -> None:
    """What the mechanisms said, in three languages; with `review` also the newest review."""
    if review:
        await bring_in(tx, act, maravia.matrix(), "docx")
    for language in maravia.LANGUAGES:
        await bring_in(tx, act, maravia.other_mechanisms(language), "csv")
        if review and language != "en":
            await bring_in(tx, act, maravia.review_texts(language), "csv")


async def bring_in(tx: Transaction, act: Act, content: bytes, kind: str) -> None:
    """Import a file as the command line does, siblings included."""
    job_id = await jobs.plan(tx, importing.READ, {}, person_id=None, seat_id=None, now=act.now)
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
    await importing.apply(tx, act, job)
    new = await imports.touched_items(tx, job_id)
    for one, other, score in pairs(await items.wordings(tx), new):
        await siblings.keep(tx, one, other, score)
    await importing.finish(tx, job, now=act.now)


async def add_clusters(tx: Transaction, *, now: datetime) -> None:
    """Items that are worked on together."""
    known = await item_ids(tx)
    for each in maravia.network()["cluster"]:
        cluster_id = await clusters.add(tx, each["name"], "en", now=now)
        await clusters.put(tx, [known[name(item)] for item in each["items"]], cluster_id)


async def assign(tx: Transaction, act: Act, entries: Sequence[Entry], *, start: datetime) -> None:
    """Assign items, as drafts; their due days are counted from `start`."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    known = await item_ids(tx)
    houses = {each.code: each.id for each in await institutions.every(tx)}
    for each in entries:
        await assigning.assign(
            tx,
            by_officer,
            [known[name(each["item"])]],
            lead=houses[each["lead"]],
            contributing=[houses[code] for code in each.get("contributing", [])],
            due_on=(start + timedelta(days=each["due"])).date(),
        )


async def announce(tx: Transaction, act: Act) -> None:
    """Tell the institutions what they have been assigned."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    await assigning.announce(tx, by_officer)


async def report(tx: Transaction, act: Act, entry: Entry) -> int:
    """An institution reports; gives the id of the status update."""
    assignment = await _assignment(tx, entry["item"], entry["institution"])
    draft = StatusUpdateDraft(
        assignment.id,
        entry["status"],
        entry["measures"],
        entry["language"],
        act.today,
        remaining=entry.get("remaining"),
        figures=_figures(entry),
    )
    by_author = await by(tx, act, Role.FOCAL_POINT, assignment.institution_id)
    receipt = await status_updates.submit(tx, by_author, draft)
    return receipt.updates[0].status_update_id


async def ask(tx: Transaction, act: Act, entry: Entry, *, start: datetime) -> None:
    """The secretariat asks institutions for data; the due day is counted from `start`."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    houses = {each.code: each.id for each in await institutions.every(tx)}
    wanted = requesting.Wanted(
        RequestKind.DATA,
        Audience(institutions=tuple(houses[code] for code in entry["institutions"])),
        (start + timedelta(days=entry["due"])).date(),
        tuple(
            RequestText(language, each["title"], each["message"])
            for language, each in entry["texts"].items()
        ),
        indicator=entry["indicator"],
    )
    await requesting.send_now(tx, by_officer, await requesting.plan(tx, by_officer, wanted))


async def answer(tx: Transaction, act: Act, entry: Entry) -> None:
    """An institution answers the request for that indicator."""
    house = await institutions.by_code(tx, entry["institution"])
    assert house is not None
    open_ones = await requests.open_for(tx, [house.id], kinds=[RequestKind.DATA], limit=MANY)
    asked = next(each for each in open_ones if each.indicator == entry["indicator"])
    by_author = await by(tx, act, Role.FOCAL_POINT, house.id)
    figures = _figures(entry)
    draft = AnswerDraft(asked.id, entry["words"], entry["language"], figures=figures)
    await answers.answer(tx, by_author, draft)


async def add_deadlines(tx: Transaction, act: Act, *, start: datetime) -> None:
    """The reporting calendar; its days are counted from `start`."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    for each in maravia.network()["deadline"]:
        known = await deadline_queries.documents_called(tx, [each["document"]])
        wanted = Wanted(
            DeadlineKind(each["kind"]),
            each["title"],
            (start + timedelta(days=each["due"])).date(),
            document_id=known[each["document"]].id,
        )
        await deadlines.add(tx, by_officer, wanted)


async def announce_consultations(tx: Transaction, act: Act, *, start: datetime) -> list[str]:
    """Consultations that are open; gives the codes of their links."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    codes = []
    for each in maravia.network()["consultation"]:
        day = (start + timedelta(days=each["days"])).astimezone(act.zone).date()
        wanted = Consulting(
            Form.MEETING,
            each["title"],
            each["purpose"],
            datetime.combine(day, time(each["hour"]), act.zone),
            day,
            each["place"],
            "en",
            closes_on=day - timedelta(days=1),
            kept_until=day + KEPT_AFTER,
            access=tuple(Access(name) for name in each["access"]),
            ways=each["ways"],
            contacts=each["contacts"],
        )
        consultation_id = await consultations.announce(tx, by_officer, wanted)
        for language, words in each["words"].items():
            said = Translation(**words)
            await announcing.say(tx, by_officer, consultation_id, language, said)
        found = await consultations.get(tx, by_officer, consultation_id)
        codes.append(found.code)
    return codes


async def add_plans(tx: Transaction, act: Act, *, start: datetime) -> None:
    """Follow-up plans with indicators and values; their days are counted from `start`."""
    known = await item_ids(tx)
    grouped = {each.name: each.id for each in await clusters.every(tx)}
    houses = {each.code: each.id for each in await institutions.every(tx)}
    for each in maravia.network()["activity"]:
        house = houses[each["institution"]]
        by_planner = await by(tx, act, Role.OFFICER, None)
        if each.get("proposed"):
            by_planner = await by(tx, act, Role.FOCAL_POINT, house)
        about = About(
            grouped[each["cluster"]] if "cluster" in each else None,
            tuple(known[name(item)] for item in each.get("items", [])),
        )
        wanted = Planned(
            each["what"],
            each["language"],
            house,
            tuple(houses[code] for code in each.get("others", [])),
            (start + timedelta(days=each["from"])).date(),
            (start + timedelta(days=each["until"])).date(),
            Decimal(each["amount"]) if "amount" in each else None,
            each.get("currency"),
            each.get("funds"),
        )
        activity_id = await plans.add(tx, by_planner, about, wanted)
        for one in each.get("indicator", []):
            await _measure(tx, by_planner, activity_id, one, each["language"])
        if each.get("state", ActivityState.PLANNED) != ActivityState.PLANNED:
            by_house = await by(tx, act, Role.FOCAL_POINT, house)
            state, note = ActivityState(each["state"]), each.get("note")
            await plans.move(tx, by_house, activity_id, state, words=note, language="en")


async def _measure(
    tx: Transaction, by_planner: Act, activity_id: int, entry: Entry, language: str
) -> None:
    """An indicator of an activity with its values."""
    baseline, baseline_year = entry.get("baseline", (None, None))
    target, target_year = entry.get("target", (None, None))
    wanted = WantedIndicator(
        entry["name"],
        language,
        IndicatorKind(entry["kind"]),
        entry.get("unit"),
        baseline,
        baseline_year,
        target,
        target_year,
        entry.get("sdg"),
        tuple(Dimension(each) for each in entry.get("dimensions", [])),
    )
    indicator_id = await plans.add_indicator(tx, by_planner, activity_id, wanted)
    for each in entry.get("values", []):
        value = IndicatorValue(each["value"], each["year"], each.get("groups", {}))
        await plans.add_value(tx, by_planner, indicator_id, value)


async def decide(tx: Transaction, act: Act, entry: Entry, update_id: int) -> None:
    """The secretariat approves or returns the report, as the entry says."""
    by_officer = await by(tx, act, Role.OFFICER, None)
    if entry["decision"] == "approved":
        await reviewing.approve(tx, by_officer, update_id)
    else:
        await reviewing.return_(tx, by_officer, update_id, entry["comment"], language="en")


def _figures(entry: Entry) -> tuple[Figure, ...]:
    return tuple(
        Figure(each["indicator"], each["value"], each.get("unit"), each.get("year"))
        for each in entry.get("figures", [])
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


async def by(tx: Transaction, act: Act, role: Role, institution_id: int | None) -> Act:
    """The act as one of whoever holds such a seat then, the oldest seat first."""
    found = await people.seated(tx, now=act.now, roles=[role], institution_id=institution_id)
    first = min(found, key=lambda each: each.seat.id)
    return replace(act, actor=Actor(first.person, (first.seat,)))


async def _assignment(tx: Transaction, item: str, institution: str) -> Assignment:
    house = await institutions.by_code(tx, institution)
    assert house is not None
    held = await assignments.of_item(tx, (await item_ids(tx))[name(item)])
    return next(each for each in held if each.institution_id == house.id)
