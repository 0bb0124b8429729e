"""The picture of progress, drawn in another process: the drawing library takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton

from bot.domain.progress import Period
from bot.domain.screens import Text
from bot.exchange.picture import Bar, Figures
from bot.exchange.picture import draw as draw_picture
from bot.settings import Settings
from bot.texts import Texts


def pack(figures: Figures) -> dict[str, Any]:
    """The figures as plain JSON values."""
    return {
        "subject": figures.subject,
        "statuses": list(figures.statuses),
        "bars": [[bar.name, list(bar.counts)] for bar in figures.bars],
        "total": figures.total,
        "as_of": figures.as_of.isoformat(),
        "meanings": dict(figures.meanings),
    }


def unpack(packed: Mapping[str, Any]) -> Figures:
    """The figures that `pack` packed."""
    return Figures(
        packed["subject"],
        tuple(packed["statuses"]),
        tuple(Bar(name, tuple(counts)) for name, counts in packed["bars"]),
        packed["total"],
        date.fromisoformat(packed["as_of"]),
        packed["meanings"],
    )


def period_name(period: Period, language: str) -> str:
    """A month or a quarter with its year."""
    locale = Locale.parse("en_GB" if language == "en" else language)
    if period.quarter:
        return format_date(period.first, "QQQ y", locale=locale)
    return format_skeleton("yMMM", period.first, locale=locale)


def draw(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Draw `figures` in `language` into the folder; gives `file`.

    `names` are the country's own, as `Texts.call` takes them; `made_by` is who asked for it.
    """
    language = arguments["language"]
    texts = Texts.load(Settings.from_environment().languages, at_need=True)
    texts.call(arguments["names"])
    path = Path(folder) / "progress.png"

    def words(text: Text) -> str:
        return texts.render(text, language, mode="bare")

    made_by = arguments.get("made_by", "")
    draw_picture(path, unpack(arguments["figures"]), words, language, made_by=made_by)
    return {"file": path.name}
