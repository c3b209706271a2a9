"""The Rasa project hangs together: actions, intents, examples, generated files."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.actions.app import ACTIONS
from nlu_data import build

ROOT = Path(__file__).parents[2]
DOMAIN = {}
for file in sorted((ROOT / "bot/domain").glob("*.yml")):
    DOMAIN.update(yaml.safe_load(file.read_text(encoding="utf-8")))
SENTENCES = build.sentences()


def test_every_action_of_the_domain_has_a_function_and_the_reverse():
    assert set(DOMAIN["actions"]) == set(ACTIONS)


@pytest.mark.parametrize("intent", DOMAIN["intents"])
def test_every_intent_has_sentences_that_people_wrote(intent):
    assert sum(sentence.intent == intent for sentence in SENTENCES) >= 20


def test_the_corpus_is_large_and_says_nothing_twice_in_two_senses():
    texts = Counter(sentence.text for sentence in SENTENCES)
    intents = {text: {s.intent for s in SENTENCES if s.text == text} for text, times in texts.items() if times > 1}
    assert len(texts) >= 4_000
    assert {text for text, meant in intents.items() if len(meant) > 1} == set()


def test_no_held_back_question_is_in_the_training_data():
    known = {sentence.text for sentence in SENTENCES}
    held = {row["q"] for file in (ROOT / "nlu_data/test").glob("*.yml") for row in _questions(file)}
    assert held & known == set()


def _questions(file):
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [row for row in rows if isinstance(row, dict) and "q" in row] if isinstance(rows, list) else []


def test_the_generated_files_are_those_of_a_fresh_build():
    for name, content in build.build().items():
        assert (ROOT / "nlu_data/generated" / name).read_text(encoding="utf-8") == content, name
