"""Text ids: a short prefix and a ULID, so that ids sort by the moment they were made and tell what they name."""

import secrets
import threading
from datetime import datetime

from backend import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, lower case: no i, l, o, u to mistake


class _Rising:
    """Numbers that rise within a process, even within one millisecond."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0

    def next(self, milliseconds: int) -> int:
        """Return a number whose upper bits are the time and whose lower 80 bits nobody can guess."""
        with self._lock:
            fresh = milliseconds << 80 | secrets.randbits(80)
            same = self._last >> 80 >= milliseconds
            self._last = self._last + 1 + secrets.randbits(64) if same else fresh
            return self._last


_rising = _Rising()


def new_id(prefix: str, at: datetime | None = None) -> str:
    """Return `prefix_` plus 26 characters: 48 bits of milliseconds (UTC), then 80 random bits.

    `at` is an aware moment, the present by default. Ids of different milliseconds sort by time; those of the present
    also in the order in which this process made them.
    """
    if at is not None:
        return f"{prefix}_{_base32(_milliseconds(at) << 80 | secrets.randbits(80))}"
    return f"{prefix}_{_base32(_rising.next(_milliseconds(clock.now())))}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _base32(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
