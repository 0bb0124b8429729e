"""What is listened to: Telegram's webhook, and health and metrics for whoever watches.

Two servers: the webhook lies behind the address that Telegram calls, health and metrics where the
operator wants them. Encryption is the business of the proxy in front.
"""

from __future__ import annotations

import hmac
import json
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from bot import logs
from bot.clock import Clock
from bot.settings import host_and_port
from storage import health, inbox
from storage.database import UNAVAILABLE, Database

log = logs.get(__name__)

LARGEST_UPDATE = 1024 * 1024  # bytes; Telegram's are some kilobytes
SILENCE = 120.0  # seconds without a successful poll from which the bot is not well
_SHOWN = "X-Telegram-Bot-Api-Secret-Token"  # the header that holds what Telegram shows

UPDATES = Gauge("focalpoint_inbox_updates", "Updates in the inbox, by their state", ["state"])
HEARD = Gauge("focalpoint_heard_seconds", "Seconds since updates were last received")

Receive = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]


class Listener:
    """One HTTP server on one address; port 0 takes any."""

    def __init__(self, application: Application, address: str) -> None:
        self._server = HTTPServer(application, max_body_size=16 * LARGEST_UPDATE)
        self._host, self.port = host_and_port(address)

    def start(self) -> None:
        """Listen; raises OSError, with the address as its file name, where that cannot be."""
        try:
            sockets = bind_sockets(self.port, self._host, family=socket.AF_UNSPEC)
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{self._host}:{self.port}") from None
        self.port = sockets[0].getsockname()[1]
        self._server.add_sockets(sockets)

    async def stop(self) -> None:
        """Take no more calls, and let those that run end."""
        self._server.stop()
        await self._server.close_all_connections()


# -- The webhook -----------------------------------------------------------------------------------


def webhook(receivers: Mapping[str, Receive], secret: str) -> Application:
    """What Telegram calls, each bot by its path: updates are committed before they are answered."""
    doors = [
        (path or "/", _Webhook, {"secret": secret.encode(), "receive": receive})
        for path, receive in receivers.items()
    ]
    return Application(doors, log_function=_silent)


@stream_request_body
class _Webhook(RequestHandler):
    """One update: 200 once it is committed, 503 where it could not be, so that it comes again.

    The secret and the length are looked at before the body is read.
    """

    def initialize(self, secret: bytes, receive: Receive) -> None:
        self._secret = secret
        self._receive = receive
        self._body = bytearray()

    def prepare(self) -> None:
        self.clear_header("Server")
        shown = self.request.headers.get(_SHOWN, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self._secret):
            log.warning("webhook.refused", status=403)
            raise HTTPError(403)
        if self.request.method != "POST":
            raise HTTPError(405)
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_UPDATE:
            raise HTTPError(413)

    def data_received(self, chunk: bytes) -> None:
        self._body += chunk
        if len(self._body) > LARGEST_UPDATE and not self._finished:  # in chunks, without a length
            self.send_error(413)

    async def post(self) -> None:
        update = _update(bytes(self._body))
        try:
            await self._receive([update])
        except UNAVAILABLE as error:
            log.warning("webhook.not_stored", error=type(error).__name__)
            raise HTTPError(503) from None

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """Say nothing to whoever it is."""
        self.set_header("Connection", "close")
        _ = self.finish()  # flushed by itself

    def log_exception(self, *_error: Any) -> None:
        """A refusal is an answer; what the request held is logged nowhere."""


def _update(body: bytes) -> Mapping[str, Any]:
    """The update of a body; raises 400 for what can be none."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPError(400) from None
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise HTTPError(400)
    return update


# -- Health and metrics ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """What health looks at; `heard` gives the ticks up to which every bot was polled.

    With a webhook nothing is late: Telegram calls when there is something to say.
    """

    database: Database
    clock: Clock
    heard: Callable[[], float | None]
    since: float  # ticks at which receiving began: before the first poll this counts
    polling: bool


def watch(watched: Watched) -> Application:
    """`/healthz` (200, or 503 where something is wrong) and `/metrics` (Prometheus)."""
    given = {"watched": watched}
    doors = [("/healthz", _Health, given), ("/metrics", _Metrics, given)]
    return Application(doors, log_function=_silent)


async def vital_signs(watched: Watched) -> dict[str, Any]:
    """How the bot is, as plain values; `well` is the sum of it."""
    signs: dict[str, Any] = {"silent_for": None, "pending": None, "waiting": None}
    if watched.polling:
        heard = watched.heard()
        last = watched.since if heard is None else heard
        signs["silent_for"] = round(watched.clock.ticks() - last, 1)
    try:
        async with watched.database.write() as tx:
            await health.touch(tx, now=watched.clock.now())
        async with watched.database.read() as tx:
            counts = await inbox.counts(tx)
            signs["waiting"] = await health.messages_waiting(tx)
    except UNAVAILABLE as error:
        log.warning("health.database", error=type(error).__name__)
        return {"well": False, "database": False, **signs}
    for state in (inbox.PENDING, inbox.DONE, inbox.ASIDE):
        UPDATES.labels(state).set(counts.get(state, 0))
    HEARD.set(signs["silent_for"] or 0)
    signs["pending"] = counts.get(inbox.PENDING, 0)
    well = signs["silent_for"] is None or signs["silent_for"] < SILENCE
    return {"well": well, "database": True, **signs}


class _Watching(RequestHandler):
    def initialize(self, watched: Watched) -> None:
        self.watched = watched

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")


class _Health(_Watching):
    async def get(self) -> None:
        signs = await vital_signs(self.watched)
        self.set_status(200 if signs["well"] else 503)
        self.write(signs)


class _Metrics(_Watching):
    async def get(self) -> None:
        await vital_signs(self.watched)
        self.set_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.write(generate_latest())


def _silent(_handler: RequestHandler) -> None:
    """Requests are not logged: their addresses are nobody's business."""
