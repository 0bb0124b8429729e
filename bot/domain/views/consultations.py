"""Screens of consultations for the secretariat: the list, one with its numbers, its link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.consultations import (
    FEWEST,
    Attendance,
    Consultation,
    ConsultationState,
    Invited,
    Standing,
    Wanted,
)
from bot.domain.screens import (
    Attachment,
    Button,
    Language,
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
from bot.domain.views import door
from bot.domain.views.common import HOME, LIST_LENGTH, in_twos, pages
from bot.domain.views.participants import for_mechanism, named, report, title, when, words_until

TITLE = 40
"""Characters of a title on a button."""


def listed(total: int, page: int, shown: Sequence[Consultation], *, past: bool) -> Screen:
    """Eight consultations: those under way, the nearest first, or past ones."""
    key = "consultation.past_list" if past else "consultation.list"
    empty = text("consultation.no_past") if past else text("consultation.none")
    lines: list[Text | None] = [text(key, count=total) if total else empty]
    lines += [text("consultation.line", title=title(each), when=when(each)) for each in shown]
    rows: list[Row] = [(_opens(each),) for each in shown]
    act = "consultations_past" if past else "consultations"
    rows += pages(act, page, more=(page + 1) * LIST_LENGTH < total)
    if past:
        return screen(*lines, rows=[*rows, (button("back", "consultations:0"), HOME)])
    past_ones = button("consultations_past", "consultations_past:0")
    return screen(
        *lines,
        rows=[
            *rows,
            (button("consultation_announce", "announce_consultation"),),
            (button("groups", "groups"), past_ones),
            (HOME,),
        ],
    )


def _opens(found: Consultation) -> Button:
    short = Words(found.wanted.title, limit=TITLE)
    return button("open_consultation", f"consulting:{found.id}", title=short)


def one(
    found: Consultation,
    standing: Standing,
    came: Attendance,
    contributions: int,
    feedback: int,
    *,
    today: date,
    summarised: bool = False,
) -> Screen:
    """One consultation: what it says, who takes part and who came in numbers, what can be done.

    `contributions` is how many can be read, `feedback` how many said how it was; `summarised`: what
    came of it is published.
    """
    wanted = found.wanted
    lines: list[Text | None] = [
        text("consultation.one", title=title(found)),
        text("consultation.stands", state=text(f"consultation.state.{found.state}")),
        text("card.words", words=Words(wanted.purpose, wanted.language)),
        *report(found),
        *for_mechanism(wanted),
        when(found),
    ]
    if wanted.place:
        lines.append(text("sign_up.place", place=Words(wanted.place, wanted.language)))
    if found.state is ConsultationState.OPEN:
        lines.append(text("participant.closes", day=wanted.closes_on))
    lines += [
        *words_until(found),
        text("consultation.kept", until=wanted.kept_until),
        *_invited(wanted),
        *_seats(wanted),
        None,
    ]
    erased = found.state is ConsultationState.ERASED
    if erased:
        lines += _erased(standing.erased)
    else:
        lines += [*_numbers(standing), *door.attendance(found, came)]
        lines.append(text("consultation.fewest", fewest=FEWEST))
    rows = [
        *_door(found, today),
        *_written(found, contributions),
        *_said(found, feedback),
        *_came_of(found, summarised),
        *_choices(found, today),
    ]
    return screen(*lines, rows=[*rows, (button("back", "consultations:0"), HOME)])


def _written(found: Consultation, n: int) -> list[Row]:
    return [(button("contributed_to", f"contributed_to:{found.id}:0", n=n),)] if n else []


def _came_of(found: Consultation, summarised: bool) -> list[Row]:
    """What came of it is said once it is closed, and can be read ever after."""
    row: list[Button] = []
    if summarised:
        row.append(button("consultation_summary", f"consultation_summary:{found.id}"))
    if found.state is ConsultationState.CLOSED:
        again = "consultation_summarise_again" if summarised else "consultation_summarise"
        row.append(button(again, f"consultation_summarise:{found.id}"))
    return [tuple(row)] if row else []


def _door(found: Consultation, today: date) -> list[Row]:
    return [(button("door", f"door:{found.id}"),)] if found.is_at_the_door(today) else []


def _said(found: Consultation, n: int) -> list[Row]:
    return [(button("feedback_of", f"feedback_of:{found.id}:0"),)] if n else []


def _invited(wanted: Wanted) -> list[Text]:
    """Who can sign up, where it is not anybody."""
    if wanted.invited is Invited.OPEN:
        return []
    lines = [text("consultation.who", who=text(f"consultation.invited.{wanted.invited}"))]
    if wanted.groups:
        lines.append(text("consultation.for_groups", groups=named(wanted.groups)))
    return lines


def _seats(wanted: Wanted) -> list[Text]:
    if wanted.seats is None:
        return []
    lines = [text("consultation.seats", count=wanted.seats)]
    if wanted.pools and wanted.released_on is not None:
        kept = tuple(_of(text(f"group.{each}"), n) for each, n in wanted.pools.items())
        day = wanted.released_on
        lines.append(text("consultation.kept_seats", kept=Listing(kept), day=day))
    return lines


def _numbers(standing: Standing) -> list[Text | None]:
    lines: list[Text | None] = [_at_least("consultation.signed_up", standing.people)]
    if standing.waiting:
        lines.append(_at_least("consultation.waiting", standing.waiting))
    if standing.unreached:
        lines.append(text("consultation.unreached", count=standing.unreached))
    lines += [_of(text(f"group.{each}"), n) for each, n in standing.groups.items()]
    if standing.children:
        lines.append(text("consultation.children", count=standing.children))
    if standing.regions:
        lines.append(text("consultation.from_regions"))
        lines += [_of(each, n) for each, n in standing.regions.items()]
    if standing.languages:
        lines.append(text("consultation.speak"))
        lines += [_of(Language(each), n) for each, n in standing.languages.items()]
    if standing.access:
        lines.append(text("consultation.needs"))
        lines += [_of(text(f"access.{each}"), n) for each, n in standing.access.items()]
    return lines


def _of(value: Value, n: int) -> Text:
    return text("consultation.of", value=value, n=n)


def _at_least(key: str, n: int) -> Text:
    """How many people at least, in a number that is rounded down."""
    return text(key, count=n) if n else text(f"{key}_few", fewest=FEWEST)


def how_many(key: str, n: int) -> Text:
    """How many, where that tells of nobody."""
    return text(f"{key}_few", fewest=FEWEST) if 0 < n < FEWEST else text(key, count=n)


def _choices(found: Consultation, today: date) -> list[Row]:
    if found.state is ConsultationState.OPEN:
        link = button("consultation_link", f"consultation_link:{found.id}")
        poster = button("consultation_poster", f"consultation_poster:{found.id}")
        more = [
            button(f"consultation_{each}", f"consultation_{each}:{found.id}")
            for each in ("share", "documents", "words", "tell")
        ]
        return [
            (link, poster),
            *in_twos(more),
            *_codes(found),
            _files(found),
            (
                button("consultation_change", f"consultation_change:{found.id}"),
                button("consultation_close", f"consultation_close:{found.id}"),
                *_cancel(found, today),
            ),
        ]
    if found.state is ConsultationState.CLOSED:
        row = [*_cancel(found, today)]
        if found.takes_contributions(today):
            row.insert(0, button("consultation_end_words", f"consultation_end_words:{found.id}"))
        return [_files(found), *([tuple(row)] if row else [])]
    return [_files(found)] if found.holds_people else []


def _cancel(found: Consultation, today: date) -> Row:
    if not found.is_ahead(today):
        return ()
    return (button("consultation_cancel", f"consultation_cancel:{found.id}"),)


def _files(found: Consultation) -> Row:
    return (button("consultation_files", f"consultation_files:{found.id}"),)


def _codes(found: Consultation) -> list[Row]:
    if found.wanted.invited is not Invited.CODE:
        return []
    return [(button("consultation_codes", f"consultation_codes:{found.id}"),)]


def announced(found: Consultation, url: str) -> Screen:
    """It is open: its link, to be passed on."""
    return message(
        text("consultation.announced", title=title(found)),
        text("people.link", link=url),
        "consultation.link_is_public",
        rows=[
            (Button(text("button.copy_link"), copy=url),),
            *_codes(found),
            (button("consultation_tell", f"consultation_tell:{found.id}"),),
            (_opens(found),),
        ],
    )


def changed(found: Consultation) -> Screen:
    """It is put down anew."""
    return message(text("consultation.changed", title=title(found)), rows=[(_opens(found),)])


def link(found: Consultation, url: str) -> Screen:
    """Its link once more."""
    return message(
        text("consultation.link", title=title(found)),
        text("people.link", link=url),
        "consultation.link_is_public",
        rows=[(Button(text("button.copy_link"), copy=url),)],
    )


def poster_languages(
    act: str, languages: Sequence[tuple[str, str]], *, back: str, behind: str = ""
) -> Screen:
    """In which language `act` makes a poster: codes and own names; `behind` stands behind them."""
    rows: list[Row] = [
        tuple(
            Button(text("label.one", value=Words(name)), act=f"{act}:{code}{behind}")
            for code, name in languages
        )
    ]
    return screen("consultation.poster_ask", rows=[*rows, (button("back", back),)])


def poster(found: Consultation, attachment: Attachment) -> Screen:
    """The poster, as a picture or for paper."""
    said = message(text("consultation.poster", title=title(found)))
    return replace(said, attachments=(attachment,))


def ask_to_close(found: Consultation) -> Screen:
    """Before nobody can sign up any more."""
    yes = button("consultation_close_yes", f"consultation_close:{found.id}:yes")
    back = button("back", f"consulting:{found.id}")
    return screen(text("consultation.close_ask", title=title(found)), rows=[(yes,), (back,)])


def ask_to_cancel(found: Consultation) -> Screen:
    """Before everybody is told that it does not take place."""
    yes = button("consultation_cancel_yes", f"consultation_cancel:{found.id}:yes")
    back = button("back", f"consulting:{found.id}")
    return screen(text("consultation.cancel_ask", title=title(found)), rows=[(yes,), (back,)])


def erased(found: Consultation, what: Mapping[str, int]) -> Screen:
    """Told to the secretariat: nothing of the participants is kept, and how that is known."""
    head = text("consultation.erased", title=title(found))
    return message(head, *_erased(what), rows=[(_opens(found),)])


def _erased(what: Mapping[str, int]) -> list[Text | None]:
    lines: list[Text | None] = [how_many("consultation.erased_sign_ups", what.get("sign_ups", 0))]
    if written := what.get("contributions", 0):
        lines.append(how_many("consultation.erased_contributions", written))
    if said := what.get("feedback", 0):
        lines.append(how_many("consultation.erased_feedback", said))
    if "keys" not in what:
        return [*lines, text("consultation.erasing")]
    if what["left"]:
        return [*lines, text("consultation.left", count=what["left"])]
    return [*lines, text("consultation.proof")]


TEXT_KEYS = (
    "button.consultation_summarise",
    "button.consultation_summarise_again",
    "consultation.signed_up",
    "consultation.signed_up_few",
    "consultation.waiting",
    "consultation.erased_sign_ups",
    "consultation.erased_sign_ups_few",
    "consultation.erased_contributions",
    "consultation.erased_contributions_few",
    "consultation.erased_feedback",
    "consultation.erased_feedback_few",
)
