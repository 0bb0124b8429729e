"""Rules of the review: narrowing the queue, differences on a screen, who reads whom, staleness."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import permissions
from bot.domain.consolidation import Consolidation, Word, far_apart, suggested
from bot.domain.errors import NotFound
from bot.domain.items import Assignment, AssignmentState, Part, ReportState
from bot.domain.people import Actor, Role, Seat
from bot.domain.review import WHOLE, By, Queue, Trait
from bot.domain.selection import mark
from bot.domain.status import DEFAULT, Status
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
