"""Statements as SQL, written out once a process: for the reader, the writer and every database.

An engine by itself keeps what it has compiled for itself alone, so that each statement is compiled
once for reading and once for writing, and anew for each database that is opened: compiling takes
ten times as long as running most of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

MOST = 1500  # statements; some more are kept before those that were not used for longest go


class _Compiled(LRUCache[Any, Any]):
    """By the kind of database instead of by the engine's own dialect object.

    What a dialect writes follows from its kind and from the server's version, which is known before
    the first statement.
    """

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_by_kind(key), value)


def _by_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect: Dialect = key[0]
    return (dialect.name, dialect.server_version_info, *key[1:])


COMPILED = _Compiled(MOST)
"""For `create_async_engine(…, execution_options={"compiled_cache": COMPILED})`."""
