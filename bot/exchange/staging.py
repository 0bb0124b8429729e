"""Recommendations on their way from a reading process to the staging tables, as plain JSON rows."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.domain.screens import Text, text_to_json
from bot.exchange import recognise, states
from bot.exchange.imported import (
    Entry,
    Facts,
    ImportedRecommendation,
    Options,
    Problem,
    filed_symbol,
)

BATCH = 200  # rows staged in one short transaction


def read(path: str, options: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The file's entries in batches, the facts first; for a process with limits.

    Each entry is `{"facts": …}`, `{"row": …}` or `{"problem": …}`; the facts come again at the end
    where rows were left out. Raises the reader's refusals.
    """
    chosen = Options(**options)
    with recognise.read(Path(path), chosen) as reading:
        yield [{"facts": _facts(reading.facts)}]
        for batch in reading.batches(BATCH):
            yield [_staged(each, reading.facts, chosen) for each in batch]
        if reading.elsewhere:
            yield [{"facts": {**_facts(reading.facts), **_elsewhere(reading.elsewhere, chosen)}}]


def _staged(entry: Entry, facts: Facts, options: Options) -> dict[str, Any]:
    """A row without importing key or document is a problem: nothing would find it again."""
    if isinstance(entry, Problem):
        return {"problem": _problem(entry)}
    if not entry.keys or not (entry.symbol or facts.symbol):
        lost = Problem(entry.row, "import.problem.no_symbol", refused=True)
        return {"problem": _problem(lost)}
    return {"row": _row(entry, facts, options)}


def contents(path: str, name: str) -> str:
    """What the file is about (`recognise.Contents`); for a process with limits."""
    return recognise.contents(Path(path), name).value


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "format": facts.format.value,
        "layout": facts.layout,
        "columns": list(facts.columns),
        "unknown_columns": list(facts.unknown_columns),
        "language": facts.language,
        "symbol": facts.symbol,
        "title": _cut(facts.title, 500),
    }


def _elsewhere(counted: Counter[str], options: Options) -> dict[str, Any]:
    """How many rows are about other States, which those are (most rows first), and the own one."""
    named = [states.name_of(code) for code, _ in counted.most_common() if code]
    own = states.code_of(options.state or "")
    return {"elsewhere": counted.total(), "states": named, "state": own}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "text": text_to_json(Text(problem.key, problem.values)),
        "refused": problem.refused,
        "original": [_storable(cell) for cell in problem.original],
    }


def _row(row: ImportedRecommendation, facts: Facts, options: Options) -> dict[str, Any]:
    """The columns of `import_rows`, and its tags."""
    keys = row.keys
    content = {
        "kind": row.kind.value,
        "position": row.position.value if row.position else None,
        "recommending": list(row.recommending_states),
        "source_of_position": _cut(row.position_source, 200),
        "annotation_id": row.annotation_id,
    }
    tags = list(_tags(row))
    return {
        **content,
        "row": row.row,
        "headings": [[place.ordinal, place.heading] for place in row.places if place.heading],
        "original": _original(row),
        "key": keys[0],
        "second_key": keys[1] if len(keys) > 1 else None,
        "symbol": filed_symbol(row.symbol or facts.symbol or ""),
        "paragraph": row.paragraph or f"#{row.ordinal}",  # its place, which is no paragraph
        "restricted": row.kind.restricted_by_default,
        "language": row.language or facts.language or options.language or "en",
        "words": row.text,
        "raw": _storable(row.raw_text) if row.raw_text != row.text else None,
        "digest": _digest({**content, "headings": list(row.headings), "tags": tags}),
        "tags": tags,
        "document": {
            "mechanism": _cut(row.mechanism or facts.mechanism or row.body, 60) or "other",
            "cycle": _number(row.cycle or facts.cycle),
            "session": _cut(row.session or facts.session, 40),
            "published_on": row.published_on.isoformat() if row.published_on else None,
            "layout": [list(each) for each in zip(facts.column_names, facts.columns, strict=True)]
            if facts.column_names
            else None,
        },
    }


def _original(row: ImportedRecommendation) -> list[list[Any]] | None:
    """The cells of a matrix as they came, for the one that goes back; None: it was none."""
    kept = [
        [place.ordinal, place.printed, {name: _storable(cell) for name, cell in place.cells}]
        for place in row.places
        if place.cells
    ]
    return kept or None


def _tags(row: ImportedRecommendation) -> Iterator[tuple[str, str]]:
    """The vocabulary and label of every tag, each once."""
    labels = (("theme", row.themes), ("group", row.affected_persons), ("sdg", row.sdgs))
    for vocabulary, values in labels:
        for label in dict.fromkeys(value[:300] for value in values):
            yield vocabulary, label


def _cut(words: str | None, most: int) -> str | None:
    """Words that nothing is found by, as far as their column holds them."""
    return words if words is None else words[:most]


def _storable(words: str) -> str:
    return words.replace("\x00", "\ufffd")  # PostgreSQL takes none


def _number(words: str | None) -> int | None:
    return int(words) if words and words.isdecimal() else None


def _digest(content: Mapping[str, Any]) -> str:
    packed = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(packed.encode()).hexdigest()
