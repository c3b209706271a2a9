"""A small word model of what people ask here, and the best reading of a typed sentence under it.

`Language.read` cuts a text into words and undoes homophone typos in one search: among all ways to read the text as
known words, where a word of this field may also stand where something of the same sound was typed (at a price for each
changed character), it takes the likeliest. Counts of words and word pairs come from the training sentences, the rest
from the general dictionary of jieba.
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import jieba

from bot.components.writing import sounds, syllables

LONGEST = 12
BEAM = 8
PRICE = 4.6
"""What a changed character costs, in nats; tuned on the training sentences (see docs/assistant.md)."""
PAIR, WORD, GENERAL = 0.55, 0.33, 0.12
"""Weights of the pair model, the word model and the general dictionary; they sum to one."""
START = "^"


class Word(NamedTuple):
    """A word of the reading: its place in the text, its form, and whether it was typed otherwise."""

    start: int
    end: int
    form: str
    changed: bool


NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两俩仨半")
COUNTED = NUMERALS | frozenset("个年月号日岁元块人天次本家套")


def _breaks_number(text: str, place: int, form: str) -> bool:
    """Whether a form would replace a numeral beside another or beside what is counted: 十五个 is no 是五个."""
    for at, char in enumerate(form, start=place):
        if text[at] in NUMERALS and text[at] != char:
            beside = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
            if COUNTED & set(beside):
                return True
    return False


class Language:
    """Word and word-pair counts of the field, with an index of its words by sound."""

    def __init__(self, words: dict[str, int], pairs: dict[str, dict[str, int]]):
        """`words`: count of each word of the field; `pairs`: for each word, counts of the words that follow it."""
        jieba.initialize()
        self.words, self.pairs = words, pairs
        self._total = sum(words.values()) or 1
        self._following = {word: sum(after.values()) for word, after in pairs.items()}
        self._general_total = float(jieba.dt.total or 1)
        self._by_sound: dict[str, Any] = {}
        for word, count in words.items():
            if count >= (25 if len(word) == 1 else 1):
                self._index(word)

    @classmethod
    def learn(cls, sentences: Iterable[str], names: Iterable[str]) -> "Language":
        """Count the words of `sentences`, cut with `names` known as words; each name counts a little by itself."""
        words: Counter = Counter()
        pairs: dict[str, Counter] = {}
        for name in names:
            if len(name) > 1:
                words[name] += 3
        cutter = cls(dict(words), {})
        for sentence in sentences:
            cut = [word.form for word in cutter.read(sentence, tolerant=False)]
            words.update(cut)
            for before, after in zip([START, *cut], cut, strict=False):
                pairs.setdefault(before, Counter())[after] += 1
        return cls(dict(words), {word: dict(after) for word, after in pairs.items()})

    def as_data(self) -> dict[str, Any]:
        """Return the counts as plain data for the model archive."""
        return {"words": self.words, "pairs": self.pairs}

    def read(self, text: str, tolerant: bool = True) -> list[Word]:
        """Return the likeliest words of `text`; with `tolerant`, homophones of the field's words are put right."""
        # best[i]: last word -> (cost so far, that word, the state before) for readings that end at place i
        best: list[dict[str, tuple[float, Word | None, Any]]] = [{} for _ in range(len(text) + 1)]
        best[0][START] = (0.0, None, None)
        for place in range(len(text)):
            states = heapq.nsmallest(BEAM, best[place].items(), key=lambda state: state[1][0])
            if not states:
                continue
            for word, changes in self._candidates(text, place, tolerant):
                for before, state in states:
                    cost = state[0] + changes * PRICE + self._cost(before, word.form)
                    known = best[word.end].get(word.form)
                    if known is None or cost < known[0]:
                        best[word.end][word.form] = (cost, word, state)
        return self._trace(best[len(text)])

    def _trace(self, states: dict[str, tuple[float, Word | None, Any]]) -> list[Word]:
        words: list[Word] = []
        state = min(states.values(), key=lambda each: each[0]) if states else None
        while state is not None and state[1] is not None:
            words.append(state[1])
            state = state[2]
        return words[::-1]

    def _candidates(self, text: str, place: int, tolerant: bool) -> Iterable[tuple[Word, int]]:
        """All words that can stand at `place`, with the number of characters that were typed otherwise."""
        for end in range(place + 1, min(len(text), place + LONGEST) + 1):
            typed = text[place:end]
            if end == place + 1 or typed in self.words or jieba.dt.FREQ.get(typed):
                yield Word(place, end, typed, False), 0
        if not tolerant or not "一" <= text[place] <= "鿿":
            return
        for form in self._sounding_like(text, place):
            typed = text[place : place + len(form)]
            if form != typed and not _breaks_number(text, place, form):
                changes = sum(a != b for a, b in zip(form, typed, strict=True))
                yield Word(place, place + len(form), form, True), changes

    def _sounding_like(self, text: str, place: int) -> Iterable[str]:
        nodes = [self._by_sound]
        for char in text[place : place + LONGEST]:
            nodes = [node[sound] for node in nodes for sound in sounds(char) if sound in node]
            if not nodes:
                return
            for node in nodes:
                yield from node.get(None, ())

    def _index(self, word: str) -> None:
        node = self._by_sound
        for syllable in syllables(word):
            node = node.setdefault(syllable, {})
        node.setdefault(None, []).append(word)

    def _cost(self, before: str, word: str) -> float:
        following = self._following.get(before)
        pair = self.pairs[before].get(word, 0) / following if following else 0.0
        alone = self.words.get(word, 0) / self._total
        general = (jieba.dt.FREQ.get(word) or 0.2) / self._general_total
        return -math.log(PAIR * pair + WORD * alone + GENERAL * general)
