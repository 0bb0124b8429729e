"""Fills exports into Word templates, in a process with limits that knows no database."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.exports import TemplateKind
from bot.exchange import word
from bot.exchange.confined import MEGABYTE, Limits, TookTooLong, TooMuchMemory, confined
from bot.jobs import OnProgress
from bot.services.templates import TemplateTooHeavy
from bot.texts import direction
from bot.works import Tools
from storage import templates

FILLING = Limits(memory=1500 * MEGABYTE, cpu=300, wall=600.0, written=200 * MEGABYTE)
TRYING = Limits(memory=500 * MEGABYTE, cpu=10, wall=30.0, written=20 * MEGABYTE)


async def filled(
    tools: Tools,
    kind: TemplateKind,
    language: str,
    values: Path,
    room: Path,
    *,
    on_progress: OnProgress | None = None,
) -> Path:
    """The values in the template that is in use for the language.

    Refuses with TemplateMistake or TemplateTooHeavy where the secretariat's own does not do.
    """
    async with tools.database.read() as tx:
        own = await templates.current(tx, kind, language)
    given = None
    if own is not None:
        given = room / "template.docx"
        await asyncio.to_thread(given.write_bytes, await tools.vault.read(own.sha256))
    made = room / f"{kind}.docx"
    arguments = {
        "kind": kind.value,
        "rtl": direction(language) == "rtl",
        "template": None if given is None else str(given),
        "values": str(values),
        "out": str(made),
    }

    def note(done: int, total: int) -> None:
        """Reading was the first third of the work."""
        if on_progress is not None:
            on_progress(total + 2 * done, 3 * total)

    try:
        await confined(word.fill, arguments, limits=FILLING, on_progress=note)
    except (TookTooLong, TooMuchMemory):
        if own is None:
            raise
        raise TemplateTooHeavy from None
    return made


async def tried(kind: TemplateKind, template: Path, made: Path) -> None:
    """Fill made-up values into a template that was sent; refuses as `filled` does."""
    try:
        await confined(word.try_out, str(template), kind.value, str(made), limits=TRYING)
    except (TookTooLong, TooMuchMemory):
        raise TemplateTooHeavy from None
