"""Accounts of the console, for administrators: add, change, reset, shut, open, sign out."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit
from backend.store import staff as accounts
from backend.store.models import Audit, Employer, Staff
from backend.workflow import rulebook
from backend.workflow.rights import ROLE_NAMES, STAFF_ROLES, Role

CITYLESS = frozenset({Role.ADMIN, Role.AUDITOR})
"""Roles that need no city."""


def register(blueprint: Blueprint) -> None:
    """Add the page of accounts to the console."""
    keep = only_for("console.staff")
    blueprint.get("/staff", endpoint="staff")(keep(_staff))
    blueprint.post("/staff", endpoint="add_staff")(keep(_add))
    blueprint.get("/staff/<staff_id>", endpoint="staff_account")(keep(_account))
    blueprint.post("/staff/<staff_id>", endpoint="change_staff")(keep(_change))
    blueprint.post("/staff/<staff_id>/<act>", endpoint="staff_act")(keep(_act))


def _actor() -> audit.Actor:
    return audit.Actor("staff", g.staff.id)


def _staff(**shown):
    rows = Staff.select().order_by(Staff.state, Staff.city, Staff.role, Staff.login)
    return render_template("console/staff.html", rows=list(rows), now=clock.now(), **_choices(), **shown)


def _choices() -> dict:
    roles = [(str(role), ROLE_NAMES[role]) for role in Role if role in STAFF_ROLES]
    return {"roles": roles, "packs": rulebook.packs()}


def _add():
    """Add an account and show its one-time password, once, on the answer itself and nowhere else."""
    form = request.form
    problem = _problem(form)
    if problem:
        return _staff(error=problem), 422
    now, login = clock.now(), form["login"].strip()
    password = accounts.random_password(login)
    try:
        row = accounts.add(login, form["name"].strip(), form["role"], _scope(form), password, now)
    except (accounts.LoginTaken, accounts.WeakPassword) as error:
        return _staff(error=str(error)), 422
    audit.record(_actor(), "add_staff", "staff", row.id, now, {"role": row.role})
    return _staff(fresh=row, password=password)


def _problem(form) -> str | None:
    role, city = form.get("role", ""), form.get("city", "")
    if role not in STAFF_ROLES or not form.get("login", "").strip() or not form.get("name", "").strip():
        return "账号、姓名和角色都要填。"
    if role == Role.EMPLOYER:
        return None if _employer(form) else "单位账号要填已登记单位的统一社会信用代码。"
    if role not in CITYLESS and city not in rulebook.packs():
        return "请选择账号所在的城市。"
    return _misplaced(form) if city in rulebook.packs() else None


def _misplaced(form) -> str | None:
    """Agencies and windows must be those of the city's pack: a name typed wrong would see nothing."""
    known, agency, window = rulebook.packs()[form["city"]].city, form.get("agency", ""), form.get("window", "")
    if agency and agency not in known.agencies:
        return "没有这个部门，请从提示的列表中选择。"
    return "没有这个窗口，请从提示的列表中选择。" if window and window not in known.windows else None


def _employer(form) -> Employer | None:
    return Employer.get_or_none(Employer.credit_code == form.get("employer", "").strip())


def _scope(form) -> accounts.Scope:
    names = [form.get(name, "").strip() or None for name in ("city", "agency", "window", "place")]
    if form.get("role") == Role.EMPLOYER:
        employer = _employer(form)
        return accounts.Scope(city=employer.city, employer=employer.id)
    return accounts.Scope(*names)


def _account(staff_id: str, **shown):
    row = Staff.get_or_none(Staff.id == staff_id) or abort(404)
    return render_template(
        "console/staff_account.html",
        row=row,
        now=clock.now(),
        sessions=accounts.sessions(row.id),
        done=list(Audit.select().where(Audit.actor == row.id).order_by(Audit.seq.desc()).limit(20)),
        **_choices(),
        **shown,
    )


def _change(staff_id: str):
    row, form = Staff.get_or_none(Staff.id == staff_id) or abort(404), request.form
    if not form.get("name", "").strip():
        return _account(staff_id, error="姓名不能空着。"), 422
    city = form.get("city", "")
    problem = _misplaced(form) if city in rulebook.packs() else None
    if problem or (row.role not in CITYLESS and not row.employer_id and city not in rulebook.packs()):
        return _account(staff_id, error=problem or "请选择账号所在的城市。"), 422
    scope = accounts.Scope(row.city) if row.employer_id else _scope(form)
    accounts.change(row.id, form["name"].strip(), scope)
    audit.record(_actor(), "change_staff", "staff", row.id, clock.now())
    flash("已保存。")
    return redirect(url_for("console.staff_account", staff_id=row.id))


def _act(staff_id: str, act: str):
    row = Staff.get_or_none(Staff.id == staff_id) or abort(404)
    if act not in ACTS or row.id == g.staff.id:
        abort(404)
    now = clock.now()
    shown = ACTS[act](row, now)
    audit.record(_actor(), act, "staff", row.id, now)
    if isinstance(shown, dict):
        return _staff(**shown)
    flash(shown)
    return redirect(url_for("console.staff_account", staff_id=row.id))


def _reset(row: Staff, now: datetime) -> dict:
    password = accounts.random_password(row.login)
    accounts.set_password(row.id, password, now, must_change=True)
    accounts.disable_totp(row.id)
    accounts.untie(row.id)
    return {"fresh": row, "password": password}


def _disable(row: Staff, now: datetime) -> str:
    accounts.disable(row.id, now)
    return f"已停用 {row.login}，它的登录都已退出。"


def _enable(row: Staff, _: datetime) -> str:
    accounts.enable(row.id)
    return f"已启用 {row.login}。"


def _sign_out(row: Staff, now: datetime) -> str:
    return f"已退出 {row.login} 的 {accounts.close_all_sessions(row.id, now)} 处登录。"


ACTS: Mapping[str, Callable[[Staff, datetime], str | dict]] = {
    "reset": _reset,
    "disable": _disable,
    "enable": _enable,
    "sign_out": _sign_out,
}
