"""Raw updates, before anybody has parsed them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.updates import chat_id, kind, storable

CHAT = {"id": 7, "type": "private"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["update_id", "message", "callback_query", "chat", "from", "id", "type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"chat": CHAT, "from": {"id": 9}}},
        {"edited_message": {"chat": CHAT, "from": {"id": 9}}},
        {"my_chat_member": {"chat": CHAT, "from": {"id": 9}}},
        {"callback_query": {"from": {"id": 9}, "message": {"chat": CHAT}}},
    ],
)
def test_the_chat_is_found_in_every_kind(body: dict[str, Any]) -> None:
    update = {"update_id": 1, **body}
    assert chat_id(update) == 7
    assert kind(update) == next(iter(body))


def test_an_update_without_a_chat_belongs_to_none() -> None:
    update = {"update_id": 1, "inline_query": {"from": {"id": 9}, "query": ""}}
    assert chat_id(update) is None


@pytest.mark.parametrize("number", [True, 2**63, "7", 1.5, None])
def test_an_id_that_the_database_cannot_hold_is_none(number: object) -> None:
    assert chat_id({"update_id": 1, "message": {"chat": {"id": number}}}) is None


@given(JSON)
def test_rubbish_raises_nothing(update: object) -> None:
    assert isinstance(chat_id(update), int | None)
    assert isinstance(kind(update), str | None)


def test_what_no_database_can_hold_is_replaced_unit_by_unit() -> None:
    update = {"message": {"text": "a\0b\ud83dc", "entities": [{"offset": 0}]}, "ids": [1, None]}
    kept = storable(update)
    assert kept == {
        "message": {"text": "a\ufffdb\ufffdc", "entities": [{"offset": 0}]},
        "ids": [1, None],
    }


@given(JSON)
def test_what_is_kept_of_an_update_can_be_stored(update: object) -> None:
    json.dumps(storable(update), ensure_ascii=False).encode()
