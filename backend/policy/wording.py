"""Rules in Chinese, as a clerk reads them: conditions, amounts, shares, periods. For showing; nothing is decided."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.policy.conditions import (
    MANY,
    All,
    Any_,
    Condition,
    DayTest,
    ElapsedTest,
    FactTest,
    Not,
    Referring,
    ShareTest,
)
from backend.policy.types import Benefit, Number, Period, Step, Tier
from backend.policy.vocabulary import Vocabulary

PAYERS = {
    "employer": "用人单位",
    "city": "市财政",
    "district": "区财政",
    "county": "县（市）财政",
    "unassigned": "未能分清",
}
AREAS = {"district": "区属单位", "county": "县（市）属单位", "city": "市直单位"}
UNITS = {"workday": "个工作日", "day": "日", "month": "个月", "year": "年", "whole_month": "个月（从次月起）"}
VERDICTS = {
    "eligible": "符合",
    "not_eligible": "不符合",
    "needs_info": "还缺信息",
    "refer": "要由人判断",
    "not_in_force": "还没有这个事项",
}

_COMPARED = {
    "is": "是",
    "in": "是",
    "has_one_of": "里有",
    "only_of": "只有",
    "same_as": "与",
    "at_least": "不少于",
    "at_most": "不超过",
    "more_than": "多于",
    "less_than": "少于",
    "on_or_after": "不早于",
    "on_or_before": "不晚于",
    "after": "晚于",
    "before": "早于",
}
_ELAPSED = {"elapsed_at_least": "起已满", "elapsed_at_most": "起不超过", "elapsed_more_than": "起已超过"}


SPELT_OUT = 9
"""Up to how many constants are told one by one; longer lists are ways of writing the same."""


def condition(test: Condition, vocabulary: Vocabulary) -> str:
    """Return a condition as a Chinese phrase: 合同年限不少于3年，并且（……或者……）."""
    return _WORDS[type(test)](test, vocabulary)


def _fact(test: FactTest, vocabulary: Vocabulary) -> str:
    label = _label(test.fact, vocabulary)
    if test.operator == "given":
        return f"{'说明了' if test.bound else '没有说明'}{label}"
    if test.other is not None:
        moved = f"之后{period(test.plus)}" if test.plus else ""
        other = f"{_label(test.other, vocabulary)}{moved}"
        return f"{label}与{other}相同" if test.operator == "same_as" else f"{label}{_COMPARED[test.operator]}{other}"
    values = test.bound if test.operator in MANY else (test.bound,)
    if len(values) == 1 and isinstance(values[0], bool):
        return label if values[0] else f"{label}为否"
    if len(values) > SPELT_OUT:
        return f"{label}{_COMPARED[test.operator]}{vocabulary.show(test.fact, values[0])}等（{len(values)}种写法）"
    shown = "、".join(vocabulary.show(test.fact, value) for value in values)
    return f"{label}{_COMPARED[test.operator]}{shown}{'之一' if len(values) > 1 else ''}"


def _label(fact: str, vocabulary: Vocabulary) -> str:
    return vocabulary[fact].label if fact in vocabulary else fact


def _all(test: All, vocabulary: Vocabulary) -> str:
    """A part that only asks whether a fact is known goes without saying beside the test on it."""
    told = {part.fact for part in test.parts if isinstance(part, FactTest) and part.operator != "given"}
    parts = [part for part in test.parts if not (isinstance(part, FactTest) and _given(part) and part.fact in told)]
    return _joined(parts, "，并且", vocabulary)


def _given(part: FactTest) -> bool:
    return part.operator == "given" and bool(part.bound)


def _joined(parts: Iterable[Condition], word: str, vocabulary: Vocabulary) -> str:
    return word.join(_bracketed(part, vocabulary) for part in parts)


def _bracketed(test: Condition, vocabulary: Vocabulary, always: bool = False) -> str:
    words = condition(test, vocabulary)
    return f"（{words}）" if always or "，并且" in words or "，或者" in words else words


def _referring(test: Referring, vocabulary: Vocabulary) -> str:
    return f"{_bracketed(test.part, vocabulary)}（{condition(test.when, vocabulary)}时由人判断）"


def _day(test: DayTest, vocabulary: Vocabulary) -> str:
    weeks = f"第{'、'.join(map(str, sorted(test.weeks)))}周的工作日" if test.weeks else ""
    return f"在{'、'.join(map(str, sorted(test.months)))}月{weeks}"


_WORDS: Mapping[type, Callable[[Any, Vocabulary], str]] = {
    FactTest: _fact,
    ElapsedTest: lambda t, vocabulary: f"{_label(t.fact, vocabulary)}{_ELAPSED[t.operator]}{period(t.period)}",
    ShareTest: lambda t, vocabulary: (
        f"{_label(t.part, vocabulary)}占{_label(t.whole, vocabulary)}的比例{_COMPARED[t.operator]}{t.bound}"
    ),
    DayTest: _day,
    All: _all,
    Any_: lambda t, vocabulary: _joined(t.parts, "，或者", vocabulary),
    Not: lambda t, vocabulary: f"不是{_bracketed(t.part, vocabulary, always=True)}",
    Referring: _referring,
}


def period(length: Period) -> str:
    """Return a period: 3个月, 2个工作日."""
    return f"{length.number}{UNITS[length.unit]}"


def limit(step: Step) -> str:
    """Return the time limit of a step, a promised one first; nothing where the text sets none."""
    if not step.length or not step.unit:
        return ""
    length = f"{step.length}{UNITS[step.unit]}"
    if step.promised is not None:
        return f"承诺{step.promised}{UNITS[step.unit]}（法定{length}）"
    return f"承诺{length}" if step.limit == "promised" else length


def number(value: Number) -> str:
    """Return a number without a tail of zeros; parts of a fen are left as a fraction of what they are."""
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def yuan(fen: int) -> str:
    """Return fen as yuan with both decimals: 1,066.67."""
    return f"{Decimal(fen) / 100:,.2f}"


def worth(benefit: Benefit, tier: Tier, vocabulary: Vocabulary) -> str:
    """Return what a tier brings: 2,000 元/月，最长 36 个月."""
    months = tier.months if tier.months is not None else benefit.months
    kinds = {"discretionary": "一事一议", "unknown": "文本没有写金额", "none": "没有金额"}
    text = kinds.get(tier.kind) or _sum(tier, tier.unit or benefit.unit or "", vocabulary)
    return f"{text}，最长 {months} 个月" if months else text


def _sum(tier: Tier, unit: str, vocabulary: Vocabulary) -> str:
    value = f"“{_label(tier.of, vocabulary)}”的 {tier.times or 1} 倍" if tier.of else number(tier.value or 0)
    upper = f"至 {number(tier.max)}" if tier.max is not None else ""
    cap = f"，最多 {number(tier.cap)}" if tier.cap is not None else ""
    return f"{'不低于 ' if tier.floor else ''}{value}{upper} {unit}{cap}".strip()
