"""Files that people sent, from Telegram to a place on disk, or piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
from telegram import Bot
from telegram.error import BadRequest

from bot.settings import is_loopback
from bot.wire.certificates import certificates

_PIECE = 64 * 1024


def downloader(bot: Bot) -> Callable[[str, Path], Awaitable[None]]:
    """Fetches by file id; raises telegram's errors."""

    async def download(file_id: str, path: Path) -> None:
        found = await bot.get_file(file_id)
        await found.download_to_drive(path)

    return download


@asynccontextmanager
async def streamed(bot: Bot, file_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes of a file as they come; raises telegram's and httpx's errors."""
    found = await bot.get_file(file_id)
    if found.file_path is None:
        raise BadRequest("no path")
    parts = urlsplit(found.file_path)  # the address holds the token and is never logged
    encoded = urlunsplit(parts._replace(path=quote(parts.path)))
    timeout = httpx.Timeout(20, read=60)
    direct = is_loopback(parts.hostname)
    async with (
        httpx.AsyncClient(
            timeout=timeout, trust_env=not direct, verify=certificates(direct=direct)
        ) as client,
        client.stream("GET", encoded) as response,
    ):
        if response.status_code in (400, 404):
            raise BadRequest("the file is not there")
        response.raise_for_status()
        yield response.aiter_bytes(_PIECE)
