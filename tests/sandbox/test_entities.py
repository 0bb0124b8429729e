"""HTML becomes text and entities as on Telegram, or is refused in its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.entities import formatted, parse_html, to_html, units
from bot.sandbox.refusals import Refusal

SOME = "🏟 🏟&lt;"  # 13 bytes, as the Bot API counts


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SOME + "<abacaba", "Unclosed start tag at byte offset 13"),
        (SOME + "<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        (SOME + "<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (SOME + "<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        (SOME + "<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        (SOME + "<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        (SOME + '<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        (SOME + "</", "Unexpected end tag at byte offset 13"),
        (SOME + "<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (
            SOME + "<i>a</em   >",
            'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
        ),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_byte(source: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


def test_offsets_count_utf_16_units() -> None:
    text, entities = parse_html("🌍 <b>قرار <i>140.7</i></b>")
    assert text == "🌍 قرار 140.7"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 10},
        {"type": "italic", "offset": 8, "length": 5},
    ]


def test_space_around_goes_and_entities_move_along() -> None:
    assert formatted(" \n <b> word </b> \n", "HTML", None) == (
        "word",
        [{"type": "bold", "offset": 0, "length": 4}],
    )


def test_older_embedding_marks_are_stripped_and_isolates_are_kept() -> None:
    text, _ = formatted("a\u202b\u2068140.7\u2069\u202c b\r\n\x07", None, None)
    assert text == "a\u2068140.7\u2069 b"


def test_links_and_commands_are_found_but_not_inside_code() -> None:
    text, entities = formatted(
        "/start@some_bot see https://example.org/a, <code>/no</code>", "HTML", None
    )
    assert [(each["type"], text[each["offset"] :][: each["length"]]) for each in entities] == [
        ("bot_command", "/start@some_bot"),
        ("url", "https://example.org/a"),
        ("code", "/no"),
    ]


@pytest.mark.parametrize("around", ["\u2068{}\u2069", "“{}”", "«\u00a0{}\u00a0»", "({})"])
def test_what_stands_around_a_link_is_no_part_of_it(around: str) -> None:
    link = "https://t.me/maravia_bot?start=c-hsgey8nm4f"
    text, (found,) = formatted(around.format(link), None, None)
    assert text[found["offset"] :][: found["length"]] == link


def test_a_closing_tag_that_somebody_typed_is_no_command() -> None:
    assert formatted("Bill 12 <b>passed</b>", None, None) == ("Bill 12 <b>passed</b>", [])


def test_other_parse_modes_are_refused() -> None:
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        formatted("*a*", "MarkdownV2", None)


def test_links_of_dangerous_kinds_become_no_links() -> None:
    assert parse_html('<a href="javascript:alert(1)">x</a>') == ("x", [])


@given(st.text())
def test_any_text_once_escaped_is_shown_unchanged(text: str) -> None:
    kept, entities = formatted(text, None, None)
    shown = to_html(kept, entities)
    assert "<script" not in shown
    back, _ = formatted(kept, None, None)
    assert back == kept
    assert all(each["offset"] + each["length"] <= units(kept) for each in entities)
