"""The work calendar: which days offices work, what the operator declared above the holiday library, whole years."""

from calendar import Calendar
from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from backend import clock
from backend.console.navigation import only_for
from backend.store import audit, workcalendar
from backend.workdays import UncoveredYear

WEEKS = Calendar(firstweekday=0)


def register(blueprint: Blueprint) -> None:
    """Add the work calendar to the console."""
    keep = only_for("console.calendar")
    blueprint.get("/calendar", endpoint="calendar")(keep(_calendar))
    blueprint.post("/calendar", endpoint="declare_day")(keep(_declare))
    blueprint.post("/calendar/cover", endpoint="cover_year")(keep(_cover))


def _year() -> int:
    this_year = clock.today().year
    year = request.args.get("year", this_year, type=int)
    return year if abs(year - this_year) <= 10 else this_year


def _calendar():
    year, city = _year(), g.staff.city or ""
    rows = [*workcalendar.declared(year), *(workcalendar.declared(year, city) if city else [])]
    own = {row.day: row for row in rows}
    open_days = _open_days(year, city)
    return render_template(
        "console/calendar.html",
        year=year,
        months=[(month, WEEKS.monthdatescalendar(year, month)) for month in range(1, 13)],
        open_days=open_days,
        workdays=sum(open_days.values()) if open_days else None,
        own=own,
    )


def _open_days(year: int, city: str) -> dict[date, bool] | None:
    """Day → whether it is worked; None where nobody has entered the year."""
    calendar = workcalendar.calendar(city)
    days = [day for month in range(1, 13) for day in WEEKS.itermonthdates(year, month) if day.month == month]
    try:
        return {day: calendar.is_workday(day) for day in days}
    except UncoveredYear:
        return None


def _declare():
    """Declare one day open or closed, for the whole country or for one's own city."""
    form = request.form
    try:
        day = date.fromisoformat(form.get("day", ""))
    except ValueError:
        flash("请选择日期。", "error")
        return redirect(url_for("console.calendar"))
    reason = form.get("reason", "").strip()
    if form.get("workday") not in ("open", "closed") or not reason:
        flash("请选择上班还是放假，并写明依据。", "error")
        return redirect(url_for("console.calendar", year=day.year))
    city, now = (g.staff.city or "") if form.get("scope") == "city" else "", clock.now()
    workcalendar.declare(day, form["workday"] == "open", reason, g.staff.id, now, city)
    audit.record(audit.Actor("staff", g.staff.id), "declare_day", "workday", day.isoformat(), now)
    flash(f"已录入 {day:%Y年%m月%d日}。以后计算的时限按新安排；已经算好的不变。")
    return redirect(url_for("console.calendar", year=day.year))


def _cover():
    year, now = request.form.get("year", type=int), clock.now()
    if year is None or abs(year - now.year) > 10 or request.form.get("checked") != "yes":
        flash("请先确认这一年的放假和调休都已录入。", "error")
        return redirect(url_for("console.calendar", year=year or now.year))
    workcalendar.cover(year, g.staff.id, now)
    audit.record(audit.Actor("staff", g.staff.id), "declare_day", "workday", str(year), now)
    flash(f"{year} 年已可用来计算时限。")
    return redirect(url_for("console.calendar", year=year))
