"""What the Bot API server says of a bot, asked by hand: its name, its webhook, the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.settings import is_loopback
from bot.wire.certificates import certificates

PATIENCE = 10.0  # seconds


class Unreached(Exception):
    """There was no answer, or none that a Bot API server gives; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenRefused(Exception):
    """The server knows no bot of this token."""


@dataclass(frozen=True)
class Reached:
    """What was learnt; `hour` is the server's, where it told one."""

    bot_id: int
    username: str
    webhook: str  # empty: none is set
    waiting: int  # updates that wait to be received
    last_error: str | None  # of the webhook
    hour: datetime | None


async def reach(url: str) -> Reached:
    """Ask the server at `url`, which ends with the token; raises Unreached or TokenRefused."""
    direct = is_loopback(urlsplit(url).hostname)
    async with httpx.AsyncClient(
        timeout=PATIENCE, trust_env=not direct, verify=certificates(direct=direct)
    ) as client:
        me, hour = await _call(client, f"{url}/getMe")
        webhook, _ = await _call(client, f"{url}/getWebhookInfo")
    return Reached(
        bot_id=int(me.get("id", 0)),
        username=str(me.get("username", "")),
        webhook=str(webhook.get("url", "")),
        waiting=int(webhook.get("pending_update_count", 0)),
        last_error=webhook.get("last_error_message"),
        hour=hour,
    )


async def _call(client: httpx.AsyncClient, url: str) -> tuple[dict[str, Any], datetime | None]:
    try:
        response = await client.post(url)
        answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreached(type(error).__name__) from None  # its words hold the address: the token
    if response.status_code in (401, 404):
        raise TokenRefused
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), dict):
        raise Unreached(f"status {response.status_code}")
    return answer["result"], _hour(response.headers.get("Date"))


def _hour(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
