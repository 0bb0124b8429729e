"""Whom the clients believe: the certificates are read once, because that takes 20 ms each time."""

from __future__ import annotations

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=2)
def certificates(*, direct: bool) -> ssl.SSLContext:
    """What to verify a server by; the environment may name a file of its own unless `direct`."""
    return httpx.create_ssl_context(trust_env=not direct)
