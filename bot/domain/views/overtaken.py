"""Somebody was faster: what happened meanwhile, and what becomes of what a person wrote."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.items import ReportState
from bot.domain.screens import Button, Code, Row, Screen, Text, Words, button, message, text
from bot.domain.views.common import HOME

TITLE = 40
TEXT_KEYS = ("button.go_on_upon", "button.as_new_report", "button.as_question")


def overtaken(
    told: Text,
    changed: Sequence[Text],
    said: Sequence[Text],
    *,
    look: str | None = None,
    draft_id: int | None = None,
    goes_on: str | None = None,
) -> Screen:
    """What happened, what is there now, what was written and not sent, and how it can go on.

    `look` is the act that shows what is there; `goes_on` names the button of a draft that can be
    sent upon that. Without a draft nothing was written.
    """
    lines: list[Text | None] = [told, *changed]
    first: list[Button] = []
    last = [HOME]
    if look is not None:
        first.append(button("see_now", look))
    if draft_id is not None:
        lines += [None, text("overtaken.kept"), *said]
        if goes_on is not None:
            first.append(button(goes_on, f"draft:{draft_id}"))
        last.insert(0, button("discard", f"discard:{draft_id}"))
    rows: list[Row] = [tuple(each) for each in (first, last) if each]
    return message(*lines, rows=rows)


def title(words: Words) -> Text:
    """How a draft is called that can be sent no more: by how it begins."""
    return text("overtaken.unsent", words=Words(words.words, words.language, limit=TITLE))


def report(number: str, state: ReportState) -> Text:
    """It was decided on, or taken back."""
    return text("overtaken.report", number=Code(number), state=text(f"report.state.{state}"))
