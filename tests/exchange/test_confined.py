"""Work in a process of its own: what comes back, what it may not do, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import NotFound, Refused
from bot.domain.screens import Code
from bot.exchange.child import LENGTH
from bot.exchange.confined import (
    Crashed,
    Limits,
    TookTooLong,
    TooMuchMemory,
    confined,
    confined_stream,
)
from tests.exchange import confined_work as work

ONE_SECOND = Limits(cpu=1, wall=30)


async def heartbeat(beats: list[float]) -> None:
    while True:
        beats.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()


# -- What comes back -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, 7, 1.5, "التقرير", ["a", {"b": [True, None]}], {"name": "Port Selene"}, []]
)
async def test_plain_values_go_there_and_back(value: Any) -> None:
    assert await confined(work.echo, value) == value


async def test_a_child_lets_the_bot_go_first_and_seldom_looks_for_rubbish() -> None:
    found = await confined(work.manners, "")
    assert found["nice"] > os.nice(0)
    assert found["frozen"] > 0
    assert found["patience"] > gc.get_threshold()[0]


async def test_every_child_answers_and_what_its_start_costs_is_shown(
    record_property: Callable[[str, object], None],
) -> None:
    took = []
    for number in range(5):
        began = time.perf_counter()
        assert await confined(work.echo, number) == number
        took.append(time.perf_counter() - began)

    record_property("a confined child's start and end", f"{min(took) * 1000:.0f} ms at best")


async def test_a_child_sees_nothing_of_its_parent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOCALPOINT_TOKEN", "secret")
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        found = await confined(work.surroundings, "")

    assert set(found["environment"]) <= {
        "LANG",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "LC_CTYPE",
    }
    assert found["folder"] == "/"
    assert found["files"] <= 5  # three of its own, its answer, and the folder that it looks into


async def test_what_a_library_prints_is_no_answer() -> None:
    assert await confined(work.prints, "value") == "value"


async def test_progress_is_told_in_order_and_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    result = await confined(
        work.counts, 100_000, on_progress=lambda done, total: told.append((done, total))
    )

    assert result == 100_000
    assert told == sorted(told)
    assert told[-1] == (100_000, 100_000)
    assert len(told) < 50


async def test_batches_stream_in_order() -> None:
    async with aclosing(confined_stream(work.batches, 500)) as stream:
        assert [batch async for batch in stream] == [[each, each * each] for each in range(500)]


async def test_the_time_that_a_slow_reader_takes_is_not_counted() -> None:
    taken = []
    async with aclosing(confined_stream(work.batches, 4, limits=Limits(wall=1.0))) as stream:
        async for batch in stream:
            taken.append(batch)
            await asyncio.sleep(0.4)

    assert len(taken) == 4


async def test_the_loop_goes_on_while_a_child_works(
    record_property: Callable[[str, object], None],
) -> None:
    beats: list[float] = []
    beating = asyncio.create_task(heartbeat(beats))
    await asyncio.gather(*(confined(work.sleeps, 0.3) for _ in range(3)))
    beating.cancel()

    gaps = [after - before for before, after in pairwise(beats)]
    record_property("longest pause of the loop with three children", f"{max(gaps) * 1000:.0f} ms")
    assert len(gaps) >= 5  # a loop that waited for a child would have beaten once or twice


# -- Refusals --------------------------------------------------------------------------------------


async def test_a_refusal_arrives_with_its_class_and_values() -> None:
    with pytest.raises(NotFound) as refused:
        await confined(work.refuses, "140.7")
    assert refused.value.values == {"number": Code("140.7"), "rows": 3}
    assert refused.value.text.key == "error.not_found"


async def test_a_refusal_of_a_class_unknown_here_keeps_its_key() -> None:
    with pytest.raises(Refused) as refused:
        await confined(work.refuses_in_its_own_words, "")
    assert type(refused.value) is Refused
    assert (refused.value.text.key, refused.value.values) == ("tried.unknown", {"row": 7})


async def test_a_refusal_ends_a_stream_after_its_batches() -> None:
    async with aclosing(confined_stream(work.refuses_midway, "")) as stream:
        assert await anext(stream) == 1
        with pytest.raises(NotFound):
            await anext(stream)


# -- Limits ----------------------------------------------------------------------------------------


async def test_a_child_that_spins_is_stopped_by_its_processor_time() -> None:
    with pytest.raises(TookTooLong):
        await confined(work.spins, "", limits=ONE_SECOND)


async def test_a_child_that_sleeps_is_stopped_by_the_clock_on_the_wall() -> None:
    with pytest.raises(TookTooLong):
        await confined(work.sleeps, 20.0, limits=Limits(wall=0.5))


async def test_a_child_that_hoards_memory_is_refused_it() -> None:
    with pytest.raises(TooMuchMemory):
        await confined(work.hoards, "")


async def test_a_child_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(Crashed, match="crashed") as crashed:
        await confined(work.writes, str(tmp_path / "file"))
    assert crashed.value.how.startswith("OSError at ")
    assert (tmp_path / "file").read_bytes() == b""

    await confined(work.writes, str(tmp_path / "file"), limits=Limits(written=100))
    assert (tmp_path / "file").read_bytes() == b"x"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_child_has_no_network(port: int) -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(work.connects, port)
    assert crashed.value.how.startswith("PermissionError")

    assert await confined(work.connects, port, limits=Limits(network=True)) == "connected"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
async def test_the_kernel_itself_refuses_a_child_the_network() -> None:
    assert await confined(work.connects_past_python, "") == 13


@pytest.mark.parametrize("act", [work.runs_a_program, work.kills_its_parent])
async def test_a_child_starts_and_ends_no_other_process(act: Callable[[str], Any]) -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(act, "")
    assert crashed.value.how.startswith("PermissionError")


# -- Ends ------------------------------------------------------------------------------------------


async def test_an_exception_is_told_by_its_class_and_place_never_its_words() -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(work.breaks, "a name that somebody sent")
    assert crashed.value.how.startswith("ValueError at confined_work.py:")
    assert "name" not in crashed.value.how


async def test_a_child_that_dies_is_told_by_its_signal() -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(work.dies, "")
    assert crashed.value.how == "SIGSEGV"


async def test_a_child_that_just_ends_has_crashed() -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(work.ends, "")
    assert crashed.value.how == "exit 3"


def framed(value: object) -> str:
    packed = value if isinstance(value, bytes) else json.dumps(value).encode()
    return (LENGTH.pack(len(packed)) + packed).hex()


@pytest.mark.parametrize(
    "frame",
    [
        framed(b"no JSON"),
        framed([1]),
        framed(b"[" * 100_000),
        framed(b'{"result": NaN}'),
        framed({"progress": "half"}),
        framed({"refused": {"text": 5}}),
        framed({"refused": {"text": "work.crashed"}}),
        framed({"refused": {"text": "not a key!"}}),
        LENGTH.pack(0xFFFFFFFF).hex(),
    ],
)
async def test_a_child_that_was_taken_over_gains_nothing_by_lying(frame: str) -> None:
    with pytest.raises(Crashed):
        await confined(work.sends, frame)


async def test_a_result_beyond_its_size_is_not_read() -> None:
    with pytest.raises(Crashed) as crashed:
        await confined(work.talks, 2 * 1024 * 1024)
    assert crashed.value.how == "too much at once"
    assert (
        len(await confined(work.talks, 1024 * 1024, limits=Limits(frame=2 * 1024 * 1024))) > 10**6
    )


async def test_what_is_no_json_does_not_come_back() -> None:
    with pytest.raises(Crashed):
        await confined(work.no_number, "")


async def test_a_function_inside_another_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="top of its module"):
        await confined(lambda value: value, 1)


async def test_a_cancelled_child_is_dead_before_the_cancellation_is_over() -> None:
    named: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def reads() -> None:
        async for process in confined_stream(work.names_itself_and_sleeps, ""):
            named.set_result(process)

    reading = asyncio.create_task(reads())
    process = await named
    assert is_alive(process)
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading

    assert not is_alive(process)


async def test_leaving_a_stream_early_ends_its_child() -> None:
    async with aclosing(confined_stream(work.names_itself_and_sleeps, "")) as stream:
        process = await anext(stream)

    assert not is_alive(process)
    gc.collect()  # an unclosed pipe would warn now, and warnings are errors


DIES = """
import asyncio, os, sys
from bot.exchange.confined import confined_stream
from tests.exchange import confined_work as work

async def main():
    async for process in confined_stream(work.names_itself_and_sleeps, ""):
        print(process, flush=True)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asked of Linux")
async def test_no_child_outlives_a_killed_parent() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    process = int(await parent.stdout.readline())
    assert is_alive(process)
    parent.kill()
    await parent.communicate()

    for _ in range(100):
        if not is_alive(process):
            break
        await asyncio.sleep(0.02)
    assert not is_alive(process)
