from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import segno
from PIL import Image

from bot.exchange import links_sheet
from bot.exchange.links_sheet import InvitationLink

LINKS = [f"https://t.me/maravia_bot?start={'aB3_-x9' * 3}{number}" for number in range(3)]
INVITATIONS = [
    InvitationLink(
        person="=Amina",
        institution="Ministry of Justice",
        role="focal point",
        link=link,
        expires=datetime(2026, 12, 1, 22, 30, tzinfo=UTC),
    )
    for link in LINKS
]


def modules(png: bytes) -> list[list[bool]]:
    """The dark modules of a code, without its quiet zone of four."""
    with Image.open(BytesIO(png)) as picture:
        grey = picture.convert("L")
    side = grey.width // 8
    return [
        [grey.getpixel((8 * column + 4, 8 * row + 4)) == 0 for column in range(4, side - 4)]
        for row in range(4, side - 4)
    ]


def test_a_code_says_the_link_and_nothing_else() -> None:
    expected = segno.make_qr(LINKS[0], error="m").matrix
    assert modules(links_sheet.qr_png(LINKS[0])) == [list(map(bool, row)) for row in expected]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_row_carries_the_code_of_its_own_link(language: str, tmp_path: Path) -> None:
    path = tmp_path / "links.xlsx"
    count = links_sheet.write(
        path,
        INVITATIONS,
        labels=lambda key: key.rpartition(".")[2],
        language=language,
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        zone=timezone(timedelta(hours=3)),
    )
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert count == len(INVITATIONS)
    assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[4] for row in rows] == LINKS
    assert {row[0] for row in rows} == {"=Amina"}
    assert rows[0][3] == datetime(2026, 12, 2, 1, 30)  # noqa: DTZ001  # three hours ahead
    codes = {image.anchor._from.row: image._data() for image in sheet._images}  # type: ignore[attr-defined]
    assert codes == {4 + place: links_sheet.qr_png(link) for place, link in enumerate(LINKS)}


def test_nobody_to_invite_is_an_empty_sheet(tmp_path: Path) -> None:
    made_at = datetime(2026, 11, 23, tzinfo=UTC)
    path = tmp_path / "links.xlsx"
    assert links_sheet.write(path, [], labels=str, language="fr", made_at=made_at) == 0
    assert openpyxl.load_workbook(path).worksheets[0].max_row == 4
