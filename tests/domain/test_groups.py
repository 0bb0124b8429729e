"""Groups: codes that stay, an order, names by text key."""

from __future__ import annotations

import pytest

from bot.domain.consultations import NOT_SAID, Group
from bot.domain.groups import MOST, Entry, GroupName, Groups, TooManyGroups, called


def test_the_usual_ones_are_there_from_the_start_and_any_other_stands_last() -> None:
    live = Groups.of([]).live
    assert set(live) == {each.value for each in Group} - {NOT_SAID}
    assert live[-1] == Group.OTHER


def test_own_ones_stand_after_the_usual_ones_in_the_order_in_which_they_came() -> None:
    women = Entry("women", ended=True)
    known = Groups.of([Entry("g10", {"en": "B"}), Entry("g9", {"en": "A"}), women])
    assert known.live[-3:] == ("g9", "g10", "other")
    assert "women" not in known.live
    assert known.get("women") == women
    assert known.names == {called("g9").key: {"en": "A"}, called("g10").key: {"en": "B"}}


def test_a_code_is_never_given_twice() -> None:
    ended = Entry("g3", {"en": "Gone"}, ended=True)
    assert Groups.of([ended]).added({"en": "New"}).code == "g4"


def test_an_own_group_has_a_name_and_there_are_not_too_many() -> None:
    with pytest.raises(GroupName):
        Groups.of([]).added({})
    many = [Entry(f"g{n}", {"en": str(n)}) for n in range(1, MOST)]
    with pytest.raises(TooManyGroups):
        Groups.of(many).added({"en": "One more"})
