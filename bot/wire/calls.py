"""The calls that an outbox row may need: say, upload, edit in place, say anew, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from telegram import Bot, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot import logs
from bot.wire.outcome import Failed, Gone, Outcome, Sent, outcome
from bot.wire.render import Rendered
from storage.outbox import Outgoing

log = logs.get(__name__)

UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes
PHOTO_LIMIT = 10 * 1024 * 1024

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Calls:
    """Carries out rows through one bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._uploads = asyncio.Semaphore(2)  # files of up to 50 MB lie in memory

    async def make(self, row: Outgoing, parts: list[Rendered], file: bytes | None) -> Outcome:
        """Say the first part with its file, change a message into it, or delete; what became of it.

        Raises telegram's errors, for `outcome` to judge.
        """
        assert row.chat_id is not None
        if row.is_deletion:
            return await self._delete(row, parts)
        if row.only_takes_buttons:
            return await self._take_buttons(row)
        if row.edits is None or row.target is None:
            return await self._say(row, parts[0], file)
        if not self._fits_in_place(row, parts):
            await self._remove_old(row)
            return await self._say(row, parts[0], file)
        found = await self._edit(row, parts[0])
        if isinstance(found, Gone):
            if found.exists:
                await self._remove_old(row)
            return await self._say(row, parts[0], file)
        return found

    @staticmethod
    def _fits_in_place(row: Outgoing, parts: list[Rendered]) -> bool:
        """Whether one text takes the place of one message; rendered parts are parts of several."""
        assert row.payload is not None
        return (
            len(parts) == 1
            and not row.target_parts
            and parts[0].attachment is None
            and "html" not in row.payload
        )

    async def _say(self, row: Outgoing, part: Rendered, file: bytes | None) -> Outcome:
        assert row.chat_id is not None
        if part.attachment is not None and file is not None:
            return await self._upload(row, part, file)
        message = await self._bot.send_message(
            row.chat_id,
            part.html,
            parse_mode=ParseMode.HTML,
            reply_markup=part.markup(),
            disable_notification=row.silent,
            link_preview_options=_NO_PREVIEW,
        )
        return Sent(message.message_id)

    async def _upload(self, row: Outgoing, part: Rendered, data: bytes) -> Outcome:
        assert part.attachment is not None
        kind = part.attachment.kind
        if kind not in ("photo", "voice", "video", "audio"):
            kind = "document"
        if kind == "photo" and len(data) > PHOTO_LIMIT:
            kind = "document"
        async with self._uploads:
            try:
                return await self._upload_as(kind, row, part, data)
            except BadRequest as error:
                if kind != "photo" or outcome(error) != Failed("photo"):
                    raise
            return await self._upload_as("document", row, part, data)

    async def _upload_as(self, kind: str, row: Outgoing, part: Rendered, data: bytes) -> Outcome:
        assert part.attachment is not None
        call: Callable[..., Awaitable[Any]] = getattr(self._bot, f"send_{kind}")
        message = await call(
            row.chat_id,
            InputFile(data, filename=part.attachment.name),
            caption=part.html or None,
            parse_mode=ParseMode.HTML,
            reply_markup=part.markup(),
            disable_notification=row.silent,
        )
        return Sent(message.message_id)

    async def _edit(self, row: Outgoing, part: Rendered) -> Outcome:
        try:
            await self._bot.edit_message_text(
                part.html,
                chat_id=row.chat_id,
                message_id=row.target,
                parse_mode=ParseMode.HTML,
                reply_markup=part.markup(),
                link_preview_options=_NO_PREVIEW,
            )
        except TelegramError as error:
            found = outcome(error)
            return Sent(row.target) if isinstance(found, Sent) else found
        return Sent(row.target)

    async def _take_buttons(self, row: Outgoing) -> Outcome:
        """Take the keyboard off, which is below the last part; where there is none, all is well."""
        if row.target is None:
            return Sent()
        try:
            await self._bot.edit_message_reply_markup(
                row.chat_id, (row.target, *row.target_parts)[-1]
            )
        except TelegramError as error:
            found = outcome(error)
            return Sent() if isinstance(found, Gone) else found
        return Sent()

    async def _delete(self, row: Outgoing, parts: list[Rendered]) -> Outcome:
        """Take every message of it away; what is too old for that is written over, if it says so.

        What became of the worst of them.
        """
        if row.target is None:  # it was never sent, or nobody knows where it is
            return Failed("no_message")
        left: Outcome | None = None
        for message_id in (*row.target_parts, row.target):
            found = await self._delete_one(row, message_id, parts)
            if not isinstance(found, Sent):
                left = found
        return left or Sent()

    async def _delete_one(self, row: Outgoing, message_id: int, parts: list[Rendered]) -> Outcome:
        assert row.chat_id is not None
        try:
            await self._bot.delete_message(row.chat_id, message_id)
        except TelegramError as error:
            found = outcome(error)
            if not isinstance(found, Gone):
                return found
            if found.exists:
                return await self._write_over(row, message_id, parts)
        return Sent()

    async def _write_over(self, row: Outgoing, message_id: int, parts: list[Rendered]) -> Outcome:
        """Put a few words in the place of a message of ours that Telegram deletes no more.

        One that the person wrote stays as it is: the words are said below.
        """
        if not parts:
            return Failed("cannot_delete")
        if row.removes is not None:
            await self._say(row, parts[0], None)
            return Failed("cannot_delete")
        found = await self._edit(replace(row, target=message_id), parts[0])
        return Failed("cannot_delete") if isinstance(found, Gone) else found

    async def _remove_old(self, row: Outgoing) -> None:
        """Take away what an edit replaces by new messages; after 48 hours it stays, harmless."""
        assert row.chat_id is not None
        for message_id in (row.target, *row.target_parts):
            if message_id is not None:
                await self._try_to_delete(row.chat_id, message_id)

    async def _try_to_delete(self, chat_id: int, message_id: int) -> None:
        try:
            await self._bot.delete_message(chat_id, message_id)
        except TelegramError as error:
            log.debug("outbox.not_deleted", error=type(error).__name__)
