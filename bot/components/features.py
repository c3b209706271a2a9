"""The features of a stretch of text: character, sound and word n-grams, names replaced by their kind.

With names replaced, "生活补助多少钱" and "购房补贴多少钱" are the same question, so any item can be asked about in
any way that any other item has been asked about.
"""

from collections.abc import Iterable, Iterator, Sequence

from bot.components.found import Find
from bot.components.writing import syllables

KINDS: dict[str, str] = {
    "item": "Ⓘ",
    "city": "Ⓒ",
    "other_city": "Ⓕ",
    "district": "Ⓓ",
    "agency": "Ⓐ",
    "employer": "Ⓔ",
    "award": "Ⓣ",
    "education": "Ⓖ",
    "title": "Ⓖ",
    "skill": "Ⓖ",
    "chief_technician": "Ⓖ",
    "talent_tier": "Ⓡ",
    "recognition": "Ⓡ",
    "kinship": "Ⓚ",
    "material": "Ⓜ",
    "hospital": "Ⓗ",
    "date": "ⓓ",
    "period": "ⓟ",
    "money": "ⓜ",
    "age": "ⓐ",
    "count": "ⓝ",
    "ratio": "ⓡ",
}
"""Kinds of finds that one sign replaces; other finds stay as they are written."""
SAME: Sequence[tuple[str, str]] = (
    ("啥时候", "什么时候"), ("啥时间", "什么时候"), ("多咱", "什么时候"), ("何时", "什么时候"), ("几时", "什么时候"),
    ("哪会儿", "什么时候"), ("为啥", "为什么"), ("凭啥", "凭什么"), ("干啥", "干什么"), ("干嘛", "干什么"),
    ("啥样", "什么样"), ("啥", "什么"), ("咋样", "怎么样"), ("咋整", "怎么办"), ("咋弄", "怎么办"),
    ("咋办", "怎么办"), ("咋", "怎么"), ("如何", "怎么"), ("怎样", "怎么"), ("俺们", "我们"), ("咱们", "我们"),
    ("俺", "我"), ("咱", "我"), ("恁", "你"), ("您", "你"), ("搁哪", "在哪"), ("上哪", "去哪"), ("到哪", "去哪"),
    ("往哪", "去哪"), ("哪儿", "哪里"), ("哪嘎达", "哪里"), ("在哪里", "在哪"), ("去哪里", "去哪"), ("木有", "没有"),
    ("多钱", "多少钱"), ("几个钱", "多少钱"), ("多些钱", "多少钱"), ("中不中", "行不行"), ("管不管", "行不行"),
    ("成不成", "行不行"), ("能否", "能不能"), ("可否", "能不能"), ("可不可以", "能不能"), ("能不", "能不能"),
    ("是否", "是不是"), ("嘞", "呢"), ("哩", "呢"), ("嘛", "吗"), ("谢谢", ""), ("请问", ""), ("麻烦", ""),
    ("想问", ""), ("老师", ""), ("你好", ""),
)  # fmt: skip
"""Different words for the same, dialect among them; applied in this order before n-grams are taken."""
_BREAKS = " ,.?!;:、，。？！；：“”\"'()（）【】《》~…—-"


def replaced(text: str, finds: Iterable[Find], start: int = 0, end: int = -1) -> str:
    """Return `text[start:end]` with the finds of replaceable kinds each written as one sign, breaks left out."""
    end = len(text) if end < 0 else end
    parts, place = [], start
    for find in sorted(finds):
        if find.entity in KINDS and find.start >= place and find.end <= end:
            parts += [text[place : find.start], KINDS[find.entity]]
            place = find.end
    parts.append(text[place:end])
    return evened("".join(char for char in "".join(parts) if char not in _BREAKS))


def evened(text: str) -> str:
    """Return the text with different words for the same evened out; courtesies alone are left as they are."""
    for other, usual in SAME:
        text = text.replace(other, usual) if text != other else text
    return text


def features(text: str, words: Sequence[str]) -> list[str]:
    """Return the features of a replaced text and of the words of its original."""
    return [*_grams("c", list(f"^{text}$"), 1, 3), *_grams("p", ["^", *syllables(text), "$"], 2, 2), *_words(words)]


def _words(words: Sequence[str]) -> Iterator[str]:
    kept = [word for word in words if word not in _BREAKS]
    yield from _grams("w", kept, 1, 2)


def _grams(prefix: str, units: Sequence[str], shortest: int, longest: int) -> Iterator[str]:
    for size in range(shortest, longest + 1):
        for place in range(len(units) - size + 1):
            yield f"{prefix}{size}:{'|'.join(units[place : place + size])}"
