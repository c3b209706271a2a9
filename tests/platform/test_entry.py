"""`./talent` stands on the standard library, finds its interpreters, and knows the commands that the backend has."""

import ast
import fcntl
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.cli import COMMANDS

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "talent"


@pytest.fixture
def entry():
    """The entry loaded as a module."""
    loader = importlib.machinery.SourceFileLoader("talent_entry", str(ENTRY))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("talent_entry", loader))
    loader.exec_module(module)
    return module


def talent(*arguments, **environment):
    """Run the entry as a person does."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
    return subprocess.run(
        [sys.executable, str(ENTRY), *arguments], capture_output=True, text=True, env=env, check=False
    )


def test_the_entry_is_executable():
    assert os.access(ENTRY, os.X_OK)


def test_the_entry_can_be_read_by_python_3_9():
    ast.parse(ENTRY.read_text(), feature_version=(3, 9))


def test_the_entry_imports_the_standard_library_only():
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(ENTRY.read_text()))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported <= sys.stdlib_module_names


def test_a_bare_call_lists_every_command():
    done = talent()
    assert done.returncode == 0
    assert not [name for name in COMMANDS if f"./talent {name} " not in done.stdout]


def test_an_unknown_command_is_refused_with_the_nearest_one():
    done = talent("tset")
    assert done.returncode == 2
    assert "./talent test" in done.stderr


def test_chinese_comes_out_whole_in_a_plain_locale():
    assert "人才服务平台" in talent(LC_ALL="C", PYTHONIOENCODING="latin-1").stdout


def test_every_command_is_either_the_entrys_own_or_the_backends(entry):
    assert {command.name for command in entry.COMMANDS} == set(COMMANDS) | set(entry.OWN_COMMANDS)


def test_every_command_asks_only_for_locks_that_exist(entry):
    for lock in entry.LOCKS:
        assert (ROOT / lock.path).is_file()
        assert (ROOT / lock.source).is_file()


def program(path, text):
    """Write a program that prints a text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(entry, tmp_path, monkeypatch):
    """A machine with no Python but the ones a test puts there."""
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/bin:/usr/sbin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(entry.shutil, "which", lambda name: next(map(str, (tmp_path / "path").glob(name)), None))
    monkeypatch.setattr(entry.sys, "executable", program(tmp_path / "own", "3.6"))
    return tmp_path


def test_an_interpreter_on_the_path_is_found(entry, machine):
    found = program(machine / "path/python3.10", "3.10")
    assert list(entry.interpreters(("3.10",))) == [found]


def test_a_pyenv_shim_that_does_not_work_is_passed_over(entry, machine):
    shim = Path(program(machine / "path/python3.10", "3.10"))
    shim.write_text("#!/bin/sh\nexit 127\n")
    found = program(machine / "pyenv/versions/3.10.13/bin/python3.10", "3.10")
    assert list(entry.interpreters(("3.10",))) == [found]


def test_of_several_pyenv_versions_the_newest_patch_comes_first(entry, machine):
    for patch in (2, 13, 9):
        program(machine / f"pyenv/versions/3.10.{patch}/bin/python3.10", "3.10")
    assert "3.10.13" in next(entry.interpreters(("3.10",)))


def test_a_python_of_another_version_than_its_name_says_is_passed_over(entry, machine):
    program(machine / "path/python3", "3.8")
    assert list(entry.interpreters(("3.10",))) == []


def test_versions_are_tried_in_the_order_given(entry, machine):
    program(machine / "path/python3.11", "3.11")
    newer = program(machine / "uv/cpython-3.12.1-linux/bin/python3.12", "3.12")
    assert next(entry.interpreters(("3.12", "3.11"))) == newer


def test_without_any_interpreter_the_one_to_install_is_named(entry, machine, monkeypatch):
    def no_download(title, command):
        raise entry.Missing("no network")

    monkeypatch.setattr(entry, "step", no_download)
    with pytest.raises(entry.Missing, match=r"请安装 Python 3\.10"):
        entry.make("uv", entry.RASA, machine / "rasa")


@pytest.fixture
def home(entry, tmp_path, monkeypatch):
    """An entry whose environments are in a folder of the test; returns the steps it takes."""
    steps = []
    monkeypatch.setattr(entry, "HOME", tmp_path)
    monkeypatch.setattr(entry, "find_uv", lambda: "uv")
    monkeypatch.setattr(entry, "make", lambda uv, environment, folder: program(folder / "bin/python", "3.12"))
    monkeypatch.setattr(entry, "step", lambda title, command: steps.append(command))
    return steps


def test_an_environment_is_installed_once_per_content_of_its_lock(entry, home):
    entry.provide(entry.APP_LOCK)
    entry.provide(entry.APP_LOCK)
    assert len(home) == 1
    entry.provide(entry.DEV_LOCK)
    entry.provide(entry.APP_LOCK)
    assert len(home) == 2


def test_a_changed_lock_is_installed_again(entry, home, tmp_path):
    entry.provide(entry.APP_LOCK)
    entry.write_state(entry.APP, {entry.APP_LOCK.path: "an older one"})
    entry.provide(entry.APP_LOCK)
    assert len(home) == 2


def test_an_environment_whose_making_was_cut_off_is_made_anew(entry, home, tmp_path, monkeypatch):
    def cut_off(title, command):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(entry, "step", cut_off)
        entry.provide(entry.APP_LOCK)
    made = []
    monkeypatch.setattr(entry, "make", lambda uv, environment, folder: made.append(folder))
    entry.provide(entry.APP_LOCK)
    assert made == [tmp_path / "app"]


def test_two_entries_do_not_change_the_environments_at_once(entry, home, tmp_path):
    with entry.locked(), (tmp_path / "lock").open("w") as second, pytest.raises(BlockingIOError):
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
