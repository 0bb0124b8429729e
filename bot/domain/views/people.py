"""Screens about people and their seats: invitation, confirmation, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.people import Gender, Level, Role
from bot.domain.screens import (
    Attachment,
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
from bot.domain.unreachable import REASONS, Colleague
from bot.domain.views.common import pages

TEXT_KEYS = (
    *(f"statistics.count.{each}" for each in (*Gender, *Level)),
    *(f"unreachable.{each}" for each in (*REASONS, "unknown")),
)
SECRETARIAT_NAME = text("people.secretariat")


def name_for(names: Mapping[str, str], language: str) -> Value:
    """The institution's name in the reader's language; the secretariat has no names of its own."""
    if not names:
        return SECRETARIAT_NAME
    return Words(names.get(language) or names.get("en") or next(iter(names.values())))


def place(names: Mapping[str, str], unit: str | None, language: str) -> Value:
    """Where a seat is: the institution, and its unit where it is in one."""
    institution = name_for(names, language)
    if unit is None:
        return institution
    return text("people.unit_of", unit=Words(unit), institution=institution)


def role_name(role: Role) -> Text:
    """The role in words."""
    return text(f"role.{role}")


def invitation(
    invitation_id: int,
    *,
    role: Role,
    institution: Value,
    languages: Sequence[tuple[str, str]],
    takes_over: bool = False,
    in_unit: bool = False,
) -> Screen:
    """The one screen of onboarding: what this is, what not to send, in which language.

    `languages` are the others on offer: code and own name.
    """
    choices = tuple(
        Button(text("button.language_name", name=name), act=f"speak:{code}:{invitation_id}")
        for code, name in languages
    )
    about: dict[str, Value] = {"role": role_name(role), "institution": institution}
    return screen(
        Text(_invites(takes_over=takes_over, in_unit=in_unit), about),
        text("people.about_a_minute"),
        text("people.telegram_can_read"),
        rows=[
            (
                button("accept", f"accept:{invitation_id}"),
                button("not_me", f"not_me:{invitation_id}"),
            ),
            choices,
        ],
    )


def _invites(*, takes_over: bool, in_unit: bool) -> str:
    if takes_over:
        return "handover.invitation"
    return "people.invitation_to_unit" if in_unit else "people.invitation"


def declined(*, forgotten: bool) -> Screen:
    """The person says that it is not them; `forgotten`: nothing is kept of them."""
    return screen("people.declined" if forgotten else "people.declined_kept")


def refused(*, by_inviter: bool = False) -> Screen:
    """The secretariat, or who invited into a unit, did not recognise the person."""
    return message("people.refused_by_inviter" if by_inviter else "people.refused")


def waiting(*, for_inviter: bool = False) -> Screen:
    """Accepted, not yet confirmed by the secretariat, or by who invited into a unit."""
    return screen("people.waiting_for_inviter" if for_inviter else "people.waiting")


def welcome(*, in_unit: bool = False) -> Screen:
    """Confirmed: the seat is open."""
    said = "people.welcome_in_unit" if in_unit else "people.welcome"
    return message(said, rows=[(button("home", "home"),)])


def seat_ended() -> Screen:
    """Told to the person whose seat ended."""
    return message("people.seat_ended")


def suspended() -> Screen:
    """Told to somebody on a phone that was reported lost."""
    return message("people.is_suspended")


def without_seat() -> Screen:
    """Told to somebody who writes after their seat has ended."""
    return message("people.has_ended")


def guessing() -> Screen:
    """Told to the coordinators: somebody tries links."""
    return message("people.guessing")


def confirmation(
    *,
    invitation_id: int,
    telegram_name: str,
    username: str | None,
    invitee: str | None,
    before: str | None = None,
    own: bool = False,
    role: Role,
    institution: Value,
) -> Screen:
    """Asked of the inviter: is it them? `before` is who hands the seat over, if it is one.

    `own`: it is they who are asked.
    """
    about: dict[str, Value] = {
        "name": Words(telegram_name),
        "role": role_name(role),
        "institution": institution,
    }
    if before is None:
        lines = [Text("people.confirm", about)]
    elif own:
        lines = [Text("handover.confirm_own", about)]
    else:
        lines = [Text("handover.confirm", {**about, "before": Words(before)})]
    if username:
        lines.append(text("people.username", username=Code(f"@{username}")))
    if invitee:
        lines.append(text("people.invited_as", invitee=Words(invitee)))
    return message(
        *lines,
        rows=[
            (
                button("confirm", f"confirm:{invitation_id}"),
                button("refuse", f"refuse:{invitation_id}"),
            )
        ],
    )


def seat_changed(event: str, *, name: str, role: Role, institution: Value) -> Screen:
    """Told to the institution's other seats and the coordinators; `event` is begun, ended, …"""
    return message(
        text(
            f"people.seat.{event}",
            name=Words(name),
            role=role_name(role),
            institution=institution,
        )
    )


def unconfirmed(seat_id: int, *, name: str, role: Role, institution: Value) -> Screen:
    """Told to the coordinators: somebody has come in whom nobody here had recognised."""
    about: dict[str, Value] = {
        "name": Words(name),
        "role": role_name(role),
        "institution": institution,
    }
    return message(
        Text("people.seat.begun", about),
        text("people.by_operator"),
        rows=[(button("refuse", f"seat_end:{seat_id}"),)],
    )


def decided(*, confirmed: bool) -> Screen:
    """What became of a newcomer, in place of the question."""
    said = text("people.confirmed") if confirmed else text("people.not_confirmed")
    return screen(said, rows=[(button("home", "home"),)])


def stranger(*, known: bool = False, stays: bool = False) -> Screen:
    """Somebody without a seat wrote; `known` and `stays` as in `consultation_bot.hello`."""
    return message(
        *(["discreet.not_saved", None] if stays else []),
        "people.stranger",
        *(["consultation_bot.mine"] if known else []),
        rows=[(button("mine", "mine"),)] if known else [],
    )


# -- The secretariat's people ----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A seat in a list; of one who cannot be reached, why, and who can be told instead."""

    seat_id: int
    name: str
    role: Role
    institution: Value
    unreachable: str | None = None  # blocked, deactivated
    instead: Colleague | None = None


def overview(
    *,
    seats: int,
    institutions: int,
    houses: int,
    waiting: int,
    unused: int,
    unreachable: int,
    genders: Mapping[Gender, int],
    levels: Mapping[Level, int],
) -> Screen:
    """Counts, and the ways to everybody; what waits comes first.

    `institutions` have somebody, `houses` are all there are. Of what people have said of themselves
    for statistics, only numbers.
    """
    said = [text(f"statistics.count.{each}", count=n) for each, n in genders.items()]
    said += [text(f"statistics.count.{each}", count=n) for each, n in levels.items()]
    held = text("people.seats", count=seats)
    places = text("counted.institutions", count=institutions)
    rows: list[Row] = []
    if waiting:
        rows.append((button("people_waiting", "people_waiting", n=waiting),))
    if unreachable:
        rows.append((button("people_unreachable", "seats_away", n=unreachable),))
    rows.append((button("invite", "invite"), button("people_all", "seats", n=seats)))
    if unused:
        rows.append((button("people_unused", "people_unused", n=unused),))
    rows.append((button("institutions_n", "institutions:0", n=houses), button("home", "home")))
    return screen(
        text("people.overview", seats=held, institutions=places) if institutions else held,
        *([] if houses else ["institution.none"]),
        *([text("people.waiting_count", count=waiting)] if waiting else []),
        *([text("people.unreachable_count", count=unreachable)] if unreachable else []),
        *([text("statistics.counts", counts=Listing(tuple(said)))] if said else []),
        rows=rows,
    )


def waiting_list(
    newcomers: Sequence[tuple[int, str, Role, Value]],
    *,
    more: bool,
    mark: str,
    instead: Mapping[int, str] | None = None,
) -> Screen:
    """Newcomers to confirm, one by one or all that are shown; `mark` names this very list.

    `instead` says whose seat they take over, by invitation.
    """
    if not newcomers:
        return screen("people.nobody_waits", rows=[(button("people", "people"),)])
    before = instead or {}
    lines: list[Text] = []
    for number, (invitation_id, name, role, institution) in enumerate(newcomers, 1):
        line = text(
            "people.newcomer",
            n=number,
            name=Words(name),
            role=role_name(role),
            institution=institution,
        )
        if invitation_id in before:
            line = text("handover.newcomer", newcomer=line, before=Words(before[invitation_id]))
        lines.append(line)
    rows: list[Row] = [
        (
            button("confirm_one", f"confirm:{each[0]}", n=number),
            button("refuse_one", f"refuse:{each[0]}", n=number),
        )
        for number, each in enumerate(newcomers, 1)
    ]
    if len(newcomers) > 1:
        rows.append((button("confirm_all", f"confirm_all:{mark}", n=len(newcomers)),))
    rows.append((button("people", "people"),))
    heading = [text("people.more_wait")] if more else []
    return screen(text("people.recognise"), *lines, *heading, rows=rows)


def unused_list(
    unused: Sequence[tuple[int, str, Role, Value, datetime]],
    *,
    page: int,
    more: bool,
    leavers: Mapping[int, str],
) -> Screen:
    """Links that nobody has opened; `leavers` hand their seats over by theirs."""
    lines = [
        text(
            "people.unused_line",
            n=number,
            invitee=text("handover.by", name=Words(leavers[invitation_id]))
            if invitation_id in leavers
            else Words(invitee)
            if invitee
            else text("people.somebody"),
            role=role_name(role),
            institution=institution,
            until=expires,
        )
        for number, (invitation_id, invitee, role, institution, expires) in enumerate(unused, 1)
    ]
    rows: list[Row] = [
        (button("revoke", f"revoke:{each[0]}", n=number),) for number, each in enumerate(unused, 1)
    ]
    rows += pages("people_unused", page, more=more)
    rows.append((button("people", "people"),))
    return screen(text("people.unused"), *lines, rows=rows)


def seat_list(heading: Text, lines: Sequence[Line], *, act: str, page: int, more: bool) -> Screen:
    """Seats, one a row; `act` leads to the other pages."""
    rows: list[Row] = [
        (
            Button(
                text("button.seat", name=each.name, role=role_name(each.role)),
                act=f"seat:{each.seat_id}",
            ),
        )
        for each in lines
    ]
    rows += pages(act, page, more=more)
    rows.append((button("people", "people"),))
    shown = [said for each in lines for said in _seat_lines(each)]
    return screen(heading, *shown, rows=rows)


def _seat_line(line: Line) -> Text:
    named = text(
        "people.seat_line",
        name=Words(line.name),
        role=role_name(line.role),
        institution=line.institution,
    )
    return named if line.unreachable is None else away(named, line.unreachable)


def _seat_lines(line: Line) -> list[Text]:
    """The seat and, where nobody can be reached there, who can be told instead."""
    more = [] if line.unreachable is None else [instead(line.instead)]
    return [_seat_line(line), *more]


def away(seat: Value, reason: str) -> Text:
    """Who cannot be reached, and why; `seat` names person, role and institution."""
    return text(f"unreachable.{reason if reason in REASONS else 'unknown'}", seat=seat)


def instead(colleague: Colleague | None) -> Text:
    """Who else there can be told, or that nobody is left."""
    if colleague is None:
        return text("unreachable.nobody_else")
    return text("unreachable.instead", name=Words(colleague.name), role=role_name(colleague.role))


def invite_another(institution_id: int | None) -> Button:
    """To inviting somebody else, to that institution where it is known."""
    act = "invite" if institution_id is None else f"invite:{institution_id}"
    return button("invite_another", act)


def seat(
    line: Line,
    *,
    since: date,
    suspended: bool,
    designated_by: str | None,
    designated_on: date | None,
    has_letter: bool,
    hands_over: bool = False,
    institution_id: int | None = None,
) -> Screen:
    """One seat and what can be done with it."""
    lines: list[Text | None] = [*_seat_lines(line), text("people.since", since=since)]
    lines += _designation(designated_by, designated_on)
    if suspended:
        lines.append(text("people.suspended"))
    first = (
        button("seat_restore", f"seat_restore:{line.seat_id}")
        if suspended
        else button("seat_suspend", f"seat_suspend:{line.seat_id}")
    )
    rows: list[Row] = [
        (first, button("seat_end", f"seat_ask_end:{line.seat_id}")),
        (button("people_all_back", "seats"), button("people", "people")),
    ]
    more: list[Button] = []
    if has_letter:
        more.append(button("seat_letter", f"seat_letter:{line.seat_id}"))
    if hands_over:
        more.append(button("handover", f"handover:{line.seat_id}"))
    if more:
        rows.insert(1, tuple(more))
    if line.unreachable is not None:
        rows.insert(0, _way_out(line, institution_id))
    return screen(*lines, rows=rows)


def _way_out(line: Line, institution_id: int | None) -> Row:
    """To whoever can be told instead, and to inviting another."""
    invite = invite_another(institution_id)
    if line.instead is None:
        return (invite,)
    named = text("button.seat", name=line.instead.name, role=role_name(line.instead.role))
    return (Button(named, act=f"seat:{line.instead.seat_id}"), invite)


def _designation(by: str | None, on: date | None) -> list[Text]:
    if by and on:
        return [text("people.designated_on", by=Words(by), on=on)]
    if by:
        return [text("people.designated", by=Words(by))]
    return [text("people.designated_day", on=on)] if on else []


def letter(line: Line, attachment: Attachment) -> Screen:
    """The letter of designation."""
    return Screen(
        (text("people.letter", name=Words(line.name)),),
        attachments=(attachment,),
        replaces=False,
    )


def ask_to_end(line: Line) -> Screen:
    """Once more, because it cannot be undone."""
    return screen(
        text("people.ask_end"),
        _seat_line(line),
        rows=[
            (
                button("seat_end_yes", f"seat_end:{line.seat_id}"),
                button("back", f"seat:{line.seat_id}"),
            )
        ],
    )


def making_links(count: int) -> Screen:
    """The links are being made."""
    return message(text("people.making_links", count=count))


def link(url: str, *, role: Role, institution: Value, invitee: str, until: datetime) -> Screen:
    """A link to pass on, to be forwarded as it stands."""
    return message(
        text(
            "people.link_for", invitee=Words(invitee), role=role_name(role), institution=institution
        ),
        text("people.link", link=url),
        text("people.link_once", until=until),
        rows=[(Button(text("button.copy_link"), copy=url),)],
    )


def links(count: int, attachment: Attachment) -> Screen:
    """A sheet of links to hand out."""
    return Screen(
        (text("people.links", count=count), text("people.links_secret")),
        attachments=(attachment,),
        replaces=False,
    )
