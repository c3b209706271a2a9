"""Fixtures for the whole suite: servers that are started once, and only when a test asks for them."""

from itertools import count

import pytest

from tests import servers

pytest_plugins = ("tests.store.fixtures", "tests.wechat.fixtures", "tests.workflow.fixtures")


def pytest_addoption(parser):
    """Add `--require-servers` (a missing Rasa, PostgreSQL or Chromium fails the tests that need it) and `--database`.

    The store and the work on it are tested on both databases always; the interface, the console in the browser and the
    whole platform on the one that `--database` names.
    """
    parser.addoption("--require-servers", action="store_true", help="fail, not skip, where a server is missing")
    parser.addoption("--database", choices=("sqlite", "postgres"), default="sqlite", help="under the whole application")


def pytest_configure(config):
    """Tell the servers whether they may be missing."""
    servers.required = config.getoption("--require-servers")


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server for the session; skips where none can be had."""
    server = servers.postgres_server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _database_numbers():
    return count(1)


@pytest.fixture
def postgres_url(postgres_server, _database_numbers):
    """The address of an empty PostgreSQL database."""
    name = f"test_{next(_database_numbers)}"
    postgres_server.psql(f"CREATE DATABASE {name}")
    return postgres_server.url(name)


@pytest.fixture(scope="session")
def browser():
    """A real Chromium, driven by Playwright; skips where there is none."""
    program = servers.browser_program()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(servers.BROWSER_ARGUMENTS))
        yield chromium
        chromium.close()
