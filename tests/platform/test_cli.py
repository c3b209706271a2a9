"""Every command and every measurement leads to something that is there."""

import importlib.util
import subprocess
import sys

import pytest

from backend.cli import COMMANDS, load
from backend.run.paths import ROOT
from benchmarks.cli import BENCHES


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_leads_to_a_function(name):
    assert callable(load(COMMANDS[name].target))


@pytest.mark.parametrize("name", BENCHES)
def test_every_measurement_leads_to_a_module(name):
    assert importlib.util.find_spec(BENCHES[name].module)


def test_help_is_quick_because_nothing_is_imported_before_it_is_needed():
    code = "import sys, backend.cli; print(sorted({'flask', 'peewee', 'yaml', 'redis'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_wrong_setting_is_one_chinese_sentence(tmp_path):
    env = {"PORT": "web", "DATA_DIR": str(tmp_path), "PATH": "/usr/bin"}
    command = [sys.executable, "-m", "backend.cli", "migrate"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert done.stderr == "PORT 要是 1 到 65531 之间的整数，现在是 web。\n"
