"""How people ask: the phrases written down beside the statements of a pack, and how alike a question is to them.

A question in other words than those of the texts is still like one that somebody thought of. Likeness is that of two
short texts, not of a text and a query: what either has and the other has not counts against it. Words, pairs of
characters and pairs of syllables are looked at, each weighed by how rare it is among the phrases, so that typos by
sound and words of no content matter little.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
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

    def alike(self, terms: frozenset[str]) -> Iterator[tuple[int, float, float]]:
        """Yield for each phrase sharing a term the cosine between the two and the share of the phrase that is said."""
        shared: dict[int, float] = {}
        for term in terms & self.postings.keys():
            worth = self.rarity[term] ** 2
            for number in self.postings[term]:
                shared[number] = shared.get(number, 0.0) + worth
        length = self.length(terms)
        for number, worth in shared.items():
            own = self.lengths[number]
            yield number, worth / (length * own), worth / own**2


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a text is to the ways of asking for a statement: the cosine with the nearest one, and the largest share
    of one that is said (a long message may hold a short question)."""

    whole: float = 0.0
    held: float = 0.0

    def at_least(self, other: Likeness) -> Likeness:
        """Return the larger of both in each respect."""
        return Likeness(max(self.whole, other.whole), max(self.held, other.held))


UNLIKE = Likeness()


class Phrases:
    """The phrases of a city's statements, made ready for comparing."""

    def __init__(self, asked: Iterable[tuple[int, str]], cut: Terms, sound: Callable[[str], Sequence[str]]):
        """Take (number of the statement, phrase) pairs and how texts are cut into words and syllables."""
        pairs = list(asked)
        self._owners = [owner for owner, _ in pairs]
        self._terms: dict[str, Terms] = {
            "word": cut,
            "char": lambda text: map("".join, pairwise(text)),
            "sound": lambda text: map(" ".join, pairwise(sound(text))),
        }
        self._views = {
            name: _View.of([frozenset(terms(phrase)) for _, phrase in pairs]) for name, terms in self._terms.items()
        }

    def nearest(self, texts: Iterable[str]) -> dict[int, Likeness]:
        """Return for each statement how alike its phrases are to the text nearest to them."""
        best: dict[int, Likeness] = {}
        for text in texts:
            for owner, likeness in self.alike(text).items():
                best[owner] = best.get(owner, UNLIKE).at_least(likeness)
        return best

    def alike(self, text: str) -> dict[int, Likeness]:
        """Return for each statement how alike its phrases are to a text: 0 nothing in common, 1 the same."""
        whole: dict[int, float] = {}
        held: dict[int, float] = {}
        for name, share in VIEWS.items():
            for number, alike, said in self._views[name].alike(frozenset(self._terms[name](text))):
                whole[number] = whole.get(number, 0.0) + share * alike
                held[number] = held.get(number, 0.0) + share * said
        best: dict[int, Likeness] = {}
        for number, likeness in whole.items():
            owner = self._owners[number]
            best[owner] = best.get(owner, UNLIKE).at_least(Likeness(likeness, held[number]))
        return best
