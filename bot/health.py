"""The check-up: settings, database, keys, disk, token and clock, each with what to mend."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.clock import Clock
from bot.keys import KeyDamaged, KeyMissing, KeyRing
from bot.settings import PREFIX, SECOND_DOOR, Settings, Token, host_and_port, read_from
from bot.wire.reach import Reached, TokenRefused, Unreached, reach
from storage import audit, files, health, migrate
from storage.database import UNAVAILABLE, Database, file_of
from storage.lock import is_held
from storage.vault import Vault

GIGABYTE = 1024**3
LEAST_FREE = GIGABYTE  # evidence is 20 MB a file, and a full disk stops the bot
CLOCK_TOLERANCE = timedelta(seconds=30)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `said` tells how it is or what to mend."""

    what: str
    said: str
    problem: bool = False


async def check_up(settings: Settings) -> list[Finding]:
    """Look at everything an operator can mend; changes nothing but a trace in the database."""
    found = [Finding("settings", f"{read_from()}; updates arrive by {settings.mode}")]
    found += [each async for each in _database(settings)]
    found += _folder("data folder", settings.data_dir, "DATA_DIR")
    found += _folder("key folder", settings.keys, "KEY_DIR")
    found += _secrets(settings)
    found += _addresses(settings)
    return [*found, *await _telegram(settings)]


# -- The database and its keys ---------------------------------------------------------------------


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    what = "database"
    file = file_of(settings.database_url)
    made_later = "is made when the bot starts for the first time"
    if file is not None and not file.exists():
        yield Finding(what, f"none at {file} yet; {made_later}")
        return
    try:
        if file is None and await migrate.current(settings.database_url) is None:
            yield Finding(what, f"empty; {made_later}")
            return
        waiting = await migrate.pending(settings.database_url)
    except migrate.UnknownRevisionError:
        yield Finding(what, "was written by a newer program: install that one", problem=True)
        return
    except UNAVAILABLE as error:
        said = f"cannot be reached ({type(error).__name__}): look at {PREFIX}DATABASE_URL"
        yield Finding(what, said, problem=True)
        return
    if waiting:
        yield Finding(what, "is of an older program: run `focalpoint migrate`", problem=True)
        return
    database = Database(settings.database_url)
    try:
        yield await _soundness(database)
        yield await _audit_key(database, settings)
        yield await _files(database, settings)
    finally:
        await database.close()


async def _soundness(database: Database) -> Finding:
    """Whether it takes a write, and whether its file is whole."""
    try:
        async with database.write() as tx:
            await health.touch(tx, now=Clock().now())
        async with database.read() as tx:
            damages = await health.damages(tx)
    except UNAVAILABLE as error:
        said = f"cannot be written ({type(error).__name__}): look at the disk and its permissions"
        return Finding("database", said, problem=True)
    if damages:
        return Finding("database", "is damaged: stop the bot and restore a backup", problem=True)
    return Finding("database", "reachable, up to date, writable, whole")


async def _audit_key(database: Database, settings: Settings) -> Finding:
    async with database.read() as tx:
        entries = await audit.head(tx)
    if entries is None and not settings.keys.exists():
        return Finding("keys", "are made when the bot starts for the first time")
    try:
        if entries is not None:
            KeyRing(settings.keys).existing("audit")
    except (KeyMissing, KeyDamaged):
        said = (
            f"the audit's key is missing or damaged in {settings.keys}: put the key folder back,"
            f" or set {PREFIX}KEY_DIR"
        )
        return Finding("keys", said, problem=True)
    return Finding("keys", "there")


async def _files(database: Database, settings: Settings) -> Finding:
    """Whether the store has what the database names; a bucket is not asked file by file."""
    async with database.read() as tx:
        named = await files.all_named(tx)
    if not named or settings.files_url is not None:
        return Finding("files", f"{len(named)} named")
    vault = Vault.open(settings.data_dir / "files")
    missing = sum([not await vault.exists(each) for each in named])
    if missing:
        said = f"{missing} of {len(named)} are missing in {settings.data_dir / 'files'}: put them"
        return Finding("files", f"{said} back from a backup", problem=True)
    return Finding("files", f"all {len(named)} there")


# -- The disk --------------------------------------------------------------------------------------


def _folder(what: str, folder: Path, setting: str) -> list[Finding]:
    """Whether the folder is ours alone, can be written, and has room."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    found = []
    if free < LEAST_FREE:
        said = f"{free / GIGABYTE:.1f} GB are free: make room, at least 1 GB"
        found.append(Finding(what, said, problem=True))
    if not _writable(there):
        said = f"cannot be written: change its owner, or set {PREFIX}{setting}"
        found.append(Finding(what, said, problem=True))
    elif there == folder and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        said = f"others on this machine can read it: chmod 700 {folder}"
        found.append(Finding(what, said, problem=True))
    return found or [Finding(what, f"{free // GIGABYTE} GB free, writable")]


def _writable(folder: Path) -> bool:
    probe = folder / ".focalpoint-check"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _secrets(settings: Settings) -> list[Finding]:
    files = (
        settings.token_file,
        settings.consultation_token_file,
        settings.webhook_secret_file,
    )
    return [
        Finding("secrets", f"others can read it: chmod 600 {file}", problem=True)
        for file in files
        if file is not None and stat.S_IMODE(file.stat().st_mode) & 0o077
    ]


def _addresses(settings: Settings) -> list[Finding]:
    """Whether the addresses to listen on are free; a bot that runs holds them itself."""
    if is_held(settings.data_dir):
        return [Finding("bot", "runs with this data folder")]
    wanted = {"metrics_listen": settings.metrics_listen}
    if settings.mode == "webhook":
        wanted["webhook_listen"] = settings.webhook_listen
    found = []
    for name, address in wanted.items():
        if address is None:
            continue
        try:
            host, port = host_and_port(address)
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            socket.create_server((host, port), family=family).close()
        except OSError as error:
            said = f"{address} cannot be used ({error.strerror}): free it, or set {PREFIX}"
            found.append(Finding("address", said + name.upper(), problem=True))
    return found


# -- Telegram --------------------------------------------------------------------------------------


async def _telegram(settings: Settings) -> list[Finding]:
    """The tokens, who else receives, and the clock."""
    if settings.token is None:
        said = f"none: get one from @BotFather and set {PREFIX}TOKEN_FILE"
        return [Finding("token", said, problem=True)]
    found = await _bot(settings, settings.require_token(), settings.webhook_url)
    if second := settings.second_token:
        url = settings.webhook_url and f"{settings.webhook_url}{SECOND_DOOR}"
        found += [each for each in await _bot(settings, second, url) if each.what != "clock"]
    return found


async def _bot(settings: Settings, token: Token, url: str | None) -> list[Finding]:
    """One bot; `url` is where its webhook is to be."""
    try:
        found = await reach(settings.bot_url + token.value)
    except TokenRefused:
        said = f"the server does not know {token.variable}: copy it again from @BotFather"
        return [Finding("token", said, problem=True)]
    except Unreached as unreached:
        said = f"no answer ({unreached.reason}): look at the network and {PREFIX}API_URL"
        return [Finding("token", said, problem=True)]
    updates = _updates(settings, found, url)
    return [Finding("token", f"of @{found.username}"), updates, _clock(found)]


def _updates(settings: Settings, found: Reached, url: str | None) -> Finding:
    waiting = f"{found.waiting} updates wait"
    if settings.mode == "polling" and found.webhook:
        said = (
            f"a webhook is set and polling gets nothing: stop what uses it, or set {PREFIX}MODE="
            "webhook; `focalpoint run --take-over` removes it"
        )
        return Finding("updates", said, problem=True)
    if settings.mode == "webhook" and found.webhook not in ("", url):
        said = "another webhook is set: if it is not your own old one, renew the token"
        return Finding("updates", f"{said} with @BotFather", problem=True)
    if settings.mode == "webhook" and found.webhook == url and found.last_error:
        return Finding("updates", f"Telegram says: {found.last_error}; {waiting}", problem=True)
    return Finding("updates", waiting)


def _clock(found: Reached) -> Finding:
    if found.hour is None:
        return Finding("clock", "the server told no hour to compare")
    apart = abs(Clock().now() - found.hour)
    if apart > CLOCK_TOLERANCE:
        said = f"{apart.total_seconds():.0f} seconds off: switch time synchronisation on"
        return Finding("clock", said, problem=True)
    return Finding("clock", "agrees with the server's")
