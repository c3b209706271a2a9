from datetime import timedelta

import pytest

from backend import clock


@pytest.fixture
def followed(tmp_path):
    clock.follow(tmp_path / "clock-ahead")
    yield
    clock.follow(None)


def test_the_clock_of_the_sandbox_can_be_set_ahead_step_by_step(followed):
    before = clock.now()
    clock.set_ahead(timedelta(days=2))
    clock.set_ahead(timedelta(days=3))
    assert timedelta(days=5) <= clock.now() - before < timedelta(days=5, seconds=60)


def test_a_clock_that_follows_no_file_cannot_be_set():
    with pytest.raises(RuntimeError):
        clock.set_ahead(timedelta(days=1))


def test_the_moment_is_aware_and_in_shanghai():
    assert clock.now().utcoffset() == timedelta(hours=8)
