"""The set that the assistant is measured on: questions, sentences with facts, conversations with goals.

A folder of YAML files. A question file is a list of rows, or a mapping with the `city` of its rows and `questions`;
`dialogues.yml` and `sentences.yml` are lists. nlu_data/test/README.md says what each key means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

NOT_QUESTIONS = ("dialogues.yml", "sentences.yml", "facts.yml")
UNANSWERABLE = frozenset(["not_said", "out_of_scope", "declined"])


class BadRow(Exception):
    """A row of the set cannot be read; says which and why."""

    def __init__(self, where: str, row: object, why: str):
        super().__init__(f"{where}: {why}: {row}")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one person, and what marks its answer.

    `facts` must all be in the answer; `cites` are the clauses of which one must be cited; the figures of these clauses,
    of `facts`, `also` and of the question itself are the only ones the answer may name. `never` are expressions that
    must not be in the answer. Of an unanswerable question, `near` are the clauses whose figures may be told.
    """

    text: str
    kind: str
    city: str | None
    facts: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    style: str = "plain"
    who: str = ""
    home: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the texts answer it."""
        return self.kind not in UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the facts of a person that must be heard in it, and the things that must be recognised in it."""

    text: str
    city: str | None
    facts: Mapping[str, Any]
    entities: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a conversation, with what the reply to it must and must not contain.

    `photograph` is a picture of the paper with this id, sent instead and filed with a tap; `answering`: the person
    answers what is asked until nothing more is.
    """

    say: str
    expect: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    photograph: str | None = None
    answering: bool = False


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation and its goal: what must be said last, cited, stored, filed or waiting for somebody at its end.

    `given` is there before it: facts told on a screen, drafts begun. `gone` are facts not to be known at its end.
    """

    name: str
    kind: str
    city: str | None
    steps: tuple[Step, ...]
    says: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    cases: Mapping[str, str] = field(default_factory=dict)
    filed: tuple[str, ...] = ()
    handed_over: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TestSet:
    """Everything in one folder."""

    __test__ = False

    questions: tuple[Question, ...]
    sentences: tuple[Sentence, ...]
    dialogues: tuple[Dialogue, ...]


def read(folder: Path) -> TestSet:
    """Read a folder. Raises BadRow."""
    questions = [q for path in sorted(folder.glob("*.yml")) if path.name not in NOT_QUESTIONS for q in _questions(path)]
    sentences = [_sentence(row) for name in ("sentences.yml", "facts.yml") for row in _rows(folder / name)]
    dialogues = [_dialogue(row) for row in _rows(folder / "dialogues.yml")]
    return TestSet(tuple(questions), tuple(sentences), tuple(dialogues))


def utterances(test_set: TestSet) -> Iterator[str]:
    """Yield everything a person says in a set."""
    for question in test_set.questions:
        yield from (*question.after, question.text)
    yield from (sentence.text for sentence in test_set.sentences)
    for dialogue in test_set.dialogues:
        yield from (step.say for step in dialogue.steps if step.say)
        yield from (reply for _, reply in dialogue.answers)


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or [] if path.exists() else []


def _questions(path: Path) -> Iterator[Question]:
    content: Any = _rows(path)
    rows = content["questions"] if isinstance(content, Mapping) else content
    city = content.get("city") if isinstance(content, Mapping) else None
    for row in rows:
        question = _question(row, city)
        if question.answerable and not question.facts:
            raise BadRow(path.name, row, "an answerable question needs the facts its answer must hold")
        yield question


def _question(row: Mapping[str, Any], city: str | None) -> Question:
    plural = ("facts", "also", "never", "after")
    texts = {name: tuple(map(str, row.get(name, ()))) for name in plural}
    cites = tuple(row.get("cites") or row.get("near") or ())
    city = row.get("city", city)
    given = {name: row[name] for name in ("style", "who") if name in row}
    return Question(row["q"], row["kind"], city, cites=cites, home=row.get("home", city), **texts, **given)


def _sentence(row: Mapping[str, Any]) -> Sentence:
    entities = {name: _many(value) for name, value in row.get("entities", {}).items()}
    return Sentence(row["text"], row.get("city"), row.get("facts", {}), entities)


def _dialogue(row: Mapping[str, Any]) -> Dialogue:
    steps = tuple(_step(turn) for turn in row["turns"])
    texts = {name: tuple(map(str, row.get(name, ()))) for name in ("says", "cites", "never", "gone", "filed")}
    plain = {name: row[name] for name in ("facts", "cases", "handed_over", "given") if name in row}
    answers = tuple((pattern, reply) for pattern, reply in row.get("answers", ()))
    return Dialogue(row["name"], row.get("kind", "-"), row.get("city"), steps, **texts, **plain, answers=answers)


def _step(turn: str | Mapping[str, Any]) -> Step:
    if isinstance(turn, str):
        return Step(turn)
    texts = {name: tuple(map(str, turn.get(name, ()))) for name in ("expect", "never")}
    plain = {name: turn[name] for name in ("photograph", "answering") if name in turn}
    return Step(turn.get("say", ""), **texts, **plain)


def _many(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))
