"""What changed between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.differences import Change, Stretch, between

WORDS = st.lists(st.sampled_from(["Bill", "12", "قانون", "l'État", "\n", "passed,"]), max_size=12)


def test_words_that_changed_stand_together() -> None:
    """A reader sees one replacement, not three words with blanks between."""
    assert between("The bill passed its first reading.", "The bill passed both readings.") == (
        Stretch(Change.SAME, "The bill passed "),
        Stretch(Change.REMOVED, "its first reading"),
        Stretch(Change.ADDED, "both readings"),
        Stretch(Change.SAME, "."),
    )


def test_equal_texts_have_nothing_changed() -> None:
    """One stretch, or none of an empty text."""
    assert between("Same.", "Same.") == (Stretch(Change.SAME, "Same."),)
    assert between("", "") == ()


@given(st.one_of(st.text(max_size=80), WORDS.map(" ".join)), st.text(max_size=80))
def test_both_texts_can_be_read_out_of_the_differences(before: str, after: str) -> None:
    """Nothing is lost and nothing invented, whatever the texts."""
    found = between(before, after)
    assert "".join(each.words for each in found if each.change is not Change.ADDED) == before
    assert "".join(each.words for each in found if each.change is not Change.REMOVED) == after


def test_a_very_long_text_is_compared_line_by_line() -> None:
    """Twenty thousand words must not hold anybody's tap."""
    lines = [f"line {number} of many words to read\n" for number in range(3000)]
    after = [*lines[:1500], "one line more\n", *lines[1500:]]
    changed = [
        each for each in between("".join(lines), "".join(after)) if each.change is not Change.SAME
    ]
    assert changed == [Stretch(Change.ADDED, "one line more\n")]


def test_a_sentence_that_went_is_told_from_its_first_word() -> None:
    """The words around it can be shared in several ways; only one of them reads like a sentence."""
    before = "Water reaches all. The sewer is being laid. The others wait."
    after = "Water reaches all. The others wait."
    went = [each.words for each in between(before, after) if each.change is Change.REMOVED]
    came = [each.words for each in between(after, before) if each.change is Change.ADDED]
    assert went == came == ["The sewer is being laid. "]
