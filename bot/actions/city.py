"""action_city: the city the conversation is about; a question that waited for it is answered now."""

from __future__ import annotations

from backend.answers.answering import answers
from backend.answers.asked import Asked, names_elsewhere
from backend.answers.reply import Link
from bot.actions.turn import Turn


def run(turn: Turn) -> None:
    """Switch, and answer the last question again for the new city."""
    named = [entity.value for entity in turn.utterance.of_kind("city") if entity.value in turn.desk.packs]
    turn.set(judging=None, eligibility_answer=None)
    if not named:
        names = "、".join(pack.city.name for pack in turn.desk.packs.values())
        links = tuple(Link(pack.city.name, "say", pack.city.name) for pack in turn.desk.packs.values())
        turn.say(f"现在可以查{names}的政策，要看哪个？", *links)
        return
    city, topic = named[-1], turn.topic
    turn.set(topic={**topic.as_json(), "city": city})
    name = turn.desk.packs[city].city.name
    if not topic.text or topic.city == city:
        turn.say(f"好的，说{name}的政策。想问什么？", Link("有哪些补贴", "say", f"{name}有哪些补贴"))
        return
    names = names_elsewhere(topic, (city,), turn.desk.packs)
    asked = Asked(topic.text, ((topic.intent, 1.0),), (city,), names, (), topic.supposed, {}, topic, carried=True)
    found = answers(asked, turn.world())
    items = [each.item for each in found if each.item]
    turn.set(topic={**topic.as_json(), "city": city, "items": items})
    for each in found:
        turn.answer(each)
