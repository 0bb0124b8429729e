"""One update's turn: who writes, in which chat, and how to answer inside its transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.consultations import Card, SignUp
from bot.domain.people import Act, Actor, Person, Seat
from bot.domain.screens import NO_BUTTONS, Screen, Text, message, text
from bot.domain.views import discretion as views
from bot.exchange.language import detect
from bot.services import discretion
from handlers.desk import Desk
from storage import accounts, outbox
from storage.database import Transaction
from storage.outbox import Message

Go = Callable[["Turn", str], Awaitable[None]]


@dataclass
class Turn:
    """What a handler works with; all it does lands in `tx`, committed with the update."""

    tx: Transaction
    desk: Desk
    bot_id: int
    chat_id: int
    update_id: int
    actor: Actor
    language: str
    now: datetime
    go: Go  # to the screen of an act: `home`, `card:17`
    telegram_name: str = ""
    username: str | None = None
    private: bool = True
    tapped: int | None = None  # the message whose button was tapped
    typed: int | None = None  # the message that was written
    toast: Text | None = None  # the short answer to a tap
    last_message_id: int | None = None
    sign_up: SignUp | None = None  # of a participant: whoever they are otherwise is left out
    apart: bool = False  # a participant acts, known or not
    discreet: bool | None = None  # in whose chat nothing is left to read; None: not looked up yet
    unsaved: bool = False  # what was written or sent is not kept, or not yet
    _said: int = field(default=0)

    @property
    def person(self) -> Person:
        """The person who writes; only for handlers that are open to known people."""
        assert self.actor.person is not None
        return self.actor.person

    @property
    def act(self) -> Act:
        """What the person does in this turn, for services."""
        return Act(self.actor, self.desk.bot_id, ZoneInfo(self.desk.country.timezone), self.now)

    @property
    def today(self) -> date:
        """The country's calendar day."""
        return self.act.today

    @property
    def timezone(self) -> ZoneInfo:
        """The person's time zone, or the country's."""
        own = None if self.actor.person is None else self.actor.person.timezone
        return ZoneInfo(own or self.desk.country.timezone)

    def language_of(self, words: str) -> str:
        """The language that these words are written in; the person's where it cannot be told."""
        return detect(words) or self.language

    def introduce(self, person: Person) -> None:
        """The stranger who writes is this person, from now on in this turn."""
        self.actor = replace(self.actor, person=person)

    def forget(self) -> None:
        """The person is a stranger again, from now on in this turn."""
        self.actor = Actor(None, ())

    def step_apart(self, sign_up: SignUp | None = None) -> None:
        """From now on in this turn a participant acts, whom nothing joins to a seat."""
        self.actor = Actor(None, ())
        self.apart = True
        self.sign_up = sign_up
        if sign_up is not None and sign_up.card is not None:
            self.language = sign_up.card.language

    @property
    def card(self) -> Card:
        """The chat, for what is done to its messages."""
        known = None if self.sign_up is None else self.sign_up.card
        return known or Card(self.chat_id, self.bot_id, self.language)

    async def is_discreet(self) -> bool:
        """Whether a participant acts in whose chat nothing is to be left to read."""
        if not self.apart or not self.private:
            return False
        if self.sign_up is not None and self.sign_up.card is not None:
            return self.sign_up.card.discreet
        if self.discreet is None:
            self.discreet = await discretion.applies(self.tx, self.bot_id, self.chat_id)
        return self.discreet

    async def refuse(self, why: Text) -> None:
        """Say why what was written is not taken; in discreet mode, that it still stands there."""
        self.unsaved = True
        stays = [text("discreet.not_saved")] if await self.is_discreet() else []
        await self.show(message(why, *stays))

    async def settle(self) -> None:
        """In discreet mode, what was written goes from the chat, now that it is saved."""
        if self.typed is not None and not self.unsaved and await self.is_discreet():
            await discretion.take_written(self.tx, self.act, self.card, self.typed)

    def take_seat(self, seat: Seat) -> None:
        """The person has one more live seat, from now on in this turn."""
        self.actor = replace(self.actor, seats=(*self.actor.seats, seat))

    async def show(
        self,
        screen: Screen,
        *,
        subject: str | None = None,
        language: str | None = None,
        quotes: Sequence[str] = (),
        sealed: bool = False,
    ) -> int:
        """Show a screen: in place of the tapped one while that is the last message, else anew.

        `language` None is the reader's own, `quotes` and `sealed` as in `storage.outbox.Message`.
        Gives the outbox row of the message, which later edits name.
        """
        if screen.replaces and (row := await self._replaceable()) is not None:
            await self._add(screen, edits=row, subject=subject, quotes=quotes, sealed=sealed)
            return row
        return await self._add(
            screen, subject=subject, language=language, quotes=quotes, sealed=sealed
        )

    async def remark(self, words: Text) -> None:
        """Say it shortly: over the screen to who tapped, in a message to who wrote."""
        if self.tapped is None:
            await self.show(message(words))
        else:
            self.toast = words

    async def change(self, row: int, screen: Screen, *, quotes: Sequence[str] = ()) -> None:
        """Change the message that outbox row `row` made, wherever it stands in the chat."""
        await self._add(screen, edits=row, quotes=quotes)

    async def take_buttons(self, row: int) -> None:
        """Take the buttons off the message that outbox row `row` made."""
        await self._add(NO_BUTTONS, edits=row)

    async def _replaceable(self) -> int | None:
        if self.sign_up is not None and self.tapped is not None:
            handle = self.sign_up.handle
            return await outbox.of_sign_up(self.tx, self.bot_id, handle, self.tapped)
        person = self.actor.person
        if self.tapped is None or self.tapped != self.last_message_id or person is None:
            return None
        if person.always_new_message:
            return None
        sent = await outbox.by_message(self.tx, self.bot_id, person.id, self.tapped)
        return None if sent is None else sent.id

    async def _add(
        self,
        screen: Screen,
        *,
        edits: int | None = None,
        subject: str | None = None,
        language: str | None = None,
        quotes: Sequence[str] = (),
        sealed: bool = False,
    ) -> int:
        self._said += 1
        hides = screen != NO_BUTTONS and await self.is_discreet()
        screen = views.hideable(screen) if hides else screen
        said = Message(
            key=f"reply:{self.bot_id}:{self.update_id}:{self._said}",
            screen=screen,
            bot_id=self.bot_id,
            person_id=self.actor.person_id if self.private else None,
            chat_id=self.chat_id,
            language=language or self.language,
            lane="reply",
            edits=edits,
            subject=subject or self._kept_by_participant(screen),
            quotes=tuple(quotes),
            sign_up=None if self.sign_up is None else self.sign_up.handle,
            sealed=sealed,
        )
        row = await outbox.add(self.tx, said, now=self.now)
        if hides and not views.is_neutral(screen):
            await discretion.note(self.tx, self.act, self.card, edits or row)
        return row

    def _kept_by_participant(self, screen: Screen) -> str | None:
        return None if self.sign_up is None or screen.replaces else outbox.STAYS

    async def seen(self, message_id: int) -> None:
        """Note the newest message of the chat, so that a screen above it is not edited."""
        if self.actor.person is not None:
            await accounts.note_message(self.tx, self.bot_id, self.chat_id, message_id)
