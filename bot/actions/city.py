"""action_city: the city the conversation is about; a question that waited for it is answered now."""

from __future__ import annotations

import re

from backend.answers.answering import answers
from backend.answers.asked import Asked, items_named, names_elsewhere
from backend.answers.declining import declined
from backend.answers.reply import Link
from backend.answers.utterance import Utterance
from bot.actions import answer, application
from bot.actions.asking import begin, next_fact
from bot.actions.subject import cities_named, named_now
from bot.actions.turn import Turn

BARE = re.compile(
    r"(?:哦|噢|嗯|我|俺|人|就|是|问|说|看|选|要|查|在|市|的|吧|呢|啊|呀|嘞|这|那|边|个|政策|[,，。!！ ])*"
)
"""What may stand beside the name of a city in a message that only chooses it: 就那儿的吧."""


def run(turn: Turn) -> None:
    """Switch, and answer the question that waits, or the last one again for the new city."""
    named = cities_named(turn)
    if not named:
        _no_city(turn)
        return
    city, pending = named[-1], turn.slot("pending")
    before, judged = turn.topic, turn.judging if turn.in_form else {}
    turn.set(judging=None, eligibility_answer=None, pending=None, asking=False)
    turn.set(topic={**before.as_json(), "city": city})
    if judged and judged["city"] == city:
        turn.set(judging=judged, asking=True)
    elif pending:
        answer.respond(turn, Utterance.of(pending))
    elif judged and before.city != city and _judge_there(turn, judged, city):
        turn.set(asking=True)
    elif before.text and before.city != city:
        _again_there(turn, city, before)
    else:
        name = turn.desk.packs[city].city.name
        turn.say(f"好的，说{name}的政策。想问什么？", Link("有哪些补贴", "say", f"{name}有哪些补贴"))


def chooses(turn: Turn) -> bool:
    """Tell whether a message only names the city that a question waits for."""
    if not turn.slot("pending") or not cities_named(turn):
        return False
    text = turn.utterance.text
    for entity in turn.utterance.of_kind("city", "district"):
        text = text.replace(entity.text, " ")
    return bool(BARE.fullmatch(text))


def _no_city(turn: Turn) -> None:
    """No city of ours was named: another one, or the message was about an item all along."""
    turn.set(asking=False)
    if turn.utterance.of_kind("other_city"):
        asked = Asked(turn.utterance.text, (), (), (), turn.utterance.entities, {}, {}, turn.topic)
        turn.answer(declined(asked, turn.world(), "other_city"))
    elif turn.city and named_now(turn):
        application.start(turn, named_now(turn))
    else:
        names = "、".join(pack.city.name for pack in turn.desk.packs.values())
        links = tuple(Link(pack.city.name, "say", pack.city.name) for pack in turn.desk.packs.values())
        turn.say(f"现在可以查{names}的政策，要看哪个？", *links)


def _judge_there(turn: Turn, judged: dict, city: str) -> bool:
    """Judge the same item by the rules of another city, where it has one; tell whether there is something to ask."""
    here, there = turn.desk.packs[judged["city"]], turn.desk.packs[city]
    item = here.items.get(judged["item"])
    found = items_named((item.name, *item.aliases), there) if item else []
    if not found:
        return False
    verdict = begin(turn, city, found[0].id, judged.get("supposed") or {})
    if next_fact(turn, verdict) is None:
        turn.set(judging=None)
        return False
    turn.say(f"好的，换成{there.city.name}的{found[0].name}接着看。")
    return True


def _again_there(turn: Turn, city: str, topic) -> None:
    """Answer the last question for the new city."""
    names = names_elsewhere(topic, (city,), turn.desk.packs)
    asked = Asked(topic.text, ((topic.intent, 1.0),), (city,), names, (), topic.supposed, {}, topic, carried=True)
    found = answers(asked, turn.world())
    items = [each.item for each in found if each.item]
    turn.set(topic={**topic.as_json(), "city": city, "items": items})
    for each in found:
        turn.answer(each)
