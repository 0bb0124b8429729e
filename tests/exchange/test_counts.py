"""Every export of a country's record, counted row by row against statements of its own.

Three thousand recommendations and twenty thousand status updates; each export is made once, as the
operator has it made: by its own process, on its own snapshot. What stands in it is named by its
keys, so that a row that is missing and another that stands there twice do not make up for it.
"""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import docx
import openpyxl
import pytest
from icalendar import Calendar
from sqlalchemy import URL, insert, text, update

from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import EVERYTHING, Dimension, Filter
from bot.exchange import impact, open_data
from bot.exchange.cells import unprefixed
from bot.works import export
from storage.database import Database
from storage.tables import evidence, files
from storage.vault import Vault
from tests.conftest import AUDIT_KEY, PostgresServer, sqlite_url
from tests.record import BEGIN, fill, vary
from tests.services.test_exports import tools_for

pytestmark = [pytest.mark.slow, pytest.mark.together, pytest.mark.timeout(300)]

T = TypeVar("T")

DOCUMENTS, ITEMS_EACH, INSTITUTIONS, UPDATES = 30, 100, 40, 20_000
DOCUMENT = "A/HRC/61/9"

# A report that is its institution's word: it needed no clearance, or was cleared.
WORD = "(NOT s.needs_clearance OR s.cleared_at IS NOT NULL)"
STANDS = "s.state IN ('submitted', 'approved')"


class Country:
    """A seeded database, and every export of it, made once."""

    def __init__(self, url: URL, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._made: dict[ExportKind, tuple[Path, Mapping[str, int]]] = {}

    def seed(self) -> None:
        async def settle(database: Database) -> None:
            (self._folder / "data").mkdir()
            stored = await Vault.open(self._folder / "data" / "files").put(b"a letter")
            async with database.write() as tx:
                await fill(
                    tx,
                    documents=DOCUMENTS,
                    items_each=ITEMS_EACH,
                    held_by=INSTITUTIONS,
                    updates=UPDATES,
                )
                await vary(tx)
                about = {"size": stored.size, "media_type": "text/plain", "stored_at": BEGIN}
                await tx.execute(insert(files).values(sha256=stored.sha256, **about))
                given = evidence.c.sha256.is_not(None)
                await tx.execute(update(evidence).where(given).values(sha256=stored.sha256))
                if tx.dialect == "postgresql":
                    await tx.execute(text("ANALYZE"))  # as the server itself does before long

        self._do(settle)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement finds, written as the database takes it."""

        async def read(database: Database) -> list[tuple[Any, ...]]:
            async with database.read() as tx:
                return [tuple(row.values()) for row in await tx.rows(text(statement))]

        return self._do(read)

    def keys(self, statement: str) -> Counter[str]:
        """The same, of a single column."""
        return Counter(key for (key,) in self.rows(statement))

    def made(self, kind: ExportKind) -> tuple[Path, Mapping[str, int]]:
        """The file of a kind, and what its message counts."""
        if kind not in self._made:
            chosen = EVERYTHING
            if FORMS[kind].of_a_document:
                chosen = Filter({Dimension.DOCUMENT: (DOCUMENT,)})
            target = self._folder / f"{kind}.{FORMS[kind].suffix}"

            async def make(database: Database) -> Mapping[str, int]:
                tools = tools_for(database, self._folder)
                made = await export.write_out(tools, kind, chosen, target, language="en")
                return made.counts

            self._made[kind] = target, self._do(make)
        return self._made[kind]

    def _do(self, what: Callable[[Database], Awaitable[T]]) -> T:
        async def run() -> T:
            database = Database(self._url, audit_key=AUDIT_KEY)
            try:
                return await what(database)
            finally:
                await database.close()

        return asyncio.run(run())


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def country(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Country]:
    folder = tmp_path_factory.mktemp("country")
    if request.param == "sqlite":
        path = folder / "focalpoint.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        here = Country(sqlite_url(path), folder)
        here.seed()
        yield here
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with asyncio.Runner() as runner:
        migrated = server.migrated()
        here = Country(runner.run(migrated.__aenter__()), folder)
        here.seed()
        yield here
        runner.run(migrated.__aexit__(None, None, None))


def test_the_record_has_rows_of_every_kind(country: Country) -> None:
    """What is counted below would say little about a record without them."""
    states = {row[0] for row in country.rows("SELECT DISTINCT state FROM status_updates")}
    assert states == {
        *("uncleared", "returned_inside", "submitted", "approved", "returned", "withdrawn")
    }
    for some in (
        "FROM items",
        "FROM items WHERE restricted",
        "FROM items WHERE position = 'noted'",
        "FROM items WHERE vanished_at IS NOT NULL",
        "FROM assignments WHERE part = 'contributing' AND status IS NOT NULL",
        "FROM status_updates WHERE needs_clearance AND cleared_at IS NOT NULL",
        "FROM status_updates WHERE measures LIKE '%redacted%'",
        "FROM status_update_versions WHERE word",
        "FROM status_update_versions WHERE NOT word",
        "FROM evidence WHERE state = 'redacted'",
        "FROM evidence WHERE kind = 'link'",
        "FROM evidence WHERE name = 'former.pdf'",
        "FROM consolidations",
        "FROM reviews WHERE comment IS NOT NULL",
        "FROM clearances",
    ):
        ((count,),) = country.rows(f"SELECT count(*) {some}")
        assert count >= 20, some
    assert country.rows("SELECT count(*) FROM status_updates") == [(UPDATES,)]
    assert country.rows("SELECT count(*) FROM items") == [(DOCUMENTS * ITEMS_EACH,)]


# -- The workbook ----------------------------------------------------------------------------------

# Sheet → the columns that name its rows, and the statement that gives the same names.
SHEETS: Mapping[str, tuple[str, str]] = {
    "Recommendations": ("A", "SELECT 'R-' || id FROM items"),
    "Assignments": ("A", "SELECT 'A-' || id FROM assignments"),
    "Status updates": (
        "AB",
        (
            "SELECT number || '|' || version FROM status_updates UNION ALL"
            " SELECT s.number || '|' || v.version FROM status_update_versions v"
            " JOIN status_updates s ON s.id = v.status_update_id"
        ),
    ),
    "Reviews": ("A", "SELECT 'RV-' || id FROM reviews"),
    "Evidence": (
        "AC",
        (
            "SELECT 'E-' || e.id || '|' || coalesce('' || s.version, '') FROM evidence e"
            " LEFT JOIN status_updates s ON s.id = e.status_update_id"
            f" WHERE e.state <> 'dropped' AND (e.answer_id IS NOT NULL OR"
            f" e.status_update_id IS NOT NULL AND {WORD}) UNION ALL"
            # What the second version had: the first one alone was never its institution's word.
            " SELECT 'E-' || e.id || '|2' FROM evidence e JOIN status_updates s"
            f" ON s.id = e.former_id WHERE e.name = 'former.pdf' AND {WORD}"
        ),
    ),
    "Institutions and seats": (
        "AC",
        (
            "SELECT coalesce('Ministry ' || s.institution_id, '') || '|' || p.name FROM seats s"
            " JOIN people p ON p.id = s.person_id UNION ALL"
            " SELECT 'Ministry ' || i.id || '|' FROM institutions i"
            " WHERE i.id NOT IN (SELECT institution_id FROM seats WHERE institution_id IS NOT NULL)"
        ),
    ),
    "Requests": ("A", "SELECT 'RI-' || id FROM request_items"),
    "Answers": ("A", "SELECT 'AN-' || id FROM answers"),
    "Open questions": (
        "A",
        (
            "SELECT 'Q-' || id FROM questions WHERE answered_at IS NULL UNION ALL"
            " SELECT 'T-' || s.id FROM threads t"
            " JOIN status_updates s ON s.id = t.status_update_id AND s.state = 'submitted'"
        ),
    ),
    "Live dialogues": (
        "AD",
        (
            "SELECT d.title || '|' || coalesce('DQ-' || q.id, '') FROM dialogues d"
            " LEFT JOIN dialogue_questions q ON q.dialogue_id = d.id"
        ),
    ),
    "Reporting calendar": ("A", "SELECT 'D-' || id FROM deadlines"),
    "Assessments": (
        "A",
        "SELECT 'I-' || id FROM assessments UNION ALL SELECT 'G-' || id FROM grades",
    ),
    "Activities": ("A", "SELECT 'AC-' || id FROM activities"),
    "Contributions": ("A", "SELECT 'C-' || id FROM contributions WHERE state = 'sent'"),
    "Indicators": (
        "AL",
        (
            "SELECT 'IN-' || i.id || '|' || coalesce('' || v.year, '') FROM indicators i"
            " LEFT JOIN indicator_values v ON v.indicator_id = i.id"
        ),
    ),
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_of_the_workbook_holds_each_row_once(country: Country, sheet: str) -> None:
    path, _ = country.made(ExportKind.WORKBOOK)
    columns, statement = SHEETS[sheet]
    expected = country.keys(statement)
    assert cells(path, sheet, columns) == expected
    assert totals(path)[sheet] == expected.total() > 0


def test_the_workbook_has_no_other_sheet(country: Country) -> None:
    path, counts = country.made(ExportKind.WORKBOOK)
    assert set(sheets(path)) == {"Totals", *SHEETS}
    assert sum(counts.values()) == sum(totals(path)[each] for each in SHEETS)


def test_the_totals_of_the_workbook_are_those_of_the_record(country: Country) -> None:
    """By status, mechanism and lead; where an item stands is found here without a join."""
    path, _ = country.made(ExportKind.WORKBOOK)
    found = totals(path)
    status = standing(country)
    assert {word: found[word] for word in set(status.values())} == Counter(status.values())
    assert cells(path, "Recommendations", "AJ") == Counter(map("|".join, status.items()))
    mechanisms = country.keys(
        "SELECT d.mechanism FROM items i JOIN source_documents d ON d.id = i.document_id"
    )
    assert {each: found[each] for each in mechanisms} == mechanisms
    leads = country.keys(
        "SELECT 'Ministry ' || institution_id FROM assignments"
        " WHERE part = 'lead' AND state = 'announced'"
    )
    assert {each: found[each] for each in leads} == leads
    nobody = country.rows(
        "SELECT count(*) FROM items WHERE id NOT IN (SELECT item_id FROM assignments"
        " WHERE part = 'lead' AND state = 'announced')"
    )
    assert [(found["(none)"],)] == nobody


WORDS = {
    "implemented": "implemented",
    "continuous": "continuous",
    "partially_implemented": "partially implemented",
    "in_progress": "in progress",
    "planned": "planned",
    "not_started": "not started",
    "no_information": "no information",
}


def standing(country: Country) -> dict[str, str]:
    """Where each item stands: as consolidated, else by the lead's word, else by the newest."""
    found = {
        f"R-{item}": WORDS[status]
        for item, status in country.rows("SELECT item_id, status FROM consolidations WHERE current")
    }
    for item, status in country.rows(
        "SELECT item_id, status FROM assignments WHERE state = 'announced' AND status IS NOT NULL"
        " ORDER BY part DESC, reported_at DESC, id"
    ):
        found.setdefault(f"R-{item}", WORDS[status])
    for (item,) in country.rows("SELECT 'R-' || id FROM items"):
        found.setdefault(item, "not reported yet")
    return found


# -- By goal ---------------------------------------------------------------------------------------


def goals(country: Country) -> dict[str, set[tuple[str, str]]]:
    """Item → the goals that it names, each with its target; a goal alone where it has none."""
    found: dict[str, set[tuple[str, str]]] = {}
    for item, label in country.rows(
        "SELECT 'R-' || item_id, label FROM item_tags WHERE vocabulary = 'sdg' ORDER BY label DESC"
    ):
        goal = label.partition(".")[0].partition(" ")[0]
        named = found.setdefault(item, set())
        if "." in label:
            named.add((goal, label))
        elif goal not in {known for known, _ in named}:
            named.add((goal, ""))
    return found


def test_each_goal_holds_its_recommendations_and_figures_once(country: Country) -> None:
    path, counts = country.made(ExportKind.SDG)
    named = goals(country)
    expected = Counter(
        f"{goal}|{target}|{item}" for item, targets in named.items() for goal, target in targets
    )
    assert cells(path, "Recommendations by goal", "ACD") == expected
    assert counts["rows"] == expected.total()
    counted = country.rows(
        "SELECT 'R-' || a.item_id, s.number, f.indicator FROM assignments a"
        " JOIN status_updates s ON s.id = (SELECT max(s.id) FROM status_updates s"
        f"  WHERE s.assignment_id = a.id AND {STANDS} AND {WORD} AND s.measures <> '')"
        " JOIN figures f ON f.status_update_id = s.id WHERE a.state = 'announced'"
    )
    figures = Counter(
        f"{goal}|{target}|{item}|{number}|{group}"
        for item, number, _ in counted
        for goal, target in named[item]
        for group in ("", "women")
    )
    assert cells(path, "Figures by goal", "ACDHL") == figures
    assert figures
    status = standing(country)
    sums = Counter(
        (goal, status[item])
        for item, targets in named.items()
        for goal in {goal for goal, _ in targets}
    )
    assert pivot(path) == sums


def test_the_table_by_goal_holds_the_same_rows(country: Country) -> None:
    path, _ = country.made(ExportKind.SDG_CSV)
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    found = Counter((row["Recommendation id"], row["Goal"], row["Target"]) for row in rows)
    assert found == Counter(
        (item, *target) for item, targets in goals(country).items() for target in targets
    )


# -- Open data, IMPACT OSS, evidence ---------------------------------------------------------------

OPEN = "SELECT id FROM items WHERE NOT restricted"
_APPROVED = (
    "FROM status_updates s JOIN assignments a ON a.id = s.assignment_id"
    f" WHERE s.state = 'approved' AND a.item_id IN ({OPEN})"
)
OPEN_TABLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "documents": (
        ("symbol",),
        (
            f"SELECT symbol FROM source_documents WHERE id IN"
            f" (SELECT document_id FROM items WHERE id IN ({OPEN}))"
        ),
    ),
    "recommendations": (("id",), f"SELECT 'R-' || o.id FROM ({OPEN}) o"),
    "texts": (
        ("recommendation", "language"),
        (
            "SELECT 'R-' || item_id || '|' || language FROM item_texts"
            f" WHERE current AND item_id IN ({OPEN})"
        ),
    ),
    "assignments": (
        ("recommendation", "institution", "part"),
        (
            "SELECT 'R-' || item_id || '|M' || institution_id || '|' || part FROM assignments"
            f" WHERE state = 'announced' AND item_id IN ({OPEN})"
        ),
    ),
    "status_updates": (("number",), f"SELECT s.number {_APPROVED}"),
    "figures": (
        ("id", "group"),
        (
            "SELECT 'F-' || id || '|' FROM figures"
            f" WHERE status_update_id IN (SELECT s.id {_APPROVED})"
            " UNION ALL SELECT 'F-' || id || '|women' FROM figures"
            f" WHERE status_update_id IN (SELECT s.id {_APPROVED})"
        ),
    ),
    "institutions": (("code",), "SELECT code FROM institutions"),
    "institution_names": (
        ("institution", "language"),
        (
            "SELECT code || '|' || l.language FROM institutions,"
            " (SELECT 'en' AS language UNION SELECT 'fr' UNION SELECT 'ar') l"
        ),
    ),
    "statuses": (
        ("code",),
        (
            f"SELECT s.status {_APPROVED} UNION SELECT status FROM consolidations WHERE current"
            f" AND item_id IN ({OPEN}) UNION SELECT 'not_reported'"
        ),
    ),
}


@pytest.mark.parametrize("name", open_data.TABLES)
def test_a_table_of_open_data_holds_each_approved_row_once(country: Country, name: str) -> None:
    path, counts = country.made(ExportKind.OPEN_DATA)
    columns, statement = OPEN_TABLES[name]
    expected = country.keys(statement)
    with zipfile.ZipFile(path) as package:
        objects = json.loads(package.read(f"{name}.json"))
        found = named(csv_rows(package, f"{name}.csv"), columns)
    assert found == named(objects, columns) == expected
    assert counts[name] == expected.total() > 0


def test_what_moves_house_holds_each_row_once(country: Country) -> None:
    path, counts = country.made(ExportKind.IMPACT)
    acted = f"FROM status_updates s WHERE {STANDS} AND {WORD} AND s.measures <> ''"
    expected = {
        impact.RECOMMENDATIONS: country.keys(
            "SELECT d.symbol || ' ' || i.paragraph FROM items i"
            " JOIN source_documents d ON d.id = i.document_id"
        ),
        impact.ACTIONS: country.keys(f"SELECT s.number {acted}"),
        impact.INDICATORS: country.keys(
            "SELECT 'I-' || min(f.id) FROM figures f JOIN status_updates s"
            f" ON s.id = f.status_update_id WHERE {STANDS} AND {WORD} GROUP BY f.indicator"
        ),
    }
    (categories,) = country.rows(
        "SELECT (SELECT count(DISTINCT mechanism) FROM source_documents)"
        " + (SELECT count(DISTINCT label) FROM item_tags)"
        " + (SELECT count(DISTINCT cluster_id) FROM items)"
        " + (SELECT count(DISTINCT institution_id) FROM assignments"
        "  WHERE announced_at IS NOT NULL)"
        f" + (SELECT count(DISTINCT s.status) {acted})"
    )
    with zipfile.ZipFile(path) as package:
        found = {name: csv_rows(package, name) for name in impact.COLUMNS}
    reference = ("Reference [database:reference]",)
    assert {name: named(found[name], reference) for name in expected} == expected
    assert (len(named(found[impact.CATEGORIES], reference)),) == categories
    assert counts == {name[2:-4]: len(rows) for name, rows in found.items()}


def test_the_archive_holds_each_file_once(country: Country) -> None:
    path, counts = country.made(ExportKind.ARCHIVE)
    expected = country.keys(
        "SELECT s.number || '|' || s.version FROM evidence e"
        " JOIN status_updates s ON s.id = e.status_update_id"
        f" WHERE e.state = 'stored' AND e.sha256 IS NOT NULL AND {WORD} UNION ALL"
        " SELECT s.number || '|2' FROM evidence e JOIN status_updates s ON s.id = e.former_id"
        f" WHERE e.name = 'former.pdf' AND {WORD}"
    )
    with zipfile.ZipFile(path) as package:
        rows = csv_rows(package, "manifest.csv")
        inside = Counter(package.namelist()) - Counter(["README.txt", "manifest.csv"])
    assert named(rows, ("Status update", "Version")) == expected
    assert inside == Counter(row["Path"] for row in rows)
    assert sum(" v2 " in each for each in inside) == sum(
        country.keys(
            "SELECT s.number FROM evidence e JOIN status_updates s ON s.id = e.former_id"
            f" WHERE e.name = 'former.pdf' AND {WORD}"
        ).values()
    )
    assert counts == {"files": expected.total(), "damaged": 0}


def test_the_audit_and_the_calendar_are_whole(country: Country) -> None:
    path, counts = country.made(ExportKind.AUDIT)
    head, *lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert head["entries"] == len(lines)
    numbers = [each["number"] for each in lines]
    assert numbers == [*range(1, counts["entries"] + 1)]
    (last,) = country.rows("SELECT max(number) FROM audit WHERE act = 'export.audit'")
    assert last == (len(lines) + 1,), "its own entry came after it"
    path, counts = country.made(ExportKind.CALENDAR)
    expected = country.keys(
        "SELECT title FROM deadlines UNION ALL SELECT t.title FROM requests r"
        " JOIN request_texts t ON t.request_id = r.id AND t.language = 'en'"
        " WHERE r.state = 'open' AND r.due_on IS NOT NULL"
    )
    events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert counts == {"events": len(events)}
    assert len(events) == expected.total() > 0


# -- Word files ------------------------------------------------------------------------------------

_LAST_APPROVED = (
    "SELECT max(s.id) FROM status_updates s WHERE s.assignment_id = a.id AND s.state = 'approved'"
)


@pytest.mark.parametrize("kind", [ExportKind.MATRIX, ExportKind.MATRIX_BY_NUMBER])
def test_the_matrix_holds_each_item_of_its_document_once(
    country: Country, kind: ExportKind
) -> None:
    path, counts = country.made(kind)
    expected = country.keys(
        "SELECT i.paragraph FROM items i JOIN source_documents d ON d.id = i.document_id"
        f" WHERE d.symbol = '{DOCUMENT}'"
    )
    _, *rows = [row for table in docx.Document(str(path)).tables for row in table.rows]
    firsts = [plain(row.cells[0].text) for row in rows]
    numbers = [re.match(r"140\.\d+", each) for each in firsts]
    assert Counter(each[0] for each in numbers if each) == expected
    headings = [each for each, number in zip(firsts, numbers, strict=True) if number is None]
    assert len(headings) == len(set(headings)), "each theme is a heading once"
    assert bool(headings) == (kind is ExportKind.MATRIX)
    assert counts["recommendations"] == expected.total() == ITEMS_EACH


def test_the_report_has_a_section_an_item_and_an_answer_an_institution(country: Country) -> None:
    path, counts = country.made(ExportKind.PARAGRAPHS)
    lines = [plain(each.text) for each in docx.Document(str(path)).paragraphs]
    titles = [re.fullmatch(r"(A/HRC/\d+/9) · (140\.\d+)", line) for line in lines]
    expected = country.keys(
        "SELECT d.symbol || ' ' || i.paragraph FROM items i"
        " JOIN source_documents d ON d.id = i.document_id"
    )
    assert Counter(f"{each[1]} {each[2]}" for each in titles if each) == expected
    assert counts["recommendations"] == expected.total()
    said = [re.match(r"Ministry (\d+) \((?:lead|contributing)\)", line) for line in lines]
    answers = country.keys(
        "SELECT '' || a.institution_id FROM assignments a"
        f" JOIN status_updates s ON s.id = ({_LAST_APPROVED}) WHERE a.state = 'announced'"
    )
    assert Counter(each[1] for each in said if each) == answers
    assert answers


# -- Reading files ---------------------------------------------------------------------------------


@cache
def sheets(path: Path) -> Mapping[str, bytes]:
    """The sheets of a workbook as they are written, by name."""
    with zipfile.ZipFile(path) as package:
        names = re.findall(r'<sheet name="([^"]+)"', package.read("xl/workbook.xml").decode())
        return {
            html.unescape(name): package.read(f"xl/worksheets/sheet{place}.xml")
            for place, name in enumerate(names, start=1)
        }


def cells(path: Path, sheet: str, columns: str) -> Counter[str]:
    """What these columns hold, row by row below the heading."""
    _, *rows = re.findall(r"<row .*?</row>", sheets(path)[sheet].decode(), re.DOTALL)
    patterns = [
        re.compile(rf'<c r="{column}\d+"[^>]*>(?:<is><t[^>]*>|<v>)(.*?)</', re.DOTALL)
        for column in columns
    ]
    found = ([pattern.search(row) for pattern in patterns] for row in rows)
    return Counter(
        "|".join(html.unescape(each[1]) if each else "" for each in row) for row in found
    )


@cache
def totals(path: Path) -> Mapping[str, int]:
    """What the first sheet counts, by the words beside it."""
    book = openpyxl.load_workbook(path, read_only=True)
    found: dict[str, int] = {}
    for name, count, *_ in book["Totals"].iter_rows(max_col=2, values_only=True):
        if isinstance(count, int):
            assert name not in found
            found[str(name)] = count
    return found


def pivot(path: Path) -> Counter[tuple[str, str]]:
    """Recommendations by goal and status, of the first sheet; the sums of its rows are right."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = [row for row in book["Totals"].iter_rows(values_only=True) if any(row)]
    start = next(place for place, row in enumerate(rows) if row[0] == "Goal")
    found: Counter[tuple[str, str]] = Counter()
    for goal, _, *numbers in (row for row in rows[start + 1 :] if isinstance(row[0], int)):
        counts = [int(str(each)) for each in numbers]
        assert sum(counts[:-1]) == counts[-1]
        for status, count in zip(rows[start][2:-1], counts[:-1], strict=True):
            found[str(goal), str(status)] += count
    return +found


def csv_rows(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(package.read(name).decode("utf-8-sig"), newline=""))
    return [{key: unprefixed(value) for key, value in row.items()} for row in rows]


def named(rows: list[dict[str, str]], columns: tuple[str, ...]) -> Counter[str]:
    return Counter("|".join(row[each] for each in columns) for row in rows)


def plain(words: str) -> str:
    """Words without the marks around values."""
    return re.sub("[\u2066-\u2069]", "", words)
