"""What each part of a message wants.

People ask several things at once and tell things on the way. So a message is cut where people pause; each piece is
classified; a piece that says too little by itself is put together with its neighbour. The parts with their intents
leave as the message property `parts`; the message's own intent is that of the part that matters most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from bot.components.features import features, replaced
from bot.components.found import Find, finds_of
from bot.components.tokenizer import READING, made_by_script

PARTS = "parts"
MADE_WEIGHT = 0.4
"""How much an example that a script made counts beside one that a person wrote."""
QUESTION = "ask_"
WEIGHTY = ("human", "forget", "complaint", "stop", "withdraw_application", "other_person_data", "prompt_attack")
"""Intents that decide a message wherever they stand in it."""
POLITE = ("greet", "thanks", "bye", "affirm")
"""Intents that never decide a message that says anything else."""
CLEAR, SURE = 0.55, 0.8
ENDINGS = (
    ("ask_eligibility", re.compile(r"(?:能|可以|算|够|符合|还给|给不给|有资格).{0,14}(?:吗|么|嘛|不|没|没有)$")),
    ("ask_eligibility", re.compile(r"(?:可不可以|符不符合|([能行算够给补发赔管收让认])不\1).{0,12}$")),
)
"""Endings that make a statement a question, whatever was told before: 我36岁自己开公司能认定青年储备吗."""
NO_ENDINGS = (("ask_eligibility", re.compile(r"[^没]有.{1,14}(?:没有|没|木有|不)$")),)
"""The same for 有 … 没有, which by itself sounds like a no: 大专生有生活补助没有."""
ASKS_ANYWAY = re.compile(r"多少|什么|啥(?!都)|哪|谁|怎么|咋|多久|几[年天个月次].{0,8}(?:能|才|可以|够)")
"""Words with which nobody tells or denies."""
_FULL_STOP = re.compile(r"[。?!;\n？！；~…]+")
_PAUSE = re.compile(r"[,，、\s]+|(?=(?:还有|另外|顺便|再问|对了)(?!啥|什么|哪|没|吗|呢|别|其他))")
_ASKING = re.compile(r"多少|几|什么|啥|哪|谁|怎么|咋|多久|多长|吗|不$|行不|能不|要不")
_NEXT = 3


class Part(NamedTuple):
    """A stretch of the message, its likeliest intents with their probabilities, best first."""

    start: int
    end: int
    ranking: list[tuple[str, float]]

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.ranking[0][1]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AspectClassifier(IntentClassifier, GraphComponent):
    """Logistic regression over the n-grams of `bot.components.features`, applied to each part of a message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: strength of the regression, how often a feature must occur, seed."""
        return {"strength": 30.0, "at_least": 1, "random_state": 7}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Any = None):
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AspectClassifier:
        """Return an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AspectClassifier:
        """Return the classifier of a model archive."""
        with model_storage.read_from(resource) as folder:
            model = joblib.load(folder / "aspects.joblib")
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the classifier to the intent examples; a file of one intent alone trains nothing."""
        examples = training_data.intent_examples
        if len({message.get(INTENT) for message in examples}) > 1:
            self._model = fit(
                [self._features(message) for message in examples],
                [message.get(INTENT) for message in examples],
                [MADE_WEIGHT if made_by_script(message) else 1.0 for message in examples],
                self._config,
            )
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / "aspects.joblib", compress=3)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the parts and the intent of each message."""
        for message in messages:
            parts = self._parts(message)
            if parts:
                leading = leading_part(parts)
                message.set(PARTS, [_as_data(part, message) for part in parts], add_to_output=True)
                message.set(INTENT, {"name": leading.intent, "confidence": leading.confidence}, add_to_output=True)
                ranking = [{"name": name, "confidence": value} for name, value in leading.ranking]
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _parts(self, message: Message) -> list[Part]:
        reading = message.get(READING) or ""
        pieces = [piece for piece in cut(reading) if reading[piece[0] : piece[1]].strip(" ,。?!")]
        if self._model is None or not pieces:
            return []
        return self._put_together(message, self._rank(message, pieces))

    def _put_together(self, message: Message, parts: list[Part]) -> list[Part]:
        """Join each part that is not clear with its neighbour when the whole is clearer than the two."""
        place = 0
        while place < len(parts) - 1:
            here, there = parts[place], parts[place + 1]
            if here.confidence >= CLEAR and there.confidence >= CLEAR and not self._belongs(here, there):
                place += 1
                continue
            whole = self._rank(message, [(here.start, there.end)])[0]
            if whole.confidence >= min(here.confidence, there.confidence):
                parts[place : place + 2] = [whole]
                place = max(0, place - 1)
            else:
                place += 1
        return self._split_unpunctuated(message, parts[0]) if len(parts) == 1 else parts

    def _belongs(self, here: Part, there: Part) -> bool:
        return here.intent == there.intent and here.intent.startswith(QUESTION) and here.end - here.start < 4

    def _split_unpunctuated(self, message: Message, part: Part) -> list[Part]:
        """Two different sure questions in one breath: 多少钱去哪办."""
        if part.confidence >= SURE or part.end - part.start < 8:
            return [part]
        text: str = message.get(READING) or ""
        inner = [token.start for token in message.get("text_tokens") or []][2:-1]
        inner = [at for at in inner if _ASKING.search(text[part.start : at]) and _ASKING.search(text[at : part.end])]
        pairs = [(p, q) for place in inner for p, q in [self._rank(message, [(part.start, place), (place, part.end)])]]
        sure = [
            [p, q]
            for p, q in pairs
            if min(p.confidence, q.confidence) >= SURE and p.intent != q.intent and _asks(p) and _asks(q)
        ]
        return max(sure, key=lambda two: two[0].confidence * two[1].confidence, default=[part])

    def _rank(self, message: Message, stretches: Sequence[tuple[int, int]]) -> list[Part]:
        chances = self._model.predict_proba([self._features(message, *stretch) for stretch in stretches])
        names = self._model.classes_
        ranked = [
            Part(start, end, [(str(names[i]), float(row[i])) for i in np.argsort(row)[::-1][:_NEXT]])
            for (start, end), row in zip(stretches, chances, strict=True)
        ]
        asks = [_asked(names, row) for row in chances]
        return [self._ended(message, part, ask) for part, ask in zip(ranked, asks, strict=True)]

    def _ended(self, message: Message, part: Part, likeliest: str) -> Part:
        """A statement with the ending of a question is that question; with an asking word, the likeliest one."""
        text = (message.get(READING) or "")[part.start : part.end].rstrip("?!。,.呢啊呀 ")
        asked = next((intent for intent, ending in ENDINGS if ending.search(text)), None)
        asked = asked or next((intent for intent, ending in NO_ENDINGS if ending.search(text)), None)
        if asked is None and len(text) > 5 and ASKS_ANYWAY.search(text):
            asked = likeliest
        if part.intent not in ("inform", "deny") or asked is None:
            return part
        return Part(part.start, part.end, [(asked, part.confidence), *part.ranking[: _NEXT - 1]])

    def _features(self, message: Message, start: int = 0, end: int = -1) -> list[str]:
        reading: str = message.get(READING) or ""
        end = len(reading) if end < 0 else end
        words = [token.text for token in message.get("text_tokens") or [] if start <= token.start < end]
        finds: list[Find] = finds_of(message)
        return features(replaced(reading, finds, start, end), words)


def _asked(names: Sequence[str], row: Sequence[float]) -> str:
    """Return the likeliest question among the intents."""
    return str(max((chance, name) for name, chance in zip(names, row, strict=True) if name.startswith(QUESTION))[1])


def fit(examples: list[list[str]], intents: list[str], weights: list[float], config: dict[str, Any]) -> Pipeline:
    """Return the fitted pipeline: features given as lists of strings, weighted examples."""
    grams = TfidfVectorizer(
        analyzer=_as_given, lowercase=False, sublinear_tf=True, min_df=config["at_least"], dtype=np.float32
    )
    regression = LogisticRegression(solver="liblinear", C=config["strength"], random_state=config["random_state"])
    model = Pipeline([("grams", grams), ("regression", regression)])
    return model.fit(examples, intents, regression__sample_weight=weights)


def _as_given(grams: list[str]) -> list[str]:
    return grams


def cut(text: str) -> list[tuple[int, int]]:
    """Return the pieces of a text between full stops and pauses, as places."""
    stops = [(match.start(), match.end()) for match in _FULL_STOP.finditer(text)]
    stops += [(match.start(), match.end()) for match in _PAUSE.finditer(text)]
    pieces, place = [], 0
    for start, end in sorted(stops):
        if start > place:
            pieces.append((place, start))
        place = max(place, end)
    if place < len(text):
        pieces.append((place, len(text)))
    return pieces


def leading_part(parts: list[Part]) -> Part:
    """Return the part that decides what happens: a weighty wish, else the first question, else what says most."""
    asking = [part for part in parts if _asks(part)]
    sure = any(part.confidence >= CLEAR for part in asking)
    weighty = [part for part in parts if part.intent in WEIGHTY and part.confidence >= CLEAR]
    more = sure or any(part.intent != "stop" for part in weighty)
    weighty = [part for part in weighty if part.intent != "stop" or not more]  # 算了，问下别的 goes on to the other
    telling = [part for part in parts if part.intent not in POLITE and not _mere_sound(part)]
    return next(iter(weighty or asking or telling or parts))


def _mere_sound(part: Part) -> bool:
    """Whether a part is a sound like 哦 or 额, which is of no matter beside anything else."""
    return part.intent == "out_of_scope" and part.end - part.start <= 2


def _asks(part: Part) -> bool:
    return part.intent.startswith(QUESTION)


def _as_data(part: Part, message: Message) -> dict[str, Any]:
    return {
        "start": part.start,
        "end": part.end,
        "text": (message.get(READING) or "")[part.start : part.end],
        "intent": part.intent,
        "confidence": round(part.confidence, 4),
        "ranking": [[name, round(value, 4)] for name, value in part.ranking],
    }
