"""Figures that take long to make: kept for a while, made anew beside the page that asks, never twice at once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

FRESH = timedelta(minutes=1)
"""Younger than this, what is kept is the answer."""

USABLE = timedelta(minutes=10)
"""Younger than this it still is, while it is being made anew; older it is none."""

PATIENCE = 2.0
"""Seconds a page waits for what it has never seen before it says that it is being made."""


@dataclass
class Making:
    """One value on its way: `done` is set when it is there, or has failed."""

    at: datetime
    done: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: BaseException | None = None


class Kept:
    """Keeps what `make` returns for a key, for the most recent `most` keys."""

    def __init__(self, make: Callable[[Any], Any], most: int = 64):
        self._make, self._most = make, most
        self._lock = threading.Lock()
        self._there: OrderedDict[Hashable, Making] = OrderedDict()
        self._coming: dict[Hashable, Making] = {}

    def ask(self, key: Hashable, now: datetime, patience: float | None = PATIENCE) -> tuple[Any, datetime] | None:
        """Return the value for a key and the moment from which it is; None while it is still being made.

        `patience` is how many seconds to wait where nothing usable is there; None waits until it is. Raises what the
        making raised.
        """
        kept = self._there.get(key)
        age = now - kept.at if kept else USABLE
        if age >= FRESH or age < -FRESH:
            coming = self._begin(key, now)
            if age < USABLE and patience is not None:
                return kept.value, kept.at
            if not coming.done.wait(patience):
                return None
            kept = coming
        if kept.error is not None:
            raise kept.error
        return kept.value, kept.at

    def clear(self) -> None:
        """Forget everything, after what is being made is made."""
        self.settle()
        self._there.clear()

    def settle(self) -> None:
        """Wait until all that is being made is made."""
        for coming in list(self._coming.values()):
            coming.done.wait()

    def _begin(self, key: Hashable, now: datetime) -> Making:
        with self._lock:
            if key not in self._coming:
                self._coming[key] = Making(now)
                threading.Thread(target=self._finish, args=(key, self._coming[key]), daemon=True).start()
            return self._coming[key]

    def _finish(self, key: Hashable, making: Making) -> None:
        try:
            making.value = self._make(key)
        except BaseException as error:
            making.error = error
        with self._lock:
            del self._coming[key]
            if making.error is None:
                self._there[key] = making
                self._there.move_to_end(key)
                while len(self._there) > self._most:
                    self._there.popitem(last=False)
        making.done.set()
