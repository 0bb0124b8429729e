"""Evidence: what a person sends to a draft, and what became of it once it was looked at."""

from __future__ import annotations

from bot.domain.errors import NotAllowed, Refused
from bot.domain.incoming import Sent
from bot.domain.people import Act
from bot.domain.screens import Attachment
from bot.domain.status import called
from bot.domain.views import report as views
from bot.exchange.inspect import MAX_SIZE, FileKind, safe_name
from bot.exchange.refusals import TooLarge
from bot.services import audit
from bot.services.notices import tell
from storage import conversations, files, statuses
from storage import evidence as queries
from storage.database import Transaction
from storage.evidence import Awaited

MEGABYTE = 1024 * 1024
REPORTS = ("status_update", "record", "amend")
"""Conversations that end in a status update, or in a version of one."""
MOST = 1000
"""Pieces of evidence in one draft: more than anybody sends, fewer than would fill the disk."""


class TooMany(Refused):
    """The draft has as much evidence as it may; values: `limit`."""

    key = "evidence.too_many"


class Unavailable(Refused):
    """Telegram has the file no more."""

    key = "evidence.unavailable"


class OneFile(Refused):
    """Here one file is enough, and several would be unclear."""

    key = "error.one_file"


class FileOnItsWay(Refused):
    """The file is still being fetched from Telegram."""

    key = "error.file_on_its_way"


async def keep_file(tx: Transaction, act: Act, conversation_id: int, sent: Sent) -> int:
    """Note a file that was sent to a draft, for the fetcher; gives its id.

    Refuses at once, before anything is downloaded, what Telegram says is too large; and whoever
    holds no live seat.
    """
    await _require_room(tx, act, conversation_id)
    if sent.size is not None and sent.size > MAX_SIZE:
        raise TooLarge(limit=MAX_SIZE // MEGABYTE)
    assert act.actor.person_id is not None
    kept = await queries.add_file(
        tx, conversation_id, sent, bot_id=act.bot_id, person_id=act.actor.person_id, now=act.now
    )
    tx.wakes.add("evidence")
    return kept


async def keep_link(tx: Transaction, act: Act, conversation_id: int, url: str) -> int:
    """Keep a link as evidence of a draft; gives its id."""
    await _require_room(tx, act, conversation_id)
    assert act.actor.person_id is not None
    return await queries.add_link(
        tx, conversation_id, url, person_id=act.actor.person_id, now=act.now
    )


async def _require_room(tx: Transaction, act: Act, conversation_id: int) -> None:
    if not act.actor.seats:
        raise NotAllowed
    counts = await queries.counts_of_draft(tx, conversation_id)
    if counts.files + counts.awaited + counts.links >= MOST:
        raise TooMany(limit=MOST)


async def only_file_of_draft(tx: Transaction, conversation_id: int) -> Attachment | None:
    """The one file that was sent to a conversation, if any.

    Raises OneFile for several, FileOnItsWay while it is not stored yet.
    """
    sent = await files_of_draft(tx, conversation_id)
    if len(sent) > 1:
        raise OneFile
    return sent[0] if sent else None


async def files_of_draft(tx: Transaction, conversation_id: int) -> list[Attachment]:
    """The files that were sent to a conversation; raises FileOnItsWay while one is not stored."""
    sent = await queries.pieces_of_draft(tx, conversation_id)
    found = [
        Attachment(each.sha256, each.name or "", each.kind)
        for each in sent
        if each.sha256 is not None
    ]
    if len(found) < len(sent):
        raise FileOnItsWay
    return found


async def stored(
    tx: Transaction, act: Act, awaited: Awaited, kind: FileKind, *, sha256: str, size: int
) -> bool:
    """The file is in the store, looked at and synced; from now on it counts.

    False where it is awaited no more, because its draft was dropped meanwhile.
    """
    if not await queries.is_awaited(tx, awaited):
        return False
    await files.add(tx, sha256, size=size, media_type=kind.media_type, now=act.now)
    name = safe_name(awaited.name or awaited.kind, kind.extension)
    await queries.mark_stored(tx, awaited, sha256=sha256, name=name, size=size)
    await audit.record(
        tx,
        act,
        "evidence.store",
        f"evidence:{awaited.id}",
        facts={"sha256": sha256, "size": size, "media_type": kind.extension},
    )
    await _tell_what_waited(tx, act, awaited)
    return True


async def _tell_what_waited(tx: Transaction, act: Act, awaited: Awaited) -> None:
    """A report whose status needs a file, and that waited for this one, can be sent from now on."""
    if awaited.conversation_id is None or awaited.person_id is None:
        return
    draft = await conversations.get(tx, awaited.conversation_id)
    if draft is None or draft.flow not in REPORTS or draft.state.get("at") != "review":
        return
    chosen = (await statuses.vocabulary(tx)).get(draft.state["answers"]["status"])
    if chosen is None or not chosen.evidence_required:
        return
    if (await queries.counts_of_draft(tx, draft.id)).files == 1:
        shown = views.can_be_sent(called(chosen.code), draft.id)
        key = f"evidence:{awaited.id}:stored"
        await tell(tx, act, awaited.person_id, shown, key, silent=True)


async def refused(tx: Transaction, act: Act, awaited: Awaited, refusal: Refused) -> None:
    """The file is not taken: who sent it is told at once why, and what to do instead."""
    if not await queries.is_awaited(tx, awaited):
        return
    await queries.mark_refused(tx, awaited, refusal.key)
    if awaited.person_id is not None:
        open_draft = (
            awaited.conversation_id is not None
            and await conversations.get(tx, awaited.conversation_id) is not None
        )
        shown = views.file_refused(
            refusal.text,
            name=awaited.name,
            kind=awaited.kind,
            draft_id=awaited.conversation_id if open_draft else None,
        )
        await tell(tx, act, awaited.person_id, shown, f"evidence:{awaited.id}:refused")
    await audit.record(
        tx,
        act,
        "evidence.refuse",
        f"evidence:{awaited.id}",
        facts={"reason": refusal.key},
    )
