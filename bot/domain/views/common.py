"""Pieces that several rooms show: joined facts, items in a list, pages, counts of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.figures import Figure
from bot.domain.reports import EvidenceCounts, EvidencePiece, EvidenceState
from bot.domain.screens import Button, Code, Listing, Row, Text, Value, Words, button, text

REVIEW = "UPR"
LIST_LENGTH = 8  # SCREENS.md: lists of eight
HOME = button("home", "home")
IMPORT = button("import_file", "import")
BESIDE = "new"
"""Behind an act: its screen comes beside the tapped message, which stays (a receipt, a notice)."""
HOME_BESIDE = button("home", f"home:{BESIDE}")


def redacts(subject: str, *, may: bool) -> list[Row]:
    """The way to redact something of it, for who may."""
    return [(button("redact", f"redact:{subject}"),)] if may else []


def dotted(*facts: Value) -> Value:
    """Facts side by side: `140.7 · supported · due 30 November`."""
    first, *rest = facts
    return text("label.dotted", first=first, rest=dotted(*rest)) if rest else first


class Coded(Protocol):
    """An item, or what speaks of one: its number, its document's symbol, whether to say more."""

    @property
    def code(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def restricted(self) -> bool: ...


def withheld_items(count: int) -> list[Text]:
    """That so many restricted items stand in a file by symbol and number only, where any do."""
    return [text("export.withheld", count=count)] if count else []


def item_code(item: Coded) -> Value:
    """How an item is called; a restricted one by symbol and number, and by nothing else."""
    return full_code(item) if item.restricted else Code(item.code)


def full_code(item: Coded) -> Value:
    """An item's symbol and number."""
    return dotted(Code(item.symbol), Code(item.code))


def mechanism_name(code: str) -> Value:
    """What people call a mechanism: the review in their language, others by their initials."""
    return text("mechanism.review") if code == REVIEW else Words(code, limit=60)


def pages(act: str, page: int, *, more: bool) -> list[Row]:
    """The row that leads to the pages around `page` of the act `act`."""
    row: list[Button] = []
    if page > 0:
        row.append(button("earlier", f"{act}:{page - 1}"))
    if more:
        row.append(button("next_page", f"{act}:{page + 1}"))
    return [tuple(row)] if row else []


def evidence_facts(counts: EvidenceCounts) -> Value | None:
    """What evidence there is: stored files, links, and what is still on its way; None: nothing."""
    facts: list[Text] = []
    if counts.files:
        facts.append(text("evidence.stored", count=counts.files))
    if counts.links:
        facts.append(text("evidence.links", count=counts.links))
    if counts.awaited:
        facts.append(text("evidence.awaited", count=counts.awaited))
    if counts.refused:
        facts.append(text("evidence.refused_count", count=counts.refused))
    return Listing(tuple(facts)) if facts else None


def figure_line(figure: Figure) -> Text:
    """A figure as it was written, and by what it is told apart."""
    said = Words(figure.written())
    by = tuple(text(f"dimension.{each}") for each in figure.dimensions)
    return (
        text("report.figure_by", figure=said, by=Listing(by))
        if by
        else text("report.figure", figure=said)
    )


def in_twos(buttons: Sequence[Button]) -> list[Row]:
    """Buttons two a row."""
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def piece_called(piece: EvidencePiece, *, limit: int = 80) -> Value:
    """A piece of evidence by its name, its link, or its kind."""
    if piece.url is not None:
        return Words(piece.url, limit=limit)
    return Words(piece.name, limit=limit) if piece.name else text(f"evidence.kind.{piece.kind}")


def piece_line(piece: EvidencePiece, *, caption: int = 200) -> Text:
    """A piece of evidence: its name or kind, how it stands, so much of its caption; or its link.

    Of one that was redacted, when and why stands in the place of its caption.
    """
    if piece.url is not None:
        return text("report.link", link=piece_called(piece, limit=200))
    facts: list[Value] = [piece_called(piece)]
    if piece.state not in (EvidenceState.STORED, EvidenceState.REDACTED):
        facts.append(text(f"report.file.{piece.state}"))
    if piece.caption:
        facts.append(Words(piece.caption, limit=caption))
    return text("report.file", facts=dotted(*facts))
