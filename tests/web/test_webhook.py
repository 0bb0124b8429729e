"""The webhook: who is let in, what is answered, and what is on disk by then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.web import LARGEST_UPDATE, Listener, webhook

SECRET = "a-secret-of-sixteen-and-more"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Desk:
    """Receives what the webhook lets in."""

    def __init__(self) -> None:
        self.received: list[Mapping[str, Any]] = []
        self.broken = False

    async def receive(self, updates: Sequence[Mapping[str, Any]]) -> None:
        if self.broken:
            raise OperationalError("insert", {}, Exception("disk full"))
        self.received += updates


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def url(desk: Desk) -> AsyncIterator[str]:
    listener = Listener(webhook({"/telegram": desk.receive}, SECRET), "127.0.0.1:0")
    listener.start()
    yield f"http://127.0.0.1:{listener.port}/telegram"
    await listener.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def post(http: httpx.AsyncClient, url: str, body: bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {HEADER: secret}
    return (await http.post(url, content=body, headers=headers)).status_code


async def test_an_update_is_received_before_it_is_acknowledged(
    http: httpx.AsyncClient, url: str, desk: Desk
) -> None:
    assert await post(http, url, json.dumps({"update_id": 7}).encode()) == 200
    assert desk.received == [{"update_id": 7}]


async def test_what_could_not_be_stored_is_asked_for_again(
    http: httpx.AsyncClient, url: str, desk: Desk
) -> None:
    desk.broken = True
    assert await post(http, url, b'{"update_id": 7}') == 503


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", "é" * 20])
async def test_a_wrong_secret_is_refused(
    http: httpx.AsyncClient, url: str, desk: Desk, secret: str | None
) -> None:
    headers = {} if secret is None else {HEADER.encode(): secret.encode()}
    response = await http.post(url, content=b'{"update_id": 7}', headers=headers)
    assert response.status_code == 403
    assert response.content == b""
    assert desk.received == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b"[]",
        b"null",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_rubbish_is_refused(
    http: httpx.AsyncClient, url: str, desk: Desk, body: bytes
) -> None:
    assert await post(http, url, body) == 400
    assert desk.received == []


async def test_a_body_over_the_limit_is_refused_before_it_is_read(url: str, desk: Desk) -> None:
    """The answer comes though not one byte of the body was sent."""
    host, port = url.removeprefix("http://").partition("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = [
        "POST /telegram HTTP/1.1",
        f"Host: {host}",
        f"{HEADER}: {SECRET}",
        f"Content-Length: {10 * LARGEST_UPDATE}",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    status = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    assert b"413" in status
    assert desk.received == []


async def test_a_body_in_chunks_ends_at_the_limit(
    http: httpx.AsyncClient, url: str, desk: Desk
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"update_id": 7, "x": "'
        for _ in range(40):
            yield b"x" * 65536
        yield b'"}'

    try:
        response = await http.post(url, content=chunks(), headers={HEADER: SECRET})
        assert response.status_code == 413
    except httpx.HTTPError:
        pass  # it hung up while the body was still coming
    assert desk.received == []


@pytest.mark.parametrize("path", ["", "/", "/telegram/", "/healthz", "/metrics"])
async def test_nothing_else_is_there(http: httpx.AsyncClient, url: str, path: str) -> None:
    address = url.removesuffix("/telegram") + path
    response = await http.post(address, content=b'{"update_id": 7}', headers={HEADER: SECRET})
    assert response.status_code == 404


async def test_only_post_is_answered(http: httpx.AsyncClient, url: str) -> None:
    assert (await http.get(url, headers={HEADER: SECRET})).status_code == 405
