"""action_human: a message with the summary of the conversation for the right window, or the way to complain."""

from __future__ import annotations

from backend.answers.figures import spoken_day
from backend.answers.reply import Link
from backend.answers.verdicts import told
from backend.store import chat
from backend.workflow import service
from bot.actions.own_cases import cases, open_ones
from bot.actions.subject import items_meant
from bot.actions.turn import Turn

LINES = 8
FACTS = 8


def run(turn: Turn) -> None:
    """Leave the message, or show where complaints go; never both."""
    if "complaint" in turn.utterance.intents():
        _complaint(turn)
        return
    if turn.city is None:
        turn.say("请先告诉我是哪个城市的事，我好转给对应的窗口。", *_cities(turn))
        return
    agency = _agency(turn)
    row = service.complain(
        turn.city,
        "message",
        _subject(turn),
        _summary(turn),
        turn.now,
        applicant_id=turn.applicant,
        agency=agency,
        case_id=_case(turn),
    )
    office = turn.desk.packs[turn.city].city.agencies.get(agency or "")
    until = f"，最迟{spoken_day(row.due_on)}前回复" if row.due_on else ""
    who = office.name if office else "人才服务窗口"
    text = f"已经给{who}留言（{row.number}），附上了刚才的对话摘要{until}。回复会发到这里和消息中心；{_hours(turn)}。"
    turn.say(text, *_call(turn))


def _hours(turn: Turn) -> str:
    """When somebody is there: as the texts say of the item's window, else that they do not say."""
    city = turn.desk.packs[turn.city or ""].city
    items = set(items_meant(turn))
    hours = [window.hours for window in city.windows.values() if window.hours and items & set(window.items)]
    return f"窗口时间：{hours[0]}" if hours else "窗口工作日上班时间有人，具体钟点文件没有写"


def _complaint(turn: Turn) -> None:
    """How to complain, with the hotlines the texts name."""
    city = turn.pack.city if turn.pack else None
    lines = [f"{hotline.name}：{hotline.phone}（{hotline.purpose}）" for hotline in (city.hotlines if city else ())]
    text = "真不好意思让您不满意。可以在这里写投诉，会按期答复。" + (f"也可以打：{'；'.join(lines)}。" if lines else "")
    calls = tuple(
        Link(f"拨打{hotline.phone}", "dial", hotline.phone) for hotline in (city.hotlines if city else ())[:2]
    )
    turn.say(text, Link("写投诉", "screen", "complaint_new"), *calls)


def _agency(turn: Turn) -> str | None:
    """The agency of the item talked about, else the first of the city."""
    pack = turn.desk.packs[turn.city or ""]
    items = [pack.items[item] for item in items_meant(turn) if item in pack.items]
    return next((item.agency for item in items if item.agency), next(iter(pack.city.agencies), None))


def _subject(turn: Turn) -> str:
    pack = turn.desk.packs[turn.city or ""]
    names = [pack.items[item].name for item in items_meant(turn) if item in pack.items]
    return f"对话留言：{names[0]}" if names else "对话留言"


def _summary(turn: Turn) -> str:
    """The last lines of the conversation and what the person told; numbers in them are masked already."""
    lines = [
        f"{'问' if row.speaker == 'applicant' else '答'}：{row.text}"
        for row in chat.newest(turn.applicant, limit=LINES)
    ]
    known = told(turn.desk.packs.vocabulary, turn.facts, list(turn.facts)[:FACTS])
    facts = f"\n已知情况：{'、'.join(known)}" if known else ""
    return "\n".join(reversed(lines)) + facts or turn.utterance.text


def _case(turn: Turn) -> str | None:
    running = open_ones([case for case in cases(turn.applicant) if case.item in items_meant(turn)])
    return running[0].id if running else None


def _call(turn: Turn) -> tuple[Link, ...]:
    windows = turn.desk.packs[turn.city or ""].city.windows.values()
    phones = [phone for window in windows for phone in window.phones]
    return (Link("打电话问", "dial", phones[0]),) if phones else ()


def _cities(turn: Turn) -> tuple[Link, ...]:
    return tuple(Link(pack.city.name, "say", pack.city.name) for pack in turn.desk.packs.values())
