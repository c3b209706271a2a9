"""The processes of the WeChat benchmarks: sandbox without its file, the push address alone, a worker without Rasa."""

import gc
import logging
import signal
import sys

from flask import Flask

from backend import clock
from backend.jobs import inbound
from backend.jobs.senders import AccountTemplates
from backend.jobs.worker import Worker, open_redis
from backend.settings import Settings
from backend.store import database
from backend.wechat.gateway import open_gateways
from backend.wechat.sandbox.app import COLLECT_AFTER, accounts_of, build
from backend.wechat.sandbox.faults import Faults
from backend.wechat.sandbox.push import Pusher
from backend.wechat.sandbox.world import World


def sandbox() -> Flask:
    """The sandbox platform with its state in memory alone."""
    settings = Settings.from_environment()
    clock.follow(settings.data_dir / "clock-ahead")  # the others follow it when they open the store
    gc.set_threshold(*COLLECT_AFTER)
    world = World(clock.now)
    for account in accounts_of(settings):
        world.accounts[account.app_id] = account
    return build(world, Faults(), Pusher(world, threads=2))


def callbacks() -> Flask:
    """The push addresses, as the web process serves them."""
    settings = Settings.from_environment()
    database.open_store(settings)
    redis = open_redis(settings)
    gateways = open_gateways(settings, redis, clock.now)
    templates = AccountTemplates(gateways.mini_program, {}, clock.now)
    inboxes = inbound.open_inboxes(settings, gateways, templates, _silent, _nothing, _nothing, clock.now)
    app = Flask(__name__)
    for blueprint in inbound.callbacks(settings, inboxes, redis):
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    return app


def _silent(*_: object) -> list:
    return []


def _nothing(*_: object) -> None:
    """These benchmarks ask for nothing to be done later."""


def worker() -> None:
    """A worker as in production, with an assistant that says nothing."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    settings = Settings.from_environment()
    database.open_store(settings)
    running = Worker(settings, _silent, _nothing)
    signal.signal(signal.SIGTERM, lambda *_: running.stop.set())
    running.run()


if __name__ == "__main__":
    worker()
