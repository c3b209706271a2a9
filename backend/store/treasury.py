"""Queries over the payment ledger: sums, entries, batches, closed months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from peewee import JOIN, SQL, fn

from backend.store.models import Application, ClosedPeriod, Payment, PaymentBatch


@dataclass(frozen=True)
class Purse:
    """Whose money is looked at: a city's, or only what one employer pays."""

    city: str | None = None
    employer: str | None = None

    def condition(self):
        """Return the query condition for the entries of this purse."""
        if self.employer:
            own = Application.select(Application.id).where(Application.employer == self.employer)
            return (Payment.payer == "employer") & Payment.application.in_(own)
        return Payment.city == self.city


@dataclass(frozen=True)
class Choice:
    """What a list of entries is narrowed to; empty means all."""

    payer: str = ""
    state: str = ""
    item: str = ""
    period: str = ""
    page: int = 1

    def query(self, page: int = 1) -> dict[str, str | int]:
        """Return the choice as arguments of an address."""
        return {name: value for name, value in {**vars(self), "page": page}.items() if value and value != 1}


PAGE = 100
UNPAID = Payment.state != SQL("'paid'")
"""Due, batched, failed or stopped; written out, so that the index of these alone answers."""


def sums(purse: Purse, settled: bool = False) -> list[Payment]:
    """Return fen and count (`n`) by payer and state: of what is not paid yet, or (`settled`) of all that is paid."""
    total, number = fn.SUM(Payment.fen).alias("fen"), fn.COUNT(SQL("1")).alias("n")
    chosen = purse.condition() & (Payment.state == "paid" if settled else UNPAID)
    grouped = Payment.select(Payment.payer, Payment.state, total, number).where(chosen)
    return list(grouped.group_by(Payment.payer, Payment.state).order_by(Payment.payer, Payment.state))


def entries(purse: Purse, choice: Choice) -> tuple[list[Payment], bool]:
    """Return one page of entries with their cases, the newest first, and whether another page follows."""
    condition = purse.condition()
    for column, wanted in (
        (Payment.payer, choice.payer),
        (Payment.state, choice.state),
        (Payment.item, choice.item),
        (Payment.period, choice.period),
    ):
        if wanted:
            condition &= column == wanted
    rows = Payment.select(Payment, Application).join(Application).where(condition)
    found = list(rows.order_by(Payment.id.desc()).limit(PAGE + 1).offset((choice.page - 1) * PAGE))
    return found[:PAGE], len(found) > PAGE


def of_case(case_id: str) -> set[str]:
    """Return the ids of the entries of a case."""
    return {row.id for row in Payment.select(Payment.id).where(Payment.application == case_id)}


def batches(city: str | None, limit: int = 50) -> list[PaymentBatch]:
    """Return the newest batches of a city, each with its sum (`fen`) and number of entries (`n`)."""
    total, number = fn.COALESCE(fn.SUM(Payment.fen), 0).alias("fen"), fn.COUNT(Payment.id).alias("n")
    rows = PaymentBatch.select(PaymentBatch, total, number).join(Payment, JOIN.LEFT_OUTER)
    grouped = rows.where(PaymentBatch.city == city).group_by(PaymentBatch.id)
    return list(grouped.order_by(PaymentBatch.id.desc()).limit(limit))


def of_batch(batch_id: str) -> list[Payment]:
    """Return the entries of a batch with their cases, in the order of the file for the bank."""
    rows = Payment.select(Payment, Application).join(Application).where(Payment.batch == batch_id)
    return list(rows.order_by(Payment.id))


def overdue(city: str | None, today: date, most: int) -> int:
    """Return how many entries are past the day on which they had to be paid; beyond `most` it stops counting."""
    late = (Payment.city == city) & Payment.state.in_(["due", "batched", "failed"]) & (Payment.due_on < today)
    return Payment.select(Payment.id).where(late).limit(most).count()


def closed_periods(city: str | None, limit: int = 60) -> Sequence[ClosedPeriod]:
    """Return the months that are settled, the newest first."""
    rows = ClosedPeriod.select().where(ClosedPeriod.city == city)
    return list(rows.order_by(ClosedPeriod.period.desc(), ClosedPeriod.item).limit(limit))


def unfinished(city: str | None, item: str, period: str) -> int:
    """Return how many entries of a month of an item are neither paid nor stopped."""
    same = (Payment.city == city) & (Payment.item == item) & (Payment.period == period)
    return Payment.select().where(same & Payment.state.in_(["due", "batched", "failed"])).count()
