"""Words of a message, with script, width and homophone typos put right."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.language import Language, Word
from bot.components.writing import plain

READING = "reading"
"""The property of a message that holds its text as it was meant: same length as typed, so all places agree."""
MADE = "made"
"""Metadata of an intent's examples that a script made; nothing is learned about wording from them."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class TolerantTokenizer(Tokenizer):
    """Cuts a message into words under a word model of the field; see `bot.components.language`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings every Rasa tokenizer has."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, language: Language):
        super().__init__(config)
        self._storage, self._resource, self._language = storage, resource, language

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TolerantTokenizer:
        """Return a tokenizer that knows nothing yet."""
        return cls(config, model_storage, resource, Language({}, {}))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TolerantTokenizer:
        """Return the trained tokenizer of a model archive."""
        with model_storage.read_from(resource) as folder:
            counts = json.loads((folder / "language.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, Language(**counts))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the word model from the hand-written sentences and all names of the look-up tables."""
        written = [plain(m.get(TEXT)) for m in training_data.intent_examples if not made_by_script(m)]
        names = [plain(name) for table in training_data.lookup_tables for name in table["elements"]]
        self._language = Language.learn(written, names)
        with self._storage.write_to(self._resource) as folder:
            (folder / "language.json").write_text(json.dumps(self._language.as_data(), ensure_ascii=False), "utf-8")
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the words of one attribute; for the text, keep the reading on the message."""
        words: list[Word] = self._language.read(plain(message.get(attribute)))
        if attribute == TEXT:
            message.set(READING, "".join(word.form for word in words), add_to_output=True)
        return [Token(word.form, word.start) for word in words if not word.form.isspace()]


def made_by_script(message: Message) -> bool:
    """Tell whether a training example comes from the variation script."""
    return bool(((message.get("metadata") or {}).get("intent") or {}).get(MADE))
