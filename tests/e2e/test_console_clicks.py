"""Items of three cities from submission to their end, every desk by real clicks in Chromium (all ten: clicking.py)."""

import pytest

from backend import clock
from backend.workflow import rulebook
from tests.e2e.clicking import ITEMS, Desks
from tests.store.fixtures import empty_sqlite, sqlite_store, store_settings

__all__ = ["empty_sqlite", "sqlite_store", "store_settings"]

pytestmark = pytest.mark.browser
SHOWN = (ITEMS[0], ITEMS[6], ITEMS[9])


@pytest.fixture(autouse=True)
def _own_time():
    rulebook.shelf.use(None)
    yield
    clock.follow(None)


@pytest.mark.parametrize(("city", "item"), SHOWN)
def test_the_desks_bring_a_case_to_its_end_by_clicks(browser, sqlite_store, city, item):
    desks = Desks(browser, sqlite_store, city)
    try:
        case = desks.to_the_end(item)
    finally:
        desks.close()
    assert case.state == "granted"
