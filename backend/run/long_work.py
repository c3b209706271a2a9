"""Runs one long program (training, building) with its output in a file, telling how it goes."""

import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
Tell = Callable[[float, str], None]
"""Hears now and then the seconds passed and the last line of output."""


class WorkFailed(Exception):
    """A program ended with an error. `log` is the path of its output; the message is Chinese and has its last lines."""

    def __init__(self, title: str, log: Path):
        tail = "\n".join(_lines(log)[-15:])
        super().__init__(f"{title}没有成功，完整输出在 {log}：\n{tail}")
        self.log = log


def run_long(title: str, argv: Sequence[str], log: Path, tell: Tell, cwd: Path, env: Mapping[str, str]) -> None:
    """Run `argv` to its end; take it down when we are interrupted. Raises WorkFailed when its exit status is not 0."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        _watch(process, log, tell)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise WorkFailed(title, log)


def _watch(process: subprocess.Popen, log: Path, tell: Tell) -> None:
    started = time.monotonic()
    while process.poll() is None:
        time.sleep(0.3)
        tell(time.monotonic() - started, (_lines(log) or [""])[-1])


def _lines(log: Path) -> list[str]:
    """Return the lines with something on them, without colours."""
    text = COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))
    return [line for line in text.splitlines() if line.strip()]
