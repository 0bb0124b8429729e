"""What waits for the secretariat, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """How much of each kind lies on the secretariat's desk."""

    to_review: int
    uncleared: int  # inside institutions: with their validators
    answered: int  # what institutions were asked about reports that wait
    contradictions: int  # between institutions, as officers marked them
    questions: int
    overdue: int
    more_time: int  # wishes that wait
    unreachable: int
    never_started: int  # invited to an institution's seat, and have not opened the link
    unassigned: int
    drafts: int
    disowned: int
    plans: int = 0  # entries that institutions proposed or changed
