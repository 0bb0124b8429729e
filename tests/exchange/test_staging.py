"""Rows on their way to the staging tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.exchange import staging
from bot.exchange.imported import filed_symbol

TABLE = "document_symbol,paragraph,text,mood\na / hrc/61/4.,12,Adopt a law.,glad\n"


@pytest.mark.parametrize(
    ("written", "filed"),
    [
        ("a / hrc/61/4.", "A/HRC/61/4"),
        ("AL  MRV 3/2025", "AL MRV 3/2025"),
        ("A/HRC/40/6/Add.1", "A/HRC/40/6/Add.1"),
        ("CEDAW/C/MRV/CO/4/corr.2", "CEDAW/C/MRV/CO/4/Corr.2"),
    ],
)
def test_a_document_has_one_symbol_however_it_is_written(written: str, filed: str) -> None:
    """`a/hrc/61/4` made a second document beside `A/HRC/61/4`."""
    assert filed_symbol(written) == filed


def test_the_facts_name_the_columns_that_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(TABLE, "utf-8")
    batches = list(staging.read(str(path), {}))
    assert batches[0][0]["facts"]["unknown_columns"] == ["mood"]
    assert batches[1][0]["row"]["symbol"] == "A/HRC/61/4"
