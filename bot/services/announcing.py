"""What is announced beside a consultation itself: languages, papers, codes, who is told."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import codes
from bot.domain.consultations import (
    HANDED_OUT,
    INVITE,
    MOST_DOCUMENTS,
    Consultation,
    ConsultationState,
    Document,
    Translation,
)
from bot.domain.errors import NotFound, Outdated, Refused, existing
from bot.domain.people import Act
from bot.domain.screens import Attachment, Words
from bot.domain.views import participants as told
from bot.services import audit, consultations, notices
from storage import consultations as queries
from storage import invites, subscriptions
from storage.database import Transaction
from storage.outbox import BULK


class NotHandedOut(Refused):
    """Only papers are handed out; values: `name`."""

    key = "error.not_handed_out"


class TooManyDocuments(Refused):
    """There are as many as people would read; values: `limit`."""

    key = "error.too_many_documents"


async def open_one(tx: Transaction, act: Act, consultation_id: int) -> Consultation:
    """A consultation that goes on, for the secretariat; raises NotFound, Outdated."""
    found = await consultations.get(tx, act, consultation_id)
    if found.state is not ConsultationState.OPEN:
        raise Outdated
    return found


# -- In further languages --------------------------------------------------------------------------


async def say(
    tx: Transaction, act: Act, consultation_id: int, language: str, said: Translation
) -> None:
    """Say it in that language, too; raises Outdated."""
    found = await open_one(tx, act, consultation_id)
    if language == found.wanted.language:  # it was announced anew in this one meanwhile
        raise Outdated
    await queries.say(tx, consultation_id, language, said)
    await consultations.plan_calendar(tx, act, consultation_id, found.wanted)
    await audit.record(
        tx,
        act,
        "consultation.say",
        f"consultation:{consultation_id}",
        facts={"language": language},
        words=said.title,
    )


async def said(tx: Transaction, act: Act, consultation_id: int) -> dict[str, Translation]:
    """What is said of it, by language."""
    await consultations.get(tx, act, consultation_id)
    return await queries.said(tx, consultation_id)


# -- Papers ----------------------------------------------------------------------------------------


async def hand_out(
    tx: Transaction, act: Act, consultation_id: int, papers: Sequence[Attachment]
) -> None:
    """Hand these out to anybody, too; raises NotHandedOut, TooManyDocuments, Outdated."""
    found = await open_one(tx, act, consultation_id)
    if found.documents + len(papers) > MOST_DOCUMENTS:
        raise TooManyDocuments(limit=MOST_DOCUMENTS)
    for each in papers:
        if each.name.rpartition(".")[2].lower() not in HANDED_OUT:
            raise NotHandedOut(name=Words(each.name, limit=60))
    for each in papers:
        await queries.add_document(tx, found.id, each.stored, each.name, now=act.now)
    subject, facts = f"consultation:{found.id}", {"files": [each.stored for each in papers]}
    await audit.record(tx, act, "consultation.hand_out", subject, facts=facts)


async def documents(tx: Transaction, act: Act, consultation_id: int) -> list[Document]:
    """What is handed out."""
    await consultations.get(tx, act, consultation_id)
    return await queries.documents(tx, consultation_id)


async def drop_document(tx: Transaction, act: Act, consultation_id: int, document_id: int) -> None:
    """Hand it out no more; who has it keeps it. Raises NotFound, Outdated."""
    found = await open_one(tx, act, consultation_id)
    if not await queries.drop_document(tx, found.id, document_id):
        raise NotFound
    subject, facts = f"consultation:{found.id}", {"document": document_id}
    await audit.record(tx, act, "consultation.drop_document", subject, facts=facts)


# -- Codes of groups -------------------------------------------------------------------------------


async def group_codes(tx: Transaction, act: Act, consultation_id: int) -> dict[str, str | None]:
    """The code that each invited group shares; None: revoked."""
    await consultations.get(tx, act, consultation_id)
    return await invites.every(tx, consultation_id)


async def code_of(tx: Transaction, act: Act, consultation_id: int, group: str) -> str:
    """The code of a group that has one; raises NotFound."""
    return existing((await group_codes(tx, act, consultation_id)).get(group))


async def renew_code(tx: Transaction, act: Act, consultation_id: int, group: str) -> None:
    """Another code for a group: the one before counts no more. Raises NotFound, Outdated."""
    await _put_code(tx, act, consultation_id, group, codes.draw(INVITE))
    await _trace(tx, act, "consultation.renew_code", consultation_id, group)


async def revoke_code(tx: Transaction, act: Act, consultation_id: int, group: str) -> None:
    """No code for a group any more; who has signed up stays. Raises NotFound, Outdated."""
    await _put_code(tx, act, consultation_id, group, None)
    await _trace(tx, act, "consultation.revoke_code", consultation_id, group)


async def _put_code(
    tx: Transaction, act: Act, consultation_id: int, group: str, code: str | None
) -> None:
    await open_one(tx, act, consultation_id)
    if not await invites.put(tx, consultation_id, group, code):
        raise NotFound


async def _trace(tx: Transaction, act: Act, what: str, consultation_id: int, group: str) -> None:
    subject, facts = f"consultation:{consultation_id}", {"group": group}
    await audit.record(tx, act, what, subject, facts=facts)


# -- To earlier participants -----------------------------------------------------------------------


async def earlier(tx: Transaction, act: Act, consultation_id: int) -> int:
    """How many earlier participants would be told; raises Outdated."""
    await open_one(tx, act, consultation_id)
    return await subscriptions.count(tx)


async def tell_earlier(tx: Transaction, act: Act, consultation_id: int) -> int:
    """Tell those who agreed to be told of later ones, each once; gives to how many it goes now.

    Raises Outdated.
    """
    found = await open_one(tx, act, consultation_id)
    shown, key = told.something_new(found.code), f"later:{found.id}"
    everybody = await subscriptions.handles(tx)
    planned = await notices.tell_chats(tx, act, everybody, shown, key, lane=BULK, silent=True)
    await audit.record(tx, act, "consultation.tell", f"consultation:{found.id}")
    return planned
