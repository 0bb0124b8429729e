"""Makes the letters of a request in another process, tells how far it is, and sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.institutions import Institution
from bot.domain.items import ItemText, best_text
from bot.domain.permissions import may_ask, require
from bot.domain.requests import Listed, Request, RequestKind, RequestText
from bot.domain.screens import Attachment, Text, text
from bot.domain.status import Vocabulary, called
from bot.domain.views import letters as views
from bot.domain.views.answers import POSITIONS
from bot.exchange.confined import MEGABYTE, Limits
from bot.exchange.examine import KINDS
from bot.exchange.inspect import safe_name
from bot.jobs import file_in
from bot.services import letters as service
from bot.services.requests import NobodyToAsk, best_worded
from bot.texts import clean, direction, language_name
from bot.works import Tools
from bot.works.telling import JobCancelled, Telling
from storage import institutions, items, jobs, requests, statuses
from storage.jobs import Job

PROCESS = "letters"
LIMITS = Limits(memory=700 * MEGABYTE, cpu=120, wall=300.0, written=50 * MEGABYTE)
ZIP = "application/zip"
OURS = ("sender", "item", "answer", "name", "signature")
TEXT_KEYS = (
    *(f"letter.{each}" for each in OURS),
    *(f"letter.choice.{each}" for each in POSITIONS),
    *(f"letter.asks.{each}" for each in RequestKind),
)


@dataclass(frozen=True)
class _Found:
    """What the letters say, as it stands now."""

    request: Request
    worded: RequestText | None
    asked: Mapping[int, Sequence[Listed]]  # by institution
    texts: Mapping[int, tuple[ItemText, ...]]  # by item
    institutions: Mapping[int, Institution]
    statuses: Vocabulary


async def run(job: Job, tools: Tools) -> None:
    """Make the letters of `job.arguments`: `request`, `institutions`, `language`."""
    found = await _find(job, tools)
    packed = _Scribe(tools, job.arguments["language"]).packed(found)
    async with tools.database.write() as tx:
        row = await tools.tell(tx, job, views.making(), step="begun")
    telling = Telling(job, tools, views.making, row)
    async with tools.room() as room:
        try:
            result = await telling.during(
                tools.jobs.run(PROCESS, packed, room, on_progress=telling.note, limits=LIMITS)
            )
        except JobCancelled:
            return
        name = result["file"]
        media_type = ZIP if name.endswith(".zip") else KINDS["docx"].media_type
        async with tools.keep(file_in(room, name), media_type) as (tx, kept):
            act = await tools.act(tx, job)
            count = len(packed["letters"])
            if row is not None:
                await tools.tell(tx, job, views.made(count), step="made", edits=row)
            shown = views.ready(found.request, count, Attachment(kept.sha256, name))
            await tools.tell(tx, job, shown, step="ready")
            await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=act.now)
            listed = sum(len(each) for each in found.asked.values())
            await service.handed_out(
                tx, act, found.request.id, letters=count, items=listed, sha256=kept.sha256
            )


async def _find(job: Job, tools: Tools) -> _Found:
    language = job.arguments["language"]
    async with tools.database.read() as tx:
        require(may_ask(await tools.actor(tx, job)))
        request = await requests.get(tx, job.arguments["request"])
        listed = await requests.asked_of(
            tx, job.arguments["request"], job.arguments["institutions"]
        )
        if request is None or not listed:
            raise NobodyToAsk
        asked: dict[int, list[Listed]] = {}
        for each in listed:
            asked.setdefault(each.institution_id, []).append(each)
        open_ones = [each.item_id for each in listed if each.item_id and not each.restricted]
        return _Found(
            request,
            best_worded(await requests.texts(tx, request.id), language),
            asked,
            await items.texts(tx, open_ones),
            {each.id: each for each in await institutions.every(tx) if each.id in asked},
            await statuses.vocabulary(tx),
        )


class _Scribe:
    """Words the letters in one language."""

    def __init__(self, tools: Tools, language: str) -> None:
        self._tools = tools
        self._language = language
        self._today = tools.clock.now().astimezone(tools.settings.zone).date()

    def packed(self, found: _Found) -> dict[str, Any]:
        """The letters as plain values, for `bot.exchange.letters.write`."""
        ours: dict[str, Any] = {each: self._say(text(f"letter.{each}")) for each in OURS}
        ours["how"] = self._say(_how(found))
        ours["choices"] = [self._say(each) for each in _choices(found.request.kind, found.statuses)]
        return {
            "name": safe_name(self._say(text("letter.file", number=found.request.id))),
            "rtl": direction(self._language) == "rtl",
            "words": ours,
            "letters": [
                self._letter(found, found.institutions[each], listed)
                for each, listed in found.asked.items()
            ],
        }

    def _letter(
        self, found: _Found, institution: Institution, listed: Sequence[Listed]
    ) -> dict[str, Any]:
        request, worded = found.request, found.worded
        subject = self._ours(self._say(text(f"request.kind.{request.kind}")))
        return {
            "name": safe_name(f"{institution.code} {request.id}".replace("/", "-")),
            "date": self._say(text("letter.date", day=self._today)),
            "reference": self._say(text("letter.reference", number=request.id)),
            "to": self._say(text("letter.to", institution=institution.name(self._language))),
            "subject": subject if worded is None else _said(worded.title, worded.language),
            "message": [
                _said(line, worded.language) for line in worded.message.split("\n") if line.strip()
            ]
            if worded is not None
            else [],
            "asks": " ".join(self._say(each) for each in self._asks(request, listed)),
            "items": [self._item(found, each) for each in listed],
        }

    def _asks(self, request: Request, listed: Sequence[Listed]) -> list[Text]:
        """What is asked, by when, and what is enclosed, each in a sentence."""
        asks = [text(f"letter.asks.{request.kind}", count=len(listed))]
        first, *others = sorted({each.due_on for each in listed})
        if others:
            asks.append(text("letter.by_each"))
        else:
            asks.append(text("letter.late" if first < self._today else "letter.by", due=first))
        if request.attachment is not None:
            draft = request.kind is RequestKind.COMMENT
            asks.append(text("letter.enclosed_draft" if draft else "letter.enclosed"))
        return asks

    def _item(self, found: _Found, listed: Listed) -> dict[str, Any]:
        """Of a restricted item the symbol and the number, and nothing else."""
        words = {"words": "", "rtl": False}
        label = ""
        texts = found.texts.get(listed.item_id or 0, ())
        best = best_text(texts, self._language, self._tools.settings.default_language)
        if listed.code is None:
            kind = self._say(text(f"request.kind.{found.request.kind}"))
            words = self._ours(found.request.indicator or kind)
        elif best is not None and not listed.restricted:
            words = _said(best.words, best.language)
            if best.language != self._language:
                named = language_name(best.language, self._language)
                label = self._say(text("label.language", language=named))
        number = "" if listed.code is None else f"{listed.symbol} · {listed.code}"
        late = listed.due_on < self._today
        due = text("letter.was_due" if late else "letter.due", due=listed.due_on)
        return {**words, "number": number, "label": label, "due": self._say(due)}

    def _ours(self, words: str) -> dict[str, Any]:
        return _said(words, self._language)

    def _say(self, said: Text) -> str:
        return self._tools.texts.render(
            said, self._language, mode="bare", timezone=self._tools.settings.zone
        )


def _said(words: str, language: str) -> dict[str, Any]:
    return {"words": clean(words), "rtl": direction(language) == "rtl"}


def _how(found: _Found) -> Text:
    """Where the answer is to be written."""
    if found.request.kind is RequestKind.COMMENT:
        return text("letter.how_draft")
    about_items = any(each.code is not None for listed in found.asked.values() for each in listed)
    return text("letter.how" if about_items else "letter.how_below")


def _choices(kind: RequestKind, statuses: Vocabulary) -> list[Text]:
    """What an institution can tick."""
    if kind is RequestKind.STATUS:
        return [called(each.code) for each in statuses.live]
    if kind is RequestKind.POSITION:
        return [text(f"letter.choice.{each}") for each in POSITIONS]
    return []
