"""The picture of a digest, drawn in another process: the drawing library takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.domain.screens import Text, text_from_json
from bot.domain.views.digests import Group, Measure
from bot.exchange.picture import draw_measures
from bot.settings import Settings
from bot.texts import Texts


def draw(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Draw the figures (`bot.services.digests`) into the folder; gives `file`."""
    language = arguments["language"]
    texts = Texts.load(Settings.from_environment().languages, at_need=True)
    path = Path(folder) / "digest.png"

    def words(text: Text) -> str:
        return texts.render(text, language, mode="bare")

    groups = [
        Group(
            None if group["title"] is None else text_from_json(group["title"]),
            tuple(
                Measure(text_from_json(name), size, text_from_json(shown))
                for name, size, shown in group["measures"]
            ),
            group["most"],
        )
        for group in arguments["groups"]
    ]
    title, as_of = text_from_json(arguments["title"]), date.fromisoformat(arguments["as_of"])
    made_by = arguments.get("made_by", "")
    draw_measures(path, title, groups, words, language, as_of=as_of, made_by=made_by)
    return {"file": path.name}
