"""Screens of one's own things: me, facts, messages, reminders, settings, consent, privacy, the conversation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.policy.types import City
from backend.policy.vocabulary import Fact
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import fields, texts
from miniprogram_api.screens.texts import button, to

PRIVATE = b.Cache(fresh=0, offline=True)
NEVER_KEPT = b.Cache(fresh=0)


@dataclass(frozen=True)
class Me:
    """The person in a few lines."""

    name: str
    city: str
    known: int
    unread: int
    cases: int
    employer: str | None


def me(view: Me) -> b.Screen:
    """Everything of one's own, from here."""
    rows = [
        b.Row(title="我的申请", value=f"{view.cases} 件", icon=b.Icon.DOCUMENT, action=to("applications")),
        b.Row(title="我的信息", value=f"{view.known} 项", icon=b.Icon.PERSON, action=to("facts")),
        b.Row(title="我的材料", icon=b.Icon.CAMERA, action=to("materials")),
        b.Row(title="我的人才卡", icon=b.Icon.CARD, action=to("talent_card")),
        b.Row(title="补贴发放", icon=b.Icon.MONEY, action=to("payments")),
        b.Row(
            title="消息",
            icon=b.Icon.MESSAGE,
            badge=b.Badge(text=str(view.unread), tone=b.Tone.DANGER) if view.unread else None,
            action=to("messages"),
        ),
        b.Row(title="预约", icon=b.Icon.CALENDAR, action=to("appointments")),
        b.Row(title="留言和投诉", icon=b.Icon.BELL, action=to("complaints")),
    ]
    work = [
        b.Row(
            title="单位人事工作台",
            note=view.employer or "登记单位后可办理初审",
            icon=b.Icon.EMPLOYER,
            action=to("employer"),
        )
    ]
    more = [
        b.Row(title="提醒设置", icon=b.Icon.BELL, action=to("reminders")),
        b.Row(title="显示和城市", icon=b.Icon.SETTINGS, action=to("settings")),
        b.Row(title="隐私", icon=b.Icon.SHIELD, action=to("privacy")),
        b.Row(title="帮助", icon=b.Icon.HELP, action=to("help")),
    ]
    blocks: list[b.Block] = [
        b.Heading(text=view.name or "您好", level=1, note=view.city),
        b.List(rows=rows),
        b.List(title="单位", rows=work),
        b.List(title="设置", rows=more),
        b.Buttons(buttons=[button("退出登录", b.Call(method="DELETE", path="/session", then=b.SignOut()), "plain")]),
    ]
    return b.Screen(name="me", title="我的", blocks=blocks, cache=PRIVATE, badges=b.Badges(me=view.unread))


def visitor() -> b.Screen:
    """The same tab for somebody who is not signed in."""
    empty = b.Empty(
        title="登录后查看",
        text="登录后可以申请、看进度、收提醒。只查政策不用登录。",
        icon=b.Icon.PERSON,
        buttons=[button("登录", b.SignIn(then=b.Reload()), "primary"), button("帮助", to("help"))],
    )
    rows = [
        b.Row(title="显示和城市", icon=b.Icon.SETTINGS, action=to("settings")),
        b.Row(title="窗口和电话", icon=b.Icon.PHONE, action=to("windows")),
    ]
    return b.Screen(name="me", title="我的", blocks=[empty, b.List(rows=rows)], cache=b.Cache(personal=False))


# --- facts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A fact we hold, in words."""

    fact: Fact
    shown: str
    source: str
    at: datetime
    group: str


GROUPS = {
    "identity": "身份",
    "person": "学历和资格",
    "employment": "工作单位",
    "recognition": "认定和人才卡",
    "household": "户籍",
    "startup": "创业",
    "housing": "住房",
    "subsidy": "补贴",
    "spouse": "配偶",
    "title": "职称",
    "park": "留创园",
    "services": "公共服务",
    "channel": "办理渠道",
    "deadline": "期限",
}


def facts(told: Sequence[Told], today: date) -> b.Screen:
    """What we know, where each came from; to correct, to take back."""
    if not told:
        empty = b.Empty(
            title="还没有您的信息",
            text="跟助手聊几句，或者做一次政策测算，信息会自动记在这里，只填一次。",
            icon=b.Icon.PERSON,
            buttons=[button("去测算", to("chances"), "primary")],
        )
        return b.Screen(name="facts", title="我的信息", blocks=[empty], cache=PRIVATE)
    groups: dict[str, list[Told]] = {}
    for one in told:
        groups.setdefault(one.group, []).append(one)
    blocks: list[b.Block] = [
        b.Text(text="每一项都写着从哪里来。改正或删除后，已经提交的申请仍按提交时的内容办理。", style="muted"),
        *(
            b.Facts(title=GROUPS.get(group, "其他"), rows=[_row(one, today) for one in rows])
            for group, rows in groups.items()
        ),
    ]
    return b.Screen(name="facts", title="我的信息", blocks=blocks, cache=PRIVATE)


def _row(one: Told, today: date) -> b.FactRow:
    return b.FactRow(
        name=one.fact.name,
        label=one.fact.label,
        value=one.shown,
        source=fields.source_words(one.source, one.at.date(), today),
        edit=to("fact", name=one.fact.name),
        remove=b.Call(
            method="DELETE",
            path=f"/me/facts/{one.fact.name}",
            confirm=b.Confirm(
                title=f"删除“{one.fact.label}”？", text="删除后相关测算会重新询问这一项。", yes="删除", danger=True
            ),
            then=b.Reload(),
        ),
    )


def fact(one: Fact, known: fields.Known | None, history: Sequence[Told], today: date, city: str) -> b.Screen:
    """One fact: correct it, and everything that was ever said of it."""
    save = b.Submit(method="PUT", path="/me/facts", then=b.Back())
    blocks: list[b.Block] = [
        b.Form(id=f"fact-{one.name}", text=one.why, fields=[fields.field(one, known, today, city=city)])
    ]
    if history:
        rows = [
            b.Row(title=told.shown, note=fields.source_words(told.source, told.at.date(), today)) for told in history
        ]
        blocks.append(b.List(title="历次记录", rows=rows))
    return b.Screen(
        name="fact", title=one.label, blocks=blocks, actions=[button("保存", save, "primary")], cache=NEVER_KEPT
    )


# --- messages and reminders -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """A message of the centre."""

    id: str
    title: str
    text: str
    at: datetime
    unread: bool
    delivery: str | None
    application: str | None
    screen: str


DELIVERIES = {
    "sent": "已通过微信提醒",
    "queued": "正在发送微信提醒",
    "leased": "正在发送微信提醒",
    "sending": "正在发送微信提醒",
    "unknown": "微信提醒待确认",
}


def messages(letters: Sequence[Letter], today: date, following: str | None) -> b.Screen:
    """The message centre."""
    rows = [
        b.Message(
            id=one.id,
            title=one.title,
            text=one.text,
            at=texts.moment(one.at, today),
            unread=one.unread,
            delivery=DELIVERIES.get(one.delivery or "", "仅站内"),
            action=to(one.screen, **({"application": one.application} if one.application else {})),
        )
        for one in letters
    ]
    blocks: list[b.Block] = (
        [b.MessageList(id="messages", messages=rows)]
        if rows
        else [b.Empty(title="还没有消息", text="办理有进展会告诉您。", icon=b.Icon.MESSAGE)]
    )
    read = b.Call(path="/messages/read", then=b.Reload())
    actions = [button("全部已读", read)] if any(one.unread for one in letters) else []
    return b.Screen(name="messages", title="消息", blocks=blocks, actions=actions, next=following, cache=PRIVATE)


@dataclass(frozen=True)
class Topic:
    """A group of messages: what is left of its consent, whether it is on."""

    id: str
    name: str
    about: str
    on: bool
    remaining: int
    long_term: bool
    templates: Sequence[str]
    names: Sequence[str]


def reminders(topics: Sequence[Topic]) -> b.Screen:
    """What WeChat may tell, and the button that asks for more."""
    rows = [
        b.Reminder(name=one.name, text=one.about, left=_left(one), on=one.on and _may(one), ask=_ask(one))
        for one in topics
    ]
    switches = [
        b.Switch(
            label=one.name,
            on=one.on,
            change=b.Call(method="PUT", path=f"/preferences/topic.{one.id}", then=b.Reload()),
        )
        for one in topics
    ]
    blocks: list[b.Block] = [
        b.Text(text="关掉的只是微信提醒，消息中心里仍然都有。", style="muted"),
        b.Reminders(reminders=rows),
        b.Switches(title="微信提醒开关", switches=switches),
    ]
    return b.Screen(name="reminders", title="提醒设置", blocks=blocks, cache=NEVER_KEPT)


def _may(one: Topic) -> bool:
    return one.long_term or one.remaining > 0


def _left(one: Topic) -> str:
    if one.long_term:
        return "长期有效"
    return f"还可提醒 {one.remaining} 次" if one.remaining else "未授权，只在站内告诉您"


def _ask(one: Topic) -> b.SubscribeAsk | None:
    if not one.templates:
        return None
    return b.SubscribeAsk(
        templates=one.templates[:3], names=one.names[:3], why=f"{one.about}有变化时在微信里提醒您", then=b.Reload()
    )


# --- settings, consent, privacy ---------------------------------------------------------------------------------------


def settings(city: str) -> b.Screen:
    """City, type size, colours: kept on the device."""
    size = [
        b.Row(title="标准字号", action=b.Prefer(key="type_size", value="normal")),
        b.Row(title="大字", note="适合看小字吃力的时候", action=b.Prefer(key="type_size", value="large")),
        b.Row(title="特大字", action=b.Prefer(key="type_size", value="huge")),
    ]
    theme = [
        b.Row(title="跟随系统", action=b.Prefer(key="theme", value="auto")),
        b.Row(title="浅色", action=b.Prefer(key="theme", value="light")),
        b.Row(title="深色", action=b.Prefer(key="theme", value="dark")),
    ]
    blocks: list[b.Block] = [
        b.List(title="城市", rows=[b.Row(title=city, note="点这里切换", icon=b.Icon.LOCATION, action=to("cities"))]),
        b.List(title="字号", rows=size),
        b.List(title="外观", rows=theme),
    ]
    return b.Screen(name="settings", title="显示和城市", blocks=blocks, cache=b.Cache(fresh=300, personal=False))


@dataclass(frozen=True)
class Scope:
    """One purpose that is agreed to on its own."""

    id: str
    label: str
    text: str
    required: bool
    sensitive: bool
    agreed: bool


def consent(
    version: str, title: str, summary: str, sections: Sequence[tuple[str, str]], scopes: Sequence[Scope]
) -> b.Screen:
    """Whether personal data may be processed: asked before the first field."""
    block = b.Consent(
        version=version,
        title=title,
        summary=summary,
        sections=[b.Question(question=heading, answer=text) for heading, text in sections],
        scopes=[
            b.ConsentScope(
                id=one.id,
                label=one.label,
                text=one.text,
                required=one.required,
                sensitive=one.sensitive,
                agreed=one.agreed,
            )
            for one in scopes
        ],
        then=b.Back(),
        decline=button("暂不同意，只看政策", b.Navigate(screen="home", mode="root"), "plain"),
    )
    return b.Screen(name="consent", title=title, blocks=[block], cache=b.Cache(personal=False))


@dataclass(frozen=True)
class Look:
    """Somebody of the staff looked at a case."""

    at: datetime
    who: str
    what: str


def privacy(agreed: Mapping[str, datetime], looks: Sequence[Look], today: date) -> b.Screen:
    """What was agreed to, who looked, export, withdrawal, deletion."""
    given = "、".join(texts.moment(at, today) for at in list(agreed.values())[:1])
    rows = [b.Row(title=look.what, note=look.who, value=texts.moment(look.at, today)) for look in looks]
    blocks: list[b.Block] = [
        b.KeyValues(
            title="同意记录",
            rows=[b.KeyValue(label="个人信息处理规则", value=f"{given}已同意" if given else "尚未同意")],
            edit=button("查看全文", to("consent")),
        ),
        b.List(title="谁看过我的申请", rows=rows or [b.Row(title="还没有人查看", icon=b.Icon.SHIELD)]),
        b.File(
            title="导出我的全部信息",
            note="包含信息、申请、材料清单、消息和查看记录",
            open=b.OpenFile(path="/privacy/export", name="我的信息.json"),
        ),
        b.Buttons(
            buttons=[
                button(
                    "撤回同意",
                    b.Call(
                        method="DELETE",
                        path="/consents/privacy",
                        confirm=b.Confirm(
                            title="撤回同意？", text="撤回后不能再填写和申请，已经办理的事项不受影响。", yes="撤回"
                        ),
                        then=b.Reload(),
                    ),
                ),
                button(
                    "注销并删除",
                    b.Call(
                        path="/privacy/deletion",
                        confirm=b.Confirm(
                            title="注销并删除全部信息？",
                            text="草稿、对话、消息和未使用的材料会立即删除，不能恢复；已提交申请的档案按规定保存。",
                            yes="注销",
                            danger=True,
                        ),
                    ),
                    "danger",
                ),
            ]
        ),
    ]
    return b.Screen(name="privacy", title="隐私", blocks=blocks, cache=NEVER_KEPT)


# --- the conversation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the conversation."""

    id: str
    mine: bool
    text: str
    at: datetime
    citations: Sequence[b.Citation]
    links: Sequence[Mapping[str, str]]
    rating: str | None
    parts: Sequence[b.ChatPart] = ()


QUICK = ("我能领哪些补贴？", "人才认定要什么条件？", "购房补贴多少钱？", "我的申请到哪一步了？")


def assistant(lines: Sequence[Line], today: date, following: str | None, city: City) -> b.Screen:
    """The conversation with the assistant."""
    hello = b.ChatMessage(
        id="hello",
        who="assistant",
        text=f"您好，我是{city.name}人才服务助手。直接说您的情况，比如“全日制硕士，去年十一月入职”，我来告诉您能享受什么、怎么办。",
    )
    shown = [
        b.ChatMessage(
            id=line.id,
            who="me" if line.mine else "assistant",
            text=line.text,
            at=texts.moment(line.at, today),
            citations=line.citations,
            links=line.links,
            blocks=line.parts,
            rating=line.rating,
            ratable=not line.mine,
        )
        for line in lines
    ]
    chat = b.Chat(
        id="chat",
        messages=[*([] if following else [hello]), *shown],
        quick=QUICK if len(lines) < 4 else (),
        notice="回答依据政策原文，以窗口答复为准",
        photo=f"/assistant/photos?city={city.id}",
    )
    return b.Screen(name="assistant", title="问助手", blocks=[chat], next=following, cache=PRIVATE)


def assistant_for_visitor(city: str) -> b.Screen:
    """The same tab for somebody who is not signed in."""
    empty = b.Empty(
        title="登录后和助手聊",
        text=f"说说您的情况，助手告诉您在{city}能享受什么。聊过的信息会自动填进申请表。",
        icon=b.Icon.CHAT,
        buttons=[button("登录", b.SignIn(then=b.Reload()), "primary"), button("先看看事项", to("items"))],
    )
    return b.Screen(name="assistant", title="问助手", blocks=[empty], cache=b.Cache(personal=False))
