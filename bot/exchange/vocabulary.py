"""Words that files use for columns, positions and kinds, in the languages that files come in."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from bot.domain.kinds import Kind, Position


def fold(words: str) -> str:
    """Words and names as they are compared: no case, accents, punctuation or spaces."""
    plain = unicodedata.normalize("NFKD", words).casefold()
    return "".join(char for char in plain if char.isalnum())


_POSITIONS = {
    Position.SUPPORTED: (
        *("supported", "accepted", "enjoys support", "enjoys the support", "supports", "accepts"),
        *(
            "acceptée",
            "accepté",
            "appuyée",
            "appuyé",
            "soutenue",
            "bénéficie de l'appui",
            "recueille l'appui",
        ),
        *("apoyada", "aceptada", "cuenta con el apoyo", "apoyado", "aceptado"),
        *("поддержана", "поддержано", "принята", "поддерживается", "поддержанная", "принято"),
        *("مقبولة", "مؤيدة", "تحظى بالتأييد", "حظيت بالتأييد", "مقبول", "مدعومة", "تؤيد", "أيدت"),
        *("支持", "接受", "获支持", "得到支持"),
        "aceite",
    ),
    Position.NOTED: (
        *(
            "noted",
            "rejected",
            "not supported",
            "not accepted",
            "notes",
            "takes note",
            "did not enjoy support",
        ),
        *("notée", "noté", "prise en note", "prend note", "pris note", "rejetée", "non acceptée"),
        *(
            "anotada",
            "tomada nota",
            "se toma nota",
            "tomó nota",
            "rechazada",
            "se tomó nota",
            "no aceptada",
        ),
        *("принята к сведению", "принято к сведению", "отклонена", "не поддержана"),
        *(
            "أحيط علما",
            "أحيط بها علما",
            "محاط بها علما",
            "أحاطت علما",
            "مرفوضة",
            "تحيط علما",
            "ملاحظة",
        ),
        *("注意到", "已注意", "予以注意", "不接受", "表示注意"),
    ),
    Position.SUPPORTED_NOTED: (
        *("supported/noted", "partially supported", "partly supported", "partially accepted"),
        *(
            "supported in part",
            "supported and noted",
            "noted/supported",
            "supported_noted",
            "supported (part)",
        ),
        *(
            "acceptée/notée",
            "appuyée/notée",
            "partiellement acceptée",
            "soutenue/notée",
            "acceptée en partie",
        ),
        *("apoyada/anotada", "parcialmente aceptada", "apoyada/tomada nota", "aceptada/anotada"),
        *("поддержана/принята к сведению", "частично поддержана", "частично принята"),
        *(
            "مقبولة/أحيط علما",
            "مقبولة جزئيا",
            "مؤيدة جزئيا",
            "مؤيدة/أحيط علما",
            "مقبولة/أحيط بها علما",
        ),
        *("支持/注意到", "部分支持", "部分接受", "接受/注意到"),
    ),
    Position.PENDING: (
        *(
            "pending",
            "under examination",
            "under consideration",
            "to be decided",
            "no position",
            "deferred",
        ),
        *(
            "en attente",
            "en suspens",
            "à l'examen",
            "pendiente",
            "en estudio",
            "на рассмотрении",
            "待定",
        ),
        *("قيد النظر", "معلقة", "قيد الدراسة", "n/a"),
    ),
}

_KINDS = {
    Kind.RECOMMENDATION: (
        *(
            "recommendation",
            "recommendations",
            "recommandation",
            "recommandations",
            "توصية",
            "توصيات",
        ),
        *("recomendación", "recomendaciones", "рекомендация", "рекомендации", "建议"),
    ),
    Kind.CONCERN: (
        *("concern", "concerns", "concern or observation", "concerns/observations", "observation"),
        *(
            "observations",
            "concern/observation",
            "préoccupation",
            "préoccupations",
            "préoccupation/observation",
        ),
        *(
            "préoccupations/observations",
            "préoccupation ou observation",
            "شاغل",
            "شواغل",
            "مصدر قلق",
        ),
        *(
            "شاغل أو ملاحظة",
            "ملاحظات",
            "شواغل/ملاحظات",
            "preocupación",
            "preocupaciones/observaciones",
        ),
        *("обеспокоенность", "озабоченности/замечания", "关切", "关切/意见"),
    ),
    Kind.PLEDGE: (
        *(
            "pledge",
            "voluntary pledge",
            "commitment",
            "voluntary commitment",
            "engagement",
            "promesa",
        ),
        *(
            "engagement volontaire",
            "تعهد",
            "تعهد طوعي",
            "التزام طوعي",
            "compromiso",
            "обязательство",
            "承诺",
        ),
    ),
    Kind.QUESTION: (
        *(
            "question",
            "list-of-issues question",
            "list of issues",
            "issue",
            "point à traiter",
            "سؤال",
        ),
        *("liste de points", "مسألة", "قائمة المسائل", "cuestión", "вопрос", "问题"),
    ),
    Kind.ARTICLE: (
        *("article", "treaty article", "provision", "article de traité", "مادة", "مادة من معاهدة"),
        *("artículo", "статья", "条款"),
    ),
    Kind.VIEW: (
        *("view", "views", "decision", "view or decision", "judgment", "constatations", "décision"),
        *(
            "constatation",
            "constatation ou décision",
            "arrêt",
            "آراء",
            "قرار",
            "رأي أو قرار",
            "dictamen",
        ),
        *("соображения", "意见", "إبداء الآراء"),
    ),
    Kind.COMMUNICATION: (
        *("communication", "special-procedure communication", "special procedure communication"),
        *(
            "allegation letter",
            "urgent appeal",
            "communication de procédure spéciale",
            "بلاغ",
            "رسالة",
        ),
        *("بلاغ من الإجراءات الخاصة", "comunicación", "сообщение", "来文"),
    ),
}

# What templates offer to choose from; each is among the words above.
POSITION_NAMES = {
    "en": ("Supported", "Noted", "Supported/Noted", "Pending"),
    "fr": ("Acceptée", "Notée", "Acceptée/Notée", "En attente"),
    "ar": ("مقبولة", "أحيط علماً", "مقبولة/أحيط علماً", "قيد النظر"),
}
KIND_NAMES = {
    "en": (
        *("Recommendation", "Concern or observation", "Pledge", "List-of-issues question"),
        *("Treaty article", "View or decision", "Special-procedure communication"),
    ),
    "fr": (
        *("Recommandation", "Préoccupation ou observation", "Engagement", "Point à traiter"),
        *("Article de traité", "Constatation ou décision", "Communication de procédure spéciale"),
    ),
    "ar": (
        *("توصية", "شاغل أو ملاحظة", "تعهد", "مسألة"),
        *("مادة من معاهدة", "رأي أو قرار", "بلاغ من الإجراءات الخاصة"),
    ),
}


def position(words: str) -> Position | None:
    """The position that the words of a cell name in any language; None when they name none."""
    bare = fold(words)
    if found := _folded_positions().get(bare):
        return found
    # "The recommendation enjoys the support of Maravia": a sentence, not a word.
    if re.search(
        r"\b(not\s+(enjoy|support|accept)|cannot\s+support|reject|noted?\b|takes? note)",
        words,
        re.IGNORECASE,
    ):
        both = re.search(
            r"(?<!not )(?<!not enjoy )\b(partially|partly|supported\s*[/&])", words, re.IGNORECASE
        )
        return Position.SUPPORTED_NOTED if both else Position.NOTED
    if re.search(r"\b(support(s|ed)?|accept(s|ed)?)\b", words, re.IGNORECASE):
        both = re.search(r"\b(partially|partly|in part)\b", words, re.IGNORECASE)
        return Position.SUPPORTED_NOTED if both else Position.SUPPORTED
    return None


def kind(words: str) -> Kind | None:
    """The kind that the words of a cell name in any language; None when they name none."""
    return _folded_kinds().get(fold(words.strip().removeprefix("-")))


@cache
def _folded_positions() -> dict[str, Position]:
    return {fold(word): code for code, words in _POSITIONS.items() for word in (code.value, *words)}


@cache
def _folded_kinds() -> dict[str, Kind]:
    return {fold(word): code for code, words in _KINDS.items() for word in (code.value, *words)}
