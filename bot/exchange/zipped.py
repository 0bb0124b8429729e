"""A folder of files as one ZIP, in the order given, all of them of the moment they were made."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


def entry(name: str, moment: datetime, zone: tzinfo, *, stored: bool = False) -> ZipInfo:
    """The head of a file in a ZIP; `stored` is not packed again, as pictures and PDF need not be.

    ZIP knows local time only, and no year before 1980.
    """
    local = moment.astimezone(zone)
    head = ZipInfo(name, local.timetuple()[:6] if local.year >= 1980 else (1980, 1, 1, 0, 0, 0))
    head.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
    head.external_attr = 0o100600 << 16
    return head


def pack(path: Path, files: Iterable[Path], *, made_at: datetime, zone: tzinfo) -> None:
    """Write the files into a ZIP at `path`; each is removed once it is in it."""
    with ZipFile(path, "w", allowZip64=True) as package:
        for each in files:
            head = entry(each.name, made_at, zone)
            with each.open("rb") as source, package.open(head, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
            each.unlink()
