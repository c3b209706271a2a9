"""Screens of what comes of an application: notices and objections, the card, the payments, the rating. Pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import texts
from miniprogram_api.screens.texts import button, to

OPEN = b.Cache(fresh=60, personal=False)


@dataclass(frozen=True)
class Notice:
    """A public notice in words."""

    id: str
    title: str
    item: str
    agency: str | None
    first_day: date
    closes_on: date
    open: bool
    people: Sequence[tuple[str, str, str, str | None]] = ()
    """A page of the people: entry id, masked name, category or amount, employer of each."""
    in_all: int = 0


def notices(found: Sequence[Notice], today: date, following: str | None = None) -> b.Screen:
    """Notices that run now."""
    cards: list[b.Block] = [
        b.Card(
            title=one.title,
            text=f"{texts.short_day(one.first_day, today)}至{texts.short_day(one.closes_on, today)}",
            icon=b.Icon.BELL,
            meta=[text for text in (one.agency, _until_closed(one, today)) if text],
            action=to("notice", notice=one.id),
        )
        for one in found
    ]
    empty = b.Empty(title="现在没有公示", text="公示期满后名单自动撤下。", icon=b.Icon.BELL)
    return b.Screen(name="notices", title="公示", blocks=cards or [empty], next=following, cache=OPEN)


def _until_closed(one: Notice, today: date) -> str:
    return texts.left(one.closes_on, today) if one.closes_on >= today else "公示期已满，正在处理"


def notice(one: Notice, today: date, following: str | None = None, continued: bool = False) -> b.Screen:
    """One notice with its masked list; a later page of a long one is `continued` and brings its people alone."""
    about = b.KeyValues(
        rows=[
            b.KeyValue(label="事项", value=one.item),
            b.KeyValue(label="公示单位", value=one.agency or "—"),
            b.KeyValue(label="公示时间", value=f"{texts.day(one.first_day)}至{texts.day(one.closes_on)}"),
        ]
    )
    people = b.List(
        id="people",
        title=f"名单（{one.in_all} 人）",
        rows=[
            b.Row(title=name, note=employer, value=text or None, action=to("objection", entry=entry, name=name))
            for entry, name, text, employer in one.people
        ],
    )
    over = b.Empty(title="公示已经结束", text="名单已经撤下。", icon=b.Icon.BELL)
    said = b.Text(text="对名单有异议，点名字提出，可以匿名。异议只影响被提出的这一位。", style="muted")
    blocks: list[b.Block] = [b.Heading(text=one.title, level=1), about, *([said, people] if one.open else [over])]
    shown: list[b.Block] = [people] if continued else blocks
    return b.Screen(name="notice", title="公示", blocks=shown, next=following, cache=OPEN)


def objection(entry: str, name: str, signed_in: bool) -> b.Screen:
    """Object to one person on a notice."""
    form_fields: list[b.FormField] = [
        b.TextField(
            name="text",
            label="异议内容",
            required=True,
            lines=5,
            max_length=2000,
            placeholder="请写明具体情况和依据，便于核实",
        ),
        b.TextField(name="name", label="您的姓名", help="不填就是匿名提出", keyboard="name"),
        b.TextField(name="phone", label="联系电话", help="留下电话便于向您核实", keyboard="phone"),
    ]
    if signed_in:
        form_fields.append(b.PhotosField(name="photos", label="佐证照片", upload="/photos"))
    send = b.Submit(path=f"/notices/entries/{entry}/objections", under=None, busy="正在提交…")
    blocks: list[b.Block] = [
        b.Notice(text=f"您在对公示名单中的“{name}”提出异议。您的信息只有调查人员能看到，加密保存。"),
        b.Form(id=f"objection-{entry}", fields=form_fields),
    ]
    return b.Screen(
        name="objection",
        title="提出异议",
        blocks=blocks,
        actions=[button("提交异议", send, "primary")],
        cache=b.Cache(personal=False),
    )


# --- the card ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A talent card."""

    name: str
    city: str
    holder: str
    number: str
    category: str
    issued_on: date
    valid_until: date | None
    state: str
    qr: bytes | None
    services: Sequence[tuple[str, str, str]] = ()
    """Of each service: item id, name, line."""


CARD_STATES = {
    "valid": ("有效", b.Tone.SUCCESS),
    "lost": ("已挂失", b.Tone.DANGER),
    "replaced": ("已换新卡", b.Tone.NEUTRAL),
    "cancelled": ("已注销", b.Tone.NEUTRAL),
}


def talent_card(card: Card | None, city: str, name: str, ask: b.SubscribeAsk | None) -> b.Screen:
    """My card with its code, and what it gives."""
    if card is None:
        empty = b.Empty(
            title=f"还没有{name}",
            text="完成人才认定后自动发放电子卡。",
            icon=b.Icon.CARD,
            buttons=[button("看看认定条件", to("items", situation="work"), "primary")],
        )
        return b.Screen(name="talent_card", title=name, blocks=[empty], cache=b.Cache(fresh=0))
    words, tone = CARD_STATES[card.state]
    qr = _qr(card.qr) if card.qr else None
    until = f"，{texts.day(card.valid_until)}前有效" if card.valid_until else ""
    blocks: list[b.Block] = [
        b.TalentCard(
            title=card.name,
            city=card.city,
            holder=card.holder,
            number=card.number,
            category=card.category,
            valid=f"{texts.day(card.issued_on)}起有效{until}",
            state=b.Badge(text=words, tone=tone),
            qr=qr,
        )
    ]
    if card.services:
        rows = [b.Row(title=title, note=line, action=to("item", item=item)) for item, title, line in card.services]
        blocks.append(b.List(title="凭卡可以享受", rows=rows))
    lost = b.Call(
        path="/card/loss",
        confirm=b.Confirm(title="挂失？", text="挂失后二维码立即失效，需要到窗口补办。", yes="挂失", danger=True),
        then=b.Reload(),
    )
    actions = [button("挂失", lost, "plain")] if card.state == "valid" else []
    actions += [button("年审前提醒我", ask)] if ask and card.state == "valid" else []
    return b.Screen(name="talent_card", title=card.name, blocks=blocks, actions=actions, cache=b.Cache(fresh=0))


def _qr(png: bytes) -> b.Qr:
    image = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return b.Qr(image=image, caption="给窗口、医院、图书馆扫一扫，只显示是否有效")


# --- the payments -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """One month of a benefit: what is due, how it stands, who pays what (payer, fen)."""

    period: str
    fen: int
    state: str
    reason: str = ""
    shares: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Payments:
    """The months of one case."""

    case: str
    item: str
    months: Sequence[Month]
    of: int | None = None
    """How many months the benefit lasts; None for a one-off."""


MONTH_STATES: Mapping[str, str] = {
    "paid": "已发放",
    "due": "待发放",
    "planned": "待核对",
    "missed": "未发",
    "stopped": "已停发",
}


def payments(views: Sequence[Payments], ask: b.SubscribeAsk | None) -> b.Screen:
    """Payments month by month with the shares of each payer."""
    blocks: list[b.Block] = [_ledger(view) for view in views]
    empty = b.Empty(title="还没有补贴发放", text="申请通过、列入发放后，这里按月显示。", icon=b.Icon.MONEY)
    return b.Screen(
        name="payments",
        title="补贴发放",
        blocks=blocks or [empty],
        actions=[button("发放时提醒我", ask)] if ask and blocks else [],
        cache=b.Cache(fresh=0, offline=True),
    )


def _ledger(view: Payments) -> b.Ledger:
    counted = [month for month in view.months if month.state in ("paid", "due")]
    total = sum(month.fen for month in counted)
    return b.Ledger(
        id=f"ledger-{view.case}",
        title=view.item,
        total=b.Amount(value=texts.yuan(total), unit="元", note="已列入发放"),
        progress=f"第 {len(counted)} 个月，共 {view.of} 个月" if view.of else None,
        months=[_month(month) for month in view.months],
    )


def _month(month: Month) -> b.LedgerMonth:
    words = MONTH_STATES[month.state]
    return b.LedgerMonth(
        month=texts.month(month.period),
        state=month.state,
        state_text=f"{words}：{month.reason}" if month.reason else words,
        value="—" if month.state == "planned" and not month.fen else texts.yuan(month.fen),
        shares=[b.LedgerShare(payer=payer, value=texts.yuan(fen)) for payer, fen in month.shares],
    )


TAGS = ("态度好", "办得快", "讲得清楚", "一次办成", "跑了多趟", "等得久", "说法不一", "推诿")


def rating(case: str, item: str) -> b.Screen:
    """How it went: once for each finished step."""
    block = b.Rating(
        title=f"“{item}”办得怎么样？",
        path=f"/applications/{case}/ratings",
        tags=TAGS,
        placeholder="想说的话（可以不填）",
        then=b.Back(),
    )
    return b.Screen(name="rating", title="评价", blocks=[block], cache=b.Cache())
