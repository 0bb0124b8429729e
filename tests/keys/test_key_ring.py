"""The key ring keeps, derives and destroys keys, and remembers how a chain ends."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keys import (
    Head,
    HeadGoesBack,
    KeyDamaged,
    KeyMissing,
    KeyRing,
    Unsealable,
    seal,
    unseal,
)

KEY = bytes(range(32))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def test_a_key_is_made_at_first_use_and_stays_the_same(ring: KeyRing, tmp_path: Path) -> None:
    key = ring.get("audit")

    assert len(key) == 32
    assert KeyRing(tmp_path / "keys").get("audit") == key
    assert ring.get("invitations") != key


def test_only_the_owner_may_read_the_keys(ring: KeyRing, tmp_path: Path) -> None:
    ring.get("audit")
    ring.write_head(Head("a" * 64, 1))
    folder = tmp_path / "keys"

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {each.name for each in folder.iterdir()} == {"audit.key", "audit.head"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_an_open_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)

    KeyRing(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_lost_key_is_reported_where_a_new_one_would_hide_the_loss(ring: KeyRing) -> None:
    with pytest.raises(KeyMissing):
        ring.existing("audit")


def test_a_destroyed_key_never_comes_back(ring: KeyRing, tmp_path: Path) -> None:
    key = ring.get("audit")

    assert ring.destroy("audit")
    assert not ring.destroy("audit")
    assert list((tmp_path / "keys").iterdir()) == []
    assert ring.get("audit") != key


def test_destroying_overwrites_the_key_before_its_name_goes(ring: KeyRing, tmp_path: Path) -> None:
    key = ring.get("audit")
    other_name = tmp_path / "other_name"
    other_name.hardlink_to(tmp_path / "keys" / "audit.key")

    ring.destroy("audit")

    assert other_name.read_bytes() != key


def test_a_cut_key_is_damaged_not_replaced(ring: KeyRing, tmp_path: Path) -> None:
    ring.get("audit")
    (tmp_path / "keys" / "audit.key").write_bytes(b"short")

    with pytest.raises(KeyDamaged):
        ring.get("audit")


@pytest.mark.parametrize("name", ["", "../audit", "a/b", "Audit", "a" * 65, "a\0b", "a.key"])
def test_a_name_that_could_leave_the_folder_is_no_name(ring: KeyRing, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        ring.get(name)


def _key_of(folder: str) -> bytes:
    return KeyRing(Path(folder)).get("audit")


def test_processes_that_ask_first_at_the_same_time_get_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as processes:
        keys = set(processes.map(_key_of, [str(tmp_path / "keys")] * 16))

    assert len(keys) == 1


def test_a_staged_file_that_a_crash_left_is_in_nobodys_way(ring: KeyRing, tmp_path: Path) -> None:
    (tmp_path / "keys" / "staged.new").write_bytes(b"half a k")

    assert len(ring.get("audit")) == 32
    assert {each.name for each in (tmp_path / "keys").iterdir()} == {"audit.key"}


# -- Sealing ---------------------------------------------------------------------------------------


@given(st.binary(max_size=500), st.text(max_size=50))
def test_what_was_sealed_is_unsealed(plain: bytes, context: str) -> None:
    sealed = seal(KEY, plain, context=context)

    assert len(sealed) == len(plain) + 29
    assert unseal(KEY, sealed, context=context) == plain


def test_the_same_bytes_are_never_sealed_the_same_way_twice() -> None:
    assert seal(KEY, b"words", context="a") != seal(KEY, b"words", context="a")


@pytest.mark.parametrize("position", range(34))
def test_one_altered_byte_makes_it_unsealable(position: int) -> None:
    sealed = bytearray(seal(KEY, b"words", context="sign-up 7"))
    sealed[position] ^= 1

    with pytest.raises(Unsealable):
        unseal(KEY, bytes(sealed), context="sign-up 7")


def test_another_key_or_context_or_nothing_at_all_unseals_nothing() -> None:
    sealed = seal(KEY, b"words", context="sign-up 7")

    for key, given_bytes, context in [
        (bytes(32), sealed, "sign-up 7"),
        (KEY, sealed, "sign-up 8"),
        (KEY, sealed[:12], "sign-up 7"),
        (KEY, b"", "sign-up 7"),
    ]:
        with pytest.raises(Unsealable):
            unseal(key, given_bytes, context=context)


# -- Heads -----------------------------------------------------------------------------------------


def test_a_head_is_read_as_it_was_written(ring: KeyRing, tmp_path: Path) -> None:
    assert ring.read_head() is None

    ring.write_head(Head("ab" * 32, 7))

    assert KeyRing(tmp_path / "keys").read_head() == Head("ab" * 32, 7)
    assert ring.read_head("erasures") is None


def test_a_head_never_goes_back_unless_an_older_backup_is_restored(ring: KeyRing) -> None:
    ring.write_head(Head("ab" * 32, 7))

    with pytest.raises(HeadGoesBack):
        ring.write_head(Head("cd" * 32, 6))
    assert ring.read_head() == Head("ab" * 32, 7)

    ring.write_head(Head("cd" * 32, 6), restoring=True)
    assert ring.read_head() == Head("cd" * 32, 6)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"hash": "x", "count": 1}', b'{"hash": 1, "count": 1}']
)
def test_a_head_that_we_did_not_write_is_damaged(
    ring: KeyRing, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "keys" / "audit.head").write_bytes(content)

    with pytest.raises(KeyDamaged):
        ring.read_head()


def test_what_is_no_head_is_not_written(ring: KeyRing) -> None:
    for head in (Head("xyz", 1), Head("ab" * 32, -1)):
        with pytest.raises(ValueError, match="head"):
            ring.write_head(head)
