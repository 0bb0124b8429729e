"""Faults 12 and 13, and 11 at the store: hostile files, hostile names, no room, no permission."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.exchange.confined import TookTooLong, TooMuchMemory
from bot.exchange.inspect import inspect, safe_name
from bot.exchange.refusals import (
    Damaged,
    EmbeddedObject,
    Empty,
    Entities,
    FileRefused,
    Macros,
    TooLarge,
    UnpacksTooBig,
)
from storage.vault import StoreFull, StoreUnwritable, Vault
from tests.conftest import missing
from tests.tools import hostile_files as hostile

pytestmark = pytest.mark.faults

MEGABYTE = 1024 * 1024
Record = Callable[[str, object], None]


# -- Fault 12: files that would exhaust or trick a parser ------------------------------------------


def pdf_of_slashes() -> bytes:
    """At each slash a name could begin."""
    return hostile.pdf(b"/#4a/#4" * 2_800_000)


def packed_slashes() -> bytes:
    """The same, ten times as many, in a stream."""
    return hostile.pdf(hostile.pdf_stream(b"/Encryp/JavaScrip/Launc" * 8_000_000))


def document_of_elements() -> bytes:
    return hostile.docx("".join(f'<w:p w:n="{number}"/>' for number in range(1_900_000)))


def workbook_of_formulas() -> bytes:
    """Every cell begins like a formula that fetches."""
    cells = b"".join(b"<f>%d" % number + b"W" * 40 for number in range(3_000_000))
    return hostile.xlsx(more={"xl/worksheets/sheet2.xml": b"<worksheet>" + cells})


def pdf_of_streams() -> bytes:
    """80,000 small streams that unpack to a hundred times their size."""
    return hostile.pdf(*[hostile.pdf_stream(bytes(2400))] * 80_000)


BIG_TEXT = b"a" * (20 * MEGABYTE + 1)
HOSTILE: dict[str, tuple[type[FileRefused], Callable[[], bytes]]] = {
    "20 MB and one byte": (TooLarge, lambda: BIG_TEXT),
    "empty": (Empty, lambda: b""),
    "zip bomb": (UnpacksTooBig, hostile.zip_bomb),
    "quilted bomb": (UnpacksTooBig, hostile.quilted_bomb),
    "nested bomb": (EmbeddedObject, hostile.nested_bomb),
    "lying bomb": (Damaged, hostile.lying_bomb),
    "crowded zip": (UnpacksTooBig, hostile.crowded_zip),
    "billion laughs": (Entities, hostile.billion_laughs),
    "docm": (Macros, lambda: hostile.docx(main=hostile.DOCM_MAIN)),
    "xlsm": (Macros, lambda: hostile.xlsx(main=hostile.XLSM_MAIN)),
    "wide picture": (UnpacksTooBig, lambda: hostile.wide_png(60_000, 60_000)),
}


SLOW = {
    "PDF of slashes": pdf_of_slashes,
    "PDF of packed slashes": packed_slashes,
    "PDF of streams": pdf_of_streams,
    "Word document of elements": document_of_elements,
    "workbook of formulas": workbook_of_formulas,
}


# What a child uses is asked of a small parent: the peak of a large one would count as its own.
MEASURES = """
import asyncio, json, resource, sys
from pathlib import Path
from bot.domain.errors import Refused
from bot.exchange.inspect import inspect

try:
    said = asyncio.run(inspect(Path(sys.argv[1]), "report.docx")).extension
except Refused as refusal:
    said = refusal.key
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def inspect_and_measure(content: bytes, folder: Path, record: Callable[[str], None]) -> str:
    """What `inspect` says of the content; fails if its process used more than it may."""
    path = folder / "came"
    path.write_bytes(content)
    run = [sys.executable, "-c", MEASURES, str(path)]
    answer = subprocess.run(run, check=True, capture_output=True).stdout
    said, seconds, peak = json.loads(answer)
    record(f"{said}, {seconds:.2f} s of CPU, {peak:.0f} MB")
    assert peak < 300
    assert seconds < 6  # five, and what the kernel takes to notice
    return str(said)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_within_300_mb_and_5_seconds(
    tmp_path: Path, what: str, record_property: Record
) -> None:
    refusal, make = HOSTILE[what]

    said = inspect_and_measure(make(), tmp_path, partial(record_property, what))

    assert said == refusal.key


@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", SLOW)
def test_a_file_made_to_be_slow_ends_within_the_same(
    tmp_path: Path, what: str, record_property: Record
) -> None:
    """It may be taken, where nothing in it does harm."""
    said = inspect_and_measure(SLOW[what](), tmp_path, partial(record_property, what))

    assert said in {"pdf", "docx", "xlsx", UnpacksTooBig.key, TookTooLong.key, TooMuchMemory.key}


@pytest.mark.timeout(120)
async def test_the_largest_honest_files_pass(tmp_path: Path, record_property: Record) -> None:
    """A full workbook and a long report must not look like bombs."""
    row = "".join(
        f'<c r="A{number}" t="inlineStr"><is><t>{hashlib.sha256(b"%d" % number).hexdigest()}'
        f"</t></is></c><c><v>{number * 7919 % 100_003}</v></c>"
        for number in range(400_000)
    )
    files = {
        "figures.xlsx": hostile.xlsx(row),
        "report.docx": hostile.docx(
            "".join(hostile.paragraph(f"Measure {number}") for number in range(60_000)),
            more={"word/media/image1.jpeg": hostile.picture("JPEG") + os.urandom(15 * MEGABYTE)},
        ),
        "scan.pdf": hostile.pdf(
            *[b"<</Subtype/Image>>\nstream\n%b\nendstream" % os.urandom(MEGABYTE)] * 18
        ),
    }
    for name, content in files.items():
        path = tmp_path / "came"
        path.write_bytes(content)
        began = time.perf_counter()
        kind = await inspect(path, name)
        took = time.perf_counter() - began
        record_property(f"honest {name}", f"{len(content) / MEGABYTE:.0f} MB, {took:.2f} s")
        assert kind.extension == name.rpartition(".")[2]


# -- Fault 13: names -------------------------------------------------------------------------------

NAMES = [
    "../../../etc/cron.d/x",
    "..\\..\\windows\\system.ini",
    "/etc/passwd",
    "a\0b.docx",
    "report\u202excod.exe",
    "x" * 300 + ".docx",
    "ص" * 300,
    "same.docx",
    "same.docx",
    ".",
    "",
]


async def test_no_name_reaches_the_store_and_every_byte_does(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    vault = Vault.open(tmp_path / "inside" / "files")
    sent: dict[str, bytes] = {}
    for number, name in enumerate(NAMES):
        path = tmp_path / "inside" / "came"
        path.write_bytes(hostile.docx(hostile.paragraph(f"Report {number}")))
        kind = await inspect(path, name)
        stored = await vault.put(path)
        sent[stored.sha256] = path.read_bytes()
        shown = safe_name(name, kind.extension)
        assert Path(shown).name == shown
        assert shown.isprintable()
        path.unlink()

    assert len(sent) == len(NAMES)
    for sha256, content in sent.items():
        assert hashlib.sha256(content).hexdigest() == sha256
        assert await vault.read(sha256) == content
    kept = files_in(tmp_path)
    assert {each.name for each in kept} == sent.keys()
    assert all(each.is_relative_to(tmp_path / "inside" / "files" / "kept") for each in kept)


async def test_the_same_file_under_two_names_is_kept_once(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "files")
    stored = await asyncio.gather(*(vault.put(b"the same") for _ in range(10)))

    assert len(set(stored)) == 1
    assert [each async for each in vault.hashes()] == [stored[0].sha256]


# -- Fault 11, at the store: no room, no permission ------------------------------------------------


def files_in(folder: Path) -> set[Path]:
    return {each for each in folder.rglob("*") if each.is_file()}


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        missing("mount", "this account may not mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_keeps_nothing_and_loses_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    with mounted(small, "4m"):
        vault = Vault.open(small / "files")
        kept = await vault.put(os.urandom(MEGABYTE))
        for _ in range(3):
            with pytest.raises(StoreFull):
                await vault.put(os.urandom(6 * MEGABYTE))

        assert [each async for each in vault.hashes()] == [kept.sha256]
        assert list((small / "files" / "incoming").iterdir()) == []
        assert await vault.verify(kept.sha256)

        again = await vault.put(os.urandom(MEGABYTE))  # and it recovers by itself
        assert await vault.verify(again.sha256)


async def test_a_read_only_folder_keeps_nothing_and_recovers(tmp_path: Path) -> None:
    small = tmp_path / "small"
    with mounted(small, "4m"):
        vault = Vault.open(small / "files")
        kept = await vault.put(b"before")
        await change_mount(small, "ro")
        with pytest.raises(StoreUnwritable):
            await vault.put(b"during")
        with pytest.raises(StoreUnwritable):
            await vault.delete(kept.sha256)
        assert await vault.verify(kept.sha256)

        await change_mount(small, "rw")
        assert await vault.verify((await vault.put(b"after")).sha256)


async def change_mount(folder: Path, how: str) -> None:
    changing = await asyncio.create_subprocess_exec("mount", "-o", f"remount,{how}", str(folder))
    assert await changing.wait() == 0
