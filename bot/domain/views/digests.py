"""A digest in words, and its figures as they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.digests import Audience, Digest, Response
from bot.domain.screens import (
    Attachment,
    Button,
    Row,
    Screen,
    Text,
    Value,
    button,
    message,
    text,
    text_to_json,
)
from bot.domain.views.common import HOME_BESIDE, in_twos
from bot.domain.views.people import name_for

SLOWEST = 8
"""So many institutions are named with the days that they take."""

PICTURE_FILE = "digest.png"
FIGURES = (
    *("overdue", "returned", "due", "drafts", "asked", "submitted"),
    *("answered", "unreachable", "to_review", "unassigned"),
)
_LEADS = {
    "overdue": ("list:overdue:0", "overdue:0"),
    "returned": ("list:returned:0", None),
    "due": ("list:due:0", None),
    "drafts": ("drafts:0", None),
    "asked": ("asked_list", None),
    "to_review": (None, "review_next"),
    "unassigned": (None, "unassigned"),
    "unreachable": (None, "seats_away"),
}
"""What a figure leads to: for an institution's people, and for the secretariat."""
TEXT_KEYS = (
    *(f"digest.{each}" for each in Audience),
    *(f"digest.what.{each}" for each in FIGURES),
    *(f"button.digest.{each}" for each in _LEADS),
)


def digest(shown: Digest, language: str) -> Screen:
    """What is open, each figure in words; the picture of the same comes after."""
    lines: list[Text | None] = [title(shown), None]
    lines += [
        text("digest.line", what=text(f"digest.what.{each.what}"), n=each.count)
        for each in shown.figures
        if each.count or shown.audience is Audience.SECRETARIAT
    ]
    if shown.responses:
        lines += [None, text("digest.response")]
        lines += [
            text(
                "digest.response_line", institution=name_for(each.names, language), days=_days(each)
            )
            for each in shown.responses[:SLOWEST]
        ]
    leads = [_lead(each.what, shown.audience) for each in shown.figures if each.count]
    rows: list[Row] = in_twos([each for each in leads if each is not None])
    return message(*lines, rows=[*rows, (button("change_digest", "habits:new"), HOME_BESIDE)])


def title(shown: Digest) -> Text:
    """Whose digest it is."""
    return text(f"digest.{shown.audience}")


def picture(attachment: Attachment, heading: Text) -> Screen:
    """The picture of the figures that were told."""
    return Screen((heading,), attachments=(attachment,), replaces=False)


@dataclass(frozen=True)
class Measure:
    """A bar of the picture: its name, how long it is in its group, and what stands at its end."""

    name: Text
    size: int
    shown: Text


@dataclass(frozen=True)
class Group:
    """What is measured alike; `most` is what a whole bar stands for, 0: its longest."""

    title: Text | None
    measures: tuple[Measure, ...]
    most: int = 0


def to_draw(title: Text, groups: Sequence[Group], language: str, *, as_of: date) -> dict[str, Any]:
    """The picture of groups, as plain JSON values (`bot.exchange.digest.draw`)."""
    return {
        "language": language,
        "title": text_to_json(title),
        "as_of": as_of.isoformat(),
        "groups": [
            {
                "title": None if group.title is None else text_to_json(group.title),
                "most": group.most,
                "measures": [
                    [text_to_json(each.name), each.size, text_to_json(each.shown)]
                    for each in group.measures
                ],
            }
            for group in groups
        ],
    }


def groups(shown: Digest, language: str) -> list[Group]:
    """The same figures as bars."""
    figures = tuple(
        Measure(text(f"digest.what.{each.what}"), each.count, text("digest.number", n=each.count))
        for each in shown.figures
    )
    found = [Group(None, figures)]
    if shown.responses:
        measures = tuple(
            Measure(text("label.one", value=_name(each, language)), each.days, _days(each))
            for each in shown.responses[:SLOWEST]
        )
        found.append(Group(text("digest.response"), measures))
    return found


def _name(response: Response, language: str) -> Value:
    return name_for(response.names, language)


def _days(response: Response) -> Text:
    if not response.days:
        return text("digest.under_a_day")
    return text("digest.days", count=response.days)


def _lead(what: str, audience: Audience) -> Button | None:
    of_institution, of_secretariat = _LEADS.get(what, (None, None))
    act = of_secretariat if audience is Audience.SECRETARIAT else of_institution
    return None if act is None else button(f"digest.{what}", act)
