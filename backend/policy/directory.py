"""Look-up lists: an exact hit after normalising the writing, near misses suggested and never assumed."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any


def normal_name(name: str) -> str:
    """Return a name in one writing: half-width letters and digits, one kind of bracket, no spaces."""
    text = unicodedata.normalize("NFKC", name).translate(str.maketrans("（）【】〔〕[]", "()()()()"))
    return re.sub(r"\s+", "", text).lower()


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One row of a directory; `extra` holds its further columns."""

    name: str
    extra: Mapping[str, Any] = field(default_factory=dict)


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
    def _by_name(self) -> dict[str, DirectoryEntry]:
        return {normal_name(entry.name): entry for entry in self.entries}

    def find(self, name: str) -> DirectoryEntry | None:
        """Return the entry whose name is the given one, letter for letter after normalising, or None."""
        return self._by_name.get(normal_name(name))

    def near_misses(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Return the names most like the given one, best first; for suggesting only."""
        found = difflib.get_close_matches(normal_name(name), self._by_name, n=limit, cutoff=0.6)
        return tuple(self._by_name[key].name for key in found)
