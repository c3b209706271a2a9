"""The whole way of a message while processes are killed: the command of `./talent bench soak`, in small."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--messages", "2000", "--senders", "32", "--kills", "2", "--rotations", "2", "--seed", "7", "--hurry")


@pytest.mark.stack
def test_nothing_is_lost_or_delivered_twice_when_workers_are_killed_and_redis_restarts():
    command = [sys.executable, "-m", "benchmarks.wechat_soak", *SMALL]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = next(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    assert figures["states"]["sent"] + figures["states"]["failed"] == 2000
    assert (figures["lost"], figures["delivered_twice"], figures["unknown"]) == (0, 0, 0)
    assert figures["credits_ours"] == figures["credits_theirs"] == 3 * 2000 - figures["delivered"]
