"""Many reminders through outbox, workers and sandbox, with faults, killed workers and a restarted Redis.

    python -m benchmarks.wechat_soak [--messages 100000] [--kills 10] [--latency 80] [--faults 0.05]

At the end nothing may be lost, nothing delivered twice, and both ledgers of consent must agree. Prints what happened
as it goes and one JSON object at the end; ends with status 1 when a promise was broken.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from peewee import fn

from backend.store import database
from backend.store.models import ConsentCredit, OutboxMessage
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

MOST = 0.9
"""The rate is measured until so many are sent: the others are in doubt after a fault or a kill and wait a minute."""

UNDER_WAY = ("queued", "leased", "sending", "unknown")


def main() -> None:
    """Run the soak and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--senders", type=int, default=128)
    parser.add_argument("--latency", type=int, default=80, help="milliseconds the platform takes")
    parser.add_argument("--faults", type=float, default=0.05, help="share of calls that fail")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="DATABASE_URL; SQLite by default")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), chosen.senders, 100_000, chosen.database) as stand,
    ):
        figures = Soak(stand, chosen).run()
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    sys.exit(0 if figures["kept"] else 1)


class Soak:
    """One run."""

    def __init__(self, stand: Stand, chosen: argparse.Namespace):
        self._stand, self._chosen, self._dice = stand, chosen, random.Random(chosen.seed)
        self._memory: list[float] = []
        self._begun = time.monotonic()
        self._full_after = 0.0

    def run(self) -> dict:
        """Prepare, send under trouble, wait until everything has ended, and count."""
        count = self._chosen.messages
        self._say(f"making {count} people")
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
        """Kill the worker at random points, restart Redis in the middle, rotate the token now and then."""
        marks = sorted(self._dice.uniform(0.02, MOST) * count for _ in range(self._chosen.kills))
        redis_at, rotate_at = count / 2, [count / 4, count * 3 / 4]
        while True:
            time.sleep(1)
            sent = self._states()["sent"]
            self._memory.append(memory_of(self._stand.pid("worker")))
            if marks and sent >= marks[0]:
                marks.pop(0)
                self._restart("worker", sent)
            if redis_at and sent >= redis_at:
                redis_at = 0
                self._restart("redis", sent)
            if rotate_at and sent >= rotate_at[0]:
                rotate_at.pop(0)
                self._stand.control("rotate")
            if not self._full_after and sent >= MOST * count:
                self._full_after = time.monotonic() - self._begun
            if self._full_after and not marks:
                self._stand.control("fault", path=SEND, kind="errcode", value=45011, times=1)
                return

    def _restart(self, name: str, sent: int) -> None:
        self._say(f"{name} killed at {sent} sent, memory {self._memory[-1]:.0f} MB")
        self._stand.kill(name)
        self._stand.start(name)

    def _states(self) -> Counter:
        with database.connection():
            rows = OutboxMessage.select(OutboxMessage.state, fn.COUNT(OutboxMessage.id)).group_by(OutboxMessage.state)
            return Counter(dict(rows.tuples()))

    def _wait_for_the_end(self) -> None:
        last = None
        while True:
            states = self._states()
            if states != last:
                self._say(f"{dict(states)}")
                last = states
            if not any(states[state] for state in UNDER_WAY):
                return
            time.sleep(5)

    # --- counting ---

    def _count(self, count: int) -> dict:
        delivered, states = self._stand.control("deliveries"), self._states()
        totals = self._stand.control("calls")["totals"]
        with database.connection():
            ours = ConsentCredit.select(fn.SUM(ConsentCredit.remaining)).scalar()
        token_calls = sum(n for path, _, n in totals if path.endswith("stable_token"))
        figures = {
            "messages": count,
            "states": dict(states),
            "delivered": delivered["different"],
            "delivered_twice": len(delivered["twice"]),
            "lost": count - delivered["different"] - states["failed"],
            "credits_ours": ours,
            "credits_theirs": delivered["credits_left"],
            "kills": self._chosen.kills,
            "token_calls": token_calls,
            "rotations": 2,
            "per_second": round(MOST * count / self._full_after, 1),
            "seconds": round(time.monotonic() - self._begun, 1),
            "memory_mb_first_last": [round(self._memory[min(10, len(self._memory) - 1)]), round(self._memory[-1])],
        }
        agree = figures["credits_ours"] == figures["credits_theirs"]
        figures["kept"] = not figures["delivered_twice"] and not figures["lost"] and agree
        return figures


if __name__ == "__main__":
    main()
