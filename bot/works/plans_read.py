"""Reads a workbook of plans that came back, and shows what it would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.permissions import may_plan, require
from bot.domain.plans import Activity, Wanted, WantedIndicator, money_written
from bot.domain.screens import Code, Listing, Screen, Value, Words, text, text_from_json
from bot.domain.views import plans as plan_views
from bot.domain.views import plans_book as views
from bot.exchange import assignments_work, plans_work
from bot.exchange.language import detect
from bot.services import plans_book as service
from bot.services.plans_book import Difference, Wish
from bot.works import Tools, books
from storage import clusters, indicators, institutions, jobs, plans
from storage.database import Transaction
from storage.jobs import Job


@dataclass(frozen=True)
class _Names:
    """What a workbook may call things, by id, and how this person's language calls them."""

    institutions: Mapping[str, int]
    clusters: Mapping[str, int]
    items: Mapping[str, int]
    shown_institutions: Mapping[int, str]


async def run(job: Job, tools: Tools) -> None:
    """Read the stored file `job.sha256`; raises what refuses it."""
    assert job.sha256 is not None
    async with tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        require(may_plan(actor))
        language = actor.person.language if actor.person else tools.settings.default_language
        names = await _names(tx, tools, language)
        known = await _known(tx, tools, names)
    headings = plans_work.headings(tools.texts)
    rows = await books.read(tools, job.sha256, plans_work.read, known, headings, language)
    wishes = [_wish(each, names, language) for each in _applicable(rows)]
    problems = [each for row in rows for each in row["problems"]]
    refused = len(rows) - len(wishes)
    async with tools.database.write() as tx:
        found = await service.differences(tx, wishes)
        kept = {"wishes": [each.wish.to_json() for each in found], "mark": service.mark(found)}
        shown = _preview(job.id, found, problems, names, refused=refused)
        await tools.tell(tx, job, shown, step="preview")
        if found:
            await jobs.change(tx, job.id, state=jobs.WAITING, result=kept)
        else:
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=tools.clock.now())


async def _names(tx: Transaction, tools: Tools, language: str) -> _Names:
    every = await institutions.every(tx)
    grouped = assignments_work.cluster_names(await clusters.every(tx))
    codes = await plans_work.item_codes(tx)
    return _Names(
        assignments_work.known_names(every, (language, *tools.settings.languages)),
        {name: id_ for id_, name in grouped.items()},
        {code: id_ for id_, code in codes.items()},
        assignments_work.institution_names(every, language),
    )


async def _known(tx: Transaction, tools: Tools, names: _Names) -> dict[str, Any]:
    """What the reader holds the workbook against, as plain JSON."""
    activities = await plans.every(tx)
    measured = await indicators.of_activities(tx, [each.id for each in activities])
    items = {id_: code for code, id_ in names.items.items()}
    grouped = {id_: name for name, id_ in names.clusters.items()}
    unsaid = await plans.about_restricted(tx, [each.id for each in activities])
    return {
        "activities": {
            f"AC-{each.id}": list(plans_work.about(each, items, grouped)) for each in activities
        },
        "indicators": {f"IN-{each.id}": f"AC-{each.activity_id}" for each in measured},
        "items": list(names.items),
        "institutions": list(names.institutions),
        "clusters": list(names.clusters),
        "words": plans_work.words(tools.texts),
        "about_restricted": [
            *(f"AC-{each}" for each in unsaid),
            *(f"IN-{each.id}" for each in measured if each.activity_id in unsaid),
        ],
    }


def _applicable(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that are right; an indicator of a new activity only where that one is, too."""
    right = [each for each in rows if not each["refused"]]
    marks = {each["cells"]["id"] for each in right if each["sheet"] == "activity" and each["new"]}
    known = {each["cells"]["id"] for each in rows if each["sheet"] == "activity" and each["new"]}
    wrong = {mark.casefold() for mark in known - marks}
    return [
        each
        for each in right
        if each["sheet"] == "activity" or each["cells"]["activity"].casefold() not in wrong
    ]


def _wish(row: Mapping[str, Any], names: _Names, language: str) -> Wish:
    cells = dict(row["cells"])
    said = cells.get("what") or cells.get("name") or ""
    about = None
    if row["sheet"] == "activity":
        of: int | str | None = None
        if row["new"]:
            about = _about(cells["about"], names)
        institution = cells["institution"]
        cells["institution_id"] = None if institution is None else names.institutions[institution]
        cells["others"] = [names.institutions[each] for each in cells["others"]]
    else:
        of = _id(cells["activity"]) or cells["activity"].casefold()
    return Wish(
        row["sheet"],
        None if row["new"] else _id(cells["id"]),
        cells["id"].casefold() if row["new"] else "",
        of,
        about,
        cells,
        frozenset(row["given"]),
        detect(said) or language,
    )


def _about(said: Sequence[str], names: _Names) -> tuple[int | None, tuple[int, ...]]:
    if len(said) == 1 and said[0] in names.clusters:
        return names.clusters[said[0]], ()
    return None, tuple(names.items[each] for each in said)


def _id(number: str) -> int | None:
    """The id of `AC-7`; None for a writer's own mark."""
    letters, _, digits = number.partition("-")
    return int(digits) if letters in ("AC", "IN") and digits.isdecimal() else None


# -- The preview -----------------------------------------------------------------------------------


def _preview(
    job_id: int,
    found: Sequence[Difference],
    problems: Sequence[Mapping[str, Any]],
    names: _Names,
    *,
    refused: int,
) -> Screen:
    return views.preview(
        job_id,
        service.counts(found),
        [_change(each, names) for each in found[: views.SHOWN]],
        len(found),
        [
            (each["sheet"], each["row"], text_from_json(each["text"]))
            for each in problems[: views.SHOWN]
        ],
        more_problems=max(len(problems) - views.SHOWN, 0),
        refused=refused,
    )


def _change(one: Difference, names: _Names) -> views.Change:
    """How one entry would change, field by field."""
    what = one.then.what if isinstance(one.then, Wanted) else one.then.name
    if one.now is None:
        return views.Change(one.wish.sheet, Words(what, limit=60), None, _given(one))
    before = one.now.wanted
    named = one.now.what if isinstance(one.now, Activity) else one.now.name
    fields = dict.fromkeys("amount" if each == "currency" else each for each in one.fields)
    changes = [
        (name, _shown(before, name, names), _shown(one.then, name, names))
        for name in fields
        if not name.endswith("_year")
    ]
    changes += [
        (name, _shown(before, name, names), _shown(one.then, name, names))
        for name in ("baseline", "target")
        if f"{name}_year" in fields and name not in fields
    ]
    if one.state is not None and isinstance(one.now, Activity):
        before_that = text(f"activity.state.{one.now.state}")
        changes.append(("state", before_that, text(f"activity.state.{one.state}")))
    return views.Change(one.wish.sheet, Words(named, limit=60), tuple(changes), _given(one))


def _given(one: Difference) -> Value | None:
    """The new value of an indicator."""
    if one.value is None or not isinstance(one.then, WantedIndicator):
        return None
    return plan_views.reading(one.value.value, one.then.unit, one.value.year)


def _shown(of: Wanted | WantedIndicator, name: str, names: _Names) -> Value | None:
    """A field as the preview shows it; None for an empty one."""
    value = getattr(of, name)
    if value is None or value == ():
        return None
    if isinstance(of, WantedIndicator):
        return _measure(of, name, value)
    match name:
        case "institution_id":
            return Words(names.shown_institutions[value])
        case "others":
            return Listing(tuple(Words(names.shown_institutions[each]) for each in value))
        case "amount":
            return Code(money_written(value, of.currency or ""))
        case "from_on" | "until_on":
            day: Value = value
            return day
        case _:
            return Words(value, limit=80)


def _measure(of: WantedIndicator, name: str, value: Any) -> Value:
    match name:
        case "kind":
            return text(f"indicator.kind.{value}")
        case "dimensions":
            return Listing(tuple(text(f"dimension.{each}") for each in value))
        case "baseline" | "target":
            return plan_views.reading(value, of.unit, getattr(of, f"{name}_year"))
        case "sdg":
            return Code(value)
        case _:
            return Words(value, limit=80)
