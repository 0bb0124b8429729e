"""The history of an item as a document (DOCX), made apart from the bot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docx import Document

from bot.exchange.confined import progress
from bot.exchange.word import fit
from bot.exchange.word_writer import Writer, set_up, set_up_headings

SPACE = 12  # points above an event


def write(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the document into the folder; gives `file`.

    `title`, `about` (lines below it) and `years`: a `heading` and its `events`, each a `line` and
    `said`: paragraphs of `words` that somebody wrote, each in its own direction (`rtl`).
    """
    values = fit(arguments)
    document = Document()
    set_up(document)
    set_up_headings(document)
    writer = Writer(document, rtl=values["rtl"])
    writer.write(values["title"], bold=True, style="Heading 1")
    for each in values["about"]:
        writer.write(each["words"], grey=each["grey"], rtl=each["rtl"])
    years = values["years"]
    for done, year in enumerate(years, 1):
        writer.write(year["heading"], bold=True, style="Heading 2")
        for event in year["events"]:
            writer.write(event["line"], bold=True, space=SPACE, keep=bool(event["said"]))
            for each in event["said"]:
                writer.write(each["words"], rtl=each["rtl"])
        progress(done, len(years))
    path = Path(folder) / f"{values['name']}.docx"
    document.save(str(path))
    return {"file": path.name}
