"""Screens of follow-up plans: an item's or a cluster's, one activity, its indicators, receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.figures import Figure, number_written
from bot.domain.plans import (
    Activity,
    ActivityState,
    Indicator,
    IndicatorValue,
    Note,
    Noted,
    Source,
    WantedIndicator,
    current,
    missing,
    money_written,
    seal,
)
from bot.domain.screens import (
    Button,
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.sdg import goal_of, target_of
from bot.domain.views.common import (
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    dotted,
    in_twos,
    item_code,
    pages,
    redacts,
)
from bot.domain.views.people import name_for

LINE = 80
LABEL = 40
YEARS_SHOWN = 8


class Which(StrEnum):
    """The lists of activities across items; stable, they stand behind buttons."""

    MINE = "mine"  # of the reader's institutions, still open
    LOOK = "look"  # proposed or changed by institutions
    ALL = "all"


TEXT_KEYS = (
    *(f"plans.{each}" for each in Which),
    *(f"plans.none_{each}" for each in Which),
)


@dataclass(frozen=True)
class Item:
    """An item as a plan names it."""

    id: int
    code: str
    symbol: str
    restricted: bool


@dataclass(frozen=True)
class Named:
    """An activity with the names of what it is for, who is responsible, and who takes part."""

    activity: Activity
    items: tuple[Item, ...]
    cluster: Words | None
    institution: Value
    others: tuple[Value, ...]

    @property
    def about(self) -> Value:
        """What it is for, in a few words."""
        return about(self.cluster, self.items)


def about(cluster: Words | None, items: Sequence[Item]) -> Value:
    """How a plan is called: by its cluster, or its items."""
    if cluster is not None:
        return cluster
    codes = tuple(item_code(each) for each in items)
    return codes[0] if len(codes) == 1 else Listing(codes)


# -- Lists -----------------------------------------------------------------------------------------


def plan(
    called: Value,
    code: str,
    total: int,
    page: int,
    shown: Sequence[Named],
    *,
    may_add: bool,
    book: str | None,
    back: str,
    today: date,
) -> Screen:
    """The plan of an item or a cluster, eight at once; `book` is the selection of its workbook."""
    head = text("plan.of", count=total, about=called) if total else text("plan.none", about=called)
    lines: list[Text | None] = [head, *(_line(each, today) for each in shown)]
    rows: list[Row] = [(_opens(each),) for each in shown]
    rows += pages(f"plan:{code}", page, more=(page + 1) * LIST_LENGTH < total)
    choices: list[Button] = []
    if may_add:
        choices.append(button("activity_add", f"activity_add:{code}"))
    if book is not None:
        choices.append(button("plan_book", f"plan_book:{book}"))
    return screen(*lines, rows=[*rows, *in_twos(choices), (button("back", back), HOME)])


def listed(
    which: Which, total: int, page: int, shown: Sequence[Named], *, book: bool, today: date
) -> Screen:
    """Activities of many plans: the late ones first."""
    head = text(f"plans.{which}", count=total) if total else text(f"plans.none_{which}")
    lines: list[Text | None] = [head, *(_line(each, today, whole=True) for each in shown)]
    rows: list[Row] = [(_opens(each),) for each in shown]
    rows += pages(f"plans:{which}", page, more=(page + 1) * LIST_LENGTH < total)
    if book:
        other = Which.LOOK if which is Which.ALL else Which.ALL
        rows.append(
            (button(f"plans_{other}", f"plans:{other}:0"), button("plan_book", "plan_book:-"))
        )
    return screen(*lines, rows=[*rows, (HOME,)])


def _line(named: Named, today: date, *, whole: bool = False) -> Text:
    """An activity in a list; with what it is for where the list is of many plans."""
    facts = [*([named.about] if whole else []), named.institution, *_facts(named.activity, today)]
    return text("plan.line", what=_what(named.activity, LINE), facts=dotted(*facts))


def _facts(activity: Activity, today: date) -> list[Value]:
    facts: list[Value] = [text(f"activity.state.{activity.state}")]
    if activity.late(today):
        assert activity.until_on is not None
        facts.append(text("activity.late", day=activity.until_on))
    elif activity.until_on is not None:
        facts.append(text("activity.until", day=activity.until_on))
    if activity.adopted_at is None:
        facts.append(text("activity.proposed"))
    elif activity.changed_at is not None:
        facts.append(text("activity.changed_since", at=activity.changed_at))
    return facts


def _what(activity: Activity, limit: int) -> Words:
    return Words(" ".join(activity.what.split()), activity.language, limit)


def _opens(named: Named) -> Button:
    what = Words(" ".join(named.activity.what.split()), limit=LABEL)
    return button("activity", f"activity:{named.activity.id}", what=what)


# -- One activity ----------------------------------------------------------------------------------


def one(
    named: Named,
    indicators: Sequence[tuple[Indicator, tuple[IndicatorValue, ...]]],
    note: Note | None,
    *,
    changes: bool,
    plans: bool,
    adds_indicators: bool,
    may_redact: bool = False,
    today: date,
    language: str,
) -> Screen:
    """An activity, whole; who `changes` it can say where it stands, who `plans` can adopt it."""
    activity = named.activity
    lines: list[Text | None] = [
        text("activity.head", about=named.about),
        text("card.words", words=Words(activity.what, activity.language)),
        text("card.head", head=dotted(*_facts(activity, today))),
        text("activity.responsible", institution=named.institution),
    ]
    if named.others:
        lines.append(text("card.with", institutions=Listing(named.others)))
    if activity.from_on is not None:
        lines.append(_period(activity.from_on, activity.until_on))
    if activity.amount is not None and activity.currency is not None:
        money = Code(money_written(activity.amount, activity.currency))
        lines.append(text("activity.budget", money=money))
    if activity.funds:
        lines.append(text("activity.funds", funds=Words(activity.funds)))
    if note is not None and note.what is not Noted.ADDED:
        lines.append(text("activity.last", note=_note(note, language)))
    for indicator, values in indicators:
        lines += [None, _indicator_line(indicator, values)]
    shown = seal(activity, [each for each, _values in indicators])
    rows = _choices(activity, shown, changes=changes, plans=plans)
    for indicator, _values in indicators:
        name = Words(indicator.name, limit=LABEL)
        rows.append((button("indicator", f"indicator:{indicator.id}", name=name),))
        if changes:
            rows[-1] = (*rows[-1], button("value_add", f"value_add:{indicator.id}"))
    more = [button("activity_notes", f"activity_notes:{activity.id}:0")]
    if adds_indicators:
        more.insert(0, button("indicator_add", f"indicator_add:{activity.id}"))
    redact = redacts(f"activity:{activity.id}", may=may_redact)
    back = button("plan", f"plan:{activity.about.code}:0")
    return screen(*lines, rows=[*rows, tuple(more), *redact, (back, HOME)])


def _period(from_on: date, until_on: date | None) -> Text:
    if until_on is None:
        return text("activity.from", day=from_on)
    return text("activity.from_to", day=from_on, until=until_on)


def _choices(activity: Activity, shown: str, *, changes: bool, plans: bool) -> list[Row]:
    rows: list[Row] = []
    if plans and activity.adopted_at is None and activity.is_open:
        rows.append((button("activity_adopt", f"activity_adopt:{activity.id}:{shown}"),))
    elif plans and activity.changed_at is not None:
        rows.append((button("activity_looked", f"activity_looked:{activity.id}:{shown}"),))
    if changes:
        rows.append(
            (
                button("activity_state", f"activity_state:{activity.id}"),
                button("activity_change", f"activity_change:{activity.id}"),
            )
        )
    return rows


def notes(named: Named, total: int, page: int, shown: Sequence[Note], *, language: str) -> Screen:
    """What became of an activity, the latest first."""
    activity = named.activity
    lines: list[Text | None] = [text("activity.history", what=_what(activity, LINE))]
    lines += [text("activity.note", note=_note(each, language)) for each in shown]
    more = (page + 1) * LIST_LENGTH < total
    rows = pages(f"activity_notes:{activity.id}", page, more=more)
    return screen(*lines, rows=[*rows, (button("back", f"activity:{activity.id}"), HOME)])


def _note(note: Note, language: str) -> Value:
    """When, who, what, and in which words."""
    if note.state is not None:
        what = text(f"activity.state.{note.state}")
    elif note.fields:
        shown = dict.fromkeys(field_text(each) for each in note.fields)
        changed = Listing(tuple(text(key) for key in shown))
        what = text("activity.noted_fields", fields=changed)
    else:
        what = text(f"activity.noted.{note.what}")
    facts: list[Value] = [
        text("activity.noted_at", at=note.at),
        name_for(note.names or {}, language),
        what,
    ]
    if note.words:
        facts.append(text("activity.noted_words", words=Words(note.words, note.language, 300)))
    return dotted(*facts)


def field_text(name: str) -> str:
    """The key of what a field of an activity or an indicator is called."""
    return f"activity.field.{_CALLED.get(name, name)}"


_CALLED = {"institution_id": "institution", "currency": "amount"}


# -- Indicators ------------------------------------------------------------------------------------


def reading(value: float, unit: str | None, year: int | None) -> Words:
    """A number with its unit and its year: `12 % (2025)`."""
    return Words(Figure("", value, unit, year).written().removeprefix(": "))


def _indicator_line(indicator: Indicator, values: Sequence[IndicatorValue]) -> Text:
    facts: list[Value] = [text(f"indicator.kind.{indicator.kind}")]
    if latest := current(values)[:1]:
        said = reading(latest[0].value, indicator.unit, latest[0].year)
        facts.append(text("indicator.latest", value=said))
    if indicator.target is not None:
        said = reading(indicator.target, indicator.unit, indicator.target_year)
        facts.append(text("indicator.target", value=said))
    name = Words(indicator.name, indicator.language, LINE)
    return text("indicator.line", name=name, facts=dotted(*facts))


def indicator(
    shown: Indicator,
    values: Sequence[IndicatorValue],
    *,
    changes: bool,
    redefines: bool,
    asks: bool,
) -> Screen:
    """An indicator with its values, the latest year first, and where each came from."""
    lines: list[Text | None] = [
        text("indicator.head", name=Words(shown.name, shown.language)),
        text("card.head", head=dotted(*_measures(shown))),
    ]
    if shown.baseline is not None:
        said = reading(shown.baseline, shown.unit, shown.baseline_year)
        lines.append(text("indicator.baseline", value=said))
    if shown.target is not None:
        said = reading(shown.target, shown.unit, shown.target_year)
        lines.append(text("indicator.target_line", value=said))
    if shown.dimensions:
        by = Listing(tuple(text(f"dimension.{each}") for each in shown.dimensions))
        lines.append(text("indicator.dimensions", by=by))
    counted = current(values)
    lines.append(None)
    lines += [_value_line(each, shown) for each in counted[:YEARS_SHOWN]] or [
        text("indicator.no_value")
    ]
    rows: list[Row] = []
    if changes:
        rows.append((button("value_add", f"value_add:{shown.id}"),))
    choices: list[Button] = []
    if asks:
        choices.append(button("indicator_ask", f"indicator_ask:{shown.id}"))
    if redefines:
        choices.append(button("indicator_change", f"indicator_change:{shown.id}"))
    if asks:
        choices.append(button("indicator_end", f"indicator_end:{shown.id}"))
    rows += in_twos(choices)
    return screen(*lines, rows=[*rows, (button("back", f"activity:{shown.activity_id}"), HOME)])


def _measures(shown: WantedIndicator) -> list[Value]:
    facts: list[Value] = [text(f"indicator.kind.{shown.kind}")]
    if shown.unit:
        facts.append(Words(shown.unit))
    if shown.sdg is not None:
        facts.append(sdg_text(shown.sdg))
    return facts


def sdg_text(code: str) -> Text:
    """An indicator of the Sustainable Development Goals with its goal and its target."""
    return text(
        "indicator.sdg", code=Code(code), goal=str(goal_of(code)), target=Code(target_of(code))
    )


def _value_line(value: IndicatorValue, shown: Indicator) -> Text:
    written = Figure("", value.value, shown.unit, value.year, value.groups).written()
    source: Value = text(f"indicator.source.{value.source}")
    if value.source is Source.REPORT and value.number is not None:
        source = Code(value.number)
    facts = dotted(Words(written.removeprefix(": ")), source)
    lacking = missing(shown, value.groups)
    if not lacking:
        return text("indicator.value", facts=facts)
    by = Listing(tuple(text(f"dimension.{each}") for each in lacking))
    return text("indicator.value_without", facts=facts, by=by)


def number(value: float) -> Words:
    """A number as it was typed."""
    return Words(number_written(value))


# -- What was done ---------------------------------------------------------------------------------


def kept(activity_id: int, code: str, *, adopted: bool) -> Screen:
    """The new activity is in the plan, or proposed for it."""
    return message(
        "activity.kept" if adopted else "activity.kept_proposed",
        rows=[
            (button("open", f"activity:{activity_id}"), button("plan", f"plan:{code}:0")),
            (HOME_BESIDE,),
        ],
    )


def changed(activity_id: int, *, anything: bool) -> Screen:
    """The activity is as it was put down anew."""
    said = "activity.changed" if anything else "activity.unchanged"
    return message(said, rows=[(button("open", f"activity:{activity_id}"), HOME_BESIDE)])


def moved(activity_id: int, state: ActivityState) -> Screen:
    """Where the activity stands now."""
    said = text("activity.moved", state=text(f"activity.state.{state}"))
    return message(said, rows=[(button("open", f"activity:{activity_id}"), HOME_BESIDE)])


def indicator_kept(indicator_id: int, activity_id: int) -> Screen:
    """The indicator is in the plan."""
    return message(
        "indicator.kept",
        rows=[
            (button("value_add", f"value_add:{indicator_id}"),),
            (button("open", f"activity:{activity_id}"), HOME_BESIDE),
        ],
    )


def value_kept(shown: Indicator, value: IndicatorValue) -> Screen:
    """The value is recorded; by what it should have been told apart is said once."""
    said = reading(value.value, shown.unit, value.year)
    lines: list[Text | None] = [
        text("indicator.value_kept", name=Words(shown.name, limit=LINE), value=said)
    ]
    if lacking := missing(shown, value.groups):
        by = Listing(tuple(text(f"dimension.{each}") for each in lacking))
        lines.append(text("indicator.tell_apart", by=by))
    rows = [(button("open", f"indicator:{shown.id}"), HOME_BESIDE)]
    return message(*lines, rows=rows)


def told(count: int, activity_id: int | None) -> Screen:
    """Told to an institution: what the secretariat has put into its plans."""
    act = "plans:mine:0:new" if activity_id is None else f"activity:{activity_id}:new"
    return message(text("plan.told", count=count), rows=[(button("open", act), HOME_BESIDE)])


def names_of(
    names: Mapping[int, Mapping[str, str]], ids: Sequence[int], language: str
) -> tuple[Value, ...]:
    """The institutions of these ids by name."""
    return tuple(name_for(names[each], language) for each in ids if each in names)
