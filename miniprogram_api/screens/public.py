"""Screens anybody may open: home, cities, items, one item, self-check, articles, windows, help. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from backend.policy import Pack, Verdict
from backend.policy.conditions import TRUE
from backend.policy.types import Item, OpenQuestion, Step, Tier, Window
from backend.policy.vocabulary import Fact
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import fields, texts
from miniprogram_api.screens.texts import button, to

PUBLIC = b.Cache(fresh=300, offline=True, personal=False)
MINE = b.Cache(fresh=0, offline=True)
UNNAMED = "您"
"""Stands for the name of somebody who has not told it."""
ASK = ("我能领哪些补贴？", "购房补贴要什么材料？", "人才认定怎么办？", "生活补助发几年？")


@dataclass(frozen=True)
class Running:
    """A case of the person in one line."""

    id: str
    item: str
    name: str
    state: str
    desk: str | None
    due: date | None
    mine: bool
    """Whether the person has to do something."""


@dataclass(frozen=True)
class Had:
    """A case that makes its item no longer a chance: it is on its way, granted, or paid month by month."""

    case: str
    state: str
    line: str
    tone: b.Tone = b.Tone.INFO
    start: str | None = None
    """What the button says under which the item may be applied for all the same; None while that makes no sense."""
    paid: bool = False

    @property
    def shown_by(self) -> b.Navigate:
        """The screen that shows it: the months of what is paid, else the progress."""
        return to("payments" if self.paid else "application", application=self.case)


@dataclass(frozen=True)
class Home:
    """What the home screen shows. `name` is empty for somebody who is not signed in."""

    pack: Pack
    today: date
    name: str = ""
    verdicts: Sequence[Verdict] = ()
    known: int = 0
    cases: Sequence[Running] = ()
    unread: int = 0
    had: Mapping[str, Had] = field(default_factory=dict)
    """Item → what the person has of it already: no longer a chance."""
    employer: str | None = None


def home(view: Home) -> b.Screen:
    """What I can get, what is running, what is due, one field to ask anything."""
    city = view.pack.city
    good = sorted((v for v in view.verdicts if _open_to(view, v)), key=_pays_nothing)
    blocks: list[b.Block] = [
        b.Hero(
            title=_greeting(view),
            text=_situation(view, good),
            city=button(city.name, to("cities"), icon=b.Icon.LOCATION),
            placeholder="想问什么，直接说",
            ask=True,
            suggestions=ASK,
        ),
        *_todo(view),
        *_glance(view, good),
        _entries(view),
        *_going(view),
        *_chances(view, good),
        *_start(view),
    ]
    badges = b.Badges(home=sum(case.mine for case in view.cases), me=view.unread)
    return b.Screen(name="home", title=city.name, blocks=blocks, cache=MINE if view.name else PUBLIC, badges=badges)


def _open_to(view: Home, found: Verdict) -> bool:
    return found.verdict == "eligible" and found.item.id not in view.had


def _pays_nothing(found: Verdict) -> bool:
    """Sums come first: what is worth most to know on one glance."""
    return not found.amount.value or isinstance(found.amount.value, date)


def _greeting(view: Home) -> str:
    if view.name in ("", UNNAMED):
        return "您好" if view.name else f"欢迎来{view.pack.city.name}"
    return f"{view.name}，您好"


def _situation(view: Home, good: Sequence[Verdict]) -> str | None:
    if not view.known:
        return "回答几个问题，看看您能享受哪些人才政策。"
    if good:
        return f"按您告诉我们的 {view.known} 项信息，现在有 {len(good)} 项可以申请。"
    return f"已有 {view.known} 项信息，再补充几项就能看到结果。"


def _todo(view: Home) -> list[b.Block]:
    return [
        b.Notice(
            title=f"{case.name}：{case.state}",
            text="需要您处理，请按通知一次补齐。" if case.state == "待补正" else "还没有提交，点开继续填写。",
            tone=b.Tone.WARNING,
            buttons=[button("去处理", to("application", application=case.id), "primary")],
        )
        for case in view.cases
        if case.mine
    ][:1]


def _glance(view: Home, good: Sequence[Verdict]) -> list[b.Block]:
    if not view.name:
        return []
    running = [case for case in view.cases if not case.mine]
    return [
        b.Figures(
            figures=[
                b.Figure(label="可申请", value=str(len(good)), unit="项", tone=b.Tone.SUCCESS, action=to("chances")),
                b.Figure(label="办理中", value=str(len(running)), unit="件", action=to("applications")),
                b.Figure(
                    label="待处理",
                    value=str(sum(case.mine for case in view.cases)),
                    unit="件",
                    tone=b.Tone.WARNING if any(case.mine for case in view.cases) else b.Tone.NEUTRAL,
                    action=to("applications"),
                ),
                b.Figure(label="消息", value=str(view.unread), unit="条", action=to("messages")),
            ]
        )
    ]


GOING_AT_ONCE = 3
"""How many cases the home screen shows; all of them are one tap away."""


def _going(view: Home) -> list[b.Block]:
    """Cases on some desk, then what is being paid."""
    icons = {item.id: texts.icon(item) for item in view.pack.items.values()}
    cards = [
        b.Card(
            title=case.name,
            icon=icons.get(case.item, b.Icon.DOCUMENT),
            badge=b.Badge(text=case.state, tone=b.Tone.INFO),
            meta=[
                t for t in (case.desk and f"现在由{case.desk}办理", case.due and texts.left(case.due, view.today)) if t
            ],
            action=to("application", application=case.id),
        )
        for case in view.cases
        if not case.mine
    ] + [
        b.Card(
            title=view.pack.items[item].name,
            icon=icons[item],
            badge=b.Badge(text=had.state, tone=had.tone),
            meta=[had.line],
            action=had.shown_by,
        )
        for item, had in view.had.items()
        if had.paid
    ]
    if not cards:
        return []
    more = button("全部", to("applications"), "plain")
    return [b.Heading(text="正在办理和享受", more=more), *cards[:GOING_AT_ONCE]]


def _where_now(case: Running, today: date) -> list[str]:
    desk = [f"现在由{case.desk}办理"] if case.desk else []
    return desk + ([texts.left(case.due, today)] if case.due else [])


def _entries(view: Home) -> b.Tiles:
    own = [
        b.Tile(icon=b.Icon.CHECK, label="政策测算", action=to("chances")),
        b.Tile(icon=b.Icon.DOCUMENT, label="我的申请", action=to("applications")),
        b.Tile(icon=b.Icon.CARD, label=_card_label(view.pack), action=to("talent_card")),
        b.Tile(icon=b.Icon.CALENDAR, label="预约窗口", action=to("appointments")),
        b.Tile(icon=b.Icon.BELL, label="公示", action=to("notices")),
        b.Tile(icon=b.Icon.LOCATION, label="窗口电话", action=to("windows")),
        b.Tile(icon=b.Icon.MESSAGE, label="留言投诉", action=to("complaints")),
        b.Tile(icon=b.Icon.HELP, label="帮助", action=to("help")),
    ]
    if view.employer:
        own[5] = b.Tile(icon=b.Icon.EMPLOYER, label="单位初审", action=to("employer"))
    return b.Tiles(tiles=own)


LONGEST_LABEL = 4
"""How many characters stand under a pictogram without wrapping."""


def _card_label(pack: Pack) -> str:
    name = pack.city.card_name or ""
    return name if 0 < len(name) <= LONGEST_LABEL else "人才卡"


def _chances(view: Home, good: Sequence[Verdict]) -> list[b.Block]:
    if not good:
        return []
    heading = b.Heading(
        text="我能申请什么", note=f"按您告诉我们的 {view.known} 项信息", more=button("全部", to("chances"), "plain")
    )
    return [heading, *(benefit_card(view.pack, verdict, view.today) for verdict in good[:4])]


def _start(view: Home) -> list[b.Block]:
    if view.known:
        return []
    return [
        b.Heading(text="常办事项", more=button("全部", to("items"), "plain")),
        *(plain_card(view.pack, item) for item in _often_asked_for(view)[:4]),
    ]


def _often_asked_for(view: Home) -> list[Item]:
    return _in_order(view.pack, [i for i in view.pack.on(view.today).items.values() if i.kind == "service"])


def _in_order(pack: Pack, found: Sequence[Item]) -> list[Item]:
    """Return items in the order in which the city lists its life situations, what one can apply for first."""
    listed = [id for _, _, ids in pack.city.life_situations for id in ids]
    place = {id: number for number, id in reversed(list(enumerate(listed)))}
    return sorted(found, key=lambda item: (item.kind != "service", place.get(item.id, len(place))))


def benefit_card(pack: Pack, verdict: Verdict, today: date, had: Had | None = None) -> b.BenefitCard:
    """Return an item as a card with how it stands for this person: judged, or `had` already."""
    item = verdict.item
    if had:
        return _had_card(pack, item, verdict, had)
    due = f"{texts.short_day(verdict.closes_on, today)}前申请" if verdict.closes_on else None
    return b.BenefitCard(
        item=item.id,
        name=item.name,
        line=item.summary,
        amount=texts.amount(verdict.amount),
        verdict=b.VerdictKind(verdict.verdict),
        verdict_text=texts.verdict_words(verdict),
        agency=texts.place(pack, item.agency),
        due=due,
        icon=texts.icon(item),
        action=to("item", item=item.id),
    )


def _had_card(pack: Pack, item: Item, verdict: Verdict, had: Had) -> b.BenefitCard:
    done = had.tone is b.Tone.SUCCESS
    return plain_card(pack, item).model_copy(
        update={
            "line": had.line,
            "amount": texts.amount(verdict.amount) if had.paid else None,
            "verdict": b.VerdictKind.ELIGIBLE if done else b.VerdictKind.REFER,
            "verdict_text": had.state,
            "action": had.shown_by,
        }
    )


def plain_card(pack: Pack, item: Item) -> b.BenefitCard:
    """Return an item as a card, without any person."""
    return b.BenefitCard(
        item=item.id,
        name=item.name,
        line=item.summary,
        agency=texts.place(pack, item.agency),
        icon=texts.icon(item),
        action=to("item", item=item.id),
    )


def cities(packs: Mapping[str, Pack], current: str) -> b.Screen:
    """Choose the city."""
    rows = [
        b.Row(
            title=pack.city.name,
            note=f"{sum(item.kind == 'service' for item in pack.items.values())} 个事项",
            icon=b.Icon.LOCATION,
            badge=b.Badge(text="当前", tone=b.Tone.INFO) if pack.city.id == current else None,
            action=b.Prefer(key="city", value=pack.city.id, then=b.Navigate(screen="home", mode="root")),
        )
        for pack in packs.values()
    ]
    return b.Screen(name="cities", title="选择城市", blocks=[b.List(rows=rows)], cache=PUBLIC)


# --- items ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Items:
    """All items of a city, in one life situation or found by a word."""

    pack: Pack
    today: date
    situation: str = ""
    query: str = ""


def items(view: Items) -> b.Screen:
    """All items by life situation, with search."""
    found = _in_order(view.pack, [i for i in view.pack.on(view.today).items.values() if i.kind != "calculation"])
    if view.query:
        return _items_screen(view, _matching(found, view.query), [])
    tabs = [b.Tab(value="", label="全部")] + [
        b.Tab(value=key, label=name)
        for key, name, _ in view.pack.city.life_situations
        if any(item.situation == key for item in found)
    ]
    chosen = [item for item in found if not view.situation or item.situation == view.situation]
    bar = [b.Tabs(param="situation", value=view.situation, tabs=tabs)] if len(tabs) > 1 else []
    return _items_screen(view, chosen, bar)


def _items_screen(view: Items, found: Sequence[Item], bar: list[b.Block]) -> b.Screen:
    search = b.Search(screen="items", value=view.query, placeholder="搜事项，如：买房、生活补贴")
    none = b.Empty(
        title=f"没有找到“{view.query}”",
        text="换个说法试试，或者直接问助手。",
        icon=b.Icon.SEARCH,
        buttons=[button("问助手", b.Say(text=view.query or "有哪些政策？"), "primary")],
    )
    cards: list[b.Block] = [plain_card(view.pack, item) for item in found] or [none]
    return b.Screen(name="items", title=f"{view.pack.city.name}的事项", blocks=[search, *bar, *cards], cache=PUBLIC)


def _matching(found: Sequence[Item], query: str) -> list[Item]:
    word = query.strip()
    named = [i for i in found if any(word in name or name in word for name in (i.name, *i.aliases))]
    said = [i for i in found if i not in named and (word in i.summary or word in (i.audience or ""))]
    return named + said


@dataclass(frozen=True)
class ItemPage:
    """One item as it stands today; with the person's verdict where somebody is signed in."""

    pack: Pack
    item: Item
    today: date
    verdict: Verdict | None = None
    had: Had | None = None
    """What the person has of this item already."""


def item(view: ItemPage) -> b.Screen:
    """What, who, how much, papers, steps, time, windows, open questions, clause by clause."""
    pack, one = view.pack, view.item
    blocks: list[b.Block] = [
        b.Heading(text=one.name, level=1, note=texts.place(pack, one.agency)),
        b.Text(text=one.summary, style="lead"),
        *_verdict_block(view),
        *_who(pack, one),
        *_how_much(pack, one),
        *_papers(pack, one),
        *_steps(pack, one),
        *_where(pack, one),
        *_open_questions(pack, one),
        *_statements(pack, one),
        b.Citations(title="政策依据", citations=texts.citations(pack, one.cites)),
    ]
    return b.Screen(
        name="item",
        title=one.name,
        blocks=blocks,
        actions=_item_actions(view),
        cache=b.Cache(fresh=60, offline=True, personal=view.verdict is not None),
        share=b.Share(
            title=f"{pack.city.name}：{one.name}", lines=[one.summary], screen="item", params={"item": one.id}
        ),
    )


def _item_actions(view: ItemPage) -> list[b.Button]:
    if view.item.kind != "service":
        return [button("问助手", b.Say(text=f"{view.item.name}怎么算？"), "primary")]
    if view.had:
        return _had_actions(view.pack, view.item, view.had)
    check = button("看我符不符合", to("self_check", item=view.item.id))
    return [check, button("开始申请", _begin(view.pack, view.item), "primary")]


def _begin(pack: Pack, one: Item) -> b.Call:
    return b.Call(path="/applications", body={"item": one.id, "city": pack.city.id}, busy="正在打开…")


def _had_actions(pack: Pack, one: Item, had: Had) -> list[b.Button]:
    """What there is already comes first; applying for it again only where that makes sense."""
    again = [button(had.start, _begin(pack, one))] if had.start else []
    return [*again, button("查看发放明细" if had.paid else "查看我的申请", had.shown_by, "primary")]


def _had_notice(had: Had) -> b.Notice:
    """Say what the person has of an item already."""
    return b.Notice(title=f"这一项您{HAD_WORDS.get(had.state, had.state)}", text=had.line, tone=had.tone)


HAD_WORDS = {"发放中": "已在享受", "草稿": "已经填了一部分", "待补正": "已申请，等您补正", "公示中": "已申请，正在公示"}
"""State of what is had → how it is said to the person; other states are said as they are."""


def _verdict_block(view: ItemPage) -> list[b.Block]:
    if view.had:
        return [_had_notice(view.had)]
    if view.verdict is None:
        return []
    return [verdict(view.pack, view.verdict, view.today, short=True)]


def _who(pack: Pack, one: Item) -> list[b.Block]:
    rows = [b.KeyValue(label="适用对象", value=one.audience)] if one.audience else []
    rows += [
        b.KeyValue(label=f"条件 {number}", value=c.says, note=c.why, citations=texts.citations(pack, c.cites))
        for number, c in enumerate(one.conditions, start=1)
    ]
    excluded = [
        b.KeyValue(label=f"情况 {number}", value=c.says, citations=texts.citations(pack, c.cites))
        for number, c in enumerate(one.exclusions, start=1)
    ]
    folded = b.Section(
        title="哪些情况不能办", note=f"{len(excluded)} 条", open=False, blocks=[b.KeyValues(rows=excluded)]
    )
    who = [b.Section(title="谁能办", blocks=[b.KeyValues(rows=rows)])] if rows else []
    return [*who, *([folded] if excluded else [])]


def _how_much(pack: Pack, one: Item) -> list[b.Block]:
    rows = [_tier_row(pack, one, tier) for tier in one.benefit.tiers if tier.kind != "none"]
    blocks: list[b.LeafBlock] = [b.KeyValues(rows=rows)] if rows else []
    if one.funding:
        blocks.append(b.Text(text="资金由用人单位和财政按规定比例分担，个人不用垫付。", style="muted"))
    return [b.Section(title="能得到什么", blocks=blocks)] if rows else []


def _tier_row(pack: Pack, one: Item, tier: Tier) -> b.KeyValue:
    unit = tier.unit or one.benefit.unit or ""
    months = tier.months or one.benefit.months
    return b.KeyValue(
        label=tier.label or tier.id,
        value=_tier_value(tier, unit),
        note=f"最长 {months} 个月" if months else None,
        citations=texts.citations(pack, tier.cites),
    )


def _tier_value(tier: Tier, unit: str) -> str:
    if tier.kind == "discretionary":
        return "一事一议"
    if tier.value is None:
        return "按规定计算" if tier.of else "以部门核定为准"
    upper = f"–{texts.number(tier.max)}" if tier.max is not None else ""
    return f"{'不低于 ' if tier.floor else ''}{texts.number(tier.value)}{upper} {unit}"


def _papers(pack: Pack, one: Item) -> list[b.Block]:
    rows = [
        b.KeyValue(
            label=material.name,
            value="系统生成" if material.generated else _copies(material.copies, material.check_original),
            note=material.look,
            citations=texts.citations(pack, material.cites),
        )
        for material in one.materials
    ]
    return [b.Section(title="要准备的材料", blocks=[b.KeyValues(rows=rows)])] if rows else []


def _copies(copies: int | None, original: bool) -> str:
    said = [f"{copies} 份"] if copies else []
    said += ["带原件核验"] if original else []
    return "，".join(said) or "拍照上传"


def _limit(step: Step) -> str | None:
    only_promised = step.limit == "promised"
    return texts.limit(*((None, step.unit, step.length) if only_promised else (step.length, step.unit, step.promised)))


def _steps(pack: Pack, one: Item) -> list[b.Block]:
    steps = [
        b.Step(
            title=step.does or step.id,
            by=texts.place(pack, step.by),
            limit=_limit(step),
            text=f"公示在{step.where}" if step.where else None,
            citations=texts.citations(pack, step.cites),
        )
        for step in one.steps
    ]
    return [b.Section(title="怎么办，多长时间", blocks=[b.Steps(steps=steps)])] if steps else []


def _where(pack: Pack, one: Item) -> list[b.Block]:
    known = [pack.city.windows[key] for key in one.windows if key in pack.city.windows]
    return [b.Section(title="到哪里办", blocks=[window(pack, place) for place in known])] if known else []


def window(pack: Pack, place: Window) -> b.Window:
    """Return a window with address, hours and telephones; what the texts do not say is said to be so."""
    return b.Window(
        name=place.name,
        agency=texts.place(pack, place.agency),
        address=place.address,
        hours=place.hours,
        phones=place.phones,
        note=place.note or (None if place.address else "文件没有写明地址，可先打电话或问助手。"),
        map=_map(pack, place),
        citations=texts.citations(pack, place.cites),
        buttons=[button("预约", to("appointment_new", window=place.id))] if place.booking else [],
    )


def _map(pack: Pack, place: Window) -> b.OpenMap | None:
    """Show where a window is: at the operator's coordinates, else by a search for the address within the city."""
    if place.address is None or WEB_ADDRESS.search(place.address):
        return None
    within = "" if pack.city.full_name in place.address else pack.city.full_name
    point = place.location
    return b.OpenMap(
        name=place.name,
        address=place.address,
        search=f"{within}{_searched(place.address)}",
        latitude=point and point.latitude,
        longitude=point and point.longitude,
    )


def _searched(address: str) -> str:
    """Return what to look for on a map: the first place named, without remarks; of places that are many, their kind."""
    many = re.match(r"各(?:县（市、区）)?", address)
    return address[many.end() :] if many else re.split(r"[（；]", address)[0]


WEB_ADDRESS = re.compile(r"www\.|https?:", re.IGNORECASE)


def _open_questions(pack: Pack, one: Item) -> list[b.Block]:
    return [
        b.OpenQuestion(
            title=_disagreement(question),
            text=question.text,
            readings=question.readings,
            citations=texts.citations(pack, question.between),
            buttons=[button(f"问{texts.place(pack, question.ask)}", to("windows"))] if question.ask else [],
        )
        for question in one.open_questions
    ]


def _disagreement(question: OpenQuestion) -> str:
    documents = {cite.partition("/")[0] for cite in question.between}
    return "文件之间说法不一致" if question.readings and len(documents) > 1 else "文件没有写清楚"


def _statements(pack: Pack, one: Item) -> list[b.Block]:
    if not one.statements:
        return []
    rows = [
        b.KeyValue(label=ASPECTS.get(s.aspect, "说明"), value=s.text, citations=texts.citations(pack, s.cites))
        for s in one.statements
    ]
    return [b.Section(title="还要知道的", open=False, blocks=[b.KeyValues(rows=rows)])]


ASPECTS = {
    "amount": "金额",
    "conditions": "条件",
    "materials": "材料",
    "procedure": "流程",
    "where": "地点",
    "when": "时间",
    "phone": "电话",
    "time_limit": "时限",
    "responsible": "责任单位",
    "funding": "资金",
    "stop": "停发",
    "clawback": "追缴",
    "objection": "异议",
    "document": "文件",
    "coverage": "范围",
    "exclusions": "不适用",
    "rights": "权利",
    "duty": "义务",
    "general": "说明",
}


# --- the verdict and the self-check -----------------------------------------------------------------------------------


def verdict(pack: Pack, found: Verdict, today: date, short: bool = False) -> b.Verdict:
    """Return a verdict with its amount, reasons, days and clauses."""
    reasons = _reasons(pack, found) if short else [*_reasons(pack, found), *_met(pack, found)]
    kind = b.VerdictKind(found.verdict)
    return b.Verdict(
        verdict=kind,
        title=VERDICT_TITLES[found.verdict],
        text=_said_of(found),
        amount=texts.amount(found.amount) if found.verdict in WITH_AMOUNT and not _only_a_tier(found) else None,
        reasons=reasons[:3] if short else reasons,
        eligible_from=f"最早 {texts.day(found.eligible_from)}起可申请" if found.eligible_from else None,
        closes_on=f"最晚 {texts.day(found.closes_on)}" if found.closes_on else None,
        citations=texts.citations(pack, found.citations[:6]),
        buttons=[button("去补充信息", to("self_check", item=found.item.id))]
        if kind is b.VerdictKind.NEEDS_INFO
        else [],
    )


WITH_AMOUNT = ("eligible", "needs_info")


def _only_a_tier(found: Verdict) -> bool:
    """A recognition pays nothing: its amount only names which of several kinds of people this one is."""
    return found.amount.kind == "none" and len(found.item.benefit.tiers) > 1


def _said_of(found: Verdict) -> str | None:
    said = VERDICT_TEXTS.get(found.verdict)
    tier = found.amount.label if found.verdict in WITH_AMOUNT and _only_a_tier(found) else None
    return f"{said or ''}符合的是：{tier}。" if tier else said


VERDICT_TITLES = {
    "eligible": "您符合条件，可以申请",
    "not_eligible": "按现有信息，暂不符合",
    "needs_info": "还差几项信息才能判断",
    "refer": "政策文本没有定论，需要人工判断",
    "not_in_force": "这项政策在这一天没有实施",
}
VERDICT_TEXTS = {
    "eligible": "以部门审核为准。",
    "refer": "下面写明了是哪一点、该问谁。",
    "not_eligible": "信息有误可以改正；对政策有疑问可以问窗口。",
}


def _reasons(pack: Pack, found: Verdict) -> list[b.Reason]:
    missing = [
        b.Reason(mark="missing", text=pack.vocabulary[name].question or pack.vocabulary[name].label)
        for name in found.missing
    ]
    unmet = [b.Reason(mark="unmet", text=r.text, citations=texts.citations(pack, r.cites)) for r in found.unmet]
    refer = [
        b.Reason(
            mark="refer",
            text=r.text,
            note=f"请咨询{texts.place(pack, r.ask)}" if texts.place(pack, r.ask) else None,
            citations=texts.citations(pack, r.cites),
        )
        for r in found.refer
    ]
    return unmet + refer + missing


def _met(pack: Pack, found: Verdict) -> list[b.Reason]:
    pairs = zip(found.item.conditions, found.outcomes, strict=False)
    return [
        b.Reason(mark="met", text=condition.says, citations=texts.citations(pack, condition.cites))
        for condition, outcome in pairs
        if outcome == TRUE
    ]


@dataclass(frozen=True)
class SelfCheck:
    """The check of one item: the verdict so far, and the facts still to ask. `signed_in` keeps answers as facts."""

    pack: Pack
    found: Verdict
    today: date
    ask: Sequence[Fact] = ()
    answered: int = 0
    signed_in: bool = False
    had: Had | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    """What was answered so far by somebody who is not signed in: nothing of it is stored."""


def self_check(view: SelfCheck) -> b.Screen:
    """Ask only what can still change the verdict; then the result with reasons."""
    one = view.found.item
    if view.had and not view.had.start:
        return _nothing_to_check(view, view.had)
    if view.ask:
        return _question(view)
    blocks: list[b.Block] = [
        *([_had_notice(view.had)] if view.had else []),
        verdict(view.pack, view.found, view.today),
    ]
    actions = [button("再看别的事项", to("items"))]
    if one.kind == "service" and view.found.verdict in ("eligible", "refer", "not_eligible"):
        label = (view.had and view.had.start) or "开始申请"
        actions.append(button(label, _begin(view.pack, one), "primary"))
    amount = texts.amount(view.found.amount)
    share = b.Share(
        title=f"{view.pack.city.name}“{one.name}”测算",
        lines=[one.name, VERDICT_TITLES[view.found.verdict]],
        amount=amount if view.found.verdict == "eligible" else None,
        screen="item",
        params={"item": one.id},
    )
    return b.Screen(name="self_check", title=one.name, blocks=blocks, actions=actions, share=share, cache=b.Cache())


def _nothing_to_check(view: SelfCheck, had: Had) -> b.Screen:
    """What is on its way or being paid is not offered again."""
    one = view.found.item
    actions = [button("再看别的事项", to("items")), *_had_actions(view.pack, one, had)]
    return b.Screen(name="self_check", title=one.name, blocks=[_had_notice(had)], actions=actions, cache=b.Cache())


def _question(view: SelfCheck) -> b.Screen:
    one, fact = view.found.item, view.ask[0]
    total = view.answered + len(view.found.missing)
    form = b.Form(
        id=f"check-{one.id}-{fact.name}",
        text=fact.why,
        fields=[
            fields.field(fact, None, view.today, city=view.pack.city.id).model_copy(
                update={"label": fact.question or fact.label}
            )
        ],
        submit_on_choice=fact.type in ("bool", "choice"),
    )
    params = {**view.params, "item": one.id}
    if view.signed_in:
        done: b.Action = b.Submit(
            method="PUT",
            path="/me/facts",
            then=b.Navigate(screen="self_check", params={"item": one.id}, mode="replace"),
        )
    else:
        done = b.Find(screen="self_check", params=params, mode="replace")
    skip = b.Navigate(
        screen="self_check", params={**params, "skip": ",".join([*_skipped(view), fact.name])}, mode="replace"
    )
    return b.Screen(
        name="self_check",
        title=f"{one.name}：符不符合",
        blocks=[
            b.Progress(current=min(view.answered + 1, total), total=max(total, 1), label="只问还会影响结果的"),
            form,
        ],
        actions=[button("不清楚，跳过", skip), button("下一步", done, "primary")],
        cache=b.Cache(),
    )


def _skipped(view: SelfCheck) -> list[str]:
    return [name for name in view.params.get("skip", "").split(",") if name]


GROUPS = {
    "eligible": "可以申请",
    "had": "已申请或已享受",
    "refer": "需要人工判断",
    "needs_info": "再补充几项就知道",
    "not_eligible": "暂不符合",
}


def _group(found: Verdict, view: Home) -> str:
    return "had" if found.item.id in view.had else found.verdict


def chances(view: Home, ask: Sequence[Fact], consent: b.SubscribeAsk | None) -> b.Screen:
    """Everything of the city judged for this person: what can be had, what is near, and what is worth asking next."""
    ordered = sorted(view.verdicts, key=_pays_nothing)
    groups = [(name, [v for v in ordered if _group(v, view) == key]) for key, name in GROUPS.items()]
    sections: list[b.Block] = [
        b.Section(
            title=f"{name}（{len(found)}）",
            open=number < 3,
            blocks=[benefit_card(view.pack, one, view.today, view.had.get(one.item.id)) for one in found],
        )
        for number, (name, found) in enumerate(groups)
        if found
    ]
    had = 1 if groups[0][1] else 0  # what can be had comes before what is still asked
    blocks = [*sections[:had], *_worth_asking(view, ask), *sections[had:]]
    remind = [button("符合条件时提醒我", consent)] if consent else []
    return b.Screen(name="chances", title="我能享受什么", blocks=blocks, actions=remind, cache=b.Cache(fresh=0))


def _worth_asking(view: Home, ask: Sequence[Fact]) -> list[b.Block]:
    if not ask:
        return []
    form = b.Form(
        id=f"chances-{view.pack.city.id}",
        title="回答这几个问题，结果会更准",
        fields=[fields.field(fact, None, view.today, False, view.pack.city.id) for fact in ask],
        submit=button("更新结果", b.Submit(method="PUT", path="/me/facts", then=b.Reload()), "primary"),
    )
    return [form]


# --- articles, windows, help ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ArticlePage:
    """One article: our statement, the official wording where it was imported."""

    pack: Pack
    document: str
    article: str
    official: str | None = None


def article(view: ArticlePage) -> b.Screen:
    """One article of a document."""
    cite = f"{view.document}/{view.article}"
    clause, document = view.pack.clause(cite), view.pack.documents[view.document]
    later = [d for d in view.pack.documents.values() if view.document in d.supersedes]
    effective = document.effective or document.issued
    block = b.Article(
        document=view.document,
        article=view.article,
        title=document.title,
        heading=f"{texts.article_words(view.article)} {clause.title}".strip(),
        text=clause.text,
        official=view.official,
        dated=f"{texts.day(effective)}起施行" if effective else None,
        superseded=f"与《{later[0].title}》不一致的，以后者为准。" if later else None,
    )
    return b.Screen(name="article", title=texts.short_title(document.title), blocks=[block], cache=PUBLIC)


def windows(pack: Pack) -> b.Screen:
    """Every window and hotline of the city."""
    blocks: list[b.Block] = [
        b.List(
            title="服务热线",
            rows=[
                b.Row(title=h.name, note=h.purpose, value=h.phone, icon=b.Icon.PHONE, action=b.Dial(phone=h.phone))
                for h in pack.city.hotlines
            ],
        )
    ]
    blocks = blocks if pack.city.hotlines else []
    blocks += [window(pack, place) for place in pack.city.windows.values()]
    none = b.Empty(title="文件没有写明窗口", text="可以先问助手，或拨打 12345。")
    return b.Screen(name="windows", title="窗口和电话", blocks=blocks or [none], cache=PUBLIC)


QUESTIONS = (
    (
        "这个小程序能做什么？",
        "查人才政策、算自己能享受什么、在手机上申请和补正、看办到了谁那里、领电子人才卡、看每个月补贴发了没有。",
    ),
    ("要先准备什么？", "身份证、劳动合同、学历或职称证书。材料当面拍照就行，拍过一次以后可以重复使用。"),
    ("填到一半退出了怎么办？", "每填一项都会自动保存，下次打开接着填。草稿保留 90 天。"),
    ("为什么有的题目不问我？", "只问还会影响结果的。已经告诉过助手或在别处填过的，不会再问第二遍。"),
    (
        "结果说“需要人工判断”是什么意思？",
        "政策文件没有写清楚，或者两份文件说法不一致。我们不替您猜，会写明是哪一点、该问哪个窗口。",
    ),
    ("材料退回来了怎么办？", "打开申请，按补正通知逐项改好，一次提交。补正期间不计入办理时限。"),
    ("我的身份证号码安全吗？", "加密保存，显示时打码，谁看过都有记录，您可以在“隐私”里查看。"),
    ("不会用怎么办？", "可以点“预约窗口”到现场办，也可以请窗口的服务专员代办。字太小可以在“设置”里换大字。"),
)


def help_page(pack: Pack) -> b.Screen:
    """Questions people ask about the service itself."""
    faq = b.Faq(questions=[b.Question(question=question, answer=answer) for question, answer in QUESTIONS])
    more = b.Buttons(
        buttons=[
            button("问助手", b.Say(text="怎么申请？"), "primary"),
            button("窗口和电话", to("windows")),
            button("给我们留言", to("complaint_new")),
        ]
    )
    return b.Screen(name="help", title="帮助", blocks=[faq, more], cache=PUBLIC)
