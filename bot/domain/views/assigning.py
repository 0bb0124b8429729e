"""Screens of assigning: which items, what it did, what announcing would do, what people hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.assigning import Announced, Assigned, Preview
from bot.domain.gist import gist
from bot.domain.items import Part
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
from bot.domain.selection import (
    LETTERS,
    NEVER,
    NO_CLUSTER,
    NO_REPORT,
    Choice,
    Listed,
    Narrowing,
    Selection,
)
from bot.domain.views.common import (
    HOME,
    IMPORT,
    LIST_LENGTH,
    dotted,
    in_twos,
    item_code,
    mechanism_name,
    pages,
)
from bot.domain.views.people import name_for

URGENT = 5
"""So many of the most urgent assignments are named when they are announced."""

TITLE_LENGTH = 40
NAME_LENGTH = 60
MOST_WAITING = 10

TEXT_KEYS = tuple(f"part.{part}" for part in Part)


# -- Items -----------------------------------------------------------------------------------------


def narrowed_to(narrowing: Narrowing, name: str) -> Value:
    """How a narrowing's value reads."""
    match narrowing:
        case Narrowing.KIND | Narrowing.NEED:
            return text(f"{narrowing}.{name}")
        case Narrowing.STATUS | Narrowing.REPORT_AGE:
            return _last_word(narrowing, name)
        case Narrowing.CLUSTER if name == NO_CLUSTER:
            return text("narrowing.no_cluster")
        case Narrowing.DOCUMENT:
            return Code(name)
        case Narrowing.MECHANISM:
            return mechanism_name(name)
        case _:
            return Words(name, limit=NAME_LENGTH)


def _last_word(narrowing: Narrowing, name: str) -> Text:
    if narrowing is Narrowing.STATUS:
        return text("narrowing.no_report" if name == NO_REPORT else f"status.{name}")
    return text("narrowing.never") if name == NEVER else text("narrowing.older", count=int(name))


def items(
    selection: Selection,
    total: int,
    page: int,
    shown: Sequence[Listed],
    names: Mapping[Narrowing, str],
    *,
    language: str,
) -> Screen:
    """Eight of the items that are meant, how they were narrowed, and what can be done with all."""
    code = selection.code
    lines: list[Text | None] = [text("assigning.items", count=total)]
    facts = [narrowed_to(each, name) for each, name in names.items()]
    facts += [text("narrowing.unassigned")] if selection.unassigned else []
    facts += [text("narrowing.priority")] if selection.priority else []
    if facts:
        lines.append(text("assigning.narrowed", facts=dotted(*facts)))
    lines += [_line(each, language) for each in shown]
    rows: list[Row] = [(_item_button(each),) for each in shown]
    rows += pages(f"items:{code}", page, more=(page + 1) * LIST_LENGTH < total)
    if total:
        rows.append(
            (
                button("assign", f"assign:{code}"),
                button("ask_for", f"ask_items:{code}"),
            )
        )
        rows.append(
            (
                button("cluster", f"cluster_items:{code}"),
                button("tag", f"tag_items:{code}"),
            )
        )
    rows.append((button("narrow", f"narrow:{code}"), button("workbook", f"book:{code}")))
    return screen(*lines, rows=[*rows, (button("announce", "announce"), HOME)])


def none_yet() -> Screen:
    """There are no items at all."""
    return screen("item.none_yet", rows=[(IMPORT, HOME)])


def narrow(selection: Selection) -> Screen:
    """What the items can be narrowed by."""
    code = selection.code
    choices = [
        button(f"narrow.{each}", f"narrow_by:{LETTERS[each]}:0:{code}") for each in Narrowing
    ]
    everything = Selection({})
    rows = in_twos(choices)
    if not selection.unassigned:
        rows.append((button("narrow.unassigned", f"items:{_with(selection, unassigned=True)}:0"),))
    if not selection.priority:
        rows.append((button("narrow.priority", f"items:{_with(selection, priority=True)}:0"),))
    if selection != everything:
        rows.append((button("narrow.everything", f"items:{everything.code}:0"),))
    return screen("assigning.narrow_by", rows=[*rows, (button("back", f"items:{code}:0"),)])


def narrow_by(
    selection: Selection, narrowing: Narrowing, choices: Sequence[Choice], page: int
) -> Screen:
    """The values that the items can be narrowed to, with how many each leaves."""
    shown = choices[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    rows: list[Row] = [
        (
            button(
                "choice",
                f"items:{selection.narrowed(narrowing, each.value).code}:0",
                name=narrowed_to(narrowing, each.name),
                n=each.count,
            ),
        )
        for each in shown
    ]
    code, letter = selection.code, LETTERS[narrowing]
    turns: list[Button] = []
    if page > 0:
        turns.append(button("earlier", f"narrow_by:{letter}:{page - 1}:{code}"))
    if (page + 1) * LIST_LENGTH < len(choices):
        turns.append(button("next_page", f"narrow_by:{letter}:{page + 1}:{code}"))
    rows += [tuple(turns)] if turns else []
    asked = text(f"narrowing.{narrowing}") if choices else text("narrowing.nothing")
    return screen(asked, rows=[*rows, (button("back", f"narrow:{code}"),)])


def _with(selection: Selection, *, unassigned: bool = False, priority: bool = False) -> str:
    return Selection(
        selection.by, selection.unassigned or unassigned, selection.priority or priority
    ).code


def _line(item: Listed, language: str) -> Text:
    holders = tuple(name_for(each, language) for each in item.holders)
    held = Listing(holders) if holders else text("assigning.nobody")
    return text("assigning.line", item=item_code(item), institutions=held)


def _item_button(item: Listed) -> Button:
    return button("item", f"item:{item.id}", item=item_code(item), title=title(item))


def title(item: Listed) -> Value:
    """What a listed item asks for; nothing of a restricted one."""
    if item.words is None:
        return ""
    return Words(gist(item.words, item.language or ""), limit=TITLE_LENGTH)


# -- What was done ---------------------------------------------------------------------------------


def assigned(done: Assigned) -> Screen:
    """What assigning did, and that drafts are known to nobody yet."""
    lines: list[Text | None] = []
    if done.drafts:
        lines.append(text("assigning.drafts", count=done.drafts))
    if done.changed:
        lines.append(text("assigning.changed", count=done.changed))
    if done.demoted:
        lines.append(text("assigning.demoted", count=done.demoted))
    if done.told:
        lines.append(text("assigning.told", count=done.told))
    if not lines:
        lines.append(text("assigning.unchanged", count=done.unchanged))
    rows: list[Row] = [(button("announce", "announce"),)] if done.drafts else []
    return message(*lines, rows=[*rows, (button("unassigned", "unassigned"), HOME)])


# -- Announcing ------------------------------------------------------------------------------------


def announce(preview: Preview, *, language: str) -> Screen:
    """What announcing would do."""
    lines: list[Text | None] = []
    rows: list[Row] = []
    if preview.drafts:
        lines.append(
            text(
                "assigning.preview",
                count=preview.drafts,
                people=text("counted.people", count=preview.people),
                institutions=text("counted.institutions", count=preview.institutions),
            )
        )
        rows.append(
            (button("announce_to", f"announce_now:{preview.mark}", n=preview.people),),
        )
    elif not preview.waiting:
        lines.append(text("assigning.no_drafts"))
    for each in preview.waiting[:MOST_WAITING]:
        key = "assigning.waits_invited" if each.invited else "assigning.waits"
        name = name_for(each.names, language)
        lines.append(text(key, institution=name, count=each.drafts))
    if len(preview.waiting) > MOST_WAITING:
        lines.append(text("assigning.wait_too", count=len(preview.waiting) - MOST_WAITING))
    if preview.waiting:
        by_letter = button(
            "announce_by_letter",
            f"announce_by_letter:{preview.waiting_mark}",
            n=sum(each.drafts for each in preview.waiting),
        )
        rows += [(button("invite", "invite"),), (by_letter,)]
    return screen(*lines, rows=[*rows, (HOME,)])


def announced(done: Announced) -> Screen:
    """The assignments are known."""
    if not done.people:
        said = text("assigning.done_by_letter", count=done.assignments)
    else:
        people = text("counted.people", count=done.people)
        said = text("assigning.done", count=done.assignments, people=people)
    return message(said, rows=[(HOME,)])


# -- What institutions hear ------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """An assignment as its people are told of it; `kept` False: it is theirs no more."""

    assignment_id: int
    code: str
    symbol: str
    restricted: bool
    part: Part
    due_on: date | None
    kept: bool = True


def new_assignments(news: Sequence[News], institutions: Sequence[Value]) -> Screen:
    """Told once to each person: how many, the most urgent ones, and the way to all."""
    urgent = news[:URGENT]
    lines: list[Text | None] = [
        text("assigning.yours", count=len(news), institutions=Listing(tuple(institutions)))
    ]
    if len(news) > URGENT:
        lines.append(text("assigning.most_urgent"))
    lines += [_news(each) for each in urgent]
    rows = in_twos(
        [button("code", f"card:{each.assignment_id}", item=item_code(each)) for each in urgent]
    )
    return message(*lines, rows=[*rows, (button("all", "list:all:0", n=len(news)),)])


def changed_assignments(news: Sequence[News], institutions: Sequence[Value]) -> Screen:
    """Told to an institution's people: what changed about assignments that they knew."""
    shown = news[:LIST_LENGTH]
    lines: list[Text | None] = [
        text("assigning.altered", count=len(news), institutions=Listing(tuple(institutions)))
    ]
    lines += [_news(each) for each in shown]
    rows = in_twos(
        [
            button("code", f"card:{each.assignment_id}", item=item_code(each))
            for each in shown
            if each.kept
        ]
    )
    return message(*lines, rows=[*rows, (HOME,)])


def stays_yours(news: News, comment: str, language: str) -> Screen:
    """Told to who gave an item back: it stays theirs, and why."""
    return message(
        text("assigning.stays", item=item_code(news)),
        text("card.words", words=Words(comment, language)),
        rows=[(button("report", f"report:{news.assignment_id}"), HOME)],
    )


def _news(news: News) -> Text:
    if not news.kept:
        return text("assigning.no_longer", item=item_code(news))
    facts: list[Value] = [text(f"part.{news.part}")]
    if news.due_on is not None:
        facts.insert(0, text("card.due", due=news.due_on))
    return text("home.line", item=item_code(news), facts=dotted(*facts))
