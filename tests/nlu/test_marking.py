"""Answers are marked strictly: figures in any notation, the asked one and no other."""

import pytest

from backend.policy import load_packs
from bot.evaluation.conversing import asked_last
from bot.evaluation.figures import figures
from bot.evaluation.marking import Marker, alternatives, cites_right, holds
from bot.evaluation.testset import Question
from bot.said import Said

RULE = ("living-2020/5",)


@pytest.fixture(scope="module")
def marker():
    return Marker(load_packs())


def said(text, *cites):
    return Said(text, cites)


def question(text="硕士生活补助多少", facts=("1200元",), kind="amount", cites=RULE, **more):
    return Question(text, kind, "anyang", facts=facts, cites=cites, **more)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("12万元", "十二万"),
        ("1200元", "一千二百块钱"),
        ("1.2k", "1200元"),
        ("0.5万元/人", "5000元"),
        ("3年", "36个月"),
        ("半年", "六个月"),
        ("两年半", "30个月"),
        ("5折", "半价"),
        ("十个工作日", "10个工作日"),
        ("三分之一", "1/3"),
        ("３：７", "3:7"),
        ("100㎡", "100平方米"),
    ],
)
def test_a_figure_is_the_same_in_any_notation(text, same):
    assert {(each.kind, each.value) for each in figures(text)} & {(each.kind, each.value) for each in figures(same)}


@pytest.mark.parametrize(
    "text", ["2021年3月23日起", "周二至周日09:00-12:00", "“一元民生”保险", "电话0371-67184567", "第三条"]
)
def test_dates_hours_names_and_telephones_are_no_figures(text):
    assert not figures(text)


def test_both_ends_of_a_range_are_figures():
    assert {each.value for each in figures("每月5000-10000元")} == {5000, 10000}


def test_one_of_the_alternatives_is_enough_and_brackets_keep_theirs_together():
    assert alternatives("5折|(免|不收)费") == ["5折", "(免|不收)费"]
    assert holds("门票半价", "5折|50%")
    assert not holds("12000元", "1200元")


def test_an_answer_with_every_fact_is_right(marker):
    mark = marker.mark(question(), said("硕士每月1200元，最长3年。", "living-2020/5"))
    assert mark.right
    assert mark.cites
    assert not mark.wrong


def test_half_of_the_facts_is_not_right(marker):
    both = question("生活补助多少、发几年", ("1200元", "3年"))
    assert not marker.mark(both, said("每月1200元。", "living-2020/5")).right


def test_a_long_answer_is_not_right(marker):
    assert not marker.mark(question(), said("每月1200元。" + "好" * 400, "living-2020/5")).right


def test_another_tiers_figure_in_place_of_the_asked_one_is_wrong(marker):
    mark = marker.mark(question(), said("每月2000元。", "living-2020/5"))
    assert not mark.right
    assert [str(each) for each in mark.wrong] == ["2000 money"]


def test_a_figure_of_another_rule_is_wrong_even_beside_the_asked_one(marker):
    mark = marker.mark(question(), said("每月1200元，买房补5万元。", "living-2020/5"))
    assert mark.right
    assert [str(each) for each in mark.wrong] == ["50000 money"]


def test_an_unanswerable_question_must_be_declined_without_a_figure(marker):
    asked = question("保障房房租多少", (), "not_said", ("housing-2020/5.2",))
    assert marker.mark(asked, said("文件没有写租金。")).right
    assert not marker.mark(asked, said("文件没有写租金，一般每月300元。")).right
    assert not marker.mark(asked, said("每月免费。")).right


def test_a_remark_at_the_end_does_not_decline(marker):
    asked = question("保障房房租多少", (), "not_said", ())
    assert not marker.mark(asked, said("保障房要凭一卡通申请。" * 9 + "没有写天数。")).right


def test_an_article_its_part_or_any_article_of_the_document_is_a_right_citation():
    assert cites_right(said("", "living-2020/9.3"), ("living-2020/9",))
    assert cites_right(said("", "living-2020/9"), ("living-2020/9.3",))
    assert cites_right(said("", "living-2020/9"), ("living-2020",))
    assert not cites_right(said("", "living-2020/5"), ("living-2020/9",))


def test_the_question_at_the_end_of_a_reply_is_what_the_person_answers():
    assert asked_last("记下了：硕士。\n您在这家单位是全职工作吗？") == "您在这家单位是全职工作吗？"
    assert asked_last("符合。可以申请。") is None
