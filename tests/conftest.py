"""What every test may ask for: an empty database of its own, a movable clock, the sample files."""

from __future__ import annotations

import asyncio
import gc
import io
import itertools
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, RowMapping, make_url, select

from bot import logs
from bot.clock import Clock
from bot.keys import KeyRing
from storage import migrate
from storage.database import Database, Transaction
from storage.envelopes import Sealed
from storage.tables import metadata, outbox

SAMPLES = Path(__file__).parents[2] / "shared" / "data"
REQUIRED = os.environ.get("FOCALPOINT_TEST_REQUIRE", "").replace(",", " ").split()
AUDIT_KEY = bytes(range(32))

T = TypeVar("T")

# No test fails on a clock: hypothesis would at 200 ms an example, or where making them is slow.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


# As the bot does: where nobody says how, an exception is drawn with every value in it, for seconds.
logs.configure("readable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each of the workers begin with its share of the slow tests: none begins late and alone.

    What is marked `together` goes to one worker, for it shares what is made once a worker.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [each for each in items if each.get_closest_marker("slow")]
    others = iter([each for each in items if not each.get_closest_marker("slow")])
    groups = [[*each] for _shared, each in itertools.groupby(slow, key=_shared_by)]
    fair = len(items) // workers
    dealt: list[pytest.Item] = []
    for n in range(workers):
        share = [each for group in groups[n::workers] for each in group]
        dealt += [*share, *itertools.islice(others, max(0, fair - len(share)))]
    items[:] = [*dealt, *others]


def _shared_by(item: pytest.Item) -> str:
    """The same for what goes to one worker: tests of one file on one server."""
    if item.get_closest_marker("together") is None:
        return item.nodeid
    server = "postgres" if item.get_closest_marker("postgres") else "sqlite"
    return f"{item.path} on {server}"


def pytest_collection_finish() -> None:
    """Look for what is garbage among what tests make, not among all that was loaded for them.

    And seldom: a statement alone makes hundreds of objects that need no looking for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def missing(what: str, reason: str) -> None:
    """Skip the test, or fail it where FOCALPOINT_TEST_REQUIRE names `what`."""
    if what in REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


class FrozenClock(Clock):
    """A clock that stands still until a test moves it; ticks follow the moves."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self.start = start

    def now(self) -> datetime:
        return self.start + self.ahead

    def ticks(self) -> float:
        return self.ahead.total_seconds()

    def move(self, **by: float) -> datetime:
        """Go on (`hours=3`) and say what time it is now."""
        self.ahead += timedelta(**by)
        return self.now()


@pytest.fixture
def clock() -> FrozenClock:
    """Standing still on Monday 4 May 2026, 09:00 UTC."""
    return FrozenClock(datetime(2026, 5, 4, 9, 0, tzinfo=UTC))


@pytest.fixture
def sample_data() -> Path:
    """The folder of real files to try, which is no part of the project."""
    if not SAMPLES.is_dir():
        missing("samples", "no sample files in ../shared/data")
    return SAMPLES


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What is logged from now on, a JSON object a line; the test may configure it anew."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    logs.configure("json", level="DEBUG", stream=written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures that tests took with `record_property("what", value)`."""
    reports = [
        report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)
    ]
    figures = [figure for report in reports for figure in getattr(report, "user_properties", ())]
    if figures:
        terminalreporter.section("figures")
        for what, value in figures:
            terminalreporter.write_line(f"{what}: {value}")


# -- Databases -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema; copy it, never open it."""
    path = tmp_path_factory.mktemp("template") / "focalpoint.db"
    asyncio.run(migrate.upgrade(sqlite_url(path)))
    return path


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> URL:
    """The address of an empty SQLite database of this test's own."""
    path = tmp_path / "focalpoint.db"
    shutil.copyfile(migrated_sqlite, path)
    return sqlite_url(path)


def sqlite_url(path: Path) -> URL:
    return URL.create("sqlite+aiosqlite", database=str(path))


# Whatever a test could change in a database but rows: columns, what they must hold, the revision.
SCHEMA = """
    SELECT md5(string_agg(each, ',' ORDER BY each)) FROM (
        SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) AS each
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname) FROM pg_trigger
        UNION ALL SELECT version_num FROM alembic_version
    ) AS everything
"""
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FROM_ONE = "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences"
GROWN = 50 * 1024 * 1024  # bytes; of an empty one 9 million: removed rows slow down who comes next


class PostgresServer:
    """A server on which every test has an empty database of its own.

    Dropping a database makes the server write everything out, which takes longer than most tests:
    so it is emptied for the next test, unless its schema has changed. Who empties it stays
    connected, beside the loops of the tests: a server learns the tables anew for each connection.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._names = (f"focalpoint_{os.getpid()}_{n}" for n in itertools.count())
        self._template: str | None = None
        self._schema = ""
        self._empty: list[str] = []
        self._connections: dict[str | None, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[URL]:
        """A database without tables."""
        name = await self._beside(self._create())
        try:
            yield self.url.set(database=name)
        finally:
            await self._beside(self._drop(name))

    @asynccontextmanager
    async def migrated(self) -> AsyncIterator[URL]:
        """A database of the newest schema."""
        name = await self._beside(self._take())
        try:
            yield self.url.set(database=name)
        finally:
            await self._beside(self._give_back(name))

    def close(self) -> None:
        """Drop whatever there is."""
        asyncio.run(self._beside(self._drop_all()))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _beside(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the loop of the connections that stay."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _take(self) -> str:
        if self._template is None:
            self._template = await self._create()
            await migrate.upgrade(self.url.set(database=self._template))
            template = await self._connection(self._template)
            self._schema = await template.fetchval(SCHEMA)
            await self._disconnect(self._template)  # who copies it must find it alone
        return self._empty.pop() if self._empty else await self._copy(self._template)

    async def _give_back(self, name: str) -> None:
        if await self._is_as_new(name):
            self._empty.append(name)
        else:
            await self._drop(name)

    async def _is_as_new(self, name: str) -> bool:
        """Empty the database; False where that would not make it what a new one is."""
        connection = await self._connection(name)
        await connection.execute(ALONE)
        if await connection.fetchval(SCHEMA) != self._schema:
            return False
        if await connection.fetchval("SELECT pg_database_size($1)", name) > GROWN:
            return False
        emptying = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
        await connection.execute(";".join([*emptying, FROM_ONE]))
        return True

    async def _copy(self, template: str) -> str:
        name = await self._create(template)
        # No commit waits for the disk: the bots of the tests are killed, the server never is.
        await self._run(f"ALTER DATABASE {name} SET synchronous_commit = off")
        return name

    async def _create(self, like: str = "template1") -> str:
        name = next(self._names)
        await self._run(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    async def _drop(self, name: str) -> None:
        await self._disconnect(name)
        await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _drop_all(self) -> None:
        for name in self._empty:
            await self._drop(name)
        if self._template is not None:
            await self._drop(self._template)
        for connected in list(self._connections):
            await self._disconnect(connected)

    async def _run(self, statement: str) -> None:
        connection = await self._connection(self.url.database)
        await connection.execute(statement)

    async def _connection(self, name: str | None) -> Any:
        """The connection to that database, which stays."""
        if name not in self._connections:
            url = self.url.set(drivername="postgresql", database=name)
            address = url.render_as_string(hide_password=False)
            self._connections[name] = await asyncpg.connect(address)
        return self._connections[name]

    async def _disconnect(self, name: str | None) -> None:
        if (connection := self._connections.pop(name, None)) is not None:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server that FOCALPOINT_TEST_POSTGRES names, such as
    `postgresql+asyncpg://postgres@127.0.0.1:5432/test`."""
    address = os.environ.get("FOCALPOINT_TEST_POSTGRES")
    if not address:
        missing("postgres", "FOCALPOINT_TEST_POSTGRES names no server")
    server = PostgresServer(make_url(str(address)))
    yield server
    server.close()


@pytest.fixture
async def postgres(postgres_server: PostgresServer) -> AsyncIterator[URL]:
    """The address of an empty PostgreSQL database of this test's own."""
    async with postgres_server.migrated() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> URL:
    """The address of an empty database of the newest schema, on either kind of server."""
    url: URL = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def open_database(database_url: URL, tmp_path: Path) -> AsyncIterator[Callable[[], Database]]:
    """Opens the test's database, as often as asked: each as another process would."""
    ring = KeyRing(tmp_path / "ring")
    async with AsyncExitStack() as at_the_end:

        def open_it() -> Database:
            database = Database(database_url, audit_key=AUDIT_KEY, ring=ring)
            at_the_end.push_async_callback(database.close)
            return database

        yield open_it


@pytest.fixture
def database(open_database: Callable[[], Database]) -> Database:
    """An empty database of the newest schema, on either kind of server."""
    return open_database()


class _UndoneError(Exception):
    """Ends a transaction that a test wants rolled back."""


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Transaction]:
    """A transaction whose effects are seen inside the block and rolled back at its end."""
    with suppress(_UndoneError):
        async with database.write() as tx:
            yield tx
            raise _UndoneError


async def said_since(tx: Transaction, row_id: int) -> list[Any]:
    """The screens of messages that were planned after that row, out of their envelopes, too."""
    rows = await tx.rows(select(outbox).where(outbox.c.id > row_id).order_by(outbox.c.id))
    return [_screen(tx, row) for row in rows]


def _screen(tx: Transaction, row: RowMapping) -> Any:
    if row["envelope"] is None:
        return row["screen"]
    sealed = Sealed(row["sealed_with"], row["envelope"])
    plain = tx.envelopes.open(sealed, context=f"outbox:{row['bot_id']}")
    assert plain is not None
    return json.loads(plain)["screen"]
