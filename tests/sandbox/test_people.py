"""A phone does what a hand does and shows what the eye would see."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from bot.sandbox import Network, Phone, Sandbox
from bot.sandbox.phone import plain
from tests.sandbox.conftest import Api


async def test_a_link_opens_the_bot_it_names(network: Network, sandbox: Sandbox, api: Api) -> None:
    other = Api(api.client, sandbox.add_bot("neutral_bot").token)
    network.patience = network.quiet = 0.05
    phone = await network.phone("Amal")
    await phone.opens("https://t.me/neutral_bot?start=code_1-A")
    assert await api.updates() == []
    assert (await other.updates())[0]["message"]["text"] == "/start code_1-A"
    await other("sendMessage", chat_id=phone.id, text="Hello")
    assert (await phone.waits_for("Hello")).author == "neutral_bot"


@pytest.mark.parametrize(
    "link",
    [
        "https://t.me/nobody_bot?start=a",
        "https://example.org/focal_point_bot",
        "https://t.me/focal_point_bot?start=" + "a" * 65,
        "https://t.me/focal_point_bot?start=%D9%82",
    ],
)
async def test_links_that_lead_nowhere_say_so(network: Network, link: str) -> None:
    phone = await network.phone("Amal")
    with pytest.raises(AssertionError, match=r"link|bot|parameter"):
        await phone.opens(link)


async def test_nothing_can_be_sent_before_start_or_while_blocked(network: Network) -> None:
    network.patience = network.quiet = 0.05
    phone = await network.phone("Amal")
    with pytest.raises(AssertionError, match="press Start first"):
        await phone.types("Hello")
    await phone.starts()
    await phone.blocks()
    with pytest.raises(AssertionError, match="blocked"):
        await phone.types("Hello")


async def test_start_unblocks_and_the_bot_is_told_first(
    api: Api, someone: Phone, network: Network
) -> None:
    await someone.blocks()
    await someone.starts()
    kinds = [[*each][1] for each in await api.updates()]
    assert kinds == ["message", "my_chat_member", "my_chat_member", "message"]


async def test_a_long_text_goes_as_several_messages(api: Api, someone: Phone) -> None:
    await someone.types("😀" * 3000)
    sent = [each["message"]["text"] for each in await api.updates()][1:]
    assert [len(each) for each in sent] == [2048, 952]


async def test_a_photo_is_kept_as_jpeg_without_what_it_betrays(api: Api, someone: Phone) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    Image.new("RGB", (3000, 1500)).save(out, "JPEG", exif=exif)
    await someone.sends_photo(out.getvalue(), caption="here")
    message = (await api.updates())[-1]["message"]
    assert [size["width"] for size in message["photo"]] == [320, 1280]
    path = (await api("getFile", file_id=message["photo"][-1]["file_id"]))["file_path"]
    data = (await api.client.get(f"/file/bot{api.token}/{path}")).content
    assert data.startswith(b"\xff\xd8")
    assert b"Secret" not in data


async def test_every_kind_of_file_and_a_place_arrive(api: Api, someone: Phone) -> None:
    for kind in ("document", "voice", "audio", "video", "sticker"):
        await someone.sends_file(b"some bytes", name=f"a.{kind}", kind=kind)
    await someone.sends_location(36.8, 10.2)
    messages = [each["message"] for each in await api.updates()][1:]
    assert [[*each][-1] for each in messages] == [
        "document",
        "voice",
        "audio",
        "video",
        "sticker",
        "location",
    ]


async def test_file_names_come_through_as_they_are(api: Api, someone: Phone) -> None:
    names = ["../../etc/passwd", "محضر.pdf", 'a"b.txt', "\u202egpj.exe", "a\x00b", "ß" * 300]
    for name in names:
        await someone.sends_file(b"x", name=name)
    got = [each["message"]["document"]["file_name"] for each in (await api.updates())[1:]]
    assert got == names


async def test_a_forged_button_reaches_the_bot(api: Api, someone: Phone) -> None:
    await api("sendMessage", chat_id=someone.id, text="?")
    await someone.looks()
    await someone.forges(someone.last, "o:admin:1")
    assert (await api.updates())[-1]["callback_query"]["data"] == "o:admin:1"


async def test_a_fresh_keyboard_is_preferred_to_an_old_one(api: Api, someone: Phone) -> None:
    def keyboard(data: str) -> dict[str, object]:
        return {"inline_keyboard": [[{"text": "\u2068Report\u2069", "callback_data": data}]]}

    async def taps_and_tells(data: str) -> None:
        taps = asyncio.ensure_future(someone.taps("Report"))
        await asyncio.sleep(0.05)
        await api("sendMessage", chat_id=someone.id, text=data, reply_markup=keyboard(data))
        await taps
        assert (await api.updates())[-1]["callback_query"]["data"] == data

    someone.network.patience = 1.0
    await taps_and_tells("first")
    await taps_and_tells("second")
    assert plain(someone.last.labels[0]) == "Report"


async def test_deleted_messages_go_and_the_transcript_shows_the_rest(
    api: Api, someone: Phone
) -> None:
    rows = [[{"text": "Go", "callback_data": "a"}, {"text": "See", "url": "https://example.org"}]]
    kept = await api(
        "sendMessage", chat_id=someone.id, text="Kept", reply_markup={"inline_keyboard": rows}
    )
    gone = await api("sendMessage", chat_id=someone.id, text="Gone")
    await api("deleteMessage", chat_id=someone.id, message_id=gone["message_id"])
    await someone.looks()
    assert someone.transcript() == "me: /start\nFocal Point: Kept\n    [Go] [See]"
    assert someone.last.id == kept["message_id"]
    await someone.taps("See")
    assert someone.opened == "https://example.org"


async def test_nobody_reads_the_chats_or_files_of_others(
    api: Api, someone: Phone, network: Network
) -> None:
    await someone.sends_file(b"secret", name="a.txt")
    file_id = someone.messages[-1].files[0].id
    assert await someone.downloads(someone.messages[-1].files[0]) == b"secret"
    other = await network.phone("Noor")
    for path in (f"chats/{someone.chat}/messages", f"files/{file_id}"):
        response = await network.http.get(f"/api/phones/{other.id}/{path}")
        assert response.status_code == 404


async def test_the_clock_moves_ahead_and_tells(api: Api, network: Network) -> None:
    told: list[float] = []
    async with Sandbox(on_clock=told.append) as sandbox, Network(sandbox.address) as other:
        other.patience = other.quiet = 0.05
        phone = await other.phone("Amal")
        await phone.starts()
        await other.moves_clock(86_400)
        await other.moves_clock(3_600)
        await phone.starts()
        first, second = (each.raw["date"] for each in phone.messages)
        assert 90_000 <= second - first < 90_100
    assert told == [86_400, 90_000]
    with pytest.raises(AssertionError, match="seconds"):
        await network.moves_clock(-5)
