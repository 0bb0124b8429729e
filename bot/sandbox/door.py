"""What all doors of the sandbox share: who may come in, JSON in and out, refusals."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.web import RequestHandler

from bot.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

_log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class Door(RequestHandler):
    """One path; subclasses say what it does."""

    def initialize(self, sandbox: Sandbox) -> None:
        """Know the sandbox."""
        self.sandbox = sandbox
        self.world = sandbox.world

    def prepare(self) -> None:
        """Only this machine under its own name (DNS rebinding), only our own page (CSRF)."""
        host = self.request.headers.get("Host", "")
        if host not in self.sandbox.hosts():
            raise Refusal(403, "Forbidden")
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise Refusal(403, "Forbidden")
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        if site not in ("same-origin", "none") and not self._is_link():
            raise Refusal(403, "Forbidden")

    def _is_link(self) -> bool:
        """Somebody followed a link to the page itself."""
        headers = self.request.headers
        return self.request.path == "/" and headers.get("Sec-Fetch-Mode") == "navigate"

    def set_default_headers(self) -> None:
        """Nothing is cached, guessed, framed or loaded from elsewhere."""
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def give(self, value: Any, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps(value, ensure_ascii=True))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A refusal as JSON: to bots in the shape of the Bot API."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if not isinstance(error, Refusal):
            error = Refusal(status_code, self._reason)
        if not self.request.path.startswith(("/bot", "/file/bot")):
            self.give({"error": error.description}, error.code)
            return
        told = {"ok": False, "error_code": error.code, "description": error.description}
        if error.parameters:
            told["parameters"] = error.parameters
        self.give(told, error.code)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals are answers, not accidents; the request is not logged, it holds the token."""
        if not isinstance(value, Refusal):
            _log.error("the sandbox failed to answer", exc_info=(typ, value, tb))


class Nothing(Door):
    """Any other path."""

    def prepare(self) -> None:
        """There is nothing here."""
        super().prepare()
        raise Refusal(404, "Not Found")
