"""The consolidated workbook of what the database holds, in the words of one language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from bot.domain.figures import Figure, number_written
from bot.domain.filters import Dimension, NothingMatches
from bot.domain.grades import SCHEMES
from bot.domain.items import ItemText, Part, ReportState, best_text
from bot.domain.kinds import Kind, Position
from bot.domain.people import Role
from bot.domain.redaction import Mark
from bot.domain.reports import EvidenceState
from bot.domain.screens import Text, Words
from bot.exchange import workbook
from bot.exchange.cells import Link, exact_cell
from bot.exchange.child import progress
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.workbook import (
    ActivityRow,
    AssessmentRow,
    Counts,
    EvidenceRow,
    IndicatorRow,
    QuestionRow,
    RecommendationRow,
    RequestRow,
    SeatRow,
    StatusUpdateRow,
    WorkbookContents,
)
from bot.settings import Settings
from bot.texts import Texts, language_name
from storage.exports import Record, Records

_SEAT_STATES = ("live", "suspended", "ended", "planned")
_REQUEST_STATES = ("open", "overdue", "answered", "returned", "disowned", "ended")
_ASSESSMENT_STATES = ("stands", "replaced", "withdrawn")
OURS = frozenset(each.code for each in SCHEMES)
_STAGES = ("adopted", "proposed")
_FILE_STATES = tuple(each for each in EvidenceState if each is not EvidenceState.DROPPED)

TEXT_KEYS = (
    *(f"export.seat.{each}" for each in _SEAT_STATES),
    *(f"export.request.{each}" for each in _REQUEST_STATES),
    *(f"export.file.{each}" for each in _FILE_STATES),
    *(f"export.assessment.{each}" for each in _ASSESSMENT_STATES),
    *(f"export.activity.{each}" for each in _STAGES),
    *(f"report.state.{each}" for each in ReportState),
    *(f"kind.{each}" for each in Kind),
    *(f"position.{each}" for each in Position),
    *(f"role.{each}" for each in Role),
)

_UNITED_NATIONS = re.compile(r"(?:A|E|S|CCPR|CEDAW|CRC|CAT|CERD|CRPD|CMW|CED|HRI|ST)/[\w./()-]+")
_DAY = 86_400  # seconds


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the workbook that `arguments` order into the folder."""
    return carry_out(make, arguments, folder)


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the workbook of these records into the folder.

    Refuses with NothingMatches, or with CountsDiffer where the rows are not what was counted.
    """
    rows = _Rows(records, order, settings)
    contents = rows.contents()
    if not contents.counts.sheets["recommendations"]:
        raise NothingMatches
    path = folder / "workbook.xlsx"
    workbook.write(path, contents, rows.word, progress)
    return Written(path.name, contents.counts.sheets, contents.withheld)


class _Rows:
    """The rows of the workbook, in its language."""

    def __init__(self, records: Records, order: Order, settings: Settings) -> None:
        self._records = records
        self._order = order
        self._zone: tzinfo = settings.zone
        self._default_language = settings.default_language
        self._texts = Texts.load(settings.languages)
        self._texts.call(records.vocabulary().names)
        self._known: dict[str, str] = {}
        self._institutions = {
            key: _name(each["names"], order.language)
            for key, each in records.institutions().items()
        }
        self._codes = {each["code"]: key for key, each in records.institutions().items()}
        self._today: date = order.made_at.astimezone(self._zone).date()

    def word(self, key: str) -> str:
        """The words of a key that has no values."""
        if key not in self._known:
            self._known[key] = self._texts.render(Text(key), self._order.language, mode="bare")
        return self._known[key]

    def _said(self, words: str | None) -> str:
        """What somebody wrote; of what was redacted, when and why it went."""
        if not words or Mark.read(words) is None:
            return words or ""
        shown = Text("label.one", {"value": Words(words)})
        return self._texts.render(shown, self._order.language, mode="bare")

    def contents(self) -> WorkbookContents:
        """Everything of the workbook."""
        order, records = self._order, self._records
        return WorkbookContents(
            language=order.language,
            made_at=order.made_at,
            made_by=order.made_by,
            filters=tuple(self._filters()),
            counts=self._counts(),
            recommendations=map(self._recommendation, records.recommendations()),
            status_updates=map(self._status_update, records.status_updates()),
            evidence=map(self._evidence, records.evidence()),
            seats=map(self._seat, records.seats()),
            requests=map(self._request, records.requests()),
            questions=map(self._question, records.questions()),
            assessments=map(self._assessment, records.assessments()),
            activities=map(self._activity, records.activities()),
            indicators=map(self._indicator, records.indicators()),
            zone=self._zone,
            withheld=records.restricted() if order.withhold else 0,
        )

    # -- The first sheet ---------------------------------------------------------------------------

    def _filters(self) -> Iterator[tuple[str, str]]:
        chosen = self._order.filters
        for dimension in Dimension:
            if values := chosen.of(dimension):
                yield dimension.value, " | ".join(self._called(dimension, each) for each in values)
        if chosen.since:
            yield "from", chosen.since.isoformat()
        if chosen.until:
            yield "until", chosen.until.isoformat()
        if chosen:
            language = self._order.language
            yield "language", language_name(language, language)

    def _called(self, dimension: Dimension, value: str) -> str:
        match dimension:
            case Dimension.STATUS:
                return self.word(f"status.{value}")
            case Dimension.INSTITUTION if value in self._codes:
                return self._institutions[self._codes[value]]
            case _:
                return value

    def _counts(self) -> Counts:
        totals = self._records.totals()
        institutions: Counter[str] = Counter()
        for key, number in totals.institution.items():
            institutions[self._institution(key)] += number
        status: Counter[str] = Counter()
        for code, number in totals.status.items():
            status[self.word(f"status.{code}")] += number
        return Counts(totals.sheets, status, totals.mechanism, institutions)

    # -- Rows --------------------------------------------------------------------------------------

    def _recommendation(self, row: Record) -> RecommendationRow:
        shown = self._shows(row)
        said = self._best(row["texts"]) if shown else None
        tags = row["tags"] if shown else {}
        holders = row["holders"]
        return RecommendationRow(
            id=_item_id(row["id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            mechanism=row["mechanism"],
            cycle=str(row["cycle"] or ""),
            kind=self.word(f"kind.{row['kind']}"),
            position=self.word(f"position.{row['position']}") if row["position"] else "",
            text=said.words if said else "",
            language=self._language(said.language if said else None),
            status=self.word(f"status.{row['status']}"),
            as_of=row["as_of"],
            due=row["due_on"],
            lead=self._holders(holders, Part.LEAD),
            contributing=self._holders(holders, Part.CONTRIBUTING),
            cluster=(row["cluster"] or "") if shown else "",
            states=tuple(row["recommending"]) if shown else (),
            themes=tuple(tags.get("theme", ())),
            groups=tuple(tags.get("group", ())),
            sdgs=tuple(tags.get("sdg", ())),
            last_update=row["last_update"] or "",
            last_text=self._said(row["last_text"]) if shown else "",
            evidence=row["files"],
            siblings=tuple(f"{symbol} {paragraph}" for symbol, paragraph in row["siblings"]),
            source=Link(_address(row["symbol"], self._order.language)),
            card=Link(self._card(row["id"])),
            vanished=self._day(row["vanished_at"]),
            consolidated_status=self._status(row["consolidated_status"]),
            consolidated_as_of=row["consolidated_as_of"],
            consolidated_sentence=(row["consolidated_sentence"] or "") if shown else "",
        )

    def _status(self, code: str | None) -> str:
        return self.word(f"status.{code}") if code else ""

    def _status_update(self, row: Record) -> StatusUpdateRow:
        shown = self._shows(row) and row["is_word"]
        figures = [Figure.kept(each) for each in row["figures"]]
        return StatusUpdateRow(
            number=row["number"],
            version=row["version"],
            recommendation=_item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            status=self.word(f"status.{row['status']}") if row["is_word"] else "",
            as_of=row["as_of"] if row["is_word"] else None,
            measures=self._said(row["measures"]) if shown else "",
            language=self._language(row["language"]),
            remaining=self._said(row["remaining"]) if shown else "",
            figures="\n".join(each.written() for each in figures) if shown else "",
            disaggregation="\n".join(self._groups(figures)) if shown else "",
            evidence=row["files"],
            stage=self.word(f"report.state.{row['state']}"),
            submitted_at=row["submitted_at"],
            cleared_at=row["cleared_at"],
            reviewed_at=row["decided_at"],
            comment=self._said(row["comment"]) if shown else "",
            note=self._said(row["note"]) if shown else "",
        )

    def _groups(self, figures: Sequence[Figure]) -> Iterator[str]:
        """One line a group: of which figure, by what it is told apart, how many."""
        for figure in figures:
            called = (
                figure.indicator if figure.year is None else f"{figure.indicator} ({figure.year})"
            )
            for each in figure.disaggregation:
                yield f"{called} | {self._group(each)}"

    def _evidence(self, row: Record) -> EvidenceRow:
        shown = self._shows(row)
        return EvidenceRow(
            id=f"E-{row['id']}",
            status_update=row["number"],
            recommendation=_item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            title=self._said(row["caption"]) if shown else "",
            name=(row["name"] or "") if shown else "",
            type=row["media_type"] or self.word(f"evidence.kind.{row['kind']}"),
            size=row["size"],
            sha256=row["sha256"] or "",
            language=self._language(row["language"]),
            state=self.word(f"export.file.{row['state']}"),
            received_at=row["added_at"],
            source=Link((row["url"] or "") if shown else ""),
        )

    def _seat(self, row: Record) -> SeatRow:
        if "role" not in row:
            return SeatRow(
                institution=self._institution(row["institution_id"]),
                unit="",
                person="",
                role="",
                state="",
                language="",
                since=None,
                until=None,
                last_seen=None,
            )
        return SeatRow(
            institution=self._institution(row["institution_id"]),
            unit=row["unit"] or "",
            person=row["name"] if self._order.names else "",
            role=self.word(f"role.{row['role']}"),
            state=self.word(f"export.seat.{self._seat_state(row)}"),
            language=self._language(row["language"]),
            since=self._day(row["from_at"]),
            until=self._day(row["until_at"]),
            last_seen=None,
        )

    def _request(self, row: Record) -> RequestRow:
        answer = row["answer"]
        asked, answered = row["announced_at"], answer["submitted_at"] if answer else None
        return RequestRow(
            id=f"A-{row['id']}",
            subject="",
            recommendation=_item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            asked_at=asked,
            due=row["due_on"],
            reminders=0,
            answered_at=answered,
            days=_days(asked, answered) if answered else None,
            status_update=answer["number"] if answer else "",
            state=self.word(f"export.request.{self._request_state(row)}"),
        )

    def _question(self, row: Record) -> QuestionRow:
        return QuestionRow(
            id=f"Q-{row['id']}",
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            recommendation=_item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            text=row["words"] if self._shows(row) else "",
            language=self._language(row["language"]),
            asked_at=row["asked_at"],
            days=_days(row["asked_at"], self._order.made_at),
        )

    def _assessment(self, row: Record) -> AssessmentRow:
        shown = self._shows(row)
        graded = "scheme" in row
        status = row["status"] if not graded else None
        words = row["note"] if graded else row["words"]
        given = self._institution(row["institution_id"]) if not graded else row["scheme"]
        if graded and row["scheme"] in OURS:
            given = self.word(f"grade.scheme.{row['scheme']}")
        return AssessmentRow(
            id=f"{'G' if graded else 'I'}-{row['id']}",
            recommendation=_item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            given_by=given,
            status=self.word(f"status.{status}") if status else "",
            grade=row["grade"] if graded else "",
            session=row["session"] if graded else "",
            as_of=row["given_on"] if graded else row["as_of"],
            text=(words or "") if shown else "",
            language=self._language(row["language"]) if words else "",
            document=(row["graded_in"] or "") if graded else "",
            source=(row["source"] or "") if shown else "",
            version=None if graded else row["version"],
            state=self.word(f"export.assessment.{_assessment_state(row)}"),
            given_at=row["entered_at"] if graded else row["given_at"],
        )

    def _activity(self, row: Record) -> ActivityRow:
        shown = self._shows(row)
        return ActivityRow(
            id=f"AC-{row['id']}",
            items=tuple(f"{symbol} {paragraph}" for symbol, paragraph in row["items"]),
            cluster=(row["cluster"] or "") if shown else "",
            activity=row["what"] if shown else "",
            language=self._language(row["language"]),
            institution=self._institution(row["institution_id"]),
            others=tuple(self._institution(each) for each in row["others"]),
            since=row["from_on"],
            until=row["until_on"],
            amount=exact_cell(row["amount"]),
            currency=row["currency"] or "",
            funds=(row["funds"] or "") if shown else "",
            stage=self.word(f"export.activity.{'adopted' if row['adopted_at'] else 'proposed'}"),
            state=self.word(f"activity.state.{row['state']}"),
            last_note=(row["note"] or "") if shown else "",
        )

    def _indicator(self, row: Record) -> IndicatorRow:
        shown = self._shows(row)
        groups = row["disaggregation"] or [] if shown else []
        return IndicatorRow(
            id=f"IN-{row['id']}",
            of=f"AC-{row['activity_id']}",
            indicator=row["name"] if shown else "",
            aspect=self.word(f"indicator.kind.{row['kind']}"),
            unit_of=row["unit"] or "",
            baseline=row["baseline"],
            baseline_year=row["baseline_year"],
            target=row["target"],
            target_year=row["target_year"],
            sdg=row["sdg"] or "",
            dimensions=tuple(self.word(f"dimension.{each}") for each in row["dimensions"]),
            year=row["year"],
            value=row["value"],
            disaggregation="\n".join(map(self._group, groups)),
            origin=row["number"] or self._origin(row["source"]),
            received_at=row["at"],
        )

    def _origin(self, source: str | None) -> str:
        return self.word(f"indicator.source.{source}") if source else ""

    def _group(self, group: Mapping[str, Any]) -> str:
        """A group: by what it is told apart, how it is called, how many."""
        by = ", ".join(self.word(f"dimension.{one}") for one in group["dimensions"])
        return f"{by} | {group['group']} | {number_written(group['value'])}"

    # -- Cells -------------------------------------------------------------------------------------

    def _shows(self, row: Record) -> bool:
        """Whether the words of this item may stand in the workbook."""
        return not (self._order.withhold and row["restricted"])

    def _who(self, row: Record) -> str:
        """Who it was: by name, or by their role where names stay at home."""
        if self._order.names:
            return row["name"] or ""
        return self.word(f"role.{row['role']}") if row["role"] else ""

    def _best(self, texts: Mapping[str, str]) -> ItemText | None:
        known = tuple(ItemText(language, words) for language, words in texts.items())
        return best_text(known, self._order.language, self._default_language)

    def _institution(self, key: int | None) -> str:
        return "" if key is None else self._institutions[key]

    def _holders(self, holders: list[tuple[str, int]], part: Part) -> tuple[str, ...]:
        return tuple(self._institutions[key] for each, key in holders if each == part.value)

    def _language(self, code: str | None) -> str:
        return language_name(code, self._order.language) if code else ""

    def _day(self, moment: datetime | None) -> date | None:
        return moment.astimezone(self._zone).date() if moment else None

    def _card(self, item: int) -> str:
        name = self._order.bot_name
        return f"https://t.me/{name}?start=item-{item}" if name else ""

    def _seat_state(self, row: Record) -> str:
        now = self._order.made_at
        if row["until_at"] is not None and row["until_at"] <= now:
            return "ended"
        if row["suspended_at"] is not None:
            return "suspended"
        return "live" if row["from_at"] <= now else "planned"

    def _request_state(self, row: Record) -> str:
        if row["state"] in ("disowned", "ended"):
            return str(row["state"])
        if row["report_state"] == ReportState.RETURNED.value:
            return "returned"
        owed = row["due_on"] is not None and row["answered_due_on"] != row["due_on"]
        if owed and row["due_on"] < self._today:
            return "overdue"
        return "answered" if row["answer"] and not owed else "open"


def _item_id(item: int) -> str:
    return f"R-{item}"


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()))


def _days(begin: datetime, end: datetime) -> float:
    return round((end - begin).total_seconds() / _DAY, 1)


def _address(symbol: str, language: str) -> str:
    """Where the United Nations keep the document, for the symbols that are theirs."""
    if not _UNITED_NATIONS.fullmatch(symbol):
        return ""
    return f"https://undocs.org/{language}/{symbol}"


def _assessment_state(row: Record) -> str:
    if row["withdrawn_at"] is not None:
        return "withdrawn"
    return "stands" if row.get("current", True) else "replaced"
