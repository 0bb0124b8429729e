"""What a person looks for: a number (`140.7`, `SU-2026-0042`) or words, however they write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_WORDS = 6
_CODE = re.compile(r"\d[\w]*(?:[.\-/ ]?[\da-z()]+)*", re.IGNORECASE)
_SYMBOL = re.compile(
    r"([a-z]+(?:/[\w().\-]+)+)(?:[ ·,]+(?:para\.?|§)? ?(\d[\w.\-]*(?: ?\(\w\))?))?", re.IGNORECASE
)
_GRADE = re.compile(r"(?:grade|note|درجه|تقدير) ([a-e][12]?)")  # folded
_REPORT = re.compile(r"su-?\d{4}-?\d+", re.IGNORECASE)
_SAME_LETTER = str.maketrans("أإآٱىةؤئ", "اااايهوي") | {0x0640: None}
# Letters that stand for one another, or that may carry an accent: any letter will do there.
_LOOSE = re.compile(
    r"[aceinouysz\u0627\u0623\u0625\u0622\u0671\u0649\u064a\u0629\u0647\u0624\u0626\u0648]"
)


@dataclass(frozen=True)
class Place:
    """An institution or a cluster that was found by its name, or an institution by its code."""

    id: int
    name: str
    cluster: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is looked for; `code` where it may be an item's number, `report` a status update's."""

    words: tuple[str, ...]
    code: str | None = None
    report: str | None = None
    symbol: str | None = None  # of a document; with a code, an item of it
    grade: str | None = None  # that a committee gave

    def fits(self, text: str) -> bool:
        """Whether every word stands in the text, as people compare words."""
        folded = fold(text)
        return all(word in folded for word in self.words)

    def patterns(self) -> tuple[str, ...]:
        """For each word a pattern of LIKE (`_` for any letter) that finds at least what fits."""
        return tuple(f"%{_LOOSE.sub('_', _escaped(word))}%" for word in self.words)


def wanted(query: str) -> Wanted:
    """What the words ask for; nothing at all where there is no letter or digit in them."""
    plain = "".join(str(unicodedata.decimal(each, each)) for each in query).replace("٫", ".")
    plain = " ".join(plain.split())[:200]
    folded = fold(plain)
    words = tuple(re.findall(r"[^\W_]+", folded))[:MOST_WORDS]
    if (graded := _GRADE.fullmatch(folded)) is not None:
        return Wanted(words, grade=graded[1].upper())
    if _REPORT.fullmatch(plain.replace(" ", "-")):
        year, number = re.findall(r"\d+", re.sub(r"(?i)su-?(\d{4})-?", r"\1-", plain))[:2]
        return Wanted(words, report=f"SU-{year}-{int(number):04}")
    if (found := _SYMBOL.fullmatch(re.sub(r" ?/ ?", "/", plain))) is not None:
        return Wanted(words, code=found[2], symbol=found[1].upper())
    plain = re.sub(r"(?<=\d) (?=\d)", ".", plain)
    code = plain if _CODE.fullmatch(plain) and len(plain) <= 30 else None
    return Wanted(words, code=code)


def fold(words: str) -> str:
    """Words as they are compared: small letters, no accents, one form of each Arabic letter."""
    plain = unicodedata.normalize("NFKD", words.casefold())  # may bring capitals to light: 𝐀
    apart = unicodedata.normalize("NFKD", plain.casefold())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return bare.translate(_SAME_LETTER)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
