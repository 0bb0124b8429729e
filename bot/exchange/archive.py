"""The evidence as one ZIP: files by recommendation, and `manifest.csv` that vouches for each.

`A-HRC-61-9/140.7/SU-2026-0042 title.pdf`; what stood only in an earlier version says in which:
`SU-2026-0042 v1 title.pdf`; what stands in a report that was withdrawn says that. What there is to
pack is read on a snapshot of the database; the files come from the store after it, one at a time
and piece by piece, so that neither memory nor a transaction grows with them. Every file is hashed
as it goes in. One that is missing, damaged or cannot be read is named so in the manifest and
counted, never left out in silence.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import mimetypes
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from bot.domain.errors import Refused
from bot.domain.exports import ExportKind
from bot.domain.reports import EvidenceState
from bot.exchange.cells import Cell, as_csv, storable
from bot.exchange.child import progress
from bot.exchange.named import Named, item_id
from bot.exchange.order import Order, Written, carry_out
from bot.exchange.zipped import entry
from bot.settings import Settings
from storage.exports import Record, Records
from storage.vault import NotStored, StoreUnavailable, Vault

COLUMNS = (
    *(
        "path",
        "state",
        "sha256",
        "found_sha256",
        "size",
        "type",
        "status_update",
        "version",
        "reply",
    ),
    *("recommendation", "symbol", "paragraph", "institution", "received_at", "title"),
)

_LONGEST = 120  # bytes of a name in UTF-8, its suffix apart: what every file system takes
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # on Windows
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_LISTED, _README, _MANIFEST = "listed.jsonl", "README.txt", "manifest.csv"


class NoFiles(Refused):
    """There is no file of evidence within the filter."""

    key = "error.export.no_files"


class Found(StrEnum):
    """What became of a file on its way into the archive."""

    WHOLE = "whole"
    WITHHELD = "withheld"  # of a restricted item, and the archive leaves the machine
    MISSING = "missing"  # the store does not have it
    DAMAGED = "damaged"  # its bytes are there, and are not those that were received
    UNREADABLE = "unreadable"  # the store failed while it was read


TEXT_KEYS = (
    "export.archive.note",
    *(f"export.archive.state.{each}" for each in Found),
    *(f"export.workbook.column.{each}" for each in COLUMNS),
)


def export(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write the archive that `arguments` order into the folder.

    `files` counts what is named in it, `damaged` those of them that are not whole.
    """
    listed = carry_out(make, arguments, folder)
    settings, made_at = Settings.from_environment(), Order.from_json(arguments).made_at
    vault = Vault.open(settings.data_dir / "files", settings.files_url)
    packed = asyncio.run(pack(Path(folder), vault, made_at, settings.zone))
    return {**packed.to_json(), "withheld": listed["withheld"]}


def make(records: Records, order: Order, settings: Settings, folder: Path) -> Written:
    """Write down what there is to pack, a line a file, for `pack`; refuses with NoFiles."""
    listing = _Listing(records, order, settings)
    found = 0
    with (folder / _LISTED).open("w", encoding="utf-8") as file:
        file.write(json.dumps(listing.head()) + "\n")
        for line in listing.lines():
            file.write(json.dumps(line) + "\n")
            found += 1
    if not found:
        raise NoFiles
    return Written(_LISTED, {"files": found}, len(listing.withheld))


# -- What there is to pack -------------------------------------------------------------------------


class _Listing(Named):
    """The files of evidence within the filter, each with its place in the archive."""

    def __init__(self, records: Records, order: Order, settings: Settings) -> None:
        super().__init__(records, order, settings)
        self.withheld: set[int] = set()  # items whose files stay behind
        self._taken: set[str] = set()

    def head(self) -> dict[str, Any]:
        """The words that the archive needs beside its files."""
        return {
            "about": [
                ": ".join(storable(str(each)) for each in line)
                for line in self.about(ExportKind.ARCHIVE, {})
            ],
            "note": self.word("export.archive.note"),
            "headings": [self.word(f"export.workbook.column.{each}") for each in COLUMNS],
            "states": {each: self.word(f"export.archive.state.{each}") for each in Found},
        }

    def lines(self) -> Iterator[dict[str, Any]]:
        """One line a file, as plain JSON values; `path` is empty where it stays behind."""
        for row in self._records.evidence():
            if row["state"] == EvidenceState.STORED.value and row["sha256"]:
                yield self._line(row)

    def _line(self, row: Record) -> dict[str, Any]:
        shown = self._shows(row)
        if not shown:
            self.withheld.add(row["item_id"])
        reply = f"AN-{row['answer_id']}" if row["answer_id"] else ""
        number, version = row.get("number") or "", row.get("version")
        called = f"{number} v{version}" if row["former_id"] else number or reply
        if row.get("withdrawn"):
            called = f"{called} {self.word('report.state.withdrawn')}"
        return {
            "path": self._path(row, called) if shown else "",
            "sha256": row["sha256"],
            "size": row["size"],
            "type": row["media_type"],
            "status_update": number,
            "version": version,
            "reply": reply,
            "recommendation": item_id(row["item_id"]),
            "symbol": row["symbol"] or "",
            "paragraph": row["paragraph"] or "",
            "institution": self._institution(row["institution_id"]),
            "received_at": row["added_at"].isoformat(),
            "title": self._written(row["caption"] or row["name"]) if shown else "",
        }

    def _path(self, row: Record, number: str) -> str:
        """Where the file stands, as no other does, on any system that tells no case apart."""
        known = row["name"] or ""
        suffix = _SUFFIX.fullmatch(f".{known.rpartition('.')[2]}") if "." in known else None
        ending = suffix[0] if suffix else mimetypes.guess_extension(row["media_type"] or "") or ""
        title = self._written(row["caption"]) or known.removesuffix(ending)
        folder = f"{safe_name(row['symbol'] or '-')}/{safe_name(row['paragraph'] or '-')}"
        for again in range(1, len(self._taken) + 2):
            turn = "" if again == 1 else f" ({again})"
            path = f"{folder}/{safe_name(f'{number} {title}', ending=turn + ending.lower())}"
            if path.casefold() not in self._taken:
                self._taken.add(path.casefold())
                return path
        raise AssertionError("more names than files")


def safe_name(words: str, ending: str = "") -> str:
    """A name that every file system takes: one line, no separator, not too long, never empty.

    Letters of any script stay; marks that steer direction or cannot be seen go.
    """
    plain = unicodedata.normalize("NFC", storable(words))
    seen = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    name = " ".join(_UNSAFE.sub("-", seen).split()).strip(". ")
    cut = name.encode()[: _LONGEST - len(ending.encode())].decode(errors="ignore").rstrip(". ")
    if _RESERVED.fullmatch(cut + ending):
        cut = f"_{cut}"
    return (cut or "-") + ending


# -- Packing ---------------------------------------------------------------------------------------


async def pack(folder: Path, vault: Vault, made_at: datetime, zone: tzinfo) -> Written:
    """Pack what `make` wrote down in the folder; the manifest, which vouches for it, comes last."""
    path, counted = folder / "evidence.zip", Counter[Found]()
    with (folder / _LISTED).open(encoding="utf-8") as listed:
        total = sum(1 for _ in listed) - 1  # but the head
    with (
        (folder / _LISTED).open(encoding="utf-8") as listed,
        (folder / _MANIFEST).open("w", encoding="utf-8-sig", newline="") as manifest,
        ZipFile(path, "w", allowZip64=True) as package,
    ):
        head = json.loads(next(listed))
        writer = csv.writer(manifest)
        writer.writerow(head["headings"])
        for done, line in enumerate(map(json.loads, listed), start=1):
            packed = await _put(package, vault, line, zone)
            counted[packed.found] += 1
            writer.writerow(as_csv(each) for each in _vouched(line, packed, head["states"]))
            progress(done, total)
        manifest.flush()
        told = [*head["about"], *(f"{head['states'][each]}: {n}" for each, n in counted.items())]
        package.writestr(entry(_README, made_at, zone), "\n".join([*told, "", head["note"], ""]))
        package.write(folder / _MANIFEST, _MANIFEST, ZIP_DEFLATED)
    damaged = counted.total() - counted[Found.WHOLE] - counted[Found.WITHHELD]
    return Written(path.name, {"files": counted.total(), "damaged": damaged})


@dataclass(frozen=True)
class _Packed:
    """What became of a file, and the hash and size of what stands in the archive."""

    found: Found
    sha256: str = ""
    size: int | None = None


async def _put(package: ZipFile, vault: Vault, line: Mapping[str, Any], zone: tzinfo) -> _Packed:
    """Pack one file, hashed as it goes in."""
    if not line["path"]:
        return _Packed(Found.WITHHELD)
    digest, size = hashlib.sha256(), 0
    moment = datetime.fromisoformat(line["received_at"])
    chunks = vault.open_file(line["sha256"])
    try:
        first = await anext(chunks, b"")
    except NotStored:
        return _Packed(Found.MISSING)
    except StoreUnavailable:
        return _Packed(Found.UNREADABLE)
    head = entry(line["path"], moment, zone, stored=True)
    with package.open(head, "w", force_zip64=True) as target:
        try:
            async for chunk in _after(first, chunks):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        except StoreUnavailable:
            return _Packed(Found.UNREADABLE, digest.hexdigest(), size)
    whole = digest.hexdigest() == line["sha256"]
    return _Packed(Found.WHOLE if whole else Found.DAMAGED, digest.hexdigest(), size)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _vouched(line: Mapping[str, Any], packed: _Packed, states: Mapping[str, str]) -> Iterator[Cell]:
    """A line of the manifest: what was received, beside what stands in the archive."""
    there = line["path"] if packed.sha256 else ""
    known = {"path": there, "state": states[packed.found], "found_sha256": packed.sha256}
    for column in COLUMNS:
        yield known.get(column, line.get(column))
