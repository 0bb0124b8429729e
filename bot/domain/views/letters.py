"""Screens of letters: they are being made, and here they are."""

from __future__ import annotations

from bot.domain.requests import Request, RequestKind
from bot.domain.screens import Attachment, Screen, Text, button, screen, text
from bot.domain.views.common import HOME_BESIDE


def asked() -> Screen:
    """They will come."""
    return screen("letters.asked")


def making(share: float | None = None) -> Screen:
    """So many of them are written."""
    return screen("letters.making" if share is None else text("letters.so_far", share=share))


def made(count: int) -> Screen:
    """What the message of the progress says from then on."""
    return screen(text("letters.made", count=count))


def ready(request: Request, count: int, file: Attachment) -> Screen:
    """The letters themselves, what is to be enclosed, and how an answer gets into the record."""
    lines: list[Text | None] = [text("letters.ready", count=count)]
    if request.attached is not None:
        draft = request.kind is RequestKind.COMMENT
        lines.append(text("letters.enclose_draft" if draft else "letters.enclose"))
    reports = request.kind is RequestKind.STATUS
    lines.append(text("letters.then_report" if reports else "letters.then", count=count))
    return screen(
        *lines,
        rows=[(button("open_request", f"request:{request.id}"), HOME_BESIDE)],
        attachments=(file,) if request.attached is None else (file, request.attached),
        replaces=False,
    )
