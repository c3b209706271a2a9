"""Dates, periods, money, ages and counts in any notation, by rules.

A date relative to today stays relative ({"year": -1, "relative": true, "month": 11} for 去年11月): only who knows the
day of the question can settle it. Values are plain data:

    date      {"year": 2025 | -1, "relative": bool, "month", "day", "part": start|end|middle} or {"months": -1} or
              {"days": -1}; whatever was said, no more
    period    {"months": 42} or {"days": 7} or {"workdays": 5}
    money     {"yuan": 1200}
    age       {"years": 35}
    count     {"number": 12, "unit": "人"}
    ratio     {"parts": [2, 8]}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.found import Find, keep
from bot.components.numerals import CHINESE, NUMBER, number
from bot.components.tokenizer import READING

Value = Optional[dict[str, Any]]  # noqa: UP045 - evaluated on Python 3.10
N = NUMBER
D = rf"(?:\d{{1,2}}|[{CHINESE}]{{1,3}})"

RELATIVE_YEARS = {"今年": 0, "去年": -1, "上一年": -1, "前年": -2, "大前年": -3, "明年": 1, "头年": -1, "年前": -1}
RELATIVE_MONTHS = {
    "这个月": 0,
    "这月": 0,
    "本月": 0,
    "当月": 0,
    "上个月": -1,
    "上月": -1,
    "上上个月": -2,
    "下个月": 1,
    "下月": 1,
}
RELATIVE_DAYS = {
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今个": 0,
    "昨天": -1,
    "昨日": -1,
    "昨儿": -1,
    "昨个": -1,
    "夜个": -1,
    "前天": -2,
    "前儿": -2,
    "前个": -2,
    "大前天": -3,
    "明天": 1,
    "上周": -7,
    "上星期": -7,
}
SEASONS = {
    "年底": (12, "end"),
    "年末": (12, "end"),
    "年初": (1, "start"),
    "年中": (6, "middle"),
    "上半年": (3, "middle"),
}
SEASONS.update({"下半年": (9, "middle"), "五一": (5, "start"), "十一": (10, "start"), "国庆": (10, "start")})
MONTH_PARTS = {
    "初": "start",
    "上旬": "start",
    "中": "middle",
    "中旬": "middle",
    "底": "end",
    "末": "end",
    "下旬": "end",
}

_YEAR = r"(?P<year>(?:19|20)\d\d|\d\d|[零〇一二三四五六七八九]{2,4})"
_REL = "|".join(sorted(RELATIVE_YEARS, key=len, reverse=True))
_PARTS = "|".join(sorted(MONTH_PARTS, key=len, reverse=True))
_REL_MONTH = "|".join(sorted(RELATIVE_MONTHS, key=len, reverse=True))
_SEASON = "|".join(sorted(SEASONS, key=len, reverse=True))


A_MONTH = r"[一1]月(?!份|的|[\d一二三]|初|底|中|末|入职|毕业|来|到|进|去|报)"
"""一月 for 一个月: 一月能补多少. As the month January it is followed by what happened then."""


def _full_date(match: re.Match[str]) -> Value:
    said: dict[str, Any] = {}
    groups = match.groupdict()
    if groups.get("rel"):
        said.update(year=RELATIVE_YEARS[groups["rel"]], relative=True)
    elif groups.get("year"):
        year = _year(groups["year"])
        if year is None:
            return None
        said["year"] = year
    for name, top in (("month", 12), ("day", 31)):
        if groups.get(name):
            value = number(groups[name])
            if value is None or not 1 <= value <= top:
                return None
            said[name] = value
    if groups.get("part"):
        said["part"] = MONTH_PARTS[groups["part"]]
    if groups.get("season"):
        said["month"], said["part"] = SEASONS[groups["season"]]
    return said or None


def _month_and_day(match: re.Match[str]) -> Value:
    """上个月10号."""
    day = number(match["day"])
    if day is None or not 1 <= day <= 31:
        return None
    return {"months": RELATIVE_MONTHS[match["month"]], "day": day}


def _days_ago(match: re.Match[str]) -> Value:
    """3天前, 两周前."""
    amount = number(match["n"])
    return None if amount is None else {"days": -int(amount * (1 if match["unit"] == "天" else 7))}


def _year(text: str) -> int | None:
    value = number(text)
    if value is None:
        return None
    if value < 100:
        value += 2000 if value <= 40 else 1900
    return int(value) if 1930 <= value <= 2060 else None


def _digits_date(match: re.Match[str]) -> Value:
    year, month, day = (int(part) for part in match.groups())
    return {"year": year, "month": month, "day": day} if 1 <= month <= 12 and 1 <= day <= 31 else None


def _period(match: re.Match[str]) -> Value:
    """3年半, 一年零两个月, 半年, 仨月, 十个工作日, 两周."""
    groups = match.groupdict()
    months = 0.0
    if groups.get("years"):
        months += 12 * (number(groups["years"]) or 0)
    if groups.get("half_year"):
        months += 6
    if groups.get("months"):
        months += number(groups["months"]) or 0
    if groups.get("half_month"):
        months += 0.5
    return {"months": int(months) if months == int(months) else months} if months else None


def _in_days(unit: str, times: int) -> Callable[[re.Match[str]], Value]:
    def value(match: re.Match[str]) -> Value:
        amount = number(match["n"])
        return None if amount is None else {unit: int(amount * times)}

    return value


def _single(name: str, unit: str = "") -> Callable[[re.Match[str]], Value]:
    def value(match: re.Match[str]) -> Value:
        amount = number(match["n"])
        if amount is None:
            return None
        return {name: amount, "unit": match["unit"]} if unit else {name: amount}

    return value


def _ago(match: re.Match[str]) -> Value:
    amount = number(match["n"])
    if amount is None:
        return None
    half = 6 if match.groupdict().get("half") else 0
    return {"months": -int(amount * 12 + half)} if match["unit"] == "年" else {"months": -int(amount)}


def _ratio(match: re.Match[str]) -> Value:
    parts = [number(match["a"]), number(match["b"])]
    return {"parts": parts} if all(part is not None and part <= 100 for part in parts) else None


RULES: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Value]]] = [
    (entity, re.compile(pattern), value)
    for entity, pattern, value in (
        # the more is said, the earlier the rule
        (
            "date",
            rf"(?:(?P<rel>{_REL})|{_YEAR}[年./-])的?(?P<month>{D})(?:[月./-]份?的?(?P<day>{D})[日号]?|月份?(?P<part>{_PARTS})?)",
            _full_date,
        ),
        ("date", r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)", _digits_date),
        ("date", r"(?<!\d)(?P<year>(?:19|20)\d\d)[./-](?P<month>\d{1,2})(?!\d)", _full_date),
        ("date", rf"(?:(?P<rel>{_REL})|{_YEAR}年)?(?P<season>{_SEASON})(?![月个年条])", _full_date),
        (
            "age",
            rf"今年(?:刚|都|也)?满?(?P<n>[1-6]\d|[{CHINESE}]{{2,3}})(?![\d年月日号个次份块元万])",
            _single("years"),
        ),
        ("date", rf"(?P<month>{D})月份?的?(?P<day>{D})[日号]", _full_date),
        ("date", rf"(?P<n>{N})\s*(?:个)?(?P<unit>年|月)(?P<half>半)?(?:以?前|之前)(?!后)", _ago),
        ("date", r"半年(?:多)?(?:以?前|之前)", lambda m: {"months": -6}),
        ("date", rf"(?P<n>{N})个?(?P<unit>天|周|星期|礼拜)(?:以?前|之前)", _days_ago),
        ("date", rf"(?P<month>{_REL_MONTH})的?(?P<day>{D})[日号]", _month_and_day),
        ("ratio", rf"(?P<a>{N})\s*[::比]\s*(?P<b>{N})", _ratio),
        ("period", rf"(?P<years>{N})年(?P<half_year>半)(?!年)", _period),
        ("period", rf"(?P<years>{N})年零?(?P<months>{N})个月(?P<half_month>半)?", _period),
        ("date", r"(?P<year>(?:19|20)\d\d|[二][零〇]..)年?(?!\d)", _full_date),
        (
            "date",
            r"(?<!\d)(?P<year>0\d|1[5-9]|[2-3]\d|[6-9]\d)年(?!以|后|前|半|合同|期|工龄|了)(?<![了满签干作交领共第]..年)",
            _full_date,
        ),
        ("date", rf"(?P<rel>{_REL})", _full_date),
        ("date", _REL_MONTH, lambda m: {"months": RELATIVE_MONTHS[m[0]]}),
        ("date", "|".join(sorted(RELATIVE_DAYS, key=len, reverse=True)), lambda m: {"days": RELATIVE_DAYS[m[0]]}),
        ("age", rf"(?P<n>{N})(?:周岁|岁)", _single("years")),
        ("age", rf"年龄(?:是|为)?(?P<n>{N})", _single("years")),
        ("period", rf"(?P<n>{N})个?工作日", _in_days("workdays", 1)),
        ("period", r"(?P<half_year>半)年", _period),
        ("period", rf"(?P<years>{N})(?:周年|年)", _period),
        ("period", rf"(?P<months>{N})个(?P<half_month>半)?月(?!份)", _period),
        ("period", r"(?P<months>[俩仨两])(?P<half_month>半)?月", _period),
        ("period", r"(?P<half_month>半)个月", _period),
        ("period", rf"(?P<n>{N})(?:个)?(?:星期|礼拜|周)(?!岁|年|末)", _in_days("days", 7)),
        ("period", rf"(?P<n>{N})(?:天|日(?!期))", _in_days("days", 1)),
        ("date", rf"(?!{A_MONTH})(?P<month>{D})月份?(?P<part>{_PARTS})?", _full_date),
        ("date", rf"(?P<day>{D})号(?!窗|楼|文)", _full_date),
        ("money", rf"(?P<n>{N})(?:元|块钱?|圆|rmb)", _single("yuan")),
        (
            "money",
            r"(?P<n>\d+(?:\.\d+)?[kw万]|[一二三四五六七八九十两]+[千万][一二三四五六七八九]?)(?!人|名|家|平)",
            _single("yuan"),
        ),
        (
            "count",
            rf"(?P<n>{N})(?P<unit>个人|人|名|个|家|次|本(?![地科人市])|册|套|平方米|平米|平方|平|㎡|份|张|亿|回|趟)",
            _single("number", "unit"),
        ),
        ("count", r"(?P<n>\d+)(?P<unit>)", _single("number", "unit")),
        (
            "count",
            rf"^(?:才|就|有|大概|差不多|快|刚|满|刚满|好像|是|应该)*(?P<n>[{CHINESE}]{{1,4}})(?P<unit>)(?:了|吧|左右|多|啊|呢|嘞)*$",
            _single("number", "unit"),
        ),
    )
]


def find_values(text: str) -> Iterator[Find]:
    """Yield the values in `text`; earlier rules of the table take their place first."""
    taken: list[Find] = []
    for entity, pattern, value in RULES:
        for match in pattern.finditer(text):
            if match.start() == match.end():
                continue
            said = value(match)
            find = Find(match.start(), match.end(), entity, said, "rule")
            if said is not None and not any(find.overlaps(other) for other in taken):
                taken.append(find)
    yield from taken


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=False,
)
class ValueExtractor(GraphComponent, EntityExtractorMixin):
    """Finds values by rules, wherever no name has been found before."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: none."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ValueExtractor:
        """Return the extractor; it learns nothing."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Mark the values on the training examples."""
        for message in training_data.training_examples:
            keep(message, self._values(message), self.name, as_entities=False)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the values found to each message."""
        for message in messages:
            keep(message, self._values(message), self.name, as_entities=True)
        return messages

    def _values(self, message: Message) -> Iterator[Find]:
        names = [Find(*each) for each in message.get("found") or []]
        for find in find_values(message.get(READING) or ""):
            if not any(find.overlaps(name) for name in names):
                yield find
