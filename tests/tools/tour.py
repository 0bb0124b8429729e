"""Writes into the README what the tour prints now: `python -m tests.tools.tour`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
FIRST, LAST = (
    "Daniel Okane, focal point, Ministry of Justice: [140.10]",
    "== Another reports in Arabic",
)


def main() -> None:
    """Play the tour; put its transcript and the focal point's part between their marks."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--tour"], capture_output=True, text=True, check=True
    )
    tour = done.stdout.partition("\nThe workbook:")[0].strip("\n")
    part = tour[tour.index(FIRST) : tour.index(LAST)].strip("\n")
    readme = README.read_text("utf-8")
    for name, words in (("a part of the tour", part), ("the tour", tour)):
        readme = put(readme, name, words)
    README.write_text(readme, "utf-8")


def put(readme: str, name: str, words: str) -> str:
    """The README with these words behind that mark."""
    before, mark, rest = readme.partition(f"<!-- {name}:")
    if not mark:
        sys.exit(f"the README has no mark “{name}”")
    line, _, rest = rest.partition("\n")
    _, end, after = rest.partition("\n```\n<!-- end of it -->")
    return f"{before}{mark}{line}\n```text\n{words}{end}{after}"


if __name__ == "__main__":
    main()
