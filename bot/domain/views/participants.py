"""Screens of participants: what they are asked to agree to, their card, what became of it.

They are read on a person's own phone, maybe by somebody else: what comes unasked names neither the
consultation nor a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.consultations import (
    Consultation,
    ConsultationState,
    Document,
    Form,
    Invited,
    SignUp,
    SignUpState,
    Wanted,
)
from bot.domain.quotas import Reason
from bot.domain.screens import (
    Attachment,
    Button,
    Listing,
    Row,
    Screen,
    Text,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views import discretion
from bot.domain.views.common import in_twos, mechanism_name

REPRISALS = "ohchr-reprisals@un.org"
"""Where the United Nations take reports of reprisals for cooperating with them."""


def first(
    found: Consultation,
    here: str,
    others: Sequence[tuple[str, str]],
    *,
    today: date,
    instead: Consultation | None = None,
    summarised: bool = False,
) -> Screen:
    """What is asked, what is kept, who could see it; nothing is recorded before somebody agrees.

    `here` is the code in the link, the language that is spoken and the message that asked for it
    (`h4k7…:fr:17`): it travels in the buttons, so that nothing has to be kept before. `others` are
    further languages in which it can be read, by code and own name. Once sign-up has closed, words
    can be left, and `instead` is what is open; what came of it can be read by then where it is
    `summarised`.
    """
    code, _, behind = here.partition(":")
    _spoken, _, asked_by = behind.partition(":")
    terms = f"{code}:{found.wanted.kept_until.isoformat()}:{behind}"
    agreeing: list[Row] = []
    if found.takes_sign_ups(today):
        agreeing = [
            (button("agree_random", f"agree:{terms}"),),
            (button("agree_named", f"agree_named:{terms}"),),
        ]
    return screen(
        *_about(found, today),
        *_for_others(found, today),
        None,
        "participant.name_only",
        "participant.traceable",
        text("participant.kept", until=found.wanted.kept_until),
        "participant.no_endorsement",
        rows=[
            *agreeing,
            *_words_only(found, terms, today),
            *came_of(here, summarised=summarised),
            *_documents(found, here),
            (button("other_ways", f"ways:{here}"), button("worried", f"worried:{here}")),
            *_instead(instead),
            (button("take_no_part", f"decline:{here}"),),
            _languages(code, others, asked_by),
        ],
    )


def by_code(
    found: Consultation,
    here: str,
    others: Sequence[tuple[str, str]],
    *,
    today: date,
    wrong: bool,
    summarised: bool = False,
) -> Screen:
    """It is for whoever has a code, which is asked for before anything is kept; as `first`."""
    asked = "participant.code_wrong" if wrong else "participant.code_ask"
    code, _, behind = here.partition(":")
    _spoken, _, asked_by = behind.partition(":")
    return screen(
        *_about(found, today),
        None,
        asked,
        rows=[
            *came_of(here, summarised=summarised),
            (button("other_ways", f"ways:{here}"), button("worried", f"worried:{here}")),
            _languages(code, others, asked_by),
        ],
    )


def no_such_code() -> Screen:
    """A code was written that invites to nothing."""
    return message("participant.code_wrong")


def _languages(code: str, others: Sequence[tuple[str, str]], asked_by: str) -> Row:
    return tuple(
        Button(text("label.one", value=Words(name)), act=f"consultation:{code}:{other}:{asked_by}")
        for other, name in others
    )


def _words_only(found: Consultation, terms: str, today: date) -> list[Row]:
    if not found.takes_contributions(today):
        return []
    return [(button("leave_words", f"leave_words:{terms}"),)]


def _for_others(found: Consultation, today: date) -> list[Text | None]:
    """Where it is for groups: what everybody else can do."""
    if found.wanted.invited is not Invited.GROUPS or not found.takes_contributions(today):
        return []
    return [text("participant.others_write")]


def _about(found: Consultation, today: date) -> list[Text | None]:
    wanted = found.wanted
    lines: list[Text | None] = [
        text("participant.about", title=title(found)),
        text("card.words", words=Words(wanted.purpose, wanted.language)),
        *report(found),
        *for_mechanism(wanted),
        when(found),
    ]
    if wanted.form is Form.MEETING:
        lines.append(text("participant.place_later"))
    if wanted.access:
        offered = tuple(text(f"access.{each}") for each in wanted.access)
        lines.append(text("participant.access", access=Listing(offered)))
    if found.takes_sign_ups(today):
        lines.append(text("participant.closes", day=wanted.closes_on))
    else:
        lines += [text("participant.too_late"), text("participant.words_only")]
    lines += words_until(found)
    if wanted.invited is Invited.GROUPS:
        lines.append(text("participant.for_groups", groups=named(wanted.groups)))
    return lines


def words_until(found: Consultation) -> list[Text | None]:
    """Until when words are taken, where the day of the meeting does not say so."""
    if found.wanted.form is Form.WRITTEN:
        return []
    return [text("participant.written_until", day=found.wanted.words_until)]


def report(found: Consultation) -> list[Text | None]:
    """The report that it is on, by its title."""
    return [] if found.report is None else [text("participant.report", report=Words(*found.report))]


def named(groups: Sequence[str]) -> Listing:
    """Groups by their names."""
    return Listing(tuple(text(f"group.{each}") for each in groups))


def for_mechanism(wanted: Wanted) -> list[Text | None]:
    """For which mechanism the report is, where that is said."""
    if wanted.mechanism is None:
        return []
    return [text("participant.mechanism", mechanism=mechanism_name(wanted.mechanism))]


def when(found: Consultation) -> Text:
    """When it takes place, or until when words are taken."""
    wanted = found.wanted
    if wanted.form is Form.WRITTEN or wanted.starts_at is None:
        return text("participant.written_until", day=wanted.words_until)
    return text("participant.meeting", at=wanted.starts_at)


def _documents(found: Consultation, here: str) -> list[Row]:
    return [(button("documents", f"documents:{here}"),)] if found.documents else []


def documents(found: Consultation, papers: Sequence[Document], here: str) -> Screen:
    """The papers that are handed out, whoever asks for them."""
    attachments = tuple(Attachment(each.sha256, each.name) for each in papers)
    back = (button("back", f"consultation:{here}"),)
    said = text("participant.documents", title=title(found))
    return screen(said, rows=[back], attachments=attachments, replaces=False)


def too_late(other: Consultation | None) -> Screen:
    """Nobody signs up any more; what is open instead."""
    if other is None:
        return screen("participant.too_late")
    return screen("participant.too_late", text("participant.next"), rows=_instead(other))


def _instead(other: Consultation | None) -> list[Row]:
    """What is open in the place of what is not."""
    if other is None:
        return []
    return [(button("open_consultation", f"consultation:{other.code}", title=title(other)),)]


def ways(found: Consultation, here: str) -> Screen:
    """Other ways to take part."""
    wanted = found.wanted
    own: list[Text | None] = []
    if wanted.ways:
        own = [text("card.words", words=Words(wanted.ways, wanted.language))]
    back = (button("back", f"consultation:{here}"),)
    return screen("participant.ways", *own, None, "participant.ways_more", rows=[back])


def worried(found: Consultation, here: str) -> Screen:
    """Who helps, independently of the State; that somebody looked here is recorded nowhere."""
    wanted = found.wanted
    own: list[Text | None] = []
    if wanted.contacts:
        own = [text("card.words", words=Words(wanted.contacts, wanted.language))]
    contact = text("participant.reprisals", address=REPRISALS)
    back = (button("back", f"consultation:{here}"),)
    return screen(
        "participant.worried",
        contact,
        *own,
        None,
        "participant.delete",
        "participant.discreet",
        "discreet.cannot",
        rows=[back],
    )


def declined() -> Screen:
    """Somebody takes no part; nothing was kept."""
    return screen("participant.declined")


# -- One's own -------------------------------------------------------------------------------------


def notes(found: Consultation, kept: SignUp) -> list[Text]:
    """Above the buttons of the card: nothing is sent, and who will see whom."""
    lines = [what_counts(amends=kept.is_in)]
    if found.wanted.form is Form.MEETING:
        lines.append(text("sign_up.room_sees"))
    return lines


def what_counts(*, amends: bool) -> Text:
    """Above the buttons of whatever is being filled in: what has been sent so far."""
    return text("sign_up.changes") if amends else text("sign_up.not_sent")


def receipt(
    found: Consultation, kept: SignUp, waits: tuple[int, Reason] | None, *, today: date
) -> Screen:
    """It is sent: a seat, or the place on the waiting list and why; how it is taken back."""
    head = "sign_up.receipt_waiting" if kept.state is SignUpState.WAITING else "sign_up.receipt"
    return message(
        text(head, title=title(found), name=name_of(kept)),
        *_waits(found, kept, waits),
        *_whereabouts(found, kept),
        text("sign_up.kept", until=kept.kept_until),
        rows=[*_contributing(found, kept, today), *_choices(found, kept, today)],
    )


def one(
    found: Consultation,
    kept: SignUp,
    waits: tuple[int, Reason] | None,
    *,
    today: date,
    feedback: bool = False,
    summarised: bool = False,
) -> Screen:
    """How one's own sign-up stands; whoever `waits` sees the place on the list, and why.

    `feedback` says whether they are asked how it was; `summarised`: what came of the consultation
    can be read.
    """
    lines: list[Text | None] = [
        text("sign_up.one", title=title(found), name=name_of(kept)),
        text("sign_up.stands", state=text(f"sign_up.state.{kept.state}")),
    ]
    if found.state is ConsultationState.CANCELLED:
        lines.append(text("sign_up.called_off"))
    if kept.state is SignUpState.OFFERED and kept.offered_until is not None:
        lines.append(text("sign_up.offered", until=kept.offered_until))
    if kept.state is SignUpState.LAPSED:
        lines.append(text("sign_up.lapsed"))
    lines += [
        *_waits(found, kept, waits),
        *_whereabouts(found, kept),
        text("sign_up.kept", until=kept.kept_until),
    ]
    if found.is_at_the_door(today) and kept.is_in:
        number = text("sign_up.number", number=str(kept.number))
        lines.append(text("sign_up.came") if kept.came else number)
    rows = [
        *_seat(found, kept),
        *came_of(found.code, summarised=summarised),
        *_here(found, kept, today),
        *([(button("feedback", f"feedback:{found.code}"),)] if feedback else []),
        *_contributing(found, kept, today),
        *_choices(found, kept, today),
        *_documents(found, found.code),
    ]
    if kept.kept_until < found.wanted.kept_until:
        until = found.wanted.kept_until
        lines.append(text("sign_up.could_be_kept", until=until))
        longer = f"keep_longer:{found.code}:{until.isoformat()}"
        rows.append((button("keep_longer", longer, until=until),))
    rows.append((discretion.way_to(found), button("forget", "forget")))
    return screen(*lines, rows=rows)


def mine(found: Sequence[tuple[Consultation, SignUp]], *, told: date | None) -> Screen:
    """Everything that was signed up to in this chat; until when one is `told` of later ones."""
    if not found and told is None:
        return screen("sign_up.none")
    rows: list[Row] = [
        (button("open_consultation", f"sign_up:{each.code}", title=title(each)),)
        for each, _kept in found
    ]
    lines = [text("sign_up.list", count=len(found)) if found else text("sign_up.none")]
    if told is not None:
        lines.append(text("later.until", until=told))
        rows.append((button("told_no_more", "told_no_more"),))
    return screen(*lines, rows=[*rows, (button("forget", "forget"),)])


def calendar(found: Consultation, stored: str) -> Screen:
    """The meeting as a calendar file; the name of the file tells nothing."""
    said = message(text("sign_up.calendar", title=title(found)))
    return replace(said, attachments=(Attachment(stored, "meeting.ics"),))


def ask_to_cancel(found: Consultation) -> Screen:
    """Before a place is given up."""
    yes = button("cancel_sign_up_yes", f"sign_up_cancel:{found.code}:yes")
    back = button("back", f"sign_up:{found.code}")
    return screen(text("sign_up.cancel_ask", title=title(found)), rows=[(yes,), (back,)])


def name_of(kept: SignUp) -> Text:
    """How the secretariat sees a participant: by a number, or by the name that they gave."""
    if kept.card is not None and kept.card.answers.get("name"):
        return text("label.one", value=Words(str(kept.card.answers["name"])))
    return text("participant.numbered", number=str(kept.number))


def _whereabouts(found: Consultation, kept: SignUp) -> list[Text | None]:
    lines: list[Text | None] = [when(found), *words_until(found)]
    if kept.state is SignUpState.CONFIRMED and found.wanted.place:
        place = Words(found.wanted.place, found.wanted.language)
        lines.append(text("sign_up.place", place=place))
    return lines


def came_of(here: str, *, summarised: bool) -> list[Row]:
    """The way to what came of a consultation; `here` as in `first`, or its code alone."""
    return [(button("came_of", f"came_of:{here}"),)] if summarised else []


def _contributing(found: Consultation, kept: SignUp, today: date) -> list[Row]:
    if kept.state is SignUpState.BEGUN:
        return _bare_words(found, kept, today)
    mine = button("contributed", f"contributed:{found.code}")
    if not (kept.is_in and found.takes_contributions(today)):
        return [(mine,)]
    return [(button("contribute", f"contribute:{found.code}"), mine)]


def _bare_words(found: Consultation, kept: SignUp, today: date) -> list[Row]:
    """For whoever is not of the groups that it is for: words alone."""
    if found.wanted.invited is not Invited.GROUPS or kept.card is None:
        return []
    until, language = found.wanted.kept_until.isoformat(), kept.card.language
    return _words_only(found, f"{found.code}:{until}:{language}:0", today)


def _waits(
    found: Consultation, kept: SignUp, waits: tuple[int, Reason] | None
) -> list[Text | None]:
    if waits is None:
        return []
    place, reason = waits
    lines: list[Text | None] = []
    if kept.more:
        lines.append(text("sign_up.more_wait", seats=kept.size, count=kept.more))
    lines.append(text(f"sign_up.waits.{reason}", place=place))
    if reason is Reason.KEPT and found.wanted.released_on is not None:
        lines.append(text("sign_up.released", day=found.wanted.released_on))
    return lines


def _here(found: Consultation, kept: SignUp, today: date) -> list[Row]:
    """On the day, whoever has a seat says that they are here."""
    if kept.came or kept.state is not SignUpState.CONFIRMED or not found.checks_in(today):
        return []
    return [(button("here", f"here:{found.code}"),)]


def _seat(found: Consultation, kept: SignUp) -> list[Row]:
    """What can be done about a seat."""
    if kept.state is SignUpState.OFFERED:
        return [(button("seat_take", f"seat_take:{found.code}"),)]
    if kept.state is SignUpState.LAPSED:
        return [(button("seat_ask", f"seat_ask:{found.code}"),)]
    return []


def _choices(found: Consultation, kept: SignUp, today: date) -> list[Row]:
    """Changing while sign-up is open, giving up while there is something to give up."""
    row: list[Button] = []
    if may_have_calendar(found, kept):
        row.append(button("calendar_take", f"sign_up_calendar:{found.code}"))
    if found.takes_sign_ups(today):
        row.append(button("change_sign_up", f"sign_up_change:{found.code}"))
    if kept.is_in and found.can_be_left(today):
        row.append(button("cancel_sign_up", f"sign_up_cancel:{found.code}"))
    return in_twos(row)


def may_have_calendar(found: Consultation, kept: SignUp) -> bool:
    """Whether somebody can take the meeting into the calendar of a phone that nobody else reads."""
    card, seated = kept.card, kept.state is SignUpState.CONFIRMED
    is_theirs = card is not None and not card.discreet
    return is_theirs and seated and found.wanted.form is Form.MEETING


def title(found: Consultation) -> Words:
    """The title, labelled where it is not in the reader's language."""
    return Words(found.wanted.title, found.wanted.language)


# -- Erasing ---------------------------------------------------------------------------------------


def ask_to_forget(count: int, *, told: bool) -> Screen:
    """Before everything goes; `told`: that one is told of later consultations goes, too."""
    yes = button("forget_yes", "forget:yes")
    lines = [text("forget.ask", count=count)] if count else []
    lines += [text("forget.later")] if told else []
    return screen(*lines, rows=[(yes,), (button("back", "mine"),)])


def nothing_kept() -> Screen:
    """Nothing of this chat was kept."""
    return screen("forget.nothing")


def forgetting() -> Screen:
    """It has begun; once it is done, this message says so."""
    return message("forget.begun")


def erased() -> Screen:
    """The keys are destroyed; what a person can still do by themselves."""
    gone = button("clear_erased", "code_clear")
    return message("forget.done", None, "forget.by_yourself", rows=[(gone,)])


def blank() -> Screen:
    """In the place of a message that Telegram deletes no more."""
    return screen("forget.blank")


# -- What comes unasked ----------------------------------------------------------------------------


def news(code: str) -> Screen:
    """Something has changed; what it is stands on the screen that it leads to, nowhere else."""
    return message("participant.news", rows=[(button("look", f"sign_up:{code}"),)])


def how_was_it(code: str) -> Screen:
    """Whoever came can say how it was; of that, nothing stands here."""
    return message("participant.news", rows=[(button("look", f"feedback:{code}"),)])


def something_new(code: str) -> Screen:
    """For whoever agreed to be told: there is something to take part in."""
    rows: list[Row] = [
        (button("look", f"consultation:{code}"),),
        (button("told_no_more", "told_no_more"),),
    ]
    return message("participant.something_new", rows=rows)


def tomorrow(code: str) -> Screen:
    """Something that was signed up to is tomorrow."""
    return message("participant.tomorrow", rows=[(button("look", f"sign_up:{code}"),)])
