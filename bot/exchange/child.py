"""The far side of `bot.exchange.confined`: a process that locks itself in and runs one function.

It takes one request on standard input and answers in frames on what was standard output: four bytes
of length, then JSON. It imports little, because it starts anew for each piece of work.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import platform
import resource
import struct
import sys
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from bot.domain.errors import Refused
from bot.domain.screens import text_to_json

LENGTH = struct.Struct(">I")

_PROGRESS_EVERY = 0.2  # seconds
_NICENESS = 10  # the bot's own process goes first: somebody is waiting for its answer
_GARBAGE = (50_000, 20, 100)  # objects, then rounds, until rubbish is looked for
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SIGKILL = 9

# Calls by their numbers on each machine: socket, connect, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, io_uring_setup, kill, tkill, pidfd_send_signal, setsid,
# setpgid; fork and vfork where they are calls of their own.
_FORBIDDEN_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 311, 425, 62, 200, 424, 112, 109, 57, 58)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 271, 425, 129, 130, 424, 157, 154)),
}
_FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


class _Reports:
    """The frames of this process; nowhere in a process that is not confined."""

    def __init__(self) -> None:
        self._to: BinaryIO | None = None
        self._last = 0.0

    def open(self) -> None:
        """Take over standard output: what a library prints must not look like a frame."""
        self._to = os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def send(self, **frame: Any) -> None:
        if self._to is not None:
            packed = json.dumps(frame, ensure_ascii=False, allow_nan=False).encode()
            self._to.write(LENGTH.pack(len(packed)) + packed)
            self._to.flush()

    def progress(self, done: int, total: int) -> None:
        moment = time.monotonic()
        if done >= total or moment - self._last >= _PROGRESS_EVERY:
            self._last = moment
            self.send(progress=[done, total])


_reports = _Reports()


def progress(done: int, total: int) -> None:
    """Say how far the work is; goes nowhere outside a child, and five times a second at most."""
    _reports.progress(done, total)


def look_for_rubbish_seldom() -> None:
    """Leave what is loaded out of the search for rings of dead objects, and search more rarely.

    Rows make no such rings and there are hundreds of thousands of them: looking through them, and
    through every module again and again, took a quarter of the time in which they are read.
    """
    gc.freeze()
    gc.set_threshold(*_GARBAGE)


def serve() -> None:
    """Run the one function that standard input asks for, and end."""
    _reports.open()
    os.nice(_NICENESS)
    (length,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    request = json.loads(sys.stdin.buffer.read(length))
    try:
        _lock_in(**request["limits"])
        function = getattr(importlib.import_module(request["module"]), request["name"])
        look_for_rubbish_seldom()
        found = function(*request["arguments"])
        if request["stream"]:
            for batch in found:
                _reports.send(batch=batch)
            found = None
        _reports.send(result=found)
    except Refused as refusal:
        _reports.send(refused=text_to_json(refusal.text))
    except MemoryError:
        _reports.send(memory=True)
    except Exception as error:  # noqa: BLE001 - whatever happens here ends here; the parent tells it
        _reports.send(crashed=type(error).__name__, where=_place(error))


def _place(error: BaseException) -> str:
    """Where it was raised: file and line; never its words, which may hold what somebody sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


def _lock_in(*, memory: int, cpu: int, written: int, network: bool) -> None:
    """Accept the limits for good: what is asked for later can only be less."""
    for what, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, written),
    ):
        resource.setrlimit(what, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    if sys.platform == "linux":
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        if network or _forbid_calls(system):
            return
    if not network:
        sys.addaudithook(_forbid_event)


def _forbid_calls(system: ctypes.CDLL) -> bool:
    """Have the kernel refuse network, programs and signals (seccomp); False where it cannot."""
    machine, calls = _FORBIDDEN_CALLS.get(platform.machine(), (0, ()))
    if not calls:
        return False
    program = b"".join(_filter(machine, calls))
    kept = ctypes.create_string_buffer(program, len(program))
    asked = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(kept))
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(system.prctl(_PR_SET_SECCOMP, 2, asked, 0, 0) == 0)


def _filter(machine: int, calls: tuple[int, ...]) -> Iterator[bytes]:
    """The filter, step by step: code, steps to jump if so, steps to jump if not, value."""
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    step = struct.Struct("HBBI").pack
    yield step(load, 0, 0, 4)  # the machine the call is made for
    yield step(equal, 1, 0, machine)
    yield step(give, 0, 0, 0x80000000)  # another one: end the process
    yield step(load, 0, 0, 0)  # the number of the call
    yield step(above, len(calls) + 1, 0, 0x40000000)  # numbered a second way
    for position, call in enumerate(calls):
        yield step(equal, len(calls) - position, 0, call)
    yield step(give, 0, 0, 0x7FFF0000)  # allow
    yield step(give, 0, 0, 0x00050000 | 13)  # refuse: permission denied


def _forbid_event(event: str, _arguments: object) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(event)
