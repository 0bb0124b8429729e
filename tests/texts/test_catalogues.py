"""The catalogues: complete, at one with each other and the code, fit for Telegram."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from bot.domain.requests import Preview
from bot.domain.views import requests
from bot.texts import Texts, available, catalogue
from tests.tools import texts as workshop
from tests.tools.texts import PLURALS, Entry, Used, broken, plural_form, problems, read, used, write


def test_every_text_is_there_in_every_language_and_used() -> None:
    """Missing or dead keys, differing fields, lacking plural forms, broken tags, long labels."""
    assert list(problems()) == []


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_nothing_is_said_by_a_picture(language: str) -> None:
    """Screen readers spell pictures out, and some fonts have none (SCREENS.md)."""
    words = catalogue(language).read_text("utf-8")
    assert {each for each in words if unicodedata.category(each) in ("So", "Sk", "Co")} == set()


def test_the_required_languages_have_catalogues() -> None:
    assert set(available()) >= {"en", "fr", "ar"}


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_a_catalogue_is_sorted_and_written_as_the_workshop_writes(
    language: str, tmp_path: Path
) -> None:
    """So that two people's additions meet in few lines; `texts sort` mends it."""
    again = tmp_path / "again.po"
    write(again, language, read(catalogue(language), language).values())
    assert catalogue(language).read_text("utf-8") == again.read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "forms"),
    [("en", [1, 0, 1, 1, 1, 1]), ("fr", [0, 0, 1, 1, 1, 1]), ("ar", [0, 1, 2, 3, 4, 5])],
)
def test_each_plural_form_has_its_numbers(language: str, forms: list[int]) -> None:
    assert [plural_form(language, number) for number in (0, 1, 2, 3, 11, 100)] == forms


def test_every_text_can_be_read_by_the_text_layer() -> None:
    texts = Texts.load()
    for language in PLURALS:
        for key in read(catalogue(language), language):
            assert texts.knows(key, language), f"{language}: {key}"


@pytest.mark.parametrize(
    ("language", "slip"),
    [
        ("fr", r"[ \u202f][:;?!»]|«(?!\u00a0)|(?<!\u00a0)»|'"),
        ("ar", r"«(?!\u00a0)|(?<!\u00a0)»|[ء-ي][,;?]|ًا|[\u200e\u200f]"),
    ],
)
def test_marks_and_spaces_are_those_of_the_language(language: str, slip: str) -> None:
    """French: U+00A0 inside « » and before : ; ? !, and ’. Arabic: ، ؛ ؟, « », اً."""
    slips = {
        entry.key
        for entry in read(catalogue(language), language).values()
        if any(re.search(slip, form) for form in entry.forms)
    }
    assert slips == set()


# -- The workshop itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("<b>bold", "<b> is not closed"),
        ("bold</b>", "</b> closes nothing"),
        ("<b><i>x</b></i>", "</b> closes nothing"),
        ("<script>x</script>", "Telegram knows no <script>"),
        ('<a href="x">y</a>', 'Telegram knows no <a href="x">'),
        ("fish & chips", "& is written &amp;"),
        ("{0}", "a field is a plain name: {0}"),
        ("{a.b}", "a field is a plain name: {a.b}"),
        ("{due:%d}", "nobody can show {due:%d}"),
        ("{open", "broken braces"),
    ],
)
def test_what_telegram_or_the_text_layer_would_refuse_is_found(
    template: str, complaint: str
) -> None:
    assert any(each.startswith(complaint) for each in broken(template))


def test_a_good_template_is_not_complained_about() -> None:
    good = "<blockquote expandable>{a} &amp; <b>{due:weekday}</b></blockquote> {{braces}}"
    assert list(broken(good)) == []


def test_no_name_that_is_made_of_anything_keeps_every_label_alive() -> None:
    """The demo names labels by a variable, and a dead one stayed."""
    assert not used().alive("button.no_such_label")


def test_keys_are_found_however_the_code_names_them(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    room = tmp_path / "bot"
    room.mkdir()
    (room / "sample.py").write_text(
        "text('a.one', item=1, count=2)\n"
        "screens.text('a.' 'two' if late else 'a.three')\n"
        "screen('b.one', None, text('b.two', x=1, **more), rows=[button('send', 'send:1')])\n"
        "raise Unfit('error.unfit')\n"
        "class Closed(Refused):\n    key: ClassVar[str] = 'error.closed'\n"
        "text(f'status.{code}')\nkey = 'c.kept'\n"
    )
    found = used(tmp_path)
    assert set(found.keys) == {
        *("a.one", "a.two", "a.three", "b.one", "b.two"),
        *("button.send", "error.unfit", "error.closed"),
    }
    assert found.values["a.one"] == {"item", "count"}
    assert "b.two" not in found.values, "what ** brings is not known"
    assert found.alive("status.in_progress")
    assert found.alive("c.kept")
    assert not found.alive("a.four")
    assert found.shown == {r"status\.[a-z0-9_.]+": "bot/sample.py:7"}


def test_a_family_of_texts_that_has_no_text_at_all_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing named `language.…` was left, and a button read `Message in language.fr`."""
    nobody = Used(shown={r"no_such\.[a-z0-9_.]+": "bot/sample.py:1"})
    monkeypatch.setattr(workshop, "used", lambda: nobody)
    assert r"missing: no_such\.[a-z0-9_.]+ in every language (bot/sample.py:1)" in problems()


def test_merging_a_fragment_adds_replaces_and_sorts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "catalogue", lambda language: tmp_path / f"{language}.po")
    fragment = tmp_path / "fragment.po"
    fragment.write_text('msgid "b.two"\nmsgstr "two"\n\nmsgid "a.one"\nmsgstr "on\\ne"\n')
    assert workshop.add("en", [fragment]) == (2, 0)
    fragment.write_text(
        '# said of files\nmsgid "b.two"\nmsgstr "TWO “\\"”"\n\n'
        'msgid "a.many"\nmsgid_plural "a.many"\nmsgstr[0] "one"\nmsgstr[1] "{count}"\n'
    )
    assert workshop.add("en", [fragment]) == (1, 1)
    assert list(read(tmp_path / "en.po", "en").values()) == [
        Entry("a.many", ("one", "{count}"), plural=True),
        Entry("a.one", ("on\ne",), plural=False),
        Entry("b.two", ('TWO “"”',), plural=False, notes=("said of files",)),
    ]


def test_a_key_that_stands_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    """A catalogue reader would silently keep one of the two."""
    twice = tmp_path / "twice.po"
    twice.write_text('msgid "a.one"\nmsgstr "1"\n\nmsgid "a.one"\nmsgstr "2"\n')
    with pytest.raises(ValueError, match=r"twice in one file: a\.one"):
        read(twice, "en")


@pytest.mark.parametrize(
    ("language", "people", "houses", "expected"),
    [
        ("ar", 2, 2, "يصل إلى شخصين في مؤسستين."),
        ("ar", 0, 0, "لا يصل إلى أحد عبر هذا البوت."),
        ("en", 2, 1, "Reaches 2 people in 1 institution."),
        ("en", 0, 0, "Reaches nobody through this bot."),
    ],
)
def test_what_a_request_reaches_is_one_right_sentence(
    language: str, people: int, houses: int, expected: str
) -> None:
    """Arabic has another dual after a preposition."""
    [line] = requests.facts(Preview(0, houses, people), {}, None, language=language)
    assert Texts.load().render(line, language, mode="bare") == expected
