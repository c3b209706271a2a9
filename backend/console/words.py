"""The words of the console's pages: names of roles, states, scopes, and how days, moments and money are written."""

from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from backend import clock
from backend.policy import money
from backend.policy.types import Agency
from backend.store.models import Staff
from backend.workflow import rulebook
from backend.workflow.rights import ROLE_NAMES, Role
from backend.workflow.stages import STATE_NAMES, STEP_NAMES, State

SOURCE_NAMES = {
    "assistant": "助手对话",
    "form": "本人填写",
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


def day(value: date | None) -> str:
    """Write a day; empty for none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def moment(value: datetime | None) -> str:
    """Write a moment in Shanghai's time; empty for none."""
    return value.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def yuan(fen: int | None) -> str:
    """Write an amount in fen as yuan with two decimals and thousands; empty for none."""
    return "" if fen is None else f"{fen / 100:,.2f}"


def due_tag(due_on: date | None, today: date) -> Markup:
    """Return how long is left until a due day, coloured as it runs out; nothing where no limit is set."""
    if due_on is None:
        return Markup('<span class="hint">文本未定时限</span>')
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
        except Exception:  # an old value that today's vocabulary no longer takes is shown as it stands
            return str(value)
        if vocabulary[name].type == "object":
            inner = [(key.partition(".")[2], inner) for key, inner in parsed.items() if "." in key]
            return "；".join(
                f"{vocabulary[name].fields[k].label}：{vocabulary.show(f'{name}.{k}', v)}" for k, v in inner
            )
        return vocabulary.show(name, parsed.get(name))
    return str(value)


def clause_label(city: str, cite: str) -> str:
    """Return a citation as people write it: the document's title and the article."""
    packs = rulebook.packs()
    document, _, article = cite.partition("/")
    if city not in packs or document not in packs[city].documents:
        return cite
    head, _, part = article.partition(".")
    number = f"第{head}条" if head.isdigit() else head
    return f"《{packs[city].documents[document].title}》{number}{f'（{part}）' if part else ''}"


def shares_text(shares: dict[str, int] | None) -> str:
    """Return payers' shares in one line."""
    return "，".join(f"{PAYER_NAMES.get(p, p)} {money.yuan_of(fen)} 元" for p, fen in (shares or {}).items())


FILTERS = {
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
    "clause_label": clause_label,
    "shares_text": shares_text,
}
