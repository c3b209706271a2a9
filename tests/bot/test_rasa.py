"""Rasa itself finds nothing wrong with domain, rules, stories and sentences."""

import subprocess

from backend.run.model import CONFIG, DOMAIN, TRAINING, rasa_environment
from backend.run.paths import RASA_PYTHON, ROOT
from tests import servers

PATIENCE = 300


def test_rasa_finds_rules_stories_and_sentences_in_good_order(tmp_path):
    if not RASA_PYTHON.exists():
        servers.lacking("no Rasa environment")
    argv = [RASA_PYTHON, "-W", "ignore", "-m", "rasa", "data", "validate", "--config", CONFIG, "--domain", DOMAIN]
    done = subprocess.run(
        [*map(str, argv), "--data", *TRAINING],
        cwd=ROOT,
        env=rasa_environment(RASA_CACHE_DIRECTORY=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "No story structure conflicts found" in done.stdout + done.stderr
