"""The comments on a report in preparation as one table: who said what, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import existing
from bot.domain.national_reports import NoComments
from bot.domain.screens import Text, text
from bot.domain.views.national_reports import chapter_called
from bot.domain.views.people import name_for
from bot.exchange.cells import Cell
from bot.exchange.order import Order, Written, carry_out_with
from bot.exchange.sheets import safe_book
from bot.settings import Settings
from bot.texts import Texts, language_name
from storage import chapter_comments
from storage import national_reports as queries
from storage import report_chapters as chapters
from storage.database import Transaction

FILE = "comments.xlsx"
COLUMNS = (
    *("chapter", "place", "institution", "comment", "language", "day", "files"),
    *("outcome", "note"),
)
TEXT_KEYS = tuple(f"export.comments.column.{each}" for each in COLUMNS)
_WIDTHS = (30, 12, 30, 70, 12, 12, 8, 18, 50)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the table that `arguments` order into the folder."""
    return carry_out_with(write, arguments, folder)


async def write(tx: Transaction, order: Order, settings: Settings, folder: Path) -> Written:
    """Write the table; refuses with NoComments where there is none."""
    assert order.report_id is not None
    report = existing(await queries.get(tx, order.report_id))
    every = await chapter_comments.of_report(tx, report.id)
    if not every:
        raise NoComments
    named = {each.id: each for each in await chapters.of_report(tx, report.id)}
    texts = Texts.load(settings.languages, at_need=True)

    def say(said: Text) -> str:
        return texts.render(said, order.language, mode="bare", timezone=settings.zone)

    title = say(text("export.comments.title", title=report.title))
    with safe_book(
        folder / FILE,
        language=order.language,
        title=title,
        made_at=order.made_at,
        zone=settings.zone,
    ) as book:
        first = book.sheet(say(text("export.workbook.sheet.totals")))
        first.sheet.set_column(0, 1, 40)
        made_at = order.made_at.astimezone(settings.zone).isoformat(" ", "minutes")
        about: list[list[Cell]] = [
            [title],
            [say(text("export.workbook.made_at")), made_at],
            [say(text("export.workbook.made_by")), order.made_by],
            [say(text("export.kind.comments")), len(every)],
        ]
        for number, line in enumerate(about):
            first.row(number, line)
        sheet = book.sheet(say(text("export.kind.comments")))
        for column, width in enumerate(_WIDTHS):
            sheet.sheet.set_column(column, column, width)
        sheet.sheet.freeze_panes(1, 0)
        sheet.header(0, [say(text(f"export.comments.column.{each}")) for each in COLUMNS])
        for number, each in enumerate(every, 1):
            called = say(text("label.one", value=chapter_called(named[each.chapter_id])))
            house = say(text("label.one", value=name_for(each.names, order.language)))
            words = texts.written(each.words, order.language)
            note = texts.written(each.note, order.language)
            outcome = "" if each.outcome is None else say(text(f"comment.outcome.{each.outcome}"))
            day = each.at.astimezone(settings.zone).date()
            said = language_name(each.language, order.language)
            cells: list[Cell] = [called, each.place or "", house, words, said, day]
            sheet.row(number, [*cells, each.files, outcome, note])
    return Written(FILE, {"comments": len(every)})
