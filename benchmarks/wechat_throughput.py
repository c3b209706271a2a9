"""Messages a second through outbox, worker and sandbox, beside a bare HTTP client in the same run.

    python -m benchmarks.wechat_throughput [--messages 6000] [--senders 64] [--latency 80]

Both send the same message to the same sandbox, which takes `latency` milliseconds for each. The bare client is a
thread pool around `requests`: no store, no ledger, no token renewal, no pace. Then as many messages come due one after
another, at four fifths of the worker's rate, with WeChat's events about each of them coming back: how many are handed
over within ten seconds of being due? Prints a table and one JSON object; ends with status 1 when a goal was missed.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from peewee import fn
from requests.adapters import HTTPAdapter

from backend import clock
from backend.store import database
from backend.store.models import OutboxMessage
from benchmarks.wechat_stand import SEND, Stand, memory_of, standing

RATIO = 0.7
SHARE = 0.99
IN_TIME = 10
"""Seconds after its due moment within which a message is to be handed over."""

LOAD = 0.8
"""The pace of coming due, as a share of what the worker can do."""

HEAD_START = timedelta(seconds=8)
"""The messages that come due one after another are all queued before the first is due."""


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=6000)
    parser.add_argument("--senders", type=int, default=64)
    parser.add_argument("--latency", type=int, default=80, help="milliseconds the platform takes")
    parser.add_argument("--database", default="", help="DATABASE_URL; SQLite by default")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), chosen.senders, 100_000, chosen.database) as stand,
    ):
        figures = measure(stand, chosen.messages, chosen.senders, chosen.latency)
    print(TABLE.format(**figures))
    print(json.dumps(figures, ensure_ascii=False))
    sys.exit(0 if figures["ratio"] >= RATIO and figures["in_time"] >= SHARE else 1)


TABLE = """\
{messages} 条订阅消息，{senders} 个并发，平台每次用 {latency_ms} 毫秒
  {bare_per_second:>8,.0f}  只有 HTTP 客户端，每秒
  {worker_per_second:>8,.0f}  发件箱、订阅次数、节流、状态记录齐全，每秒；是前者的 {ratio:.2f}（要求 ≥ 0.7）
  {due_per_second:>8,.0f}  条每秒陆续到期，10 秒内送出 {in_time:.2%}（要求 ≥ 99%）
            一半在 {median_seconds} 秒内，99% 在 {p99_seconds} 秒内
  worker 内存 {worker_memory_mb} MB（开始、之后），取凭证 {token_calls} 次"""


def measure(stand: Stand, count: int, senders: int, latency: int) -> dict[str, Any]:
    """Return both rates, their ratio, and how soon messages that come due are handed over."""
    stand.people(count, credits=3)
    stand.control("fault", path="*", kind="latency", value={"median": latency})
    stand.control("pushing", sent_events=False)
    bare = bare_rate(stand, count, senders)
    before = sum(stand.control("tokens").values())
    stand.messages(0, count)
    stand.start("worker")
    rate, memory = worker_rate(stand, count), memory_of(stand.pid("worker"))
    stand.control("pushing", sent_events=True)
    waited = waiting_times(stand, count, LOAD * rate)
    return {
        "messages": count,
        "senders": senders,
        "latency_ms": latency,
        "bare_per_second": round(bare, 1),
        "worker_per_second": round(rate, 1),
        "ratio": round(rate / bare, 2),
        "due_per_second": round(LOAD * rate, 1),
        "in_time": sum(seconds <= IN_TIME for seconds in waited) / len(waited),
        "median_seconds": round(waited[len(waited) // 2], 2),
        "p99_seconds": round(waited[int(len(waited) * 0.99)], 2),
        "worker_memory_mb": [round(memory), round(memory_of(stand.pid("worker")))],
        "token_calls": sum(stand.control("tokens").values()) - before,
    }


# --- the bare client --------------------------------------------------------------------------------------------------


def bare_rate(stand: Stand, count: int, threads: int) -> float:
    """Send with a plain client; return messages a second."""
    send = bare_sender(stand, count, threads)
    with ThreadPoolExecutor(threads) as pool:
        begun = time.perf_counter()
        refused = [code for code in pool.map(send, range(count)) if code]
        seconds = time.perf_counter() - begun
    assert not refused, refused[:3]
    return count / seconds


def bare_sender(stand: Stand, count: int, threads: int) -> Callable[[int], int]:
    """Return a function that sends to the person of a number and returns the errcode."""
    account = stand.settings.mini_program
    base, http = stand.settings.wechat_base_url, requests.Session()
    http.trust_env = False  # looking for proxies on every call would cost a third of it
    http.mount("http://", HTTPAdapter(pool_maxsize=threads))
    login = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    token = http.post(f"{base}/cgi-bin/stable_token", json=login, timeout=10).json()["access_token"]
    template, openids = stand.template(), _openids(stand, count)
    values = ["急需紧缺人才认定", "N0", "2026年11月20日", "以后续通知为准"]
    data = {key: {"value": value} for key, value in zip(template["keys"], values, strict=True)}

    def send(number: int) -> int:
        body = {"touser": openids[number], "template_id": template["id"], "page": "pages/screen", "data": data}
        return http.post(f"{base}{SEND}", params={"access_token": token}, json=body, timeout=30).json()["errcode"]

    return send


def _openids(stand: Stand, count: int) -> list[str]:
    names = [f"bench{number}" for number in range(count)]
    return stand.control("users", names=names, templates=[stand.template()["id"]], credits=3)["openids"]


# --- the worker -------------------------------------------------------------------------------------------------------


def worker_rate(stand: Stand, count: int) -> float:
    """Wait until the worker has sent everything; return messages a second between the first and last send."""
    _wait_until_sent(count)
    with database.connection():
        first, last = OutboxMessage.select(fn.MIN(OutboxMessage.sent_at), fn.MAX(OutboxMessage.sent_at)).tuples().get()
    return count / (last - first).total_seconds()


def waiting_times(stand: Stand, count: int, per_second: float) -> list[float]:
    """Let messages come due at this pace; return how many seconds each waited from then on, the shortest first."""
    begin = clock.now() + HEAD_START
    moments = [begin + timedelta(seconds=number / per_second) for number in range(count)]
    stand.messages(0, count, "due", moments.__getitem__)
    _wait_until_sent(2 * count)
    with database.connection():
        rows = OutboxMessage.select(OutboxMessage.event, OutboxMessage.sent_at)
        sent = rows.where(OutboxMessage.event.startswith("due:")).tuples()
        return sorted((at - moments[int(event.removeprefix("due:"))]).total_seconds() for event, at in sent)


def _wait_until_sent(count: int) -> None:
    while True:
        time.sleep(0.5)
        with database.connection():
            left = OutboxMessage.select().where(OutboxMessage.state.in_(["queued", "leased", "sending"])).exists()
            sent = OutboxMessage.select().where(OutboxMessage.state == "sent").count()
        if not left:
            break
    assert sent == count, (sent, count)


if __name__ == "__main__":
    main()
