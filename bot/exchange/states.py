"""States as United Nations documents name them: codes of names, names in runs, names in
parentheses.

Names come from CLDR in the six languages of the United Nations and, where its documents say
otherwise, from the table here (official short and long forms, former names, usual abbreviations).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")

# The 193 members, the two observer States, and two States that take part in treaty bodies.
_CODES = (
    "AF AL DZ AD AO AG AR AM AU AT AZ BS BH BD BB BY BE BZ BJ BT BO BA BW BR BN BG BF BI CV "
    "KH CM CA CF TD CL CN CO KM CG CR CI HR CU CY CZ KP CD DK DJ DM DO EC EG SV GQ ER EE SZ "
    "ET FJ FI FR GA GM GE DE GH GR GD GT GN GW GY HT HN HU IS IN ID IR IQ IE IL IT JM JP JO "
    "KZ KE KI KW KG LA LV LB LS LR LY LI LT LU MG MW MY MV ML MT MH MR MU MX FM MC MN ME MA "
    "MZ MM NA NR NP NL NZ NI NE NG NO OM PK PW PA PG PY PE PH PL PT QA KR MD RO RU RW KN LC "
    "VC WS SM ST SA SN RS SC SL SG SK SI SB SO ZA SS ES LK SD SR SE CH SY TJ TH MK TL TG TO "
    "TT TN TR TM TV UG UA AE GB TZ US UY UZ VU VE VN YE ZM ZW VA PS CK NU "
).split()

# One State a line, its first name the one that documents print in English.
_OTHER_NAMES = """
AE United Arab Emirates | UAE | Émirats arabes unis | Emiratos Árabes Unidos
AE Объединенные Арабские Эмираты
AG Antigua and Barbuda
BA Bosnia and Herzegovina | Bosnia-Herzegovina
BN Brunei Darussalam | Brunéi Darussalam | Бруней-Даруссалам | بروني دار السلام | 文莱达鲁萨兰国
BO Bolivia (Plurinational State of) | Plurinational State of Bolivia
BO Bolivie (État plurinational de)
BO État plurinational de Bolivie | Bolivia (Estado Plurinacional de)
BO Estado Plurinacional de Bolivia
BO Боливия (Многонациональное Государство) | Многонациональное Государство Боливия
BO 多民族玻利维亚国
BO بوليفيا (دولة - المتعددة القوميات) | دولة بوليفيا المتعددة القوميات | 玻利维亚（多民族国）
CD Democratic Republic of the Congo | Democratic Republic of Congo | DR Congo | DRC
CD République démocratique du Congo | República Democrática del Congo
CD Демократическая Республика Конго | جمهورية الكونغو الديمقراطية | 刚果民主共和国
CF République centrafricaine | جمهورية أفريقيا الوسطى
CG Congo | Republic of the Congo | Republic of Congo | République du Congo | República del Congo
CG Республика Конго | Конго | الكونغو | 刚果
CI Côte d’Ivoire | Ivory Coast | Кот-д’Ивуар | كوت ديفوار
CN People’s Republic of China
CV Cabo Verde | Cape Verde | Cap-Vert | كابو فيردي
CZ Czechia | Czech Republic | République tchèque | República Checa | Чешская Республика
CZ الجمهورية التشيكية | تشيكيا | 捷克共和国
DO República Dominicana | République dominicaine | الجمهورية الدومينيكية
FM Micronesia (Federated States of) | Federated States of Micronesia | Micronésie (États fédérés de)
FM États fédérés de Micronésie | Micronesia (Estados Federados de) | Estados Federados de Micronesia
FM Микронезия (Федеративные Штаты) | ولايات ميكرونيزيا الموحدة | 密克罗尼西亚联邦
FM ميكرونيزيا (ولايات - الموحدة) | 密克罗尼西亚（联邦）
GB United Kingdom of Great Britain and Northern Ireland | United Kingdom | UK | Great Britain
GB Royaume-Uni de Grande-Bretagne et d’Irlande du Nord
GB Reino Unido de Gran Bretaña e Irlanda del Norte
GB Соединенное Королевство Великобритании и Северной Ирландии | Соединенное Королевство
GB المملكة المتحدة لبريطانيا العظمى وأيرلندا الشمالية | 大不列颠及北爱尔兰联合王国 | 联合王国
GM Gambia | The Gambia | Gambia (Republic of The) | Gambie | غامبيا
GW Guinea-Bissau | Guinée-Bissau
IR Iran (Islamic Republic of) | Islamic Republic of Iran | Iran (République islamique d’)
IR République islamique d’Iran | Irán (República Islámica del) | República Islámica del Irán
IR Иран (Исламская Республика) | Исламская Республика Иран | إيران (جمهورية - الإسلامية)
IR جمهورية إيران الإسلامية | 伊朗伊斯兰共和国 | 伊朗（伊斯兰共和国）
KG Kyrgyzstan | Kyrgyz Republic | Кыргызстан
KN Saint Kitts and Nevis | Saint-Kitts-et-Nevis
KP Democratic People’s Republic of Korea | DPR Korea | DPRK
KP Democratic People's Republic of Korea (the)
KP République populaire démocratique de Corée | República Popular Democrática de Corea
KP Корейская Народно-Демократическая Республика | جمهورية كوريا الشعبية الديمقراطية
KP 朝鲜民主主义人民共和国
KR Republic of Korea | République de Corée | República de Corea | Республика Корея | جمهورية كوريا
KR 大韩民国
LA Lao People’s Democratic Republic | Lao PDR | République démocratique populaire lao
LA República Democrática Popular Lao | Лаосская Народно-Демократическая Республика
LA جمهورية لاو الديمقراطية الشعبية | 老挝人民民主共和国
LC Saint Lucia
LY Libya | Libyan Arab Jamahiriya | State of Libya | Jamahiriya arabe libyenne
LY Jamahiriya Árabe Libia
MD Republic of Moldova | Moldova | République de Moldova | República de Moldova | Республика Молдова
MD جمهورية مولدوفا | 摩尔多瓦共和国
MK North Macedonia | The former Yugoslav Republic of Macedonia | TFYR Macedonia | Macedonia FYR
MK ex-République yougoslave de Macédoine | la ex República Yugoslava de Macedonia
MK бывшая югославская Республика Македония | جمهورية مقدونيا اليوغوسلافية سابقا
MK 前南斯拉夫的马其顿共和国
MM Myanmar | Burma | Мьянма | ميانمار
NL Netherlands | Kingdom of the Netherlands | Netherlands (Kingdom of the) | Royaume des Pays-Bas
NL Pays-Bas (Royaume des) | Reino de los Países Bajos | Países Bajos (Reino de los)
NL Королевство Нидерландов | Нидерланды (Королевство) | مملكة هولندا | هولندا (مملكة -) | 荷兰王国
PS State of Palestine | Palestine | État de Palestine | Estado de Palestina | Государство Палестина
PS دولة فلسطين | فلسطين | 巴勒斯坦国
RU Russian Federation | Fédération de Russie | Federación de Rusia | Российская Федерация
RU الاتحاد الروسي | 俄罗斯联邦
SR Suriname | Surinam
ST Sao Tome and Principe | Sao Tomé-et-Principe
SY Syrian Arab Republic | République arabe syrienne | República Árabe Siria
SY Сирийская Арабская Республика | الجمهورية العربية السورية | 阿拉伯叙利亚共和国
SZ Eswatini | Swaziland
TL Timor-Leste | East Timor | Тимор-Лешти | تيمور-ليشتي
TR Türkiye | Turkey | Türkiye (Republic of) | Turkiye | تركيا
TT Trinidad and Tobago
TZ United Republic of Tanzania | Tanzania (United Republic of) | Tanzania
TZ République-Unie de Tanzanie
TZ República Unida de Tanzanía | Объединенная Республика Танзания | جمهورية تنزانيا المتحدة
TZ 坦桑尼亚联合共和国
US United States of America | United States | USA | US | États-Unis d’Amérique
US Estados Unidos de América | Соединенные Штаты Америки | الولايات المتحدة الأمريكية | 美利坚合众国
VA Holy See | Saint-Siège | Santa Sede | Святой Престол | الكرسي الرسولي | 教廷
VC Saint Vincent and the Grenadines
VE Venezuela (Bolivarian Republic of) | Bolivarian Republic of Venezuela
VE Venezuela (République bolivarienne du) | République bolivarienne du Venezuela
VE Venezuela (República Bolivariana de) | República Bolivariana de Venezuela
VE Венесуэла (Боливарианская Республика) | Боливарианская Республика Венесуэла
VE فنزويلا (جمهورية - البوليفارية) | جمهورية فنزويلا البوليفارية | 委内瑞拉玻利瓦尔共和国
VE 委内瑞拉（玻利瓦尔共和国）
VN Viet Nam | Vietnam | Вьетнам | فييت نام
ZA Afrique du Sud | Южная Африка | Южно-Африканская Республика
"""

_JOINING = (
    *(
        "and",
        "the",
        "et",
        "la",
        "le",
        "les",
        "l",
        "de",
        "du",
        "y",
        "e",
        "el",
        "los",
        "также",
        "и",
        "а",
    ),
    *("as", "well", "also", "و", "和", "及", "以及"),
)
_LONGEST_RUN = 8_000  # characters; all States of the world run together are 3,000
_ON_BEHALF = re.compile(
    r"on\s+behalf\s+of|au\s+nom\s+d|en\s+nombre\s+d|от\s+имени|نيابة\s+عن|باسم|代表", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Names:
    """States found in a run of words, as printed, and what was not understood."""

    known: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def code_of(name: str) -> str | None:
    """The ISO 3166 alpha-2 code of a State, by a name in any of the languages or a code of two or
    three letters.
    """
    bare = name.strip().strip("()").strip() if name.count("(") != 1 else name.strip()
    if re.fullmatch("[A-Za-z]{2}", bare) and bare.upper() in _CODES:
        return bare.upper()
    if re.fullmatch("[A-Za-z]{3}", bare) and (
        codes := get_global("territory_aliases").get(bare.upper())
    ):
        return codes[0] if codes[0] in _CODES else None
    found = _index().names.get(_fold(bare)[0]) or _index().names.get(_fold(name)[0])
    return found[0] if found else None


def name_of(code: str) -> str:
    """The English name of a State as United Nations documents print it."""
    return _english()[code.upper()]


def as_printed(name: str) -> str:
    """A single State's name: a code becomes a name, split words are joined, parentheses around it
    go; the rest stays as printed.
    """
    tidy = " ".join(name.split())
    if whole := re.fullmatch(r"\(([^()]+)\)", tidy):
        tidy = whole[1].strip()
    if re.fullmatch("[A-Z]{2}", tidy) and tidy in _CODES and tidy not in _index().spelled:
        return name_of(tidy)
    known = _index().names.get(_fold(tidy)[0])
    return _spelled(tidy, known[1]) if known else tidy


def names_in(run: str) -> Names:
    """The States of a run of names: with separators or run together (`ChileEstoniaSlovenia`).

    Of `Haiti, on behalf of the Caribbean Community`, what is not a State after *on behalf of* is
    left out.
    """
    if len(run) > _LONGEST_RUN:
        return Names(())
    main, *rest = _ON_BEHALF.split(run)
    found = _segment(main)
    others = tuple(name for part in rest for name in _segment(part).known)
    return Names(_once(found.known + others), found.unknown)


def recommending(text: str) -> Names:
    """The States in parentheses behind each part of a recommendation, each once, in order.

    `text (Mali); text (Iran (Islamic Republic of)) (Peru);` gives three. A parenthesis inside a
    sentence (`Convention (ICCPR)`, `its neighbours (Nepal) on`) is none of them.
    """
    known: list[str] = []
    unknown: list[str] = []
    for inner, after in _parentheses(text):
        ends_part = (
            not after or after[0] in ";.,(；。，（؛،*" or after[0].isupper() or after[0].isdigit()
        )
        if not ends_part:
            continue
        found = names_in(inner)
        if found.known and all(map(_may_be_a_name, found.unknown)):
            known.extend(found.known)
            unknown.extend(found.unknown)
    return Names(_once(known), _once(unknown))


def _may_be_a_name(words: str) -> bool:
    """`Wakanda` beside States that are known; not `see the report on`."""
    return len(words.split()) <= 5 and not words[0].islower()


# -- how names are found ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Index:
    names: dict[str, tuple[str, str]]  # folded → code, spelling
    starts: dict[str, tuple[str, ...]]  # first letter → folded names, longest first
    spelled: frozenset[str]


@cache
def _english() -> dict[str, str]:
    cldr = Locale("en").territories
    names = {code: str(cldr[code]).replace("&", "and").replace("St.", "Saint") for code in _CODES}
    return names | dict(reversed(_other_names()))


def _other_names() -> list[tuple[str, str]]:
    return [
        (line[:2], name.strip())
        for line in _OTHER_NAMES.strip().splitlines()
        for name in line[3:].split("|")
    ]


@cache
def _index() -> _Index:
    names: dict[str, tuple[str, str]] = {}

    def add(code: str, spelling: str) -> None:
        names.setdefault(_fold(spelling)[0], (code, spelling))

    for code, spelling in _other_names():
        add(code, spelling)
    for language in LANGUAGES:
        territories = Locale(language).territories
        for code in _CODES:
            spelling = str(territories[code])
            add(code, spelling.replace("&", "and").replace("St.", "Saint"))
            add(code, spelling)
    starts: dict[str, list[str]] = defaultdict(list)
    for folded in names:
        starts[folded[0]].append(folded)
    return _Index(
        names,
        {first: tuple(sorted(found, key=len, reverse=True)) for first, found in starts.items()},
        frozenset(spelling for _, spelling in names.values()),
    )


def _fold(text: str) -> tuple[str, list[int]]:
    """Letters only, without case and accents, and where each stood: split words compare equal."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char).casefold():
            if part.isalpha():
                letters.append(_SAME.get(part, part))
                places.append(place)
    return "".join(letters), places


# Spellings of one letter that writers of Arabic and Russian use freely.
_SAME = {"ى": "ي", "ة": "ه", "ٱ": "ا", "ё": "е"}


def _segment(run: str) -> Names:
    """The cheapest reading of a run as names and joining words; letters left over are unknown."""
    folded, places = _fold(run)
    end = len(folded)
    best: list[tuple[int, int]] = [(0, 0)] * (end + 1)
    step: list[tuple[int, bool]] = [(0, False)] * (end + 1)
    starts = _index().starts
    for at in range(end - 1, -1, -1):
        best[at] = (best[at + 1][0] + 1, best[at + 1][1])
        step[at] = (1, False)
        if not _border(run, places, at):
            continue
        for name in starts.get(folded[at], ()):
            after = at + len(name)
            if folded.startswith(name, at) and _border(run, places, after):
                cost = (best[after][0], best[after][1] + 1)
                if cost < best[at]:
                    best[at], step[at] = cost, (len(name), True)
        for word in _JOINING:
            after = at + len(word)
            if (
                folded.startswith(word, at)
                and _border(run, places, after)
                and best[after] < best[at]
            ):
                best[at], step[at] = best[after], (len(word), False)
    return _read(run, folded, places, step)


def _read(run: str, folded: str, places: list[int], step: list[tuple[int, bool]]) -> Names:
    known: list[str] = []
    unknown: list[str] = []
    at, left = 0, -1
    while at <= len(folded):
        length, is_name = step[at] if at < len(folded) else (1, True)
        if length == 1 and not is_name and not (folded[at] in _JOINING and _alone(run, places, at)):
            left = at if left < 0 else left
        elif left >= 0:
            unknown.append(run[places[left] : places[at - 1] + 1].strip())
            left = -1
        if is_name and at < len(folded):
            printed = run[places[at] : places[at + length - 1] + 1]
            printed += ")" if printed.count("(") > printed.count(")") else ""
            printed += "）" if printed.count("（") > printed.count("）") else ""
            known.append(_spelled(printed, _index().names[folded[at : at + length]][1]))
        at += length
    return Names(tuple(known), tuple(unknown))


def _alone(run: str, places: list[int], at: int) -> bool:
    return _border(run, places, at) and _border(run, places, at + 1)


def _border(run: str, places: list[int], at: int) -> bool:
    """Whether a name may begin or end here: at the edge of a word, or where `eE` shows two run
    together.
    """
    if at in (0, len(places)):
        return True
    before, here = places[at - 1], places[at]
    if before == here:
        return False
    if here - before > 1 and not all(unicodedata.combining(c) for c in run[before + 1 : here]):
        return True
    if run[before].isupper() or run[before].islower():
        return run[here].isupper() and run[before].islower()
    return True  # a script without case


def _spelled(printed: str, spelling: str) -> str:
    """The name as printed, unless spaces split its words or are missing between them."""
    tidy = " ".join(printed.split())
    return tidy if len(re.split(r"[\s-]", tidy)) == len(re.split(r"[\s-]", spelling)) else spelling


def _parentheses(text: str) -> list[tuple[str, str]]:
    """Outermost parentheses: what stands inside, and what follows; one left open ends with its
    part.
    """
    found: list[tuple[str, str]] = []
    depth = start = 0
    for place, char in enumerate(text):
        if char in "(（":
            start = place + 1 if depth == 0 else start
            depth += 1
        elif char in ")）" and depth:
            depth -= 1
            if depth == 0:
                found.append((text[start:place], text[place + 1 :].lstrip()))
        elif char in ";；؛" and depth:
            found.append((text[start:place], text[place:]))
            depth = 0
    if depth:
        found.append((text[start:], ""))
    return found


def _once(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
