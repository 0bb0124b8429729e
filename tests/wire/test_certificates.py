"""Servers are verified, by certificates that are read once."""

from __future__ import annotations

import ssl

import pytest

from bot.wire.certificates import certificates
from bot.wire.request import Request


@pytest.mark.parametrize("direct", [True, False])
def test_servers_are_verified_by_name_and_certificate(direct: bool) -> None:
    context = certificates(direct=direct)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] > 0


def test_certificates_are_read_once_for_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    certificates(direct=True)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", _read_again)
    for _ in range(2):
        Request(direct=True)


def _read_again(*_arguments: object, **_named: object) -> None:
    raise AssertionError("the certificates are read again")
