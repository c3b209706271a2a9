"""How long a turn takes while several people talk, beside a Rasa whose actions do nothing; training time and memory.

Both Rasas are of the same model and are asked the same questions by the same number of people, without a pause: the
bare one with an action endpoint that answers at once, the whole one behind the website, with policy engine and store.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import requests

from backend.run import rasa_api
from backend.run.model import ensure_model
from backend.run.paths import ENVIRONMENTS
from backend.settings import Settings
from bot.evaluation import tables
from bot.evaluation.asking import somebody
from bot.evaluation.testset import Question
from bot.evaluation.visitor import Visitor
from bot.proving_ground import ProvingGround

PEOPLE, TURNS, WARMING = 16, 15, 2
BARE = ("redis", "rasa")
WHOLE = ("redis", "actions", "rasa", "web")
Talk = Callable[[Question], object]


@dataclass(frozen=True, slots=True)
class Measured:
    """The seconds of every turn, how long all took together, and the memory of the processes by name."""

    seconds: tuple[float, ...]
    lasted: float
    memory: dict[str, int]

    def at(self, share: float) -> float:
        """Return the time that a share of the turns kept within."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def measure(questions: Sequence[Question], today: date) -> str:
    """Run both and return the table."""
    asked = [question for question in questions if question.answerable and not question.after]
    bare = _bare(asked)
    whole = _whole(asked, today)
    rows = [["16 人同时说话", "裸 Rasa", "整套", "倍数"]]
    for name, share in (("中位", 0.5), ("p95", 0.95)):
        times = bare.at(share), whole.at(share)
        rows.append([name, *(f"{each * 1000:.0f} ms" for each in times), f"{times[1] / times[0]:.2f}"])
    rates = [len(each.seconds) / each.lasted for each in (bare, whole)]
    rows.append(["每秒轮数", *(f"{rate:.1f}" for rate in rates), f"{rates[1] / rates[0]:.2f}"])
    memory = "、".join(f"{name} {size / 2**20:.0f} MB" for name, size in whole.memory.items())
    total = sum(whole.memory.values()) / 2**20
    return f"{tables.aligned(rows)}\n\n内存：{memory}，合计 {total:.0f} MB"


def training_seconds() -> float:
    """Train the model from nothing, with no cache, and return how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        ensure_model(Path(folder), Path(folder), lambda seconds, line: None)
        return time.monotonic() - begun


def _bare(asked: Sequence[Question]) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        ground = ProvingGround(Path(folder), ENVIRONMENTS / "models", BARE)
        with _idle_actions(ground.settings.port + 1), ground:
            return _all_talk([_to_rasa(ground.settings, f"bare-{n}") for n in range(PEOPLE)], asked, ground)


def _whole(asked: Sequence[Question], today: date) -> Measured:
    with tempfile.TemporaryDirectory() as folder, ProvingGround(Path(folder), needed=WHOLE) as ground:
        people = [_to_website(Visitor(ground.settings, somebody()), today) for _ in range(PEOPLE)]
        return _all_talk(people, asked, ground)


def _to_website(visitor: Visitor, today: date) -> Talk:
    return lambda question: visitor.say(question.text, question.city, today)


def _to_rasa(settings: Settings, sender: str) -> Talk:
    http = requests.Session()
    http.trust_env = False

    def talk(question: Question) -> None:
        body = {"sender": sender, "message": question.text, "metadata": {"city": question.city}}
        url = f"{settings.rasa_url}/webhooks/rest/webhook"
        http.post(url, json=body, headers=rasa_api.headers(settings), timeout=20).raise_for_status()

    return talk


def _all_talk(people: Sequence[Talk], asked: Sequence[Question], ground: ProvingGround) -> Measured:
    """Let everybody warm up, then talk at once; nobody asks what another asks at the same moment."""
    for talk in people:
        for question in asked[:WARMING]:
            talk(question)
    with ThreadPoolExecutor(len(people)) as pool:
        begun = time.monotonic()
        jobs = [pool.submit(_one_talks, talk, asked[n * TURNS :]) for n, talk in enumerate(people)]
        seconds = tuple(each for job in jobs for each in job.result())
        lasted = time.monotonic() - begun
    return Measured(seconds, lasted, {name: memory(pid) for name, pid in ground.running().items()})


def _one_talks(talk: Talk, asked: Sequence[Question]) -> list[float]:
    times = []
    for question in asked[:TURNS]:
        begun = time.monotonic()
        talk(question)
        times.append(time.monotonic() - begun)
    return times


def memory(pid: int) -> int:
    """Return the bytes that a process and those it started take, what they share counted once (Linux)."""
    task = Path(f"/proc/{pid}")
    shares = re.search(r"^Pss:\s+(\d+) kB", (task / "smaps_rollup").read_text(), re.MULTILINE)
    children = (task / "task" / str(pid) / "children").read_text().split()
    return (int(shares[1]) * 1024 if shares else 0) + sum(memory(int(child)) for child in children)


class _Idle(BaseHTTPRequestHandler):
    """An action endpoint that does nothing and says one word."""

    protocol_version = "HTTP/1.1"
    ANSWER = json.dumps({"events": [], "responses": [{"text": "好"}]}).encode()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.ANSWER)))
        self.end_headers()
        self.wfile.write(self.ANSWER)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def _idle_actions(port: int) -> Iterator[None]:
    """Serve actions that do nothing on a port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Idle)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
