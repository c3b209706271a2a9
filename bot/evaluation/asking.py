"""Asks the assistant over HTTP as people would: every question by somebody new, every conversation in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from backend import assistant, clock
from backend.answers.heard import Scene, heard, values_of
from backend.answers.utterance import Utterance
from backend.policy.catalogue import Pack
from backend.store import people
from backend.store.database import connection
from bot.evaluation.marking import Mark, Marker
from bot.evaluation.testset import Question, Sentence
from bot.proving_ground import ProvingGround
from bot.said import Said

AT_ONCE = 3
numbers = count()


@dataclass(frozen=True, slots=True)
class Marked:
    """A question, what was said, and how it was marked."""

    question: Question
    said: Said
    mark: Mark


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one kind of thing that sentences name: how many were there, were heard rightly, and were heard at all."""

    wanted: int
    right: int
    heard: int

    @property
    def precision(self) -> float:
        """The share of what was heard that was there."""
        return self.right / self.heard if self.heard else 1.0

    @property
    def recall(self) -> float:
        """The share of what was there that was heard."""
        return self.right / self.wanted if self.wanted else 1.0


def somebody() -> str:
    """Return the id of a new person."""
    with connection():
        return people.sign_in("mini_program", "evaluation", f"person-{next(numbers)}", None, clock.now()).id


def put(question: Question, today: date) -> Said:
    """Ask one question as a new person, after what they said before."""
    person = somebody()
    for before in question.after:
        assistant.ask(person, before, question.home, today)
    return Said.of(assistant.ask(person, question.text, question.home, today))


def put_all(questions: Sequence[Question], marker: Marker, today: date) -> list[Marked]:
    """Ask every question and mark the answers."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda question: put(question, today), questions))
    return [Marked(q, said, marker.mark(q, said)) for q, said in zip(questions, answers, strict=True)]


def listen(
    sentences: Sequence[Sentence], ground: ProvingGround, packs: Mapping[str, Pack], today: date
) -> dict[str, Heard]:
    """Return by kind of entity, and by fact, what was there and what was heard in all sentences."""
    tally: dict[str, list[int]] = {}
    for sentence in sentences:
        for name, wanted, got in _compared(sentence, ground.parse(sentence.text), packs, today):
            counts = tally.setdefault(name, [0, 0, 0])
            for index, number in enumerate((len(wanted), len(wanted & got), len(got))):
                counts[index] += number
    return {name: Heard(*counts) for name, counts in sorted(tally.items())}


def _compared(
    sentence: Sentence, parse: Mapping[str, Any], packs: Mapping[str, Pack], today: date
) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Yield, for every kind of thing, what the sentence names and what was heard."""
    found: dict[str, set[str]] = {}
    for entity in parse.get("entities") or ():
        found.setdefault(f"词 {entity['entity']}", set()).add(_flat(entity.get("value")))
    for kind, values in sentence.entities.items():
        yield f"词 {kind}", frozenset(values), frozenset(found.get(f"词 {kind}", ()))
    city = packs[sentence.city].city if sentence.city else None
    told = values_of(heard(Utterance.of(parse), Scene(today, city)))
    for name in sorted({*told, *sentence.facts}):
        wanted = {str(sentence.facts[name])} if name in sentence.facts else set()
        yield f"事实 {name}", frozenset(wanted), frozenset({str(told[name])} if name in told else set())


def _flat(value: Any) -> str:
    """Return a value as the test writes it: a name, or key=value pairs of a figure or a date."""
    return " ".join(f"{key}={each}" for key, each in value.items()) if isinstance(value, Mapping) else str(value)
