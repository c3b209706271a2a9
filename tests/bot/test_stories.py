"""Rasa itself predicts, in every conversation of tests/bot/stories, the actions that are written there."""

import subprocess

from backend.run.model import CONFIG, DOMAIN, rasa_environment
from backend.run.paths import RASA_PYTHON, ROOT
from tests import servers

RULES = "bot/data"
STORIES = "tests/bot/stories"
PATIENCE = 300


def rasa(tmp_path, *arguments):
    """Run a Rasa command; returns what it printed. Fails when the command does."""
    env = rasa_environment(RASA_CACHE_DIRECTORY=str(tmp_path / "cache"))
    argv = [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", *arguments]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def test_every_conversation_takes_the_way_that_is_written(tmp_path):
    if not RASA_PYTHON.exists():
        servers.lacking("no Rasa environment")
    trained = ("--out", str(tmp_path), "--fixed-model-name", "dialogue")
    rasa(tmp_path, "train", "core", "-s", RULES, "-c", CONFIG, "-d", DOMAIN, *trained)
    model, results = str(tmp_path / "dialogue.tar.gz"), str(tmp_path / "results")
    checks = ("-s", STORIES, "-m", model, "--out", results, "--fail-on-prediction-errors", "--no-plot")
    rasa(tmp_path, "test", "core", *checks)
    assert "None of the test stories failed" in (tmp_path / "results/failed_test_stories.yml").read_text(
        encoding="utf-8"
    )
