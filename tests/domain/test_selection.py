"""A selection travels behind a button and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotFound
from bot.domain.kinds import Kind
from bot.domain.selection import EVERY, UNASSIGNED, Narrowing, Need, Selection, mark

VALUES = {
    Narrowing.DOCUMENT: st.integers(1, 99_999).map(str),
    Narrowing.CLUSTER: st.integers(0, 99_999).map(str),
    Narrowing.THEME: st.text(min_size=1).map(mark),
    Narrowing.MECHANISM: st.text(min_size=1).map(mark),
    Narrowing.KIND: st.sampled_from([each.value for each in Kind]),
    Narrowing.NEED: st.sampled_from([each.value for each in Need]),
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


@pytest.mark.parametrize("code", ["x1", "d3,?", "1", "uq"])
def test_a_code_that_never_was_is_refused(code: str) -> None:
    with pytest.raises(NotFound):
        Selection.read(code)


def test_a_forged_document_is_not_found() -> None:
    with pytest.raises(NotFound):
        Selection.read("d1 or 1").number(Narrowing.DOCUMENT)


def test_every_item_and_the_unassigned_have_codes() -> None:
    assert (EVERY.code, UNASSIGNED.code) == ("-", "u")
