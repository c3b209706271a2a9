"""The official texts, where the operator keeps them: they are content, not part of the project.

`POLICY_SOURCES` names their folder; without it the folder `shared/policy_sources` beside the checkout is tried.
"""

import os
from pathlib import Path

import pytest

from backend.policy.extract import text_of
from backend.policy.sources import Parsed, parse

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "policy_sources"


def folder() -> Path:
    """The folder of the official texts; skips the test where there is none."""
    path = Path(os.environ.get("POLICY_SOURCES") or BESIDE)
    if not any(path.glob("*.txt")):
        pytest.skip("the official texts are not at hand (POLICY_SOURCES)")
    return path


def parsed(name: str) -> Parsed:
    """One official file, taken apart."""
    return parse(text_of(folder() / f"{name}.txt"), name)
