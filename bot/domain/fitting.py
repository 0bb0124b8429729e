"""Whether what somebody wrote fits where it is to stand."""

from __future__ import annotations

from bot.domain.errors import Unfit


def within(words: str, limit: int) -> str:
    """The words without space around them; raises Unfit where there are none, or too many.

    `limit` is in characters.
    """
    said = words.strip()
    if not said:
        raise Unfit("error.no_words")
    if len(said) > limit:
        raise Unfit("error.words_too_long", limit=limit, count=len(said) - limit)
    return said


def on_one_line(words: str, limit: int) -> str:
    """The words on one line, with single spaces; raises as `within`."""
    return within(" ".join(words.split()), limit)
