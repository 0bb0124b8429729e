"""Functions for `test_confined` to run in a process with limits; some of them misbehave."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import xlsxwriter

from bot.domain.errors import NotFound, Refused
from bot.domain.screens import Code
from bot.exchange import child
from bot.exchange.confined import progress


def echo(value: Any) -> Any:
    return value


def surroundings(_: str) -> dict[str, Any]:
    return {
        "environment": sorted(os.environ),
        "folder": str(Path.cwd()),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "parsed": [name for name in ("asyncio", "telegram", "sqlalchemy") if name in sys.modules],
    }


def manners(_: str) -> dict[str, Any]:
    return {"nice": os.nice(0), "frozen": gc.get_freeze_count(), "patience": gc.get_threshold()[0]}


def prints(value: str) -> str:
    print("\0\0\0\x02{}", flush=True)  # noqa: T201 - that is what is tried
    os.write(1, b"\0\0\0\x02{}")
    return value


def counts(upto: int) -> int:
    for done in range(upto + 1):
        progress(done, upto)
    return upto


def refuses(number: str) -> None:
    raise NotFound(number=Code(number), rows=3)


class Elsewhere(Refused):
    key = "tried.elsewhere"


def refuses_in_its_own_words(_: str) -> None:
    refusal = Refused(row=7)
    refusal.key = "tried.unknown"
    raise refusal


def breaks(words: str) -> None:
    raise ValueError(words)


def dies(_: str) -> None:
    ctypes.string_at(1)


def ends(_: str) -> None:
    os._exit(3)


def spins(_: str) -> None:
    while True:
        pass


def sleeps(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def names_itself_and_sleeps(path: str) -> Iterator[int]:
    yield os.getpid()
    time.sleep(60)


def hoards(_: str) -> int:
    return len([bytes(1024 * 1024) for _ in range(2000)])


def writes(path: str) -> None:
    Path(path).write_bytes(b"x")


def talks(length: int) -> str:
    return "x" * length


def no_number(_: str) -> float:
    return float("nan")


def batches(number: int) -> Iterator[list[int]]:
    for each in range(number):
        yield [each, each * each]


def refuses_midway(_: str) -> Iterator[int]:
    yield 1
    raise NotFound


def connects(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return "connected"


def connects_past_python(_: str) -> int:
    """The errno of the system's own `socket`, where no hook of Python looks on."""
    system = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if system.socket(2, 1, 0) < 0 else 0


def runs_a_program(_: str) -> str:
    return subprocess.run(["/bin/echo", "ran"], capture_output=True, check=True).stdout.decode()


def kills_its_parent(_: str) -> None:
    os.kill(os.getppid(), signal.SIGTERM)


def sends(frame: str) -> None:
    """Write frames of its own making, as a child that was taken over would."""
    where = child._reports._to
    assert where is not None
    where.write(bytes.fromhex(frame))
    where.flush()
    time.sleep(5)


# -- Jobs ------------------------------------------------------------------------------------------


def list_institutions(arguments: dict[str, Any], folder: str) -> dict[str, Any]:
    """Write a workbook of what a database holds; it is opened here, and only to be read."""
    address = f"file:{os.environ['TRIED_DATABASE']}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM institutions ORDER BY name")]
    with xlsxwriter.Workbook(f"{folder}/institutions.xlsx", {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, name in enumerate(names):
            sheet.write_string(number, 0, f"{arguments['mark']} {name}")
            progress(number + 1, len(names))
    return {"file": "institutions.xlsx", "count": len(names)}


def refuses_job(arguments: dict[str, Any], folder: str) -> dict[str, Any]:
    raise NotFound(**arguments)


def gives_no_mapping(arguments: dict[str, Any], folder: str) -> list[int]:
    return [1]


def sleeps_long(arguments: dict[str, Any], folder: str) -> dict[str, Any]:
    Path(folder, "half").write_text("half a workbook")
    Path(arguments["told"]).write_text(str(os.getpid()))
    time.sleep(60)
    return {}


def meets(arguments: dict[str, Any], folder: str) -> dict[str, Any]:
    began = time.monotonic()
    time.sleep(0.3)
    return {"began": began, "ended": time.monotonic()}


def never_ends(_arguments: dict[str, Any], _folder: str) -> dict[str, Any]:
    """A job that somebody has to end."""
    time.sleep(600)
    return {}
