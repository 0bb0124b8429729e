"""Segments as they are chosen and kept, and the text that a reader gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.broadcasts import Group, Segment, groups_of, roles_of, text_for
from bot.domain.people import Role


@given(st.sets(st.sampled_from(Group), min_size=1))
def test_groups_are_found_again_in_their_roles(chosen: set[Group]) -> None:
    found = groups_of(roles_of(chosen))
    assert set(found) == ({Group.EVERYBODY} if Group.EVERYBODY in chosen else chosen)


@given(
    st.lists(st.sampled_from(Role), unique=True),
    st.lists(st.text(max_size=5), max_size=3),
    st.lists(st.integers(1, 9), max_size=3),
    st.booleans(),
)
def test_a_segment_survives_being_kept(
    roles: list[Role], kinds: list[str], held: list[int], with_open_items: bool
) -> None:
    segment = Segment(tuple(roles), tuple(kinds), tuple(held), ("fr",), with_open_items)
    assert Segment.from_json(segment.to_json()) == segment


def test_a_reader_gets_the_own_text_or_the_first_one() -> None:
    texts = {"en": "Hello", "fr": "Bonjour"}
    assert text_for(texts, "fr", "en") == ("Bonjour", "fr")
    assert text_for(texts, "ar", "en") == ("Hello", "en")
