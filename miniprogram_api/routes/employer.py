"""The employer's HR on the phone: register, first reviews, corrections, leavers, the employer's own third."""

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from backend.policy.money import yuan_of
from backend.store import audit, employers
from backend.store.database import transaction
from backend.store.models import Application, Employer, Payment
from backend.workflow import commands
from backend.workflow.stages import OPEN, State
from miniprogram_api import cases, doors, policy, wire
from miniprogram_api.errors import NotFound, Refused
from miniprogram_api.routes import api
from miniprogram_api.screens import blocks as b


@api.post("/employer", responses={200: wire.Done})
def register_employer(body: wire.EmployerGiven):
    """Ask for an employer to be let in; staff approve it."""
    if not _valid(body.credit_code):
        problem = wire.FieldProblem(
            field="credit_code", code="wrong_value", message="统一社会信用代码的校验位对不上，请对照营业执照核对。"
        )
        raise Refused(422, "invalid_request", problem.message, [problem])
    city = policy.pack_named(body.city).city.id
    details = {"district": body.district, "jurisdiction": body.jurisdiction, "category": body.category}
    contact = {"name": body.contact_name, "phone": body.contact_phone}
    applicant, now = doors.need_consent(), doors.now()
    with transaction():
        row = employers.register(body.name, body.credit_code, city, details, contact, applicant, now)
        audit.record(audit.Actor("applicant", applicant), "register", "employer", row.id, now)
    return wire.Done(toast="已提交登记，审核通过后即可办理初审。", next=b.Navigate(screen="employer", mode="replace"))


def _valid(code: str) -> bool:
    try:
        return bool(uscc.validate(code))
    except ValidationError:
        return False


@api.get("/employer", responses={200: wire.EmployerCases})
def employer_cases():
    """Return the employer one does HR work for, its cases, and what its part of all payments adds up to."""
    employer = _employer()
    mine = Application.employer == employer.id
    rows = list(
        Application.select()
        .where(mine & Application.state.in_([str(state) for state in OPEN]))
        .order_by(Application.due_on.is_null(), Application.due_on, Application.id)
        .limit(200)
    )
    waiting = [row for row in rows if row.role == "employer_hr"]
    others = [row for row in rows if row.role != "employer_hr"]
    parts = (
        Payment.select().join(Application).where(mine & (Payment.payer == "employer") & (Payment.state != "stopped"))
    )
    return wire.EmployerCases(
        employer=employer_state(employer, "active"),
        applications=[cases.brief(row) for row in (*waiting, *others)],
        own_third=yuan_of(sum(row.fen for row in parts)),
    )


@api.get("/employer/applications/<id>", responses={200: wire.ApplicationAnswer})
def read_employee_case(path: wire.ById):
    """Return one case of the employer, for its first review; the look is in the audit log."""
    case, now = _case(path.id), doors.now()
    audit.record(audit.Actor("applicant", doors.me()), "read", "application", case.id, now, {"as": "employer"})
    return wire.ApplicationAnswer(application=cases.whole(case, doors.doer(), now))


@api.post("/employer/applications/<id>/approval", responses={200: wire.Done})
def pass_first_review(path: wire.ById, body: wire.HrReview):
    """Pass an employee's case on to the window."""
    commands.approve(doors.doer(), _case(path.id).id, doors.now(), note=body.note or None, version=body.version)
    return wire.Done(toast="初审已通过，已报送窗口。", next=b.Back(reload=True))


@api.post("/employer/applications/<id>/rejection", responses={200: wire.Done})
def reject_first_review(path: wire.ById, body: wire.HrReason):
    """Do not pass an employee's case on, with the reason."""
    reasons = [commands.Reason(body.reason)]
    commands.reject(doors.doer(), _case(path.id).id, reasons, doors.now(), version=body.version)
    return wire.Done(toast="已退回，申请人会看到理由。", next=b.Back(reload=True))


@api.post("/employer/applications/<id>/correction", responses={200: wire.Done})
def ask_for_correction(path: wire.ById, body: wire.HrCorrection):
    """Ask an employee to mend everything listed, at once."""
    points = [commands.Point(point.kind, point.subject, point.text) for point in body.points]
    commands.correct(doors.doer(), _case(path.id).id, points, doors.now(), version=body.version)
    return wire.Done(toast="补正通知已发出。", next=b.Back(reload=True))


@api.post("/employer/applications/<id>/return", responses={200: wire.Done})
def send_back(path: wire.ById, body: wire.HrReason):
    """Ask an employee to mend one thing put in words."""
    point = commands.Point("other", "other", body.reason)
    commands.correct(doors.doer(), _case(path.id).id, [point], doors.now(), version=body.version)
    next_ = b.Navigate(screen="employer", mode="replace")
    return wire.Done(toast="补正通知已发出。", next=next_)


@api.post("/employer/departures", responses={200: wire.Done})
def report_departure(body: wire.Departed):
    """Report that somebody left; benefits stop with that month."""
    employer, case, now = _employer(), _case(body.application), doors.now()
    if body.left_on > now.date():
        problem = wire.FieldProblem(field="left_on", code="wrong_value", message="离职日期还没有到，请检查。")
        raise Refused(422, "invalid_request", problem.message, [problem])
    with transaction():
        employers.report_departure(employer.id, case.applicant_id, body.left_on, body.reason, doors.me(), now)
        audit.record(audit.Actor("applicant", doors.me()), "report_departure", "application", case.id, now)
    return wire.Done(toast="已登记离职，从次月起停发相关补贴。", next=b.Back(reload=True))


@api.get("/employer/names", responses={200: wire.Suggestions})
def suggest_employer(query: wire.Typed):
    """Suggest names of employers and of the enterprise directories that begin with or contain what is typed."""
    city = doors.city_of(query.city, policy.first_city())
    pack = policy.pack_named(city)
    typed = query.q.strip()
    if len(typed) < 2:
        return wire.Suggestions(suggestions=[])
    known = Employer.select(Employer.name).where(
        (Employer.city == pack.city.id) & (Employer.state == "approved") & Employer.name.contains(typed)
    )
    rows_of = ((row.name, directory.name) for directory in pack.directories for row in directory.entries)
    listed = {name: note for name, note in rows_of if typed in name}
    found = {row.name: "已登记单位" for row in known.limit(10)} | listed
    rows = [wire.Suggestion(value=name, note=note) for name, note in sorted(found.items())]
    return wire.Suggestions(suggestions=rows[:10])


def employer_state(employer: Employer, membership: str) -> wire.EmployerState:
    """Return an employer as its HR sees it."""
    return wire.EmployerState(
        id=employer.id,
        name=employer.name,
        city=employer.city,
        state=employer.state,
        membership=membership,
        reason=employer.reason,
    )


def _employer() -> Employer:
    employer = employers.of_hr(doors.me())
    if employer is None:
        raise Refused(403, "not_hr", "您还不是已审核通过的单位人事，请先登记单位并等待审核。")
    return employer


def _case(case_id: str) -> Application:
    case = Application.get_or_none((Application.id == case_id) & (Application.employer == _employer().id))
    if case is None or case.state == State.DRAFT:
        raise NotFound
    return case
