"""The public snapshot as files: what stands in them, and what never does."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.clock import Clock
from bot.domain.groups import Entry
from bot.domain.items import Part
from bot.domain.publication import Answer, Document, PublicItem
from bot.domain.summaries import Numbers, PublicSummary, Summary
from bot.exchange.public_site import MARKER, Snapshot, write
from bot.settings import Settings
from bot.texts import Texts
from bot.works import Tools
from bot.works.publish import NotOurs, write_out
from bot.works.table import processes
from storage import groups
from storage.database import Database
from storage.tables import (
    consultation_summaries,
    consultations,
    items,
    people,
    status_updates,
)
from storage.vault import Vault
from tests.record import NASTY, fill

LANGUAGES = ("en", "fr", "ar")
TEXTS = Texts.load(LANGUAGES)
NOW = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
PERSON = "Zaynab Personal-Name"


def snapshot(*found: PublicItem, symbol: str = "A/HRC/61/9") -> Snapshot:
    return Snapshot([Document(symbol, "UPR", None, found)], date(2026, 5, 4), LANGUAGES, "en")


def item(words: str, *answers: Answer, number: int = 1, language: str = "en") -> PublicItem:
    return PublicItem(
        number, "140.7", "recommendation", "supported", ("Norland",),
        {language: words}, ("A12 Acceptance",), (), ("16.3",), answers,
    )  # fmt: skip


def answer(words: str, status: str = "in_progress") -> Answer:
    return Answer(
        "SU-2026-0001", {"en": "Justice", "ar": "العدل"}, Part.LEAD, status,
        date(2026, 5, 1), words, "", "en",
    )  # fmt: skip


class _Page(HTMLParser):
    """What a page's elements are, and all its words."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data + " "


def pages(folder: Path) -> dict[str, _Page]:
    return {str(path.relative_to(folder)): _Page(path) for path in sorted(folder.rglob("*.html"))}


def test_every_language_has_every_page_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    write(snapshot(item("Ratify it.", answer("Bill 12 was adopted."))), TEXTS, tmp_path)
    found = pages(tmp_path)
    names = {"index.html", "data.html", "a-hrc-61-9.html"}
    assert set(found) == {"index.html", *(f"{each}/{name}" for each in LANGUAGES for name in names)}
    for name, page in found.items():
        for _tag, attributes in page.elements:
            link = attributes.get("href") or ""
            if link and not link.startswith("#"):
                target = (tmp_path / name).parent / link.partition("#")[0]
                assert target.resolve().is_file(), (name, link)


def test_words_of_people_are_never_markup(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>{{ 7*7 }}\"'&"
    write(snapshot(item(bad, answer(bad)), symbol="<b>/1"), TEXTS, tmp_path)
    for page in pages(tmp_path).values():
        tags = {tag for tag, _attributes in page.elements}
        assert not tags & {"script", "b", "img", "form", "iframe", "style"}
        assert not [name for _tag, given in page.elements for name in given if name[:2] == "on"]
    assert _Page(tmp_path / "en" / "b-1.html").words.count(bad) == 2


def test_pages_read_in_their_direction_and_words_in_their_own(tmp_path: Path) -> None:
    write(snapshot(item("Ratify it.", answer("Done.", "implemented"))), TEXTS, tmp_path)
    page = _Page(tmp_path / "ar" / "a-hrc-61-9.html")
    (html,) = [given for tag, given in page.elements if tag == "html"]
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    quotes = [given for tag, given in page.elements if tag == "blockquote"]
    assert [(each["lang"], each["dir"]) for each in quotes] == [("en", "ltr")]
    assert "العدل" in page.words
    assert "الإنجليزية" in page.words, "in which language it stands is said"


def test_the_figures_of_the_first_page_add_up(tmp_path: Path) -> None:
    found = [
        item("One.", answer("Done.", "implemented"), number=1),
        item("Two.", number=2),
        item("Three.", number=3),
        item("Four.", answer("Begun."), number=4),
    ]
    write(snapshot(*found), TEXTS, tmp_path)
    words = " ".join(_Page(tmp_path / "en" / "index.html").words.split())
    for said in ("implemented 1 25%", "in progress 1 25%", "No public answer yet 2 50%"):
        assert said in words, words


def test_documents_that_differ_in_signs_alone_have_pages_of_their_own(tmp_path: Path) -> None:
    both = [Document(each, "UPR", None, (item("One."),)) for each in ("A/1", "A-1")]
    write(Snapshot(both, date(2026, 5, 4), ("en",), "en"), Texts.load(("en",)), tmp_path)
    assert {"a-1.html", "a-1-1.html"} <= {each.name for each in (tmp_path / "en").iterdir()}


@pytest.mark.parametrize("words", NASTY)
def test_open_data_holds_the_words_unaltered(words: str, tmp_path: Path) -> None:
    write(snapshot(item(words, answer(words))), TEXTS, tmp_path)
    packed = json.loads((tmp_path / "data" / "snapshot.json").read_text())
    assert packed["items"][0]["text"] == packed["answers"][0]["measures"] == words
    with (tmp_path / "data" / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["measures"].removeprefix("'") == words


# -- From the database -----------------------------------------------------------------------------


def tools_for(database: Database, folder: Path) -> Tools:
    settings = Settings.isolated(
        database_url=database.url.render_as_string(hide_password=False),
        data_dir=folder / "data",
        key_dir=folder / "keys",
    )
    return Tools(
        settings, database, Vault.open(folder / "files"), TEXTS, Clock(), processes(settings)
    )


async def test_no_name_of_anybody_stands_in_a_snapshot(database: Database, tmp_path: Path) -> None:
    async with database.write() as tx:
        await fill(tx)
        await tx.execute(update(people).values(name=PERSON))
        await tx.execute(
            update(status_updates)
            .where(status_updates.c.state == "approved")
            .values(public=True, source=PERSON)
        )
        await tx.execute(
            update(status_updates)
            .where(status_updates.c.state != "approved")
            .values(public=True, measures=f"{PERSON} said so.")
        )
    made = await write_out(tools_for(database, tmp_path), tmp_path / "site")
    async with database.read() as tx:
        shown = await tx.values(
            select(items.c.id).where(~items.c.restricted, items.c.vanished_at.is_(None))
        )
    assert made.items == len(shown)
    assert made.answers > 0
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or PERSON.encode() not in path.read_bytes(), path


async def test_groups_and_statuses_are_called_as_the_country_calls_them(
    database: Database, tmp_path: Path
) -> None:
    """Regression: a group of the State's own stood there as `group.g1`, a renamed one as before."""
    numbers = {"people": 20, "groups": {"g1": 10, "women": 5}, "writers": 5, "outcomes": {}}
    async with database.write() as tx:
        await fill(tx)
        for code, names in (("g1", {"en": "Fisherfolk"}), ("women", {"en": "Women of the coast"})):
            await groups.keep(tx, Entry(code, names), now=NOW)
        about = await tx.value(select(consultations.c.id).limit(1))
        said = {"consultation_id": about, "language": "en", "words": "Done.", "numbers": numbers}
        await tx.execute(insert(consultation_summaries).values(**said, published_on=NOW.date()))
    await write_out(tools_for(database, tmp_path), tmp_path / "site")
    words = pages(tmp_path / "site")["en/consultations.html"].words
    assert "Fisherfolk" in words
    assert "Women of the coast" in words
    assert "group." not in words


async def test_a_new_snapshot_takes_the_old_ones_place_and_nobody_elses(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as tx:
        await fill(tx)
    tools, site = tools_for(database, tmp_path), tmp_path / "site"
    await write_out(tools, site)
    (site / "en" / "stale.html").write_text("of last month")
    await write_out(tools, site)
    assert not (site / "en" / "stale.html").exists()
    assert (site / MARKER).is_file()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(NotOurs):
        await write_out(tools, other)
    assert [each.name for each in other.iterdir()] == ["thesis.txt"]
    assert not list(tmp_path.glob(".*"))  # noqa: ASYNC240 - a few names


def came_of(language: str, words: str) -> PublicSummary:
    numbers = Numbers(20, {"women": 10}, 5, {"taken_up": 5})
    summary = Summary(1, language, words, numbers, date(2026, 5, 3))
    return PublicSummary("h4k7", "Child <rights>", "en", date(2026, 4, 1), summary)


def test_what_came_of_consultations_stands_in_it_in_the_readers_language(tmp_path: Path) -> None:
    said = (came_of("en", "=Ramps <will> be built."), came_of("ar", "ستُبنى منحدرات."))
    write(replace(snapshot(item("One.")), came_of=said), TEXTS, tmp_path)
    found = pages(tmp_path)
    english, arabic = found["en/consultations.html"], found["ar/consultations.html"]
    assert "=Ramps <will> be built." in english.words
    assert "ستُبنى منحدرات." in arabic.words
    assert "At least 20 people signed up." in english.words
    assert "Women’s organisations: 10" in english.words
    assert "neither endorses the State’s report" in english.words
    links = [each.get("href") for _tag, each in found["fr/index.html"].elements]
    assert "consultations.html" in links
    with (tmp_path / "data" / "consultations.csv").open(newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["people"], first["by_group"], first["not"]) == ("20", "women: 10", "0")


def test_without_consultations_there_is_no_page_of_them(tmp_path: Path) -> None:
    write(snapshot(item("One.")), TEXTS, tmp_path)
    assert not [each for each in pages(tmp_path) if "consultations" in each]


def test_the_day_is_said(tmp_path: Path) -> None:
    write(snapshot(item("One.")), TEXTS, tmp_path)
    assert "As of 4 May 2026." in _Page(tmp_path / "en" / "index.html").words
