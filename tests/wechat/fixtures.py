"""Fixtures of the WeChat tests, used by the tests of the jobs too."""

from dataclasses import replace

import pytest
from redis import Redis

from backend import clock
from backend.settings import Settings
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
def settings(tmp_path, redis_server) -> Settings:
    """Settings of a sandbox installation that uses the test's Redis."""
    found = Settings.from_environment(rig.ENVIRONMENT | {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_server.url})
    return replace(found, embedded_redis=False)


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
