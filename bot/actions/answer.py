"""action_answer: answers every question in the message, notes what was told, and begins to ask where it depends."""

from __future__ import annotations

import re
from typing import Any

from peewee import PeeweeException

from backend.answers.answering import answers, only_city
from backend.answers.asked import ASKING, Asked, Topic, items_named, questions
from backend.answers.case import Case
from backend.answers.declining import NOT_OURS
from backend.answers.heard import Heard
from backend.answers.lookups import TOGETHER
from backend.answers.reply import LONGEST, Answer, Reply
from backend.answers.utterance import Utterance
from backend.answers.verdicts import worded
from backend.answers.yes_or_no import yes_or_no
from backend.policy.eligibility import NEEDS_INFO
from backend.store import questions as unanswered_questions
from bot.actions.asking import begin, next_fact
from bot.actions.noting import kept_by_others, note, told_facts
from bot.actions.reading import asked_fact, told_here
from bot.actions.turn import Turn, log

HOLDS = "这一条符合"
THOUGHT_OF = 0.42
"""From this likeness to a way of asking on, a question is answered from the rule rather than by judging the person."""
SURELY_THOUGHT_OF = 0.55
"""From here on it is a question whatever it sounded like."""
MOST = 4
"""Questions in one message that get an answer each."""
HIDDEN = "已隐去］"
IN_FORM = "证件号、手机号、卡号请在申请表里填，聊天里不收。想申请哪一项，说出名字我给您打开表。"
GENERAL = re.compile(
    r"^(?:那|请|你|帮我|给我|俺|我|这样|现在|应该|是不是|就|也|还|到底|看看|看|判断|测|算|一下|下|可以|能不能|能|够不够|够|符不符合|符合|"
    r"行不行|中不中|有没有|有|够格|认定|认|评上|评|资格|格|条件|申请|领|享受|办|拿|不|了|吗|呢|吧|嘞|啊|的|"
    r"[,，。?？ ])+$"
)
OWN = re.compile(r"我|俺|本人|自己|咱")
OTHER = re.compile(r"他|她|员工|同事|朋友|别人|老公|老婆|爱人|对象|儿子|闺女|女儿|孩子|父母|爸|妈|弟|妹|哥|姐")


def run(turn: Turn, goes_on: bool = False, keeps: bool = True) -> None:
    """Answer; `goes_on`: the message is no question by itself and repeats the last one for what it names.

    `keeps`: what the message says of a person is kept.
    """
    told = _told(turn) if keeps and not goes_on else []
    noted = note(turn, told) + kept_by_others(turn, told)
    respond(turn, turn.utterance, noted, goes_on)


def respond(turn: Turn, said: Utterance, noted: str = "", goes_on: bool = False) -> None:
    """Answer the questions of an utterance; set `asking` when facts have to be asked for."""
    asked = questions(said, turn.topic, turn.desk.packs, turn.home, turn.scene, goes_on)[:MOST]
    began = turn.in_form and turn.slot("asking") is True
    found: list[Answer] = []
    for each in asked:
        personal = _personal(turn, each)
        began = began or (personal is not None and personal[1])
        found += [personal[0]] if personal else _but_refusals(each, answers(each, turn.world()), bool(found))
    found = list({each.text: each for each in reversed(found)}.values())[::-1]
    if HIDDEN in turn.utterance.text:
        found = [each for each in found if each.kind not in ("not_said", "declined")] or [Answer(IN_FORM, kind="ask")]
    _remember_topic(turn, asked, found)
    _say(turn, noted, found)
    _count_unanswered(turn, found)
    city_wanted = bool(found) and all(each.kind == "ask" and each.city is None for each in found) and not turn.city
    turn.set(asking=began, pending=kept(turn) if city_wanted else None)


def _but_refusals(asked: Asked, found: list[Answer], answered: bool) -> list[Answer]:
    """The answers to a question, less a refusal where the message got an answer and this part is hardly a question."""
    return [] if answered and asked.intent not in NOT_OURS and all(a.kind == "declined" for a in found) else found


def kept(turn: Turn) -> dict[str, Any]:
    """Return the latest message as plain data, to be answered once the city is known."""
    latest = turn.tracker.get("latest_message") or {}
    return {name: latest[name] for name in ("text", "reading", "intent", "entities", "parts") if name in latest}


def asks_what_was_thought_of(turn: Turn) -> bool:
    """Tell whether a message that was taken for no question is one that somebody thought of for a rule."""
    if turn.in_form or turn.city is None or not ASKING.search(turn.utterance.text):
        return False
    asked = questions(turn.utterance, turn.topic, turn.desk.packs, turn.home, turn.scene)
    cases = [Case.of(each, city, turn.world()) for each in asked[:MOST] for city in each.cities[:1]]
    return any(case.thought_of >= SURELY_THOUGHT_OF for case in cases)


def _told(turn: Turn) -> list[Heard]:
    """What the message tells besides asking; in the middle of our questions also a short answer: 是的，要多久啊."""
    fact = asked_fact(turn) if turn.in_form else None
    return told_here(turn, fact) if fact else told_facts(turn)


def _personal(turn: Turn, asked: Asked) -> tuple[Answer, bool] | None:
    """A question about the speaker's own case: the verdict, or what is known so far, and whether to ask on."""
    if not _about_oneself(asked):
        return None
    city = next(iter(asked.cities or only_city(asked, turn.world())), None)
    if city is None:
        return None
    case = Case.of(asked, city, turn.world())
    item = case.item if case.likely_items else None
    if item is None or item.kind == "information":
        return None
    if not _general(asked) and case.thought_of >= THOUGHT_OF:
        return None
    supposed = {name: value for name, value in asked.supposed.items() if name in asked.own}
    verdict = begin(turn, city, item.id, supposed)
    if verdict.verdict == NEEDS_INFO and next_fact(turn, verdict):
        direct = yes_or_no(case) if asked.supposed else None
        if direct is not None and not (direct.text.startswith(HOLDS) and OWN.search(f"{asked.context}{asked.text}")):
            return direct, False
        return Answer(
            f"我来帮您看{item.name}，问几个会影响结果的，不方便说的可以跳过。", (), "personal", city, None
        ), True
    return worded(verdict), False


def _general(asked: Asked) -> bool:
    """Whether a question asks for no more than whether one qualifies: 我能领生活补助吗."""
    bare = re.sub("|".join(map(re.escape, asked.names)) or "^$", "", asked.text)
    return (not asked.context or bool(OWN.search(asked.context))) and bool(GENERAL.match(bare))


def _about_oneself(asked: Asked) -> bool:
    if asked.intent not in ("ask_eligibility", "ask_why_not") or re.search(f"{OTHER.pattern}|{TOGETHER}", asked.text):
        return False
    bare = re.sub("|".join(map(re.escape, asked.names)) or "^$", "", asked.text)
    whole = f"{asked.context} {asked.text}"
    if (OWN.search(whole) or not asked.supposed) and GENERAL.match(bare):
        return True
    return bool(OWN.search(whole)) and set(asked.supposed) <= set(asked.own) and len(asked.text) <= 30


def _remember_topic(turn: Turn, asked: list[Asked], found: list[Answer]) -> None:
    """Keep what was asked about, so that 那博士呢 and 几天 find their subject."""
    if not asked:
        return
    last = asked[-1]
    items = tuple(dict.fromkeys(each.item for each in found if each.item)) or _named(turn, last) or turn.topic.items
    city = next((each.city for each in reversed(found) if each.city), None) or turn.topic.city
    supposed: dict[str, Any] = {**last.supposed}
    text = last.topic.text if last.carried and last.topic.text else last.text
    turn.set(topic=Topic(city, items[-2:], last.intent, text, supposed, turn.home).as_json())


def _named(turn: Turn, asked: Asked) -> tuple[str, ...]:
    """The items a question names, for answers that belong to none."""
    pack = turn.desk.packs.get(next(iter(asked.cities), ""))
    return tuple(item.id for item in items_named(asked.names, pack)) if pack else ()


def _say(turn: Turn, noted: str, found: list[Answer]) -> None:
    before = len(turn.said)
    for each in found:
        turn.answer(each)
    if noted:
        if len(turn.said) > before and len(noted) + len(turn.said[before].text) <= LONGEST:
            first = turn.said[before]
            turn.said[before] = Reply(f"{noted}\n{first.text}", first.citations, first.links)
        else:
            turn.said.insert(before, Reply(noted))
    turn.set(spoken=[each.as_json() for each in turn.said], offer=None)


def _count_unanswered(turn: Turn, found: list[Answer]) -> None:
    """Questions without an answer are counted, masked, for those who keep the packs."""
    if not any(each.kind == "not_said" for each in found):
        return
    try:
        confidence = turn.utterance.parts[-1].confidence if turn.utterance.parts else None
        unanswered_questions.unanswered(turn.utterance.text, turn.city, turn.now, confidence)
    except PeeweeException:
        log.warning("a question without an answer was not counted: the store is away")
