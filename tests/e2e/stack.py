"""The whole platform, started as `./talent run` starts it, with ports and data of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from backend.run.paths import ENVIRONMENTS, RASA_PYTHON, ROOT
from tests import servers

PATIENCE = 1200
"""Seconds for the very first start: it may train the model and build the client on a slow machine."""


class Stack:
    """A running platform. Processes can be killed, held down and brought back one by one."""

    def __init__(self, data_dir: Path, **environment: str):
        if not RASA_PYTHON.exists():
            servers.lacking("no Rasa environment: run the tests by ./talent test")
        self.data_dir, self.port = data_dir, servers.free_ports()
        self.url, self.sandbox_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port + 3}"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
            "DATA_DIR": str(data_dir),
            "MODELS_DIR": str(ENVIRONMENTS / "models"),
            **environment,
        }
        self._supervisor: subprocess.Popen | None = None
        self._said = 0

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        self._said = len(self.console())
        with (self.data_dir / "console.txt").open("ab") as output:
            command = [sys.executable, "-P", "-m", "backend.cli", "run"]
            self._supervisor = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output)
        self.wait_until_ready(PATIENCE)

    def stop(self) -> None:
        """Stop everything as Ctrl-C does."""
        if self._supervisor is not None:
            self._supervisor.send_signal(signal.SIGINT)
            self._supervisor.wait(timeout=60)

    def kill_supervisor(self) -> None:
        """Kill the supervisor with -9; its processes are left to themselves."""
        self._supervisor.kill()
        self._supervisor.wait()

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Wait until /readyz says 200 and the start command says that it is done."""
        deadline = time.monotonic() + seconds
        while self.status("/readyz") != 200 or "准备好了" not in self.console()[self._said :]:
            if self._supervisor.poll() is not None:
                raise AssertionError(f"the platform did not start:\n{self.console()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"not ready: {self.not_ready()}\n{self.console()}")
            time.sleep(0.3)

    def status(self, path: str) -> int | None:
        """Return the HTTP status of a GET on the web process, nothing when it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as response:  # noqa: S310 - our own address
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def not_ready(self) -> list[str]:
        """Return what /readyz names."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10):  # noqa: S310 - our own address
                return []
        except urllib.error.HTTPError as error:
            return json.loads(error.read()).get("not_ready", [])
        except OSError:
            return ["web"]

    def accounts(self) -> dict[str, dict[str, str]]:
        """Return the sandbox's staff accounts by login: name, role, password."""
        rows = json.loads((self.data_dir / "sandbox-accounts.json").read_text(encoding="utf-8"))
        return {row["login"]: row for row in rows}

    def console(self) -> str:
        """Return what the person at the terminal has seen."""
        path = self.data_dir / "console.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def log(self, name: str) -> str:
        """Return the log of a process."""
        path = self.data_dir / "logs" / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def pid(self, name: str) -> int | None:
        """Return the id under which a process runs now, nothing while it is down."""
        path = self.data_dir / "run" / f"{name}.pid"
        return int(path.read_text()) if path.exists() and path.read_text().strip() else None

    def kill(self, name: str) -> None:
        """Kill a process with -9 and wait until the supervisor has started another."""
        first = self.pid(name)
        os.kill(first, signal.SIGKILL)
        self._wait(lambda: self.pid(name) not in (None, first), f"{name} did not come back")

    def hold(self, name: str) -> None:
        """Kill a process with -9 and keep it down until `release`."""
        first = self.pid(name)
        (self.data_dir / "run" / f"{name}.hold").touch()
        os.kill(first, signal.SIGKILL)
        self._wait(lambda: self.pid(name) is None, f"{name} did not go down")

    def release(self, name: str) -> None:
        """Let a process that is held down come back, and wait until all is ready."""
        (self.data_dir / "run" / f"{name}.hold").unlink(missing_ok=True)
        self._wait(lambda: self.pid(name) is not None, f"{name} did not come back")
        self.wait_until_ready()

    def _wait(self, true, otherwise: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, otherwise
            time.sleep(0.1)
