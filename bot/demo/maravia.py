"""Maravia, an invented State: its recommendations and its network, and files made of them."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from docx import Document

LANGUAGES = ("en", "fr", "ar")
REVIEW = "A/HRC/58/12"

_GOALS = {
    3: "GOOD HEALTH AND WELL-BEING",
    4: "QUALITY EDUCATION",
    5: "GENDER EQUALITY",
    6: "CLEAN WATER AND SANITATION",
    10: "REDUCED INEQUALITIES",
    11: "SUSTAINABLE CITIES AND COMMUNITIES",
    13: "CLIMATE ACTION",
    14: "LIFE BELOW WATER",
    16: "PEACE, JUSTICE AND STRONG INSTITUTIONS",
    17: "PARTNERSHIPS FOR THE GOALS",
}
_MATRIX = (
    "Recommendation and recommending State",
    "Position of the State under review",
    "Human rights themes and groups of persons",
    "Relevant SDGs",
)
_TABLE = (
    *("Document symbol", "Number", "Kind", "Text", "Mechanism", "Themes", "Affected persons"),
    *("SDGs", "Publication date", "Language"),
)


@cache
def network() -> Mapping[str, Any]:
    """Institutions, seats and their work, as `data/network.toml` has it."""
    return _toml("network")


def events() -> list[tuple[str, Mapping[str, Any]]]:
    """Reports, requests and answers with their kind, the earliest first."""
    kinds = ("report", "request", "answer")
    known = [(kind, each) for kind in kinds for each in network()[kind]]
    return sorted(known, key=lambda each: -each[1]["ago"])


def house_name(code: str | None, language: str) -> str | None:
    """The name of an institution in that language; None for the secretariat."""
    found = (each["names"][language] for each in network()["institution"] if each["code"] == code)
    return next(found, None)


@cache
def review() -> Mapping[str, Any]:
    """The review's recommendations."""
    return _toml("review")


def matrix() -> bytes:
    """The review as the Word matrix that OHCHR would send (FORMATS.md §1.1, layout of 2024)."""
    document = Document()
    document.add_heading(review()["title"], level=1)
    table = document.add_table(rows=1, cols=len(_MATRIX))
    table.style = "Table Grid"
    for cell, title in zip(table.rows[0].cells, _MATRIX, strict=True):
        cell.text = title
    for heading, rows in groupby(review()["recommendation"], key=lambda each: each["heading"]):
        merged = table.add_row().cells
        merged[0].merge(merged[-1]).text = f"Theme: {heading}"
        for each in rows:
            for cell, words in zip(table.add_row().cells, _matrix_cells(each), strict=True):
                cell.text = words
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def other_mechanisms(language: str = "en") -> bytes:
    """What treaty bodies and a special procedure said, as a plain table (FORMATS.md §1.3)."""
    return _table(_other_rows(language))


def review_texts(language: str) -> bytes:
    """The review's texts in another language, as a plain table (FORMATS.md §1.4)."""
    known = {"symbol": REVIEW, "mechanism": "UPR", "published_on": review()["published_on"]}
    rows = (
        _row(known, each, each[language], language)
        for each in review()["recommendation"]
        if language in each
    )
    return _table(rows)


def files() -> dict[str, bytes]:
    """Files to try, by name: each can be sent to the bot."""
    return {
        "maravia_review_2025.docx": matrix(),
        "maravia_review_2025_francais.csv": review_texts("fr"),
        "maravia_review_2025_arabic.csv": review_texts("ar"),
        "maravia_other_mechanisms.csv": other_mechanisms(),
    }


# -- inside ----------------------------------------------------------------------------------------


def _toml(name: str) -> Mapping[str, Any]:
    found = resources.files(__package__) / "data" / f"{name}.toml"
    return tomllib.loads(found.read_text("utf-8"))


def _matrix_cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    states = " ".join(f"({each})" for each in row["states"])
    words = f"{row['n']} {row['text']} {states};\nSource of position: {REVIEW}/Add.1 - Para. 2"
    groups = row.get("groups", [])
    themes = [f"- {each}" for each in row["themes"]]
    themes += ["Groups of Persons:", *(f"- {each}" for each in groups)] if groups else []
    position = "" if row["position"] == "pending" else str(row["position"]).capitalize()
    return words, position, "\n".join(themes), "\n".join(f"- {each}" for each in _goals(row))


def _goals(row: Mapping[str, Any]) -> list[str]:
    return [f"{goal} - {_GOALS[goal]}" for goal in row["sdgs"]]


def _other_rows(language: str) -> Iterator[list[str]]:
    for document in _toml("other_mechanisms")["document"]:
        for each in document["item"]:
            words = each["text"] if language == "en" else each.get(language)
            if words:
                yield _row(document, each, words, language)


def _row(
    document: Mapping[str, Any], row: Mapping[str, Any], words: str, language: str
) -> list[str]:
    return [
        document["symbol"],
        row["n"],
        row.get("kind", "recommendation"),
        words,
        document["mechanism"],
        " | ".join(row["themes"]),
        " | ".join(row.get("groups", [])),
        " | ".join(_goals(row)),
        document["published_on"],
        language,
    ]


def _table(rows: Iterator[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_TABLE)
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")
