"""Screens of the institutions that answer: the list, one of them, what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.institutions import Held, Institution, kind_name
from bot.domain.screens import (
    Code,
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
from bot.domain.views.common import HOME, LIST_LENGTH, dotted, pages
from bot.domain.views.people import name_for

NAME_LENGTH = 60


def institutions(total: int, page: int, shown: Sequence[Institution], language: str) -> Screen:
    """Eight institutions, by name, those that have ended last."""
    rows: list[Row] = [
        (
            button(
                "institution" if each.ended_at is None else "institution_ended",
                f"institution:{each.id}",
                name=Words(each.name(language), limit=NAME_LENGTH),
            ),
        )
        for each in shown
    ]
    rows += pages("institutions", page, more=(page + 1) * LIST_LENGTH < total)
    rows.append((button("institution_add", "institution_add"), button("people", "people")))
    head = text("institution.list", count=total) if total else text("institution.none")
    return screen(head, "institution.how", rows=rows)


def one(
    found: Institution, names: Sequence[tuple[Value, str, str]], held: Held, language: str
) -> Screen:
    """What it is called in each language, its kind, who and what it has."""
    lines: list[Text | None] = [
        text("institution.one", name=name_for(found.names, language)),
        text("label.one", value=dotted(kind_name(found.kind), Code(found.code))),
    ]
    lines += [
        text("institution.name_in", language=named, name=Words(name))
        for named, of, name in names
        if len(names) > 1 or of != language
    ]
    change = button("institution_change", f"institution_change:{found.id}")
    back = (button("institutions", "institutions:0"), HOME)
    if found.ended_at is not None:
        lines.append(text("institution.ended", on=found.ended_at))
        again = button("institution_again", f"institution_again:{found.id}")
        return screen(*lines, rows=[(again,), back])
    seats, items = text("people.seats", count=held.seats), text("counted.items", count=held.items)
    lines.append(text("label.one", value=dotted(seats, items)))
    invite = button("invite", f"invite:{found.id}")
    end = button("institution_end", f"institution_end:{found.id}")
    clearance = button("clearance", f"clearance_rule:{found.id}")
    return screen(*lines, rows=[(invite, change), (clearance, end), back])


def ask_to_end(found: Institution, language: str) -> Screen:
    """Ending is asked once more."""
    sure = button("institution_end_yes", f"institution_end_now:{found.id}")
    return screen(
        text("institution.ask_end", name=name_for(found.names, language)),
        rows=[(sure, button("back", f"institution:{found.id}"))],
    )


def added(count: int) -> Screen:
    """They are there, and who is to answer for them can be invited."""
    return message(
        text("institution.added", count=count),
        rows=[(button("invite", "invite"), button("institutions", "institutions:0")), (HOME,)],
    )
