"""Files about a consultation: asked for by the secretariat, and gone soon after they were sent.

What participants wrote stands in them in plain words. So the store holds them until they are sent
and no longer, the chat for a day; what is erased meanwhile takes them with it (`erasure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import permissions
from bot.domain.consultation_files import OF_WORDS, FileKind, NothingContributed
from bot.domain.consultations import TAKING_PART, Consultation, SignUp
from bot.domain.errors import Outdated
from bot.domain.people import Act
from bot.domain.small_groups import Figures
from bot.domain.views import consultation_files as views
from bot.services import audit, consultations, contributed
from bot.services.contributed import Read
from bot.services.erasure import file_of, shown_as, takes_part_as
from storage import consultations as queries
from storage import contributions, jobs, outbox, quotes, sign_ups
from storage.database import Database, Transaction
from storage.jobs import Job
from storage.outbox import Message

FILE = "consultation_file"
STANDS = timedelta(days=1)
"""How long a file stands in the chat; Telegram lets a bot delete messages for two days."""
_ENDED = (jobs.DONE, jobs.FAILED, jobs.CANCELLED)


@dataclass(frozen=True)
class Content:
    """What a file about a consultation is made of.

    `names` is what its message shows, for the day on which some of that is erased; `fingerprint` is
    another one as soon as some of it is.
    """

    consultation: Consultation
    read: Sequence[Read]
    figures: Figures
    named: Sequence[SignUp]
    names: Sequence[str]
    fingerprint: str


async def ask(
    tx: Transaction, act: Act, consultation_id: int, kind: FileKind, *, language: str
) -> int:
    """Plan a file; raises Outdated once everything is erased, NothingContributed. Gives the job."""
    found = await consultations.get(tx, act, consultation_id)
    if not found.holds_people:
        raise Outdated
    if kind in OF_WORDS and not await contributions.count(tx, found.id):
        raise NothingContributed
    arguments = {"consultation": found.id, "kind": kind.value, "language": language}
    person, seat = act.actor.person_id, act.actor.seat_id
    return await jobs.plan(tx, FILE, arguments, person_id=person, seat_id=seat, now=act.now)


async def content(tx: Transaction, act: Act, consultation_id: int, kind: FileKind) -> Content:
    """What the file holds now, its words opened; raises as `ask`."""
    found = await consultations.get(tx, act, consultation_id)
    if not found.holds_people:
        raise Outdated
    read: list[Read] = []
    named: list[SignUp] = []
    if kind in OF_WORDS:
        read = await contributed.every(tx, act, found.id)
        if not read:
            raise NothingContributed
    else:
        named = await sign_ups.named(tx, found.id, TAKING_PART)
    figures = await consultations.figures(tx, act, found.id)
    names = [file_of(found.id), *(takes_part_as(each.handle) for each in named)]
    if kind is not FileKind.DONE:
        names += [shown_as(each.kept.id) for each in read]
    mark = await _fingerprint(tx, found, kind, named)
    return Content(found, read, figures, named, names, mark)


async def stands(tx: Transaction, act: Act, made_of: Content, kind: FileKind) -> bool:
    """Whether everything that a file was made of is still so."""
    permissions.require(permissions.may_consult(act.actor))
    found = await queries.get(tx, made_of.consultation.id)
    if found is None or not found.holds_people:
        return False
    return await _fingerprint(tx, found, kind, made_of.named) == made_of.fingerprint


async def _fingerprint(
    tx: Transaction, found: Consultation, kind: FileKind, named: Sequence[SignUp]
) -> str:
    if kind in OF_WORDS:
        return await contributions.fingerprint(tx, found.id)
    return await sign_ups.fingerprint(tx, [each.handle for each in named])


async def handed_out(tx: Transaction, act: Act, made_of: Content, kind: FileKind) -> None:
    """Record that a file left; nothing of what it holds, nor a digest of that, stays."""
    facts = {"kind": kind.value, "contributions": len(made_of.read), "names": len(made_of.named)}
    subject = f"consultation:{made_of.consultation.id}"
    await audit.record(tx, act, "consultation.export", subject, facts=facts)


async def sent(database: Database, act: Act) -> bool:
    """Let go of files that were sent or never will be, and plan to take them from the chats.

    True where there were any: their bytes are nobody's then.
    """
    async with database.read() as tx:
        over = await jobs.with_old_files(tx, (FILE,), _ENDED, before=act.now)
    for job_id, _sha256 in over:
        async with database.write() as tx:
            job = await jobs.get(tx, job_id)
            if job is not None and job.sha256 is not None:
                await _let_go(tx, act, job)
    return bool(over)


async def _let_go(tx: Transaction, act: Act, job: Job) -> None:
    await jobs.change(tx, job.id, sha256=None)
    row = await outbox.find(tx, f"job:{job.id}:ready")
    for each in await outbox.standing(tx, [row] if row is not None else []):
        gone = Message(
            key=f"consultation-file-gone:{job.id}",
            screen=views.gone(),
            person_id=each.person_id,
            bot_id=each.bot_id,
            deletes=each.id,
            silent=True,
            due_at=act.now + STANDS,
            quotes=tuple(await quotes.of_message(tx, each.id)),
        )
        await outbox.add(tx, gone, now=act.now)
