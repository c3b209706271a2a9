"""Appointments at the windows: who comes on a day, and whether they came."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, windows
from backend.workflow import rulebook


def register(blueprint: Blueprint) -> None:
    """Add the page of appointments to the console."""
    keep = only_for("console.appointments")
    blueprint.get("/appointments", endpoint="appointments")(keep(_appointments))
    blueprint.post("/appointments/<appointment_id>", endpoint="mark_appointment")(keep(_mark))


def _day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return clock.today()


def _appointments():
    day, window = _day(), g.staff.window or request.args.get("window", "")
    pack = rulebook.packs().get(g.staff.city or "")
    return render_template(
        "console/appointments.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        window=window,
        windows=list(pack.city.windows.values()) if pack else [],
        rows=windows.on_day(g.staff.city, day, window or None),
    )


def _mark(appointment_id: str):
    row, state = windows.of_city(appointment_id, g.staff.city) or abort(404), request.form.get("state", "")
    if state not in windows.STATES:
        abort(404)
    if row.day > clock.today():
        flash("还没到预约的日子。", "error")
    elif windows.mark(row.id, state):
        detail = {"state": state}
        audit.record(audit.Actor("staff", g.staff.id), "mark_appointment", "appointment", row.id, clock.now(), detail)
    return redirect(url_for("console.appointments", day=row.day.isoformat(), window=request.form.get("window") or None))
