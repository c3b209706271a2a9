"""action_again: the last answer once more, or more of it."""

from __future__ import annotations

import re

from backend.answers.asked import Asked
from backend.answers.aspects import TABLE
from backend.answers.case import Case
from backend.answers.reply import Citation, Link, Reply
from bot.actions.asking import next_fact, verdict_now
from bot.actions.turn import Turn

GOING_ON = re.compile(r"^(?:好的?|那|行|我们|咱们?|[,， ])*(?:继续|接着|往下|回到)")
MORE = ("ask_conditions", "ask_materials", "ask_procedure", "ask_amount", "ask_where", "ask_time_limit")


def run(turn: Turn) -> None:
    """Repeat, or for "more" say what the item's other aspects hold."""
    if _takes_up(turn):
        turn.set(asking=True)
        return
    turn.set(asking=turn.in_form)
    spoken = turn.slot("spoken") or []
    wants_more = "more" in turn.utterance.intents()
    if not spoken:
        turn.say("您想问哪一项？可以说“生活补助多少钱”“购房补贴要什么材料”。")
    elif not wants_more or not _more(turn):
        turn.said += [_again(each) for each in spoken]


def _takes_up(turn: Turn) -> bool:
    """Whether the person wants to go on with the questions that were left, and there are some."""
    if "go_on" not in turn.utterance.intents() and not GOING_ON.match(turn.utterance.text):
        return False
    return bool(turn.judging.get("item")) and next_fact(turn, verdict_now(turn)) is not None


def _again(data: dict) -> Reply:
    citations = tuple(Citation(**citation) for citation in data.get("citations") or ())
    return Reply(data["text"], citations, tuple(Link(**link) for link in data.get("links") or ()))


def _more(turn: Turn) -> bool:
    topic = turn.topic
    if turn.city is None or not topic.items:
        return False
    asked = Asked(topic.text, ((topic.intent, 1.0),), (turn.city,), (), (), topic.supposed, {}, topic)
    case = Case.of(asked, turn.city, turn.world())
    item = case.rules.items.get(topic.items[-1])
    if item is None:
        return False
    said = {each["text"] for each in turn.slot("spoken") or []}
    for intent in (topic.intent, *MORE):
        for function in TABLE.get(intent, ()):
            found = function(case, item)
            if found is not None and found.text not in said:
                turn.answer(found)
                return True
    return False
