"""Progress as a picture for the chat: few bars, large type, each count written where it belongs.

A status is told by its colour, its pattern and its word. Bars are shares: an institution with three
recommendations is as readable as one with three hundred. Arabic is laid out from right to left.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from bot.domain.screens import Text, text
from bot.domain.views.digests import Group
from bot.texts import direction, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text as Label

Words: TypeAlias = Callable[[Text], str]  # the words of a text, in the language of the picture


MOST_BARS = 12  # more than that nobody reads on a phone; the goals are known by their numbers
GOALS = 17

_WIDTH = 1080  # pixels
_MARGIN = 56
_BREADTH = _WIDTH - 2 * _MARGIN
_DPI = 100
_SHORT_WORD = 21  # characters beside a swatch, where two stand in a row
_SMALLEST = 0.75  # of its size: how small a label may become before it is shortened
_RIGHT_TO_LEFT_MARK = "\u200f"
_INK, _GREY, _PAPER = "#1A1A1A", "#595959", "#FFFFFF"
# Colours of Okabe and Ito, told apart in every kind of colour blindness, each with a pattern.
_LOOKS = {
    "implemented": ("#0072B2", ""),
    "continuous": ("#009E73", "++"),
    "partially_implemented": ("#56B4E9", "//"),
    "in_progress": ("#F0E442", "\\\\"),
    "planned": ("#E69F00", "--"),
    "not_started": ("#D55E00", "xx"),
    "no_information": ("#D9D9D9", ".."),
}
_MEASURED = ("#0072B2", "")
_OTHER_PATTERNS = ("||", "oo", "**", "OO", "///", "xxx")
_OTHER_LOOKS = (("#CC79A7", "||"), ("#999999", "oo"), ("#FFFFFF", "OO"), ("#B3CDE3", "**"))


@dataclass(frozen=True)
class Bar:
    """One bar: its name in the language of the picture, and a count for each status."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of the bar."""
        return sum(self.counts)


@dataclass(frozen=True)
class Figures:
    """Recommendations by implementation status, and by what else `subject` says.

    `statuses` are codes, in the order in which they are shown; `meanings` says of a State's own
    which of the first seven each counts as. By status there is one bar, all of them; else one for
    each institution (mechanism, theme, goal, period). `total` counts a recommendation once, where
    bars may share one.
    """

    subject: str  # a code of `bot.domain.progress.Subject`
    statuses: tuple[str, ...]
    bars: tuple[Bar, ...]
    total: int
    as_of: date
    meanings: Mapping[str, str] = field(default_factory=dict)


def as_text(figures: Figures) -> list[tuple[str, int, tuple[tuple[str, int], ...]]]:
    """The same figures as rows: name, total, and each status that occurs with its count."""
    return [
        (
            bar.name,
            bar.total,
            tuple(
                (status, count)
                for status, count in zip(figures.statuses, bar.counts, strict=True)
                if count
            ),
        )
        for bar in figures.bars
    ]


def shown(figures: Figures, others: str) -> Figures:
    """The figures with no more bars than a picture shows: the smallest become one, so called."""
    most = GOALS + 1 if figures.subject == "sdg" else MOST_BARS  # and what names no goal
    return replace(figures, bars=tuple(_fewer(figures.bars, most, others)))


def draw(path: Path, figures: Figures, words: Words, language: str, *, made_by: str = "") -> None:
    """Draw the figures as a PNG, 1,080 pixels wide and as high as they need."""
    page = _Page(words, language)
    _lay_out(page, figures, made_by)
    _save(page, path)


def draw_measures(
    path: Path,
    title: Text,
    groups: Sequence[Group],
    words: Words,
    language: str,
    *,
    as_of: date,
    made_by: str = "",
) -> None:
    """Draw groups of bars, each under its heading and by what a whole bar stands for, as a PNG."""
    page = _Page(words, language)
    page.line(page.words(title), size=52, bold=True, gap=20)
    day = text("picture.as_of", date=page.day(as_of))
    page.line(page.words(day), size=32, color=_GREY, gap=6 if made_by else 44)
    page.made_by(made_by)
    for group in groups:
        if group.title is not None:
            page.line(page.words(group.title), size=32, color=_GREY, gap=30)
        most = group.most or max((each.size for each in group.measures), default=0)
        for each in group.measures:
            name, shown_at_end = page.words(each.name), page.words(each.shown)
            page.line(name, size=36, bold=True, at_end=shown_at_end, gap=12)
            page.bar(_MEASURED, each.size / most if most else 0)
            page.skip(34)
        page.skip(20)
    _save(page, path)


def _save(page: _Page, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # takes 0.7 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(_WIDTH / _DPI, page.height / _DPI), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, _WIDTH)
    axes.set_ylim(page.height, 0)
    axes.set_axis_off()
    with warnings.catch_warnings():
        # A name may hold a character that no font here has: it shows as a box, the rest is there.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        page.paint(axes)
        figure.savefig(path, format="png", metadata={"Software": None})


def _lay_out(page: _Page, figures: Figures, made_by: str) -> None:
    page.line(page.words(text(f"picture.title.{figures.subject}")), size=52, bold=True, gap=20)
    as_of = text("picture.as_of", date=page.day(figures.as_of))
    page.line(page.words(as_of), size=32, color=_GREY, gap=6)
    total = text("picture.total", count=figures.total)
    page.line(page.words(total), size=32, color=_GREY, gap=6 if made_by else 44)
    page.made_by(made_by)
    if figures.subject == "status":
        for bar in figures.bars:
            _one_bar_a_status(page, figures, bar)
        return
    _legend(page, figures)
    for bar in shown(figures, page.words(text("picture.others"))).bars:
        page.line(bar.name, size=34, bold=True, at_end=page.number(bar.total), gap=12)
        page.stack([(look, count) for look, count in zip(_looks(figures), bar.counts, strict=True)])
        page.skip(36)


def _one_bar_a_status(page: _Page, figures: Figures, bar: Bar) -> None:
    most = max(bar.counts, default=0)
    rows = zip(figures.statuses, _looks(figures), bar.counts, strict=True)
    for status, look, count in rows:
        number = page.share(count, bar.total)
        page.line(page.status(status), size=36, bold=True, at_end=number, gap=12)
        page.bar(look, count / most if most else 0)
        page.skip(34)


def _legend(page: _Page, figures: Figures) -> None:
    """The statuses that occur, two in a row where their words are short enough."""
    rows = zip(figures.statuses, _looks(figures), strict=True)
    occurring = [
        (look, page.status(status))
        for place, (status, look) in enumerate(rows)
        if any(bar.counts[place] for bar in figures.bars)
    ]
    columns = 2 if all(len(word) <= _SHORT_WORD for _, word in occurring) else 1
    for place, (look, word) in enumerate(occurring):
        page.swatch(look, word, column=place % columns, columns=columns)
        if (place + 1) % columns == 0 or place == len(occurring) - 1:
            page.skip(60)
    page.skip(36)


def _looks(figures: Figures) -> list[tuple[str, str]]:
    """A colour and a pattern for each status, no two of them alike while patterns last.

    Statuses of the State's own have the colour of what they count as and a pattern of their own;
    those that count as nothing known take what is left.
    """
    others = iter(_OTHER_LOOKS * (len(figures.statuses) // len(_OTHER_LOOKS) + 1))
    patterns = iter(_OTHER_PATTERNS * (len(figures.statuses) // len(_OTHER_PATTERNS) + 1))
    found = []
    for each in figures.statuses:
        look = _LOOKS.get(each)
        if look is None and (alike := _LOOKS.get(figures.meanings.get(each, ""))) is not None:
            look = (alike[0], next(patterns))
        found.append(look or next(others))
    return found


def _fewer(bars: Sequence[Bar], most: int, others: str) -> list[Bar]:
    """The bars in their order; where there are too many, the smallest become one."""
    if len(bars) <= most:
        return list(bars)
    by_size = sorted(range(len(bars)), key=lambda place: -bars[place].total)
    kept = sorted(by_size[: most - 1])
    folded = [bars[place].counts for place in by_size[most - 1 :]]
    name = f"{others} ({len(folded)})"
    return [*(bars[place] for place in kept), Bar(name, tuple(map(sum, zip(*folded, strict=True))))]


@dataclass(frozen=True)
class _Style:
    size: int  # pixels
    bold: bool = False
    color: str = _INK


class _Page:
    """A page filled from top to bottom in pixels, mirrored where the language asks for it."""

    def __init__(self, words: Words, language: str) -> None:
        self.words = words
        self.height = _MARGIN
        self._language = language
        self._mirrored = direction(language) == "rtl"
        self._strokes: list[Callable[[Axes], object]] = []

    def status(self, code: str) -> str:
        """The word of a status, as a heading."""
        word = self.words(text(f"status.{code}"))
        return word[:1].upper() + word[1:]

    def day(self, day: date) -> str:
        """A date with its year: a picture is kept for longer than a message."""
        return format_date(
            day, "long", locale="en_GB" if self._language == "en" else self._language
        )

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self._language)

    def share(self, count: int, of: int) -> str:
        """A number with its percentage, in the order of reading: `84 (28%)`."""
        if not of:
            return self.number(count)
        some = 0 < count / of < 0.01
        percent = format_percent(0.01 if some else count / of, locale=self._language)
        mark = _RIGHT_TO_LEFT_MARK if self._mirrored else ""
        return f"{mark}{self.number(count)} ({'<' if some else ''}{percent}){mark}"

    def made_by(self, name: str) -> None:
        """By whom the picture was made, where somebody asked for it."""
        if name:
            said = self.words(text("picture.made_by", by=name))
            self.line(said, size=32, color=_GREY, gap=44)

    def skip(self, pixels: int) -> None:
        self.height += pixels

    def paint(self, axes: Axes) -> None:
        """Put everything on the axes."""
        for stroke in self._strokes:
            stroke(axes)

    def line(
        self,
        words: str,
        *,
        size: int,
        gap: int,
        bold: bool = False,
        color: str = _INK,
        at_end: str = "",
    ) -> None:
        """A line of text, and another at the far end of it; `gap` pixels below."""
        base = self.height + 0.8 * size
        room = _BREADTH - (len(at_end) + 1) * 0.7 * size
        style = _Style(size, bold=bold, color=color)
        self._write(_MARGIN, base, " ".join(words.split()), style, room=room)
        if at_end:
            self._write(_WIDTH - _MARGIN, base, at_end, style, towards="end")
        self.skip(size + gap)

    def swatch(self, look: tuple[str, str], word: str, *, column: int, columns: int) -> None:
        """A patch of a status with its word behind it."""
        start = _MARGIN + column * _BREADTH // columns
        self._block(start, 56, 44, look)
        room = _BREADTH / columns - 84
        self._write(start + 72, self.height + 33, word, _Style(32), room=room)

    def bar(self, look: tuple[str, str], share: float) -> None:
        """A bar over this share of the width."""
        if share:
            self._block(_MARGIN, max(share * _BREADTH, 6), 48, look)
        self.skip(48)

    def stack(self, parts: Sequence[tuple[tuple[str, str], int]]) -> None:
        """A bar over the whole width, cut by the counts; no part is narrower than its number."""
        height, start = 64, float(_MARGIN)
        parts = [part for part in parts if part[1]]
        least = [30 + 19 * len(self.number(count)) for _, count in parts]
        widths = _shared(_BREADTH, [count for _, count in parts], least)
        for (look, count), width in zip(parts, widths, strict=True):
            self._block(start, width, height, look)
            number, middle = self.number(count), start + width / 2
            self._write(middle, self.height + 43, number, _Style(30, bold=True), towards="middle")
            start += width
        self.skip(height)

    def _block(self, start: float, width: float, height: int, look: tuple[str, str]) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        color, pattern = look
        left = _WIDTH - start - width if self._mirrored else start
        block = Rectangle(
            (left, self.height), width, height, facecolor=color, edgecolor=_INK, linewidth=1.5
        )
        block.set_hatch(pattern)
        block.set_hatchcolor("#00000066")
        self._strokes.append(lambda axes: axes.add_patch(block))

    def _write(
        self,
        x: float,
        base: float,
        words: str,
        style: _Style,
        *,
        towards: Literal["start", "middle", "end"] = "start",
        room: float = _BREADTH,
    ) -> None:
        start, end = ("right", "left") if self._mirrored else ("left", "right")
        on_pattern = {"boxstyle": "round,pad=0.18", "facecolor": _PAPER, "edgecolor": "none"}

        def stroke(axes: Axes) -> None:
            label = axes.text(
                _WIDTH - x if self._mirrored else x,
                base,
                words,
                fontsize=style.size * 72 / _DPI,
                fontweight="bold" if style.bold else "normal",
                color=style.color,
                ha={"start": start, "middle": "center", "end": end}[towards],
                va="baseline",
                bbox=on_pattern if towards == "middle" else None,
                parse_math=False,
            )
            _fit(label, room)

        self._strokes.append(stroke)


def _fit(label: Label, room: float) -> None:
    """Make a label that is too wide smaller, then shorter."""
    width = label.get_window_extent().width
    if width > room:
        label.set_fontsize(float(label.get_fontsize()) * max(room / width, _SMALLEST))
    while (width := label.get_window_extent().width) > room and len(label.get_text()) > 1:
        words = label.get_text()
        label.set_text(shorten(words, min(len(words) - 1, int(len(words) * room / width))))


def _shared(width: float, counts: Sequence[int], least: Sequence[float]) -> list[float]:
    """The width shared out by the counts, where each gets at least what it needs, if all can."""
    if sum(least) >= width:
        return [each * width / sum(least) for each in least]
    needy: set[int] = set()
    while True:
        free = width - sum(least[place] for place in needy)
        rest = sum(count for place, count in enumerate(counts) if place not in needy)
        widths = [
            least[place] if place in needy else free * count / rest
            for place, count in enumerate(counts)
        ]
        short = {place for place, each in enumerate(widths) if each < least[place]} - needy
        if not short:
            return widths
        needy |= short
