"""Which commands whom: those in Telegram's menu, and those that /help tells beside them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.people import REPORTING, SECRETARIAT, Role

MOST = 7  # commands in a role's menu

STRANGER = ("start", "mine", "became", "forget", "language", "privacy", "help")
CONSULTATION_BOT = ("mine", "became", "forget", "language", "privacy", "help")
"""Of everybody on the bot that knows nothing but consultations."""
ROLES: tuple[tuple[frozenset[Role], tuple[str, ...]], ...] = (
    (SECRETARIAT, ("home", "review", "assign", "import", "export", "people", "help")),
    (REPORTING, ("home", "overdue", "due", "all", "drafts", "me", "help")),
    (frozenset({Role.VALIDATOR}), ("home", "clear", "overdue", "all", "progress", "me", "help")),
    (
        frozenset({Role.OBSERVER}),
        ("home", "approved", "progress", "me", "language", "privacy", "help"),
    ),
)
UNIT = ("home", "me", "language", "privacy", "help")
"""Of somebody who has a seat in a unit of an institution, and no other."""

_BESIDE: tuple[tuple[frozenset[Role], tuple[str, ...]], ...] = (
    (
        SECRETARIAT,
        (
            *(
                "announce",
                "institutions",
                "clusters",
                "requests",
                "broadcast",
                "calendar",
                "reports",
                "consultations",
            ),
            *("questions", "dialogue", "overdue", "due", "progress", "publish", "away"),
            *("handover", "protections"),
        ),
    ),
    (REPORTING, ("export", "calendar", "away", "handover")),
    (frozenset({Role.VALIDATOR}), ("due", "calendar", "away", "handover")),
)
_EVERYBODY = ("find", "me", "mine", "became", "forget", "language", "privacy")
ALL = frozenset({*STRANGER, *UNIT, *_EVERYBODY}).union(*(names for _, names in (*ROLES, *_BESIDE)))


def in_menu(roles: Iterable[Role], *, in_unit: bool = False) -> tuple[str, ...]:
    """The menu of somebody with these roles: that of the first that has a say."""
    return _first(ROLES, roles) or (UNIT if in_unit else STRANGER)


def in_help(roles: Iterable[Role], *, in_unit: bool = False) -> tuple[str, ...]:
    """What /help tells somebody with these roles: the menu, then what else there is for them."""
    held = set(roles)
    menu = in_menu(held, in_unit=in_unit)
    if menu == STRANGER:
        return tuple(each for each in menu if each != "help")
    names = (*menu, *_first(_BESIDE, held), *_EVERYBODY)
    return tuple(each for each in dict.fromkeys(names) if each != "help")


def _first(
    groups: tuple[tuple[frozenset[Role], tuple[str, ...]], ...], roles: Iterable[Role]
) -> tuple[str, ...]:
    held = set(roles)
    return next((names for those, names in groups if held & those), ())
