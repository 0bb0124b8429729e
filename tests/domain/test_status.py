"""The vocabulary of implementation."""

from __future__ import annotations

import pytest

from bot.domain import status
from bot.domain.status import CountsAs, NoStatus, Status, counts_as, is_step_back, offered


@pytest.mark.parametrize("last", [None, "no longer known", *Status])
def test_every_status_is_offered_once_and_four_come_first(last: str | None) -> None:
    assert sorted(offered(last)) == sorted(Status)
    assert len(set(offered(last)[: status.FIRST])) == status.FIRST


def test_what_was_said_last_is_among_the_first() -> None:
    for last in (Status.IN_PROGRESS, Status.PARTIALLY_IMPLEMENTED, Status.IMPLEMENTED):
        assert last in offered(last)[: status.FIRST]


def test_every_status_counts_as_something() -> None:
    assert {counts_as(each) for each in Status} == set(CountsAs)


def test_less_than_last_time_is_a_step_back() -> None:
    assert is_step_back("implemented", Status.IN_PROGRESS)
    assert not is_step_back("implemented", Status.CONTINUOUS)
    assert not is_step_back("no_information", Status.PLANNED)
    assert not is_step_back(None, Status.NOT_STARTED)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(NoStatus):
        status.require("done")
