"""`focalpoint audit …`, run as an operator runs it."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from bot import seals
from bot.keys import Head, KeyRing
from tests.cli.shell import Shell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TABLE = (
    "mechanism,document symbol,paragraph,text,position\n"
    "UPR,A/HRC/61/9,140.7,Ratify the Optional Protocol.,supported\n"
)


def test_an_operator_exports_the_audit_keeps_a_seal_and_verifies_against_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    table = tmp_path / "table.csv"
    table.write_text(TABLE)
    shell.imports(table)
    out = tmp_path / "audit.jsonl"
    told = json.loads(shell.runs("export", "audit", "--out", out, "--json").stdout)
    head, *entries = [json.loads(line) for line in out.read_text().splitlines()]
    assert (head["export"], head["entries"]) == ("audit", len(entries))
    assert {"made_at", "made_by"} < head.keys()
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert told["entries"] == len(entries) == entries[-1]["number"]
    assert not any("words" in each for each in entries)
    full = tmp_path / "whole.jsonl"
    assert shell.runs("export", "audit", "--out", full, "--words").returncode == 0
    _, *with_words = [json.loads(line) for line in full.read_text().splitlines()]
    assert [each["hash"] for each in with_words[: len(entries)]] == [e["hash"] for e in entries]
    assert all("words" in each for each in with_words)
    assert (with_words[-1]["act"], with_words[-1]["facts"]["words"]) == (
        "export.audit",
        0,
    ), "that it left is an entry, too"
    keys = KeyRing(tmp_path / "data-keys")
    seals.add(keys, 1, date(2026, 5, 4), Head(entries[0]["hash"], 1))
    paper = shell.runs("audit", "seals").stdout
    assert paper == f"2026-05-04  1:{entries[0]['hash']}\n"
    (tmp_path / "paper.txt").write_text(paper)
    whole = shell.runs("audit", "verify", "--seal", tmp_path / "paper.txt")
    assert (whole.returncode, whole.stdout) == (0, "The audit is whole.\n")
    other = shell.runs("audit", "verify", "--seal", f"2:{entries[0]['hash'][:16]}")
    assert other.returncode == 1
    assert other.stdout == "Entry 2: not what the seal says that was kept elsewhere\n"
