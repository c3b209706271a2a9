"""Legal periods over a real holiday calendar. Pure: the calendar is passed in.

Readings (docs/adr): the day of the event is not counted, the next day is day 1; of a period in workdays the first
workday after the event is day 1; a period in months ends on the corresponding day, or on the last day of the month that
has none; the last day ends with its close. A year nobody has published a calendar for is refused, not guessed.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Protocol

import chinese_calendar  # type: ignore[import-untyped]  # ships no type hints

ONE_DAY = timedelta(days=1)


class UncoveredYear(LookupError):
    """No holiday calendar is known for a year. `year` is that year."""

    def __init__(self, year: int):
        super().__init__(
            f"{year}年的节假日安排尚未录入，无法计算工作日。请在后台“工作日历”中录入国务院办公厅公布的放假通知后再试。"
        )
        self.year = year


class UnknownUnit(ValueError):
    """A period has a unit that is not workday, day, month or year. `unit` is what it has."""

    def __init__(self, unit: str):
        super().__init__(f"期限单位只能是工作日（workday）、日（day）、月（month）或年（year），不能是“{unit}”。")
        self.unit = unit


class WrongLength(ValueError):
    """A period is shorter than one unit. `length` is what was given."""

    def __init__(self, length: int):
        super().__init__(f"期限至少为 1，不能是 {length}。")
        self.length = length


class Calendar(Protocol):
    """Says which days are worked."""

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on `day`. Raises UncoveredYear."""


@dataclass(frozen=True)
class WorkCalendar:
    """The national calendar (2004 to the last year its library knows) under the operator's own days.

    `overrides` says of single days whether they are worked. `covered` names further years for which the operator has
    entered every deviation from the plain week, so that the remaining days of those years follow the weekday.
    """

    overrides: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    covered: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Tell whether offices work on `day`. Raises UncoveredYear."""
        if day in self.overrides:
            return self.overrides[day]
        if day.year in self.covered:
            return day.weekday() < 5
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            raise UncoveredYear(day.year) from None


NATIONAL = WorkCalendar()
"""The calendar without any day of the operator's own."""


def add_workdays(day: date, length: int, calendar: Calendar = NATIONAL) -> date:
    """Return the `length`-th workday after `day`; the first workday after it is day 1.

    Raises WrongLength, UncoveredYear.
    """
    if length < 1:
        raise WrongLength(length)
    while length:
        day += ONE_DAY
        length -= calendar.is_workday(day)
    return day


def add_days(day: date, length: int, calendar: Calendar = NATIONAL) -> date:
    """Return the last day of `length` calendar days after `day`. Raises WrongLength."""
    if length < 1:
        raise WrongLength(length)
    return day + length * ONE_DAY


def add_months(day: date, length: int, calendar: Calendar = NATIONAL) -> date:
    """Return the corresponding day `length` months later, at most the last of that month. Raises WrongLength."""
    if length < 1:
        raise WrongLength(length)
    years, month = divmod(day.month - 1 + length, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, length: int, calendar: Calendar = NATIONAL) -> date:
    """Return the corresponding day `length` years later. Raises WrongLength."""
    return add_months(day, 12 * length, calendar)


UNITS = {"workday": add_workdays, "day": add_days, "month": add_months, "year": add_years}
"""Unit of a period → how its last day is found."""


def due_on(event_on: date, length: int, unit: str, calendar: Calendar = NATIONAL) -> date:
    """Return the last day of a period of `length` units that starts after the day of the event.

    Raises UnknownUnit, WrongLength, UncoveredYear.
    """
    if unit not in UNITS:
        raise UnknownUnit(unit)
    return UNITS[unit](event_on, length, calendar)


def closed_days(event_on: date, last_day: date, calendar: Calendar = NATIONAL) -> list[date]:
    """Return the days after the event, up to and with the last day, on which offices are closed.

    Raises UncoveredYear.
    """
    return [day for day in _days(event_on, last_day) if not calendar.is_workday(day)]


def workdays_in(after: date, last_day: date, calendar: Calendar = NATIONAL) -> int:
    """Return the number of workdays after one day up to and with another; 0 when the second is not later.

    Raises UncoveredYear.
    """
    return sum(calendar.is_workday(day) for day in _days(after, last_day))


def next_workday(day: date, calendar: Calendar = NATIONAL) -> date:
    """Return `day` if it is worked, else the first workday after it. Raises UncoveredYear."""
    return day if calendar.is_workday(day) else add_workdays(day, 1, calendar)


@dataclass(frozen=True)
class Span:
    """A stretch of days in which a clock stands still: from the day it stopped to the day it went on."""

    stopped_on: date
    resumed_on: date


def due_after_pauses(
    event_on: date, length: int, unit: str, pauses: Sequence[Span], calendar: Calendar = NATIONAL
) -> date:
    """Return the last day of a period whose clock stood still during `pauses`.

    The day a clock stops counts for nobody, the day it goes on is the event of what remains: its next day counts again.
    Of a period in workdays only workdays are given back; of the others, calendar days. Raises as `due_on` does.
    """
    lost = sorted({day for pause in pauses for day in _days(pause.stopped_on - ONE_DAY, pause.resumed_on)})
    if unit == "workday":
        return add_workdays(event_on, length, _Without(calendar, frozenset(lost)))
    return _extended(event_on, due_on(event_on, length, unit, calendar), lost)


def _extended(event_on: date, last_day: date, lost: Iterable[date]) -> date:
    for day in lost:
        if event_on < day <= last_day:
            last_day += ONE_DAY
    return last_day


def _days(after: date, last_day: date) -> list[date]:
    return [after + number * ONE_DAY for number in range(1, (last_day - after).days + 1)]


@dataclass(frozen=True)
class _Without:
    """A calendar in which some days do not count."""

    calendar: Calendar
    lost: frozenset[date]

    def is_workday(self, day: date) -> bool:
        return day not in self.lost and self.calendar.is_workday(day)
