"""Word templates as acts: asked for, sent, put into use once they were tried, given up for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Refused
from bot.domain.exports import TemplateKind
from bot.domain.people import Act
from bot.domain.permissions import may_set_templates, require
from bot.services import audit
from storage import jobs, templates
from storage.audit import Fact
from storage.database import Transaction
from storage.templates import Template

OURS, CHECK = "template_ours", "template_check"
HOW = "template_send"
"""The act whose screen asks for a template: `template_send:m`."""


class TemplateNotWord(Refused):
    """What was sent as a template is no Word file; values: `found`, its usual extension."""

    key = "template.not_word"


class TemplateTooHeavy(Refused):
    """Filling it in takes more time or memory than a whole export may have."""

    key = "template.too_heavy"


async def hand_out(
    tx: Transaction, act: Act, kind: TemplateKind, *, language: str
) -> Template | None:
    """The secretariat's template that is in use; where ours is, None, and ours is planned."""
    require(may_set_templates(act.actor))
    own = await templates.current(tx, kind, language)
    facts: dict[str, Fact] = {"kind": kind.value, "language": language}
    if own is None:
        await _plan(tx, act, OURS, facts)
    else:
        facts["file"] = own.sha256
    await audit.record(tx, act, "template.get", f"template:{kind}", facts=facts)
    return own


async def receive(  # noqa: PLR0917
    tx: Transaction, act: Act, kind: TemplateKind, language: str, file_id: str, name: str
) -> None:
    """Plan to try a template that was sent."""
    require(may_set_templates(act.actor))
    about = {"kind": kind.value, "language": language}
    await _plan(tx, act, CHECK, {**about, "file_id": file_id, "name": name})


async def take(  # noqa: PLR0917
    tx: Transaction, act: Act, kind: TemplateKind, language: str, sha256: str, name: str
) -> None:
    """Put a template that was tried into use; the one before stays on record."""
    require(may_set_templates(act.actor))
    await templates.end(tx, kind, language, now=act.now)
    added = await templates.add(
        tx, kind, language, sha256, name, added_by=act.actor.seat_id, now=act.now
    )
    facts = {"kind": kind.value, "language": language, "file": sha256}
    await audit.record(tx, act, "template.take", f"template:{added}", facts=facts)


async def give_up(tx: Transaction, act: Act, kind: TemplateKind, *, language: str) -> None:
    """Use ours again; where it is in use already nothing happens."""
    require(may_set_templates(act.actor))
    found = await templates.current(tx, kind, language)
    if found is None:
        return
    await templates.end(tx, kind, language, now=act.now)
    facts = {"kind": kind.value, "language": language, "file": found.sha256}
    await audit.record(tx, act, "template.give_up", f"template:{found.id}", facts=facts)


async def _plan(tx: Transaction, act: Act, kind: str, arguments: Mapping[str, Any]) -> None:
    await jobs.plan(
        tx, kind, arguments, person_id=act.actor.person_id, seat_id=act.actor.seat_id, now=act.now
    )
