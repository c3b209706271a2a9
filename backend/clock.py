"""The only module that asks the machine for the time.

Everything else takes a moment or a day as an argument.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment as an aware datetime in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """Return the calendar day in Asia/Shanghai."""
    return now().date()
