"""People in Telegram: which private chat, with which bot, is whose, and can it be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, update

from bot.domain.people import Person, Role
from storage.database import Transaction
from storage.seats import is_live
from storage.tables import accounts, people, seats
from storage.upsert import insert_or_update

_IN_CHAT = and_(
    accounts.c.bot_id == bindparam("of_bot"), accounts.c.chat_id == bindparam("of_chat")
)
_PERSON_OF_CHAT = select(people).join(accounts, accounts.c.person_id == people.c.id).where(_IN_CHAT)
_LAST_MESSAGE = select(accounts.c.last_message_id).where(_IN_CHAT)
_NOTE_MESSAGE = update(accounts).where(_IN_CHAT).values(last_message_id=bindparam("newest"))


async def person_of_chat(tx: Transaction, bot_id: int, chat_id: int) -> Person | None:
    """Whose private chat this is, or None for a stranger's."""
    row = await tx.row(_PERSON_OF_CHAT, {"of_bot": bot_id, "of_chat": chat_id})
    if row is None:
        return None
    return Person(
        row["id"], row["name"], row["language"], row["timezone"], row["always_new_message"]
    )


async def last_message_id(tx: Transaction, bot_id: int, chat_id: int) -> int | None:
    """The newest message seen in a person's chat, either side's."""
    value: int | None = await tx.value(_LAST_MESSAGE, {"of_bot": bot_id, "of_chat": chat_id})
    return value


async def link(
    tx: Transaction, bot_id: int, chat_id: int, person_id: int, *, username: str | None
) -> None:
    """Make this private chat the person's."""
    row = {
        "bot_id": bot_id,
        "chat_id": chat_id,
        "person_id": person_id,
        "username": username,
        "unreachable_since": None,
        "unreachable_reason": None,
    }
    await insert_or_update(tx, accounts, row, key=["bot_id", "chat_id"])


async def chat_of(tx: Transaction, bot_id: int, person_id: int) -> int | None:
    """The person's private chat with that bot."""
    value: int | None = await tx.value(
        select(accounts.c.chat_id)
        .where(accounts.c.bot_id == bot_id, accounts.c.person_id == person_id)
        .limit(1)
    )
    return value


async def username_of(tx: Transaction, bot_id: int, person_id: int) -> str | None:
    """The person's public name in Telegram, as it was when they first came."""
    value: str | None = await tx.value(
        select(accounts.c.username)
        .where(accounts.c.bot_id == bot_id, accounts.c.person_id == person_id)
        .limit(1)
    )
    return value


async def note_message(tx: Transaction, bot_id: int, chat_id: int, message_id: int) -> None:
    """Remember the newest message of the chat."""
    values = {"of_bot": bot_id, "of_chat": chat_id, "newest": message_id}
    await tx.execute(_NOTE_MESSAGE, values)


async def mark_reachable(tx: Transaction, bot_id: int, chat_id: int) -> bool:
    """The person is back (un-blocked, /start); True if they had been unreachable."""
    result = await tx.execute(
        update(accounts)
        .where(
            accounts.c.bot_id == bot_id,
            accounts.c.chat_id == chat_id,
            accounts.c.unreachable_since.is_not(None),
        )
        .values(unreachable_since=None, unreachable_reason=None)
    )
    return result.rowcount == 1


async def mark_unreachable(
    tx: Transaction, bot_id: int, chat_id: int, reason: str, *, now: datetime
) -> None:
    """The person blocked the bot or left Telegram."""
    await tx.execute(
        update(accounts)
        .where(
            accounts.c.bot_id == bot_id,
            accounts.c.chat_id == chat_id,
            accounts.c.unreachable_since.is_(None),
        )
        .values(unreachable_since=now, unreachable_reason=reason)
    )


# -- Menus -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Menu:
    """A private chat, what decides its commands, and which menu Telegram was told to show there."""

    chat_id: int
    language: str
    roles: frozenset[Role]
    told: str | None
    in_unit: bool = False


async def menus(tx: Transaction, bot_id: int, *, now: datetime) -> list[Menu]:
    """Every reachable private chat with the roles that its person holds now."""
    statement = (
        select(
            accounts.c.chat_id, accounts.c.menu, people.c.language, seats.c.role, seats.c.unit_id
        )
        .join(people, people.c.id == accounts.c.person_id)
        .outerjoin(seats, and_(seats.c.person_id == accounts.c.person_id, is_live(now)))
        .where(accounts.c.bot_id == bot_id, accounts.c.unreachable_since.is_(None))
        .order_by(accounts.c.chat_id)
    )
    found: dict[int, Menu] = {}
    for row in await tx.rows(statement):
        inside = row["unit_id"] is not None
        roles = {Role(row["role"])} if row["role"] and not inside else set()
        known = found.get(row["chat_id"])
        held = frozenset(roles) | (known.roles if known else frozenset())
        inside = inside or (known is not None and known.in_unit)
        found[row["chat_id"]] = Menu(row["chat_id"], row["language"], held, row["menu"], inside)
    return list(found.values())


async def note_menu(tx: Transaction, bot_id: int, chat_id: int, told: str) -> None:
    """Telegram shows that menu in the chat now."""
    await tx.execute(
        update(accounts)
        .where(accounts.c.bot_id == bot_id, accounts.c.chat_id == chat_id)
        .values(menu=told)
    )
