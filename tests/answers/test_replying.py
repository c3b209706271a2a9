"""Short replies to our questions: yes and no as people say them, and those that are neither."""

import pytest

from backend.answers.heard import Scene
from backend.answers.masking import masked
from backend.answers.replying import interpret, yes_or_no
from backend.policy import load_packs
from tests.answers.conftest import TODAY
from tests.answers.understanding import utterance

PACKS = load_packs()
SCENE = Scene(TODAY, PACKS["anyang"].city)


@pytest.mark.parametrize("text", ["嗯呐", "中", "有的", "是嘞", "对", "肯定的", "没问题", "正常"])
def test_a_yes_is_heard(text):
    assert yes_or_no(utterance(text, "")) is True


@pytest.mark.parametrize("text", ["天天坐班", "每天打卡呢"])
def test_how_one_works_tells_full_time_and_nothing_else(text):
    said = utterance(text, "")
    assert interpret(PACKS.vocabulary["full_time_employment"], said, SCENE) is True
    assert interpret(PACKS.vocabulary["employer_good_standing"], said, SCENE) is None


@pytest.mark.parametrize("text", ["木有", "没呢", "不是", "还没", "冇", "哪有"])
def test_a_no_is_heard(text):
    assert yes_or_no(utterance(text, "")) is False


@pytest.mark.parametrize("text", ["不知道", "不清楚", "算了", "不想说", "不好说", "随便"])
def test_what_is_neither_is_taken_for_neither(text):
    assert yes_or_no(utterance(text, "")) is None


def test_the_number_of_a_choice_chooses_it():
    fact = PACKS.vocabulary["education"]
    assert interpret(fact, utterance("2", ""), SCENE) == list(fact.choices)[1]


def test_a_sentence_is_no_city():
    assert interpret(PACKS.vocabulary["hukou_city"], utterance("交了半年了", "inform"), SCENE) is None


@pytest.mark.parametrize(
    "typed", ["410502199001011234", "138 1234 5678", "１３８１２３４５６７８", "6222 0212 3456 7890 123"]
)
def test_numbers_that_name_a_person_never_leave(typed):
    shown, hidden = masked(f"我的是{typed}帮我填")
    assert hidden
    assert not any(char.isdigit() for char in shown)


def test_a_plain_amount_is_not_masked():
    assert masked("硕士1200元还是2000元") == ("硕士1200元还是2000元", False)
