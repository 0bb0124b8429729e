"""A sheet of invitations to print, cut and hand out: each with its link and its QR code.

Whoever holds a link can knock with it once, so the file is as secret as the links in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from pathlib import Path

import segno

from bot.exchange.cells import Link
from bot.exchange.sheets import Labels, SafeSheet, safe_book

COLUMNS = ("person", "institution", "role", "expires", "link", "code")
TEXT_KEYS = tuple(f"export.links.column.{name}" for name in COLUMNS)

_WIDTHS = (24, 30, 18, 17, 64, 22)  # a link is never cut: it has no spaces to wrap at
_SIDE = 144  # pixels of a code in the sheet: some three centimetres on paper
_ROW_HEIGHT = 117  # points: the code and a margin
_SCALE = 8  # pixels of a module in the picture
_QUIET = 4  # modules of white around a code, as ISO/IEC 18004 asks
_FIRST_ROW = 4


@dataclass(frozen=True, slots=True)
class InvitationLink:
    """One invitation; `role` in words, `person` as the secretariat knows them."""

    person: str
    institution: str
    role: str
    link: str
    expires: datetime


def qr_png(link: str) -> bytes:
    """The QR code of a link as a PNG with its quiet zone; readable with a seventh of it spoilt."""
    picture = BytesIO()
    _code(link).save(picture, kind="png", scale=_SCALE, border=_QUIET)
    return picture.getvalue()


def _code(link: str) -> segno.QRCode:
    return segno.make_qr(link, error="m")


def write(
    path: Path,
    invitations: Iterable[InvitationLink],
    *,
    labels: Labels,
    language: str,
    made_at: datetime,
    zone: tzinfo = UTC,
) -> int:
    """Write the sheet to `path`; gives the number of invitations in it."""
    title = labels("export.links.title")
    with safe_book(path, language=language, title=title, made_at=made_at, zone=zone) as book:
        sheet = book.sheet(title)
        sheet.sheet.hide_gridlines(0)  # they are printed: lines to cut along
        sheet.sheet.repeat_rows(_FIRST_ROW - 1)
        for column, width in enumerate(_WIDTHS):
            sheet.sheet.set_column(column, column, width)
        sheet.sheet.write_string(0, 0, title, sheet.styles.title)
        sheet.sheet.write_string(1, 0, labels("export.links.hint"))
        sheet.header(_FIRST_ROW - 1, [labels(f"export.links.column.{name}") for name in COLUMNS])
        count = 0
        for count, invitation in enumerate(invitations, start=1):
            _write_invitation(sheet, _FIRST_ROW + count - 1, invitation)
    return count


def _write_invitation(sheet: SafeSheet, row: int, invitation: InvitationLink) -> None:
    sheet.sheet.set_row(row, _ROW_HEIGHT)
    cells = (invitation.person, invitation.institution, invitation.role, invitation.expires)
    sheet.row(row, [*cells, Link(invitation.link)])
    side, _ = _code(invitation.link).symbol_size(scale=_SCALE, border=_QUIET)
    options = {
        "image_data": BytesIO(qr_png(invitation.link)),
        "description": invitation.link,
        "object_position": 2,  # moves with its cell, keeps its size
        **dict.fromkeys(("x_offset", "y_offset"), 6),
        **dict.fromkeys(("x_scale", "y_scale"), _SIDE / side),
    }
    sheet.sheet.insert_image(row, len(COLUMNS) - 1, "code.png", options)
