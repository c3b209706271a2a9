"""A person who asks: questions understood without Rasa, answered from the real packs."""

from datetime import date

import pytest

from backend.answers.answering import answers
from backend.answers.asked import Topic, questions
from backend.answers.case import World
from backend.answers.heard import Scene
from backend.answers.library import Library
from backend.policy import load_packs
from tests.answers.understanding import utterance

TODAY = date(2026, 2, 1)


@pytest.fixture(scope="session")
def library():
    """The real packs with their searches."""
    return Library(load_packs())


@pytest.fixture
def ask(library):
    """Ask a question and return its answers: `city` is the person's, `after` the topic gone on from."""

    def asking(text, intent, *values, city="anyang", after=None, facts=None, parts=()):
        world = World(library.packs, library.knowledge, TODAY, facts or {})
        scene = Scene(TODAY, library.packs[city].city if city else None)
        heard = utterance(text, intent, *values, parts=parts)
        asked = questions(heard, after or Topic(), library.packs, city, scene)
        return [answer for each in asked for answer in answers(each, world)]

    return asking
