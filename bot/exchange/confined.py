"""Runs a function in a process of its own, with limits, without network: for what strangers sent.

The function stands at the top of its module and takes and gives plain JSON values; nothing is
unpickled here, so a child that was taken over can only lie. It may call `progress(done, total)`, be
a generator of batches, and raise a `Refused`, which is raised here again. Relative paths mean
nothing there.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, TypeVarTuple

from bot.domain.errors import Refused
from bot.domain.screens import text_from_json
from bot.exchange.child import LENGTH, progress
from bot.tasks import uninterrupted

__all__ = [
    "Confinement",
    "Crashed",
    "Limits",
    "TooMuchMemory",
    "TookTooLong",
    "confined",
    "confined_stream",
    "progress",
]

MEGABYTE = 1024 * 1024

_KEY = re.compile(r"[a-z][a-z0-9_.]{0,99}")

R = TypeVar("R")
Ts = TypeVarTuple("Ts")
OnProgress: TypeAlias = Callable[[int, int], None]

_START = (
    "import os, sys; sys.path[:] = sys.argv[1].split(os.pathsep); "
    "from bot.exchange.child import serve; serve()"
)
# Libraries that would start a thread per processor find that there is one.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Confinement(Refused):
    """Work in a process of its own did not end well."""

    key = "work.failed"


class TookTooLong(Confinement):
    """It used up its time."""

    key = "work.took_too_long"


class TooMuchMemory(Confinement):
    """It asked for more memory than it may have."""

    key = "work.too_much_memory"


class Crashed(Confinement):
    """It ended without an answer; `how` names the exception and its place, or the signal."""

    key = "work.crashed"

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how


@dataclass(frozen=True)
class Limits:
    """What a child may use; the defaults suit the parser of a file from chat."""

    memory: int = 300 * MEGABYTE  # bytes of address space
    cpu: int = 5  # seconds of processor
    wall: float = 60.0  # seconds that are spent waiting for it
    written: int = 0  # bytes in each file that it writes
    frame: int = MEGABYTE  # bytes of JSON in one result or batch
    network: bool = False  # and other programs


PARSER = Limits()


async def confined(
    function: Callable[[*Ts], R],
    *arguments: *Ts,
    limits: Limits = PARSER,
    on_progress: OnProgress | None = None,
) -> R:
    """What the function gives for the arguments, through JSON: a tuple comes back as a list.

    Raises the function's own Refused, or TookTooLong, TooMuchMemory, Crashed. A cancellation kills
    the child at once.
    """
    module, name = _place(function)
    result: R = await run_named(module, name, arguments, limits=limits, on_progress=on_progress)
    return result


async def confined_stream(
    function: Callable[[*Ts], Iterable[R]],
    *arguments: *Ts,
    limits: Limits = PARSER,
    on_progress: OnProgress | None = None,
) -> AsyncGenerator[R, None]:
    """The batches that the generator function yields, as they come; errors as for `confined`.

    The child waits while nobody takes its batches, and that time is not counted. Leave early only
    inside `contextlib.aclosing`: it ends the child.
    """
    module, name = _place(function)
    frames = _frames(
        module, name, arguments, limits=limits, on_progress=on_progress, stream=True, environment={}
    )
    async with aclosing(frames):
        async for frame in frames:
            if "batch" in frame:
                yield frame["batch"]


async def run_named(
    module: str,
    name: str,
    arguments: Sequence[Any],
    *,
    limits: Limits,
    on_progress: OnProgress | None = None,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """As `confined`, for a function that this process has not imported."""
    frames = _frames(
        module,
        name,
        arguments,
        limits=limits,
        on_progress=on_progress,
        stream=False,
        environment=environment or {},
    )
    async with aclosing(frames):
        async for frame in frames:
            if "result" in frame:
                return frame["result"]
    raise Crashed("no result")


def _place(function: Callable[..., object]) -> tuple[str, str]:
    module, name = function.__module__, function.__qualname__
    if not name.isidentifier():
        raise ValueError(f"not at the top of its module: {name}")
    return module, name


async def _frames(
    module: str,
    name: str,
    arguments: Sequence[Any],
    *,
    limits: Limits,
    on_progress: OnProgress | None,
    stream: bool,
    environment: Mapping[str, str],
) -> AsyncGenerator[dict[str, Any], None]:
    """The child's frames but those of progress, up to its result; raises what it ended with."""
    request = {
        "module": module,
        "name": name,
        "arguments": arguments,
        "stream": stream,
        "limits": {
            "memory": limits.memory,
            "cpu": limits.cpu,
            "written": limits.written,
            "network": limits.network,
        },
    }
    loop = asyncio.get_running_loop()
    left = limits.wall
    async with _started(environment) as process:
        since = loop.time()
        await _ask(process, request)
        while True:
            left -= loop.time() - since
            since = loop.time()
            frame = await _next_frame(process, limits.frame, left)
            if "progress" in frame:
                _tell(frame["progress"], on_progress)
                continue
            _raise_failure(frame)
            left -= loop.time() - since
            yield frame
            since = loop.time()
            if "result" in frame:
                return


@asynccontextmanager
async def _started(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A clean child: no environment but ours, no open files, no terminal; dead at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-S", "-B", "-X", "utf8", "-c", _START, _module_path()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may hold what somebody sent
        env={**_ENVIRONMENT, **environment},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await uninterrupted(process.communicate())


def _module_path() -> str:
    """Where this process finds modules: the child finds the same ones, wherever it stands."""
    return os.pathsep.join(str(Path(each).absolute()) for each in sys.path)


async def _ask(process: asyncio.subprocess.Process, request: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    packed = json.dumps(request, allow_nan=False).encode()
    with suppress(BrokenPipeError, ConnectionResetError):  # its end is seen when it is read from
        process.stdin.write(LENGTH.pack(len(packed)) + packed)
        await process.stdin.drain()
        process.stdin.close()


async def _next_frame(
    process: asyncio.subprocess.Process, most: int, seconds: float
) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            try:
                (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                if length > most:
                    raise Crashed("too much at once")
                packed = await process.stdout.readexactly(length)
            except asyncio.IncompleteReadError:
                raise _end_of(await process.wait()) from None
    except TimeoutError:
        raise TookTooLong from None
    return _parsed(packed)


def _parsed(packed: bytes) -> dict[str, Any]:
    try:
        frame = json.loads(packed, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        raise Crashed("no frame")
    return frame


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _tell(counts: object, on_progress: OnProgress | None) -> None:
    match counts:
        case [int(done), int(total)]:
            if on_progress is not None:
                on_progress(done, total)
        case _:
            raise Crashed("no progress")


def _raise_failure(frame: Mapping[str, Any]) -> None:
    if "memory" in frame:
        raise TooMuchMemory
    if "crashed" in frame:
        raise Crashed(f"{frame['crashed']} at {frame.get('where')}"[:200])
    if "refused" in frame:
        raise _revived(frame["refused"])


def _revived(packed: object) -> Refused:
    """The refusal that the child raised: of its own class where this process knows that."""
    try:
        assert isinstance(packed, dict)
        text = text_from_json(packed)
        assert _KEY.fullmatch(text.key)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
        return Crashed("no refusal")
    kind = _class_of(text.key)
    if issubclass(kind, Confinement):
        return Crashed("no refusal")
    refusal = kind.__new__(kind, text.key)  # its own `__init__` may ask for something else
    refusal.key, refusal.values = text.key, dict(text.values)
    return refusal


def _class_of(key: str) -> type[Refused]:
    kinds = [Refused]
    for kind in kinds:
        if kind.__dict__.get("key") == key:
            return kind
        kinds.extend(kind.__subclasses__())
    return Refused


def _end_of(returncode: int) -> Confinement:
    if returncode == -signal.SIGXCPU:
        return TookTooLong()
    if returncode < 0:
        return Crashed(signal.Signals(-returncode).name)
    return Crashed(f"exit {returncode}")
