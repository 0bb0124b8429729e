"""Which handler takes which update: the one ordered list, and the tables of acts and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.domain.errors import NotFound
from bot.domain.incoming import Sent, Wrote
from bot.domain.redaction import disarmed
from bot.domain.screens import message, text
from bot.services import unreachable
from bot.wire.application import Context, DurableApplication
from handlers.flows.participants import ParticipantRunner
from handlers.flows.runner import Runner
from handlers.rooms import Act, Reply, TakeFile, TakeWords
from handlers.turn import Turn
from storage import accounts, outbox

PRIVATE = filters.ChatType.PRIVATE
FILES = (
    filters.Document.ALL
    | filters.PHOTO
    | filters.VOICE
    | filters.AUDIO
    | filters.VIDEO
    | filters.VIDEO_NOTE
)


class Router:
    """Finds the act for a button, a command, a reply, or plain words."""

    def __init__(
        self,
        rooms: Iterable[ModuleType],
        runner: Runner,
        participants: ParticipantRunner,
        *,
        loose_file: TakeFile,
        pressing: TakeWords,
        code: TakeWords,
    ) -> None:
        """`loose_file` takes what is sent outside any conversation.

        `code` takes the code of a contribution. `pressing` takes words from an open question where
        something more urgent was asked since.
        """
        self.runner = runner
        self.participants = participants
        self._pressing = pressing
        self._code = code
        self._loose_file = loose_file
        self.acts: dict[str, Act] = {}
        self.commands: dict[str, str] = {}
        self.replies: dict[str, Reply] = {}
        self.open_acts: set[str] = set()
        self.beside_acts: set[str] = set()  # they only tell: an open question goes on below
        for room in rooms:
            _merge(self.acts, room.ACTS)
            _merge(self.commands, getattr(room, "COMMANDS", {}))
            _merge(self.replies, getattr(room, "REPLIES", {}))
            self.open_acts |= getattr(room, "OPEN_ACTS", set())
            self.beside_acts |= getattr(room, "BESIDE_ACTS", set())

    async def go(self, turn: Turn, act: str) -> None:
        """Do what a button of that act does; the active conversation rests meanwhile.

        Who holds no live seat gets the open acts only (start, language, privacy, help).
        """
        name, _, argument = act.partition(":")
        if name not in self.acts:
            raise NotFound
        if not turn.actor.seats and name not in self.open_acts:
            name, argument = "stranger", ""
        if turn.actor.person is not None:
            await self.runner.leave(turn)
        await self.acts[name](turn, argument)

    # -- one method per kind of update -------------------------------------------------------------

    async def on_command(self, update: Update, context: Context) -> None:
        """A command is a word for an act; `/start` carries the payload of a deep link."""
        turn: Turn = context.turn
        assert update.effective_message is not None
        command, _, rest = (update.effective_message.text or "").partition(" ")
        name = command.removeprefix("/").partition("@")[0].lower()
        if name == "back" and (await self.runner.back(turn) or await self.participants.back(turn)):
            return
        if name == "cancel" and await self.runner.cancel(turn):
            return
        if name in ("back", "cancel"):
            await turn.show(message("flow.nothing_open"))
            return
        act = self.commands.get(name)
        if act is None:
            await turn.show(message("error.unknown_command"))
            return
        if act in self.beside_acts:
            await self.acts[act](turn, rest.strip())
            if turn.actor.person is not None:
                await self.runner.ask_again(turn)
            return
        await self.go(turn, f"{act}:{rest.strip()}" if rest.strip() else act)

    async def on_tap(self, update: Update, context: Context) -> None:
        """A button: of a conversation (`c:nonce:number`), of a menu (`o:act:argument`).

        Those of a participant's conversation are `g:nonce:number`.
        """
        turn: Turn = context.turn
        assert update.callback_query is not None
        if not turn.private:
            turn.toast = text("error.private_only")
            return
        kind, _, rest = (update.callback_query.data or "").partition(":")
        if kind == "c":
            nonce, _, number = rest.partition(":")
            await self.runner.press(turn, nonce, int(number) if number.isdecimal() else -1)
        elif kind == "g":
            nonce, _, number = rest.partition(":")
            asked = int(number) if number.isdecimal() else -1
            await self.participants.press(turn, nonce, asked)
        elif kind == "o":
            await self.go(turn, rest)
        else:
            raise NotFound

    async def on_words(self, update: Update, context: Context) -> None:
        """Words: an answer, a reply to something, or else a search."""
        turn: Turn = context.turn
        wrote = _wrote(update)
        about = await self._subject(turn, update)
        if about is not None:
            kind, _, argument = about.partition(":")
            if kind in self.replies and turn.actor.seats:
                await self.replies[kind](turn, argument, wrote)
                return
        if await self._code(turn, wrote):
            return
        if turn.actor.person is not None and (
            await self._pressing(turn, wrote) or await self.runner.write(turn, wrote)
        ):
            return
        if not await self.participants.write(turn, wrote):
            await self.go(turn, f"search:{wrote.words}")

    async def on_edit(self, update: Update, context: Context) -> None:
        """An edited message amends the draft that it belongs to."""
        turn: Turn = context.turn
        if turn.actor.person is not None and await self.runner.amend(turn, _wrote(update)):
            return
        await self.participants.amend(turn, _wrote(update))

    async def on_file(self, update: Update, context: Context) -> None:
        """A file: for the active conversation, or something to import."""
        turn: Turn = context.turn
        sent = _sent(update)
        if turn.actor.person is not None and await self.runner.send(turn, sent):
            return
        if await self.participants.send(turn, sent):
            return
        if not turn.actor.seats:
            await self.go(turn, "stranger")
            return
        await self._loose_file(turn, sent)

    async def on_other(self, update: Update, context: Context) -> None:
        """Stickers, places, contacts: say kindly what would be understood."""
        if update.effective_message is not None:
            await context.turn.show(message("error.not_understood"))

    async def on_group(self, update: Update, context: Context) -> None:
        """Personal screens appear in private chats only: elsewhere our commands get one line."""
        turn: Turn = context.turn
        said = update.effective_message
        if said is None or update.edited_message or not (said.text or "").startswith("/"):
            return
        _command, _, bot_name = (said.text or "").partition(" ")[0].partition("@")
        if bot_name.lower() in ("", turn.desk.bot_name.lower()):
            await turn.show(message("error.private_only"))

    async def on_membership(self, update: Update, context: Context) -> None:
        """Somebody blocked or un-blocked the bot."""
        turn: Turn = context.turn
        change = update.my_chat_member
        if change is None or not turn.private:
            return
        if change.new_chat_member.status in ("kicked", "left"):
            await accounts.mark_unreachable(
                turn.tx, turn.bot_id, turn.chat_id, "blocked", now=turn.now
            )
        else:
            await unreachable.back(turn.tx, turn.act, turn.chat_id)

    async def _subject(self, turn: Turn, update: Update) -> str | None:
        """What the message replied to is about."""
        assert update.effective_message is not None
        replied = update.effective_message.reply_to_message
        if replied is None or turn.actor.person is None:
            return None
        said = await outbox.by_message(turn.tx, turn.bot_id, turn.person.id, replied.message_id)
        return None if said is None else said.subject


def register(application: DurableApplication, router: Router) -> None:
    """The one ordered list: the first that fits takes the update."""
    application.add_handlers(
        [
            ChatMemberHandler(router.on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(~PRIVATE, router.on_group),
            CallbackQueryHandler(router.on_tap),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE, router.on_edit),
            MessageHandler(filters.COMMAND, router.on_command),
            MessageHandler(FILES, router.on_file),
            MessageHandler(filters.TEXT, router.on_words),
            TypeHandler(Update, router.on_other),
        ]
    )


def _merge(table: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if name in table:
            raise ValueError(f"two rooms claim {name}")
        table[name] = value


def _wrote(update: Update) -> Wrote:
    incoming = update.effective_message
    assert incoming is not None
    words = incoming.text or incoming.caption or ""
    return Wrote(disarmed(words.replace("\0", "")), incoming.message_id)


def _sent(update: Update) -> Sent:
    """The file of a message, as Telegram describes it."""
    incoming = update.effective_message
    assert incoming is not None
    common: dict[str, Any] = {
        "message_id": incoming.message_id,
        "caption": None if incoming.caption is None else disarmed(incoming.caption),
        "album": incoming.media_group_id,
    }
    if incoming.photo:
        largest = incoming.photo[-1]
        return Sent("photo", largest.file_id, size=largest.file_size, **common)
    for kind in ("document", "voice", "audio", "video", "video_note"):
        found: Any = getattr(incoming, kind)
        if found:
            name = getattr(found, "file_name", None)
            shown = "video" if kind == "video_note" else kind
            return Sent(shown, found.file_id, name=name, size=found.file_size, **common)
    raise NotFound
