"""`focalpoint …`: the command line, one function a command; exits with 0, 1 (refused) or 2."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from bot import logs
from bot.app import App, opened
from bot.clock import Clock
from bot.domain.errors import Refused
from bot.domain.people import COMMAND_LINE, Role
from bot.health import check_up
from bot.sandbox.server import Sandbox
from bot.services import people
from bot.settings import Settings, SettingsError
from bot.texts import Texts
from bot.wire.polling import AnotherReceiver
from storage import audit, institutions, migrate
from storage.audit import Finding

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
audit_cli = typer.Typer(no_args_is_help=True, help="The chained record of every act.")
cli.add_typer(audit_cli, name="audit")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")]


def main() -> None:
    """The entry point of the `focalpoint` command."""
    cli()


@cli.command()
def run() -> None:
    """Run the bot: polling, or a webhook where the settings say so."""
    settings = _settings()
    _refusing(settings.require_token)
    logs.configure("json", level=settings.log_level, secrets=settings.secrets)
    try:
        asyncio.run(_run(settings))
    except AnotherReceiver:
        _fail(
            "Another process or a webhook receives this bot's updates. Stop it, then start again."
        )


async def _run(settings: Settings) -> None:
    app = App(settings, Clock())
    await app.start()
    this = asyncio.current_task()
    assert this is not None
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, this.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await app.receive()
    finally:
        await app.stop()


@cli.command(name="migrate")
def migrate_() -> None:
    """Bring the database up to date."""
    applied = asyncio.run(migrate.upgrade(_settings().database_url))
    out.print(f"Applied: {', '.join(applied)}" if applied else "Nothing to do.")


@cli.command()
def check(as_json: AsJson = False) -> None:
    """Look at settings, database, token, clock and disk; says what to mend."""
    findings = asyncio.run(check_up(_settings()))
    if as_json:
        out.print_json(json.dumps({each.what: each.problem for each in findings}))
    else:
        for each in findings:
            out.print(f"{'mend' if each.problem else 'fine'}  {each.what}: {each.said}")
    raise typer.Exit(1 if any(each.problem for each in findings) else 0)


@cli.command()
def invite(
    role: Annotated[Role, typer.Option(help="The role of the seat.")],
    institution: Annotated[str | None, typer.Option(help="The institution's code.")] = None,
    invitee: Annotated[str | None, typer.Option(help="For whom, in your words.")] = None,
) -> None:
    """Print a single-use deep link; this is how the first coordinator gets in."""
    out.print(_refusing(_invite, _settings(), role, institution, invitee))


async def _invite(
    settings: Settings, role: Role, institution: str | None, invitee: str | None
) -> str:
    async with opened(settings, Clock()) as app:
        await app.bot.initialize()
        async with app.database.write() as tx:
            found = await institutions.by_code(tx, institution) if institution else None
            token = await people.invite(
                tx,
                COMMAND_LINE,
                role,
                found.id if found else None,
                invitee=invitee,
                now=app.clock.now(),
            )
        link = f"https://t.me/{app.bot.username}?start={token}"
        await app.bot.shutdown()
    return link


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0: any.")] = 8099,
) -> None:
    """Run the Bot API server and the chat page alone, on this machine only."""
    asyncio.run(_sandbox(port))


async def _sandbox(port: int) -> None:
    async with Sandbox(port) as server:
        out.print(f"Chat page: {server.address}\nToken: {server.token}")
        await asyncio.Event().wait()


@audit_cli.command()
def verify(as_json: AsJson = False) -> None:
    """Find any changed, removed or reordered entry, and a tail that was cut."""
    findings = _refusing(_verify, _settings())
    if as_json:
        out.print_json(json.dumps([str(each) for each in findings]))
    else:
        for each in findings:
            out.print(str(each))
        if not findings:
            out.print("The audit is whole.")
    raise typer.Exit(1 if findings else 0)


async def _verify(settings: Settings) -> list[Finding]:
    async with opened(settings, Clock()) as app, app.database.read() as tx:
        return await audit.verify(tx, app.keys.get("audit"), app.keys.read_head())


# -- inside ----------------------------------------------------------------------------------------


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        _fail("\n".join(error.lines))


def _refusing(act: Any, *arguments: Any) -> Any:
    """Run it; a refusal is printed in words and ends with status 1."""
    try:
        given = act(*arguments)
        return asyncio.run(given) if isinstance(given, Coroutine) else given
    except Refused as refused:
        _fail(Texts.load(("en",)).render(refused.text, "en", mode="bare"))
    except SettingsError as error:
        _fail("\n".join(error.lines))


def _fail(words: str) -> NoReturn:
    err.print(words)
    sys.exit(1)


if __name__ == "__main__":
    main()
