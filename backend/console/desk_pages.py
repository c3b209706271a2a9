"""The desk: the queue with its filters, finding a person, warnings, saved replies, the export of a list."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import MultiDict

from backend import clock
from backend.console import queue, sheets, words
from backend.console.navigation import first_page
from backend.console.security import LIST_COOKIE, hats
from backend.store import alerts, audit, facts
from backend.store.models import Application
from backend.workflow import clocks, rulebook
from backend.workflow.rights import CITY_WIDE, Role
from backend.workflow.stages import STATE_NAMES, STEP_NAMES

ROWS = "X-Total-Rows"
"""How many rows an export will have, so that the page can show how far it is."""

LOOKED_UP = ("id_number", "phone", "full_name")
EXPORT_COLUMNS = (
    *("编号", "申请人", "事项", "状态", "当前环节", "承办", "用人单位"),
    *("提交时间", "应于", "办结时间", "结果"),
)


def register(blueprint: Blueprint) -> None:
    """Add the desk to the console."""
    blueprint.get("/", endpoint="home")(_home)
    blueprint.post("/search", endpoint="search")(_search)
    blueprint.get("/list.<kind>", endpoint="export_list")(_export)
    blueprint.post("/alerts/seen", endpoint="alerts_seen")(_alerts_seen)


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    name: str


def _filters() -> queue.Filters:
    """What is asked for; who has no desk begins with all open cases in sight."""
    if not request.args and g.staff.role in CITY_WIDE:
        return queue.Filters(scope="visible", state="open")
    return queue.filters_of(request.args, "visible" if g.staff.role in CITY_WIDE else "mine")


def _home():
    if g.staff.role == Role.ADMIN:
        return redirect(first_page())
    if not request.args and (kept := _kept()):
        return redirect(url_for("console.home", **kept))
    filters, today, mine = _filters(), clock.today(), hats()
    listing = queue.listing(mine, filters, today)
    page = render_template(
        "console/home.html",
        filters=filters,
        counts=queue.counts(mine, today),
        listing=listing,
        has_desk=g.staff.role not in CITY_WIDE,
        alerts=_alerts(),
        missing_year=clocks.calendar_runs_out(clock.now()) if g.staff.role == Role.COORDINATOR else None,
        people=sorted({case.applicant_masked for case in listing.cases}) if filters.person else [],
        states=[Choice("open", "全部在办"), *(Choice(str(state), name) for state, name in STATE_NAMES.items())],
        items=_items(),
        steps=[Choice(kind, name) for kind, name in STEP_NAMES.items() if kind != "application"],
    )
    return _keep(make_response(page), filters)


def _kept() -> dict[str, Any]:
    """Return what the list was narrowed to when it was last seen in this browser."""
    words_kept = parse_qsl(request.cookies.get(LIST_COOKIE, ""))
    return queue.filters_of(MultiDict(words_kept)).query() if words_kept else {}


def _keep(response: Response, filters: queue.Filters) -> Response:
    written = urlencode(filters.query(), doseq=True)
    if request.args and written and len(written) < MOST_KEPT:
        secure = current_app.config["CONSOLE_SECURE_COOKIES"]
        response.set_cookie(LIST_COOKIE, written, path="/console", httponly=True, secure=secure, samesite="Strict")
    elif request.args:
        response.delete_cookie(LIST_COOKIE, path="/console")
    return response


MOST_KEPT = 2000
"""Characters; a longer choice (many people of one name) is not kept."""


def _items() -> list[Choice]:
    city = rulebook.packs().get(g.staff.city or "")
    return [Choice(item.id, item.name) for item in city.items.values() if item.kind == "service"] if city else []


def _search():
    """Find by case number or exactly by id number, phone or name. Addresses carry ids only, never what was typed."""
    words_typed = request.form.get("words", "").strip()
    if not words_typed:
        return redirect(url_for("console.home", scope="visible"))
    people = _people(words_typed)
    if people:
        audit.record(audit.Actor("staff", g.staff.id), "find_person", "applicant", people[0], clock.now())
        return redirect(url_for("console.home", scope="visible", person=people))
    if words_typed.isascii() and not words_typed.isdigit():
        return redirect(url_for("console.home", scope="visible", number=words_typed.upper()))
    flash("没有找到。编号可以只输前几位；姓名、身份证号码和手机号要输完整。", "error")
    return redirect(url_for("console.home"))


def _people(words_typed: str) -> list[str]:
    found = {person for name in LOOKED_UP for person in facts.find(name, words_typed)}
    seen = Application.select(Application.applicant).where(
        queue.visible(hats()) & Application.applicant.in_(sorted(found))
    )
    return sorted({row.applicant_id for row in seen})[:50]


# --- warnings ---------------------------------------------------------------------------------------------------------


def _alerts() -> list:
    return [alert for hat in hats() for alert in alerts.for_role(hat.role, hat.city, _places(hat), hat.employer)]


def _places(hat) -> list[str]:
    return [place for place in (hat.agency, hat.window) if place]


def _alerts_seen():
    mine = {alert.id for alert in _alerts()}
    alerts.seen(mine & set(request.form.getlist("alert")), clock.now())
    return redirect(url_for("console.home"))


# --- export -----------------------------------------------------------------------------------------------------------


def _export(kind: str):
    """Give the filtered list as CSV, sent while it is read, or as XLSX; masked names only."""
    if kind not in ("csv", "xlsx"):
        return redirect(url_for("console.home"))
    audit.record(audit.Actor("staff", g.staff.id), "export", "case_list", g.staff.id, clock.now(), {"kind": kind})
    chosen = (hats(), _filters(), clock.today())
    lines, name = (_line(case) for case in queue.everything(*chosen)), f"cases-{clock.today():%Y%m%d}"
    response = sheets.table_response(kind, name, "办件", EXPORT_COLUMNS, lines)
    response.headers[ROWS] = str(queue.total(*chosen))
    return response


def _line(case: Application) -> tuple:
    return (
        case.number or "",
        case.applicant_masked,
        words.item_name(case.city, case.item),
        STATE_NAMES[case.state],
        words.step_name(case.step_kind),
        words.place_name(case.city, case.agency),
        case.employer.name if case.employer else "",
        words.moment(case.submitted_at),
        words.day(case.due_on),
        words.moment(case.closed_at),
        case.reason or "",
    )
