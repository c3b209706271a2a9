"""How values become words: days, money, time limits, citations, verdicts. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from backend.policy import Pack, Verdict
from backend.policy.benefit import Amount
from backend.policy.money import fen_of
from backend.policy.types import Item
from miniprogram_api.screens import blocks as b

DIGITS = "零一二三四五六七八九十"
WEEKDAYS = "一二三四五六日"

VERDICTS = {
    "eligible": "可以申请",
    "not_eligible": "暂不符合",
    "needs_info": "还差几项信息",
    "refer": "需要人工判断",
    "not_in_force": "尚未实施",
}

ICONS: dict[str, b.Icon] = {
    "settle": b.Icon.HUKOU,
    "work": b.Icon.CARD,
    "money": b.Icon.MONEY,
    "housing": b.Icon.HOUSE,
    "family": b.Icon.FAMILY,
    "health": b.Icon.MEDICAL,
    "travel": b.Icon.BUS,
    "startup": b.Icon.STARTUP,
    "employer": b.Icon.EMPLOYER,
    "rules": b.Icon.DOCUMENT,
}
"""Life situation of an item → its pictogram."""

UNITS = {"workday": "个工作日", "day": "日", "month": "个月"}


def day(value: date) -> str:
    """Return a day in words, e.g. 2026年3月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date, today: date) -> str:
    """Return a day in words, without the year where it is this one's."""
    return f"{value.month}月{value.day}日" if value.year == today.year else day(value)


def moment(value: datetime, today: date) -> str:
    """Return a moment in words."""
    return f"{short_day(value.date(), today)} {value:%H:%M}"


def month(period: str) -> str:
    """Return a month `YYYY-MM` in words."""
    return f"{period[:4]}年{int(period[5:])}月"


def months(first: str, last: str) -> str:
    """Return a run of months `YYYY-MM` in words, the year once where it is the same: 2026年3月至10月."""
    if first == last:
        return month(first)
    return f"{month(first)}至{month(last).removeprefix(month(first).partition('年')[0] + '年')}"


def left(due: date, today: date) -> str:
    """Return how long there is until a day, or how long it is over."""
    days = (due - today).days
    return f"还剩 {days} 天" if days > 0 else ("今天到期" if days == 0 else f"已超过 {-days} 天")


def limit(length: int | None, unit: str | None, promised: int | None = None) -> str | None:
    """Return a time limit in words, a promised one first; none where there is none."""
    if not unit or not (length or promised):
        return None
    statutory = f"{length} {UNITS[unit]}" if length else ""
    if promised is None:
        return statutory
    return f"承诺 {promised} {UNITS[unit]}" + (f"（规定 {statutory}）" if statutory else "")


def yuan(fen: int) -> str:
    """Return whole fen as yuan with thousands and two decimals."""
    return f"{Decimal(fen) / 100:,.2f}"


def number(value: int | Decimal | Fraction) -> str:
    """Return a sum in yuan without needless decimals."""
    fen = fen_of(value)
    return f"{fen // 100:,}" if fen % 100 == 0 else yuan(fen)


def amount(found: Amount) -> b.Amount | None:
    """Return an amount for showing; none where nothing is paid."""
    if found.kind == "none":
        return b.Amount(value=found.label, unit="") if found.label else None
    if found.kind == "discretionary":
        return b.Amount(value="一事一议")
    if found.kind == "unknown" or found.value is None:
        return b.Amount(value="以部门核定为准")
    if isinstance(found.value, date):
        return b.Amount(value=day(found.value))
    if found.value == 0:
        return b.Amount(value="免费", note=found.label)
    value = number(found.value) if found.max is None else f"{number(found.value)}–{number(found.max)}"
    return b.Amount(value=f"{'不低于 ' if found.floor else ''}{value}", unit=found.unit or "", note=_lasting(found))


def _lasting(found: Amount) -> str | None:
    said = [found.label] if found.label else []
    if found.months:
        said.append(f"最长 {found.months} 个月")
    if found.total is not None and found.months:
        said.append(f"共 {number(found.total)} 元")
    return "，".join(said) or None


# --- citations --------------------------------------------------------------------------------------------------------


def citations(pack: Pack, cites: Iterable[str]) -> list[b.Citation]:
    """Return clauses as chips, each once."""
    return [citation(pack, cite) for cite in dict.fromkeys(cites)]


def citation(pack: Pack, cite: str) -> b.Citation:
    """Return one clause as a chip."""
    document, _, article = cite.partition("/")
    title = pack.title_of(cite)
    return b.Citation(
        document=document, article=article, title=title, label=f"{short_title(title)} {article_words(article)}"
    )


def short_title(title: str) -> str:
    """Return the telling end of a document's title, without brackets and quotation marks."""
    bare = title.strip("《》").split("（")[0]
    tail = bare.rpartition("”")[2] or bare
    return tail if len(tail) <= 14 else f"…{tail[-12:]}"


def article_words(article: str) -> str:
    """Return the number of an article as the texts write it: 9.3 → 第九条（三）; other addresses stay as they are."""
    head, _, part = article.partition(".")
    if not head.isdigit():
        return article
    item = f"（{numeral(int(part))}）" if part.isdigit() else ""
    return f"第{numeral(int(head))}条{item}"


def numeral(value: int) -> str:
    """Return a number below 100 in Chinese digits."""
    tens, ones = divmod(value, 10)
    if value <= 10:
        return DIGITS[value]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


# --- items and verdicts -----------------------------------------------------------------------------------------------


def icon(item: Item) -> b.Icon:
    """Return the pictogram of an item's situation."""
    return ICONS.get(item.situation or "", b.Icon.DOCUMENT)


def place(pack: Pack, desk: str | None) -> str | None:
    """Return the name of a window or agency."""
    if desk is None:
        return None
    found = pack.city.windows.get(desk) or pack.city.agencies.get(desk)
    return found.name if found else {"employer": "用人单位", "applicant": "您本人"}.get(desk)


def verdict_words(verdict: Verdict) -> str:
    """Return a verdict in a few words."""
    if verdict.verdict == "needs_info":
        return f"还差 {len(verdict.missing)} 项信息"
    if verdict.verdict == "not_eligible" and verdict.eligible_from:
        return f"{day(verdict.eligible_from)}起可申请"
    return VERDICTS[verdict.verdict]


def to(screen: str, **params: str) -> b.Navigate:
    """Return the action that opens a screen."""
    return b.Navigate(screen=screen, params=params)


def button(label: str, action: b.Action, style: str = "secondary", **more) -> b.Button:
    """Return a button."""
    return b.Button(label=label, action=action, style=style, **more)
