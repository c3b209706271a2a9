"""Figures over the cases of a city, or of one agency's share in them, within a span of days. The database counts.

Days and months are those of Shanghai. A case counts where it was submitted, a step where it was left, money where it
was paid. Nothing here names a person; `breaches` lists cases by their numbers.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_
from typing import Any

from peewee import SQL, Case, fn

from backend.clock import SHANGHAI
from backend.store.database import is_sqlite
from backend.store.models import (
    Application,
    Complaint,
    Payment,
    Rating,
    StepRecord,
    UnansweredQuestion,
)

_FIRST = SQL("1")
_FIRST_TWO = (_FIRST, SQL("2"))
_NEXT_TWO = (SQL("2"), SQL("3"))
"""Columns to group by, by their places: PostgreSQL does not see that two expressions with parameters are the same."""

OPEN_STATES = ("running", "correction", "public_notice")
MOST_BREACHES = 2000


@dataclass(frozen=True)
class Span:
    """What is counted: a city, the days (both included), and the agencies to which it is narrowed (None: all)."""

    city: str
    since: date
    until: date
    agencies: frozenset[str] | None = None

    def within(self, column) -> Any:
        """Return the condition that a moment lies within the days."""
        return (column >= _midnight(self.since)) & (column < _midnight(self.until + timedelta(days=1)))

    def cases(self) -> Any:
        """Return the condition for the cases concerned."""
        submitted = (Application.city == self.city) & Application.submitted_at.is_null(False)
        if self.agencies is None:
            return submitted
        took_part = StepRecord.select(StepRecord.application).where(StepRecord.agency.in_(sorted(self.agencies)))
        return submitted & Application.id.in_(took_part)

    def at_agency(self, model) -> Any:
        """Return the condition for the rows of a model that carries an agency."""
        return model.agency.in_(sorted(self.agencies)) if self.agencies is not None else (model.id != "")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _month(column) -> Any:
    if is_sqlite():
        return fn.strftime("%Y-%m", column, "+8 hours").coerce(False)
    return fn.to_char(fn.timezone("Asia/Shanghai", column), "YYYY-MM").coerce(False)


def _day(column) -> Any:
    if is_sqlite():
        return fn.strftime("%Y-%m-%d", column, "+8 hours").coerce(False)
    return fn.to_char(fn.timezone("Asia/Shanghai", column), "YYYY-MM-DD").coerce(False)


def _count(condition=None) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0)) if condition is not None else fn.COUNT(1)


# --- cases ------------------------------------------------------------------------------------------------------------


def submitted_by_month(span: Span) -> dict[str, int]:
    """Return month → cases submitted."""
    month = _month(Application.submitted_at)
    rows = Application.select(month, _count()).where(span.cases() & span.within(Application.submitted_at))
    return dict(rows.group_by(_FIRST).tuples())


def closed_by_month(span: Span) -> dict[str, Counter[str]]:
    """Return month → how many cases ended in which state."""
    month = _month(Application.closed_at)
    rows = Application.select(month, Application.state, _count()).where(
        span.cases() & span.within(Application.closed_at)
    )
    found: dict[str, Counter[str]] = {}
    for name, state, number in rows.group_by(*_FIRST_TWO).tuples():
        found.setdefault(name, Counter())[state] = number
    return found


def by_item(span: Span) -> dict[str, Counter[str]]:
    """Return item → how many cases submitted in the span are in which state now."""
    rows = Application.select(Application.item, Application.state, _count()).where(
        span.cases() & span.within(Application.submitted_at)
    )
    found: dict[str, Counter[str]] = {}
    for item, state, number in rows.group_by(Application.item, Application.state).tuples():
        found.setdefault(item, Counter())[state] = number
    return found


def open_by_step(span: Span, today: date) -> dict[str, tuple[int, int]]:
    """Return kind of step → cases that lie there now, and how many of them are late."""
    late = Application.due_on < today
    rows = Application.select(Application.step_kind, _count(), _count(late)).where(
        span.cases() & Application.state.in_(OPEN_STATES)
    )
    return {kind: (number, overdue or 0) for kind, number, overdue in rows.group_by(Application.step_kind).tuples()}


# --- steps ------------------------------------------------------------------------------------------------------------


def _left(span: Span):
    in_city = (Application.city == span.city) & span.at_agency(StepRecord)
    return StepRecord.select().join(Application).where(in_city & span.within(StepRecord.left_at))


def durations(span: Span) -> dict[str, Counter[tuple[date, date]]]:
    """Return kind of step → how many stays began and ended on which days."""
    began, ended = _day(StepRecord.entered_at), _day(StepRecord.left_at)
    rows = _left(span).select(StepRecord.kind, began, ended, _count()).group_by(_FIRST, *_NEXT_TWO)
    found: dict[str, Counter[tuple[date, date]]] = {}
    for kind, first, last, number in rows.tuples():
        days = (date.fromisoformat(first), date.fromisoformat(last))
        found.setdefault(kind, Counter())[days] += number
    return found


@dataclass(frozen=True)
class Punctuality:
    """Of an agency: steps with a limit that were left, those of them left late, and steps that are late now."""

    finished: int = 0
    late: int = 0
    late_now: int = 0


def punctuality(span: Span, today: date) -> dict[str, Punctuality]:
    """Return agency → how it kept its limits."""
    limited = StepRecord.due_on.is_null(False)
    over = StepRecord.overdue_since.is_null(False)
    rows = _left(span).where(limited).select(StepRecord.agency, _count(), _count(over)).group_by(StepRecord.agency)
    left = {agency or "": (number, late or 0) for agency, number, late in rows.tuples()}
    now = _late_now(span, today)
    return {
        agency: Punctuality(*left.get(agency, (0, 0)), now.get(agency, 0))
        for agency in sorted(left.keys() | now.keys())
    }


def _running_late(span: Span, today: date):
    """Steps that are late today and had to be done within the span or before; a correction stops the clock."""
    over = (StepRecord.due_on < today) & (StepRecord.due_on <= span.until)
    return StepRecord.left_at.is_null() & over & (Application.state != "correction")


def _late_now(span: Span, today: date) -> dict[str, int]:
    late = _running_late(span, today)
    rows = StepRecord.select(StepRecord.agency, _count()).join(Application)
    rows = rows.where((Application.city == span.city) & span.at_agency(StepRecord) & late)
    return {agency or "": number for agency, number in rows.group_by(StepRecord.agency).tuples()}


@dataclass(frozen=True)
class Breach:
    """A step that was left late, or is late now (`left_on` None).

    `due_on` is a promised day where `statutory_on`, the day by law, stands behind it; `unlawful` tells whether that one
    is over too.
    """

    case_id: str
    number: str
    item: str
    kind: str
    agency: str | None
    due_on: date
    statutory_on: date | None
    left_on: date | None
    unlawful: bool


def breaches(span: Span, today: date) -> list[Breach]:
    """Return the steps of the span that broke their limit and those that break it now, by agency and due day."""
    left = StepRecord.overdue_since.is_null(False) & span.within(StepRecord.left_at)
    running = _running_late(span, today)
    rows = StepRecord.select(StepRecord, Application).join(Application)
    rows = rows.where((Application.city == span.city) & span.at_agency(StepRecord) & (left | running))
    return [_breach(row, today) for row in rows.order_by(StepRecord.agency, StepRecord.due_on).limit(MOST_BREACHES)]


def _breach(row: StepRecord, today: date) -> Breach:
    case, left = row.application, row.left_at.astimezone(SHANGHAI).date() if row.left_at else None
    unlawful = (left or today) > (row.statutory_on or row.due_on)
    return Breach(case.id, case.number, case.item, row.kind, row.agency, row.due_on, row.statutory_on, left, unlawful)


# --- money ------------------------------------------------------------------------------------------------------------


def paid_by_payer(span: Span) -> dict[str, int]:
    """Return payer → fen paid within the days."""
    rows = Payment.select(Payment.payer, fn.SUM(Payment.fen)).where(_paid(span)).group_by(Payment.payer)
    return {payer: int(fen) for payer, fen in rows.tuples()}


def paid_by_month(span: Span) -> dict[str, int]:
    """Return month of payment → fen paid."""
    days = Payment.select(Payment.paid_on, fn.SUM(Payment.fen)).where(_paid(span)).group_by(Payment.paid_on).tuples()
    found: Counter[str] = Counter()
    for day, fen in days:
        found[f"{day:%Y-%m}"] += int(fen)
    return dict(found)


def due_by_payer(span: Span) -> dict[str, int]:
    """Return payer → fen that wait to be paid now."""
    waiting = (Payment.city == span.city) & Payment.state.in_(["due", "batched", "failed"])
    rows = Payment.select(Payment.payer, fn.SUM(Payment.fen)).where(waiting).group_by(Payment.payer)
    return {payer: int(fen) for payer, fen in rows.tuples()}


def paid_in_time(span: Span) -> tuple[int, int]:
    """Return how many payments with a day to be paid by were made within the span, and how many of them by then."""
    limited = _paid(span) & Payment.due_on.is_null(False)
    rows = Payment.select(_count(), _count(Payment.paid_on <= Payment.due_on)).where(limited)
    number, in_time = rows.tuples().get()
    return number, in_time or 0


def _paid(span: Span):
    return (Payment.city == span.city) & (Payment.state == "paid") & Payment.paid_on.between(span.since, span.until)


# --- what people say --------------------------------------------------------------------------------------------------


def ratings_by_agency(span: Span) -> dict[str, tuple[int, int, int]]:
    """Return agency → ratings, sum of their grades, how many were satisfied (three and more)."""
    return {agency or "": figures for agency, *figures in _ratings(span, Rating.agency)}


def ratings_by_person(span: Span) -> dict[str, tuple[int, int, int]]:
    """Return staff id → ratings of the steps they ended, sum of grades, satisfied."""
    return {actor: figures for actor, *figures in _ratings(span, StepRecord.actor, StepRecord.actor_kind == "staff")}


def _ratings(span: Span, key, narrower=None) -> Iterator[tuple]:
    chosen = [Rating.city == span.city, span.at_agency(Rating), span.within(Rating.rated_at)]
    chosen += [narrower] if narrower is not None else []
    rows = Rating.select(key, _count(), fn.SUM(Rating.grade), _count(Rating.grade >= 3))
    if narrower is not None:
        rows = rows.join(StepRecord)
    return rows.where(reduce(and_, chosen)).group_by(key).tuples().iterator()


def complaints_by_agency(span: Span, today: date) -> dict[str, tuple[int, int, int]]:
    """Return agency → complaints and messages filed, answered late or late now, answered to satisfaction."""
    late = (Complaint.state == "open") & (Complaint.due_on < today)
    rows = Complaint.select(Complaint.agency, _count(), _count(late), _count(Complaint.satisfied == True))  # noqa: E712
    chosen = (Complaint.city == span.city) & span.at_agency(Complaint) & span.within(Complaint.filed_at)
    found = rows.where(chosen).group_by(Complaint.agency).tuples()
    return {agency or "": (number, overdue or 0, content or 0) for agency, number, overdue, content in found}


def unanswered_questions(cities: Collection[str]) -> tuple[int, int]:
    """Return how many questions wait for an answer in the packs, and how often they were asked."""
    rows = UnansweredQuestion.select(_count(), fn.SUM(UnansweredQuestion.times))
    number, times = (
        rows.where(UnansweredQuestion.city.in_(list(cities)) & (UnansweredQuestion.state == "open")).tuples().get()
    )
    return number, times or 0


def handled_by_agency(span: Span) -> dict[str, Counter[str]]:
    """Return agency → how many steps it ended with which outcome."""
    rows = _left(span).select(StepRecord.agency, StepRecord.outcome, _count())
    found: dict[str, Counter[str]] = {}
    for agency, outcome, number in rows.group_by(StepRecord.agency, StepRecord.outcome).tuples():
        found.setdefault(agency or "", Counter())[outcome or ""] = number
    return found


def totals(counters: Iterable[Counter[str]]) -> Counter[str]:
    """Return the sum of counters."""
    return sum(counters, Counter())
