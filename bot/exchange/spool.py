"""Values put aside on the disk, to be taken up again in another order than they came in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

T = TypeVar("T")


class Spool:
    """Plain JSON values by their place in a file.

    What is kept in memory is a number for each of them, however large they are.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0

    def add(self, value: Any) -> int:
        """Put a value aside; gives its place."""
        line = json.dumps(value).encode() + b"\n"
        self._file.seek(self._end)
        self._file.write(line)
        place, self._end = self._end, self._end + len(line)
        return place

    def at(self, place: int) -> Any:
        """The value at a place that `add` gave."""
        self._file.seek(place)
        return json.loads(self._file.readline())


@contextmanager
def spool(folder: Path) -> Iterator[Spool]:
    """A spool in a file of the folder, which is gone at the end."""
    with TemporaryFile(dir=folder) as file:
        yield Spool(file)


def in_pages(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, so many at a time."""
    remaining = iter(rows)
    while page := list(islice(remaining, size)):
        yield page
