"""The tour, played as the command line plays it; the README shows what it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.demo.network import Demo
from bot.demo.tour import DAY, Actor, TourStopped

ROOT = Path(__file__).parents[2]
VOLATILE = re.compile(r"Evidence: 1 file (on its way|stored)|With it: 1 file|Came in today")
"""What depends on how quick the machine is."""


def shown_in_the_readme() -> list[str]:
    readme = (ROOT / "README.md").read_text("utf-8")
    block = readme.partition("<!-- the tour:")[2].partition("<!-- end of it -->")[0]
    return block.partition("```text\n")[2].partition("\n```")[0].splitlines()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_tour_ends_with_the_workbook_and_says_what_the_readme_shows(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--tour", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    path = Path(printed[-1].removeprefix("The workbook: "))
    assert path.parent == tmp_path
    assert len(load_workbook(path).sheetnames) >= 6

    now = {line for line in printed[:-1] if not VOLATILE.search(line)}
    told = {line for line in shown_in_the_readme() if not VOLATILE.search(line)}
    assert told
    assert sorted(told - now) == [], (
        "the README shows what is no longer so: run python -m tests.tools.tour"
    )
    assert sorted(now - told) == [], (
        "the README lacks what is now so: run python -m tests.tools.tour"
    )


async def test_a_step_that_shows_something_else_stops_the_tour_and_says_where(
    tmp_path: Path,
) -> None:
    async with Demo(tmp_path, whole=False, day=DAY) as demo:
        demo.network.patience = 0.5
        said: list[str] = []
        ines = Actor(demo.phones["Ines Marou"], "coordinator", said.append)
        with pytest.raises(TourStopped) as stopped:
            await ines.taps("Nowhere")
        assert "Ines Marou, coordinator: [Nowhere]" in str(stopped.value)
        assert "unassigned" in str(stopped.value), "the screen is shown"
