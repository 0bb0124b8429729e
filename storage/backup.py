"""A copy of what is kept, taken while the bot runs: the database at one moment, and the files."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_database(file: Path, folder: Path) -> Path:
    """A SQLite database as of one moment, whatever is written meanwhile; gives the copy's place."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = folder / file.name
    staged = folder / f"{file.name}.new"
    staged.unlink(missing_ok=True)  # one that was cut off
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(staged)) as target:
        source.backup(target)
    staged.replace(copied)
    return copied


def copy_files(store: Path, folder: Path) -> int:
    """The store's files as they are now, none that is gone; gives how many there are.

    Files never change under their name, so that one copied before is not copied again. Taken after
    the database, it holds whatever the database names.
    """
    kept = {path.relative_to(store): path for path in store.rglob("*") if path.is_file()}
    for old in [path for path in folder.rglob("*") if path.is_file()]:
        if old.relative_to(folder) not in kept:
            old.unlink()
    count = 0
    for name, path in kept.items():
        copied = folder / name
        try:
            if not copied.exists() or copied.stat().st_size != path.stat().st_size:
                copied.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copyfile(path, copied)
        except FileNotFoundError:
            continue  # it was removed meanwhile
        count += 1
    return count
