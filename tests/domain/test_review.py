"""Rules of the review: narrowing the queue, differences on a screen, who reads whom, staleness."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import permissions
from bot.domain.consolidation import Consolidation, Word, far_apart, suggested
from bot.domain.errors import NotFound
from bot.domain.figures import Figure
from bot.domain.items import Assignment, AssignmentState, Part, ReportState
from bot.domain.people import Actor, Role, Seat
from bot.domain.reports import ReportKind, StatusUpdate
from bot.domain.review import (
    WHOLE,
    Approved,
    By,
    Queue,
    ReturnedBefore,
    Trait,
    Waiting,
)
from bot.domain.selection import mark
from bot.domain.status import DEFAULT, Status
from bot.domain.versions import Earlier, newest
from bot.domain.views import review as views
from bot.domain.views.differences import STRETCHES, difference
from bot.texts import Texts

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TEXTS = Texts.load(("en", "fr", "ar"))
QUEUES = st.builds(
    Queue,
    st.fixed_dictionaries(
        {},
        optional={
            By.INSTITUTION: st.integers(1, 10**9).map(str),
            By.MECHANISM: st.text().map(mark),
            By.DOCUMENT: st.integers(1, 10**9).map(str),
            By.CLUSTER: st.integers(0, 10**9).map(str),
        },
    ),
    st.frozensets(st.sampled_from(Trait)),
)


@given(QUEUES)
def test_a_narrowed_queue_comes_back_from_its_code(queue: Queue) -> None:
    assert len(queue.code) <= 60
    assert Queue.read(queue.code) == queue
    for trait in Trait:
        assert queue.toggled(trait).toggled(trait) == queue
    for by in By:
        assert by not in queue.narrowed(by, None).by


@given(st.text(max_size=20))
def test_a_code_that_never_was_is_refused(code: str) -> None:
    try:
        queue = Queue.read(code)
    except NotFound:
        return
    assert Queue.read(queue.code) == queue


def test_no_code_but_a_dash_is_the_whole_queue() -> None:
    assert Queue.read("-") is WHOLE
    assert not WHOLE
    for code in ("", "i", "o1", "z", "iX", "i" + "1" * 13):
        with pytest.raises(NotFound):
            Queue.read(code)


# -- Differences on a screen -----------------------------------------------------------------------


def shown(before: str, after: str) -> str | None:
    found = difference(before, after)
    return None if found is None else TEXTS.render(found, "en", mode="bare")


def test_what_changed_is_said_in_words() -> None:
    assert shown("Bill 12 is drafted.", "Bill 12 has passed.") == (
        "Changed: Bill 12 [gone: is drafted] [new: has passed]."
    )
    assert shown("", "Bill 12 passed.") == "Changed: [new: Bill 12 passed.]"
    assert shown("As before. ", "As before.") is None


def test_words_that_stayed_are_cut_between_changes() -> None:
    stayed = "word " * 40
    said = shown(f"Old {stayed}old.", f"New {stayed}new.")
    assert said is not None
    assert "…" in said
    assert len(said) < 200


def test_of_very_many_changes_some_are_counted() -> None:
    before = " ".join(f"same{n} old{n}" for n in range(60))
    after = " ".join(f"same{n} new{n}" for n in range(60))
    said = shown(before, after)
    assert said is not None
    assert f"… and {60 * 3 - STRETCHES} more passages" in said


# -- Who reads what others report ------------------------------------------------------------------


def held(institution: int, part: Part, state: AssignmentState, item: int = 1) -> Assignment:
    return Assignment(
        institution, item, institution, part, state, None, None, None, None, None, None, 0
    )


def test_only_the_lead_s_people_read_what_contributors_report() -> None:
    """Every part, state, role and institution; one combination in many is let in."""
    readers = {Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATOR}
    for own_part, other_part in product(Part, repeat=2):
        for own_state, other_state in product(AssignmentState, repeat=2):
            own, other = held(1, own_part, own_state), held(2, other_part, other_state)
            for role, institution, unit in product(Role, (1, 2, 3, None), (None, 7)):
                actor = Actor(None, (Seat(1, 1, role, institution, NOW, unit_id=unit),))
                expected = (
                    (own_part, other_part) == (Part.LEAD, Part.CONTRIBUTING)
                    and own_state is other_state is AssignmentState.ANNOUNCED
                    and role in readers
                    and (institution, unit) == (1, None)
                )
                assert permissions.may_read_contribution(actor, own, other) is expected


def test_the_lead_of_another_item_reads_nothing() -> None:
    actor = Actor(None, (Seat(1, 1, Role.FOCAL_POINT, 1, NOW),))
    own = held(1, Part.LEAD, AssignmentState.ANNOUNCED, item=5)
    other = held(2, Part.CONTRIBUTING, AssignmentState.ANNOUNCED, item=6)
    assert not permissions.may_read_contribution(actor, own, other)


# -- Consolidation ---------------------------------------------------------------------------------


def word(key: int, institution: int, status: str) -> Word:
    return Word(
        key,
        f"SU-2026-{key:04}",
        institution,
        institution,
        {"en": f"Ministry {institution}"},
        Part.LEAD,
        ReportState.APPROVED,
        status,
        date(2026, 5, 4),
        "Done.",
        "en",
    )


def test_far_apart_is_nothing_done_beside_all_done() -> None:
    apart = {
        frozenset((one, other)) for one, other in product(Status, repeat=2) if far_apart(one, other)
    }
    assert apart == {
        frozenset(pair)
        for pair in product(
            (Status.NOT_STARTED, Status.PLANNED), (Status.IMPLEMENTED, Status.CONTINUOUS)
        )
    }
    assert not far_apart("a_status_of_old", "implemented")


def test_an_institution_does_not_contradict_itself() -> None:
    words = [word(1, 1, "implemented"), word(2, 1, "planned"), word(3, 2, "not_started")]
    assert [
        (one.status_update_id, other.status_update_id) for one, other in suggested(words, DEFAULT)
    ] == [(1, 3)]


def test_a_consolidation_is_stale_once_something_newer_is_approved() -> None:
    made = Consolidation(1, 1, 1, "planned", date(2026, 5, 4), "So.", "en", NOW, (1, 2))
    assert not made.stale([word(1, 1, "planned"), word(2, 2, "planned")])
    assert not made.stale([word(2, 2, "planned")])  # the other answers for it no more
    assert made.stale([word(1, 1, "planned"), word(3, 2, "planned")])


# -- What an officer reads beside a report ---------------------------------------------------------


def said(number: str, **values: Any) -> StatusUpdate:
    """A report of the fourth of May."""
    plainly: dict[str, Any] = {
        "id": int(number[-1]),
        "number": number,
        "assignment_id": 17,
        "seat_id": 3,
        "kind": ReportKind.REPORT,
        "state": ReportState.SUBMITTED,
        "status": "in_progress",
        "previous_status": None,
        "as_of": date(2026, 5, 4),
        "measures": "Bill 12 passed.",
        "remaining": None,
        "language": "en",
        "source": None,
        "source_on": None,
        "submitted_at": datetime(2026, 5, 4, 9, 0, tzinfo=UTC),
        "decided_at": None,
        "due_on": None,
    }
    return StatusUpdate(**{**plainly, **values})


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({}, "review.says_the_same"),
        ({"figures": (Figure("Trials", 99),)}, "version.figure_new"),
        ({"status": "implemented"}, "version.status"),
        ({"as_of": date(2026, 5, 9)}, "version.as_of"),
    ],
)
def test_a_second_try_is_told_by_all_that_it_says_anew(now: dict[str, Any], told: str) -> None:
    figures = (Figure("Trials", 12),)
    first = said("SU-2026-0001", figures=figures)
    second = said("SU-2026-0002", **{"figures": figures, **now})
    waiting = Waiting(
        *(2, second.number, 17, 5, "140.7", "A/HRC/61/9", False, 7, {"en": "Justice"}, None),
        second.submitted_at,
    )
    returned = ReturnedBefore(
        *(1, first.number, first.status, first.as_of, first.measures, None, "en", "No.", "en")
    )
    tried = Earlier(1, first.number, newest(first, ()), ())
    card = views.Card(waiting, second, None, (), None, returned, tried)
    keys = [each.key for each in views.report(card, language="en").lines if each is not None]
    assert told in keys
    assert ("review.says_the_same" in keys) is not bool(now)


def test_figures_are_told_beside_those_that_were_approved() -> None:
    first = said("SU-2026-0001", figures=(Figure("Trials", 12),))
    second = said("SU-2026-0002", figures=(Figure("Trials", 99),))
    waiting = Waiting(
        *(2, second.number, 17, 5, "140.7", "A/HRC/61/9", False, 7, {"en": "Justice"}, None),
        second.submitted_at,
    )
    before = Approved(1, first.number, first.status, first.as_of, first.measures, "en")
    approved = Earlier(1, first.number, newest(first, ()), ())
    card = views.Card(waiting, second, None, (), before, None, approved=approved)
    lines = [each for each in views.report(card, language="en").lines if each is not None]
    assert {"version.figure_gone", "version.figure_new"} <= {each.key for each in lines}
