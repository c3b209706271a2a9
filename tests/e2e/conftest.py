"""The whole platform, started once for all end-to-end tests."""

import pytest

from tests.e2e.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory):
    """The platform in sandbox mode on SQLite and the embedded Redis."""
    yield from running(Stack(tmp_path_factory.mktemp("stack")))


@pytest.fixture(scope="session")
def stack_on_postgres(tmp_path_factory, postgres_server):
    """The platform in sandbox mode on PostgreSQL."""
    postgres_server.psql("CREATE DATABASE stack")
    yield from running(Stack(tmp_path_factory.mktemp("stack-pg"), DATABASE_URL=postgres_server.url("stack")))


def running(platform):
    """Yield the platform while it runs."""
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
