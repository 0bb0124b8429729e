"""Looks that what several people change at once is locked in one order, so that none waits in vain.

Of a consultation's participants nothing is changed but by who has locked the consultation; several
are locked in the order of their ids, before the end of the audit. A server would undo one of two
acts that go other ways, but only in the moment in which they meet: this finds them always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import pytest
from sqlalchemy import Delete, Insert, Select, Update

from storage.database import Transaction

HELD_BY_CONSULTATION = {
    "sign_ups",
    "consultation_counts",
    "consultation_figures",
    "contributions",
    "feedback",
}
BEFORE_THE_AUDIT = {*HELD_BY_CONSULTATION, "subscriptions"}


class LockOrder:
    """What each transaction has locked so far, and what it did in another order."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self._locked: WeakKeyDictionary[Transaction, set[int]] = WeakKeyDictionary()
        self._recorded: WeakSet[Transaction] = WeakSet()

    def look(self, tx: Transaction, statement: Any, parameters: Any) -> None:
        """A statement is about to run."""
        locked = self._locked.setdefault(tx, set())
        table = _table_that_waits(statement)
        if table == "consultations":
            self._lock(tx, locked, _ids(statement))
        elif table == "counters" and "audit" in _values(statement, parameters):
            self._recorded.add(tx)
        elif table in HELD_BY_CONSULTATION and not locked:
            self.wrong.append(f"{table} is changed before its consultation is locked")
        elif table == "subscriptions" and tx in self._recorded:
            self.wrong.append("subscriptions is changed behind the end of the audit")

    def _lock(self, tx: Transaction, locked: set[int], ids: set[int]) -> None:
        new = ids - locked
        if new and locked and min(new) < max(locked):
            self.wrong.append(f"consultation {min(new)} is locked behind {max(locked)}")
        if new and tx in self._recorded:
            self.wrong.append("a consultation is locked behind the end of the audit")
        locked |= ids


@contextmanager
def looking_at_locks() -> Iterator[None]:
    """Fails at its end where transactions inside the block locked in another order."""
    order = LockOrder()
    execute = Transaction.execute

    async def looked_at(tx: Transaction, statement: Any, parameters: Any = None) -> Any:
        order.look(tx, statement, parameters)
        return await execute(tx, statement, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "execute", looked_at)
        yield
    assert not order.wrong, sorted(set(order.wrong))


def _table_that_waits(statement: Any) -> str | None:
    """The table of which the statement may wait for rows; new rows wait for nobody."""
    if isinstance(statement, Insert) and statement._post_values_clause is None:
        return None
    if isinstance(statement, Update | Delete | Insert):
        return str(statement.table)
    if isinstance(statement, Select) and statement._for_update_arg is not None:
        return str(statement.get_final_froms()[0])
    return None


def _values(statement: Any, parameters: Any) -> set[Any]:
    known = statement.compile().params | dict(parameters or {})
    flat = [each if isinstance(each, list | tuple) else [each] for each in known.values()]
    return {value for each in flat for value in each if isinstance(value, int | str)}


def _ids(statement: Any) -> set[int]:
    """The consultations of a statement that names them by their ids."""
    named = [value for key, value in statement.compile().params.items() if key.startswith("id_")]
    flat = [each if isinstance(each, list | tuple) else [each] for each in named]
    return {int(value) for each in flat for value in each}
