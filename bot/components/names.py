"""Names from the look-up tables: items, cities, agencies, employers, papers, grades, kin.

The reading of the tokenizer has undone homophone typos already, so a name is found as it stands; where none of an
entity was found, one lost, added or wrong syllable in a long name is forgiven too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.found import Find, keep
from bot.components.tokenizer import READING
from bot.components.writing import plain, syllables

FORGIVING = ("item", "employer")
"""Entities in whose names one syllable may be wrong."""
LONG_ENOUGH = 4
Names = dict[str, tuple[str, str]]


class Table:
    """All names by their first character, and the long ones by their sound with one syllable left out."""

    def __init__(self, names: Names):
        """`names`: name -> (entity, value)."""
        self.names = names
        self._longest: dict[str, list[int]] = {}
        for name in names:
            lengths = self._longest.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
        for lengths in self._longest.values():
            lengths.sort(reverse=True)
        self._nearly: dict[tuple[str, ...], str] = {}
        for name, (entity, _) in names.items():
            if entity in FORGIVING and len(name) >= LONG_ENOUGH:
                for sound in _shortened(tuple(syllables(name))):
                    self._nearly.setdefault(sound, name)

    def find(self, text: str) -> list[Find]:
        """Return the names in `text`, the longest at each place, from left to right."""
        finds, place = [], 0
        while place < len(text):
            find = self._at(text, place)
            if find:
                finds.append(find)
            place = find.end if find else place + 1
        missing = [entity for entity in FORGIVING if all(find.entity != entity for find in finds)]
        return sorted([*finds, *self._nearly_in(text, missing, finds)])

    def _at(self, text: str, place: int) -> Find | None:
        for length in self._longest.get(text[place], ()):
            name = text[place : place + length]
            if len(name) == length and name in self.names:
                return Find(place, place + length, *self.names[name])
        return None

    def _nearly_in(self, text: str, entities: Iterable[str], taken: list[Find]) -> Iterator[Find]:
        """Yield names of the given entities from which the text differs by one syllable, outside what is taken."""
        wanted = set(entities)
        sounds = [syllables(char)[0] for char in text]
        for start in range(len(text)):
            for length in range(9, LONG_ENOUGH - 2, -1):
                end = start + length
                if end > len(text) or not wanted:
                    continue
                for sound in _shortened(tuple(sounds[start:end])):
                    name = self._nearly.get(sound)
                    if name and self._worth(name, text[start:end], wanted):
                        find = Find(start, end, *self.names[name], "nearly")
                        if not any(find.overlaps(other) for other in taken):
                            wanted.discard(find.entity)
                            yield find
                            break

    def _worth(self, name: str, typed: str, wanted: Iterable[str]) -> bool:
        common = sum(char in name for char in typed)
        least = len(name) - (1 if len(name) <= LONG_ENOUGH else 2)
        return self.names[name][0] in wanted and abs(len(name) - len(typed)) <= 1 and common >= least


def _shortened(sound: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield sound
    for place in range(len(sound)):
        yield sound[:place] + sound[place + 1 :]


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class NameExtractor(GraphComponent, EntityExtractorMixin):
    """Finds names of the look-up tables; a synonym gives the value, a name without one is its own value.

    Registered as a featurizer too, because the classifier wants the finds on the training examples.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: none."""
        return {}

    def __init__(self, storage: ModelStorage, resource: Resource, table: Table):
        self._storage, self._resource, self._table = storage, resource, table

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NameExtractor:
        """Return an extractor without names."""
        return cls(model_storage, resource, Table({}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NameExtractor:
        """Return the extractor of a model archive."""
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(model_storage, resource, Table({name: tuple(known) for name, known in names.items()}))

    def train(self, training_data: TrainingData) -> Resource:
        """Take the names from the look-up tables and their values from the synonyms."""
        values = {plain(word): value for word, value in training_data.entity_synonyms.items()}
        names: Names = {}
        for table in training_data.lookup_tables:
            for name in map(plain, table["elements"]):
                names.setdefault(name, (table["name"], values.get(name, name)))
        self._table = Table(names)
        with self._storage.write_to(self._resource) as folder:
            (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Mark the finds on the training examples."""
        for message in training_data.training_examples:
            keep(message, self._table.find(message.get(READING) or ""), self.name, as_entities=False)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to each message."""
        for message in messages:
            keep(message, self._table.find(message.get(READING) or ""), self.name, as_entities=True)
        return messages

    @property
    def name(self) -> str:
        """The name under which entities say who found them."""
        return type(self).__name__
