"""Moments as people write them, in their zone and their figures."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import Unfit
from bot.domain.moments import read_moment

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)  # 11:00 in Paris
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("words", "language", "meant"),
    [
        ("30 November at 14:30", "en", "2026-11-30T14:30"),
        ("14:30", "en", "2026-05-04T14:30"),
        ("8:15", "en", "2026-05-05T08:15"),
        ("9h15", "fr", "2026-05-05T09:15"),
        ("12 mai à 9h", "fr", "2026-05-12T09:00"),
        ("٣ مايو الساعة ٩:٠٠", "ar", "2027-05-03T09:00"),
        ("2026-05-07, 07:05", "en", "2026-05-07T07:05"),
        ("7.5.2026 9.30", "en", "2026-05-07T09:30"),
        ("7.5.2026", "en", "2026-05-07T09:00"),
        ("7 May", "en", "2026-05-07T09:00"),
    ],
)
def test_a_moment_is_read_as_it_is_written(words: str, language: str, meant: str) -> None:
    found = read_moment(words, language, now=NOW, zone=PARIS)
    assert found == datetime.fromisoformat(meant).replace(tzinfo=PARIS)
    assert found > NOW


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("25:99", "moment.unclear"),
        ("soon", "date.unclear"),
        ("", "date.unclear"),
        ("3 May 2026 8:00", "date.past"),
        ("4 May 2026 8:00", "moment.past"),
    ],
)
def test_what_is_no_moment_to_come_is_asked_again(words: str, key: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_moment(words, "en", now=NOW, zone=PARIS)
    assert refused.value.key == key
