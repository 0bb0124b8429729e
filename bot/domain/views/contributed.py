"""Screens of contributions for the secretariat: the list, one in full, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.consultations import NOT_SAID, Consultation
from bot.domain.contributions import Contribution, Outcome, Tags
from bot.domain.enclosures import Enclosure, EnclosureKind, EnclosureState
from bot.domain.national_reports import Chapter
from bot.domain.screens import (
    Attachment,
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
from bot.domain.views.common import HOME, LIST_LENGTH, in_twos, pages
from bot.domain.views.contributing import START, about, became, files, said
from bot.domain.views.participants import title

LONGEST_SHOWN = 3000
"""Characters of a document's text on a screen."""

Shown = tuple[Contribution, str | None]
"""A contribution, and the group of who wrote it where that tells of nobody."""


def listed(found: Consultation, total: int, page: int, shown: Sequence[Shown]) -> Screen:
    """Eight contributions in the order in which they came."""
    head = text("contributed.list", title=title(found), count=total)
    lines: list[Text | None] = [head if total else text("contributed.none_yet", title=title(found))]
    for kept, group in shown:
        lines += [None, _head(kept, group), *_start(kept)]
    rows: list[Row] = [
        (button("open_contribution", f"written:{kept.id}", n=kept.number),) for kept, _ in shown
    ]
    rows += pages(f"contributed_to:{found.id}", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)])


def _start(kept: Contribution) -> list[Text]:
    if kept.said is None:
        return [text("contributed.unreadable")]
    if not kept.said.words:
        return [text("enclosure.alone")]
    start = Words(kept.said.words, kept.said.language, limit=START)
    return [text("card.words", words=start)]


def _head(kept: Contribution, group: str | None) -> Text:
    who = text("contributed.somebody")
    if group not in (None, NOT_SAID):
        who = text(f"group.{group}")
    outcome = text(f"contributed.outcome.{kept.outcome}")
    return text("contributed.head", number=kept.number, who=who, state=outcome)


def one(
    found: Consultation,
    kept: Contribution,
    group: str | None,
    codes: Mapping[int, str],
    chapter: Chapter | None,
    *,
    sent: Sequence[Enclosure],
) -> Screen:
    """One contribution in full, and what can be done with it."""
    words = said(kept) if kept.said is not None else [text("contributed.unreadable")]
    at = kept.id
    return screen(
        text("contributed.one", title=title(found)),
        _head(kept, group),
        text("contributed.is_about", about=about(kept.about, codes, chapter)),
        *words,
        *_files(sent),
        *_tags(kept.tags, codes),
        None,
        *became(kept),
        text("contributed.by_code" if kept.by_code else "contributed.is_told"),
        rows=[
            (
                button("taken_up", f"written_taken:{at}"),
                button("partly_taken_up", f"written_partly:{at}"),
                button("not_taken_up", f"written_not:{at}"),
            ),
            *_open(at, sent),
            (button("tag_contribution", f"written_tag:{at}"),),
            (button("back", f"contributed_to:{found.id}:0"), HOME),
        ],
    )


def _files(sent: Sequence[Enclosure]) -> list[Text]:
    facts = files(sent)
    return [] if facts is None else [text("enclosure.files", facts=facts)]


def _open(contribution_id: int, sent: Sequence[Enclosure]) -> list[Row]:
    """A button for each file that is there."""
    return in_twos(
        [
            button(f"enclosure_{each.kind}", f"written_file:{contribution_id}:{n}", n=n)
            for n, each in enumerate(sent, start=1)
            if each.state is EnclosureState.KEPT
        ]
    )


def warning(contribution_id: int, n: int, each: Enclosure) -> Screen:
    """Before a voice is heard, or a document opened as it was written."""
    voice = each.kind is EnclosureKind.VOICE
    at = f"{contribution_id}:{n}:as_it_is"
    return screen(
        "enclosure.voice_warning" if voice else "enclosure.document_warning",
        rows=[
            (button("enclosure_listen" if voice else "enclosure_open", f"written_file:{at}"),),
            (button("back", f"written:{contribution_id}"),),
        ],
    )


def file(kept: Contribution, n: int, each: Enclosure, *, as_it_is: bool) -> Screen:
    """File `n` of a contribution: a document as pictures of its pages or as text, unless as is."""
    head = text("enclosure.of", number=kept.number, kind=text(f"enclosure.kind.{each.kind}"), n=n)
    rows: list[Row] = []
    if each.kind is EnclosureKind.DOCUMENT and not as_it_is:
        rows.append((button("enclosure_as_it_is", f"written_file:{kept.id}:{n}:ask"),))
    rows.append((button("back", f"written:{kept.id}"),))
    stored = each.stored if as_it_is or each.kind is not EnclosureKind.DOCUMENT else each.shown
    if stored is None:
        words = Words(each.text or "", limit=LONGEST_SHOWN)
        return message(head, text("card.words", words=words), rows=rows)
    extension = "jpg" if each.kind is EnclosureKind.PHOTO else each.extension
    name = f"contribution-{kept.number}-{n}.{extension}"
    kind = "document" if each.kind is EnclosureKind.DOCUMENT else each.kind.value
    attachment = Attachment(stored, name, kind, each.id)
    return replace(screen(head, rows=rows, attachments=(attachment,)), replaces=False)


def _tags(tags: Tags, codes: Mapping[int, str]) -> list[Text]:
    values: tuple[Value, ...] = (
        *(Words(each) for each in tags.themes),
        *(Code(codes[each]) for each in tags.items if each in codes),
    )
    return [text("contributed.tags", tags=Listing(values))] if values else []


def done(found: Consultation, kept: Contribution, codes: Mapping[int, str]) -> Screen:
    """It is decided on, or put somewhere; the words are on the screen that this leads to."""
    return message(
        decided(kept.number, kept.outcome),
        *_tags(kept.tags, codes),
        rows=[
            (button("open_contribution", f"written:{kept.id}", n=kept.number),),
            (button("back", f"contributed_to:{found.id}:0"), HOME),
        ],
    )


def gone() -> Screen:
    """In the place of what Telegram deletes no more."""
    return message("contributed.gone")


def decided(number: int, outcome: Outcome) -> Text:
    """Said over the screen once it is decided."""
    return text("contributed.decided", number=number, state=text(f"contributed.outcome.{outcome}"))
