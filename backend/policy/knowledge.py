"""Everything a city's texts say, one small statement at a time, and the search over it.

A snippet is one statement with its clauses, its item and what it answers. Snippets come from every part of a pack: item
statements, conditions, tiers, papers, steps, windows, duties, open questions, silences, clauses, and the articles that
the operator imported. The search fuses three views of a question (words with their meanings, pairs of characters, pairs
of syllables) and adds what is known of the question already: its item and its aspect.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from backend.policy.phrases import UNLIKE, Likeness, Phrases
from backend.policy.types import Cites, Item

if TYPE_CHECKING:
    from backend.policy.eligibility import Ruleset

SATURATION, LENGTH = 1.2, 0.4
VIEWS = {"word": 0.6, "char": 0.28, "sound": 0.12}
ITEM_BONUS, ASPECT_BONUS, ASKED_BONUS = 0.9, 0.55, 0.8
CLAUSE_DISCOUNT = 0.82
"""A whole clause says more than was asked; a single statement that fits is the better answer."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One statement; `aspects` are those of the pack format, best first, `source` the kind of entry it comes from."""

    text: str
    cites: Cites
    item: str | None = None
    aspects: tuple[str, ...] = ()
    source: str = "statement"
    keywords: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    title: str = ""
    quote: str | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A snippet found: its score, the share of the question's content it carries, how alike the words alone are, and
    how alike the question is to a way of asking for it."""

    snippet: Snippet
    score: float
    carried: float
    alike: float = 0.0
    asked: Likeness = UNLIKE


@dataclass(frozen=True)
class Reading:
    """How texts are read for the search; see `backend.answers.words`."""

    cut: Callable[[str], Sequence[str]]
    content: Callable[[str], Sequence[str]]
    meanings: Callable[[str], Sequence[str]]
    rarity: Callable[[str], float]
    sound: Callable[[str], Sequence[str]]


@dataclass
class _View:
    """Postings of one view: term → (snippet number, weight), with each term's rarity among the snippets."""

    postings: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    idf: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Sequence[Counter[str]]) -> _View:
        lengths = [sum(counts.values()) for counts in texts]
        average = (sum(lengths) / len(lengths)) if lengths else 1.0
        view = cls()
        for number, (counts, length) in enumerate(zip(texts, lengths, strict=True)):
            norm = SATURATION * (1 - LENGTH + LENGTH * length / (average or 1.0))
            for term, count in counts.items():
                view.postings.setdefault(term, []).append((number, count * (SATURATION + 1) / (count + norm)))
        total = len(texts)
        for term, found in view.postings.items():
            view.idf[term] = math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
        return view

    def scores(self, terms: Iterable[str]) -> dict[int, float]:
        """Return BM25 scores relative to the best that the terms could reach."""
        wanted = list(dict.fromkeys(terms))
        unseen = max(self.idf.values(), default=1.0)
        reachable = sum(self.idf.get(term, unseen) for term in wanted) * (SATURATION + 1) or 1.0
        found: dict[int, float] = {}
        for term in wanted:
            for number, weight in self.postings.get(term, ()):
                found[number] = found.get(number, 0.0) + self.idf[term] * weight / reachable
        return found


class Knowledge:
    """The snippets of one city on one day, made ready for searching."""

    def __init__(self, snippets: Iterable[Snippet], reading: Reading):
        self.snippets, self.reading = tuple(snippets), reading
        texts = [self._text_of(snippet) for snippet in self.snippets]
        self._words = [Counter(reading.cut(text)) for text in texts]
        for snippet, counts in zip(self.snippets, self._words, strict=True):
            for keyword in snippet.keywords:
                counts.update([keyword.lower(), *reading.cut(keyword)])
        self._views = {
            "word": _View.of(self._words),
            "char": _View.of([Counter(pairs(text)) for text in texts]),
            "sound": _View.of([Counter(pairs(reading.sound(text))) for text in texts]),
        }
        self._phrases = Phrases(self._asked(), self._meant, reading.sound)
        asked = (word for snippet in self.snippets for phrase in snippet.asked for word in reading.cut(phrase))
        self._known = frozenset((*(term for counts in self._words for term in counts), *asked))

    def search(
        self,
        text: str,
        items: Mapping[str, float] | None = None,
        aspects: Mapping[str, float] | None = None,
        limit: int = 8,
        bare: Sequence[str] = (),
    ) -> list[Hit]:
        """Return the snippets that answer `text` best.

        `items` and `aspects` say how likely the question is about each (0 to 1); without them only the words count.
        `bare` is the question without the names in it, alone and in its message, to be compared with the ways of
        asking.
        """
        content = self.reading.content(text)
        asked = self._phrases.nearest([without(each, ()) for each in bare or (text,)])
        fused = {number: ASKED_BONUS * likeness.whole for number, likeness in asked.items()}
        for view, terms in self._terms(text, content).items():
            for number, score in self._views[view].scores(terms).items():
                fused[number] = fused.get(number, 0.0) + VIEWS[view] * score
        alike = {number: score - ASKED_BONUS * asked.get(number, UNLIKE).whole for number, score in fused.items()}
        for number, snippet in enumerate(self.snippets):
            bonus = self._prior(snippet, items or {}, aspects or {})
            if bonus > 0 and (number in fused or items):
                fused[number] = fused.get(number, 0.0) + bonus
        best = sorted(fused.items(), key=lambda each: (-each[1] * self._discount(each[0]), each[0]))[:limit]
        return [
            Hit(
                self.snippets[number],
                score * self._discount(number),
                self.carried(content, number),
                alike.get(number, 0.0),
                asked.get(number, UNLIKE),
            )
            for number, score in best
        ]

    def _meant(self, text: str) -> Iterator[str]:
        """Yield the words of a text, each with what it means in the words of the texts."""
        for word in self.reading.cut(text):
            yield from self.reading.meanings(word)

    def _asked(self) -> Iterator[tuple[int, str]]:
        """Yield each way of asking with the number of its snippet, the names of the item left out."""
        for number, snippet in enumerate(self.snippets):
            named = sorted(snippet.names, key=len, reverse=True)
            for phrase in snippet.asked:
                yield number, without(phrase, named) or phrase

    def carried(self, content: Sequence[str], number: int) -> float:
        """Return the share of the content words, weighed by rarity, that a snippet carries by itself or by meaning."""
        if not content:
            return 1.0
        weights = {word: 0.15 + self.reading.rarity(word) for word in content}
        own = self._words[number]
        there = sum(weight for word, weight in weights.items() if any(m in own for m in self.reading.meanings(word)))
        return there / sum(weights.values())

    def unknown(self, text: str) -> list[str]:
        """Return the content words of `text` that occur nowhere in what is known of the city, rarest first."""
        words = [w for w in self.reading.content(text) if not any(m in self._known for m in self.reading.meanings(w))]
        return sorted(words, key=lambda word: -self.reading.rarity(word))

    def about(self, item: str | None, *aspects: str) -> list[Snippet]:
        """Return the snippets of an item (None: of the city) with one of the aspects, in the order of the pack."""
        return [s for s in self.snippets if s.item == item and (not aspects or set(aspects) & set(s.aspects))]

    def _terms(self, text: str, content: Sequence[str]) -> dict[str, Iterable[str]]:
        meant = [meaning for word in content for meaning in self.reading.meanings(word)]
        inner = [part for word in meant for part in self.reading.cut(word)]
        plain = "".join(content)
        return {"word": [*meant, *inner], "char": pairs(plain), "sound": pairs(self.reading.sound(plain))}

    def _prior(self, snippet: Snippet, items: Mapping[str, float], aspects: Mapping[str, float]) -> float:
        of_item = items.get(snippet.item, 0.0) if snippet.item else 0.0
        if items and not of_item and snippet.item and max(items.values()) == 1.0:
            return -ITEM_BONUS / 2
        of_aspect = max((aspects.get(aspect, 0.0) for aspect in snippet.aspects), default=0.0)
        return ITEM_BONUS * of_item + ASPECT_BONUS * of_aspect

    def _discount(self, number: int) -> float:
        return CLAUSE_DISCOUNT if self.snippets[number].source in ("clause", "article") else 1.0

    @staticmethod
    def _text_of(snippet: Snippet) -> str:
        return " ".join((snippet.title, snippet.text, *snippet.keywords, *snippet.names))


def without(text: str, names: Iterable[str]) -> str:
    """Return a text without the names in it, and without spaces."""
    for name in names:
        text = text.replace(name, "")
    return "".join(text.split())


def pairs(units: Sequence[str]) -> Iterator[str]:
    """Yield neighbouring pairs of characters or syllables."""
    for first, second in pairwise(units):
        yield f"{first}{second}"


# --- where snippets come from -----------------------------------------------------------------------------------------


def snippets_of(rules: Ruleset) -> list[Snippet]:
    """Return everything that the rules of a day say about a city."""
    found: list[Snippet] = []
    for item in rules.items.values():
        names = tuple(dict.fromkeys((item.name, *item.aliases)))
        found += [replace(snippet, item=item.id, names=names) for snippet in _of_item(item)]
    return [*found, *_of_city(rules), *_of_clauses(rules)]


def _of_item(item: Item) -> Iterator[Snippet]:
    if item.summary:
        yield Snippet(item.summary, item.cites, aspects=("general", "amount", "rights"), source="summary")
    if item.audience:
        yield Snippet(f"适用：{item.audience}。", item.cites, aspects=("coverage", "conditions"), source="audience")
    for statement in item.statements:
        yield Snippet(
            statement.text,
            statement.cites,
            aspects=(statement.aspect,),
            keywords=statement.keywords,
            asked=statement.asked,
        )
    for condition in item.conditions:
        yield Snippet(
            f"需要：{condition.says}。",
            condition.cites,
            aspects=("conditions",),
            source="condition",
            asked=condition.asked,
        )
    for bar in item.exclusions:
        yield Snippet(
            f"有这种情况不行：{bar.says}。", bar.cites, aspects=("exclusions",), source="exclusion", asked=bar.asked
        )
    for material in item.materials:
        text = f"{material.name}{f'，{material.look}' if material.look else ''}。"
        yield Snippet(text, material.cites, aspects=("materials",), source="material")
    for step in item.steps:
        if step.does:
            place = f"（{step.where}）" if step.where else ""
            yield Snippet(f"{step.does}{place}。", step.cites, aspects=("procedure",), source="step")
    for channel in item.channels:
        text = f"{channel.name}{f'：{channel.note}' if channel.note else ''}。"
        yield Snippet(text, channel.cites, aspects=("procedure", "where"), source="channel")
    for question in item.open_questions:
        yield Snippet(
            question.text, question.between, None, ("general",), "question", question.readings, asked=question.asked
        )


def _of_city(rules: Ruleset) -> Iterator[Snippet]:
    city = rules.pack.city
    for window in city.windows.values():
        only = window.items[0] if len(window.items) == 1 and window.items[0] != "all" else None
        said = [window.address, window.hours, "、".join(window.phones), window.note]
        text = f"{window.name}：{'；'.join(part for part in said if part)}"
        yield Snippet(text, window.cites, only, ("where", "phone"), "window")
    for hotline in city.hotlines:
        text = f"{hotline.name}：{hotline.phone}，{hotline.purpose}。"
        yield Snippet(text, hotline.cites, aspects=("phone",), source="hotline")
    for agency in city.agencies.values():
        for duty in agency.duties:
            text = f"{agency.name}：{duty.text}。"
            yield Snippet(text, duty.cites, None, ("responsible",), "duty", names=agency.aliases, asked=duty.asked)
    for silence in city.not_said:
        yield Snippet(
            silence.text,
            silence.nearest,
            None,
            (),
            "silence",
            silence.keywords,
            title=silence.topic,
            asked=silence.asked,
        )


def _of_clauses(rules: Ruleset) -> Iterator[Snippet]:
    for clause in rules.pack.clauses.values():
        topics = clause.topics
        aspects = tuple(dict.fromkeys(topic.aspect for topic in topics))
        owners = {topic.item for topic in topics}
        item = owners.pop() if len(owners) == 1 else None
        title = f"{rules.pack.documents[clause.document].title} {clause.title or ''}"
        text = re.sub(r"\s+", "", clause.text)
        yield Snippet(text, (clause.id,), item, aspects, "clause", title=title)
