"""The Telegram edge: parse, call a service, show."""
