"""Answers while the assistant's understanding is away."""

from datetime import date

import pytest

from backend.answers.alone import NOTICE, UNHEARD, answer_alone

DAY = date(2021, 6, 10)


@pytest.mark.parametrize("text", ["去年10月15号", "3年", "是的", "没有", "2020-12-01", "5个月了", "不知道", "600元"])
def test_a_bare_reply_to_a_question_of_ours_is_not_searched_for(library, text):
    (reply,) = answer_alone(text, "anyang", DAY, library)
    assert reply.text == UNHEARD
    assert reply.citations == ()


@pytest.mark.parametrize("text", ["硕士生活补助多少钱", "公示几天", "生活补助", "3年合同能认定吗"])
def test_a_question_is_answered_from_the_search_and_says_so(library, text):
    replies = answer_alone(text, "anyang", DAY, library)
    assert replies
    assert all(reply.text.endswith(NOTICE) for reply in replies)
