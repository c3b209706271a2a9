"""The words of the console's pages: names of roles, states, scopes, and how days, moments and money are written."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import g
from markupsafe import Markup

from backend import clock
from backend.messages import messages
from backend.policy import FactError, money
from backend.policy.benefit import Amount
from backend.policy.types import Agency
from backend.store import replies
from backend.store.models import Application, Campaign, OutboxMessage, SavedReply, Staff, StepRecord
from backend.store.statistics import Breach
from backend.workflow import rulebook
from backend.workflow.rights import ROLE_NAMES, Role
from backend.workflow.stages import COMMANDS, STATE_NAMES, STEP_NAMES, Stage, State

MOST_COUNTED = 999
"""Beyond this a tile says `999+`: nobody reads the rest of the number, and counting it would take long."""

SOURCE_NAMES = {
    "assistant": "助手对话",
    "form": "本人填写",
    "wechat": "微信验证",
    "employer": "用人单位",
    "staff": "工作人员",
    "import": "数据导入",
}
STATE_TONES = {
    State.DRAFT: "",
    State.RUNNING: "info",
    State.CORRECTION: "warn",
    State.NOTICE: "info",
    State.GRANTED: "ok",
    State.REJECTED: "bad",
    State.REFUSED: "bad",
}
VERDICT_NAMES = {
    "eligible": "符合条件",
    "not_eligible": "不符合条件",
    "needs_info": "还缺信息",
    "refer": "需要人工判断",
    "not_in_force": "尚未施行",
}
VERDICT_TONES = {"eligible": "ok", "not_eligible": "bad", "needs_info": "warn", "refer": "warn", "not_in_force": ""}
PAYER_NAMES = {"employer": "用人单位", "city": "市财政", "district": "区财政", "county": "县（市）财政"}
BATCH_NAMES = {
    "open": "待复核",
    "approved": "已复核，待导出",
    "exported": "已导出，待银行结果",
    "settled": "已完成",
    "cancelled": "已撤销",
}
OUTBOX_NAMES = {
    "queued": "等待发送",
    "leased": "等待发送",
    "sending": "正在发送",
    "sent": "微信已接收",
    "failed": "发送失败",
    "skipped": "仅站内消息",
    "unknown": "结果待确认",
}


OUTBOX_TONES = {"sent": "ok", "failed": "bad", "unknown": "warn", "queued": "info", "leased": "info", "sending": "info"}
PAYMENT_KINDS = {"regular": "发放", "back_pay": "补发", "claw_back": "追缴", "correction": "更正"}
PAYMENT_STATES = {"due": "待兑现", "batched": "已入批次", "paid": "已发放", "failed": "发放失败", "stopped": "已停发"}
PAYMENT_TONES = {"due": "info", "batched": "info", "paid": "ok", "failed": "bad", "stopped": ""}
DECISION_NAMES = {
    "recognition": "认定",
    "grant": "准予",
    "rejection": "不通过",
    "refusal": "不予受理",
    "stop": "停发",
    "claw_back": "追缴",
}
OUTCOME_NAMES = {
    "accepted": "已受理",
    "approved": "通过",
    "rejection": "不通过",
    "refusal": "不予受理",
    "no_objection": "公示无异议",
    "decided": "已决定",
    "card_issued": "已发卡",
    "done": "已办结",
    "entered": "已列入兑现",
    "confirmed": "申请人已确认",
    "withdrawn": "申请人撤回",
    "expired": "逾期终止",
}
UNIT_NAMES = {"workday": "个工作日", "day": "日", "month": "个月"}
EMPLOYER_STATES = {"pending": "等待审核", "approved": "已通过", "refused": "未通过", "suspended": "已暂停"}
CARD_STATES = {"valid": "有效", "lost": "已挂失", "replaced": "已补发新卡", "cancelled": "已注销"}
CARD_TONES = {"valid": "ok", "lost": "warn", "replaced": "", "cancelled": "bad"}
PUSH_REASONS = {
    "no_consent": "本人没有订阅这类消息",
    "no_identity": "本人没有关联微信",
    "person_gone": "本人已注销",
    "switched_off": "本人关闭了这类提醒",
    "too_late": "过了有效时间，不再推送",
    "refused": "微信不接收这条消息",
    "gave_up": "多次发送都没有成功",
    "stopped": "这类消息暂停发送，等管理员处理",
    "campaign_stopped": "群发已停止",
    "no_answer": "微信没有回应，等回报结果",
    "worker_died": "发送途中中断，等微信回报结果",
    "never_known": "微信一直没有回报结果",
    "not_handed_over": "微信回报：没有送达",
    "reported": "微信回报：已送达",
    "again": "工作人员重新发送",
}
"""Reason of an outbox row (`backend.jobs`) → what staff read."""
CAMPAIGN_STATES = {
    "draft": "待审核",
    "approved": "已审核，待发送",
    "running": "发送中",
    "paused": "已暂停",
    "stopped": "已停止",
    "done": "已发完",
}
CAMPAIGN_TONES = {"draft": "warn", "approved": "info", "running": "info", "paused": "warn", "stopped": "", "done": "ok"}
AREA_NAMES = {"district": "区属", "county": "县属", "city": "市直"}
AUDIT_ACTIONS = {
    "read": "查看",
    "reveal": "查看证件号等",
    "open_page": "打开材料原图",
    "find_person": "按证件或姓名查找",
    "log_in": "登录",
    "sign_on": "单点登录",
    "tie_sign_on": "关联单点登录",
    "untie_sign_on": "解除单点登录",
    "change_password": "修改密码",
    "enable_totp": "启用动态码",
    "disable_totp": "停用动态码",
    "add_staff": "新增账号",
    "change_staff": "修改账号",
    "reset": "重置密码",
    "reset_password": "重置密码",
    "disable": "停用账号",
    "disable_staff": "停用账号",
    "enable": "启用账号",
    "sign_out": "强制退出",
    "delegate": "设置代理",
    "end_delegation": "结束代理",
    "note": "写备注",
    "mark_paper": "标记材料",
    "set_area": "填写财政隶属",
    "assign": "指派代办专员",
    "act_for": "代办登记",
    "send_again": "重发消息",
    "print": "生成文书",
    "export": "导出名单",
    "download": "下载",
    "stop": "停发",
    "claw_back": "追缴",
    "correct_entry": "更正台账",
    "make_batch": "制单",
    "approve_batch": "复核批次",
    "cancel_batch": "撤销批次",
    "export_batch": "导出批次",
    "settle_batch": "登记银行结果",
    "retry": "重新兑现",
    "close_period": "结账",
    "import_insured": "导入参保月份",
    "accrue": "自动计入台账",
    "warn": "时限提醒",
    "card_lost": "卡挂失",
    "card_cancelled": "卡注销",
    "card_replaced": "补卡",
    "card_renewed": "年度登记",
    "close": "公示期满",
    "start": "新建申请",
    "rate": "评价",
    "answer_rating": "回复评价",
    "complain": "提交投诉或留言",
    "answer_complaint": "答复投诉或留言",
    "close_complaint": "确认答复",
    "forward_complaint": "转办投诉或留言",
    "book": "预约",
    "cancel": "取消预约",
    "mark_appointment": "登记到访",
    "handle_question": "处理问答",
    "declare_day": "录入工作日历",
    "approve_employer": "通过用人单位",
    "refuse_employer": "退回用人单位",
    "suspend_employer": "暂停用人单位",
    "departure": "报告离职",
    "create_campaign": "起草群发通知",
    "campaign_approved": "审核群发通知",
    "campaign_running": "开始群发",
    "campaign_paused": "暂停群发",
    "campaign_stopped": "停止群发",
}
"""Action of an audit row → its name. Commands of the transition table have theirs there."""


def role_name(role: str) -> str:
    """Return the Chinese name of a role."""
    return ROLE_NAMES[Role(role)]


def state_tag(state: str) -> Markup:
    """Return the coloured label of a state."""
    known = State(state)
    return Markup('<span class="tag {}">{}</span>').format(STATE_TONES.get(known, ""), STATE_NAMES[known])


def step_name(kind: str | None) -> str:
    """Return the name of a kind of step."""
    return STEP_NAMES.get(kind or "", kind or "")


def place_name(city: str | None, place: str | None) -> str:
    """Return the name of an agency or window of a city; the id itself where the pack has none."""
    packs = rulebook.packs()
    if not city or not place or city not in packs:
        return place or ""
    known = packs[city].city
    entry = known.agencies.get(place) or known.windows.get(place)
    return entry.name if entry else place


def agencies(city: str) -> list[Agency]:
    """Return the agencies of a city."""
    return list(rulebook.packs()[city].city.agencies.values())


def city_name(city: str | None) -> str:
    """Return the name of a city."""
    packs = rulebook.packs()
    return packs[city].city.name if city in packs else (city or "")


def item_name(city: str, item: str) -> str:
    """Return the name of an item."""
    packs = rulebook.packs()
    known = packs[city].items.get(item) if city in packs else None
    return known.name if known else item


def scope_name(staff: Staff) -> str:
    """Return where an account works, in words."""
    if staff.employer_id:
        return str(staff.employer.name)
    parts = (city_name(staff.city), place_name(staff.city, staff.window or staff.agency), staff.place)
    return " ".join(part for part in parts if part)


def amount_text(amount: Amount) -> str:
    """Write an amount as the texts have it: value or span, unit, months."""
    if isinstance(amount.value, date):
        return day(amount.value)
    upper = f"–{amount.max}" if amount.max is not None else ""
    months = f"，最长 {amount.months} 个月" if amount.months else ""
    unit = f" {amount.unit}" if amount.unit else ""
    value = "由人审定" if amount.value is None and not upper else f"{amount.value or ''}{upper}{unit}"
    return f"{amount.label + '：' if amount.label else ''}{value}{months}"


def day(value: date | None) -> str:
    """Write a day; empty for none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def moment(value: datetime | None) -> str:
    """Write a moment in Shanghai's time; empty for none."""
    return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def yuan(fen: int | None) -> str:
    """Write an amount in fen as yuan with two decimals and thousands; empty for none."""
    if fen is None:
        return ""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02}"


def due_tag(due_on: date | None, today: date) -> Markup:
    """Return how long is left until a due day, coloured as it runs out; nothing where no limit is set."""
    if due_on is None:
        return Markup('<span class="hint">政策没有规定时限</span>')
    left = (due_on - today).days
    tone, text = (
        ("bad", f"已逾期 {-left} 天") if left < 0 else ("warn", "今天到期") if left == 0 else ("", f"还有 {left} 天")
    )
    tone = "warn" if 0 < left <= 2 else tone
    return Markup('<span class="tag {}">{}</span> <small>{}</small>').format(tone, text, day(due_on))


def fact_label(name: str) -> str:
    """Return the label of a fact."""
    vocabulary = rulebook.packs().vocabulary
    return vocabulary[name].label if name in vocabulary else name


def fact_value(name: str, value: Any) -> str:
    """Return the value of a fact as people read it."""
    vocabulary = rulebook.packs().vocabulary
    if name in vocabulary and not vocabulary[name].protected:
        try:
            parsed = vocabulary.parse({name: value})
        except FactError:  # an old value that today's vocabulary no longer takes is shown as it stands
            return str(value)
        if vocabulary[name].type == "object":
            inner = [(key.partition(".")[2], inner) for key, inner in parsed.items() if "." in key]
            return "；".join(
                f"{vocabulary[name].fields[k].label}：{vocabulary.show(f'{name}.{k}', v)}" for k, v in inner
            )
        return vocabulary.show(name, parsed.get(name))
    return str(value)


def fact_shown(name: str, value: Any) -> str:
    """Return a value that follows from other facts (parsed already) as people read it."""
    return rulebook.packs().vocabulary.show(name, value)


def category_name(category: str | None) -> str:
    """Return the name of a recognition's category; empty for none."""
    return fact_value("recognition_category", category) if category else ""


def tier_name(tier: str | None) -> str:
    """Return the name of a recognition's tier; empty for none."""
    return fact_value("recognized_tier", tier) if tier else ""


def clause_title(city: str, cite: str) -> str:
    """Return the title of the document a citation lies in, in its brackets; nothing where the pack has none."""
    packs, document = rulebook.packs(), cite.partition("/")[0]
    known = city in packs and document in packs[city].documents
    return f"《{packs[city].documents[document].title.strip('《》')}》" if known else ""


def clause_article(cite: str) -> str:
    """Return the article of a citation as people write it."""
    head, _, part = cite.partition("/")[2].partition(".")
    number = f"第{head}条" if head.isdigit() else head
    return f"{number}（{part}）" if part else number


def clause_label(city: str, cite: str) -> str:
    """Return a citation as people write it: the document's title and the article."""
    title = clause_title(city, cite)
    return f"{title}{clause_article(cite)}" if title else cite


def clause_text(city: str, cite: str) -> str:
    """Return what a clause says, in our own words; nothing where the pack does not have it."""
    packs = rulebook.packs()
    try:
        return packs[city].clause(cite).text
    except KeyError:
        return "政策包里没有这一条的内容。"


def holder(case: Application) -> str:
    """Return in whose hands a case is."""
    if case.role is None:
        return "—"
    if case.role == Role.EMPLOYER:
        return str(case.employer.name) if case.employer else "用人单位"
    if case.role == Role.APPLICANT or case.state == State.CORRECTION:
        return "申请人"
    return place_name(case.city, case.agency)


def message_title(template: str) -> str:
    """Return the title of a message."""
    known = messages().templates.get(template)
    return known.title if known else template


def push_reason(message: OutboxMessage) -> str:
    """Say why a message was not pushed, or what the platform answered; empty where there is nothing to say."""
    reason = message.reason or ""
    kind, _, rest = reason.partition(":")
    said = PUSH_REASONS.get(kind, rest or kind) if reason else ""
    code = f"微信返回 {message.errcode}" if message.errcode else ""
    return "；".join(part for part in (said, code) if part)


def outbox_counts(by_state: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many messages stand where, in the order they go through; states of one name are one line."""
    counted_ = {name: 0 for state, name in OUTBOX_NAMES.items() if state in by_state}
    for state, number in by_state.items():
        counted_[OUTBOX_NAMES[state]] += number
    return list(counted_.items())


def failure_name(reason: str) -> str:
    """Return why messages of a notice to many were not pushed: a reason of ours, or the platform's code."""
    kind, _, rest = reason.partition(":")
    return f"微信返回 {reason}" if reason.lstrip("-").isdigit() else PUSH_REASONS.get(kind, rest or kind)


AUDIENCE_NOTES: Mapping[str, Callable[[str, Any], str]] = {
    "card": lambda city, value: "有有效的人才卡" if value else "没有有效的人才卡",
    "category": lambda city, value: f"卡的类别是{category_name(value)}",
    "tier": lambda city, value: f"卡的层次是{tier_name(value)}",
    "granted": lambda city, value: f"“{item_name(city, value)}”已通过",
    "applied": lambda city, value: f"提交过“{item_name(city, value)}”",
    "draft": lambda city, value: f"“{item_name(city, value)}”有草稿没有提交",
    "place": lambda city, value: f"办件在{place_name(city, value)}",
    "employer": lambda city, value: f"用人单位是{value}",
    "city": lambda city, value: f"与{city_name(value)}有关",
}
"""Key of a notice's filter → how it is said of the people it leaves."""


def audience_notes(campaign: Campaign) -> list[str]:
    """Return the filter of a notice to many in words."""
    return [AUDIENCE_NOTES[key](campaign.city or "", value) for key, value in campaign.audience.items()]


def limit_text(length: int | None, promised: int | None, unit: str | None) -> str:
    """Write the limit of a step, a promised one first; empty where there is none."""
    if not unit or not (length or promised):
        return ""
    statutory = f"{length} {UNIT_NAMES[unit]}" if length else ""
    if promised is None:
        return statutory
    return f"承诺 {promised} {UNIT_NAMES[unit]}" + (f"（法定 {statutory}）" if statutory else "")


def stage_limit(stage: Stage) -> str:
    """Write the limit of a stage of a case; empty where there is none."""
    return limit_text(stage.length, stage.promised, stage.unit)


def last_days(row: StepRecord | Breach) -> str:
    """Write until when a stay has to be over, with the statutory day behind a promised one."""
    behind = f"（承诺；法定 {day(row.statutory_on)}）" if row.statutory_on else ""
    return f"{day(row.due_on)}{behind}"


def period_text(period: str) -> str:
    """Write a month."""
    return f"{period[:4]}年{int(period[5:])}月" if len(period) == 7 else period


def filter_notes(filters: Any) -> list[str]:
    """Return what narrows a list and has no field of its own on the page."""
    spans = (
        ("提交", filters.submitted_from, filters.submitted_to),
        ("超期环节结束" if filters.breached else "办结", filters.closed_from, filters.closed_to),
    )
    notes = [f"{name}：{day(first) or '最早'}至{day(last) or '今天'}" for name, first, last in spans if first or last]
    if filters.agency:
        notes.append(place_name(g.staff.city, filters.agency))
    if filters.number:
        notes.append(f"编号以 {filters.number} 开头")
    return [*notes, *(["有超期环节"] if filters.breached else [])]


BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Windows", "Windows"), ("Android", "安卓手机"), ("iPhone", "iPhone"), ("Mac OS", "Mac"), ("Linux", "Linux"))


def browser_name(agent: str) -> str:
    """Return browser and system of a user agent as people say them."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "未知浏览器")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser} {system}".strip()


def audit_action(action: str) -> str:
    """Return what an entry of the operation log did, in Chinese."""
    return COMMANDS[action].name if action in COMMANDS else AUDIT_ACTIONS.get(action, action)


def saved_replies() -> list[SavedReply]:
    """Return the saved replies of the present account, looked up once a request."""
    if "saved_replies" not in g:
        g.saved_replies = replies.usable(g.staff.id, g.staff.city, g.staff.agency)
    return g.saved_replies


def shares_text(shares: dict[str, int] | None) -> str:
    """Return payers' shares in one line."""
    return "，".join(f"{PAYER_NAMES.get(p, p)} {money.yuan_of(fen)} 元" for p, fen in (shares or {}).items())


def counted(number: int | None) -> str:
    """Write the number of a tile; beyond what is counted only that there are more, and dots while it is counted."""
    if number is None:
        return "…"
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


FILTERS = {
    "counted": counted,
    "day": day,
    "moment": moment,
    "yuan": yuan,
    "role_name": role_name,
    "state_tag": state_tag,
    "step_name": step_name,
    "place_name": place_name,
    "city_name": city_name,
    "item_name": item_name,
    "scope_name": scope_name,
    "due_tag": due_tag,
    "fact_label": fact_label,
    "fact_value": fact_value,
    "fact_shown": fact_shown,
    "amount_text": amount_text,
    "category_name": category_name,
    "tier_name": tier_name,
    "clause_label": clause_label,
    "clause_title": clause_title,
    "clause_article": clause_article,
    "shares_text": shares_text,
    "clause_text": clause_text,
    "holder": holder,
    "message_title": message_title,
    "push_reason": push_reason,
    "period_text": period_text,
    "filter_notes": filter_notes,
    "last_days": last_days,
    "stage_limit": stage_limit,
    "audit_action": audit_action,
    "browser_name": browser_name,
}
