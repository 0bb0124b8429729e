"""What a version changed, as it is read aloud: every word of both texts, in the right brackets."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import Figure
from bot.domain.redaction import Mark, Reason, disarmed, plain, stretches
from bot.domain.versions import Version, differences
from bot.domain.views import versions as views
from bot.texts import Texts

WORDS = st.text("ab cd.,\n", max_size=60)
TEXTS = Texts.load(["en", "fr", "ar"])
AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def version(number: int, **changes: object) -> Version:
    values = {
        "status": "in_progress",
        "as_of": date(2026, 5, 3),
        "measures": "Bill 12 passed its first reading on 3 May.",
        "remaining": None,
        "language": "en",
        "figures": (),
        "evidence": (),
        "seat_id": 1,
        "at": AT,
    }
    return Version(number, **{**values, **changes})  # type: ignore[arg-type]


def said(before: Version, after: Version, language: str = "en", *, whole: bool = False) -> str:
    lines = views.lines(differences(before, after), {}, whole=whole)
    rendered = (TEXTS.render(each, language, mode="bare") for each in lines)
    return "\n".join(rendered)


@given(WORDS, WORDS)
def test_what_is_shown_gives_both_texts_again(before: str, after: str) -> None:
    """Blanks at the edges of stretches aside: the text layer trims people's words."""
    changed = said(version(1, measures=before), version(2, measures=after), whole=True)
    if before == after:
        assert changed == ""
        return
    without = changed.removeprefix("Changed: ")
    old = re.sub(r"\[new: [^\]]*\]", "", without)
    new = re.sub(r"\[gone: [^\]]*\]", "", without)
    for shown, text in ((old, before), (new, after)):
        bare = re.sub(r"\[(?:new|gone): ([^\]]*)\]", r"\1", shown)
        assert "".join(bare.split()) == "".join(text.split())


def test_a_change_is_read_in_its_sentence() -> None:
    before = version(1, measures="Bill 12 passed its first reading.")
    after = version(2, measures="Bill 12 passed its second reading.")
    assert said(before, after) == (
        "Changed: Bill 12 passed its [gone: first] [new: second] reading."
    )


def test_everything_that_changed_is_told_in_every_language() -> None:
    before = version(1, figures=(Figure("Prosecutions", 12),), evidence=(1, 2))
    after = version(
        2,
        status="implemented",
        as_of=date(2026, 5, 4),
        remaining="Its publication.",
        figures=(Figure("Prosecutions", 14),),
        evidence=(2, 3),
    )
    told = said(before, after).split("\n")
    assert told[0] == "Status: in progress, now implemented"
    assert told[1].startswith("As of: 3 May")
    assert told[2] == "In what remains: Changed: [new: Its publication.]"
    assert told[3:5] == ["Figure removed: Prosecutions: 12", "Figure added: Prosecutions: 14"]
    assert [each.split(":")[0] for each in told[5:]] == ["File taken away", "File added"]
    for language in ("fr", "ar"):
        assert len(said(before, after, language).split("\n")) == len(told)


def test_a_redacted_version_says_so_instead() -> None:
    mark = Mark(date(2026, 5, 4), Reason.VICTIM)
    before = version(1, measures=mark.written())
    assert said(before, version(2)).startswith("Changed: [redacted on 4 May")


@given(st.dates(), st.sampled_from(Reason))
def test_a_mark_is_read_as_it_was_written_and_nobody_else_writes_one(
    day: date, reason: Reason
) -> None:
    written = Mark(day, reason).written()
    assert Mark.read(written) == Mark(day, reason)
    assert Mark.read(disarmed(written)) is None
    assert Mark.read(f"{written} and more") is None


def test_a_text_is_found_as_it_grew_in_the_chat() -> None:
    assert stretches("One.\n\nTwo.\n\nThree.") == {
        "One.",
        "Two.",
        "Three.",
        "One. Two.",
        "One. Two. Three.",
    }
    assert plain("One.\nTwo.") in stretches("One.\n\nTwo.")
