"""What exports and progress read: rows, totals and choices, narrowed by a filter, on one snapshot.

Rows come page by page from the database's own cursor, so that memory does not grow with them. The
totals are counted by statements of their own, not by counting the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    RowMapping,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
)

from bot.domain.clearance import Decision
from bot.domain.contributions import State
from bot.domain.figures import Figure
from bot.domain.filters import NOT_REPORTED, Dimension, Filter, Known, goal_of
from bot.domain.items import AssignmentState, Part, ReportState
from bot.domain.reports import EvidenceState
from bot.domain.requests import ItemState
from bot.domain.status import Vocabulary
from storage import groups, indicators, names, plans, statuses
from storage.approved import is_approved_of_few, is_last_approved, is_last_worded
from storage.clearance import is_word
from storage.database import Transaction
from storage.names import Names
from storage.reminders import SENT
from storage.selection import NEED
from storage.standing import (
    approved_words,
    as_of,
    is_consolidated,
    is_last_consolidated,
    is_last_said,
    last_words,
    standing,
    status_of,
    words_of,
)
from storage.tables import activities as plan_activities
from storage.tables import (
    answers,
    assessments,
    assignments,
    clearances,
    clusters,
    consolidations,
    consultation_words,
    consultations,
    contribution_items,
    contributions,
    deadlines,
    dialogue_questions,
    dialogues,
    evidence,
    figures,
    files,
    grades,
    indicator_values,
    institutions,
    item_tags,
    item_texts,
    items,
    people,
    questions,
    reminders,
    request_items,
    request_texts,
    requests,
    reviews,
    seats,
    siblings,
    source_documents,
    status_update_versions,
    status_updates,
    thread_words,
    threads,
    units,
)
from storage.tables import indicators as plan_indicators

Record: TypeAlias = dict[str, Any]
R = TypeVar("R")

PAGE = 500  # rows in memory at a time

_ANNOUNCED = AssignmentState.ANNOUNCED.value
_APPROVED = ReportState.APPROVED.value
_RETURNED = ReportState.RETURNED.value
_WITHDRAWN = ReportState.WITHDRAWN.value
_STANDING = (ReportState.SUBMITTED.value, _APPROVED)  # neither returned nor withdrawn
# Where the way leads through a few assignments: the index on states would lead through all reports.
_stands_of_few = func.coalesce(status_updates.c.state, "").in_(_STANDING)
_CLEARED = (Decision.CLEARED.value, Decision.AMENDED.value)
_TAGS = ("theme", "group", "sdg", NEED)
_TAG = item_tags.c.label
_HELD = assignments  # which inside the class is the name of its rows


@dataclass(frozen=True)
class Totals:
    """What the database counts within a filter.

    `sheets` are rows by subject; the others recommendations: by status code, by mechanism, and by
    the id of each leading institution (None: nobody leads).
    """

    sheets: Mapping[str, int]
    status: Mapping[str, int]
    mechanism: Mapping[str, int]
    institution: Mapping[int | None, int]


@dataclass(frozen=True)
class Spread:
    """A value of a dimension that occurs within a filter, on so many recommendations.

    `names` has the names of an institution by language; others are called by their value.
    """

    value: str
    count: int
    names: Mapping[str, str] | None = None


async def on_snapshot(
    tx: Transaction,
    chosen: Filter,
    zone: tzinfo,
    make: Callable[[Records], R],
    *,
    only: Collection[int] | None = None,
) -> R:
    """What `make` makes of the records (of the items `only`); days of the filter are of `zone`."""
    result: R = await tx.run(lambda connection: make(Records(connection, chosen, zone, only=only)))
    return result


async def count(tx: Transaction, chosen: Filter, zone: tzinfo) -> int:
    """How many recommendations pass the filter."""
    return await on_snapshot(tx, chosen, zone, lambda records: records.count())


async def first_reported(tx: Transaction) -> datetime | None:
    """When the first report came; None where none has."""
    first: datetime | None = await tx.value(select(func.min(status_updates.c.submitted_at)))
    return first


async def known(tx: Transaction, dimension: Dimension) -> list[Known]:
    """Every value of a dimension that occurs, with the names it may be asked for by."""
    match dimension:
        case Dimension.STATUS:
            entries = (await statuses.vocabulary(tx)).entries
            known = [Known(each.code, tuple(each.names.values())) for each in entries]
            return [*known, Known(NOT_REPORTED)]
        case Dimension.INSTITUTION:
            statement = select(institutions.c.code, institutions.c.names).order_by(
                institutions.c.code
            )
            return [
                Known(row["code"], tuple(row["names"].values())) for row in await tx.rows(statement)
            ]
        case Dimension.MECHANISM:
            column: ColumnElement[str] = source_documents.c.mechanism
        case Dimension.DOCUMENT:
            column = source_documents.c.symbol
        case Dimension.CLUSTER:
            column = clusters.c.name
        case Dimension.THEME | Dimension.SDG:
            labels = select(item_tags.c.label).where(item_tags.c.vocabulary == dimension.value)
            return [Known(each) for each in await tx.values(labels.distinct())]
    return [Known(each) for each in await tx.values(select(column).distinct().order_by(column))]


class Records:
    """The rows and totals of an export, over a plain connection; each sequence is read once.

    What is `open_only` leaves restricted items out, and every word that nobody has approved. Of the
    items `only` those of these ids are meant.

    Where the filter has days, they hold for all that is said of an item: which pass, where each
    stood, the words of institutions, of the secretariat, of observers and of committees are those
    of these days, and none of any other. A report is of the day on which its newest version came.
    What was asked and planned, and who holds what, is as it is now.
    """

    def __init__(
        self,
        connection: Connection,
        chosen: Filter,
        zone: tzinfo = UTC,
        *,
        open_only: bool = False,
        only: Collection[int] | None = None,
    ) -> None:
        self._connection = connection
        self._filter = chosen
        self._zone = zone
        self._open = open_only
        self._only = only
        self._whole = not chosen and only is None
        self._dated = bool(chosen.since or chosen.until)
        self._standing = standing(self._last_words())

    def open_to_all(self) -> Records:
        """What of these records may leave the house: items and words that are open to anyone."""
        return Records(self._connection, self._filter, self._zone, open_only=True, only=self._only)

    def _last_words(self) -> Subquery:
        """What was said last on each announced assignment, in the days that are meant."""
        if self._open:
            return approved_words(self._in_time(status_updates))
        if not self._dated:
            return last_words()
        return words_of(is_last_said(self._counts(status_updates), self._in_time(status_updates)))

    # -- Totals ------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many recommendations pass."""
        return self._number(select(func.count()).select_from(self._items()).where(self._passes()))

    def restricted(self) -> int:
        """How many of them are restricted."""
        return self._number(
            select(func.count())
            .select_from(self._items())
            .where(self._passes(), items.c.restricted)
        )

    def totals(self) -> Totals:
        """Everything that is counted."""
        base = self._items()
        status, mechanism = self._status(), source_documents.c.mechanism
        return Totals(
            sheets={
                "recommendations": self.count(),
                **{
                    name: sum(self._number(self._counted(each)) for each in statements)
                    for name, statements in self._sheets().items()
                },
            },
            status=self._grouped(
                select(status, func.count())
                .select_from(base)
                .where(self._passes())
                .group_by(status)
            ),
            mechanism=self._grouped(
                select(mechanism, func.count())
                .select_from(base)
                .where(self._passes())
                .group_by(mechanism)
            ),
            institution=self._leads(),
        )

    def _sheets(self) -> Mapping[str, tuple[Select[Any], ...]]:
        """The rows of each subject but the recommendations."""
        return {
            "assignments": (self._assignments(),),
            "status_updates": (self._updates(), *(() if self._open else (self._former(),))),
            "reviews": (self._reviews(),),
            "evidence": self._all_evidence(),
            "seats": (self._seats(), self._without_seats()),
            "requests": (self._requests(),),
            "answers": (self._answers(),),
            "questions": (self._questions(), self._open_threads()),
            "dialogues": (self._dialogues(),),
            "deadlines": (self._deadlines(),),
            "assessments": (self._assessments(), self._grades()),
            "activities": (self._activities(),),
            "indicators": (self._indicators(),),
            "contributions": (self._contributions(),),
        }

    def goals(self, *, withhold: bool) -> dict[tuple[int | None, str], int]:
        """How many recommendations name each Sustainable Development Goal, by goal and status.

        One with several goals counts for each, one without any for None; so does a restricted one
        where its words are withheld, for its goals are words about it.
        """
        named = select(item_tags.c.label).where(item_tags.c.vocabulary == "sdg").distinct()
        known = {label: goal_of(label) for (label,) in self._connection.execute(named)}
        goal: Any = case({label: found for label, found in known.items() if found}, value=_TAG)
        if not any(known.values()):
            goal = null()
        tagged = (
            select(item_tags.c.item_id, goal.label("goal"))
            .where(item_tags.c.vocabulary == "sdg", goal.is_not(None))
            .distinct()
            .subquery("tagged")
        )
        its = tagged.c.item_id == items.c.id
        shown = and_(its, ~items.c.restricted) if withhold else its
        status = self._status()
        statement = (
            select(tagged.c.goal, status.label("status"), func.count().label("count"))
            .select_from(self._items().outerjoin(tagged, shown))
            .where(self._passes())
            .group_by(tagged.c.goal, status)
        )
        return {(row["goal"], row["status"]): row["count"] for row in self._rows(statement)}

    def spread(self, dimension: Dimension) -> list[Spread]:
        """The values of a dimension, the most frequent first; statuses in their order."""
        if dimension is Dimension.INSTITUTION:
            return self._spread_of_institutions()
        columns: Mapping[Dimension, ColumnElement[str]] = {
            Dimension.MECHANISM: source_documents.c.mechanism,
            Dimension.DOCUMENT: source_documents.c.symbol,
            Dimension.CLUSTER: clusters.c.name,
            Dimension.STATUS: self._status(),
        }
        base, column = self._items(), columns.get(dimension, item_tags.c.label)
        if dimension not in columns:
            base = base.join(
                item_tags,
                and_(item_tags.c.item_id == items.c.id, item_tags.c.vocabulary == dimension.value),
            )
        number = func.count(items.c.id.distinct())
        statement = (
            select(column.label("value"), number.label("count"))
            .select_from(base)
            .where(self._passes(), column.is_not(None))
            .group_by(column)
            .order_by(number.desc(), column)
        )
        found = [Spread(row["value"], row["count"]) for row in self._rows(statement)]
        if dimension is Dimension.STATUS:
            order = {status: place for place, status in enumerate(self.vocabulary().codes)}
            found.sort(key=lambda each: order.get(each.value, len(order)))
        return found

    def _spread_of_institutions(self) -> list[Spread]:
        announced = and_(assignments.c.item_id == items.c.id, assignments.c.state == _ANNOUNCED)
        number = func.count(items.c.id.distinct())
        statement = (
            select(assignments.c.institution_id, number.label("count"))
            .select_from(self._items().join(assignments, announced))
            .where(self._passes())
            .group_by(assignments.c.institution_id)
            .order_by(number.desc(), assignments.c.institution_id)
        )
        every = self.institutions()
        return [
            Spread(
                every[row["institution_id"]]["code"],
                row["count"],
                every[row["institution_id"]]["names"],
            )
            for row in self._rows(statement)
        ]

    def _leads(self) -> dict[int | None, int]:
        leads = and_(
            assignments.c.item_id == items.c.id,
            assignments.c.part == Part.LEAD.value,
            assignments.c.state == _ANNOUNCED,
        )
        found: dict[int | None, int] = dict(
            self._grouped(
                select(assignments.c.institution_id, func.count())
                .select_from(self._items().join(assignments, leads))
                .where(self._passes())
                .group_by(assignments.c.institution_id)
            )
        )
        nobody = self._number(
            select(func.count())
            .select_from(self._items())
            .where(self._passes(), ~select(assignments.c.id).where(leads).correlate(items).exists())
        )
        return found | ({None: nobody} if nobody else {})

    # -- Rows --------------------------------------------------------------------------------------

    def vocabulary(self) -> Vocabulary:
        """The statuses of the country."""
        return statuses.read(self._connection.execute(statuses.CONFIGURED).mappings())

    def own_names(self) -> Names:
        """What the country calls its statuses and groups, by the key of the text it stands for."""
        spoken_for = groups.read(self._connection.execute(groups.CONFIGURED).mappings())
        return names.of(self.vocabulary(), spoken_for)

    def institutions(self) -> dict[int, Record]:
        """Every institution by its id: code, kind, names."""
        rows = self._connection.execute(select(institutions)).mappings()
        return {row["id"]: dict(row) for row in rows}

    def documents(self) -> dict[int, Record]:
        """The documents of what passes, by their ids."""
        passing = select(items.c.document_id).select_from(self._items()).where(self._passes())
        statement = select(source_documents).where(
            source_documents.c.id.in_(passing.correlate(None))
        )
        return {row["id"]: dict(row) for row in self._rows(statement)}

    def recommendations(self) -> Iterator[Record]:
        """One row an item, by document and place, with what stands around it.

        `texts` is a mapping of languages, `holders` pairs of part and institution, `tags` labels by
        vocabulary, `siblings` pairs of symbol and paragraph; `files` counts stored evidence,
        `consulted` what was contributed about it to consultations.
        """
        said = status_updates.alias("said")
        words = (
            select(said.c.measures)
            .where(
                said.c.assignment_id == self._standing.c.assignment_id,
                self._counts(said),
                self._in_time(said),
                said.c.measures != "",
            )
            .order_by(said.c.id.desc())
            .limit(1)
            .correlate(self._standing)
            .scalar_subquery()
        )
        statement = (
            select(
                items,
                source_documents.c.symbol,
                source_documents.c.mechanism,
                source_documents.c.cycle,
                source_documents.c.session,
                source_documents.c.published_on,
                clusters.c.name.label("cluster"),
                self._status().label("status"),
                as_of(self._standing).label("as_of"),
                consolidations.c.status.label("consolidated_status"),
                consolidations.c.as_of.label("consolidated_as_of"),
                consolidations.c.sentence.label("consolidated_sentence"),
                status_updates.c.number.label("last_update"),
                words.label("last_text"),
                _first_due().label("due_on"),
            )
            .select_from(
                self._items().outerjoin(
                    status_updates, status_updates.c.id == self._standing.c.last_status_update_id
                )
            )
            .where(self._passes())
            .order_by(
                source_documents.c.published_on.is_(None),
                source_documents.c.published_on,
                items.c.document_id,
                items.c.ordinal,
            )
        )
        for page in self._pages(statement):
            ids = [row["id"] for row in page]
            texts, tags = self._texts(ids), self._tags(ids)
            holders, alike, stored = self._holders(ids), self._siblings(ids), self._stored(ids)
            consulted = self.consulted(ids)
            for row in page:
                item = row["id"]
                row["consulted"] = consulted.get(item, 0)
                row["texts"], row["tags"] = texts[item], tags[item]
                row["holders"], row["siblings"] = holders[item], alike[item]
                row["files"] = stored[item]
                yield row

    def status_updates(self) -> Iterator[Record]:
        """Every status update as it stands, in the order of submission.

        `figures` are rows of that table, `files` counts stored evidence, `comment` is why the
        secretariat returned it, `note` what it wrote when it approved it; of what was not cleared
        (`is_word` is false) there are none.
        """
        for page in self._update_pages():
            yield from page

    def every_version(self) -> Iterator[Record]:
        """The same, and before each what it said before it was amended, the oldest first.

        Of those `replaced` is true; the words of one that was never cleared stay inside.
        """
        for page in self._update_pages():
            former = self._former_of([row["id"] for row in page])
            for row in page:
                for each in former.get(row["id"], ()):
                    yield row | each
                row["replaced"] = False
                yield row

    def _update_pages(self) -> Iterator[list[Record]]:
        for page in self._pages(self._updates().order_by(status_updates.c.id)):
            ids = [row["id"] for row in page]
            counted = self._figures(self._among(figures.c.status_update_id, ids))
            stored, said = self._stored_of(ids), self._comments(ids)
            for row in page:
                own = row["id"]
                row["figures"] = counted.get(own, ())
                row["files"] = stored[own] if row["is_word"] else 0
                row["comment"] = said.get((own, _RETURNED))
                row["note"] = said.get((own, _APPROVED))
            yield page

    def reviews(self) -> Iterator[Record]:
        """Every decision on a status update, in the order in which they were made."""
        for page in self._pages(self._reviews().order_by(reviews.c.id)):
            yield from page

    def evidence(self) -> Iterator[Record]:
        """Files and links of status updates in the order in which they came, those of earlier
        versions behind them, then of answers; `version` is the newest that has it.
        """
        for statement in self._all_evidence():
            for page in self._pages(statement.order_by(evidence.c.id)):
                yield from page

    def seats(self) -> Iterator[Record]:
        """Every seat with its person; behind them the institutions that have none."""
        for page in self._pages(
            self._seats().order_by(institutions.c.code, seats.c.role, seats.c.id)
        ):
            yield from page
        for page in self._pages(self._without_seats().order_by(institutions.c.code)):
            yield from page

    def assignments(self) -> Iterator[Record]:
        """Who holds what, drafts and what has ended with it."""
        for page in self._pages(self._assignments().order_by(assignments.c.id)):
            yield from page

    def requests(self) -> Iterator[Record]:
        """What institutions were asked, one row an institution and item.

        `titles` are how the request is called by language, `reminders` how many were sent,
        `report` the number of the first status update that answered it and stood, `answer` the
        newest answer to one that is not for status.
        """
        for page in self._pages(self._requests().order_by(request_items.c.id)):
            ids = [row["id"] for row in page]
            called, reminded = self._called(page), self._reminded(ids)
            reports, said = self._first_reports(ids), self._newest_answers(ids)
            for row in page:
                own = row["id"]
                row["titles"], row["reminders"] = called[row["request_id"]], reminded[own]
                row["report"], row["answer"] = reports.get(own), said.get(own)
                yield row

    def answers(self) -> Iterator[Record]:
        """Every answer to a request that is not for status; `titles` are the request's."""
        for page in self._pages(self._answers().order_by(answers.c.id)):
            called = self._called(page)
            for row in page:
                yield {**row, "titles": called[row["request_id"]]}

    def dialogues(self) -> Iterator[Record]:
        """Live dialogues by their questions; one without any has a row of its own."""
        for page in self._pages(
            self._dialogues().order_by(dialogues.c.id, dialogue_questions.c.id)
        ):
            yield from page

    def deadlines(self) -> Iterator[Record]:
        """The reporting calendar, the earliest day first."""
        for page in self._pages(self._deadlines().order_by(deadlines.c.day, deadlines.c.id)):
            yield from page

    def sources(self) -> Iterator[Record]:
        """The source documents of the items that pass, by symbol."""
        passing = select(items.c.document_id).select_from(self._items()).where(self._passes())
        statement = select(source_documents).where(source_documents.c.id.in_(passing))
        for page in self._pages(statement.order_by(source_documents.c.symbol)):
            yield from page

    def figure_names(self, *, withhold: bool) -> dict[str, int]:
        """What figures are about, each with the id of the first of them; returned ones left out."""
        statement = (
            select(figures.c.indicator, func.min(figures.c.id))
            .select_from(
                self._of_assignments(
                    figures.join(status_updates, status_updates.c.id == figures.c.status_update_id),
                    status_updates.c.assignment_id,
                )
            )
            .where(
                self._of_items(),
                self._in_time(status_updates),
                status_updates.c.state.in_(_STANDING),
                is_word(),
                ~items.c.restricted if withhold else true(),
            )
            .group_by(figures.c.indicator)
            .order_by(func.min(figures.c.id))
        )
        return self._grouped(statement)

    def last_reports(self, item_ids: Sequence[int]) -> dict[int, list[Record]]:
        """By item, what each institution that has it said last and was not returned.

        Without words a status update is not meant: it confirms what was said before it.
        """
        last = (
            select(func.max(status_updates.c.id))
            .join(assignments, assignments.c.id == status_updates.c.assignment_id)
            .where(
                assignments.c.item_id.in_(item_ids),
                assignments.c.state == _ANNOUNCED,
                self._own(),
                _stands_of_few,
                is_word(),
                status_updates.c.measures != "",
                self._in_time(status_updates),
            )
            .group_by(assignments.c.id)
        )
        rows = self._rows(
            select(status_updates, assignments.c.item_id, assignments.c.institution_id)
            .join(assignments, assignments.c.id == status_updates.c.assignment_id)
            .where(status_updates.c.id.in_(last))
            .order_by(assignments.c.part.desc(), status_updates.c.id.desc())
        )
        counted = self._figures(figures.c.status_update_id.in_([row["id"] for row in rows]))
        found: dict[int, list[Record]] = defaultdict(list)
        for row in rows:
            found[row["item_id"]].append({**row, "figures": counted[row["id"]]})
        return found

    def questions(self) -> Iterator[Record]:
        """Questions that nobody has answered yet: of institutions, then the last words of threads.

        A thread waits as long as its report waits for review; those have the report's `number`.
        """
        for page in self._pages(self._questions().order_by(questions.c.id)):
            yield from page
        for page in self._pages(self._open_threads().order_by(threads.c.status_update_id)):
            yield from page

    def assessments(self) -> Iterator[Record]:
        """Every version of independent assessments, then every grade: those have a `scheme`."""
        for page in self._pages(self._assessments().order_by(assessments.c.id)):
            yield from page
        for page in self._pages(self._grades().order_by(grades.c.id)):
            yield from page

    def activities(self) -> Iterator[Record]:
        """Activities of the plans for these items or their clusters.

        `items` are pairs of symbol and number, `others` ids of institutions.
        """
        for page in self._pages(self._activities().order_by(plan_activities.c.id)):
            about, others = self._about([row["id"] for row in page])
            for row in page:
                yield {**row, "items": about[row["id"]], "others": others[row["id"]]}

    def indicators(self) -> Iterator[Record]:
        """Their indicators, a row for each value; `disaggregation` as figures have it."""
        order = (plan_indicators.c.id, indicator_values.c.id)
        for page in self._pages(self._indicators().order_by(*order)):
            yield from page

    def contributions(self) -> Iterator[Record]:
        """What was contributed to consultations and stands, without its words.

        `items` are pairs of symbol and number: those that it names, and those of its tags.
        """
        order = (contributions.c.consultation_id, contributions.c.number)
        for page in self._pages(self._contributions().order_by(*order)):
            about = self._contributed_to([row["id"] for row in page])
            for row in page:
                yield {**row, "items": about[row["id"]]}

    def _contributed_to(self, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        of = contribution_items.join(items, items.c.id == contribution_items.c.item_id).join(
            source_documents, source_documents.c.id == items.c.document_id
        )
        for row in self._rows(
            select(
                contribution_items.c.contribution_id, source_documents.c.symbol, items.c.paragraph
            )
            .select_from(of)
            .where(contribution_items.c.contribution_id.in_(ids))
            .order_by(items.c.document_id, items.c.ordinal)
        ):
            found[row["contribution_id"]].append((row["symbol"], row["paragraph"]))
        return found

    def consulted(self, ids: Sequence[int]) -> dict[int, int]:
        """By item how many contributions are about it."""
        return self._grouped(
            select(contribution_items.c.item_id, func.count())
            .where(contribution_items.c.item_id.in_(ids))
            .group_by(contribution_items.c.item_id)
        )

    def _about(
        self, ids: Sequence[int]
    ) -> tuple[dict[int, list[tuple[str, str]]], dict[int, list[int]]]:
        """What these activities are for, where that is items, and who takes part."""
        about: dict[int, list[tuple[str, str]]] = defaultdict(list)
        others: dict[int, list[int]] = defaultdict(list)
        for row in self._rows(plans.items_of(ids)):
            about[row["activity_id"]].append((row["symbol"], row["paragraph"]))
        for row in self._rows(plans.others_of(ids)):
            others[row["activity_id"]].append(row["institution_id"])
        return about, others

    def approved(self, ids: Sequence[int]) -> dict[int, list[Record]]:
        """By item what each institution had approved last, the lead first, then the newest.

        `measures` and `remaining`, in `language`, are those of the last one that says something,
        with its `figures`; `titles` is what stored evidence of both is called, `validated` who
        cleared and approved the last one: `role`, `institution_id` (None: the secretariat), `at`.
        """
        last = self._last_approved(ids)
        worded = self._last_worded([row["assignment_id"] for row in last])
        said = {row["id"]: worded.get(row["assignment_id"], row) for row in last}
        both = {row["id"] for row in said.values()} | set(said)
        figured = self._figures(figures.c.status_update_id.in_(sorted(both)))
        validated = self._validated(sorted(said))
        titles = self._titles(sorted(both))
        found: dict[int, list[Record]] = defaultdict(list)
        for row in last:
            own = said[row["id"]]
            names = dict.fromkeys([*titles[own["id"]], *titles[row["id"]]])
            found[row["item_id"]].append(
                {
                    **row,
                    **{name: own[name] for name in ("measures", "remaining", "language")},
                    "figures": figured[own["id"]],
                    "titles": [*names],
                    "validated": validated[row["id"]],
                }
            )
        return found

    def independent(self, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
        """By item the observers' assessments as they stand, in the order in which they came."""
        found: dict[int, list[RowMapping]] = defaultdict(list)
        newest = (
            select(func.max(assessments.c.id))
            .where(assessments.c.item_id.in_(ids), self._between(assessments.c.given_at))
            .group_by(assessments.c.item_id, assessments.c.institution_id)
        )
        for row in self._rows(
            select(assessments)
            .where(
                assessments.c.item_id.in_(ids),
                assessments.c.id.in_(newest) if self._dated else assessments.c.current,
                assessments.c.withdrawn_at.is_(None),
            )
            .order_by(assessments.c.id)
        ):
            found[row["item_id"]].append(row)
        return found

    def graded(self, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
        """By item the grades that stand, in the order in which they were entered."""
        found: dict[int, list[RowMapping]] = defaultdict(list)
        for row in self._rows(
            select(grades)
            .where(
                grades.c.item_id.in_(ids), grades.c.withdrawn_at.is_(None), self._graded_in_time()
            )
            .order_by(grades.c.id)
        ):
            found[row["item_id"]].append(row)
        return found

    def written(self, ids: Sequence[int]) -> dict[int, list[str]]:
        """By item all that people wrote that the report by paragraph holds of it, but its text."""
        found: dict[int, list[str]] = defaultdict(list)
        for row in self._rows(
            select(consolidations.c.item_id, consolidations.c.sentence).where(
                consolidations.c.item_id.in_(ids), consolidations.c.current
            )
        ):
            found[row["item_id"]].append(row["sentence"])
        for row in self._rows(
            select(assignments.c.item_id, status_updates.c.measures, status_updates.c.remaining)
            .join(assignments, is_last_worded())
            .where(assignments.c.item_id.in_(ids), assignments.c.state == _ANNOUNCED, self._own())
        ):
            found[row["item_id"]] += [row["measures"], row["remaining"] or ""]
        for item_id, beside in self.independent(ids).items():
            found[item_id] += [each["words"] for each in beside]
        for item_id, given in self.graded(ids).items():
            found[item_id] += [each["note"] for each in given if each["note"]]
        return found

    # -- Which rows --------------------------------------------------------------------------------

    def _activities(self) -> Select[Any]:
        return plans.records(self._passing())

    def _indicators(self) -> Select[Any]:
        return indicators.records(self._activities())

    def _items(self) -> Any:
        return (
            items.join(source_documents, source_documents.c.id == items.c.document_id)
            .outerjoin(clusters, clusters.c.id == items.c.cluster_id)
            .outerjoin(self._standing, self._standing.c.item_id == items.c.id)
            .outerjoin(
                consolidations,
                is_last_consolidated(self._between(consolidations.c.at))
                if self._dated
                else is_consolidated(),
            )
        )

    def _status(self) -> ColumnElement[str]:
        return status_of(self._standing)

    def _passes(self) -> ColumnElement[bool]:
        """The condition on an item."""
        chosen = self._filter
        conditions: list[ColumnElement[bool]] = [~items.c.restricted] if self._open else []
        if self._only is not None:
            conditions.append(items.c.id.in_(self._only))
        columns: Mapping[Dimension, ColumnElement[str]] = {
            Dimension.MECHANISM: source_documents.c.mechanism,
            Dimension.DOCUMENT: source_documents.c.symbol,
            Dimension.CLUSTER: clusters.c.name,
            Dimension.STATUS: self._status(),
        }
        conditions += [
            column.in_(chosen.of(each)) for each, column in columns.items() if chosen.of(each)
        ]
        conditions += [
            self._is_tagged(each) for each in (Dimension.THEME, Dimension.SDG) if chosen.of(each)
        ]
        if chosen.of(Dimension.INSTITUTION):
            conditions.append(self._is_held())
        if chosen.since or chosen.until:
            conditions.append(self._reported_in_time())
        return and_(true(), *conditions)

    # These conditions may stand inside statements that read the same tables: hence the aliases.

    def _is_tagged(self, dimension: Dimension) -> ColumnElement[bool]:
        tag = item_tags.alias("tag")
        found = select(tag.c.label).where(
            tag.c.item_id == items.c.id,
            tag.c.vocabulary == dimension.value,
            tag.c.label.in_(self._filter.of(dimension)),
        )
        return found.correlate(items).exists()

    def _is_held(self) -> ColumnElement[bool]:
        held = assignments.alias("held")
        found = select(held.c.id).where(
            held.c.item_id == items.c.id, held.c.state == _ANNOUNCED, self._own(held)
        )
        return found.correlate(items).exists()

    def _reported_in_time(self) -> ColumnElement[bool]:
        held, said = assignments.alias("held"), status_updates.alias("said")
        found = (
            select(said.c.id)
            .join(held, held.c.id == said.c.assignment_id)
            .where(
                held.c.item_id == items.c.id,
                self._own(held),
                self._counts(said),
                self._in_time(said),
            )
        )
        return found.correlate(items).exists()

    def _counts(self, said: Any) -> ColumnElement[bool]:
        """The condition on a status update to be somebody's word."""
        stands = said.c.state == _APPROVED if self._open else said.c.state != _WITHDRAWN
        return and_(stands, is_word(said))

    def _in_time(self, said: Any) -> ColumnElement[bool]:
        """The condition on a status update to be of the days that are meant."""
        return self._between(func.coalesce(said.c.amended_at, said.c.submitted_at))

    def _graded_in_time(self) -> ColumnElement[bool]:
        """The condition on a grade: by its own day, or by that on which it was entered."""
        chosen, day = self._filter, grades.c.given_on
        conditions = [] if chosen.since is None else [day >= chosen.since]
        conditions += [] if chosen.until is None else [day <= chosen.until]
        entered = and_(day.is_(None), self._between(grades.c.entered_at))
        return or_(and_(true(), *conditions), entered) if self._dated else true()

    def _between(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition on a moment to be of the days that are meant, both included."""
        chosen = self._filter
        conditions: list[ColumnElement[bool]] = []
        if chosen.since:
            conditions.append(moment >= datetime.combine(chosen.since, time(), self._zone))
        if chosen.until:
            end = datetime.combine(chosen.until + timedelta(days=1), time(), self._zone)
            conditions.append(moment < end)
        return and_(true(), *conditions)

    def _own(self, held: Any = _HELD) -> ColumnElement[bool]:
        """The condition on an assignment to be of the institutions that are meant."""
        codes = self._filter.of(Dimension.INSTITUTION)
        if not codes:
            return true()
        ids = select(institutions.c.id).where(institutions.c.code.in_(codes))
        held_by: ColumnElement[bool] = held.c.institution_id.in_(ids)
        return held_by

    def _of_items(self) -> ColumnElement[bool]:
        """The condition on what belongs to an item: the item passes, and so does the assignment."""
        if self._whole and not self._open:
            return true()
        return and_(assignments.c.item_id.in_(self._passing()), self._own())

    def _passing(self) -> Select[Any]:
        return select(items.c.id).select_from(self._items()).where(self._passes()).correlate(None)

    def _of_institution(
        self, item_id: ColumnElement[int], institution_id: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """The condition on what an institution has, about an item or about none.

        What is about none passes where nothing but institutions is narrowed to.
        """
        chosen = self._filter
        if self._whole:
            return true()
        about: ColumnElement[bool] = item_id.in_(self._passing())
        if not chosen.narrowed(Dimension.INSTITUTION):
            about = or_(about, item_id.is_(None))
        codes = chosen.of(Dimension.INSTITUTION)
        ids = select(institutions.c.id).where(institutions.c.code.in_(codes))
        return and_(about, institution_id.in_(ids) if codes else true())

    def _of_assignments(self, table: Any, key: ColumnElement[int]) -> Any:
        return (
            table.join(assignments, assignments.c.id == key)
            .join(items, items.c.id == assignments.c.item_id)
            .join(source_documents, source_documents.c.id == items.c.document_id)
        )

    def _updates(self) -> Select[Any]:
        return (
            select(
                *_SAID,
                is_word().label("is_word"),
                assignments.c.institution_id,
                people.c.name,
                seats.c.role,
                *_ITEM,
            )
            .select_from(
                self._of_assignments(status_updates, status_updates.c.assignment_id)
                .outerjoin(seats, seats.c.id == status_updates.c.seat_id)
                .outerjoin(people, people.c.id == seats.c.person_id)
            )
            .where(
                self._of_items(),
                self._in_time(status_updates),
                self._counts(status_updates) if self._open else true(),
            )
        )

    def _former(self) -> Select[Any]:
        """What those of `_updates` said before they were amended."""
        said = status_update_versions
        return (
            select(said, people.c.name, seats.c.role)
            .select_from(
                self._of_assignments(
                    said.join(status_updates, status_updates.c.id == said.c.status_update_id),
                    status_updates.c.assignment_id,
                )
                .outerjoin(seats, seats.c.id == said.c.seat_id)
                .outerjoin(people, people.c.id == seats.c.person_id)
            )
            .where(self._of_items(), self._in_time(status_updates))
        )

    def _reviews(self) -> Select[Any]:
        said_on = reviews.join(status_updates, status_updates.c.id == reviews.c.status_update_id)
        return (
            select(
                reviews,
                status_updates.c.number,
                assignments.c.institution_id,
                people.c.name,
                seats.c.role,
                *_ITEM,
            )
            .select_from(
                self._of_assignments(said_on, status_updates.c.assignment_id)
                .outerjoin(seats, seats.c.id == reviews.c.seat_id)
                .outerjoin(people, people.c.id == seats.c.person_id)
            )
            .where(self._of_items(), self._in_time(status_updates))
        )

    def _all_evidence(self) -> tuple[Select[Any], ...]:
        former = () if self._open else (self._former_evidence(),)
        return (self._evidence(), *former, self._evidence_of_answers())

    def _evidence(self) -> Select[Any]:
        version = status_updates.c.version.label("version")
        return self._evidence_of(evidence.c.status_update_id, version)

    def _former_evidence(self) -> Select[Any]:
        """What stood in earlier versions alone, as far as one of them was a word."""
        version = self._last_with_it()
        statement = self._evidence_of(evidence.c.former_id, version.label("version"))
        return statement.where(version.is_not(None))

    def _last_with_it(self) -> ScalarSelect[Any]:
        """The newest of the earlier versions that was a word and had the piece."""
        said = status_update_versions.c
        if self._connection.dialect.name == "postgresql":
            has_it: ColumnElement[bool] = said.evidence.op("@>")(func.to_jsonb(evidence.c.id))
        else:
            each = func.json_each(said.evidence).table_valued("value")
            found = select(each.c.value).where(each.c.value == evidence.c.id)
            has_it = exists(found.correlate(evidence, status_update_versions))
        return (
            select(func.max(said.version))
            .where(said.status_update_id == evidence.c.former_id, said.word, has_it)
            .correlate(evidence)
            .scalar_subquery()
        )

    def _evidence_of(self, of: ColumnElement[Any], version: ColumnElement[Any]) -> Select[Any]:
        return (
            select(
                evidence,
                version,
                files.c.media_type,
                status_updates.c.number,
                (status_updates.c.state == _WITHDRAWN).label("withdrawn"),
                status_updates.c.language,
                assignments.c.institution_id,
                *_ITEM,
            )
            .select_from(
                self._of_assignments(
                    evidence.join(status_updates, status_updates.c.id == of),
                    status_updates.c.assignment_id,
                ).outerjoin(files, files.c.sha256 == evidence.c.sha256)
            )
            .where(
                self._of_items(),
                is_word(),
                self._in_time(status_updates),
                evidence.c.state != EvidenceState.DROPPED.value,
            )
        )

    def _evidence_of_answers(self) -> Select[Any]:
        given = evidence.join(answers, answers.c.id == evidence.c.answer_id)
        return (
            select(
                evidence,
                files.c.media_type,
                answers.c.language,
                request_items.c.institution_id,
                *_ABOUT,
            )
            .select_from(
                self._of_requests(given, answers.c.request_item_id).outerjoin(
                    files, files.c.sha256 == evidence.c.sha256
                )
            )
            .where(
                self._of_institution(request_items.c.item_id, request_items.c.institution_id),
                evidence.c.state != EvidenceState.DROPPED.value,
            )
        )

    def _seats(self) -> Select[Any]:
        return (
            select(
                seats.c.institution_id,
                seats.c.role,
                seats.c.from_at,
                seats.c.until_at,
                seats.c.suspended_at,
                people.c.name,
                people.c.language,
                units.c.name.label("unit"),
            )
            .select_from(
                seats.join(people, people.c.id == seats.c.person_id)
                .outerjoin(institutions, institutions.c.id == seats.c.institution_id)
                .outerjoin(units, units.c.id == seats.c.unit_id)
            )
            .where(self._of_institutions())
        )

    def _without_seats(self) -> Select[Any]:
        return select(institutions.c.id.label("institution_id"), institutions.c.code).where(
            self._of_institutions(),
            institutions.c.ended_at.is_(None),
            ~exists().where(seats.c.institution_id == institutions.c.id, seats.c.unit_id.is_(None)),
        )

    def _of_institutions(self) -> ColumnElement[bool]:
        codes = self._filter.of(Dimension.INSTITUTION)
        return institutions.c.code.in_(codes) if codes else true()

    def _assignments(self) -> Select[Any]:
        return (
            select(
                assignments,
                status_updates.c.number.label("last_update"),
                *_ITEM[1:],
            )
            .select_from(
                assignments.join(items, items.c.id == assignments.c.item_id)
                .join(source_documents, source_documents.c.id == items.c.document_id)
                .outerjoin(
                    status_updates,
                    is_last_said(self._counts(status_updates), self._in_time(status_updates))
                    if self._dated
                    else status_updates.c.id == assignments.c.last_status_update_id,
                )
            )
            .where(self._of_items())
        )

    def _of_requests(self, table: Any, key: ColumnElement[int] | None = None) -> Any:
        """What was asked of institutions, with the request and the item that it is about."""
        asked = table if key is None else table.join(request_items, request_items.c.id == key)
        return (
            asked.join(requests, requests.c.id == request_items.c.request_id)
            .outerjoin(items, items.c.id == request_items.c.item_id)
            .outerjoin(source_documents, source_documents.c.id == items.c.document_id)
        )

    def _requests(self) -> Select[Any]:
        return (
            select(
                *(each for each in request_items.c if each.name != "item_id"),
                requests.c.kind,
                requests.c.indicator,
                *_ABOUT,
            )
            .select_from(self._of_requests(request_items))
            .where(self._of_institution(request_items.c.item_id, request_items.c.institution_id))
        )

    def _answers(self) -> Select[Any]:
        return (
            select(
                answers,
                request_items.c.request_id,
                request_items.c.institution_id,
                requests.c.kind,
                people.c.name,
                seats.c.role,
                *_ABOUT,
            )
            .select_from(
                self._of_requests(answers, answers.c.request_item_id)
                .outerjoin(seats, seats.c.id == answers.c.seat_id)
                .outerjoin(people, people.c.id == seats.c.person_id)
            )
            .where(self._of_institution(request_items.c.item_id, request_items.c.institution_id))
        )

    def _dialogues(self) -> Select[Any]:
        asked = dialogue_questions
        return (
            select(
                *(each for each in asked.c if each.name not in ("item_id", "dialogue_id")),
                dialogues.c.id.label("dialogue_id"),
                dialogues.c.title,
                dialogues.c.opened_at,
                dialogues.c.closed_at,
                status_updates.c.number,
                people.c.name,
                seats.c.role,
                *_ABOUT,
            )
            .select_from(
                dialogues.outerjoin(asked, asked.c.dialogue_id == dialogues.c.id)
                .outerjoin(items, items.c.id == asked.c.item_id)
                .outerjoin(source_documents, source_documents.c.id == items.c.document_id)
                .outerjoin(status_updates, status_updates.c.id == asked.c.status_update_id)
                .outerjoin(seats, seats.c.id == asked.c.drafted_by)
                .outerjoin(people, people.c.id == seats.c.person_id)
            )
            .where(self._of_institution(asked.c.item_id, asked.c.institution_id))
        )

    def _deadlines(self) -> Select[Any]:
        own = select(items.c.document_id).select_from(self._items()).where(self._passes())
        return (
            select(deadlines, source_documents.c.symbol)
            .select_from(
                deadlines.outerjoin(
                    source_documents, source_documents.c.id == deadlines.c.document_id
                )
            )
            .where(true() if self._whole else deadlines.c.document_id.in_(own.correlate(None)))
        )

    def _questions(self) -> Select[Any]:
        return (
            select(
                questions,
                assignments.c.institution_id,
                people.c.name,
                seats.c.role,
                *_ITEM,
            )
            .select_from(
                self._of_assignments(questions, questions.c.assignment_id)
                .join(seats, seats.c.id == questions.c.asked_by)
                .join(people, people.c.id == seats.c.person_id)
            )
            .where(self._of_items(), questions.c.answered_at.is_(None))
        )

    def _open_threads(self) -> Select[Any]:
        """The last words of each thread about a report that waits for review, whoever is asked."""
        later = thread_words.alias("later")
        last = (
            select(func.max(later.c.id))
            .where(later.c.status_update_id == threads.c.status_update_id)
            .correlate(threads)
            .scalar_subquery()
        )
        said = threads.join(status_updates, status_updates.c.id == threads.c.status_update_id).join(
            thread_words, thread_words.c.id == last
        )
        return (
            select(
                threads.c.status_update_id.label("id"),
                status_updates.c.number,
                thread_words.c.words,
                thread_words.c.language,
                thread_words.c.said_at.label("asked_at"),
                assignments.c.institution_id,
                people.c.name,
                seats.c.role,
                *_ITEM,
            )
            .select_from(
                self._of_assignments(said, status_updates.c.assignment_id)
                .join(seats, seats.c.id == thread_words.c.seat_id)
                .join(people, people.c.id == seats.c.person_id)
            )
            .where(
                self._of_items(),
                func.coalesce(status_updates.c.state, "") == ReportState.SUBMITTED.value,
            )
        )

    def _assessments(self) -> Select[Any]:
        return self._beside(assessments).where(self._between(assessments.c.given_at))

    def _grades(self) -> Select[Any]:
        return (
            self._beside(grades)
            .add_columns(grades.c.symbol.label("graded_in"))
            .where(self._graded_in_time())
        )

    def _contributions(self) -> Select[Any]:
        """Those about an item that passes; where nothing is narrowed, the others, too."""
        its = and_(
            consultation_words.c.consultation_id == consultations.c.id,
            consultation_words.c.language == consultations.c.language,
        )
        of = contributions.join(
            consultations, consultations.c.id == contributions.c.consultation_id
        ).join(consultation_words, its)
        columns = [contributions.c[name] for name in ("id", "number", "about", "outcome", "tags")]
        statement = (
            select(
                *columns, consultations.c.id.label("consultation_id"), consultation_words.c.title
            )
            .select_from(of)
            .where(contributions.c.state == State.SENT.value)
        )
        if self._whole:
            return statement
        passing = select(contribution_items.c.contribution_id).where(
            contribution_items.c.item_id.in_(self._passing())
        )
        return statement.where(contributions.c.id.in_(passing))

    def _beside(self, table: Any) -> Select[Any]:
        """What stands beside the answer on the items that pass.

        An item's symbol is that of its own document.
        """
        columns = [each for each in table.c if each.name not in ("item_id", "symbol")]
        joined = table.join(items, items.c.id == table.c.item_id).join(
            source_documents, source_documents.c.id == items.c.document_id
        )
        statement = select(*columns, *_ITEM).select_from(joined)
        if self._whole:
            return statement
        passing = (
            select(items.c.id).select_from(self._items()).where(self._passes()).correlate(None)
        )
        return statement.where(table.c.item_id.in_(passing))

    # -- What stands around a page of rows ---------------------------------------------------------

    def _texts(self, ids: Sequence[int]) -> dict[int, dict[str, str]]:
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for item, language, words in self._connection.execute(
            select(item_texts.c.item_id, item_texts.c.language, item_texts.c.words)
            .where(item_texts.c.item_id.in_(ids), item_texts.c.current)
            .order_by(item_texts.c.language)
        ):
            found[item][language] = words
        return found

    def _tags(self, ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
        found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for item, vocabulary, label in self._connection.execute(
            select(item_tags.c.item_id, item_tags.c.vocabulary, item_tags.c.label)
            .where(item_tags.c.item_id.in_(ids), item_tags.c.vocabulary.in_(_TAGS))
            .order_by(item_tags.c.item_id, item_tags.c.ordinal)
        ):
            found[item][vocabulary].append(label)
        return found

    def _holders(self, ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        found: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for item, part, institution in self._connection.execute(
            select(assignments.c.item_id, assignments.c.part, assignments.c.institution_id)
            .where(assignments.c.item_id.in_(ids), assignments.c.state == _ANNOUNCED)
            .order_by(assignments.c.id)
        ):
            found[item].append((part, institution))
        return found

    def _siblings(self, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for item, symbol, paragraph in self._connection.execute(
            select(siblings.c.item_id, source_documents.c.symbol, items.c.paragraph)
            .join(items, items.c.id == siblings.c.sibling_id)
            .join(source_documents, source_documents.c.id == items.c.document_id)
            .where(siblings.c.item_id.in_(ids))
            .order_by(siblings.c.item_id, siblings.c.score.desc(), items.c.id)
        ):
            found[item].append((symbol, paragraph))
        return found

    def _stored(self, ids: Sequence[int]) -> dict[int, int]:
        """How many files stand behind each item."""
        statement = (
            select(assignments.c.item_id, func.count())
            .select_from(
                evidence.join(
                    status_updates, status_updates.c.id == evidence.c.status_update_id
                ).join(assignments, assignments.c.id == status_updates.c.assignment_id)
            )
            .where(
                assignments.c.item_id.in_(ids),
                status_updates.c.state != _WITHDRAWN,
                is_word(),
                self._in_time(status_updates),
                _is_stored_file(),
            )
            .group_by(assignments.c.item_id)
        )
        return defaultdict(int, self._grouped(statement))

    def _stored_of(self, ids: Sequence[int]) -> dict[int, int]:
        """How many files each status update has."""
        statement = (
            select(evidence.c.status_update_id, func.count())
            .where(self._among(evidence.c.status_update_id, ids), _is_stored_file())
            .group_by(evidence.c.status_update_id)
        )
        return defaultdict(int, self._grouped(statement))

    def _former_of(self, ids: Sequence[int]) -> dict[int, list[Record]]:
        """By status update the columns in which its earlier versions differ, the oldest first."""
        said = status_update_versions.c
        rows = self._rows(
            self._former().where(self._among(said.status_update_id, ids)).order_by(said.version)
        )
        if not rows:
            return {}
        attached = {each for row in rows for each in row["evidence"]}
        stored = self._stored_among(attached) if attached else frozenset()
        found: dict[int, list[Record]] = defaultdict(list)
        for row in rows:
            figured = [Figure.from_json(each) for each in row["figures"]]
            found[row["status_update_id"]].append(
                {
                    **row,
                    "replaced": True,
                    "is_word": row["word"],
                    "figures": [{**vars(f), "disaggregation": f.disaggregation} for f in figured],
                    "files": sum(each in stored for each in row["evidence"]) if row["word"] else 0,
                    "submitted_at": row["at"],
                    **dict.fromkeys(("cleared_at", "decided_at", "comment", "note")),
                }
            )
        return found

    def _stored_among(self, ids: Collection[int]) -> frozenset[int]:
        """Which of these pieces of evidence are stored files."""
        statement = select(evidence.c.id).where(evidence.c.id.in_(ids), _is_stored_file())
        return frozenset(self._connection.scalars(statement))

    def _figures(self, these: ColumnElement[bool]) -> dict[int, list[RowMapping]]:
        """The figures of which that is true, by status update."""
        found: dict[int, list[RowMapping]] = defaultdict(list)
        for row in self._rows(select(figures).where(these).order_by(figures.c.id)):
            found[row["status_update_id"]].append(row)
        return found

    def _comments(self, ids: Sequence[int]) -> dict[tuple[int, str], str]:
        """The newest comment on each status update, by its id and the decision."""
        rows = self._connection.execute(
            select(reviews.c.status_update_id, reviews.c.decision, reviews.c.comment)
            .where(self._among(reviews.c.status_update_id, ids), reviews.c.comment.is_not(None))
            .order_by(reviews.c.id)
        )
        return {(own, decision): comment for own, decision, comment in rows}

    def _last_approved(self, ids: Sequence[int]) -> Sequence[RowMapping]:
        return self._rows(
            select(
                status_updates,
                assignments.c.item_id,
                assignments.c.institution_id,
                assignments.c.part,
            )
            .join(assignments, is_last_approved(self._in_time(status_updates)))
            .where(assignments.c.item_id.in_(ids), assignments.c.state == _ANNOUNCED, self._own())
            .order_by(
                assignments.c.item_id,
                assignments.c.part != Part.LEAD.value,
                status_updates.c.id.desc(),
            )
        )

    def _last_worded(self, assignment_ids: Sequence[int]) -> dict[int, RowMapping]:
        """Of each assignment the last approved status update that says something."""
        last = (
            select(func.max(status_updates.c.id))
            .where(
                status_updates.c.assignment_id.in_(assignment_ids),
                is_approved_of_few,
                self._in_time(status_updates),
                status_updates.c.measures != "",
            )
            .group_by(status_updates.c.assignment_id)
        )
        rows = self._rows(select(status_updates).where(status_updates.c.id.in_(last)))
        return {row["assignment_id"]: row for row in rows}

    def _validated(self, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
        """Who cleared and who approved each status update, by role and institution, and when."""
        found: dict[int, list[RowMapping]] = defaultdict(list)
        for table, decisions in ((clearances, _CLEARED), (reviews, (_APPROVED,))):
            for row in self._rows(
                select(table.c.status_update_id, table.c.at, seats.c.role, seats.c.institution_id)
                .join(seats, seats.c.id == table.c.seat_id)
                .where(table.c.status_update_id.in_(ids), table.c.decision.in_(decisions))
                .order_by(table.c.id)
            ):
                found[row["status_update_id"]].append(row)
        return found

    def _titles(self, ids: Sequence[int]) -> dict[int, list[str]]:
        """What the stored evidence of each status update is called."""
        found: dict[int, list[str]] = defaultdict(list)
        title = func.coalesce(
            func.nullif(evidence.c.caption, ""), evidence.c.name, evidence.c.url
        ).label("title")
        for row in self._rows(
            select(evidence.c.status_update_id, title)
            .where(
                evidence.c.status_update_id.in_(ids),
                evidence.c.state == EvidenceState.STORED.value,
                title.is_not(None),
            )
            .order_by(evidence.c.id)
        ):
            found[row["status_update_id"]].append(row["title"])
        return found

    def _called(self, page: Sequence[Record]) -> dict[int, dict[str, str]]:
        """How requests are called, by language."""
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for row in self._rows(
            select(request_texts.c.request_id, request_texts.c.language, request_texts.c.title)
            .where(request_texts.c.request_id.in_({row["request_id"] for row in page}))
            .order_by(request_texts.c.language)
        ):
            found[row["request_id"]][row["language"]] = row["title"]
        return found

    def _reminded(self, ids: Sequence[int]) -> dict[int, int]:
        """How many reminders were sent of each thing that was asked."""
        statement = (
            select(reminders.c.request_item_id, func.count())
            .where(self._among(reminders.c.request_item_id, ids), reminders.c.state == SENT)
            .group_by(reminders.c.request_item_id)
        )
        return defaultdict(int, self._grouped(statement))

    def _first_reports(self, ids: Sequence[int]) -> dict[int, str]:
        """Of what was answered the first status update that was neither returned nor withdrawn."""
        first = (
            select(request_items.c.id, func.min(status_updates.c.id).label("first"))
            .join(status_updates, status_updates.c.assignment_id == request_items.c.assignment_id)
            .where(
                self._among(request_items.c.id, ids),
                request_items.c.state == ItemState.ANSWERED.value,
                _stands_of_few,
                is_word(),
                status_updates.c.submitted_at >= request_items.c.asked_at,
                status_updates.c.submitted_at <= request_items.c.settled_at,
            )
            .group_by(request_items.c.id)
            .subquery("first")
        )
        rows = self._rows(
            select(first.c.id, status_updates.c.number).join(
                status_updates, status_updates.c.id == first.c.first
            )
        )
        return {row["id"]: row["number"] for row in rows}

    def _newest_answers(self, ids: Sequence[int]) -> dict[int, RowMapping]:
        newest = (
            select(func.max(answers.c.id))
            .where(self._among(answers.c.request_item_id, ids))
            .group_by(answers.c.request_item_id)
        )
        rows = self._rows(select(answers).where(answers.c.id.in_(newest)))
        return {row["request_item_id"]: row for row in rows}

    # -- How ---------------------------------------------------------------------------------------

    def _among(self, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
        """The condition on a column to be one of a page's ids, which are in order.

        Where nothing is narrowed a page has every id between its first and its last, and two
        numbers say what five hundred would.
        """
        if self._whole and not self._open and len(ids) > 1:
            return column.between(ids[0], ids[-1])
        return column.in_(ids)

    def _pages(self, statement: Select[Any]) -> Iterator[list[Record]]:
        """Pages of rows from the database's own cursor."""
        options = {"yield_per": PAGE}
        with self._connection.execute(statement, execution_options=options) as result:
            names = [*result.keys()]
            for page in result.partitions():
                yield [dict(zip(names, row, strict=True)) for row in page]

    def _rows(self, statement: Executable) -> Sequence[RowMapping]:
        return self._connection.execute(statement).mappings().all()

    def _number(self, statement: Select[Any]) -> int:
        return int(self._connection.execute(statement).scalar_one())

    def _grouped(self, statement: Executable) -> dict[Any, int]:
        return {row[0]: row[1] for row in self._connection.execute(statement)}

    @staticmethod
    def _counted(rows: Select[Any]) -> Select[Any]:
        return rows.with_only_columns(func.count(), maintain_column_froms=True)


_SAID = tuple(
    status_updates.c[name]
    for name in (
        *("id", "number", "version", "state", "status", "as_of", "measures", "remaining"),
        *("language", "submitted_at", "cleared_at", "decided_at"),
    )
)
_ITEM = (
    items.c.id.label("item_id"),
    items.c.paragraph,
    items.c.restricted,
    source_documents.c.symbol,
)
_ABOUT = (  # where there may be no item
    *_ITEM[:2],
    func.coalesce(items.c.restricted, false()).label("restricted"),
    source_documents.c.symbol,
)


def _first_due() -> ScalarSelect[Any]:
    held = assignments.alias("due")
    return (
        select(func.min(held.c.due_on))
        .where(held.c.item_id == items.c.id, held.c.state == _ANNOUNCED)
        .correlate(items)
        .scalar_subquery()
    )


def _is_stored_file() -> ColumnElement[bool]:
    """Of a page of rows, whose keys lead the way: the index on states would lead through all."""
    state = func.coalesce(evidence.c.state, "")
    return and_(state == EvidenceState.STORED.value, evidence.c.sha256.is_not(None))
