"""The audit: entries chained by keyed hashes, so that what is changed or removed shows.

`hash = HMAC-SHA256(key, previous hash + canonical text)`; the key lies outside the database. Words
that a person wrote stand in `audit_words`: only a salted, keyed digest of them is in the chain, so
that they can be erased without breaking it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    RowMapping,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)

from bot.keys import Head
from bot.seals import Seal, Sealed
from storage.counters import next_number
from storage.database import Transaction
from storage.tables import audit, audit_words, counters

SERIES = "audit"
"""The name of the counter, of what a commit with entries wakes, and of the chain's key."""

ERASED = "audit.erase_words"
"""The act that must stand in the chain for every entry whose words are gone."""

RESTORED = "audit.restored"
"""The act that says which entries went with the restoring of an older backup."""

SEALED = "audit.seal"
"""The act that says that a day was sealed outside the database, so that no seal can be cut off."""

SEALS, RESTORATION = "audit:seals", "audit:restored"
"""What these two acts are about."""

PAGE = 2000
MANY = 50
"""More broken entries than this are not asked any more where they came from."""

_START = "0" * 64
_ADD = insert(audit)
_LAST = select(audit.c.hash, audit.c.number).order_by(audit.c.number.desc()).limit(1)
_BEFORE = _LAST.where(audit.c.number < bindparam("this"))
_ACT = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SUBJECT = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
_CODE = re.compile(r"[A-Za-z0-9_.:/ -]{0,120}")

Plain: TypeAlias = int | str
Fact: TypeAlias = int | bool | date | str | Sequence[int | bool | date | str]


class NoFact(Exception):
    """What was to be recorded may be a name or a text; `name` says which fact, never its value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Entry:
    """One act, as the chain knows it."""

    number: int
    at: datetime
    act: str
    person_id: int | None
    seat_id: int | None
    channel: str
    subject: str
    facts: Mapping[str, Any]
    words_digest: str | None

    def hash(self, key: bytes, previous: str) -> str:
        """The entry's link in the chain, 64 hexadecimal digits."""
        return _mac(key, previous, self._canonical())

    def _canonical(self) -> str:
        values = [
            self.number,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.act,
            self.person_id,
            self.seat_id,
            self.channel,
            self.subject,
            self.facts,
            self.words_digest,
        ]
        return json.dumps(values, sort_keys=True, separators=(",", ":"))


async def append(
    tx: Transaction,
    *,
    at: datetime,
    act: str,
    person_id: int | None,
    seat_id: int | None,
    channel: str,
    subject: str,
    facts: Mapping[str, Fact],
    words: str | None = None,
) -> Head:
    """Add an entry to the end of the chain, and say how the chain ends now; raises NoFact.

    Others who append wait until this transaction ends: append last.
    """
    _require(_ACT, act, "act")
    _require(_SUBJECT, subject, "subject")
    stated = {name: _stated(name, facts[name]) for name in sorted(facts)}
    number = await next_number(tx, SERIES)
    previous = await tx.value(_BEFORE, {"this": number}) or _START
    digest = await _keep_words(tx, number, words)
    entry = Entry(number, at, act, person_id, seat_id, channel, subject, stated, digest)
    link = entry.hash(tx.audit_key, previous)
    await tx.execute(_ADD, {"hash": link, **vars(entry)})
    tx.wakes.add(SERIES)
    return Head(link, number)


async def erase_words(tx: Transaction, number: int) -> bool:
    """Forget an entry's words and their salt for good; False if it has none.

    The caller records the act ERASED about `audit:<number>`, or `verify` will miss the words.
    """
    result = await tx.execute(
        update(audit_words)
        .where(audit_words.c.number == number, audit_words.c.words.is_not(None))
        .values(words=None, salt="")
    )
    return result.rowcount == 1


async def with_words(tx: Transaction, texts: Iterable[str]) -> list[int]:
    """The entries whose free words are one of these texts."""
    statement = select(audit_words.c.number).where(audit_words.c.words.in_(list(texts)))
    return await tx.values(statement.order_by(audit_words.c.number))


async def count(tx: Transaction) -> int:
    """How many entries there are."""
    return int(await tx.value(select(func.count()).select_from(audit)))


async def head(tx: Transaction) -> Head | None:
    """How the chain ends; None while it is empty."""
    row = await tx.row(_LAST)
    return None if row is None else Head(row["hash"], row["number"])


async def holds(tx: Transaction, remembered: Head) -> bool:
    """Whether the chain still goes through an end that it had before."""
    found = await tx.value(select(audit.c.hash).where(audit.c.number == remembered.count))
    return bool(found == remembered.hash)


# -- Verifying -------------------------------------------------------------------------------------


class Fault(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"  # the entry is not what was recorded
    REMOVED = "removed"  # there should be an entry
    MOVED = "moved"  # the entry was recorded under another number
    UNPROVED = "unproved"  # what stood before it is gone, so it cannot be checked
    WORDS_CHANGED = "words_changed"
    WORDS_REMOVED = "words_removed"  # and no entry says that they were erased
    END_LOST = "end_lost"  # the chain does not go through the end remembered outside
    END_UNKNOWN = "end_unknown"  # nothing is remembered outside: a cut tail would not show
    RESTORED = "restored"  # lost with an older backup, and accepted: for ever to be seen
    SEAL_BROKEN = "seal_broken"  # entries are not those that a day's seal was made of
    PAPER_BROKEN = "paper_broken"  # nor those of a seal that was kept elsewhere
    SEAL_CHANGED = "seal_changed"  # of the seals themselves, by their own numbers
    SEAL_MISSING = "seal_missing"


OF_SEALS = frozenset({Fault.SEAL_CHANGED, Fault.SEAL_MISSING})
"""Faults whose numbers are those of seals, not of entries."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the entries `first` to `last`.

    Where a seal tells, `since` is the day of the last one that holds and `until` that of the first
    that does not: what was recorded between them is not what stands there now.
    """

    fault: Fault
    first: int
    last: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class _Kept:
    """An entry as it stands in the database; `entry` is None where it cannot even be read."""

    number: int
    entry: Entry | None
    link: str
    words: str | None
    salt: str | None


async def verify(
    tx: Transaction,
    key: bytes,
    remembered: Head | None,
    sealed: Sealed | None = None,
    papers: Sequence[Head] = (),
) -> list[Finding]:
    """Everything wrong with the chain, lowest number first; an intact one gives an empty list.

    `remembered` is the end of the chain as it was last written outside the database, and `sealed`
    the seals of days, both read before the transaction began: what is committed meanwhile is no
    loss. `papers` are seals that were kept elsewhere; their hashes may be beginnings.
    """
    chain = _Chain(key)
    words = _Words(key)
    seals = _Seals(sealed or Sealed(), papers)
    end: Head | None = None  # the same place in the chain, as it stands
    async for kept in _all_kept(tx):
        chain.add(kept)
        words.add(kept)
        seals.add(kept)
        if remembered is not None and kept.number == remembered.count:
            end = Head(kept.link, kept.number)
    last = chain.last
    counted = await tx.value(select(counters.c.value).where(counters.c.name == SERIES)) or 0
    chain.skip_to(max(counted, remembered.count if remembered else 0))
    findings = chain.findings() + words.findings() + seals.findings()
    if remembered is None and last:
        findings.append(Finding(Fault.END_UNKNOWN, last, last))
    if remembered is not None and end != remembered:
        findings.append(Finding(Fault.END_LOST, remembered.count, remembered.count))
    return sorted(findings, key=lambda finding: (finding.first, finding.fault))


def behind(end: Head, remembered: Head) -> Finding:
    """What is gone of a chain that goes on from an older copy and now ends with `end`.

    From a copy that has grown past the remembered end, at least the remembered entry is gone.
    """
    first = min(end.count + 1, remembered.count)
    return Finding(Fault.RESTORED, first, remembered.count)


async def restored(tx: Transaction) -> list[Finding]:
    """The entries that went when older backups were restored, as the chain itself says."""
    told = select(audit.c.facts).where(audit.c.act == RESTORED).order_by(audit.c.number)
    return [
        Finding(Fault.RESTORED, facts["first"], facts["last"])
        for facts in await tx.values(told)
        if "first" in facts
    ]


async def last_seal(tx: Transaction) -> int:
    """The number of the newest seal that the chain tells of; 0 for none."""
    told = select(audit.c.facts).where(audit.c.subject.in_((SEALS, RESTORATION)))
    newest = await tx.value(told.order_by(audit.c.number.desc()).limit(1))
    return max(_numbers(newest, "seal", "seals"), default=0)


class _Chain:
    """Follows the entries in order, and remembers those that do not follow the one before them."""

    def __init__(self, key: bytes) -> None:
        self.last = 0
        self._key = key
        self._link: str | None = _START  # None: what stood there is gone
        self._broken: list[tuple[_Kept, str | None]] = []  # with the link before each
        self._removed: list[Finding] = []

    def add(self, kept: _Kept) -> None:
        """Take the next entry; its number is higher than the last one's."""
        self.skip_to(kept.number - 1)
        if self._link is None or not self._follows(kept.entry, kept.link, self._link):
            self._broken.append((kept, self._link))
        self._link = kept.link
        self.last = kept.number

    def skip_to(self, number: int) -> None:
        """Every entry up to that number should have come."""
        if number > self.last:
            self._removed.append(Finding(Fault.REMOVED, self.last + 1, number))
            self.last = number
            self._link = None

    def findings(self) -> list[Finding]:
        """What is wrong: one tampering breaks several entries, but only its own are named."""
        few = self._broken if len(self._broken) <= MANY else []
        links = {before for _, before in few if before} | {kept.link for kept, _ in few}
        links |= {
            kept.entry.hash(self._key, before) for kept, before in few if kept.entry and before
        }
        numbers = {kept.number for kept, _ in few}
        found = list(self._removed)
        for kept, before in self._broken:
            fault = self._fault(kept, links, numbers)
            if fault is Fault.CHANGED and before is None:
                fault = Fault.UNPROVED
            if fault is not None:
                found.append(Finding(fault, kept.number, kept.number))
        return found

    def _fault(self, kept: _Kept, links: set[str], numbers: set[int]) -> Fault | None:
        if kept.entry is None:
            return Fault.CHANGED
        if any(self._follows(kept.entry, kept.link, link) for link in links):
            return None  # intact: what stood before it is the culprit
        elsewhere = [replace(kept.entry, number=number) for number in numbers]
        if any(self._follows(entry, kept.link, link) for entry in elsewhere for link in links):
            return Fault.MOVED
        return Fault.CHANGED

    def _follows(self, entry: Entry | None, link: str, before: str) -> bool:
        return entry is not None and entry.hash(self._key, before) == link


class _Words:
    """Checks the free words against their digests, and that what is gone was erased by an act."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._erased: set[str] = set()
        self._gone: list[int] = []
        self._changed: list[int] = []

    def add(self, kept: _Kept) -> None:
        if kept.entry is None:
            return
        if kept.entry.act == ERASED:
            self._erased.add(kept.entry.subject)
        digest = kept.entry.words_digest
        if kept.words is not None:
            if digest != _words_digest(self._key, kept.salt or "", kept.words):
                self._changed.append(kept.number)
        elif digest is not None:
            self._gone.append(kept.number)

    def findings(self) -> list[Finding]:
        removed = [number for number in self._gone if f"audit:{number}" not in self._erased]
        return [
            *(Finding(Fault.WORDS_CHANGED, number, number) for number in self._changed),
            *(Finding(Fault.WORDS_REMOVED, number, number) for number in removed),
        ]


class _Seals:
    """Checks the chain against the seals of days, and that none of these was taken out or edited.

    A seal that was made after an older backup was restored says from which entry on the earlier
    ones are void, and holds only where the chain tells of that, too.
    """

    def __init__(self, sealed: Sealed, papers: Sequence[Head]) -> None:
        self._sealed = sealed
        self._papers = papers
        self._wanted = {each.count for each in sealed.seals} | {each.count for each in papers}
        self._links: dict[int, str] = {}
        self._told: set[int] = set(sealed.missing)
        self._accepted: set[int] = set()
        self._restored: dict[int, range] = {}  # which entries went, by the entry that says so

    def add(self, kept: _Kept) -> None:
        if kept.number in self._wanted:
            self._links[kept.number] = kept.link
        if kept.entry is None or kept.entry.act not in (SEALED, RESTORED):
            return
        self._told.update(_numbers(kept.entry.facts, "seal"))
        if kept.entry.act == RESTORED:
            went = _numbers(kept.entry.facts, "first", "last")
            self._restored[kept.number] = range(went[0], went[-1] + 1) if went else range(0)
            self._accepted.update(_numbers(kept.entry.facts, "seals"))

    def findings(self) -> list[Finding]:
        missing = self._told - self._sealed.numbers - self._accepted
        return [
            *self._broken(),
            *self._contradicted(),
            *(Finding(Fault.SEAL_CHANGED, n, n) for n in self._sealed.changed),
            *(Finding(Fault.SEAL_MISSING, n, n) for n in sorted(missing)),
        ]

    def _in_force(self) -> list[Seal]:
        kept: list[Seal] = []
        for seal in self._sealed.seals:
            if seal.gone_from is not None and seal.count in self._restored:
                kept = [each for each in kept if each.count < seal.gone_from]
            kept.append(seal)
        return kept

    def _broken(self) -> list[Finding]:
        """One finding for each stretch of seals that do not hold, up to the first of them."""
        found: list[Finding] = []
        good: Seal | None = None
        told = False
        for seal in self._in_force():
            if self._links.get(seal.count) == seal.hash:
                good, told = seal, False
            elif not told:
                first = 1 if good is None else good.count + 1
                since = None if good is None else good.day
                broken = Fault.SEAL_BROKEN
                found.append(Finding(broken, min(first, seal.count), seal.count, since, seal.day))
                told = True
        return found

    def _contradicted(self) -> list[Finding]:
        return [
            Finding(Fault.PAPER_BROKEN, each.count, each.count)
            for each in self._papers
            if not self._links.get(each.count, "").startswith(each.hash)
            and not any(each.count in gone for gone in self._restored.values())
        ]


def _numbers(facts: Any, *names: str) -> list[int]:
    """The numbers that these facts name, whatever else somebody may have put there."""
    if not isinstance(facts, dict):
        return []
    named = [facts.get(name) for name in names]
    several = [n for each in named for n in (each if isinstance(each, list) else [each])]
    return [n for n in several if type(n) is int]


# -- Exporting -------------------------------------------------------------------------------------


async def export(tx: Transaction, *, words: bool) -> AsyncIterator[str]:
    """Every entry with its hash, in order, as lines of JSON.

    With `words` also what people wrote, with its salt, where it was not erased. An entry's hash is
    HMAC-SHA256 of the hash before it (of 64 zeros for the first) and its canonical text: a JSON
    array, without spaces and in ASCII, of number, at (UTC, to the microsecond), act, person_id,
    seat_id, channel, subject, facts (keys in order) and words_digest. That of the words is the same
    of `words:`, salt and words. Whoever lacks the key can still see that no number is missing, and
    hold the hashes against the seals of days.
    """
    async for page in _pages(tx, _COLUMNS if words else [*audit.c]):
        for row in page:
            values = dict(row, at=row["at"].isoformat(timespec="microseconds"))
            yield json.dumps(values, ensure_ascii=False)


# -- Rows ------------------------------------------------------------------------------------------

_COLUMNS = [*audit.c, audit_words.c.words, audit_words.c.salt]


async def _pages(
    tx: Transaction, columns: Sequence[ColumnElement[Any]]
) -> AsyncIterator[list[RowMapping]]:
    """Every entry with its words, in order, a page at a time."""
    joined = audit.outerjoin(audit_words, audit_words.c.number == audit.c.number)
    ordered = select(*columns).select_from(joined).order_by(audit.c.number).limit(PAGE)
    page = await tx.rows(ordered)
    while page:
        yield page
        page = await tx.rows(ordered.where(audit.c.number > page[-1]["number"]))


async def _all_kept(tx: Transaction) -> AsyncIterator[_Kept]:
    """Every entry as it stands; SQLite keeps any bytes in any column, so they are read as bytes."""
    raw = tx.dialect == "sqlite"
    columns = [
        column if column.name == "number" else cast(column, LargeBinary).label(column.name)
        for column in _COLUMNS
    ]
    async for page in _pages(tx, columns if raw else _COLUMNS):
        for row in page:
            yield _kept(_decoded(row))


def _decoded(row: RowMapping) -> dict[str, Any]:
    """A row of bytes as text; what is no text stays recognisable as such."""
    return {
        name: value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def _kept(row: Mapping[str, Any]) -> _Kept:
    try:
        entry = Entry(
            number=row["number"],
            at=_exactly(row["at"], _moment, _moment_as_kept),
            act=row["act"],
            person_id=_exactly(row["person_id"], int, str),
            seat_id=_exactly(row["seat_id"], int, str),
            channel=row["channel"],
            subject=row["subject"],
            facts=_exactly(row["facts"], json.loads, json.dumps),
            words_digest=row["words_digest"],
        )
    except ValueError:
        entry = None
    return _Kept(row["number"], entry, row["hash"], row["words"], row["salt"])


def _exactly(kept: Any, read: Callable[[str], Any], write: Callable[[Any], str]) -> Any:
    """What a text says, if it is written as we write it (else ValueError); the rest as it is."""
    if not isinstance(kept, str):
        return kept
    value = read(kept)
    if write(value) != kept:
        raise ValueError
    return value


def _moment(kept: str) -> datetime:
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)


def _moment_as_kept(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


# -- Facts, words, digests -------------------------------------------------------------------------


def _require(pattern: re.Pattern[str], value: str, name: str) -> None:
    if not pattern.fullmatch(value):
        raise NoFact(name)


def _stated(name: str, fact: Fact) -> Plain | list[Plain]:
    """A fact as it is kept: a number, a truth, a date in ISO 8601 or a code; or a list of these."""
    _require(_NAME, name, "facts")
    if isinstance(fact, (list, tuple)):
        return [_plain(name, each) for each in fact]
    return _plain(name, fact)


def _plain(name: str, fact: object) -> Plain:
    match fact:
        case bool() | int():
            return fact
        case datetime() if fact.tzinfo is not None:
            return fact.astimezone(UTC).isoformat()
        case date() if not isinstance(fact, datetime):
            return fact.isoformat()
        case str() if _CODE.fullmatch(fact):
            return str(fact)
    raise NoFact(name)


async def _keep_words(tx: Transaction, number: int, words: str | None) -> str | None:
    if words is None:
        return None
    salt = secrets.token_hex(16)
    await tx.execute(insert(audit_words).values(number=number, salt=salt, words=words))
    return _words_digest(tx.audit_key, salt, words)


def _words_digest(key: bytes, salt: str, words: str) -> str:
    return _mac(key, "words:", salt, words)


def _mac(key: bytes, *parts: str) -> str:
    text = "".join(parts).encode("utf-8", "surrogateescape")
    return hmac.new(key, text, "sha256").hexdigest()
