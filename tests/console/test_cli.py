"""Accounts from the command line, in a data folder that nothing has been started on yet."""

import re

import pytest

from backend.console import cli
from backend.store import database
from tests.store.fixtures import ENVIRONMENT


@pytest.fixture(autouse=True)
def _fresh_installation(tmp_path, monkeypatch):
    for name, value in {**ENVIRONMENT, "DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield
    database.database.close_all()


def test_the_first_account_can_be_made_before_the_first_start(capsys):
    assert cli.main(["add", "wang", "王芳", "admin"]) == 0
    assert re.search(r"一次性密码：(\w{4}-){3}\w{4}", capsys.readouterr().out)
    assert cli.main(["list"]) == 0
    assert "王芳" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        (["--city", "anyan"], "anyang"),
        (["--agency", "x"], "--city"),
        (["--city", "anyang", "--window", "nowhere"], "没有叫“nowhere”的窗口"),
        (["--city", "anyang", "--place", "龙岸区"], "龙安区"),
    ],
)
def test_a_place_nobody_knows_is_refused_with_those_there_are(scope, named, capsys):
    assert cli.main(["add", "wang", "王芳", "window_clerk", *scope]) == 2
    assert named in capsys.readouterr().err
