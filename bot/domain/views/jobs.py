"""Screens about long work."""

from __future__ import annotations

from bot.domain.screens import Screen, Text, button, message, text


def failed(why: Text | None) -> Screen:
    """A job that could not be done: what happened, and that nothing was changed."""
    return message(why or text("error.job_failed"), rows=[(button("home", "home"),)])
