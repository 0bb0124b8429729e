"""Screens of the reporting calendar: the list, one deadline, warnings, files that come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.deadlines import Deadline, DeadlineKind, DeadlineState
from bot.domain.national_reports import BY_DEADLINE
from bot.domain.requests import Request
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
from bot.domain.views.common import HOME, LIST_LENGTH, dotted, in_twos, pages

TITLE = 60
"""Characters of a title in a list."""

FILE = "focal-point.ics"
TEMPLATE_FILE = "calendar-template.csv"
SHOWN = 8
LEFT_OUT = ("cancelled", "past", "ours")
TEXT_KEYS = tuple(f"calendar.left_out.{each}" for each in LEFT_OUT)


# -- The calendar ----------------------------------------------------------------------------------


def calendar(
    total: int, page: int, shown: Sequence[Deadline], *, today: date, closed: bool
) -> Screen:
    """Eight deadlines, the nearest first; of closed ones the latest."""
    act = "calendar_closed" if closed else "calendar"
    key = "calendar.closed_list" if closed else "calendar.list"
    empty = text("calendar.none_closed") if closed else text("calendar.none")
    lines: list[Text | None] = [text(key, count=total) if total else empty]
    lines += [_line(each, today) for each in shown]
    rows: list[Row] = [(_opens(each),) for each in shown]
    rows += pages(act, page, more=(page + 1) * LIST_LENGTH < total)
    if closed:
        return screen(*lines, rows=[*rows, (button("back", "calendar:0"), HOME)])
    rows.append((button("deadline_add", "deadline_add"), button("calendar_file", "calendar_file")))
    rows.append(
        (button("calendar_import", "calendar_how"), button("calendar_closed", "calendar_closed:0"))
    )
    return screen(*lines, rows=[*rows, (HOME,)])


def _line(deadline: Deadline, today: date) -> Text:
    return text("calendar.line", when=_when(deadline, today), what=_what(deadline))


def _when(deadline: Deadline, today: date) -> Value:
    if deadline.state is not DeadlineState.OPEN:
        return dotted(deadline.day, text(f"deadline.state.{deadline.state}"))
    if deadline.last_day < today:
        return text("deadline.overdue", day=deadline.day)
    if deadline.until is None:
        return text("deadline.day", day=deadline.day)
    day, until = deadline.day, deadline.until
    one_month = (day.year, day.month) == (until.year, until.month)
    key = "deadline.in_one_month" if one_month else "deadline.from_to"
    return text(key, day=day, until=until)


def _what(deadline: Deadline) -> Value:
    """Kind and title; the title of what a person stands behind is left to its own screen."""
    named = _named(deadline.kind, deadline.title)
    if deadline.kind.restricted and deadline.symbol is not None:
        return dotted(named, Code(deadline.symbol))
    return named


def _named(kind: DeadlineKind, title: str) -> Value:
    said = text(f"deadline.kind.{kind}")
    return said if kind.restricted else dotted(said, Words(title, limit=TITLE))


def _opens(deadline: Deadline) -> Button:
    if deadline.kind.restricted:
        return button("deadline", f"deadline:{deadline.id}", title=_what(deadline))
    title = Words(deadline.title, limit=TITLE // 2)
    return button("deadline", f"deadline:{deadline.id}", title=title)


def asked_for(deadline: Deadline, due_on: date) -> list[Text]:
    """At the review of a request: for which deadline it asks, and whether it comes too late."""
    lines = [text("deadline.asked_for", what=_what(deadline), day=deadline.day)]
    if due_on > deadline.day:
        lines.append(text("deadline.asked_late", day=deadline.day))
    return lines


def one(
    deadline: Deadline, request: Text | None, *, today: date, report_id: int | None = None
) -> Screen:
    """A deadline and what can be done with it; `request` is what it was turned into.

    `report_id` is the report in preparation that answers it.
    """
    lines: list[Text | None] = [
        text("deadline.title", kind=text(f"deadline.kind.{deadline.kind}")),
        text("card.words", words=Words(deadline.title)),
        text("deadline.when", when=_when(deadline, today)),
    ]
    if deadline.symbol is not None:
        lines.append(text("deadline.document", symbol=Code(deadline.symbol)))
    if deadline.rule is not None:
        lines.append(text("deadline.by_rule", rule=rule_text(deadline.rule.code)))
    if deadline.state is DeadlineState.OPEN:
        lines.append(warnings_text(deadline.warnings))
    if request is not None:
        lines.append(text("deadline.asked", request=request))
    rows = [*_choices(deadline, report_id), (button("back", "calendar:0"), HOME)]
    return screen(*lines, rows=rows)


def _choices(deadline: Deadline, report_id: int | None) -> list[Row]:
    if deadline.state is not DeadlineState.OPEN:
        rows: list[Row] = [(button("deadline_reopen", f"deadline_reopen:{deadline.id}"),)]
        return [*rows, *_report(deadline, report_id)]
    ask = f"request_new:{deadline.id}"
    if deadline.document_id is not None:
        ask = f"ask_items:d{deadline.document_id}:{deadline.id}"
    asked: list[Button] = [button("ask_institutions", ask)]
    if deadline.request_id is not None:
        asked.append(button("open_request", f"request:{deadline.request_id}"))
    return [
        *in_twos(asked),
        *_report(deadline, report_id),
        (button("deadline_link", f"deadline_link:{deadline.id}"),),
        (
            button("deadline_done", f"deadline_done:{deadline.id}"),
            button("deadline_change", f"deadline_change:{deadline.id}"),
            button("deadline_drop", f"deadline_drop:{deadline.id}"),
        ),
    ]


def _report(deadline: Deadline, report_id: int | None) -> list[Row]:
    """The way to the report that answers it, or to a new one."""
    if report_id is not None:
        return [(button("open_report", f"national_report:{report_id}:0"),)]
    if deadline.kind in BY_DEADLINE and deadline.state is DeadlineState.OPEN:
        return [(button("prepare_report", f"national_report_new:{deadline.id}"),)]
    return []


def rule_text(code: str) -> Text:
    """`90d` as so many days after the publication."""
    key = "deadline.rule.months" if code.endswith("m") else "deadline.rule.days"
    return text(key, count=int(code[:-1]))


def warnings_text(warnings: Sequence[int]) -> Text:
    """How many days ahead the secretariat is warned."""
    if not warnings:
        return text("deadline.no_warnings")
    return text("deadline.warnings", days=Listing(tuple(warnings)))


def requests(deadline: Deadline, found: Sequence[tuple[Request, Text]]) -> Screen:
    """Which request the deadline was turned into."""
    rows: list[Row] = [
        (button("request_title", f"deadline_request:{deadline.id}:{each.id}", title=title),)
        for each, title in found
    ]
    rows.append((button("back", f"deadline:{deadline.id}"), HOME))
    return screen("deadline.which_request" if found else "request.none", rows=rows)


def warning(found: Sequence[Deadline], *, today: date) -> Screen:
    """Told to the secretariat in the morning: what comes."""
    lines: list[Text | None] = [text("deadline.warning", count=len(found))]
    lines += [
        text("deadline.warning_line", what=_what(each), day=each.day, left=_left(each, today))
        for each in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        lines.append(text("deadline.more", count=len(found) - SHOWN))
    rows: list[Row] = [(_opens(each),) for each in found[:SHOWN]]
    return message(*lines, rows=[*rows, (button("calendar", "calendar:0"), HOME)])


def _left(deadline: Deadline, today: date) -> Text:
    days = (deadline.day - today).days
    return text("deadline.days_left", count=days) if days > 0 else text("deadline.reached")


def kept(deadline: Deadline, *, today: date) -> Screen:
    """It is in the calendar."""
    return message(
        text("deadline.kept", what=_what(deadline), when=_when(deadline, today)),
        rows=[
            (button("open", f"deadline:{deadline.id}"), button("calendar", "calendar:0")),
            (HOME,),
        ],
    )


# -- Files -----------------------------------------------------------------------------------------


def how_to() -> Screen:
    """How deadlines come in from a file."""
    return screen(
        "calendar.how",
        rows=[
            (button("calendar_template", "calendar_template"),),
            (button("back", "calendar:0"), HOME),
        ],
    )


def template(attachment: Attachment) -> Screen:
    """The empty table, to be filled in and sent back."""
    return screen("calendar.template_file", attachments=(attachment,), replaces=False)


def making() -> Screen:
    """The file comes in a moment."""
    return screen("calendar.making", rows=[(HOME,)])


def ready(events: int, withheld: int, attachment: Attachment) -> Screen:
    """The calendar file itself."""
    lines: list[Text | str] = [text("calendar.file", count=events), "calendar.file_open"]
    if withheld:
        lines.append(text("calendar.withheld", count=withheld))
    return screen(*lines, rows=[(HOME,)], attachments=(attachment,), replaces=False)


def nothing_due() -> Screen:
    """There is nothing to put into a calendar."""
    return message("calendar.nothing_due", rows=[(HOME,)])


def preview(
    job_id: int,
    counts: Mapping[str, int],
    changes: Sequence[tuple[DeadlineKind, str, date]],
    left_out: Mapping[str, int],
    problems: Sequence[tuple[int, Text]],
) -> Screen:
    """What a calendar file would do; nothing has happened yet.

    `counts` are of `new`, `changed` and `unchanged`; `changes` are kind, title and day.
    """
    total = counts["new"] + counts["changed"]
    lines: list[Text | None] = [
        text("calendar.preview", count=total) if total else text("calendar.preview_nothing"),
        *_outcomes(counts),
        *(
            text(f"calendar.left_out.{each}", count=left_out[each])
            for each in LEFT_OUT
            if left_out.get(each)
        ),
    ]
    if changes:
        lines.append(None)
    lines += [
        text("calendar.line", when=day, what=_named(kind, title))
        for kind, title, day in changes[:SHOWN]
    ]
    if len(changes) > SHOWN:
        lines.append(text("deadline.more", count=len(changes) - SHOWN))
    if problems:
        lines += [None, text("calendar.problems", count=len(problems))]
        lines += [
            text("import.problem_line", row=row, problem=each) for row, each in problems[:SHOWN]
        ]
    rows: list[Row] = []
    if total:
        rows.append(
            (
                button("calendar_apply", f"calendar_apply:{job_id}", n=total),
                button("discard", f"calendar_discard:{job_id}"),
            )
        )
    return message(*lines, rows=[*rows, (button("calendar", "calendar:0"), HOME)])


def _outcomes(counts: Mapping[str, int]) -> list[Text]:
    found = [
        text("calendar.new", count=counts["new"]) if counts["new"] else None,
        text("calendar.changed", count=counts["changed"]) if counts["changed"] else None,
        text("calendar.unchanged", count=counts["unchanged"]) if counts["unchanged"] else None,
    ]
    return [each for each in found if each is not None]


def applied(counts: Mapping[str, int]) -> Screen:
    """What the file did."""
    return message(
        "calendar.applied", *_outcomes(counts), rows=[(button("calendar", "calendar:0"), HOME)]
    )


def discarded() -> Screen:
    """Nothing was changed."""
    return screen("calendar.discarded", rows=[(button("calendar", "calendar:0"), HOME)])
