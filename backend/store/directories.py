"""Imported lists (key enterprises and the like) with the days between which each name stood on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.store.database import transaction
from backend.store.models import DirectoryEntry


@dataclass(frozen=True)
class Listed:
    """One name on a list; `district` is the list's scope, never guessed from the name."""

    name: str
    district: str | None = None
    credit_code: str | None = None
    details: Mapping[str, Any] | None = None


def replace(city: str, directory: str, entries: Iterable[Listed], from_day: date, source: str) -> tuple[int, int]:
    """Make `entries` the list from a day on: new names are added, missing ones end the day before is over.

    Returns how many were added and how many ended. The history before the day stays as it was.
    """
    with transaction():
        present = {row.name: row for row in _on(city, directory, from_day)}
        wanted = {one.name: one for one in entries}
        added = [one for name, one in wanted.items() if name not in present]
        ended = [row for name, row in present.items() if name not in wanted]
        for one in added:
            _add(city, directory, one, from_day, source)
        for row in ended:
            DirectoryEntry.update(delisted_on=from_day).where(DirectoryEntry.id == row.id).execute()
    return len(added), len(ended)


def _add(city: str, directory: str, one: Listed, from_day: date, source: str) -> None:
    DirectoryEntry.create(
        city=city,
        directory=directory,
        name=one.name,
        district=one.district,
        credit_code=one.credit_code,
        listed_on=from_day,
        source=source,
        details=dict(one.details or {}),
    )


def listed(city: str, directory: str, name: str, on: date) -> DirectoryEntry | None:
    """Return the entry of exactly this name that stood on a list on a day, or None."""
    return _on(city, directory, on).where(DirectoryEntry.name == name.strip()).first()


def names(city: str, directory: str, on: date) -> list[str]:
    """Return the names that stood on a list on a day."""
    return [row.name for row in _on(city, directory, on).order_by(DirectoryEntry.name)]


def _on(city: str, directory: str, day: date):
    return DirectoryEntry.select().where(
        (DirectoryEntry.city == city)
        & (DirectoryEntry.directory == directory)
        & (DirectoryEntry.listed_on <= day)
        & (DirectoryEntry.delisted_on.is_null() | (DirectoryEntry.delisted_on > day))
    )
