"""Learns the weights of a candidate answer's features from the questions to develop with.

    ./talent eval --learn          writes backend/answers/weights.yml

Each question of nlu_data/dev is understood by Rasa and its candidates are gathered as in an answer. A candidate that
holds every asked fact and cites a right clause is right. The weights are those under which the right candidates are
likeliest (a softmax over the candidates of each question, drawn towards the present weights). Ways of asking that are
a question of the set itself are left out, or it would seem that people ask as it is written down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import yaml

from backend.answers.answering import answers
from backend.answers.asked import Topic, questions
from backend.answers.candidates import WEIGHTS, Candidate, Features, gather, learned
from backend.answers.case import Case, World
from backend.answers.heard import Scene
from backend.answers.library import reading
from backend.answers.utterance import Utterance
from backend.policy.catalogue import Pack
from backend.policy.knowledge import Knowledge, snippets_of
from bot.evaluation.marking import Marker
from bot.evaluation.testset import Question
from bot.proving_ground import ProvingGround
from bot.said import Said

HEADER = "# The weight of each feature of a candidate answer; learned by ./talent eval --learn, not turned by hand.\n"
ROUNDS, STEP, PULL = 150, 0.03, 0.001
"""How often all questions are gone through, how far a weight moves at once, how strongly it is drawn back."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates for one question, and which of them are right."""

    features: tuple[Features, ...]
    right: tuple[bool, ...]


def learn(test_set: Sequence[Question], ground: ProvingGround, packs: Mapping[str, Pack], today: date) -> str:
    """Return the content of weights.yml, after printing how often the best candidate is right."""
    found = list(choices(test_set, ground, packs, today))
    before = dict(learned())
    after = fit(found, before)
    was, now = accuracy(found, before), accuracy(found, after)
    print(f"{len(found)} 题有对有错的候选；最好的一个答对：现在 {was:.1%}，学完 {now:.1%}")
    return HEADER + yaml.safe_dump({name: round(value, 3) for name, value in sorted(after.items())})


def choices(
    test_set: Sequence[Question], ground: ProvingGround, packs: Mapping[str, Pack], today: date
) -> Iterable[Choice]:
    """Yield the candidates of every question that is one question in one city, where some are right and some wrong."""
    marker, known = Marker(packs), _without(packs, today, {_bare(question.text) for question in test_set})
    for question in test_set:
        case = _case(question, ground, World(packs, lambda city, day: known[city], today))
        candidates = gather(case) if case else []
        right = tuple(_is_right(question, each, marker) for each in candidates)
        if any(right) and not all(right):
            yield Choice(tuple(each.features for each in candidates), right)


def _without(packs: Mapping[str, Pack], today: date, texts: set[str]) -> dict[str, Knowledge]:
    """The searches of all cities without the ways of asking that are questions of the set."""
    found = {}
    for city, pack in packs.items():
        rows = snippets_of(pack.on(today))
        kept = [replace(row, asked=tuple(way for way in row.asked if _bare(way) not in texts)) for row in rows]
        found[city] = Knowledge(kept, reading())
    return found


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _case(question: Question, ground: ProvingGround, world: World) -> Case | None:
    if question.after or question.home is None:
        return None
    scene = Scene(world.today, world.packs[question.home].city)
    asked = questions(Utterance.of(ground.parse(question.text)), Topic(), world.packs, question.home, scene)
    if len(asked) != 1 or len(asked[0].cities) != 1 or not answers(asked[0], world):
        return None
    return Case.of(asked[0], asked[0].cities[0], world)


def _is_right(question: Question, candidate: Candidate, marker: Marker) -> bool:
    answer = candidate.answer
    mark = marker.mark(question, Said(answer.text, tuple(answer.cites)))
    return mark.right and (mark.cites if question.answerable else answer.kind == "not_said")


# --- learning ---------------------------------------------------------------------------------------------------------


def fit(found: Sequence[Choice], start: Mapping[str, float]) -> dict[str, float]:
    """Return the weights after all rounds (Adam), beginning with `start`; a feature that is new begins with nothing."""
    names = sorted({name for choice in found for each in choice.features for name in each})
    weights = {name: start.get(name, 0.0) for name in names}
    mean, spread = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for number in range(1, ROUNDS + 1):
        for name, slope in _slopes(found, weights, start).items():
            mean[name] = 0.9 * mean[name] + 0.1 * slope
            spread[name] = 0.99 * spread[name] + 0.01 * slope**2
            size = math.sqrt(spread[name] / (1 - 0.99**number)) + 1e-8
            weights[name] -= STEP * mean[name] / (1 - 0.9**number) / size
    return weights


def _slopes(found: Sequence[Choice], weights: Mapping[str, float], start: Mapping[str, float]) -> dict[str, float]:
    """How the likelihood of the right candidates falls with each weight."""
    slopes = {name: PULL * (weight - start.get(name, 0.0)) for name, weight in weights.items()}
    for choice in found:
        chances = _chances(choice, weights)
        good = sum(chance for chance, right in zip(chances, choice.right, strict=True) if right)
        for features, chance, right in zip(choice.features, chances, choice.right, strict=True):
            excess = (chance - (chance / good if right else 0.0)) / len(found)
            for name, value in features.items():
                slopes[name] += excess * value
    return slopes


def _chances(choice: Choice, weights: Mapping[str, float]) -> list[float]:
    worths = [worth(features, weights) for features in choice.features]
    powers = [math.exp(each - max(worths)) for each in worths]
    return [power / sum(powers) for power in powers]


def accuracy(found: Sequence[Choice], weights: Mapping[str, float]) -> float:
    """Return the share of questions whose best candidate is right."""
    best = [max(range(len(each.features)), key=lambda n, each=each: worth(each.features[n], weights)) for each in found]
    return sum(each.right[n] for each, n in zip(found, best, strict=True)) / len(found)


def worth(features: Features, weights: Mapping[str, float]) -> float:
    """Return the weighed sum of features."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def write(content: str) -> None:
    """Put the learned weights in their place."""
    WEIGHTS.write_text(content, encoding="utf-8")
