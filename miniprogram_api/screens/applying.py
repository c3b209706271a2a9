"""Screens of an application: list, form in steps, papers, review and declaration, progress, correction. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.policy import Pack, Verdict
from backend.policy.types import Item
from backend.policy.vocabulary import Fact
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens import fields, mine, public, texts
from miniprogram_api.screens.texts import button, to

PRIVATE = b.Cache(fresh=0, offline=True)
TONES = {
    "draft": b.Tone.NEUTRAL,
    "running": b.Tone.INFO,
    "correction": b.Tone.WARNING,
    "public_notice": b.Tone.INFO,
    "granted": b.Tone.SUCCESS,
    "rejected": b.Tone.DANGER,
    "refused": b.Tone.DANGER,
    "withdrawn": b.Tone.NEUTRAL,
    "expired": b.Tone.NEUTRAL,
}


@dataclass(frozen=True)
class Case:
    """A case in the words of its owner."""

    id: str
    number: str | None
    pack: Pack
    item: Item
    state: str
    state_name: str
    step_name: str | None
    desk: str | None
    due: date | None
    at: datetime
    reason: str | None = None
    commands: Sequence[str] = ()
    version: int = 1


def applications(cases: Sequence[Case], today: date, following: str | None = None) -> b.Screen:
    """Every case of the person, newest first."""
    if not cases:
        empty = b.Empty(
            title="还没有申请",
            text="先看看自己能享受什么，再开始申请。",
            buttons=[button("政策测算", to("chances"), "primary"), button("全部事项", to("items"))],
        )
        return b.Screen(name="applications", title="我的申请", blocks=[empty], cache=PRIVATE)
    cards: list[b.Block] = [_card(case, today) for case in cases]
    return b.Screen(name="applications", title="我的申请", blocks=cards, next=following, cache=PRIVATE)


def _card(case: Case, today: date) -> b.Card:
    target = "application_form" if case.state == "draft" else "application"
    whose = _whose(case)
    desk = [whose] if whose and case.state != "draft" else []
    due = [texts.left(case.due, today)] if case.due else []
    return b.Card(
        title=case.item.name,
        text=case.number or "草稿，点开继续填写",
        icon=texts.icon(case.item),
        badge=b.Badge(text=case.state_name, tone=TONES[case.state]),
        meta=[*desk, *due, texts.moment(case.at, today)],
        action=to(target, application=case.id),
    )


# --- the form in steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FormStep:
    """One step of the form: a group of facts."""

    title: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class FormPage:
    """One step of an application's form; `number` counts from 1."""

    case: Case
    steps: Sequence[FormStep]
    number: int
    known: Mapping[str, fields.Known]
    today: date
    optional: frozenset[str] = frozenset()


def form(view: FormPage) -> b.Screen:
    """A step of the form, prefilled, saved as it is typed."""
    case, step = view.case, view.steps[view.number - 1]
    save = b.Save(path=f"/applications/{case.id}/facts")
    last = view.number == len(view.steps)
    following = (
        to("application_papers", application=case.id)
        if last
        else to("application_form", application=case.id, step=str(view.number + 1))
    )
    send = b.Submit(method="PUT", path=f"/applications/{case.id}/facts", then=following)
    blocks: list[b.Block] = [
        _progress(view),
        fields.form(
            f"{case.id}-{view.number}",
            step.facts,
            view.known,
            view.today,
            save=save,
            optional=view.optional,
            city=case.pack.city.id,
        ),
    ]
    label = "下一步：上传材料" if last else "下一步"
    return b.Screen(
        name="application_form",
        title=case.item.name,
        blocks=blocks,
        actions=[button(label, send, "primary")],
        cache=b.Cache(fresh=0),
    )


def _progress(view: FormPage) -> b.Progress:
    names = [step.title for step in view.steps] + ["材料", "提交"]
    return b.Progress(current=view.number, total=len(names), label=names[view.number - 1], steps=names)


def papers(case: Case, slots: Sequence[b.MaterialSlot], form_steps: int) -> b.Screen:
    """The papers of the application: what is there, what is missing."""
    needed = [slot for slot in slots if slot.required]
    there = [slot for slot in needed if slot.state not in ("missing", "rejected")]
    summary = f"已备齐 {len(there)} / {len(needed)} 项" if needed else "都不用您上传"
    listed: list[b.Block] = [
        b.Text(text="当面拍照就行，一页一张。拍过一次的材料可以重复使用。", style="muted"),
        b.Materials(id=f"papers-{case.id}", title="材料清单", summary=summary, slots=slots),
    ]
    none = b.Empty(title="这项申请不用上传材料", text="下一步把填写的内容核对一遍，就可以提交。", icon=b.Icon.CHECK)
    progress = b.Progress(current=form_steps + 1, total=form_steps + 2, label="材料")
    blocks: list[b.Block] = [progress, *(listed if slots else [none])]
    return b.Screen(
        name="application_papers",
        title=case.item.name,
        blocks=blocks,
        actions=[button("下一步：核对提交", to("application_review", application=case.id), "primary")],
        cache=b.Cache(fresh=0),
    )


def on_file(kept: Sequence[b.MaterialSlot]) -> b.Screen:
    """The papers a person has handed in or kept for later."""
    empty = b.Empty(title="还没有材料", text="申请时拍的材料会存在这里，下次直接用。", icon=b.Icon.CAMERA)
    listed: list[b.Block] = [
        b.Text(text="点照片看大图。随申请提交的材料要留作档案，不能删除。", style="muted"),
        b.Materials(id="on-file", slots=kept),
    ]
    return b.Screen(name="materials", title="我的材料", blocks=listed if kept else [empty], cache=b.Cache(fresh=0))


@dataclass(frozen=True)
class Lack:
    """Something that keeps the draft from being submitted, with the screen that mends it."""

    text: str
    action: b.Action


@dataclass(frozen=True)
class Review:
    """Everything read back before submitting."""

    case: Case
    told: Sequence[mine.Told]
    slots: Sequence[b.MaterialSlot]
    verdict: Verdict
    lacks: Sequence[Lack]
    today: date
    ask: b.SubscribeAsk | None = None


DECLARATION = (
    "以上内容和上传的材料真实、准确、完整。",
    "同意受理、审核部门向有关单位核实学历、参保、户籍等信息。",
    "知道提供虚假材料会被取消资格、追回资金，并承担相应责任。",
)


def review(view: Review) -> b.Screen:
    """Read back, declare, submit."""
    case = view.case
    rows = [b.KeyValue(label=one.fact.label, value=one.shown) for one in view.told]
    blocks: list[b.Block] = [
        *_lacks(view.lacks),
        public.verdict(case.pack, view.verdict, view.today, short=True),
        b.KeyValues(
            title="填写的内容", rows=rows, edit=button("修改", to("application_form", application=case.id), "plain")
        ),
    ]
    if view.slots:
        rows_of_papers = [b.Row(title=slot.name, value=slot.state_text) for slot in view.slots]
        blocks.append(b.List(title="材料", rows=rows_of_papers))
    if not view.lacks:
        blocks.append(_declaration(view))
    return b.Screen(name="application_review", title="核对并提交", blocks=blocks, cache=b.Cache(fresh=0))


def _lacks(lacks: Sequence[Lack]) -> list[b.Block]:
    if not lacks:
        return []
    return [
        b.Notice(title="还差几项才能提交", text="点一下就到要补的地方，已填写的都已保存。", tone=b.Tone.WARNING),
        b.List(rows=[b.Row(title=lack.text, icon=b.Icon.EDIT, action=lack.action) for lack in lacks]),
    ]


def _declaration(view: Review) -> b.Declaration:
    case = view.case
    despite = view.verdict.verdict == "not_eligible"
    confirm = b.Confirm(
        title="仍要提交？", text="按现有信息暂不符合条件，审核部门可能不予受理。", yes="仍要提交", no="再看看"
    )
    send = b.Submit(
        path=f"/applications/{case.id}/submission",
        under=None,
        body={"despite": despite, "version": case.version},
        ask=view.ask,
        confirm=confirm if despite else None,
        busy="正在提交…",
    )
    return b.Declaration(
        title="承诺",
        lines=DECLARATION,
        label="我已阅读并承诺以上内容属实",
        submit=button("提交申请", send, "primary"),
    )


# --- progress ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """One station of a case."""

    name: str
    state: str
    desk: str | None
    at: datetime | None
    due: date | None
    outcome: str | None
    note: str | None
    limit: str | None
    statutory: date | None
    citations: Sequence[b.Citation]


@dataclass(frozen=True)
class Progress:
    """A case on its way."""

    case: Case
    stops: Sequence[Stop]
    today: date
    decided: Sequence[b.KeyValue] = ()
    notice: str | None = None
    paid: bool = False
    card: bool = False
    ratable: bool = False
    ask: b.SubscribeAsk | None = None


def application(view: Progress) -> b.Screen:
    """Whose desk, until when, what happened, what comes."""
    case = view.case
    blocks: list[b.Block] = [
        b.Card(
            title=case.item.name,
            text=case.number,
            icon=texts.icon(case.item),
            badge=b.Badge(text=case.state_name, tone=TONES[case.state]),
            meta=[text for text in (case.step_name, _whose(case), _until(case, view.today)) if text],
        ),
        *_call_to_mend(case),
        *_why(case),
        *([b.KeyValues(title="办理结果", rows=view.decided)] if view.decided else []),
        b.Timeline(entries=[_entry(stop, view.today) for stop in view.stops] or [_draft_entry()]),
        *_links(view),
    ]
    return b.Screen(
        name="application",
        title="办理进度",
        blocks=blocks,
        actions=_progress_actions(view),
        cache=PRIVATE,
        refresh_after=30 if case.state in ("running", "public_notice") else None,
    )


def _whose(case: Case) -> str | None:
    if case.state in ("draft", "correction"):
        return "等您处理"
    return f"现在由{case.desk}办理" if case.desk else None


def _until(case: Case, today: date) -> str | None:
    return f"{texts.short_day(case.due, today)}前（{texts.left(case.due, today)}）" if case.due else None


def _draft_entry() -> b.TimelineEntry:
    return b.TimelineEntry(state="current", title="填写申请", desk="您这里")


def _call_to_mend(case: Case) -> list[b.Block]:
    if case.state != "correction":
        return []
    notice = b.Notice(
        title="需要补正",
        text="请按通知逐项补齐，一次提交。补正期间不计入办理时限。",
        tone=b.Tone.WARNING,
        buttons=[button("去补正", to("correction", application=case.id), "primary")],
    )
    return [notice]


def _why(case: Case) -> list[b.Block]:
    if case.state not in ("rejected", "refused") or not case.reason:
        return []
    text = f"{case.reason}\n对结果有疑问，可以留言、预约窗口当面说明，或在收到决定后依法申请行政复议、提起行政诉讼。"
    ask = button("留言", to("complaint_new", application=case.id))
    return [b.Notice(title=f"{case.state_name}的理由", text=text, tone=b.Tone.DANGER, buttons=[ask])]


def _entry(stop: Stop, today: date) -> b.TimelineEntry:
    state = "late" if stop.state == "current" and stop.due and stop.due < today else stop.state
    return b.TimelineEntry(
        state=state,
        title=f"{stop.name}{'：' + stop.outcome if stop.outcome else ''}",
        desk=stop.desk,
        at=texts.moment(stop.at, today) if stop.at else None,
        due=_stop_until(stop, today) if stop.state == "current" else _period(stop.limit),
        text=stop.note,
        citations=stop.citations,
    )


def _stop_until(stop: Stop, today: date) -> str | None:
    if stop.due is None:
        return None
    by_law = f"；这是承诺时限，规定是{texts.short_day(stop.statutory, today)}前" if stop.statutory else ""
    return f"{texts.short_day(stop.due, today)}前（{texts.left(stop.due, today)}{by_law}）"


def _period(limit: str | None) -> str | None:
    return limit if limit is None or limit.startswith("承诺") else f"规定 {limit}"


def _links(view: Progress) -> list[b.Block]:
    case = view.case
    rows = [
        b.Row(title="查看公示", icon=b.Icon.BELL, action=to("notice", notice=view.notice)) if view.notice else None,
        b.Row(title="发放明细", icon=b.Icon.MONEY, action=to("payments", application=case.id)) if view.paid else None,
        b.Row(title="我的人才卡", icon=b.Icon.CARD, action=to("talent_card")) if view.card else None,
        b.Row(title="事项说明", icon=b.Icon.DOCUMENT, action=to("item", item=case.item.id)),
        b.Row(title="留言咨询", icon=b.Icon.MESSAGE, action=to("complaint_new", application=case.id)),
    ]
    return [b.List(rows=[row for row in rows if row is not None])]


def _progress_actions(view: Progress) -> list[b.Button]:
    case = view.case
    actions = []
    if case.state == "draft":
        actions.append(button("继续填写", to("application_form", application=case.id), "primary"))
    if case.state == "correction":
        actions.append(button("去补正", to("correction", application=case.id), "primary"))
    if "confirm" in case.commands:
        call = b.Call(path=f"/applications/{case.id}/confirmation", then=b.Reload())
        actions.append(button("确认办理", call, "primary"))
    if view.ratable:
        actions.append(button("评价", to("rating", application=case.id)))
    if view.ask and case.state in ("running", "public_notice"):
        actions.append(button("有进展提醒我", view.ask))
    if "withdraw" in case.commands and case.state != "draft":
        actions.append(_withdraw(case))
    return actions[:2]


def _withdraw(case: Case) -> b.Button:
    confirm = b.Confirm(title="撤回这件申请？", text="撤回后需要重新申请，已办的环节不保留。", yes="撤回", danger=True)
    return button("撤回", b.Call(path=f"/applications/{case.id}/withdrawal", confirm=confirm), "plain")


# --- correction -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correction:
    """The notice a case waits for: what to mend, with the papers and facts concerned."""

    case: Case
    points: Sequence[tuple[str, str, bool]]
    """Of each other point: its id, text, whether it is marked as done."""
    slots: Sequence[b.MaterialSlot]
    facts: Sequence[Fact]
    problems: Mapping[str, str]
    """Fact → what the notice says of it."""
    known: Mapping[str, fields.Known]
    today: date
    sent: datetime
    due: date | None = None
    ask: b.SubscribeAsk | None = None


def correction(view: Correction) -> b.Screen:
    """Mend everything the notice lists, then send it back at once."""
    case = view.case
    until = f"，请在{texts.day(view.due)}前补齐" if view.due else ""
    blocks: list[b.Block] = [
        b.Notice(
            title="补正通知",
            text=f"{texts.moment(view.sent, view.today)}发出{until}。改好下面各项后一次提交。",
            tone=b.Tone.WARNING,
        )
    ]
    if view.slots:
        blocks.append(b.Materials(id=f"mend-{case.id}", title="要补的材料", slots=view.slots))
    if view.facts:
        blocks.append(_facts_to_mend(view))
    if view.points:
        blocks.append(_other_points(view))
    send = b.Submit(path=f"/applications/{case.id}/answer", under=None, ask=view.ask, busy="正在提交…")
    return b.Screen(
        name="correction",
        title="补正",
        blocks=blocks,
        actions=[button("提交补正", send, "primary")],
        cache=b.Cache(fresh=0),
    )


def _facts_to_mend(view: Correction) -> b.Form:
    form_ = fields.form(
        f"mend-{view.case.id}-facts",
        view.facts,
        view.known,
        view.today,
        save=b.Save(path=f"/applications/{view.case.id}/facts"),
        title="要改正的内容",
        city=view.case.pack.city.id,
    )
    marked = [one.model_copy(update={"error": view.problems.get(one.name)}) for one in form_.fields]
    return form_.model_copy(update={"fields": marked})


def _other_points(view: Correction) -> b.List:
    return b.List(
        title="其他",
        rows=[
            b.Row(
                title=text,
                note="已标记为处理完" if done else "处理完后点一下",
                badge=b.Badge(text="已处理", tone=b.Tone.SUCCESS) if done else None,
                action=None if done else b.Call(path=f"/applications/{view.case.id}/points/{point}", then=b.Reload()),
            )
            for point, text, done in view.points
        ],
    )
