"""`focalpoint …`: the command line, one function a command; exits with 0, 1 (refused) or 2."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from bot import logs, seals
from bot.app import App, opened
from bot.clock import Clock
from bot.demo.network import Demo, NoDemoFolder, forget
from bot.demo.tour import DAY as TOUR_DAY
from bot.demo.tour import TourStopped, play
from bot.domain.errors import Refused
from bot.domain.exports import FORMS, ExportKind
from bot.domain.filters import Dimension
from bot.domain.people import COMMAND_LINE, NO_BOT, SECRETARIAT, Act, Role
from bot.domain.progress import Subject
from bot.domain.screens import Text
from bot.health import check_up
from bot.keys import Head, KeyDamaged, KeyMissing, KeyRing
from bot.sandbox.server import Sandbox
from bot.services import audit as records
from bot.services import exports, people
from bot.settings import Settings, SettingsError, read_from
from bot.texts import Texts
from bot.wire.polling import AnotherReceiver, WebhookElsewhere
from bot.wire.reach import TokenRefused, Unreached, reach
from bot.works import Tools, import_shell
from bot.works.export import Made, write_out
from bot.works.progress import write_out as draw
from bot.works.publish import Published
from bot.works.publish import write_out as write_snapshot
from bot.works.table import processes
from storage import audit, institutions, migrate
from storage import backup as copies
from storage.audit import OF_SEALS, Fault, Finding
from storage.database import UNAVAILABLE, file_of
from storage.lock import FolderInUse, held
from storage.people import seated

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
audit_cli = typer.Typer(no_args_is_help=True, help="The chained record of every act.")
cli.add_typer(audit_cli, name="audit")

out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)

PROBLEMS_SHOWN = 50  # of a file's rows, at the shell

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")]


def main() -> None:
    """The entry point of the `focalpoint` command: whatever it writes is for its owner alone."""
    os.umask(0o077)
    try:
        cli()
    except (KeyMissing, KeyDamaged):
        _fail(
            "The key of the audit is missing or damaged, and a new one would hide that.\n"
            "Put the key folder back; `focalpoint check` says where it is looked for."
        )
    except migrate.UnknownRevisionError:
        _fail("The database was written by a newer program: install that one.")
    except UNAVAILABLE as error:
        _fail(f"{_trouble(error)}; `focalpoint check` says what to mend.")


def _trouble(error: Exception) -> str:
    """What cannot be used: a file, an address to listen on, or the database."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror})"
    return f"The database cannot be used ({type(error).__name__})"


@cli.command()
def run(
    take_over: Annotated[
        bool, typer.Option(help="Remove a webhook that is set for this bot; nothing is lost.")
    ] = False,
) -> None:
    """Run the bot: polling, or a webhook where the settings say so."""
    settings = _settings()
    _refusing(settings.require_token)
    logs.configure("json", level=settings.log_level, secrets=settings.secrets)
    try:
        with held(settings.data_dir):
            _refusing(_run, settings, take_over)
    except FolderInUse:
        _fail(
            f"A bot runs with the data folder {settings.data_dir} already.\n"
            "Stop that one first; two would take each other's messages away."
        )
    except WebhookElsewhere as elsewhere:
        _fail(
            f"A webhook is set for the bot of {elsewhere.token}:"
            " another installation receives what people send.\n"
            "Stop that one, or start with FOCALPOINT_MODE=webhook if it is your own.\n"
            "`focalpoint run --take-over` removes it; what waits at Telegram stays."
        )
    except AnotherReceiver as another:
        _fail(
            f"Another process receives updates with the same {another.token}.\n"
            "Find it and stop it, then start again; if it is not yours, renew the token"
            " with @BotFather."
        )


async def _run(settings: Settings, take_over: bool) -> None:
    app = App(settings, Clock())
    with _until_told():
        await app.start()
        try:
            if take_over:
                await app.take_over()
            await app.receive()
        finally:
            await app.stop()


@contextmanager
def _until_told() -> Iterator[None]:
    """End the task in order on Ctrl+C and on SIGTERM."""
    this = asyncio.current_task()
    assert this is not None
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, this.cancel)
    with suppress(asyncio.CancelledError):
        yield


@cli.command(name="migrate")
def migrate_() -> None:
    """Bring the database up to date."""
    settings = _settings()
    _log_warnings(settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    applied = asyncio.run(migrate.upgrade(settings.database_url))
    out.print(f"Applied: {', '.join(applied)}" if applied else "Nothing to do.")


@cli.command()
def backup(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, resolve_path=True, help="Where the copy lives.")
    ],
) -> None:
    """Copy database and files to a folder that can stand in the data folder's place.

    The bot may run meanwhile. What the folder held of an older copy is brought up to date. The
    keys are not copied: keep one current copy of the key folder apart from this.
    """
    settings = _settings()
    _refusing(_require_database, settings)
    if folder.is_relative_to(settings.data_dir.resolve()):
        _fail("A backup inside the data folder saves nothing: name another folder.")
    file = file_of(settings.database_url)
    if file is not None:
        out.print(f"Database: {copies.copy_database(file, folder)}")
    else:
        out.print("Database: on a server, not copied. Copy it with pg_dump before the files.")
    if settings.files_url is None:
        count = copies.copy_files(settings.data_dir / "files/kept", folder / "files/kept")
        out.print(f"Files:    {count}, in {folder / 'files'}")
    else:
        out.print("Files:    in their bucket, not copied.")
    out.print(f"Keys:     not copied; they lie in {settings.keys}")


@cli.command()
def check(as_json: AsJson = False) -> None:
    """Look at settings, database, token, clock and disk; says what to mend."""
    findings = asyncio.run(check_up(_settings()))
    if as_json:
        out.print_json(json.dumps([asdict(each) for each in findings]))
    else:
        for each in findings:
            out.print(f"{'mend' if each.problem else 'fine'}  {each.what}: {each.said}")
    raise typer.Exit(1 if any(each.problem for each in findings) else 0)


@cli.command()
def invite(
    role: Annotated[Role, typer.Option(help="The role of the seat.")],
    institution: Annotated[str | None, typer.Option(help="The institution's code.")] = None,
    invitee: Annotated[str | None, typer.Option(help="For whom, in your words.")] = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Opens at once; no coordinator is asked.")
    ] = False,
) -> None:
    """Print a single-use deep link; this is how the first coordinator gets in.

    Who uses it waits until a coordinator confirms them; it opens at once while there is none.
    """
    if institution is None and role not in SECRETARIAT:
        raise typer.BadParameter(f"{role.value} needs --institution, with its code")
    if institution is not None and role in SECRETARIAT:
        raise typer.BadParameter(f"{role.value} is of the secretariat: without --institution")
    made = _refusing(_invite, _settings(), role, institution, invitee, confirmed)
    out.print(made.link)
    err.print(
        "It opens at once for whoever uses it first: pass it on so that nobody else sees it."
        if made.opens_at_once
        else "Who uses it waits until a coordinator confirms them."
    )
    err.print(f"It works once, until {made.until:%-d %B %Y, %H:%M}.")
    err.print(f"To take it back: focalpoint revoke '{made.link}', or /people in chat.")


@dataclass(frozen=True)
class _Made:
    """A link, and what it does until when."""

    link: str
    opens_at_once: bool
    until: datetime


async def _invite(
    settings: Settings, role: Role, institution: str | None, invitee: str | None, confirmed: bool
) -> _Made:
    _log_warnings(settings)
    bot = await reach(settings.bot_url + settings.require_token().value)
    async with opened(settings, Clock()) as app, app.database.write() as tx:
        found = await institutions.by_code(tx, institution) if institution else None
        if institution and found is None:
            raise SettingsError([f"There is no institution with the code {institution}."])
        act = Act(COMMAND_LINE, bot.bot_id, settings.zone, app.clock.now())
        token = await people.invite(
            tx, act, role, found.id if found else None, invitee=invitee, confirmed=confirmed
        )
        asked = await seated(tx, now=act.now, roles=[Role.COORDINATOR])
    until = (act.now + people.VALID_FOR).astimezone(settings.zone)
    return _Made(people.deep_link(bot.username, token), confirmed or not asked, until)


@cli.command()
def revoke(
    link: Annotated[str, typer.Argument(help="The link, as `focalpoint invite` printed it.")],
) -> None:
    """Take an invitation's link back that nobody has used."""
    _refusing(_revoke, _settings(), link.rpartition("start=")[2])
    out.print("Taken back: the link opens nothing any more.")


async def _revoke(settings: Settings, token: str) -> None:
    _log_warnings(settings)
    await _require_database(settings)
    async with opened(settings, Clock()) as app, app.database.write() as tx:
        act = Act(COMMAND_LINE, NO_BOT, settings.zone, app.clock.now())
        await people.revoke_link(tx, act, token)


File = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, resolve_path=True, help="The file to import."
    ),
]
DAY = ["%Y-%m-%d"]


def _only(what: str) -> Any:
    """An option that narrows an export, and may be given again for more of the same."""
    return typer.Option(help=f"Only {what}. May be given again.")


@cli.command(name="import")
def import_(
    file: File,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    language: Annotated[
        str | None, typer.Option(help="The language of the texts, such as fr; else it is found.")
    ] = None,
    state: Annotated[str | None, typer.Option(help="Keep only this State's items.")] = None,
    symbol: Annotated[str | None, typer.Option(help="The document, where none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import recommendations (OHCHR matrix, UHRI, CSV, Excel) or deadlines (ICS, CSV).

    The same file twice is harmless.
    """
    if language is not None and not re.fullmatch(r"[a-z]{2,3}", language):
        raise typer.BadParameter("is no language code, such as fr", param_hint="--language")
    settings = _settings()
    told = {"language": language, "state": state or settings.country, "symbol": symbol}
    options = {name: value for name, value in told.items() if value}
    found: import_shell.Outcome = _refusing(_import, settings, file, options, dry_run)
    counted = import_shell.as_json(found.counted)
    if as_json:
        out.print_json(json.dumps(counted))
    else:
        _say_imported(counted, found, dry_run=dry_run)
    if not found.anything:
        raise typer.Exit(1)


def _say_imported(counted: dict[str, Any], found: import_shell.Outcome, *, dry_run: bool) -> None:
    for name, value in counted.items():
        shown = value if isinstance(value, int) else ", ".join(f"{n} {k}" for k, n in value.items())
        out.print(f"{name}: {shown}")
    texts, problems = Texts.load(("en",)), found.problems
    for problem in problems[:PROBLEMS_SHOWN]:
        out.print(f"  {texts.render(problem, 'en', mode='bare')}")
    if len(problems) > PROBLEMS_SHOWN:
        out.print(f"  … and {len(problems) - PROBLEMS_SHOWN} more")
    for each in found.elsewhere:
        out.print(texts.render(each, "en", mode="bare"))
    if not found.anything:
        out.print("Nothing can be imported from this file.")
    elif dry_run:
        out.print("Nothing was imported: this was a dry run.")
    else:
        out.print("Imported." if found.changes else "Nothing changed: all of it was there before.")


async def _import(
    settings: Settings, file: Path, options: dict[str, str], dry_run: bool
) -> import_shell.Outcome:
    _log_warnings(settings)
    with TemporaryDirectory(prefix="focalpoint-") as folder:
        if dry_run and _is_new(settings):
            settings = _elsewhere(settings, Path(folder))
        async with opened(settings, Clock()) as app:
            with err.status("Reading…"):
                return await import_shell.bring_in(_tools(app), file, options, dry_run=dry_run)


PICTURE = "picture"  # of progress, which is exported at the shell beside the kinds of chat
_KINDS = ", ".join([*ExportKind, PICTURE])


def _exported(words: str) -> str:
    if words not in {*ExportKind, PICTURE}:
        raise typer.BadParameter(f"must be one of {_KINDS}")
    return words


@cli.command()
def export(
    kind: Annotated[
        str, typer.Argument(help=f"What to export: {_KINDS}.", parser=_exported, metavar="KIND")
    ],
    *,
    file: Annotated[Path, typer.Option("--out", dir_okay=False, help="The file to write.")],
    mechanism: Annotated[list[str] | None, _only("this mechanism, such as UPR")] = None,
    document: Annotated[list[str] | None, _only("this document, by its symbol")] = None,
    cluster: Annotated[list[str] | None, _only("this cluster, by its name")] = None,
    institution: Annotated[list[str] | None, _only("this institution, by its code")] = None,
    status: Annotated[list[str] | None, _only("this status, such as in_progress")] = None,
    theme: Annotated[list[str] | None, _only("this theme, or themes that begin so")] = None,
    sdg: Annotated[list[str] | None, _only("this goal or target, such as 16 or 16.1")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only what was reported from this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only what was reported up to this day.")
    ] = None,
    report: Annotated[
        int | None, typer.Option(help="The report in preparation, by its number.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The workbook's language; else FOCALPOINT_DEFAULT_LANGUAGE.")
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="The audit with what people wrote; else its digests.")
    ] = False,
    by: Annotated[
        Subject | None, typer.Option(help="The picture: by what progress is told apart; by status.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Export what the database holds; whole, or narrowed to what the options name.

    A picture (PNG) has the same figures as text beside it, in a file of its name that ends in .txt.
    """
    settings = _settings()
    chosen = language or settings.default_language
    if chosen not in settings.languages:
        offered = ", ".join(settings.languages)
        raise typer.BadParameter(f"must be one of {offered}", param_hint="--language")
    if not file.parent.is_dir():
        _fail(f"There is no folder {file.parent}.")
    asked: dict[Dimension, list[str]] = {
        Dimension.MECHANISM: mechanism or [],
        Dimension.DOCUMENT: document or [],
        Dimension.CLUSTER: cluster or [],
        Dimension.INSTITUTION: institution or [],
        Dimension.STATUS: status or [],
        Dimension.THEME: theme or [],
        Dimension.SDG: sdg or [],
    }
    days = (since.date() if since else None, until.date() if until else None)
    if kind == PICTURE:
        if report is not None or words or any((*asked.values(), *days)):
            raise typer.BadParameter("the picture is of all items")
        _picture(settings, file, by or Subject.STATUS, chosen, as_json=as_json)
        return
    if by is not None:
        raise typer.BadParameter("only a picture has it", param_hint="--by")
    _table(settings, ExportKind(kind), file, asked, days, chosen, report, words, as_json=as_json)


def _picture(
    settings: Settings, file: Path, subject: Subject, language: str, *, as_json: bool
) -> None:
    if file.suffix == ".txt":
        raise typer.BadParameter("the figures go there; name the picture .png", param_hint="--out")
    count = _refusing(_draw, settings, file, subject, language)
    beside = file.with_suffix(".txt")
    if as_json:
        out.print_json(json.dumps({"file": str(file), "text": str(beside), "counted": count}))
    else:
        out.print(f"{file}: picture by {subject}; {beside}: its figures")


async def _draw(settings: Settings, file: Path, subject: Subject, language: str) -> int:
    _log_warnings(settings)
    await _require_database(settings)
    async with opened(settings, Clock()) as app:
        return await draw(_tools(app), subject, file, language=language)


def _table(  # noqa: PLR0917
    settings: Settings,
    kind: ExportKind,
    file: Path,
    asked: dict[Dimension, list[str]],
    days: tuple[date | None, date | None],
    chosen: str,
    report: int | None,
    words: bool,
    *,
    as_json: bool,
) -> None:
    form = FORMS[kind]
    if report is not None and not form.of_a_report:
        raise typer.BadParameter("no such file is of a report", param_hint="--report")
    if (form.whole or form.of_a_report) and any((*asked.values(), *days)):
        raise typer.BadParameter(f"the {kind} is exported whole")
    if words and kind is not ExportKind.AUDIT:
        raise typer.BadParameter("only the audit has them", param_hint="--words")
    made = _refusing(_export, settings, kind, file, asked, days, chosen, report, words)
    if as_json:
        out.print_json(json.dumps({"file": str(file), "sha256": made.sha256, **made.counts}))
    else:
        what = FORMS[kind].counted
        counted = Text(f"export.counted.{what}", count=made.counts[what])
        said = Texts.load(("en",)).render(counted, "en", mode="bare")
        out.print(f"{file}: {kind}, {said}")


async def _export(  # noqa: PLR0917
    settings: Settings,
    kind: ExportKind,
    file: Path,
    asked: dict[Dimension, list[str]],
    days: tuple[date | None, date | None],
    language: str,
    report: int | None,
    words: bool,
) -> Made:
    _log_warnings(settings)
    await _require_database(settings)
    since, until = days
    async with opened(settings, Clock()) as app:
        async with app.database.read() as tx:
            chosen = await exports.understand(tx, asked, since=since, until=until)
        with Progress(console=err, transient=True) as bar:
            task = bar.add_task("Writing…", total=None)
            return await write_out(
                _tools(app),
                kind,
                chosen,
                file,
                language=language,
                report_id=report,
                words=words,
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )


@cli.command()
def publish(
    folder: Annotated[
        Path,
        typer.Option("--out", file_okay=False, resolve_path=True, help="The folder to write."),
    ],
    as_json: AsJson = False,
) -> None:
    """Write the public snapshot: a static site of the answers that the secretariat made public."""
    made = _refusing(_publish, _settings(), folder)
    if as_json:
        out.print_json(json.dumps({"folder": str(folder), **asdict(made)}))
    else:
        out.print(f"{folder}: {made.items} items, {made.answers} public answers")


async def _publish(settings: Settings, folder: Path) -> Published:
    _log_warnings(settings)
    await _require_database(settings)
    async with opened(settings, Clock()) as app:
        return await write_snapshot(_tools(app), folder)


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0: any.")] = 8099,
) -> None:
    """Run the Bot API server and the chat page alone, on this machine only."""
    _trying(_sandbox(port))


async def _sandbox(port: int) -> None:
    with _until_told():
        async with Sandbox(port) as server:
            out.print(f"Chat page:     {server.address}")
            out.print(f"Bot API:       {server.base_url}<token>")
            out.print(f"Bot's token:   {server.token}")
            out.print("Ctrl+C ends it, and all that was said in it is gone.")
            await asyncio.Event().wait()


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0: any.")] = 8099,
    folder: Annotated[Path | None, typer.Option(help="Where the demo's data live.")] = None,
    tour: Annotated[bool, typer.Option(help="Play the whole story and print it.")] = False,
    fresh: Annotated[bool, typer.Option(help="Begin anew: forget what was done before.")] = False,
) -> None:
    """Try the whole bot with the people of Maravia: no token, no Telegram, no internet."""
    if tour:
        _trying(_tour(folder or Path(mkdtemp(prefix="focalpoint-tour-"))))
        return
    place = folder or Path.home() / ".local" / "share" / "focalpoint-demo"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if fresh and (place / "demo.json").exists():
        forget(place)
    _trying(_demo(place, port))


async def _demo(folder: Path, port: int) -> None:
    with (folder / "bot.log").open("a") as log, _until_told():
        logs.configure("readable", stream=log)
        with err.status("Maravia's people are taking their seats …"):
            running = await Demo(folder, port=port).__aenter__()
        try:
            out.print(f"Chat page:     {running.address}")
            out.print(f"Files to try:  {folder / 'files to try'}")
            out.print(f"Data and log:  {folder} (--fresh begins anew)")
            out.print("Ctrl+C ends it; the next start goes on from here.")
            await running.ended()
        finally:
            await running.stop()


async def _tour(folder: Path) -> None:
    logs.configure("readable", level="ERROR")
    async with Demo(folder, whole=False, day=TOUR_DAY) as running:
        try:
            book = await play(running, _say)
        except TourStopped as stopped:
            _fail(f"The tour stopped. {stopped}")
    out.print(f"\nThe workbook: {book}")


def _say(line: str) -> None:
    """A line of the transcript."""
    out.print(line)


def _trying(work: Coroutine[Any, Any, None]) -> None:
    """Run the sandbox or the demo; what stands in its way is told in words."""
    try:
        asyncio.run(work)
    except FolderInUse:
        _fail("Another demo runs in this folder. End it, or name another with --folder.")
    except NoDemoFolder:
        _fail("This folder holds something that is no demo. Name an empty one with --folder.")
    except OSError as error:
        _fail(f"{error.strerror or error}. Another --port or --folder may help.")


@audit_cli.command()
def verify(
    seal: Annotated[
        list[str] | None,
        typer.Option(
            help="A seal that was kept elsewhere, COUNT:HASH, or a file with such seals in it. "
            "May be given again."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find any changed, removed or reordered entry, a cut tail, and a chain that was made anew.

    What went with an older backup, and was accepted, is listed for ever and is no fault.
    """
    papers = [paper for words in seal or () for paper in _papers(words)]
    findings: list[Finding] = _refusing(_verify, _settings(), papers)
    wrong = [each for each in findings if each.fault is not Fault.RESTORED]
    if as_json:
        out.print_json(json.dumps([asdict(each) for each in findings], default=str))
    else:
        for each in findings:
            out.print(_said(each))
        if not wrong:
            out.print("The audit is whole." if not findings else "Nothing else is wrong.")
    raise typer.Exit(1 if wrong else 0)


def _papers(words: str) -> list[Head]:
    """The seals of an option: one as `audit seals` prints it, or all of those in a file."""
    file = Path(words)
    said = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else words
    found = [Head(link, int(count)) for count, link in re.findall(PAPER, said)]
    if not found:
        raise typer.BadParameter(
            "is neither COUNT:HASH, with at least 16 digits of the hash, nor a file that has any",
            param_hint="--seal",
        )
    return found


PAPER = r"\b([1-9][0-9]{0,17}):([0-9a-f]{16,64})\b"


@audit_cli.command(name="seals")
def seals_(
    last: Annotated[int, typer.Option(min=1, help="How many of the newest to print.")] = 1,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The lines of the file, with their signatures.")
    ] = False,
) -> None:
    """Print the newest seals, to keep them elsewhere: on paper, in a letter, with somebody else.

    `audit verify --seal COUNT:HASH` checks the audit against one, even where all of this machine
    was written anew. The public key checks the signatures of `--json`, without any secret.
    """
    keys = KeyRing(_settings().keys)
    kept = seals.read(keys).seals[-last:]
    if not kept:
        _fail("No day was sealed yet: the bot does so on the day after the first entry.")
    if as_json:
        for each in kept:
            out.print(each.line().decode())
        return
    for each in kept:
        out.print(f"{each.day:%Y-%m-%d}  {each.count}:{each.hash}")
    err.print(f"Public key of the seals: {seals.public_key(keys).hex()}")


@audit_cli.command()
def restored() -> None:
    """After an older backup was restored: say what went with it, record that, and go on.

    Before the bot starts again. The entry stays, and `audit verify` lists it for ever.
    """
    out.print(_said(_refusing(_accept_restored, _settings())))
    out.print("It is recorded. From now on the audit is verified from here.")


async def _accept_restored(settings: Settings) -> Finding:
    _log_warnings(settings)
    await _require_database(settings)
    async with opened(settings, Clock()) as app:
        act = Act(COMMAND_LINE, NO_BOT, settings.zone, app.clock.now())
        return await records.accept_restored(app.database, app.keys, act)


_WRONG = {
    Fault.CHANGED: "not what was recorded",
    Fault.REMOVED: "missing",
    Fault.MOVED: "recorded under another number",
    Fault.UNPROVED: "cannot be checked, for what stood before is gone",
    Fault.WORDS_CHANGED: "the words are not those that were recorded",
    Fault.WORDS_REMOVED: "the words are missing, and no entry says that they were erased",
    Fault.END_LOST: "not the end that the key folder remembers: entries are gone, or an older copy "
    "was restored (then: `focalpoint audit restored`)",
    Fault.END_UNKNOWN: "the key folder remembers no end, so entries cut off would not show",
    Fault.RESTORED: "lost when an older backup was restored, which was accepted; "
    "the numbers were given anew",
    Fault.SEAL_BROKEN: "not what was sealed: recorded anew, or gone",
    Fault.PAPER_BROKEN: "not what the seal says that was kept elsewhere",
    Fault.SEAL_CHANGED: "not what was written there",
    Fault.SEAL_MISSING: "missing in the key folder: it was taken out, or an older copy of the "
    "folder was put back (then: `focalpoint audit restored`)",
}


def _said(finding: Finding) -> str:
    """`Entries 3 to 5: missing`."""
    one = finding.first == finding.last
    what = ("Seal", "Seals") if finding.fault in OF_SEALS else ("Entry", "Entries")
    where = f"{what[0]} {finding.first}" if one else f"{what[1]} {finding.first} to {finding.last}"
    return f"{where}{_between(finding)}: {_WRONG[finding.fault]}"


def _between(finding: Finding) -> str:
    """`, of after 3 May and up to 5 May 2026`: between which seals something was changed."""
    if finding.until is None:
        return ""
    until = f"up to the seal of {finding.until:%-d %B %Y}"
    if finding.since is None:
        return f", {until}"
    return f", after the seal of {finding.since:%-d %B %Y} and {until}"


async def _verify(settings: Settings, papers: list[Head]) -> list[Finding]:
    _log_warnings(settings)
    await _require_database(settings)
    async with opened(settings, Clock()) as app:
        wrong = await records.verify(app.database, app.keys, papers)
        async with app.database.read() as tx:
            return [*wrong, *await audit.restored(tx)]


# -- inside ----------------------------------------------------------------------------------------


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        _fail("\n".join(error.lines))


def _log_warnings(settings: Settings) -> None:
    """A command at the shell tells its own story; the log tells what went wrong."""
    logs.configure("readable", level="WARNING", secrets=settings.secrets)


def _is_new(settings: Settings) -> bool:
    """Whether there is no database yet; one on a server is there."""
    path = file_of(settings.database_url)
    return path is not None and not path.exists()


async def _require_database(settings: Settings) -> None:
    """A command that only reads is refused where it would make an empty database and praise it."""
    if not _is_new(settings) and await migrate.current(settings.database_url) is not None:
        return
    file = file_of(settings.database_url)
    where = f"at {file}" if file else "on the server"
    setting = "FOCALPOINT_DATA_DIR" if file else "FOCALPOINT_DATABASE_URL"
    raise SettingsError(
        [f"There is no database {where}: is {setting} right? The settings are {read_from()}."]
    )


def _elsewhere(settings: Settings, folder: Path) -> Settings:
    """The same settings with everything that is kept in another folder."""
    places = {"data_dir": folder / "data", "key_dir": folder / "keys", "files_url": None}
    database = f"sqlite+aiosqlite:///{folder / 'data' / 'focalpoint.db'}"
    return settings.model_copy(update={**places, "database_url": database})


def _tools(app: App) -> Tools:
    """What long work finds at hand at the shell."""
    return Tools(
        settings=app.settings,
        database=app.database,
        vault=app.vault,
        texts=app.texts,
        clock=app.clock,
        jobs=processes(app.settings),
    )


def _refusing(act: Any, *arguments: Any) -> Any:
    """Run it; a refusal is printed in words and ends with status 1."""
    try:
        given = act(*arguments)
        return asyncio.run(given) if isinstance(given, Coroutine) else given
    except Refused as refused:
        _fail(Texts.load(("en",)).render(refused.text, "en", mode="bare"))
    except SettingsError as error:
        _fail("\n".join(error.lines))
    except TokenRefused:
        _fail(_settings().require_token().unknown)
    except Unreached:
        _fail("Telegram does not answer; `focalpoint check` says what to mend.")


def _fail(words: str) -> NoReturn:
    err.print(words)
    sys.exit(1)


if __name__ == "__main__":
    main()
