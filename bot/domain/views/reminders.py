"""What people are reminded of, and what an officer is asked before a validator is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.ladder import PutOff
from bot.domain.requests import Listed
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
    text,
)
from bot.domain.views.common import BESIDE, HOME_BESIDE, dotted, in_twos
from bot.domain.views.people import name_for

SHORT = 60  # characters of an indicator in lists and on buttons
URGENT = 5
"""So many things are named in one message; the others are behind "All"."""


def reminder(shown: Sequence[Listed], reminder_id: int, *, language: str, today: date) -> Screen:
    """What is due, the most urgent first; with one thing, what can be done about it at once."""
    if len(shown) == 1:
        return _of_one(shown[0], reminder_id, language=language, today=today)
    overdue = sum(1 for each in shown if each.due_on < today)
    lines: list[Text | None] = [text("reminder.several", count=len(shown))]
    if overdue:
        lines.append(text("reminder.overdue", count=overdue))
    lines += by_day(shown[:URGENT], language)
    rows: list[Row] = in_twos([open_asked(each, language) for each in shown[:URGENT]])
    rows.append((button("reminded_all", "list:all:0", n=len(shown)),))
    return message(*lines, rows=[*rows, _put_off(reminder_id)])


def _of_one(one: Listed, reminder_id: int, *, language: str, today: date) -> Screen:
    late = one.due_on < today
    key = "reminder.was_due" if late else "reminder.due_today" if one.due_on == today else None
    line = text(key or "reminder.due", item=called(one, language), due=one.due_on)
    rows: list[Row] = []
    if one.assignment_id is None:
        rows.append((button("respond", f"respond:{one.id}"),))
    else:
        rows.append(
            (
                button("report", f"report:{one.assignment_id}"),
                button("no_change_short", f"no_change:{one.assignment_id}"),
            )
        )
    return message(line, "reminder.reply", rows=[*rows, _put_off(reminder_id)])


def of_validator(
    shown: Sequence[Listed], reminder_id: int, focal_points: Mapping[int, str], *, language: str
) -> Screen:
    """What the validator's institutions have not reported, and who there is to be spoken to.

    `focal_points` are names by institution; where none is known, nobody is named.
    """
    houses: dict[int, list[Listed]] = {}
    for each in shown:
        houses.setdefault(each.institution_id, []).append(each)
    lines: list[Text | None] = []
    for house, theirs in houses.items():
        lines += _not_reported(theirs, language)
        lines += _speak_to(focal_points.get(house))
    if len(shown) == 1:
        [one] = shown
        ways: list[Row] = [(button("open_item", _opens(one), item=called(one, language)),)]
    else:
        ways = in_twos([open_asked(each, language) for each in shown[:URGENT]])
        ways.append((button("reminded_all", "list:all:0", n=len(shown)),))
    return message(*lines, rows=[*ways, _put_off(reminder_id)])


def _not_reported(theirs: Sequence[Listed], language: str) -> list[Text | None]:
    institution = name_for(theirs[0].names, language)
    if len(theirs) > 1:
        head = text("reminder.not_reported_several", institution=institution, count=len(theirs))
        return [head, *by_day(theirs[:URGENT], language)]
    [one] = theirs
    return [
        text(
            "reminder.not_reported",
            institution=institution,
            item=called(one, language),
            due=one.due_on,
        )
    ]


def _speak_to(focal_point: str | None) -> list[Text]:
    if focal_point is None:
        return []
    return [text("reminder.speak_to", name=Words(focal_point))]


def not_sent(opens: Button, focal_point: str | None) -> Screen:
    """Told to a validator who has replied as if they reported: who does."""
    return message("reminder.words_not_sent", *_speak_to(focal_point), rows=[(opens, HOME_BESIDE)])


def _put_off(reminder_id: int) -> Row:
    return (button("remind_later", f"later:{reminder_id}"), button("i_am_away", "away"))


def called(one: Listed, language: str) -> Value:
    """How a thing that is asked is called: an item by its code, data by the indicator.

    What has neither by the request's title, in the language where it has that, else by its kind.
    """
    if one.code is None or one.symbol is None:
        if one.indicator is not None:
            return Words(one.indicator, limit=SHORT)
        for each in (language, "en", *one.titles):
            if each in one.titles:
                return Words(one.titles[each], each, limit=SHORT)
        return text(f"request.kind.{one.kind}")
    code = Code(one.code)
    return dotted(Code(one.symbol), code) if one.restricted else code


def by_day(shown: Sequence[Listed], language: str) -> list[Text | None]:
    """What is due on which day, one line a day."""
    days: dict[date, list[Value]] = {}
    for each in shown:
        days.setdefault(each.due_on, []).append(called(each, language))
    return [
        text("reminder.line", item=Listing(tuple(items)), due=due) for due, items in days.items()
    ]


def open_asked(one: Listed, language: str) -> Button:
    """The way to what is asked; the message stays."""
    return button("code", _opens(one), item=called(one, language))


def _opens(one: Listed) -> str:
    return f"asked:{one.id}" if one.assignment_id is None else f"card:{one.assignment_id}:{BESIDE}"


def subject(shown: Sequence[Listed]) -> str | None:
    """What a reply to the reminder is about, where it is about one thing."""
    if len(shown) != 1:
        return None
    [one] = shown
    return f"asked:{one.id}" if one.assignment_id is None else f"assignment:{one.assignment_id}"


def replaced() -> Screen:
    """What stays of a reminder once a newer one has come."""
    return message("reminder.replaced")


# -- The secretariat -------------------------------------------------------------------------------


def call_list(
    shown: Sequence[Listed],
    put_off: Mapping[int, Sequence[PutOff]],
    *,
    language: str,
    today: date,
) -> Screen:
    """Whom to call: by institution, what has been overdue for long, and who has put it off."""
    houses: dict[int, list[Listed]] = {}
    for each in shown:
        houses.setdefault(each.institution_id, []).append(each)
    lines: list[Text | None] = [text("reminder.call_list", count=len(houses))]
    for theirs in list(houses.values())[:URGENT]:
        lines.append(_to_call(theirs, language, today))
        said = [one for each in theirs if not each.restricted for one in put_off.get(each.id, ())]
        lines += put_off_lines(sorted(said, key=lambda one: one.until_on)[-1:])
    return message(*lines, rows=[(button("desk_overdue", "overdue:0"), HOME_BESIDE)])


def put_off_lines(said: Sequence[PutOff]) -> list[Text]:
    """Who has put a reminder off until when, and why, one a line."""
    return [
        text("reminder.put_off", name=Words(each.name), until=each.until_on)
        if each.words is None
        else text(
            "reminder.put_off_why",
            name=Words(each.name),
            until=each.until_on,
            words=Words(each.words, limit=200),
        )
        for each in said
    ]


def _to_call(theirs: Sequence[Listed], language: str, today: date) -> Text:
    return text(
        "reminder.call_line",
        institution=name_for(theirs[0].names, language),
        items=Listing(tuple(called(each, language) for each in theirs[:URGENT])),
        count=len(theirs),
        days=(today - min(each.due_on for each in theirs)).days,
    )


def may_validator_be_reminded(
    shown: Sequence[Listed], reminder_id: int, *, language: str
) -> Screen:
    """Asked before a validator hears that the own institution has not answered."""
    first = shown[0]
    items = Listing(tuple(called(each, language) for each in shown[:URGENT]))
    return message(
        text(
            "reminder.validator",
            institution=name_for(first.names, language),
            items=items,
            count=len(shown),
        ),
        rows=[
            (
                button("remind_validator", f"let_remind:{reminder_id}"),
                button("not_now", f"no_remind:{reminder_id}"),
            )
        ],
    )


def decided(count: int, *, wanted: bool) -> Screen:
    """What the officer has decided."""
    key = "reminder.validator_is_reminded" if wanted else "reminder.validator_is_not_reminded"
    return message(text(key, count=count), rows=[(HOME_BESIDE,)])
