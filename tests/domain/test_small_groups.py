"""Numbers of participants: no figure, no difference of figures and no total tells of one person."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.consultations import FEWEST, Access, Group
from bot.domain.small_groups import (
    ALL,
    Figures,
    moved,
    nameable,
    rounded,
    taken_anew,
    without,
)

GROUPS = [each.value for each in Group]
NEEDS = [each.value for each in Access]

PEOPLE = st.dictionaries(
    st.integers(0, 40),
    st.tuples(st.sampled_from(GROUPS[:4]), st.sets(st.sampled_from(NEEDS[:3]))),
    max_size=40,
)
"""Who takes part: a group and some needs each."""

Said = dict[int, tuple[str, set[str]]]


def counts(people: Said) -> dict[str, dict[str, int]]:
    return {
        "group": dict(Counter(group for group, _needs in people.values())),
        "access": dict(Counter(each for _group, needs in people.values() for each in needs)),
    }


def told(figures: Figures) -> list[int]:
    return [n for values in figures.shown.values() for n in values.values()]


@given(PEOPLE)
def test_no_figure_tells_of_fewer_than_five_nor_can_one_be_reckoned(people: Said) -> None:
    figures = taken_anew(Figures(), counts(people))
    assert all(n >= FEWEST and n % FEWEST == 0 for n in told(figures))
    by_group = figures.of("group")
    actual = Counter(group for group, _needs in people.values())
    assert all(0 <= actual[each] - n < FEWEST for each, n in by_group.items())
    left = figures.people("group") - sum(by_group.values())
    assert left % FEWEST == 0, "what all are more than the groups is no number of people either"


@settings(max_examples=300)
@given(st.lists(PEOPLE, min_size=1, max_size=6))
def test_whoever_compares_two_moments_learns_of_no_single_person(moments: list[Said]) -> None:
    """Whatever comes, goes and changes in between: figures move by fives, and never for fewer."""
    figures, then = Figures(), Said()
    for people in moments:
        now = taken_anew(figures, counts(people))
        both = {**now.shown, **figures.shown}
        for trait in both:
            values = {*now.shown.get(trait, {}), *figures.shown.get(trait, {})}
            for each in values:
                difference = now.shown.get(trait, {}).get(each, 0) - figures.shown.get(
                    trait, {}
                ).get(each, 0)
                assert difference % FEWEST == 0
        if now.shown != figures.shown:
            others = [
                each
                for each in {*then, *people}
                if then.get(each, [""])[0] != people.get(each, [""])[0]
            ]
            assert len(others) >= FEWEST, "so many people have come, gone or changed since"
        if now != figures:
            then = people
        figures = now


@given(PEOPLE, st.sampled_from(GROUPS[:4]), st.sets(st.sampled_from(NEEDS[:3])))
def test_one_who_comes_or_is_erased_changes_nothing(
    people: Said, group: str, needs: set[str]
) -> None:
    before = taken_anew(Figures(), counts(people))
    taken = Figures(before.shown, counts(people))
    one_more = {**people, 99: (group, needs)}
    assert taken_anew(taken, counts(one_more)).shown == before.shown
    said = {("group", group): 1, **{("access", each): 1 for each in needs}}
    after = without(Figures(before.shown, counts(one_more)), said)
    assert after.shown == before.shown
    assert taken_anew(after, counts(people)).shown == before.shown
    assert {trait: {k: n for k, n in v.items() if n} for trait, v in after.taken.items()} == counts(
        people
    ), "nor does anything kept count who was erased"


def test_five_to_six_is_not_seen_and_ten_is_once_five_have_moved() -> None:
    five = taken_anew(Figures(), {"group": {"women": 5}})
    assert five.of("group") == {"women": 5}
    nine = taken_anew(five, {"group": {"women": 9}})
    assert nine == five
    ten = taken_anew(nine, {"group": {"women": 9, "lgbti": 1}})
    assert ten.of("group") == {"women": 5}, "taken anew: the ten are nine and one"
    assert ten.people("group") == 10


def test_a_count_of_its_own_moves_by_itself() -> None:
    """Who came and what they thought is counted beside the cards."""
    first = taken_anew(Figures(), {"group": {"women": 12}, "came": {"women": 4}})
    assert first.people("came") == 0
    then = taken_anew(first, {"group": {"women": 12}, "came": {"women": 6}})
    assert (then.of("group"), then.of("came")) == ({"women": 10}, {"women": 5})


@given(
    st.dictionaries(st.sampled_from([each.value for each in Group]), st.integers(0, 12), max_size=8)
)
def test_a_group_is_named_where_neither_it_nor_the_rest_are_few(groups: dict[str, int]) -> None:
    named = nameable(groups)
    assert all(groups[each] >= FEWEST for each in named)
    left = sum(n for each, n in groups.items() if each not in named)
    assert left == 0 or left >= FEWEST or not named


def test_no_group_is_told_of_what_came_after_the_count() -> None:
    figures = taken_anew(Figures(), {"wrote": {"women": 5}}, last=7)
    assert figures.group_of(7, "women")
    assert not figures.group_of(8, "women")
    assert not figures.group_of(7, "lgbti")
    assert not without(figures, {("wrote", "women"): 1}).group_of(7, "women")


def test_figures_are_kept_as_they_are() -> None:
    figures = taken_anew(Figures(), {"group": {"women": 7}, "access": {"captions": 6}})
    assert Figures.from_json(figures.to_json()) == figures
    assert figures.shown["group"] == {"women": 5, ALL: 5}
    assert (rounded(4), rounded(5), rounded(9)) == (0, 5, 5)
    assert moved({"a": 3}, {"b": 4}) == 4
