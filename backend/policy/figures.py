"""Find the figures in official Chinese, and compare them by what they are worth.

12万元 is 120000 yuan, 三年 is 36 months, 5折 and 50% and 百分之五十 are one half, 4:6 holds four tenths and six tenths.
A figure is a value in a dimension; a bare number has the dimension `n` and agrees with
any that can be counted or measured.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction

BARE = "n"
STRICT = frozenset({"piece", "ordinal", "phone", "date", "year", "document_number", "clock", "ratio"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a dimension, as it stands in `text`. `told` is false for what only a reader may rely on (每年)."""

    value: Hashable
    unit: str
    text: str = ""
    told: bool = True

    def agrees(self, other: "Figure") -> bool:
        """Whether both say the same, where a bare number fits any dimension."""
        units = {self.unit, other.unit}
        return self.value == other.value and (len(units) == 1 or (BARE in units and not units & STRICT))


# --- numbers ----------------------------------------------------------------------------------------------------------

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000, "千": 1000, "百": 100, "": 1}
CHINESE = "零〇一二两三四五六七八九十百千万亿半"


def number_of(text: str) -> Fraction:
    """Return the number written in Chinese or Arabic (`十二`, `两`, `半`, `1.5`, `0.5`). Raises ValueError."""
    if re.fullmatch(r"[\d,]+(?:\.\d+)?", text):
        return Fraction(text.replace(",", ""))
    if text == "半":
        return Fraction(1, 2)
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return Fraction(int("".join(str(_DIGITS[char]) for char in text)))
    return Fraction(_chinese(text))


def _chinese(text: str) -> int:
    for mark in "亿万":
        if mark in text:
            above, below = text.split(mark, 1)
            return (_chinese(above) if above else 1) * _LARGE[mark] + (_chinese(below) if below else 0)
    total, digit = 0, None
    for char in text:
        if char in _STEPS:
            total += (1 if digit is None else digit) * _STEPS[char]
            digit = None
        elif char in _DIGITS:
            digit = _DIGITS[char]
        else:
            raise ValueError(f"not a number: {text}")
    return total + (digit or 0)


# --- the closed table of forms in which a figure is written -----------------------------------------------------------

_UNITS: dict[str, tuple[str, Fraction]] = {
    "年": ("month", Fraction(12)),
    "个月": ("month", Fraction(1)),
    "月份": ("month_of_year", Fraction(1)),
    "月": ("month_of_year", Fraction(1)),
    "周": ("week", Fraction(1)),
    "个工作日": ("workday", Fraction(1)),
    "工作日": ("workday", Fraction(1)),
    "天": ("day", Fraction(1)),
    "日": ("day", Fraction(1)),
    "小时": ("hour", Fraction(1)),
    "周岁": ("age", Fraction(1)),
    "岁": ("age", Fraction(1)),
    "元": ("yuan", Fraction(1)),
    "人": ("person", Fraction(1)),
    "户": ("household", Fraction(1)),
    "家": ("firm", Fraction(1)),
    "次": ("time", Fraction(1)),
    "册": ("book", Fraction(1)),
    "份": ("copy", Fraction(1)),
    "寸": ("inch", Fraction(1)),
    "平方米": ("area", Fraction(1)),
    "m2": ("area", Fraction(1)),
    "倍": ("fraction", Fraction(1)),
    "折": ("fraction", Fraction(1, 10)),
    "%": ("fraction", Fraction(1, 100)),
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
# What looks like a number of people or money but belongs to a name or a manner of speaking.
_NOT = r"(?<![统唯同专])(?!一元民生|[一千百万]+人(?:计划|才)|一[人事]一议|一次[性办告]|一家[人])"
_COUNTED = "大|个|种|类|项|样|张|位|名|处|步|层|部|批|届|本|块|门|所|档|段|方|条|强|级|网|库|窗|站|卡"

_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Iterator[Figure]]], ...]


def _one(value: Hashable, unit: str, match: re.Match[str], told: bool = True) -> Iterator[Figure]:
    yield Figure(value, unit, match[0], told)


def _date(match: re.Match[str]) -> Iterator[Figure]:
    year, month, day = (int(part) for part in match.groups())
    yield Figure((year, month, day), "date", match[0])


def _month(match: re.Match[str]) -> Iterator[Figure]:
    yield Figure((int(match[1]), int(match[2])), "date", match[0])


def _document_number(match: re.Match[str]) -> Iterator[Figure]:
    yield Figure((int(match[1]), int(match[2])), "document_number", match[0])
    yield Figure(Fraction(int(match[1])), "year", match[0], told=False)


def _ratio(match: re.Match[str]) -> Iterator[Figure]:
    """4:6 says four tenths and six tenths; told once, as the pair."""
    left, right = int(match[1]), int(match[2])
    yield Figure((left, right), "ratio", match[0])
    for part in (left, right):
        if left + right:
            yield Figure(Fraction(part, left + right), "fraction", match[0], told=False)


def _counted(match: re.Match[str]) -> Iterator[Figure]:
    """A number with its unit; 一次, 一份, 一天 are manners of speaking as often as figures."""
    value, (unit, worth) = number_of(match[1]) * _LARGE[match[2] or ""], _UNITS[match[3]]
    yield Figure(value * worth, unit, match[0], told=match[1] != "一" or unit in ("month", "fraction"))


def _weeks(match: re.Match[str]) -> Iterator[Figure]:
    names = re.findall(f"[{CHINESE}]+|\\d+", match[0])
    if len(set(names)) < len(names):
        raise ValueError(match[0])
    for name in names:
        yield Figure(number_of(name), "week", match[0])


def _every(match: re.Match[str]) -> Iterator[Figure]:
    worth = {"年": 12, "半年": 6, "季度": 3, "月": 1}[match[1]]
    yield Figure(Fraction(worth), "month", match[0], told=match[1] in ("半年", "季度"))


_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?"
_FORMS = (
    (r"0\d{2,3}-\d{7,8}", lambda m: _one(m[0], "phone", m)),
    (r"(\d{4})年(\d{1,2})月(\d{1,2})日", _date),
    (r"(\d{4})-(\d{2})-(\d{2})", _date),
    (r"(\d{4})年(\d{1,2})月", _month),
    (r"〔(\d{4})〕(\d+)号", _document_number),
    (r"(\d{1,2}):(\d{2})(?!\d)", lambda m: _one((int(m[1]), int(m[2])), "clock", m)),
    (r"(?<!\d)(\d{1,2}):(\d{1,2})(?!\d)", _ratio),
    (rf"第[{CHINESE}\d]+(?:、[{CHINESE}\d]+)*周", _weeks),
    (rf"第(?:[{CHINESE}]+|\d+)[条款项章节]", lambda m: iter(())),
    (rf"第([{CHINESE}]+|\d+)", lambda m: _one(number_of(m[1]), "ordinal", m)),
    (rf"([{CHINESE}]+)分之([{CHINESE}]+)", lambda m: _one(number_of(m[2]) / number_of(m[1]), "fraction", m)),
    (r"每(半年|季度|年|月)", _every),
    (r"((?:19|20)\d{2})年", lambda m: _one(Fraction(int(m[1])), "year", m)),
    (rf"({_NUMBER})(万|亿|千|百)?({_UNIT})", _counted),
    (rf"({_NUMBER})个(?!自然)", lambda m: _one(number_of(m[1]), "piece", m)),
    (rf"({_NUMBER})(万|亿)", lambda m: _one(number_of(m[1]) * _LARGE[m[2]], BARE, m)),
    (rf"({_NUMBER})", lambda m: _one(number_of(m[1]), BARE, m)),
    (rf"{_NOT}([{CHINESE}]+)(?:)()({_UNIT})", _counted),
    (rf"{_NOT}([{CHINESE}]+)(?:{_COUNTED})", lambda m: _one(number_of(m[1]), "count", m, told=False)),
)
_PATTERNS = tuple((re.compile(pattern), read) for pattern, read in _FORMS)


def plain(text: str) -> str:
    """Return a text in one writing: half-width, no spaces, one kind of sign for square metres."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("m^2", "m2").replace("^{2}", "2")


def figures(text: str) -> list[Figure]:
    """Return the figures of a text in order."""
    return [figure for _, _, found in located(text) for figure in found]


def located(text: str) -> list[tuple[int, int, list[Figure]]]:
    """Return the figures of a text with where each stands (start, end) in `plain(text)`; a ratio holds several."""
    found = []
    text, place = plain(re.sub(r"(?<=\d)\s+(?=\d)", "|", unicodedata.normalize("NFKC", text))), 0
    while place < len(text):
        for pattern, read in _PATTERNS:
            match = pattern.match(text, place)
            if match and (here := _safely(read, match)) is not None:
                found.append((match.start(), match.end(), here))
                place = match.end()
                break
        else:
            place += 1
    return found


def _safely(read: Callable[[re.Match[str]], Iterator[Figure]], match: re.Match[str]) -> list[Figure] | None:
    """A run of numeral characters that is no number (万一, 千百) is not a figure."""
    try:
        return list(read(match))
    except (ValueError, ZeroDivisionError):
        return None
