"""Makes a file about a consultation: opens what is sealed here, has it written elsewhere.

The process that writes gets plain values, and knows neither the database nor a key.
"""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.domain.consultation_files import (
    MEDIA_TYPES,
    FileKind,
    file_name,
    subject_of,
    tallied,
)
from bot.domain.consultations import CAME, CHILDREN_COME, FEWEST
from bot.domain.contributions import Kind, Outcome
from bot.domain.exports import TemplateKind
from bot.domain.feedback import CHOICES, GIVEN
from bot.domain.screens import Attachment, Code, Listing, Text, Value, Words, text
from bot.domain.small_groups import WROTE
from bot.domain.views import consultation_files as views
from bot.domain.views.contributing import about
from bot.domain.views.feedback import label as feedback_label
from bot.domain.views.national_reports import chapter_called
from bot.exchange.confined import MEGABYTE, Limits
from bot.jobs import file_in
from bot.services import consultation_files as service
from bot.services.consultation_files import Content
from bot.services.contributed import Read
from bot.texts import clean, direction, language_name
from bot.works import Tools
from bot.works.word_files import filled
from storage import jobs
from storage.jobs import Job

PROCESS = "consultation_book"
LIMITS = Limits(memory=700 * MEGABYTE, cpu=120, wall=300.0, written=200 * MEGABYTE)
VALUES = "values.json"

ON_FILE = ("group", "region", "language", "access")
_ABOUT = (
    *("number", "group", "about", "themes", "items", "outcome", "answer"),
    *("files", "behalf", "language", "words"),
)
_WIDTHS = (8, 26, 30, 26, 18, 18, 50, 8, 26, 14, 80)
TEXT_KEYS = (
    *(f"consultation.file.column.{each}" for each in _ABOUT),
    *(f"consultation.file.column.{each}" for each in ("what", "people", "name", "all", "subject")),
    *(f"consultation.file.trait.{each}" for each in (*ON_FILE, CAME)),
    *(f"consultation.file.trait.{each}" for each in (WROTE, CHILDREN_COME, GIVEN)),
    "consultation.file.subject.chapter",
    *(f"consultation.file.sheet.{each}" for each in ("about", "words", "people", "names", "done")),
)


class Changed(Exception):
    """What the file was made of was erased or changed meanwhile: it is made anew."""


async def run(job: Job, tools: Tools) -> None:
    """Make the file of `job.arguments`: `consultation`, `kind`, `language`.

    Raises Changed where something that stands in it is gone before it is sent.
    """
    kind = FileKind(job.arguments["kind"])
    async with tools.database.read() as tx:
        act = await tools.act(tx, job)
        found = await service.content(tx, act, job.arguments["consultation"], kind)
    scribe = _Scribe(tools, job.arguments["language"], found)
    async with tools.room() as room:
        if kind is FileKind.ANNEX:
            path = await _annex(tools, scribe, room)
        else:
            made = await tools.jobs.run(PROCESS, scribe.book(kind), room, limits=LIMITS)
            path = file_in(room, made["file"])
        async with tools.keep(path, MEDIA_TYPES[kind], of=job) as (tx, kept):
            act = await tools.act(tx, job)
            if not await service.stands(tx, act, found, kind):
                raise Changed
            name = file_name(kind, found.consultation.code)
            shown = views.ready(found.consultation, kind, Attachment(kept.sha256, name))
            await tools.tell(tx, job, shown, step="ready", quotes=found.names)
            await jobs.change(
                tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=tools.clock.now()
            )
            await service.handed_out(tx, act, found, kind)


async def _annex(tools: Tools, scribe: _Scribe, room: Path) -> Path:
    values = room / VALUES
    await asyncio.to_thread(values.write_text, json.dumps(scribe.annex()), "ascii")
    return await filled(tools, TemplateKind.CONSULTATION, scribe.language, values, room)


class _Scribe:
    """Words a file in one language."""

    def __init__(self, tools: Tools, language: str, found: Content) -> None:
        self.language = language
        self._tools = tools
        self._found = found
        self._now = tools.clock.now()
        self._today = self._now.astimezone(tools.settings.zone).date()

    # -- Workbooks ---------------------------------------------------------------------------------

    def book(self, kind: FileKind) -> dict[str, Any]:
        """The workbook as plain values, for `bot.exchange.consultation_book.write`."""
        sheets = [self._sheet("about", (), (100,), [[each] for each in self._about(kind)])]
        match kind:
            case FileKind.WORDS:
                headings = [f"consultation.file.column.{each}" for each in _ABOUT]
                rows = [self._row(each) for each in self._found.read]
                sheets.append(self._sheet("words", headings, _WIDTHS, rows))
            case FileKind.PEOPLE:
                sheets += self._people()
            case _:
                sheets.append(self._done())
        return {
            "language": self.language,
            "title": self._say(text(f"consultation.file.{kind}")),
            "made_at": self._now.isoformat(),
            "zone": self._tools.settings.timezone,
            "sheets": sheets,
        }

    def _sheet(
        self, name: str, headings: Sequence[str], widths: Sequence[int], rows: list[list[Any]]
    ) -> dict[str, Any]:
        return {
            "label": self._say(text(f"consultation.file.sheet.{name}")),
            "headings": [self._say(Text(each)) for each in headings],
            "widths": list(widths),
            "rows": rows,
        }

    def _about(self, kind: FileKind) -> Iterator[str]:
        """What the file is of, and what has to be known of it."""
        yield self._say(text(f"consultation.file.{kind}"))
        yield clean(self._found.consultation.title)
        yield self._made()
        if kind is not FileKind.ANNEX:
            yield from self._notes()

    def _made(self) -> str:
        return self._say(text("consultation.file.made", at=self._now))

    def _notes(self) -> list[str]:
        return [
            self._say(text("consultation.file.fewest", fewest=FEWEST)),
            self._say(text("consultation.file.no_endorsement")),
        ]

    def _row(self, read: Read) -> list[Any]:
        kept = read.kept
        words = ("", "")
        if kept.said is not None:
            spoken = kept.said.language
            named = language_name(spoken, self.language) if spoken else ""
            words = (named, clean(kept.said.words))
        return [
            kept.number,
            self._group(read),
            self._say(text("label.one", value=about(kept.about, read.codes, read.chapter))),
            clean(", ".join(kept.tags.themes)),
            clean(", ".join(read.codes[each] for each in kept.tags.items if each in read.codes)),
            self._say(text(f"contributed.outcome.{kept.outcome}")),
            clean(kept.answer),
            read.files,
            "" if kept.said is None else clean(kept.said.behalf),
            *words,
        ]

    def _group(self, read: Read) -> str:
        return "" if read.group is None else self._say(text(f"group.{read.group}"))

    def _people(self) -> list[dict[str, Any]]:
        """Who takes part and who came, in numbers; the names of those who agreed to them."""
        rows = [row for each in ON_FILE for row in self._trait(each)]
        rows += self._trait(CHILDREN_COME, alone=True)
        told = self._today >= self._found.consultation.groups_told_from
        came = [*self._trait(CAME, alone=not told)]
        rows += came or [[self._called(CAME), self._say(text("consultation.file.no_came")), None]]
        rows += self._trait(WROTE)
        rows += self._trait(GIVEN, alone=True)
        rows += [row for each in CHOICES for row in self._trait(each)]
        names = [
            [clean(str(each.card.answers.get("name", "")))]
            for each in self._found.named
            if each.card is not None and each.card.answers.get("name")
        ]
        heads = [f"consultation.file.column.{each}" for each in ("subject", "what", "people")]
        return [
            self._sheet("people", heads, (40, 40, 14), rows),
            self._sheet("names", ["consultation.file.column.name"], (50,), names),
        ]

    def _trait(self, trait: str, *, alone: bool = False) -> Iterator[list[Any]]:
        """How many people there are in all, and unless `alone` how many of each kind."""
        figures = self._found.figures
        called = self._called(trait)
        if total := figures.people(trait):
            yield [called, self._say(text("consultation.file.column.all")), total]
        if not alone:
            for value, n in figures.of(trait).items():
                yield [called, self._value(trait, value), n]

    def _called(self, trait: str) -> str:
        asked = f"feedback.of.{trait}" if trait in CHOICES else f"consultation.file.trait.{trait}"
        return self._say(Text(asked))

    def _value(self, trait: str, value: str) -> str:
        match trait:
            case "access":
                return self._say(text(f"access.{value}"))
            case "region":
                return clean(value)
            case "language":
                return language_name(value, self.language)
            case _ if trait in CHOICES:
                return self._say(feedback_label(trait, value))
            case _:
                return self._say(text(f"group.{value}"))

    def _done(self) -> dict[str, Any]:
        """What became of the contributions, by subject."""
        by_subject = tallied([each.kept for each in self._found.read])
        rows: list[list[Any]] = [
            [self._subject(*subject), *(n[outcome] for outcome in Outcome), sum(n.values())]
            for subject, n in by_subject.items()
        ]
        totals = [sum(n[outcome] for n in by_subject.values()) for outcome in Outcome]
        rows.append([self._say(text("consultation.file.column.all")), *totals, sum(totals)])
        headings = [
            "consultation.file.column.subject",
            *(f"contributed.outcome.{each}" for each in Outcome),
            "consultation.file.column.all",
        ]
        return self._sheet("done", headings, (44, 16, 16, 16, 16, 12), rows)

    # -- The annex ---------------------------------------------------------------------------------

    def annex(self) -> dict[str, Any]:
        """The values of the Word file (`bot.exchange.word_samples` has their shape)."""
        found = self._found
        by_subject: dict[tuple[Kind, str], list[Read]] = {}
        for each in found.read:
            by_subject.setdefault(subject_of(each.kept), []).append(each)
        in_order = tallied([each.kept for each in found.read])
        wanted = found.consultation.wanted
        return {
            "heading": self._say(text(f"word.heading.{TemplateKind.CONSULTATION}")),
            "title": self._part(wanted.title, wanted.language),
            "made": self._made(),
            "notes": self._notes(),
            "counted": self._say(text("consultation.file.counted", count=len(found.read))),
            "our": {"answer": self._say(text("contributed.answer"))},
            "sections": [
                {
                    "title": self._subject(*subject),
                    "contributions": [self._contribution(each) for each in by_subject[subject]],
                }
                for subject in in_order
            ],
        }

    def _contribution(self, read: Read) -> dict[str, Any]:
        kept, group = read.kept, self._group(read)
        outcome = text(f"contributed.outcome.{kept.outcome}")
        number = self._say(text("contributed.number", number=kept.number))
        tagged = [Code(read.codes[each]) for each in kept.tags.items if each in read.codes]
        spoken: Value = about(kept.about, read.codes, read.chapter)
        if tagged:
            spoken = text("label.dotted", first=spoken, rest=Listing(tuple(tagged)))
        said = kept.said
        files = self._say(text("enclosure.count.all", count=read.files)) if read.files else ""
        whom = "" if said is None or not said.behalf else Words(said.behalf)
        behalf = self._say(text("contributed.behalf", whom=whom)) if whom else ""
        return {
            "head": " · ".join(each for each in (number, group, behalf, files) if each),
            "number": kept.number,
            "group": group,
            "about": self._say(text("contributed.is_about", about=spoken)),
            "text": []
            if said is None
            else [self._part(line, said.language) for line in said.words.split("\n") if line],
            "outcome": self._say(text("contributed.became", state=outcome)),
            "answer": [
                self._part(line, kept.answer_language) for line in kept.answer.split("\n") if line
            ],
        }

    def _subject(self, kind: Kind, label: str) -> str:
        if kind is Kind.THEME:
            return clean(label)
        chapters = (each.chapter for each in self._found.read if each.chapter is not None)
        chapter = next((each for each in chapters if str(each.id) == label), None)
        if kind is Kind.CHAPTER and chapter is not None:
            return self._say(text("label.one", value=chapter_called(chapter)))
        return self._say(text(f"consultation.file.subject.{kind}"))

    def _part(self, words: str, language: str | None) -> dict[str, Any]:
        kinds = map(unicodedata.bidirectional, words)
        first = next((each for each in kinds if each in ("L", "R", "AL")), None)
        rtl = direction(language or self.language) == "rtl" if first is None else first != "L"
        return {"words": clean(words), "rtl": rtl, "strong": False}

    def _say(self, said: Text) -> str:
        zone = self._tools.settings.zone
        return self._tools.texts.render(said, self.language, mode="bare", timezone=zone)
