"""The consolidated workbook of what the database holds, in the words of one language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.domain.contributions import About, Outcome, Tags
from bot.domain.contributions import Kind as AboutKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.dialogues import QuestionState
from bot.domain.figures import Figure, number_written
from bot.domain.filters import NothingMatches
from bot.domain.grades import SCHEMES
from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.kinds import Kind, Position
from bot.domain.people import Role
from bot.domain.reports import EvidenceState
from bot.domain.requests import ItemState, RequestItem, Stand, stand
from bot.exchange import workbook
from bot.exchange.cells import Link, exact_cell
from bot.exchange.child import progress
from bot.exchange.named import Named, days_between, item_id
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.workbook import (
    ActivityRow,
    AnswerRow,
    AssessmentRow,
    AssignmentRow,
    ContributionRow,
    Counts,
    DeadlineRow,
    DialogueRow,
    EvidenceRow,
    IndicatorRow,
    QuestionRow,
    RecommendationRow,
    RequestRow,
    ReviewRow,
    SeatRow,
    StatusUpdateRow,
    WorkbookContents,
)
from bot.settings import Settings
from storage.exports import Record, Records

_SEAT_STATES = ("live", "suspended", "ended", "planned")
_ASSESSMENT_STATES = ("stands", "replaced", "withdrawn")
OURS = frozenset(each.code for each in SCHEMES)
_STAGES = ("adopted", "proposed")
_FILE_STATES = (
    *(each for each in EvidenceState if each is not EvidenceState.DROPPED),
    "withdrawn",
)

TEXT_KEYS = (
    "export.replaced",
    *(f"export.seat.{each}" for each in _SEAT_STATES),
    *(f"export.file.{each}" for each in _FILE_STATES),
    *(f"export.assessment.{each}" for each in _ASSESSMENT_STATES),
    *(f"export.activity.{each}" for each in _STAGES),
    *(f"export.contribution.about.{each}" for each in AboutKind),
    *(f"contributed.outcome.{each}" for each in Outcome),
    *(f"report.state.{each}" for each in ReportState),
    *(f"assignment.state.{each}" for each in AssignmentState),
    *(f"label.part.{each}" for each in Part),
    *(f"kind.{each}" for each in Kind),
    *(f"position.{each}" for each in Position),
    *(f"role.{each}" for each in Role),
)

_UNITED_NATIONS = re.compile(r"(?:A|E|S|CCPR|CEDAW|CRC|CAT|CERD|CRPD|CMW|CED|HRI|ST)/[\w./()-]+")


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


class _Rows(Named):
    """The rows of the workbook, in its language."""

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
            assignments=map(self._assignment, records.assignments()),
            status_updates=map(self._status_update, records.every_version()),
            reviews=map(self._review, records.reviews()),
            evidence=map(self._evidence, records.evidence()),
            seats=map(self._seat, records.seats()),
            requests=map(self._request, records.requests()),
            answers=map(self._answer, records.answers()),
            questions=map(self._question, records.questions()),
            dialogues=map(self._dialogue, records.dialogues()),
            deadlines=map(self._deadline, records.deadlines()),
            assessments=map(self._assessment, records.assessments()),
            activities=map(self._activity, records.activities()),
            indicators=map(self._indicator, records.indicators()),
            contributions=map(self._contribution, records.contributions()),
            zone=self._zone,
            withheld=records.restricted() if order.withhold else 0,
        )

    # -- The first sheet ---------------------------------------------------------------------------

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
            id=item_id(row["id"]),
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
            last_text=self._written(row["last_text"]) if shown else "",
            evidence=row["files"],
            siblings=tuple(f"{symbol} {paragraph}" for symbol, paragraph in row["siblings"]),
            source=Link(_address(row["symbol"], self._order.language)),
            card=Link(self._card(row["id"])),
            vanished=self._day(row["vanished_at"]),
            consolidated_status=self._status(row["consolidated_status"]),
            consolidated_as_of=row["consolidated_as_of"],
            consolidated_sentence=self._written(row["consolidated_sentence"]) if shown else "",
            contributions=row["consulted"],
        )

    def _status(self, code: str | None) -> str:
        return self.word(f"status.{code}") if code else ""

    def _status_update(self, row: Record) -> StatusUpdateRow:
        shown = self._shows(row) and row["is_word"]
        figures = [Figure.kept(each) for each in row["figures"]]
        return StatusUpdateRow(
            number=row["number"],
            version=row["version"],
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            status=self.word(f"status.{row['status']}") if row["is_word"] else "",
            as_of=row["as_of"] if row["is_word"] else None,
            measures=self._written(row["measures"]) if shown else "",
            language=self._language(row["language"]),
            remaining=self._written(row["remaining"]) if shown else "",
            figures="\n".join(each.written() for each in figures) if shown else "",
            disaggregation="\n".join(self._groups(figures)) if shown else "",
            evidence=row["files"],
            stage=self._stage(row),
            submitted_at=row["submitted_at"],
            cleared_at=row["cleared_at"],
            reviewed_at=row["decided_at"],
            comment=self._written(row["comment"]) if shown else "",
            note=self._written(row["note"]) if shown else "",
        )

    def _stage(self, row: Record) -> str:
        return self.word("export.replaced" if row["replaced"] else f"report.state.{row['state']}")

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
            status_update=row.get("number") or "",
            version=row.get("version"),
            reply=f"AN-{row['answer_id']}" if row["answer_id"] else "",
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"] or "",
            paragraph=row["paragraph"] or "",
            institution=self._institution(row["institution_id"]),
            title=self._written(row["caption"]) if shown else "",
            name=(row["name"] or "") if shown else "",
            type=row["media_type"] or self.word(f"evidence.kind.{row['kind']}"),
            size=row["size"],
            sha256=row["sha256"] or "",
            language=self._language(row["language"]),
            state=self.word(f"export.file.{_file_state(row)}"),
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
        )

    def _assignment(self, row: Record) -> AssignmentRow:
        return AssignmentRow(
            id=f"A-{row['id']}",
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            part=self.word(f"label.part.{row['part']}"),
            state=self.word(f"assignment.state.{row['state']}"),
            due=row["due_on"],
            assigned_at=row["assigned_at"],
            announced_at=row["announced_at"],
            ended_at=row["ended_at"],
            last_update=row["last_update"] or "",
        )

    def _review(self, row: Record) -> ReviewRow:
        return ReviewRow(
            id=f"RV-{row['id']}",
            status_update=row["number"],
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            decision=self.word(f"report.state.{row['decision']}"),
            comment=self._written(row["comment"]) if self._shows(row) else "",
            language=self._language(row["language"]),
            reviewed_at=row["at"],
        )

    def _request(self, row: Record) -> RequestRow:
        shown, asked = self._shows(row), row["asked_at"]
        answered = row["settled_at"] if row["state"] == ItemState.ANSWERED.value else None
        return RequestRow(
            id=f"RI-{row['id']}",
            request=f"RQ-{row['request_id']}",
            kind=self.word(f"request.kind.{row['kind']}"),
            subject=self._written(self._named(row["titles"])) if shown else "",
            indicator=self._written(row["indicator"]) if shown else "",
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"] or "",
            paragraph=row["paragraph"] or "",
            institution=self._institution(row["institution_id"]),
            asked_at=asked,
            due=row["due_on"],
            reminders=row["reminders"],
            seen_at=row["seen_at"],
            answered_at=answered,
            days=days_between(asked, answered) if answered else None,
            answer=row["report"] or self._answered(row["answer"], shown=shown),
            state=self.word(f"request.stand.{self._stand(row)}"),
            reason=self._written(row["reason"]) if shown else "",
        )

    def _answered(self, answer: Mapping[str, Any] | None, *, shown: bool) -> str:
        """What was answered, in one cell: the position, the words, the figures."""
        if answer is None or not shown:
            return ""
        figures = [Figure.from_json(each).written() for each in answer["figures"]]
        said = [self._choice(answer["choice"]), self._written(answer["words"]), *figures]
        return "\n".join(filter(None, said))

    def _choice(self, choice: str | None) -> str:
        return self.word(f"answer.choice.{choice}") if choice else ""

    def _stand(self, row: Record) -> Stand:
        values = {each.name: row[each.name] for each in fields(RequestItem)}
        return stand(RequestItem(**{**values, "state": ItemState(row["state"])}), self._today)

    def _answer(self, row: Record) -> AnswerRow:
        shown = self._shows(row)
        figures = [Figure.from_json(each) for each in row["figures"]]
        return AnswerRow(
            id=f"AN-{row['id']}",
            asked=f"RI-{row['request_item_id']}",
            kind=self.word(f"request.kind.{row['kind']}"),
            subject=self._written(self._named(row["titles"])) if shown else "",
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"] or "",
            paragraph=row["paragraph"] or "",
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            position=self._choice(row["choice"]),
            answer=self._written(row["words"]) if shown else "",
            language=self._language(row["language"]),
            figures="\n".join(each.written() for each in figures) if shown else "",
            disaggregation="\n".join(self._groups(figures)) if shown else "",
            recorded_from=self._written(row["source"]) if shown else "",
            recorded_on=row["source_on"],
            answered_at=row["at"],
        )

    def _dialogue(self, row: Record) -> DialogueRow:
        asked, shown = row["id"] is not None, self._shows(row)
        cleared = row["state"] != QuestionState.DRAFTED.value
        return DialogueRow(
            dialogue=row["title"],
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
            id=f"DQ-{row['id']}" if asked else "",
            text=self._written(row["words"]) if shown else "",
            language=self._language(row["language"]),
            asked_at=row["typed_at"],
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"] or "",
            paragraph=row["paragraph"] or "",
            institution=self._institution(row["institution_id"]),
            state=self.word(f"dialogue.state.{row['state']}") if asked else "",
            seat=self._who(row),
            answer=self._written(row["answer"]) if shown and cleared else "",
            answer_language=self._language(row["answer_language"]),
            status_update=row["number"] or "",
            settled_at=row["settled_at"],
            promised_until=row["promised_until"],
        )

    def _deadline(self, row: Record) -> DeadlineRow:
        kind = DeadlineKind(row["kind"])
        hidden = self._order.withhold and kind.restricted
        return DeadlineRow(
            id=f"D-{row['id']}",
            kind=self.word(f"deadline.kind.{kind}"),
            title="" if hidden else row["title"],
            symbol=row["symbol"] or "",
            day=row["day"],
            until=row["until"],
            rule=row["rule"] or "",
            state=self.word(f"deadline.state.{row['state']}"),
            request=f"RQ-{row['request_id']}" if row["request_id"] else "",
        )

    def _question(self, row: Record) -> QuestionRow:
        return QuestionRow(
            id=f"{'T' if 'number' in row else 'Q'}-{row['id']}",
            status_update=row.get("number", ""),
            institution=self._institution(row["institution_id"]),
            seat=self._who(row),
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            text=self._written(row["words"]) if self._shows(row) else "",
            language=self._language(row["language"]),
            asked_at=row["asked_at"],
            days=days_between(row["asked_at"], self._order.made_at),
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
            recommendation=item_id(row["item_id"]),
            symbol=row["symbol"],
            paragraph=row["paragraph"],
            given_by=given,
            status=self.word(f"status.{status}") if status else "",
            grade=row["grade"] if graded else "",
            session=row["session"] if graded else "",
            as_of=row["given_on"] if graded else row["as_of"],
            text=self._written(words) if shown else "",
            language=self._language(row["language"]) if words else "",
            document=(row["graded_in"] or "") if graded else "",
            source=self._written(row["source"]) if shown else "",
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
            activity=self._written(row["what"]) if shown else "",
            language=self._language(row["language"]),
            institution=self._institution(row["institution_id"]),
            others=tuple(self._institution(each) for each in row["others"]),
            since=row["from_on"],
            until=row["until_on"],
            amount=exact_cell(row["amount"]),
            currency=row["currency"] or "",
            funds=self._written(row["funds"]) if shown else "",
            stage=self.word(f"export.activity.{'adopted' if row['adopted_at'] else 'proposed'}"),
            state=self.word(f"activity.state.{row['state']}"),
            last_note=self._written(row["note"]) if shown else "",
        )

    def _indicator(self, row: Record) -> IndicatorRow:
        shown = self._shows(row)
        groups = row["disaggregation"] or [] if shown else []
        return IndicatorRow(
            id=f"IN-{row['id']}",
            of=f"AC-{row['activity_id']}",
            indicator=self._written(row["name"]) if shown else "",
            aspect=self.word(f"indicator.kind.{row['kind']}"),
            unit_of=self._written(row["unit"]) if shown else "",
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

    def _contribution(self, row: Record) -> ContributionRow:
        about, tags = About.from_json(row["about"]), Tags.from_json(row["tags"])
        own = (about.theme,) if about.theme else ()
        return ContributionRow(
            id=f"C-{row['id']}",
            consultation=row["title"],
            contribution=row["number"],
            about=self.word(f"export.contribution.about.{about.kind}"),
            themes=tuple(dict.fromkeys((*own, *tags.themes))),
            items=tuple(f"{symbol} {paragraph}" for symbol, paragraph in row["items"]),
            outcome=self.word(f"contributed.outcome.{row['outcome']}"),
        )

    def _origin(self, source: str | None) -> str:
        return self.word(f"indicator.source.{source}") if source else ""

    def _group(self, group: Mapping[str, Any]) -> str:
        """A group: by what it is told apart, how it is called, how many."""
        by = ", ".join(self.word(f"dimension.{one}") for one in group["dimensions"])
        return f"{by} | {group['group']} | {number_written(group['value'])}"

    # -- Cells -------------------------------------------------------------------------------------

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


def _address(symbol: str, language: str) -> str:
    """Where the United Nations keep the document, for the symbols that are theirs."""
    if not _UNITED_NATIONS.fullmatch(symbol):
        return ""
    return f"https://undocs.org/{language}/{symbol}"


def _assessment_state(row: Record) -> str:
    if row["withdrawn_at"] is not None:
        return "withdrawn"
    return "stands" if row.get("current", True) else "replaced"


def _file_state(row: Record) -> str:
    """How a file stands; one that is stored, of a report that was withdrawn, says so."""
    stored = row["state"] == EvidenceState.STORED.value
    return "withdrawn" if stored and row.get("withdrawn") else str(row["state"])
