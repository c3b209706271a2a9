"""The import contracts hold, and would notice if they did not."""

import shutil
import subprocess
import sys

import pytest

from backend.run import contracts
from backend.run.paths import ROOT


@pytest.fixture
def small_project(tmp_path):
    """A project with a few empty modules of ours and the real contracts."""
    modules = ("backend/policy", "backend/store", "backend/run", "backend/wechat", "bot/components", "miniprogram_api")
    for module in modules:
        (tmp_path / module).mkdir(parents=True)
    for folder in ("backend", "bot", *modules):
        (tmp_path / folder / "__init__.py").touch()
    for name in ("backend/run/contracts.py", "backend/run/paths.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def check(project):
    """Run the check in a project as `./talent lint` does."""
    command = [sys.executable, "-m", "backend.run.contracts"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env={})


def test_our_own_modules_keep_the_contracts():
    done = check(ROOT)
    assert done.returncode == 0, done.stdout


def test_modules_that_are_yet_to_come_are_named_and_do_not_fail_the_check(small_project):
    done = check(small_project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "backend.reminders" in done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("backend/policy/benefit.py", "import flask"),
        ("backend/policy/benefit.py", "from backend.store import facts"),
        ("backend/store/facts.py", "from backend import wechat"),
        ("backend/reminders.py", "import peewee"),
        ("backend/store/facts.py", "import wechatpy"),
        ("backend/wechat/gateway.py", "from backend.store import facts"),
        ("bot/components/words.py", "from backend.policy import benefit"),
        ("miniprogram_api/app.py", "import bot.components"),
    ],
)
def test_a_forbidden_import_is_found(small_project, module, line):
    for name in ("backend/store/facts.py", "backend/policy/benefit.py"):
        (small_project / name).touch()
    (small_project / module).write_text(f"{line}\n")
    done = check(small_project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_an_indirect_import_is_found(small_project):
    (small_project / "backend/policy/benefit.py").write_text("from backend import middle\n")
    (small_project / "backend/middle.py").write_text("import flask\n")
    assert check(small_project).returncode == 1


def test_every_contract_names_modules_on_both_sides():
    for contract in contracts.contracts()["contracts"]:
        assert contract["source_modules"], contract["id"]
        assert contract["forbidden_modules"], contract["id"]
