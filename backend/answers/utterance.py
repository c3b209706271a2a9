"""What a person said, as understood: the reading of the text, its parts with their intents, the entities found.

Made from the data that Rasa sends; `unread` makes one without Rasa, for when it is away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MIN_CONFIDENCE = 0.25


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of the text that names something; `value` is a known name or, for dates and numbers, plain data."""

    kind: str
    value: Any
    text: str
    start: int
    end: int
    nearly: bool = False

    def within(self, start: int, end: int) -> bool:
        """Tell whether it lies in the stretch."""
        return start <= self.start and self.end <= end


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text with its likeliest intents, best first."""

    start: int
    end: int
    text: str
    ranking: tuple[tuple[str, float], ...]

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0] if self.ranking else ""

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def asks(self) -> bool:
        """Whether it is a question about the rules or one's case."""
        return self.intent.startswith("ask_")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One message of a person."""

    text: str
    parts: tuple[Part, ...]
    entities: tuple[Entity, ...]

    @classmethod
    def of(cls, parsed: Mapping[str, Any]) -> Utterance:
        """Read Rasa's parse data (`latest_message`); missing pieces are filled as well as they can be."""
        text = parsed.get("reading") or parsed.get("text") or ""
        entities = tuple(_entity(each) for each in parsed.get("entities") or ())
        parts = tuple(_part(each) for each in parsed.get("parts") or ())
        if not parts and text:
            intent = (parsed.get("intent") or {}).get("name") or ""
            parts = (Part(0, len(text), text, ((intent, 1.0),) if intent else ()),)
        return cls(text, parts, entities)

    @classmethod
    def unread(cls, text: str) -> Utterance:
        """Return a message about which nothing is known but its text."""
        return cls(text, (Part(0, len(text), text, ()),), ())

    def intents(self) -> tuple[str, ...]:
        """The intents of the parts, in order."""
        return tuple(part.intent for part in self.parts)

    def of_kind(self, *kinds: str, within: Part | None = None) -> list[Entity]:
        """Return the entities of some kinds, of the whole message or of one part."""
        found = (entity for entity in self.entities if entity.kind in kinds)
        return [entity for entity in found if within is None or entity.within(within.start, within.end)]


def _entity(data: Mapping[str, Any]) -> Entity:
    text = data.get("text") or str(data.get("value", ""))
    return Entity(
        data["entity"], data.get("value"), text, data.get("start", 0), data.get("end", 0), data.get("how") == "nearly"
    )


def _part(data: Mapping[str, Any]) -> Part:
    ranking: Iterable[Sequence[Any]] = data.get("ranking") or [[data.get("intent", ""), data.get("confidence", 0.0)]]
    return Part(data["start"], data["end"], data["text"], tuple((name, float(value)) for name, value in ranking))
