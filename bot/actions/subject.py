"""Which items a message is about: named in it, else those of the last question."""

from __future__ import annotations

from backend.answers.asked import item_names, items_named
from bot.actions.turn import Turn


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
