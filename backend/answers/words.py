"""Words of a text for searching: cut, emptied of what carries no content, with what colloquial words mean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import jieba
import yaml
from pypinyin import lazy_pinyin

FILE = Path(__file__).with_name("words.yml")


class Words:
    """A dictionary of words with the empty ones and the meanings of colloquial ones."""

    def __init__(self, empty: Iterable[str], means: dict[str, Sequence[str]], names: Iterable[str] = ()):
        self.empty, self.means = frozenset(empty), means
        self._cutter = jieba.Tokenizer()
        self._cutter.cache_file = "talent-words.cache"
        for name in {*means, *(word for meant in means.values() for word in meant), *names}:
            if len(name) > 1:
                self._cutter.add_word(name, 2000)

    def cut(self, text: str) -> list[str]:
        """Return all words of a text, long ones with the words inside them, in small letters."""
        return [word for word in self._cutter.cut_for_search(text.lower(), HMM=False) if _says_something(word)]

    def content(self, text: str) -> list[str]:
        """Return the words of a question that carry content, each once, in order."""
        words = (word for word in self._cutter.cut(text.lower(), HMM=False) if _says_something(word))
        return list(dict.fromkeys(word for word in words if not self._is_empty(word)))

    def _is_empty(self, word: str) -> bool:
        """Whether a word carries nothing: an empty one, or one put together from such (哪几个, 怎么弄)."""
        if word in self.empty:
            return True
        if word in self.means or len(word) > 5:
            return False
        reached = {0}
        for place in range(len(word)):
            if place in reached:
                reached |= {end for end in range(place + 1, len(word) + 1) if word[place:end] in self.empty}
        return len(word) in reached

    def meanings(self, word: str) -> tuple[str, ...]:
        """Return a word with what it means in the words of the texts."""
        return (word, *self.means.get(word, ()))

    def rarity(self, word: str) -> float:
        """Return how rare a word is in Chinese at large, between 0 (everywhere) and 1 (nowhere)."""
        seen = self._cutter.FREQ.get(word) or 0
        return min(1.0, max(0.0, 1.0 - (seen / 20_000) ** 0.35)) if seen else 1.0


def _says_something(word: str) -> bool:
    return any(char.isalnum() for char in word)


@lru_cache(maxsize=1)
def cues() -> Mapping[str, re.Pattern[str]]:
    """Return the words apart from each other that together name an item: name → pattern."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: re.compile(pattern) for name, pattern in data["cues"].items()}


@lru_cache(maxsize=1)
def points() -> Mapping[str, Sequence[str]]:
    """Return the items that a kind of words points to where no item is named: kind → names, the likeliest first."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["points"]


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the words of the file beside this module."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Words(data["empty"].split(), {word: tuple(meant) for word, meant in data["means"].items()})


def sound(text: str) -> tuple[str, ...]:
    """Return the toneless syllables of a text, each character read by itself."""
    return tuple(syllable for char in text if (syllable := _syllable(char)))


@lru_cache(maxsize=20_000)
def _syllable(char: str) -> str:
    return "".join(lazy_pinyin(char, errors="ignore"))
