"""Which items a message is about: named in it, else those of the last question."""

from __future__ import annotations

from backend.answers.asked import item_names, items_named
from backend.policy.catalogue import Packs
from bot.actions.turn import Turn


def cities_named(turn: Turn) -> tuple[str, ...]:
    """Return the ids of the cities of ours named in the message, by themselves or by a district of one only."""
    packs = turn.desk.packs
    found = []
    for entity in turn.utterance.of_kind("city", "district"):
        owners = [entity.value] if entity.kind == "city" else _owners(packs, str(entity.value))
        found += [city for city in owners if city in packs and len(owners) == 1]
    return tuple(dict.fromkeys(found))


def _owners(packs: Packs, district: str) -> list[str]:
    return [id_ for id_, pack in packs.items() if any(district in (d.name, *d.aliases) for d in pack.city.districts)]


def items_meant(turn: Turn) -> tuple[str, ...]:
    """Return the ids of the items named in the message in the conversation's city, else those of the topic."""
    pack = turn.pack
    if pack is None or not turn.utterance.parts:
        return turn.topic.items
    names = [name for part in turn.utterance.parts for name in item_names(turn.utterance, part)]
    return tuple(item.id for item in items_named(names, pack)) or turn.topic.items


def named_now(turn: Turn) -> tuple[str, ...]:
    """Return the ids of the items named in this very message."""
    pack = turn.pack
    if pack is None:
        return ()
    names = [name for part in turn.utterance.parts for name in item_names(turn.utterance, part)]
    return tuple(item.id for item in items_named(names, pack))
