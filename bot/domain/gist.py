"""What an item asks for, without the formula that opens it: for buttons, where words are few."""

from __future__ import annotations

import re

_FORMULAS = {
    "en": (
        (
            r"the committee (?:\w+ly |also |further )?"
            r"(?:recommends|urges|requests|invites|encourages|calls (?:up)?on)"
            r"(?: that)? the state party(?: to)?\s"
        ),
        r"the state party should(?: also)?[:\s]",
        r"the committee (?:also |further )?(?:recommends that|is concerned (?:that|about|at|by))\s",
    ),
    "fr": (
        (
            r"le comité (?:recommande|demande|prie|invite|engage|encourage|exhorte)"
            r"(?: également| aussi)? (?:à )?l['’]état partie (?:de |d['’]|à )"
        ),
        r"l['’]état partie devrait(?: également| aussi)?\s",
        r"le comité (?:s['’]inquiète de ce que?|est préoccupé par(?: le fait que?)?)\s",
    ),
    "ar": (
        r"(?:كما )?(?:توصي|تحث|تدعو|تشجع) اللجنة الدولة الطرف (?:على |إلى )?",
        r"ينبغي للدولة الطرف (?:أن )?",
    ),
}
_READ = {each: re.compile("|".join(words), re.IGNORECASE) for each, words in _FORMULAS.items()}


def gist(words: str, language: str) -> str:
    """The words behind the formula, with a capital first; all of them where none is known."""
    formula = _READ.get(language[:2])
    found = formula.match(words) if formula else None
    rest = words[found.end() :].lstrip(" :") if found else ""
    return rest[:1].upper() + rest[1:] if rest else words
