"""Files about a consultation for the secretariat: what is in each, and how words are put in order.

Taking part neither endorses the report nor limits alternative reports: each file says so.
"""

from __future__ import annotations

from enum import StrEnum

from bot.domain.contributions import Contribution, Kind, Outcome
from bot.domain.errors import Refused
from bot.domain.exports import DOCX, XLSX


class FileKind(StrEnum):
    """What a file about a consultation holds; stable codes."""

    WORDS = "words"  # contributions with tags, a row each
    ANNEX = "annex"  # the same, as an annex to the report
    PEOPLE = "people"  # who takes part, by group; names of those who agreed
    DONE = "done"  # what became of the contributions, in numbers


MEDIA_TYPES = {each: DOCX if each is FileKind.ANNEX else XLSX for each in FileKind}
OF_WORDS = (FileKind.WORDS, FileKind.ANNEX, FileKind.DONE)
"""What there is only where something was contributed."""

TEXT_KEYS = (
    *(f"consultation.file.{each}" for each in FileKind),
    *(f"button.consultation_file_{each}" for each in FileKind),
)


class NothingContributed(Refused):
    """There are no contributions to put into a file."""

    key = "error.nothing_contributed"


def file_name(kind: FileKind, code: str) -> str:
    """What a file is called where it is saved; it names nothing that was said."""
    suffix = "docx" if kind is FileKind.ANNEX else "xlsx"
    return f"focal-point-consultation-{code}-{kind}.{suffix}"


def subject_of(kept: Contribution) -> tuple[Kind, str]:
    """Under what a contribution stands in the annex: the first theme of its tags, else its own.

    The label is that of a theme, or a chapter's id; of the other kinds it is empty.
    """
    if kept.tags.themes:
        return Kind.THEME, kept.tags.themes[0]
    if kept.about.chapter is not None:
        return Kind.CHAPTER, str(kept.about.chapter)
    return kept.about.kind, kept.about.theme


def tallied(every: list[Contribution]) -> dict[tuple[Kind, str], dict[Outcome, int]]:
    """How many contributions became what, by what they stand under in the annex."""
    found: dict[tuple[Kind, str], dict[Outcome, int]] = {}
    for each in every:
        of_subject = found.setdefault(subject_of(each), dict.fromkeys(Outcome, 0))
        of_subject[each.outcome] += 1
    return dict(sorted(found.items(), key=lambda one: (list(Kind).index(one[0][0]), one[0][1])))
