"""The secretariat takes the matrix out as a Word file, and brings a template of its own."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
from sqlalchemy import select

from bot.domain.people import Role
from bot.sandbox.phone import plain
from storage.tables import audit
from tests import maravia
from tests.journeys.network import JourneyNetwork


def words_of(made: bytes) -> str:
    document = docx.Document(BytesIO(made))
    cells = [cell.text for each in document.tables for row in each.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def saved(folder: Path, name: str, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(folder / name))
    return folder / name


async def test_the_secretariat_brings_a_template_of_its_own(
    network: JourneyNetwork, tmp_path: Path
) -> None:
    amina = await network.phone("Amina Sall", Role.COORDINATOR)
    async with network.database.write() as tx:
        await maravia.justice(tx)

    await amina.types("/export")
    await amina.taps("Implementation matrix by theme")
    assert "of a single document" in plain(amina.screen.text)
    assert "Make it" not in amina.screen.labels
    await amina.taps("Document", f"{maravia.REVIEW} (4)", "Make it")
    ready = await amina.waits_for(": 4 recommendations", within=60)
    (file,) = ready.files
    assert file.name.startswith("focal-point-matrix-")
    first = words_of(await amina.downloads(file))
    assert "Optional Protocol to the Convention against Torture" in first
    assert "No approved report yet" in first
    entry = await network.row(select(audit).where(audit.c.act == "export.matrix"))
    assert entry["facts"]["recommendations"] == 4

    await amina.types("/export")
    await amina.taps("Implementation matrix by theme", "See the template")
    assert "the built-in Word template is in use" in plain(amina.screen.text)
    await amina.taps("Get it as a file")
    sent = await amina.waits_for("double braces", within=30)
    assert "{{ heading }}" in words_of(await amina.downloads(sent.files[0]))

    await amina.taps("Send another")
    await amina.sends_file(saved(tmp_path, "broken.docx", "Our letterhead", "{{ headings }}"))
    refused = await amina.waits_for("cannot be filled in", within=60)
    near = "Paragraph 2: “{{ headings }}” names headings; did you mean heading?"
    assert near in plain(refused.text)
    listed = (await amina.downloads(refused.files[0])).decode("utf-8-sig").splitlines()
    assert "tables[].rows[].number" in listed
    good = saved(
        tmp_path,
        "letterhead.docx",
        "Our letterhead",
        "{{ made }}",
        "{% for row in tables[0].rows %}{{ row.number }}, {% endfor %}",
    )
    await amina.sends_file(good)  # at once: it is taken for the same template
    taken = await amina.waits_for("is in use now", within=60)
    assert "Our letterhead" in words_of(await amina.downloads(taken.files[0]))
    await amina.taps("See the template")
    assert "“letterhead.docx” is in use since" in plain(amina.screen.text)

    await amina.types("/export")
    await amina.taps("Implementation matrix by number")
    await amina.taps("Document", f"{maravia.REVIEW} (4)", "Make it")
    again = await amina.waits_for("by number: 4 recommendations", within=60)
    own = words_of(await amina.downloads(again.files[0]))
    assert own.startswith("Our letterhead\nMade on ")
    assert "140.7, " in own

    await amina.types("/export")
    await amina.taps("Implementation matrix by theme", "See the template", "Use the built-in one")
    assert "built-in template is in use again" in plain(amina.screen.text)
