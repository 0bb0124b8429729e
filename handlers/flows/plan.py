"""Putting activities into plans, saying where they stand; their indicators, and values of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain import permissions, sdg
from bot.domain import plans as domain
from bot.domain.days import read_any_day
from bot.domain.disaggregation import Dimension
from bot.domain.errors import Unfit, existing
from bot.domain.institutions import by_name
from bot.domain.people import REPORTING
from bot.domain.plans import (
    About,
    Activity,
    ActivityState,
    Indicator,
    IndicatorKind,
    IndicatorValue,
    Wanted,
    WantedIndicator,
)
from bot.domain.reports import LONGEST_TEXT, joined
from bot.domain.screens import Code, Screen, Text, Value, Words, text
from bot.domain.selection import Narrowing, Selection
from bot.domain.views import plans as views
from bot.domain.views.common import full_code, item_code
from bot.domain.views.people import name_for
from bot.services import plans
from handlers.flows import merging
from handlers.flows.flow import Answers, Ask, Choose, Flow, Meanwhile, Option, Pick, Review
from handlers.flows.merging import Labels
from handlers.flows.picking import MOST
from handlers.flows.status_update import words_fit
from handlers.turn import Turn
from storage import clusters, institutions, items
from storage import plans as queries
from storage import selection as selections


async def proposing(turn: Turn, about: About) -> list[int]:
    """The institutions for which this person may propose an activity for that."""
    return [
        each
        for each in turn.actor.institutions(REPORTING)
        if await queries.holds(turn.tx, each, about)
    ]


async def institution_label(turn: Turn, institution_id: int) -> Text:
    """How a chosen institution reads on the review screen."""
    found = existing(await institutions.get(turn.tx, institution_id))
    return text("label.one", value=name_for(found.names, turn.language))


# -- An activity -----------------------------------------------------------------------------------


async def _begins(turn: Turn, answers: Answers) -> dict[str, Value]:
    about, may = await _about(turn, answers)
    values: dict[str, Value] = {"about": await _called(turn, about)}
    for name, needed in _NEEDED.items():
        if needed in may:
            values[name] = 1
    if "activity" not in answers and await _mates(turn, about):
        values["mates"] = 1
    return values


_NEEDED = {"sets_institution": "institution_id", "sets_others": "others", "sets_money": "amount"}
"""Values of the texts that stand for a field which this person may change."""


async def _about(turn: Turn, answers: Answers) -> tuple[About, Sequence[str]]:
    """What the activity is for, and which fields this person may put down; refuses others."""
    if (activity_id := answers.get("activity")) is not None:
        found = await plans.changeable(turn.tx, turn.act, activity_id)
        return found.about, plans.may_change(turn.act, found)
    about = About.read(answers["about"])
    if permissions.may_plan(turn.actor):
        return about, domain.ACTIVITY_FIELDS
    offered = await proposing(turn, about)
    permissions.require(bool(offered))
    return about, [
        each for each in domain.ACTIVITY_FIELDS if each != "institution_id" or len(offered) > 1
    ]


async def _called(turn: Turn, about: About) -> Value:
    if about.cluster_id is not None:
        cluster = existing(await clusters.get(turn.tx, about.cluster_id))
        return Words(cluster.name, cluster.language)
    found = [existing(await items.get(turn.tx, each)) for each in about.item_ids]
    shown = [views.Item(each.id, each.code, each.symbol, each.restricted) for each in found]
    return views.about(None, shown)


def _what_fits(words: str, _turn: Turn) -> str:
    return domain.what_fits(words)


async def _houses(turn: Turn, answers: Answers) -> list[Option]:
    """Who may be responsible: for the secretariat anybody, else the person's own institutions."""
    every = by_name(await institutions.every(turn.tx), turn.language)
    if not permissions.may_plan(turn.actor):
        about, _may = await _about(turn, answers)
        own = await proposing(turn, about)
        every = [each for each in every if each.id in own]
    return [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in every
    ]


async def _others(turn: Turn, answers: Answers) -> list[Option]:
    every = by_name(await institutions.every(turn.tx), turn.language)
    return [
        Option(each.id, text("label.one", value=name_for(each.names, turn.language)))
        for each in every
        if each.id != answers.get("institution")
    ]


async def _also(turn: Turn, answers: Answers) -> list[Option]:
    """The other items of the cluster; for an institution those that are its own."""
    return [
        Option(
            each.id,
            text("label.one", value=full_code(each)),
            said=text("label.one", value=item_code(each)),
        )
        for each in await _mates(turn, About.read(answers["about"]), answers.get("institution"))
    ]


async def _mates(turn: Turn, about: About, institution_id: int | None = None) -> list[views.Item]:
    if about.cluster_id is not None:
        return []
    item = existing(await items.get(turn.tx, about.item_ids[0]))
    if item.cluster_id is None:
        return []
    found = await selections.page(
        turn.tx,
        Selection({Narrowing.CLUSTER: str(item.cluster_id)}),
        today=turn.today,
        language=turn.language,
        default_language=turn.desk.country.default_language,
        limit=MOST,
    )
    others = [each for each in found if each.id != item.id]
    if not permissions.may_plan(turn.actor):
        ids = [each.id for each in others]
        own: set[int] = set()
        for house in await proposing(turn, about):
            if institution_id in (None, house):
                own |= await queries.held_of(turn.tx, house, ids)
        others = [each for each in others if each.id in own]
    return [views.Item(each.id, each.code, each.symbol, each.restricted) for each in others]


def _day_fits(words: str, turn: Turn) -> str:
    found = read_any_day(words, turn.language)
    if found is None:
        raise Unfit("date.unclear", example=turn.today)
    if not domain.DAYS[0] <= found < domain.DAYS[1]:
        raise Unfit("activity.day_how")
    return found.isoformat()


def _amount_fits(words: str, turn: Turn) -> list[str]:
    amount, currency = domain.read_money(words, turn.language)
    return [domain.exact(amount), currency]


def _amount_shown(answer: Any) -> Value:
    return Code(domain.money_written(Decimal(answer[0]), answer[1]))


def _funds_fit(words: str, _turn: Turn) -> str:
    return domain.funds_fit(words)


async def _notes(turn: Turn, answers: Answers) -> Sequence[Text]:
    """Said at the review: what an institution puts down is a proposal."""
    proposes = "activity" not in answers and not permissions.may_plan(turn.actor)
    return [text("flow.activity.proposes")] if proposes else []


async def _then(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    about, _may = await _about(turn, answers)
    wanted = _wanted(turn, answers)
    if (activity_id := answers.get("activity")) is not None:
        found = await plans.changeable(turn.tx, turn.act, activity_id)
        seen = _wanted(turn, answers["seen"]) if "seen" in answers else found.wanted
        changed = await plans.change(turn.tx, turn.act, activity_id, wanted, seen=seen)
        return views.changed(activity_id, anything=bool(changed))
    if about.cluster_id is None:
        about = replace(about, item_ids=(*about.item_ids, *answers.get("also", ())))
    added = await plans.add(turn.tx, turn.act, about, wanted)
    return views.kept(added, about.code, adopted=permissions.may_plan(turn.actor))


def _wanted(turn: Turn, answers: Answers) -> Wanted:
    amount = answers.get("amount")
    return Wanted(
        answers["what"],
        turn.language_of(answers["what"]),
        answers["institution"],
        tuple(answers.get("others", ())),
        _day(answers.get("from_on")),
        _day(answers.get("until_on")),
        None if amount is None else Decimal(amount[0]),
        None if amount is None else amount[1],
        answers.get("funds"),
    )


def _day(answer: str | None) -> date | None:
    return None if answer is None else date.fromisoformat(answer)


async def answers_of(turn: Turn, found: Activity) -> tuple[dict[str, Any], Labels]:
    """An activity as the answers that would make it, and how the chosen ones read."""
    answers: dict[str, Any] = {
        "activity": found.id,
        "what": found.what,
        "institution": found.institution_id,
    }
    labels: Labels = {"institution": await institution_label(turn, found.institution_id)}
    for name in ("from_on", "until_on"):
        if (day := getattr(found, name)) is not None:
            answers[name] = day.isoformat()
    if found.amount is not None and found.currency is not None:
        answers["amount"] = [domain.exact(found.amount), found.currency]
    if found.funds:
        answers["funds"] = found.funds
    if found.others:
        answers["others"] = list(found.others)
        labels["others"] = [await institution_label(turn, each) for each in found.others]
    return merging.with_seen(answers, labels)


async def _changed_meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """Somebody else has changed the activity: theirs stands, with what was changed here upon it."""
    if answers.get("activity") is None or "seen" not in answers:
        return None
    found = await plans.changeable(turn.tx, turn.act, answers["activity"])
    return merging.upon(
        ACTIVITY,
        domain.ACTIVITY,
        answers,
        versions=(_wanted(turn, answers["seen"]), found.wanted, _wanted(turn, answers)),
        now=await answers_of(turn, found),
        answered={"institution_id": "institution", "currency": "amount"},
        called=views.field_text,
        look=f"activity:{found.id}",
    )


ACTIVITY = Flow(
    name="activity",
    begins=_begins,
    steps=(
        Ask("what", _what_fits),
        replace(Choose("institution", _houses), when="sets_institution"),
    ),
    review=Review(
        optional=(
            Ask("from_on", _day_fits, shows=date.fromisoformat),
            Ask("until_on", _day_fits, shows=date.fromisoformat),
            Pick("others", _others, when="sets_others"),
            Ask("amount", _amount_fits, shows=_amount_shown, when="sets_money"),
            Ask("funds", _funds_fit, when="sets_money"),
            Pick("also", _also, when="mates"),
        )
    ),
    notes=_notes,
    then=_then,
    meanwhile=_changed_meanwhile,
    returns_to=lambda answers: (
        f"activity:{answers['activity']}"
        if answers.get("activity")
        else f"plan:{answers['about']}:0"
    ),
)


# -- Where it stands -------------------------------------------------------------------------------


async def _stands(turn: Turn, answers: Answers) -> dict[str, Value]:
    found = await plans.changeable(turn.tx, turn.act, answers["activity"])
    return {"what": Words(found.what, limit=views.LINE)}


async def _states(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"activity.state.{each}")) for each in ActivityState]


async def _move(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    state, words = ActivityState(answers["state"]), joined(answers.get("note", ())) or None
    await plans.move(
        turn.tx,
        turn.act,
        answers["activity"],
        state,
        words=words,
        language=turn.language_of(words) if words else None,
    )
    return views.moved(answers["activity"], state)


STATE = Flow(
    name="activity_state",
    begins=_stands,
    steps=(Choose("state", _states),),
    review=Review(
        optional=(Ask("note", words_fit, grows=True, limit=LONGEST_TEXT),), words_to="note"
    ),
    then=_move,
    returns_to=lambda answers: f"activity:{answers['activity']}",
)


# -- An indicator ----------------------------------------------------------------------------------


async def _measures(turn: Turn, answers: Answers) -> dict[str, Value]:
    of = await _measured(turn, answers)
    return {"what": Words(of.what, limit=views.LINE)}


async def _measured(turn: Turn, answers: Answers) -> Activity:
    """The activity whose indicator it is; refuses who may not put one down."""
    if (indicator_id := answers.get("indicator")) is not None:
        _found, of = await plans.indicator(turn.tx, turn.act, indicator_id)
    else:
        of = await plans.changeable(turn.tx, turn.act, answers["activity"])
    permissions.require(permissions.may_change_activity(turn.actor, of.institution_id))
    if not plans.may_change_indicators(turn.act, of):
        raise domain.NotForYou
    return of


def _name_fits(words: str, _turn: Turn) -> str:
    return domain.name_fits(words)


async def _kinds(_turn: Turn, _answers: Answers) -> list[Option]:
    return [Option(each.value, text(f"indicator.kind.{each}")) for each in IndicatorKind]


def _unit_fits(words: str, _turn: Turn) -> str:
    return domain.unit_fits(words)


def _reading_fits(words: str, turn: Turn) -> list[float]:
    return list(domain.read_reading(words, turn.language))


def _reading_shown(answer: Any) -> Value:
    return views.reading(answer[0], None, answer[1])


async def _sdgs(turn: Turn, answers: Answers) -> list[Option]:
    """The indicators of the goals and targets that the items are tagged with."""
    of = await _measured(turn, answers)
    labels = await queries.sdg_labels(turn.tx, of)
    return [
        Option(each, text("label.one", value=Code(each)), said=views.sdg_text(each))
        for each in sdg.suggested(labels)
    ]


def _sdg_fits(words: str, _turn: Turn) -> str:
    found = sdg.read_indicator(words)
    if found is None:
        raise Unfit("indicator.sdg_how")
    return found


async def _dimensions(_turn: Turn, _answers: Answers) -> list[Option]:
    return [
        Option(each.value, text(f"dimension.{each}"))
        for each in Dimension
        if each is not Dimension.OTHER
    ]


async def _keep(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    of = await _measured(turn, answers)
    wanted = _wanted_indicator(turn, answers)
    indicator_id = answers.get("indicator")
    if indicator_id is None:
        indicator_id = await plans.add_indicator(turn.tx, turn.act, of.id, wanted)
    else:
        found, _of = await plans.indicator(turn.tx, turn.act, indicator_id)
        seen = _wanted_indicator(turn, answers["seen"]) if "seen" in answers else found.wanted
        await plans.change_indicator(turn.tx, turn.act, indicator_id, wanted, seen=seen)
    return views.indicator_kept(indicator_id, of.id)


def _wanted_indicator(turn: Turn, answers: Answers) -> WantedIndicator:
    baseline, target = answers.get("baseline"), answers.get("target")
    return WantedIndicator(
        answers["called"],
        turn.language_of(answers["called"]),
        IndicatorKind(answers["kind"]),
        answers.get("unit"),
        None if baseline is None else baseline[0],
        None if baseline is None else baseline[1],
        None if target is None else target[0],
        None if target is None else target[1],
        answers.get("sdg"),
        tuple(Dimension(each) for each in answers.get("dimensions", ())),
    )


async def _redefined_meanwhile(turn: Turn, answers: Answers) -> Meanwhile | None:
    """Somebody else has changed the indicator: as with an activity."""
    if answers.get("indicator") is None or "seen" not in answers:
        return None
    found, _of = await plans.indicator(turn.tx, turn.act, answers["indicator"])
    seen, wanted = _wanted_indicator(turn, answers["seen"]), _wanted_indicator(turn, answers)
    return merging.upon(
        INDICATOR,
        domain.INDICATOR,
        answers,
        versions=(seen, found.wanted, wanted),
        now=answers_of_indicator(found),
        answered={"name": "called", "baseline_year": "baseline", "target_year": "target"},
        called=views.field_text,
        look=f"indicator:{found.id}",
    )


def answers_of_indicator(found: Indicator) -> tuple[dict[str, Any], Labels]:
    """An indicator as the answers that would make it, and how the chosen ones read."""
    answers: dict[str, Any] = {
        "indicator": found.id,
        "called": found.name,
        "kind": found.kind.value,
    }
    labels: Labels = {"kind": text(f"indicator.kind.{found.kind}")}
    if found.unit:
        answers["unit"] = found.unit
    for name in ("baseline", "target"):
        if (value := getattr(found, name)) is not None:
            answers[name] = [value, getattr(found, f"{name}_year")]
    if found.sdg is not None:
        answers["sdg"] = found.sdg
        labels["sdg"] = views.sdg_text(found.sdg)
    if found.dimensions:
        answers["dimensions"] = [each.value for each in found.dimensions]
        labels["dimensions"] = [text(f"dimension.{each}") for each in found.dimensions]
    return merging.with_seen(answers, labels)


INDICATOR = Flow(
    name="indicator",
    begins=_measures,
    steps=(Ask("called", _name_fits, texts="name"), Choose("kind", _kinds)),
    review=Review(
        optional=(
            Ask("unit", _unit_fits),
            Ask("baseline", _reading_fits, shows=_reading_shown),
            Ask("target", _reading_fits, shows=_reading_shown),
            Choose("sdg", _sdgs, check=_sdg_fits, shows=views.sdg_text),
            Pick("dimensions", _dimensions),
        )
    ),
    then=_keep,
    meanwhile=_redefined_meanwhile,
    returns_to=lambda answers: (
        f"indicator:{answers['indicator']}"
        if answers.get("indicator")
        else f"activity:{answers['activity']}"
    ),
)


# -- A value ---------------------------------------------------------------------------------------


async def _valued(turn: Turn, answers: Answers) -> dict[str, Value]:
    found, of = await plans.indicator(turn.tx, turn.act, answers["indicator"])
    permissions.require(permissions.may_change_activity(turn.actor, of.institution_id))
    return {"name": Words(found.name, found.language, views.LINE)}


def _value_fits(words: str, turn: Turn) -> Mapping[str, Any]:
    found = domain.read_value(words, turn.language)
    return {"value": found.value, "year": found.year, "groups": list(found.groups.items())}


async def _record(turn: Turn, answers: Answers, _conversation_id: int) -> Screen:
    found, _of = await plans.indicator(turn.tx, turn.act, answers["indicator"])
    said = answers["value"]
    value = IndicatorValue(said["value"], said["year"], dict(said["groups"]))
    await plans.add_value(turn.tx, turn.act, found.id, value)
    return views.value_kept(found, value)


VALUE = Flow(
    name="indicator_value",
    begins=_valued,
    steps=(Ask("value", _value_fits),),
    then=_record,
    returns_to=lambda answers: f"indicator:{answers['indicator']}",
)
