"""Follow-up plans: activities proposed, adopted, changed; their indicators, and values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain import permissions
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.figures import Figure
from bot.domain.merging import ChangedMeanwhile, Fields, T
from bot.domain.people import REPORTING, Act
from bot.domain.plans import (
    ACTIVITY,
    ACTIVITY_FIELDS,
    INDICATOR,
    OPEN,
    PROGRESS_FIELDS,
    About,
    Activity,
    ActivityState,
    Indicator,
    IndicatorValue,
    Noted,
    NotForYou,
    NoYear,
    Source,
    Wanted,
    WantedIndicator,
    called_alike,
    changed_fields,
    changed_indicator,
    funds_fit,
    name_fits,
    require_whole,
    seal,
    unit_fits,
    values_of,
)
from bot.domain.reports import fitting
from bot.domain.screens import Listing, text
from bot.domain.views import plans as views
from bot.services import audit
from bot.services.notices import tell
from storage import clusters, indicators, institutions, items, people
from storage import plans as queries
from storage.database import Transaction

MAKE, READ = "plans_book", "plans_read"


@dataclass(frozen=True)
class Told:
    """An activity that institutions are to be told of."""

    activity_id: int
    institution_ids: tuple[int, ...]


# -- Activities ------------------------------------------------------------------------------------


async def add(tx: Transaction, act: Act, about: About, wanted: Wanted) -> int:
    """Put an activity into the plan of a cluster or of items; gives its id.

    What the secretariat adds is adopted with that, and the institutions are told; what an
    institution proposes waits for the secretariat. Raises EndsBefore, Unfit, NotFound.
    """
    told = await enter(tx, act, about, wanted)
    if permissions.may_plan(act.actor):
        await tell_of(tx, act, [told])
    await trace_of(tx, act, told.activity_id, about, wanted)
    return told.activity_id


async def trace_of(
    tx: Transaction, act: Act, activity_id: int, about: About, wanted: Wanted
) -> None:
    """The audit's entry of a new activity."""
    await audit.record(
        tx,
        act,
        "activity.add" if permissions.may_plan(act.actor) else "activity.propose",
        f"activity:{activity_id}",
        facts={"institution": wanted.institution_id, "items": list(about.item_ids)},
        words=wanted.what,
        seat_id=_seat(act, wanted.institution_id),
    )


async def enter(tx: Transaction, act: Act, about: About, wanted: Wanted) -> Told:
    """The rows of a new activity, without a trace of its own."""
    plans = permissions.may_plan(act.actor)
    wanted = _tidy(wanted)
    await _require_there(tx, about, wanted)
    if not plans:
        permissions.require(permissions.may_propose(act.actor, wanted.institution_id))
        permissions.require(await queries.holds(tx, wanted.institution_id, about))
    adopted_at = act.now if plans else None
    activity_id = await queries.add(tx, about, wanted, adopted_at=adopted_at, now=act.now)
    await queries.note(
        tx,
        activity_id,
        Noted.ADDED if plans else Noted.PROPOSED,
        seat_id=_seat(act, wanted.institution_id),
        now=act.now,
    )
    return Told(activity_id, (wanted.institution_id, *wanted.others))


async def change(
    tx: Transaction, act: Act, activity_id: int, wanted: Wanted, *, seen: Wanted
) -> tuple[str, ...]:
    """Put an activity down anew; gives which fields changed, none where nothing did.

    Only what is otherwise than it was `seen` is written; raises ChangedMeanwhile where somebody
    else has changed the same since. Of an adopted one its institution changes what is done and
    when, and the secretariat is shown it. Raises NotForYou for the rest, EndsBefore, Unfit.
    """
    before = await changeable(tx, act, activity_id)
    wanted = _onto(ACTIVITY, _tidy(seen), before.wanted, _tidy(wanted))
    changed = await overwrite(tx, act, before, wanted)
    if changed:
        await audit.record(
            tx,
            act,
            "activity.change",
            f"activity:{activity_id}",
            facts={"fields": list(changed)},
            words=wanted.what if "what" in changed else None,
            seat_id=_seat(act, before.institution_id),
        )
    return changed


def _onto(fields: Fields, seen: T, now: T, wanted: T) -> T:
    """What is there `now` with what was changed of what was `seen`; raises ChangedMeanwhile."""
    both = fields.clashes(seen, now, wanted)
    if both:
        keys = dict.fromkeys(views.field_text(each) for each in both)
        raise ChangedMeanwhile(fields=Listing(tuple(text(each) for each in keys)))
    return fields.upon(seen, now, wanted)


async def overwrite(tx: Transaction, act: Act, before: Activity, wanted: Wanted) -> tuple[str, ...]:
    """The rows of a changed activity, without a trace of its own; gives which fields changed."""
    wanted = _tidy(wanted)
    if wanted.what == before.what:
        wanted = replace(wanted, language=before.language)
    changed = changed_fields(before, wanted)
    if not changed:
        return ()
    await _require_there(tx, before.about, wanted)
    if not set(changed) <= set(may_change(act, before)):
        raise NotForYou
    await queries.put_anew(tx, before.id, wanted)
    await _noted(tx, act, before, Noted.CHANGED, fields=changed)
    return changed


def may_change(act: Act, activity: Activity) -> tuple[str, ...]:
    """Which fields of an activity the actor may put down anew."""
    if permissions.may_plan(act.actor):
        return ACTIVITY_FIELDS
    if not permissions.may_change_activity(act.actor, activity.institution_id):
        return ()
    if activity.adopted_at is not None:
        return PROGRESS_FIELDS
    return tuple(each for each in ACTIVITY_FIELDS if each != "institution_id")


async def move(
    tx: Transaction,
    act: Act,
    activity_id: int,
    state: ActivityState,
    *,
    words: str | None = None,
    language: str | None = None,
) -> None:
    """Say where an activity stands now, with a note or without one.

    Raises Outdated where it stands there already and nothing is said of it.
    """
    before = await changeable(tx, act, activity_id)
    said = fitting(words) if words else None
    if state is before.state and said is None:
        raise Outdated
    await queries.change(tx, activity_id, state=state.value)
    await _noted(tx, act, before, Noted.STATE, state=state, words=said, language=language)
    await audit.record(
        tx,
        act,
        "activity.state",
        f"activity:{activity_id}",
        facts={"state": state.value},
        words=said,
        seat_id=_seat(act, before.institution_id),
    )


async def adopt(tx: Transaction, act: Act, activity_id: int, *, seen: str) -> None:
    """A proposed activity enters the plan as it was `seen`; the institutions are told.

    Raises Outdated where it is another by now (`domain.plans.seal`).
    """
    permissions.require(permissions.may_plan(act.actor))
    found = existing(await queries.get(tx, activity_id))
    if found.adopted_at is not None or found.state not in OPEN:
        raise Outdated
    await _require_seen(tx, found, seen)
    await queries.change(tx, activity_id, adopted_at=act.now, changed_at=None)
    await queries.note(tx, activity_id, Noted.ADOPTED, seat_id=act.actor.seat_id, now=act.now)
    await tell_of(tx, act, [Told(activity_id, (found.institution_id, *found.others))])
    await audit.record(tx, act, "activity.adopt", f"activity:{activity_id}")


async def _require_seen(tx: Transaction, found: Activity, seen: str) -> None:
    if seal(found, await indicators.of_activities(tx, [found.id])) != seen:
        raise Outdated


async def looked(tx: Transaction, act: Act, activity_id: int, *, seen: str) -> None:
    """The secretariat has seen what an institution changed.

    Raises Outdated where it had, or where it is another than was `seen`.
    """
    permissions.require(permissions.may_plan(act.actor))
    found = existing(await queries.get(tx, activity_id))
    if found.changed_at is None:
        raise Outdated
    await _require_seen(tx, found, seen)
    await queries.change(tx, activity_id, changed_at=None)
    await audit.record(tx, act, "activity.look", f"activity:{activity_id}")


async def visible(tx: Transaction, act: Act, activity_id: int) -> Activity:
    """The activity, if the actor may see it; raises NotFound."""
    found = existing(await queries.get(tx, activity_id))
    concerned: Collection[int] = ()
    if not act.actor.is_secretariat:
        concerned = await queries.concerned(tx, found)
    if not permissions.may_see_activity(
        act.actor,
        found.institution_id,
        adopted=found.adopted_at is not None,
        concerned=concerned,
    ):
        raise NotFound
    return found


async def changeable(tx: Transaction, act: Act, activity_id: int) -> Activity:
    """The activity, if the actor may change something of it; raises NotFound or NotAllowed."""
    found = existing(await queries.get(tx, activity_id))
    if not permissions.may_plan(act.actor):
        found = await visible(tx, act, activity_id)
    permissions.require(permissions.may_change_activity(act.actor, found.institution_id))
    return found


async def tell_of(tx: Transaction, act: Act, new: Sequence[Told]) -> None:
    """Tell the institutions' focal points what they find in their plans, each once."""
    for_houses: dict[int, set[int]] = {}
    for each in new:
        for institution_id in each.institution_ids:
            for_houses.setdefault(institution_id, set()).add(each.activity_id)
    found: dict[int, set[int]] = {}
    for seated in await people.seated(tx, now=act.now, roles=REPORTING):
        ids = for_houses.get(seated.seat.institution_id or 0)
        if ids and seated.seat.unit_id is None and seated.person.id != act.actor.person_id:
            found.setdefault(seated.person.id, set()).update(ids)
    for person_id, ids in sorted(found.items()):
        one = min(ids) if len(ids) == 1 else None
        shown = views.told(len(ids), one)
        await tell(
            tx, act, person_id, shown, f"plan:{act.stamp}:{min(ids)}:{person_id}", silent=True
        )


async def _noted(
    tx: Transaction,
    act: Act,
    before: Activity,
    what: Noted,
    *,
    fields: Sequence[str] = (),
    state: ActivityState | None = None,
    words: str | None = None,
    language: str | None = None,
) -> None:
    """A dated note; of what an institution did, the secretariat is shown it."""
    await queries.note(
        tx,
        before.id,
        what,
        seat_id=_seat(act, before.institution_id),
        now=act.now,
        fields_=fields,
        state=state,
        words=words,
        language=language,
    )
    if not permissions.may_plan(act.actor):
        await queries.change(tx, before.id, changed_at=act.now)


def _seat(act: Act, institution_id: int) -> int | None:
    """The seat in which the actor touches an activity of that institution."""
    if permissions.may_plan(act.actor):
        return act.actor.seat_id
    seat = act.actor.seat(REPORTING, institution_id)
    return None if seat is None else seat.id


def _tidy(wanted: Wanted) -> Wanted:
    others = dict.fromkeys(each for each in wanted.others if each != wanted.institution_id)
    funds = funds_fit(wanted.funds) if wanted.funds else None
    return replace(wanted, what=wanted.what.strip(), others=tuple(others), funds=funds)


async def _require_there(tx: Transaction, about: About, wanted: Wanted) -> None:
    """Raise NotFound where the plan names what there is not."""
    require_whole(wanted)
    if about.cluster_id is not None:
        existing(await clusters.get(tx, about.cluster_id))
    elif not about.item_ids:
        raise NotFound
    for each in about.item_ids:
        existing(await items.get(tx, each))
    there = {each.id for each in await institutions.every(tx)}
    if not {wanted.institution_id, *wanted.others} <= there:
        raise NotFound


# -- Indicators ------------------------------------------------------------------------------------


async def add_indicator(
    tx: Transaction, act: Act, activity_id: int, wanted: WantedIndicator
) -> int:
    """Give an activity an indicator; gives its id. Raises NotForYou once it is adopted, Unfit."""
    activity = await changeable(tx, act, activity_id)
    _require_open_to(act, activity)
    indicator_id = await indicators.add(tx, activity_id, _tidied(wanted), now=act.now)
    await audit.record(
        tx,
        act,
        "indicator.add",
        f"indicator:{indicator_id}",
        facts={"activity": activity_id, "kind": wanted.kind.value},
        words=wanted.name,
        seat_id=_seat(act, activity.institution_id),
    )
    return indicator_id


async def change_indicator(
    tx: Transaction,
    act: Act,
    indicator_id: int,
    wanted: WantedIndicator,
    *,
    seen: WantedIndicator,
) -> tuple[str, ...]:
    """Put an indicator down anew; gives which fields changed.

    Raises as `add_indicator`, and as `change` does where somebody else has changed the same.
    """
    _unlocked, activity = await indicator(tx, act, indicator_id)
    before = existing(await indicators.get(tx, indicator_id))
    permissions.require(permissions.may_change_activity(act.actor, activity.institution_id))
    _require_open_to(act, activity)
    wanted = _onto(INDICATOR, _tidied(seen), before.wanted, _tidied(wanted))
    if wanted.name == before.name:
        wanted = replace(wanted, language=before.language)
    changed = changed_indicator(before, wanted)
    if changed:
        await indicators.put_anew(tx, indicator_id, wanted)
        await audit.record(
            tx,
            act,
            "indicator.change",
            f"indicator:{indicator_id}",
            facts={"activity": activity.id, "fields": list(changed)},
            words=wanted.name if "name" in changed else None,
            seat_id=_seat(act, activity.institution_id),
        )
    return changed


async def end_indicator(tx: Transaction, act: Act, indicator_id: int) -> Activity:
    """It belongs to the plan no more; its values stay in the record. Gives its activity."""
    _before, activity = await indicator(tx, act, indicator_id)
    permissions.require(permissions.may_plan(act.actor))
    if not await indicators.end(tx, indicator_id, now=act.now):
        raise Outdated
    await audit.record(tx, act, "indicator.end", f"indicator:{indicator_id}")
    return activity


async def indicator(tx: Transaction, act: Act, indicator_id: int) -> tuple[Indicator, Activity]:
    """The indicator and its activity, if the actor may see them; raises NotFound."""
    found = existing(await indicators.get(tx, indicator_id))
    return found, await visible(tx, act, found.activity_id)


def may_change_indicators(act: Act, activity: Activity) -> bool:
    """The secretariat changes indicators; an institution those of what it proposed itself."""
    if permissions.may_plan(act.actor):
        return True
    own = permissions.may_change_activity(act.actor, activity.institution_id)
    return own and activity.adopted_at is None


def _require_open_to(act: Act, activity: Activity) -> None:
    if not may_change_indicators(act, activity):
        raise NotForYou


def _tidied(wanted: WantedIndicator) -> WantedIndicator:
    unit = unit_fits(wanted.unit) if wanted.unit else None
    return replace(wanted, name=name_fits(wanted.name), unit=unit)


# -- Values ----------------------------------------------------------------------------------------


async def add_value(tx: Transaction, act: Act, indicator_id: int, value: IndicatorValue) -> None:
    """Record a value of a year; the newest of a year counts.

    The secretariat records it, or whoever reports for the institution of the activity.
    """
    _found, activity = await indicator(tx, act, indicator_id)
    permissions.require(permissions.may_change_activity(act.actor, activity.institution_id))
    seat_id = _seat(act, activity.institution_id)
    await indicators.add_value(tx, indicator_id, value, seat_id=seat_id, now=act.now)
    await audit.record(
        tx,
        act,
        "indicator.value",
        f"indicator:{indicator_id}",
        facts={"year": value.year, "source": value.source.value},
        seat_id=seat_id,
    )


def require_years(name: str, figures: Sequence[Figure]) -> None:
    """Raise NoYear where what would become a value of that indicator says no year."""
    meant = values_of(name, figures)
    if not meant or any(each.year is None for each in meant):
        raise NoYear


async def take_answer(
    tx: Transaction,
    act: Act,
    indicator_id: int,
    name: str,
    figures: Sequence[Figure],
    *,
    answer_id: int,
    seat_id: int | None,
) -> int:
    """What was answered becomes values of the indicator asked for, in the answer's own act.

    `name` is how the request called it. Gives how many; an indicator that has ended meanwhile takes
    none.
    """
    if await indicators.get(tx, indicator_id) is None:
        return 0
    values = _as_values(values_of(name, figures), Source.ANSWER)
    for each in values:
        await indicators.add_value(
            tx, indicator_id, each, seat_id=seat_id, now=act.now, answer_id=answer_id
        )
    return len(values)


async def take_report(
    tx: Transaction,
    act: Act,
    item_id: int,
    institution_id: int,
    figures: Sequence[Figure],
    *,
    status_update_id: int,
    seat_id: int | None,
) -> int:
    """The figures of an approved report become values where an indicator is called alike.

    Of the institution's own adopted activities for the item; in the act that approves it. Gives how
    many.
    """
    own = [
        each.id
        for each in await queries.of_items(tx, [item_id])
        if each.institution_id == institution_id and each.adopted_at is not None
    ]
    taken = 0
    for one in await indicators.of_activities(tx, own) if own and figures else ():
        for each in _as_values(called_alike(one.name, figures), Source.REPORT):
            await indicators.add_value(
                tx, one.id, each, seat_id=seat_id, now=act.now, status_update_id=status_update_id
            )
            taken += 1
    return taken


def _as_values(figures: Iterable[Figure], source: Source) -> list[IndicatorValue]:
    return [
        IndicatorValue(each.value, each.year, each.groups, source)
        for each in figures
        if each.year is not None
    ]


# -- How things are called -------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """How institutions, items and clusters are called, for screens of plans."""

    institutions: Mapping[int, Mapping[str, str]]
    items: Mapping[int, views.Item]
    clusters: Mapping[int, tuple[str, str]]


async def names(tx: Transaction, activities: Sequence[Activity]) -> Names:
    """What these activities name."""
    wanted = {each for one in activities for each in one.item_ids}
    found = [await items.get(tx, each) for each in sorted(wanted)]
    grouped = {each.id: (each.name, each.language) for each in await clusters.every(tx)}
    return Names(
        {each.id: each.names for each in await institutions.every(tx)},
        {
            each.id: views.Item(each.id, each.code, each.symbol, each.restricted)
            for each in found
            if each is not None
        },
        grouped,
    )
