"""The packages that go to WeChat and Alipay: built, put through the offline gates, run in a simulator."""

import pytest

from tests.miniprogram.conftest import built, npm


@pytest.mark.parametrize("platform", ["h5", "mp-weixin", "mp-alipay"])
def test_a_package_builds_and_passes_the_offline_gates(platform):
    built(platform)
    done = npm("gates", "--", platform)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_client_and_its_built_pages_do_as_they_should():
    built("mp-weixin")
    done = npm("test")
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
