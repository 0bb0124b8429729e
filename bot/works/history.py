"""Makes the document of an item's history in another process, and sends it to who asked.

As it leaves by chat, it names people by their role, and says no words of a restricted item unless a
coordinator has switched that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.domain.errors import existing
from bot.domain.history import Event
from bot.domain.items import Item, ItemText, best_text
from bot.domain.permissions import require
from bot.domain.redaction import Mark
from bot.domain.screens import Attachment, Code, Text, Value, Words, text
from bot.domain.views import item_history as views
from bot.domain.views.common import full_code, item_code
from bot.domain.views.people import name_for
from bot.exchange.confined import MEGABYTE, Limits
from bot.exchange.examine import KINDS
from bot.exchange.inspect import safe_name
from bot.jobs import file_in
from bot.services import history as service
from bot.services.history import History
from bot.texts import clean, direction
from bot.works import Tools
from storage import cards, institutions, items, jobs
from storage.cards import Similar
from storage.jobs import Job

PROCESS = "item_history"
LIMITS = Limits(memory=700 * MEGABYTE, cpu=120, wall=300.0, written=50 * MEGABYTE)
SIBLINGS = 50


@dataclass(frozen=True)
class _Found:
    """What the document says, as it stands now."""

    item: Item
    texts: tuple[ItemText, ...]
    history: History
    names: Mapping[int, Value]
    siblings: Sequence[Similar]
    withheld: bool


async def run(job: Job, tools: Tools) -> None:
    """Make the history of `item` in `language`; raises what `bot.services.history` refuses."""
    language = job.arguments["language"]
    found = await _find(job, tools, language)
    packed = _Scribe(tools, language).packed(found)
    async with tools.room() as room:
        result = await tools.jobs.run(PROCESS, packed, room, limits=LIMITS)
        kept_as = KINDS["docx"].media_type
        async with tools.keep(file_in(room, result["file"]), kept_as) as (tx, kept):
            # A file with words that may not leave any more, as that changed meanwhile, does not.
            require(found.withheld or not await service.withholds(tx, found.item.id))
            shown = views.ready(item_code(found.item), Attachment(kept.sha256, result["file"]))
            await tools.tell(tx, job, shown, step="ready")
            act = await tools.act(tx, job)
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            count = len(found.history.events)
            await service.handed_out(tx, act, found.item.id, events=count, sha256=kept.sha256)


async def _find(job: Job, tools: Tools, language: str) -> _Found:
    async with tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        history = await service.of_item(tx, actor, job.arguments["item"])
        item = existing(await items.get(tx, history.item_id))
        withheld = await service.withholds(tx, item.id)
        texts = () if withheld else (await items.texts(tx, [item.id]))[item.id]
        similar = await cards.similar(tx, item.id, limit=SIBLINGS)
        every = await institutions.every(tx)
    names = {each.id: name_for(each.names, language) for each in every}
    return _Found(item, texts, history.bare if withheld else history, names, similar, withheld)


class _Scribe:
    """Words the document in one language."""

    def __init__(self, tools: Tools, language: str) -> None:
        self._tools = tools
        self._language = language

    def packed(self, found: _Found) -> dict[str, Any]:
        """The document as plain values, for `bot.exchange.history_file.write`."""
        title = text("history.document", item=full_code(found.item))
        name = text("history.file_name", item=Code(found.item.code))
        oldest_first = found.history.events[::-1]
        by_year = groupby(oldest_first, lambda each: self._local(each).year)
        return {
            "name": safe_name(self._say(name).replace("/", "-")),
            "rtl": direction(self._language) == "rtl",
            "title": self._say(title),
            "about": self._about(found),
            "years": [
                {"heading": str(year), "events": [self._event(found, each) for each in events]}
                for year, events in by_year
            ],
        }

    def _about(self, found: _Found) -> list[dict[str, Any]]:
        """What the item says, what is like it, and as of when all this is known."""
        now = self._tools.clock.now()
        count = len(found.history.events)
        about = [self._ours(text("history.as_of", at=now, count=count), grey=True)]
        if found.withheld:
            about.append(self._ours(text("export.withheld", count=1), grey=True))
        best = best_text(found.texts, self._language, self._tools.settings.default_language)
        if best is not None:
            about.append(self._theirs(best.words, best.language))
        if found.siblings:
            about.append(self._ours(text("history.siblings", count=len(found.siblings))))
            about += [
                self._ours(text("label.one", value=full_code(each))) for each in found.siblings
            ]
        return about

    def _event(self, found: _Found, event: Event) -> dict[str, Any]:
        history = found.history
        line = views.line(event, found.names, history.doers, history.scope, named=False)
        said = [
            self._theirs(each, event.language or self._language)
            for each in (event.words or "").split("\n")
            if each.strip()
        ]
        said += [self._ours(each) for each in views.beside(event)]
        return {"line": self._say(line), "said": said}

    def _theirs(self, words: str, language: str) -> dict[str, Any]:
        """What somebody wrote, in its own direction; what was redacted says so in ours."""
        if Mark.read(words) is not None:
            return self._ours(text("label.one", value=Words(words)))
        return {"words": clean(words), "rtl": direction(language) == "rtl", "grey": False}

    def _ours(self, said: Text, *, grey: bool = False) -> dict[str, Any]:
        rtl = direction(self._language) == "rtl"
        return {"words": self._say(said), "rtl": rtl, "grey": grey}

    def _local(self, event: Event) -> Any:
        return event.at.astimezone(self._tools.settings.zone)

    def _say(self, said: Text) -> str:
        return self._tools.texts.render(
            said, self._language, mode="bare", timezone=self._tools.settings.zone
        )
