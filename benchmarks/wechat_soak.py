"""Many reminders through outbox, worker and sandbox, with faults, killed workers and a restarted Redis.

    python -m benchmarks.wechat_soak [--messages 100000] [--kills 10] [--latency 80] [--faults 0.05]

Nothing may be lost, nothing delivered twice, and both ledgers of consent must agree. Prints what happens as it goes,
then a table of the promises with what was measured, and one JSON object; ends with status 1 when a promise was broken.
With `--hurry` the clock is set ahead instead of waiting for leases and reports; the rate then means nothing.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import SQL, fn

from backend.store import database
from backend.store.models import ConsentCredit, OutboxMessage
from backend.store.outbox import LEASE
from benchmarks.wechat_stand import SEND, Stand, memory_of, standing

CREDITS = 3
"""Everybody allows more than one message, so that a second delivery would not be refused."""

FAULTS = (
    {"kind": "errcode", "value": -1},
    {"kind": "errcode", "value": 43108},
    {"kind": "errcode", "value": 40001},
    {"kind": "http", "value": 502},
    {"kind": "html", "effect": True},
    {"kind": "reset"},
    {"kind": "reset", "effect": True},
    {"kind": "hang", "value": 11, "effect": True},
    {"kind": "errcode", "value": 40003},
)
"""The classes of faults, each at an equal share of the rate; the last is permanent for its person."""

MOST = 0.95
"""The rate is measured until so many are sent: the others are in doubt after a fault or a kill and wait a minute."""

AFTER_ROTATION = 3
"""Seconds in which the token calls that a rotation causes are counted."""

RATE = 360
"""Messages a second wanted: what GOV.UK Notify publishes of itself."""

GROWTH = 1.15
"""How much more memory a process may hold at the end than at the beginning."""

STILL = 5
"""Looks at the outbox, three seconds apart, without any change after which the clock is set ahead."""

UNDER_WAY = ("queued", "leased", "sending", "unknown")


def main() -> None:
    """Run the soak and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rotations", type=int, default=10, help="how often another system ends the token")
    parser.add_argument("--senders", type=int, default=128)
    parser.add_argument("--latency", type=int, default=80, help="milliseconds the platform takes")
    parser.add_argument("--faults", type=float, default=0.05, help="share of calls that fail")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="for the moments of faults and kills")
    parser.add_argument("--hurry", action="store_true", help="set the clock ahead instead of waiting")
    parser.add_argument("--database", default="", help="DATABASE_URL; SQLite by default")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), chosen.senders, 100_000, chosen.database) as stand,
    ):
        figures = Soak(stand, chosen).run()
    promises = PROMISES[:-3] if chosen.hurry else PROMISES
    print(table(figures, promises))
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    sys.exit(0 if all(promise.kept(figures) for promise in promises) else 1)


# --- the promises -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """What is promised, how the figure reads, what is wanted, and whether it was kept."""

    title: str
    reads: str
    wanted: str
    kept: Callable[[dict[str, Any]], bool]


PROMISES: Sequence[Promise] = (
    Promise("丢失", "{lost}", "0", lambda f: f["lost"] == 0),
    Promise("送达两次", "{delivered_twice}", "0", lambda f: f["delivered_twice"] == 0),
    Promise("不知是否送达", "{unknown}", "0", lambda f: f["unknown"] == 0),
    Promise(
        "剩余订阅次数，我方/微信",
        "{credits_ours}/{credits_theirs}",
        "相等",
        lambda f: f["credits_ours"] == f["credits_theirs"],
    ),
    Promise(
        "取到新凭证的次数（开始时 1 次，作废 {rotations} 次）",
        "{tokens_new}",
        "不多于作废次数 + 1",
        lambda f: f["tokens_new"] <= f["rotations"] + 1,
    ),
    Promise(
        "凭证作废一次，最多取几次新凭证", "{token_calls_a_rotation}", "≤ 2", lambda f: f["token_calls_a_rotation"] <= 2
    ),
    Promise("每秒条数（到 95% 为止）", "{per_second}", f"≥ {RATE}", lambda f: f["per_second"] >= RATE),
    Promise(
        "内存 MB：worker 每次启动后的中位数，回调进程开始和结束",
        "{worker_memory_mb}，{callback_memory_mb}",
        "不增长",
        lambda f: _flat(f["worker_memory_mb"]) and _flat(f["callback_memory_mb"]),
    ),
)
"""What is promised; the last three are about seconds and megabytes, which a hurried run does not show."""


def table(figures: dict[str, Any], promises: Sequence[Promise]) -> str:
    """Return the promises as lines: kept or broken, what was measured, what is wanted."""
    head = "{messages} 条提醒，每次调用 {latency_ms} 毫秒，{faults:.0%} 出错，worker 被杀 {kills} 次，Redis 重启 1 次"
    lines = [
        f"  {'✓' if promise.kept(figures) else '✗'} {promise.title.format(**figures)}："
        f"{promise.reads.format(**figures)}（要求 {promise.wanted}）"
        for promise in promises
    ]
    return "\n".join([head.format(**figures), *lines])


def _flat(megabytes: Sequence[int]) -> bool:
    return len(megabytes) < 2 or megabytes[-1] <= GROWTH * megabytes[0]


# --- one run ----------------------------------------------------------------------------------------------------------


@dataclass
class Memory:
    """Resident memory of the worker, one list for each of its lives, and of the callback process."""

    lives: list[list[float]] = field(default_factory=lambda: [[]])
    callbacks: list[float] = field(default_factory=list)

    def look(self, stand: Stand) -> None:
        """Take one sample of both."""
        self.lives[-1].append(memory_of(stand.pid("worker")))
        self.callbacks.append(memory_of(stand.pid("callbacks")))

    def worker(self) -> list[int]:
        """The median of each life that was long enough to have one."""
        return [round(sorted(life)[len(life) // 2]) for life in self.lives if len(life) >= 8]

    def callback(self) -> list[int]:
        """At a tenth of the time, when everything is loaded, and at the end."""
        return [round(self.callbacks[len(self.callbacks) // 10]), round(self.callbacks[-1])]


class Soak:
    """One run."""

    def __init__(self, stand: Stand, chosen: argparse.Namespace):
        self._stand, self._chosen, self._dice = stand, chosen, random.Random(chosen.seed)
        self._memory = Memory()
        self._begun = time.monotonic()
        self._full_after = 0.0
        self._rotated: list[tuple[float, int]] = []
        self._after_rotations: list[int] = []

    def run(self) -> dict[str, Any]:
        """Prepare, send under trouble, wait until everything has ended, and count."""
        count = self._chosen.messages
        self._say(f"seed {self._chosen.seed}; making {count} people")
        self._stand.people(count, CREDITS)
        self._say("queueing the messages")
        self._stand.messages(0, count)
        self._set_faults()
        self._say("starting the worker")
        self._begun = time.monotonic()
        self._stand.start("worker")
        self._trouble(count)
        self._wait_for_the_end()
        return self._count(count)

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self._begun:7.1f} s  {text}", file=sys.stderr, flush=True)

    def _set_faults(self) -> None:
        control, chosen = self._stand.control, self._chosen
        control("fault", path="*", kind="latency", value={"median": chosen.latency})
        control("dice", seed=chosen.seed)
        for fault in FAULTS:
            control("fault", path=SEND, rate=chosen.faults / len(FAULTS), **fault)

    # --- trouble ---

    def _trouble(self, count: int) -> None:
        """Kill the worker at random points, restart Redis at one, end the token at some; then one call too many."""
        kills = [(mark, self._kill) for mark in self._marks(self._chosen.kills, count)]
        ends = [(mark, self._rotate) for mark in self._marks(self._chosen.rotations, count)]
        troubles = sorted([*kills, *ends, (self._marks(1, count)[0], self._restart_redis)], key=lambda row: row[0])
        while troubles or not self._full_after:
            time.sleep(1)
            states = self._states()
            done = states["sent"] + states["failed"]
            self._look()
            while troubles and done >= troubles[0][0]:
                troubles.pop(0)[1](done)
            if not troubles:
                self._hurry(10)
            if not self._full_after and done >= MOST * count:
                self._full_after = time.monotonic() - self._begun
        if not self._chosen.hurry:  # the pause that follows is Redis's own, which no clock of ours shortens
            self._stand.control("fault", path=SEND, kind="errcode", value=45011, times=1)

    def _marks(self, times: int, count: int) -> list[float]:
        """Numbers of messages after which something shall happen: any, but while there is still much to send."""
        return [self._dice.uniform(0.02, 0.9) * count for _ in range(times)]

    def _kill(self, done: int) -> None:
        self._say(f"worker killed after {done} messages, memory {self._memory.lives[-1][-1]:.0f} MB")
        self._stand.kill("worker")
        self._stand.start("worker")
        self._memory.lives.append([])
        self._memory.look(self._stand)
        self._hurry(LEASE.total_seconds())

    def _restart_redis(self, done: int) -> None:
        self._say(f"redis restarted after {done} messages")
        self._stand.kill("redis")
        self._stand.start("redis")

    def _rotate(self, done: int) -> None:
        self._say(f"token ended after {done} messages")
        self._stand.control("rotate")
        self._rotated.append((time.monotonic(), self._token_calls()))

    def _token_calls(self) -> int:
        return sum(self._stand.control("tokens").values())

    def _look(self) -> None:
        """Take the samples of this second."""
        self._memory.look(self._stand)
        if self._rotated and time.monotonic() > self._rotated[0][0] + AFTER_ROTATION:
            self._after_rotations.append(self._token_calls() - self._rotated.pop(0)[1])

    def _hurry(self, seconds: float) -> None:
        if self._chosen.hurry:
            self._stand.hurry(seconds)

    def _states(self) -> Counter:
        with database.connection():
            rows = OutboxMessage.select(OutboxMessage.state, fn.COUNT(SQL("*"))).group_by(OutboxMessage.state)
            return Counter(dict(rows.tuples()))

    def _wait_for_the_end(self) -> None:
        """Wait for reports and pauses; once nothing happens any more, let the clock go on instead of the time."""
        last, still = None, 0
        while any((states := self._states())[state] for state in UNDER_WAY):
            still = still + 1 if states == last else 0
            if states != last:
                self._say(f"{dict(states)}")
            last = states
            time.sleep(1 if self._chosen.hurry else 3)
            self._look()
            if self._chosen.hurry or still > STILL:
                self._stand.hurry(30)
        self._say(f"{dict(states)}")

    # --- counting ---

    def _count(self, count: int) -> dict[str, Any]:
        delivered, states = self._stand.control("deliveries"), self._states()
        with database.connection():
            ours = ConsentCredit.select(fn.SUM(ConsentCredit.remaining)).scalar()
        tokens = self._stand.control("tokens")
        return {
            "messages": count,
            "latency_ms": self._chosen.latency,
            "faults": self._chosen.faults,
            "kills": self._chosen.kills,
            "seed": self._chosen.seed,
            "states": dict(states),
            "delivered": delivered["different"],
            "delivered_twice": len(delivered["twice"]),
            "lost": count - delivered["different"] - states["failed"],
            "unknown": states["unknown"],
            "credits_ours": ours,
            "credits_theirs": delivered["credits_left"],
            "rotations": self._chosen.rotations,
            "token_calls_a_rotation": max(self._after_rotations, default=0),
            "tokens_new": tokens["new"],
            "tokens_same": tokens["same"],
            "per_second": round(MOST * count / self._full_after, 1),
            "seconds": round(time.monotonic() - self._begun, 1),
            "worker_memory_mb": self._memory.worker(),
            "callback_memory_mb": self._memory.callback(),
        }


if __name__ == "__main__":
    main()
