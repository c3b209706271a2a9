"""Starting, breaking and stopping the whole platform."""

import json
import os
import signal
import subprocess
import sys

import pytest

from backend.run import leftovers
from backend.run.paths import ROOT
from backend.settings import Settings

pytestmark = [pytest.mark.stack, pytest.mark.rasa]

PROCESSES = ("redis", "sandbox", "actions", "rasa", "worker", "web")


def second_start(stack, **environment):
    """Start a second copy and return what it said before it gave up."""
    command = [sys.executable, "-P", "-m", "backend.cli", "run"]
    env = {**stack.environment, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_everything_answers_when_the_start_command_says_so(stack):
    assert stack.not_ready() == []
    assert all(stack.pid(name) for name in PROCESSES)


def test_the_addresses_and_the_accounts_are_shown(stack):
    shown = stack.console()
    assert stack.url in shown
    assert stack.sandbox_url in shown
    assert all(account["password"] in shown for account in stack.accounts().values())


def test_the_pages_that_are_shown_open(stack):
    assert stack.status("/") == 200
    assert stack.status("/h5/") == 200
    assert stack.status("/console/login") == 200


def test_logs_are_json_lines_and_hold_no_secret(stack):
    settings = Settings.from_environment({"DATA_DIR": str(stack.data_dir), "PORT": str(stack.port)})
    secrets = [line.partition("=")[2] for line in (stack.data_dir / "secrets.env").read_text().splitlines()]
    secrets += [account["password"] for account in stack.accounts().values()]
    secrets += [settings.mini_program.secret]
    for path in (stack.data_dir / "logs").glob("*.log"):
        if path.name in ("train.log",):
            continue
        text = path.read_text(encoding="utf-8")
        assert [json.loads(line) for line in text.splitlines()]
        assert [secret for secret in secrets if secret in text] == [], path.name


def test_no_secret_stands_on_a_command_line(stack):
    lines = [line.partition("=")[2] for line in (stack.data_dir / "secrets.env").read_text().splitlines()]
    commands = [
        (leftovers.PROC / str(pid) / "cmdline").read_text()
        for pid in leftovers.marked("TALENT_SUPERVISED", str(stack.data_dir))
    ]
    assert commands
    assert [secret for secret in lines for command in commands if secret in command] == []


def test_rasa_is_given_no_key_and_no_database(stack):
    environment = (leftovers.PROC / str(stack.pid("rasa")) / "environ").read_bytes().split(b"\0")
    names = {entry.partition(b"=")[0].decode() for entry in environment}
    assert not names & {
        "DATABASE_URL",
        "TALENT_MASTER_KEYS",
        "TALENT_LOOKUP_KEY",
        "TALENT_SESSION_KEY",
        "WECHAT_SECRET",
    }


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_comes_back_and_all_is_ready_again(stack, name):
    stack.kill(name)
    stack.wait_until_ready()


@pytest.mark.parametrize("name", ["actions", "rasa", "redis"])
def test_what_is_down_is_named_and_the_web_process_lives_on(stack, name):
    stack.hold(name)
    try:
        assert name in stack.not_ready()
        assert stack.status("/readyz") == 503
        assert stack.status("/healthz") == 200
    finally:
        stack.release(name)


def test_a_second_copy_on_the_same_data_is_refused(stack):
    done = second_start(stack)
    assert done.returncode == 1
    assert "DATA_DIR" in done.stdout


def test_a_second_copy_on_the_same_ports_is_refused_and_starts_nothing(stack, tmp_path):
    done = second_start(stack, DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert f"端口 {stack.port + 4}（Redis）" in done.stdout
    assert "PORT=" in done.stdout
    assert list(leftovers.marked("TALENT_SUPERVISED", str(tmp_path))) == []


def test_after_the_start_command_is_killed_the_next_start_is_clean_and_trains_nothing(stack):
    os.kill(stack.pid("rasa"), signal.SIGSTOP)  # one that cannot stop by itself
    stack.kill_supervisor()
    said_before = len(stack.console())
    stack.start()
    said = stack.console()[said_before:]
    assert "清理了上次没有正常停止的" in said
    assert "训练" not in said
    assert stack.not_ready() == []


def test_stopping_leaves_no_process_and_none_has_to_be_forced(stack):
    stack.stop()
    try:
        assert "强制结束" not in stack.console()
        assert list(leftovers.marked("TALENT_SUPERVISED", str(stack.data_dir))) == []
        assert "已全部停止" in stack.console()
    finally:
        stack.start()
