"""Posters of consultations: one page, the link in letters and as a code, either way of writing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from bot.exchange import poster
from tests.conftest import missing

LINK = "https://t.me/maravia_bot?start=c-h4k7mn2pqr"
TEXTS = {
    "en": ("Schools", "What should the report say?", "Meeting: 18 December, 10:00."),
    "ar": ("المدارس", "ماذا ينبغي أن يقول التقرير؟", "الاجتماع: 18 ديسمبر."),
}


def drawn(folder: Path, language: str, **changed: str) -> None:
    title, words, fact = TEXTS[language]
    arguments = {
        "rtl": language == "ar",
        "title": title,
        "words": words,
        "facts": [fact],
        "link": LINK,
        "terms": ["", "x"],
    }
    made = poster.draw(arguments | changed, str(folder))
    assert made == {"picture": "poster.png", "paper": "poster.pdf"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_is_one_page_with_the_link_to_type(tmp_path: Path, language: str) -> None:
    if shutil.which("pdftotext") is None:
        missing("office", "poppler-utils is not installed")
    drawn(tmp_path, language)
    told = subprocess.run(
        ["pdftotext", tmp_path / poster.PAPER, "-"], capture_output=True, check=True, text=True
    )
    assert LINK in told.stdout
    assert told.stdout.count("\f") == 1


def test_the_code_is_in_the_middle_and_arabic_begins_at_the_right(tmp_path: Path) -> None:
    sides = {}
    for language in TEXTS:
        drawn(tmp_path, language)
        with Image.open(tmp_path / poster.PICTURE) as opened:
            picture = opened.convert("L")
        width, height = picture.size
        title = picture.crop((0, 0, width, height // 7)).point(lambda each: 255 - each)
        left, _top, right, _bottom = title.getbbox() or (0, 0, 0, 0)
        sides[language] = (left, width - right)
        dark = picture.resize((16, 23)).getpixel((8, 10))
        assert isinstance(dark, int)
        assert dark < 200, "the code"
    assert sides["en"][0] < sides["en"][1]
    assert sides["ar"][0] > sides["ar"][1]


def test_a_long_title_and_a_formula_are_only_words(tmp_path: Path) -> None:
    drawn(tmp_path, "en", title="$x^2$ " + "Schools and everything else " * 4)
    assert (tmp_path / poster.PICTURE).stat().st_size > 5_000
