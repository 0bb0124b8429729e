"""Screens of a handover: the link, who waits, what it brings about, the successor's brief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.home import Counts, Waiting
from bot.domain.people import Role
from bot.domain.reports import Reported
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
from bot.domain.views.common import (
    BESIDE,
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    in_twos,
    item_code,
    pages,
)
from bot.domain.views.people import role_name

SHOWN = 5
"""So many people and reports stand in a brief; the others are behind its buttons."""

Place = tuple[int, Role, Value]
"""A seat: its id, its role, the name of its institution."""


# -- Making the link -------------------------------------------------------------------------------


def choose(held: Sequence[Place]) -> Screen:
    """Which of the own seats is handed over."""
    rows: list[Row] = [
        (
            Button(
                text("button.seat_in", role=role_name(role), institution=institution),
                act=f"handover:{seat_id}",
            ),
        )
        for seat_id, role, institution in held
    ]
    return screen("handover.choose", rows=[*rows, (HOME,)])


def nothing() -> Screen:
    """Somebody without a seat that could be handed over."""
    return screen("handover.nothing", rows=[(HOME,)])


@dataclass(frozen=True)
class Pending:
    """A handover that is under way: a link, or somebody who has used it (`name`)."""

    invitation_id: int
    until: datetime
    name: str | None
    may_decide: bool


def ask(
    seat_id: int,
    role: Role,
    institution: Value,
    holder: str | None,
    pending: Pending | None,
) -> Screen:
    """What handing over means, and where it stands; `holder` where it is somebody else's seat."""
    head = (
        text("handover.own", role=role_name(role), institution=institution)
        if holder is None
        else text("handover.of", name=Words(holder), role=role_name(role), institution=institution)
    )
    back = HOME if holder is None else button("back", f"seat:{seat_id}")
    make = button("handover_make", f"handover_make:{seat_id}")
    if pending is None:
        return screen(head, "handover.means", rows=[(make,), (back,)])
    stop = button("handover_stop", f"handover_stop:{pending.invitation_id}")
    if pending.name is None:
        waits = text("handover.link_open", until=pending.until)
        return screen(head, "handover.means", waits, rows=[(make, stop), (back,)])
    waits = text("handover.waits", name=Words(pending.name))
    rows: list[Row] = [(back,)]
    if pending.may_decide:
        confirm = button("confirm", f"confirm:{pending.invitation_id}")
        rows.insert(0, (confirm, button("refuse", f"refuse:{pending.invitation_id}")))
    return screen(head, waits, rows=rows)


def link(url: str, role: Role, institution: Value, until: datetime) -> Screen:
    """The link, to be forwarded to the successor as it stands."""
    return message(
        text("handover.link", role=role_name(role), institution=institution),
        text("people.link", link=url),
        text("people.link_once", until=until),
        rows=[(Button(text("button.copy_link"), copy=url),)],
    )


def offered(
    name: str, role: Role, institution: Value, invitation_id: int, *, may_stop: bool
) -> Screen:
    """Told to the coordinators, or to the holder: somebody has made a link."""
    said = text("handover.offered", name=Words(name), role=role_name(role), institution=institution)
    stop = (button("handover_stop", f"handover_stop:{invitation_id}"),)
    return message(said, rows=[stop] if may_stop else [])


def stopped(*, role: Role, institution: Value) -> Screen:
    """Told to the holder: nothing was handed over."""
    return message(text("handover.stopped", role=role_name(role), institution=institution))


def stopped_here() -> Screen:
    """Told to who stopped it, in place of the question."""
    return screen("handover.stopped_here", rows=[(HOME,)])


# -- The successor ---------------------------------------------------------------------------------


def wants(invitation_id: int, *, name: str, before: str, role: Role, institution: Value) -> Screen:
    """Told to the coordinators: who it is that the holder is asked about."""
    return message(
        text(
            "handover.wants",
            name=Words(name),
            before=Words(before),
            role=role_name(role),
            institution=institution,
        ),
        rows=[(button("handover_stop", f"handover_stop:{invitation_id}"),)],
    )


def waiting() -> Screen:
    """Accepted, not yet confirmed by who hands over."""
    return screen("handover.waiting")


def refused() -> Screen:
    """Told to somebody who was not confirmed."""
    return message("handover.refused")


def over() -> Screen:
    """Told to somebody who waited for a seat that has ended."""
    return message("error.handover_over")


def taken_over(institution: Value, *, name: str, before: str, role: Role) -> Screen:
    """Told to the institution's other people and the coordinators."""
    return message(
        text(
            "handover.taken_over",
            name=Words(name),
            before=Words(before),
            role=role_name(role),
            institution=institution,
        )
    )


def handed_over(name: str, role: Role, institution: Value) -> Screen:
    """Told to who had the seat."""
    return message(_handed_over(name, role, institution))


def handed_over_here(name: str, role: Role, institution: Value, *, gone: bool) -> Screen:
    """Told to who had the seat and has confirmed; `gone`: they have no other one."""
    said = _handed_over(name, role, institution)
    return screen(said, rows=[] if gone else [(HOME,)])


def _handed_over(name: str, role: Role, institution: Value) -> Text:
    return text(
        "handover.handed_over", name=Words(name), role=role_name(role), institution=institution
    )


# -- The brief -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """Somebody with a seat."""

    name: str
    role: Role


@dataclass(frozen=True)
class Brief:
    """What a successor has to know; `counts` None: of the secretariat, whose desk is its home."""

    counts: Counts | None
    drafts: int
    questions: int
    reported: Sequence[Reported]
    people: Sequence[Named]
    secretariat: Sequence[Named]
    items: int
    passed: int = 0  # to the unit


def brief(shown: Brief, *, before: str, role: Role, institution: Value) -> Screen:
    """One screen: what is open, what was said last, who is who; the rest behind buttons."""
    lines: list[Text | None] = [
        text(
            "handover.brief",
            role=role_name(role),
            institution=institution,
            before=Words(before),
        ),
        *_open(shown),
        *_reported(shown),
    ]
    if shown.people:
        lines.append(text("handover.people", people=_listed(shown.people)))
    if shown.secretariat:
        lines.append(text("handover.secretariat", people=_listed(shown.secretariat)))
    return message(*lines, rows=_ways(shown))


def _open(shown: Brief) -> list[Text]:
    parts = []
    if shown.counts is not None:
        each = shown.counts
        counted = {"overdue": each.overdue, "returned": each.returned, "due": each.due}
        parts += [text(f"home.{name}", count=n) for name, n in counted.items() if n]
    if shown.drafts:
        parts.append(text("home.drafts", count=shown.drafts))
    if shown.questions:
        parts.append(text("handover.questions", count=shown.questions))
    if shown.passed:
        parts.append(text("passing.waiting", count=shown.passed))
    if parts:
        return [text("handover.open", parts=Listing(tuple(parts)))]
    return [] if shown.counts is None else [text("handover.nothing_open")]


def _reported(shown: Brief) -> list[Text]:
    if shown.counts is None:
        return []
    if not shown.reported:
        return [text("handover.not_reported")]
    said: list[Value] = [
        text("home.line", item=_code(each), facts=_facts(each)) for each in shown.reported[:SHOWN]
    ]
    return [text("handover.reported", reports=Listing(tuple(said)))]


def _listed(named: Sequence[Named]) -> Value:
    said: list[Value] = [
        text("handover.person", name=Words(each.name), role=role_name(each.role))
        for each in named[:SHOWN]
    ]
    if len(named) > SHOWN:
        said.append(text("handover.others", count=len(named) - SHOWN))
    return Listing(tuple(said))


def _ways(shown: Brief) -> list[Row]:
    ways = []
    if shown.items:
        ways.append(button("all", f"list:{Waiting.ALL}:0:{BESIDE}", n=shown.items))
    if shown.reported:
        ways.append(button("history", f"reported:0:{BESIDE}"))
    if shown.drafts:
        ways.append(button("drafts", f"drafts:0:{BESIDE}", n=shown.drafts))
    if shown.secretariat:
        ways.append(button("who", f"who:0:{BESIDE}"))
    return [*in_twos(ways), (HOME_BESIDE,)]


# -- The rest, as lists ----------------------------------------------------------------------------


def reported(found: Sequence[Reported], page: int, *, more: bool) -> Screen:
    """Eight of what the institution has reported, the newest first."""
    if not found:
        return screen("handover.not_reported", rows=[(HOME,)])
    lines = [
        text(
            "handover.reported_line", number=Code(each.number), item=_code(each), facts=_facts(each)
        )
        for each in found
    ]
    rows = in_twos(
        [button("report_number", f"su:{each.id}", number=Code(each.number)) for each in found]
    )
    rows += pages("reported", page, more=more)
    return screen("handover.reported_list", *lines, rows=[*rows, (HOME,)])


def who(found: Sequence[tuple[Named, Value]], page: int) -> Screen:
    """Eight people with their institutions."""
    shown = found[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    lines = [
        text(
            "people.seat_line",
            name=Words(each.name),
            role=role_name(each.role),
            institution=institution,
        )
        for each, institution in shown
    ]
    rows = pages("who", page, more=(page + 1) * LIST_LENGTH < len(found))
    return screen("handover.who", *lines, rows=[*rows, (HOME,)])


def _code(each: Reported) -> Value:
    return item_code(each)


def _facts(each: Reported) -> Value:
    return text("card.last_short", status=text(f"status.{each.status}"), as_of=each.as_of)
