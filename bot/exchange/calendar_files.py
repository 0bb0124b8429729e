"""Calendar files: the reporting calendar in from ICS (RFC 5545) or CSV, and out as ICS.

Reading is for a process with limits (`bot.exchange.calendar_work`). Days are those of the country:
a moment in another time zone falls on the day that the country's clocks show then.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur
from icalendar.prop import vBroken

from bot.domain.days import read_any_day
from bot.domain.deadlines import DeadlineKind, Offset, Said, read_warnings, tidy
from bot.exchange import csv_tables, plain, tables
from bot.exchange.cleaning import clean
from bot.exchange.imported import Empty, ImportRefused, Problem, filed_symbol
from bot.exchange.vocabulary import fold

LARGEST = 5 * 1024**2  # bytes
MOST = 2_000  # events of one file, each occurrence counted
AHEAD = timedelta(days=731)  # so far recurring events are followed
_MOST_STEPS = 20_000  # of one recurring event
_YEARS = range(1900, 2200)
_LONGEST_UID = 200
_WHOLE_DAY = "X-MICROSOFT-CDO-ALLDAYEVENT"

OURS = "due"
"""The kind of an event that says when something is due that the bot knows by itself."""

KIND, DOCUMENT, WARNINGS, RULE, WITHHELD = (
    "X-FOCAL-POINT-KIND",
    "X-FOCAL-POINT-DOCUMENT",
    "X-FOCAL-POINT-WARNINGS",
    "X-FOCAL-POINT-RULE",
    "X-FOCAL-POINT-WITHHELD",
)

# Kind → its names. The first name of a language is the one that explanations print.
KIND_NAMES: Mapping[DeadlineKind, Mapping[str, tuple[str, ...]]] = {
    DeadlineKind.PERIODIC_REPORT: {
        "en": ("Periodic report", "State report", "Report due", "Initial report"),
        "fr": ("Rapport périodique", "Rapport de l'État", "Rapport initial"),
        "ar": ("تقرير دوري", "التقرير الدوري", "تقرير أولي", "التقرير الأولي"),
    },
    DeadlineKind.LIST_OF_ISSUES: {
        "en": ("List of issues", "Replies to list of issues", "LOI", "LOIPR", "LOIs"),
        "fr": ("Liste de points", "Liste des points", "Réponses à la liste de points"),
        "ar": ("قائمة المسائل", "قائمة القضايا", "الردود على قائمة المسائل"),
    },
    DeadlineKind.FOLLOW_UP: {
        "en": ("Follow-up reply", "Follow-up report", "Follow-up", "Follow up"),
        "fr": ("Réponse de suivi", "Rapport de suivi", "Suivi"),
        "ar": ("رد المتابعة", "تقرير المتابعة", "متابعة"),
    },
    DeadlineKind.UPR_ADDENDUM: {
        "en": ("UPR addendum", "Addendum"),
        "fr": ("Additif EPU", "Additif"),
        "ar": ("إضافة الاستعراض الدوري الشامل", "إضافة"),
    },
    DeadlineKind.MID_TERM: {
        "en": ("Mid-term report", "Midterm report", "Mid-term"),
        "fr": ("Rapport à mi-parcours", "Mi-parcours"),
        "ar": ("تقرير منتصف المدة", "منتصف المدة"),
    },
    DeadlineKind.COMMUNICATION: {
        "en": ("Communication", "Reply to communication", "Allegation letter", "Urgent appeal"),
        "fr": ("Communication", "Réponse à une communication", "Appel urgent"),
        "ar": ("بلاغ", "الرد على بلاغ", "نداء عاجل"),
    },
    DeadlineKind.VIEW: {
        "en": ("View or decision", "Views", "Decision", "Views adopted"),
        "fr": ("Constatations ou décision", "Constatations", "Décision"),
        "ar": ("آراء أو قرار", "آراء", "قرار"),
    },
    DeadlineKind.VISIT: {
        "en": ("Country visit", "Visit"),
        "fr": ("Visite de pays", "Visite"),
        "ar": ("زيارة قطرية", "زيارة"),
    },
    DeadlineKind.DIALOGUE: {
        "en": ("Dialogue", "Constructive dialogue", "Review session"),
        "fr": ("Dialogue", "Dialogue constructif"),
        "ar": ("حوار", "الحوار", "الحوار البناء"),
    },
    DeadlineKind.DEBRIEF: {
        "en": ("Debrief", "Debriefing"),
        "fr": ("Bilan", "Débriefing"),
        "ar": ("جلسة تقييم", "إحاطة ختامية"),
    },
    DeadlineKind.VOLUNTARY_REVIEW: {
        "en": ("Voluntary national review", "VNR"),
        "fr": ("Examen national volontaire", "ENV"),
        "ar": ("الاستعراض الوطني الطوعي", "استعراض وطني طوعي"),
    },
}

# Column → its names. The first name of a language is the one that the template prints.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "kind": {
        "en": ("Kind", "Type", "Category"),
        "fr": ("Nature", "Type", "Catégorie"),
        "ar": ("النوع", "الفئة"),
    },
    "title": {
        "en": ("Title", "Subject", "Event", "Name", "Summary"),
        "fr": ("Intitulé", "Titre", "Objet", "Événement"),
        "ar": ("العنوان", "الموضوع", "الحدث"),
    },
    "document": {
        "en": ("Document", "Document symbol", "Symbol"),
        "fr": ("Document", "Cote du document", "Cote"),
        "ar": ("الوثيقة", "رمز الوثيقة", "الرمز"),
    },
    "day": {
        "en": ("Day", "Date", "Due date", "Deadline", "Due", "Start date"),
        "fr": ("Jour", "Date", "Échéance", "Date d'échéance", "Date de début"),
        "ar": ("اليوم", "التاريخ", "الموعد", "الموعد النهائي", "تاريخ الاستحقاق"),
    },
    "until": {
        "en": ("Last day", "Until", "End date", "End"),
        "fr": ("Dernier jour", "Jusqu'au", "Date de fin", "Fin"),
        "ar": ("اليوم الأخير", "حتى", "تاريخ النهاية"),
    },
    "rule": {
        "en": ("After publication", "Time after publication", "Offset"),
        "fr": ("Après publication", "Délai après publication", "Délai"),
        "ar": ("بعد النشر", "المدة بعد النشر"),
    },
    "warnings": {
        "en": ("Days of warning", "Warning days", "Warnings"),
        "fr": ("Jours d'alerte", "Alertes"),
        "ar": ("أيام التنبيه", "التنبيهات"),
    },
    "uid": {"en": ("UID",), "fr": ("UID",), "ar": ("UID",)},
}
_TEMPLATE = ("kind", "title", "document", "day", "until", "rule", "warnings")
_LANGUAGES = ("en", "fr", "ar")


class NoCalendarTable(ImportRefused):
    """A file that was sent as a calendar, and is none of those that are read."""

    key = "import.refused.no_calendar_table"


class NotACalendar(ImportRefused):
    """It calls itself a calendar file and is none, or breaks off."""

    key = "import.refused.no_calendar"


class NoEvents(ImportRefused):
    """A calendar without a single event."""

    key = "import.refused.no_events"


class TooManyEvents(ImportRefused):
    """More events than a reporting calendar can have; values: `limit`."""

    key = "import.refused.too_many_events"


@dataclass
class Found:
    """What a calendar file holds: its deadlines, what is wrong, and how much was left out."""

    said: list[Said] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)  # cancelled, past, ours

    def take(self, said: Said) -> None:
        """One more deadline; refuses with TooManyEvents."""
        if len(self.said) >= MOST:
            raise TooManyEvents(limit=MOST)
        self.said.append(said)


# -- Which file it is ------------------------------------------------------------------------------


def begins_ics(start: bytes) -> bool:
    """Whether a file begins as a calendar does."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", start, re.IGNORECASE) is not None


def recognised_columns(cells: Sequence[str]) -> int:
    """How many of a header's names are ours; 0 for what is no header of a calendar."""
    if plain.recognised_columns(cells):
        return 0
    found = {column for cell in cells if (column := _column_of(cell))}
    return len(found) if "title" in found and found & {"day", "rule"} else 0


def _column_of(name: str) -> str | None:
    return _columns().get(fold(name)) if len(name) < 80 else None


@cache
def _columns() -> dict[str, str]:
    return {
        fold(name): column
        for column, languages in COLUMNS.items()
        for names in ((column,), *languages.values())
        for name in names
    }


def kind_of(name: str) -> DeadlineKind | None:
    """The kind of that name, in any of our languages."""
    return _kinds().get(fold(name)) if len(name) < 200 else None


@cache
def _kinds() -> dict[str, DeadlineKind]:
    return {
        fold(name): kind
        for kind, languages in KIND_NAMES.items()
        for names in ((kind.value,), *languages.values())
        for name in names
    }


def _kind_in(title: str) -> DeadlineKind | None:
    """The kind that a title names, the longest name first."""
    words = _spaced(title)
    return next((kind for name, kind in _names_in_titles() if name in words), None)


@cache
def _names_in_titles() -> list[tuple[str, DeadlineKind]]:
    names = {
        _spaced(name): kind
        for kind, languages in KIND_NAMES.items()
        for several in languages.values()
        for name in several
    }
    return sorted(names.items(), key=lambda each: -len(each[0]))


def _spaced(words: str) -> str:
    """Words as they are looked for in a title: folded one by one, between spaces."""
    folded = map(fold, re.split(r"[\s\-–—_/.,:;()]+", words))
    return f" {' '.join(filter(None, folded))} "


# -- ICS in ----------------------------------------------------------------------------------------


def read_ics(path: Path, *, zone: ZoneInfo, today: date) -> Found:
    """The events of a calendar file that are not over.

    Recurring ones are followed two years ahead, cancelled ones left out. Refuses with NotACalendar,
    NoEvents or TooManyEvents.
    """
    if path.stat().st_size > LARGEST:
        raise TooManyEvents(limit=MOST)
    events = _events(path.read_bytes())
    if not events:
        raise NoEvents
    found = Found()
    moved = _moved(events)
    for row, event in enumerate(events, 1):
        _Reader(found, zone, today).read(row, event, moved)
    return found


def _events(data: bytes) -> list[Any]:
    if not begins_ics(data[:1024]):
        raise NotACalendar
    text, _ = csv_tables.decode(data)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for each in calendars for event in each.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise NotACalendar from error
    if not calendars:
        raise NotACalendar
    return events


_When: TypeAlias = date | datetime


def _moved(events: Iterable[Any]) -> Mapping[str, set[datetime]]:
    """The occurrences of recurring events that have an event of their own, by UID."""
    moved: dict[str, set[datetime]] = {}
    for event in events:
        if (original := _when(event, "RECURRENCE-ID")) is not None:
            moved.setdefault(_uid(event) or "", set()).add(_bare(original))
    return moved


class _Reader:
    """Reads one event after another into what was found."""

    def __init__(self, found: Found, zone: ZoneInfo, today: date) -> None:
        self._found = found
        self._zone = zone
        self._today = today

    def read(self, row: int, event: Any, moved: Mapping[str, set[datetime]]) -> None:
        if _words(event, "STATUS").upper() == "CANCELLED":
            self._found.left_out["cancelled"] += 1
            return
        if _words(event, KIND) == OURS:
            self._found.left_out["ours"] += 1
            return
        start = _when(event, "DTSTART")
        if start is None:
            self._found.problems.append(Problem(row, "calendar.problem.no_day", refused=True))
            return
        title = None if _words(event, WITHHELD) else tidy(_words(event, "SUMMARY"))
        if title == "":
            self._found.problems.append(Problem(row, "calendar.problem.no_title", refused=True))
            return
        uid = _uid(event)
        original = _when(event, "RECURRENCE-ID")
        if original is not None or not _repeats(event):
            self._take(row, event, title, start, _occurrence(uid, original))
            return
        for each in self._occurrences(row, event, start, moved.get(uid or "", set())):
            self._take(row, event, title, each, _occurrence(uid, each))

    def _take(self, row: int, event: Any, title: str | None, start: _When, uid: str | None) -> None:
        day = self._day(start)
        last = self._last_day(event, start)
        if last < self._today:
            self._found.left_out["past"] += 1
            return
        kind = _kind(event, title or "")
        rule = Offset.read(_words(event, RULE)) if _words(event, RULE) else None
        warnings = _words(event, WARNINGS)
        self._found.take(
            Said(
                row=row,
                uid=uid,
                kind=kind,
                title=title,
                day=day,
                until=last,
                symbol=filed_symbol(_words(event, DOCUMENT))[:120] or None,
                rule=rule,
                warnings=read_warnings(warnings) if warnings else None,
            )
        )

    def _day(self, when: _When) -> date:
        if not isinstance(when, datetime):
            return when
        return (when if when.tzinfo is None else when.astimezone(self._zone)).date()

    def _last_day(self, event: Any, start: _When) -> date:
        """The last day of the event; ends are exclusive, a midnight belongs to the day before."""
        first = self._day(start)
        began = _when(event, "DTSTART")
        assert began is not None
        if (end := _when(event, "DTEND")) is not None and type(end) is type(began):
            length = _bare(end) - _bare(began)
        else:
            length = getattr(_one(event, "DURATION"), "dt", timedelta())
            length = length if isinstance(length, timedelta) else timedelta()
        if not timedelta() < length < timedelta(days=366):
            return first
        if isinstance(start, datetime):
            return max(first, self._day(start + length - timedelta(microseconds=1)))
        return first + timedelta(days=max(length.days - 1, 0))

    def _occurrences(
        self, row: int, event: Any, start: _When, moved: set[datetime]
    ) -> Iterator[_When]:
        """When a recurring event takes place, from today on and two years ahead."""
        horizon = datetime.combine(self._today + AHEAD, time.max)
        found = {_bare(start), *_listed(event, "RDATE", start)}
        for rule in _several(event, "RRULE"):
            try:
                found |= _expanded(rule, start, horizon)
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
                self._found.problems.append(Problem(row, "calendar.problem.recurrence"))
        found -= _listed(event, "EXDATE", start)
        found -= moved
        # An event that began long ago is over; one that lasts some days may still go on.
        early = datetime.combine(self._today - timedelta(days=60), time())
        for bare in sorted(each for each in found if early <= each <= horizon):
            when = self._like(bare, start)
            if self._last_day(event, when) >= self._today:
                yield when

    def _like(self, bare: datetime, start: _When) -> _When:
        return bare.replace(tzinfo=start.tzinfo) if isinstance(start, datetime) else bare.date()


def _expanded(rule: Any, start: _When, horizon: datetime) -> set[datetime]:
    """The occurrences of a rule up to the horizon; raises ValueError for one that makes no sense.

    They are counted on the clocks of the event's own zone, so that 10:00 stays 10:00.
    """
    parts = {str(name).upper(): value for name, value in rule.items()}
    if str(_first(parts["FREQ"])).upper() not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError("too often")
    if int(_first(parts.get("INTERVAL", [1]))) < 1:
        raise ValueError("never ends")
    until = parts.pop("UNTIL", None)
    last = horizon if until is None else min(horizon, _end_of(_first(until), start))
    found: set[datetime] = set()
    written: bytes = vRecur(parts).to_ical()  # type: ignore[no-untyped-call]
    for step, each in enumerate(rrulestr(written.decode(), dtstart=_bare(start))):
        if each > last or step > _MOST_STEPS:
            break
        found.add(each)
    return found


def _end_of(until: Any, start: _When) -> datetime:
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    if until.tzinfo is not None and isinstance(start, datetime) and start.tzinfo is not None:
        until = until.astimezone(start.tzinfo)
    return _bare(until)


def _listed(event: Any, name: str, start: _When) -> set[datetime]:
    """The days of a property that lists some, on the clocks of the event's zone."""
    found = set()
    for several in _several(event, name):
        for each in getattr(several, "dts", ()):
            when = each.dt
            if not isinstance(when, date):
                continue  # a period
            if isinstance(when, datetime) and when.tzinfo and getattr(start, "tzinfo", None):
                when = when.astimezone(start.tzinfo)  # type: ignore[union-attr]
            found.add(_bare(when))
    return found


def _bare(when: _When) -> datetime:
    """On the clock of its own zone; a day begins at midnight."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=None)
    return datetime.combine(when, time())


def _repeats(event: Any) -> bool:
    return bool(_several(event, "RRULE") or _several(event, "RDATE"))


def _kind(event: Any, title: str) -> DeadlineKind | None:
    said = _words(event, KIND)
    if said in set(DeadlineKind):
        return DeadlineKind(said)
    categories = [
        str(each)
        for several in _several(event, "CATEGORIES")
        for each in getattr(several, "cats", ())
    ]
    known = (kind_of(each) for each in categories)
    return next((each for each in known if each is not None), None) or _kind_in(title)


def _uid(event: Any) -> str | None:
    """The event's name; one that no column holds is known by its digest."""
    uid = tidy(_words(event, "UID"))
    if len(uid) > _LONGEST_UID:
        return hashlib.sha256(uid.encode()).hexdigest()
    return uid or None


def _occurrence(uid: str | None, original: _When | None) -> str | None:
    if uid is None or original is None:
        return uid
    return f"{uid}#{_bare(original):%Y%m%d}"


def _when(event: Any, name: str) -> _When | None:
    """The day or moment of a property, of a year that makes sense.

    Some programs write whole days as midnights and say so: those are the day wherever one is.
    """
    when = getattr(_one(event, name), "dt", None)
    if not isinstance(when, date) or when.year not in _YEARS:
        return None
    if isinstance(when, datetime) and _words(event, _WHOLE_DAY).upper() == "TRUE":
        return when.date()
    return when


def _words(event: Any, name: str) -> str:
    found = _one(event, name)
    return "" if found is None else str(found)


def _one(event: Any, name: str) -> Any:
    return next(iter(_several(event, name)), None)


def _several(event: Any, name: str) -> list[Any]:
    """The values of a property; one that cannot be understood is none."""
    found = event.get(name)
    values = found if isinstance(found, list) else [found]
    return [each for each in values if each is not None and not isinstance(each, vBroken)]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


# -- CSV in ----------------------------------------------------------------------------------------


def read_csv(path: Path) -> Found:
    """The rows of a table with our columns; refuses with Empty, Damaged or TooManyEvents."""
    headed = tables.headed(csv_tables.sheet(path, recognised_columns), recognised_columns)
    if headed is None:
        raise Empty
    places: dict[str, int] = {}
    for place, cell in enumerate(headed.header.cells):
        if (column := _column_of(cell)) is not None:
            places.setdefault(column, place)
    found = Found()
    for row in headed.rows:
        cells = {
            column: row.cells[place] if place < len(row.cells) else ""
            for column, place in places.items()
        }
        _read_row(found, row.number, cells)
    if not found.said and not found.problems:
        raise Empty
    return found


def _read_row(found: Found, row: int, cells: Mapping[str, str]) -> None:
    said = {name: clean(cell) for name, cell in cells.items() if clean(cell)}
    title = tidy(said.get("title", ""))
    day = _day(said.get("day"))
    rule = Offset.read(said["rule"]) if "rule" in said else None
    problems = []
    if not title:
        problems.append(Problem(row, "calendar.problem.no_title", refused=True))
    if day is None and rule is None:
        problems.append(Problem(row, "calendar.problem.no_day", refused=True))
    if "rule" in said and rule is None:
        problems.append(Problem(row, "calendar.problem.rule"))
    until = _day(said.get("until"))
    if "until" in said and (until is None or (day is not None and until < day)):
        problems.append(Problem(row, "calendar.problem.until"))
        until = None
    warnings = read_warnings(said["warnings"]) if "warnings" in said else None
    if "warnings" in said and warnings is None:
        problems.append(Problem(row, "calendar.problem.warnings"))
    found.problems += problems
    if any(each.refused for each in problems):
        return
    found.take(
        Said(
            row=row,
            uid=said["uid"][:_LONGEST_UID] if "uid" in said else None,
            kind=kind_of(said["kind"]) if "kind" in said else _kind_in(title),
            title=title,
            day=day,
            until=until,
            symbol=filed_symbol(said["document"])[:120] if "document" in said else None,
            rule=None if day is not None else rule,
            warnings=warnings,
        )
    )


def _day(words: str | None) -> date | None:
    if not words:
        return None
    found = (read_any_day(words, language) for language in _LANGUAGES)
    return next((each for each in found if each is not None), None)


def template(language: str) -> bytes:
    """The empty table, as a CSV file that Excel opens well."""
    output = io.StringIO(newline="")
    names = (COLUMNS[column] for column in _TEMPLATE)
    csv.writer(output).writerow([each.get(language, each["en"])[0] for each in names])
    return output.getvalue().encode("utf-8-sig")


# -- ICS out ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One all-day event of a calendar that goes out.

    `kind` is a DeadlineKind's code, or OURS. `withheld` says that the title stands for another one,
    which stays in the house; a `dropped` one tells calendars to take it out.
    """

    uid: str
    kind: str
    title: str
    day: date
    until: date | None = None
    category: str = ""
    description: str = ""
    symbol: str | None = None
    rule: str | None = None
    warnings: tuple[int, ...] | None = None
    withheld: bool = False
    dropped: bool = False


def write_ics(entries: Iterable[Entry], *, name: str, about: str, made_at: datetime) -> bytes:
    """The entries as a calendar file, without alarms: the bot reminds.

    `about` says of the file when, by whom, how narrowed and how many.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Focal Point//Reporting calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-caldesc", about)
    for entry in entries:
        calendar.add_component(_event(entry, made_at))
    written: bytes = calendar.to_ical()
    return written


def write_meeting(
    uid: str, *, title: str, starts_at: datetime, place: str, made_at: datetime
) -> bytes:
    """One meeting as a calendar file; when it ends is not known."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Focal Point//Consultation//EN")
    calendar.add("version", "2.0")
    event.add("uid", uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("summary", title)
    if place:
        event.add("location", place)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, made_at: datetime) -> Any:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", entry.day)
    event.add("dtend", (entry.until or entry.day) + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.dropped else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add(KIND, entry.kind)
    if entry.category:
        event.add("categories", [entry.category])
    if entry.description:
        event.add("description", entry.description)
    if entry.symbol:
        event.add(DOCUMENT, entry.symbol)
    if entry.rule:
        event.add(RULE, entry.rule)
    if entry.warnings is not None:
        event.add(WARNINGS, ",".join(map(str, entry.warnings)) or "0")
    if entry.withheld:
        event.add(WITHHELD, "TRUE")
    return event
