"""The secretariat brings a matrix in by sending the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.people import Role
from bot.sandbox.phone import plain
from storage.tables import items
from tests.journeys.network import JourneyNetwork


@pytest.mark.parametrize(
    ("name", "total", "supported", "noted"),
    [
        ("ohchr_matrix_china_2013.docx", 252, 204, 48),
        ("ohchr_matrix_slovenia_2025.docx", 254, 217, 37),
    ],
)
async def test_a_matrix_is_previewed_and_then_imported(  # noqa: PLR0917
    network: JourneyNetwork,
    sample_data: Path,
    name: str,
    total: int,
    supported: int,
    noted: int,
) -> None:
    officer = await network.phone("Amina Sall", Role.COORDINATOR)
    await officer.sends_file(sample_data / name)
    preview = await officer.waits_for("Nothing has been imported yet", within=30)
    shown = plain(preview.text)
    assert f"{total} items" in shown
    assert f"supported: {supported}" in shown.lower()
    assert f"noted: {noted}" in shown.lower()
    await officer.taps(f"Import {total}")
    await officer.waits_for(f"Imported: {total} items", within=30)
    row = await network.row(select(func.count().label("n")).select_from(items))
    assert row["n"] == total


async def test_the_same_matrix_again_changes_nothing(
    network: JourneyNetwork, sample_data: Path
) -> None:
    officer = await network.phone("Amina Sall", Role.COORDINATOR)
    for _ in range(2):
        await officer.sends_file(sample_data / "ohchr_matrix_slovenia_2025.docx")
        await officer.waits_for("Nothing has been imported yet", within=30)
        if "254 new" in plain(officer.last.text):
            await officer.taps("Import 254")
            await officer.waits_for("Imported: 254 items", within=30)
    assert "254 unchanged" in plain(officer.last.text)
    assert officer.last.buttons == (("Discard",),)
