"""Links that people send as evidence."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 2000
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)


def link_in(words: str) -> str | None:
    """The address, where the message is a link and nothing else; always with http(s)."""
    plain = words.strip()
    if not _LINK.fullmatch(plain) or len(plain) > LONGEST:
        return None
    url = plain if plain.lower().startswith("http") else f"https://{plain}"
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return url if host and "." in host else None
