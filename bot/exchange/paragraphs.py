"""The report by paragraph: a section an item with what was done, what remains, who validated.

A paragraph that a committee asked to follow up is marked: its item needs a follow-up reply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain.exports import ExportKind
from bot.domain.screens import Words, text
from bot.domain.selection import Need
from bot.domain.small_groups import rounded
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.wording import Wording, written
from bot.settings import Settings
from storage.exports import Record, Records

LABELS = ("approved_only", "remaining", "figures", "evidence")
TEXT_KEYS = tuple(f"word.{each}" for each in LABELS)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the values of the report that `arguments` order into the folder."""
    return carry_out(make, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the values of the report by paragraph; refuses with NothingMatches."""
    wording = Wording(records, order, settings)
    several = len(records.documents()) > 1
    sections = [section(wording, *each, named=several) for each in wording.items()]
    values = {
        **wording.page(ExportKind.PARAGRAPHS, len(sections)),
        "our": ours(wording),
        "sections": sections,
    }
    return written(folder, values, len(sections), wording)


def ours(wording: Wording) -> dict[str, str]:
    """The words of ours between those of institutions."""
    return {each: wording.say(text(f"word.{each}")) for each in LABELS}


def section(
    wording: Wording, row: Record, approved: Sequence[Record], *, named: bool
) -> dict[str, Any]:
    """One paragraph; where there are several documents its title says of which."""
    said, language = wording.text_of(row)
    kind = wording.say(text(f"kind.{row['kind']}"))
    position = wording.position(row)
    asked = Need.FOLLOW_UP.value in row["tags"].get("need", ())
    label = wording.say(text("label.language", language=Words(language))) if language else ""
    vanished = wording.say(text("word.vanished")) if row["vanished_at"] else ""
    number = row["paragraph"]
    return {
        "title": f"{row['symbol']} · {number}" if named else number,
        "symbol": row["symbol"],
        "number": number,
        "kind": kind,
        "position": position,
        "follow_up": wording.say(text("word.follow_up")) if asked else "",
        "text": said,
        "about": " · ".join(filter(None, (kind, position, label, vanished))),
        "status": wording.status(row, approved),
        "consulted": _consulted(wording, row["consulted"]),
        "sentence": wording.sentence(row) if wording.shows(row) else wording.ours(""),
        "answers": [_answer(wording, each, shown=wording.shows(row)) for each in approved],
        "independent": [
            {"title": title, "text": words} for title, words in wording.independent(row)
        ],
        "grades": [{"title": title, "text": words} for title, words in wording.grades(row)],
    }


def _consulted(wording: Wording, contributions: int) -> str:
    """How many contributions to consultations are about it, as far as the house may tell."""
    n = rounded(contributions)
    return wording.say(text("word.consulted", count=n)) if n else ""


def _answer(wording: Wording, said: Record, *, shown: bool) -> dict[str, Any]:
    """What one institution answers; of a restricted item where it stands, and nothing else."""
    language = said["language"]
    nothing = wording.ours("")
    words = {
        "measures": wording.theirs(said["measures"], language),
        "remaining": wording.theirs(said["remaining"], language),
        "figures": wording.figures(said),
        "evidence": wording.evidence(said),
    }
    return {
        "title": wording.label(said),
        "institution": wording.institution(said),
        "part": wording.say(text(f"label.part.{said['part']}")),
        "status": wording.say(text(f"status.{said['status']}")),
        "as_of": wording.say(text("word.day", day=said["as_of"])),
        "language": wording.other(language),
        **(words if shown else dict.fromkeys(words, nothing)),
        "validated": wording.validated(said),
    }
