"""Fixtures of the interface tests: the whole web application over an empty store."""

from dataclasses import replace

import pytest

from backend.workflow import rulebook
from miniprogram_api.app import create_app
from tests.miniprogram_api.world import Gateways, Phone
from tests.workflow.office import Office


@pytest.fixture
def app(chosen_store, test_packs):
    """The web application; neither Redis nor Rasa behind it."""
    rulebook.shelf.use(test_packs)
    settings = replace(chosen_store, redis_url="redis://127.0.0.1:1/0", rasa_url="http://127.0.0.1:1")
    yield create_app(settings, gateways=Gateways())
    rulebook.shelf.use(None)


@pytest.fixture
def visitor(app):
    """A phone whose owner is not signed in."""
    return Phone(app.test_client())


@pytest.fixture
def sign_in(app):
    """Signs people in by name."""

    def sign_in(name: str = "王小明") -> Phone:
        client = app.test_client()
        token = Phone(client).ask("POST", "/session", {"code": name})["token"]
        return Phone(client, token)

    return sign_in


@pytest.fixture
def me(sign_in):
    """A signed-in person who has agreed to the processing of personal data."""
    return sign_in().agree()


@pytest.fixture
def office(app):
    """Everybody who works on the cases of the test city."""
    return Office()
