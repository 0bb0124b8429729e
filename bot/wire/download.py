"""Files that people sent, from Telegram to a place on disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from telegram import Bot


def downloader(bot: Bot) -> Callable[[str, Path], Awaitable[None]]:
    """Fetches by file id; raises telegram's errors."""

    async def download(file_id: str, path: Path) -> None:
        found = await bot.get_file(file_id)
        await found.download_to_drive(path)

    return download
