"""What the WeChat tests run against: a Redis of their own, the sandbox platform and an application on loopback."""

import socket
import subprocess
import threading
from base64 import b64encode
from contextlib import contextmanager

import requests
from redis import Redis
from redis.exceptions import RedisError
from werkzeug.serving import WSGIRequestHandler, make_server

from backend import clock
from backend.run.redis_server import redis_binary
from backend.settings import Settings
from backend.wechat.sandbox import app as sandbox_app
from backend.wechat.sandbox.faults import Faults
from backend.wechat.sandbox.push import Pusher
from backend.wechat.sandbox.world import World

SECRET = b64encode(b"a secret of thirty-two bytes ....").decode()
ENVIRONMENT = {
    "TALENT_MASTER_KEYS": f"k1:{b64encode(b'1' * 32).decode()}",
    "TALENT_LOOKUP_KEY": SECRET,
    "TALENT_SESSION_KEY": SECRET,
    "TALENT_ACTION_TOKEN": "action-token",
}


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """A Redis on loopback, empty, that keeps nothing."""

    def __init__(self, folder):
        self.port = free_port()
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [redis_binary(), *options, "--dir", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                Redis.from_url(self.url).ping()
                return
            except RedisError:
                threading.Event().wait(0.05)
        raise TimeoutError("redis did not come up")

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait()


class Quiet(WSGIRequestHandler):
    """A server that keeps no log: it is the other side, whose logs are none of ours."""

    def log(self, *_):
        """Say nothing."""


@contextmanager
def served(app):
    """Serve a WSGI application on loopback; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Platform:
    """The running sandbox: its world, and its control interface over HTTP."""

    def __init__(self, url: str, world: World, faults: Faults, pusher: Pusher):
        self.url, self.world, self.faults, self.pusher = url, world, faults, pusher

    def control(self, act: str, **about):
        """Do something to the platform."""
        answer = requests.post(f"{self.url}/_ctl/{act}", json=about, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str, **options):
        """GET a path of the platform."""
        return requests.get(f"{self.url}{path}", timeout=30, **options)

    def post(self, path: str, **options):
        """POST to a path of the platform."""
        return requests.post(f"{self.url}{path}", timeout=30, **options)

    def count(self, path: str, errcode: int | None = None) -> int:
        """How often a path was called, with one result or any."""
        return sum(n for (p, code), n in self.world.totals.items() if p == path and errcode in (None, code))


@contextmanager
def platform(settings: Settings):
    """Run a fresh sandbox platform with the accounts of the settings."""
    world = World(clock.now)
    for account in sandbox_app.accounts_of(settings):
        account.callback_url = None
        account.pages = frozenset({"pages/screen", "pages/home"})
        world.accounts[account.app_id] = account
    faults, pusher = Faults(), Pusher(world)
    with served(sandbox_app.build(world, faults, pusher)) as url:
        yield Platform(url, world, faults, pusher)
