"""What the extractors found in a message, before it becomes Rasa entities."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

FOUND = "found"
"""The property of a message that holds its finds as plain data, for later components."""


class Find(NamedTuple):
    """A stretch of the reading that names something: kind of entity, its value, how it was found."""

    start: int
    end: int
    entity: str
    value: Any
    how: str = "exact"

    def overlaps(self, other: "Find") -> bool:
        """Tell whether two stretches share a character."""
        return self.start < other.end and other.start < self.end


def finds_of(message: Message) -> list[Find]:
    """Return what earlier components found, in the order of the text."""
    return [Find(*each) for each in message.get(FOUND) or []]


def keep(message: Message, finds: Iterable[Find], extractor: str, as_entities: bool) -> None:
    """Add finds to a message; `as_entities` also writes Rasa's own entities (not wanted on training examples)."""
    new = list(finds)
    message.set(FOUND, [list(find) for find in sorted([*finds_of(message), *new])])
    if as_entities:
        entities: list[dict[str, Any]] = [_entity(find, message.get("reading") or "", extractor) for find in new]
        message.set(ENTITIES, sorted([*(message.get(ENTITIES) or []), *entities], key=lambda each: each["start"]), True)


def _entity(find: Find, reading: str, extractor: str) -> dict[str, Any]:
    return {
        "entity": find.entity,
        "start": find.start,
        "end": find.end,
        "value": find.value,
        "text": reading[find.start : find.end],
        "how": find.how,
        "extractor": extractor,
    }
