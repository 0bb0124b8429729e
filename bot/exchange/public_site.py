"""The public snapshot: a small static site of what anybody may read, in every language.

Plain pages without scripts, forms or anything fetched from elsewhere; they can be put on any web
server, or opened from a folder. Bars beside the figures are decoration: every number stands in the
table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.domain.items import ItemText, best_text
from bot.domain.publication import NO_ANSWER, Answer, Document, PublicItem, by_status
from bot.domain.screens import Text, Value, text
from bot.domain.status import DEFAULT
from bot.domain.summaries import OUTCOMES, PublicSummary
from bot.domain.views.common import mechanism_name
from bot.domain.views.summaries import counted
from bot.exchange.cells import Cell, write_csv
from bot.texts import Texts, direction, language_name, own_name

MARKER = "snapshot.json"
"""In the folder of every snapshot: what else stands in a folder without it is not ours."""

ITEMS, ANSWERS, CONSULTATIONS = "items", "answers", "consultations"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    ITEMS: (
        *("id", "document", "paragraph", "mechanism", "kind", "position", "text", "language"),
        *("states", "themes", "groups", "sdgs", "status"),
    ),
    ANSWERS: (
        *("number", "item", "institution", "part", "status", "as_of"),
        *("measures", "remaining", "language"),
    ),
    CONSULTATIONS: (
        *("code", "title", "last_day", "published_on", "summary", "language"),
        *("people", "by_group", "contributors", "taken_up", "partly", "not"),
    ),
}
"""The columns of the open data, file by file."""

TEXT_KEYS = (
    *(f"site.column.{name}" for names in COLUMNS.values() for name in names),
    *(f"site.table.{each}" for each in COLUMNS),
    *(f"site.{each}" for each in (NO_ANSWER, "name", "skip", "languages", "made", "only_public")),
    *(f"site.{each}" for each in ("data", "progress", "about", "by_status", "status", "items")),
    *(f"site.{each}" for each in ("share", "documents", "documents_caption", "document")),
    "site.consolidated",
    *(f"site.{each}" for each in ("mechanism", "answered", "back", "holds", "by", "themes")),
    *(f"site.{each}" for each in ("remaining", "data_about", "column", "meaning", "json")),
    *(f"site.{each}" for each in ("consultations", "consultations_about", "held_until")),
)

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_BARS = 20  # widths that the style sheet knows, for no page carries a style of its own


@dataclass(frozen=True)
class Snapshot:
    """What is published: the documents with their items, on which day, in which languages."""

    documents: Sequence[Document]
    made_on: date
    languages: Sequence[str]
    default_language: str
    statuses: Sequence[str] = DEFAULT.codes  # in their order
    came_of: Sequence[PublicSummary] = ()  # what came of consultations

    @property
    def items(self) -> Iterator[PublicItem]:
        """Every item."""
        return (item for document in self.documents for item in document.items)


def write(snapshot: Snapshot, texts: Texts, folder: Path) -> None:
    """Write the whole site into an empty folder."""
    pages = Environment(
        loader=PackageLoader("bot.exchange", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    style = Path(__file__).with_name("pages") / "style.css"
    widths = "".join(f".w{n} {{ width: {n * 100 // _BARS}%; }}\n" for n in range(_BARS + 1))
    (folder / "style.css").write_text(style.read_text() + widths)
    files = _files(snapshot.documents)
    for language in snapshot.languages:
        _Pages(snapshot, texts, language, files, pages).write(folder / language)
    first = _Pages(snapshot, texts, snapshot.default_language, files, pages)
    (folder / "index.html").write_text(first.rendered("languages.html"))
    _write_data(snapshot, texts, folder / "data")
    counts = {"items": sum(1 for _ in snapshot.items), "made_on": snapshot.made_on.isoformat()}
    (folder / MARKER).write_text(json.dumps({"made_by": "focalpoint", **counts}) + "\n")


def _files(documents: Iterable[Document]) -> dict[str, str]:
    """The page of each document; symbols that differ in signs alone have pages of their own."""
    found: dict[str, str] = {}
    for each in documents:
        name = _UNSAFE.sub("-", each.symbol).strip("-").lower() or "document"
        taken = set(found.values())
        choice = (f"{name}-{n}.html" if n else f"{name}.html" for n in range(len(found) + 1))
        found[each.symbol] = next(each for each in choice if each not in taken)
    return found


class _Pages:
    """The pages of one language."""

    def __init__(
        self,
        snapshot: Snapshot,
        texts: Texts,
        language: str,
        files: Mapping[str, str],
        pages: Environment,
    ) -> None:
        self._snapshot = snapshot
        self._texts = texts
        self._language = language
        self._files = files
        self._pages = pages

    def write(self, folder: Path) -> None:
        """Every page of the language into its folder."""
        folder.mkdir()
        (folder / "index.html").write_text(self.rendered("index.html", **self._index()))
        (folder / "data.html").write_text(self.rendered("data.html", **self._data()))
        if came_of := self._consultations():
            page = self.rendered("consultations.html", consultations=came_of)
            (folder / "consultations.html").write_text(page)
        for document in self._snapshot.documents:
            name = self._files[document.symbol]
            values = {"document": self._document(document), "page": name}
            (folder / name).write_text(self.rendered("document.html", **values))

    def rendered(self, template: str, **values: Any) -> str:
        """A page with these values and those that every page has."""
        common = {
            "language": self._language,
            "dir": direction(self._language),
            "root": "../",
            "page": template,
            "languages": [
                {"code": each, "name": own_name(each), "dir": direction(each)}
                for each in self._snapshot.languages
            ],
            "made_on": self._snapshot.made_on,
            "say": self._say_key,
        }
        return self._pages.get_template(template).render({**common, **values})

    # -- The pages ---------------------------------------------------------------------------------

    def _index(self) -> dict[str, Any]:
        counted = by_status(self._snapshot.items)
        total = counted.total()
        known = dict.fromkeys([*self._snapshot.statuses, *counted])
        ordered = [each for each in known if counted[each] and each != NO_ANSWER]
        ordered += [NO_ANSWER] if counted[NO_ANSWER] else []
        statuses = [
            {
                "name": self._status(each),
                "count": self._number(counted[each]),
                "share": self._say(text("site.percent", share=counted[each] / total)),
                "bar": round(counted[each] * _BARS / total),
            }
            for each in ordered
        ]
        documents = [
            {
                "file": self._files[each.symbol],
                "symbol": each.symbol,
                "mechanism": self._value(mechanism_name(each.mechanism)),
                "count": self._number(len(each.items)),
                "answered": self._number(sum(1 for item in each.items if item.answers)),
            }
            for each in self._snapshot.documents
        ]
        return {
            "total": total,
            "statuses": statuses,
            "documents": documents,
            "consulted": bool(self._snapshot.came_of),
        }

    def _document(self, document: Document) -> dict[str, Any]:
        return {
            "symbol": document.symbol,
            "mechanism": self._value(mechanism_name(document.mechanism)),
            "title": document.title,
            "count": len(document.items),
            "items_": [self._item(each) for each in document.items],
        }

    def _item(self, item: PublicItem) -> dict[str, Any]:
        known = tuple(ItemText(language, words) for language, words in item.texts.items())
        best = best_text(known, self._language, self._snapshot.default_language)
        language = best.language if best else self._language
        return {
            "id": item.id,
            "paragraph": item.paragraph,
            "kind": self._say(text(f"kind.{item.kind}")),
            "position": self._say(text(f"position.{item.position}")) if item.position else "",
            "words": best.words if best else "",
            "language": language,
            "dir": direction(language),
            "note": self._note(language),
            "states": ", ".join(item.states),
            "tags": (*item.themes, *item.groups, *item.sdgs),
            "consolidated": self._consolidated(item),
            "answers": [self._answer(each) for each in item.answers],
        }

    def _consolidated(self, item: PublicItem) -> str:
        """What the State says of all the answers, where some of them are public."""
        return self._status(item.status) if item.answers and item.consolidated else ""

    def _answer(self, answer: Answer) -> dict[str, Any]:
        return {
            "institution": _named(answer.institution, self._language),
            "part": self._say(text(f"label.part.{answer.part}")),
            "status": self._status(answer.status),
            "as_of": self._say(text("site.as_of", day=answer.as_of)),
            "number": answer.number,
            "measures": self._texts.written(answer.measures, self._language),
            "remaining": self._texts.written(answer.remaining, self._language),
            "language": answer.language,
            "dir": direction(answer.language),
            "note": self._note(answer.language),
        }

    def _consultations(self) -> list[dict[str, Any]]:
        """What came of each, in the reader's language where it was said in it."""
        by_code: dict[str, list[PublicSummary]] = {}
        for each in self._snapshot.came_of:
            by_code.setdefault(each.code, []).append(each)
        return [self._consultation(several) for several in by_code.values()]

    def _consultation(self, several: Sequence[PublicSummary]) -> dict[str, Any]:
        wanted = (self._language, self._snapshot.default_language)
        by_language = {each.summary.language: each for each in several}
        found = next((by_language[each] for each in wanted if each in by_language), several[0])
        summary = found.summary
        return {
            "code": found.code,
            "title": found.title,
            "title_language": found.title_language,
            "title_dir": direction(found.title_language),
            "day": self._say(text("site.held_until", day=found.last_day)),
            "published": self._say(text("summary.published", day=summary.published_on)),
            "words": [each for each in summary.words.split("\n") if each.strip()],
            "language": summary.language,
            "dir": direction(summary.language),
            "note": self._note(summary.language),
            "numbers": [self._say(each) for each in counted(summary.numbers)],
        }

    def _data(self) -> dict[str, Any]:
        files = [
            {"name": f"{each}.csv", "about": self._say(text(f"site.table.{each}"))}
            for each in COLUMNS
        ]
        files.append({"name": "snapshot.json", "about": self._say(text("site.json"))})
        tables = [
            {
                "caption": self._say(text(f"site.table.{each}")),
                "columns": [
                    {"name": name, "about": self._say(text(f"site.column.{name}"))}
                    for name in columns
                ],
            }
            for each, columns in COLUMNS.items()
        ]
        return {"files": files, "tables": tables}

    # -- Words -------------------------------------------------------------------------------------

    def _say_key(self, key: str, count: int | None = None, **values: Value) -> str:
        return self._say(text(key, count=count, **values))

    def _say(self, said: Text) -> str:
        return self._texts.render(said, self._language, mode="bare")

    def _value(self, value: Value) -> str:
        return self._say(text("label.one", value=value))

    def _number(self, number: int) -> str:
        return self._value(number)

    def _status(self, code: str) -> str:
        return self._say(text("site.no_answer" if code == NO_ANSWER else f"status.{code}"))

    def _note(self, language: str) -> str:
        """In which language it stands, where that is not the reader's."""
        if language == self._language:
            return ""
        return self._say(text("label.language", language=language_name(language, self._language)))


def _named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()))


# -- Open data -------------------------------------------------------------------------------------


def _write_data(snapshot: Snapshot, texts: Texts, folder: Path) -> None:
    """The same as tables and as one JSON file; codes and not their names, so that both stay."""
    folder.mkdir()
    tables: dict[str, Callable[[Snapshot, Texts], Iterator[dict[str, Cell]]]] = {
        ITEMS: _item_rows,
        ANSWERS: _answer_rows,
        CONSULTATIONS: _consultation_rows,
    }
    for name, rows in tables.items():
        cells = ([row[column] for column in COLUMNS[name]] for row in rows(snapshot, texts))
        write_csv(folder / f"{name}.csv", COLUMNS[name], cells)
    packed = {name: [*rows(snapshot, texts)] for name, rows in tables.items()}
    packed_on = {"made_on": snapshot.made_on.isoformat(), **packed}
    with (folder / "snapshot.json").open("w") as file:
        json.dump(packed_on, file, ensure_ascii=False, indent=1, default=str)


def _item_rows(snapshot: Snapshot, _texts: Texts) -> Iterator[dict[str, Cell]]:
    for document in snapshot.documents:
        for item in document.items:
            known = tuple(ItemText(language, words) for language, words in item.texts.items())
            best = best_text(known, snapshot.default_language, snapshot.default_language)
            yield {
                "id": f"R-{item.id}",
                "document": document.symbol,
                "paragraph": item.paragraph,
                "mechanism": document.mechanism,
                "kind": item.kind,
                "position": item.position or "",
                "text": best.words if best else "",
                "language": best.language if best else "",
                "states": item.states,
                "themes": item.themes,
                "groups": item.groups,
                "sdgs": item.sdgs,
                "status": item.status,
            }


def _answer_rows(snapshot: Snapshot, texts: Texts) -> Iterator[dict[str, Cell]]:
    for item in snapshot.items:
        for answer in item.answers:
            yield {
                "number": answer.number,
                "item": f"R-{item.id}",
                "institution": _named(answer.institution, snapshot.default_language),
                "part": answer.part.value,
                "status": answer.status,
                "as_of": answer.as_of,
                "measures": texts.written(answer.measures, snapshot.default_language),
                "remaining": texts.written(answer.remaining, snapshot.default_language),
                "language": answer.language,
            }


def _consultation_rows(snapshot: Snapshot, _texts: Texts) -> Iterator[dict[str, Cell]]:
    for each in snapshot.came_of:
        numbers = each.summary.numbers
        yield {
            "code": each.code,
            "title": each.title,
            "last_day": each.last_day,
            "published_on": each.summary.published_on,
            "summary": each.summary.words,
            "language": each.summary.language,
            "people": numbers.people,
            "by_group": tuple(f"{group}: {n}" for group, n in numbers.groups.items()),
            "contributors": numbers.writers,
            **{outcome.value: numbers.outcomes.get(outcome.value, 0) for outcome in OUTCOMES},
        }
