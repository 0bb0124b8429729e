"""What can be refused: few typed errors that carry values and name the text a person is shown."""

from __future__ import annotations

from typing import TypeVar

from bot.domain.screens import Text, Value

T = TypeVar("T")


class Refused(Exception):
    """Something asked for is refused; nothing of it happened. `text` says why and what to do.

    Of the values `count` chooses the plural form. `final`: no other answer would mend it, because
    what it is about is another than it was.
    """

    key = "error.refused"
    final = False

    def __init__(self, **values: Value) -> None:
        super().__init__(self.key)
        self.values = values

    @property
    def text(self) -> Text:
        """The sentence for the person."""
        count = self.values.get("count")
        return Text(self.key, self.values, count if isinstance(count, int) else None)


class NotAllowed(Refused):
    """The person has no live seat that may do this."""

    key = "error.not_allowed"
    final = True


class NotFound(Refused):
    """What the button or number names is not there, or not to be seen by this person."""

    key = "error.not_found"
    final = True


def existing(found: T | None) -> T:
    """What was found; raises NotFound where nothing was."""
    if found is None:
        raise NotFound
    return found


class Outdated(Refused):
    """Somebody else changed it meanwhile; look again."""

    key = "error.outdated"
    final = True


class Unfit(Refused):
    """An answer does not fit its question; `key` says how to answer."""

    def __init__(self, key: str, **values: Value) -> None:
        self.key = key
        super().__init__(**values)
