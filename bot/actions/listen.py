"""validate_eligibility_form: takes what the person says while we ask.

An answer to the question, facts volunteered, a correction, 不知道, a refusal, "why do you ask", "stop": all belong to
the form. A question about something else is rejected here, and the rules of the dialogue answer it and come back.
"""

from __future__ import annotations

import re

from backend.answers.asked import ASKING, CLEAR
from backend.answers.heard import Heard
from backend.answers.moments import YEAR
from backend.answers.replying import exactness, interpret, yes_or_no
from backend.policy.vocabulary import Fact
from bot.actions.asking import INSTEAD, TRIES, next_fact, verdict_now, with_asked
from bot.actions.noting import corrected, kept_by_others, note, told_facts
from bot.actions.turn import Turn

LEAVING = frozenset(
    ["human", "complaint", "start_application", "continue_application", "withdraw_application", "switch_city", "forget"]
)
ASIDE = frozenset(
    [
        "ask_progress",
        "ask_missing",
        "ask_known_facts",
        "ask_privacy",
        "greet",
        "thanks",
        "rate_good",
        "rate_bad",
        "repeat",
        "more",
    ]
)
ASIDE |= frozenset(["out_of_scope", "other_person_data", "prompt_attack", "bot_challenge", "abuse"])
CORRECTING = re.compile(r"^(?:不对|错了|(?:刚才|刚刚|我)?(?:说|弄|记|搞)错)")
SURE = 0.5
WHY = re.compile(
    r"(?:问|要|填|知道|打听).{0,6}(?:干啥|干嘛|干什么|做什么|做啥|有啥用|有什么用|啥用)|为(?:啥|什么|何).{0,4}(?:问|要|填|知道)|跟.{1,8}有关系"
)


EXAMPLES = {"date": "说个日期就行，比如“去年10月15号”。", "month": "说个年月就行，比如“去年10月”。"}
"""What is said to a bare yes where a day or a month was asked for."""


class Rejected(Exception):
    """The message is not for the form; the rules of the dialogue decide what to do with it."""


def run(turn: Turn) -> None:
    """Take the message; set `eligibility_answer` when nothing is left to ask. Raises Rejected."""
    fact = _asked_fact(turn)
    if fact is None or turn.answered_already:
        turn.set(eligibility_answer=None)  # the form begins, or comes back after a question: that was no answer
        return
    told = _told(turn, fact)
    if not told and _is_for_others(turn, fact):
        raise Rejected
    turn.set(eligibility_answer=None)
    if not told:
        _nothing_told(turn, fact)
    else:
        noted = note(turn, told) + kept_by_others(turn, told)
        with_asked(turn, missed=0, supposed=_supposed(turn, told))
        _too_vague(turn, fact, told)
        if noted:
            turn.say(noted)
    if turn.slot("eligibility_answer") is None and next_fact(turn, verdict_now(turn)) is None:
        turn.set(eligibility_answer="settled")


def _asked_fact(turn: Turn) -> Fact | None:
    name = turn.judging.get("asked")
    return turn.desk.packs.vocabulary[name] if name else None


def _told(turn: Turn, fact: Fact | None) -> list[Heard]:
    """The facts in the message: those said in so many words, and the short answer to the question."""
    told = told_facts(turn)
    if fact is None or any(each.name == fact.name for each in told) or _declines(turn):
        return told
    if turn.utterance.parts and turn.utterance.parts[0].intent == "correct":
        return told or corrected(turn)
    if told and CORRECTING.match(turn.utterance.text):
        return told  # 不对，是硕士: the no is about what was told before, not about what is asked
    value = None if _asks_aside(turn, fact) else interpret(fact, turn.utterance, turn.scene)
    if value is None:
        return told
    exact = exactness(fact, turn.utterance, turn.scene) or "day"
    return [Heard(fact.name, value, turn.utterance.text, exact), *_unlike(told, fact)]


def _unlike(told: list[Heard], fact: Fact) -> list[Heard]:
    """A bare number was the answer; what a rule made of it besides is no fact."""
    return [each for each in told if not (fact.type in ("int", "number") and isinstance(each.value, int | float))]


def _declines(turn: Turn) -> bool:
    return bool({"dont_know", "refuse"} & set(turn.utterance.intents()[:1]))


def _asks_aside(turn: Turn, fact: Fact) -> bool:
    """Whether the message is a question of its own rather than an answer: longer, sure, and with an asking word."""
    part = max(turn.utterance.parts, key=lambda each: each.asks and each.confidence, default=None)
    if (
        part is None
        or not part.asks
        or part.intent in ("ask_why_needed", "ask_same")
        or WHY.search(turn.utterance.text)
    ):
        return False
    if fact.type == "bool" and interpret(fact, turn.utterance, turn.scene) and not ASKING.search(turn.utterance.text):
        return False
    short = len(turn.utterance.text) <= 3 and fact.type != "bool"
    return part.confidence >= (CLEAR if ASKING.search(part.text) else SURE) and not short


def _is_for_others(turn: Turn, fact: Fact | None) -> bool:
    intents = set(turn.utterance.intents())
    if intents & LEAVING or (intents & ASIDE and yes_or_no(turn.utterance) is None):
        return True
    return fact is not None and _asks_aside(turn, fact)


def _nothing_told(turn: Turn, fact: Fact | None) -> None:
    intents = turn.utterance.intents()
    if "stop" in intents:
        turn.set(eligibility_answer="given_up")
    elif ("ask_why_needed" in intents or WHY.search(turn.utterance.text)) and fact is not None:
        turn.say(f"{fact.why or '这一项会影响结果。'}不方便说可以跳过。")
    elif _declines(turn) and fact is not None:
        _skip(turn, fact, known="dont_know" in intents)
    elif "correct" in intents:
        turn.say("好的，直接说正确的就行。")
    elif fact is not None and fact.type in EXAMPLES and yes_or_no(turn.utterance):
        _missed(turn, f"{EXAMPLES[fact.type]}不记得可以说“不知道”。")
    else:
        _missed(turn)


def _too_vague(turn: Turn, fact: Fact, told: list[Heard]) -> None:
    """Only the year of the date asked for, for the second time: go on without it."""
    vague = [each.name for each in told if each.exact == YEAR]
    before = turn.judging.get("vague") or []
    with_asked(turn, vague=[*before, *vague])
    if fact.name in vague and fact.name in before:
        _skip(turn, fact, known=False)


def _skip(turn: Turn, fact: Fact, known: bool) -> None:
    skipped = [*turn.judging.get("skipped", []), fact.name]
    with_asked(turn, skipped=skipped, missed=0, instead=INSTEAD.get(fact.name) if known else None)


def _missed(turn: Turn, again: str = "没太听懂，换个说法试试，或者点下面的按钮。") -> None:
    missed = int(turn.judging.get("missed") or 0) + 1
    with_asked(turn, missed=missed)
    if missed >= TRIES:
        turn.set(eligibility_answer="given_up")
    else:
        turn.say(again)


def _supposed(turn: Turn, told: list[Heard]) -> dict:
    """What was supposed in the question gives way to what is told now."""
    gone = {each.name for each in told}
    return {name: value for name, value in (turn.judging.get("supposed") or {}).items() if name not in gone}
