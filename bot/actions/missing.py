"""action_missing: which papers and facts a case still lacks; before there is a case, the list for this person."""

from __future__ import annotations

from backend.answers.asked import Asked
from backend.answers.aspects import materials
from backend.answers.case import Case
from backend.answers.reply import Link, fit
from backend.workflow import rulebook
from backend.workflow.stages import State
from bot.actions import own_cases
from bot.actions.subject import items_meant
from bot.actions.turn import Turn

WAITING = (State.DRAFT, State.CORRECTION)


def run(turn: Turn) -> None:
    """Check the case in hand, else list the papers of the item talked about."""
    items = items_meant(turn)
    waiting = [case for case in own_cases.cases(turn.applicant) if case.state in WAITING]
    mine = [case for case in waiting if case.item in items]
    chosen = (mine if items and turn.city else own_cases.meant(waiting, items))[:2]
    if chosen:
        for case in chosen:
            name = rulebook.item_of(case).name
            text = f"{name}：{own_cases.papers(case)}{own_cases.lacking(case, turn.today)}"
            turn.say(fit(text), *own_cases.next_screens(case, turn.today))
    elif not _list(turn, items):
        turn.say("您还没有开始申请。先告诉我要办哪一项，我列出要交的材料。", Link("看全部事项", "screen", "items"))
    turn.set(spoken=[each.as_json() for each in turn.said])


def _list(turn: Turn, items: tuple[str, ...]) -> bool:
    """The papers this person needs for the item, from the facts known."""
    if not items or turn.city is None:
        return False
    asked = Asked(turn.utterance.text, (("ask_materials", 1.0),), (turn.city,), (), (), {}, {}, turn.topic)
    case = Case.of(asked, turn.city, turn.world())
    item = case.rules.items.get(items[0])
    found = materials(case, item) if item else None
    if found is None:
        return False
    turn.answer(found)
    return True
