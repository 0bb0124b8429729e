"""A poster (A4) that invites to a consultation: what, when, a QR code and its link, on what terms.

Drawn apart from the bot, once as a picture for chats and once as a PDF for paper. Arabic is laid
out from right to left.
"""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.exchange.links_sheet import qr_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE, PAPER = "poster.png", "poster.pdf"

_WIDTH, _HEIGHT = 8.27, 11.69  # inches
_DPI = 150
_MARGIN = 0.09  # of the width
_INK, _GREY = "#1A1A1A", "#595959"
_CODE = 0.46  # the side of the code, of the width
_LINE = 1.45  # of the size of the type


def draw(arguments: Mapping[str, Any], folder: str) -> dict[str, str]:
    """Draw `title`, `words`, `facts`, the code of `link`, and `terms`; gives both files' names.

    `rtl` says which way it is written; `facts` and `terms` are lists of lines.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # takes 0.7 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    sheet = _Sheet(figure, rtl=arguments["rtl"])
    sheet.write([arguments["title"]], size=30, bold=True)
    sheet.skip(0.012)
    sheet.write([arguments["words"]], size=15)
    sheet.skip(0.008)
    sheet.write(arguments["facts"], size=17, bold=True)
    sheet.code(arguments["link"])
    sheet.write([arguments["link"]], size=13, middle=True)
    sheet.skip(0.012)
    sheet.write(arguments["terms"], size=11.5, color=_GREY)
    with warnings.catch_warnings():
        # A title may hold a character that no font here has: it shows as a box, the rest is there.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        figure.savefig(Path(folder) / PICTURE, format="png", metadata={"Software": None})
        plain = {"Creator": None, "Producer": None, "CreationDate": None}
        figure.savefig(Path(folder) / PAPER, format="pdf", metadata=plain)
    return {"picture": PICTURE, "paper": PAPER}


class _Sheet:
    """A page that is filled from top to bottom; heights are parts of its height."""

    def __init__(self, figure: Figure, *, rtl: bool) -> None:
        self._figure = figure
        self._rtl = rtl
        self._at = 1 - _MARGIN * _WIDTH / _HEIGHT

    def skip(self, height: float) -> None:
        self._at -= height

    def write(
        self,
        paragraphs: Sequence[str],
        *,
        size: float,
        bold: bool = False,
        color: str = _INK,
        middle: bool = False,
    ) -> None:
        """Paragraphs, broken into lines of the page's width."""
        room = int((1 - 2 * _MARGIN) * _WIDTH * 72 / (size * (0.56 if bold else 0.5)))
        for paragraph in paragraphs:
            for line in textwrap.wrap(" ".join(paragraph.split()), room) or [""]:
                self.skip(size * _LINE / 72 / _HEIGHT)
                self._figure.text(
                    0.5 if middle else (1 - _MARGIN if self._rtl else _MARGIN),
                    self._at,
                    line,
                    fontsize=size,
                    fontweight="bold" if bold else "normal",
                    color=color,
                    ha="center" if middle else ("right" if self._rtl else "left"),
                    va="baseline",
                    parse_math=False,
                )

    def code(self, link: str) -> None:
        """The QR code of the link, in the middle."""
        from matplotlib.image import imread  # noqa: PLC0415

        height = _CODE * _WIDTH / _HEIGHT
        self.skip(height + 0.02)
        axes = self._figure.add_axes((0.5 - _CODE / 2, self._at, _CODE, height))
        axes.imshow(imread(BytesIO(qr_png(link)), format="png"), cmap="gray", interpolation="none")
        axes.set_axis_off()
