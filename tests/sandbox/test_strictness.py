"""The sandbox refuses what Telegram refuses, in its words; every shape of body is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.sandbox import Network, Phone, Sandbox
from tests.sandbox.conftest import Api

BAD = "Bad Request: "
BUTTON = {"text": "Go", "callback_data": "a"}


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go", **button}]]}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": "a", "colour": "red"}, 'unknown parameter "colour"'),
        ({"text": ""}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "a", "reply_markup": keyboard(callback_data="x" * 65)}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard(callback_data="ق" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"text": "a", "reply_markup": keyboard()},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "a", "reply_markup": keyboard(url="javascript:alert(1)")},
            "inline keyboard button URL 'javascript:alert(1)' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "a", "reply_markup": keyboard(copy_text={"text": "x" * 257})},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            {
                "text": "a",
                "reply_markup": {"inline_keyboard": [[BUTTON] * 8] * 12 + [[BUTTON] * 5]},
            },
            "reply markup is too long",
        ),
        (
            {"text": "a", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "entity begins or ends in the middle of a UTF-16 symbol",
        ),
        (
            {"text": "a", "reply_parameters": {"message_id": "x"}},
            'parameter "message_id" must be an integer',
        ),
        ({"text": "a", "reply_markup": "nonsense"}, "can't parse reply markup JSON object"),
        (
            {"text": "a", "reply_parameters": {"message_id": 77}},
            "message to be replied not found",
        ),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "a", "chat_id": ""}, "chat_id is empty"),
        ({"text": "a", "chat_id": 42}, "chat not found"),
    ],
)
async def test_a_bad_message_is_refused(
    api: Api, someone: Phone, parameters: dict[str, Any], words: str
) -> None:
    told = await api.refused("sendMessage", **{"chat_id": someone.id, **parameters})
    assert told == BAD + words


async def test_the_limit_counts_after_parsing(api: Api, someone: Phone) -> None:
    text = "<b>" + "&lt;" * 4096 + "</b>"
    sent = await api("sendMessage", chat_id=someone.id, text=text, parse_mode="HTML")
    assert sent["text"] == "<" * 4096


async def test_a_person_must_have_pressed_start(api: Api, network: Network) -> None:
    phone = await network.phone("Noor")
    assert await api.refused("sendMessage", chat_id=phone.id, text="a") == BAD + "chat not found"


async def test_blocked_and_deactivated_are_403(api: Api, someone: Phone) -> None:
    await someone.blocks()
    told = await api.refused("sendMessage", chat_id=someone.id, text="a")
    assert told == "Forbidden: bot was blocked by the user"
    await someone.deactivates()
    told = await api.refused("sendMessage", chat_id=someone.id, text="a")
    assert told == "Forbidden: user is deactivated"


async def test_edits_of_what_is_not_there_or_not_changed_are_refused(
    api: Api, someone: Phone
) -> None:
    markup = keyboard(callback_data="a")
    sent = await api("sendMessage", chat_id=someone.id, text="One", reply_markup=markup)
    which = {"chat_id": someone.id, "message_id": sent["message_id"]}
    told = await api.refused("editMessageText", **which, text="One", reply_markup=markup)
    assert told.startswith(BAD + "message is not modified: specified new message content")
    edited = await api("editMessageText", **which, text="One")
    assert "reply_markup" not in edited
    assert edited["edit_date"]
    told = await api.refused("editMessageText", chat_id=someone.id, message_id=99, text="One")
    assert told == BAD + "message to edit not found"
    told = await api.refused("editMessageText", chat_id=someone.id, message_id=1, text="One")
    assert told == BAD + "message can't be edited"
    told = await api.refused("editMessageCaption", **which, caption="One")
    assert told == BAD + "there is no caption in the message to edit"


async def test_a_query_is_answered_once_and_in_time(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    markup = keyboard(callback_data="a")
    sent = await api("sendMessage", chat_id=someone.id, text="One", reply_markup=markup)
    await someone.looks()
    await someone.taps_on(sent["message_id"], "Go")
    await someone.taps_on(sent["message_id"], "Go")
    first, second = [each["callback_query"] for each in (await api.updates())[-2:]]
    assert first["data"] == "a"
    assert first["chat_instance"]
    told = await api.refused("answerCallbackQuery", callback_query_id=first["id"], text="x" * 201)
    assert told == BAD + "MESSAGE_TOO_LONG"
    assert await api("answerCallbackQuery", callback_query_id=first["id"])
    old = BAD + "query is too old and response timeout expired or query ID is invalid"
    assert await api.refused("answerCallbackQuery", callback_query_id=first["id"]) == old
    assert await api.refused("answerCallbackQuery", callback_query_id="77") == old
    sandbox.faults.ages(151)
    assert await api.refused("answerCallbackQuery", callback_query_id=second["id"]) == old


async def test_messages_can_be_deleted_for_two_days(
    api: Api, someone: Phone, network: Network
) -> None:
    sent = await api("sendMessage", chat_id=someone.id, text="One")
    which = {"chat_id": someone.id, "message_id": sent["message_id"]}
    assert await api("deleteMessage", **which)
    assert await api.refused("deleteMessage", **which) == BAD + "message to delete not found"
    await network.moves_clock(49 * 3600)
    told = await api.refused("deleteMessage", chat_id=someone.id, message_id=1)
    assert told == BAD + "message can't be deleted for everyone"


async def test_file_limits(api: Api, someone: Phone) -> None:
    async def sends(kind: str, data: bytes) -> dict[str, Any]:
        response = await api.raw(
            f"send{kind.title()}",
            data={"chat_id": str(someone.id)},
            files={kind: ("a.jpg", data)},
        )
        found: dict[str, Any] = response.json()
        assert found["ok"] or found["error_code"] == response.status_code
        return found

    assert (await sends("document", b""))["description"] == BAD + "file must be non-empty"
    told = (await sends("photo", b"\0" * (10 * 2**20 + 1)))["description"]
    assert told.startswith(BAD + "file of size 10485761 bytes is too big for a photo")
    assert (await sends("photo", b"no picture"))["description"] == BAD + "IMAGE_PROCESS_FAILED"
    big = (await sends("document", b"\1" * (50 * 2**20 + 1)))["description"]
    assert big == "Request Entity Too Large"
    heavy = (await sends("document", b"\1" * (20 * 2**20 + 1)))["result"]["document"]
    assert await api.refused("getFile", file_id=heavy["file_id"]) == BAD + "file is too big"


async def test_a_file_belongs_to_the_bot_that_saw_it_and_its_link_expires(
    api: Api, someone: Phone, sandbox: Sandbox
) -> None:
    await someone.sends_file(b"minutes", name="minutes.txt")
    document = (await api.updates())[-1]["message"]["document"]
    other = Api(api.client, sandbox.add_bot("neutral_bot").token)
    told = await other.refused("getFile", file_id=document["file_id"])
    assert told == BAD + "wrong file_id or the file is temporarily unavailable"
    path = (await api("getFile", file_id=document["file_id"]))["file_path"]
    link = f"/file/bot{api.token}/{path}"
    assert (await api.client.get(link)).content == b"minutes"
    sandbox.faults.ages(3601)
    assert (await api.client.get(link)).status_code == 404


@pytest.mark.parametrize("shape", ["urlencoded", "json", "multipart", "query"])
async def test_every_shape_of_body_is_read(api: Api, someone: Phone, shape: str) -> None:
    values = {"chat_id": str(someone.id), "text": "ça va\n قرار & more"}
    options: dict[str, dict[str, Any]] = {
        "urlencoded": {"data": values},
        "json": {"json": values},
        "multipart": {"files": {name: (None, value) for name, value in values.items()}},
        "query": {"params": values},
    }
    answer = (await api.raw("sendMessage", **options[shape])).json()
    assert answer["result"]["text"] == values["text"]


async def test_an_empty_body_is_enough_where_nothing_is_asked(api: Api) -> None:
    assert (await api.raw("getMe")).json()["result"]["is_bot"] is True
    assert (await api.client.get(f"/bot{api.token}/getme")).json()["ok"]


async def test_unknown_methods_and_tokens(api: Api) -> None:
    assert await api.refused("sendPigeon") == "Not Found: method not found"
    assert await Api(api.client, "1:x").refused("getMe") == "Unauthorized"


async def test_albums_go_as_a_whole_or_not_at_all(api: Api, someone: Phone) -> None:
    def media(*kinds: str) -> str:
        return json.dumps([{"type": kind, "media": "attach://one"} for kind in kinds])

    async def told(media: str) -> str:
        response = await api.raw(
            "sendMediaGroup",
            data={"chat_id": str(someone.id), "media": media},
            files={"one": ("1.txt", b"one")},
        )
        return str(response.json()["description"])

    assert await told(media(*["document"] * 11)) == BAD + "too many messages to send as an album"
    mixed = await told(media("document", "photo"))
    assert mixed == BAD + "document can't be mixed with other media types"
    await someone.looks()
    assert not someone.received


async def test_a_group_that_grew_tells_where_it_went(
    api: Api, someone: Phone, network: Network
) -> None:
    other = await network.phone("Noor")
    group = await network.group("Mechanism", someone, other)
    await api("sendMessage", chat_id=int(group), text="to both")
    for phone in (someone.at(group), other.at(group)):
        await phone.looks_again()
        assert phone.last.text == "to both"
    grown = await network.migrates(group)
    response = await api.raw("sendMessage", json={"chat_id": int(group), "text": "again"})
    answer = response.json()
    assert answer["parameters"] == {"migrate_to_chat_id": int(grown)}
    assert await api("sendMessage", chat_id=int(grown), text="again")
    moved = [each["message"] for each in await api.updates()][-2:]
    assert moved[0]["migrate_to_chat_id"] == int(grown)
    assert moved[1]["migrate_from_chat_id"] == int(group)


async def test_the_menu_is_the_narrowest_in_the_persons_language(
    api: Api, someone: Phone, network: Network
) -> None:
    for language, words in (("", "Home"), ("ar", "البداية")):
        commands = [{"command": "home", "description": words}]
        await api("setMyCommands", commands=commands, language_code=language)
    assert await someone.commands() == {"home": "البداية"}
    scope = {"type": "chat", "chat_id": someone.id}
    mine = [{"command": "mine", "description": "Mine"}]
    await api("setMyCommands", commands=mine, scope=scope)
    assert await someone.commands() == {"mine": "Mine"}
    await api("deleteMyCommands", scope=scope)
    assert await someone.commands() == {"home": "البداية"}
    told = await api.refused("setMyCommands", commands=[{"command": "No!", "description": "x"}])
    assert told == BAD + "BOT_COMMAND_INVALID"
