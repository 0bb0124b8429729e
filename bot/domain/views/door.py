"""Screens of the day of a meeting: the code at the door, being here, who is noted by a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.domain.consultations import (
    FEWEST,
    Attendance,
    Consultation,
    SignUp,
    SignUpState,
)
from bot.domain.screens import (
    Attachment,
    Button,
    Code,
    Row,
    Screen,
    Text,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import HOME
from bot.domain.views.participants import title

# -- For the secretariat ---------------------------------------------------------------------------


def door(found: Consultation, code: str, url: str, came: Attendance, *, today: date) -> Screen:
    """The code that hangs at the door, its link, and what can be done there."""
    rows: list[Row] = [
        (
            Button(text("button.copy_link"), copy=url),
            button("door_poster", f"door_poster:{found.id}"),
        )
    ]
    lines: list[Text | None] = [
        text("door.code", title=title(found), code=Code(code.upper())),
        text("door.counts_on", day=found.wanted.last_day),
        text("people.link", link=url),
        text("door.how"),
    ]
    if found.notes_who_came(today):
        lines += [None, people(came)]
        rows.append((button("door_mark", f"door_mark:{found.id}"),))
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)])


def day_after(found: Consultation, came: Attendance) -> Screen:
    """No code counts any more; who came can still be noted."""
    lines: list[Text | None] = [
        text("door.day_after", title=title(found), day=found.wanted.last_day),
        people(came),
    ]
    rows: list[Row] = [(button("door_mark", f"door_mark:{found.id}"),)]
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)])


def attendance(found: Consultation, came: Attendance) -> list[Text | None]:
    """Who came, in numbers that tell of nobody."""
    if not came.people:
        return []  # nobody, or too few
    lines: list[Text | None] = [None, people(came)]
    if came.groups is None:
        return [*lines, text("door.groups_from", day=found.groups_told_from)]
    lines += [
        text("consultation.of", value=text(f"group.{each}"), n=n) for each, n in came.groups.items()
    ]
    return lines


def people(came: Attendance) -> Text:
    """How many came, at least."""
    if not came.people:
        return text("door.came_few", fewest=FEWEST)
    return text("door.came", count=came.people)


def poster(found: Consultation, attachment: Attachment) -> Screen:
    """What hangs at the door, as a picture or for paper."""
    said = message(text("door.poster", title=title(found)))
    return replace(said, attachments=(attachment,))


def marked(found: Consultation, kept: SignUp, *, before: bool) -> Screen:
    """The participant of a number is noted; or has no seat, and what can be done about it.

    The next number can be written at once, here and on the screens below.
    """
    at = f"{found.id}:{kept.number}"
    number = str(kept.number)
    if kept.state is not SignUpState.CONFIRMED:
        said, act = text("door.waits", number=number), button("door_let_in", f"door_let_in:{at}")
    else:
        key = "door.marked_before" if before else "door.marked"
        said, act = text(key, number=number), button("door_unmark", f"door_unmark:{at}")
    return message(said, "door.next", rows=[(act,), _to(found)])


def let_in(found: Consultation, number: int) -> Screen:
    """Somebody who waited has a seat now."""
    said = text("door.let_in", number=str(number))
    return message(said, "door.next", rows=[_to(found)])


def unmarked(found: Consultation, number: int) -> Screen:
    """It is taken back."""
    said = text("door.unmarked", number=str(number))
    return message(said, "door.next", rows=[_to(found)])


def _to(found: Consultation) -> Row:
    return (button("back", f"door:{found.id}"), HOME)


# -- For participants ------------------------------------------------------------------------------


def here(found: Consultation, kept: SignUp, *, before: bool) -> Screen:
    """They are noted, were so before, or have no seat, with what to do then."""
    rows: list[Row] = [(button("back", f"sign_up:{found.code}"),)]
    if kept.state is SignUpState.CONFIRMED:
        key = "door.here_before" if before else "door.here"
        return message(text(key, title=title(found)), rows=rows)
    return message(text("door.no_seat", number=str(kept.number)), rows=rows)


def nobody(found: Consultation, *, today: date) -> Screen:
    """Nobody has signed up in this chat: what to do at the door. Nothing is recorded."""
    rows: list[Row] = []
    if found.takes_sign_ups(today):
        rows.append((button("door_sign_up", f"consultation:{found.code}"),))
    return screen(text("door.nobody", title=title(found)), rows=rows)


TEXT_KEYS = (
    "door.here",
    "door.here_before",
    "door.marked",
    "door.marked_before",
)
