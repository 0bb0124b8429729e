"""Who has opened what: evidence and whole reports are read by somebody, and the audit says by whom.

Files that are made for somebody (workbooks, letters, pictures) are recorded where they are made.
"""

from __future__ import annotations

from bot.domain.people import Act
from bot.domain.screens import Screen
from bot.services import audit
from storage.audit import Fact
from storage.database import Transaction


async def files(tx: Transaction, act: Act, subject: str, shown: Screen) -> None:
    """The files of a screen leave to the chat; `subject` is what they belong to. None: no entry."""
    if not shown.attachments:
        return
    facts: dict[str, Fact] = {"files": [each.stored for each in shown.attachments]}
    await audit.record(tx, act, "evidence.view", subject, facts=facts)


async def report(tx: Transaction, act: Act, number: str) -> None:
    """A status update was read in full."""
    await audit.record(tx, act, "status_update.view", number)


async def answer(tx: Transaction, act: Act, request_item_id: int) -> None:
    """An answer to a request was read in full."""
    await audit.record(tx, act, "request.view_answer", f"request_item:{request_item_id}")
