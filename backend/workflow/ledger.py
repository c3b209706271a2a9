"""Which months of a benefit are due and who pays what of each: the plan of payments, before anything is written. Pure.

A monthly benefit is paid for the months of its window; where the pack computes its accrual over insured months (method
`accrued_months`), only for the months insured (missed months are not made up). A one-off benefit is one payment in the
month of its decision. The payers' parts are those in force for the month (or for the events the pack names).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from backend.policy import Pack
from backend.policy.accrual import first_run_end
from backend.policy.money import divide, parts
from backend.policy.periods import add_months, index_of, month_index, month_of
from backend.policy.types import Funding, Item
from backend.workflow.refusal import Refusal


class FundingUnsettled(Refusal):
    """The texts leave open by which version a payment is divided; a person must name the day. `days`: the readings."""

    code = "funding_unsettled"

    def __init__(self, period: str, days: Sequence[date]):
        super().__init__(f"{period}跨越新旧资金分担比例，文本没有说按哪一天。请选择适用的日期。")
        self.period, self.days = period, tuple(days)


@dataclass(frozen=True, slots=True)
class Grant:
    """A decided benefit: fen a month (or once), months (None: once), when decided, which months were hired and insured.

    `opens_after` is the day whose following month is the first of the window. `insured` None means that the benefit
    does not depend on insurance; `first_run` is how many insured months in a row must come before the first payment.
    `stopped_on` is the day the benefit ended: its month is the last.
    """

    fen: int
    months: int | None
    decided_on: date
    opens_after: date
    insured: Collection[int] | None = None
    first_run: int = 1
    stopped_on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A month of the window: the fen due for it, and why nothing where nothing is."""

    period: str
    fen: int
    reason: str = ""


def statement(grant: Grant, through: date) -> list[Line]:
    """Return the months of the window up to the month of `through`, each with what is due; one line for a one-off."""
    if grant.months is None:
        return [Line(month_of(index_of(grant.decided_on)), grant.fen)]
    start = index_of(grant.opens_after) + 1
    last = min(start + grant.months - 1, index_of(through))
    return [_line(grant, month, through) for month in range(start, last + 1)]


NOT_REPORTED = "本月参保情况还没有核对"
"""Why the present month is not due yet: the insurance office reports a month after its end."""


def _line(grant: Grant, month: int, through: date) -> Line:
    reason = _unpaid(grant, month, through)
    return Line(month_of(month), 0 if reason else grant.fen, reason)


def _unpaid(grant: Grant, month: int, through: date) -> str:
    if grant.stopped_on is not None and month > index_of(grant.stopped_on):
        return "已停发"
    if grant.insured is None:
        return ""
    if month not in grant.insured:
        return NOT_REPORTED if month == index_of(through) else "当月没有实际参保缴费，不补发"
    known = sorted(m for m in grant.insured if m <= index_of(through))
    return "" if first_run_end(known, grant.first_run) is not None else "连续缴费还没有满规定月数，满后补发"


def insured_months(ranges: Iterable[Sequence[str]], imported: Iterable[str]) -> frozenset[int]:
    """Return running numbers of insured months from ranges the person told and months the insurance office reports."""
    told = {m for first, last in ranges for m in range(month_index(first), month_index(last) + 1)}
    return frozenset(told | {month_index(month) for month in imported})


def run_before(months: int, told_on: date) -> list[list[str]]:
    """Return as a range the consecutive months that somebody had on a day; nothing for none."""
    last = index_of(told_on)
    return [[month_of(last - months + 1), month_of(last)]] if months > 0 else []


@dataclass(frozen=True, slots=True)
class Parts:
    """The exact part of each payer and the fen of each; the fen add up to the amount."""

    exact: Mapping[str, Fraction]
    fen: Mapping[str, int]
    cites: tuple[str, ...]


def divided(
    pack: Pack, item: str, area: str, line: Line, values: Mapping[str, Any], chosen: date | None = None
) -> Parts:
    """Divide what is due for a line among its payers, by the version in force for it.

    `chosen` is the day a person named where the texts leave the version open. Raises FundingUnsettled, UnknownArea,
    NothingSaid where the texts name no payers.
    """
    versions = [(day, _funding(pack, item, day)) for day in ([chosen] if chosen else _days(pack, item, line, values))]
    known = [(day, funding) for day, funding in versions if funding is not None]
    if not known:
        raise NothingSaid(item)
    shares = [parts(funding, area) for _, funding in known]
    if any(share != shares[0] for share in shares):
        raise FundingUnsettled(line.period, [day for day, _ in known])
    return Parts(shares[0], divide(line.fen, shares[0]), known[0][1].cites)


class NothingSaid(Refusal):
    """The texts do not say who pays for the item."""

    code = "no_funding"

    def __init__(self, item: str):
        super().__init__("政策文本没有规定这项补贴由谁负担，不能自动拆分，请先明确资金来源。")
        self.item = item


def _funding(pack: Pack, item: str, day: date) -> Funding | None:
    return pack.on(day).items[item].funding


def _days(pack: Pack, item: str, line: Line, values: Mapping[str, Any]) -> list[date]:
    """A monthly benefit goes by its month, first day and last; others by the events that the pack names."""
    first = date.fromisoformat(f"{line.period}-01")
    last = add_months(first, 1) - timedelta(days=1)
    funding = _funding(pack, item, last)
    by = funding.version_by if funding else None
    if isinstance(by, tuple):
        return [values[name] for name in by if isinstance(values.get(name), date)] or [last]
    return [first, last] if by == "month" else [last]


def accrual_of(items: Mapping[str, Item], item: str) -> Mapping[str, Any] | None:
    """Return how the pack computes an item's accrual over insured months, or None where it does not."""
    computing = (one.benefit for one in items.values() if one.benefit.method == "accrued_months")
    return next((benefit.parameters for benefit in computing if benefit.parameters["of"] == item), None)
