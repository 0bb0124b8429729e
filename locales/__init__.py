"""The catalogues: every word that a person is shown, by key, one file per language."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
DOMAIN = "focalpoint"


def available(folder: Path = FOLDER) -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(sorted(path.parent.parent.name for path in folder.glob(f"*/*/{DOMAIN}.po")))
