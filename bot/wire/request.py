"""How the Bot API is called: few connections, an end to every call, refusals told apart."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import BaseRequest, HTTPXRequest

from bot.settings import is_loopback
from bot.wire.certificates import certificates

POOL = 16  # httpcore looks through its whole pool on every request: more is slower
CALL_TIME = 60.0  # seconds a call may take with everything
UPLOAD_TIME = 600.0  # the same with a file of 50 MB on a slow line

_TOO_LARGE = 413


class ServerRefused(NetworkError):
    """The server itself said that it failed (JSON with 5xx): the call had no effect."""

    def __init__(self, code: int) -> None:
        super().__init__(f"server error {code}")
        self.code = code


class TooManyRequests(TelegramError):
    """429; `seconds` until Telegram takes calls again."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class Request(HTTPXRequest):
    """PTB's request with an end to every call, which says what became of it by type."""

    __slots__ = ("_limit",)

    def __init__(
        self,
        *,
        pool: int = POOL,
        read_timeout: float = 20.0,
        limit: float = CALL_TIME,
        direct: bool = False,
    ) -> None:
        super().__init__(
            connection_pool_size=pool,
            connect_timeout=10.0,
            pool_timeout=15.0,
            read_timeout=read_timeout,
            write_timeout=20.0,
            media_write_timeout=60.0,
            httpx_kwargs={"trust_env": not direct, "verify": certificates(direct=direct)},
        )
        self._limit = limit
        for name in ("httpx", "httpcore"):  # they log the address of each call, token and all
            logging.getLogger(name).setLevel(logging.WARNING)

    async def do_request(
        self, url: str, method: str, request_data: Any = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        """One call; raises ServerRefused, TooManyRequests, TimedOut and what PTB raises."""
        uploads = request_data is not None and request_data.multipart_data
        try:
            async with asyncio.timeout(UPLOAD_TIME if uploads else self._limit):
                status, body = await super().do_request(
                    url, method, request_data, *timeouts, **more
                )
        except TimeoutError as error:
            raise TimedOut("the call took too long") from error
        if status == _TOO_LARGE:
            raise BadRequest("Request Entity Too Large")
        if status == 429 or status >= 500:
            _raise_refusal(status, body)
        return status, body


def _raise_refusal(status: int, body: bytes) -> None:
    """Raise what a JSON answer says; one that is no JSON comes from a gateway and says nothing."""
    try:
        answer = BaseRequest.parse_json_payload(body) if body[:1] == b"{" else None
    except TelegramError:
        return
    if not isinstance(answer, dict):
        return
    if status >= 500:
        raise ServerRefused(status)
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    raise TooManyRequests(float(seconds) if isinstance(seconds, int | float) else 1.0)


def telegram_bot(token: str, api_url: str) -> ExtBot[None]:
    """The bot of that token on that server; `initialize()` it before use."""
    api_url = api_url.rstrip("/")
    direct = is_loopback(urlsplit(api_url).hostname)
    return ExtBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=Request(direct=direct),
        get_updates_request=Request(pool=1, direct=direct),  # not used: updates are fetched raw
    )
