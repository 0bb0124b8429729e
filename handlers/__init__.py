"""The Telegram edge: parse, call a service, show.

A room is a module with `ACTS` (what its buttons do) and, where it has any, `COMMANDS` (a command is
a word for an act) and `REPLIES` (what a reply to one of its messages does); `handlers.house` lists
the rooms once.
"""

from __future__ import annotations

from handlers.router import Router, register

__all__ = ["Router", "register"]
