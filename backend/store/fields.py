"""Column types of the store that peewee does not bring: moments that are always aware, and whole fen."""

from datetime import UTC, datetime

from peewee import BigIntegerField, Field

from backend.clock import SHANGHAI

MOMENT_TYPES = {"MOMENT": "TIMESTAMPTZ"}
"""Handed to PostgreSQL databases; SQLite keeps moments as sortable UTC text."""


class NaiveMoment(ValueError):
    """A datetime without a time zone was about to be stored. `value` is that datetime."""

    def __init__(self, value: datetime):
        super().__init__(f"a moment needs a time zone: {value.isoformat()}")
        self.value = value


class MomentField(Field):
    """An aware datetime: UTC in the database, Asia/Shanghai in the program.

    SQLite gets fixed-width text (`2026-03-04T05:06:07.000008Z`), which compares as time does; PostgreSQL TIMESTAMPTZ.
    """

    field_type = "MOMENT"

    def db_value(self, value):
        """Return the UTC form of `value`. Raises NaiveMoment when it carries no time zone."""
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is None:
            raise NaiveMoment(value)
        if self._native():
            return value
        return f"{value.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"

    def python_value(self, value):
        """Return the stored moment in Asia/Shanghai."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(SHANGHAI)

    def _native(self) -> bool:
        return self.model._meta.database._field_types.get("MOMENT") == "TIMESTAMPTZ"


class FenField(BigIntegerField):
    """Whole fen. A float or a bool is a programming error and is refused."""

    def db_value(self, value):
        """Return `value` unchanged. Raises TypeError for anything but an int or None."""
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"fen are whole numbers, not {type(value).__name__}")
        return value
