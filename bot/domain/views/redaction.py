"""Screens of redactions: what can be destroyed, what was, and what is left in chats."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.redaction import BLIND, About, Kind, Part, Reason, Redaction, Target
from bot.domain.reports import StatusUpdate
from bot.domain.screens import (
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
from bot.domain.views.common import HOME, dotted, item_code, redacts
from bot.domain.views.people import name_for

CALLED = 60
TEXT_KEYS = (
    *(f"redaction.part.{each}" for each in Part),
    *(f"redaction.reason.{each}" for each in Reason),
    *(f"redaction.kind.{each}" for each in Kind),
)
_ONE_OF_ITS_KIND = (
    *(Part.MEASURES, Part.REMAINING, Part.SOURCE, Part.FIGURES, Part.EVERYTHING),
    *(Part.RESPONSE, Part.NOT_OURS, Part.EXCUSE, Part.HEADING, Part.DRAFT, Part.WISH),
)


def called(about: About, language: str) -> Value:
    """What is redacted: its number or kind, the item, the institution."""
    facts: list[Value] = [
        text(f"redaction.kind.{about.kind}") if about.number is None else Code(about.number)
    ]
    if about.code is not None and about.symbol is not None:
        facts.append(item_code(_Item(about.code, about.symbol, about.restricted)))
    return dotted(*facts, name_for(about.names, language))


class _Item:
    """An item, as far as its code is shown."""

    def __init__(self, code: str, symbol: str, restricted: bool) -> None:
        self.code = code
        self.symbol = symbol
        self.restricted = restricted


def part(target: Target) -> Text:
    """How a part reads on its button: a version by its number, a file by its name if seen."""
    if target.part is Part.VERSION:
        return text("redaction.part.version", version=target.place)
    if target.part in BLIND and target.at is not None:
        return text(f"redaction.part.{target.part}", day=target.at)
    if target.unseen and target.at is not None:
        return text("redaction.part.file_unseen", day=target.at)
    if target.part in _ONE_OF_ITS_KIND:
        return text(f"redaction.part.{target.part}")
    return text(f"redaction.part.{target.part}", words=Words(target.words, limit=CALLED))


def gone(redactions: Sequence[Redaction]) -> list[Text]:
    """What of a report was redacted and leaves no other trace on its screen."""
    return [
        text(
            f"redaction.gone.{each.part}",
            day=each.at,
            reason=text(f"redaction.reason.{each.reason}"),
        )
        for each in redactions
        if each.part in _TRACELESS
    ]


_TRACELESS = (Part.FIGURES, Part.EVERYTHING)


def unread(refusal: Text, shown: StatusUpdate) -> Screen:
    """Of a report that is not for them a coordinator is told why, and can redact it unseen."""
    back = button("back", f"history:{shown.assignment_id}:0")
    return screen(refusal, rows=[*redacts(f"su:{shown.id}", may=True), (back, HOME)])


def in_its_place() -> Screen:
    """What stands where a message of ours stood that Telegram deletes no more."""
    return message("redaction.in_its_place")


def told(about: About, part_: Part, reason: Reason) -> Screen:
    """Told to the institution: what is gone, why, and what they should delete by hand."""
    return message(
        text(
            "redaction.told",
            what=text(f"redaction.short.{part_}"),
            where=_where(about),
            reason=text(f"redaction.reason.{reason}"),
        ),
        "redaction.by_hand",
        rows=[(HOME,)],
    )


def _where(about: About) -> Value:
    facts: list[Value] = []
    if about.number is not None:
        facts.append(Code(about.number))
    if about.code is not None and about.symbol is not None:
        facts.append(item_code(_Item(about.code, about.symbol, about.restricted)))
    return dotted(*facts) if facts else text(f"redaction.kind.{about.kind}")


def outcome(
    redaction: Redaction,
    about: About,
    *,
    deleted: int,
    waiting: int,
    left: Sequence[str],
    by_name: str | None,
    language: str,
) -> Screen:
    """What was destroyed, by whom and why, and how far its messages are gone."""
    lines: list[Text | None] = [
        text(
            "redaction.done",
            what=text(f"redaction.short.{redaction.part}"),
            where=called(about, language),
        ),
        text(
            "redaction.reasoned",
            reason=text(f"redaction.reason.{redaction.reason}"),
            at=redaction.at,
            by="" if by_name is None else Words(by_name),
        ),
        None,
    ]
    if deleted or not waiting:
        lines.append(text("redaction.deleted", count=deleted))
    if waiting:
        lines.append(text("redaction.waiting", count=waiting))
    if left:
        lines.append(
            text(
                "redaction.left",
                count=len(left),
                people=Listing(tuple(Words(each) for each in left)),
            )
        )
    lines.append(text("redaction.settled" if redaction.settled else "redaction.unsettled"))
    lines.append(text("redaction.backups"))
    rows: list[Row] = [(button("look_again", f"redacted:{redaction.id}"),)]
    if about.kind is Kind.STATUS_UPDATE and not about.unread:
        rows.append((button("open", f"su:{about.id}"), HOME))
    else:
        rows.append((HOME,))
    return screen(*lines, rows=rows)
