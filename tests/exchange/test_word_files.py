"""Word files: the matrix goes back as it came, only approved words in it, templates stay tame."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from sqlalchemy import URL, insert, select, update

from bot.domain.exports import TemplateKind
from bot.domain.filters import EVERYTHING, Dimension, Filter, NothingMatches
from bot.domain.screens import Text, Words
from bot.domain.status import called
from bot.exchange import matrix, ohchr_matrix, paragraphs, staging, word, word_samples
from bot.exchange import word_templates as templates
from bot.exchange.order import Make, Order
from bot.exchange.wording import Wording
from bot.services.templates import TemplateTooHeavy
from bot.texts import Texts
from bot.works import word_files
from storage import exports, imports, jobs
from storage.database import Database, Transaction
from storage.tables import (
    assessments,
    assignments,
    clearances,
    consolidations,
    figures,
    grades,
    institutions,
    item_tags,
    item_texts,
    items,
    people,
    reviews,
    seats,
    status_updates,
    statuses,
)
from tests import conftest, maravia
from tests.exchange.test_consolidated import settings_for
from tests.exchange.test_ohchr_matrix import HEADER_2013, HEADER_2024, SOURCE, Matrix
from tests.record import fill

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
ARABIC = "اعتُمد القانون رقم 12 في القراءة الأولى."
HOSTILE = "{{ 7 * 7 }} {_{ x }_} {%p for x in y %} <w:p/> & =1+1 \x0b \U0001f600 end"
TEXTS = Texts.load(("en", "fr", "ar"))


@pytest.fixture
async def sqlite_database(sqlite: URL) -> AsyncIterator[Database]:
    """An empty database; what differs between the two kinds is tried elsewhere."""
    database = Database(sqlite)
    yield database
    await database.close()


async def imported(database: Database, path: Path) -> None:
    """A matrix in the record, as its import brings it there."""
    async with database.write() as tx:
        job = await jobs.plan(tx, "import_read", {}, person_id=None, seat_id=None, now=NOW)
        first = 1
        for batch in staging.read(str(path), {}):
            if "facts" not in batch[0]:
                await imports.stage(tx, job, batch, first=first)
                first += len(batch)
        await imports.compare(tx, job)
        await imports.apply(tx, job, whole_documents=True, now=NOW)
        await imports.clear(tx, job)


async def reported(
    database: Database, paragraph: str, *words: tuple[int, str, str], state: str = "approved"
) -> None:
    """Reports on an item, one of each institution: its id, what it says, in which language."""
    async with database.write() as tx:
        item = await tx.value(select(items.c.id).where(items.c.paragraph == paragraph))
        for institution, said, language in words:
            if not await tx.value(
                select(institutions.c.id).where(institutions.c.id == institution)
            ):
                names = {"en": f"Ministry {institution}", "ar": f"الوزارة {institution}"}
                row = {"id": institution, "code": f"M{institution}", "kind": "ministry"}
                await tx.execute(insert(institutions).values(**row, names=names))
            part = "lead" if institution == 1 else "contributing"
            held = await tx.execute(
                insert(assignments).values(
                    item_id=item,
                    institution_id=institution,
                    part=part,
                    state="announced",
                    assigned_at=NOW,
                    announced_at=NOW,
                )
            )
            assert held.inserted_primary_key is not None
            await tx.execute(
                insert(status_updates).values(
                    number=f"SU-{paragraph}-{institution}-{state}"[:20],
                    assignment_id=held.inserted_primary_key[0],
                    kind="report",
                    state=state,
                    status="in_progress",
                    as_of=NOW.date(),
                    measures=said,
                    remaining="Its adoption.",
                    language=language,
                    submitted_at=NOW,
                )
            )


async def values_of(
    database: Database,
    folder: Path,
    make: Make,
    chosen: Filter = EVERYTHING,
    *,
    language: str = "en",
) -> dict[str, Any]:
    """What the process of an export would fill in."""
    settings = settings_for(database, folder)
    order = Order(chosen, language, NOW, "Amina Sall", names=False)
    async with database.read() as tx:
        made = await exports.on_snapshot(
            tx, chosen, settings.zone, lambda records: make(records, order, settings, folder)
        )
    found: dict[str, Any] = json.loads((folder / made.file).read_bytes())
    return found


async def document_of(
    database: Database,
    folder: Path,
    make: Make,
    chosen: Filter = EVERYTHING,
    *,
    language: str = "en",
) -> Document:
    """The export itself, in our own template."""
    kind = TemplateKind.PARAGRAPHS if make is paragraphs.make else TemplateKind.MATRIX
    values = await values_of(database, folder, make, chosen, language=language)
    return opened(word.filled(templates.ours(kind, rtl=language == "ar"), values))


def opened(made: bytes) -> Document:
    return docx.Document(BytesIO(made))


def rows_of(document: Document) -> list[list[str]]:
    """The cells of all tables, without the rows that name columns."""
    return [
        [cell.text for cell in row.cells] for table in document.tables for row in table.rows[1:]
    ]


def written(document: Document) -> str:
    """All words of a document, in their order."""
    return "\n".join(
        "".join(each.text or "" for each in paragraph.iter(qn("w:t")))
        for paragraph in document.element.body.iter(qn("w:p"))
    )


# -- The matrix ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "symbol", "count"),
    [("china_2013", "A/HRC/25/5", 252), ("slovenia_2025", "A/HRC/59/15", 254)],
)
async def test_the_matrix_comes_back_row_by_row_with_its_assessment(  # noqa: PLR0917
    sqlite_database: Database, tmp_path: Path, sample_data: Path, name: str, symbol: str, count: int
) -> None:
    sent = sample_data / f"ohchr_matrix_{name}.docx"
    await imported(sqlite_database, sent)
    first = ohchr_matrix.read(sent).whole()
    number = str(first.rows[0].paragraph)
    await reported(sqlite_database, number, (1, "Bill 12 passed.", "en"), (2, ARABIC, "ar"))
    document = await document_of(
        sqlite_database, tmp_path, matrix.make, Filter().narrowed(Dimension.DOCUMENT, symbol)
    )
    document.save(str(tmp_path / "back.docx"))
    again = ohchr_matrix.read(tmp_path / "back.docx").whole()
    assert len(again.rows) == len(first.rows) == count
    original = first.facts.columns
    assert again.facts.columns[: len(original)] == original
    assert again.facts.columns[-1] == "Assessment/comments on level of implementation"
    assert len(again.facts.columns) == len(original) + (name == "slovenia_2025")
    for came, went in zip(first.rows, again.rows, strict=True):
        assert went.headings == came.headings
        [[place], [back]] = came.places, went.places
        assert place.printed == back.printed
        unfilled = {key: cell for key, cell in place.cells if key != "assessment"}
        assert {key: cell for key, cell in back.cells if key in unfilled} == unfilled
    answer = dict(again.rows[0].places[0].cells)["assessment"]
    assert answer.startswith("In progress, as of 27 November 2026\nMinistry 1 (lead)")
    assert (
        f"Ministry 2 (contributing) (Arabic): In progress, as of 27 November 2026\n{ARABIC}"
        in answer
    )
    assert dict(again.rows[-1].places[0].cells)["assessment"] == "No approved report yet"


async def test_an_assessment_that_was_filled_in_stays_and_ours_stands_beside_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    sent = Matrix(HEADER_2013)
    sent.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "A12 Justice", "Done in 2019.")
    sent.document.save(str(tmp_path / "sent.docx"))
    await imported(sqlite_database, tmp_path / "sent.docx")
    await reported(sqlite_database, "140.7", (1, "Bill 12 passed.", "en"))
    document = await document_of(sqlite_database, tmp_path, matrix.make)
    [row] = rows_of(document)
    assert row[3] == "Done in 2019."
    assert row[4].endswith("Bill 12 passed.\nIts adoption.")


async def test_an_item_stands_where_it_stood_and_one_from_elsewhere_behind(
    database: Database, tmp_path: Path
) -> None:
    """Under two headings twice, as in the original; by number once; restricted without words."""
    sent = Matrix(HEADER_2024)
    cells = (f"140.12 Fund legal aid (Mali);{SOURCE}", "Noted", "- Justice", "- 16 - PEACE")
    sent.heading("Theme: Justice")
    sent.row(*cells)
    sent.row(f"140.8 Close the prison (Peru);{SOURCE}", "Supported", "- Detention", "")
    sent.heading("Theme: Poverty")
    sent.row(*cells)
    sent.row(f"140.7 Hide the view (Peru);{SOURCE}", "Supported", "- Secret", "")
    sent.document.save(str(tmp_path / "sent.docx"))
    await imported(database, tmp_path / "sent.docx")
    async with database.write() as tx:
        hidden = items.c.paragraph == "140.7"
        await tx.execute(update(items).where(hidden).values(restricted=True))
        pledge = await tx.execute(
            insert(items).values(
                key="pledge",
                document_id=1,
                paragraph="P 1",
                ordinal=99,
                kind="pledge",
                recommending=[],
                headings=[],
                created_at=NOW,
            )
        )
        assert pledge.inserted_primary_key is not None
        words = {"language": "ar", "version": 1, "words": ARABIC, "from_at": NOW}
        await tx.execute(insert(item_texts).values(item_id=pledge.inserted_primary_key[0], **words))
    document = await document_of(database, tmp_path, matrix.make)
    firsts = [row[0].split("\n")[0] for row in rows_of(document)]
    assert firsts == [
        "Theme: Justice",
        "140.12 Fund legal aid (Mali);",
        "140.8 Close the prison (Peru);",
        "Theme: Poverty",
        "140.12 Fund legal aid (Mali);",
        "No theme",
        "P 1 (Arabic)",
        "140.7",
    ]
    assert "4 recommendations" in written(document)
    assert "Secret" not in written(document)
    assert "1 restricted item" in written(document)
    by_number = await document_of(database, tmp_path, matrix.make_by_number)
    assert [row[0].split(" ")[0] for row in rows_of(by_number)] == [
        *("140.7", "140.8", "140.12", "P"),
    ]


async def test_items_that_came_without_headings_are_grouped_by_their_theme(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Regression: those of an index or a table stood in its order, whatever they were about."""
    themes = {"1": ("B31 Trial",), "2": ("A12 Norms", "B31 Trial"), "3": (), "4": ("B31 Trial",)}
    async with sqlite_database.write() as tx:
        for number, labels in themes.items():
            item = await maravia.item(tx, number, {"en": f"Do {number}."})
            for ordinal, label in enumerate(labels):
                tag = {"item_id": item, "vocabulary": "theme", "label": label}
                await tx.execute(insert(item_tags).values(**tag, ordinal=ordinal))
    chosen = Filter({Dimension.DOCUMENT: (maravia.REVIEW,)})
    values = await values_of(sqlite_database, tmp_path, matrix.make, chosen)
    rows = [each["heading"] or each["number"] for each in values["tables"][0]["rows"]]
    assert rows == ["A12 Norms", "2", "B31 Trial", "1", "4", "No theme", "3"]


GRADED = """\
Human Rights Committee: C, not satisfactory · 131st session · CCPR/C/131/2
Still no law."""


async def graded(tx: Transaction, item: int) -> None:
    """A committee has graded it; what was entered before by mistake is gone."""
    given = {"item_id": item, "scheme": "hrc", "session": "131st session", "language": "en"}
    given |= {"entered_by": 1, "entered_at": NOW, "symbol": "CCPR/C/131/2"}
    await tx.execute(insert(grades).values(**given, grade="C", note="Still no law."))
    await tx.execute(insert(grades).values(**given, grade="A", withdrawn_at=NOW))


async def test_only_what_is_approved_stands_in_a_matrix_and_in_a_report(
    sqlite_database: Database, tmp_path: Path
) -> None:
    database = sqlite_database
    sent = Matrix(HEADER_2024)
    for number in ("140.7", "140.8"):
        sent.row(f"{number} Fund legal aid (Mali);{SOURCE}", "Supported", "- Justice", "")
    sent.document.save(str(tmp_path / "sent.docx"))
    await imported(database, tmp_path / "sent.docx")
    await reported(database, "140.7", (1, HOSTILE, "en"))
    await reported(database, "140.8", (1, "Not looked at.", "en"), state="submitted")
    async with database.write() as tx:
        row = {"id": 1, "name": "A NAME", "language": "en", "created_at": NOW}
        await tx.execute(insert(people).values(**row))
        await tx.execute(insert(seats).values(id=1, person_id=1, role="officer", from_at=NOW))
        row = {"person_id": 1, "institution_id": 1, "role": "validator", "from_at": NOW}
        await tx.execute(insert(seats).values(id=2, **row))
        decided = {"status_update_id": 1, "at": NOW}
        await tx.execute(insert(reviews).values(seat_id=1, decision="approved", **decided))
        await tx.execute(insert(clearances).values(seat_id=2, decision="amended", **decided))
        item = await tx.value(select(items.c.id).where(items.c.paragraph == "140.8"))
        given = {"institution_id": 1, "seat_id": 2, "as_of": NOW.date(), "language": "ar"}
        given |= {"item_id": item, "words": ARABIC, "given_at": NOW}
        await tx.execute(insert(assessments).values(**given, version=1, status="planned"))
        gone = {"version": 2, "current": False, "withdrawn_at": NOW, "words": "Taken back."}
        await tx.execute(insert(assessments).values(**(given | gone)))
        await graded(tx, item)
        consolidated = {"status": "implemented", "as_of": NOW.date(), "sentence": "All is done."}
        row = {"item_id": item, "version": 1, "language": "en", "seat_id": 1, "at": NOW}
        await tx.execute(insert(consolidations).values(**row, **consolidated))
        await tx.execute(
            insert(figures).values(
                status_update_id=1, indicator="Judges", value=12, year=2026, disaggregation=[]
            )
        )
        item = await tx.value(select(items.c.id).where(items.c.paragraph == "140.7"))
        need = {"item_id": item, "vocabulary": "need", "label": "follow_up", "ordinal": 0}
        await tx.execute(insert(item_tags).values(**need))
    for make in (matrix.make, paragraphs.make):
        words = written(await document_of(database, tmp_path, make))
        assert "{{ 7 * 7 }} {_{ x }_} {%p for x in y %} <w:p/> & =1+1  \U0001f600 end" in words
        assert "Not looked at." not in words
        assert "A NAME" not in words
        assert "Implemented, as of 27 November 2026\nAll is done." in words
        assert "Independent assessment of Ministry 1: planned, as of 27 November 2026" in words
        assert ARABIC in words
        assert "Taken back." not in words
        assert GRADED in re.sub("[\u2066-\u2069]", "", words)
        assert "Made on 27 November 2026, 10:00 by Amina Sall." in words
    assert "Validated by Ministry 1 (validator) on 27 November 2026." in words
    assert "Validated by the secretariat (officer) on 27 November 2026." in words
    assert words.count("Follow-up: a reply is asked for") == 1
    assert "Figures:\nJudges: 12 (2026)" in words
    assert "What remains:\nIts adoption." in words


async def test_a_status_is_called_as_the_country_calls_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    settings = settings_for(sqlite_database, tmp_path)
    async with sqlite_database.write() as tx:
        own = {"code": "planned", "counts_as": "planned", "place": 200}
        await tx.execute(insert(statuses).values(**own, names={"fr": "annoncée"}))
        said = await exports.on_snapshot(
            tx,
            EVERYTHING,
            settings.zone,
            lambda records: Wording(records, Order(EVERYTHING, "fr", NOW, "Amina"), settings).say(
                called("planned")
            ),
        )
    assert said == "annoncée"


async def test_every_item_has_its_section_and_no_restricted_one_its_words(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
        restricted = await tx.values(select(items.c.id).where(items.c.restricted))
    values = await values_of(database, tmp_path, paragraphs.make)
    assert len(values["sections"]) == 30
    held = {f"140.{each}" for each in restricted}
    for section in values["sections"]:
        words = json.dumps(section)
        assert ("secret" not in words) or section["number"] not in held
    assert held
    with pytest.raises(NothingMatches):
        await values_of(
            database, tmp_path, paragraphs.make, EVERYTHING.narrowed(Dimension.DOCUMENT, "CAT/99")
        )


async def test_an_arabic_matrix_reads_from_the_right_and_keeps_english_words(
    sqlite_database: Database, tmp_path: Path
) -> None:
    sent = Matrix(HEADER_2024)
    sent.row(f"140.7 Fund legal aid (Mali);{SOURCE}", "Supported", "- Justice", "")
    sent.document.save(str(tmp_path / "sent.docx"))
    await imported(sqlite_database, tmp_path / "sent.docx")
    await reported(sqlite_database, "140.7", (1, ARABIC, "ar"))
    document = await document_of(sqlite_database, tmp_path, matrix.make, language="ar")
    [table] = document.tables
    assert table._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    turned = {
        each.text: each._p.find(f".//{qn('w:bidi')}") is not None
        for cell in table.rows[1].cells
        for each in cell.paragraphs
    }
    assert not turned["Supported"]
    assert [each for each in turned if each.startswith(ARABIC) and turned[each]]


# -- Templates -------------------------------------------------------------------------------------


def shape(value: Any) -> Any:
    """The fields of values, whatever they hold."""
    if isinstance(value, Mapping):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [shape(each) for each in value[:1]]
    return type(value)


@pytest.mark.parametrize(
    ("kind", "make"),
    [(TemplateKind.MATRIX, matrix.make), (TemplateKind.PARAGRAPHS, paragraphs.make)],
)
async def test_a_template_is_tried_with_every_field_that_an_export_has(
    sqlite_database: Database, tmp_path: Path, kind: TemplateKind, make: Make
) -> None:
    async with sqlite_database.write() as tx:
        await fill(tx)
    values = await values_of(sqlite_database, tmp_path, make)
    fields = word.fields_of(kind)
    for each in word._paths(values):  # a list that happens to be empty is known by its beginning
        assert any(known == each or known.startswith(f"{each}.") for known in fields), each
    sample = word_samples.values(kind)
    assert set(sample) == set(values)
    for name in ("tables", "sections", "columns"):
        if name in sample and name != "tables":
            assert shape(values[name][0]).keys() == shape(sample[name][0]).keys()


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("kind", list(TemplateKind))
def test_every_template_of_ours_takes_every_made_up_value(kind: TemplateKind, *, rtl: bool) -> None:
    values, fields = word_samples.values(kind), word.fields_of(kind)
    made = opened(word.filled(templates.ours(kind, rtl=rtl), values, fields))
    words = "\n".join(each.text or "" for each in made.element.body.iter(qn("w:t")))
    assert values["heading"] in words
    assert "{{ words }}" in words, "values are words"
    assert "{%" not in words


def template(*lines: str, cell: str = "", header: str = "") -> bytes:
    """A template of a few lines."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if cell:
        document.add_table(rows=2, cols=2).cell(1, 0).text = cell
    if header:
        document.sections[0].header.paragraphs[0].text = header
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def refusal(source: bytes, kind: TemplateKind = TemplateKind.PARAGRAPHS) -> word.TemplateMistake:
    with pytest.raises(word.TemplateMistake) as refused:
        word.filled(source, word_samples.values(kind), word.fields_of(kind))
    return refused.value


def where(refused: word.TemplateMistake) -> str:
    found = refused.values["where"]
    assert isinstance(found, Text)
    return TEXTS.render(found, "en", mode="bare")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "forbidden"),
        ("{{ made.__init__.__globals__ }}", "forbidden"),
        ("{% include 'secrets' %}", "forbidden"),
        ("{% from 'x' import y %}", "forbidden"),
        ("{% autoescape false %}{{ made }}{% endautoescape %}", "forbidden"),
        ("{{ made|safe }}", "syntax"),
        ("{{ made|attr('__class__') }}", "syntax"),
        ("{% for x in sections %}", "syntax"),
        ("{{ made ", "syntax"),
        ("{{ 1 / 0 }}", "failed"),
        ("{{ sections + 1 }}", "failed"),
        ("{% for x in range(1000000000) %}{% endfor %}", "endless"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "endless"),
    ],
)
def test_a_template_can_do_no_more_than_fill_in(line: str, what: str) -> None:
    refused = refusal(template("Fine.", "{{ made }}", line))
    assert refused.values["what"].key == f"template.what.{what}"  # type: ignore[union-attr]


def test_all_unknown_fields_are_told_with_their_lines_and_the_nearest_there_are() -> None:
    refused = refusal(
        template(
            "{{ made }}",
            "By {{ maed }}, gladly",
            "{{ zzz }}",
            "Fine.",
            "{%p for s in sections %}",
            "{{ s.titel }} {{ loop.index }}",
            "{%p endfor %}",
        )
    )
    said = TEXTS.render(refused.text, "en", mode="bare")
    plain = re.sub("[\u2066-\u2069]", "", said)
    assert "Paragraph 2: “By {{ maed }}, gladly” names maed; did you mean made?" in plain
    assert "“{{ zzz }}” names zzz" in plain
    assert "did you mean title?" in plain
    assert "index" not in plain.replace("loop.index", "")
    assert len(plain) < 700, "not the list of all fields"
    many = refusal(template(*[f"{{{{ field{n} }}}}" for n in range(20)]))
    assert "12 more" in re.sub("[\u2066-\u2069]", "", TEXTS.render(many.text, "en", mode="bare"))


def test_a_mistake_is_told_with_its_place_and_its_line() -> None:
    refused = refusal(template("Fine.", "By {{ maker }}, gladly"))
    assert isinstance(refused, word.TemplateUnknownField)
    assert where(refused) == "Paragraph 2"
    line, name = (refused.values[each] for each in ("line", "name"))
    assert isinstance(line, Words)
    assert isinstance(name, Words)
    assert line.words == "By {{ maker }}, gladly"
    assert name.words == "maker"
    assert where(refusal(template("Fine.", cell="{{ maker }}"))) == "Table 1, row 2, column 1"
    assert where(refusal(template("Fine.", header="{{ maker }}"))) == "In the header"
    inside = refusal(template("{%p for s in sections %}", "{{ s.titel }}", "{%p endfor %}"))
    assert where(inside) == "Paragraph 2"
    hidden = refusal(template("{% if not made %}{{ maker }}{% endif %}"))
    assert isinstance(hidden, word.TemplateUnknownField)


def test_fields_that_break_the_document_apart_are_refused() -> None:
    broken = refusal(template("{%p if not made %}", cell="{%tr endif %}"))
    assert broken.values["what"].key == "template.what.structure"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "line",
    [
        "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
        "{{ ('a' * 2000000000)|length }}",
    ],
)
async def test_a_template_that_takes_too_much_is_stopped(tmp_path: Path, line: str) -> None:
    path = tmp_path / "sent.docx"
    path.write_bytes(template(line))
    with pytest.raises(TemplateTooHeavy):
        await word_files.tried(TemplateKind.MATRIX, path, tmp_path / "made.docx")


@pytest.mark.parametrize("kind", TemplateKind)
@pytest.mark.parametrize("rtl", [False, True])
async def test_our_own_templates_pass_what_others_have_to(
    tmp_path: Path, kind: TemplateKind, rtl: bool
) -> None:
    path = tmp_path / "ours.docx"
    path.write_bytes(templates.ours(kind, rtl=rtl))
    await word_files.tried(kind, path, tmp_path / "made.docx")
    words = written(docx.Document(str(tmp_path / "made.docx")))
    assert "{{ words }} & <signs> stay words." in words
    assert not re.search(r"{%|{{ (?!words)", words)


def test_what_no_xml_may_hold_is_left_out_and_pairs_survive() -> None:
    values = {**word_samples.values(TemplateKind.PARAGRAPHS), "made": "a\x00\x0b\ud800b \U0001f600"}
    assert opened(word.filled(template("{{ made }}"), values)).paragraphs[0].text == "ab \U0001f600"


def test_a_table_without_rows_and_a_cell_without_words_are_no_damage() -> None:
    values = word_samples.values(TemplateKind.MATRIX)
    bare = values["tables"][0]["rows"][2]
    values["tables"] = [{"rows": []}, {"rows": [bare]}]
    document = opened(word.filled(templates.ours(TemplateKind.MATRIX, rtl=False), values))
    assert [len(each.rows) for each in document.tables] == [1, 2]
    for cell in document.element.body.iter(qn("w:tc")):
        assert cell[-1].tag == qn("w:p")


# -- As pages --------------------------------------------------------------------------------------


@pytest.fixture
def office() -> str:
    """LibreOffice, which opens a Word file as a person would."""
    found = shutil.which("soffice")
    if found is None or shutil.which("pdftotext") is None:
        conftest.missing("office", "no soffice and pdftotext to make pages with")
    return str(found)


def pages(office: str, folder: Path, *documents: Path) -> list[str]:
    """The words of each document's pages, as LibreOffice lays them out."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    names = [str(each) for each in documents]
    convert = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, *names], check=True, capture_output=True, timeout=240)
    return [
        subprocess.run(
            ["pdftotext", "-layout", str(folder / f"{each.stem}.pdf"), "-"],
            check=True,
            capture_output=True,
            timeout=60,
            text=True,
        ).stdout
        for each in documents
    ]


def test_the_files_open_as_pages_with_every_row_and_the_header_on_each(
    office: str, tmp_path: Path
) -> None:
    values = word_samples.values(TemplateKind.MATRIX)
    heading, row, _ = values["tables"][0]["rows"]
    rows = [heading, *({**row, "cells": _numbered(row, n)} for n in range(60))]
    values["tables"] = [{"rows": rows[:40]}, {"rows": rows[40:]}]
    made = tmp_path / "matrix.docx"
    made.write_bytes(word.filled(templates.ours(TemplateKind.MATRIX, rtl=False), values))
    report = tmp_path / "report.docx"
    sample = word_samples.values(TemplateKind.PARAGRAPHS)
    report.write_bytes(word.filled(templates.ours(TemplateKind.PARAGRAPHS, rtl=True), sample))
    laid_out, arabic = pages(office, tmp_path, made, report)
    assert re.findall(r"row-(\d+)-", laid_out) == [str(n) for n in range(60)]
    several = [each for each in laid_out.split("\f") if each.strip()]
    assert len(several) > 2
    assert all("Assessment" in each for each in several), "the names of columns on every page"
    assert arabic.count("A/HRC/99/9 · 12") + arabic.count("12 · A/HRC/99/9") >= 3


def test_report_in_preparation_and_consultation_open_as_pages(office: str, tmp_path: Path) -> None:
    made = []
    for kind in (TemplateKind.NATIONAL_REPORT, TemplateKind.CONSULTATION):
        for rtl in (False, True):
            path = tmp_path / f"{kind}-{'rtl' if rtl else 'ltr'}.docx"
            path.write_bytes(word.filled(templates.ours(kind, rtl=rtl), word_samples.values(kind)))
            made.append(path)
    for path, laid_out in zip(made, pages(office, tmp_path, *made), strict=True):
        words = Counter(re.findall(r"[A-Za-z]{4,}", written(docx.Document(str(path)))))
        assert words.total() > 10, path.name
        assert not words - Counter(re.findall(r"[A-Za-z]{4,}", laid_out)), path.name


@pytest.mark.parametrize(
    ("name", "symbol", "count"),
    [("china_2013", "A/HRC/25/5", 252), ("slovenia_2025", "A/HRC/59/15", 254)],
)
async def test_a_matrix_that_a_state_was_sent_opens_as_pages_and_loses_no_cell(  # noqa: PLR0917
    office: str,
    sqlite_database: Database,
    tmp_path: Path,
    sample_data: Path,
    name: str,
    symbol: str,
    count: int,
) -> None:
    await imported(sqlite_database, sample_data / f"ohchr_matrix_{name}.docx")
    chosen = Filter().narrowed(Dimension.DOCUMENT, symbol)
    document = await document_of(sqlite_database, tmp_path, matrix.make, chosen)
    path = tmp_path / "back.docx"
    document.save(str(path))
    [laid_out] = await asyncio.to_thread(pages, office, tmp_path, path)
    several = [each for each in laid_out.split("\f") if each.strip()]
    assert len(several) > count / 20
    every = "\n".join(several)
    printed = [each.printed for row in ohchr_matrix.read(path).whole().rows for each in row.places]
    assert sum(map(bool, printed)) >= count
    missing = [each for each in printed if each and each not in every]
    assert missing == []
    assert len(re.findall(r"\bapproved\b", every)) >= count, "each has its assessment"


def _numbered(row: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    first, *others = row["cells"]
    part = {**first["parts"][0], "words": f"row-{number}- Ratify the Optional Protocol."}
    return [{**first, "parts": [part]}, *others]
