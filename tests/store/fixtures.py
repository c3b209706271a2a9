"""An empty, migrated store for one test: on SQLite, and on PostgreSQL too where a server can be had."""

import shutil
from base64 import b64encode
from dataclasses import replace
from secrets import token_hex

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from backend.settings import Settings
from backend.store import database
from backend.store.models import TABLES
from backend.store.models_messaging import TABLES as MESSAGING

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMyYnl0ZXM="
ENVIRONMENT = {
    "TALENT_MASTER_KEYS": f"k1:{b64encode(b'1' * 32).decode()},k2:{b64encode(b'2' * 32).decode()}",
    "TALENT_LOOKUP_KEY": SECRET,
    "TALENT_SESSION_KEY": SECRET,
    "TALENT_ACTION_TOKEN": "action-token",
}

HANG_UP = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def store_settings(tmp_path) -> Settings:
    """Settings of a sandbox whose data lies in the test's own folder."""
    return Settings.from_environment(ENVIRONMENT | {"DATA_DIR": str(tmp_path)})


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory):
    """A migrated SQLite file to copy, so that not every test runs the migrations."""
    settings = Settings.from_environment(ENVIRONMENT | {"DATA_DIR": str(tmp_path_factory.mktemp("empty"))})
    database.migrate(settings)
    with database.connection():
        database.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.database.close_all()
    return settings.data_dir / "talent.db"


@pytest.fixture
def sqlite_store(store_settings, empty_sqlite):
    """The store open on an empty SQLite database."""
    shutil.copy(empty_sqlite, store_settings.data_dir / "talent.db")
    yield from _opened(store_settings)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server, tmp_path_factory) -> str:
    """The address of a migrated database; one for all tests, for to copy it costs a thousand files each time."""
    name = f"store_{token_hex(4)}"
    postgres_server.psql(f"CREATE DATABASE {name}")
    folder, url = str(tmp_path_factory.mktemp("pg")), postgres_server.url(name)
    database.migrate(Settings.from_environment(ENVIRONMENT | {"DATA_DIR": folder, "DATABASE_URL": url}))
    database.database.close_all()
    return url


@pytest.fixture
def empty_postgres(migrated_postgres) -> str:
    """The address of that database without a row, and without whoever an earlier test left connected."""
    with psycopg.connect(migrated_postgres, autocommit=True) as connection:
        connection.execute(HANG_UP)
        connection.execute("SET session_replication_role = replica")  # the order of the tables does not matter
        for model in (*TABLES, *MESSAGING):
            connection.execute(SQL("DELETE FROM {}").format(Identifier(model._meta.table_name)))
    return migrated_postgres


@pytest.fixture
def postgres_store(store_settings, empty_postgres):
    """The store open on an empty PostgreSQL database."""
    yield from _opened(replace(store_settings, database_url=empty_postgres))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request):
    """The store open on an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture
def chosen_store(request):
    """The store open on an empty database of the kind that `--database` names."""
    return request.getfixturevalue(f"{request.config.getoption('--database')}_store")


def _opened(settings):
    opened = database.open_store(settings)
    opened.connect()
    yield settings
    opened.close()
    opened.close_all()
