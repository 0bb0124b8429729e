"""The sandbox is for this machine and its own page only."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox import Sandbox


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/api/network", "/api/phones", "/clock", "/page/page.js", "/bot1:a/getMe"]
)
async def test_other_names_and_other_sites_are_shut_out(
    sandbox: Sandbox, headers: dict[str, str], path: str
) -> None:
    async with httpx.AsyncClient(base_url=sandbox.address, trust_env=False) as client:
        for verb in ("GET", "POST"):
            response = await client.request(verb, path, headers=headers, json={})
            assert response.status_code in {403, 405}
        assert (await client.get(path, headers=headers)).status_code in {403, 405}


async def test_a_form_of_another_site_cannot_act(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.address, trust_env=False) as client:
        response = await client.post("/api/phones", content='{"name": "x"}')
        assert response.status_code == 415
        own = {"Origin": sandbox.address}
        response = await client.post("/api/phones", json={"name": "x"}, headers=own)
        assert response.status_code == 200


async def test_the_page_loads_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.address, trust_env=False) as client:
        page = await client.get("/")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "://" not in page.text.replace("http://www.w3.org/2000/svg", "")
        for name in ("page.js", "page.css"):
            assert (await client.get(f"/page/{name}")).status_code == 200
        assert (await client.get("/page/../server.py")).status_code == 404


async def test_it_listens_on_the_loopback_only_and_its_token_is_random() -> None:
    first, second = Sandbox(), Sandbox()
    assert first.token != second.token
    address = await first.start()
    try:
        assert address.startswith("http://127.0.0.1:")
    finally:
        await first.stop()
        await second.stop()


async def test_a_body_beyond_the_limit_is_not_read(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.address, trust_env=False) as client:
        try:
            response = await client.post("/api/phones", content=b"x" * (57 * 2**20))
        except httpx.TransportError:
            return  # hung up on while still sending
        assert response.status_code in {400, 413}
