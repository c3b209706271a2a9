"""The processes of the platform on one machine, as a table: how each is started, how it shows that it is ready.

Which of them are needed follows from the settings: no Redis of our own when REDIS_URL names one, no WeChat sandbox when
a real WeChat app id is given, no Rasa and no actions here when RASA_URL or ACTIONS_URL point elsewhere.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from signal import SIGINT, SIGTERM, Signals
from urllib.parse import urlsplit

from backend.run import health, rasa_api
from backend.run.model import model_path, rasa_environment
from backend.run.paths import RASA_PYTHON, ROOT
from backend.run.redis_server import redis_binary, write_config
from backend.settings import Settings, process_environment

LOOPBACK = "127.0.0.1"
CONFIG = "python:backend.run.gunicorn_config"


@dataclass(frozen=True)
class Process:
    """One process: `name`, its Chinese `title`, command line, environment, the check that it is ready, its port."""

    name: str
    title: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    ready: health.Check
    port: int | None = None
    host: str = LOOPBACK
    patience: int = 60
    stop_signal: Signals = SIGTERM


def processes(settings: Settings) -> list[Process]:
    """Return the processes that `settings` ask for on this machine, in the order in which they start."""
    return [make(settings) for needed, make in TABLE if needed(settings)]


def marker(settings: Settings) -> tuple[str, str]:
    """Return the environment variable by which the processes of this data directory are recognised later."""
    return "TALENT_SUPERVISED", str(settings.data_dir)


def application_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of our own processes: what we were given, with the data directory made absolute."""
    fixed = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "DATA_DIR": str(settings.data_dir)}
    return {**process_environment(), **fixed, **dict([marker(settings)])}


def _redis(settings: Settings) -> Process:
    return Process(
        name="redis",
        title="Redis",
        argv=(redis_binary(), str(write_config(settings))),
        env=dict([marker(settings)]),
        ready=health.check_redis,
        port=urlsplit(settings.redis_url).port,
    )


def _sandbox(settings: Settings) -> Process:
    return _server(settings, "sandbox", "微信沙箱", "backend.wechat.sandbox.app", 3, health.check_sandbox, threads=64)


def _actions(settings: Settings) -> Process:
    return _server(settings, "actions", "助手动作", "bot.actions.app", 1, health.check_actions)


def _web(settings: Settings) -> Process:
    """Load the packs once, before the workers fork; nothing in create_app opens a connection or starts a thread."""
    workers = ("--preload", "--workers", str(settings.web_workers))
    return _server(settings, "web", "网站", "miniprogram_api.app", 0, health.check_web, settings.host, workers)


def _server(
    settings: Settings,
    name: str,
    title: str,
    module: str,
    offset: int,
    ready: health.Check,
    host: str = LOOPBACK,
    workers: tuple[str, ...] = ("--workers", "1"),
    threads: int = 16,
) -> Process:
    """Return a gunicorn server of `create_app()` in `module`, on the port `offset` after PORT."""
    port = settings.port + offset
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ("--name", name, "--bind", bind, *workers, "--threads", str(threads))
    return Process(
        name=name,
        title=title,
        argv=(sys.executable, "-m", "gunicorn", "--config", CONFIG, *options, f"{module}:create_app()"),
        env=application_environment(settings),
        ready=ready,
        port=port,
        host=host,
    )


def _worker(settings: Settings) -> Process:
    return Process(
        name="worker",
        title="后台任务",
        argv=(sys.executable, "-m", "backend.jobs.worker"),
        env=application_environment(settings),
        ready=health.check_worker,
        stop_signal=SIGINT,
    )


def _rasa(settings: Settings) -> Process:
    port = settings.port + 2
    options = (
        "--model",
        str(model_path(settings.models_dir)),
        "--endpoints",
        "bot/endpoints.yml",
        "--credentials",
        "bot/credentials.yml",
    )
    redis = urlsplit(settings.redis_url)
    env = rasa_environment(
        RASA_API_SECRET=rasa_api.secret(settings),
        ACTIONS_URL=settings.actions_url,
        TALENT_ACTION_TOKEN=settings.action_token,
        REDIS_HOST=redis.hostname or LOOPBACK,
        REDIS_PORT=str(redis.port or 6379),
        REDIS_DB=redis.path.strip("/") or "0",
        REDIS_PASSWORD=redis.password or "",
        **dict([marker(settings)]),
    )
    return Process(
        name="rasa",
        title="Rasa",
        argv=(
            str(RASA_PYTHON),
            "-m",
            "backend.run.rasa_server",
            "--interface",
            LOOPBACK,
            "--port",
            str(port),
            *options,
        ),
        env=env,
        ready=health.check_rasa,
        port=port,
        patience=240,
    )


def _at_home(url: Callable[[Settings], str], offset: int) -> Callable[[Settings], bool]:
    return lambda settings: url(settings) == f"http://{LOOPBACK}:{settings.port + offset}"


TABLE: tuple[tuple[Callable[[Settings], bool], Callable[[Settings], Process]], ...] = (
    (lambda settings: settings.embedded_redis, _redis),
    (lambda settings: settings.sandbox, _sandbox),
    (_at_home(lambda settings: settings.actions_url, 1), _actions),
    (_at_home(lambda settings: settings.rasa_url, 2), _rasa),
    (lambda settings: True, _worker),
    (lambda settings: True, _web),
)
"""When a process is needed here, and how it is made; in the order of starting."""
