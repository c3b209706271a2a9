"""What the figures of a span come to: medians, rates, marks made fair where few have spoken. Pure but for reading.

The two kinds of satisfaction: as counted, and weighted, where an agency or person with few ratings is drawn towards the
city's mean as though it had `PRIOR` average ratings besides its own.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from backend.store import statistics, workcalendar
from backend.store.database import connection
from backend.store.statistics import Breach, Punctuality, Span
from backend.workdays import UncoveredYear
from backend.workflow.kept import Kept

PRIOR = 10
"""How many average ratings weigh against one's own."""

Days = Callable[[date, date], int]


@dataclass(frozen=True)
class Pace:
    """How long a kind of step took, in workdays: how many stays, the median, the 90th percentile."""

    number: int
    median: int
    ninetieth: int


@dataclass(frozen=True)
class Opinion:
    """What people said of an agency or person: how many, the share satisfied, the weighted mean grade."""

    number: int
    satisfied: float
    weighted: float


@dataclass(frozen=True)
class Insight:
    """All figures of a span."""

    span: Span
    submitted: Mapping[str, int]
    closed: Mapping[str, Counter]
    items: Mapping[str, Counter]
    open_steps: Mapping[str, tuple[int, int]]
    pace: Mapping[str, Pace]
    punctuality: Mapping[str, Punctuality]
    breaches: tuple[Breach, ...]
    opinions: Mapping[str, Opinion]
    people: Mapping[str, Opinion]
    complaints: Mapping[str, tuple[int, int, int]]
    handled: Mapping[str, Counter]
    paid: Mapping[str, int]
    paid_months: Mapping[str, int]
    waiting: Mapping[str, int]
    paid_in_time: tuple[int, int]
    questions: tuple[int, int]

    @property
    def months(self) -> list[str]:
        """Every month of the span, in order."""
        return months_of(self.span.since, self.span.until)

    @property
    def total_submitted(self) -> int:
        """Cases submitted."""
        return sum(self.submitted.values())

    @property
    def total_closed(self) -> int:
        """Cases closed."""
        return sum(sum(states.values()) for states in self.closed.values())

    @property
    def total_open(self) -> tuple[int, int]:
        """Cases open now, and those of them that are late."""
        return sum(n for n, _ in self.open_steps.values()), sum(late for _, late in self.open_steps.values())

    @property
    def on_time(self) -> float | None:
        """The share of steps with a limit that were left in time; None where there was none."""
        finished = sum(one.finished for one in self.punctuality.values())
        return 1 - sum(one.late for one in self.punctuality.values()) / finished if finished else None

    @property
    def satisfied(self) -> float | None:
        """The share of ratings that were satisfied; None without any."""
        number = sum(one.number for one in self.opinions.values())
        return sum(one.satisfied * one.number for one in self.opinions.values()) / number if number else None


def made(key: tuple[Span, date]) -> Insight:
    """Count the figures of a span as they stand on a day, over a connection of its own."""
    with connection():
        return _gathered(*key)


kept = Kept(made)
"""(span, today) → its figures; see `backend.workflow.kept` for how long they serve."""


def _gathered(span: Span, today: date) -> Insight:
    return Insight(
        span=span,
        submitted=statistics.submitted_by_month(span),
        closed=statistics.closed_by_month(span),
        items=statistics.by_item(span),
        open_steps=statistics.open_by_step(span, today),
        pace=paces(statistics.durations(span), workday_counter(workcalendar.calendar(span.city))),
        punctuality=statistics.punctuality(span, today),
        breaches=tuple(statistics.breaches(span, today)),
        opinions=opinions(statistics.ratings_by_agency(span)),
        people=opinions(statistics.ratings_by_person(span)),
        complaints=statistics.complaints_by_agency(span, today),
        handled=statistics.handled_by_agency(span),
        paid=statistics.paid_by_payer(span),
        paid_months=statistics.paid_by_month(span),
        waiting=statistics.due_by_payer(span),
        paid_in_time=statistics.paid_in_time(span),
        questions=statistics.unanswered_questions([span.city, ""]),
    )


def months_of(since: date, until: date) -> list[str]:
    """Return the months of a span as YYYY-MM, in order."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]


# --- pace -------------------------------------------------------------------------------------------------------------


def workday_counter(calendar) -> Days:
    """Return a function that counts the workdays after one day up to another; plain days where no calendar covers."""

    @cache
    def is_worked(day: date) -> bool:
        try:
            return bool(calendar.is_workday(day))
        except UncoveredYear:
            return True

    @cache
    def count(first: date, last: date) -> int:
        return sum(is_worked(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    return count


def paces(durations: Mapping[str, Counter], days: Days) -> dict[str, Pace]:
    """Return kind of step → how long its stays took."""
    return {kind: pace(_lengths(stays, days)) for kind, stays in durations.items()}


def _lengths(stays: Counter, days: Days) -> Counter[int]:
    lengths: Counter[int] = Counter()
    for (first, last), number in stays.items():
        lengths[days(first, last)] += number
    return lengths


def pace(lengths: Counter[int]) -> Pace:
    """Return number, median and 90th percentile of lengths given as length → how often."""
    number = sum(lengths.values())
    return Pace(number, quantile(lengths, 0.5), quantile(lengths, 0.9))


def quantile(lengths: Counter[int], share: float) -> int:
    """Return the smallest length that at least this share of all stays did not exceed; 0 without any."""
    wanted, seen = share * sum(lengths.values()), 0
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= wanted:
            return length
    return 0


# --- opinion ----------------------------------------------------------------------------------------------------------


def opinions(ratings: Mapping[str, tuple[int, int, int]]) -> dict[str, Opinion]:
    """Return for each key what was said of it; `ratings` are (number, sum of grades, satisfied)."""
    number, grades = sum(r[0] for r in ratings.values()), sum(r[1] for r in ratings.values())
    mean = grades / number if number else 0.0
    return {
        key: Opinion(n, content / n, (total + PRIOR * mean) / (n + PRIOR))
        for key, (n, total, content) in ratings.items()
    }
