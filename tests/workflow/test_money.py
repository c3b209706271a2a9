"""Payments: entered once, batched by payer, answered for by two people, corrected by new rows only."""

from datetime import date, timedelta

import pytest

from backend.store import employers, facts
from backend.store.models import Application, ClosedPeriod, InAppMessage, Payment, PaymentBatch
from backend.workflow import commands
from backend.workflow.case import NotYours
from backend.workflow.payments import AreaMissing, BatchState, NothingToPay, PeriodClosed, SecondPerson
from tests.workflow.office import CITY, FACTS, MONDAY, Talent, after


def payable(office, talent, now=MONDAY) -> Application:
    """An allowance on finance's desk."""
    case = talent.submit("allowance", now)
    commands.accept(office.clerk, case.id, now)
    commands.approve(office.reviewer, case.id, now)
    commands.close_due_notices(after(commands.publish(office.reviewer, [case.id], now)))
    return Application.get_by_id(case.id)


@pytest.fixture
def holder(office):
    """A talent who has a card."""
    return Talent(has_talent_card=True)


@pytest.fixture
def paid_in(office, holder):
    """A case whose first three months are in the ledger."""
    case = payable(office, holder)
    commands.pay(office.finance, case.id, MONDAY + timedelta(days=8))
    return case


def fen_by_payer(case) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in Payment.select().where(Payment.application == case.id):
        totals[row.payer] = totals.get(row.payer, 0) + row.fen
    return totals


def test_payment_within_two_workdays_is_shown_on_every_row(paid_in):
    assert {row.due_on for row in paid_in.payments} == {date(2026, 3, 12)}


def test_later_months_follow_once_when_the_insurance_office_reports_them(office, holder, paid_in):
    april = MONDAY.replace(month=4, day=20)
    months = [(FACTS["id_number"], "2026-03", None, False), (FACTS["id_number"], "2026-04", None, False)]
    assert commands.import_insured(months, "imp_1", april, office.finance) == 2
    assert commands.import_insured(months, "imp_1", april, office.finance) == 0
    assert len(commands.accrue(paid_in.id, april)) == 6
    assert commands.accrue(paid_in.id, april) == []
    assert {row.period for row in paid_in.payments} == {"2025-12", "2026-01", "2026-02", "2026-03", "2026-04"}


def test_back_paid_months_are_not_due(office, holder, paid_in):
    april = MONDAY.replace(month=4, day=20)
    commands.import_insured([(FACTS["id_number"], "2026-03", None, True)], "imp_1", april, office.finance)
    assert commands.accrue(paid_in.id, april) == []


def test_without_the_area_nothing_is_divided(office):
    case = payable(office, Talent(has_talent_card=True))
    Application.update(area=None).where(Application.id == case.id).execute()
    with pytest.raises(AreaMissing):
        commands.pay(office.finance, case.id, MONDAY)
    assert Payment.select().count() == 0
    assert Application.get_by_id(case.id).step_kind == "payment"


def test_what_the_work_rests_on_is_asked_before_submitting(office):
    talent = Talent(has_talent_card=True)
    for name in ("hired_on", "employer_name"):
        facts.forget(talent.id, name, MONDAY)
    allowance, recognition = talent.draft("allowance"), talent.draft("recognition")
    assert [p.field for p in commands.problems(allowance, MONDAY.date())] == ["fact:hired_on"]
    assert [p.field for p in commands.problems(recognition, MONDAY.date())] == ["fact:employer_name"]


def test_who_makes_a_batch_cannot_approve_it(office, paid_in):
    batch = commands.make_batch(office.finance, CITY, "city", MONDAY)
    with pytest.raises(SecondPerson):
        commands.approve_batch(office.finance, batch.id, MONDAY)
    assert commands.approve_batch(office.second_finance, batch.id, MONDAY).state == "approved"


def test_only_finance_touches_batches(office, paid_in):
    for who in (office.reviewer, office.clerk, office.coordinator):
        with pytest.raises(NotYours):
            commands.make_batch(who, CITY, "city", MONDAY)


def test_a_row_is_in_one_batch_only(office, paid_in):
    commands.make_batch(office.finance, CITY, "city", MONDAY)
    with pytest.raises(NothingToPay):
        commands.make_batch(office.second_finance, CITY, "city", MONDAY)


def settled(office, payer, results=None):
    batch = commands.make_batch(office.finance, CITY, payer, MONDAY)
    commands.approve_batch(office.second_finance, batch.id, MONDAY)
    commands.mark_exported(office.finance, batch.id, "hash", MONDAY)
    chosen = {row.id: None for row in batch.payments} if results is None else results(batch)
    return batch, commands.settle(office.finance, batch.id, chosen, MONDAY.date(), MONDAY)


def test_a_month_is_told_once_every_payer_has_paid(office, paid_in):
    for payer in ("employer", "city"):
        settled(office, payer)
    assert not InAppMessage.select().where(InAppMessage.title == "补贴发放通知").exists()
    settled(office, "district")
    told = InAppMessage.select().where(InAppMessage.title == "补贴发放通知")
    assert sorted(message.body[:20] for message in told)[0].startswith("“生活补助”2025年12月")
    assert told.count() == 3


def test_a_failed_row_goes_back_to_the_case_and_can_be_paid_again(office, paid_in):
    _, counts = settled(office, "city", lambda batch: {row.id: "账号错误" for row in batch.payments})
    assert counts == (0, 3)
    failed = Payment.select().where(Payment.state == "failed").first()
    assert failed.failure == "账号错误"
    commands.retry(office.finance, failed.id, MONDAY)
    assert Payment.get_by_id(failed.id).state == "due"


def test_a_batch_settles_once(office, paid_in):
    batch, _ = settled(office, "city")
    assert PaymentBatch.get_by_id(batch.id).state == "settled"
    assert commands.settle(office.finance, batch.id, {}, MONDAY.date(), MONDAY) == (0, 0)
    with pytest.raises(BatchState):
        commands.approve_batch(office.second_finance, batch.id, MONDAY)


def test_a_batch_that_has_not_left_can_be_undone(office, paid_in):
    batch = commands.make_batch(office.finance, CITY, "city", MONDAY)
    commands.cancel_batch(office.finance, batch.id, MONDAY)
    assert {row.state for row in paid_in.payments} == {"due"}


def test_clawing_back_returns_to_every_payer_exactly_what_it_paid_and_only_once(office, paid_in):
    for payer in ("employer", "city", "district"):
        settled(office, payer)
    rows = commands.claw_back(office.reviewer, paid_in.id, "提供虚假材料", MONDAY)
    assert sum(row.fen for row in rows) == -360000
    assert fen_by_payer(paid_in) == {"employer": 0, "city": 0, "district": 0}
    with pytest.raises(NothingToPay):
        commands.claw_back(office.reviewer, paid_in.id, "再来一次", MONDAY)


def test_a_stop_ends_the_months_after_it(office, holder, paid_in):
    commands.stop(office.reviewer, paid_in.id, date(2026, 1, 20), "离职", MONDAY)
    states = {row.period: row.state for row in paid_in.payments}
    assert states == {"2025-12": "due", "2026-01": "due", "2026-02": "stopped"}
    april = MONDAY.replace(month=4, day=20)
    commands.import_insured([(FACTS["id_number"], "2026-03", None, False)], "imp_1", april, office.finance)
    assert commands.accrue(paid_in.id, april) == []


def test_a_closed_month_takes_no_new_row_only_a_correction(office, holder, paid_in):
    april = MONDAY.replace(month=4, day=20)
    commands.close_period(office.finance, CITY, "allowance", "2026-03", april)
    commands.close_period(office.finance, CITY, "allowance", "2026-03", april)
    assert ClosedPeriod.select().count() == 1
    commands.import_insured([(FACTS["id_number"], "2026-03", None, False)], "imp_1", april, office.finance)
    with pytest.raises(PeriodClosed):
        commands.accrue(paid_in.id, april)
    row = paid_in.payments.first()
    corrected = commands.correct_entry(office.finance, row.id, -100, "多记一元", april)
    assert (corrected.kind, corrected.corrects_id, Payment.get_by_id(row.id).fen) == ("correction", row.id, row.fen)


def test_a_leaver_reported_by_the_employer_stops_the_months_after(office, holder, paid_in):
    employers.report_departure(office.employer.id, holder.id, date(2026, 2, 10), "", "apl_hr", MONDAY)
    april = MONDAY.replace(month=4, day=20)
    commands.import_insured([(FACTS["id_number"], "2026-03", None, False)], "imp_1", april, office.finance)
    assert commands.accrue(paid_in.id, april) == []
