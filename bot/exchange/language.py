"""Which language a text is in, told only where script or small words leave no doubt."""

from __future__ import annotations

import re

_ARABIC = re.compile("[\u0621-\u064a]")
# Letters that Arabic words never hold: Persian, Urdu, Kurdish, Pashto … are left to the person.
_NOT_ARABIC = re.compile(
    "[\u067e\u0686\u0698\u06af\u06cc\u06a9\u06c1\u06d2\u06be\u0679\u0688\u0691\u06ba\u067c\u06d5]"
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_NOT_RUSSIAN = re.compile(
    "[\u0404-\u0407\u0454-\u0457\u0490\u0491\u0402-\u040f\u0452-\u045f\u0493-\u04ff]"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_NOT_CHINESE = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

_SMALL = {
    "en": frozenset(
        "the of and to in for that with its is by on all from be are has which should".split()
    ),
    "fr": frozenset(
        "le la les des du et à en pour que dans aux au une un sur par est ses avec l d".split()
    ),
    "es": frozenset(
        "el la los las del y en para que con una un por al se su sus lo como es".split()
    ),
}


def detect(text: str) -> str | None:
    """`ar`, `en`, `es`, `fr`, `ru` or `zh` when it is sure; None when a person should be asked."""
    counts = {
        script: len(pattern.findall(text))
        for script, pattern in (("ar", _ARABIC), ("ru", _CYRILLIC), ("zh", _HAN), ("latin", _LATIN))
    }
    script, most = max(counts.items(), key=lambda each: each[1])
    # A Latin abbreviation in an Arabic or Chinese sentence is common, the other way round is not.
    weight = {"zh": 3, "ar": 1, "ru": 1, "latin": 1}
    if most == 0 or any(
        count * weight[other] > most * weight[script] * 0.5
        for other, count in counts.items()
        if other != script
    ):
        return None
    if script == "ar":
        return None if len(_NOT_ARABIC.findall(text)) * 100 > most else "ar"
    if script == "ru":
        return None if _NOT_RUSSIAN.search(text) else "ru"
    if script == "zh":
        return None if _NOT_CHINESE.search(text) else "zh"
    return _by_small_words(text)


def _by_small_words(text: str) -> str | None:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    scores = sorted(
        ((sum(word in small for word in words), code) for code, small in _SMALL.items()),
        reverse=True,
    )
    (first, code), (second, _) = scores[0], scores[1]
    sure = first >= 3 and first >= 1.6 * second and first >= len(words) * 0.12
    return code if sure else None
