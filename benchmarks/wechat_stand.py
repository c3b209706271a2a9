"""The stand on which the WeChat benchmarks run: Redis, the sandbox platform, the push address and workers.

Every server is a process of its own on loopback, with its data in one temporary folder; all are stopped at the end.
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import requests
from redis import Redis
from redis.exceptions import RedisError

from backend import clock
from backend.run.redis_server import redis_binary, write_config
from backend.settings import Settings
from backend.store import database, outbox
from backend.store.models import Applicant, ConsentCredit, Identity

ROOT = Path(__file__).resolve().parents[1]
SECRET = base64.urlsafe_b64encode(b"benchmark secret of thirty-two b").decode()
TEMPLATE = "case_accepted"
SEND = "/cgi-bin/message/subscribe/send"
PAGE = 1000

Due = Callable[[int], datetime | None]
"""When a person's message comes due, by his number."""


def free_port() -> int:
    """Return the first of five ports that are free on loopback."""
    for first in range(21000, 31000, 10):
        if all(_is_free(port) for port in range(first, first + 5)):
            return first
    raise OSError("no five free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Stand:
    """The servers and what the benchmark does to them."""

    def __init__(self, folder: Path, senders: int, per_second: int, database_url: str, more: Mapping[str, str]):
        self.port = free_port()
        self.env = {
            **os.environ,
            "TALENT_MASTER_KEYS": f"bench:{SECRET}",
            "TALENT_LOOKUP_KEY": SECRET,
            "TALENT_SESSION_KEY": SECRET,
            "TALENT_ACTION_TOKEN": SECRET,
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "WECHAT_SENDERS": str(senders),
            "WECHAT_SENDS_PER_SECOND": str(per_second),
            "WECHAT_APP_ID": "",
            "REDIS_URL": "",
            "PYTHONPATH": str(ROOT),
            **more,
        }
        self.settings = Settings.from_environment(self.env)
        self._folder = folder
        self._running: dict[str, subprocess.Popen] = {}

    # --- processes ---

    def start(self, name: str) -> subprocess.Popen:
        """Start one of `redis`, `sandbox`, `callbacks`, or a worker by any other name."""
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(self._command(name), env=self.env, cwd=ROOT, stdout=log, stderr=log)
        self._running[name] = process
        return process

    def _command(self, name: str) -> list[str]:
        makers = {
            "redis": lambda: [redis_binary(), str(write_config(self.settings))],
            "sandbox": lambda: self._gunicorn("sandbox", 3, 400),
            "callbacks": lambda: self._gunicorn("callbacks", 0, 8),
        }
        return makers.get(name, lambda: [sys.executable, "-m", "benchmarks.wechat_sides"])()

    def _gunicorn(self, side: str, offset: int, threads: int) -> list[str]:
        server = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--no-control-socket"]
        bind = f"127.0.0.1:{self.port + offset}"
        return [*server, "--threads", str(threads), "--bind", bind, f"benchmarks.wechat_sides:{side}()"]

    def kill(self, name: str) -> None:
        """End a process with SIGKILL, as a power cut would."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def pid(self, name: str) -> int:
        """The process id of a running process."""
        return self._running[name].pid

    def stop(self) -> None:
        """End everything this stand started."""
        for process in reversed(self._running.values()):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()

    def wait_ready(self) -> None:
        """Wait until Redis, sandbox and push address answer."""
        for _ in range(150):
            if self._redis_answers() and all(map(self._answers, (self.port, self.port + 3))):
                return
            time.sleep(0.2)
        raise TimeoutError("the servers did not come up; see their logs")

    def _redis_answers(self) -> bool:
        try:
            return bool(Redis.from_url(self.settings.redis_url).ping())
        except RedisError:
            return False

    def _answers(self, port: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    def hurry(self, seconds: float) -> None:
        """Set the clock of all processes ahead."""
        clock.set_ahead(timedelta(seconds=seconds))

    # --- the sandbox ---

    def control(self, act: str, **about: object) -> dict:
        """Do something to the sandbox."""
        answer = requests.post(f"http://127.0.0.1:{self.port + 3}/_ctl/{act}", json=about, timeout=600)
        answer.raise_for_status()
        return answer.json()

    def template(self) -> Mapping:
        """The account's template for the benchmark's messages."""
        rows = self.control("templates")["templates"]
        return next(row for row in rows if row["title"] == "业务受理通知")

    # --- people and messages ---

    def people(self, count: int, credits: int) -> None:
        """Make people who allow `credits` messages, in the store and in the sandbox alike."""
        template, app_id = self.template()["id"], self.settings.mini_program.app_id
        for first in range(0, count, PAGE):
            names = [f"bench{number}" for number in range(first, min(first + PAGE, count))]
            openids = self.control("users", names=names, templates=[template], credits=credits)["openids"]
            with database.connection(), database.transaction():
                self._store_people(names, openids, app_id, credits)

    def _store_people(self, names: list[str], openids: list[str], app_id: str, credits: int) -> None:
        ids = [f"apl_{name}" for name in names]
        Applicant.insert_many([{"id": row} for row in ids]).execute()
        identities = [
            {"applicant": row, "kind": "mini_program", "app_id": app_id, "openid": openid}
            for row, openid in zip(ids, openids, strict=True)
        ]
        Identity.insert_many(identities).execute()
        allowed = [{"applicant": row, "template": TEMPLATE, "remaining": credits} for row in ids]
        ConsentCredit.insert_many(allowed).execute()

    def messages(self, first: int, last: int, event: str = "bench", due: Due = lambda number: None) -> None:
        """Queue one message for each of these people, each with a number of its own; due now unless `due` says when."""
        for begin in range(first, last, PAGE):
            with database.connection(), database.transaction():
                for number in range(begin, min(begin + PAGE, last)):
                    keywords = {"item": "急需紧缺人才认定", "number": f"N{number}", "accepted_on": clock.today()}
                    outbox.enqueue(f"{event}:{number}", f"apl_bench{number}", TEMPLATE, keywords, due=due(number))


@contextmanager
def standing(folder: Path, senders: int, per_second: int, database_url: str = "", **more: str) -> Iterator[Stand]:
    """Bring up Redis, sandbox and push address with an empty store; stop everything at the end.

    `more` are further settings, named as in the environment.
    """
    stand = Stand(folder, senders, per_second, database_url, more)
    database.migrate(stand.settings)
    try:
        for name in ("redis", "sandbox", "callbacks"):
            stand.start(name)
        stand.wait_ready()
        yield stand
    finally:
        stand.stop()


def memory_of(pid: int) -> float:
    """Resident memory in MB of a process, or, where it only minds others (gunicorn), of those."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(memory_of, map(int, children))) if children else _resident(pid)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
