"""A shell in a folder of its own, in which `focalpoint` is run."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests import forks

HERE = Path(__file__).parents[2]


class Shell:
    """A shell in an empty folder, with settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if "FOCALPOINT" not in name},
            "FOCALPOINT_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(HERE),
        }

    def runs(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return forks.focalpoint([*map(str, words)], self.folder, self.environment)

    def begins(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """The same, without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def imports(self, *words: str | Path) -> dict[str, Any]:
        """What `import … --json` says on standard output: one object and nothing else."""
        done = self.runs("import", *words, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def rows(self, statement: str) -> int:
        """What a query counts."""
        with closing(self._database()) as database:
            return int(database.execute(statement).fetchone()[0])

    def changes(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with closing(self._database()) as database, database:
            database.execute(statement)

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "data" / "focalpoint.db", timeout=10)

    def dump(self) -> list[str]:
        """Everything in the database but what every command writes anew."""
        with closing(self._database()) as database:
            return [line for line in database.iterdump() if "sqlite_" not in line]
