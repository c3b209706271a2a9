"""validate_eligibility_form: takes what the person says while we ask.

An answer to the question, facts volunteered, a correction, 不知道, a refusal, "why do you ask", "stop": all belong to
the form. A question about something else is rejected here, and the rules of the dialogue answer it and come back.
"""

from __future__ import annotations

import re

from backend.answers.heard import Heard
from backend.answers.moments import YEAR
from backend.answers.replying import example, gives_up
from backend.answers.utterance import Part
from backend.policy.vocabulary import Fact
from bot.actions import forget
from bot.actions.again import GOING_ON
from bot.actions.asking import INSTEAD, TRIES, next_fact, verdict_now, with_asked
from bot.actions.noting import kept_by_others, note
from bot.actions.reading import ASKS, WHY, asked_fact, asks_aside, says_unknown, told_here, will_not_say
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
        "go_on",
        "out_of_scope",
        "other_person_data",
        "prompt_attack",
        "bot_challenge",
        "abuse",
    ]
)
SURE, SURER = 0.5, 0.6
"""How sure an intent must be to leave our questions; the second where the words could be mere noise."""
NOISY = frozenset(["out_of_scope", "bot_challenge", "repeat", "more", "rate_good", "rate_bad", "switch_city", "human"])
BRIEF = 6
SAYS = re.compile(r"人工|真人|客服|窗口|再说|重复|详细|全部|还有|好评|差评|谢|城市|天气")
"""Words that make sense of even the shortest wish."""
NOT_HEARD = "没太听懂，换个说法试试，或者点下面的按钮。"
SKIPPED = "好的，这一项先跳过。"


class Rejected(Exception):
    """The message is not for the form; the rules of the dialogue decide what to do with it."""


def run(turn: Turn) -> None:
    """Take the message; set `eligibility_answer` when nothing is left to ask. Raises Rejected."""
    fact = asked_fact(turn)
    if fact is None or turn.answered_already:
        turn.set(eligibility_answer=None)  # the form begins, or comes back after a question: that was no answer
        return
    if forget.wished(turn.utterance.text):
        forget.run(turn)
        turn.set(eligibility_answer="given_up")
        return
    if asks_aside(turn, fact):
        raise Rejected
    if GOING_ON.match(turn.utterance.text):
        turn.set(eligibility_answer=None)  # 继续, 好，接着刚才的: the question is asked once more
        return
    told = told_here(turn, fact)
    if not told and _is_for_others(turn):
        raise Rejected
    turn.set(eligibility_answer=None)
    if told:
        _take(turn, fact, told)
    elif _in_the_form(turn, fact):
        with_asked(turn, missed=0)
    else:
        _nothing_told(turn, fact)
    if turn.slot("eligibility_answer") is None and next_fact(turn, verdict_now(turn)) is None:
        turn.set(eligibility_answer="settled")


def _take(turn: Turn, fact: Fact, told: list[Heard]) -> None:
    noted = note(turn, told) + kept_by_others(turn, told)
    with_asked(turn, missed=0, supposed=_supposed(turn, told))
    if noted:
        turn.say(noted)
    _too_vague(turn, fact, told)
    if all(each.name != fact.name for each in told) and (says_unknown(turn) or will_not_say(turn)):
        _skip(turn, fact, known=says_unknown(turn))


def _in_the_form(turn: Turn, fact: Fact) -> bool:
    """Whether the answer came in the form under our question: then it is known already, whatever its words."""
    told = turn.told.get(fact.name.partition(".")[0])
    return told is not None and told.source == "form" and next_fact(turn, verdict_now(turn)) != fact.name


def _is_for_others(turn: Turn) -> bool:
    """Whether the message wants something that is not of our questions, surely enough."""
    if says_unknown(turn) or will_not_say(turn) or WHY.search(turn.utterance.text):
        return False
    wanted = [part for part in turn.utterance.parts if part.intent in LEAVING | ASIDE and not _noise(turn, part)]
    return any(part.confidence >= (SURER if part.intent in NOISY else SURE) for part in wanted)


def _noise(turn: Turn, part: Part) -> bool:
    """Whether a stretch says nothing at all: 哈哈哈哈, 额额, asdf."""
    if turn.utterance.of_kind("city", "other_city", "item", within=part):
        return False
    return (
        part.intent in NOISY and len(part.text) <= BRIEF and not ASKS.search(part.text) and not SAYS.search(part.text)
    )


def _nothing_told(turn: Turn, fact: Fact) -> None:
    intents = turn.utterance.intents()
    if says_unknown(turn) or will_not_say(turn):
        _skip(turn, fact, known=says_unknown(turn))
    elif "ask_why_needed" in intents or WHY.search(turn.utterance.text):
        turn.say(f"{fact.why or '这一项会影响结果。'}不方便说可以跳过。")
    elif "stop" in intents or gives_up(turn.utterance.text):
        turn.set(eligibility_answer="given_up")
    elif "correct" in intents:
        turn.say("好的，直接说正确的就行。")
    else:
        shown = example(fact)
        _missed(turn, f"没太听懂。{shown}不记得可以说“不知道”。" if shown else NOT_HEARD)


def _too_vague(turn: Turn, fact: Fact, told: list[Heard]) -> None:
    """Only the year of the date asked for, for the second time: go on without it."""
    vague = [each.name for each in told if each.exact == YEAR]
    before = turn.judging.get("vague") or []
    with_asked(turn, vague=[*before, *vague])
    if fact.name in vague and fact.name in before:
        _skip(turn, fact, known=False)


def _skip(turn: Turn, fact: Fact, known: bool) -> None:
    skipped = [*turn.judging.get("skipped", []), fact.name]
    instead = INSTEAD.get(fact.name) if known else None
    with_asked(turn, skipped=skipped, missed=0, instead=None if instead in skipped else instead)
    if turn.judging["instead"] is None and not turn.said:
        turn.say(SKIPPED)


def _missed(turn: Turn, again: str) -> None:
    missed = int(turn.judging.get("missed") or 0) + 1
    with_asked(turn, missed=missed)
    if missed >= TRIES:
        turn.set(eligibility_answer="not_understood")
    else:
        turn.say(again)


def _supposed(turn: Turn, told: list[Heard]) -> dict:
    """What was supposed in the question gives way to what is told now."""
    gone = {each.name for each in told}
    return {name: value for name, value in (turn.judging.get("supposed") or {}).items() if name not in gone}
