"""What people tell of themselves is heard as facts; what they tell of others, or only ask, is not."""

from datetime import date

import pytest

from backend.answers.heard import Scene, heard, own_of, values_of
from backend.policy import load_packs
from tests.answers.understanding import utterance

TODAY = date(2026, 2, 1)
SCENE = Scene(TODAY, load_packs()["anyang"].city)
LAST_NOVEMBER = ("date", "去年11月", {"year": -1, "relative": True, "month": 11})
LAST_MONTH = ("date", "上个月", {"months": -1})


def told(text, *values, intent="inform"):
    return values_of(own_of(heard(utterance(text, intent, *values), SCENE)))


@pytest.mark.parametrize(
    "text",
    ["我是去年11月入职", "去年11月被单位招进来的", "俺去年11月进的厂", "去年11月来公司报的到", "我去年11月到岗的"],
)
def test_the_day_of_hiring_is_heard_however_it_is_said(text):
    assert told(text, LAST_NOVEMBER)["hired_on"] == "2025-11-01"


def test_just_arrived_last_month_is_a_day_of_hiring():
    assert told("上个月刚到单位", LAST_MONTH)["hired_on"] == "2026-01-01"


def test_whether_something_may_be_recognised_tells_no_recognition():
    assert "recognition_category" not in told("我想看看能不能认定急需紧缺人才")


def test_whether_a_firm_is_listed_tells_nothing_of_it():
    assert "employer_on_key_list" not in told("单位在不在名单里")


def test_no_quota_for_titles_is_not_no_title():
    assert "professional_title" not in told("单位没有职称名额了")


def test_the_degree_of_a_spouse_is_not_ones_own():
    assert "education" not in told("我配偶在企业上班是本科")


def test_the_degree_before_the_word_for_kin_is_that_of_the_talent():
    assert values_of(heard(utterance("博士的老婆给安排工作吗", "ask_eligibility"), SCENE))["education"] == "doctor"


def test_a_month_alone_is_no_day_of_birth():
    assert "birth_date" not in told("2019年6月", ("date", "2019年6月", {"year": 2019, "month": 6}))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("去年11月被重点企业名录里的公司招进来的", "公司"),
        ("我在名单上的企业干活", "企业"),
        ("进了目录里的公司", "公司"),
    ],
)
def test_a_firm_on_the_list_is_heard_where_one_tells_who_hired_one(text, word):
    assert told(text, ("employer_category", word, "enterprise"))["employer_on_key_list"] is True
