"""The one database of the process: SQLite (WAL) or, by `DATABASE_URL`, PostgreSQL through psycopg 3; pooled.

open_store(settings)            at the start of a process, before anything else touches the store
with connection(): …            around a request or a task
with transaction(): …           around a change; on SQLite it takes the write lock at once (BEGIN IMMEDIATE)
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from peewee import Database, SqliteDatabase
from playhouse.migrations import Runner
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from backend import clock
from backend.settings import Settings
from backend.store.crypto import vault, vault_from
from backend.store.files import Shelf, shelf
from backend.store.models import database

BUSY_SECONDS = 20
POOL_SIZE = 64
MIGRATIONS = Path(__file__).with_name("migrations")
MIGRATION_LOCK = 0x7A1E47
"""Number of the PostgreSQL advisory lock that one migrating process holds."""


class UnknownDatabase(ValueError):
    """DATABASE_URL names a scheme the store does not speak. `scheme` is that scheme."""

    def __init__(self, scheme: str):
        super().__init__(f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {scheme}")
        self.scheme = scheme


def open_store(settings: Settings) -> Database:
    """Bind the store to the database and keys of `settings` and return the database. May be called again in tests."""
    clock.follow(settings.data_dir / "clock-ahead" if settings.sandbox else None)
    vault.fill(vault_from(settings))
    shelf.fill(Shelf(settings.data_dir / "papers"))
    opened = connect(settings.database_url)
    database.initialize(opened)
    return opened


def connect(url: str) -> Database:
    """Return a pooled database for `sqlite:///path` or `postgresql://…`. Raises UnknownDatabase."""
    scheme = urlsplit(url).scheme
    if scheme not in _OPENERS:
        raise UnknownDatabase(scheme)
    return _OPENERS[scheme](url)


def _sqlite(url: str) -> Database:
    path = Path(unquote(url.removeprefix("sqlite:///")))
    path.parent.mkdir(parents=True, exist_ok=True)
    return PooledSqliteDatabase(
        str(path),
        max_connections=POOL_SIZE,
        timeout=BUSY_SECONDS,
        check_same_thread=False,  # the pool hands a connection from thread to thread, to one at a time
        pragmas={"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": BUSY_SECONDS * 1000, "synchronous": "full"},
        field_types={"MOMENT": "TEXT"},
    )


def _postgresql(url: str) -> Database:
    return PooledPostgresqlDatabase(
        url,
        max_connections=POOL_SIZE,
        timeout=BUSY_SECONDS,
        stale_timeout=600,
        prefer_psycopg3=True,
        field_types={"MOMENT": "TIMESTAMPTZ"},
    )


_OPENERS = {"sqlite": _sqlite, "postgresql": _postgresql, "postgres": _postgresql}


def is_sqlite() -> bool:
    """Tell whether the open store is SQLite."""
    return isinstance(database.obj, SqliteDatabase)


def is_connected() -> bool:
    """Tell whether the store is open and this thread holds a connection to it."""
    return database.obj is not None and not database.is_closed()


@contextmanager
def connection() -> Iterator[None]:
    """Hold one pooled connection; reentrant in a thread."""
    if not database.is_closed():
        yield
        return
    with database.connection_context():
        yield


@contextmanager
def transaction() -> Iterator[None]:
    """Make everything inside one change: all of it or none. Nested use becomes a savepoint.

    SQLite takes its single write lock at the beginning, so that a reader never has to become a writer half-way.
    """
    begin = ("IMMEDIATE",) if is_sqlite() else ()
    with database.atomic(*begin):
        yield


def lock_row(query):
    """Return `query` with the rows locked until the transaction ends; SQLite's write lock holds them already."""
    return query if is_sqlite() else query.for_update()


def migrate(settings: Settings) -> list[str]:
    """Bring the schema up to date and return the names of the migrations applied now.

    Safe when several processes start at once: one migrates, the others wait and then find nothing to do.
    """
    opened = open_store(settings)
    with connection(), _only_one(opened):
        return Runner(opened, str(MIGRATIONS)).up()


def pending() -> list[str]:
    """Return the names of migrations the open store has not seen."""
    with connection():
        return [row.name for row in Runner(database.obj, str(MIGRATIONS)).status() if row.applied is None]


@contextmanager
def _only_one(opened: Database) -> Iterator[None]:
    lock = _file_lock(opened) if isinstance(opened, SqliteDatabase) else _advisory_lock(opened)
    with lock:
        yield


@contextmanager
def _file_lock(opened: Database) -> Iterator[None]:
    with Path(f"{opened.database}.migrating").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _advisory_lock(opened: Database) -> Iterator[None]:
    opened.execute_sql("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
    try:
        yield
    finally:
        opened.execute_sql("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))
