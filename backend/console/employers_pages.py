"""Employers that ask to be let in, those that are in, and their people who do HR work."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.console.security import wears
from backend.store import audit, employers, sealed
from backend.store.models import Applicant, Application, Employer, EmployerMember
from backend.workflow import drafts
from backend.workflow.stages import OPEN

MAY_SUSPEND = frozenset({"supervisor", "coordinator"})
SHOWN = 500


def register(blueprint: Blueprint) -> None:
    """Add the pages of employers to the console."""
    keep = only_for("console.employers")
    blueprint.get("/employers", endpoint="employers")(keep(_employers))
    blueprint.get("/employers/<employer_id>", endpoint="employer")(keep(_employer))
    blueprint.post("/employers/<employer_id>", endpoint="decide_employer")(keep(_decide))
    blueprint.post("/employers/<employer_id>/state", endpoint="suspend_employer")(keep(_suspend))
    blueprint.post("/employers/<employer_id>/members/<member_id>", endpoint="decide_member")(keep(_decide_member))


def _actor() -> audit.Actor:
    return audit.Actor("staff", g.staff.id)


def _employers():
    known = Employer.select().where((Employer.city == g.staff.city) & (Employer.state != "pending"))
    rows = list(known.order_by(Employer.name).limit(SHOWN))
    waiting = [(row, _contact(row)) for row in employers.waiting(g.staff.city)]
    return render_template("console/employers.html", waiting=waiting, known=rows, asking=_asking())


def _contact(employer: Employer) -> dict[str, str]:
    return sealed.get(employer, "contact_sealed") or {}


def _asking() -> list[EmployerMember]:
    """People who ask to do HR work for an employer that is in."""
    rows = EmployerMember.select(EmployerMember, Employer, Applicant).join(Employer).switch(EmployerMember)
    waiting = (EmployerMember.state == "pending") & (Employer.city == g.staff.city) & (Employer.state == "approved")
    return list(rows.join(Applicant).where(waiting).order_by(EmployerMember.id))


def _own(employer_id: str) -> Employer:
    return Employer.get_or_none((Employer.id == employer_id) & (Employer.city == g.staff.city)) or abort(404)


def _employer(employer_id: str):
    employer = _own(employer_id)
    members = EmployerMember.select(EmployerMember, Applicant).join(Applicant)
    running = Application.state.in_([str(state) for state in OPEN])
    return render_template(
        "console/employer.html",
        employer=employer,
        contact=_contact(employer),
        members=list(members.where(EmployerMember.employer == employer.id).order_by(EmployerMember.id)),
        open_cases=Application.select().where((Application.employer == employer.id) & running).count(),
        may_suspend=wears(MAY_SUSPEND),
    )


def _decide(employer_id: str):
    """Approve or refuse; a refusal needs a reason. Cases that waited for the employer go to its desk."""
    employer, outcome = _own(employer_id), request.form.get("outcome")
    reason = request.form.get("reason", "").strip()
    if outcome not in ("approve", "refuse") or (outcome == "refuse" and not reason):
        flash("不予通过要写明原因，单位会看到。", "error")
        return redirect(url_for("console.employers"))
    now = clock.now()
    if employers.decide(employer.id, outcome == "approve", g.staff.id, now, reason or None):
        audit.record(_actor(), f"{outcome}_employer", "employer", employer.id, now)
        flash(_decided(employer, outcome == "approve"))
    return redirect(url_for("console.employers"))


def _decided(employer: Employer, approved: bool) -> str:
    if not approved:
        return f"{employer.name}已退回。"
    waited = drafts.attach_employer(Employer.get_by_id(employer.id))
    return f"{employer.name}已通过" + (f"，{waited} 件申请转给该单位初审。" if waited else "。")


def _suspend(employer_id: str):
    employer, now = _own(employer_id), clock.now()
    wanted = {"approved": "suspended", "suspended": "approved"}.get(employer.state)
    if not wears(MAY_SUSPEND):
        abort(403)
    if wanted is None:
        abort(404)
    Employer.update(state=wanted).where((Employer.id == employer.id) & (Employer.state == employer.state)).execute()
    audit.record(_actor(), "suspend_employer", "employer", employer.id, now, {"state": wanted})
    flash(f"{employer.name}已{'暂停' if wanted == 'suspended' else '恢复'}。")
    return redirect(url_for("console.employer", employer_id=employer.id))


def _decide_member(employer_id: str, member_id: str):
    """Let a person do HR work for an employer, or end it."""
    employer, outcome = _own(employer_id), request.form.get("outcome")
    member = EmployerMember.get_or_none((EmployerMember.id == member_id) & (EmployerMember.employer == employer.id))
    if member is None or outcome not in ("active", "removed"):
        abort(404)
    employers.admit(employer.id, member.applicant_id, outcome)
    audit.record(_actor(), "admit", "employer", employer.id, clock.now(), {"member": member.id, "state": outcome})
    flash("已准许办理本单位的人才业务。" if outcome == "active" else "已取消该人员的单位权限。")
    return redirect(url_for("console.employer", employer_id=employer.id))
