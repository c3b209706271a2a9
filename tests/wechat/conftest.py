"""Fixtures of the WeChat tests."""

from dataclasses import replace

import pytest

from backend.settings import Settings
from tests.wechat import rig


@pytest.fixture
def settings(tmp_path, redis_server) -> Settings:
    """Settings of a sandbox installation that uses the test's Redis."""
    found = Settings.from_environment(rig.ENVIRONMENT | {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_server.url})
    return replace(found, embedded_redis=False)
