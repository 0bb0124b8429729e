"""The shape of a room: a module of handlers says which acts, commands and replies are its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.domain.incoming import Sent, Wrote
from handlers.turn import Turn

Act: TypeAlias = Callable[[Turn, str], Awaitable[None]]
"""Handle a tapped button: `card:17` calls the act `card` with the argument `17` (else with "")."""

Reply: TypeAlias = Callable[[Turn, str, Wrote], Awaitable[None]]
"""Handle a Telegram reply to a message about `question:5`: called with `5` and what was written."""

TakeFile: TypeAlias = Callable[[Turn, Sent], Awaitable[None]]
"""Handle a file that was sent outside any conversation."""

TakeWords: TypeAlias = Callable[[Turn, Wrote], Awaitable[bool]]
"""Handle words before an open question gets them; False leaves them to it."""
