"""The test city and everybody who works there, for tests of every folder."""

import shutil
from pathlib import Path

import pytest

from backend.policy.loader import PACKS, load_packs
from backend.workflow import rulebook
from tests.workflow.office import Office, Talent


def written(root: Path, file: str = "", old: str = "", new: str = "") -> Path:
    """Write the pack of the test city beside the real vocabulary, with one thing in one file written otherwise."""
    shutil.copytree(Path(__file__).parent / "packs" / "testcity", root / "testcity")
    shutil.copy(PACKS / "facts.yml", root / "facts.yml")
    if file:
        changed = root / "testcity" / file
        assert old in changed.read_text()
        changed.write_text(changed.read_text().replace(old, new))
    return root


@pytest.fixture(scope="session")
def test_packs(tmp_path_factory):
    """The pack of the test city beside the real vocabulary."""
    return load_packs(written(tmp_path_factory.mktemp("packs")))


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
