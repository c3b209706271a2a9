"""A city's pack: its documents, clauses and items, and the rules of any day."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property

from backend.policy.directory import Directory, normal_name
from backend.policy.eligibility import Ruleset
from backend.policy.types import City, Clause, Document, Item
from backend.policy.vocabulary import Vocabulary
from backend.workdays import Calendar


class UnknownItem(Exception):
    """No item of the city is called that. `suggestions` are the closest names."""

    def __init__(self, asked: str, suggestions: tuple[str, ...]):
        hint = f"，您是不是要找：{'、'.join(suggestions)}" if suggestions else ""
        super().__init__(f"没有叫“{asked}”的事项{hint}")
        self.asked, self.suggestions = asked, suggestions


class UnknownCity(Exception):
    """No pack is loaded for that city. `known` are the names of those that are."""

    def __init__(self, asked: str, known: tuple[str, ...]):
        super().__init__(f"还没有“{asked}”的政策，现在可以查：{'、'.join(known)}")
        self.asked, self.known = asked, known


class Pack:
    """One city's policy as data. `version` is a content hash; applications are pinned to it and to their day."""

    def __init__(
        self,
        city: City,
        documents: Mapping[str, Document],
        clauses: Mapping[str, Clause],
        vocabulary: Vocabulary,
        directories: Sequence[Directory],
        starts: Sequence[date],
        build: Callable[[Pack, date], Ruleset],
        version: str,
    ):
        self.city, self.documents, self.clauses = city, documents, clauses
        self.vocabulary, self.directories, self.version = vocabulary, tuple(directories), version
        self.starts = tuple(sorted(starts))
        self._eras = [build(self, day) for day in (date.min, *self.starts)]

    def on(self, day: date) -> Ruleset:
        """Return the rules as they stand on a day."""
        return self._eras[bisect_right(self.starts, day)]

    def within(self, directories: Sequence[Directory], calendar: Calendar) -> Pack:
        """Return the same pack with other directories (an imported history) and another calendar (operator's days)."""
        twin = copy(self)
        twin.directories = tuple(directories)
        twin._eras = [era.within(twin, directories, calendar) for era in self._eras]
        return twin

    @property
    def items(self) -> Mapping[str, Item]:
        """All items as they stand in the latest era known."""
        return self._eras[-1].items

    @cached_property
    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for item in self.items.values():
            for name in (*item.aliases, item.name, item.id):
                names.setdefault(normal_name(name), item.id)
        names.update({normal_name(item.name): item.id for item in self.items.values()})
        return names

    def find_item(self, name: str) -> Item:
        """Return the item of that id, official name or alias. Raises UnknownItem with the closest names."""
        found = self.item_named(name)
        if found is None:
            close = difflib.get_close_matches(normal_name(name), self._names, n=3, cutoff=0.5)
            raise UnknownItem(name, tuple(dict.fromkeys(self.items[self._names[key]].name for key in close)))
        return found

    def item_named(self, name: str) -> Item | None:
        """Return the item of that id, official name or alias, or None; a remark in brackets at the end may stand."""
        asked = normal_name(name)
        found = self._names.get(asked) or self._names.get(_REMARK.sub("", asked))
        return self.items[found] if found else None

    def clause(self, cite: str) -> Clause:
        """Return the clause of a citation; a part without a clause of its own gives its article. Raises KeyError."""
        return self.clauses.get(cite) or self.clauses[article_of(cite)]

    def title_of(self, cite: str) -> str:
        """Return the title of the document a citation lies in."""
        return self.documents[cite.partition("/")[0]].title


_REMARK = re.compile(r"\([^()]*\)$")


def article_of(cite: str) -> str:
    """Return the article-level citation: `living-2020/9.3` gives `living-2020/9`."""
    document, _, article = cite.partition("/")
    return f"{document}/{article.partition('.')[0]}"


class Packs(Mapping[str, Pack]):
    """All packs by city id, findable by any name of the city."""

    def __init__(self, packs: Mapping[str, Pack], vocabulary: Vocabulary):
        self._packs, self.vocabulary = dict(packs), vocabulary

    __eq__, __hash__ = object.__eq__, object.__hash__  # loaded once and never changed: each is only like itself

    def __getitem__(self, city_id: str) -> Pack:
        return self._packs[city_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)

    def each(self, change: Callable[[Pack], Pack]) -> Packs:
        """Return all packs, each changed in the same way."""
        return Packs({city: change(pack) for city, pack in self._packs.items()}, self.vocabulary)

    def find(self, name: str) -> Pack:
        """Return the pack of a city by id, name or alias. Raises UnknownCity naming those there are."""
        asked = normal_name(name)
        for pack in self._packs.values():
            city = pack.city
            if asked in {normal_name(known) for known in (city.id, city.name, city.full_name, *city.aliases)}:
                return pack
        raise UnknownCity(name, tuple(pack.city.name for pack in self._packs.values()))
