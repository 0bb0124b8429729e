"""A workbook of plain tables, written in a process that knows neither a database nor a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.exchange.cells import pieces
from bot.exchange.sheets import safe_book

FILE = "consultation.xlsx"


def write(arguments: Mapping[str, Any], folder: str) -> dict[str, str]:
    """Write `sheets` with `label`, `headings` and `rows` under `title`; gives the file's name.

    A sheet without headings holds sentences, a line each. What is too long for the last cell of a
    row goes on in the next ones. `widths` are those of the columns.
    """
    with safe_book(
        Path(folder) / FILE,
        language=arguments["language"],
        title=arguments["title"],
        made_at=datetime.fromisoformat(arguments["made_at"]),
        zone=ZoneInfo(arguments["zone"]),
    ) as book:
        for each in arguments["sheets"]:
            sheet = book.sheet(each["label"])
            for column, width in enumerate(each["widths"]):
                sheet.sheet.set_column(column, column, width)
            first = 0
            if each["headings"]:
                sheet.sheet.freeze_panes(1, 0)
                sheet.header(0, each["headings"])
                first = 1
            for number, row in enumerate(each["rows"], first):
                *cells, last = row
                ending = pieces(last) if isinstance(last, str) else [last]
                sheet.row(number, [*cells, *ending])
    return {"file": FILE}
