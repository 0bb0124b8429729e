"""Screens of an item as the secretariat sees it: who answers for it, what it needs, what to do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.items import AssignmentState, Item, ItemText, Part, ReportState
from bot.domain.ladder import PutOff
from bot.domain.screens import (
    Button,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
)
from bot.domain.selection import Need
from bot.domain.views.assessments import Beside
from bot.domain.views.card import Alike, clearance_rows, item_lines, similar_lines
from bot.domain.views.common import HOME, dotted, in_twos, item_code, redacts
from bot.domain.views.reminders import URGENT, put_off_lines

TEXT_KEYS = (
    *(f"label.part.{part}" for part in Part),
    *(f"assignment.state.{state}" for state in AssignmentState),
    *(f"report.state.{state}" for state in ReportState),
)


@dataclass(frozen=True)
class Stand:
    """How one institution stands on an item."""

    assignment_id: int
    institution: Value
    part: Part
    state: AssignmentState
    due_on: date | None
    status: str | None
    report_state: ReportState | None
    uncleared: bool = False  # a newer report waits inside the institution
    clearance: bool | None = None  # whether it is marked for it; None: items are not marked there


def about(
    item: Item,
    words: ItemText | None,
    stands: Sequence[Stand],
    *,
    cluster: Words | None,
    needs: Collection[Need],
    similar: Sequence[Alike],
    beside: Beside,
    state: Sequence[Text | None] = (),
    planned: int = 0,
    contributed: int = 0,
    protects: bool,
) -> Screen:
    """An item with everybody who answers for it, `state`: what the secretariat made of it, and
    what others think beside that. So many activities are `planned` for it, so much was
    `contributed` about it to consultations. A coordinator `protects` it.
    """
    lines = [*item_lines(item, words), None]
    lines += [*state, None] if state else []
    lines += [_stand(each) for each in stands] or [text("card.nobody")]
    if cluster is not None:
        lines.append(text("item.cluster", cluster=cluster))
    lines += similar_lines(similar)
    if contributed:
        lines.append(text("item.contributed", count=contributed))
    if beside.count:
        lines += [None, *beside.lines]
    rows: list[Row] = [
        (button("holder", f"held:{each.assignment_id}", institution=each.institution),)
        for each in stands
    ]
    rows.append((button("assign", f"assign_item:{item.id}"), button("cluster", f"put:{item.id}")))
    row = [button("item_history", f"item_history:{item.id}:-:0")]
    if stands:
        row.append(button("consolidation", f"consolidation:{item.id}"))
    rows.append(tuple(row))
    rows += in_twos(_tags(item, needs))
    last = [
        button("plan_of", f"plan:i{item.id}:0", n=planned),
        button("audit", f"audit:{item.id}:0"),
    ]
    if protects:
        last.append(
            button("unrestrict", f"unrestrict:{item.id}")
            if item.restricted
            else button("restrict", f"restrict:{item.id}")
        )
    return screen(*lines, rows=[*rows, *in_twos(last), (beside.opens, HOME)])


def _tags(item: Item, needs: Collection[Need]) -> list[Button]:
    """Priority and needs: a tap sets them, another takes them away."""
    tags = [_tag(f"priority:{item.id}", text("narrowing.priority"), chosen=item.priority)]
    tags += [
        _tag(f"need:{item.id}:{each}", text(f"need.{each}"), chosen=each in needs) for each in Need
    ]
    return tags


def _tag(act: str, name: Text, *, chosen: bool) -> Button:
    return button("chosen" if chosen else "unchosen", act, option=name)


def _stand(stand: Stand) -> Text:
    return text("card.stand", institution=stand.institution, facts=dotted(*_facts(stand)))


def _facts(stand: Stand) -> list[Value]:
    facts: list[Value] = [text(f"label.part.{stand.part}")]
    if stand.state is not AssignmentState.ANNOUNCED:
        facts.append(text(f"assignment.state.{stand.state}"))
    if stand.due_on is not None:
        facts.append(text("card.due", due=stand.due_on))
    facts.append(text(f"status.{stand.status}") if stand.status else text("card.no_report_short"))
    if stand.report_state is not None:
        facts.append(text(f"report.state.{stand.report_state}"))
    if stand.uncleared:
        facts.append(text("card.newer_inside"))
    return facts


def held(
    item: Item, stand: Stand, put_off: Sequence[PutOff] = (), *, redactable: bool = False
) -> Screen:
    """One institution's assignment: who has put it off, and what the secretariat can do.

    `redactable`: of what was written about it beside reports something can be redacted.
    """
    code = item_code(item)
    row: list[Button] = []
    if stand.state is AssignmentState.ANNOUNCED:
        row.append(button("record", f"record:{stand.assignment_id}"))
    if stand.state is AssignmentState.DISOWNED:
        row.append(button("decide", f"disowned_one:{stand.assignment_id}"))
    row.append(button("history", f"history:{stand.assignment_id}:0"))
    return screen(
        text("item.held", item=code, institution=stand.institution),
        text("card.head", head=dotted(*_facts(stand))),
        *put_off_lines(put_off[:URGENT]),
        rows=[
            tuple(row),
            *clearance_rows(stand.assignment_id, chosen=stand.clearance),
            (button("take_back", f"take_back:{stand.assignment_id}"),),
            *redacts(f"assignment:{stand.assignment_id}", may=redactable),
            (button("back", f"about:{item.id}"), HOME),
        ],
    )
