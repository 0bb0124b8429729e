"""Makes a calendar file: the secretariat's whole calendar, or what an institution's people owe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from bot.domain.consultations import Consultation
from bot.domain.consultations import Day as ConsultationDay
from bot.domain.deadlines import Deadline, DeadlineState
from bot.domain.exports import ICS, NoEvents
from bot.domain.filters import EVERYTHING, Dimension, Filter
from bot.domain.items import ItemText, best_text
from bot.domain.people import COMMAND_LINE, Actor
from bot.domain.permissions import READS, may_ask, may_take_calendar, require
from bot.domain.requests import Request
from bot.domain.screens import Attachment, Code, Listing, Text, Value, Words, text
from bot.domain.views import deadlines as views
from bot.domain.views import requests as request_views
from bot.domain.views.common import item_code
from bot.domain.views.people import name_for
from bot.exchange.calendar_files import OURS, Entry, write_ics
from bot.exchange.order import Order, Written
from bot.services import calendar
from bot.services import deadlines as service
from bot.services.requests import best_worded
from bot.works import Tools
from storage import deadlines as queries
from storage import files, institutions, items, jobs, requests
from storage.database import Transaction
from storage.deadlines import OwedItem
from storage.jobs import Job

NAMED = 3  # items that the title of a day names
DESCRIBED = 40  # items that its description lists
BEGINNING = 80  # characters of an item's text there
TEXT_KEYS = tuple(f"calendar.consultation.{each}" for each in ConsultationDay)


async def run(job: Job, tools: Tools) -> None:
    """Make the file in `job.arguments["language"]` for whoever asked."""
    async with tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        require(may_take_calendar(actor))
        found = await _entries(tx, tools, actor, job.arguments["language"], withhold=True)
    by = actor.person.name if actor.person else ""
    written = await _written(tools, found, job.arguments["language"], by=by)
    kept = await tools.vault.put(written)
    now, withheld = tools.clock.now(), sum(each.withheld for each in found)
    async with tools.database.write() as tx:
        if not found:
            await tools.tell(tx, job, views.nothing_due(), step="ready")
            await jobs.change(tx, job.id, state=jobs.DONE, finished_at=now)
            return
        await files.add(tx, kept.sha256, size=kept.size, media_type=ICS, now=now)
        shown = views.ready(len(found), withheld, Attachment(kept.sha256, views.FILE))
        await tools.tell(tx, job, shown, step="ready")
        await jobs.change(tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=now)
        await service.handed_out(
            tx,
            await tools.act(tx, job),
            f"job:{job.id}",
            events=len(found),
            withheld=withheld,
            sha256=kept.sha256,
        )


async def write(tools: Tools, order: Order, room: Path) -> Written:
    """Write the calendar into the room: deadlines, what was asked and is open, consultations.

    Whole, or what the filter means. Refuses with NoEvents.
    """
    async with tools.database.read() as tx:
        found = await _entries(
            tx,
            tools,
            COMMAND_LINE,
            order.language,
            withhold=order.withhold,
            chosen=order.filters,
        )
        narrowed = [each async for each in _narrowed(tx, order.filters, order.language)]
    if not found:
        raise NoEvents
    path = room / views.FILE
    written = await _written(tools, found, order.language, by=order.made_by, narrowed=narrowed)
    await asyncio.to_thread(path.write_bytes, written)
    return Written(path.name, {"events": len(found)}, sum(each.withheld for each in found))


async def _written(
    tools: Tools, found: Sequence[Entry], language: str, *, by: str, narrowed: Sequence[Text] = ()
) -> bytes:
    now = tools.clock.now()

    def say(said: Text) -> str:
        return tools.texts.render(said, language, mode="bare", timezone=tools.settings.zone)

    about = [
        text("word.made", at=now, by=Words(by)),
        *narrowed,
        text("export.counted.events", count=len(found)),
    ]
    return await asyncio.to_thread(
        write_ics,
        found,
        name=say(text("calendar.name")),
        about=" · ".join(map(say, about)),
        made_at=now,
    )


async def _narrowed(tx: Transaction, chosen: Filter, language: str) -> AsyncIterator[Text]:
    """How the calendar is narrowed, a line for each value and each day."""
    for dimension, values in chosen.by.items():
        for value in values:
            named: Value = Words(value)
            if dimension is Dimension.STATUS:
                named = text(f"status.{value}")
            elif dimension is Dimension.INSTITUTION:
                found = await institutions.by_code(tx, value)
                named = named if found is None else name_for(found.names, language)
            yield text("word.line", name=text(f"export.workbook.filter.{dimension}"), value=named)
    for name, day in (("from", chosen.since), ("until", chosen.until)):
        if day is not None:
            yield text("word.line", name=text(f"export.workbook.filter.{name}"), value=day)


async def _entries(
    tx: Transaction,
    tools: Tools,
    actor: Actor,
    language: str,
    *,
    withhold: bool,
    chosen: Filter = EVERYTHING,
) -> list[Entry]:
    """What the person's calendar holds, by day; `withhold` leaves restricted titles at home."""
    making = _Making(tx, tools, language)
    found: list[Entry] = []
    if may_ask(actor):
        zone = tools.settings.zone
        today = tools.clock.now().astimezone(zone).date()
        whole = await calendar.contents(tx, chosen, zone, today, language=language)
        found += [making.deadline(each, withhold=withhold) for each in whole.deadlines]
        found += [await making.request(*each) for each in whole.requests]
        found += [making.consultation(*each) for each in whole.consultations]
    held = [each.institution_id for each in actor.seats if each.role in READS]
    houses = list(dict.fromkeys(each for each in held if each is not None))
    if houses:
        found += await making.owed(houses)
        found += await making.asked_of(houses)
    return sorted(found, key=lambda each: (each.day, each.uid))


class _Making:
    """Words events in one language."""

    def __init__(self, tx: Transaction, tools: Tools, language: str) -> None:
        self._tx = tx
        self._texts = tools.texts
        self._language = language
        self._default = tools.settings.default_language
        self._place = f"{(tools.settings.country or 'xx').lower()}.focal-point"

    def deadline(self, deadline: Deadline, *, withhold: bool) -> Entry:
        """A deadline; one that was dropped is taken out of calendars that had it."""
        kind = self._say(text(f"deadline.kind.{deadline.kind}"))
        withheld = withhold and deadline.kind.restricted
        title = kind if deadline.symbol is None else f"{kind} {deadline.symbol}"
        return Entry(
            uid=deadline.uid,
            kind=deadline.kind.value,
            title=title if withheld else deadline.title,
            day=deadline.day,
            until=deadline.until,
            category=kind,
            description="" if deadline.symbol is None else deadline.symbol,
            symbol=deadline.symbol,
            rule=None if deadline.rule is None else deadline.rule.code,
            warnings=deadline.warnings,
            withheld=withheld,
            dropped=deadline.state is DeadlineState.DROPPED,
        )

    async def request(self, request: Request, due_on: date) -> Entry:
        """The due day of what the secretariat has asked for."""
        said = text("calendar.request_due", request=await self._title(request.id))
        return self._due(f"request-{request.id}", said, due_on)

    def consultation(self, held: Consultation, what: ConsultationDay, day: date) -> Entry:
        """A day of a consultation: what anybody who has its link may know."""
        said = Text(f"calendar.consultation.{what}", {"title": Words(held.title)})
        return self._due(f"consultation-{held.id}-{what}", said, day)

    async def asked_of(self, houses: Sequence[int]) -> list[Entry]:
        """The due days of what institutions are asked beside reports."""
        return [
            self._due(
                f"request-{request_id}-{house}",
                text("calendar.request_due", request=await self._title(request_id)),
                due_on,
            )
            for request_id, house, due_on in await queries.asked_of(self._tx, houses)
        ]

    async def owed(self, houses: Sequence[int]) -> list[Entry]:
        """The days on which institutions owe reports, one event a day and institution."""
        found = await queries.owed(self._tx, houses)
        public = [each.item_id for each in found if not each.restricted]
        texts = await items.texts(self._tx, public) if public else {}
        named = len(houses) > 1
        days = groupby(found, key=lambda each: (each.due_on, each.institution_id))
        return [self._owed_on(day, list(several), texts, named=named) for (day, _), several in days]

    def _owed_on(
        self,
        day: date,
        several: Sequence[OwedItem],
        texts: Mapping[int, tuple[ItemText, ...]],
        *,
        named: bool,
    ) -> Entry:
        codes = [item_code(each) for each in several]
        shown: list[Value] = list(codes[:NAMED])
        if len(codes) > NAMED:
            shown.append(text("calendar.more_items", count=len(codes) - NAMED))
        title = text("calendar.items_due", count=len(codes), items=Listing(tuple(shown)))
        if named:
            house = name_for(several[0].names, self._language)
            title = text("calendar.items_due_of", institution=house, due=title)
        lines = [*self._described(several[:DESCRIBED], texts)]
        if len(several) > DESCRIBED:
            more = text("calendar.more_items", count=len(several) - DESCRIBED)
            lines.append(self._say(more))
        uid = f"reports-{several[0].institution_id}-{day:%Y%m%d}"
        return self._due(uid, title, day, description="\n".join(lines))

    def _described(
        self, several: Sequence[OwedItem], texts: Mapping[int, tuple[ItemText, ...]]
    ) -> Iterator[str]:
        """A line for each item; of a restricted one symbol and number alone."""
        for each in several:
            found = best_text(texts.get(each.item_id, ()), self._language, self._default)
            if each.restricted or found is None:
                yield f"{each.symbol} {each.code}"
                continue
            words = Words(found.words, limit=BEGINNING)
            yield self._say(text("calendar.item", item=Code(each.code), words=words))

    def _due(self, uid: str, title: Text, day: date, *, description: str = "") -> Entry:
        return Entry(
            uid=f"{uid}@{self._place}",
            kind=OURS,
            title=self._say(title),
            day=day,
            description=description,
        )

    async def _title(self, request_id: int) -> Text:
        request = await requests.get(self._tx, request_id)
        assert request is not None
        worded = best_worded(await requests.texts(self._tx, request_id), self._language)
        return request_views.title_of(request, worded)

    def _say(self, words: Text) -> str:
        return self._texts.render(words, self._language, mode="bare")
