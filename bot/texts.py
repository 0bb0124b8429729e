"""The text layer: the words of a key in a person's language, with its values in place.

The catalogues are `locales/<language>/LC_MESSAGES/focalpoint.po`, read at start; English has one
like every other language. A template holds the Bot API's own tags (`<b> <i> <code> <blockquote>`)
and named fields: `{item}`, `{count}` for the number that chooses the plural, and a few with a way
to show them: `{due:weekday}`, `{at:time}`, `{at:date}`, `{share:percent}`,
`{kind:capital}`. Whatever is put into a
field is escaped here and nowhere else, and stands in its own direction.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from string import Formatter
from typing import Literal, Self, TypeAlias

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from babel.messages.pofile import read_po

import locales
from bot.clock import Clock
from bot.domain.redaction import Mark, Reason
from bot.domain.screens import Code, Language, Listing, Text, Value, Words

Mode: TypeAlias = Literal["html", "plain", "bare"]
"""`html` for messages; `plain` for buttons: no tags; `bare` for files: no direction marks."""

available = locales.available

_FSI, _PDI = "\u2068", "\u2069"  # Telegram keeps these, and strips the older embedding marks
_RLM = "\u200f"
_ELLIPSIS = "…"
_CLOSING_QUOTES = re.compile(r"[\u00a0\u202f ]?[”»\"’“]")
_TAG = re.compile(r"<[^<>]*>")
# "en" alone writes "November 30" and "2:05 PM"; the United Nations write 30 November, 14:05.
_FORMATS = {"en": "en_GB"}


class UnknownLanguage(Exception):
    """There is no catalogue for a language that the settings offer."""

    def __init__(self, language: str, known: Sequence[str]) -> None:
        super().__init__(f"no catalogue for {language!r}; there are {', '.join(known)}")
        self.language = language


# -- Languages -------------------------------------------------------------------------------------


def negotiate(language_code: str | None, offered: Sequence[str], default: str) -> str:
    """The best language offered for a hint such as `pt-br` or `zh-hans`; else the default."""
    if not language_code:
        return default
    wanted = language_code.replace("_", "-").split("-")
    code = "_".join([wanted[0].lower(), *(_subtag(each) for each in wanted[1:])])
    try:
        found = Locale.negotiate([code], offered)
    except (UnknownLocaleError, ValueError):
        found = None
    if found and str(found) in offered:
        return str(found)
    base = str(found.language) if found else wanted[0].lower()
    return next((each for each in offered if each.split("_")[0] == base), default)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Which way a language is written."""
    return "rtl" if _locale(language).text_direction == "rtl" else "ltr"


def own_name(language: str) -> str:
    """A language's name in itself, as it stands on a button: `Français`."""
    name = _locale(language).get_language_name() or language
    return name[:1].upper() + name[1:]


def language_name(code: str, language: str) -> str:
    """The name of the language `code` in `language`; the code itself where nobody knows it."""
    try:
        return _locale(code).get_display_name(_locale(language)) or code
    except (UnknownLocaleError, ValueError):
        return code


def catalogue(language: str, folder: Path = locales.FOLDER) -> Path:
    """Where the catalogue of a language lies."""
    return folder / language / "LC_MESSAGES" / f"{locales.DOMAIN}.po"


def _subtag(part: str) -> str:
    return part.title() if len(part) == 4 else part.upper()


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@lru_cache(maxsize=64)
def _formats(language: str) -> Locale:
    return Locale.parse(_FORMATS.get(language, language))


# -- Templates -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a template and the field behind it, if any."""

    html: str
    plain: str
    field: str | None
    show: str
    in_code: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """The forms of one key in one language: one, or one for each plural form."""

    forms: tuple[tuple[_Piece, ...], ...]


def _compile(template: str) -> tuple[_Piece, ...]:
    pieces = []
    in_code = False
    for literal, field, show, _ in Formatter().parse(template):
        for tag in _TAG.findall(literal):
            if tag in ("<code>", "</code>"):
                in_code = tag == "<code>"
        plain = html.unescape(_TAG.sub("", literal))
        pieces.append(_Piece(literal, plain, field, show or "", in_code))
    return tuple(pieces)


@dataclass(frozen=True)
class _Catalogue:
    entries: dict[str, _Entry]
    plural: Callable[[int], int]

    @classmethod
    def read(cls, path: Path, language: str) -> Self:
        """What the file holds now; parsed again only once it has changed."""
        found = path.stat()
        return cls._parse(path, language, (found.st_mtime_ns, found.st_size))

    @classmethod
    @lru_cache(maxsize=16)
    def _parse(cls, path: Path, language: str, _state: tuple[int, int]) -> Self:
        with path.open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        entries = {}
        for message in read:
            key, forms = message.id, message.string
            if not isinstance(key, str):
                key = key[0]
            if isinstance(forms, str):
                forms = (forms,)
            if key and forms and all(forms):
                entries[key] = _Entry(tuple(_compile(form) for form in forms))
        return cls(entries, c2py(read.plural_expr))

    def find(self, text: Text) -> tuple[_Piece, ...] | None:
        entry = self.entries.get(text.key)
        if entry is None:
            return None
        if len(entry.forms) == 1:
            return entry.forms[0]
        return entry.forms[-1 if text.count is None else self.plural(abs(text.count))]


class _Shelf(Mapping[str, _Catalogue]):
    """Catalogues by language, each read when it is first asked for."""

    def __init__(self, languages: Iterable[str], folder: Path) -> None:
        self._read: dict[str, _Catalogue | None] = dict.fromkeys(languages)
        self._folder = folder

    def __getitem__(self, language: str) -> _Catalogue:
        found = self._read[language]
        if found is None:
            found = _Catalogue.read(catalogue(language, self._folder), language)
            self._read[language] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __contains__(self, language: object) -> bool:
        return language in self._read  # without reading it

    def __len__(self) -> int:
        return len(self._read)


def _reads_left_to_right(pieces: tuple[_Piece, ...]) -> bool:
    """Whether a text of a right-to-left language would begin at the left.

    A reader's device goes by the first letter outside the isolated values; values in code are not
    isolated. A text of such values and left-to-right letters alone may begin there.
    """
    found = []
    for piece in pieces:
        found += [unicodedata.bidirectional(each) for each in piece.plain]
        if piece.in_code and piece.field is not None:
            found.append("L")
    letters = [each for each in found if each in ("L", "R", "AL")]
    return not letters or (letters[0] == "L" and set(letters) != {"L"})


# -- Rendering -------------------------------------------------------------------------------------


class Texts:
    """The words of every key in every language offered."""

    def __init__(self, catalogues: Mapping[str, _Catalogue], clock: Clock) -> None:
        self._catalogues = catalogues
        self._clock = clock
        self._own: Mapping[str, Mapping[str, str]] = {}

    @classmethod
    def load(
        cls,
        languages: Iterable[str] | None = None,
        *,
        clock: Clock | None = None,
        folder: Path = locales.FOLDER,
        at_need: bool = False,
    ) -> Self:
        """Read the catalogues of these languages (or of all there are); raises UnknownLanguage.

        With `at_need` each is read with the first text that needs it: what one file says in one
        language does not wait for the others.
        """
        known = available(folder)
        chosen = tuple(languages or known)
        for language in chosen:
            if language not in known:
                raise UnknownLanguage(language, known)
        shelf = _Shelf(chosen, folder)
        return cls(shelf if at_need else dict(shelf), clock or Clock())

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages offered, in the order of the settings; the first stands in for a gap."""
        return tuple(self._catalogues)

    @property
    def own(self) -> Mapping[str, Mapping[str, str]]:
        """The country's own names, as `call` was given them last."""
        return self._own

    def call(self, own: Mapping[str, Mapping[str, str]]) -> None:
        """Let the country's own names, by text key and language, stand for the catalogues' words.

        They are somebody's words: they hold no markup and no fields. In a language that has none
        the catalogue's words stay; where there are none either, the name in another language
        stands, labelled.
        """
        self._own = {key: dict(names) for key, names in own.items() if names}

    def knows(self, key: str, language: str) -> bool:
        """Whether the language has words of its own for the key."""
        return language in self._catalogues and key in self._catalogues[language].entries

    def written(self, words: str | None, language: str) -> str:
        """What somebody wrote, for files; of what was redacted, when and why it went."""
        mark = Mark.read(words) if words else None
        return words or "" if mark is None else self.render(_instead(mark), language, mode="bare")

    def render(
        self, text: Text, language: str, *, mode: Mode = "html", timezone: tzinfo = UTC
    ) -> str:
        """The words of a text for a reader of `language` whose clock shows `timezone`.

        A key without words in that language takes those of the first language offered; one that has
        none at all shows itself, so that a slip costs a word and not the message.
        """
        if (name := self._called(text.key, language)) is not None:
            return _Rendering(self, language, mode, timezone, self._clock).name(name)
        found = next(
            (each for each in (language, *self.languages) if self.knows(text.key, each)), ""
        )
        if not found:
            return text.key
        pieces = self._catalogues[found].find(text)
        assert pieces is not None
        rendering = _Rendering(self, found, mode, timezone, self._clock)
        words = "".join(rendering.pieces(text, pieces))
        if mode != "bare" and direction(found) == "rtl" and _reads_left_to_right(pieces):
            return _RLM + words
        return words

    def _called(self, key: str, language: str) -> Words | None:
        """The country's own name for the key, unless the catalogue has the better words."""
        names = self._own.get(key)
        if not names or (language not in names and self.knows(key, language)):
            return None
        best = next((each for each in (language, *self.languages) if each in names), None)
        best = next(iter(names)) if best is None else best
        return Words(names[best], best)


class _Rendering:
    """One text on its way to one reader."""

    def __init__(
        self, texts: Texts, language: str, mode: Mode, timezone: tzinfo, clock: Clock
    ) -> None:
        self._texts = texts
        self._language = language
        self._mode = mode
        self._timezone = timezone
        self._locale = _formats(language)
        self._year = clock.now().astimezone(timezone).year

    def pieces(self, text: Text, pieces: tuple[_Piece, ...]) -> Iterator[str]:
        label = ""  # of foreign words; it stands behind their closing quotation mark
        for piece in pieces:
            literal = piece.html if self._mode == "html" else piece.plain
            if label:
                quote = _CLOSING_QUOTES.match(literal)
                cut = quote.end() if quote else 0
                literal, label = f"{literal[:cut]} {label}{literal[cut:]}", ""
            yield literal
            if piece.field is None:
                continue
            value: Value = text.count or 0 if piece.field == "count" else text.values[piece.field]
            yield self._value(value, piece.show, in_code=piece.in_code)
            label = self._label(value)
        if label:
            yield f" {label}"

    def name(self, name: Words) -> str:
        """A name that stands for a text, labelled where it is of another language."""
        label = self._label(name)
        words = self._escaped(clean(name.words).strip())
        return f"{words} {label}" if label else words

    def _value(self, value: Value, show: str = "", *, in_code: bool = False) -> str:
        isolate = self._mode != "bare" and not in_code
        match value:
            case Text():
                words = self._texts.render(
                    value, self._language, mode=self._mode, timezone=self._timezone
                )
                words = _begun(words, show)
                return _isolated(words) if isolate else words
            case Listing(values):
                return lists.format_list(
                    [self._value(each) for each in values], locale=self._locale
                )
            case Code(code):
                words = self._escaped(clean(code))
                if self._mode == "html" and not in_code:
                    words = f"<code>{words}</code>"
            case Language(code):
                words = _begun(language_name(code, self._language), show)
            case Words(written) if (mark := Mark.read(written)) is not None:
                words = self._texts.render(
                    _instead(mark), self._language, mode=self._mode, timezone=self._timezone
                )
            case Words(written, _, limit):
                words = clean(written).strip()
                words = _begun(words if limit is None else shorten(words, limit), show)
                words = self._escaped(words)
            case str():
                words = self._escaped(clean(value))
            case _:
                words = self._escaped(self._formatted(value, show))
        return _isolated(words) if isolate else words

    def _label(self, value: Value) -> str:
        """The name of the language that words are written in, where it is not the reader's."""
        if not isinstance(value, Words) or not value.language or Mark.read(value.words):
            return ""
        if value.language.split("_")[0].split("-")[0] == self._language.split("_")[0]:
            return ""
        name = language_name(value.language, self._language)
        label = Text("label.language", {"language": name})
        return self._texts.render(label, self._language, mode=self._mode)

    def _escaped(self, words: str) -> str:
        return html.escape(words, quote=False) if self._mode == "html" else words

    def _formatted(self, value: float | date | datetime, show: str) -> str:
        match value:
            case datetime():
                local = value.astimezone(self._timezone)
                if show == "time":
                    return self._time(local.time())
                if show in ("date", "weekday"):
                    return self._date(local.date(), show)
                pattern = str(dates.get_datetime_format("medium", locale=self._locale))
                return (
                    pattern.replace("'", "")
                    .replace("{1}", self._date(local.date(), show))
                    .replace("{0}", self._time(local.time()))
                )
            case date():
                return self._date(value, show)
            case _ if show == "percent":
                return numbers.format_percent(value, locale=self._locale)
            case _:
                return numbers.format_decimal(value, locale=self._locale)

    def _date(self, day: date, show: str) -> str:
        """`30 November`; with the year when it is another or if asked for; so with the weekday.

        Of a stretch of days in one month, the first is its number alone: `20 to 21 May`.
        """
        if show == "day":
            first = day.day == 1 and self._locale.language == "fr"
            return "1er" if first else numbers.format_decimal(day.day, locale=self._locale)
        if show == "weekday":
            name = dates.format_date(day, "EEEE", locale=self._locale)
            both = Text("label.weekday", {"weekday": name, "day": self._date(day, "")})
            return self._texts.render(both, self._language, mode="bare")
        if day.year != self._year or show == "long":
            words = dates.format_date(day, "long", locale=self._locale)
        else:
            words = dates.format_skeleton("MMMMd", _noon(day), locale=self._locale)
        if day.day == 1 and self._locale.language == "fr":
            return words.replace("1 ", "1er ", 1)  # the Unicode data write 1 mai
        return words

    def _time(self, moment: time) -> str:
        return dates.format_time(moment, "HH:mm", locale=self._locale)


def _instead(mark: Mark) -> Text:
    """What stands where words were redacted."""
    return Text(
        "redaction.mark", {"day": mark.on, "reason": Text(f"redaction.reason.{mark.reason}")}
    )


TEXT_KEYS = ("redaction.mark", *(f"redaction.reason.{each}" for each in Reason))


def _begun(words: str, show: str) -> str:
    return words[:1].upper() + words[1:] if show == "capital" else words


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


# -- Somebody's own words --------------------------------------------------------------------------


def _isolated(words: str) -> str:
    """Each line in its own direction; a line break would end the isolation."""
    return "\n".join(f"{_FSI}{line}{_PDI}" if line else "" for line in words.split("\n"))


def clean(words: str) -> str:
    """Words without what could disturb the lines around them: control and direction-forcing marks.

    New lines stay; a tab becomes a space; joiners stay, Persian and emoji need them.
    """
    words = words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in words if each == "\n" or not _disturbs(each))


def _disturbs(character: str) -> bool:
    if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff":
        return True
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def shorten(words: str, limit: int) -> str:
    """At most `limit` code points, cut between words and ended by `…`.

    Never cut inside what a reader takes for one character: a letter with its accents, an emoji
    with its parts.
    """
    if len(words) <= limit:
        return words
    room = max(limit - len(_ELLIPSIS), 0)
    cut = room
    while cut > 0 and _continues(words, cut):
        cut -= 1
    head = words[:cut]
    if not words[cut].isspace():
        border = max(head.rfind(" "), head.rfind("\n"))
        if (
            border >= room // 2
        ):  # a script without spaces, or a very long word, is cut where it stands
            head = head[:border]
    return head.rstrip(" \n,;:–—-") + _ELLIPSIS


def _continues(words: str, at: int) -> bool:
    """Whether the code point at `at` belongs to the character before it."""
    here, before = words[at], words[at - 1]
    if unicodedata.category(here) in ("Mn", "Mc", "Me") or here in "\u200c\u200d":
        return True
    if before == "\u200d" or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if _is_flag(here) and _is_flag(before):
        run = at
        while run > 0 and _is_flag(words[run - 1]):
            run -= 1
        return (at - run) % 2 == 1
    return "\U000e0020" <= here <= "\U000e007f"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
