"""Arithmetic of legal periods on the calendar.

The first day of a period is not counted; a period in months or years ends on the corresponding day, or on the last
day of the month where that day does not exist (docs/adr, "Periods").
"""

from calendar import monthrange
from datetime import date, timedelta

from backend.policy.types import Period

SHORTEST_MONTH = 28


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` later (or earlier), at most the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = day.day if day.day <= SHORTEST_MONTH else min(day.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, last)


def add_period(day: date, period: Period) -> date:
    """Return the last day of a period of years, months, whole calendar months or days that starts after `day`.

    Raises ValueError for workdays, which need a calendar (backend.workdays).
    """
    if period.unit == "year":
        return add_months(day, 12 * period.number)
    if period.unit == "month":
        return add_months(day, period.number)
    if period.unit == "day":
        return day + timedelta(days=period.number)
    if period.unit == "whole_month":  # 从次月起: calendar months that begin with the one after the day
        return first_of_month(day, period.number + 1) - timedelta(days=1)
    raise ValueError(f"a period of {period.unit} needs a calendar")


def full_years(since: date, day: date) -> int:
    """Return the completed years between two days (周岁)."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def full_months(since: date, day: date) -> int:
    """Return the completed months between two days."""
    months = (day.year - since.year) * 12 + day.month - since.month
    return months - (add_months(since, months) > day)


def first_of_month(day: date, months_later: int = 0) -> date:
    """Return the first day of the month that lies `months_later` after the month of `day`."""
    return add_months(day.replace(day=1), months_later)


def month_index(text: str) -> int:
    """Return a running number for a month written `YYYY-MM`. Raises ValueError when it is not one."""
    year, month = text.split("-")
    if not 1 <= int(month) <= 12:
        raise ValueError(f"no such month: {text}")
    return int(year) * 12 + int(month) - 1


def month_of(index: int) -> str:
    """Return the month `YYYY-MM` of a running number."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def index_of(day: date) -> int:
    """Return the running number of the month in which `day` lies."""
    return day.year * 12 + day.month - 1
