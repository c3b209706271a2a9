"""Fixtures of the store tests."""

from tests.store.fixtures import (
    empty_postgres,
    empty_sqlite,
    migrated_postgres,
    postgres_store,
    sqlite_store,
    store,
    store_settings,
)

__all__ = [
    "empty_postgres",
    "empty_sqlite",
    "migrated_postgres",
    "postgres_store",
    "sqlite_store",
    "store",
    "store_settings",
]
