"""Opens a Word or Excel file as the zip package it is; what breaks inside is told as a refusal."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.exchange.imported import Damaged
from bot.exchange.refusals import Encrypted

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, ValueError),
    NotImplementedError,  # packed in a way that no office program packs
    SyntaxError,  # what XML parsers say of broken XML
)


@contextmanager
def opened_package(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The package, open; whatever is wrong with it inside the block is refused.

    Raises Damaged or Encrypted.
    """
    try:
        with zipfile.ZipFile(source) as package:
            yield package
    except _BROKEN as error:
        raise Damaged from error
    except RuntimeError as error:  # what zipfile says of a member with a password
        raise Encrypted from error
