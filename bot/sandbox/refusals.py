"""How the sandbox says no: Telegram's own words, with the status that goes with them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that is answered with an error: `code` is both HTTP status and `error_code`."""

    def __init__(
        self, code: int, description: str, parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(words: str) -> Refusal:
    """400 with Telegram's usual beginning."""
    return Refusal(400, f"Bad Request: {words}")


def too_many_requests(seconds: int) -> Refusal:
    """429, told when to come back (whole seconds)."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def conflict(words: str) -> Refusal:
    """409: two receivers want the updates of one bot."""
    return Refusal(409, f"Conflict: {words}")


BLOCKED = "Forbidden: bot was blocked by the user"
DEACTIVATED = "Forbidden: user is deactivated"
KICKED = "Forbidden: bot was kicked from the group chat"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
