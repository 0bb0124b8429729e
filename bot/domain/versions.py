"""Versions of a status update: what it said each time, and what an amendment changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.figures import Figure
from bot.domain.reports import EvidencePiece, StatusUpdate, StatusUpdateDraft


@dataclass(frozen=True)
class Version:
    """What a status update said in one of its versions; `evidence` are ids, `seat_id` who made it.

    `at` is when that version came, `word` whether it was ever the institution's word: it was
    cleared, or needed no clearance.
    """

    number: int
    status: str
    as_of: date
    measures: str
    remaining: str | None
    language: str
    figures: tuple[Figure, ...]
    evidence: tuple[int, ...]
    seat_id: int | None
    at: datetime
    word: bool = True


@dataclass(frozen=True)
class Earlier:
    """What a report is read beside: a report before it, or a version of its `own`, with evidence.

    `id` and `number` are those of the status update.
    """

    id: int
    number: str
    version: Version
    pieces: tuple[EvidencePiece, ...]
    own: bool = False


@dataclass(frozen=True)
class Differences:
    """What a later version changed; pairs are before and after, None where nothing changed."""

    status: tuple[str, str] | None = None
    as_of: tuple[date, date] | None = None
    measures: tuple[str, str] | None = None
    remaining: tuple[str, str] | None = None
    figures_gone: tuple[Figure, ...] = ()
    figures_new: tuple[Figure, ...] = ()
    evidence_gone: tuple[int, ...] = ()
    evidence_new: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self != Differences()


def newest(said: StatusUpdate, evidence: tuple[int, ...]) -> Version:
    """The version that stands, of a status update with its figures."""
    return Version(
        said.version,
        said.status,
        said.as_of,
        said.measures,
        said.remaining,
        said.language,
        said.figures,
        evidence,
        said.amended_by or said.seat_id,
        said.amended_at or said.submitted_at,
        said.is_word,
    )


def amended(last: Version, draft: StatusUpdateDraft) -> Version:
    """The version that the draft would make of the last one, with the same evidence."""
    return replace(
        last,
        number=last.number + 1,
        status=draft.status,
        as_of=draft.as_of,
        measures=draft.measures,
        remaining=draft.remaining,
        language=draft.language,
        figures=draft.figures,
    )


def differences(before: Version, after: Version) -> Differences:
    """What is not the same in the later version."""
    remaining = before.remaining or "", after.remaining or ""
    return Differences(
        status=_changed(before.status, after.status),
        as_of=None if before.as_of == after.as_of else (before.as_of, after.as_of),
        measures=_changed(before.measures, after.measures),
        remaining=_changed(*remaining),
        figures_gone=tuple(each for each in before.figures if each not in after.figures),
        figures_new=tuple(each for each in after.figures if each not in before.figures),
        evidence_gone=tuple(each for each in before.evidence if each not in after.evidence),
        evidence_new=tuple(each for each in after.evidence if each not in before.evidence),
    )


def since(earlier: Earlier, now: Version, pieces: Sequence[EvidencePiece]) -> Differences:
    """What is not as it was; `pieces` are the evidence of now.

    Of another report a file is the same where it holds the same, and a link where it leads there.
    """
    same = {_content(each): each.id for each in pieces}
    ids = tuple(same.get(_content(each), each.id) for each in earlier.pieces)
    return differences(replace(earlier.version, evidence=ids), now)


def _content(piece: EvidencePiece) -> str | int:
    return piece.sha256 or piece.url or piece.id


def _changed(before: str, after: str) -> tuple[str, str] | None:
    return None if before == after else (before, after)
