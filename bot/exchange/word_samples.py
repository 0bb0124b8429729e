"""Made-up values of every field, in both directions: a template is tried with them first.

They have the shape of what `bot.exchange.matrix`, `.paragraphs` and `.national_report` give, and
`bot.works.consultation_file`.
"""

from __future__ import annotations

from typing import Any

from bot.domain.exports import TemplateKind

_ENGLISH = "Bill 12 passed its first reading. {{ words }} & <signs> stay words."
_ARABIC = "اعتُمد القانون رقم 12 في القراءة الأولى."


def values(kind: TemplateKind) -> dict[str, Any]:
    """Values for a template of that kind."""
    page = {
        "heading": "Sample",
        "documents": ["A/HRC/99/9"],
        "made": "Made on 3 May 2026 by the secretariat.",
        "narrowed": ["Everything"],
        "counted": "2 recommendations",
        "withheld": "1 restricted item appears by symbol and number only.",
    }
    match kind:
        case TemplateKind.MATRIX:
            return {**page, **_matrix()}
        case TemplateKind.PARAGRAPHS:
            return {**page, **_paragraphs()}
        case TemplateKind.NATIONAL_REPORT:
            return {**page, **_national_report()}
        case TemplateKind.CONSULTATION:
            return _consultation()


def _consultation() -> dict[str, Any]:
    contribution = {
        "head": "1 · Women’s organisations",
        "number": 1,
        "group": "Women’s organisations",
        "about": "About: recommendations 140.7",
        "text": [_part(_ENGLISH), _part(_ARABIC, rtl=True)],
        "outcome": "What became of it: partly taken up.",
        "answer": [_part("Chapter 3 speaks of ramps.")],
    }
    unanswered = {**contribution, "group": "", "answer": []}
    return {
        "heading": "What was contributed to the consultation",
        "title": _part("Child rights report"),
        "made": "Made on 3 May 2026.",
        "notes": ["Taking part neither endorses the report nor limits alternative reports."],
        "counted": "2 contributions",
        "our": {"answer": "The secretariat says:"},
        "sections": [{"title": "Education", "contributions": [contribution, unanswered]}],
    }


def _national_report() -> dict[str, Any]:
    own = _paragraphs()
    chapter = {
        "number": 1,
        "title": _part("1. Prevention of torture"),
        "note": "",
        "draft": [],
        "sections": own["sections"],
    }
    written = {
        **chapter,
        "title": _part("2. Prisons"),
        "note": "This chapter is written in the file prisons.docx.",
        "draft": [_part(_ENGLISH), _part(_ARABIC, rtl=True)],
        "sections": [],
    }
    return {"our": own["our"], "chapters": [chapter, written]}


def _part(words: str, *, rtl: bool = False, strong: bool = False) -> dict[str, Any]:
    return {"words": words, "rtl": rtl, "strong": strong}


def _cell(*parts: dict[str, Any]) -> dict[str, Any]:
    words = "\n".join(each["words"] for each in parts)
    return {"words": words, "rtl": bool(parts) and parts[0]["rtl"], "parts": list(parts)}


def _matrix() -> dict[str, Any]:
    said = (_part("In progress, as of 3 May 2026", strong=True), _part(_ENGLISH))
    named = {
        "recommendation": _cell(_part("140.7 Ratify the Optional Protocol (Mali);")),
        "states": _cell(_part("Mali")),
        "position": _cell(_part("Supported")),
        "themes": _cell(_part("A12 Acceptance of international norms")),
        "sdgs": _cell(_part("16 - PEACE, JUSTICE AND STRONG INSTITUTIONS")),
        "assessment": _cell(*said, _part(_ARABIC, rtl=True)),
    }
    shown = ("recommendation", "position", "themes", "sdgs", "assessment")
    row = {"heading": "", "number": "140.7", **named, "cells": [named[each] for each in shown]}
    empty = _cell()
    heading = {
        **dict.fromkeys(named, empty),
        "heading": "Theme: A12 Acceptance of international norms",
        "number": "",
        "cells": [],
    }
    bare = {**row, **dict.fromkeys(named, empty), "number": "140.9", "cells": [empty] * len(shown)}
    columns = [
        {"name": each, "title": each.title(), "weight": weight}
        for each, weight in zip(shown, (30, 10, 17, 14, 32), strict=True)
    ]
    return {
        "our": {"approved_only": "Approved reports only."},
        "columns": columns,
        "tables": [{"rows": [heading, row, bare]}],
    }


def _paragraphs() -> dict[str, Any]:
    answer = {
        "title": "Ministry of Justice (lead): in progress, as of 3 May 2026",
        "institution": "Ministry of Justice",
        "part": "lead",
        "status": "In progress",
        "as_of": "3 May 2026",
        "language": "English",
        "measures": _part(_ENGLISH),
        "remaining": _part(_ARABIC, rtl=True),
        "figures": _part("Prosecutions: 12 (2025; women 4, men 8)"),
        "evidence": _part("Bill 12\nGazette of 3 May"),
        "validated": ["Validated by the secretariat (officer) on 4 May 2026."],
    }
    nothing = _part("")
    bare = {
        **answer,
        **dict.fromkeys(("measures", "remaining", "figures", "evidence"), nothing),
        "validated": [],
    }
    section = {
        "title": "A/HRC/99/9 · 12",
        "symbol": "A/HRC/99/9",
        "number": "12",
        "kind": "Concern",
        "position": "",
        "follow_up": "Follow-up asked for by the committee",
        "text": _part("The Committee is concerned about prisons."),
        "about": "Concern",
        "consulted": "At least 5 contributions to consultations are about it.",
        "sentence": _part("The State has adopted the law."),
        "status": "In progress, as of 3 May 2026",
        "answers": [answer, bare],
        "independent": [{"title": "Assessment of the institute", "text": _part(_ENGLISH)}],
        "grades": [{"title": "Human Rights Committee: C, 131st session", "text": _part(_ENGLISH)}],
    }
    foreign = {
        **section,
        "follow_up": "",
        "consulted": "",
        "text": _part(_ARABIC, rtl=True),
        "about": "",
    }
    unanswered = {**foreign, "text": nothing, "sentence": nothing, "answers": []}
    labels = ("approved_only", "remaining", "figures", "evidence")
    return {
        "our": {each: each.replace("_", " ").capitalize() for each in labels},
        "sections": [section, foreign, unanswered],
    }
