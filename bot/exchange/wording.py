"""Words what approved reports say, for Word files: in one language, people's own words as they are.

Only what was approved stands in them (`Records.approved`); people appear by role and institution.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bot.domain.exports import FORMS, ExportKind
from bot.domain.figures import Figure
from bot.domain.filters import Dimension, NothingMatches
from bot.domain.grades import grade_name, scheme_name
from bot.domain.items import ItemText, Part, best_text
from bot.domain.kinds import Kind, Position
from bot.domain.people import Role
from bot.domain.screens import Text, Value, Words, text
from bot.domain.views.common import dotted
from bot.domain.views.people import name_for
from bot.exchange.child import progress
from bot.exchange.order import Order, Written
from bot.settings import Settings
from bot.texts import Texts, clean, direction, language_name
from storage.exports import Record, Records

FILE = "values.json"
PAGE = 500  # items whose reports are read at once

TEXT_KEYS = (
    *(f"label.part.{each}" for each in Part),
    *(f"kind.{each}" for each in Kind),
    *(f"position.{each}" for each in Position),
    *(f"role.{each}" for each in Role),
    *(f"export.workbook.filter.{each}" for each in (*Dimension, "from", "until")),
)

Said = dict[str, Any]
"""`words` with the direction they are written in, `rtl`."""


class Wording:
    """Words of one language, for one order."""

    def __init__(self, records: Records, order: Order, settings: Settings) -> None:
        self.records = records
        self.order = order
        self.language = order.language
        self.today: date = order.made_at.astimezone(settings.zone).date()
        self._settings = settings
        self._texts = Texts.load(settings.languages, at_need=True)
        self._texts.call(records.own_names())
        self._institutions = records.institutions()

    def say(self, said: Text) -> str:
        """The words of a text."""
        zone = self._settings.zone
        return self._texts.render(said, self.language, mode="bare", timezone=zone)

    def ours(self, words: str, *, strong: bool = False) -> Said:
        """Words of ours as a part of a cell."""
        return {"words": words, "rtl": direction(self.language) == "rtl", "strong": strong}

    def written(self, words: str | None) -> str:
        """What somebody wrote; of what was redacted, when and why it went."""
        return self._texts.written(words, self.language)

    def theirs(self, words: str | None, language: str) -> Said:
        """What somebody wrote, in its own direction; words without one have the language's."""
        said = self.written(words)
        kinds = map(unicodedata.bidirectional, said)
        first = next((each for each in kinds if each in ("L", "R", "AL")), None)
        rtl = direction(language) == "rtl" if first is None else first != "L"
        return {"words": clean(said), "rtl": rtl, "strong": False}

    # -- The first page ----------------------------------------------------------------------------

    def page(self, kind: ExportKind, count: int) -> dict[str, Any]:
        """What it is, when and by whom it was made, how narrowed, how many, what is withheld."""
        order = self.order
        withheld = self.records.restricted() if order.withhold else 0
        counted = f"export.counted.{FORMS[kind].counted}"
        made = text("word.made", at=order.made_at, by=Words(order.made_by))
        documents = self.records.documents().values()
        return {
            "heading": self.say(text(f"word.heading.{FORMS[kind].template}")),
            "documents": [" · ".join(filter(None, _called(each))) for each in documents],
            "made": self.say(made),
            "narrowed": [*self._narrowed()] or [self.say(text("word.everything"))],
            "counted": self.say(text(counted, count=count)),
            "withheld": self.say(text("export.withheld", count=withheld)) if withheld else "",
        }

    def _narrowed(self) -> Iterator[str]:
        chosen = self.order.filters
        for dimension in Dimension:
            for value in chosen.of(dimension):
                yield self._line(dimension.value, self._value(dimension, value))
        for name, day in (("from", chosen.since), ("until", chosen.until)):
            if day:
                yield self._line(name, day)

    def _line(self, name: str, value: Value) -> str:
        label = text(f"export.workbook.filter.{name}")
        return self.say(text("word.line", name=label, value=value))

    def _value(self, dimension: Dimension, value: str) -> Value:
        if dimension is Dimension.STATUS:
            return text(f"status.{value}")
        codes = {each["code"]: each["names"] for each in self._institutions.values()}
        known = dimension is Dimension.INSTITUTION and value in codes
        return name_for(codes[value], self.language) if known else Words(value)

    # -- Items -------------------------------------------------------------------------------------

    def items(self) -> Iterator[tuple[Record, list[Record]]]:
        """Each item with its approved reports, the lead's first; refuses with NothingMatches."""
        total = self.records.count()
        if not total:
            raise NothingMatches
        rows = self.records.recommendations()
        done = 0
        while page := list(islice(rows, PAGE)):
            ids = [each["id"] for each in page]
            approved, beside = self.records.approved(ids), self.records.independent(ids)
            graded = self.records.graded(ids)
            for row in page:
                own = {
                    "independent": beside.get(row["id"], []),
                    "graded": graded.get(row["id"], []),
                }
                item = {**row, **own}
                yield item, approved.get(row["id"], [])
            done += len(page)
            progress(done, 3 * total)  # filling in takes the rest

    def shows(self, row: Record) -> bool:
        """Whether the words of this item may stand in the file."""
        return not (self.order.withhold and row["restricted"])

    def text_of(self, row: Record) -> tuple[Said, str]:
        """The item's words in the best language there is, and that language where it is another."""
        known = tuple(ItemText(language, words) for language, words in row["texts"].items())
        best = best_text(known, self.language, self._settings.default_language)
        if best is None or not self.shows(row):
            return self.ours(""), ""
        said = self.theirs(best.words, best.language)
        return said, self.other(best.language)

    def other(self, language: str) -> str:
        """The name of a language that is not the file's; nothing for its own."""
        return "" if language == self.language else language_name(language, self.language)

    def position(self, row: Record) -> str:
        """The State's position; nothing where it has none."""
        return self.say(text(f"position.{row['position']}")) if row["position"] else ""

    def status(self, row: Record, approved: Sequence[Record]) -> str:
        """Where the item stands, with the day as of which that is so.

        What the secretariat has consolidated comes first, else what was approved last.
        """
        if row["consolidated_status"]:
            status = text(f"status.{row['consolidated_status']}")
            day = row["consolidated_as_of"]
            return self.say(text("word.status", status=status, day=day))
        if not approved:
            return self.say(text("word.status.none"))
        return self.say(_status(approved[0]))

    def sentence(self, row: Record) -> Said:
        """The secretariat's sentence for the report; nothing where there is none."""
        return self.theirs(row["consolidated_sentence"], self.language)

    # -- Reports -----------------------------------------------------------------------------------

    def institution(self, said: Record) -> str:
        """The name of the institution that said it."""
        names = self._institutions[said["institution_id"]]["names"]
        return self.say(text("label.one", value=name_for(names, self.language)))

    def label(self, said: Record, *, stands: bool = True) -> str:
        """Whose report it is, its part, its language, and where it stands by it."""
        part = text(f"label.part.{said['part']}")
        label = text("word.answer", institution=Words(self.institution(said)), part=part)
        words = self.say(label)
        if language := self.other(said["language"]):
            words = f"{words} {self.say(text('label.language', language=language))}"
        return self.say(text("word.line", name=words, value=_status(said))) if stands else words

    def independent(self, row: Record) -> list[tuple[str, Said]]:
        """What observers say beside the State's answer: whose it is with its status, and words."""
        if not self.shows(row):
            return []
        return [
            (self._observed(each), self.theirs(each["words"], each["language"]))
            for each in row["independent"]
        ]

    def grades(self, row: Record) -> list[tuple[str, Said]]:
        """What committees gave: whose scheme, the grade, its session and document; the note."""
        found = []
        for each in row["graded"]:
            note = self.theirs(each["note"], each["language"])
            found.append((self._graded(each), note if self.shows(row) else self.ours("")))
        return found

    def _graded(self, each: Mapping[str, Any]) -> str:
        facts: list[Value] = [grade_name(each["scheme"], each["grade"]), Words(each["session"])]
        if each["given_on"] is not None:
            facts.append(text("word.day", day=each["given_on"]))
        if each["symbol"]:
            facts.append(Words(each["symbol"]))
        return self.say(
            text("grade.line", scheme=scheme_name(each["scheme"]), facts=dotted(*facts))
        )

    def _observed(self, given: Mapping[str, Any]) -> str:
        names = self._institutions[given["institution_id"]]["names"]
        own: dict[str, Value] = {"by": name_for(names, self.language), "day": given["as_of"]}
        if given["status"] is None:
            return self.say(Text("word.independent", own))
        own["status"] = text(f"status.{given['status']}")
        return self.say(Text("word.independent.status", own))

    def figures(self, said: Record) -> Said:
        """The figures of a report, one a line."""
        written = "\n".join(Figure.kept(each).written() for each in said["figures"])
        return self.theirs(written, said["language"])

    def evidence(self, said: Record) -> Said:
        """What the evidence of a report is called, one a line."""
        return self.theirs("\n".join(said["titles"]), said["language"])

    def validated(self, said: Record) -> list[str]:
        """Who approved a report, by role and institution, and when."""
        return [self.say(self._validation(each)) for each in said["validated"]]

    def _validation(self, each: Mapping[str, Any]) -> Text:
        own = self._institutions.get(each["institution_id"])
        by = name_for(own["names"] if own else {}, self.language)
        role = text(f"role.{each['role']}")
        day = each["at"].astimezone(self._settings.zone).date()
        return text("word.validated", by=by, role=role, day=day)


def written(folder: Path, values: Mapping[str, Any], count: int, wording: Wording) -> Written:
    """The values in a file of the folder, for the process that fills them in."""
    path = folder / FILE
    path.write_text(json.dumps(values), "ascii")
    records, order = wording.records, wording.order
    withheld = records.restricted() if order.withhold else 0
    return Written(path.name, {"recommendations": count}, withheld)


def joined(several: Iterable[str]) -> str:
    """Several lines in one."""
    return "\n".join(filter(None, several))


def _status(said: Record) -> Text:
    return text("word.status", status=text(f"status.{said['status']}"), day=said["as_of"])


def _called(document: Record) -> tuple[str, str]:
    return document["symbol"], document["title"] or ""
