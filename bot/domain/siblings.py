"""Which items of other rounds ask for much the same: proposals for a person to judge."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt
from typing import Generic, TypeVar

from rapidfuzz.fuzz import token_set_ratio

Id = TypeVar("Id", int, str)

THRESHOLD = 0.62  # chosen by reading pairs of real reviews: most above it ask for the same
_CANDIDATES = 40  # pairs of a text that are compared in full
_TOO_COMMON = 0.2  # words in a larger share of all texts say nothing about what is asked


@dataclass(frozen=True, slots=True)
class Wording(Generic[Id]):
    """A text and where it comes from; `document` is its symbol."""

    id: Id
    text: str
    mechanism: str | None = None
    cycle: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal(Generic[Id]):
    """Two items that may be siblings; `score` from 0 to 1, the same in both directions."""

    new: Id
    old: Id
    score: float


def propose(
    new: Iterable[Wording[Id]],
    old: Iterable[Wording[Id]],
    *,
    threshold: float = THRESHOLD,
    at_most: int = 5,
) -> list[Proposal[Id]]:
    """The closest old items of each new one, best first; none of the same document or round.

    A pair is in it when the mean of two measures reaches the threshold: how alike the words are
    that matter (cosine of their weights), and how far one text holds the other.
    """
    news = [_prepared(each) for each in new]
    olds = [_prepared(each) for each in old]
    weights = _weights(news + olds)
    index = _Index(olds, weights)
    found: list[Proposal[Id]] = []
    for each in news:
        scored = (
            Proposal(each.wording.id, other.wording.id, _score(each, other, cosine))
            for other, cosine in index.nearest(each)
        )
        near = (proposal for proposal in scored if proposal.score >= threshold)
        found += nlargest(at_most, near, key=lambda proposal: proposal.score)
    return found


# -- words -----------------------------------------------------------------------------------------

_NAMES = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(?=[;,.(]|$)")  # who recommends
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_]{2,}|\d{2,}")
_SAME_LETTERS = str.maketrans("أإآٱىة", "اااايه")


@dataclass(frozen=True, slots=True)
class _Prepared(Generic[Id]):
    wording: Wording[Id]
    words: Counter[str]
    plain: str


def _prepared(wording: Wording[Id]) -> _Prepared[Id]:
    text = unicodedata.normalize("NFKD", _NAMES.sub(" ", wording.text).translate(_SAME_LETTERS))
    text = "".join(char for char in text if not unicodedata.combining(char)).casefold()
    words = [_stem(word) for word in _TOKEN.findall(text)]
    return _Prepared(wording, Counter(words), " ".join(words))


def _stem(word: str) -> str:
    """A word without the endings that differ most between two wordings of one demand."""
    for ending in ("ations", "ation", "ifying", "ify", "ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word.removeprefix("ال") if len(word) > 4 else word


def _weights(texts: Sequence[_Prepared[Id]]) -> Mapping[str, float]:
    """How much a word tells: little where many texts have it, nothing where a fifth of them do."""
    seen = Counter(word for text in texts for word in text.words)
    count = len(texts)
    small = count < 50  # of a handful of texts, every word tells
    return {
        word: log(1 + count / number)
        for word, number in seen.items()
        if small or number <= count * _TOO_COMMON
    }


class _Index(Generic[Id]):
    """The old texts by their words."""

    def __init__(self, texts: Sequence[_Prepared[Id]], weights: Mapping[str, float]) -> None:
        self._texts: Sequence[_Prepared[Id]] = texts
        self._weights = weights
        self._by_word: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word, weight in self._vector(text).items():
                self._by_word[word].append((place, weight))

    def nearest(self, text: _Prepared[Id]) -> Iterator[tuple[_Prepared[Id], float]]:
        """The texts of other rounds that share the most telling words, with their cosine."""
        cosines: dict[int, float] = defaultdict(float)
        for word, weight in self._vector(text).items():
            for place, other in self._by_word.get(word, ()):
                cosines[place] += weight * other
        apart = (
            (cosine, place)
            for place, cosine in cosines.items()
            if not _same_round(text.wording, self._texts[place].wording)
        )
        for cosine, place in nlargest(_CANDIDATES, apart):
            yield self._texts[place], min(1.0, cosine)

    def _vector(self, text: _Prepared[Id]) -> dict[str, float]:
        vector = {
            word: self._weights[word] * (1 + log(number))
            for word, number in text.words.items()
            if word in self._weights
        }
        length = sqrt(sum(weight * weight for weight in vector.values()))
        return {word: weight / length for word, weight in vector.items()} if length else {}


def _same_round(one: Wording[Id], other: Wording[Id]) -> bool:
    """Whether both come from one document, or one cycle of one mechanism, or are one item."""
    if one.id == other.id or (one.document and one.document == other.document):
        return True
    return bool(one.cycle) and (one.mechanism, one.cycle) == (other.mechanism, other.cycle)


def _score(one: _Prepared[Id], other: _Prepared[Id], cosine: float) -> float:
    return round((token_set_ratio(one.plain, other.plain) / 100 + cosine) / 2, 4)
