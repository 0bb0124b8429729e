"""Naming something in each language of the State: what the flows of statuses and groups share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import texts
from bot.domain.errors import Refused, Unfit
from bot.domain.screens import Language, Text, Value
from bot.domain.search import fold
from handlers.flows.flow import Answers, Ask, Step, Suits
from handlers.turn import Turn


@dataclass(frozen=True)
class Naming:
    """Names of one kind of thing.

    `own` is the answer that holds the code of the one that is named, `codes` gives those of all of
    them, `called` how one reads. A name of more than `longest` characters is refused by `unfit`,
    one that another has by `taken`.
    """

    own: str
    longest: int
    unfit: type[Refused]
    taken: type[Refused]
    codes: Callable[[Turn], Awaitable[Iterable[str]]]
    called: Callable[[str], Text]

    def first(self) -> Step:
        """The name in the language of whoever is asked."""
        return Ask("name", self._fits, suits=self._is_free(None))

    def further(self) -> tuple[Step, ...]:
        """The name in one language more, for each: offered where the State has it."""
        return tuple(self._in(each) for each in texts.available())

    def _in(self, language: str) -> Step:
        return Ask(
            _step(language),
            self._fits,
            suits=self._is_free(language),
            when=_offered(language),
            texts="name_in",
            values={"language": Language(language)},
        )

    def _fits(self, words: str, _turn: Turn) -> str:
        name = " ".join(words.split())
        if not 0 < len(name) <= self.longest:
            raise Unfit(self.unfit.key, limit=self.longest)
        return name

    def _is_free(self, language: str | None) -> Suits:
        """No other reads like that, be it by the catalogues' words; None: in the reader's."""

        async def check(turn: Turn, answers: Answers, name: str) -> None:
            of = language or turn.language
            for code in await self.codes(turn):
                known = turn.desk.texts.render(self.called(code), of, mode="bare")
                if code != answers.get(self.own) and fold(known) == fold(name):
                    raise self.taken(name=self.called(code))

        return check


def names(turn: Turn, answers: Answers) -> dict[str, str]:
    """The names by language, in the order of the State's languages."""
    found = {}
    for language in turn.desk.country.languages:
        if name := answers.get(_step(language)):
            found[language] = name
    if name := answers.get("name"):
        found[turn.language] = name
    return found


def unnamed(turn: Turn, answers: Answers) -> list[str]:
    """The languages of the State that have no name."""
    named = names(turn, answers)
    return [each for each in turn.desk.country.languages if each not in named]


def answers_of(turn: Turn, known: Mapping[str, str]) -> dict[str, Any]:
    """The answers that give these names again, in the languages that are offered."""
    return {_step(each): known[each] for each in turn.desk.country.languages if known.get(each)}


def renamed(turn: Turn, answers: Answers, known: Mapping[str, str]) -> dict[str, str]:
    """The names that there are now; those in languages that are not offered stay."""
    offered = turn.desk.country.languages
    kept = {language: name for language, name in known.items() if language not in offered}
    return kept | names(turn, answers)


def first_values(turn: Turn) -> dict[str, Value]:
    """What the texts of a new one name: the language of its first name, and the others."""
    own: dict[str, Value] = {"language": Language(turn.language)}
    others = (each for each in turn.desk.country.languages if each != turn.language)
    return own | {_offered(each): 1 for each in others}


def values(turn: Turn) -> dict[str, Value]:
    """What the texts of a change name: which languages there are."""
    return {_offered(each): 1 for each in turn.desk.country.languages}


def _step(language: str) -> str:
    return f"name_{language.lower()}"


def _offered(language: str) -> str:
    return f"offers_{language.lower()}"
