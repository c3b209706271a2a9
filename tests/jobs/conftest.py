"""Fixtures of the job tests: an empty store on both databases, Redis, the sandbox platform."""

from dataclasses import replace

import pytest

from tests.jobs.post import Post


@pytest.fixture
def settings(store, redis_server):
    """Settings of an installation with an open, empty store and the test's Redis."""
    return replace(store, redis_url=redis_server.url, embedded_redis=False)


@pytest.fixture
def post(settings, redis):
    """People, messages and a courier over an empty store, with senders that do as they are told."""
    return Post(settings, redis)
