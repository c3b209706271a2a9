"""The figures in a Chinese text, whatever their notation: 12万元, 十二万, 120000块; 3年, 36个月; 半价, 5折, 50%.

Used for marking only, and on purpose apart from what the assistant itself reads numbers with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SCALES = {"十": 10, "百": 100, "千": 1000, "k": 1000, "K": 1000, "w": 10_000, "W": 10_000, "万": 10_000, "亿": 10**8}
NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
SCALE = r"(?:千万|百万|[千万亿kKwW])?"
UNITS: tuple[tuple[str, str, int], ...] = (
    (r"元(?!民生)|块钱|块|圆", "money", 1),
    (r"个?工作日", "workday", 1),
    (r"年(?!\d{1,2}月|度|级|代|前毕业|货)", "month", 12),
    (r"个月", "month", 1),
    (r"周(?!岁|[一二三四五六日末])|个?星期(?![一二三四五六日天])", "day", 7),
    (r"天|日(?=内|之内|[^\d常期]|$)", "day", 1),
    (r"个?小时", "hour", 1),
    (r"%", "percent", 1),
    (r"折", "percent", 10),
    (r"成(?!立|员|本|果|绩|为|功)", "percent", 10),
    (r"倍", "times", 1),
    (r"平方米|平米|平方|㎡|m2|平(?!台|均|时)", "square_metre", 1),
    (r"周岁|岁", "age", 1),
    (r"次|趟|回(?!国|来|答|到|复)", "time", 1),
    (r"册|本(?!人|地|市|科|单|细|办|意|身|级|部)", "book", 1),
    (r"人(?!才|社|民|员|力|事|防|均)|名(?!录|单|额|称|额)", "person", 1),
    (r"家(?!属|庭)", "firm", 1),
    (r"个(?!月|工作日|小时|星期|人)|处|份(?!额)|寸", "piece", 1),
)
"""Unit, what it measures, and how many of the base unit it is. The order matters: the first that fits counts."""
UNIT = "|".join(f"(?P<u{index}>{pattern})" for index, (pattern, _, _) in enumerate(UNITS))
QUANTITY = re.compile(
    rf"(?:(?P<low>{NUMBER})(?P<low_scale>{SCALE})[-~—至到])?(?P<number>{NUMBER})(?P<scale>{SCALE})(?P<half>年半|个半月)?"
    rf"(?(half)|(?:{UNIT}))"
)
BARE_SCALE = re.compile(rf"(?P<number>{NUMBER})(?P<scale>[万kKwW])(?![人户家名次平㎡亩千百余\d])")
FRACTION = re.compile(
    r"(?P<below>[二三四五六七八九十])分之(?P<above>[一二两三四五六七八九])|(?<![\d/])(\d)/(\d)(?![\d/])"
)
PERCENT_WORD = re.compile(r"百分之(?P<number>" + NUMBER + ")")
RATIO = re.compile(r"(?<![\d:])(\d{1,2}):([1-9])(?![\d:])|([一二三四五六七八九])比([一二三四五六七八九])")
DATE = re.compile(
    r"(?:\d{4}|[一二〇零九]{4})年(?:\d{1,2}月(?:\d{1,2}[日号])?|[一二三四五六七八九十]{1,2}月)?|\d{1,2}月\d{1,2}[日号]"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
)
CLOCK = re.compile(r"\d{1,2}:\d{2}|\d{1,2}点(?:\d{2}|半)?|第[一二三四]、[一二三四]周")
WORDS = (("半价", Fraction(50), "percent"), ("一半", Fraction(50), "percent"), ("半年", Fraction(6), "month"))
BRACKETS = str.maketrans(dict.fromkeys("《》〈〉“”‘’「」()[]【】〔〕\"'"))
WRONG_KINDS = frozenset(["money", "workday", "month", "day", "hour", "percent", "times", "ratio", "fraction"])
"""What a wrong figure may be a figure of: money, durations, percentages and shares."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of something in its base unit: yuan, months, days, workdays, percent, …"""

    kind: str
    value: Fraction | str
    loose: bool = False

    def __str__(self) -> str:
        return f"{self.value}{self.kind}" if self.kind == "ratio" else f"{float(Fraction(self.value)):g} {self.kind}"


def plain(text: str) -> str:
    """Return a text for comparing: half width, without spaces, quotation marks, brackets or thousands commas."""
    folded = unicodedata.normalize("NFKC", text).replace("∶", ":").translate(BRACKETS)
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", re.sub(r"\s+", "", folded))


def figures(text: str) -> frozenset[Figure]:
    """Return every figure with a unit in a text; dates, times of day and numbers without unit are none.

    `loose` marks 一年, 一个月, 1日: mostly the measure of a rate, so nothing is concluded from one being there.
    """
    rest = CLOCK.sub("、", DATE.sub("、", plain(text)))
    return frozenset(_figures(rest))


def _figures(text: str) -> Iterator[Figure]:
    for match in QUANTITY.finditer(text):
        yield from _quantity(match)
    covered = QUANTITY.sub("、", text)
    for match in BARE_SCALE.finditer(covered):
        yield Figure("money", number(match["number"], match["scale"]))
    for match in FRACTION.finditer(text):
        above, below = (
            (DIGITS[match["above"]], _chinese(match["below"])) if match["above"] else map(int, match.group(3, 4))
        )
        yield Figure("fraction", Fraction(above, below))
    for match in PERCENT_WORD.finditer(text):
        yield Figure("percent", number(match["number"]))
    for match in RATIO.finditer(text):
        pair = match.group(1, 2) if match[1] else (str(DIGITS[match[3]]), str(DIGITS[match[4]]))
        yield Figure("ratio", ":".join(pair))
    for word, value, kind in WORDS:
        if word in text:
            yield Figure(kind, value)


def _quantity(match: re.Match[str]) -> Iterator[Figure]:
    value = number(match["number"], match["scale"])
    if match["half"]:
        yield Figure("month", value * 12 + 6 if match["half"] == "年半" else value + Fraction(1, 2))
        return
    kind, size = next(UNITS[index][1:] for index in range(len(UNITS)) if match[f"u{index}"])
    yield Figure(kind, value * size, loose=value == 1 and kind in ("month", "day"))
    if match["low"]:
        yield Figure(kind, number(match["low"], match["low_scale"] or match["scale"]) * size)


def number(digits: str, scale: str = "") -> Fraction:
    """Return the value of digits, Arabic or Chinese, times a scale (万, 千, k, …)."""
    value = Fraction(digits) if digits[0].isascii() else Fraction(_chinese(digits))
    for each in scale or "":
        value *= SCALES[each]
    return value


def _chinese(digits: str) -> int:
    total, digit = 0, 0
    for each in digits:
        if each in SCALES:
            total, digit = total + (digit or 1) * SCALES[each], 0
        else:
            digit = digit * 10 + DIGITS[each] if digit and total == 0 else DIGITS[each]
    return total + digit
