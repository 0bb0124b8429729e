"""Reads plain tables of recommendations, CSV or Excel, by the names of their columns (FORMATS
§1.3).

The names of the columns are data beside the reader, so that what a template offers is what is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import chain, islice
from pathlib import Path

from bot.domain.kinds import Kind, Position
from bot.exchange import csv_tables, excel_tables, mechanisms, states, tables, vocabulary
from bot.exchange.cleaning import clean, numbered, values
from bot.exchange.imported import (
    AS_IT_IS,
    LONGEST,
    Empty,
    Entry,
    Facts,
    Format,
    ImportedRecommendation,
    MissingColumns,
    NotRecognised,
    Options,
    Place,
    Problem,
    Reading,
    importing_keys,
    normal_paragraph,
    plain_code,
)
from bot.exchange.language import detect
from bot.exchange.tables import Headed, Row, Sheet
from bot.exchange.vocabulary import fold

# Column → its names. The first name of a language is the one that templates print.
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "symbol": {
        "en": ("Document symbol", "Symbol", "UN symbol", "Document reference", "Document"),
        "fr": (
            "Cote du document",
            "Cote",
            "Symbole du document",
            "Symbole",
            "Référence du document",
        ),
        "ar": ("رمز الوثيقة", "الرمز", "رقم الوثيقة"),
        "es": ("Signatura del documento", "Signatura", "Símbolo"),
    },
    "paragraph": {
        "en": (
            *(
                "Number",
                "Paragraph",
                "Paragraph number",
                "Recommendation number",
                "Para",
                "No.",
                "No",
            ),
            *("Para.", "Nr", "Number of recommendation", "Recommendation no.", "#", "Ref", "Code"),
        ),
        "fr": (
            "Numéro",
            "Paragraphe",
            "N°",
            "Numéro de recommandation",
            "Numéro de la recommandation",
        ),
        "ar": ("الرقم", "رقم", "الفقرة", "رقم الفقرة", "رقم التوصية"),
        "es": ("Número", "Párrafo", "Núm."),
    },
    "text": {
        "en": (
            *(
                "Text",
                "Recommendation",
                "Recommendation text",
                "Text of the recommendation",
                "Wording",
            ),
            *("Full text", "Recommendations"),
        ),
        "fr": (
            "Texte",
            "Recommandation",
            "Texte de la recommandation",
            "Recommandations",
            "Libellé",
        ),
        "ar": ("النص", "نص التوصية", "التوصية", "التوصيات"),
        "es": ("Texto", "Recomendación", "Texto de la recomendación"),
    },
    "mechanism": {
        "en": ("Mechanism", "Body", "Recommending body", "Reccomending Body", "Source mechanism"),
        "fr": ("Mécanisme", "Organe", "Organe émetteur"),
        "ar": ("الآلية", "الهيئة", "اللجنة"),
        "es": ("Mecanismo", "Órgano"),
    },
    "kind": {
        "en": ("Kind", "Type", "Annotation type", "Kind of item"),
        "fr": ("Nature", "Genre", "Type d'élément"),
        "ar": ("النوع", "نوع البند"),
        "es": ("Tipo", "Clase"),
    },
    "position": {
        "en": ("Position", "Position of the State", "UPR Position", "State position", "Response"),
        "fr": ("Position", "Position de l'État", "Réponse"),
        "ar": ("الموقف", "موقف الدولة"),
        "es": ("Posición", "Posición del Estado"),
    },
    "position_source": {
        "en": ("Source of position", "Position source"),
        "fr": ("Source de la position",),
        "ar": ("مصدر الموقف",),
    },
    "recommending_states": {
        "en": (
            *(
                "Recommending States",
                "Recommending State",
                "Recommending state/s",
                "UPR Reccomending States",
            ),
            *("Recommending country", "Recommending countries", "UPR Recommending States"),
        ),
        "fr": ("États auteurs", "État auteur", "État auteur de la recommandation", "Pays auteur"),
        "ar": ("الدول الموصية", "الدولة الموصية", "الدولة صاحبة التوصية", "الدول صاحبة التوصية"),
        "es": ("Estados recomendantes", "Estado recomendante"),
    },
    "themes": {
        "en": ("Themes", "Theme", "Topics", "Human rights themes", "Issues"),
        "fr": ("Thèmes", "Thème", "Thématiques", "Thématique"),
        "ar": ("المواضيع", "الموضوع", "الموضوعات"),
        "es": ("Temas", "Tema"),
    },
    "affected_persons": {
        "en": ("Affected persons", "Groups of persons", "Affected groups", "Persons affected"),
        "fr": ("Personnes concernées", "Groupes de personnes", "Personnes touchées"),
        "ar": ("الأشخاص المعنيون", "فئات الأشخاص", "الفئات المعنية"),
        "es": ("Personas afectadas", "Grupos de personas"),
    },
    "sdgs": {
        "en": ("SDGs", "SDG", "SDG targets", "Relevant SDGs", "Sustainable Development Goals"),
        "fr": ("ODD", "Cibles des ODD", "Objectifs de développement durable"),
        "ar": ("أهداف التنمية المستدامة", "غايات أهداف التنمية المستدامة"),
        "es": ("ODS", "Metas de los ODS"),
    },
    "cycle": {
        "en": ("Cycle", "UPR cycle", "Reporting cycle"),
        "fr": ("Cycle",),
        "ar": ("الدورة الاستعراضية", "الجولة"),
        "es": ("Ciclo",),
    },
    "session": {
        "en": ("Session", "UPR session"),
        "fr": ("Session",),
        "ar": ("الدورة",),
        "es": ("Sesión", "Período de sesiones"),
    },
    "published_on": {
        "en": (
            "Publication date",
            "Date",
            "Date of publication",
            "Document Publication Date",
            "Published",
        ),
        "fr": ("Date de publication", "Date du document"),
        "ar": ("تاريخ النشر", "التاريخ"),
        "es": ("Fecha de publicación", "Fecha"),
    },
    "heading": {
        "en": ("Heading", "Title", "Matrix heading", "Theme heading"),
        "fr": ("Intitulé", "Titre"),
        "ar": ("العنوان",),
        "es": ("Título", "Encabezamiento"),
    },
    "language": {
        "en": ("Language", "Language of the text", "Lang"),
        "fr": ("Langue", "Langue du texte"),
        "ar": ("اللغة", "لغة النص"),
        "es": ("Idioma",),
    },
    "state": {
        "en": (
            "Country",
            "State",
            "State under review",
            "Countries Concerned",
            "Country concerned",
        ),
        "fr": ("Pays", "État", "Pays concerné", "État examiné"),
        "ar": ("البلد", "الدولة", "الدولة المعنية"),
        "es": ("País", "Estado"),
    },
    "annotation_id": {
        "en": ("UHRI annotation id", "Annotation id", "OHCHR Annotation Id", "UHRI id"),
        "fr": ("Identifiant d'annotation UHRI", "Identifiant d'annotation"),
        "ar": ("معرّف التعليق في الفهرس العالمي", "معرّف التعليق"),
    },
    "problem": {  # what `problems_file` adds; it is read over when the file comes back
        "en": ("What to correct", "Problem"),
        "fr": ("À corriger", "Problème"),
        "ar": ("ما يجب تصحيحه", "المشكلة"),
    },
}

_LANGUAGES = {
    "en": ("en", "English", "anglais", "الإنجليزية", "inglés", "английский", "英语", "eng"),
    "fr": ("fr", "French", "français", "الفرنسية", "francés", "французский", "法语", "fra"),
    "ar": ("ar", "Arabic", "arabe", "العربية", "árabe", "арабский", "阿拉伯语", "ara"),
    "es": ("es", "Spanish", "espagnol", "الإسبانية", "español", "испанский", "西班牙语", "spa"),
    "ru": ("ru", "Russian", "russe", "الروسية", "ruso", "русский", "俄语", "rus"),
    "zh": ("zh", "Chinese", "chinois", "الصينية", "chino", "китайский", "中文", "zho"),
    "pt": ("pt", "Portuguese", "portugais", "البرتغالية", "portugués", "português", "por"),
    "sw": ("sw", "Swahili", "swahili", "السواحيلية", "suajili", "kiswahili", "swa"),
}


def read_csv(path: Path, options: Options = AS_IT_IS) -> Reading:
    """A CSV file; refuses with NotRecognised, MissingColumns, Empty or Damaged."""
    sheet = csv_tables.sheet(path, recognised_columns)
    return _reading(_headed([sheet]), Format.PLAIN_CSV, options)


def read_excel(path: Path, options: Options = AS_IT_IS) -> Reading:
    """The first sheet of an .xlsx with our columns; refuses as `read_csv`, or Encrypted."""
    return _reading(_headed(excel_tables.sheets(path)), Format.PLAIN_EXCEL, options)


def recognised_columns(cells: Sequence[str]) -> int:
    """How many of a header's names are ours; 0 unless it has a text and something beside it."""
    found = {column for cell in cells if (column := column_of(cell))}
    return len(found) if "text" in found and len(found) >= 2 else 0


def column_of(name: str) -> str | None:
    """Which of our columns a header names, in any language; None for others."""
    return _names().get(fold(name)) if len(name) < 80 else None


@cache
def _names() -> dict[str, str]:
    return {
        fold(name): column
        for column, languages in COLUMNS.items()
        for name in chain([column], *languages.values())
        if fold(name)
    } | {"#": "paragraph"}


def _headed(sheets: Iterator[Sheet] | Sequence[Sheet]) -> Headed:
    none = True
    for sheet in sheets:
        if found := tables.headed(sheet, recognised_columns):
            return found
        none = False
    raise Empty if none else NotRecognised


def _reading(found: Headed, kind: Format, options: Options) -> Reading:
    titles = tuple(clean(cell) for cell in found.header.cells)
    columns = _places(titles)
    first = list(islice(found.rows, 40))
    if not first:
        raise Empty
    if not {"paragraph", "annotation_id"} & columns.keys() and not _numbered_texts(first, columns):
        raise MissingColumns(columns=COLUMNS["paragraph"]["en"][0])
    facts = Facts(
        kind,
        columns=titles,
        unknown_columns=tuple(
            title
            for place, title in enumerate(titles)
            if title and place not in columns.values() and column_of(title) != "problem"
        ),
        language=options.language or _language_of(first, columns),
        mechanism=options.mechanism,
        symbol=options.symbol,
        encoding=found.sheet.encoding,
        delimiter=found.sheet.delimiter,
        sheet=found.sheet.name,
    )
    elsewhere = Counter[str]()
    rows = _of_state(chain(first, found.rows), columns.get("state"), options.state, elsewhere)
    entries = _Rows(facts, options, columns).entries(rows)
    return Reading(facts, entries, elsewhere=elsewhere)


def _places(titles: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands; of two with one meaning the first counts."""
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        if column := column_of(title):
            places.setdefault(column, place)
    return places


def _numbered_texts(rows: Sequence[Row], columns: Mapping[str, int]) -> bool:
    texts = (_cell(row, columns.get("text")) for row in rows)
    return any(numbered(clean(text)).paragraph for text in texts)


def _of_state(
    rows: Iterator[Row], place: int | None, state: str | None, elsewhere: Counter[str]
) -> Iterator[Row]:
    """The rows of the State asked for, those of others counted; one that names none is its own."""
    wanted = states.code_of(state) if state else None
    if place is None or wanted is None:
        yield from rows
        return
    code = cache(states.code_of)
    for row in rows:
        about = code(_cell(row, place))
        if about in (wanted, None):
            yield row
        else:
            elsewhere[str(about)] += 1


def _language_of(rows: Sequence[Row], columns: Mapping[str, int]) -> str | None:
    named = Counter(filter(None, (language_of(_cell(r, columns.get("language"))) for r in rows)))
    if named:
        return named.most_common(1)[0][0]
    return detect(" ".join(_cell(row, columns.get("text")) for row in rows))


def _cell(row: Row, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def language_of(words: str) -> str | None:
    """The code of a language by its code or its name in any language; None when unknown."""
    bare = fold(re.split(r"[-_]", words.strip())[0])
    return next((code for code, names in _LANGUAGES.items() if bare in map(fold, names)), None)


# -- rows ------------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """Makes items of rows: each gives an item and warnings, or all problems that refuse it."""

    facts: Facts
    options: Options
    columns: Mapping[str, int]
    seen: dict[tuple[str, str | None], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def entries(self, rows: Iterator[Row]) -> Iterator[Entry]:
        """The item of each good row with its warnings behind it; the refusals of each bad one."""
        for ordinal, row in enumerate(rows, 1):
            item = self.item(ordinal, row)
            refusals = [problem for problem in self.problems if problem.refused]
            if not refusals:
                yield item
            yield from refusals or self.problems
            self.problems.clear()

    def title(self, column: str) -> str:
        """How the file names a column; a column that it lacks goes by our name."""
        place = self.columns.get(column)
        return column if place is None else self.facts.columns[place]

    def warn(self, row: Row, key: str, column: str, **values: str | int) -> None:
        """Something to look at in a row that is imported all the same."""
        key = f"import.problem.{key}"
        self.problems.append(Problem(row.number, key, self.title(column), values))

    def refuse(self, row: Row, key: str, column: str, **values: str | int) -> None:
        """Something that keeps a row from being imported."""
        key, title = f"import.problem.{key}", self.title(column)
        self.problems.append(Problem(row.number, key, title, values, True, row.cells))

    def get(self, row: Row, column: str) -> str:
        """A cell, cleaned; empty where the file has no such column."""
        return clean(_cell(row, self.columns.get(column)))

    def item(self, ordinal: int, row: Row) -> ImportedRecommendation:
        """The item of a row; worth nothing when the row was refused meanwhile."""
        if any(cell.strip() for cell in row.cells[len(self.facts.columns) :]):
            self.refuse(row, "too_many_cells", "text", cells=len(row.cells))
        for column, place in self.columns.items():
            if place in row.lost and column != "problem":
                self.refuse(row, "formula", column)
        paragraph, text = self.numbered_text(row)
        annotation_id = self.get(row, "annotation_id") or None
        symbol = self.get(row, "symbol") or self.options.symbol
        if not annotation_id and not paragraph:
            self.refuse(row, "no_number", "paragraph")
        if not annotation_id and not symbol:
            self.refuse(row, "no_symbol", "symbol")
        codes = {"symbol": symbol, "paragraph": paragraph, "annotation_id": annotation_id}
        for column, code in codes.items():
            if len(code or "") > LONGEST[column]:
                self.refuse(row, "too_long", column, most=LONGEST[column])
        language = self.language(row, text)
        self.require_first(row, importing_keys(annotation_id, symbol, paragraph), language)
        mechanism = self.mechanism(row, symbol)
        raw = _cell(row, self.columns.get("text"))
        return ImportedRecommendation(
            row=row.number,
            kind=self.kind(row),
            text=text,
            raw_text=raw,
            places=tuple(Place(ordinal, each) for each in self.several(row, "heading"))
            or (Place(ordinal, None),),
            symbol=symbol or None,
            paragraph=paragraph,
            annotation_id=annotation_id,
            language=language,
            mechanism=mechanism,
            body=self.get(row, "mechanism") or None,
            state=self.get(row, "state") or self.options.state,
            position=self.position(row, mechanism),
            position_source=self.get(row, "position_source") or None,
            recommending_states=self.recommending(row),
            themes=self.several(row, "themes"),
            affected_persons=self.several(row, "affected_persons"),
            sdgs=self.several(row, "sdgs"),
            cycle=self.get(row, "cycle") or None,
            session=self.get(row, "session") or None,
            published_on=self.date(row),
            others=self.others(row),
        )

    def numbered_text(self, row: Row) -> tuple[str | None, str]:
        """Number and text: the number may have a column, stand before the text, or both."""
        words = self.get(row, "text")
        own = plain_code(self.get(row, "paragraph")) or None
        if not words:
            self.refuse(row, "no_text", "text", number=own or "")
        part = numbered(words)
        if own is None:
            return part.paragraph, part.text if part.paragraph else words
        place = self.columns["paragraph"]
        if place in row.numbers and re.fullmatch(r"\d+\.\d", own):
            self.warn(row, "number_shortened", "paragraph", number=own)
        repeated = part.paragraph and normal_paragraph(part.paragraph) == normal_paragraph(own)
        return own, part.text if repeated and part.text else words

    def kind(self, row: Row) -> Kind:
        """The kind that the row names, else the file's, else a recommendation."""
        words = self.get(row, "kind")
        if not words:
            return self.options.kind or Kind.RECOMMENDATION
        found = vocabulary.kind(words)
        if found is None:
            self.refuse(row, "kind_unknown", "kind", value=words)
        return found or Kind.RECOMMENDATION

    def mechanism(self, row: Row, symbol: str | None) -> str | None:
        """The mechanism by its column, the document symbol or what was said of the file."""
        words = self.get(row, "mechanism")
        found = mechanisms.code_of(words) if words else mechanisms.of_symbol(symbol)
        if words and not found:
            self.warn(row, "mechanism_unknown", "mechanism", value=words)
        if not words and not found and self.get(row, "recommending_states"):
            found = mechanisms.REVIEW  # only its recommendations are made by States
        return found or self.options.mechanism

    def position(self, row: Row, mechanism: str | None) -> Position | None:
        """The position; an empty one of a review's recommendation is pending."""
        words = self.get(row, "position")
        if not words:
            return Position.PENDING if mechanism == mechanisms.REVIEW else None
        found = vocabulary.position(words)
        if found is None:
            self.refuse(row, "position_unknown", "position", value=words)
        return found

    def recommending(self, row: Row) -> tuple[str, ...]:
        """The recommending States, by names or codes; others are kept as they are printed."""
        found: list[str] = []
        for cell in self.several(row, "recommending_states"):
            names = states.names_in(cell)
            if states.code_of(cell) or not names.known:
                found.append(states.as_printed(cell))
                names = states.Names((), () if states.code_of(cell) else (cell,))
            else:
                found += names.known + names.unknown
            for unknown in names.unknown:
                self.warn(row, "state_unknown", "recommending_states", value=unknown)
        return tuple(dict.fromkeys(found))

    def several(self, row: Row, column: str) -> tuple[str, ...]:
        """The values of a cell that may hold several."""
        return values(_cell(row, self.columns.get(column)))

    def language(self, row: Row, text: str) -> str | None:
        """The language of the text: what the person said, its column, its letters, the file's."""
        words = self.get(row, "language")
        named = language_of(words) if words else None
        if words and not named:
            self.refuse(row, "language_unknown", "language", value=words)
        return self.options.language or named or detect(text) or self.facts.language

    def date(self, row: Row) -> date | None:
        """The date of publication: ISO 8601, day.month.year, a year, or Excel's day number."""
        words = self.get(row, "published_on")
        if not words:
            return None
        found = date_of(words)
        if found is None:
            self.refuse(row, "date_unknown", "published_on", value=words)
        return found

    def others(self, row: Row) -> tuple[tuple[str, str], ...]:
        """What stands in columns that we do not know."""
        return tuple(
            (title, cell.strip())
            for title, cell in zip(self.facts.columns, row.cells, strict=False)
            if title in self.facts.unknown_columns and cell.strip()
        )

    def require_first(self, row: Row, keys: Sequence[str], language: str | None) -> None:
        """Refuse a second row with the key of an earlier one, unless in another language."""
        if not keys or any(problem.refused for problem in self.problems):
            return
        first = self.seen.setdefault((keys[0], language), row.number)
        if first != row.number:
            column = "annotation_id" if keys[0].startswith("uhri:") else "paragraph"
            self.refuse(row, "duplicate", column, first=first)


_EXCEL_EPOCH = date(1899, 12, 30)


def date_of(words: str) -> date | None:
    """A date as files write it; None when it is none. Of `3/5/2024` the first is the day."""
    if found := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", words):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", words):
        day, month, year = map(int, found.groups())
    elif found := re.fullmatch(r"(?:19|20)\d\d", words):
        year, month, day = int(words), 1, 1
    elif found := re.fullmatch(r"([1-7]\d{4})(?:\.\d+)?", words):
        return _EXCEL_EPOCH + timedelta(days=int(found[1]))
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
