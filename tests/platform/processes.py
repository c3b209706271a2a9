"""Small programs for the supervisor to look after, and a supervisor that runs in a thread-free process of its own."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from backend.run.processes import Process, marker
from backend.settings import Settings

LIVE = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
DIES = "print('cannot work', flush=True); raise SystemExit(3)"
WITH_A_CHILD = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)


def program(settings: Settings, name: str, code: str, ready: Callable[[Settings], None] | None = None) -> Process:
    """Return a process that runs `code`; it is ready when it has printed something unless `ready` says otherwise."""
    return Process(
        name=name,
        title=name,
        argv=(sys.executable, "-c", code),
        env={"PATH": os.environ["PATH"], **dict([marker(settings)])},
        ready=ready or (lambda settings: require(log(settings, name))),
        patience=20,
    )


def require(value: object) -> None:
    """Raise AssertionError while a value is empty."""
    assert value


def log(settings: Settings, name: str) -> str:
    """Return what a process has printed so far."""
    path = settings.data_dir / "logs" / f"{name}.log"
    return path.read_text() if path.exists() else ""


def pid(settings: Settings, name: str) -> int:
    """Return the id under which a process runs now."""
    return int((settings.data_dir / "run" / f"{name}.pid").read_text())


def alive(number: int) -> bool:
    """Tell whether a process still does something (a zombie does not)."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(true: Callable[[], object], seconds: float = 20) -> bool:
    """Wait until a condition holds; return whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(true())
