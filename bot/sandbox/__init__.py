"""A Bot API server and a chat page on your own machine: bots are tried without Telegram."""

from bot.sandbox.faults import Faults, Journal
from bot.sandbox.phone import Network, Phone
from bot.sandbox.server import Sandbox

__all__ = ["Faults", "Journal", "Network", "Phone", "Sandbox"]
