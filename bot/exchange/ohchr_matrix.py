"""Reads the matrix of recommendations that OHCHR sends each State after its review (FORMATS.md
§1.1).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from bot.domain.kinds import Kind, Position
from bot.exchange import mechanisms, states, vocabulary, word_tables
from bot.exchange.cleaning import SplitWords, clean, numbered
from bot.exchange.imported import (
    AS_IT_IS,
    Empty,
    Entry,
    Facts,
    Format,
    ImportedRecommendation,
    NotRecognised,
    Options,
    Place,
    Problem,
    Reading,
    normal_paragraph,
    normal_symbol,
)
from bot.exchange.language import detect
from bot.exchange.word_tables import Cell, Table, WordFile


class Role(StrEnum):
    """What a column of the matrix holds."""

    NUMBER = "number"
    RECOMMENDATION = "recommendation"
    STATES = "states"
    POSITION = "position"
    THEMES = "themes"
    SDGS = "sdgs"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a matrix: its row, and the role of each grid column and each cell."""

    row: int
    titles: tuple[str, ...]
    by_cell: tuple[Role | None, ...]
    by_column: dict[int, Role]

    @property
    def names(self) -> tuple[str, ...]:
        """What each column is called by its role, those without one by their place."""
        return tuple(role or f"column{place}" for place, role in enumerate(self.by_cell))

    @property
    def layout(self) -> str:
        """`2013`, `2014` or `2024`: the year since which OHCHR lays a matrix out so."""
        if Role.STATES in self.by_cell:
            return "2014"
        own_sdgs = Role.SDGS in self.by_cell
        return (
            "2024"
            if own_sdgs or re.search("recommending", self.titles[0], re.IGNORECASE)
            else "2013"
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the matrix as it is read: a recommendation under a heading."""

    row: int
    heading: str | None
    printed: str  # the heading with its label
    cells: dict[Role, str]
    aligned: tuple[str, ...]  # a cell for each column of the header
    original: tuple[str, ...]


def read(path: Path, options: Options = AS_IT_IS) -> Reading:
    """A matrix in any of its layouts; refuses with NotRecognised, Empty, Damaged or
    Encrypted.
    """
    word = word_tables.read(path)
    header, lines = _lines(word)
    if not lines:
        raise Empty
    symbol = options.symbol or _symbol_of(word, lines)
    cycle, session = round_of(symbol)
    texts = " ".join(line.cells.get(Role.RECOMMENDATION, "") for line in lines[:40])
    facts = Facts(
        Format.OHCHR_MATRIX,
        layout=header.layout,
        columns=header.titles,
        column_names=header.names,
        language=options.language or detect(texts),
        mechanism=mechanisms.REVIEW,
        symbol=symbol,
        cycle=cycle,
        session=session,
        title=next(iter(word.outside), None),
    )
    titles = {
        role: title for role, title in zip(header.by_cell, header.titles, strict=True) if role
    }
    return Reading(facts, _Rows(facts, options, titles).entries(lines))


def is_matrix(path: Path) -> bool:
    """Whether a .docx holds a matrix; refuses with Damaged or Encrypted."""
    return any(_header(table) for table in word_tables.read(path).tables)


# -- rounds of the review --------------------------------------------------------------------------

# Session of the Human Rights Council that adopts → session of the Working Group that reviewed.
_SESSIONS = {
    8: 2,
    **dict(zip(range(10, 20), range(3, 13), strict=True)),
    **dict(zip(range(21, 35), range(13, 27), strict=True)),
    **dict(zip(range(36, 45), range(27, 36), strict=True)),
    **dict(zip(range(46, 51), range(36, 41), strict=True)),
    **dict(zip(range(52, 65), range(41, 54), strict=True)),
}


def round_of(symbol: str | None) -> tuple[str | None, str | None]:
    """Cycle and session of the review whose report has this symbol: `A/HRC/25/5` → 2 and 17.

    The Human Rights Council adopts the reports of a session two to seven months later, in a fixed
    order of its own sessions; beyond those known the answer is None.
    """
    found = re.match(r"A/HRC/(\d+)/\d+", symbol or "")
    session = _SESSIONS.get(int(found[1])) if found else None
    if session is None:
        return None, None
    cycle = next(n for n, last in enumerate((12, 26, 40, 54), 1) if session <= last)
    return str(cycle), str(session)


# -- tables ----------------------------------------------------------------------------------------

# OHCHR puts the number before the text; those who copy its matrix give it a column.
_NUMBER = re.compile(
    r"(?:recommendation\s+)?(?:no\.?|number|nr\.?|#|n[°º]|№|para(?:graph)?\.?|num[ée]ro|número|الرقم|رقم"
    r"|رقم الفقرة|رقم التوصية|номер|编号|序号)",
    re.IGNORECASE,
)
_RECOMMENDATION = re.compile(
    r"(?:(?:full|text|list|number|no\.?|and|of|the|#|les?|texte|des?)[\s/]+)*"
    r"(?:recommendations?\b|recommandations?\b|recomendaci|التوصي|توصي|рекомендаци|建议)",
    re.IGNORECASE,
)
_THEMES = re.compile(
    r"theme|thème|tema|rights|droits|derechos|persons|personnes|المواضيع|مواضيع|موضوع|حقوق|\bтем|прав|лиц"
    r"|主题|专题|权利|人员",
    re.IGNORECASE,
)
_ROLE_PATTERNS = {
    role: re.compile(pattern, re.IGNORECASE)
    for role, pattern in {
        Role.SDGS: r"\bSDGs?\b|sustainable development|\bODD\b|\bODS\b|développement durable"
        r"|desarrollo sosten|التنمية المستدامة|ЦУР|устойчив|可持续",
        Role.POSITION: r"\bposition|posici|\bsupported\b|\baccepted\b|\bresponse\b|réponse"
        r"|respuesta|موقف|позици|ответ|立场",
        Role.ASSESSMENT: r"assessment|comment|level of impl|status of impl|évaluation|observations"
        r"|mise en œuvre|evaluaci|aplicaci"
        r"|تقييم|تعليق|تنفيذ|оценк|комментар|осуществлен|评估|评论|执行",
        Role.STATES: r"\bstates?\b|countr|\b[ée]tats?\b|\bpays\b|\bestados?\b|دول|государств|国",
    }.items()
}


def _role(title: str) -> Role | None:
    if not title or len(title) > 160:
        return None
    if _NUMBER.fullmatch(title):
        return Role.NUMBER
    if _RECOMMENDATION.match(title):
        return Role.RECOMMENDATION
    themes = _THEMES.search(title)
    for role, pattern in _ROLE_PATTERNS.items():
        if pattern.search(title) and not (themes and role in {Role.SDGS, Role.STATES}):
            return role
    return Role.THEMES if themes else None


def _header(table: Table) -> Header | None:
    """The header of a table that is a matrix; found by its words, else by what the columns hold."""
    for place, row in enumerate(table.rows[:12]):
        if found := _header_row(place, row):
            return found
    return _header_by_content(table)


def _header_row(place: int, row: Sequence[Cell]) -> Header | None:
    titles = tuple(clean(" ".join(cell.lines)) for cell in row)
    if any(map(_number, titles)):
        return None  # a row whose text speaks of recommendations
    roles: list[Role | None] = []
    for title in titles:
        role = _role(title)
        roles.append(None if role in roles else role)
    found = set(roles)
    if (
        Role.RECOMMENDATION in found
        and found & {Role.POSITION, Role.THEMES}
        and len(found - {None}) >= 2
    ):
        columns = {
            column: role
            for cell, role in zip(row, roles, strict=True)
            if role
            for column in range(cell.start, cell.start + cell.span)
        }
        return Header(place, titles, tuple(roles), columns)
    return None


def _header_by_content(table: Table) -> Header | None:
    """A matrix under unknown titles: numbers and States in one column, positions in the next."""
    full = [row for row in table.rows if len(row) >= 3]
    numbers = [row for row in full if _number(row[0].text) and "(" in row[0].text]
    if len(numbers) < 3:
        return None
    width = Counter(len(row) for row in numbers).most_common(1)[0][0]
    rows = [row for row in numbers if len(row) == width]
    roles: list[Role | None] = [Role.RECOMMENDATION, *[None] * (width - 1)]
    for column in range(1, width):
        cells = [row[column].text for row in rows]
        if (
            Role.POSITION not in roles
            and sum(bool(vocabulary.position(c)) for c in cells) > len(cells) / 2
        ):
            roles[column] = Role.POSITION
        elif sum(bool(_SDG.match(c.lstrip("- "))) for c in cells) > len(cells) / 2:
            roles[column] = Role.SDGS
        elif Role.POSITION in roles and Role.THEMES not in roles and any(cells):
            roles[column] = Role.THEMES
    if Role.POSITION not in roles:
        return None
    first = next(place for place, row in enumerate(table.rows) if row in rows)
    titles = tuple(cell.text for cell in table.rows[first - 1]) if first else ()
    titled = titles if len(titles) == width else ("",) * width
    columns = {cell.start: role for cell, role in zip(rows[0], roles, strict=True) if role}
    return Header(first - 1, titled, tuple(roles), columns)


def _lines(word: WordFile) -> tuple[Header, list[_Line]]:
    """All rows of all matrices of a file; a table without header goes on with the one before it."""
    first: Header | None = None
    header: Header | None = None
    parent, heading, printed, row_number = -1, None, "", 0
    lines: list[_Line] = []
    for table in word.tables:
        own = _header(table)
        widths = {len(row) for row in table.rows}
        if own is None and not (
            header and table.parent == parent and len(header.by_cell) in widths
        ):
            continue
        header = own or header
        assert header is not None
        first, parent = first or header, table.parent
        above: dict[Role, str] = {}
        for place, row in enumerate(table.rows):
            row_number += 1
            if (own and place <= own.row) or _header_row(place, row):
                continue
            cells = _by_role(row, header, above)
            above = cells
            if title := _heading(row):
                heading, printed = title, clean(next(cell.text for cell in row if cell.text))
            elif _goes_on(cells) and lines:
                lines[-1] = _gone_on(lines[-1], header, cells[Role.RECOMMENDATION])
            elif any(cells.values()):
                original = tuple(cell.text for cell in row)
                aligned = _aligned(row, header, cells)
                lines.append(_Line(row_number, heading, printed, cells, aligned, original))
    if first is None:
        raise NotRecognised
    return first, lines


def _by_role(row: Sequence[Cell], header: Header, above: dict[Role, str]) -> dict[Role, str]:
    """The cells of a row by what they hold; one merged with the cell above holds the same."""
    if len(row) == 1:
        return {Role.RECOMMENDATION: row[0].text}
    cells: dict[Role, str] = {}
    same_shape = len(row) == len(header.by_cell)
    for place, cell in enumerate(row):
        role = header.by_cell[place] if same_shape else header.by_column.get(cell.start)
        if role and role not in cells:
            cells[role] = above.get(role, "") if cell.continues and not cell.text else cell.text
    if number := cells.pop(Role.NUMBER, ""):
        cells[Role.RECOMMENDATION] = f"{number} {cells.get(Role.RECOMMENDATION, '')}".strip()
    return cells


def _aligned(row: Sequence[Cell], header: Header, cells: dict[Role, str]) -> tuple[str, ...]:
    """The row as it came, cell by cell of the header; a merged one says what stands above."""
    same_shape = len(row) == len(header.by_cell)
    own = [cell.text for cell in row] if same_shape else [""] * len(header.by_cell)
    by_role = [cells.get(role, "") if role else "" for role in header.by_cell]
    return tuple(words or found for words, found in zip(own, by_role, strict=True))


def _gone_on(line: _Line, header: Header, more: str) -> _Line:
    """The line with the words behind the page break that cut it."""
    whole = f"{line.cells[Role.RECOMMENDATION]}\n{more}"
    aligned = tuple(
        f"{words}\n{more}" if role is Role.RECOMMENDATION else words
        for role, words in zip(header.by_cell, line.aligned, strict=True)
    )
    return replace(line, cells={**line.cells, Role.RECOMMENDATION: whole}, aligned=aligned)


_HEADING = re.compile(
    r"\s*(?:themes?|right or area|rights? ?/ ?area|right|area|thèmes?|droit ou domaine|temas?"
    r"|derecho o [áa]mbito|الموضوع|المواضيع|الحق أو المجال|тема|право или область"
    r"|主题|专题|权利或领域)\s*[:：]\s*",
    re.IGNORECASE,
)


def _heading(row: Sequence[Cell]) -> str | None:
    """The theme of a heading row, one merged cell or all others empty; None for other rows."""
    words = {clean(" ".join(cell.lines)) for cell in row} - {""}
    if len(words) != 1:
        return None
    title = words.pop()
    labelled = _HEADING.match(title)
    if labelled and title[labelled.end() :]:
        return title[labelled.end() :].strip()
    merged = len(row) == 1 or all(cell.text for cell in row)
    if len(title) > 200 or title.endswith(";") or _SOURCE.search(title):
        return None
    if states.recommending(title).known:
        return None
    # `2.1. Acceptance of international norms` in a merged cell is a heading all the same.
    return title if merged or not (_number(title) or title[0].islower()) else None


def _goes_on(cells: dict[Role, str]) -> bool:
    """A row that a page break cut: only words without number in the first column."""
    words = cells.get(Role.RECOMMENDATION, "")
    others = any(text for role, text in cells.items() if role is not Role.RECOMMENDATION)
    return bool(words) and not others and not _number(words)


# -- cells -----------------------------------------------------------------------------------------

_SYMBOL = re.compile(r"\b[A-Z](?:/[A-Z0-9][\w.-]*)+")
_SOURCE = re.compile(
    r"(?:^|\s)(?:source\s+of\s+(?:the\s+)?position|source\s+de\s+la\s+position|fuente\s+de\s+la\s+posici[óo]n"
    r"|مصدر\s+الموقف|источник\s+(?:информации\s+о\s+)?позиции|立场来源|立场的来源)\s*[:：]",
    re.IGNORECASE,
)
_SOURCE_LINE = re.compile(r"^[^\n:：;]{3,60}[:：]\s*(?=A/[A-Z]+/\d)", re.MULTILINE)
_SDG = re.compile(
    r"(?:S\d{1,2}\s+)?(?:SDGs?|ODD|ODS|ЦУР|Goal|Objectif|Objetivo|Цель|الهدف|目标)?\s*"
    r"(\d{1,2}(?:\.[\da-z]{1,2})?)\s*[-–—:]\s*(\S.*)",
    re.IGNORECASE,
)
_CODED_SDG = re.compile(r"(?:S\d{1,2}\b|SDG|ODD|ODS|ЦУР)", re.IGNORECASE)
_DASHED = re.compile(r"\s*[-–—•·*]\s*(?=\S)")
_CODED = re.compile(r"[A-Z]\d{1,3}\b|\d{1,2}\.\d")
_SECTION = re.compile(r"([^:：]{3,60})[:：]\s*(.*)$")
_PERSONS = re.compile(
    r"person|groups?\b|groupes|grupos|الأشخاص|أشخاص|فئات|лиц|групп|人", re.IGNORECASE
)


def _number(text: str) -> str | None:
    return numbered(clean(text.split("\n", 1)[0][:80])).paragraph


@dataclass(frozen=True)
class _Rows:
    """Makes items of the rows of one file, taking note of what looks odd."""

    facts: Facts
    options: Options
    titles: dict[Role, str]
    problems: list[Problem] = field(default_factory=list)

    def entries(self, lines: list[_Line]) -> Iterator[Entry]:
        """The recommendations, each number once, then all problems by row."""
        merged: dict[tuple[str, str], ImportedRecommendation] = {}
        for ordinal, line in enumerate(lines, 1):
            if item := self.item(ordinal, line):
                key = normal_symbol(item.symbol or ""), normal_paragraph(item.paragraph or "")
                merged[key] = self.joined(merged[key], item) if key in merged else item
        split = SplitWords()
        for item in merged.values():
            split.look(item.row, item.text)
            yield item
        for row, words, whole in split.found():
            self.note(row, "split_word", Role.RECOMMENDATION, words=words, whole=whole)
        if self.facts.symbol is None:
            self.note(1, "no_document_symbol", None)
        yield from sorted(self.problems, key=lambda problem: problem.row)

    def note(
        self,
        row: int | _Line,
        key: str,
        role: Role | None,
        *,
        refused: bool = False,
        **values: str | int,
    ) -> None:
        """Keep a problem; of a line that is not imported its cells too."""
        number, original = (row.row, row.original) if isinstance(row, _Line) else (row, ())
        column = self.titles.get(role) if role else None
        self.problems.append(
            Problem(number, f"import.problem.{key}", column, values, refused, original)
        )

    def item(self, ordinal: int, line: _Line) -> ImportedRecommendation | None:
        """The recommendation of a row, or None when it has no number or no words."""
        raw = line.cells.get(Role.RECOMMENDATION, "")
        words, source = _source(raw)
        part = numbered(clean(words))
        if part.paragraph is None or part.title:
            self.note(line, "no_number", Role.RECOMMENDATION, refused=True)
            return None
        text = part.text.rstrip(" ;；؛")
        if not text:
            self.note(line, "no_text", Role.RECOMMENDATION, refused=True, number=part.paragraph)
            return None
        themes, persons, sdgs = _sections(line.cells.get(Role.THEMES, ""))
        own_sdgs = tuple(_sdg(item) for item in _items(line.cells.get(Role.SDGS, "")))
        return ImportedRecommendation(
            row=line.row,
            kind=Kind.RECOMMENDATION,
            text=text,
            raw_text=raw,
            places=(self.place(ordinal, line),),
            symbol=_symbol_in(source) or self.facts.symbol,
            paragraph=part.paragraph,
            language=self.facts.language,
            mechanism=mechanisms.REVIEW,
            body=mechanisms.REVIEW,
            state=self.options.state,
            position=self.position(line, part.paragraph),
            position_source=source,
            recommending_states=self.recommending(line, part.paragraph, text),
            themes=themes,
            affected_persons=persons,
            sdgs=_union(sdgs, own_sdgs),
            cycle=self.facts.cycle,
            session=self.facts.session,
        )

    def place(self, ordinal: int, line: _Line) -> Place:
        """Where a row stands, with its cells as they came."""
        cells = tuple(zip(self.facts.column_names, line.aligned, strict=True))
        return Place(ordinal, line.heading, line.printed, cells)

    def position(self, line: _Line, number: str) -> Position:
        """The position of a row; an empty cell, and one that says something unknown, is pending."""
        printed = clean(line.cells.get(Role.POSITION, ""))
        found = vocabulary.position(printed) if printed else Position.PENDING
        if found is None:
            self.note(line, "position_unknown", Role.POSITION, value=printed, number=number)
        return found or Position.PENDING

    def recommending(self, line: _Line, number: str, text: str) -> tuple[str, ...]:
        """The recommending States: of their own column, else of the parentheses in the text."""
        own = line.cells.get(Role.STATES)
        names = states.names_in(own) if own else states.recommending(text)
        role = Role.STATES if own else Role.RECOMMENDATION
        if not names.known:
            self.note(line, "no_state", role, number=number)
        for unknown in names.unknown:
            self.note(line, "state_unknown", role, value=unknown)
        return names.known + names.unknown

    def joined(
        self, first: ImportedRecommendation, again: ImportedRecommendation
    ) -> ImportedRecommendation:
        """One recommendation of two rows with one number; no words of either are lost."""
        number = first.paragraph or ""
        text, raw = first.text, first.raw_text
        if again.text.casefold() not in text.casefold():
            if text.casefold() in again.text.casefold():
                text, raw = again.text, again.raw_text
            else:
                text, raw = f"{text}; {again.text}", f"{raw}\n{again.raw_text}"
            self.note(again.row, "repeated_differently", None, number=number, first=first.row)
        if again.position != first.position:
            self.note(again.row, "positions_differ", Role.POSITION, number=number, first=first.row)
        known_headings = {place.heading for place in first.places}
        return replace(
            first,
            text=text,
            raw_text=raw,
            places=first.places
            + (again.places if again.places[0].heading not in known_headings else ()),
            position_source=first.position_source or again.position_source,
            recommending_states=_union(first.recommending_states, again.recommending_states),
            themes=_union(first.themes, again.themes),
            affected_persons=_union(first.affected_persons, again.affected_persons),
            sdgs=_union(first.sdgs, again.sdgs),
        )


def _union(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + more))


def _source(cell: str) -> tuple[str, str | None]:
    """The first cell without its source of position, and that source."""
    found = _SOURCE.search(cell) or _SOURCE_LINE.search(cell)
    if not found:
        return cell, None
    return cell[: found.start()], clean(cell[found.end() :]) or None


def _symbol_in(source: str | None) -> str | None:
    """The document symbol of a source: what stands before `/Add.` (or a corrigendum, or a
    revision).
    """
    found = _SYMBOL.search(source or "")
    if not found:
        return None
    symbol = re.split(r"/(?:Add|Corr|Rev)\b", found[0])[0].rstrip(".-")
    return symbol if re.fullmatch(r"A/HRC/(?:WG\.6/)?\d+/[\w/]+", symbol) else None


def _symbol_of(word: WordFile, lines: list[_Line]) -> str | None:
    """The symbol that most sources name, else the first that stands outside the table."""
    sources = (_symbol_in(_source(line.cells.get(Role.RECOMMENDATION, ""))[1]) for line in lines)
    named = Counter(filter(None, sources)).most_common(1)
    if named:
        return named[0][0]
    return next(filter(None, (_symbol_in(text) for text in word.outside)), None)


def _items(cell: str) -> tuple[str, ...]:
    """The items of a list, one a line; a line that goes on in small letters belongs to the one
    before.
    """
    items: list[str] = []
    for line in cell.splitlines():
        dash = _DASHED.match(line)
        item = clean(line[dash.end() :] if dash else line)
        if not item:
            continue
        if items and not dash and item[0].islower():
            items[-1] = f"{items[-1]} {item}"
        else:
            items.append(item)
    return tuple(dict.fromkeys(items))


def _sections(cell: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Themes, affected persons and SDGs of a cell that may hold all three, under titles of their
    own.
    """
    themes: list[str] = []
    persons: list[str] = []
    sdgs: list[str] = []
    for section, chunk in groupby(_with_sections(cell), key=lambda each: each[0]):
        for item in _items("\n".join(line for _, line in chunk)):
            if section == "sdgs" or _is_sdg(item):
                sdgs.append(_sdg(item))
            else:
                (persons if section == "persons" else themes).append(item)
    return tuple(dict.fromkeys(themes)), tuple(dict.fromkeys(persons)), tuple(dict.fromkeys(sdgs))


def _with_sections(cell: str) -> Iterator[tuple[str, str]]:
    section = "themes"
    for line in cell.splitlines():
        title = (
            None
            if _DASHED.match(line) or _CODED.match(line.strip())
            else _SECTION.match(line.strip())
        )
        if title and (named := _section(title[1], alone=not title[2])):
            section = named
            yield section, title[2]
        else:
            yield section, line


def _section(title: str, *, alone: bool) -> str | None:
    """What a title announces; with words behind it must be a known one: `Children: definition`."""
    short = len(title.split()) <= 4
    if short and _ROLE_PATTERNS[Role.SDGS].search(title):
        return "sdgs"
    if (
        short
        and _PERSONS.search(title)
        and (alone or re.match(r"affected|groups of|personnes|groupes", title, re.IGNORECASE))
    ):
        return "persons"
    if short and alone and _THEMES.search(title):
        return "themes"
    return None


def _is_sdg(item: str) -> bool:
    return bool(_CODED_SDG.match(item) and _SDG.match(item))


def _sdg(item: str) -> str:
    """An SDG as `16 - PEACE, JUSTICE …`, whichever way its number is written."""
    found = _SDG.match(item)
    return f"{found[1]} - {found[2]}" if found else item
