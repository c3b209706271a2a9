"""Text ids: a short prefix and a ULID, so that ids sort by the moment they were made and tell what they name."""

import secrets
from datetime import datetime

from backend import clock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, lower case: no i, l, o, u to mistake


def new_id(prefix: str, at: datetime | None = None) -> str:
    """Return `prefix_` plus 26 characters: 48 bits of milliseconds (UTC), then 80 random bits.

    `at` is an aware moment, the present by default. Two ids of different milliseconds sort by time.
    """
    milliseconds = int((at or clock.now()).timestamp() * 1000)
    return f"{prefix}_{_base32(milliseconds << 80 | secrets.randbits(80))}"


def _base32(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
