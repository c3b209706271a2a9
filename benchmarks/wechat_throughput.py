"""Messages a second through outbox, worker and sandbox, beside a bare HTTP client in the same run.

    python -m benchmarks.wechat_throughput [--messages 4000] [--senders 64] [--latency 80]

Both send the same message to the same sandbox, which takes `latency` milliseconds for each. The bare client is a
thread pool around `requests`: no store, no ledger, no token renewal, no pace. Prints one JSON object.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from peewee import fn

from backend.store import database
from backend.store.models import OutboxMessage
from backend.wechat.gateway import http_session
from benchmarks.wechat_stand import SEND, Stand, memory_of, standing


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--senders", type=int, default=64)
    parser.add_argument("--latency", type=int, default=80, help="milliseconds the platform takes")
    parser.add_argument("--database", default="", help="DATABASE_URL; SQLite by default")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), chosen.senders, 100_000, chosen.database) as stand,
    ):
        print(json.dumps(measure(stand, chosen.messages, chosen.senders, chosen.latency), ensure_ascii=False))


def measure(stand: Stand, count: int, senders: int, latency: int) -> dict:
    """Return both rates, their ratio, and how many seconds 99 % of the messages waited."""
    stand.people(count, credits=3)
    stand.control("fault", path="*", kind="latency", value={"median": latency})
    stand.control("pushing", sent_events=False)
    bare = bare_rate(stand, count, senders)
    stand.messages(0, count)
    stand.start("worker")
    rate, seconds = worker_rate(stand, count)
    return {
        "messages": count,
        "senders": senders,
        "latency_ms": latency,
        "bare_per_second": round(bare, 1),
        "worker_per_second": round(rate, 1),
        "ratio": round(rate / bare, 2),
        "seconds": round(seconds, 1),
        "worker_memory_mb": round(memory_of(stand.pid("worker"))),
        "token_calls": sum(n for path, _, n in stand.control("calls")["totals"] if "token" in path) - 1,
    }


def bare_rate(stand: Stand, count: int, threads: int) -> float:
    """Send with a plain client; return messages a second."""
    account = stand.settings.mini_program
    base, http = stand.settings.wechat_base_url, http_session(stand.settings.wechat_base_url, threads)
    login = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    token = http.post(f"{base}/cgi-bin/stable_token", json=login, timeout=10).json()["access_token"]
    template = stand.template()
    values = ["急需紧缺人才认定", "N0", "2026年11月20日", "以后续通知为准"]
    data = {key: {"value": value} for key, value in zip(template["keys"], values, strict=True)}

    def send(number: int) -> int:
        openid = openids[number]
        body = {"touser": openid, "template_id": template["id"], "page": "pages/screen", "data": data}
        return http.post(f"{base}{SEND}", params={"access_token": token}, json=body, timeout=30).json()["errcode"]

    openids = _openids(stand, count)
    with ThreadPoolExecutor(threads) as pool:
        begun = time.perf_counter()
        refused = [code for code in pool.map(send, range(count)) if code]
        seconds = time.perf_counter() - begun
    assert not refused, refused[:3]
    return count / seconds


def _openids(stand: Stand, count: int) -> list[str]:
    names = [f"bench{number}" for number in range(count)]
    return stand.control("users", names=names, templates=[stand.template()["id"]], credits=3)["openids"]


def worker_rate(stand: Stand, count: int) -> tuple[float, float]:
    """Wait until the worker has sent everything; return messages a second between the first and last send."""
    while True:
        time.sleep(0.5)
        with database.connection():
            sent = OutboxMessage.select().where(OutboxMessage.state == "sent").count()
            left = OutboxMessage.select().where(OutboxMessage.state.in_(["queued", "leased", "sending"])).count()
        if not left:
            break
    with database.connection():
        first, last = OutboxMessage.select(fn.MIN(OutboxMessage.sent_at), fn.MAX(OutboxMessage.sent_at)).tuples().get()
    assert sent == count, (sent, count)
    seconds = (last - first).total_seconds()
    return count / seconds, seconds


if __name__ == "__main__":
    main()
