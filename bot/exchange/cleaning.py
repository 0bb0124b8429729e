"""Words as people wrote them: entities, tags and odd spaces cleaned away, paragraph numbers found.

Only what is safe is changed; split words are reported, not joined (FORMATS.md §1.2).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(
    r"</?(?:p|br|div|span|b|i|u|em|strong|sup|sub|ul|ol|li|a|font|table|tbody|tr|td|h[1-6]|o:p)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
# Joiners (U+200C, U+200D) belong to the spelling of Persian and Indic words, so they stay.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """One line of words without markup, invisible characters and doubled spaces; nothing is
    reworded.
    """
    words = text
    for _ in range(2):  # `&amp;nbsp;` hides an entity in an entity
        if not _ENTITY.search(words):
            break
        words = html.unescape(words)
    words = _TAG.sub(" ", words)
    words = _CONTROL.sub(" ", _INVISIBLE.sub("", words)).replace("\u2011", "-")
    words = _SPACES.sub(" ", unicodedata.normalize("NFC", words)).strip()
    return re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", words))


def lines(cell: str) -> tuple[str, ...]:
    """The items of a cell that lists one a line, with or without `- ` before, each once."""
    found = (clean(re.sub(r"^\s*[-–—•·*]\s+", "", line)) for line in cell.splitlines())
    return tuple(dict.fromkeys(item for item in found if item and item != "-"))


def values(cell: str) -> tuple[str, ...]:
    """The items of a cell that separates them by ` | ` or new lines (FORMATS.md §1.3)."""
    return lines(re.sub(r"\s*\|\s*", "\n", cell))


# -- paragraph numbers -----------------------------------------------------------------------------

_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹‐‑–—", "01234567890123456789----")
_REVIEW_NUMBER = re.compile(
    r"(\d{1,3}(?:\s?\.\s?\d{1,3})+)(?!\d)(?:\s?\(([a-z]{1,2})\))?\s*+[.:)]?+\s*+(?:-\s+)?+"
    r"(?!%|per\s?cent|[mb]illion)"
)
_HYPHENED = re.compile(r"(\d{2,3})-(\d{1,3})(?![\d-])\s*+[.:)]?+\s*+(?![a-z\d])")
_PARAGRAPH = re.compile(r"(\d{1,3})\s?\.\s*(?:\(([a-z]{1,2})\)\s*)?(?!\d)")
_LETTERED = re.compile(r"(\d{1,3})\s?\(([a-z]{1,2})\)\s*")
_BARE = re.compile(r"(\d{1,3})\s+(?=(?:The|In|While|Le|La|Les|El|Los)\s)")
_TITLED = re.compile(
    r"(?P<title>[^\W\d_](?:[^.;:!?\d()]|\([^()]{0,80}\)){1,160}?)\s*(?P<number>\d{1,3})\.\s*(?=[^\W\d_(])"
)
# Words before a number that name something else than the paragraph itself.
_NOT_TITLES = re.compile(
    r"\b(?:article|articles|art|para|paras|paragraph|paragraphs|resolution|no|goal|goals|target|targets|rule"
    r"|section|chapter|convention|protocol|law|act|decree|bill|annex|of|in|to|and|by|the|age|number|numéro"
    r"|paragraphe|paragraphes|párrafo|párrafos|artículo|loi|décret|ley|objectif|objetivo|n)\s*[°º]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text without its paragraph number; `title` is a heading that stood before the number."""

    paragraph: str | None
    text: str
    title: str | None = None


def numbered(text: str) -> Numbered:
    """Part a cleaned text from the number it begins with (`137.197 …`, `49.The …`, `33 (a) …`).

    A heading may stand before it: `Rural women 49.The Committee …`. A year, a quantity or a number
    inside a sentence is none.
    """
    plain = text.translate(_ASCII)  # character for character, so that places agree
    if found := _REVIEW_NUMBER.match(plain):
        return _parted(text, found.end(), re.sub(r"\s", "", found[1]), found[2])
    if found := _HYPHENED.match(plain):
        return _parted(text, found.end(), f"{found[1]}.{found[2]}", None)
    if found := _PARAGRAPH.match(plain) or _LETTERED.match(plain):
        return _parted(text, found.end(), found[1], found[2])
    if found := _BARE.match(plain):
        return _parted(text, found.end(), found[1], None)
    if (found := _TITLED.match(plain)) and not _NOT_TITLES.search(found["title"]):
        title = text[: found.end("title")].strip()
        if len(title.split()) <= 16:
            return Numbered(found["number"], text[found.end() :].strip(), title)
    return Numbered(None, text)


def _parted(text: str, end: int, number: str, letter: str | None) -> Numbered:
    return Numbered(f"{number} ({letter})" if letter else number, text[end:].strip())


# -- split words -----------------------------------------------------------------------------------


class SplitWords:
    """Finds words that a conversion split (`heal thcare`): the file itself knows them whole
    elsewhere.

    Texts are shown one by one; what looks split is told at the end, when the file's words are
    known.
    """

    _PAIR = re.compile(r"(?=\b([^\W\d_]+) ([^\W\d_]+)\b)")
    _WORD = re.compile(r"[^\W\d_]+")

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._pairs: dict[str, tuple[int, str]] = {}

    def look(self, row: int, text: str) -> None:
        """Take note of the words of a row."""
        self._words.update(word.casefold() for word in self._WORD.findall(text))
        for first, second in self._PAIR.findall(text):
            if second.islower() and min(len(first), len(second)) <= 8:
                self._pairs.setdefault(f"{first} {second}".casefold(), (row, f"{first} {second}"))

    def found(self) -> Iterator[tuple[int, str, str]]:
        """Row, the split word, and what it may be: only where a part is no word of the file by
        itself.
        """
        for pair, (row, printed) in self._pairs.items():
            first, second = pair.split(" ")
            whole = first + second
            once = min(self._words[first], self._words[second]) == 1
            if once and self._words[whole] >= 2 and len(whole) >= 5:
                yield row, printed, printed.replace(" ", "")
