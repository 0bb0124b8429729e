"""Calendar files on their way out of a process with limits, as plain JSON rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.screens import Text, text_to_json
from bot.exchange import calendar_files

BATCH = 200  # rows that come back at once


def read(path: str, zone: str, today: str) -> Iterator[dict[str, Any]]:
    """What the file holds, in batches of `{"said": […]}`, `{"problems": […]}`, `{"left_out": …}`.

    Raises the refusals of `bot.exchange.calendar_files`.
    """
    file = Path(path)
    with file.open("rb") as opened:
        start = opened.read(1024)
    if calendar_files.begins_ics(start):
        found = calendar_files.read_ics(file, zone=ZoneInfo(zone), today=date.fromisoformat(today))
    else:
        found = calendar_files.read_csv(file)
    for at in range(0, len(found.said), BATCH):
        yield {"said": [each.to_json() for each in found.said[at : at + BATCH]]}
    problems = [
        {
            "row": each.row,
            "text": text_to_json(Text(each.key, each.values)),
            "refused": each.refused,
        }
        for each in found.problems
    ]
    for at in range(0, len(problems), BATCH):
        yield {"problems": problems[at : at + BATCH]}
    yield {"left_out": dict(found.left_out)}
