"""Imported lists (key enterprises and the like) with the days between which each name stood on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import ModelSelect, fn

from backend.policy.directory import normal_name
from backend.store.database import transaction
from backend.store.models import DirectoryEntry

A_LIST = ""
"""The name of a row that stands for no name: a list was imported for its day."""


@dataclass(frozen=True)
class Listed:
    """One name on a list; `district` is the list's scope, never guessed from the name."""

    name: str
    district: str | None = None
    credit_code: str | None = None
    details: Mapping[str, Any] | None = None


def replace(city: str, directory: str, entries: Iterable[Listed], from_day: date, source: str) -> tuple[int, int]:
    """Make `entries` the list from a day on, until the next list that was imported for a later day.

    Names are the same when they differ only in width, brackets and spaces. What stood before the day stays as it was.
    Returns how many names are new on that day and how many ended. Importing the same list again changes nothing.
    """
    with transaction():
        wanted = {normal_name(one.name): one for one in entries}
        rows = history(city, directory)
        until = _next_list(city, directory, from_day)
        _mark(city, directory, from_day, source)
        present = {normal_name(row.name): row for row in rows if _stands(row, from_day)}
        added = [one for key, one in wanted.items() if key not in present]
        ended = [row for key, row in present.items() if key not in wanted]
        for row in ended:
            _end(row, from_day, until)
        for one in added:
            _add(_row(city, directory, one, source), from_day, until, rows)
    return len(added), len(ended)


def _next_list(city: str, directory: str, day: date) -> date | None:
    """Return the first day after `day` for which a list was imported."""
    later = (DirectoryEntry.name == A_LIST) & (DirectoryEntry.listed_on > day)
    return _rows(city, directory).where(later).select(fn.MIN(DirectoryEntry.listed_on)).scalar()


def _mark(city: str, directory: str, day: date, source: str) -> None:
    """Note that a list was imported for a day, even where it is the same as the one before."""
    DirectoryEntry.insert(
        city=city, directory=directory, name=A_LIST, listed_on=day, delisted_on=day, source=source, details={}
    ).on_conflict_ignore().execute()


def _end(row: DirectoryEntry, day: date, until: date | None) -> None:
    """End a name on a day; where the next list holds it still, it stands again from there."""
    row.delete_instance()
    _write(_content(row), row.listed_on, day)
    if until is not None and until != row.delisted_on:
        _write(_content(row), until, row.delisted_on)


def _add(content: Mapping[str, Any], day: date, until: date | None, rows: Sequence[DirectoryEntry]) -> None:
    """Put a name on the list from a day until the next list; where that one holds it too, the two rows become one."""
    name = normal_name(content["name"])
    following = next((row for row in rows if row.listed_on == until and normal_name(row.name) == name), None)
    if following is not None:
        following.delete_instance()
    _write(content, day, following.delisted_on if following else until)


def _row(city: str, directory: str, one: Listed, source: str) -> dict[str, Any]:
    return {
        "city": city,
        "directory": directory,
        "name": one.name,
        "district": one.district,
        "credit_code": one.credit_code,
        "details": dict(one.details or {}),
        "source": source,
    }


def _content(row: DirectoryEntry) -> dict[str, Any]:
    return _row(row.city, row.directory, Listed(row.name, row.district, row.credit_code, row.details), row.source)


def _write(content: Mapping[str, Any], listed_on: date, delisted_on: date | None) -> None:
    """Rows are written anew, never changed, so that `state` tells of every import."""
    if delisted_on is None or listed_on < delisted_on:
        DirectoryEntry.create(**content, listed_on=listed_on, delisted_on=delisted_on)


def listed(city: str, directory: str, name: str, on: date) -> DirectoryEntry | None:
    """Return the entry of exactly this name (after normalising) that stood on a list on a day, or None."""
    rows = history(city, directory)
    return next((row for row in rows if _stands(row, on) and normal_name(row.name) == normal_name(name)), None)


def names(city: str, directory: str, on: date) -> list[str]:
    """Return the names that stood on a list on a day."""
    return sorted(row.name for row in history(city, directory) if _stands(row, on))


def history(city: str, directory: str) -> list[DirectoryEntry]:
    """Return every row of a list that was ever imported, the earliest first."""
    rows = _rows(city, directory).where(DirectoryEntry.name != A_LIST)
    return list(rows.order_by(DirectoryEntry.listed_on, DirectoryEntry.name))


def lists(city: str, directory: str) -> list[DirectoryEntry]:
    """Return one row for every day for which a list was imported, with its source; the earliest first."""
    return list(_rows(city, directory).where(DirectoryEntry.name == A_LIST).order_by(DirectoryEntry.listed_on))


def _rows(city: str, directory: str) -> ModelSelect:
    return DirectoryEntry.select().where((DirectoryEntry.city == city) & (DirectoryEntry.directory == directory))


def state() -> tuple[int, str | None]:
    """Return a value that is another one after every import, for those who keep what they read."""
    return DirectoryEntry.select(fn.COUNT(DirectoryEntry.id), fn.MAX(DirectoryEntry.id)).tuples().get()


def _stands(row: DirectoryEntry, day: date) -> bool:
    return row.listed_on <= day and (row.delisted_on is None or row.delisted_on > day)
