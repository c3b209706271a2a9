"""The test city and everybody who works there, for tests of every folder."""

import shutil
from pathlib import Path

import pytest

from backend.policy.loader import PACKS, load_packs
from backend.workflow import rulebook
from tests.workflow.office import Office, Talent


@pytest.fixture(scope="session")
def test_packs(tmp_path_factory):
    """The pack of the test city beside the real vocabulary."""
    root = tmp_path_factory.mktemp("packs")
    shutil.copytree(Path(__file__).parent / "packs" / "testcity", root / "testcity")
    shutil.copy(PACKS / "facts.yml", root / "facts.yml")
    return load_packs(root)


@pytest.fixture
def office(store, test_packs):
    """The office of the test city over an empty store, on either database."""
    rulebook.shelf.use(test_packs)
    yield Office()
    rulebook.shelf.use(None)


@pytest.fixture
def talent(office):
    """A talent who fulfils everything."""
    return Talent()
