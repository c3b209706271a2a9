"""Fixtures of the console's tests: an office of the test city, the console over it, a browser session for anybody."""

import pytest

from backend import clock
from backend.console import payments_pages, queue
from backend.workflow import insight, rulebook
from tests.console.site import console_app
from tests.console.visitor import Visitor
from tests.workflow.office import Office, Talent


@pytest.fixture(autouse=True)
def _own_time():
    """The clock of a test is its own; figures counted in one test are not those of another."""
    insight.kept.clear()
    payments_pages.paid_sums.clear()
    queue.counted_beside.clear()
    yield
    clock.follow(None)


@pytest.fixture
def office(sqlite_store, test_packs):
    """The office of the test city over an empty SQLite store."""
    rulebook.shelf.use(test_packs)
    yield Office()
    rulebook.shelf.use(None)


@pytest.fixture
def talent(office):
    """A talent who fulfils everything."""
    return Talent(clock.now())


@pytest.fixture
def app(sqlite_store):
    """The console as an application."""
    return console_app(sqlite_store)


@pytest.fixture
def visit(app):
    """Make a session for an account: `visit(office.clerk).get("/console/")`."""
    return lambda staff: Visitor(app, staff)
