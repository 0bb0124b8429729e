"""The workbook of reports in a process of its own: made from the database, read back as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.domain.items import UNDECIDED, ReportState
from bot.domain.redaction import Mark
from bot.domain.reports import ReportKind, StatusUpdate
from bot.domain.reports_book import NO_CHANGE, Content, RowId, Seen
from bot.domain.screens import Text, Words, text, text_to_json
from bot.domain.status import Vocabulary
from bot.domain.versions import newest
from bot.exchange import reports_book as book
from bot.exchange.assignments_work import institution_names
from bot.exchange.cells import pieces, storable
from bot.exchange.imported import Problem
from bot.exchange.reports_book import Known, ReportRow, ReportToFill
from bot.exchange.sheets import Labels
from bot.settings import Settings
from bot.texts import Texts, language_name
from storage import institutions, names, statuses
from storage import reports_book as queries
from storage.database import Database, Transaction
from storage.reports_book import Row

FILE = "my-assignments.xlsx"
BATCH = 60_000  # characters of rows that come back at once; one row may be longer
_STANDING = {
    ReportState.UNCLEARED: "uncleared",
    ReportState.RETURNED_INSIDE: "returned_inside",
    ReportState.SUBMITTED: "submitted",
    ReportState.APPROVED: "approved",
    ReportState.RETURNED: "returned",
}
CONFIRMS = "export.reports.no_change"
TEXT_KEYS = (CONFIRMS, *(f"export.reports.standing.{each}" for each in _STANDING.values()))


# -- Out -------------------------------------------------------------------------------------------


def make(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the workbook of `institutions` in `language` into the folder.

    Gives `file`, `rows`, and of how many of them, those of restricted items, the words are
    `withheld`.
    """
    settings = Settings.from_environment()
    return asyncio.run(_make(arguments, settings, Path(folder) / FILE))


async def _make(arguments: Mapping[str, Any], settings: Settings, path: Path) -> dict[str, Any]:
    database = Database(settings.database_url, readers=1)
    try:
        async with database.read() as tx:
            rows, withheld = await write(
                tx,
                path,
                arguments["institutions"],
                texts=Texts.load(settings.languages),
                language=arguments["language"],
                default_language=settings.default_language,
                made_at=datetime.fromisoformat(arguments["made_at"]),
            )
    finally:
        await database.close()
    return {"file": path.name, "rows": rows, "withheld": withheld}


async def write(
    tx: Transaction,
    path: Path,
    institution_ids: Sequence[int],
    *,
    texts: Texts,
    language: str,
    default_language: str,
    made_at: datetime,
) -> tuple[int, int]:
    """Write what these institutions were assigned to `path`; gives how many rows.

    And how many of them are of restricted items, without what people wrote.
    """
    found = await queries.rows(
        tx, institution_ids, language=language, default_language=default_language
    )
    vocabulary = await statuses.vocabulary(tx)
    texts.call(await names.own(tx))
    named = institution_names(await institutions.every(tx), language)
    writer = _Writer(texts, language, named)
    rows = book.write(
        path,
        [(name, [writer.row(each) for each in some]) for name, some in by_cluster(found)],
        statuses=[
            writer.say(text(CONFIRMS)),
            *(writer.status(each.code) for each in vocabulary.live),
        ],
        labels=_labels(texts, language),
        language=language,
        made_at=made_at,
    )
    return rows, sum(each.restricted for each in found)


def by_cluster(found: Sequence[Row]) -> list[tuple[str | None, list[Row]]]:
    """The rows of each cluster, and those of none behind them.

    So are those of restricted items: the name of a cluster says what they are about.
    """
    groups: dict[str | None, list[Row]] = {}
    for each in found:
        groups.setdefault(None if each.restricted else each.cluster, []).append(each)
    return sorted(groups.items(), key=lambda group: (group[0] is None, group[0] or ""))


class _Writer:
    """Rows in the words of one language."""

    def __init__(self, texts: Texts, language: str, named: Mapping[int, str]) -> None:
        self._texts = texts
        self._language = language
        self._named = named

    def say(self, said: Text) -> str:
        return self._texts.render(said, self._language, mode="bare")

    def status(self, code: str) -> str:
        return self.say(Text(f"status.{code}"))

    def row(self, row: Row) -> ReportToFill:
        """An assignment with what was sent last; of a restricted item no words at all."""
        last, shows = row.last, not row.restricted
        content = None if last is None else Content.of(newest(last, ()))
        begins = shows and last is not None and content is not None and can_begin(last, content)
        seen = Seen() if last is None else Seen(last.id, last.version, begins)
        cells: dict[str, str | date] = {}
        if begins and content is not None and last is not None:
            cells = {**content.shown(), "status": self.status(last.status), "as_of": last.as_of}
        return ReportToFill(
            id=RowId(row.assignment_id, seen),
            institution=self._named.get(row.institution_id, ""),
            symbol=row.symbol,
            paragraph=row.code,
            text=self._labelled(row.words, row.language) if shows else "",
            due=row.due_on,
            last=self._last(last) if shows else "",
            standing="" if last is None else self._standing(last),
            comment=self._texts.written(row.comment, self._language) if shows else "",
            cells=cells,
        )

    def _labelled(self, words: str | None, language: str | None) -> str:
        """The item's words; with the name of their language, where it is not the reader's."""
        if words is None or language is None or language == self._language:
            return words or ""
        return f"{words} ({language_name(language, self._language)})"

    def _last(self, last: StatusUpdate | None) -> str:
        if last is None:
            return ""
        said = text("export.reports.last", status=text(f"status.{last.status}"), day=last.as_of)
        words = self._texts.written(last.measures, self._language)
        return "\n".join(filter(None, (self.say(said), words)))

    def _standing(self, last: StatusUpdate) -> str:
        key = f"export.reports.standing.{_STANDING[last.state]}"
        return self.say(text(key, number=Words(last.number)))


def can_begin(last: StatusUpdate, content: Content) -> bool:
    """Whether a row begins with what was sent last: it may be amended, and its cells hold it all.

    Of what was redacted no cell holds the words.
    """
    if last.kind is not ReportKind.REPORT or last.state not in UNDECIDED:
        return False
    words = [content.shown().get(each, "") for each in ("measures", "remaining", "figures")]
    whole = all(len(pieces(storable(each))) == 1 for each in words)
    return whole and not any(Mark.read(each) for each in words if each)


# -- In --------------------------------------------------------------------------------------------


def recognises(path: str) -> bool:
    """Whether the file is such a workbook."""
    return book.recognises(Path(path))


def read(
    path: str,
    assignments: Mapping[str, Sequence[str]],
    statuses_: Mapping[str, str],
    by_heading: Mapping[str, str],
) -> Iterator[list[dict[str, Any]]]:
    """The rows of a workbook that came back, as plain JSON, in batches; raises its refusals."""
    known = Known(assignments, statuses_)
    batch: list[dict[str, Any]] = []
    size = 0
    for each in book.read(Path(path), known, by_heading):
        length = 0 if each.filled is None else sum(map(len, each.filled.cells.values()))
        if batch and size + length > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(_packed(each))
        size += length + 500
    if batch:
        yield batch


def headings(texts: Texts) -> dict[str, str]:
    """The columns by their headings in every language offered."""
    found: dict[str, str] = {}
    for language in texts.languages:
        found.update(book.headings(_labels(texts, language)))
    return found


def status_words(texts: Texts, vocabulary: Vocabulary) -> dict[str, str]:
    """What statuses are called in every language offered, and their codes; words to code.

    So is the choice that nothing has changed.
    """
    found: dict[str, str] = {}
    for each in vocabulary.entries:
        for language in texts.languages:
            for key in (f"status.{each.code}", f"button.status.{each.code}"):
                found.setdefault(_labels(texts, language)(key), each.code)
    for each in vocabulary.entries:
        found.setdefault(each.code, each.code)
    for language in texts.languages:
        found.setdefault(_labels(texts, language)(CONFIRMS), NO_CHANGE)
    return found


def _labels(texts: Texts, language: str) -> Labels:
    return lambda key: texts.render(Text(key), language, mode="bare")


def _packed(row: ReportRow) -> dict[str, Any]:
    return {
        "filled": None if row.filled is None else row.filled.to_json(),
        "refused": row.refused,
        "problems": [_problem(row, each) for each in row.problems],
        "assignment": None if row.filled is None else row.filled.id.assignment_id,
    }


def _problem(row: ReportRow, problem: Problem) -> dict[str, Any]:
    said = text_to_json(Text(problem.key, problem.values))
    return {"sheet": row.sheet, "row": row.row, "column": problem.column, "text": said}
