"""Fixtures of the sandbox tests."""

from tests.store.fixtures import (
    chosen_store,
    empty_postgres,
    empty_sqlite,
    migrated_postgres,
    postgres_store,
    sqlite_store,
    store,
    store_settings,
)

__all__ = [
    "chosen_store",
    "empty_postgres",
    "empty_sqlite",
    "migrated_postgres",
    "postgres_store",
    "sqlite_store",
    "store",
    "store_settings",
]
