"""A Rasa, an action endpoint, a Redis and a store of their own, for measuring and testing the assistant over HTTP."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import time
from collections.abc import Collection, Mapping
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any

from backend.run import health, rasa_api
from backend.run.generated_secrets import provide_secrets
from backend.run.loopback import fetch
from backend.run.model import ensure_model
from backend.run.paths import ENVIRONMENTS, ROOT
from backend.run.processes import processes
from backend.settings import Settings, process_environment
from backend.store.database import migrate, open_store

NEEDED = ("redis", "actions", "rasa")
PATIENCE = 120
PARSE_SECONDS = 30


class ProvingGround:
    """The three servers on free loopback ports, with data under `folder`; the model is trained if it is not there."""

    def __init__(self, folder: Path, models: Path = ENVIRONMENTS / "models", needed: Collection[str] = NEEDED):
        self.models, self._needed = models, needed
        env = {**process_environment(), "PORT": str(free_ports()), "DATA_DIR": str(folder), "MODELS_DIR": str(models)}
        for name in ("WECHAT_APP_ID", "DATABASE_URL", "REDIS_URL", "RASA_URL", "ACTIONS_URL"):
            env.pop(name, None)
        provide_secrets(env)
        self.settings = Settings.from_environment(env)
        self._folder, self._running = folder, dict[str, subprocess.Popen]()
        self._parsed: dict[str, Mapping[str, Any]] = {}

    def __enter__(self) -> ProvingGround:
        """Train if needed, migrate, start, wait until all answer."""
        ensure_model(self.models, self._folder, _quiet)
        migrate(self.settings)
        open_store(self.settings)
        try:
            for process in processes(self.settings):
                if process.name in self._needed:
                    self._start(process)
            rasa_api.warm_up(self.settings)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Stop the servers."""
        self.stop()

    def stop(self) -> None:
        """Stop what was started, the last first."""
        for running in reversed(self._running.values()):
            running.terminate()
            running.wait(timeout=30)

    def _start(self, process) -> None:
        env = {**process.env, "PORT": str(self.settings.port)}
        with (self._folder / f"{process.name}.log").open("ab") as log:
            running = subprocess.Popen(process.argv, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: S603
        self._running[process.name] = running
        ticks = (time.sleep(0.3) for _ in repeat(None))
        if not health.wait_until(process.ready, self.settings, PATIENCE, ticks):
            tail = (self._folder / f"{process.name}.log").read_text(encoding="utf-8", errors="replace")[-1500:]
            raise RuntimeError(f"{process.name} did not start:\n{tail}")

    def running(self) -> Mapping[str, int]:
        """Return the process ids by name."""
        return {name: each.pid for name, each in self._running.items()}

    def parse(self, text: str) -> Mapping[str, Any]:
        """Return what Rasa understands of a text."""
        if text not in self._parsed:
            body = json.dumps({"text": text}).encode()
            url = f"{self.settings.rasa_url}/model/parse"
            self._parsed[text] = json.loads(fetch(url, rasa_api.headers(self.settings), body, PARSE_SECONDS))
        return self._parsed[text]

    def intent(self, text: str) -> str:
        """Return the intent Rasa takes a text for."""
        return str((self.parse(text).get("intent") or {}).get("name"))


def free_ports(count: int = 5) -> int:
    """Return the first of `count` ports in a row that are free on loopback now."""
    while True:
        first = random.randint(20_000, 32_000)  # noqa: S311 - any will do that the system gives to no connection
        if all(_free(port) for port in range(first, first + count)):
            return first


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _quiet(seconds: float, line: str) -> None:
    if int(seconds) % 30 == 0:
        print(f"训练中 {int(seconds)} 秒 {line[:60]}", flush=True)
