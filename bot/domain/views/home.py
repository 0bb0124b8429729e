"""The first screen of an institution's people, their lists, and what a search has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.dialogues import DialogueQuestion
from bot.domain.home import Counts, Draft, Entry, Waiting
from bot.domain.passing import Pass
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
from bot.domain.search import Place
from bot.domain.views.common import HOME, IMPORT, LIST_LENGTH, dotted, in_twos, item_code, pages

TITLE_LENGTH = 24
URGENT = 4
"""So many of the most urgent items have a button of their own on the first screen."""

ANSWERS = 2
"""So many answers of units have one, too."""

_BUTTONS = {
    Waiting.OVERDUE: "overdue_item",
    Waiting.RETURNED: "returned_item",
    Waiting.DUE: "due_item",
}
URGENT_LISTS = tuple(_BUTTONS)
TEXT_KEYS = tuple(
    [f"home.{each}" for each in ("to_clear", "asked", "questions")]
    + [f"home.{each}" for each in ("unit_answers", "activities_due")]
    + [f"button.{each}" for each in _BUTTONS.values()]
    + [f"button.{each}" for each in Waiting]
    + [f"home.list.{each}" for each in Waiting]
)

Titles = Mapping[int, Words]
"""The beginning of each item's text, by item; restricted items have none."""


def home(
    institution: Value,
    counts: Counts,
    drafts: Sequence[Draft],
    urgent: Sequence[Entry],
    titles: Titles,
    *,
    to_clear: int = 0,
    else_asked: int = 0,
    watches: bool = False,
    passed: int = 0,
    answers: Sequence[Pass] = (),
    questions: int = 0,
    planned: int = 0,
    planned_due: int = 0,
    away_until: date | None = None,
) -> Screen:
    """What waits: the most urgent one tap away, everything else two.

    So many wait `to_clear` by a validator. `else_asked` counts what is asked beside reports. Who
    `watches` what others report (a validator) is told what they have sent, too; who has a seat in a
    unit as well, how much was `passed` to it.
    `answers` of the own units wait to be reported, `questions` of the secretariat to be answered.
    So many activities of plans are theirs, some of them late or due soon. Until the day
    `away_until` they are on leave.
    """
    around = {
        "to_clear": to_clear,
        "asked": else_asked,
        "questions": questions,
        "unit_answers": len(answers),
        "activities_due": planned_due,
    }
    parts = (
        *_parts(counts, len(drafts), watches=watches),
        *(text(f"home.{name}", count=count) for name, count in around.items() if count),
    )
    summary = (
        text("home.summary", institution=institution, parts=Listing(parts))
        if parts
        else text("home.nothing", institution=institution)
    )
    rows: list[Row] = [(_urgent(entry, titles),) for entry in urgent[:URGENT]]
    if to_clear:
        rows.insert(0, (button("clear_waiting", "clear_next", n=to_clear),))
    if drafts:
        first = drafts[0]
        row = [_draft(first)]
        if len(drafts) > 1:
            row.append(button("drafts", "drafts:0", n=len(drafts)))
        rows.append(tuple(row))
    rows += [
        (button("unit_answer", f"passed:{each.id}", item=item_code(each), unit=Words(each.unit)),)
        for each in answers[:ANSWERS]
    ]
    rows += _asked_rows(else_asked, questions)
    rows += in_twos(_lists(counts, urgent, passed=passed, planned=planned, watches=watches))
    lines: list[Text | None] = [summary]
    if away_until is not None:
        lines.append(text("home.away", until=away_until))
        rows.append((button("i_am_back", "back_again"),))
    if not rows:
        return screen(*lines, "home.not_assigned", rows=[(button("me", "me"),)])
    return screen(*lines, "home.search", rows=rows)


def _lists(
    counts: Counts, urgent: Sequence[Entry], *, passed: int, planned: int, watches: bool
) -> list[Button]:
    lists = [
        button(each.value, f"list:{each}:0", n=counts.of(each))
        for each in Waiting
        if counts.of(each) and (each is Waiting.ALL or counts.of(each) > _shown(urgent, each))
    ]
    if passed:
        lists.append(button("passed_to_you", "passed_list:0", n=passed))
    if planned:
        lists.append(button("plans_mine", "plans:mine:0", n=planned))
    if watches:
        lists += [button("progress", "progress"), button("clearance", "clearance")]
    return lists


def listed(
    which: Waiting, total: int, page: int, entries: Sequence[Entry], titles: Titles
) -> Screen:
    """Eight of a list, the most urgent first."""
    lines: list[Text | None] = [text(f"home.list.{which}", count=total)]
    lines += [_line(each) for each in entries]
    rows: list[Row] = [(_item_button(each, titles),) for each in entries]
    rows += pages(f"list:{which}", page, more=(page + 1) * LIST_LENGTH < total)
    if which is Waiting.DUE:
        rows.append((button("calendar_file", "calendar_file"),))
    return screen(*lines, rows=[*rows, (HOME,)])


def drafts(found: Sequence[Draft], page: int) -> Screen:
    """What was begun and not sent, the newest first."""
    if not found:
        return screen(text("home.no_drafts"), rows=[(HOME,)])
    shown = found[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    rows: list[Row] = [(_draft(each),) for each in shown]
    rows += pages("drafts", page, more=(page + 1) * LIST_LENGTH < len(found))
    return screen(text("home.drafts_list", count=len(found)), rows=[*rows, (HOME,)])


def nothing_found(
    query: str,
    *,
    reports: bool,
    asked: DialogueQuestion | None,
    rests: tuple[int, Text] | None,
) -> Screen:
    """No hit; who may report learns how that begins, because the words may have been a report.

    So does who was just `asked` in a live dialogue: the words may have been the answer. They may
    have been one to the question that `rests`, too: the conversation's id and its title.
    """
    lines = [text("search.nothing", query=Words(query, limit=60))]
    rows: list[Row] = [(HOME,)]
    if asked is not None:
        lines.append(text("search.to_dialogue", question=Words(asked.words, limit=100)))
        rows.insert(0, (button("dialogue_answer", f"dialogue_answer:{asked.id}"),))
    elif reports:
        lines.append(text("search.to_report"))
    if rests is not None:
        rows.insert(0, (button("go_on", f"draft:{rests[0]}", title=rests[1]),))
    return screen(*lines, rows=rows)


def which() -> Screen:
    """Nothing was looked for yet."""
    return message("search.which", rows=[(HOME,)])


def nothing_yet() -> Screen:
    """There is nothing to be found."""
    return message("item.none_yet", rows=[(IMPORT, HOME)])


def found(
    query: str,
    total: int,
    page: int,
    hits: Sequence[tuple[str, Value, Words | None]],
    places: Sequence[Place],
    *,
    more: bool,
) -> Screen:
    """What a search has found: each hit with its act, its code, and how its text begins.

    Before them the `places` of that name: institutions and clusters.
    """
    rows: list[Row] = [(_place(each),) for each in places]
    rows += [(_hit(*each),) for each in hits]
    rows += pages_of_search(query, page, more=more)
    return screen(
        text("search.found", count=total, query=Words(query, limit=60)), rows=[*rows, (HOME,)]
    )


def pages_of_search(query: str, page: int, *, more: bool) -> list[Row]:
    """The row to the pages around; the query travels in the button."""
    row: list[Button] = []
    if page > 0:
        row.append(button("earlier", f"found:{page - 1}:{query}"))
    if more:
        row.append(button("next_page", f"found:{page + 1}:{query}"))
    return [tuple(row)] if row else []


def _parts(counts: Counts, drafts: int, *, watches: bool) -> tuple[Text, ...]:
    parts = []
    if counts.overdue:
        parts.append(text("home.overdue", count=counts.overdue))
    if counts.returned:
        parts.append(text("home.returned", count=counts.returned))
    if counts.due:
        parts.append(text("home.due", count=counts.due))
    if counts.uncleared and not watches:
        parts.append(text("home.uncleared", count=counts.uncleared))
    if counts.submitted and watches:
        parts.append(text("home.submitted", count=counts.submitted))
    if drafts:
        parts.append(text("home.drafts", count=drafts))
    return tuple(parts)


def _asked_rows(else_asked: int, questions: int) -> list[Row]:
    rows: list[Row] = [(button("secretariat_asks", "threads:0"),)] if questions else []
    if else_asked:
        rows.append((button("asked_list", "asked_list", n=else_asked),))
    return rows


def _shown(urgent: Sequence[Entry], which: Waiting) -> int:
    return sum(1 for each in urgent[:URGENT] if each.waiting is which)


def _draft(begun: Draft) -> Button:
    act, item = f"draft:{begun.conversation_id}", Code(begun.code)
    if begun.title is not None:
        return button("go_on", act, title=begun.title)
    if begun.flow == "status_update":
        return button("continue_draft", act, item=item)
    return button("go_on", act, title=text(f"flow.{begun.flow}.title", item=item))


def _urgent(entry: Entry, titles: Titles) -> Button:
    key = _BUTTONS.get(entry.waiting, "item")
    return button(
        key,
        f"card:{entry.assignment_id}",
        item=_code(entry),
        title=titles.get(entry.item_id, ""),
    )


def _item_button(entry: Entry, titles: Titles) -> Button:
    return button(
        "item",
        f"card:{entry.assignment_id}",
        item=_code(entry),
        title=titles.get(entry.item_id, ""),
    )


def place_act(place: Place) -> str:
    """The act that opens it."""
    return f"cluster:{place.id}:0" if place.cluster else f"institution:{place.id}"


def _place(place: Place) -> Button:
    name = Words(place.name, limit=TITLE_LENGTH * 2)
    if place.cluster:
        return button("cluster_found", place_act(place), name=name)
    return button("institution", place_act(place), name=name)


def _hit(act: str, code: Value, title: Words | None) -> Button:
    return button("item", act, item=code, title="" if title is None else title)


def _line(entry: Entry) -> Text:
    facts: list[Value] = []
    if entry.due_on is not None:
        facts.append(text("card.due", due=entry.due_on))
    if entry.waiting is Waiting.RETURNED:
        facts.append(text("report.state.returned"))
    facts.append(text(f"status.{entry.status}") if entry.status else text("card.no_report_short"))
    return text("home.line", item=_code(entry), facts=dotted(*facts))


def _code(entry: Entry) -> Value:
    return item_code(entry)
