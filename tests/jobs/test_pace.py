"""The pace: shared by all workers, paused together, slowed together, recovering."""

import threading

import pytest

from backend.jobs.pace import Pace


@pytest.fixture
def pace(redis):
    """Ten messages a second."""
    return Pace(redis, "wx1", 10)


def test_no_more_goes_out_than_the_bucket_holds(pace, redis):
    assert pace.take(100) == 5
    assert Pace(redis, "wx1", 10).take(100) == 0
    assert Pace(redis, "wx2", 10).take(3) == 3


def test_the_bucket_fills_again_with_time(pace):
    pace.take(100)
    threading.Event().wait(0.25)
    assert 1 <= pace.take(100) <= 4


def test_nothing_goes_out_in_a_pause_and_the_longer_pause_holds(pace):
    pace.pause(60)
    pace.pause(1)
    assert 59 < pace.paused() <= 60
    assert pace.take(1) == 0
    pace.resume()
    assert pace.take(1) == 1


def test_slower_halves_and_time_brings_a_tenth_back_every_minute(pace, redis):
    pace.slower()
    pace.slower()
    assert float(redis.hget("talent:pace:wx1", "rate")) == 2.5
    redis.hset("talent:pace:wx1", "slowed", int(redis.time()[0]) - 185)
    pace.take(0)
    assert float(redis.hget("talent:pace:wx1", "rate")) == 5.5
