"""Screens of what needs a second coordinator, and of the protections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.approvals import Approval, Kind, Protection, State
from bot.domain.items import Item
from bot.domain.screens import (
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Words,
    button,
    screen,
    text,
)
from bot.domain.views.common import HOME, item_code, redacts

TEXT_KEYS = (
    *(f"approval.lower.{each}" for each in Protection),
    *(f"approval.state.{each}" for each in State),
    *(f"protection.{each}" for each in Protection),
    *(f"protection.{each}.lowered" for each in Protection),
    *(f"button.lower.{each}" for each in Protection),
    *(f"button.raise.{each}" for each in Protection),
    *(f"approval.{each}" for each in ("asked", "announced", "opened", "refused", "expired")),
)


@dataclass(frozen=True)
class Described:
    """What is asked for, with the names that its words need."""

    asked: Approval
    asker: str
    invited: tuple[str, ...] = ()
    item: Item | None = None
    successor: str = ""
    decider: str | None = None

    @property
    def what(self) -> Text:
        """`invite as coordinator: …`, to stand in a sentence."""
        match self.asked.kind:
            case Kind.INVITE:
                names = Listing(tuple(Words(each, limit=60) for each in self.invited[:10]))
                return text("approval.invite", names=names)
            case Kind.NAMES:
                return text("approval.names")
            case Kind.SUCCEED:
                return succeeds(self.successor)
            case Kind.LOWER:
                return text(f"approval.lower.{self.asked.arguments['what']}")
        return text("approval.unrestrict", item="" if self.item is None else item_code(self.item))


def succeeds(name: str) -> Text:
    """`hand the only coordinator's seat over to …`, to stand in a sentence."""
    return text("approval.succeed", name=Words(name, limit=60))


def protections(lowered: Mapping[Protection, datetime], waiting: Sequence[Described]) -> Screen:
    """Each protection in words, what was asked for, and what can be done."""
    lines: list[Text | None] = [text("protection.title")]
    rows: list[Row] = []
    for each in Protection:
        if each in lowered:
            lines.append(text(f"protection.{each}.lowered", since=lowered[each]))
            rows.append((button(f"raise.{each}", f"protect:{each}"),))
        else:
            lines.append(text(f"protection.{each}"))
            rows.append((button(f"lower.{each}", f"lower:{each}"),))
    lines += [text("protection.names"), None]
    rows.append((button("ask_names", "ask_names"),))
    for one in waiting:
        lines.append(
            text("approval.line", what=one.what, state=text(f"approval.state.{one.asked.state}"))
        )
        rows.append((button("approval", f"approval:{one.asked.id}", what=one.what),))
    return screen(*lines, rows=[*rows, (HOME,)])


def shown(
    one: Described,
    *,
    agrees: bool,
    stops: bool,
    confirms: bool = False,
    may_redact: bool = False,
) -> Screen:
    """What was asked for, how it stands, and what the reader can do."""
    decided = one.asked.state is not State.WAITING
    act: list[Row] = []
    if one.asked.kind is Kind.SUCCEED and one.asked.state is State.APPROVED and confirms:
        act.append((button("confirm", f"confirm:{one.asked.arguments['invitation']}"),))
    redact = redacts(f"approval:{one.asked.id}", may=may_redact and decided)
    return screen(
        text("approval.shown", asker=Words(one.asker), what=one.what),
        _why(one),
        text(f"approval.state.{one.asked.state}"),
        _opens(one) if one.asked.state is State.WAITING else None,
        rows=[*_decide(one, agrees=agrees, stops=stops), *act, *redact, (HOME,)],
    )


def sent(one: Described) -> Screen:
    """What who asked is shown."""
    opens = _opens(one)
    return screen(
        text("approval.sent", what=one.what) if opens is None else opens,
        text("approval.kept"),
        rows=[(button("approval_take_back", f"approval_refuse:{one.asked.id}"), HOME)],
    )


def asked(one: Described) -> Screen:
    """To another coordinator: their word is needed."""
    return _notice(one, "asked", rows=_decide(one, agrees=True, stops=True))


def announced(one: Described) -> Screen:
    """To all of the secretariat: it opens by itself unless somebody refuses."""
    return _notice(one, "announced", rows=_decide(one, agrees=False, stops=True))


def opened(one: Described) -> Screen:
    """To all of the secretariat: the day is over and nobody has refused."""
    rows: list[Row] = []
    if one.asked.kind is Kind.SUCCEED:
        rows.append((button("approval", f"approval:{one.asked.id}", what=one.what),))
    return _notice(one, "opened", rows=rows)


def agreed(one: Described) -> Screen:
    """To all of the secretariat: a second coordinator has agreed."""
    said = text("approval.agreed", decider=Words(one.decider or ""), what=one.what)
    return screen(said, _why(one), replaces=False)


def refused(one: Described) -> Screen:
    """To all of the secretariat: nothing of it happens."""
    return _notice(one, "refused")


def expired(one: Described) -> Screen:
    """To all of the secretariat: nobody has agreed in time, or who asked is gone."""
    return _notice(one, "expired")


NOTICES: Mapping[str, Callable[[Described], Screen]] = {
    "asked": asked,
    "announced": announced,
    "opened": opened,
    "agreed": agreed,
    "refused": refused,
    "expired": expired,
}
"""What people are told, by what has happened."""


def invited_at_shell() -> Screen:
    """To the coordinators: the operator has made a link for one more."""
    return screen("approval.invited_at_shell", rows=[(button("people", "people"),)], replaces=False)


def _notice(one: Described, what: str, *, rows: Sequence[Row] = ()) -> Screen:
    said = text(f"approval.{what}", asker=Words(one.asker), what=one.what)
    opens = _opens(one) if what == "announced" else None
    return screen(said, _why(one), opens, rows=list(rows), replaces=False)


def _why(one: Described) -> Text:
    return text("approval.why", words=Words(one.asked.reason, one.asked.language))


def _opens(one: Described) -> Text | None:
    at = one.asked.opens_at
    return None if at is None else text("approval.opens", at=at)


def _decide(one: Described, *, agrees: bool, stops: bool) -> list[Row]:
    row: list[Button] = []
    if agrees:
        row.append(button("approval_agree", f"approval_agree:{one.asked.id}"))
    if stops:
        row.append(button("approval_refuse", f"approval_refuse:{one.asked.id}"))
    return [tuple(row)] if row else []
