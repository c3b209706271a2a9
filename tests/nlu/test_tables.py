"""What the measurement prints says what was measured."""

import pytest

from backend.policy import load_packs
from bot.evaluation import tables
from bot.evaluation.asking import Heard, Marked
from bot.evaluation.marking import Marker
from bot.evaluation.testset import BadRow, Question, read
from bot.said import Said


@pytest.fixture(scope="module")
def marked():
    marker = Marker(load_packs())
    living = Question("硕士生活补助多少", "amount", "anyang", facts=("1200元",), cites=("living-2020/5",))
    rent = Question("保障房房租多少", "not_said", "anyang", style="typo")
    answers = {
        living: (Said("每月1200元。", ("living-2020/5",)), Said("每月2000元。", ("living-2020/5",))),
        rent: (Said("文件没有写租金。", ()),),
    }
    return [
        Marked(question, said, marker.mark(question, said)) for question, sayings in answers.items() for said in sayings
    ]


def cell(table, row):
    return next(line for line in table.splitlines() if row in line).split()[-2]


def test_the_summary_counts_answerable_and_unanswerable_questions_apart(marked):
    table = tables.summary({"本系统": marked})
    assert cell(table, "能答的题：事实全对") == "50.0%"
    assert cell(table, "不能答的题") == "100.0%"
    assert cell(table, "条款也对") == "100.0%"
    assert cell(table, "所问之外") == "33.3%"


def test_a_breakdown_tells_kinds_apart(marked):
    table = tables.breakdown("说法", {"本系统": marked}, lambda each: each.question.style)
    assert cell(table, "plain") == "50.0%"
    assert cell(table, "typo") == "100.0%"


def test_a_confusion_is_an_intent_the_kind_may_not_be_heard_as(marked):
    assert "ask_where" in tables.confusions(marked[:1], lambda text: "ask_where")
    assert "ask_amount" not in tables.confusions(marked[:1], lambda text: "ask_amount")


def test_a_failure_is_told_with_what_it_lacks(marked):
    told = tables.failures(marked, lambda text: "ask_amount 0.90")
    assert "缺 1200元" in told
    assert "2000 money" in told
    assert "保障房" not in told


def test_what_was_heard_though_nobody_said_it_costs_precision():
    assert "50.0%" in tables.heard({"事实 education": Heard(wanted=1, right=1, heard=2)})


def test_columns_stand_under_each_other_whatever_the_width_of_the_characters():
    lines = tables.aligned([["问什么", "题数"], ["amount", "12"]]).splitlines()
    assert len({tables.width(line) for line in lines}) == 1


def test_an_answerable_question_without_facts_is_refused(tmp_path):
    (tmp_path / "city.yml").write_text("city: anyang\nquestions:\n- {q: 多少钱, kind: amount}\n", encoding="utf-8")
    with pytest.raises(BadRow):
        read(tmp_path)
