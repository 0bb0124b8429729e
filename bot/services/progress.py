"""How far implementation is: figures told in words and drawn, in chats and at the shell."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot.domain.progress import (
    Past,
    Period,
    Scope,
    Subject,
    over_time,
    periods,
    shown_statuses,
)
from bot.domain.screens import Listing, Text, Words, text
from bot.domain.views import exports as views
from bot.domain.views.common import mechanism_name
from bot.domain.views.digests import Group
from bot.exchange.picture import Bar, Figures, as_text, shown
from bot.exchange.progress import period_name
from bot.texts import Texts
from storage import institutions, statuses
from storage import progress as queries
from storage.database import Database, Transaction


@dataclass(frozen=True)
class Reader:
    """For whom figures are told: in which words and language, on which day, where."""

    texts: Texts
    language: str
    today: date
    zone: tzinfo

    def say(self, words: Text) -> str:
        """The words of a text."""
        return self.texts.render(words, self.language, mode="bare", timezone=self.zone)

    def days_since(self, moment: datetime | None) -> int | None:
        """How many days ago that was."""
        return None if moment is None else (self.today - moment.astimezone(self.zone).date()).days


async def told_apart(tx: Transaction, reader: Reader, subject: Subject, scope: Scope) -> Figures:
    """The bars of one of `TOLD_APART`, in the order in which they are shown, so many as are."""
    counted = await queries.by(tx, subject, scope)
    vocabulary = await statuses.vocabulary(tx)
    codes = tuple(shown_statuses(vocabulary, {each.status for each in counted}))
    meanings = {each.code: each.counts_as.value for each in vocabulary.entries}
    counts: dict[str | int | None, dict[str, int]] = defaultdict(dict)
    for each in counted:
        counts[each.key][each.status] = each.count
    names = await _names(tx, reader, subject)
    bars = [
        Bar(
            _name(reader, subject, key, names),
            tuple(by_status.get(status, 0) for status in codes),
        )
        for key, by_status in sorted(counts.items(), key=lambda pair: _place(subject, *pair))
    ]
    total = await queries.total(tx, scope)
    figures = Figures(subject.value, codes, tuple(bars), total, reader.today, meanings)
    return shown(figures, reader.say(text("picture.others")))


def lines(subject: Subject, figures: Figures) -> list[views.Line]:
    """The same figures in words; of the bar of all the name is not said."""
    rows = as_text(figures)
    if subject is Subject.STATUS:
        return [views.Line(None, count, several) for _, count, several in rows]
    return [views.Line(*each) for each in rows]


async def answering(tx: Transaction, reader: Reader, scope: Scope) -> tuple[list[Group], int]:
    """How institutions answer, as bars, and how many institutions that is about."""
    found = await queries.answering(tx, scope, reader.today)
    names = {each.id: each.name(reader.language) for each in await institutions.every(tx)}
    groups = views.answer_groups(
        [
            views.Answers(
                Words(names[each.institution_id]),
                each.asked,
                each.answered,
                reader.days_since(each.reported_at),
            )
            for each in found
        ]
    )
    return groups, len(found)


async def history(database: Database, reader: Reader, scope: Scope) -> Figures | None:
    """How the shares of the statuses went; None where nothing was approved yet.

    Read on one snapshot, and put together outside the loop.
    """
    async with database.read() as tx:
        begin = await queries.first_approved(tx, scope)
        if begin is None:
            return None
        several = periods(begin.astimezone(reader.zone).date(), reader.today, reader.zone)
        past = await queries.past(tx, scope, several)
        vocabulary = await statuses.vocabulary(tx)
    counts = await asyncio.to_thread(_counted, past, several)
    codes = tuple(shown_statuses(vocabulary, {code for each in counts for code in each}))
    bars = [
        Bar(period_name(each, reader.language), tuple(count[code] for code in codes))
        for each, count in zip(several, counts, strict=True)
    ]
    meanings = {each.code: each.counts_as.value for each in vocabulary.entries}
    total = bars[-1].total
    return Figures(Subject.TIME.value, codes, tuple(bars), total, reader.today, meanings)


def _counted(past: Past, several: list[Period]) -> list[Counter[str]]:
    """Of each period how many items stood where at its end."""
    found: list[Counter[str]] = [Counter() for _ in several]
    for period, status in over_time(past, len(several)):
        found[period][status] += 1
    return found


async def whose(tx: Transaction, reader: Reader, scope: Scope) -> Text:
    """Whose progress it is, and what counts."""
    if scope.approved:
        return text("progress.whose.approved")
    if scope.institution_ids is None:
        return text("progress.whose.all")
    found = [await institutions.get(tx, each) for each in scope.institution_ids]
    names = tuple(Words(each.name(reader.language)) for each in found if each is not None)
    return text("progress.whose.own", institutions=Listing(names))


async def whose_history(tx: Transaction, reader: Reader, scope: Scope) -> Text:
    """As `whose`, of the history: of all it counts what was approved."""
    if scope.institution_ids is None:
        return text("progress.whose.approved")
    return await whose(tx, reader, scope)


def _place(
    subject: Subject, key: str | int | None, counts: Mapping[str, int]
) -> tuple[bool, int, str]:
    """Goals by their number, others the largest first, what has none last."""
    goal = isinstance(key, int) and subject is Subject.SDG
    return key is None, int(key or 0) if goal else -sum(counts.values()), str(key)


async def _names(
    tx: Transaction, reader: Reader, subject: Subject
) -> Mapping[str | int | None, str]:
    if subject is not Subject.INSTITUTION:
        return {}
    return {each.id: each.name(reader.language) for each in await institutions.every(tx)}


def _name(
    reader: Reader,
    subject: Subject,
    key: str | int | None,
    names: Mapping[str | int | None, str],
) -> str:
    if subject is Subject.STATUS:
        return ""
    if key is None:
        return reader.say(text(f"progress.without.{subject}"))
    if subject is Subject.SDG:
        return reader.say(text("progress.goal", n=int(key)))
    if subject is Subject.MECHANISM:
        return reader.say(text("label.one", value=mechanism_name(str(key))))
    return names.get(key, str(key))
