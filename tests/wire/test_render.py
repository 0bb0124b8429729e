"""Screens as what is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.domain.screens import Attachment, Button, Screen, Text
from bot.texts import Texts
from bot.wire.render import Key, Rendered, Unrenderable, callback_data, render

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "words"
msgstr "{words}"

msgid "one"
msgstr "One"

msgid "two"
msgstr "Two"

msgid "small"
msgstr "every month"

msgid "code"
msgstr "<b>Code</b> {words}"
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("locales")
    for language in ("en", "ar"):
        path: Path = folder / language / "LC_MESSAGES" / "focalpoint.po"
        path.parent.mkdir(parents=True)
        plural = {
            "en": "nplurals=2; plural=(n != 1)",
            "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
            "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)",
        }[language]
        path.write_text(PO.replace("nplurals=1; plural=0", plural), encoding="utf-8")
    return Texts.load(["en", "ar"], folder=folder)


def words(text: str) -> Text:
    return Text("words", {"words": text})


ONE, TWO = Button(Text("one"), "home"), Button(Text("two"), "c:abc:2")
FILE = Attachment("a" * 64, "report.pdf")


def plain(part: Rendered) -> str:
    return part.html.replace("\u2068", "").replace("\u2069", "")


def test_lines_stand_below_each_other_and_words_are_escaped(texts: Texts) -> None:
    (part,) = render(Screen((words("a < b"), None, Text("one"))), "en", texts)
    assert plain(part) == "a &lt; b\n\nOne"


def test_rows_are_turned_round_in_a_language_from_right_to_left(texts: Texts) -> None:
    shown = Screen((Text("one"),), rows=((ONE, TWO), (ONE,)))
    (english,), (arabic,) = render(shown, "en", texts), render(shown, "ar", texts)
    assert [[key.label for key in row] for row in english.keyboard] == [["One", "Two"], ["One"]]
    assert [[key.label for key in row] for row in arabic.keyboard] == [["Two", "One"], ["One"]]


def test_a_label_begins_with_a_capital_and_a_name_as_it_is_written(texts: Texts) -> None:
    small, name = Button(Text("small"), "home"), Button(words("al-Noor"), "home")
    (part,) = render(Screen((Text("small"),), rows=((small, name),)), "en", texts)
    assert [key.label for key in part.keyboard[0]] == ["Every month", "\u2068al-Noor\u2069"]
    assert part.html == "every month"


def test_conversation_buttons_keep_their_data_and_others_are_marked(texts: Texts) -> None:
    (part,) = render(Screen((Text("one"),), rows=((ONE, TWO),)), "en", texts)
    assert part.keyboard == ((Key("One", "data", "o:home"), Key("Two", "data", "c:abc:2")),)


def test_links_and_texts_to_copy_are_keys_too(texts: Texts) -> None:
    row = (Button(Text("one"), url="https://example.org"), Button(Text("two"), copy="SU-2026-0001"))
    (part,) = render(Screen((Text("one"),), rows=(row,)), "en", texts)
    markup = part.markup()
    assert markup is not None
    link, copy = markup.inline_keyboard[0]
    assert link.url == "https://example.org"
    assert copy.copy_text is not None
    assert copy.copy_text.text == "SU-2026-0001"


def test_sixty_four_bytes_are_the_limit_and_letters_are_not_bytes() -> None:
    assert callback_data("a" * 62) == "o:" + "a" * 62
    for act in ("a" * 63, "ع" * 32, "c:" + "a" * 63):
        with pytest.raises(Unrenderable):
            callback_data(act)


def test_nine_buttons_in_a_row_are_two_rows_and_a_hundred_and_one_are_refused(texts: Texts) -> None:
    (part,) = render(Screen((Text("one"),), rows=((ONE,) * 9,)), "en", texts)
    assert [len(row) for row in part.keyboard] == [8, 1]
    with pytest.raises(Unrenderable):
        render(Screen((Text("one"),), rows=((ONE,),) * 101), "en", texts)


@pytest.mark.parametrize(
    "button",
    [
        Button(Text("one")),
        Button(Text("one"), "home", url="https://a.b"),
        Button(Text("one"), copy=""),
    ],
)
def test_a_button_without_one_purpose_is_refused(texts: Texts, button: Button) -> None:
    with pytest.raises(Unrenderable):
        render(Screen((Text("one"),), rows=((button,),)), "en", texts)


def test_a_screen_without_words_is_refused(texts: Texts) -> None:
    with pytest.raises(Unrenderable):
        render(Screen((None, words(" "))), "en", texts)


def test_a_long_text_has_its_keyboard_on_the_last_part(texts: Texts) -> None:
    parts = render(Screen((words("word " * 2000),), rows=((ONE,),)), "en", texts)
    assert len(parts) == 3
    assert [bool(part.keyboard) for part in parts] == [False, False, True]


def test_one_file_carries_the_text_as_its_caption(texts: Texts) -> None:
    (part,) = render(Screen((words("short"),), ((ONE,),), (FILE,)), "en", texts)
    assert part.attachment == FILE
    assert plain(part) == "short"
    assert part.keyboard


def test_a_text_too_long_for_a_caption_follows_the_file(texts: Texts) -> None:
    first, last = render(Screen((words("x" * 1023),), ((ONE,),), (FILE,)), "en", texts)
    assert (first.attachment, first.html, first.keyboard) == (FILE, "", ())
    assert last.attachment is None
    assert last.keyboard


def test_a_file_needs_no_words(texts: Texts) -> None:
    (part,) = render(Screen((), attachments=(FILE,)), "en", texts)
    assert part == Rendered("", (), FILE)


def test_a_part_survives_json(texts: Texts) -> None:
    shown = Screen((words("a & b"),), ((ONE, TWO),), (FILE,))
    for part in render(shown, "ar", texts):
        assert Rendered.from_json(json.loads(json.dumps(part.to_json()))) == part
