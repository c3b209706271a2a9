"""The sandbox platform, its gateways and a Redis, for tests of every folder that say what their `settings` are."""

from dataclasses import replace

import pytest
from redis import Redis

from backend import clock
from backend.wechat.gateway import open_gateways
from tests.wechat import rig


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """One Redis for the session."""
    server = rig.RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server):
    """An empty Redis."""
    client = Redis.from_url(redis_server.url)
    client.flushall()
    return client


@pytest.fixture
def platform(settings):
    """A running, fresh sandbox platform."""
    with rig.platform(settings) as running:
        yield running


@pytest.fixture
def gateways(settings, platform, redis):
    """The gateways to that platform."""
    return open_gateways(replace(settings, wechat_base_url=platform.url), redis, clock.now)


@pytest.fixture
def gateway(gateways):
    """The mini-program's gateway."""
    return gateways.mini_program
