"""Screens of those who contribute: what is sent, what became of it, the code that tells of it.

What comes unasked names neither the consultation nor what was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.consultations import Consultation
from bot.domain.contributions import About, Contribution, Kind, State
from bot.domain.enclosures import Enclosure, EnclosureKind, EnclosureState
from bot.domain.national_reports import Chapter
from bot.domain.screens import (
    Code,
    Listing,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.national_reports import chapter_called
from bot.domain.views.participants import came_of, title

START = 60
"""Characters of a contribution in a list."""


def about(found: About, codes: Mapping[int, str], chapter: Chapter | None) -> Value:
    """What is spoken of, as it stands in a sentence; `chapter` None: it can be named no more."""
    match found.kind:
        case Kind.REPORT:
            return text("contributed.about.report")
        case Kind.THEME:
            return text("contributed.about.theme", theme=Words(found.theme))
        case Kind.ITEMS:
            named = tuple(Code(codes[each]) for each in found.items if each in codes)
            return text("contributed.about.items", items=Listing(named))
        case Kind.CHAPTER:
            return of_chapter(chapter)


def of_chapter(chapter: Chapter | None) -> Text:
    """A chapter by its title."""
    if chapter is None:
        return text("contributed.about.a_chapter")
    return text("contributed.about.chapter", chapter=chapter_called(chapter))


def receipt(found: Consultation, made: Contribution, *, amended: bool) -> Screen:
    """It is sent; the chat can be cleared of it."""
    key = "contributed.amended" if amended else "contributed.receipt"
    return message(
        text(key, title=title(found), number=made.number),
        "contributed.can_be_cleared",
        rows=[
            (button("clear_chat", f"contributed_clear:{found.code}:{made.number}"),),
            (
                button("contribute", f"contribute:{found.code}"),
                button("contributed", f"contributed:{found.code}"),
            ),
        ],
    )


def listed(found: Consultation, mine: Sequence[Contribution], *, today: date) -> Screen:
    """Everything that one has contributed, and what became of it."""
    lines: list[Text | None] = [_how_often(found, mine)]
    for each in mine:
        number = text("contributed.number", number=each.number)
        lines.append(text("contributed.line", number=number, state=_standing(each)))
    rows: list[Row] = [
        (button("open_contribution", f"contributed_one:{found.code}:{each.number}", n=each.number),)
        for each in mine
        if each.state is State.SENT
    ]
    if found.takes_contributions(today):
        bare = f"leave_words:{found.code}:{found.wanted.kept_until.isoformat()}"
        rows.append((button("contribute", f"contribute:{found.code}"),))
        rows.append((button("leave_words", bare),))
    return screen(*lines, rows=[*rows, (button("back", f"sign_up:{found.code}"),)])


def _how_often(found: Consultation, mine: Sequence[Contribution]) -> Text:
    """How much of what one has contributed stands."""
    if standing := sum(each.state is State.SENT for each in mine):
        return text("contributed.mine", title=title(found), count=standing)
    return text("contributed.all_withdrawn" if mine else "contributed.none", title=title(found))


def one(
    found: Consultation,
    mine: Contribution,
    spoken_of: Value,
    sent: Sequence[Enclosure],
    *,
    today: date,
) -> Screen:
    """One's own contribution in full, with what it is about, its files and the answer."""
    rows: list[Row] = []
    at = f"{found.code}:{mine.number}"
    if found.takes_contributions(today):
        rows.append(
            (
                button("amend_contribution", f"contributed_amend:{at}"),
                button("withdraw_contribution", f"contributed_withdraw:{at}"),
            )
        )
    rows.append((button("clear_chat", f"contributed_clear:{at}"),))
    rows.append((button("back", f"contributed:{found.code}"),))
    return screen(*_told(mine, spoken_of, sent), rows=rows)


def _told(mine: Contribution, spoken_of: Value, sent: Sequence[Enclosure]) -> list[Text | None]:
    lines: list[Text | None] = [
        text("contributed.number", number=mine.number),
        text("contributed.is_about", about=spoken_of),
    ]
    lines += said(mine)
    if (facts := files(sent)) is not None:
        lines.append(text("enclosure.files", facts=facts))
    return [*lines, *became(mine)]


def said(kept: Contribution) -> list[Text]:
    """For whom it was handed on, and its words, where files do not speak alone."""
    if kept.said is None:
        return []
    lines = []
    if kept.said.behalf:
        lines.append(text("contributed.behalf", whom=Words(kept.said.behalf)))
    if kept.said.words:
        lines.append(text("card.words", words=Words(kept.said.words, kept.said.language)))
    return lines


def files(sent: Sequence[Enclosure]) -> Value | None:
    """Which files there are, each kind once, and how many of them were refused; None: none."""
    standing = [each for each in sent if each.state is not EnclosureState.REFUSED]
    counted = Counter(each.kind for each in standing)
    facts: list[Value] = [
        text(f"enclosure.count.{kind}", count=counted[kind])
        for kind in EnclosureKind
        if counted[kind]
    ]
    if refused := len(sent) - len(standing):
        facts.append(text("enclosure.count.refused", count=refused))
    return Listing(tuple(facts)) if facts else None


def ask_for_voice(code: str, enclosure_id: int) -> Screen:
    """Before a voice is kept: who knows it knows whose it is."""
    at = f"{code}:{enclosure_id}"
    return screen(
        "enclosure.voice_ask",
        rows=[(button("voice_keep", f"voice_keep:{at}"), button("voice_drop", f"voice_drop:{at}"))],
    )


def voice_decided(*, kept: bool) -> Screen:
    """The voice is kept, or not."""
    return screen("enclosure.voice_kept" if kept else "enclosure.voice_dropped")


def file_refused(code: str, reason: Text, *, sent: bool) -> Screen:
    """A file could not be taken; what it belonged to is not named.

    It leads to the contributions where its own is among them: `sent`, and not still being written.
    """
    rows = [(button("look", f"contributed:{code}"),)] if sent else []
    return message(text("enclosure.refused", reason=reason), rows=rows)


def became(mine: Contribution) -> list[Text]:
    """What became of a contribution, and why."""
    lines = [text("contributed.became", state=_standing(mine))]
    if mine.answer:
        answer = Words(mine.answer, mine.answer_language)
        lines += [text("contributed.answer"), text("card.words", words=answer)]
    return lines


def _standing(mine: Contribution) -> Text:
    if mine.state is State.WITHDRAWN:
        return text("contributed.state.withdrawn")
    return text(f"contributed.outcome.{mine.outcome}")


def ask_to_withdraw(found: Consultation, mine: Contribution) -> Screen:
    """Before the words go."""
    at = f"{found.code}:{mine.number}"
    return screen(
        text("contributed.withdraw_ask", number=mine.number),
        rows=[
            (button("withdraw_contribution_yes", f"contributed_withdraw:{at}:yes"),),
            (button("back", f"contributed_one:{at}"),),
        ],
    )


def cleared(found: Consultation) -> Screen:
    """The chat is being cleared of a contribution."""
    return message("contributed.cleared", rows=[(button("back", f"contributed:{found.code}"),)])


def news(code: str) -> Screen:
    """Something became of a contribution; what, is said on the screen that it leads to."""
    return message("participant.news", rows=[(button("look", f"contributed:{code}"),)])


# -- With no way back ------------------------------------------------------------------------------


def left(found: Consultation, made: Contribution, code: str, *, until: date) -> Screen:
    """It is sent, no chat leads to it; the code, once. It is kept `until` that day."""
    return message(
        text("contributed.left", title=title(found), number=made.number),
        text("contributed.code", code=Code(code)),
        "contributed.code_once",
        text("contributed.kept", until=until),
        rows=[(button("clear_code", "code_clear"),)],
    )


def left_discreetly(code: str) -> Screen:
    """The same where the phone may be looked at by others: the code, and that it does not stay."""
    return message(
        text("contributed.code", code=Code(code)),
        "contributed.code_once",
        "discreet.code_goes",
        rows=[(button("clear_code", "code_clear"),)],
    )


def ask_for_code() -> Screen:
    """What is to be typed to learn what became of it."""
    return message("contributed.code_ask")


def no_such_code() -> Screen:
    """Whatever is wrong with it, the answer is the same."""
    return message("contributed.code_wrong")


def of_code(
    found: Consultation,
    mine: Contribution,
    spoken_of: Value,
    code: str,
    *,
    today: date,
    summarised: bool,
) -> Screen:
    """What became of words that were left, which are not shown again, and of all the others."""
    rows = came_of(found.code, summarised=summarised)
    if found.takes_contributions(today):
        rows.append((button("withdraw_contribution", f"code_withdraw:{code}"),))
    return message(
        text("contributed.number", number=mine.number),
        text("contributed.is_about", about=spoken_of),
        *became(mine),
        rows=rows,
    )


def ask_to_withdraw_of_code(mine: Contribution, code: str) -> Screen:
    """Before it is erased."""
    return message(
        text("contributed.withdraw_ask", number=mine.number),
        rows=[(button("withdraw_contribution_yes", f"code_withdraw:{code}:yes"),)],
    )


def withdrawn() -> Screen:
    """Nothing of it is kept."""
    return message("contributed.withdrawn_of_code")
