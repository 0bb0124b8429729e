"""Broadcasts: what people get, what an officer sees before and after, who missed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.domain.broadcasts import Broadcast, BroadcastState, Deliveries, Missed
from bot.domain.requests import UNDO, LeftOut, Preview
from bot.domain.screens import (
    Attachment,
    Button,
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
from bot.domain.views import boards
from bot.domain.views.common import HOME, HOME_BESIDE, LIST_LENGTH, dotted, pages, redacts
from bot.domain.views.people import name_for

BEGINNING = 80

TEXT_KEYS = (
    *(f"broadcast.state.{each}" for each in BroadcastState),
    *(f"broadcast.left_out.{each}" for each in LeftOut),
)


def delivered(
    words: str, language: str, broadcast_id: int, file: Attachment | None = None
) -> Screen:
    """What a person gets."""
    return Screen(
        (text("broadcast.from"), None, text("broadcast.words", words=Words(words, language))),
        ((button("broadcast_seen", f"seen:{broadcast_id}"),),),
        () if file is None else (file,),
        replaces=False,
    )


# -- Before it goes out ----------------------------------------------------------------------------


def notes(
    preview: Preview, *, names: Mapping[str, str], default_language: str, messages: int
) -> list[Text]:
    """Lines below the draft: whom it reaches, who is left out, which text some will get.

    `names` are those of languages, `messages` the most that anybody gets.
    """
    found = [
        _reaches(preview),
        *(
            text(f"broadcast.left_out.{reason}", count=count)
            for reason, count in Counter(reason for _, reason in preview.left_out).items()
        ),
        *(
            text(
                "broadcast.other_language",
                language=names[language],
                other=names[default_language],
                count=count,
            )
            for language, count in preview.other_language.items()
        ),
    ]
    if messages > 1:
        found.append(text("broadcast.in_parts", count=messages))
    return found


def _reaches(preview: Preview) -> Text:
    if not preview.institutions:
        return text("broadcast.reaches_people", count=preview.people)
    places = text("counted.institutions", count=preview.institutions)
    return text("broadcast.reaches", count=preview.people, institutions=places)


def left_out(preview: Preview, page: int, draft_id: int, *, language: str) -> Screen:
    """Who is left out, by institution."""
    counted = Counter((name_for(names, language), reason) for names, reason in preview.left_out)
    shown = sorted(counted.items(), key=lambda each: str(each[0]))
    here = shown[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    return screen(
        "broadcast.left_out_title",
        *(
            text(
                "broadcast.left_out_line",
                institution=name,
                reason=text(f"broadcast.left_out.{reason}", count=count),
            )
            for (name, reason), count in here
        ),
        rows=[
            *pages(
                f"broadcast_left_out:{draft_id}", page, more=(page + 1) * LIST_LENGTH < len(shown)
            ),
            (button("broadcast_draft", f"draft:{draft_id}"),),
        ],
    )


def looks(draft_id: int, languages: Mapping[str, str], *, someone_left_out: bool) -> list[Button]:
    """Buttons that show a draft as readers of each language will see it; names by code."""
    found = [
        button("broadcast_look", f"broadcast_look:{draft_id}:{code}", language=name)
        for code, name in languages.items()
    ]
    if someone_left_out:
        found.append(button("broadcast_left_out", f"broadcast_left_out:{draft_id}:0"))
    return found


# -- The board -------------------------------------------------------------------------------------


def board(
    found: Broadcast,
    words: Words,
    deliveries: Deliveries,
    *,
    seen: int,
    may_redact: bool = False,
) -> Screen:
    """How far it is; once it is over, who may redact its words can."""
    title = text("broadcast.title", words=words)
    match found.state:
        case BroadcastState.PLANNED:
            soon = found.sends_at - found.created_at <= UNDO
            when = "broadcast.goes_out_soon" if soon else "broadcast.goes_out"
            return screen(
                title,
                text(when, at=found.sends_at),
                rows=[
                    (
                        button("broadcast_undo", f"broadcast_undo:{found.id}"),
                        button("broadcast_now", f"broadcast_now:{found.id}"),
                    )
                ],
            )
        case BroadcastState.UNDONE:
            again = button("broadcast_change", f"broadcast_again:{found.id}")
            return screen(title, "broadcast.undone", rows=[(again, HOME)])
        case BroadcastState.SENDING:
            counts = boards.lines(deliveries, seen=seen)
            return screen(title, "broadcast.under_way", None, *counts, rows=[(_look(found),)])
        case BroadcastState.CLOSED:
            counts = boards.lines(deliveries, seen=seen)
            rows = _afterwards(found, deliveries)
            rows += redacts(f"broadcast:{found.id}", may=may_redact)
            return screen(title, "broadcast.closed", None, *counts, rows=[*rows, (HOME,)])


def _afterwards(found: Broadcast, deliveries: Deliveries) -> list[Row]:
    rows: list[Row] = []
    if deliveries.failed:
        rows.append(
            (button("broadcast_retry", f"broadcast_retry:{found.id}", n=deliveries.failed),)
        )
    if missed := deliveries.failed + deliveries.unknown:
        rows.append((button("broadcast_missed", f"broadcast_missed:{found.id}:0", n=missed),))
    rows.append((_look(found), button("broadcast_copy", f"broadcast_again:{found.id}")))
    return rows


def _look(found: Broadcast) -> Button:
    return button("broadcast_refresh", f"broadcast:{found.id}")


def missed(broadcast_id: int, found: Sequence[Missed], page: int, *, language: str) -> Screen:
    """Who has not got it, or perhaps not, and why."""
    here = found[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    return screen(
        text("broadcast.missed", count=len(found)),
        *(
            text(
                "broadcast.missed_line",
                person=Words(each.name),
                institution=name_for(each.names, language),
                reason=boards.reason(each.reason),
            )
            for each in here
        ),
        rows=[
            *pages(
                f"broadcast_missed:{broadcast_id}",
                page,
                more=(page + 1) * LIST_LENGTH < len(found),
            ),
            (button("broadcast_board", f"broadcast:{broadcast_id}"),),
        ],
    )


def listed(total: int, page: int, found: Sequence[tuple[Broadcast, Words]]) -> Screen:
    """A page of the broadcasts."""
    return screen(
        text("broadcast.list", count=total) if total else text("broadcast.none"),
        rows=[
            *(
                (
                    button(
                        "broadcast",
                        f"broadcast:{each.id}",
                        words=words,
                        state=text(f"broadcast.state.{each.state}"),
                    ),
                )
                for each, words in found
            ),
            *pages("broadcasts", page, more=(page + 1) * LIST_LENGTH < total),
            (button("broadcast_new", "broadcast_new"), HOME),
        ],
    )


# -- What people say to it -------------------------------------------------------------------------


def replied(name: str, institution: Value | None, about: Words, *, said: tuple[str, str]) -> Screen:
    """Told to an officer: somebody has replied; words come with their language."""
    person = Words(name, limit=80)
    return message(
        text(
            "broadcast.replied",
            person=person if institution is None else dotted(person, institution),
            about=about,
        ),
        text("card.words", words=Words(*said, limit=3000)),
        text("broadcast.reply_to_answer"),
    )


def reply_arrived() -> Screen:
    """Told to who replied."""
    return message(text("broadcast.reply_arrived"), rows=[(HOME_BESIDE,)])


def answered(about: Words, *, answer: tuple[str, str]) -> Screen:
    """Told to who had replied: the secretariat answers."""
    return message(
        text("broadcast.answered", about=about),
        text("card.words", words=Words(*answer, limit=3000)),
        text("broadcast.reply_to_ask"),
    )


def answer_sent(name: str) -> Screen:
    """Told to the officer who answered."""
    return message(
        text("broadcast.answer_sent", person=Words(name, limit=80)), rows=[(HOME_BESIDE,)]
    )


def thanks() -> Text:
    """The answer to Seen."""
    return text("broadcast.seen")


def only_a_look() -> Text:
    """The answer to Seen under a preview."""
    return text("broadcast.only_a_look")
