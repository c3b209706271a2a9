"""A small pack of our own, so that the engine's tests do not move with a city's rules."""

import shutil
from pathlib import Path

import pytest

from backend.policy.loader import PACKS, load_packs

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def pack_folder(tmp_path_factory):
    """A copy of the small pack beside the real vocabulary; a test may change it."""
    root = tmp_path_factory.mktemp("packs")
    shutil.copytree(HERE / "packs" / "testcity", root / "testcity")
    shutil.copy(PACKS / "facts.yml", root / "facts.yml")
    return root


@pytest.fixture(scope="session")
def small(pack_folder):
    """The small pack, loaded."""
    return load_packs(pack_folder)["testcity"]


@pytest.fixture(scope="session")
def packs():
    """The real packs, loaded once."""
    return load_packs()
