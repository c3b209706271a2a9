"""Starts the processes, watches them, brings back those that die, and stops them all.

One supervisor per data directory. The children are started from the main thread (the death signal of child.py belongs
to the thread that started them); one thread per child collects what it prints.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from backend import clock
from backend.run import leftovers
from backend.run.health import wait_until
from backend.run.logs import ProcessLog
from backend.run.paths import ROOT
from backend.run.ports import require_free
from backend.run.processes import Process, marker
from backend.settings import Settings

TICK = 0.2
STARTING_TRIES = 3
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a process counts as healthy again and its next death is its first."""
GRACE = 15.0
CHILD = Path(__file__).with_name("child.py")

Say = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another supervisor holds this data directory; the message is Chinese."""

    def __init__(self, data_dir: Path):
        super().__init__(f"数据目录 {data_dir} 已经有一个平台在运行；要再开一份，请设置另外的 DATA_DIR 和 PORT。")


class StartFailed(Exception):
    """A process did not become ready. `name` is its name; the message is Chinese and has the end of its log."""

    def __init__(self, process: Process, log: ProcessLog):
        tail = "\n".join(log.tail(15))
        super().__init__(f"{process.title}（{process.name}）没有启动成功，完整日志在 {log.path}：\n{tail}")
        self.name = process.name


class Child:
    """A process of the table while it is kept alive."""

    def __init__(self, process: Process, log: ProcessLog, run_dir: Path):
        self.process, self.log = process, log
        self._pid_file, self._hold_file = run_dir / f"{process.name}.pid", run_dir / f"{process.name}.hold"
        self._running: subprocess.Popen | None = None
        self.wanted, self.deaths, self._started, self._due = False, 0, 0.0, 0.0

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.wanted = True
        self._running = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHILD), str(os.getpid()), *self.process.argv],
            cwd=ROOT,
            env=dict(self.process.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started = time.monotonic()
        self._pid_file.write_text(f"{self._running.pid}\n")
        threading.Thread(target=self._collect, args=(self._running,), daemon=True).start()

    def watch(self, say: Say) -> None:
        """Notice that the process died, and start it again when its pause is over and nobody holds it back."""
        if self._running is not None and self._running.poll() is not None:
            self._bury(say)
        if self.wanted and self._running is None and time.monotonic() >= self._due and not self._hold_file.exists():
            self.start()

    def ask_to_stop(self) -> None:
        """Send the signal on which the process finishes its work and ends."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.kill(self._running.pid, self.process.stop_signal)

    def stopped(self) -> bool:
        """Tell whether the process has ended."""
        return self._running is None or self._running.poll() is not None

    def end(self) -> None:
        """Kill what is left of the process and of its own children."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
        self._pid_file.unlink(missing_ok=True)

    def _bury(self, say: Say) -> None:
        """Take down the orphans of a dead process and set the pause before its next life: 0.5 s, doubling to 30 s."""
        lived, code = time.monotonic() - self._started, self._running.returncode
        self.end()
        self._running = None
        self.deaths = 1 if lived > STEADY else self.deaths + 1
        pause = min(0.5 * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self._due = time.monotonic() + pause
        say(f"{self.process.title}（{self.process.name}）意外停止（{_reason(code)}），{pause:g} 秒后重新启动")

    def _collect(self, running: subprocess.Popen) -> None:
        for line in running.stdout:
            self.log.write(line.decode(errors="replace"), clock.now())


class Supervisor:
    """Keeps the processes of one data directory alive until it is told to stop."""

    def __init__(self, settings: Settings, processes: Sequence[Process], say: Say):
        self._settings, self._say = settings, say
        logs, run_dir = settings.data_dir / "logs", settings.data_dir / "run"
        run_dir.mkdir(parents=True, exist_ok=True)
        self._children = [Child(process, ProcessLog(logs, process.name), run_dir) for process in processes]

    def require_ports(self) -> None:
        """Raise PortTaken when a port that is needed belongs to somebody else."""
        for process in (child.process for child in self._children if child.process.port):
            require_free(process.host, process.port, process.title, self._settings.port)

    def keeps(self, name: str) -> bool:
        """Tell whether a process of this name is among ours."""
        return any(child.process.name == name for child in self._children)

    def start(self) -> None:
        """Start all processes and wait until each is ready. Raises StartFailed."""
        for child in self._children:
            child.start()
        for child in self._children:
            began = time.monotonic()
            ticks = self._ticks(child)
            if not wait_until(child.process.ready, self._settings, child.process.patience, ticks):
                raise StartFailed(child.process, child.log)
            if time.monotonic() - began > 1:
                self._say(f"{child.process.title} … 好了（{time.monotonic() - began:.0f} 秒）")

    def watch(self) -> None:
        """Keep the processes alive, for ever."""
        while True:
            time.sleep(TICK)
            self.look()

    def look(self) -> None:
        """Look once at every process and bring back those that died and are due."""
        for child in self._children:
            child.watch(self._say)

    def stop(self) -> None:
        """Stop all, Redis last; those that do not listen within the grace time are killed."""
        foundation = [child for child in self._children if child.process.name == "redis"]
        for group in ([child for child in self._children if child not in foundation], foundation):
            for child in group:
                child.ask_to_stop()
            _wait(group)
            for child in group:
                if not child.stopped():
                    self._say(f"{child.process.title}（{child.process.name}）没有按时停止，强制结束")
                child.end()
        leftovers.clear(*marker(self._settings), grace=1)

    def _ticks(self, awaited: Child) -> Iterator[None]:
        """Pace the wait for one process while watching all that run; give up when it keeps dying."""
        while awaited.deaths < STARTING_TRIES:
            yield
            time.sleep(TICK)
            self.look()


@contextmanager
def sole_owner(data_dir: Path) -> Iterator[None]:
    """Hold the data directory: one supervisor at a time. Raises AlreadyRunning."""
    run_dir = data_dir / "run"
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(data_dir) from None
        yield


def _wait(children: Sequence[Child]) -> None:
    deadline = time.monotonic() + GRACE
    while not all(child.stopped() for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)


def _reason(code: int) -> str:
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"
