"""A town in which something lies on every page: cases in every state, money, notices, objections, voices, visits."""

from datetime import datetime, timedelta

from backend.store import questions, replies
from backend.store import staff as accounts
from backend.store.models import Application, Appointment, EmployerMember, NoticeEntry, Payment, StepRecord
from backend.workflow import clocks, commands, service
from backend.workflow.rights import Role
from tests.console.town import Town

RECOGNITION, ALLOWANCE, HOUSING = "urgent_talent_recognition", "living_allowance", "housing_purchase_subsidy"


def lively(town: Town, today: datetime) -> Town:
    """Fill a town that stands some weeks before `today`; at the end its time is `today`."""
    _finish_some(town)
    _spread_over_desks(town, today)
    _money(town, today)
    _voices(town, today)
    _visits(town, today)
    _office_life(town, today)
    town.now = today
    clocks.flag_overdue(today)
    return town


def _finish_some(town: Town) -> None:
    for _ in range(3):
        town.case_at(RECOGNITION, None)
        town.wait(days=1)


def _spread_over_desks(town: Town, today: datetime) -> None:
    for item, kinds in (
        (RECOGNITION, ("employer_review", "acceptance", "review", "public_notice", "filing")),
        (ALLOWANCE, ("employer_review", "acceptance", "review")),
        (HOUSING, ("acceptance", "review", "public_notice")),
    ):
        for kind in kinds:
            for _ in range(2):
                town.now = min(town.now, today - timedelta(days=4))
                town.case_at(item, kind)
    town.now = min(town.now, today - timedelta(days=3))
    _one_of_each_ending(town)


def _one_of_each_ending(town: Town) -> None:
    reason = [commands.Reason("学历证书与学信网信息不一致", "urgent-2020/3")]
    rejected = town.case_at(RECOGNITION, "review")
    commands.reject(town.desk(rejected), rejected.id, reason, town.now, override="材料存疑")
    refused = town.case_at(RECOGNITION, "acceptance")
    commands.refuse(town.desk(refused), refused.id, reason, town.now)
    mended = town.case_at(RECOGNITION, "review")
    points = [commands.Point("material", "contract", "劳动合同缺少盖章页，请补拍全部页面。")]
    commands.correct(town.desk(mended), mended.id, points, town.now)
    odd = town.case_at(RECOGNITION, "review", contract_years=2)
    noticed = town.advance(town.case_at(RECOGNITION, "public_notice"))
    entry = NoticeEntry.get(NoticeEntry.application == noticed.id)
    commands.file_objection(entry.id, "听说此人没有在本市工作，请核实。", town.now, name="李四", phone="13900139000")
    commands.withdraw(commands.as_applicant(odd.applicant_id), town.submit(HOUSING, odd.applicant_id).id, town.now)


def _money(town: Town, today: datetime) -> None:
    town.now = today - timedelta(days=30)
    hired = f"{today - timedelta(days=150):%Y-%m-%d}"
    months = [[f"{today - timedelta(days=150):%Y-%m}", f"{today:%Y-%m}"]]
    told = {"hired_on": hired, "pension_paid_ranges": months}
    for _ in range(2):
        town.case_at(ALLOWANCE, None, **told)
    finance = town.staff(Role.FINANCE, "finance_bureau")
    second = town.colleague(finance)
    town.now = min(town.now, today - timedelta(days=2))
    for payer, ending in (("city", "settled"), ("district", "exported"), ("employer", "open")):
        if not Payment.select().where((Payment.payer == payer) & (Payment.state == "due")).exists():
            continue
        batch = commands.make_batch(finance, town.city, payer, town.now)
        if ending == "open":
            continue
        commands.approve_batch(second, batch.id, town.now)
        commands.mark_exported(finance, batch.id, "0" * 64, town.now)
        if ending == "settled":
            rows = list(batch.payments.order_by(Payment.id))
            results = {row.id: None for row in rows} | {rows[0].id: "账号户名不符"}
            commands.settle(finance, batch.id, results, town.now.date(), town.now)
    town.now = today - timedelta(days=1)
    town.case_at(ALLOWANCE, "payment", **told)


def _voices(town: Town, today: datetime) -> None:
    granted = list(Application.select().where(Application.state == "granted"))
    for number, case in enumerate(granted):
        for grade in (5, 4, 2)[: number % 3 + 1]:
            if StepRecord.select().where(StepRecord.application == case.id).count() > 3:
                service.rate(
                    case.applicant_id,
                    case.id,
                    grade,
                    today - timedelta(days=2),
                    text="办得很快" if grade > 3 else "跑了两趟",
                )
    person = granted[0].applicant_id
    then = today - timedelta(days=3)
    service.complain(
        town.city,
        "complaint",
        "窗口让我跑了两趟",
        "第一次没有说要带社保卡。",
        then,
        applicant_id=person,
        agency="local_hr",
    )
    service.complain(
        town.city,
        "message",
        "什么时候公示？",
        "我的认定什么时候公示？",
        then,
        applicant_id=person,
        case_id=granted[0].id,
    )
    service.complain(town.city, "organization", "反映问题", "反映某单位弄虚作假。", then, contact="13700137000")


def _visits(town: Town, today: datetime) -> None:
    people = [row.applicant_id for row in Application.select().limit(4)]
    for number, person in enumerate(people):
        Appointment.create(
            applicant=person,
            city=town.city,
            window="local_talent_window",
            day=today.date(),
            slot=f"{9 + number}:00".zfill(5),
            counter=1,
            topic="核验原件",
            created_at=today,
        )


def _office_life(town: Town, today: datetime) -> None:
    town.new_employer("等待审核制造有限公司", state="pending")
    EmployerMember.create(employer=town.employer, applicant=Application.select().first().applicant_id)
    for role in (Role.SPECIALIST, Role.COORDINATOR, Role.LEADER, Role.AUDITOR, Role.ADMIN):
        town.staff(role)
    supervisor, reviewer = town.staff(Role.SUPERVISOR, "local_hr"), town.staff(Role.REVIEWER, "local_hr")
    accounts.delegate(supervisor.id, reviewer.id, today.date(), today.date() + timedelta(days=3))
    replies.add("合同缺页", "劳动合同缺页，请把全部页面拍清楚后重新上传。", town.city, None, None)
    for text in ("外省的社保算不算连续缴费", "租房有没有补贴", "租房有没有补贴"):
        questions.unanswered(text, town.city, today)
