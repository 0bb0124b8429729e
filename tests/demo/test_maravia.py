"""Maravia's files are read by the same readers as everybody's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.demo import maravia, seed
from bot.domain.kinds import Kind, Position
from bot.exchange import recognise
from bot.exchange.imported import Format, ImportedFile


def read(folder: Path, content: bytes, name: str) -> ImportedFile:
    path = folder / name
    path.write_bytes(content)
    return recognise.read(path).whole()


def test_the_matrix_holds_forty_recommendations(tmp_path: Path) -> None:
    found = read(tmp_path, maravia.matrix(), "matrix.docx")
    assert found.facts.format is Format.OHCHR_MATRIX
    assert (found.facts.symbol, found.facts.cycle) == (maravia.REVIEW, "4")
    assert Counter(row.position for row in found.rows) == {
        Position.SUPPORTED: 30,
        Position.NOTED: 7,
        Position.PENDING: 3,
    }
    assert found.problems == ()


@pytest.mark.parametrize("language", maravia.LANGUAGES)
def test_the_other_mechanisms_are_read_in_every_language(tmp_path: Path, language: str) -> None:
    found = read(tmp_path, maravia.other_mechanisms(language), "others.csv")
    assert found.facts.language == language
    assert found.problems == ()
    english = language == "en"
    assert len(found.rows) == (9 if english else 4)
    kinds = Counter(row.kind for row in found.rows)
    assert kinds[Kind.COMMUNICATION] == (1 if english else 0)


@pytest.mark.parametrize(("language", "texts"), [("fr", 8), ("ar", 10)])
def test_the_review_has_texts_in_other_languages(tmp_path: Path, language: str, texts: int) -> None:
    found = read(tmp_path, maravia.review_texts(language), "texts.csv")
    assert len(found.rows) == texts
    assert {row.language for row in found.rows} == {language}
    known = {row.key for row in read(tmp_path, maravia.matrix(), "matrix.docx").rows}
    assert {row.key for row in found.rows} <= known


def test_all_that_the_network_names_is_there(tmp_path: Path) -> None:
    rows = [
        *read(tmp_path, maravia.matrix(), "matrix.docx").rows,
        *read(tmp_path, maravia.other_mechanisms(), "others.csv").rows,
    ]
    items = {seed.name(f"{row.symbol} {row.paragraph}") for row in rows}
    network = maravia.network()
    houses = {each["code"] for each in network["institution"]}
    clustered = {item for each in network["cluster"] for item in each["items"]}
    assert {seed.name(item) for item in clustered} <= items
    for each in network["assignment"]:
        assert seed.name(each["item"]) in items
        assert {each["lead"], *each.get("contributing", [])} <= houses
    for each in network["activity"]:
        assert {seed.name(item) for item in each.get("items", [])} <= items
        assert each.get("cluster") in {None, *(one["name"] for one in network["cluster"])}
        assert {each["institution"], *each.get("others", [])} <= houses
    assert sum("role" in each for each in network["person"]) == 13
