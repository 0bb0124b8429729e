"""The methods of the Bot API that the sandbox answers, as strictly as Telegram does."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import calls
from bot.sandbox.calls import Call, Upload
from bot.sandbox.contents import caption_content, media_content, quoted, text_content
from bot.sandbox.files import DOWNLOAD_LIMIT, File
from bot.sandbox.mailbox import KINDS
from bot.sandbox.refusals import NOT_MODIFIED, QUERY_TOO_OLD, Refusal, bad_request
from bot.sandbox.world import Chat, Json, Message, World, digest

DELETABLE = 48 * 3600  # seconds
ALBUM_LIMIT = 10
COMMANDS_LIMIT = 100
ANSWER_LIMIT = 200
ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)

Run = Callable[[World, Call], Any]


@dataclass(frozen=True)
class Method:
    """A method: what it takes, what it does, whether Telegram counts it as sending."""

    name: str
    run: Run
    parameters: frozenset[str]
    sends: bool


METHODS: dict[str, Method] = {}  # by lower-case name, as Telegram looks them up

_SENDING = (
    "chat_id disable_notification protect_content reply_markup reply_parameters "
    "reply_to_message_id allow_sending_without_reply allow_paid_broadcast message_effect_id"
)
_CAPTION = "caption parse_mode caption_entities show_caption_above_media"


def method(name: str, parameters: str = "", *, sends: bool = False) -> Callable[[Run], Run]:
    """Declare a method with the names of its parameters."""

    def declare(run: Run) -> Run:
        METHODS[name.lower()] = Method(name, run, frozenset(parameters.split()), sends)
        return run

    return declare


def check_parameters(known: Method, call: Call) -> None:
    """Refuse parameters that the method does not have; attached files must be used."""
    attached = {name for name in call.files if f"attach://{name}" in str(call.values)}
    for name in [*call.values, *call.files]:
        if name not in known.parameters and name not in attached:
            raise bad_request(f'unknown parameter "{name}"')


# -- the bot itself --------------------------------------------------------------------------------


@method("getMe")
def get_me(_: World, call: Call) -> Json:
    """The bot."""
    return {
        **call.bot.user(),
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method(
    "setWebhook",
    "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
)
def set_webhook(_: World, call: Call) -> bool:
    """Deliver updates to a URL of this machine."""
    secret = call.string("secret_token") or None
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    call.bot.mailbox.allow(_allowed(call))
    call.bot.mailbox.set_webhook(
        call.string("url"),
        secret=secret,
        connections=min(max(call.integer("max_connections", 40), 1), 100),
        drop=call.flag("drop_pending_updates"),
    )
    return True


@method("deleteWebhook", "drop_pending_updates")
def delete_webhook(_: World, call: Call) -> bool:
    """Back to polling."""
    drop = call.flag("drop_pending_updates")
    call.bot.mailbox.set_webhook("", secret=None, connections=40, drop=drop)
    return True


@method("getWebhookInfo")
def get_webhook_info(_: World, call: Call) -> Json:
    """Where updates go, how many wait, what went wrong last."""
    mailbox = call.bot.mailbox
    webhook = mailbox.webhook
    found: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": mailbox.pending(),
        "allowed_updates": sorted(mailbox.allowed),
    }
    if webhook is not None:
        found["max_connections"] = webhook.connections
        if webhook.last_error is not None:
            found["last_error_date"], found["last_error_message"] = webhook.last_error
    return found


def _allowed(call: Call) -> list[str] | None:
    kinds = call.tree("allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list) or not all(isinstance(each, str) for each in kinds):
        raise bad_request("can't parse allowed updates: Expected an Array of String")
    for each in kinds:
        if each not in KINDS:
            raise bad_request(f'unknown kind of update "{each}"')
    return kinds


async def get_updates(call: Call) -> str:
    """The JSON text of the waiting updates."""
    limit = call.integer("limit", 100)
    return await call.bot.mailbox.poll(
        offset=call.integer("offset", 0),
        limit=limit if 1 <= limit <= 100 else 100,
        timeout=max(0, call.integer("timeout", 0)),
        allowed=_allowed(call),
    )


GET_UPDATES = Method(
    "getUpdates",
    lambda *_: None,  # answered by get_updates, which waits
    frozenset("offset limit timeout allowed_updates".split()),
    sends=False,
)
METHODS["getupdates"] = GET_UPDATES


# -- the menu --------------------------------------------------------------------------------------


@method("setMyCommands", "commands scope language_code")
def set_my_commands(world: World, call: Call) -> bool:
    """The command menu of one scope and language."""
    commands = call.tree("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: Expected an Array of BotCommand")
    if len(commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    call.bot.commands[_menu_key(world, call)] = [_command(each) for each in commands]
    world.news.tell("menu", frozenset())
    return True


@method("getMyCommands", "scope language_code")
def get_my_commands(world: World, call: Call) -> list[Json]:
    """The command menu of one scope and language."""
    return call.bot.commands.get(_menu_key(world, call), [])


@method("deleteMyCommands", "scope language_code")
def delete_my_commands(world: World, call: Call) -> bool:
    """Remove the command menu of one scope and language."""
    call.bot.commands.pop(_menu_key(world, call), None)
    world.news.tell("menu", frozenset())
    return True


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse commands: BotCommand must be an Object")
    name, words = str(command.get("command", "")), str(command.get("description", ""))
    if not re.fullmatch(r"/?[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(words.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.lstrip("/"), "description": words}


def _menu_key(world: World, call: Call) -> tuple[str, str]:
    scope = call.tree("scope") or {"type": "default"}
    language = call.string("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("BOT_COMMAND_LANGUAGE_CODE_INVALID")
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        return str(kind), language
    if kind in ("chat", "chat_administrators", "chat_member"):
        chat = world.chat_for(call.bot, scope.get("chat_id", ""))
        return f"{kind}:{chat.id}", language
    raise bad_request("can't parse BotCommandScope: unsupported type specified")


@method("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(world: World, call: Call) -> bool:
    """What the button beside the text field does."""
    button = call.tree("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    chat = world.chat_for(call.bot, call.chat_id()).id if call.has("chat_id") else 0
    call.bot.menu[chat] = button
    return True


@method("getChatMenuButton", "chat_id")
def get_chat_menu_button(world: World, call: Call) -> Json:
    """What the button beside the text field does."""
    chat = world.chat_for(call.bot, call.chat_id()).id if call.has("chat_id") else 0
    default: Json = call.bot.menu.get(0, {"type": "commands"})
    return call.bot.menu.get(chat, default)


# -- sending ---------------------------------------------------------------------------------------


@method(
    "sendMessage",
    f"{_SENDING} text parse_mode entities link_preview_options disable_web_page_preview",
    sends=True,
)
def send_message(world: World, call: Call) -> Json:
    """A text."""
    chat = _destination(world, call)
    return _put(world, call, chat, text_content(call.text())).body


@method("sendPhoto", f"{_SENDING} {_CAPTION} photo has_spoiler", sends=True)
def send_photo(world: World, call: Call) -> Json:
    """A picture."""
    return _send_file(world, call, "photo")


@method(
    "sendDocument",
    f"{_SENDING} {_CAPTION} document thumbnail disable_content_type_detection",
    sends=True,
)
def send_document(world: World, call: Call) -> Json:
    """Any file."""
    return _send_file(world, call, "document")


@method("sendVoice", f"{_SENDING} {_CAPTION} voice duration", sends=True)
def send_voice(world: World, call: Call) -> Json:
    """A voice message."""
    return _send_file(world, call, "voice")


@method("sendAudio", f"{_SENDING} {_CAPTION} audio duration performer title thumbnail", sends=True)
def send_audio(world: World, call: Call) -> Json:
    """A piece of music."""
    return _send_file(world, call, "audio")


@method(
    "sendVideo",
    f"{_SENDING} {_CAPTION} video duration width height thumbnail has_spoiler supports_streaming",
    sends=True,
)
def send_video(world: World, call: Call) -> Json:
    """A video."""
    return _send_file(world, call, "video")


def _put(world: World, call: Call, chat: Chat, content: Json) -> Message:
    """Put a checked content into a chat, with what all sending methods share."""
    found = _reply(chat, call) | content
    if keyboard := call.markup():
        found["reply_markup"] = keyboard
    if call.flag("protect_content"):
        found["has_protected_content"] = True
    silent = call.flag("disable_notification")
    return world.new_message(chat, call.bot.user(), found, silent=silent)


def _destination(world: World, call: Call) -> Chat:
    return world.writable(call.bot, world.chat_for(call.bot, call.chat_id()))


def _reply(chat: Chat, call: Call) -> Json:
    """The `reply_to_message` of a new message, by either way to ask for one."""
    asked = call.tree("reply_parameters") or {}
    if not isinstance(asked, dict):
        raise bad_request("can't parse reply parameters: Expected an Object")
    wanted = asked.get("message_id") or call.integer("reply_to_message_id", 0)
    if not wanted:
        return {}
    replied = chat.messages.get(calls.whole(wanted, "message_id"))
    if replied is None:
        if asked.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": quoted(replied)}


def _send_file(world: World, call: Call, kind: str) -> Json:
    chat = _destination(world, call)
    source: Any = call.files.get(kind) or call.string(kind)
    file = _file(world, call, kind, source)
    content = media_content(world.shelf, file, call.values) | caption_content(call.caption())
    return _put(world, call, chat, content).body


def _file(world: World, call: Call, kind: str, source: Upload | str) -> File:
    """An upload stored, or a file that the bot has seen before."""
    if isinstance(source, str) and source.startswith("attach://"):
        attached = call.files.get(source.removeprefix("attach://"))
        if attached is None:
            raise bad_request(f"there is no {kind} in the request")
        source = attached
    if isinstance(source, Upload):
        mime = source.mime if source.mime != "application/octet-stream" else None
        file = world.shelf.add(kind, source.name, source.data, mime=mime)
        file.bots.add(call.bot.id)
        return file
    if not source:
        raise bad_request(f"there is no {kind} in the request")
    if source.startswith(("http://", "https://")):
        raise bad_request("wrong file identifier/HTTP URL specified")
    known = world.shelf.get(source)
    if known is None or call.bot.id not in known.bots:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind:
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


@method(
    "sendMediaGroup",
    "chat_id media disable_notification protect_content reply_parameters reply_to_message_id "
    "allow_sending_without_reply allow_paid_broadcast message_effect_id",
    sends=True,
)
def send_media_group(world: World, call: Call) -> list[Json]:
    """An album: several messages with one `media_group_id`, all of them or none."""
    items = call.tree("media")
    if not isinstance(items, list) or not items:
        raise bad_request("there are no messages to send")
    if len(items) > ALBUM_LIMIT:
        raise bad_request("too many messages to send as an album")
    kinds = {item.get("type") if isinstance(item, dict) else None for item in items}
    for alone in ("document", "audio"):
        if alone in kinds and len(kinds) > 1:
            raise bad_request(f"{alone} can't be mixed with other media types")
    chat = _destination(world, call)
    contents = [_input_media(world, call, item) for item in items]
    album = {"media_group_id": digest("album", call.bot.token, str(world.news.number))}
    album = album if len(items) > 1 else {}
    return [_put(world, call, chat, content | album).body for content in contents]


def _input_media(world: World, call: Call, item: Any) -> Json:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in ("photo", "video", "document", "audio"):
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    file = _file(world, call, kind, str(item.get("media", "")))
    text = calls.caption(
        str(item.get("caption") or ""), item.get("parse_mode"), item.get("caption_entities")
    )
    return media_content(world.shelf, file, item) | caption_content(text)


@method(
    "copyMessage",
    f"{_SENDING} {_CAPTION} from_chat_id message_id",
    sends=True,
)
def copy_message(world: World, call: Call) -> Json:
    """A message once more, without telling where it came from."""
    source = world.chat_for(call.bot, call.chat_id("from_chat_id"))
    original = source.messages.get(call.message_id())
    if original is None:
        raise bad_request("message to copy not found")

    chat = _destination(world, call)
    told = ("text", "entities", "photo", "document", "voice", "audio", "video", "sticker")
    words = () if call.has("caption") else ("caption", "caption_entities", "location")
    kept = {name: original.body[name] for name in told + words if name in original.body}
    if call.has("caption"):
        kept |= caption_content(call.caption())
    return {"message_id": _put(world, call, chat, copy.deepcopy(kept)).id}


@method("sendChatAction", "chat_id action")
def send_chat_action(world: World, call: Call) -> bool:
    """'Typing…' for five seconds or until a message comes."""
    if call.string("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = _destination(world, call)
    world.tell("typing", chat, action=call.string("action"))
    return True


# -- changing what was sent ------------------------------------------------------------------------

_EDITING = "chat_id message_id reply_markup"


@method(
    "editMessageText",
    f"{_EDITING} text parse_mode entities link_preview_options disable_web_page_preview",
    sends=True,
)
def edit_message_text(world: World, call: Call) -> Json:
    """New words in a message."""
    message = _editable(world, call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, call, message, {"text", "entities"}, text_content(call.text()))


@method("editMessageCaption", f"{_EDITING} {_CAPTION}", sends=True)
def edit_message_caption(world: World, call: Call) -> Json:
    """New words under a file."""
    message = _editable(world, call)
    if "text" in message.body or "location" in message.body:
        raise bad_request("there is no caption in the message to edit")
    changed = caption_content(call.caption())
    return _edit(world, call, message, {"caption", "caption_entities"}, changed)


@method("editMessageMedia", f"{_EDITING} media", sends=True)
def edit_message_media(world: World, call: Call) -> Json:
    """Another file in a message."""
    message = _editable(world, call)
    replaced = {"text", "entities", "photo", "document", "voice", "audio", "video"}
    changed = _input_media(world, call, call.tree("media"))
    return _edit(world, call, message, replaced | {"caption", "caption_entities"}, changed)


@method("editMessageReplyMarkup", _EDITING, sends=True)
def edit_message_reply_markup(world: World, call: Call) -> Json:
    """Other buttons under a message."""
    message = _editable(world, call)
    return _edit(world, call, message, set(), {})


def _editable(world: World, call: Call) -> Message:
    message = _destination(world, call).messages.get(call.message_id())
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.sender != call.bot.id:
        raise bad_request("message can't be edited")
    return message


def _edit(world: World, call: Call, message: Message, replaced: set[str], content: Json) -> Json:
    """Replace parts of a message and its keyboard; refuses where nothing would change."""
    before = message.body
    after = {name: value for name, value in before.items() if name not in replaced} | content
    after.pop("reply_markup", None)
    if keyboard := call.markup():
        after["reply_markup"] = keyboard
    if _without_date(after) == _without_date(before):
        raise bad_request(NOT_MODIFIED)
    message.body = after | {"edit_date": world.now()}
    world.tell("edited", _destination(world, call), message.id)
    return message.body


def _without_date(body: Json) -> Json:
    return {name: value for name, value in body.items() if name != "edit_date"}


@method("deleteMessage", "chat_id message_id")
def delete_message(world: World, call: Call) -> bool:
    """Take a message away, within 48 hours."""
    chat = _destination(world, call)
    message = chat.messages.get(call.message_id())
    if message is None:
        raise bad_request("message to delete not found")
    if world.now() - message.body["date"] > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    _delete(world, chat, message)
    return True


@method("deleteMessages", "chat_id message_ids")
def delete_messages(world: World, call: Call) -> bool:
    """Take several messages away; those that cannot be are left out silently, as Telegram does."""
    chat = _destination(world, call)
    wanted = call.tree("message_ids")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise bad_request("wrong number of message identifiers specified")
    for number in wanted:
        message = chat.messages.get(calls.whole(number, "message_ids"))
        if message is not None and world.now() - message.body["date"] <= DELETABLE:
            _delete(world, chat, message)
    return True


def _delete(world: World, chat: Chat, message: Message) -> None:
    del chat.messages[message.id]
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    world.tell("deleted", chat, message.id)


@method("pinChatMessage", "chat_id message_id disable_notification")
def pin_chat_message(world: World, call: Call) -> bool:
    """Keep a message at the top of the chat."""
    chat = _destination(world, call)
    if call.message_id() not in chat.messages:
        raise bad_request("message to pin not found")
    if call.message_id() not in chat.pinned:
        chat.pinned.append(call.message_id())
    world.tell("pinned", chat, call.message_id())
    return True


@method("unpinChatMessage", "chat_id message_id")
def unpin_chat_message(world: World, call: Call) -> bool:
    """No longer keep a message at the top; the latest one where none is named."""
    chat = _destination(world, call)
    number = call.integer("message_id", chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    world.tell("pinned", chat, number)
    return True


# -- the rest --------------------------------------------------------------------------------------


@method("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
def answer_callback_query(world: World, call: Call) -> bool:
    """End the waiting of a tapped button, with or without words."""
    if len(call.string("text")) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {"text": call.string("text"), "alert": call.flag("show_alert")}
    if not world.answer(call.bot, call.string("callback_query_id"), answer):
        raise bad_request(QUERY_TOO_OLD)
    return True


@method("getFile", "file_id")
def get_file(world: World, call: Call) -> Json:
    """Where a file can be downloaded, for an hour."""
    file = world.shelf.get(call.string("file_id"))
    if file is None or call.bot.id not in file.bots:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique,
        "file_size": file.size,
        "file_path": world.shelf.link(file, call.bot.mailbox.now()),
    }


@method("getChat", "chat_id")
def get_chat(world: World, call: Call) -> Json:
    """A chat in full."""
    chat = world.chat_for(call.bot, call.chat_id())
    if call.bot.id not in chat.bots:
        raise Refusal(403, "Forbidden: bot was kicked from the group chat")
    found = chat.object() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.pinned:
        found["pinned_message"] = quoted(chat.messages[chat.pinned[-1]])
    return found
