"""When calls may go out; seconds are numbers here, nobody waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.pacing import GATE_MARGIN, LAG, SPARE, Pacer


def run(pacer: Pacer, calls: list[tuple[str, float]]) -> list[tuple[float, str]]:
    """Every call as soon as it may go, with the delay that the machine adds to each."""
    now, sent = 1000.0, []
    for chat, delay in calls:
        while wait := max(pacer.wait(now), pacer.wait_for(chat, now)):
            now += wait + 1e-9
        now += delay
        pacer.take(chat, now)
        sent.append((now, chat))
    return sent


def most_in(moments: list[float], seconds: float) -> int:
    return max(sum(start <= each < start + seconds for each in moments) for start in moments)


CHATS = st.sampled_from(["1", "2", "3", "-100"])
CALLS = st.lists(
    st.tuples(CHATS, st.sampled_from([0.0, 0.0, 0.01, 0.3, 5.0])), min_size=1, max_size=80
)


@given(CALLS, st.sampled_from([5.0, 25.0]))
def test_no_second_holds_more_than_the_rate(calls: list[tuple[str, float]], rate: float) -> None:
    sent = run(Pacer(rate, burst=100, group_per_minute=1000), calls)
    assert most_in([at for at, _ in sent], 1.0) <= rate * (1 + LAG) + 1


@given(st.lists(st.floats(0, 0.4), min_size=1, max_size=120))
def test_what_is_delayed_on_its_way_is_not_bunched(gaps: list[float]) -> None:
    """A stall of the machine let 31 calls out within one second; Telegram takes 30."""
    pacer = Pacer(25.0)
    now, started = 1000.0, []
    for gap in gaps:
        now += gap / 20
        started.append(now + pacer.start(now))
    assert started == sorted(started)
    assert most_in(started, 0.9999) <= 25 + SPARE


@given(CALLS)
def test_a_chat_gets_its_burst_and_then_one_a_second(calls: list[tuple[str, float]]) -> None:
    sent = run(Pacer(1000.0, burst=6), calls)
    for chat in {chat for _, chat in sent}:
        moments = [at for at, each in sent if each == chat]
        for seconds in (1.0, 4.0, 20.0):
            assert most_in(moments, seconds) <= 6 + seconds + 1e-6


@given(CALLS)
def test_a_group_gets_twenty_a_minute(calls: list[tuple[str, float]]) -> None:
    sent = run(Pacer(1000.0, burst=100), [("-100", delay) for _, delay in calls])
    assert most_in([at for at, _ in sent], 59.999) <= 20


@given(CALLS, st.floats(0.5, 60), st.integers(0, 10))
def test_nothing_goes_out_while_telegram_says_wait(
    calls: list[tuple[str, float]], seconds: float, before: int
) -> None:
    pacer = Pacer()
    sent = run(pacer, calls[:before])
    now = sent[-1][0] if sent else 1000.0
    pacer.halt(seconds, now)
    pacer.got_through()  # an answer to a call that was on its way opens no gate
    assert pacer.wait(now + seconds) > 0
    assert pacer.wait(now + seconds + GATE_MARGIN + 1 / 25 + 0.001) == 0


def test_late_calls_keep_the_rate() -> None:
    """A machine that is always 10 ms late still sends 25 a second: slots stand on a schedule."""
    pacer = Pacer(25.0)
    sent = run(pacer, [(str(n), 0.01) for n in range(501)])
    assert sent[-1][0] - sent[0][0] == pytest.approx(20.0, abs=0.1)


def test_calls_that_reach_nobody_bring_a_growing_pause_and_one_answer_ends_it() -> None:
    pacer = Pacer()
    pauses = []
    now = 1000.0
    for _ in range(12):
        pacer.in_vain(now)
        pauses.append(pacer.wait(now))
        now += pauses[-1]
    assert pauses[:2] == [0.0, 0.0]
    assert pauses[2:] == sorted(pauses[2:])
    assert pauses[-1] == 10.0
    pacer.got_through()
    pacer.in_vain(now)
    assert pacer.wait(now) == 0.0


def test_calls_that_were_on_their_way_do_not_make_the_pause_longer() -> None:
    """Twelve calls in flight when the line breaks once made a pause of ten seconds."""
    pacer = Pacer()
    for _ in range(12):
        pacer.in_vain(1000.0)
    assert pacer.wait(1000.0) == 0.25


def test_quiet_chats_are_forgotten() -> None:
    pacer = Pacer(1000.0)
    for n in range(10_000):
        pacer.take(str(n), 1000.0 + n)
    assert len(pacer._chats) < 100
