"""The office's own pages: employers that ask to be let in, accounts, the operation log."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, employers
from backend.store import staff as accounts
from backend.store.models import Audit, Employer, Staff
from backend.workflow import drafts, rulebook
from backend.workflow.rights import ROLE_NAMES, STAFF_ROLES


def register(blueprint: Blueprint) -> None:
    """Add these pages to the console."""
    blueprint.get("/employers", endpoint="employers")(only_for("console.employers")(_employers))
    blueprint.post("/employers/<employer_id>", endpoint="decide_employer")(only_for("console.employers")(_decide))
    blueprint.get("/staff", endpoint="staff")(only_for("console.staff")(_staff))
    blueprint.post("/staff", endpoint="add_staff")(only_for("console.staff")(_add_staff))
    blueprint.post("/staff/<staff_id>/<act>", endpoint="staff_act")(only_for("console.staff")(_staff_act))
    blueprint.get("/audit", endpoint="audit")(only_for("console.audit")(_audit))


def _actor() -> audit.Actor:
    return audit.Actor("staff", g.staff.id)


# --- employers --------------------------------------------------------------------------------------------------------


def _employers():
    known = Employer.select().where((Employer.city == g.staff.city) & (Employer.state != "pending"))
    rows = list(known.order_by(Employer.name).limit(500))
    return render_template("console/employers.html", waiting=employers.waiting(g.staff.city), known=rows)


def _decide(employer_id: str):
    """Approve or refuse; a refusal needs a reason. Cases that waited for the employer go to its desk."""
    employer = Employer.get_or_none((Employer.id == employer_id) & (Employer.city == g.staff.city)) or abort(404)
    approved, reason = request.form.get("outcome") == "approve", request.form.get("reason", "").strip()
    if not approved and not reason:
        flash("请写明不予通过的原因，单位会看到。", "error")
        return redirect(url_for("console.employers"))
    now = clock.now()
    if employers.decide(employer.id, approved, g.staff.id, now, reason or None):
        audit.record(_actor(), "approve" if approved else "refuse", "employer", employer.id, now)
        waited = drafts.attach_employer(Employer.get_by_id(employer.id)) if approved else 0
        flash(
            f"{employer.name}已{'通过' if approved else '退回'}"
            + (f"，{waited} 件申请转给该单位初审。" if waited else "。")
        )
    return redirect(url_for("console.employers"))


# --- accounts ---------------------------------------------------------------------------------------------------------


def _staff():
    rows = Staff.select().order_by(Staff.state, Staff.city, Staff.login)
    roles = [(str(role), ROLE_NAMES[role]) for role in sorted(STAFF_ROLES)]
    return render_template("console/staff.html", rows=list(rows), roles=roles, packs=rulebook.packs())


def _add_staff():
    form, password, now = request.form, accounts.random_password(), clock.now()
    employer = Employer.get_or_none(Employer.credit_code == form.get("employer")) if form.get("employer") else None
    names = (form.get(name, "").strip() or None for name in ("city", "agency", "window", "place"))
    scope = accounts.Scope(*names, employer=employer.id if employer else None)
    if form.get("role") not in STAFF_ROLES or not form.get("login", "").strip() or not form.get("name", "").strip():
        flash("账号、姓名和角色都要填。", "error")
        return redirect(url_for("console.staff"))
    try:
        row = accounts.add(form["login"].strip(), form["name"].strip(), form["role"], scope, password, now)
    except accounts.LoginTaken as error:
        flash(str(error), "error")
        return redirect(url_for("console.staff"))
    audit.record(_actor(), "add_staff", "staff", row.id, now, {"role": row.role})
    flash(f"已新增 {row.login}，一次性密码：{password}（只显示这一次，首次登录必须修改）")
    return redirect(url_for("console.staff"))


def _staff_act(staff_id: str, act: str):
    row, now = Staff.get_or_none(Staff.id == staff_id) or abort(404), clock.now()
    match act:
        case "reset":
            password = accounts.random_password()
            accounts.set_password(row.id, password, now, must_change=True)
            flash(f"{row.login} 的一次性密码：{password}（只显示这一次）")
        case "disable" if row.id != g.staff.id:
            accounts.disable(row.id, now)
            flash(f"已停用 {row.login}。")
        case "sign_out":
            flash(f"已退出 {row.login} 的 {accounts.close_all_sessions(row.id, now)} 处登录。")
        case _:
            abort(404)
    audit.record(_actor(), act, "staff", row.id, now)
    return redirect(url_for("console.staff"))


# --- operation log ----------------------------------------------------------------------------------------------------


def _audit():
    """Show the newest rows, those of one record or one person when asked, and on demand check the whole chain."""
    rows = Audit.select().order_by(Audit.seq.desc())
    words = request.args.get("words", "").strip()
    if words:
        rows = rows.where((Audit.subject == words) | (Audit.actor == words) | (Audit.action == words))
    before = request.args.get("before", type=int)
    if before:
        rows = rows.where(Audit.seq < before)
    checked = audit.verify() if request.args.get("verify") else None
    names = {row.id: row.name for row in Staff.select(Staff.id, Staff.name)}
    page = list(rows.limit(100))
    return render_template(
        "console/audit.html", rows=page, names=names, broken=checked, checked=bool(request.args.get("verify"))
    )
