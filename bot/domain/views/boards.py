"""A board: what has become of many messages, in numbers."""

from __future__ import annotations

from collections import Counter

from bot.domain.broadcasts import Deliveries
from bot.domain.screens import Listing, Screen, Text, screen, text

REASONS = {
    "blocked": "blocked",
    "kicked": "blocked",
    "deactivated": "deactivated",
    "never_started": "never_started",
    "no_account": "never_started",
    "too_large": "file",
    "file_missing": "file",
    "photo": "file",
}
"""Why a delivery failed, in the words that a board has; others are `other`."""

TEXT_KEYS = tuple(f"delivery.{each}" for each in (*sorted(set(REASONS.values())), "other"))


def reason(code: str | None) -> Text:
    """Why a delivery failed, or that nobody knows whether it has (None)."""
    return text("delivery.unknown" if code is None else f"delivery.{REASONS.get(code, 'other')}")


def lines(deliveries: Deliveries, *, seen: int | None = None) -> list[Text]:
    """The counts, a line each; only the first one where it is zero. `seen`: by the button."""
    found = [text("board.sent", n=deliveries.sent, total=deliveries.total)]
    if deliveries.waiting:
        found.append(text("board.waiting", n=deliveries.waiting))
    if deliveries.failed:
        found.append(text("board.failed", n=deliveries.failed, reasons=_reasons(deliveries)))
    if deliveries.unknown:
        found.append(text("board.unknown", n=deliveries.unknown))
    if deliveries.dropped:
        found.append(text("board.lost", n=deliveries.dropped))
    if seen is not None:
        found.append(text("board.seen", n=seen))
    return found


def _reasons(deliveries: Deliveries) -> Listing:
    shown: Counter[str] = Counter()
    for code, count in deliveries.reasons.items():
        shown[REASONS.get(code, "other")] += count
    return Listing(
        tuple(
            text("board.reason", reason=text(f"delivery.{name}"), n=count)
            for name, count in shown.most_common()
        )
    )


def moved() -> Screen:
    """A board that stands further down by now."""
    return screen("board.moved")
