"""Workbooks that go out to come back: the template to fill in, and rows to correct.

The words of explanations come from the catalogue through `label`; the names of columns, kinds and
positions from the data that the reader matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from io import BytesIO
from typing import Protocol

from xlsxwriter import Workbook

from bot.domain.screens import Value
from bot.exchange.imported import Facts, Problem
from bot.exchange.plain import COLUMNS, column_of
from bot.exchange.sheets import SafeBook, SafeSheet
from bot.exchange.vocabulary import KIND_NAMES, POSITION_NAMES
from bot.texts import direction

# The columns of the template, in its order; `True` where every row needs one.
_TEMPLATE: Mapping[str, bool] = {
    "symbol": True,
    "paragraph": True,
    "text": True,
    "mechanism": False,
    "kind": False,
    "position": False,
    "recommending_states": False,
    "themes": False,
    "affected_persons": False,
    "sdgs": False,
    "cycle": False,
    "session": False,
    "published_on": False,
    "heading": False,
    "language": False,
}
_WIDTHS = {"text": 70, "themes": 30, "heading": 30, "recommending_states": 26, "problem": 50}
_ROWS_WITH_LISTS = 5_000
_LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
_MECHANISMS = ("UPR", "CERD", "CESCR", "CCPR", "CEDAW", "CAT", "CRC", "CMW", "CRPD", "CED", "SPT")
_EXAMPLE_WORDS = {
    1: ("text", "themes", "affected_persons", "recommending_states", "heading"),
    2: ("text", "themes", "affected_persons", "heading"),
    3: ("text", "themes", "affected_persons", "heading"),
}

TEXT_KEYS = tuple(
    f"import.template.example_{row}.{column}"
    for row, columns in _EXAMPLE_WORDS.items()
    for column in columns
)


class Label(Protocol):
    """The words of a text key in the language of the file."""

    def __call__(self, key: str, values: Mapping[str, Value], /) -> str: ...


def template(language: str, label: Label) -> bytes:
    """An empty table (.xlsx) with our columns, lists to choose from, and a sheet of examples.

    Languages without column names of their own get the English ones.
    """
    output, book = _book(language)
    titles = [_title(column, language) for column in _TEMPLATE]
    sheet = _sheet(book, label("import.template.sheet.rows", {}), titles, tuple(_TEMPLATE))
    for name, choices in _choices(language).items():
        at = list(_TEMPLATE).index(name)
        rule = {"validate": "list", "source": list(choices), "error_type": "warning"}
        sheet.sheet.data_validation(1, at, _ROWS_WITH_LISTS, at, rule)
    for place, (column, needed) in enumerate(_TEMPLATE.items()):
        if needed:
            sheet.sheet.write_comment(0, place, label("import.template.needed", {}))
        if column == "paragraph":
            # As a number, Excel would shorten 140.10 to 140.1.
            as_text = book.book.add_format({"num_format": "@", "valign": "top"})
            sheet.sheet.set_column(place, place, 14, as_text)
    examples = _sheet(book, label("import.template.sheet.examples", {}), titles, tuple(_TEMPLATE))
    for row in _EXAMPLE_WORDS:
        examples.row(row, [_example(row, column, language, label) for column in _TEMPLATE])
    book.book.close()
    return output.getvalue()


def problems_file(
    problems: Iterable[Problem], facts: Facts, language: str, label: Label
) -> bytes | None:
    """The refused rows as they came (.xlsx), with what to correct behind; None when all were good.

    Corrected, the file can be sent again: the last column is read over.
    """
    reasons: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.refused:
            reasons.setdefault(problem.row, []).append(problem)
    if not reasons:
        return None
    output, book = _book(language)
    columns = [column_of(title) or "" for title in facts.columns]
    kept = [place for place, column in enumerate(columns) if column != "problem"]
    titles = [*(facts.columns[place] for place in kept), _title("problem", language)]
    widths = [*(columns[place] for place in kept), "problem"]
    sheet = _sheet(book, label("import.problems.sheet", {}), titles, widths)
    for row, number in enumerate(sorted(reasons), 1):
        found = reasons[number]
        whole = _padded(found[0].original, len(facts.columns))
        cells = [whole[place] for place in kept]
        why = "\n".join(_reason(problem, label) for problem in found)
        rest = sheet.row(row, [*cells, why])
        # What is too long for a cell goes on behind the reason, so that nothing is lost.
        behind = [piece for pieces in rest.values() for piece in pieces]
        behind += found[0].original[len(facts.columns) :]
        sheet.row(row, [*([None] * len(titles)), *behind])
    book.book.close()
    return output.getvalue()


def _reason(problem: Problem, label: Label) -> str:
    reason = label(problem.key, problem.values)
    if not problem.column:
        return label("import.problems.reason", {"row": problem.row, "reason": reason})
    where: dict[str, Value] = {"row": problem.row, "column": problem.column}
    return label("import.problems.reason_in_column", {**where, "reason": reason})


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _book(language: str) -> tuple[BytesIO, SafeBook]:
    output = BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    right_to_left = direction(language) == "rtl"
    return output, SafeBook(Workbook(output, settings), right_to_left=right_to_left, zone=UTC)


def _sheet(book: SafeBook, name: str, titles: Sequence[str], columns: Sequence[str]) -> SafeSheet:
    sheet = book.sheet(name)
    sheet.header(0, titles)
    sheet.sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.sheet.set_column(place, place, _WIDTHS.get(column, 18))
    return sheet


def _title(column: str, language: str) -> str:
    names = COLUMNS[column]
    return names.get(language, names["en"])[0]


def _choices(language: str) -> Mapping[str, Sequence[str]]:
    return {
        "mechanism": _MECHANISMS,
        "kind": KIND_NAMES.get(language, KIND_NAMES["en"]),
        "position": POSITION_NAMES.get(language, POSITION_NAMES["en"]),
        "language": _LANGUAGES,
    }


def _example(row: int, column: str, language: str, label: Label) -> str:
    """A cell of the examples: words from the catalogue, codes as they are everywhere."""
    kinds, positions = _choices(language)["kind"], _choices(language)["position"]
    codes = {
        "symbol": ("A/HRC/52/90", "CEDAW/C/MRV/CO/4", "ACHPR/MRV/2024"),
        "paragraph": ("140.10", "33 (a)", "12"),
        "mechanism": ("UPR", "CEDAW", "ACHPR"),
        "kind": (kinds[0], kinds[1], kinds[0]),
        "position": (positions[0], "", ""),
        "sdgs": ("16.3", "5.2 | 5.3", ""),
        "cycle": ("4", "", ""),
        "session": ("42", "88", ""),
        "published_on": ("2023-03-27", "2024-06-14", "2024"),
        "language": (language, language, language),
    }
    if column in codes:
        return codes[column][row - 1]
    if column in _EXAMPLE_WORDS[row]:
        return label(f"import.template.example_{row}.{column}", {})
    return ""
