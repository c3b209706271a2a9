"""One access token for all processes: kept in Redis, fetched by one of them at a time.

The platform's stable token stays the same until five minutes before its end. A stampede of fetches, or a process that
fetches again for every stale answer, would eat the day's quota; so a fetch happens under a lock, the others wait and
read what it brought, and a token that was just confirmed is not asked for again.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from redis import Redis
from redis.exceptions import LockError, RedisError

log = logging.getLogger(__name__)

MARGIN = timedelta(minutes=4)
"""A token is renewed this long before its end; the platform hands out a new one in the last five minutes."""

CONFIRMED = timedelta(seconds=10)
"""A token that the platform confirmed this recently is not asked for again, whatever calls say of it."""

FORCE_EVERY = timedelta(seconds=60)
"""The platform takes a forced refresh every 30 seconds and 20 times a day."""

LOCK_SECONDS = 30
WAIT_SECONDS = 20


@dataclass(frozen=True)
class Token:
    """An access token, its end, and when the platform last confirmed and was last forced to renew it."""

    value: str
    expires_at: float
    confirmed_at: float
    forced_at: float = 0.0

    def fresh(self, now: datetime) -> bool:
        """Whether the token may be used without asking."""
        return now.timestamp() < self.expires_at - MARGIN.total_seconds()


Fetch = Callable[[bool], tuple[str, int]]
"""Asks the platform: force → token and seconds it is valid. Raises WeChatError."""


class AccessToken:
    """The token of one account, shared by threads and processes."""

    def __init__(self, redis: Redis, app_id: str, fetch: Fetch, clock: Callable[[], datetime]):
        self._redis, self._fetch, self._clock = redis, fetch, clock
        self._key = f"talent:wechat:{app_id}:access_token"
        self._here = threading.Lock()
        self._token: Token | None = None

    def get(self) -> str:
        """Return a valid token. Raises WeChatError when the platform gives none."""
        token = self._token
        if token and token.fresh(self._clock()):
            return token.value
        return self._renew(stale=None)

    def renew(self, stale: str) -> str:
        """Return a token to use in place of `stale`, which a call was refused with. Raises WeChatError."""
        return self._renew(stale)

    def _renew(self, stale: str | None) -> str:
        with self._here:
            if self._usable(self._token, stale):
                return self._token.value
            try:
                self._token = self._shared(stale)
            except RedisError as error:
                log.warning("access token not shared: redis says %s", type(error).__name__)
                self._token = self._ask(self._token, stale)
            return self._token.value

    def _usable(self, token: Token | None, stale: str | None) -> bool:
        """Whether `token` serves: fresh, and not the stale one unless the platform has just confirmed it."""
        now = self._clock()
        if token is None or not token.fresh(now):
            return False
        return token.value != stale or now.timestamp() - token.confirmed_at < CONFIRMED.total_seconds()

    def _shared(self, stale: str | None) -> Token:
        """Return the token another process brought, or bring one while the others wait."""
        known = self._read()
        if self._usable(known, stale):
            return known
        try:
            with self._redis.lock(f"{self._key}:lock", timeout=LOCK_SECONDS, blocking_timeout=WAIT_SECONDS):
                known = self._read()
                return known if self._usable(known, stale) else self._bring(known, stale)
        except LockError:
            log.warning("access token lock was lost or never came free")
            return self._bring(self._read(), stale)

    def _bring(self, known: Token | None, stale: str | None) -> Token:
        token = self._ask(known, stale)
        seconds = max(1, int(token.expires_at - self._clock().timestamp()))
        self._redis.set(self._key, json.dumps(asdict(token)), ex=seconds)
        return token

    def _ask(self, known: Token | None, stale: str | None) -> Token:
        """Ask the platform; force a new token only when it insists on the stale one."""
        now = self._clock().timestamp()
        forced_at = known.forced_at if known else 0.0
        value, seconds = self._fetch(False)
        if value == stale and now - forced_at >= FORCE_EVERY.total_seconds():
            value, seconds = self._fetch(True)
            forced_at = now
        log.info("access token confirmed, valid %s s", seconds)
        return Token(value, now + seconds, now, forced_at)

    def _read(self) -> Token | None:
        text = self._redis.get(self._key)
        return Token(**json.loads(text)) if text else None
