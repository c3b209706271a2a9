"""Fixtures of the job tests: an empty store on both databases, Redis, the sandbox platform."""

from dataclasses import replace

import pytest

from tests.jobs.post import Post
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
from tests.wechat.fixtures import gateway, gateways, platform, redis, redis_server

__all__ = [
    "chosen_store",
    "empty_postgres",
    "empty_sqlite",
    "gateway",
    "gateways",
    "migrated_postgres",
    "platform",
    "postgres_store",
    "redis",
    "redis_server",
    "sqlite_store",
    "store",
    "store_settings",
]


@pytest.fixture
def settings(store, redis_server):
    """Settings of an installation with an open, empty store and the test's Redis."""
    return replace(store, redis_url=redis_server.url, embedded_redis=False)


@pytest.fixture
def post(settings, redis):
    """People, messages and a courier over an empty store, with senders that do as they are told."""
    return Post(settings, redis)
