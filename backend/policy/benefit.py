"""What an item gives: tiers by grade, and the closed table of computing methods.

A benefit is either a list of tiers, best first, of which exactly one is taken (就高从优不重复), or a method with
parameters. A method may settle the verdict itself (a deadline has run out, shares can be determined), which plain
tiers never do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from backend import workdays
from backend.policy import money
from backend.policy.accrual import Accrual, accrue
from backend.policy.conditions import FALSE, REFER, TRUE, UNKNOWN, Values
from backend.policy.periods import add_months, month_index, month_of
from backend.policy.types import Benefit, Cites, Funding, Item, Number, Period, Tier
from backend.policy.vocabulary import months_paid

if TYPE_CHECKING:
    from backend.policy.eligibility import Ruleset

ELIGIBLE, NOT_ELIGIBLE, NEEDS_INFO, REFER_VERDICT = "eligible", "not_eligible", "needs_info", "refer"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as the texts give it. `value` is a number in `unit`, a date for deadlines, or None when there is none.

    kind: fixed, range (value to max), discretionary (people decide), unknown (the texts do not say) or none.
    """

    kind: str
    value: Number | date | None = None
    max: Number | None = None
    unit: str | None = None
    months: int | None = None
    total: Number | None = None
    months_payable: int | None = None
    floor: bool = False
    tier: str | None = None
    label: str | None = None
    shares: Mapping[str, int] | None = None
    shares_exact: Mapping[str, Fraction] | None = None
    cites: Cites = ()
    statement: Accrual | None = None


YUAN = frozenset({"元", "元/月"})
"""The units of money that is paid out, once or every month."""

NONE = Amount("none")
UNSETTLED = Amount("unknown")


@dataclass(frozen=True, slots=True)
class Computed:
    """What a method found: the amount and, where it settles it, the verdict with what is missing or in doubt.

    An amount that is `due` by the item's conditions is none where they fail; what is claimed back or a day stands.
    """

    amount: Amount
    verdict: str | None = None
    missing: tuple[str, ...] = ()
    doubt: str | None = None
    cites: Cites = ()
    eligible_from: date | None = None
    due: bool = False


# --- tiers ----------------------------------------------------------------------------------------------------------


def best_tier(benefit: Benefit, values: Values, day: date) -> Tier | None:
    """Return the first tier that is known to hold; a better one about which nothing is known is not assumed."""
    for tier in benefit.tiers:
        if tier.when is None or tier.when.test(values, day) == TRUE:
            return tier
    return None


def tier_questions(benefit: Benefit, values: Values, day: date) -> tuple[str, ...]:
    """Return the facts that could still lift the amount above the tier that is known to hold."""
    names: dict[str, None] = {}
    for tier in benefit.tiers:
        outcome = TRUE if tier.when is None else tier.when.test(values, day)
        if outcome == TRUE:
            break
        if outcome == UNKNOWN and tier.when is not None:
            names.update(dict.fromkeys(tier.when.unknown(values, day)))
    return tuple(names)


def amount_of(item: Item, values: Values, day: date) -> Amount:
    """Return the amount of an item with tiers for these facts; unknown when no tier is known to hold."""
    return amount_in(item.benefit, best_tier(item.benefit, values, day), values)


def amount_in(benefit: Benefit, tier: Tier | None, values: Values) -> Amount:
    """Return the amount of a benefit in the tier that is known to hold."""
    if tier is not None:
        return _tier_amount(benefit, tier, values)
    kind = "unknown" if benefit.tiers else benefit.kind
    return Amount(kind, unit=benefit.unit, months=_months_left(benefit, None, values), cites=benefit.cites)


def _tier_amount(benefit: Benefit, tier: Tier, values: Values) -> Amount:
    value = _tier_value(tier, values)
    months = _months_left(benefit, tier, values)
    times = values.get(tier.count) if tier.count else months
    numeric = value is not None and times is not None and tier.kind == "fixed" and not tier.floor
    kind = "unknown" if value is None and tier.kind == "fixed" else tier.kind
    return Amount(
        kind=kind,
        value=value,
        max=tier.max,
        unit=tier.unit or benefit.unit,
        months=months,
        total=value * times if numeric else None,  # type: ignore[operator]
        floor=tier.floor,
        tier=tier.id,
        label=tier.label,
        cites=tier.cites,
    )


def _tier_value(tier: Tier, values: Values) -> Number | None:
    """A fixed number, or an exact multiple of a fact, never above the cap."""
    if tier.of is None:
        return tier.value
    base = values.get(tier.of)
    if base is None:
        return None
    value = Fraction(base) * (tier.times if tier.times is not None else 1)
    value = min(value, Fraction(tier.cap)) if tier.cap is not None else value
    return int(value) if value.denominator == 1 else value


def _months_left(benefit: Benefit, tier: Tier | None, values: Values) -> int | None:
    months = tier.months if tier is not None and tier.months is not None else benefit.months
    received = values.get(benefit.months_received) if benefit.months_received else None
    return months if months is None or received is None else max(0, months - int(received))


def with_shares(amount: Amount, funding: Funding | None, area: str | None) -> Amount:
    """Add the payers' shares of one payment when the value is a fixed sum and the area is known, or all are alike."""
    payable = amount.kind == "fixed" and isinstance(amount.value, int | Fraction) and amount.value > 0
    if funding is None or not payable:
        return amount
    area = funding.only_area if area is None else area
    if area is None or area not in funding.treasury:
        return amount
    shares = money.share(funding, money.fen_of(amount.value), area)  # type: ignore[arg-type]
    return replace(amount, shares=shares.fen, shares_exact=shares.exact, cites=amount.cites + shares.cites)


# --- methods --------------------------------------------------------------------------------------------------------


def _need(values: Values, *names: str) -> Computed | None:
    """Ask for the facts that a method cannot do without."""
    missing = tuple(name for name in names if values.get(name) is None)
    return Computed(UNSETTLED, NEEDS_INFO, missing) if missing else None


def accrued_months(rules: Ruleset, item: Item, values: Values, day: date) -> Computed:
    """生活补助累计应发: the statement of the monthly benefit `of`, up to the month of the day."""
    p = item.benefit.parameters
    of = rules.items[p["of"]]
    if ask := _need(values, p["from_month_after"], p["paid"]):
        return ask
    rate = amount_of(of, values, day)
    if rate.kind != "fixed" or not isinstance(rate.value, int | Fraction):
        missing = tier_questions(of.benefit, values, day)
        return Computed(rate, NEEDS_INFO if missing else None, missing)
    statement = accrue(
        rate.value,
        values[p["from_month_after"]],
        int(p["window"]["months"]),
        months_paid(values[p["paid"]]),
        int(p["first"]),
        day,
        _stopped_on(p.get("stops", ()), values),
    )
    amount = Amount(
        kind="fixed",
        value=statement.total,
        unit="元",
        total=statement.total,
        months_payable=statement.months,
        tier=rate.tier,
        label=rate.label,
        cites=rate.cites + item.benefit.cites,
        statement=statement,
    )
    return Computed(amount, due=True)


def _stopped_on(stops: Any, values: Values) -> date | None:
    """Return the earliest day on which one of the stopping facts ended the benefit."""
    days = [values.get(stop["fact"]) for stop in stops if _stop_applies(stop, values)]
    return min((d for d in days if d is not None), default=None)


def _stop_applies(stop: Mapping[str, Any], values: Values) -> bool:
    return all(
        values.get(name) in (wanted if isinstance(wanted, list) else [wanted])
        for name, wanted in stop.get("where", {}).items()
    )


def clawback(rules: Ruleset, item: Item, values: Values, day: date) -> Computed:
    """追缴: the amount already paid is claimed back when the condition holds, unsettled in doubt, otherwise nothing."""
    p = item.benefit.parameters
    outcome = p["when"].test(values, day)
    if outcome == REFER:
        return Computed(UNSETTLED, cites=item.benefit.cites)
    if outcome == TRUE and values.get(p["of"]) is None:
        return Computed(UNSETTLED, None, (p["of"],), cites=item.benefit.cites)
    value = values[p["of"]] if outcome == TRUE else 0
    return Computed(Amount("fixed", value, unit="元", total=value, cites=item.benefit.cites))


def funding_share(rules: Ruleset, item: Item, values: Values, day: date) -> Computed:
    """资金分担: the payers' shares of one payment by kind of subsidy, place and the version in force for it."""
    if ask := _need(values, "subsidy_type", "subsidy_amount", "employer_jurisdiction"):
        return ask
    paid_item = rules.pack.item_named(str(values["subsidy_type"]))
    if paid_item is None:
        return Computed(UNSETTLED, NEEDS_INFO, ("subsidy_type",))
    area, fen = str(values["employer_jurisdiction"]), money.fen_of(values["subsidy_amount"])
    area = AREAS.get(area, area)
    versions = {
        id_: funding
        for funding in (rules.pack.on(d).items[paid_item.id].funding for d in _version_days(paid_item, values, day))
        if funding is not None and area in funding.treasury
        for id_ in [tuple(sorted(money.parts(funding, area).items()))]
    }
    if not versions:
        return Computed(
            UNSETTLED, REFER_VERDICT, doubt=f"文本没有规定{paid_item.name}的资金如何分担", cites=paid_item.cites
        )
    if len(versions) > 1:
        cites = tuple(dict.fromkeys(cite for funding in versions.values() for cite in funding.cites))
        return Computed(UNSETTLED, REFER_VERDICT, doubt="跨越新旧分担比例的施行日，文本没有说按哪一天适用", cites=cites)
    shares = money.share(next(iter(versions.values())), fen, area)
    amount = Amount(
        "fixed",
        values["subsidy_amount"],
        unit="元",
        total=values["subsidy_amount"],
        shares=shares.fen,
        shares_exact=shares.exact,
        cites=shares.cites,
    )
    return Computed(amount, ELIGIBLE, cites=shares.cites)


AREAS = {"city_direct": "city"}


def _version_days(item: Item, values: Values, day: date) -> list[date]:
    """Return the days whose version may apply: the events named, or the first and last of the month paid for."""
    by = item.funding.version_by if item.funding else None
    told = [values[name] for name in by if values.get(name)] if isinstance(by, tuple) else []
    if by is not None and not told and values.get("payable_month"):
        first = date.fromisoformat(f"{month_of(month_index(values['payable_month']))}-01")
        return [first, add_months(first, 1) - timedelta(days=1)]
    return told or [day]


def deadline(rules: Ruleset, item: Item, values: Values, day: date) -> Computed:
    """期限: the last day of one or more periods in sequence; eligible means that it has run out by the day."""
    due: date | None = None
    for stage in item.benefit.parameters["stages"]:
        after = stage.get("after")
        names = [after] if after else []
        names += [part["fact"] for part in (stage["length"], stage["unit"]) if _asks(part, values)]
        if ask := _need(values, *names):
            return ask
        start = values[after] if after else due
        period = Period(int(_given_or(stage["length"], values)), UNITS[str(_given_or(stage["unit"], values))])
        try:
            due = workdays.due_on(start, period.number, period.unit, rules.calendar)  # type: ignore[arg-type]
        except workdays.UncoveredYear as error:
            return Computed(UNSETTLED, REFER_VERDICT, doubt=str(error), cites=item.benefit.cites)
    assert due is not None  # noqa: S101 - the loader refuses a deadline without stages
    over = day > due
    amount = Amount("fixed", due, unit="日期", cites=item.benefit.cites)
    return Computed(
        amount,
        ELIGIBLE if over else NOT_ELIGIBLE,
        cites=item.benefit.cites,
        eligible_from=None if over else due + timedelta(days=1),
    )


UNITS = {
    **dict.fromkeys(("workday", "workdays", "working_day", "working_days", "working", "工作日"), "workday"),
    **dict.fromkeys(("day", "days", "calendar_day", "calendar_days", "calendar", "natural_day", "natural"), "day"),
    **dict.fromkeys(("日", "天", "自然日"), "day"),
    **dict.fromkeys(("month", "months", "月", "个月"), "month"),
}


def _asks(part: Any, values: Values) -> bool:
    return isinstance(part, Mapping) and "else" not in part and values.get(part["fact"]) is None


def _given_or(part: Any, values: Values) -> Any:
    if not isinstance(part, Mapping):
        return part
    given = values.get(part["fact"])
    return part.get("else") if given is None else given


Method = Callable[["Ruleset", Item, Values, date], Computed]

METHODS: dict[str, Method] = {
    "accrued_months": accrued_months,
    "clawback": clawback,
    "funding_share": funding_share,
    "deadline": deadline,
}

__all__ = ["FALSE", "METHODS", "YUAN", "Amount", "Computed", "amount_of", "best_tier", "tier_questions", "with_shares"]
