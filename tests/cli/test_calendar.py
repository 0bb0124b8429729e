"""`focalpoint import` and `focalpoint export calendar`, run as an operator runs them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from bot.clock import Clock
from tests.cli.shell import Shell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

COUNTED = {"deadlines", "new", "changed", "unchanged", "problems"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two good rows and a bad one."""
    day = Clock().now().date() + timedelta(days=100)
    path = tmp_path / "calendar.csv"
    path.write_text(
        "kind,title,day\n"
        f"periodic report,التقرير الدوري الخامس,{day}\n"
        f"view or decision,A. v. Maravia,{day}\n"
        "country visit,Some day,\n",
        encoding="utf-8",
    )
    return path


def test_a_table_goes_in_a_calendar_comes_out_and_back_in_nothing_changes(
    shell: Shell, table: Path
) -> None:
    dry = shell.imports(table, "--dry-run")
    assert dry.keys() == COUNTED
    assert not (shell.folder / "data").exists()
    assert shell.imports(table) == dry
    assert dry == {"deadlines": 2, "new": 2, "changed": 0, "unchanged": 0, "problems": 1}
    done = shell.runs("export", "calendar", "--out", "out.ics", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"] == 2
    written = (shell.folder / "out.ics").read_bytes()
    titles = {str(each["SUMMARY"]) for each in Calendar.from_ical(written).walk("VEVENT")}
    assert titles == {"التقرير الدوري الخامس", "A. v. Maravia"}
    again = shell.imports(shell.folder / "out.ics")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert shell.runs("audit", "verify").returncode == 0


def test_what_is_no_calendar_is_refused_with_a_sentence(shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.ics"
    page.write_text("<html>Sign in</html>")
    done = shell.runs("import", page)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "holds no calendar" in done.stderr


def test_an_option_that_no_calendar_has_is_wrong_usage(shell: Shell) -> None:
    done = shell.runs("export", "calendar", "--out", "out.ics", "--report", "1")
    assert done.returncode == 2
    assert "Usage" in done.stderr
    done = shell.runs("export", "calendar", "--out", "missing/out.ics")
    assert done.returncode == 1
