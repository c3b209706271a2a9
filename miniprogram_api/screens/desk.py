"""Screens towards the office: complaints and messages, appointments, the employer's HR. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.policy import Pack
from miniprogram_api.screens import applying, texts
from miniprogram_api.screens import blocks as b
from miniprogram_api.screens.texts import button, to

PRIVATE = b.Cache(fresh=0, offline=True)


# --- complaints -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """A complaint or message with its answer."""

    id: str
    number: str | None
    kind: str
    subject: str
    text: str
    state: str
    at: datetime
    due: date | None
    answer: str | None


STATES = {"open": ("待答复", b.Tone.INFO), "answered": ("已答复", b.Tone.SUCCESS), "closed": ("已结束", b.Tone.NEUTRAL)}


def complaints(letters: Sequence[Letter], today: date, following: str | None = None) -> b.Screen:
    """My complaints and messages with their answers."""
    cards: list[b.Block] = [_letter(one, today) for one in letters]
    empty = b.Empty(title="还没有留言", text="有疑问、不满意，都可以在这里说，会有人答复。", icon=b.Icon.MESSAGE)
    return b.Screen(
        name="complaints",
        title="留言和投诉",
        blocks=cards or [empty],
        actions=[button("写留言", to("complaint_new"), "primary")],
        next=following,
        cache=PRIVATE,
    )


def _letter(one: Letter, today: date) -> b.Card:
    words, tone = STATES[one.state]
    due = [f"{texts.short_day(one.due, today)}前答复"] if one.due and one.state == "open" else []
    answered = f"{one.text}\n答复：{one.answer}" if one.answer else one.text

    def say(satisfied: bool) -> b.Call:
        return b.Call(path=f"/complaints/{one.id}/satisfaction", body={"satisfied": satisfied}, then=b.Reload())

    asked = [button("满意", say(True), "primary"), button("不满意", say(False))] if one.state == "answered" else []
    return b.Card(
        title=one.subject,
        text=answered,
        badge=b.Badge(text=words, tone=tone),
        meta=[text for text in (one.kind, one.number, *due, texts.moment(one.at, today)) if text],
        buttons=asked,
    )


def complaint_new(pack: Pack, application: str | None, ask: b.SubscribeAsk | None) -> b.Screen:
    """Write a message or complaint."""
    kinds = [
        b.Option(value="message", label="留言咨询", note="五个工作日内答复"),
        b.Option(value="complaint", label="投诉", note="十五个工作日内答复"),
        b.Option(value="organization", label="12380 举报", note="转组织部门处理"),
    ]
    agencies = [b.Option(value=key, label=agency.name) for key, agency in pack.city.agencies.items()]
    form_fields: list[b.FormField] = [
        b.ChoiceField(name="kind", label="类型", required=True, value="message", options=kinds),
        b.TextField(name="subject", label="主题", required=True, max_length=50, placeholder="一句话说明"),
        b.TextField(name="text", label="内容", required=True, lines=6, max_length=2000, placeholder="时间、地点、经过"),
        b.ChoiceField(name="agency", label="涉及的部门", help="不清楚可以不选", options=agencies, style="picker"),
        b.TextField(name="phone", label="联系电话", help="留下电话便于答复您", keyboard="phone"),
        b.PhotosField(name="photos", label="照片", upload="/photos"),
    ]
    body = {"city": pack.city.id} | ({"application": application} if application else {})
    send = b.Submit(path="/complaints", under=None, body=body, ask=ask, busy="正在提交…")
    return b.Screen(
        name="complaint_new",
        title="留言和投诉",
        blocks=[b.Form(id=f"complaint-{application or 'new'}", fields=form_fields)],
        actions=[button("提交", send, "primary")],
        cache=b.Cache(fresh=0),
    )


# --- appointments -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Booked:
    """A booked time at a window."""

    id: str
    window: str
    address: str | None
    day: date
    slot: str
    counter: int
    topic: str
    state: str


BOOKED = {
    "booked": ("已预约", b.Tone.INFO),
    "cancelled": ("已取消", b.Tone.NEUTRAL),
    "kept": ("已办理", b.Tone.SUCCESS),
    "missed": ("未到场", b.Tone.WARNING),
}


def appointments(rows: Sequence[Booked], today: date) -> b.Screen:
    """My appointments."""
    cards: list[b.Block] = [_booked(row, today) for row in rows]
    empty = b.Empty(title="还没有预约", text="需要当面办的，可以先约好时间。", icon=b.Icon.CALENDAR)
    return b.Screen(
        name="appointments",
        title="预约",
        blocks=cards or [empty],
        actions=[button("预约窗口", to("windows"), "primary")],
        cache=PRIVATE,
    )


def _booked(row: Booked, today: date) -> b.Card:
    words, tone = BOOKED[row.state]
    cancel = b.Call(
        method="DELETE",
        path=f"/appointments/{row.id}",
        confirm=b.Confirm(title="取消这次预约？", text="名额会让给别人。", yes="取消预约"),
        then=b.Reload(),
    )
    coming = row.state == "booked" and row.day >= today
    return b.Card(
        title=f"{texts.short_day(row.day, today)} {row.slot}",
        text=f"{row.window}，{row.counter} 号柜台\n{row.topic}",
        icon=b.Icon.CALENDAR,
        badge=b.Badge(text=words, tone=tone),
        meta=[row.address] if row.address else [],
        buttons=[button("取消", cancel)] if coming else [],
    )


@dataclass(frozen=True)
class FreeDay:
    """A day at a window: its times with the counters still free, or why there are none."""

    day: date
    slots: Sequence[tuple[str, str, int]]
    closed: str | None


def appointment_new(
    pack: Pack, window: str, name: str, days: Sequence[FreeDay], ask: b.SubscribeAsk | None
) -> b.Screen:
    """Book a time at a window."""
    slot_days = [
        b.SlotDay(
            label=f"{day.day.month}月{day.day.day}日 周{texts.WEEKDAYS[day.day.weekday()]}",
            slots=[
                b.Slot(value=value, label=label, left=f"余 {free}" if free else "约满", disabled=not free)
                for value, label, free in day.slots
            ],
            closed=day.closed,
        )
        for day in days
    ]
    form_fields: list[b.FormField] = [
        b.SlotField(name="slot", label="时间", required=True, days=slot_days),
        b.TextField(name="topic", label="办什么", required=True, max_length=50, placeholder="如：人才认定材料核验"),
    ]
    send = b.Submit(
        path="/appointments", under=None, body={"window": window, "city": pack.city.id}, ask=ask, busy="正在预约…"
    )
    return b.Screen(
        name="appointment_new",
        title=name,
        blocks=[b.Form(id=f"appointment-{window}", fields=form_fields)],
        actions=[button("确认预约", send, "primary")],
        cache=b.Cache(fresh=0),
    )


# --- employers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Workspace:
    """The employer's HR on the phone."""

    name: str
    waiting: Sequence[applying.Case]
    others: Sequence[applying.Case]
    """One page of the cases that are on other desks; there are `others_in_all`."""
    others_in_all: int
    third_fen: int
    people: Mapping[str, str]
    """Case id → masked name."""
    following: str | None = None
    continued: bool = False
    """Whether this is a later page, which brings further cases and nothing else."""


def employer(view: Workspace, today: date) -> b.Screen:
    """First reviews to do, cases on their way, the employer's own part of the cost."""
    others: list[b.Block] = [_employee(view, case, today) for case in view.others]
    if view.continued:
        return _workspace(view, others)
    blocks: list[b.Block] = [
        b.Heading(text=view.name, level=1),
        b.Figures(
            figures=[
                b.Figure(label="待初审", value=str(len(view.waiting)), unit="件", tone=b.Tone.WARNING),
                b.Figure(label="办理中", value=str(view.others_in_all), unit="件"),
                b.Figure(label="单位承担", value=texts.yuan(view.third_fen), unit="元"),
            ]
        ),
        b.Heading(text="待初审"),
        *([_employee(view, case, today) for case in view.waiting] or [b.Empty(title="没有待初审的申请")]),
        b.Heading(text="办理中"),
        *(others or [b.Empty(title="没有办理中的申请")]),
    ]
    return _workspace(view, blocks)


def _workspace(view: Workspace, blocks: Sequence[b.Block]) -> b.Screen:
    return b.Screen(name="employer", title="单位人事工作台", blocks=blocks, next=view.following, cache=PRIVATE)


def _employee(view: Workspace, case: applying.Case, today: date) -> b.Card:
    return b.Card(
        title=f"{view.people[case.id]} · {case.item.name}",
        text=case.number,
        icon=b.Icon.PERSON,
        badge=b.Badge(text=case.step_name or case.state_name, tone=applying.TONES[case.state]),
        meta=[text for text in (case.desk, case.due and texts.left(case.due, today)) if text],
        action=to("employer_case", application=case.id),
    )


@dataclass(frozen=True)
class EmployeeCase:
    """One case for its first review: what the person said (label, value), which papers are in."""

    case: applying.Case
    person: str
    told: Sequence[tuple[str, str]]
    papers: Sequence[tuple[str, str]]
    waiting: bool


def employer_case(view: EmployeeCase) -> b.Screen:
    """Review one employee's application."""
    case = view.case
    blocks: list[b.Block] = [
        b.Heading(text=f"{view.person} · {case.item.name}", level=1, note=case.number),
        b.KeyValues(title="申请人填写", rows=[b.KeyValue(label=label, value=value) for label, value in view.told]),
        b.List(title="材料", rows=[b.Row(title=name, value=state) for name, state in view.papers]),
    ]
    passing = b.Call(
        path=f"/employer/applications/{case.id}/approval",
        body={"version": case.version},
        confirm=b.Confirm(
            title="初审通过？", text="确认该同志是本单位职工，所填内容与本单位掌握的情况一致。", yes="通过并报送"
        ),
    )
    actions = [
        button("要求补正", to("employer_correction", application=case.id)),
        button("初审通过", passing, "primary"),
    ]
    leave = [button("登记离职", to("employer_departure", application=case.id))]
    blocks.append(b.Buttons(buttons=leave))
    return b.Screen(
        name="employer_case",
        title="单位初审",
        blocks=blocks,
        actions=actions if view.waiting else [],
        cache=b.Cache(fresh=0),
    )


def employer_correction(application: str) -> b.Screen:
    """Ask an employee to mend something, or send the case back."""
    text = b.TextField(name="reason", label="要补什么、怎么补", required=True, lines=4, max_length=500)
    send = b.Submit(path=f"/employer/applications/{application}/return", under=None, busy="正在发出…")
    return b.Screen(
        name="employer_correction",
        title="要求补正",
        blocks=[
            b.Notice(text="请一次写全。申请人会收到通知，改好后回到您这里。"),
            b.Form(id=f"return-{application}", fields=[text]),
        ],
        actions=[button("发出补正通知", send, "primary")],
        cache=b.Cache(fresh=0),
    )


def employer_departure(application: str, person: str, today: date) -> b.Screen:
    """Report that somebody left."""
    form_fields: list[b.FormField] = [
        b.DateField(name="left_on", label="离职日期", required=True, latest=today.isoformat()),
        b.TextField(name="reason", label="说明", lines=2),
    ]
    send = b.Submit(path="/employer/departures", under=None, body={"application": application}, busy="正在登记…")
    return b.Screen(
        name="employer_departure",
        title=f"{person}离职登记",
        blocks=[
            b.Notice(text="登记后，从离职次月起停发相关补贴。", tone=b.Tone.WARNING),
            b.Form(id=f"leave-{application}", fields=form_fields),
        ],
        actions=[button("登记离职", send, "primary")],
        cache=b.Cache(fresh=0),
    )


def employer_register(pack: Pack, waiting: str | None) -> b.Screen:
    """Register an employer, or say that it waits for approval."""
    if waiting:
        empty = b.Empty(title=f"“{waiting}”正在审核", text="审核通过后即可在这里办理初审。", icon=b.Icon.EMPLOYER)
        return b.Screen(name="employer", title="单位人事工作台", blocks=[empty], cache=b.Cache(fresh=0))
    areas = [
        b.Option(value="district", label="区属"),
        b.Option(value="county", label="县（市）属"),
        b.Option(value="city_direct", label="市直"),
    ]
    districts = [b.Option(value=one.name, label=one.name) for one in pack.city.districts]
    form_fields: list[b.FormField] = [
        b.TextField(
            name="name", label="单位全称", required=True, suggest=f"/employer/names?city={pack.city.id}", max_length=100
        ),
        b.TextField(name="credit_code", label="统一社会信用代码", required=True, max_length=18),
        *(
            [b.ChoiceField(name="district", label="所在县（市、区）", options=districts, style="picker")]
            if districts
            else []
        ),
        b.ChoiceField(name="jurisdiction", label="财政隶属", options=areas, style="chips"),
        b.TextField(name="contact_name", label="人事联系人", required=True, keyboard="name"),
        b.TextField(name="contact_phone", label="联系电话", required=True, keyboard="phone"),
    ]
    send = b.Submit(path="/employer", under=None, body={"city": pack.city.id}, busy="正在提交…")
    return b.Screen(
        name="employer",
        title="登记单位",
        blocks=[
            b.Text(text="登记后由工作人员核对，通过后您就能给本单位职工做初审。"),
            b.Form(id="employer-register", fields=form_fields),
        ],
        actions=[button("提交登记", send, "primary")],
        cache=b.Cache(fresh=0),
    )
