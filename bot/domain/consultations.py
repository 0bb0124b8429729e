"""Consultations: what people outside the network are asked to take part in, and on what terms.

National mechanisms consult meaningfully, inclusively and regularly, and protect those who may face
reprisals for taking part (A/HRC/50/64 ¶¶46–51).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from bot.domain import codes
from bot.domain.quotas import Quota


class Form(StrEnum):
    """How a consultation is held."""

    MEETING = "meeting"  # at one moment, in a room or on a line
    WRITTEN = "written"  # written input until a day


class Invited(StrEnum):
    """Who can sign up to a consultation."""

    OPEN = "open"  # anybody
    GROUPS = "groups"  # whoever says that they belong to one of these
    CODE = "code"  # whoever has the code that their group was given


class ConsultationState(StrEnum):
    """Where a consultation stands."""

    OPEN = "open"  # people can sign up
    CLOSED = "closed"  # nobody signs up any more: its closing day has passed, or it was closed
    CANCELLED = "cancelled"
    ERASED = "erased"  # nothing of its participants is kept any more


class SignUpState(StrEnum):
    """Where a sign-up stands."""

    BEGUN = "begun"  # agreed to the terms; not sent yet
    CONFIRMED = "confirmed"
    WAITING = "waiting"  # no seat is free
    OFFERED = "offered"  # a freed seat is theirs until a moment
    LAPSED = "lapsed"  # the moment has passed; nothing is offered again unasked
    CANCELLED = "cancelled"
    WORDS = "words"  # words alone, not sent yet: it goes when they are


class Group(StrEnum):
    """Whom somebody speaks for, as they say themselves; stable codes."""

    WOMEN = "women"
    CHILDREN = "children"
    DISABILITIES = "disabilities"
    OLDER = "older"
    MINORITIES = "minorities"
    INDIGENOUS = "indigenous"
    LGBTI = "lgbti"
    MIGRANTS = "migrants"
    DEFENDERS = "defenders"
    ACADEMIA = "academia"
    PRIVATE_SECTOR = "private_sector"
    RELIGIOUS = "religious"
    TRADE_UNIONS = "trade_unions"
    SUBNATIONAL = "subnational"
    OTHER = "other"
    NOT_SAID = "not_said"


NOT_SAID = Group.NOT_SAID.value


class Access(StrEnum):
    """What makes it possible to take part."""

    STEP_FREE = "step_free"
    SIGN_LANGUAGE = "sign_language"
    CAPTIONS = "captions"
    INTERPRETATION = "interpretation"
    EASY_READ = "easy_read"
    LARGE_PRINT = "large_print"
    COMPANION = "companion"
    TRAVEL = "travel"
    CHILDCARE = "childcare"


TEXT_KEYS = (
    *(f"consultation.state.{each}" for each in ConsultationState),
    *(f"sign_up.state.{each}" for each in SignUpState),
    *(f"group.{each}" for each in Group),
    *(f"access.{each}" for each in Access),
    *(f"consultation.invited.{each}" for each in Invited),
)

DOOR = 6
"""Characters of the code at the door."""
MOST_CHILDREN = 60
"""Children who come with one sign-up."""
CHILDREN_COME = "children"
"""So the children who come with organisations are counted, beside what cards say."""
CAME = "came"
"""So the groups of those who came are counted, beside what cards say."""
MOST_DOCUMENTS = 5
HANDED_OUT = ("pdf", "docx", "pptx")
"""The kinds of files that are handed out."""

FEWEST = 5
"""Of fewer participants no number is shown: it would tell who they are."""

LONGEST_TITLE = 120
LONGEST_PURPOSE = 600
LONGEST_PLACE = 300
LONGEST_ORGANISATION = 120
LONGEST_REGION = 40
MOST_REGIONS = 40
INPUT_AFTER = timedelta(days=14)  # so long after a meeting words are taken, unless said otherwise
KEPT_AFTER = timedelta(days=60)  # after the last day, where nobody has said otherwise
KEPT_LONGEST = timedelta(days=400)
A_DAY = timedelta(days=1)
TOLD_FOR = timedelta(days=730)  # of later consultations, after somebody last agreed to it
BEGUN_KEPT = timedelta(days=7)  # what was agreed to and never sent

INVITE = 8
"""Characters of a code that a group shares."""
EVERYBODY = "all"
"""In the place of a group: the code is for everybody who is invited."""


@dataclass(frozen=True)
class Wanted:
    """A consultation as an officer describes it; days and times are the country's.

    `last_day` is the day of the meeting, or the last day of written input; `input_until` is said
    where words are taken until another day (`words_until`). `access` is what is offered, `ways`
    other ways to take part, `contacts` who helps independently against reprisals.
    """

    form: Form
    title: str
    purpose: str
    starts_at: datetime | None
    last_day: date
    place: str
    language: str  # of title, purpose and place
    closes_on: date
    kept_until: date
    languages: tuple[str, ...] = ()
    access: tuple[Access, ...] = ()
    ways: str = ""
    contacts: str = ""
    seats: int | None = None  # None: any number of people
    pools: Mapping[str, int] = field(default_factory=dict)  # seats kept for groups
    released_on: date | None = None  # the day from which these are anybody's
    input_until: date | None = None
    report_id: int | None = None  # the report in preparation that it is on
    invited: Invited = Invited.OPEN
    groups: tuple[str, ...] = ()  # who is invited, where it is not open
    mechanism: str | None = None  # whose report or review it is for
    regions: tuple[str, ...] = ()  # which participants can name; none: nobody is asked

    @property
    def words_until(self) -> date:
        """The last day on which words are taken: before, during and after a meeting."""
        if self.input_until is not None:
            return self.input_until
        if self.form is Form.WRITTEN:
            return self.last_day
        return min(self.last_day + INPUT_AFTER, self.kept_until)

    @property
    def coded(self) -> tuple[str, ...]:
        """The groups that have a code, or EVERYBODY."""
        return (self.groups or (EVERYBODY,)) if self.invited is Invited.CODE else ()

    def invites(self, group: str) -> bool:
        """Whether somebody of that group can sign up, where no code says so."""
        return self.invited is not Invited.GROUPS or group in self.groups

    def quota(self, zone: tzinfo) -> Quota | None:
        """The seats, days being those of the country's `zone`; None: any number of people."""
        if self.seats is None:
            return None
        released = self.released_on
        at = None if released is None else datetime.combine(released, time(), zone)
        return Quota(self.seats, self.pools, at)


@dataclass(frozen=True)
class Translation:
    """What is said of a consultation in a further language.

    What is empty is said as it was announced. It is `older` than a change of what it translates.
    """

    title: str
    purpose: str
    place: str = ""
    ways: str = ""
    contacts: str = ""
    older: bool = False


WORDS = ("title", "purpose", "place", "ways", "contacts")
"""What is said in each language."""


class Day(StrEnum):
    """A day of a consultation that calendars tell."""

    SIGN_UP = "sign_up"  # the last one on which people sign up
    MEETING = "meeting"
    WORDS = "words"  # the last one on which words are taken


@dataclass(frozen=True)
class Consultation:
    """A consultation as it is kept."""

    id: int
    code: str  # in its link
    state: ConsultationState
    wanted: Wanted
    report: tuple[str, str] | None = None  # its title and language, while it is prepared
    documents: int = 0  # how many are handed out

    @property
    def title(self) -> str:
        return self.wanted.title

    def takes_sign_ups(self, today: date) -> bool:
        """Whether people can sign up, change and cancel."""
        return self.state is ConsultationState.OPEN and today <= self.wanted.closes_on

    def takes_contributions(self, today: date) -> bool:
        """Whether contributions can be sent, amended and withdrawn, sign-up being open or not."""
        return self._goes_on and today <= self.wanted.words_until

    def can_be_left(self, today: date) -> bool:
        """Whether a sign-up can be cancelled: afterwards there is no seat to give up."""
        meets = self.wanted.form is Form.MEETING
        return self._goes_on and today <= (
            self.wanted.last_day if meets else self.wanted.words_until
        )

    def days(self, today: date) -> dict[Day, date]:
        """Its days from today on."""
        found = {}
        if self.takes_sign_ups(today) and self.wanted.form is Form.MEETING:
            found[Day.SIGN_UP] = self.wanted.closes_on
        if self._meets and today <= self.wanted.last_day:
            found[Day.MEETING] = self.wanted.last_day
        if self.takes_contributions(today):
            found[Day.WORDS] = self.wanted.words_until
        return found

    def is_at_the_door(self, today: date) -> bool:
        """Whether the door of the meeting is seen to: from the day before until the day after."""
        return self._meets and abs(today - self.wanted.last_day) <= A_DAY

    def has_code(self, today: date) -> bool:
        """Whether there is a code to hang at the door: until the day of the meeting is over."""
        return self.is_at_the_door(today) and today <= self.wanted.last_day

    def is_ahead(self, today: date) -> bool:
        """Whether its last day is not over: seats are given, and it can still be cancelled."""
        return self._goes_on and today <= self.wanted.last_day

    def checks_in(self, today: date) -> bool:
        """Whether participants can say that they are here: on the day itself."""
        return self._meets and today == self.wanted.last_day

    def notes_who_came(self, today: date) -> bool:
        """Whether the secretariat can note who came: on the day and the day after."""
        return self._meets and self.wanted.last_day <= today <= self.wanted.last_day + A_DAY

    def takes_feedback(self, today: date) -> bool:
        """Whether those who came can say how it was: from the day after the meeting."""
        return self._meets and today > self.wanted.last_day

    @property
    def _meets(self) -> bool:
        return self._goes_on and self.wanted.form is Form.MEETING

    @property
    def _goes_on(self) -> bool:
        return self.state in HELD

    @property
    def groups_told_from(self) -> date:
        """The day from which the groups of those who came are told.

        Before, whoever notes somebody at the door would see which group grows by one.
        """
        return self.wanted.last_day + 2 * A_DAY

    @property
    def holds_people(self) -> bool:
        """Whether anything of participants may still be kept."""
        return self.state is not ConsultationState.ERASED


@dataclass(frozen=True)
class Document:
    """A paper of the State that is handed out to anybody."""

    id: int
    sha256: str
    name: str


@dataclass(frozen=True)
class Card:
    """What a participant said of themselves: sealed, but for what the State counts."""

    chat_id: int
    bot_id: int
    language: str
    named: bool = False  # by their own name; else by a random one
    answers: Mapping[str, Any] = field(default_factory=dict)
    wrote: tuple[int, ...] = ()  # ids of their own messages, to delete them from the chat
    group: str | None = None  # whose code they came with
    discreet: bool = False  # the phone may be looked at by others; the same for a whole chat

    @property
    def by_code(self) -> dict[str, str]:
        """The answer that the code gave which they came with."""
        return {} if self.group in (None, EVERYBODY) else {"group": str(self.group)}

    def to_json(self) -> dict[str, Any]:
        return {
            "chat": self.chat_id,
            "bot": self.bot_id,
            "language": self.language,
            "named": self.named,
            "answers": dict(self.answers),
            "wrote": list(self.wrote),
            "group": self.group,
            "discreet": int(self.discreet),  # as long, sealed, for who is as for who is not
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Card:
        return cls(
            kept["chat"],
            kept["bot"],
            kept["language"],
            kept["named"],
            kept["answers"],
            tuple(kept["wrote"]),
            kept["group"],
            bool(kept["discreet"]),
        )


@dataclass(frozen=True)
class SignUp:
    """A sign-up: a handle that nobody can follow to a chat, a number for a name, what was said.

    It is kept until the day that was agreed to, whatever the consultation says later. `card` None:
    its key is gone. `pool` is the group among whose seats theirs is counted, `asked` the question
    that is open in the chat, `came` whether they were at the meeting. `size` is how many seats they
    have or wait for; who has some and has asked for `more` waits for those alone.
    """

    handle: str
    consultation_id: int
    number: int
    state: SignUpState
    day: date
    kept_until: date
    card: Card | None
    pool: str | None = None
    offered_until: datetime | None = None
    asked: Mapping[str, Any] | None = None
    came: bool = False
    size: int = 1
    more: int = 0

    @property
    def needs(self) -> int:
        """How many seats they need together."""
        return self.size + self.more

    @property
    def is_in(self) -> bool:
        """Whether the participant has signed up and not cancelled."""
        return self.state in TAKING_PART


@dataclass(frozen=True)
class Attendance:
    """How many came to a meeting, and of which groups, rounded (`bot.domain.small_groups`).

    `groups` None: they are not told yet.
    """

    people: int
    groups: Mapping[str, int] | None


@dataclass(frozen=True)
class Standing:
    """Who takes part, in numbers that tell of nobody (`bot.domain.small_groups`).

    All but `erased` are rounded down, and 0 or missing where they are fewer than FEWEST; `erased`
    says what has gone for good.
    """

    people: int
    waiting: int
    unreached: int  # whom the last message did not reach
    groups: Mapping[str, int]
    regions: Mapping[str, int]
    languages: Mapping[str, int]
    access: Mapping[str, int]
    children: int  # who come with organisations
    erased: Mapping[str, int]


HELD = (ConsultationState.OPEN, ConsultationState.CLOSED)
"""A consultation in one of these takes place or has: it was neither cancelled nor erased."""

TAKING_PART = (
    SignUpState.CONFIRMED,
    SignUpState.WAITING,
    SignUpState.OFFERED,
    SignUpState.LAPSED,
)
SEATED = (SignUpState.CONFIRMED, SignUpState.OFFERED)


def new_code() -> str:
    """Ten characters for a public link: nobody guesses one, and nothing secret hangs on it."""
    return codes.draw(10)


def random_number(given: int) -> int:
    """A number for a name: of four digits, of more where half of these are `given` already."""
    first = 1000
    while given * 2 > 9 * first:
        first *= 10
    return first + secrets.randbelow(9 * first)


def counted(answers: Mapping[str, Any], *, came: bool) -> dict[tuple[str, str], int]:
    """What one participant adds to the counts: (trait, value) → 1; codes, never words."""
    group = str(answers.get("group", NOT_SAID))
    found: dict[tuple[str, str], int] = {("group", group): 1}
    if came:
        found[CAME, group] = 1
    for trait in ("region", "language", "speaks"):
        if answers.get(trait) is not None:
            found[trait, str(answers[trait])] = 1
    for each in answers.get("access", ()):
        found["access", str(each)] = 1
    if children := children_of(answers):
        found[CHILDREN_COME, "come"] = children
    return found


def children_of(answers: Mapping[str, Any]) -> int:
    """How many children come with an organisation."""
    return int(answers.get("children", 0)) if answers.get("group") == Group.CHILDREN else 0


def size_of(answers: Mapping[str, Any]) -> int:
    """How many seats a card asks for: one, and one for each child that comes along."""
    return 1 + children_of(answers)
