"""Counts the words of a chapter's draft that came as a Word file, in a process with limits."""

from __future__ import annotations

import asyncio

from bot.domain.errors import Refused
from bot.domain.exports import DOCX
from bot.exchange.confined import Crashed, TookTooLong, TooMuchMemory, confined
from bot.exchange.word_tables import count_words
from bot.works import Tools
from storage import files, jobs
from storage import report_chapters as chapters
from storage.jobs import Job


async def run(job: Job, tools: Tools) -> None:
    """Count the draft of `chapter` in its `version`; what is no Word file, or none that can be
    read, stays uncounted.
    """
    chapter_id, version = job.arguments["chapter"], job.arguments["version"]
    async with tools.database.read() as tx:
        chapter = await chapters.get(tx, chapter_id)
        file = None if chapter is None or chapter.version != version else chapter.file
        is_word = file is not None and await files.media_type(tx, file) == DOCX
    found = await _counted(tools, file) if is_word and file is not None else None
    async with tools.database.write() as tx:
        if found is not None:
            await chapters.note_words(tx, chapter_id, found, version=version)
        await jobs.change(tx, job.id, state=jobs.DONE, finished_at=tools.clock.now())


async def _counted(tools: Tools, file: str) -> int | None:
    async with tools.room() as room:
        path = room / "draft.docx"
        await asyncio.to_thread(path.write_bytes, await tools.vault.read(file))
        try:
            return await confined(count_words, str(path))
        except (Refused, TookTooLong, TooMuchMemory, Crashed):
            return None
