"""An export in the words of its language: what every form of it says the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo

from bot.domain.exports import ExportKind
from bot.domain.filters import Dimension
from bot.domain.items import ItemText, Part, best_text
from bot.domain.screens import Text
from bot.exchange.cells import Cell
from bot.exchange.order import Order
from bot.settings import Settings
from bot.texts import Texts, language_name
from storage.exports import Record, Records

_DAY = 86_400  # seconds


class Named:
    """What an order and the rows of its records are called; the base of each export's own rows.

    Whatever a row says of a restricted item asks `_shows` first, of a person `_who`.
    """

    def __init__(self, records: Records, order: Order, settings: Settings) -> None:
        self._records = records
        self._order = order
        self._zone: tzinfo = settings.zone
        self._default_language = settings.default_language
        self._texts = Texts.load(settings.languages, at_need=True)
        self._texts.call(records.own_names())
        self._known: dict[str, str] = {}
        self._languages: dict[str | None, str] = {}
        self._houses = records.institutions()
        self._institutions = {key: self._named(each["names"]) for key, each in self._houses.items()}
        self._codes = {each["code"]: key for key, each in self._houses.items()}
        self._today: date = order.made_at.astimezone(self._zone).date()

    def word(self, key: str) -> str:
        """The words of a key that has no values."""
        if key not in self._known:
            self._known[key] = self._texts.render(Text(key), self._order.language, mode="bare")
        return self._known[key]

    def about(self, kind: ExportKind, counted: Mapping[str, int]) -> Iterator[tuple[Cell, ...]]:
        """What the file says of itself, line by line: its title, when, by whom, how narrowed.

        `counted` are what else it counts, by the words for it.
        """
        filters = tuple(self._filters())
        yield (self.word(f"export.kind.{kind}"),)
        yield (self.word("export.workbook.made_at"), self._moment(self._order.made_at))
        yield (self.word("export.workbook.made_by"), self._made_by())
        unfiltered = "" if filters else self.word("export.workbook.filter.none")
        yield (self.word("export.workbook.filter"), unfiltered)
        for name, words in filters:
            yield (self.word(f"export.workbook.filter.{name}"), words)
        yield from counted.items()

    def _made_by(self) -> str:
        return self._order.made_by

    def _filters(self) -> Iterator[tuple[str, str]]:
        chosen = self._order.filters
        for dimension in Dimension:
            if values := chosen.of(dimension):
                yield dimension.value, " | ".join(self._called(dimension, each) for each in values)
        if chosen.since:
            yield "from", chosen.since.isoformat()
        if chosen.until:
            yield "until", chosen.until.isoformat()
        if chosen:
            language = self._order.language
            yield "language", language_name(language, language)

    def _called(self, dimension: Dimension, value: str) -> str:
        match dimension:
            case Dimension.STATUS:
                return self.word(f"status.{value}")
            case Dimension.INSTITUTION if value in self._codes:
                return self._institutions[self._codes[value]]
            case _:
                return value

    def _shows(self, row: Record) -> bool:
        """Whether the words of this item may stand in the file."""
        return not (self._order.withhold and row["restricted"])

    def _who(self, row: Record) -> str:
        """Who it was: by name, or by their role where names stay at home."""
        if self._order.names:
            return row["name"] or ""
        return self.word(f"role.{row['role']}") if row["role"] else ""

    def _written(self, words: str | None) -> str:
        """What somebody wrote; of what was redacted, when and why it went."""
        return self._texts.written(words, self._order.language)

    def _named(self, names: Mapping[str, str]) -> str:
        """The name in the language of the file, else in English, else in any."""
        known = names.get(self._order.language) or names.get("en")
        return known or next(iter(names.values()), "")

    def _best(self, texts: Mapping[str, str]) -> ItemText | None:
        known = tuple(ItemText(language, words) for language, words in texts.items())
        return best_text(known, self._order.language, self._default_language)

    def _institution(self, key: int | None) -> str:
        return "" if key is None else self._institutions[key]

    def _holders(self, holders: Iterable[tuple[str, int]], part: Part) -> tuple[str, ...]:
        return tuple(self._institutions[key] for each, key in holders if each == part.value)

    def _language(self, code: str | None) -> str:
        if code not in self._languages:
            self._languages[code] = language_name(code, self._order.language) if code else ""
        return self._languages[code]

    def _day(self, moment: datetime | None) -> date | None:
        return moment.astimezone(self._zone).date() if moment else None

    def _moment(self, moment: datetime) -> str:
        """The moment in the country's time, with its offset."""
        return moment.astimezone(self._zone).isoformat(" ", "minutes")


def item_id(item: int | None) -> str:
    """How an item is called in every file; empty where there is none."""
    return "" if item is None else f"R-{item}"


def days_between(begin: datetime, end: datetime) -> float:
    """Days, with one place after the point."""
    return round((end - begin).total_seconds() / _DAY, 1)
