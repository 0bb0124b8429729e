"""The program in a process that has loaded it once: each command and each bot is a fork of it.

Loading takes longer than most commands do, and so does what is done at first use: a bot has run
there, too, on a database of its own. A fork has arguments, environment, folder and streams of
its own, as if it had been started from a shell.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, NoReturn

ROOT = Path(__file__).parents[1]


class Fork:
    """A process that was forked; its `pid`, and what it ends with."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.pid = int(line.recv(100))

    def ends(self, timeout: float | None = None) -> int:
        """Wait for its exit status; kills it and raises TimeoutError where it takes longer."""
        self._line.settimeout(timeout)
        try:
            return int(self._line.recv(100))
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            raise
        finally:
            self._line.close()


def begin(
    module: str,
    words: Sequence[str],
    streams: Sequence[int],
    *,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> Fork:
    """Run `main()` of a module with these arguments and its three standard streams."""
    order = {
        "module": module,
        "words": list(words),
        "folder": str(folder),
        "environment": dict(os.environ if environment is None else environment),
    }
    line = socket.socket(socket.AF_UNIX)
    line.connect(_door())
    socket.send_fds(line, [json.dumps(order).encode()], streams)
    return Fork(line)


def focalpoint(
    words: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What `focalpoint` prints and ends with, run in a folder."""
    with TemporaryFile() as nothing, TemporaryFile() as out, TemporaryFile() as err:
        streams = [each.fileno() for each in (nothing, out, err)]
        made = begin("bot.__main__", words, streams, folder=folder, environment=environment)
        status = made.ends(timeout=100)
        return subprocess.CompletedProcess(list(words), status, _read(out), _read(err))


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _door() -> str:
    """The address of the process that forks; it ends with the one that has started it."""
    folder = TemporaryDirectory(prefix="forks-")
    address = f"{folder.name}/door"
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.forks", address],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == b"ready\n"
    _KEPT.extend((folder, running))
    return address


_KEPT: list[object] = []  # for as long as the tests run


# -- Inside the process ----------------------------------------------------------------------------


def main() -> None:
    """Fork for whoever asks at the door, until standard input ends."""
    importlib.import_module("bot.__main__")
    importlib.import_module("tests.faults.room")
    asyncio.run(_rehearse())
    gc.collect()
    gc.freeze()  # no fork looks through what was loaded, which would copy it, too
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who serve a caller
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(sys.argv[1])
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            heard, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in heard:
                return
            caller, _ = door.accept()
            with caller:
                if os.fork() == 0:
                    door.close()
                    _serve(caller)


async def _rehearse() -> None:
    """Have statements written out, texts read and screens drawn, by a bot that greets somebody."""
    from bot import logs
    from bot.app import App
    from bot.clock import Clock
    from bot.sandbox.server import Sandbox
    from tests.faults.crowd import Crowd

    logs.configure("json", stream=io.StringIO())
    with TemporaryDirectory(prefix="forks-") as folder:
        async with Sandbox() as sandbox:
            crowd = await Crowd.gather(sandbox, Path(folder), 2)
            app = App(crowd.settings, Clock(), long_poll=1)
            await app.start()
            receiving = asyncio.create_task(app.receive())
            await crowd.rest()
            await app.schedule.tick()
            receiving.cancel()
            await asyncio.wait([receiving])
            await app.stop()


def _serve(caller: socket.socket) -> NoReturn:
    """Fork once more, and tell the caller the number and at last the exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told, streams, _, _ = socket.recv_fds(caller, 1 << 20, 3)
    pid = os.fork()
    if pid == 0:
        caller.close()
        _become(json.loads(told), streams)
    for each in streams:
        os.close(each)
    caller.sendall(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(order: Mapping[str, object], streams: Sequence[int]) -> NoReturn:
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    sys.argv = ["focalpoint", *order["words"]]  # type: ignore[misc]
    try:
        importlib.import_module(str(order["module"])).main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - told as a program tells it that ends by it
        traceback.print_exc()
        status = 1
    else:
        status = 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
