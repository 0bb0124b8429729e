"""Long texts as several messages."""

from __future__ import annotations

import re
from html import unescape
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.sandbox.entities import parse_html, units
from bot.wire.split import split, visible_units

PLAIN = st.text(
    st.sampled_from("ab \n\nعé\u0301👍🏽\U0001f1eb\U0001f1f7\u200d\u2068\u2069"), max_size=80
)
WORDS = PLAIN.map(lambda text: text.replace("é", "&amp;").replace("b", "&#1086;"))


def tagged(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        [
            ("<b>", "</b>"),
            ("<i>", "</i>"),
            ("<code>", "</code>"),
            ('<a href="https://a.b/?c">', "</a>"),
        ]
    )
    return st.builds(lambda tag, text: tag[0] + text + tag[1], tags, inner)


HTML = st.lists(
    st.one_of(WORDS, st.recursive(WORDS, lambda inner: st.one_of(tagged(inner)), max_leaves=3)),
    max_size=8,
).map("".join)


def seen(html: str) -> str:
    return unescape(re.sub("<[^<>]*>", "", html))


def squeezed(text: str) -> str:
    return "".join(each for each in text if not each.isspace() and category(each) != "Cf")


@given(HTML, st.integers(8, 60))
@example("a" * 100, 10)
@example("<b>" + "word " * 50 + "</b>", 12)
@example("x\n\n\n\n" * 30, 8)
def test_every_part_is_whole_and_nothing_is_lost(html: str, limit: int) -> None:
    """Parts parse as HTML by themselves, keep to the limit, and together say the same."""
    parts = split(html, limit)
    for part in parts:
        text, _ = parse_html(part)
        assert 0 < units(text) <= limit
        assert visible_units(part) == units(text)
        assert text.strip()
    assert squeezed("".join(map(seen, parts))) == squeezed(seen(html))


@given(HTML, st.integers(8, 60))
def test_every_letter_keeps_its_tags(html: str, limit: int) -> None:
    """What was bold, a link or code is so in whichever part it stands."""

    def letters(source: str) -> list[tuple[str, tuple[str, ...]]]:
        text, entities = parse_html(source)
        raw = text.encode("utf-16-le", "surrogatepass")
        return [
            (
                raw[2 * at : 2 * at + 2].decode("utf-16-le", "surrogatepass"),
                tuple(
                    sorted(
                        e["type"] for e in entities if e["offset"] <= at < e["offset"] + e["length"]
                    )
                ),
            )
            for at in range(len(raw) // 2)
        ]

    whole = [each for each in letters(html) if squeezed(each[0])]
    parts = [each for part in split(html, limit) for each in letters(part) if squeezed(each[0])]
    assert parts == whole


def test_a_short_text_stays_as_it_is() -> None:
    assert split("<b>A &amp; B</b>\n\nC") == ["<b>A &amp; B</b>\n\nC"]


def test_a_blank_text_makes_no_message() -> None:
    assert split(" \n <b> </b>") == []


def test_paragraphs_come_before_lines_and_lines_before_words() -> None:
    text = "one two\nthree four\n\nfive six\nseven eight"
    assert split(text, 30) == ["one two\nthree four", "five six\nseven eight"]
    assert split("one two three\nfour five six", 20) == ["one two three", "four five six"]
    assert split("one two three four", 10) == ["one two", "three four"]


def test_open_tags_are_closed_and_opened_again() -> None:
    assert split("<b>one <i>two three</i> four</b>", 8) == [
        "<b>one <i>two</i></b>",
        "<b><i>three</i></b>",
        "<b>four</b>",
    ]


def test_one_entity_counts_as_one_and_is_never_cut() -> None:
    assert visible_units("&amp;&lt;&#128077;") == 3
    assert split("&amp;" * 12, 5) == ["&amp;" * 5, "&amp;" * 5, "&amp;" * 2]


@pytest.mark.parametrize("character", ["👍🏽", "👩‍👩‍👧", "e\u0301", "\U0001f1eb\U0001f1f7"])
def test_what_a_reader_takes_for_one_character_is_never_cut(character: str) -> None:
    parts = split(character * 20, 17)
    assert all(part == character * (len(part) // len(character)) for part in parts)


def test_four_thousand_and_ninety_six_units_are_one_message() -> None:
    assert len(split("a" * 4096)) == 1
    assert len(split("a" * 4097)) == 2
    assert len(split("👍" * 2048)) == 1
    assert len(split("👍" * 2049)) == 2
