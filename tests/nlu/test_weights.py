"""The weights of candidate answers are learned from which candidates were right."""

import pytest

from bot.evaluation.weights import Choice, accuracy, fit

USEFUL = Choice(({"useful": 1.0, "loud": 0.0}, {"useful": 0.0, "loud": 1.0}), (True, False))


def test_what_goes_with_right_answers_is_weighed_up_and_the_rest_down():
    weights = fit([USEFUL] * 5, {"useful": 0.0, "loud": 1.0})
    assert weights["useful"] > 0 > weights["loud"] - 1


def test_learning_makes_the_best_candidate_right():
    assert accuracy([USEFUL], {"loud": 1.0}) == 0
    assert accuracy([USEFUL], fit([USEFUL], {"loud": 1.0})) == 1


def test_a_feature_that_tells_nothing_stays_where_it_was():
    same = Choice(({"same": 1.0, "useful": 1.0}, {"same": 1.0, "useful": 0.0}), (True, False))
    assert fit([same], {"same": 0.7})["same"] == pytest.approx(0.7, abs=0.001)
