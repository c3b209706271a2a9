"""The payment ledger: months become rows, one a payer, exact to the fen; rows become batches two people answer for.

Amounts never change. What was wrong is put right by new rows (`corrects`); a closed month takes only those.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from backend.policy.periods import add_months, index_of, month_of
from backend.store import audit, employers, facts, numbers, outbox
from backend.store.database import transaction
from backend.store.models import Application, ClosedPeriod, Decision, InsuredMonth, Payment, PaymentBatch, Staff
from backend.workdays import due_on
from backend.workflow import rulebook
from backend.workflow.case import Doer, NotYours, changing, doer_of, load
from backend.workflow.decisions import AmountOpen, Terms, decision_of
from backend.workflow.ledger import Grant, Line, accrual_of, divided, insured_months, run_before, statement
from backend.workflow.progress import move_on
from backend.workflow.refusal import Refusal
from backend.workflow.rights import Role

PAYER_NAMES = {"employer": "用人单位", "city": "市财政", "county": "县（市）财政", "district": "区财政"}


class AreaMissing(Refusal):
    """Nobody knows which treasury the employer belongs to, so the amount cannot be divided."""

    code = "area_needed"

    def __init__(self) -> None:
        super().__init__("还不知道用人单位属于区属、县属还是市直，不能拆分资金。请先核实并填写“财政隶属”。")


class PeriodClosed(Refusal):
    """The month is settled; only a correcting entry may refer to it."""

    code = "period_closed"

    def __init__(self, period: str):
        super().__init__(f"{period}已经结账，不能再改，只能另记更正。")
        self.period = period


class SecondPerson(Refusal):
    """Whoever made a batch cannot approve it."""

    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__("制单和复核不能是同一个人，请由另一位同事复核。")


class BatchState(Refusal):
    """The batch is not in the state the command needs."""

    code = "wrong_state"

    def __init__(self) -> None:
        super().__init__("这个批次的状态已经变化，请刷新后再操作。")


class NothingToPay(Refusal):
    """There is nothing due for this choice."""

    code = "nothing_due"

    def __init__(self) -> None:
        super().__init__("没有待发放的款项，请换个条件再试。")


# --- from decision to ledger ------------------------------------------------------------------------------------------


def pay(
    who: Doer | Staff,
    case_id: str,
    now: datetime,
    *,
    terms: Terms | None = None,
    version_day: date | None = None,
    version: int | None = None,
) -> list[Payment]:
    """Enter what is due so far into the ledger and end the payment step; later months follow with `accrue`.

    `terms` state an amount where nobody has yet; `version_day` names the day of the funding version where the texts
    leave it open. Raises AmountOpen, AreaMissing, FundingUnsettled and what `changing` raises.
    """
    with changing("pay", who, case_id, now, version) as change:
        decision = decision_of(case_id)
        _state_amount(change.case, decision, terms)
        record = change.record()
        rows = _enter_due(change.case, decision, now, record.due_on, version_day)
        change.detail = {"rows": len(rows)}
        move_on(change, "entered")
    return rows


def _state_amount(case: Application, decision: Decision, terms: Terms | None) -> None:
    if decision.amount_fen is None and rulebook.item_of(case).funding is not None:
        if terms is None or terms.amount_fen is None:
            raise AmountOpen(rulebook.verdict_of(case).amount)
        decision.amount_fen, decision.months = terms.amount_fen, terms.months or decision.months
        decision.save()


def accrue(case_id: str, now: datetime, version_day: date | None = None) -> list[Payment]:
    """Enter what has become due of a running benefit since the last time. Safe to repeat: a month is entered once."""
    with transaction():
        case = load(case_id)
        decision = decision_of(case_id)
        if decision is None or case.state != "granted":
            return []
        rows = _enter_due(case, decision, now, None, version_day)
        if rows:
            audit.record(audit.Actor("job", "accrue"), "accrue", "application", case_id, now, {"rows": len(rows)})
    return rows


def _enter_due(
    case: Application, decision: Decision, now: datetime, due: date | None, version_day: date | None
) -> list[Payment]:
    if decision.amount_fen is None:
        return []
    entered = {row.period for row in Payment.select(Payment.period).where(Payment.application == case.id)}
    lines = [line for line in ledger(case, now.date()) if line.fen and line.period not in entered]
    return [row for line in lines for row in _enter(case, line, now, due, version_day)]


def ledger(case: Application, through: date) -> list[Line]:
    """Return the statement of a decided case up to a month: every month of its window, paid or not, and why not."""
    decision = decision_of(case.id)
    return statement(_grant(case, decision), through) if decision and decision.amount_fen else []


def _grant(case: Application, decision: Decision) -> Grant:
    values, accrual = rulebook.values_of(case), accrual_of(rulebook.rules_of(case).items, case.item)
    decided_on = decision.decided_at.date()
    plain = Grant(decision.amount_fen, decision.months, decided_on, decided_on, stopped_on=stopped_on(case))
    if accrual is None or decision.months is None:
        return plain
    return Grant(
        decision.amount_fen,
        decision.months,
        decided_on,
        values.get(accrual["from_month_after"]) or decided_on,
        _insured(case, accrual["paid"]),
        int(accrual["first"]),
        plain.stopped_on,
    )


def _insured(case: Application, fact: str) -> frozenset[int]:
    """The insured months: as the insurance office reports them, and as the person told them for the time before."""
    told = facts.told_rows(case.fact_ids)
    ranges = list(told[fact].value or []) if fact in told else []
    run = told.get("pension_months_consecutive")
    if run is not None and not ranges:
        ranges = run_before(int(run.value or 0), run.told_at.date())
    reported = InsuredMonth.select().where(InsuredMonth.applicant == case.applicant_id)
    return insured_months(ranges, [row.period for row in reported if not row.back_paid])


def stopped_on(case: Application) -> date | None:
    """The earliest end: a stop that was decided, or a leaving that the employer of the case reported."""
    stops = Decision.select().where((Decision.application == case.id) & (Decision.kind == "stop"))
    days = [date.fromisoformat(row.reasons[0]["day"]) for row in stops]
    left = employers.departures(case.applicant_id) if case.employer_id else ()
    days += [row.left_on for row in left if row.employer_id == case.employer_id]
    return min(days, default=None)


def _enter(case: Application, line: Line, now: datetime, due: date | None, version_day: date | None) -> list[Payment]:
    if case.area is None:
        raise AreaMissing
    if _is_closed(case, line.period):
        raise PeriodClosed(line.period)
    shares = divided(rulebook.pack_of(case), case.item, case.area, line, rulebook.values_of(case), version_day)
    return [
        Payment.create(
            application=case.id,
            applicant=case.applicant_id,
            city=case.city,
            item=case.item,
            period=line.period,
            payer=payer,
            fen=fen,
            share=str(shares.exact[payer]),
            pack_version=case.pack_version,
            due_on=due,
            created_at=now,
        )
        for payer, fen in shares.fen.items()
    ]


def _is_closed(case: Application, period: str) -> bool:
    same = (ClosedPeriod.city == case.city) & (ClosedPeriod.item == case.item) & (ClosedPeriod.period == period)
    return ClosedPeriod.select().where(same).exists()


def running_benefits(city: str | None = None) -> Iterable[str]:
    """Yield the ids of decided monthly cases whose months the job enters, one after the other."""
    rows = (
        Application.select(Application.id)
        .join(Decision)
        .where((Application.state == "granted") & Decision.months.is_null(False) & Decision.amount_fen.is_null(False))
    )
    if city:
        rows = rows.where(Application.city == city)
    return (row.id for row in rows.distinct())


def import_insured(
    months: Iterable[tuple[str, str, str | None, bool]], source: str, now: datetime, who: Doer | Staff
) -> int:
    """Keep months the insurance office reports and return how many were new.

    Each is (id number, YYYY-MM, employer name or None, back-paid). People unknown here are skipped.
    """
    new = 0
    doer = doer_of(who, now)
    with transaction():
        for id_number, period, employer_name, back_paid in months:
            for applicant_id in facts.find("id_number", id_number):
                new += (
                    InsuredMonth.insert(
                        applicant=applicant_id,
                        period=period,
                        employer_name=employer_name,
                        back_paid=back_paid,
                        source=source,
                        imported_at=now,
                    )
                    .on_conflict_ignore()
                    .as_rowcount()
                    .execute()
                )
        audit.record(doer.actor, "import_insured", "import", source, now, {"new": new})
    return new


# --- stop, claw back, correct -----------------------------------------------------------------------------------------


def stop(who: Doer | Staff, case_id: str, last_day: date, reason: str, now: datetime) -> Decision:
    """Stop a running benefit: the month of `last_day` is the last one paid; later rows not yet paid are stopped.

    Raises NotYours unless a reviewer, supervisor or finance of the city asks.
    """
    doer = _money_doer(who, case_id, now)
    with transaction():
        decision = Decision.create(
            application=case_id,
            kind="stop",
            reasons=[{"text": reason, "day": last_day.isoformat()}],
            decided_by=doer.id,
            decided_at=now,
        )
        later = (Payment.application == case_id) & (Payment.period > f"{last_day:%Y-%m}") & (Payment.state == "due")
        Payment.update(state="stopped").where(later).execute()
        audit.record(doer.actor, "stop", "application", case_id, now, {"last_day": last_day.isoformat()})
    return decision


def claw_back(who: Doer | Staff, case_id: str, reason: str, now: datetime, since: str = "") -> list[Payment]:
    """Claim back what was paid (from month `since` on, all by default): a negative row for every row paid.

    Each payer gets back exactly what it paid. Raises NothingToPay, NotYours.
    """
    doer = _money_doer(who, case_id, now)
    with transaction():
        claimed = Payment.select(Payment.corrects).where(
            (Payment.application == case_id) & (Payment.kind == "claw_back") & Payment.corrects.is_null(False)
        )
        paid = Payment.select().where(
            (Payment.application == case_id)
            & (Payment.state == "paid")
            & (Payment.fen > 0)
            & (Payment.period >= since)
            & Payment.id.not_in(claimed)
        )
        rows = [_against(row, "claw_back", -row.fen, now) for row in paid]
        if not rows:
            raise NothingToPay
        Decision.create(
            application=case_id,
            kind="claw_back",
            amount_fen=-sum(row.fen for row in rows),
            reasons=[{"text": reason}],
            decided_by=doer.id,
            decided_at=now,
        )
        audit.record(doer.actor, "claw_back", "application", case_id, now, {"rows": len(rows)})
    return rows


def correct_entry(who: Doer | Staff, payment_id: str, fen: int, reason: str, now: datetime) -> Payment:
    """Put a ledger row right by a new one of `fen` (positive or negative) in the present month. Raises NotYours."""
    wrong = Payment.get_by_id(payment_id)
    doer = _money_doer(who, wrong.application_id, now)
    with transaction():
        row = _against(wrong, "correction", fen, now)
        Payment.update(failure=reason).where(Payment.id == row.id).execute()
        audit.record(doer.actor, "correct_entry", "payment", payment_id, now, {"new": row.id})
    return row


def _against(row: Payment, kind: str, fen: int, now: datetime) -> Payment:
    return Payment.create(
        application=row.application_id,
        applicant=row.applicant_id,
        city=row.city,
        item=row.item,
        period=month_of(index_of(now.date())),
        kind=kind,
        payer=row.payer,
        fen=fen,
        share=row.share,
        pack_version=row.pack_version,
        corrects=row.id,
        created_at=now,
    )


def _money_doer(who: Doer | Staff, case_id: str, now: datetime) -> Doer:
    doer, case = doer_of(who, now), load(case_id)
    roles = {Role.REVIEWER, Role.SUPERVISOR, Role.FINANCE}
    if not any(hat.role in roles and hat.city == case.city for hat in doer.hats):
        raise NotYours("pay")
    return doer


# --- batches ----------------------------------------------------------------------------------------------------------


def make_batch(
    who: Doer | Staff, city: str, payer: str, now: datetime, payments: Sequence[str] | None = None
) -> PaymentBatch:
    """Put due rows of one payer into a batch for the bank: those named, or all. Raises NothingToPay, NotYours."""
    doer = _finance(who, city, now)
    with transaction():
        due = (Payment.city == city) & (Payment.payer == payer) & (Payment.state == "due")
        if payments is not None:
            due &= Payment.id.in_(list(payments))
        batch = PaymentBatch.create(
            number=f"{city.upper()}B{now:%Y%m%d}{numbers.next_in(f'B:{city}:{now:%Y%m%d}'):04d}",
            city=city,
            payer=payer,
            created_by=doer.id,
            created_at=now,
        )
        if not Payment.update(state="batched", batch=batch.id).where(due).execute():
            raise NothingToPay
        audit.record(doer.actor, "make_batch", "payment_batch", batch.id, now)
    return batch


def approve_batch(who: Doer | Staff, batch_id: str, now: datetime) -> PaymentBatch:
    """Let a second person answer for a batch. Raises SecondPerson, BatchState, NotYours."""
    batch = PaymentBatch.get_by_id(batch_id)
    doer = _finance(who, batch.city, now)
    if doer.id == batch.created_by:
        raise SecondPerson
    changes = {"state": "approved", "approved_by": doer.id, "approved_at": now}
    _move_batch(doer, batch_id, "open", changes, "approve_batch", now)
    return PaymentBatch.get_by_id(batch_id)


def cancel_batch(who: Doer | Staff, batch_id: str, now: datetime) -> None:
    """Undo a batch that has not left for the bank; its rows are due again. Raises BatchState, NotYours."""
    batch = PaymentBatch.get_by_id(batch_id)
    doer = _finance(who, batch.city, now)
    with transaction():
        _move_batch(doer, batch_id, "open", {"state": "cancelled"}, "cancel_batch", now)
        Payment.update(state="due", batch=None).where(Payment.batch == batch_id).execute()


def mark_exported(who: Doer | Staff, batch_id: str, file_hash: str, now: datetime) -> None:
    """Note that the file of an approved batch left for the bank, under the hash of its bytes. Raises BatchState."""
    batch = PaymentBatch.get_by_id(batch_id)
    doer = _finance(who, batch.city, now)
    if batch.state == "exported":
        return
    changes = {"state": "exported", "exported_at": now, "file_hash": file_hash}
    _move_batch(doer, batch_id, "approved", changes, "export_batch", now)


def settle(
    who: Doer | Staff, batch_id: str, results: Mapping[str, str | None], paid_on: date, now: datetime
) -> tuple[int, int]:
    """Take the bank's result of an exported batch and return how many rows were paid and failed.

    `results` maps payment ids to None (paid) or the bank's reason. Rows not named stay batched; the batch is settled
    when none is left. A failed row stays in the ledger as failed until `retry` makes it due again. Raises BatchState.
    """
    batch = PaymentBatch.get_by_id(batch_id)
    doer = _finance(who, batch.city, now)
    if batch.state not in ("exported", "settled"):
        raise BatchState
    with transaction():
        rows = list(Payment.select().where((Payment.batch == batch_id) & (Payment.state == "batched")))
        named = [row for row in rows if row.id in results]
        for row in named:
            _settle_row(row, results[row.id], paid_on)
        if len(named) == len(rows):
            PaymentBatch.update(state="settled", settled_at=now).where(PaymentBatch.id == batch_id).execute()
        _tell_paid(named, paid_on, now)
        failed = sum(results[row.id] is not None for row in named)
        audit.record(doer.actor, "settle_batch", "payment_batch", batch_id, now, {"rows": len(named), "failed": failed})
    return len(named) - failed, failed


def _settle_row(row: Payment, failure: str | None, paid_on: date) -> None:
    paid: dict[str, Any] = {"state": "paid", "paid_on": paid_on}
    changes = {"state": "failed", "failure": failure} if failure else paid
    Payment.update(**changes).where(Payment.id == row.id).execute()


def _tell_paid(rows: Sequence[Payment], paid_on: date, now: datetime) -> None:
    """Tell a person of a month once every payer's part of it has been paid."""
    for case_id, period in dict.fromkeys((row.application_id, row.period) for row in rows):
        whole = list(
            Payment.select().where(
                (Payment.application == case_id) & (Payment.period == period) & (Payment.kind == "regular")
            )
        )
        if whole and all(row.state == "paid" for row in whole):
            outbox.enqueue(
                f"{case_id}:paid:{period}",
                whole[0].applicant_id,
                "payment_sent",
                {
                    "item": rulebook.item_of(load(case_id)).name,
                    "amount": sum(row.fen for row in whole),
                    "paid_on": paid_on,
                    "period": f"{period[:4]}年{int(period[5:])}月",
                },
                application=case_id,
                due=now,
            )


def retry(who: Doer | Staff, payment_id: str, now: datetime) -> None:
    """Make a failed row due again, after the account was put right. Raises BatchState, NotYours."""
    row = Payment.get_by_id(payment_id)
    doer = _finance(who, row.city, now)
    failed = (Payment.id == payment_id) & (Payment.state == "failed")
    with transaction():
        if not Payment.update(state="due", batch=None, failure=None).where(failed).execute():
            raise BatchState
        audit.record(doer.actor, "retry", "payment", payment_id, now)


def close_period(who: Doer | Staff, city: str, item: str, period: str, now: datetime) -> None:
    """Settle a month of an item for good. Raises NotYours."""
    doer = _finance(who, city, now)
    with transaction():
        ClosedPeriod.insert(
            city=city, item=item, period=period, closed_by=doer.id, closed_at=now
        ).on_conflict_ignore().execute()
        audit.record(doer.actor, "close_period", "period", f"{city}/{item}/{period}", now)


def _move_batch(doer: Doer, batch_id: str, state: str, changes: Mapping[str, Any], action: str, now: datetime) -> None:
    with transaction():
        present = (PaymentBatch.id == batch_id) & (PaymentBatch.state == state)
        if not PaymentBatch.update(**changes).where(present).execute():
            raise BatchState
        audit.record(doer.actor, action, "payment_batch", batch_id, now)


def _finance(who: Doer | Staff, city: str, now: datetime) -> Doer:
    doer = doer_of(who, now)
    if not any(hat.role == Role.FINANCE and hat.city == city for hat in doer.hats):
        raise NotYours("pay")
    return doer


def last_month_of(case: Application, decision: Decision) -> str | None:
    """Return the last month of a monthly benefit's window, or None for a one-off."""
    if decision.months is None:
        return None
    return month_of(index_of(add_months(_grant(case, decision).opens_after, decision.months)))


def limit_of(case: Application, now: datetime) -> date | None:
    """Return until when a payment entered now has to be made by the pack's payment step, or None without a limit."""
    stage = next((stage for stage in rulebook.stages_of(case) if stage.kind == "payment"), None)
    if stage is None or stage.within is None or stage.unit is None:
        return None
    return due_on(now.date(), stage.within, stage.unit, rulebook.calendar_of(case))
