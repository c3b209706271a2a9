"""The operator's own days above the holiday library: one row says of one day whether offices work."""

from datetime import date, datetime

from peewee import fn

from backend.store.models import WorkdayOverride
from backend.workdays import WorkCalendar

WHOLE_YEAR = "the whole year is entered"
"""Reason of the row that declares a year covered; it stands on 31 December of that year under the city `*`."""


def calendar(city: str = "") -> WorkCalendar:
    """Return the work calendar of a city: national rows (city empty) under the city's own."""
    rows = WorkdayOverride.select().where(WorkdayOverride.city.in_(["", city])).order_by(WorkdayOverride.city)
    return WorkCalendar({row.day: row.workday for row in rows}, covered_years())


def declare(day: date, workday: bool, reason: str, staff_id: str, at: datetime, city: str = "") -> None:
    """Declare one day open or closed; a later word on the same day replaces it."""
    WorkdayOverride.insert(
        city=city, day=day, workday=workday, reason=reason, entered_by=staff_id, entered_at=at
    ).on_conflict(
        conflict_target=[WorkdayOverride.city, WorkdayOverride.day],
        update={"workday": workday, "reason": reason, "entered_by": staff_id, "entered_at": at},
    ).execute()


def cover(year: int, staff_id: str, at: datetime) -> None:
    """Declare that every deviation of a year from the plain week is entered, so that the year may be reckoned with."""
    declare(date(year, 12, 31), True, WHOLE_YEAR, staff_id, at, city="*")


def covered_years() -> frozenset[int]:
    """Return the years the operator declared covered."""
    rows = WorkdayOverride.select(WorkdayOverride.day).where(WorkdayOverride.city == "*")
    return frozenset(row.day.year for row in rows)


def state() -> tuple[int, datetime | None]:
    """Return a value that is another one after every declaration, for those who keep what they read."""
    return WorkdayOverride.select(fn.COUNT(WorkdayOverride.day), fn.MAX(WorkdayOverride.entered_at)).tuples().get()


def declared(year: int, city: str = "") -> list[WorkdayOverride]:
    """Return the days declared for a year, in order."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = WorkdayOverride.select().where((WorkdayOverride.city == city) & WorkdayOverride.day.between(first, last))
    return list(rows.order_by(WorkdayOverride.day))
