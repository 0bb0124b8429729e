"""Who has opened what: evidence and whole reports are read by somebody, and the audit says by whom.

Files that are made for somebody (workbooks, letters, pictures) are recorded where they are made.
"""

from __future__ import annotations

from bot.domain.approvals import Protection
from bot.domain.people import Act
from bot.domain.permissions import READS
from bot.domain.screens import Screen
from bot.services import approvals, audit
from storage.audit import Fact
from storage.database import Transaction


async def files(tx: Transaction, act: Act, subject: str, shown: Screen) -> None:
    """The files of a screen leave to the chat; `subject` is what they belong to. None: no entry."""
    if not shown.attachments:
        return
    facts: dict[str, Fact] = {"files": [each.stored for each in shown.attachments]}
    await audit.record(tx, act, "evidence.view", subject, facts=facts)


async def restricted_words(tx: Transaction, act: Act, item_id: int) -> bool:
    """Whether the actor reads the words of a restricted item now; recorded, if so.

    Only while a coordinator has that protection lowered, and never who reads what is approved.
    """
    reads = act.actor.is_secretariat or act.actor.seat(READS) is not None
    if not reads or not await approvals.may_leave(tx, Protection.RESTRICTED):
        return False
    await audit.record(tx, act, "item.view_restricted", f"item:{item_id}")
    return True


async def report(tx: Transaction, act: Act, number: str) -> None:
    """A status update was read in full."""
    await audit.record(tx, act, "status_update.view", number)


async def answer(tx: Transaction, act: Act, request_item_id: int) -> None:
    """An answer to a request was read in full."""
    await audit.record(tx, act, "request.view_answer", f"request_item:{request_item_id}")
