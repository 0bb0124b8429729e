"""Imports as acts: previewed, applied in one transaction, or discarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import NotFound, Outdated
from bot.domain.people import Act
from bot.domain.permissions import may_import, require
from bot.services import audit
from storage import imports, jobs
from storage.database import Transaction
from storage.jobs import Job

READ, APPLY = "import_read", "import_apply"
SIBLINGS = "import_siblings"
PROBLEMS = "import_problems"
SHELL_LONGEST = timedelta(hours=2)  # an import at the shell that began earlier was killed
WHOLE = ("ohchr_matrix",)  # formats that hold their documents in full


@dataclass(frozen=True)
class Preview:
    """What applying an import would do. `refused` counts the rows that cannot be imported."""

    format: str
    documents: tuple[Mapping[str, Any], ...]
    positions: Mapping[str, int]
    kinds: Mapping[str, int]
    new: int
    changed: int
    unchanged: int
    translated: int
    vanished: int
    problems: int
    refused: int
    unknown_columns: tuple[str, ...] = ()
    elsewhere: int = 0  # rows about other States, left out
    other_states: tuple[str, ...] = ()
    own_state: str = ""

    @property
    def recommendations(self) -> int:
        """How many rows can be imported."""
        return self.new + self.changed + self.unchanged + self.translated

    @property
    def does_something(self) -> bool:
        """Whether applying it would change the record."""
        return bool(self.new + self.changed + self.translated)


async def preview(tx: Transaction, job: Job, facts: Mapping[str, Any]) -> Preview:
    """What the staged rows of an import would do."""
    counted = await imports.outcomes(tx, job.id)
    found = await imports.problems(tx, job.id)
    refused = len({each["row"] for each in found if each["refused"]})
    whole = _holds_whole_documents(facts, refused)
    return Preview(
        format=facts["format"],
        documents=tuple(await imports.documents(tx, job.id)),
        positions=await imports.positions(tx, job.id),
        kinds=await imports.kinds(tx, job.id),
        new=counted.get(imports.NEW, 0),
        changed=counted.get(imports.CHANGED, 0),
        unchanged=counted.get(imports.UNCHANGED, 0),
        translated=counted.get(imports.TRANSLATED, 0),
        vanished=await imports.vanished(tx, job.id) if whole else 0,
        problems=counted.get(imports.PROBLEM, 0),
        refused=refused,
        unknown_columns=tuple(facts.get("unknown_columns", ())),
        elsewhere=facts.get("elsewhere", 0),
        other_states=tuple(facts.get("states", ())),
        own_state=facts.get("state") or "",
    )


def _holds_whole_documents(facts: Mapping[str, Any], refused: int) -> bool:
    """Whether what is not in the file has vanished from the source; a refused row may be it."""
    return facts["format"] in WHOLE and refused == 0


async def ask_to_apply(tx: Transaction, act: Act, job_id: int) -> None:
    """An officer has seen the preview and wants it: the worker will apply it."""
    await _waiting(tx, act, job_id)
    await jobs.change(tx, job_id, kind=APPLY, state=jobs.PLANNED, attempts=0)


async def discard(tx: Transaction, act: Act, job_id: int) -> None:
    """Nothing of it is wanted: the staged rows go."""
    await _waiting(tx, act, job_id)
    await imports.clear(tx, job_id)
    await jobs.change(tx, job_id, state=jobs.CANCELLED, finished_at=act.now)
    await audit.record(tx, act, "import.discard", f"job:{job_id}")


async def apply(tx: Transaction, act: Act, job: Job) -> Preview:
    """Bring a staged import into the record, in this transaction; gives what it did.

    What the record holds may have changed since the preview, so it is compared again first.
    """
    require(may_import(act.actor))
    assert job.result is not None
    facts = job.result["facts"]
    await imports.compare(tx, job.id)
    did = await preview(tx, job, facts)
    whole = _holds_whole_documents(facts, did.refused)
    await imports.apply(tx, job.id, whole_documents=whole, now=act.now)
    counted = {
        "new": did.new,
        "changed": did.changed,
        "unchanged": did.unchanged,
        "translated": did.translated,
        "problems": did.problems,
    }
    digest = {"file": job.sha256} if job.sha256 else {}
    await audit.record(tx, act, "import.apply", f"job:{job.id}", facts={**counted, **digest})
    return did


async def problems_sent(tx: Transaction, act: Act, job_id: int, *, sha256: str) -> None:
    """Record that the rows of an import left that need a person."""
    await audit.record(tx, act, "export.problems", f"job:{job_id}", facts={"file": sha256})


async def finish(tx: Transaction, job: Job, *, now: datetime) -> None:
    """The staged rows are not needed any more."""
    await imports.clear(tx, job.id)
    await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)


async def sweep(tx: Transaction, *, now: datetime) -> int:
    """Remove what imports at the shell had staged when they were killed; gives how many."""
    left = await jobs.left_behind(tx, READ, before=now - SHELL_LONGEST)
    for job_id in left:
        await imports.clear(tx, job_id)
        await jobs.remove(tx, job_id)
    return len(left)


async def _waiting(tx: Transaction, act: Act, job_id: int) -> Job:
    require(may_import(act.actor))
    job = await jobs.get(tx, job_id)
    if job is None or job.kind != READ:
        raise NotFound
    if job.state != jobs.WAITING:
        raise Outdated
    return job
