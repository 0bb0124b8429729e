"""Screens of letters: they are being made, and here they are."""

from __future__ import annotations

from bot.domain.screens import Attachment, Screen, button, screen, text
from bot.domain.views.common import HOME_BESIDE


def asked() -> Screen:
    """They will come."""
    return screen("letters.asked")


def making(share: float | None = None) -> Screen:
    """So many of them are written."""
    return screen("letters.making" if share is None else text("letters.so_far", share=share))


def made() -> Screen:
    """What the message of the progress says from then on."""
    return screen("letters.made")


def ready(request_id: int, count: int, file: Attachment) -> Screen:
    """The letters themselves."""
    return screen(
        text("letters.ready", count=count),
        "letters.then",
        rows=[(button("open_request", f"request:{request_id}"), HOME_BESIDE)],
        attachments=(file,),
        replaces=False,
    )
