"""The brake on guessing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.attempts import CHATS, MOST, WITHIN, Attempts

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def test_the_last_try_of_an_hour_is_told_and_no_more_is_allowed() -> None:
    attempts = Attempts()
    assert [attempts.note(7, NOW) for _ in range(MOST)] == [False] * (MOST - 1) + [True]
    assert attempts.spent(7, NOW)
    assert not attempts.spent(8, NOW), "one chat's tries are no other's"


def test_an_hour_later_there_are_tries_again() -> None:
    attempts = Attempts()
    for minute in range(MOST):
        attempts.note(7, NOW + timedelta(minutes=minute))
    assert attempts.spent(7, NOW + WITHIN - timedelta(seconds=1))
    assert not attempts.spent(7, NOW + WITHIN)


def test_many_guessing_chats_do_not_fill_the_memory() -> None:
    attempts = Attempts()
    for chat in range(CHATS + 10):
        attempts.note(chat, NOW)
    attempts.note(-1, NOW + 2 * WITHIN)
    assert len(attempts._tries) == 1
