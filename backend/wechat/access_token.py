"""One access token for all processes: kept in Redis, fetched by one of them at a time.

The platform's stable token stays the same until five minutes before its end. A stampede of fetches, or a process that
fetches again for every call that was refused, would eat the day's quota; so a fetch happens under a lock, the others
wait and read what it brought. Where the platform refuses a token and, asked, insists on the same, it is not asked for
another while calls with it go through; once none does, it is asked again, but not every moment.
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

INSISTED = timedelta(seconds=5)
"""For so long a token that the platform gave again, although calls were refused with it, is not asked for anew."""

SILENT = timedelta(seconds=1)
"""But when no call went through with it for so long, it is."""

LOCK_SECONDS = 30
WAIT_SECONDS = 20


@dataclass(frozen=True)
class Token:
    """An access token, its end (Unix seconds), and when the platform last insisted on it."""

    value: str
    expires_at: float
    insisted_at: float = 0.0

    def fresh(self, now: datetime) -> bool:
        """Whether the token may be used without asking."""
        return now.timestamp() < self.expires_at - MARGIN.total_seconds()


Fetch = Callable[[], tuple[str, int]]
"""Asks the platform for its stable token and the seconds it is valid. Raises WeChatError."""


class AccessToken:
    """The token of one account, shared by threads and processes."""

    def __init__(self, redis: Redis, app_id: str, fetch: Fetch, clock: Callable[[], datetime]):
        self._redis, self._fetch, self._clock = redis, fetch, clock
        self._key = f"talent:wechat:{app_id}:access_token"
        self._here = threading.Lock()
        self._token: Token | None = None
        self._worked_at = clock().timestamp()

    def worked(self) -> None:
        """Note that a call with the token went through."""
        self._worked_at = self._clock().timestamp()

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
                self._token = self._ask(stale)
            return self._token.value

    def _usable(self, token: Token | None, stale: str | None) -> bool:
        """Whether `token` serves: fresh, and not the stale one unless the platform insists on it and calls succeed."""
        now = self._clock()
        if token is None or not token.fresh(now):
            return False
        since = now.timestamp() - token.insisted_at
        silent = now.timestamp() - max(self._worked_at, token.insisted_at) >= SILENT.total_seconds()
        return token.value != stale or (since < INSISTED.total_seconds() and not silent)

    def _shared(self, stale: str | None) -> Token:
        """Return the token another process brought, or bring one while the others wait."""
        known = self._read()
        if self._usable(known, stale):
            return known
        try:
            with self._redis.lock(f"{self._key}:lock", timeout=LOCK_SECONDS, blocking_timeout=WAIT_SECONDS):
                known = self._read()
                return known if self._usable(known, stale) else self._bring(stale)
        except LockError:
            log.warning("access token lock was lost or never came free")
            return self._bring(stale)

    def _bring(self, stale: str | None) -> Token:
        token = self._ask(stale)
        seconds = max(1, int(token.expires_at - self._clock().timestamp()))
        self._redis.set(self._key, json.dumps(asdict(token)), ex=seconds)
        return token

    def _ask(self, stale: str | None) -> Token:
        now = self._clock().timestamp()
        value, seconds = self._fetch()
        log.info("access token fetched, valid %s s%s", seconds, ", the same as before" if value == stale else "")
        return Token(value, now + seconds, now if value == stale else 0.0)

    def _read(self) -> Token | None:
        text = self._redis.get(self._key)
        return Token(**json.loads(text)) if text else None
