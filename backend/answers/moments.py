"""Said dates and periods, settled for a day: 去年11月 on 2026-02-01 is 2025-11, known to the month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.policy.periods import add_months

DAY, MONTH, YEAR = "day", "month", "year"
PART_DAYS = {"start": 1, "middle": 15, "end": 28}


@dataclass(frozen=True, slots=True)
class Settled:
    """A date with how exactly it was said: to the day, the month or the year."""

    day: date
    precision: str

    def spoken(self) -> str:
        """The date in Chinese, no more exact than it was said."""
        said = f"{self.day.year}年"
        if self.precision in (MONTH, DAY):
            said += f"{self.day.month}月"
        return said + (f"{self.day.day}日" if self.precision == DAY else "")


def settle(said: Mapping[str, Any], today: date, past: bool = True) -> Settled | None:
    """Return the date meant by the value of a `date` entity; without a year the last such month (`past`) or the next.

    Returns None when the parts do not make a date.
    """
    if "days" in said:
        return Settled(today + timedelta(days=said["days"]), DAY)
    if "months" in said:
        return _in_month(add_months(today, said["months"]), said.get("day"))
    year = today.year + said["year"] if said.get("relative") else said.get("year")
    month, day = said.get("month"), said.get("day")
    if year is None:
        year, month = _nearest(month, day, today, past)
    if month is None:
        return Settled(date(year, 7, 1), YEAR)  # the middle of the year: most degrees and first jobs lie there
    try:
        return Settled(date(year, month, day or 1), DAY if day else MONTH)
    except ValueError:
        return None


def _in_month(month: date, day: int | None) -> Settled | None:
    """A day of a month, or the month alone."""
    try:
        return Settled(month.replace(day=day or 1), DAY if day else MONTH)
    except ValueError:
        return None


def _nearest(month: int | None, day: int | None, today: date, past: bool) -> tuple[int, int]:
    month = month or today.month
    if past and (month, day or 1) > (today.month, today.day):
        return today.year - 1, month
    return (today.year + 1, month) if not past and month < today.month else (today.year, month)


def months_of(said: Mapping[str, Any]) -> int | None:
    """Return a `period` entity in whole months, None when it is one of days."""
    return int(said["months"]) if "months" in said else None


def days_of(said: Mapping[str, Any]) -> int | None:
    """Return a `period` entity in days, None when it is one of months."""
    return said.get("days") or said.get("workdays")
