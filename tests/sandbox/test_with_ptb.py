"""The real python-telegram-bot lives on the sandbox as on Telegram."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from typing import Any

import pytest
from PIL import Image
from telegram import Bot, InputMediaDocument, MenuButtonCommands, Message
from telegram.error import BadRequest, Forbidden, InvalidToken

from bot.sandbox import Network, Sandbox

Echo = Any


def picture(width: int = 640, height: int = 480) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 160)).save(out, "PNG")
    return out.getvalue()


async def test_a_deep_link_greets_with_formatted_text(echo: Echo, network: Network) -> None:
    phone = await network.phone("Amal", language="ar")
    greeting = await phone.opens("https://t.me/focal_point_bot?start=Justice-7")
    assert greeting.text == "Welcome, Justice-7 & friends 🌍 now"
    assert greeting.html == "Welcome, <b>Justice-7</b> &amp; friends 🌍 <i>now</i>"


async def test_words_come_back_as_a_reply(echo: Echo, network: Network) -> None:
    phone = await network.phone("Amal")
    await phone.starts()
    await phone.types("Bill 12 passed.")
    assert phone.last.text == "Bill 12 passed."
    assert phone.last.reply_to == phone.messages[-2].id


async def test_buttons_are_tapped_by_their_beginning_and_edit_in_place(
    echo: Echo, network: Network
) -> None:
    phone = await network.phone("Amal")
    await phone.starts()
    await phone.types("/choose")
    assert phone.last.buttons == (("140.7 Torture",), ("Report", "No change"))
    await phone.taps("140.7", "Send")
    assert phone.last.text == "Chosen: send"
    assert phone.last.edited
    assert phone.answers == ["You chose a", "You chose send"]


async def test_a_missing_button_shows_the_screen(echo: Echo, network: Network) -> None:
    network.patience = 0.5
    phone = await network.phone("Amal")
    await phone.starts()
    await phone.types("/choose")
    with pytest.raises(AssertionError, match=r"(?s)no button 'Escalate'.*\[Report\] \[No change\]"):
        await phone.taps("Escalate")


async def test_an_edit_of_the_person_arrives(echo: Echo, network: Network) -> None:
    phone = await network.phone("Amal")
    await phone.starts()
    await phone.types("Frist")
    await phone.edits(phone.messages[-2], "First")
    assert phone.last.text == "Now: First"


async def test_a_document_goes_there_and_back_unchanged(echo: Echo, network: Network) -> None:
    phone = await network.phone("Amal")
    await phone.starts()
    data = bytes(range(256)) * 3000
    await phone.sends_file(data, name="محضر.pdf", caption="minutes")
    assert phone.last.text == f"{len(data)} bytes"
    assert await phone.downloads(phone.last.files[0]) == data


async def test_an_album_arrives_as_messages_of_one_group(echo: Echo, network: Network) -> None:
    phone = await network.phone("Amal")
    await phone.starts()
    await phone.sends_album([picture(), picture(200, 100)], caption="two")
    await phone.settles(1.0)
    mine = [each for each in phone.messages if each.mine and each.files]
    assert len({each.raw["album"] for each in mine}) == 1
    assert [each.text for each in mine] == ["two", ""]
    assert len([each for each in phone.received if each.files]) == 2


async def test_refusals_are_the_errors_that_ptb_knows(sandbox: Sandbox, network: Network) -> None:
    network.patience = network.quiet = 0.05
    phone = await network.phone("Amal")
    async with Bot(sandbox.token, base_url=sandbox.base_url) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(phone.id, "Hello")
        await phone.starts()
        sent = await bot.send_message(phone.id, "Hello")
        with pytest.raises(BadRequest, match="Message is not modified"):
            await sent.edit_text("Hello")
        await phone.blocks()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(phone.id, "Hello")
    with pytest.raises(InvalidToken):
        async with Bot("123:wrong", base_url=sandbox.base_url):
            pass


async def test_everything_that_ptb_sends_is_parsed_back(sandbox: Sandbox, network: Network) -> None:
    network.patience = network.quiet = 0.05
    phone = await network.phone("Amal")
    await phone.starts()
    async with Bot(sandbox.token, base_url=sandbox.base_url) as bot:
        group = await bot.send_media_group(
            phone.id,
            [InputMediaDocument(b"one", filename="1.txt"), InputMediaDocument(b"two")],
            caption="both",
        )
        assert group[0].media_group_id == group[1].media_group_id
        assert group[0].document
        assert group[0].document.file_name == "1.txt"
        photo = await bot.send_photo(phone.id, picture(2000, 1000))
        assert [size.width for size in photo.photo] == [320, 1280]
        assert (await bot.send_voice(phone.id, b"OggS", duration=3)).voice
        assert (await bot.send_video(phone.id, b"mp4")).video
        assert (await bot.send_audio(phone.id, b"mp3", title="Hymn")).audio
        copied = await bot.copy_message(phone.id, phone.id, photo.message_id, caption="again")
        assert await bot.edit_message_caption(phone.id, copied.message_id, caption="new")
        assert await bot.pin_chat_message(phone.id, photo.message_id)
        full = await bot.get_chat(phone.id)
        assert full.pinned_message
        assert full.pinned_message.photo
        assert await bot.unpin_chat_message(phone.id)
        assert await bot.delete_messages(phone.id, [photo.message_id, 999])
        other = await bot.edit_message_media(
            InputMediaDocument(b"three", filename="3.txt", caption="<b>3</b>", parse_mode="HTML"),
            phone.id,
            copied.message_id,
        )
        assert isinstance(other, Message)
        assert other.document
        assert other.caption_entities[0].type == "bold"
        assert await bot.set_chat_menu_button(phone.id, MenuButtonCommands())
        assert (await bot.get_chat_menu_button(phone.id)).type == "commands"
        again = await bot.send_document(phone.id, other.document.file_id)
        assert again.document == other.document
        with pytest.raises(BadRequest, match=r"(?i)can.t use file of type Document as Photo"):
            await bot.send_photo(phone.id, other.document.file_id)
        assert await bot.set_my_commands([("home", "Home")], language_code="ar")
        assert (await bot.get_my_commands(language_code="ar"))[0].command == "home"
        assert await bot.send_chat_action(phone.id, "typing")
        assert (await bot.get_webhook_info()).pending_update_count == 1
    assert json.dumps(sandbox.journal.entries[-1].parameters)


ANSWERS = """
import sys
from telegram import Update
from telegram.ext import ApplicationBuilder, MessageHandler, filters

async def answer(update, context):
    await update.message.reply_text("Heard " + update.message.text)

token, address = sys.argv[1:]
bot = ApplicationBuilder().token(token).base_url(address).job_queue(None).build()
bot.add_handler(MessageHandler(filters.TEXT, answer))
bot.run_polling(timeout=10, allowed_updates=Update.ALL_TYPES)
"""


async def test_a_bot_in_another_process_is_killed_and_goes_on(
    sandbox: Sandbox, network: Network
) -> None:
    command = (sys.executable, "-c", ANSWERS, sandbox.token, sandbox.base_url)
    phone = await network.phone("Amal")
    first = await asyncio.create_subprocess_exec(*command)
    try:
        await phone.starts()
        await phone.waits_for("Heard /start", within=20)
    finally:
        first.kill()
        await first.wait()
    network.patience = 0.1
    await phone.types("anybody there?")
    second = await asyncio.create_subprocess_exec(*command)
    try:
        await phone.waits_for("Heard anybody there?", within=20)
    finally:
        second.kill()
        await second.wait()
