"""action_application: begin, go on with, change or withdraw a case: opens the right screen, with what it will need."""

from __future__ import annotations

from peewee import PeeweeException

from backend.answers.reply import Link
from backend.policy.types import Item
from backend.store import people
from backend.store.models import Application
from backend.workflow import drafts, rulebook
from backend.workflow.refusal import Refusal
from backend.workflow.stages import FINAL, State
from bot.actions import own_cases
from bot.actions.subject import items_meant
from bot.actions.turn import Turn, log

PAPERS = ("照片", "图片", "上传", "传", "拍", "材料", "补")


def run(turn: Turn) -> None:
    """Do as the intent says."""
    intents = turn.utterance.intents()
    if "withdraw_application" in intents:
        _withdraw(turn)
    elif "continue_application" in intents:
        _go_on(turn)
    else:
        start(turn, items_meant(turn))


def start(turn: Turn, items: tuple[str, ...], begins: bool = True) -> None:
    """Offer the form of an item; facts told here are filled in already. `begins`: a draft is begun, too."""
    item = _service(turn, items)
    if item is None:
        turn.say("您要申请哪一项？", Link("看全部事项", "screen", "items"), *_usual(turn))
        return
    first = _first_step(turn, item)
    filled = "，您在这里说过的已经填好" if turn.facts else ""
    if item.applicant != "person":
        who = {"employer": "用人单位", "park": "创业园"}.get(item.applicant, "单位")
        turn.say(f"{item.name}要由{who}申请。", Link("看怎么办", "say", f"{item.name}怎么申请"))
        return
    text = f"{item.name}的申请表在这里{filled}。"
    if first is not None:
        text = f"{item.name}的申请表在这里{filled}。提交以前要先有{first.name}，还没有的话先办那一项。"
    target = first or item
    case = _begun(turn, item) if begins else None
    papers = Link("要什么材料", "say", f"{item.name}要什么材料")
    if case is None:
        turn.say(text, Link("去申请", "screen", f"item?item={target.id}"), papers)
    elif case.state == State.DRAFT:
        text += "材料照片可以直接发在这里，我来放好。" if item.materials else ""
        before = (Link(f"先办{first.name}", "say", f"我要申请{first.name}"),) if first else ()
        turn.say(text, Link("去申请", "screen", f"application_form?application={case.id}"), *before, papers)
    else:
        turn.say(own_cases.status(case, turn.today), Link("看进度", "screen", f"application?application={case.id}"))
    turn.set(topic={**turn.topic.as_json(), "city": turn.city, "items": [item.id]})


def _begun(turn: Turn, item: Item) -> Application | None:
    """The person's case of an item, a draft begun now if there is none; none without consent or a store."""
    try:
        if "privacy" not in people.consents(turn.applicant):
            return None
        running = [case for case in own_cases.cases(turn.applicant) if case.item == item.id and case.city == turn.city]
        running = [case for case in running if State(case.state) not in FINAL]
        return running[0] if running else drafts.start(turn.applicant, turn.city or "", item.id, turn.now)
    except (PeeweeException, Refusal):
        log.warning("no draft of %s was begun for %s", item.id, turn.applicant)
        return None


def _service(turn: Turn, items: tuple[str, ...]) -> Item | None:
    pack = turn.pack
    if pack is None:
        return None
    found = [pack.on(turn.today).items.get(item) for item in items]
    return next((item for item in found if item is not None and item.kind == "service"), None)


def _first_step(turn: Turn, item: Item) -> Item | None:
    """What has to be granted before, unless the person has it."""
    known = turn.facts
    if not item.requires or known.get("has_talent_card") or known.get("recognition_category") not in (None, "none"):
        return None
    pack = turn.pack
    return pack.on(turn.today).items.get(item.requires[0]) if pack else None


def _usual(turn: Turn) -> tuple[Link, ...]:
    pack = turn.pack
    if pack is None:
        return ()
    services = [
        item for item in pack.on(turn.today).items.values() if item.kind == "service" and item.situation == "money"
    ]
    return tuple(Link(item.name, "say", f"我要申请{item.name}") for item in services[:3])


def _go_on(turn: Turn) -> None:
    waiting = [case for case in own_cases.cases(turn.applicant) if case.state in (State.DRAFT, State.CORRECTION)]
    chosen = own_cases.meant(waiting, items_meant(turn))[:1]
    if not chosen:
        turn.say("没有没交完的申请。想申请什么直接说，比如“我要申请生活补助”。", *_usual(turn))
        return
    case = chosen[0]
    name = rulebook.item_of(case).name
    lacking = own_cases.lacking(case, turn.today)
    papers = any(word in turn.utterance.text for word in PAPERS)
    screens = [
        Link("上传材料", "screen", f"application_papers?application={case.id}"),
        Link("接着填表", "screen", f"application_form?application={case.id}"),
    ]
    turn.say(f"{name}：{lacking}", *(screens if papers else screens[::-1]))


def _withdraw(turn: Turn) -> None:
    running = [case for case in own_cases.cases(turn.applicant) if State(case.state) not in FINAL]
    chosen = own_cases.meant(running, items_meant(turn))[:3]
    if not chosen:
        turn.say(
            "您现在没有在办的申请，不用撤回。要改资料可以直接告诉我正确的。", Link("看我的资料", "screen", "facts")
        )
        return
    names = "、".join(rulebook.item_of(case).name for case in chosen)
    links = tuple(
        Link(f"打开{rulebook.item_of(case).name}", "screen", f"application?application={case.id}") for case in chosen
    )
    turn.say(f"在办的有：{names}。撤回和修改在办件页面里确认，撤回后可以重新申请。", *links)
