"""Texts as a reader gets them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import PoFileError
from hypothesis import given
from hypothesis import strategies as some

from bot.clock import Clock
from bot.domain.screens import (
    Code,
    Language,
    Listing,
    Text,
    Value,
    Words,
    text,
    text_from_json,
    text_to_json,
)
from bot.texts import (
    Texts,
    UnknownLanguage,
    clean,
    direction,
    language_name,
    negotiate,
    own_name,
    shorten,
)
from storage import home
from tests.tools.texts import Entry, write

FSI, PDI = "\u2068", "\u2069"

TEMPLATES: dict[str, dict[str, str | tuple[str, ...]]] = {
    "en": {
        "a.value": "It is {value}.",
        "a.pair": "{first} · {rest}",
        "a.quote": "Says “{value}”, no more.",
        "a.bold": "<b>Due</b> &amp; done: {value}",
        "a.code": "See <code>{value}</code>.",
        "a.weekday": "On {value:weekday}.",
        "a.time": "At {value:time}.",
        "a.percent": "{value:percent}",
        "a.capital": "{value:capital}: so",
        "a.day": "{value:day} to 21 May",
        "a.count": ("one of {count}", "{count} of them"),
        "only.english": "Only here: {value}",
        "label.language": "({language})",
        "label.weekday": "{weekday} {day}",
    },
    "fr": {
        "a.value": "C’est {value}.",
        "a.quote": "Dit «\u00a0{value}\u00a0», pas plus.",
        "a.weekday": "Le {value:weekday}.",
        "a.day": "du {value:day} au 21 mai",
        "a.count": ("un de {count}", "{count} parmi eux"),
        "label.language": "({language})",
        "label.weekday": "{weekday} {day}",
    },
    "ar": {
        "a.value": "إنه {value}.",
        "a.file": "Word: تقرير {value}",
        "a.pair": "{first} · {rest}",
        "a.count": ("صفر", "واحد", "اثنان", "قليل {count}", "كثير {count}", "غير ذلك {count}"),
        "label.language": "({language})",
        "label.weekday": "{weekday} {day}",
    },
}


class MayOf2026(Clock):
    def now(self) -> datetime:
        return datetime(2026, 5, 4, 22, 30, tzinfo=UTC)


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """A small catalogue in three languages; it is 4 May 2026, 22:30 UTC."""
    for language, templates in TEMPLATES.items():
        entries = [
            Entry(key, forms if isinstance(forms, tuple) else (forms,), isinstance(forms, tuple))
            for key, forms in templates.items()
        ]
        write(tmp_path / language / "LC_MESSAGES" / "focalpoint.po", language, entries)
    return Texts.load(("en", "fr", "ar"), clock=MayOf2026(), folder=tmp_path)


def shown(texts: Texts, value: Value, language: str = "en", key: str = "a.value") -> str:
    """A value in its sentence, without the marks that isolate it."""
    words = texts.render(text(key, value=value), language, mode="plain")
    return words.replace(FSI, "").replace(PDI, "")


def test_a_value_is_escaped_and_isolated_in_a_message(texts: Texts) -> None:
    words = texts.render(text("a.value", value="<b>&co"), "en")
    assert words == f"It is {FSI}&lt;b&gt;&amp;co{PDI}."


def test_a_plain_text_has_no_tags_and_escapes_nothing(texts: Texts) -> None:
    words = texts.render(text("a.bold", value="<b>&co"), "en", mode="plain")
    assert words == f"Due & done: {FSI}<b>&co{PDI}"


def test_a_bare_text_has_no_direction_marks(texts: Texts) -> None:
    value = Listing((Code("140.7"), text("a.value", value="x")))
    assert texts.render(text("a.bold", value=value), "en", mode="bare") == (
        "Due & done: 140.7 and It is x."
    )


def test_a_language_is_named_in_the_readers(texts: Texts) -> None:
    shown = text("a.value", value=Language("fr"))
    assert text_from_json(text_to_json(shown)) == shown
    assert texts.render(shown, "en", mode="bare") == "It is French."


def test_nothing_is_isolated_inside_code(texts: Texts) -> None:
    assert texts.render(text("a.code", value="a<b"), "en") == "See <code>a&lt;b</code>."
    assert texts.render(text("a.value", value=Code("A/1")), "en") == (
        f"It is {FSI}<code>A/1</code>{PDI}."
    )
    assert texts.render(text("a.code", value=Code("A/1")), "en") == "See <code>A/1</code>."


def test_each_line_of_somebodys_words_has_its_own_direction(texts: Texts) -> None:
    """A line break ends an isolation: without this the second line would turn around."""
    words = texts.render(text("a.value", value=Words("one\n\nواحد")), "en", mode="plain")
    assert words == f"It is {FSI}one{PDI}\n\n{FSI}واحد{PDI}."


def test_an_arabic_line_that_begins_with_latin_letters_reads_right_to_left(texts: Texts) -> None:
    """The first letter decides: `Word: …` in the list of exports stood with its end first."""
    assert texts.render(text("a.file", value="12"), "ar").startswith("\u200fWord: ")
    assert texts.render(text("a.value", value="12"), "ar").startswith("إنه")


def test_an_arabic_line_of_values_alone_reads_right_to_left(texts: Texts) -> None:
    """Isolated values lend their line no direction: `140.7 · noted` stood the wrong way round."""
    pair = text("a.pair", first="140.7", rest="مستحق")
    assert texts.render(pair, "ar") == f"\u200f{FSI}140.7{PDI} · {FSI}مستحق{PDI}"
    assert texts.render(pair, "ar", mode="bare") == "140.7 · مستحق"
    assert texts.render(pair, "en").startswith(FSI)
    assert texts.render(text("a.value", value="140.7"), "ar").startswith("إنه")


def test_words_of_another_language_are_labelled_behind_their_quotation_mark(texts: Texts) -> None:
    foreign = Words("Ratifier", "fr")
    assert shown(texts, foreign, key="a.quote") == "Says “Ratifier” (French), no more."
    assert shown(texts, Words("Ratify", "en"), "fr", "a.quote") == (
        "Dit «\u00a0Ratify\u00a0» (anglais), pas plus."
    )
    assert shown(texts, foreign, "fr", "a.quote") == "Dit «\u00a0Ratifier\u00a0», pas plus."
    assert shown(texts, foreign) == "It is Ratifier (French)."


def test_a_variant_of_the_readers_language_needs_no_label(texts: Texts) -> None:
    assert shown(texts, Words("Ratify", "en-GB")) == "It is Ratify."


def test_a_day_of_this_year_is_short_and_another_year_is_told(texts: Texts) -> None:
    assert shown(texts, date(2026, 11, 30)) == "It is 30 November."
    assert shown(texts, date(2027, 1, 2)) == "It is 2 January 2027."
    assert shown(texts, date(2026, 11, 30), "fr") == "C’est 30 novembre."
    assert shown(texts, date(2026, 12, 1), "fr") == "C’est 1er décembre."
    assert shown(texts, date(2027, 12, 1), "fr") == "C’est 1er décembre 2027."
    assert shown(texts, date(2026, 12, 21), "fr") == "C’est 21 décembre."
    assert shown(texts, date(2026, 11, 30), "ar") == "إنه 30 نوفمبر."
    assert shown(texts, date(2026, 11, 30), key="a.weekday") == "On Monday 30 November."
    assert shown(texts, date(2026, 11, 30), "fr", "a.weekday") == "Le lundi 30 novembre."
    assert shown(texts, date(2027, 11, 30), "fr", "a.weekday") == "Le mardi 30 novembre 2027."


def test_a_moment_is_told_in_the_readers_time_zone(texts: Texts) -> None:
    moment = text("a.value", value=datetime(2026, 5, 4, 23, 15, tzinfo=UTC))
    told = texts.render(moment, "en", mode="bare", timezone=ZoneInfo("Asia/Tokyo"))
    assert told == "It is 5 May, 08:15."
    at = text("a.time", value=datetime(2026, 5, 4, 23, 15, tzinfo=UTC))
    assert texts.render(at, "en", mode="bare") == "At 23:15."


def test_this_year_is_the_readers_year(texts: Texts, tmp_path: Path) -> None:
    class NewYearsEve(Clock):
        def now(self) -> datetime:
            return datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

    late = Texts.load(clock=NewYearsEve(), folder=tmp_path)
    day = text("a.value", value=date(2027, 1, 2))
    assert "2027" in late.render(day, "en")
    assert "2027" not in late.render(day, "en", timezone=ZoneInfo("Asia/Tokyo"))


def test_numbers_read_as_the_language_writes_them(texts: Texts) -> None:
    assert shown(texts, 1234567) == "It is 1,234,567."
    assert shown(texts, 0.5, "fr") == "C’est 0,5."
    assert shown(texts, 0.25, key="a.percent") == "25%"


def test_a_line_may_begin_with_a_value_that_is_small_elsewhere(texts: Texts) -> None:
    assert shown(texts, text("a.value", value=1), key="a.capital") == "It is 1.: so"
    small = text("a.pair", first="élan", rest=2)
    assert shown(texts, small, key="a.capital").startswith("Élan") is False, "a value is isolated"
    assert shown(texts, Language("en"), key="a.capital") == "English: so"


def test_the_first_of_two_days_in_a_month_is_its_number(texts: Texts) -> None:
    assert shown(texts, date(2027, 5, 20), key="a.day") == "20 to 21 May"
    assert shown(texts, date(2027, 5, 1), "fr", key="a.day") == "du 1er au 21 mai"


def test_a_list_is_joined_as_the_language_joins_it(texts: Texts) -> None:
    three = Listing(("a", "b", Words("c")))
    assert shown(texts, three) == "It is a, b and c."
    assert shown(texts, three, "fr") == "C’est a, b et c."


@pytest.mark.parametrize(
    ("number", "form"),
    [
        *((0, "صفر"), (1, "واحد"), (2, "اثنان"), (3, "قليل 3"), (10, "قليل 10"), (11, "كثير 11")),
        *((99, "كثير 99"), (100, "غير ذلك 100"), (102, "غير ذلك 102"), (103, "قليل 103")),
    ],
)
def test_arabic_has_six_plural_forms(texts: Texts, number: int, form: str) -> None:
    """Regression guard: the usual headers differ in the order of the last two forms."""
    assert texts.render(text("a.count", count=number), "ar", mode="bare") == form


def test_french_takes_none_for_singular_and_english_for_plural(texts: Texts) -> None:
    forms = [texts.render(text("a.count", count=n), "fr", mode="bare") for n in (0, 1, 2)]
    assert forms == ["un de 0", "un de 1", "2 parmi eux"]
    forms = [texts.render(text("a.count", count=n), "en", mode="bare") for n in (0, 1, 2)]
    assert forms == ["0 of them", "one of 1", "2 of them"]


def test_a_gap_is_filled_by_the_first_language_and_a_slip_shows_its_key(texts: Texts) -> None:
    assert shown(texts, "x", "ar", "only.english") == "Only here: x"
    assert texts.render(Text("no.such"), "ar") == "no.such"
    assert texts.knows("a.value", "ar")
    assert not texts.knows("only.english", "ar")


def test_a_catalogue_that_has_changed_is_read_again(texts: Texts, tmp_path: Path) -> None:
    entries = [Entry("a.value", ("Now {value}.",), plural=False)]
    write(tmp_path / "en" / "LC_MESSAGES" / "focalpoint.po", "en", entries)
    changed = Texts.load(("en",), folder=tmp_path)
    assert shown(changed, 7) == "Now 7."
    assert shown(texts, 7) == "It is 7."


def test_a_catalogue_can_wait_until_a_text_needs_it(texts: Texts, tmp_path: Path) -> None:
    (tmp_path / "fr" / "LC_MESSAGES" / "focalpoint.po").write_text("no catalogue", "utf-8")
    late = Texts.load(("en", "fr", "ar"), folder=tmp_path, at_need=True)
    assert late.languages == texts.languages
    assert shown(late, "x", "ar", "only.english") == "Only here: x"
    assert not late.knows("a.value", "tlh")
    with pytest.raises(PoFileError):
        late.knows("a.value", "fr")
    with pytest.raises(PoFileError):
        Texts.load(("en", "fr", "ar"), folder=tmp_path)


def test_a_language_without_a_catalogue_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownLanguage, match="'tlh'"):
        Texts.load(("en", "tlh"))


# -- Languages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("pt-br", "pt"),
        ("ar_EG", "ar"),
        ("zh-hans", "zh_Hans"),
        ("zh-hans-cn", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("x", "en"),
        ("not a language", "en"),
    ],
)
def test_a_hint_finds_the_best_language_offered(hint: str | None, expected: str) -> None:
    assert negotiate(hint, ("en", "fr", "ar", "pt", "zh_Hans"), "en") == expected


@given(some.text(max_size=20))
def test_any_hint_ends_at_a_language_that_is_offered(hint: str) -> None:
    assert negotiate(hint, ("en", "fr", "ar"), "fr") in ("en", "fr", "ar")


def test_languages_know_their_direction_and_their_names() -> None:
    assert [direction(each) for each in ("en", "fr", "ar", "zh-hans")] == [
        "ltr",
        "ltr",
        "rtl",
        "ltr",
    ]
    assert [own_name(each) for each in ("en", "fr", "ar")] == ["English", "Français", "العربية"]
    assert language_name("fr", "en") == "French"
    assert language_name("no such", "en") == "no such"


# -- Somebody's own words --------------------------------------------------------------------------


def test_cleaning_takes_out_what_could_turn_the_lines_around() -> None:
    assert clean("a\u202eb\u2066c\x00d\x1be\r\nf\rg\th\ufeff") == "abcde\nf\ng h"


def test_cleaning_keeps_joiners_and_accents() -> None:
    family = "👩\u200d👩\u200d👧"
    assert clean(f"{family} می\u200cخواهم e\u0301") == f"{family} می\u200cخواهم e\u0301"


@given(some.text())
def test_cleaned_words_can_be_sent_and_hold_no_marks(words: str) -> None:
    cleaned = clean(words)
    cleaned.encode("utf-8")
    assert not set(cleaned) & set("\u202a\u202e\u2066\u2067\u2068\u2069\x00\r")


def test_shortening_cuts_between_words_and_says_so() -> None:
    assert shorten("Bill 12 passed its first reading", 16) == "Bill 12 passed…"
    assert shorten("Bill 12 passed, at last", 16) == "Bill 12 passed…"
    assert shorten("short", 16) == "short"
    assert shorten("Donaudampfschifffahrt", 10) == "Donaudamp…"


def test_shortening_never_cuts_inside_a_character() -> None:
    assert shorten("e\u0301" * 10, 6) == "e\u0301e\u0301…"
    assert shorten("👩\u200d👧" * 5, 6) == "👩\u200d👧…"
    assert shorten("🇸🇳🇲🇦🇹🇳", 4) == "🇸🇳…"
    assert shorten("👍🏽👍🏽👍🏽", 4) == "👍🏽…"


@given(some.text(), some.integers(min_value=1, max_value=50))
def test_shortened_words_fit(words: str, limit: int) -> None:
    assert len(shorten(words, limit)) <= max(limit, 1)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_drafts_on_home_are_called_by_the_number_of_an_item_alone(language: str) -> None:
    texts = Texts.load([language])
    for flow in home.FLOWS:
        said = text(f"flow.{flow}.title", item=Code("140.7"))
        assert "140.7" in texts.render(said, language, mode="bare")
