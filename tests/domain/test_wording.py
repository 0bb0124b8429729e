"""What changed between two wordings, word by word."""

from __future__ import annotations

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.wording import Change, Run, compare, is_same

WORDS = st.lists(st.sampled_from("adopt the bill law on courts and fund it".split()), max_size=25)


def test_a_changed_word_is_removed_and_added() -> None:
    assert compare("Adopt the bill on courts", "Adopt the law on courts") == (
        Run(Change.SAME, "Adopt the "),
        Run(Change.REMOVED, "bill "),
        Run(Change.ADDED, "law "),
        Run(Change.SAME, "on courts"),
    )


def test_spaces_alone_are_no_change() -> None:
    assert compare("Adopt  it\nnow", "Adopt it now") == (Run(Change.SAME, "Adopt it now"),)
    assert is_same(" Adopt  it", "Adopt it ")


def test_chinese_is_compared_by_character() -> None:
    assert [run.words for run in compare("通过法案", "通过法律")] == ["通过法", "案", "律"]


def test_nothing_and_everything() -> None:
    assert compare("", "") == ()
    assert compare("", "new") == (Run(Change.ADDED, "new"),)
    assert [run.words.strip() for run in compare("old", "")] == ["old"]


@given(WORDS, WORDS)
def test_the_runs_hold_both_texts(old: list[str], new: list[str]) -> None:
    runs = compare(" ".join(old), " ".join(new))
    kept_and_added = "".join(run.words for run in runs if run.change is not Change.REMOVED)
    kept_and_removed = "".join(run.words for run in runs if run.change is not Change.ADDED)
    assert kept_and_added == " ".join(new)
    assert kept_and_removed.split() == old


@given(st.text(), st.text())
def test_the_new_text_is_told_to_the_character(old: str, new: str) -> None:
    runs = compare(old, new)
    assert "".join(run.words for run in runs if run.change is not Change.REMOVED) == new
    assert all(first.change is not second.change for first, second in pairwise(runs))


def test_two_books_are_compared_in_no_time() -> None:
    start = time.process_time()
    compare("a b c " * 50_000, "b a d " * 50_000)
    assert time.process_time() - start < 2
