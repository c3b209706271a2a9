"""Whether the parts of the platform answer: the checks behind `/readyz` and behind the start command.

A check takes the settings and raises whatever it likes when its part does not answer; each has its own short timeout.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

from redis import Redis

from backend.run import rasa_api
from backend.run.loopback import TIMEOUT, fetch
from backend.settings import Settings, reachable

HEARTBEAT = "talent:worker:heartbeat"
"""Redis key in which the worker notes every five seconds that it is alive; it expires soon after."""

Check = Callable[[Settings], None]


class NotReady(Exception):
    """A part answers but cannot work yet, e.g. Rasa without a model."""


def check_database(settings: Settings) -> None:
    """Ask the database a question over a connection of its own."""
    from backend.store.database import connect

    database = connect(settings.database_url)
    with database.connection_context():
        database.execute_sql("SELECT 1").fetchone()
    database.close_all()


def check_redis(settings: Settings) -> None:
    """Ask Redis for a ping."""
    with redis_client(settings) as client:
        client.ping()


def check_worker(settings: Settings) -> None:
    """Look for the worker's heartbeat, which Redis forgets when it is not renewed."""
    with redis_client(settings) as client:
        if not client.exists(HEARTBEAT):
            raise NotReady("the worker has not given a sign of life")


def check_actions(settings: Settings) -> None:
    """Ask the action endpoint."""
    fetch(f"{settings.actions_url}/healthz")


def check_web(settings: Settings) -> None:
    """Ask the web process on this machine, whatever address it listens on."""
    fetch(f"http://{reachable(settings.host)}:{settings.port}/healthz")


def check_sandbox(settings: Settings) -> None:
    """Ask the WeChat sandbox."""
    fetch(f"{settings.wechat_base_url}/healthz")


def check_rasa(settings: Settings) -> None:
    """Ask Rasa whether it has loaded a model."""
    if not rasa_api.loaded_model(settings):
        raise NotReady("Rasa has no model")


READINESS: Mapping[str, Check] = {
    "database": check_database,
    "redis": check_redis,
    "worker": check_worker,
    "actions": check_actions,
    "rasa": check_rasa,
}
"""What must answer before the platform is ready."""


def not_ready(settings: Settings, checks: Mapping[str, Check] = READINESS, limit: float = TIMEOUT + 0.5) -> list[str]:
    """Run the checks side by side and return the names of those that failed or took more than `limit` seconds."""
    pool = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="readyz")
    running = {name: pool.submit(check, settings) for name, check in checks.items()}
    done, _ = wait(running.values(), timeout=limit)
    pool.shutdown(wait=False, cancel_futures=True)
    return [name for name, future in running.items() if future not in done or future.exception()]


def wait_until(check: Check, settings: Settings, seconds: float, ticks: Iterable[None]) -> bool:
    """Repeat a check until it passes (true) or `seconds` are over (false); `ticks` paces it and may raise."""
    deadline = time.monotonic() + seconds
    for _ in ticks:
        try:
            check(settings)
        except Exception:
            if time.monotonic() > deadline:
                return False
        else:
            return True
    return False


def redis_client(settings: Settings) -> Redis:
    """Return a Redis client that gives up quickly."""
    return Redis.from_url(settings.redis_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
