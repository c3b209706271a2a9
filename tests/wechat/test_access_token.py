"""The shared token: asked for as seldom as possible, and still never held on to when it has ended."""

from datetime import datetime, timedelta

import pytest

from backend.clock import SHANGHAI
from backend.wechat.access_token import AccessToken


class Platform:
    """Gives the stable token; `end` makes it another one. Keeps the time."""

    def __init__(self):
        self.now, self.number, self.asked = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI), 1, 0

    def fetch(self):
        self.asked += 1
        return f"token-{self.number}", 7200

    def end(self):
        self.number += 1

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def platform():
    """The platform."""
    return Platform()


@pytest.fixture
def token(redis, platform):
    """The token of one process."""
    return AccessToken(redis, "wx1", platform.fetch, lambda: platform.now)


def test_a_token_the_platform_insists_on_is_not_asked_for_while_calls_go_through(token, platform):
    stale = token.get()
    for _ in range(40):
        assert token.renew(stale) == stale
        platform.later(0.1)
        token.worked()
    assert platform.asked == 2


def test_a_token_that_ends_just_after_the_platform_insisted_on_it_is_asked_for_within_a_second(token, platform):
    stale = token.get()
    assert token.renew(stale) == stale
    token.worked()
    platform.end()
    assert token.renew(stale) == stale
    platform.later(1)
    assert token.renew(stale) == "token-2"
    assert platform.asked == 3


def test_a_platform_that_refuses_its_own_token_is_asked_once_a_second_at_most(token, platform):
    stale = token.get()
    for _ in range(100):
        assert token.renew(stale) == stale
        platform.later(0.1)
    assert platform.asked <= 12


def test_another_process_uses_what_the_first_one_brought(token, platform, redis):
    stale = token.get()
    platform.end()
    other = AccessToken(redis, "wx1", platform.fetch, lambda: platform.now)
    assert other.get() == stale
    assert {token.renew(stale), other.renew(stale)} == {"token-2"}
    assert platform.asked == 2
