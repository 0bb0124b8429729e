"""My workbook over real HTTP: taken, filled in, sent back, seen, sent once."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import Phone, plain
from storage.tables import jobs
from tests import maravia
from tests.journeys.network import JourneyNetwork


def columns(sheet: Worksheet) -> dict[str, int]:
    """The places of the columns, by the names in the hidden row."""
    names = [cell.value for cell in sheet[1]]
    return {str(name).partition(".")[2]: at for at, name in enumerate(names, start=1)}


def changed(data: bytes, filled: dict[str, dict[str, Any]]) -> bytes:
    """The workbook with these cells filled in, by paragraph and column."""
    book = openpyxl.load_workbook(BytesIO(data))
    for sheet in book.worksheets[1:-1]:
        places = columns(sheet)
        for row in range(3, sheet.max_row + 1):
            paragraph = sheet.cell(row, places["paragraph"]).value
            for name, value in filled.get(str(paragraph), {}).items():
                sheet.cell(row, places[name], value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


async def takes(phone: Phone) -> bytes:
    """The workbook, from the list of all assignments."""
    await phone.types("/all")
    await phone.taps("Get as a workbook")
    file = await phone.waits_for_file(within=60)
    assert file.name == "my-assignments.xlsx"
    return await phone.downloads(file)


@pytest.mark.timeout(180)
async def test_a_workbook_is_filled_in_sent_back_seen_and_sent_once(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    officer = await network.phone("Coralie", Role.OFFICER)
    data = await takes(justice)
    book = openpyxl.load_workbook(BytesIO(data))
    assert book.sheetnames == ["How to fill in", "Prevention of torture", "Other items", "Lists"]
    await justice.sends_file(data, name="my-assignments.xlsx")
    await justice.waits_for("nothing in this workbook to send", within=60)
    sent = changed(
        data,
        {
            "140.7": {"status": "In progress", "measures": "Bill 12 passed its first reading."},
            "140.9": {"status": "En cours", "measures": "Le projet de loi est au parlement."},
            "140.12": {"status": "sleeping", "measures": "Nothing."},
        },
    )
    await justice.sends_file(sent, name="renamed.xlsx")
    preview = plain((await justice.waits_for("will be sent", within=60)).text)
    assert "2 reports will be sent, 1 row is unchanged and 1 row has a mistake." in preview
    assert "140.7 · in progress · as of" in preview
    assert " · Bill 12 passed its first reading." in preview
    assert "row 4 · Status · 140.12: There is no status “sleeping”" in preview
    await justice.taps("Send (2)")
    receipt = plain((await justice.waits_for("2 reports are sent", within=60)).text)
    assert "140.7 · SU-" in receipt
    assert "140.9 · SU-" in receipt
    assert "Next: the secretariat." in receipt
    await officer.waits_for("Came in today: 2 reports")
    await justice.sends_file(sent, name="again.xlsx")
    again = plain((await justice.waits_for("3 rows are unchanged", within=60)).text)
    assert "There is nothing in this workbook to send." in again
    assert "1 row has a mistake" in again


@pytest.mark.timeout(120)
async def test_a_file_of_a_focal_point_that_is_no_workbook_is_not_kept(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    await justice.types("/export")
    assert "Your 4 assignments as a workbook" in plain(justice.screen.text)
    out = BytesIO()
    openpyxl.Workbook().save(out)
    await justice.sends_file(out.getvalue(), name="budget.xlsx")
    await justice.waits_for("This file was not kept", within=60)
    async with network.database.read() as tx:
        assert await tx.value(select(jobs.c.sha256).where(jobs.c.kind == "reports_read")) is None


@pytest.mark.timeout(120)
async def test_the_workbook_is_no_evidence_of_the_report_that_is_open(
    network: JourneyNetwork,
) -> None:
    async with network.database.write() as tx:
        await maravia.justice(tx)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    data = await takes(justice)
    await justice.types("140.7")
    await justice.taps("Report", "In progress")
    await justice.sends_file(data, name="my-assignments.xlsx")
    assert "tap Home" in plain((await justice.waits_for("not kept as evidence", within=60)).text)
    await justice.taps("Home")
    await justice.sends_file(data, name="my-assignments.xlsx")
    await justice.waits_for("nothing in this workbook to send", within=60)


@pytest.mark.timeout(180)
async def test_of_many_rows_each_is_seen_before_it_is_sent(network: JourneyNetwork) -> None:
    """Twelve reports and ten mistakes: page by page, with day, figures and what remains."""
    codes = [f"150.{place}" for place in range(1, 23)]
    async with network.database.write() as tx:
        sample = await maravia.justice(tx)
        for code in codes:
            item = await maravia.item(tx, code, {"en": f"Do what {code} says."})
            await maravia.assignment(tx, item, sample.institution_id)
    justice = await network.phone("Amal", Role.FOCAL_POINT, "MOJ")
    said: dict[str, dict[str, Any]] = {
        code: {"status": "In progress", "measures": f"Done for {code}."} for code in codes[:12]
    }
    said["150.12"] |= {
        "remaining": "The second reading.",
        "figures": "Judges trained: 12",
        "as_of": "2026-01-31",
    }
    said |= {code: {"status": "sleeping", "measures": "Nothing."} for code in codes[12:]}
    await justice.sends_file(changed(await takes(justice), said), name="my-assignments.xlsx")
    preview = plain((await justice.waits_for("will be sent", within=60)).text)
    assert "12 reports will be sent" in preview
    assert "10 rows have a mistake" in preview
    await justice.taps("See every report (12)")
    first = plain(justice.screen.text)
    assert "To be sent, 1–8 of 12." in first
    await justice.taps("More…")
    second = plain(justice.screen.text)
    assert "To be sent, 9–12 of 12." in second
    seen = first + second
    assert [code for code in codes[:12] if f"Done for {code}." not in seen] == []
    assert "as of 31 January" in second
    assert "The second reading." in second
    assert "Judges trained: 12" in second
    await justice.taps("See what is not sent (10)", "More…")
    assert "Not sent, 9–10 of 10." in plain(justice.screen.text)
    assert f"{codes[-1]}: There is no status “sleeping”" in plain(justice.screen.text)
    await justice.taps("Send (12)")
    await justice.waits_for("12 reports are sent", within=60)
    await justice.sends_file(
        changed(await takes(justice), {code: said[code] for code in codes[12:]}), name="again.xlsx"
    )
    await justice.waits_for("nothing in this workbook to send", within=60)
    await justice.taps("See what is not sent (10)")
    assert "Not sent, 1–8 of 10." in plain(justice.screen.text)
    await justice.taps("Discard")
    assert "Nothing was sent." in plain(justice.screen.text)
