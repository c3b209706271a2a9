"""The monthly benefit as it accrues: a statement month by month, with the reason for every month that is not paid.

The window opens in the month after hiring and lasts a fixed number of calendar months; only months actually insured are
paid; once the first run of insured months is reached, the months since the window opened are paid after the fact;
missed months are not made up at the end (docs/adr, "Accrual").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from backend.policy.periods import index_of, month_of


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the window: what is due for it in yuan, and why nothing when nothing is."""

    month: str
    due: int | Decimal | Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Accrual:
    """The statement up to a day: its lines, the months paid and their total in yuan."""

    lines: tuple[MonthLine, ...]
    months: int
    total: int | Decimal | Fraction
    first_run_reached: bool


def first_run_end(months: Sequence[int], length: int) -> int | None:
    """Return the month in which the first run of `length` consecutive months is complete."""
    run = 0
    for position, month in enumerate(months):
        run = run + 1 if position and months[position - 1] == month - 1 else 1
        if run >= length:
            return month
    return None


def accrue(
    rate: int | Decimal | Fraction,
    opens_after: date,
    window: int,
    insured: Sequence[int],
    first: int,
    as_of: date,
    stopped_on: date | None = None,
) -> Accrual:
    """Return the statement up to the month of `as_of`.

    rate: yuan a month; opens_after: the day of hiring; window: calendar months; insured: running numbers of months paid
    in the ordinary way, in order; first: how many consecutive months must be insured before anything is paid;
    stopped_on: the day the benefit ended (leaving, discipline), whose month is the last one.
    """
    start = index_of(opens_after) + 1
    last = min(start + window - 1, index_of(as_of))
    known = [m for m in insured if m <= index_of(as_of)]
    reached = first_run_end(known, first) is not None
    end = index_of(stopped_on) if stopped_on else None
    lines = []
    for month in range(start, last + 1):
        reason = _reason(month, set(known), reached, end)
        lines.append(MonthLine(month_of(month), 0 if reason else rate, reason))
    paid = sum(1 for line in lines if not line.reason)
    return Accrual(tuple(lines), paid, rate * paid, reached)


def _reason(month: int, insured: set[int], reached: bool, end: int | None) -> str:
    if end is not None and month > end:
        return "已终止发放"
    if month not in insured:
        return "当月没有实际参保缴费"
    if not reached:
        return "连续缴费还没有满规定月数，满后补发"
    return ""
