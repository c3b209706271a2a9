"""Processes that an earlier start of the same data directory left behind, because its supervisor was killed outright.

Every process the supervisor starts carries the marker variable with its data directory in its environment, and so do
the children of these. That, and nothing else, decides what is ours: never a name, never a recorded number.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
KILLED = 5.0
"""Seconds the system may take to end a killed process and give its ports back."""


def marked(name: str, value: str) -> Iterator[int]:
    """Yield the ids of the other processes of this user whose environment has `name`=`value` (Linux; else none)."""
    wanted = f"{name}={value}".encode()
    for folder in PROC.glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # gone meanwhile, or another user's
            continue
        if wanted in environment and int(folder.name) != os.getpid():
            yield int(folder.name)


def clear(name: str, value: str, grace: float = 8) -> int:
    """Stop the marked processes, asking first, and return when they are gone; return how many there were."""
    seen: set[int] = set()
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, KILLED)):
        seen |= set(marked(name, value))
        for pid in marked(name, value):
            _signal(pid, number)
        _wait_until_ended(seen, patience)
    return len(seen)


def _wait_until_ended(pids: set[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not all(map(_ended, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _ended(pid: int) -> bool:
    """Tell whether a process is over, all its threads with it: while one of them dies, its ports are still held."""
    try:
        states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in PROC.glob(f"{pid}/task/*")]
    except OSError:  # one of them ended just now
        return False
    return all(state == "Z" for state in states) and len(states) <= 1


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
