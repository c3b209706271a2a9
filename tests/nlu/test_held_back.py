"""The held-back test is held back, and the training side is as large as it says."""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest
import yaml

from backend.policy import load_packs
from backend.run import model
from backend.run.paths import ROOT
from bot.evaluation.figures import plain
from bot.evaluation.testset import read, utterances

TEST = ROOT / "nlu_data/test"
TRAINING = ("nlu_data/train", "nlu_data/generated")
FEWEST = 4000
ANYBODYS = 6
"""Up to so many characters (几天, 是全职, 签了三年) a sentence belongs to everybody who speaks Chinese."""
PUNCTUATION = re.compile(r"[^\w]+")


@pytest.fixture(scope="module")
def held_back():
    return read(TEST)


def written(folder: str) -> Iterator[str]:
    """Every example sentence under a folder of training data, without the marks of entities."""
    for path in sorted((ROOT / folder).glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or ():
            if "intent" in entry:
                for line in entry["examples"].splitlines():
                    yield re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", line.strip().removeprefix("- "))


def bare(text: str) -> str:
    """A sentence as its characters only."""
    return PUNCTUATION.sub("", plain(text))


def neighbourhood(text: str) -> set[str]:
    """The text, and the text without any one, or any two, of its characters: two texts within two edits share one."""
    places = range(len(text))
    left_out = [(), *combinations(places, 1), *(combinations(places, 2) if len(text) > 2 * ANYBODYS else ())]
    return {"".join(char for place, char in enumerate(text) if place not in out) for out in map(set, left_out)}


def test_no_sentence_of_the_test_is_nearly_one_of_the_training_side(held_back):
    said = {bare(text) for text in utterances(held_back)}
    known = {bare(text) for folder in TRAINING for text in written(folder)}
    around = {each: text for text in long(said) for each in neighbourhood(text)}
    met = {(around[each], text) for text in long(known) for each in neighbourhood(text) if each in around}
    assert not met


def long(texts: Iterable[str]) -> Iterator[str]:
    return (text for text in texts if len(text) > ANYBODYS)


def test_the_training_side_holds_at_least_four_thousand_sentences_written_by_hand():
    assert len({bare(text) for text in written("nlu_data/train")}) >= FEWEST


def test_the_model_is_never_trained_on_the_test():
    assert not [folder for folder in model.TRAINING if TEST.is_relative_to(ROOT / folder)]


def test_the_test_asks_at_least_four_hundred_questions_and_eighty_that_have_no_answer(held_back):
    unanswerable = [question for question in held_back.questions if not question.answerable]
    assert len(held_back.questions) - len(unanswerable) >= 400
    assert len(unanswerable) >= 80


def test_the_test_holds_at_least_forty_conversations(held_back):
    assert len(held_back.dialogues) >= 40


def test_a_quarter_of_the_questions_are_written_with_homophones(held_back):
    typos = [question for question in held_back.questions if question.style == "typo"]
    assert len(typos) >= len(held_back.questions) / 4


def test_no_question_is_asked_twice(held_back):
    asked = [(question.city, question.after, bare(question.text)) for question in held_back.questions]
    assert len(asked) == len(set(asked))


def test_every_right_clause_exists(held_back):
    packs = load_packs()
    for question in held_back.questions:
        for cite in question.cites:
            pack = packs[question.city]
            assert cite in pack.documents or cite in pack.clauses, (question.text, cite)


def test_every_city_is_asked_about(held_back):
    assert {question.city for question in held_back.questions} == set(load_packs())


def test_every_service_of_every_city_is_asked_about(held_back):
    cited = {(question.city, cite.partition("/")[0]) for question in held_back.questions for cite in question.cites}
    for city, pack in load_packs().items():
        documents = {clause.document for clause in pack.clauses.values()}
        assert {document for document in documents if (city, document) not in cited} == set()
