"""Screens of imports: received, preview, changes, what it did, the rows to correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.domain.screens import (
    Attachment,
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Words,
    button,
    message,
    screen,
    text,
    text_from_json,
)
from bot.domain.views.common import mechanism_name
from bot.domain.wording import Change, compare

PROBLEMS_SHOWN = 3
DOCUMENTS_SHOWN = 5
STATES_SHOWN = 3
CHANGES_SHOWN = 3
PROBLEMS_FILE = "rows-to-correct.xlsx"
TEMPLATE_FILE = "recommendations-template.xlsx"
TEXT_KEYS = tuple(f"import.changes.{each.value}" for each in Change)


class Counted(Protocol):
    """What a preview counts (`bot.services.imports.Preview`)."""

    @property
    def documents(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def positions(self) -> Mapping[str, int]: ...
    @property
    def kinds(self) -> Mapping[str, int]: ...
    @property
    def new(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def translated(self) -> int: ...
    @property
    def vanished(self) -> int: ...
    @property
    def problems(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def unknown_columns(self) -> Sequence[str]: ...
    @property
    def elsewhere(self) -> int: ...
    @property
    def other_states(self) -> Sequence[str]: ...
    @property
    def own_state(self) -> str: ...
    @property
    def recommendations(self) -> int: ...
    @property
    def does_something(self) -> bool: ...


def received(name: str) -> Screen:
    """The file has arrived and is being read."""
    return message(text("import.received", name=Words(name, limit=80)))


def preview(job_id: int, found: Counted, problems: Sequence[Mapping[str, Any]]) -> Screen:
    """What applying the file would do; nothing has happened yet."""
    lines: list[Text | None] = [
        text("import.preview", count=found.recommendations),
        *_documents(found),
        None,
        *_outcomes(found),
    ]
    if found.positions:
        lines.append(text("import.positions", positions=_counted("position", found.positions)))
    if len(found.kinds) > 1:
        lines.append(text("import.kinds", kinds=_counted("kind", found.kinds)))
    if found.vanished:
        lines.append(text("import.vanished", count=found.vanished))
    lines += elsewhere(found)
    if found.unknown_columns:
        columns = Listing(tuple(Words(each, limit=60) for each in found.unknown_columns[:8]))
        lines.append(text("import.unknown_columns", columns=columns))
    if problems:
        lines += [None, text("import.problems", count=found.problems), *map(problem_line, problems)]
    return message(*lines, rows=_choices(job_id, found))


def elsewhere(found: Counted) -> list[Text]:
    """Rows that were left out because they are about other States, if there are any."""
    if not found.elsewhere:
        return []
    states = [Words(each) for each in found.other_states[:STATES_SHOWN]]
    if len(found.other_states) > STATES_SHOWN:
        states.append(Words("…"))
    named = Listing(tuple(states))
    own = Code(found.own_state)
    return [text("import.elsewhere", count=found.elsewhere, states=named, own=own)]


def _choices(job_id: int, found: Counted) -> list[Row]:
    rows: list[Row] = []
    if found.does_something:
        rows.append(
            (
                button("import", f"import_apply:{job_id}", n=found.recommendations),
                button("discard", f"import_discard:{job_id}"),
            )
        )
    else:
        rows.append((button("discard", f"import_discard:{job_id}"),))
    more = []
    if found.changed:
        more.append(button("import_changes", f"import_changes:{job_id}"))
    if found.refused:
        more.append(button("import_problems", f"import_problems:{job_id}"))
    if more:
        rows.append(tuple(more))
    return rows


def _documents(found: Counted) -> list[Text]:
    shown = [
        text(
            "import.document",
            symbol=Code(each["symbol"]),
            mechanism=mechanism_name(str(each["mechanism"])),
            n=each["n"],
        )
        for each in found.documents[:DOCUMENTS_SHOWN]
    ]
    if len(found.documents) > DOCUMENTS_SHOWN:
        shown.append(text("import.more_documents", count=len(found.documents) - DOCUMENTS_SHOWN))
    return shown


def _outcomes(found: Counted) -> list[Text]:
    counts = [
        text("import.new", count=found.new) if found.new else None,
        text("import.changed", count=found.changed) if found.changed else None,
        text("import.unchanged", count=found.unchanged) if found.unchanged else None,
        text("import.translated", count=found.translated) if found.translated else None,
    ]
    return [each for each in counts if each is not None]


def _counted(family: str, counts: Mapping[str, int]) -> Listing:
    return Listing(
        tuple(
            text("import.counted", what=text(f"{family}.{code}"), n=n) for code, n in counts.items()
        )
    )


def problem_line(problem: Mapping[str, Any]) -> Text:
    """One problem of a file: in which row, and what is wrong."""
    return text("import.problem_line", row=problem["row"], problem=text_from_json(problem["text"]))


def changes(job_id: int, rows: Sequence[Mapping[str, Any]], *, page: int, more: bool) -> Screen:
    """Changed texts, word by word: what goes struck through, what comes underlined."""
    lines: list[Text | None] = [text("import.changes")]
    for each in rows:
        lines += [None, text("import.change_of", code=Code(each["paragraph"]))]
        if each["before"] == each["after"]:
            lines.append(text("import.changes.labels"))
            continue
        lines += [
            text(f"import.changes.{run.change.value}", words=Words(run.words.strip(), limit=300))
            for run in compare(each["before"] or "", each["after"])
            if run.words.strip()
        ]
    turns = []
    if page > 0:
        turns.append(button("earlier", f"import_changes:{job_id}.{page - 1}"))
    if more:
        turns.append(button("next_page", f"import_changes:{job_id}.{page + 1}"))
    rows_: list[Row] = [tuple(turns)] if turns else []
    rows_.append((button("import_preview", f"import_preview:{job_id}"),))
    return screen(*lines, rows=rows_)


def applying(count: int) -> Screen:
    """Confirmed; the worker is at it."""
    return screen(text("import.applying", count=count))


def applied(job_id: int, did: Counted) -> Screen:
    """What the import did."""
    rows: list[Row] = [(button("unassigned", "unassigned"), button("home", "home"))]
    if did.refused:
        rows.insert(0, (button("import_problems", f"import_problems:{job_id}"),))
    return message(text("import.applied", count=did.recommendations), *_outcomes(did), rows=rows)


def discarded() -> Screen:
    """Nothing was imported."""
    return screen("import.discarded", rows=[(button("home", "home"),)])


def problems(attachment: Attachment | None) -> Screen:
    """The rows to correct, as a file."""
    if attachment is None:
        return message("import.no_problems")
    shown = message("import.problems_file")
    return Screen(shown.lines, shown.rows, (attachment,), replaces=False)


def how_to() -> Screen:
    """How recommendations come in."""
    return screen(
        "import.how",
        rows=[(button("import_template", "import_template"),), (button("home", "home"),)],
    )
