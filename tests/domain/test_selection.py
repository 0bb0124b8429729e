"""A selection travels behind a button and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotFound
from bot.domain.kinds import Kind
from bot.domain.selection import (
    EVERY,
    NO_REPORT,
    REPORT_AGES,
    UNASSIGNED,
    Narrowing,
    Need,
    Selection,
    mark,
)
from bot.domain.status import Status

VALUES = {
    Narrowing.DOCUMENT: st.integers(1, 99_999).map(str),
    Narrowing.CLUSTER: st.integers(0, 99_999).map(str),
    Narrowing.THEME: st.text(min_size=1).map(mark),
    Narrowing.MECHANISM: st.text(min_size=1).map(mark),
    Narrowing.KIND: st.sampled_from([each.value for each in Kind]),
    Narrowing.NEED: st.sampled_from([each.value for each in Need]),
    Narrowing.SDG: st.text(min_size=1).map(mark),
    Narrowing.STATUS: st.sampled_from([*(each.value for each in Status), NO_REPORT]),
    Narrowing.REPORT_AGE: st.sampled_from(REPORT_AGES),
}
SELECTIONS = st.builds(
    Selection,
    st.fixed_dictionaries({}, optional=VALUES),
    unassigned=st.booleans(),
    priority=st.booleans(),
)


@given(SELECTIONS)
def test_a_selection_is_read_back_as_it_was(selection: Selection) -> None:
    assert Selection.read(selection.code) == selection


@given(SELECTIONS)
def test_a_selection_fits_behind_a_button_with_its_act_and_page(selection: Selection) -> None:
    """64 bytes, `o:` and the longest act included."""
    assert len(f"o:narrow_by:m:99:{selection.code}".encode()) <= 64
    assert len(f"o:cluster_items:{selection.code}".encode()) <= 64
    assert len(f"cluster_items:{selection.code}") <= 60  # the subject of a conversation


@pytest.mark.parametrize("code", ["x1", "d3?", "d3,u", "1", "uq", "d", "u1", ""])
def test_a_code_that_never_was_is_refused(code: str) -> None:
    with pytest.raises(NotFound):
        Selection.read(code)


def test_a_forged_document_is_not_found() -> None:
    with pytest.raises(NotFound):
        Selection.read("d1 or 1").number(Narrowing.DOCUMENT)


def test_every_narrowing_at_once_fits_behind_a_button() -> None:
    widest = Selection(
        {
            Narrowing.DOCUMENT: "99999",
            Narrowing.CLUSTER: "99999",
            **{each: mark(each) for each in (Narrowing.THEME, Narrowing.MECHANISM, Narrowing.SDG)},
            Narrowing.KIND: Kind.RECOMMENDATION.value,
            Narrowing.NEED: Need.BUDGET.value,
            Narrowing.STATUS: NO_REPORT,
            Narrowing.REPORT_AGE: "12",
        },
        unassigned=True,
        priority=True,
    )
    assert len(widest.code) == 46
    assert set(widest.by) == set(Narrowing)


def test_every_item_and_the_unassigned_have_codes() -> None:
    assert (EVERY.code, UNASSIGNED.code) == ("-", "u")
