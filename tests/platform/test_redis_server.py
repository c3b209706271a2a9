"""The embedded Redis is for us alone and loses nothing when it is killed."""

import os
import signal
import subprocess

import pytest
from redis import AuthenticationError, Redis

from backend.run import health
from backend.run.generated_secrets import provide_secrets
from backend.run.redis_server import NoRedisServer, redis_binary, write_config
from backend.settings import Settings
from tests.platform.processes import eventually
from tests.servers import free_ports


@pytest.fixture
def settings(tmp_path):
    env = {"DATA_DIR": str(tmp_path), "PORT": str(free_ports())}
    provide_secrets(env)
    return Settings.from_environment(env)


@pytest.fixture
def start(settings):
    """Return a function that starts the server and waits until it answers."""
    started = []

    def run():
        try:
            binary = redis_binary()
        except NoRedisServer as reason:
            pytest.skip(str(reason))
        server = subprocess.Popen([binary, str(write_config(settings))], stdout=subprocess.DEVNULL)
        started.append(server)
        assert eventually(lambda: health.not_ready(settings, {"redis": health.check_redis}) == [])
        return server

    yield run
    for server in started:
        server.kill()
        server.wait()


def test_what_was_answered_survives_kill_minus_nine(settings, start):
    server = start()
    with Redis.from_url(settings.redis_url) as client:
        for number in range(500):
            client.rpush("queue", number)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    start()
    with Redis.from_url(settings.redis_url) as client:
        assert client.llen("queue") == 500


def test_nobody_gets_in_without_the_password(settings, start):
    start()
    with Redis(port=settings.port + 4) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_the_password_is_in_a_file_that_only_its_owner_reads(settings):
    path = write_config(settings)
    assert "requirepass" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
