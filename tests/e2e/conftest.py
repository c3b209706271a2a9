"""The whole platform, started once for all end-to-end tests."""

import pytest

from tests.e2e.handheld import Handheld
from tests.e2e.stack import Stack


@pytest.fixture(scope="session")
def stack(request, tmp_path_factory):
    """The platform in sandbox mode with its embedded Redis, on the database that `--database` names."""
    database = {}
    if request.config.getoption("--database") == "postgres":
        server = request.getfixturevalue("postgres_server")
        server.psql("CREATE DATABASE stack")
        database["DATABASE_URL"] = server.url("stack")
    platform = Stack(tmp_path_factory.mktemp("stack"), **database)
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()


@pytest.fixture
def handheld(browser, stack):
    """A telephone in somebody's hand; nothing that must not happen has happened when it is put away."""
    handheld = Handheld(browser, stack)
    yield handheld
    handheld.close()
    assert handheld.troubles == []
