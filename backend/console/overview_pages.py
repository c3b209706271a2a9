"""The overview for supervisors and leaders: figures and charts of a span, each leading to its cases; report, export."""

from collections.abc import Iterator
from datetime import date, timedelta

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from openpyxl import Workbook

from backend import clock
from backend.console import charts, printing, sheets, words
from backend.console.navigation import only_for
from backend.store import audit
from backend.store import staff as accounts
from backend.store.statistics import Breach, Span
from backend.workflow import insight
from backend.workflow.insight import Insight
from backend.workflow.rights import CITY_WIDE
from backend.workflow.stages import STATE_NAMES, STEP_NAMES

LONGEST_SPAN = 5 * 366


def register(blueprint: Blueprint) -> None:
    """Add the overview to the console."""
    keep = only_for("console.overview")
    blueprint.get("/overview", endpoint="overview")(keep(_overview))
    blueprint.get("/overview/figures.xlsx", endpoint="export_figures")(keep(_export))
    blueprint.get("/overview/report", endpoint="report")(keep(_report))
    blueprint.get("/overview/report.pdf", endpoint="report_pdf")(keep(_report_pdf))


# --- what is looked at ------------------------------------------------------------------------------------------------


def _span() -> Span:
    """The days asked for, by default the half-year so far; a supervisor sees his own agency's share."""
    today = clock.today()
    since, until = _day("since") or half_year(today)[0], _day("until") or today
    if until < since or (until - since).days > LONGEST_SPAN:
        since, until = half_year(today)[0], today
    return Span(g.staff.city or "", since, until, _agencies())


def _agencies() -> frozenset[str] | None:
    """A leader may narrow to one agency; a supervisor is narrowed to his own."""
    if g.staff.role in CITY_WIDE:
        return frozenset({request.args["agency"]}) if request.args.get("agency") else None
    return frozenset(place for place in (g.staff.agency, g.staff.window) if place)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def half_year(day: date, back: int = 0) -> tuple[date, date]:
    """Return first and last day of the half-year of a day, or of one `back` half-years before."""
    number = day.year * 2 + (day.month > 6) - back
    year, second = divmod(number, 2)
    return date(year, 7 if second else 1, 1), date(year, 12, 31) if second else date(year, 6, 30)


def _spans(today: date) -> list[tuple[str, date, date]]:
    """The spans offered by one click."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return [
        ("本月", today.replace(day=1), today),
        ("本季度", quarter, today),
        ("本半年", half_year(today)[0], today),
        ("上一个半年", *half_year(today, 1)),
        ("本年", date(today.year, 1, 1), today),
        ("近一年", today - timedelta(days=365), today),
    ]


def _figures(span: Span) -> Insight:
    """Return the figures of a span for a document, however long they take to count."""
    return insight.kept.ask((span, clock.today()), clock.now(), patience=None)[0]


# --- the page ---------------------------------------------------------------------------------------------------------


def _overview():
    span, today = _span(), clock.today()
    ready = insight.kept.ask((span, today), clock.now())
    if ready is None:
        return render_template("console/counting.html", span=span)
    found, counted_at = ready
    return render_template(
        "console/overview.html",
        found=found,
        counted_at=counted_at,
        span=span,
        spans=_spans(today),
        chosen=next(iter(span.agencies), "") if span.agencies and g.staff.role in CITY_WIDE else "",
        narrowed=g.staff.role not in CITY_WIDE,
        names=accounts.names_of(found.people),
        flow=_flow(found),
        open_steps=_open_steps(found),
        pace=_pace(found),
        money=_money(found),
        months=_money_months(found),
    )


def _month_days(month: str, span: Span) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=32)).replace(day=1)
    return max(first, span.since), min(following - timedelta(days=1), span.until)


def _queue(**filters) -> str:
    return url_for("console.home", scope="visible", **filters)


def _flow(found: Insight):
    days = [_month_days(month, found.span) for month in found.months]
    came = charts.Series(
        "提交",
        [found.submitted.get(month, 0) for month in found.months],
        [_queue(submitted_from=first, submitted_to=last) for first, last in days],
    )
    ended = charts.Series(
        "办结",
        [sum(found.closed.get(month, {}).values()) for month in found.months],
        [_queue(closed_from=first, closed_to=last) for first, last in days],
    )
    labels = [f"{int(month[5:])}月" if len(found.months) < 13 else month[2:] for month in found.months]
    return charts.columns("每月提交和办结的件数", labels, [came, ended])


def _open_steps(found: Insight):
    rows = [
        charts.Bar(
            words.step_name(kind),
            number,
            f"{number} 件" + (f"，其中 {late} 件逾期" if late else ""),
            href=_queue(state="open", step=kind),
        )
        for kind, (number, late) in _in_order(found.open_steps)
    ]
    return charts.bars("在办件在哪个环节", rows)


def _in_order(by_kind) -> list[tuple]:
    order = list(STEP_NAMES)
    return sorted(by_kind.items(), key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order))


def _pace(found: Insight):
    rows = [
        charts.Bar(
            words.step_name(kind),
            pace.median,
            f"中位 {pace.median}，九成 {pace.ninetieth} 个工作日（{pace.number} 次）",
            mark=pace.ninetieth,
        )
        for kind, pace in _in_order(found.pace)
    ]
    return charts.bars("各环节用时（工作日）", rows)


def _money(found: Insight):
    payers = [payer for payer in words.PAYER_NAMES if payer in found.paid or payer in found.waiting]
    rows = [
        charts.Bar(
            words.PAYER_NAMES[payer],
            found.paid.get(payer, 0) / 100,
            f"已发放 {words.yuan(found.paid.get(payer, 0))} 元，待发放 {words.yuan(found.waiting.get(payer, 0))} 元",
            href=url_for("console.payments", payer=payer),
        )
        for payer in payers
    ]
    return charts.bars("各承担方已发放的资金", rows)


def _money_months(found: Insight):
    values = [round(found.paid_months.get(month, 0) / 1_000_000, 1) for month in found.months]
    labels = [f"{int(month[5:])}月" if len(found.months) < 13 else month[2:] for month in found.months]
    return charts.columns("每月发放资金（万元）", labels, [charts.Series("发放", values)])


# --- report and export ------------------------------------------------------------------------------------------------


def _report():
    return render_template("console/report.html", **_report_parts())


def _report_pdf():
    parts = _report_parts()
    audit.record(
        audit.Actor("staff", g.staff.id),
        "print",
        "document",
        "report",
        clock.now(),
        {"since": str(parts["span"].since)},
    )
    return printing.pdf_response("report", f"report-{parts['span'].since}", **parts)


def _report_parts() -> dict:
    """The half-yearly report: of the half-year asked for, by default the last one that is over."""
    back = request.args.get("back", 1, type=int)
    if not 0 <= back <= 20:
        abort(404)
    today = clock.today()
    since, until = half_year(today, back)
    span = Span(g.staff.city or "", since, until, _agencies())
    found = _figures(span)
    return {
        "found": found,
        "span": span,
        "back": back,
        "agencies": sorted({*found.punctuality, *found.handled, *found.opinions, *found.complaints}),
        "made_on": today,
    }


def _export() -> Response:
    """Give every figure of the span as a workbook, one sheet a topic."""
    span = _span()
    found, now = _figures(span), clock.now()
    audit.record(audit.Actor("staff", g.staff.id), "export", "document", "figures", now)
    book = Workbook()
    book.remove(book.active)
    for title, rows in _sheets(found):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(sheets.safe(row))
    return sheets.book_response(book, f"figures-{span.since:%Y%m%d}-{span.until:%Y%m%d}")


def _sheets(found: Insight) -> Iterator[tuple[str, list[tuple]]]:
    city = found.span.city
    closed = {month: sum(states.values()) for month, states in found.closed.items()}
    yield "按月", [("月份", "提交", "办结"), *((m, found.submitted.get(m, 0), closed.get(m, 0)) for m in found.months)]
    states = list(STATE_NAMES)
    yield (
        "按事项",
        [
            ("事项", *STATE_NAMES.values()),
            *((words.item_name(city, item), *(by.get(s, 0) for s in states)) for item, by in found.items.items()),
        ],
    )
    yield (
        "在办",
        [
            ("环节", "件数", "逾期"),
            *((words.step_name(k), n, late) for k, (n, late) in _in_order(found.open_steps)),
        ],
    )
    yield (
        "用时",
        [
            ("环节", "次数", "中位（工作日）", "九成（工作日）"),
            *((words.step_name(k), p.number, p.median, p.ninetieth) for k, p in _in_order(found.pace)),
        ],
    )
    yield (
        "按时",
        [
            ("部门", "有时限的环节", "其中超期", "现在超期"),
            *((_place(city, a), p.finished, p.late, p.late_now) for a, p in found.punctuality.items()),
        ],
    )
    yield (
        "超期",
        [
            ("编号", "事项", "环节", "部门", "应于", "实际"),
            *(_breach(city, breach) for breach in found.breaches),
        ],
    )
    yield (
        "资金",
        [
            ("承担方", "已发放（元）", "待发放（元）"),
            *(
                (name, found.paid.get(p, 0) / 100, found.waiting.get(p, 0) / 100)
                for p, name in words.PAYER_NAMES.items()
            ),
        ],
    )
    yield (
        "评价",
        [
            ("部门", "评价数", "满意率", "加权平均分"),
            *(
                (_place(city, a), o.number, round(o.satisfied, 4), round(o.weighted, 2))
                for a, o in found.opinions.items()
            ),
        ],
    )


def _place(city: str, agency: str | None) -> str:
    return words.place_name(city, agency) or "用人单位等"


def _breach(city: str, breach: Breach) -> tuple[str, ...]:
    done = words.day(breach.left_on) or "未办完"
    names = (words.item_name(city, breach.item), words.step_name(breach.kind), _place(city, breach.agency))
    return (breach.number, *names, words.day(breach.due_on), done)
