"""action_note: something told outside our questions is kept; a verdict that waits for it goes on."""

from __future__ import annotations

import re

from backend.answers.asked import QUALIFYING, names_benefit, questions
from backend.answers.case import Case
from backend.answers.overview import graded, overview
from backend.answers.reply import Link
from backend.answers.verdicts import worded
from bot.actions import answer, city
from bot.actions.asking import next_fact, verdict_now, with_asked
from bot.actions.noting import corrected, kept_by_others, note, told_facts
from bot.actions.reading import corrects
from bot.actions.turn import Turn

BARE_GRADE = re.compile(r"^(?:那|要是|如果|换成|那么)|(?:的话|的|呢|吧|嘛|呀)?[?？。]?$")
CORRECTING = frozenset({"correct", "deny"})
OF_GRADES = ("ask_amount", "ask_comparison", "ask_same", "ask_stacking")
"""Questions whose answers differ by grade."""


def run(turn: Turn) -> None:
    """Note, then say what follows."""
    if city.chooses(turn):
        city.run(turn)
        return
    if _asks_on(turn):
        answer.run(turn, goes_on=True)
        return
    if not turn.judging.get("item") and names_benefit(turn.utterance) and not corrects(turn):
        answer.run(turn, keeps=False)
        return
    puts_right = corrects(turn) or bool(CORRECTING & set(turn.utterance.intents()))
    told = told_facts(turn, telling=puts_right) or (corrected(turn) if puts_right else [])
    noted = note(turn, told) + kept_by_others(turn, told)
    if noted:
        turn.say(noted)
    elif puts_right:
        turn.say("好的，直接说正确的就行，比如“是博士”“入职是去年10月”。")
        turn.set(asking=False)
        return
    turn.set(asking=_go_on(turn) if turn.judging.get("item") else _show(turn, bool(told)))


def _asks_on(turn: Turn) -> bool:
    """Whether a bare grade goes on with the last question (硕士补多少 … 本科的) rather than tells about oneself."""
    bare = BARE_GRADE.sub("", turn.utterance.text)
    grades = turn.utterance.of_kind(*QUALIFYING)
    whole = len(grades) == 1 and bare == grades[0].text
    return whole and turn.topic.intent in OF_GRADES and bool(turn.topic.items) and not turn.judging.get("item")


def _go_on(turn: Turn) -> bool:
    """Judge again what was judged last; tell whether to ask on."""
    with_asked(turn, missed=0)
    verdict = verdict_now(turn)
    if next_fact(turn, verdict):
        return True
    turn.answer(worded(verdict))
    return False


def _show(turn: Turn, told: bool) -> bool:
    """Nothing is being judged: show what there is for such a person."""
    asked = questions(turn.utterance, turn.topic, turn.desk.packs, turn.home, turn.scene)
    if turn.city and told and asked:
        case = Case.of(asked[0], turn.city, turn.world())
        if graded(case):
            turn.answer(overview(case))
        else:
            turn.say("再告诉我学历（或职称、技能等级），就能看出您可以享受哪些。", *STARTERS)
    elif not told:
        turn.say("您可以直接问我，比如“硕士生活补助多少”“购房补贴要什么材料”，也可以让我判断符不符合。", *STARTERS)
    return False


STARTERS = (Link("我能享受什么", "say", "我能享受哪些政策"), Link("生活补助多少", "say", "生活补助多少钱"))
