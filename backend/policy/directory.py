"""Look-up lists: an exact hit after normalising the writing, near misses suggested and never assumed."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

ONE_DAY = timedelta(days=1)


def normal_name(name: str) -> str:
    """Return a name in one writing: half-width letters and digits, one kind of bracket, no spaces."""
    text = unicodedata.normalize("NFKC", name).translate(str.maketrans("（）【】〔〕[]", "()()()()"))
    return re.sub(r"\s+", "", text).lower()


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One row of a directory with the days on which it stands there; `extra` holds its further columns.

    It is listed from `since` (None: from the beginning) until the eve of `ended_on` (None: it still is).
    """

    name: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    since: date | None = None
    ended_on: date | None = None

    def stands(self, day: date) -> bool:
        """Whether it is listed on a day."""
        return (self.since is None or self.since <= day) and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True)
class Directory:
    """A look-up list: a literal hit of the fact `by` proves `fact`; up to the day `until` a miss disproves it."""

    id: str
    name: str
    scope: str | None
    cites: tuple[str, ...]
    since: date | None
    until: date | None
    fact: str | None
    by: str | None
    entries: tuple[DirectoryEntry, ...]

    @cached_property
    def _by_name(self) -> dict[str, list[DirectoryEntry]]:
        rows: dict[str, list[DirectoryEntry]] = {}
        for entry in self.entries:
            rows.setdefault(normal_name(entry.name), []).append(entry)
        return rows

    def find(self, name: str, day: date | None = None) -> DirectoryEntry | None:
        """Return the entry of exactly that name, letter for letter after normalising, or None.

        `day` is the day on which it must stand there; without one, it must not have ended.
        """
        return next((entry for entry in self._by_name.get(normal_name(name), ()) if _listed(entry, day)), None)

    def near_misses(self, name: str, day: date | None = None, limit: int = 3) -> tuple[str, ...]:
        """Return the listed names most like the given one, best first; for suggesting only."""
        known = [key for key, rows in self._by_name.items() if any(_listed(entry, day) for entry in rows)]
        found = difflib.get_close_matches(normal_name(name), known, n=limit, cutoff=0.6)
        return tuple(self._by_name[key][-1].name for key in found)

    def replaced(self, entries: Iterable[DirectoryEntry]) -> Directory:
        """Return the directory with an imported history. What the pack itself lists holds until that history begins."""
        imported = tuple(entries)
        first = min((entry.since for entry in imported if entry.since), default=None)
        if first is None:
            return replace(self, entries=(*self.entries, *imported))
        own = (replace(entry, ended_on=first) for entry in self.entries if entry.stands(first - ONE_DAY))
        return replace(self, entries=(*own, *imported))


def _listed(entry: DirectoryEntry, day: date | None) -> bool:
    return entry.ended_on is None if day is None else entry.stands(day)
