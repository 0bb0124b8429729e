"""Codes of human-rights mechanisms: by their short and long names, and by document symbols."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import takewhile

from bot.exchange.vocabulary import fold

REVIEW = "UPR"

# One mechanism a line: its code, then the names it goes by in documents.
_NAMES = """
UPR | Universal Periodic Review | Working Group on the Universal Periodic Review | EPU | EPU/UPR
UPR | Examen périodique universel | Examen Periódico Universal | الاستعراض الدوري الشامل
UPR | Универсальный периодический обзор | УПО | 普遍定期审议 | UPR Working Group
CERD | Committee on the Elimination of Racial Discrimination | CEDR | КЛРД
CERD | Comité pour l'élimination de la discrimination raciale
CERD | Comité para la Eliminación de la Discriminación Racial
CERD | لجنة القضاء على التمييز العنصري | Комитет по ликвидации расовой дискриминации
CERD | 消除种族歧视委员会
CESCR | Committee on Economic, Social and Cultural Rights | DESC | Comité DESC
CESCR | Comité des droits économiques, sociaux et culturels
CESCR | Comité de Derechos Económicos, Sociales y Culturales
CESCR | اللجنة المعنية بالحقوق الاقتصادية والاجتماعية والثقافية
CESCR | Комитет по экономическим, социальным и культурным правам | 经济、社会及文化权利委员会
CCPR | Human Rights Committee | HRCttee | HRC Committee | HRCtte | Comité des droits de l'homme
CCPR | Comité de Derechos Humanos | اللجنة المعنية بحقوق الإنسان | Комитет по правам человека
CCPR | 人权事务委员会
CEDAW | Committee on the Elimination of Discrimination against Women | CEDEF | КЛДЖ
CEDAW | Comité pour l'élimination de la discrimination à l'égard des femmes
CEDAW | Comité para la Eliminación de la Discriminación contra la Mujer
CEDAW | اللجنة المعنية بالقضاء على التمييز ضد المرأة
CEDAW | Комитет по ликвидации дискриминации в отношении женщин | 消除对妇女歧视委员会
CAT | Committee against Torture | Comité contre la torture | Comité contra la Tortura
CAT | لجنة مناهضة التعذيب | Комитет против пыток | 禁止酷刑委员会
CRC | Committee on the Rights of the Child | CDE | Comité des droits de l'enfant
CRC | Comité de los Derechos del Niño | لجنة حقوق الطفل | Комитет по правам ребенка | 儿童权利委员会
CMW | Committee on the Protection of the Rights of All Migrant Workers and Members of Their Families
CMW | Committee on Migrant Workers
CMW | Comité pour la protection des droits de tous les travailleurs migrants
CMW | Comité des travailleurs migrants
CMW | Comité de Protección de los Derechos de Todos los Trabajadores Migratorios y de sus Familiares
CMW | اللجنة المعنية بحماية حقوق جميع العمال المهاجرين وأفراد أسرهم
CMW | Комитет по защите прав всех трудящихся-мигрантов и членов их семей
CMW | 保护所有移徙工人及其家庭成员权利委员会 | 移徙工人委员会
CRPD | Committee on the Rights of Persons with Disabilities
CRPD | Comité des droits des personnes handicapées
CRPD | Comité sobre los Derechos de las Personas con Discapacidad
CRPD | اللجنة المعنية بحقوق الأشخاص ذوي الإعاقة | Комитет по правам инвалидов | 残疾人权利委员会
CED | Committee on Enforced Disappearances | Comité des disparitions forcées
CED | Comité contra la Desaparición Forzada | Comité contra las Desapariciones Forzadas
CED | اللجنة المعنية بحالات الاختفاء القسري
CED | Комитет по насильственным исчезновениям | 强迫失踪问题委员会
SPT | Subcommittee on Prevention of Torture
SPT | Sous-Comité pour la prévention de la torture | Subcomité para la Prevención de la Tortura
SPT | اللجنة الفرعية لمنع التعذيب | Подкомитет по предупреждению пыток | 防范酷刑小组委员会
ACHPR | CADHP | African Commission on Human and Peoples' Rights
ACHPR | Commission africaine des droits de l'homme et des peuples
ACHPR | اللجنة الأفريقية لحقوق الإنسان والشعوب
AFCHPR | African Court on Human and Peoples' Rights
AFCHPR | Cour africaine des droits de l'homme et des peuples
ACERWC | CAEDBE | African Committee of Experts on the Rights and Welfare of the Child
APRM | MAEP | African Peer Review Mechanism
ECOWAS-COURT | ECOWAS Court | Court of Justice of the ECOWAS | Cour de justice de la CEDEAO
IACHR | CIDH | Inter-American Commission on Human Rights
IACHR | Comisión Interamericana de Derechos Humanos
IACTHR | Corte IDH | Inter-American Court of Human Rights | Corte Interamericana de Derechos Humanos
MESECVI | Follow-up mechanism to the Belém do Pará Convention
ECTHR | CEDH | European Court of Human Rights | Cour européenne des droits de l'homme
CPT | European Committee for the Prevention of Torture
CPT | Comité européen pour la prévention de la torture
ECRI | European Commission against Racism and Intolerance
GREVIO | Group of Experts on Action against Violence against Women and Domestic Violence
GRETA | Group of Experts on Action against Trafficking in Human Beings
ECSR | CEDS | European Committee of Social Rights | Comité européen des Droits sociaux
ACFC | Advisory Committee on the Framework Convention for National Minorities
ODIHR | BIDDH | OSCE Office for Democratic Institutions and Human Rights
AHRC-LAS | Arab Human Rights Committee | لجنة حقوق الإنسان العربية | لجنة الميثاق
AICHR | ASEAN Intergovernmental Commission on Human Rights
IPHRC | Independent Permanent Human Rights Commission
CEACR | Committee of Experts on the Application of Conventions and Recommendations
NHRI | National Human Rights Institution | INDH | المؤسسة الوطنية لحقوق الإنسان
OHCHR | HCDH | Office of the United Nations High Commissioner for Human Rights
"""

_SYMBOLS = (
    (re.compile(r"^CAT/OP/"), "SPT"),
    (re.compile(r"^(CERD|CEDAW|CCPR|CAT|CRC|CMW|CRPD|CED)/"), None),
    (re.compile(r"^E/C\.12/"), "CESCR"),
    (re.compile(r"^A/HRC/WG\.6/"), REVIEW),
)

# A mandate of the Human Rights Council is coded by its kind of holder and its subject.
_HOLDERS = (
    (
        re.compile(r"^(?:the )?(?:special rapporteur|rapporteuse? speciale?|sr)\b", re.IGNORECASE),
        "SR",
    ),
    (re.compile(r"^(?:the )?(?:independent expert|expert independant|ie)\b", re.IGNORECASE), "IE"),
    (re.compile(r"^(?:the )?(?:working group|groupe de travail|wg)\b", re.IGNORECASE), "WG"),
)
_SMALL = frozenset(
    "on the of in to for as a an by from with against situation human rights right all".split()
)


def code_of(name: str) -> str | None:
    """The code of a mechanism by a name, short or long: `- CRC`, `Human Rights Committee`, `EPU`.

    Mandates of the Human Rights Council get a code of kind and subject: `SR-TORTURE`,
    `WG-ARBITRARY-DETENTION`.
    """
    bare = name.strip().removeprefix("-").strip()
    if found := _codes().get(fold(bare)):
        return found
    if inner := re.fullmatch(r"(.+?)\s*\(([^()]+)\)", bare):  # Committee against Torture (CAT)
        return code_of(inner[2]) or code_of(inner[1])
    plain = _plain(bare)
    for pattern, holder in _HOLDERS:
        if found_holder := pattern.match(plain):
            words = re.findall(r"[a-z]+|,", plain[found_holder.end() :].casefold())
            subject = [word for word in takewhile(_goes_on, words) if word not in _SMALL]
            return "-".join([holder, *subject[:4]]).upper() if subject else None
    return None


def _goes_on(word: str) -> bool:
    """Long names add to the subject what short ones leave out: `torture and other cruel …`."""
    return word not in {",", "and"}


def of_symbol(symbol: str | None) -> str | None:
    """The mechanism that a document symbol names: `CEDAW/C/IRQ/CO/8`; None for `A/HRC/25/5`."""
    for pattern, code in _SYMBOLS:
        if found := pattern.match((symbol or "").upper()):
            return code or found[1]
    return None


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for line in _NAMES.strip().splitlines():
        code, *names = line.split(" | ")
        for name in (code, *names):
            codes.setdefault(fold(name), code)
    return codes


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
