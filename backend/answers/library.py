"""The searches of all cities, built once per set of rules, with the wording the operator imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from threading import Lock

from backend.answers.words import sound, words
from backend.policy.catalogue import Pack
from backend.policy.eligibility import Ruleset
from backend.policy.knowledge import Knowledge, Reading, Snippet, snippets_of

Imported = Callable[[str], Iterable[Snippet]]


class Library:
    """Knowledge by city and day; `imported` gives the snippets of the articles imported for a city."""

    def __init__(self, packs: Mapping[str, Pack], imported: Imported = lambda city: ()):
        self.packs, self._imported = packs, imported
        self._built: dict[tuple[str, int], Knowledge] = {}
        self._lock = Lock()

    def knowledge(self, city: str, day: date) -> Knowledge:
        """Return the search over what the rules of a day say, building it on first use."""
        rules = self.packs[city].on(day)
        key = (city, id(rules))
        if key not in self._built:
            with self._lock:
                if key not in self._built:
                    self._built[key] = self._build(city, rules)
        return self._built[key]

    def warm_up(self, day: date) -> None:
        """Build the searches of a day and of what held before, so that no person waits for it."""
        for city, pack in self.packs.items():
            for since in (*(start for start in pack.starts if start <= day), day):
                self.knowledge(city, since)

    def _build(self, city: str, rules: Ruleset) -> Knowledge:
        return Knowledge([*snippets_of(rules), *self._imported(city)], reading())


def reading() -> Reading:
    """Return how texts are read for the search."""
    known = words()
    return Reading(known.cut, known.content, known.meanings, known.rarity, sound)
