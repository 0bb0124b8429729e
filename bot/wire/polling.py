"""`getUpdates` by hand: raw dictionaries, so that what PTB cannot parse blocks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.settings import is_loopback
from bot.wire.certificates import certificates

LONG_POLL = 30  # seconds that Telegram holds an empty answer back
BATCH = 100
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class AnotherReceiver(Exception):
    """Somebody else receives a bot's updates: another process, or a webhook.

    `token` is the variable of that bot's token, where it is known.
    """

    def __init__(self, token: str = "") -> None:
        super().__init__(token)
        self.token = token


class WebhookElsewhere(AnotherReceiver):
    """A webhook that is not ours is set for the bot: its updates go there."""


class CannotPoll(Exception):
    """No updates this time: try again, after `retry_after` seconds where Telegram said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class RawPoller:
    """Fetches raw updates over a connection of its own; `url` ends with the token."""

    def __init__(self, url: str, *, long_poll: float = LONG_POLL) -> None:
        self._url = f"{url}/getUpdates"
        self._long_poll = long_poll
        direct = is_loopback(urlsplit(url).hostname)  # no proxy to this very machine
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(10, read=long_poll + 10),
            trust_env=not direct,
            verify=certificates(direct=direct),
        )

    async def stop(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def next(self, offset: int | None) -> Sequence[Mapping[str, Any]]:
        """Updates from `offset` on, confirming those before; AnotherReceiver or CannotPoll."""
        wanted: dict[str, Any] = {
            "timeout": int(self._long_poll),
            "limit": BATCH,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if offset is not None:
            wanted["offset"] = offset
        try:
            response = await self._client.post(self._url, json=wanted)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise CannotPoll(type(error).__name__) from error
        if answer.get("ok"):
            return [each for each in answer["result"] if isinstance(each.get("update_id"), int)]
        if response.status_code == 409:
            webhook = "webhook" in str(answer.get("description", "")).lower()
            raise WebhookElsewhere if webhook else AnotherReceiver
        retry_after = (answer.get("parameters") or {}).get("retry_after")
        raise CannotPoll(f"status:{response.status_code}", retry_after)
