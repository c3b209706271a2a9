"""The push addresses under spiteful requests: the command of `./talent bench fuzz`, in small."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(module, *arguments):
    """Run a measurement; return its exit status, the figures it prints, and everything it said."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=500, check=False)
    figures = next((json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")), {})
    return done.returncode, figures, done.stdout + done.stderr


@pytest.mark.stack
def test_spiteful_requests_get_400_or_200_and_leave_no_trace_in_the_log():
    status, figures, said = run("wechat_fuzz", "--minutes", "0.05", "--seed", "3")
    assert status == 0, said
    assert set(figures["answers"]) == {"200", "400"}
