"""`focalpoint import` and `focalpoint export`, run as an operator runs them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.cli.shell import Shell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

COUNTED = {"recommendations", "positions", "new", "changed", "unchanged", "problems"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of our own columns with two good rows and a bad one."""
    path = tmp_path / "maravia.csv"
    path.write_text(
        "mechanism,document symbol,paragraph,text,position\n"
        "UPR,A/HRC/61/9,140.7,Ratify the Optional Protocol.,supported\n"
        "UPR,A/HRC/61/9,140.9,=Adopt the law on equality.,noted\n"
        "UPR,A/HRC/61/9,140.12,,supported\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("name", "total", "supported", "noted"),
    [
        ("ohchr_matrix_china_2013.docx", 252, 204, 48),
        ("ohchr_matrix_slovenia_2025.docx", 254, 217, 37),
    ],
)
def test_a_dry_run_counts_a_matrix_and_leaves_nothing_behind(  # noqa: PLR0917
    shell: Shell, sample_data: Path, name: str, total: int, supported: int, noted: int
) -> None:
    found = shell.imports(sample_data / name, "--dry-run")
    assert found.keys() == COUNTED
    assert found["recommendations"] == found["new"] == total
    assert found["positions"] == {"supported": supported, "noted": noted, "supported/noted": 0}
    assert (found["changed"], found["unchanged"]) == (0, 0)
    assert list(shell.folder.iterdir()) == []


def test_a_dry_run_on_a_database_that_is_there_changes_no_byte_of_it(
    shell: Shell, table: Path
) -> None:
    shell.imports(table)
    before = shell.dump()
    table.write_text(table.read_text().replace("Ratify", "Sign"))
    found = shell.imports(table, "--dry-run")
    assert (found["changed"], found["unchanged"]) == (1, 1)
    assert shell.dump() == before


def test_the_same_file_twice_changes_nothing(shell: Shell, table: Path) -> None:
    first = shell.imports(table)
    again = shell.imports(table)
    assert (first["new"], first["problems"]) == (2, 1)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert first["positions"] == {"supported": 1, "noted": 1, "supported/noted": 0}


def test_a_text_in_another_language_is_a_change_and_no_new_item(shell: Shell, table: Path) -> None:
    shell.imports(table)
    found = shell.imports(table, "--language", "fr")
    assert (found["recommendations"], found["new"], found["changed"]) == (2, 0, 2)


def test_without_json_the_counts_are_lines_for_people(shell: Shell, table: Path) -> None:
    done = shell.runs("import", table, "--dry-run")
    assert done.returncode == 0
    assert "recommendations: 2" in done.stdout
    assert "Row 4: " in done.stdout, "the problem, with its row and what is wrong"
    assert "dry run" in done.stdout


def test_a_file_about_another_state_is_said_to_be_one(shell: Shell, sample_data: Path) -> None:
    ran = shell.runs("import", sample_data / "upr_36_states_numbered.csv", "--state", "VA")
    assert ran.returncode == 1
    assert " rows are about another State (" in ran.stdout
    assert "this installation keeps VA." in ran.stdout


def test_a_file_of_problems_alone_ends_with_1_and_does_not_say_imported(
    shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "empty texts.csv"
    path.write_text(
        "mechanism,document symbol,paragraph,text,position\nUPR,A/HRC/61/9,140.7,,supported\n"
    )
    done = shell.runs("import", path)
    assert done.returncode == 1
    assert "Row 2: " in done.stdout
    assert "Imported" not in done.stdout


def test_an_import_that_is_killed_leaves_nothing_for_long(
    shell: Shell, table: Path, sample_data: Path
) -> None:
    """What it had staged goes with the next import, once no import can still be under way."""
    shell.imports(table)
    many = sample_data / "upr_36_states_numbered.csv"
    killed = shell.begins("import", many)
    while not shell.rows("SELECT count(*) FROM import_rows"):
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    shell.imports(table)
    assert shell.rows("SELECT count(*) FROM import_rows") > 0, "it might still be under way"
    shell.changes("UPDATE jobs SET planned_at = '2026-01-01 00:00:00.000000'")
    shell.imports(table)
    assert shell.rows("SELECT count(*) FROM import_rows") == 0
    assert shell.rows("SELECT count(*) FROM items") == 2
    assert shell.runs("audit", "verify").returncode == 0


def test_a_file_that_is_none_of_ours_is_refused_with_a_sentence(
    shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "letter.csv"
    path.write_text("Dear colleagues,\nplease find enclosed nothing.\n")
    done = shell.runs("import", path, "--dry-run", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "can be imported" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["import", "missing.csv"],
        ["import"],
        ["import", "{table}", "--language", "french"],
        ["export", "workbook"],
        ["export", "everything", "--out", "out.xlsx"],
        ["export", "workbook", "--out", "out.xlsx", "--since", "tomorrow"],
        ["export", "workbook", "--out", "out.xlsx", "--language", "zz"],
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, table: Path, words: list[str]) -> None:
    done = shell.runs(*(word.format(table=table) for word in words))
    assert done.returncode == 2
    assert "Usage" in done.stderr


def test_an_export_holds_what_was_imported(shell: Shell, table: Path) -> None:
    shell.imports(table)
    done = shell.runs("export", "workbook", "--out", "out.xlsx", "--json", "--language", "fr")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recommendations"] == 2
    book = openpyxl.load_workbook(shell.folder / "out.xlsx")
    texts = {row[7] for row in book["Recommandations"].iter_rows(min_row=2, values_only=True)}
    assert texts == {"Ratify the Optional Protocol.", "=Adopt the law on equality."}
    assert shell.runs("audit", "verify").returncode == 0
    assert not [path for path in shell.folder.rglob("*") if re.search("job-|part$", path.name)]


def test_an_export_is_narrowed_and_what_does_not_occur_is_said(shell: Shell, table: Path) -> None:
    shell.imports(table)
    some = shell.runs(
        *("export", "workbook", "--out", "some.xlsx", "--json"),
        *("--mechanism", "upr", "--status", "not_reported", "--document", "A/HRC/61/9"),
    )
    assert json.loads(some.stdout)["recommendations"] == 2
    for wrong, said in (
        (["--mechanism", "CEDAW"], "CEDAW"),
        (["--since", "2020-01-01"], "No recommendation"),
    ):
        done = shell.runs("export", "workbook", "--out", "none.xlsx", *wrong)
        assert done.returncode == 1
        assert said in done.stderr
    assert not (shell.folder / "none.xlsx").exists()


def test_a_picture_is_drawn_with_its_figures_beside_it(shell: Shell, table: Path) -> None:
    shell.imports(table)
    done = shell.runs("export", "picture", "--by", "theme", "--out", "p.png", "--language", "ar")
    assert done.returncode == 0, done.stderr
    assert (shell.folder / "p.png").read_bytes().startswith(b"\x89PNG")
    assert "2" in (shell.folder / "p.txt").read_text("utf-8")
    for wrong in (["--mechanism", "upr"], ["--by", "colour"], ["--out", "p.txt"]):
        done = shell.runs("export", "picture", "--out", "p.png", *wrong)
        assert done.returncode == 2, wrong
    done = shell.runs("export", "workbook", "--out", "out.xlsx", "--by", "theme")
    assert done.returncode == 2


def test_five_thousand_rows_take_seconds_and_little_memory(
    shell: Shell, sample_data: Path, record_property: Callable[[str, object], None]
) -> None:
    """The figures are shown, and only the memory is held against the limit.

    The kernel's `ru_maxrss` of a process counts what had forked it, too; its `VmHWM` does not.
    """
    code = (
        "import re, resource, sys, time; from bot.__main__ import cli; begin = time.monotonic()\n"
        "try: cli()\n"
        "finally:\n"
        "    status = open('/proc/self/status').read()\n"
        "    own = int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024\n"
        "    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024\n"
        "    print(time.monotonic() - begin, own, child, file=sys.stderr)"
    )
    words = ["import", str(sample_data / "upr_36_states_numbered.csv"), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert json.loads(done.stdout)["new"] == 5394
    seconds, own, child = (float(each) for each in done.stderr.split()[-3:])
    record_property("import of 5,394 rows, seconds", f"{seconds:.1f}")
    record_property("memory of the two processes, MB", f"{own:.0f} and {child:.0f}")
    assert own < 300
    assert child < 300


def test_a_report_in_preparation_is_exported_by_its_number(shell: Shell, table: Path) -> None:
    """And refused in words where none is named, or there is none."""
    shell.imports(table)
    shell.changes(
        "INSERT INTO national_reports (kind, title, language, documents, structure, months, state, "
        "created_at, changed_at) VALUES ('review', 'Report of Maravia', 'en', '[]', 'own', 12, "
        "'in_preparation', '2026-05-04 09:00:00.000000', '2026-05-04 09:00:00.000000')"
    )
    shell.changes(
        "INSERT INTO report_chapters (report_id, place, heading, language, draft) "
        "VALUES (1, 1, 'Prisons', 'en', 'All is well.')"
    )
    made = shell.folder / "report.docx"
    done = shell.runs("export", "national_report", "--out", made, "--report", "1")
    assert done.returncode == 0, done.stderr
    said = [each.text for each in docx.Document(str(made)).paragraphs]
    assert said[-2:] == ["1. Prisons", "All is well."]
    for words, refused in (
        (("national_report",), "say which one"),
        (("national_report", "--report", "7"), "not there"),
        (("comments", "--report", "1"), "No comment has come yet"),
    ):
        done = shell.runs("export", *words, "--out", shell.folder / "none")
        assert done.returncode == 1, words
        assert refused in " ".join(done.stderr.split()), done.stderr
