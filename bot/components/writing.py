"""One way of writing: half width, simplified characters, small letters; and how a character sounds.

Everything here keeps the length of the text, so that a place in the result is the same place in what was typed.
"""

import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin, pinyin

_SIMPLIFY = OpenCC("t2s")
_BREATHS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def plain(text: str) -> str:
    """Return `text` in half width, simplified characters and small letters, of the same length."""
    narrow = "".join(_narrow(char) for char in text)
    simple = _SIMPLIFY.convert(narrow)
    return simple if len(simple) == len(narrow) else "".join(_simple(char) for char in narrow)


@lru_cache(maxsize=20_000)
def sounds(char: str) -> frozenset[str]:
    """Return all readings of one character as folded syllables; a character without a reading sounds like itself."""
    readings = pinyin(char, style=Style.NORMAL, heteronym=True, errors=lambda other: [[other]])[0]
    return frozenset(fold(reading) for reading in readings if isinstance(reading, str))


def syllables(word: str) -> list[str]:
    """Return the folded syllables of a word, each character read as the word wants it."""
    return [fold(syllable) for syllable in lazy_pinyin(word, errors=list)]


def fold(syllable: str) -> str:
    """Fold what typists confuse: zh/z, ch/c, sh/s and final -ng/-n."""
    for long, short in _BREATHS:
        if syllable.startswith(long):
            syllable = short + syllable[len(long) :]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=5_000)
def _narrow(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded.lower() if len(folded) == 1 and len(folded.lower()) == 1 else char


@lru_cache(maxsize=5_000)
def _simple(char: str) -> str:
    converted = _SIMPLIFY.convert(char)
    return converted if len(converted) == 1 else char
