"""The operation log: the newest rows, those of one record or person, the check of the whole chain, its export."""

from collections.abc import Iterator

from flask import Blueprint, abort, g, render_template, request

from backend import clock
from backend.console import sheets, words
from backend.console.navigation import only_for
from backend.store import audit
from backend.store import staff as accounts
from backend.store.models import Application, Audit, Staff
from backend.workflow import rulebook

SHOWN = 100
KINDS = {
    "application": "办件",
    "staff": "账号",
    "applicant": "申请人",
    "employer": "用人单位",
    "payment": "台账",
    "payment_batch": "批次",
    "public_notice": "公示",
    "objections": "异议",
    "talent_card": "人才卡",
    "card_list": "服务单位名单",
    "complaint": "投诉或留言",
    "rating": "评价",
    "appointment": "预约",
    "case_list": "名单",
    "period": "月份",
    "import": "导入",
    "document": "文书",
    "question": "问答",
    "workday": "工作日历",
    "chain": "日志",
}
ACTOR_KINDS = {"applicant": "申请人", "job": "系统任务", "system": "系统", "employer": "用人单位", "staff": "工作人员"}
DETAILS = {
    "action": "操作",
    "card": "卡",
    "cleared": "通过件数",
    "correction": "补正",
    "delegate": "专员",
    "document": "文书",
    "entries": "人数",
    "fact": "信息",
    "facts": "信息条数",
    "failed": "失败",
    "flagged": "重复补正",
    "from": "原部门",
    "grade": "评分",
    "item": "事项",
    "kind": "类别",
    "last_day": "最后一天",
    "level": "级别",
    "new": "新增",
    "notice": "公示",
    "override": "系统判断",
    "page": "页",
    "requirement": "材料",
    "role": "角色",
    "rows": "笔数",
    "since": "起始日",
    "state": "状态",
    "step": "环节",
    "to": "转往",
    "upheld": "异议成立",
    "verdict": "结论",
}
"""Key of an audit row's detail → its name; others are shown as they are."""
COLUMNS = ("序号", "时间", "人员", "操作", "对象类别", "对象编号", "详情", "校验值")


def register(blueprint: Blueprint) -> None:
    """Add the operation log to the console."""
    keep = only_for("console.audit")
    blueprint.get("/audit", endpoint="audit")(keep(_audit))
    blueprint.post("/audit/verify", endpoint="verify_audit")(keep(_verify))
    blueprint.get("/audit/<kind>", endpoint="export_audit")(keep(_export))


def _audit(**shown):
    rows = list(_chosen().order_by(Audit.seq.desc()).limit(SHOWN))
    cases = {row.subject for row in rows if row.subject_kind == "application"}
    numbers = Application.select(Application.id, Application.number).where(Application.id.in_(sorted(cases)))
    return render_template(
        "console/audit.html",
        rows=rows,
        names=accounts.names_of(row.actor for row in rows if row.actor_kind == "staff"),
        numbers={row.subject: _spoken(row.subject) for row in rows} | {row.id: row.number for row in numbers},
        kinds=KINDS,
        details=DETAILS,
        actor_kinds=ACTOR_KINDS,
        query=_query(),
        shown=SHOWN,
        **shown,
    )


DOCUMENTS = {"report": "半年通报", "figures": "统计表"}


def _spoken(subject: str) -> str:
    """Return the name of a subject that is no id: a printed document, a city, an item of a city; empty for ids."""
    city, _, item = subject.partition("/")
    if city not in rulebook.packs():
        return DOCUMENTS.get(subject, "")
    return words.item_name(city, item) if item else words.city_name(city)


def _query() -> dict[str, str]:
    given = {name: request.args.get(name, "").strip() for name in ("actor", "action", "subject")}
    return {name: value for name, value in given.items() if value}


def _chosen():
    """Rows narrowed by actor (login or id), action, subject (case number or id), and the row to begin before."""
    query, rows = _query(), Audit.select()
    if "actor" in query:
        account = Staff.get_or_none(Staff.login == query["actor"])
        rows = rows.where(Audit.actor == (account.id if account else query["actor"]))
    if "action" in query:
        rows = rows.where(Audit.action == query["action"])
    if "subject" in query:
        case = Application.get_or_none(Application.number == query["subject"])
        rows = rows.where(Audit.subject == (case.id if case else query["subject"]))
    before = request.args.get("before", type=int)
    return rows.where(Audit.seq < before) if before else rows


def _verify():
    broken, now = audit.verify(), clock.now()
    audit.record(audit.Actor("staff", g.staff.id), "verify", "chain", "audit", now, {"broken": broken and broken.seq})
    return _audit(checked=True, broken=broken)


def _export(kind: str):
    """Give the chosen rows as XLSX with their hashes; the export is itself in the log."""
    if kind != "log.xlsx":
        abort(404)
    audit.record(audit.Actor("staff", g.staff.id), "export", "chain", "audit", clock.now(), _query())
    return sheets.xlsx_response(f"audit-{clock.today():%Y%m%d}", "操作日志", COLUMNS, _lines())


def _lines() -> Iterator[tuple]:
    for row in _chosen().order_by(Audit.seq).limit(sheets.MOST_ROWS).iterator():
        yield (
            row.seq,
            words.moment(row.at),
            row.actor,
            words.audit_action(row.action),
            KINDS.get(row.subject_kind, row.subject_kind),
            row.subject,
            str(row.detail or ""),
            row.hash,
        )
