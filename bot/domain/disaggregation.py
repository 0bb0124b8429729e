"""By what a group in a figure is told apart: sex, age, disability, place, and others.

The groups are as people write them, in English, French or Arabic; what is not known is `other`, and
nothing is lost. Gender identity and sexual orientation are left there on purpose: nobody is sorted
by those without safeguards (OHCHR, A human rights-based approach to data).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from bot.domain.search import fold


class Dimension(StrEnum):
    """What groups are told apart by; stable codes."""

    SEX = "sex"
    AGE = "age"
    DISABILITY = "disability"
    LOCATION = "location"
    MIGRATION = "migration"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    LANGUAGE = "language"
    RELIGION = "religion"
    INCOME = "income"
    EDUCATION = "education"
    FAMILY = "family"
    LIBERTY = "liberty"
    OTHER = "other"


TEXT_KEYS = tuple(f"dimension.{each}" for each in Dimension)

_AS_WRITTEN = ""
# By dimension and value: words, or their beginnings with a star. Where the value is left empty, it
# is the group's own name.
_WORDS: Mapping[Dimension, Mapping[str, str]] = {
    Dimension.SEX: {
        "female": "woman women female females girl girls femme femmes féminin* fille filles "
        "امرأة نساء نسوة إناث أنثى فتاة فتيات بنات سيدات",
        "male": "man men male males boy boys homme hommes masculin* garçon garçons "
        "رجل رجال ذكر ذكور فتى فتيان صبيان أولاد",
    },
    Dimension.AGE: {
        "children": "child children minor minors enfant enfants mineur* أطفال طفل قاصر*",
        "youth": "youth youths jeune jeunes شباب شابات",
        "adults": "adult adults adulte adultes بالغ* راشد*",
        "older": "elderly older âgé âgés âgée âgées مسن مسنون مسنين مسنات كبار",
        _AS_WRITTEN: "age aged ages âge âges ans عمر أعمار سن سنة سنوات عاما",
    },
    Dimension.DISABILITY: {"with": "disabilit* disabled handicap* إعاقة إعاقات معاق* معوق*"},
    Dimension.LOCATION: {
        "urban": "urban urbain* حضر حضري*",
        "rural": "rural rurale* ruraux ريف ريفي* أرياف",
        _AS_WRITTEN: "location region* province* district* municipalit* city cities town* village* "
        "governorate* county counties capital* lieu région* département* commune* ville* "
        "gouvernorat* موقع مكان منطقة مناطق محافظة محافظات إقليم أقاليم بلدية بلديات مدينة مدن "
        "قرية قرى عاصمة",
    },
    Dimension.MIGRATION: {
        "asylum_seeker": "asylum asile لجوء",
        "refugee": "refugee* réfugié* لاجئ*",
        "stateless": "stateless* apatride* عديم*",
        "displaced": "displaced idp idps déplacé* نازح* مشرد*",
        "migrant": "migra* immigra* مهاجر*",
        "national": "national nationals nationaux مواطن مواطنون مواطنين مواطنات",
    },
    Dimension.ETHNICITY: {
        _AS_WRITTEN: "ethni* indigenous minority minorities race racial roma autochtone* minorité* "
        "roms إثني* عرقي* عرق أقلية أقليات أصلي* غجر",
    },
    Dimension.NATIONALITY: {
        _AS_WRITTEN: "nationalit* citizenship citizen* foreign* citoyen* étrang* جنسية جنسيات "
        "أجنبي* أجانب",
    },
    Dimension.LANGUAGE: {_AS_WRITTEN: "language* tongue langue* لغة لغات"},
    Dimension.RELIGION: {_AS_WRITTEN: "religi* belief* croyan* دين ديني* ديانة ديانات معتقد*"},
    Dimension.INCOME: {
        _AS_WRITTEN: "income* quintile* wealth poor poorest revenu* pauvre* دخل فقير* فقراء"
    },
    Dimension.EDUCATION: {_AS_WRITTEN: "educat* schooling éducat* instruction تعليم تعليمي*"},
    Dimension.FAMILY: {
        _AS_WRITTEN: "marital married single widow* divorced matrimonial* marié* célibataire* "
        "veuf* veuve* divorcé* متزوج* عازب* أعزب أرمل* أرامل مطلق*",
    },
    Dimension.LIBERTY: {
        _AS_WRITTEN: "pretrial sentenced detained detainee* prisoner* inmate* prévenu* condamné* "
        "détenu* محتجز* موقوف* محكوم* سجين* سجناء سجينات",
    },
}
_WITHOUT = frozenset(fold(each) for each in "without no non not sans بدون دون غير".split())
_RANGE = re.compile(r"(?<!\d)(\d{1,3})\s*(?:[-–—]|to|a|au|الي)\s*(\d{1,3})(?!\d)")
_FROM = re.compile(r"(?<!\d)(\d{1,3})\s*\+|(?:over|plus de|فوق|اكثر من)\s+(\d{1,3})(?!\d)")
_BELOW = re.compile(r"(?:under|below|moins de|تحت|دون|اقل من)\s+(?:سن\s+)?(?:ال)?(\d{1,3})(?!\d)")
_OF_AGE = re.compile(r"[\d\s+–—-]+")


def _table() -> tuple[dict[str, tuple[Dimension, str]], list[tuple[str, Dimension, str]]]:
    whole: dict[str, tuple[Dimension, str]] = {}
    begun: list[tuple[str, Dimension, str]] = []
    for dimension, values in _WORDS.items():
        for value, words in values.items():
            for word in fold(words).split():
                if word.endswith("*"):
                    begun.append((word[:-1], dimension, value))
                else:
                    whole[word] = dimension, value
    return whole, begun


_WHOLE, _BEGUN = _table()


def dimensions_of(group: str) -> dict[Dimension, str]:
    """By what the group is told apart, and as which: `women with disabilities` by two.

    Values are codes (`female`, `with`, `0-17`, `rural`, `refugee`) where there are some, else the
    group as it was written; what is not recognised is `other`.
    """
    folded = fold(group)
    words = re.findall(r"[^\W\d_]+", folded)
    found: dict[Dimension, str] = {}
    for word in words:
        known = _known(word)
        if known is not None and not found.get(known[0]):
            found[known[0]] = known[1]
    age = _age(folded, by_itself=not words, told=Dimension.AGE in found)
    if age is not None:
        found[Dimension.AGE] = age
    if Dimension.DISABILITY in found and _WITHOUT.intersection(words):
        found[Dimension.DISABILITY] = "without"
    if Dimension.MIGRATION in found and Dimension.NATIONALITY in found:
        foreign = found[Dimension.MIGRATION] == "national"  # "foreign nationals", not "stateless"
        found.pop(Dimension.MIGRATION if foreign else Dimension.NATIONALITY)
    named = {dimension: value or group.strip() for dimension, value in found.items()}
    return named or {Dimension.OTHER: group.strip()}


def _known(word: str) -> tuple[Dimension, str] | None:
    """What the word says, be it with the Arabic article or a preposition before it."""
    for prefix in ("", "ال", "لل", "بال", "وال", "و"):
        if not word.startswith(prefix):
            continue
        bare = word[len(prefix) :]
        if bare in _WHOLE:
            return _WHOLE[bare]
        for beginning, dimension, value in _BEGUN:
            if bare.startswith(beginning):
                return dimension, value
    return None


def _age(folded: str, *, by_itself: bool, told: bool) -> str | None:
    """Years of age: a range that stands alone or beside a word for age, or a limit."""
    if match := _BELOW.search(folded):
        return f"0-{max(int(match[1]) - 1, 0)}"
    if match := _FROM.search(folded):
        return f"{int(match[1])}+" if match[1] else f"{int(match[2]) + 1}+"
    match = _RANGE.search(folded)
    if match and (told or (by_itself and _OF_AGE.fullmatch(folded))):
        return f"{int(match[1])}-{int(match[2])}"
    return None
