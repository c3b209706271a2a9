"""Login, logout, password, one-time codes, one's own sessions, and who stands in while one is away."""

from datetime import date

import segno
from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console import security
from backend.store import audit
from backend.store import staff as accounts


def register(blueprint: Blueprint) -> None:
    """Add the pages of one's own account to the console."""
    blueprint.get("/login", endpoint="login")(_login)
    blueprint.post("/login", endpoint="log_in")(_log_in)
    blueprint.get("/alive", endpoint="alive")(_alive)
    blueprint.post("/logout", endpoint="log_out")(_log_out)
    blueprint.get("/password", endpoint="password")(_password)
    blueprint.post("/password", endpoint="change_password")(_change_password)
    blueprint.get("/account", endpoint="account")(_account)
    blueprint.post("/account/totp", endpoint="enable_totp")(_enable_totp)
    blueprint.post("/account/totp/off", endpoint="disable_totp")(_disable_totp)
    blueprint.post("/account/sessions/<session_id>/close", endpoint="close_session")(_close_session)
    blueprint.post("/account/absences", endpoint="delegate")(_delegate)
    blueprint.post("/account/absences/<delegation_id>/end", endpoint="end_delegation")(_end_delegation)


def _login():
    return redirect(url_for("console.home")) if g.staff else render_template("console/login.html")


def _log_in():
    form = request.form
    try:
        login = accounts.log_in(
            form.get("login", "").strip(),
            form.get("password", ""),
            form.get("code", "").strip(),
            security.agent(),
            clock.now(),
        )
    except (accounts.LoginRefused, accounts.AccountLocked) as error:
        return render_template("console/login.html", error=str(error), login=form.get("login", "")), 401
    audit.record(audit.Actor("staff", login.staff.id), "log_in", "staff", login.staff.id, clock.now())
    response = redirect(_inside(form.get("next")) or url_for("console.home"))
    return security.remember(response, login, current_app.config["CONSOLE_SECURE_COOKIES"])


def _inside(address: str | None) -> str | None:
    """Return an address to go on to only when it lies inside the console."""
    lies_inside = address and address.startswith("/console/") and not set(address) & set("\\\r\n\t")
    return address if lies_inside else None


def _alive():
    """Tell a page whether its login still lives, and the token that its forms need now."""
    return {"csrf": g.staff_session.csrf}


def _log_out():
    accounts.close_session(g.staff_session.id, clock.now())
    return security.forget(redirect(url_for("console.login")))


def _password():
    return render_template("console/password.html")


def _change_password():
    form = request.form
    try:
        accounts.confirm_password(g.staff.id, form.get("old", ""))
        if form.get("new") != form.get("again"):
            raise accounts.PasswordsDiffer
        accounts.set_password(g.staff.id, form.get("new", ""), clock.now())
    except (accounts.LoginRefused, accounts.WeakPassword, accounts.PasswordsDiffer) as error:
        return render_template("console/password.html", error=str(error)), 400
    audit.record(audit.Actor("staff", g.staff.id), "change_password", "staff", g.staff.id, clock.now())
    flash("密码已修改，请用新密码重新登录。")
    return security.forget(redirect(url_for("console.login")))


def _account(**shown):
    secret = accounts.new_totp_secret() if g.staff.totp_sealed is None else None
    picture = segno.make(accounts.totp_uri(g.staff, secret)).svg_data_uri(scale=5) if secret else None
    today = clock.today()
    return render_template(
        "console/account.html",
        secret=secret,
        picture=picture,
        sessions=accounts.sessions(g.staff.id),
        colleagues=accounts.colleagues(g.staff),
        delegations=accounts.delegations(g.staff.id, today),
        **shown,
    )


def _enable_totp():
    try:
        accounts.enable_totp(g.staff.id, request.form["secret"], request.form.get("code", "").strip(), clock.now())
    except accounts.LoginRefused:
        flash("动态码不对，请重新扫码再试。", "error")
        return redirect(url_for("console.account"))
    audit.record(audit.Actor("staff", g.staff.id), "enable_totp", "staff", g.staff.id, clock.now())
    flash("已启用动态码，下次登录时需要输入。")
    return redirect(url_for("console.account"))


def _disable_totp():
    try:
        accounts.confirm_password(g.staff.id, request.form.get("password", ""))
    except accounts.LoginRefused:
        flash("密码不对，动态码仍然启用。", "error")
        return redirect(url_for("console.account"))
    accounts.disable_totp(g.staff.id)
    audit.record(audit.Actor("staff", g.staff.id), "disable_totp", "staff", g.staff.id, clock.now())
    flash("已停用动态码。")
    return redirect(url_for("console.account"))


def _close_session(session_id: str):
    mine = {session.id for session in accounts.sessions(g.staff.id)}
    if session_id not in mine:
        abort(404)
    accounts.close_session(session_id, clock.now())
    flash("已退出该设备。")
    return redirect(url_for("console.account"))


# --- standing in ------------------------------------------------------------------------------------------------------


def _delegate():
    """Let a colleague stand in for the days one is away."""
    form = request.form
    try:
        days = [date.fromisoformat(form.get(name, "")) for name in ("starts_on", "ends_on")]
        row = accounts.delegate(g.staff.id, form.get("deputy", ""), *days)
    except accounts.NoDeputy as error:
        return _account(error=str(error)), 422
    except ValueError:
        return _account(error="请填写开始和结束日期。"), 422
    audit.record(audit.Actor("staff", g.staff.id), "delegate", "staff", row.deputy_id, clock.now())
    flash(f"已设置，{row.deputy.name}在这几天可以办理您手里的件，操作记在他的名下。")
    return redirect(url_for("console.account"))


def _end_delegation(delegation_id: str):
    if not accounts.end_delegation(delegation_id, g.staff.id):
        abort(404)
    audit.record(audit.Actor("staff", g.staff.id), "end_delegation", "staff", g.staff.id, clock.now())
    flash("已结束代理。")
    return redirect(url_for("console.account"))
