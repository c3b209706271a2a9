"""An employer's own people: who has applied through it, and reporting who left, which ends payments."""

from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, employers, workforce


def register(blueprint: Blueprint) -> None:
    """Add the page of an employer's people to the console."""
    keep = only_for("console.people")
    blueprint.get("/people", endpoint="people")(keep(_people))
    blueprint.post("/people/<applicant_id>/departure", endpoint="report_departure")(keep(_report))


def _people(error: str | None = None, about: str | None = None):
    rows = workforce.people(g.staff.employer_id or "")
    return render_template("console/people.html", rows=rows, error=error, about=about)


def _report(applicant_id: str):
    employer = g.staff.employer_id or ""
    if not workforce.works_here(employer, applicant_id):
        abort(404)
    try:
        left_on = date.fromisoformat(request.form.get("left_on", ""))
    except ValueError:
        return _people("请填写离职日期。", applicant_id), 422
    now, reason = clock.now(), request.form.get("reason", "").strip()
    if left_on > now.date():
        return _people("离职日期不能晚于今天，离职后再报告。", applicant_id), 422
    employers.report_departure(employer, applicant_id, left_on, reason, g.staff.id, now)
    audit.record(audit.Actor("staff", g.staff.id), "departure", "applicant", applicant_id, now)
    flash("已报告离职，按月发放的补贴从下个月起停发。")
    return redirect(url_for("console.people"))
