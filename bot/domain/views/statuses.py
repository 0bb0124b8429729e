"""Screens of the status vocabulary: the list, one status, what ending it means."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.screens import Row, Screen, Text, Value, Words, button, screen, text
from bot.domain.status import Entry, Status, Vocabulary, called
from bot.domain.views.common import HOME, dotted, in_twos

TEXT_KEYS = (
    *(f"counts_as.{each}" for each in Status),
    *("button.status_file", "button.status_no_file"),
)


def name_of(entry: Entry, language: str) -> Value:
    """How the status is called, right after a change too."""
    if language in entry.names:
        return Words(entry.names[language])
    if not entry.names or entry.code in set(Status):
        return called(entry.code)
    other, name = next(iter(entry.names.items()))
    return Words(name, other)


def listed(known: Vocabulary, language: str) -> Screen:
    """Every status in its order, what it counts as and what it asks for."""
    lines: list[Text | None] = [text("statuses.list"), None]
    lines += [
        text("statuses.line", status=name_of(each, language), facts=_facts(each))
        for each in known.entries
    ]
    rows: list[Row] = in_twos(
        [
            button("status", f"status:{each.code}", status=name_of(each, language))
            for each in known.entries
        ]
    )
    rows.append((button("status_add", "status_add"), HOME))
    return screen(*lines, None, "statuses.how", rows=rows)


def one(
    entry: Entry, names: Sequence[tuple[Value, str]], standing: int, language: str, *, first: bool
) -> Screen:
    """One status: its names by language, what it counts as, what can be changed."""
    lines: list[Text | None] = [
        text("statuses.one", status=name_of(entry, language)),
        text("label.one", value=_facts(entry)),
    ]
    lines += [
        text("statuses.name_in", language=named, name=Words(name)) for named, name in names
    ] or [text("statuses.usual_names")]
    lines.append(text("statuses.standing", count=standing))
    change = button("status_change", f"status_change:{entry.code}")
    back = (button("statuses", "statuses"), HOME)
    if entry.ended:
        again = button("status_again", f"status_again:{entry.code}")
        return screen(*lines, rows=[(again, change), back])
    asks = "status_no_file" if entry.evidence_required else "status_file"
    rows: list[Row] = [(change, button(asks, f"{asks}:{entry.code}"))]
    end = button("status_end", f"status_end:{entry.code}")
    rows.append((end,) if first else (button("status_up", f"status_up:{entry.code}"), end))
    return screen(*lines, rows=[*rows, back])


def ask_to_end(entry: Entry, standing: int, language: str) -> Screen:
    """Ending is asked once more, with what stands there."""
    name = name_of(entry, language)
    sure = button("status_end_yes", f"status_end_now:{entry.code}")
    return screen(
        text("statuses.ask_end", status=name),
        text("statuses.keep", count=standing) if standing else None,
        rows=[(sure, button("back", f"status:{entry.code}"))],
    )


def _facts(entry: Entry) -> Value:
    facts: list[Value] = [text("statuses.counts_as", meaning=text(f"counts_as.{entry.counts_as}"))]
    if entry.evidence_required:
        facts.append(text("statuses.with_file"))
    if entry.ended:
        facts.append(text("statuses.ended"))
    return dotted(*facts)
