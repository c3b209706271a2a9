"""Money at the console: four eyes, the bank's file and its result, insured months, closing, stopping, clawing back."""

import io
from datetime import timedelta

import pytest

from backend import clock
from backend.console import sheets
from backend.store import audit, facts
from backend.store.models import ClosedPeriod, InsuredMonth, Payment, PaymentBatch
from backend.workflow import commands
from backend.workflow.rights import Role
from tests.console.visitor import said
from tests.workflow.office import CITY, FACTS, Talent, after, recognised, staff


@pytest.fixture
def case(office, talent):
    """A decided allowance with its first months in the ledger."""
    start = clock.now() - timedelta(days=60)
    facts.tell(talent.id, {"bank_account": "6228480012345678901", "bank_name": "中原银行"}, "form", start)
    recognised(office, talent, start)
    now = clock.now() - timedelta(days=30)
    case = talent.submit("allowance", now)
    commands.accept(office.clerk, case.id, now)
    commands.approve(office.reviewer, case.id, now)
    later = after(commands.publish(office.reviewer, [case.id], now))
    commands.close_due_notices(later)
    commands.pay(office.finance, case.id, later)
    return case


@pytest.fixture
def batch(office, case):
    """A batch of the city's part, made by the first of two."""
    return commands.make_batch(office.finance, CITY, "city", clock.now())


def act(visitor, batch, name, **form):
    return visitor.post(f"/console/payments/batches/{batch.id}/{name}", **form)


def state(batch):
    return PaymentBatch.get_by_id(batch.id).state


def upload(visitor, path, name, data, **form):
    fields = form | {"csrf": visitor.login.csrf, "file": (io.BytesIO(data), name)}
    return visitor.client.post(path, data=fields, content_type="multipart/form-data")


# --- four eyes --------------------------------------------------------------------------------------------------------


def test_whoever_makes_a_batch_cannot_approve_it(visit, office, batch):
    visitor = visit(office.finance)
    assert "要由另一位财政人员复核" in visitor.text(f"/console/payments/batches/{batch.id}")
    act(visitor, batch, "approve")
    assert state(batch) == "open"


def test_a_second_person_approves_and_then_the_file_may_leave(visit, office, batch):
    first, second = visit(office.finance), visit(office.second_finance)
    assert first.get(f"/console/payments/batches/{batch.id}/file.csv").status_code == 404
    act(second, batch, "approve")
    assert first.get(f"/console/payments/batches/{batch.id}/file.csv").status_code == 200
    assert state(batch) == "exported"


def test_a_deputy_who_made_the_batch_is_still_the_same_person(visit, office, batch):
    from backend.store import staff as accounts

    accounts.delegate(office.second_finance.id, office.finance.id, clock.today(), clock.today())
    act(visit(office.finance), batch, "approve")
    assert state(batch) == "open"


def test_a_cancelled_batch_makes_its_money_due_again(visit, office, batch):
    act(visit(office.finance), batch, "cancel")
    assert state(batch) == "cancelled"
    assert not Payment.select().where(Payment.state == "batched").exists()


@pytest.mark.parametrize("name", ["approve", "cancel", "settle"])
def test_looking_is_for_many_and_moving_money_for_finance_alone(visit, office, batch, name):
    for account in (staff(Role.LEADER), staff(Role.AUDITOR), office.coordinator, office.hr):
        assert act(visit(account), batch, name).status_code == 403


def test_the_file_for_the_bank_holds_plain_names_and_accounts_and_is_logged(visit, office, batch):
    commands.approve_batch(office.second_finance, batch.id, clock.now())
    data = visit(office.finance).get(f"/console/payments/batches/{batch.id}/file.xlsx").data
    rows = list(sheets.read("a.xlsx", data))
    assert rows[1][2:6] == [FACTS["full_name"], "6228480012345678901", "中原银行", "320.00"]
    assert audit.of_subject("payment_batch", batch.id)[0].action == "download"
    assert PaymentBatch.get_by_id(batch.id).file_hash


# --- the bank's result ------------------------------------------------------------------------------------------------


@pytest.fixture
def exported(office, batch):
    """A batch that has left for the bank."""
    commands.approve_batch(office.second_finance, batch.id, clock.now())
    commands.mark_exported(office.finance, batch.id, "0" * 64, clock.now())
    return batch


def result(batch, failure=""):
    rows = [(row.id, row.period, "", "", "", "", failure) for row in batch.payments]
    return sheets.csv_bytes(rows)


def test_the_banks_result_comes_back_row_by_row(visit, office, exported):
    visitor = visit(office.finance)
    upload(visitor, f"/console/payments/batches/{exported.id}/settle", "r.csv", result(exported, "账号户名不符"))
    assert {row.state for row in exported.payments} == {"failed"}
    assert "账号户名不符" in visitor.text(f"/console/payments/batches/{exported.id}")


def test_a_failed_payment_is_paid_anew(visit, office, exported):
    visitor = visit(office.finance)
    upload(visitor, f"/console/payments/batches/{exported.id}/settle", "r.csv", result(exported, "户名不符"))
    row = exported.payments.first()
    visitor.post(f"/console/payments/{row.id}/retry")
    assert Payment.get_by_id(row.id).state == "due"


def test_all_paid_without_a_file_wants_a_tick(visit, office, exported):
    visitor = visit(office.finance)
    act(visitor, exported, "settle")
    assert {row.state for row in exported.payments} == {"batched"}
    act(visitor, exported, "settle", all="paid")
    assert {row.state for row in exported.payments} == {"paid"}


@pytest.mark.parametrize(("name", "data"), [("r.csv", b"pay_x,1"), ("r.xlsx", b"broken")])
def test_a_result_of_another_batch_or_a_broken_file_changes_nothing(visit, office, exported, name, data):
    visitor = visit(office.finance)
    upload(visitor, f"/console/payments/batches/{exported.id}/settle", name, data)
    assert {row.state for row in exported.payments} == {"batched"}
    assert 'class="flash error"' in visitor.get(f"/console/payments/batches/{exported.id}").get_data(as_text=True)


# --- insured months ---------------------------------------------------------------------------------------------------


def insured(visitor, data, act="check", name="m.csv"):
    return upload(visitor, "/console/payments/insured", name, data, act=act)


ROWS = f"""身份证号码,月份,单位,是否补缴
{FACTS["id_number"]},2026-08,测试科技,否
{FACTS["id_number"]},2026年9月,测试科技,是
11010119900307109X,2026-08,,
"""


def test_a_file_is_checked_before_anything_is_kept(visit, office, case):
    page = said(insured(visit(office.finance), ROWS.encode("gb18030")))
    assert "平台上有的 1 人，新增 2 个月；1 人没有在平台登记" in page
    assert InsuredMonth.select().count() == 0


def test_the_same_file_confirmed_brings_the_months_in_once(visit, office, case):
    visitor = visit(office.finance)
    for _ in range(2):
        insured(visitor, ROWS.encode(), "import")
    assert [(row.period, row.back_paid) for row in InsuredMonth.select().order_by(InsuredMonth.period)] == [
        ("2026-08", False),
        ("2026-09", True),
    ]


def test_a_row_that_is_wrong_is_named_and_nothing_is_kept(visit, office, case):
    page = said(insured(visit(office.finance), b"110101199003078899,2026-13,x,\n", "import"))
    assert "第 1 行：身份证号码不对" in page
    assert InsuredMonth.select().count() == 0


def test_without_a_file_the_page_says_what_it_wants(visit, office):
    assert "请选择社保经办机构给的参保缴费文件" in said(visit(office.finance).post("/console/payments/insured"))


# --- closing, stopping, clawing back ----------------------------------------------------------------------------------


def test_a_month_with_open_money_cannot_be_closed(visit, office, case):
    period = Payment.select().where(Payment.application == case.id).first().period
    visitor = visit(office.finance)
    answer = visitor.client.post(
        "/console/payments/periods",
        data={"csrf": visitor.login.csrf, "item": "allowance", "period": period},
        follow_redirects=True,
    )
    assert "没有发放完，处理完再结账" in said(answer)
    assert ClosedPeriod.select().count() == 0


def test_a_month_that_is_paid_is_closed_for_good(visit, office, case):
    Payment.update(state="paid", paid_on=clock.today()).execute()
    period = Payment.select().first().period
    visit(office.finance).post("/console/payments/periods", item="allowance", period=period)
    assert ClosedPeriod.get().period == period


def test_a_stop_names_the_last_day_and_the_reason(visit, office, case):
    visitor = visit(office.reviewer)
    address = f"/console/cases/{case.id}/do/stop"
    assert visitor.post(address, reason="已离职").status_code == 422
    assert visitor.post(address, last_day="2026-01-31").status_code == 422
    visitor.post(address, last_day=clock.today(), reason="已离职")
    assert "已离职" in visitor.text(f"/console/cases/{case.id}")
    assert audit.of_subject("application", case.id)[1].action == "stop"


def test_what_was_paid_is_claimed_back_from_each_payer_to_the_fen(visit, office, case):
    Payment.update(state="paid", paid_on=clock.today()).execute()
    paid = sum(row.fen for row in Payment.select())
    visit(office.supervisor).post(f"/console/cases/{case.id}/do/claw_back", reason="材料虚假")
    claimed = [row for row in Payment.select() if row.kind == "claw_back"]
    assert sum(row.fen for row in claimed) == -paid


def test_a_correction_refers_to_an_entry_of_its_own_case(visit, office, case):
    row = Payment.select().where(Payment.application == case.id).first()
    visitor, other = visit(office.finance), recognised(office, Talent(clock.now()), clock.now())
    form = {"payment": row.id, "amount": "-0.50", "reason": "多记五角"}
    assert visitor.post(f"/console/cases/{other.id}/do/correct_entry", **form).status_code in (404, 422)
    visitor.post(f"/console/cases/{case.id}/do/correct_entry", **form)
    assert Payment.get(Payment.kind == "correction").fen == -50


# --- what an employer sees --------------------------------------------------------------------------------------------


def test_an_employer_sees_its_own_third_and_nothing_else(visit, office, case):
    page = visit(office.hr).text("/console/payments")
    assert "用人单位" in page
    assert "400.00" in page
    for amount in ("320.00", "480.00"):
        assert amount not in page


def test_a_leaving_that_hr_reports_is_on_record_and_cannot_lie_ahead(visit, office, talent, case):
    visitor = visit(office.hr)
    tomorrow = clock.today() + timedelta(days=1)
    assert "不能晚于今天" in said(visitor.post(f"/console/people/{talent.id}/departure", left_on=tomorrow))
    visitor.post(f"/console/people/{talent.id}/departure", left_on=clock.today(), reason="辞职")
    assert "离职（辞职）" in visitor.text("/console/people")


def test_hr_reports_nobody_who_never_worked_there(visit, office):
    stranger = Talent(employer_name="别的公司")
    assert visit(office.hr).post(f"/console/people/{stranger.id}/departure", left_on=clock.today()).status_code == 404
