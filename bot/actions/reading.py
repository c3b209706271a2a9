"""What a message says to the question that stands: the answer, facts volunteered, or a question of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.answers.asked import CLEAR
from backend.answers.heard import ABOUT, Heard, ago, amount, day, insured_since
from backend.answers.moments import MONTH, Settled
from backend.answers.replying import (
    CLAUSE,
    declines,
    does_not_know,
    exactness,
    in_words_of_its_own,
    interpret,
    yes_or_no,
)
from backend.answers.utterance import Part, Utterance
from backend.policy.vocabulary import Fact
from bot.actions.noting import corrected, told_facts
from bot.actions.turn import Turn

CORRECTING = re.compile(
    r"^(?:刚才|刚刚|前面|我|等等|等下|哦|噢|啊|哎|唉|呃|额|那个|[,， ])*"
    r"(?:不对|错了|(?:说|弄|记|搞|打|写|讲|输)(?:错|反|岔|混)|口误|更正|"
    r"不[,，]|(?:不是|哪是|哪有).{1,12}[,，]?.{0,6}(?:是|应该|有))"
)
"""How a message begins that puts right what was told before."""
WHY = re.compile(
    r"(?:问|要|填|知道|打听).{0,6}(?:干啥|干嘛|干什么|做什么|做啥|有啥用|有什么用|啥用)|"
    r"为(?:啥|什么|何).{0,4}(?:问|要|填|知道)|跟.{1,8}有关系|有(?:啥|什么)关系"
)
ASKS = re.compile(
    r"多少|几(?:天|年|个|点|号|月|级|次|回|比)|什么|啥|哪|谁|怎么|怎样|咋|吗|么$|多[久长大]|[?？]|(?:行|中|可以|成|能|有|是|算|要)不$|"
    r"([一-龥])[不没]\1|能不能|有没有|是不是|可不可以|要不要|^(?:那|要是|如果|换).{1,12}呢$"
)
"""Words with which one asks, in a conversation in which one is being asked."""
OWN_QUESTION = 0.75
"""How sure a question without an asking word has to be, where an answer is awaited."""
NAMED = ("item", "material", "agency")


def asked_fact(turn: Turn) -> Fact | None:
    """Return the fact that we asked for last."""
    name = turn.judging.get("asked")
    return turn.desk.packs.vocabulary[name] if name else None


def says_unknown(turn: Turn) -> bool:
    """Tell whether the person does not know what was asked."""
    return does_not_know(turn.utterance.text) or "dont_know" in turn.utterance.intents()[:1]


def will_not_say(turn: Turn) -> bool:
    """Tell whether the person would rather not tell what was asked."""
    return declines(turn.utterance.text) or "refuse" in turn.utterance.intents()[:1]


def told_here(turn: Turn, fact: Fact) -> list[Heard]:
    """Return the facts in a message: those said in so many words, and the short answer to the question."""
    told = told_facts(turn, telling=not asks_aside(turn, fact))
    if any(each.name == fact.name for each in told):
        return told
    if not told and corrects(turn):
        return corrected(turn)
    if told and CORRECTING.match(turn.utterance.text):
        return told  # 不对，是硕士: the no is about what was told before, not about what is asked
    value = _answered(turn, fact, told)
    if value is None:
        return told or _otherwise(turn, fact)
    exact = exactness(fact, turn.utterance, turn.scene) or "day"
    return [Heard(fact.name, value, turn.utterance.text, exact), *_unlike(told, fact)]


def _otherwise(turn: Turn, fact: Fact) -> list[Heard]:
    """The fact asked for, told by another that it follows from: a date of birth for an age, a day for some months."""
    for name, kind, value in FOLLOWS.get(fact.name, ()):
        said = turn.utterance.of_kind(kind)
        settled = value(said[0], turn.scene) if said else None
        if isinstance(settled, Settled):
            exact = MONTH if settled.precision == ABOUT else settled.precision
            return [Heard(name, settled.day.isoformat(), turn.utterance.text, exact)]
        if settled is not None:
            return [Heard(name, settled, turn.utterance.text)]
    return []


FOLLOWS: dict[str, tuple[tuple[str, str, Callable[..., object]], ...]] = {
    "age": (("birth_date", "date", day),),
    "age_when_registered": (("birth_date", "date", day),),
    "birth_date": (("age", "age", amount), ("age", "count", amount)),
    "pension_months_consecutive": (("pension_paid_ranges", "date", insured_since),),
    "social_insurance_months_consecutive": (("pension_paid_ranges", "date", insured_since),),
    "hired_on": (("hired_on", "period", ago),),
    "business_registered_on": (("business_registered_on", "period", ago),),
    "graduated_on": (("graduated_on", "period", ago),),
}
"""Fact asked for → the fact told instead, the kind of words that tells it, and how its value follows."""


def asks_aside(turn: Turn, fact: Fact) -> bool:
    """Tell whether a message has a question of its own, besides or instead of an answer."""
    if WHY.search(turn.utterance.text):
        return False
    return any(_is_question(turn, fact, part) for part in turn.utterance.parts)


def _is_question(turn: Turn, fact: Fact, part: Part) -> bool:
    """Whether a part asks: with an asking word, or surely and by the name of something; a plain answer never does."""
    if not part.asks or part.intent == "ask_why_needed" or says_unknown(turn):
        return False
    if ASKS.search(part.text) or (part.end == len(turn.utterance.text) and "?" in turn.utterance.text):
        return part.confidence >= CLEAR and not _hedged(fact, part, turn)
    named = bool(turn.utterance.of_kind(*NAMED, within=part))
    return named and part.confidence >= OWN_QUESTION and interpret(fact, turn.utterance, turn.scene) is None


def _hedged(fact: Fact, part: Part, turn: Turn) -> bool:
    """Whether a part only sounds like a question: 应该是吧?, 三年吧, 有?, 中不中?中."""
    bare = re.sub(r"[?？吧呢啊]+$", "", part.text)
    whole = Utterance(bare, (), tuple(e for e in turn.utterance.entities if e.within(part.start, part.end)))
    return not ASKS.search(bare) and interpret(fact, whole, turn.scene) is not None


def corrects(turn: Turn) -> bool:
    """Tell whether a message puts right what was told before, and asks nothing."""
    text, parts = turn.utterance.text, turn.utterance.parts
    if not parts or QUESTION.search(text):
        return False
    return parts[0].intent == "correct" or bool(CORRECTING.match(text) and len(text) <= LONG)


QUESTION = re.compile(r"多少|什么|啥|谁|怎么|咋|吗|么$|[?？]|能不能|有没有|是不是|[能行中可以给]不$")
LONG = 24
"""The most characters of a correction that is known by its first words alone."""


def _answered(turn: Turn, fact: Fact, told: list[Heard]) -> object | None:
    """What the message answers, apart from what it asks and from what it tells of other things."""
    said = _without_questions(turn, fact)
    if said is None or will_not_say(turn):
        return None
    if told and fact.type == "bool" and not in_words_of_its_own(fact, said, turn.scene):
        return yes_or_no(_first_clause(said)) if _stands_alone(said, told) else None
    return interpret(fact, said, turn.scene)


def _without_questions(turn: Turn, fact: Fact) -> Utterance | None:
    """The message less the parts that ask something; None when nothing is left."""
    utterance = turn.utterance
    asking = [part for part in utterance.parts if _is_question(turn, fact, part)]
    if not asking:
        return utterance
    rest = [part for part in utterance.parts if part not in asking]
    if not rest:
        return None
    kept = tuple(e for e in utterance.entities if any(e.within(part.start, part.end) for part in rest))
    return Utterance("，".join(part.text for part in rest), tuple(rest), kept)


def _first_clause(said: Utterance) -> Utterance:
    return Utterance(CLAUSE.split(said.text.strip())[0], said.parts[:1], ())


def _stands_alone(said: Utterance, told: list[Heard]) -> bool:
    """Whether the first clause is more than the telling of something else: 是的，公司给交的."""
    first = CLAUSE.split(said.text.strip())[0]
    return first != said.text.strip() and all(each.said != first for each in told)


def _unlike(told: list[Heard], fact: Fact) -> list[Heard]:
    """A bare number was the answer; what a rule made of it besides is no fact."""
    return [each for each in told if not (fact.type in ("int", "number") and isinstance(each.value, int | float))]
