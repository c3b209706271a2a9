"""Figures as people read them: money, amounts with units, days, shares."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.policy.benefit import Amount
from backend.policy.types import Benefit, Number, Tier

PAYERS = {"employer": "用人单位", "city": "市财政", "county": "县财政", "district": "区财政"}
TEN_THOUSAND = 10_000


def number(value: Number | Any) -> str:
    """Return a number without needless zeros: 1200, 0.5."""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Number, unit: str | None, top: Number | None = None, floor: bool = False) -> str:
    """Return an amount with its unit: 1200元/月, 12万元, 不低于60平方米, 5000-10000元/月, 免费."""
    unit = unit or "元"
    if top is not None:
        return f"{number(value)}-{number(top)}{unit}"
    if value == 0 and unit.startswith("元"):
        return "免费"
    if unit == "元" and isinstance(value, int) and value >= TEN_THOUSAND and value % 1000 == 0:
        shown = f"{number(Fraction(value, TEN_THOUSAND))}万元"
    else:
        shown = f"{number(value)}{unit}"
    return f"不低于{shown}" if floor else shown


def tier_amount(tier: Tier, benefit: Benefit) -> str:
    """Return what one tier gives, in words."""
    if tier.kind == "discretionary":
        return "一事一议"
    if tier.of is not None:
        return ""
    if tier.value is None:
        return "文本没有写数额"
    return amount(tier.value, tier.unit or benefit.unit, tier.max, tier.floor)


def settled_amount(found: Amount) -> str:
    """Return an amount that the engine worked out."""
    if found.kind == "discretionary":
        return "一事一议，由人商定"
    if isinstance(found.value, date):
        return spoken_day(found.value)
    if found.value is None:
        return ""
    return amount(found.value, found.unit, found.max, found.floor)


def spoken_day(day: date) -> str:
    """Return a day as 2026年2月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def yuan(fen: int) -> str:
    """Return whole fen as yuan: 400元, 466.67元."""
    return f"{number(Fraction(fen, 100)) if fen % 100 == 0 else f'{fen / 100:.2f}'}元"


def fraction(part: Fraction) -> str:
    """Return a share as people say it: 1/3 → 三分之一, others as 4/15."""
    known = {Fraction(1, 3): "三分之一", Fraction(2, 3): "三分之二", Fraction(1, 2): "一半"}
    return known.get(part, f"{part.numerator}/{part.denominator}")


def shares(split: Mapping[str, int]) -> str:
    """Return who pays what: 用人单位400元，市财政320元，区财政480元."""
    return "，".join(f"{PAYERS.get(payer, payer)}{yuan(fen)}" for payer, fen in split.items() if fen)


def months_said(months: int) -> str:
    """Return a number of months with years where they are whole: 36个月（3年）."""
    return f"{months}个月（{months // 12}年）" if months % 12 == 0 else f"{months}个月"
