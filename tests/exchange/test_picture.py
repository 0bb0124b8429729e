from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.progress import TOLD_APART, Subject
from bot.domain.screens import Text
from bot.exchange import picture
from bot.exchange.picture import Bar, Figures

STATUSES = (
    *("implemented", "continuous", "partially_implemented", "in_progress"),
    *("planned", "not_started", "no_information"),
)
JUSTICE = Bar("Ministry of Justice", (84, 12, 60, 99, 30, 14, 1))
BLUE, GREY = (0, 0x72, 0xB2), (0xD9, 0xD9, 0xD9)


def figures(*bars: Bar, subject: str = "institution") -> Figures:
    total = sum(bar.total for bar in bars)
    return Figures(subject, STATUSES, bars, total, date(2026, 11, 23))


def words(text: Text) -> str:
    return text.key.rpartition(".")[2]


def drawn(folder: Path, made: Figures, language: str = "en") -> Image.Image:
    path = folder / "progress.png"
    picture.draw(path, made, words, language)
    with Image.open(path) as image:
        return image.convert("RGB")


def columns_of(image: Image.Image, color: tuple[int, int, int]) -> list[int]:
    """Where, from left to right, the lower part of the picture shows this colour."""
    width, height = image.size
    pixels = image.load()
    assert pixels is not None
    lower = range(height * 3 // 4, height)
    return [x for x in range(width) if any(pixels[x, y] == color for y in lower)]


def test_a_picture_is_as_wide_as_a_phone_and_fits_telegram(tmp_path: Path) -> None:
    """Telegram takes a photo of at most 10,000 pixels of width and height together."""
    one = drawn(tmp_path, figures(JUSTICE))
    many = drawn(tmp_path, figures(*[JUSTICE] * 300))
    assert one.width == many.width == 1080
    assert one.height < many.height < 3_000


def test_bars_start_where_the_language_starts(tmp_path: Path) -> None:
    english = columns_of(drawn(tmp_path, figures(JUSTICE), "en"), BLUE)
    arabic = columns_of(drawn(tmp_path, figures(JUSTICE), "ar"), BLUE)
    assert max(english) < 540 < min(arabic)


def test_by_status_there_is_a_bar_for_each(tmp_path: Path) -> None:
    image = drawn(tmp_path, figures(JUSTICE, subject="status"))
    lengths = {color: len(columns_of(image, color)) for color in (GREY, (0xD5, 0x5E, 0))}
    assert 0 < lengths[GREY] < lengths[0xD5, 0x5E, 0]  # 1 without information, 14 not started


@pytest.mark.parametrize(
    "name", ["$x^2", "🏳️ \n line", "Very long " * 30, "وزارة العدل", "司法部", ""]
)
def test_any_name_can_be_drawn(name: str, tmp_path: Path) -> None:
    assert drawn(tmp_path, figures(Bar(name, JUSTICE.counts))).width == 1080


def test_nothing_to_show_is_still_a_picture(tmp_path: Path) -> None:
    for subject in (*TOLD_APART, Subject.TIME):
        assert drawn(tmp_path, figures(subject=subject)).width == 1080
    assert drawn(tmp_path, figures(Bar("none", (0,) * 7), subject="status")).width == 1080


def test_too_many_bars_become_fewer_and_lose_no_count() -> None:
    bars = [Bar(f"Institution {number}", (number, 1, 0, 0, 0, 0, 0)) for number in range(40)]
    fewer = picture._fewer(bars, picture.MOST_BARS, "others")
    assert len(fewer) == picture.MOST_BARS
    assert sum(bar.total for bar in fewer) == sum(bar.total for bar in bars)
    assert [bar.name for bar in fewer[:-1]] == [bar.name for bar in bars[29:]]
    assert fewer[-1].name == "others (29)"


def test_every_status_has_a_colour_and_a_pattern_of_its_own() -> None:
    own = Figures("theme", (*STATUSES, "suspended", "disputed"), (), 0, date(2026, 11, 23))
    looks = picture._looks(own)
    assert len({color for color, _ in looks}) == len({pattern for _, pattern in looks}) == 9


def test_a_status_of_its_own_has_the_colour_of_what_it_counts_as_and_another_pattern() -> None:
    statuses = (*STATUSES, "s1", "s2")
    meanings = {"s1": "in_progress", "s2": "in_progress"}
    looks = picture._looks(Figures("theme", statuses, (), 0, date(2026, 11, 23), meanings))
    alike = [looks[statuses.index(each)] for each in ("in_progress", "s1", "s2")]
    assert len({color for color, _ in alike}) == 1
    assert len({pattern for _, pattern in alike}) == 3


def test_the_same_figures_can_be_told_in_words() -> None:
    assert picture.as_text(figures(JUSTICE, Bar("Parliament", (0, 0, 0, 5, 0, 0, 0)))) == [
        ("Ministry of Justice", 300, tuple(zip(STATUSES, JUSTICE.counts, strict=True))),
        ("Parliament", 5, (("in_progress", 5),)),
    ]


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 200)), min_size=1, max_size=12))
def test_a_bar_is_shared_out_without_rest(parts: list[tuple[int, int]]) -> None:
    counts, least = zip(*parts, strict=True)
    widths = picture._shared(968, counts, least)
    assert sum(widths) == pytest.approx(968)
    if sum(least) <= 968:
        assert all(each >= need - 1e-6 for each, need in zip(widths, least, strict=True))


def test_matplotlib_is_loaded_only_to_draw() -> None:
    code = "import sys, bot.exchange.picture; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
