"""What is planned arrives: in order, in the person's language, in parts, with its files."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from bot.domain.screens import NO_BUTTONS, Attachment, Button, Screen, Text
from bot.outbox import Outbox
from bot.wire.calls import UPLOAD_LIMIT
from storage import outbox
from storage.tables import accounts, files
from storage.tables import outbox as table
from tests.outbox.conftest import House, heard, say, until

PICTURE = base64.b64decode(  # one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


async def test_a_message_arrives_and_leaves_no_payload_behind(house: House) -> None:
    amal = await house.person()
    row_id = await house.says("receipt:1", amal, "Received.", subject="card:17")
    await house.sends_all()
    assert await house.heard(amal) == ["Received."]
    row = await house.row(row_id)
    assert (row["state"], row["screen"], row["chat_id"]) == ("sent", None, None)
    assert row["attempts"] == 1
    async with house.database.read() as tx:
        said = await outbox.by_message(tx, house.bot.id, amal, row["message_id"])
        assert said == outbox.Said(row_id, "card:17")
        assert await outbox.by_message(tx, house.bot.id, amal + 1, row["message_id"]) is None


async def test_one_key_is_one_message(house: House) -> None:
    amal = await house.person()
    first, again = await house.plan(
        house.message("receipt:1", amal), house.message("receipt:1", amal)
    )
    await house.sends_all()
    later = await house.says("receipt:1", amal)
    await house.sends_all()
    assert first == again == later
    assert len(await house.heard(amal)) == 1


async def test_many_are_planned_at_once_and_known_keys_add_nothing(house: House) -> None:
    people = await house.crowd(3)
    await house.says(f"broadcast:1:{people[0]}", people[0])
    messages = [house.message(f"broadcast:1:{each}", each, lane="bulk") for each in people]
    async with house.database.write() as tx:
        assert await outbox.add_many(tx, messages, now=house.clock.now()) == 2
        assert await outbox.add_many(tx, [], now=house.clock.now()) == 0
    await house.sends_all()
    assert await house.states("broadcast:1:") == {"sent": 3}
    assert await house.states("broadcast:2:") == {}


async def test_a_chat_hears_everything_in_order(house: House) -> None:
    amal, bao = await house.person(), await house.person("Bao")
    for n in range(6):
        await house.plan(house.message(f"a:{n}", amal), house.message(f"b:{n}", bao, lane="notice"))
    await house.sends_all()
    assert await house.heard(amal) == [f"a:{n}" for n in range(6)]
    assert await house.heard(bao) == [f"b:{n}" for n in range(6)]


async def test_everybody_reads_their_own_language_as_it_is_when_sent(house: House) -> None:
    amal = await house.person(language="ar")
    await house.says("a", amal, "x")
    await house.says("b", amal, "y", language="en")
    await house.sends_all()
    assert await house.heard(amal) == ["قال: x", "y"]


async def test_of_what_nobody_asked_for_one_message_a_day_sounds(house: House) -> None:
    amal = await house.person()
    for key, lane in (("a", "notice"), ("b", "notice"), ("c", "bulk"), ("d", "reply")):
        await house.says(key, amal, lane=lane)
    await house.sends_all()
    assert await house.sounded(amal) == {"a": True, "b": False, "c": False, "d": True}
    house.clock.ahead = timedelta(days=1)
    await house.says("e", amal, lane="notice")
    await house.says("f", amal, lane="notice")
    await house.sends_all()
    sounded = await house.sounded(amal)
    assert (sounded["e"], sounded["f"]) == (True, False)


async def test_what_is_urgent_sounds_beside_the_message_of_the_day(house: House) -> None:
    amal = await house.person()
    await house.says("a", amal, lane="notice", urgent=True)
    await house.says("b", amal, lane="notice")
    await house.says("c", amal, lane="notice", urgent=True)
    await house.says("d", amal, lane="notice")
    await house.sends_all()
    assert await house.sounded(amal) == {"a": True, "b": True, "c": True, "d": False}


async def test_a_message_that_has_to_wait_keeps_its_sound(house: House) -> None:
    amal = await house.person()
    house.sandbox.faults.too_many_for(0.2, retry_after=1)
    await house.says("a", amal, lane="notice")
    await house.sends_all()
    assert (await house.sounded(amal))["a"] is True


async def test_a_commit_wakes_the_sender(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next look of its own accord is an hour away."""
    monkeypatch.setattr("bot.outbox.LOOK_EVERY", 3600.0)
    amal = await house.person()
    async with house.sending() as sender:
        await until(lambda: _has_looked(sender))
        await house.says("a", amal)
        assert await until(lambda: house.heard(amal)) == ["a"]


async def _has_looked(sender: Outbox) -> bool:
    return sender._look_at > 0 and not sender._woken


async def test_what_another_process_plans_is_found(house: House) -> None:
    amal = await house.person()
    async with house.sending() as sender:
        await until(lambda: _has_looked(sender))
        async with house.database.write() as tx:
            await outbox.add(tx, house.message("a", amal), now=house.clock.now())
            tx.wakes.clear()
        assert await until(lambda: house.heard(amal)) == ["a"]


async def test_a_message_for_later_waits_and_holds_nothing_back(house: House) -> None:
    amal = await house.person()
    due = house.clock.now() + timedelta(minutes=2)
    await house.says("later", amal, due_at=due)
    await house.says("now", amal)
    async with house.sending() as sender:
        await sender.settle()
        assert await house.heard(amal) == ["now"]
        house.clock.ahead = timedelta(minutes=2)
        await until(lambda: _length(house, amal, 2))
    assert await house.heard(amal) == ["now", "later"]


async def test_a_clock_moved_back_neither_delays_nor_reorders_what_is_meant_for_now(
    house: House,
) -> None:
    amal = await house.person()
    await house.says("a", amal)
    house.clock.ahead = timedelta(days=-1)
    await house.says("b", amal)
    await house.sends_all()
    assert await house.heard(amal) == ["a", "b"]


async def _length(house: House, person: int, count: int) -> bool:
    return len(await house.heard(person)) == count


# -- Recipients ------------------------------------------------------------------------------------


async def test_a_chat_without_a_person_gets_its_message_too(house: House) -> None:
    stranger = await house.person()
    chat = await house.chat(stranger)
    async with house.database.write() as tx:
        await tx.execute(delete(accounts))
    await house.says("hello", None, chat_id=chat.id)
    await house.sends_all()
    assert heard(chat) == ["hello"]


async def test_the_account_is_looked_up_when_the_message_goes(house: House) -> None:
    old, new = await house.person(), await house.person("new phone")
    old_chat, new_chat = await house.chat(old), await house.chat(new)
    await house.says("a", old)
    async with house.database.write() as tx:
        await tx.execute(delete(accounts).where(accounts.c.person_id == old))
        await tx.execute(update(accounts).values(person_id=old))
    await house.sends_all()
    assert (heard(old_chat), heard(new_chat)) == ([], ["a"])


async def test_somebody_without_an_account_is_a_failure_with_a_reason(house: House) -> None:
    amal = await house.person()
    async with house.database.write() as tx:
        await tx.execute(delete(accounts))
    row_id = await house.says("a", amal)
    await house.sends_all()
    row = await house.row(row_id)
    assert (row["state"], row["reason"], row["screen"]) == ("failed", "no_account", None)


async def test_the_newest_message_of_a_chat_is_remembered(house: House) -> None:
    amal = await house.person()
    await house.says("a", amal)
    row_id = await house.says("b", amal)
    await house.sends_all()
    await house.says("c", amal, edits=row_id - 1)
    await house.sends_all()
    async with house.database.read() as tx:
        newest = await tx.value(accounts.select().with_only_columns(accounts.c.last_message_id))
    assert newest == (await house.row(row_id))["message_id"]


async def test_a_group_that_became_a_supergroup_gets_its_messages_there(house: House) -> None:
    amal = await house.person()
    world = house.sandbox.world
    person = world.people[(await house.chat(amal)).id]
    group = world.add_group("Working group", [person], list(world.bots.values()))
    grown = world.migrate(group)
    await house.says("a", None, chat_id=group.id)
    await house.says("b", None, chat_id=group.id)
    await house.sends_all()
    assert heard(grown) == ["a", "b"]


async def test_who_loses_access_gets_nothing_more_but_answers_to_their_own_acts(
    house: House,
) -> None:
    amal = await house.person()
    await house.says("reply", amal, lane="reply")
    notice = await house.says("notice", amal, lane="notice")
    async with house.database.write() as tx:
        assert await outbox.drop_recipient(tx, amal, "no_access", now=house.clock.now()) == 1
    await house.sends_all()
    assert await house.heard(amal) == ["reply"]
    row = await house.row(notice)
    assert (row["state"], row["reason"], row["screen"]) == ("dropped", "no_access", None)


# -- Long messages and files -----------------------------------------------------------------------


async def test_a_long_message_is_sent_in_parts_that_nothing_comes_between(house: House) -> None:
    amal = await house.person()
    words = " ".join(f"word{n}" for n in range(1500))
    row_id = await house.says("long", amal, words, subject="card:17")
    await house.says("next", amal)
    await house.sends_all()
    *parts, last = await house.heard(amal)
    assert len(parts) > 1
    assert " ".join(parts) == words
    assert last == "next"
    assert await house.states("long") == {"sent": 1}
    rows = await house.rows("long#")
    assert all(row["part_of"] == row_id and row["screen"] is None for row in rows)
    async with house.database.read() as tx:
        said = await outbox.by_message(tx, house.bot.id, amal, rows[-1]["message_id"])
    assert said is not None
    assert said.subject == "card:17"


async def test_a_long_message_counts_as_its_worst_part(house: House) -> None:
    amal = await house.person()
    await house.says("b:1", amal, "word " * 2000, lane="bulk")
    chat = await house.chat(amal)
    async with house.sending():
        await until(lambda: _length(house, amal, 1))
        chat.blocked = True
        await until(lambda: _states(house, {"failed": 1}))
    assert {row["state"] for row in await house.rows("b:1#")} == {"failed"}


async def _states(house: House, expected: dict[str, int]) -> bool:
    return await house.states() == expected


@pytest.mark.parametrize("kind", ["document", "photo", "voice", "video", "audio"])
async def test_a_file_goes_with_its_message(house: House, kind: str) -> None:
    amal = await house.person()
    house.files["f" * 64] = PICTURE if kind == "photo" else b"content of the file"
    await house.says(
        "a", amal, screen=say("caption", attachments=(Attachment("f" * 64, "matrix.docx", kind),))
    )
    await house.sends_all()
    (message,) = [each for each in (await house.chat(amal)).messages.values() if each.from_bot]
    assert message.body["caption"].strip("\u2068\u2069") == "caption"
    assert kind in message.body


async def test_a_picture_that_telegram_does_not_take_goes_as_a_file(house: House) -> None:
    amal = await house.person()
    house.files["f" * 64] = b"no picture at all"
    await house.says(
        "a", amal, screen=say("x", attachments=(Attachment("f" * 64, "p.png", "photo"),))
    )
    await house.sends_all()
    (message,) = [each for each in (await house.chat(amal)).messages.values() if each.from_bot]
    assert "document" in message.body


async def test_several_files_come_before_the_words_and_their_buttons(house: House) -> None:
    amal = await house.person()
    house.files |= {"1" * 64: b"one", "2" * 64: b"two"}
    shown = Screen(
        (Text("test.words", {"words": "Two files."}),),
        ((Button(Text("button.go"), "home"),),),
        (Attachment("1" * 64, "one.txt"), Attachment("2" * 64, "two.txt")),
        replaces=False,
    )
    await house.says("a", amal, screen=shown)
    await house.sends_all()
    messages = [each for each in (await house.chat(amal)).messages.values() if each.from_bot]
    assert [each.body.get("document", {}).get("file_name") for each in messages] == [
        "one.txt",
        "two.txt",
        None,
    ]
    assert [bool(each.rows()) for each in messages] == [False, False, True]


async def test_a_file_that_is_too_large_is_not_even_read(house: House) -> None:
    amal = await house.person()
    async with house.database.write() as tx:
        await tx.execute(
            insert(files).values(
                sha256="9" * 64,
                size=UPLOAD_LIMIT + 1,
                media_type="application/zip",
                stored_at=house.clock.now(),
            )
        )
    row_id = await house.says(
        "a", amal, screen=say("x", attachments=(Attachment("9" * 64, "a.zip"),))
    )
    missing = await house.says("b", amal, screen=say("x", attachments=(Attachment("8" * 64, "b"),)))
    await house.says("c", amal)
    await house.sends_all()
    assert (await house.row(row_id))["reason"] == "too_large"
    assert (await house.row(missing))["reason"] == "file_missing"
    assert await house.heard(amal) == ["c"]


async def test_a_screen_that_cannot_be_shown_stops_nobody(house: House) -> None:
    """A poison row fails with a reason; what stands behind it goes out."""
    amal, bao = await house.person(), await house.person("Bao")
    bad = Screen((Text("test.words"),))  # a field without a value
    poison = await house.says("a", amal, screen=bad)
    broken = await house.says("b", amal)
    async with house.database.write() as tx:
        await tx.execute(update(table).where(table.c.id == broken).values(screen={"lines": 7}))
    await house.plan(house.message("c", amal), house.message("d", bao))
    await house.sends_all()
    for row_id in (poison, broken):
        row = await house.row(row_id)
        assert (row["state"], row["reason"]) == ("failed", "render")
    assert await house.heard(amal) == ["c"]
    assert await house.heard(bao) == ["d"]


# -- Edits and deletions ---------------------------------------------------------------------------


async def test_an_edit_changes_the_message_in_place(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "before", subject="card:1")
    await house.sends_all()
    await house.says("b", amal, "after", edits=first, subject="card:2")
    await house.sends_all()
    assert await house.heard(amal) == ["after"]
    async with house.database.read() as tx:
        said = await outbox.by_message(
            tx, house.bot.id, amal, (await house.row(first))["message_id"]
        )
    assert said is not None
    assert said.subject == "card:2"


async def test_an_edit_without_any_change_is_a_success(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "same")
    await house.sends_all()
    second = await house.says("b", amal, "same", edits=first)
    await house.sends_all()
    assert (await house.row(second))["state"] == "sent"


@pytest.mark.parametrize("words", ["short", "long " * 2000])
async def test_buttons_are_taken_off_and_the_words_stay(house: House, words: str) -> None:
    amal = await house.person()
    shown = Screen((Text("test.words", {"words": words}),), ((Button(Text("button.go"), "home"),),))
    first = await house.says("a", amal, screen=shown)
    changed = await house.says("b", amal, screen=shown, edits=first)
    taken = await house.says("c", amal, screen=NO_BUTTONS, edits=first)
    await house.sends_all()
    messages = [each for each in (await house.chat(amal)).messages.values() if each.from_bot]
    assert "".join(each.text for each in messages).count(words[:4]) == words.count(words[:4])
    assert not any(each.rows() for each in messages)
    assert (await house.row(changed))["reason"] != "superseded", "it says what stands there"
    assert (await house.row(taken))["state"] == "sent"


async def test_buttons_of_a_message_that_is_gone_need_not_be_taken_off(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "before")
    await house.sends_all()
    (await house.chat(amal)).messages.clear()
    taken = await house.says("b", amal, screen=NO_BUTTONS, edits=first)
    nowhere = await house.says("c", amal, screen=NO_BUTTONS, edits=await house.says("d", None))
    await house.sends_all()
    assert await house.heard(amal) == []
    assert {(await house.row(each))["state"] for each in (taken, nowhere)} == {"sent"}


async def test_unsent_edits_of_one_screen_collapse_into_the_last(house: House) -> None:
    amal = await house.person()
    board = await house.says("board", amal, "0")
    await house.sends_all()
    ids = [await house.says(f"board:{n}", amal, str(n), edits=board) for n in range(1, 6)]
    await house.sends_all()
    assert await house.heard(amal) == ["5"]
    assert [(await house.row(each))["state"] for each in ids] == ["dropped"] * 4 + ["sent"]
    assert len(house.sandbox.journal.accepted("editMessageText")) == 1


async def test_an_edit_of_an_edit_is_an_edit_of_the_first_message(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "1")
    second = await house.says("b", amal, "2", edits=first)
    third = await house.says("c", amal, "3", edits=second)
    await house.sends_all()
    assert await house.heard(amal) == ["3"]
    assert (await house.row(third))["edits"] == first
    assert (await house.row(second))["state"] == "dropped"


async def test_an_edit_of_what_was_never_sent_says_it_anew(house: House) -> None:
    amal = await house.person()
    house.sandbox.faults.fails(400)
    first = await house.says("a", amal, "lost")
    await house.sends_all()
    assert (await house.row(first))["state"] == "failed"
    await house.says("b", amal, "anew", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["anew"]
    await house.says("c", amal, "changed", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["changed"]


async def test_an_edit_of_a_message_that_the_person_deleted_says_it_anew(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "before")
    await house.sends_all()
    (await house.chat(amal)).messages.clear()
    await house.says("b", amal, "after", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["after"]


async def test_a_short_screen_in_place_of_a_long_one_leaves_no_part_behind(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "word " * 2000)
    await house.sends_all()
    await house.says("b", amal, "short", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["short"]
    await house.says("c", amal, "long " * 2000, edits=first)
    await house.sends_all()
    assert len(await house.heard(amal)) == 3
    await house.says("d", amal, "short again", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["short again"]
    await house.says("e", amal, "in place", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["in place"]
    assert len(house.sandbox.journal.accepted("editMessageText")) == 1


async def test_words_in_place_of_a_picture_take_it_away(house: House) -> None:
    amal = await house.person()
    house.files["f" * 64] = PICTURE
    first = await house.says(
        "a", amal, screen=say("x", attachments=(Attachment("f" * 64, "p.png", "photo"),))
    )
    await house.sends_all()
    await house.says("b", amal, "words", edits=first)
    await house.sends_all()
    assert await house.heard(amal) == ["words"]


async def test_a_deletion_takes_the_message_and_all_of_its_parts_away(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal, "word " * 2000)
    await house.says("b", amal, "stays")
    await house.sends_all()
    gone = await house.says("c", amal, screen=None, deletes=first)
    await house.sends_all()
    assert await house.heard(amal) == ["stays"]
    assert (await house.row(gone))["state"] == "sent"


async def test_what_is_deleted_before_it_was_sent_is_never_sent(house: House) -> None:
    amal = await house.person()
    first = await house.says("a", amal)
    await house.says("b", amal, screen=None, deletes=first)
    await house.sends_all()
    assert await house.heard(amal) == []
    assert (await house.row(first))["state"] == "dropped"


async def test_a_message_that_can_no_longer_be_deleted_is_a_failure_with_a_reason(
    house: House,
) -> None:
    amal = await house.person()
    first = await house.says("a", amal)
    await house.sends_all()
    for each in (await house.chat(amal)).messages.values():
        each.body["date"] -= 49 * 3600
    gone = await house.says("b", amal, screen=None, deletes=first)
    await house.sends_all()
    assert (await house.row(gone))["reason"] == "cannot_delete"


async def test_where_a_persons_own_message_can_no_longer_be_deleted_that_is_said_if_it_should_be(
    house: House,
) -> None:
    amal = await house.person()
    await house.says("a", amal)
    await house.sends_all()
    (theirs,) = (await house.chat(amal)).messages.values()
    theirs.body["date"] -= 49 * 3600
    quiet = await house.says("b", amal, screen=None, removes=theirs.id)
    told = await house.says("c", amal, "Please delete it yourself.", removes=theirs.id)
    await house.sends_all()
    assert await house.heard(amal) == ["a", "Please delete it yourself."]
    for each in (quiet, told):
        row = await house.row(each)
        assert (row["state"], row["reason"], row["message_id"]) == ("failed", "cannot_delete", None)
    (await house.chat(amal)).messages.pop(theirs.id)
    again = await house.says("d", amal, "Please delete it yourself.", removes=theirs.id)
    await house.sends_all()
    assert await house.heard(amal) == ["Please delete it yourself."], "it was gone already"
    assert (await house.row(again))["state"] == "sent"
