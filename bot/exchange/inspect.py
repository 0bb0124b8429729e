"""What kind of file came, whether it is safe to keep, and by which name to show it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from bot.exchange.confined import Crashed, Limits, confined
from bot.exchange.examine import KINDS, MAX_SIZE, Family, FileKind, examine, extension_of

__all__ = ["KINDS", "MAX_SIZE", "Family", "FileKind", "inspect", "safe_name"]

MAX_NAME = 100  # characters
_MAX_NAME_BYTES = 240  # file systems take 255

_LIMITS = Limits(cpu=5, wall=60)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"|?*\\/]')
_JOINERS = {"\u200c", "\u200d"}  # letters of Persian and of the languages of India need them
# Other endings of the kinds we take, and of kinds that turn out to be one of them.
_ALIASES = set("jpeg jpe jfif heif oga opus m4v qt wave docm xlsm dotx md log text".split())


async def inspect(path: Path, name: str, *, limit: int = MAX_SIZE) -> FileKind:
    """The kind of the file at `path` that came under `name`, found out in a process with limits.

    Refuses with a FileRefused (`bot.exchange.refusals`), or with TookTooLong or TooMuchMemory where
    even looking costs too much. Crashed says nothing of the file: try again.
    """
    found = await confined(examine_for_parent, _absolute(path), name, limit, limits=_LIMITS)
    if found not in KINDS:
        raise Crashed("no kind")
    return KINDS[found]


def examine_for_parent(path: str, name: str, limit: int) -> str:
    """`examine` in the plain values that pass between processes: gives the extension."""
    return examine(Path(path), name, limit=limit).extension


def safe_name(name: str, extension: str = "") -> str:
    """The name made safe to show and to download under, in any script; with `extension` if given.

    Without path, controls, direction marks and characters that some system refuses; at most 100
    characters and 240 bytes; never empty.
    """
    stem = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    stem = stem.replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = "".join(_kept(character) for character in stem)
    ending = extension or extension_of(stem)
    claimed = extension_of(stem)
    if claimed and claimed in {ending, *KINDS, *_ALIASES}:
        stem = stem.rstrip()[: -len(claimed) - 1]
    stem = _trimmed(" ".join(stem.split()))
    stem = _shortened(stem, len(ending) + 1)
    if not stem or _RESERVED.fullmatch(stem.partition(".")[0]):
        stem = f"file {stem}".strip()
    return f"{stem}.{ending}" if ending else stem


def _absolute(path: Path) -> str:
    return str(path.absolute())


def _kept(character: str) -> str:
    """The character, a space or underscore for it, or nothing."""
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category.startswith("Z") or character in "\t\r\n":
        return " "
    if category.startswith("C"):
        return ""
    return "_" if _UNSAFE.match(character) else character


def _trimmed(stem: str) -> str:
    return stem.strip(" .\u200c\u200d").lstrip("-~")


def _shortened(stem: str, spare: int) -> str:
    stem = stem[: MAX_NAME - spare]
    while len(stem.encode()) > _MAX_NAME_BYTES - spare:
        stem = stem[:-1]
    return _trimmed(stem)
