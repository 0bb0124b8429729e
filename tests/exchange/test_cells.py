from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import cells

TEXTS = st.builds(
    "{}{}".format,
    st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "\n", "'", "''=", "＝", "\x00", "\ufeff"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)


def units_in_the_file(text: str) -> int:
    """UTF-16 units of a piece with the escapes of the format, counted in another way than ours."""
    escaped = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    for character in "&<>":
        escaped = escaped.replace(character, {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[character])
    controls = sum(each < " " and each not in "\t\n" for each in escaped)
    return len(escaped.encode("utf-16-le")) // 2 + 6 * controls


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=5))
def test_what_is_written_to_csv_is_read_back_unaltered(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cells.csv"
        count = cells.write_csv(path, ["= heading"], rows)
        assert list(cells.read_csv(path)) == [["= heading"], *rows]
        assert count == len(rows)


@given(TEXTS)
def test_no_prefixed_text_looks_like_a_formula(text: str) -> None:
    assert not cells.looks_like_a_formula(cells.prefixed(text))


@pytest.mark.parametrize("text", ["+33 1 23 45 67 89", "-5", "=1+1", "@all", "\tx", "\rx", "＝1"])
def test_a_text_like_a_formula_gets_one_prefix(text: str) -> None:
    assert cells.prefixed(text) == f"'{text}"


@pytest.mark.parametrize("text", ["'tis", "140.7", "", "'", "a=b"])
def test_any_other_text_is_left_alone(text: str) -> None:
    assert cells.prefixed(text) == text == cells.unprefixed(text)


def test_csv_opens_with_a_byte_order_mark_and_keeps_numbers_numbers(tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    moment = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    cells.write_csv(path, ["a"], [[-5, 1.5, None, ("x", "=y"), date(2026, 5, 3), moment]])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfa\r\n")
    assert path.read_text("utf-8-sig").splitlines()[1] == (
        "-5,1.5,,x | =y,2026-05-03,2026-11-23T08:30:00+00:00"
    )


def test_half_a_surrogate_pair_does_not_stop_an_export(tmp_path: Path) -> None:
    cells.write_csv(tmp_path / "cells.csv", ["a"], [["x\ud83dy"]])
    assert list(cells.read_csv(tmp_path / "cells.csv"))[1] == ["x\ufffdy"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "&", "<", "😀", "\r", "_x000D_", "é"]), st.integers(1, 9_000)
        ),
        max_size=8,
    )
)
def test_pieces_are_the_text_and_fit_a_cell_each(runs: list[tuple[str, int]]) -> None:
    text = "".join(what * times for what, times in runs)
    cut = cells.pieces(text)
    assert "".join(cut) == text
    assert max(map(units_in_the_file, cut)) <= cells.LONGEST


def test_a_text_of_exactly_the_limit_is_one_piece() -> None:
    assert list(map(len, cells.pieces("x" * 32_767))) == [32_767]
    assert list(map(len, cells.pieces("x" * 32_768))) == [32_767, 1]
    assert list(map(len, cells.pieces("😀" * 32_767))) == [16_383, 16_383, 1]
