"""How people ask: the phrases written down beside the statements of a pack, and how alike a question is to them.

A question in other words than those of the texts is still like one that somebody thought of. Likeness is that of two
short texts, not of a text and a query: what either has and the other has not counts against it. Words, pairs of
characters and pairs of syllables are looked at, each weighed by how rare it is among the phrases, so that typos by
sound and words of no content matter little.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

VIEWS = {"word": 0.4, "char": 0.3, "sound": 0.3}
Terms = Callable[[str], Iterable[str]]


@dataclass
class _View:
    """One way of looking at phrases: term → numbers of the phrases that have it; the length of each phrase."""

    postings: dict[str, list[int]] = field(default_factory=dict)
    rarity: dict[str, float] = field(default_factory=dict)
    lengths: list[float] = field(default_factory=list)
    unseen: float = 1.0

    @classmethod
    def of(cls, phrases: Sequence[frozenset[str]]) -> _View:
        counts = Counter(term for terms in phrases for term in terms)
        view = cls(rarity={term: math.log(1 + len(phrases) / count) for term, count in counts.items()})
        view.unseen = math.log(1 + len(phrases)) if phrases else 1.0
        for number, terms in enumerate(phrases):
            view.lengths.append(view.length(terms))
            for term in terms:
                view.postings.setdefault(term, []).append(number)
        return view

    def length(self, terms: Iterable[str]) -> float:
        """Return the length of a text as a vector of its terms' rarities."""
        return math.sqrt(sum(self.rarity.get(term, self.unseen) ** 2 for term in terms)) or 1.0

    def alike(self, terms: frozenset[str]) -> dict[int, float]:
        """Return for each phrase that shares a term the cosine between the two."""
        shared: dict[int, float] = {}
        for term in terms & self.postings.keys():
            worth = self.rarity[term] ** 2
            for number in self.postings[term]:
                shared[number] = shared.get(number, 0.0) + worth
        length = self.length(terms)
        return {number: worth / (length * self.lengths[number]) for number, worth in shared.items()}


class Phrases:
    """The phrases of a city's statements, made ready for comparing."""

    def __init__(self, asked: Iterable[tuple[int, str]], cut: Terms, sound: Callable[[str], Sequence[str]]):
        """Take (number of the statement, phrase) pairs and how texts are cut into words and syllables."""
        pairs = list(asked)
        self._owners = [owner for owner, _ in pairs]
        self._terms = {
            "word": cut,
            "char": lambda text: map("".join, pairwise(text)),
            "sound": lambda text: map(" ".join, pairwise(sound(text))),
        }
        self._views = {
            name: _View.of([frozenset(terms(phrase)) for _, phrase in pairs]) for name, terms in self._terms.items()
        }

    def alike(self, text: str) -> dict[int, float]:
        """Return for each statement how alike its nearest phrase is to a text: 0 nothing in common, 1 the same."""
        found: dict[int, float] = {}
        for name, share in VIEWS.items():
            for number, likeness in self._views[name].alike(frozenset(self._terms[name](text))).items():
                found[number] = found.get(number, 0.0) + share * likeness
        best: dict[int, float] = {}
        for number, likeness in found.items():
            owner = self._owners[number]
            best[owner] = max(best.get(owner, 0.0), likeness)
        return best
